//! The dialog in which the columns of a list are chosen and ordered.

use eframe::egui::{Align, Button, Key, Layout, Modifiers, Ui};

use super::{ALL, ListScreen};
use crate::domain::ids::Kind;
use crate::ops::listing::{ListColumn, columns, default_columns};
use crate::ui::theme::hint;
use crate::ui::widgets::button::icon_ui;
use crate::ui::widgets::check::check_ui;
use crate::ui::widgets::icons::Icon;
use crate::ui::widgets::modal::{Dialog, Outcome};

/// The columns while they are being chosen.
pub(super) struct Choosing {
    /// Every column in its order, and whether it is shown.
    columns: Vec<(ListColumn, bool)>,
}

impl Choosing {
    /// The columns of a list as they are: first the shown ones in their order, then the others.
    pub(super) fn new(kind: Kind, shown: &[String]) -> Self {
        let default: Vec<String> = default_columns(kind).into_iter().map(str::to_owned).collect();
        let shown = if shown.is_empty() { &default } else { shown };
        let all = columns(kind);
        let place = |column: &ListColumn| shown.iter().position(|code| code == column.code);
        let mut columns: Vec<(ListColumn, bool)> =
            all.into_iter().map(|column| (column, place(&column).is_some() || column.is_id())).collect();
        columns.sort_by_key(|(column, _)| place(column).unwrap_or(usize::MAX));
        Self { columns }
    }

    /// The codes of the shown columns; empty if they are those of the kind in their order.
    fn codes(&self, kind: Kind) -> Vec<String> {
        let shown: Vec<&str> =
            self.columns.iter().filter(|(_, shown)| *shown).map(|(column, _)| column.code).collect();
        if shown == default_columns(kind) {
            Vec::new()
        } else {
            shown.into_iter().map(str::to_owned).collect()
        }
    }

    fn ui(&mut self, ui: &mut Ui, kind: Kind) {
        ui.label(hint(ui, "Alt+Up and Alt+Down move the column that has the focus."));
        if ui.add(Button::new("Reset")).on_hover_text("The columns of the kind, in their order").clicked() {
            *self = Self::new(kind, &[]);
        }
        let mut moved = None;
        let last = self.columns.len().saturating_sub(1);
        for (place, (column, shown)) in self.columns.iter_mut().enumerate() {
            ui.push_id(column.code, |ui| {
                ui.horizontal(|ui| {
                    let check =
                        ui.add_enabled_ui(!column.is_id(), |ui| check_ui(ui, shown, column.title)).inner;
                    let check = check.on_disabled_hover_text("The number tells a row from another");
                    if check.has_focus() {
                        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::ALT, key));
                        if pressed(Key::ArrowUp) && place > 0 {
                            moved = Some((place, place - 1, check.id));
                        } else if pressed(Key::ArrowDown) && place < last {
                            moved = Some((place, place + 1, check.id));
                        }
                    }
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        let down = icon_ui(ui, Icon::Down, &format!("Move {} down", column.title));
                        if down.clicked() && place < last {
                            moved = Some((place, place + 1, down.id));
                        }
                        let up = icon_ui(ui, Icon::Up, &format!("Move {} up", column.title));
                        if up.clicked() && place > 0 {
                            moved = Some((place, place - 1, up.id));
                        }
                    });
                });
            });
        }
        if let Some((from, to, focus)) = moved {
            self.columns.swap(from, to);
            ui.memory_mut(|memory| memory.request_focus(focus));
            ui.ctx().request_repaint();
        }
    }
}

impl ListScreen {
    /// Draws the dialog, if it is open.
    pub(super) fn choosing_ui(&mut self, ui: &Ui) {
        let Some(mut choosing) = self.choosing.take() else { return };
        let title = format!("Columns of {}", self.kind.def().nouns());
        let outcome = Dialog::new("columns", &title, "Show")
            .width(420.0)
            .show(ui.ctx(), |ui| choosing.ui(ui, self.kind));
        match outcome {
            Outcome::Open | Outcome::Refused => self.choosing = Some(choosing),
            Outcome::Confirmed => {
                self.query.columns = choosing.codes(self.kind);
                self.memory.columns.clone_from(&self.query.columns);
                if self.view.0 == ALL {
                    self.view.1.columns.clone_from(&self.query.columns);
                }
                let shown = |code: &str| {
                    self.query.columns.is_empty() || self.query.columns.iter().any(|c| c == code)
                };
                let gone = self.query.sort.as_ref().is_some_and(|sort| !shown(&sort.column));
                if gone {
                    self.query.sort = None;
                }
                ui.ctx().request_repaint();
            }
            Outcome::Cancelled => {}
        }
    }
}
