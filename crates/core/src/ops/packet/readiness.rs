//! P7: what the readiness rules find, for the manufacturer alone (domain 7). Five chapters in a fixed order: the counts, the gaps by
//! severity, the clauses, the waivers, the result of every rule.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::ReadinessScope;
use super::paper::{Paper, Then, day_or, state_mark, word};
use super::sections::{chapter, joined, nothing};
use crate::domain::ids::Kind;
use crate::domain::readiness::{self, Rule, Severity};
use crate::domain::record::RecordData;
use crate::domain::shared_record::SharedRecord;
use crate::domain::waiver::{Waiver, WaiverState};
use crate::ops::readiness::{FoundGap, Readiness};
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Figure, Mark, Section, Tone};
use mainstay_base::time::{Day, Moment};

/// The severities in the order of the report, with the title of their section.
const SEVERITIES: [(Severity, &str); 4] = [
    (Severity::Critical, "Critical"),
    (Severity::Major, "Major"),
    (Severity::Minor, "Minor"),
    (Severity::Info, "Hints"),
];

/// What is printed: the gaps at a moment, and the waivers as they were then.
struct Report {
    found: Readiness,
    waivers: Vec<SharedRecord>,
    /// The rules that count for the product.
    counting: BTreeSet<&'static str>,
    /// Whether it was looked since when each gap is there.
    since: bool,
}

impl Report {
    fn of(paper: &mut Paper<'_>, scope: ReadinessScope) -> Result<Self, Refused> {
        let end = scope.on.map_or(paper.now, Moment::end_of).min(paper.now);
        let then: Option<Rc<Then>> = paper.then(end)?;
        let facts = paper.facts()?;
        let since = scope.months > 0;
        let found = match &then {
            None if since => paper.file.readiness_since((end, scope.months), &facts, &|_| true)?,
            Some(_) | None => {
                paper.file.readiness_of(then.as_deref().map(|then| &then.records), end, &facts)?
            }
        };
        let (waivers, counting) = paper.reading(then.as_ref(), |paper| {
            paper.ask(|world| {
                let product = world.product();
                let counting = readiness::rules().filter(|rule| rule.applies.to(&product));
                (world.all(Kind::Waiver), counting.map(|rule| rule.id).collect())
            })
        })?;
        for id in found.gaps.iter().filter_map(|one| one.gap.hit.record) {
            paper.mention(id);
        }
        for data in &waivers {
            paper.mark_printed(data.head.id);
        }
        Ok(Self { found, waivers, counting, since })
    }

    fn open(&self, severity: Severity) -> Vec<&FoundGap> {
        self.found.gaps.iter().filter(|one| one.gap.is_open(severity)).collect()
    }

    fn settled(&self) -> Vec<&FoundGap> {
        self.found.gaps.iter().filter(|one| one.gap.settled.is_some()).collect()
    }
}

/// The sections of the report.
pub(super) fn sections(paper: &mut Paper<'_>, scope: ReadinessScope) -> Result<Vec<Section>, Refused> {
    let report = Report::of(paper, scope)?;
    let paper = &*paper;
    let mut sections = vec![chapter(1, "Summary", "", summary(&report))];
    sections.push(chapter(2, "Gaps by severity", "", Vec::new()));
    for ((severity, title), count) in SEVERITIES.into_iter().zip(1..) {
        let gaps = report.open(severity);
        let blocks = if gaps.is_empty() { vec![nothing("No gap")] } else { vec![table(&gaps, report.since)] };
        sections.push(Section::new(2, format!("2.{count}"), title, blocks));
    }
    sections.push(chapter(3, "Clauses", "IEC 62304; ISO 13485; 21 CFR 820", clauses(&report)));
    sections.push(chapter(4, "Waivers and what deviations tell", "ISO 13485 4.2.5", waivers(paper, &report)));
    sections.push(chapter(5, "Result of every rule", "", rules(&report)));
    Ok(sections)
}

/// The counts by severity, as figures.
pub(super) fn figures(found: &Readiness) -> Block {
    let figure = |label: &str, value: usize, note: String| Figure {
        label: label.to_owned(),
        value: value.to_string(),
        note,
    };
    let mut figures: Vec<Figure> = SEVERITIES
        .iter()
        .map(|(severity, title)| figure(&title.to_lowercase(), found.count(*severity), String::new()))
        .collect();
    figures.push(figure("settled", found.settled(), "by a signed waiver or a closed deviation".to_owned()));
    figures.push(figure("rules", found.rules, "that count for this product".to_owned()));
    Block::Figures { figures }
}

fn summary(report: &Report) -> Vec<Block> {
    let found = &report.found;
    let about = "A rule finds a gap that an auditor may ask about. It never blocks work. A gap ends when the records are complete, and \
                 is not counted while a signed waiver covers it or where a closed process deviation tells of it.";
    let logged = "Making this report is logged: when it is saved, the audit trail of the product file gets the event packet.issue with \
                  its number and its digest. Nobody can make it unseen.";
    let since = if report.since {
        "“Since” is the end of the first month at which the gap was found, without a break until now. It may be older than its day says."
    } else {
        "Since when each gap is there was not looked for."
    };
    vec![
        figures(found),
        Block::paragraph(format!("At {}: {}", found.at.words(), found.words())),
        Block::paragraph(about),
        Block::paragraph(since),
        Block::note(Tone::Due, logged),
    ]
    .into_iter()
    .chain(found.unknown_words().map(|words| Block::note(Tone::Due, words)))
    .collect()
}

/// Rule and clause in one cell.
fn rule_cell(rule: &Rule) -> Cell {
    format!("{}\n{}", rule.id, rule.clause).into()
}

/// The record of a gap with its title, or that one is missing.
fn record_cell(one: &FoundGap) -> Cell {
    one.gap
        .hit
        .record
        .map_or_else(|| "none".to_owned(), |id| joined(&[&id.to_string(), one.title()], "\n"))
        .into()
}

fn table(gaps: &[&FoundGap], since: bool) -> Block {
    let rows = gaps
        .iter()
        .map(|one| {
            let (rule, hit) = (one.gap.rule, &one.gap.hit);
            let mut cells: Vec<Cell> = vec![
                rule_cell(rule),
                record_cell(one),
                format!("{}.", hit.text.trim_end_matches('.')).into(),
                rule.remedy.into(),
            ];
            if since {
                cells.push(day_or(one.first_seen, "this month").into());
            }
            cells
        })
        .collect();
    let mut columns = vec![
        Column::text("Rule, clause", 1).points(92.0),
        Column::text("Record", 2),
        Column::text("What is missing", 3),
        Column::text("What remedies it", 3),
    ];
    if since {
        columns.push(Column::date("Since"));
    }
    Block::table(columns, rows)
}

fn clauses(report: &Report) -> Vec<Block> {
    let rows = report
        .found
        .clauses
        .iter()
        .map(|one| {
            let mark = match one.gaps {
                0 => Mark::good("no gap"),
                1 => Mark::due("1 gap"),
                count => Mark::due(format!("{count} gaps")),
            };
            let cells: Vec<Cell> = vec![
                one.clause.number.into(),
                one.clause.asks.into(),
                one.words().into(),
                mark.into(),
                one.clause.beside.into(),
            ];
            cells
        })
        .collect();
    let columns = vec![
        Column::id("IEC 62304").points(48.0),
        Column::text("What it asks", 3),
        Column::text("Records that answer it", 3),
        Column::mark("Gaps").points(58.0),
        Column::text("Beside it", 2),
    ];
    vec![Block::table(columns, rows)]
}

fn waivers(paper: &Paper<'_>, report: &Report) -> Vec<Block> {
    let in_force = |data: &&SharedRecord| WaiverState::of(data) == Some(WaiverState::InForce);
    let standing: Vec<&RecordData> = report.waivers.iter().filter(in_force).map(|data| &**data).collect();
    let mut blocks = vec![waiver_table(paper, &standing, report.found.at.day())];
    let settled = report.settled();
    if settled.is_empty() {
        blocks.push(nothing("No gap is waived or told in a closed deviation"));
        return blocks;
    }
    let rows = settled
        .iter()
        .map(|one| {
            let until = report.waivers.iter().find(|data| Some(data.head.id) == one.gap.settled);
            let until = until.and_then(|data| data.typed::<Waiver>()).and_then(|waiver| waiver.expires_on);
            let cells: Vec<Cell> = vec![
                rule_cell(one.gap.rule),
                record_cell(one),
                one.gap.hit.text.clone().into(),
                Mark::neutral(word(one.gap.severity())).into(),
                one.gap.settled.map_or_else(String::new, |id| id.to_string()).into(),
                day_or(until, "").into(),
            ];
            cells
        })
        .collect();
    let columns = vec![
        Column::text("Rule, clause", 1).points(92.0),
        Column::text("Record", 2),
        Column::text("What is missing", 3),
        Column::mark("Severity").points(62.0),
        Column::id("Settled by"),
        Column::date("Until"),
    ];
    blocks.push(Block::Table {
        caption: Some("Gaps that are waived, or told in a closed deviation".to_owned()),
        columns,
        rows,
    });
    blocks
}

/// Waivers with their text and their end, or that there is none.
pub(super) fn waiver_table(paper: &Paper<'_>, waivers: &[&RecordData], today: Day) -> Block {
    if waivers.is_empty() {
        return nothing("No waiver is in force");
    }
    let rows = waivers
        .iter()
        .filter_map(|data| {
            let content = data.typed::<Waiver>()?;
            let ended = content.expires_on.is_some_and(|day| day < today);
            let state = if ended { Mark::late("ended by its day") } else { state_mark(data) };
            let cells: Vec<Cell> = vec![
                data.head.id.to_string().into(),
                format!("{}\n{}", content.rule, paper.field(data, "subject")).trim().into(),
                paper.field(data, "justification").into(),
                paper.field(data, "until_then").into(),
                day_or(content.expires_on, "").into(),
                state.into(),
            ];
            Some(cells)
        })
        .collect();
    let columns = vec![
        Column::id("Waiver").points(54.0),
        Column::text("Rule, record", 1).points(54.0),
        Column::text("Why it does not count", 3),
        Column::text("What is done until then", 3),
        Column::date("Until"),
        Column::mark("State").points(62.0),
    ];
    Block::Table { caption: Some("Waivers in force".to_owned()), columns, rows }
}

/// Every rule with what it finds, in the order of the standard.
fn rules(report: &Report) -> Vec<Block> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for one in &report.found.gaps {
        let entry = counts.entry(one.gap.rule.id).or_default();
        let count = if one.gap.settled.is_some() { &mut entry.1 } else { &mut entry.0 };
        *count += 1;
    }
    let group = |(title, rules): &(&str, &[Rule])| {
        let rows = rules
            .iter()
            .map(|rule| {
                let counted = counts.get(rule.id).copied().unwrap_or_default();
                let cells: Vec<Cell> = vec![
                    rule.id.into(),
                    rule.clause.into(),
                    rule.says.into(),
                    word(rule.severity).into(),
                    result(report.counting.contains(rule.id), counted).into(),
                ];
                cells
            })
            .collect();
        let columns = vec![
            Column::id("Rule").points(52.0),
            Column::text("Clause", 2),
            Column::text("What it finds", 4),
            Column::text("Severity", 1).points(50.0),
            Column::mark("Result").points(92.0),
        ];
        Block::Table { caption: Some((*title).to_owned()), columns, rows }
    };
    readiness::GROUPS.iter().map(group).collect()
}

fn result(applies: bool, (open, settled): (usize, usize)) -> Mark {
    match (applies, open, settled) {
        (false, _, _) => Mark::neutral("does not count for this product"),
        (true, 0, 0) => Mark::good("finds nothing"),
        (true, 0, count) => Mark::neutral(format!("{count} settled")),
        (true, open, 0) => Mark::due(format!("{open} open")),
        (true, open, settled) => Mark::due(format!("{open} open, {settled} settled")),
    }
}
