#!/usr/bin/env bash
# The Rust crate node-semver 2.2.0 leaves version 1.2.0 out of "<=1.2".
#
# "<=1.2" is read as "<=1.2.0-0". 1.2.0 and 1.2.4 are not in the range. "<=2" does not hold 2.0.0.
#
# One would expect "<1.3.0-0". The crate says that it is compatible with npm's node-semver. There a missing part stands for any number
# (README, X-Ranges), so "<=1.2" holds all of 1.2. npm's semver 7.8.6 and the fork nodejs-semver 7.0.0 answer so.
# Advisories write the last affected version in this form, and that version then seems not to be affected.
#
# Write three numbers, or use the fork.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cd "$folder"
npm install --silent --no-fund --no-audit --prefix . 'semver@7.8.6' > npm.log
cat > Cargo.toml <<'TOML'
[package]
name = "probe"
version = "0.1.0"
edition = "2024"
[dependencies]
node-semver = "=2.2.0"
nodejs-semver = "=7.0.0"
TOML
cat > src/main.rs <<'RUST'
fn main() {
    for line in std::fs::read_to_string("npm.txt").expect("written").lines() {
        let [range, version, npm] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("three words") };
        let first = node_semver::Range::parse(range).expect("a range");
        let seen = first.satisfies(&node_semver::Version::parse(version).expect("a version"));
        let fork = nodejs_semver::Range::parse(range).expect("a range").satisfies(&nodejs_semver::Version::parse(version).expect("a version"));
        println!("{range} holds {version}: npm {npm}, node-semver 2.2.0 {seen} (reads {first}), nodejs-semver 7.0.0 {fork}");
        assert_eq!((npm, fork), ("true", true));
        assert_eq!(seen, version == "1.1.9");
    }
}
RUST
cat > probe.cjs <<'JS'
const semver = require("semver");
for (const [range, version] of [["<=1.2", "1.1.9"], ["<=1.2", "1.2.0"], ["<=1.2", "1.2.4"], ["<=2", "2.0.0"]]) {
  console.log(range, version, semver.satisfies(version, range));
}
JS
node probe.cjs > npm.txt
CARGO_TARGET_DIR="$folder/target" cargo run -q
