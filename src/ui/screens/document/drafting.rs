//! The rehearsal of a draft: which plan takes which texts, and only then it is written.

use std::collections::BTreeSet;

use eframe::egui;
use egui::{Label, Ui};

use super::Reviewed;
use crate::domain::text::{capital, counted, sentence};
use crate::ops::documents::{self, PlanForTexts, PlannedDraft, TakenText, Texts};
use crate::ops::{EvidenceFile, Refused};
use crate::ui::cx::{Command, Cx, LongWrite, Route, Slot, Wrote, outcome_of};
use crate::ui::theme::{Tone, body, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::read_lines::read_lines_ui;
use crate::ui::widgets::text::TextLine;

/// The dialog of one draft.
pub(super) struct Drafting {
    planned: PlannedDraft,
    lines: Vec<String>,
    /// Why a plan that was signed before is changed, once it is asked.
    reason: Option<String>,
    written: Option<Slot<Option<Refused>>>,
    refusal: Option<Refused>,
    done: bool,
}

impl Drafting {
    /// Rehearses the draft of the accepted points.
    pub(super) fn begin(
        reviewed: &Reviewed,
        plan: &PlanForTexts,
        accepted: &BTreeSet<&'static str>,
    ) -> Result<Self, Refused> {
        let planned = plan.draft(&reviewed.review, &reviewed.name(), Texts::Accepted(accepted))?;
        let lines = planned.drafted.taken.iter().map(line_of).collect();
        Ok(Self { planned, lines, reason: None, written: None, refusal: None, done: false })
    }

    /// Whether the draft is written.
    pub(super) const fn is_done(&self) -> bool {
        self.done
    }

    /// Draws the dialog; returns whether it goes on.
    pub(super) fn ui(&mut self, ui: &Ui, cx: &mut Cx<'_>, reviewed: &Reviewed) -> bool {
        match outcome_of(&mut self.written) {
            Wrote::NotYet => {}
            Wrote::Done => {
                self.done = true;
                cx.go(Route::Record(self.planned.drafted.target.plan()));
                return false;
            }
            Wrote::Refused(Refused::NeedsReason(_)) if self.reason.is_none() => {
                self.reason = Some(String::new());
            }
            Wrote::Refused(refusal) => self.refusal = Some(refusal),
        }
        let missing = self.missing();
        let dialog =
            Dialog::new("draft_plan", "Draft the plan from a document", "Write the draft").missing(&missing);
        match dialog.width(620.0).show(ui.ctx(), |ui| self.body_ui(ui, reviewed)) {
            Outcome::Open | Outcome::Refused => true,
            Outcome::Cancelled => false,
            Outcome::Confirmed => {
                self.write(cx, reviewed);
                true
            }
        }
    }

    fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        if self.written.is_some() {
            missing.push("It is being written".to_owned());
        }
        if self.reason.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
            missing.push("The reason is missing".to_owned());
        }
        missing
    }

    fn body_ui(&mut self, ui: &mut Ui, reviewed: &Reviewed) {
        ui.spacing_mut().item_spacing.y = space::S;
        let drafted = &self.planned.drafted;
        let words = format!(
            "{} will be written into {}:",
            counted(drafted.taken.len(), "text"),
            drafted.target.words()
        );
        ui.add(Label::new(body(words)).wrap());
        read_lines_ui(ui, ("texts", 220.0), &self.lines, |line| line.as_str().into());
        let replaced = drafted.taken.iter().filter(|one| one.replaces).count();
        if replaced > 0 {
            let words = format!("{replaced} of them in the place of what the plan says now.");
            tone_words_ui(ui, Tone::Due, &words);
        }
        let words = format!(
            "{} is attached to the plan as evidence. Numbers, roles and tables are entered by hand. The plan is a draft until it is \
             submitted and approved.",
            reviewed.name()
        );
        ui.add(Label::new(hint(ui, words)).wrap());
        if let Some(reason) = &mut self.reason {
            Field::new("Why it is changed").required("required").show(ui, |ui| ui.add(TextLine::new(reason)));
        }
        if let Some(refusal) = &self.refusal {
            banner_ui(ui, &Notice::problem(sentence(&refusal.to_string()), "Nothing was written."), false);
        }
    }

    fn write(&mut self, cx: &mut Cx<'_>, reviewed: &Reviewed) {
        let (planned, bytes) = (self.planned.clone(), std::sync::Arc::clone(&reviewed.bytes));
        let (name, place) = (reviewed.name(), reviewed.path.display().to_string());
        let description = documents::description_of(reviewed.review.kind);
        let reason = self.reason.as_ref().map(|reason| reason.trim().to_owned());
        let (write, answer) = LongWrite::new("Drafting the plan", move |file, session, stamp, _| {
            let document = EvidenceFile { name, place, description, bytes: bytes.to_vec() };
            let made = file.draft_plan(session, (planned, document), reason.as_deref(), stamp)?;
            let texts = counted(made.taken.len(), "text");
            Ok(format!("{} drafted into {}. The document is attached.", texts, made.target.plan()))
        });
        self.refusal = None;
        self.written = Some(answer);
        cx.ask(Command::WriteInBackground(write));
    }
}

fn line_of(one: &TakenText) -> String {
    let replaces = if one.replaces { ", replaced" } else { "" };
    format!("{}: from {}{replaces}", capital(one.label), one.from)
}
