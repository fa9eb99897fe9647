//! Mainstay keeps the maintenance records of a medical device's software as IEC 62304 clause 6 asks.

pub mod cli;
pub mod clock;
pub mod domain;
pub mod exchange;
pub mod ops;
pub mod report;
mod store;
pub mod ui;
