//! Events that ask for a review before its interval is over (IEC 62304 6.1 f, 7.1.3; domain 2.16): SOUP that changed in service, a
//! candidate whose SOUP was not reviewed, a vulnerability that is now known to be exploited, a new advisory.
//!
//! The first two are seen in the file alone ([`of_file`]). The others are seen in advisory data, which no file has: what a search says
//! now is compared with what the last review knew ([`of_search`]). Nothing of it is stored.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::newest::{self, Newest};
use super::scope::{InScope, is_excluded, releases_of, scope_of};
use super::{ReviewTrigger, SoupReview, SoupReviewState as S};
use crate::domain::finding::{Finding, FindingState, known_as};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::Fields;
use crate::domain::release::{Release, ReleaseState, SoupVersion, soup};
use crate::domain::review_item::{ReviewItem, is_affected};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_item::register::{Register, fielded};
use crate::domain::text::{self, counted, first_of};
use crate::domain::time::Day;
use crate::domain::workflow::World;

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
    let asked = asked(world);
    let wanted: BTreeSet<RecordId> =
        asked.iter().flat_map(|one| one.soup.iter().map(|(designator, _)| *designator)).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let reviewed = newest::completed(world, &wanted);
    let since = soup::review_window(world, today);
    let planned = Planned::of(world);
    asked.iter().filter_map(|one| event_of(one, (&reviewed, since), &planned)).collect()
}

fn asked(world: &dyn World) -> Vec<Asked> {
    let candidates = world.in_states(Kind::Release, &[ReleaseState::CandidateVerification.code()]);
    let in_service = fielded(world);
    if candidates.is_empty() && in_service.is_empty() {
        return Vec::new();
    }
    let register = Register::of(world);
    let completed = world.in_states(Kind::SoupReview, &[S::Completed.code(), S::Approved.code()]);
    let completed: Vec<_> = completed.iter().filter_map(|data| data.typed::<SoupReview>()).collect();
    let of = |data: &SharedRecord, trigger: ReviewTrigger| -> Option<Asked> {
        let release = data.typed::<Release>()?;
        let leaves_out = |row: &SoupVersion| {
            completed.iter().any(|review| review.releases.contains(&data.head.id) && is_excluded(review, row))
        };
        let counts = |row: &SoupVersion, item: &SharedRecord| {
            trigger == ReviewTrigger::BeforeRelease
                || !item.text("reviewed_on").is_empty() && !leaves_out(row)
        };
        let rows = release.soup_baseline.iter().filter_map(|row| Some((row, register.find(row)?)));
        let rows = rows.filter(|(row, known)| counts(row, &known.item));
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

/// A version in service that was searched for, with the names of what is known of it.
#[derive(Debug, Clone)]
pub struct KnownVersion {
    /// The version.
    pub version: InScope,
    /// Everything that was found of it, under each name in lower case.
    known: BTreeMap<String, Known>,
    /// Reasons for which a review of it is scheduled.
    scheduled: Vec<ReviewTrigger>,
}

/// What is known of an advisory for a version.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    /// Whether the version was said to be affected, or a finding was raised.
    concerns: bool,
    /// Whether it was known to be exploited.
    exploited: bool,
}

/// What advisory data says of a version now: one vulnerability.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HitNow {
    /// Its names, the most usual one first.
    pub names: Vec<String>,
    /// Whether it says that the version is affected.
    pub affects: bool,
    /// Since when it is known to be exploited, as the catalogue writes it.
    pub exploited_since: Option<String>,
}

/// The versions in service that a review has searched for, with what is known of each: what a search of today is compared with. A
/// version that was never searched for is due by its interval.
pub fn known_versions(world: &dyn World) -> Vec<KnownVersion> {
    let review = SoupReview::default();
    let versions = scope_of(world, &review, &releases_of(world, &review)).versions;
    let wanted: BTreeSet<RecordId> = versions.iter().map(|one| one.designator.head.id).collect();
    let items: BTreeSet<RecordId> = versions.iter().map(|one| one.item.head.id).collect();
    let searched = newest::searched(world, &wanted);
    let planned = Planned::of(world);
    let mut findings: BTreeMap<RecordId, Vec<(BTreeSet<String>, bool)>> = BTreeMap::new();
    // What was entered by mistake is not known.
    for data in
        world.all(Kind::Finding).into_iter().filter(|data| FindingState::of(data) != Some(FindingState::Void))
    {
        let Some(finding) = data.typed::<Finding>() else { continue };
        let (names, exploited) = (known_as(&finding), finding.kev_listed == Some(true));
        for item in finding.items.iter().filter(|item| items.contains(item)) {
            findings.entry(*item).or_default().push((names.clone(), exploited));
        }
    }
    let known = |version: InScope| {
        let designator = version.designator.head.id;
        let (_, item) = searched.get(&designator)?;
        let mut known = of_item(item);
        for (names, exploited) in findings.get(&version.item.head.id).into_iter().flatten() {
            for name in names {
                let entry = known.entry(name.clone()).or_default();
                *entry = Known { concerns: true, exploited: entry.exploited || *exploited };
            }
        }
        let scheduled = [ReviewTrigger::KnownExploited, ReviewTrigger::Advisory]
            .into_iter()
            .filter(|trigger| planned.is_scheduled(*trigger, None, designator))
            .collect();
        Some(KnownVersion { version, known, scheduled })
    };
    versions.into_iter().filter_map(known).collect()
}

fn of_item(item: &SharedRecord) -> BTreeMap<String, Known> {
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    let Some(item) = item.typed::<ReviewItem>() else { return known };
    for hit in item.hits.iter() {
        let concerns = is_affected(&hit.verdict);
        for name in std::iter::once(&hit.advisory).chain(&hit.aliases) {
            let entry = known.entry(name.to_lowercase()).or_default();
            entry.concerns |= concerns;
            entry.exploited |= hit.exploited == Some(true);
        }
    }
    known
}

impl KnownVersion {
    /// What of a hit is new, if anything is.
    fn news(&self, hit: &HitNow) -> Option<ReviewTrigger> {
        let known: Vec<Known> =
            hit.names.iter().filter_map(|name| self.known.get(&name.to_lowercase())).copied().collect();
        let concerns = known.iter().any(|one| one.concerns);
        let exploited = hit.exploited_since.is_some() && !known.iter().any(|one| one.exploited);
        let trigger = if exploited && (hit.affects || concerns) {
            ReviewTrigger::KnownExploited
        } else if hit.affects && !concerns {
            ReviewTrigger::Advisory
        } else {
            return None;
        };
        (!self.scheduled.contains(&trigger)).then_some(trigger)
    }
}

/// The events that a search of today shows: what it says of each version now, beside what was known of it. One event for each reason.
pub fn of_search<'a>(versions: impl Iterator<Item = (&'a KnownVersion, &'a [HitNow])>) -> Vec<ReviewEvent> {
    let mut found: BTreeMap<ReviewTrigger, (Vec<String>, Vec<String>, RecordId)> = BTreeMap::new();
    for (version, hits) in versions {
        for hit in hits {
            let (Some(trigger), Some(name)) = (version.news(hit), hit.names.first()) else { continue };
            let item = version.version.item.head.id;
            let (names, details, _) = found.entry(trigger).or_insert_with(|| (Vec::new(), Vec::new(), item));
            if !names.contains(name) {
                names.push(name.clone());
            }
            let since = hit.exploited_since.as_ref();
            let since = since.map_or_else(String::new, |day| format!(", known to be exploited since {day}"));
            details.push(format!("{name} in {}{since}", version.version.row.label()));
        }
    }
    let events = found.into_iter().map(|(trigger, (names, details, about))| {
        let named = first_of(&names, NAMED);
        let what = if trigger == ReviewTrigger::KnownExploited {
            format!("Known to be exploited since the last review: {named}")
        } else {
            format!("New advisories about SOUP in service: {named}")
        };
        ReviewEvent { trigger, what, reference: named, details, about, candidate: None }
    });
    events.collect()
}

#[cfg(test)]
mod tests;
