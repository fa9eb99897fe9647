//! Findings as they are triaged: what each is about, what waits for whom, and one decision for several of them (domain 2.10).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::domain::field::is_empty;
use crate::domain::finding::verdicts::applicability_of;
use crate::domain::finding::{
    CONFIRMS, Disposition, Finding, FindingState, PROPOSE, ReleaseVerdict, verdict_value,
};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::maintenance_plan::PatchSeverity;
use crate::domain::person::Role;
use crate::domain::record::Fields;
use crate::domain::release::{Release, ReleaseState};
use crate::domain::requests::RULES;
use crate::domain::shared_record::SharedRecord;
use crate::domain::time::Day;
use crate::domain::workflow::{Case, World};
use crate::ops::file::ProductFile;
use crate::ops::refused::{Refused, require_kind};
use crate::ops::request::{Act, Request};
use crate::ops::session::Session;
use mainstay_base::clock::Stamp;
use mainstay_base::time::Moment;

/// A finding in the list of the triage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriageRow {
    /// The finding.
    pub id: RecordId,
    /// Its identifier; may be empty.
    pub external_id: String,
    /// Its title.
    pub title: String,
    /// Its state.
    pub state: Option<FindingState>,
    /// The severity.
    pub severity: Option<PatchSeverity>,
    /// Whether it is known to be exploited.
    pub exploited: bool,
    /// When the maker learned of it.
    pub learned_on: Option<Day>,
    /// The versions of SOUP that it concerns.
    pub versions: Vec<String>,
    /// The releases that contain one of them and are or may come into service, with their versions.
    pub releases: Vec<(RecordId, String)>,
    /// The decision that is written, proposed or made.
    pub disposition: Option<Disposition>,
    /// Who proposed it.
    pub proposed_by: Option<RecordId>,
    /// While it is proposed: the roles that have to sign before it is confirmed. Empty: anybody else who may confirm it.
    pub waits_for: Vec<Role>,
    /// Whether a decision is written and has everything that it needs to be proposed.
    pub ready: bool,
    /// What a decision that is written still needs, in words.
    pub missing: Vec<String>,
}

impl TriageRow {
    /// Whether nobody has decided it and nothing is proposed.
    pub fn is_to_decide(&self) -> bool {
        self.state.is_some_and(|state| state.is_undecided() && state != FindingState::Proposed)
    }

    /// Whether a proposed decision waits for this person.
    pub fn waits_for(&self, person: RecordId, roles: &[Role]) -> bool {
        self.state == Some(FindingState::Proposed)
            && self.proposed_by != Some(person)
            && (self.waits_for.is_empty() || self.waits_for.iter().any(|role| roles.contains(role)))
    }

    /// The order of the list: exploited first, then by severity, then the oldest.
    pub fn rank(&self) -> (bool, u8, Option<Day>, RecordId) {
        let severity = match self.severity {
            Some(PatchSeverity::Critical) => 0,
            Some(PatchSeverity::High) => 1,
            Some(PatchSeverity::Medium) => 2,
            None => 3,
            Some(PatchSeverity::Low) => 4,
        };
        (!self.exploited, severity, self.learned_on, self.id)
    }
}

/// One decision for several findings.
#[derive(Debug, Clone, Default)]
pub struct TriageDecision {
    /// Fields that are set on each of them.
    pub set: Fields,
    /// Why it is changed, where what was signed before is.
    pub reason: Option<String>,
}

fn of_finding(id: RecordId) -> Result<(), Refused> {
    require_kind(id, Kind::Finding, "name a finding, such as FN-0001")
}

/// A release that is or may come into service, with the names and versions in its baseline.
struct InService {
    id: RecordId,
    version: String,
    soup: BTreeSet<String>,
}

fn in_service(world: &dyn World) -> Vec<InService> {
    let releases = world.all(Kind::Release);
    let matters = |data: &&SharedRecord| {
        ReleaseState::of(data).is_some_and(|state| state.may_be_fielded() || state.is_before_release())
    };
    let with = releases.iter().filter(matters).filter_map(|data| {
        let content = data.typed::<Release>()?;
        let soup = content.soup_baseline.iter().map(|row| format!("{} {}", row.item, row.version)).collect();
        Some(InService { id: data.head.id, version: content.version.to_string(), soup })
    });
    with.collect()
}

impl ProductFile {
    /// All findings that are not void, in the order in which they are looked at.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn triage_rows(&self, now: Moment) -> Result<Vec<TriageRow>, Refused> {
        self.with_world(now, |world| {
            let service = in_service(world);
            let all = world.all(Kind::Finding);
            let kept = all.iter().filter(|data| FindingState::of(data) != Some(FindingState::Void));
            let mut rows: Vec<TriageRow> =
                kept.filter_map(|data| row_of(&case_of(world, data, now), &service)).collect();
            rows.sort_by_key(TriageRow::rank);
            rows
        })
    }

    /// Writes one decision into several findings, with a verdict for every release that they concern: all of it, or
    /// nothing. Verdicts that are stated already stay unless they contradict the decision. Returns how many were changed.
    ///
    /// # Errors
    /// The refusal of an edit, with its finding; then nothing was changed.
    pub fn judge_findings(
        &mut self,
        session: &Session,
        (ids, decision): (&[RecordId], &TriageDecision),
        stamp: &Stamp,
    ) -> Result<usize, Refused> {
        for id in ids {
            of_finding(*id)?;
        }
        let edits = self.with_world(stamp.now, |world| {
            let service = in_service(world);
            let records = ids.iter().filter_map(|id| world.record(*id));
            records.map(|data| (data.head.id, edit_of(&data, decision, &service))).collect::<Vec<_>>()
        })?;
        let edits: Vec<(RecordId, Fields)> = edits.into_iter().filter(|(_, set)| !set.is_empty()).collect();
        let places: Vec<RecordId> = edits.iter().map(|(id, _)| *id).collect();
        let acts = edits
            .into_iter()
            .map(|(id, set)| Act { reason: decision.reason.clone(), ..Act::from(Request::Edit { id, set }) })
            .collect();
        self.perform_all(session, acts, &|_| true, stamp).map_err(|(index, refusal)| {
            match (places.get(index), &refusal) {
                (_, Refused::NeedsReason(_)) | (None, _) => refusal,
                (Some(_), _) if refusal.is_failure() => refusal,
                (Some(id), _) => Refused::Rule(format!("{id}: {refusal}. Nothing was changed")),
            }
        })?;
        Ok(places.len())
    }

    /// The requests that propose the decisions written in these findings.
    ///
    /// # Errors
    /// When one is not a finding.
    pub fn propose_acts(&self, ids: &[RecordId]) -> Result<Vec<Act>, Refused> {
        ids.iter().map(|id| of_finding(*id).map(|()| step_of(*id, PROPOSE))).collect()
    }

    /// The requests by which this person confirms the decisions proposed in these findings: the step, or the signature of a role
    /// that the step still waits for. A finding that they cannot confirm is named with the reason.
    ///
    /// # Errors
    /// When one is not a finding, or the file cannot be read.
    pub fn confirm_acts(
        &self,
        session: &Session,
        ids: &[RecordId],
        stamp: &Stamp,
    ) -> Result<(Vec<Act>, Vec<(RecordId, String)>), Refused> {
        let (mut acts, mut not) = (Vec::new(), Vec::new());
        for id in ids {
            of_finding(*id)?;
            let data = self.record(*id)?;
            let disposition = data.typed::<Finding>().and_then(|finding| finding.disposition);
            let step = CONFIRMS.iter().find(|(_, other)| Some(*other) == disposition);
            let Some((go, _)) = step.filter(|_| FindingState::of(&data) == Some(FindingState::Proposed))
            else {
                not.push((*id, "no decision is proposed".to_owned()));
                continue;
            };
            match self.preview(session, step_of(*id, go), stamp) {
                Ok(preview) if preview.missing.is_empty() => acts.push(step_of(*id, go)),
                Ok(preview) => {
                    let sign = Act::from(Request::Sign { id: *id, meaning: None });
                    let may = self.preview(session, sign.clone(), stamp);
                    if may.is_ok_and(|preview| preview.missing.is_empty()) {
                        acts.push(sign);
                    } else {
                        let why = preview.missing.first().map_or("", |condition| &*condition.text);
                        not.push((*id, why.to_owned()));
                    }
                }
                Err(refusal) if refusal.is_failure() => return Err(refusal),
                Err(refusal) => not.push((*id, refusal.to_string())),
            }
        }
        Ok((acts, not))
    }
}

fn step_of(id: RecordId, go: &str) -> Act {
    Request::Move { id, go: go.to_owned(), set: Fields::new() }.into()
}

const fn case_of<'a>(world: &'a dyn World, data: &'a SharedRecord, now: Moment) -> Case<'a> {
    Case { data, world, now, actor: None, rules: RULES }
}

fn row_of(case: &Case, service: &[InService]) -> Option<TriageRow> {
    let finding = case.data.typed::<Finding>()?;
    let state = FindingState::of(case.data);
    let def = Kind::Finding.def();
    let proposed = state == Some(FindingState::Proposed);
    let undecided = state.is_some_and(FindingState::is_undecided) && !proposed;
    let step = def.find_move(PROPOSE).filter(|_| undecided && finding.disposition.is_some());
    let conditions = step.map(|step| step.conditions(case));
    let missing: Vec<String> = conditions
        .iter()
        .flatten()
        .filter(|condition| !condition.met)
        .map(|condition| condition.text.clone())
        .collect();
    Some(TriageRow {
        id: case.id(),
        external_id: finding.external_id.to_string(),
        title: finding.title.to_string(),
        state,
        severity: finding.severity,
        exploited: finding.kev_listed == Some(true),
        learned_on: finding.learned_on,
        versions: finding.versions.iter().map(ToString::to_string).collect(),
        releases: concerned(&finding, service).map(|one| (one.id, one.version.clone())).collect(),
        disposition: finding.disposition,
        proposed_by: finding.proposed_by,
        waits_for: if proposed { def.signing(case).by } else { Vec::new() },
        ready: conditions.is_some() && missing.is_empty(),
        missing,
    })
}

fn concerned<'a>(finding: &'a Finding, service: &'a [InService]) -> impl Iterator<Item = &'a InService> {
    service.iter().filter(|one| finding.versions.iter().any(|version| one.soup.contains(&**version)))
}

/// What a decision changes of a finding: its fields, and the verdicts for the releases.
fn edit_of(data: &SharedRecord, decision: &TriageDecision, service: &[InService]) -> Fields {
    let mut set = decision.set.clone();
    let chosen = set.get("disposition").unwrap_or_else(|| data.value("disposition"));
    let chosen: Option<Disposition> = serde_json::from_value(chosen.clone()).ok();
    if let (Some(finding), Some(disposition)) = (data.typed::<Finding>(), chosen)
        && !set.contains_key("per_release")
    {
        set.insert("per_release".to_owned(), verdicts(&finding, disposition, service));
    }
    set.retain(|name, value| data.value(name) != value && !(is_empty(value) && is_empty(data.value(name))));
    set
}

/// The verdicts that a decision means for the releases in service. What was said of a release stays if it agrees with the decision.
fn verdicts(finding: &Finding, disposition: Disposition, service: &[InService]) -> Value {
    let means = applicability_of(disposition);
    let affected = crate::domain::finding::Applicability::Affected;
    let mut rows = Vec::new();
    for row in finding.per_release.iter() {
        let agrees = row.applicability.is_some_and(|said| {
            (means == affected || said != affected)
                && said != crate::domain::finding::Applicability::UnderInvestigation
        });
        let applicability = if agrees { row.applicability } else { Some(means) };
        rows.push(verdict_value(&ReleaseVerdict { applicability, ..row.clone() }));
    }
    for one in concerned(finding, service) {
        if !finding.per_release.iter().any(|row| row.release == Some(one.id)) {
            let (release, applicability) = (Some(one.id), Some(means));
            rows.push(verdict_value(&ReleaseVerdict { release, applicability, ..ReleaseVerdict::default() }));
        }
    }
    if rows.is_empty() { Value::Null } else { Value::Array(rows) }
}
