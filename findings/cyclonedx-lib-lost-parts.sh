#!/usr/bin/env bash
# cyclonedx-python-lib 11.12.0 loses the rejection of a vulnerability, and annotations, without a word.
#
# A valid bill of version 1.6 holds a vulnerability with `rejected` (the date at which its record was withdrawn) and `proofOfConcept`, and
# an annotation by a named reviewer. All three are missing after reading and writing. There is no error and no warning. The neighbours
# `created` and `workaround` survive.
#
# One would expect that they are kept, or refused: the library says that it supports 1.6 and validates the same text as strict.
# CycloneDX 1.6, vulnerabilities[].rejected: the date and time when the vulnerability record was rejected, if applicable.
# A withdrawn vulnerability thus comes back as a standing one, and a review note disappears.
#
# Keep the received file itself as evidence, never a rewritten one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'cyclonedx-python-lib[json-validation]==11.12.0'
"$folder/venv/bin/python" -W error::UserWarning - <<'PY'
import json
from importlib.metadata import version

from cyclonedx.model.bom import Bom
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

bill = {
    "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
    "components": [{"type": "library", "bom-ref": "a", "name": "a", "version": "1.0"}],
    "vulnerabilities": [{
        "id": "CVE-2024-1", "created": "2026-01-01T00:00:00Z", "rejected": "2026-02-01T00:00:00Z", "workaround": "none",
        "proofOfConcept": {"reproductionSteps": "see report"}, "affects": [{"ref": "a"}]}],
    "annotations": [{"bom-ref": "note", "subjects": ["a"], "annotator": {"individual": {"name": "Reviewer"}},
                     "timestamp": "2026-02-02T00:00:00Z", "text": "Reviewed, not used in class C."}],
}
print("cyclonedx-python-lib", version("cyclonedx-python-lib"))
validator = JsonStrictValidator(SchemaVersion.V1_6)
assert validator.validate_str(json.dumps(bill)) is None, "the input is valid"
text = make_outputter(Bom.from_json(bill), OutputFormat.JSON, SchemaVersion.V1_6).output_as_string()
written = json.loads(text)
vulnerability = written["vulnerabilities"][0]
print("vulnerability read:   ", sorted(bill["vulnerabilities"][0]))
print("vulnerability written:", sorted(vulnerability))
print("annotations written:  ", written.get("annotations"))
assert {"created", "workaround", "affects"} <= set(vulnerability)
assert "rejected" not in vulnerability and "proofOfConcept" not in vulnerability
assert "annotations" not in written
PY
