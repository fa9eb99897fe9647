//! Third-party software (SOUP, IEC 62304 §3.29) and what is published about it: components and bills of materials, advisories,
//! the verdict of one against the other, and the workstation's cache. Nothing here knows a record of a product file.
//!
//! Layers, each using only those before it: `model` (plain data and rules), `formats` (bytes in and out), `cache` (SQLite),
//! `work` (what a person does).

mod cache;
pub mod formats;
pub mod model;
mod refused;
mod work;

pub use refused::Refused;
pub use work::*;
