#!/usr/bin/env bash
# PyPI's cpe 1.3.1 never matches a question mark at the beginning of a name.
#
# `cpe_superset` of the version "?.0" and "1.0" is False, and `cpe_disjoint` is True. "??.0" does not match "10.0". A question mark at the end
# matches ("1.?" and "1.0"), and a star at the beginning too ("*.0" and "1.0").
#
# One would expect a match: by NISTIR 7695, 5.3.2, the unquoted question mark stands for one character at the beginning and at the end of a
# value, and the matching of NISTIR 7696 reckons with both. The source counts the marks at the beginning, but with a slice that is always empty.
# A rule that names several major versions in this way finds none of them, without an error.
#
# Write such a rule with a star, or as several names.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'cpe==1.3.1'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from cpe import CPE
from cpe.cpe2_3_wfn import CPE2_3_WFN
from cpe.cpeset2_3 import CPESet2_3

print("cpe", version("cpe"))


def name(number):
    return CPE2_3_WFN(CPE(f"cpe:2.3:a:example:part:{number}:*:*:*:*:*:*:*").as_wfn())


for pattern, number, seen in [("1.?", "1.0", True), ("*.0", "1.0", True), ("?.0", "1.0", False), ("??.0", "10.0", False)]:
    superset = CPESet2_3.cpe_superset(name(pattern), name(number))
    disjoint = CPESet2_3.cpe_disjoint(name(pattern), name(number))
    print(f"{pattern} and {number}: superset {superset}, disjoint {disjoint}")
    assert superset is seen and disjoint is not seen
PY
