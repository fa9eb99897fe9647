//! Product files mirrored into PostgreSQL, for reports and dashboards. A mirror is no record: the file stays that, and nothing is ever read
//! back from a mirror into a file. `docs/publish.md` describes it.
//!
//! Everything that speaks to PostgreSQL is here, and all its SQL. What is sent comes from `mainstay_core::ops::mirror`.

mod chain;
mod connect;
mod pass_file;
mod publish;
mod refused;
mod schema;
mod send;
mod target;

pub use publish::{How, Published, publish};
pub use refused::NotPublished;
pub use target::{Given, Target, Unusable};
