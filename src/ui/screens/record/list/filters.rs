//! The line of filters above a list: words, state, owner, attention, period, grouping, view and columns.

use eframe::egui::{Key, Modifiers, TextEdit, Ui};

use super::drawn::filter_ui;
use super::{ListScreen, choosing::Choosing};
use crate::ops::listing::{LATE, ListQuery, MINE, NOBODY, THIS_MONTH, THIS_YEAR, WANTS, groupings};
use crate::ui::cx::Cx;
use crate::ui::widgets::button::button_in_reach_ui;
use crate::ui::widgets::choice::Choice;

const ATTENTION: [Choice<'static>; 2] = [
    Choice { code: WANTS, word: "Needs attention", meaning: "" },
    Choice { code: LATE, word: "Overdue", meaning: "" },
];

const SINCE: [Choice<'static>; 2] = [
    Choice { code: THIS_MONTH, word: "This month", meaning: "" },
    Choice { code: THIS_YEAR, word: "This year", meaning: "" },
];

impl ListScreen {
    pub(super) fn filters(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        ui.horizontal_wrapped(|ui| {
            self.view_menu(ui, cx);
            let edit = TextEdit::singleline(&mut self.query.text)
                .char_limit(200)
                .desired_width(220.0)
                .hint_text("Filter (Ctrl+F)");
            let edit = ui.add(edit).accessible_name("Filter");
            if std::mem::take(&mut self.find) {
                edit.request_focus();
            }
            if edit.has_focus() && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::ArrowDown)) {
                self.table.go_to(0);
                self.table.focus();
            }
            self.choices(ui, cx);
            ui.checkbox(&mut self.query.attention_first, "Needs attention first");
            let word = if self.more { "Fewer filters" } else { "More filters" };
            if ui.button(word).on_hover_text("What needs attention, and since when").clicked() {
                self.more = !self.more;
            }
            let detail = "Which columns this list has, and in which order";
            if button_in_reach_ui(ui, "Columns…", detail) {
                self.choosing = Some(Choosing::new(self.kind, &self.query.columns));
            }
        });
    }

    fn choices(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let of = |(code, word): (&'static str, &'static str)| Choice { code, word, meaning: "" };
        let several = ListQuery::states_of(self.kind).into_iter().map(of);
        let states: Vec<Choice<'_>> = several.chain(self.states.iter().copied().map(of)).collect();
        filter_ui(ui, ("State", "Any"), &mut self.query.state, &states);
        if self.kind.def().assignable {
            let owners = owners(cx);
            let choices: Vec<Choice<'_>> =
                owners.iter().map(|(code, word)| Choice { code, word, meaning: "" }).collect();
            filter_ui(ui, ("Owner", "Any"), &mut self.query.owner, &choices);
        }
        if self.more || self.query.attention.is_some() {
            filter_ui(ui, ("Attention", "Any"), &mut self.query.attention, &ATTENTION);
        }
        if self.more || self.query.since.is_some() {
            filter_ui(ui, ("In its state since", "Any day"), &mut self.query.since, &SINCE);
        }
        let groups: Vec<Choice<'_>> = groupings(self.kind).into_iter().map(of).collect();
        filter_ui(ui, ("Group by", "Nothing"), &mut self.query.group, &groups);
    }
}

fn owners(cx: &mut Cx<'_>) -> Vec<(String, String)> {
    let mut owners = vec![(MINE.to_owned(), "Me".to_owned()), (NOBODY.to_owned(), "Nobody".to_owned())];
    if let Ok(names) = cx.names() {
        owners.extend(names.iter().map(|(id, name)| (id.to_string(), name.clone())));
    }
    owners
}
