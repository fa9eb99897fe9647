"""The forger's bench: forges a true file in many ways, and tells who notices. See docs/forgers-bench.md.

bench.py --mainstay BINARY --recipe SCRIPT --folder FOLDER --password PASSWORD [--count N] [--seed N] [--jobs N]

FOLDER holds `now.mainstay`, older copies of it `old-1.mainstay` and `old-2.mainstay`, and `other.mainstay`, another file.
Ends with 0 where exactly those notice who must, 1 where not, 77 where a package is missing.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

try:
    from edits import NO_EVIDENCE, random_edit
    from families import FAMILIES
    from product import Product
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)


class Desk:
    """The true files, and what a workstation and a printed packet remember of them."""

    def __init__(self, arguments):
        folder = pathlib.Path(arguments.folder)
        self.now, self.other = folder / "now.mainstay", folder / "other.mainstay"
        self.older = [folder / "old-1.mainstay", folder / "old-2.mainstay"]
        self.password, self.mainstay, self.recipe = arguments.password, arguments.mainstay, arguments.recipe
        with tempfile.TemporaryDirectory() as aside:
            now = Product(self.now, pathlib.Path(aside) / "now")
            self.memory, self.foreign = now.head(), now.one(
                "SELECT max(event.seq) FROM event JOIN signing_key k ON k.number = key WHERE person <> 'PN-0001'")
            # A packet was printed before the last events.
            self.packet = now.run("SELECT seq, digest FROM event ORDER BY seq DESC LIMIT 1 OFFSET 3").fetchone()
            now.conn.close()

    def verify(self, path, head=None):
        """Whether `mainstay verify` notices, on a workstation that has seen nothing; what it finds."""
        more = ["--head", f"{head[0]}:{head[1]}"] if head else []
        with tempfile.TemporaryDirectory() as workstation:
            environment = {**os.environ, "MAINSTAY_DATA_FOLDER": workstation}
            command = [self.mainstay, "verify", path, "--json", *more]
            run = subprocess.run(command, capture_output=True, text=True, env=environment)
        if run.returncode == 0:
            return None
        if not run.stdout:
            # What is no product file, or a later one's, is not looked into.
            return run.stderr.strip()
        first = json.loads(run.stdout)["findings"][0]
        return f"{first['place']}: {first['what']}"

    def ask_recipe(self, path):
        run = subprocess.run(["bash", self.recipe, path], capture_output=True, text=True)
        words = (run.stdout + run.stderr).strip()
        if (run.returncode, words[:9] == "verified:") not in ((0, True), (1, False)) or not words:
            raise RuntimeError(f"the recipe ended with {run.returncode}: {words}")
        return None if run.returncode == 0 else words


def who_notices(desk, path):
    noticed = {"verify": desk.verify(path), "recipe": desk.ask_recipe(path)}
    if not any(noticed.values()):
        noticed = {"memory": desk.verify(path, desk.memory), "packet": desk.verify(path, desk.packet)}
    return {who: words for who, words in noticed.items() if words} or {"nobody": ""}


def one(desk, family, seed):
    """Forges once; answers what was done and who noticed, with their words."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "forged.mainstay"
        make = random_edit if family == "random edits" else FAMILIES[family][0]
        product, what = make(rng, desk, path)
        if product:
            product.close()
        return family, seed, what, who_notices(desk, path)


def is_right(family, what, noticed):
    """Whether those noticed who must."""
    who = set(noticed)
    if family == "random edits":
        # What only a newer SQLite than the recipe's sees: the inner form of the search index.
        inner = "fts5" in noticed.get("verify", "").lower()
        return who == {"verify", "recipe"} or who == {"verify"} and inner or who == {"nobody"} and NO_EVIDENCE.match(what)
    return FAMILIES[family][1] <= who if "memory" in FAMILIES[family][1] else FAMILIES[family][1] == who


def main():
    parser = argparse.ArgumentParser()
    for name in ("mainstay", "recipe", "folder", "password"):
        parser.add_argument("--" + name, required=True)
    for name, default in (("count", 30), ("seed", 1), ("jobs", 2)):
        parser.add_argument("--" + name, type=int, default=default)
    arguments = parser.parse_args()
    desk = Desk(arguments)
    for path in (desk.now, desk.other, *desk.older):
        for words in (desk.verify(path), desk.ask_recipe(path)):
            if words:
                print(f"{path}: is not true to begin with: {words}")
                sys.exit(1)
    # Half of all are random edits.
    families = list(FAMILIES)
    tasks = [(families[turn // 2 % len(families)] if turn % 2 else "random edits", arguments.seed * 1_000_000 + turn)
             for turn in range(arguments.count)]
    table, unnoticed, wrong = collections.defaultdict(collections.Counter), collections.Counter(), 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for family, seed, what, noticed in pool.map(lambda task: one(desk, *task), tasks):
            table[family][" + ".join(noticed)] += 1
            if family == "random edits" and "nobody" in noticed:
                unnoticed[what.split(".")[0]] += 1
            if not is_right(family, what, noticed):
                wrong += 1
                print(f"WRONG {family} {seed}, {what}: {noticed}", flush=True)
    for family in ("random edits", *families):
        for who, count in sorted(table[family].items()):
            print(f"{family:14} {count:5} {who}")
    print("random edits that nobody noticed:", dict(unnoticed))
    print(f"{arguments.count} forgeries, {wrong} of them noticed by others than they should be")
    sys.exit(1 if wrong else 0)


main()
