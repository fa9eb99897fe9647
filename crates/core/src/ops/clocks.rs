//! Clocks of authorities: those that run, the limits that a person confirmed, and the reference limits that can be taken over
//! (domain 6). The program does not decide what is reportable.

use super::file::ProductFile;
use super::refused::Refused;
use super::request::{Act, Request};
use super::session::Session;
use crate::domain::clock_template::{ClockTemplate, ClockTemplateState, Reference, untaken};
use crate::domain::feedback::Feedback;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::product::{Market, PRODUCT};
use crate::domain::record::Fields;
use crate::domain::regulatory_clock::{ClockState, RegulatoryClock};
use crate::domain::time::{Day, Moment};
use crate::domain::workflow::World;
use mainstay_base::clock::Stamp;

/// A clock that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRow {
    /// The clock.
    pub id: RecordId,
    /// What it is about.
    pub title: String,
    /// The record that it is about.
    pub subject: Option<RecordId>,
    /// The last day at the site that is responsible.
    pub due_on: Option<Day>,
    /// The moment at which it ends.
    pub due_at: Option<Moment>,
}

impl ClockRow {
    /// Days until it ends; negative: since it ended.
    pub fn days_left(&self, today: Day) -> Option<i64> {
        self.due_on.map(|due| due.days_since(today))
    }
}

/// The clocks of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clocks {
    /// Those that run, the most urgent first.
    pub running: Vec<ClockRow>,
    /// The reference limits of the product's markets that can be taken over.
    pub untaken: Vec<&'static Reference>,
}

impl ProductFile {
    /// The clocks that run, and the reference limits that can be taken over.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn clocks(&self, now: Moment) -> Result<Clocks, Refused> {
        self.as_rules_see(PRODUCT, Some(now), |case| Clocks {
            running: running(case.world),
            untaken: untaken(case.world),
        })
    }

    /// Makes a template of each of these reference limits, by their names: all of them, or none. Each is used only after a person
    /// confirmed it with current law.
    ///
    /// # Errors
    /// When a name is not one that can be taken over, or a request is refused.
    pub fn take_references(
        &mut self,
        session: &Session,
        names: &[&str],
        reason: Option<&str>,
        stamp: &Stamp,
    ) -> Result<usize, Refused> {
        let offered = self.clocks(stamp.now)?.untaken;
        let mut acts = Vec::new();
        for name in names {
            let Some(reference) = offered.iter().find(|reference| reference.title == *name) else {
                return Err(Refused::Rule(format!(
                    "“{name}” is no reference limit of the product's markets, or there is a template of that name; nothing was taken over"
                )));
            };
            let create = Request::Create { kind: Kind::ClockTemplate, parent: None, set: reference.fields() };
            acts.push(Act::with_reason(create, reason));
        }
        if acts.is_empty() {
            return Err(Refused::Rule(
                "there is no reference limit to take over: every one of the product's markets has a template"
                    .to_owned(),
            ));
        }
        let count = acts.len();
        self.perform_all(session, acts, &|_| true, stamp).map_err(|(_, refusal)| refusal)?;
        Ok(count)
    }

    /// What a clock on a record can begin with: for each confirmed template of its markets, its name and the fields of the clock.
    ///
    /// # Errors
    /// When there is no such record.
    pub fn clocks_to_start(&self, subject: RecordId, now: Moment) -> Result<Vec<(String, Fields)>, Refused> {
        self.as_rules_see(subject, Some(now), |case| {
            let feedback = case.data.typed::<Feedback>();
            let product = case.world.product();
            let of_record = feedback.as_ref().map(|feedback| feedback.markets_to_assess(&product.markets));
            let markets: Vec<Market> = match of_record {
                Some(markets) if !markets.is_empty() => markets,
                Some(_) | None => product.markets.clone(),
            };
            let aware = feedback.and_then(|feedback| feedback.aware_at);
            let templates = case.world.all(Kind::ClockTemplate).into_iter().filter(|data| {
                let template = data.typed::<ClockTemplate>();
                let market = template.and_then(|template| template.market);
                ClockTemplateState::of(data) == Some(ClockTemplateState::Confirmed)
                    && market.is_none_or(|market| markets.contains(&market))
            });
            let begun = templates.map(|data| {
                let mut set = Fields::new();
                let title = format!("{}: {subject} {}", data.title(), case.data.title());
                set.insert("title".into(), crate::domain::text::title(&title).into());
                set.insert("template".into(), serde_json::json!(data.head.id));
                set.insert("subject".into(), serde_json::json!(subject));
                if let Some(aware) = aware {
                    set.insert("started_at".into(), serde_json::json!(aware));
                }
                (data.title().to_owned(), set)
            });
            begun.collect()
        })
    }
}

/// The clocks that run, the most urgent first.
pub(super) fn running(world: &dyn World) -> Vec<ClockRow> {
    let all = world.all(Kind::RegulatoryClock);
    let running = all.iter().filter(|data| ClockState::of(data) == Some(ClockState::Running));
    let mut rows: Vec<ClockRow> = running
        .map(|data| {
            let clock = data.typed::<RegulatoryClock>().unwrap_or_default();
            ClockRow {
                id: data.head.id,
                title: data.title().to_owned(),
                subject: clock.subject,
                due_on: clock.due_on,
                due_at: clock.due_at,
            }
        })
        .collect();
    rows.sort_by_key(|row| (row.due_at, row.id));
    rows
}
