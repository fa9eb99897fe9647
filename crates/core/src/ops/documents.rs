//! A team's own document: read, reviewed beside IEC 62304 6.1, and what it says drafted into the maintenance plan.

mod drafting;

pub use drafting::{Drafted, PlanForTexts, PlanTarget, PlannedDraft, TakenText, Texts, text_field};

use std::path::Path;

use super::refused::Refused;
use crate::domain::choice::Choice as _;
use crate::domain::document_review::{self, DocumentKind, Review};
use crate::exchange::documents;

/// Endings of the documents that are read.
pub const ENDINGS: &[&str] = &["docx", "odt", "pdf", "xlsx", "ods", "csv", "tsv", "md", "txt"];

/// Whether a file is a document by the ending of its name. Tables as text and plain texts may be many other things.
pub fn is_document(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    ENDINGS.contains(&ending.as_str()) && !["csv", "tsv", "txt"].contains(&ending.as_str())
}

/// How a document is described that is kept because the plan was drafted from it.
pub fn description_of(kind: DocumentKind) -> String {
    format!("{} from which the plan was drafted", kind.word())
}

/// Reads a document and reviews it. `name` is the name of its file; `kind` is what a person says that it is. `going` is told the
/// activity and the finished share, and says whether to go on.
///
/// # Errors
/// [`Refused::Rule`] with the place and the reason, if it cannot be read; when it was cancelled.
pub fn review_document(
    bytes: &[u8],
    name: &str,
    kind: Option<DocumentKind>,
    going: &dyn Fn(&str, f32) -> bool,
) -> Result<(String, Review), Refused> {
    let step = |words: &str, share: f32| if going(words, share) { Ok(()) } else { Err(Refused::cancelled()) };
    step("Reading the document", 0.1)?;
    let read = documents::read_while(bytes, name, &|share| going("Reading the document", 0.1 + share * 0.4));
    step("Laying it beside the clauses", 0.5)?;
    let read =
        read.map_err(|error| Refused::Rule(format!("{name} cannot be read as a document: {error}")))?;
    let review = document_review::review(&read, name, kind, &|share| {
        going("Laying it beside the clauses", 0.5 + share / 2.0)
    });
    let review = review.ok_or_else(Refused::cancelled)?;
    step("Laying it beside the clauses", 1.0)?;
    Ok((read.format, review))
}
