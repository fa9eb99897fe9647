//! Orders of versions, one per ecosystem, and their uses: intervals, `vers` ranges, whether a text is one exact version.
//!
//! Two versions are compared only by the rules of one scheme. Where the rules do not decide, the result is [`Incomparable`] with the
//! reason; nothing here guesses. The scheme of a claim or a component is looked up by name. `matching.rs` judges what the answer means.

mod alpine;
mod bounds;
mod composer;
mod debian;
mod dotted;
mod exactness;
mod gems;
mod maven;
mod names;
mod native;
mod nuget;
mod nvd;
mod openssl;
mod python;
mod ranges;
mod requirement;
mod rpm;
mod semver;
#[cfg(test)]
mod tests;
mod text;
mod vers;

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

pub use exactness::{Exactness, exactness};
pub use ranges::{Event, EventKind, contains, intervals_of_events, within};
pub use requirement::{is_one_version, requirement};
pub use vers::{Comparator, Constraint, InvalidRange, Vers};

/// An order of versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// Semantic Versioning 2.0; a leading `v` is common and is ignored.
    SemVer,
    /// node-semver: Semantic Versioning with an optional `v`.
    Npm,
    /// Cargo: plain Semantic Versioning.
    Cargo,
    /// Dart's pub: Semantic Versioning in which build metadata counts.
    Pub,
    /// Go modules: Semantic Versioning with an optional `v`, and releases of Go itself (`go1.21rc2`).
    Go,
    /// Python, PEP 440.
    Pep440,
    /// Maven's ComparableVersion.
    Maven,
    /// NuGet: up to four numbers.
    NuGet,
    /// RubyGems' Gem::Version.
    RubyGems,
    /// Composer (PHP).
    Composer,
    /// Debian policy 5.6.12: epochs, `~`.
    Debian,
    /// RPM's epoch, version and release.
    Rpm,
    /// Alpine's apk.
    Alpine,
    /// Arch Linux' pacman.
    Arch,
    /// OpenSSL, letters after the third number (`1.0.2zg`).
    OpenSsl,
    /// Lists of numbers, where a shorter list is below a longer one: CRAN, Bioconductor, Hackage.
    Dotted,
    /// The vendor-neutral order for the ranges of the National Vulnerability Database; see `nvd.rs`.
    Nvd,
}

/// Why two versions, or a version and a range, cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Incomparable {
    /// A text is not a version of the scheme; take the version from the component's own package instead.
    #[error("“{text}” is not a {} version: {reason}", scheme.word())]
    NotAVersion {
        /// The scheme.
        scheme: Scheme,
        /// The text, shortened when it is long.
        text: String,
        /// The defect.
        reason: &'static str,
    },
    /// Both are versions, but one of them is not precise enough; the full version is needed.
    #[error("“{a}” and “{b}” cannot be compared as {} versions: {reason}", scheme.word())]
    Undecided {
        /// The scheme.
        scheme: Scheme,
        /// One version, shortened when it is long.
        a: String,
        /// The other, shortened when it is long.
        b: String,
        /// The missing part.
        reason: &'static str,
    },
    /// The order is not known (Git commits, `custom`, an ecosystem without a known order); a person must compare.
    #[error("versions ordered by “{0}” cannot be compared")]
    NoOrder(String),
}

/// No version of any ecosystem is longer than this, in bytes.
const LENGTH_MAX: usize = 4096;

/// A scheme's answer about two versions.
enum Judged {
    /// Their order.
    Ordered(Ordering),
    /// The scheme does not decide, and the reason. The order is only for sorting.
    Open(Ordering, &'static str),
}

/// The defect of a text.
type Refusal = &'static str;

impl Scheme {
    /// All schemes.
    pub const ALL: [Self; 17] = [
        Self::SemVer,
        Self::Npm,
        Self::Cargo,
        Self::Pub,
        Self::Go,
        Self::Pep440,
        Self::Maven,
        Self::NuGet,
        Self::RubyGems,
        Self::Composer,
        Self::Debian,
        Self::Rpm,
        Self::Alpine,
        Self::Arch,
        Self::OpenSsl,
        Self::Dotted,
        Self::Nvd,
    ];

    /// The order of `a` and `b`, or the one that is not a version of this scheme.
    fn judge(self, a: &str, b: &str) -> Result<Judged, Incomparable> {
        let (a, b) = (a.trim_ascii(), b.trim_ascii());
        match self {
            Self::SemVer | Self::Npm | Self::Cargo | Self::Pub | Self::Go => {
                self.by(a, b, |text| semver::parse(text, self), semver::order)
            }
            Self::Pep440 => self.by(a, b, python::parse, python::order),
            Self::Maven => self.by(a, b, maven::parse, maven::order),
            Self::NuGet => self.by(a, b, nuget::parse, nuget::order),
            Self::RubyGems => self.by(a, b, gems::parse, gems::order),
            Self::Composer => self.by(a, b, composer::parse, composer::order),
            Self::Debian => self.by(a, b, debian::parse, debian::order),
            Self::Rpm => self.by(a, b, rpm::parse, rpm::order),
            Self::Alpine => self.by(a, b, alpine::parse, alpine::order),
            Self::Arch => self.by(a, b, rpm::parse_arch, rpm::order_arch),
            Self::OpenSsl => self.by(a, b, openssl::parse, openssl::order),
            Self::Dotted => self.by(a, b, dotted::parse, dotted::order),
            Self::Nvd => self.by(a, b, nvd::parse, nvd::order),
        }
    }

    fn by<'a, P>(
        self,
        a: &'a str,
        b: &'a str,
        parse: impl Fn(&'a str) -> Result<P, Refusal>,
        order: impl Fn(&P, &P) -> Judged,
    ) -> Result<Judged, Incomparable> {
        let read = |text: &'a str| {
            plausible(text).and_then(|()| parse(text)).map_err(|reason| Incomparable::NotAVersion {
                scheme: self,
                text: cut(text),
                reason,
            })
        };
        Ok(order(&read(a)?, &read(b)?))
    }

    /// The order for sorting, also where the scheme does not decide. Total among the versions of the scheme.
    fn sorting(self, a: &str, b: &str) -> Result<Ordering, Incomparable> {
        self.judge(a, b).map(|judged| match judged {
            Judged::Ordered(ordering) | Judged::Open(ordering, _) => ordering,
        })
    }

    /// Whether the text is a version of this scheme.
    pub fn check(self, text: &str) -> Result<(), Incomparable> {
        self.judge(text, text).map(|_| ())
    }
}

/// Defects that no scheme allows in a version.
fn plausible(text: &str) -> Result<(), Refusal> {
    if text.is_empty() {
        Err("it is empty")
    } else if text.len() > LENGTH_MAX {
        Err("it is too long")
    } else if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Err("it has spaces or characters outside ASCII")
    } else {
        Ok(())
    }
}

/// The text as messages show it.
fn cut(text: &str) -> String {
    const SHOWN: usize = 80;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The order of two versions in a scheme; surrounding white space does not count.
pub fn compare(scheme: Scheme, a: &str, b: &str) -> Result<Ordering, Incomparable> {
    match scheme.judge(a, b)? {
        Judged::Ordered(ordering) => Ok(ordering),
        Judged::Open(_, reason) => Err(Incomparable::Undecided { scheme, a: cut(a), b: cut(b), reason }),
    }
}

/// Whether two versions are the same in a scheme, in any spelling.
pub fn equal(scheme: Scheme, a: &str, b: &str) -> Result<bool, Incomparable> {
    compare(scheme, a, b).map(Ordering::is_eq)
}
