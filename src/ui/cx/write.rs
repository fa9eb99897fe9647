//! What a screen read from another file and asks to write. The app performs it, and its outcome comes back through a slot.

use super::Slot;
use crate::ops::jobs::Progress;
use crate::ops::{ProductFile, Refused, Session, Stamp};

/// The work of a write.
type WriteWork = dyn FnOnce(&mut ProductFile, &Session, &Stamp) -> Result<String, Refused>;

/// What a screen read from another file and asks to write, as one transaction of `ops`.
pub struct Write {
    /// Writes it, and says in a sentence what was written.
    work: Box<WriteWork>,
    /// Where the outcome goes: `None`, or why it was refused.
    answer: Slot<Option<Refused>>,
}

impl Write {
    /// A write, and the place for its outcome.
    pub fn new(
        work: impl FnOnce(&mut ProductFile, &Session, &Stamp) -> Result<String, Refused> + 'static,
    ) -> (Self, Slot<Option<Refused>>) {
        let answer = Slot::default();
        (Self { work: Box::new(work), answer: answer.clone() }, answer)
    }

    /// Writes. Returns what was written, or `None` if it was refused, which the screen says.
    pub fn perform(self, file: &mut ProductFile, session: &Session, stamp: &Stamp) -> Option<String> {
        let (words, refusal) = match (self.work)(file, session, stamp) {
            Ok(words) => (Some(words), None),
            Err(refusal) => (None, Some(refusal)),
        };
        self.answer.put(refusal);
        words
    }
}

/// The work of a long write.
type LongWork = dyn FnOnce(&mut ProductFile, &Session, &Stamp, &Progress) -> Result<String, Refused> + Send;

/// A write that takes longer than a frame. A refusal of a second transaction of `ops` says that the first is in the file.
pub struct LongWrite {
    /// Name of the job.
    pub name: &'static str,
    /// Writes it, and says in a sentence what was written.
    pub work: Box<LongWork>,
    /// Where the outcome goes: `None`, or why it was refused.
    pub answer: Slot<Option<Refused>>,
}

impl LongWrite {
    /// A write, and the place for its outcome.
    pub fn new(
        name: &'static str,
        work: impl FnOnce(&mut ProductFile, &Session, &Stamp, &Progress) -> Result<String, Refused>
        + Send
        + 'static,
    ) -> (Self, Slot<Option<Refused>>) {
        let answer = Slot::default();
        (Self { name, work: Box::new(work), answer: answer.clone() }, answer)
    }
}

impl std::fmt::Debug for LongWrite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LongWrite")
    }
}

impl std::fmt::Debug for Write {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Write")
    }
}
