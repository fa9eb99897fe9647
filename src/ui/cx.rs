//! What every screen gets: the file to read, the person, the moment, cached plain data, and a place to ask.
//!
//! Screens read and ask; the app acts. A screen never performs a request itself.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Place;
use crate::domain::record::RecordData;
use crate::domain::time::{Day, Moment};
use crate::ops::import::ImportJob;
use crate::ops::jobs::{Job, Progress};
use crate::ops::{
    Act, Attention, EventFilter, EventRow, Head, ListRow, ProductFile, RecordPage, Refused, RenderedPacket,
    Session, Stamp,
};
use crate::ui::overview::{Overview, Shown};
use crate::ui::widgets::notice::Notice;

/// What is on screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// The dashboard.
    Dashboard,
    /// The list of a kind.
    List(Kind),
    /// A record's page.
    Record(RecordId),
    /// The form of a new record.
    New(Kind),
    /// The form of a record, with the field to which to go.
    Edit(RecordId, Option<&'static str>),
    /// The audit trail, of one record or of all.
    AuditTrail(Option<RecordId>),
    /// Persons, their roles, and the policy.
    People,
    /// Packets; with the change request for which one is wanted.
    Packets(Option<RecordId>),
    /// Import of feedback from a file.
    Import,
    /// All results of a search.
    Search(String),
    /// The list of keyboard shortcuts.
    Shortcuts,
    /// Appearance and other settings.
    Settings,
    /// What becomes of an area that this version does not have yet: its name, and what it will hold.
    Later(&'static str),
}

impl Route {
    /// Its name, as it stands in the areas, the help and the heading.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Dashboard => "Dashboard",
            Self::List(kind) | Self::New(kind) => kind.def().plural,
            Self::Record(id) | Self::Edit(id, _) => id.kind.def().plural,
            Self::AuditTrail(_) => "Audit trail",
            Self::People => "People & policy",
            Self::Packets(_) => "Packets",
            Self::Import => "Import",
            Self::Search(_) => "Search",
            Self::Shortcuts => "Keyboard shortcuts",
            Self::Settings => "Settings",
            Self::Later(area) => area,
        }
    }

    /// Where a record is shown.
    pub const fn of(record: RecordId) -> Self {
        match record.kind.def().place {
            Place::People => Self::People,
            Place::Area(_) | Place::Linked | Place::UnderPeople => Self::Record(record),
        }
    }
}

/// What follows when a request was performed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// The screen stays.
    Stay,
    /// The page of the record that it was done to.
    ShowRecord,
    /// Somewhere else.
    Go(Route),
}

/// What a screen asks for.
#[derive(Debug)]
pub enum Command {
    /// Go somewhere.
    Go(Route),
    /// Go back.
    Back,
    /// Perform a request. Where its dry run says that it is signed, what will be signed is shown and the password asked for.
    /// `draft`: the key of the draft that is done with on success.
    Perform {
        /// The request.
        act: Act,
        /// What follows.
        then: Then,
        /// The draft that is done with.
        draft: Option<String>,
    },
    /// Save what is being typed under a key.
    SaveDraft(String, String),
    /// Forget a draft.
    DropDraft(String),
    /// Ask where to save bytes, and save them there.
    SaveFile {
        /// Name that is suggested, without folder.
        suggested_name: String,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Ask for a file and attach it to a record, with description, source and time of capture.
    AttachDialog(RecordId),
    /// Say something in the corner.
    Notify(Notice),
    /// Perform a request that needs no signature and hands out a one-time code, then show the code once, in a dialog that
    /// says to whom it is to be given.
    PerformAndShowCode {
        /// The request: an invitation or a reset of an access.
        act: Act,
        /// The person who is to get the code, in words.
        to_whom: String,
    },
    /// Change one's own password: the app asks for the old and the new one.
    ChangePassword,
    /// Verify the whole file, in the background.
    Verify,
    /// Ask for a file to read; the answer goes into the slot.
    ChooseFile {
        /// Title of the dialog.
        title: String,
        /// The kind of file in words, such as “Delimited text”.
        kind: &'static str,
        /// Endings without the dot.
        endings: &'static [&'static str],
        /// Where the answer goes.
        answer: Slot<PathBuf>,
    },
    /// Take in feedback from a file: run the job beside the window with the writer; it keeps its outcome for the screen.
    Import(Arc<ImportJob>),
    /// Show work that a screen has started in the status line.
    Watch(Progress),
    /// Ask where to write a packet, write its PDF, and note in the audit trail that it was issued.
    SavePacket(Arc<RenderedPacket>),
}

/// A place for one answer that comes later. Cheap to clone: all clones are the same place.
#[derive(Debug)]
pub struct Slot<T>(Arc<Mutex<Option<T>>>);

impl<T> Slot<T> {
    /// Puts the answer in.
    pub fn put(&self, answer: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
    }

    /// Takes the answer out, if it has come.
    pub fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(None)))
    }
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Plain data read from the file, kept until the file changes.
#[derive(Default)]
pub struct Cache {
    head: Option<Head>,
    day: Option<Day>,
    lists: HashMap<Kind, Rc<Vec<ListRow>>>,
    pages: HashMap<RecordId, Rc<RecordPage>>,
    parts: HashMap<(RecordId, Kind), Rc<Vec<RecordData>>>,
    histories: HashMap<RecordId, Rc<Vec<EventRow>>>,
    /// The attention list and the trends; kept until newer ones are there.
    overview: Overview,
    names: Option<Rc<BTreeMap<RecordId, String>>>,
}

/// What a screen works with.
pub struct Cx<'a> {
    /// The file. Screens only read it, through the cache wherever that has it.
    pub file: &'a ProductFile,
    /// Who is signed in.
    pub session: &'a Session,
    /// The moment and place.
    pub stamp: &'a Stamp,
    /// Cached data.
    pub cache: &'a mut Cache,
    /// What is asked for.
    pub commands: &'a mut Vec<Command>,
    /// The refusal of the last request, for the form that asked for it. Cleared when something else is asked.
    pub refusal: Option<&'a Refused>,
}

impl Cache {
    /// An empty one whose attention list is made in a certain way.
    pub fn new(overview: Overview) -> Self {
        Self { overview, ..Self::default() }
    }

    /// Forgets what a change of the file, or the passing of midnight, has made old.
    pub fn keep_up(&mut self, head: &Head, day: Day) {
        if self.head.as_ref() != Some(head) || self.day != Some(day) {
            let overview = std::mem::take(&mut self.overview);
            *self = Self { head: Some(head.clone()), day: Some(day), overview, ..Self::default() };
        }
    }
}

impl Cx<'_> {
    /// Asks for something.
    pub fn ask(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Asks to go somewhere.
    pub fn go(&mut self, route: Route) {
        self.ask(Command::Go(route));
    }

    /// Starts work beside the window, shown in the status line. `None`, and said in the corner, when there is no thread
    /// for it. The job is asked to stop when it is dropped.
    pub fn start<T: Send + 'static>(
        &mut self,
        ctx: &eframe::egui::Context,
        name: &'static str,
        work: impl FnOnce(&Progress) -> Result<T, Refused> + Send + 'static,
    ) -> Option<Job<T>> {
        let wake = ctx.clone();
        match Job::start(name, move || wake.request_repaint(), work) {
            Ok(job) => {
                self.ask(Command::Watch(job.progress().clone()));
                Some(job)
            }
            Err(refusal) => {
                let happened = format!("{name} could not be started: {refusal}.");
                self.ask(Command::Notify(Notice::problem(happened, "Close other programs, then try again.")));
                None
            }
        }
    }

    /// The present moment.
    pub const fn now(&self) -> Moment {
        self.stamp.now
    }

    /// Today, in local time.
    pub fn today(&self) -> Day {
        self.stamp.now.plus_seconds(i64::from(self.stamp.offset_minutes) * 60).day()
    }

    /// Whether the person may change anything: the file is open for writing.
    pub const fn writable(&self) -> bool {
        self.file.why_read_only().is_none()
    }

    /// The rows of a kind's list.
    pub fn list(&mut self, kind: Kind) -> Result<Rc<Vec<ListRow>>, Refused> {
        if let Some(rows) = self.cache.lists.get(&kind) {
            return Ok(Rc::clone(rows));
        }
        let rows = Rc::new(self.file.list(kind)?);
        self.cache.lists.insert(kind, Rc::clone(&rows));
        Ok(rows)
    }

    /// A record's page.
    pub fn page(&mut self, id: RecordId) -> Result<Rc<RecordPage>, Refused> {
        if let Some(page) = self.cache.pages.get(&id) {
            return Ok(Rc::clone(page));
        }
        let page = Rc::new(self.file.page(id, Some(self.session), self.stamp.now)?);
        self.cache.pages.insert(id, Rc::clone(&page));
        Ok(page)
    }

    /// The parts of a record of one kind, in their order.
    pub fn parts(&mut self, parent: RecordId, kind: Kind) -> Result<Rc<Vec<RecordData>>, Refused> {
        if let Some(parts) = self.cache.parts.get(&(parent, kind)) {
            return Ok(Rc::clone(parts));
        }
        let parts = Rc::new(self.file.parts(parent, kind)?);
        self.cache.parts.insert((parent, kind), Rc::clone(&parts));
        Ok(parts)
    }

    /// The history of a record, newest first.
    pub fn history(&mut self, id: RecordId) -> Result<Rc<Vec<EventRow>>, Refused> {
        if let Some(rows) = self.cache.histories.get(&id) {
            return Ok(Rc::clone(rows));
        }
        let filter = EventFilter { record: Some(id), ..EventFilter::default() };
        let rows = Rc::new(self.file.events(&filter, 1000, 0)?);
        self.cache.histories.insert(id, Rc::clone(&rows));
        Ok(rows)
    }

    /// What is overdue, unapproved and coming; `None` while it is looked for the first time.
    pub fn attention(&mut self) -> Result<Option<Rc<Attention>>, Refused> {
        Ok(self.overview()?.map(|shown| shown.attention))
    }

    /// The same, and where things are heading.
    pub fn overview(&mut self) -> Result<Option<Shown>, Refused> {
        self.cache.overview.of(self.file, self.stamp.now)
    }

    /// Names of persons by number.
    pub fn names(&mut self) -> Result<Rc<BTreeMap<RecordId, String>>, Refused> {
        if let Some(names) = &self.cache.names {
            return Ok(Rc::clone(names));
        }
        let names = Rc::new(self.file.names()?);
        self.cache.names = Some(Rc::clone(&names));
        Ok(names)
    }
}
