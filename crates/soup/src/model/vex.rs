//! Statements about whether a product is affected by a vulnerability (VEX), whatever the format they came in.
//!
//! The words are those of OpenVEX 0.2.0; CycloneDX and CSAF are translated to them and back, and what another format said is kept.

use serde::{Deserialize, Serialize};

/// What a statement claims. An unknown status must never count as "not affected".
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
    /// An attacker cannot reach or steer the vulnerable code.
    VulnerableCodeCannotBeControlledByAdversary,
    /// Built-in protection prevents exploitation.
    InlineMitigationsAlreadyExist,
}

/// A product or component that a statement is about, as written.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// The document's identifier of it: purl, CPE, bom-ref, CSAF product id, IRI.
    pub id: String,
    /// Name where told (CSAF full product name).
    pub name: Option<String>,
    /// Package URL where told apart from `id`.
    pub purl: Option<String>,
    /// CPE where told apart from `id`.
    pub cpe: Option<String>,
    /// Identifiers of the parts of it that the vulnerability sits in (OpenVEX subcomponents).
    pub subcomponents: Vec<String>,
    /// Versions or `vers` ranges that the statement is limited to, as written (CycloneDX `affects[].versions`); all of them when empty.
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
    /// What it is about.
    pub subjects: Vec<Subject>,
    /// What is claimed; `None` when the document's word is none that we know (the word is in `told`).
    pub status: Option<Status>,
    /// Why not affected.
    pub justification: Option<Justification>,
    /// Why not affected, in words.
    pub impact: Option<String>,
    /// What users should do.
    pub action: Option<String>,
    /// The document's own word for status and justification where it differs from ours (`false_positive`, `exploitable/code_not_reachable`).
    pub told: Option<String>,
    /// When it was said, as written.
    pub at: Option<String>,
    /// Where in the document.
    pub place: String,
}
