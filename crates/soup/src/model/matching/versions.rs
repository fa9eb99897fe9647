//! Compares a component's version with the versions of a claim: included, outside, or unclear.

use super::combine::Weight;
use super::{ecosystem, version_text};
use crate::model::advisory::{AS_WRITTEN, Bound, ClaimStatus, Interval, Versions};
use crate::model::version::{self, Scheme};

/// The order of versions, or why it is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    /// By this scheme.
    By(Scheme),
    /// They cannot be compared; the reason in words.
    Unknown(String),
}

impl Order {
    /// The order of an entry of a claim: the one that it names, else that of the ecosystem or the purl type. If there is none and the claim names
    /// none, versions are compared by the vendor-neutral order, like those of products that are named in words.
    pub fn of(entry: &Versions, ecosystem: &str, kind: &str) -> Self {
        let named = entry.order.as_str();
        let ecosystem = ecosystem::by_address(ecosystem);
        let own = || Scheme::of_purl_type(kind).filter(|_| matches!(named, "" | "ECOSYSTEM" | "SEMVER"));
        let neutral = || named.is_empty().then_some(Scheme::Nvd);
        match Scheme::of_claim(named, ecosystem).or_else(own).or_else(neutral) {
            Some(scheme) => Self::By(scheme),
            None => Self::Unknown(format!("versions ordered by “{named}” cannot be compared")),
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
            // Without an order, versions with the same numbers may be the same.
            Self::Unknown(_) if same_numbers(a, b) => {
                Err(format!("“{a}” may or may not be “{b}”: their order is not known"))
            }
            Self::Unknown(_) => Ok(false),
        }
    }

    /// Whether a text is not a version in this order.
    fn refuses(&self, version: &str) -> bool {
        match self {
            Self::By(scheme) => scheme.check(version).is_err(),
            Self::Unknown(_) => false,
        }
    }

    /// Whether a version is inside an interval; `free` as in [`stand`]. Such records call every version with three numbers "semver". So a version
    /// with a word that does not mean a pre-release (`6.1.90-rt31`) may be a later build.
    fn within_of(&self, version: &str, interval: &Interval, free: bool) -> Result<bool, String> {
        let bad =
            |bound: &&Bound| free && !is_everything(interval) && !version_text::is_bound(&bound.version);
        if let Some(text) = [&interval.from, &interval.to].into_iter().flatten().find(bad) {
            // The other end may nevertheless exclude the version.
            let good = |bound: &Option<Bound>| bound.clone().filter(|bound| !bad(&bound));
            let rest = Interval { from: good(&interval.from), to: good(&interval.to) };
            return match self.within_of(version, &rest, free) {
                Ok(false) => Ok(false),
                Ok(true) | Err(_) => Err(version_text::doubt(&text.version)),
            };
        }
        let by_word = self.within(version, interval);
        if free
            && by_word.is_err()
            && *self == Self::By(Scheme::SemVer)
            && is_numbers_beyond(version, interval)
        {
            return Self::By(Scheme::Nvd).within(version, interval);
        }
        if !free || *self != Self::By(Scheme::SemVer) || !has_later_word(version) {
            return by_word;
        }
        match (by_word, Self::By(Scheme::Nvd).within(version, interval)) {
            (Ok(one), Ok(other)) if one != other => {
                Err(format!("“{version}” may be a pre-release or a later build of its numbers"))
            }
            (by_word, _) => by_word,
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

/// Whether an interval includes every version: no bounds, or from `0` on (OSV, CVE).
pub(super) fn is_everything(interval: &Interval) -> bool {
    interval.to.is_none()
        && interval
            .from
            .as_ref()
            .is_none_or(|from| from.included && matches!(from.version.as_str(), "0" | "*" | ""))
}

/// What one entry says about a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stand {
    /// The entry includes it.
    Holds(Weight),
    /// The entry does not include it.
    Outside,
    /// It cannot be decided; the reason in words.
    Unclear(String),
}

/// What one entry of a claim says about a version; an `Err` is the reason why the version is not known. `free` means that the source need not
/// name exact versions: CVE and CSAF records have requirements and whole sentences where a version should be.
pub(super) fn stand(entry: &Versions, order: &Order, version: Result<&str, &str>, free: bool) -> Stand {
    let commits = is_git(entry);
    if free && as_written(entry).any(version_text::names_every_version) {
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
            Ok(false) | Err(_) if free && !version_text::is_one_version(listed) => {
                match required(listed, order, version) {
                    Ok(true) => return Stand::Holds(Weight::Interval),
                    Ok(false) => {}
                    Err(why) => unclear = unclear.or(Some(why)),
                }
            }
            Ok(false) => {}
            // A listed text that is not a version of the scheme is another version, provided that the component's version is one.
            Err(why) => {
                let another =
                    order.refuses(listed) && !order.refuses(version) && !same_numbers(listed, version);
                unclear = unclear.or_else(|| (!another).then_some(why));
            }
        }
    }
    if commits {
        let why = "ranges of Git commits cannot be compared with a version";
        return if entry.listed.is_empty() { Stand::Unclear(why.to_owned()) } else { Stand::Outside };
    }
    for interval in &entry.intervals {
        match order.within_of(version, interval, free) {
            Ok(true) => return Stand::Holds(Weight::Interval),
            Ok(false) => {}
            Err(why) => unclear = unclear.or(Some(why)),
        }
    }
    unclear.map_or(Stand::Outside, Stand::Unclear)
}

/// The texts of an entry in the places of single versions and of a range as written.
fn as_written(entry: &Versions) -> impl Iterator<Item = &str> {
    let ranges = entry.intervals.iter().filter(|_| entry.order == AS_WRITTEN);
    let ranges = ranges.filter_map(|interval| interval.to.as_ref()).map(|bound| bound.version.as_str());
    entry.listed.iter().map(String::as_str).chain(ranges)
}

/// Whether a version fulfils a text in the place of a version, or why this cannot be decided.
fn required(text: &str, order: &Order, version: &str) -> Result<bool, String> {
    let Some(intervals) = version_text::requirement(text) else { return Err(version_text::doubt(text)) };
    let mut unclear = None;
    for interval in &intervals {
        match order.within_of(version, interval, true) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(why) => unclear = unclear.or(Some(why)),
        }
    }
    unclear.map_or(Ok(false), Err)
}

/// Words for a pre-release.
const BEFORE: [&str; 13] = [
    "alpha",
    "beta",
    "rc",
    "pre",
    "preview",
    "prerelease",
    "dev",
    "snapshot",
    "milestone",
    "nightly",
    "canary",
    "candidate",
    "next",
];

/// Whether a version and its bounds consist only of numbers, and at least one of them is not a Semantic Version because of the count of numbers or
/// because of leading zeros. Every order of numbers compares these in the same way.
fn is_numbers_beyond(version: &str, interval: &Interval) -> bool {
    let bounds = [&interval.from, &interval.to].into_iter().flatten().map(|bound| bound.version.as_str());
    let mut all = bounds.chain([version]).map(str::trim);
    let is_numbers = |text: &str| {
        let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
        bare.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut beyond = false;
    all.all(|text| {
        beyond |= Scheme::SemVer.check(text).is_err();
        is_numbers(text)
    }) && beyond
}

/// Whether the numbers of a version are followed by a hyphen and a word that does not mean a pre-release.
fn has_later_word(version: &str) -> bool {
    let Some((_, rest)) = version.split_once('-') else { return false };
    let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
    let word = word.to_ascii_lowercase();
    !(BEFORE.contains(&word.as_str()) || matches!(word.as_str(), "a" | "b" | "m" | "c" | "cr" | "ea"))
}

/// Whether two versions have the same numbers, whatever is before, between and after them (`curl-8_4_0`, `8.4.0`). They are different if only one
/// has a word for a pre-release.
fn same_numbers(a: &str, b: &str) -> bool {
    let read = |text: &str| -> (Vec<String>, bool) {
        let lower = text.to_ascii_lowercase();
        let start = lower.find(|c: char| c.is_ascii_digit()).unwrap_or(lower.len());
        let rest = lower.get(start..).unwrap_or_default();
        let end =
            rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_' | '-'))).unwrap_or(rest.len());
        let (numbers, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let mut numbers: Vec<String> = numbers
            .split(['.', '_', '-'])
            .filter(|part| !part.is_empty())
            .map(|part| part.trim_start_matches('0').to_owned())
            .collect();
        while numbers.last().is_some_and(String::is_empty) {
            numbers.pop();
        }
        let word: String = tail.chars().take_while(char::is_ascii_alphabetic).collect();
        (numbers, BEFORE.contains(&word.as_str()))
    };
    let ((one, one_before), (other, other_before)) = (read(a), read(b));
    !one.is_empty() && one == other && one_before == other_before
}

/// Whether a version is a commit, or names one as `git describe` does.
pub(super) fn is_commit(version: &str) -> bool {
    let is_hash = |text: &str| {
        let hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        hex && (matches!(text.len(), 40 | 64)
            || (7..=39).contains(&text.len())
                && text.bytes().any(|byte| byte.is_ascii_digit())
                && text.bytes().any(|byte| byte.is_ascii_lowercase()))
    };
    let version = version.trim();
    is_hash(version) || version.rsplit_once("-g").is_some_and(|(_, hash)| hash.len() >= 7 && is_hash(hash))
}

/// Whether an entry is a range of Git commits, which says nothing about a version.
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

/// The versions of an entry, in words.
pub(super) fn entry_words(entry: &Versions) -> String {
    const SHOWN: usize = 8;
    if entry.order == AS_WRITTEN {
        let texts = entry.intervals.iter().filter_map(|interval| interval.to.as_ref());
        return texts.map(|bound| format!("“{}”", bound.version)).collect::<Vec<_>>().join(" or ");
    }
    let mut parts: Vec<String> = entry.intervals.iter().take(SHOWN).map(interval_words).collect();
    parts.extend(entry.listed.iter().take(SHOWN).map(|version| format!("= {version}")));
    let all = entry.intervals.len() + entry.listed.len();
    let mut words = parts.join(" or ");
    if all > parts.len() {
        words.push_str(&format!(" or {} more", all - parts.len()));
    }
    words
}

/// The versions of the affected entries of a claim, in words.
pub(super) fn claim_words(entries: &[Versions]) -> String {
    let affected = entries.iter().filter(|entry| entry.status == ClaimStatus::Affected && !is_git(entry));
    let words: Vec<String> = affected.map(entry_words).filter(|words| !words.is_empty()).take(4).collect();
    if words.is_empty() { "no version named".to_owned() } else { words.join(" or ") }
}
