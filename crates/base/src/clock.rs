//! The one place that reads the clock, the time zone and the name of the machine.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use chrono::{Datelike as _, Local, Offset as _, Utc};

use crate::time::Moment;

/// The time and place of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The moment, UTC.
    pub now: Moment,
    /// Offset of local time from UTC, in minutes.
    pub offset_minutes: i32,
    /// Name of the machine.
    pub machine: String,
    /// Time since an arbitrary earlier moment, by a clock that nobody can set.
    pub steady: Duration,
}

impl Stamp {
    /// A given moment and place. The steady clock advances with the moment.
    pub fn at(now: Moment, offset_minutes: i32, machine: impl Into<String>) -> Self {
        let seconds = now.seconds_since(Moment::from_utc(chrono::DateTime::UNIX_EPOCH));
        let steady = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
        Self { now, offset_minutes, machine: machine.into(), steady }
    }
}

/// The first year that a clock can show: this program did not exist before.
const FIRST_YEAR: i32 = 2020;
/// The last year that a clock is believed to show. Records are kept long, but nobody enters them then.
const LAST_YEAR: i32 = 2100;

/// Why a clock that shows this moment is not believed, in words; `None` if it is. An empty battery sets a clock to 1970, a slip of the
/// hand to another century; and what is entered and signed bears its date for good.
pub fn disbelieved(now: Moment) -> Option<String> {
    if (FIRST_YEAR..=LAST_YEAR).contains(&now.utc().year()) {
        return None;
    }
    Some(format!(
        "the clock of this machine shows {}, which cannot be. What is entered and signed bears its date for good: set date and time \
         of the machine, then try again",
        now.words()
    ))
}

/// When the clock was first read.
static FIRST: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The present moment.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub fn now() -> Moment {
    Moment::from_utc(Utc::now())
}

/// The present moment and place.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub fn stamp() -> Stamp {
    let offset_minutes = Local::now().offset().fix().local_minus_utc() / 60;
    let machine = gethostname::gethostname().to_string_lossy().into_owned();
    Stamp { now: now(), offset_minutes, machine, steady: FIRST.elapsed() }
}

/// How long this thread has worked on a processor, where the system tells it, by a few milliseconds, so that tests of how work grows
/// with its input do not depend on what else the machine does; otherwise the time since the clock was first read.
pub fn worked() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|line| line.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| FIRST.elapsed(), Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_thread_has_worked_grows_with_work() {
        let before = worked();
        let sum = (0..5_000_000_u64).fold(0_u64, |sum, one| std::hint::black_box(sum ^ one));
        assert!(worked() > before, "{sum}");
    }

    #[test]
    fn a_clock_in_another_century_is_not_believed() {
        let said = |text: &str| disbelieved(Moment::parse(text).unwrap());
        for good in ["2020-01-01T00:00:00Z", "2026-11-30T20:00:00Z", "2100-12-31T23:59:59Z"] {
            assert_eq!(said(good), None, "{good}");
        }
        for bad in ["1970-01-01T00:00:00Z", "2019-12-31T23:59:59Z", "2101-01-01T00:00:00Z"] {
            let words = said(bad).unwrap();
            assert!(words.contains(&bad[..10]) && words.contains("set date and time"), "{words}");
        }
    }
}
