//! Documents of a team: a plan, a list of SOUP, a procedure, a change record. Bytes in, sections and tables out.
//!
//! The format is recognised by the bytes; only among plain texts the ending of the name decides. What the words mean belongs to
//! the domain. Nothing is executed: formulas give the values that were stored with them, links are not followed.

mod office;
mod open_document;
mod pdf;
mod sheet;
mod text;
mod word;

use mainstay_base::decode;
use mainstay_base::delimited::{self, Options, ShortRows};
use mainstay_base::document::{Document, Row, Table};
use mainstay_base::note::Unreadable;

/// Most bytes of a document.
pub const BYTES_MAX: usize = 50 << 20;
/// Most characters that are taken out of a document: about 2 000 pages.
const CHARACTERS_MAX: usize = 8_000_000;
/// Most rows of one table.
const ROWS_MAX: usize = 50_000;
/// Most columns of one table.
const COLUMNS_MAX: usize = 500;
/// Most cells of all tables of a document together.
const CELLS_MAX: usize = 1_000_000;

/// Reads a document; `name` is the name of its file, which decides between table and text where the bytes do not.
///
/// # Errors
/// When it is no document that can be read, exceeds a limit, or has no text: the place, and the reason with what to do.
pub fn read(bytes: &[u8], name: &str) -> Result<Document, Unreadable> {
    read_while(bytes, name, &|_| true)
}

/// The same; `going` is told the finished share of a long document, and says whether to go on.
///
/// # Errors
/// As [`read`], and when it was cancelled.
pub fn read_while(bytes: &[u8], name: &str, going: &dyn Fn(f32) -> bool) -> Result<Document, Unreadable> {
    if bytes.len() > BYTES_MAX {
        let reason = format!(
            "it has {} MiB, more than the {} MiB that are read; remove pictures or split it",
            bytes.len() >> 20,
            BYTES_MAX >> 20
        );
        return Err(Unreadable::at("document", reason));
    }
    refuse_foreign(bytes)?;
    let document = if bytes.starts_with(b"PK\x03\x04") {
        office::read(bytes)?
    } else if bytes.starts_with(b"%PDF") {
        pdf::read(bytes, going)?
    } else if ["csv", "tsv"].contains(&ending(name).as_str()) {
        table(bytes)?
    } else {
        let text = decode::text(bytes)?;
        refuse_long(text.len())?;
        text::read(&text)
    };
    if !document.has_text() {
        let reason = "it has no text below its headings. If its pages are pictures, such as a scan, read them with text \
                      recognition and save the result as .docx, .odt, .md or .txt";
        return Err(Unreadable::at("document", reason));
    }
    refuse_long(document.characters())?;
    Ok(document)
}

fn refuse_long(characters: usize) -> Result<(), Unreadable> {
    if characters > CHARACTERS_MAX {
        let reason =
            format!("it has {characters} characters, more than the {CHARACTERS_MAX} that are read; split it");
        return Err(Unreadable::at("document", reason));
    }
    Ok(())
}

fn ending(name: &str) -> String {
    name.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_ascii_lowercase())
}

/// Beginnings of known formats that are not read, and what to do.
const FOREIGN: [(&[u8], &str); 5] = [
    (
        b"\xD0\xCF\x11\xE0",
        "an old .doc or .xls, or a document with a password. Open it in its program and save it as .docx, .xlsx or .odt \
         without a password",
    ),
    (b"{\\rtf", "rich text. Open it in a word processor and save it as .docx or .odt"),
    (b"\x89PNG", "a picture. Read it with text recognition and save the result as .docx or .txt"),
    (b"\xFF\xD8\xFF", "a picture. Read it with text recognition and save the result as .docx or .txt"),
    (b"PK\x05\x06", "an empty archive. Save the document again from the program that made it"),
];

fn refuse_foreign(bytes: &[u8]) -> Result<(), Unreadable> {
    if bytes.is_empty() {
        return Err(Unreadable::at("document", "it is empty; name the document itself"));
    }
    match FOREIGN.iter().find(|(beginning, _)| bytes.starts_with(beginning)) {
        None => Ok(()),
        Some((_, what)) => Err(Unreadable::at("document", format!("this is {what}"))),
    }
}

/// A delimited table as a document of one section.
fn table(bytes: &[u8]) -> Result<Document, Unreadable> {
    let options =
        Options { has_header: Some(true), short_rows: ShortRows::FillWithEmpty, ..Options::default() };
    let read = delimited::read(bytes, &options).map_err(|error| Unreadable::at("file", error.to_string()))?;
    let mut document = Document { format: "Table".to_owned(), ..Document::default() };
    let mut rows = vec![Row { number: 1, cells: read.header.clone() }];
    bounded(read.rows.len(), read.header.len(), "file")?;
    for row in read.rows {
        match row.issues.iter().find(|issue| issue.forbids()) {
            Some(issue) => document.notes.push(format!("Line {} is not used: {issue}", row.line)),
            None => rows.push(Row { number: row.line, cells: row.cells }),
        }
    }
    document.table(Table { place: "file".to_owned(), rows });
    Ok(document)
}

/// How many cells and bytes the tables of a document may still take. Merged, repeated and shared cells count as often as they
/// are shown, so that a small file cannot fill the memory.
#[derive(Debug)]
struct Budget {
    cells: usize,
    bytes: usize,
}

impl Budget {
    const fn new() -> Self {
        Self { cells: CELLS_MAX, bytes: CHARACTERS_MAX }
    }

    /// Takes some cells of together this many bytes.
    fn take(&mut self, cells: usize, bytes: usize, place: &str) -> Result<(), Unreadable> {
        match (self.cells.checked_sub(cells), self.bytes.checked_sub(bytes)) {
            (Some(cells), Some(bytes)) => {
                *self = Self { cells, bytes };
                Ok(())
            }
            (None, _) | (_, None) => {
                let reason = format!(
                    "the tables have more than {CELLS_MAX} cells or {CHARACTERS_MAX} characters, which is more than is read; split the document"
                );
                Err(Unreadable::at(place, reason))
            }
        }
    }
}

/// Refuses a table beyond the limits.
fn bounded(rows: usize, columns: usize, place: &str) -> Result<(), Unreadable> {
    if rows > ROWS_MAX || columns > COLUMNS_MAX {
        let reason = format!(
            "the table has more than {ROWS_MAX} rows or {COLUMNS_MAX} columns, which is more than is read; split it"
        );
        return Err(Unreadable::at(place, reason));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
