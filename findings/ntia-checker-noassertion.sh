#!/usr/bin/env bash
# ntia-conformance-checker 6.0.0 takes NOASSERTION as a version, but not as a supplier.
#
# Three valid SPDX 2.3 bills of one package differ in one field. Complete: conformant. Supplier NOASSERTION: not conformant. Version NOASSERTION:
# conformant. A bill whose only creator is a tool is conformant too.
#
# One would expect the third and the fourth to fail. The minimum elements (NTIA, July 2021) ask for the version of the component and for
# the author, the entity that creates the data. SPDX 2.3, 7.3, has the version as free text, so generators that know none often write
# NOASSERTION there; a tool that checks for the supplier's NOASSERTION knows the word.
#
# Treat NOASSERTION, NONE and "unknown" as no version when a bill is judged.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'ntia-conformance-checker==6.0.0' 'spdx-tools==0.8.5'
venv/bin/python - <<'PY'
import json
import subprocess
from importlib.metadata import version


def conformant(package, creator="Organization: Example Devices"):
    bill = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": "pump",
        "documentNamespace": "https://example.com/pump",
        "creationInfo": {"created": "2026-11-22T14:05:00Z", "creators": [creator]},
        "packages": [{"SPDXID": "SPDXRef-a", "name": "a", "versionInfo": "1.0", "supplier": "Organization: Example",
                      "downloadLocation": "NOASSERTION", "filesAnalyzed": False} | package],
        "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-a"}],
    }
    with open("bill.spdx.json", "w") as file:
        json.dump(bill, file)
    run = subprocess.run(["venv/bin/ntia-checker", "-r", "json", "bill.spdx.json"], capture_output=True, text=True)
    return json.loads(run.stdout)["isNtiaConformant"]


print("ntia-conformance-checker", version("ntia-conformance-checker"))
seen = {
    "complete": conformant({}),
    "supplier NOASSERTION": conformant({"supplier": "NOASSERTION"}),
    "version NOASSERTION": conformant({"versionInfo": "NOASSERTION"}),
    "only a tool as creator": conformant({}, "Tool: example-1.0"),
}
for name, verdict in seen.items():
    print(f"{name:22} conformant: {verdict}")
assert list(seen.values()) == [True, False, True, True]
PY
