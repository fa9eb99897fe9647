//! Feedback of foreign systems: rows in, plain values out.
//!
//! Here does not belong the file system (the caller has the bytes), the store, and the question what is done with what was read.

pub mod feedback;
