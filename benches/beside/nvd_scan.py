"""Holds Mainstay's scan beside cve-bin-tool (PyPI): the same bill of materials, the same NVD records, both without a network.

    python3 -m venv v && v/bin/pip install cve-bin-tool
    v/bin/python benches/beside/nvd_scan.py MAINSTAY BILL RECORDS... [--truth EXPECTED.tsv]

RECORDS are NVD API 2.0 pages and NVD 1.1 feeds (.json, .json.gz) or folders of them. Each program takes them in by its own reader: cve-bin-tool's
parsers fill its database, and where a record has no CVSS it gets a dummy score, without which cve-bin-tool passes the record over. The truth is a
table with the columns component_cpe, expected_cves and conditional_cves, in the order of the bill's components; a conditional CVE counts neither
as right nor as wrong for either program. Prints two rows of a table.
"""

import argparse
import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DUMMY = {"cvssMetricV31": [{"cvssData": {
    "baseSeverity": "MEDIUM", "baseScore": 5.0, "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"}}]}


def files(paths):
    for path in map(Path, paths):
        yield from sorted(path.rglob("*.json*")) if path.is_dir() else [path]


def document(path):
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as file:
        return json.load(file)


def fill(records):
    """Fills cve-bin-tool's database in the home folder that is set."""
    from cve_bin_tool.cvedb import CVEDB
    from cve_bin_tool.data_sources.nvd_source import NVD_Source
    source, data = NVD_Source(), ([], [])
    for path in records:
        told = document(path)
        if "CVE_Items" in told:
            parsed = source.format_data(told["CVE_Items"])
        else:
            for item in told["vulnerabilities"]:
                cve = item["cve"]
                cve["metrics"] = cve.get("metrics") or DUMMY
                cve["descriptions"] = cve.get("descriptions") or [{"value": "none"}]
                cve.setdefault("published", "2000-01-01T00:00:00.000")
            parsed = source.format_data_api2(told["vulnerabilities"])
        data[0].extend(parsed[0])
        data[1].extend(parsed[1])
    db = CVEDB(sources=[])
    db.cachedir.mkdir(parents=True, exist_ok=True)
    db.init_database()
    db.data = [(data, "NVD")]
    db.populate_db()
    return len(data[0])


def timed(arguments, codes, **more):
    start = time.monotonic()
    done = subprocess.run(arguments, capture_output=True, text=True, **more)
    # cve-bin-tool's code is the number of what it found: any will do there.
    if codes and done.returncode not in codes:
        sys.exit(f"{arguments[0]} ended with {done.returncode}:\n{done.stderr[-2000:]}\n{done.stdout[-2000:]}")
    return time.monotonic() - start, done.stdout


def score(found, truth):
    """Right, missed and wrong pairs of component and CVE."""
    right = missed = wrong = 0
    for component, (expected, conditional) in truth.items():
        told = found.get(component, set()) - conditional
        right += len(told & expected)
        missed += len(expected - told)
        wrong += len(told - expected)
    return right, missed, wrong


def identity(cpe):
    return tuple(cpe.split(":")[3:6])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mainstay")
    parser.add_argument("bill")
    parser.add_argument("records", nargs="+")
    parser.add_argument("--truth")
    parser.add_argument("--fill", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    records = list(files(asked.records))
    if asked.fill:
        print(fill(records))
        return
    mainstay = str(Path(asked.mainstay).resolve())
    with tempfile.TemporaryDirectory() as home:
        theirs = {**os.environ, "HOME": home}
        import_theirs, count = timed([sys.executable, *sys.argv, "--fill"], {0}, env=theirs)
        out = Path(home) / "found.json"
        tool = str(Path(sys.executable).parent / "cve-bin-tool")
        scan_theirs, _ = timed(
            [tool, "--offline", "--disable-version-check", "--sbom", "cyclonedx", "--sbom-file", asked.bill, "-f", "json",
             "-o", str(out), "-l", "error"], set(), env=theirs)
        rows = json.loads(out.read_text())
        cache = str(Path(home) / "cache")
        import_ours, _ = timed([mainstay, "advisories", "import", *map(str, records), "--cache", cache], {0, 1})
        scan_ours, text = timed([mainstay, "scan", asked.bill, "--cache", cache, "--max-age", "99999", "--json"], {0, 10, 11})
    told_theirs, told_ours = {}, {}
    for row in rows:
        told_theirs.setdefault((row["vendor"], row["product"], row["version"]), set()).add(row["cve_number"])
    for component in json.loads(text)["components"]:
        affected = {one["id"] for one in component["verdicts"] if one["verdict"] == "affected"}
        for cpe in component["cpes"]:
            told_ours.setdefault(identity(cpe), set()).update(affected)
    print(f"{count.strip()} records, {len(told_ours)} components")
    truth = {}
    if asked.truth:
        with open(asked.truth, encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                truth[identity(row["component_cpe"])] = (
                    set(row["expected_cves"].split()), set(row["conditional_cves"].split()))
    for name, importing, scanning, found in [
            ("Mainstay", import_ours, scan_ours, told_ours), ("cve-bin-tool", import_theirs, scan_theirs, told_theirs)]:
        pairs = sum(map(len, found.values()))
        quality = " | {} | {} | {}".format(*score(found, truth)) if truth else ""
        print(f"| {name} | {importing:.1f} s | {scanning:.1f} s | {pairs}{quality} |")


main()
