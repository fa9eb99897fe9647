//! What became of advisories since the last search of a version: the kept evidence of that search beside a search of today.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::ids::RecordId;
use crate::ops::ProductFile;
use crate::soup::{Delta, SearchRun, SearchSubject, SubjectChange, missing_sources, since};

/// A search that was kept, beside one of today.
#[derive(Debug, Default)]
pub struct Former {
    /// What became of each subject, by its name, version and package URL; `None` if it was not searched for under these.
    subjects: BTreeMap<(String, String, String), Option<Changes>>,
    /// Its sources of which there is no data now.
    pub missing: BTreeSet<String>,
}

/// What became of the advisories of a subject, in words by their main identifiers.
#[derive(Debug, Default)]
pub struct Changes {
    /// Those that are different now.
    pub changed: BTreeMap<String, String>,
    /// Those that are not found any more.
    pub gone: Vec<(String, String)>,
}

impl Former {
    /// The kept search of a review, with SHA-256 of its evidence. Evidence that is missing or cannot be read compares with nothing.
    pub fn of(file: &ProductFile, (review, sha256): &(RecordId, String), now: &SearchRun) -> Self {
        let kept = if sha256.is_empty() { None } else { file.kept_bytes(*review, sha256).ok().flatten() };
        let Some(run) = kept.and_then(|bytes| SearchRun::read(&bytes).ok()) else { return Self::default() };
        let mut former = Self { missing: missing_sources(&run, now), ..Self::default() };
        for delta in since(&run, now) {
            former.add(delta);
        }
        former
    }

    fn add(&mut self, delta: Delta) {
        let Delta { item, version, purl, advisory, change, words, .. } = delta;
        let known = self.subjects.entry((item, version, purl)).or_insert_with(|| Some(Changes::default()));
        if matches!(change, SubjectChange::NewSubject | SubjectChange::VersionChanged) {
            *known = None;
        }
        let Some((known, id)) = known.as_mut().zip(advisory) else { return };
        match change {
            SubjectChange::Withdrawn | SubjectChange::Changed => {
                known.changed.insert(id, words);
            }
            // What else is different stands after it.
            SubjectChange::NewlyExploited => {
                if let Some((_, more)) = words.split_once("; ") {
                    known.changed.insert(id, more.to_owned());
                }
            }
            SubjectChange::Gone => known.gone.push((id, words)),
            SubjectChange::NewSubject
            | SubjectChange::VersionChanged
            | SubjectChange::Removed
            | SubjectChange::NotCheckable
            | SubjectChange::New
            | SubjectChange::Same => {}
        }
    }

    /// What became of a subject; `None` if that is not known, because there is no evidence or it was searched for under another name.
    pub fn changes_of(&self, subject: &SearchSubject) -> Option<&Changes> {
        let SearchSubject { item, version, purl, .. } = subject;
        self.subjects.get(&(item.clone(), version.clone(), purl.clone()))?.as_ref()
    }
}
