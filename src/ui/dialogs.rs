//! The system's file dialogs. They block until the person has answered.
//!
//! Belongs here: asking for a path. Does not belong here: what is done with it.

use std::path::{Path, PathBuf};

/// The ending of product files.
pub const ENDING: &str = "mainstay";

#[expect(clippy::disallowed_methods, reason = "this is the one place that opens file dialogs")]
fn dialog(title: &str) -> rfd::FileDialog {
    rfd::FileDialog::new().set_title(title)
}

/// Asks which product file to open.
pub fn open_product() -> Option<PathBuf> {
    dialog("Open a product file")
        .add_filter("Product file", &[ENDING])
        .add_filter("Every file", &["*"])
        .pick_file()
}

/// Asks where to make a product file.
pub fn new_product(suggested: &Path) -> Option<PathBuf> {
    save("New product file", suggested, "Product file", ENDING)
}

/// Asks where to write a backup.
pub fn backup(suggested: &Path) -> Option<PathBuf> {
    save("Back up now", suggested, "Product file", ENDING)
}

/// Asks where to write a file. `kind` names its format, `ending` is without the dot.
pub fn save(title: &str, suggested: &Path, kind: &str, ending: &str) -> Option<PathBuf> {
    let name = suggested.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut asked = dialog(title).add_filter(kind, &[ending]).set_file_name(name);
    if let Some(folder) = suggested.parent().filter(|folder| folder.is_dir()) {
        asked = asked.set_directory(folder);
    }
    asked.save_file()
}

/// Asks which file to read. `endings` are without the dot.
pub fn open(title: &str, kind: &str, endings: &[&str]) -> Option<PathBuf> {
    dialog(title).add_filter(kind, endings).add_filter("Every file", &["*"]).pick_file()
}
