//! One end of an interval: on which side of it a version is, also where the end is a line (`6.1.*`) or omits numbers (`2`).
//!
//! A shortened version can mean the one with zeros or the whole line that starts with it. Where both readings agree, that is the answer.

use super::requirement::{line, open_line};
use super::{Incomparable, Scheme, compare, cut};
use crate::model::advisory::Bound;
use std::cmp::Ordering;

/// Which end of an interval a bound is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Lower,
    Upper,
}

/// Whether a version is on the inner side of a bound.
pub(super) fn inside(scheme: Scheme, version: &str, bound: &Bound, end: End) -> Result<bool, Incomparable> {
    let outside = match end {
        End::Lower => Ordering::Less,
        End::Upper => Ordering::Greater,
    };
    if let Some(line) = line(&bound.version) {
        return if is_in_line(version, line) {
            Ok(bound.included)
        } else {
            compare(scheme, version, line).map(|ordering| ordering != outside)
        };
    }
    if let Some(line) = open_line(&bound.version) {
        return if !is_in_line(version, line) {
            compare(scheme, version, line).map(|ordering| ordering != outside)
        } else if bound.included == (end == End::Upper) {
            // Up to the line, it is inside; beyond it, outside.
            Ok(bound.included)
        } else {
            let reason = "the bound leaves a number open";
            Err(Incomparable::Undecided { scheme, a: cut(version), b: cut(&bound.version), reason })
        };
    }
    match compare(scheme, version, &bound.version) {
        Ok(ordering) => Ok(if ordering.is_eq() { bound.included } else { ordering != outside }),
        Err(why @ Incomparable::Undecided { .. }) => shortened(scheme, version, bound, end).ok_or(why),
        Err(why) => Err(why),
    }
}

/// Whether a version belongs to the line with this start.
fn is_in_line(version: &str, line: &str) -> bool {
    let bare = |text: &'_ str| text.trim().trim_start_matches(['v', 'V']).to_ascii_lowercase();
    bare(version)
        .strip_prefix(&bare(line))
        .is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphanumeric()))
}

/// The common answer of all readings of a shortened version or a shortened bound.
fn shortened(scheme: Scheme, version: &str, bound: &Bound, end: End) -> Option<bool> {
    if matches!(scheme, Scheme::Rpm | Scheme::Arch) {
        let released = version.contains('-') && !bound.version.contains('-');
        return match (end, bound.included) {
            (End::Lower, true) if released => Some(true),
            (End::Upper, false) if released => Some(false),
            (_, _) => None,
        };
    }
    let (own, of_bound) = (missing(scheme, version)?, missing(scheme, &bound.version)?);
    match (own, of_bound) {
        // The bound is shorter, and the version is in its line.
        (0, 1..) => {
            let ordering = completed(scheme, version, &bound.version, of_bound)?;
            match (end, bound.included) {
                (End::Lower, true) => ordering.is_ge().then_some(true),
                (End::Lower, false) => ordering.is_le().then_some(false),
                (End::Upper, false) => ordering.is_ge().then_some(false),
                (End::Upper, true) => ordering.is_le().then_some(true),
            }
        }
        // The version is shorter: it is at least the one with zeros.
        (1.., 0) => {
            let ordering = completed(scheme, &bound.version, version, own)?.reverse();
            match (end, bound.included) {
                (End::Lower, true) => ordering.is_ge().then_some(true),
                (End::Lower, false) => ordering.is_gt().then_some(true),
                (End::Upper, false) => ordering.is_ge().then_some(false),
                (End::Upper, true) => ordering.is_gt().then_some(false),
            }
        }
        (_, _) => None,
    }
}

/// How many numbers a version omits; `None` in schemes where that means nothing.
fn missing(scheme: Scheme, version: &str) -> Option<usize> {
    match scheme {
        Scheme::SemVer | Scheme::Npm | Scheme::Cargo | Scheme::Pub | Scheme::Go => {
            let core = version.split(['-', '+']).next().unwrap_or_default();
            Some(3_usize.saturating_sub(core.split('.').count()))
        }
        Scheme::Pep440
        | Scheme::Maven
        | Scheme::NuGet
        | Scheme::RubyGems
        | Scheme::Composer
        | Scheme::Debian
        | Scheme::Rpm
        | Scheme::Alpine
        | Scheme::Arch
        | Scheme::OpenSsl
        | Scheme::Dotted
        | Scheme::Nvd => None,
    }
}

/// The order of a full version and a shortened one with zeros.
fn completed(scheme: Scheme, full: &str, short: &str, missing: usize) -> Option<Ordering> {
    compare(scheme, full, &format!("{}{}", short.trim(), ".0".repeat(missing))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_inside(version: &str, sign: &str, bound: &str) -> Option<bool> {
        let end = if sign.starts_with('<') { End::Upper } else { End::Lower };
        let bound = Bound { version: bound.to_owned(), included: sign.ends_with('=') };
        inside(Scheme::SemVer, version, &bound, end).ok()
    }

    #[test]
    fn a_shortened_bound_is_decided_where_the_line_and_the_zeros_agree() {
        for (version, sign, bound, right) in [
            ("2.1.0", "<", "2", Some(false)),
            ("2.0.0", "<", "2", Some(false)),
            ("1.9.9", "<", "2", Some(true)),
            ("2.0.0-rc.1", "<", "2", None),
            ("2.0.0", "<=", "2", Some(true)),
            ("2.1.0", "<=", "2", None),
            ("2.1.3", ">=", "2.1", Some(true)),
            ("2.1.0-rc.1", ">=", "2.1", None),
            ("2.1.0", ">", "2.1", Some(false)),
            ("2.1.3", ">", "2.1", None),
            ("3.0.0", ">", "2.1", Some(true)),
        ] {
            assert_eq!(is_inside(version, sign, bound), right, "{version} {sign} {bound}");
        }
    }

    #[test]
    fn a_shortened_version_is_at_least_the_one_with_zeros() {
        for (version, sign, bound, right) in [
            ("1.5", ">=", "1.5.0", Some(true)),
            ("1.5", ">", "1.5.0", None),
            ("1.5", "<", "1.5.0", Some(false)),
            ("1.5", "<", "1.5.3", None),
            ("1.5", "<=", "1.5.0", None),
            ("1.5", "<", "2.0.0", Some(true)),
        ] {
            assert_eq!(is_inside(version, sign, bound), right, "{version} {sign} {bound}");
        }
    }

    #[test]
    fn a_bound_without_release_is_the_package_of_any_release() {
        let of = |end, included| {
            inside(Scheme::Rpm, "1.0-2", &Bound { version: "1.0".to_owned(), included }, end).ok()
        };
        assert_eq!([of(End::Lower, true), of(End::Upper, false)], [Some(true), Some(false)]);
        assert_eq!([of(End::Lower, false), of(End::Upper, true)], [None, None]);
    }

    #[test]
    fn an_asterisk_is_the_whole_line() {
        for (version, sign, bound, right) in [
            ("6.1.90", "<=", "6.1.*", Some(true)),
            ("6.1.90", "<", "6.1.*", Some(false)),
            ("6.10.0", "<=", "6.1.*", Some(false)),
            ("6.0.5", "<=", "6.1.*", Some(true)),
            ("6.1.0", ">=", "6.1.*", Some(true)),
            ("6.0.5", ">=", "6.1.*", Some(false)),
            ("6.1.3", "<=", "6.1.x", Some(true)),
            ("6.1.3", "<", "6.1.x", None),
            ("6.1.3", ">=", "6.1.x", None),
            ("6.1.3", ">", "6.1.x", Some(false)),
            ("6.2.0", "<", "6.1.x", Some(false)),
        ] {
            assert_eq!(is_inside(version, sign, bound), right, "{version} {sign} {bound}");
        }
    }
}
