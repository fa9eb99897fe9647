#!/usr/bin/env bash
# PyPI's cvss 3.6 writes CVSS 4.0 as JSON that the schema of CVSS 4.0 refuses.
#
# `CVSS4.as_json()` gives "version": "4" and names such as `attackRequirement` and `vulnerableSystemImpactConfidentiality`.
# For CVSS 3.1 the same method gives the names and the version of the schema.
#
# One would expect the names of FIRST's schema (cvss-v4.0.json), which CSAF 2.1, CVE records and OSV tools use: "version": "4.0",
# `attackRequirements`, `vulnConfidentialityImpact`.
#
# A reader should take the vector string and never the split values beside it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'cvss==3.6'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from cvss import CVSS3, CVSS4

# The names of the base metrics in the schema.
SCHEMA = {
    "attackVector", "attackComplexity", "attackRequirements", "privilegesRequired", "userInteraction", "vulnConfidentialityImpact",
    "vulnIntegrityImpact", "vulnAvailabilityImpact", "subConfidentialityImpact", "subIntegrityImpact", "subAvailabilityImpact",
}
print("cvss", version("cvss"))
of_4 = CVSS4("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N").as_json()
of_3 = CVSS3("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H").as_json()
print("version:", of_4["version"])
print("missing:", sorted(SCHEMA - set(of_4)))
print("instead:", sorted(name for name in of_4 if "mpact" in name or name == "attackRequirement"))
assert of_4["version"] == "4" and of_3["version"] == "3.1"
assert SCHEMA - set(of_4) == SCHEMA - {"attackVector", "attackComplexity", "privilegesRequired", "userInteraction"}
assert "attackRequirement" in of_4 and "vulnerableSystemImpactConfidentiality" in of_4
assert "confidentialityImpact" in of_3
PY
