//! Releases as their rules see them: the whole gate, and the differences to the version before.

use super::file::ProductFile;
use super::refused::{ChangeSet, Refused, require_kind};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::Fields;
use crate::domain::release::{self, Difference, Release};
use crate::domain::shared_record::SharedRecord;
use crate::domain::workflow::{Case, Condition, World};
use crate::store::Reading;
use mainstay_base::clock;
use mainstay_base::time::Moment;

impl ProductFile {
    /// Every condition up to the release, met and unmet, whatever its state is (IEC 62304 5.8).
    ///
    /// # Errors
    /// When it is not a release, or there is no such record.
    pub fn gate(&self, release: RecordId) -> Result<Vec<Condition>, Refused> {
        self.gate_at(release, clock::now())
    }

    /// The same at a moment: whether a review of SOUP is recent depends on it.
    ///
    /// # Errors
    /// When it is not a release, or there is no such record.
    pub fn gate_at(&self, release: RecordId, now: Moment) -> Result<Vec<Condition>, Refused> {
        of_release(release)?;
        self.as_rules_see(release, Some(now), release::gate)
    }

    /// What is in a release and was not in the one before, with the changes behind each difference.
    ///
    /// # Errors
    /// When it is not a release, or there is no such record.
    pub fn differences(&self, release: RecordId) -> Result<Vec<Difference>, Refused> {
        self.with_release(release, |world, content| release::differences(world, content))
    }

    /// The same as it would be with other values of some fields, such as a baseline that is not stored yet.
    ///
    /// # Errors
    /// When it is not a release, there is no such record, or the values cannot be read.
    pub fn differences_with(&self, release: RecordId, set: &Fields) -> Result<Vec<Difference>, Refused> {
        of_release(release)?;
        let mut data = self.record(release)?;
        data.fields.extend(set.iter().map(|(name, value)| (name.clone(), value.clone())));
        data.fields.retain(|_, value| !value.is_null());
        let content = SharedRecord::from(data).typed::<Release>().ok_or_else(|| unreadable(release))?;
        self.as_rules_see(release, None, |case| release::differences(case.world, &content))
    }

    /// Calls `look` with the content of a release and the other records.
    pub(super) fn with_release<T>(
        &self,
        id: RecordId,
        look: impl FnOnce(&dyn World, &Release) -> T,
    ) -> Result<T, Refused> {
        of_release(id)?;
        let seen = |case: &Case| case.data.typed::<Release>().map(|content| look(case.world, &content));
        self.as_rules_see(id, None, seen)?.ok_or_else(|| unreadable(id))
    }

    /// Calls `look` with all records as rules see them, at a moment. Each is read once.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn with_world<T>(
        &self,
        now: Moment,
        look: impl FnOnce(&dyn World) -> T,
    ) -> Result<T, Refused> {
        let reading = Reading::new(&self.store);
        let work = ChangeSet::for_nobody(&reading, now);
        let seen = look(&work);
        work.finish()?;
        Ok(seen)
    }

    /// Calls `look` with a record as a rule sees it. The moment matters only to rules that ask for it.
    pub(super) fn as_rules_see<T>(
        &self,
        id: RecordId,
        now: Option<Moment>,
        look: impl FnOnce(&Case) -> T,
    ) -> Result<T, Refused> {
        let reading = Reading::new(&self.store);
        let work = ChangeSet::for_nobody(&reading, now.unwrap_or_else(clock::now));
        work.case(id, look)
    }
}

/// Refuses a record that is not a release.
pub(super) fn of_release(id: RecordId) -> Result<(), Refused> {
    require_kind(id, Kind::Release, "name a release, such as RL-0001")
}

/// The refusal of a release whose content cannot be read.
fn unreadable(id: RecordId) -> Refused {
    Refused::Rule(format!("the content of {id} cannot be read; verify the file"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::maintenance_plan::MaintenancePlan;
    use crate::domain::person::{Person, Role};
    use crate::domain::requests::{PRODUCT, RecordSource};
    use crate::ops::write_example;
    use crate::store::open_read_only;

    /// The typed content is the same value wherever a record comes from: it was read once.
    #[test]
    fn a_record_is_read_once_however_rules_ask_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("example.mainstay");
        write_example(&path).unwrap();
        let store = open_read_only(&path).unwrap();
        let reading = Reading::new(&store);
        let plans = reading.all(Kind::MaintenancePlan).unwrap();
        let plan = plans.first().unwrap();
        let again = reading.record(plan.head.id).unwrap().unwrap();
        let typed = |data: &SharedRecord| data.typed::<MaintenancePlan>().unwrap();
        assert!(Arc::ptr_eq(&typed(plan), &typed(&again)));
        let same_state = reading.in_states(Kind::MaintenancePlan, &[plan.head.state.as_str()]).unwrap();
        assert!(same_state.iter().any(|data| Arc::ptr_eq(&typed(data), &typed(plan))));

        let person = reading.record(RecordId::new(Kind::Person, 1)).unwrap().unwrap();
        assert!(person.typed::<Person>().unwrap().roles.contains(&Role::Quality));
        assert_eq!(reading.record(RecordId::new(Kind::Person, 999)).unwrap(), None);
        assert_eq!(
            reading.record(RecordId::new(Kind::Person, 999)).unwrap(),
            None,
            "what is missing stays so"
        );
        assert!(reading.record(PRODUCT).unwrap().is_some());
    }

    #[test]
    fn a_reading_answers_what_the_file_answers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("example.mainstay");
        write_example(&path).unwrap();
        let store = open_read_only(&path).unwrap();
        let reading = Reading::new(&store);
        for kind in Kind::ALL {
            let all = store.all(*kind).unwrap();
            for _ in 0..2 {
                assert_eq!(reading.all(*kind).unwrap(), all);
            }
            for data in all {
                let id = data.head.id;
                assert_eq!(reading.record(id).unwrap().as_ref(), Some(&data));
                assert_eq!(reading.signatures(id).unwrap(), reading.signatures(id).unwrap());
                assert_eq!(reading.signatures(id).unwrap(), store.signatures(id).unwrap(), "{id}");
                for other in Kind::ALL {
                    assert_eq!(
                        reading.referring(id, *other).unwrap(),
                        RecordSource::referring(&store, id, *other).unwrap()
                    );
                    assert_eq!(
                        reading.parts(id, *other).unwrap(),
                        RecordSource::parts(&store, id, *other).unwrap()
                    );
                }
            }
        }
    }
}
