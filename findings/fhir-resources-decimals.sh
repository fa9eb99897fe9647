#!/usr/bin/env bash
# PyPI's fhir.resources 8.3.0 changes the decimals of a FHIR resource.
#
# The values 0.10, 1.00 and 12345678901234567890.123 of a Quantity are read from JSON and written again: 0.1, 1.0 and
# 12345678901234567000. The model holds a Decimal each time, but it is made of a binary float.
#
# One would expect the same digits. FHIR R5, data type decimal: the precision has a meaning, 0.010 and 0.01 differ, and implementations
# have to preserve it. The number of digits tells how exact a measurement was.
#
# Keep numbers of clinical data as text from the file to the record.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'fhir.resources==8.3.0' 'fhir-core==1.1.12'
"$folder/venv/bin/python" - <<'PY'
from decimal import Decimal
from importlib.metadata import version

from fhir.resources.observation import Observation

print("fhir.resources", version("fhir.resources"), "fhir-core", version("fhir-core"))
expected = {"0.10": "0.1", "1.00": "1.0", "12345678901234567890.123": "12345678901234567000", "1.5": "1.5"}
for read, written in expected.items():
    text = ('{"resourceType":"Observation","status":"final","code":{"text":"flow"},"valueQuantity":{"value":' + read + '}}')
    observation = Observation.model_validate_json(text)
    again = observation.model_dump_json().split('"value":')[1].rstrip("}")
    print(f"read {read}, held {observation.valueQuantity.value!r}, written {again}")
    assert isinstance(observation.valueQuantity.value, Decimal)
    assert again == written
PY
