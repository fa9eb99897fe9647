//! Chapter 2 of the packet of a release: its changes, the problems fixed, what differs from the version before and the change behind
//! it, the baseline, and the comparison with the list of commits.

use super::Dossier;
use crate::domain::change_request::ChangeRequest;
use crate::domain::ids::RecordId;
use crate::domain::record::RecordData;
use crate::domain::release::{Difference, DifferenceKind, MissingCommits, compare, differences};
use crate::domain::workflow::World;
use crate::ops::packet::paper::{Paper, state_mark};
use crate::ops::packet::sections::{chapter, nothing};
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Field, Mark, Section, Tone};

/// The chapter with its sections.
pub(super) fn sections(paper: &Paper<'_>, dossier: &Dossier) -> Result<Vec<Section>, Refused> {
    let found = paper.ask(|world| differences(world, dossier.content()))?;
    let section = |number: &str, title: &str, clause: &str, blocks: Vec<Block>| {
        Section::new(2, number, title, blocks).with_clause(clause)
    };
    Ok(vec![
        chapter(
            2,
            "Scope: changes, problems fixed, baseline",
            "IEC 62304 6.3.2, 8.1.2, 8.1.3, 8.3",
            Vec::new(),
        ),
        section("2.1", "Changes", "IEC 62304 8.2.4", vec![changes(paper, dossier)?]),
        section("2.2", "Problems fixed", "IEC 62304 9.7", vec![problems(paper, dossier)]),
        section(
            "2.3",
            "SOUP that differs",
            "IEC 62304 8.1.2, 8.2.1",
            delta(dossier, &found, DifferenceKind::Soup),
        ),
        section(
            "2.4",
            "Configuration items that differ",
            "IEC 62304 8.2.1, 8.3",
            delta(dossier, &found, DifferenceKind::Item),
        ),
        section("2.5", "Commits", "IEC 62304 8.2.1, 8.2.2", commits(paper, dossier)?),
        section(
            "2.6",
            "Configuration items of the baseline",
            "IEC 62304 8.1.3",
            vec![dossier.table(paper, "baseline_items", "No configuration item is recorded")],
        ),
        section("2.7", "SOUP of the baseline", "IEC 62304 8.1.2", soup(paper, dossier)),
    ])
}

fn changes(paper: &Paper<'_>, dossier: &Dossier) -> Result<Block, Refused> {
    if dossier.changes.is_empty() {
        return Ok(nothing("The release contains no change"));
    }
    let analyses: Vec<Mark> =
        paper.ask(|world| dossier.changes.iter().map(|data| analysis(world, data)).collect())?;
    let rows = dossier
        .changes
        .iter()
        .zip(analyses)
        .map(|(data, analysis)| {
            let cells: Vec<Cell> = vec![
                data.head.id.to_string().into(),
                paper.title(data).into(),
                paper.field(data, "change_type").into(),
                paper.field(data, "problem_reports").into(),
                analysis.into(),
                state_mark(data).into(),
            ];
            cells
        })
        .collect();
    let columns = vec![
        Column::id("Change"),
        Column::text("Title", 3),
        Column::text("Kind", 1),
        Column::text("Problems", 1),
        Column::mark("Impact analysis").points(92.0),
        Column::mark("State"),
    ];
    Ok(Block::table(columns, rows))
}

/// The impact analysis of a change with its state.
fn analysis(world: &dyn World, change: &RecordData) -> Mark {
    let id = change.typed::<ChangeRequest>().and_then(|content| content.impact_analysis);
    match id.and_then(|id| world.record(id)) {
        Some(data) => {
            let mark = state_mark(&data);
            Mark::new(mark.tone, format!("{}: {}", data.head.id, mark.word.to_lowercase()))
        }
        None => Mark::late("none"),
    }
}

fn problems(paper: &Paper<'_>, dossier: &Dossier) -> Block {
    if dossier.problems.is_empty() {
        return nothing("The release fixes no problem");
    }
    let rows = dossier
        .problems
        .iter()
        .map(|data| {
            let cells: Vec<Cell> = vec![
                data.head.id.to_string().into(),
                paper.title(data).into(),
                paper.field(data, "safety_effect").into(),
                paper.field(data, "released_in").into(),
                state_mark(data).into(),
            ];
            cells
        })
        .collect();
    let columns = vec![
        Column::id("Problem"),
        Column::text("Title", 3),
        Column::text("Safety effect", 1),
        Column::text("Released in", 1),
        Column::mark("State"),
    ];
    Block::table(columns, rows)
}

/// What differs from the version before, and the change behind each difference.
fn delta(dossier: &Dossier, found: &[Difference], kind: DifferenceKind) -> Vec<Block> {
    let Some(before) = &dossier.before else {
        return vec![nothing("There is no version before: everything is new")];
    };
    let found: Vec<&Difference> = found.iter().filter(|difference| difference.kind == kind).collect();
    if found.is_empty() {
        return vec![nothing(&format!("Nothing differs from version {}", before.version))];
    }
    let rows = found
        .iter()
        .map(|difference| {
            let behind: Cell = if difference.changes.is_empty() {
                Mark::late("no change is behind it").into()
            } else {
                difference.changes.iter().map(RecordId::to_string).collect::<Vec<_>>().join(", ").into()
            };
            let version =
                |version: &Option<String>, none: &str| version.clone().unwrap_or_else(|| none.to_owned());
            let cells: Vec<Cell> = vec![
                difference.item.clone().into(),
                version(&difference.from, "newly added").into(),
                version(&difference.to, "removed").into(),
                behind,
            ];
            cells
        })
        .collect();
    let columns = vec![
        Column::text("Item", 3),
        Column::text(before.version.to_string(), 2),
        Column::text(dossier.content().version.to_string(), 2),
        Column::mark("Change behind it").points(126.0),
    ];
    let mut blocks = vec![Block::table(columns, rows)];
    let without: Vec<String> = found
        .iter()
        .filter(|difference| difference.changes.is_empty())
        .map(|difference| difference.words())
        .collect();
    if !without.is_empty() {
        let text = format!("No change of this release is behind: {}.", without.join("; "));
        blocks.push(Block::note(Tone::Late, text));
    }
    blocks
}

fn soup(paper: &Paper<'_>, dossier: &Dossier) -> Vec<Block> {
    let mut blocks = vec![dossier.table(paper, "soup_baseline", "No SOUP is recorded")];
    let names: &[&str] =
        if dossier.content().soup_baseline.is_empty() { &["no_soup_reason"] } else { &["bill_sha256"] };
    blocks.insert(0, Block::Fields { fields: dossier.fields(paper, names) });
    blocks
}

/// The list of commits compared with what the changes name.
fn commits(paper: &Paper<'_>, dossier: &Dossier) -> Result<Vec<Block>, Refused> {
    let content = dossier.content();
    if content.commits.is_empty() {
        let none = "No list of commits was read for this release, so nothing can be compared";
        return Ok(vec![nothing(none)]);
    }
    let compared = paper.ask(|world| compare(world, content))?;
    let mut blocks = vec![Block::Fields {
        fields: vec![
            Field::new("Commits in the list", compared.listed.to_string()),
            Field::new("SHA-256 of the commit list", content.commits_sha256.to_string()).code(),
        ],
    }];
    if compared.agrees() {
        let text =
            "Every commit of the list is named by a change, and every commit of a change is in the list.";
        blocks.push(Block::note(Tone::Good, text));
    }
    if !compared.unnamed.is_empty() {
        let rows = compared.unnamed.iter();
        let rows = rows.map(|row| vec![row.commit.to_string().into(), row.subject.to_string().into()]);
        blocks.push(Block::note(Tone::Late, "Some commits of the list are named by no change."));
        blocks.push(Block::Table {
            caption: Some("Commits that no change names".to_owned()),
            columns: vec![Column::code("Commit", 2), Column::text("Subject", 3)],
            rows: rows.collect(),
        });
    }
    if !compared.missing.is_empty() {
        let rows = compared.missing.iter().flat_map(absent);
        blocks.push(Block::note(Tone::Late, "Some changes name commits that are not in the list, or none."));
        blocks.push(Block::Table {
            caption: Some("Changes whose commits are not in the list".to_owned()),
            columns: vec![Column::id("Change"), Column::code("Commit", 1)],
            rows: rows.collect(),
        });
    }
    Ok(blocks)
}

/// A row for each commit of a change that the list lacks.
fn absent(missing: &MissingCommits) -> Vec<Vec<Cell>> {
    let row = |words: &str| vec![missing.change.to_string().into(), words.into()];
    if missing.commits.is_empty() {
        return vec![row("names no commit")];
    }
    missing.commits.iter().map(|commit| row(commit)).collect()
}
