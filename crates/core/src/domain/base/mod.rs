//! The values that records consist of: record numbers, links to records, choices, texts and their canonical form, roles.
//!
//! Belongs here: values that know no record. Does not belong here: declarations of a kind (`model`).

pub mod canonical;
pub mod choice;
pub mod ids;
pub mod link;
pub mod precis;
pub mod role;
pub mod text;
