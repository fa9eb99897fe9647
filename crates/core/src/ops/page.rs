//! The data of a record's page: read once for each revision of the file, never while drawing.

mod ahead;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

pub use self::ahead::Ahead;
use self::ahead::Staff;
use super::file::ProductFile;
use super::refused::{ChangeSet, Refused};
use super::session::Session;
use crate::domain::approval::{self, Approval};
use crate::domain::change_request::{self, ChangeState};
use crate::domain::communication::CommunicationState;
use crate::domain::field::record_ids;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::impact_analysis::ImpactState;
use crate::domain::kind::ChainStep;
use crate::domain::ledger::Ledger;
use crate::domain::person::{Person, Role};
use crate::domain::record::RecordData;
use crate::domain::release::ReleaseState;
use crate::domain::requests::{self, NOBODY, RULES, RecordSource as _, open_parent};
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::{Meaning, Part, Signature, part_digest};
use crate::domain::workflow::{Case, Condition, Move, Signing, World};
use crate::store::Reading;
use mainstay_base::time::{Day, Moment};

/// A transition as offered by the page.
#[derive(Clone)]
pub struct NextStep {
    /// The transition.
    pub step: &'static Move,
    /// Its conditions, met or not.
    pub conditions: Vec<Condition>,
    /// Whether the signed-in person has a role that may take it.
    pub allowed: bool,
}

impl NextStep {
    /// Whether it can be taken now.
    pub fn ready(&self) -> bool {
        self.allowed && self.conditions.iter().all(|condition| condition.met)
    }

    /// Why it cannot be taken, in words; `None` if it can.
    pub fn why_not(&self) -> Option<String> {
        use crate::domain::choice::Choice as _;
        if !self.allowed {
            let roles: Vec<_> = self.step.by.iter().map(|role| role.word()).collect();
            return Some(format!("For {}", roles.join(" or ")));
        }
        let unmet: Vec<_> = self.conditions.iter().filter(|c| !c.met).map(|c| c.text.as_str()).collect();
        if unmet.is_empty() { None } else { Some(format!("Not yet: {}", unmet.join("; "))) }
    }
}

/// Signing a record without a transition, as offered by the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningOffer {
    /// The meanings to choose from.
    pub meanings: Vec<Meaning>,
    /// Roles that may sign.
    pub by: Vec<Role>,
    /// The roles in words, each with the people who have it and may sign here.
    pub whose: String,
    /// Conditions, met or not.
    pub conditions: Vec<Condition>,
    /// Whether the signed-in person has a role that may sign.
    pub allowed: bool,
}

/// A signature as shown on the page and on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureView {
    /// The signature.
    pub signature: Signature,
    /// For each covered record: its number, the signed and the present revision, and the labels of changed fields.
    pub differences: Vec<(RecordId, u32, u32, Vec<String>)>,
    /// Whether all covered content is unchanged since the signature.
    pub holds: bool,
}

/// One step of the trace strip, from feedback to communication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceStep {
    /// Name of the step.
    pub label: &'static str,
    /// The records of the step, each with its relevant day; empty: a gap.
    pub records: Vec<(RecordId, String, Option<Day>)>,
    /// Whether the step was reached in the right order.
    pub done: bool,
}

/// A record that refers to this one, or to which this one refers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedRecord {
    /// Which record.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// The word of its state.
    pub state: &'static str,
    /// The label of the referring field.
    pub through: &'static str,
}

/// A record's page.
#[derive(Clone)]
pub struct RecordPage {
    /// The record.
    pub data: RecordData,
    /// Whether the record of which it is a part is open for changes of its parts; absent if it is no part of another.
    pub open_parent: Option<Condition>,
    /// Its possible transitions.
    pub next: Vec<NextStep>,
    /// Whether and how it can be signed without a transition.
    pub signing: Option<SigningOffer>,
    /// Other records in which the work continues.
    pub ahead: Vec<Ahead>,
    /// The steps from feedback to communication.
    pub trace: Vec<TraceStep>,
    /// Its signatures, oldest first.
    pub signatures: Vec<SignatureView>,
    /// Its attachments.
    pub attachments: Vec<RecordData>,
    /// Records that are linked with it.
    pub linked: Vec<LinkedRecord>,
    /// Notices for the reader.
    pub notices: Vec<String>,
    /// Names of persons by number.
    pub names: BTreeMap<RecordId, String>,
}

impl RecordPage {
    /// Whether the record of which it is a part, if it is one, lets its parts be changed.
    pub fn parent_is_open(&self) -> bool {
        self.open_parent.as_ref().is_none_or(|condition| condition.met)
    }
}

impl ProductFile {
    /// Names of all persons by number.
    pub fn names(&self) -> Result<BTreeMap<RecordId, String>, Refused> {
        Ok(self
            .people()?
            .into_iter()
            .map(|(data, person)| (data.head.id, person.title.to_string()))
            .collect())
    }

    /// SHA-256 of the content that a signature on a part of the present record covers.
    pub fn part_digest(&self, data: &RecordData, part: Part) -> Result<String, Refused> {
        Ok(part_digest(data, part, &self.store.covered_parts(data, part)?))
    }

    /// The data of a record's page, for the signed-in person or for nobody in particular.
    pub fn page(&self, id: RecordId, session: Option<&Session>, now: Moment) -> Result<RecordPage, Refused> {
        let actor = session.map_or(NOBODY, Session::person);
        let reading = Reading::new(&self.store);
        let work = ChangeSet::read_only(&reading, actor, now);
        let data = work.get(id)?;
        let person = work.record(actor).and_then(|data| data.typed::<Person>());
        let case = Case { data: &data, world: &work, now, actor: session.map(Session::person), rules: RULES };
        let holds = |roles: &[Role]| {
            person.as_ref().is_some_and(|person| person.roles.iter().any(|role| roles.contains(role)))
        };
        let open_parent = open_parent(&work, &data);
        let conditions =
            |step: &Move| open_parent.iter().cloned().chain(step.conditions(&case)).collect::<Vec<_>>();
        let next = data
            .def()
            .moves
            .iter()
            .filter(|step| !step.by.is_empty() && step.from.contains(&data.head.state.as_str()))
            .map(|step| NextStep { step, conditions: conditions(step), allowed: holds(step.by) })
            .collect();
        let signing = data.def().signing(&case);
        let staff = Staff::new(self.people()?);
        let without = data.typed::<Approval>().map(|_| ahead::excluded(&work, data.head.id));
        let whose = staff.whose(&signing.by, &without.unwrap_or_default());
        let signing = (!signing.by.is_empty()).then(|| offer(signing, whose, holds));
        let ahead = ahead::of(&work, &staff, &data);
        let content = self.content(&work, &case)?;
        let page = RecordPage { open_parent, next, signing, ahead, names: self.names()?, ..content };
        work.finish()?;
        Ok(page)
    }

    /// The same for paper: without steps, what is ahead of somebody who works on it, and names. Their conditions would be asked for thousands of
    /// records.
    pub(super) fn page_for_paper(&self, id: RecordId, now: Moment) -> Result<RecordPage, Refused> {
        let reading = Reading::new(&self.store);
        let work = ChangeSet::read_only(&reading, NOBODY, now);
        let data = work.get(id)?;
        let case = Case { data: &data, world: &work, now, actor: None, rules: RULES };
        let page = self.content(&work, &case)?;
        work.finish()?;
        Ok(page)
    }

    /// What is there, whoever looks.
    fn content(&self, work: &ChangeSet<'_>, case: &Case) -> Result<RecordPage, Refused> {
        let data = case.data;
        let attachments = work.referring(data.head.id, Kind::Attachment).into_iter();
        Ok(RecordPage {
            open_parent: None,
            next: Vec::new(),
            signing: None,
            ahead: Vec::new(),
            trace: trace(work, data),
            signatures: signature_views(&self.store, work, (data, u64::MAX))?,
            attachments: attachments.map(SharedRecord::into_data).collect(),
            linked: linked(work, data),
            notices: (data.def().notices)(case),
            names: BTreeMap::new(),
            data: RecordData::clone(data),
        })
    }

    /// What a reader saw of a record at a past moment, by the ledger of the events up to `last`. Nothing can be done with it, so steps,
    /// trace and links are absent, and as on all paper names.
    pub(super) fn page_then(
        &self,
        id: RecordId,
        then: &Ledger,
        (last, now): (u64, Moment),
    ) -> Result<RecordPage, Refused> {
        let work = requests::ChangeSet::for_nobody(then, now);
        let world: &dyn World = &work;
        let data = world.record(id).ok_or(Refused::NoSuchRecord(id))?;
        let case = Case { data: &data, world, now, actor: None, rules: RULES };
        let attachments = world.referring(id, Kind::Attachment);
        Ok(RecordPage {
            open_parent: None,
            next: Vec::new(),
            signing: None,
            ahead: Vec::new(),
            trace: Vec::new(),
            signatures: signature_views(&self.store, world, (&data, last))?,
            attachments: attachments.into_iter().map(SharedRecord::into_data).collect(),
            linked: Vec::new(),
            notices: (data.def().notices)(&case),
            names: BTreeMap::new(),
            data: RecordData::clone(&data),
        })
    }
}

fn offer(signing: Signing, whose: String, holds: impl Fn(&[Role]) -> bool) -> SigningOffer {
    SigningOffer {
        allowed: holds(&signing.by),
        meanings: signing.meanings,
        by: signing.by,
        whose,
        conditions: signing.conditions,
    }
}

fn signature_views(
    store: &crate::store::Store,
    work: &dyn World,
    (data, last): (&RecordData, u64),
) -> Result<Vec<SignatureView>, Refused> {
    let mut views = Vec::new();
    for signature in work.signatures(data.head.id) {
        let mut differences = Vec::new();
        let mut holds = true;
        for cover in &signature.covers {
            let Some(now) = work.record(cover.record) else { continue };
            if work.holds(cover, &now) {
                continue;
            }
            holds = false;
            let labels = changed_since(store, &now, signature.event..=last)?;
            differences.push((cover.record, cover.revision, now.head.revision, labels));
        }
        views.push(SignatureView { signature, differences, holds });
    }
    Ok(views)
}

/// Labels of the fields of a record that changed after the first of these events.
fn changed_since(
    store: &crate::store::Store,
    data: &RecordData,
    events: RangeInclusive<u64>,
) -> Result<Vec<String>, Refused> {
    let filter = crate::store::EventFilter { record: Some(data.head.id), ..Default::default() };
    let mut labels: Vec<String> = Vec::new();
    let after = |seq: u64| seq > *events.start() && seq <= *events.end();
    for row in store.events(&filter, u32::MAX, 0)?.into_iter().filter(|row| after(row.event.seq)) {
        for change in row.event.changes.iter().filter(|change| change.record == data.head.id) {
            for field in &change.fields {
                if let Some(declared) = data.def().field(&field.field)
                    && !labels.iter().any(|label| label == declared.label)
                {
                    labels.push(declared.label.to_owned());
                }
            }
        }
    }
    Ok(labels)
}

fn linked(work: &ChangeSet<'_>, data: &RecordData) -> Vec<LinkedRecord> {
    let mut found: Vec<LinkedRecord> = Vec::new();
    let mut add = |other: &RecordData, through: &'static str| {
        if !found.iter().any(|known| known.id == other.head.id) {
            found.push(LinkedRecord {
                id: other.head.id,
                title: other.title().to_owned(),
                state: other.state().map_or("", |state| state.word),
                through,
            });
        }
    };
    for reference in data.references().into_iter().filter(|reference| reference.target.kind != Kind::Person) {
        if let Some(other) = work.record(reference.target) {
            add(&other, reference.label);
        }
    }
    for kind in Kind::ALL.iter().filter(|kind| !matches!(kind, Kind::Attachment | Kind::Person)) {
        for other in work.referring(data.head.id, *kind) {
            let through = other.references().into_iter().find(|reference| reference.target == data.head.id);
            add(&other, through.map_or("", |reference| reference.label));
        }
    }
    found
}

/// The chain to which a record belongs, from feedback to communication. Steps that this file cannot hold yet are gaps.
fn trace(work: &ChangeSet<'_>, data: &SharedRecord) -> Vec<TraceStep> {
    let chain = Chain::of(work, data);
    if chain.is_empty() {
        return Vec::new();
    }
    let day = |data: &SharedRecord| Some(data.head.created_at.day());
    let step = |step: ChainStep,
                records: &[SharedRecord],
                day: &dyn Fn(&SharedRecord) -> Option<Day>,
                done: bool| TraceStep {
        label: step.word(),
        records: records.iter().map(|data| (data.head.id, data.title().to_owned(), day(data))).collect(),
        done: done && !records.is_empty(),
    };
    let since = |data: &SharedRecord| Some(data.head.state_since.day());
    let granted: Vec<SharedRecord> = chain
        .approvals
        .iter()
        .filter(|data| approval::ApprovalState::of(data) == Some(approval::ApprovalState::Granted))
        .cloned()
        .collect();
    let approvals = if granted.is_empty() { &chain.approvals } else { &granted };
    let verified: Vec<SharedRecord> = chain
        .changes
        .iter()
        .filter(|data| ChangeState::of(data).is_some_and(ChangeState::is_verified))
        .cloned()
        .collect();
    let mut steps = vec![
        step(
            ChainStep::Feedback,
            &chain.feedback,
            &|data| Moment::parse(data.text("received_at")).ok().map(Moment::day).or_else(|| day(data)),
            true,
        ),
        step(ChainStep::ProblemReport, &chain.problems, &day, true),
        step(ChainStep::ChangeRequest, &chain.changes, &day, true),
        step(
            ChainStep::ImpactAnalysis,
            &chain.analyses,
            &day,
            chain.analyses.iter().all(|data| ImpactState::of(data).is_some_and(ImpactState::is_reviewed)),
        ),
        step(ChainStep::Approval, approvals, &since, !granted.is_empty()),
        step(
            ChainStep::Verification,
            &[verified.clone(), chain.at(ChainStep::Verification)].concat(),
            &since,
            !verified.is_empty(),
        ),
    ];
    let releases = chain.at(ChainStep::Release);
    let released = releases.iter().any(|data| ReleaseState::of(data).is_some_and(ReleaseState::was_released));
    steps.push(step(ChainStep::Release, &releases, &since, released));
    let told = chain.at(ChainStep::Communication);
    let done = told.iter().any(|data| CommunicationState::of(data).is_some_and(CommunicationState::is_done));
    steps.push(step(ChainStep::Communication, &told, &since, done));
    steps
}

/// The step of the chain to which a record belongs.
fn step_of(data: &RecordData) -> Option<ChainStep> {
    data.def().trace.map(|trace| trace.step)
}

/// The records of one chain.
#[derive(Default)]
struct Chain {
    feedback: Vec<SharedRecord>,
    problems: Vec<SharedRecord>,
    changes: Vec<SharedRecord>,
    analyses: Vec<SharedRecord>,
    approvals: Vec<SharedRecord>,
    /// What follows the approval.
    later: Vec<SharedRecord>,
}

impl Chain {
    fn is_empty(&self) -> bool {
        self.feedback.is_empty() && self.problems.is_empty() && self.changes.is_empty()
    }

    /// The records of the kinds that stand at a step after the approval.
    fn at(&self, step: ChainStep) -> Vec<SharedRecord> {
        self.later.iter().filter(|data| step_of(data) == Some(step)).cloned().collect()
    }

    fn of(work: &ChangeSet<'_>, data: &SharedRecord) -> Self {
        let mut chain = Self::default();
        if let Some(parent) = data.head.parent.and_then(|id| work.record(id)) {
            return Self::of(work, &parent);
        }
        let Some(trace) = data.def().trace else { return chain };
        for field in trace.through {
            named(work, data, field).into_iter().for_each(|other| chain.begin(other));
        }
        chain.begin(data.clone());
        chain.complete(work);
        chain
    }

    /// A record from which the chain is found. What rests on a change is found from the change.
    fn begin(&mut self, data: SharedRecord) {
        let list = match step_of(&data) {
            Some(ChainStep::Feedback) => &mut self.feedback,
            Some(ChainStep::ProblemReport) => &mut self.problems,
            Some(ChainStep::ChangeRequest) => &mut self.changes,
            Some(
                ChainStep::ImpactAnalysis
                | ChainStep::Approval
                | ChainStep::Verification
                | ChainStep::Release
                | ChainStep::Communication,
            )
            | None => return,
        };
        extend(list, vec![data]);
    }

    fn complete(&mut self, work: &ChangeSet<'_>) {
        for change in &self.changes {
            extend(&mut self.problems, named(work, change, "problem_reports"));
        }
        for problem in &self.problems {
            extend(&mut self.changes, change_request::changes_for(work, problem.head.id));
            extend(&mut self.feedback, work.referring(problem.head.id, Kind::Feedback));
            extend(&mut self.feedback, named(work, problem, "source_feedback"));
        }
        for change in &self.changes {
            extend(&mut self.feedback, work.referring(change.head.id, Kind::Feedback));
            extend(&mut self.analyses, named(work, change, "impact_analysis"));
            let approvals = work.referring(change.head.id, Kind::Approval);
            extend(
                &mut self.approvals,
                approvals.into_iter().filter(|data| data.typed::<Approval>().is_some()).collect(),
            );
            for kind in Kind::ALL.iter().filter(|kind| stands_after_approval(**kind)) {
                extend(&mut self.later, work.referring(change.head.id, *kind));
            }
        }
    }
}

fn stands_after_approval(kind: Kind) -> bool {
    kind.def().trace.is_some_and(|trace| trace.step > ChainStep::Approval)
}

fn named(work: &ChangeSet<'_>, data: &RecordData, field: &str) -> Vec<SharedRecord> {
    record_ids(data.value(field)).into_iter().filter_map(|id| work.record(id)).collect()
}

fn extend(list: &mut Vec<SharedRecord>, more: Vec<SharedRecord>) {
    for data in more {
        if !list.iter().any(|known| known.head.id == data.head.id) {
            list.push(data);
        }
    }
}
