//! Mainstay keeps the maintenance records of a medical device's software as IEC 62304 clause 6 asks. This crate holds the two fronts:
//! the window and the command line.

pub mod cli;
pub mod ui;

pub use mainstay_base as base;
pub use mainstay_core::{domain, ops, report};
pub use mainstay_soup as soup;

/// Verification, packets and scans take and give back very many small pieces of memory on several threads (docs/adr/0014).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
