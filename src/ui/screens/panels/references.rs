//! Above the list of clock templates: the reference limits of the product's markets that can be taken over. The program does not decide
//! what is reportable.

use std::collections::BTreeSet;

use eframe::egui::{Label, Ui};

use super::{ListPart, ListPartDef};
use crate::domain::choice::Choice as _;
use crate::domain::clock_template::{CAPTION, Reference};
use crate::domain::ids::Kind;
use crate::domain::text::{counted, sentence};
use crate::ops::{Clocks, Refused};
use crate::ui::cx::{Command, Cx, Slot, Write, Wrote, outcome_of};
use crate::ui::looking::Looking;
use crate::ui::theme::{hint, space};
use crate::ui::widgets::button::button_in_reach_ui;
use crate::ui::widgets::check::check_ui;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::{Notice, banner_ui};

pub(super) const LIST_PART: ListPartDef =
    ListPartDef { kind: Kind::ClockTemplate, open: || Box::new(References::default()) };

#[derive(Default)]
struct References {
    looking: Looking<Clocks>,
    taking: Option<Taking>,
}

impl ListPart for References {
    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.looking.keep_up(ui.ctx(), cx, |file, now| file.clocks(now));
        let may = cx.may_make(Kind::ClockTemplate);
        let untaken = self.looking.get().map(|clocks| clocks.untaken.clone()).unwrap_or_default();
        ui.add(Label::new(hint(ui, CAPTION)).wrap());
        if !untaken.is_empty() {
            ui.horizontal_wrapped(|ui| {
                let words =
                    "Makes a template of each chosen limit; none is used before a person confirmed it";
                if may && button_in_reach_ui(ui, "Take over reference values…", words) {
                    self.taking = Some(Taking::of(&untaken));
                }
                let words = format!(
                    "{} of the product's markets without a template",
                    counted(untaken.len(), "reference limit")
                );
                ui.label(hint(ui, words));
            });
        }
        ui.add_space(space::S);
        if let Some(taking) = &mut self.taking
            && !taking.ui(ui, cx)
        {
            self.taking = None;
        }
    }
}

/// The dialog in which limits are chosen.
struct Taking {
    offered: Vec<&'static Reference>,
    chosen: BTreeSet<&'static str>,
    written: Option<Slot<Option<Refused>>>,
    refusal: Option<Refused>,
}

impl Taking {
    fn of(offered: &[&'static Reference]) -> Self {
        let chosen = offered.iter().map(|reference| reference.title).collect();
        Self { offered: offered.to_vec(), chosen, written: None, refusal: None }
    }

    /// Draws it; returns whether it goes on.
    fn ui(&mut self, ui: &Ui, cx: &mut Cx<'_>) -> bool {
        match outcome_of(&mut self.written) {
            Wrote::NotYet => {}
            Wrote::Done => return false,
            Wrote::Refused(refusal) => self.refusal = Some(refusal),
        }
        let missing: Vec<String> =
            if self.chosen.is_empty() { vec!["Choose at least one limit".to_owned()] } else { Vec::new() };
        let dialog = Dialog::new("references", "Take over reference values", "Take over")
            .missing(&missing)
            .width(640.0);
        let outcome = dialog.show(ui.ctx(), |ui| {
            if let Some(refusal) = &self.refusal {
                let words = sentence(&refusal.to_string());
                banner_ui(ui, &Notice::problem(words, "Nothing was taken over."), false);
            }
            ui.add(Label::new(hint(ui, CAPTION)).wrap());
            ui.add_space(space::XS);
            for reference in &self.offered {
                let mut on = self.chosen.contains(reference.title);
                if check_ui(ui, &mut on, reference.title).changed() {
                    if on {
                        self.chosen.insert(reference.title);
                    } else {
                        self.chosen.remove(reference.title);
                    }
                }
                let (amount, unit) = reference.limit;
                let words =
                    format!("{amount} {} · {} · {}", unit.word(), reference.starts_with, reference.source);
                ui.indent(reference.title, |ui| ui.add(Label::new(hint(ui, words)).wrap()));
            }
        });
        match outcome {
            Outcome::Open | Outcome::Refused => true,
            Outcome::Cancelled => false,
            Outcome::Confirmed => {
                self.take(cx);
                true
            }
        }
    }

    fn take(&mut self, cx: &mut Cx<'_>) {
        let names: Vec<&'static str> = self.chosen.iter().copied().collect();
        let (write, answer) = Write::new(move |file, session, stamp| {
            let count = file.take_references(session, &names, None, stamp)?;
            Ok(format!("{} to confirm with current law.", counted(count, "template")))
        });
        self.written = Some(answer);
        cx.ask(Command::Write(write));
    }
}
