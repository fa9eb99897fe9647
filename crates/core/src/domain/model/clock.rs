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

/// What an event says of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockReading {
    /// When it was entered.
    pub at: Moment,
    /// Seconds by which the clock ran backwards, if the event says so.
    pub back: Option<u64>,
    /// Whether it acknowledges that the clock ran backwards.
    pub acknowledges: bool,
}

impl ClockHistory {
    /// The latest moment since the clock was last acknowledged, from the events in reverse order. It reads only as many of
    /// them as can hold it: an event within the tolerance of an earlier one says nothing, and any other says by how much it is
    /// before the latest.
    ///
    /// # Errors
    /// The first error of the events that are read.
    pub fn latest<E>(
        newest_first: impl IntoIterator<Item = Result<ClockReading, E>>,
    ) -> Result<Option<Moment>, E> {
        let mut latest: Option<Moment> = None;
        for reading in newest_first {
            let ClockReading { at, back, acknowledges } = reading?;
            if let Some(back) = back.filter(|_| !acknowledges) {
                let seconds = i64::try_from(back).unwrap_or(i64::MAX);
                return Ok(latest.max(Some(at.plus_seconds(seconds))));
            }
            let later = latest.is_some_and(|latest| latest.seconds_since(at) > CLOCK_BACK_SECONDS);
            latest = latest.max(Some(at));
            if acknowledges || later {
                break;
            }
        }
        Ok(latest)
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::convert::Infallible;

    proptest! {
        #[test]
        fn the_newest_events_say_the_same_of_the_clock_as_all_of_them(
            steps in proptest::collection::vec((-400_i64..400, 0..12_u8), 0..60),
        ) {
            let start = Moment::parse("2030-01-01T00:00:00Z").unwrap();
            let (mut at, mut forward, mut readings) = (start, None::<Moment>, Vec::new());
            for (seconds, chance) in steps {
                at = at.plus_seconds(seconds);
                let acknowledges = chance == 0;
                let back = ClockHistory { latest: forward, open: false }.back(at);
                forward = if acknowledges { Some(at) } else { forward.max(Some(at)) };
                readings.push(ClockReading { at, back, acknowledges });
            }
            let newest_first = readings.iter().rev().map(|reading| Ok::<_, Infallible>(*reading));
            let Ok(backward) = ClockHistory::latest(newest_first);
            prop_assert_eq!(backward, forward);
        }
    }
}
