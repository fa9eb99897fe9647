#!/usr/bin/env bash
# The Rust crate packageurl 0.7.1 lowers one half of a Go module's path, packageurl-python 0.17.6 none of it.
#
# "pkg:golang/github.com/Example/Some-Tool@v1.0.0" becomes "pkg:golang/github.com/example/Some-Tool@v1.0.0" in Rust, and stays
# as it is in Python.
#
# One would expect both parts or none to be lowered: the path of a Go module is one text that the format splits in two. The definition of
# the type (purl-spec, golang-definition.json) says for each of the two parts that it is case sensitive and that it shall be lowered. Go's
# own tools tell upper case from lower case, so the half-lowered text names no module at all.
#
# Compare Go modules without regard to case to find candidates, and keep the received text for display.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cd "$folder"
export PURL='pkg:golang/github.com/Example/Some-Tool@v1.0.0'
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
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'packageurl-python==0.17.6'
python=$(venv/bin/python -c 'import os; from packageurl import PackageURL as P; print(P.from_string(os.environ["PURL"]).to_string())')
rust=$(CARGO_TARGET_DIR="$folder/target" cargo run -q)
printf 'packageurl 0.7.1 (Rust)   %s\npackageurl-python 0.17.6  %s\n' "$rust" "$python"
[ "$rust" = 'pkg:golang/github.com/example/Some-Tool@v1.0.0' ]
[ "$python" = "$PURL" ]
