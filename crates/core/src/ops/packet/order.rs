//! The order check: whether a change was analysed, approved, made and verified in this order.
//!
//! Belongs here: comparing moments. Does not belong here: finding them in the audit trail (`chain.rs`).

use crate::report::Mark;
use mainstay_base::time::Moment;

/// One step in the required order of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderStep {
    /// Name of the step.
    pub label: &'static str,
    /// The clause that requires its place.
    pub clause: &'static str,
    /// When it was taken; `None` if it was not, or not yet.
    pub at: Option<Moment>,
    /// Whether later steps require it.
    pub mandatory: bool,
}

/// Result of the order check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderCheck {
    /// The violations, each a sentence. Empty if there are none.
    pub violations: Vec<String>,
    /// Whether the last step was reached.
    pub complete: bool,
}

impl OrderCheck {
    /// "Sequence OK" or "Sequence violated", with all violations.
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

/// Compares the moments of the steps, given in their required order.
///
/// A step must not be earlier than any step before it (equal moments are in order), and no step may be taken while a
/// mandatory earlier one is missing (IEC 62304 6.2.3, 6.2.4, 8.2.1).
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
                "“{}” ({}) is earlier than “{label}” ({}), which must come first ({}).",
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
    fn ordered_and_equal_moments_are_in_order() {
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
    fn work_before_the_approval_is_reported_with_both_moments() {
        let check = check_order(&steps([
            Some("2031-03-01 10:00"),
            Some("2031-03-05 10:00"),
            Some("2031-03-02 10:00"),
            Some("2031-03-06 10:00"),
        ]));
        assert_eq!(check.violations.len(), 1, "{check:?}");
        let words = check.mark().word;
        assert!(words.starts_with(
            "Sequence violated: “Work began” (2031-03-02 10:00 UTC) is earlier than “Approval granted”"
        ));
        assert!(words.contains("6.2.4"));
    }

    #[test]
    fn a_late_analysis_violates_the_order_once_for_each_step_before_it() {
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
