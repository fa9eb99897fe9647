#!/usr/bin/env bash
# PyPI's icalendar 7.3.2 writes a fixed offset as a time zone that nobody can look up.
#
# An event at 10:00+02:00 is written with DTSTART;TZID="UTC+02:00":20261129T100000. The calendar has no VTIMEZONE of that name. DTSTAMP and
# LAST-MODIFIED of the same event, with the same value, are written in UTC.
#
# One would expect DTSTART in UTC too (20261129T080000Z). RFC 5545, 3.2.19: a TZID that does not begin with "/" MUST be defined by
# a VTIMEZONE in the same calendar. A reader without the definition takes the time as local, and the review is two hours off.
#
# Convert times to UTC before they are handed to the library.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'icalendar==7.3.2'
"$folder/venv/bin/python" - <<'PY'
from datetime import datetime, timedelta, timezone
from importlib.metadata import version

from icalendar import Calendar, Event

moment = datetime(2026, 11, 29, 10, tzinfo=timezone(timedelta(hours=2)))
event = Event()
event.add("uid", "1")
event.add("dtstamp", moment)
event.add("last-modified", moment)
event.add("dtstart", moment)
calendar = Calendar()
calendar.add("version", "2.0")
calendar.add("prodid", "-//Example//EN")
calendar.add_component(event)
text = calendar.to_ical().decode()
print("icalendar", version("icalendar"))
print(text)
assert 'DTSTART;TZID="UTC+02:00":20261129T100000' in text
assert "DTSTAMP:20261129T080000Z" in text and "LAST-MODIFIED:20261129T080000Z" in text
assert "VTIMEZONE" not in text
PY
