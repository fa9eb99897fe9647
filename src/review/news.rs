//! What the advisory data of this workstation says of the SOUP in service that the last review did not know: the events that ask for a
//! review (IEC 62304 6.1 f, 7.1.3). Nothing of it is stored.

use std::sync::Mutex;

use super::{ReviewSearch, affects, refused, searched};
use crate::domain::soup_review::events::{HitNow, ReviewEvent, of_search};
use crate::domain::text::first_of;
use crate::domain::time::{Day, Moment};
use crate::ops::{ProductFile, Refused};
use crate::soup::{SearchSubject, SearchedSubject, SubjectOutcome, cache_state, cache_status, run_search};

/// How many publishers are named in a sentence.
const NAMED: usize = 5;

/// The last search for news, so that it is not repeated while neither the advisory data nor what is searched for has changed.
#[derive(Debug, Default)]
pub struct LastLook(Mutex<Option<Looked>>);

/// What a search gave.
#[derive(Debug, Clone)]
struct Looked {
    day: Day,
    state: [u8; 32],
    subjects: Vec<SearchSubject>,
    /// In the order of the subjects.
    hits: Vec<Vec<HitNow>>,
    /// Of how many subjects the data can say nothing.
    unchecked: usize,
}

/// What the advisory data of this workstation shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// There is no advisory data in the folder.
    NoData,
    /// No version in service was ever searched for; reviews of them are due by their intervals.
    NothingKnown,
    /// The events, of so many versions in service.
    Looked {
        /// How many versions were searched for.
        versions: usize,
        /// Of how many of them the data can say nothing, because it does not cover them or is too old.
        unchecked: usize,
        /// The events; empty if there is nothing that the last reviews did not know.
        events: Vec<ReviewEvent>,
        /// The publishers whose data is too old to show what is new.
        too_old: Vec<String>,
    },
}

impl News {
    /// The events.
    pub fn events(&self) -> &[ReviewEvent] {
        match self {
            Self::NoData | Self::NothingKnown => &[],
            Self::Looked { events, .. } => events,
        }
    }

    /// Of how many versions nothing can be said, as the rest of a sentence; `None` if all were checked.
    pub fn unchecked_words(&self) -> Option<String> {
        match self {
            Self::NoData | Self::NothingKnown | Self::Looked { unchecked: 0, .. } => None,
            Self::Looked { unchecked, .. } => Some(format!(
                "{unchecked} of them could not be checked, because the data does not cover them or is too old"
            )),
        }
    }

    /// Whose data is too old to show what is new, in a sentence.
    pub fn too_old_words(&self) -> Option<String> {
        let Self::Looked { too_old, .. } = self else { return None };
        let names: Vec<&str> = too_old.iter().map(String::as_str).collect();
        (!names.is_empty()).then(|| {
            format!("The data of {} is too old to show what is new; update it", first_of(&names, NAMED))
        })
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
    let Some((state, too_old)) = state_of(options, now.day())? else { return Ok(News::NoData) };
    let known = file.known_versions(now)?;
    if known.is_empty() {
        return Ok(News::NothingKnown);
    }
    let subjects: Vec<SearchSubject> = known.iter().map(|(subject, _)| searched(subject)).collect();
    let looked = last.look(options, (now.day(), state), subjects, go_on)?;
    let with_hits = known.iter().map(|(_, known)| known).zip(looked.hits.iter().map(Vec::as_slice));
    let events = of_search(with_hits);
    Ok(News::Looked { versions: known.len(), unchecked: looked.unchecked, events, too_old })
}

/// The state of the advisory data, and the publishers whose data is too old; `None` if there is none.
fn state_of(options: &ReviewSearch<'_>, today: Day) -> Result<Option<([u8; 32], Vec<String>)>, Refused> {
    // The state alone does not tell data that cannot be read from none.
    let status = cache_status(options.folder, today, options.max_age_days).map_err(refused)?;
    if status.sources.is_empty() {
        return Ok(None);
    }
    let folder = options.folder.display();
    let unread =
        || Refused::Rule(format!("The advisory data in {folder} cannot be read; update or import it"));
    let state = cache_state(options.folder).ok_or_else(unread)?;
    let too_old = status.publishers.into_iter().filter(|one| one.too_old).map(|one| one.name).collect();
    Ok(Some((state, too_old)))
}

impl LastLook {
    fn look(
        &self,
        options: &ReviewSearch<'_>,
        (day, state): (Day, [u8; 32]),
        subjects: Vec<SearchSubject>,
        go_on: &(dyn Fn(f32) -> bool + Sync),
    ) -> Result<Looked, Refused> {
        let mut last = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let same = last.as_ref().filter(|last| (last.day, last.state) == (day, state));
        if let Some(same) = same.filter(|last| last.subjects == subjects) {
            return Ok(same.clone());
        }
        let run = run_search(&subjects, options.folder, &options.on(day), go_on).map_err(refused)?;
        let of = |subject: &SearchSubject| {
            let found = run.subjects.binary_search_by(|one| one.subject.cmp(subject)).ok();
            found.and_then(|at| run.subjects.get(at))
        };
        let found: Vec<Option<&SearchedSubject>> = subjects.iter().map(of).collect();
        let hits = found.iter().map(|one| one.map(hits_of).unwrap_or_default()).collect();
        let unchecked = found.iter().filter(|one| one.is_none_or(is_unchecked)).count();
        let looked = Looked { day, state, subjects, hits, unchecked };
        *last = Some(looked.clone());
        Ok(looked)
    }
}

fn is_unchecked(subject: &SearchedSubject) -> bool {
    matches!(subject.outcome(), SubjectOutcome::NotChecked { .. })
}

fn hits_of(subject: &SearchedSubject) -> Vec<HitNow> {
    let of = |hit: &crate::soup::SearchHit| HitNow {
        names: std::iter::once(&hit.id).chain(&hit.aliases).cloned().collect(),
        affects: affects(hit),
        exploited_since: hit.kev.as_ref().map(|kev| kev.added.clone()),
    };
    subject.hits.iter().map(of).collect()
}
