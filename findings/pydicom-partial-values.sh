#!/usr/bin/env bash
# pydicom 3.0.2 calls a year equal to a midnight, and one name different from itself.
#
# DT("1993") and DT("19930101000000") are equal and have one hash. The two texts are kept. PersonName("Doe^Jane") and PersonName("Doe^Jane^^^")
# are not equal, although each of their five components is. "Doe^Jane" and "Doe^Jane==" are equal.
#
# One would expect the opposite. DICOM PS3.5, 6.2, VR DT: components that are left out at the end tell the precision of the value. VR PN: empty
# components at the end, and their delimiters, may be left out, so both texts are one name. A set of dates of events loses one of them; a
# search for a person loses the other.
#
# Compare dates with their precision, and names component by component.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'pydicom==3.0.2'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from pydicom.valuerep import DT, PersonName

print("pydicom", version("pydicom"))
year, midnight = DT("1993"), DT("19930101000000")
print(f"{year} == {midnight}: {year == midnight}, in a set: {len({year, midnight})}")
assert year == midnight and len({year, midnight}) == 1
assert (str(year), str(midnight)) == ("1993", "19930101000000")
short, long, groups = PersonName("Doe^Jane"), PersonName("Doe^Jane^^^"), PersonName("Doe^Jane==")
print(f"Doe^Jane == Doe^Jane^^^: {short == long}; Doe^Jane == Doe^Jane==: {short == groups}")
parts = ("family_name", "given_name", "middle_name", "name_prefix", "name_suffix")
assert all(getattr(short, part) == getattr(long, part) for part in parts)
assert short != long and short == groups
PY
