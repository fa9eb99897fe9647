//! Files of foreign systems: rows in, plain values out.
//!
//! The file system (the caller has the bytes), the store, and the use of the values do not belong here.

pub mod columns;
pub mod commits;
pub mod documents;
pub mod feedback;
pub mod items;
pub mod recipients;
