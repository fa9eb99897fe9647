//! What is overdue or unapproved, what is coming, and where things are heading: the data of the dashboard.
//!
//! It asks the declared deadlines, over the file as it is or as it was. Nothing of it is stored.

mod look;
mod trends;

use std::collections::{BTreeMap, BTreeSet};

use super::file::ProductFile;
use super::refused::Refused;
use crate::domain::choice::Choice as _;
use crate::domain::deadline::{Deadline, Due, Limits};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::ledger::Ledger;
use crate::domain::person::Role;
use crate::domain::requests::{POLICY, RULES, RecordSource};
use crate::domain::shared_record::SharedRecord;
use crate::domain::workflow::{Case, Tone};
use look::Look;
use mainstay_base::time::{Day, Moment};

pub use trends::{Month, Trends, trends};

/// Days ahead of which something counts as coming: a year.
const AHEAD_DAYS: i64 = 366;

/// One thing that somebody has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttentionItem {
    /// The record at which it is mended.
    pub record: RecordId,
    /// Title of the record.
    pub title: String,
    /// What is to be done.
    pub what: String,
    /// Whose it is: a name, or the role that acts.
    pub whose: String,
    /// When it is due; `None`: the policy sets no limit.
    pub due: Option<Day>,
    /// The label of the field of the policy that sets no limit.
    pub no_limit: Option<&'static str>,
    /// Days late at the moment of asking; negative: days left; 0 where no limit is set.
    pub days_late: i64,
    /// Late, or due.
    pub tone: Tone,
    /// The clause that asks for it.
    pub clause: &'static str,
    /// How grave it is: the list is ranked by this, then by lateness. 0 is gravest.
    pub rank: u8,
}

/// How many records of a kind there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindCount {
    /// The kind.
    pub kind: Kind,
    /// All of them.
    pub all: usize,
    /// Those about which something is left to be done.
    pub open: usize,
}

/// The dashboard's data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attention {
    /// What is overdue, unapproved or due now, gravest first.
    pub now: Vec<AttentionItem>,
    /// What becomes due within twelve months, soonest first.
    pub coming: Vec<AttentionItem>,
    /// How many things each kind of record has in `now`.
    pub counts: BTreeMap<Kind, usize>,
}

impl ProductFile {
    /// What is overdue, due and coming at `now`, by the file as it is. A pure function of the file and the moment.
    pub fn attention(&self, now: Moment) -> Result<Attention, Refused> {
        Ok(attention(&self.store, now)?)
    }

    /// What was overdue, due and coming at a moment, by the file as it was then.
    pub fn attention_at(&self, moment: Moment) -> Result<Attention, Refused> {
        if self.is_present_at(moment)? {
            return self.attention(moment);
        }
        Ok(attention_of(&self.at(moment)?, moment))
    }
}

/// The same, of a ledger, which does not fail.
pub fn attention_of(ledger: &Ledger, now: Moment) -> Attention {
    let Ok(attention) = attention(ledger, now);
    attention
}

/// What is overdue, due and coming at `now`, by what a source says.
pub fn attention<F>(source: &dyn RecordSource<F>, now: Moment) -> Result<Attention, F> {
    let mut finder = Finder::new(source, now)?;
    for kind in Kind::ALL {
        finder.kind(*kind)?;
    }
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
    Ok(Attention { now: now_items, coming, counts })
}

/// How many records there are of each kind that people work off, and how many of them are open.
pub fn counts<F>(source: &dyn RecordSource<F>) -> Result<Vec<KindCount>, F> {
    let count = |kind: Kind| {
        let rows = source.list(kind, &[])?;
        let open = rows.iter().filter(|row| row.is_open()).count();
        Ok(KindCount { kind, all: rows.len(), open })
    };
    Kind::ALL.iter().copied().filter(|kind| kind.def().place.is_work()).map(count).collect()
}

struct Finder<'a, F> {
    look: Look<'a, F>,
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
        Ok(Self {
            look: Look::new(source),
            limits: Limits::of(policy.as_ref()),
            policy,
            names: people.into_iter().map(|row| (row.id, row.title)).collect(),
            now,
            found: Vec::new(),
        })
    }

    /// What waits by the deadlines of a kind.
    fn kind(&mut self, kind: Kind) -> Result<(), F> {
        let deadlines = kind.def().deadlines;
        let states: BTreeSet<&str> = deadlines.iter().flat_map(|deadline| deadline.states).copied().collect();
        if states.is_empty() {
            return Ok(());
        }
        let states: Vec<&str> = states.into_iter().collect();
        for data in self.look.source.in_states(kind, &states)? {
            for deadline in deadlines {
                let case = Case { data: &data, world: &self.look, now: self.now, actor: None, rules: RULES };
                let dues = deadline.dues(&case, &self.limits);
                if dues.is_empty() {
                    continue;
                }
                let whose = self.whose(deadline, &case);
                self.look.failed()?;
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
            self.look.failed()?;
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
        let Due { what, by } = due;
        let days_late = by.map_or(0, |by| self.now.day().days_since(by));
        self.found.push(AttentionItem {
            record: record.0,
            title: record.1.to_owned(),
            what,
            whose,
            due: by.ok(),
            no_limit: by.err(),
            days_late,
            tone: if days_late > 0 { Tone::Late } else { Tone::Due },
            clause,
            rank,
        });
    }

    /// A clock that ran backwards waits for somebody who says why.
    fn clock(&mut self) -> Result<(), F> {
        if self.policy.is_some() && self.look.source.clock()?.open {
            let what = "Acknowledge that the clock ran backwards".to_owned();
            let due = Due { what, by: Ok(self.now.day()) };
            let whose = Role::Quality.word().to_owned();
            self.add((POLICY, "Clock of the workstation"), due, whose, "21 CFR 11.10(e)", 1);
        }
        Ok(())
    }

    /// Where the policy names holidays, those of the years to come are entered in time.
    fn calendar(&mut self) {
        let next = self.limits.calendar.last_year().map(|year| year + 1);
        let first = next.and_then(|year| Day::parse(&format!("{year}-01-01")).ok());
        if let (Some(year), Some(first)) = (next, first) {
            let due = Due { what: format!("Enter the holidays of {year}"), by: Ok(first) };
            let title = self.policy.as_ref().map_or(String::new(), |data| data.title().to_owned());
            let whose = Role::Quality.word().to_owned();
            self.add((POLICY, &title), due, whose, "IEC 62304 6.1", 5);
        }
    }
}
