//! The one place that reads the clock, the time zone and the name of the machine.

use chrono::{Local, Offset as _, Utc};

use crate::time::Moment;

/// When and where something is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The moment, UTC.
    pub now: Moment,
    /// Offset of local time from UTC, in minutes.
    pub offset_minutes: i32,
    /// Name of the machine.
    pub machine: String,
}

/// The present moment.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub fn now() -> Moment {
    Moment::from_utc(Utc::now())
}

/// The present moment and place.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub fn stamp() -> Stamp {
    let offset_minutes = Local::now().offset().fix().local_minus_utc() / 60;
    Stamp { now: now(), offset_minutes, machine: gethostname::gethostname().to_string_lossy().into_owned() }
}
