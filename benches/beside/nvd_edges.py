"""Makes a bill of materials at the edges of NVD's version ranges, and the right answers, for nvd_scan.py.

    python3 benches/beside/nvd_edges.py PAGES OUT [--components 4000] [--each 4]

PAGES is a folder of NVD API 2.0 pages (.json, .json.gz). OUT gets bill.cdx.json and expected.tsv. The components are versions at, just below and
just above the bounds that records name. The answers are computed here, by nothing but the comparison of numbers, so only products are taken about
which numbers decide everything:

- every record that names the product has no AND, no NOT, and no criterion that is only an environment, and is not rejected;
- every criterion about it leaves all attributes after the version open, and names plain vendors, products and numbers with dots;
- no criterion names a vendor or a product by a wildcard that could mean it;
- the version of the component is written as the records write it: 1.0 is not taken where a record says 1.0.0, because whether these are one
  version is a person's decision.

The same arguments give the same files.
"""

import argparse
import csv
import gzip
import json
import re
from collections import defaultdict
from pathlib import Path

PLAIN = re.compile(r"[a-z0-9][a-z0-9_.\-]*")
NUMBERS = re.compile(r"(0|[1-9][0-9]{0,8})(\.(0|[1-9][0-9]{0,8}))*")
BOUNDS = ("versionStartIncluding", "versionStartExcluding", "versionEndIncluding", "versionEndExcluding")


def pages(folder):
    for path in sorted(Path(folder).rglob("*.json*")):
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as file:
            yield json.load(file)


def numbers(version):
    """The numbers of a version, without zeros at its end."""
    found = [int(part) for part in version.split(".")]
    while found and found[-1] == 0:
        found.pop()
    return tuple(found)


def attributes(criteria):
    """The attributes of a CPE name; its colons may be escaped."""
    return re.split(r"(?<!\\):", criteria)[2:]


def near(version):
    """The version, and those just below and above it."""
    parts = [int(part) for part in version.split(".")]
    yield version
    yield ".".join(map(str, parts[:-1] + [parts[-1] + 1]))
    yield version + ".1"
    if parts[-1] > 0:
        yield ".".join(map(str, parts[:-1] + [parts[-1] - 1]))
        yield ".".join(map(str, parts[:-1] + [parts[-1] - 1, 99]))


def products(folder):
    """The criteria of each product that numbers decide: lists of the record, the version and the bounds."""
    found, refused, wild = defaultdict(list), set(), []
    for page in pages(folder):
        for item in page["vulnerabilities"]:
            cve = item["cve"]
            plain = cve.get("vulnStatus") not in ("Rejected", "Deferred")
            for configuration in cve.get("configurations", []):
                nodes = configuration["nodes"]
                simple = plain and not configuration.get("negate") and (
                    configuration.get("operator") != "AND" or len(nodes) == 1)
                for node in nodes:
                    alone = simple and not node.get("negate") and (
                        node.get("operator") != "AND" or len(node["cpeMatch"]) == 1)
                    for match in node["cpeMatch"]:
                        part, vendor, product, version, *rest = attributes(match["criteria"])
                        key = (vendor, product)
                        if "*" in (vendor, product) or "?" in vendor + product:
                            wild.append(key)
                            continue
                        texts = [match[name] for name in BOUNDS if name in match]
                        texts += [version] if version != "*" else []
                        if not (alone and match["vulnerable"] and part == "a" and set(rest) == {"*"}
                                and PLAIN.fullmatch(vendor) and PLAIN.fullmatch(product)
                                and all(map(NUMBERS.fullmatch, texts))):
                            refused.add(key)
                            continue
                        found[key].append((cve["id"], version, {name: match[name] for name in BOUNDS if name in match}))
    for vendor, product in wild:
        refused.update(key for key in found if vendor in ("*", key[0]) or product in ("*", key[1]))
    return {key: criteria for key, criteria in sorted(found.items()) if key not in refused}


def includes(criterion, version):
    _, exact, bounds = criterion
    own = numbers(version)
    if exact != "*":
        return own == numbers(exact)
    return not (
        "versionStartIncluding" in bounds and own < numbers(bounds["versionStartIncluding"])
        or "versionStartExcluding" in bounds and own <= numbers(bounds["versionStartExcluding"])
        or "versionEndIncluding" in bounds and own > numbers(bounds["versionEndIncluding"])
        or "versionEndExcluding" in bounds and own >= numbers(bounds["versionEndExcluding"]))


def edges(criteria):
    """The versions at the bounds of a product, and the records that include each."""
    named = {text for _, exact, bounds in criteria for text in [exact, *bounds.values()] if text != "*"}
    for version in sorted({one for text in named for one in near(text)}):
        if any(numbers(text) == numbers(version) and text != version for text in named):
            continue
        yield version, sorted({one[0] for one in criteria if includes(one, version)})


def spread(all, count):
    """At most this many, from all over the list."""
    return all if len(all) <= count else [all[at * len(all) // count] for at in range(count)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pages")
    parser.add_argument("out")
    parser.add_argument("--components", type=int, default=4000)
    parser.add_argument("--each", type=int, default=4, help="components of one product at most")
    asked = parser.parse_args()
    rows = [(vendor, product, *edge) for (vendor, product), criteria in products(asked.pages).items()
            for edge in spread(list(edges(criteria)), asked.each)]
    chosen = spread(rows, asked.components)
    out = Path(asked.out)
    out.mkdir(parents=True, exist_ok=True)
    components = []
    with open(out / "expected.tsv", "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        table.writerow(["component_cpe", "vendor", "product", "version", "expected_cves", "conditional_cves"])
        for number, (vendor, product, version, expected) in enumerate(chosen):
            cpe = f"cpe:2.3:a:{vendor}:{product}:{version}:*:*:*:*:*:*:*"
            components.append({"type": "application", "bom-ref": f"c{number}", "publisher": vendor, "name": product,
                               "version": version, "cpe": cpe})
            table.writerow([cpe, vendor, product, version, " ".join(expected), ""])
    bill = {"bomFormat": "CycloneDX", "specVersion": "1.4", "version": 1, "components": components}
    (out / "bill.cdx.json").write_text(json.dumps(bill, indent=1), encoding="utf-8")
    pairs = sum(len(expected) for *_, expected in chosen)
    print(f"{len(chosen)} of {len(rows)} components at edges, {pairs} right pairs of component and CVE")


main()
