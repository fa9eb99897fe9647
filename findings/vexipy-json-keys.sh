#!/usr/bin/env bash
# vexipy 0.3.0 writes JSON that is no OpenVEX.
#
# `Document.to_json()`, the only writer, as its own introduction calls it, writes the keys `context` and `id` where OpenVEX has `@context`
# and `@id`, and `null` for everything that is not there. Only `to_json(by_alias=True, exclude_none=True)` writes the format.
#
# One would expect a document by the OpenVEX specification 0.2.0, which requires `@context` and `@id`. The library reads its own
# output back, since it takes both spellings, so a round trip does not show it. Other readers find no context and no identifier.
#
# A reader that wants to be kind says which key is missing and names the spelling without "@".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'vexipy==0.3.0'
"$folder/venv/bin/python" - <<'PY'
import json
from importlib.metadata import version

from vexipy import Document

source = {
    "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.com/vex/1", "author": "Example Devices",
    "timestamp": "2026-11-20T08:00:00Z", "version": 1,
    "statements": [{"vulnerability": {"name": "CVE-2024-1"}, "products": [{"@id": "pkg:generic/pump@1.0"}], "status": "fixed",
                    "timestamp": "2026-11-20T08:00:00Z"}],
}
print("vexipy", version("vexipy"))
document = Document.from_json(json.dumps(source))
written = json.loads(document.to_json())
print(json.dumps(written, indent=1))
assert "@context" not in written and "@id" not in written
assert written["context"] == source["@context"] and written["id"] == source["@id"]
assert written["statements"][0]["products"][0]["id"] == "pkg:generic/pump@1.0"
assert written["statements"][0]["justification"] is None
assert Document.from_json(document.to_json()) == document, "it reads its own spelling"
proper = json.loads(document.to_json(by_alias=True, exclude_none=True))
assert proper["@context"] == source["@context"]
PY
