//! Events that advisory data shows: an advisory that is new, an advisory that changed, a vulnerability that is now known to be exploited.
//! What a search of today says of each version is compared with what the last review and the findings know of it. The catalogue of known
//! exploited vulnerabilities is also asked for the names of findings that no search meets.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{NAMED, Planned, ReviewEvent};
use crate::domain::finding::{Finding, FindingState, known_as};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::review_item::{ReviewItem, is_affected};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_review::left_out::LeftOut;
use crate::domain::soup_review::newest;
use crate::domain::soup_review::scope::{InScope, releases_of, scope_of};
use crate::domain::soup_review::{ReviewTrigger, SoupReview};
use crate::domain::text::{self, first_of};
use crate::domain::time::Day;
use crate::domain::workflow::World;

/// Most characters of what is different about one advisory; the next review shows all of it.
const CHANGED_CHARS: usize = 240;

/// A version in service that was searched for, with the names of what is known of it.
#[derive(Debug, Clone)]
pub struct KnownVersion {
    /// The version.
    pub version: InScope,
    /// The review that searched for it last.
    pub review: RecordId,
    /// SHA-256 of the evidence of that search; empty if none is attached yet.
    pub evidence_sha256: String,
    /// Everything that was found of it, under each name in lower case.
    known: BTreeMap<String, Known>,
    /// Reasons for which a review of it is scheduled.
    scheduled: Vec<ReviewTrigger>,
    /// The day of the search of a newer review that left it out with a reason, and the day of its catalogue of what is exploited.
    left_out_on: Option<(Day, Day)>,
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
    /// What is different since the last search, in words; `None` if nothing is, or if it is not known.
    pub changed: Option<String>,
    /// The day on which its records were changed last, if they say it.
    pub modified_on: Option<Day>,
}

/// A finding that stands and is not known to be exploited: its names are looked up in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedFinding {
    /// The finding.
    pub finding: RecordId,
    /// Its names, in lower case.
    pub names: BTreeSet<String>,
    /// Whether a review of its items for this reason is scheduled.
    scheduled: bool,
}

/// What advisory data says now.
#[derive(Debug, Clone, Copy)]
pub struct DataSaid<'a> {
    /// Of each version, in the order of the versions.
    pub hits: &'a [Vec<HitNow>],
    /// Which names the catalogue of known exploited vulnerabilities lists, in lower case: as it writes them, and since when.
    pub listed: &'a BTreeMap<String, (String, String)>,
}

/// What stands in the file about the versions in service and their items.
struct InService {
    versions: Vec<InScope>,
    items: BTreeSet<RecordId>,
}

impl InService {
    fn of(world: &dyn World) -> Self {
        let review = SoupReview::default();
        let versions = scope_of(world, &review, &releases_of(world, &review)).versions;
        let items = versions.iter().map(|one| one.item.head.id).collect();
        Self { versions, items }
    }
}

/// The versions in service that a review has searched for, with what is known of each: what a search of today is compared with. A
/// version that was never searched for is due by its interval.
pub fn known_versions(world: &dyn World, today: Day) -> Vec<KnownVersion> {
    let InService { versions, items } = InService::of(world);
    let wanted: BTreeSet<RecordId> = versions.iter().map(|one| one.designator.head.id).collect();
    let searched = newest::searched(world, &wanted, today);
    let planned = Planned::of(world);
    let left_out = LeftOut::of(world, today);
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
    let mut evidence: BTreeMap<RecordId, String> = BTreeMap::new();
    let mut evidence_of = |review: RecordId| {
        let read = || world.record(review).map(|data| data.text("evidence_sha256").to_owned());
        evidence.entry(review).or_insert_with(|| read().unwrap_or_default()).clone()
    };
    let known = |version: InScope| {
        let designator = version.designator.head.id;
        let (on, item) = searched.get(&designator)?;
        let review = item.head.parent?;
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
        let left_out_on = left_out.since((*on, review), &version);
        let evidence_sha256 = evidence_of(review);
        Some(KnownVersion { version, review, evidence_sha256, known, scheduled, left_out_on })
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

/// The findings that stand, are about SOUP in service or about no item, and are not known to be exploited. A closed one is done, a void one
/// was entered by mistake.
pub fn watched_findings(world: &dyn World) -> Vec<WatchedFinding> {
    let all = world.all(Kind::Finding);
    let stands = |data: &&SharedRecord| {
        !matches!(FindingState::of(data), None | Some(FindingState::Void | FindingState::Closed))
    };
    let open = all.iter().filter(stands).filter_map(|data| Some((data.head.id, data.typed::<Finding>()?)));
    let open: Vec<_> = open.filter(|(_, finding)| finding.kev_listed != Some(true)).collect();
    if open.is_empty() {
        return Vec::new();
    }
    let InService { versions, items } = InService::of(world);
    let planned = Planned::of(world);
    let scheduled: BTreeSet<RecordId> = versions
        .iter()
        .filter(|one| planned.is_scheduled(ReviewTrigger::KnownExploited, None, one.designator.head.id))
        .map(|one| one.item.head.id)
        .collect();
    let of = |(id, finding): (RecordId, Arc<Finding>)| {
        let watched = finding.items.is_empty() || finding.items.iter().any(|item| items.contains(item));
        watched.then(|| WatchedFinding {
            finding: id,
            names: known_as(&finding),
            scheduled: finding.items.iter().any(|item| scheduled.contains(item)),
        })
    };
    open.into_iter().filter_map(of).collect()
}

/// What of a hit asks for a review, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    Exploited,
    New,
    Changed,
}

impl Seen {
    const fn trigger(self) -> ReviewTrigger {
        match self {
            Self::Exploited => ReviewTrigger::KnownExploited,
            Self::New | Self::Changed => ReviewTrigger::Advisory,
        }
    }

    fn what(self, named: &str) -> String {
        match self {
            Self::Exploited => format!("Known to be exploited since the last review: {named}"),
            Self::New => format!("New advisories about SOUP in service: {named}"),
            Self::Changed => format!("Advisories that changed since the last review: {named}"),
        }
    }
}

impl KnownVersion {
    /// What of a hit is new, if anything is.
    fn news(&self, hit: &HitNow) -> Option<Seen> {
        let known: Vec<Known> =
            hit.names.iter().filter_map(|name| self.known.get(&name.to_lowercase())).copied().collect();
        let concerns = known.iter().any(|one| one.concerns);
        let exploited = hit.exploited_since.is_some() && !known.iter().any(|one| one.exploited);
        let seen = if exploited && (hit.affects || concerns) {
            Seen::Exploited
        } else if hit.affects && !concerns {
            Seen::New
        } else if concerns && hit.changed.is_some() {
            Seen::Changed
        } else {
            return None;
        };
        (!self.scheduled.contains(&seen.trigger()) && !self.is_left_out(seen, hit)).then_some(seen)
    }

    /// Whether a newer review that left the version out with a reason answers a hit: until its data changes. What the catalogue lists after
    /// the day of the data that the review had, and what changed on the day of the review, it may not have seen.
    fn is_left_out(&self, seen: Seen, hit: &HitNow) -> bool {
        let Some((on, catalogue)) = self.left_out_on else { return false };
        match seen {
            Seen::Exploited => {
                let since = hit.exploited_since.as_ref().and_then(|day| Day::parse(day).ok());
                since.is_some_and(|since| since <= catalogue)
            }
            // What does not affect it any more adds nothing to what was left out.
            Seen::Changed if !hit.affects => true,
            Seen::New | Seen::Changed => hit.modified_on.is_some_and(|changed| changed < on),
        }
    }
}

/// What is gathered for one event.
struct Gathered {
    /// The names, each once, in the order in which they were met.
    names: Vec<String>,
    named: BTreeSet<String>,
    details: Vec<String>,
    about: RecordId,
}

/// The events, while what they are about is gathered.
#[derive(Default)]
struct Gathering(BTreeMap<Seen, Gathered>);

impl Gathering {
    fn add(&mut self, seen: Seen, name: &str, (about, detail): (RecordId, String)) {
        let new = || Gathered { names: Vec::new(), named: BTreeSet::new(), details: Vec::new(), about };
        let gathered = self.0.entry(seen).or_insert_with(new);
        if gathered.named.insert(name.to_lowercase()) {
            gathered.names.push(name.to_owned());
        }
        gathered.details.push(detail);
    }

    fn into_events(self) -> Vec<ReviewEvent> {
        let event = |(seen, gathered): (Seen, Gathered)| {
            let named = first_of(&gathered.names, NAMED);
            ReviewEvent {
                trigger: seen.trigger(),
                what: seen.what(&named),
                reference: named,
                details: gathered.details,
                about: gathered.about,
                candidate: None,
            }
        };
        self.0.into_iter().map(event).collect()
    }
}

/// The events that advisory data shows: what it says of each version now, beside what was known of it, and what the catalogue says of the
/// findings. One event for each of: known to be exploited, new, changed.
pub fn of_data<'a>(
    versions: impl Iterator<Item = &'a KnownVersion>,
    watched: &[WatchedFinding],
    said: DataSaid<'_>,
) -> Vec<ReviewEvent> {
    let mut gathering = Gathering::default();
    let mut met: BTreeSet<String> = BTreeSet::new();
    for (version, hits) in versions.zip(said.hits) {
        for hit in hits {
            let (Some(seen), Some(name)) = (version.news(hit), hit.names.first()) else { continue };
            let item = version.version.item.head.id;
            let more = match (seen, &hit.exploited_since, &hit.changed) {
                (Seen::Exploited | Seen::New, Some(since), _) => {
                    format!(", known to be exploited since {since}")
                }
                (Seen::Changed, _, Some(words)) => format!(": {}", text::one_line(words, CHANGED_CHARS)),
                (Seen::Exploited | Seen::New, None, _) | (Seen::Changed, _, None) => String::new(),
            };
            if seen == Seen::Exploited {
                met.extend(hit.names.iter().map(|name| name.to_lowercase()));
            }
            gathering.add(seen, name, (item, format!("{name} in {}{more}", version.version.row.label())));
        }
    }
    for one in watched.iter().filter(|one| !one.scheduled) {
        let listed = one.names.iter().find_map(|name| said.listed.get(name));
        let Some((name, since)) = listed else { continue };
        if one.names.iter().any(|name| met.contains(name)) {
            continue;
        }
        let detail = format!("{name} in {}, known to be exploited since {since}", one.finding);
        gathering.add(Seen::Exploited, name, (one.finding, detail));
    }
    gathering.into_events()
}
