//! Where the example values of a first plan come from. Each must be accepted or changed before the plan is submitted.

use super::MaintenancePlan;

/// Where the example of a field comes from, in words; empty if the field has none of its own.
pub fn source_of(field: &str) -> &'static str {
    match field {
        "feedback_triage_days" | "problem_evaluation_days" | "problem_safety_days" | "follow_up_days" => {
            "common practice of small makers; the standard names no limit"
        }
        "reportability_days" => "well inside the shortest limit of an authority (2 days, MDR 87(4))",
        "change_pending_days" | "emergency_days" | "deviation_days" => {
            "common practice; the standard names no limit"
        }
        "plan_review_days" => "yearly, as most quality systems review their documents (ISO 13485 4.2.4)",
        "trend_interval_days" => "quarterly; the standard names no interval (IEC 62304 9.6)",
        "soup_review_policy" => "30, 90 and 180 days by risk; published sample plans use six months for all",
        "finding_triage" => "2, 5, 30 and 90 days by severity, as vulnerability programmes have it",
        "uncontrolled_tell_days" | "uncontrolled_remedy_days" => {
            "30 and 60 days, the dates of the FDA postmarket guidance of 2016; confirm them with current law"
        }
        "risk_accepted_days" => "half a year; the standard names no limit",
        "soup_review_window_days" => "shorter than the shortest review interval of this example",
        "soup_event_triggers" => {
            "the events that guidance names: additions to the KEV catalogue, advisories, SOUP changes, releases"
        }
        "patch_timelines" => "limits of common vulnerability programmes; your contracts and risk file decide",
        "regular_cycle_days" | "regular_cycle_justification" => {
            "a quarterly cycle; FD&C 524B(b)(2)(A) asks for a justified one"
        }
        "out_of_cycle_days" | "out_of_cycle_criteria" | "out_of_cycle_justification" => {
            "60 days as in the FDA postmarket guidance; FD&C 524B(b)(2)(B) asks for “as soon as possible”"
        }
        "problem_criteria" => "criteria of common practice: harm, specification, security, use",
        "authority" => "a matrix of common practice; the standard asks only that approval has an authority",
        "acknowledgement_days" => "30 days; authorities expect that acknowledgements are followed up",
        "archive_check_days" => "24 months; storage media are usually read again at this interval",
        "release_tasks" => "the tasks of IEC 62304 5.8 and what guidance adds",
        _ if MaintenancePlan::SECTIONS
            .iter()
            .flat_map(|section| section.fields)
            .any(|known| known.name == field) =>
        {
            "a sentence as published sample plans have it; replace it with your own procedure"
        }
        _ => "",
    }
}
