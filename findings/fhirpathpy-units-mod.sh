#!/usr/bin/env bash
# PyPI's fhirpathpy 2.2.4 says that 1 mg is not 0.001 g, and drops the offset of a time to which a day is added.
#
# "1 'mg' = 0.001 'g'" is false, and "1 'mg' = 1000 'ug'" too, while "7 'd' = 1 'wk'" is true. "(-5) mod 3" is 1.
# "@2026-11-29T23:30:00-05:00 + 1 day" is 2026-12-01T04:30:00, without an offset.
#
# One would expect true, -2, and a time with an offset. FHIRPath 2.0.0, 6.1.1: quantities of one dimension are compared whatever their
# units. 6.6.6: mod is the remainder of the truncated division. Nothing in 6.7, on arithmetic with times, takes the offset away; without it
# the time is another moment at each place. npm's fhirpath 5.2.2 gives true, -2, and the time with the offset of UTC.
# A rule for the limit of a dose or of an age of a record is then wrong without an error.
#
# Bring quantities into one unit, and times into UTC, before they are compared.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit --prefix . 'fhirpath@5.2.2' > npm.log
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'fhirpathpy==2.2.4'
cat > probe.cjs <<'JS'
const { evaluate } = require("fhirpath");
const expressions = ["1 'mg' = 0.001 'g'", "1 'mg' = 1000 'ug'", "7 'd' = 1 'wk'", "(-5) mod 3", "@2026-11-29T23:30:00-05:00 + 1 day"];
console.log(JSON.stringify(expressions.map((text) => [text, String(evaluate({}, text))])));
JS
node probe.cjs > npm.json
venv/bin/python - <<'PY'
import json
from importlib.metadata import version

from fhirpathpy import evaluate

print("fhirpathpy", version("fhirpathpy"))
with open("npm.json") as file:
    other = json.load(file)
expected = [("false", "true"), ("false", "true"), ("true", "true"), ("1", "-2"), ("2026-12-01T04:30:00", "2026-12-01T04:30:00-00:00")]
for (text, npm), pair in zip(other, expected, strict=True):
    seen = ", ".join(str(value) for value in evaluate({}, text))
    seen = seen.lower() if seen in ("True", "False") else seen
    print(f"{text}: fhirpathpy {seen}, npm's fhirpath {npm}")
    assert (seen, npm) == pair
PY
