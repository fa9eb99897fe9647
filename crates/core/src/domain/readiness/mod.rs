//! Audit readiness: rules that look for gaps in the records at any moment (domain 3). A rule never blocks; it is found, remedied or
//! waived, and printed.
//!
//! Belongs here: the rules and what they say. Does not belong here: what refuses a step (`kinds`), or reads files (`ops`).

mod analyses;
mod changes;
mod duties;
mod feedback;
mod findings;
pub mod lens;
mod plan;
mod problems;
mod records;
mod releases;
mod reviews;
mod soup;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::domain::choice::choice;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::process_deviation::ProcessDeviationState;
use crate::domain::product::{Market, Product};
use crate::domain::record::RecordData;
use crate::domain::release::{InService, Release, released_at};
use crate::domain::requests::{POLICY, RULES as RULE_SET};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_item::register;
use crate::domain::time::{Day, Moment};
use crate::domain::waiver;
use crate::domain::workflow::{Case, World};

choice! {
    /// How serious a gap is.
    pub enum Severity {
        /// The order of the process, or safety, is in question.
        Critical = "critical", "Critical";
        /// An auditor would write a major finding.
        Major = "major", "Major";
        /// An auditor would write a minor finding.
        Minor = "minor", "Minor";
        /// A hint.
        Info = "info", "Hint";
    }
}

/// For which products a rule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applies {
    /// For every product.
    Always,
    /// For safety classes B and C.
    ClassBC,
    /// For cyber devices (FD&C 524B), and where that is not decided.
    Cyber,
    /// For products on the market of the United States.
    Us,
    /// For products on the market of the European Union.
    Eu,
}

impl Applies {
    /// Whether it counts for a product.
    pub fn to(self, product: &Product) -> bool {
        match self {
            Self::Always => true,
            Self::ClassBC => product.class().is_b_or_c(),
            Self::Cyber => product.is_cyber_device != Some(false),
            Self::Us => product.markets.contains(&Market::Us),
            Self::Eu => product.markets.contains(&Market::Eu),
        }
    }

    /// In words.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Always => "all",
            Self::ClassBC => "class B and C",
            Self::Cyber => "cyber devices",
            Self::Us => "United States",
            Self::Eu => "European Union",
        }
    }
}

/// What is known besides the records: of the audit trail, of backups, of the program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether the audit trail and all signatures verify; `None` if that was not looked at, or somebody else wrote since.
    pub verified: Option<bool>,
    /// The event up to which a verification looked: its number and digest.
    pub verified_to: Option<(u64, String)>,
    /// The day of the last verified backup, if it is known.
    pub last_backup: Option<Day>,
    /// How often the clock went backwards by more than two minutes between events.
    pub clock_backwards: usize,
    /// The records whose kept files are missing or changed.
    pub evidence_missing: Vec<RecordId>,
    /// Signatures that do not match their records.
    pub signatures_broken: Vec<RecordId>,
    /// The version of the program that is used, or was used at a past moment; empty if that is not known.
    pub program: String,
}

impl Facts {
    /// What rules cannot find because it is not known, in words.
    pub fn unknown(&self, world: &dyn World) -> Vec<String> {
        let mut unknown = Vec::new();
        match (self.verified, &self.verified_to) {
            (Some(_), _) => {}
            (None, None) => unknown.push("whether the audit trail and the signatures verify".to_owned()),
            (None, Some((seq, _))) => {
                unknown.push(format!("whether what was written elsewhere after event {seq} verifies"));
            }
        }
        if self.last_backup.is_none() && world.policy().backup_days.is_some() {
            unknown.push("when the file was last backed up".to_owned());
        }
        unknown
    }
}

/// What a rule looks at: the records at a moment.
pub struct Look<'a> {
    /// The records.
    pub world: &'a dyn World,
    /// The moment.
    pub now: Moment,
    /// What is known besides.
    pub facts: &'a Facts,
}

impl Look<'_> {
    /// The day.
    pub fn today(&self) -> Day {
        self.now.day()
    }

    /// A record as a rule of its kind sees it.
    pub(crate) fn case<'b>(&'b self, data: &'b SharedRecord) -> Case<'b> {
        Case { data, world: self.world, now: self.now, actor: None, rules: RULE_SET }
    }

    /// The records whose deadline with this task is past, with the day on which it was due.
    pub(crate) fn late(&self, kind: Kind, what: &str) -> Vec<(SharedRecord, Day)> {
        let policy = self.world.record(POLICY);
        let limits = self.world.governing().limits(policy.as_ref());
        let mut found = Vec::new();
        for deadline in kind.def().deadlines.iter().filter(|deadline| deadline.what == what) {
            for data in self.world.in_states(kind, deadline.states) {
                let dues = deadline.dues(&self.case(&data), &limits);
                let first = dues.into_iter().filter_map(|due| due.by.ok()).min();
                if let Some(due) = first.filter(|due| *due < self.today()) {
                    found.push((data, due));
                }
            }
        }
        found
    }

    /// A hit for each record whose deadline with this task is past.
    pub(crate) fn late_hits(&self, kind: Kind, what: &str, says: &str) -> Vec<Hit> {
        let late = self.late(kind, what).into_iter();
        late.map(|(data, due)| Hit::at(data.head.id, format!("{says} It was due on {due}."))).collect()
    }

    /// The releases that may be in service, without those of which it is entered that they are not.
    pub(crate) fn fielded(&self) -> Vec<(SharedRecord, Arc<Release>)> {
        let releases = register::fielded(self.world).into_iter();
        releases
            .filter_map(|data| {
                let content = data.typed::<Release>()?;
                (content.in_service != Some(InService::No)).then_some((data, content))
            })
            .collect()
    }

    /// When a release was released: when that step was signed; without a signature, since when it is in its state.
    pub(crate) fn released_at(&self, release: &SharedRecord) -> Moment {
        released_at(self.world, release)
    }

    /// The closed process deviation that tells of a bypass at a change or a release, which happened at a moment. What happened cannot be
    /// undone: its analysis and its correction settle it. A deviation that was closed before cannot have told of it.
    pub(crate) fn told(&self, id: RecordId, happened: Moment) -> Option<RecordId> {
        let field = if id.kind == Kind::Release { "releases" } else { "change_requests" };
        let deviations = self.world.naming(id, Kind::ProcessDeviation, field);
        let settles = |data: &&SharedRecord| {
            ProcessDeviationState::of(data) == Some(ProcessDeviationState::Closed)
                && data.head.state_since >= happened
        };
        deviations.iter().find(settles).map(|data| data.head.id)
    }

    /// All records of a kind with their typed content.
    pub fn all<T: crate::domain::record::Record>(&self) -> Vec<(SharedRecord, Arc<T>)> {
        let all = self.world.all(T::KIND);
        all.into_iter()
            .filter_map(|data| {
                let content = data.typed::<T>()?;
                Some((data, content))
            })
            .collect()
    }
}

/// One place where a rule fires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The record; `None` if one is missing.
    pub record: Option<RecordId>,
    /// The field in which it is remedied.
    pub field: Option<&'static str>,
    /// What is missing, as a sentence.
    pub text: String,
    /// More serious than the rule says.
    pub severity: Option<Severity>,
    /// The closed process deviation that tells of it.
    pub told: Option<RecordId>,
}

impl Hit {
    /// A hit at a record.
    pub fn at(record: RecordId, text: impl Into<String>) -> Self {
        Self { record: Some(record), field: None, text: text.into(), severity: None, told: None }
    }

    /// A hit without a record: one is missing.
    pub fn missing(text: impl Into<String>) -> Self {
        Self { record: None, field: None, text: text.into(), severity: None, told: None }
    }

    /// Remedied in the first of these fields that is missing, by its name and what it is; `None` if nothing is missing.
    pub(crate) fn lacking(record: RecordId, asked: &[Asked], says: &str) -> Option<Self> {
        let missing: Vec<&Asked> = asked.iter().filter(|(_, _, missing)| *missing).collect();
        let (field, _, _) = missing.first()?;
        let words: Vec<&str> = missing.iter().map(|(_, what, _)| *what).collect();
        Some(Self::at(record, format!("{says} {}", words.join(", "))).field(field))
    }

    /// Remedied in this field.
    pub fn field(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// Told by this closed process deviation, if there is one.
    pub fn told(mut self, deviation: Option<RecordId>) -> Self {
        self.told = deviation;
        self
    }

    /// With another severity than that of the rule.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }
}

/// A field that is looked at: its name, what it holds in words, and whether that is missing.
pub(crate) type Asked = (&'static str, &'static str, bool);

/// A readiness rule.
pub struct Rule {
    /// Its identifier, such as `CR-02` (domain 3).
    pub id: &'static str,
    /// The clause.
    pub clause: &'static str,
    /// For which products it counts.
    pub applies: Applies,
    /// How serious it is.
    pub severity: Severity,
    /// What it finds, as a short sentence.
    pub says: &'static str,
    /// What remedies it, as a sentence.
    pub remedy: &'static str,
    /// The kind of record in which it is remedied: where to go if none is named.
    pub place: Option<Kind>,
    /// Finds the gaps.
    pub find: fn(&Look) -> Vec<Hit>,
}

impl Rule {
    /// A rule for every product; the methods below add the rest.
    const fn new(
        id: &'static str,
        clause: &'static str,
        severity: Severity,
        (says, remedy): (&'static str, &'static str),
        find: fn(&Look) -> Vec<Hit>,
    ) -> Self {
        Self { id, clause, applies: Applies::Always, severity, says, remedy, place: None, find }
    }

    /// It counts only for some products.
    const fn only(mut self, applies: Applies) -> Self {
        self.applies = applies;
        self
    }

    /// It is remedied in records of this kind.
    const fn place(mut self, kind: Kind) -> Self {
        self.place = Some(kind);
        self
    }
}

/// The groups of rules, in the order of the standard.
pub const GROUPS: &[(&str, &[Rule])] = &[
    ("Plan and monitoring", plan::RULES),
    ("Feedback", feedback::RULES),
    ("Problem reports", problems::RULES),
    ("Changes, approval and implementation", changes::RULES),
    ("Impact analyses and bypasses", analyses::RULES),
    ("Release", releases::RULES),
    ("SOUP register", soup::RULES),
    ("SOUP reviews", reviews::RULES),
    ("Findings", findings::RULES),
    ("Communication, clocks, trends and retirement", duties::RULES),
    ("Electronic records", records::RULES),
];

/// The order in which an inspector asks (domain 3).
pub const INSPECTION: [&str; 7] = ["CR-02", "REL-01", "REV-02", "REV-04", "SOUP-11", "PLAN-04", "CR-03"];

/// All rules, in the order of the standard.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    GROUPS.iter().flat_map(|(_, rules)| rules.iter())
}

/// The rule with this identifier.
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.id.eq_ignore_ascii_case(id.trim()))
}

/// A gap: where a rule fires, and what settles it.
#[derive(Clone)]
pub struct Gap {
    /// The rule.
    pub rule: &'static Rule,
    /// Where and what.
    pub hit: Arc<Hit>,
    /// The waiver in force that covers it, or the closed process deviation that tells of it. It is then listed last, and not counted.
    pub settled: Option<RecordId>,
}

impl Gap {
    /// How serious it is.
    pub fn severity(&self) -> Severity {
        self.hit.severity.unwrap_or(self.rule.severity)
    }

    /// Whether it is of this severity and nothing settles it.
    pub fn is_open(&self, severity: Severity) -> bool {
        self.settled.is_none() && self.severity() == severity
    }

    /// What settles it, in words.
    pub fn settled_words(&self) -> Option<String> {
        let id = self.settled?;
        Some(if id.kind == Kind::Waiver {
            format!("Waived by {id}")
        } else {
            format!("Told in {id}, which is closed")
        })
    }
}

/// All gaps at a moment, by severity, the rules that an inspector asks for first, then in the order of the standard.
pub fn gaps(look: &Look) -> Vec<Gap> {
    gaps_of(look, |rule| hits_of(rule, look))
}

/// What a rule finds.
pub fn hits_of(rule: &Rule, look: &Look) -> Vec<Arc<Hit>> {
    (rule.find)(look).into_iter().map(Arc::new).collect()
}

/// The same as [`gaps`], of what `find` says that each rule finds.
pub fn gaps_of(look: &Look, mut find: impl FnMut(&'static Rule) -> Vec<Arc<Hit>>) -> Vec<Gap> {
    let product = look.world.product();
    let waivers = look.world.all(Kind::Waiver);
    let today = look.today();
    let mut found: Vec<Gap> = rules()
        .filter(|rule| rule.applies.to(&product))
        .flat_map(|rule| {
            let hits = find(rule);
            hits.into_iter()
                .map(|hit| {
                    let covers = |data: &&SharedRecord| waiver::covers(data, rule.id, hit.record, today);
                    let waiver = waivers.iter().find(covers).map(|data| data.head.id);
                    let settled = waiver.or(hit.told);
                    Gap { rule, hit, settled }
                })
                .collect::<Vec<_>>()
        })
        .collect();
    found.sort_by_key(|gap| (gap.settled.is_some(), gap.severity(), inspection_rank(gap.rule.id)));
    found
}

fn inspection_rank(id: &str) -> usize {
    INSPECTION.iter().position(|known| *known == id).unwrap_or(INSPECTION.len())
}

/// Whether a text field of a record is empty.
pub(crate) fn is_blank(data: &RecordData, field: &str) -> bool {
    crate::domain::field::is_empty(data.value(field))
}
