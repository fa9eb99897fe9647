"""Makes a CycloneDX 1.6 document of many vulnerability statements, for measuring how long they take to import.

    python3 benches/beside/vex_input.py OUT.json [--statements 7239]

Every statement has an analysis, ratings and advisories, and is about one of a thousand components.
"""

import argparse
import json

STATES = [("not_affected", "code_not_reachable"), ("exploitable", None), ("in_triage", None), ("resolved", None)]


def statement(number):
    state, reason = STATES[number % len(STATES)]
    analysis = {"state": state, "detail": f"Statement {number} of the maker about this vulnerability."}
    if reason:
        analysis["justification"] = reason
    return {
        "bom-ref": f"v{number}", "id": f"CVE-2026-{number:06}", "source": {"name": "NVD"},
        "ratings": [{"method": "CVSSv31", "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N", "score": 5.3}],
        "description": "A vulnerability of a library in the firmware. " * 8,
        "advisories": [{"url": f"https://example.org/advisories/{number}"}],
        "published": "2026-11-01T00:00:00Z", "updated": "2026-11-20T00:00:00Z", "analysis": analysis,
        "affects": [{"ref": f"c{number % 1000}", "versions": [{"version": "1.2.3", "status": "affected"}]}],
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--statements", type=int, default=7239)
    asked = parser.parse_args()
    components = [{"type": "library", "bom-ref": f"c{number}", "name": f"library-{number}", "version": "1.2.3",
                   "purl": f"pkg:generic/library-{number}@1.2.3"} for number in range(1000)]
    document = {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "serialNumber": "urn:uuid:5e0c8a10-0000-4000-8000-000000000002",
        "metadata": {"timestamp": "2026-11-20T08:00:00Z", "authors": [{"name": "Example maker"}]},
        "components": components, "vulnerabilities": [statement(number) for number in range(asked.statements)],
    }
    with open(asked.out, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)


main()
