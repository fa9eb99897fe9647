//! The evidence files embedded in the PDF.
//!
//! Belongs here: matching the annex with the bytes, and the names inside the PDF. Does not belong here: reading files.

use std::collections::BTreeSet;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::ReportError;
use super::model::AttachmentEntry;

/// The data of the packet, attached together with the evidence. No evidence file may use this name.
pub(super) const DATA_NAME: &str = "packet.json";

/// Longest name inside the PDF, in characters.
const LONGEST_NAME: usize = 120;

/// A file to embed. It belongs to the annex entry with the same file name and digest.
#[derive(Debug, Clone)]
pub struct EmbeddedFile {
    /// File name as in the annex.
    pub file_name: String,
    /// The content; shared, so passing it on copies nothing.
    pub bytes: Arc<[u8]>,
}

/// A file with its position and its name inside the PDF.
pub(super) struct Placed<'a> {
    pub(super) file: &'a EmbeddedFile,
    pub(super) entry: usize,
}

/// SHA-256 in lower-case hexadecimal.
pub(super) fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Pairs every embedded annex entry with its file.
///
/// # Errors
/// [`ReportError::AttachmentMissing`] for an entry whose file is missing or has another digest,
/// [`ReportError::AttachmentNotListed`] for a file that the annex does not list.
pub(super) fn pair<'a>(
    annex: &[AttachmentEntry],
    files: &'a [EmbeddedFile],
) -> Result<Vec<Placed<'a>>, ReportError> {
    let mut free: Vec<(usize, &AttachmentEntry)> =
        annex.iter().enumerate().filter(|(_, entry)| entry.embedded).collect();
    let mut placed = Vec::with_capacity(files.len());
    for file in files {
        let digest = digest(&file.bytes);
        let found = free.iter().position(|(_, entry)| {
            entry.file_name == file.file_name
                && entry.sha256.eq_ignore_ascii_case(&digest)
                && entry.bytes == file.bytes.len() as u64
        });
        let Some(found) = found else {
            return Err(ReportError::AttachmentNotListed { name: file.file_name.clone(), sha256: digest });
        };
        placed.push(Placed { file, entry: free.swap_remove(found).0 });
    }
    match free.first() {
        Some((_, entry)) => Err(ReportError::AttachmentMissing { name: entry.file_name.clone() }),
        None => Ok(placed),
    }
}

/// The name inside the PDF of each annex entry, `None` for one that is only listed. Names are unique without regard to
/// case, and harmless on every system.
pub(super) fn names(annex: &[AttachmentEntry]) -> Vec<Option<String>> {
    let mut taken = BTreeSet::from([DATA_NAME.to_owned()]);
    annex
        .iter()
        .map(|entry| entry.embedded.then(|| unique(&harmless(&entry.file_name), &mut taken)))
        .collect()
}

fn harmless(name: &str) -> String {
    let replaced: String = name
        .chars()
        .map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) || c == '\u{202E}' { '_' } else { c })
        .take(LONGEST_NAME)
        .collect();
    let trimmed = replaced.trim_matches([' ', '.']);
    if trimmed.is_empty() { "unnamed".to_owned() } else { trimmed.to_owned() }
}

fn unique(name: &str, taken: &mut BTreeSet<String>) -> String {
    let (stem, extension) =
        name.rsplit_once('.').map_or((name, String::new()), |(s, e)| (s, format!(".{e}")));
    let mut candidate = name.to_owned();
    let mut number = 2_u32;
    while !taken.insert(candidate.to_lowercase()) {
        candidate = format!("{stem} ({number}){extension}");
        number += 1;
    }
    candidate
}

/// The media type if it is well formed, otherwise the type for unknown bytes (RFC 2046 4.5.1).
pub(super) fn media_type(wanted: &str) -> &str {
    let bare = wanted.split(';').next().unwrap_or_default().trim();
    let good = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.'))
    };
    match bare.split_once('/') {
        Some((kind, subtype)) if good(kind) && good(subtype) && bare.len() < 120 => bare,
        Some(_) | None => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> AttachmentEntry {
        AttachmentEntry { file_name: name.to_owned(), embedded: true, ..AttachmentEntry::default() }
    }

    #[test]
    fn names_inside_the_pdf_are_harmless_and_unique() {
        let annex = ["a/../b.txt", "A.txt", "a.txt", "packet.json", "..", "a.txt"].map(entry);
        let names: Vec<String> = names(&annex).into_iter().flatten().collect();
        assert_eq!(names, ["a_.._b.txt", "A.txt", "a (2).txt", "packet (2).json", "unnamed", "a (3).txt"]);
    }

    #[test]
    fn a_malformed_media_type_becomes_the_type_for_unknown_bytes() {
        assert_eq!(media_type("text/plain; charset=utf-8"), "text/plain");
        assert_eq!(media_type("te xt/plain"), "application/octet-stream");
        assert_eq!(media_type(""), "application/octet-stream");
    }
}
