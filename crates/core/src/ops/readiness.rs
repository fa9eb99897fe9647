//! Audit readiness of a file: its gaps at a moment, and since when each is there (domain 3).

mod kept;
mod known;
mod snapshot;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use self::kept::KeptRules;
use self::snapshot::{Records, Snapshot};
use super::file::ProductFile;
use super::refused::Refused;
use crate::domain::attachment::is_attached;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::ledger::Ledger;
use crate::domain::readiness::lens::{Answered, answers};
use crate::domain::readiness::{self, Facts, Gap, Hit, Look, Rule, Severity};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_review::SoupReview;
use crate::domain::text::counted;
use crate::domain::time::{Day, Moment};

/// A gap, and since when it is there.
#[derive(Clone)]
pub struct FoundGap {
    /// The gap.
    pub gap: Gap,
    /// Its record; `None` if one is missing.
    pub record: Option<SharedRecord>,
    /// The end of the first month in which it was found without a break since; `None` if that was not looked at, or it is new.
    pub first_seen: Option<Day>,
}

impl FoundGap {
    /// The title of its record; empty without one.
    pub fn title(&self) -> &str {
        self.record.as_ref().map_or("", |record| record.title())
    }

    /// The number of its record and the title, if it has one; `None` if a record is missing.
    pub fn record_words(&self) -> Option<String> {
        let id = self.gap.hit.record?;
        let title = self.title();
        Some(if title.is_empty() { id.to_string() } else { format!("{id}  {title}") })
    }
}

/// The readiness of a file.
#[derive(Clone)]
pub struct Readiness {
    /// The moment.
    pub at: Moment,
    /// The gaps: the most serious first, those that are settled last.
    pub gaps: Vec<FoundGap>,
    /// How many rules count for the product.
    pub rules: usize,
    /// Every clause with the records that answer it and its gaps.
    pub clauses: Vec<Answered>,
    /// What rules could not find because nobody looked at it.
    pub unknown: Vec<String>,
}

impl Readiness {
    /// How many gaps of a severity nothing settles.
    pub fn count(&self, severity: Severity) -> usize {
        self.gaps.iter().filter(|found| found.gap.is_open(severity)).count()
    }

    /// How many gaps a waiver or a closed deviation settles.
    pub fn settled(&self) -> usize {
        self.gaps.iter().filter(|found| found.gap.settled.is_some()).count()
    }

    /// What was not looked at, in a sentence.
    pub fn unknown_words(&self) -> Option<String> {
        (!self.unknown.is_empty()).then(|| format!("Not looked at: {}.", self.unknown.join(", and ")))
    }

    /// In a sentence or two.
    pub fn words(&self) -> String {
        let graded =
            [(Severity::Critical, "critical"), (Severity::Major, "major"), (Severity::Minor, "minor")];
        let graded = graded.map(|(severity, word)| (self.count(severity), word));
        let gaps: Vec<String> = graded
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        let single = graded.iter().map(|(count, _)| *count).sum::<usize>() == 1;
        let mut parts = Vec::new();
        if !gaps.is_empty() {
            parts.push(format!("{} {}", gaps.join(", "), if single { "gap" } else { "gaps" }));
        }
        match self.count(Severity::Info) {
            0 => {}
            hints => parts.push(counted(hints, "hint")),
        }
        match self.settled() {
            0 => {}
            settled => parts.push(format!("{settled} waived or told in a closed deviation")),
        }
        if parts.is_empty() {
            return format!("None of the {} rules that count for the product finds a gap.", self.rules);
        }
        format!("{}. {} rules count for the product.", parts.join("; "), self.rules)
    }
}

/// What identifies a gap over time.
type Key = (&'static str, Option<RecordId>, Option<&'static str>);

fn key(gap: &Gap) -> Key {
    (gap.rule.id, gap.hit.record, gap.hit.field)
}

impl ProductFile {
    /// The gaps of the file now. `known` is what is known besides the records, such as [`Self::known`]: whether the file verifies, the
    /// last backup, the version of the program.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn readiness(&self, now: Moment, known: &Facts) -> Result<Readiness, Refused> {
        self.readiness_again(&mut KeptRules::default(), now, known)
    }

    /// The gaps of the file as it was at a moment of its past, by the rules of today.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn readiness_at(&self, moment: Moment, known: &Facts) -> Result<Readiness, Refused> {
        if self.is_present_at(moment)? {
            return self.readiness(moment, known);
        }
        let facts = self.known_then(known, moment)?;
        Ok(of_ledger(&self.at(moment)?, moment, &facts))
    }

    /// The gaps of the file at a moment of which the records are given; of the present file without them.
    pub(super) fn readiness_of(
        &self,
        past: Option<&Ledger>,
        moment: Moment,
        known: &Facts,
    ) -> Result<Readiness, Refused> {
        match past {
            Some(ledger) => Ok(of_ledger(ledger, moment, &self.known_then(known, moment)?)),
            None => self.readiness(moment, known),
        }
    }

    /// The same as [`Self::readiness`], with since when each gap is there: looked at the end of each month of the last `months`.
    ///
    /// # Errors
    /// When the file cannot be read, or `go_on` says stop.
    pub fn readiness_since(
        &self,
        (now, months): (Moment, u32),
        known: &Facts,
        go_on: &dyn Fn(f32) -> bool,
    ) -> Result<Readiness, Refused> {
        let mut found = self.readiness(now, known)?;
        let ends = month_ends(now.day(), months);
        let mut since: BTreeMap<Key, Day> = BTreeMap::new();
        let mut ledger = Ledger::default();
        let mut next = ends.iter().copied().peekable();
        let mut stopped = false;
        let mut program = String::new();
        let mut at_end = |ledger: &Ledger, program: &str, day: Day| {
            let moment = Moment::end_of(day);
            let facts = known::then(known, moment, program.to_owned());
            let records = Records::default();
            let snapshot = Snapshot::new(ledger, &records);
            let gaps = readiness::gaps(&Look { world: &snapshot, now: moment, facts: &facts });
            let keys: BTreeSet<Key> = gaps.iter().map(key).collect();
            since.retain(|key, _| keys.contains(key));
            for key in keys {
                since.entry(key).or_insert(day);
            }
        };
        self.store.each_event_until(now, |event, signatures| {
            while let Some(end) = next.next_if(|end| event.at > Moment::end_of(*end)) {
                let done = ends.iter().position(|day| *day == end).unwrap_or(0);
                stopped |= !go_on(done as f32 / ends.len().max(1) as f32);
                if !stopped {
                    at_end(&ledger, &program, end);
                }
            }
            if !stopped {
                ledger.follow(event, signatures);
                program.clone_from(&event.program);
            }
        })?;
        if stopped {
            return Err(Refused::Rule("The search for the beginning of the gaps was cancelled".to_owned()));
        }
        for end in next {
            at_end(&ledger, &program, end);
        }
        for gap in &mut found.gaps {
            gap.first_seen = since.get(&key(&gap.gap)).copied();
        }
        Ok(found)
    }

    /// What the file says besides its records.
    fn facts(&self, known: &Facts) -> Result<Facts, Refused> {
        let mut facts = known.clone();
        facts.clock_backwards = self.store.clock_steps_back()?;
        facts.evidence_missing.extend(self.reviews_without_evidence()?);
        Ok(facts)
    }

    /// The reviews whose kept evidence is not attached any more, or whose bytes are not in the file.
    fn reviews_without_evidence(&self) -> Result<Vec<RecordId>, Refused> {
        let digests: BTreeSet<String> =
            self.store.blob_digests()?.into_iter().map(|one| one.to_lowercase()).collect();
        let mut missing = Vec::new();
        for data in self.present().all(Kind::SoupReview)? {
            let Some(review) = data.typed::<SoupReview>().filter(|review| !review.evidence_sha256.is_empty())
            else {
                continue;
            };
            let sha256 = review.evidence_sha256.to_lowercase();
            let files = self.present().referring(data.head.id, Kind::Attachment)?;
            if !is_attached(files.iter().map(|data| &**data), &sha256) || !digests.contains(&sha256) {
                missing.push(data.head.id);
            }
        }
        Ok(missing)
    }
}

fn of_ledger(ledger: &Ledger, moment: Moment, known: &Facts) -> Readiness {
    let records = Records::default();
    let snapshot = Snapshot::new(ledger, &records);
    let look = Look { world: &snapshot, now: moment, facts: known };
    answer(&look, |rule| readiness::hits_of(rule, &look))
}

/// The readiness, of what each rule finds.
fn answer(look: &Look, find: impl FnMut(&'static Rule) -> Vec<Arc<Hit>>) -> Readiness {
    let product = look.world.product();
    let rules = readiness::rules().filter(|rule| rule.applies.to(&product)).count();
    let gaps = readiness::gaps_of(look, find);
    let clauses = answers(look.world, &gaps);
    let record = |gap: &Gap| gap.hit.record.and_then(|id| look.world.record(id));
    let gaps = gaps.into_iter().map(|gap| FoundGap { record: record(&gap), gap, first_seen: None }).collect();
    Readiness { at: look.now, gaps, rules, clauses, unknown: look.facts.unknown(look.world) }
}

/// The last days of the months before a day, oldest first.
fn month_ends(today: Day, months: u32) -> Vec<Day> {
    use chrono::Datelike as _;
    let first = today.plus_days(1 - i64::from(today.date().day()));
    (0..i64::from(months)).rev().map(|back| first.plus_months(-back).plus_days(-1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_end_with_their_last_day() {
        let ends = month_ends(Day::parse("2028-03-15").unwrap(), 3);
        let words: Vec<String> = ends.iter().map(ToString::to_string).collect();
        assert_eq!(words, ["2027-12-31", "2028-01-31", "2028-02-29"]);
    }
}
