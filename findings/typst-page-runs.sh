#!/usr/bin/env bash
# Typst 0.15.2: a long document is laid out on one core, unless something begins a page.
#
# The same table of 12,000 rows is laid out twice: once as it is, once in twelve tables with a page break between them. In the first one thread does all
# of the layout, whatever the number of cores; in the second the work is shared, and the document is there earlier, with the same number of pages give or take a few.
#
# One would expect the notes of version 0.12, which speak of layout on several threads, to hold for any long document, or at least for chapters, headings or tables. In
# typst-layout only what stands between two explicit page breaks (or changes of the page) is laid out side by side: a report of hundreds of pages with
# one cover and a `set page` at its beginning is a single run.
#
# Put `pagebreak(weak: true)` before what is long. Where a break would leave white space, one now and then is enough: as many runs as cores, of a similar size.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'typst==0.15.2'
cat > table.typ <<'TYP'
#set page(paper: "a4", margin: 57pt)
#set text(size: 8pt)
#let part(from, count) = table(
  columns: (60pt, 60pt, 1fr, 80pt),
  stroke: none,
  ..range(from, from + count).map(n => ([FB-#n], [Day #n], [The alarm came late in ward #n], [State #n])).flatten(),
)
#if sys.inputs.breaks == "yes" {
  for at in range(12) {
    pagebreak(weak: true)
    part(at * 1000, 1000)
  }
} else { part(0, 12000) }
TYP
cat > lay.py <<'PY'
import os
import re
import sys
import threading
import time
import typst

tick = os.sysconf("SC_CLK_TCK")


def used():
    """Processor time of each thread of this process, in seconds."""
    times = {}
    for task in os.listdir("/proc/self/task"):
        try:
            fields = open(f"/proc/self/task/{task}/stat").read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        times[task] = (int(fields[11]) + int(fields[12])) / tick
    return times


start = time.monotonic()
pdf = typst.compile("table.typ", sys_inputs={"breaks": sys.argv[1]})
elapsed = time.monotonic() - start
times = sorted(used().values(), reverse=True)
pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
print(pages, elapsed, sum(times), times[0])
PY
venv/bin/python - <<'PY'
import os
import subprocess
import sys
from importlib.metadata import version

print("typst", version("typst"), "on", os.cpu_count(), "cores")
if os.cpu_count() < 2:
    sys.exit("this needs two cores")
shares = {}
for breaks in ("no", "yes"):
    said = subprocess.run([sys.executable, "lay.py", breaks], check=True, capture_output=True, text=True).stdout
    pages, elapsed, total, busiest = (float(word) for word in said.split())
    shares[breaks] = busiest / total
    print(f"page breaks: {breaks:3}  {pages:.0f} pages, {elapsed:.1f} s, {total:.1f} s of processor time, busiest thread {busiest / total:.0%}")
assert shares["no"] > 0.8 > shares["yes"]
PY
