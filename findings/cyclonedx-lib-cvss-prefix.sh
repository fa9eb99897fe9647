#!/usr/bin/env bash
# cyclonedx-python-lib 11.12.0 cuts the prefix off CVSS vectors.
#
# A bill with the rating vector "CVSS:4.0/AV:N/..." is read and written again. The vector then begins with "AV:N/...".
# The same happens to "CVSS:3.1/...". A vector of another method (SSVC) keeps all of its text.
#
# One would expect that the text comes back as it was. CVSS 3.1 (section 6) and CVSS 4.0 (section 7) both say that a vector string begins
# with the label "CVSS:" and the version. Without it the text is no vector of these versions, and readers take it for version 2 or refuse it.
# CycloneDX 1.6 (vulnerabilities[].ratings[].vector) only speaks of the textual representation of the metric values.
#
# Read such a vector together with `method`, and put the prefix back before it is parsed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'cyclonedx-python-lib[json-validation]==11.12.0'
"$folder/venv/bin/python" - <<'PY'
import json
from importlib.metadata import version

from cyclonedx.model.bom import Bom
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

V4 = "AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
V31 = "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
ratings = [
    {"method": "CVSSv4", "vector": "CVSS:4.0/" + V4},
    {"method": "CVSSv31", "vector": "CVSS:3.1/" + V31},
    {"method": "SSVC", "vector": "SSVCv2/E:A/A:Y"},
]
bill = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "vulnerabilities": [{"id": "CVE-2024-1", "ratings": ratings}]}
print("cyclonedx-python-lib", version("cyclonedx-python-lib"))
assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None, "the input is valid"
text = make_outputter(Bom.from_json(bill), OutputFormat.JSON, SchemaVersion.V1_6).output_as_string()
written = {one["method"]: one["vector"] for one in json.loads(text)["vulnerabilities"][0]["ratings"]}
for one in ratings:
    print(f"{one['method']}: read {one['vector']}")
    print(f"{' ' * len(one['method'])}  written {written[one['method']]}")
assert written["CVSSv4"] == V4
assert written["CVSSv31"] == V31
assert written["SSVC"] == "SSVCv2/E:A/A:Y"
PY
