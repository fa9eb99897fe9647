//! How far the database is, and whether the file continues from there.

use std::fmt;

use mainstay_core::ops::ProductFile;
use mainstay_core::ops::mirror::CountsUntil;
use postgres::{Error, Transaction};

use super::refused::{Doing, NotPublished};
use super::target::Target;

/// What the database has of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mirrored {
    /// Its last event.
    pub seq: u64,
    /// The digest of that event.
    pub digest: String,
}

/// The rows that the database has of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rows {
    /// The event that it says to be the last, and its digest.
    last: Option<Mirrored>,
    events: u64,
    /// The event with the greatest number, with its digest as its row says and as its text gives.
    greatest: (u64, String, String),
    counts: CountsUntil,
}

fn rows(tx: &mut Transaction<'_>, product: &str) -> Result<Rows, Error> {
    let row = tx.query_one(
        "SELECT f.seq, f.digest, (SELECT count(*) FROM mainstay.event e WHERE e.product = p.product),
           coalesce(l.seq, 0), coalesce(l.digest, ''), coalesce(encode(sha256(convert_to(l.body, 'UTF8')), 'hex'), ''),
           (SELECT count(*) FROM mainstay.signature s WHERE s.product = p.product),
           (SELECT count(*) FROM mainstay.signing_key k WHERE k.product = p.product),
           (SELECT count(*) FROM mainstay.record r WHERE r.product = p.product)
         FROM (SELECT $1::text::uuid AS product) p LEFT JOIN mainstay.product_file f USING (product)
           LEFT JOIN LATERAL (SELECT e.seq, e.digest, e.body FROM mainstay.event e WHERE e.product = p.product ORDER BY e.seq DESC LIMIT 1) l ON true",
        &[&product],
    )?;
    let count = |index| row.try_get::<_, i64>(index).map(i64::unsigned_abs);
    let seq: Option<i64> = row.try_get(0)?;
    let last = match seq {
        Some(seq) => Some(Mirrored { seq: seq.unsigned_abs(), digest: row.try_get(1)? }),
        None => None,
    };
    Ok(Rows {
        last,
        events: count(2)?,
        greatest: (count(3)?, row.try_get(4)?, row.try_get(5)?),
        counts: CountsUntil { signatures: count(6)?, keys: count(7)?, records: count(8)? },
    })
}

impl Rows {
    /// Where the rows contradict each other.
    fn contradiction(&self) -> Option<String> {
        let Self { last, events, greatest, counts } = self;
        let Some(last) = last else {
            let is_empty = *events == 0 && *counts == CountsUntil { signatures: 0, keys: 0, records: 0 };
            let words = "it does not say which event of this product is the last, and has rows of it";
            return (!is_empty).then(|| words.to_owned());
        };
        let (number, said, reckoned) = greatest;
        if last.seq != *events || last.seq != *number {
            let seq = last.seq;
            return Some(format!(
                "it says that event {seq} is the last, and has {events} events up to event {number}"
            ));
        }
        let fits = last.digest == *said && last.digest == *reckoned;
        (!fits).then(|| format!("its event {} does not have the digest that it says", last.seq))
    }

    /// Where they lack something of the file, or have too much, up to the last event.
    fn difference(&self, of_file: CountsUntil) -> Option<String> {
        let pairs = [
            ("signatures", self.counts.signatures, of_file.signatures),
            ("public keys", self.counts.keys, of_file.keys),
            ("records", self.counts.records, of_file.records),
        ];
        let (what, here, there) = pairs.into_iter().find(|(_, here, there)| here != there)?;
        Some(format!("it has {here} {what}, and up to the same event the file has {there}"))
    }
}

/// What the database has of a product; `None` if nothing. Refuses a file that does not continue from there, and a database in which rows were
/// added or removed. What was changed inside them is found by `docs/publish-verify.sql`, which reads everything.
pub fn mirrored(
    tx: &mut Transaction<'_>,
    file: &ProductFile,
    product: &str,
    (target, doing): (&Target, &Doing<'_>),
) -> Result<Option<Mirrored>, NotPublished> {
    let rows = rows(tx, product).map_err(|error| doing.failed(&error))?;
    let contradicts = |what: String| {
        NotPublished::Refused(format!(
            "{target}: what the database has of this product contradicts itself: {what}. Something else than this program changed it; --anew removes it \
             and publishes the whole file"
        ))
    };
    if let Some(what) = rows.contradiction() {
        return Err(contradicts(what));
    }
    let Some(last) = rows.last.clone() else { return Ok(None) };
    refuse_other(tx, file, product, &last, (target, doing))?;
    match rows.difference(file.counts_until(last.seq)?) {
        Some(what) => Err(contradicts(what)),
        None => Ok(Some(last)),
    }
}

/// An event with the digest that each side has of it.
struct Fork {
    seq: u64,
    database: String,
    file: String,
    same: u64,
}

impl fmt::Display for Fork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seq, database, file, same } = self;
        write!(f, "event {seq} of the database has SHA-256 {database}, and that of the file {file}; ")?;
        match same {
            0 => f.write_str("no event is the same"),
            same => write!(f, "they are the same up to event {same}"),
        }
    }
}

/// Refuses a file that does not continue from where the database is.
fn refuse_other(
    tx: &mut Transaction<'_>,
    file: &ProductFile,
    product: &str,
    known: &Mirrored,
    (target, doing): (&Target, &Doing<'_>),
) -> Result<(), NotPublished> {
    let refused = |words: String| Err(NotPublished::Refused(format!("{target}: {words}")));
    match file.event_digest(known.seq)? {
        Some(digest) if digest == known.digest => Ok(()),
        of_file => {
            let last = if of_file.is_some() { known.seq } else { file.head().seq };
            let fork = fork(tx, file, product, last).map_err(|error| match error {
                Either::Server(error) => doing.failed(&error),
                Either::File(error) => error,
            })?;
            match fork {
                None => refused(format!(
                    "the database has event {}, and the file ends with event {last}, which is the same in both: this is an older copy of the \
                     file. Publish the file that goes on; if later events were lost, --anew publishes this one in their place",
                    known.seq
                )),
                Some(fork) => refused(format!(
                    "the file does not continue what was published: {fork}. One of both is a copy that went on by itself: find the right file \
                     with mainstay verify; --anew publishes this one in the place of what the database has"
                )),
            }
        }
    }
}

enum Either {
    Server(Error),
    File(NotPublished),
}

/// The first event up to one that is not the same; `None` if they all are. Each event contains the digest of the one before it, so all before
/// one that is the same are the same.
fn fork(
    tx: &mut Transaction<'_>,
    file: &ProductFile,
    product: &str,
    last: u64,
) -> Result<Option<Fork>, Either> {
    let sql = "SELECT digest FROM mainstay.event WHERE product = $1::text::uuid AND seq = $2";
    let statement = tx.prepare(sql).map_err(Either::Server)?;
    let mut both = |seq: u64| {
        let number = i64::try_from(seq).unwrap_or(i64::MAX);
        let row = tx.query_opt(&statement, &[&product, &number]).map_err(Either::Server)?;
        let of_file = file.event_digest(seq).map_err(|error| Either::File(error.into()))?;
        let none = || "none".to_owned();
        let digest: Option<String> = row.map(|row| row.try_get(0)).transpose().map_err(Either::Server)?;
        Ok((digest.unwrap_or_else(none), of_file.unwrap_or_else(none)))
    };
    let (database, of_file) = both(last)?;
    if database == of_file {
        return Ok(None);
    }
    let (mut same, mut differs) = (0, last);
    while differs - same > 1 {
        let middle = same + (differs - same) / 2;
        let (database, of_file) = both(middle)?;
        if database == of_file { same = middle } else { differs = middle }
    }
    let (database, of_file) = both(differs)?;
    Ok(Some(Fork { seq: differs, database, file: of_file, same }))
}
