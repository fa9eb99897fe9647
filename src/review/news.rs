//! What the advisory data of this workstation says of the SOUP in service that the last review did not know: the events that ask for a
//! review (IEC 62304 6.1 f, 7.1.3). Nothing of it is stored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use super::changes::{Changes, Former};
use super::{ReviewSearch, affects, listed, refused, searched};
use crate::domain::ids::RecordId;
use crate::domain::soup_review::events::{
    DataSaid, HitNow, KnownVersion, ReviewEvent, WatchedFinding, of_data,
};
use crate::domain::text::{counted, first_of};
use crate::domain::time::{Day, Moment};
use crate::ops::{ProductFile, Refused, ReviewSubject};
use crate::soup::formats::advisories::KEV;
use crate::soup::{
    SearchHit, SearchRun, SearchSubject, SearchedSubject, SubjectOutcome, cache_state, cache_status,
    run_search,
};

/// How many publishers are named in a sentence.
const NAMED: usize = 5;

/// The last search for news, so that it is not repeated while neither the advisory data nor what is searched for has changed.
#[derive(Debug, Default)]
pub struct LastLook(Mutex<Option<Looked>>);

/// What a search follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    day: Day,
    /// The state of the advisory data.
    state: [u8; 32],
    subjects: Vec<SearchSubject>,
    /// The searches that it is compared with, in the order of the subjects: the review, and SHA-256 of its evidence.
    formers: Vec<(RecordId, String)>,
    watched: Vec<WatchedFinding>,
}

/// What a search gave.
#[derive(Debug, Clone, Default)]
struct Looked {
    asked: Option<Asked>,
    /// In the order of the subjects.
    hits: Vec<Vec<HitNow>>,
    /// Which names of findings the catalogue lists.
    listed: BTreeMap<String, (String, String)>,
    /// Of how many subjects the data can say nothing.
    unchecked: usize,
    not_compared: NotCompared,
}

/// What could not be compared with the last search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotCompared {
    /// Versions of whose last search there is no evidence that can be read, or that were searched for under another name.
    pub versions: usize,
    /// Sources of the last search of which there is no data now.
    pub sources: BTreeSet<String>,
}

/// What the advisory data of this workstation shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// There is no advisory data in the folder.
    NoData,
    /// No version in service was ever searched for, and no finding stands; reviews are due by their intervals.
    NothingKnown,
    /// The events, of so many versions in service.
    Looked(Box<Seen>),
}

/// What was looked through, and what it shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// How many versions were searched for.
    pub versions: usize,
    /// Of how many of them the data can say nothing, because it does not cover them or is too old.
    pub unchecked: usize,
    /// How many findings were looked up in the catalogue of known exploited vulnerabilities.
    pub findings: usize,
    /// The events; empty if there is nothing that the last reviews and the findings did not know.
    pub events: Vec<ReviewEvent>,
    /// The publishers whose data is too old to show what is new.
    pub too_old: Vec<String>,
    /// Whether the catalogue of known exploited vulnerabilities is not among the data.
    pub without_catalogue: bool,
    /// What could not be compared with the last search.
    pub not_compared: NotCompared,
}

impl News {
    /// The events.
    pub fn events(&self) -> &[ReviewEvent] {
        match self {
            Self::NoData | Self::NothingKnown => &[],
            Self::Looked(seen) => &seen.events,
        }
    }

    /// What was looked through, as the rest of a sentence; `None` if nothing was.
    pub fn looked_words(&self) -> Option<String> {
        let Self::Looked(seen) = self else { return None };
        let versions = counted(seen.versions, "SOUP version");
        let mut words = format!("was searched for {versions} in service");
        if seen.findings > 0 && !seen.without_catalogue {
            let findings = counted(seen.findings, "finding");
            words = format!("{words} and for what is known to be exploited of {findings}");
        }
        if seen.unchecked > 0 {
            let why = "could not be checked, because the data does not cover them or is too old";
            words = format!("{words}; {} of the versions {why}", seen.unchecked);
        } else if seen.events.is_empty() && self.limits().is_empty() {
            words.push_str("; it says nothing that the last reviews did not know");
        }
        Some(words)
    }

    /// What keeps something new from being seen, a sentence each: data that is too old or missing, and what could not be compared.
    pub fn limits(&self) -> Vec<String> {
        let Self::Looked(seen) = self else { return Vec::new() };
        let mut limits = Vec::new();
        let named = |names: Vec<&str>| first_of(&names, NAMED);
        if !seen.too_old.is_empty() {
            let names = named(seen.too_old.iter().map(String::as_str).collect());
            limits.push(format!("The data of {names} is too old to show what is new; update it"));
        }
        if seen.without_catalogue {
            limits.push(
                "The catalogue of known exploited vulnerabilities is not among the data, so that what is exploited now is not seen; update or import it"
                    .to_owned(),
            );
        }
        let NotCompared { versions, sources } = &seen.not_compared;
        if *versions > 0 {
            let versions = counted(*versions, "SOUP version");
            limits.push(format!(
                "What changed is not seen of {versions}: the evidence of the last search cannot be read or is not about the same names"
            ));
        }
        if !sources.is_empty() {
            let names = named(sources.iter().map(String::as_str).collect());
            limits.push(format!(
                "The last search used data of {names}, which is not there now, so that changes of it are not seen; update or import it"
            ));
        }
        limits
    }
}

/// Searches the advisory data for the SOUP in service, and compares what it says with what the last reviews and the findings know.
///
/// # Errors
/// When the file or the data cannot be read, or the search was cancelled.
pub fn news(
    file: &ProductFile,
    options: &ReviewSearch<'_>,
    now: Moment,
    (last, go_on): (&LastLook, &(dyn Fn(f32) -> bool + Sync)),
) -> Result<News, Refused> {
    let Some(data) = Data::of(options, now.day())? else { return Ok(News::NoData) };
    let (known, watched) = file.known_to_reviews(now)?;
    if known.is_empty() && watched.is_empty() {
        return Ok(News::NothingKnown);
    }
    let formers = |(_, known): &(ReviewSubject, KnownVersion)| (known.review, known.evidence_sha256.clone());
    let asked = Asked {
        day: now.day(),
        state: data.state,
        subjects: known.iter().map(|(subject, _)| searched(subject)).collect(),
        formers: known.iter().map(formers).collect(),
        watched,
    };
    let findings = asked.watched.len();
    let looked = last.look(file, options, asked, go_on)?;
    let said = DataSaid { hits: &looked.hits, listed: &looked.listed };
    let watched = looked.asked.as_ref().map_or(&[][..], |asked| &asked.watched);
    let events = of_data(known.iter().map(|(_, known)| known), watched, said);
    Ok(News::Looked(Box::new(Seen {
        versions: known.len(),
        unchecked: looked.unchecked,
        findings,
        events,
        too_old: data.too_old,
        without_catalogue: data.without_catalogue,
        not_compared: looked.not_compared,
    })))
}

/// What is known of the advisory data itself.
struct Data {
    state: [u8; 32],
    too_old: Vec<String>,
    without_catalogue: bool,
}

impl Data {
    /// `None` if there is none.
    fn of(options: &ReviewSearch<'_>, today: Day) -> Result<Option<Self>, Refused> {
        // The state alone does not tell data that cannot be read from none.
        let status = cache_status(options.folder, today, options.max_age_days).map_err(refused)?;
        if status.sources.is_empty() {
            return Ok(None);
        }
        let folder = options.folder.display();
        let unread =
            || Refused::Rule(format!("The advisory data in {folder} cannot be read; update or import it"));
        let state = cache_state(options.folder).ok_or_else(unread)?;
        let without_catalogue = !status.publishers.iter().any(|one| one.name == KEV);
        let too_old = status.publishers.into_iter().filter(|one| one.too_old).map(|one| one.name).collect();
        Ok(Some(Self { state, too_old, without_catalogue }))
    }
}

impl LastLook {
    fn look(
        &self,
        file: &ProductFile,
        options: &ReviewSearch<'_>,
        asked: Asked,
        go_on: &(dyn Fn(f32) -> bool + Sync),
    ) -> Result<Looked, Refused> {
        let mut last = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(same) = last.as_ref().filter(|last| last.asked.as_ref() == Some(&asked)) {
            return Ok(same.clone());
        }
        let mut looked = Looked { listed: listed(options.folder, &asked.watched)?, ..Looked::default() };
        if !asked.subjects.is_empty() {
            looked.search(file, options, &asked, go_on)?;
        }
        looked.asked = Some(asked);
        *last = Some(looked.clone());
        Ok(looked)
    }
}

impl Looked {
    /// Searches for the subjects, and compares what is found with the search of each one's last review.
    fn search(
        &mut self,
        file: &ProductFile,
        options: &ReviewSearch<'_>,
        asked: &Asked,
        go_on: &(dyn Fn(f32) -> bool + Sync),
    ) -> Result<(), Refused> {
        let run =
            run_search(&asked.subjects, options.folder, &options.on(asked.day), go_on).map_err(refused)?;
        let mut formers: BTreeMap<&(RecordId, String), Former> = BTreeMap::new();
        for (subject, of) in asked.subjects.iter().zip(&asked.formers) {
            let former = formers.entry(of).or_insert_with(|| Former::of(file, of, &run));
            let at = run.subjects.binary_search_by(|one| one.subject.cmp(subject)).ok();
            let found = at.and_then(|at| run.subjects.get(at));
            self.unchecked += usize::from(found.is_none_or(is_unchecked));
            let changes = former.changes_of(subject);
            self.not_compared.versions += usize::from(changes.is_none());
            let hits = found.map_or(&[][..], |found| &found.hits);
            let mut hits: Vec<HitNow> = hits.iter().map(|hit| hit_now(&run, hit, changes)).collect();
            hits.extend(changes.iter().flat_map(|changes| &changes.gone).map(gone));
            self.hits.push(hits);
        }
        self.not_compared.sources = formers.into_values().flat_map(|former| former.missing).collect();
        Ok(())
    }
}

fn is_unchecked(subject: &SearchedSubject) -> bool {
    matches!(subject.outcome(), SubjectOutcome::NotChecked { .. })
}

/// What is said of a hit now, with what changed since the last search.
fn hit_now(run: &SearchRun, hit: &SearchHit, changes: Option<&Changes>) -> HitNow {
    HitNow {
        names: std::iter::once(&hit.id).chain(&hit.aliases).cloned().collect(),
        affects: affects(hit),
        exploited_since: hit.kev.as_ref().map(|kev| kev.added.clone()),
        changed: changes.and_then(|changes| changes.changed.get(&hit.id)).cloned(),
        modified_on: run.modified_on(hit),
    }
}

/// An advisory that is not found any more.
fn gone((id, words): &(String, String)) -> HitNow {
    HitNow { names: vec![id.clone()], changed: Some(words.clone()), ..HitNow::default() }
}
