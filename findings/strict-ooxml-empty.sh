#!/usr/bin/env bash
# openpyxl 3.1.5 sees no sheets, and docx2txt 0.9 no text, in files of the strict form of Office Open XML.
#
# A workbook that says conformance="strict", with one sheet, is loaded: `sheetnames` is [], and the only word about it is a warning that
# "File contains an invalid specification for 0". docx2txt gives an empty text for a strict document, without a warning. python-docx 1.2.0
# raises a KeyError.
#
# One would expect the content, or a refusal. ISO/IEC 29500-1 defines the strict form, with namespaces that begin with purl.oclc.org; Excel and Word
# offer it when saving, with the same endings .xlsx and .docx. python-calamine 0.9.1 and mammoth 1.13.0 read the same files.
# A list of parts seems to be empty, a review to say nothing.
#
# Take a workbook without sheets as an error, and so a document without text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'openpyxl==3.1.5' 'python-calamine==0.9.1' 'docx2txt==0.9' \
  'python-docx==1.2.0' 'mammoth==1.13.0'
cd "$folder"
"$folder/venv/bin/python" - <<'PY'
import warnings
import zipfile
from importlib.metadata import version

import docx
import docx2txt
import mammoth
import openpyxl
from python_calamine import CalamineWorkbook

STRICT = "http://purl.oclc.org/ooxml"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument"


def write(name, kinds, relations, parts):
    with zipfile.ZipFile(name, "w") as file:
        overrides = "".join(f'<Override PartName="/{part}" ContentType="{TYPE}.{kind}+xml"/>' for part, kind in kinds.items())
        file.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
                      f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{overrides}</Types>')
        for source, (kind, target) in relations.items():
            file.writestr(source, f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
                          f'Type="{STRICT}/officeDocument/relationships/{kind}" Target="{target}"/></Relationships>')
        for part, text in parts.items():
            file.writestr(part, text)


write("parts.xlsx",
      {"xl/workbook.xml": "spreadsheetml.sheet.main", "xl/worksheets/sheet1.xml": "spreadsheetml.worksheet"},
      {"_rels/.rels": ("officeDocument", "xl/workbook.xml"), "xl/_rels/workbook.xml.rels": ("worksheet", "worksheets/sheet1.xml")},
      {"xl/workbook.xml": f'<workbook xmlns="{STRICT}/spreadsheetml/main" xmlns:r="{STRICT}/officeDocument/relationships" conformance="strict">'
                          '<sheets><sheet name="Parts" sheetId="1" r:id="rId1"/></sheets></workbook>',
       "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{STRICT}/spreadsheetml/main"><sheetData><row r="1">'
                                   '<c r="A1" t="inlineStr"><is><t>zlib</t></is></c></row></sheetData></worksheet>'})
write("review.docx", {"word/document.xml": "wordprocessingml.document.main"}, {"_rels/.rels": ("officeDocument", "word/document.xml")},
      {"word/document.xml": f'<w:document xmlns:w="{STRICT}/wordprocessingml/main" w:conformance="strict"><w:body><w:p><w:r>'
                            '<w:t>Review of zlib</w:t></w:r></w:p></w:body></w:document>'})

for name in ("openpyxl", "docx2txt", "python-docx", "python-calamine", "mammoth"):
    print(name, version(name))
calamine = CalamineWorkbook.from_path("parts.xlsx")
print("python-calamine:", calamine.sheet_names, calamine.get_sheet_by_index(0).to_python())
assert calamine.sheet_names == ["Parts"] and calamine.get_sheet_by_index(0).to_python() == [["zlib"]]
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    names = openpyxl.load_workbook("parts.xlsx").sheetnames
print("openpyxl:", names, [str(one.message) for one in seen])
assert names == [] and not any("trict" in str(one.message) for one in seen)
with open("review.docx", "rb") as file:
    text = mammoth.extract_raw_text(file).value
print("mammoth:", repr(text))
assert text.strip() == "Review of zlib"
with warnings.catch_warnings():
    warnings.simplefilter("error")
    text = docx2txt.process("review.docx")
print("docx2txt:", repr(text))
assert text == ""
try:
    docx.Document("review.docx")
except KeyError as error:
    print("python-docx: KeyError:", error)
else:
    raise SystemExit("python-docx reads it")
PY
