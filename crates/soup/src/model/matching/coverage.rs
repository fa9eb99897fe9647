//! What a source of advisories covers. Records of one release of one distribution say nothing about another release or distribution.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{claims, ecosystem};
use crate::model::advisory::{Advisory, Source};

/// One part of what a source covers. Its text form is `products`, `pkg:pypi`, `pkg:deb/debian` or `pkg:deb/debian@12`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Coverage {
    /// Products by CPE name or in words.
    Products,
    /// Packages of a purl type whose names are their authors' own.
    Packages(String),
    /// Packages of a distribution.
    Distribution {
        /// Purl type.
        kind: String,
        /// Purl namespace: which distribution.
        namespace: String,
        /// Its release; `None` if the records of the source name none.
        release: Option<String>,
    },
}

impl Coverage {
    /// The parts that a record is about.
    pub fn of(advisory: &Advisory) -> BTreeSet<Self> {
        let mut covered = BTreeSet::new();
        match advisory.source {
            Source::Osv => {}
            Source::Nvd | Source::Cve | Source::Csaf => {
                covered.insert(Self::Products);
            }
        }
        for (purl, release) in advisory.packages.iter().filter_map(claims::package_of) {
            covered.insert(if ecosystem::is_distribution(&purl.kind) {
                let namespace = purl.namespace.as_deref().map(ecosystem::distribution).unwrap_or_default();
                let release = release.map(|release| release.to_string());
                Self::Distribution { kind: purl.kind, namespace: namespace.to_owned(), release }
            } else {
                Self::Packages(purl.kind)
            });
        }
        covered
    }

    /// The same part without its release.
    pub fn of_any_release(self) -> Self {
        match self {
            Self::Products | Self::Packages(_) => self,
            Self::Distribution { kind, namespace, release: _ } => {
                Self::Distribution { kind, namespace, release: None }
            }
        }
    }

    /// The part in words: `npm packages`.
    pub fn words(&self) -> String {
        match self {
            Self::Products => "products".to_owned(),
            Self::Packages(kind) => format!("{kind} packages"),
            Self::Distribution { kind, namespace, release: None } => {
                format!("{kind} packages of {namespace}")
            }
            Self::Distribution { kind, namespace, release: Some(release) } => {
                format!("{kind} packages of {namespace} {release}")
            }
        }
    }

    /// Parses the text that `Display` writes.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "products" {
            return Some(Self::Products);
        }
        let rest = text.strip_prefix("pkg:")?;
        let Some((kind, distribution)) = rest.split_once('/') else {
            return Some(Self::Packages(rest.to_owned()));
        };
        let (namespace, release) = distribution
            .split_once('@')
            .map_or((distribution, None), |(name, release)| (name, Some(release)));
        Some(Self::Distribution {
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            release: release.map(str::to_owned),
        })
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Products => out.write_str("products"),
            Self::Packages(kind) => write!(out, "pkg:{kind}"),
            Self::Distribution { kind, namespace, release: None } => write!(out, "pkg:{kind}/{namespace}"),
            Self::Distribution { kind, namespace, release: Some(release) } => {
                write!(out, "pkg:{kind}/{namespace}@{release}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let of = |namespace: &str, release: Option<&str>| Coverage::Distribution {
            kind: "deb".to_owned(),
            namespace: namespace.to_owned(),
            release: release.map(str::to_owned),
        };
        for one in [
            Coverage::Products,
            Coverage::Packages("pypi".to_owned()),
            of("debian", None),
            of("debian", Some("12")),
        ] {
            assert_eq!(Coverage::parse(&one.to_string()), Some(one));
        }
        assert_eq!(Coverage::parse("something else"), None);
    }
}
