//! The record model: what a kind declares, what a record, an event and a signature are, and how a rule sees them.
//!
//! Belongs here: what is the same for every kind. Does not belong here: what one kind declares (`kinds`), or performing requests (`requests`).

pub mod calendar;
pub mod clock;
pub mod deadline;
pub mod event;
pub mod field;
pub mod kind;
pub mod record;
pub mod refused;
pub mod shared_record;
pub mod signature;
pub mod workflow;
