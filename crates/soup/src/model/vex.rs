//! Statements about whether a vulnerability affects a product (VEX), in any format.
//!
//! The words are those of OpenVEX 0.2.0. CycloneDX and CSAF are translated to them and back; the original word of another format is kept.

use serde::{Deserialize, Serialize};

/// The status that a statement claims. An unknown status must never count as "not affected".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// No remediation is needed; needs a justification or an impact statement.
    NotAffected,
    /// Actions are recommended; needs an action statement.
    Affected,
    /// These versions contain a fix.
    Fixed,
    /// Not yet known.
    UnderInvestigation,
}

/// Why a product is not affected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Justification {
    /// The component is not in the product.
    ComponentNotPresent,
    /// The component is there, the vulnerable code is not.
    VulnerableCodeNotPresent,
    /// The vulnerable code is never run.
    VulnerableCodeNotInExecutePath,
    /// An attacker cannot reach or control the vulnerable code.
    VulnerableCodeCannotBeControlledByAdversary,
    /// Built-in protection prevents exploitation.
    InlineMitigationsAlreadyExist,
}

/// A product or component that a statement is about, as written.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// The document's identifier of it: purl, CPE, bom-ref, CSAF product id, IRI.
    pub id: String,
    /// Name, if given (CSAF full product name).
    pub name: Option<String>,
    /// Package URL, if given in addition to `id`.
    pub purl: Option<String>,
    /// CPE, if given in addition to `id`.
    pub cpe: Option<String>,
    /// Identifiers of the parts of it that contain the vulnerability (OpenVEX subcomponents).
    pub subcomponents: Vec<String>,
    /// Versions or `vers` ranges that limit the statement, as written (CycloneDX `affects[].versions`); empty for all versions.
    #[serde(default)]
    pub versions: Vec<String>,
}

/// One statement: this vulnerability, these subjects, this status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The vulnerability's main identifier.
    pub vulnerability: String,
    /// Its other identifiers.
    pub aliases: Vec<String>,
    /// The products or components it is about.
    pub subjects: Vec<Subject>,
    /// The claimed status; `None` when the document's word is unknown (the word is in `own_words`).
    pub status: Option<Status>,
    /// Why the subject is not affected.
    pub justification: Option<Justification>,
    /// Why the subject is not affected, in words.
    pub impact: Option<String>,
    /// The recommended action for users.
    pub action: Option<String>,
    /// The document's own word for status and justification where it differs from ours (`false_positive`,
    /// `exploitable/code_not_reachable`).
    #[serde(rename = "told")]
    pub own_words: Option<String>,
    /// Date of the statement, as written.
    pub at: Option<String>,
    /// Its place in the document.
    pub place: String,
}
