//! What an item of a review needs for its result (domain 2.9; 3.6 REV-04, REV-06, REV-08, REV-14).

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;

use super::{ItemResult, ReviewItem, ReviewItemState, SearchResult, SourceAnswer};
use crate::domain::finding::{Finding, FindingState};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::maintenance_plan::MaintenancePlan;
use crate::domain::record::{Fields, RecordData};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_item::{SoupItem, due};
use crate::domain::soup_review::SoupReview;
use crate::domain::text::is_sha256;
use crate::domain::workflow::{Case, Condition, Effect, World};

/// What a search says of an item, and what it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchOutcome {
    /// The result over all sources.
    pub result: SearchResult,
    /// How many sources could answer.
    pub answered: usize,
}

/// The only way to word what a search says of an item: “nothing found” needs a source that can answer and none that found something
/// (domain 3.6, REV-04). It may say less than its sources do, since these can be in doubt.
pub fn outcome(item: &ReviewItem) -> SearchOutcome {
    let names: BTreeSet<String> =
        item.sources.iter().filter(|row| answers(row)).map(|row| row.source.to_lowercase()).collect();
    let answered = names.len();
    let found = item.sources.iter().any(|row| row.answer == Some(SourceAnswer::Found));
    let in_doubt = item.search_result == Some(SearchResult::NotChecked);
    let result = if answered == 0 || in_doubt {
        SearchResult::NotChecked
    } else if !item.hits.is_empty() {
        SearchResult::Hits
    } else if found {
        SearchResult::NotChecked
    } else {
        SearchResult::NothingFound
    };
    SearchOutcome { result, answered }
}

fn answers(row: &super::SourceRow) -> bool {
    matches!(row.answer, Some(SourceAnswer::Found | SourceAnswer::Nothing)) && !row.source.is_empty()
}

/// The result of the search says no more than its sources do. It may say less: sources can be in doubt.
pub(super) fn violations(data: &RecordData, _: u32) -> Vec<(&'static str, String)> {
    let Some(item) = data.typed::<ReviewItem>() else { return Vec::new() };
    let found = outcome(&item).result;
    let mut wrong = Vec::new();
    let says_less = item.search_result == Some(SearchResult::NotChecked);
    if !says_less && item.search_result.is_some_and(|said| said != found) {
        let why = match found {
            SearchResult::NotChecked if item.hits.is_empty() && outcome(&item).answered > 0 => {
                "must be “could not be checked”: a source found something, and no hit of it is listed"
            }
            SearchResult::NotChecked => "must be “could not be checked”: no source could answer",
            SearchResult::NothingFound => {
                "must be “nothing found”: sources could answer, and there is no hit"
            }
            SearchResult::Hits => "must be “found”: there are hits",
        };
        wrong.push(("search_result", why.to_owned()));
    }
    let sha256 = &item.list_sha256;
    if !sha256.is_empty() && !is_sha256(sha256) {
        wrong.push(("list_sha256", "must be a SHA-256: 64 hexadecimal digits".to_owned()));
    }
    wrong
}

/// The version that is searched is one that the releases in scope contain (domain 3.6, REV-02).
pub(super) fn is_in_scope(case: &Case) -> Vec<Condition> {
    let Some(item) = case.data.typed::<ReviewItem>() else { return Vec::new() };
    let designator = item.designator.and_then(|id| case.world.record(id));
    let own = designator.as_ref().is_some_and(|data| data.head.parent == item.item);
    let text = "The designator is one of the item";
    let mut conditions = vec![Condition::new("IEC 62304 8.1.2", text, own).at("designator")];
    let registered = designator.as_ref().map_or("", |data| data.text("title"));
    let text = format!("The version that was searched is the one in use: {registered}");
    let same = !registered.is_empty() && *item.version_searched == *registered;
    conditions.push(Condition::new("IEC 62304 7.1.3", text, same).at("version_searched"));
    let known = item.item.and_then(|id| case.world.record(id)).and_then(|data| data.typed::<SoupItem>());
    let tier = known.is_some_and(|known| known.risk_tier == item.tier);
    let text = "Its risk tier is the one in the register";
    conditions.push(Condition::new("IEC 62304 6.1 f", text, tier).at("tier"));
    let others = item.designator.map(|id| case.world.naming(id, Kind::ReviewItem, "designator"));
    let twice = others
        .iter()
        .flatten()
        .any(|data| data.head.id != case.id() && data.head.parent == case.data.head.parent);
    let text = "The designator is in the review once";
    conditions.push(Condition::new("IEC 62304 7.1.3", text, !twice).at("designator"));
    conditions
}

/// Everything that an item needs for its result.
pub(super) fn has_its_result(case: &Case, item: &ReviewItem) -> Vec<Condition> {
    let mut conditions = vec![lane_a(item)];
    if item.search_result != Some(SearchResult::NothingFound)
        && item.search_result != Some(SearchResult::Hits)
    {
        let said = !item.not_checked.trim().is_empty();
        let text = "The search could not check it: it is said what was done instead";
        conditions.push(Condition::new("IEC 62304 7.1.3", text, said).at("not_checked"));
    }
    conditions.push(enough_sources(case.world, case.data, item));
    let about = about(case.world, item);
    let known = known_of(&about);
    let undecided = undecided_of(&known, item);
    let whole = format!(
        "Every hit is in a finding that names {}, or it is said why it does not concern the product",
        name_of(case.world, item)
    );
    let text = match undecided.first() {
        Some(first) => format!("{whole}; {} are open, such as {first}", undecided.len()),
        None => whole,
    };
    conditions.push(Condition::new("IEC 62304 7.1.3", text, undecided.is_empty()).at("dismissed"));
    conditions.extend(anomalies_without_finding(&known, item));
    conditions.extend(named_by_a_finding(&about));
    conditions
}

/// Whether the supplier's list was read and judged.
pub fn list_was_read(item: &ReviewItem) -> bool {
    !item.list_place.is_empty()
        && item.list_read_on.is_some()
        && (!item.anomalies.is_empty() || !item.list_judgement.trim().is_empty())
}

/// Whether the supplier's list was read and judged, or there is evidence that none is published.
pub fn lane_a_is_done(item: &ReviewItem) -> bool {
    list_was_read(item) || !item.no_list.trim().is_empty()
}

fn lane_a(item: &ReviewItem) -> Condition {
    let text = "The supplier's list was read and it is said what it says of the version, or there is evidence that none is published";
    let field = if item.list_place.is_empty() { "list_place" } else { "list_judgement" };
    Condition::new("IEC 62304 7.1.3", text, lane_a_is_done(item)).at(field)
}

fn plan_of(world: &dyn World, review: Option<RecordId>) -> Option<std::sync::Arc<MaintenancePlan>> {
    let review = review.and_then(|id| world.record(id))?.typed::<SoupReview>()?;
    world.record(review.plan?)?.typed()
}

/// As many sources as the plan asks for could answer; the supplier's list is one of them.
fn enough_sources(world: &dyn World, data: &RecordData, item: &ReviewItem) -> Condition {
    let answered = outcome(item).answered;
    let plan = plan_of(world, data.head.parent).unwrap_or_default();
    let least = due::rule_of(&plan, item.tier).and_then(|row| row.min_sources).unwrap_or(1);
    let own = usize::from(lane_a_is_done(item) && item.no_list.trim().is_empty());
    let used = answered + own;
    let enough = u32::try_from(used).unwrap_or(u32::MAX) >= least;
    let said = !item.not_checked.trim().is_empty();
    let text = format!(
        "At least {least} sources could answer, as the plan asks for its tier (now {used} with the supplier's list), or it is said what \
         was done instead"
    );
    Condition::new("IEC 62304 6.1 f", text, enough || said).at("not_checked")
}

/// Whether as many sources as the plan asks for could answer about an item, or it is said what was done instead.
pub fn has_enough_sources(world: &dyn World, data: &RecordData, item: &ReviewItem) -> bool {
    enough_sources(world, data, item).met
}

/// All names of a vulnerability, in lower case.
fn names<'a>(first: &'a str, others: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    std::iter::once(first).chain(others).filter(|id| !id.is_empty()).map(str::to_lowercase).collect()
}

/// Name and version of an item, as baselines and findings write them.
fn name_of(world: &dyn World, item: &ReviewItem) -> String {
    let name =
        item.item.and_then(|id| world.record(id)).map_or_else(String::new, |data| data.title().to_owned());
    format!("{name} {}", item.version_searched)
}

/// What findings about an item know.
#[derive(Default)]
struct Known {
    /// The names of the vulnerabilities and anomalies that they are about.
    names: BTreeSet<String>,
    /// Those of them that are known to be exploited, or that are not decided yet.
    exploited: BTreeSet<String>,
}

/// A finding with its content.
type Found = (SharedRecord, Arc<Finding>);

/// The findings about this version that are not void. One that names no version is about every version of its items.
fn about(world: &dyn World, item: &ReviewItem) -> Vec<Found> {
    let found = item.item.map(|id| world.naming(id, Kind::Finding, "items")).unwrap_or_default();
    let version = name_of(world, item);
    let all = found.into_iter().filter(|data| FindingState::of(data) != Some(FindingState::Void));
    let all = all.filter_map(|data| data.typed::<Finding>().map(|finding| (data, finding)));
    let named = |finding: &Finding| {
        finding.versions.is_empty() || finding.versions.iter().any(|line| **line == *version)
    };
    all.filter(|(_, finding)| named(finding)).collect()
}

/// Whether a finding still says something of the version: it is not decided, or it is affected and the finding is not closed.
fn stands(data: &RecordData) -> bool {
    FindingState::of(data).is_some() && data.is_open()
}

/// A finding that stands names the version, so that nobody reads “nothing found” of it (domain 3.6, REV-04).
fn named_by_a_finding(about: &[Found]) -> Option<Condition> {
    let (data, _) = about.iter().find(|(data, _)| stands(data))?;
    let undecided = FindingState::of(data).is_some_and(FindingState::is_undecided);
    let why = if undecided { "it is not decided" } else { "it is not closed" };
    let text = format!("{} names this version and {why}: its result is “findings”", data.head.id);
    Some(Condition::new("IEC 62304 7.1.3", text, true).on(data.head.id))
}

/// What the findings about this version know. One that is void, or about other versions, decides nothing here.
fn known_of(about: &[Found]) -> Known {
    let mut known = Known::default();
    for (data, finding) in about.iter().filter(|(_, finding)| !finding.versions.is_empty()) {
        let state = FindingState::of(data);
        let own = names(&finding.external_id, finding.aliases.iter().map(|alias| &**alias));
        if finding.kev_listed == Some(true) || state.is_some_and(FindingState::is_undecided) {
            known.exploited.extend(own.iter().cloned());
        }
        known.names.extend(own);
    }
    known
}

/// The hits that are neither in a finding about this version nor dismissed with a reason, by their identifiers. What is newly known
/// to be exploited is not decided by a finding that was decided before that.
pub fn hits_undecided(world: &dyn World, item: &ReviewItem) -> Vec<String> {
    if item.hits.is_empty() {
        return Vec::new();
    }
    undecided_of(&known_of(&about(world, item)), item)
}

fn undecided_of(known: &Known, item: &ReviewItem) -> Vec<String> {
    let dismissed: BTreeSet<String> = item
        .dismissed
        .iter()
        .filter(|row| !row.reason.trim().is_empty())
        .map(|row| row.advisory.to_lowercase())
        .collect();
    let decided = |hit: &&super::Hit| {
        let ids = names(&hit.advisory, hit.aliases.iter().map(|alias| &**alias));
        let decided = if hit.exploited == Some(true) { &known.exploited } else { &known.names };
        ids.iter().any(|id| decided.contains(id)) || dismissed.contains(&hit.advisory.to_lowercase())
    };
    item.hits.iter().filter(|hit| !decided(hit)).map(|hit| hit.advisory.to_string()).collect()
}

fn anomalies_without_finding(known: &Known, item: &ReviewItem) -> Option<Condition> {
    let mut relevant = item.anomalies.iter().filter(|row| row.relevant == Some(true)).peekable();
    relevant.peek()?;
    let missing = relevant.find(|row| !known.names.contains(&row.anomaly.to_lowercase()));
    let text = match missing {
        Some(row) => format!("Every anomaly that is relevant is in a finding; {} is not", row.anomaly),
        None => "Every anomaly that is relevant is in a finding".to_owned(),
    };
    Some(Condition::new("IEC 62304 7.1.3", text, missing.is_none()).at("anomalies"))
}

/// The result follows from the lanes and from what is known of the version already; nobody writes it.
pub(super) fn result(case: &Case, item: &ReviewItem) -> Vec<Effect> {
    let dismissed: BTreeSet<String> = item.dismissed.iter().map(|row| row.advisory.to_lowercase()).collect();
    let known = about(case.world, item);
    let raised = item.hits.iter().any(|hit| !dismissed.contains(&hit.advisory.to_lowercase()))
        || item.anomalies.iter().any(|row| row.relevant == Some(true))
        || known.iter().any(|(data, _)| stands(data));
    let result = if raised {
        ItemResult::FindingsRaised
    } else if matches!(item.search_result, None | Some(SearchResult::NotChecked)) {
        ItemResult::NotChecked
    } else if !item.hits.is_empty() || !item.anomalies.is_empty() || !known.is_empty() {
        ItemResult::NoneRelevant
    } else {
        ItemResult::NothingFound
    };
    let mut set = Fields::new();
    set.insert("result".into(), json!(result));
    vec![Effect::Set { id: case.id(), set }]
}

/// Whether an item has its result.
pub fn is_done(data: &RecordData) -> bool {
    ReviewItemState::of(data) == Some(ReviewItemState::Done)
}
