//! Several SOUP items at once: fields that fit all of them, and the approval for use of all that may be.

use eframe::egui::Ui;

use super::deciding::Deciding;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::Fields;
use crate::domain::soup_item::APPROVE;
use crate::domain::text::{capital, counted, sentence};
use crate::ops::jobs::{Job, Progress};
use crate::ops::{Act, MayStep, ProductFile, Refused, Request};
use crate::ui::cx::{Command, Cx, LongWrite, Slot, Wrote, outcome_of};
use crate::ui::screens::panels::SeveralPart;
use crate::ui::screens::record::field_context::FieldContext;
use crate::ui::theme::{Tone, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::read_lines::read_lines_ui;
use crate::ui::widgets::text::TextLine;

/// The fields that often are the same for many items.
const FIELDS: [&str; 9] = [
    "risk_tier",
    "can_contribute",
    "hazards",
    "hazard_rationale",
    "requirements",
    "environment",
    "responsibility",
    "responsibility_rationale",
    "no_list",
];

/// The dialog that is open.
enum Open {
    Fields(Deciding),
    /// Which may be approved for use is being looked up, or is known.
    Approve(Option<Job<MayStep>>, Option<Result<MayStep, Refused>>),
}

/// What can be done with several items.
#[derive(Default)]
pub struct SeveralItems {
    ids: Vec<RecordId>,
    open: Option<Open>,
    reason: Option<String>,
    written: Option<Slot<Option<Refused>>>,
    refusal: Option<String>,
}

impl SeveralPart for SeveralItems {
    fn buttons_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, chosen: &[RecordId]) {
        let may = |roles: &[crate::domain::person::Role]| {
            roles.iter().any(|role| cx.session.roles().contains(role))
        };
        let (edits, approves) = {
            let def = Kind::SoupItem.def();
            (may(def.edit_by), def.find_move(APPROVE).is_some_and(|step| may(step.by)))
        };
        if edits && ui.button("Set fields…").on_hover_text("The same in all of them").clicked() {
            self.begin(chosen, Open::Fields(Deciding::of(Kind::SoupItem, &FIELDS)));
        }
        let words = "Those that have everything for it; the others are named";
        if approves && ui.button("Approve for use…").on_hover_text(words).clicked() {
            let (path, session, stamp) = (cx.file.path().to_owned(), cx.session.for_job(), cx.stamp.clone());
            let ids = chosen.to_vec();
            let job = cx.start(ui.ctx(), "Checking the items", move |progress| {
                let all = ids.len().max(1) as f32;
                ProductFile::open_for_job(&path)?.may_step(
                    &session,
                    (&ids, APPROVE),
                    &|done| progress.at(done as f32 / all),
                    &stamp,
                )
            });
            self.begin(chosen, Open::Approve(job, None));
        }
    }

    fn takes(&self, step: &str) -> bool {
        step == APPROVE
    }

    fn dialog_ui(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        match outcome_of(&mut self.written) {
            Wrote::Done => self.open = None,
            Wrote::Refused(Refused::NeedsReason(_)) if self.reason.is_none() => {
                self.reason = Some(String::new());
            }
            Wrote::Refused(refusal) => self.refusal = Some(sentence(&refusal.to_string())),
            Wrote::NotYet => {}
        }
        match self.open.take() {
            None => {}
            Some(Open::Fields(typed)) => self.fields_ui(ui, cx, typed),
            Some(Open::Approve(job, known)) => self.approve_ui(ui, cx, (job, known)),
        }
    }
}

impl SeveralItems {
    fn begin(&mut self, chosen: &[RecordId], open: Open) {
        *self = Self { ids: chosen.to_vec(), open: Some(open), ..Self::default() };
    }

    fn fields_ui(&mut self, ui: &Ui, cx: &mut Cx<'_>, mut typed: Deciding) {
        let Ok(context) = FieldContext::of(cx) else { return };
        let set = typed.filled(&context);
        let missing: Vec<String> = match &set {
            _ if self.written.is_some() => vec!["It is being written".to_owned()],
            Err(why) => vec![why.clone()],
            Ok(set) if set.is_empty() => vec!["No field is filled".to_owned()],
            Ok(_) if self.reason.as_ref().is_some_and(|reason| reason.trim().is_empty()) => {
                vec!["Why it is changed is missing".to_owned()]
            }
            Ok(_) => Vec::new(),
        };
        let title = format!("Set fields of {}", counted(self.ids.len(), "item"));
        let dialog = Dialog::new("several_fields", &title, "Set").missing(&missing).width(620.0);
        let outcome = dialog.show(ui.ctx(), |ui| {
            ui.spacing_mut().item_spacing.y = space::M;
            ui.label(hint(ui, "Fields that you fill are set in all of them. Empty ones stay as they are."));
            refusal_ui(ui, self.refusal.as_deref());
            if let Some(reason) = &mut self.reason {
                Field::new("Why it is changed")
                    .required("some of them are approved for use")
                    .show(ui, |ui| ui.add(TextLine::new(reason)));
            }
            for name in FIELDS {
                typed.input_ui(ui, (name, ""), &context);
            }
        });
        match (outcome, set) {
            // What is being written goes on; the app says if it is refused.
            (Outcome::Cancelled, _) => self.written = None,
            (Outcome::Confirmed, Ok(set)) => {
                self.write_fields(cx, &set);
                self.open = Some(Open::Fields(typed));
            }
            (Outcome::Confirmed | Outcome::Open | Outcome::Refused, _) => {
                self.open = Some(Open::Fields(typed));
            }
        }
    }

    fn write_fields(&mut self, cx: &mut Cx<'_>, set: &Fields) {
        let reason = self.reason.as_ref().map(|reason| reason.trim().to_owned());
        let acts = self.ids.iter().map(|id| {
            let edit = Request::Edit { id: *id, set: set.clone() };
            Act { reason: reason.clone(), ..Act::from(edit) }
        });
        let words = format!("{} set in {}.", counted(set.len(), "field"), counted(self.ids.len(), "item"));
        self.write(cx, acts.collect(), words);
    }

    fn write(&mut self, cx: &mut Cx<'_>, acts: Vec<Act>, words: String) {
        self.refusal = None;
        let (write, answer) =
            LongWrite::new("Writing the items", move |file, session, stamp, progress: &Progress| {
                let all = acts.len().max(1) as f32;
                let go_on = |done: usize| progress.at(done as f32 / all);
                let done = file.perform_all(session, acts, &go_on, stamp);
                done.map(|_| words).map_err(|(_, refusal)| refusal)
            });
        self.written = Some(answer);
        cx.ask(Command::WriteInBackground(write));
    }

    fn approve_ui(
        &mut self,
        ui: &Ui,
        cx: &mut Cx<'_>,
        (job, known): (Option<Job<MayStep>>, Option<Result<MayStep, Refused>>),
    ) {
        let known = job.as_ref().and_then(Job::poll).or(known);
        let missing: Vec<String> = match &known {
            _ if self.written.is_some() => vec!["It is being written".to_owned()],
            None => vec!["The items are being checked".to_owned()],
            Some(Ok(found)) if found.may.is_empty() => {
                vec!["None of them has everything that it needs".to_owned()]
            }
            Some(Err(refusal)) => vec![refusal.to_string()],
            Some(Ok(_)) => Vec::new(),
        };
        let title = format!("Approve {} for use", counted(self.ids.len(), "item"));
        let confirm = match &known {
            Some(Ok(found)) if !found.may.is_empty() => format!("Approve {}", found.may.len()),
            _ => "Approve".to_owned(),
        };
        let dialog = Dialog::new("several_approve", &title, &confirm).missing(&missing).width(620.0);
        let outcome = dialog.show(ui.ctx(), |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            refusal_ui(ui, self.refusal.as_deref());
            match &known {
                None => {
                    ui.label(hint(ui, "The items are being checked…"));
                }
                Some(Err(refusal)) => refusal_ui(ui, Some(&capital(&refusal.to_string()))),
                Some(Ok(found)) => may_step_ui(ui, found),
            }
        });
        match (outcome, known) {
            (Outcome::Cancelled, _) => self.written = None,
            (Outcome::Confirmed, Some(Ok(found))) => {
                let acts = found.may.iter().map(|id| {
                    let go = APPROVE.to_owned();
                    Act::from(Request::Move { id: *id, go, set: Fields::new() })
                });
                let words = format!("{} approved for use.", counted(found.may.len(), "item"));
                self.write(cx, acts.collect(), words);
                self.open = Some(Open::Approve(None, Some(Ok(found))));
            }
            (Outcome::Confirmed | Outcome::Open | Outcome::Refused, known) => {
                let job = if known.is_some() { None } else { job };
                self.open = Some(Open::Approve(job, known));
            }
        }
    }
}

fn refusal_ui(ui: &mut Ui, words: Option<&str>) {
    if let Some(words) = words {
        banner_ui(ui, &Notice::problem(words, "Nothing was changed."), false);
    }
}

/// Which may take the step, and why the others may not.
fn may_step_ui(ui: &mut Ui, found: &MayStep) {
    if !found.may.is_empty() {
        let words = format!("{} with everything that the approval needs", counted(found.may.len(), "item"));
        tone_words_ui(ui, Tone::Good, &words);
    }
    if found.not.is_empty() {
        return;
    }
    tone_words_ui(ui, Tone::Due, &format!("Not yet: {}", counted(found.not.len(), "item")));
    read_lines_ui(ui, ("not", 240.0), &found.not, |(id, why)| format!("{id}: {why}").into());
}
