//! How far an update has come, in a small file next to the cache. It is no evidence: if it is lost, everything is fetched again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::refused::Refused;
use mainstay_base::fresh_file::FreshFile;
use mainstay_base::regular;
use mainstay_base::time::Moment;

const FILE_NAME: &str = "update.json";
const STATE_BYTES_MAX: u64 = 256 << 20;

/// The version of an address that was imported.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Version {
    pub tag: Option<String>,
    pub date: Option<String>,
    /// SHA-256 of the file, by which the cache knows it.
    pub sha256: String,
}

/// How far NVD has come.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Nvd {
    /// The address that all of this is about.
    pub address: String,
    /// When the first download of everything began.
    pub begun: Option<Moment>,
    /// The changes that are being fetched: from when to when.
    pub window: Option<(Moment, Moment)>,
    /// Records of the download or of the window that were imported.
    pub next: u64,
    /// Every change until then was imported.
    pub through: Option<Moment>,
    /// SHA-256 of the last imported page, by which the cache is recognised.
    pub last: String,
}

/// How far a list of documents has come.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Documents {
    /// Every document that changed before was asked for.
    pub until: Option<Moment>,
    /// Documents that changed at exactly that moment and were asked for.
    pub at_until: BTreeSet<String>,
    /// Of the documents whose time of change the list does not give: the last one that was asked for. Empty once all of them were.
    pub after: String,
    /// Documents that could not be fetched, to be tried again.
    pub missing: BTreeSet<String>,
    /// Names of the publishers in the documents.
    pub publishers: BTreeSet<String>,
    /// SHA-256 of the last imported document, by which the cache is recognised.
    pub last: String,
}

/// How far all sources have come.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// Versions by address.
    pub versions: BTreeMap<String, Version>,
    pub nvd: Nvd,
    /// Lists of documents by address.
    pub lists: BTreeMap<String, Documents>,
}

impl State {
    /// Reads the state in a folder. What cannot be read counts as nothing.
    pub(super) fn load(folder: &Path) -> Self {
        let bytes = regular::bytes(&folder.join(FILE_NAME), STATE_BYTES_MAX).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Writes the state.
    pub(super) fn save(&self, folder: &Path) -> Result<(), Refused> {
        let text = serde_json::to_vec(self)
            .map_err(|error| Refused::Rule(format!("the state of the update cannot be written: {error}")))?;
        let mut file = FreshFile::over(&folder.join(FILE_NAME), None)?;
        file.put(&text)?;
        Ok(file.persist_loosely()?)
    }
}
