//! Chapter 4 of a period's packet: the maintenance plans that were in force, or the provisional values where none was.

use std::sync::Arc;

use super::authority;
use super::paper::{Paper, day_or, state_mark, word_or, words};
use super::sections::nothing;
use super::{record, trail};
use crate::domain::authority::AuthorityRow;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::maintenance_plan::{Governing, MaintenancePlan, Standing};
use crate::domain::plan_review::{PlanReview, PlanReviewState};
use crate::domain::record::Section as Group;
use crate::domain::requests::POLICY;
use crate::domain::signature::Meaning;
use crate::domain::text::counted;
use crate::ops::page::RecordPage;
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Change, Column, Section, Tone};
use mainstay_base::time::Day;

/// A version of the plan that was in force on a day of the period.
pub(super) struct PlanInForce {
    pub page: RecordPage,
    pub content: Arc<MaintenancePlan>,
    /// Its first day in force within the period.
    pub from: Day,
    /// Its last day in force within the period.
    pub to: Day,
    approvals: Vec<RecordPage>,
}

/// The plans of a period.
pub(super) struct Plans {
    /// Oldest first.
    pub in_force: Vec<PlanInForce>,
    /// The values that governed at the end of the period.
    pub at_end: Governing,
    /// The plan whose values were provisional, where none was in force.
    provisional: Option<RecordPage>,
    /// Absent before the file was made.
    policy: Option<RecordPage>,
    /// Days of the period without a plan in force.
    without: Vec<(Day, Day)>,
    reviewed: Vec<(RecordId, Day)>,
}

impl Plans {
    /// The plans of the period up to its end or the cut-off, whichever is earlier, by the file that is read now.
    pub fn of(paper: &mut Paper<'_>, from: Day, to: Day) -> Result<Self, Refused> {
        let to = to.min(paper.now.day());
        let at_end = paper.ask(|world| world.governing())?;
        let mut in_force = Vec::new();
        for data in paper.ask(|world| world.all(Kind::MaintenancePlan))? {
            let Some(content) = data.typed::<MaintenancePlan>() else { continue };
            let Some(since) = content.in_force_from.filter(|since| *since <= to) else { continue };
            let first = since.max(from);
            let last = content.in_force_until.map_or(to, |until| until.min(to));
            // Not in the period, or the period is still to come.
            if first > last {
                continue;
            }
            let (page, approvals) = (paper.page(data.head.id)?, authority::of(paper, data.head.id)?);
            in_force.push(PlanInForce { page, content, from: first, to: last, approvals });
        }
        in_force.sort_by_key(|plan| (plan.content.in_force_from, plan.page.data.head.id));
        let provisional = match at_end.standing {
            Standing::NotYet(id) => Some(paper.page(id)?),
            Standing::InForce(_) | Standing::NoPlan => None,
        };
        let without = days_without(&in_force, kept_since(paper)?.max(from), to);
        let reviewed = reviews(paper)?;
        let policy = paper.ask(|world| world.record(POLICY).is_some())?;
        let policy = if policy { Some(paper.page(POLICY)?) } else { None };
        Ok(Self { in_force, at_end, provisional, policy, without, reviewed })
    }

    /// The records of the plans, for the matrix of clauses.
    pub fn ids(&self) -> impl Iterator<Item = RecordId> {
        self.in_force.iter().map(|plan| plan.page.data.head.id)
    }

    /// The sentences that say where values were provisional.
    fn notes(&self) -> Vec<Block> {
        let mut notes: Vec<Block> = self
            .without
            .iter()
            .map(|(from, to)| {
                Block::note(
                    Tone::Due,
                    format!("No maintenance plan was in force from {from} to {to}. Dates and limits of these days are provisional."),
                )
            })
            .collect();
        let source = match self.at_end.standing {
            Standing::InForce(_) => return notes,
            Standing::NotYet(id) => format!("Provisional at the end of the period: the values are those of {id}, which was not in force yet."),
            Standing::NoPlan => "Provisional at the end of the period: there was no plan, and the values are those of the policy.".to_owned(),
        };
        notes.push(Block::note(Tone::Due, source));
        notes
    }

    /// The blocks of the chapter, and a section for each plan.
    pub fn sections(&self, paper: &Paper<'_>) -> Result<(Vec<Block>, Vec<Section>), Refused> {
        let mut blocks = self.notes();
        blocks.push(self.list());
        if !self.in_force.is_empty() {
            blocks.push(nothing(&self.last_review()));
        }
        let mut below = Vec::new();
        for plan in &self.in_force {
            below.push((&plan.page, self.whole(paper, &plan.page, &plan.approvals)?));
        }
        if let Some(page) = &self.provisional {
            let mut content = vec![Block::note(
                Tone::Due,
                "Provisional: this version was not in force at the end of the period.",
            )];
            content.extend(self.whole(paper, page, &[])?);
            below.push((page, content));
        }
        if let Some(policy) = self.policy.as_ref().filter(|_| self.at_end.standing == Standing::NoPlan) {
            below.push((policy, record::content(paper, policy, holds_former, &["authority"], Vec::new())));
        }
        let sections = below.into_iter().zip(1..);
        let sections = sections
            .map(|((page, content), count)| record::section(paper, 2, &format!("4.{count}"), page, content));
        Ok((blocks, sections.collect()))
    }

    fn list(&self) -> Block {
        if self.in_force.is_empty() {
            return nothing("No maintenance plan was in force in the period");
        }
        let rows = self
            .in_force
            .iter()
            .map(|plan| {
                let data = &plan.page.data;
                let cells: Vec<Cell> = vec![
                    data.head.id.to_string().into(),
                    plan.content.version.to_string().into(),
                    day_or(plan.content.in_force_from, "").into(),
                    day_or(plan.content.in_force_until, "").into(),
                    signers(&plan.approvals).into(),
                    state_mark(data).into(),
                ];
                cells
            })
            .collect();
        Block::Table {
            caption: Some("Plans in force in the period".to_owned()),
            columns: vec![
                Column::id("Number"),
                Column::text("Version", 1).points(50.0),
                Column::date("In force from"),
                Column::date("In force until"),
                Column::text("Approved by", 1),
                Column::mark("State"),
            ],
            rows,
        }
    }

    fn last_review(&self) -> String {
        let plans: Vec<RecordId> = self.ids().collect();
        let last = self.reviewed.iter().filter(|(plan, _)| plans.contains(plan)).max_by_key(|(_, on)| *on);
        match last {
            Some((plan, on)) => format!("Last signed review of these plans: {plan} on {on}"),
            None => "No signed review of these plans".to_owned(),
        }
    }

    /// A plan in full, with its approval and its history. The authority matrix in force at the end is in the chapter of people.
    fn whole(
        &self,
        paper: &Paper<'_>,
        page: &RecordPage,
        approvals: &[RecordPage],
    ) -> Result<Vec<Block>, Refused> {
        let governs = match self.at_end.standing {
            Standing::InForce(id) | Standing::NotYet(id) => id == page.data.head.id,
            Standing::NoPlan => false,
        };
        let elsewhere: &[&str] = if governs { &["authority"] } else { &[] };
        let mut blocks =
            record::approved_with(paper, page, approvals, (record::head(paper, page), elsewhere));
        let ids = [page.data.head.id];
        let mut rows = trail::rows(paper, &trail::events(paper, &ids)?, &ids)?;
        rows.iter_mut().flat_map(|row| &mut row.changes).for_each(count_examples);
        blocks.push(Block::History { rows });
        Ok(blocks)
    }

    /// The authority matrix at the end of the period, with the plan that sets it.
    pub fn authority(&self) -> Block {
        let source = match self.at_end.standing {
            Standing::InForce(id) => format!("Authority matrix of {id}, in force at the end of the period"),
            Standing::NotYet(id) => {
                format!("Provisional authority matrix of {id}: no plan was in force at the end of the period")
            }
            Standing::NoPlan => {
                "Provisional authority matrix of the policy: there was no plan at the end of the period"
                    .to_owned()
            }
        };
        matrix(source, self.at_end.authority())
    }

    /// What the policy holds: accounts, passwords, backups, trusted time and working days, with its history.
    pub fn policy(&self, paper: &Paper<'_>) -> Result<Section, Refused> {
        let Some(policy) = &self.policy else {
            let none = vec![nothing("The file was made after the end of the period, so it had no policy")];
            return Ok(Section::new(2, "3.1", Kind::Policy.def().word, none));
        };
        let former: Vec<&str> = policy
            .data
            .def()
            .fields()
            .filter(|field| field.former_since.is_some())
            .map(|field| field.name)
            .collect();
        let mut blocks = record::content(paper, policy, |_| true, &former, Vec::new());
        let ids = [POLICY];
        blocks.push(Block::History { rows: trail::rows(paper, &trail::events(paper, &ids)?, &ids)? });
        Ok(record::section(paper, 2, "3.1", policy, blocks))
    }
}

/// Says how many values were still examples, instead of all their names.
fn count_examples(change: &mut Change) {
    let examples = Kind::MaintenancePlan.def().field("undecided").map_or("", |field| field.label);
    if !change.field.ends_with(examples) {
        return;
    }
    for names in [&mut change.before, &mut change.after] {
        *names = counted(names.lines().count(), "value");
    }
}

/// Whether a group of the policy holds values that are in the plan since there is one.
fn holds_former(group: &Group) -> bool {
    group.fields.iter().any(|field| field.former_since.is_some())
}

fn matrix(caption: String, rows: &[AuthorityRow]) -> Block {
    let rows = rows
        .iter()
        .map(|row| {
            let cells: Vec<Cell> = vec![
                word_or(row.subject, "").into(),
                words(&row.must_sign).into(),
                words(&row.must_sign_b_c).into(),
                words(&row.consulted).into(),
            ];
            cells
        })
        .collect();
    Block::Table {
        caption: Some(caption),
        columns: vec![
            Column::text("Subject", 3),
            Column::text("Must sign", 3),
            Column::text("Also for class B and C", 2),
            Column::text("Consulted", 2),
        ],
        rows,
    }
}

/// Who approved, by the signatures of the approvals.
pub(super) fn signers(approvals: &[RecordPage]) -> String {
    let mut names: Vec<String> = Vec::new();
    for view in approvals.iter().flat_map(|page| &page.signatures) {
        let name = &view.signature.printed_name;
        if view.signature.meaning == Meaning::Approved && !names.contains(name) {
            names.push(name.clone());
        }
    }
    names.join(", ")
}

/// The day of the first event of the file.
fn kept_since(paper: &Paper<'_>) -> Result<Day, Refused> {
    Ok(paper.file.record(POLICY)?.head.created_at.day())
}

fn reviews(paper: &Paper<'_>) -> Result<Vec<(RecordId, Day)>, Refused> {
    let reviews = paper.ask(|world| world.all(Kind::PlanReview))?;
    let done = reviews.iter().filter(|data| PlanReviewState::of(data) == Some(PlanReviewState::Done));
    Ok(done
        .filter_map(|data| data.typed::<PlanReview>())
        .filter_map(|review| Some((review.plan?, review.reviewed_on?)))
        .collect())
}

/// The days from `from` to `to` on which none of the plans, which are in the order of their days, was in force.
fn days_without(plans: &[PlanInForce], from: Day, to: Day) -> Vec<(Day, Day)> {
    gaps(plans.iter().map(|plan| (plan.from, plan.to)), from, to)
}

/// What ordered ranges of days leave open between two days.
fn gaps(ranges: impl Iterator<Item = (Day, Day)>, from: Day, to: Day) -> Vec<(Day, Day)> {
    let mut open = from;
    let mut found = Vec::new();
    for (first, last) in ranges {
        if first > open {
            found.push((open, first.plus_days(-1)));
        }
        open = open.max(last.plus_days(1));
    }
    if open <= to {
        found.push((open, to));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn days_without_a_plan_are_those_that_no_plan_covers() {
        let (from, to) = (day("2031-01-01"), day("2031-12-31"));
        assert_eq!(gaps([].into_iter(), from, to), [(from, to)]);
        let plans = [(day("2031-03-01"), day("2031-06-01")), (day("2031-06-01"), to)];
        assert_eq!(gaps(plans.into_iter(), from, to), [(from, day("2031-02-28"))]);
        assert_eq!(gaps([(from, to)].into_iter(), from, to), []);
        assert_eq!(gaps([].into_iter(), to.plus_days(1), to), []);
    }
}
