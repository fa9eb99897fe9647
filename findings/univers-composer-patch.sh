#!/usr/bin/env bash
# PyPI's univers 32.0.1 puts Composer's patch releases before the release that they patch.
#
# "2.4.6-p3" comes before "2.4.6", and "2.4.6-p10" before "2.4.6-p9". "1.0.0-dev" comes after "1.0.0-alpha". "2.4.6-p3" is inside
# "vers:composer/<2.4.6".
#
# One would expect the opposite each time. Composer's schema (field `version`) allows the suffixes -dev, -patch (-p), -alpha (-a), -beta
# (-b) and -RC; "patch" is the only one that comes after the plain version, and the number behind a suffix counts as a number. Some
# web shops are released in this very form, with security fixes in "-p1", "-p2", ...: a patched one is called vulnerable, and an unpatched one
# fixed.
#
# Compare Composer versions by Composer's own order; do not take over verdicts that come from this library.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'univers==32.0.1'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from univers.version_range import ComposerVersionRange
from univers.versions import ComposerVersion as V

print("univers", version("univers"))
for first, second in [("2.4.6-p3", "2.4.6"), ("2.4.6-p10", "2.4.6-p9"), ("1.0.0-alpha", "1.0.0-dev")]:
    print(f"{first} before {second}: {V(first) < V(second)}")
    assert V(first) < V(second)
inside = V("2.4.6-p3") in ComposerVersionRange.from_string("vers:composer/<2.4.6")
print("2.4.6-p3 in vers:composer/<2.4.6:", inside)
assert inside
PY
