#!/usr/bin/env bash
# cdxgen 12.8.4 calls npm's optional dependencies development dependencies.
#
# A package-lock.json of version 3 holds one package of `optionalDependencies` ("optional": true) and one of `devDependencies` ("dev": true).
# cdxgen gives both the property cdx:npm:package:development=true and the scope "optional". The first has cdx:npm:package:optional=true beside it.
#
# One would expect the mark for development on the second alone, and its scope to be "excluded". npm's documentation (package-lock.json)
# keeps dev, optional and devOptional apart; an optional dependency is installed for the user and shipped. CycloneDX 1.6, scope: "optional"
# is for what need not be present at run time, "excluded" for what is only used in development or test.
# Who filters a bill by the property takes shipped parts out of the review.
#
# Take a package as one of development only if it does not say that it is optional.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/tool" "$folder/project"
cd "$folder"
npm install --silent --no-fund --no-audit --omit=optional --prefix tool '@cyclonedx/cdxgen@12.8.4' > npm.log
cat > project/package.json <<'JSON'
{"name": "demo", "version": "1.0.0", "dependencies": {"semver": "7.6.3"}, "devDependencies": {"isarray": "2.0.5"},
 "optionalDependencies": {"fsevents": "2.3.3"}}
JSON
cd project
npm install --silent --no-fund --no-audit --package-lock-only > ../npm.log
FETCH_LICENSE=false ../tool/node_modules/.bin/cdxgen -t js --no-install-deps -o ../bill.json . > ../cdxgen.log 2>&1 || { tail -5 ../cdxgen.log; exit 1; }
cd ..
python3 - <<'PY'
import json

with open("project/package-lock.json") as file:
    lock = json.load(file)["packages"]
for name in ("fsevents", "isarray", "semver"):
    entry = lock[f"node_modules/{name}"]
    print("package-lock.json:", name, {key: entry[key] for key in ("dev", "optional", "devOptional") if key in entry})
assert "dev" not in lock["node_modules/fsevents"] and lock["node_modules/fsevents"]["optional"]
with open("bill.json") as file:
    bill = json.load(file)
tool = bill["metadata"]["tools"]["components"][0]
print(tool["name"], tool["version"])
seen = {}
for component in bill["components"]:
    properties = {one["name"]: one["value"] for one in component["properties"]}
    marks = {name.rsplit(":", 1)[1]: value for name, value in properties.items() if name.startswith("cdx:npm:package:")}
    seen[component["name"]] = (component.get("scope"), marks)
    print("bill:", component["name"], seen[component["name"]])
assert seen["fsevents"] == ("optional", {"development": "true", "optional": "true"})
assert seen["isarray"] == ("optional", {"development": "true"})
assert seen["semver"][1] == {}
PY
