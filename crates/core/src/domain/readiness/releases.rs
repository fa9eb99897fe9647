//! Rules about releases (domain 3.5).

use std::sync::Arc;

use super::{Applies, Hit, Look, Rule, Severity as S};
use crate::domain::approval;
use crate::domain::change_request::{ChangeRequest, ChangeState};
use crate::domain::finding::{Finding, FindingState};
use crate::domain::ids::Kind;
use crate::domain::process_deviation::{Traces, signs_of};
use crate::domain::release::{Release, ReleaseState as State, versions};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_item::SoupItem;
use crate::domain::soup_item::register::{Register, fielded};
use crate::domain::text::is_sha256;
use crate::domain::time::Day;

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

fn no_record(look: &Look) -> Vec<Hit> {
    let mut traces = Traces::default();
    for (data, feedback) in look.all::<crate::domain::feedback::Feedback>() {
        traces.reported.entry(feedback.software_version_reported.to_string()).or_insert(data.head.id);
    }
    for (data, problem) in look.all::<crate::domain::problem_report::ProblemReport>() {
        for version in &problem.affected_product_versions {
            traces.reported.entry(version.to_string()).or_insert(data.head.id);
        }
    }
    let signs = signs_of(look.world, &traces).into_iter();
    signs
        .filter(|sign| sign.clause == "IEC 62304 6.3.2")
        .map(|sign| Hit {
            record: sign.records.first().copied(),
            field: None,
            text: sign.what,
            severity: None,
        })
        .collect()
}

fn not_verified(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, release) in released(look) {
        let tested_later = release.tested_on.is_some_and(|day| day > data.head.state_since.day());
        if tested_later {
            hits.push(Hit::at(data.head.id, "Its system test is dated after its release").field("tested_on"));
        }
        let open = release.change_requests.iter().find(|id| {
            let change = look.world.record(**id);
            !change.is_some_and(|change| ChangeState::of(&change).is_some_and(ChangeState::is_verified))
        });
        if let Some(id) = open {
            hits.push(Hit::at(data.head.id, format!("{id} is not verified")).field("change_requests"));
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

fn not_unique(look: &Look) -> Vec<Hit> {
    let all = released(look);
    let mut hits = Vec::new();
    for (at, (data, release)) in all.iter().enumerate() {
        if !is_sha256(&release.artifact_sha256) {
            hits.push(Hit::at(data.head.id, "It has no digest of its artefact").field("artifact_sha256"));
        }
        let twice = all.iter().take(at).find(|(_, other)| versions::same(&other.version, &release.version));
        if let Some((other, _)) = twice {
            hits.push(
                Hit::at(data.head.id, format!("{} has the same version", other.head.id)).field("version"),
            );
        }
    }
    hits
}

fn not_reproducible(look: &Look) -> Vec<Hit> {
    each(look, |data, release| {
        let known = !release.build_procedure_ref.is_empty() && !release.build_environment.trim().is_empty();
        (!known).then(|| {
            Hit::at(data.head.id, "Procedure or environment of its build is not entered")
                .field("build_procedure_ref")
        })
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
        if release.archive_location.is_empty() || release.archive_sha256.is_empty() {
            hits.push(
                Hit::at(data.head.id, "Its archive has no place or no digest").field("archive_location"),
            );
            continue;
        }
        let last = release.archive_checks.iter().filter_map(|row| row.checked_on).max();
        let due = last.map(|day: Day| day.plus_days(days));
        if due.is_none_or(|due| due < look.today()) {
            let since = last.map_or_else(|| "never".to_owned(), |day| format!("last on {day}"));
            hits.push(
                Hit::at(data.head.id, format!("Its archive was not read again in time: {since}"))
                    .field("archive_checks"),
            );
        }
    }
    hits
}

fn no_delivery(look: &Look) -> Vec<Hit> {
    each(look, |data, release| {
        let known =
            !release.delivery_method.trim().is_empty() && !release.integrity_protection.trim().is_empty();
        (!known).then(|| {
            Hit::at(data.head.id, "Its delivery, or the protection of its integrity, is not described")
                .field("delivery_method")
        })
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
            let Some(change) = look.world.record(*id) else { continue };
            let approvals = look.world.naming(*id, Kind::Approval, "subject");
            let valid = approvals.iter().any(|approval| approval::is_valid(look.world, approval));
            if change.typed::<ChangeRequest>().is_some() && !valid {
                hits.push(
                    Hit::at(data.head.id, format!("{id} has no approval of what it says now"))
                        .field("change_requests"),
                );
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
        let on = data.head.state_since.day();
        let late = release.soup_baseline.iter().find(|row| {
            let item = register.find(row).and_then(|known| known.item.typed::<SoupItem>());
            // A later review says nothing of the day of the release, and nothing against it.
            item.is_some_and(|item| {
                item.reviewed_on.is_none_or(|reviewed| reviewed.plus_days(i64::from(window)) < on)
            })
        });
        if let Some(row) = late {
            hits.push(Hit::at(
                data.head.id,
                format!(
                    "{} {} was not reviewed in the {window} days before the release",
                    row.item, row.version
                ),
            ));
        }
    }
    hits
}

fn open_findings(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    let undecided: Vec<_> = look
        .all::<Finding>()
        .into_iter()
        .filter(|(data, _)| FindingState::of(data).is_some_and(FindingState::is_undecided))
        .collect();
    for data in fielded(look.world) {
        let Some(release) = data.typed::<Release>() else { continue };
        let since = data.head.state_since;
        let names = |finding: &Finding| {
            release.soup_baseline.iter().any(|row| {
                let line = format!("{} {}", row.item, row.version);
                finding.versions.iter().any(|version| **version == *line)
            })
        };
        let open = undecided.iter().find(|(found, finding)| found.head.created_at <= since && names(finding));
        if let Some((found, _)) = open {
            hits.push(Hit::at(
                data.head.id,
                format!("{} was known at its release and is not decided", found.head.id),
            ));
        }
    }
    hits
}

fn undecided(look: &Look) -> Vec<Hit> {
    each(look, |data, release| {
        let decided = release.udi_decision.is_some() && !release.regulatory_decisions.is_empty();
        (!decided).then(|| {
            Hit::at(data.head.id, "UDI or the regulatory decisions are missing").field("udi_decision")
        })
    })
}

fn not_approved(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, _) in released(look) {
        let approvals = look.world.naming(data.head.id, Kind::Approval, "subject");
        let granted = approvals
            .iter()
            .any(|approval| approval::ApprovalState::of(approval) == Some(approval::ApprovalState::Granted));
        if !granted {
            hits.push(Hit::at(data.head.id, "It was released, and no approval of it is granted"));
        }
    }
    hits
}
