#!/usr/bin/env bash
# sbomdiff 0.6.0 knows packages by their name only, and the order in the file decides what has changed.
#
# The first bill holds x 1.0, the second x 1.0 and x 2.0. sbomdiff reports no change. With x 2.0 in front of x 1.0 it reports that x 1.0 became 2.0.
# Two bills with the same two packages in different order differ by "Version changed from 1.0 to 2.0".
#
# One would expect "x 2.0 is new", the same with both orders, and no difference for a mere order: `components` is a set in meaning
# (CycloneDX 1.6: items are unique, no order is given), and two versions of one package are ordinary with npm, Cargo and Yocto.
# A second, vulnerable version that creeps in is not seen.
#
# Compare bills by package URL and version, each as often as it occurs.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'sbomdiff==0.6.0' 'lib4sbom==0.10.4'
venv/bin/python - <<'PY'
import json
import subprocess
from importlib.metadata import version


def bill(name, *versions):
    components = [{"type": "library", "bom-ref": f"x@{one}", "name": "x", "version": one, "purl": f"pkg:npm/x@{one}"} for one in versions]
    product = {"type": "firmware", "bom-ref": "pump", "name": "pump", "version": "1.0"}
    whole = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
             "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
             "metadata": {"timestamp": "2026-11-22T14:05:00Z", "component": product}, "components": components}
    with open(name, "w") as file:
        json.dump(whole, file)
    return name


def changes(first, second):
    output = subprocess.run(["venv/bin/sbomdiff", first, second], capture_output=True, text=True).stdout
    seen = [line for line in output.splitlines() if line.startswith("[")]
    counts = [line.split()[-1] for line in output.splitlines() if line.startswith(("Version", "Removed", "New"))]
    print(f"{first} to {second}: {seen} version changes, removed, new: {counts}")
    return seen, counts


print("sbomdiff", version("sbomdiff"))
one = bill("one.json", "1.0")
both = bill("both.json", "1.0", "2.0")
turned = bill("turned.json", "2.0", "1.0")
assert changes(one, both) == ([], ["0", "0", "0"])
assert changes(one, turned) == (["[VERSION] x: Version changed from 1.0 to 2.0"], ["1", "0", "0"])
assert changes(both, turned) == (["[VERSION] x: Version changed from 1.0 to 2.0"], ["1", "0", "0"])
PY
