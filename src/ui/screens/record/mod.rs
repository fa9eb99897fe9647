//! List, page and form of any kind of record, drawn from its declaration alone.
//!
//! Belongs here: the look of a declared field while it is typed and while it is read. Does not belong here: code for one kind;
//! the questions of an impact analysis and the repeat matrix are rows with a key, see `keyed`.

pub(super) mod field_context;
pub mod form;
pub(super) mod input;
mod keyed;
pub mod list;
pub mod page;
mod rows;
pub mod show;
pub(super) mod typed;
