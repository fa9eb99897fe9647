//! What is overdue or unapproved, what is coming, and where things are heading: the data of the dashboard.

mod trends;

use std::collections::{BTreeMap, BTreeSet};

use super::file::ProductFile;
use super::refused::Refused;
use crate::domain::approval::missing_roles;
use crate::domain::change_request::{Urgency, granted_approval};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::Person;
use crate::domain::policy::Policy;
use crate::domain::product::Market;
use crate::domain::record::RecordData;
use crate::domain::requests::POLICY;
use crate::domain::requests::RULES;
use crate::domain::workflow::{Case, Tone, World as _};
use crate::store::ListRow;
use mainstay_base::time::{Day, Moment};

pub use trends::{Month, Trends};

/// Days in which what was decided is followed up: the reporter answered, the resolution verified, the report closed.
const FOLLOW_UP_DAYS: i64 = 30;

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
        for row in self.file.store.list(Kind::Feedback, &["patient_or_user_harm", "received_at"])? {
            let cell = |index: usize| row.more.get(index).map_or("", String::as_str);
            match row.state.as_str() {
                "received" | "registered" | "under_evaluation" | "reopened" => {
                    let received = Moment::parse(cell(1)).unwrap_or(row.created_at);
                    let since = if row.state == "reopened" { row.state_since } else { received };
                    let due = since.day().plus_working_days(days);
                    self.add((&row, "Quality manager"), "Evaluate the feedback", due, 3, "IEC 62304 6.2.1.2");
                }
                "problem_confirmed" | "not_a_problem" | "duplicate" | "change_suggestion" => {
                    let due = row.state_since.day().plus_days(FOLLOW_UP_DAYS);
                    self.add(
                        (&row, "Quality manager"),
                        "Answer the reporter and close the feedback",
                        due,
                        4,
                        "ISO 13485 8.2.2",
                    );
                }
                _ => {}
            }
            if !matches!(row.state.as_str(), "closed" | "void")
                && matches!(cell(0), "potential" | "actual" | "unknown")
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
        let unfinished = self.problems_with_unfinished_changes()?;
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
                    let since = if row.state == "reopened" { row.state_since } else { row.created_at };
                    let due = since.day().plus_working_days(days.unwrap_or(5));
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
                "evaluated" => {
                    let days = self.policy.problem_evaluation_days.unwrap_or(5);
                    let due = row.state_since.day().plus_working_days(days);
                    let what = "Decide what is done about the problem";
                    self.add((&row, "Development lead"), what, due, 2, "IEC 62304 9.2 d");
                }
                "resolving" if !unfinished.contains(&row.id) => {
                    let due = row.state_since.day().plus_days(FOLLOW_UP_DAYS);
                    self.add((&row, "Tester"), "Verify the resolution", due, 3, "IEC 62304 9.7");
                }
                "no_action_justified" => {
                    let due = row.state_since.day().plus_days(FOLLOW_UP_DAYS);
                    self.add((&row, "Quality manager"), "Close the problem report", due, 4, "IEC 62304 9.7");
                }
                "verifying_resolution" => {
                    let due = row.state_since.day().plus_days(FOLLOW_UP_DAYS);
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

    /// The problems of which a change is still to be verified.
    fn problems_with_unfinished_changes(&self) -> Result<BTreeSet<RecordId>, Refused> {
        let mut problems = BTreeSet::new();
        for row in self.file.store.list(Kind::ChangeRequest, &["problem_reports"])? {
            if matches!(
                row.state.as_str(),
                "verified" | "released" | "closed" | "rejected" | "cancelled" | "void"
            ) {
                continue;
            }
            let named = row.more.first().map_or("[]", String::as_str);
            problems.extend(serde_json::from_str::<Vec<RecordId>>(named).unwrap_or_default());
        }
        Ok(problems)
    }

    fn changes(&mut self) -> Result<(), Refused> {
        let pending = i64::from(self.policy.change_pending_days.unwrap_or(14));
        let granted = self.granted_approvals()?;
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
                "on_hold" => {
                    let due = row.state_since.day().plus_days(pending);
                    self.add(
                        (&row, "Development lead"),
                        "Resume the change, or give it up",
                        due,
                        3,
                        "IEC 62304 6.2.3",
                    );
                }
                "approved" => {
                    let last = granted.get(&row.id).copied().flatten();
                    let due = last.unwrap_or_else(|| row.state_since.day().plus_days(pending));
                    self.add(
                        (&row, "Development lead"),
                        "Begin the approved change",
                        due,
                        3,
                        "IEC 62304 6.2.4",
                    );
                }
                "implementing" | "implemented" | "verifying" => self.work_under_way(&row, emergency)?,
                "verified" | "released" if emergency => {
                    let data = self.file.record(row.id)?;
                    self.put_off(&row, &data);
                }
                _ => {}
            }
        }
        self.analyses(pending)
    }

    /// The last day of each granted approval, by the change that it approves.
    fn granted_approvals(&self) -> Result<BTreeMap<RecordId, Option<Day>>, Refused> {
        let rows = self.file.store.list(Kind::Approval, &["subject", "expires_at"])?;
        Ok(rows
            .into_iter()
            .filter(|row| row.state == "granted")
            .filter_map(|row| {
                let last = row.more.get(1).and_then(|text| Day::parse(text).ok());
                Some((row.more.first()?.parse().ok()?, last))
            })
            .collect())
    }

    /// Analyses that are complete wait for a second person.
    fn analyses(&mut self, pending: i64) -> Result<(), Refused> {
        let analysed: BTreeSet<RecordId> = self
            .file
            .store
            .list(Kind::ChangeRequest, &[])?
            .into_iter()
            .filter(|row| row.state == "under_analysis")
            .map(|row| row.id)
            .collect();
        for row in self.file.store.list(Kind::ImpactAnalysis, &["change_request"])? {
            let change = row.more.first().and_then(|text| text.parse().ok());
            if row.state == "complete" && change.is_some_and(|change| analysed.contains(&change)) {
                let due = row.state_since.day().plus_days(pending);
                // Its author waits here; it is for others to act.
                let row = ListRow { owner: None, ..row };
                self.add((&row, "Risk manager"), "Review the impact analysis", due, 2, "IEC 62304 7.4");
            }
        }
        Ok(())
    }

    /// The roles whose signature a change waits for.
    fn who_must_sign(&self, change: RecordId) -> String {
        use crate::domain::choice::Choice as _;
        let work = super::refused::ChangeSet::to_look(&self.file.store, change, self.now);
        let roles: Vec<&str> = work
            .referring(change, Kind::Approval)
            .iter()
            .flat_map(|approval| missing_roles(&work, approval))
            .map(|role| role.word())
            .collect();
        if roles.is_empty() { "Those who must sign".to_owned() } else { roles.join(", ") }
    }

    fn work_under_way(&mut self, row: &ListRow, emergency: bool) -> Result<(), Refused> {
        let work = super::refused::ChangeSet::to_look(&self.file.store, row.id, self.now);
        let data = work.get(row.id)?;
        let case = Case { data: &data, world: &work, now: self.now, actor: None, rules: RULES };
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
