//! Records and rules as plain data: no file, no clock, no window. Nothing here fails because of the world.

pub mod ids;
pub mod time;
pub mod text;
pub mod choice;
pub mod canonical;
pub mod field;
pub mod record;
pub mod workflow;
pub mod signature;
pub mod event;

pub mod person;
pub mod policy;
pub mod product;
pub mod feedback;
pub mod problem_report;
pub mod change_request;
pub mod questions;
pub mod impact_analysis;
pub mod approval;
pub mod attachment;
