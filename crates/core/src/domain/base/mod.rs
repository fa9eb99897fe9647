//! What records are made of: numbers of records, choices, texts and their canonical form, roles.
//!
//! Belongs here: values that know no record. Does not belong here: what is declared about a kind (`model`).

pub mod canonical;
pub mod choice;
pub mod ids;
pub mod precis;
pub mod role;
pub mod text;
