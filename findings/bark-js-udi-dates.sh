#!/usr/bin/env bash
# npm's bark-js 1.2.1 reads the expiry dates of device identifiers as days that do not exist, or a century too early.
#
# The expiry "300200" in a GS1 code is read as "2030-02-00", from which JavaScript makes an invalid date. "510131" is read as "1951-01-31".
# There is no error.
#
# One would expect 2030-02-28 and 2051-01-31. The library says that it follows the GS1 General Specifications. There, for the application
# identifiers of dates, a day of 00 means the last day of the month, and 7.12 takes a year as one of this century unless it lies
# 51 or more years ahead of today. npm's gs1-barcode-parser-mod 1.2.1 answers so. Many device makers print the month alone, so the
# date of expiry of such a device can be neither compared nor shown.
#
# Take the six digits from `raw` and work out the date by the rule.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit --prefix . 'bark-js@1.2.1' 'gs1-barcode-parser-mod@1.2.1' > npm.log
cat > probe.cjs <<'JS'
const assert = require("node:assert");
const bark = require("bark-js");
const { parseBarcode } = require("gs1-barcode-parser-mod");

console.log("bark-js", require("bark-js/package.json").version);
const day = (date) => `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
for (const [expiry, seen, expected] of [
  ["300228", "2030-02-28", "2030-02-28"], ["300200", "2030-02-00", "2030-02-28"], ["510131", "1951-01-31", "2051-01-31"],
]) {
  const code = `010952123454321317${expiry}21S1`;
  const value = bark(code).elements.find((element) => element.ai === "17").value;
  const other = day(parseBarcode(code).parsedCodeItems.find((item) => item.ai === "17").data);
  console.log(`(17)${expiry}: bark-js ${value}, gs1-barcode-parser-mod ${other}`);
  assert.strictEqual(value, seen);
  assert.strictEqual(other, expected);
}
assert.ok(Number.isNaN(new Date("2030-02-00").getTime()));
JS
node probe.cjs
