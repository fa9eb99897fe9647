//! What a mirror in another database takes over of a product file: `docs/publish.md`. The file stays the record.

use std::collections::HashMap;

use serde::Deserialize;

use super::file::ProductFile;
use super::refused::Refused;
use crate::domain::canonical;
use crate::domain::event::NO_PREVIOUS;
use crate::domain::field::FieldType;
use crate::domain::ids::Kind;
use crate::store::{self, StoreError};

pub use crate::store::{CountsUntil, NewSince, NumberedText, RecordText};

/// The columns that the view of every kind has before those of its fields.
pub const VIEW_HEAD: [&str; 10] = store::VIEW_HEAD;

/// What the values of a column of a view are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// A text: also a day, a moment, a choice and the number of a record.
    Text,
    /// A whole number.
    Number,
    /// Yes or no.
    YesNo,
    /// A list or a table, as JSON.
    Json,
}

/// The columns of the view of a kind after [`VIEW_HEAD`]: its declared fields.
pub fn view_columns(kind: Kind) -> impl Iterator<Item = (&'static str, ColumnType)> {
    kind.def().fields().map(|field| (field.name, column_type(field.ty)))
}

const fn column_type(ty: FieldType) -> ColumnType {
    match ty {
        FieldType::Line
        | FieldType::Text
        | FieldType::Day
        | FieldType::Moment
        | FieldType::Choice(_)
        | FieldType::Record => ColumnType::Text,
        FieldType::Number => ColumnType::Number,
        FieldType::YesNo => ColumnType::YesNo,
        FieldType::Choices(_) | FieldType::Lines | FieldType::Records | FieldType::Rows(_) => {
            ColumnType::Json
        }
    }
}

/// What continues a chain of an event, of which all but this is not looked at.
#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    changes: Vec<Changed>,
    previous: String,
    seq: u64,
    #[serde(default)]
    signatures: Vec<String>,
}

/// What the first event says of the file.
#[derive(Deserialize)]
struct First {
    facts: Identity,
}

#[derive(Deserialize)]
struct Identity {
    file: String,
}

#[derive(Deserialize)]
struct Changed {
    digest: String,
    record: String,
}

/// Follows the chain while events pass by, and knows what they say of records and signatures. A place where the file contradicts
/// itself is told, as nothing of it is to be passed on.
#[derive(Debug)]
pub struct ChainWatch {
    product: String,
    seq: u64,
    digest: String,
    records: HashMap<String, (u64, String)>,
    signatures: HashMap<String, u64>,
}

impl ChainWatch {
    /// The watch behind an event of a product file; behind none with 0.
    pub fn behind(product: &str, seq: u64, digest: Option<&str>) -> Self {
        Self {
            product: product.to_owned(),
            seq,
            digest: digest.unwrap_or(NO_PREVIOUS).to_owned(),
            records: HashMap::new(),
            signatures: HashMap::new(),
        }
    }

    /// The next event.
    ///
    /// # Errors
    /// If it does not continue the chain.
    pub fn event(&mut self, event: &NumberedText) -> Result<(), Refused> {
        let wrong = |what: &str| damaged(format!("event {}: {what}", event.number));
        if event.number != self.seq + 1 {
            return Err(damaged(format!(
                "event {} stands where event {} should stand",
                event.number,
                self.seq + 1
            )));
        }
        if canonical::digest(event.body.as_bytes()) != event.digest {
            return Err(wrong("its text does not have the digest that was recorded"));
        }
        let link: Link = serde_json::from_str(&event.body).map_err(|_| wrong("it cannot be read"))?;
        if link.seq != event.number || link.previous != self.digest {
            return Err(wrong("it does not continue the event before it"));
        }
        let is_first_of = |product: &str| {
            serde_json::from_str::<First>(&event.body).is_ok_and(|first| first.facts.file == product)
        };
        if event.number == 1 && !is_first_of(&self.product) {
            return Err(wrong("it is of another product file"));
        }
        refuse_nul(&event.body).map_err(|what| wrong(&what))?;
        for changed in link.changes {
            self.records.insert(changed.record, (event.number, changed.digest));
        }
        self.signatures.extend(link.signatures.into_iter().map(|digest| (digest, event.number)));
        self.seq = event.number;
        self.digest.clone_from(&event.digest);
        Ok(())
    }

    /// An electronic signature of these events.
    ///
    /// # Errors
    /// If it is not what the events say.
    pub fn signature(&self, signature: &NumberedText) -> Result<(), Refused> {
        let wrong = |what: &str| Err(damaged(format!("signature {}: {what}", signature.number)));
        if canonical::digest(signature.body.as_bytes()) != signature.digest {
            return wrong("its text does not have the digest that was recorded");
        }
        if !self.signatures.contains_key(&signature.digest) {
            return wrong("no event names it");
        }
        refuse_nul(&signature.body).or_else(|what| wrong(&what))
    }

    /// A record that these events changed.
    ///
    /// # Errors
    /// If it is not what the events say.
    pub fn record(&self, record: &RecordText) -> Result<(), Refused> {
        let id = crate::domain::ids::RecordId::from_key(record.key).map(|id| id.to_string());
        let id = id.ok_or_else(|| damaged(format!("record {}: its kind is not known", record.key)))?;
        let Some((seq, digest)) = self.records.get(&id) else {
            return Err(damaged(format!("{id}: no event made it")));
        };
        if canonical::digest(record.body.as_bytes()) != *digest {
            return Err(damaged(format!("{id}: it is not what event {seq} says")));
        }
        refuse_nul(&record.body).map_err(|what| damaged(format!("{id}: {what}")))
    }

    /// The last event that passed by.
    pub fn head(&self) -> (u64, &str) {
        (self.seq, &self.digest)
    }

    /// How many records and signatures the events name.
    pub fn named(&self) -> (usize, usize) {
        (self.records.len(), self.signatures.len())
    }
}

/// Refuses a NUL character, which no request lets in, and which PostgreSQL cannot hold.
fn refuse_nul(json: &str) -> Result<(), String> {
    let before = |at: usize| json.as_bytes().get(..at).unwrap_or_default();
    let escaped = |at| before(at).iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1;
    let found = json.match_indices("\\u0000").any(|(at, _)| !escaped(at));
    if found { Err("a text of it has a NUL character (U+0000)".to_owned()) } else { Ok(()) }
}

fn damaged(what: String) -> Refused {
    Refused::Store(StoreError::Damaged(what))
}

impl ProductFile {
    /// What is new since an event, in one state of the file; 0 for everything.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn new_since(&self, seq: u64) -> Result<NewSince, Refused> {
        Ok(self.store.new_since(seq)?)
    }

    /// How much there is up to an event.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn counts_until(&self, seq: u64) -> Result<CountsUntil, Refused> {
        Ok(self.store.counts_until(seq)?)
    }

    /// Passes the audit events after one up to another to `each`, exactly as they are stored, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read, and those of `each`.
    pub fn each_event_between<E: From<StoreError>>(
        &self,
        after: u64,
        until: u64,
        each: impl FnMut(NumberedText) -> Result<(), E>,
    ) -> Result<(), E> {
        self.store.each_event_between(after, until, each)
    }

    /// Passes the electronic signatures of the events after one up to another to `each`, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read, and those of `each`.
    pub fn each_signature_between<E: From<StoreError>>(
        &self,
        after: u64,
        until: u64,
        each: impl FnMut(NumberedText) -> Result<(), E>,
    ) -> Result<(), E> {
        self.store.each_signature_between(after, until, each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_character_is_told_from_the_same_letters_behind_a_backslash() {
        assert!(refuse_nul("{\"a\":\"x\\u0000\"}").is_err());
        assert!(refuse_nul("{\"a\":\"\\\\\\u0000\"}").is_err());
        assert!(refuse_nul("{\"a\":\"\\\\u0000 \\u0001\"}").is_ok());
    }
}
