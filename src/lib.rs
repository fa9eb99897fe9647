//! Mainstay keeps the maintenance records of medical device software as IEC 62304 clause 6 requires. This crate holds the two user
//! interfaces: the window and the command line.

pub mod baseline;
pub mod cli;
pub mod help;
pub mod manual;
pub mod portfolio;
pub mod qualification;
pub mod register;
pub mod review;
pub mod ui;
pub mod vex;

pub use mainstay_base as base;
pub use mainstay_core::{domain, ops, report};
pub use mainstay_mirror as mirror;
pub use mainstay_soup as soup;

/// Verification, packets and scans allocate and free very many small blocks of memory on several threads (docs/adr/0014).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
