"""Holds the printing of a packet beside WeasyPrint (PyPI): the same records on the same paper, each in a process of its own.

    python3 -m venv v && v/bin/pip install weasyprint
    v/bin/python benches/beside/weasyprint_pages.py MAINSTAY FILE LOGIN FROM TO [--sections N]

A period packet of FILE is written by MAINSTAY (the password is in MAINSTAY_PASSWORD) and timed from first to last byte, reading and checking the
file included. Its attached packet.json is then made into HTML: the same headings, tables, fields, histories and signatures in the same sizes. WeasyPrint
prints the HTML as tagged PDF/UA-1; making the HTML is not timed. `--sections` gives WeasyPrint only the first N sections, because it needs
minutes for all. Needs pdfdetach and pdfinfo. Prints two rows of a table.
"""

import argparse
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STYLE = """
@page { size: A4; margin: 60pt 57pt 58pt; @bottom-right { content: "Page " counter(page) " of " counter(pages); font-size: 7pt } }
body { font: 9pt sans-serif; color: #1c2024 } h1 { font-size: 13pt } h2 { font-size: 10.5pt } h3 { font-size: 9.5pt } h4 { font-size: 9pt }
table { width: 100%; border-collapse: collapse; font-size: 8pt; margin: 7pt 0 } td, th { border-bottom: 0.4pt solid #c9ced5; text-align: left;
vertical-align: top; padding: 2.5pt 8pt 2.5pt 0 } th { color: #565e68 } .sign { border-top: 0.8pt solid; font-size: 8pt } pre { font-size: 7.5pt }
"""


def text(value):
    """A cell, a marked word or a plain value as HTML."""
    if isinstance(value, dict):
        return html.escape(str(value.get("word", value)))
    return html.escape("–" if value in ("", None) else str(value))


def table(head, rows):
    head = "".join(f"<th scope='col'>{text(one)}</th>" for one in head)
    body = "".join("<tr>" + "".join(f"<td>{text(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def changed(row):
    changes = " · ".join(f"{one['field']}: {one['before'] or '–'} → {one['after'] or '–'}" for one in row["changes"])
    return " · ".join(part for part in (row["what"], changes, row["reason"]) if part)


def block(one):
    kind = one["kind"]
    if kind == "table":
        return table([column["title"] for column in one["columns"]], one["rows"])
    if kind == "fields":
        rows = "".join(f"<tr><th scope='row'>{text(f['label'])}</th><td>{text(f['value'])}</td></tr>" for f in one["fields"])
        return f"<table>{rows}</table>"
    if kind == "history":
        rows = [(row["seq"], row["time"], f"{row['who']} {row['role']}", changed(row)) for row in one["rows"]]
        return table(("Event", "Time", "Who", "What changed, and why"), rows)
    if kind == "trace":
        rows = [(s["label"], s["record_id"], s["date"], s["word"], s["state"]) for s in one["steps"]]
        return table(("Step", "Record", "Date", "What is there", "State"), rows)
    if kind == "signatures":
        signed = (" · ".join(text(s[key]) for key in ("name", "role", "meaning", "signed_at", "covers", "digest", "validity"))
                  for s in one["signatures"])
        return "".join(f"<p class='sign'>{words}</p>" for words in signed)
    if kind == "list":
        return "<ul>" + "".join(f"<li>{text(item)}</li>" for item in one["items"]) + "</ul>"
    if kind == "figures":
        return "".join(f"<p>{text(f['value'])} {text(f['label'])} {text(f['note'])}</p>" for f in one["figures"])
    words = one.get("text") or one.get("detail") or ""
    return f"<p>{text(words)}</p>"


def page(packet, most):
    parts = [f"<h1>{text(packet['title'])}</h1>"]
    for section in packet["sections"][:most]:
        level = min(section["level"], 4)
        parts.append(f"<h{level}>{text(section['number'])} {text(section['title'])}</h{level}>")
        parts.extend(block(one) for one in section["blocks"])
    title = text(packet["title"])
    return f"<html lang='en'><head><title>{title}</title><style>{STYLE}</style></head><body>{''.join(parts)}</body></html>"


def pages(pdf):
    said = subprocess.run(["pdfinfo", pdf], check=True, capture_output=True, text=True).stdout
    return int(re.search(r"^Pages:\s+(\d+)", said, re.MULTILINE)[1])


def timed(command):
    """Elapsed seconds and the largest memory of the process in MB."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command[0]} failed")
    return time.monotonic() - start, used.ru_maxrss / 1000


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("mainstay", "file", "login", "first", "last"):
        arguments.add_argument(name)
    arguments.add_argument("--sections", type=int)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder, "ours.pdf"), Path(folder, "theirs.pdf")
        # A packet is noted in the file, and the workstation remembers the last event of each file.
        os.environ["MAINSTAY_DATA_FOLDER"] = str(Path(folder, "data"))
        file = shutil.copy(given.file, Path(folder, "copy.mainstay"))
        elapsed, memory = timed([given.mainstay, "packet", file, "period", "--from", given.first, "--to", given.last, "-o", ours,
                                 "--login", given.login])
        count = pages(ours)
        print(f"| Mainstay, PDF/A-3a and PDF/UA-1 | {count} | {elapsed:.1f} s | {count / elapsed:.1f} | {memory:.0f} MB |")
        data = Path(folder, "packet.json")
        subprocess.run(["pdfdetach", "-savefile", "packet.json", "-o", data, ours], check=True, stdout=subprocess.DEVNULL)
        written = Path(folder, "packet.html")
        written.write_text(page(json.loads(data.read_text()), given.sections))
        command = [sys.executable, "-m", "weasyprint", "-q", "--pdf-variant", "pdf/ua-1", written, theirs]
        elapsed, memory = timed(command)
        count = pages(theirs)
        print(f"| WeasyPrint, PDF/UA-1 | {count} | {elapsed:.1f} s | {count / elapsed:.1f} | {memory:.0f} MB |")


if __name__ == "__main__":
    main()
