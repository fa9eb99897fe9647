//! What CVE and CSAF records write where one version should be: requirements, every version, half a sentence. What cannot be read as a
//! requirement is a doubt, never another version.

pub(super) use crate::model::version::{is_one_version, requirement};

/// Words by which a text means every version.
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

/// Whether a text can be the end of a range: one version, or a line of them.
pub(super) fn is_bound(text: &str) -> bool {
    let line = [".*", ".x", ".X"].into_iter().find_map(|end| text.trim().strip_suffix(end)).unwrap_or(text);
    is_one_version(line)
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
    fn every_version_is_told_in_several_words() {
        assert!(names_every_version("All versions") && names_every_version(" * "));
        assert!(!names_every_version("1.*") && !names_every_version("all versions before 2"));
    }
}
