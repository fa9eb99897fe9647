//! Continuing from a restored copy: what the act says of the events that are lost and of the numbers that may have been used.

use std::collections::BTreeMap;

use super::file::ProductFile;
use super::refused::Refused;
use super::request::Request;
use crate::domain::continuation::{CONTINUE, Continuation, Continued, EventHead};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::requests::{POLICY, PRODUCT, RecordSource as _};
use crate::store::EventFilter;

/// How many numbers of each kind are skipped where nobody knows which were used, unless the person says how many.
pub const SKIP: u32 = 100;

/// Kinds of which a file has one record for good, so that no number is skipped.
pub const ONE_OF: [Kind; 2] = [PRODUCT.kind, POLICY.kind];

/// What is known of the events that a restored copy lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loss {
    /// The event that this workstation saw last.
    Seen,
    /// An event that is known from elsewhere, such as from a printed packet.
    Head(EventHead),
    /// Nothing.
    Unknown,
}

impl ProductFile {
    /// How the file was continued from restored copies.
    pub fn continued(&self) -> Result<Continued, Refused> {
        Ok(self.store.continued()?)
    }

    /// Of each kind the record with the highest number that is or may have been used.
    pub fn used_numbers(&self) -> Result<Vec<RecordId>, Refused> {
        let mut used = Vec::new();
        for kind in Kind::ALL {
            let number = self.store.next_number(*kind)? - 1;
            if number > 0 {
                used.push(RecordId::new(*kind, number));
            }
        }
        Ok(used)
    }

    /// The highest number of a packet that is or may have been used; 0 without one.
    pub fn used_packets(&self) -> Result<u32, Refused> {
        Ok(self.store.next_packet()? - 1)
    }

    /// How many numbers of each kind are skipped beyond those that are known to be used, unless the person says how many.
    pub fn usual_skip(&self, loss: &Loss) -> u32 {
        let known = self.behind().is_some_and(|behind| !behind.numbers.is_empty());
        if known && *loss == Loss::Seen { 0 } else { SKIP }
    }

    /// The act that continues from this copy: the event that is lost, and the first number of each kind.
    ///
    /// # Errors
    /// [`Refused::Rule`] if nothing is known to be lost.
    pub fn continuation(&self, loss: &Loss, skip: u32) -> Result<Continuation, Refused> {
        let lost = match (loss, self.behind()) {
            (Loss::Head(head), _) => Some(head.clone()),
            (Loss::Seen | Loss::Unknown, Some(behind)) => Some(behind.seen.clone()),
            (Loss::Unknown, None) => None,
            (Loss::Seen, None) => return Err(Refused::Rule(NOT_BEHIND.to_owned())),
        };
        let mut next = BTreeMap::new();
        for kind in Kind::ALL {
            let free = self.store.next_number(*kind)?;
            let seen = self.behind().and_then(|behind| behind.numbers.get(kind)).copied().unwrap_or_default();
            let skip = if ONE_OF.contains(kind) { 0 } else { skip };
            next.insert(*kind, free.max(seen.saturating_add(1)).saturating_add(skip));
        }
        let free = self.store.next_packet()?;
        let seen = self.behind().map_or(0, |behind| behind.packets);
        let packet = free.max(seen.saturating_add(1)).saturating_add(skip);
        Ok(Continuation { lost, next, next_packet: Some(packet) })
    }

    /// A file is continued only where an event of it is lost.
    pub(super) fn refuse_nothing_lost(&self, request: &Request) -> Result<(), Refused> {
        let Request::Continue(said) = request else { return Ok(()) };
        match &said.lost {
            Some(lost) => match self.event_digest(lost.seq)? {
                Some(digest) if lost.is(lost.seq, &digest) => Err(Refused::Rule(format!(
                    "the file contains event {}, so it is not lost; go on working in the file",
                    lost.seq
                ))),
                Some(_) | None => Ok(()),
            },
            None => {
                let last = self.store.events(&EventFilter::default(), 1, 0)?;
                if last.iter().any(|row| row.event.request == CONTINUE) {
                    return Err(Refused::Rule(
                        "the file was just continued from a restored copy; go on working in the file"
                            .to_owned(),
                    ));
                }
                Ok(())
            }
        }
    }
}

const NOT_BEHIND: &str = "this workstation knows of no event that the file lacks; if a packet names one, give its head, \
                          and if the file is a restored copy and nothing is known, say so";
