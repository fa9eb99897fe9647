//! Ranges in the notation of ecosystems (npm, PyPI, RubyGems, NuGet and Maven), read into `vers`.
//!
//! npm's own rules apply: `<=1.0` is below `1.1.0`, `2.1` is every `2.1.x`. Its upper ends `-0` (no pre-release of the next version) are
//! dropped, as in `vers` ranges: a pre-release of the end then counts as inside.

use super::ranges::common;
use super::vers::{Comparator, InvalidRange, Vers, without};
use super::{Scheme, text};
use crate::model::advisory::{Bound, Interval};

/// Maximum of the numbers that complete partial versions.
type Part = u64;

impl Vers {
    /// Reads a range in the notation of an ecosystem, named by its `vers` scheme: `npm`, `pypi`, `gem`, `nuget`, `maven`.
    ///
    /// `||` joins alternatives in every notation, as in advisory databases.
    pub fn from_native(scheme: &str, range: &str) -> Result<Self, InvalidRange> {
        let order = Scheme::of_vers_scheme(scheme).filter(|order| {
            matches!(order, Scheme::Npm | Scheme::Pep440 | Scheme::RubyGems | Scheme::NuGet | Scheme::Maven)
        });
        let order = order
            .ok_or_else(|| InvalidRange::because(range, "the notation of its ecosystem is not known"))?;
        if range.len() > super::LENGTH_MAX {
            return Err(InvalidRange::because(range, "it is too long"));
        }
        let mut intervals = Vec::new();
        for alternative in range.split("||") {
            match order {
                Scheme::NuGet | Scheme::Maven => intervals.extend(bracketed(order, alternative)?),
                _ => intervals.extend(conjunction(order, alternative)?),
            }
        }
        Self::of_intervals(scheme, order, intervals)?
            .ok_or_else(|| InvalidRange::because(range, "it contains no version"))
    }
}

fn bound(version: impl Into<String>, included: bool) -> Option<Bound> {
    Some(Bound { version: version.into(), included })
}

fn interval(comparator: Comparator, version: String) -> Interval {
    match comparator {
        Comparator::Equal => Interval { from: bound(version.clone(), true), to: bound(version, true) },
        Comparator::Less => Interval { from: None, to: bound(version, false) },
        Comparator::LessOrEqual => Interval { from: None, to: bound(version, true) },
        Comparator::Greater => Interval { from: bound(version, false), to: None },
        Comparator::GreaterOrEqual => Interval { from: bound(version, true), to: None },
        Comparator::NotEqual => Interval::default(),
    }
}

/// All requirements of one alternative, separated by spaces or commas.
fn conjunction(order: Scheme, alternative: &str) -> Result<Vec<Interval>, InvalidRange> {
    let invalid = |reason| InvalidRange::because(alternative, reason);
    if let (Scheme::Npm, Some((from, to))) = (order, alternative.split_once(" - ")) {
        let from = npm(Comparator::GreaterOrEqual, from.trim_ascii())
            .ok_or_else(|| invalid("it is not an npm range"))?;
        let to =
            npm(Comparator::LessOrEqual, to.trim_ascii()).ok_or_else(|| invalid("it is not an npm range"))?;
        return Ok(vec![common_checked(order, &from, &to)?]);
    }
    let mut result = vec![Interval::default()];
    let words: Vec<&str> = alternative.split([' ', ',', '\t']).filter(|word| !word.is_empty()).collect();
    let mut words = words.into_iter().peekable();
    if words.peek().is_none() && order != Scheme::Npm {
        return Err(invalid("it is empty"));
    }
    while let Some(word) = words.next() {
        // A space may separate a sign from its version.
        let is_sign = word.bytes().all(|byte| b"<>=!~^".contains(&byte));
        let (sign, version) = if is_sign {
            (word, words.next().ok_or_else(|| invalid("a sign is not followed by a version"))?)
        } else {
            word.split_at(word.find(|character| !"<>=!~^".contains(character)).unwrap_or(0))
        };
        if let ("!=", Scheme::Pep440 | Scheme::RubyGems) = (sign, order) {
            order.check(version)?;
            result = without(order, result, version);
            continue;
        }
        let next = requirement(order, sign, version)
            .ok_or_else(|| invalid("a requirement in it is not understood"))?;
        let mut narrowed = Vec::with_capacity(result.len());
        for interval in &result {
            narrowed.push(common_checked(order, interval, &next)?);
        }
        result = narrowed;
    }
    Ok(result)
}

fn common_checked(order: Scheme, a: &Interval, b: &Interval) -> Result<Interval, InvalidRange> {
    for bound in [&a.from, &a.to, &b.from, &b.to].into_iter().flatten() {
        order.check(&bound.version)?;
    }
    Ok(common(order, a, b))
}

fn requirement(order: Scheme, sign: &str, version: &str) -> Option<Interval> {
    match (order, sign) {
        (Scheme::Npm, "~" | "~>") => npm_tilde(version),
        (Scheme::Npm, "^") => npm_caret(version),
        (Scheme::RubyGems, "~>") => pessimistic(version),
        (_, "" | "=" | "<" | "<=" | ">" | ">=") => {
            let (comparator, _) = Comparator::split(sign);
            if order == Scheme::Npm { npm(comparator, version) } else { plain(order, comparator, version) }
        }
        (Scheme::Pep440, "==") => plain(order, Comparator::Equal, version),
        _ => None,
    }
}

/// A version in plain form; patterns with `*` are refused.
fn plain(order: Scheme, comparator: Comparator, version: &str) -> Option<Interval> {
    (!version.contains('*') && order.check(version).is_ok()).then(|| interval(comparator, version.to_owned()))
}

/// RubyGems' `~> 2.0.8`: from this version on, with the last number but one unchanged.
fn pessimistic(version: &str) -> Option<Interval> {
    let numbers: Vec<&str> = version.split('.').take_while(|part| text::is_number(part)).collect();
    let kept = if numbers.len() > 1 { numbers.len() - 1 } else { numbers.len() };
    let (last, before) = numbers.get(..kept)?.split_last()?;
    let raised = last.parse::<Part>().ok()?.checked_add(1)?.to_string();
    let end = before.iter().copied().chain([raised.as_str()]).collect::<Vec<_>>().join(".");
    Some(Interval { from: bound(version, true), to: bound(end, false) })
}

/// A version of npm whose trailing numbers may be missing or `x`.
struct Partial {
    numbers: Vec<Part>,
    /// Pre-release with its hyphen, only after three numbers.
    pre: String,
}

impl Partial {
    fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split_once('+').map_or(text, |(text, _)| text);
        let (core, pre) = text.split_once('-').map_or((text, ""), |(core, pre)| (core, pre));
        let mut numbers = Vec::new();
        let mut open = false;
        for part in core.split('.') {
            if matches!(part, "x" | "X" | "*") {
                open = true;
            } else if open || !text::is_number(part) {
                return None;
            } else {
                numbers.push(part.parse().ok()?);
            }
        }
        let full = numbers.len() == 3;
        if numbers.len() > 3 || (!full && !pre.is_empty()) {
            return None;
        }
        Some(Self { numbers, pre: if pre.is_empty() { String::new() } else { format!("-{pre}") } })
    }

    /// With zeros for the missing numbers.
    fn lowest(&self) -> String {
        let number = |place: usize| self.numbers.get(place).copied().unwrap_or_default();
        format!("{}.{}.{}{}", number(0), number(1), number(2), self.pre)
    }

    /// The first version after all versions with the same numbers up to `place`.
    fn after(&self, place: usize) -> Option<String> {
        let mut numbers = [0; 3];
        for (slot, number) in numbers.iter_mut().zip(&self.numbers).take(place + 1) {
            *slot = *number;
        }
        let last = numbers.get_mut(place)?;
        *last = last.checked_add(1)?;
        let [major, minor, patch] = numbers;
        Some(format!("{major}.{minor}.{patch}"))
    }
}

fn npm(comparator: Comparator, version: &str) -> Option<Interval> {
    let partial = Partial::parse(version)?;
    let lowest = partial.lowest();
    let Some(last) = partial.numbers.len().checked_sub(1) else {
        // `*`, `>=*`, `<=*`: every version; `<*` and `>*`: none.
        return match comparator {
            Comparator::Equal | Comparator::LessOrEqual | Comparator::GreaterOrEqual => {
                Some(Interval::default())
            }
            Comparator::Less | Comparator::Greater | Comparator::NotEqual => None,
        };
    };
    if last == 2 {
        return Some(interval(comparator, lowest));
    }
    match comparator {
        Comparator::Equal => {
            Some(Interval { from: bound(lowest, true), to: bound(partial.after(last)?, false) })
        }
        Comparator::Less | Comparator::GreaterOrEqual => Some(interval(comparator, lowest)),
        Comparator::LessOrEqual => Some(interval(Comparator::Less, partial.after(last)?)),
        Comparator::Greater => Some(interval(Comparator::GreaterOrEqual, partial.after(last)?)),
        Comparator::NotEqual => None,
    }
}

/// `~1.2.3`: the second number is fixed, or the first where there is only one.
fn npm_tilde(version: &str) -> Option<Interval> {
    let partial = Partial::parse(version)?;
    let Some(last) = partial.numbers.len().checked_sub(1) else { return Some(Interval::default()) };
    Some(Interval { from: bound(partial.lowest(), true), to: bound(partial.after(last.min(1))?, false) })
}

/// `^1.2.3`: the first number that is not zero is fixed.
fn npm_caret(version: &str) -> Option<Interval> {
    let partial = Partial::parse(version)?;
    let Some(last) = partial.numbers.len().checked_sub(1) else { return Some(Interval::default()) };
    let kept = partial.numbers.iter().position(|number| *number != 0).unwrap_or(last);
    Some(Interval { from: bound(partial.lowest(), true), to: bound(partial.after(kept)?, false) })
}

/// Intervals of NuGet and Maven: `[1.0,2.0)`, `(,1.0]`, `[1.5]`, several separated by commas; a bare version is a lower end.
fn bracketed(order: Scheme, text: &str) -> Result<Vec<Interval>, InvalidRange> {
    let invalid = |reason| InvalidRange::because(text, reason);
    let mut rest = text.trim_ascii();
    if !rest.starts_with(['[', '(']) {
        let lower = plain(order, Comparator::GreaterOrEqual, rest);
        return lower
            .map(|interval| vec![interval])
            .ok_or_else(|| invalid("it is neither a version nor an interval"));
    }
    let mut intervals = Vec::new();
    while let Some(opening) = rest.chars().next() {
        let close = rest.find([']', ')']).ok_or_else(|| invalid("an interval is not closed"))?;
        let inner = rest.get(1..close).filter(|_| matches!(opening, '[' | '('));
        let inner = inner.ok_or_else(|| invalid("an interval does not start with [ or ("))?;
        let closed = rest.get(close..).is_some_and(|end| end.starts_with(']'));
        let end = |version: &str, included: bool| {
            let version = version.trim_ascii();
            if version.is_empty() { None } else { bound(version, included) }
        };
        intervals.push(match inner.split_once(',') {
            Some((from, to)) => Interval { from: end(from, opening == '['), to: end(to, closed) },
            None if opening == '[' && closed && !inner.trim_ascii().is_empty() => {
                Interval { from: end(inner, true), to: end(inner, true) }
            }
            None => return Err(invalid("a single version must be between [ and ]")),
        });
        rest = rest.get(close + 1..).unwrap_or_default().trim_ascii_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_ascii_start();
    }
    Ok(intervals)
}
