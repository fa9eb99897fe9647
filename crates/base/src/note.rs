//! Remarks of a reader about a foreign document: where, how severe, in words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How severe a note is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gravity {
    /// Worth knowing; nothing is lost.
    Info,
    /// Something was only partly understood, or breaks the format's rules without hiding content.
    Warning,
    /// A part of the document was not accepted.
    Refused,
}

/// One remark about a place in a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Note {
    /// How severe it is.
    pub gravity: Gravity,
    /// Where: a JSON path (`$.components[3].purl`), `line 12`, or an archive member before either (`a.json: $.x`).
    pub place: String,
    /// The remark: one sentence without a full stop.
    pub text: String,
}

/// Maximum number of notes that are kept. Further notes are only counted, so a hostile file cannot fill the memory.
pub const NOTES_MAX: usize = 1000;

/// The remarks of one reading: notes up to a limit, and the fields that were not understood, counted by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notes {
    /// The first [`NOTES_MAX`] notes in the order of the document.
    pub notes: Vec<Note>,
    /// Notes beyond the limit.
    pub more: usize,
    /// Names of fields that this program does not read (`components[].evidence`), and how often each occurred.
    pub not_understood: BTreeMap<String, usize>,
}

impl Notes {
    /// Adds a note, or only counts it once the limit is reached.
    pub fn add(&mut self, gravity: Gravity, place: impl Into<String>, text: impl Into<String>) {
        if self.notes.len() < NOTES_MAX {
            self.notes.push(Note { gravity, place: place.into(), text: text.into() });
        } else {
            self.more += 1;
        }
    }

    /// Counts a field that this program does not read. The name contains no index.
    pub fn not_understood(&mut self, name: &str) {
        if let Some(count) = self.not_understood.get_mut(name) {
            *count += 1;
        } else if self.not_understood.len() < NOTES_MAX {
            self.not_understood.insert(name.to_owned(), 1);
        } else {
            self.more += 1;
        }
    }

    /// Whether any part was refused.
    pub fn refused(&self) -> bool {
        self.notes.iter().any(|note| note.gravity == Gravity::Refused)
    }
}

/// A document that cannot be accepted at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct Unreadable {
    /// Where: a JSON path, `line 12`, `byte 400`, an archive member, or `document`.
    pub place: String,
    /// Why, and what to do.
    pub reason: String,
}

impl Unreadable {
    /// A refusal with its place.
    pub fn at(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { place: place.into(), reason: reason.into() }
    }
}
