//! The machine's clock according to the audit trail: whether it ran backwards, and whether that was acknowledged.

use crate::domain::event::Event;
use crate::domain::ids::RecordId;
use crate::domain::time::{CLOCK_BACK_SECONDS, Moment};
use crate::domain::time_stamp::{StampedEvent, TIME_STAMP};

/// The request that acknowledges a clock that ran backwards.
pub const ACKNOWLEDGE: &str = "clock.acknowledge";
/// Requests that the program performs by itself, so that nobody made them to enter something at another time.
pub const BY_ITSELF: [&str; 2] = ["person.failed_sign_ins", TIME_STAMP];

/// The clock according to the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClockHistory {
    /// The latest moment of an event since the clock was last acknowledged, so that steps back that are each too small to be
    /// reported cannot add up.
    pub latest: Option<Moment>,
    /// The time of the last trusted time stamp. No acknowledgement ends it: it is true.
    pub trusted: Option<Moment>,
    /// The latest moment that the workstation knows from elsewhere: from other files, or from the file system.
    pub seen: Option<Moment>,
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
    /// Whether that is against a moment that no event of the file has ([`Event::clock_seen`]).
    pub elsewhere: bool,
    /// Whether it acknowledges that the clock ran backwards.
    pub acknowledges: bool,
}

/// Whether somebody made the event while the clock ran backwards, and so does not acknowledge it.
pub fn made_while_behind(event: &Event) -> Option<RecordId> {
    let by_person = !BY_ITSELF.contains(&event.request.as_str());
    (event.clock_back_seconds.is_some() && by_person).then_some(event.actor)
}

impl ClockHistory {
    /// The latest moment since the clock was last acknowledged, from the events in reverse order; or that of a trusted time stamp
    /// before, if it is later. It reads only as many of
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
            let ClockReading { at, back, elsewhere, acknowledges } = reading?;
            if let Some(back) = back.filter(|_| !acknowledges && !elsewhere) {
                let seconds = i64::try_from(back).unwrap_or(i64::MAX);
                return Ok(latest.max(Some(at.plus_seconds(seconds))));
            }
            let later = latest.is_some_and(|latest| latest.seconds_since(at) > CLOCK_BACK_SECONDS);
            latest = latest.max(Some(at));
            if acknowledges || later && !elsewhere {
                break;
            }
        }
        Ok(latest)
    }

    /// Seconds by which a moment is before the latest one that is known, if that exceeds the tolerance.
    pub fn back(&self, now: Moment) -> Option<u64> {
        let back = self.latest.max(self.trusted).max(self.seen).map_or(0, |latest| latest.seconds_since(now));
        (back > CLOCK_BACK_SECONDS).then_some(back.unsigned_abs())
    }

    /// The moment known from elsewhere, if a clock that ran backwards is to be measured against it.
    pub fn seen_before(&self, now: Moment) -> Option<Moment> {
        self.seen.filter(|_| self.seen > self.latest.max(self.trusted) && self.back(now).is_some())
    }

    /// Applies the next event.
    pub fn take(&mut self, event: &Event) {
        if event.request == ACKNOWLEDGE {
            *self = Self { latest: Some(event.at), trusted: self.trusted, seen: None, open: false };
        } else {
            self.open |= event.clock_back_seconds.is_some();
            self.latest = self.latest.max(Some(event.at));
            if event.request == TIME_STAMP {
                self.trusted = StampedEvent::of(event).map(|stamped| stamped.time);
            }
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
            steps in proptest::collection::vec(
                (-400_i64..400, 0..12_u8, proptest::option::of(-300_i64..3000), proptest::option::weighted(0.2, -900_i64..900)),
                0..60,
            ),
        ) {
            let start = Moment::parse("2030-01-01T00:00:00Z").unwrap();
            let (mut at, mut forward, mut readings) = (start, None::<Moment>, Vec::new());
            let mut trusted = None::<Moment>;
            for (seconds, chance, ahead, stamped) in steps {
                at = at.plus_seconds(seconds);
                let acknowledges = chance == 0;
                let seen = ahead.map(|ahead| at.plus_seconds(ahead));
                let clock = ClockHistory { latest: forward, trusted, seen, open: false };
                let (back, elsewhere) = (clock.back(at), clock.seen_before(at).is_some());
                let stamped = stamped.filter(|_| !acknowledges).map(|seconds| at.plus_seconds(seconds));
                forward = if acknowledges { Some(at) } else { forward.max(Some(at)) };
                trusted = trusted.max(stamped);
                readings.push(ClockReading { at, back, elsewhere, acknowledges });
            }
            let newest_first = readings.iter().rev().map(|reading| Ok::<_, Infallible>(*reading));
            let Ok(backward) = ClockHistory::latest(newest_first);
            prop_assert_eq!(backward.max(trusted), forward.max(trusted));
        }
    }
}
