//! The first day in a new product file: what there is to do before its records prove anything, and what of it is done.
//!
//! Belongs here: reading that from the file. Does not belong here: when it is shown, and where each step is done (`ui`).

use super::file::ProductFile;
use super::refused::Refused;
use crate::domain::ids::Kind;
use crate::domain::maintenance_plan::{MaintenancePlan, MaintenancePlanState};
use crate::domain::person::PersonState;
use crate::domain::product::{Product, SafetyClass};
use crate::domain::requests::PRODUCT;
use crate::domain::text::counted;
use mainstay_base::time::{Day, Moment};

/// Days for which a file is young.
const YOUNG_DAYS: i64 = 60;

/// What there is to do on the first day, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstStep {
    /// The product is described.
    Product,
    /// A second person may sign.
    SecondPerson,
    /// A maintenance plan is in force.
    Plan,
    /// The first feedback is entered.
    Feedback,
    /// The list of SOUP is begun.
    Soup,
    /// There is a verified backup.
    Backup,
    /// The first packet was made.
    Packet,
}

/// One step, and what the file says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstDayRow {
    /// The step.
    pub step: FirstStep,
    /// Whether it is done.
    pub done: bool,
    /// Whether somebody was invited who may not sign yet.
    pub waits_for_person: bool,
    /// How far it is, in a few words.
    pub state: String,
}

/// The first day of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstDay {
    /// Every step, in the order that leads somewhere.
    pub rows: Vec<FirstDayRow>,
    /// When the file was begun.
    begun: Day,
}

impl FirstDay {
    /// Whether every step is done.
    pub fn is_done(&self) -> bool {
        self.rows.iter().all(|row| row.done)
    }

    /// How many steps are done.
    pub fn count_done(&self) -> usize {
        self.rows.iter().filter(|row| row.done).count()
    }

    /// The first step that is not done.
    pub fn next(&self) -> Option<FirstStep> {
        self.rows.iter().find(|row| !row.done).map(|row| row.step)
    }

    /// Whether the file was begun not long ago.
    pub fn is_young(&self, now: Moment) -> bool {
        now.day().days_since(self.begun) <= YOUNG_DAYS
    }
}

impl ProductFile {
    /// What of the first day is done in this file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn first_day(&self) -> Result<FirstDay, Refused> {
        let product = self.record(PRODUCT)?;
        let row =
            |step, (done, state): (bool, String)| FirstDayRow { step, done, waits_for_person: false, state };
        let count = |kind| self.store.highest_number(kind);
        let backup = self.known().last_backup;
        let packets = self.used_packets()?;
        let rows = vec![
            row(FirstStep::Product, described(&product.typed().unwrap_or_default())),
            FirstDayRow {
                waits_for_person: self.people()?.iter().any(|(_, person)| !person.may_sign()),
                ..row(FirstStep::SecondPerson, self.second_person()?)
            },
            row(FirstStep::Plan, self.plan_in_force()?),
            row(FirstStep::Feedback, some(count(Kind::Feedback)?, "Nothing is entered yet", "entered")),
            row(
                FirstStep::Soup,
                some(count(Kind::SoupItem)?, "No component is registered yet", "in the register"),
            ),
            row(
                FirstStep::Backup,
                backup.map_or_else(
                    || (false, "No verified copy is known on this workstation".to_owned()),
                    |day| (true, format!("The last one is of {day}")),
                ),
            ),
            row(FirstStep::Packet, some(packets, "None was made yet", "made")),
        ];
        Ok(FirstDay { rows, begun: product.head.created_at.day() })
    }

    fn second_person(&self) -> Result<(bool, String), Refused> {
        let people = self.people()?;
        let signs = people.iter().filter(|(_, person)| person.may_sign()).count();
        if signs > 1 {
            return Ok((true, format!("{signs} persons may sign")));
        }
        let not_yet = people.iter().find(|(_, person)| !person.may_sign());
        let state = match not_yet {
            None => "You are alone in this file".to_owned(),
            Some((data, person)) if data.head.state == PersonState::Invited.code() => {
                format!("{} was invited and has set no password yet", person.title)
            }
            Some((_, person)) => format!("The identity of {} is not confirmed yet", person.title),
        };
        Ok((false, state))
    }

    fn plan_in_force(&self) -> Result<(bool, String), Refused> {
        let plans = self.all(Kind::MaintenancePlan)?;
        let newest = plans.iter().rev().find_map(|data| {
            let state = MaintenancePlanState::from_code(&data.head.state)?;
            (!matches!(state, MaintenancePlanState::Superseded | MaintenancePlanState::Void))
                .then_some((state, data))
        });
        let effective = |data: &&crate::domain::record::RecordData| {
            MaintenancePlanState::from_code(&data.head.state) == Some(MaintenancePlanState::Effective)
        };
        if let Some(data) = plans.iter().find(effective) {
            let version = data.typed::<MaintenancePlan>().map(|plan| plan.version.to_string());
            return Ok((true, format!("Version {} is in force", version.unwrap_or_default())));
        }
        let state = match newest {
            Some((MaintenancePlanState::Draft, data)) => {
                let plan = data.typed::<MaintenancePlan>().unwrap_or_default();
                match plan.undecided.len() {
                    0 => "The draft waits for its submission".to_owned(),
                    left => format!("{} in the draft to accept or change", counted(left, "example")),
                }
            }
            Some((MaintenancePlanState::InReview, _)) => "It waits for its signatures".to_owned(),
            Some((MaintenancePlanState::Approved, _)) => {
                "It is approved and waits to be put in force".to_owned()
            }
            Some((
                MaintenancePlanState::Effective
                | MaintenancePlanState::Superseded
                | MaintenancePlanState::Void,
                _,
            ))
            | None => "There is no plan".to_owned(),
        };
        Ok((false, state))
    }
}

/// Whether there is one, and how many.
fn some(count: u32, none: &str, done: &str) -> (bool, String) {
    if count == 0 { (false, none.to_owned()) } else { (true, format!("{count} {done}")) }
}

/// Whether a product is described, and what is missing.
fn described(product: &Product) -> (bool, String) {
    let unclassed = matches!(product.software_safety_class, None | Some(SafetyClass::Unassigned));
    let missing: Vec<&str> = [
        (unclassed, "the safety class"),
        (!unclassed && product.class_rationale.is_empty(), "the rationale for the class"),
        (product.intended_use.is_empty(), "the intended use"),
        (product.markets.is_empty(), "the markets"),
    ]
    .into_iter()
    .filter_map(|(is_missing, words)| is_missing.then_some(words))
    .collect();
    if missing.is_empty() {
        return (true, "Class, intended use and markets are given".to_owned());
    }
    (false, format!("Missing: {}", missing.join(", ")))
}

impl FirstStep {
    /// The field of the product that is asked for first, for the step that describes it.
    pub fn missing_field(product: &Product) -> &'static str {
        match product.software_safety_class {
            None | Some(SafetyClass::Unassigned) => "software_safety_class",
            Some(_) if product.class_rationale.is_empty() => "class_rationale",
            Some(_) if product.intended_use.is_empty() => "intended_use",
            Some(_) => "markets",
        }
    }
}
