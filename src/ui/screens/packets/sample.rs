//! The choice of a sample: records by number or from a list, and records that a seed draws.
//!
//! Belongs here: what is typed and picked, and the list of it. Does not belong here: how records are drawn (`ops`).

use eframe::egui;
use egui::{Key, Label, Ui};

use super::{day_of, has_packet, record_ui};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::text::capital;
use crate::ops::{Head, PacketDraw, SampleScope};
use crate::ui::cx::Cx;
use crate::ui::screens::parts::{boxed_ui, in_a_row_ui, lowered_ui, problem_ui};
use crate::ui::theme::{body, hint, space};
use crate::ui::widgets::button::icon_ui;
use crate::ui::widgets::choice::{Choice, choice_ui};
use crate::ui::widgets::icons::Icon;
use crate::ui::widgets::text::TextLine;

/// A picked record as it is listed.
struct Picked {
    id: RecordId,
    /// Its title and state, or that the file has no such record.
    words: String,
}

/// What was typed and picked.
#[derive(Default)]
pub(super) struct Sample {
    asked_by: String,
    numbers: String,
    kind: Option<String>,
    record: Option<String>,
    count: String,
    seed: String,
    from: String,
    until: String,
    picked: Vec<Picked>,
    draws: Vec<PacketDraw>,
    problem: Option<String>,
    read: Option<Head>,
}

impl Sample {
    /// With one record picked.
    pub(super) fn with(id: RecordId) -> Self {
        Self { picked: vec![Picked { id, words: String::new() }], ..Self::default() }
    }

    /// What is asked for.
    ///
    /// # Errors
    /// What is missing, in a sentence.
    pub(super) fn scope(&self) -> Result<SampleScope, String> {
        let given = |text: &str| !text.trim().is_empty();
        let entered = match (given(&self.from), given(&self.until)) {
            (false, false) => None,
            (true, _) | (_, true) => {
                Some((day_of("Entered from", &self.from)?, day_of("Entered until", &self.until)?))
            }
        };
        let scope = SampleScope {
            records: self.picked.iter().map(|one| one.id).collect(),
            draws: self.draws.clone(),
            seed: self.seed.clone(),
            entered,
            asked_by: self.asked_by.clone(),
        };
        scope.refuse().map_err(|refused| capital(&refused.to_string())).map(|()| scope)
    }

    /// Draws the inputs and the list.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.keep_up(cx);
        boxed_ui(ui, "Asked for by", 320.0, |ui| {
            ui.add(TextLine::new(&mut self.asked_by).hint("The auditor, and for whom").limit(200))
        });
        let mut add = false;
        in_a_row_ui(ui, |ui| {
            let typed = boxed_ui(ui, "Records by number", 320.0, |ui| {
                ui.add(TextLine::new(&mut self.numbers).hint("CR-0004, PR-0002").limit(2_000))
            });
            add = typed.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            add |= lowered_ui(ui, |ui| ui.button("Add the numbers").clicked());
        });
        if add {
            self.add_typed(cx);
        }
        self.pick_from_list_ui(ui, cx);
        self.draw_ui(ui);
        if let Some(problem) = &self.problem {
            problem_ui(ui, problem);
        }
        self.list_ui(ui);
    }

    fn keep_up(&mut self, cx: &Cx<'_>) {
        if self.read.as_ref() != Some(cx.file.head()) {
            self.picked.iter_mut().for_each(|one| one.words = words(cx, one.id));
            self.read = Some(cx.file.head().clone());
        }
    }

    fn add_typed(&mut self, cx: &Cx<'_>) {
        self.problem = None;
        let texts = self.numbers.split([' ', ',', ';', '\t', '\n']).filter(|text| !text.is_empty());
        match texts.map(str::parse).collect::<Result<Vec<RecordId>, String>>() {
            Ok(ids) => {
                ids.into_iter().for_each(|id| self.add(cx, id));
                self.numbers.clear();
            }
            Err(problem) => self.problem = Some(problem),
        }
    }

    fn add(&mut self, cx: &Cx<'_>, id: RecordId) {
        if self.picked.iter().all(|one| one.id != id) {
            self.picked.push(Picked { id, words: words(cx, id) });
        }
    }

    /// A record from the list of its kind.
    fn pick_from_list_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let kinds: Vec<Kind> = Kind::ALL.iter().copied().filter(|kind| has_packet(*kind)).collect();
        let choices: Vec<Choice<'_>> = kinds
            .iter()
            .map(|kind| Choice { code: kind.code(), word: kind.def().word, meaning: "" })
            .collect();
        let before = self.kind.clone();
        boxed_ui(ui, "Kind of record", 320.0, |ui| choice_ui(ui, &mut self.kind, &choices, false));
        if self.kind != before {
            self.record = None;
        }
        let Some(kind) = self.kind() else { return };
        let mut add = false;
        in_a_row_ui(ui, |ui| {
            record_ui(ui, cx, kind, &mut self.record);
            add = self.record.is_some() && lowered_ui(ui, |ui| ui.button("Add the record").clicked());
        });
        if add && let Some(id) = self.record.take().and_then(|text| text.parse().ok()) {
            self.add(cx, id);
        }
    }

    fn kind(&self) -> Option<Kind> {
        Kind::from_code(self.kind.as_deref()?)
    }

    /// How many records of the kind are drawn, by which seed.
    fn draw_ui(&mut self, ui: &mut Ui) {
        let Some(kind) = self.kind() else { return };
        let mut draw = false;
        in_a_row_ui(ui, |ui| {
            boxed_ui(ui, "How many to draw", 140.0, |ui| {
                ui.add(TextLine::new(&mut self.count).hint("5").limit(6))
            });
            boxed_ui(ui, "Seed", 140.0, |ui| ui.add(TextLine::new(&mut self.seed).hint("17").limit(60)));
            boxed_ui(ui, "Entered from", 140.0, |ui| {
                ui.add(TextLine::new(&mut self.from).hint("2026-01-01"))
            });
            boxed_ui(ui, "Entered until", 140.0, |ui| {
                ui.add(TextLine::new(&mut self.until).hint("2026-12-31"))
            });
            draw = lowered_ui(ui, |ui| ui.button("Draw records").clicked());
        });
        let words = "The seed is a number or word that the auditor names: anybody who has it can draw the same records again. The days are \
                     optional.";
        ui.add(Label::new(hint(ui, words)).wrap());
        if !draw {
            return;
        }
        self.problem = None;
        match self.count.trim().parse() {
            Ok(count) if count > 0 => {
                self.draws.retain(|draw| draw.kind != kind);
                self.draws.push(PacketDraw { kind, count });
            }
            Ok(_) | Err(_) => {
                self.problem = Some("How many to draw: write a whole number from 1, such as 5".to_owned());
            }
        }
    }

    fn list_ui(&mut self, ui: &mut Ui) {
        if self.picked.is_empty() && self.draws.is_empty() {
            return;
        }
        ui.add_space(space::S);
        self.picked.retain(|one| !row_ui(ui, &one.id.to_string(), &one.words));
        self.draws.retain(|draw| !row_ui(ui, draw.kind.def().plural, &format!("{} to draw", draw.count)));
        ui.add_space(space::S);
    }
}

/// One line of the list; whether it is to be removed.
fn row_ui(ui: &mut Ui, name: &str, words: &str) -> bool {
    ui.horizontal(|ui| {
        let gone = icon_ui(ui, Icon::Close, &format!("Remove {name}")).clicked();
        ui.add(Label::new(body(format!("{name}  {words}"))).truncate());
        gone
    })
    .inner
}

/// Title and state of a record, or why there are none.
fn words(cx: &Cx<'_>, id: RecordId) -> String {
    match cx.file.record(id) {
        Ok(data) => {
            let state = data.state().map_or("", |state| state.word);
            format!("{} ({})", data.title(), state.to_lowercase())
        }
        Err(_) => "is not in this file; the packet says so".to_owned(),
    }
}
