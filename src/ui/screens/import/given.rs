//! The part of a mapping that does not come from columns: constants and questions.

use eframe::egui::Ui;

use crate::domain::field::FieldType;
use crate::domain::ids::Kind;
use crate::ops::import::{Ask, Mapping, answered};
use crate::ui::screens::parts::{boxed_ui, in_a_row_ui, lowered_ui};
use crate::ui::theme::{hint, space};
use crate::ui::widgets::choice::{Choice, choice_ui};
use crate::ui::widgets::text::TextLine;

/// One field with its typed value or question.
#[derive(Default)]
struct Line {
    target: Option<String>,
    text: String,
}

/// The typed constants and questions.
#[derive(Default)]
pub(super) struct Given {
    constants: Vec<Line>,
    asks: Vec<Line>,
}

impl Given {
    /// The constants and questions of a mapping.
    pub fn of(mapping: &Mapping) -> Self {
        let line = |target: &str, text: &str| Line { target: Some(target.to_owned()), text: text.to_owned() };
        Self {
            constants: mapping.constants.iter().map(|(target, value)| line(target, value)).collect(),
            asks: mapping.ask.iter().map(|ask| line(&ask.target, &ask.question)).collect(),
        }
    }

    /// Writes them into a mapping, or returns the error in them.
    pub fn put_into(&self, mut mapping: Mapping) -> Result<Mapping, String> {
        mapping.constants.clear();
        mapping.ask.clear();
        for line in &self.constants {
            let target = line.target(&mapping)?;
            mapping = answered(mapping, &target, &line.text).map_err(|refusal| refusal.to_string())?;
        }
        for line in &self.asks {
            let target = line.target(&mapping)?;
            if line.text.trim().is_empty() {
                return Err(format!("The question for “{}” is empty.", label(&target)));
            }
            mapping.ask.push(Ask { target, question: line.text.trim().to_owned() });
        }
        Ok(mapping)
    }

    /// Draws them; returns whether anything changed.
    pub fn ui(&mut self, ui: &mut Ui, targets: &[Choice<'_>]) -> bool {
        let constants = ui.push_id("constants", |ui| {
            lines_ui(ui, &mut self.constants, "The same in every row", |ui, line| {
                line.target_ui(ui, targets) | line.value_ui(ui)
            })
        });
        let asks = ui.push_id("asks", |ui| {
            lines_ui(ui, &mut self.asks, "Asked for each file", |ui, line| {
                line.target_ui(ui, targets) | line.question_ui(ui)
            })
        });
        ui.horizontal(|ui| {
            let constant = add_ui(ui, "Add a constant", &mut self.constants);
            let ask = add_ui(ui, "Add a question", &mut self.asks);
            constants.inner | asks.inner | constant | ask
        })
        .inner
    }
}

impl Line {
    fn target(&self, mapping: &Mapping) -> Result<String, String> {
        let Some(target) = self.target.clone() else {
            return Err(
                "A constant or a question has no field yet; choose one or remove the line.".to_owned()
            );
        };
        let ruled = mapping.columns.iter().any(|rule| rule.target == target);
        if ruled
            || mapping.constants.contains_key(&target)
            || mapping.ask.iter().any(|ask| ask.target == target)
        {
            return Err(format!("“{}” is filled twice; remove one of its lines.", label(&target)));
        }
        Ok(target)
    }

    fn target_ui(&mut self, ui: &mut Ui, targets: &[Choice<'_>]) -> bool {
        boxed_ui(ui, "Field", 220.0, |ui| choice_ui(ui, &mut self.target, targets, true)).changed()
    }

    fn value_ui(&mut self, ui: &mut Ui) -> bool {
        let field = self.target.as_deref().and_then(|target| Kind::Feedback.def().field(target));
        if let Some(FieldType::Choice(options)) = field.map(|field| field.ty) {
            let choices: Vec<Choice<'_>> =
                options.iter().map(|def| Choice { code: def.code, word: def.word, meaning: "" }).collect();
            let mut code = (!self.text.is_empty()).then(|| self.text.clone());
            let changed = ui.push_id("value", |ui| {
                boxed_ui(ui, "Value", 320.0, |ui| choice_ui(ui, &mut code, &choices, true))
            });
            self.text = code.unwrap_or_default();
            return changed.inner.changed();
        }
        boxed_ui(ui, "Value", 320.0, |ui| ui.add(TextLine::new(&mut self.text))).changed()
    }

    fn question_ui(&mut self, ui: &mut Ui) -> bool {
        boxed_ui(ui, "Question", 420.0, |ui| {
            ui.add(TextLine::new(&mut self.text).hint("On which day were the reports received?"))
        })
        .changed()
    }
}

fn label(target: &str) -> &str {
    Kind::Feedback.def().field(target).map_or(target, |field| field.label)
}

fn add_ui(ui: &mut Ui, word: &str, lines: &mut Vec<Line>) -> bool {
    let pressed = ui.button(word).clicked();
    if pressed {
        lines.push(Line::default());
    }
    pressed
}

fn lines_ui(
    ui: &mut Ui,
    lines: &mut Vec<Line>,
    heading: &str,
    inputs: impl Fn(&mut Ui, &mut Line) -> bool,
) -> bool {
    if lines.is_empty() {
        return false;
    }
    ui.label(hint(ui, heading));
    let before = lines.len();
    let mut changed = false;
    let mut index = 0;
    lines.retain_mut(|line| {
        index += 1;
        let kept = ui.push_id(index, |ui| {
            in_a_row_ui(ui, |ui| {
                changed |= inputs(ui, line);
                !lowered_ui(ui, |ui| ui.button("Remove").clicked())
            })
        });
        ui.add_space(space::XS);
        kept.inner
    });
    changed || lines.len() != before
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(text: &str) -> Mapping {
        Mapping::from_ron(text).unwrap()
    }

    fn line(target: &str, text: &str) -> Line {
        Line { target: Some(target.to_owned()), text: text.to_owned() }
    }

    const PLAIN: &str = r#"(name: "Small", columns: [(target: "title", from: ["text"])],
        constants: {"device_name": "Pump"}, ask: [(target: "received_at", question: "When?")])"#;

    #[test]
    fn an_unchanged_mapping_round_trips() {
        let plain = mapping(PLAIN);
        assert_eq!(Given::of(&plain).put_into(plain.clone()).unwrap(), plain);
    }

    #[test]
    fn constants_and_questions_are_added_and_removed() {
        let plain = mapping(PLAIN);
        let mut given = Given::of(&plain);
        given.asks.clear();
        given.asks.push(line("aware_at", " Since when? "));
        given.constants.push(line("received_at", "2031-03-01 09:30"));
        let changed = given.put_into(plain).unwrap();
        assert_eq!(changed.constants["device_name"], "Pump");
        assert_eq!(changed.constants["received_at"], "2031-03-01 09:30");
        assert_eq!(changed.ask, [Ask { target: "aware_at".to_owned(), question: "Since when?".to_owned() }]);
    }

    #[test]
    fn a_field_filled_twice_and_an_invalid_value_are_reported() {
        let refused = |constants: Vec<Line>, asks: Vec<Line>| {
            Given { constants, asks }.put_into(mapping(PLAIN)).unwrap_err()
        };
        let twice = refused(vec![line("title", "Alarm")], Vec::new());
        assert!(twice.contains("Title") && twice.contains("twice"), "{twice}");
        let twice = refused(vec![line("aware_at", "2031-03-01 08:00")], vec![line("aware_at", "When?")]);
        assert!(twice.contains("twice"), "{twice}");
        for text in ["soon", "2031-03-01"] {
            let odd = refused(vec![line("received_at", text)], Vec::new());
            assert!(odd.contains("Received at") && odd.contains("not a date and time"), "{odd}");
        }
        let empty = refused(Vec::new(), vec![line("aware_at", " ")]);
        assert!(empty.contains("is empty"), "{empty}");
        assert!(refused(vec![Line::default()], Vec::new()).contains("no field"));
    }
}
