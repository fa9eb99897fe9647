#!/usr/bin/env bash
# uv 0.13.9 exports development tools into a pylock.toml without any mark.
#
# A project needs six and has iniconfig in the dependency group "dev". `uv export --format pylock.toml`, without further options, writes both
# packages alike: no marker, no `dependency-groups`, no `default-groups`. `uv export --no-dev` leaves iniconfig out. `pip lock .` of pip 26.3
# leaves it out by itself.
#
# One would expect a mark or none of the group: PEP 751 has `dependency-groups` and `default-groups` for the file and the marker
# "'dev' in dependency_groups" for a package, so that one file can hold both. By uv's documentation the group "dev" is a default group.
# A bill that is made of the exported file counts test tools among the parts of the device.
#
# Take no package of a pylock.toml as needed at run time only because it has no marker; ask for an export with --no-dev.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'uv==0.13.9' 'pip==26.3'
cat > pyproject.toml <<'TOML'
[project]
name = "demo"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["six==1.16.0"]
[dependency-groups]
dev = ["iniconfig==2.0.0"]
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[tool.setuptools]
py-modules = []
TOML
venv/bin/uv --version
venv/bin/pip --version | cut -d ' ' -f 1-2
venv/bin/uv lock -q
venv/bin/uv export -q --format pylock.toml -o pylock.uv.toml > uv.log
venv/bin/uv export -q --no-dev --format pylock.toml -o pylock.nodev.toml > uv.log
venv/bin/pip lock -q . -o pylock.pip.toml 2> pip.log
python3 - <<'PY'
import tomllib

seen = {}
for kind in ("uv", "nodev", "pip"):
    with open(f"pylock.{kind}.toml", "rb") as file:
        lock = tomllib.load(file)
    seen[kind] = {one["name"]: one.get("marker") for one in lock["packages"] if one["name"] != "demo"}
    groups = [lock.get("dependency-groups"), lock.get("default-groups")]
    print(f"{kind:6} packages and markers {seen[kind]}, groups {groups}")
    assert groups == [None, None]
assert seen["uv"] == {"iniconfig": None, "six": None}
assert seen["nodev"] == {"six": None}
assert seen["pip"] == {"six": None}
PY
