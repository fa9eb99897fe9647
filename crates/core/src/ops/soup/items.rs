//! The items of a review as they are worked through: what each still needs, and one judgement for several of them.

use serde_json::{Value, json};

use super::review::of_review;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::maintenance_plan::RiskTier;
use crate::domain::record::Fields;
use crate::domain::review_item::{
    ItemResult, ReviewItem, ReviewItemState, SearchResult, SinceLast, hits_undecided,
};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_review::scope::{releases_of, scope_of};
use crate::domain::soup_review::{SoupReview, SoupReviewState};
use crate::domain::workflow::Condition;
use crate::ops::file::ProductFile;
use crate::ops::refused::{Refused, require_kind};
use crate::ops::request::{Act, Request};
use crate::ops::session::Session;
use mainstay_base::clock::Stamp;
use mainstay_base::time::Moment;

/// An item of a review in the list of all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReviewRow {
    /// The item; `None` only by default.
    pub id: Option<RecordId>,
    /// Name and version.
    pub title: String,
    /// Its risk tier.
    pub tier: Option<RiskTier>,
    /// What the search says.
    pub search: Option<SearchResult>,
    /// How many hits there are.
    pub hits: usize,
    /// How many of them are neither in a finding nor dismissed.
    pub undecided: usize,
    /// Whether a hit is known to be exploited.
    pub exploited: bool,
    /// What became of it since the last review.
    pub since_last: Option<SinceLast>,
    /// Whether the supplier's list was read, or there is evidence that there is none.
    pub list_done: bool,
    /// Where that list is.
    pub place: String,
    /// Whether it has its result.
    pub done: bool,
    /// Whether it has everything for its result.
    pub ready: bool,
    /// What it still needs.
    pub missing: Vec<Condition>,
    /// Its result.
    pub result: Option<ItemResult>,
}

impl ReviewRow {
    /// Whether anything about it is new or changed since the last review.
    pub const fn is_changed(&self) -> bool {
        matches!(
            self.since_last,
            Some(SinceLast::New | SinceLast::Changed | SinceLast::NewlyExploited | SinceLast::Withdrawn)
        )
    }
}

/// What a review covers, or would cover if it started now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReviewScope {
    /// How many versions.
    pub versions: usize,
    /// The releases with their versions and how many of the versions each contains.
    pub releases: Vec<(RecordId, String, usize)>,
    /// Rows of baselines that are not in the register, as “name version”.
    pub unregistered: Vec<String>,
}

impl ProductFile {
    /// What a review covers, or would cover if it started now.
    ///
    /// # Errors
    /// When it is not a review, or there is no such record.
    pub fn review_scope(&self, review: RecordId, now: Moment) -> Result<ReviewScope, Refused> {
        of_review(review)?;
        self.as_rules_see(review, Some(now), |case| {
            let content = case.data.typed::<SoupReview>().unwrap_or_default();
            let started = SoupReviewState::of(case.data) != Some(SoupReviewState::Scheduled);
            let releases = if started { content.releases.clone() } else { releases_of(case.world, &content) };
            let scope = scope_of(case.world, &content, &releases);
            let of = |id: &RecordId| {
                let version =
                    case.world.record(*id).map_or_else(String::new, |data| data.text("version").to_owned());
                let count = scope.versions.iter().filter(|one| one.releases.contains(id)).count();
                (*id, version, count)
            };
            ReviewScope {
                versions: scope.versions.len(),
                releases: releases.iter().map(of).collect(),
                unregistered: scope.unregistered.clone(),
            }
        })
    }

    /// The items of a review, in order, each with what it still needs.
    ///
    /// # Errors
    /// When it is not a review, or there is no such record.
    pub fn review_rows(&self, review: RecordId, now: Moment) -> Result<Vec<ReviewRow>, Refused> {
        of_review(review)?;
        let step = Kind::ReviewItem.def().find_move(crate::domain::review_item::CONCLUDE);
        self.as_rules_see(review, Some(now), |case| {
            let parts = case.world.parts(review, Kind::ReviewItem);
            parts
                .iter()
                .map(|data| {
                    let open = ReviewItemState::of(data) == Some(ReviewItemState::Open);
                    let conditions =
                        step.filter(|_| open).map(|step| step.conditions(&case.of(data))).unwrap_or_default();
                    let missing = conditions.into_iter().filter(|condition| !condition.met).collect();
                    let undecided = data
                        .typed::<ReviewItem>()
                        .map_or(0, |content| hits_undecided(case.world, &content).len());
                    row_of(data, (open, undecided), missing)
                })
                .collect()
        })
    }

    /// The open items among these, each with the rows that dismiss its undecided hits for one reason.
    ///
    /// # Errors
    /// When one is not an item of a review, or the file cannot be read.
    pub fn dismissals(
        &self,
        ids: &[RecordId],
        reason: &str,
        now: Moment,
    ) -> Result<Vec<(RecordId, Fields)>, Refused> {
        for id in ids {
            of_item(*id)?;
        }
        self.with_world(now, |world| {
            let mut found = Vec::new();
            for data in ids.iter().filter_map(|id| world.record(*id)) {
                let Some(content) = data.typed::<ReviewItem>() else { continue };
                let undecided = hits_undecided(world, &content);
                if undecided.is_empty() || ReviewItemState::of(&data) != Some(ReviewItemState::Open) {
                    continue;
                }
                let mut rows: Vec<Value> =
                    content.dismissed.iter().filter_map(|row| serde_json::to_value(row).ok()).collect();
                rows.extend(undecided.iter().map(|id| json!({"advisory": id, "reason": reason})));
                let mut set = Fields::new();
                set.insert("dismissed".to_owned(), Value::Array(rows));
                found.push((data.head.id, set));
            }
            found
        })
    }

    /// Sets the same fields of several items of a review and concludes them: all of it, or nothing. Returns how many were concluded.
    ///
    /// # Errors
    /// The refusal of an edit or a step, with its item; then nothing was changed.
    pub fn judge_items(
        &mut self,
        session: &Session,
        (ids, set): (&[RecordId], &Fields),
        conclude: bool,
        stamp: &Stamp,
    ) -> Result<usize, Refused> {
        let items = ids.iter().map(|id| (*id, set.clone())).collect();
        self.judge_each(session, items, conclude, stamp)
    }

    /// Sets fields of several items of a review, of each its own, and concludes them: all of it, or nothing. Items that have their
    /// result are left as they are. Returns how many were concluded.
    ///
    /// # Errors
    /// The refusal of an edit or a step, with its item; then nothing was changed.
    pub fn judge_each(
        &mut self,
        session: &Session,
        items: Vec<(RecordId, Fields)>,
        conclude: bool,
        stamp: &Stamp,
    ) -> Result<usize, Refused> {
        let mut acts = Vec::new();
        let mut places = Vec::new();
        let mut concluded = 0;
        for (id, set) in items {
            of_item(id)?;
            let data = self.record(id)?;
            if ReviewItemState::of(&data) != Some(ReviewItemState::Open) {
                continue;
            }
            if set.iter().any(|(name, value)| data.value(name) != value) {
                acts.push(Act::from(Request::Edit { id, set }));
                places.push(id);
            }
            if conclude {
                let go = crate::domain::review_item::CONCLUDE.to_owned();
                acts.push(Act::from(Request::Move { id, go, set: Fields::new() }));
                places.push(id);
                concluded += 1;
            }
        }
        self.perform_all(session, acts, &|_| true, stamp).map_err(|(index, refusal)| {
            match places.get(index) {
                Some(id) if !refusal.is_failure() => {
                    Refused::Rule(format!("{id}: {refusal}. Nothing was changed"))
                }
                Some(_) | None => refusal,
            }
        })?;
        Ok(concluded)
    }
}

fn of_item(id: RecordId) -> Result<(), Refused> {
    require_kind(id, Kind::ReviewItem, "name a reviewed item, such as RI-0001")
}

fn row_of(data: &SharedRecord, (open, undecided): (bool, usize), missing: Vec<Condition>) -> ReviewRow {
    let content = data.typed::<ReviewItem>().unwrap_or_default();
    ReviewRow {
        id: Some(data.head.id),
        title: data.title().to_owned(),
        tier: content.tier,
        search: content.search_result,
        hits: content.hits.len(),
        undecided,
        exploited: content.hits.iter().any(|hit| hit.exploited == Some(true)),
        since_last: content.since_last,
        list_done: crate::domain::review_item::lane_a_is_done(&content),
        place: content.list_place.to_string(),
        done: !open,
        ready: open && missing.is_empty(),
        missing,
        result: content.result,
    }
}
