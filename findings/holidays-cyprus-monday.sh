#!/usr/bin/env bash
# npm's date-holidays 3.37.0 and PyPI's workalendar 17.0.0 give Cyprus other holidays than it has.
#
# date-holidays puts the public holiday "Καθαρά Δευτέρα" (Clean Monday, also called Green Monday) on a Tuesday, 24 February 2026; the Monday
# itself is no public holiday there. The Monday of Pentecost, 1 June 2026, is missing.
# workalendar reckons all movable feasts of Cyprus from the western Easter (Clean Monday 16 February, Good Friday 3 April 2026), and has
# the Dormition on 15 July instead of 15 August.
#
# One would expect 23 February, 10 April, 1 June and 15 August, as the Republic lists them; the church of Cyprus keeps the Orthodox Easter,
# which is 12 April 2026, and Clean Monday is 48 days before. PyPI's holidays 0.109 gives these days. Cyprus is in the European Union, so
# a term in working days that is reckoned for its authority is wrong by a day.
#
# Compare the calendars of two libraries, and keep the official list as the last word.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit --prefix . 'date-holidays@3.37.0' > npm.log
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check 'workalendar==17.0.0' 'holidays==0.109' 'python-dateutil==2.9.0.post0'
cat > probe.mjs <<'JS'
import Holidays from "date-holidays";
const days = new Holidays("CY").getHolidays(2026).filter((day) => day.type === "public");
console.log(JSON.stringify(Object.fromEntries(days.map((day) => [day.date.slice(0, 10), day.name]))));
JS
node probe.mjs > date-holidays.json
venv/bin/python - <<'PY'
import json
from datetime import date, timedelta

import holidays
from dateutil.easter import EASTER_ORTHODOX, easter
from workalendar.europe import Cyprus

with open("date-holidays.json") as file:
    npm = {date.fromisoformat(day): name for day, name in json.load(file).items()}
pypi = dict(Cyprus().holidays(2026))
good = holidays.country_holidays("CY", years=2026)
start = easter(2026, EASTER_ORTHODOX)
clean, friday, pentecost = (start + timedelta(days=days) for days in (-48, -2, 50))
print("Orthodox Easter", start)
for name, day in [("Clean Monday", clean), ("Good Friday", friday), ("Pentecost Monday", pentecost), ("Dormition", date(2026, 8, 15))]:
    print(f"{name} {day:%a %d %b}: date-holidays {npm.get(day)}; workalendar {pypi.get(day)}; holidays {good.get(day)}")
    assert day in good
tuesday = clean + timedelta(days=1)
print(f"date-holidays {tuesday:%A %d %B}: {npm.get(tuesday)}")
assert (clean.strftime("%a"), npm.get(tuesday)) == ("Mon", "Καθαρά Δευτέρα")
assert clean not in npm and pentecost not in npm and friday in npm
print("workalendar:", [f"{day:%a %d %b} {name}" for day, name in pypi.items() if "Clean" in name or "Good" in name or "Dormition" in name])
assert not {clean, friday, pentecost, date(2026, 8, 15)} & set(pypi)
assert pypi[date(2026, 2, 16)] == "Clean Monday" and pypi[date(2026, 4, 3)] == "Good Friday" and date(2026, 7, 15) in pypi
PY
