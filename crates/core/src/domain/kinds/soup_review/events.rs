//! Events that ask for a review before its interval is over (IEC 62304 6.1 f, 7.1.3; domain 2.16): SOUP that changed in service, a
//! candidate whose SOUP was not reviewed, a vulnerability that is now known to be exploited, a new advisory.
//!
//! The first two are seen in the file alone ([`of_file`]). The others are seen in advisory data, which no file has: what a search and the
//! catalogue of known exploited vulnerabilities say now is compared with what the last review and the findings knew ([`of_data`]). Nothing
//! of it is stored.

mod data;

use std::collections::BTreeSet;

use serde_json::json;

use super::left_out::LeftOut;
use super::newest::{self, Newest};
use super::scope::{releases_of, scope_of};
use super::{ReviewTrigger, SoupReview, SoupReviewState as S};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::Fields;
use crate::domain::release::{Release, ReleaseState, SoupVersion, soup};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_item::register::{Register, fielded};
use crate::domain::text::{self, counted, first_of};
use crate::domain::time::Day;
use crate::domain::workflow::World;

pub use data::{DataSaid, HitNow, KnownVersion, WatchedFinding, known_versions, of_data, watched_findings};

/// How many names stand in a title or reference; all of them are in the details.
const NAMED: usize = 3;

/// An event that asks for a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewEvent {
    /// Why the review is made.
    pub trigger: ReviewTrigger,
    /// The event in a few words; also the title of the review that it asks for.
    pub what: String,
    /// What the review follows: the release, or the identifiers of the advisories.
    pub reference: String,
    /// Everything that it is about, a line each: versions, or advisories with the version that they name.
    pub details: Vec<String>,
    /// The record that shows it best: a release, or a SOUP item.
    pub about: RecordId,
    /// The release before its own release that the review covers too.
    pub candidate: Option<RecordId>,
}

/// The first fields of the review for which these events of one reason ask; `None` if there is none.
pub fn fields_of(events: &[&ReviewEvent]) -> Option<Fields> {
    let first = events.first()?;
    let references: Vec<&str> = events.iter().map(|event| event.reference.as_str()).collect();
    let title = match events.len() - 1 {
        0 => first.what.clone(),
        more => format!("{}, and {more} more", first.what),
    };
    let candidates: Vec<RecordId> = events.iter().filter_map(|event| event.candidate).collect();
    let mut set = Fields::new();
    set.insert("title".into(), text::title(&title).into());
    set.insert("trigger".into(), json!(first.trigger));
    set.insert("trigger_ref".into(), text::title(&first_of(&references, NAMED)).into());
    if !candidates.is_empty() {
        set.insert("candidates".into(), json!(candidates));
    }
    Some(set)
}

/// What is covered by reviews that are planned for an event or under way: it is not asked for again.
struct Planned {
    /// For each scheduled review its reason, its candidates and the designators in its scope.
    scheduled: Vec<(Option<ReviewTrigger>, Vec<RecordId>, BTreeSet<RecordId>)>,
    /// The designators of the items of reviews under way.
    under_way: BTreeSet<RecordId>,
}

impl Planned {
    fn of(world: &dyn World) -> Self {
        let mut planned = Self { scheduled: Vec::new(), under_way: BTreeSet::new() };
        for data in world.in_states(Kind::SoupReview, &[S::Scheduled.code()]) {
            let Some(review) = data.typed::<SoupReview>() else { continue };
            if review.trigger == Some(ReviewTrigger::Interval) && review.candidates.is_empty() {
                continue;
            }
            let scope = scope_of(world, &review, &releases_of(world, &review));
            let designators = scope.versions.iter().map(|one| one.designator.head.id).collect();
            planned.scheduled.push((review.trigger, review.candidates.clone(), designators));
        }
        for data in world.in_states(Kind::SoupReview, &[S::InProgress.code(), S::AwaitingSecondReview.code()])
        {
            let items = world.parts(data.head.id, Kind::ReviewItem);
            let designators =
                items.iter().filter_map(|item| item.text("designator").parse::<RecordId>().ok());
            planned.under_way.extend(designators);
        }
        planned
    }

    /// Whether a scheduled review for this reason, or before this release, covers a version.
    fn is_scheduled(
        &self,
        trigger: ReviewTrigger,
        candidate: Option<RecordId>,
        designator: RecordId,
    ) -> bool {
        self.scheduled.iter().any(|(why, candidates, covered)| {
            let meant = *why == Some(trigger) || candidate.is_some_and(|id| candidates.contains(&id));
            meant && covered.contains(&designator)
        })
    }
}

/// Registered versions of one release, for one reason of a review.
struct Asked {
    trigger: ReviewTrigger,
    release: RecordId,
    version: String,
    /// Each with its name and version.
    soup: Vec<(RecordId, String)>,
}

/// The events that the file shows: candidates whose SOUP was not reviewed in the window of the plan, and versions that came into service
/// without a review of them while their item was reviewed. An item that was never reviewed is due by its interval; what a review left out
/// of a release with a reason is decided.
pub fn of_file(world: &dyn World, today: Day) -> Vec<ReviewEvent> {
    let asked = asked(world, today);
    let wanted: BTreeSet<RecordId> =
        asked.iter().flat_map(|one| one.soup.iter().map(|(designator, _)| *designator)).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let reviewed = newest::completed(world, &wanted, today);
    let since = soup::review_window(world, today);
    let planned = Planned::of(world);
    asked.iter().filter_map(|one| event_of(one, (&reviewed, since), &planned)).collect()
}

fn asked(world: &dyn World, today: Day) -> Vec<Asked> {
    let candidates = world.in_states(Kind::Release, &[ReleaseState::CandidateVerification.code()]);
    let in_service = fielded(world);
    if candidates.is_empty() && in_service.is_empty() {
        return Vec::new();
    }
    let register = Register::of(world);
    let left_out = LeftOut::of(world, today);
    let of = |data: &SharedRecord, trigger: ReviewTrigger| -> Option<Asked> {
        let release = data.typed::<Release>()?;
        let counts = |row: &SoupVersion, known: [&SharedRecord; 2]| {
            let [item, designator] = known;
            trigger == ReviewTrigger::BeforeRelease
                || !item.text("reviewed_on").is_empty()
                    && !left_out.is_decided(data.head.id, row, [item, designator])
        };
        let rows = release.soup_baseline.iter().filter_map(|row| Some((row, register.find(row)?)));
        let rows = rows.filter(|(row, known)| counts(row, [&known.item, &known.designator]));
        let soup = rows.map(|(row, known)| (known.designator.head.id, row.label())).collect();
        Some(Asked { trigger, release: data.head.id, version: release.version.to_string(), soup })
    };
    let before = candidates.iter().filter_map(|data| of(data, ReviewTrigger::BeforeRelease));
    let changed = in_service.iter().filter_map(|data| of(data, ReviewTrigger::SoupChange));
    before.chain(changed).collect()
}

/// The event of a release, if a version of it is neither reviewed nor about to be.
fn event_of(
    asked: &Asked,
    (reviewed, since): (&Newest, Option<Day>),
    planned: &Planned,
) -> Option<ReviewEvent> {
    let before = asked.trigger == ReviewTrigger::BeforeRelease;
    let candidate = before.then_some(asked.release);
    let is_reviewed = |designator: &RecordId| {
        let last = reviewed.get(designator).map(|(on, _)| *on);
        last.is_some_and(|on| !before || since.is_none_or(|since| on >= since))
    };
    let open = asked.soup.iter().filter(|(designator, _)| {
        !is_reviewed(designator)
            && !planned.under_way.contains(designator)
            && !planned.is_scheduled(asked.trigger, candidate, *designator)
    });
    let details: Vec<String> = open.map(|(_, label)| label.clone()).collect();
    if details.is_empty() {
        return None;
    }
    let version = &asked.version;
    let versions = counted(details.len(), "SOUP version");
    let what = if before {
        format!("{versions} to be reviewed before the release of {version}")
    } else {
        format!("{versions} changed in {version} without a review")
    };
    Some(ReviewEvent {
        trigger: asked.trigger,
        what,
        reference: format!("{}, version {version}", asked.release),
        details,
        about: asked.release,
        candidate,
    })
}

#[cfg(test)]
mod tests;
