//! Above the list of process deviations: what the file shows of a bypass, and the button that raises a deviation of it.

use eframe::egui;
use egui::{Frame, Label, Margin, Ui};

use super::{ListPart, ListPartDef};
use crate::domain::ids::Kind;
use crate::domain::process_deviation::Sign;
use crate::ops::{Head, Refused};
use crate::ui::cx::{Cx, Route};
use crate::ui::screens::parts::refusal_ui;
use crate::ui::theme::{Tone, hint, palette, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::heading::title_ui;
use crate::ui::widgets::link::link_ui;

pub(super) const LIST_PART: ListPartDef =
    ListPartDef { kind: Kind::ProcessDeviation, open: || Box::new(Signs::default()) };

/// Signs shown before "Show all".
const SHOWN: usize = 4;

#[derive(Default)]
struct Signs {
    read: Option<(Head, Result<Vec<Sign>, Refused>)>,
    all: bool,
}

impl ListPart for Signs {
    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let stale = self.read.as_ref().is_none_or(|(head, _)| head != cx.file.head());
        if stale {
            self.read = Some((cx.file.head().clone(), signs_of(cx)));
        }
        let signs = match &self.read {
            Some((_, Ok(signs))) => signs,
            Some((_, Err(refusal))) => return refusal_ui(ui, refusal),
            None => return,
        };
        if signs.is_empty() {
            return;
        }
        let frame = Frame::new().fill(palette(ui).surface).corner_radius(8).inner_margin(Margin::same(16));
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            title_ui(ui, "The file shows…");
            ui.add(
                Label::new(hint(ui, "Signs that the process was bypassed, which no deviation tells yet."))
                    .wrap(),
            );
            let shown = if self.all { signs.len() } else { signs.len().min(SHOWN) };
            for (index, sign) in signs.iter().take(shown).enumerate() {
                ui.push_id(index, |ui| sign_ui(ui, cx, sign));
            }
            if signs.len() > SHOWN {
                let words = if self.all {
                    format!("Show the first {SHOWN}")
                } else {
                    format!("Show all {}", signs.len())
                };
                if link_ui(ui, &words).clicked() {
                    self.all = !self.all;
                }
            }
        });
        ui.add_space(space::M);
    }
}

/// The signs of a bypass that the file shows.
pub(super) fn signs_of(cx: &Cx<'_>) -> Result<Vec<Sign>, Refused> {
    cx.file.deviation_signs()
}

/// The form of the deviation that a sign offers, discovered by the person who raises it.
pub(super) fn deviation_of(cx: &Cx<'_>, sign: &Sign) -> Route {
    let mut set = sign.offered.clone();
    set.entry("discovered_by").or_insert_with(|| cx.session.name().into());
    Route::new_from(Kind::ProcessDeviation, set)
}

/// What the file shows, the records that show it, and the button.
fn sign_ui(ui: &mut Ui, cx: &mut Cx<'_>, sign: &Sign) {
    ui.add_space(space::S);
    tone_words_ui(ui, Tone::Late, &sign.what);
    ui.horizontal_wrapped(|ui| {
        if cx.may_make(Kind::ProcessDeviation) && ui.button("Raise a deviation…").clicked() {
            cx.go(deviation_of(cx, sign));
        }
        for record in &sign.records {
            if link_ui(ui, &record.to_string()).clicked() {
                cx.go(Route::of(*record));
            }
        }
        ui.label(hint(ui, format!("{}: {}", sign.clause, sign.rule)));
    });
}
