//! Continuing from a restored copy: what the audit trail says was lost, and from which numbers on records are numbered.
//!
//! Belongs here: reading such events and counting on after them. Does not belong here: who may do it (requests), or how a
//! workstation notices that a file is an older copy (ops).

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::event::Event;
use crate::domain::ids::Kind;

/// The request that continues a file from a restored copy.
pub const CONTINUE: &str = "file.continue";
/// Fewest hexadecimal digits by which a digest is named: a packet prints as many.
pub const DIGITS_MIN: usize = 16;
/// Most numbers of a kind that are skipped at once.
pub const SKIP_MAX: u32 = 20_000_000;

/// An event that was seen of a file: its number and its SHA-256, of which at least the first 16 digits are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventHead {
    /// SHA-256 of its text, lower-case hexadecimal; the whole or its beginning.
    pub digest: String,
    /// Its number.
    pub seq: u64,
}

impl EventHead {
    /// Reads `SEQ:DIGEST` as a packet prints it.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            || "a head is the number of an event and its SHA-256, such as 324:04495135c324cd7f".to_owned();
        let (seq, digest) = text.trim().split_once(':').ok_or_else(wrong)?;
        let seq = seq.trim().parse().map_err(|_| wrong())?;
        let head = Self { digest: digest.trim().to_ascii_lowercase(), seq };
        if head.is_valid() { Ok(head) } else { Err(wrong()) }
    }

    /// Whether it can be the number and the digest of an event.
    pub fn is_valid(&self) -> bool {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        self.seq > 0 && (DIGITS_MIN..=64).contains(&self.digest.len()) && self.digest.bytes().all(is_digit)
    }

    /// Whether this is the event with this number and this whole digest.
    pub fn is(&self, seq: u64, digest: &str) -> bool {
        self.seq == seq && digest.starts_with(&self.digest)
    }

    /// Whether both may name the same event.
    pub fn agrees(&self, other: &Self) -> bool {
        self.is(other.seq, &other.digest) || other.is(self.seq, &self.digest)
    }
}

impl fmt::Display for EventHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.digest)
    }
}

/// What a person says who continues a file from a restored copy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Continuation {
    /// The last event that was seen of the file and that the copy lacks; absent if nobody knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<EventHead>,
    /// The first number that each kind uses from now on. All numbers before it may have been used.
    pub next: BTreeMap<Kind, u32>,
    /// The number of the next packet. All numbers before it may have been used. Absent if no packet was issued and none is skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_packet: Option<u32>,
}

impl Continuation {
    /// Whether this is the event that is lost.
    pub fn is_without(&self, event: &EventHead) -> bool {
        self.lost.as_ref().is_some_and(|lost| lost.agrees(event))
    }
}

/// Every continuation of a file, with the numbers of their events, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Continued(Vec<(u64, Continuation)>);

impl Continued {
    /// Takes in the next event. What such an event says and cannot be read skips nothing; verification reports it.
    pub fn take(&mut self, event: &Event) {
        if event.request == CONTINUE
            && let Ok(said) = serde_json::from_value(event.facts.clone())
        {
            self.0.push((event.seq, said));
        }
    }

    /// The number that the next record of a kind gets, where the file contains numbers up to `highest`.
    pub fn next(&self, kind: Kind, highest: u32) -> u32 {
        let said = self.0.iter().filter_map(|(_, said)| said.next.get(&kind));
        said.copied().max().unwrap_or_default().max(highest.saturating_add(1))
    }

    /// The number that the next packet gets, where the file contains packets up to `highest`.
    pub fn next_packet(&self, highest: u32) -> u32 {
        let said = self.0.iter().filter_map(|(_, said)| said.next_packet);
        said.max().unwrap_or_default().max(highest.saturating_add(1))
    }

    /// The event by which the file was continued without this one.
    pub fn without(&self, lost: &EventHead) -> Option<u64> {
        self.0.iter().find(|(_, said)| said.is_without(lost)).map(|(seq, _)| *seq)
    }

    /// The continuations, the first one first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &(u64, Continuation)> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_a_packet_prints_it_and_nothing_else_is() {
        let head = EventHead::parse(" 324:04495135C324cd7f").unwrap();
        assert_eq!(head.to_string(), "324:04495135c324cd7f");
        assert!(head.is(324, &format!("04495135c324cd7f{}", "0".repeat(48))));
        assert!(!head.is(323, "04495135c324cd7f"));
        for wrong in
            ["", "324", "0:04495135c324cd7f", "324:0449", "324:04495135c324cd7g", "-1:04495135c324cd7f"]
        {
            assert!(EventHead::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_next_number_is_after_what_is_there_and_after_what_may_have_been_used() {
        let said = |number| Continuation {
            next: BTreeMap::from([(Kind::Feedback, number)]),
            next_packet: Some(number - 30),
            ..Continuation::default()
        };
        let continued = Continued(vec![(7, said(35)), (9, said(40))]);
        assert_eq!(continued.next(Kind::Feedback, 12), 40);
        assert_eq!(continued.next(Kind::Feedback, 40), 41);
        assert_eq!(continued.next(Kind::Attachment, 3), 4);
        assert_eq!((continued.next_packet(4), continued.next_packet(10)), (10, 11));
        assert_eq!(Continued::default().next(Kind::Feedback, 0), 1);
    }
}
