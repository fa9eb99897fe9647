//! The views of a list: chosen from a menu and from the palette, saved, renamed, replaced and deleted.

use eframe::egui::{Label, Ui};

use super::{ALL, ListScreen};
use crate::ops::listing::{ListQuery, built_in};
use crate::ui::cx::{Command, Cx};
use crate::ui::list_memory::{NAME_MAX, SavedView, VIEWS_MAX};
use crate::ui::theme::{body, hint};
use crate::ui::widgets::check::check_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::Notice;
use crate::ui::widgets::reach::{Near, reach};
use crate::ui::widgets::text::TextLine;

/// A dialog about views.
pub(super) enum ViewDialog {
    /// The name for what is shown.
    Save(String),
    /// The saved views: the former name, the new name, and whether it stays.
    Manage(Vec<(String, String, bool)>),
}

impl ListScreen {
    /// The menu of views, and each of them for the palette.
    pub(super) fn view_menu(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let built = built_in(self.kind);
        let changed = if self.query == self.view.1 { "" } else { ", changed" };
        let mut taken: Option<(String, Option<SavedView>)> = None;
        let mut dialog = None;
        ui.menu_button(format!("View: {}{changed}", self.view.0), |ui| {
            for (name, _) in &built {
                if ui.button(*name).clicked() {
                    taken = Some(((*name).to_owned(), None));
                    ui.close();
                }
            }
            ui.separator();
            for view in &self.memory.views {
                if ui.button(&view.name).clicked() {
                    taken = Some((view.name.clone(), Some(view.clone())));
                    ui.close();
                }
            }
            if ui.button("Save this view…").clicked() {
                let own = self.memory.view(&self.view.0).map(|view| view.name.clone());
                dialog = Some(ViewDialog::Save(own.unwrap_or_default()));
                ui.close();
            }
            if !self.memory.views.is_empty() && ui.button("Rename or delete views…").clicked() {
                let names = self.memory.views.iter().map(|view| (view.name.clone(), view.name.clone(), true));
                dialog = Some(ViewDialog::Manage(names.collect()));
                ui.close();
            }
        });
        let detail = "The list with the filters, columns and groups of this view";
        for (name, _) in &built {
            if reach(ui, Near::Place, &format!("View: {name}"), detail) {
                taken = Some(((*name).to_owned(), None));
            }
        }
        for view in &self.memory.views {
            if reach(ui, Near::Place, &format!("View: {}", view.name), detail) {
                taken = Some((view.name.clone(), Some(view.clone())));
            }
        }
        if reach(ui, Near::Place, "Save this view…", "Filters, columns and groups under a name") {
            dialog = Some(ViewDialog::Save(String::new()));
        }
        if dialog.is_some() {
            self.view_dialog = dialog;
        }
        match taken {
            Some((name, Some(view))) => self.show_saved(cx, &name, &view),
            Some((name, None)) => {
                let query = built.into_iter().find(|(known, _)| *known == name).map(|(_, query)| query);
                self.show_view(&name, query.unwrap_or_default());
            }
            None => {}
        }
    }

    /// Shows a view. One that names no columns has those that are remembered.
    fn show_view(&mut self, name: &str, mut query: ListQuery) {
        if query.columns.is_empty() {
            query.columns.clone_from(&self.memory.columns);
        }
        self.query = query.sane(self.kind);
        self.view = (name.to_owned(), self.query.clone());
    }

    /// Shows a saved view. Its owner is found by name, because in another file the same number is somebody else.
    fn show_saved(&mut self, cx: &mut Cx<'_>, name: &str, view: &SavedView) {
        let mut query = view.query.clone();
        if let (Some(owner), Ok(names)) = (&view.owner_name, cx.names()) {
            let found = names.iter().find(|(_, known)| *known == owner).map(|(id, _)| id.to_string());
            if found.is_none() {
                let happened =
                    format!("{owner}, whose records this view shows, is not a person of this file.");
                cx.ask(Command::Notify(Notice::problem(happened, "The records of everybody are shown.")));
            }
            query.owner = found;
        }
        self.show_view(name, query);
    }

    /// Draws the dialog about views, if one is open.
    pub(super) fn view_dialog_ui(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        match self.view_dialog.take() {
            Some(ViewDialog::Save(name)) => self.save_ui(ui, cx, name),
            Some(ViewDialog::Manage(names)) => self.manage_ui(ui, names),
            None => {}
        }
    }

    fn save_ui(&mut self, ui: &Ui, cx: &mut Cx<'_>, mut name: String) {
        let trimmed = name.trim();
        let known = self.memory.view(trimmed).is_some();
        let mut missing = Vec::new();
        if trimmed.is_empty() {
            missing.push("Name is missing".to_owned());
        }
        if built_in(self.kind).iter().any(|(built, _)| *built == trimmed) {
            missing.push(format!("“{trimmed}” is a view of the program; choose another name"));
        }
        if !known && self.memory.views.len() >= VIEWS_MAX {
            missing.push(format!("There are {VIEWS_MAX} views already; delete one first"));
        }
        let typed_nothing = trimmed.is_empty();
        let confirm = if known { "Replace" } else { "Save" };
        let outcome =
            Dialog::new("save_view", "Save this view", confirm).missing(&missing).show(ui.ctx(), |ui| {
                Field::new("Name")
                    .required("required")
                    .show(ui, |ui| ui.add(TextLine::new(&mut name).limit(NAME_MAX)));
                for words in missing.iter().filter(|_| !typed_nothing) {
                    ui.add(Label::new(body(words)).wrap());
                }
                let words =
                    "Filters, order, grouping and columns are kept on this workstation, for every file.";
                ui.add(Label::new(hint(ui, words)).wrap());
            });
        match outcome {
            Outcome::Open | Outcome::Refused => self.view_dialog = Some(ViewDialog::Save(name)),
            Outcome::Confirmed => {
                let name = name.trim().to_owned();
                let owner = self.query.owner.as_deref().and_then(|code| code.parse().ok());
                let names = cx.names().ok();
                let owner_name = owner.and_then(|id| names.as_ref()?.get(&id).cloned());
                self.memory.keep(SavedView { name: name.clone(), owner_name, query: self.query.clone() });
                self.view = (name, self.query.clone());
            }
            Outcome::Cancelled => {}
        }
    }

    fn manage_ui(&mut self, ui: &Ui, mut names: Vec<(String, String, bool)>) {
        let mut missing = Vec::new();
        let kept = || names.iter().filter(|(_, _, stays)| *stays);
        for (_, name, _) in kept() {
            let name = name.trim();
            if name.is_empty() {
                missing.push("A name is missing".to_owned());
            } else if built_in(self.kind).iter().any(|(built, _)| *built == name) {
                missing.push(format!("“{name}” is a view of the program; choose another name"));
            } else if kept().filter(|(_, other, _)| other.trim() == name).count() > 1 {
                missing.push(format!("“{name}” is the name of two views"));
            }
        }
        missing.dedup();
        let dialog = Dialog::new("views", "Rename or delete views", "Save").missing(&missing);
        let outcome = dialog.show(ui.ctx(), |ui| {
            for (former, name, stays) in &mut names {
                ui.push_id(former.as_str(), |ui| {
                    let label = format!("Name of {former}");
                    ui.add_enabled_ui(*stays, |ui| {
                        Field::new(&label).show(ui, |ui| ui.add(TextLine::new(name).limit(NAME_MAX)));
                    });
                    let mut gone = !*stays;
                    check_ui(ui, &mut gone, format!("Delete {former}"));
                    *stays = !gone;
                });
            }
        });
        match outcome {
            Outcome::Open | Outcome::Refused => self.view_dialog = Some(ViewDialog::Manage(names)),
            Outcome::Confirmed => self.rename(&names),
            Outcome::Cancelled => {}
        }
    }

    fn rename(&mut self, names: &[(String, String, bool)]) {
        let mut views = std::mem::take(&mut self.memory.views);
        views.retain_mut(|view| {
            let Some((_, name, stays)) = names.iter().find(|(former, _, _)| *former == view.name) else {
                return true;
            };
            if self.view.0 == view.name && *stays {
                name.trim().clone_into(&mut self.view.0);
            } else if self.view.0 == view.name {
                let columns = self.memory.columns.clone();
                let all = ListQuery { attention_first: true, columns, ..ListQuery::default() };
                self.view = (ALL.to_owned(), all);
            }
            name.trim().clone_into(&mut view.name);
            *stays
        });
        for view in views {
            self.memory.keep(view);
        }
    }
}
