//! The list of what was shown to an auditor. It is kept on the workstation and never in the product file: nothing is written there while
//! somebody looks (`docs/adr/0105`).

use std::fs;
use std::path::{Path, PathBuf};

use crate::ops::export::csv;
use crate::ops::refused::Refused;
use crate::ops::workstation::folder_of;
use crate::store::StoreError;
use mainstay_base::fresh_file::FreshFile;
use mainstay_base::time::Moment;

/// The folder of such lists, in that of the product file.
const FOLDER: &str = "shown";

/// One list or record that was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownRow {
    /// When.
    pub at: Moment,
    /// Number of the record, or the name of the list.
    pub what: String,
    /// Its title as it was shown.
    pub title: String,
    /// Its revision; for a list how many rows it had.
    pub revision: String,
    /// The last event of the file then.
    pub event: u64,
}

/// What was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownList {
    /// Name of the product.
    pub product: String,
    /// The file.
    pub file: String,
    /// Its identifier.
    pub uuid: String,
    /// When it began, and who opened the file for the auditor.
    pub begun: (Moment, String),
    /// When it ended, and who signed in then.
    pub ended: Option<(Moment, String)>,
    /// What was shown, in its order.
    pub rows: Vec<ShownRow>,
}

impl ShownList {
    /// Notes what is shown now, unless it was shown last.
    pub fn note(&mut self, row: ShownRow) -> bool {
        let same = self.rows.last().is_some_and(|last| {
            (&last.what, &last.revision, last.event) == (&row.what, &row.revision, row.event)
        });
        if !same {
            self.rows.push(row);
        }
        !same
    }

    /// How many different records and lists were shown.
    pub fn count(&self) -> usize {
        let mut all: Vec<&str> = self.rows.iter().map(|row| row.what.as_str()).collect();
        all.sort_unstable();
        all.dedup();
        all.len()
    }

    /// As a file for spreadsheet programs.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn csv(&self) -> Result<Vec<u8>, Refused> {
        let line = |at: Moment, what: &str, title: String| {
            [at.words(), what.to_owned(), title, String::new(), String::new()]
        };
        let (begun, by) = &self.begun;
        let head = [
            line(*begun, "Opened for an auditor", format!("by {by}")),
            line(*begun, "Product", self.product.clone()),
            line(*begun, "File", format!("{} ({})", self.file, self.uuid)),
        ];
        let rows = self.rows.iter().map(|row| {
            [row.at.words(), row.what.clone(), row.title.clone(), row.revision.clone(), row.event.to_string()]
        });
        let end =
            self.ended.as_ref().map(|(at, by)| line(*at, "Auditor mode ended", format!("{by} signed in")));
        let header = ["Time", "Shown", "Title", "Revision or rows", "Last event of the file"];
        csv(&header, head.into_iter().chain(rows).chain(end))
    }
}

/// Keeps the list in the folder of this workstation, in the place of what was kept of it before. Returns where.
///
/// # Errors
/// When the folder cannot be written.
pub fn keep_shown(folder: &Path, list: &ShownList) -> Result<PathBuf, Refused> {
    let own = folder_of(folder, &list.uuid).join(FOLDER);
    fs::create_dir_all(&own).map_err(StoreError::io(format!("{} could not be written", own.display())))?;
    let path = own.join(format!("{}.csv", list.begun.0.in_file_name()));
    let mut file = FreshFile::over(&path, None)?;
    file.put(&list.csv()?)?;
    file.persist_loosely()?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(what: &str, minute: i64) -> ShownRow {
        let at = Moment::parse("2031-03-04T09:00:00Z").unwrap().plus_seconds(minute * 60);
        let title = "Alarm, late".to_owned();
        ShownRow { at, what: what.to_owned(), title, revision: "3".to_owned(), event: 12 }
    }

    fn list() -> ShownList {
        let begun = (row("", 0).at, "Ana Example".to_owned());
        let [product, file, uuid] = ["Pump", "pump.mainstay", "one"].map(str::to_owned);
        ShownList { product, file, uuid, begun, ended: None, rows: Vec::new() }
    }

    #[test]
    fn what_is_shown_again_at_once_is_one_row_and_later_another() {
        let mut list = list();
        assert!(list.note(row("CR-0001", 1)));
        assert!(!list.note(row("CR-0001", 2)));
        assert!(list.note(row("FB-0001", 3)));
        assert!(list.note(row("CR-0001", 4)));
        assert_eq!((list.rows.len(), list.count()), (3, 2));
    }

    #[test]
    fn the_list_says_who_opened_the_file_what_was_shown_and_how_it_ended() {
        let folder = tempfile::tempdir().unwrap();
        let mut list = list();
        list.note(row("CR-0001", 1));
        let path = keep_shown(folder.path(), &list).unwrap();
        list.ended = Some((row("", 9).at, "Ben Example".to_owned()));
        assert_eq!(keep_shown(folder.path(), &list).unwrap(), path);
        let text = fs::read_to_string(path).unwrap();
        for words in [
            "by Ana Example",
            "Pump",
            "pump.mainstay (one)",
            "2031-03-04 09:01",
            "CR-0001",
            "\"Alarm, late\"",
            "Ben Example signed in",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
    }
}
