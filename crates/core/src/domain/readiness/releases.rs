//! Rules about releases (domain 3.5).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::changes::{grants, missing_role};
use super::{Applies, Hit, Look, Rule, Severity as S};
use crate::domain::approval;
use crate::domain::change_request::{ChangeRequest, ChangeState};
use crate::domain::choice::Choice as _;
use crate::domain::feedback::{Feedback, FeedbackState};
use crate::domain::finding::{Finding, FindingKind, FindingState};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::problem_report::{DetectedIn, ProblemReport, ProblemState};
use crate::domain::process_deviation::{NO_RECORD, Traces, signs_of};
use crate::domain::release::{Release, ReleaseState as State, SoupVersion, versions};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_item::SoupItem;
use crate::domain::soup_item::register::Register;
use crate::domain::text::is_sha256;
use crate::domain::time::Moment;

const KIND: Kind = Kind::Release;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "REL-01",
        "IEC 62304 6.3.2, 5.8",
        S::Critical,
        (
            "A hotfix bypassed the release process: a version in the field has no release record",
            "Raise a deviation, and release the version after the fact.",
        ),
        no_record,
    )
    .place(Kind::ProcessDeviation),
    Rule::new(
        "REL-02",
        "IEC 62304 5.8.1",
        S::Critical,
        ("Released before the verification was complete", "Raise a deviation; complete the verification."),
        not_verified,
    )
    .place(KIND),
    Rule::new(
        "REL-03",
        "IEC 62304 5.8.1",
        S::Critical,
        ("The build that was tested is not the one that was released", "Test the released build."),
        other_build,
    )
    .place(KIND),
    Rule::new(
        "REL-04",
        "IEC 62304 5.8.2",
        S::Major,
        ("Residual anomalies are not documented", "List them, or state and sign that none is known."),
        no_residual_list,
    )
    .place(KIND),
    Rule::new(
        "REL-05",
        "IEC 62304 5.8.3",
        S::Major,
        ("A residual anomaly is not evaluated", "Evaluate its risk."),
        not_evaluated,
    )
    .only(Applies::ClassBC)
    .place(KIND),
    Rule::new(
        "REL-06",
        "IEC 62304 5.8.4",
        S::Major,
        ("A version is not uniquely documented", "Enter the digest of the artefact; use each version once."),
        not_unique,
    )
    .place(KIND),
    Rule::new(
        "REL-07",
        "IEC 62304 5.8.5",
        S::Major,
        ("The build cannot be repeated from the record", "Enter procedure and environment of the build."),
        not_reproducible,
    )
    .only(Applies::ClassBC)
    .place(KIND),
    Rule::new(
        "REL-08",
        "IEC 62304 5.8.6",
        S::Major,
        ("The tasks of the plan are not shown complete", "Decide every task."),
        tasks_open,
    )
    .only(Applies::ClassBC)
    .place(KIND),
    Rule::new(
        "REL-09",
        "IEC 62304 5.8.7",
        S::Major,
        ("The archive is missing or was not read again", "Read the archive again and record it."),
        no_archive,
    )
    .place(KIND),
    Rule::new(
        "REL-10",
        "IEC 62304 5.8.8",
        S::Major,
        (
            "The integrity of delivery is not addressed",
            "Describe delivery and how its integrity is protected.",
        ),
        no_delivery,
    )
    .place(KIND),
    Rule::new(
        "REL-11",
        "IEC 62304 8.1.2, 8.3",
        S::Major,
        ("The SOUP of a release is not known", "Read its bill of materials."),
        no_soup,
    )
    .place(KIND),
    Rule::new(
        "REL-12",
        "IEC 62304 6.2.4, 8.2.1",
        S::Critical,
        (
            "A release contains an unapproved change",
            "Raise a deviation; have the change approved or withdrawn.",
        ),
        unapproved_change,
    )
    .place(KIND),
    Rule::new(
        "REL-13",
        "IEC 62304 7.1.3",
        S::Major,
        ("The SOUP review was not current at the release", "Review the SOUP of the release."),
        review_not_current,
    )
    .only(Applies::ClassBC)
    .place(Kind::SoupReview),
    Rule::new(
        "REL-14",
        "IEC 81001-5-1 9.5",
        S::Minor,
        ("Open security findings were not reviewed at the release", "Decide each finding for the release."),
        open_findings,
    )
    .only(Applies::Cyber)
    .place(Kind::Finding),
    Rule::new(
        "REL-15",
        "ISO 13485 7.3.9",
        S::Minor,
        ("The regulatory status of a release is undecided", "Decide UDI and each market."),
        undecided,
    )
    .place(KIND),
    Rule::new(
        "REL-16",
        "IEC 62304 5.8",
        S::Critical,
        ("A release was not properly approved", "Raise a deviation; have the required roles sign."),
        not_approved,
    )
    .place(KIND),
];

type Found = (SharedRecord, Arc<Release>);

fn released(look: &Look) -> Vec<Found> {
    let all = look.all::<Release>().into_iter();
    all.filter(|(data, _)| State::of(data).is_some_and(State::was_released)).collect()
}

fn each(look: &Look, rule: fn(&SharedRecord, &Release) -> Option<Hit>) -> Vec<Hit> {
    released(look).into_iter().filter_map(|(data, release)| rule(&data, &release)).collect()
}

/// The versions that feedback and problems of the field name. What is in development is named before it is released.
fn no_record(look: &Look) -> Vec<Hit> {
    if released(look).is_empty() {
        return Vec::new();
    }
    let mut traces = Traces::default();
    for (data, feedback) in look.all::<Feedback>() {
        if FeedbackState::of(&data) != Some(FeedbackState::Void) {
            let version = feedback.software_version_reported.to_string();
            traces.reported.entry(version).or_insert(data.head.id);
        }
    }
    for (data, problem) in look.all::<ProblemReport>() {
        let counts = problem.detected_in_phase == Some(DetectedIn::Field)
            && ProblemState::of(&data).is_some_and(|state| !state.is_void());
        for version in problem.affected_product_versions.iter().filter(|_| counts) {
            traces.reported.entry(version.to_string()).or_insert(data.head.id);
        }
    }
    let signs = signs_of(look.world, &traces).into_iter();
    signs
        .filter(|sign| sign.clause == NO_RECORD)
        .filter_map(|sign| Some(Hit::at(*sign.records.first()?, sign.what.trim_end_matches('.'))))
        .collect()
}

fn not_verified(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, release) in released(look) {
        let at = look.released_at(&data);
        if release.tested_on.is_some_and(|day| day > at.day()) {
            let hit = Hit::at(data.head.id, "Its system test is dated after its release");
            hits.push(hit.field("tested_on").told(look.told(data.head.id, at)));
        }
        let open = release.change_requests.iter().find(|id| {
            let change = look.world.record(**id);
            !change.is_some_and(|change| ChangeState::of(&change).is_some_and(ChangeState::is_verified))
        });
        if let Some(id) = open {
            let hit = Hit::at(data.head.id, format!("{id} is not verified")).field("change_requests");
            hits.push(hit.told(look.told(data.head.id, at)));
        }
    }
    hits
}

fn other_build(look: &Look) -> Vec<Hit> {
    each(look, |data, release| {
        let same = release.tested_sha256.eq_ignore_ascii_case(&release.artifact_sha256);
        (!same && !release.artifact_sha256.is_empty()).then(|| {
            Hit::at(data.head.id, "The SHA-256 that was tested is not that of the artefact")
                .field("tested_sha256")
        })
    })
}

fn no_residual_list(look: &Look) -> Vec<Hit> {
    each(look, |data, release| {
        let stated = !release.residual_anomalies.is_empty() || release.none_known == Some(true);
        (!stated).then(|| {
            Hit::at(data.head.id, "It lists no residual anomalies and does not state that none is known")
                .field("residual_anomalies")
        })
    })
}

fn not_evaluated(look: &Look) -> Vec<Hit> {
    each(look, |data, release| {
        let open = release
            .residual_anomalies
            .iter()
            .find(|row| row.evaluation.trim().is_empty() || row.risk_acceptable.is_none())?;
        let problem = open.problem.map_or_else(|| "a row".to_owned(), |id| id.to_string());
        Some(
            Hit::at(data.head.id, format!("The residual anomaly {problem} has no evaluation of its risk"))
                .field("residual_anomalies"),
        )
    })
}

/// A version is used once and never again, also if its first release was given up.
fn not_unique(look: &Look) -> Vec<Hit> {
    let all = look.all::<Release>();
    let mut hits = Vec::new();
    for (data, release) in released(look) {
        let id = data.head.id;
        if !is_sha256(&release.artifact_sha256) {
            hits.push(Hit::at(id, "It has no digest of its artefact").field("artifact_sha256"));
        }
        let earlier = all.iter().filter(|(other, _)| other.head.id.number < id.number);
        let mut twice = earlier.filter(|(_, other)| versions::same(&other.version, &release.version));
        if let Some((other, _)) = twice.next() {
            hits.push(Hit::at(id, format!("{} has the same version", other.head.id)).field("version"));
        }
    }
    hits
}

fn not_reproducible(look: &Look) -> Vec<Hit> {
    each(look, |data, release| {
        let asked = [
            ("build_procedure_ref", "procedure", release.build_procedure_ref.is_empty()),
            ("build_environment", "environment", release.build_environment.trim().is_empty()),
        ];
        Hit::lacking(data.head.id, &asked, "Of its build is not entered:")
    })
}

fn tasks_open(look: &Look) -> Vec<Hit> {
    each(look, |data, release| {
        let open = release.tasks.iter().find(|row| row.decision.is_none())?;
        Some(Hit::at(data.head.id, format!("The task “{}” is not decided", open.task)).field("tasks"))
    })
}

/// Days after which an archive counts as not read again, if the plan says nothing: two years.
const ARCHIVE_DAYS: i64 = 730;

fn no_archive(look: &Look) -> Vec<Hit> {
    let days = look.world.governing().plan().archive_check_days.map_or(ARCHIVE_DAYS, i64::from);
    let mut hits = Vec::new();
    for (data, release) in released(look) {
        let id = data.head.id;
        let asked = [
            ("archive_location", "place", release.archive_location.is_empty()),
            ("archive_sha256", "digest", release.archive_sha256.is_empty()),
        ];
        let lacking = Hit::lacking(id, &asked, "Its archive has no");
        let closed = State::of(&data) == Some(State::Archived);
        if lacking.is_some() || closed {
            hits.extend(lacking);
            continue;
        }
        let checks = release.archive_checks.iter().filter(|row| row.checked_on.is_some());
        let last = checks.max_by_key(|row| row.checked_on);
        let same = last.is_some_and(|row| row.sha256.eq_ignore_ascii_case(&release.archive_sha256));
        let text = match last.and_then(|row| row.checked_on) {
            None => "Its archive was never read again".to_owned(),
            Some(day) if !same => format!("Its archive was read with another SHA-256 on {day}"),
            Some(day) if day.plus_days(days) < look.today() => {
                format!("Its archive was last read again on {day}, more than {days} days ago")
            }
            Some(_) => continue,
        };
        hits.push(Hit::at(id, text).field("archive_checks"));
    }
    hits
}

fn no_delivery(look: &Look) -> Vec<Hit> {
    each(look, |data, release| {
        let asked = [
            ("delivery_method", "its delivery", release.delivery_method.trim().is_empty()),
            (
                "integrity_protection",
                "how its integrity is protected",
                release.integrity_protection.trim().is_empty(),
            ),
        ];
        Hit::lacking(data.head.id, &asked, "It is not described:")
    })
}

fn no_soup(look: &Look) -> Vec<Hit> {
    each(look, |data, release| {
        let none = !release.no_soup_reason.trim().is_empty();
        let known = !release.soup_baseline.is_empty() && !release.bill_sha256.is_empty();
        (!none && !known).then(|| {
            Hit::at(data.head.id, "Its SOUP, or the bill of materials that says so, is missing")
                .field("soup_baseline")
        })
    })
}

fn unapproved_change(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, release) in released(look) {
        for id in &release.change_requests {
            let Some(change) = look.world.record(*id).and_then(|change| change.typed::<ChangeRequest>())
            else {
                continue;
            };
            let approvals = look.world.naming(*id, Kind::Approval, "subject");
            let valid = approvals.iter().any(|approval| approval::is_valid(look.world, approval));
            if !valid {
                let text = format!("{id} has no approval of what it says now");
                let at = look.released_at(&data);
                // The change is bypassed when its work begins, the release when it is released.
                let began = change.work_started_at.unwrap_or(at).min(at);
                let told = look.told(*id, began).or_else(|| look.told(data.head.id, at));
                hits.push(Hit::at(data.head.id, text).field("change_requests").told(told));
            }
        }
    }
    hits
}

fn review_not_current(look: &Look) -> Vec<Hit> {
    let Some(window) = look.world.governing().plan().soup_review_window_days else { return Vec::new() };
    let register = Register::of(look.world);
    let mut hits = Vec::new();
    for data in look.world.in_states(KIND, &[State::Released.code()]) {
        let Some(release) = data.typed::<Release>() else { continue };
        let on = look.released_at(&data).day();
        let late = release.soup_baseline.iter().find(|row| {
            let item = register.find(row).and_then(|known| known.item.typed::<SoupItem>());
            // A later review says nothing of the day of the release, and nothing against it.
            item.is_some_and(|item| {
                item.last_review(look.today())
                    .is_none_or(|reviewed| reviewed.plus_days(i64::from(window)) < on)
            })
        });
        if let Some(row) = late {
            let text = format!("In the {window} days before the release nobody reviewed {}", row.label());
            hits.push(Hit::at(data.head.id, text));
        }
    }
    hits
}

/// What a release contains: its versions of SOUP as “name version”, and the names alone.
struct Contents {
    id: RecordId,
    released: Moment,
    versions: BTreeSet<String>,
    names: BTreeSet<String>,
}

fn contents(look: &Look) -> Vec<Contents> {
    let all = look.fielded().into_iter();
    all.map(|(data, release)| Contents {
        id: data.head.id,
        released: look.released_at(&data),
        versions: release.soup_baseline.iter().map(SoupVersion::label).collect(),
        names: release.soup_baseline.iter().map(|row| row.item.to_string()).collect(),
    })
    .collect()
}

/// Until its versions are known, a finding is about every version of its items.
fn concerns(look: &Look, finding: &Finding, contents: &Contents) -> bool {
    if !finding.versions.is_empty() {
        return finding.versions.iter().any(|version| contents.versions.contains(&**version));
    }
    let items = finding.items.iter().filter_map(|id| look.world.record(*id));
    items.into_iter().any(|item| contents.names.contains(item.title()))
}

fn open_findings(look: &Look) -> Vec<Hit> {
    let fielded = contents(look);
    let mut hits = Vec::new();
    for (data, finding) in look.all::<Finding>() {
        let security = matches!(
            finding.finding_kind,
            Some(FindingKind::Vulnerability | FindingKind::LicenceOrIntegrity)
        );
        if !security || !FindingState::of(&data).is_some_and(FindingState::is_undecided) {
            continue;
        }
        let known =
            |with: &&Contents| data.head.created_at <= with.released && concerns(look, &finding, with);
        if let Some(release) = fielded.iter().find(known) {
            let text = format!("It was known when {} was released and is not decided", release.id);
            hits.push(Hit::at(data.head.id, text).field("per_release"));
        }
    }
    hits
}

fn undecided(look: &Look) -> Vec<Hit> {
    each(look, |data, release| {
        let asked = [
            ("udi_decision", "UDI", release.udi_decision.is_none()),
            ("regulatory_decisions", "the markets", release.regulatory_decisions.is_empty()),
        ];
        Hit::lacking(data.head.id, &asked, "It is not decided:")
    })
}

/// Every required role signed the approval that was granted.
fn not_approved(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, _) in released(look) {
        let text = match grants(look, data.head.id).last().map(|approval| missing_role(look, approval)) {
            None => "It was released, and no approval of it is granted".to_owned(),
            Some(Some(role)) => {
                format!("It was released, and nobody signed as {}", role.word().to_lowercase())
            }
            Some(None) => continue,
        };
        hits.push(Hit::at(data.head.id, text).told(look.told(data.head.id, look.released_at(&data))));
    }
    hits
}
