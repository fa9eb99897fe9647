#!/usr/bin/env bash
# Three libraries write three "canonical" texts for one package URL.
#
# Debian's "1:2.4-2+b1" with a download address is parsed and written by PyPI's packageurl-python 0.17.6, npm's packageurl-js 2.0.1 and
# the Rust crate packageurl 0.7.1. Python encodes the plus of the version and leaves ":" and "/" of the qualifier. JavaScript leaves the
# plus of the version and encodes ":" and "/". Rust encodes the plus and "/" but not ":".
#
# One would expect one text: the specification of package URLs has rules for writing each component, so that there is one canonical text.
#
# A bill of one ecosystem is not joined to a VEX of another by the text of the package URL. Compare the parts.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export PURL='pkg:deb/debian/attr@1:2.4-2%2Bb1?download_url=https://example.com/a'
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'packageurl-python==0.17.6'
npm install --silent --no-fund --no-audit --prefix . 'packageurl-js@2.0.1' > npm.log
mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "probe"
version = "0.1.0"
edition = "2024"
[dependencies]
packageurl = "=0.7.1"
TOML
cat > src/main.rs <<'RUST'
fn main() {
    let text = std::env::var("PURL").expect("set");
    let purl: packageurl::PackageUrl<'_> = text.parse().expect("valid");
    println!("{purl}");
}
RUST
cat > probe.mjs <<'JS'
import { PackageURL } from "packageurl-js";
console.log(PackageURL.fromString(process.env.PURL).toString());
JS
python=$(venv/bin/python -c 'import os; from packageurl import PackageURL as P; print(P.from_string(os.environ["PURL"]).to_string())')
javascript=$(node probe.mjs)
rust=$(CARGO_TARGET_DIR="$folder/target" cargo run -q)
printf 'packageurl-python 0.17.6  %s\npackageurl-js 2.0.1       %s\npackageurl 0.7.1 (Rust)   %s\n' "$python" "$javascript" "$rust"
[ "$python" = 'pkg:deb/debian/attr@1:2.4-2%2Bb1?download_url=https://example.com/a' ]
[ "$javascript" = 'pkg:deb/debian/attr@1:2.4-2+b1?download_url=https%3A%2F%2Fexample.com%2Fa' ]
[ "$rust" = 'pkg:deb/debian/attr@1:2.4-2%2Bb1?download_url=https:%2F%2Fexample.com%2Fa' ]
