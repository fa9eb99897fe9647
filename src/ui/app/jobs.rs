//! The background jobs: starting them, finding them, and showing their progress.
//!
//! Belongs here: the list of jobs. Does not belong here: the handling of their results (`background`).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui;
use egui::{Sense, Ui, WidgetInfo, accesskit::Role, vec2};

use super::Desk;
use crate::domain::ids::RecordId;
use crate::ops::import::ImportJob;
use crate::ops::jobs::{Job, Progress};
use crate::ops::{Act, FileState, ProductFile, Receipt, Refused, StampQuery, Upgraded, Verification};
use crate::ui::cx::{Slot, Then};
use crate::ui::theme::{palette, small, space};
use crate::ui::widgets::button::{icon_sized_ui, off_because};
use crate::ui::widgets::icons::Icon;

/// Seconds after which the work of a screen is shown in the status line; shorter work would only flicker.
const WATCH_SECONDS: f64 = 0.3;

/// One running job and its kind.
pub struct Running {
    job: Job<Finished>,
    kind: RunningKind,
}

/// The kinds of jobs.
pub enum RunningKind {
    Verify {
        asked_for: bool,
    },
    Backup {
        asked_for: bool,
        of: Version,
    },
    Import(Arc<ImportJob>),
    /// Attaches a large file.
    Attach,
    /// Writes what a screen worked out; the outcome goes there.
    Write(Slot<Option<Refused>>),
    /// Saves an attachment.
    Save,
    /// Prints the manual or the qualification pack.
    Document,
    /// Asks an authority for a time stamp.
    TimeStamp {
        asked_for: bool,
        of: Version,
        by: RecordId,
    },
    /// Upgrade of the file at this path, which is not open.
    Upgrade(PathBuf),
}

/// The result of a job.
pub enum Finished {
    Verified(Box<Verification>),
    BackedUp(PathBuf),
    /// A document of the program was written.
    Document(super::documents::Written),
    /// An attachment was saved there.
    Saved(PathBuf),
    /// The reply to a query for a time stamp.
    TimeStamped(Box<(StampQuery, Vec<u8>)>),
    /// The writer is returned; the outcome is in the job.
    Imported(Box<ProductFile>),
    /// The writer is returned, with the outcome.
    Attached(Box<Attached>),
    /// The writer is returned, with the outcome in words.
    Written(Box<Written>),
    /// Upgraded, or refused because the file is not an older product file.
    Upgraded(Box<Result<Upgraded, FileState>>),
}

/// A file that was attached, or not.
pub struct Attached {
    pub writer: ProductFile,
    pub outcome: Result<Receipt, Refused>,
    pub act: Act,
    pub then: Then,
}

/// What was written, or not.
pub struct Written {
    pub writer: ProductFile,
    pub outcome: Result<String, Refused>,
}

/// A job that has the writer, in words.
#[derive(Clone, Copy)]
pub struct Held<'a> {
    /// Such as “An import is running”.
    pub is: &'static str,
    /// Such as “the import”.
    pub the: &'static str,
    pub progress: &'a Progress,
}

/// A job that has ended.
pub struct Ended {
    pub outcome: Result<Finished, Refused>,
    pub kind: RunningKind,
    pub name: &'static str,
    /// Whether it was cancelled before it ended.
    pub cancelled: bool,
}

/// The state of a file that is backed up. Another file may be open when the backup is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub path: PathBuf,
    pub uuid: String,
    pub seq: u64,
}

impl Version {
    pub fn of(desk: &Desk) -> Self {
        Self { path: desk.file.path().to_owned(), uuid: desk.uuid.clone(), seq: desk.file.head().seq }
    }

    pub fn is_of(&self, desk: &Desk) -> bool {
        self.uuid == desk.uuid && self.path == desk.file.path()
    }
}

/// Work that a screen has started, with the time of the window at its start.
struct Watched {
    progress: Progress,
    since: f64,
}

/// Everything that runs in the background.
pub struct Jobs {
    running: Vec<Running>,
    watched: Vec<Watched>,
    /// The window that a job wakes.
    ctx: egui::Context,
}

impl Jobs {
    /// No jobs yet.
    pub const fn new(ctx: egui::Context) -> Self {
        Self { running: Vec::new(), watched: Vec::new(), ctx }
    }

    /// A function that wakes the window.
    pub fn wake(&self) -> impl Fn() + Send + Sync + 'static {
        let ctx = self.ctx.clone();
        move || ctx.request_repaint()
    }

    /// Starts a job.
    pub fn start(
        &mut self,
        name: &'static str,
        kind: RunningKind,
        work: impl FnOnce(&Progress) -> Result<Finished, Refused> + Send + 'static,
    ) -> Result<(), Refused> {
        let job = Job::start(name, self.wake(), work)?;
        self.running.push(Running { job, kind });
        Ok(())
    }

    /// Starts an import, which has its own progress.
    pub fn start_import(
        &mut self,
        import: &Arc<ImportJob>,
        work: impl FnOnce() -> Finished + Send + 'static,
    ) -> Result<(), Refused> {
        let job = Job::start_with(import.progress().clone(), move |_| Ok(work()))?;
        self.running.push(Running { job, kind: RunningKind::Import(Arc::clone(import)) });
        Ok(())
    }

    /// Shows the work of a screen in the status line.
    pub fn watch(&mut self, progress: Progress) {
        let since = self.ctx.input(|input| input.time);
        self.watched.push(Watched { progress, since });
    }

    /// Call before any write: stops long reads of the file, so that the window does not wait for them.
    pub fn interrupt_reads(&self) {
        let watched = self.watched.iter().map(|watched| &watched.progress);
        self.running
            .iter()
            .map(|running| running.job.progress())
            .chain(watched)
            .for_each(Progress::ask_to_yield);
    }

    /// Whether no job runs, apart from the work of screens.
    pub const fn none_run(&self) -> bool {
        self.running.is_empty()
    }

    /// Whether the file is being verified.
    pub fn is_verifying(&self) -> bool {
        self.running.iter().any(|running| matches!(running.kind, RunningKind::Verify { .. }))
    }

    /// Stops a verification; returns whether one was running.
    pub fn stop_verifying(&mut self) -> bool {
        let verifying = self.is_verifying();
        self.running.retain(|running| !matches!(running.kind, RunningKind::Verify { .. }));
        verifying
    }

    /// Whether an authority is being asked for a time stamp.
    pub fn is_requesting_time_stamp(&self) -> bool {
        self.running.iter().any(|running| matches!(running.kind, RunningKind::TimeStamp { .. }))
    }

    /// Whether a backup is being made.
    pub fn is_backing_up(&self) -> bool {
        self.running.iter().any(|running| matches!(running.kind, RunningKind::Backup { .. }))
    }

    /// Whether an automatic backup of exactly this state is being made.
    pub fn is_backing_up_automatically(&self, of: &Version) -> bool {
        self.running.iter().any(|running| {
            matches!(&running.kind, RunningKind::Backup { asked_for: false, of: other } if other == of)
        })
    }

    /// The job that has the writer.
    pub fn holding(&self) -> Option<Held<'_>> {
        self.running.iter().find_map(|running| {
            let (is, the) = match &running.kind {
                RunningKind::Import(_) => ("An import is running", "the import"),
                RunningKind::Attach => ("A file is being attached", "the attachment"),
                RunningKind::Write(_) => ("Much is being written", "the writing"),
                RunningKind::Verify { .. }
                | RunningKind::Backup { .. }
                | RunningKind::Save
                | RunningKind::Document
                | RunningKind::TimeStamp { .. }
                | RunningKind::Upgrade(_) => return None,
            };
            Some(Held { is, the, progress: running.job.progress() })
        })
    }

    /// The running upgrade: its file and its progress.
    pub fn upgrade_under_way(&self) -> Option<(&Path, &Progress)> {
        self.running.iter().find_map(|running| match &running.kind {
            RunningKind::Upgrade(path) => Some((path.as_path(), running.job.progress())),
            RunningKind::Verify { .. }
            | RunningKind::Backup { .. }
            | RunningKind::Save
            | RunningKind::Document
            | RunningKind::Attach
            | RunningKind::Write(_)
            | RunningKind::TimeStamp { .. }
            | RunningKind::Import(_) => None,
        })
    }

    /// The work of a screen that runs and is not cancelled.
    pub fn watched_under_way(&self) -> Option<&Progress> {
        let watched = self.watched.iter().map(|watched| &watched.progress);
        watched.filter(|progress| !progress.has_ended()).find(|progress| !progress.is_cancelled())
    }

    /// Removes the jobs that have ended from the list.
    pub fn take_ended(&mut self) -> Vec<Ended> {
        self.watched.retain(|watched| !watched.progress.has_ended());
        let mut ended = Vec::new();
        for running in std::mem::take(&mut self.running) {
            match running.job.poll() {
                None => self.running.push(running),
                Some(outcome) => {
                    let progress = running.job.progress();
                    let (name, cancelled) = (progress.name(), progress.is_cancelled());
                    ended.push(Ended { outcome, kind: running.kind, name, cancelled });
                }
            }
        }
        ended
    }

    /// Stops the jobs that end with the open file. Backups, upgrades and documents of the program continue.
    pub fn close_file(&mut self) {
        self.running.retain(|running| {
            matches!(
                running.kind,
                RunningKind::Backup { .. } | RunningKind::Upgrade(_) | RunningKind::Document
            )
        });
        self.watched.clear();
    }

    fn shown(&self) -> impl Iterator<Item = &Progress> {
        let now = self.ctx.input(|input| input.time);
        let watched = self.watched.iter().filter(move |watched| now - watched.since >= WATCH_SECONDS);
        let watched = watched.map(|watched| &watched.progress).filter(|progress| !progress.has_ended());
        self.running.iter().map(|running| running.job.progress()).chain(watched)
    }

    /// Draws the jobs in the status line, each with its progress and a Cancel button.
    pub fn ui(&self, ui: &mut Ui) {
        let mut names: Vec<&str> = Vec::new();
        for progress in self.shown() {
            let name = progress.name();
            let same = names.iter().filter(|other| **other == name).count();
            // An identifier of its own: a press on the button, or the focus on it, is not lost because another job ends meanwhile.
            let id = egui::Id::unique(("job", name, same));
            ui.scope_builder(egui::UiBuilder::new().scope_id(id), |ui| job_ui(ui, progress));
            names.push(name);
        }
    }

    /// The same as text.
    pub fn lines(&self) -> Vec<String> {
        self.shown().map(Progress::line).collect()
    }
}

/// Draws one job: its progress, its Cancel button and its line.
fn job_ui(ui: &mut Ui, progress: &Progress) {
    let (words, share) = (progress.words(), progress.share());
    ui.add_space(space::M);
    let (rect, bar) = ui.allocate_exact_size(vec2(80.0, 6.0), Sense::hover());
    bar.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, progress.name()));
    ui.ctx().accesskit_node_builder(bar.id, |node| {
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(100.0);
        node.set_numeric_value(f64::from((share * 100.0).round()));
    });
    ui.painter().rect_filled(rect, 3.0, palette(ui).line);
    let done = egui::Rect::from_min_size(rect.min, vec2(rect.width() * share, rect.height()));
    ui.painter().rect_filled(done, 3.0, palette(ui).accent);
    let name = format!("Cancel {}", words.to_lowercase());
    ui.add_enabled_ui(!progress.is_cancelled(), |ui| {
        if off_because(icon_sized_ui(ui, Icon::Close, &name, 18.0), "It is being cancelled").clicked() {
            progress.cancel();
        }
    });
    // After the button: the text grows while counting, and the button stays in place.
    ui.label(small(progress.line()));
}
