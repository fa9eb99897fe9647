//! The `affected` part of a CVE record: the names of one product and its affected versions. NVD repeats it in the reporter's words.

use serde::Deserialize;

use crate::model::advisory::{Bound, ClaimStatus, Interval, PackageClaim, Versions};

use super::fields::lax;

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Affected,
    Unaffected,
    Unknown,
}

impl Status {
    fn claim(self) -> ClaimStatus {
        match self {
            Self::Affected => ClaimStatus::Affected,
            Self::Unaffected => ClaimStatus::NotAffected,
            Self::Unknown => ClaimStatus::Unknown,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Affected {
    #[serde(default, deserialize_with = "lax")]
    vendor: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    product: Option<String>,
    #[serde(default, deserialize_with = "lax", rename = "collectionURL")]
    collection_url: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    package_name: Option<String>,
    #[serde(default, deserialize_with = "lax", rename = "packageURL")]
    package_url: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    cpes: Vec<String>,
    #[serde(default, deserialize_with = "lax")]
    modules: Vec<String>,
    #[serde(default, deserialize_with = "lax")]
    program_files: Vec<String>,
    #[serde(default, deserialize_with = "lax")]
    program_routines: Vec<Routine>,
    #[serde(default, deserialize_with = "lax")]
    platforms: Vec<String>,
    #[serde(default, deserialize_with = "lax")]
    default_status: Option<Status>,
    #[serde(default, deserialize_with = "lax")]
    versions: Vec<Version>,
}

#[derive(Deserialize)]
struct Routine {
    #[serde(default, deserialize_with = "lax")]
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    version: String,
    status: Status,
    #[serde(default, deserialize_with = "lax")]
    version_type: String,
    #[serde(default, deserialize_with = "lax")]
    less_than: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    less_than_or_equal: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    at: String,
    status: Status,
}

impl Affected {
    /// The claim about the product.
    pub fn claim(self) -> PackageClaim {
        let conditions = self.conditions();
        let package = self.package_name.filter(|name| !name.trim().is_empty());
        // The collection means nothing if the claim names no package in it.
        let ecosystem = package.as_ref().and(self.collection_url).unwrap_or_default();
        let (name, product) = match package {
            Some(package) => (package, self.product),
            None => (self.product.unwrap_or_default(), None),
        };
        PackageClaim {
            ecosystem,
            vendor: self.vendor,
            product: product.filter(|product| *product != name),
            name,
            purl: self.package_url,
            cpes: self.cpes,
            versions: self.versions.into_iter().flat_map(versions).collect(),
            otherwise: self.default_status.map(Status::claim),
            conditions,
        }
    }

    /// The conditions: where it is affected, and where in it the flaw is.
    fn conditions(&self) -> Vec<String> {
        let lists = [("platform", &self.platforms), ("module", &self.modules), ("file", &self.program_files)];
        let listed =
            lists.into_iter().flat_map(|(word, list)| list.iter().map(move |text| format!("{word}: {text}")));
        let routines = self.program_routines.iter().map(|routine| format!("function: {}", routine.name));
        listed.chain(routines).collect()
    }
}

/// One entry: a single version, or an interval that its changes split into pieces with their own status.
fn versions(entry: Version) -> Vec<Versions> {
    let Version { version, status, version_type: order, less_than, less_than_or_equal, changes } = entry;
    let unbounded = |version: &str| matches!(version, "*" | "unspecified");
    let end = match (less_than, less_than_or_equal) {
        // The asterisk means the end of a line: `lessThan` includes all of the line (CVE record format).
        (Some(version), _) => Some(Bound { included: version.ends_with(".*"), version }),
        (None, Some(version)) => Some(Bound { version, included: true }),
        (None, None) => None,
    };
    let Some(end) = end else {
        return vec![Versions {
            status: status.claim(),
            order,
            listed: vec![version],
            intervals: Vec::new(),
        }];
    };
    let to = (!unbounded(&end.version)).then_some(end);
    let first = !unbounded(&version) && version != "0";
    let mut from = first.then_some(Bound { version, included: true });
    let mut status = status.claim();
    let mut found = Vec::new();
    let mut push = |status, from, to| {
        let intervals = vec![Interval { from, to }];
        found.push(Versions { status, order: order.clone(), listed: Vec::new(), intervals });
    };
    for change in changes {
        let at = |included| Some(Bound { version: change.at.clone(), included });
        push(status, from, at(false));
        (from, status) = (at(true), change.status.claim());
    }
    push(status, from, to);
    found
}
