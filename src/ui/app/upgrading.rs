//! The dialogs of an upgrade: the question about an older file, the progress, and the files that a killed program or an upgrade left
//! next to a product file, which are shown and offered for removal.
//!
//! Belongs here: the questions and messages. Does not belong here: how a file is upgraded (ops), the job (`background`).

use std::path::{Path, PathBuf};

use eframe::egui;
use egui::{Context, Label, ProgressBar, Ui};

use super::App;
use super::opening::{found_words, name_of};
use crate::ops::{FileState, Leftover, Opened, ProductFile, Refused, Upgraded};
use crate::ui::theme::{body, hint, space};
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::Notice;

/// An older file.
pub struct Upgrading {
    path: PathBuf,
    version: i32,
    /// Files that an earlier attempt left next to it.
    left: Vec<Leftover>,
    /// Whether the upgrade has begun.
    begun: bool,
}

/// What to do with the files that were left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftoverChoice {
    /// Nothing yet.
    Nothing,
    /// Remove the files.
    Remove,
    /// Keep the files, and hide them until the next opening.
    Keep,
}

impl Upgrading {
    /// An older file that the user is asked about.
    pub fn new(path: &Path, version: i32) -> Self {
        Self { path: path.to_owned(), version, left: ProductFile::leftovers(path), begun: false }
    }
}

impl App {
    /// Draws the question, then the progress of the upgrade.
    pub(super) fn draw_upgrading(&mut self, ctx: &Context) {
        let Some(upgrading) = &self.dialogs.upgrading else { return };
        if upgrading.begun { self.draw_upgrade_under_way(ctx) } else { self.draw_upgrade_question(ctx) }
    }

    fn draw_upgrade_question(&mut self, ctx: &Context) {
        let Some(upgrading) = &self.dialogs.upgrading else { return };
        let path = upgrading.path.clone();
        let folder = path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
        let title = format!("{} was made by an earlier program", name_of(&path));
        let words = [
            format!(
                "It has file version {}. This program writes another version, so the file has to be upgraded before anyone can work in it. \
                 Earlier programs cannot open it afterwards.",
                upgrading.version
            ),
            format!(
                "First a copy is made next to it, in {folder}, and verified. Then the file is upgraded and verified. \
                 Records, audit trail and signatures stay as they are."
            ),
        ];
        let mut to_read = false;
        let outcome = Dialog::new("upgrade", &title, "Upgrade").show(ctx, |ui| {
            for words in &words {
                ui.add(Label::new(body(words)).wrap());
                ui.add_space(space::S);
            }
            for leftover in &upgrading.left {
                ui.add(Label::new(hint(ui, leftover_words(leftover))).wrap());
                ui.add_space(space::S);
            }
            to_read = ui.button("Open read-only").clicked();
        });
        match outcome {
            Outcome::Open | Outcome::Refused => {}
            Outcome::Cancelled => self.dialogs.upgrading = None,
            Outcome::Confirmed => {
                if let Some(upgrading) = &mut self.dialogs.upgrading {
                    upgrading.begun = true;
                }
                self.upgrade(&path);
            }
        }
        if to_read {
            self.dialogs.upgrading = None;
            self.open_older(&path);
        }
    }

    fn draw_upgrade_under_way(&mut self, ctx: &Context) {
        let Some((path, progress)) = self.jobs.upgrade_under_way() else { return };
        let (title, progress) = (format!("Upgrading {}", name_of(path)), progress.clone());
        let dialog = Dialog::new("upgrade_under_way", &title, "Cancel the upgrade")
            .cancel("Continue in the background")
            .grave();
        let outcome = dialog.show(ctx, |ui| {
            ui.add(Label::new(body(progress.words())).wrap());
            ui.add_space(space::S);
            ui.add(ProgressBar::new(progress.share()));
            ui.add_space(space::S);
            let words = "If you cancel before the file is changed, it stays as it is. The unfinished copy is removed.";
            ui.add(Label::new(hint(ui, words)).wrap());
        });
        match outcome {
            Outcome::Open | Outcome::Refused => {}
            Outcome::Confirmed => progress.cancel(),
            Outcome::Cancelled => self.dialogs.upgrading = None,
        }
    }

    /// Opens an older file read-only, without upgrading it.
    fn open_older(&mut self, path: &Path) {
        match ProductFile::open_older_to_read(path) {
            Ok(Opened::Open(file)) => self.opened(file),
            Ok(Opened::Not(found)) => {
                let (happened, remedy) = found_words(path, &found);
                self.problem(happened, remedy);
            }
            Err(refusal) => self.problem(
                format!("{} cannot be opened read-only: {refusal}.", name_of(path)),
                "Upgrade it, or open it with the program that made it.",
            ),
        }
    }

    /// Handles the end of an upgrade.
    pub(super) fn upgraded(&mut self, path: &Path, done: Result<Upgraded, FileState>) {
        self.dialogs.upgrading = None;
        match done {
            Ok(done) => {
                self.notices.push(Notice::done(format!(
                    "{} was upgraded from version {} to version {}, and {} events were verified. The original is kept as {}.",
                    name_of(path),
                    done.from,
                    done.to,
                    done.verified.events,
                    done.copy.display()
                )));
                self.open_path(path);
            }
            Err(FileState::Ready) => self.open_path(path),
            Err(found) => {
                let (happened, remedy) = found_words(path, &found);
                self.problem(happened, remedy);
            }
        }
    }

    /// Handles a failed upgrade; the file is unchanged.
    pub(super) fn upgrade_failed(&mut self, path: &Path, refusal: &Refused) {
        self.dialogs.upgrading = None;
        self.problem(
            format!("{} was not upgraded: {refusal}.", name_of(path)),
            "The file is unchanged. You can still open it read-only.",
        );
        if self.desk.is_none() {
            self.look_at_recent();
        }
    }

    /// Removes the files that were left next to the open file.
    pub(super) fn remove_leftovers(&mut self) {
        let Some(desk) = &mut self.desk else { return };
        let left = std::mem::take(&mut desk.left);
        let kept = ProductFile::remove_leftovers(desk.file.path(), &left);
        if kept.is_empty() {
            self.notices.push(Notice::done("The leftover files were removed."));
        }
        for (_, refusal) in kept {
            self.problem(
                format!("Some files could not be removed: {refusal}."),
                "Remove them by hand, or keep them.",
            );
        }
    }

    /// Keeps the files; they are shown again at the next opening.
    pub(super) fn keep_leftovers(&mut self) {
        if let Some(desk) = &mut self.desk {
            desk.left.clear();
        }
    }
}

fn leftover_words(leftover: &Leftover) -> String {
    let path = leftover.path().display();
    match leftover {
        Leftover::Unfinished(_) => format!("Left unfinished by a program that was killed: {path}"),
        Leftover::BeforeUpgrade(_) => format!("Copy made before an upgrade: {path}"),
    }
}

/// Shows the files that were left next to the open file, and asks what to do with them.
pub fn leftovers_ui(ui: &mut Ui, left: &[Leftover]) -> LeftoverChoice {
    let mut asked = LeftoverChoice::Nothing;
    if left.is_empty() {
        return asked;
    }
    ui.add_space(space::L);
    for leftover in left {
        ui.add(Label::new(hint(ui, leftover_words(leftover))).wrap());
    }
    ui.horizontal(|ui| {
        if ui.button("Remove these files").clicked() {
            asked = LeftoverChoice::Remove;
        }
        if ui.button("Keep them").clicked() {
            asked = LeftoverChoice::Keep;
        }
    });
    asked
}
