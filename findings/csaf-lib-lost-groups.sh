#!/usr/bin/env bash
# csaf-lib 0.1.0b12 loses the products that its statements are about.
#
# A valid CSAF 2.0 VEX document names two products in a product group, and says of the group that the vulnerable code is not present.
# After `CSAFVEX.from_dict` and `to_dict` there is no group any more, the flag and the impact statement are about nothing, and the products of
# full_product_names are gone too, while product_status still names them. The status "recommended" and serial numbers are lost as well.
# There is no error and no warning.
#
# One would expect the document back, or a refusal: the package says that it parses CSAF documents and serializes them back to a dictionary,
# and all of this is in the schema of CSAF 2.0. The written file is invalid (6.1.1: a product that is not defined).
#
# Read with it what it knows, and never write a received document with it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit --prefix . '@secvisogram/csaf-validator-lib@2.0.10' > npm.log
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'csaf-lib==0.1.0b12'
cat > probe.py <<'PY'
import json
from importlib.metadata import version

from csaf_lib.models import CSAFVEX

document = {
    "document": {
        "category": "csaf_vex", "csaf_version": "2.0", "title": "Pump",
        "publisher": {"category": "vendor", "name": "Example", "namespace": "https://example.com"},
        "notes": [{"category": "summary", "text": "A summary."}],
        "tracking": {"id": "EX-1", "status": "final", "version": "1", "initial_release_date": "2026-01-01T00:00:00Z",
                     "current_release_date": "2026-01-01T00:00:00Z",
                     "revision_history": [{"date": "2026-01-01T00:00:00Z", "number": "1", "summary": "First."}]}},
    "product_tree": {
        "full_product_names": [
            {"product_id": "P1", "name": "Pump 1.0", "product_identification_helper": {"serial_numbers": ["S-1"]}},
            {"product_id": "P2", "name": "Pump 2.0"}],
        "product_groups": [{"group_id": "G1", "product_ids": ["P1", "P2"], "summary": "All pumps."}]},
    "vulnerabilities": [{
        "cve": "CVE-2024-0001", "notes": [{"category": "description", "text": "A description."}],
        "product_status": {"known_not_affected": ["P1", "P2"], "recommended": ["P2"]},
        "flags": [{"label": "vulnerable_code_not_present", "group_ids": ["G1"]}],
        "threats": [{"category": "impact", "details": "The pumps do not use that code.", "group_ids": ["G1"]}]}],
}
print("csaf-lib", version("csaf-lib"))
written = json.loads(json.dumps(CSAFVEX.from_dict(document).to_dict(), default=str))
with open("read.json", "w") as file:
    json.dump(document, file)
with open("written.json", "w") as file:
    json.dump(written, file)
before, after = document["vulnerabilities"][0], written["vulnerabilities"][0]
print("product_tree read:   ", sorted(document["product_tree"]), "\nproduct_tree written:", written.get("product_tree"))
for key in ("product_status", "flags", "threats"):
    print(f"{key} read:    {before[key]}\n{key} written: {after[key]}")
assert not written.get("product_tree")
assert after["product_status"] == {"known_not_affected": ["P1", "P2"]}
assert after["flags"] == [{"label": "vulnerable_code_not_present"}]
assert after["threats"] == [{"category": "impact", "details": "The pumps do not use that code."}]
PY
venv/bin/python -W error::UserWarning probe.py
cat > check.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import * as basic from "@secvisogram/csaf-validator-lib/basic.js";
import validate from "@secvisogram/csaf-validator-lib/validate.js";

for (const [name, expected] of [["read", true], ["written", false]]) {
  const { isValid, tests } = await validate(Object.values(basic), JSON.parse(readFileSync(`${name}.json`)));
  console.log(`csaf-validator-lib 2.0.10, ${name}: valid ${isValid}`, tests.filter((test) => !test.isValid).map((test) => test.name));
  assert.strictEqual(isValid, expected);
}
JS
node check.mjs
