//! A check of a feedback source: evidence that somebody looked, also when nothing was there (IEC 62304 6.2.1.1; domain 2.12).

use crate::domain::field::Offer;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Place;
use crate::domain::person::Role;
use crate::domain::policy::PLAN_RULES;
use crate::domain::record::{KindDef, record};
use crate::domain::text::{Line, Text};
use crate::domain::time::Day;
use crate::domain::workflow::{Case, Condition, Move, states};

states! {
    /// States of a check of a feedback source.
    pub enum SourceCheckState {
        /// It counts.
        Recorded = "recorded", "Recorded", Good, 1, false => finished();
        /// Entered by mistake; it does not count and stays visible.
        Struck = "struck", "Struck out", Neutral, 0, true;
    }
}

use SourceCheckState as S;

const RECORDED: &[&str] = &[S::Recorded.code()];

record! {
    /// A check of a feedback source.
    pub struct SourceCheck : SourceCheck {
        section "Check", "IEC 62304 6.2.1.1", true, RECORDED => {
            /// What was looked through, in a few words.
            title: Line = "Title" => required(S::Recorded.code());
            /// The code of the source in the plan.
            source: Line = "Source" => required(S::Recorded.code()), offers(Offer::Sources), clause("IEC 62304 6.2.1.1");
            /// When it was checked.
            checked_on: Option<Day> = "Checked on" => past(), required(S::Recorded.code());
            /// How many new items were found; 0 if none.
            new_items: Option<u32> = "New items" => required(S::Recorded.code());
            /// The feedback that was entered from it.
            feedback: Vec<RecordId> = "Feedback entered" => target(Kind::Feedback);
            /// What was searched, and how.
            remarks: Text = "How it was checked";
        }
    }
}

const CHECKERS: &[Role] =
    &[Role::Support, Role::Quality, Role::Regulatory, Role::SecurityLead, Role::DevLead];

fn known_source(case: &Case) -> Vec<Condition> {
    let governing = case.world.governing();
    let codes: Vec<&str> = governing.plan().feedback_sources.iter().map(|row| &*row.code).collect();
    let named = case.data.text("source");
    let text = format!("The source is one of the plan: {}", codes.join(", "));
    vec![Condition::new("IEC 62304 6.2.1.1", text, codes.contains(&named)).at("source")]
}

/// The declaration of checks of feedback sources.
pub const DEF: KindDef = KindDef {
    purpose: "That somebody looked at a feedback source of the plan, when, and what was new. “Nothing new” is evidence too.",
    clause: "IEC 62304 6.2.1.1",
    since: PLAN_RULES,
    sections: SourceCheck::SECTIONS,
    states: SourceCheckState::ALL,
    moves: &[Move::new("strike", "Strike out", RECORDED, S::Struck.code(), CHECKERS).reason()],
    create_by: CHECKERS,
    edit_by: CHECKERS,
    may_create: known_source,
    columns: &["source", "checked_on", "new_items"],
    place: Place::Under(Kind::MaintenancePlan),
    referable: true,
    gist: "source",
    evidence: &["6.2.1.1"],
    chapter: Some(5),
    ..KindDef::new(Kind::SourceCheck, "Source check", "Source checks")
};
