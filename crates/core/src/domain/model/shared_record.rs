//! A record at one revision, shared by all its readers: its typed content is parsed once.

use std::any::Any;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::domain::record::{Record, RecordData};

/// A record that is shared without copying. A change copies it, unless there is no other holder.
#[derive(Clone)]
pub struct SharedRecord(Arc<Inner>);

struct Inner {
    data: RecordData,
    /// The content as the Rust type of its kind; `None` inside if it cannot be read.
    content: OnceLock<Option<Arc<dyn Any + Send + Sync>>>,
}

impl Clone for Inner {
    /// The copy will change, so it does not keep the parsed content.
    fn clone(&self) -> Self {
        Self { data: self.data.clone(), content: OnceLock::new() }
    }
}

impl SharedRecord {
    /// Its content as the Rust type of its kind. `None` if it is of another kind or damaged.
    pub fn typed<T: Record>(&self) -> Option<Arc<T>> {
        if T::KIND != self.head.id.kind {
            return None;
        }
        let read = || Some(Arc::new(self.0.data.typed::<T>()?) as Arc<dyn Any + Send + Sync>);
        let content = self.0.content.get_or_init(read).clone()?;
        content.downcast().ok()
    }

    /// The record, to change it.
    pub fn change(&mut self) -> &mut RecordData {
        let inner = Arc::make_mut(&mut self.0);
        inner.content = OnceLock::new();
        &mut inner.data
    }

    /// The record without its parsed content.
    pub fn into_data(self) -> RecordData {
        Arc::unwrap_or_clone(self.0).data
    }
}

impl From<RecordData> for SharedRecord {
    fn from(data: RecordData) -> Self {
        Self(Arc::new(Inner { data, content: OnceLock::new() }))
    }
}

impl Deref for SharedRecord {
    type Target = RecordData;

    fn deref(&self) -> &RecordData {
        &self.0.data
    }
}

impl std::fmt::Debug for SharedRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.data.fmt(f)
    }
}

impl PartialEq for SharedRecord {
    fn eq(&self, other: &Self) -> bool {
        self.0.data == other.0.data
    }
}

impl Eq for SharedRecord {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::feedback::Feedback;
    use crate::domain::ids::{Kind, RecordId};
    use crate::domain::policy::Policy;
    use crate::domain::record::{Fields, Head};
    use mainstay_base::time::Moment;

    fn feedback(title: &str) -> SharedRecord {
        let at = Moment::parse("2026-11-22T10:00:00Z").unwrap();
        let head = Head {
            id: RecordId::new(Kind::Feedback, 1),
            state: "received".to_owned(),
            owner: None,
            parent: None,
            created_at: at,
            created_by: RecordId::new(Kind::Person, 1),
            state_since: at,
            revision: 1,
        };
        let fields = Fields::from_iter([("title".to_owned(), title.into())]);
        RecordData { head, fields }.into()
    }

    #[test]
    fn typed_content_is_read_once_and_again_after_a_change() {
        let mut record = feedback("Late alarm");
        let first = record.typed::<Feedback>().unwrap();
        assert!(Arc::ptr_eq(&first, &record.clone().typed::<Feedback>().unwrap()), "read once");
        record.change().fields.insert("title".to_owned(), "No alarm".into());
        assert_eq!(&*record.typed::<Feedback>().unwrap().title, "No alarm");
        assert_eq!(&*first.title, "Late alarm");
    }

    #[test]
    fn other_holders_of_a_record_do_not_see_a_change() {
        let before = feedback("Late alarm");
        let mut after = before.clone();
        after.change().fields.insert("title".to_owned(), "No alarm".into());
        assert_eq!(before.title(), "Late alarm");
        assert_eq!(&*before.typed::<Feedback>().unwrap().title, "Late alarm");
        assert_ne!(before, after);
    }

    #[test]
    fn content_of_another_kind_or_damaged_content_is_none() {
        let mut record = feedback("Late alarm");
        assert!(record.typed::<Policy>().is_none());
        assert!(record.typed::<Feedback>().is_some());
        record.change().fields.insert("unknown".to_owned(), 1.into());
        assert!(record.typed::<Feedback>().is_none());
    }
}
