//! What can become of files that were dropped: the choices that fit them, where the window stands and what the person may do.
//!
//! Plain data only. Looking at the files belongs to `recognised`, doing what was chosen to `dropping`.

use std::path::PathBuf;

use crate::domain::ids::RecordId;
use crate::domain::text::counted;
use crate::ui::recognised::{Fits, Looked};

/// What is done with files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Opens a product file.
    Open(PathBuf),
    /// Imports feedback.
    Import(PathBuf),
    /// Reads a list into the register of SOUP.
    Register(PathBuf),
    /// Reads a bill into the release on screen.
    Release(RecordId, PathBuf),
    /// Imports advisory data; also folders.
    Advisories(Vec<PathBuf>),
    /// Reviews a document.
    Review(PathBuf),
    /// Attaches files to the record on screen.
    Attach(RecordId, Vec<PathBuf>),
}

/// A choice: its words, an explanation, and what is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The words of the choice.
    pub label: String,
    /// What it does, as a sentence.
    pub words: String,
    /// What is done.
    pub what: What,
}

/// Where the window stands, and what the person may do there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Here {
    /// The record whose page is on screen.
    pub record: Option<RecordId>,
    /// Why that record takes no files.
    pub takes_no_files: Option<String>,
    /// Whether it is a release whose baseline can be read.
    pub baseline: bool,
    /// Whether the person may make records of feedback.
    pub feedback: bool,
    /// Whether the person may make SOUP items.
    pub soup: bool,
}

/// The choices for these files, the likeliest first, and remarks on what does not fit.
pub fn choices(looked: &[Looked], here: &Here) -> (Vec<Choice>, Vec<String>) {
    let (mut all, mut remarks) = (Vec::new(), Vec::new());
    for fit in [Fits::Product, Fits::Bill, Fits::Feedback, Fits::Document, Fits::Vex, Fits::Advisories] {
        let paths: Vec<PathBuf> =
            looked.iter().filter(|file| has(file, fit)).map(|file| file.path.clone()).collect();
        of_kind(fit, &paths, here, (&mut all, &mut remarks));
    }
    let files: Vec<PathBuf> = looked
        .iter()
        .filter(|file| file.folder.is_none() && file.problem.is_none())
        .map(|file| file.path.clone())
        .collect();
    match (here.record, &here.takes_no_files) {
        (Some(id), None) if !files.is_empty() => {
            let label = if files.len() == 1 {
                format!("Attach to {id} as evidence")
            } else {
                format!("Attach all {} to {id} as evidence", files.len())
            };
            let words = "Kept byte for byte in the product file, with its digest".to_owned();
            all.push(Choice { label, words, what: What::Attach(id, files) });
        }
        (Some(_), Some(why)) => remarks.push(why.clone()),
        (Some(_) | None, None) | (None, Some(_)) => {}
    }
    (all, remarks)
}

/// Whether a file, or a file of a folder, fits.
fn has(file: &Looked, fit: Fits) -> bool {
    match &file.folder {
        // Only advisory data is read from a whole folder.
        Some(counted) => {
            fit == Fits::Advisories
                && [Fits::Advisories, Fits::Vex].iter().any(|fit| counted.recognised.contains_key(fit))
        }
        None => file.fits.contains(&fit),
    }
}

fn of_kind(fit: Fits, paths: &[PathBuf], here: &Here, (all, remarks): (&mut Vec<Choice>, &mut Vec<String>)) {
    let [first, others @ ..] = paths else { return };
    let mut add = |label: &str, words: &str, what: What| {
        all.push(Choice { label: label.to_owned(), words: words.to_owned(), what });
    };
    if fit == Fits::Advisories {
        let words = "Published vulnerabilities and dates of support, for the searches of this workstation";
        return add("Import as advisory data", words, What::Advisories(paths.to_vec()));
    }
    if fit == Fits::Vex {
        let words = "The statements are shown beside the hits of searches and findings that they are about";
        return add("Import the VEX statements", words, What::Advisories(paths.to_vec()));
    }
    if !others.is_empty() {
        remarks.push(format!(
            "Drop one {} at a time to have it read; these are {}.",
            fit.word(),
            paths.len()
        ));
        return;
    }
    let path = first.clone();
    match fit {
        Fits::Product => {
            add("Open the product file", "The open file is closed; nothing of it is lost", What::Open(path));
        }
        Fits::Bill => {
            if let Some(id) = here.record.filter(|_| here.baseline) {
                let words = "SOUP of the release with exact versions; what differs is shown first";
                add(&format!("Read into {id}"), words, What::Release(id, path.clone()));
            }
            if here.soup {
                let words = "What would come and go is shown first";
                add("Read into the register of SOUP", words, What::Register(path));
            }
        }
        Fits::Feedback => {
            if here.feedback {
                let words = "Its columns are matched once, and every row is shown before it is imported";
                add("Import as feedback", words, What::Import(path));
            }
        }
        Fits::Document => {
            let words = "Each point of 6.1 is found with its place, or missing";
            add("Review beside IEC 62304 6.1", words, What::Review(path));
        }
        Fits::Vex | Fits::Advisories => {}
    }
}

/// What was dropped, in a line for each file or folder.
pub fn lines(looked: &[Looked]) -> Vec<String> {
    looked.iter().map(line).collect()
}

fn line(file: &Looked) -> String {
    let name = &file.name;
    if let Some(why) = &file.problem {
        return format!("{name} cannot be read: {why}");
    }
    let Some(folder) = &file.folder else {
        return if file.words.is_empty() {
            format!("{name}: not recognised")
        } else {
            format!("{name}: {}", file.words)
        };
    };
    let files = counted(folder.files, "file");
    let more = if folder.more { "the first " } else { "" };
    let known: usize = folder.recognised.values().sum();
    let mut parts: Vec<String> = folder.recognised.iter().map(|(fit, count)| many(*fit, *count)).collect();
    if folder.files > known {
        parts.push(format!("{} not recognised", folder.files - known));
    }
    let of = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    format!("{name}, a folder with {more}{files}{of}")
}

/// A number of files of a kind.
fn many(fit: Fits, count: usize) -> String {
    match (fit, count) {
        (_, 1) => format!("1 {}", fit.word()),
        (Fits::Bill, count) => format!("{count} bills of materials"),
        (Fits::Advisories, count) => format!("{count} files of advisory data"),
        (fit, count) => format!("{count} {}s", fit.word()),
    }
}

/// The title of the question.
pub fn title(looked: &[Looked]) -> String {
    match looked {
        [one] => format!("What should happen with {}?", one.name),
        several => format!("What should happen with these {} files?", several.len()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::ids::Kind;
    use crate::ui::recognised::Counted;

    fn file(name: &str, fits: &[Fits]) -> Looked {
        Looked {
            path: PathBuf::from(name),
            name: name.to_owned(),
            fits: fits.to_vec(),
            words: String::new(),
            folder: None,
            problem: None,
        }
    }

    fn labels(looked: &[Looked], here: &Here) -> Vec<String> {
        choices(looked, here).0.into_iter().map(|choice| choice.label).collect()
    }

    fn on(record: RecordId) -> Here {
        Here { record: Some(record), feedback: true, soup: true, ..Here::default() }
    }

    #[test]
    fn a_file_is_offered_what_fits_it_where_the_window_stands() {
        let release = RecordId::new(Kind::Release, 2);
        let bill = file("gateway.cdx.json", &[Fits::Bill, Fits::Vex]);
        let here = Here { baseline: true, ..on(release) };
        assert_eq!(
            labels(std::slice::from_ref(&bill), &here),
            [
                "Read into RL-0002",
                "Read into the register of SOUP",
                "Import the VEX statements",
                "Attach to RL-0002 as evidence"
            ]
        );
        assert_eq!(labels(&[bill], &Here::default()), ["Import the VEX statements"]);
        let table = file("complaints.csv", &[Fits::Feedback]);
        assert_eq!(labels(&[table], &on(release)), ["Import as feedback", "Attach to RL-0002 as evidence"]);
        assert!(labels(&[file("log.txt", &[])], &Here::default()).is_empty());
    }

    #[test]
    fn several_files_become_evidence_together_and_kinds_are_told_apart() {
        let change = RecordId::new(Kind::ChangeRequest, 4);
        let files = [
            file("a.csv", &[Fits::Feedback]),
            file("b.csv", &[Fits::Feedback]),
            file("osv.json", &[Fits::Advisories]),
            file("plan.pdf", &[Fits::Document]),
        ];
        let (offered, remarks) = choices(&files, &on(change));
        let labels: Vec<&str> = offered.iter().map(|choice| choice.label.as_str()).collect();
        assert_eq!(
            labels,
            ["Review beside IEC 62304 6.1", "Import as advisory data", "Attach all 4 to CR-0004 as evidence"]
        );
        assert_eq!(remarks, ["Drop one table at a time to have it read; these are 2."]);
    }

    #[test]
    fn a_record_that_takes_no_files_says_why() {
        let why = "The files of CR-0004 are fixed".to_owned();
        let here = Here { takes_no_files: Some(why.clone()), ..on(RecordId::new(Kind::ChangeRequest, 4)) };
        assert_eq!(choices(&[file("log.txt", &[])], &here), (Vec::new(), vec![why]));
    }

    #[test]
    fn of_a_folder_only_advisory_data_is_offered_and_its_files_are_counted() {
        let recognised = BTreeMap::from([(Fits::Advisories, 9_990), (Fits::Bill, 1)]);
        let folder = Counted { files: 10_000, more: false, recognised };
        let looked = [Looked { folder: Some(folder), ..file("osv", &[]) }];
        assert_eq!(labels(&looked, &on(RecordId::new(Kind::ChangeRequest, 4))), ["Import as advisory data"]);
        assert_eq!(
            lines(&looked),
            [
                "osv, a folder with 10000 files: 1 bill of materials, 9990 files of advisory data, 9 not recognised"
            ]
        );
    }
}
