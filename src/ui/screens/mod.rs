//! The screens: what fills the middle of the window.
//!
//! Belongs here: putting widgets together for one place of the program. Does not belong here: rules, and performing anything.

pub mod record;
