//! The order check: whether a change was analysed, approved, made and verified in this order.
//!
//! Belongs here: comparing moments. Does not belong here: finding them in the audit trail (`chain.rs`).

use crate::report::Mark;
use mainstay_base::time::Moment;

/// One step of the order in which a change must go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderStep {
    /// What the step is.
    pub label: &'static str,
    /// The clause that puts it there.
    pub clause: &'static str,
    /// When it was taken; `None`: not, or not yet.
    pub at: Option<Moment>,
    /// Whether no later step may be taken without it.
    pub mandatory: bool,
}

/// Result of the order check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderCheck {
    /// What is violated, each a sentence. Empty: nothing.
    pub violations: Vec<String>,
    /// Whether the last step is reached.
    pub complete: bool,
}

impl OrderCheck {
    /// "Sequence OK" or "Sequence violated", with everything that is violated.
    pub fn mark(&self) -> Mark {
        if !self.violations.is_empty() {
            return Mark::late(format!("Sequence violated: {}", self.violations.join(" ")));
        }
        Mark::good(if self.complete { "Sequence OK" } else { "Sequence OK so far" })
    }

    /// The same in one or two words, for a table.
    pub fn short_mark(&self) -> Mark {
        if !self.violations.is_empty() {
            return Mark::late("violated");
        }
        Mark::good(if self.complete { "OK" } else { "OK so far" })
    }
}

/// Compares the moments of the steps, which are given in the order in which they must be taken.
///
/// A step must not lie before any earlier one (the same moment is in order), and no step may be taken while a mandatory
/// earlier one is missing (IEC 62304 6.2.3, 6.2.4, 8.2.1).
pub fn check_order(steps: &[OrderStep]) -> OrderCheck {
    let mut violations = Vec::new();
    let mut latest: Option<(&'static str, Moment)> = None;
    let mut missing: Vec<&OrderStep> = Vec::new();
    for step in steps {
        let Some(at) = step.at else {
            if step.mandatory {
                missing.push(step);
            }
            continue;
        };
        for absent in missing.drain(..) {
            violations.push(format!(
                "“{}” ({}) is missing, although “{}” happened on {}.",
                absent.label,
                absent.clause,
                step.label,
                at.words()
            ));
        }
        match latest {
            Some((label, before)) if at < before => violations.push(format!(
                "“{}” ({}) lies before “{label}” ({}), which must come first ({}).",
                step.label,
                at.words(),
                before.words(),
                step.clause
            )),
            Some(_) | None => latest = Some((step.label, at)),
        }
    }
    OrderCheck { violations, complete: steps.last().is_some_and(|step| step.at.is_some()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [&str; 4] = ["Impact analysis reviewed", "Approval granted", "Work began", "Verified"];

    fn steps(times: [Option<&str>; 4]) -> Vec<OrderStep> {
        LABELS
            .iter()
            .zip(times)
            .map(|(label, at)| OrderStep {
                label,
                clause: "IEC 62304 6.2.4",
                at: at.map(|at| Moment::parse(at).unwrap()),
                mandatory: true,
            })
            .collect()
    }

    #[test]
    fn moments_in_order_are_in_order_and_equal_moments_too() {
        let day = [
            Some("2031-03-01 10:00"),
            Some("2031-03-02 10:00"),
            Some("2031-03-02 10:00"),
            Some("2031-03-04 10:00"),
        ];
        let check = check_order(&steps(day));
        assert_eq!((check.violations.len(), check.complete), (0, true));
        assert_eq!(check.mark().word, "Sequence OK");
        let open = check_order(&steps([day[0], day[1], None, None]));
        assert_eq!(open.mark().word, "Sequence OK so far");
    }

    #[test]
    fn work_before_the_approval_is_named_with_both_moments() {
        let check = check_order(&steps([
            Some("2031-03-01 10:00"),
            Some("2031-03-05 10:00"),
            Some("2031-03-02 10:00"),
            Some("2031-03-06 10:00"),
        ]));
        assert_eq!(check.violations.len(), 1, "{check:?}");
        let words = check.mark().word;
        assert!(words.starts_with(
            "Sequence violated: “Work began” (2031-03-02 10:00 UTC) lies before “Approval granted”"
        ));
        assert!(words.contains("6.2.4"));
    }

    #[test]
    fn an_analysis_after_the_fact_violates_the_order_once_for_each_step_that_came_too_early() {
        let check = check_order(&steps([
            Some("2031-03-09 10:00"),
            Some("2031-03-05 10:00"),
            Some("2031-03-06 10:00"),
            Some("2031-03-10 10:00"),
        ]));
        assert_eq!(check.violations.len(), 2, "{check:?}");
    }

    #[test]
    fn a_step_without_its_predecessor_is_a_violation() {
        let check = check_order(&steps([Some("2031-03-01 10:00"), None, Some("2031-03-02 10:00"), None]));
        assert_eq!(check.violations.len(), 1);
        assert!(check.violations[0].contains("“Approval granted” (IEC 62304 6.2.4) is missing"), "{check:?}");
    }
}
