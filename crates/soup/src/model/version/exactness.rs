//! Whether the version text of a document is one exact version (8.1.2 c: the unique designator of the SOUP item).

use super::cut;

/// The kind of a document's version text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exactness {
    /// One version.
    Exact,
    /// No version, or a word that means none.
    Missing,
    /// A requirement that several versions fulfil; the reason in words.
    Range(String),
    /// A name whose meaning changes over time, a branch or a placeholder; the reason in words.
    Floating(String),
}

const MISSING: [&str; 18] = [
    "noassertion",
    "none",
    "unknown",
    "n/a",
    "na",
    "null",
    "nil",
    "undefined",
    "unspecified",
    "not specified",
    "not available",
    "no version",
    "tbd",
    "-",
    "--",
    "?",
    "version",
    "(unknown)",
];

const MOVING: [&str; 25] = [
    "latest",
    "newest",
    "current",
    "stable",
    "release",
    "next",
    "edge",
    "nightly",
    "canary",
    "rolling",
    "tip",
    "any",
    "all",
    "head",
    "master",
    "main",
    "trunk",
    "default",
    "develop",
    "devel",
    "dev",
    "development",
    "snapshot",
    "unstable",
    "testing",
];

/// Whether a version text is exact. A text that is not known to be a range or a moving name counts as exact.
pub fn exactness(version: Option<&str>) -> Exactness {
    let text = version.unwrap_or_default().trim();
    let is_one_of = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    let shown = cut(text);
    if text.is_empty() || is_one_of(&MISSING) {
        Exactness::Missing
    } else if is_one_of(&MOVING) {
        Exactness::Floating(format!("“{shown}” names different versions over time"))
    } else if ["${", "$(", "{{", "%(", "@"].iter().any(|mark| text.starts_with(mark)) || text.contains("${") {
        Exactness::Floating(format!("“{shown}” is a placeholder that was not filled in"))
    } else if let Some(what) = range(text) {
        Exactness::Range(format!("“{shown}” {what}"))
    } else if let Some(what) = floating(text) {
        Exactness::Floating(format!("“{shown}” {what}"))
    } else {
        Exactness::Exact
    }
}

fn range(text: &str) -> Option<&'static str> {
    if text.starts_with(['^', '~', '<', '>', '=', '!', '≥', '≤']) || text.starts_with("vers:") {
        return Some("is a requirement, not a version");
    }
    if text.starts_with(['[', '(', ']']) && text.ends_with([']', ')', '[']) {
        return Some("is an interval, not a version");
    }
    if text.contains("||") || text.contains(" - ") || text.contains(',') || text.contains(['<', '>', '|']) {
        return Some("names several versions");
    }
    let wildcard = |part: &str| matches!(part, "*" | "x" | "X" | "+");
    let pieces = text.strip_prefix(['v', 'V']).unwrap_or(text).split('.');
    let numbers =
        pieces.clone().filter(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let all = text == "*" || text.eq_ignore_ascii_case("x");
    let open = pieces.clone().any(wildcard)
        && pieces.clone().count() == numbers.count() + pieces.filter(|part| wildcard(part)).count();
    (all || open || text.contains('*')).then_some("leaves part of the version open")
}

fn floating(text: &str) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("dev-") || lower.ends_with(".x-dev") {
        return Some("is a branch");
    }
    if lower.ends_with("-snapshot") {
        return Some("is a snapshot, which changes under the same name");
    }
    if ["refs/heads/", "origin/"].iter().any(|start| lower.starts_with(start)) {
        return Some("is a branch");
    }
    if lower.contains("://")
        || ["file:", "git+", "workspace:", "link:"].iter().any(|start| lower.starts_with(start))
    {
        return Some("is an address, not a version");
    }
    if ["heads/", "feature/", "bugfix/", "hotfix/", "release/", "releases/", "branch/"]
        .iter()
        .any(|start| lower.starts_with(start))
    {
        return Some("is a branch");
    }
    let words = || lower.split(['-', '_', '/', ' ', '+']);
    if words().any(|word| ALWAYS_MOVING.contains(&word)) {
        return Some("is a tag that moves to other versions");
    }
    let numbered = lower.bytes().any(|byte| byte.is_ascii_digit());
    if !numbered && words().any(|word| MOVING.contains(&word)) {
        return Some("names different versions over time");
    }
    words().any(leaves_open).then_some("leaves part of the version open")
}

/// Words that make a tag a moving one, whatever else it contains.
const ALWAYS_MOVING: [&str; 4] = ["latest", "newest", "tip", "head"];

/// Whether an `x` replaces the number after a number: `v3.x`.
fn leaves_open(word: &str) -> bool {
    let mut before = "";
    word.split('.').any(|part| {
        let open = matches!(part, "x" | "*") && before.ends_with(|last: char| last.is_ascii_digit());
        before = part;
        open
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_tags_are_distinguished_from_release_tags() {
        for moving in [
            "latest-v3.X",
            "v3-latest",
            "latest_stable",
            "release-1.x",
            "stable/2.x",
            "release/1.2",
            "main-slim",
            "nightly-debug",
            "feature/alarm",
        ] {
            assert!(matches!(exactness(Some(moving)), Exactness::Floating(_)), "{moving}");
        }
        for exact in [
            "mbed-os-5.11.4",
            "curl-8_4_0",
            "v5.6.0-stable",
            "release-1.2",
            "nightly-2024-01-05",
            "master-1234",
            "1.0.x86",
            "2.6.32-x86_64",
            "REL_16_1",
            "maintenance-3",
        ] {
            assert_eq!(exactness(Some(exact)), Exactness::Exact, "{exact}");
        }
    }
}
