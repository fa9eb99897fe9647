//! A regulatory limit as editable data: from which event it counts, how long, and what ends it (domain 6).
//!
//! The program ships reference values. Each is disabled until a person confirms it with current law. The program does not decide
//! what is reportable.

mod reference;

pub use reference::{REFERENCES, Reference, untaken};

use crate::domain::choice::choice;
use crate::domain::ids::Kind;
use crate::domain::kind::Place;
use crate::domain::person::Role;
use crate::domain::product::Market;
use crate::domain::record::{KindDef, RecordData, record};
use crate::domain::retirement_plan::RETIREMENT_RULES;
use crate::domain::signature::Meaning;
use crate::domain::text::{Line, Text};
use crate::domain::workflow::{Case, Move, states};

choice! {
    /// The unit of a limit.
    pub enum ClockUnit {
        /// Hours.
        Hours = "hours", "hours";
        /// Calendar days.
        CalendarDays = "calendar_days", "calendar days";
        /// Working days of the calendar of the file.
        WorkingDays = "working_days", "working days";
        /// Months.
        Months = "months", "months";
    }
}

states! {
    /// States of a clock template.
    pub enum ClockTemplateState {
        /// It is not used until a person confirms it.
        Disabled = "disabled", "Not confirmed", Neutral, 1, false;
        /// A person confirmed it with current law.
        Confirmed = "confirmed", "Confirmed", Good, 2, false => finished();
        /// It is not used any more; stays visible.
        Retired = "retired", "Retired", Neutral, 0, true;
    }
}

use ClockTemplateState as S;

const DISABLED: &[&str] = &[S::Disabled.code()];
const CONFIRMED: &str = S::Confirmed.code();

record! {
    /// A clock template.
    pub struct ClockTemplate : ClockTemplate {
        section "Limit", "ISO 13485 8.2.3", true, DISABLED => {
            /// Its name.
            title: Line = "Name" => required(S::Disabled.code()), hint("US 803 individual report");
            /// The market; empty: the limit is the maker's own.
            market: Option<Market> = "Market";
            /// The event from which it counts.
            starts_with: Line = "Starts with" => required(S::Disabled.code()), hint("The firm becomes aware");
            /// How long.
            amount: Option<u32> = "Limit" => required(S::Disabled.code());
            /// In which unit.
            unit: Option<ClockUnit> = "Unit" => required(S::Disabled.code());
            /// Whether a limit that ends on a day off ends on the next working day.
            next_working_day: Option<bool> = "Ends on the next working day";
            /// What ends it.
            ends_with: Line = "Ends with" => required(S::Disabled.code()), hint("The report is submitted");
            /// Where the limit comes from.
            source: Line = "Source" => required(CONFIRMED), hint("21 CFR 803.50");
            /// Who confirmed it, with which version of the law.
            confirmed_with: Text = "Confirmed with" => required(CONFIRMED), hint("21 CFR 803, as of 2026-11-01");
        }
    }
}

/// What the window and paper say beside every clock.
pub const CAPTION: &str =
    "Reference values; confirm with current law. The program does not decide what is reportable.";

/// Longest limit, by unit.
const fn longest(unit: ClockUnit) -> u32 {
    match unit {
        ClockUnit::Hours => 24 * 366,
        ClockUnit::CalendarDays | ClockUnit::WorkingDays => 3_660,
        ClockUnit::Months => 240,
    }
}

fn violations(data: &RecordData, _: u32) -> Vec<(&'static str, String)> {
    let Some(template) = data.typed::<ClockTemplate>() else { return Vec::new() };
    let mut wrong = Vec::new();
    if template.amount == Some(0) {
        wrong.push(("amount", "must be at least 1: a limit of zero gives nobody time".to_owned()));
    }
    if let (Some(amount), Some(unit)) = (template.amount, template.unit)
        && amount > longest(unit)
    {
        wrong.push((
            "amount",
            format!("must be at most {} {}", longest(unit), crate::domain::choice::Choice::word(unit)),
        ));
    }
    wrong
}

const WRITERS: &[Role] = &[Role::Regulatory, Role::Quality];

/// The declaration of clock templates.
pub const DEF: KindDef = KindDef {
    purpose: "The limits of authorities and of your own: from which event, how long, what ends them. Each is disabled until a person confirms it with current law.",
    clause: "ISO 13485 8.2.3",
    since: RETIREMENT_RULES,
    sections: ClockTemplate::SECTIONS,
    states: ClockTemplateState::ALL,
    moves: &[
        Move::new("confirm", "Confirm", DISABLED, CONFIRMED, WRITERS)
            .sign(Meaning::Approved)
            .clause("ISO 13485 8.2.3")
            .asks(&["confirmed_with"]),
        Move::new("disable", "Disable", &[CONFIRMED], S::Disabled.code(), WRITERS).reason(),
        Move::new("retire", "Retire", &[S::Disabled.code(), CONFIRMED], S::Retired.code(), WRITERS).reason(),
    ],
    create_by: WRITERS,
    edit_by: WRITERS,
    violations,
    notices: |_: &Case| vec![CAPTION.to_owned()],
    columns: &["market", "amount", "unit", "source"],
    place: Place::Under(Kind::RegulatoryClock),
    referable: true,
    gist: "source",
    ..KindDef::new(Kind::ClockTemplate, "Clock template", "Clock templates")
};

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::test_world::{TestWorld, id};
    use crate::domain::workflow::World as _;

    fn wrong(fields: Value) -> Vec<(&'static str, String)> {
        let world = TestWorld::default().put("CT-0001", S::Disabled.code(), "2026-11-01", fields);
        violations(&world.record(id("CT-0001")).unwrap(), RETIREMENT_RULES)
    }

    #[test]
    fn a_limit_of_zero_or_beyond_the_longest_of_its_unit_is_refused() {
        let zero = wrong(json!({"amount": 0, "unit": "hours"}));
        assert_eq!(zero, [("amount", "must be at least 1: a limit of zero gives nobody time".to_owned())]);
        for (unit, most) in
            [("hours", 8_784), ("calendar_days", 3_660), ("working_days", 3_660), ("months", 240)]
        {
            assert!(wrong(json!({"amount": most, "unit": unit})).is_empty(), "{unit}");
            let long = wrong(json!({"amount": most + 1, "unit": unit}));
            assert!(long[0].1.starts_with(&format!("must be at most {most} ")), "{long:?}");
        }
        assert!(wrong(json!({"title": "Nothing entered yet"})).is_empty());
    }

    #[test]
    fn every_reference_limit_makes_a_template_without_violation_that_is_not_confirmed() {
        for reference in REFERENCES {
            assert!(wrong(Value::Object(reference.fields())).is_empty(), "{}", reference.title);
        }
        assert_eq!(DEF.initial(), S::Disabled.code());
    }
}
