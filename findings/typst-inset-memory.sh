#!/usr/bin/env bash
# Typst 0.15.2: the space around the text of a table costs half as much memory as the table.
#
# The same table of 30,000 cells with a text of its own each is laid out twice, once with the default kind of space (`inset`), once with none but gaps between the columns and
# taller lines, so that the pages look alike. With the inset it takes half as much memory again, and longer.
#
# One would expect an inset to be a sum, as it is in CSS or LaTeX, where padding is a part of the box that is laid out anyway. The documentation
# of table and grid says "how much to pad the cells' content", and nothing of a price. In typst-layout, `show_cell` wraps the content of each cell
# in a `pad` element unless the inset is nothing: a layout of its own, which is remembered beside that of the content, and both are made twice for
# each cell of a row whose height is not given. A report of hundreds of pages of tables is mostly that.
#
# Set `inset: 0pt`, take `column-gutter` for the space beside the text, `top-edge`, `bottom-edge` and a smaller `leading` for the space above and below,
# and `table.hline` for the lines: the strokes of cells end at a gutter.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'typst==0.15.2'
cat > table.typ <<'TYP'
#set page(paper: "a4", margin: 57pt)
#let padded = sys.inputs.padded == "yes"
#let cells = range(6000).map(n => ([FB-#n], [Day #n], [The alarm came late in ward #n], [State #n], [Person #n])).flatten()
#set text(size: 8pt)
#set text(top-edge: 8.3pt, bottom-edge: -2.5pt) if not padded
#table(
  columns: (60pt, 60pt, 1fr, 80pt, 60pt),
  stroke: none,
  inset: if padded { (right: 8pt, y: 2.5pt, left: 0pt) } else { 0pt },
  column-gutter: if padded { 0pt } else { 8pt },
  ..cells,
)
TYP
cat > lay.py <<'PY'
import sys
import typst
with open(sys.argv[1] + ".pdf", "wb") as file:
    file.write(typst.compile("table.typ", sys_inputs={"padded": sys.argv[1]}))
PY
venv/bin/python - <<'PY'
import os
import re
import subprocess
import sys
import time
from importlib.metadata import version

print("typst", version("typst"))
used = {}
for padded in ("yes", "no"):
    start = time.monotonic()
    process = subprocess.Popen([sys.executable, "lay.py", padded])
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0
    used[padded] = usage.ru_maxrss / 1000
    pages = len(re.findall(rb"/Type\s*/Page\b", open(padded + ".pdf", "rb").read()))
    print(f"inset: {padded:3}  {used[padded]:.0f} MB, {usage.ru_utime:.1f} s of processor time, {pages} pages")
ratio = used["yes"] / used["no"]
print(f"memory with an inset to that without: {ratio:.2f}")
assert ratio > 1.3
PY
