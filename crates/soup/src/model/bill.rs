//! A bill of materials: what one document says is inside one product, whatever the format it came in.

use serde::{Deserialize, Serialize};

use super::component::Component;
use super::vex::Statement;
use mainstay_base::note::Notes;

/// One line of the dependency graph.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Dependency {
    /// Reference of the component that needs others.
    pub from: String,
    /// References of what it needs directly, sorted, each once.
    pub on: Vec<String>,
}

/// What one document says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// Format and version in words: `CycloneDX 1.5 JSON`, `SPDX 2.3 tag-value`, `Cargo.lock 4`.
    pub format: String,
    /// Serial number or document namespace.
    pub serial: Option<String>,
    /// Version of the document itself.
    pub revision: Option<String>,
    /// When the document says it was made, as written.
    pub created: Option<String>,
    /// Persons and organisations that made it, as written.
    pub authors: Vec<String>,
    /// Tools that made it (`syft 1.2.0`).
    pub tools: Vec<String>,
    /// The product that the bill describes, where told. It is not among `components`.
    pub subject: Option<Component>,
    /// The components in the order of the document, each told once (the same reference told twice is merged).
    pub components: Vec<Component>,
    /// The dependency graph as far as told, sorted by `from`.
    pub dependencies: Vec<Dependency>,
    /// Statements about vulnerabilities in the same document (CycloneDX `vulnerabilities`).
    pub statements: Vec<Statement>,
    /// What was remarked while reading.
    pub notes: Notes,
}
