#!/bin/bash
# Gives the VEX documents of this program to those who receive them: vexipy, cyclonedx-python-lib, lib4vex, csaf-validator-lib.
# Usage: vex_receivers.sh MAINSTAY STATEMENTS.json; the example of docs/command-line.md is such a file of statements.
set -euo pipefail
mainstay=$(realpath "$1")
statements=$(realpath "$2")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for format in openvex cyclonedx csaf; do "$mainstay" vex "$statements" --format "$format" -o "$format.json"; done
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check lib4vex==0.2.3 vexipy==0.3.0 'cyclonedx-python-lib[validation]==11.12.0'
npm init -y > log
npm install --silent @secvisogram/csaf-validator-lib@2.0.10
cat > read.py <<'PY'
import json
from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from lib4vex.parser import VEXParser
from vexipy import Document
read = Document.from_json(open("openvex.json").read())
print("vexipy 0.3.0:", [(s.vulnerability.name, s.status.value) for s in read.statements])
text = open("cyclonedx.json").read()
wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
print("cyclonedx-python-lib 11.12.0:", "valid" if wrong is None else wrong,
      [(v.id, v.analysis.state.value) for v in Bom.from_json(json.loads(text)).vulnerabilities])
for name in ("openvex", "cyclonedx", "csaf"):
    parser = VEXParser(vex_type="auto")
    parser.parse(f"{name}.json")
    print(f"lib4vex 0.2.3, {name}:", [(v.get("id"), v.get("status")) for v in parser.get_vulnerabilities()])
PY
v/bin/python read.py
cat > check.mjs <<'JS'
import fs from 'fs'
import validate from '@secvisogram/csaf-validator-lib/validate.js'
import * as schema from '@secvisogram/csaf-validator-lib/schemaTests.js'
import * as mandatory from '@secvisogram/csaf-validator-lib/mandatoryTests.js'
const found = await validate([...Object.values(schema), ...Object.values(mandatory)], JSON.parse(fs.readFileSync('csaf.json')))
console.log('csaf-validator-lib 2.0.10:', found.isValid ? 'valid' : found.tests.filter(test => !test.isValid).map(test => test.name))
JS
node check.mjs
