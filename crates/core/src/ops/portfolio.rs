//! One product in short, as a portfolio of many products shows it: what waits, what is in service with which SOUP, what was decided.
//!
//! Belongs here: the summary of one file, and what it says on a later day. Does not belong here: where summaries are kept, and the
//! questions that are asked of many of them. A summary is never evidence: the file is.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::attention::AttentionItem;
use super::file::ProductFile;
use super::refused::Refused;
use crate::domain::approval::ApprovalState;
use crate::domain::choice::Choice as _;
use crate::domain::continuation::EventHead;
use crate::domain::finding::{Applicability, Finding, FindingState, verdicts};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::milestone::{Milestone, MilestoneState};
use crate::domain::release::Release;
use crate::domain::retirement_plan::{RetirementPlan, current_plan};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_item::SoupItem;
use crate::domain::soup_item::due::{self, Coverage};
use crate::domain::soup_item::register::fielded;
use crate::domain::text;
use crate::domain::workflow::{Tone, World};
use crate::store::StoreError;
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

impl SummaryTask {
    fn of(item: &AttentionItem, urgency: Urgency) -> Self {
        Self {
            record: item.record,
            title: line(&item.title),
            what: line(&item.what),
            whose: line(&item.whose),
            clause: item.clause.to_owned(),
            due: item.due,
            urgency,
            rank: item.rank,
        }
    }
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

/// How often a file is read that others write to meanwhile.
const TRIES: usize = 4;

impl ProductFile {
    /// The product in short, at a moment. What others write meanwhile makes it be read again, so that it is of one state of the file.
    ///
    /// # Errors
    /// When the file cannot be read, or others write to it all the time.
    pub fn summary(&mut self, now: Moment) -> Result<ProductSummary, Refused> {
        self.refresh()?;
        for _ in 0..TRIES {
            let summary = self.summary_of_head(now);
            // A part that was read from another state may not fit: what then failed is told only of a file that stays as it is.
            if !self.refresh()? {
                return summary;
            }
        }
        Err(StoreError::Busy.into())
    }

    /// Whether the file contains an event.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn contains(&self, event: &EventHead) -> Result<bool, Refused> {
        Ok(self.event_digest(event.seq)?.is_some_and(|digest| digest == event.digest))
    }

    fn summary_of_head(&self, now: Moment) -> Result<ProductSummary, Refused> {
        let product = self.product()?;
        let attention = self.attention(now)?;
        let (late, due): (Vec<&AttentionItem>, Vec<&AttentionItem>) =
            attention.now.iter().partition(|item| item.tone == Tone::Late);
        let counts =
            WorkCounts { overdue: late.len(), due: due.len(), ahead: attention.coming.len(), unapproved: 0 };
        let ahead =
            attention.coming.iter().take(LISTED_MAX).map(|item| SummaryTask::of(item, Urgency::Ahead));
        let late = late.into_iter().take(LISTED_MAX).map(|item| SummaryTask::of(item, Urgency::Overdue));
        let due = due.into_iter().take(LISTED_MAX).map(|item| SummaryTask::of(item, Urgency::Due));
        let head = self.head();
        let mut summary = ProductSummary {
            uuid: self.uuid()?,
            head: EventHead { seq: head.seq, digest: head.digest.clone() },
            read_at: now,
            product: line(&product.title),
            class: product.class().word().to_owned(),
            provisional: attention.provisional.is_some(),
            counts,
            tasks: late.chain(due).chain(ahead).collect(),
            unapproved: Vec::new(),
            retirement: Vec::new(),
            retirement_state: String::new(),
            dated_ahead: false,
            releases: Vec::new(),
            components: Vec::new(),
            findings: Vec::new(),
        };
        self.with_world(now, |world| fill(&mut summary, world, now.day()))?;
        Ok(summary)
    }
}

/// Text of a file that nobody has verified, as one line.
fn line(text: &str) -> String {
    text::one_line(text, text::LINE_CHARS_MAX)
}

/// What the records say together.
fn fill(summary: &mut ProductSummary, world: &dyn World, today: Day) {
    let fielded = fielded(world);
    let unapproved = unapproved(world);
    summary.counts.unapproved = unapproved.len();
    summary.unapproved =
        unapproved.into_iter().take(LISTED_MAX).map(|id| summary_record(world, id)).collect();
    if let Some(plan) = current_plan(world) {
        summary.retirement_state = state_words(&plan);
        summary.retirement = retirement(world, &plan);
    }
    let items = world.all(Kind::SoupItem);
    let reviewed = items.iter().filter_map(|data| data.typed::<SoupItem>()?.reviewed_on);
    summary.dated_ahead = reviewed.into_iter().any(|on| on > today);
    summary.releases = fielded.iter().map(release).collect();
    summary.components = components(world, &fielded, today);
    summary.findings = findings(world, &fielded, today);
}

/// The records for which an approval is open.
fn unapproved(world: &dyn World) -> BTreeSet<RecordId> {
    let open = [ApprovalState::Requested.code(), ApprovalState::PartiallySigned.code()];
    let approvals = world.in_states(Kind::Approval, &open);
    approvals.iter().filter_map(|data| data.text("subject").parse().ok()).collect()
}

fn summary_record(world: &dyn World, id: RecordId) -> SummaryRecord {
    SummaryRecord { id, title: world.record(id).map_or_else(String::new, |data| line(data.title())) }
}

fn retirement(world: &dyn World, plan: &SharedRecord) -> Vec<RetirementDay> {
    let record = plan.head.id;
    let of_plan = plan.typed::<RetirementPlan>().into_iter().flat_map(|content| {
        let days = [
            (content.last_sale_date, "Last sale"),
            (content.eol_date, "End of life"),
            (content.guaranteed_support_end, "Support guaranteed until"),
            (content.security_support_end, "Security updates until"),
            (content.eos_date, "End of support"),
            (content.decommission_target, "Out of use by"),
        ];
        days.into_iter()
            .filter_map(move |(on, what)| Some(RetirementDay { on: on?, what: what.to_owned(), record }))
    });
    let planned = world.in_states(Kind::Milestone, &[MilestoneState::Planned.code()]);
    let milestones = planned.iter().filter(|data| data.head.parent == Some(record)).filter_map(|data| {
        let on = data.typed::<Milestone>()?.planned_on?;
        Some(RetirementDay { on, what: line(data.title()), record: data.head.id })
    });
    let mut days: Vec<RetirementDay> = of_plan.chain(milestones).collect();
    days.sort();
    days
}

fn release(data: &SharedRecord) -> FieldedRelease {
    let tells_soup = data.typed::<Release>().is_some_and(|content| {
        !content.soup_baseline.is_empty() || !content.no_soup_reason.trim().is_empty()
    });
    let version = line(data.text("version"));
    FieldedRelease { id: data.head.id, version, state: state_words(data), tells_soup }
}

fn state_words(data: &SharedRecord) -> String {
    data.state().map_or_else(String::new, |state| state.word.to_owned())
}

/// The place of a release in its list.
fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn components(world: &dyn World, fielded: &[SharedRecord], today: Day) -> Vec<FieldedComponent> {
    let places: BTreeMap<RecordId, u32> =
        fielded.iter().enumerate().map(|(index, data)| (data.head.id, place(index))).collect();
    let mut found: BTreeMap<(String, String, String, Option<RecordId>), FieldedComponent> = BTreeMap::new();
    for row in due::matrix(world, today) {
        let key = (row.name.clone(), row.version.clone(), row.purl.clone(), row.item);
        let component = found.entry(key).or_insert_with(|| FieldedComponent {
            name: row.name,
            version: row.version,
            purl: row.purl,
            cpes: row.item.map_or_else(Vec::new, |item| cpes_of(world, item)),
            item: row.item,
            releases: Vec::new(),
            reviewed: match row.coverage {
                Coverage::Reviewed { on, until } => Some((on, until)),
                Coverage::Overdue { last: Some(last), since } => Some((last, Some(since))),
                Coverage::Overdue { last: None, .. } | Coverage::NotRegistered => None,
            },
        });
        component.releases.extend(places.get(&row.release).copied());
    }
    found.into_values().collect()
}

fn cpes_of(world: &dyn World, item: RecordId) -> Vec<String> {
    let item = world.record(item).and_then(|data| data.typed::<SoupItem>());
    item.map_or_else(Vec::new, |item| item.cpes.iter().map(ToString::to_string).collect())
}

fn findings(world: &dyn World, fielded: &[SharedRecord], today: Day) -> Vec<FindingSummary> {
    let all = world.all(Kind::Finding);
    let alive =
        all.iter().filter(|data| FindingState::of(data).is_some_and(|state| state != FindingState::Void));
    alive
        .filter_map(|data| {
            let content = data.typed::<Finding>()?;
            let verdicts: BTreeMap<u32, SummaryVerdict> = fielded
                .iter()
                .enumerate()
                .map(|(index, release)| {
                    (place(index), verdicts::verdict_for(world, data, release.head.id, today))
                })
                .filter(|(_, verdict)| *verdict != verdicts::Verdict::NotConcerned)
                .map(|(place, verdict)| (place, summary_verdict(&verdict)))
                .collect();
            (!verdicts.is_empty()).then(|| finding(data, &content, verdicts))
        })
        .collect()
}

fn finding(
    data: &SharedRecord,
    content: &Finding,
    verdicts: BTreeMap<u32, SummaryVerdict>,
) -> FindingSummary {
    let names = std::iter::once(&content.external_id).chain(content.aliases.iter());
    FindingSummary {
        id: data.head.id,
        title: line(data.title()),
        names: names.map(ToString::to_string).filter(|name| !name.is_empty()).collect(),
        items: content.items.clone(),
        versions: content.versions.iter().map(ToString::to_string).collect(),
        state: state_words(data),
        decision: content.disposition.map_or_else(String::new, |decision| decision.word().to_owned()),
        reassess_by: content
            .reassess_by
            .filter(|_| FindingState::of(data).is_some_and(FindingState::is_decided)),
        verdicts,
    }
}

fn summary_verdict(verdict: &verdicts::Verdict) -> SummaryVerdict {
    let settled = verdict.applicability().is_some_and(|applicability| {
        matches!(applicability, Applicability::NotAffected | Applicability::Fixed)
    });
    let words = match verdict {
        verdicts::Verdict::NotConcerned => "not concerned".to_owned(),
        verdicts::Verdict::Stated(applicability) => applicability.word().to_lowercase(),
        verdicts::Verdict::CarriedOver { applicability, from } => {
            format!("{}, carried over from {from}", applicability.word().to_lowercase())
        }
        verdicts::Verdict::Open(why) => open_words(why),
    };
    SummaryVerdict { words, settled }
}

fn open_words(why: &str) -> String {
    format!("open: {why}")
}
