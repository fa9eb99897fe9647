//! Formats of bills, advisories and VEX statements, in and out: bytes in, plain values out, and back.
//!
//! Here does not belong the file system (the caller has the bytes), the cache, and what a record means for a component.

pub mod advisories;
pub mod sbom;
pub mod vex_out;
