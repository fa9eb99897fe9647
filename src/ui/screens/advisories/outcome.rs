//! What the last import or update did, file by file or source by source, with the reasons of what was refused.

use eframe::egui::Ui;

use crate::base::note::Gravity;
use crate::domain::text::counted;
use crate::soup::{ImportOutcome, ImportedFile, UpdateOutcome, UpdatedSource};
use crate::ui::theme::{Tone, space};
use crate::ui::widgets::heading::title_ui;
use crate::ui::widgets::notice::Notice;
use crate::ui::widgets::table::{Cell, Column, Table, TableState, Width};

const COLUMNS: [Column<'static>; 4] = [
    Column::new("What", Width::Fixed(260.0)).unsortable(),
    Column::new("Outcome", Width::Fixed(150.0)).unsortable(),
    Column::new("Records", Width::Fixed(90.0)).right().unsortable(),
    Column::new("Why", Width::Rest(240.0)).unsortable(),
];
/// Refused parts that are listed of one file.
const PARTS_SHOWN: usize = 20;

/// One line.
struct Line {
    what: String,
    tone: Tone,
    outcome: &'static str,
    records: Option<u64>,
    why: String,
}

impl Line {
    fn part(what: &str, why: impl Into<String>) -> Self {
        Self {
            what: what.to_owned(),
            tone: Tone::Due,
            outcome: "Part refused",
            records: None,
            why: why.into(),
        }
    }
}

/// The outcome of the last import or update.
#[derive(Default)]
pub(super) struct Outcomes {
    title: &'static str,
    lines: Vec<Line>,
    table: TableState,
}

impl Outcomes {
    /// The outcome of an import.
    pub(super) fn of_import(files: &[ImportedFile]) -> Self {
        let lines = files.iter().flat_map(imported).collect();
        Self { title: "Last import", lines, table: TableState::default() }
    }

    /// The outcome of an update.
    pub(super) fn of_update(report: &[UpdatedSource]) -> Self {
        let lines = report.iter().flat_map(updated).collect();
        Self { title: "Last update", lines, table: TableState::default() }
    }

    /// Draws it.
    pub(super) fn ui(&mut self, ui: &mut Ui) {
        if self.lines.is_empty() {
            return;
        }
        ui.add_space(space::L);
        title_ui(ui, self.title);
        let lines = &self.lines;
        let _ = Table::new(self.title, &COLUMNS, lines.len()).only_read().within(280.0).show(
            ui,
            &mut self.table,
            |row, column| lines.get(row).map_or_else(Cell::default, |line| cell(line, column)),
        );
    }
}

fn cell(line: &Line, column: usize) -> Cell<'_> {
    match column {
        0 => line.what.as_str().into(),
        1 => Cell::toned(line.tone, line.outcome),
        2 => line.records.map_or_else(Cell::default, |records| records.to_string().into()),
        _ => line.why.as_str().into(),
    }
}

fn imported(file: &ImportedFile) -> Vec<Line> {
    let what = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (tone, outcome, why) = match &file.outcome {
        ImportOutcome::Taken => {
            let words = format!("{} new, {} replaced, {} unchanged", file.new, file.replaced, file.same);
            (Tone::Good, "Imported", words)
        }
        ImportOutcome::Known => (Tone::Neutral, "Imported before", "The same file is in the data".to_owned()),
        ImportOutcome::Refused { place, reason } => (Tone::Late, "Refused", format!("{place}: {reason}")),
    };
    let parts = file.notes.notes.iter().filter(|note| note.gravity == Gravity::Refused);
    let mut lines = vec![Line { what: what.clone(), tone, outcome, records: Some(file.records), why }];
    if outcome != "Refused" {
        let parts = parts.take(PARTS_SHOWN);
        lines.extend(parts.map(|note| Line::part(&what, format!("{}: {}", note.place, note.text))));
    }
    let more = file.refused.saturating_sub(lines.len() as u64 - 1);
    if more > 0 && file.outcome == ImportOutcome::Taken {
        lines.push(Line::part(&what, format!("{more} more parts were refused")));
    }
    lines
}

fn updated(source: &UpdatedSource) -> Vec<Line> {
    let what = source.source.word();
    let (tone, outcome, why) = match &source.outcome {
        UpdateOutcome::Updated => {
            (Tone::Good, "Updated", format!("{} new, {} replaced", source.new, source.replaced))
        }
        UpdateOutcome::Unchanged => (Tone::Good, "Nothing new", "The data is the newest".to_owned()),
        UpdateOutcome::Failed { reason } => (Tone::Late, "Not updated", reason.clone()),
    };
    let head = Line { what: what.to_owned(), tone, outcome, records: Some(source.records), why };
    let parts = source.remarks.iter().map(|remark| Line::part(what, remark.clone()));
    let more = (source.more_remarks > 0)
        .then(|| Line::part(what, format!("{} more", counted(source.more_remarks, "remark"))));
    std::iter::once(head).chain(parts).chain(more).collect()
}

/// What an import did, as a message.
pub(super) fn imported_words(files: &[ImportedFile]) -> Notice {
    let is_refused = |file: &&ImportedFile| matches!(file.outcome, ImportOutcome::Refused { .. });
    let refused = files.iter().filter(is_refused).count();
    let taken = files.iter().filter(|file| file.outcome == ImportOutcome::Taken).count();
    let records: u64 =
        files.iter().filter(|file| file.outcome == ImportOutcome::Taken).map(|file| file.records).sum();
    let words = format!("Imported {} with {}.", counted(taken, "file"), counted(records, "record"));
    if refused > 0 {
        let happened = format!("{refused} of {} could not be imported.", counted(files.len(), "file"));
        return Notice::problem(happened, format!("{words} The reasons are listed under “Last import”."));
    }
    Notice::done(words)
}

/// What an update did, as a message.
pub(super) fn updated_words(report: &[UpdatedSource]) -> Notice {
    let failed: Vec<&str> =
        report.iter().filter(|updated| updated.has_failed()).map(|updated| updated.source.word()).collect();
    if failed.is_empty() {
        let records = report.iter().map(|updated| updated.records).sum::<u64>();
        return Notice::done(format!(
            "Updated {}: {}.",
            counted(report.len(), "source"),
            counted(records, "record")
        ));
    }
    Notice::problem(
        format!("Not updated: {}.", failed.join(", ")),
        "The reasons are listed under “Last update”. The former data is unchanged.",
    )
}
