//! Reading the audit trail.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _, params_from_iter};

use super::{Store, StoreError};
use crate::domain::clock::{ACKNOWLEDGE, ClockHistory, ClockReading, made_while_behind};
use crate::domain::event::{Event, NO_PREVIOUS};
use crate::domain::ids::RecordId;
use crate::domain::signature::Signature;
use crate::domain::time_stamp::{StampedEvent, TIME_STAMP};
use mainstay_base::time::Moment;

/// The last event of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its number; 0 for a file without events.
    pub seq: u64,
    /// SHA-256 of its canonical text.
    pub digest: String,
    /// When it was entered.
    pub at: Option<Moment>,
}

/// An event in a list.
#[derive(Debug, Clone)]
pub struct EventRow {
    /// The event.
    pub event: Event,
    /// SHA-256 of its canonical text.
    pub digest: String,
}

/// A filter for events. An event must match every part that is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Only events that changed this record or a part of it.
    pub record: Option<RecordId>,
    /// Only events of this person.
    pub actor: Option<RecordId>,
    /// Only events whose request begins with this, such as `change_request.`.
    pub request: String,
    /// Only from this day on, `YYYY-MM-DD`.
    pub from: String,
    /// Only until this day, `YYYY-MM-DD`.
    pub until: String,
    /// Only events whose text contains this.
    pub text: String,
}

/// The events after one that reported a clock that ran backwards, by the index of those.
const CLOCK_BACK_SINCE: &str =
    "FROM event WHERE seq > ?1 AND json_extract(body, '$.clock_back_seconds') IS NOT NULL";

pub fn head(conn: &Connection) -> Result<Head, StoreError> {
    let row = conn
        .query_row("SELECT seq, digest, at FROM event ORDER BY seq DESC LIMIT 1", [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })
        .optional()?;
    Ok(match row {
        Some((seq, digest, at)) => Head { seq: seq.unsigned_abs(), digest, at: Moment::parse(&at).ok() },
        None => Head { seq: 0, digest: NO_PREVIOUS.to_owned(), at: None },
    })
}

pub fn parse_event(body: &str) -> Result<Event, StoreError> {
    serde_json::from_str(body)
        .map_err(|error| StoreError::Damaged(format!("an audit event cannot be read: {error}")))
}

fn next_signature(rows: &mut rusqlite::Rows<'_>) -> Result<Option<Signature>, StoreError> {
    let body = rows.next()?.map(|row| row.get::<_, String>(0)).transpose()?;
    body.map(|body| parse_signature(&body)).transpose()
}

fn parse_signature(body: &str) -> Result<Signature, StoreError> {
    serde_json::from_str(body)
        .map_err(|error| StoreError::Damaged(format!("a signature cannot be read: {error}")))
}

impl Store {
    /// The events that match the filter, newest first: at most `limit` of them, after skipping `offset`.
    pub fn events(&self, filter: &EventFilter, limit: u32, offset: u32) -> Result<Vec<EventRow>, StoreError> {
        let mut conditions = vec!["1".to_owned()];
        let mut values: Vec<String> = Vec::new();
        let mut add = |condition: &str, value: String| {
            values.push(value);
            conditions.push(condition.replace('?', &format!("?{}", values.len())));
        };
        if let Some(record) = filter.record {
            let own = format!(
                "seq IN (SELECT seq FROM touch WHERE record = {} OR record IN (SELECT key FROM record WHERE parent = ?))",
                record.key()
            );
            add(&own, record.to_string());
        }
        if let Some(actor) = filter.actor {
            add("actor = ?", actor.to_string());
        }
        if !filter.request.is_empty() {
            add("substr(request, 1, length(?)) = ?", filter.request.clone());
        }
        if !filter.from.is_empty() {
            add("at >= ?", filter.from.clone());
        }
        if !filter.until.is_empty() {
            add("substr(at, 1, 10) <= ?", filter.until.clone());
        }
        if !filter.text.is_empty() {
            add("instr(lower(body), lower(?)) > 0", filter.text.clone());
        }
        let sql = format!(
            "SELECT body, digest FROM event WHERE {} ORDER BY seq DESC LIMIT {limit} OFFSET {offset}",
            conditions.join(" AND ")
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(values), |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        rows.map(|row| {
            let (body, digest) = row?;
            Ok(EventRow { event: parse_event(&body)?, digest })
        })
        .collect()
    }

    /// All events that changed a record, oldest first.
    pub fn history(&self, id: RecordId) -> Result<Vec<Event>, StoreError> {
        let sql =
            "SELECT body FROM event WHERE seq IN (SELECT seq FROM touch WHERE record = ?1) ORDER BY seq";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([id.key()], |row| row.get::<_, String>(0))?;
        rows.map(|body| parse_event(&body?)).collect()
    }

    /// Passes every event up to a moment to `take`, with its signatures, oldest first. The last one is the last event that was
    /// entered at that moment or earlier. All events before it are included, even with a later moment: then the clock was wrong.
    pub fn each_event_until(
        &self,
        until: Moment,
        mut take: impl FnMut(&Event, &[Signature]),
    ) -> Result<(), StoreError> {
        let last = i64::try_from(self.last_event_until(until)?).unwrap_or(i64::MAX);
        let mut signed = self
            .conn
            .prepare_cached("SELECT body FROM signature WHERE event <= ?1 ORDER BY event, number")?;
        let mut signed = signed.query([last])?;
        let mut next = next_signature(&mut signed)?;
        let mut events = self.conn.prepare_cached("SELECT body FROM event WHERE seq <= ?1 ORDER BY seq")?;
        let mut events = events.query([last])?;
        while let Some(row) = events.next()? {
            let event = parse_event(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
            let mut signatures = Vec::new();
            while let Some(signature) = next.take_if(|signature| signature.event <= event.seq) {
                signatures.push(signature);
                next = next_signature(&mut signed)?;
            }
            take(&event, &signatures);
        }
        Ok(())
    }

    /// Number of the last event that was entered at a moment or earlier; 0 if there is none.
    pub fn last_event_until(&self, until: Moment) -> Result<u64, StoreError> {
        let sql = "SELECT seq FROM event WHERE at <= ?1 ORDER BY seq DESC LIMIT 1";
        let seq: Option<i64> =
            self.conn.prepare_cached(sql)?.query_row([until.to_string()], |row| row.get(0)).optional()?;
        Ok(seq.unwrap_or_default().unsigned_abs())
    }

    /// The version of the program that made the last event up to a moment; empty before the first one.
    pub fn program_until(&self, until: Moment) -> Result<String, StoreError> {
        let sql = "SELECT body ->> '$.program' FROM event WHERE at <= ?1 ORDER BY seq DESC LIMIT 1";
        let program: Option<Option<String>> =
            self.conn.prepare_cached(sql)?.query_row([until.to_string()], |row| row.get(0)).optional()?;
        Ok(program.flatten().unwrap_or_default())
    }

    /// The records that events after this one changed or signed; `None` if more than `most` events follow it.
    pub fn changed_since(&self, seq: u64, most: u64) -> Result<Option<BTreeSet<RecordId>>, StoreError> {
        if self.head.seq.saturating_sub(seq) > most {
            return Ok(None);
        }
        let seq = i64::try_from(seq).unwrap_or(i64::MAX);
        let mut changed = BTreeSet::new();
        let mut events = self.conn.prepare_cached("SELECT body FROM event WHERE seq > ?1")?;
        let mut rows = events.query([seq])?;
        while let Some(row) = rows.next()? {
            let event = parse_event(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
            changed.extend(event.changes.iter().map(|change| change.record));
        }
        // Signatures are numbered in the order of their events.
        let mut signatures =
            self.conn.prepare_cached("SELECT body, event FROM signature ORDER BY number DESC")?;
        let mut rows = signatures.query([])?;
        while let Some(row) = rows.next()?
            && row.get::<_, i64>(1)? > seq
        {
            changed
                .insert(parse_signature(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?.subject);
        }
        Ok(Some(changed))
    }

    /// The digest of an event by its number.
    pub fn event_digest(&self, seq: u64) -> Result<Option<String>, StoreError> {
        let Ok(seq) = i64::try_from(seq) else { return Ok(None) };
        let mut statement = self.conn.prepare_cached("SELECT digest FROM event WHERE seq = ?1")?;
        Ok(statement.query_row([seq], |row| row.get(0)).optional()?)
    }

    /// The events of one request, newest first, at most `limit`.
    pub fn events_of(&self, request: &str, limit: u32) -> Result<Vec<Event>, StoreError> {
        let sql = "SELECT body FROM event WHERE request = ?1 ORDER BY seq DESC LIMIT ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(rusqlite::params![request, limit], |row| row.get::<_, String>(0))?;
        rows.map(|body| parse_event(&body?)).collect()
    }

    /// Number of the last event with this digest.
    pub fn event_with_digest(&self, digest: &str) -> Result<Option<u64>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT max(seq) FROM event WHERE digest = ?1")?;
        let seq: Option<i64> = statement.query_row([digest], |row| row.get(0))?;
        Ok(seq.map(i64::unsigned_abs))
    }

    /// Whether one of these requests was performed after an event.
    pub fn performed_after(&self, requests: &[&str], seq: u64) -> Result<bool, StoreError> {
        let seq = i64::try_from(seq).unwrap_or(i64::MAX);
        let mut statement =
            self.conn.prepare_cached("SELECT 1 FROM event WHERE request = ?1 AND seq > ?2 LIMIT 1")?;
        for request in requests {
            if statement.exists(rusqlite::params![request, seq])? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The clock according to the events. It reads the newest events only, and an index.
    pub fn clock_history(&self) -> Result<ClockHistory, StoreError> {
        let sql = "SELECT at, json_extract(body, '$.clock_back_seconds'), json_extract(body, '$.clock_seen') IS NOT NULL, request = ?1
                   FROM event ORDER BY seq DESC";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map([ACKNOWLEDGE], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Option<i64>>(1)?, row.get(2)?, row.get(3)?))
        })?;
        let latest = ClockHistory::latest(rows.map(|row| {
            let (at, back, elsewhere, acknowledges) = row?;
            let at = Moment::parse(&at).map_err(StoreError::Damaged)?;
            let back = back.map(i64::unsigned_abs);
            Ok::<_, StoreError>(ClockReading { at, back, elsewhere, acknowledges })
        }))?;
        let sql = format!("SELECT 1 {CLOCK_BACK_SINCE}");
        let open = self.conn.prepare_cached(&sql)?.exists([self.clock_acknowledged()?])?;
        let trusted = self.last_stamp()?.map(|stamped| stamped.time);
        Ok(ClockHistory { latest, trusted, seen: None, open })
    }

    /// The last trusted time stamp.
    pub fn last_stamp(&self) -> Result<Option<StampedEvent>, StoreError> {
        Ok(self.events_of(TIME_STAMP, 1)?.first().and_then(StampedEvent::of))
    }

    /// How many events reported a clock that ran backwards.
    pub fn clock_steps_back(&self) -> Result<usize, StoreError> {
        let sql = format!("SELECT count(*) {CLOCK_BACK_SINCE}");
        let count: i64 = self.conn.prepare_cached(&sql)?.query_row([0], |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// Number of the last event that acknowledged the clock; 0 without one.
    fn clock_acknowledged(&self) -> Result<i64, StoreError> {
        let sql = "SELECT coalesce(max(seq), 0) FROM event WHERE request = ?1";
        Ok(self.conn.prepare_cached(sql)?.query_row([ACKNOWLEDGE], |row| row.get(0))?)
    }

    /// Who made events while the clock ran backwards, since that was last acknowledged; sorted.
    pub fn made_while_behind(&self) -> Result<Vec<RecordId>, StoreError> {
        let sql = format!("SELECT body {CLOCK_BACK_SINCE}");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let bodies = statement.query_map([self.clock_acknowledged()?], |row| row.get::<_, String>(0))?;
        let mut people = BTreeSet::new();
        for body in bodies {
            people.extend(made_while_behind(&parse_event(&body?)?));
        }
        Ok(people.into_iter().collect())
    }

    /// Whether the text of every event is JSON, so that a status rests on no file that is visibly damaged.
    pub fn check_event_texts(&self) -> Result<(), StoreError> {
        let sql = "SELECT seq FROM event WHERE NOT json_valid(body) ORDER BY seq LIMIT 1";
        let seq: Option<i64> = self.conn.query_row(sql, [], |row| row.get(0)).optional()?;
        match seq {
            Some(seq) => Err(StoreError::Damaged(format!("the text of event {seq} cannot be read"))),
            None => Ok(()),
        }
    }

    /// When a request was last performed.
    pub fn last_event_at(&self, request: &str) -> Result<Option<Moment>, StoreError> {
        let sql = "SELECT at FROM event WHERE request = ?1 ORDER BY seq DESC LIMIT 1";
        let at: Option<String> =
            self.conn.prepare_cached(sql)?.query_row([request], |row| row.get(0)).optional()?;
        Ok(at.and_then(|at| Moment::parse(&at).ok()))
    }

    /// The signatures on a record, oldest first.
    pub fn signatures(&self, id: RecordId) -> Result<Vec<Signature>, StoreError> {
        let mut statement =
            self.conn.prepare_cached("SELECT body FROM signature WHERE subject = ?1 ORDER BY number")?;
        let rows = statement.query_map([id.to_string()], |row| row.get::<_, String>(0))?;
        rows.map(|body| parse_signature(&body?)).collect()
    }
}
