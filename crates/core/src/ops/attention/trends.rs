//! Trends: counts of the last months, the age of open problems, the days from report to verified change.

use std::collections::BTreeMap;

use crate::domain::change_request::ChangeState;
use crate::domain::choice::Choice as _;
use crate::domain::feedback::FeedbackState;
use crate::domain::finding::FindingState;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::maintenance_plan::PatchSeverity;
use crate::domain::problem_report::{EffectLevel, ProblemState, may_touch_safety};
use crate::domain::record::ListRow;
use crate::domain::requests::RecordSource;
use crate::ops::file::ProductFile;
use crate::ops::refused::Refused;
use mainstay_base::time::{Day, Moment};

/// Counts of one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Month {
    /// `2026-11`.
    pub month: String,
    /// Feedback received.
    pub feedback: u32,
    /// Problem reports opened.
    pub problems: u32,
    /// Changes verified.
    pub verified: u32,
}

/// Undecided findings of one age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingsOfAge {
    /// Their age.
    pub label: &'static str,
    /// Known to be exploited, or of critical or high severity.
    pub high: u32,
    /// Of medium or low severity.
    pub lower: u32,
    /// Whose severity nobody has told.
    pub unknown: u32,
}

/// Trends of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trends {
    /// The last twelve months, oldest first.
    pub months: Vec<Month>,
    /// Open problem reports by age: label, number of those with an effect on safety, number of the others.
    pub open_problems_by_age: Vec<(&'static str, u32, u32)>,
    /// Undecided findings by age, counted from the day on which they were learned of.
    pub open_findings_by_age: Vec<FindingsOfAge>,
    /// Days from problem report to verified change, one entry each, by month of verification.
    pub days_to_fix: Vec<(String, i64)>,
}

impl ProductFile {
    /// The last twelve months and the age of open problems, by the present file.
    pub fn trends(&self, now: Moment) -> Result<Trends, Refused> {
        Ok(trends(&self.store, now)?)
    }

    /// The same at a moment, by the file as it was then.
    pub fn trends_at(&self, moment: Moment) -> Result<Trends, Refused> {
        if self.is_present_at(moment)? {
            return self.trends(moment);
        }
        let Ok(trends) = trends(&self.at(moment)?, moment);
        Ok(trends)
    }
}

/// The last twelve months and the age of open problems at `now`, by a source of records.
pub fn trends<F>(source: &dyn RecordSource<F>, now: Moment) -> Result<Trends, F> {
    let mut months = last_months(now.day());
    let feedback = source.list(Kind::Feedback, &["received_at"])?;
    let problems = source.list(Kind::ProblemReport, &["safety_effect"])?;
    let changes = source.list(Kind::ChangeRequest, &["problem_reports"])?;
    let findings = source.list(Kind::Finding, &["learned_on", "severity", "kev_listed"])?;
    let mut count = |day: String, add: fn(&mut Month)| {
        if let Some(month) = months.iter_mut().find(|month| day.starts_with(&month.month)) {
            add(month);
        }
    };
    for row in feedback.iter().filter(|row| row.state != FeedbackState::Void.code()) {
        let received = row.more.first().filter(|text| !text.is_empty()).cloned();
        count(received.unwrap_or_else(|| row.created_at.to_string()), |month| month.feedback += 1);
    }
    for row in problems.iter().filter(|row| row.state != ProblemState::Void.code()) {
        count(row.created_at.to_string(), |month| month.problems += 1);
    }
    let opened: BTreeMap<RecordId, Day> = problems.iter().map(|row| (row.id, row.created_at.day())).collect();
    let mut days_to_fix = Vec::new();
    let verified = |row: &&ListRow| ChangeState::from_code(&row.state).is_some_and(ChangeState::is_verified);
    for row in changes.iter().filter(verified) {
        count(row.state_since.to_string(), |month| month.verified += 1);
        let ids: Vec<RecordId> =
            serde_json::from_str(row.more.first().map_or("[]", String::as_str)).unwrap_or_default();
        for day in ids.iter().filter_map(|id| opened.get(id)) {
            let month: String = row.state_since.to_string().chars().take(7).collect();
            days_to_fix.push((month, row.state_since.day().days_since(*day)));
        }
    }
    Ok(Trends {
        months,
        open_problems_by_age: ages(&problems, now.day()),
        open_findings_by_age: ages_of_findings(&findings, now.day()),
        days_to_fix,
    })
}

fn last_months(today: Day) -> Vec<Month> {
    use chrono::{Datelike as _, Months};
    let first = today.date().with_day(1).unwrap_or(today.date());
    (0..12)
        .rev()
        .filter_map(|back| first.checked_sub_months(Months::new(back)))
        .map(|date| Month { month: date.format("%Y-%m").to_string(), feedback: 0, problems: 0, verified: 0 })
        .collect()
}

/// The bands of age: their label, and the greatest age in days.
const BANDS: [(&str, i64); 4] =
    [("Up to 30 days", 30), ("31 to 90 days", 90), ("91 to 180 days", 180), ("More than 180 days", i64::MAX)];

/// The place of the band of something that began on a day.
fn band(since: Day, today: Day) -> usize {
    let age = today.days_since(since);
    BANDS.iter().position(|(_, most)| age <= *most).unwrap_or(BANDS.len() - 1)
}

fn ages(problems: &[ListRow], today: Day) -> Vec<(&'static str, u32, u32)> {
    let mut counts = BANDS.map(|(label, _)| (label, 0, 0));
    for row in problems.iter().filter(|row| row.is_open()) {
        let band = band(row.created_at.day(), today);
        let effect = row.more.first().and_then(|code| EffectLevel::from_code(code));
        if may_touch_safety(effect) {
            counts[band].1 += 1;
        } else {
            counts[band].2 += 1;
        }
    }
    counts.to_vec()
}

fn ages_of_findings(findings: &[ListRow], today: Day) -> Vec<FindingsOfAge> {
    let mut counts = BANDS.map(|(label, _)| FindingsOfAge { label, high: 0, lower: 0, unknown: 0 });
    let undecided =
        |row: &&ListRow| FindingState::from_code(&row.state).is_some_and(FindingState::is_undecided);
    for row in findings.iter().filter(undecided) {
        let told = |at: usize| row.more.get(at).map_or("", String::as_str);
        let since = Day::parse(told(0)).unwrap_or_else(|_| row.created_at.day());
        let of_age = &mut counts[band(since, today)];
        let severity = PatchSeverity::from_code(told(1));
        let exploited = matches!(told(2), "1" | "true");
        match (exploited, severity) {
            (true, _) | (false, Some(PatchSeverity::Critical | PatchSeverity::High)) => of_age.high += 1,
            (false, Some(PatchSeverity::Medium | PatchSeverity::Low)) => of_age.lower += 1,
            (false, None) => of_age.unknown += 1,
        }
    }
    counts.to_vec()
}
