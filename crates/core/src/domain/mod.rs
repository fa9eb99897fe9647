//! Records and rules as plain data: no file, no clock, no window. Nothing here fails because of the world.
//!
//! `base` holds values, `model` what every kind is made of, `kinds` the kinds themselves, `requests` how a request is judged and
//! performed, `ledger` the file as its events say it was. Each uses those before it.

mod base;
mod kinds;
pub mod ledger;
mod model;
pub mod requests;

pub use base::{canonical, choice, ids, precis, role, text};
pub use kinds::{
    approval, attachment, authorship, change_request, feedback, impact_analysis, person, policy,
    problem_report, product, questions, test_record,
};
pub use mainstay_base::time;
pub use model::{
    calendar, clock, deadline, event, field, kind, record, refused, shared_record, signature, workflow,
};
