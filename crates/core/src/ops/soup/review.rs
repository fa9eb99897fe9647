//! Starting a review: its scope is frozen, the search is kept as evidence, every version in scope gets its item, and what was found
//! becomes findings; all of it or nothing (IEC 62304 7.1.3; domain 2.9).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::findings::{FoundAdvisory, Raised, raise};
use crate::domain::field::{Table, is_empty};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::{Fields, RecordData};
use crate::domain::review_item::{
    Hit, ReviewItem, ReviewItemState, SearchResult, SinceLast, SourceRow, list_was_read, outcome,
};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_review::scope::{InScope, releases_of, scope_of};
use crate::domain::soup_review::{START, SearchedSource, SoupReview, SoupReviewState};
use crate::domain::text;
use crate::domain::workflow::Case;
use crate::ops::evidence::EvidenceFile;
use crate::ops::file::ProductFile;
use crate::ops::refused::{Refused, require_kind};
use crate::ops::request::{Act, Request};
use crate::ops::session::Session;
use mainstay_base::clock::Stamp;
use mainstay_base::time::{Day, Moment};

/// One version that a review will search for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewSubject {
    /// The item.
    pub item: RecordId,
    /// The designator.
    pub designator: RecordId,
    /// Name of the item.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its package URL.
    pub purl: String,
    /// Its CPE names.
    pub cpes: Vec<String>,
}

/// What the search says of one version.
#[derive(Debug, Clone, Default)]
pub struct FoundItem {
    /// The designator.
    pub designator: Option<RecordId>,
    /// What the search says, over all sources; `None`: as far as the sources say.
    pub result: Option<SearchResult>,
    /// What each source answered.
    pub sources: Vec<SourceRow>,
    /// What was found.
    pub hits: Vec<Hit>,
    /// More about each hit, in the same order, from which findings are made.
    pub advisories: Vec<FoundAdvisory>,
    /// What became of the version since the last review.
    pub since_last: Option<SinceLast>,
    /// The day on which its support ends, as published.
    pub support_until: Option<Day>,
    /// Where that stands, or what else is published of its support.
    pub support_source: String,
}

/// A search that was made.
#[derive(Debug, Clone)]
pub struct FoundSearch {
    /// Its evidence.
    pub evidence: EvidenceFile,
    /// The day of the search.
    pub on: Day,
    /// The program.
    pub program: String,
    /// The sources.
    pub sources: Vec<SearchedSource>,
    /// The versions.
    pub items: Vec<FoundItem>,
    /// Which names of findings the catalogue of known exploited vulnerabilities lists, in lower case: as it writes them, and since when.
    pub listed: BTreeMap<String, (String, String)>,
    /// What the search cannot show.
    pub limitations: String,
}

/// What starting a review made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartedReview {
    /// Its items.
    pub items: usize,
    /// What became of findings.
    pub findings: Raised,
}

pub(super) fn of_review(id: RecordId) -> Result<(), Refused> {
    require_kind(id, Kind::SoupReview, "name a SOUP review, such as SR-0001")
}

impl ProductFile {
    /// The versions that a review covers, or would cover if it started now. Those that are not in the register are not among them; its
    /// first step says which.
    ///
    /// # Errors
    /// When it is not a review, or there is no such record.
    pub fn review_subjects(&self, review: RecordId, now: Moment) -> Result<Vec<ReviewSubject>, Refused> {
        of_review(review)?;
        self.as_rules_see(review, Some(now), |case| versions_of(case).iter().map(subject).collect())
    }

    /// The evidence of the last review whose search counts, with its review: what “since last time” compares with.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn last_search(&self, review: RecordId, now: Moment) -> Result<Option<(RecordId, Vec<u8>)>, Refused> {
        let mut last: Option<(String, RecordId, String)> = None;
        for row in self.list(Kind::SoupReview)? {
            let data = self.record(row.id)?;
            let counts = counts_on(&data, now.day());
            let key = (data.text("searched_on").to_owned(), row.id, data.text("evidence_sha256").to_owned());
            if row.id != review && counts && !key.2.is_empty() && last.as_ref().is_none_or(|last| *last < key)
            {
                last = Some(key);
            }
        }
        let Some((_, id, sha256)) = last else { return Ok(None) };
        Ok(self.kept_bytes(id, &sha256)?.map(|bytes| (id, bytes)))
    }

    /// The bytes of a file that is attached to a record, by their digest.
    ///
    /// # Errors
    /// When the file cannot be read, or the bytes are not those that were recorded.
    pub fn kept_bytes(&self, record: RecordId, sha256: &str) -> Result<Option<Vec<u8>>, Refused> {
        let files = self.referring(record, Kind::Attachment)?;
        let kept = files.iter().find(|data| data.text("sha256").eq_ignore_ascii_case(sha256));
        Ok(kept.map(|data| self.attachment_bytes(data)).transpose()?.flatten())
    }

    /// Whether a review may start now, before the search is made for it.
    ///
    /// # Errors
    /// All conditions that are not met yet, or that the person may not start it.
    pub fn may_start_review(
        &self,
        session: &Session,
        review: RecordId,
        stamp: &Stamp,
    ) -> Result<(), Refused> {
        of_review(review)?;
        let step = Request::Move { id: review, go: START.to_owned(), set: Fields::new() };
        let missing = self.preview(session, step.into(), stamp)?.missing;
        if missing.is_empty() {
            return Ok(());
        }
        Err(Refused::Conditions { what: format!("starting {review}"), unmet: missing })
    }

    /// Starts a review with the search that was made for it: the scope is frozen, the evidence attached, every version gets its item,
    /// and what affects the product becomes findings. All of it, or nothing.
    ///
    /// # Errors
    /// The refusal of a step with its reason; then nothing was changed.
    pub fn start_review(
        &mut self,
        session: &Session,
        (review, search): (RecordId, FoundSearch),
        keep_going: &dyn Fn(usize) -> bool,
        stamp: &Stamp,
    ) -> Result<StartedReview, Refused> {
        let (acts, started) = self.starting_acts(review, search, stamp.now)?;
        self.perform_all(session, acts, keep_going, stamp).map_err(|(_, refusal)| refusal)?;
        Ok(started)
    }

    /// The requests by which a review starts with a search, and what they make. Nothing is written.
    ///
    /// # Errors
    /// When it is not a review, or there is no such record.
    pub fn starting_acts(
        &self,
        review: RecordId,
        search: FoundSearch,
        now: Moment,
    ) -> Result<(Vec<Act>, StartedReview), Refused> {
        of_review(review)?;
        self.as_rules_see(review, Some(now), |case| {
            let versions = versions_of(case);
            let items = item_acts(review, &versions, &search);
            let (findings, raised) = raise(case, review, &versions, &search);
            let started = StartedReview { items: items.len(), findings: raised };
            (start_acts(review, search, items, findings), started)
        })
    }

    /// The items of a review that have everything for their result and wait only for the step.
    ///
    /// # Errors
    /// When it is not a review, or there is no such record.
    pub fn items_to_conclude(&self, review: RecordId, now: Moment) -> Result<Vec<RecordId>, Refused> {
        of_review(review)?;
        let step = Kind::ReviewItem.def().find_move(crate::domain::review_item::CONCLUDE);
        self.as_rules_see(review, Some(now), |case| {
            let parts = case.world.parts(review, Kind::ReviewItem);
            let open = parts.iter().filter(|data| ReviewItemState::of(data) == Some(ReviewItemState::Open));
            let ready = |data: &&SharedRecord| {
                step.is_some_and(|step| step.conditions(&case.of(data)).iter().all(|condition| condition.met))
            };
            open.filter(ready).map(|data| data.head.id).collect()
        })
    }

    /// For the open items of a review, the fields of the supplier's list as they were judged in the last review of the same version,
    /// where nothing was found then and nothing changed since. A person takes them over for today.
    ///
    /// # Errors
    /// When it is not a review, or there is no such record.
    pub fn lists_of_last_time(
        &self,
        review: RecordId,
        now: Moment,
    ) -> Result<Vec<(RecordId, Fields)>, Refused> {
        of_review(review)?;
        self.as_rules_see(review, Some(now), |case| {
            let parts = case.world.parts(review, Kind::ReviewItem);
            let open = parts.iter().filter(|data| ReviewItemState::of(data) == Some(ReviewItemState::Open));
            open.filter_map(|data| Some((data.head.id, list_before(case, data)?))).collect()
        })
    }
}

/// Whether what a review says of its search counts on a day: it was handed over, and it is not dated ahead.
fn counts_on(review: &RecordData, today: Day) -> bool {
    SoupReviewState::of(review).is_some_and(SoupReviewState::is_handed_over)
        && !Day::parse(review.text("searched_on")).is_ok_and(|on| on.is_ahead_of(today))
}

/// What the newest review of the same version that stands said of the supplier's list. Nothing is taken over where it raised findings, or
/// where it said that there is no list and the register names one now.
fn list_before(case: &Case, data: &SharedRecord) -> Option<Fields> {
    let designator = data.text("designator").parse().ok()?;
    let before = case.world.naming(designator, Kind::ReviewItem, "designator");
    let of_review = |other: SharedRecord| {
        let review = case.world.record(other.head.parent?)?;
        (review.head.id != data.head.parent? && counts_on(&review, case.now.day()))
            .then(|| (review.text("searched_on").to_owned(), other.head.id, other))
    };
    let (_, _, last) =
        before.into_iter().filter_map(of_review).max_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)))?;
    if ReviewItemState::of(&last) != Some(ReviewItemState::Done) || last.text("result") == "findings_raised" {
        return None;
    }
    let was_read = last.typed::<ReviewItem>().is_some_and(|item| list_was_read(&item));
    if !was_read && !data.text("list_place").is_empty() {
        return None;
    }
    let taken: &[&str] = if was_read {
        &["list_place", "list_judgement", "list_read_on"]
    } else {
        &["no_list", "list_judgement", "list_read_on"]
    };
    let mut set = Fields::new();
    for name in taken {
        let value = last.value(name);
        if !is_empty(value) {
            set.insert((*name).to_owned(), value.clone());
        }
    }
    (!set.is_empty()).then_some(set)
}

fn versions_of(case: &Case) -> Vec<InScope> {
    let Some(review) = case.data.typed::<SoupReview>() else { return Vec::new() };
    let started = SoupReviewState::of(case.data) != Some(SoupReviewState::Scheduled);
    let releases = if started { review.releases.clone() } else { releases_of(case.world, &review) };
    scope_of(case.world, &review, &releases).versions
}

/// What is searched for a version.
pub(super) fn subject(version: &InScope) -> ReviewSubject {
    let purl = match version.designator.text("purl") {
        "" => version.row.purl.to_string(),
        purl => purl.to_owned(),
    };
    let cpes = version.item.value("cpes").as_array().cloned().unwrap_or_default();
    ReviewSubject {
        item: version.item.head.id,
        designator: version.designator.head.id,
        name: version.row.item.to_string(),
        version: version.row.version.to_string(),
        purl,
        cpes: cpes.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}

/// One item for every version in scope. A version that the search does not name could not be checked.
fn item_acts(review: RecordId, versions: &[InScope], search: &FoundSearch) -> Vec<Act> {
    let found: std::collections::BTreeMap<Option<RecordId>, &FoundItem> =
        search.items.iter().map(|item| (item.designator, item)).collect();
    let nothing = FoundItem::default();
    let acts = versions.iter().map(|version| {
        let found = found.get(&Some(version.designator.head.id)).copied().unwrap_or(&nothing);
        let set = item_fields(version, found);
        Act::from(Request::Create { kind: Kind::ReviewItem, parent: Some(review), set })
    });
    acts.collect()
}

fn item_fields(version: &InScope, found: &FoundItem) -> Fields {
    let title = text::title(&version.row.label());
    let judged = ReviewItem {
        sources: Table(found.sources.clone()),
        hits: Table(found.hits.clone()),
        ..ReviewItem::default()
    };
    let place = version.item.value("anomaly_lists").get(0).and_then(|row| row.get("place")).cloned();
    let values = [
        ("title", title.into()),
        ("item", json!(version.item.head.id)),
        ("designator", json!(version.designator.head.id)),
        ("version_searched", json!(version.row.version)),
        ("releases", json!(version.releases)),
        ("tier", json!(version.tier)),
        ("since_last", json!(found.since_last)),
        ("search_result", json!(found.result.unwrap_or(outcome(&judged).result))),
        ("sources", json!(found.sources)),
        ("hits", json!(found.hits)),
        ("support_until", json!(found.support_until)),
        ("support_source", found.support_source.clone().into()),
        ("list_place", place.unwrap_or(Value::Null)),
    ];
    values
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .filter(|(_, value)| !is_empty(value))
        .collect()
}

fn start_acts(review: RecordId, search: FoundSearch, items: Vec<Act>, findings: Vec<Act>) -> Vec<Act> {
    let mut set = Fields::new();
    set.insert("evidence_sha256".into(), search.evidence.sha256().into());
    set.insert("searched_on".into(), json!(search.on));
    set.insert("program".into(), search.program.into());
    set.insert("sources".into(), json!(search.sources));
    set.insert("limitations".into(), search.limitations.into());
    set.retain(|_, value| !is_empty(value));
    let mut acts = vec![
        Act::from(Request::Move {
            id: review,
            go: crate::domain::soup_review::START.to_owned(),
            set: Fields::new(),
        }),
        Act::from(search.evidence.attach(review)),
        Act::from(Request::Edit { id: review, set }),
    ];
    acts.extend(items);
    acts.extend(findings);
    acts
}
