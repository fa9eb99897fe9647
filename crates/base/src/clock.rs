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
