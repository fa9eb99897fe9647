//! The dialogs that are open above the window.
//!
//! Belongs here: which are open. Does not belong here: drawing them (`menu`, `files`, `leaving`, `upgrading`).

use super::files::Attaching;
use super::leaving::Leaving;
use super::upgrading::Upgrading;
use crate::ui::cx::Route;
use crate::ui::screens::sign_in::PasswordChange;
use crate::ui::sign::SignDialog;

/// A one-time code on screen. It is kept nowhere.
pub struct ShownCode {
    pub title: &'static str,
    pub words: String,
    pub code: String,
    /// Whether the person has said that they noted it.
    pub noted: bool,
}

impl ShownCode {
    /// A code that the person has not noted yet.
    pub const fn new(title: &'static str, words: String, code: String) -> Self {
        Self { title, words, code, noted: false }
    }
}

/// Every dialog that can be open.
#[derive(Default)]
pub struct OpenDialogs {
    pub code: Option<ShownCode>,
    /// The signature under way.
    pub signing: Option<SignDialog>,
    pub password: Option<PasswordChange>,
    pub attaching: Option<Attaching>,
    pub help: bool,
    /// Settings or shortcuts over the start or the sign-in.
    pub over: Option<Route>,
    pub leaving: Option<Leaving>,
    /// The older file of which the person is asked, or that is being upgraded.
    pub upgrading: Option<Upgrading>,
}

impl OpenDialogs {
    /// Whether one is open that the person has to answer before anything else.
    pub fn ask(&self) -> bool {
        self.code.is_some()
            || self.password.is_some()
            || self.signing.is_some()
            || self.attaching.is_some()
            || self.upgrading.is_some()
            || self.leaving.as_ref().is_some_and(|leaving| !leaving.decided)
    }

    /// Closes those of the person who was signed in.
    pub fn close_of_person(&mut self) {
        self.code = None;
        self.signing = None;
        self.password = None;
        self.attaching = None;
        self.help = false;
    }
}
