//! Persons, their roles and access; the policy with the authority matrix; the link to the product configuration.

mod acts;
mod policy;

use eframe::egui;
use egui::{ScrollArea, Ui};

use self::acts::AccountDialog;
use super::parts::{heading_ui, in_a_row_ui, problem_ui, tone_of};
use crate::domain::choice::Choice as _;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::{DEACTIVATE, Person, PersonState, REACTIVATE};
use crate::domain::record::RecordData;
use crate::ops::Head;
use crate::ui::cx::{Command, Cx, Route};
use crate::ui::theme::{Tone, body, hint, space};
use crate::ui::widgets::button::{primary_ui, segments_ui};
use crate::ui::widgets::heading::title_ui;
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::reach::{Near, reach};
use crate::ui::widgets::scrolled::scrolled as following;
use crate::ui::widgets::table::{Cell, Column, Table, TableState, Width};

const COLUMNS: [Column<'static>; 6] = [
    Column::new("Name", Width::Fixed(190.0)).unsortable(),
    Column::new("Login", Width::Fixed(110.0)).unsortable(),
    Column::new("Roles", Width::Rest(260.0)).unsortable(),
    Column::new("State", Width::Fixed(110.0)).unsortable(),
    Column::new("Identity", Width::Fixed(160.0)).unsortable(),
    Column::new("Since", Width::Fixed(110.0)).unsortable(),
];

/// The visible part of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Part {
    #[default]
    People,
    Policy,
    Product,
}

const PARTS: [(Part, &str); 3] =
    [(Part::People, "People"), (Part::Policy, "Policy and authority"), (Part::Product, "Product")];

/// Persons and policy.
#[derive(Default)]
pub struct PeopleScreen {
    part: Part,
    table: TableState,
    people: Vec<(RecordData, Person)>,
    read: Option<Head>,
    problem: Option<String>,
    dialog: Option<AccountDialog>,
}

impl PeopleScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.keep_up(cx);
        self.reach(ui, cx);
        heading_ui(ui, "People and policy", |ui| {
            if self.part == Part::People && cx.writable() && primary_ui(ui, "Invite a person…").clicked() {
                self.dialog = Some(AccountDialog::invitation());
            }
            if cx.writable() && ui.button("Change my password…").clicked() {
                cx.ask(Command::ChangePassword);
            }
        });
        let on = PARTS.iter().position(|(part, _)| *part == self.part);
        if let Some(pressed) = segments_ui(ui, &PARTS.map(|(_, word)| word), on)
            && let Some((part, _)) = PARTS.get(pressed)
        {
            self.part = *part;
        }
        ui.add_space(space::S);
        if let Some(problem) = &self.problem {
            problem_ui(ui, problem);
        }
        match self.part {
            Part::People => self.people_ui(ui, cx),
            Part::Policy => policy::policy_ui(ui, cx),
            Part::Product => product_ui(ui, cx),
        }
        acts::dialog_ui(ui, &mut self.dialog, cx);
    }

    /// What the palette offers: without it, a person would have to be found in the table first.
    fn reach(&mut self, ui: &Ui, cx: &Cx<'_>) {
        if !cx.writable() {
            return;
        }
        if reach(ui, Near::Place, "Invite a person…", "An account with a one-time code") {
            (self.part, self.dialog) = (Part::People, Some(AccountDialog::invitation()));
        }
        for (data, person) in &self.people {
            let waits = data.head.state == PersonState::Active.code() && !person.may_sign();
            let name = format!("Confirm identity of {}", person.title);
            if waits
                && data.head.id != cx.session.person()
                && reach(ui, Near::Step, &name, "Nobody signs before that")
            {
                self.dialog = Some(AccountDialog::identity(data.head.id, person));
            }
        }
    }

    fn keep_up(&mut self, cx: &Cx<'_>) {
        if self.read.as_ref() == Some(cx.file.head()) {
            return;
        }
        match cx.file.people() {
            Ok(people) => {
                self.people = people;
                self.problem = None;
            }
            Err(refusal) => self.problem = Some(refusal.to_string()),
        }
        self.read = Some(cx.file.head().clone());
    }

    fn people_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let people = &self.people;
        let room = (ui.available_height() - 230.0).max(160.0);
        let events = Table::new("People", &COLUMNS, people.len()).within(room).show(
            ui,
            &mut self.table,
            |row, column| {
                people.get(row).map_or_else(Cell::default, |(data, person)| cell(data, person, column))
            },
        );
        if let Some(row) = events.opened {
            self.table.go_to(row);
        }
        ui.add_space(space::M);
        let Some((data, person)) = self.table.cursor.and_then(|row| self.people.get(row)) else {
            ui.label(hint(ui, "Select a person to see the available actions."));
            return;
        };
        card_ui(ui, data, person, &mut self.dialog, cx);
    }
}

fn cell(data: &RecordData, person: &Person, column: usize) -> Cell<'static> {
    match column {
        0 => person.title.to_string().into(),
        1 => person.login.to_string().into(),
        2 => role_words(person).into(),
        3 => data.state().map_or_else(Cell::default, |state| Cell::toned(tone_of(state.tone), state.word)),
        4 => match (person.may_sign(), person.key_fingerprint.is_empty()) {
            (true, _) => Cell::toned(Tone::Good, "Confirmed"),
            (false, true) => Cell::weak("No password yet"),
            (false, false) => Cell::toned(Tone::Due, "Not confirmed"),
        },
        _ => Cell::weak(data.head.state_since.day().to_string()),
    }
}

fn role_words(person: &Person) -> String {
    person.roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(", ")
}

fn card_ui(
    ui: &mut Ui,
    data: &RecordData,
    person: &Person,
    asked: &mut Option<AccountDialog>,
    cx: &mut Cx<'_>,
) {
    let id = data.head.id;
    ui.horizontal(|ui| {
        title_ui(ui, person.title.to_string());
        if link_ui(ui, &id.to_string()).clicked() {
            cx.go(Route::Record(id));
        }
    });
    ui.add(egui::Label::new(body(role_words(person))).wrap());
    let identity = match (person.may_sign(), person.identity_verified_at) {
        (true, Some(at)) => {
            let how = &person.identity_verified_how;
            format!("Identity confirmed on {}: {how}. This person may sign.", at.day())
        }
        (true, None) => "Identity confirmed. This person may sign.".to_owned(),
        (false, _) if person.key_fingerprint.is_empty() => {
            "No password was set with the one-time code yet, so there is no key to confirm.".to_owned()
        }
        (false, _) => "Identity not confirmed for the current key: this person cannot sign yet.".to_owned(),
    };
    ui.add(egui::Label::new(hint(ui, identity)).wrap());
    if !cx.writable() {
        return;
    }
    ui.add_space(space::S);
    let oneself = id == cx.session.person();
    if oneself {
        ui.label(hint(
            ui,
            "This is your own account. Another person changes its roles and confirms your identity.",
        ));
        return;
    }
    let active = data.head.state == PersonState::Active.code();
    let inactive = data.head.state == PersonState::Inactive.code();
    in_a_row_ui(ui, |ui| {
        if ui.button("Edit roles…").clicked() {
            *asked = Some(AccountDialog::roles(id, person));
        }
        if active && !person.may_sign() && ui.button("Confirm identity…").clicked() {
            *asked = Some(AccountDialog::identity(id, person));
        }
        if !inactive && ui.button("Reset access…").clicked() {
            *asked = Some(AccountDialog::reset(id, person));
        }
        let (word, go) = if inactive { ("Reactivate…", REACTIVATE) } else { ("Deactivate…", DEACTIVATE) };
        if ui.button(word).clicked() {
            *asked = Some(AccountDialog::step(id, person, go));
        }
        if ui.button("History").clicked() {
            cx.go(Route::AuditTrail(Some(id)));
        }
    });
}

fn product_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let id = RecordId::new(Kind::Product, 1);
    match cx.file.product() {
        Ok(product) => {
            title_ui(ui, product.title.to_string());
            ui.label(body(format!("The rules for class {} apply.", product.class().word())));
            let markets = product.markets.iter().map(|market| market.word()).collect::<Vec<_>>().join(", ");
            ui.add(egui::Label::new(hint(ui, format!("Markets: {markets}"))).wrap());
        }
        Err(refusal) => problem_ui(ui, &refusal.to_string()),
    }
    ui.add_space(space::S);
    ui.add(
        egui::Label::new(hint(
            ui,
            "One record holds safety class, markets, versions in the field and retention.",
        ))
        .wrap(),
    );
    if link_ui(ui, "Product configuration (PD-0001)").clicked() {
        cx.go(Route::Record(id));
    }
}

/// A part that scrolls by itself.
fn scrolled(ui: &mut Ui, salt: &str, contents: impl FnOnce(&mut Ui)) {
    following(ScrollArea::vertical().id_salt(salt).auto_shrink(false)).show(ui, contents);
}
