//! Rules about reviews of the SOUP (domain 3.6, REV).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Applies, Hit, Look, Rule, Severity as S};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::maintenance_plan::MaintenancePlan;
use crate::domain::person::Person;
use crate::domain::release::{Release, SoupVersion};
use crate::domain::review_item::{
    ItemResult, ReviewItem, has_enough_sources, hits_undecided, is_done, lane_a_is_done, outcome,
};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_review::scope::scope_of;
use crate::domain::soup_review::sources::required_sources;
use crate::domain::soup_review::{ReviewTrigger, SoupReview, SoupReviewState as State, events};
use crate::domain::text::first_of;
use crate::domain::time::Day;

const REVIEW: Kind = Kind::SoupReview;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "REV-01",
        "IEC 62304 7.1.3",
        S::Major,
        ("A review has no documented method", "State the method."),
        no_method,
    )
    .place(REVIEW),
    Rule::new(
        "REV-02",
        "IEC 62304 7.1.3",
        S::Critical,
        ("A wrong version was searched", "Search the version in use."),
        wrong_version,
    )
    .place(REVIEW),
    Rule::new(
        "REV-03",
        "IEC 62304 7.1.3",
        S::Major,
        (
            "A review has no reviewer or date",
            "Hand the review over again; the program records person and time.",
        ),
        no_reviewer,
    )
    .place(REVIEW),
    Rule::new(
        "REV-04",
        "IEC 62304 7.1.3",
        S::Critical,
        (
            "“Nothing found” has no evidence of a search",
            "Search again; the evidence is kept with the review.",
        ),
        no_evidence,
    )
    .place(REVIEW),
    Rule::new(
        "REV-05",
        "IEC 62304 7.1.3",
        S::Major,
        ("A review is concluded while items have no result of their own", "Give every item its result."),
        blanket,
    )
    .place(REVIEW),
    Rule::new(
        "REV-06",
        "IEC 62304 6.1 f",
        S::Major,
        ("A required source was not searched", "Search it, or say what was done instead."),
        source_missing,
    )
    .place(REVIEW),
    Rule::new(
        "REV-07",
        "IEC 62304 7.1.3",
        S::Minor,
        (
            "Only the NVD was searched",
            "Search a second source: the NVD no longer names the products of most vulnerabilities.",
        ),
        only_nvd,
    )
    .place(REVIEW),
    Rule::new(
        "REV-08",
        "IEC 62304 7.1.3",
        S::Major,
        ("Vulnerabilities were searched, the supplier's list was not read", "Read the supplier's list."),
        no_lane_a,
    )
    .only(Applies::ClassBC)
    .place(REVIEW),
    Rule::new(
        "REV-09",
        "FDA premarket cybersecurity",
        S::Major,
        ("A version in the field was left out of a review", "Review it, or say why it is left out."),
        release_left_out,
    )
    .place(REVIEW),
    Rule::new(
        "REV-10",
        "IEC 62304 8.1.2",
        S::Major,
        ("A component was left out of a review", "Review it, or exclude it with a reason."),
        item_left_out,
    )
    .place(REVIEW),
    Rule::new(
        "REV-11",
        "IEC 62304 7.1.3",
        S::Critical,
        ("Evidence of a review is altered or missing", "Restore the file from a backup; search again."),
        evidence_missing,
    )
    .place(REVIEW),
    Rule::new(
        "REV-12",
        "IEC 62304 7.1.3",
        S::Minor,
        ("A search cannot be repeated", "Enter an identifier of the component, so that the query is exact."),
        not_reproducible,
    )
    .place(REVIEW),
    Rule::new(
        "REV-13",
        "IEC 62304 7.1.3",
        S::Minor,
        ("A review is not completed", "Complete or abandon it."),
        not_completed,
    )
    .place(REVIEW),
    Rule::new(
        "REV-14",
        "IEC 62304 7.1.3",
        S::Critical,
        ("Hits have no recorded disposition", "Raise a finding for each hit, or dismiss it with a reason."),
        hits_open,
    )
    .place(REVIEW),
    Rule::new(
        "REV-15",
        "ISO 13485 6.2",
        S::Info,
        ("The competence of the reviewer is not shown", "Enter where the training is recorded."),
        no_competence,
    )
    .place(REVIEW),
    Rule::new(
        "REV-16",
        "FDA premarket cybersecurity",
        S::Minor,
        (
            "The catalogue of exploited vulnerabilities was not consulted",
            "Import the CISA KEV catalogue and search again.",
        ),
        no_kev,
    )
    .only(Applies::Cyber)
    .place(REVIEW),
];

type Review = (SharedRecord, Arc<SoupReview>);

/// The reviews that were handed over at least.
fn handed_over(look: &Look) -> Vec<Review> {
    let all = look.all::<SoupReview>().into_iter();
    all.filter(|(data, _)| State::of(data).is_some_and(State::is_handed_over)).collect()
}

fn reviews(look: &Look, rule: impl Fn(&SharedRecord, &SoupReview) -> Option<Hit>) -> Vec<Hit> {
    handed_over(look).into_iter().filter_map(|(data, review)| rule(&data, &review)).collect()
}

fn review_items(look: &Look, review: RecordId) -> Vec<(SharedRecord, Arc<ReviewItem>)> {
    let parts = look.world.parts(review, Kind::ReviewItem).into_iter();
    parts
        .filter_map(|data| {
            let content = data.typed::<ReviewItem>()?;
            Some((data, content))
        })
        .collect()
}

/// The first item of each review for which a rule fires, with how many others there are. It is remedied in this field.
fn first_items(
    look: &Look,
    field: &'static str,
    fires: &dyn Fn(&Review, &SharedRecord, &ReviewItem) -> Option<String>,
) -> Vec<Hit> {
    let mut hits = Vec::new();
    for review in handed_over(look) {
        let id = review.0.head.id;
        let items = review_items(look, id);
        let mut found =
            items.iter().filter_map(|(part, item)| Some((part.head.id, fires(&review, part, item)?)));
        let Some((first, text)) = found.next() else { continue };
        let more = match found.count() {
            0 => String::new(),
            count => format!("; the same holds for {count} more of {id}"),
        };
        hits.push(Hit::at(first, format!("{text}{more}")).field(field));
    }
    hits
}

/// The plan under which a review was made.
fn plan_of(look: &Look, review: &SoupReview) -> Option<Arc<MaintenancePlan>> {
    look.world.record(review.plan?)?.typed()
}

/// The method is stated in the review, or in the plan under which it was made.
fn no_method(look: &Look) -> Vec<Hit> {
    reviews(look, |data, review| {
        let by_plan = || plan_of(look, review).is_some_and(|plan| !plan.soup_review_method.trim().is_empty());
        (review.method.trim().is_empty() && !by_plan())
            .then(|| Hit::at(data.head.id, "No method of search and judgement is stated").field("method"))
    })
}

/// What each release contains, as “name version”.
fn baselines(look: &Look) -> BTreeMap<RecordId, BTreeSet<String>> {
    let all = look.all::<Release>().into_iter();
    all.map(|(data, release)| (data.head.id, release.soup_baseline.iter().map(SoupVersion::label).collect()))
        .collect()
}

fn wrong_version(look: &Look) -> Vec<Hit> {
    let baselines = baselines(look);
    first_items(look, "version_searched", &|(_, review), _, item| {
        let known = look.world.record(item.designator?)?;
        let (searched, registered) = (&*item.version_searched, known.title());
        if searched != registered {
            return Some(format!("Version {searched} was searched, in use is {registered}"));
        }
        let version = format!("{} {searched}", look.world.record(item.item?)?.title());
        let mut contents = review.releases.iter().filter_map(|id| baselines.get(id));
        let used = contents.any(|versions| versions.contains(&version));
        (!used).then(|| format!("No release in scope contains {version}, which was searched"))
    })
}

fn no_reviewer(look: &Look) -> Vec<Hit> {
    reviews(look, |data, review| {
        let asked = [
            ("reviewer", "reviewer", review.reviewer.is_none()),
            ("searched_on", "day of the search", review.searched_on.is_none()),
        ];
        Hit::lacking(data.head.id, &asked, "It has no")
    })
}

fn no_evidence(look: &Look) -> Vec<Hit> {
    first_items(look, "sources", &|(_, review), _, item| {
        let nothing = item.result == Some(ItemResult::NothingFound);
        let bare = outcome(item).answered == 0 || review.evidence_sha256.is_empty();
        (nothing && bare).then(|| format!("“Nothing found” of {} has no search behind it", item.title))
    })
}

fn blanket(look: &Look) -> Vec<Hit> {
    let mut hits = first_items(look, "result", &|_, part, item| {
        (!is_done(part)).then(|| format!("The review is concluded, and {} has no result", item.title))
    });
    hits.extend(reviews(look, |data, review| {
        let none = !review.conclusion.trim().is_empty() && review_items(look, data.head.id).is_empty();
        none.then(|| Hit::at(data.head.id, "It is concluded, and it has no items").field("conclusion"))
    }));
    hits
}

fn source_missing(look: &Look) -> Vec<Hit> {
    let mut hits = first_items(look, "not_checked", &|_, part, item| {
        (!has_enough_sources(look.world, part, item))
            .then(|| format!("Fewer sources than the plan asks for could answer about {}", item.title))
    });
    for (data, review) in handed_over(look) {
        let items = look.world.parts(data.head.id, Kind::ReviewItem);
        let required = required_sources(&look.case(&data), &review, &items);
        if let Some(open) = required.into_iter().find(|condition| !condition.met) {
            hits.push(Hit::at(data.head.id, format!("Not so: {}", open.text)).field("sources"));
        }
    }
    hits
}

/// Since when the NVD no longer enriches most records.
fn nvd_changed() -> Option<Day> {
    Day::parse("2026-04-15").ok()
}

fn only_nvd(look: &Look) -> Vec<Hit> {
    reviews(look, |data, review| {
        let after = review.searched_on.zip(nvd_changed()).is_some_and(|(on, changed)| on >= changed);
        let names: Vec<String> = review
            .sources
            .iter()
            .map(|row| row.source.to_lowercase())
            .filter(|name| !name.contains("kev") && !name.contains("epss"))
            .collect();
        let only = !names.is_empty() && names.iter().all(|name| name.contains("nvd"));
        (after && only).then(|| {
            Hit::at(
                data.head.id,
                "Only the NVD was searched, after it stopped naming the products of most vulnerabilities",
            )
            .field("sources")
        })
    })
}

fn no_lane_a(look: &Look) -> Vec<Hit> {
    first_items(look, "list_place", &|_, part, item| {
        let searched = item.search_result.is_some();
        (is_done(part) && searched && !lane_a_is_done(item))
            .then(|| format!("The supplier's list was not read for {}, which was searched", item.title))
    })
}

/// The last approved review, if there is one: the rules about what it left out look at it alone.
fn last_approved(look: &Look) -> Option<Review> {
    let all = handed_over(look).into_iter();
    let ahead = |review: &SoupReview| review.searched_on.is_some_and(|on| on.is_ahead_of(look.today()));
    all.filter(|(data, review)| State::of(data) == Some(State::Approved) && !ahead(review))
        .max_by_key(|(_, review)| review.searched_on)
}

fn release_left_out(look: &Look) -> Vec<Hit> {
    let Some((data, review)) = last_approved(look) else { return Vec::new() };
    let left_out = review.releases_left_out.iter().filter_map(|row| row.release);
    let named: BTreeSet<RecordId> = review.releases.iter().copied().chain(left_out).collect();
    let fielded = look.fielded().into_iter().filter(|(release, _)| !named.contains(&release.head.id));
    let before = fielded
        .filter(|(release, _)| review.started_on.is_none_or(|on| look.released_at(release).day() <= on));
    before
        .map(|(release, _)| {
            Hit::at(data.head.id, format!("{} was in the field and is not in its scope", release.head.id))
                .field("releases_left_out")
        })
        .collect()
}

fn item_left_out(look: &Look) -> Vec<Hit> {
    let Some((data, review)) = last_approved(look) else { return Vec::new() };
    let items = review_items(look, data.head.id);
    let covered: BTreeSet<RecordId> = items.iter().filter_map(|(_, item)| item.designator).collect();
    let scope = scope_of(look.world, &review, &review.releases);
    let mut left = scope.versions.iter().filter(|one| !covered.contains(&one.designator.head.id));
    let mut hits = changed_since(look, &review);
    let Some(first) = left.next() else { return hits };
    let text = format!(
        "Of the SOUP in its scope, {} are neither reviewed nor excluded, such as {}",
        left.count() + 1,
        first.row.label()
    );
    hits.push(Hit::at(data.head.id, text).field("exclusions"));
    hits
}

/// Releases that came into service since a review with versions that no review has covered, though their items were reviewed.
fn changed_since(look: &Look, review: &SoupReview) -> Vec<Hit> {
    let events = events::of_file(look.world, look.today()).into_iter();
    let changed = events.filter(|event| event.trigger == ReviewTrigger::SoupChange);
    let since = changed.filter(|event| !review.releases.contains(&event.about));
    since
        .map(|event| {
            let text = format!("{}, such as {}", event.what, first_of(&event.details, 1));
            Hit::at(event.about, text).field("soup_baseline")
        })
        .collect()
}

fn evidence_missing(look: &Look) -> Vec<Hit> {
    reviews(look, |data, review| {
        let lost = look.facts.evidence_missing.contains(&data.head.id);
        (lost && !review.evidence_sha256.is_empty()).then(|| {
            Hit::at(data.head.id, "The evidence of its search is not in the file as it was kept")
                .field("evidence_sha256")
        })
    })
}

/// The identifiers by which more than one item of a review was looked for in a source.
fn shared_identifiers(items: &[(SharedRecord, Arc<ReviewItem>)]) -> BTreeSet<String> {
    let mut users: BTreeMap<(&str, &str), BTreeSet<Option<RecordId>>> = BTreeMap::new();
    for (_, item) in items {
        for row in item.sources.iter().filter(|row| !row.identifier.is_empty()) {
            users.entry((&row.source, &row.identifier)).or_default().insert(item.item);
        }
    }
    let shared = users.into_iter().filter(|(_, items)| items.len() > 1);
    shared.map(|((_, identifier), _)| identifier.to_owned()).collect()
}

fn not_reproducible(look: &Look) -> Vec<Hit> {
    let mut hits = first_items(look, "sources", &|_, _, item| {
        let bare = item
            .sources
            .iter()
            .find(|row| row.records.is_some() && row.identifier.is_empty() && row.why.is_empty())?;
        Some(format!("The search of {} in {} names no identifier", item.title, bare.source))
    });
    hits.extend(reviews(look, |data, _| {
        let shared = shared_identifiers(&review_items(look, data.head.id));
        let first = shared.first()?;
        let text = format!("Different items were looked for by the same identifier, such as {first}");
        Some(Hit::at(data.head.id, text).field("sources"))
    }));
    hits
}

/// Days after which a review in progress is asked about.
const PROGRESS_DAYS: i64 = 30;

fn not_completed(look: &Look) -> Vec<Hit> {
    let open = look.world.in_states(REVIEW, &[State::InProgress.code()]).into_iter();
    open.filter_map(|data| {
        let started = data.typed::<SoupReview>()?.started_on?;
        let days = look.today().days_since(started);
        (days > PROGRESS_DAYS).then(|| Hit::at(data.head.id, format!("It is in progress for {days} days")))
    })
    .collect()
}

fn hits_open(look: &Look) -> Vec<Hit> {
    first_items(look, "dismissed", &|_, _, item| {
        let open = hits_undecided(look.world, item);
        let first = open.first()?;
        Some(format!("Hits of {} have no disposition: {}, such as {first}", item.title, open.len()))
    })
}

/// The competence is shown in the review, or with the person who reviewed.
fn no_competence(look: &Look) -> Vec<Hit> {
    reviews(look, |data, review| {
        let person = review.reviewer.and_then(|id| look.world.record(id));
        let trained =
            person.and_then(|data| data.typed::<Person>()).is_some_and(|one| !one.training_ref.is_empty());
        (review.competence_ref.is_empty() && !trained).then(|| {
            Hit::at(data.head.id, "It is not shown that the reviewer is competent").field("competence_ref")
        })
    })
}

fn no_kev(look: &Look) -> Vec<Hit> {
    reviews(look, |data, review| {
        let is_catalogue = |text: &str| text.to_lowercase().contains("kev");
        let searched =
            review.sources.iter().any(|row| is_catalogue(&row.source) || is_catalogue(&row.format));
        (!searched && review.searched_on.is_some()).then(|| {
            Hit::at(data.head.id, "The catalogue of exploited vulnerabilities was not searched")
                .field("sources")
        })
    })
}
