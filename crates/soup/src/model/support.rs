//! Until when the maker supports a version, from published release cycles (endoflife.date and similar sources).
//!
//! A cycle covers the versions that start with it (`3.9` covers 3.9.18, not 3.90; `1.x` covers 1.2, `1.1.1` covers 1.1.1w).
//! Products are compared by plain name, without further guesses.

use serde::{Deserialize, Serialize};

use super::advisory::SupportCycle;
use mainstay_base::time::Day;

/// Whether a version is still supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupportState {
    /// Its maker supports it.
    Supported,
    /// Only security problems are fixed.
    SecurityOnly,
    /// Nothing is fixed any more.
    Ended,
    /// The cycle is known, but its dates are not.
    Unknown,
}

/// The support of one version, and its cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportStatus {
    /// Whether it is still supported.
    pub state: SupportState,
    /// The cycle.
    pub cycle: SupportCycle,
}

/// The numbers of a cycle: `1` of `1.x`; a leading `v` is skipped.
fn bare(cycle: &str) -> &str {
    let cycle = cycle.trim();
    let cycle = cycle.strip_suffix(".x").or_else(|| cycle.strip_suffix(".X")).unwrap_or(cycle);
    let numbers = cycle.strip_prefix(['v', 'V']).unwrap_or(cycle);
    if numbers.starts_with(|c: char| c.is_ascii_digit()) { numbers } else { cycle }
}

/// Whether cycle and version belong together: the same leading parts. A letter may follow a number directly (`1.1.1w`, `3.13rc1`).
fn covers(cycle: &SupportCycle, version: &str) -> bool {
    let version = version.trim().trim_start_matches(['v', 'V']);
    let prefix = bare(&cycle.cycle);
    let follows = |rest: &str| match rest.chars().next() {
        Some(next) if next.is_ascii_digit() => false,
        Some(next) if next.is_ascii_alphabetic() => prefix.ends_with(|last: char| last.is_ascii_digit()),
        Some(_) | None => true,
    };
    let is_latest = cycle.latest.as_deref().is_some_and(|latest| latest.trim() == version);
    is_latest || !prefix.is_empty() && version.strip_prefix(prefix).is_some_and(follows)
}

/// Whether an end has been reached on a day: `true` and a day that has come mean yes; `false` and a later day mean no.
fn has_come(written: Option<&str>, today: Day) -> Option<bool> {
    match written?.trim() {
        "true" => Some(true),
        "false" => Some(false),
        day => Day::parse(day.get(..10).unwrap_or(day)).ok().map(|day| day <= today),
    }
}

/// The support of a version of a product on a day. If several cycles cover it, the most exact one counts. `None` when no cycle does.
pub fn support_status<'c>(
    cycles: impl IntoIterator<Item = &'c SupportCycle>,
    version: &str,
    today: Day,
) -> Option<SupportStatus> {
    let cycle = cycles
        .into_iter()
        .filter(|cycle| !version.trim().is_empty() && covers(cycle, version))
        .max_by_key(|cycle| bare(&cycle.cycle).len())?;
    let ended = has_come(cycle.end_of_life.as_deref(), today);
    // `support` holds the end date, or whether there is support at all.
    let active_over = match cycle.support.as_deref().map(str::trim) {
        Some("true") => Some(false),
        Some("false") => Some(true),
        written => has_come(written, today),
    };
    let state = match (ended, active_over) {
        (Some(true), _) => SupportState::Ended,
        (Some(false), Some(true)) => SupportState::SecurityOnly,
        (Some(false), Some(false) | None) => SupportState::Supported,
        (None, Some(false)) => SupportState::Supported,
        (None, Some(true) | None) => SupportState::Unknown,
    };
    Some(SupportStatus { state, cycle: cycle.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cycle(name: &str, support: Option<&str>, end: Option<&str>) -> SupportCycle {
        SupportCycle {
            product: "python".to_owned(),
            cycle: name.to_owned(),
            support: support.map(str::to_owned),
            end_of_life: end.map(str::to_owned),
            ..SupportCycle::default()
        }
    }

    fn state(cycles: &[SupportCycle], version: &str) -> Option<SupportState> {
        let today = Day::parse("2031-03-01").unwrap();
        support_status(cycles, version, today).map(|status| status.state)
    }

    #[test]
    fn the_most_exact_cycle_that_covers_the_version_counts() {
        let cycles = [
            cycle("3", None, Some("false")),
            cycle("3.9", Some("2030-01-01"), Some("2031-03-01")),
            cycle("3.10", Some("2030-01-01"), Some("2032-01-01")),
            cycle("3.11", Some("2032-01-01"), Some("2033-01-01")),
        ];
        assert_eq!(state(&cycles, "3.9.18"), Some(SupportState::Ended));
        assert_eq!(state(&cycles, "3.10"), Some(SupportState::SecurityOnly));
        assert_eq!(state(&cycles, "v3.11.2"), Some(SupportState::Supported));
        assert_eq!(state(&cycles, "3.90"), Some(SupportState::Supported), "3 covers it, 3.9 does not");
        assert_eq!(state(&cycles, "30.1"), None);
        assert_eq!(state(&cycles, ""), None);
    }

    #[test]
    fn a_letter_may_follow_a_cycle_and_a_cycle_may_end_in_x() {
        let cycles = [
            cycle("1.1.1", None, Some("true")),
            cycle("1.1.10", None, Some("false")),
            cycle("1.x", None, Some("false")),
            cycle("v2", None, Some("true")),
            cycle("lts", None, Some("true")),
        ];
        assert_eq!(state(&cycles, "1.1.1w"), Some(SupportState::Ended));
        assert_eq!(state(&cycles, "1.1.10"), Some(SupportState::Supported));
        assert_eq!(state(&cycles, "1.1.12"), Some(SupportState::Supported), "1.x covers it");
        assert_eq!(state(&cycles, "1"), Some(SupportState::Supported));
        assert_eq!(state(&cycles, "10.1"), None);
        assert_eq!(state(&cycles, "v2.1"), Some(SupportState::Ended));
        assert_eq!(state(&cycles, "ltsx"), None);
        let last = SupportCycle { latest: Some("r9".to_owned()), ..cycle("nine", None, Some("true")) };
        assert_eq!(state(&[last], "r9"), Some(SupportState::Ended), "the newest of a cycle is in it");
    }

    #[test]
    fn an_end_may_be_a_word_or_unknown() {
        assert_eq!(state(&[cycle("1", None, Some("true"))], "1.0"), Some(SupportState::Ended));
        assert_eq!(state(&[cycle("1", None, Some("some day"))], "1.0"), Some(SupportState::Unknown));
        assert_eq!(state(&[cycle("1", None, None)], "1.0"), Some(SupportState::Unknown));
        assert_eq!(state(&[cycle("1", Some("true"), None)], "1.0"), Some(SupportState::Supported));
        assert_eq!(
            state(&[cycle("1", Some("false"), Some("false"))], "1.0"),
            Some(SupportState::SecurityOnly)
        );
    }
}
