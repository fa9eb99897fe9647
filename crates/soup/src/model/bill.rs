//! A bill of materials: the contents of one product as one document lists them, in any format.

use serde::{Deserialize, Serialize};

use super::component::Component;
use super::vex::Statement;
use mainstay_base::note::Notes;

/// One line of the dependency graph.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Dependency {
    /// Reference of the component that depends on others.
    pub from: String,
    /// References of its direct dependencies, sorted and unique.
    pub on: Vec<String>,
}

/// The contents of one document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// Format and version in words: `CycloneDX 1.5 JSON`, `SPDX 2.3 tag-value`, `Cargo.lock 4`.
    pub format: String,
    /// Serial number or document namespace.
    pub serial: Option<String>,
    /// Version of the document itself.
    pub revision: Option<String>,
    /// Date of creation according to the document, as written.
    pub created: Option<String>,
    /// Persons and organisations that created it, as written.
    pub authors: Vec<String>,
    /// Tools that created it (`syft 1.2.0`).
    pub tools: Vec<String>,
    /// The product that the bill describes, if the document names it. It is not among `components`.
    pub subject: Option<Component>,
    /// The components in the order of the document. Components with the same reference are merged.
    pub components: Vec<Component>,
    /// The dependency graph as far as the document gives it, sorted by `from`.
    pub dependencies: Vec<Dependency>,
    /// Statements about vulnerabilities in the same document (CycloneDX `vulnerabilities`).
    pub statements: Vec<Statement>,
    /// Remarks of the reader.
    pub notes: Notes,
}
