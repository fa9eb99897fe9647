#!/usr/bin/env bash
# pikepdf 10.18.0 says that a PDF/A-4 file makes no claim to be PDF/A.
#
# Typst 0.15.2 writes one page as PDF/A-2b and as PDF/A-4. `pdfa_status` is "2B" for the first and the empty text for the second, although
# its metadata says pdfaid:part 4. The metadata of PDF/A-4 has no pdfaid:conformance, and Typst leaves the creation date out of the
# document information there.
#
# One would expect "4". ISO 19005-4:2020, on the identification schema: the conformance entry is used for levels E and F only; plain PDF/A-4 has none. An archive that
# sorts by this property files the newest kind of its evidence as ordinary PDF.
#
# Read pdfaid:part itself. For evidence that older archives take, write PDF/A-2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'pikepdf==10.18.0' 'typst==0.15.2'
cat > page.typ <<'TYP'
#set document(title: "Record", date: datetime(year: 2026, month: 11, day: 29))
Text
TYP
venv/bin/python - <<'PY'
from importlib.metadata import version

import pikepdf
import typst

print("pikepdf", version("pikepdf"), "typst", version("typst"))
seen = {}
for standard in ("a-2b", "a-4"):
    with open("page.pdf", "wb") as file:
        file.write(typst.compile("page.typ", format="pdf", pdf_standards=standard))
    with pikepdf.open("page.pdf") as pdf:
        data = pdf.open_metadata()
        seen[standard] = (data.pdfa_status, data.get("pdfaid:part"), data.get("pdfaid:conformance"),
                          "/CreationDate" in pdf.docinfo)
    print(f"{standard}: pdfa_status, part, conformance, creation date in the document information: {seen[standard]}")
assert seen["a-2b"] == ("2B", "2", "B", True)
assert seen["a-4"] == ("", "4", None, False)
PY
