//! The kinds of record: each file declares one kind with its fields, states, steps, guards and deadlines.
//!
//! Belongs here: what differs between kinds. Does not belong here: what is the same for all of them (`model`).

pub mod approval;
pub mod attachment;
pub mod authorship;
pub mod change_request;

pub mod clock_template;
pub mod communication;
pub mod feedback;
pub mod finding;
pub mod impact_analysis;
pub mod key_material;
pub mod legacy_file;
pub mod maintenance_plan;
pub mod milestone;
pub mod person;
pub mod plan_review;
pub mod policy;
pub mod problem_report;
pub mod process_deviation;
pub mod product;
pub mod questions;
pub mod recipient;
pub mod regulatory_clock;
pub mod release;
pub mod retirement_plan;
pub mod review_item;
pub mod software_item;
pub mod soup_designator;
pub mod soup_item;
pub mod soup_review;
pub mod source_check;
pub mod test_record;
pub mod trend_review;
pub mod waiver;

use super::ids::{Kind, for_each_kind};
use super::record::KindDef;

macro_rules! define_def {
    ($($(#[doc = $doc:literal])+ $name:ident = $stable:literal, $code:literal, $prefix:literal, $module:ident;)+) => {
        impl Kind {
            /// Its declaration.
            pub const fn def(self) -> &'static KindDef { match self { $(Self::$name => &$module::DEF,)+ } }
        }
    };
}

for_each_kind!(define_def);
