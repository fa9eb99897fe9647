//! Signing in with a password, a one-time code or the recovery code; and changing the user's own password.
//!
//! Belongs here: the forms. Does not belong here: checking a password (ops).

use eframe::egui;
use egui::{Key, Label, Ui};
use zeroize::{Zeroize as _, Zeroizing};

use crate::domain::text::sentence;
use crate::ops::{Password, Refused, check_strength};
use crate::ui::theme::{Tone, body, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::button::{Guarded, guarded_ui};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::heading::{page_heading_ui, title_ui};
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::text::{TextLine, password_ui};

/// A request to the app.
#[derive(Debug)]
pub enum SignInRequest {
    /// Sign in.
    SignIn {
        /// Login.
        login: String,
        /// Password.
        password: Password,
    },
    /// Set a password with a one-time code.
    Activate {
        /// Login.
        login: String,
        /// One-time code.
        code: String,
        /// New password.
        password: Password,
    },
    /// Restore an administrator.
    Recover {
        /// Login.
        login: String,
        /// Recovery code.
        code: String,
        /// New password.
        password: Password,
    },
}

/// How the person proves their identity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Method {
    #[default]
    Password,
    Code,
    Recovery,
}

/// The form.
#[derive(Default)]
pub struct SignIn {
    method: Method,
    login: String,
    code: Zeroizing<String>,
    password: Zeroizing<String>,
    again: Zeroizing<String>,
    strength: StrengthWords,
    refusal: Option<String>,
    tried: bool,
    focused: bool,
    locked: Option<(String, String)>,
}

/// The text above the form.
pub struct FileInfo<'a> {
    /// Name of the product.
    pub product: &'a str,
    /// The path of the file.
    pub path: String,
    /// A note to read before signing in, such as that another person is writing.
    pub note: Option<String>,
    /// How to sign in to the example product.
    pub example: Option<&'a str>,
    /// Whether the file can be written, which one-time codes require.
    pub writable: bool,
    /// The least strength of a new password by the policy, 0 to 4.
    pub least_strength: u32,
}

/// Whether a text has the form in which one-time codes are shown: four groups of five letters and digits.
fn looks_like_code(text: &str) -> bool {
    let groups: Vec<&str> = text.trim().split('-').collect();
    let is_group =
        |group: &&str| group.len() == 5 && group.chars().all(|letter| letter.is_ascii_alphanumeric());
    groups.len() == 4 && groups.iter().all(is_group)
}

impl SignIn {
    /// The form after the window was locked: the previous person and the reason.
    pub fn locked(person: Option<&(String, String)>, why: &str) -> Self {
        let Some((login, name)) = person else { return Self::default() };
        Self { login: login.clone(), locked: Some((name.clone(), why.to_owned())), ..Self::default() }
    }

    /// Shows why the last attempt was refused.
    pub fn refuse(&mut self, refusal: &Refused) {
        // A one-time code that was typed as the password need not be typed again.
        if self.method == Method::Password && looks_like_code(&self.password) {
            self.method = Method::Code;
            self.code = std::mem::take(&mut self.password);
        }
        self.password.zeroize();
        self.again.zeroize();
        self.tried = false;
        self.focused = false;
        self.refusal = Some(sentence(&refusal.to_string()));
    }

    /// Draws the form.
    pub fn ui(&mut self, ui: &mut Ui, of: &FileInfo<'_>) -> Option<SignInRequest> {
        page_heading_ui(ui, of.product);
        ui.label(hint(ui, &of.path));
        ui.add_space(space::M);
        if let Some((name, why)) = &self.locked {
            ui.add(Label::new(body(format!("{why} {name} was signed in.").trim())).wrap());
        }
        if let Some(note) = &of.note {
            tone_words_ui(ui, Tone::Due, note);
        }
        if let Some(words) = of.example {
            ui.add(Label::new(body(words)).wrap());
        }
        ui.add_space(space::S);
        title_ui(
            ui,
            match self.method {
                Method::Password => "Sign in",
                Method::Code => "Set a password with a one-time code",
                Method::Recovery => "Restore an administrator",
            },
        );
        ui.add_space(space::S);
        let first = self.inputs(ui, of.least_strength);
        if !self.focused {
            self.focused = true;
            ui.memory_mut(|memory| memory.request_focus(first));
        }
        if let Some(words) = &self.refusal {
            let shown = tone_words_ui(ui, Tone::Late, words);
            ui.ctx().accesskit_node_builder(shown.id, |node| node.set_live(egui::accesskit::Live::Assertive));
        }
        ui.add_space(space::S);
        let missing = self.missing();
        let word = match self.method {
            Method::Password => "Sign in",
            Method::Code => "Set password and sign in",
            Method::Recovery => "Restore and sign in",
        };
        let pressed = guarded_ui(ui, word, &missing);
        let entered = ui.input(|input| input.key_pressed(Key::Enter)) && ui.memory(|m| m.focused().is_none());
        let asked = match (pressed, entered && missing.is_empty()) {
            (Guarded::Pressed, _) | (Guarded::Idle | Guarded::Refused, true) => Some(self.take()),
            (Guarded::Refused, false) => {
                self.tried = true;
                None
            }
            (Guarded::Idle, false) => {
                self.tried |= entered;
                None
            }
        };
        ui.add_space(space::M);
        self.other_methods(ui, of.writable);
        asked
    }

    /// Draws the inputs; returns the one to focus. `least` is the least strength of a new password.
    fn inputs(&mut self, ui: &mut Ui, least: u32) -> egui::Id {
        let tried = self.tried;
        let need = |text: &str, words: &'static str| (tried && text.trim().is_empty()).then_some(words);
        let violation = need(&self.login, "The login is missing");
        let login = Field::new("Login")
            .violation(violation)
            .show(ui, |ui| ui.add(TextLine::new(&mut self.login).limit(64).width(320.0)));
        let mut first = if self.login.is_empty() { Some(login.id) } else { None };
        ui.add_space(space::S);
        if self.method != Method::Password {
            let label = if self.method == Method::Code { "One-time code" } else { "Recovery code" };
            let violation = need(&self.code, "The code is missing");
            let code = Field::new(label)
                .violation(violation)
                .show(ui, |ui| ui.add(TextLine::new(&mut self.code).limit(64).width(320.0)));
            first = first.or(Some(code.id));
            ui.add_space(space::S);
        }
        let label = if self.method == Method::Password { "Password" } else { "New password" };
        let violation = need(&self.password, "The password is missing");
        let password =
            Field::new(label).violation(violation).show(ui, |ui| password_ui(ui, &mut self.password));
        if self.method != Method::Password {
            self.strength.ui(ui, &self.password, &[&self.login], least);
            ui.add_space(space::S);
            let differs = tried && *self.again != *self.password;
            Field::new("New password again")
                .violation(differs.then_some("The passwords differ"))
                .show(ui, |ui| password_ui(ui, &mut self.again));
        }
        first.unwrap_or(password.id)
    }

    fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        let mut need = |is_missing: bool, words: &str| {
            if is_missing {
                missing.push(words.to_owned());
            }
        };
        need(self.login.trim().is_empty(), "The login is missing");
        need(self.password.is_empty(), "The password is missing");
        if self.method != Method::Password {
            need(self.code.trim().is_empty(), "The code is missing");
            need(*self.again != *self.password, "The passwords differ");
        }
        missing
    }

    fn take(&mut self) -> SignInRequest {
        self.refusal = None;
        let login = self.login.trim().to_owned();
        let password = Password::new(std::mem::take(&mut *self.password));
        self.again.zeroize();
        match self.method {
            Method::Password => SignInRequest::SignIn { login, password },
            Method::Code => SignInRequest::Activate { login, code: self.code.trim().to_owned(), password },
            Method::Recovery => SignInRequest::Recover { login, code: self.code.trim().to_owned(), password },
        }
    }

    fn other_methods(&mut self, ui: &mut Ui, writable: bool) {
        let methods = [
            (Method::Password, "Sign in with a password"),
            (Method::Code, "I have a one-time code"),
            (Method::Recovery, "I have the recovery code"),
        ];
        for (method, words) in methods {
            if method != self.method
                && (writable || method == Method::Password)
                && link_ui(ui, words).clicked()
            {
                self.method = method;
                self.refusal = None;
                self.tried = false;
                self.focused = false;
            }
        }
    }
}

/// The strength of a new password, computed only when one of its inputs changes.
#[derive(Default)]
pub struct StrengthWords {
    of: Zeroizing<String>,
    names: Vec<String>,
    least: u32,
    weak: Option<String>,
}

impl StrengthWords {
    /// Draws the text below the input. `names` must not be the password; `least` is the least strength, 0 to 4.
    pub fn ui(&mut self, ui: &mut Ui, password: &str, names: &[&str], least: u32) {
        if *self.of != password || self.names != names || self.least != least {
            self.of = Zeroizing::new(password.to_owned());
            self.names = names.iter().map(|name| (*name).to_owned()).collect();
            self.least = least;
            let checked = check_strength(&Password::new(password), names, least);
            self.weak = checked.err().map(|refusal| sentence(&refusal.to_string()));
        }
        if password.is_empty() {
            ui.label(hint(ui, "Several unrelated words make a good password."));
        } else if let Some(words) = &self.weak {
            tone_words_ui(ui, Tone::Due, words);
        } else {
            tone_words_ui(ui, Tone::Good, "Strong enough.");
        }
    }

    /// Whether the last drawn password is strong enough.
    pub fn is_good(&self) -> bool {
        !self.of.is_empty() && self.weak.is_none()
    }
}

/// The form to change the user's own password.
pub struct PasswordChange {
    names: [String; 2],
    least: u32,
    old: Zeroizing<String>,
    new: Zeroizing<String>,
    again: Zeroizing<String>,
    strength: StrengthWords,
    /// Why the last attempt was refused.
    pub refusal: Option<String>,
}

impl PasswordChange {
    /// The form for a person with this name and login. `least` is the least strength of a password, 0 to 4.
    pub fn new(names: [&str; 2], least: u32) -> Self {
        Self {
            names: names.map(str::to_owned),
            least,
            old: Zeroizing::default(),
            new: Zeroizing::default(),
            again: Zeroizing::default(),
            strength: StrengthWords::default(),
            refusal: None,
        }
    }

    /// What is missing.
    pub fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        if self.old.is_empty() {
            missing.push("The current password is missing".to_owned());
        }
        if self.new.is_empty() {
            missing.push("The new password is missing".to_owned());
        } else if *self.new != *self.again {
            missing.push("The new passwords differ".to_owned());
        }
        missing
    }

    /// The old and the new password.
    pub fn passwords(&self) -> (Password, Password) {
        (Password::new(self.old.as_str()), Password::new(self.new.as_str()))
    }

    /// Draws the inputs.
    pub fn ui(&mut self, ui: &mut Ui) {
        Field::new("Current password").show(ui, |ui| password_ui(ui, &mut self.old));
        ui.add_space(space::S);
        Field::new("New password").show(ui, |ui| password_ui(ui, &mut self.new));
        let [name, login] = &self.names;
        self.strength.ui(ui, &self.new, &[name, login], self.least);
        ui.add_space(space::S);
        Field::new("New password again").show(ui, |ui| password_ui(ui, &mut self.again));
        if let Some(words) = &self.refusal {
            tone_words_ui(ui, Tone::Late, words);
        }
        ui.label(hint(ui, "The signing key stays the same, so your signatures remain valid."));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_typed_as_the_password_need_not_be_typed_again() {
        let refused = |typed: &str| {
            let mut form = SignIn { password: Zeroizing::new(typed.to_owned()), ..SignIn::default() };
            form.refuse(&Refused::WrongPassword);
            (form.method, form.code.to_string(), form.password.to_string())
        };
        let code = "5BPS4-TKC3Z-S2BK7-ZJYNA";
        assert_eq!(refused(code), (Method::Code, code.to_owned(), String::new()));
        for other in ["several-words-make-a-password", "", "5BPS4-TKC3Z-S2BK7"] {
            assert_eq!(refused(other), (Method::Password, String::new(), String::new()), "{other}");
        }
    }
}
