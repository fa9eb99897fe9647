//! Lock files of package managers and lists of installed packages to a bill: the resolved packages, their sources and their dependencies.
//!
//! This module recognises the formats ([`LOCKS`]): by content, and by file name only where the content has no mark. Each format has its own
//! file. Shared code is in `tables` (TOML), `reach` (scope and directness) and here. A package gets a package URL only if it comes from its
//! ecosystem's public registry; otherwise its address is kept instead.

mod apk;
mod cargo;
mod composer;
mod conan;
mod debian;
mod gems;
mod golang;
mod gradle;
mod node;
mod npm;
mod nuget;
mod others;
mod pnpm;
mod poetry;
mod pubspec;
mod pylock;
mod reach;
mod requirements;
mod rpm;
mod tables;
mod uv;
mod vcpkg;
mod yarn;

use std::collections::BTreeMap;

pub use others::refusal;

use crate::model::bill::Bill;
use crate::model::component::Hash;
use crate::model::purl::Purl;
use mainstay_base::note::Unreadable;

/// Maximum number of packages that a dependency can mean by name. Real files have a few, for platforms; with more, dependencies would
/// multiply.
const OF_ONE_NAME_MAX: usize = 64;

/// Reads a document.
pub type Read = fn(&str) -> Result<Bill, Unreadable>;

/// A document before it is read.
pub struct Sight<'t> {
    /// Its text.
    pub text: &'t str,
    /// The file's name in lower case.
    pub name: String,
    /// The members of the root of a JSON document with the start of their values; `None` in other syntaxes.
    pub members: Option<&'t BTreeMap<String, String>>,
}

impl Sight<'_> {
    /// Whether it is a JSON object with these members.
    fn has(&self, members: &[&str]) -> bool {
        self.members.is_some_and(|own| members.iter().all(|name| own.contains_key(*name)))
    }

    /// Whether it is not JSON and some line satisfies a condition.
    fn any_line(&self, is: impl Fn(&str) -> bool) -> bool {
        self.members.is_none() && self.text.lines().any(is)
    }

    /// Whether it is not JSON and a line starts with this text.
    fn line_begins(&self, start: &str) -> bool {
        self.any_line(|line| line.starts_with(start))
    }

    /// Whether a line starts with this key of TOML.
    fn toml_key(&self, key: &str) -> bool {
        self.any_line(|line| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('=')))
    }

    fn is_named(&self, name: &str) -> bool {
        self.name == name
    }
}

/// A format: how to recognise and read it.
struct Lock(fn(&Sight<'_>) -> bool, Read);

/// The formats, those with the more reliable mark first.
static LOCKS: [Lock; 22] = [
    Lock(npm::looks_like, npm::read),
    Lock(composer::looks_like, composer::read),
    Lock(conan::looks_like, conan::read),
    Lock(nuget::looks_like, nuget::read),
    Lock(vcpkg::looks_like, vcpkg::read),
    Lock(pnpm::looks_like, pnpm::read),
    Lock(yarn::looks_like_classic, yarn::read_classic),
    Lock(yarn::looks_like_berry, yarn::read_berry),
    Lock(pylock::looks_like, pylock::read),
    Lock(poetry::looks_like, poetry::read),
    Lock(uv::looks_like, uv::read),
    Lock(cargo::looks_like, cargo::read),
    Lock(pubspec::looks_like, pubspec::read),
    Lock(gems::looks_like, gems::read),
    Lock(gradle::looks_like, gradle::read),
    Lock(golang::looks_like_module, golang::read_module),
    Lock(golang::looks_like_sums, golang::read_sums),
    Lock(debian::looks_like_status, debian::read_status),
    Lock(debian::looks_like_list, debian::read_list),
    Lock(apk::looks_like, apk::read),
    Lock(rpm::looks_like, rpm::read),
    Lock(rpm::looks_like_names, rpm::refuse_names),
];

/// The reader of the document, if it is one of these.
pub fn recognise(sight: &Sight<'_>) -> Option<Read> {
    LOCKS.iter().find(|Lock(is, _)| is(sight)).map(|Lock(_, read)| *read)
}

/// As [`recognise`], for lists of requirements: their only mark is that every line could belong to one.
pub fn recognise_requirements(sight: &Sight<'_>) -> Option<Read> {
    requirements::looks_like(sight).then_some(requirements::read as Read)
}

/// The package URL of a package of a registry; `None` when its name is not valid for one.
fn purl(kind: &str, namespace: Option<&str>, name: &str, version: &str) -> Option<String> {
    purl_with(kind, (namespace, name), version, [])
}

/// The same with qualifiers; qualifiers without value are left out.
fn purl_with<const N: usize>(
    kind: &str,
    (namespace, name): (Option<&str>, &str),
    version: &str,
    qualifiers: [(&str, Option<&str>); N],
) -> Option<String> {
    let qualifiers =
        qualifiers.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned())));
    let parts = Purl {
        kind: kind.to_owned(),
        namespace: namespace.map(str::to_owned),
        name: name.to_owned(),
        version: Some(version.to_owned()),
        qualifiers: qualifiers.collect(),
        ..Purl::default()
    };
    Purl::build(parts).ok().map(|purl| purl.to_string())
}

/// The name of a Python package in the form in which its registry compares names (PEP 503).
fn pypi_name(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for letter in name.trim().chars() {
        if matches!(letter, '-' | '_' | '.') {
            if !normal.ends_with('-') {
                normal.push('-');
            }
        } else {
            normal.extend(letter.to_lowercase());
        }
    }
    normal
}

/// A digest in the form `sha256:abc…`.
fn prefixed_hash(text: &str) -> Option<Hash> {
    let (algorithm, value) = text.split_once(':')?;
    hash(algorithm, value)
}

/// A digest in hexadecimal with the name of its algorithm in lower case.
fn hash(algorithm: &str, value: &str) -> Option<Hash> {
    let algorithm = match algorithm {
        "sha256" => "SHA-256",
        "sha384" => "SHA-384",
        "sha512" => "SHA-512",
        "sha1" => "SHA-1",
        "md5" => "MD5",
        _ => return None,
    };
    let hexadecimal = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    hexadecimal.then(|| Hash { algorithm: algorithm.to_owned(), value: value.to_ascii_lowercase() })
}

fn sorted(mut hashes: Vec<Hash>) -> Vec<Hash> {
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// Reads YAML; refusals carry the line.
fn yaml<T: serde::de::DeserializeOwned>(text: &str, what: &str) -> Result<T, Unreadable> {
    serde_saphyr::from_str_with_options(text, super::limits::yaml()).map_err(|error| {
        let place =
            error.location().map_or_else(|| "document".to_owned(), |at| format!("line {}", at.line()));
        Unreadable::at(place, format!("not understood as {what}: {}", error.without_snippet()))
    })
}

/// Reads JSON; refusals carry the line.
fn json<T: serde::de::DeserializeOwned>(text: &str, what: &str) -> Result<T, Unreadable> {
    serde_json::from_str(text).map_err(|error| {
        Unreadable::at(format!("line {}", error.line()), format!("not understood as {what}: {error}"))
    })
}
