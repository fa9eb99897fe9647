//! Reads a search run back, strictly: nothing unknown, nothing that contradicts itself, and only the bytes that the same run would be written as.

use std::collections::BTreeSet;

use super::parts::{SearchHit, SearchResult, SearchedSubject};
use super::search::{SUBJECTS_MAX, problem};
use super::{FORMAT, KIND, SearchRun, canonical, digest_of_hit};
use crate::formats::json_text;

/// Maximum size of a search run, in bytes.
const BYTES_MAX: usize = 256 << 20;
/// The verdicts of a hit.
const VERDICTS: [&str; 4] = ["affected", "conditional", "not_comparable", "candidate"];
/// The verdicts of a record of a hit.
const RECORD_VERDICTS: [&str; 5] = ["affected", "conditional", "not_comparable", "candidate", "not_affected"];

impl SearchRun {
    /// Reads a search run.
    ///
    /// # Errors
    /// When the bytes are not exactly those of a search run; the place and the reason.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > BYTES_MAX {
            return Err(format!("document: it has {} bytes, a search has at most {BYTES_MAX}", bytes.len()));
        }
        let run: Self = json_text::parse(bytes).map_err(|refused| refused.to_string())?;
        run.check()?;
        let own = run.to_bytes();
        if own != bytes {
            return Err(format!(
                "line {}: the text is not in the form in which it was written; it was edited or formatted afterwards",
                first_difference(&own, bytes)
            ));
        }
        Ok(run)
    }

    fn check(&self) -> Result<(), String> {
        if self.kind != KIND {
            return Err(format!("$.kind: it is not \"{KIND}\", so that this is no search"));
        }
        if self.format != FORMAT {
            return Err(format!("$.format: form {} is not known; a later program wrote it", self.format));
        }
        if self.subjects.is_empty() || self.subjects.len() > SUBJECTS_MAX {
            return Err(format!("$.subjects: a search has 1 to {SUBJECTS_MAX} subjects"));
        }
        if !self.sources.is_sorted() {
            return Err("$.sources: they are not sorted".to_owned());
        }
        if !self.subjects.is_sorted_by(|one, next| one.subject < next.subject) {
            return Err("$.subjects: they are not sorted, each once".to_owned());
        }
        let files: BTreeSet<&str> = self.sources.iter().map(|source| source.sha256.as_str()).collect();
        for (digest, record) in &self.records {
            if canonical::digest(&record.value) != *digest {
                return Err(format!("$.records.{digest}: its value has another digest"));
            }
            if let Some(file) = record.files.iter().find(|file| !files.contains(file.as_str())) {
                return Err(format!("$.records.{digest}: the file {file} is not among the sources"));
            }
            if record.files.is_empty() || !record.files.is_sorted_by(|one, next| one < next) {
                return Err(format!("$.records.{digest}: its files are not sorted, each once"));
            }
        }
        let mut used = BTreeSet::new();
        for (at, subject) in self.subjects.iter().enumerate() {
            self.check_subject(subject, &mut used).map_err(|why| format!("$.subjects[{at}]{why}"))?;
        }
        match self.records.keys().find(|digest| !used.contains(digest.as_str())) {
            Some(digest) => Err(format!("$.records.{digest}: no hit refers to it")),
            None => Ok(()),
        }
    }

    fn check_subject<'r>(
        &'r self,
        searched: &'r SearchedSubject,
        used: &mut BTreeSet<&'r str>,
    ) -> Result<(), String> {
        if let Some(problem) = problem(&searched.subject) {
            return Err(format!(".subject: {problem}"));
        }
        if !searched.results.is_sorted_by(|one, next| one.source < next.source) {
            return Err(".results: they are not sorted by source, each once".to_owned());
        }
        for (at, result) in searched.results.iter().enumerate() {
            let unchecked = result.result == SearchResult::NotChecked;
            if unchecked != result.why.is_some() || unchecked != result.obstacle.is_some() {
                return Err(format!(
                    ".results[{at}]: a source has a reason exactly when it could not be checked"
                ));
            }
            if result.result == SearchResult::Found && searched.hits.is_empty() {
                return Err(format!(".results[{at}]: it found a record, but there is no hit"));
            }
        }
        for (at, hit) in searched.hits.iter().enumerate() {
            self.check_hit(hit, used).map_err(|why| format!(".hits[{at}]{why}"))?;
        }
        Ok(())
    }

    fn check_hit<'r>(&'r self, hit: &'r SearchHit, used: &mut BTreeSet<&'r str>) -> Result<(), String> {
        if !VERDICTS.contains(&hit.verdict.as_str()) {
            return Err(".verdict: it is not one of the verdicts of a hit".to_owned());
        }
        if hit.records.is_empty() || !hit.records.is_sorted() {
            return Err(".records: a hit has records, sorted".to_owned());
        }
        for (at, record) in hit.records.iter().enumerate() {
            if !RECORD_VERDICTS.contains(&record.verdict.as_str()) {
                return Err(format!(".records[{at}].verdict: it is not one of the verdicts of a record"));
            }
            if !self.records.contains_key(&record.sha256) {
                return Err(format!(".records[{at}].sha256: the record is not in the search"));
            }
            used.insert(&record.sha256);
        }
        if digest_of_hit(&hit.records, hit.kev.is_some()) != hit.digest {
            return Err(".digest: its records have another digest".to_owned());
        }
        Ok(())
    }
}

/// The number of the first line in which two texts differ.
pub(super) fn first_difference(one: &[u8], other: &[u8]) -> usize {
    let same = one.iter().zip(other).take_while(|(a, b)| a == b);
    1 + same.filter(|(byte, _)| **byte == b'\n').count()
}
