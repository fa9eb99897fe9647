#!/usr/bin/env bash
# The Rust crate icalendar 0.17.17 writes all-day events that end when they begin.
#
# `Event::all_day(2026-11-29)` writes DTSTART and DTEND with the same date.
#
# One would expect DTEND 2026-11-30, or no DTEND. RFC 5545, 3.6.1 and 3.8.2.2: DTEND is the end that is not part of the event, and it MUST be
# later than DTSTART; an event with a date and no DTEND lasts that day. Programs show such an event for no time at all, or refuse it.
#
# For a day, write DTSTART alone, or set the end to the next day oneself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cd "$folder"
cat > Cargo.toml <<'TOML'
[package]
name = "probe"
version = "0.1.0"
edition = "2024"
[dependencies]
icalendar = "=0.17.17"
chrono = "0.4"
TOML
cat > src/main.rs <<'RUST'
use icalendar::{Component, Event, EventLike};

fn main() {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 29).unwrap();
    let text = Event::new().summary("Review").all_day(day).done().to_string();
    println!("icalendar 0.17.17\n{text}");
    assert!(text.contains("DTSTART;VALUE=DATE:20261129"));
    assert!(text.contains("DTEND;VALUE=DATE:20261129"));
}
RUST
CARGO_TARGET_DIR="$folder/target" cargo run -q
