//! Publishing one file: in one transaction, so that the database has all of it or is as it was.

use mainstay_core::domain::text::counted;
use mainstay_core::ops::mirror::{ChainWatch, NewSince, NumberedText};
use mainstay_core::ops::{ProductFile, Refused, StoreError};
use postgres::{IsolationLevel, Transaction};

use super::chain::{self, Mirrored};
use super::connect::connect;
use super::refused::{Doing, NotPublished};
use super::schema::{self, Found, VERSION};
use super::send::{Column, Filling};
use super::target::Target;

/// Rows after which the place for the words of a failure is noted again.
const NOTED_EACH: u64 = 500;

/// What holds for the transaction. A search path of the user must not lead to other functions. Whoever sees only some rows is refused
/// instead of taking the others for absent. A program that is gone must not keep its lock.
const SETTINGS: &str = "SET LOCAL lock_timeout = '30s'; SET LOCAL search_path = pg_catalog; SET LOCAL row_security = off;
    SET LOCAL tcp_keepalives_idle = 60; SET LOCAL tcp_keepalives_interval = 10; SET LOCAL tcp_keepalives_count = 6";

/// How a file is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// What is new since the last time.
    New,
    /// All of it, in the place of what the database has of the product; an older mirror is made again.
    Anew,
    /// Not at all: only what would be sent is said. As [`Self::New`], or as [`Self::Anew`].
    DryRun {
        /// As if all of it was sent.
        anew: bool,
    },
}

impl How {
    const fn is_anew(self) -> bool {
        matches!(self, Self::Anew | Self::DryRun { anew: true })
    }

    const fn is_dry(self) -> bool {
        matches!(self, Self::DryRun { .. })
    }
}

/// What was sent, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Published {
    /// The identity of the product file.
    pub product: String,
    /// The last event that the database had before.
    pub before: u64,
    /// The last event that it has now.
    pub seq: u64,
    /// The digest of that event.
    pub digest: String,
    /// Audit events.
    pub events: u64,
    /// Records that are new or changed.
    pub records: u64,
    /// Electronic signatures.
    pub signatures: u64,
    /// Whether the tables were made.
    pub tables_made: bool,
}

/// Publishes a file, or says what would be sent.
///
/// # Errors
/// In words, with the place. Then the database is as it was before.
pub fn publish(target: &Target, file: &ProductFile, how: How) -> Result<Published, NotPublished> {
    let product = file.uuid()?;
    let lock = lock_number(&product)?;
    let mut client = connect(target)?;
    let mut doing = Doing::new(target, "beginning");
    // Behind a lock, what others wrote before is seen; a dry run sees one state.
    let isolation = if how.is_dry() { IsolationLevel::RepeatableRead } else { IsolationLevel::ReadCommitted };
    let transaction = client.build_transaction().isolation_level(isolation).read_only(how.is_dry());
    let mut tx = transaction.start().map_err(|error| doing.failed(&error))?;
    tx.batch_execute(SETTINGS).map_err(|error| doing.failed(&error))?;
    if how.is_dry() {
        return would_publish(&mut tx, file, product, (target, how.is_anew()));
    }
    doing.now("waiting for another program that publishes this product");
    tx.query("SELECT pg_advisory_xact_lock($1)", &[&lock]).map_err(|error| doing.failed(&error))?;
    let found = schema::prepare(&mut tx, how.is_anew(), target, &mut doing)?;
    if how.is_anew() {
        doing.now("removing what was published of it");
        remove(&mut tx, &product).map_err(|error| doing.failed(&error))?;
    }
    doing.now("comparing the chains");
    let known = chain::mirrored(&mut tx, file, &product, (target, &doing))?;
    let mut sent = send(&mut tx, file, &product, (known.as_ref(), &mut doing))?;
    sent.tables_made = found != Found::Version(VERSION);
    doing.now("finishing");
    tx.commit().map_err(|error| doing.not_committed(&error))?;
    Ok(sent)
}

/// A number by which programs that publish the same product wait for each other: the first half of its identity.
fn lock_number(product: &str) -> Result<i64, NotPublished> {
    let parts = product.split('-').map(str::len);
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte) || byte == b'-';
    let is_uuid = parts.eq([8, 4, 4, 4, 12]) && product.bytes().all(is_digit);
    let digits: String = product.chars().filter(|letter| *letter != '-').take(16).collect();
    let number = u64::from_str_radix(&digits, 16).ok().filter(|_| is_uuid);
    let number = number.ok_or_else(|| damaged(format!("its identity “{product}” is not a UUID")))?;
    Ok(number.cast_signed())
}

fn damaged(what: String) -> NotPublished {
    NotPublished::File(Refused::Store(StoreError::Damaged(what)))
}

fn remove(tx: &mut Transaction<'_>, product: &str) -> Result<(), postgres::Error> {
    for table in ["event", "signature", "signing_key", "record", "product_file"] {
        let sql = format!("DELETE FROM mainstay.{table} WHERE product = $1::text::uuid");
        tx.execute(&sql, &[&product])?;
    }
    Ok(())
}

/// What would be sent, by the file alone and what the database has.
fn would_publish(
    tx: &mut Transaction<'_>,
    file: &ProductFile,
    product: String,
    (target, anew): (&Target, bool),
) -> Result<Published, NotPublished> {
    let mut doing = Doing::new(target, "looking at the tables");
    let found = schema::look(tx).map_err(|error| doing.failed(&error))?;
    schema::refuse_other(found, anew, target)?;
    let tables_made = found != Found::Version(VERSION);
    doing.now("comparing the chains");
    let known =
        if anew || tables_made { None } else { chain::mirrored(tx, file, &product, (target, &doing))? };
    let (before, digest) = behind(known.as_ref());
    let new = file.new_since(before)?;
    let mut watch = ChainWatch::behind(&product, before, digest);
    file.each_event_between(before, new.head.seq, |event| watch.event(&event))?;
    let mut signatures = 0;
    file.each_signature_between(before, new.head.seq, |signature| {
        signatures += 1;
        watch.signature(&signature)
    })?;
    new.records.iter().try_for_each(|record| watch.record(record))?;
    check_whole(&watch, &new, signatures)?;
    Ok(Published {
        product,
        before,
        seq: new.head.seq,
        digest: new.head.digest.clone(),
        events: new.head.seq - before,
        records: new.records.len() as u64,
        signatures,
        tables_made,
    })
}

/// Sends what is new.
fn send(
    tx: &mut Transaction<'_>,
    file: &ProductFile,
    product: &str,
    (known, doing): (Option<&Mirrored>, &mut Doing<'_>),
) -> Result<Published, NotPublished> {
    let (before, digest) = behind(known);
    let new = file.new_since(before)?;
    let mut watch = ChainWatch::behind(product, before, digest);
    let last = new.head.seq;
    let events = send_texts(tx, product, ("event", "seq"), doing, last, |each| {
        file.each_event_between(before, last, |event| {
            watch.event(&event)?;
            each(event)
        })
    })?;
    let signatures = send_texts(tx, product, ("signature", "number"), doing, last, |each| {
        file.each_signature_between(before, last, |signature| {
            watch.signature(&signature)?;
            each(signature)
        })
    })?;
    new.records.iter().try_for_each(|record| watch.record(record))?;
    check_whole(&watch, &new, signatures)?;
    send_keys(tx, product, (&new, before), doing)?;
    let records = send_records(tx, product, &new, doing)?;
    doing.now("noting the last event");
    note(tx, product, &new).map_err(|error| doing.failed(&error))?;
    Ok(Published {
        product: product.to_owned(),
        before,
        seq: last,
        digest: new.head.digest,
        events,
        records,
        signatures,
        tables_made: false,
    })
}

/// The event behind which the file is sent, and its digest.
fn behind(known: Option<&Mirrored>) -> (u64, Option<&str>) {
    known.map_or((0, None), |known| (known.seq, Some(known.digest.as_str())))
}

/// Refuses a file that lacks what its events name.
fn check_whole(watch: &ChainWatch, new: &NewSince, signatures: u64) -> Result<(), NotPublished> {
    let (records, named) = watch.named();
    if watch.head() != (new.head.seq, new.head.digest.as_str()) {
        return Err(damaged(format!("event {} is not there", watch.head().0 + 1)));
    }
    if records != new.records.len() {
        let (records, there) = (counted(records, "record"), new.records.len());
        return Err(damaged(format!("its events name {records} that changed, and {there} are there")));
    }
    if named as u64 != signatures {
        let named = counted(named, "signature");
        return Err(damaged(format!("its events name {named}, and {signatures} are there")));
    }
    Ok(())
}

/// Sends signed texts that `pass` passes on.
fn send_texts(
    tx: &mut Transaction<'_>,
    product: &str,
    (table, number): (&str, &str),
    doing: &mut Doing<'_>,
    last: u64,
    pass: impl FnOnce(&mut dyn FnMut(NumberedText) -> Result<(), NotPublished>) -> Result<(), NotPublished>,
) -> Result<u64, NotPublished> {
    let columns = format!("{table} (product, {number}, digest, key, signature, body)");
    doing.now(format!("sending {table}s"));
    let mut filling = Filling::begin(tx, &columns, doing)?;
    pass(&mut |text| {
        if text.number % NOTED_EACH == 1 {
            let of = if table == "event" { format!(" of {last}") } else { String::new() };
            doing.now(format!("sending {table} {}{of}", text.number));
        }
        let row = [
            Column::Text(product),
            Column::Number(text.number),
            Column::Text(&text.digest),
            Column::Key(text.key),
            Column::Bytes(&text.signature),
            Column::Text(&text.body),
        ];
        filling.row(&row, doing)
    })?;
    filling.finish(doing)
}

/// Sends the keys that are new. There are few.
fn send_keys(
    tx: &mut Transaction<'_>,
    product: &str,
    (new, before): (&NewSince, u64),
    doing: &mut Doing<'_>,
) -> Result<(), NotPublished> {
    doing.now("sending public keys");
    let mut filling = Filling::begin(tx, "signing_key (product, number, person, public_key, seq)", doing)?;
    for key in new.keys.iter().filter(|key| key.seq > before) {
        let row = [
            Column::Text(product),
            Column::Key(key.number),
            Column::Text(&key.person),
            Column::Bytes(&key.public_key),
            Column::Number(key.seq),
        ];
        filling.row(&row, doing)?;
    }
    filling.finish(doing).map(drop)
}

/// Sends the records that are new or changed, in the place of their former texts.
fn send_records(
    tx: &mut Transaction<'_>,
    product: &str,
    new: &NewSince,
    doing: &mut Doing<'_>,
) -> Result<u64, NotPublished> {
    doing.now(format!("sending {}", counted(new.records.len(), "record")));
    let keys: Vec<i64> = new.records.iter().map(|record| record.key).collect();
    let sql = "DELETE FROM mainstay.record WHERE product = $1::text::uuid AND key = ANY($2)";
    tx.execute(sql, &[&product, &keys]).map_err(|error| doing.failed(&error))?;
    let mut filling = Filling::begin(tx, "record (product, key, body)", doing)?;
    for record in &new.records {
        filling.row(&[Column::Text(product), Column::Key(record.key), Column::Text(&record.body)], doing)?;
    }
    filling.finish(doing)
}

fn note(tx: &mut Transaction<'_>, product: &str, new: &NewSince) -> Result<(), postgres::Error> {
    let seq = i64::try_from(new.head.seq).unwrap_or(i64::MAX);
    tx.execute(
        "INSERT INTO mainstay.product_file (product, made_at, made_with, seq, digest, published_with)
         VALUES ($1::text::uuid, $2, $3, $4, $5, $6)
         ON CONFLICT (product) DO UPDATE SET seq = excluded.seq, digest = excluded.digest, published_at = now(),
           published_with = excluded.published_with",
        &[&product, &new.made_at, &new.made_with, &seq, &new.head.digest, &env!("CARGO_PKG_VERSION")],
    )?;
    Ok(())
}
