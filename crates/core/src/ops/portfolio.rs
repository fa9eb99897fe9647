//! One product in short, as a portfolio of many products shows it: what waits, what is in service with which SOUP, what was decided.
//!
//! Belongs here: the summary of one file, and what it says on a later day; in `read` how it is made. Does not belong here: where
//! summaries are kept, and the questions that are asked of many of them. A summary is never evidence: the file is.

mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::continuation::EventHead;
use crate::domain::finding::verdicts;
use crate::domain::ids::RecordId;
use mainstay_base::time::{Day, Moment};

/// One product in short, as it was read at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductSummary {
    /// The identifier of the file. Copies of a file share it.
    pub uuid: String,
    /// The last event of the file.
    pub head: EventHead,
    /// When it was read.
    pub read_at: Moment,
    /// The product.
    pub product: String,
    /// Its safety class, in words.
    pub class: String,
    /// Whether no plan is in force, so that days are provisional.
    pub provisional: bool,
    /// How much waits and is coming.
    pub counts: WorkCounts,
    /// What waits and what is coming, as the dashboard ranked it on the day on which the file was read: the first of each urgency.
    pub tasks: Vec<SummaryTask>,
    /// The first records for which an approval is open.
    pub unapproved: Vec<SummaryRecord>,
    /// The days that the retirement plan names, and its milestones that are not reached; the soonest first.
    pub retirement: Vec<RetirementDay>,
    /// The state of the retirement plan, in words; empty without one.
    pub retirement_state: String,
    /// Whether something is dated after the day on which the file was read, so that reviews may count on a later day.
    pub dated_ahead: bool,
    /// The releases that may be in service.
    pub releases: Vec<FieldedRelease>,
    /// What they contain, each version once.
    pub components: Vec<FieldedComponent>,
    /// The findings that concern one of them.
    pub findings: Vec<FindingSummary>,
}

/// How many items of work and open approvals a product has, listed or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkCounts {
    /// What is late.
    pub overdue: usize,
    /// What waits.
    pub due: usize,
    /// What is coming.
    pub ahead: usize,
    /// Records for which an approval is open.
    pub unapproved: usize,
}

/// Most items of work of an urgency, and most records, that a summary lists. The file itself has all.
pub const LISTED_MAX: usize = 200;

/// One open item of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryTask {
    /// The record to work on.
    pub record: RecordId,
    /// Its title.
    pub title: String,
    /// What is due.
    pub what: String,
    /// Who is responsible.
    pub whose: String,
    /// The clause that requires it.
    pub clause: String,
    /// When it is due; `None` if nothing sets a limit.
    pub due: Option<Day>,
    /// How urgent it is.
    pub urgency: Urgency,
    /// Severity; 0 is the most severe.
    pub rank: u8,
}

/// How urgent an item of work is. In order of urgency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Urgency {
    /// It is late.
    Overdue,
    /// It waits.
    Due,
    /// It is coming.
    Ahead,
}

/// A record in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryRecord {
    /// Its number.
    pub id: RecordId,
    /// Its title.
    pub title: String,
}

/// A day of a retirement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RetirementDay {
    /// The day.
    pub on: Day,
    /// What it is.
    pub what: String,
    /// The retirement plan, or the milestone.
    pub record: RecordId,
}

/// A release that may be in service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldedRelease {
    /// Its number.
    pub id: RecordId,
    /// Its version.
    pub version: String,
    /// Its state, in words.
    pub state: String,
    /// Whether it says what SOUP it contains: it lists some, or gives the reason why it contains none.
    pub tells_soup: bool,
}

/// A version of SOUP in a release that may be in service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldedComponent {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its package URL; may be empty.
    pub purl: String,
    /// The CPE names of its item.
    pub cpes: Vec<String>,
    /// The item in the register; `None` if it is not registered.
    pub item: Option<RecordId>,
    /// The releases with it, by their place among [`ProductSummary::releases`].
    pub releases: Vec<u32>,
    /// Its last review, and the day by which the next one is due.
    pub reviewed: Option<(Day, Option<Day>)>,
}

impl FieldedComponent {
    /// Whether it is reviewed inside its interval on a day.
    pub fn is_covered(&self, today: Day) -> bool {
        self.reviewed.is_some_and(|(_, until)| until.is_none_or(|until| until >= today))
    }

    /// Its review on a day, in words.
    pub fn review_words(&self, today: Day) -> String {
        match (self.item, self.reviewed) {
            (None, _) => "not in the register".to_owned(),
            (Some(_), None) => "no approved review".to_owned(),
            (Some(_), Some((on, Some(until)))) if until < today => {
                format!("review overdue since {until}, last reviewed on {on}")
            }
            (Some(_), Some((on, Some(until)))) => format!("reviewed on {on}, next by {until}"),
            (Some(_), Some((on, None))) => format!("reviewed on {on}; the plan sets no interval"),
        }
    }
}

/// A finding that concerns a release in service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingSummary {
    /// Its number.
    pub id: RecordId,
    /// What it is.
    pub title: String,
    /// Its identifier and its other names.
    pub names: Vec<String>,
    /// The items that it is about.
    pub items: Vec<RecordId>,
    /// The versions that it is about, as “name version”; empty: all versions of its items.
    pub versions: Vec<String>,
    /// Its state, in words.
    pub state: String,
    /// The decision, in words; empty without one.
    pub decision: String,
    /// The day after which a decision is to be assessed again.
    pub reassess_by: Option<Day>,
    /// What holds for each release, by the place of the release.
    pub verdicts: BTreeMap<u32, SummaryVerdict>,
}

/// What holds of a finding for a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryVerdict {
    /// In words.
    pub words: String,
    /// Whether nothing is left to do: it is not affected, or fixed.
    pub settled: bool,
}

impl FindingSummary {
    /// Whether it is about a component: one of the versions that it names, or any version of its items where it names none.
    pub fn is_about(&self, component: &FieldedComponent) -> bool {
        if self.versions.is_empty() {
            return component.item.is_some_and(|item| self.items.contains(&item));
        }
        self.versions.contains(&format!("{} {}", component.name, component.version))
    }

    /// What holds for a release on a day; `None` if it does not concern it.
    pub fn verdict(&self, release: u32, today: Day) -> Option<SummaryVerdict> {
        let verdict = self.verdicts.get(&release)?;
        let over = self.reassess_by.filter(|day| *day < today);
        let open = |day| SummaryVerdict { words: open_words(&verdicts::reassess_words(day)), settled: false };
        Some(over.map_or_else(|| verdict.clone(), open))
    }
}

impl ProductSummary {
    /// How many items of work of an urgency there are, listed or not.
    pub const fn count(&self, urgency: Urgency) -> usize {
        match urgency {
            Urgency::Overdue => self.counts.overdue,
            Urgency::Due => self.counts.due,
            Urgency::Ahead => self.counts.ahead,
        }
    }

    /// Whether it lists all of what is overdue and due, and of what waits for approval.
    pub const fn lists_all(&self) -> bool {
        let WorkCounts { overdue, due, unapproved, .. } = self.counts;
        overdue <= LISTED_MAX && due <= LISTED_MAX && unapproved <= LISTED_MAX
    }

    /// Whether what it says of its contents holds on a day: that of the file, or a later one unless something is dated ahead. What
    /// waits and what is coming holds only on the day on which the file was read: time writes nothing, and makes work.
    pub fn holds_on(&self, today: Day) -> bool {
        let read = self.read_at.day();
        today == read || (today > read && !self.dated_ahead)
    }

    /// The next day of the retirement, from a day on.
    pub fn next_retirement(&self, today: Day) -> Option<&RetirementDay> {
        self.retirement.iter().find(|day| day.on >= today)
    }
}

fn open_words(why: &str) -> String {
    format!("open: {why}")
}
