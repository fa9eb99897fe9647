//! A trusted time stamp on an event of the file (RFC 3161): what its own event says.
//!
//! Belongs here: reading such events. Does not belong here: the check of a token (`mainstay_base::time_stamp`), who may add one
//! (`requests`), and how it is obtained (`ops`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::canonical::Digest;
use crate::domain::event::Event;
use crate::domain::packet::ISSUE;
use crate::domain::time::Moment;

/// The request that adds a time stamp.
pub const TIME_STAMP: &str = "file.time_stamp";
/// Seconds by which a stated time may be ahead of the clock of the machine: a day.
pub const AHEAD_SECONDS_MAX: i64 = 86_400;
/// Requests after which a time stamp is due at once.
pub const AT_ONCE: [&str; 1] = [ISSUE];

/// A time stamp on an event: the event existed at the time that the authority states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StampedEvent {
    /// SHA-256 of the text of the stamped event, lower-case hexadecimal.
    pub digest: Digest,
    /// Number of the stamped event.
    pub event: u64,
    /// The time that the authority states, UTC, truncated to the second.
    pub time: Moment,
    /// The token of the authority: DER, in base64.
    pub token: String,
}

impl StampedEvent {
    /// What an event says of a time stamp, if it adds one.
    pub fn of(event: &Event) -> Option<Self> {
        (event.request == TIME_STAMP).then(|| serde_json::from_value(event.facts.clone()).ok()).flatten()
    }

    /// A time stamp from its token.
    pub fn new(event: u64, digest: Digest, time: Moment, token: &[u8]) -> Self {
        Self { digest, event, time, token: STANDARD.encode(token) }
    }

    /// The bytes of the token; nothing if they are not base64.
    pub fn token(&self) -> Vec<u8> {
        STANDARD.decode(&self.token).unwrap_or_default()
    }

    /// The same as facts of its event.
    pub fn facts(&self) -> Value {
        serde_json::json!(self)
    }
}
