//! Continuing from a restored copy.

use super::{EventParts, Job};
use crate::domain::continuation::{Continuation, SKIP_MAX};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::packet;
use crate::domain::person::Role;
use crate::domain::product::PRODUCT;
use crate::domain::refused::Refusal;
use crate::domain::signature::{Meaning, Part};

impl<F> Job<'_, F> {
    /// Events of the file were lost. A person signs that work goes on without them, and from which numbers on, so that no
    /// number that may have been used names a second record.
    pub(super) fn continue_from_copy(
        &mut self,
        said: &Continuation,
        reason: Option<&str>,
    ) -> Result<EventParts, Refusal<F>> {
        let role = self.role("Continuing from a restored copy", &[Role::SysAdmin])?;
        self.ask_reason(reason, || "continuing from a restored copy".to_owned())?;
        if let Some(lost) = said.lost.as_ref().filter(|lost| !lost.is_valid()) {
            return Err(Refusal::Rule(format!("{lost} is not the number and the digest of an event")));
        }
        let mut skips = false;
        for kind in Kind::ALL {
            skips |= self.skips(*kind, said.next.get(kind).copied())?;
        }
        skips |= self.skips_packets(said.next_packet)?;
        if !skips {
            self.refuse_idle(said)?;
        }
        self.put_signature(PRODUCT, Meaning::Approved, vec![role], vec![(PRODUCT, Part::Content)], reason)?;
        let facts = serde_json::json!(said);
        Ok(EventParts { record: Some(PRODUCT), role: Some(role), facts })
    }

    /// Whether numbers of packets are skipped.
    fn skips_packets(&self, next: Option<u32>) -> Result<bool, Refusal<F>> {
        let free = self.change.next_packet()?;
        let most = free.saturating_add(SKIP_MAX);
        match next {
            Some(next) if (free..=most).contains(&next) => Ok(next > free),
            None if free == 1 => Ok(false),
            Some(_) | None => Err(Refusal::Rule(format!(
                "packets cannot go on from {}; choose a number from {} to {}",
                next.map_or_else(|| "a number that is not given".to_owned(), packet::words),
                packet::words(free),
                packet::words(most)
            ))),
        }
    }

    /// An act that skips no number says at least which event is lost, and was not done before.
    fn refuse_idle(&self, said: &Continuation) -> Result<(), Refusal<F>> {
        let Some(lost) = &said.lost else {
            return Err(Refusal::Rule(
                "it is not known what was lost, so numbers must be skipped; say how many".to_owned(),
            ));
        };
        match self.change.continued()?.without(lost) {
            Some(seq) => Err(Refusal::Rule(format!(
                "the file was already continued without event {}, by event {seq}; go on working in the file",
                lost.seq
            ))),
            None => Ok(()),
        }
    }

    /// Whether numbers are skipped. The number to go on from is not one that the file uses itself, and leaves room for the numbers after it. It may be
    /// left out for a kind of which there is no record, so that a kind can be added later.
    fn skips(&self, kind: Kind, number: Option<u32>) -> Result<bool, Refusal<F>> {
        let free = self.change.next_number(kind)?;
        let most = free.saturating_add(SKIP_MAX);
        let said = match number {
            Some(number) if (free..=most).contains(&number) => return Ok(number > free),
            None if free == 1 => return Ok(false),
            Some(number) => RecordId::new(kind, number).to_string(),
            None => "a number that is not given".to_owned(),
        };
        let (free, most) = (RecordId::new(kind, free), RecordId::new(kind, most));
        Err(Refusal::Rule(format!(
            "{} cannot go on from {said}; choose a number from {free} to {most}",
            kind.def().plural
        )))
    }
}
