//! Third-party software (SOUP, IEC 62304 §3.29) and published data about it: components and bills of materials, advisories,
//! a component's verdict against an advisory, and the workstation's cache. Nothing here knows a record of a product file.
//!
//! Layers, each using only those before it: `model` (plain data and rules), `formats` (bytes in and out), `cache` (SQLite),
//! `work` (the user's actions).

mod cache;
pub mod formats;
pub mod model;
mod refused;
mod work;

pub use refused::Refused;
pub use work::*;
