//! `vers` ranges (`vers:npm/>=1.2|<2`; ECMA-427 draft of the package URL project): reading, canonical writing, containment.
//!
//! `native.rs` reads ranges in the notations of ecosystems.

use super::ranges::{common, united, within};
use super::requirement::series;
use super::{Incomparable, Scheme, compare, cut, python};
use crate::model::advisory::{Bound, Interval};
use std::cmp::Ordering;
use std::fmt;

/// How a constraint compares a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparator {
    /// `=`, omitted in writing.
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparator {
    /// The comparator at the start of a text, and the rest; without one it is [`Comparator::Equal`].
    pub(super) fn split(text: &str) -> (Self, &str) {
        const SIGNS: [(&str, Comparator); 7] = [
            (">=", Comparator::GreaterOrEqual),
            ("<=", Comparator::LessOrEqual),
            ("!=", Comparator::NotEqual),
            ("==", Comparator::Equal),
            (">", Comparator::Greater),
            ("<", Comparator::Less),
            ("=", Comparator::Equal),
        ];
        let found = SIGNS.iter().find_map(|(sign, comparator)| {
            text.strip_prefix(sign).map(|rest| (*comparator, rest.trim_ascii_start()))
        });
        found.unwrap_or((Self::Equal, text))
    }

    /// Its spelling in a range.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// One constraint of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// How to compare.
    pub comparator: Comparator,
    /// The version to compare with.
    pub version: String,
}

/// A range of versions in the `vers` notation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vers {
    /// The versioning scheme as named, in lower case (`npm`, `pypi`, `generic`).
    pub scheme: String,
    /// Constraints in the order of their versions; in the order of the source where the scheme has no known order. An empty list means that
    /// every version is in the range (`*`).
    pub constraints: Vec<Constraint>,
}

/// A text that is not a range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRange {
    /// It does not follow the notation.
    #[error("“{text}” is not a range: {reason}")]
    NotARange {
        /// The text, shortened when it is long.
        text: String,
        /// The defect.
        reason: &'static str,
    },
    /// A version in it is not a version of its scheme.
    #[error(transparent)]
    Version(#[from] Incomparable),
}

impl InvalidRange {
    pub(super) fn because(text: &str, reason: &'static str) -> Self {
        Self::NotARange { text: cut(text), reason }
    }
}

impl Vers {
    /// Reads a range; white space in it does not count.
    pub fn parse(text: &str) -> Result<Self, InvalidRange> {
        let invalid = |reason| InvalidRange::because(text, reason);
        let compact: String = text.chars().filter(|character| !character.is_whitespace()).collect();
        let (start, rest) = compact.split_once(':').ok_or_else(|| invalid("it does not start with vers:"))?;
        if !start.eq_ignore_ascii_case("vers") {
            return Err(invalid("it does not start with vers:"));
        }
        let (scheme, list) = rest.split_once('/').ok_or_else(|| invalid("no / follows its scheme"))?;
        if scheme.is_empty()
            || !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-+".contains(&byte))
        {
            return Err(invalid("its scheme is not a name"));
        }
        let scheme = scheme.to_ascii_lowercase();
        if list == "*" {
            return Ok(Self { scheme, constraints: Vec::new() });
        }
        let mut constraints = Vec::new();
        for part in list.trim_matches('|').split('|') {
            let (comparator, version) = Comparator::split(part);
            let version =
                decode(version).ok_or_else(|| invalid("a percent sign is not followed by a character"))?;
            if version.is_empty() || version == "*" {
                return Err(invalid("a constraint has no version"));
            }
            constraints.push(Constraint { comparator, version });
        }
        let mut range = Self { scheme, constraints };
        range.sort()?;
        Ok(range)
    }

    /// The order of its versions, where known.
    pub fn order(&self) -> Option<Scheme> {
        Scheme::of_vers_scheme(&self.scheme)
    }

    fn sort(&mut self) -> Result<(), Incomparable> {
        let Some(scheme) = self.order() else { return Ok(()) };
        for constraint in &self.constraints {
            scheme.check(&constraint.version)?;
        }
        self.constraints.sort_by(|a, b| scheme.sorting(&a.version, &b.version).unwrap_or(Ordering::Equal));
        Ok(())
    }

    /// Writes intervals, such as those of a native range, as a range; `None` when they contain no version.
    pub(super) fn of_intervals(
        name: &str,
        scheme: Scheme,
        intervals: Vec<Interval>,
    ) -> Result<Option<Self>, Incomparable> {
        for bound in intervals.iter().flat_map(|interval| [&interval.from, &interval.to]).flatten() {
            scheme.check(&bound.version)?;
        }
        let intervals = united(scheme, intervals);
        if intervals.is_empty() {
            return Ok(None);
        }
        let mut constraints = Vec::new();
        for interval in holes_joined(scheme, intervals) {
            match interval {
                Piece::Hole(version) => {
                    constraints.push(Constraint { comparator: Comparator::NotEqual, version });
                }
                Piece::Range(Interval { from: Some(from), to: Some(to) })
                    if from.included
                        && to.included
                        && compare(scheme, &from.version, &to.version)? == Ordering::Equal =>
                {
                    constraints.push(Constraint { comparator: Comparator::Equal, version: from.version });
                }
                Piece::Range(Interval { from, to }) => {
                    let lower = |bound: &Bound| {
                        if bound.included { Comparator::GreaterOrEqual } else { Comparator::Greater }
                    };
                    let upper = |bound: &Bound| {
                        if bound.included { Comparator::LessOrEqual } else { Comparator::Less }
                    };
                    constraints.extend(
                        from.map(|bound| Constraint { comparator: lower(&bound), version: bound.version }),
                    );
                    constraints.extend(
                        to.map(|bound| Constraint { comparator: upper(&bound), version: bound.version }),
                    );
                }
            }
        }
        for constraint in &mut constraints {
            constraint.version = canonical(scheme, &constraint.version);
        }
        Ok(Some(Self { scheme: name.to_owned(), constraints }))
    }

    /// The same range as intervals.
    pub fn intervals(&self) -> Result<Vec<Interval>, Incomparable> {
        if self.constraints.is_empty() {
            return Ok(vec![Interval::default()]);
        }
        let scheme = self.order().ok_or_else(|| Incomparable::NoOrder(self.scheme.clone()))?;
        let is = |comparator: Comparator| move |constraint: &&Constraint| constraint.comparator == comparator;
        let mut intervals = self.ranges(scheme);
        for constraint in self.constraints.iter().filter(is(Comparator::NotEqual)) {
            intervals = without(scheme, intervals, &constraint.version);
        }
        let point = |constraint: &Constraint| {
            let bound = Some(Bound { version: constraint.version.clone(), included: true });
            Interval { from: bound.clone(), to: bound }
        };
        intervals.extend(self.constraints.iter().filter(is(Comparator::Equal)).map(point));
        Ok(united(scheme, intervals))
    }

    /// The intervals of constraints in the written order, for a scheme without a known order; `None` if the constraints are not in
    /// sequence.
    pub fn in_series(&self) -> Option<Vec<Interval>> {
        if self.constraints.is_empty() { Some(vec![Interval::default()]) } else { series(&self.constraints) }
    }

    /// The intervals of `<`, `<=`, `>`, `>=`: redundant ones are ignored, as the specification requires.
    fn ranges(&self, scheme: Scheme) -> Vec<Interval> {
        let mut intervals = Vec::new();
        let mut from: Option<Bound> = None;
        let mut to: Option<&Constraint> = None;
        let mut others = false;
        for constraint in &self.constraints {
            let included =
                matches!(constraint.comparator, Comparator::GreaterOrEqual | Comparator::LessOrEqual);
            match constraint.comparator {
                Comparator::Greater | Comparator::GreaterOrEqual => {
                    if let Some(end) = to.take() {
                        intervals.push(Interval { from: from.take(), to: Some(bound_of(end)) });
                    }
                    from.get_or_insert_with(|| Bound { version: constraint.version.clone(), included });
                    others = true;
                }
                Comparator::Less | Comparator::LessOrEqual => {
                    to = Some(constraint);
                    others = true;
                }
                Comparator::Equal => others = true,
                Comparator::NotEqual => {}
            }
        }
        if from.is_some() || to.is_some() || !others {
            intervals.push(Interval { from, to: to.map(bound_of) });
        }
        united(scheme, intervals)
    }

    /// Whether a version is in the range.
    pub fn contains(&self, version: &str) -> Result<bool, Incomparable> {
        let mut undecided = None;
        for interval in self.intervals()? {
            if interval == Interval::default() {
                return Ok(true);
            }
            let scheme = self.order().ok_or_else(|| Incomparable::NoOrder(self.scheme.clone()))?;
            match within(scheme, &interval, version) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(why) => undecided = undecided.or(Some(why)),
            }
        }
        undecided.map_or(Ok(false), Err)
    }
}

fn bound_of(constraint: &Constraint) -> Bound {
    let included = matches!(constraint.comparator, Comparator::GreaterOrEqual | Comparator::LessOrEqual);
    Bound { version: constraint.version.clone(), included }
}

/// The intervals without one version.
pub(super) fn without(scheme: Scheme, intervals: Vec<Interval>, version: &str) -> Vec<Interval> {
    let end = || Some(Bound { version: version.to_owned(), included: false });
    let below = Interval { from: None, to: end() };
    let above = Interval { from: end(), to: None };
    let parts = intervals
        .iter()
        .flat_map(|interval| [common(scheme, interval, &below), common(scheme, interval, &above)]);
    united(scheme, parts.collect())
}

/// A part of a range in its written form.
enum Piece {
    Range(Interval),
    /// Everything around this version is in the range; the version is not.
    Hole(String),
}

/// A range that excludes single versions is written as those versions: `!=5`, not `<5|>5`.
fn holes_joined(scheme: Scheme, intervals: Vec<Interval>) -> Vec<Piece> {
    let ends = |interval: &Interval, version: Option<&Bound>| match (&interval.to, version) {
        (Some(to), Some(from)) => {
            !to.included
                && !from.included
                && compare(scheme, &to.version, &from.version) == Ok(Ordering::Equal)
        }
        _ => false,
    };
    let open = intervals.first().is_some_and(|first| first.from.is_none())
        && intervals.last().is_some_and(|last| last.to.is_none());
    let touching = intervals.windows(2).all(|pair| match pair {
        [one, other] => ends(one, other.from.as_ref()),
        _ => false,
    });
    if open && touching && intervals.len() > 1 {
        intervals.into_iter().filter_map(|interval| interval.to).map(|to| Piece::Hole(to.version)).collect()
    } else {
        intervals.into_iter().map(Piece::Range).collect()
    }
}

/// The version in the spelling of its scheme.
fn canonical(scheme: Scheme, version: &str) -> String {
    match scheme {
        Scheme::Pep440 => {
            python::parse(version).map_or_else(|_| version.to_owned(), |version| version.to_string())
        }
        _ => version.to_owned(),
    }
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first == b'%' {
            let (code, after) = rest.split_at_checked(2)?;
            let code = std::str::from_utf8(code)
                .ok()
                .filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
            bytes.push(u8::from_str_radix(code, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

impl fmt::Display for Vers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "vers:{}/", self.scheme)?;
        if self.constraints.is_empty() {
            return formatter.write_str("*");
        }
        for (index, constraint) in self.constraints.iter().enumerate() {
            let separator = if index == 0 { "" } else { "|" };
            write!(formatter, "{separator}{}", constraint.comparator.sign())?;
            for byte in constraint.version.bytes() {
                if byte.is_ascii_graphic() && !b"%<>=!*|/".contains(&byte) {
                    write!(formatter, "{}", char::from(byte))?;
                } else {
                    write!(formatter, "%{byte:02X}")?;
                }
            }
        }
        Ok(())
    }
}
