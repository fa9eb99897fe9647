#!/usr/bin/env bash
# npm's exceljs 4.4.0 reads every date of 2026 as 18 July 1905 when openpyxl 3.1.5 was told to write dates as text.
#
# With `workbook.iso_dates = True`, openpyxl writes the cells as ISO 8601 texts of the type "d". exceljs takes the year as the number of a day:
# 2026-11-29 and 2026-01-01 both become 1905-07-18. There is no error. Dates that are written as numbers are read rightly.
#
# One would expect 2026-11-29: ISO/IEC 29500-1, 18.18.11, has the type "d", a date in the ISO 8601 format, and the documentation of openpyxl
# says of this form that its meaning needs no interpretation. python-calamine 0.9.1 and openpyxl read the dates.
# A date of expiry or of the end of support is long past then.
#
# Read workbooks of unknown origin with another library, or refuse dates before 1970.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit --prefix . 'exceljs@4.4.0' > npm.log
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'openpyxl==3.1.5' 'python-calamine==0.9.1'
venv/bin/python - <<'PY'
from datetime import date

import openpyxl
from python_calamine import CalamineWorkbook

days = [date(2026, 1, 1), date(2026, 11, 29)]
for name, iso in [("text.xlsx", True), ("number.xlsx", False)]:
    workbook = openpyxl.Workbook()
    workbook.iso_dates = iso
    workbook.active.append(days)
    workbook.save(name)
    again = [str(value)[:10] for value in CalamineWorkbook.from_path(name).get_sheet_by_index(0).to_python()[0]]
    other = [str(cell.value)[:10] for cell in openpyxl.load_workbook(name).active[1]]
    print(f"{name}: python-calamine {again}, openpyxl {other}")
    assert again == other == [day.isoformat() for day in days]
PY
cat > probe.cjs <<'JS'
const assert = require("node:assert");
const ExcelJS = require("exceljs");

(async () => {
  console.log("exceljs", require("exceljs/package.json").version);
  for (const [name, seen] of [["text.xlsx", ["1905-07-18", "1905-07-18"]], ["number.xlsx", ["2026-01-01", "2026-11-29"]]]) {
    const workbook = new ExcelJS.Workbook();
    await workbook.xlsx.readFile(name);
    const days = workbook.worksheets[0].getRow(1).values.slice(1).map((value) => value.toISOString().slice(0, 10));
    console.log(`${name}: exceljs ${days}`);
    assert.deepStrictEqual(days, seen);
  }
})().catch((error) => { console.error(error); process.exit(1); });
JS
TZ=UTC node probe.cjs
