#!/usr/bin/env bash
# vexipy 0.3.0 dates a statement without a time of its own with the moment of reading.
#
# An OpenVEX 0.2.0 document of 20 November 2020 has one statement without `timestamp`. After `Document.from_json` the statement carries the
# time at which the file was read, and `to_json` writes it so.
#
# One would expect the time of the document. The OpenVEX specification (0.2.0, the part on inheritance, and the row `timestamp` of the table of
# statements) says that the timestamp cascades down from the document; the docstring of vexipy's own class says the same.
# The time decides which of two statements about a product counts. An old judgement that passes through this library overrides newer ones.
#
# A writer should give each statement its own `timestamp`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'vexipy==0.3.0'
"$folder/venv/bin/python" - <<'PY'
import json
from datetime import datetime, timezone
from importlib.metadata import version

from vexipy import Document

source = {
    "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.com/vex/1", "author": "Example Devices",
    "timestamp": "2020-11-20T08:00:00Z", "version": 1,
    "statements": [
        {"vulnerability": {"name": "CVE-2020-1"}, "products": [{"@id": "pkg:generic/pump@1.0"}], "status": "fixed"},
        {"vulnerability": {"name": "CVE-2020-2"}, "products": [{"@id": "pkg:generic/pump@1.0"}], "status": "fixed",
         "timestamp": "2020-11-21T08:00:00Z"},
    ],
}
print("vexipy", version("vexipy"))
before = datetime.now(timezone.utc)
document = Document.from_json(json.dumps(source))
print("document: ", document.timestamp)
for statement in document.statements:
    print("statement:", statement.vulnerability.name, statement.timestamp)
first, second = document.statements
assert first.timestamp >= before, "the time of reading"
assert second.timestamp.year == 2020
PY
