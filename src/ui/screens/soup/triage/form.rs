//! The decision on one finding or on several: the safety question first, then the decision with its reasons, then the releases.
//!
//! Belongs here: what is typed and how it is shown. Does not belong here: which finding comes next.

use eframe::egui::{Align, Button, Label, Sense, Ui};
use serde_json::{Value, json};

use super::super::deciding::Deciding;
use crate::domain::choice::Choice as _;
use crate::domain::finding::verdicts::applicability_of;
use crate::domain::finding::{
    Applicability, CONFIRMS, Disposition, Finding, FindingKind, Justification, ReleaseVerdict, RiskControl,
    dispositions_of, verdict_value,
};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::{Fields, RecordData};
use crate::ops::TriageRow;
use crate::ui::screens::record::field_context::FieldContext;
use crate::ui::screens::record::typed::Typed;
use crate::ui::theme::{Tone, bold, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::choice::{Choice, choice_ui};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::reach::focus_what_follows;
use crate::ui::widgets::text::TextLine;

/// The fields of a decision.
pub(super) const FIELDS: [&str; 14] = [
    "hazardous",
    "sequence",
    "hazards",
    "harm",
    "disposition",
    "justification",
    "evidence",
    "impact_statement",
    "risk_control",
    "responses",
    "compensating_controls",
    "action_statement",
    "reassess_by",
    "stage_follows",
];

/// The keys of the decisions, in the order of the declaration.
pub(super) const DECISION_KEYS: [char; 6] = ['1', '2', '3', '4', '5', '6'];
/// The keys of the justifications, in the order of the declaration.
pub(super) const JUSTIFICATION_KEYS: [char; 5] = ['c', 'v', 'x', 'b', 'm'];

/// The decisions, in the order of their keys.
pub(super) fn decisions() -> impl Iterator<Item = Disposition> {
    CONFIRMS.iter().map(|(_, disposition)| *disposition)
}

/// What is typed for the chosen findings.
pub(super) struct Form {
    pub(super) ids: Vec<RecordId>,
    typed: Deciding,
    /// The kind of the findings, if all have the same.
    kind: Option<FindingKind>,
    /// Of one finding: the releases with the verdict that was typed for each.
    releases: Vec<(RecordId, String, Option<String>)>,
    releases_changed: bool,
    /// Whether anything was typed since it was read.
    pub(super) changed: bool,
    /// Why it is changed, where that is needed.
    pub(super) reason: Option<String>,
    /// The field that gets the focus.
    pub(super) focus: Option<&'static str>,
    /// Whether storing was tried while something was missing.
    pub(super) tried: bool,
}

impl Form {
    /// The form of one finding, as it is stored.
    pub(super) fn of_one(data: &RecordData, row: &TriageRow) -> Self {
        let mut form = Self::of_several(vec![data.head.id]);
        for name in FIELDS {
            form.typed.put(name, data.value(name));
        }
        form.kind = FindingKind::from_code(data.text("finding_kind"));
        let said = data.typed::<Finding>().map(|finding| finding.per_release).unwrap_or_default();
        form.releases = row
            .releases
            .iter()
            .map(|(id, version)| {
                let own = said.iter().find(|verdict| verdict.release == Some(*id));
                let code = own.and_then(|verdict| verdict.applicability).map(|one| one.code().to_owned());
                (*id, version.clone(), code)
            })
            .collect();
        form
    }

    /// The empty form of several findings.
    pub(super) fn of_several(ids: Vec<RecordId>) -> Self {
        Self {
            ids,
            typed: Deciding::of(Kind::Finding, &FIELDS),
            kind: None,
            releases: Vec::new(),
            releases_changed: false,
            changed: false,
            reason: None,
            focus: None,
            tried: false,
        }
    }

    fn is_one(&self) -> bool {
        self.ids.len() == 1
    }

    /// The answer to the safety question.
    fn hazardous(&self) -> Option<bool> {
        match self.typed.typed("hazardous") {
            Some(Typed::YesNo(answer)) => *answer,
            Some(_) | None => None,
        }
    }

    fn choice(&self, name: &str) -> Option<String> {
        match self.typed.typed(name) {
            Some(Typed::Choice(code)) => code.clone(),
            Some(_) | None => None,
        }
    }

    fn disposition(&self) -> Option<Disposition> {
        self.choice("disposition").and_then(|code| Disposition::from_code(&code))
    }

    /// Answers the safety question.
    pub(super) fn answer(&mut self, hazardous: bool) {
        self.put("hazardous", &hazardous.into());
    }

    fn put(&mut self, name: &str, value: &Value) {
        self.typed.put(name, value);
        self.changed = true;
    }

    /// Chooses a decision, if it fits the kind of finding. What follows from it is filled where nothing was typed.
    pub(super) fn decide(&mut self, disposition: Disposition) {
        if !dispositions_of(self.kind).contains(&disposition) {
            return;
        }
        self.put("disposition", &json!(disposition));
        let control = match disposition {
            Disposition::AffectedControlled | Disposition::RiskAccepted => Some(RiskControl::Controlled),
            Disposition::AffectedUncontrolled => Some(RiskControl::Uncontrolled),
            Disposition::NotAffected | Disposition::Fixed | Disposition::FalsePositive => None,
        };
        // What another decision said before does not belong to this one.
        self.put("risk_control", &json!(control));
        if disposition != Disposition::NotAffected {
            self.put("justification", &Value::Null);
        }
        if !self.releases_changed {
            let means = applicability_of(disposition).code().to_owned();
            for (_, _, said) in &mut self.releases {
                *said = Some(means.clone());
            }
        }
    }

    /// Chooses a justification, where the decision has one.
    pub(super) fn justify(&mut self, justification: Justification) {
        if self.disposition() == Some(Disposition::NotAffected) {
            self.put("justification", &json!(justification));
        }
    }

    /// The texts of the present decision, in their order.
    fn texts(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        match self.disposition() {
            None => {}
            Some(Disposition::NotAffected) => names.extend(["evidence", "impact_statement"]),
            Some(Disposition::Fixed | Disposition::FalsePositive) => names.push("evidence"),
            Some(Disposition::AffectedControlled | Disposition::AffectedUncontrolled) => {
                names.extend(["impact_statement", "responses", "action_statement", "compensating_controls"]);
            }
            Some(Disposition::RiskAccepted) => {
                names.extend([
                    "impact_statement",
                    "responses",
                    "action_statement",
                    "reassess_by",
                    "compensating_controls",
                ]);
            }
        }
        if self.asks_stage() && self.disposition().is_some() {
            names.push("stage_follows");
        }
        names
    }

    /// Whether it is answered which stage of the product follows.
    fn asks_stage(&self) -> bool {
        self.kind == Some(FindingKind::Obsolescence)
    }

    /// The fields that the present decision needs.
    fn needed(&self) -> Vec<&'static str> {
        let mut names = vec!["hazardous", "sequence"];
        if self.hazardous() == Some(true) {
            names.push("hazards");
        }
        names.push("disposition");
        let optional = ["impact_statement", "compensating_controls"];
        match self.disposition() {
            Some(Disposition::NotAffected) => {
                names.push("evidence");
                if self.typed.is_blank("impact_statement") {
                    names.push("justification");
                }
                if self.asks_stage() {
                    names.push("stage_follows");
                }
            }
            Some(Disposition::Fixed | Disposition::FalsePositive) | None => {
                names.extend(self.texts());
            }
            Some(_) => {
                let texts = self.texts();
                names.extend(texts.into_iter().filter(|name| *name != optional[1]));
            }
        }
        names
    }

    /// The first needed field in which nothing is typed.
    pub(super) fn first_blank(&self) -> Option<&'static str> {
        let needed = self.needed();
        needed.into_iter().find(|name| self.typed.is_blank(name))
    }

    /// The first text in which nothing is typed, or the first one.
    pub(super) fn first_text(&self) -> &'static str {
        let keyed = ["hazardous", "disposition", "justification"];
        let needed = self.needed();
        let blank = needed.into_iter().find(|name| !keyed.contains(name) && self.typed.is_blank(name));
        blank.unwrap_or("sequence")
    }

    /// What is still missing, in words.
    pub(super) fn missing(&self) -> Vec<String> {
        let needed = self.needed();
        let blank: Vec<&str> = needed.into_iter().filter(|name| self.typed.is_blank(name)).collect();
        let mut missing: Vec<String> = blank
            .iter()
            .filter_map(|name| self.typed.field(name))
            .map(|field| format!("“{}” is missing", field.label))
            .collect();
        if self.reason.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
            missing.push("Why it is changed is missing".to_owned());
        }
        missing
    }

    /// The fields as they are stored.
    ///
    /// # Errors
    /// The label of a field and what is wrong with it.
    pub(super) fn fields(&self, context: &FieldContext) -> Result<Fields, String> {
        let mut set = if self.is_one() { self.typed.all(context)? } else { self.typed.filled(context)? };
        if self.releases_changed {
            let rows = self.releases.iter().filter_map(|(id, _, said)| {
                let applicability = Applicability::from_code(said.as_deref()?);
                let row = ReleaseVerdict { release: Some(*id), applicability, ..ReleaseVerdict::default() };
                Some(verdict_value(&row))
            });
            set.insert("per_release".to_owned(), rows.collect());
        }
        Ok(set)
    }

    /// Draws the form.
    pub(super) fn ui(&mut self, ui: &mut Ui, context: &FieldContext) {
        ui.spacing_mut().item_spacing.y = space::S;
        if let Some(reason) = &mut self.reason {
            Field::new("Why it is changed")
                .required("it was signed before")
                .show(ui, |ui| ui.add(TextLine::new(reason)));
        }
        self.safety_ui(ui, context);
        self.decision_ui(ui, context);
        self.releases_ui(ui);
        if self.tried {
            for words in self.missing() {
                tone_words_ui(ui, Tone::Late, &words);
            }
        }
    }

    fn safety_ui(&mut self, ui: &mut Ui, context: &FieldContext) {
        ui.add_space(space::S);
        let words = "Could it lead to, or defeat a control for, a hazardous situation?";
        ui.add(Label::new(bold(words)).wrap());
        let on = self.hazardous().map(|yes| usize::from(!yes));
        if let Some(chosen) = keyed_ui(ui, &[('y', "Yes"), ('n', "No")], on) {
            self.answer(chosen == 0);
        }
        self.text_ui(ui, "sequence", context);
        if self.hazardous() == Some(true) {
            self.text_ui(ui, "hazards", context);
            self.text_ui(ui, "harm", context);
        }
    }

    fn decision_ui(&mut self, ui: &mut Ui, context: &FieldContext) {
        ui.add_space(space::S);
        ui.label(bold("Decision"));
        let fitting = dispositions_of(self.kind);
        let all: Vec<(char, Disposition)> = DECISION_KEYS.into_iter().zip(decisions()).collect();
        let shown: Vec<(char, Disposition)> =
            all.into_iter().filter(|(_, disposition)| fitting.contains(disposition)).collect();
        let words: Vec<(char, &str)> = shown.iter().map(|(key, one)| (*key, one.word())).collect();
        let chosen = self.disposition();
        let on = shown.iter().position(|(_, one)| Some(*one) == chosen);
        if let Some((_, one)) = keyed_ui(ui, &words, on).and_then(|index| shown.get(index)) {
            self.decide(*one);
        }
        if self.disposition() == Some(Disposition::NotAffected) {
            ui.label(bold("Justification"));
            let words: Vec<(char, &str)> = JUSTIFICATION_KEYS
                .into_iter()
                .zip(Justification::VALUES.iter().map(|one| one.word()))
                .collect();
            let chosen = self.choice("justification");
            let on = Justification::VALUES.iter().position(|one| Some(one.code()) == chosen.as_deref());
            let pressed = keyed_ui(ui, &words, on).and_then(|index| Justification::VALUES.get(index));
            if let Some(justification) = pressed {
                self.justify(*justification);
            }
        }
        for name in self.texts() {
            self.text_ui(ui, name, context);
        }
    }

    fn text_ui(&mut self, ui: &mut Ui, name: &'static str, context: &FieldContext) {
        let wanted = self.focus == Some(name) && !ui.is_sizing_pass();
        if wanted {
            self.focus = None;
            focus_what_follows(ui);
        }
        let mark = if self.needed().contains(&name) { "required" } else { "" };
        let drawn = ui.scope(|ui| self.typed.input_ui(ui, (name, mark), context));
        self.changed |= drawn.inner;
        if wanted {
            drawn.response.scroll_to_me(Some(Align::Center));
        }
    }

    fn releases_ui(&mut self, ui: &mut Ui) {
        ui.add_space(space::S);
        ui.label(bold("Releases"));
        if !self.is_one() {
            let words =
                "Every release that contains a version of a finding gets the verdict of the decision.";
            ui.add(Label::new(hint(ui, words)).wrap());
            return;
        }
        if self.releases.is_empty() {
            ui.label(hint(ui, "No release contains a version that it concerns."));
        }
        let choices: Vec<Choice<'_>> = Applicability::OPTIONS
            .iter()
            .map(|option| Choice { code: option.code, word: option.word, meaning: "" })
            .collect();
        for (id, version, said) in &mut self.releases {
            let before = said.clone();
            Field::new(&format!("Version {version} ({id})"))
                .show(ui, |ui| choice_ui(ui, said, &choices, true));
            if before != *said {
                self.releases_changed = true;
                self.changed = true;
            }
        }
    }
}

/// Choices with the keys that press them. Returns the index of the pressed one.
fn keyed_ui(ui: &mut Ui, choices: &[(char, &str)], on: Option<usize>) -> Option<usize> {
    let mut pressed = None;
    ui.horizontal_wrapped(|ui| {
        for (index, (key, word)) in choices.iter().enumerate() {
            // The row is one stop of Tab, as its keys press the others.
            let sense = if index == on.unwrap_or(0) { Sense::click() } else { Sense::CLICK };
            let button = Button::selectable(on == Some(index), format!("{word} ({key})"));
            if ui.add(button.frame_when_inactive(true).sense(sense)).clicked() {
                pressed = Some(index);
            }
        }
    });
    pressed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_support_asks_which_stage_follows() {
        let mut form = Form::of_several(vec![RecordId::new(Kind::Finding, 1)]);
        for (kind, asks) in [(FindingKind::Vulnerability, false), (FindingKind::Obsolescence, true)] {
            form.kind = Some(kind);
            for disposition in [Disposition::NotAffected, Disposition::AffectedControlled] {
                form.decide(disposition);
                assert_eq!(form.texts().contains(&"stage_follows"), asks);
                assert_eq!(form.needed().contains(&"stage_follows"), asks);
            }
        }
    }

    #[test]
    fn a_decision_drops_what_only_another_one_says() {
        let mut form = Form::of_several(vec![RecordId::new(Kind::Finding, 1)]);
        form.decide(Disposition::NotAffected);
        form.justify(Justification::ComponentNotPresent);
        assert_eq!(form.choice("justification").as_deref(), Some("component_not_present"));
        form.decide(Disposition::NotAffected);
        assert_eq!(form.choice("justification").as_deref(), Some("component_not_present"), "the same again");
        form.decide(Disposition::AffectedUncontrolled);
        assert_eq!(form.choice("risk_control").as_deref(), Some("uncontrolled"));
        assert_eq!(form.choice("justification"), None);
        for (disposition, control) in [
            (Disposition::Fixed, None),
            (Disposition::RiskAccepted, Some("controlled")),
            (Disposition::NotAffected, None),
            (Disposition::AffectedControlled, Some("controlled")),
            (Disposition::FalsePositive, None),
        ] {
            form.decide(disposition);
            assert_eq!(form.choice("risk_control").as_deref(), control, "{disposition:?}");
        }
    }
}
