//! The mapping itself: plain data, written and read as RON.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which column of a file fills which feedback field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Short name, for the list of mappings.
    pub name: String,
    /// Which files it fits and what it decides, in sentences.
    #[serde(default)]
    pub description: String,
    /// Names of columns by which a file is recognised; all must be present. Empty: no file is recognised.
    #[serde(default)]
    pub recognise: Vec<String>,
    /// The rules, at most one for each target field.
    pub columns: Vec<ColumnRule>,
    /// Target fields with the same value in every row.
    #[serde(default)]
    pub constants: BTreeMap<String, String>,
    /// Target fields that the file does not contain; they are asked once for the whole file.
    #[serde(default)]
    pub ask: Vec<Ask>,
    /// Text field for everything that no rule uses whole. Without it, a row with such a value is refused.
    #[serde(default)]
    pub rest_into: Option<String>,
}

/// A question to the person who imports the file. [`Mapping::with_constant`] sets the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// Code of the feedback field that gets the answer.
    pub target: String,
    /// The question, in words.
    pub question: String,
}

/// How one feedback field is filled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnRule {
    /// Code of the feedback field.
    pub target: String,
    /// Names of the source columns, compared without case. More than one are joined.
    pub from: Vec<String>,
    /// How the text is read.
    #[serde(default)]
    pub parse: Parse,
    /// The text between the values of several columns.
    #[serde(default = "one_space")]
    pub separator: String,
    /// The text in front of the value, such as "MAUDE ".
    #[serde(default)]
    pub prefix: String,
    /// Values that mean "unknown", such as "00-00-0000". They count as empty; their text goes to the rest.
    #[serde(default)]
    pub unknown: Vec<String>,
    /// Whether an empty value leaves the field out. Otherwise an empty value is an error.
    #[serde(default)]
    pub optional: bool,
}

/// How the text of a rule is read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Parse {
    /// The text unchanged.
    #[default]
    Text,
    /// Each column as a line "COLUMN: value"; empty ones are omitted.
    Labelled,
    /// A calendar day in one of the formats of chrono's strftime; written YYYY-MM-DD.
    Day {
        /// Accepted formats; the first that matches is used.
        formats: Vec<String>,
    },
    /// A moment; written in RFC 3339 in UTC. A format without offset is read as UTC. A format without time of day gives
    /// that day at 12:00:00Z, which is the same calendar day in most of the world.
    Moment {
        /// Accepted formats; the first that matches is used.
        formats: Vec<String>,
    },
    /// A code from a table of source values. Values are compared without case and without surrounding blanks.
    Choice {
        /// Source value to code.
        table: BTreeMap<String, String>,
        /// The code for every value that is not in the table. Without it, such a value is an error.
        #[serde(default)]
        default: Option<String>,
    },
    /// The beginning of a text, cut at the end of a word, with "…" if it was cut.
    TitleFrom {
        /// The longest title, in characters, the "…" included.
        max_chars: usize,
        /// The title begins after the first of these phrases that the text contains, if any.
        #[serde(default)]
        start_after: Vec<String>,
        /// Phrases to skip at the beginning of the title.
        #[serde(default)]
        skip: Vec<String>,
    },
}

fn one_space() -> String {
    " ".to_owned()
}

/// Why a mapping cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MappingError {
    /// The text is not a mapping.
    #[error("The mapping cannot be read: line {line}, column {column}: {reason}")]
    Syntax {
        /// Line in the text, from 1.
        line: usize,
        /// Column in the line, from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// The mapping cannot be written as text.
    #[error("The mapping cannot be written: {0}")]
    Write(String),
    /// The text is longer than a mapping can be.
    #[error("The mapping is longer than {limit} bytes. Choose a mapping file.")]
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
}

/// The longest text of a mapping, in bytes.
const LONGEST: usize = 1024 * 1024;

impl Mapping {
    /// Reads a mapping from RON. Unknown fields are refused.
    ///
    /// # Errors
    /// When the text is too long or not a mapping; names the place.
    pub fn from_ron(text: &str) -> Result<Self, MappingError> {
        if text.len() > LONGEST {
            return Err(MappingError::TooLong { limit: LONGEST });
        }
        ron::Options::default()
            .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
            .from_str(text)
            .map_err(|error| MappingError::Syntax {
                line: error.span.start.line,
                column: error.span.start.col,
                reason: error.code.to_string(),
            })
    }

    /// Writes the mapping as RON.
    ///
    /// # Errors
    /// When it cannot be written, which is not known to happen.
    pub fn to_ron(&self) -> Result<String, MappingError> {
        ron::Options::default()
            .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
            .to_string_pretty(self, ron::ser::PrettyConfig::default())
            .map_err(|error| MappingError::Write(error.to_string()))
    }

    /// The same mapping with this value in every row; a question for the field counts as answered.
    pub fn with_constant(mut self, target: &str, value: &str) -> Self {
        self.ask.retain(|ask| ask.target != target);
        self.constants.insert(target.to_owned(), value.to_owned());
        self
    }

    /// Whether something fills this field: a rule, a constant or the rest.
    pub fn fills(&self, target: &str) -> bool {
        self.columns.iter().any(|rule| rule.target == target)
            || self.constants.contains_key(target)
            || self.rest_into.as_deref() == Some(target)
    }
}
