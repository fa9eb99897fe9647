#!/usr/bin/env bash
# PyPI's univers 32.0.1 turns RubyGems' "~>" into a range that is too wide.
#
# "~> 2.0.3" becomes "vers:gem/>=2.0.3|<2.1". The pre-release "2.1.0.rc1" is inside that range. The requirement itself, asked by the class
# that the same package holds for it, is not satisfied by "2.1.0.rc1".
#
# One would expect both answers to be no. RubyGems (Gem::Requirement, operator "~>") compares the release part of the version, 2.1.0,
# with the upper bound 2.1; the pre-release does not slip in below the bound. The `vers` text of the same requirement is not the same set.
#
# The upper bound of such a range has to be written with the first pre-release ("<2.1.a"), or "~>" has to be kept as it is.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'univers==32.0.1'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from univers.gem import GemRequirement, GemVersion
from univers.version_range import GemVersionRange
from univers.versions import RubygemsVersion

print("univers", version("univers"))
native = GemVersionRange.from_native("~> 2.0.3")
in_range = RubygemsVersion("2.1.0.rc1") in native
satisfied = GemRequirement.from_string("~> 2.0.3").satisfied_by(GemVersion("2.1.0.rc1"))
print(f"~> 2.0.3 becomes {native}; 2.1.0.rc1 inside: {in_range}; the requirement is satisfied: {satisfied}")
assert str(native) == "vers:gem/>=2.0.3|<2.1"
assert in_range and not satisfied
PY
