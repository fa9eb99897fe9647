//! Background jobs: verification after opening, backups, imports and upgrades, and the handling of their results.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::jobs::{Attached, Ended, Finished, RunningKind, Version};
use super::reason::ReasonDialog;
use super::{App, Integrity};
use crate::domain::text::counted;
use crate::domain::time::Moment;
use crate::ops::import::{IMPORT_RUNS, ImportJob};
use crate::ops::workstation::Memory;
use crate::ops::{Act, ProductFile, Refused, StoreError, Verification, workstation};
use crate::ui::cx::Then;
use crate::ui::dialogs;
use crate::ui::widgets::notice::Notice;

/// The reason for refusing other changes while a file is attached.
const ATTACH_RUNS: &str = "A file is being attached: wait or cancel it";
/// Seconds between two automatic backups of an open file.
const BACKUP_SECONDS: i64 = 24 * 3600;
/// Seconds after a failed automatic backup until the next attempt.
const BACKUP_AGAIN_SECONDS: i64 = 3600;

impl App {
    /// After opening, verifies the whole file in the background if there is a place to remember heads.
    pub(super) fn check_in_background(&mut self) {
        if self.setup.data_folder.is_some() {
            self.schedule.verify_wanted = true;
        }
    }

    /// Verifies the file.
    pub(super) fn verify(&mut self, asked_for: bool) {
        let Some(desk) = &self.desk else { return };
        if let Some(held) = self.jobs.holding() {
            let words = format!("{}: wait or cancel it.", held.is);
            self.schedule.verify_wanted = false;
            self.problem(words, "Verify the file after it has ended.");
            return;
        }
        if self.jobs.is_verifying() {
            return;
        }
        let path = desk.file.path().to_owned();
        let remembered = self
            .setup
            .data_folder
            .as_deref()
            .and_then(|folder| Memory::of(folder, &desk.uuid))
            .map(|memory| (memory.head.seq, memory.head.digest));
        let started =
            self.jobs.start("Verifying the file", RunningKind::Verify { asked_for }, move |progress| {
                let verification = ProductFile::verify_in_background(&path, remembered, progress, 1.0)?;
                Ok(Finished::Verified(Box::new(verification)))
            });
        if let Err(refusal) = started {
            self.problem(format!("The file could not be verified: {refusal}."), "Try again from the menu.");
        }
    }

    /// Backs up the file to a place that the user chooses.
    pub(super) fn back_up_to_choice(&mut self) {
        let stamp = self.stamp();
        let Some(desk) = &self.desk else { return };
        let path = desk.file.path().to_owned();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = format!("{stem} {}.{}", stamp.now.day(), dialogs::ENDING);
        let question = dialogs::backup(&path.with_file_name(name));
        self.with_path(question, |app, target| app.back_up_to(target));
    }

    fn back_up_to(&mut self, target: PathBuf) {
        let Some(desk) = &self.desk else { return };
        let path = desk.file.path().to_owned();
        let of = Version::of(desk);
        let kind = RunningKind::Backup { asked_for: true, of: of.clone() };
        let started = self.jobs.start("Backing up", kind, move |progress| {
            ProductFile::backup(&path, &target, &|share| progress.at(share))?;
            Ok(Finished::BackedUp(target))
        });
        if let Err(refusal) = started {
            self.backup_failed(&of, &refusal);
        }
    }

    /// Starts an automatic backup if the file has changed since the last one.
    pub(super) fn back_up_automatically(&mut self) {
        let now = self.stamp().now;
        let (Some(folder), Some(desk)) = (self.setup.data_folder.clone(), &self.desk) else { return };
        let of = Version::of(desk);
        let under_way = self.jobs.is_backing_up_automatically(&of);
        let by_another = desk.file.why_read_only().is_some() && !desk.file.is_not_signed_in();
        if of.seq == desk.backed_up || by_another || under_way {
            return;
        }
        let (kind, what) = (RunningKind::Backup { asked_for: false, of: of.clone() }, of.clone());
        let started = self.jobs.start("Backing up", kind, move |progress| {
            let keep_going = |share| progress.at(share);
            Ok(Finished::BackedUp(workstation::automatic_backup(
                &folder,
                &what.path,
                &what.uuid,
                now,
                &keep_going,
            )?))
        });
        if let Err(refusal) = started {
            self.backup_failed(&of, &refusal);
        }
    }

    /// Whether a daily backup is due.
    pub(super) fn backup_is_due(&self, folder: &Path, now: Moment) -> bool {
        let Some(desk) = &self.desk else { return false };
        desk.file.head().seq != desk.backed_up
            && workstation::backups(folder, &desk.uuid)
                .first()
                .is_none_or(|(_, at)| now.seconds_since(*at) >= BACKUP_SECONDS)
    }

    /// Upgrades the file at a path in the background.
    pub(super) fn upgrade(&mut self, path: &Path) {
        let (stamp, steps, of) = (self.stamp(), self.steps, path.to_owned());
        let kind = RunningKind::Upgrade(path.to_owned());
        let started = self.jobs.start("Upgrading the file", kind, move |progress| {
            let report = |words: &'static str, share: f32| {
                if progress.words() != words {
                    progress.say(words);
                }
                progress.at(share)
            };
            let done = match ProductFile::upgrade(&of, steps, &stamp, &report) {
                Ok(done) => Ok(done),
                Err(Ok(found)) => Err(found),
                Err(Err(refusal)) => return Err(refusal),
            };
            Ok(Finished::Upgraded(Box::new(done)))
        });
        if let Err(refusal) = started {
            self.upgrade_failed(path, &refusal);
        }
    }

    /// Imports feedback in the background with the writer; the job keeps the outcome for the screen.
    pub(super) fn import(&mut self, import: &Arc<ImportJob>) {
        let stamp = self.stamp();
        // Long reads would delay the commit of the import.
        if let Some(other) = self.jobs.watched_under_way() {
            let words = format!("“{}” is running: wait or cancel it", other.name());
            return import.end(Err(Refused::Rule(words)));
        }
        let verifying = self.jobs.stop_verifying();
        let (Some(desk), Some(session)) = (&mut self.desk, &self.session) else { return };
        let mut writer = match desk.file.hand_over_writer(IMPORT_RUNS) {
            Ok(writer) => Box::new(writer),
            Err(refusal) => return import.end(Err(refusal)),
        };
        desk.verify_again = verifying;
        let (work, session) = (Arc::clone(import), session.for_job());
        let started = self.jobs.start_import(import, move || {
            work.run(&mut writer, &session, &stamp);
            Finished::Imported(writer)
        });
        if let Err(refusal) = started {
            self.import_failed(import, refusal);
        }
    }

    /// Handles the results of finished jobs.
    pub(super) fn finish_jobs(&mut self) {
        for Ended { outcome, kind, name, cancelled } in self.jobs.take_ended() {
            match (outcome, kind) {
                (Ok(Finished::Verified(verification)), kind) => {
                    self.verified(*verification, matches!(kind, RunningKind::Verify { asked_for: true }));
                }
                (Ok(Finished::Saved(path)), _) => {
                    self.notices.push(Notice::done(format!("Saved {}.", path.display())));
                }
                (Ok(Finished::Document(written)), _) => self.document_written(written),
                (Ok(Finished::BackedUp(path)), kind) => self.backed_up(&path, &kind),
                (Ok(Finished::TimeStamped(answer)), kind) => {
                    let (query, reply) = *answer;
                    self.time_stamped(&query, &reply, &kind);
                }
                (Ok(Finished::Attached(attached)), _) => self.attached(*attached),
                (Ok(Finished::Written(written)), kind) => self.written(*written, &kind),
                (Ok(Finished::Imported(writer)), kind) => self.imported(*writer, &kind),
                (Ok(Finished::Upgraded(done)), RunningKind::Upgrade(path)) => self.upgraded(&path, *done),
                // The kind of a job determines the kind of its result.
                (Ok(Finished::Upgraded(_)), _) => {}
                (Err(refusal), RunningKind::TimeStamp { asked_for, .. }) => {
                    self.no_time_stamp(&refusal, asked_for);
                }
                (Err(refusal), RunningKind::Import(import)) => self.import_failed(&import, refusal),
                (Err(refusal), RunningKind::Write(answer)) => {
                    answer.put(Some(refusal));
                    self.writer_lost("It was not written.");
                }
                (Err(_), RunningKind::Attach) => self.writer_lost("The file was not attached."),
                (Err(_), kind) if cancelled => {
                    self.notices.push(Notice::info(format!("{name} was cancelled.")));
                    if matches!(kind, RunningKind::Backup { .. }) {
                        self.close_without_backup();
                    }
                }
                (Err(refusal), RunningKind::Document) => self.document_failed(&refusal),
                (Err(refusal), RunningKind::Save) => self.problem(
                    format!("The attachment was not saved: {refusal}."),
                    "Choose another place, or verify the file.",
                ),
                (Err(refusal), RunningKind::Backup { of, .. }) => self.backup_failed(&of, &refusal),
                (Err(refusal), RunningKind::Upgrade(path)) => self.upgrade_failed(&path, &refusal),
                (Err(refusal), RunningKind::Verify { .. }) => self.problem(
                    format!("The verification of the file failed: {refusal}."),
                    "Nothing in the file was changed. Try again from the menu.",
                ),
            }
        }
    }

    fn verified(&mut self, verification: Verification, asked_for: bool) {
        let now = self.stamp().now;
        let Some(desk) = &mut self.desk else { return };
        // What cannot be noted stays unknown to the rules, which say so.
        let _ = desk.file.note_verification(&verification);
        let findings: Vec<String> = verification
            .findings
            .iter()
            .map(|finding| format!("{}: {}", finding.place, finding.what))
            .collect();
        if findings.is_empty() {
            desk.integrity = Integrity::Verified { seq: verification.head.0, at: now };
            if asked_for {
                self.notices.push(Notice::done(format!(
                    "Everything matches: {}, {}, {}, {}.",
                    counted(verification.events, "event"),
                    counted(verification.records, "record"),
                    counted(verification.signatures, "signature"),
                    counted(verification.attachments, "attachment")
                )));
            }
        } else {
            let first = findings.first().cloned().unwrap_or_default();
            let count = findings.len();
            desk.integrity = Integrity::Broken(findings);
            // A banner says already that the file lacks an event that was seen.
            if count == 1 && !asked_for && desk.file.behind().is_some() {
                return;
            }
            let more = if count > 1 { format!(" and {} more", count - 1) } else { String::new() };
            self.problem(
                format!("The file does not match its own record: {first}{more}."),
                "Keep the file as it is, stop working in it, and compare it with a backup.",
            );
        }
    }

    fn backed_up(&mut self, path: &Path, kind: &RunningKind) {
        let RunningKind::Backup { asked_for, of } = kind else { return };
        let today = self.stamp().now.day();
        if let Some(desk) = self.desk.as_mut().filter(|desk| of.is_of(desk)) {
            desk.backed_up = desk.backed_up.max(of.seq);
            desk.file.note_backup(today);
        }
        if *asked_for {
            self.notices.push(Notice::done(format!("Backed up to {} and verified.", path.display())));
        }
    }

    fn backup_failed(&mut self, of: &Version, refusal: &Refused) {
        self.schedule.backup_after = self.stamp().now.plus_seconds(BACKUP_AGAIN_SECONDS);
        let words = format!("{} could not be backed up: {refusal}.", of.path.display());
        if !self.refuse_to_close(&words) {
            self.problem(words, "The file itself is unchanged. Back it up from the menu to another place.");
        }
    }

    /// Takes the writer back from a job.
    pub(super) fn take_back(&mut self, writer: ProductFile) {
        let now = self.stamp().now;
        let Some(desk) = &mut self.desk else { return };
        let returned = desk.file.take_back_writer(writer);
        let head = desk.file.head().clone();
        desk.cache.keep_up(&head, now.day());
        self.schedule.verify_wanted |= std::mem::take(&mut desk.verify_again);
        if let Err(refusal) = returned {
            self.problem(
                format!("The text typed meanwhile could not be kept as a draft: {refusal}."),
                "Save it soon, or copy it elsewhere.",
            );
        }
    }

    fn imported(&mut self, writer: ProductFile, kind: &RunningKind) {
        let RunningKind::Import(import) = kind else { return };
        self.take_back(writer);
        match import.outcome_words() {
            Some(Ok(words)) => self.notices.push(Notice::done(words)),
            Some(Err(_)) if import.progress().is_cancelled() => {
                self.notices.push(Notice::info("The import was cancelled. None of it is in the file."));
            }
            Some(Err(words)) => {
                self.problem(format!("The import failed: {words}."), "Nothing was changed.");
            }
            None => {}
        }
        self.leave_after_writing();
    }

    /// An import that could not start or ended with a fault.
    fn import_failed(&mut self, import: &ImportJob, refusal: Refused) {
        import.end(Err(refusal));
        self.writer_lost("The import failed.");
    }

    /// A job with the writer that could not start or ended with a fault: the file is opened for writing again.
    pub(super) fn writer_lost(&mut self, words: &str) {
        let stamp = self.stamp();
        let Some(desk) = &mut self.desk else { return };
        let back = desk.file.take_over(&stamp);
        if let (Ok(true), Some(session)) = (&back, &self.session) {
            desk.file.name_writer(session, &stamp);
        }
        let remedy = if matches!(back, Ok(true)) {
            "Nothing was changed."
        } else {
            "Nothing was changed. Close the file and open it again to continue writing."
        };
        self.problem(words, remedy);
        self.leave_after_writing();
    }

    /// Attaches a large file in the background with the writer.
    pub(super) fn attach_in_background(&mut self, act: Act, then: Then) {
        let stamp = self.stamp();
        if let Some(other) = self.jobs.watched_under_way() {
            let words = format!("“{}” is running: wait or cancel it.", other.name());
            return self.problem(words, "Then attach the file.");
        }
        let verifying = self.jobs.stop_verifying();
        let (Some(desk), Some(session)) = (&mut self.desk, &self.session) else { return };
        let mut writer = match desk.file.hand_over_writer(ATTACH_RUNS) {
            Ok(writer) => writer,
            Err(refusal) => return self.refused(refusal),
        };
        desk.verify_again = verifying;
        let session = session.for_job();
        let started = self.jobs.start("Attaching the file", RunningKind::Attach, move |progress| {
            let outcome =
                writer.perform_while(&session, (act.clone(), None), &stamp, &|share| progress.at(share));
            Ok(Finished::Attached(Box::new(Attached { writer, outcome, act, then })))
        });
        if started.is_err() {
            self.writer_lost("The file was not attached.");
        }
    }

    fn attached(&mut self, Attached { writer, outcome, act, then }: Attached) {
        self.take_back(writer);
        match outcome {
            Ok(receipt) => self.done(&receipt, &then, false),
            Err(Refused::Store(StoreError::Cancelled)) => {
                self.notices.push(Notice::info("The file was not attached, because that was cancelled."));
            }
            Err(Refused::NeedsReason(what)) if act.reason.is_none() => {
                self.dialogs.reason = Some(ReasonDialog::new(act, then, None, what));
            }
            Err(refusal) => self.refused(refusal),
        }
        self.leave_after_writing();
    }
}
