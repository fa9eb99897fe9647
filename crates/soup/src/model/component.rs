//! One third-party component as a document tells it: who it is (name, group, exact version, identifiers) and where it was told.
//!
//! Identifiers are kept as they were written; `purl.rs` and `cpe.rs` parse them where they are used.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a component is, in CycloneDX's words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComponentKind {
    /// A program of its own.
    Application,
    /// A framework.
    Framework,
    /// A library: the usual case, and what is assumed where a document does not say.
    #[default]
    Library,
    /// An image with software in it.
    Container,
    /// A runtime platform.
    Platform,
    /// An operating system.
    OperatingSystem,
    /// Hardware.
    Device,
    /// A driver of a device.
    DeviceDriver,
    /// Software that is burnt into a device.
    Firmware,
    /// A single file.
    File,
    /// A trained model.
    MachineLearningModel,
    /// Data.
    Data,
    /// A cryptographic asset.
    CryptographicAsset,
    /// A service that is called, not shipped.
    Service,
    /// None of these.
    Other,
}

/// Whether the component is needed at run time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Needed at run time, or not said: then it counts as needed.
    #[default]
    Required,
    /// Used only when present.
    Optional,
    /// Not shipped: tools of development, build or test.
    Excluded,
}

/// How the component came into the product.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Directness {
    /// The product itself depends on it.
    Direct,
    /// Another component brought it.
    Transitive,
    /// The document does not tell.
    #[default]
    Unknown,
}

/// A digest of the component's file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Hash {
    /// The algorithm in CycloneDX's spelling (`SHA-256`).
    pub algorithm: String,
    /// The digest in lower-case hexadecimal.
    pub value: String,
}

/// A component, as told by one place of one document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// The document's own name for it (bom-ref, SPDX id); unique in its bill, made by the reader where the document has none.
    pub reference: String,
    /// Name as written, never empty.
    pub name: String,
    /// Group, namespace or organisation (`org.apache.commons`, `@angular`).
    pub group: Option<String>,
    /// Version exactly as written; `None` when the document has none or says NOASSERTION.
    pub version: Option<String>,
    /// What it is.
    pub kind: ComponentKind,
    /// Who supplies it (8.1.2 b: manufacturer).
    pub supplier: Option<String>,
    /// What it is for, where the document says.
    pub description: Option<String>,
    /// Package URLs as written. The first one is the main one.
    pub purls: Vec<String>,
    /// CPE names as written, 2.2 or 2.3.
    pub cpes: Vec<String>,
    /// SWID tag id.
    pub swid: Option<String>,
    /// Digests, sorted.
    pub hashes: Vec<Hash>,
    /// Licence expressions or names, in the document's order.
    pub licences: Vec<String>,
    /// Copyright text.
    pub copyright: Option<String>,
    /// Where it comes from or is described: download, website, repository, issue tracker addresses.
    pub addresses: Vec<String>,
    /// Needed at run time or not.
    pub scope: Scope,
    /// Brought by the product itself or by another component. Derived from the document's dependencies.
    pub directness: Directness,
    /// References of the components it was told to be a part of, outermost first (nested components).
    pub inside: Vec<String>,
    /// Pedigree in words: ancestors, variants, patches that make it differ from the published component.
    pub pedigree: Vec<String>,
    /// What the document says besides in fields of its own, by their names there (the columns of a SOUP table: `Risk Level`, `Requirements`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub more: BTreeMap<String, String>,
    /// Where in the document it is told: JSON path or line.
    pub place: String,
}
