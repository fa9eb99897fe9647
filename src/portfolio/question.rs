//! What all products are asked for: a component, a package URL, the identifier of a vulnerability, or a bill of materials.

use std::path::Path;

use crate::base::regular;
use crate::domain::text::{counted, one_line};
use crate::ops::Refused;
use crate::soup::model::component::Component;
use crate::soup::model::purl::Purl;
use crate::soup::{self, BillFile, refused_of_bill};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// A vulnerability or advisory by its identifier, such as CVE-2022-37434.
    Advisory(String),
    /// One component.
    One(Asked),
    /// The components of a bill of materials.
    Bill(AskedBill),
}

/// A component that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// A package by its package URL, in one version or in any.
    Package(Box<Purl>),
    /// By its name, in one version or in any.
    Named {
        /// Its name.
        name: String,
        /// Its version.
        version: Option<String>,
    },
}

/// A bill of materials that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedBill {
    /// The name of the file.
    pub name: String,
    /// What each of its components is asked for as.
    pub components: Vec<Asked>,
    /// How many parts of it could not be read as a component.
    pub unread: usize,
}

/// Beginnings of the identifiers of advisories, before a hyphen.
const SERIES: &[&str] = &[
    "CVE", "GHSA", "OSV", "RUSTSEC", "PYSEC", "GO", "DSA", "DLA", "USN", "RHSA", "ICSA", "ICSMA", "MAL",
    "BIT", "EUVD", "VU", "GSD", "HSEC", "ALAS", "SUSE", "ASB",
];
/// Most characters of a question.
const CHARS_MAX: usize = 2_000;

impl Question {
    /// Reads what a person typed: an identifier, a package URL, or a name with or without a version.
    ///
    /// # Errors
    /// When nothing is asked for, or a package URL cannot be read; in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.chars().count() > CHARS_MAX {
            return Err(format!("a question has at most {CHARS_MAX} characters"));
        }
        let text = one_line(text, CHARS_MAX);
        if text.is_empty() {
            return Err("name a component, a package URL or the identifier of a vulnerability, such as CVE-2022-37434".to_owned());
        }
        if text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("pkg:")) {
            let purl = Purl::parse(&text).map_err(|error| {
                format!("“{text}” is not a package URL such as pkg:generic/zlib@1.2.11: {error}")
            })?;
            return Ok(Self::One(Asked::Package(Box::new(purl))));
        }
        if is_identifier(&text) {
            return Ok(Self::Advisory(text));
        }
        let cut = text.rsplit_once(' ').or_else(|| text.rsplit_once('@'));
        let versioned = cut.filter(|(name, version)| {
            !name.is_empty()
                && version.trim_start_matches(['v', 'V']).starts_with(|c: char| c.is_ascii_digit())
        });
        let (name, version) = match versioned {
            Some((name, version)) => (name.to_owned(), Some(version.to_owned())),
            None => (text, None),
        };
        Ok(Self::One(Asked::Named { name, version }))
    }

    /// The components of a bill of materials, a lock file or a table of SOUP: also those without a version, in whichever version.
    ///
    /// # Errors
    /// When it cannot be read, or names no component.
    pub fn of_bill(path: &Path) -> Result<Self, Refused> {
        let refused = |refusal| match refusal {
            soup::Refused::Rule(words) => Refused::Rule(words),
            soup::Refused::Store(error) => Refused::Store(error),
        };
        let read = BillFile::read(path).and_then(|file| file.inspect()).map_err(refused)?;
        let name = one_line(&regular::name_of(path), CHARS_MAX);
        let components: Vec<Asked> = read.bill.components.iter().map(Asked::of).collect();
        if components.is_empty() {
            return Err(Refused::Rule(format!("{name} names no component; choose another bill")));
        }
        Ok(Self::Bill(AskedBill { name, components, unread: refused_of_bill(&read).len() }))
    }

    /// The question in words.
    pub fn words(&self) -> String {
        match self {
            Self::Advisory(id) => id.clone(),
            Self::One(asked) => asked.words(),
            Self::Bill(bill) => {
                format!("{} with {}", bill.name, counted(bill.components.len(), "component"))
            }
        }
    }

    /// The same question without a version, where it names one.
    pub fn of_any_version(&self) -> Option<Self> {
        match self {
            Self::One(Asked::Package(purl)) if purl.version.is_some() => {
                let purl = Purl { version: None, ..(**purl).clone() };
                Some(Self::One(Asked::Package(Box::new(purl))))
            }
            Self::One(Asked::Named { name, version: Some(_) }) => {
                Some(Self::One(Asked::Named { name: name.clone(), version: None }))
            }
            Self::One(Asked::Package(_) | Asked::Named { .. }) | Self::Advisory(_) | Self::Bill(_) => None,
        }
    }
}

impl Asked {
    /// A component of a bill.
    fn of(component: &Component) -> Self {
        match component.purls.iter().find_map(|purl| Purl::parse(purl).ok()) {
            Some(mut purl) => {
                purl.version = purl.version.or_else(|| component.version.clone());
                Self::Package(Box::new(purl))
            }
            None => Self::Named {
                name: one_line(&component.name, CHARS_MAX),
                version: component.version.as_ref().map(|version| one_line(version, CHARS_MAX)),
            },
        }
    }

    /// In words.
    pub fn words(&self) -> String {
        match self {
            Self::Package(purl) => purl.to_string(),
            Self::Named { name, version: Some(version) } => format!("{name} {version}"),
            Self::Named { name, version: None } => name.clone(),
        }
    }
}

/// Whether a text is written like the identifier of an advisory. Names such as `go-sqlite3` and `bit-vec 0.6` are not.
fn is_identifier(text: &str) -> bool {
    let Some((series, number)) = text.split_once('-') else { return false };
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '_');
    let is_number = |part: &str| part.len() > 1 && part.bytes().all(|byte| byte.is_ascii_digit());
    SERIES.iter().any(|known| known.eq_ignore_ascii_case(series))
        && number.chars().all(is_part)
        && (series.eq_ignore_ascii_case("GHSA") || number.split(['-', ':']).any(is_number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> (String, Option<String>) {
        match Question::parse(text).unwrap() {
            Question::One(Asked::Named { name, version }) => (name, version),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn identifiers_of_advisories_are_told_from_names() {
        for id in [
            "CVE-2022-37434",
            "cve-2022-37434",
            "GHSA-cfmr-vrgj-vqwv",
            "RUSTSEC-2021-0003",
            "GO-2021-0113",
            "DSA-5218-1",
            "RHSA-2022:7106",
            "VU-123456",
            "SUSE-SU-2022:2947-1",
            "BIT-node-2022-1234",
        ] {
            assert_eq!(Question::parse(id).unwrap(), Question::Advisory(id.to_owned()));
        }
        for name in ["go-sqlite3", "bit-vec", "mal", "go-yaml-v3", "osv-scanner", "go-1.2", "vu-meter"] {
            assert_eq!(named(name), (name.to_owned(), None));
        }
    }

    #[test]
    fn a_version_is_told_from_the_name() {
        for (text, name, version) in [
            ("zlib 1.2.11", "zlib", Some("1.2.11")),
            ("  zlib \t v1.2.11 ", "zlib", Some("v1.2.11")),
            ("openssl@3.0.8", "openssl", Some("3.0.8")),
            ("@angular/core", "@angular/core", None),
            ("@angular/core@16.0.0", "@angular/core", Some("16.0.0")),
            ("Qt for MCUs", "Qt for MCUs", None),
            ("FreeRTOS V10.4.3", "FreeRTOS", Some("V10.4.3")),
        ] {
            assert_eq!(named(text), (name.to_owned(), version.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_asked_is_refused_with_words_that_help() {
        assert!(Question::parse(" \n ").unwrap_err().contains("CVE-2022-37434"));
        assert!(Question::parse("pkg:zlib").unwrap_err().contains("pkg:generic/zlib@1.2.11"));
        assert!(Question::parse(&"a".repeat(2_001)).unwrap_err().contains("2000"));
    }
}
