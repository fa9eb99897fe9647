//! The records of a source, each kind read once and indexed, for rules that look at everything.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use crate::domain::canonical::Digest;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::RecordData;
use crate::domain::requests::RecordSource;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::{Part, Signature, part_digest};
use crate::domain::workflow::World;

/// A set of kinds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Kinds(u128);

impl Kinds {
    /// With this kind.
    pub const fn with(self, kind: Kind) -> Self {
        Self(self.0 | 1 << kind as u32)
    }

    /// Whether both have a kind.
    pub const fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::default(), Self::with)
    }
}

/// An index of the records of a kind: where those are that have a key.
struct Index<K> {
    keys: fn(&SharedRecord) -> BTreeSet<K>,
    places: OnceCell<HashMap<K, BTreeSet<usize>>>,
}

impl<K: Hash + Ord> Index<K> {
    const fn new(keys: fn(&SharedRecord) -> BTreeSet<K>) -> Self {
        Self { keys, places: OnceCell::new() }
    }

    fn of(&self, all: &[SharedRecord], key: &K) -> Vec<SharedRecord> {
        let places = self.places.get_or_init(|| {
            let mut places: HashMap<K, BTreeSet<usize>> = HashMap::new();
            for (at, data) in all.iter().enumerate() {
                for key in (self.keys)(data) {
                    places.entry(key).or_default().insert(at);
                }
            }
            places
        });
        places.get(key).into_iter().flatten().filter_map(|at| all.get(*at).cloned()).collect()
    }

    /// Follows a record that changed.
    fn follow(&mut self, at: usize, before: Option<&SharedRecord>, data: &SharedRecord) {
        let Some(places) = self.places.get_mut() else { return };
        for key in before.map(self.keys).unwrap_or_default() {
            if let Some(of) = places.get_mut(&key) {
                of.remove(&at);
            }
        }
        for key in (self.keys)(data) {
            places.entry(key).or_default().insert(at);
        }
    }
}

/// The records of one kind, in the order of their numbers.
struct OfKind {
    all: Vec<SharedRecord>,
    by_target: Index<RecordId>,
    by_parent: Index<RecordId>,
    by_title: Index<String>,
}

impl OfKind {
    fn new(mut all: Vec<SharedRecord>) -> Self {
        all.sort_by_key(|data| data.head.id.number);
        Self {
            all,
            by_target: Index::new(|data| {
                data.references().into_iter().map(|reference| reference.target).collect()
            }),
            by_parent: Index::new(|data| data.head.parent.into_iter().collect()),
            by_title: Index::new(|data| BTreeSet::from([data.title().to_owned()])),
        }
    }

    fn place(&self, number: u32) -> Result<usize, usize> {
        self.all.binary_search_by_key(&number, |data| data.head.id.number)
    }

    /// Takes a record as it is now. `false` if it would stand between others, which moves them.
    fn take(&mut self, data: SharedRecord) -> bool {
        let (at, before) = match self.place(data.head.id.number) {
            Ok(at) => (at, self.all.get(at).cloned()),
            Err(at) if at == self.all.len() => (at, None),
            Err(_) => return false,
        };
        self.by_target.follow(at, before.as_ref(), &data);
        self.by_parent.follow(at, before.as_ref(), &data);
        self.by_title.follow(at, before.as_ref(), &data);
        match self.all.get_mut(at) {
            Some(place) => *place = data,
            None => self.all.push(data),
        }
        true
    }
}

/// What was read of a source so far.
pub(super) struct Records {
    /// In the order of [`Kind::ALL`].
    kinds: Vec<OnceCell<OfKind>>,
    signatures: RefCell<HashMap<RecordId, Vec<Signature>>>,
    editors: RefCell<HashMap<RecordId, Vec<RecordId>>>,
    /// What a signature of a part of a record would cover, at the revision of the record.
    digests: RefCell<HashMap<RecordId, Vec<(u32, Part, Digest)>>>,
}

impl Default for Records {
    fn default() -> Self {
        let kinds = Kind::ALL.iter().map(|_| OnceCell::new()).collect();
        Self {
            kinds,
            signatures: RefCell::default(),
            editors: RefCell::default(),
            digests: RefCell::default(),
        }
    }
}

impl Records {
    /// Takes what an event changed: the record as it is now, and whatever was known of its signatures and editors is forgotten.
    pub fn take(&mut self, id: RecordId, data: Option<SharedRecord>) {
        self.signatures.get_mut().remove(&id);
        self.editors.get_mut().remove(&id);
        for of in [Some(id), data.as_ref().and_then(|data| data.head.parent)].into_iter().flatten() {
            self.digests.get_mut().remove(&of);
        }
        let Some(cell) = self.kinds.get_mut(id.kind as usize) else { return };
        let taken = match (cell.get_mut(), data) {
            (None, _) => true,
            (Some(of), Some(data)) => of.take(data),
            (Some(_), None) => false,
        };
        if !taken {
            *cell = OnceCell::new();
        }
    }
}

/// A source of which everything is read once.
pub(super) struct Snapshot<'a, F> {
    source: &'a dyn RecordSource<F>,
    records: &'a Records,
    /// The kinds that were read since [`Self::kinds_read`].
    read: Cell<Kinds>,
    /// The first failure of the source while a rule read it; a rule cannot report it itself.
    failure: RefCell<Option<F>>,
}

impl<'a, F> Snapshot<'a, F> {
    /// `records` is what was read of the same source before.
    pub fn new(source: &'a dyn RecordSource<F>, records: &'a Records) -> Self {
        Self { source, records, read: Cell::default(), failure: RefCell::new(None) }
    }

    /// The first failure of the source.
    pub fn failed(&self) -> Result<(), F> {
        self.failure.borrow_mut().take().map_or(Ok(()), Err)
    }

    /// The kinds of the records that were read since the last call.
    pub fn kinds_read(&self) -> Kinds {
        self.read.take()
    }

    fn note<T: Default>(&self, result: Result<T, F>) -> T {
        result.unwrap_or_else(|error| {
            self.failure.borrow_mut().get_or_insert(error);
            T::default()
        })
    }

    fn reads(&self, kind: Kind) {
        self.read.set(self.read.get().with(kind));
    }

    fn with<T: Default>(&self, kind: Kind, read: impl FnOnce(&OfKind) -> T) -> T {
        self.reads(kind);
        let Some(cell) = self.records.kinds.get(kind as usize) else { return T::default() };
        read(cell.get_or_init(|| OfKind::new(self.note(self.source.all(kind)))))
    }

    fn once<T: Clone + Default>(
        &self,
        known: &RefCell<HashMap<RecordId, T>>,
        id: RecordId,
        read: impl FnOnce() -> Result<T, F>,
    ) -> T {
        self.reads(id.kind);
        if let Some(known) = known.borrow().get(&id) {
            return known.clone();
        }
        let read = self.note(read());
        known.borrow_mut().insert(id, read.clone());
        read
    }
}

impl<F> World for Snapshot<'_, F> {
    fn record(&self, id: RecordId) -> Option<SharedRecord> {
        self.with(id.kind, |of| of.place(id.number).ok().and_then(|at| of.all.get(at).cloned()))
    }

    fn referring(&self, id: RecordId, kind: Kind) -> Vec<SharedRecord> {
        self.with(kind, |of| of.by_target.of(&of.all, &id))
    }

    fn parts(&self, parent: RecordId, kind: Kind) -> Vec<SharedRecord> {
        self.with(kind, |of| of.by_parent.of(&of.all, &parent))
    }

    fn in_states(&self, kind: Kind, states: &[&str]) -> Vec<SharedRecord> {
        let within = |data: &&SharedRecord| states.contains(&data.head.state.as_str());
        self.with(kind, |of| of.all.iter().filter(within).cloned().collect())
    }

    fn all(&self, kind: Kind) -> Vec<SharedRecord> {
        self.with(kind, |of| of.all.clone())
    }

    fn titled(&self, kind: Kind, title: &str) -> Vec<SharedRecord> {
        self.with(kind, |of| of.by_title.of(&of.all, &title.to_owned()))
    }

    fn signatures(&self, id: RecordId) -> Vec<Signature> {
        self.once(&self.records.signatures, id, || self.source.signatures(id))
    }

    fn part_digest(&self, data: &RecordData, part: Part) -> Digest {
        self.reads(data.head.id.kind);
        for (def, _) in data.def().part_kinds().filter(|(_, of)| part.covers(*of)) {
            self.reads(def.kind);
        }
        let (id, revision) = (data.head.id, data.head.revision);
        let digests = self.records.digests.borrow();
        let mut known = digests.get(&id).into_iter().flatten();
        if let Some((.., digest)) = known.find(|(at, of, _)| (*at, *of) == (revision, part)) {
            return digest.clone();
        }
        drop(digests);
        let digest = part_digest(data, part, &self.covered_parts(data, part));
        self.records.digests.borrow_mut().entry(id).or_default().push((revision, part, digest.clone()));
        digest
    }

    fn editors(&self, id: RecordId) -> Vec<RecordId> {
        self.once(&self.records.editors, id, || self.source.editors(id))
    }
}
