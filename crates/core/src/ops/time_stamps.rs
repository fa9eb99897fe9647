//! Trusted time stamps (RFC 3161): when one is due, the query, and adding the authority's reply to the file.
//!
//! Belongs here: deciding when and on what, and sending the query if the policy names an authority. Does not belong here: the check
//! of a token, which is a rule of the request (`domain::requests`).

use std::time::Duration;

use mainstay_base::clock::Stamp;
use mainstay_base::network;
use mainstay_base::time_stamp::{self, TOKEN_BYTES_MAX};

use super::file::ProductFile;
use super::refused::Refused;
use super::request::{Receipt, Request};
use super::session::Session;
use crate::domain::event::Event;
use crate::domain::time::{CLOCK_BACK_SECONDS, Moment};
use crate::domain::time_stamp::{AT_ONCE, StampedEvent, TIME_STAMP};

/// How long a person waits for an authority that they asked.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// How long is waited for an authority that nobody asked for.
pub const SHORT_PATIENCE: Duration = Duration::from_secs(6);
/// Most bytes of a reply that is read from a file.
pub const REPLY_BYTES_MAX: u64 = TOKEN_BYTES_MAX as u64;

const MEDIA_TYPE: &str = "application/timestamp-query";

/// A query for a time stamp on the last event of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StampQuery {
    /// The address of the authority; empty if the policy names none.
    pub address: String,
    /// Number of the event.
    pub event: u64,
    digest: [u8; 32],
    nonce: u64,
}

impl StampQuery {
    /// The query as it is sent, DER.
    pub fn bytes(&self) -> Vec<u8> {
        time_stamp::query(&self.digest, self.nonce)
    }

    /// Sends it to the authority and returns the reply. This takes as long as `patience`: call it from a background job.
    ///
    /// # Errors
    /// [`Refused::Rule`] with the reason, if there is no answer.
    pub fn send(&self, patience: Duration) -> Result<Vec<u8>, Refused> {
        network::post(&self.address, MEDIA_TYPE, &self.bytes(), TOKEN_BYTES_MAX, patience)
            .map_err(|why| Refused::Rule(format!("{}: {why}", self.address)))
    }
}

/// A time stamp of the file, with the event that added it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedStamp {
    /// Number of the event that added it.
    pub seq: u64,
    /// What it states.
    pub stamped: StampedEvent,
}

impl ProductFile {
    /// The query for a time stamp on the last event.
    ///
    /// # Errors
    /// [`Refused::Rule`] if the policy names no certificates by which it could be trusted, or if the file cannot be read.
    pub fn stamp_query(&self) -> Result<StampQuery, Refused> {
        let policy = self.policy()?;
        if policy.time_authority_certificates.is_empty() {
            return Err(Refused::Rule(
                "the policy names no time stamp authority; enter its address and certificates there, under “Trusted time”"
                    .to_owned(),
            ));
        }
        let head = self.head();
        let mut digest = [0; 32];
        hex::decode_to_slice(&head.digest, &mut digest)
            .map_err(|_| Refused::Rule(format!("the digest of event {} cannot be read", head.seq)))?;
        let mut number = [0; 8];
        getrandom::fill(&mut number).map_err(|error| Refused::Rule(format!("no random number: {error}")))?;
        Ok(StampQuery {
            address: policy.time_authority.to_string(),
            event: head.seq,
            digest,
            nonce: u64::from_be_bytes(number) | 1,
        })
    }

    /// The query that is due: once a day if something happened since the last time stamp, and at once after a packet. `None` if the
    /// policy names no authority.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn stamp_due(&self, now: Moment) -> Result<Option<StampQuery>, Refused> {
        if self.policy()?.time_authority.is_empty() {
            return Ok(None);
        }
        let last = self.last_time_stamp()?;
        let (seq, covered) = last.as_ref().map_or((0, 0), |last| (last.seq, last.stamped.event));
        let head = self.head().seq;
        // The event that added the last time stamp is nothing that needs another one.
        let new = if seq == head { covered + 1 < head } else { covered < head };
        let daily = last.as_ref().is_none_or(|last| last.stamped.time.day() != now.day());
        if new && (daily || self.store.performed_after(&AT_ONCE, covered)?) {
            return self.stamp_query().map(Some);
        }
        Ok(None)
    }

    /// The newest time stamp of the file.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn last_time_stamp(&self) -> Result<Option<AddedStamp>, Refused> {
        Ok(self.time_stamps_until(1)?.pop())
    }

    /// All time stamps of the file, newest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn time_stamps(&self) -> Result<Vec<AddedStamp>, Refused> {
        self.time_stamps_until(u32::MAX)
    }

    fn time_stamps_until(&self, limit: u32) -> Result<Vec<AddedStamp>, Refused> {
        let events = self.store.events_of(TIME_STAMP, limit)?;
        let read =
            |event: &Event| StampedEvent::of(event).map(|stamped| AddedStamp { seq: event.seq, stamped });
        Ok(events.iter().filter_map(read).collect())
    }

    /// Adds the time stamp of an authority's reply. `query` is the one that was sent; without it, the reply was obtained
    /// elsewhere and may be on any event of the file.
    ///
    /// # Errors
    /// [`Refused::Rule`] with the reason, if the reply is none, or not one that the policy trusts on an event of this file.
    pub fn add_time_stamp(
        &mut self,
        session: &Session,
        reply: &[u8],
        query: Option<&StampQuery>,
        stamp: &Stamp,
    ) -> Result<(Receipt, StampedEvent), Refused> {
        let token = time_stamp::token_of_reply(reply).map_err(Refused::Rule)?;
        let read = time_stamp::stated(&token).map_err(Refused::Rule)?;
        let digest = hex::encode(read.sha256);
        let event = match query {
            Some(query) if query.digest != read.sha256 => None,
            Some(query) if read.nonce.as_deref() != Some(&time_stamp::nonce_bytes(query.nonce)) => {
                return Err(Refused::Rule("the time stamp answers another query".to_owned()));
            }
            Some(query) => Some(query.event),
            None => self.store.event_with_digest(&digest)?,
        };
        let Some(event) = event else {
            return Err(Refused::Rule("the time stamp is on no event of this file".to_owned()));
        };
        let stamped = StampedEvent::new(event, digest, read.at, &token);
        let added = self.perform(session, Request::AddTimeStamp(stamped.clone()).into(), None, stamp);
        if added.is_err() && stamped.time.seconds_since(stamp.now) > CLOCK_BACK_SECONDS {
            // Entries from now on are measured against it, as against every later moment that the workstation saw.
            self.see_clock(self.store.clock_seen().max(Some(stamped.time)));
        }
        Ok((added?, stamped))
    }
}
