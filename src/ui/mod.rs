//! The window: theme, widgets, screens. Stands on `domain` and `ops` alone.
//!
//! Belongs here: everything that is drawn or typed. Does not belong here: rules, SQL, file formats.

pub mod cx;
#[cfg(test)]
mod gallery;
pub mod screens;
pub mod settings;
pub mod sign;
pub mod theme;
pub mod widgets;
