//! What the rules found, kept between two looks at the same file: after an event only those rules look again that read a kind of
//! record that it changed.
//!
//! A rule is a function of the records, the day and what is known besides, so an answer holds while these are the same. What a rule
//! reads is noted while it looks; nobody has to say it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::snapshot::{Kinds, Records, Snapshot};
use super::{Readiness, answer};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::readiness::{Facts, Hit, Look, hits_of};
use crate::domain::requests::RecordSource;
use crate::domain::time::{Day, Moment};
use crate::ops::file::ProductFile;
use crate::ops::refused::Refused;
use crate::store::Head;

/// After more events than this everything is looked at anew.
const EVENTS_FOLLOWED: u64 = 200;

/// What a rule found, and what it read for that.
struct Answer {
    read: Kinds,
    hits: Vec<Arc<Hit>>,
}

/// What the answers belong to: the last event that the records follow, the day, and what is known besides.
struct Of {
    head: Head,
    day: Day,
    facts: Facts,
}

/// The records that the rules read, and what each rule found.
#[derive(Default)]
pub struct KeptRules {
    of: Option<Of>,
    records: Records,
    answers: BTreeMap<&'static str, Answer>,
}

impl KeptRules {
    /// Takes the records that events changed, and drops the answers of the rules that read such a kind.
    fn follow<F>(&mut self, source: &dyn RecordSource<F>, changed: &BTreeSet<RecordId>) -> Result<(), F> {
        for id in changed {
            self.records.take(*id, source.record(*id)?);
        }
        let stale = changed.iter().map(|id| id.kind).collect();
        self.answers.retain(|_, answer| !answer.read.meet(stale));
        Ok(())
    }

    /// The readiness, of the answers that are kept and of what the other rules find now.
    fn look<F>(&mut self, source: &dyn RecordSource<F>, now: Moment, facts: &Facts) -> Result<Readiness, F> {
        // The clocks of authorities run by the hour, so the day does not tell whether their answers hold.
        let clocks = Kinds::default().with(Kind::RegulatoryClock);
        self.answers.retain(|_, answer| !answer.read.meet(clocks));
        let snapshot = Snapshot::new(source, &self.records);
        let look = Look { world: &snapshot, now, facts };
        let answers = &mut self.answers;
        let found = answer(&look, |rule| {
            let kept = answers.entry(rule.id).or_insert_with(|| {
                snapshot.kinds_read();
                let hits = hits_of(rule, &look);
                Answer { read: snapshot.kinds_read(), hits }
            });
            kept.hits.clone()
        });
        snapshot.failed()?;
        Ok(found)
    }

    /// The same as the file is now; empty if that is not a later state of what was kept.
    fn followed(mut self, file: &ProductFile) -> Result<Self, Refused> {
        let Some(of) = &self.of else { return Ok(Self::default()) };
        if file.store.event_digest(of.head.seq)?.as_ref() != Some(&of.head.digest) {
            return Ok(Self::default());
        }
        let Some(changed) = file.store.changed_since(of.head.seq, EVENTS_FOLLOWED)? else {
            return Ok(Self::default());
        };
        self.follow(file.present(), &changed)?;
        Ok(self)
    }
}

impl ProductFile {
    /// The same as [`Self::readiness`], with what was kept of the last look at this file, and kept for the next one.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn readiness_again(
        &self,
        kept: &mut KeptRules,
        now: Moment,
        known: &Facts,
    ) -> Result<Readiness, Refused> {
        let facts = self.facts(known)?;
        // What fails in between leaves nothing behind.
        let mut rules = std::mem::take(kept).followed(self)?;
        if rules.of.as_ref().is_none_or(|of| of.day != now.day() || of.facts != facts) {
            rules.answers.clear();
        }
        let found = rules.look(self.present(), now, &facts)?;
        rules.of = Some(Of { head: self.head().clone(), day: now.day(), facts });
        *kept = rules;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ledger::Ledger;
    use crate::ops::file::Opened;
    use crate::ops::readiness::of_ledger;
    use crate::ops::{stamp, write_example};

    fn found(readiness: &Readiness) -> Vec<(&'static str, &Hit, Option<RecordId>)> {
        readiness.gaps.iter().map(|one| (one.gap.rule.id, &*one.gap.hit, one.gap.settled)).collect()
    }

    #[test]
    fn after_each_event_of_the_example_what_is_kept_finds_what_is_found_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("example.mainstay");
        write_example(&path).unwrap();
        let Opened::Open(file) = ProductFile::open(&path, &stamp()).unwrap() else { panic!("not opened") };
        let (now, facts) = (file.head().at.unwrap(), file.known());
        let (mut ledger, mut kept) = (Ledger::default(), KeptRules::default());
        let mut looked = (0, 0);
        file.store
            .each_event_until(now, |event, signatures| {
                ledger.follow(event, signatures);
                let mut changed: BTreeSet<RecordId> =
                    event.changes.iter().map(|change| change.record).collect();
                changed.extend(signatures.iter().map(|signature| signature.subject));
                kept.follow(&ledger, &changed).unwrap();
                looked.0 += kept.answers.len();
                let again = kept.look(&ledger, now, &facts).unwrap();
                looked.1 += kept.answers.len();
                let anew = of_ledger(&ledger, now, &facts);
                assert_eq!(found(&again), found(&anew), "after event {}", event.seq);
                assert_eq!(again.clauses, anew.clauses, "after event {}", event.seq);
            })
            .unwrap();
        assert!(looked.0 * 2 > looked.1, "most answers are kept: {looked:?}");
    }

    #[test]
    fn what_is_kept_of_another_file_or_another_day_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let files = ["a", "b"].map(|name| {
            let path = folder.path().join(name).with_extension("mainstay");
            write_example(&path).unwrap();
            let Opened::Open(file) = ProductFile::open(&path, &stamp()).unwrap() else {
                panic!("not opened")
            };
            file
        });
        let mut kept = KeptRules::default();
        let mut now = files[0].head().at.unwrap();
        for (file, days) in [(&files[0], 0), (&files[1], 0), (&files[1], 200), (&files[0], 0)] {
            now = Moment::end_of(now.day().plus_days(days));
            let again = file.readiness_again(&mut kept, now, &file.known()).unwrap();
            let anew = file.readiness(now, &file.known()).unwrap();
            assert_eq!(found(&again), found(&anew));
        }
    }
}
