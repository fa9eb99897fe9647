#!/usr/bin/env bash
# cyclonedx-editor-validator 1.0.3 extracts a VEX file that no longer says which product it is about.
#
# `cdx-ev vex extract` writes the vulnerabilities of a bill into a file of its own. The file has no serial number, no metadata and no components;
# `affects[].ref` still holds the short reference "x", which stood for a component of the bill. It keeps the number of the bill's version.
#
# One would expect links of the form urn:cdx:SERIAL/VERSION#x. CycloneDX 1.6 (vulnerabilities[].affects[].ref): a reference to a component of
# this bill, or a BOM-Link to one of another bill. In the extracted file the reference points at nothing, and the bill it came from
# cannot be found. It is valid by the schema.
#
# A reader refuses statements whose reference is not in the file and is no BOM-Link, and says so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'cyclonedx-editor-validator==1.0.3'
cat > bill.cdx.json <<'JSON'
{"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", "version": 2,
 "metadata": {"timestamp": "2026-11-22T14:05:00Z", "component": {"type": "firmware", "bom-ref": "pump", "name": "pump", "version": "1.0"}},
 "components": [{"type": "library", "bom-ref": "x", "name": "x", "version": "1.0", "purl": "pkg:cargo/x@1.0"}],
 "vulnerabilities": [{"bom-ref": "v", "id": "CVE-2024-1", "analysis": {"state": "not_affected"}, "affects": [{"ref": "x"}]}]}
JSON
venv/bin/cdx-ev --version
venv/bin/cdx-ev validate bill.cdx.json
venv/bin/cdx-ev vex extract bill.cdx.json > vex.cdx.json
cat vex.cdx.json
venv/bin/cdx-ev validate vex.cdx.json
venv/bin/python - <<'PY'
import json

with open("vex.cdx.json") as file:
    written = json.load(file)
assert set(written) == {"bomFormat", "specVersion", "version", "vulnerabilities"}, sorted(written)
assert written["version"] == 2
assert written["vulnerabilities"][0]["affects"] == [{"ref": "x"}]
PY
