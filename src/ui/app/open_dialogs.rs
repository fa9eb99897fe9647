//! The dialogs that are open over the window.
//!
//! Belongs here: which are open. Does not belong here: drawing them (`menu`, `files`, `leaving`, `upgrading`).

use super::asking::TypedPath;
use super::attaching::Attaching;
use super::auditing::AfterAudit;
use super::leaving::Leaving;
use super::reason::ReasonDialog;
use super::seen::{Continuing, HeadsDialog};
use super::upgrading::Upgrading;
use crate::ui::cx::Route;
use crate::ui::screens::sign_in::PasswordChange;
use crate::ui::sign::{SignDialog, SignSeveral};

/// A one-time code on screen. It is stored nowhere.
pub struct ShownCode {
    pub title: &'static str,
    pub words: String,
    pub code: String,
    /// Whether the user has confirmed to have noted it.
    pub noted: bool,
}

impl ShownCode {
    /// A code that the user has not noted yet.
    pub const fn new(title: &'static str, words: String, code: String) -> Self {
        Self { title, words, code, noted: false }
    }
}

/// All dialogs that can be open.
#[derive(Default)]
pub struct OpenDialogs {
    pub code: Option<ShownCode>,
    /// A path that is typed, as the machine has no file dialog.
    pub path: Option<TypedPath>,
    /// The signature that is being given.
    pub signing: Option<SignDialog>,
    /// The signatures that are being given together.
    pub signing_several: Option<SignSeveral>,
    pub password: Option<PasswordChange>,
    pub attaching: Option<Attaching>,
    /// The continuation from a restored copy that is being prepared.
    pub continuing: Option<Continuing>,
    /// An act that waits for its reason.
    pub reason: Option<ReasonDialog>,
    /// Events seen of the file.
    pub heads: Option<HeadsDialog>,
    /// Settings or shortcuts in place of the start screen or the sign-in.
    pub over: Option<Route>,
    pub leaving: Option<Leaving>,
    /// Whether it is asked to open the file for an auditor.
    pub auditor: bool,
    /// What was shown to an auditor, after that.
    pub after_audit: Option<AfterAudit>,
    /// The older file that the user is asked about, or that is being upgraded.
    pub upgrading: Option<Upgrading>,
}

impl OpenDialogs {
    /// Whether a dialog is open that the user has to answer first.
    pub fn ask(&self) -> bool {
        self.code.is_some()
            || self.path.is_some()
            || self.password.is_some()
            || self.signing.is_some()
            || self.signing_several.is_some()
            || self.attaching.is_some()
            || self.continuing.is_some()
            || self.reason.is_some()
            || self.heads.is_some()
            || self.auditor
            || self.after_audit.is_some()
            || self.upgrading.is_some()
            || self.leaving.as_ref().is_some_and(|leaving| !leaving.decided)
    }

    /// Closes the dialogs of the person who was signed in.
    pub fn close_of_person(&mut self) {
        self.code = None;
        self.path = None;
        self.signing = None;
        self.signing_several = None;
        self.password = None;
        self.attaching = None;
        self.continuing = None;
        self.heads = None;
        self.auditor = false;
    }
}
