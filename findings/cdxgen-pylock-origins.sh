#!/usr/bin/env bash
# cdxgen 12.8.4 makes PyPI packages of the directories and git checkouts in a pylock.toml.
#
# A lock file by PEP 751 names four packages: a wheel, a wheel for the group "dev" only, a local directory and a git commit. The bill
# has pkg:pypi/... for all four, the directory without a version. The property SrcFile of each names a pyproject.toml, which does not exist.
# The package of the group "dev" has no scope, as if it were needed. Every package has an entry in `dependencies` that says "none".
#
# One would expect no package URL of PyPI for what never came from there: PEP 751 gives packages.directory and packages.vcs as
# sources of their own and leaves their version out when it can change. purl-spec, type pypi: packages of the index, or of repository_url.
# A stranger's package of the same name on the index, with its vulnerabilities, is then looked up for the project's own code.
#
# A reader looks for cdx:pylock:directory and cdx:pylock:vcs before it believes such a package URL.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/tool" "$folder/project"
cd "$folder"
npm install --silent --no-fund --no-audit --omit=optional --prefix tool '@cyclonedx/cdxgen@12.8.4' > npm.log
cat > project/pylock.toml <<'TOML'
lock-version = "1.0"
created-by = "example"
requires-python = ">=3.11"
dependency-groups = ["dev"]
default-groups = []

[[packages]]
name = "six"
version = "1.16.0"
[[packages.wheels]]
url = "https://example.com/six-1.16.0-py2.py3-none-any.whl"
hashes = {sha256 = "8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254"}

[[packages]]
name = "iniconfig"
version = "2.0.0"
marker = "'dev' in dependency_groups"
[[packages.wheels]]
url = "https://example.com/iniconfig-2.0.0-py3-none-any.whl"
hashes = {sha256 = "b6a85871a79d2e3b22d2d1b94ac2824226a63c6b741c88f7ae975f18b6778374"}

[[packages]]
name = "example-own-code"
[packages.directory]
path = "own"

[[packages]]
name = "example-checkout"
version = "1.0"
[packages.vcs]
type = "git"
url = "https://example.com/checkout.git"
commit-id = "0123456789012345678901234567890123456789"
TOML
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'packaging==26.4'
venv/bin/python - <<'PY'
import tomllib

from packaging.pylock import Pylock

with open("project/pylock.toml", "rb") as file:
    Pylock.from_dict(tomllib.load(file)).validate()
print("the lock file is valid by PEP 751 (packaging 26.4)")
PY
cd project
FETCH_LICENSE=false ../tool/node_modules/.bin/cdxgen -t python --no-install-deps -o ../bill.json . > ../cdxgen.log 2>&1 || { tail -5 ../cdxgen.log; exit 1; }
cd ..
python3 - <<'PY'
import json
import os

with open("bill.json") as file:
    bill = json.load(file)
tool = bill["metadata"]["tools"]["components"][0]
print(tool["name"], tool["version"])
seen = {}
for component in bill["components"]:
    properties = {one["name"]: one["value"] for one in component["properties"]}
    seen[component["name"]] = component["purl"]
    print(component["purl"], component.get("scope"), properties["SrcFile"].rsplit("/", 1)[-1])
    assert "scope" not in component
    assert properties["SrcFile"].endswith("project/pyproject.toml") and not os.path.exists("project/pyproject.toml")
assert seen == {"six": "pkg:pypi/six@1.16.0", "iniconfig": "pkg:pypi/iniconfig@2.0.0", "example-own-code": "pkg:pypi/example-own-code",
                "example-checkout": "pkg:pypi/example-checkout@1.0"}
assert len(bill["dependencies"]) == 4 and all(one["dependsOn"] == [] for one in bill["dependencies"])
PY
