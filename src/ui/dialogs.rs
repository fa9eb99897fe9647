//! File dialogs: asking the user for a path. The system's dialogs block until the user answers.
//!
//! Belongs here: the dialogs. Does not belong here: reading or writing the chosen file.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// The extension of product files.
pub const ENDING: &str = "mainstay";

/// A question for a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathQuestion {
    /// Title of the dialog.
    pub title: String,
    /// The kind of file as a label, such as “Product file”.
    pub kind: String,
    /// File extensions without the dot.
    pub endings: Vec<String>,
    /// Whether a folder is asked for, and not a file.
    pub folder: bool,
    /// The suggested path to write to. `None` asks for a file or folder to read.
    pub write_to: Option<PathBuf>,
}

/// The answer to a question for a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathAnswer {
    /// A path.
    Chosen(PathBuf),
    /// The user chose none.
    Cancelled,
    /// The machine has no file dialog.
    NoDialog,
}

impl From<Option<PathBuf>> for PathAnswer {
    fn from(path: Option<PathBuf>) -> Self {
        path.map_or(Self::Cancelled, Self::Chosen)
    }
}

/// What is said where the machine has no file dialog.
pub const NO_DIALOG: &str = "This machine shows no file dialog, so enter the path. With zenity, or xdg-desktop-portal and \
                             xdg-desktop-portal-gtk, installed, the program shows one.";

/// Answers questions for paths: [`by_system`] asks the user; a program that drives the window answers by itself.
pub type AskPath = Box<dyn Fn(&PathQuestion) -> PathAnswer>;

/// Nobody closes a dialog sooner after it was asked for.
const SOONEST: Duration = Duration::from_millis(400);

/// Asks the user with a dialog of the system.
pub fn by_system(question: &PathQuestion) -> PathAnswer {
    let before = crate::ops::stamp().steady;
    match ask_system(question) {
        Some(path) => PathAnswer::Chosen(path),
        None if was_none_shown(crate::ops::stamp().steady.saturating_sub(before), has_zenity()) => {
            PathAnswer::NoDialog
        }
        None => PathAnswer::Cancelled,
    }
}

/// Whether no dialog was shown, told from how long the answer took. On Linux the desktop portal shows the dialog, or else zenity; if
/// both are missing, the answer is the same as that of a user who cancels, but at once.
const fn was_none_shown(took: Duration, has_zenity: bool) -> bool {
    cfg!(target_os = "linux") && !has_zenity && took.as_millis() < SOONEST.as_millis()
}

/// Whether zenity is installed, which shows a dialog where the desktop portal does not.
fn has_zenity() -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join("zenity").is_file())
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that opens file dialogs")]
fn ask_system(question: &PathQuestion) -> Option<PathBuf> {
    let asked =
        rfd::FileDialog::new().set_title(&question.title).add_filter(&question.kind, &question.endings);
    if question.folder {
        return rfd::FileDialog::new().set_title(&question.title).pick_folder();
    }
    let Some(suggested) = &question.write_to else {
        return asked.add_filter("All files", &["*"]).pick_file();
    };
    let name = suggested.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut asked = asked.set_file_name(name);
    if let Some(folder) = suggested.parent().filter(|folder| folder.is_dir()) {
        asked = asked.set_directory(folder);
    }
    asked.save_file()
}

/// Asks which product file to open.
pub fn open_product() -> PathQuestion {
    open("Open a product file", "Product file", &[ENDING])
}

/// Asks where to create a product file.
pub fn new_product(suggested: &Path) -> PathQuestion {
    save("New product file", suggested, "Product file", ENDING)
}

/// Asks where to write a backup.
pub fn backup(suggested: &Path) -> PathQuestion {
    save("Back up now", suggested, "Product file", ENDING)
}

/// Asks where to write a file. `kind` names its format; `ending` has no dot.
pub fn save(title: &str, suggested: &Path, kind: &str, ending: &str) -> PathQuestion {
    PathQuestion { write_to: Some(suggested.to_owned()), ..open(title, kind, &[ending]) }
}

/// Asks which file to read. `endings` have no dot.
pub fn open(title: &str, kind: &str, endings: &[&str]) -> PathQuestion {
    PathQuestion {
        title: title.to_owned(),
        kind: kind.to_owned(),
        endings: endings.iter().map(|ending| (*ending).to_owned()).collect(),
        folder: false,
        write_to: None,
    }
}

/// Asks which folder to read.
pub fn open_folder(title: &str) -> PathQuestion {
    PathQuestion { folder: true, ..open(title, "", &[]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_at_once_without_zenity_says_that_no_dialog_was_shown() {
        let (at_once, by_hand) = (Duration::from_millis(3), Duration::from_secs(2));
        assert_eq!(was_none_shown(at_once, false), cfg!(target_os = "linux"));
        assert!(!was_none_shown(by_hand, false), "somebody cancelled");
        assert!(!was_none_shown(at_once, true), "zenity was there");
    }
}
