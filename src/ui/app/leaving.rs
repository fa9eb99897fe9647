//! Leaving: what locks, closes or replaces the file waits for an import, and the window for a backup.
//!
//! Belongs here: asking whether to wait or to cancel. Does not belong here: the jobs themselves (`keeping`).

use std::path::PathBuf;

use eframe::egui;
use egui::{Context, Label, ViewportCommand};

use super::App;
use crate::ui::theme::{body, space};
use crate::ui::widgets::modal::{Dialog, Outcome};

/// What a person asked for that ends the work on a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leave {
    /// Lock the window.
    Lock,
    /// Sign out.
    SignOut,
    /// Close the file.
    CloseFile,
    /// Close the file and make another.
    NewFile,
    /// Open another file.
    Open(PathBuf),
    /// Open the example product in this folder.
    Example(PathBuf),
    /// Close the window.
    Quit,
}

/// Something that waits for the end of an import.
pub struct Leaving {
    what: Leave,
    /// Whether the person has said that it is to wait.
    pub decided: bool,
}

/// How far the window is with closing.
#[derive(Debug, PartialEq, Eq)]
pub enum Closing {
    /// Nobody asked.
    No,
    /// It closes when the backup is made.
    BackingUp,
    /// The backup could not be made, for this reason; the person is asked.
    Failed(String),
    /// Nothing stands against it.
    Now,
}

impl Leave {
    /// What follows when the import has ended.
    const fn words(&self) -> &'static str {
        match self {
            Self::Lock => "The window is locked",
            Self::SignOut => "You are signed out",
            Self::CloseFile | Self::NewFile => "The file is closed",
            Self::Open(_) | Self::Example(_) => "The other file is opened",
            Self::Quit => "The window is closed",
        }
    }
}

impl App {
    /// Does what was asked for; while an import runs, asks first.
    pub(super) fn leave(&mut self, what: Leave) {
        if !self.hold(&what) {
            self.leave_now(what);
        }
    }

    /// Whether it has to wait for an import; then the person is asked.
    fn hold(&mut self, what: &Leave) -> bool {
        let holds = self.jobs.importing().is_some();
        if holds {
            self.dialogs.leaving = Some(Leaving { what: what.clone(), decided: false });
        }
        holds
    }

    fn leave_now(&mut self, what: Leave) {
        match what {
            Leave::Lock => self.lock("Locked."),
            Leave::SignOut => self.sign_out(),
            Leave::CloseFile => self.close_file(),
            Leave::NewFile => {
                self.close_file();
                self.welcome.begin_new();
            }
            Leave::Open(path) => self.open_now(&path),
            Leave::Example(folder) => self.open_example(&folder),
            Leave::Quit => self.ctx.send_viewport_cmd(ViewportCommand::Close),
        }
    }

    /// The import has ended: does what waited for it.
    pub(super) fn leave_after_import(&mut self) {
        if let Some(leaving) = self.dialogs.leaving.take() {
            self.leave_now(leaving.what);
        }
    }

    /// Whether a question is on screen that is to be answered before anything else.
    pub(super) fn is_asking(&self) -> bool {
        self.dialogs.ask() || matches!(self.closing, Closing::Failed(_))
    }

    /// Draws the questions about leaving.
    pub(super) fn draw_leaving(&mut self, ctx: &Context) {
        self.draw_import_question(ctx);
        self.draw_backup_question(ctx);
    }

    fn draw_import_question(&mut self, ctx: &Context) {
        let Some(leaving) = self.dialogs.leaving.as_mut().filter(|leaving| !leaving.decided) else { return };
        let words = format!(
            "{} as soon as the import has ended. Cancelling the import leaves nothing of it in the file.",
            leaving.what.words()
        );
        let mut cancel = false;
        let dialog = Dialog::new("leaving", "An import is running", "Wait for it").cancel("Go on working");
        let outcome = dialog.show(ctx, |ui| {
            ui.add(Label::new(body(words)).wrap());
            ui.add_space(space::S);
            cancel = ui.button("Cancel the import").clicked();
        });
        match outcome {
            Outcome::Open | Outcome::Refused => {}
            Outcome::Confirmed => leaving.decided = true,
            Outcome::Cancelled => self.dialogs.leaving = None,
        }
        if cancel {
            if let Some(leaving) = &mut self.dialogs.leaving {
                leaving.decided = true;
            }
            if let Some(import) = self.jobs.importing() {
                import.progress().cancel();
            }
        }
    }

    fn draw_backup_question(&mut self, ctx: &Context) {
        let Closing::Failed(words) = &self.closing else { return };
        let mut without = false;
        let dialog = Dialog::new("closing", "No backup was made", "Try again").cancel("Go on working");
        let outcome = dialog.show(ctx, |ui| {
            ui.add(Label::new(body(words)).wrap());
            ui.add_space(space::S);
            ui.add(
                Label::new(body("The file itself is as it was; only the copy beside it is missing.")).wrap(),
            );
            ui.add_space(space::S);
            without = ui.button("Close without a backup").clicked();
        });
        match outcome {
            Outcome::Open | Outcome::Refused => {}
            Outcome::Confirmed => self.closing = Closing::BackingUp,
            Outcome::Cancelled => self.closing = Closing::No,
        }
        if without {
            self.closing = Closing::BackingUp;
            self.close_without_backup();
        }
    }

    /// Holds the window open until nothing is being written and the backup at closing is made.
    pub(super) fn keep_closing(&mut self, ctx: &Context) {
        let asked = ctx.input(|input| input.viewport().close_requested());
        if asked && self.closing != Closing::Now {
            if self.hold(&Leave::Quit) {
                ctx.send_viewport_cmd(ViewportCommand::CancelClose);
                return;
            }
            self.save_settings();
            self.closing = Closing::BackingUp;
            if let Some((_, progress)) = self.jobs.upgrade_under_way() {
                progress.cancel();
            }
        }
        let busy = |app: &Self| app.jobs.is_backing_up() || app.jobs.upgrade_under_way().is_some();
        if self.closing == Closing::BackingUp && !busy(self) {
            self.back_up_automatically();
            if self.closing == Closing::BackingUp && !busy(self) {
                self.closing = Closing::Now;
                if !asked {
                    ctx.send_viewport_cmd(ViewportCommand::Close);
                }
            }
        }
        if asked && self.closing != Closing::Now {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
        }
    }

    /// Asks the person about a backup that failed while the window was closing. `false`: it is not closing.
    pub(super) fn refuse_to_close(&mut self, words: &str) -> bool {
        let closing = self.closing == Closing::BackingUp;
        if closing {
            self.closing = Closing::Failed(words.to_owned());
        }
        closing
    }

    /// Closes the window, if it is closing, although a backup was cancelled or is missing.
    pub(super) fn close_without_backup(&mut self) {
        if self.closing == Closing::BackingUp {
            self.closing = Closing::Now;
            self.ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }
}
