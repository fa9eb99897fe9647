//! The records of a source, each kind read once and indexed, for rules that look at everything.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};

use crate::domain::ids::{Kind, RecordId};
use crate::domain::requests::RecordSource;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::Signature;
use crate::domain::workflow::World;

/// The records of one kind.
#[derive(Default)]
struct OfKind {
    all: Vec<SharedRecord>,
    by_number: HashMap<u32, usize>,
    by_target: OnceCell<HashMap<RecordId, Vec<usize>>>,
    by_parent: OnceCell<HashMap<RecordId, Vec<usize>>>,
    by_title: OnceCell<HashMap<String, Vec<usize>>>,
}

impl OfKind {
    fn new(all: Vec<SharedRecord>) -> Self {
        let by_number = all.iter().enumerate().map(|(at, data)| (data.head.id.number, at)).collect();
        Self { all, by_number, ..Self::default() }
    }

    fn indexed<K: std::hash::Hash + Ord>(
        &self,
        keys: impl Fn(&SharedRecord) -> BTreeSet<K>,
    ) -> HashMap<K, Vec<usize>> {
        let mut found: HashMap<K, Vec<usize>> = HashMap::new();
        for (at, data) in self.all.iter().enumerate() {
            for key in keys(data) {
                found.entry(key).or_default().push(at);
            }
        }
        found
    }

    fn of(&self, places: Option<&Vec<usize>>) -> Vec<SharedRecord> {
        places.into_iter().flatten().filter_map(|at| self.all.get(*at).cloned()).collect()
    }
}

/// A source whose kinds are each read once.
pub(super) struct Snapshot<'a, F> {
    source: &'a dyn RecordSource<F>,
    kinds: HashMap<Kind, OnceCell<OfKind>>,
    signatures: RefCell<HashMap<RecordId, Vec<Signature>>>,
    /// The first failure of the source while a rule read it; a rule cannot report it itself.
    failure: RefCell<Option<F>>,
}

impl<'a, F> Snapshot<'a, F> {
    pub fn new(source: &'a dyn RecordSource<F>) -> Self {
        let kinds = Kind::ALL.iter().map(|kind| (*kind, OnceCell::new())).collect();
        Self { source, kinds, signatures: RefCell::default(), failure: RefCell::new(None) }
    }

    /// The first failure of the source.
    pub fn failed(&self) -> Result<(), F> {
        self.failure.borrow_mut().take().map_or(Ok(()), Err)
    }

    fn note<T: Default>(&self, result: Result<T, F>) -> T {
        result.unwrap_or_else(|error| {
            self.failure.borrow_mut().get_or_insert(error);
            T::default()
        })
    }

    fn with<T: Default>(&self, kind: Kind, read: impl FnOnce(&OfKind) -> T) -> T {
        let Some(cell) = self.kinds.get(&kind) else { return T::default() };
        read(cell.get_or_init(|| OfKind::new(self.note(self.source.all(kind)))))
    }
}

impl<F> World for Snapshot<'_, F> {
    fn record(&self, id: RecordId) -> Option<SharedRecord> {
        self.with(id.kind, |of| of.by_number.get(&id.number).and_then(|at| of.all.get(*at).cloned()))
    }

    fn referring(&self, id: RecordId, kind: Kind) -> Vec<SharedRecord> {
        let targets = |data: &SharedRecord| -> BTreeSet<RecordId> {
            data.references().into_iter().map(|reference| reference.target).collect()
        };
        self.with(kind, |of| of.of(of.by_target.get_or_init(|| of.indexed(targets)).get(&id)))
    }

    fn parts(&self, parent: RecordId, kind: Kind) -> Vec<SharedRecord> {
        let parents = |data: &SharedRecord| -> BTreeSet<RecordId> { data.head.parent.into_iter().collect() };
        self.with(kind, |of| of.of(of.by_parent.get_or_init(|| of.indexed(parents)).get(&parent)))
    }

    fn in_states(&self, kind: Kind, states: &[&str]) -> Vec<SharedRecord> {
        let within = |data: &&SharedRecord| states.contains(&data.head.state.as_str());
        self.with(kind, |of| of.all.iter().filter(within).cloned().collect())
    }

    fn all(&self, kind: Kind) -> Vec<SharedRecord> {
        self.with(kind, |of| of.all.clone())
    }

    fn titled(&self, kind: Kind, title: &str) -> Vec<SharedRecord> {
        let titles = |data: &SharedRecord| -> BTreeSet<String> { BTreeSet::from([data.title().to_owned()]) };
        self.with(kind, |of| of.of(of.by_title.get_or_init(|| of.indexed(titles)).get(title)))
    }

    fn signatures(&self, id: RecordId) -> Vec<Signature> {
        if let Some(known) = self.signatures.borrow().get(&id) {
            return known.clone();
        }
        let read = self.note(self.source.signatures(id));
        self.signatures.borrow_mut().insert(id, read.clone());
        read
    }

    fn editors(&self, id: RecordId) -> Vec<RecordId> {
        self.note(self.source.editors(id))
    }
}
