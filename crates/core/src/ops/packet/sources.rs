//! Chapter 5 of a period's packet: the feedback sources of the plans, how often each was looked at, and where that was missed.

use std::collections::{BTreeMap, BTreeSet};

use super::paper::{Paper, state_mark, word_or};
use super::plans::Plans;
use super::sections::nothing;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::maintenance_plan::FeedbackSource;
use crate::domain::shared_record::SharedRecord;
use crate::domain::source_check::{SourceCheck, SourceCheckState};
use crate::domain::text::counted;
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Mark, Tone};
use mainstay_base::time::Day;

/// All checks of sources, and which of them belong to the period.
pub(super) struct Checks {
    all: Vec<SharedRecord>,
    /// The days on which each source was checked, by its code.
    days: BTreeMap<String, BTreeSet<Day>>,
    period: BTreeSet<RecordId>,
}

impl Checks {
    /// The checks of the file; to the period belong those of its days, and those that were entered or struck out in it.
    pub fn of(paper: &mut Paper<'_>, ids: &[RecordId], days: (Day, Day)) -> Result<Self, Refused> {
        let all = paper.ask(|world| world.all(Kind::SourceCheck))?;
        let mut found = Self { days: BTreeMap::new(), period: BTreeSet::new(), all: Vec::new() };
        for data in &all {
            let Some(check) = data.typed::<SourceCheck>() else { continue };
            let within = check.checked_on.is_some_and(|on| on >= days.0 && on <= days.1);
            if within || ids.contains(&data.head.id) {
                found.period.insert(data.head.id);
                paper.mark_printed(data.head.id);
            }
            let counts = SourceCheckState::of(data) == Some(SourceCheckState::Recorded);
            if let Some(on) = check.checked_on.filter(|_| counts) {
                found.days.entry(check.source.to_string()).or_default().insert(on);
            }
        }
        Ok(Self { all, ..found })
    }

    fn days(&self, code: &str) -> BTreeSet<Day> {
        self.days.get(code).cloned().unwrap_or_default()
    }

    /// Every check of the period.
    fn log(&self, paper: &Paper<'_>) -> Vec<Block> {
        let rows: Vec<Vec<Cell>> = self
            .all
            .iter()
            .filter(|data| self.period.contains(&data.head.id))
            .map(|data| {
                let how = paper.field(data, "remarks");
                let gap = if how.is_empty() { "" } else { "\n" };
                vec![
                    data.head.id.to_string().into(),
                    paper.field(data, "source").into(),
                    paper.field(data, "checked_on").into(),
                    format!("{}{gap}{how}", paper.title(data)).into(),
                    paper.field(data, "new_items").into(),
                    paper.field(data, "feedback").into(),
                    state_mark(data).into(),
                ]
            })
            .collect();
        if rows.is_empty() {
            return Vec::new();
        }
        let columns = vec![
            Column::id("Number").points(54.0),
            Column::id("Source").points(54.0),
            Column::date("Checked on").points(58.0),
            Column::text("What was looked through, and how", 1),
            Column::number("New items").points(44.0),
            Column::text("Feedback", 1).points(58.0),
            Column::mark("State").points(66.0),
        ];
        vec![Block::Table { caption: Some("Checks of the period".to_owned()), columns, rows }]
    }
}

/// The sources of each plan with their checks and gaps, every check, and the feedback by source.
pub(super) fn blocks(
    paper: &Paper<'_>,
    plans: &Plans,
    checks: &Checks,
    feedback: &[RecordId],
    (from, to): (Day, Day),
) -> Result<Vec<Block>, Refused> {
    let to = to.min(paper.now.day());
    let mut blocks = Vec::new();
    for plan in &plans.in_force {
        let caption = format!("Sources of {}, from {} to {}", plan.page.data.head.id, plan.from, plan.to);
        blocks.extend(sources(caption, &plan.content.feedback_sources, checks, Some((plan.from, plan.to))));
    }
    if plans.in_force.is_empty() {
        let provisional = &plans.at_end.plan().feedback_sources;
        if !provisional.is_empty() {
            let text = "Provisional: no maintenance plan was in force in the period, so no source had to be checked.";
            blocks.push(Block::note(Tone::Due, text));
            let caption = format!("Provisional sources, from {from} to {to}");
            blocks.extend(sources(caption, provisional, checks, None));
        }
    }
    let log = checks.log(paper);
    if log.is_empty() && !blocks.is_empty() {
        blocks.push(nothing("No check of a source in the period"));
    }
    blocks.extend(log);
    blocks.extend(by_channel(paper, feedback)?);
    Ok(blocks)
}

/// The sources of a plan. With the days on which it was in force, each interval that was too long is named.
fn sources(
    caption: String,
    sources: &[FeedbackSource],
    checks: &Checks,
    in_force: Option<(Day, Day)>,
) -> Option<Block> {
    let rows: Vec<Vec<Cell>> = sources
        .iter()
        .map(|source| {
            let days = checks.days(&source.code);
            let within = |day: &&Day| in_force.is_none_or(|(from, to)| **day >= from && **day <= to);
            let last = days.iter().rev().find(|day| in_force.is_none_or(|(_, to)| **day <= to));
            let result: Cell = match (in_force, source.polling_days) {
                (Some(range), Some(every)) => missed(&days, range, i64::from(every)).into(),
                (Some(_), None) | (None, _) => Mark::neutral("no interval in force").into(),
            };
            vec![
                source.code.to_string().into(),
                format!("{}\n{}", source.name, word_or(source.side, "")).into(),
                source.owner.to_string().into(),
                source.polling_days.map_or_else(String::new, |every| counted(every, "day")).into(),
                days.iter().filter(within).count().to_string().into(),
                last.map_or_else(String::new, Day::to_string).into(),
                result,
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| Block::Table {
        caption: Some(caption),
        columns: vec![
            Column::id("Code").points(54.0),
            Column::text("Source", 2),
            Column::text("Who checks it", 1),
            Column::text("Every", 1).points(44.0),
            Column::number("Checks").points(40.0),
            Column::date("Last check").points(58.0),
            Column::mark("Intervals").points(118.0),
        ],
        rows,
    })
}

/// The intervals that were longer than planned, as a mark.
fn missed(days: &BTreeSet<Day>, range: (Day, Day), every: i64) -> Mark {
    let gaps = gaps(days, range, every);
    if gaps.is_empty() {
        return Mark::good("as planned");
    }
    let words = gaps.iter().map(|(from, to)| format!("{from} to {to}: {} days", to.days_since(*from)));
    Mark::late(words.collect::<Vec<_>>().join("; "))
}

/// The intervals between two checks, within a range of days, that are longer than `every` days. The first one begins with the last
/// check before the range, or else with the range; the last one ends with the range.
fn gaps(days: &BTreeSet<Day>, (from, to): (Day, Day), every: i64) -> Vec<(Day, Day)> {
    if from > to {
        return Vec::new();
    }
    let mut since = days.range(..from).next_back().copied().unwrap_or(from);
    let mut found = Vec::new();
    for day in days.range(from..=to).copied().chain([to]) {
        if day.days_since(since) > every {
            found.push((since, day));
        }
        since = day;
    }
    found
}

/// The number of items by source and channel.
fn by_channel(paper: &Paper<'_>, feedback: &[RecordId]) -> Result<Option<Block>, Refused> {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    let feedback =
        paper.ask(|world| feedback.iter().filter_map(|id| world.record(*id)).collect::<Vec<_>>())?;
    for data in &feedback {
        let key = (paper.field(data, "source_kind"), paper.field(data, "channel"));
        *counts.entry(key).or_insert(0) += 1;
    }
    let rows: Vec<Vec<Cell>> = counts
        .into_iter()
        .map(|((source, channel), count)| vec![source.into(), channel.into(), Cell::from(count.to_string())])
        .collect();
    Ok((!rows.is_empty()).then(|| Block::Table {
        caption: Some("Feedback of the period by source and channel".to_owned()),
        columns: vec![Column::text("Source", 1), Column::text("Channel", 2), Column::number("Items")],
        rows,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn found(days: &[&str], range: (&str, &str)) -> Vec<(Day, Day)> {
        gaps(&days.iter().map(|text| day(text)).collect(), (day(range.0), day(range.1)), 30)
    }

    #[test]
    fn an_interval_that_is_longer_than_planned_is_a_gap() {
        let year = ("2031-01-01", "2031-03-31");
        assert_eq!(found(&[], year), [(day("2031-01-01"), day("2031-03-31"))]);
        assert_eq!(found(&["2031-01-31", "2031-03-01"], year), []);
        assert_eq!(found(&["2031-01-31", "2031-03-03"], year), [(day("2031-01-31"), day("2031-03-03"))]);
        assert_eq!(
            found(&["2031-01-31"], ("2031-03-31", "2031-01-01")),
            [],
            "a range that ends before it begins"
        );
        assert_eq!(found(&["2031-01-31", "2031-02-20"], year), [(day("2031-02-20"), day("2031-03-31"))]);
    }

    #[test]
    fn the_last_check_before_the_range_begins_the_first_interval() {
        assert_eq!(found(&["2030-12-20"], ("2031-01-01", "2031-01-15")), []);
        assert_eq!(
            found(&["2030-12-01"], ("2031-01-01", "2031-01-02")),
            [(day("2030-12-01"), day("2031-01-02"))]
        );
    }
}
