//! A VEX document before publication: its issuer, dates and revision, its products and its statements.
//!
//! This module holds the rules that apply in every format (the minimum requirements for VEX published by CISA in April 2023). The writers
//! in
//! `formats::vex_out` hold the rules of one format. Nothing here reads a clock.

use std::collections::BTreeMap;
use std::fmt;

use chrono::DateTime;
use serde::Deserialize;

use super::component::Component;
use super::vex::{Statement, Status, Subject};
use mainstay_base::time::Moment;

/// Who issues the document, in the words of CSAF 2.0 (3.2.1.8.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Makes the product.
    #[default]
    Vendor,
    /// Found the vulnerability.
    Discoverer,
    /// Coordinates between others.
    Coordinator,
    /// Uses the product.
    User,
    /// None of these.
    Other,
}

impl Role {
    /// The word that OpenVEX and CSAF write.
    pub fn word(self) -> &'static str {
        match self {
            Self::Vendor => "vendor",
            Self::Discoverer => "discoverer",
            Self::Coordinator => "coordinator",
            Self::User => "user",
            Self::Other => "other",
        }
    }
}

/// The issuer of the document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Author {
    /// Name of the organisation or person.
    pub name: String,
    /// In what role.
    pub role: Role,
    /// Address that identifies the issuer (`https://psirt.example.com`); CSAF requires it.
    pub namespace: Option<String>,
    /// How to reach the issuer, in words.
    pub contact: Option<String>,
}

/// The state of the document (CSAF 2.0 3.2.1.12.7).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrackingStatus {
    /// Not yet published.
    #[default]
    Draft,
    /// Published, expected to change soon.
    Interim,
    /// Published, not expected to change soon.
    Final,
}

impl TrackingStatus {
    /// The word that CSAF writes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Interim => "interim",
            Self::Final => "final",
        }
    }
}

/// One revision of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Date of its release.
    pub at: Moment,
    /// What changed.
    pub summary: String,
}

/// The program that writes the document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Everything that is published together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VexDocument {
    /// Its identifier: an IRI for OpenVEX, `urn:uuid:…` for CycloneDX, any text for CSAF.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Who issues it.
    pub author: Author,
    /// The state of the document.
    pub status: TrackingStatus,
    /// All revisions from the first to this one, numbered from 1; their number is the document's version.
    pub revisions: Vec<Revision>,
    /// The program that wrote it.
    pub tool: Tool,
    /// The products and components that the statements are about, named by their `reference`, which is the statements' [`Subject::id`].
    pub products: Vec<Component>,
    /// `reference` of the one product that the whole document is about, if there is one; the other products are then its parts.
    pub about: Option<String>,
    /// Descriptions of the vulnerabilities by their main identifier in the statements.
    pub descriptions: BTreeMap<String, String>,
    /// The statements.
    pub statements: Vec<Statement>,
}

/// One reason why a document cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// `document`, or which statement (`statement 2 (CVE-2021-44228)`).
    pub place: String,
    /// What is missing or cannot be expressed, and what to do.
    pub reason: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

/// A document that cannot be written, with all reasons in the order of the document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct Unwritable {
    /// Never empty.
    pub refusals: Vec<Refusal>,
}

/// The reasons so far.
#[derive(Debug, Default)]
pub struct Refusals(Vec<Refusal>);

impl Refusals {
    /// Adds one.
    pub fn add(&mut self, place: impl Into<String>, reason: impl Into<String>) {
        self.0.push(Refusal { place: place.into(), reason: reason.into() });
    }

    /// Succeeds if there are no reasons.
    pub fn done(self) -> Result<(), Unwritable> {
        if self.0.is_empty() { Ok(()) } else { Err(Unwritable { refusals: self.0 }) }
    }
}

/// A text that is not only white space.
pub fn non_blank(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.trim().is_empty())
}

impl Statement {
    /// The identifier by which two statements are about the same vulnerability: its CVE if it has one, otherwise its main identifier.
    pub fn same_vulnerability(&self) -> &str {
        let names = std::iter::once(&self.vulnerability).chain(&self.aliases);
        names.map(String::as_str).find(|name| is_cve(name)).unwrap_or(&self.vulnerability)
    }

    /// Names the statement in a message: its number from 1, its vulnerability, and the place where it was read, if any.
    pub fn place_in_document(&self, index: usize) -> String {
        let name = if self.vulnerability.trim().is_empty() { "no identifier" } else { &self.vulnerability };
        let read = if self.place.is_empty() { String::new() } else { format!(", read at {}", self.place) };
        format!("statement {} ({name}{read})", index + 1)
    }

    /// What it lacks in every format.
    fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        if self.vulnerability.trim().is_empty() {
            missing.push("the identifier of the vulnerability is missing".to_owned());
        }
        missing.extend(self.missing_for_status());
        if self.subjects.is_empty() {
            missing.push("no product is named".to_owned());
        }
        for (number, subject) in (1..).zip(&self.subjects) {
            if subject.id.trim().is_empty() {
                missing.push(format!("product {number} has no identifier"));
            }
            if subject.subcomponents.iter().any(|id| id.trim().is_empty()) {
                missing.push(format!("a part of the product `{}` has no identifier", subject.id));
            }
        }
        if let Some(at) = self.at.as_deref().filter(|at| !is_date_time(at)) {
            missing.push(format!("`{at}` is not a date and time; write one such as 2026-11-22T14:05:00Z"));
        }
        missing
    }

    fn missing_for_status(&self) -> Option<String> {
        let reason = match self.status {
            None => {
                let word = non_blank(self.own_words.as_ref()).map(|word| format!(" (its word is `{word}`)"));
                return Some(format!(
                    "the status is not known{}; choose not affected, affected, fixed or under investigation",
                    word.unwrap_or_default()
                ));
            }
            Some(Status::NotAffected) => (self.justification.is_none()
                && non_blank(self.impact.as_ref()).is_none())
            .then_some("its status is not affected, but neither a justification nor an impact statement explains why"),
            Some(_) if self.justification.is_some() => {
                Some("it gives a justification, which goes only with not affected")
            }
            Some(Status::Affected) => non_blank(self.action.as_ref())
                .is_none()
                .then_some("its status is affected, but no action statement says what users should do"),
            Some(Status::Fixed | Status::UnderInvestigation) => None,
        };
        reason.map(str::to_owned)
    }
}

impl VexDocument {
    /// When the first revision was released.
    pub fn first_released(&self) -> Option<Moment> {
        self.revisions.first().map(|revision| revision.at)
    }

    /// When this revision was released.
    pub fn released(&self) -> Option<Moment> {
        self.revisions.last().map(|revision| revision.at)
    }

    /// The reasons why it cannot be written in any format.
    pub fn refusals(&self) -> Refusals {
        let mut refusals = Refusals::default();
        for (text, what) in [
            (&self.id, "identifier"),
            (&self.author.name, "author's name"),
            (&self.tool.name, "program's name"),
        ] {
            if text.trim().is_empty() {
                refusals.add("document", format!("its {what} is missing"));
            }
        }
        self.check_revisions(&mut refusals);
        self.check_products(&mut refusals);
        if self.statements.is_empty() {
            refusals.add("document", "it makes no statement");
        }
        for (index, statement) in self.statements.iter().enumerate() {
            for missing in statement.missing() {
                refusals.add(statement.place_in_document(index), missing);
            }
        }
        self.check_unique(&mut refusals);
        refusals
    }

    fn check_revisions(&self, refusals: &mut Refusals) {
        if self.revisions.is_empty() {
            refusals.add("document", "it has no revision, so neither a version nor a date");
        }
        for (number, pair) in (2..).zip(self.revisions.windows(2)) {
            if let [before, after] = pair
                && after.at < before.at
            {
                refusals.add("document", format!("revision {number} is older than the one before it"));
            }
        }
    }

    fn check_products(&self, refusals: &mut Refusals) {
        let mut seen = std::collections::BTreeSet::new();
        for product in &self.products {
            if product.reference.trim().is_empty() || product.name.trim().is_empty() {
                refusals.add(
                    "document",
                    format!("a product has no reference or no name (`{}`)", product.label()),
                );
            } else if !seen.insert(&product.reference) {
                refusals.add("document", format!("two products have the reference `{}`", product.reference));
            }
        }
        if let Some(about) = self.about.as_ref().filter(|about| !seen.contains(about)) {
            refusals.add("document", format!("its main product `{about}` is not among its products"));
        }
    }

    /// One document makes one statement about one vulnerability in one product or part of it.
    fn check_unique(&self, refusals: &mut Refusals) {
        let mut earlier: BTreeMap<(&str, &str, Option<&str>), usize> = BTreeMap::new();
        for (index, statement) in self.statements.iter().enumerate() {
            for (subject, part) in statement.subjects.iter().flat_map(parts) {
                let key = (statement.same_vulnerability(), subject, part);
                if let Some(first) = earlier.get(&key) {
                    let of = part.map(|part| format!("`{part}` in ")).unwrap_or_default();
                    let reason = format!("statement {} is about {of}`{subject}` already", first + 1);
                    refusals.add(statement.place_in_document(index), reason);
                } else {
                    earlier.insert(key, index);
                }
            }
        }
    }
}

/// A subject's identifier with each of its subcomponents, or alone if it has none.
pub fn parts(subject: &Subject) -> Vec<(&str, Option<&str>)> {
    if subject.subcomponents.is_empty() {
        return vec![(&subject.id, None)];
    }
    subject.subcomponents.iter().map(|part| (subject.id.as_str(), Some(part.as_str()))).collect()
}

/// Whether it has the form of a CVE identifier: `CVE-`, four digits, `-`, at least four digits.
pub fn is_cve(name: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    name.strip_prefix("CVE-")
        .and_then(|rest| rest.split_once('-'))
        .is_some_and(|(year, number)| year.len() == 4 && number.len() >= 4 && digits(year) && digits(number))
}

/// Date and time as in RFC 3339, with the letter between and without leap second, as all three formats accept them.
fn is_date_time(text: &str) -> bool {
    text.as_bytes().get(10) == Some(&b'T')
        && text.get(17..19) != Some("60")
        && DateTime::parse_from_rfc3339(text).is_ok()
}

/// What the issuer will do about a vulnerability, in CycloneDX's words (1.6, `analysis.response`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Response {
    /// A fix is not possible.
    CanNotFix,
    /// A fix is possible, but not planned.
    WillNotFix,
    /// Another version or release has the fix.
    Update,
    /// An older version is not affected.
    Rollback,
    /// There is a workaround.
    WorkaroundAvailable,
}

impl Response {
    /// The word that CycloneDX writes.
    pub fn word(self) -> &'static str {
        match self {
            Self::CanNotFix => "can_not_fix",
            Self::WillNotFix => "will_not_fix",
            Self::Update => "update",
            Self::Rollback => "rollback",
            Self::WorkaroundAvailable => "workaround_available",
        }
    }

    /// The response whose word, with spaces, equals this text.
    fn of(text: &str) -> Option<Self> {
        [Self::CanNotFix, Self::WillNotFix, Self::Update, Self::Rollback, Self::WorkaroundAvailable]
            .into_iter()
            .find(|response| response.word().replace('_', " ") == text)
    }
}

/// Splits an action statement into its leading responses and the advice after them: `update; use 2.4.1` asks to update and explains how.
pub fn responses(action: &str) -> (Vec<Response>, &str) {
    let (mut responses, mut rest) = (Vec::new(), action.trim());
    while !rest.is_empty() {
        let (first, more) = rest.split_once("; ").unwrap_or((rest, ""));
        let Some(response) = Response::of(first) else { break };
        responses.push(response);
        rest = more;
    }
    (responses, rest)
}
