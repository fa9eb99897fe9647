//! The widgets of the screens. They work on plain data.
//!
//! Belongs here: drawing and input of one thing, with a name for a screen reader. Does not belong here: records, rules, files.

pub mod badge;
pub mod button;
pub mod chain;
pub mod check;
pub mod choice;
pub mod date_field;
pub mod empty;
pub mod field;
pub mod given_back;
pub mod heading;
pub mod icons;
pub mod lines;
pub mod link;
pub mod modal;
pub mod moment_field;
pub mod notice;
pub mod offer;
pub mod palette;
pub mod plots;
pub mod prose;
pub mod reach;
pub mod read_lines;
pub mod scrolled;
pub mod spelled;
pub mod table;
pub mod text;
pub mod trace;
