//! Findings on paper: the log with the decision in the words of VEX and the state of the risk, what holds for each release, and the
//! metrics of a set of findings.

use std::borrow::Borrow;
use std::sync::Arc;

use super::paper::{Paper, day_or, state_mark, word, word_or};
use super::sections::{joined, nothing};
use super::{record, trail};
use crate::domain::choice::Choice as _;
use crate::domain::event::Event;
use crate::domain::finding::exploited_words;
use crate::domain::finding::verdicts::{Verdict, applicability_of, verdict_for};
use crate::domain::finding::{Applicability, Finding, FindingKind, FindingState, Justification, RiskControl};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::release::Release;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::{Meaning, Signature};
use crate::domain::workflow::World;
use crate::ops::page::RecordPage;
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Figure, Mark, Section, Tone};
use mainstay_base::time::Day;

/// What holds of a finding for one release.
pub(super) struct Held {
    pub release: RecordId,
    pub version: String,
    pub state: Mark,
    pub verdict: Verdict,
    /// Why, where it was stated.
    why: String,
}

/// A finding with its history and what holds for each release.
pub(super) struct Case {
    pub data: SharedRecord,
    pub content: Arc<Finding>,
    /// The releases that it concerns.
    pub held: Vec<Held>,
    pub signed: Vec<Signature>,
    pub events: Vec<Event>,
}

impl Case {
    /// One finding. It counts as mentioned.
    pub fn of(paper: &mut Paper<'_>, id: RecordId) -> Result<Self, Refused> {
        Self::all(paper, [id])?.pop().ok_or_else(|| unreadable(id))
    }

    /// Several findings. They count as mentioned.
    pub fn all(paper: &mut Paper<'_>, ids: impl IntoIterator<Item = RecordId>) -> Result<Vec<Self>, Refused> {
        Self::read(paper, ids, true)
    }

    /// Several findings without what holds for each release, where that is not printed of them.
    pub fn without_verdicts(
        paper: &mut Paper<'_>,
        ids: impl IntoIterator<Item = RecordId>,
    ) -> Result<Vec<Self>, Refused> {
        Self::read(paper, ids, false)
    }

    fn read(
        paper: &mut Paper<'_>,
        ids: impl IntoIterator<Item = RecordId>,
        verdicts: bool,
    ) -> Result<Vec<Self>, Refused> {
        let mut found = Vec::new();
        for id in ids {
            paper.mention(id);
            found.push((id, trail::events(paper, &[id])?));
        }
        let today = paper.now.day();
        paper.ask(|world| {
            let releases = if verdicts { world.all(Kind::Release) } else { Vec::new() };
            let cases = found.into_iter().map(|(id, events)| {
                let data = world.record(id).ok_or_else(|| unreadable(id))?;
                let content = data.typed::<Finding>().ok_or_else(|| unreadable(id))?;
                let held = held_in(world, (&data, &content), &releases, today);
                Ok(Self { data, content, held, signed: world.signatures(id), events })
            });
            cases.collect()
        })?
    }

    pub fn id(&self) -> RecordId {
        self.data.head.id
    }

    /// The last event that moved it into a state.
    pub fn entered(&self, state: FindingState) -> Option<&Event> {
        self.events.iter().rev().find(|event| event.moves(self.id(), state.code()))
    }

    /// The first event that moved it into a state.
    pub fn first(&self, state: FindingState) -> Option<&Event> {
        self.events.iter().find(|event| event.moves(self.id(), state.code()))
    }

    /// Whether a decision stands.
    pub fn is_decided(&self) -> bool {
        FindingState::of(&self.data).is_some_and(FindingState::is_decided)
    }

    /// The day of the decision that stands.
    pub fn decided_on(&self) -> Option<Day> {
        self.content.decided_on.filter(|_| self.is_decided())
    }

    /// The day on which the remedy had reached the users.
    pub fn remedied_on(&self) -> Option<Day> {
        let there =
            matches!(FindingState::of(&self.data), Some(FindingState::Remediated | FindingState::Closed));
        self.entered(FindingState::Remediated).filter(|_| there).map(|event| event.at.day())
    }

    /// The signatures on the decision that stands: those since it was proposed.
    pub fn deciding(&self) -> Vec<&Signature> {
        let since = self.entered(FindingState::Proposed).map_or(u64::MAX, |event| event.seq);
        let counts = |signature: &&Signature| {
            signature.event >= since && matches!(signature.meaning, Meaning::Reviewed | Meaning::Approved)
        };
        self.signed.iter().filter(counts).collect()
    }

    /// How many persons decided it.
    pub fn persons(&self) -> usize {
        let mut signers: Vec<RecordId> = self.deciding().iter().map(|signature| signature.signer).collect();
        signers.sort_unstable();
        signers.dedup();
        signers.len()
    }

    /// The decision as a status of VEX, over all releases.
    pub fn status(&self) -> Applicability {
        match self.content.disposition.filter(|_| self.is_decided()) {
            Some(disposition) => applicability_of(disposition),
            None => Applicability::UnderInvestigation,
        }
    }

    /// Whether it is a vulnerability that counts.
    pub fn is_vulnerability(&self) -> bool {
        self.content.finding_kind == Some(FindingKind::Vulnerability)
            && FindingState::of(&self.data) != Some(FindingState::Void)
    }

    /// Identifier and title.
    pub fn name(&self) -> String {
        joined(&[&self.content.external_id, &self.content.title], ": ")
    }

    /// The components in the product that it is about.
    pub fn components(&self) -> String {
        self.content.versions.iter().map(|line| line.to_string()).collect::<Vec<_>>().join(", ")
    }
}

fn unreadable(id: RecordId) -> Refused {
    Refused::Rule(format!("{id} cannot be read; verify the file"))
}

/// What holds for those of the releases that a finding concerns.
fn held_in(
    world: &dyn World,
    (data, content): (&SharedRecord, &Finding),
    releases: &[SharedRecord],
    today: Day,
) -> Vec<Held> {
    let held = releases.iter().filter_map(|release| {
        let verdict = verdict_for(world, data, release.head.id, today);
        (verdict != Verdict::NotConcerned).then(|| held(content, release, verdict))
    });
    held.collect()
}

fn held(finding: &Finding, release: &SharedRecord, verdict: Verdict) -> Held {
    let id = release.head.id;
    let version = release.typed::<Release>().map_or_else(String::new, |content| content.version.to_string());
    let row = finding.per_release.iter().find(|row| row.release == Some(id));
    Held {
        release: id,
        version,
        state: state_mark(release),
        verdict,
        why: row.map_or_else(String::new, |row| row.rationale.to_string()),
    }
}

/// The status of VEX that a verdict means.
pub(super) fn status_of(verdict: &Verdict) -> Applicability {
    verdict.applicability().unwrap_or(Applicability::UnderInvestigation)
}

/// Why the product is not affected, in the words of VEX.
pub(super) fn justification_of(finding: &Finding, status: Applicability) -> Option<Justification> {
    finding.vex_justification().filter(|_| status == Applicability::NotAffected)
}

/// A status of VEX with its tone.
pub(super) fn status_mark(status: Applicability, risk: Option<RiskControl>) -> Mark {
    match status {
        Applicability::NotAffected | Applicability::Fixed => Mark::good(word(status)),
        Applicability::Affected if risk == Some(RiskControl::Uncontrolled) => Mark::late(word(status)),
        Applicability::Affected | Applicability::UnderInvestigation => Mark::due(word(status)),
    }
}

/// The state of the risk of patient harm.
pub(super) fn risk_mark(case: &Case) -> Mark {
    match (case.content.risk_control, case.status()) {
        (Some(RiskControl::Controlled), _) => Mark::good(RiskControl::Controlled.word()),
        (Some(RiskControl::Uncontrolled), _) => Mark::late(RiskControl::Uncontrolled.word()),
        (Some(RiskControl::NotAssessed) | None, Applicability::NotAffected | Applicability::Fixed) => {
            Mark::neutral("Not applicable")
        }
        (
            Some(RiskControl::NotAssessed) | None,
            Applicability::Affected | Applicability::UnderInvestigation,
        ) => Mark::due(RiskControl::NotAssessed.word()),
    }
}

fn safety_words(finding: &Finding) -> &'static str {
    match finding.hazardous {
        Some(true) => "could lead to a hazardous situation",
        Some(false) => "could not lead to one",
        None => "not answered yet",
    }
}

/// One row for each finding.
pub(super) fn log<C: Borrow<Case>>(cases: &[C]) -> Vec<Block> {
    if cases.is_empty() {
        return Vec::new();
    }
    let columns = vec![
        Column::id("Number, severity").points(50.0),
        Column::text("Finding, component and version", 1),
        Column::text("Learned, decided", 1).points(58.0),
        Column::mark("Decision in VEX words").points(88.0),
        Column::mark("Risk of patient harm").points(66.0),
        Column::text("State, follow-up", 1).points(72.0),
    ];
    vec![Block::table(columns, cases.iter().map(|case| row(case.borrow())).collect())]
}

fn row(case: &Case) -> Vec<Cell> {
    let content = &case.content;
    let mut mark = status_mark(case.status(), content.risk_control);
    if let Some(why) = justification_of(content, case.status()) {
        mark.word = format!("{}: {}", mark.word, why.word().to_lowercase());
    }
    let links: Vec<String> = [content.problem_report, content.change_request]
        .into_iter()
        .flatten()
        .chain(content.communications.iter().copied())
        .map(|id| id.to_string())
        .collect();
    let exploited = exploited_words(content);
    vec![
        format!("{}\n{}", case.id(), word_or(content.severity, "")).trim().into(),
        format!("{}\n{}\nSafety: {}\n{exploited}", case.name(), case.components(), safety_words(content))
            .trim_end()
            .into(),
        format!("{}\n{}", day_or(content.learned_on, "–"), day_or(case.decided_on(), "not yet")).into(),
        mark.into(),
        risk_mark(case).into(),
        format!("{}\n{}", state_mark(&case.data).word, links.join(", ")).trim().into(),
    ]
}

/// On what a verdict rests.
pub(super) fn basis(held: &Held) -> String {
    match &held.verdict {
        Verdict::Stated(_) if held.why.is_empty() => "Stated for this release".to_owned(),
        Verdict::Stated(_) => format!("Stated for this release: {}", held.why),
        Verdict::CarriedOver { from, .. } => {
            format!(
                "Carried over from {from}: the same version, and the same use of it as when it was decided"
            )
        }
        Verdict::Open(why) => format!("Nothing is decided: {why}"),
        Verdict::NotConcerned => "It does not contain the version".to_owned(),
    }
}

/// What holds for each release that contains the component, and where a verdict was carried over from.
pub(super) fn held_table(case: &Case) -> Block {
    if case.held.is_empty() {
        return nothing("No release contains the version that it is about");
    }
    let rows = case.held.iter().map(|held| {
        let mark = status_mark(status_of(&held.verdict), case.content.risk_control);
        let cells: Vec<Cell> = vec![
            held.release.to_string().into(),
            held.version.clone().into(),
            held.state.clone().into(),
            mark.into(),
            basis(held).into(),
        ];
        cells
    });
    Block::Table {
        caption: Some("Verdict for each release".to_owned()),
        columns: vec![
            Column::id("Release").points(54.0),
            Column::text("Version", 1).points(60.0),
            Column::mark("State").points(76.0),
            Column::mark("In VEX words").points(96.0),
            Column::text("Basis", 1),
        ],
        rows: rows.collect(),
    }
}

/// The middle and the largest number of days.
fn days_of(mut days: Vec<i64>) -> Option<(i64, i64)> {
    days.sort_unstable();
    let middle = days.get(days.len().checked_sub(1)? / 2)?;
    Some((*middle, *days.last()?))
}

fn share(label: &str, part: usize, all: usize, of: &str) -> Figure {
    let value = (part * 100).checked_div(all).map_or_else(|| "–".to_owned(), |share| format!("{share} %"));
    Figure { label: label.to_owned(), value, note: format!("{part} of {all} {of}") }
}

fn duration(label: &str, days: Vec<i64>) -> Figure {
    let (value, note) = match days_of(days) {
        Some((middle, longest)) => (middle.to_string(), format!("median; the longest {longest}")),
        None => ("–".to_owned(), "none yet".to_owned()),
    };
    Figure { label: label.to_owned(), value, note }
}

/// The share of vulnerabilities that are decided and remedied, and the days from learning of them.
pub(super) fn metrics(cases: &[Case]) -> Block {
    let counted: Vec<&Case> = cases.iter().filter(|case| case.is_vulnerability()).collect();
    let affected: Vec<&&Case> =
        counted.iter().filter(|case| case.status() == Applicability::Affected).collect();
    let remedied = affected.iter().filter(|case| case.remedied_on().is_some()).count();
    let decided = counted.iter().filter(|case| case.is_decided()).count();
    let days = |end: fn(&Case) -> Option<Day>| -> Vec<i64> {
        let spans = counted.iter().filter_map(|case| Some((end(case)?, case.content.learned_on?)));
        spans.map(|(end, learned)| end.days_since(learned)).collect()
    };
    Block::Figures {
        figures: vec![
            share("decided", decided, counted.len(), "vulnerabilities"),
            share("remedied", remedied, affected.len(), "that affect the product"),
            duration("days from learning to decision", days(Case::decided_on)),
            duration("days from learning to remedy", days(Case::remedied_on)),
        ],
    }
}

/// A finding in full: what is known, safety, decision, what holds for each release, links, signatures, files.
pub(super) fn section(paper: &Paper<'_>, number: &str, case: &Case, page: &RecordPage) -> Section {
    let mut blocks = record::content(paper, page, |_| true, ELSEWHERE, record::head(paper, page));
    blocks.push(held_table(case));
    blocks.extend(page.notices.iter().map(|notice| Block::note(Tone::Due, notice.clone())));
    blocks.extend(record::files(page));
    blocks.push(record::signatures(paper, page, |_| true));
    record::section(paper, 2, number, page, blocks)
}

/// Fields of a finding that are printed as a table of all releases.
const ELSEWHERE: &[&str] = &["per_release"];
