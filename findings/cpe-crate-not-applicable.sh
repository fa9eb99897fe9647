#!/usr/bin/env bash
# The Rust crate cpe 0.1.5 writes the URI "cpe:/a:x:y:1.0:-" as "cpe:/a:x:y:1%2E0:?:*:*", and cannot read that.
#
# `format!("{:#}")` of a `Uri`, which is documented to encode its components again, writes "not applicable" as "?", "any" as "*", and the dot as "%2E".
# The packed attributes are joined to the component before them without a colon. Reading the result is an error, or gives other values.
#
# One would expect the text that was read. NISTIR 7695, 6.1.2: in the URI, "not applicable" is a hyphen, "any" is empty, and the dot and the
# hyphen stand as they are. A question mark or a star is no character of the URI form at all.
# PyPI's cpe 1.3.1 writes "cpe:/a:x:y:1.0:-".
#
# Keep the text that was read, and use the crate for its attributes only.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cd "$folder"
cat > Cargo.toml <<'TOML'
[package]
name = "probe"
version = "0.1.0"
edition = "2024"
[dependencies]
cpe = "=0.1.5"
TOML
cat > src/main.rs <<'RUST'
use cpe::cpe::Cpe;
use cpe::uri::Uri;

fn main() {
    println!("cpe 0.1.5");
    for (text, expected) in [
        ("cpe:/a:x:y:1.0:-", "cpe:/a:x:y:1%2E0:?:*:*"),
        ("cpe:/a:x:y:1.0:rc3:~~~drupal~~", "cpe:/a:x:y:1%2E0:rc3~*~*~drupal~*~*:*"),
    ] {
        let uri = Uri::parse(text).expect("valid");
        let written = format!("{uri:#}");
        let again = Uri::parse(&written);
        println!("{text} ({:?}, {:?})\n  written: {written}\n  read again: {again:?}", uri.update(), uri.target_sw());
        assert_eq!(written, expected);
        assert!(again.is_err());
    }
}
RUST
CARGO_TARGET_DIR="$folder/target" cargo run -q
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'cpe==1.3.1'
venv/bin/python - <<'PY'
from cpe import CPE

for text in ("cpe:/a:x:y:1.0:-", "cpe:/a:x:y:1.0:rc3:~~~drupal~~"):
    written = CPE(text).as_uri_2_3()
    print("PyPI's cpe 1.3.1:", written)
    assert written == text
PY
