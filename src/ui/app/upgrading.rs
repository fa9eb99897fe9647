//! A file of an older version: the person is asked, and the upgrade is watched. And what a killed program or an upgrade left beside a
//! file: it is told and offered for removal.
//!
//! Belongs here: the questions and words. Does not belong here: how a file is upgraded (ops), the job (`keeping`).

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
    /// What an earlier attempt left beside it.
    left: Vec<Leftover>,
    /// Whether the upgrade was begun.
    begun: bool,
}

/// What a person asks of the files that were left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Nothing yet.
    Nothing,
    /// Remove them.
    Remove,
    /// Leave them, and do not tell them any more now.
    Leave,
}

impl Upgrading {
    /// A file of an older version, of which the person is asked.
    pub fn new(path: &Path, version: i32) -> Self {
        Self { path: path.to_owned(), version, left: ProductFile::leftovers(path), begun: false }
    }
}

impl App {
    /// Draws the question, then how far the upgrade is.
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
                "It is a file of version {}. This program writes another version, so the file is upgraded before anybody works in it. \
                 Earlier programs cannot open it afterwards.",
                upgrading.version
            ),
            format!(
                "First a copy is made beside it, in {folder}, and verified. Then the file is upgraded and verified. \
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
                ui.add(Label::new(hint(ui, left_words(leftover))).wrap());
                ui.add_space(space::S);
            }
            to_read = ui.button("Open for reading").clicked();
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
            .cancel("Go on in the background")
            .grave();
        let outcome = dialog.show(ctx, |ui| {
            ui.add(Label::new(body(progress.words())).wrap());
            ui.add_space(space::S);
            ui.add(ProgressBar::new(progress.share()));
            ui.add_space(space::S);
            let words = "Cancelled before the file is changed, it stays as it was. The copy that was begun is removed.";
            ui.add(Label::new(hint(ui, words)).wrap());
        });
        match outcome {
            Outcome::Open | Outcome::Refused => {}
            Outcome::Confirmed => progress.cancel(),
            Outcome::Cancelled => self.dialogs.upgrading = None,
        }
    }

    /// Opens an older file for reading, as it is.
    fn open_older(&mut self, path: &Path) {
        match ProductFile::open_older_to_read(path) {
            Ok(Opened::Open(file)) => self.opened(file),
            Ok(Opened::Not(found)) => {
                let (happened, remedy) = found_words(path, &found);
                self.problem(happened, remedy);
            }
            Err(refusal) => self.problem(
                format!("{} cannot be read as it is: {refusal}.", name_of(path)),
                "Upgrade it, or open it with the program that made it.",
            ),
        }
    }

    /// The upgrade has ended.
    pub(super) fn upgraded(&mut self, path: &Path, done: Result<Upgraded, FileState>) {
        self.dialogs.upgrading = None;
        match done {
            Ok(done) => {
                self.notices.push(Notice::done(format!(
                    "{} was upgraded from version {} to version {}, and {} events were verified. The file as it was: {}.",
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

    /// The upgrade did not succeed; the file is as it was.
    pub(super) fn upgrade_failed(&mut self, path: &Path, refusal: &Refused) {
        self.dialogs.upgrading = None;
        self.problem(
            format!("{} was not upgraded: {refusal}.", name_of(path)),
            "The file is as it was. It can still be opened for reading.",
        );
        let stamp = self.stamp();
        if self.desk.is_none() {
            self.welcome.look_again(&self.settings.values.recent, &stamp);
        }
    }

    /// Removes what was left beside the open file.
    pub(super) fn remove_left(&mut self) {
        let Some(desk) = &mut self.desk else { return };
        let left = std::mem::take(&mut desk.left);
        let kept = ProductFile::remove_leftovers(desk.file.path(), &left);
        if kept.is_empty() {
            self.notices.push(Notice::done("What was left beside the file was removed."));
        }
        for (_, refusal) in kept {
            self.problem(
                format!("Not everything was removed: {refusal}."),
                "Remove it by hand, or leave it.",
            );
        }
    }

    /// Leaves it; it is told again at the next opening.
    pub(super) fn leave_left(&mut self) {
        if let Some(desk) = &mut self.desk {
            desk.left.clear();
        }
    }
}

fn left_words(leftover: &Leftover) -> String {
    let path = leftover.path().display();
    match leftover {
        Leftover::Unfinished(_) => format!("Left unfinished by a program that was ended: {path}"),
        Leftover::BeforeUpgrade(_) => format!("Copy that was made before an upgrade: {path}"),
    }
}

/// Tells what was left beside the open file, and asks what to do with it.
pub fn left_ui(ui: &mut Ui, left: &[Leftover]) -> Asked {
    let mut asked = Asked::Nothing;
    if left.is_empty() {
        return asked;
    }
    ui.add_space(space::L);
    for leftover in left {
        ui.add(Label::new(hint(ui, left_words(leftover))).wrap());
    }
    ui.horizontal(|ui| {
        if ui.button("Remove what was left").clicked() {
            asked = Asked::Remove;
        }
        if ui.button("Leave it there").clicked() {
            asked = Asked::Leave;
        }
    });
    asked
}
