//! What the triage writes: decisions, their proposal and their confirmation, and the return of a proposal.

use eframe::egui::Ui;

use super::TriageScreen;
use crate::domain::finding::RETURN;
use crate::domain::ids::RecordId;
use crate::domain::record::Fields;
use crate::domain::text::{counted, sentence};
use crate::ops::{Act, Refused, Request, TriageDecision};
use crate::ui::cx::{Command, Cx, Several, Slot, Write};
use crate::ui::screens::record::field_context::FieldContext;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::text::TextLine;

/// What is being written, and what was refused.
#[derive(Default)]
pub(super) struct Acts {
    /// Findings whose decision is being stored.
    storing: Option<(Vec<RecordId>, Slot<Option<Refused>>)>,
    several: Option<Slot<Option<Refused>>>,
    /// Proposals that are being returned, with the reason.
    returning: Option<(Vec<RecordId>, String)>,
    problem: Option<String>,
}

impl Acts {
    /// Shows what was refused.
    pub(super) fn problem_ui(&mut self, ui: &mut Ui) {
        if let Some(words) = &self.problem
            && banner_ui(ui, &Notice::problem(words.clone(), ""), true)
        {
            self.problem = None;
        }
    }

    /// Asks to sign the proposals of these findings.
    pub(super) fn propose(&mut self, cx: &mut Cx<'_>, ids: &[RecordId]) {
        match cx.file.propose_acts(ids) {
            Ok(acts) => {
                let title = format!("Propose the decision on {}", counted(ids.len(), "finding"));
                self.ask(cx, title, acts);
            }
            Err(refusal) => self.problem = Some(sentence(&refusal.to_string())),
        }
    }

    /// Asks to sign the confirmation of what is proposed in these findings. Those that the person cannot confirm are named.
    pub(super) fn confirm(&mut self, cx: &mut Cx<'_>, ids: &[RecordId]) {
        match cx.file.confirm_acts(cx.session, ids, cx.stamp) {
            Ok((acts, not)) => {
                self.problem = not.first().map(|(id, why)| {
                    let more =
                        if not.len() > 1 { format!(" and {} more", not.len() - 1) } else { String::new() };
                    format!("{id}{more} cannot be confirmed by you now: {why}.")
                });
                if !acts.is_empty() {
                    let title = format!("Confirm the decision on {}", counted(acts.len(), "finding"));
                    self.ask(cx, title, acts);
                }
            }
            Err(refusal) => self.problem = Some(sentence(&refusal.to_string())),
        }
    }

    fn ask(&mut self, cx: &mut Cx<'_>, title: String, acts: Vec<Act>) {
        let answer = Slot::default();
        self.several = Some(answer.clone());
        cx.ask(Command::Several(Several { title, acts, answer }));
    }

    /// Asks why proposals are returned.
    pub(super) fn begin_return(&mut self, ids: &[RecordId]) {
        self.returning = Some((ids.to_vec(), String::new()));
    }

    /// Draws the dialog, if one is open.
    pub(super) fn dialog_ui(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let Some((ids, mut reason)) = self.returning.take() else { return };
        let missing: Vec<String> =
            reason.trim().is_empty().then(|| "Reason is missing".to_owned()).into_iter().collect();
        let title = format!("Return {} to investigation", counted(ids.len(), "finding"));
        let outcome = Dialog::new("returning", &title, "Return").missing(&missing).show(ui.ctx(), |ui| {
            Field::new("Reason").required("required").show(ui, |ui| ui.add(TextLine::new(&mut reason)));
        });
        match outcome {
            Outcome::Open | Outcome::Refused => self.returning = Some((ids, reason)),
            Outcome::Cancelled => {}
            Outcome::Confirmed => {
                let acts = ids.iter().map(|id| {
                    let step = Request::Move { id: *id, go: RETURN.to_owned(), set: Fields::new() };
                    Act::from(step).because(reason.trim())
                });
                self.ask(cx, title, acts.collect());
            }
        }
    }
}

impl TriageScreen {
    /// Stores the decision of the form, if it has everything.
    pub(super) fn store(&mut self, cx: &mut Cx<'_>) {
        let Some(form) = &mut self.form else { return };
        if self.acts.storing.is_some() {
            return;
        }
        if let Some(blank) = form.first_blank() {
            form.tried = true;
            form.focus = Some(blank);
            return;
        }
        let Ok(context) = FieldContext::of(cx) else { return };
        let set = match form.fields(&context) {
            Ok(set) => set,
            Err(why) => {
                self.acts.problem = Some(format!("{why}."));
                return;
            }
        };
        let reason = form.reason.as_ref().map(|reason| reason.trim().to_owned());
        let ids = form.ids.clone();
        let (decision, of) = (TriageDecision { set, reason }, ids.clone());
        let (write, answer) = Write::new(move |file, session, stamp| {
            let changed = file.judge_findings(session, (&of, &decision), stamp)?;
            Ok(format!("{} stored.", counted(changed, "decision")))
        });
        self.acts.storing = Some((ids, answer));
        self.acts.problem = None;
        cx.ask(Command::Write(write));
    }

    /// Takes what became of what was written. A decision that is stored gives way to the next finding.
    pub(super) fn follow_acts(&mut self) {
        if let Some((ids, slot)) = self.acts.storing.take() {
            match slot.take() {
                None => self.acts.storing = Some((ids, slot)),
                Some(None) => self.stored_now(ids),
                Some(Some(Refused::NeedsReason(_))) => {
                    if let Some(form) = self.form.as_mut().filter(|form| form.ids == ids) {
                        form.reason.get_or_insert_with(String::new);
                        form.tried = true;
                    }
                }
                Some(Some(refusal)) => {
                    self.acts.problem =
                        Some(format!("{} Nothing was stored.", sentence(&refusal.to_string())));
                }
            }
        }
        match self.acts.several.as_ref().and_then(Slot::take) {
            None => {}
            Some(None | Some(Refused::NoChange)) => {
                self.acts.several = None;
                self.picked.table.focus();
            }
            Some(Some(refusal)) => {
                self.acts.several = None;
                self.acts.problem = Some(sentence(&refusal.to_string()));
            }
        }
    }

    fn stored_now(&mut self, ids: Vec<RecordId>) {
        self.form = None;
        let last = self.picked.table.selected.iter().next_back().copied();
        let first = self.picked.table.selected.iter().next().copied();
        self.stored.extend(ids);
        match self.filter {
            // The rows go away, and the next one takes the place of the first of them.
            super::Filter::ToDecide => self.picked.table.cursor = first,
            super::Filter::ToPropose
            | super::Filter::ForMe
            | super::Filter::Proposed
            | super::Filter::Decided
            | super::Filter::All => {
                if let Some(row) = last {
                    self.picked.table.go_to((row + 1).min(self.picked.order.len().saturating_sub(1)));
                }
            }
        }
        self.picked.table.focus();
    }
}
