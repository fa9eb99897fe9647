//! One SPDX document as plain values, in any version and syntax. The readers fill it, and `bill.rs` turns it into a bill.
//!
//! Texts are kept as written; `NOASSERTION` and `NONE` are kept here and dropped when the bill is made.

use crate::model::vex::Statement;
use mainstay_base::note::Notes;

/// The syntax of a document. It decides the names of fields in remarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Syntax {
    /// SPDX 2 as JSON.
    #[default]
    Json,
    /// SPDX 2 as YAML.
    Yaml,
    /// SPDX 2 as XML.
    Xml,
    /// SPDX 2 as RDF/XML.
    Rdf,
    /// SPDX 2 as lines of tag and value.
    TagValue,
    /// SPDX 3 as JSON-LD.
    JsonLd,
}

impl Syntax {
    /// Its name in words.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Yaml => "YAML",
            Self::Xml => "XML",
            Self::Rdf => "RDF",
            Self::TagValue => "tag-value",
            Self::JsonLd => "JSON-LD",
        }
    }
}

/// A document.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) syntax: Syntax,
    /// `2.3`, without `SPDX-`.
    pub(super) version: Option<String>,
    pub(super) data_licence: Option<String>,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) created: Option<String>,
    /// `Tool: syft-1.2`, `Organization: Acme`, `Person: Jane Doe (jane@example.com)`.
    pub(super) creators: Vec<String>,
    /// Identifiers of the elements that the document describes (`documentDescribes`, `rootElement`).
    pub(super) described: Vec<String>,
    pub(super) external: Vec<ExternalDocument>,
    pub(super) packages: Vec<Package>,
    pub(super) files: Vec<File>,
    /// Elements that are neither package nor file (snippets), so that relationships can name them.
    pub(super) others: Vec<Other>,
    pub(super) relationships: Vec<Relationship>,
    pub(super) statements: Vec<Statement>,
    pub(super) notes: Notes,
}

/// Another document that this one refers to.
#[derive(Debug, Default)]
pub(super) struct ExternalDocument {
    /// `DocumentRef-…`.
    pub(super) id: String,
    pub(super) address: Option<String>,
    pub(super) place: String,
}

/// A package.
#[derive(Debug, Default)]
pub(super) struct Package {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) supplier: Option<String>,
    pub(super) originator: Option<String>,
    /// `primaryPackagePurpose` in upper case (`OPERATING-SYSTEM`).
    pub(super) purpose: Option<String>,
    pub(super) download: Option<String>,
    pub(super) homepage: Option<String>,
    pub(super) copyright: Option<String>,
    /// `sourceInfo`: the origin of the package, in words.
    pub(super) source: Option<String>,
    pub(super) summary: Option<String>,
    pub(super) description: Option<String>,
    pub(super) concluded: Option<String>,
    pub(super) declared: Option<String>,
    pub(super) checksums: Vec<Checksum>,
    pub(super) identifiers: Vec<Identifier>,
    pub(super) place: String,
}

/// A file.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) concluded: Option<String>,
    pub(super) copyright: Option<String>,
    pub(super) checksums: Vec<Checksum>,
    pub(super) place: String,
}

/// An element of which only the identifier is kept.
#[derive(Debug)]
pub(super) struct Other {
    pub(super) id: String,
    pub(super) place: String,
}

/// A digest as written.
#[derive(Debug)]
pub(super) struct Checksum {
    pub(super) algorithm: String,
    pub(super) value: String,
}

/// An external reference of a known kind.
#[derive(Debug)]
pub(super) struct Identifier {
    pub(super) kind: IdentifierKind,
    pub(super) value: String,
}

/// The kind of an external reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IdentifierKind {
    Purl,
    Cpe,
    Swid,
    /// An address of the package's source or description.
    Address,
}

/// A relationship in the words of SPDX 2 (`DEPENDENCY_OF`).
#[derive(Debug)]
pub(super) struct Relationship {
    pub(super) from: String,
    pub(super) kind: String,
    pub(super) to: String,
    pub(super) place: String,
}
