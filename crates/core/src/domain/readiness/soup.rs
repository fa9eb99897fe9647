//! Rules about the SOUP register and its reviews (domain 3.6).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Applies, Hit, Look, Rule, Severity as S};
use crate::domain::finding::{Finding, FindingKind, FindingState};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::release::Release;
use crate::domain::review_item::{ItemResult, ReviewItem, hits_undecided, is_done, lane_a_is_done};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_designator::{self, SoupDesignator};
use crate::domain::soup_item::due::{self, Coverage};
use crate::domain::soup_item::register::{Register, fielded, unregistered};
use crate::domain::soup_item::{SoupItem, SoupItemState, SupportLevel};
use crate::domain::soup_review::sources::required_sources;
use crate::domain::soup_review::{SoupReview, SoupReviewState as State};
use crate::domain::time::Day;

const ITEM: Kind = Kind::SoupItem;
const REVIEW: Kind = Kind::SoupReview;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "SOUP-01",
        "IEC 62304 8.1.2",
        S::Major,
        ("SOUP is not identified", "Enter title, supplier and an exact version."),
        not_identified,
    )
    .place(ITEM),
    Rule::new(
        "SOUP-02",
        "IEC 62304 8.1.2",
        S::Major,
        ("A designator of SOUP is not exact", "Enter the exact version."),
        not_exact,
    )
    .place(ITEM),
    Rule::new(
        "SOUP-03",
        "IEC 62304 8.1.2",
        S::Major,
        ("A third-party component is not registered", "Read the bill of materials into the register."),
        not_registered,
    )
    .place(ITEM),
    Rule::new(
        "SOUP-04",
        "IEC 62304 5.3.3, 5.3.4",
        S::Major,
        ("Requirements or environment of SOUP are not specified", "Enter what it must do and what it needs."),
        not_specified,
    )
    .only(Applies::ClassBC)
    .place(ITEM),
    Rule::new(
        "SOUP-05",
        "IEC 62304 7.1.2",
        S::Major,
        (
            "It is not decided whether a failure of SOUP can contribute to a hazard",
            "Decide it, with the reason.",
        ),
        no_hazard_decision,
    )
    .only(Applies::ClassBC)
    .place(ITEM),
    Rule::new(
        "SOUP-06",
        "IEC 62304 7.1.3",
        S::Major,
        (
            "The supplier's anomaly list is not located",
            "Enter where it is, or the evidence that none is published.",
        ),
        no_list,
    )
    .only(Applies::ClassBC)
    .place(ITEM),
    Rule::new(
        "SOUP-07",
        "FDA premarket cybersecurity",
        S::Minor,
        ("Support level or end of support is not known", "Enter them with their source."),
        no_support,
    )
    .only(Applies::Cyber)
    .place(ITEM),
    Rule::new(
        "SOUP-08",
        "IEC 62304 6.1 f, IMDRF N70",
        S::Major,
        (
            "A component is out of support without an assessment",
            "Raise a finding of obsolescence and decide it.",
        ),
        out_of_support,
    )
    .place(Kind::Finding),
    Rule::new(
        "SOUP-09",
        "IEC 81001-5-1 4.3",
        S::Minor,
        ("It is not assigned who maintains a component", "Enter maintained, supported or required."),
        no_responsibility,
    )
    .only(Applies::Cyber)
    .place(ITEM),
    Rule::new(
        "SOUP-10",
        "IEC 62304 8.3",
        S::Major,
        ("The register disagrees with the baseline of a release", "Correct the register by a change."),
        disagrees,
    )
    .place(ITEM),
    Rule::new(
        "SOUP-11",
        "IEC 62304 6.1 f",
        S::Major,
        ("A SOUP review is overdue", "Review it, and sign the review."),
        review_overdue,
    )
    .place(REVIEW),
    Rule::new(
        "SOUP-12",
        "IEC 62304 8.2.1",
        S::Critical,
        (
            "A SOUP version changed without a change request",
            "Link the change that introduced it, or raise a deviation.",
        ),
        no_change,
    )
    .place(Kind::ChangeRequest),
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

/// The items that are in use.
fn in_use(look: &Look) -> Vec<(SharedRecord, Arc<SoupItem>)> {
    let all = look.all::<SoupItem>().into_iter();
    all.filter(|(data, _)| {
        SoupItemState::of(data).is_some_and(|state| {
            !matches!(state, SoupItemState::Retired | SoupItemState::Rejected | SoupItemState::Proposed)
        })
    })
    .collect()
}

fn items(look: &Look, rule: fn(&SharedRecord, &SoupItem) -> Option<Hit>) -> Vec<Hit> {
    in_use(look).into_iter().filter_map(|(data, item)| rule(&data, &item)).collect()
}

fn designators(look: &Look, item: RecordId) -> Vec<(SharedRecord, Arc<SoupDesignator>)> {
    let parts = look.world.parts(item, Kind::SoupDesignator).into_iter();
    parts
        .filter(|data| soup_designator::counts(data))
        .filter_map(|data| {
            let content = data.typed::<SoupDesignator>()?;
            Some((data, content))
        })
        .collect()
}

fn not_identified(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, item) in in_use(look) {
        if item.title.is_empty() || item.supplier.is_empty() {
            hits.push(Hit::at(data.head.id, "Its title or supplier is not entered").field("supplier"));
        } else if designators(look, data.head.id).is_empty() {
            hits.push(Hit::at(data.head.id, "No exact version of it is registered"));
        }
    }
    hits
}

fn not_exact(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, _) in in_use(look) {
        let vague = designators(look, data.head.id)
            .into_iter()
            .find(|(_, version)| !soup_designator::is_exact(&version.title));
        if let Some((version, content)) = vague {
            hits.push(
                Hit::at(version.head.id, format!("“{}” is a range, not a version", content.title))
                    .field("title"),
            );
        }
    }
    hits
}

fn not_registered(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for data in fielded(look.world) {
        let Some(release) = data.typed::<Release>() else { continue };
        let missing = unregistered(look.world, &release);
        if let Some(first) = missing.missing.first() {
            hits.push(Hit::at(
                data.head.id,
                format!(
                    "{} of its SOUP rows are not in the register, such as {}",
                    missing.missing.len(),
                    first
                ),
            ));
        }
    }
    hits
}

fn not_specified(look: &Look) -> Vec<Hit> {
    items(look, |data, item| {
        let known = !item.requirements.trim().is_empty() && !item.environment.trim().is_empty();
        (!known).then(|| {
            Hit::at(data.head.id, "What it must do, or what it needs, is not entered").field("requirements")
        })
    })
}

fn no_hazard_decision(look: &Look) -> Vec<Hit> {
    items(look, |data, item| {
        item.can_contribute.is_none().then(|| {
            Hit::at(data.head.id, "It is not decided whether its failure can contribute to a hazard")
                .field("can_contribute")
        })
    })
}

fn no_list(look: &Look) -> Vec<Hit> {
    items(look, |data, item| {
        let located = !item.anomaly_lists.is_empty() || !item.no_list.trim().is_empty();
        (!located).then(|| {
            Hit::at(
                data.head.id,
                "Neither the place of its anomaly list nor evidence that there is none is entered",
            )
            .field("anomaly_lists")
        })
    })
}

fn no_support(look: &Look) -> Vec<Hit> {
    items(look, |data, item| {
        let level = matches!(item.support_level, None | Some(SupportLevel::Unknown));
        let dated = item.end_of_support.is_some() || !item.support_source.is_empty();
        (level || !dated).then(|| {
            Hit::at(data.head.id, "Its support level, or the day or source of its end, is not known")
                .field("support_level")
        })
    })
}

/// Days before the end of support from which an assessment is expected.
const SUPPORT_DAYS: i64 = 180;

fn out_of_support(look: &Look) -> Vec<Hit> {
    let until = look.today().plus_days(SUPPORT_DAYS);
    let mut hits = Vec::new();
    for (data, item) in in_use(look) {
        let Some(end) = item.end_of_support.filter(|end| *end <= until) else { continue };
        let findings = look.world.naming(data.head.id, Kind::Finding, "items");
        let assessed = findings.iter().any(|found| {
            let obsolescence = found
                .typed::<Finding>()
                .is_some_and(|finding| finding.finding_kind == Some(FindingKind::Obsolescence));
            obsolescence
                && FindingState::of(found)
                    .is_some_and(|state| !state.is_undecided() && state != FindingState::Void)
        });
        if !assessed {
            let verb = if end < look.today() { "ended" } else { "ends" };
            hits.push(
                Hit::at(
                    data.head.id,
                    format!("Its support {verb} on {end}, and no obsolescence is assessed"),
                )
                .field("end_of_support"),
            );
        }
    }
    hits
}

fn no_responsibility(look: &Look) -> Vec<Hit> {
    items(look, |data, item| {
        item.responsibility
            .is_none()
            .then(|| Hit::at(data.head.id, "It is not entered who maintains it").field("responsibility"))
    })
}

fn disagrees(look: &Look) -> Vec<Hit> {
    let register = Register::of(look.world);
    let mut hits = Vec::new();
    for data in fielded(look.world) {
        let Some(release) = data.typed::<Release>() else { continue };
        for row in release.soup_baseline.iter() {
            let Some(known) = register.find(row) else { continue };
            let state = SoupItemState::of(&known.item);
            if matches!(state, Some(SoupItemState::Retired | SoupItemState::Rejected)) {
                hits.push(Hit::at(
                    known.item.head.id,
                    format!(
                        "The register calls it {}, and {} contains it",
                        known.item.head.state.replace('_', " "),
                        data.head.id
                    ),
                ));
            }
        }
    }
    hits
}

fn review_overdue(look: &Look) -> Vec<Hit> {
    let governing = look.world.governing();
    let mut seen = BTreeSet::new();
    let exploited: BTreeSet<RecordId> = look
        .all::<Finding>()
        .into_iter()
        .filter(|(data, finding)| {
            finding.kev_listed == Some(true) && FindingState::of(data).is_some_and(FindingState::is_undecided)
        })
        .flat_map(|(_, finding)| finding.items.clone())
        .collect();
    let mut hits = Vec::new();
    for row in due::matrix(look.world, look.today()) {
        let (Some(item), Coverage::Overdue { since, .. }) = (row.item, row.coverage) else { continue };
        if since >= look.today() || !seen.insert(item) {
            continue;
        }
        let days = look.today().days_since(since);
        let interval = look
            .world
            .record(item)
            .and_then(|data| data.typed::<SoupItem>())
            .and_then(|item| due::interval(governing.plan(), &item));
        let grave = interval.is_some_and(|interval| days > i64::from(interval)) || exploited.contains(&item);
        let hit = Hit::at(
            item,
            format!(
                "Its review was due on {since}, {days} days ago, by version {} of the plan",
                governing.plan().version
            ),
        );
        hits.push(if grave { hit.severity(S::Critical) } else { hit });
    }
    hits
}

fn no_change(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, _) in in_use(look) {
        for (version, content) in designators(look, data.head.id) {
            if content.introduced_by.is_none() && content.present_since.is_empty() {
                hits.push(
                    Hit::at(
                        version.head.id,
                        format!("Version {} was introduced by no change request", content.title),
                    )
                    .field("introduced_by"),
                );
            }
        }
    }
    hits
}

type Review = (SharedRecord, Arc<SoupReview>);

/// The reviews that were handed over at least.
fn handed_over(look: &Look) -> Vec<Review> {
    let all = look.all::<SoupReview>().into_iter();
    all.filter(|(data, _)| {
        matches!(State::of(data), Some(State::AwaitingSecondReview | State::Completed | State::Approved))
    })
    .collect()
}

fn reviews(look: &Look, rule: fn(&SharedRecord, &SoupReview) -> Option<Hit>) -> Vec<Hit> {
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

/// The first item of each review for which a rule fires, with how many others there are.
fn first_items(look: &Look, fires: &dyn Fn(&SharedRecord, &ReviewItem) -> Option<String>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, _) in handed_over(look) {
        let found: Vec<(RecordId, String)> = review_items(look, data.head.id)
            .iter()
            .filter_map(|(part, item)| Some((part.head.id, fires(part, item)?)))
            .collect();
        if let Some((id, text)) = found.first() {
            let more = if found.len() > 1 {
                format!("; {} more items of {} too", found.len() - 1, data.head.id)
            } else {
                String::new()
            };
            hits.push(Hit::at(*id, format!("{text}{more}")));
        }
    }
    hits
}

fn no_method(look: &Look) -> Vec<Hit> {
    reviews(look, |data, review| {
        review
            .method
            .trim()
            .is_empty()
            .then(|| Hit::at(data.head.id, "No method of search and judgement is stated").field("method"))
    })
}

fn wrong_version(look: &Look) -> Vec<Hit> {
    first_items(look, &|_, item| {
        let registered =
            item.designator.and_then(|id| look.world.record(id)).map(|data| data.title().to_owned())?;
        (registered != *item.version_searched)
            .then(|| format!("Version {} was searched, in use is {registered}", item.version_searched))
    })
}

fn no_reviewer(look: &Look) -> Vec<Hit> {
    reviews(look, |data, review| {
        let known = review.reviewer.is_some() && review.searched_on.is_some();
        (!known)
            .then(|| Hit::at(data.head.id, "It has no reviewer or no day of the search").field("reviewer"))
    })
}

fn no_evidence(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, review) in handed_over(look) {
        let nothing = review_items(look, data.head.id).into_iter().find(|(_, item)| {
            item.result == Some(ItemResult::NothingFound)
                && (item.sources.is_empty() || review.evidence_sha256.is_empty())
        });
        if let Some((part, item)) = nothing {
            hits.push(Hit::at(
                part.head.id,
                format!("“Nothing found” of {} has no search behind it", item.title),
            ));
        }
    }
    hits
}

fn blanket(look: &Look) -> Vec<Hit> {
    first_items(look, &|part, item| {
        (!is_done(part)).then(|| format!("The review is concluded, and {} has no result", item.title))
    })
}

fn source_missing(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, review) in handed_over(look) {
        let items = look.world.parts(data.head.id, Kind::ReviewItem);
        let open = required_sources(&look.case(&data), &review, &items);
        let open = open.into_iter().filter(|condition| !condition.met);
        hits.extend(open.map(|condition| Hit::at(data.head.id, condition.text).field("sources")));
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
    first_items(look, &|part, item| {
        let searched = item.search_result.is_some();
        (is_done(part) && searched && !lane_a_is_done(item))
            .then(|| format!("{} was searched, and the supplier's list was not read", item.title))
    })
}

/// The last approved review, if there is one: the rules about what it left out look at it alone.
fn last_approved(look: &Look) -> Option<Review> {
    let all = handed_over(look).into_iter();
    all.filter(|(data, _)| State::of(data) == Some(State::Approved))
        .max_by_key(|(_, review)| review.searched_on)
}

fn release_left_out(look: &Look) -> Vec<Hit> {
    let Some((data, review)) = last_approved(look) else { return Vec::new() };
    let named: BTreeSet<RecordId> = review
        .releases
        .iter()
        .copied()
        .chain(review.releases_left_out.iter().filter_map(|row| row.release))
        .collect();
    let left = fielded(look.world).into_iter().filter(|release| !named.contains(&release.head.id));
    let before =
        left.filter(|release| review.started_on.is_none_or(|on| release.head.state_since.day() <= on));
    before
        .map(|release| {
            Hit::at(data.head.id, format!("{} was in the field and is not in its scope", release.head.id))
                .field("releases_left_out")
        })
        .collect()
}

fn item_left_out(look: &Look) -> Vec<Hit> {
    let Some((data, review)) = last_approved(look) else { return Vec::new() };
    let covered: BTreeSet<String> =
        review_items(look, data.head.id).iter().map(|(_, item)| item.title.to_string()).collect();
    let mut hits = Vec::new();
    for release in review.releases.iter().filter_map(|id| look.world.record(*id)) {
        let Some(content) = release.typed::<Release>() else { continue };
        let register = Register::of(look.world);
        let left = content.soup_baseline.iter().find(|row| {
            let excluded = review.exclusions.iter().any(|out| *out.item == *row.item);
            let tier = register
                .find(row)
                .and_then(|known| known.item.typed::<SoupItem>())
                .and_then(|item| item.risk_tier);
            let asked = review.tiers.is_empty() || tier.is_none_or(|tier| review.tiers.contains(&tier));
            !excluded && asked && !covered.contains(&format!("{} {}", row.item, row.version))
        });
        if let Some(row) = left {
            hits.push(
                Hit::at(
                    data.head.id,
                    format!(
                        "{} {} of {} is neither reviewed nor excluded",
                        row.item, row.version, release.head.id
                    ),
                )
                .field("exclusions"),
            );
        }
    }
    hits
}

fn evidence_missing(look: &Look) -> Vec<Hit> {
    let missing = &look.facts.evidence_missing;
    reviews_of(look, |data, review| {
        let lost = missing.contains(&data.head.id);
        (lost && !review.evidence_sha256.is_empty()).then(|| {
            Hit::at(data.head.id, "The evidence of its search is not in the file as it was kept")
                .field("evidence_sha256")
        })
    })
}

fn reviews_of(look: &Look, rule: impl Fn(&SharedRecord, &SoupReview) -> Option<Hit>) -> Vec<Hit> {
    handed_over(look).into_iter().filter_map(|(data, review)| rule(&data, &review)).collect()
}

fn not_reproducible(look: &Look) -> Vec<Hit> {
    first_items(look, &|_, item| {
        let answered = item
            .sources
            .iter()
            .find(|row| row.records.is_some() && row.identifier.is_empty() && row.why.is_empty())?;
        Some(format!("The search of {} in {} names no identifier", item.title, answered.source))
    })
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
    first_items(look, &|_, item| {
        let open = hits_undecided(look.world, item);
        let first = open.first()?;
        Some(format!("{} hits of {} have no disposition, such as {first}", open.len(), item.title))
    })
}

fn no_competence(look: &Look) -> Vec<Hit> {
    reviews(look, |data, review| {
        review.competence_ref.is_empty().then(|| {
            Hit::at(data.head.id, "It is not shown that the reviewer is competent").field("competence_ref")
        })
    })
}

fn no_kev(look: &Look) -> Vec<Hit> {
    reviews(look, |data, review| {
        let searched = review.sources.iter().any(|row| row.source.to_lowercase().contains("kev"));
        (!searched && review.searched_on.is_some()).then(|| {
            Hit::at(data.head.id, "The catalogue of exploited vulnerabilities was not searched")
                .field("sources")
        })
    })
}
