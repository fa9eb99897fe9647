//! A component's version against what a claim says of versions: holds, is outside, or cannot be told.

use super::combine::Weight;
use super::written;
use crate::model::advisory::{ClaimStatus, Interval, Versions};
use crate::model::version::{self, Scheme};

/// How versions are compared, or in which words their order is unknown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    /// By this scheme.
    By(Scheme),
    /// Not at all: why, in words.
    Unknown(String),
}

impl Order {
    /// The order of an entry of a claim: the one that it names, else that of the ecosystem or the purl type. A claim about a product of no
    /// ecosystem that names no order is compared by the vendor-neutral one.
    pub fn of(entry: &Versions, ecosystem: &str, kind: &str) -> Self {
        let told = entry.order.as_str();
        let own = || Scheme::of_purl_type(kind).filter(|_| matches!(told, "" | "ECOSYSTEM" | "SEMVER"));
        let neutral = || (told.is_empty() && ecosystem.is_empty() && kind.is_empty()).then_some(Scheme::Nvd);
        match Scheme::of_claim(told, ecosystem).or_else(own).or_else(neutral) {
            Some(scheme) => Self::By(scheme),
            None if told.is_empty() => {
                Self::Unknown(format!("the order of versions of “{ecosystem}{kind}” is not known"))
            }
            None => Self::Unknown(format!("versions ordered by “{told}” cannot be compared")),
        }
    }

    /// The word for a reason.
    pub fn word(&self) -> &str {
        match self {
            Self::By(scheme) => scheme.word(),
            Self::Unknown(_) => "none",
        }
    }

    pub fn same(&self, a: &str, b: &str) -> Result<bool, String> {
        if a.eq_ignore_ascii_case(b) {
            return Ok(true);
        }
        match self {
            Self::By(scheme) => version::equal(*scheme, a, b).map_err(|why| why.to_string()),
            // Without an order, versions are the same only when they are written the same.
            Self::Unknown(_) => Ok(false),
        }
    }

    /// Whether a text is no version in this order.
    fn refuses(&self, version: &str) -> bool {
        match self {
            Self::By(scheme) => scheme.check(version).is_err(),
            Self::Unknown(_) => false,
        }
    }

    pub fn within(&self, version: &str, interval: &Interval) -> Result<bool, String> {
        if is_everything(interval) {
            return Ok(true);
        }
        match self {
            Self::By(scheme) => version::within(*scheme, interval, version).map_err(|why| why.to_string()),
            Self::Unknown(why) => Err(why.clone()),
        }
    }
}

/// Whether an interval holds every version: no bounds, or from `0` on (OSV, CVE).
pub(super) fn is_everything(interval: &Interval) -> bool {
    interval.to.is_none()
        && interval
            .from
            .as_ref()
            .is_none_or(|from| from.included && matches!(from.version.as_str(), "0" | "*" | ""))
}

/// What one entry says of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stand {
    /// The entry names it.
    Holds(Weight),
    /// The entry does not name it.
    Outside,
    /// It cannot be told: why.
    Unclear(String),
}

/// What one entry of a claim says of a version, or of a component whose version is not known, in words why. `free` tells that the source is
/// not held to exact versions: CVE and CSAF records have requirements and whole sentences where a version should be.
pub(super) fn stand(entry: &Versions, order: &Order, version: Result<&str, &str>, free: bool) -> Stand {
    let commits = is_git(entry);
    if free && entry.listed.iter().any(|listed| written::names_every_version(listed)) {
        return Stand::Holds(Weight::Interval);
    }
    if !commits && entry.intervals.iter().any(is_everything) {
        return Stand::Holds(Weight::Interval);
    }
    let version = match version {
        Ok(version) => version,
        Err(why) => return Stand::Unclear(why.to_owned()),
    };
    let mut unclear = None;
    for listed in &entry.listed {
        match order.same(version, listed) {
            Ok(true) => return Stand::Holds(Weight::Listed),
            Ok(false) | Err(_) if free && !written::is_one_version(listed) => {
                match written::intervals(listed) {
                    Some(interval) => match order.within(version, &interval) {
                        Ok(true) => return Stand::Holds(Weight::Interval),
                        Ok(false) => {}
                        Err(why) => unclear = unclear.or(Some(why)),
                    },
                    None => unclear = unclear.or(Some(written::doubt(listed))),
                }
            }
            Ok(false) => {}
            // A listed version that is no version of the scheme is another one, unless the component's own is the odd one.
            Err(why) => unclear = unclear.or_else(|| order.refuses(version).then_some(why)),
        }
    }
    if commits {
        let why = "ranges of Git commits cannot be compared with a version";
        return if entry.listed.is_empty() { Stand::Unclear(why.to_owned()) } else { Stand::Outside };
    }
    for interval in &entry.intervals {
        match order.within(version, interval) {
            Ok(true) => return Stand::Holds(Weight::Interval),
            Ok(false) => {}
            Err(why) => unclear = unclear.or(Some(why)),
        }
    }
    unclear.map_or(Stand::Outside, Stand::Unclear)
}

/// Ranges of Git commits: they say nothing about a version.
pub(super) fn is_git(entry: &Versions) -> bool {
    entry.order.eq_ignore_ascii_case("git")
}

/// An interval in words.
pub(super) fn interval_words(interval: &Interval) -> String {
    if is_everything(interval) {
        return "every version".to_owned();
    }
    let from = interval.from.as_ref().filter(|from| !(from.included && from.version == "0"));
    let from = from.map(|from| format!("{} {}", if from.included { ">=" } else { ">" }, from.version));
    let to =
        interval.to.as_ref().map(|to| format!("{} {}", if to.included { "<=" } else { "<" }, to.version));
    from.into_iter().chain(to).collect::<Vec<_>>().join(", ")
}

/// What an entry names, in words.
pub(super) fn entry_words(entry: &Versions) -> String {
    const SHOWN: usize = 8;
    let mut parts: Vec<String> = entry.intervals.iter().take(SHOWN).map(interval_words).collect();
    parts.extend(entry.listed.iter().take(SHOWN).map(|version| format!("= {version}")));
    let all = entry.intervals.len() + entry.listed.len();
    let mut words = parts.join(" or ");
    if all > parts.len() {
        words.push_str(&format!(" or {} more", all - parts.len()));
    }
    words
}

/// What the affected entries of a claim name, in words.
pub(super) fn claim_words(entries: &[Versions]) -> String {
    let affected = entries.iter().filter(|entry| entry.status == ClaimStatus::Affected && !is_git(entry));
    let words: Vec<String> = affected.map(entry_words).filter(|words| !words.is_empty()).take(4).collect();
    if words.is_empty() { "no version named".to_owned() } else { words.join(" or ") }
}
