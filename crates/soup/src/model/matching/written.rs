//! What CVE and CSAF records write where one version should be: requirements, every version, half a sentence. What cannot be read as a
//! requirement is a doubt, never another version.

use crate::model::advisory::{Bound, Interval};
use crate::model::version::{Exactness, exactness};

/// Words by which a text means every version.
const EVERY: [&str; 7] =
    ["*", "all", "any", "all versions", "any version", "all versions affected", "all releases"];

/// Words that stand between versions, or beside one, and make several of it.
const SENTENCE: [&str; 20] = [
    "all", "and", "any", "before", "below", "earlier", "later", "newer", "older", "or", "prior", "release",
    "releases", "since", "through", "thru", "to", "until", "up", "versions",
];

/// Whether a text names every version.
pub(super) fn names_every_version(text: &str) -> bool {
    EVERY.iter().any(|word| text.trim().eq_ignore_ascii_case(word))
}

/// Whether a text can be one version.
pub(super) fn is_one_version(text: &str) -> bool {
    let is_sentence = || {
        text.split_whitespace()
            .skip(1)
            .any(|word| SENTENCE.iter().any(|known| word.eq_ignore_ascii_case(known)))
            || text.split_whitespace().next().is_some_and(|word| {
                text.contains(char::is_whitespace)
                    && SENTENCE.iter().any(|known| word.eq_ignore_ascii_case(known))
            })
    };
    exactness(Some(text)) == Exactness::Exact && !is_sentence()
}

/// The interval of a requirement such as `< 1.2.3` or `>= 1.0, < 1.2.3`; `None` for any other text.
pub(super) fn intervals(text: &str) -> Option<Interval> {
    let mut interval = Interval::default();
    for part in text.split(',') {
        let (sign, version) = sign_of(part.trim())?;
        let version = version.trim();
        if version.is_empty() || version.contains(char::is_whitespace) || !is_one_version(version) {
            return None;
        }
        let bound = |included| Some(Bound { version: version.to_owned(), included });
        let (end, told) = match sign {
            "<" => (&mut interval.to, bound(false)),
            "<=" => (&mut interval.to, bound(true)),
            ">" => (&mut interval.from, bound(false)),
            _ => (&mut interval.from, bound(true)),
        };
        if end.is_some() {
            return None;
        }
        *end = told;
    }
    Some(interval)
}

fn sign_of(part: &str) -> Option<(&'static str, &str)> {
    let signs = [("<=", "<="), (">=", ">="), ("≤", "<="), ("≥", ">="), ("<", "<"), (">", ">")];
    signs.into_iter().find_map(|(written, sign)| Some((sign, part.strip_prefix(written)?)))
}

/// The words for a text that names no one version.
pub(super) fn doubt(text: &str) -> String {
    const SHOWN: usize = 80;
    let shown: String = text.chars().take(SHOWN).collect();
    format!("the record writes “{shown}” where a version should be")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_become_intervals_and_sentences_stay_doubts() {
        let words = |text: &str| super::super::versions::interval_words(&intervals(text).unwrap());
        assert_eq!(words("< 1.2.3"), "< 1.2.3");
        assert_eq!(words(">=1.0, <1.2.3"), ">= 1.0, < 1.2.3");
        assert_eq!(words("≤ 2"), "<= 2");
        for text in ["1.0 through 1.5", "prior to 2.0", "1.x", "< 1, < 2", "<", "< 1.0 or so", "=> 1", "n/a"]
        {
            assert!(intervals(text).is_none() && !is_one_version(text), "{text}");
        }
        for text in ["1.0", "2.0 SP1", "12.2(33)SXI", "R2", "1:2.0~rc1-1", "v3.1.4-beta.2", "2024 Update 3"] {
            assert!(is_one_version(text), "{text}");
        }
        assert!(
            names_every_version("All versions") && names_every_version(" * ") && !names_every_version("1.*")
        );
    }
}
