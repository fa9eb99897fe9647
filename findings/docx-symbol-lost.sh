#!/usr/bin/env bash
# python-docx 1.2.0 and docx2txt 0.9 lose "≥" when Word's symbol dialog put it there.
#
# The sentence "flow ≥5 ml/h, lot A‑1" is written with w:sym (font Symbol, F0B3) for "≥" and w:noBreakHyphen for the hyphen, as Word's
# dialog "Symbol" and Ctrl+Shift+_ write them. python-docx gives "flow 5 ml/h, lot A-1", docx2txt "flow 5 ml/h, lot A1". mammoth
# 1.13.0 gives the sentence.
#
# One would expect the characters that are shown. ECMA-376 part 1, 17.3.3.30 (w:sym: a character of the given font) and 17.3.3.18
# (w:noBreakHyphen: a hyphen) define both as text of the run. A limit turns into an equation, and a lot number into another one.
#
# Translate the symbols of the font Symbol, and tell the place of each symbol that is not known.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'python-docx==1.2.0' 'docx2txt==0.9' 'mammoth==1.13.0'
venv/bin/python - <<'PY'
import docx
import docx2txt
import mammoth
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

document = docx.Document()
document.add_paragraph()._p.append(parse_xml(
    f'<w:r {nsdecls("w")}><w:t xml:space="preserve">flow </w:t><w:sym w:font="Symbol" w:char="F0B3"/><w:t>5 ml/h, lot A</w:t>'
    '<w:noBreakHyphen/><w:t>1</w:t></w:r>'))
document.save("limit.docx")
with open("limit.docx", "rb") as file:
    of_mammoth = mammoth.extract_raw_text(file).value.strip()
seen = {
    "python-docx": docx.Document("limit.docx").paragraphs[0].text,
    "docx2txt": docx2txt.process("limit.docx").strip(),
    "mammoth": of_mammoth,
}
for name, text in seen.items():
    print(f"{name:12} {text!r}")
assert seen == {"python-docx": "flow 5 ml/h, lot A-1", "docx2txt": "flow 5 ml/h, lot A1",
                "mammoth": "flow \u22655 ml/h, lot A\u20111"}
PY
