//! What is overdue or unapproved, what is coming, and where things are heading: the data of the dashboard.

use std::collections::BTreeMap;

use super::file::ProductFile;
use super::refused::Refused;
use crate::domain::approval::missing_roles;
use crate::domain::change_request::{Urgency, granted_approval};
use crate::domain::door::POLICY;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::Person;
use crate::domain::policy::Policy;
use crate::domain::product::Market;
use crate::domain::record::RecordData;
use crate::domain::time::{Day, Moment};
use crate::domain::workflow::{Case, Tone, World as _};
use crate::store::ListRow;

/// One thing that somebody has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttentionItem {
    /// The record at which it is mended.
    pub record: RecordId,
    /// Title of the record.
    pub title: String,
    /// What is to be done.
    pub what: String,
    /// Whose it is: a name, or the role that acts.
    pub whose: String,
    /// When it is due.
    pub due: Day,
    /// Days late at the moment of asking; negative: days left.
    pub days_late: i64,
    /// Late, or due.
    pub tone: Tone,
    /// The clause that asks for it.
    pub clause: &'static str,
    /// How grave it is: the list is ranked by this, then by lateness. 0 is gravest.
    pub rank: u8,
}

/// The dashboard's data.
#[derive(Debug, Clone, Default)]
pub struct Attention {
    /// What is overdue, unapproved or due now, gravest first.
    pub now: Vec<AttentionItem>,
    /// What becomes due within twelve months, soonest first.
    pub coming: Vec<AttentionItem>,
    /// How many things each kind of record has in `now`.
    pub counts: BTreeMap<Kind, usize>,
}

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

/// Where things are heading.
#[derive(Debug, Clone, Default)]
pub struct Trends {
    /// The last twelve months, oldest first.
    pub months: Vec<Month>,
    /// Open problem reports by age: label, number of those with an effect on safety, number of the others.
    pub open_problems_by_age: Vec<(&'static str, u32, u32)>,
    /// Days from problem report to verified change, one for each, by month of verification.
    pub days_to_fix: Vec<(String, i64)>,
}

struct Finder<'a> {
    today: Day,
    policy: Policy,
    names: BTreeMap<RecordId, String>,
    found: Vec<AttentionItem>,
    file: &'a ProductFile,
    /// The markets in which the product is sold.
    markets: Vec<Market>,
    now: Moment,
}

impl ProductFile {
    /// What is overdue, due and coming at `now`. A pure function of the file and the moment.
    pub fn attention(&self, now: Moment) -> Result<Attention, Refused> {
        let mut finder = Finder {
            today: now.day(),
            policy: self.policy()?,
            names: self.names()?,
            found: Vec::new(),
            file: self,
            markets: self.product()?.markets,
            now,
        };
        finder.feedback()?;
        finder.problems()?;
        finder.changes()?;
        finder.people()?;
        finder.file_itself()?;
        let mut found = finder.found;
        found.sort_by_key(|item| (item.rank, -item.days_late, item.record));
        let (now_items, mut coming): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|item| item.days_late >= 0);
        coming.retain(|item| item.days_late >= -366);
        coming.sort_by_key(|item| (item.due, item.record));
        let mut counts = BTreeMap::new();
        for item in &now_items {
            *counts.entry(item.record.kind).or_insert(0) += 1;
        }
        Ok(Attention { now: now_items, coming, counts })
    }

    /// The last twelve months and the age of what is open.
    pub fn trends(&self, now: Moment) -> Result<Trends, Refused> {
        let mut months = last_months(now.day());
        let feedback = self.store.list(Kind::Feedback, &["received_at"])?;
        let problems = self.store.list(Kind::ProblemReport, &["safety_effect"])?;
        let changes = self.store.list(Kind::ChangeRequest, &["problem_reports"])?;
        let mut count = |day: String, add: fn(&mut Month)| {
            if let Some(month) = months.iter_mut().find(|month| day.starts_with(&month.month)) {
                add(month);
            }
        };
        for row in feedback.iter().filter(|row| row.state != "void") {
            let received = row.more.first().filter(|text| !text.is_empty()).cloned();
            count(received.unwrap_or_else(|| row.created_at.to_string()), |month| month.feedback += 1);
        }
        for row in problems.iter().filter(|row| row.state != "void") {
            count(row.created_at.to_string(), |month| month.problems += 1);
        }
        let opened: BTreeMap<RecordId, Day> =
            problems.iter().map(|row| (row.id, row.created_at.day())).collect();
        let mut days_to_fix = Vec::new();
        for row in
            changes.iter().filter(|row| matches!(row.state.as_str(), "verified" | "released" | "closed"))
        {
            count(row.state_since.to_string(), |month| month.verified += 1);
            let ids: Vec<RecordId> =
                serde_json::from_str(row.more.first().map_or("[]", String::as_str)).unwrap_or_default();
            for day in ids.iter().filter_map(|id| opened.get(id)) {
                let month: String = row.state_since.to_string().chars().take(7).collect();
                days_to_fix.push((month, row.state_since.day().days_since(*day)));
            }
        }
        Ok(Trends { months, open_problems_by_age: ages(&problems, now.day()), days_to_fix })
    }
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

fn ages(problems: &[ListRow], today: Day) -> Vec<(&'static str, u32, u32)> {
    let bands = [
        ("Up to 30 days", 30),
        ("31 to 90 days", 90),
        ("91 to 180 days", 180),
        ("More than 180 days", i64::MAX),
    ];
    let mut counts = bands.map(|(label, _)| (label, 0, 0));
    for row in problems.iter().filter(|row| !matches!(row.state.as_str(), "closed" | "void")) {
        let age = today.days_since(row.created_at.day());
        let band = bands.iter().position(|(_, most)| age <= *most).unwrap_or(3);
        let safety = row
            .more
            .first()
            .is_some_and(|effect| effect == "serious" || effect == "unknown" || effect == "minor");
        if safety {
            counts[band].1 += 1;
        } else {
            counts[band].2 += 1;
        }
    }
    counts.to_vec()
}

impl Finder<'_> {
    fn add(
        &mut self,
        row: (&ListRow, &str),
        what: impl Into<String>,
        due: Day,
        rank: u8,
        clause: &'static str,
    ) {
        let (row, role) = row;
        let whose =
            row.owner.and_then(|owner| self.names.get(&owner).cloned()).unwrap_or_else(|| role.to_owned());
        let days_late = self.today.days_since(due);
        let tone = if days_late > 0 { Tone::Late } else { Tone::Due };
        self.found.push(AttentionItem {
            record: row.id,
            title: row.title.clone(),
            what: what.into(),
            whose,
            due,
            days_late,
            tone,
            clause,
            rank,
        });
    }

    fn feedback(&mut self) -> Result<(), Refused> {
        let days = self.policy.feedback_triage_days.unwrap_or(2);
        for row in self.file.store.list(Kind::Feedback, &["patient_or_user_harm"])? {
            match row.state.as_str() {
                "received" | "registered" | "under_evaluation" | "reopened" => {
                    let since = if row.state == "reopened" { row.state_since } else { row.created_at };
                    let due = since.day().plus_working_days(days);
                    self.add((&row, "Quality manager"), "Evaluate the feedback", due, 3, "IEC 62304 6.2.1.2");
                }
                _ => {}
            }
            let harm = row.more.first().map_or("", String::as_str);
            if !matches!(row.state.as_str(), "closed" | "void")
                && matches!(harm, "potential" | "actual" | "unknown")
            {
                self.reportability(&row)?;
            }
        }
        Ok(())
    }

    /// Undecided reportability is shown from the day of awareness on; the program does not decide limits.
    fn reportability(&mut self, row: &ListRow) -> Result<(), Refused> {
        use crate::domain::choice::Choice as _;
        let data = self.file.record(row.id)?;
        let Some(feedback) = data.typed::<crate::domain::feedback::Feedback>() else { return Ok(()) };
        let open: Vec<&str> =
            feedback.undecided_markets(&self.markets).into_iter().map(|market| market.word()).collect();
        if !open.is_empty() {
            let due = feedback.aware_at.map_or(row.created_at.day(), Moment::day).plus_working_days(1);
            let what = format!("Decide reportability for {}", open.join(", "));
            self.add((row, "Regulatory affairs"), what, due, 0, "ISO 13485 8.2.3");
        }
        Ok(())
    }

    fn problems(&mut self) -> Result<(), Refused> {
        for row in self.file.store.list(Kind::ProblemReport, &["safety_effect", "reassess_by"])? {
            let effect = row.more.first().map_or("", String::as_str);
            let grave = matches!(effect, "serious" | "unknown" | "");
            match row.state.as_str() {
                "open" | "investigating" | "reopened" => {
                    let days = if grave {
                        self.policy.problem_safety_days
                    } else {
                        self.policy.problem_evaluation_days
                    };
                    let due = row.created_at.day().plus_working_days(days.unwrap_or(5));
                    let what =
                        if grave { "Evaluate the safety-relevant problem" } else { "Evaluate the problem" };
                    self.add(
                        (&row, "Development lead"),
                        what,
                        due,
                        if grave { 1 } else { 3 },
                        "IEC 62304 9.2",
                    );
                }
                "deferred" => {
                    if let Some(due) = row.more.get(1).and_then(|text| Day::parse(text).ok()) {
                        self.add(
                            (&row, "Quality manager"),
                            "Reassess the deferred problem",
                            due,
                            2,
                            "IEC 62304 9.2 d",
                        );
                    }
                }
                "verifying_resolution" => {
                    let due = row.state_since.day().plus_days(30);
                    self.add(
                        (&row, "Quality manager"),
                        "Verify the resolution and close",
                        due,
                        4,
                        "IEC 62304 9.7",
                    );
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn changes(&mut self) -> Result<(), Refused> {
        let pending = i64::from(self.policy.change_pending_days.unwrap_or(14));
        for row in self.file.store.list(Kind::ChangeRequest, &["urgency"])? {
            let emergency = row.more.first().is_some_and(|code| code == Urgency::Emergency.code());
            match row.state.as_str() {
                "awaiting_approval" => {
                    let due = row.state_since.day().plus_days(if emergency { 1 } else { pending });
                    let whose = self.who_must_sign(row.id);
                    // The change's owner waits here; it is for others to act.
                    let row = ListRow { owner: None, ..row };
                    self.add((&row, &whose), "Approve or refuse the change", due, 1, "IEC 62304 6.2.4");
                }
                "submitted" | "under_analysis" => {
                    let due = row.state_since.day().plus_days(if emergency { 1 } else { pending });
                    self.add((&row, "Development lead"), "Analyse the change", due, 3, "IEC 62304 6.2.3");
                }
                "implementing" | "implemented" | "verifying" => self.work_under_way(&row, emergency)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// The roles whose signature a change waits for.
    fn who_must_sign(&self, change: RecordId) -> String {
        use crate::domain::choice::Choice as _;
        let work = super::refused::Work::new(&self.file.store, change, self.now);
        let roles: Vec<&str> = work
            .referring(change, Kind::Approval)
            .iter()
            .flat_map(|approval| missing_roles(&work, approval))
            .map(|role| role.word())
            .collect();
        if roles.is_empty() { "Those who must sign".to_owned() } else { roles.join(", ") }
    }

    fn work_under_way(&mut self, row: &ListRow, emergency: bool) -> Result<(), Refused> {
        let data = self.file.record(row.id)?;
        let work = super::refused::Work::new(&self.file.store, row.id, self.now);
        let case = Case { data: &data, world: &work, now: self.now, actor: None };
        if granted_approval(&case).is_none() {
            self.add(
                (row, "Quality manager"),
                "Worked on without a valid approval",
                row.state_since.day(),
                0,
                "IEC 62304 8.2.1",
            );
        }
        if emergency {
            self.put_off(row, &data);
        }
        Ok(())
    }

    fn put_off(&mut self, row: &ListRow, data: &RecordData) {
        let Some(change) = data.typed::<crate::domain::change_request::ChangeRequest>() else { return };
        for done in change.activities_done.iter().filter(|done| done.done_at.is_none()) {
            if let Some(due) = done.complete_by {
                let what = format!("Complete {}, put off in the emergency", done.activity);
                self.add((row, "Development lead"), what, due, 2, "IEC 62304 6.3.1");
            }
        }
    }

    fn people(&mut self) -> Result<(), Refused> {
        for (data, person) in self.file.people()? {
            let row = ListRow {
                id: data.head.id,
                title: person.title.to_string(),
                state: data.head.state.clone(),
                owner: None,
                created_at: data.head.created_at,
                state_since: data.head.state_since,
                more: Vec::new(),
            };
            match data.head.state.as_str() {
                "active" if !Person::may_sign(&person) => {
                    let due = row.state_since.day().plus_days(7);
                    self.add(
                        (&row, "Quality manager"),
                        "Confirm the person's identity",
                        due,
                        4,
                        "21 CFR 11.100(b)",
                    );
                }
                "invited" => {
                    let due = row.state_since.day().plus_days(14);
                    self.add(
                        (&row, "System administrator"),
                        "Hand over the one-time code",
                        due,
                        5,
                        "21 CFR 11.300",
                    );
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn file_itself(&mut self) -> Result<(), Refused> {
        if self.file.store.clock_open()? {
            let policy = self.file.record(POLICY)?;
            let row = ListRow {
                id: POLICY,
                title: "Clock of the workstation".to_owned(),
                state: policy.head.state.clone(),
                owner: None,
                created_at: policy.head.created_at,
                state_since: policy.head.state_since,
                more: Vec::new(),
            };
            self.add(
                (&row, "Quality manager"),
                "Acknowledge that the clock ran backwards",
                self.today,
                1,
                "21 CFR 11.10(e)",
            );
        }
        Ok(())
    }
}
