#!/usr/bin/env bash
# The Rust crate cvss-rs 0.5.0 says base score 0 for every vector that it parsed itself.
#
# "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" is parsed. `base_score()` is 0 and `base_severity()` is the severity "none"; `calculated_base_score()`
# is 9.8. It is the same for versions 2.0 and 4.0. The value from `base_score()` is the stored number of a JSON object, and there is none
# where only a vector string was read.
#
# One would expect 9.8: the method is described as "Returns the base score", and the first example of the documentation compares it with
# 9.8 (for an object that came with its score). 0.0 is a valid score, so nothing looks broken.
#
# Only ever use `calculated_base_score()`, and hold the stored number against it.
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
cvss-rs = "=0.5.0"
TOML
cat > src/main.rs <<'RUST'
use cvss_rs::v2_0::CvssV2;
use cvss_rs::v3::CvssV3;
use cvss_rs::v4_0::CvssV4;
use cvss_rs::Severity;

fn main() {
    let v2: CvssV2 = "AV:N/AC:L/Au:N/C:P/I:P/A:P".parse().unwrap();
    let v3: CvssV3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".parse().unwrap();
    let v4: CvssV4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N".parse().unwrap();
    let seen = [
        (v2.base_score(), v2.calculated_base_score()),
        (v3.base_score(), v3.calculated_base_score()),
        (v4.base_score(), v4.calculated_base_score()),
    ];
    println!("cvss-rs 0.5.0 (base_score, calculated_base_score): {seen:?}, severity {:?}", v3.base_severity());
    assert_eq!(seen, [(0.0, Some(7.5)), (0.0, Some(9.8)), (0.0, Some(9.3))]);
    assert_eq!(v3.base_severity(), Some(Severity::None));
}
RUST
CARGO_TARGET_DIR="$folder/target" cargo run -q
