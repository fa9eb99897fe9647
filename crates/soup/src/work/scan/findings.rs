//! Findings from judged records: one for each vulnerability, with severities, known exploitation and prediction.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::sync::{MutexGuard, PoisonError};

use super::result::{FoundAdvisory, FoundRecord, Score};
use super::{Joined, Judged, Scanner};
use crate::model::advisory::{Advisory, ExploitPrediction, Published, Standing};
use crate::model::matching::{Group, Verdict, group};
use crate::refused::Refused;
use crate::work::advisories::body;

/// Number of characters of a description that serve as a title.
const TITLE_CHARS: usize = 160;

impl Scanner<'_> {
    /// One finding for each group of records that name each other.
    pub(super) fn findings(&self, judged: Vec<Judged>) -> Result<Vec<FoundAdvisory>, Refused> {
        let advisories: Vec<&Advisory> = judged.iter().map(|one| &one.advisory).collect();
        let groups = group(&advisories);
        let mut found = Vec::with_capacity(groups.len());
        let mut judged: Vec<Option<Judged>> = judged.into_iter().map(Some).collect();
        for group in groups {
            let members = group.members.iter().filter_map(|at| judged.get_mut(*at)?.take()).collect();
            if let Some(finding) = self.finding(&group, members)? {
                found.push(finding);
            }
        }
        found.sort_by_cached_key(|finding| (Reverse(strength(finding.verdict)), finding.id.clone()));
        Ok(found)
    }

    fn finding(&self, group: &Group, members: Vec<Judged>) -> Result<Option<FoundAdvisory>, Refused> {
        // A valid record with a verdict other than "not affected" goes before a withdrawn one, whatever the verdict of that one.
        let says = |one: &Judged| stands(&one.advisory) && one.judgement.verdict != Verdict::NotAffected;
        let Some(leading) = members
            .iter()
            .max_by_key(|one| (says(one), one.judgement.verdict.clone(), stands(&one.advisory)))
        else {
            return Ok(None);
        };
        let verdict = &leading.judgement.verdict;
        if *verdict == Verdict::NotAffected && !self.options.all {
            return Ok(None);
        }
        let saying: Vec<&Judged> = members.iter().filter(|one| one.judgement.verdict == *verdict).collect();
        let withdrawn = saying
            .iter()
            .all(|one| !stands(&one.advisory))
            .then(|| words_of(&leading.advisory.standing))
            .flatten();
        let mut cvss: Vec<Score> = Vec::new();
        for score in members.iter().flat_map(|one| &one.advisory.scores) {
            if !cvss.iter().any(|known| known.vector == score.vector) {
                cvss.push(Score::of(score));
            }
        }
        let (kev, epss) = self.joined(group, &members)?;
        let mut finding = FoundAdvisory {
            id: group.id.clone(),
            aliases: group.ids.iter().filter(|id| **id != group.id).cloned().collect(),
            title: title(&leading.advisory),
            verdict: verdict.word(),
            condition: match verdict {
                Verdict::Conditional { condition } => Some(condition.clone()),
                Verdict::NotComparable { why } => Some(why.clone()),
                Verdict::Affected | Verdict::Candidate | Verdict::NotAffected => None,
            },
            informational: saying
                .iter()
                .all(|one| one.advisory.informational.is_some())
                .then(|| leading.advisory.informational.clone())
                .flatten(),
            withdrawn,
            not_analysed: members.iter().all(|one| one.advisory.standing == Standing::NotAnalysed),
            why: leading.judgement.why.clone(),
            records: Vec::new(),
            cvss,
            kev,
            epss,
        };
        finding.records = members.into_iter().map(|one| self.record(one)).collect();
        Ok(Some(finding))
    }

    fn record(&self, one: Judged) -> FoundRecord {
        let source = self.source_of(one.place.file);
        FoundRecord {
            id: one.advisory.id,
            source: source.map(|source| source.name.clone()).unwrap_or_default(),
            verdict: one.judgement.verdict,
            why: one.judgement.why,
            file_sha256: source.map(|source| source.sha256.clone()).unwrap_or_default(),
            number: one.place.number,
            fixed: one.fixed,
        }
    }

    /// The exploitation and prediction entries for the identifiers of a finding.
    fn joined(&self, group: &Group, members: &[Judged]) -> Result<Joined, Refused> {
        let (mut kev, mut epss): Joined = (None, None);
        if !self.joins {
            return Ok((kev, epss));
        }
        // A record that is derived from an upstream record is about the same vulnerability.
        let upstream = members.iter().flat_map(|one| &one.advisory.upstream);
        let ids: BTreeSet<String> =
            group.ids.iter().chain(upstream).filter_map(|id| body::cve_of(id)).collect();
        for id in ids {
            let known = self.looked_up().get(&id).cloned();
            let (exploited, predicted) = match known {
                Some(known) => known,
                None => {
                    let entries = self.joined_to(&id)?;
                    self.looked_up().insert(id, entries.clone());
                    entries
                }
            };
            kev = kev.or(exploited);
            epss = match (epss, predicted) {
                (Some(one), Some(other)) if chance(&other) > chance(&one) => Some(other),
                (one, other) => one.or(other),
            };
        }
        Ok((kev, epss))
    }

    fn looked_up(&self) -> MutexGuard<'_, HashMap<String, Joined>> {
        self.joined.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The exploitation and prediction entries of a CVE.
    fn joined_to(&self, id: &str) -> Result<Joined, Refused> {
        let (mut kev, mut epss) = (None, None);
        let numbers = self.cache().numbers_under(&body::joined_key(id))?;
        for number in numbers {
            match self.published(number)? {
                Some(Published::Exploited(known)) if known.cve.eq_ignore_ascii_case(id) => kev = Some(known),
                Some(Published::Predicted(predicted)) if predicted.cve.eq_ignore_ascii_case(id) => {
                    epss = Some(predicted);
                }
                Some(_) | None => {}
            }
        }
        Ok((kev, epss))
    }
}

/// The probability of a prediction; 0 if it is not a number.
fn chance(predicted: &ExploitPrediction) -> f64 {
    predicted.probability.trim().parse().unwrap_or_default()
}

/// The place of a verdict's word in the order of strength.
fn strength(word: &str) -> u8 {
    ["not_affected", "candidate", "not_comparable", "conditional", "affected"]
        .iter()
        .position(|known| *known == word)
        .map_or(0, |at| at as u8)
}

/// Whether a record was neither withdrawn nor rejected.
fn stands(advisory: &Advisory) -> bool {
    !advisory.standing.is_withdrawn()
}

fn words_of(standing: &Standing) -> Option<String> {
    match standing {
        Standing::Withdrawn(when) => Some(format!("withdrawn {when}")),
        Standing::Rejected(why) => Some(format!("rejected: {why}")),
        Standing::Published | Standing::NotAnalysed => None,
    }
}

fn title(advisory: &Advisory) -> String {
    if let Some(title) = advisory.title.as_deref().filter(|title| !title.trim().is_empty()) {
        return title.to_owned();
    }
    let mut words = advisory.description.split_whitespace();
    let mut line = String::with_capacity(TITLE_CHARS + 16);
    line.push_str(words.next().unwrap_or_default());
    let mut chars = line.chars().count();
    for word in words {
        if chars > TITLE_CHARS {
            break;
        }
        line.push(' ');
        line.push_str(word);
        chars += 1 + word.chars().count();
    }
    if chars > TITLE_CHARS {
        if let Some((end, _)) = line.char_indices().nth(TITLE_CHARS) {
            line.truncate(end);
        }
        line.push('…');
    }
    line
}
