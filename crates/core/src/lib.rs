//! The product file: records and rules (`domain`), the file (`store`), foreign feedback (`exchange`), paper (`report`) and what a
//! person may do (`ops`).

pub mod domain;
pub mod exchange;
pub mod ops;
pub mod report;
mod store;
