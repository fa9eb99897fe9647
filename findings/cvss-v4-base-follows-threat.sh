#!/usr/bin/env bash
# PyPI's cvss 3.6 and npm's ae-cvss-calculator 1.0.13 call a score of CVSS 4.0 "base" that the threat metrics have lowered.
#
# A CVSS 4.0 vector gets 9.3. The same vector with E:U (no exploit is known) gets 8.1, and both libraries hand it out as `base_score` and as
# `base`. For CVSS 3.1 the same field of the same libraries does not move with E:U. In npm's library the true base score is called
# `baseMetricsOnly`.
#
# One would expect 9.3 for the base score. CVSS 4.0, in the section on nomenclature: a score made of base and threat metrics is named CVSS-BT, one made of base
# metrics alone CVSS-B; FIRST's schema keeps `baseScore` and `threatScore` apart.
# A list in which some scores are B and some are BT puts the wrong component first, and a limit such as "9.0 and above" misses this one.
#
# Before a received base score is used, score the base metrics of its vector, and show a difference.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'cvss==3.6'
npm install --silent --no-fund --no-audit --prefix . 'ae-cvss-calculator@1.0.13' > npm.log
venv/bin/python - <<'PY'
from importlib.metadata import version

from cvss import CVSS3, CVSS4

V4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
print("cvss", version("cvss"))
print("4.0:", CVSS4(V4).base_score, "with E:U:", CVSS4(V4 + "/E:U").base_score)
print("3.1:", CVSS3(V31).base_score, "with E:U:", CVSS3(V31 + "/E:U").base_score)
assert float(CVSS4(V4).base_score) == 9.3
assert float(CVSS4(V4 + "/E:U").base_score) == 8.1
assert float(CVSS3(V31).base_score) == float(CVSS3(V31 + "/E:U").base_score) == 9.8
PY
cat > probe.cjs <<'JS'
const assert = require("node:assert");
const { Cvss4P0, Cvss3P1 } = require("ae-cvss-calculator");

const V4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U";
const V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U";
console.log("ae-cvss-calculator", require("ae-cvss-calculator/package.json").version);
const of4 = new Cvss4P0(V4).calculateScores();
const of3 = new Cvss3P1(V31).calculateScores();
console.log("4.0:", of4, "\n3.1:", of3);
assert.strictEqual(of4.base, 8.1);
assert.strictEqual(of4.baseMetricsOnly, 9.3);
assert.strictEqual(of3.base, 9.8);
JS
node probe.cjs
