//! Asking for a path. The system's dialogs block until the person has answered.
//!
//! Belongs here: asking for a path. Does not belong here: what is done with it.

use std::path::{Path, PathBuf};

/// The ending of product files.
pub const ENDING: &str = "mainstay";

/// A question for a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathQuestion {
    /// Title of the dialog.
    pub title: String,
    /// The kind of file in words, such as “Product file”.
    pub kind: String,
    /// Endings without the dot.
    pub endings: Vec<String>,
    /// Where to write, with a name that is suggested. `None`: which file to read.
    pub write_to: Option<PathBuf>,
}

/// Answers questions for paths: [`by_system`] asks the person; who drives the window without a person answers for them.
pub type AskPath = Box<dyn Fn(&PathQuestion) -> Option<PathBuf>>;

/// Asks the person by a dialog of the system.
#[expect(clippy::disallowed_methods, reason = "this is the one place that opens file dialogs")]
pub fn by_system(question: &PathQuestion) -> Option<PathBuf> {
    let asked =
        rfd::FileDialog::new().set_title(&question.title).add_filter(&question.kind, &question.endings);
    let Some(suggested) = &question.write_to else {
        return asked.add_filter("Every file", &["*"]).pick_file();
    };
    let name = suggested.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut asked = asked.set_file_name(name);
    if let Some(folder) = suggested.parent().filter(|folder| folder.is_dir()) {
        asked = asked.set_directory(folder);
    }
    asked.save_file()
}

/// Which product file to open.
pub fn open_product() -> PathQuestion {
    open("Open a product file", "Product file", &[ENDING])
}

/// Where to make a product file.
pub fn new_product(suggested: &Path) -> PathQuestion {
    save("New product file", suggested, "Product file", ENDING)
}

/// Where to write a backup.
pub fn backup(suggested: &Path) -> PathQuestion {
    save("Back up now", suggested, "Product file", ENDING)
}

/// Where to write a file. `kind` names its format, `ending` is without the dot.
pub fn save(title: &str, suggested: &Path, kind: &str, ending: &str) -> PathQuestion {
    PathQuestion { write_to: Some(suggested.to_owned()), ..open(title, kind, &[ending]) }
}

/// Which file to read. `endings` are without the dot.
pub fn open(title: &str, kind: &str, endings: &[&str]) -> PathQuestion {
    PathQuestion {
        title: title.to_owned(),
        kind: kind.to_owned(),
        endings: endings.iter().map(|ending| (*ending).to_owned()).collect(),
        write_to: None,
    }
}
