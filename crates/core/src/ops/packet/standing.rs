//! What stands at the end of a period whether or not anything happened to it: software items, legacy files, clocks, waivers, and the
//! counts of readiness.

use super::paper::{Paper, day_or, state_mark, word_or};
use super::readiness;
use super::sections::nothing;
use crate::domain::ids::Kind;
use crate::domain::ledger::Ledger;
use crate::domain::legacy_file::LegacyFileState;
use crate::domain::record::RecordData;
use crate::domain::regulatory_clock::{ClockState, RegulatoryClock};
use crate::domain::shared_record::SharedRecord;
use crate::domain::software_item::{SoftwareItem, SoftwareItemState};
use crate::domain::waiver::WaiverState;
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Mark};
use mainstay_base::time::{Day, Moment};

/// The software items with their classes, and the legacy files that count (IEC 62304 4.3, 4.4).
pub(super) fn software(paper: &Paper<'_>) -> Result<Vec<Block>, Refused> {
    let (items, files) = paper.ask(|world| (world.all(Kind::SoftwareItem), world.all(Kind::LegacyFile)))?;
    let stands = |data: &&SharedRecord| SoftwareItemState::of(data) != Some(SoftwareItemState::Retired);
    let rows: Vec<Vec<Cell>> = items
        .iter()
        .filter(stands)
        .filter_map(|data| {
            let item = data.typed::<SoftwareItem>()?;
            let class = item.safety_class.map_or_else(
                || Mark::due("not assigned").into(),
                |_| Cell::from(paper.field(data, "safety_class")),
            );
            Some(vec![
                format!("{} {}", data.head.id, paper.title(data)).into(),
                word_or(item.item_kind, "").into(),
                paper.field(data, "parent_item").into(),
                class,
                state_mark(data).into(),
            ])
        })
        .collect();
    let mut blocks = Vec::new();
    if rows.is_empty() {
        blocks.push(nothing(
            "No software items with a class of their own: the class of the product counts for all",
        ));
    } else {
        let columns = vec![
            Column::text("Software item", 3),
            Column::text("Kind", 1),
            Column::id("Part of"),
            Column::text("Safety class", 1),
            Column::mark("State").points(92.0),
        ];
        let caption = Some("Software items and their safety classes".to_owned());
        blocks.push(Block::Table { caption, columns, rows });
    }
    let counts = |data: &&SharedRecord| LegacyFileState::of(data) != Some(LegacyFileState::Void);
    let rows: Vec<Vec<Cell>> = files
        .iter()
        .filter(counts)
        .map(|data| {
            vec![
                format!("{} {}", data.head.id, paper.title(data)).into(),
                paper.field(data, "version").into(),
                format!("{} to {}", paper.field(data, "data_from"), paper.field(data, "data_to")).into(),
                state_mark(data).into(),
            ]
        })
        .collect();
    if rows.is_empty() {
        blocks.push(nothing("No legacy file"));
    } else {
        let columns = vec![
            Column::text("Legacy file", 3),
            Column::text("Version", 1),
            Column::text("Data after production", 2),
            Column::mark("State").points(92.0),
        ];
        blocks.push(Block::Table { caption: Some("Legacy software".to_owned()), columns, rows });
    }
    Ok(blocks)
}

/// The clocks that are not stopped.
pub(super) fn clocks(paper: &Paper<'_>, today: Day) -> Result<Block, Refused> {
    let open = [ClockState::Prepared.code(), ClockState::Running.code()];
    let found = paper.ask(|world| world.in_states(Kind::RegulatoryClock, &open))?;
    if found.is_empty() {
        return Ok(nothing("No clock of an authority is running"));
    }
    let rows = found
        .iter()
        .filter_map(|data| {
            let clock = data.typed::<RegulatoryClock>()?;
            let late = clock.due_on.filter(|day| *day < today);
            let mark = late.map_or_else(|| state_mark(data), |_| Mark::late("its end is past"));
            let cells: Vec<Cell> = vec![
                data.head.id.to_string().into(),
                paper.title(data).into(),
                paper.field(data, "subject").into(),
                format!("{}\n{}", clock.limit_words, clock.limit_source).trim().into(),
                clock.started_at.map_or_else(String::new, |at| at.day().to_string()).into(),
                day_or(clock.due_on, "").into(),
                mark.into(),
            ];
            Some(cells)
        })
        .collect();
    let columns = vec![
        Column::id("Clock").points(52.0),
        Column::text("What it is about", 3),
        Column::id("Record").points(52.0),
        Column::text("Limit, source", 2),
        Column::date("Started"),
        Column::date("Ends"),
        Column::mark("State").points(68.0),
    ];
    Ok(Block::Table { caption: Some("Clocks that are not stopped".to_owned()), columns, rows })
}

/// The waivers in force, with their text and their end.
pub(super) fn waivers(paper: &Paper<'_>, today: Day) -> Result<Block, Refused> {
    let found = paper.ask(|world| world.in_states(Kind::Waiver, &[WaiverState::InForce.code()]))?;
    let found: Vec<&RecordData> = found.iter().map(|data| &**data).collect();
    Ok(readiness::waiver_table(paper, &found, today))
}

/// How many gaps the readiness rules find by severity; the list is internal.
pub(super) fn readiness_counts(
    paper: &Paper<'_>,
    past: Option<&Ledger>,
    to: Day,
) -> Result<Vec<Block>, Refused> {
    let end = Moment::end_of(to).min(paper.now);
    let found = paper.file.readiness_of(past, end, &paper.facts()?)?;
    let about = format!(
        "What the readiness rules of this version of the program find in the records at {}, by severity. The list itself is \
         internal.",
        found.at.words()
    );
    Ok(vec![Block::paragraph(about), readiness::figures(&found)])
}
