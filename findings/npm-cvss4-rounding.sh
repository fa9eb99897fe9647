#!/usr/bin/env bash
# npm's cvss4 1.0.7 rounds some CVSS 4.0 base scores down where the standard's own calculator rounds them up.
#
# "CVSS:4.0/AV:L/AC:H/AT:P/PR:N/UI:A/VC:H/VI:L/VA:N/SC:N/SI:N/SA:N" gets 5.6, and ".../AV:L/AC:L/AT:P/PR:H/UI:N/VC:N/VI:N/VA:L/SC:H/SI:H/SA:H"
# gets 4.9. PyPI's cvss 3.6, npm's ae-cvss-calculator 1.0.13 and the Rust crate cvss-rs 0.5.0 give 5.7 and 5.0.
#
# One would expect the same. The mean distance in the formula of CVSS 4.0 (8.2) is 5.65 and 4.95 here; in binary floating point it
# is a little less, and the step that FIRST's calculator added for this before it rounds is missing.
#
# Scores that differ by 0.1 are no different judgements. Compare vectors, and do not draw a line right at a rounded score.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cd "$folder"
cat > vectors.txt <<'TXT'
CVSS:4.0/AV:L/AC:H/AT:P/PR:N/UI:A/VC:H/VI:L/VA:N/SC:N/SI:N/SA:N
CVSS:4.0/AV:L/AC:L/AT:P/PR:H/UI:N/VC:N/VI:N/VA:L/SC:H/SI:H/SA:H
CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N
TXT
npm install --silent --no-fund --no-audit --prefix . 'cvss4@1.0.7' 'ae-cvss-calculator@1.0.13' > npm.log
cat > probe.cjs <<'JS'
const { readFileSync } = require("node:fs");
const { calculateBaseScoreV4 } = require("cvss4");
const { Cvss4P0 } = require("ae-cvss-calculator");

const vectors = readFileSync("vectors.txt", "utf8").trim().split("\n");
const plain = (result) => (typeof result === "object" ? result.score : result).toFixed(1);
console.log("cvss4", ...vectors.map((vector) => plain(calculateBaseScoreV4(vector))));
console.log("ae-cvss-calculator", ...vectors.map((vector) => plain(new Cvss4P0(vector).calculateScores().base)));
JS
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'cvss==3.6'
cat > Cargo.toml <<'TOML'
[package]
name = "probe"
version = "0.1.0"
edition = "2024"
[dependencies]
cvss-rs = "=0.5.0"
TOML
cat > src/main.rs <<'RUST'
use cvss_rs::v4_0::CvssV4;

fn main() {
    let text = std::fs::read_to_string("vectors.txt").unwrap();
    let scores = text.lines().map(|line| line.parse::<CvssV4>().unwrap().calculated_base_score().unwrap());
    let scores: Vec<String> = scores.map(|score| format!("{score:.1}")).collect();
    println!("cvss-rs {}", scores.join(" "));
}
RUST
{
    node probe.cjs
    venv/bin/python -c 'from cvss import CVSS4; print("cvss", *(f"{float(CVSS4(line.strip()).base_score):.1f}" for line in open("vectors.txt")))'
    CARGO_TARGET_DIR="$folder/target" cargo run -q
} > seen.txt
cat seen.txt
grep -qx 'cvss4 5.6 4.9 9.3' seen.txt
for name in ae-cvss-calculator cvss cvss-rs; do grep -qx "$name 5.7 5.0 9.3" seen.txt; done
