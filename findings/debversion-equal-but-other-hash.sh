#!/usr/bin/env bash
# In the Rust crate debversion 0.5.5 two equal versions are two entries of a HashSet.
#
# "1.0" and "1.0-0", "1.0-1" and "0:1.0-1", "1.0" and "1.00" compare as equal, as Debian Policy 5.6.12 asks. Their hashes differ, so a
# HashSet keeps both and a HashMap does not find the one under the other. A BTreeSet keeps one.
#
# One would expect one entry. The documentation of Rust's `Hash` asks that equal keys have equal hashes. Nothing fails: a table of fixed
# versions just does not find "0:1.0-1".
#
# Debian versions are looked up in ordered collections, or by a normal form of one's own.
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
debversion = "=0.5.5"
TOML
cat > src/main.rs <<'RUST'
use std::collections::{BTreeSet, HashSet};

use debversion::Version;

fn main() {
    for (one, other) in [("1.0", "1.0-0"), ("1.0-1", "0:1.0-1"), ("1.0", "1.00")] {
        let pair: [Version; 2] = [one.parse().unwrap(), other.parse().unwrap()];
        let (hashed, ordered): (HashSet<_>, BTreeSet<_>) = (pair.iter().collect(), pair.iter().collect());
        println!("{one} {other}: equal {}, HashSet {}, BTreeSet {}", pair[0] == pair[1], hashed.len(), ordered.len());
        assert!(pair[0] == pair[1]);
        assert_eq!((hashed.len(), ordered.len()), (2, 1));
    }
}
RUST
CARGO_TARGET_DIR="$folder/target" cargo run -q
cargo tree -q --depth 1
