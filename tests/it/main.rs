//! What a person may do, through `ops` and a real file.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what went wrong by failing")]

mod chain;
mod desk;
mod host;
mod records;
