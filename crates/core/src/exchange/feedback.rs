//! Rows of a foreign file as values of feedback fields (IEC 62304 6.2.1): which column fills which field, and how it is read.
//!
//! The mapping, its application to a row, the shipped mappings and the suggestion of one belong here. Whether a value
//! suits the record does not: the record's own rules decide that. No character of the source is lost: text that no rule
//! uses whole is kept as lines "COLUMN: value" in the field named by `rest_into`.

mod apply;
mod dates;
mod mapping;
mod shipped;
mod suggest;

pub use apply::{Applied, AppliedRow, Bound, Problem, RefusedRow, SeenNumbers, Values, apply, apply_table};
pub use mapping::{Ask, ColumnRule, Mapping, MappingError, Parse};
pub use shipped::{shipped_mappings, suggest};
pub use suggest::{Suggestion, suggest_columns};

/// The field by which a row that was imported before is recognised.
pub const EXTERNAL_NUMBER: &str = "external_number";

#[cfg(test)]
mod tests;
