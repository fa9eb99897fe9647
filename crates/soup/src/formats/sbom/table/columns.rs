//! Meanings of the columns of a SOUP table: ready mappings, and a guess by the header.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The meaning of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// Its title (8.1.2 a).
    Title,
    /// Group or namespace.
    Group,
    /// Its version (8.1.2 c).
    Version,
    /// Its manufacturer or supplier (8.1.2 b).
    Manufacturer,
    /// Its purpose.
    Purpose,
    /// Package URLs.
    PackageUrl,
    /// CPE names.
    Cpe,
    /// SWID tag.
    Swid,
    /// Licence.
    Licence,
    /// Website, repository, list of anomalies.
    Address,
}

/// The meaning of each column. A column that is not listed here is kept under its own name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableMapping {
    /// Meanings by the name of the column in the header.
    pub columns: BTreeMap<String, Meaning>,
}

/// Names of columns, without case, spaces and punctuation.
const WORDS: [(Meaning, &[&str]); 10] = [
    (
        Meaning::Title,
        &[
            "package",
            "packagename",
            "title",
            "name",
            "component",
            "componentname",
            "soup",
            "soupname",
            "library",
            "product",
            "productname",
            "software",
            "softwarename",
        ],
    ),
    (Meaning::Group, &["group", "namespace", "groupid"]),
    (
        Meaning::Version,
        &[
            "version",
            "packageversion",
            "versionnumber",
            "componentversion",
            "soupversion",
            "designator",
            "uniquedesignator",
            "release",
        ],
    ),
    (
        Meaning::Manufacturer,
        &[
            "manufacturer",
            "supplier",
            "suppliername",
            "vendor",
            "publisher",
            "manufacturername",
            "maker",
            "author",
            "developer",
        ],
    ),
    (Meaning::Purpose, &["purpose", "description", "use", "intendeduse", "function"]),
    (Meaning::PackageUrl, &["purl", "packageurl"]),
    (Meaning::Cpe, &["cpe", "cpe23", "cpename", "cpes"]),
    (Meaning::Swid, &["swid", "swidtag", "swidtagid"]),
    (Meaning::Licence, &["license", "licence", "licenses", "licences", "spdx"]),
    (
        Meaning::Address,
        &[
            "website",
            "url",
            "homepage",
            "link",
            "anomalyreference",
            "anomalylist",
            "repository",
            "downloadlocation",
        ],
    ),
];

impl TableMapping {
    /// The SOUP list of OpenRegulatory: ID, Software System, Package, Language, Version, Website, Last verified at, Risk Level,
    /// Requirements, Verification Reasoning. It has no column for the manufacturer.
    pub fn open_regulatory() -> Self {
        let known =
            [("Package", Meaning::Title), ("Version", Meaning::Version), ("Website", Meaning::Address)];
        Self { columns: known.into_iter().map(|(name, meaning)| (name.to_owned(), meaning)).collect() }
    }

    /// A mapping by the names of the columns; `None` if none is the title, or if there is none for version, manufacturer or identifiers.
    ///
    /// If several columns could be the title, the first matching word of the list decides.
    pub fn suggest(header: &[String]) -> Option<Self> {
        let mut columns = BTreeMap::new();
        for (meaning, words) in WORDS {
            let found = words.iter().find_map(|word| header.iter().find(|name| plain(name) == *word));
            let free = found.filter(|name| !columns.contains_key(*name));
            columns.extend(free.map(|name| (name.clone(), meaning)));
        }
        let has = |meaning: Meaning| columns.values().any(|of| *of == meaning);
        let identifying = [Meaning::Version, Meaning::Manufacturer, Meaning::PackageUrl, Meaning::Cpe];
        (has(Meaning::Title) && identifying.into_iter().any(has)).then_some(Self { columns })
    }

    pub(super) fn meaning(&self, column: &str) -> Option<Meaning> {
        self.columns.get(column).copied()
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
