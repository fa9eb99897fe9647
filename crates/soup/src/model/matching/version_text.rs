//! Texts in the place of a version in CVE and CSAF records: requirements, "all versions", parts of a sentence. A text that cannot be read as a
//! requirement is a doubt, never another version.

pub(super) use crate::model::version::{is_one_version, requirement};

/// Texts that mean every version.
const EVERY: [&str; 9] = [
    "*",
    "all",
    "any",
    "all versions",
    "any version",
    "every version",
    "all versions affected",
    "all releases",
    "all version",
];

/// Whether a text names every version.
pub(super) fn names_every_version(text: &str) -> bool {
    let text = text.trim().trim_end_matches('.');
    EVERY.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a text can be the end of a range: one version, or a line of versions.
pub(super) fn is_bound(text: &str) -> bool {
    let line = [".*", ".x", ".X"].into_iter().find_map(|end| text.trim().strip_suffix(end)).unwrap_or(text);
    is_one_version(line)
}

/// The words for a text that does not name one version.
pub(super) fn doubt(text: &str) -> String {
    const SHOWN: usize = 80;
    let shown: String = text.chars().take(SHOWN).collect();
    format!("the record has “{shown}” where a version should be")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_has_several_words() {
        assert!(names_every_version("All versions") && names_every_version(" * "));
        assert!(!names_every_version("1.*") && !names_every_version("all versions before 2"));
    }
}
