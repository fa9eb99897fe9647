//! Recognises files that are not delimited text, so that the refusal can say what they are and what to do.

use std::fmt;

/// What a file seems to be if it is not delimited text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    /// A workbook of Microsoft Excel since 2007.
    Xlsx,
    /// A workbook of Microsoft Excel before 2007, or another old Office document.
    OldOffice,
    /// A sheet in the OpenDocument format.
    OpenDocument,
    /// Another ZIP archive.
    Zip,
    /// Another archive or compressed file.
    Compressed,
    /// A PDF document.
    Pdf,
    /// A SQLite database, perhaps a Mainstay product file.
    Sqlite,
    /// An image.
    Image,
    /// A web page; some systems name one like a sheet.
    Html,
    /// An XML document.
    Xml,
    /// A JSON document.
    Json,
    /// A document in rich text format.
    Rtf,
    /// Text in UTF-32.
    Utf32,
    /// Binary data of an unknown kind.
    Unknown,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Xlsx => "an Excel workbook (xlsx)",
            Self::OldOffice => "an old Excel workbook (xls) or another old Office document",
            Self::OpenDocument => "an OpenDocument file",
            Self::Zip => "a ZIP archive",
            Self::Compressed => "a compressed file",
            Self::Pdf => "a PDF document",
            Self::Sqlite => "a SQLite database",
            Self::Image => "an image",
            Self::Html => "a web page (HTML)",
            Self::Xml => "an XML document",
            Self::Json => "a JSON document",
            Self::Rtf => "a rich text document",
            Self::Utf32 => "text in UTF-32",
            Self::Unknown => "binary data",
        })
    }
}

impl Foreign {
    /// What the person can do to import the content, as a sentence.
    pub fn what_to_do(self) -> &'static str {
        match self {
            Self::Xlsx | Self::OldOffice | Self::OpenDocument | Self::Html => {
                "Open it in a spreadsheet program and save it as CSV (UTF-8)."
            }
            Self::Zip | Self::Compressed => "Unpack it and choose the CSV file inside.",
            Self::Pdf | Self::Image | Self::Rtf => "Ask its source for the data as CSV.",
            Self::Sqlite => "Export the table as CSV, or open the file if it is a product file.",
            Self::Xml | Self::Json => {
                "Ask its source for the data as CSV, or use the import made for this format."
            }
            Self::Utf32 => "Save it again as UTF-8.",
            Self::Unknown => "Choose a CSV or text file.",
        }
    }
}

/// First bytes that never begin delimited text.
const MAGIC: &[(&[u8], Foreign)] = &[
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Foreign::OldOffice),
    (b"%PDF-", Foreign::Pdf),
    (b"SQLite format 3\0", Foreign::Sqlite),
    (b"\x1F\x8B", Foreign::Compressed),
    (b"7z\xBC\xAF\x27\x1C", Foreign::Compressed),
    (b"Rar!\x1A\x07", Foreign::Compressed),
    (b"\xFD7zXZ\0", Foreign::Compressed),
    (b"\x28\xB5\x2F\xFD", Foreign::Compressed),
    (b"\x89PNG\r\n\x1A\n", Foreign::Image),
    (b"\xFF\xD8\xFF", Foreign::Image),
    (b"GIF87a", Foreign::Image),
    (b"GIF89a", Foreign::Image),
    (b"{\\rtf", Foreign::Rtf),
    (b"\xFF\xFE\0\0", Foreign::Utf32),
    (b"\0\0\xFE\xFF", Foreign::Utf32),
];

/// How many bytes at each end are examined.
const EXAMINED_BYTES: usize = 8192;

/// What the bytes seem to be, by their beginning, if they are not delimited text.
pub(super) fn foreign(bytes: &[u8]) -> Option<Foreign> {
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Some(*kind);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Some(zip_kind(bytes));
    }
    markup(bytes)
}

fn zip_kind(bytes: &[u8]) -> Foreign {
    let begin = &bytes[..bytes.len().min(EXAMINED_BYTES)];
    // The directory of an archive is at its end, so both ends are examined.
    let end = &bytes[bytes.len().saturating_sub(EXAMINED_BYTES)..];
    let has = |word: &[u8]| begin.windows(word.len()).chain(end.windows(word.len())).any(|part| part == word);
    if has(b"xl/workbook") || has(b"xl/worksheets") {
        Foreign::Xlsx
    } else if has(b"application/vnd.oasis.opendocument") {
        Foreign::OpenDocument
    } else {
        Foreign::Zip
    }
}

fn markup(bytes: &[u8]) -> Option<Foreign> {
    let begin = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let word: Vec<u8> = begin.iter().take(16).map(u8::to_ascii_lowercase).collect();
    if word.starts_with(b"<!doctype html") || word.starts_with(b"<html") {
        return Some(Foreign::Html);
    }
    if word.starts_with(b"<?xml") {
        return Some(Foreign::Xml);
    }
    let rest = begin.strip_prefix(b"{").or_else(|| begin.strip_prefix(b"["))?.trim_ascii_start();
    matches!(rest.first(), Some(b'"' | b'{' | b'[')).then_some(Foreign::Json)
}

/// Whether this cannot be text of one byte per letter: many control characters at the beginning.
pub(super) fn looks_binary(bytes: &[u8]) -> bool {
    let begin = &bytes[..bytes.len().min(EXAMINED_BYTES)];
    let control = begin
        .iter()
        .filter(|byte| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C))
        .count();
    control > 2 && control * 10 > begin.len()
}
