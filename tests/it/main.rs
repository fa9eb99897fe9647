//! What a person may do, through `ops` and a real file.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what went wrong by failing")]

mod badfiles;
mod bounds;
mod chain;
mod coverage;
mod crash;
mod desk;
mod forger;
mod forgery;
mod import;
mod lanes;
mod recipe;
mod tables;
