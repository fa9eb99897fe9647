use super::*;
use crate::model::advisory::{Advisory, Standing};

/// Reads a document: its records with raw text and place, and the report.
fn take(text: impl AsRef<[u8]>) -> (Vec<(Published, String, String)>, Result<FileReport, ReadError>) {
    let mut records = Vec::new();
    let outcome = read(&mut text.as_ref(), "file", &mut |record| {
        records.push((record.published, record.raw.to_owned(), record.place));
        Ok(())
    });
    (records, outcome)
}

fn advisories(text: impl AsRef<[u8]>) -> (Vec<Advisory>, FileReport) {
    let (records, outcome) = take(text);
    let advisories = records.into_iter().map(|(published, ..)| match published {
        Published::Advisory(advisory) => *advisory,
        other => panic!("{other:?}"),
    });
    (advisories.collect(), outcome.unwrap())
}

mod laws;
mod nvd;
mod order;
mod osv;
mod other;
mod vex;
