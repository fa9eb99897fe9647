#!/usr/bin/env bash
# PyPI's license-expression 30.4.4 does not know "or any later version" of a licence, except for the GNU licences.
#
# With `get_spdx_licensing()`, "Apache-2.0+", "MPL-1.1+" and "EPL-1.0+" are unknown keys, although "Apache-2.0", "MPL-1.1" and "EPL-1.0" are known.
# "GPL-2.0+" and "LGPL-2.1+" are taken, since they are old names in its list. `validate` of a text that ends in "AND", or has a slash,
# raises an AttributeError.
#
# One would expect that they are valid: SPDX 2.3, annex D.3, makes an identifier with "+" a simple expression, and the GPL is only one of
# the examples. And one would expect an ExpressionInfo with `errors`, as the documentation of `validate` promises.
# Many tools for bills of materials check licences with this library.
#
# Cut off the "+" before asking for the key, and catch AttributeError.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'license-expression==30.4.4' 'boolean.py==5.0'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from license_expression import get_spdx_licensing

print("license-expression", version("license-expression"))
licensing = get_spdx_licensing()
for name in ("Apache-2.0", "MPL-1.1", "EPL-1.0"):
    plain, later = licensing.validate(name), licensing.validate(name + "+")
    print(f"{name}: {plain.errors}; {name}+: {later.errors}")
    assert plain.errors == [] and later.errors == [f"Unknown license key(s): {name}+"]
for name, seen in [("GPL-2.0+", "GPL-2.0-or-later"), ("LGPL-2.1+", "LGPL-2.1-or-later")]:
    assert licensing.validate(name).normalized_expression == seen
    print(name, "->", seen)
for text in ("MIT AND", "MIT/X11"):
    try:
        licensing.validate(text)
    except AttributeError as error:
        print(f"{text}: AttributeError: {error}")
    else:
        raise SystemExit(f"{text}: no error is raised")
PY
