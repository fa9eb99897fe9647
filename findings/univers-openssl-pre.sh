#!/usr/bin/env bash
# PyPI's univers 32.0.1 puts OpenSSL's pre-releases before or behind the release, by the word that names them.
#
# "1.1.1-pre1" comes after "1.1.1", and "1.1.0-pre6" after "1.1.0". "3.0.0-beta1" and "0.9.8-beta6" come before their releases.
#
# One would expect all four before. OpenSSL's own archives name the pre-releases of 1.1.0 and 1.1.1 "-pre1", "-pre2", ..., and those of
# 0.9.x, 1.0.x and 3.x "-alpha" and "-beta"; none of them is a release. An advisory "fixed in 1.1.1" does not find the pre-release 1.1.1-pre1.
#
# OpenSSL needs an order of its own, by all the words that it has used.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'univers==32.0.1'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from univers.version_range import OpensslVersionRange
from univers.versions import OpensslVersion as V

print("univers", version("univers"))
for first, second in [("1.1.1", "1.1.1-pre1"), ("1.1.0", "1.1.0-pre6"), ("3.0.0-beta1", "3.0.0"), ("0.9.8-beta6", "0.9.8")]:
    print(f"{first} before {second}: {V(first) < V(second)}")
    assert V(first) < V(second)
found = V("1.1.1-pre1") in OpensslVersionRange.from_string("vers:openssl/<1.1.1")
print("1.1.1-pre1 in vers:openssl/<1.1.1:", found)
assert not found
PY
