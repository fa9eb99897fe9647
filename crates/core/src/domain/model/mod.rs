//! The record model: declarations of kinds, records, events, signatures, and the view that a rule has of them.
//!
//! Belongs here: everything that is the same for every kind. Does not belong here: the declaration of one kind (`kinds`), or the
//! performing of requests (`requests`).

pub mod authority;
pub mod calendar;
pub mod clock;
pub mod continuation;
pub mod deadline;
pub mod event;
pub mod field;
pub mod kind;
pub mod packet;
pub mod record;
pub mod refused;
pub mod shared_record;
pub mod signature;
pub mod time_stamp;
pub mod workflow;
