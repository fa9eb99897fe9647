#!/usr/bin/env bash
# npm's spdx-correct 3.2.0 makes the public-domain "Unlicense" out of npm's word for "no licence at all".
#
# correct("UNLICENSED") is "Unlicense". correct("Not MIT") is "MIT", and correct("BSD License") is "BSD-2-Clause".
#
# One would expect null for "UNLICENSED", since the library answers null where it does not know. npm's documentation of package.json
# (field `license`) asks for {"license": "UNLICENSED"} on a package that others may not use; "Unlicense" is the SPDX identifier of a text that
# gives all rights away. Tools that clean up the licences of a bill with this library turn closed software into free software.
#
# Take the text of the source, and leave "UNLICENSED" to a person.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit --prefix . 'spdx-correct@3.2.0' > npm.log
cat > probe.cjs <<'JS'
const assert = require("node:assert");
const correct = require("spdx-correct");

console.log("spdx-correct", require("spdx-correct/package.json").version);
const expected = { UNLICENSED: "Unlicense", "Not MIT": "MIT", "BSD License": "BSD-2-Clause", Proprietary: null };
for (const [text, seen] of Object.entries(expected)) {
  console.log(text.padEnd(12), correct(text));
  assert.strictEqual(correct(text), seen);
}
JS
node probe.cjs
