//! Rows of a foreign file as values of feedback fields (IEC 62304, 6.2.1): which column goes where, and how it is read.
//!
//! Here belong the mapping, its application to a row, the ready mappings and the suggestion of one. Here does not belong
//! whether a value suits the record: that is for the record's own rules. No character of the source is lost: what no rule
//! takes whole is kept as lines "COLUMN: value" in the field named by `rest_into`.

mod apply;
mod dates;
mod mapping;
mod ready;
mod suggest;

pub use apply::{Applied, AppliedRow, Bound, Problem, RefusedRow, SeenNumbers, Values, apply, apply_table};
pub use mapping::{Ask, ColumnRule, Mapping, MappingError, Parse};
pub use ready::{ready_mappings, suggest};
pub use suggest::{Suggestion, suggest_columns};

/// The field by which a row that was taken before is recognised.
pub const EXTERNAL_NUMBER: &str = "external_number";

#[cfg(test)]
mod tests;
