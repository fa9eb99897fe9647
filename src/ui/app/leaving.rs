//! Leaving a file: locking, closing or replacing it waits for a job that writes, and closing the window waits for a backup.
//!
//! Belongs here: asking whether to wait or to cancel. Does not belong here: the jobs themselves (`background`).

use std::path::PathBuf;

use eframe::egui;
use egui::{Context, Label, ViewportCommand};

use super::App;
use crate::ui::theme::{body, space};
use crate::ui::widgets::modal::{Dialog, Outcome};

/// A command that ends the work on a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leave {
    /// Lock the window.
    Lock,
    /// Let the next one write.
    LetOthersWrite,
    /// Sign out.
    SignOut,
    /// Close the file.
    CloseFile,
    /// Close the file and create another.
    NewFile,
    /// Open another file.
    Open(PathBuf),
    /// Open the example product in this folder.
    Example(PathBuf),
    /// Close the window.
    Quit,
}

/// A command that waits for the end of a job that writes.
pub struct Leaving {
    what: Leave,
    /// Whether the user has chosen to wait.
    pub decided: bool,
}

/// The progress of closing the window.
#[derive(Debug, PartialEq, Eq)]
pub enum Closing {
    /// Not closing.
    No,
    /// It closes when the backup is ready.
    BackingUp,
    /// The backup failed for this reason; the user is asked.
    Failed(String),
    /// Ready to close.
    Now,
}

impl Leave {
    /// What follows after the job.
    const fn words(&self) -> &'static str {
        match self {
            Self::Lock => "The window is locked",
            Self::LetOthersWrite => "Others may write",
            Self::SignOut => "You are signed out",
            Self::CloseFile | Self::NewFile => "The file is closed",
            Self::Open(_) | Self::Example(_) => "The other file is opened",
            Self::Quit => "The window is closed",
        }
    }
}

impl App {
    /// Leaves; while a job writes, asks first.
    pub(super) fn leave(&mut self, what: Leave) {
        if !self.must_wait(&what) {
            self.leave_now(what);
        }
    }

    /// Whether a job that writes has to end first; if so, the user is asked.
    fn must_wait(&mut self, what: &Leave) -> bool {
        let holds = self.jobs.holding().is_some();
        if holds {
            self.dialogs.leaving = Some(Leaving { what: what.clone(), decided: false });
        }
        holds
    }

    fn leave_now(&mut self, what: Leave) {
        match what {
            Leave::Lock => self.lock("Locked."),
            Leave::LetOthersWrite => self.let_others_write(),
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

    /// After a job has returned the writer, leaves as requested.
    pub(super) fn leave_after_writing(&mut self) {
        if let Some(leaving) = self.dialogs.leaving.take() {
            self.leave_now(leaving.what);
        }
    }

    /// Whether a question is on screen that has to be answered first.
    pub(super) fn is_asking(&self) -> bool {
        self.dialogs.ask() || self.hands.ask() || matches!(self.closing, Closing::Failed(_))
    }

    /// Draws the questions about leaving.
    pub(super) fn draw_leaving(&mut self, ctx: &Context) {
        self.draw_writing_question(ctx);
        self.draw_backup_question(ctx);
    }

    fn draw_writing_question(&mut self, ctx: &Context) {
        let Some(leaving) = self.dialogs.leaving.as_mut().filter(|leaving| !leaving.decided) else { return };
        let Some(held) = self.jobs.holding() else { return };
        let words = format!(
            "{} as soon as {the} has ended. If you cancel {the}, none of it is in the file.",
            leaving.what.words(),
            the = held.the
        );
        let mut cancel = false;
        let dialog = Dialog::new("leaving", held.is, "Wait for it").cancel("Continue working");
        let outcome = dialog.show(ctx, |ui| {
            ui.add(Label::new(body(words)).wrap());
            ui.add_space(space::S);
            cancel = ui.button(format!("Cancel {}", held.the)).clicked();
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
            held.progress.cancel();
        }
    }

    fn draw_backup_question(&mut self, ctx: &Context) {
        let Closing::Failed(words) = &self.closing else { return };
        let mut without = false;
        let dialog = Dialog::new("closing", "No backup was made", "Try again").cancel("Continue working");
        let outcome = dialog.show(ctx, |ui| {
            ui.add(Label::new(body(words)).wrap());
            ui.add_space(space::S);
            ui.add(Label::new(body("The file itself is unchanged; only the backup is missing.")).wrap());
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

    /// Keeps the window open until nothing is being written and the closing backup is ready.
    pub(super) fn keep_closing(&mut self, ctx: &Context) {
        let asked = ctx.input(|input| input.viewport().close_requested());
        if asked && self.closing != Closing::Now {
            if self.must_wait(&Leave::Quit) {
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

    /// Asks the user about a backup that failed while the window was closing. Returns `false` if it is not closing.
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
