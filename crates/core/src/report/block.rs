//! The blocks of a section.
//!
//! Belongs here: the shapes that paper offers. Does not belong here: their look (`assets/packet/`).

use serde::{Deserialize, Serialize};

use super::model::{Mark, Tone};

/// One block of a section, in reading order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// Running text. A line break in it is kept.
    Paragraph {
        /// The text.
        text: String,
    },
    /// A remark that must be noticed: a deviation, an amendment, a limitation.
    Note {
        /// Determines the symbol in front.
        tone: Tone,
        /// The text.
        text: String,
    },
    /// A bulleted list.
    List {
        /// One string per item.
        items: Vec<String>,
    },
    /// A few numbers that summarise the section.
    Figures {
        /// Printed four to a row.
        figures: Vec<Figure>,
    },
    /// The fields of a record.
    Fields {
        /// In form order.
        fields: Vec<Field>,
    },
    /// A table; its header is repeated on every page.
    Table {
        /// Title above the table, if the section title is not enough.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caption: Option<String>,
        /// At least one.
        columns: Vec<Column>,
        /// Each as long as `columns`; a shorter row is padded, a longer one is cut with a warning.
        rows: Vec<Vec<Cell>>,
    },
    /// The trace from feedback to communication.
    Trace {
        /// In the order in which they should have happened.
        steps: Vec<TraceStep>,
        /// "Sequence OK" or "Sequence violated", with the reason.
        order: Mark,
    },
    /// The result of an order check without a trace.
    OrderCheck {
        /// "Sequence OK" or "Sequence violated".
        order: Mark,
        /// The compared dates.
        detail: String,
    },
    /// Electronic signatures (21 CFR 11.50).
    Signatures {
        /// In order of signing.
        signatures: Vec<SignatureBlock>,
    },
    /// The audit trail of a record.
    History {
        /// In order of sequence.
        rows: Vec<HistoryRow>,
    },
    /// States that there is nothing, so that a missing section cannot look like concealment.
    Empty {
        /// "No records in period" if `None`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
}

/// A number with its meaning.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// The meaning of the number.
    pub label: String,
    /// The number with its unit.
    pub value: String,
    /// Comparison or definition, in small print.
    #[serde(default)]
    pub note: String,
}

/// A labelled value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// The field's name.
    pub label: String,
    /// Its value; an empty one prints as a dash.
    pub value: String,
    /// Whether the value is code-like: a digest, an identifier, a command.
    #[serde(default, skip_serializing_if = "is_false")]
    pub mono: bool,
    /// Amendment marker, for example "amended after signature, event 214".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amended: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

impl Field {
    /// A plain field.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into(), ..Self::default() }
    }

    /// The same field, printed in the fixed-width font.
    pub fn code(mut self) -> Self {
        self.mono = true;
        self
    }

    /// The same field with an amendment marker.
    pub fn amended(mut self, marker: impl Into<String>) -> Self {
        self.amended = Some(marker.into());
        self
    }
}

/// A table column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Header cell.
    pub title: String,
    /// The width.
    pub width: Width,
    /// The alignment of its cells.
    pub align: Align,
    /// Whether its cells are code-like.
    #[serde(default, skip_serializing_if = "is_false")]
    pub mono: bool,
}

/// Width of a column. Fixed widths that together exceed the page become shares.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Width {
    /// Points (1/72 inch); the text area is 483 points wide.
    Points(f32),
    /// A share of the width that fixed columns leave.
    Share(u8),
}

/// Alignment of a column's cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// The side where reading begins.
    #[default]
    Start,
    /// The side where reading ends; for numbers.
    End,
}

impl Column {
    fn new(title: impl Into<String>, width: Width, align: Align) -> Self {
        Self { title: title.into(), width, align, mono: false }
    }

    /// Words; takes `share` parts of the free width.
    pub fn text(title: impl Into<String>, share: u8) -> Self {
        Self::new(title, Width::Share(share), Align::Start)
    }

    /// A record number such as "CR-0012".
    pub fn id(title: impl Into<String>) -> Self {
        Self::new(title, Width::Points(62.0), Align::Start)
    }

    /// A day, `2026-11-22`.
    pub fn date(title: impl Into<String>) -> Self {
        Self::new(title, Width::Points(62.0), Align::Start)
    }

    /// A moment with offset, `2026-11-22 14:05 +01:00`; two lines.
    pub fn moment(title: impl Into<String>) -> Self {
        Self::new(title, Width::Points(74.0), Align::Start)
    }

    /// A number.
    pub fn number(title: impl Into<String>) -> Self {
        Self::new(title, Width::Points(52.0), Align::End)
    }

    /// A word with its mark: a state, a verdict.
    pub fn mark(title: impl Into<String>) -> Self {
        Self::new(title, Width::Points(84.0), Align::Start)
    }

    /// The same with a width in points.
    #[must_use]
    pub fn points(self, width: f32) -> Self {
        Self { width: Width::Points(width), ..self }
    }

    /// Code-like text; takes `share` parts of the free width.
    pub fn code(title: impl Into<String>, share: u8) -> Self {
        Self { mono: true, ..Self::text(title, share) }
    }
}

/// A table cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// Words; an empty string leaves the cell empty.
    Text(String),
    /// A word with its mark.
    Mark(Mark),
    /// The page on which a section begins. In volumes, only of a section of the same volume.
    Page {
        /// The number of the section.
        page_of: String,
    },
}

impl Cell {
    /// The page on which the section with this number begins.
    pub fn page_of(section: impl Into<String>) -> Self {
        Self::Page { page_of: section.into() }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Mark> for Cell {
    fn from(mark: Mark) -> Self {
        Self::Mark(mark)
    }
}

/// One step of a trace.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TraceStep {
    /// The step: "Feedback", "Problem report", "Approval".
    pub label: String,
    /// Number of the record, empty for a gap.
    pub record_id: String,
    /// Day or moment, empty for a gap.
    pub date: String,
    /// The record, in a few words.
    pub word: String,
    /// "done", "gap", "not required".
    pub state: Mark,
}

/// An electronic signature as it must be printed (21 CFR 11.50).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SignatureBlock {
    /// Printed name of the signer.
    pub name: String,
    /// Role in which they signed.
    pub role: String,
    /// Meaning: "Approved", "Reviewed".
    pub meaning: String,
    /// Date and time with offset.
    pub signed_at: String,
    /// The covered content: "CR-0012 revision 3".
    pub covers: String,
    /// Digest of the shown content, short form.
    pub digest: String,
    /// "valid", "covers an earlier revision", "invalid".
    pub validity: Mark,
}

/// One audit event of a record.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HistoryRow {
    /// Sequence number of the event.
    pub seq: u64,
    /// Moment with offset.
    pub time: String,
    /// The person who did it.
    pub who: String,
    /// The role used.
    pub role: String,
    /// The action, in words.
    pub what: String,
    /// The changed fields.
    #[serde(default)]
    pub changes: Vec<Change>,
    /// The reason, if one was required.
    #[serde(default)]
    pub reason: String,
}

/// A changed field.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The field's name.
    pub field: String,
    /// Value before; empty if there was none.
    pub before: String,
    /// Value after; empty if it was cleared.
    pub after: String,
}

impl Block {
    /// Running text.
    pub fn paragraph(text: impl Into<String>) -> Self {
        Self::Paragraph { text: text.into() }
    }

    /// A remark that must be noticed.
    pub fn note(tone: Tone, text: impl Into<String>) -> Self {
        Self::Note { tone, text: text.into() }
    }

    /// A table without a caption.
    pub fn table(columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> Self {
        Self::Table { caption: None, columns, rows }
    }

    /// "No records in period".
    pub fn empty() -> Self {
        Self::Empty { text: None }
    }
}
