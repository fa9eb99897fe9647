//! What must be so at each step of a release (IEC 62304 5.8; domain 2.7). Every unmet condition names where it is mended.

use std::collections::BTreeSet;

use super::residual::residual_evaluated;
use super::{DifferenceKind, Release, ReleaseState as S, TaskDecision, uncovered, versions};
use crate::domain::approval;
use crate::domain::attachment::is_attached;
use crate::domain::change_request::{ChangeRequest, ChangeState, RegulatoryDecision};
use crate::domain::choice::Choice as _;
use crate::domain::communication;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::product::PRODUCT;
use crate::domain::shared_record::SharedRecord;
use crate::domain::text::{Line, is_sha256};
use crate::domain::workflow::{Case, Condition, World};

/// All conditions up to the release, whatever its state is: the whole gate at once.
pub fn gate(case: &Case) -> Vec<Condition> {
    let Some(release) = case.data.typed::<Release>() else { return Vec::new() };
    let mut conditions = may_be_built(case, &release);
    conditions.extend(is_fixed(case, &release));
    conditions.extend(is_verified(case, &release));
    conditions.extend(may_be_released(case, &release));
    let mut seen = BTreeSet::new();
    conditions.retain(|condition| seen.insert(condition.text.clone()));
    conditions
}

fn changes<'a>(
    case: &'a Case,
    release: &'a Release,
) -> impl Iterator<Item = (RecordId, Option<SharedRecord>)> {
    release.change_requests.iter().map(|id| (*id, case.world.record(*id)))
}

/// The version is new, and the work on every change is done.
pub(super) fn may_be_built(case: &Case, release: &Release) -> Vec<Condition> {
    let mut conditions = vec![
        is_unique(case, release),
        follows_the_last(case, release),
        comes_after(case, release),
        Condition::new(
            "IEC 62304 6.3.2",
            "It contains a change, or is the initial release",
            !release.change_requests.is_empty()
                || (release.release_kind == Some(super::ReleaseKind::Initial)
                    && release.predecessor.is_none()),
        )
        .at("change_requests"),
    ];
    conditions.extend(changes(case, release).map(|(id, data)| {
        let done = data.as_ref().and_then(|data| ChangeState::of(data)).is_some_and(ChangeState::is_done);
        Condition::new("IEC 62304 8.2.2", format!("{id} is implemented"), done).on(id)
    }));
    conditions.extend(changes(case, release).filter_map(|(id, _)| in_another_release(case, id)));
    conditions
}

fn is_unique(case: &Case, release: &Release) -> Condition {
    let others = case.world.all(Kind::Release);
    let same = others
        .iter()
        .find(|data| data.head.id != case.id() && versions::same(data.text("version"), &release.version));
    let text = format!("No other release has the version {}", release.version);
    let condition = Condition::new("IEC 62304 5.8.4", text, same.is_none()).at("version");
    match same {
        Some(other) => {
            Condition { text: format!("{}; {} has it", condition.text, other.head.id), ..condition }
        }
        None => condition,
    }
}

/// It follows the last release, so that differences are those since then. A first release follows none.
fn follows_the_last(case: &Case, release: &Release) -> Condition {
    let last = last_released(case.world, case.id());
    let text = match &last {
        Some(last) => format!(
            "It follows {}, version {}, the last one that was released",
            last.head.id,
            last.text("version")
        ),
        None => "It follows no other, since none was released".to_owned(),
    };
    let met = release.predecessor == last.map(|last| last.head.id);
    Condition::new("IEC 62304 8.3", text, met).at("predecessor")
}

/// The last version that was released: the one that no other released one follows.
pub(super) fn last_released(world: &dyn World, without: RecordId) -> Option<SharedRecord> {
    let mut released = world.all(Kind::Release);
    released.retain(|data| data.head.id != without && S::of(data).is_some_and(S::was_released));
    let followed: BTreeSet<String> =
        released.iter().map(|data| data.text("predecessor").to_owned()).collect();
    released.retain(|data| !followed.contains(&data.head.id.to_string()));
    released.into_iter().max_by_key(|data| data.head.state_since)
}

/// Its version is higher than that of the release that it follows; a rollback returns to an earlier state with a new version.
fn comes_after(case: &Case, release: &Release) -> Condition {
    let before = release.predecessor.and_then(|id| case.world.record(id));
    let before = before.as_ref().map_or("", |data| data.text("version"));
    let met = versions::order(&release.version, before).is_none_or(std::cmp::Ordering::is_gt);
    let text = if before.is_empty() {
        "Its version is higher than the one before".to_owned()
    } else {
        format!("{} is higher than {before}, which it follows", release.version)
    };
    Condition::new("IEC 62304 5.8.4", text, met).at("version")
}

fn in_another_release(case: &Case, change: RecordId) -> Option<Condition> {
    let others = case.world.naming(change, Kind::Release, "change_requests");
    let other = others.iter().find(|data| {
        data.head.id != case.id()
            && S::of(data).is_some_and(|state| state.is_before_release() || state.was_released())
    })?;
    let text = format!("{change} is not in another release; {} has it", other.head.id);
    Some(Condition::new("IEC 62304 8.2.4", text, false).at("change_requests"))
}

/// The artifact, the build and the baseline are recorded, and a change is behind every difference.
pub(super) fn is_fixed(case: &Case, release: &Release) -> Vec<Condition> {
    let mut conditions = vec![
        Condition::new(
            "IEC 62304 5.8.4",
            "The SHA-256 of the artifact has 64 hexadecimal digits",
            is_sha256(&release.artifact_sha256),
        )
        .at("artifact_sha256"),
    ];
    if case.world.product().class().is_b_or_c() {
        conditions.push(
            Condition::new(
                "IEC 62304 5.8.5",
                "The build procedure is named",
                !release.build_procedure_ref.is_empty(),
            )
            .at("build_procedure_ref"),
        );
        let described = !release.build_environment.trim().is_empty();
        conditions.push(
            Condition::new(
                "IEC 62304 5.8.5",
                "The build environment is described with its versions",
                described,
            )
            .at("build_environment"),
        );
    }
    conditions.push(soup_is_known(case, release));
    conditions.extend(super::soup::is_registered(case, release));
    let open = uncovered(case.world, release);
    let more = open.len().saturating_sub(NAMED_MAX);
    conditions.extend(open.iter().take(NAMED_MAX).map(|difference| {
        let text = format!("A change of this release is behind {}", difference.words());
        Condition::new("IEC 62304 8.2.1", text, false).at(field_of(difference.kind))
    }));
    if more > 0 {
        let text = format!("A change of this release is behind each of {more} further differences");
        conditions.push(Condition::new("IEC 62304 8.2.1", text, false).at("baseline_items"));
    }
    conditions
}

/// How many differences are named one by one.
pub(super) const NAMED_MAX: usize = 50;

const fn field_of(kind: DifferenceKind) -> &'static str {
    match kind {
        DifferenceKind::Item => "baseline_items",
        DifferenceKind::Soup => "soup_baseline",
    }
}

fn soup_is_known(case: &Case, release: &Release) -> Condition {
    if release.soup_baseline.is_empty() {
        let said = !release.no_soup_reason.trim().is_empty();
        return Condition::new(
            "IEC 62304 8.1.2",
            "The SOUP is read from a bill of materials, or it is said why there is none",
            said,
        )
        .at("soup_baseline");
    }
    let kept = has_file(case, &release.bill_sha256);
    Condition::new("IEC 62304 8.1.2", "The bill of materials with this SHA-256 is attached", kept)
        .at("bill_sha256")
}

/// Whether a file with this digest is attached to the record.
fn has_file(case: &Case, sha256: &Line) -> bool {
    let files = case.world.referring(case.id(), Kind::Attachment);
    is_sha256(sha256) && is_attached(files.iter().map(|data| &**data), sha256)
}

/// Everything is verified on this artifact, and everything that stays is evaluated.
pub(super) fn is_verified(case: &Case, release: &Release) -> Vec<Condition> {
    let same = is_sha256(&release.artifact_sha256)
        && release.tested_sha256.eq_ignore_ascii_case(&release.artifact_sha256);
    let mut conditions = may_be_built(case, release);
    conditions.extend(is_fixed(case, release));
    conditions.push(
        Condition::new("IEC 62304 5.8.1", "The tested artifact is the one that is released", same)
            .at("tested_sha256"),
    );
    conditions.push(tested_after_baseline(release));
    conditions.extend(changes_verified(case, release));
    conditions.extend(residual_evaluated(case, release));
    conditions.extend(tasks_answered(case, release));
    conditions.extend(super::soup::is_reviewed(case, release));
    conditions.extend(markets_decided(case, release));
    conditions
}

/// The tests are those of this candidate, not of one before.
fn tested_after_baseline(release: &Release) -> Condition {
    let met = matches!((release.tested_on, release.baseline_fixed_on), (Some(tested), Some(fixed)) if tested >= fixed);
    let text = "It was tested on the day on which its baseline was fixed, or later";
    Condition::new("IEC 62304 5.8.1", text, met).at("tested_on")
}

/// Every change is verified, and an approval covers it as it is now.
fn changes_verified(case: &Case, release: &Release) -> Vec<Condition> {
    let mut conditions = Vec::new();
    for (id, data) in changes(case, release) {
        let Some(data) = data else { continue };
        let verified = ChangeState::of(&data).is_some_and(ChangeState::is_verified);
        conditions.push(Condition::new("IEC 62304 5.8.1", format!("{id} is verified"), verified).on(id));
        let covered = approval::granted(&case.of(&data)).is_some();
        let text = format!("An approval covers {id} as it is now");
        conditions.push(Condition::new("IEC 62304 6.2.4, 8.2.1", text, covered).on(id));
        let change = data.typed::<ChangeRequest>();
        let waits = change.is_some_and(|change| {
            let submits = |row: &crate::domain::change_request::MarketDecision| {
                row.decision == Some(RegulatoryDecision::Submission)
            };
            change.regulatory_decisions.iter().any(submits) && change.clearance_ref.is_empty()
        });
        if waits {
            conditions.push(
                Condition::new("ISO 13485 7.3.9", format!("The submission of {id} is cleared"), false).on(id),
            );
        }
    }
    conditions
}

fn tasks_answered(case: &Case, release: &Release) -> Vec<Condition> {
    let governing = case.world.governing();
    let mut names: Vec<&str> = governing.plan().release_tasks.iter().map(|row| &*row.task).collect();
    names.extend(release.tasks.iter().map(|row| &*row.task).filter(|task| !task.is_empty()));
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    names
        .into_iter()
        .map(|name| {
            let row = release.tasks.iter().find(|row| &*row.task == name);
            let answered = row.is_some_and(|row| {
                matches!(row.decision, Some(TaskDecision::Performed | TaskDecision::NotApplicable))
                    && !row.evidence.trim().is_empty()
            });
            let text = format!("“{name}” is performed with evidence, or does not apply for a reason");
            Condition::new("IEC 62304 5.8.6", text, answered).at("tasks")
        })
        .collect()
}

fn markets_decided(case: &Case, release: &Release) -> Vec<Condition> {
    let markets = case.world.product().markets.clone();
    if markets.is_empty() {
        return vec![markets_named(case)];
    }
    markets
        .into_iter()
        .map(|market| {
            let row = release.regulatory_decisions.iter().find(|row| row.market == Some(market));
            let decided = row.is_some_and(|row| {
                (!row.decision.is_empty() && row.clear == Some(true)) || !row.not_there.is_empty()
            });
            let text = format!(
                "It is decided for {} that it is released there and nothing is awaited, or that it is not released there",
                market.word()
            );
            Condition::new("ISO 13485 7.3.9", text, decided).at("regulatory_decisions")
        })
        .collect()
}

/// The condition that the product names its markets.
pub fn markets_named(case: &Case) -> Condition {
    let named = !case.world.product().markets.is_empty();
    Condition::new("ISO 13485 7.3.9", "The markets of the product are named", named).at("markets").on(PRODUCT)
}

/// It is approved as it is, archived, and users and authorities can be told.
pub(super) fn may_be_released(case: &Case, release: &Release) -> Vec<Condition> {
    let mut conditions = vec![
        case.world.governing().is_in_force(),
        Condition::new(
            "IEC 62304 5.8.7",
            "The SHA-256 of the archive has 64 hexadecimal digits",
            is_sha256(&release.archive_sha256),
        )
        .at("archive_sha256"),
        archive_reads_back(release),
    ];
    conditions.extend(approval::is_granted(case, "IEC 62304 5.8"));
    conditions.extend(communication::decided_for_release(case, release));
    conditions
}

/// The archive was read again and is unchanged, and it is said by whom and how.
pub(super) fn archive_reads_back(release: &Release) -> Condition {
    let dated = release.archive_checks.iter().filter(|row| row.checked_on.is_some());
    let last = dated.max_by_key(|row| row.checked_on);
    let same = last.is_some_and(|row| row.sha256.eq_ignore_ascii_case(&release.archive_sha256));
    let told = last.is_some_and(|row| !row.checked_by.is_empty() && !row.how.is_empty());
    let short = |text: &str| text.get(..8).unwrap_or_default().to_owned();
    let text = match last {
        Some(row) if !same && is_sha256(&row.sha256) => format!(
            "The archive was read again with the same SHA-256; it was {}…, and {}… was recorded",
            short(&row.sha256),
            short(&release.archive_sha256)
        ),
        _ => "The archive was read again with the same SHA-256, and it is said by whom and how".to_owned(),
    };
    Condition::new("IEC 62304 5.8.7", text, same && told).at("archive_checks")
}
