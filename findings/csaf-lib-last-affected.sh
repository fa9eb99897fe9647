#!/usr/bin/env bash
# csaf-lib 0.1.0b12 and csaf-vex 0.1.0b5 count the last affected version as a fixed one.
#
# A CSAF 2.0 document names one product under known_affected and under last_affected. `csaf-lib verify` and `csaf-vex verify` fail with
# "Contradicting Product Status": the product were both in the group "affected" and in the group "fixed". first_affected is counted so too.
# Both programs end with the exit status 0 all the same.
#
# One would expect that it passes. CSAF 2.0, 6.1.6, puts first_affected, known_affected and last_affected into one group, "affected", and
# first_fixed and fixed into another. @secvisogram/csaf-validator-lib 2.0.10 takes the document.
#
# For this check use the other validator, or name such a version once only.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit --prefix . '@secvisogram/csaf-validator-lib@2.0.10' > npm.log
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'csaf-lib==0.1.0b12' 'csaf-vex==0.1.0b5'
cat > write.py <<'PY'
import json

for status in ("known_affected", "first_affected", "last_affected"):
    document = {
        "document": {
            "category": "csaf_vex", "csaf_version": "2.0", "title": "Pump",
            "publisher": {"category": "vendor", "name": "Example", "namespace": "https://example.com"},
            "notes": [{"category": "summary", "text": "A summary."}],
            "tracking": {"id": "EX-1", "status": "final", "version": "1", "initial_release_date": "2026-01-01T00:00:00Z",
                         "current_release_date": "2026-01-01T00:00:00Z",
                         "revision_history": [{"date": "2026-01-01T00:00:00Z", "number": "1", "summary": "First."}]}},
        "product_tree": {"full_product_names": [{"product_id": "P1", "name": "Pump 1.0"}]},
        "vulnerabilities": [{"cve": "CVE-2024-0001", "notes": [{"category": "description", "text": "A description."}],
                             "product_status": {"known_affected": ["P1"], status: ["P1"]},
                             "remediations": [{"category": "workaround", "details": "Switch it off.", "product_ids": ["P1"]}]}]}
    with open(f"{status}.json", "w") as file:
        json.dump(document, file)
PY
python3 write.py
cat > probe.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import * as basic from "@secvisogram/csaf-validator-lib/basic.js";
import validate from "@secvisogram/csaf-validator-lib/validate.js";

for (const status of ["known_affected", "first_affected", "last_affected"]) {
  const { isValid } = await validate(Object.values(basic), JSON.parse(readFileSync(`${status}.json`)));
  console.log(`csaf-validator-lib 2.0.10, known_affected and ${status}: valid ${isValid}`);
  assert.ok(isValid);
}
JS
node probe.mjs
for tool in csaf-lib csaf-vex; do
  venv/bin/pip freeze | grep "^$tool=="
  for status in known_affected first_affected last_affected; do
    code=0
    venv/bin/$tool verify "$status.json" --test-set csaf > out || code=$?
    echo "$tool, known_affected and $status: $(tail -1 out), exit status $code"
    [ "$code" = 0 ]
    if [ "$status" = known_affected ]; then
      grep -q '^Verification PASSED' out
    else
      grep 'appear in both' out
      grep -q "\['P1'\] appear in both 'affected' and 'fixed'" out
      grep -q '^Verification FAILED' out
    fi
  done
done
