//! Package URLs according to the purl specification (ECMA-427): reading, the canonical form, and how to compare two of them.
//!
//! This module reads a purl and checks it against the rules of its type (`purl/types.rs`). `matching.rs` judges what it means for an
//! advisory.

mod types;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Maximum number of characters of a purl. A longer one is refused, so that hostile text cannot fill memory.
pub const PURL_LENGTH_MAX: usize = 8192;

/// A package URL, normalised by the rules of its type. `Display` prints the canonical form.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Purl {
    /// The type in lower case: `npm`, `pypi`, `deb`.
    pub kind: String,
    /// The namespace, its segments joined with `/`: `@angular`, `org.apache.commons`, `debian`.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
    /// The version.
    pub version: Option<String>,
    /// The qualifiers, keys in lower case.
    pub qualifiers: BTreeMap<String, String>,
    /// A place inside the package.
    pub subpath: Option<String>,
}

/// Why a text is not a package URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PurlError {
    /// It does not start with `pkg:`.
    #[error("a package URL starts with “pkg:”")]
    Scheme,
    /// The type is missing or has characters that a type may not have.
    #[error("the type is missing or not made of letters, digits, dots and dashes")]
    Kind,
    /// There is no name.
    #[error("the name is missing")]
    Name,
    /// A qualifier's key has characters that a key may not have.
    #[error("the key of a qualifier is not made of letters, digits, dots, dashes and underscores")]
    Qualifier,
    /// A qualifier is repeated with different values.
    #[error("a qualifier is repeated with different values")]
    QualifierTwice,
    /// A percent sequence is not UTF-8 text, or hides a slash.
    #[error("a percent-encoded part is not text, or has a slash in it")]
    Encoding,
    /// Longer than [`PURL_LENGTH_MAX`].
    #[error("it is longer than {PURL_LENGTH_MAX} characters")]
    Length,
}

/// How closely two package URLs agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Only the names agree, or the ecosystems agree and one side gives no namespace. A person must confirm it.
    ByName,
    /// Type, namespace and name agree; qualifiers that only identify a build, a download or an architecture differ.
    WithoutQualifiers,
    /// Type, namespace, name and all qualifiers agree.
    Exact,
}

impl Level {
    /// The words for a report.
    pub fn words(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::WithoutQualifiers => "without qualifiers",
            Self::ByName => "by name",
        }
    }
}

impl Purl {
    /// Reads a package URL as leniently as the specification allows and normalises it. A breach of its type's rules is not an error here;
    /// [`Self::breach`] reports it, because many documents in the field have such purls and they still name the package.
    pub fn parse(text: &str) -> Result<Self, PurlError> {
        if text.len() > PURL_LENGTH_MAX {
            return Err(PurlError::Length);
        }
        let scheme_end =
            text.find(':').filter(|end| text.get(..*end).is_some_and(|s| s.eq_ignore_ascii_case("pkg")));
        let rest =
            scheme_end.and_then(|end| text.get(end + 1..)).ok_or(PurlError::Scheme)?.trim_start_matches('/');
        let (rest, subpath) = cut_last(rest, '#');
        let (rest, qualifiers) = cut_last(rest, '?');
        let (kind, path) = rest.split_once('/').ok_or(PurlError::Name)?;
        let kind = kind_of(kind)?;
        let (path, version) = split_version(path);
        if path.is_empty() || path.ends_with('/') {
            return Err(PurlError::Name);
        }
        let mut segments = segments(path)?;
        let name = if kind == "git" && segments.len() > 2 {
            segments.split_off(1).join("/")
        } else {
            segments.pop().ok_or(PurlError::Name)?
        };
        let mut purl = Self {
            kind,
            namespace: (!segments.is_empty()).then(|| segments.join("/")),
            name,
            version: version.map(decode).transpose()?.filter(|v| !v.is_empty()),
            qualifiers: qualifiers.map(parse_qualifiers).transpose()?.unwrap_or_default(),
            subpath: subpath.map(parse_subpath).transpose()?.flatten(),
        };
        types::normalise(&mut purl);
        // The printed form, with its percent signs, must be readable again.
        if text.len() > PURL_LENGTH_MAX / 4 && purl.to_string().len() > PURL_LENGTH_MAX {
            return Err(PurlError::Length);
        }
        Ok(purl)
    }

    /// Makes a package URL from its parts, normalised; refuses what [`Self::parse`] would refuse.
    pub fn build(parts: Self) -> Result<Self, PurlError> {
        let mut purl = parts;
        purl.kind = kind_of(&purl.kind)?;
        if purl.name.is_empty() {
            return Err(PurlError::Name);
        }
        let mut qualifiers = BTreeMap::new();
        for (key, value) in purl.qualifiers {
            add_qualifier(&mut qualifiers, &key, value)?;
        }
        purl.qualifiers = qualifiers;
        purl.namespace = purl.namespace.map(|n| n.trim_matches('/').to_owned()).filter(|n| !n.is_empty());
        purl.version = purl.version.filter(|v| !v.is_empty());
        purl.subpath = purl.subpath.map(|s| parse_subpath(&s)).transpose()?.flatten();
        types::normalise(&mut purl);
        Ok(purl)
    }

    /// How it breaks the rules of its type, in words; `None` when it does not.
    pub fn breach(&self) -> Option<String> {
        types::breach(self)
    }

    /// How closely another package URL names the same package, regardless of versions and subpaths; `None` when it names another one.
    ///
    /// Some qualifiers are part of the identity and must be equal if both sides give them (`types::IDENTITY`: the distribution of `deb`,
    /// `rpm`,
    /// `apk`; the classifier of `maven`; user and channel of `conan`; …). All others (architecture, epoch, checksum, download address, …)
    /// do not distinguish packages: they only lower the level.
    pub fn level(&self, other: &Self) -> Option<Level> {
        if !self.name_key().eq(&other.name_key()) {
            return None;
        }
        let same_kind = self.kind == other.kind;
        let group = |purl: &Self| purl.namespace.as_deref().map(|name| types::name_key(&purl.kind, name));
        if !same_kind || group(self) != group(other) {
            let one_untold = self.namespace.is_none() || other.namespace.is_none();
            return (same_kind && one_untold).then_some(Level::ByName);
        }
        if self.qualifiers == other.qualifiers {
            return Some(Level::Exact);
        }
        let different = types::identity_qualifiers(&self.kind).iter().any(|key| {
            matches!((self.qualifiers.get(*key), other.qualifiers.get(*key)), (Some(a), Some(b)) if !a.eq_ignore_ascii_case(b))
        });
        (!different).then_some(Level::WithoutQualifiers)
    }

    /// The name as the registry of its type compares names (crates.io treats `_` and `-` as the same).
    pub fn name_key(&self) -> String {
        types::name_key(&self.kind, &self.name)
    }

    /// Namespace and name as one text, joined with `/`.
    pub fn full_name(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{namespace}/{}", self.name),
            None => self.name.clone(),
        }
    }

    /// Type, namespace and name in the form in which the registry of its type compares them: equal keys are the same package.
    pub fn key(&self) -> String {
        let mut key = format!("pkg:{}/", self.kind);
        if let Some(namespace) = &self.namespace {
            key.push_str(&types::name_key(&self.kind, namespace));
            key.push('/');
        }
        key.push_str(&self.name_key());
        key
    }

    /// The same package without version, qualifiers and subpath, printed.
    pub fn bare(&self) -> String {
        let bare = Self {
            kind: self.kind.clone(),
            namespace: self.namespace.clone(),
            name: self.name.clone(),
            ..Self::default()
        };
        bare.to_string()
    }
}

impl fmt::Display for Purl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "pkg:{}/", self.kind)?;
        if let Some(namespace) = &self.namespace {
            for segment in namespace.split('/') {
                encode(out, segment, "")?;
                out.write_str("/")?;
            }
        }
        encode(out, &self.name, if self.kind == "git" { "/" } else { "" })?;
        if let Some(version) = &self.version {
            out.write_str("@")?;
            encode(out, version, "")?;
        }
        for (position, (key, value)) in self.qualifiers.iter().enumerate() {
            write!(out, "{}{key}=", if position == 0 { '?' } else { '&' })?;
            encode(out, value, "")?;
        }
        if let Some(subpath) = &self.subpath {
            out.write_str("#")?;
            encode(out, subpath, "/")?;
        }
        Ok(())
    }
}

fn cut_last(text: &str, at: char) -> (&str, Option<&str>) {
    text.rsplit_once(at).map_or((text, None), |(head, tail)| (head, Some(tail)))
}

/// The version starts after the last `@`; but an `@` at the start of a segment that further segments follow belongs to an npm scope.
fn split_version(path: &str) -> (&str, Option<&str>) {
    match path.rsplit_once('@') {
        Some((head, tail)) if tail.contains('/') && (head.is_empty() || head.ends_with('/')) => (path, None),
        Some((head, tail)) => (head, Some(tail)),
        None => (path, None),
    }
}

fn kind_of(kind: &str) -> Result<String, PurlError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    match kind.chars().next() {
        Some(first) if !first.is_ascii_digit() && kind.chars().all(allowed) => Ok(kind.to_ascii_lowercase()),
        Some(_) | None => Err(PurlError::Kind),
    }
}

/// The decoded segments of a path. An encoded slash is refused: printing would turn one segment into two.
fn segments(path: &str) -> Result<Vec<String>, PurlError> {
    let decoded = path.split('/').filter(|segment| !segment.is_empty()).map(decode);
    decoded
        .map(|segment| segment.and_then(|s| if s.contains('/') { Err(PurlError::Encoding) } else { Ok(s) }))
        .collect()
}

fn parse_subpath(text: &str) -> Result<Option<String>, PurlError> {
    let mut segments = segments(text)?;
    segments.retain(|segment| segment != "." && segment != "..");
    Ok((!segments.is_empty()).then(|| segments.join("/")))
}

fn parse_qualifiers(text: &str) -> Result<BTreeMap<String, String>, PurlError> {
    let mut qualifiers = BTreeMap::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        add_qualifier(&mut qualifiers, key, decode(value)?)?;
    }
    Ok(qualifiers)
}

/// A qualifier without value counts as absent (specification, "qualifiers").
fn add_qualifier(into: &mut BTreeMap<String, String>, key: &str, value: String) -> Result<(), PurlError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    match key.chars().next() {
        Some(first) if !first.is_ascii_digit() && key.chars().all(allowed) => {}
        Some(_) | None => return Err(PurlError::Qualifier),
    }
    if value.is_empty() {
        return Ok(());
    }
    match into.insert(key.to_ascii_lowercase(), value.clone()) {
        Some(former) if former != value => Err(PurlError::QualifierTwice),
        Some(_) | None => Ok(()),
    }
}

fn decode(text: &str) -> Result<String, PurlError> {
    if !text.contains('%') {
        return Ok(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|d| (d as char).to_digit(16)).ok_or(PurlError::Encoding);
        let value = digit()? * 16 + digit()?;
        bytes.push(u8::try_from(value).map_err(|_| PurlError::Encoding)?);
    }
    String::from_utf8(bytes).map_err(|_| PurlError::Encoding)
}

fn encode(out: &mut fmt::Formatter<'_>, text: &str, kept: &str) -> fmt::Result {
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '~' | ':') || kept.contains(c) {
            fmt::Write::write_char(out, c)?;
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                write!(out, "%{byte:02X}")?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
