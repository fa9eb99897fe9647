//! What files are that are dropped on the window: told from a bounded look at their beginning, never from the name alone.
//!
//! Offering what fits does not belong here, and neither does reading a file: its reader says whether it can be read.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, Read as _};
use std::path::{Path, PathBuf};

use crate::base::regular;
use crate::base::unpack::{Limits, Stop, for_each_document};
use crate::ops::import::{ImportSource, ReadOptions};
use crate::ops::jobs::Progress;
use crate::ops::{Refused, StoreError};
use crate::soup::formats::told::{Told, tell};

/// Bytes of a file that are looked at.
const HEAD_BYTES: u64 = 1 << 20;
/// Bytes of each file in a folder that are looked at.
const HEAD_IN_FOLDER: u64 = 64 << 10;
/// Files of a folder that are looked at.
pub const FILES_MAX: usize = 20_000;
/// How deep folders in folders are looked into.
const DEPTH_MAX: usize = 32;
/// Members of an archive whose names are looked at.
const MEMBERS_MAX: usize = 300;
/// The columns from which on a table may be feedback.
const COLUMNS_MIN: usize = 3;
/// How a database begins.
const DATABASE: &[u8] = b"SQLite format 3\0";
/// Members by which office documents are told from other archives.
const OFFICE: [&str; 3] = ["word/document.xml", "xl/workbook.xml", "content.xml"];

/// What a file fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fits {
    /// A product file, to be opened.
    Product,
    /// A table of feedback.
    Feedback,
    /// A bill of materials, a lock file or a list of SOUP.
    Bill,
    /// Statements about vulnerabilities of a product.
    Vex,
    /// Published advisory data.
    Advisories,
    /// A document of the team.
    Document,
}

impl Fits {
    /// Its name where several are counted.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Product => "product file",
            Self::Feedback => "table",
            Self::Bill => "bill of materials",
            Self::Vex => "VEX document",
            Self::Advisories => "file of advisory data",
            Self::Document => "document",
        }
    }
}

/// The files of a folder, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// The files that were looked at.
    pub files: usize,
    /// Whether there are more than are looked at.
    pub more: bool,
    /// What was recognised, with the number of files.
    pub recognised: BTreeMap<Fits, usize>,
}

/// What was seen of a file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Its path.
    pub path: PathBuf,
    /// Its name.
    pub name: String,
    /// What it fits, the likeliest first.
    pub fits: Vec<Fits>,
    /// What it is, in words; empty if it was not recognised.
    pub words: String,
    /// The count of a folder.
    pub folder: Option<Counted>,
    /// Why it cannot be read.
    pub problem: Option<String>,
}

/// Looks at what was dropped.
///
/// # Errors
/// When it was cancelled.
pub fn look_at(paths: Vec<PathBuf>, progress: &Progress) -> Result<Vec<Looked>, Refused> {
    let all = paths.len().max(1);
    let mut found = Vec::with_capacity(paths.len());
    for (index, path) in paths.into_iter().enumerate() {
        if !progress.at(index as f32 / all as f32) {
            return Err(Refused::Store(StoreError::Cancelled));
        }
        found.push(look(path, progress)?);
    }
    Ok(found)
}

fn look(path: PathBuf, progress: &Progress) -> Result<Looked, Refused> {
    let mut name = regular::name_of(&path);
    if name.is_empty() {
        name = path.display().to_string();
    }
    let (fits, words) = (Vec::new(), String::new());
    let mut looked = Looked { path, name, fits, words, folder: None, problem: None };
    if looked.path.is_dir() {
        looked.folder = Some(count(&looked.path, progress)?);
        return Ok(looked);
    }
    match recognise(&looked.path, &looked.name, HEAD_BYTES) {
        Ok((fits, words)) => (looked.fits, looked.words) = (fits, words),
        Err(error) => looked.problem = Some(regular::why(&error)),
    }
    Ok(looked)
}

/// Counts the files of a folder and of the folders in it. Links are not followed, so that it ends.
fn count(folder: &Path, progress: &Progress) -> Result<Counted, Refused> {
    let mut counted = Counted::default();
    let mut waiting = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = waiting.pop() {
        // A folder that may not be read has no files for this person.
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.filter_map(Result::ok) {
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && depth < DEPTH_MAX {
                waiting.push((entry.path(), depth + 1));
            }
            if !kind.is_file() {
                continue;
            }
            if counted.files >= FILES_MAX {
                counted.more = true;
                return Ok(counted);
            }
            counted.files += 1;
            if counted.files.is_multiple_of(50) {
                let words = format!("Looking at file {}", counted.files);
                progress.step(&words, counted.files as f32 / FILES_MAX as f32)?;
            }
            let path = entry.path();
            let seen = recognise(&path, &regular::name_of(&path), HEAD_IN_FOLDER);
            if let Some(first) = seen.ok().and_then(|(fits, _)| fits.first().copied()) {
                *counted.recognised.entry(first).or_default() += 1;
            }
        }
    }
    Ok(counted)
}

/// What a file is by its beginning, with words for it.
fn recognise(path: &Path, name: &str, bytes_max: u64) -> std::io::Result<(Vec<Fits>, String)> {
    let file = regular::open(path)?;
    let whole = file.metadata()?.len() <= bytes_max;
    let mut head = Vec::new();
    (&file).take(bytes_max).read_to_end(&mut head)?;
    if head.starts_with(DATABASE) {
        let ours = path.extension().is_some_and(|ending| ending == crate::ui::dialogs::ENDING);
        return Ok(if ours { one(Fits::Product, "product file") } else { one(Fits::Product, "database") });
    }
    if head.starts_with(b"%PDF") {
        return Ok(one(Fits::Document, "PDF"));
    }
    if is_packed(&head) {
        return Ok(inside(path, name));
    }
    Ok(told(&head, name, path, whole))
}

fn one(fits: Fits, words: &str) -> (Vec<Fits>, String) {
    (vec![fits], words.to_owned())
}

fn is_packed(head: &[u8]) -> bool {
    matches!(head, [0x1F, 0x8B, ..] | [0xFD, b'7', b'z', b'X', b'Z', 0, ..] | [b'P', b'K', 3, 4, ..])
}

/// What is in an archive: an office document, or the first document that says what it is.
fn inside(path: &Path, name: &str) -> (Vec<Fits>, String) {
    let Ok(mut file) = regular::open(path) else { return (Vec::new(), String::new()) };
    let limits = Limits { unpacked_bytes: 64 << 20, members: 2_000_000, ..Limits::default() };
    let (mut seen, mut office, mut wheel) = (0, false, false);
    let mut first: Option<(Vec<Fits>, String)> = None;
    let mut on = |member: &str, reader: &mut dyn BufRead| {
        seen += 1;
        office |= OFFICE.iter().any(|known| member.ends_with(known));
        wheel |= member.contains(".dist-info/");
        if first.is_none() {
            let mut head = Vec::new();
            // What cannot be unpacked says nothing.
            let _ = reader.take(HEAD_IN_FOLDER).read_to_end(&mut head);
            let inner = member.rsplit(['/', ' ']).next().unwrap_or(member);
            let found = told(&head, inner, Path::new(inner), (head.len() as u64) < HEAD_IN_FOLDER);
            first = Some(found).filter(|(fits, _)| !fits.is_empty());
        }
        if office || seen >= MEMBERS_MAX { Err(Stop) } else { Ok(()) }
    };
    // A container that cannot be read further was looked at as far as it goes.
    let _ = for_each_document(&mut file, name, &limits, &mut on);
    if office {
        return one(Fits::Document, "office document");
    }
    if wheel {
        return one(Fits::Bill, "Python wheel");
    }
    first.map_or_else(|| (Vec::new(), String::new()), |(fits, words)| (fits, format!("{words}, packed")))
}

/// What a text is by its beginning.
fn told(head: &[u8], name: &str, path: &Path, whole: bool) -> (Vec<Fits>, String) {
    let (mut fits, mut words) = (Vec::new(), Vec::new());
    for told in tell(head, name, whole) {
        let (fit, format) = match told {
            Told::Bill(format) => (Fits::Bill, format),
            Told::Advisories(format) => (Fits::Advisories, format),
            Told::Vex(format) => (Fits::Vex, format),
        };
        fits.push(fit);
        words.push(format!("{}: {format}", fit.word()));
    }
    // Nothing in a text says that it is Markdown.
    if path.extension().is_some_and(|ending| ending == "md") && !head.contains(&0) {
        fits.push(Fits::Document);
        words.push(Fits::Document.word().to_owned());
    }
    let is_table = fits.is_empty() || fits == [Fits::Bill];
    if let Some(columns) = columns(head, name, whole).filter(|_| is_table) {
        fits.push(Fits::Feedback);
        words.push(format!("table with {columns} columns"));
    }
    (fits, words.join("; "))
}

/// The number of columns of a table with a header and at least one row.
fn columns(head: &[u8], name: &str, whole: bool) -> Option<usize> {
    let start = head.trim_ascii_start();
    if start.starts_with(b"{") || start.starts_with(b"[") || start.starts_with(b"<") {
        return None;
    }
    let end = if whole { head.len() } else { head.iter().rposition(|byte| *byte == b'\n')? };
    let lines = head.get(..end)?.to_vec();
    let source = ImportSource::from_bytes(name, name, lines, &ReadOptions::default()).ok()?;
    let fits = source.header.len() >= COLUMNS_MIN && source.detected.has_header && !source.rows.is_empty();
    fits.then_some(source.header.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress() -> Progress {
        Progress::new("Looking", || {})
    }

    fn looked(name: &str, bytes: &[u8]) -> Looked {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        look_at(vec![path], &progress()).unwrap().remove(0)
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        use std::io::Write as _;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    const BILL: &[u8] = br#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "zlib", "version": "1.3"}]}"#;
    const FEEDBACK: &[u8] =
        b"Number,Received,Channel,Description\n1,2031-03-01,Telephone,The alarm came late\n";

    #[test]
    fn a_file_is_told_from_its_content_and_not_from_its_name() {
        for (name, bytes, fits) in [
            ("holiday.jpg", BILL, &[Fits::Bill][..]),
            ("gateway.cdx.json", FEEDBACK, &[Fits::Feedback]),
            ("complaints.csv", FEEDBACK, &[Fits::Feedback]),
            ("plan.pdf", b"%PDF-1.7\n", &[Fits::Document]),
            ("plan.md", b"# Maintenance plan\n\nFeedback is read daily.\n", &[Fits::Document]),
            ("plan.docx", b"no archive", &[]),
            ("pump.mainstay", b"SQLite format 3\0more", &[Fits::Product]),
            ("log.txt", b"02:14 alarm\n", &[]),
            ("empty", b"", &[]),
            ("noise", b"\0\xff\xfe\x01\x02", &[]),
        ] {
            let found = looked(name, bytes);
            assert_eq!((found.fits.as_slice(), found.problem), (fits, None), "{name}");
        }
        let found = looked("bill.json.gz", &packed(BILL));
        assert_eq!(
            (found.fits.as_slice(), found.words.as_str()),
            (&[Fits::Bill][..], "bill of materials: CycloneDX, packed")
        );
    }

    #[test]
    fn what_is_not_there_or_no_file_says_so() {
        let gone = look_at(vec![PathBuf::from("/nowhere/at all.csv")], &progress()).unwrap().remove(0);
        assert_eq!(gone.problem.as_deref(), Some("there is no such file or folder"));
    }

    #[test]
    fn a_folder_is_counted_and_nothing_of_it_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("deep");
        fs::create_dir(&deep).unwrap();
        for number in 0..120 {
            let text =
                format!(r#"{{"id": "OSV-{number}", "modified": "2026-01-01T00:00:00Z", "affected": []}}"#);
            fs::write(deep.join(format!("{number}.json")), text).unwrap();
        }
        fs::write(folder.path().join("readme.txt"), "Notes\n").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path(), deep.join("round")).unwrap();
        let looked = look_at(vec![folder.path().to_owned()], &progress()).unwrap().remove(0);
        let counted = looked.folder.unwrap();
        assert_eq!((counted.files, counted.more), (121, false));
        assert_eq!(counted.recognised, BTreeMap::from([(Fits::Advisories, 120)]));
    }

    #[test]
    fn a_look_that_is_cancelled_ends() {
        let progress = progress();
        progress.cancel();
        assert!(look_at(vec![PathBuf::from("a")], &progress).is_err());
    }
}
