//! File formats in and out: bytes in, plain values out, and back.
//!
//! Here belongs reading and writing of foreign formats. Here does not belong the file system (the caller has the bytes),
//! the store, and the question what is done with what was read.

pub mod advisories;
pub mod csv_out;
pub mod decode;
pub mod delimited;
pub mod feedback;
pub mod json_stream;
pub mod json_value;
pub mod sbom;
pub mod unpack;
pub mod vex_out;
pub mod xml;
