//! The data of the dashboard: open, overdue and coming work, and trends.
//!
//! It evaluates the declared deadlines over the file as it is or as it was. Nothing of it is stored.

mod cached_source;
mod calendar;
mod trends;

use std::collections::{BTreeMap, BTreeSet};

use super::deviation_signs;
use super::file::ProductFile;
use super::refused::Refused;
use crate::domain::choice::Choice as _;
use crate::domain::deadline::{Deadline, Due, Limits, Task};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::ledger::Ledger;
use crate::domain::person::Role;
use crate::domain::requests::{POLICY, RULES, RecordSource};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_item::{self, due};
use crate::domain::soup_review::events;
use crate::domain::workflow::{Case, Tone, World};
pub(super) use cached_source::CachedSource;
pub use calendar::DueCalendarOptions;
use mainstay_base::time::{Day, Moment};

pub use trends::{FindingsOfAge, Month, Trends, trends};

/// How many days ahead an item counts as coming: a year.
const AHEAD_DAYS: i64 = 366;

/// One open item of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttentionItem {
    /// The record to work on.
    pub record: RecordId,
    /// Title of the record.
    pub title: String,
    /// The action that is due.
    pub what: String,
    /// Who is responsible: a name, or the role that acts.
    pub whose: String,
    /// The due date; `None` if the plan sets no limit.
    pub due: Option<Day>,
    /// The label of the field that sets no limit.
    pub no_limit: Option<&'static str>,
    /// Whether the date is provisional, because no maintenance plan is in force.
    pub provisional: bool,
    /// Days overdue at the given moment; negative: days left; 0 if there is no limit.
    pub days_late: i64,
    /// Overdue, or due.
    pub tone: Tone,
    /// The clause that requires it.
    pub clause: &'static str,
    /// Severity. The list is sorted by it, then by days overdue. 0 is the most severe.
    pub rank: u8,
}

impl AttentionItem {
    /// When it is due, in words: today, or how many days ago with the word `late`; `ahead` says it of a day to come.
    pub fn when(&self, late: &str, ahead: impl FnOnce(Day) -> String) -> String {
        let words = match (self.due, self.days_late) {
            (None, _) => "no limit is set".to_owned(),
            (Some(_), 0) => "due today".to_owned(),
            (Some(_), 1) => format!("1 day {late}"),
            (Some(_), days) if days > 1 => format!("{days} days {late}"),
            (Some(due), _) => ahead(due),
        };
        if self.provisional && self.due.is_some() { words + ", provisional" } else { words }
    }
}

/// The number of records of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindCount {
    /// The kind.
    pub kind: Kind,
    /// All records.
    pub all: usize,
    /// Records with open work.
    pub open: usize,
}

/// The dashboard's data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attention {
    /// Overdue, unapproved and due items, most severe first.
    pub now: Vec<AttentionItem>,
    /// Items due within twelve months, soonest first.
    pub coming: Vec<AttentionItem>,
    /// The number of items in `now` for each kind of record.
    pub counts: BTreeMap<Kind, usize>,
    /// Why dates are provisional, as a sentence; `None` if a maintenance plan is in force.
    pub provisional: Option<String>,
}

impl ProductFile {
    /// The items that are overdue, due and coming at `now`, by the present file. Depends only on the file and the moment.
    pub fn attention(&self, now: Moment) -> Result<Attention, Refused> {
        Ok(attention(&self.store, now)?)
    }

    /// The items that were overdue, due and coming at a moment, by the file as it was then.
    pub fn attention_at(&self, moment: Moment) -> Result<Attention, Refused> {
        if self.is_present_at(moment)? {
            return self.attention(moment);
        }
        Ok(attention_of(&self.at(moment)?, moment))
    }
}

/// The same for a ledger, which cannot fail.
pub fn attention_of(ledger: &Ledger, now: Moment) -> Attention {
    let Ok(attention) = attention(ledger, now);
    attention
}

/// The items that are overdue, due and coming at `now`, by a source of records.
pub fn attention<F>(source: &dyn RecordSource<F>, now: Moment) -> Result<Attention, F> {
    let mut finder = Finder::new(source, now)?;
    for kind in Kind::ALL {
        finder.kind(*kind)?;
    }
    finder.signs()?;
    finder.soup()?;
    finder.clock()?;
    finder.calendar();
    let mut found = finder.found;
    found.sort_by_key(|item| (item.rank, -item.days_late, item.record));
    let (now_items, mut coming): (Vec<_>, Vec<_>) = found.into_iter().partition(|item| item.days_late >= 0);
    coming.retain(|item| item.days_late >= -AHEAD_DAYS);
    coming.sort_by_key(|item| (item.due, item.record));
    let mut counts = BTreeMap::new();
    for item in &now_items {
        *counts.entry(item.record.kind).or_insert(0) += 1;
    }
    Ok(Attention { now: now_items, coming, counts, provisional: finder.limits.provisional })
}

/// The number of all and of open records for each kind that is work.
pub fn counts<F>(source: &dyn RecordSource<F>) -> Result<Vec<KindCount>, F> {
    let count = |kind: Kind| {
        let rows = source.list(kind, &[])?;
        let open = rows.iter().filter(|row| row.is_open()).count();
        Ok(KindCount { kind, all: rows.len(), open })
    };
    Kind::ALL.iter().copied().filter(|kind| kind.def().place.is_work()).map(count).collect()
}

struct Finder<'a, F> {
    cached: CachedSource<'a, F>,
    limits: Limits,
    policy: Option<SharedRecord>,
    names: BTreeMap<RecordId, String>,
    now: Moment,
    found: Vec<AttentionItem>,
}

impl<'a, F> Finder<'a, F> {
    fn new(source: &'a dyn RecordSource<F>, now: Moment) -> Result<Self, F> {
        let policy = source.record(POLICY)?;
        let people = source.list(Kind::Person, &[])?;
        let cached = CachedSource::new(source);
        let world: &dyn World = &cached;
        let limits = world.governing().limits(policy.as_ref());
        cached.failed()?;
        Ok(Self {
            cached,
            limits,
            policy,
            names: people.into_iter().map(|row| (row.id, row.title)).collect(),
            now,
            found: Vec::new(),
        })
    }

    /// The items from the deadlines of a kind.
    fn kind(&mut self, kind: Kind) -> Result<(), F> {
        let deadlines = kind.def().deadlines;
        let states: BTreeSet<&str> = deadlines.iter().flat_map(|deadline| deadline.states).copied().collect();
        if states.is_empty() {
            return Ok(());
        }
        let states: Vec<&str> = states.into_iter().collect();
        for data in self.cached.source.in_states(kind, &states)? {
            for deadline in deadlines {
                let case =
                    Case { data: &data, world: &self.cached, now: self.now, actor: None, rules: RULES };
                let dues = deadline.dues(&case, &self.limits);
                if dues.is_empty() {
                    continue;
                }
                let whose = self.whose(deadline, &case);
                self.cached.failed()?;
                for due in dues {
                    self.add(
                        (data.head.id, data.title()),
                        due,
                        whose.clone(),
                        deadline.clause,
                        deadline.rank,
                    );
                }
            }
            self.cached.failed()?;
        }
        Ok(())
    }

    fn whose(&self, deadline: &Deadline, case: &Case) -> String {
        if let Some(others) = deadline.others {
            return others(case);
        }
        let owner = case.data.head.owner.and_then(|owner| self.names.get(&owner).cloned());
        owner.unwrap_or_else(|| deadline.role.word().to_owned())
    }

    fn add(&mut self, record: (RecordId, &str), due: Due, whose: String, clause: &'static str, rank: u8) {
        let Due { what, by, provisional } = due;
        let days_late = by.map_or(0, |by| self.now.day().days_since(by));
        self.found.push(AttentionItem {
            record: record.0,
            title: record.1.to_owned(),
            what,
            whose,
            due: by.ok(),
            no_limit: by.err(),
            provisional,
            days_late,
            tone: if days_late > 0 { Tone::Late } else { Tone::Due },
            clause,
            rank,
        });
    }

    /// A bypass of the process that the file shows is told by a process deviation, at once.
    fn signs(&mut self) -> Result<(), F> {
        let signs = deviation_signs::signs(self.cached.source, &self.cached)?;
        self.cached.failed()?;
        for sign in signs {
            let Some(id) = sign.records.first().copied() else { continue };
            let title =
                self.cached.source.record(id)?.map_or_else(String::new, |data| data.title().to_owned());
            let what = format!("Raise a process deviation: {}", sign.what.trim_end_matches('.'));
            let due = Due { what, by: Ok(self.now.day()), provisional: false };
            self.add((id, &title), due, Role::Quality.word().to_owned(), sign.clause, 0);
        }
        Ok(())
    }

    /// SOUP in service whose review is due or overdue, all items of a tier at once; events that ask for a review; support that ends.
    fn soup(&mut self) -> Result<(), F> {
        let (dues, support, events) = {
            let world: &dyn World = &self.cached;
            let items = self.cached.source.in_states(Kind::SoupItem, soup_item::ALIVE)?;
            let case = |data| Case { data, world, now: self.now, actor: None, rules: RULES };
            let support: Vec<(RecordId, String, Task)> = items
                .iter()
                .filter_map(|data| {
                    Some((data.head.id, data.title().to_owned(), soup_item::support_ends(&case(data))?))
                })
                .collect();
            let dues = if items.is_empty() { Vec::new() } else { due::dues(world, self.now.day()) };
            let events = events::of_file(world, self.now.day());
            (dues, support, events)
        };
        self.cached.failed()?;
        let provisional = self.limits.provisional.is_some();
        for found in dues {
            let title = format!("SOUP, risk tier {}", found.tier.word().to_lowercase());
            let what = format!("Review {}", found.words());
            let due = Due { what, by: Ok(found.by), provisional };
            let whose = Role::SecurityLead.word().to_owned();
            self.add((found.first, &title), due, whose, "IEC 62304 7.1.3", 0);
        }
        for event in events {
            let title = self.cached.source.record(event.about)?;
            let title = title.map_or_else(String::new, |data| data.title().to_owned());
            let what = format!("Start a SOUP review: {}", event.what);
            let due = Due { what, by: Ok(self.now.day()), provisional: false };
            let whose = Role::SecurityLead.word().to_owned();
            self.add((event.about, &title), due, whose, "IEC 62304 6.1 f, 7.1.3", 1);
        }
        for (id, title, Task { what, by }) in support {
            let due = Due { what, by: Ok(by), provisional: false };
            self.add((id, &title), due, Role::DevLead.word().to_owned(), "IEC 62304 6.1 f", 1);
        }
        Ok(())
    }

    /// A clock that ran backwards needs an explanation.
    fn clock(&mut self) -> Result<(), F> {
        if self.policy.is_some() && self.cached.source.clock()?.open {
            let what = "Acknowledge that the clock ran backwards".to_owned();
            let due = Due { what, by: Ok(self.now.day()), provisional: false };
            let whose = Role::Quality.word().to_owned();
            self.add((POLICY, "Clock of the workstation"), due, whose, "21 CFR 11.10(e)", 1);
        }
        Ok(())
    }

    /// If the policy names holidays, those of the coming years must be entered in time.
    fn calendar(&mut self) {
        let next = self.limits.calendar.last_year().map(|year| year + 1);
        let first = next.and_then(|year| Day::parse(&format!("{year}-01-01")).ok());
        if let (Some(year), Some(first)) = (next, first) {
            let due =
                Due { what: format!("Enter the holidays of {year}"), by: Ok(first), provisional: false };
            let title = self.policy.as_ref().map_or(String::new(), |data| data.title().to_owned());
            let whose = Role::Quality.word().to_owned();
            self.add((POLICY, &title), due, whose, "IEC 62304 6.1", 5);
        }
    }
}
