#!/usr/bin/env bash
# PyPI's ics 0.7.3 writes calendars that RFC 5545 does not allow.
#
# A new event has no DTSTAMP. A calendar that was read without CALSCALE is written with "CALSCALE:GEORGIAN". A summary of 100 letters is
# written as one line of 108 octets.
#
# One would expect a DTSTAMP (RFC 5545, 3.6.1: required in each event), no CALSCALE or "CALSCALE:GREGORIAN" (3.7.1: the only value that
# is defined), and folded lines (3.1: lines SHOULD NOT be longer than 75 octets). Its own
# reader takes all of it.
#
# A reader of calendars takes a missing stamp and an unknown scale as they come, and tells it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'ics==0.7.3'
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import ics

print("ics", version("ics"))
event = ics.Event(name="R" * 100, begin="2026-11-29")
event.make_all_day()
text = event.serialize()
print(text)
assert "DTSTAMP" not in text
assert max(len(line.encode()) for line in text.splitlines()) == 108
source = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN", "BEGIN:VEVENT", "UID:1", "DTSTAMP:20261101T000000Z",
          "DTSTART;VALUE=DATE:20261129", "SUMMARY:Review", "END:VEVENT", "END:VCALENDAR", ""]
written = ics.Calendar("\r\n".join(source)).serialize()
print(written)
assert "CALSCALE:GEORGIAN" in written
PY
