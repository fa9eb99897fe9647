//! What the audit trail says of the machine's clock: whether it ran backwards, and whether somebody acknowledged that.

use crate::domain::event::Event;
use crate::domain::time::{CLOCK_BACK_SECONDS, Moment};

/// The request that acknowledges a clock that ran backwards.
pub const ACKNOWLEDGE: &str = "clock.acknowledge";

/// The clock as the events tell of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClockHistory {
    /// The latest moment at which an event was entered since the clock was last acknowledged, so that steps too small to
    /// be noticed one by one do not add up.
    pub latest: Option<Moment>,
    /// Whether a clock that ran backwards is not acknowledged yet.
    pub open: bool,
}

impl ClockHistory {
    /// Seconds by which a moment stands before what was entered already, where that is worth saying.
    pub fn back(&self, now: Moment) -> Option<u64> {
        let back = self.latest.map_or(0, |latest| latest.seconds_since(now));
        (back > CLOCK_BACK_SECONDS).then_some(back.unsigned_abs())
    }

    /// Takes in the next event.
    pub fn take(&mut self, event: &Event) {
        if event.request == ACKNOWLEDGE {
            *self = Self { latest: Some(event.at), open: false };
        } else {
            self.open |= event.clock_back_seconds.is_some();
            self.latest = self.latest.max(Some(event.at));
        }
    }
}
