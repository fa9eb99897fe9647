//! A team's own document: read, reviewed beside IEC 62304 6.1, and what it says drafted into the maintenance plan.

use std::collections::BTreeMap;

use serde_json::json;

use super::evidence::EvidenceFile;
use super::file::ProductFile;
use super::refused::Refused;
use super::session::Session;
use crate::domain::document_review::{self, DocumentKind, Found, Review};
use crate::domain::field::{FieldType, is_empty};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::maintenance_plan::{MaintenancePlan, MaintenancePlanState};
use crate::domain::record::{Fields, RecordData};
use crate::domain::text;
use crate::exchange::documents;
use mainstay_base::clock::Stamp;

/// Most characters of a line that is taken over.
const LINE_CHARS: usize = 300;
/// Most characters of a text that is taken over.
const TEXT_CHARS: usize = 12_000;

/// Reads a document and reviews it. `name` is the name of its file; `kind` is what a person says that it is.
///
/// # Errors
/// [`Refused::Rule`] with the place and the reason, if it cannot be read.
pub fn review_document(
    bytes: &[u8],
    name: &str,
    kind: Option<DocumentKind>,
) -> Result<(String, Review), Refused> {
    let read = documents::read(bytes, name)
        .map_err(|error| Refused::Rule(format!("{name} cannot be read as a document: {error}")))?;
    let review = document_review::review(&read, name, kind);
    Ok((read.format, review))
}

/// What was drafted into a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drafted {
    /// The plan.
    pub plan: RecordId,
    /// Labels of the fields that took a text, with the sections from which it was taken.
    pub taken: Vec<(&'static str, String)>,
    /// Labels of fields that were found but hold another kind of value, such as a number, which a person enters.
    pub by_hand: Vec<&'static str>,
    /// Labels of fields that a person decided already; they keep their value.
    pub kept: Vec<&'static str>,
}

/// The texts for the fields of a plan, beside the report of them.
struct Draft {
    drafted: Drafted,
    set: Fields,
    /// The fields that wait for a decision afterwards.
    undecided: Vec<String>,
}

impl ProductFile {
    /// Puts what a document says into the draft of the maintenance plan, where a field is empty or still holds an example, and
    /// attaches the document. Every field that took a text is on the list of values that a person accepts before the plan is
    /// submitted.
    ///
    /// # Errors
    /// When there is no draft of the plan, nothing of the document fits, or a request is refused; then nothing was changed.
    pub fn draft_plan_from(
        &mut self,
        session: &Session,
        (review, document): (&Review, EvidenceFile),
        reason: Option<&str>,
        stamp: &Stamp,
    ) -> Result<Drafted, Refused> {
        let plans = self.all(Kind::MaintenancePlan)?;
        let draft =
            plans.iter().find(|data| MaintenancePlanState::of(data) == Some(MaintenancePlanState::Draft));
        let Some(plan) = draft else {
            return Err(Refused::Rule(
                "There is no draft of the maintenance plan; write the first plan, or the next version of the one in force, and draft again"
                    .to_owned(),
            ));
        };
        let Draft { drafted, set, undecided } = draft_of(plan, review, &document.name);
        if set.is_empty() {
            return Err(Refused::Rule(format!(
                "{} gives no text for a field of {} that is empty or still holds an example; nothing was changed",
                document.name, plan.head.id
            )));
        }
        let mut waiting = Fields::new();
        waiting.insert("undecided".to_owned(), json!(undecided));
        // An edit takes a field from the list of examples. The second edit puts it back: a document is not a decision.
        let sets = vec![set, waiting];
        self.keep_and_edit_each(session, (plan.head.id, vec![document]), (sets, reason), stamp)?;
        Ok(drafted)
    }
}

fn draft_of(plan: &RecordData, review: &Review, name: &str) -> Draft {
    let content = plan.typed::<MaintenancePlan>().unwrap_or_default();
    let mut undecided: Vec<String> = content.undecided.iter().map(|name| name.to_string()).collect();
    let mut found: BTreeMap<&'static str, Vec<&Found>> = BTreeMap::new();
    for answer in review.answers.iter().filter(|answer| !answer.point.field.is_empty()) {
        found.entry(answer.point.field).or_default().extend(&answer.found);
    }
    let mut drafted =
        Drafted { plan: plan.head.id, taken: Vec::new(), by_hand: Vec::new(), kept: Vec::new() };
    let mut set = Fields::new();
    for field in plan.def().fields() {
        let Some(passages) = found.get(field.name).filter(|passages| !passages.is_empty()) else { continue };
        let open = is_empty(plan.value(field.name)) || undecided.iter().any(|name| name == field.name);
        let value = match field.ty {
            FieldType::Line => text::one_line(&passages[0].text, LINE_CHARS),
            FieldType::Text => paragraphs(passages, name),
            FieldType::YesNo
            | FieldType::Number
            | FieldType::Day
            | FieldType::Moment
            | FieldType::Choice(_)
            | FieldType::Choices(_)
            | FieldType::Lines
            | FieldType::Record
            | FieldType::Records
            | FieldType::Rows(_) => {
                drafted.by_hand.push(field.label);
                continue;
            }
        };
        if !open {
            drafted.kept.push(field.label);
            continue;
        }
        set.insert(field.name.to_owned(), value.into());
        let sections: Vec<String> = passages.iter().map(|found| section_words(found)).collect();
        drafted.taken.push((field.label, distinct(sections).join(", ")));
        if !undecided.iter().any(|name| name == field.name) {
            undecided.push(field.name.to_owned());
        }
    }
    Draft { drafted, set, undecided }
}

fn distinct(texts: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for text in texts {
        if !kept.contains(&text) {
            kept.push(text);
        }
    }
    kept
}

/// The section of a passage in words.
fn section_words(found: &Found) -> String {
    if found.section.is_empty() { found.place.clone() } else { format!("“{}”", found.section) }
}

/// The passages, each once, and where they come from.
fn paragraphs(passages: &[&Found], name: &str) -> String {
    let texts = distinct(passages.iter().map(|found| found.text.clone()).collect());
    let sections = distinct(passages.iter().map(|found| section_words(found)).collect());
    let body: String = text::plain(&texts.join("\n\n")).chars().take(TEXT_CHARS).collect();
    let source = text::one_line(&format!("Taken from {name}: {}", sections.join(", ")), LINE_CHARS);
    format!("{body}\n\n({source})")
}
