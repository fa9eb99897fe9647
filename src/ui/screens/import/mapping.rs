//! The editor of a mapping: which column goes into which field, and how it is parsed.

use eframe::egui;
use egui::Ui;

use super::given::Given;
use crate::domain::ids::Kind;
use crate::ops::import::{Ask, ColumnRule, Mapping, Parse};
use crate::ui::screens::parts::{boxed_ui, in_a_row_ui, lowered_ui};
use crate::ui::theme::{hint, space};
use crate::ui::widgets::check::check_ui;
use crate::ui::widgets::choice::{Choice, choice_ui};
use crate::ui::widgets::text::{TextArea, TextLine};

/// The field for the columns that no rule takes whole.
const REST: &str = "source_columns";

const KINDS: [(&str, &str); 6] = [
    ("text", "Text"),
    ("labelled", "Lines “column: value”"),
    ("day", "Day"),
    ("moment", "Day and time"),
    ("choice", "Choice by table"),
    ("title", "Title from a text"),
];

/// One rule as typed.
struct RuleEditor {
    base: ColumnRule,
    target: Option<String>,
    /// Names of columns, separated by “;”.
    from: String,
    kind: Option<String>,
    /// Formats, table or length, depending on the kind.
    detail: String,
}

/// A mapping as typed.
#[derive(Default)]
pub(super) struct MappingEditor {
    base: Option<Mapping>,
    name: String,
    rules: Vec<RuleEditor>,
    given: Given,
    rest: bool,
    touched: bool,
}

impl RuleEditor {
    fn of(rule: &ColumnRule) -> Self {
        let (kind, detail) = match &rule.parse {
            Parse::Text => ("text", String::new()),
            Parse::Labelled => ("labelled", String::new()),
            Parse::Day { formats } => ("day", formats.join("; ")),
            Parse::Moment { formats } => ("moment", formats.join("; ")),
            Parse::Choice { table, .. } => {
                let lines: Vec<String> =
                    table.iter().map(|(source, code)| format!("{source} = {code}")).collect();
                ("choice", lines.join("\n"))
            }
            Parse::TitleFrom { max_chars, .. } => ("title", max_chars.to_string()),
        };
        Self {
            base: rule.clone(),
            target: Some(rule.target.clone()),
            from: rule.from.join("; "),
            kind: Some(kind.to_owned()),
            detail,
        }
    }

    fn empty() -> Self {
        let base = ColumnRule {
            target: String::new(),
            from: Vec::new(),
            parse: Parse::Text,
            separator: " ".to_owned(),
            prefix: String::new(),
            unknown: Vec::new(),
            optional: true,
        };
        Self { target: None, ..Self::of(&base) }
    }

    fn rule(&self) -> Result<ColumnRule, String> {
        let Some(target) = self.target.clone() else {
            return Err("A rule has no field yet; choose one or remove the rule.".to_owned());
        };
        let list = |text: &str| -> Vec<String> {
            text.split(';').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
        };
        let parse = match self.kind.as_deref() {
            Some("labelled") => Parse::Labelled,
            Some("day") => Parse::Day { formats: list(&self.detail) },
            Some("moment") => Parse::Moment { formats: list(&self.detail) },
            Some("choice") => self.choice()?,
            Some("title") => self.title()?,
            Some(_) | None => Parse::Text,
        };
        Ok(ColumnRule { target, from: list(&self.from), parse, ..self.base.clone() })
    }

    fn choice(&self) -> Result<Parse, String> {
        let default = match &self.base.parse {
            Parse::Choice { default, .. } => default.clone(),
            Parse::Text
            | Parse::Labelled
            | Parse::Day { .. }
            | Parse::Moment { .. }
            | Parse::TitleFrom { .. } => None,
        };
        let table = self
            .detail
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| {
                let (source, code) = line.rsplit_once('=').ok_or_else(|| {
                    format!("“{line}” is not a line of the table; write “value in the file = code”.")
                })?;
                Ok((source.trim().to_owned(), code.trim().to_owned()))
            })
            .collect::<Result<_, String>>()?;
        Ok(Parse::Choice { table, default })
    }

    fn title(&self) -> Result<Parse, String> {
        let max_chars = match self.detail.trim() {
            "" => 100,
            text => text.parse().map_err(|_| format!("“{text}” is not a number of characters."))?,
        };
        Ok(match &self.base.parse {
            Parse::TitleFrom { start_after, skip, .. } => {
                Parse::TitleFrom { max_chars, start_after: start_after.clone(), skip: skip.clone() }
            }
            Parse::Text
            | Parse::Labelled
            | Parse::Day { .. }
            | Parse::Moment { .. }
            | Parse::Choice { .. } => {
                Parse::TitleFrom { max_chars, start_after: Vec::new(), skip: Vec::new() }
            }
        })
    }

    /// Draws it; returns whether anything changed, and whether to remove it.
    fn ui(&mut self, ui: &mut Ui, targets: &[Choice<'_>]) -> (bool, bool) {
        let mut changed = false;
        let mut removed = false;
        in_a_row_ui(ui, |ui| {
            changed |=
                boxed_ui(ui, "Field", 220.0, |ui| choice_ui(ui, &mut self.target, targets, true)).changed();
            let columns = boxed_ui(ui, "Columns", 240.0, |ui| {
                ui.add(TextLine::new(&mut self.from).hint("One, or several separated by ;"))
            });
            changed |= columns.changed();
            let kinds = KINDS.map(|(code, word)| Choice { code, word, meaning: "" });
            changed |=
                boxed_ui(ui, "Read as", 190.0, |ui| choice_ui(ui, &mut self.kind, &kinds, false)).changed();
            let detail = match self.kind.as_deref() {
                Some("day" | "moment") => Some(("Formats", "%Y-%m-%d; %d.%m.%Y")),
                Some("title") => Some(("Most characters", "100")),
                Some(_) | None => None,
            };
            if let Some((label, example)) = detail {
                changed |=
                    boxed_ui(ui, label, 180.0, |ui| ui.add(TextLine::new(&mut self.detail).hint(example)))
                        .changed();
            }
            removed = lowered_ui(ui, |ui| ui.button("Remove").clicked());
        });
        if self.kind.as_deref() == Some("choice") {
            changed |= boxed_ui(ui, "Table, one line “value in the file = code” each", 460.0, |ui| {
                ui.add(TextArea::new(&mut self.detail).rows(2, 8))
            })
            .changed();
        }
        (changed, removed)
    }
}

impl MappingEditor {
    /// The editor of a mapping.
    pub fn of(mapping: Mapping) -> Self {
        Self {
            name: mapping.name.clone(),
            rules: mapping.columns.iter().map(RuleEditor::of).collect(),
            given: Given::of(&mapping),
            rest: mapping.rest_into.is_some(),
            base: Some(mapping),
            touched: false,
        }
    }

    /// The description of the mapping.
    pub fn description(&self) -> &str {
        self.base.as_ref().map_or("", |base| &base.description)
    }

    /// Its complete questions.
    pub fn asks(&self) -> Vec<Ask> {
        self.mapping().map(|mapping| mapping.ask).unwrap_or_default()
    }

    /// Its name, for the input.
    pub const fn name_mut(&mut self) -> &mut String {
        &mut self.name
    }

    /// The original mapping, for checking an answer.
    pub fn plain(&self) -> Mapping {
        self.base.clone().unwrap_or_else(|| Mapping {
            name: String::new(),
            description: String::new(),
            recognise: Vec::new(),
            columns: Vec::new(),
            constants: std::collections::BTreeMap::new(),
            ask: Vec::new(),
            rest_into: None,
        })
    }

    /// The typed mapping, or the error in it.
    pub fn mapping(&self) -> Result<Mapping, String> {
        let mut mapping = self.plain();
        if !self.touched {
            self.name.clone_into(&mut mapping.name);
            return Ok(mapping);
        }
        mapping.name.clone_from(&self.name);
        mapping.columns = self.rules.iter().map(RuleEditor::rule).collect::<Result<_, _>>()?;
        mapping.rest_into = match (self.rest, mapping.rest_into.take()) {
            (true, Some(kept)) => Some(kept),
            (true, None) => Some(REST.to_owned()),
            (false, _) => None,
        };
        self.given.put_into(mapping)
    }

    /// Draws the editor.
    pub fn ui(&mut self, ui: &mut Ui, header: &[String]) {
        ui.add(egui::Label::new(hint(ui, format!("Columns of the file: {}", header.join("; ")))).wrap());
        let targets: Vec<Choice<'_>> = Kind::Feedback
            .def()
            .fields()
            .filter(|field| !field.by_system)
            .map(|field| Choice { code: field.name, word: field.label, meaning: "" })
            .collect();
        let mut gone = None;
        for (index, rule) in self.rules.iter_mut().enumerate() {
            let (changed, removed) = ui.push_id(("rule", index), |ui| rule.ui(ui, &targets)).inner;
            self.touched |= changed || removed;
            if removed {
                gone = Some(index);
            }
            ui.add_space(space::XS);
        }
        if let Some(index) = gone {
            self.rules.remove(index);
        }
        let rest = "Keep columns that no rule takes whole under “Further data of the source”";
        self.touched |= check_ui(ui, &mut self.rest, rest).changed();
        if ui.button("Add a rule").clicked() {
            self.rules.push(RuleEditor::empty());
            self.touched = true;
        }
        ui.add_space(space::S);
        self.touched |= self.given.ui(ui, &targets);
        ui.add_space(space::S);
    }
}
