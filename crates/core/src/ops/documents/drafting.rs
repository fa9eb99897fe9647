//! What a document says, drafted into the maintenance plan: into the draft that there is, a first plan, or the next version of the
//! one in force (IEC 62304 6.1).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::domain::document_review::{Found, Point, Review};
use crate::domain::field::{FieldDef, FieldType, is_empty, strings};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::maintenance_plan::{MaintenancePlanState, REVISE, in_force};
use crate::domain::record::{Fields, RecordData};
use crate::domain::requests::RecordSource as _;
use crate::domain::text;
use crate::ops::evidence::EvidenceFile;
use crate::ops::file::ProductFile;
use crate::ops::refused::Refused;
use crate::ops::request::{Act, Request};
use crate::ops::session::Session;
use mainstay_base::clock::Stamp;

/// Most characters of a line that is taken over.
const LINE_CHARS: usize = 300;
/// Most characters of a text that is taken over.
const TEXT_CHARS: usize = 12_000;
/// The field that lists what nobody has decided yet.
const UNDECIDED: &str = "undecided";

/// Which plan takes the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanTarget {
    /// The draft that there is.
    Draft(RecordId),
    /// A first plan, which is written with its examples.
    First(RecordId),
    /// The next version, which begins as a copy of the plan in force.
    Next {
        /// The next version.
        plan: RecordId,
        /// The plan in force.
        of: RecordId,
    },
}

impl PlanTarget {
    /// The plan.
    pub const fn plan(self) -> RecordId {
        match self {
            Self::Draft(plan) | Self::First(plan) | Self::Next { plan, .. } => plan,
        }
    }

    /// Which plan it is, as a noun phrase.
    pub fn words(self) -> String {
        match self {
            Self::Draft(plan) => format!("{plan}, the draft of the maintenance plan"),
            Self::First(plan) => {
                format!("{plan}, the first maintenance plan, which begins with its examples")
            }
            Self::Next { plan, of } => {
                format!(
                    "{plan}, the next version of {of}, which is in force and stays so until this one is approved"
                )
            }
        }
    }

    /// The request that writes it, if it is not there yet.
    fn begin(self, first: Fields) -> Option<Request> {
        match self {
            Self::Draft(_) => None,
            Self::First(_) => Some(Request::Create { kind: Kind::MaintenancePlan, parent: None, set: first }),
            Self::Next { of, .. } => {
                Some(Request::Move { id: of, go: REVISE.to_owned(), set: Fields::new() })
            }
        }
    }
}

/// Which texts are taken.
#[derive(Debug, Clone, Copy)]
pub enum Texts<'a> {
    /// All that are found, where a field is empty or still holds an example. A document is not a decision: each waits for a person.
    WhereOpen,
    /// Those of the points that a person accepted, by their identifiers, also in the place of what the plan says.
    Accepted(&'a BTreeSet<&'static str>),
}

/// A field that takes a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenText {
    /// Its label.
    pub label: &'static str,
    /// The sections from which the text is taken.
    pub from: String,
    /// Whether it takes the place of a text that somebody decided.
    pub replaces: bool,
}

/// What was drafted into a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drafted {
    /// The plan.
    pub target: PlanTarget,
    /// The fields that took a text.
    pub taken: Vec<TakenText>,
    /// Labels of fields that were found but hold another kind of value, such as a number, which a person enters.
    pub by_hand: Vec<&'static str>,
    /// Labels of fields that a person decided already; they keep their value.
    pub kept: Vec<&'static str>,
}

/// The rehearsal of a draft. Making it changes nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedDraft {
    /// What would be drafted, and into which plan.
    pub drafted: Drafted,
    /// The plan as it was then.
    seen: PlanForTexts,
    set: Fields,
    /// The fields that wait for a decision afterwards; `None` where a person accepted the texts.
    undecided: Option<Vec<String>>,
}

/// The plan that would take the texts, with what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanForTexts {
    /// The plan.
    pub target: PlanTarget,
    fields: Fields,
}

/// The field of the plan that takes the text of a point; `None` if it has none, or one for another kind of value.
pub fn text_field(point: &Point) -> Option<&'static FieldDef> {
    Kind::MaintenancePlan.def().field(point.field).filter(|field| field.is_text())
}

impl PlanForTexts {
    /// Whether a field is empty or still holds an example.
    pub fn is_open(&self, field: &str) -> bool {
        self.fields.get(field).is_none_or(is_empty) || self.undecided().contains(&field)
    }

    fn undecided(&self) -> Vec<&str> {
        self.fields.get(UNDECIDED).map(strings).unwrap_or_default()
    }

    /// What drafting these texts of a document would do. `name` is the name of its file.
    ///
    /// # Errors
    /// When nothing of the document is taken.
    pub fn draft(&self, review: &Review, name: &str, texts: Texts<'_>) -> Result<PlannedDraft, Refused> {
        let mut undecided = self.undecided();
        let found = passages_of(review, texts);
        let mut drafted =
            Drafted { target: self.target, taken: Vec::new(), by_hand: Vec::new(), kept: Vec::new() };
        let mut set = Fields::new();
        for field in Kind::MaintenancePlan.def().fields() {
            let Some(passages) = found.get(field.name).filter(|passages| !passages.is_empty()) else {
                continue;
            };
            let open = self.is_open(field.name);
            if !field.is_text() {
                drafted.by_hand.push(field.label);
                continue;
            }
            if !open && matches!(texts, Texts::WhereOpen) {
                drafted.kept.push(field.label);
                continue;
            }
            let value = if field.ty == FieldType::Line {
                passages.first().map(|found| text::one_line(&found.text, LINE_CHARS)).unwrap_or_default()
            } else {
                paragraphs(passages, name)
            };
            set.insert(field.name.to_owned(), value.into());
            let from = distinct(passages.iter().map(|found| section_words(found)).collect()).join(", ");
            drafted.taken.push(TakenText { label: field.label, from, replaces: !open });
            if !undecided.contains(&field.name) {
                undecided.push(field.name);
            }
        }
        if set.is_empty() {
            return Err(Refused::Rule(format!(
                "{name} gives no text for a field of {} that is empty or still holds an example; nothing was changed",
                self.target.plan()
            )));
        }
        let undecided =
            matches!(texts, Texts::WhereOpen).then(|| undecided.into_iter().map(str::to_owned).collect());
        Ok(PlannedDraft { drafted, seen: self.clone(), set, undecided })
    }
}

/// The chosen passages by the field that they fill.
fn passages_of<'r>(review: &'r Review, texts: Texts<'_>) -> BTreeMap<&'static str, Vec<&'r Found>> {
    let chosen = |point: &Point| match texts {
        Texts::WhereOpen => true,
        Texts::Accepted(points) => points.contains(point.id),
    };
    let mut found: BTreeMap<&'static str, Vec<&Found>> = BTreeMap::new();
    let answers = review.answers.iter().filter(|answer| !answer.point.field.is_empty());
    for answer in answers.filter(|answer| chosen(answer.point)) {
        found.entry(answer.point.field).or_default().extend(&answer.found);
    }
    found
}

impl ProductFile {
    /// The plan that would take the texts of a document: the draft that there is, otherwise the next version of the plan in force,
    /// otherwise a first one.
    ///
    /// # Errors
    /// When a version is being approved, so that none may be written; when the file cannot be read.
    pub fn plan_for_texts(&self) -> Result<PlanForTexts, Refused> {
        let plans = self.all(Kind::MaintenancePlan)?;
        let written = plans
            .iter()
            .find(|data| MaintenancePlanState::of(data).is_some_and(MaintenancePlanState::is_being_written));
        let next = RecordId::new(Kind::MaintenancePlan, self.store.next_number(Kind::MaintenancePlan)?);
        let (target, fields) = match (written, plans.iter().find(|data| in_force(data))) {
            (Some(draft), _) if is_draft(draft) => (PlanTarget::Draft(draft.head.id), draft.fields.clone()),
            (Some(other), _) => {
                return Err(Refused::Rule(format!(
                    "{} waits for its approval or its day, so that no other version may be written. Return it to draft, or put it in \
                     force, and then draft from the document",
                    other.head.id
                )));
            }
            (None, Some(now)) => (PlanTarget::Next { plan: next, of: now.head.id }, now.fields.clone()),
            (None, None) => (PlanTarget::First(next), self.first_plan()?),
        };
        Ok(PlanForTexts { target, fields })
    }

    /// Writes a rehearsed draft and attaches the document to the plan, in one transaction. A document that is attached already is
    /// not attached again.
    ///
    /// # Errors
    /// When the plan is no longer as it was rehearsed, or a request is refused; then nothing was changed.
    pub fn draft_plan(
        &mut self,
        session: &Session,
        (planned, document): (PlannedDraft, EvidenceFile),
        reason: Option<&str>,
        stamp: &Stamp,
    ) -> Result<Drafted, Refused> {
        let now = self.plan_for_texts()?;
        if now != planned.seen {
            return Err(Refused::Rule(
                "The plan has changed meanwhile; look again at what would be drafted. Nothing was changed"
                    .to_owned(),
            ));
        }
        let mut requests: Vec<Request> = now.target.begin(now.fields).into_iter().collect();
        let mut sets = vec![planned.set];
        if let Some(undecided) = planned.undecided {
            // An edit takes a field from the list of examples. The second edit puts it back: a document is not a decision.
            let mut waiting = Fields::new();
            waiting.insert(UNDECIDED.to_owned(), json!(undecided));
            sets.push(waiting);
        }
        requests.extend(self.to_keep_and_edit(planned.drafted.target.plan(), vec![document], sets)?);
        let acts = requests.into_iter().map(|request| Act::with_reason(request, reason)).collect();
        self.perform_all(session, acts, &|_| true, stamp).map_err(|(_, refusal)| refusal)?;
        Ok(planned.drafted)
    }
}

fn is_draft(data: &RecordData) -> bool {
    MaintenancePlanState::of(data) == Some(MaintenancePlanState::Draft)
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
