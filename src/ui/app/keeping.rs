//! Work in the background: verification at opening, backups, remembered heads.

use std::path::{Path, PathBuf};

use eframe::egui;

use super::App;
use crate::domain::time::Moment;
use crate::ops::jobs::Job;
use crate::ops::{ProductFile, Verification, keep};
use crate::ui::dialogs;
use crate::ui::widgets::notice::Notice;

/// What is known of the integrity of the open file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Integrity {
    /// Nothing yet.
    Unknown,
    /// Everything matched.
    Verified {
        /// Up to which event.
        seq: u64,
        /// When.
        at: Moment,
    },
    /// Something does not match.
    Broken(Vec<String>),
}

/// One job with what is done with its result.
pub struct Running {
    job: Job<Finished>,
    kind: RunningKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum RunningKind {
    Verify { asked_for: bool },
    Backup { asked_for: bool },
}

/// What a job has brought.
enum Finished {
    Verified(Box<Verification>),
    BackedUp(PathBuf, u64),
}

impl Running {
    /// Whether it goes on when the file is closed.
    pub const fn outlives_file(&self) -> bool {
        matches!(self.kind, RunningKind::Backup { .. })
    }

    /// The job, for the status line.
    pub fn words(&self) -> (String, f32) {
        (self.job.words(), self.job.share())
    }

    /// Asks it to stop.
    pub fn cancel(&self) {
        self.job.cancel();
    }

    /// Whether it was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.job.is_cancelled()
    }
}

/// Seconds between two automatic backups of a file that stays open.
const BACKUP_SECONDS: i64 = 24 * 3600;

impl App {
    /// After opening: verifies the whole file beside the window, if there is a place to remember heads.
    pub(super) fn check_in_background(&mut self) {
        if self.setup.data_folder.is_some() {
            self.check_wanted = true;
        }
    }

    fn start(
        &mut self,
        ctx: &egui::Context,
        name: &'static str,
        kind: RunningKind,
        work: impl FnOnce(&crate::ops::jobs::Progress) -> Result<Finished, crate::ops::Refused> + Send + 'static,
    ) {
        let wake = ctx.clone();
        match Job::start(name, move || wake.request_repaint(), work) {
            Ok(job) => self.running.push(Running { job, kind }),
            Err(refusal) => self.problem(format!("{name} could not be started: {refusal}."), ""),
        }
    }

    /// Verifies the file.
    pub(super) fn verify(&mut self, ctx: &egui::Context, asked_for: bool) {
        let Some(desk) = &self.desk else { return };
        if self.running.iter().any(|running| matches!(running.kind, RunningKind::Verify { .. })) {
            return;
        }
        let path = desk.file.path().to_owned();
        let remembered =
            self.setup.data_folder.as_deref().and_then(|folder| keep::remembered_head(folder, &desk.uuid));
        self.start(ctx, "Verifying the file", RunningKind::Verify { asked_for }, move |progress| {
            let told = progress.clone();
            let verification = ProductFile::verify(&path, remembered, &move |share| told.at(share))?;
            Ok(Finished::Verified(Box::new(verification)))
        });
    }

    /// Backs the file up to a place that the person chooses.
    pub(super) fn back_up_to_choice(&mut self, ctx: &egui::Context) {
        let stamp = self.stamp();
        let Some(desk) = &self.desk else { return };
        let path = desk.file.path().to_owned();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = format!("{stem} {}.{}", stamp.now.day(), dialogs::ENDING);
        let Some(target) = dialogs::backup(&path.with_file_name(name)) else { return };
        self.back_up(ctx, path, target);
    }

    fn back_up(&mut self, ctx: &egui::Context, path: PathBuf, target: PathBuf) {
        let seq = self.desk.as_ref().map_or(0, |desk| desk.file.head().seq);
        self.start(ctx, "Backing up", RunningKind::Backup { asked_for: true }, move |progress| {
            let told = progress.clone();
            ProductFile::backup(&path, &target, &move |share| told.at(share))?;
            Ok(Finished::BackedUp(target, seq))
        });
    }

    /// Starts an automatic backup if something was done since the last one. Answers whether one is under way.
    pub(super) fn back_up_automatically(&mut self, ctx: &egui::Context) -> bool {
        if self.running.iter().any(|running| matches!(running.kind, RunningKind::Backup { .. })) {
            return true;
        }
        let now = self.stamp().now;
        let (Some(folder), Some(desk)) = (self.setup.data_folder.clone(), &mut self.desk) else {
            return false;
        };
        let seq = desk.file.head().seq;
        if seq == desk.backed_up || desk.file.why_read_only().is_some() {
            return false;
        }
        desk.backed_up = seq;
        let (path, uuid) = (desk.file.path().to_owned(), desk.uuid.clone());
        self.start(ctx, "Backing up", RunningKind::Backup { asked_for: false }, move |progress| {
            let told = progress.clone();
            let made = keep::automatic_backup(&folder, &path, &uuid, now, &move |share| told.at(share))?;
            Ok(Finished::BackedUp(made, seq))
        });
        true
    }

    /// Whether a daily backup is due.
    pub(super) fn backup_is_due(&self, folder: &Path, now: Moment) -> bool {
        let Some(desk) = &self.desk else { return false };
        desk.file.head().seq != desk.backed_up
            && keep::backups(folder, &desk.uuid)
                .first()
                .is_none_or(|(_, at)| now.seconds_since(*at) >= BACKUP_SECONDS)
    }

    /// Takes the results of jobs that have ended.
    pub(super) fn keep_jobs(&mut self, _ctx: &egui::Context) {
        let mut index = 0;
        while index < self.running.len() {
            let Some(outcome) = self.running[index].job.poll() else {
                index += 1;
                continue;
            };
            let running = self.running.remove(index);
            match outcome {
                Ok(Finished::Verified(verification)) => self.verified(*verification, &running.kind),
                Ok(Finished::BackedUp(path, seq)) => self.backed_up(&path, seq, &running.kind),
                Err(_) if running.is_cancelled() => {
                    self.notices.push(Notice::info(format!("{} was cancelled.", running.job.name())));
                }
                Err(refusal) => {
                    let remedy = "Nothing in the file was changed. Try it again from the menu.";
                    self.problem(format!("{} did not succeed: {refusal}.", running.job.name()), remedy);
                }
            }
        }
    }

    fn verified(&mut self, verification: Verification, kind: &RunningKind) {
        let now = self.stamp().now;
        let folder = self.setup.data_folder.clone();
        let Some(desk) = &mut self.desk else { return };
        let findings: Vec<String> = verification
            .findings
            .iter()
            .map(|finding| format!("{}: {}", finding.place, finding.what))
            .collect();
        if findings.is_empty() {
            desk.integrity = Integrity::Verified { seq: verification.head.0, at: now };
            if let Some(folder) = folder {
                // A head that cannot be remembered only makes the next verification say less.
                let _ = keep::remember_head(&folder, &desk.uuid, &verification.head);
            }
            if *kind == (RunningKind::Verify { asked_for: true }) {
                self.notices.push(Notice::done(format!(
                    "Everything matches: {} events, {} records, {} signatures, {} attachments.",
                    verification.events,
                    verification.records,
                    verification.signatures,
                    verification.attachments
                )));
            }
        } else {
            let first = findings.first().cloned().unwrap_or_default();
            let count = findings.len();
            desk.integrity = Integrity::Broken(findings);
            let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
            self.problem(
                format!("The file does not match its own record: {first}{more}."),
                "Keep the file as it is, do not go on with it, and compare it with a backup.",
            );
        }
    }

    fn backed_up(&mut self, path: &Path, seq: u64, kind: &RunningKind) {
        if let Some(desk) = &mut self.desk {
            desk.backed_up = desk.backed_up.max(seq);
        }
        if *kind == (RunningKind::Backup { asked_for: true }) {
            self.notices.push(Notice::done(format!("Backed up to {} and read back.", path.display())));
        }
    }
}
