//! PDF: letters with their places on pages. Lines, headings, paragraphs and tables are made of the places.
//!
//! The file is untrusted. How much its streams unpack is counted before anything is read, the letters and strokes of all pages are
//! counted while they are read, and a panic of the reader ends the reading and not the program.

mod bounds;
mod layout;
mod lines;
mod page;

use std::any::Any;
use std::sync::mpsc;
use std::thread;

use hayro_interpret::hayro_syntax::{LoadPdfError, Pdf};
use mainstay_base::document::Document;
use mainstay_base::note::Unreadable;

use self::page::{PageText, Reader, Stop};

/// Most pages that a refusal or note names.
const PAGES_NAMED: usize = 8;
/// The stack of the reader: a kibibyte for each array and dictionary that a PDF may open.
const STACK: usize = (bounds::OPENED_MAX as usize) << 10;
/// What to do with a PDF that cannot be read.
const ANOTHER_FORMAT: &str = "save the document as .docx, .odt or .md from the program that made it";

/// Reads a PDF. `going` is told the finished share after each page, and says whether to go on.
pub(super) fn read(bytes: &[u8], going: &dyn Fn(f32) -> bool) -> Result<Document, Unreadable> {
    bounds::check(bytes)?;
    let pages = match with_stack(|going| pages(bytes, going), going)? {
        Ok(pages) => pages?,
        Err(payload) => return Err(stopped(payload.downcast_ref::<Stop>())),
    };
    check_letters(&pages)?;
    let mut document = layout::document(&pages)?;
    let empty: Vec<String> = without_letters(&pages).map(|at| (at + 1).to_string()).collect();
    if !empty.is_empty() {
        let (pages, them) = if empty.len() == 1 { ("Page", "it is") } else { ("Pages", "they are") };
        document.notes.push(format!(
            "{pages} {} without text: {them} not read. If that is a picture with text, recognise the text first.",
            named(&empty)
        ));
    }
    document.notes.push(
        "A PDF keeps the places of letters only: headings, paragraphs and tables are guessed from them."
            .to_owned(),
    );
    Ok(document)
}

/// Runs the reader on a thread with a stack for everything that may be nested in a PDF, because the reader calls itself for it: a stack that
/// ends would end the program. The stack takes memory as far as it is used. A panic ends that thread only, and is returned.
fn with_stack<T: Send>(
    run: impl FnOnce(&dyn Fn(f32) -> bool) -> T + Send,
    going: &dyn Fn(f32) -> bool,
) -> Result<Result<T, Box<dyn Any + Send>>, Unreadable> {
    let (ask, asked) = mpsc::channel();
    let (answer, answered) = mpsc::channel();
    thread::scope(|scope| {
        let runner = thread::Builder::new().name("pdf".to_owned()).stack_size(STACK);
        let runner = runner.spawn_scoped(scope, move || {
            run(&|share| ask.send(share).is_ok() && answered.recv().unwrap_or(false))
        });
        let runner = runner.map_err(|error| {
            Unreadable::at(
                "document",
                format!("there is no memory to read a PDF ({error}); close other programs"),
            )
        })?;
        while let Ok(share) = asked.recv() {
            // Who does not wait for the answer any more has ended.
            let _ = answer.send(going(share));
        }
        Ok(runner.join())
    })
}

fn pages(bytes: &[u8], going: &dyn Fn(f32) -> bool) -> Result<Vec<PageText>, Unreadable> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(_) => encrypted(),
        LoadPdfError::Invalid => Unreadable::at(
            "document",
            format!("this PDF is damaged or cut off; export it again, or {ANOTHER_FORMAT}"),
        ),
    })?;
    let all = pdf.pages();
    let mut reader = Reader::new(&pdf);
    let mut read = Vec::new();
    for (at, page) in all.iter().enumerate() {
        if !going(at as f32 / all.len() as f32) {
            return Err(Unreadable::at("document", "reading it was cancelled"));
        }
        read.push(reader.page(page));
    }
    if read.is_empty() {
        return Err(Unreadable::at(
            "document",
            format!("this PDF has no pages; export it again, or {ANOTHER_FORMAT}"),
        ));
    }
    Ok(read)
}

fn encrypted() -> Unreadable {
    let reason = "this PDF is encrypted, with a password or with restrictions of its use. Save it without both, or save the \
                  document as .docx, .odt or .md from the program that made it";
    Unreadable::at("document", reason)
}

fn stopped(stop: Option<&Stop>) -> Unreadable {
    let reason = match stop {
        Some(Stop::TooMuch) => format!("this PDF draws more than is read; split it, or {ANOTHER_FORMAT}"),
        None => format!(
            "this PDF is damaged in a way that the reader does not know; export it again, or {ANOTHER_FORMAT}"
        ),
    };
    Unreadable::at("document", reason)
}

/// The places of pages without a letter.
fn without_letters(pages: &[PageText]) -> impl Iterator<Item = usize> {
    pages.iter().enumerate().filter(|(_, page)| page.letters.is_empty()).map(|(at, _)| at)
}

/// Refuses scans, and PDFs whose letters cannot be told.
fn check_letters(pages: &[PageText]) -> Result<(), Unreadable> {
    let known: usize = pages.iter().map(|page| page.letters.len()).sum();
    let unknown: usize = pages.iter().map(|page| page.unknown).sum();
    if known == 0 && unknown == 0 {
        let reason = "its pages have no text: it is a scan, or its pages are pictures. Read it with text recognition and save the \
                      result as .docx or .txt, or take the document from the program that made it";
        return Err(Unreadable::at("document", reason));
    }
    if unknown * 4 > known {
        let reason = format!(
            "{unknown} of its {} letters have shapes but no characters, so that it cannot be read as text; {ANOTHER_FORMAT}",
            known + unknown
        );
        return Err(Unreadable::at("document", reason));
    }
    Ok(())
}

fn named(numbers: &[String]) -> String {
    let more = numbers.len().saturating_sub(PAGES_NAMED);
    let first = numbers.get(..PAGES_NAMED.min(numbers.len())).unwrap_or_default().join(", ");
    if more == 0 { first } else { format!("{first} and {more} more") }
}

#[cfg(test)]
mod tests;
