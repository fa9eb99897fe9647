#!/usr/bin/env bash
# npm's cvss 1.0.5 gives every CVSS 3.1 vector the score 0 and the rating "None".
#
# "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" gets 0, "None". The same metrics as CVSS:3.0 get 9.8, "Critical". There is no error. Only
# with the option `throw` does the library say that it does not know the vector; the option is off at first.
#
# One would expect 9.8 or an error. The package has the plain name of the standard; 3.1 is from 2019 and has the same base formula for this
# vector (CVSS 3.1, 7.1). "None" is the rating of a vulnerability without impact.
#
# Compute scores of received bills again, and list differences.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit --prefix . 'cvss@1.0.5' > npm.log
cat > probe.cjs <<'JS'
const assert = require("node:assert");
const cvss = require("cvss");

console.log("cvss", require("cvss/package.json").version);
const METRICS = "/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const seen = Object.fromEntries(["CVSS:3.0", "CVSS:3.1"].map((name) => [name, cvss.getAll(name + METRICS).base]));
console.log(seen);
assert.deepStrictEqual(seen["CVSS:3.0"], { score: 9.8, rating: "Critical" });
assert.deepStrictEqual(seen["CVSS:3.1"], { score: 0, rating: "None" });
assert.throws(() => cvss.getScore("CVSS:3.1" + METRICS, { throw: true }));
JS
node probe.cjs
