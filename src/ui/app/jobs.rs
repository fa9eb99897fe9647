//! The jobs that run beside the window: starting them, finding them, and showing how far they are.
//!
//! Belongs here: the list of jobs. Does not belong here: what is done with their results (`keeping`).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui;
use egui::{Sense, Ui, vec2};

use super::Desk;
use crate::ops::import::ImportJob;
use crate::ops::jobs::{Job, Progress};
use crate::ops::{FileState, ProductFile, Refused, Upgraded, Verification};
use crate::ui::theme::{palette, small, space};
use crate::ui::widgets::button::icon_sized_ui;
use crate::ui::widgets::icons::Icon;

/// Seconds after which the work of a screen stands in the status line; what is shorter would only flicker.
const WATCH_SECONDS: f64 = 0.3;

/// One job with what is done with its result.
pub struct Running {
    job: Job<Finished>,
    kind: RunningKind,
}

/// What a job is for.
pub enum RunningKind {
    Verify {
        asked_for: bool,
    },
    Backup {
        asked_for: bool,
        of: Version,
    },
    Import(Arc<ImportJob>),
    /// Of the file at this path, which is not open.
    Upgrade(PathBuf),
}

/// The result of a job.
pub enum Finished {
    Verified(Box<Verification>),
    BackedUp(PathBuf),
    /// The writer comes back; the outcome stands in the job.
    Imported(Box<ProductFile>),
    /// Upgraded, or not because something else lies there than an older file.
    Upgraded(Box<Result<Upgraded, FileState>>),
}

/// A job that has ended.
pub struct Ended {
    pub outcome: Result<Finished, Refused>,
    pub kind: RunningKind,
    pub name: &'static str,
    /// Whether it was cancelled before it ended.
    pub cancelled: bool,
}

/// A state of a file: what a backup is made of. Another file may be open when the backup is made.
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

/// Everything that runs beside the window.
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

    /// Wakes the window.
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

    /// Starts an import, which has a progress of its own.
    pub fn start_import(
        &mut self,
        import: &Arc<ImportJob>,
        work: impl FnOnce() -> Finished + Send + 'static,
    ) -> Result<(), Refused> {
        let job = Job::start_with(import.progress().clone(), move |_| Ok(work()))?;
        self.running.push(Running { job, kind: RunningKind::Import(Arc::clone(import)) });
        Ok(())
    }

    /// Shows what a screen has started in the status line.
    pub fn watch(&mut self, progress: Progress) {
        let since = self.ctx.input(|input| input.time);
        self.watched.push(Watched { progress, since });
    }

    /// To be called before anything is written: long reads of the file stop, so that the window does not wait for them.
    pub fn make_way(&self) {
        let watched = self.watched.iter().map(|watched| &watched.progress);
        self.running
            .iter()
            .map(|running| running.job.progress())
            .chain(watched)
            .for_each(Progress::ask_to_yield);
    }

    /// Whether no job runs, besides what screens have started.
    pub const fn none_run(&self) -> bool {
        self.running.is_empty()
    }

    /// Whether the file is being verified.
    pub fn is_verifying(&self) -> bool {
        self.running.iter().any(|running| matches!(running.kind, RunningKind::Verify { .. }))
    }

    /// Stops a verification; answers whether there was one.
    pub fn stop_verifying(&mut self) -> bool {
        let verifying = self.is_verifying();
        self.running.retain(|running| !matches!(running.kind, RunningKind::Verify { .. }));
        verifying
    }

    /// Whether a backup is being made.
    pub fn is_backing_up(&self) -> bool {
        self.running.iter().any(|running| matches!(running.kind, RunningKind::Backup { .. }))
    }

    /// Whether an automatic backup of just this state is being made.
    pub fn is_backing_up_automatically(&self, of: &Version) -> bool {
        self.running.iter().any(|running| {
            matches!(&running.kind, RunningKind::Backup { asked_for: false, of: other } if other == of)
        })
    }

    /// The import that is running.
    pub fn importing(&self) -> Option<&Arc<ImportJob>> {
        self.running.iter().find_map(|running| match &running.kind {
            RunningKind::Import(job) => Some(job),
            RunningKind::Verify { .. } | RunningKind::Backup { .. } | RunningKind::Upgrade(_) => None,
        })
    }

    /// The upgrade that is running: of which file, and how far it is.
    pub fn upgrade_under_way(&self) -> Option<(&Path, &Progress)> {
        self.running.iter().find_map(|running| match &running.kind {
            RunningKind::Upgrade(path) => Some((path.as_path(), running.job.progress())),
            RunningKind::Verify { .. } | RunningKind::Backup { .. } | RunningKind::Import(_) => None,
        })
    }

    /// What a screen has started and nobody has cancelled.
    pub fn watched_under_way(&self) -> Option<&Progress> {
        let watched = self.watched.iter().map(|watched| &watched.progress);
        watched.filter(|progress| !progress.has_ended()).find(|progress| !progress.is_cancelled())
    }

    /// Takes the jobs that have ended off the list.
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

    /// Stops what ends with the open file. Backups and upgrades go on.
    pub fn close_file(&mut self) {
        self.running
            .retain(|running| matches!(running.kind, RunningKind::Backup { .. } | RunningKind::Upgrade(_)));
        self.watched.clear();
    }

    fn shown(&self) -> impl Iterator<Item = &Progress> {
        let now = self.ctx.input(|input| input.time);
        let watched = self.watched.iter().filter(move |watched| now - watched.since >= WATCH_SECONDS);
        let watched = watched.map(|watched| &watched.progress).filter(|progress| !progress.has_ended());
        self.running.iter().map(|running| running.job.progress()).chain(watched)
    }

    /// The jobs in the status line, each with its share and a way to cancel it.
    pub fn ui(&self, ui: &mut Ui) {
        for progress in self.shown() {
            let (words, share) = (progress.words(), progress.share());
            ui.add_space(space::M);
            let (rect, _) = ui.allocate_exact_size(vec2(80.0, 6.0), Sense::hover());
            ui.painter().rect_filled(rect, 3.0, palette(ui).line);
            let done = egui::Rect::from_min_size(rect.min, vec2(rect.width() * share, rect.height()));
            ui.painter().rect_filled(done, 3.0, palette(ui).accent);
            let name = format!("Cancel {}", words.to_lowercase());
            ui.add_enabled_ui(!progress.is_cancelled(), |ui| {
                if icon_sized_ui(ui, Icon::Close, &name, 18.0).clicked() {
                    progress.cancel();
                }
            });
            // Behind the button: counting makes the words wider, and what is to be pressed stays where it is.
            ui.label(small(progress.line()));
        }
    }

    /// The same in words.
    pub fn lines(&self) -> Vec<String> {
        self.shown().map(Progress::line).collect()
    }
}
