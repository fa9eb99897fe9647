//! The numbers of packets: `PK-0001` and on, in the order of their events, none given twice.

use crate::domain::event::Event;

/// The request that records a packet.
pub const ISSUE: &str = "packet.issue";

/// A packet's number in words.
pub fn words(number: u32) -> String {
    format!("PK-{number:04}")
}

/// The number that such words say.
pub fn number(text: &str) -> Option<u32> {
    let number = text.strip_prefix("PK-")?.parse().ok()?;
    (words(number) == text).then_some(number)
}

/// The number of the packet that an event records, if it records one.
pub fn issued(event: &Event) -> Option<u32> {
    let said = event.facts.get("number").filter(|_| event.request == ISSUE)?;
    number(said.as_str()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_form() {
        assert_eq!((number("PK-0007"), number("PK-12345")), (Some(7), Some(12345)));
        for wrong in ["", "PK-7", "PK-00007", "PK-+007", "PK- 007", "pk-0007", "PK-99999999999"] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
    }
}
