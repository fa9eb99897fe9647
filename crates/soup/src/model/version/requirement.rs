//! Requirements that people write in place of one version: `>= 1.0, < 2.0`, `= 1.5`, `>=3.0|<=3.2`, `< 1.2 or = 2.0`, `6.1.*`.
//!
//! A text that is not clearly a requirement is none: a person must read half a sentence. `vers.rs` and `native.rs` read ranges that have a
//! notation.

use super::vers::{Comparator, Constraint};
use super::{Exactness, exactness};
use crate::model::advisory::{Bound, Interval};

/// Words between versions, or next to one, that turn it into several.
const SENTENCE: [&str; 20] = [
    "all", "and", "any", "before", "below", "earlier", "later", "newer", "older", "or", "prior", "release",
    "releases", "since", "through", "thru", "to", "until", "up", "versions",
];

/// Whether a text can be one version.
pub fn is_one_version(text: &str) -> bool {
    let is_word = |word: &str| SENTENCE.iter().any(|known| word.eq_ignore_ascii_case(known));
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let mut more = words.peekable();
    let sentence = more.peek().is_some() && (is_word(first) || more.any(is_word));
    exactness(Some(text)) == Exactness::Exact && !sentence
}

/// The line that a text with an asterisk means: `6.1` of `6.1.*`, every version that starts with it.
pub(super) fn line(text: &str) -> Option<&str> {
    text.trim().strip_suffix(".*").filter(|line| !line.is_empty() && !line.contains('*'))
}

/// The line that a text leaves open with a letter: `6.1` of `6.1.x`. Standing alone it means all of the line; as a bound it may mean its end.
pub(super) fn open_line(text: &str) -> Option<&str> {
    let text = text.trim();
    text.strip_suffix(".x").or_else(|| text.strip_suffix(".X")).filter(|line| !line.is_empty())
}

/// The intervals of a requirement, any of which is enough; `None` for any other text.
pub fn requirement(text: &str) -> Option<Vec<Interval>> {
    let mut all = Vec::new();
    for alternative in alternatives(text) {
        let alternative = alternative.trim();
        if alternative.contains('|') {
            let parts: Option<Vec<Constraint>> = alternative.split('|').map(bar_part).collect();
            all.extend(series(&parts?)?);
        } else {
            all.extend(conjunction(alternative)?);
        }
    }
    (!all.is_empty()).then_some(all)
}

/// The alternatives, separated by `||` or the word "or".
fn alternatives(text: &str) -> Vec<&str> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    let mut rest = 0;
    let marks = ["||", " or "];
    while let Some((at, mark)) =
        marks.iter().filter_map(|mark| Some((rest + lower.get(rest..)?.find(mark)?, *mark))).min()
    {
        found.extend(text.get(rest..at));
        rest = at + mark.len();
    }
    found.extend(text.get(rest..));
    found
}

/// Parts that all apply, in any order: at most one lower and one upper end. Single versions are alternatives.
fn conjunction(text: &str) -> Option<Vec<Interval>> {
    let parts: Option<Vec<Constraint>> = parts(text).into_iter().map(signed).collect();
    let parts = parts?;
    if parts.iter().all(|part| part.comparator == Comparator::Equal) {
        return Some(parts.iter().map(point).collect());
    }
    let mut interval = Interval::default();
    for part in parts {
        let (end, included) = match part.comparator {
            Comparator::Less => (&mut interval.to, false),
            Comparator::LessOrEqual => (&mut interval.to, true),
            Comparator::Greater => (&mut interval.from, false),
            Comparator::GreaterOrEqual => (&mut interval.from, true),
            Comparator::Equal | Comparator::NotEqual => return None,
        };
        if end.is_some() {
            return None;
        }
        *end = Some(Bound { version: part.version, included });
    }
    Some(vec![interval])
}

/// Parts separated by commas, the word "and", or blanks before a sign.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for piece in text.split(',').flat_map(|piece| piece.split("&&")).flat_map(|piece| piece.split(" and ")) {
        let mut rest = piece.trim();
        let blank_before_sign = |text: &str| {
            let signs = ['<', '>', '=', '≤', '≥'];
            let mut before = None;
            text.char_indices().find_map(|(at, c)| {
                let found = before.is_some_and(char::is_whitespace) && signs.contains(&c) && at > 0;
                before = Some(c);
                let sign_only =
                    text.get(..at).is_some_and(|head| head.trim().chars().all(|c| signs.contains(&c)));
                (found && !sign_only).then_some(at)
            })
        };
        while let Some(at) = blank_before_sign(rest) {
            let (head, tail) = rest.split_at(at);
            parts.push(head.trim());
            rest = tail;
        }
        parts.push(rest);
    }
    parts
}

/// A sequence of constraints as in `vers`: a lower end and the upper end after it form one interval.
pub(super) fn series(constraints: &[Constraint]) -> Option<Vec<Interval>> {
    let mut intervals = Vec::new();
    let mut open: Option<Bound> = None;
    for constraint in constraints {
        let bound = |included| Bound { version: constraint.version.clone(), included };
        match constraint.comparator {
            Comparator::Greater | Comparator::GreaterOrEqual => {
                let included = constraint.comparator == Comparator::GreaterOrEqual;
                if open.replace(bound(included)).is_some() {
                    return None;
                }
            }
            Comparator::Less | Comparator::LessOrEqual => {
                let included = constraint.comparator == Comparator::LessOrEqual;
                if open.is_none() && !intervals.is_empty() {
                    return None;
                }
                intervals.push(Interval { from: open.take(), to: Some(bound(included)) });
            }
            Comparator::Equal if open.is_none() => intervals.push(point(constraint)),
            Comparator::Equal | Comparator::NotEqual => return None,
        }
    }
    intervals.extend(open.map(|from| Interval { from: Some(from), to: None }));
    Some(intervals)
}

fn point(constraint: &Constraint) -> Interval {
    let bound = Some(Bound { version: constraint.version.clone(), included: true });
    Interval { from: bound.clone(), to: bound }
}

/// A part between bars; without a sign it is one version.
fn bar_part(text: &str) -> Option<Constraint> {
    let text = text.trim();
    signed(text).or_else(|| constraint(Comparator::Equal, text))
}

/// A sign and its version, or a line of versions.
fn signed(text: &str) -> Option<Constraint> {
    let text = text.trim();
    if line(text).or_else(|| open_line(text)).is_some_and(is_one_version) {
        return constraint(Comparator::Equal, text);
    }
    let signs = [
        ("<=", Comparator::LessOrEqual),
        (">=", Comparator::GreaterOrEqual),
        ("≤", Comparator::LessOrEqual),
        ("≥", Comparator::GreaterOrEqual),
        ("==", Comparator::Equal),
        ("<", Comparator::Less),
        (">", Comparator::Greater),
        ("=", Comparator::Equal),
    ];
    let (comparator, version) =
        signs.into_iter().find_map(|(sign, comparator)| Some((comparator, text.strip_prefix(sign)?)))?;
    constraint(comparator, version.trim())
}

fn constraint(comparator: Comparator, version: &str) -> Option<Constraint> {
    let open = open_line(version);
    let one = line(version).or(open).is_some_and(is_one_version) || is_one_version(version);
    let version = match open {
        Some(line) if comparator == Comparator::Equal => format!("{line}.*"),
        Some(_) | None => version.to_owned(),
    };
    (one && !version.contains(char::is_whitespace)).then_some(Constraint { comparator, version })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Option<String> {
        let end = |bound: &Option<Bound>, sign: &str| {
            bound
                .as_ref()
                .map(|bound| format!("{sign}{}{}", if bound.included { "=" } else { "" }, bound.version))
        };
        let one = |interval: &Interval| {
            let ends: Vec<String> =
                end(&interval.from, ">").into_iter().chain(end(&interval.to, "<")).collect();
            ends.join(",")
        };
        Some(requirement(text)?.iter().map(one).collect::<Vec<_>>().join(" or "))
    }

    #[test]
    fn requirements_become_intervals() {
        for (text, right) in [
            ("< 1.2.3", "<1.2.3"),
            (">=1.0, <1.2.3", ">=1.0,<1.2.3"),
            ("<1.2.3, >=1.0", ">=1.0,<1.2.3"),
            (">= 1.0 < 2.0", ">=1.0,<2.0"),
            ("≤ 2", "<=2"),
            ("= 1.5", ">=1.5,<=1.5"),
            ("==1.5, ==1.6", ">=1.5,<=1.5 or >=1.6,<=1.6"),
            ("< 1.2 or >= 2.0, < 2.1", "<1.2 or >=2.0,<2.1"),
            ("< 1.2 || = 2.0", "<1.2 or >=2.0,<=2.0"),
            (">=3.0|<=3.2", ">=3.0,<=3.2"),
            ("<1.9|>=2.0|<2.4", "<1.9 or >=2.0,<2.4"),
            ("1.0|1.1", ">=1.0,<=1.0 or >=1.1,<=1.1"),
            ("6.1.*", ">=6.1.*,<=6.1.*"),
            ("1.x", ">=1.*,<=1.*"),
            ("= 2.4.X", ">=2.4.*,<=2.4.*"),
            (">= 1.0, < 2.x", ">=1.0,<2.x"),
        ] {
            assert_eq!(words(text).as_deref(), Some(right), "{text}");
        }
    }

    #[test]
    fn sentences_and_contradictions_are_no_requirements() {
        for text in [
            "1.0 through 1.5",
            "prior to 2.0",
            "x",
            ".x",
            "1.x through 2.x",
            "< 1, < 2",
            "<",
            "< 1.0 or so",
            "=> 1",
            "n/a",
            "",
            "1.0",
            ">=2.1.2|<2.1.2 June 10, 2025",
            "All versions prior to V2.4",
            "!= 1.0",
            ">=1|>=2",
            "<1|<2",
            "= 1.0, < 2.0",
            "< *",
        ] {
            assert_eq!(words(text), None, "{text}");
        }
    }

    #[test]
    fn one_version_is_distinguished_from_a_sentence() {
        for text in ["1.0", "2.0 SP1", "12.2(33)SXI", "R2", "1:2.0~rc1-1", "v3.1.4-beta.2", "2024 Update 3"] {
            assert!(is_one_version(text), "{text}");
        }
        for text in ["1.0 through 1.5", "prior to 2.0", "1.x", "< 1", "n/a", "2.0 and earlier"] {
            assert!(!is_one_version(text), "{text}");
        }
    }
}
