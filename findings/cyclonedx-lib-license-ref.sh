#!/usr/bin/env bash
# cyclonedx-python-lib 11.12.0 makes a licence name out of a valid SPDX expression.
#
# The factory of the library reads "LicenseRef-Vendor", "MIT AND LicenseRef-Vendor" and "Apache-1.1+" as names of a licence. "GPL-2.0+" is
# read as an identifier, and "MIT OR Apache-2.0" as an expression. Its validator for the schema takes all five as expressions.
#
# One would expect an identifier or an expression for each. The SPDX specification (2.3, annex D; 3.0, annex B) lets `LicenseRef-` stand wherever an identifier
# stands, and lets "+" follow any identifier of a licence. The cause is the list of known keys of license-expression 30.4.4, which has the
# deprecated "GPL-2.0+" as a key and does not know `LicenseRef-` or a free "+".
#
# A `license.name` in a bill can therefore be an expression. It should be parsed before it is called an unknown licence.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check \
    'cyclonedx-python-lib[json-validation]==11.12.0' 'license-expression==30.4.4'
"$folder/venv/bin/python" -W ignore - <<'PY'
import json
from importlib.metadata import version

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

print("cyclonedx-python-lib", version("cyclonedx-python-lib"), "license-expression", version("license-expression"))
expected = {
    "MIT OR Apache-2.0": LicenseExpression,
    "GPL-2.0+": DisjunctiveLicense,
    "Apache-1.1+": DisjunctiveLicense,
    "LicenseRef-Vendor": DisjunctiveLicense,
    "MIT AND LicenseRef-Vendor": DisjunctiveLicense,
}
for text, kind in expected.items():
    made = LicenseFactory().make_from_string(text)
    print(f"{text:28} {made!r}")
    assert isinstance(made, kind), text
    bill = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
            "components": [{"type": "library", "name": "a", "licenses": [{"expression": text}]}]}
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bill)) is None, "valid as an expression"
assert LicenseFactory().make_from_string("GPL-2.0+").id == "GPL-2.0+"
for text in ("Apache-1.1+", "LicenseRef-Vendor", "MIT AND LicenseRef-Vendor"):
    assert LicenseFactory().make_from_string(text).name == text
PY
