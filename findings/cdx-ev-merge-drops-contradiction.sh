#!/usr/bin/env bash
# cyclonedx-editor-validator 1.0.3 merges two contrary statements by dropping one of them, without a word.
#
# Two bills say different things of one vulnerability in one component: "not_affected" and "exploitable". `cdx-ev merge A B` keeps
# "not_affected", `cdx-ev merge B A` keeps "exploitable". The log warns of a dropped component, never of a dropped statement.
# If the two statements name different components, both are kept.
#
# One would expect both, or a warning: CycloneDX lets several entries of one `id` stand in a bill, and which statement is right is a
# judgement. The tool announces "potential loss of information" for components. The merged file passes its own validation.
#
# Never take a VEX from a merged bill; ask for the single files and their dates.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'cyclonedx-editor-validator==1.0.3'
bill() {
    cat << JSON
{"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": "urn:uuid:$4", "version": 1,
 "metadata": {"timestamp": "2026-11-22T14:05:00Z", "component": {"type": "firmware", "bom-ref": "$1", "name": "$1", "version": "1.0"}},
 "components": [{"type": "library", "bom-ref": "x", "name": "x", "version": "1.0"},
                {"type": "library", "bom-ref": "y", "name": "y", "version": "1.0"}],
 "vulnerabilities": [{"bom-ref": "v-$1", "id": "CVE-2024-1", "analysis": {"state": "$2"}, "affects": [{"ref": "$3"}]}]}
JSON
}
bill A not_affected x 3e671687-395b-41f5-a30f-a58921a69b70 > A.cdx.json
bill B exploitable x 3e671687-395b-41f5-a30f-a58921a69b71 > B.cdx.json
bill C exploitable y 3e671687-395b-41f5-a30f-a58921a69b72 > C.cdx.json
venv/bin/cdx-ev --version
for file in A B C; do venv/bin/cdx-ev validate "$file.cdx.json"; done
for pair in "A B" "B A" "A C"; do
    read -r first second <<< "$pair"
    venv/bin/cdx-ev merge "$first.cdx.json" "$second.cdx.json" > "$first$second.json" 2> "$first$second.log"
    states=$(venv/bin/python -c 'import json, sys; print(*[v["analysis"]["state"] for v in json.load(open(sys.argv[1]))["vulnerabilities"]])' "$first$second.json")
    printf 'merge %s: %s\n' "$pair" "$states"
    echo "$states" > "$first$second.states"
done
cat AB.log
[ "$(cat AB.states)" = "not_affected" ]
[ "$(cat BA.states)" = "exploitable" ]
[ "$(cat AC.states)" = "not_affected exploitable" ]
! grep -qi 'vulnerab\|CVE' AB.log
