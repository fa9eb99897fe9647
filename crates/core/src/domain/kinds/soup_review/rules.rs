//! Steps of SOUP reviews (domain 2.9; 3.6 REV-01 to REV-16).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::scope::{Scope, releases_of, scope_of};
use super::sources::required_sources;
use super::{REVIEWERS, SoupReview, SoupReviewState as S};
use crate::domain::approval;
use crate::domain::attachment::is_attached;
use crate::domain::authority::AuthoritySubject;
use crate::domain::finding::FindingState;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::maintenance_plan::{RiskTier, Standing};
use crate::domain::person::Role;
use crate::domain::record::{Fields, RecordData};
use crate::domain::release::Release;
use crate::domain::retirement_plan::RETIREMENT_RULES;
use crate::domain::review_item::{ItemResult, ReviewItem, hits_undecided, is_done};
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::{Meaning, Part};
use crate::domain::soup_item::SoupItem;
use crate::domain::soup_item::due::Intervals;
use crate::domain::soup_item::register::fielded;
use crate::domain::text::{counted, is_sha256};
use crate::domain::time::Day;
use crate::domain::workflow::{Case, Condition, Effect, Move};

/// The step that freezes the scope of a review.
pub const START: &str = "start";

pub(super) const MOVES: &[Move] = &[
    Move::new(START, "Start the review", &[S::Scheduled.code()], S::InProgress.code(), REVIEWERS)
        .clause("IEC 62304 7.1.3, 8.1.3")
        .guard(|case| case.with::<SoupReview>(may_start))
        .effects(|case| case.effects::<SoupReview>(freeze)),
    Move::new(
        "submit",
        "Hand over for the second review",
        &[S::InProgress.code()],
        S::AwaitingSecondReview.code(),
        REVIEWERS,
    )
    .sign(Meaning::Reviewed)
    .clause("IEC 62304 7.1.3")
    .covers(|case| vec![(case.id(), Part::Scope)])
    .guard(|case| case.with::<SoupReview>(may_be_handed_over))
    .effects(conclude),
    Move::new(
        "return",
        "Return to the reviewer",
        &[S::AwaitingSecondReview.code(), S::Completed.code()],
        S::InProgress.code(),
        REVIEWERS,
    )
    .reason(),
    Move::new(
        "complete",
        "Confirm the review",
        &[S::AwaitingSecondReview.code()],
        S::Completed.code(),
        REVIEWERS,
    )
    .sign(Meaning::Verified)
    .clause("IEC 62304 7.1.3")
    .covers(|case| vec![(case.id(), Part::Scope)])
    .guard(|case| case.with::<SoupReview>(is_second))
    .effects(|case| {
        let Some(actor) = case.actor else { return Vec::new() };
        vec![set(case.id(), [("second_reviewer", json!(actor))])]
    }),
    Move::new("approve", "Approve", &[S::Completed.code()], S::Approved.code(), &[Role::Quality])
        .sign(Meaning::Approved)
        .clause("IEC 62304 7.1.3, 6.1 f")
        .covers(|case| vec![(case.id(), Part::Scope)])
        .guard(|case| {
            let mut conditions = findings_triaged(case);
            conditions.extend(signed_by_the_matrix(case));
            let review = case.data.typed::<SoupReview>();
            conditions.extend(review.and_then(|review| dated_ahead(case, &review)));
            conditions
        })
        .effects(|case| case.effects::<SoupReview>(next_dates)),
    Move::new(
        "abandon",
        "Abandon",
        &[S::Scheduled.code(), S::InProgress.code()],
        S::Abandoned.code(),
        &[Role::Quality, Role::SecurityLead, Role::DevLead],
    )
    .reason()
    .grave(),
];

fn set<const N: usize>(id: RecordId, values: [(&str, Value); N]) -> Effect {
    let set: Fields = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Effect::Set { id, set }
}

/// The method as the review states it, or as the plan does.
fn method(case: &Case, review: &SoupReview) -> String {
    if !review.method.trim().is_empty() {
        return review.method.to_string();
    }
    case.world.governing().plan().soup_review_method.to_string()
}

/// A plan is in force, the method is stated, the SOUP in service is registered, and nothing is left out without a reason.
fn may_start(case: &Case, review: &SoupReview) -> Vec<Condition> {
    let mut conditions = vec![case.world.governing().is_in_force()];
    let stated = !method(case, review).trim().is_empty();
    let text = "The method of search and judgement is stated, here or in the plan";
    conditions.push(Condition::new("IEC 62304 7.1.3", text, stated).at("method"));
    let releases = releases_of(case.world, review);
    let text = "There is a release in service or a candidate whose SOUP is reviewed";
    conditions.push(Condition::new("IEC 62304 8.1.3", text, !releases.is_empty()).at("candidates"));
    let scope = scope_of(case.world, review, &releases);
    let missing = scope.unregistered.len();
    let text = match scope.unregistered.first() {
        Some(first) => format!(
            "All SOUP of these releases is in the register; {} not, such as {first}. Read the bill of materials into the register first",
            if missing == 1 { "1 is".to_owned() } else { format!("{missing} are") }
        ),
        None => "All SOUP of these releases is in the register".to_owned(),
    };
    conditions.push(Condition::new("IEC 62304 8.1.2", text, missing == 0));
    let text = "At least one SOUP item is in its scope";
    let some = !scope.versions.is_empty() || missing > 0;
    conditions.push(Condition::new("IEC 62304 7.1.3", text, some).at("tiers"));
    conditions
}

/// Plan, method, releases and day are fixed.
fn freeze(case: &Case, review: &SoupReview) -> Vec<Effect> {
    let governing = case.world.governing();
    let Standing::InForce(plan) = governing.standing else { return Vec::new() };
    let releases = releases_of(case.world, review);
    vec![set(
        case.id(),
        [
            ("plan", json!(plan)),
            ("plan_version", json!(governing.plan().version)),
            ("releases", json!(releases)),
            ("started_on", json!(case.now.day())),
            ("method", method(case, review).into()),
        ],
    )]
}

fn items(case: &Case) -> Vec<SharedRecord> {
    case.world.parts(case.id(), Kind::ReviewItem)
}

/// Every version in scope has its own result, every required source was searched, and the evidence is kept.
pub fn may_be_handed_over(case: &Case, review: &SoupReview) -> Vec<Condition> {
    let items = items(case);
    let mut conditions = covers_its_scope(case, review, &items);
    let open: Vec<&SharedRecord> = items.iter().filter(|data| !is_done(data)).collect();
    let text = match open.first() {
        Some(first) => format!(
            "Every item has its own result; {} open, such as {}",
            counted_are(open.len()),
            first.title()
        ),
        None => "Every item has its own result".to_owned(),
    };
    // Of no item, nothing is said.
    let said = !items.is_empty() || case.rules < RETIREMENT_RULES;
    let condition = Condition::new("IEC 62304 7.1.3", text, open.is_empty() && said);
    conditions.push(condition.on_any(open.first().map(|data| data.head.id)));
    conditions.push(evidence_is_kept(case, review));
    conditions.extend(dated_ahead(case, review));
    conditions.extend(required_sources(case, review, &items));
    conditions.extend(still_decided(case, &items));
    conditions
}

fn counted_are(count: usize) -> String {
    if count == 1 { "1 is".to_owned() } else { format!("{count} are") }
}

/// No release in service is left out without a word, and no version of one (REV-09, REV-10).
fn covers_its_scope(case: &Case, review: &SoupReview, items: &[SharedRecord]) -> Vec<Condition> {
    let scope = scope_of(case.world, review, &review.releases);
    let covered: BTreeSet<String> = items.iter().map(|data| data.text("designator").to_owned()).collect();
    let mut missing: Vec<String> = scope
        .versions
        .iter()
        .filter(|version| !covered.contains(&version.designator.head.id.to_string()))
        .map(|version| version.row.label())
        .collect();
    missing.extend(scope.unregistered.iter().cloned());
    let text = match missing.first() {
        Some(first) => format!(
            "All SOUP in scope was searched; {} missing, such as {first}. Run the search again",
            counted_are(missing.len())
        ),
        None => "All SOUP in scope was searched".to_owned(),
    };
    let mut conditions = vec![Condition::new("IEC 62304 7.1.3", text, missing.is_empty())];
    conditions.extend(wrong_version(&scope, items));
    let left: Vec<RecordId> = review.releases_left_out.iter().filter_map(|row| row.release).collect();
    let since: Vec<RecordId> = fielded(case.world)
        .iter()
        .map(|data| data.head.id)
        .filter(|id| !review.releases.contains(id) && !left.contains(id))
        .collect();
    if let Some(first) = since.first() {
        let text = format!(
            "Every release in service is in scope; {first} went into service since the review started. Abandon it and start another one"
        );
        conditions.push(Condition::new("FD&C 524B", text, false).on(*first));
    }
    conditions
}

/// What was searched is what the releases in scope contain, in all of them (REV-02).
fn wrong_version(scope: &Scope, items: &[SharedRecord]) -> Option<Condition> {
    let in_use: BTreeMap<RecordId, &[RecordId]> =
        scope.versions.iter().map(|version| (version.designator.head.id, &*version.releases)).collect();
    let wrong = items.iter().find(|data| {
        let item = data.typed::<ReviewItem>();
        let releases =
            item.as_ref().and_then(|item| Some((in_use.get(&item.designator?)?, item.releases.as_slice())));
        !releases
            .is_some_and(|(used, said)| used.iter().all(|id| said.contains(id)) && used.len() == said.len())
    })?;
    let text = format!(
        "Only versions in use are searched, each for the releases that contain it; {} is not so. Run the search again",
        wrong.title()
    );
    Some(Condition::new("IEC 62304 7.1.3", text, false).on(wrong.head.id))
}

fn evidence_is_kept(case: &Case, review: &SoupReview) -> Condition {
    let files = case.world.referring(case.id(), Kind::Attachment);
    let kept = is_attached(files.iter().map(|data| &**data), &review.evidence_sha256);
    let text = "The evidence of the search with this SHA-256 is attached";
    Condition::new("IEC 62304 7.1.3", text, kept && !review.evidence_sha256.is_empty()).at("evidence_sha256")
}

/// A search that is dated ahead, because a clock was, would count as the newest one until its day has come.
fn dated_ahead(case: &Case, review: &SoupReview) -> Option<Condition> {
    let ahead = |on: &Day| case.rules >= RETIREMENT_RULES && on.is_ahead_of(case.now.day());
    let on = review.searched_on.filter(ahead)?;
    let text =
        format!("The search is not dated in the future; it says {on}. Set the clock right and search again");
    Some(Condition::new("IEC 62304 7.1.3", text, false).at("searched_on"))
}

/// Findings may have been withdrawn since an item was concluded.
fn still_decided(case: &Case, items: &[SharedRecord]) -> Option<Condition> {
    let open = items.iter().find_map(|data| {
        let item = data.typed::<ReviewItem>()?;
        let first = hits_undecided(case.world, &item).into_iter().next()?;
        Some((data.head.id, first))
    })?;
    let text = format!("Every hit has its decision; {} of {} has none", open.1, open.0);
    Some(Condition::new("IEC 62304 7.1.3", text, false).on(open.0))
}

/// The conclusion is made of the results of the items.
fn conclude(case: &Case) -> Vec<Effect> {
    let Some(review) = case.data.typed::<SoupReview>() else { return Vec::new() };
    let mut values = vec![("conclusion", Value::from(conclusion_of(case, &review)))];
    if let Some(actor) = case.actor {
        values.push(("reviewer", json!(actor)));
    }
    let set: Fields = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    vec![Effect::Set { id: case.id(), set }]
}

/// The conclusion of a review in words, from the results of its items.
pub fn conclusion_of(case: &Case, review: &SoupReview) -> String {
    let items = items(case);
    let mut results: BTreeMap<Option<ItemResult>, usize> = BTreeMap::new();
    for data in &items {
        let result = data.typed::<ReviewItem>().and_then(|item| item.result);
        *results.entry(result).or_default() += 1;
    }
    let of = |result| results.get(&Some(result)).copied().unwrap_or_default();
    let findings = findings_of(case);
    let on = review.searched_on.map_or_else(String::new, |day| format!(" on {day}"));
    format!(
        "{} of {} were looked for in {}{on}: nothing found for {}, nothing relevant for {}, findings for {}, could not be checked for {}. \
         {} raised or confirmed by this review. The results of the items stand with each item.",
        counted(items.len(), "SOUP version"),
        counted(review.releases.len(), "release"),
        counted(review.sources.len(), "source"),
        of(ItemResult::NothingFound),
        of(ItemResult::NoneRelevant),
        of(ItemResult::FindingsRaised),
        of(ItemResult::NotChecked),
        counted(findings.len(), "finding"),
    )
}

/// The findings that a review raised or met again.
fn findings_of(case: &Case) -> Vec<SharedRecord> {
    case.world.naming(case.id(), Kind::Finding, "reviews")
}

/// Two persons review; the second one is not the first, and wrote neither of the review nor of one of its items.
fn is_second(case: &Case, review: &SoupReview) -> Vec<Condition> {
    let clause = "IEC 62304 7.1.3";
    let other = case.actor.is_none_or(|actor| review.reviewer != Some(actor));
    let text = "The second reviewer is not the first one";
    let text = if other { text.to_owned() } else { format!("{text}: somebody else confirms the review") };
    let mut conditions = vec![Condition::new(clause, text, other)];
    if let Some(actor) = case.actor.filter(|_| other) {
        let mut ids = vec![case.id()];
        ids.extend(items(case).iter().map(|data| data.head.id));
        let own = case.world.written_by(actor, &ids);
        let text = "The second reviewer wrote nothing of the review and judged no item of it";
        let text = match own {
            Some(id) => format!("{text}; {id} is of the same person. Somebody else completes it"),
            None => text.to_owned(),
        };
        conditions.push(Condition::new(clause, text, own.is_none()));
    }
    conditions
}

/// Nothing that was found is still untouched.
fn findings_triaged(case: &Case) -> Vec<Condition> {
    let found = findings_of(case);
    let new: Vec<RecordId> = found
        .iter()
        .filter(|data| FindingState::of(data) == Some(FindingState::New))
        .map(|data| data.head.id)
        .collect();
    let text = match new.first() {
        Some(first) => {
            format!(
                "Every finding of the review is triaged at least; {} new, such as {first}",
                counted_are(new.len())
            )
        }
        None => "Every finding of the review is triaged at least".to_owned(),
    };
    vec![Condition::new("IEC 62304 7.1.3", text, new.is_empty()).on_any(new.first().copied())]
}

/// The roles that the authority matrix asks for have signed it; Quality signs with the approval.
fn signed_by_the_matrix(case: &Case) -> Vec<Condition> {
    let b_or_c = case.world.product().class().is_b_or_c();
    let roles = case.world.governing().required_roles(&[AuthoritySubject::ReviewSession], b_or_c);
    let others = roles.into_iter().filter(|role| *role != Role::Quality).collect();
    approval::signed_by_each(case, others, "review", "IEC 62304 7.1.3")
}

/// The next dates follow from the day of the search, not from the day that was planned.
fn next_dates(case: &Case, review: &SoupReview) -> Vec<Effect> {
    let Some(on) = review.searched_on else { return Vec::new() };
    let governing = case.world.governing();
    let intervals = Intervals::of(case.world, governing.plan());
    let items = items(case);
    let contents: Vec<_> = items.iter().filter_map(|data| data.typed::<ReviewItem>()).collect();
    let reviewed: BTreeSet<RecordId> = contents.iter().filter_map(|item| item.item).collect();
    let mut effects: Vec<Effect> = reviewed
        .into_iter()
        .filter(|id| is_whole(case, review, *id))
        .map(|id| set(id, [("reviewed_on", json!(on))]))
        .collect();
    let tiers: BTreeSet<RiskTier> = contents.iter().map(|item| item.tier.unwrap_or(RiskTier::High)).collect();
    let rows: Vec<Value> = tiers
        .into_iter()
        .filter_map(|tier| {
            let days = intervals.of_tier(Some(tier))?;
            Some(json!({"tier": tier, "on": on.plus_days(i64::from(days))}))
        })
        .collect();
    if !rows.is_empty() {
        effects.push(set(case.id(), [("next_reviews", Value::Array(rows))]));
    }
    effects
}

/// Whether a review covers all versions of an item in the releases in service: only then it counts as reviewed. A later search of it
/// is not replaced by an earlier one.
fn is_whole(case: &Case, review: &SoupReview, item: RecordId) -> bool {
    let Some(data) = case.world.record(item) else { return false };
    let today = case.now.day();
    let last = data.typed::<SoupItem>().and_then(|item| item.last_review(today));
    let later = last > review.searched_on;
    let excluded = review.exclusions.iter().any(|row| *row.item == *data.title());
    let contains = |release: &SharedRecord| {
        let release = release.typed::<Release>();
        release.is_some_and(|release| release.soup_baseline.iter().any(|soup| *soup.item == *data.title()))
    };
    let in_service = fielded(case.world);
    let mut others = in_service.iter().filter(|release| !review.releases.contains(&release.head.id));
    !later && !excluded && !others.any(contains)
}

pub(super) fn violations(data: &RecordData, _: u32) -> Vec<(&'static str, String)> {
    let mut wrong = Vec::new();
    let text = data.text("evidence_sha256");
    if !text.is_empty() && !is_sha256(text) {
        wrong.push(("evidence_sha256", "must be a SHA-256: 64 hexadecimal digits".to_owned()));
    }
    wrong
}

/// What a reader of a review must know.
pub(super) fn notices(case: &Case) -> Vec<String> {
    let Some(review) = case.data.typed::<SoupReview>() else { return Vec::new() };
    let state = S::of(case.data);
    let mut notices = Vec::new();
    if state == Some(S::Scheduled)
        && let Some(due) = review.due_on.filter(|due| *due < case.now.day())
    {
        notices.push(format!("It was due on {due} and has not started."));
    }
    if state == Some(S::InProgress)
        && review.started_on.is_some_and(|day| case.now.day().days_since(day) > 30)
    {
        notices.push("It is in progress for more than 30 days.".to_owned());
    }
    let names: Vec<String> = review.sources.iter().map(|row| row.source.to_lowercase()).collect();
    if !names.is_empty() && names.iter().all(|name| name.contains("nvd")) {
        notices.push(
            "Only the NVD was searched. It no longer names the products of most vulnerabilities; search a second source.".to_owned(),
        );
    }
    notices
}
