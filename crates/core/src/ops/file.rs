//! An open product file.

use std::path::{Path, PathBuf};

use super::refused::Refused;
use super::session::Session;
use crate::domain::ids::RecordId;
use crate::domain::product::Product;
use crate::domain::readiness::Facts;
use crate::domain::record::RecordData;
use crate::store::{self, FileState, Head, Holder, Lock, Store, StoreError, Verification, Waiting, Wish};
use mainstay_base::clock::Stamp;
use mainstay_base::time::Moment;

use super::workstation::Behind;
use super::writer::WaitingDrafts;
use crate::domain::requests::PRODUCT;

/// Why a file is open for reading only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyReadOnly {
    /// Another program is writing to it.
    Locked(Option<Holder>),
    /// It is damaged.
    Damaged(String),
    /// The person asked for it, or the file cannot be written.
    NotWritable,
    /// It has an older schema and was not upgraded.
    Older(i32),
    /// Nobody is signed in yet, so nobody keeps others out.
    NotSignedIn,
    /// It lacks an event that was seen of it. Boxed, because it is rare.
    Behind(Box<Behind>),
    /// A job of this program has the writer. The text says what it does, such as “An import is running: wait or cancel it”.
    WriterAway(&'static str),
}

impl std::fmt::Display for WhyReadOnly {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Locked(Some(holder)) => write!(
                f,
                "The file is read-only: {} on {} has been writing to it since {}",
                holder.person,
                holder.machine,
                holder.since.words()
            ),
            Self::Locked(None) => f.write_str("The file is read-only: another program is writing to it"),
            Self::Damaged(what) => write!(f, "The file is read-only because it is damaged: {what}"),
            Self::NotWritable => f.write_str("The file is open for reading only"),
            Self::NotSignedIn => f.write_str("The file is open for reading until somebody signs in"),
            Self::Older(_) => f.write_str("The file is read-only until it is upgraded"),
            Self::Behind(behind) => write!(
                f,
                "The file is read-only: {behind}. Open the right file, or let an administrator continue from this one"
            ),
            Self::WriterAway(words) => f.write_str(words),
        }
    }
}

/// An open product file. Everything is read and changed through it.
pub struct ProductFile {
    pub(super) store: Store,
    pub(super) lock: Option<Lock>,
    pub(super) why_read_only: Option<WhyReadOnly>,
    /// Why nothing is written to it although it could be: it lacks an event that was seen of it.
    pub(super) behind: Option<WhyReadOnly>,
    /// Whether a clock that ran backwards was acknowledged since the workstation last looked.
    pub(super) acknowledged: bool,
    /// Drafts that were typed while a job has the writer.
    pub(super) waiting: WaitingDrafts,
    /// What is known of it besides its records.
    pub(super) known: Facts,
    /// For the writer: the last event before it, the first that it may follow.
    pub(super) writes_after: Option<u64>,
}

/// The outcome of opening.
pub enum Opened {
    /// It is open, for writing or for reading only.
    Open(Box<ProductFile>),
    /// It was not opened, and nothing was changed.
    Not(FileState),
}

/// Whom a lock names while it is taken for a moment and nobody has signed in.
const NOBODY: &str = "a person not signed in yet";

/// The holder that a lock names.
pub(super) fn holder(person: &str, stamp: &Stamp) -> Holder {
    Holder { person: person.to_owned(), machine: stamp.machine.clone(), since: stamp.now }
}

impl ProductFile {
    pub(super) fn reading(store: Store, why: WhyReadOnly) -> Self {
        Self {
            store,
            lock: None,
            why_read_only: Some(why),
            behind: None,
            acknowledged: false,
            waiting: WaitingDrafts::new(),
            known: Facts::default(),
            writes_after: None,
        }
    }

    pub(super) fn writing(store: Store, lock: Lock) -> Self {
        let writes_after = Some(store.head().seq);
        Self {
            store,
            lock: Some(lock),
            why_read_only: None,
            behind: None,
            acknowledged: false,
            waiting: WaitingDrafts::new(),
            known: Facts::default(),
            writes_after,
        }
    }

    /// Opens a file for writing, or for reading only if another program is writing to it.
    pub fn open(path: &Path, stamp: &Stamp) -> Result<Opened, Refused> {
        match store::open_writing(path, &holder(NOBODY, stamp)) {
            Ok((store, lock)) => Ok(Opened::Open(Box::new(Self::writing(store, lock)))),
            Err(Ok(FileState::Locked(holder))) => Self::read_only(path, WhyReadOnly::Locked(holder)),
            Err(Ok(FileState::Damaged { what })) => match store::open_read_only(path) {
                Ok(store) => Ok(Opened::Open(Box::new(Self::reading(store, WhyReadOnly::Damaged(what))))),
                Err(_) => Ok(Opened::Not(FileState::Damaged { what })),
            },
            Err(Ok(found)) => Ok(Opened::Not(found)),
            Err(Err(StoreError::NotWritable | StoreError::ReadOnly)) => {
                Self::read_only(path, WhyReadOnly::NotWritable)
            }
            Err(Err(error)) => Err(error.into()),
        }
    }

    /// Opens a file for somebody who has yet to sign in: for reading, so that nobody is kept out meanwhile. A write that was interrupted
    /// is taken back first. [`Self::sign_in_to_write`] makes this program the writer.
    pub fn open_to_sign_in(path: &Path, stamp: &Stamp) -> Result<Opened, Refused> {
        if !store::has_journal(path) {
            return Ok(match Self::open_to_read(path)? {
                Opened::Open(file) => Opened::Open(Box::new(file.not_signed_in())),
                not @ Opened::Not(_) => not,
            });
        }
        match Self::open(path, stamp)? {
            Opened::Open(mut file) => {
                let interrupted = file.took_back_a_write();
                file.let_go()?;
                file.store.set_interrupted(interrupted);
                Ok(Opened::Open(file))
            }
            not @ Opened::Not(_) => Ok(not),
        }
    }

    /// The same file, of which the writer is decided at the sign-in.
    fn not_signed_in(self) -> Self {
        match self.why_read_only {
            Some(WhyReadOnly::NotWritable) => Self { why_read_only: Some(WhyReadOnly::NotSignedIn), ..self },
            Some(_) | None => self,
        }
    }

    /// Lets others write: from now on this file is read, until somebody signs in. A reader stays as it is.
    pub fn let_go(&mut self) -> Result<(), Refused> {
        if self.why_read_only.is_some() {
            return Ok(());
        }
        let reader = Self::reading(store::open_read_only(self.path())?, WhyReadOnly::NotSignedIn);
        reader.see_clock(self.store.clock_seen());
        *self = Self { behind: self.behind.take(), known: std::mem::take(&mut self.known), ..reader };
        Ok(())
    }

    /// Lets the next one write who waits. The person stays signed in and reads. A reader stays as it is.
    ///
    /// # Errors
    /// When the file cannot be opened for reading; then it is still written to.
    pub fn let_others_write(&mut self) -> Result<(), Refused> {
        if self.why_read_only.is_none() {
            self.let_go()?;
            self.why_read_only = Some(WhyReadOnly::Locked(None));
        }
        Ok(())
    }

    /// Asks whoever writes to let this person write, by a note beside the file that their window shows. The wish holds until it is
    /// dropped or this program ends.
    ///
    /// # Errors
    /// When the folder cannot be written, or the person waits in another window of this machine.
    pub fn ask_to_write(&self, session: &Session, stamp: &Stamp) -> Result<Wish, Refused> {
        Ok(store::ask(self.path(), &holder(session.name(), stamp))?)
    }

    /// Who waits to write, in the order in which they asked.
    pub fn who_waits(&self) -> Vec<Waiting> {
        store::waiting(self.path())
    }

    /// Opens a file for reading only.
    pub fn open_to_read(path: &Path) -> Result<Opened, Refused> {
        match store::look(path) {
            FileState::Ready | FileState::Locked(_) => Self::read_only(path, WhyReadOnly::NotWritable),
            FileState::Damaged { what } => match store::open_read_only(path) {
                Ok(store) => Ok(Opened::Open(Box::new(Self::reading(store, WhyReadOnly::Damaged(what))))),
                Err(_) => Ok(Opened::Not(FileState::Damaged { what })),
            },
            found @ (FileState::NeedsUpgrade { .. }
            | FileState::Newer { .. }
            | FileState::NewerRules { .. }
            | FileState::NotOurs { .. }
            | FileState::NotReadable { .. }) => Ok(Opened::Not(found)),
        }
    }

    fn read_only(path: &Path, why: WhyReadOnly) -> Result<Opened, Refused> {
        let store = store::open_read_only(path)?;
        if let Some(rules) = store.newer_rules()? {
            return Ok(Opened::Not(FileState::NewerRules { rules }));
        }
        Ok(Opened::Open(Box::new(Self::reading(store, why))))
    }

    /// Opens a file for a look beside whoever works with it, also in this process.
    pub fn open_beside(path: &Path) -> Result<Opened, Refused> {
        match store::open_beside(path) {
            Ok(store) => Ok(Opened::Open(Box::new(Self::reading(store, WhyReadOnly::NotWritable)))),
            Err(Ok(found)) => Ok(Opened::Not(found)),
            Err(Err(StoreError::Damaged(what))) => Ok(Opened::Not(FileState::Damaged { what })),
            Err(Err(error)) => Err(error.into()),
        }
    }

    /// Opens a file of an older schema for reading only, without upgrading it.
    pub fn open_older_to_read(path: &Path) -> Result<Opened, Refused> {
        match store::look(path) {
            FileState::NeedsUpgrade { version } => Self::read_only(path, WhyReadOnly::Older(version)),
            FileState::Ready
            | FileState::Newer { .. }
            | FileState::NewerRules { .. }
            | FileState::Locked(_)
            | FileState::Damaged { .. }
            | FileState::NotOurs { .. }
            | FileState::NotReadable { .. } => Self::open_to_read(path),
        }
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        self.store.path()
    }

    /// The permanent identifier of the file, independent of its name.
    pub fn uuid(&self) -> Result<String, Refused> {
        Ok(self.store.uuid()?)
    }

    /// Why it is open for reading only; `None` if it is open for writing.
    pub const fn why_read_only(&self) -> Option<&WhyReadOnly> {
        match &self.why_read_only {
            Some(why) => Some(why),
            None => self.behind.as_ref(),
        }
    }

    /// The event that was seen and that the file lacks, if so.
    pub fn behind(&self) -> Option<&Behind> {
        match &self.behind {
            Some(WhyReadOnly::Behind(behind)) => Some(behind),
            Some(_) | None => None,
        }
    }

    /// Whether a clock that ran backwards was acknowledged since the last call.
    pub(super) const fn take_acknowledged(&mut self) -> bool {
        std::mem::replace(&mut self.acknowledged, false)
    }

    /// Measures the clock of the next entries also against the latest moment that the workstation saw.
    pub(super) fn see_clock(&self, seen: Option<Moment>) {
        self.store.see_clock(seen);
    }

    /// Takes in the present moment: a clock that is set back from now on is measured against it.
    pub fn see_moment(&self, now: Moment) {
        if self.store.clock_seen().is_none_or(|seen| seen < now) {
            self.see_clock(Some(now));
        }
    }

    /// By how many seconds a moment is behind what the file and the workstation know.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn clock_behind(&self, now: Moment) -> Result<Option<u64>, Refused> {
        Ok(self.present().clock()?.back(now))
    }

    /// From now on nothing is written to the file, or no longer so: it lacks an event that was seen of it, or contains it.
    pub(super) fn hold_back(&mut self, behind: Option<Behind>) {
        self.behind = behind.map(|behind| WhyReadOnly::Behind(Box::new(behind)));
    }

    /// Refuses to write where nothing is to be written now.
    pub(super) fn refuse_read_only(&self) -> Result<(), Refused> {
        self.refuse_reader()?;
        match self.behind() {
            Some(behind) => Err(Refused::Rule(format!(
                "nothing is written to this file: {behind}. Open the right file, or let an administrator continue from this one"
            ))),
            None => Ok(()),
        }
    }

    /// Refuses to write where this program is not the writer.
    pub(super) fn refuse_reader(&self) -> Result<(), Refused> {
        match &self.why_read_only {
            None => Ok(()),
            Some(WhyReadOnly::WriterAway(words)) => Err(Refused::Rule((*words).to_owned())),
            Some(
                WhyReadOnly::Locked(_)
                | WhyReadOnly::Damaged(_)
                | WhyReadOnly::NotWritable
                | WhyReadOnly::NotSignedIn
                | WhyReadOnly::Behind(_)
                | WhyReadOnly::Older(_),
            ) => Err(StoreError::ReadOnly.into()),
        }
    }

    /// The last audit event. Screens are redrawn when it changes.
    pub const fn head(&self) -> &Head {
        self.store.head()
    }

    /// The digest of an event by its number; `None` if there is no such event.
    pub fn event_digest(&self, seq: u64) -> Result<Option<String>, Refused> {
        Ok(self.store.event_digest(seq)?)
    }

    /// Checks whether another program committed; `true` if so.
    pub fn refresh(&mut self) -> Result<bool, Refused> {
        Ok(self.store.refresh()?)
    }

    /// The present writer of the file according to its lock. For a reader.
    pub fn writer(&self) -> Option<Holder> {
        store::holder_of(self.store.path())
    }

    /// Tries to become the writer of a file that is open for reading only. `false`: another program is still writing.
    pub fn take_over(&mut self, stamp: &Stamp) -> Result<bool, Refused> {
        self.take_over_as(NOBODY, stamp)
    }

    /// The same in the name of a person.
    pub fn take_over_as(&mut self, person: &str, stamp: &Stamp) -> Result<bool, Refused> {
        if self.store.is_writable() {
            return Ok(true);
        }
        let path: PathBuf = self.store.path().to_owned();
        match store::open_writing(&path, &holder(person, stamp)) {
            Ok((store, lock)) => {
                let (behind, known) = (self.behind.take(), std::mem::take(&mut self.known));
                self.take_back_writer(Self { behind, known, ..Self::writing(store, lock) })?;
                Ok(true)
            }
            Err(Ok(FileState::Locked(holder))) => {
                if !self.writer_is_away() {
                    self.why_read_only = Some(WhyReadOnly::Locked(holder));
                }
                Ok(false)
            }
            Err(Ok(_)) => Ok(false),
            Err(Err(error)) => Err(error.into()),
        }
    }

    /// Writes the name of the signed-in person into the lock, for others to see.
    pub fn name_writer(&mut self, session: &Session, stamp: &Stamp) {
        if let Some(lock) = &mut self.lock {
            // The name is only for people: without it the lock still holds.
            let _ = lock.name(&holder(session.name(), stamp));
        }
    }

    /// A record by its number.
    pub fn record(&self, id: RecordId) -> Result<RecordData, Refused> {
        self.store.record(id)?.ok_or(Refused::NoSuchRecord(id))
    }

    /// The product.
    pub fn product(&self) -> Result<Product, Refused> {
        Ok(self.store.record(PRODUCT)?.and_then(|data| data.typed()).unwrap_or_default())
    }

    /// Verifies the whole file; see `docs/file-format.md`. `remembered` is a head that was seen earlier.
    pub fn verify(
        path: &Path,
        remembered: Option<(u64, String)>,
        keep_going: &(dyn Fn(f32) -> bool + Sync),
    ) -> Result<Verification, Refused> {
        Ok(store::verify(path, remembered, keep_going)?)
    }

    /// Copies the file to `target` and verifies the copy.
    pub fn backup(path: &Path, target: &Path, keep_going: &dyn Fn(f32) -> bool) -> Result<(), Refused> {
        Ok(store::backup_to(path, target, keep_going)?)
    }
}
