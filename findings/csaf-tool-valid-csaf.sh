#!/usr/bin/env bash
# csaf-tool 0.3.2 (the reader behind lib4vex) reads only one shape of CSAF 2.0.
#
# Three valid CSAF VEX documents are read. One lists its products in `full_product_names` instead of `branches`: KeyError 'branches'.
# One has a vulnerability with `ids` beside the CVE number: KeyError 'text'. One has a vulnerability without a CVE number: KeyError 'cve'.
# A fourth, with branches and CVE numbers only, is read; but the product that a relationship makes is not among the products, the
# vulnerability does not say which product is affected, and of two remediations only the last is kept.
#
# One would expect all of them to be read. CSAF 2.0, 3.2.2: the product tree MAY have branches, full_product_names, relationships;
# 3.2.3: `cve` and `ids` are both optional. npm's @secvisogram/csaf-validator-lib 2.0.10 finds nothing against such documents.
#
# The package does not name lib4sbom among its dependencies but imports it, so it is installed beside it here.
#
# A writer cannot please this reader and tell its products apart; it can say in its manual which reader needs what.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'csaf-tool==0.3.2' 'lib4sbom==0.10.4'
cd "$folder"
venv/bin/python - <<'PY'
import copy
import json
from importlib.metadata import version

from csaf.parser import CSAFParser

MOMENT = "2026-11-20T08:00:00Z"
PUMP = {"name": "Example Pump 1.0", "product_id": "PUMP"}
PART = {"name": "part 1.0", "product_id": "PART"}
RELATION = {"category": "default_component_of", "product_reference": "PART", "relates_to_product_reference": "PUMP",
            "full_product_name": {"name": "part 1.0 in Example Pump 1.0", "product_id": "PUMP-PART"}}


def branch(vendor, name, product):
    version_branch = {"category": "product_version", "name": "1.0", "product": product}
    product_branch = {"category": "product_name", "name": name, "branches": [version_branch]}
    return {"category": "vendor", "name": vendor, "branches": [product_branch]}


plain = {
    "document": {
        "category": "csaf_vex", "csaf_version": "2.0", "title": "Example Pump 1.0",
        "publisher": {"category": "vendor", "name": "Example Devices", "namespace": "https://psirt.example.com"},
        "tracking": {"id": "EX-1", "status": "final", "version": "1", "initial_release_date": MOMENT,
                     "current_release_date": MOMENT,
                     "revision_history": [{"date": MOMENT, "number": "1", "summary": "Judged."}]}},
    "product_tree": {"branches": [branch("Example Devices", "Pump", PUMP), branch("Other", "part", PART)],
                     "relationships": [RELATION]},
    "vulnerabilities": [{
        "cve": "CVE-2024-1001", "notes": [{"category": "description", "text": "Told."}],
        "product_status": {"known_affected": ["PUMP-PART"]},
        "remediations": [{"category": "mitigation", "details": "switch it off", "product_ids": ["PUMP-PART"]},
                         {"category": "vendor_fix", "details": "install 2.0", "product_ids": ["PUMP-PART"]}]}]}
flat, more_ids, no_cve = (copy.deepcopy(plain) for _ in range(3))
flat["product_tree"] = {"full_product_names": [PUMP, PART], "relationships": [RELATION]}
ids = [{"system_name": "GHSA", "text": "GHSA-aaaa-bbbb-cccc"}]
more_ids["vulnerabilities"][0]["ids"] = ids
del no_cve["vulnerabilities"][0]["cve"]


def read(document):
    with open("vex.json", "w") as file:
        json.dump(document, file)
    parser = CSAFParser()
    try:
        parser.parse_file("vex.json")
    except KeyError as error:
        return f"KeyError {error}", None
    return parser.get_product(), parser.get_vulnerabilities()


print("csaf-tool", version("csaf-tool"))
for name, document, error in [("full_product_names", flat, "KeyError 'branches'"), ("ids", more_ids, "KeyError 'text'"),
                              ("no cve", no_cve, "KeyError 'cve'")]:
    seen = read(document)[0]
    print(f"{name}: {seen}")
    assert seen == error
products, found = read(plain)
print("plain:", products, found)
assert set(products) == {"PUMP", "PART"} and "PUMP-PART" not in str(found)
assert found[0]["action"] == "install 2.0" and "switch it off" not in str(found)
PY
