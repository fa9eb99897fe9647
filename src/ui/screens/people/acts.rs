//! The dialogs before a change of an account.

use eframe::egui;
use egui::{Label, Ui};

use crate::domain::choice::Choice as _;
use crate::domain::ids::RecordId;
use crate::domain::person::{Person, REACTIVATE, Role};
use crate::domain::record::Fields;
use crate::ops::{Act, Request};
use crate::ui::cx::{Command, Cx, Then};
use crate::ui::theme::{body, hint};
use crate::ui::widgets::choice::{Choice, choices_ui};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::text::{TextArea, TextLine};

/// The change that a dialog is about.
enum Change {
    Invite,
    Roles(RecordId),
    Identity(RecordId),
    Reset(RecordId),
    Step(RecordId, &'static str),
}

/// An open dialog with its typed values.
pub(super) struct AccountDialog {
    change: Change,
    name: String,
    login: String,
    /// Whether the login was typed; until then it follows from the name.
    login_touched: bool,
    roles: Vec<String>,
    /// The reason, or how the identity was confirmed.
    words: String,
}

impl AccountDialog {
    fn new(change: Change, name: &str, roles: &[Role]) -> Self {
        let roles = roles.iter().map(|role| role.code().to_owned()).collect();
        let (name, login, words) = (name.to_owned(), String::new(), String::new());
        Self { change, name, login, login_touched: false, roles, words }
    }

    pub fn invitation() -> Self {
        Self::new(Change::Invite, "", &[])
    }

    pub fn roles(id: RecordId, person: &Person) -> Self {
        Self::new(Change::Roles(id), &person.title, &person.roles)
    }

    pub fn identity(id: RecordId, person: &Person) -> Self {
        Self::new(Change::Identity(id), &person.title, &[])
    }

    pub fn reset(id: RecordId, person: &Person) -> Self {
        Self::new(Change::Reset(id), &person.title, &[])
    }

    pub fn step(id: RecordId, person: &Person, go: &'static str) -> Self {
        Self::new(Change::Step(id, go), &person.title, &[])
    }

    /// Title and label of the confirming button.
    fn words(&self) -> (String, &'static str) {
        let name = &self.name;
        match self.change {
            Change::Invite => ("Invite a person".to_owned(), "Invite"),
            Change::Roles(_) => (format!("Roles of {name}"), "Save roles"),
            Change::Identity(_) => (format!("Confirm the identity of {name}"), "Confirm identity"),
            Change::Reset(_) => (format!("Reset the access of {name}"), "Reset access"),
            Change::Step(_, REACTIVATE) => (format!("Reactivate {name}"), "Reactivate"),
            Change::Step(..) => (format!("Deactivate {name}"), "Deactivate"),
        }
    }

    fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        let mut need = |there: bool, words: &str| {
            if !there {
                missing.push(words.to_owned());
            }
        };
        match self.change {
            Change::Invite => {
                need(!self.name.trim().is_empty(), "The full name is missing");
                need(!self.login.trim().is_empty(), "The login is missing");
                need(!self.roles.is_empty(), "At least one role is needed");
            }
            Change::Roles(_) => need(!self.roles.is_empty(), "At least one role is needed"),
            Change::Identity(_) => {
                need(!self.words.trim().is_empty(), "How the identity was confirmed is missing");
            }
            Change::Reset(_) | Change::Step(..) => {
                need(!self.words.trim().is_empty(), "The reason is missing");
            }
        }
        missing
    }

    fn body_ui(&mut self, ui: &mut Ui) {
        match self.change {
            Change::Invite => {
                Field::new("Full name")
                    .help("As printed with signatures", "21 CFR 11.50(a)")
                    .show(ui, |ui| ui.add(TextLine::new(&mut self.name)));
                if !self.login_touched {
                    self.login = self.name.split_whitespace().next().unwrap_or_default().to_lowercase();
                }
                let login = Field::new("Login")
                    .help(
                        "Letters, digits, dot, hyphen and underscore. It is never reused for another person",
                        "21 CFR 11.300(a)",
                    )
                    .show(ui, |ui| ui.add(TextLine::new(&mut self.login).limit(64)));
                self.login_touched |= login.changed();
                self.roles_ui(ui);
                let words =
                    "A one-time code is shown next. Give it to the person, who sets a password with it.";
                ui.add(Label::new(hint(ui, words)).wrap());
            }
            Change::Roles(_) => self.roles_ui(ui),
            Change::Identity(_) => {
                let words = "You confirm that the current key belongs to this person. Until then, the person cannot sign.";
                ui.add(Label::new(body(words)).wrap());
                Field::new("How the identity was confirmed")
                    .help("For example in person, by passport", "21 CFR 11.100(b)")
                    .show(ui, |ui| ui.add(TextLine::new(&mut self.words)));
            }
            Change::Reset(_) => {
                let words = "A new one-time code is shown. The key of the person is replaced, and the identity has to be confirmed again.";
                ui.add(Label::new(body(words)).wrap());
                self.reason_ui(ui);
            }
            Change::Step(..) => self.reason_ui(ui),
        }
    }

    fn reason_ui(&mut self, ui: &mut Ui) {
        Field::new("Reason").show(ui, |ui| ui.add(TextArea::new(&mut self.words).rows(2, 5)));
    }

    fn roles_ui(&mut self, ui: &mut Ui) {
        let choices: Vec<Choice<'_>> = Role::OPTIONS
            .iter()
            .map(|role| Choice { code: role.code, word: role.word, meaning: role.meaning.trim() })
            .collect();
        Field::new("Roles").show(ui, |ui| choices_ui(ui, &mut self.roles, &choices));
    }

    fn command(&self) -> Command {
        let plain = |act: Act| Command::Perform { act, then: Then::Stay, draft: None };
        let words = self.words.trim();
        match self.change {
            Change::Invite => Command::PerformAndShowCode {
                act: Request::InvitePerson {
                    login: self.login.trim().to_owned(),
                    full_name: self.name.trim().to_owned(),
                    roles: self.roles.iter().filter_map(|code| Role::from_code(code)).collect(),
                }
                .into(),
                to_whom: self.name.trim().to_owned(),
            },
            Change::Roles(id) => {
                let set = Fields::from_iter([("roles".to_owned(), serde_json::json!(self.roles))]);
                plain(Request::Edit { id, set }.into())
            }
            Change::Identity(person) => {
                plain(Request::VerifyIdentity { person, how: words.to_owned() }.into())
            }
            Change::Reset(person) => Command::PerformAndShowCode {
                act: Act::from(Request::ResetAccess { person }).because(words),
                to_whom: self.name.clone(),
            },
            Change::Step(id, go) => {
                let request = Request::Move { id, go: go.to_owned(), set: Fields::new() };
                plain(Act::from(request).because(words))
            }
        }
    }
}

/// Draws the open dialog, and issues the command when it is confirmed.
pub(super) fn dialog_ui(ui: &Ui, asked: &mut Option<AccountDialog>, cx: &mut Cx<'_>) {
    let Some(open) = asked else { return };
    let (title, confirm) = open.words();
    let missing = open.missing();
    let outcome =
        Dialog::new("account", &title, confirm).missing(&missing).show(ui.ctx(), |ui| open.body_ui(ui));
    match outcome {
        Outcome::Open | Outcome::Refused => {}
        Outcome::Cancelled => *asked = None,
        Outcome::Confirmed => {
            let command = open.command();
            cx.ask(command);
            *asked = None;
        }
    }
}
