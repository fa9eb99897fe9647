#!/usr/bin/env bash
# cyclonedx-python-lib 11.12.0 turns "dependencies unknown" into "no dependencies".
#
# A bill names two components and tells the dependencies of the product only. It is read and written again. The written bill has an entry
# in `dependencies` for each of the components too, without `dependsOn`.
#
# One would expect that only the entry of the product is written. The two forms have different meanings: CycloneDX (1.6, `dependencies`)
# says that a component without dependencies of its own MUST be declared as an empty element, and that a component that is not in the
# graph MAY have unknown dependencies. The statement "incomplete" in `compositions` is lost on the same way, so nothing is left that says
# how much was known.
#
# An empty entry in a bill that passed through this library proves nothing. Who judges completeness has to ask for the original bill.
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

bill = {
    "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
    "metadata": {"component": {"type": "firmware", "bom-ref": "pump", "name": "pump", "version": "1.0"}},
    "components": [
        {"type": "library", "bom-ref": "a", "name": "a", "version": "1.0"},
        {"type": "library", "bom-ref": "b", "name": "b", "version": "1.0"},
    ],
    "dependencies": [{"ref": "pump", "dependsOn": ["a", "b"]}],
    "compositions": [{"aggregate": "incomplete", "dependencies": ["a", "b"]}],
}
print("cyclonedx-python-lib", version("cyclonedx-python-lib"))
assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None, "the input is valid"
text = make_outputter(Bom.from_json(bill), OutputFormat.JSON, SchemaVersion.V1_6).output_as_string()
written = json.loads(text)
print("dependencies read:   ", bill["dependencies"])
print("dependencies written:", written["dependencies"])
print("compositions written:", written.get("compositions"))
assert {"ref": "a"} in written["dependencies"] and {"ref": "b"} in written["dependencies"]
assert "compositions" not in written
PY
