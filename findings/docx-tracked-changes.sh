#!/usr/bin/env bash
# Four readers of Word files give four texts for one paragraph with tracked changes and a form field.
#
# The paragraph says "The pump [deleted: fails] [inserted: works] today. Checked: [form field: yes]". python-docx 1.2.0 gives "The pump
# today. Checked: ", which is neither the old nor the new text, and loses the content of the form field. docx2txt 0.9, mammoth 1.13.0 and
# docx2python 3.7.1 give the new text with the field. For a passage that was moved with tracking on, docx2txt and docx2python give the
# passage twice, at the old and at the new place; mammoth gives it once, and python-docx never.
#
# One would expect the text as it is shown ("works", "yes", once). ECMA-376 part 1, 17.13.5: w:ins and w:moveTo hold what stands there
# now, w:del and w:moveFrom what stood there; 17.5.2: w:sdt holds ordinary content. Feedback forms and review records are made of such fields.
#
# A reader of its own walks through w:ins, w:moveTo and w:sdt, leaves out w:del and w:moveFrom, and tells that changes are pending.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'python-docx==1.2.0' 'docx2txt==0.9' 'mammoth==1.13.0' 'docx2python==3.7.1'
venv/bin/python - <<'PY'
import docx
import docx2txt
import mammoth
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx2python import docx2python

WORDS = nsdecls("w")
BY = 'w:author="Reviewer" w:date="2026-01-01T00:00:00Z"'


def run(text, tag="t"):
    return f'<w:r><w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'


document = docx.Document()
paragraph = document.add_paragraph("The pump ")
for part in (
    f'<w:del {WORDS} w:id="1" {BY}>{run("fails ", "delText")}</w:del>',
    f'<w:ins {WORDS} w:id="2" {BY}>{run("works ")}</w:ins>',
    f'<w:r {WORDS}><w:t xml:space="preserve">today. Checked: </w:t></w:r>',
    f'<w:sdt {WORDS}><w:sdtContent>{run("yes")}</w:sdtContent></w:sdt>',
):
    paragraph._p.append(parse_xml(part))
for tag, number in (("moveFrom", 3), ("moveTo", 4)):
    paragraph = document.add_paragraph()
    paragraph._p.append(parse_xml(f'<w:{tag} {WORDS} w:id="{number}" {BY}>{run("Moved.")}</w:{tag}>'))
document.save("form.docx")

with open("form.docx", "rb") as file:
    of_mammoth = mammoth.extract_raw_text(file).value
seen = {
    "python-docx": "\n".join(one.text for one in docx.Document("form.docx").paragraphs),
    "docx2txt": docx2txt.process("form.docx"),
    "mammoth": of_mammoth,
    "docx2python": docx2python("form.docx").text,
}
for name, text in seen.items():
    print(f"{name:12} {text!r}")
assert seen["python-docx"].startswith("The pump today. Checked: \n")
shown = "The pump works today. Checked: yes"
assert all(seen[name].startswith(shown) for name in ("docx2txt", "mammoth", "docx2python"))
assert {name: text.count("Moved.") for name, text in seen.items()} == {
    "python-docx": 0, "docx2txt": 2, "mammoth": 1, "docx2python": 2}
PY
