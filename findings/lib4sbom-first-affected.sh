#!/usr/bin/env bash
# lib4sbom 0.10.4 keeps the first affected component of a vulnerability and the last of its responses.
#
# A CycloneDX 1.6 file says that one vulnerability affects two components and that the responses are "workaround_available" and "update".
# The parser hands out one `bom_link` (the first component) and one `remediation` (the last response). lib4vex reads CycloneDX VEX files
# by the same parser.
#
# One would expect both components: CycloneDX (vulnerabilities[].affects) is an array of everything that is affected, and
# analysis.response is an array too. The second component looks as if nothing had been said about it.
#
# A writer that wants to reach such readers gives each component a vulnerability entry of its own.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'lib4sbom==0.10.4'
cd "$folder"
cat > vex.cdx.json <<'JSON'
{"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", "version": 1,
 "metadata": {"timestamp": "2026-11-22T14:05:00Z",
              "component": {"type": "firmware", "bom-ref": "pump", "name": "pump", "version": "1.0"}},
 "components": [{"type": "library", "bom-ref": "a", "name": "a", "version": "1.0"},
                {"type": "library", "bom-ref": "b", "name": "b", "version": "1.0"}],
 "vulnerabilities": [{"bom-ref": "v", "id": "CVE-2024-1", "description": "d",
   "analysis": {"state": "exploitable", "response": ["workaround_available", "update"]},
   "affects": [{"ref": "a"}, {"ref": "b"}]}]}
JSON
venv/bin/python - <<'PY'
from importlib.metadata import version

from lib4sbom.parser import SBOMParser

print("lib4sbom", version("lib4sbom"))
parser = SBOMParser()
parser.parse_file("vex.cdx.json")
found = parser.get_vulnerabilities()
print(found)
assert len(found) == 1
assert found[0]["bom_link"] == "a"
assert found[0]["remediation"] == "update"
assert "workaround_available" not in str(found)
PY
