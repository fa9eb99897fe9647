//! Mainstay keeps the maintenance records of a medical device's software as IEC 62304 clause 6 asks.

pub mod cli;
pub mod clock;
pub mod domain;
pub mod exchange;
pub mod ops;
pub mod report;
mod store;
pub mod ui;

/// Verification, packets and scans take and give back very many small pieces of memory on several threads (docs/adr/0014).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
