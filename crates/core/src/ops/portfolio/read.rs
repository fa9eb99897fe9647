//! Makes the summary of a file, of one state of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    FieldedComponent, FieldedRelease, FindingSummary, LISTED_MAX, ProductSummary, RetirementDay,
    SummaryRecord, SummaryTask, SummaryVerdict, Urgency, WorkCounts, open_words,
};
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
use crate::ops::attention::AttentionItem;
use crate::ops::file::ProductFile;
use crate::ops::refused::Refused;
use crate::store::StoreError;
use mainstay_base::time::{Day, Moment};

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
