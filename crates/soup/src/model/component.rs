//! One third-party component as a document lists it: its identity (name, group, exact version, identifiers) and its place in the document.
//!
//! Identifiers are kept as written; `purl.rs` and `cpe.rs` parse them where they are used.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The type of a component, in CycloneDX's words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComponentKind {
    /// A standalone program.
    Application,
    /// A framework.
    Framework,
    /// A library: the usual case, and the default where a document gives no type.
    #[default]
    Library,
    /// A container image.
    Container,
    /// A runtime platform.
    Platform,
    /// An operating system.
    OperatingSystem,
    /// Hardware.
    Device,
    /// A driver of a device.
    DeviceDriver,
    /// Firmware.
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
    /// Needed at run time. Also the default where the document does not say.
    #[default]
    Required,
    /// Optional.
    Optional,
    /// Not shipped: development, build or test tools.
    Excluded,
}

/// How the component came into the product.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Directness {
    /// The product itself depends on it.
    Direct,
    /// Another component depends on it.
    Transitive,
    /// The document does not say.
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

/// A component as one place of one document lists it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// The document's own name for it (bom-ref, SPDX id); unique in its bill. The reader creates one where the document has none.
    pub reference: String,
    /// Name as written; never empty.
    pub name: String,
    /// Group, namespace or organisation (`org.apache.commons`, `@angular`).
    pub group: Option<String>,
    /// Version exactly as written; `None` when the document has none or says NOASSERTION.
    pub version: Option<String>,
    /// Its type.
    pub kind: ComponentKind,
    /// Its supplier (8.1.2 b: manufacturer).
    pub supplier: Option<String>,
    /// Its purpose, if the document gives one.
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
    /// Addresses of its source or description: download, website, repository, issue tracker.
    pub addresses: Vec<String>,
    /// Whether it is needed at run time.
    pub scope: Scope,
    /// Whether the product or another component depends on it. Derived from the document's dependencies.
    pub directness: Directness,
    /// References of the components that contain it, outermost first (nested components).
    pub inside: Vec<String>,
    /// Pedigree in words: ancestors, variants and patches that make it differ from the published component.
    pub pedigree: Vec<String>,
    /// Further fields of the document, by their names there (the columns of a SOUP table: `Risk Level`, `Requirements`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub more: BTreeMap<String, String>,
    /// Its place in the document: JSON path or line.
    pub place: String,
}
