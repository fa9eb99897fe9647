//! Choices: one of several, some of several, yes / no / undecided. Codes are opaque here.

use eframe::egui;
use egui::{
    Button, ComboBox, Response, TextStyle, Ui, UiBuilder, WidgetInfo, WidgetText,
    accesskit::Role,
    text::{LayoutJob, TextFormat},
};

use super::button::{segments_ui, typed_letter};
use super::check::check_ui;
use crate::ui::theme::{hint, palette};

/// One choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice<'a> {
    /// The stored code.
    pub code: &'a str,
    /// The label.
    pub word: &'a str,
    /// The meaning in the standard or the plan; may be empty.
    pub meaning: &'a str,
}

/// The label for "nothing chosen".
const NOTHING: &str = "—";

/// A combo box of `choices`. With `optional`, "—" is the first entry and means nothing chosen.
///
/// A stored code that is not among the choices is shown unchanged and kept until another is chosen.
pub fn choice_ui(
    ui: &mut Ui,
    chosen: &mut Option<String>,
    choices: &[Choice<'_>],
    optional: bool,
) -> Response {
    let now = chosen.as_deref().and_then(|code| choices.iter().find(|choice| choice.code == code));
    let word = now.map_or_else(|| chosen.as_deref().unwrap_or(NOTHING), |choice| choice.word).to_owned();
    let meaning = now.map_or("", |choice| choice.meaning);
    let mut picked: Option<Option<&str>> = None;
    let width = ui.available_width().min(320.0);
    let begun = ui.scope_id().with("list_begun");
    let shown =
        ComboBox::from_id_salt("choice").width(width).truncate().selected_text(word).show_ui(ui, |ui| {
            let nothing = optional.then_some(Choice { code: "", word: NOTHING, meaning: "" });
            let mut rows = Vec::with_capacity(choices.len() + 1);
            for choice in nothing.iter().chain(choices) {
                let code = (choice.word != NOTHING).then_some(choice.code);
                let row = entry(ui, chosen.as_deref() == code, choice.word, choice.meaning);
                if row.clicked() {
                    picked = Some(code);
                    ui.close();
                }
                rows.push(Row { response: row, word: choice.word, chosen: chosen.as_deref() == code });
            }
            keyed(ui, begun, &rows);
        });
    let mut response = shown.response;
    if shown.inner.is_none() {
        give_focus_back(ui, &response, begun);
        arrows_open(ui, &response);
    }
    if !meaning.is_empty() {
        ui.add(egui::Label::new(hint(ui, meaning)).wrap());
    }
    if response.has_focus() && !egui::Popup::is_any_open(ui.ctx()) {
        picked = picked.or_else(|| lettered(ui, &response, choices, chosen.as_deref()));
    }
    if let Some(code) = picked
        && code != chosen.as_deref()
    {
        *chosen = code.map(str::to_owned);
        response.mark_changed();
    }
    response
}

/// A row of an open list.
struct Row<'a> {
    response: Response,
    word: &'a str,
    chosen: bool,
}

/// The row with the focus, while a list is open.
fn row_slot() -> egui::Id {
    egui::Id::unique("row_of_open_list")
}

/// Keys of an open list: it opens with the focus on what is chosen; arrows, Home, End and first letters move it. Enter and space choose, as on
/// every button, and Tab leaves the list. `begun` is where it is noted that the list has got the focus.
fn keyed(ui: &Ui, begun: egui::Id, rows: &[Row<'_>]) {
    if ui.is_sizing_pass() {
        return;
    }
    let focused = rows.iter().position(|row| row.response.has_focus());
    let opens = !ui.data(|data| data.get_temp(begun)).unwrap_or(false);
    let target = match focused {
        None if opens => rows.iter().position(|row| row.chosen).or(Some(0)),
        None => None,
        Some(at) => moved(ui, at, rows),
    };
    if ui.input(|input| input.key_pressed(egui::Key::Tab)) {
        ui.close();
    }
    if let Some(row) = target.and_then(|index| rows.get(index)) {
        row.response.request_focus();
        row.response.scroll_to_me(None);
    }
    if let Some(row) = target.or(focused).and_then(|index| rows.get(index)) {
        ui.data_mut(|data| {
            data.insert_temp(begun, true);
            data.insert_temp(row_slot(), row.response.id);
        });
    }
    for row in rows {
        keep_arrows(ui, &row.response);
    }
}

/// The arrows stay with this instead of moving the focus.
fn keep_arrows(ui: &Ui, response: &Response) {
    let filter = egui::EventFilter { vertical_arrows: true, ..egui::EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
}

/// Up and down open a closed list.
fn arrows_open(ui: &Ui, response: &Response) {
    if !response.has_focus() {
        return;
    }
    keep_arrows(ui, response);
    let arrows = [egui::Key::ArrowDown, egui::Key::ArrowUp];
    if ui.input_mut(|input| arrows.into_iter().any(|key| input.consume_key(egui::Modifiers::NONE, key))) {
        // The id that a combo box gives its list; it does not tell it. A test notices if that changes.
        egui::Popup::open_id(ui.ctx(), response.id.with("popup"));
    }
}

/// Where a key moves the focus to from a row.
fn moved(ui: &Ui, at: usize, rows: &[Row<'_>]) -> Option<usize> {
    let last = rows.len().saturating_sub(1);
    let pressed = |key| ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, key));
    let to = [
        (egui::Key::ArrowDown, (at + 1).min(last)),
        (egui::Key::ArrowUp, at.saturating_sub(1)),
        (egui::Key::Home, 0),
        (egui::Key::End, last),
    ];
    if let Some((_, index)) = to.into_iter().find(|(key, _)| pressed(*key)) {
        return Some(index);
    }
    let letter = typed_letter(ui)?;
    let mut round = (1..=rows.len()).map(|more| (at + more) % rows.len());
    round.find(|index| rows.get(*index).is_some_and(|row| row.word.to_lowercase().starts_with(&letter)))
}

/// After a list was closed, the focus is on the box again and not on a row that is gone.
fn give_focus_back(ui: &Ui, response: &Response, begun: egui::Id) {
    let was_open = ui.data_mut(|data| data.remove_temp::<bool>(begun)).unwrap_or(false);
    if !was_open {
        return;
    }
    let (focused, row) =
        (ui.memory(|memory| memory.focused()), ui.data(|data| data.get_temp::<egui::Id>(row_slot())));
    if focused.is_none() || focused == row {
        response.request_focus();
    }
}

/// Seconds between two letters of one word.
const ONE_WORD_SECONDS: f64 = 1.0;

/// The choice whose word begins with the letters that were typed, or has them as a word; a single letter again takes the next one.
fn lettered<'a>(
    ui: &Ui,
    response: &Response,
    choices: &[Choice<'a>],
    chosen: Option<&str>,
) -> Option<Option<&'a str>> {
    let typed = typed_letter(ui)?;
    let now = ui.input(|input| input.time);
    let slot = response.id.with("typed");
    let (mut word, since): (String, f64) = ui.data(|data| data.get_temp(slot)).unwrap_or_default();
    if now - since > ONE_WORD_SECONDS {
        word.clear();
    }
    word.push_str(&typed);
    let starts = |choice: &&Choice<'a>, word: &str| choice.word.to_lowercase().starts_with(word);
    let at = choices.iter().position(|choice| Some(choice.code) == chosen).map_or(0, |at| at + 1);
    let round = || choices.iter().cycle().skip(at).take(choices.len());
    // “c” is “Class C” and not the next of all that begin with it.
    let is_a_word =
        |choice: &&Choice<'a>| choice.word.to_lowercase().split_whitespace().any(|part| part == word);
    let long = word.chars().count() > 1;
    let found = choices
        .iter()
        .find(|choice| long && starts(choice, &word))
        .or_else(|| choices.iter().find(is_a_word));
    let again = || {
        word = typed.clone();
        round().find(|choice| starts(choice, &typed))
    };
    let found = found.or_else(again);
    ui.data_mut(|data| data.insert_temp(slot, (word, now)));
    found.map(|choice| Some(choice.code))
}

fn entry(ui: &mut Ui, on: bool, word: &str, meaning: &str) -> Response {
    let palette = palette(ui);
    let ink = if on { palette.on_select } else { palette.text };
    let mut job = LayoutJob::single_section(
        word.to_owned(),
        TextFormat::simple(TextStyle::Body.resolve(ui.style()), ink),
    );
    if !meaning.is_empty() {
        let weak = if on { palette.on_select } else { palette.weak };
        job.append(
            &format!("\n{meaning}"),
            0.0,
            TextFormat::simple(TextStyle::Small.resolve(ui.style()), weak),
        );
    }
    let response = ui.add(
        Button::selectable(on, WidgetText::from(job)).min_size(egui::vec2(ui.available_width(), 0.0)).wrap(),
    );
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, ui.is_enabled(), on, word));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(meaning));
    response
}

/// Some of `choices`, as checkboxes. The chosen codes keep the order of `choices`.
pub fn choices_ui(ui: &mut Ui, chosen: &mut Vec<String>, choices: &[Choice<'_>]) -> Response {
    let mut toggled = None;
    let mut response = group(ui, Role::Group, |ui| {
        for choice in choices {
            let mut on = chosen.iter().any(|code| code == choice.code);
            let response = ui.horizontal_wrapped(|ui| {
                let response = check_ui(ui, &mut on, choice.word);
                if !choice.meaning.is_empty() {
                    ui.label(hint(ui, choice.meaning));
                }
                response
            });
            let response = response.inner;
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(choice.meaning));
            if response.changed() {
                toggled = Some((choice.code, on));
            }
        }
    });
    if let Some((code, on)) = toggled {
        let wanted = |other: &str| if other == code { on } else { chosen.iter().any(|kept| kept == other) };
        let known: Vec<String> = choices
            .iter()
            .filter(|choice| wanted(choice.code))
            .map(|choice| choice.code.to_owned())
            .collect();
        let unknown = chosen.iter().filter(|kept| choices.iter().all(|choice| choice.code != kept.as_str()));
        *chosen = known.iter().chain(unknown).cloned().collect();
        response.mark_changed();
    }
    response
}

/// Yes, no, or not decided yet.
pub fn yes_no_ui(ui: &mut Ui, value: &mut Option<bool>) -> Response {
    const ANSWERS: [(&str, Option<bool>); 3] =
        [("Yes", Some(true)), ("No", Some(false)), ("Undecided", None)];
    let on = ANSWERS.iter().position(|(_, answer)| answer == value);
    let mut pressed = None;
    let mut response = group(ui, Role::RadioGroup, |ui| {
        pressed = segments_ui(ui, &ANSWERS.map(|(word, _)| word), on);
    });
    if let Some((_, answer)) = pressed.and_then(|index| ANSWERS.get(index))
        && answer != value
    {
        *value = *answer;
        response.mark_changed();
    }
    response
}

/// A named group; the label of a field is tied to its response.
fn group(ui: &mut Ui, role: Role, contents: impl FnOnce(&mut Ui)) -> Response {
    ui.scope_builder(UiBuilder::new().accessibility_role(role), contents).response
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable as _};

    use super::*;
    use crate::ui::{theme, widgets::field::Field};

    const SEVERITIES: [Choice<'static>; 3] = [
        Choice { code: "none", word: "None", meaning: "No effect on safety" },
        Choice { code: "minor", word: "Minor", meaning: "Discomfort" },
        Choice { code: "serious", word: "Serious", meaning: "Injury is possible" },
    ];

    #[test]
    fn a_choice_is_opened_by_its_name_and_chosen_by_its_label() {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, chosen: &mut Option<String>| {
                Field::new("Severity").show(ui, |ui| choice_ui(ui, chosen, &SEVERITIES, true));
            },
            None,
        );
        harness.run();
        harness.get_by_role_and_label(Role::ComboBox, "Severity").click();
        harness.run();
        harness.get_by_role_and_label(Role::ListBoxOption, "Serious").click();
        harness.run();
        assert_eq!(harness.state().as_deref(), Some("serious"));
        harness.get_by_label("Injury is possible");
        assert_eq!(
            harness.get_by_role_and_label(Role::ComboBox, "Severity").value().as_deref(),
            Some("Serious")
        );
    }

    #[test]
    fn a_choice_can_be_made_by_keyboard_alone() {
        use egui::Key;
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, chosen: &mut Option<String>| {
                Field::new("Severity").show(ui, |ui| choice_ui(ui, chosen, &SEVERITIES, false));
            },
            None,
        );
        harness.run();
        harness.get_by_role_and_label(Role::ComboBox, "Severity").focus();
        harness.run();
        let press = |harness: &mut Harness<'_, Option<String>>, key| {
            harness.key_press(key);
            harness.run();
        };
        for key in [Key::Enter, Key::ArrowDown, Key::ArrowDown, Key::ArrowDown, Key::ArrowUp, Key::Enter] {
            press(&mut harness, key);
        }
        assert_eq!(harness.state().as_deref(), Some("minor"), "the list ends at its end");
        assert!(harness.query_all_by_role(Role::ListBoxOption).next().is_none(), "it closed");
        // The focus is on the box again, and the list opens at what is chosen.
        for key in [Key::Space, Key::ArrowDown, Key::Space] {
            press(&mut harness, key);
        }
        assert_eq!(harness.state().as_deref(), Some("serious"));
        for key in [Key::Enter, Key::Home, Key::Escape, Key::Enter, Key::Home, Key::Enter] {
            press(&mut harness, key);
        }
        assert_eq!(harness.state().as_deref(), Some("none"));
        press(&mut harness, Key::Enter);
        harness.event(egui::Event::Text("s".to_owned()));
        harness.run();
        press(&mut harness, Key::Enter);
        assert_eq!(harness.state().as_deref(), Some("serious"));
        // An arrow opens it too, and Tab leaves the list as it is.
        for key in [Key::ArrowDown, Key::ArrowUp, Key::Tab] {
            press(&mut harness, key);
        }
        assert!(harness.query_all_by_role(Role::ListBoxOption).next().is_none(), "Tab closes it");
        assert!(harness.get_by_role_and_label(Role::ComboBox, "Severity").is_focused());
        assert_eq!(harness.state().as_deref(), Some("serious"));
    }

    #[test]
    fn a_closed_choice_is_made_by_the_first_letters_of_a_word() {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, chosen: &mut Option<String>| {
                Field::new("Severity").show(ui, |ui| choice_ui(ui, chosen, &SEVERITIES, true));
            },
            None,
        );
        harness.run();
        harness.get_by_role_and_label(Role::ComboBox, "Severity").focus();
        harness.run();
        harness.event(egui::Event::Text("se".to_owned()));
        harness.run();
        assert_eq!(harness.state().as_deref(), Some("serious"));
        harness.event(egui::Event::Text("x".to_owned()));
        harness.run();
        assert_eq!(harness.state().as_deref(), Some("serious"), "no word begins with it");
        harness.event(egui::Event::Text("m".to_owned()));
        harness.run();
        assert_eq!(harness.state().as_deref(), Some("minor"));
    }

    #[test]
    fn a_letter_that_is_a_word_of_a_choice_takes_it() {
        const CLASSES: [Choice<'static>; 3] = [
            Choice { code: "a", word: "Class A", meaning: "" },
            Choice { code: "b", word: "Class B", meaning: "" },
            Choice { code: "c", word: "Class C", meaning: "" },
        ];
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, chosen: &mut Option<String>| {
                Field::new("Class").show(ui, |ui| choice_ui(ui, chosen, &CLASSES, true));
            },
            None,
        );
        harness.run();
        harness.get_by_role_and_label(Role::ComboBox, "Class").focus();
        harness.run();
        harness.event(egui::Event::Text("c".to_owned()));
        harness.run();
        assert_eq!(harness.state().as_deref(), Some("c"));
    }

    #[test]
    fn a_code_that_is_not_offered_is_kept() {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, chosen: &mut Vec<String>| {
                Field::new("Markets").show(ui, |ui| choices_ui(ui, chosen, &SEVERITIES));
            },
            vec!["legacy".to_owned()],
        );
        harness.run();
        harness.get_by_label("Serious").click();
        harness.run();
        harness.get_by_label("None").click();
        harness.run();
        assert_eq!(harness.state(), &["none", "serious", "legacy"]);
        harness.get_by_label("None").click();
        harness.run();
        assert_eq!(harness.state(), &["serious", "legacy"]);
    }

    #[test]
    fn yes_no_and_undecided_are_in_a_group_with_the_name_of_the_field() {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, value: &mut Option<bool>| {
                Field::new("Safety related").show(ui, |ui| yes_no_ui(ui, value));
            },
            None,
        );
        harness.run();
        harness.get_by_role_and_label(Role::RadioGroup, "Safety related").get_by_label("No").click();
        harness.run();
        assert_eq!(harness.state(), &Some(false));
        harness.get_by_label("Undecided").click();
        harness.run();
        assert_eq!(harness.state(), &None);
    }
}
