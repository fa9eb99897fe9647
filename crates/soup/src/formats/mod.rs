//! Formats of bills, advisories, VEX statements and lists of anomalies: bytes to plain values, and back.
//!
//! Not here: the file system (the caller has the bytes), the cache, and the meaning of a record for a component.

pub mod advisories;
pub(crate) mod json_text;
pub mod sbom;
pub mod told;
pub mod trackers;
pub mod vex_out;
