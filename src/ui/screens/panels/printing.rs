//! A document that is made beside the window and then saved: letters of a communication, the guide of a retirement plan.

use eframe::egui::Ui;

use crate::ops::jobs::Job;
use crate::ops::{PrintedLetter, ProductFile, Refused, Stamp};
use crate::ui::cx::{Command, Cx};
use crate::ui::theme::hint;
use crate::ui::widgets::button::button_or_why_ui;
use crate::ui::widgets::notice::Notice;

/// The words of a document: its button, what the button does, its job, and what is said meanwhile.
pub(super) struct Words {
    pub button: &'static str,
    pub hover: &'static str,
    pub job: &'static str,
    pub meanwhile: &'static str,
}

/// The document that is being made, if one is.
pub(super) struct Printing {
    /// The name under which it is offered to be saved.
    suggested: String,
    job: Option<Job<PrintedLetter>>,
}

impl Printing {
    pub(super) const fn new(suggested: String) -> Self {
        Self { suggested, job: None }
    }

    /// Draws the button. A document that is ready is offered to be saved.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Cx<'_>,
        words: &Words,
        make: impl FnOnce(&ProductFile, &Stamp) -> Result<PrintedLetter, Refused> + Send + 'static,
    ) {
        self.finish(cx);
        let idle = self.job.is_none();
        if button_or_why_ui(ui, idle, words.button, words.meanwhile).on_hover_text(words.hover).clicked() {
            let (path, stamp) = (cx.file.path().to_owned(), cx.stamp.clone());
            self.job = cx.start(ui.ctx(), words.job, move |_| {
                let file = ProductFile::open_for_job(&path)?;
                make(&file, &stamp)
            });
        }
        if !idle {
            ui.label(hint(ui, words.meanwhile));
        }
    }

    fn finish(&mut self, cx: &mut Cx<'_>) {
        let Some(outcome) = self.job.as_ref().and_then(Job::poll) else { return };
        self.job = None;
        match outcome {
            Ok(printed) => {
                for warning in printed.warnings {
                    cx.ask(Command::Notify(Notice::info(warning)));
                }
                let suggested_name = self.suggested.clone();
                cx.ask(Command::SaveFile { suggested_name, bytes: printed.pdf });
            }
            Err(refusal) => say(cx, &refusal),
        }
    }
}

/// Says why nothing was written.
pub(super) fn say(cx: &mut Cx<'_>, refusal: &Refused) {
    let words = crate::domain::text::sentence(&refusal.to_string());
    cx.ask(Command::Notify(Notice::problem(words, "Nothing was written.")));
}
