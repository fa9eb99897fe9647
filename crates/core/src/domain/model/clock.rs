//! The machine's clock according to the audit trail: whether it ran backwards, and whether that was acknowledged.

use crate::domain::event::Event;
use crate::domain::time::{CLOCK_BACK_SECONDS, Moment};

/// The request that acknowledges a clock that ran backwards.
pub const ACKNOWLEDGE: &str = "clock.acknowledge";

/// The clock according to the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClockHistory {
    /// The latest moment of an event since the clock was last acknowledged, so that steps back that are each too small to
    /// be reported cannot add up.
    pub latest: Option<Moment>,
    /// Whether the clock ran backwards and this is not acknowledged yet.
    pub open: bool,
}

impl ClockHistory {
    /// Seconds by which a moment is before the latest event, if that exceeds the tolerance.
    pub fn back(&self, now: Moment) -> Option<u64> {
        let back = self.latest.map_or(0, |latest| latest.seconds_since(now));
        (back > CLOCK_BACK_SECONDS).then_some(back.unsigned_abs())
    }

    /// Applies the next event.
    pub fn take(&mut self, event: &Event) {
        if event.request == ACKNOWLEDGE {
            *self = Self { latest: Some(event.at), open: false };
        } else {
            self.open |= event.clock_back_seconds.is_some();
            self.latest = self.latest.max(Some(event.at));
        }
    }
}
