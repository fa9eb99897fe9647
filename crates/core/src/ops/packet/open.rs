//! Chapter 19 of a period's packet: what was open and overdue at its end.

use super::paper::{Paper, day_or, tone};
use super::sections::nothing;
use crate::domain::ledger::Ledger;
use crate::ops::attention::{AttentionItem, attention_of};
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Mark, Tone};
use mainstay_base::time::{Day, Moment};

/// The items open at the end of the period, by the file as it was then; at the cut-off if that is earlier.
pub(super) fn items(
    paper: &Paper<'_>,
    past: Option<&Ledger>,
    to: Day,
) -> Result<Vec<AttentionItem>, Refused> {
    let end = Moment::end_of(to).min(paper.now);
    let open = match past {
        Some(ledger) => attention_of(ledger, end),
        None => paper.file.attention(end)?,
    };
    Ok(open.now)
}

/// The items with their dates; provisional ones are marked.
pub(super) fn table(items: &[AttentionItem]) -> Vec<Block> {
    if items.is_empty() {
        return vec![nothing("Nothing is open or overdue")];
    }
    let rows = items
        .iter()
        .map(|item| {
            let words = match (item.due, item.days_late) {
                (None, _) => "no limit is set".to_owned(),
                (Some(_), 1) => "overdue by 1 day".to_owned(),
                (Some(_), late) if late > 1 => format!("overdue by {late} days"),
                (Some(_), _) => "due".to_owned(),
            };
            let words =
                if item.provisional && item.due.is_some() { format!("{words}, provisional") } else { words };
            let cells: Vec<Cell> = vec![
                item.record.to_string().into(),
                format!("{}: {}", item.what, item.title).into(),
                item.whose.clone().into(),
                day_or(item.due, "").into(),
                Mark::new(tone(item.tone), words).into(),
            ];
            cells
        })
        .collect();
    let columns = vec![
        Column::id("Record"),
        Column::text("Action", 3),
        Column::text("Responsible", 1),
        Column::date("Due"),
        Column::mark("State"),
    ];
    let about =
        "As of the end of the period, or of the cut-off if that is earlier. Days are counted from then.";
    let mut blocks = vec![Block::paragraph(about)];
    if items.iter().any(|item| item.provisional) {
        let text =
            "No maintenance plan was in force then, so the dates that follow from one are provisional.";
        blocks.push(Block::note(Tone::Due, text));
    }
    blocks.push(Block::table(columns, rows));
    blocks
}
