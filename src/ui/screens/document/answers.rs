//! The points of a document: found with its place and passage, or missing with clause, common audit finding and what to write; and
//! the ticks of what a person accepts.

use std::collections::BTreeSet;

use eframe::egui;
use egui::{CollapsingHeader, Label, Ui};

use crate::domain::document_review::{Answer, Found, Review};
use crate::domain::ids::Kind;
use crate::domain::text::capital;
use crate::ops::documents::{PlanForTexts, text_field};
use crate::ui::theme::{Tone, body, bold, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::button::segments_ui;
use crate::ui::widgets::check::check_ui;
use crate::ui::widgets::heading::title_ui;

/// Indent of what stands below a point, in points of the screen.
const INDENT: f32 = 20.0;

/// Which points are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Shown {
    #[default]
    All,
    Found,
    Missing,
}

impl Shown {
    const CHOICES: [Self; 3] = [Self::All, Self::Found, Self::Missing];

    const fn includes(self, answer: &Answer) -> bool {
        match self {
            Self::All => true,
            Self::Found => answer.found.is_some(),
            Self::Missing => answer.found.is_none(),
        }
    }
}

/// The points with their filter.
#[derive(Default)]
pub(super) struct AnswersPart {
    shown: Shown,
}

impl AnswersPart {
    /// Draws the points. Without a plan nothing can be accepted.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        (review, plan): (&Review, Option<&PlanForTexts>),
        accepted: &mut BTreeSet<&'static str>,
    ) {
        if review.answers.is_empty() {
            return;
        }
        ui.add_space(space::M);
        title_ui(ui, "Points of the clauses");
        if let Some(plan) = plan.filter(|_| review.answers.iter().any(is_text)) {
            plan_ui(ui, review, plan, accepted);
        }
        let words = [
            format!("All {}", review.answers.len()),
            format!("Found {}", review.found()),
            format!("Missing {}", review.missing()),
        ];
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let on = Shown::CHOICES.iter().position(|shown| *shown == self.shown);
        if let Some(shown) = segments_ui(ui, &words, on).and_then(|pressed| Shown::CHOICES.get(pressed)) {
            self.shown = *shown;
        }
        let mut last = "";
        for answer in review.answers.iter().filter(|answer| self.shown.includes(answer)) {
            let letter = answer.point.letter;
            if letter != last {
                last = letter;
                ui.add_space(space::M);
                ui.label(bold(answer.point.heading()));
            }
            ui.push_id(answer.point.id, |ui| answer_ui(ui, answer, plan, accepted));
        }
    }
}

/// Whether a point was found and its text can be taken into the plan.
fn is_text(answer: &Answer) -> bool {
    answer.found.is_some() && text_field(answer.point).is_some()
}

/// Which plan takes the texts, and the buttons for all of them.
fn plan_ui(ui: &mut Ui, review: &Review, plan: &PlanForTexts, accepted: &mut BTreeSet<&'static str>) {
    let words = format!("What you accept is drafted into {}.", plan.target.words());
    ui.add(Label::new(body(words)).wrap());
    ui.horizontal_wrapped(|ui| {
        let open = |answer: &&Answer| is_text(answer) && plan.is_open(answer.point.field);
        if ui.button("Accept all that the plan does not say").clicked() {
            accepted.extend(review.answers.iter().filter(open).map(|answer| answer.point.id));
        }
        if !accepted.is_empty() && ui.button("Accept none").clicked() {
            accepted.clear();
        }
    });
    ui.add_space(space::XS);
}

fn answer_ui(
    ui: &mut Ui,
    answer: &Answer,
    plan: Option<&PlanForTexts>,
    accepted: &mut BTreeSet<&'static str>,
) {
    let point = answer.point;
    ui.add_space(space::S);
    ui.add(Label::new(body(format!("{}  {}", point.id, capital(point.asks)))).wrap());
    ui.horizontal_top(|ui| {
        ui.add_space(INDENT);
        ui.vertical(|ui| match &answer.found {
            Some(found) => {
                found_ui(ui, found);
                if let Some(plan) = plan {
                    accept_ui(ui, answer, plan, accepted);
                }
            }
            None => {
                tone_words_ui(ui, Tone::Late, &format!("Missing ({})", point.clause));
                ui.add(Label::new(hint(ui, format!("Common audit finding: {}", point.finding))).wrap());
                ui.add(Label::new(hint(ui, point.write)).wrap());
            }
        });
    });
}

fn found_ui(ui: &mut Ui, found: &Found) {
    let place = found.where_words();
    if found.spread {
        tone_words_ui(ui, Tone::Due, &format!("Found, spread over the {place}: read it closely"));
    } else {
        tone_words_ui(ui, Tone::Good, &format!("Found in {place}"));
    }
    ui.add(Label::new(body(format!("“{}”", found.quote))).wrap());
    if found.text.chars().count() > found.quote.chars().count() {
        CollapsingHeader::new("The text that is taken over").id_salt("text").show(ui, |ui| {
            ui.add(Label::new(body(found.text.as_str())).wrap());
        });
    }
}

/// The tick that accepts a text, or what a person does instead.
fn accept_ui(ui: &mut Ui, answer: &Answer, plan: &PlanForTexts, accepted: &mut BTreeSet<&'static str>) {
    let point = answer.point;
    let Some(field) = text_field(point) else {
        if let Some(field) = Kind::MaintenancePlan.def().field(point.field) {
            ui.label(hint(ui, format!("Enter “{}” in the plan by hand", field.label)));
        }
        return;
    };
    let instead = if plan.is_open(point.field) { "" } else { ", in the place of what the plan says" };
    let mut on = accepted.contains(point.id);
    if check_ui(ui, &mut on, format!("Take {} into “{}”{instead}", point.id, field.label)).changed() {
        if on {
            accepted.insert(point.id);
        } else {
            accepted.remove(point.id);
        }
    }
}
