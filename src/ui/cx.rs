//! What every screen gets: the file, the person, the current time, cached data, and a list for its commands.
//!
//! Screens read and issue commands; the app executes them. A screen never performs a request itself.

mod slot;
mod write;

pub use self::slot::{Slot, Wrote, outcome_of};
pub use self::write::{LongWrite, Write};

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use crate::domain::field::Offer;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Place;
use crate::domain::maintenance_plan::Governing;
use crate::domain::record::{Fields, RecordData};
use crate::domain::time::{Day, Moment};
use crate::ops::import::ImportJob;
use crate::ops::jobs::{Job, Progress};
use crate::ops::workstation::FirstDayNote;
use crate::ops::{
    Act, EventFilter, EventRow, Head, KeptRules, ListRow, ProductFile, RecordPage, Refused, RenderedPacket,
    Session, Stamp,
};
use crate::ui::asking::Asking;
use crate::ui::first_day::FirstDayState;
use crate::ui::overview::Overview;
use crate::ui::shortcuts::AppCommand;
use crate::ui::widgets::notice::Notice;
use crate::ui::widgets::offer::Offered;

/// The content of the middle of the window.
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
    /// The form of a new record that begins with values from elsewhere in the file.
    NewFrom(Kind, Arc<Fields>),
    /// The form of a record, with the field to scroll to.
    Edit(RecordId, Option<&'static str>),
    /// The audit trail of one record or of the whole file.
    AuditTrail(Option<RecordId>),
    /// Persons, their roles, and the policy.
    People,
    /// Packets, optionally with a preselected change request or release.
    Packets(Option<RecordId>),
    /// Import of feedback from a file.
    Import,
    /// The review of a document of the team.
    Documents,
    /// The coverage of the SOUP in service by reviews.
    Coverage,
    /// The items of a SOUP review, to work through them.
    ReviewItems(RecordId),
    /// The triage of findings.
    Triage,
    /// The advisory data of this workstation.
    Advisories,
    /// All results of a search.
    Search(String),
    /// The list of keyboard shortcuts.
    Shortcuts,
    /// Appearance and other settings.
    Settings,
    /// The gaps that an auditor would find.
    Readiness,
}

impl Route {
    /// Its name in the navigation, the help and the heading.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Dashboard => "Dashboard",
            Self::List(kind) | Self::New(kind) | Self::NewFrom(kind, _) => kind.def().plural,
            Self::Record(id) | Self::Edit(id, _) => id.kind.def().plural,
            Self::AuditTrail(_) => "Audit trail",
            Self::People => "People & policy",
            Self::Packets(_) => "Packets",
            Self::Import => "Import",
            Self::Documents => "Document review",
            Self::Coverage => Kind::SoupItem.def().plural,
            Self::ReviewItems(id) => id.kind.def().plural,
            Self::Triage => Kind::Finding.def().plural,
            Self::Advisories => "Advisory data",
            Self::Search(_) => "Search",
            Self::Shortcuts => "Keyboard shortcuts",
            Self::Settings => "Settings",
            Self::Readiness => "Readiness",
        }
    }

    /// The form of a new record that begins with values.
    pub fn new_from(kind: Kind, set: Fields) -> Self {
        Self::NewFrom(kind, Arc::new(set))
    }

    /// Whether it is a form, which shows a refusal at its fields.
    pub const fn is_form(&self) -> bool {
        matches!(self, Self::New(_) | Self::NewFrom(..) | Self::Edit(..))
    }

    /// The page of a record.
    pub const fn of(record: RecordId) -> Self {
        match record.kind.def().place {
            Place::People => Self::People,
            Place::Area(_) | Place::Under(_) | Place::Linked | Place::UnderPeople => Self::Record(record),
        }
    }
}

/// What follows after a request was performed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Stay on the screen.
    Stay,
    /// Show the page of the changed record.
    ShowRecord,
    /// Go to another route.
    Go(Route),
}

/// A command that a screen issues.
#[derive(Debug)]
pub enum Command {
    /// Go to a route.
    Go(Route),
    /// Go back.
    Back,
    /// Perform a request. If its dry run requires a signature, the signed content is shown and the password is prompted for.
    /// `draft` is the key of the draft to drop on success.
    Perform {
        /// The request.
        act: Act,
        /// What follows.
        then: Then,
        /// The draft to drop on success.
        draft: Option<String>,
    },
    /// Save what is being typed under a key, as a draft.
    SaveDraft(String, String),
    /// Drop a draft.
    DropDraft(String),
    /// Ask where to save bytes, and save them there.
    SaveFile {
        /// The suggested name, without a folder.
        suggested_name: String,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Ask for a file and attach it to a record, with description, source and capture time.
    AttachDialog(RecordId),
    /// Do what a command of the window does.
    Do(AppCommand),
    /// Show a message in the corner.
    Notify(Notice),
    /// Perform a request that needs no signature and issues a one-time code, then show the code once, in a dialog that
    /// names the person who gets it.
    PerformAndShowCode {
        /// The request: an invitation or a reset of access.
        act: Act,
        /// The person who gets the code, as a phrase.
        to_whom: String,
    },
    /// Change the user's own password: the app asks for the old and the new one.
    ChangePassword,
    /// Save the bytes of an attachment at a place that the user chooses, in the background.
    SaveAttachment(RecordId),
    /// Verify the whole file, in the background.
    Verify,
    /// Ask where to back the file up, and do so.
    BackUp,
    /// Note on this workstation what was decided about the checklist of the first day.
    NoteFirstDay(FirstDayNote),
    /// Ask for a file to read; the answer goes into the slot.
    ChooseFile {
        /// Title of the dialog.
        title: String,
        /// The kind of file as a label, such as “Delimited text”.
        kind: &'static str,
        /// File extensions without the dot.
        endings: &'static [&'static str],
        /// Where the answer goes.
        answer: Slot<PathBuf>,
    },
    /// Ask for a folder to read; the answer goes into the slot.
    ChooseFolder {
        /// Title of the dialog.
        title: String,
        /// Where the answer goes.
        answer: Slot<PathBuf>,
    },
    /// Import feedback from a file: run the job in the background with the writer; the job keeps its outcome for the screen.
    Import(Arc<ImportJob>),
    /// Write to the file what a screen read from another file.
    Write(Write),
    /// The same for what takes longer than a frame: in the background, with the writer.
    WriteInBackground(LongWrite),
    /// Perform several requests, all of them or none. If they are signed, what is signed is shown and the password is prompted for
    /// once.
    Several(Several),
    /// Show a screen's background work in the status line.
    Watch(Progress),
    /// Ask where to write a packet, write its PDF, and record the issue in the audit trail.
    SavePacket(Arc<RenderedPacket>),
}

/// Requests that are performed together.
#[derive(Debug)]
pub struct Several {
    /// Title of the dialog, if they are signed.
    pub title: String,
    /// The requests. Each is on a record of its own.
    pub acts: Vec<Act>,
    /// Where the outcome goes: `None`, or why it was refused. A dialog that is cancelled answers that nothing changes.
    pub answer: Slot<Option<Refused>>,
}

/// Data read from the file and cached until the file changes.
#[derive(Default)]
pub struct Cache {
    head: Option<Head>,
    day: Option<Day>,
    lists: HashMap<Kind, Rc<Vec<ListRow>>>,
    pages: HashMap<RecordId, Rc<RecordPage>>,
    parts: HashMap<(RecordId, Kind), Rc<Vec<RecordData>>>,
    histories: HashMap<RecordId, Rc<Vec<EventRow>>>,
    /// The attention list and the trends, cached until newer ones are ready.
    pub(super) overview: Overview,
    /// What asks for a SOUP review.
    pub(super) asking: Asking,
    /// The checklist of the first day.
    pub(super) first_day: FirstDayState,
    /// What the readiness rules read and found.
    rules: Arc<Mutex<KeptRules>>,
    names: Option<Rc<BTreeMap<RecordId, String>>>,
    offers: Vec<(Offer, Rc<Vec<Offered>>)>,
    governing: Option<Rc<Governing>>,
}

/// The context of a screen.
pub struct Cx<'a> {
    /// The file. Screens only read it, through the cache where possible.
    pub file: &'a ProductFile,
    /// Who is signed in.
    pub session: &'a Session,
    /// The current time and the workstation.
    pub stamp: &'a Stamp,
    /// Cached data.
    pub cache: &'a mut Cache,
    /// The commands that the screen issues.
    pub commands: &'a mut Vec<Command>,
    /// The refusal of the last request, for the form that issued it. Cleared by the next command.
    pub refusal: Option<&'a Refused>,
}

impl Cache {
    /// An empty cache with what is computed in the background: the overview, and what asks for a SOUP review.
    pub fn new(overview: Overview, asking: Asking) -> Self {
        Self { overview, asking, ..Self::default() }
    }

    /// Drops entries that a change of the file or a new day has made stale.
    pub fn keep_up(&mut self, head: &Head, day: Day) {
        if self.head.as_ref() != Some(head) || self.day != Some(day) {
            self.forget();
            (self.head, self.day) = (Some(head.clone()), Some(day));
        }
    }

    /// Drops what was read for a person. What is computed in the background of the file stays.
    pub fn forget(&mut self) {
        let computed = Self::new(std::mem::take(&mut self.overview), std::mem::take(&mut self.asking));
        let (rules, first_day) = (std::mem::take(&mut self.rules), std::mem::take(&mut self.first_day));
        *self = Self { first_day, rules, ..computed };
    }
}

impl Cx<'_> {
    /// What the readiness rules read and found of this file, for the next look at it.
    pub fn rules(&self) -> Arc<Mutex<KeptRules>> {
        Arc::clone(&self.cache.rules)
    }

    /// Issues a command.
    pub fn ask(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Issues the command to go to a route.
    pub fn go(&mut self, route: Route) {
        self.ask(Command::Go(route));
    }

    /// Starts a background job, shown in the status line. Returns `None` and shows a message if no thread is
    /// available. Dropping the job asks it to stop.
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
                self.ask(Command::Notify(Notice::problem(happened, "Close other programs and try again.")));
                None
            }
        }
    }

    /// The current time.
    pub const fn now(&self) -> Moment {
        self.stamp.now
    }

    /// Today, in local time.
    pub fn today(&self) -> Day {
        self.stamp.now.plus_seconds(i64::from(self.stamp.offset_minutes) * 60).day()
    }

    /// Whether the file is open for writing.
    pub const fn writable(&self) -> bool {
        self.file.why_read_only().is_none()
    }

    /// Whether the person may make records of a kind in this file.
    pub fn may_make(&self, kind: Kind) -> bool {
        self.writable() && kind.def().create_by.iter().any(|role| self.session.roles().contains(role))
    }

    /// Whether the person may edit records of a kind in this file.
    pub fn may_edit(&self, kind: Kind) -> bool {
        self.writable() && kind.def().edit_by.iter().any(|role| self.session.roles().contains(role))
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

    /// The values that govern now: those of the plan in force, or provisional ones.
    pub fn governing(&mut self) -> Result<Rc<Governing>, Refused> {
        if let Some(governing) = &self.cache.governing {
            return Ok(Rc::clone(governing));
        }
        let governing = Rc::new(self.file.governing(self.stamp.now)?);
        self.cache.governing = Some(Rc::clone(&governing));
        Ok(governing)
    }

    /// The values of a list that the file itself knows.
    pub fn offers(&mut self, offer: Offer) -> Result<Rc<Vec<Offered>>, Refused> {
        if let Some((_, values)) = self.cache.offers.iter().find(|(known, _)| *known == offer) {
            return Ok(Rc::clone(values));
        }
        let values = self.file.offers(offer)?;
        let governing = self.governing()?;
        let meaning = |value: &str| match offer {
            Offer::Versions => String::new(),
            Offer::Criteria => {
                let found = governing.problem_criteria().iter().find(|row| *row.code == *value);
                found.map_or_else(String::new, |row| row.statement.to_string())
            }
            Offer::Sources => {
                let found = governing.plan().feedback_sources.iter().find(|row| *row.code == *value);
                found.map_or_else(String::new, |row| row.name.to_string())
            }
        };
        let offered = values.into_iter().map(|value| Offered { meaning: meaning(&value), value });
        let values = Rc::new(offered.collect::<Vec<_>>());
        self.cache.offers.push((offer, Rc::clone(&values)));
        Ok(values)
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
