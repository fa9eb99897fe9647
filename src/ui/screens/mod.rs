//! The screens: what fills the middle of the window.
//!
//! Belongs here: reading through `Cx`, drawing, asking. Does not belong here: rules, and performing anything.

pub mod audit;
pub mod parts;
pub mod people;
pub mod record;
pub mod search;
