//! A source as deadlines look at it: the product and the policy, for which many ask, are read once.

use std::cell::{OnceCell, RefCell};

use crate::domain::ids::{Kind, RecordId};
use crate::domain::policy::Policy;
use crate::domain::product::Product;
use crate::domain::record::RecordData;
use crate::domain::requests::{POLICY, PRODUCT, RecordSource};
use crate::domain::signature::Signature;
use crate::domain::workflow::World;

/// A source to look at.
pub(super) struct Look<'a, F> {
    /// The source.
    pub source: &'a dyn RecordSource<F>,
    policy: OnceCell<Policy>,
    product: OnceCell<Product>,
    /// The first failure of the source while a rule looked at it; a rule cannot report it itself.
    failure: RefCell<Option<F>>,
}

impl<'a, F> Look<'a, F> {
    pub fn new(source: &'a dyn RecordSource<F>) -> Self {
        Self { source, policy: OnceCell::new(), product: OnceCell::new(), failure: RefCell::new(None) }
    }

    /// The failure of the source since this was last asked.
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

impl<F> World for Look<'_, F> {
    fn record(&self, id: RecordId) -> Option<RecordData> {
        self.note(self.source.record(id))
    }

    fn referring(&self, id: RecordId, kind: Kind) -> Vec<RecordData> {
        self.note(self.source.referring(id, kind))
    }

    fn parts(&self, parent: RecordId, kind: Kind) -> Vec<RecordData> {
        self.note(self.source.parts(parent, kind))
    }

    fn all(&self, kind: Kind) -> Vec<RecordData> {
        self.note(self.source.all(kind))
    }

    fn signatures(&self, id: RecordId) -> Vec<Signature> {
        self.note(self.source.signatures(id))
    }

    fn editors(&self, id: RecordId) -> Vec<RecordId> {
        self.note(self.source.editors(id))
    }

    fn policy(&self) -> Policy {
        let read = || self.record(POLICY).and_then(|data| data.typed()).unwrap_or_default();
        self.policy.get_or_init(read).clone()
    }

    fn product(&self) -> Product {
        let read = || self.record(PRODUCT).and_then(|data| data.typed()).unwrap_or_default();
        self.product.get_or_init(read).clone()
    }
}
