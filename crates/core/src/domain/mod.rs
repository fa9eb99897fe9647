//! Records and rules as plain data: no file, no clock, no window. Nothing here fails because of the world.

pub mod calendar;
pub mod canonical;
pub mod choice;
pub mod clock;
pub mod deadline;
pub mod event;
pub mod field;
pub mod ids;
pub mod kind;
pub mod ledger;
pub mod record;
pub mod refused;
pub mod requests;
pub mod shared_record;
pub mod signature;
pub mod text;
pub use mainstay_base::time;
pub mod workflow;

pub mod approval;
pub mod attachment;
pub mod authorship;
pub mod change_request;
pub mod feedback;
pub mod impact_analysis;
pub mod person;
pub mod policy;
pub mod precis;
pub mod problem_report;
pub mod product;
pub mod questions;
pub mod test_record;
