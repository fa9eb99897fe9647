//! Records and rules as plain data: no file, no clock, no window. Nothing here depends on the environment.
//!
//! `base` holds values, `model` the parts that every kind consists of, `kinds` the kinds themselves, `requests` the rules by which
//! a request is checked and performed, `readiness` the rules that look for gaps, `ledger` the past state of a file, rebuilt from its events. Each room uses only those before it.

mod base;
pub mod document_review;
mod kinds;
pub mod ledger;
mod model;
pub mod readiness;
pub mod requests;
#[cfg(test)]
pub(crate) mod test_world;

pub use base::{canonical, choice, ids, link, precis, role, text};
pub use kinds::{
    approval, attachment, authorship, change_request, clock_template, communication, feedback, finding,
    impact_analysis, key_material, legacy_file, maintenance_plan, milestone, person, plan_review, policy,
    problem_report, process_deviation, product, questions, recipient, regulatory_clock, release,
    retirement_plan, review_item, software_item, soup_designator, soup_item, soup_review, source_check,
    test_record, trend_review, waiver,
};
pub use mainstay_base::time;
pub use model::{
    authority, calendar, clock, continuation, deadline, event, field, kind, packet, record, refused,
    shared_record, signature, time_stamp, workflow,
};
