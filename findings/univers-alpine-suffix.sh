#!/usr/bin/env bash
# PyPI's univers 32.0.1 refuses Alpine versions with the suffix _git.
#
# "1.2.5_git20240512" is refused as no valid version, like "1.0_svn1", "1.0_cvs1" and "1.0_hg1". "1.0_rc1" and "1.0_p1" are taken.
#
# One would expect all six: Alpine's package format (apk-package(5) and the APKBUILD reference, `pkgver`) lists alpha, beta, pre and rc
# before, and cvs, svn, git, hg and p behind the plain version.
# A check that skips what it cannot parse says nothing about these packages, and "nothing found" looks the same.
#
# Count and show what could not be compared.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'univers==32.0.1'
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from univers.versions import AlpineLinuxVersion, InvalidVersion

print("univers", version("univers"))
seen = {}
for text in ("1.0_rc1", "1.0_p1", "1.2.5_git20240512", "1.0_svn1", "1.0_cvs1", "1.0_hg1"):
    try:
        AlpineLinuxVersion(text)
        seen[text] = "taken"
    except InvalidVersion:
        seen[text] = "refused"
    print(f"{text:18} {seen[text]}")
assert list(seen.values()) == ["taken"] * 2 + ["refused"] * 4
PY
