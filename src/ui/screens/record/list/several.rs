//! One decision for several chosen records: an owner, or a step. A step that fits only some of them says which, and why.

use eframe::egui::{Label, Ui};

use super::ListScreen;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::PersonState;
use crate::domain::record::Fields;
use crate::domain::text::first_of;
use crate::domain::workflow::Move;
use crate::ops::{Act, Request};
use crate::ui::cx::{Command, Cx, Then};
use crate::ui::theme::{body, hint, space};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::text::TextLine;

/// Most numbers of records that a sentence names.
const NAMED: usize = 8;

/// A step for several records that is asked about.
pub(super) struct Asking {
    step: &'static str,
    reason: String,
    /// Those that it fits.
    fits: Vec<RecordId>,
    /// Those that it does not fit, in sentences by their state.
    not: Vec<String>,
}

impl ListScreen {
    /// The number of records, and the actions for the selected ones.
    pub(super) fn summary_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let chosen = self.table.selected.len();
        ui.horizontal_wrapped(|ui| {
            ui.set_min_height(space::ROW);
            ui.label(hint(ui, self.totals.count_words()));
            if chosen < 2 || !cx.writable() {
                return;
            }
            ui.add_space(space::S);
            ui.label(format!("{chosen} selected"));
            self.assign_menu(ui, cx);
            if let Some(mut several) = self.several.take() {
                let ids: Vec<RecordId> = self.chosen().map(|line| line.id).collect();
                several.buttons_ui(ui, cx, &ids);
                self.several = Some(several);
            }
            for step in self.moves(cx) {
                self.move_button(ui, cx, step);
            }
        });
    }

    fn move_button(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, step: &'static Move) {
        let asking = self.asking_for(step);
        let whole = asking.not.is_empty();
        let asks = if step.reason || !whole { "…" } else { "" };
        let some = if whole {
            String::new()
        } else {
            format!(" ({} of {})", asking.fits.len(), self.chosen().count())
        };
        let button = ui.button(format!("{}{some}{asks}", step.label));
        let button = if whole { button } else { button.on_hover_text(asking.not.join("\n")) };
        if !button.clicked() {
            return;
        }
        if step.reason || !whole {
            self.asking = Some(asking);
        } else {
            move_all(cx, &asking, None);
        }
    }

    fn assign_menu(&self, ui: &mut Ui, cx: &mut Cx<'_>) {
        if !self.kind.def().assignable {
            return;
        }
        let Ok(people) = cx.list(Kind::Person) else { return };
        let mut picked = None;
        ui.menu_button("Assign to…", |ui| {
            for person in people.iter().filter(|person| person.state == PersonState::Active.code()) {
                if ui.button(&person.title).clicked() {
                    picked = Some(person.id);
                    ui.close();
                }
            }
        });
        if let Some(owner) = picked {
            let ids: Vec<RecordId> = self.chosen().map(|line| line.id).collect();
            for id in ids {
                let act = Act::from(Request::Assign { id, owner: Some(owner) });
                cx.ask(Command::Perform { act, then: Then::Stay, draft: None });
            }
        }
    }

    /// Steps without signature that need no further fields and fit at least one of the selected records.
    fn moves(&self, cx: &Cx<'_>) -> Vec<&'static Move> {
        let states: std::collections::BTreeSet<&str> =
            self.chosen().map(|line| line.state.as_str()).collect();
        let mine = |step: &Move| step.by.iter().any(|role| cx.session.roles().contains(role));
        let moves = self.kind.def().moves.iter();
        moves
            .filter(|step| step.sign.is_none() && step.asks.is_empty() && mine(step))
            .filter(|step| step.from.iter().any(|state| states.contains(state)))
            .filter(|step| self.several.as_ref().is_none_or(|several| !several.takes(step.name)))
            .collect()
    }

    /// Which of the chosen records a step fits, and why not the others.
    fn asking_for(&self, step: &'static Move) -> Asking {
        let def = self.kind.def();
        let word = |code: &str| def.state(code).map_or("unknown", |state| state.word);
        let (fits, others): (Vec<_>, Vec<_>) =
            self.chosen().partition(|line| step.from.contains(&line.state.as_str()));
        let begins: Vec<&str> = step.from.iter().map(|code| word(code)).collect();
        let begins = begins.join(" or ");
        let not = def.states.iter().filter_map(|state| {
            let ids: Vec<String> = others
                .iter()
                .filter(|line| line.state == state.code)
                .map(|line| line.id.to_string())
                .collect();
            let is = if ids.len() == 1 { "is" } else { "are" };
            let words =
                format!("{} {is} {}; the step begins in {begins}.", first_of(&ids, NAMED), state.word);
            (!ids.is_empty()).then_some(words)
        });
        Asking {
            step: step.name,
            reason: String::new(),
            not: not.collect(),
            fits: fits.iter().map(|line| line.id).collect(),
        }
    }

    pub(super) fn dialog(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let Some(mut asking) = self.asking.take() else { return };
        let Some(step) = self.kind.def().find_move(asking.step) else { return };
        let records = if asking.fits.len() == 1 { "record" } else { "records" };
        let heading = format!("{} {} {records}", step.label, asking.fits.len());
        let none = step.reason && asking.reason.trim().is_empty();
        let missing: Vec<String> = none.then(|| "Reason is missing".to_owned()).into_iter().collect();
        let outcome = Dialog::new("several", &heading, step.label).missing(&missing).show(ui.ctx(), |ui| {
            if !asking.not.is_empty() {
                let ids: Vec<String> = asking.fits.iter().map(RecordId::to_string).collect();
                ui.add(Label::new(body(format!("The step fits {}.", first_of(&ids, NAMED)))).wrap());
                ui.label(body("It does not fit the others, which stay as they are:"));
                for words in &asking.not {
                    ui.add(Label::new(body(words)).wrap());
                }
            }
            if step.reason {
                Field::new("Reason")
                    .required("required")
                    .show(ui, |ui| ui.add(TextLine::new(&mut asking.reason)));
            }
        });
        match outcome {
            Outcome::Open | Outcome::Refused => self.asking = Some(asking),
            Outcome::Confirmed => {
                let reason = step.reason.then(|| asking.reason.trim().to_owned());
                move_all(cx, &asking, reason.as_deref());
            }
            Outcome::Cancelled => {}
        }
    }
}

fn move_all(cx: &mut Cx<'_>, asking: &Asking, reason: Option<&str>) {
    for id in &asking.fits {
        let mut act = Act::from(Request::Move { id: *id, go: asking.step.to_owned(), set: Fields::new() });
        act.reason = reason.map(str::to_owned);
        cx.commands.push(Command::Perform { act, then: Then::Stay, draft: None });
    }
}
