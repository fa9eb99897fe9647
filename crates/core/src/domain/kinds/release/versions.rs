//! Versions of the product as people write them.

use std::cmp::Ordering;

/// The version without a leading “v” and in lower case, so that “V2.3.1” and “2.3.1” are the same.
pub fn plain(version: &str) -> String {
    let hidden = ['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}'];
    let text = version.replace(hidden, "").trim().to_lowercase();
    let rest = text
        .strip_prefix('v')
        .map(str::trim_start)
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    rest.map_or_else(|| text.clone(), str::to_owned)
}

/// Whether two texts name the same version.
pub fn same(a: &str, b: &str) -> bool {
    plain(a) == plain(b) || order(a, b) == Some(Ordering::Equal)
}

/// Whether a text names one version, not a range, several or none.
pub fn names_one(text: &str) -> bool {
    let plain = plain(text);
    let parts: Vec<&str> = plain.split(['.', '-', '+', '_']).collect();
    plain.starts_with(|c: char| c.is_ascii_digit())
        && plain.contains('.')
        && parts
            .iter()
            .all(|part| !part.is_empty() && *part != "x" && part.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// The order of two versions by their numbers; `None` if one of them is not written in numbers and points.
pub fn order(a: &str, b: &str) -> Option<Ordering> {
    let numbers =
        |text: &str| -> Option<Vec<u64>> { plain(text).split('.').map(|part| part.parse().ok()).collect() };
    let (mut a, mut b) = (numbers(a)?, numbers(b)?);
    let length = a.len().max(b.len());
    a.resize(length, 0);
    b.resize(length, 0);
    Some(a.cmp(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leading_letter_does_not_make_another_version() {
        assert_eq!(plain(" V2.3.1 "), "2.3.1");
        assert_eq!(plain("v 2.3.1"), "2.3.1");
        assert_eq!(plain("vega"), "vega");
        assert!(same("2.3.0", "v2.3") && same("2.3.0\u{200b}", "2.3.0") && !same("2.3.0", "2.3.1"));
    }

    #[test]
    fn ranges_and_words_name_no_version() {
        for text in ["2.3.1", "v2.3.1", "2.3.1-rc1", "2024.10"] {
            assert!(names_one(text), "{text}");
        }
        for text in
            ["", "unknown", "2.x", "2.3.x", "2.3.0, 2.3.1", "before 2.3", "2", "2..3", "2.3 and later"]
        {
            assert!(!names_one(text), "{text}");
        }
    }

    #[test]
    fn versions_are_ordered_by_their_numbers() {
        assert_eq!(order("2.10.0", "2.9.9"), Some(Ordering::Greater));
        assert_eq!(order("2.3", "v2.3.0"), Some(Ordering::Equal));
        assert_eq!(order("2.3.0-rc1", "2.3.0"), None);
    }
}
