#!/usr/bin/env bash
# npm's ics 3.12.0 writes a duration that the grammar of RFC 5545 does not know.
#
# An all-day event with the duration {days: 1} is written with "DURATION:P1DT". {weeks: 1, days: 1} becomes "P1W1DT".
# The library reports no error.
#
# One would expect "DURATION:P1D". RFC 5545, 3.3.6: dur-time is "T" followed by hours, minutes or seconds, so a "T" cannot stand at the
# end; dur-week stands alone. Some readers forgive the "T" (npm's ical.js and PyPI's icalendar do), strict ones lose the event.
#
# Write DTEND, not DURATION, when calendars have to be read by many programs.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit --prefix . 'ics@3.12.0' > npm.log
cat > probe.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import ics from "ics";

// The grammar of 3.3.6.
const TIME = "T(\\d+H(\\d+M(\\d+S)?)?|\\d+M(\\d+S)?|\\d+S)";
const GRAMMAR = new RegExp(`^[+-]?P(\\d+D(${TIME})?|${TIME}|\\d+W)$`);

console.log("ics", JSON.parse(readFileSync("node_modules/ics/package.json")).version);
for (const [duration, expected] of [[{ days: 1 }, "P1DT"], [{ weeks: 1, days: 1 }, "P1W1DT"], [{ hours: 1 }, "PT1H"]]) {
  const { error, value } = ics.createEvent({ start: [2026, 11, 29], duration, title: "Review" });
  const written = value.match(/^DURATION:(.*)\r$/m)[1];
  console.log(error, duration, written, "by the grammar:", GRAMMAR.test(written));
  assert.strictEqual(error, null);
  assert.strictEqual(written, expected);
  assert.strictEqual(GRAMMAR.test(written), expected === "PT1H");
}
JS
node probe.mjs
