//! A cache over a source, for evaluating deadlines. The product and the policy are read once. References to a record are
//! read one by one at first; after many such questions, all records of the kind are read at once.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::ids::{Kind, RecordId};
use crate::domain::requests::{POLICY, PRODUCT, RecordSource};
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::Signature;
use crate::domain::workflow::World;

/// References are looked up one by one this many times. After that all records of the kind are read.
const SINGLE_MAX: usize = 64;

/// The records of a kind by what they refer to.
type ByTarget = HashMap<RecordId, Vec<SharedRecord>>;

/// How many lookups there were for a kind, and the index of its records once there were many.
#[derive(Default)]
struct Referring {
    asked: usize,
    all: Option<ByTarget>,
}

/// A source with its cache.
pub(in crate::ops) struct CachedSource<'a, F> {
    /// The source.
    pub source: &'a dyn RecordSource<F>,
    policy: OnceCell<Option<SharedRecord>>,
    product: OnceCell<Option<SharedRecord>>,
    referring: RefCell<BTreeMap<Kind, Referring>>,
    /// The first failure of the source while a rule read it; a rule cannot report it itself.
    failure: RefCell<Option<F>>,
}

impl<'a, F> CachedSource<'a, F> {
    pub fn new(source: &'a dyn RecordSource<F>) -> Self {
        Self {
            source,
            policy: OnceCell::new(),
            product: OnceCell::new(),
            referring: RefCell::default(),
            failure: RefCell::new(None),
        }
    }

    /// The first failure of the source since the last call.
    pub fn failed(&self) -> Result<(), F> {
        self.failure.borrow_mut().take().map_or(Ok(()), Err)
    }

    fn note<T: Default>(&self, result: Result<T, F>) -> T {
        result.unwrap_or_else(|error| {
            self.failure.borrow_mut().get_or_insert(error);
            T::default()
        })
    }
}

impl<F> World for CachedSource<'_, F> {
    fn record(&self, id: RecordId) -> Option<SharedRecord> {
        let read = || self.note(self.source.record(id));
        match id {
            POLICY => self.policy.get_or_init(read).clone(),
            PRODUCT => self.product.get_or_init(read).clone(),
            _ => read(),
        }
    }

    fn referring(&self, id: RecordId, kind: Kind) -> Vec<SharedRecord> {
        let mut referring = self.referring.borrow_mut();
        let of_kind = referring.entry(kind).or_default();
        of_kind.asked += 1;
        if of_kind.asked <= SINGLE_MAX {
            return self.note(self.source.referring(id, kind));
        }
        let all = of_kind.all.get_or_insert_with(|| by_target(self.note(self.source.all(kind))));
        all.get(&id).into_iter().flatten().cloned().collect()
    }

    fn parts(&self, parent: RecordId, kind: Kind) -> Vec<SharedRecord> {
        self.note(self.source.parts(parent, kind))
    }

    fn in_states(&self, kind: Kind, states: &[&str]) -> Vec<SharedRecord> {
        self.note(self.source.in_states(kind, states))
    }

    fn all(&self, kind: Kind) -> Vec<SharedRecord> {
        self.note(self.source.all(kind))
    }

    fn signatures(&self, id: RecordId) -> Vec<Signature> {
        self.note(self.source.signatures(id))
    }

    fn editors(&self, id: RecordId) -> Vec<RecordId> {
        self.note(self.source.editors(id))
    }

    fn written_by(&self, person: RecordId, ids: &[RecordId]) -> Option<RecordId> {
        self.note(self.source.written_by(person, ids))
    }
}

fn by_target(records: Vec<SharedRecord>) -> ByTarget {
    let mut found = ByTarget::new();
    for data in records {
        let targets: BTreeSet<RecordId> =
            data.references().iter().map(|reference| reference.target).collect();
        for target in targets {
            found.entry(target).or_default().push(data.clone());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ledger::Ledger;
    use crate::domain::record::{Fields, Head, RecordData};
    use mainstay_base::time::Moment;

    fn approval(number: u32, of: u32) -> SharedRecord {
        let at = Moment::parse("2031-03-03T09:00:00Z").unwrap();
        let by = RecordId::new(Kind::Person, 1);
        let id = RecordId::new(Kind::Approval, number);
        let change = RecordId::new(Kind::ChangeRequest, of).to_string();
        let mut fields = Fields::new();
        fields.insert("subject".to_owned(), change.clone().into());
        fields.insert("fixed_content".to_owned(), serde_json::json!([{"record": change, "part": "scope"}]));
        let head = Head {
            id,
            state: "requested".to_owned(),
            owner: None,
            parent: None,
            created_at: at,
            created_by: by,
            state_since: at,
            revision: 1,
        };
        RecordData { head, fields }.into()
    }

    #[test]
    fn many_lookups_give_the_same_answers_as_single_ones() {
        let mut ledger = Ledger::default();
        for number in 1..=400 {
            ledger.put(None, approval(number, 1 + number % 150));
        }
        let cached = CachedSource::new(&ledger);
        for of in 1..=151 {
            let change = RecordId::new(Kind::ChangeRequest, of);
            let Ok(expected) = RecordSource::referring(&ledger, change, Kind::Approval);
            assert_eq!(World::referring(&cached, change, Kind::Approval), expected, "{change}");
            assert_eq!(expected.is_empty(), of == 151);
        }
        assert!(
            World::referring(&cached, RecordId::new(Kind::ChangeRequest, 1), Kind::ImpactAnalysis).is_empty()
        );
        let Ok(()) = cached.failed();
    }
}
