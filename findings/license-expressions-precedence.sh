#!/usr/bin/env bash
# npm's license-expressions 0.8.0 lets OR bind more tightly than AND when AND comes first.
#
# "MIT AND Apache-2.0 OR GPL-2.0-only" is read as "MIT AND (Apache-2.0 OR GPL-2.0-only)", and "MIT OR Apache-2.0 AND GPL-2.0-only" rightly
# as "MIT OR (Apache-2.0 AND GPL-2.0-only)": the operators are grouped from the right.
#
# One would expect "(MIT AND Apache-2.0) OR GPL-2.0-only". SPDX 2.3, annex D.4.5: AND is applied before OR, and the order can only be changed
# with parentheses. npm's spdx-expression-parse 5.0.0 and PyPI's license-expression 30.4.4 read it so.
# By this tree nobody can choose GPL-2.0-only alone, and MIT seems to apply in each case.
#
# Write the parentheses, or parse with another library.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit --prefix . 'license-expressions@0.8.0' 'spdx-expression-parse@5.0.0' > npm.log
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'license-expression==30.4.4'
cat > probe.cjs <<'JS'
const assert = require("node:assert");
const { readFileSync } = require("node:fs");
const { parse } = require("license-expressions");
const other = require("spdx-expression-parse");

const show = (node) => node.conjunction ? `(${show(node.left)} ${node.conjunction.toUpperCase()} ${show(node.right)})` : node.license;
console.log("license-expressions", JSON.parse(readFileSync("node_modules/license-expressions/package.json")).version);
for (const [text, seen, expected] of [
  ["MIT AND Apache-2.0 OR GPL-2.0-only", "(MIT AND (Apache-2.0 OR GPL-2.0-only))", "((MIT AND Apache-2.0) OR GPL-2.0-only)"],
  ["MIT OR Apache-2.0 AND GPL-2.0-only", "(MIT OR (Apache-2.0 AND GPL-2.0-only))", "(MIT OR (Apache-2.0 AND GPL-2.0-only))"],
]) {
  console.log(`${text}\n  license-expressions:   ${show(parse(text))}\n  spdx-expression-parse: ${show(other(text))}`);
  assert.strictEqual(show(parse(text)), seen);
  assert.strictEqual(show(other(text)), expected);
}
JS
node probe.cjs
venv/bin/python - <<'PY'
from license_expression import get_spdx_licensing

seen = str(get_spdx_licensing().parse("MIT AND Apache-2.0 OR GPL-2.0-only"))
print("  license-expression:   ", seen)
assert seen == "(MIT AND Apache-2.0) OR GPL-2.0-only"
PY
