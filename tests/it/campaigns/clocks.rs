//! A clock that jumps ahead and back between sessions, in several time zones and across summer time: every event says when it was entered and
//! by how much the clock was behind, and what needs a reason is not entered without one.
//!
//! `faketime` sets the clock of the program. `MAINSTAY_CLOCKS` is how many sessions there are.

use std::io::Write as _;
use std::process::{Command, Output};

use mainstay::domain::time::Moment;
use mainstay::ops::EventFilter;

use super::{Bench, Known, Random, count, now, said_done};

/// Sessions in the short form.
const SHORT: u32 = 14;
/// Seconds by which the clock may be behind without being told: two minutes.
const UNTOLD: i64 = 120;
/// Seconds that a session may take.
const SESSION: i64 = 60;
/// Zones of whole, half and quarter hours, with summer time on both sides of the equator, of half an hour, and without.
const ZONES: [&str; 7] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "America/St_Johns",
];
const DAY: i64 = 86_400;

const ENTRY: &str = r#"[(do: Create(kind: "feedback", set: {"title": "Session TURN", "description_verbatim": "It beeps."})REASON)]"#;
const ACKNOWLEDGED: &str = r#"[(do: AcknowledgeClock, reason: "Compared with a watch")]"#;

/// The program at a moment, in a zone.
fn at(bench: &Bench, moment: Moment, zone: &str, login: &str, script: &str) -> Output {
    bench
        .by("faketime")
        .env("TZ", zone)
        .args(["-f", &format!("{:+}", moment.seconds_since(now()))])
        .arg(env!("CARGO_BIN_EXE_mainstay"))
        .args(["run", bench.path.to_str().unwrap(), script, "--login", login])
        .output()
        .unwrap()
}

/// What `date` says of a moment in a zone.
fn of_zone(zone: &str, moment: Moment, form: &str) -> String {
    let at = moment.to_string();
    let output = Command::new("date").env("TZ", zone).args(["-d", &at, form]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// What the system says a zone's offset is, in minutes.
fn offset_of(zone: &str, moment: Moment) -> i64 {
    let text = of_zone(zone, moment, "+%z");
    let (sign, digits) = text.split_at(1);
    let number: i64 = digits.parse().unwrap();
    let minutes = number / 100 * 60 + number % 100;
    if sign == "-" { -minutes } else { minutes }
}

fn has_faketime() -> bool {
    Command::new("faketime").args(["-f", "+0", "true"]).status().is_ok_and(|code| code.success())
}

/// The moment of a session: near a change of summer time, near what was seen last, or far from it.
fn moment_of(random: &mut Random, base: Moment, latest: Moment) -> Moment {
    let days = |random: &mut Random, most: u64| i64::try_from(random.below(most)).unwrap() * DAY;
    let seconds = i64::try_from(random.below(u64::try_from(DAY).unwrap())).unwrap();
    match random.below(6) {
        0 => latest.plus_seconds(seconds / 24),
        1 => latest.plus_seconds(-seconds),
        2 => latest.plus_seconds(-UNTOLD / 2),
        // The last Sunday of March 2027, when Europe's clocks go ahead, and a Sunday of November, when America's go back.
        3 => Moment::parse("2027-03-28T00:30:00Z").unwrap().plus_seconds(seconds / 12),
        4 => Moment::parse("2027-11-07T05:30:00Z").unwrap().plus_seconds(seconds / 12),
        _ => base.plus_seconds(days(random, 300) + seconds),
    }
}

#[test]
fn a_clock_that_jumps_is_told_in_every_event_and_needs_a_reason() {
    if !has_faketime() {
        let _ = writeln!(std::io::stderr(), "skipped: {}: faketime is not installed", module_path!());
        return;
    }
    let bench = Bench::new();
    let known = Known::of(&bench);
    let mut random = Random::new();
    let base = now();
    let mut latest = base;
    let (mut entered, mut behind, mut refused, mut acknowledged) = (0, 0, 0, 0);
    let sessions = count("MAINSTAY_CLOCKS", SHORT);
    for turn in 0..sessions {
        let zone = ZONES[usize::try_from(random.below(7)).unwrap()];
        let moment = moment_of(&mut random, base, latest);
        let with_reason = random.below(2) == 0;
        let what = format!("session {turn}, {moment} in {zone}, latest {latest}, reason: {with_reason}");
        let reason = if with_reason { r#", reason: "The clock was wrong""# } else { "" };
        let script = bench.script(&ENTRY.replace("REASON", reason), turn);
        let output = at(&bench, moment, zone, "tomas", &script);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let said = said_done(&out);
        let back = latest.seconds_since(moment);
        if back > UNTOLD + SESSION && !with_reason {
            assert_eq!(output.status.code(), Some(3), "{what}: {out}{err}");
            assert!(err.contains("the clock of this machine is behind"), "{what}: {err}");
            assert!(said.is_empty(), "{what}: {out}");
            refused += 1;
            continue;
        }
        // Within a minute of the limit either answer is right.
        if back > UNTOLD - SESSION && output.status.code() == Some(3) {
            continue;
        }
        assert!(output.status.success(), "{what}: {out}{err}");
        entered += 1;
        let seq = *said.last().unwrap();
        let rows = bench.opened(&what).events(&EventFilter::default(), 4, 0).unwrap();
        let event = &rows.iter().find(|row| row.event.seq == seq).unwrap().event;
        assert!((0..=SESSION).contains(&event.at.seconds_since(moment)), "{what}: {}", event.at);
        let offset = serde_json::to_value(event).unwrap();
        assert_eq!(offset["offset_minutes"].as_i64(), Some(offset_of(zone, event.at)), "{what}");
        let told = offset["clock_back_seconds"].as_i64();
        let is = latest.seconds_since(event.at);
        if is > UNTOLD {
            // Its sign-in may have been noted a moment later than what was seen before.
            assert!(told.is_some_and(|told| (told - is).abs() <= SESSION), "{what}: {told:?}, {is}");
            behind += 1;
        } else {
            assert_eq!(told, None, "{what}");
            latest = event.at;
        }
        if random.below(4) == 0 {
            let script = bench.script(ACKNOWLEDGED, turn);
            let output = at(&bench, event.at, zone, "mara", &script);
            if is > UNTOLD {
                assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
                latest = event.at;
                acknowledged += 1;
            }
        }
    }
    let last = Known::of(&bench);
    assert!(last.seq >= known.seq + entered, "{} events of {entered} entries", last.seq - known.seq);
    bench.verifies(&last, "at the end");
    println!(
        "{sessions} sessions: {entered} entries, {behind} of them with a clock behind, {refused} refused without a reason, \
         {acknowledged} acknowledgements"
    );
}
