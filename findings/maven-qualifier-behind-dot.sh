#!/usr/bin/env bash
# Two Maven comparers let a dot or a hyphen before a qualifier decide.
#
# PyPI's univers 32.0.1 and the Rust crate maven-version 0.1.0 put "1.0.RC2" after "1.0-RC3", and tell "1.foo" from "1-foo". univers also
# puts "1-release" after "1".
#
# One would expect "1.0.RC2" < "1.0-RC3" and "1.foo" = "1-foo": Maven's POM reference (version order specification) gives
# "1.foo" = "1-foo" < "1-1" as its example, and treats "release" like "ga" and "final". Maven 3.8.7 itself answers so. Both spellings of
# release candidates are common, often for one and the same package over the years.
#
# Bring separators before qualifiers into one form before versions are compared.
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
maven-version = "=0.1.0"
TOML
cat > src/main.rs <<'RUST'
use std::cmp::Ordering;

fn main() {
    for (first, second, seen) in [("1.0.RC2", "1.0-RC3", Ordering::Greater), ("1.foo", "1-foo", Ordering::Less)] {
        let order = maven_version::compare_version(first, second).expect("taken");
        println!("maven-version 0.1.0: {first} {order:?} {second}");
        assert_eq!(order, seen);
    }
    assert_eq!(maven_version::compare_version("1-release", "1"), Ok(Ordering::Equal));
}
RUST
CARGO_TARGET_DIR="$folder/target" cargo run -q
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'univers==32.0.1'
venv/bin/python - <<'PY'
from univers.versions import MavenVersion as V

for first, second, seen in [("1.0.RC2", "1.0-RC3", "Greater"), ("1.foo", "1-foo", "Less"), ("1-release", "1", "Greater")]:
    order = "Less" if V(first) < V(second) else "Greater" if V(first) > V(second) else "Equal"
    print(f"univers 32.0.1: {first} {order} {second}")
    assert order == seen
PY
