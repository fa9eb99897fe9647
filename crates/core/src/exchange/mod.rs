//! Feedback from foreign systems: rows in, plain values out.
//!
//! The file system (the caller has the bytes), the store, and the use of the values do not belong here.

pub mod feedback;
