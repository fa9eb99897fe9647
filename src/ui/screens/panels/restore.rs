//! The restore test of the archive in the window: a copy is read beside it, what was verified is shown, and only then it is noted in the
//! retirement plan.

use std::path::PathBuf;

use eframe::egui;
use egui::{Label, Ui};

use super::refused_words;
use crate::domain::ids::RecordId;
use crate::ops::jobs::Job;
use crate::ops::{ProductFile, Refused, RestoredCopy};
use crate::ui::cx::{Command, Cx, Slot, Write, Wrote, outcome_of};
use crate::ui::dialogs::ENDING;
use crate::ui::screens::parts::progress_ui;
use crate::ui::theme::{Tone, body, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::text::TextLine;

/// The dialog of one copy.
pub(super) struct RestoreTest {
    plan: RecordId,
    chosen: Slot<PathBuf>,
    path: Option<PathBuf>,
    job: Option<Job<RestoredCopy>>,
    tested: Option<Result<RestoredCopy, Refused>>,
    location: String,
    written: Option<Slot<Option<Refused>>>,
    refusal: Option<Refused>,
}

impl RestoreTest {
    /// Asks for the copy.
    pub(super) fn begin(cx: &mut Cx<'_>, plan: RecordId) -> Self {
        let chosen = Slot::default();
        cx.ask(Command::ChooseFile {
            title: "Test a restored copy".to_owned(),
            kind: "Product file",
            endings: &[ENDING],
            answer: chosen.clone(),
        });
        Self {
            plan,
            chosen,
            path: None,
            job: None,
            tested: None,
            location: String::new(),
            written: None,
            refusal: None,
        }
    }

    /// Draws the dialog once a copy is chosen; returns whether it goes on.
    pub(super) fn ui(&mut self, ui: &Ui, cx: &mut Cx<'_>) -> bool {
        if let Some(path) = self.chosen.take() {
            self.test(ui, cx, path);
        }
        if self.path.is_none() {
            // No copy is chosen yet, or none at all.
            return true;
        }
        if let Some(outcome) = self.job.as_ref().and_then(Job::poll) {
            self.job = None;
            self.tested = Some(outcome);
        }
        match outcome_of(&mut self.written) {
            Wrote::NotYet => {}
            Wrote::Done => return false,
            Wrote::Refused(refusal) => self.refusal = Some(refusal),
        }
        self.dialog(ui, cx)
    }

    /// Reads and verifies the copy beside the window.
    fn test(&mut self, ui: &Ui, cx: &mut Cx<'_>, path: PathBuf) {
        let (own, copy) = (cx.file.path().to_owned(), path.clone());
        self.path = Some(path);
        self.job = cx.start(ui.ctx(), "Testing the restored copy", move |progress| {
            progress.step("Verifying the restored copy", 0.0)?;
            ProductFile::open_for_job(&own)?.test_restore(&copy, &|share| progress.at(share))
        });
    }

    fn missing(&self) -> Vec<String> {
        let missing = match &self.tested {
            None => Some("The copy is being verified"),
            Some(Err(_)) => Some("The copy did not pass"),
            Some(Ok(_)) => self.location.trim().is_empty().then_some("Where the copy is kept is missing"),
        };
        missing.map(str::to_owned).into_iter().collect()
    }

    fn dialog(&mut self, ui: &Ui, cx: &mut Cx<'_>) -> bool {
        let missing = self.missing();
        let dialog = Dialog::new("restore test", "Test a restored copy", "Note the result").missing(&missing);
        let outcome = dialog.width(620.0).show(ui.ctx(), |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            self.contents_ui(ui);
        });
        match outcome {
            Outcome::Open | Outcome::Refused => true,
            Outcome::Cancelled => false,
            Outcome::Confirmed => {
                self.note(cx);
                true
            }
        }
    }

    fn contents_ui(&mut self, ui: &mut Ui) {
        let words = "The copy is opened and verified as a whole, and compared with this file. Neither of them is changed.";
        ui.add(Label::new(hint(ui, words)).wrap());
        if let Some(path) = &self.path {
            ui.add(Label::new(hint(ui, path.display().to_string())).truncate());
        }
        if let Some(job) = &self.job {
            progress_ui(ui, job.progress());
        }
        let refused = match &self.tested {
            Some(Err(refusal)) => Some(refusal),
            Some(Ok(_)) | None => self.refusal.as_ref(),
        };
        if let Some(refusal) = refused {
            let happened = refused_words(refusal, self.path.as_deref());
            banner_ui(ui, &Notice::problem(happened, "Nothing was noted."), false);
        }
        if let Some(Ok(tested)) = &self.tested {
            tone_words_ui(ui, Tone::Good, "The copy can be restored");
            ui.add(Label::new(body(format!("{}.", tested.result))).wrap());
            Field::new("Where the copy is kept")
                .required("required")
                .show(ui, |ui| ui.add(TextLine::new(&mut self.location).hint("Vault B")));
        }
    }

    /// Asks to note the result.
    fn note(&mut self, cx: &mut Cx<'_>) {
        let Some(Ok(tested)) = &self.tested else { return };
        let tested = tested.clone();
        let (plan, location) = (self.plan, self.location.trim().to_owned());
        let (write, answer) = Write::new(move |file, session, stamp| {
            file.note_restore_test(session, (plan, None), (&tested, &location), stamp)?;
            Ok(format!("The restore test at {location} was noted in {plan}."))
        });
        self.written = Some(answer);
        cx.ask(Command::Write(write));
    }
}
