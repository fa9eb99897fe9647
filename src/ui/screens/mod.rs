//! The screens: what fills the middle of the window.
//!
//! Belongs here: reading through `Cx`, drawing, issuing commands. Does not belong here: rules, and performing anything.

pub mod advisories;
pub mod audit;
pub mod auditor;
pub mod dashboard;
pub mod document;
pub mod examples;
pub mod handing;
pub mod import;
pub mod packets;
pub mod panels;
pub mod parts;
pub mod people;
pub mod portfolio;
pub mod readiness;
pub mod record;
pub mod search;
pub mod settings;
pub mod shortcuts;
pub mod sign_in;
pub mod soup;
pub mod welcome;
