#!/usr/bin/env python3
"""Writes what is inside the program: a CycloneDX bill of materials, and the licences with their texts.

    packaging/bill.py --target x86_64-unknown-linux-gnu --bill mainstay.cdx.json --licences licences.txt

The list is that of `cargo tree`: what is compiled into the program for this target, without build tools, macros and what only tests
use. Cargo.lock says the digests. What crates bring along in other languages, the fonts and the standard library are added.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXTS = re.compile(r"(?i)^(licen[cs]e|copying|notice|unlicense|copyright)")


def cargo(*words):
    """What a command of cargo prints, without a network if it can."""
    done = subprocess.run(["cargo", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"cargo {' '.join(words)} failed:\n{done.stderr}")
    return done.stdout


def compiled_in(target):
    """Name and version of every crate in the program."""
    lines = cargo("tree", "--locked", "-p", "mainstay", "-e", "normal,no-proc-macro", "--target", target,
                  "--prefix", "none", "--format", "{p}").splitlines()
    return {tuple(line.split(" ")[:2]) for line in lines if line.strip()}


def packages(target):
    """The crates of the program as cargo describes them, by their identity, and what each of them uses."""
    told = json.loads(cargo("metadata", "--locked", "--format-version", "1", "--filter-platform", target))
    inside = {(name, version.removeprefix("v")) for name, version in compiled_in(target)}
    chosen = {p["id"]: p for p in told["packages"] if (p["name"], p["version"]) in inside}
    uses = {node["id"]: sorted(d for d in node["dependencies"] if d in chosen)
            for node in told["resolve"]["nodes"] if node["id"] in chosen}
    return chosen, uses


def digests():
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    return {(p["name"], p["version"]): p.get("checksum") for p in lock["package"]}


def purl(package):
    return f"pkg:cargo/{package['name']}@{package['version'].replace('+', '%2B')}"


def described(package, checksum):
    licence = (package.get("license") or "").replace("/", " OR ")
    part = {
        "type": "library",
        "bom-ref": purl(package),
        "name": package["name"],
        "version": package["version"],
        "purl": purl(package),
    }
    if package.get("description"):
        part["description"] = " ".join(package["description"].split())
    if package.get("authors"):
        part["authors"] = [{"name": re.sub(r"\s*<.*>", "", who)} for who in package["authors"]]
    if licence:
        part["licenses"] = [{"expression": licence}]
    if checksum:
        part["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    if package.get("repository"):
        part["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return part


def found(folder, file, pattern):
    match = re.search(pattern, (folder / file).read_text(errors="replace"))
    if not match:
        sys.exit(f"{folder / file} no longer says its version; mend packaging/bill.py")
    return match


def brought_along(chosen):
    """What is in the program and is no crate: C libraries inside crates, fonts, the standard library."""
    folders = {p["name"]: Path(p["manifest_path"]).parent for p in chosen.values()}
    parts = []
    sqlite = found(folders["libsqlite3-sys"], "sqlite3/sqlite3.h", r'#define SQLITE_VERSION\s+"([0-9.]+)"').group(1)
    parts.append(("libsqlite3-sys", {
        "type": "library", "bom-ref": "sqlite", "name": "sqlite", "version": sqlite, "supplier": {"name": "SQLite"},
        "cpe": f"cpe:2.3:a:sqlite:sqlite:{sqlite}:*:*:*:*:*:*:*", "purl": f"pkg:generic/sqlite@{sqlite}",
        "licenses": [{"license": {"name": "Public domain (SQLite blessing)"}}]}))
    number = int(found(folders["libmimalloc-sys"], "c_src/mimalloc/v3/include/mimalloc.h",
                       r"#define MI_MALLOC_VERSION\s+([0-9]+)").group(1))
    version = f"{number // 10000}.{number // 100 % 100}.{number % 100}"
    parts.append(("libmimalloc-sys", {
        "type": "library", "bom-ref": "mimalloc", "name": "mimalloc", "version": version,
        "purl": f"pkg:generic/mimalloc@{version}", "licenses": [{"license": {"id": "MIT"}}]}))
    rust = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    parts.append((None, {
        "type": "library", "bom-ref": "rust-std", "name": "rust-std", "version": rust,
        "cpe": f"cpe:2.3:a:rust-lang:rust:{rust}:*:*:*:*:*:*:*", "purl": f"pkg:generic/rust-std@{rust}",
        "licenses": [{"expression": "MIT OR Apache-2.0"}]}))
    for file in sorted((ROOT / "assets/fonts").glob("*.[ot]tf")):
        parts.append((None, {
            "type": "file", "bom-ref": file.name, "name": file.name,
            "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(file.read_bytes()).hexdigest()}],
            "licenses": [{"license": {"id": "OFL-1.1"}}]}))
    return parts


def bill(chosen, uses):
    checksums = digests()
    parts = {i: described(p, checksums.get((p["name"], p["version"]))) for i, p in chosen.items()}
    edges = {part["bom-ref"]: sorted(parts[d]["bom-ref"] for d in uses.get(i, [])) for i, part in parts.items()}
    root = next(part for part in parts.values() if part["name"] == "mainstay")
    others = [part for part in parts.values() if part is not root]
    for crate, part in brought_along(chosen):
        others.append(part)
        edges[part["bom-ref"]] = []
        holder = next((p["bom-ref"] for p in parts.values() if p["name"] == crate), root["bom-ref"])
        edges[holder] = sorted([*edges[holder], part["bom-ref"]])
    metadata = {
        "component": {**root, "type": "application"},
        "tools": {"components": [{"type": "application", "name": "packaging/bill.py", "version": root["version"]}]},
    }
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        import datetime
        moment = datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc)
        metadata["timestamp"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": metadata,
        "components": sorted(others, key=lambda part: (part["name"], part.get("version", ""))),
        "dependencies": [{"ref": ref, "dependsOn": on} for ref, on in sorted(edges.items())],
    }


def licences(chosen):
    """Every crate with its licence, then every text once with the crates that carry it."""
    ours, theirs = [], []
    for package in sorted(chosen.values(), key=lambda p: (p["name"], p["version"])):
        (theirs if package.get("source") else ours).append(package)
    texts, without = {}, []
    for package in theirs:
        folder = Path(package["manifest_path"]).parent
        files = [f for f in sorted(folder.iterdir()) if f.is_file() and TEXTS.match(f.name) and f.suffix != ".rs"]
        for file in files:
            text = "\n".join(line.rstrip() for line in file.read_text(errors="replace").splitlines()).strip()
            texts.setdefault(text, []).append(f"{package['name']} {package['version']} ({file.name})")
        if not files:
            without.append(package)
    texts[(ROOT / "assets/fonts/OFL.txt").read_text().strip()] = ["the fonts Inter and JetBrains Mono"]
    out = [f"Mainstay contains {len(theirs)} crates of others, SQLite (public domain), mimalloc (MIT), the standard library of Rust",
           "(MIT OR Apache-2.0) and the fonts Inter and JetBrains Mono (OFL-1.1). Their licences, as their manifests name them:", ""]
    out += [f"  {p['name']} {p['version']}: {p.get('license') or 'not named'}" for p in theirs]
    out += ["", f"{len(without)} of them carry no text of their licence; it is the one that their manifest names:", ""]
    out += [f"  {p['name']} {p['version']}: {p.get('license') or 'not named'}" for p in without]
    for text, holders in sorted(texts.items(), key=lambda item: item[1]):
        out += ["", "=" * 100, *[f"  {holder}" for holder in holders], "=" * 100, "", text]
    return "\n".join(out) + "\n"


def main():
    read = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    read.add_argument("--target", required=True)
    read.add_argument("--bill", required=True)
    read.add_argument("--licences", required=True)
    arguments = read.parse_args()
    chosen, uses = packages(arguments.target)
    Path(arguments.bill).write_text(json.dumps(bill(chosen, uses), indent=1, ensure_ascii=False) + "\n")
    Path(arguments.licences).write_text(licences(chosen))
    print(f"{len(chosen)} crates")


if __name__ == "__main__":
    main()
