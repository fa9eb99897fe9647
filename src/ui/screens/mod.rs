//! What is drawn in the middle of the window: one module for each route.
//!
//! Belongs here: reading through `Cx`, drawing, asking. Does not belong here: performing anything.

pub mod dashboard;
pub mod later;
pub mod settings;
pub mod shortcuts;
pub mod sign_in;
pub mod welcome;
