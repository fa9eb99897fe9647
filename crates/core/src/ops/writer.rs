//! Handing over the writer: while a job writes, the window can read, drafts wait, and every other change is refused.
//!
//! Belongs here: who has the writer, and the drafts that wait for it. Does not belong here: what the job does with it.

use super::file::{ProductFile, WhyReadOnly};
use super::refused::Refused;
use super::session::Session;
use crate::domain::ids::RecordId;
use crate::store;
use mainstay_base::time::Moment;

/// A draft that waits for the writer: the typed text and its moment; `None` if the draft is to be dropped.
#[derive(Debug)]
struct WaitingDraft {
    person: RecordId,
    key: String,
    typed: Option<(String, Moment)>,
}

/// Drafts typed while the writer is away. They are written when it returns.
#[derive(Debug)]
pub(super) struct WaitingDrafts(Vec<WaitingDraft>);

impl WaitingDrafts {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    fn put(&mut self, person: RecordId, key: &str, typed: Option<(String, Moment)>) {
        self.0.retain(|other| other.person != person || other.key != key);
        self.0.push(WaitingDraft { person, key: key.to_owned(), typed });
    }
}

impl ProductFile {
    /// Hands over the writer to a job on another thread. Until it returns, `self` reads the file as last committed,
    /// keeps drafts, and refuses everything else with `why`, such as “An import is running: wait or cancel it”.
    ///
    /// # Errors
    /// When this is not the writer, or the file cannot be opened a second time.
    pub fn hand_over_writer(&mut self, why: &'static str) -> Result<Self, Refused> {
        self.refuse_read_only()?;
        let mut reader = Self::reading(store::open_read_only(self.path())?, WhyReadOnly::WriterAway(why));
        reader.see_clock(self.store.clock_seen());
        reader.known = self.known.clone();
        Ok(std::mem::replace(self, reader))
    }

    /// Whether a job has the writer.
    pub const fn writer_is_away(&self) -> bool {
        matches!(self.why_read_only, Some(WhyReadOnly::WriterAway(_)))
    }

    /// Takes the writer back and writes the waiting drafts.
    ///
    /// # Errors
    /// When a draft could not be written; the writer is back all the same.
    pub fn take_back_writer(&mut self, writer: Self) -> Result<(), Refused> {
        let reader = std::mem::replace(self, writer);
        self.see_clock(self.store.clock_seen().max(reader.store.clock_seen()));
        let mut written = Ok(());
        for WaitingDraft { person, key, typed } in reader.waiting.0 {
            let outcome = match typed {
                Some((body, at)) => self.store.save_draft(person, &key, &body, at),
                None => self.store.drop_draft(person, &key),
            };
            // One draft that cannot be written must not lose the others.
            written = written.and(outcome);
        }
        Ok(written?)
    }

    /// Saves what a person is typing under a key, such as the number of a record.
    pub fn save_draft(
        &mut self,
        session: &Session,
        key: &str,
        body: &str,
        now: Moment,
    ) -> Result<(), Refused> {
        if self.writer_is_away() {
            self.waiting.put(session.person, key, Some((body.to_owned(), now)));
            return Ok(());
        }
        self.refuse_read_only()?;
        Ok(self.store.save_draft(session.person, key, body, now)?)
    }

    /// Drops a draft.
    pub fn drop_draft(&mut self, session: &Session, key: &str) -> Result<(), Refused> {
        if self.writer_is_away() {
            self.waiting.put(session.person, key, None);
            return Ok(());
        }
        self.refuse_read_only()?;
        Ok(self.store.drop_draft(session.person, key)?)
    }

    /// The drafts of a person: key, content, when saved; newest first.
    pub fn drafts(&self, session: &Session) -> Result<Vec<(String, String, Moment)>, Refused> {
        let mut drafts = self.store.drafts(session.person)?;
        for waiting in self.waiting.0.iter().filter(|waiting| waiting.person == session.person) {
            drafts.retain(|(key, ..)| *key != waiting.key);
            if let Some((body, at)) = &waiting.typed {
                drafts.insert(0, (waiting.key.clone(), body.clone(), *at));
            }
        }
        Ok(drafts)
    }
}
