//! Whether the SOUP in service is covered by reviews: the sentence above the register, and the matrix of versions and releases.

use std::collections::BTreeMap;

use eframe::egui;
use egui::Ui;

use crate::domain::choice::Choice as _;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::maintenance_plan::RiskTier;
use crate::domain::soup_item::due::{Coverage, CoverageRow};
use crate::domain::text::counted;
use crate::ops::count_coverage;
use crate::ui::cx::{Cx, Route};
use crate::ui::looking::Looking;
use crate::ui::screens::parts::{heading_ui, refusal_ui};
use crate::ui::theme::{Tone, hint, space};
use crate::ui::widgets::button::segments_ui;
use crate::ui::widgets::table::{Cell, Column, Table, TableState, Width};
use crate::ui::widgets::text::TextLine;

/// The coverage of the SOUP in service.
pub type LookedAt = Looking<Vec<CoverageRow>>;

/// Reads the coverage again if the file has changed.
pub fn keep_up(looking: &mut LookedAt, ui: &Ui, cx: &Cx<'_>) {
    looking.keep_up(ui.ctx(), cx, |file, now| file.soup_coverage(now));
}

/// How much is covered, in one sentence.
pub fn words(rows: &[CoverageRow]) -> String {
    let count = count_coverage(rows);
    let mut releases: Vec<RecordId> = rows.iter().map(|row| row.release).collect();
    releases.dedup();
    format!(
        "{} of {} in {} are reviewed inside their interval",
        count.covered,
        counted(count.all, "version"),
        counted(releases.len(), &Kind::Release.def().noun())
    )
}

/// One row of the matrix: a version of an item.
struct Line {
    item: Option<RecordId>,
    name: String,
    tier: Option<RiskTier>,
    /// What holds for each release, by its number.
    cells: BTreeMap<RecordId, Coverage>,
    /// In lower case, for the filter.
    haystack: String,
}

impl Line {
    fn is_hole(&self) -> bool {
        self.cells.values().any(|coverage| !coverage.is_covered())
    }
}

/// The matrix.
#[derive(Default)]
pub struct CoverageScreen {
    looking: LookedAt,
    /// The answer from which the lines were made.
    round: u64,
    releases: Vec<(RecordId, String)>,
    lines: Vec<Line>,
    only_holes: bool,
    text: String,
    /// What of the lines is shown, and for which filter.
    order: Vec<usize>,
    ordered: Option<(u64, bool, String)>,
    table: TableState,
}

impl CoverageScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        heading_ui(ui, "Coverage of the SOUP in service", |_| {});
        keep_up(&mut self.looking, ui, cx);
        match self.looking.shown() {
            None => {
                ui.label(hint(ui, "The reviews are being looked through…"));
                return;
            }
            Some(Err(refusal)) => return refusal_ui(ui, refusal),
            Some(Ok(rows)) if rows.is_empty() => {
                ui.label(hint(ui, "No release in service has SOUP in its baseline yet."));
                return;
            }
            Some(Ok(rows)) => {
                ui.label(words(rows));
            }
        }
        self.lines_of_round();
        self.filters_ui(ui);
        self.reorder();
        self.table_ui(ui, cx);
    }

    fn lines_of_round(&mut self) {
        let Some(rows) = self.looking.get().filter(|_| self.round != self.looking.round()) else { return };
        self.round = self.looking.round();
        let mut releases: BTreeMap<RecordId, String> = BTreeMap::new();
        let mut lines: BTreeMap<(String, String), Line> = BTreeMap::new();
        for row in rows {
            releases.entry(row.release).or_insert_with(|| row.release_version.clone());
            let name = format!("{} {}", row.name, row.version);
            let line = lines.entry((row.name.clone(), row.version.clone())).or_insert_with(|| Line {
                item: row.item,
                haystack: name.to_lowercase(),
                name,
                tier: row.tier,
                cells: BTreeMap::new(),
            });
            line.cells.insert(row.release, row.coverage);
        }
        self.releases = releases.into_iter().collect();
        self.lines = lines.into_values().collect();
    }

    fn filters_ui(&mut self, ui: &mut Ui) {
        let holes = self.lines.iter().filter(|line| line.is_hole()).count();
        ui.horizontal_wrapped(|ui| {
            ui.add(TextLine::new(&mut self.text).hint("Filter").width(220.0)).accessible_name("Filter");
            let words = [format!("All {}", self.lines.len()), format!("Not covered {holes}")];
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            if let Some(chosen) = segments_ui(ui, &words, Some(usize::from(self.only_holes))) {
                self.only_holes = chosen == 1;
            }
        });
        ui.add_space(space::S);
    }

    fn reorder(&mut self) {
        let wanted = (self.round, self.only_holes, self.text.to_lowercase());
        if self.ordered.as_ref() == Some(&wanted) {
            return;
        }
        let shown = |line: &Line| {
            (!wanted.1 || line.is_hole())
                && wanted.2.split_whitespace().all(|word| line.haystack.contains(word))
        };
        let order = self.lines.iter().enumerate().filter(|(_, line)| shown(line)).map(|(index, _)| index);
        self.order = order.collect();
        self.ordered = Some(wanted);
        self.table.forget_rows();
    }

    fn table_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let heads: Vec<String> =
            self.releases.iter().map(|(_, version)| format!("Version {version}")).collect();
        let mut columns = vec![
            Column::new("SOUP", Width::Rest(220.0)).unsortable(),
            Column::new("Risk tier", Width::Fixed(90.0)).unsortable(),
        ];
        columns.extend(heads.iter().map(|head| Column::new(head, Width::Fixed(COVERED)).unsortable()));
        if self.order.is_empty() {
            ui.label("No version matches the filter.");
            return;
        }
        let (order, lines, releases) = (&self.order, &self.lines, &self.releases);
        let line = |row: usize| order.get(row).and_then(|index| lines.get(*index));
        let table = Table::new("Coverage", &columns, order.len());
        let events = table.show(ui, &mut self.table, |row, column| match line(row) {
            Some(line) => cell_of(line, releases, column),
            None => Cell::default(),
        });
        if let Some(item) = events.opened.and_then(line).and_then(|line| line.item) {
            cx.go(Route::Record(item));
        }
    }
}

/// Width of what is said of a version in a release, in points: as much as “Never reviewed, due 2031-03-03” needs.
const COVERED: f32 = 272.0;

fn cell_of<'a>(line: &'a Line, releases: &[(RecordId, String)], column: usize) -> Cell<'a> {
    match column {
        0 => Cell::from(line.name.as_str()),
        1 => Cell::weak(line.tier.map_or("", |tier| tier.word())),
        _ => {
            let release = releases.get(column - 2).map(|(id, _)| *id);
            let coverage = release.and_then(|id| line.cells.get(&id));
            match coverage {
                None => Cell::weak("Not in it"),
                Some(Coverage::Reviewed { on, .. }) => Cell::toned(Tone::Good, format!("Reviewed {on}")),
                Some(Coverage::Overdue { last: None, since }) => {
                    Cell::toned(Tone::Late, format!("Never reviewed, due {since}"))
                }
                Some(Coverage::Overdue { since, .. }) => {
                    Cell::toned(Tone::Late, format!("Overdue since {since}"))
                }
                Some(Coverage::NotRegistered) => Cell::toned(Tone::Due, "Not registered"),
            }
        }
    }
}
