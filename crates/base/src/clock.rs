//! The one place that reads the clock, the time zone and the name of the machine.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use chrono::{Local, Offset as _, Utc};

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

/// How long this thread has worked on a processor, where the system tells it, by a few milliseconds, so that tests of how work grows with its input do not
/// depend on what else the machine does; otherwise the time since the clock was first read.
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
}
