//! The tables of the portfolio: the rows of each, and what they lead to.

use std::path::PathBuf;

use eframe::egui::Ui;

use crate::domain::ids::RecordId;
use crate::domain::text::capital;
use crate::domain::time::Day;
use crate::ops::{SummaryTask, Urgency};
use crate::portfolio::{Answer, Answered, Decision, Portfolio, Product, Remark, shown};
use crate::ui::theme::Tone;
use crate::ui::widgets::table::{Cell, Column, Table, TableState, Width};

const PRODUCTS: [Column<'static>; 8] = [
    Column::new("Product", Width::Rest(170.0)),
    Column::new("Class", Width::Fit(90.0)),
    Column::new("Overdue", Width::Fit(90.0)),
    Column::new("Due", Width::Fit(80.0)),
    Column::new("For approval", Width::Fit(110.0)),
    Column::new("SOUP reviewed", Width::Fit(140.0)),
    Column::new("In service", Width::Rest(150.0)),
    Column::new("Retirement", Width::Rest(210.0)),
];
const ANSWER: [Column<'static>; 6] = [
    Column::new("Product", Width::Rest(150.0)),
    Column::new("In service", Width::Fit(150.0)),
    Column::new("Component", Width::Rest(170.0)),
    Column::new("Decision", Width::Rest(280.0)),
    Column::new("Reviewed", Width::Fit(250.0)),
    Column::new("Found", Width::Fit(170.0)),
];
const WORK: [Column<'static>; 6] = [
    Column::new("Product", Width::Rest(150.0)),
    Column::new("Record", Width::Fit(90.0)),
    Column::new("What", Width::Rest(240.0)),
    Column::new("Title", Width::Rest(160.0)),
    Column::new("Whose", Width::Fit(160.0)),
    Column::new("Due", Width::Fit(140.0)),
];
const UNAPPROVED: [Column<'static>; 3] = [
    Column::new("Product", Width::Rest(200.0)),
    Column::new("Record", Width::Fit(100.0)),
    Column::new("Waits for approval", Width::Rest(320.0)),
];
const RETIREMENT: [Column<'static>; 4] = [
    Column::new("Product", Width::Rest(200.0)),
    Column::new("Day", Width::Fit(110.0)),
    Column::new("What", Width::Rest(280.0)),
    Column::new("Record", Width::Fit(100.0)),
];
const REMARKS: [Column<'static>; 2] =
    [Column::new("File or folder", Width::Rest(260.0)), Column::new("Why", Width::Rest(360.0))];

/// A row, and what it leads to.
pub struct Row {
    cells: Vec<(Option<Tone>, String)>,
    /// The file and its identity; `None` where it was not read.
    pub file: Option<(PathBuf, String)>,
    /// The record in it.
    pub record: Option<RecordId>,
}

impl Row {
    fn of(product: &Product, record: Option<RecordId>, cells: Vec<(Option<Tone>, String)>) -> Self {
        Self { cells, file: Some((product.path.clone(), product.summary.uuid.clone())), record }
    }
}

/// One table.
pub struct Sheet {
    name: &'static str,
    columns: &'static [Column<'static>],
    /// Its rows, in the order on screen.
    pub rows: Vec<Row>,
    table: TableState,
}

impl Sheet {
    fn new(name: &'static str, columns: &'static [Column<'static>], rows: Vec<Row>) -> Self {
        Self { name, columns, rows, table: TableState::default() }
    }

    /// Keeps the order and the widths of the table that it follows.
    pub fn follow(&mut self, former: &mut Self) {
        self.table = TableState::new(former.table.sort, std::mem::take(&mut former.table.widths));
        if let Some(row) = former.table.cursor.filter(|row| *row < self.rows.len()) {
            self.table.cursor = Some(row);
        }
        self.sort();
    }

    /// Draws the table; returns the row that is opened.
    pub fn ui(&mut self, ui: &mut Ui) -> Option<&Row> {
        let rows = &self.rows;
        let mut table = Table::new(self.name, self.columns, rows.len());
        if rows.iter().all(|row| row.file.is_none()) {
            table = table.only_read();
        }
        let events = table.show(ui, &mut self.table, |row, column| {
            let cell = rows.get(row).and_then(|row| row.cells.get(column));
            cell.map_or_else(Cell::default, |(tone, text)| match tone {
                Some(tone) => Cell::toned(*tone, text.as_str()),
                None => Cell::from(text.as_str()),
            })
        });
        if events.sort_changed {
            self.sort();
            self.table.forget_rows();
        }
        events.opened.and_then(|row| self.rows.get(row))
    }

    fn sort(&mut self) {
        let Some(sort) = self.table.sort else { return };
        let key = |row: &Row| {
            let text = row.cells.get(sort.column).map_or("", |(_, text)| text.as_str());
            let number: String = text.chars().take_while(char::is_ascii_digit).collect();
            // Days begin with digits too, and are in order as text.
            let number = if text.contains('-') { None } else { number.parse::<u64>().ok() };
            (number, text.to_lowercase())
        };
        self.rows.sort_by_cached_key(key);
        if !sort.ascending {
            self.rows.reverse();
        }
    }
}

fn plain(text: impl Into<String>) -> (Option<Tone>, String) {
    (None, text.into())
}

/// A number, marked where there is any.
fn number(count: usize, tone: Tone) -> (Option<Tone>, String) {
    ((count > 0).then_some(tone), count.to_string())
}

/// The products.
pub fn products(found: &Portfolio, today: Day) -> Sheet {
    let row = |product: &Product| {
        let summary = &product.summary;
        let (all, covered) = product.coverage(today);
        let soup = match all {
            0 => plain("none in service"),
            _ if covered == all => (Some(Tone::Good), format!("{covered} of {all}")),
            _ => (Some(Tone::Late), format!("{covered} of {all}")),
        };
        let releases: Vec<&str> = summary.releases.iter().map(|one| one.version.as_str()).collect();
        let retirement = match summary.next_retirement(today) {
            Some(day) => format!("{} {}", day.on, day.what),
            None => summary.retirement_state.clone(),
        };
        let cells = vec![
            plain(summary.product.as_str()),
            plain(summary.class.as_str()),
            number(summary.counts.overdue, Tone::Late),
            number(summary.counts.due, Tone::Due),
            number(summary.counts.unapproved, Tone::Due),
            soup,
            plain(releases.join(", ")),
            plain(retirement),
        ];
        Row::of(product, None, cells)
    };
    Sheet::new("Products", &PRODUCTS, found.products.iter().map(row).collect())
}

/// What is overdue and due in all products, the most severe first.
pub fn work(found: &Portfolio) -> Sheet {
    let of = |product: &'_ Product, urgency| -> Vec<(SummaryTask, usize)> {
        let place = found.products.iter().position(|one| one.path == product.path).unwrap_or_default();
        product.tasks(urgency).map(|task| (task.clone(), place)).collect()
    };
    let mut rows = Vec::new();
    for urgency in [Urgency::Overdue, Urgency::Due] {
        let mut tasks: Vec<(SummaryTask, usize)> =
            found.products.iter().flat_map(|product| of(product, urgency)).collect();
        tasks.sort_by_key(|(task, place)| (task.rank, task.due, *place, task.record));
        for (task, place) in tasks {
            let Some(product) = found.products.get(place) else { continue };
            let tone = if urgency == Urgency::Overdue { Tone::Late } else { Tone::Due };
            let due = task.due.map_or_else(|| "no limit is set".to_owned(), |due| due.to_string());
            let cells = vec![
                plain(product.summary.product.as_str()),
                plain(task.record.to_string()),
                plain(task.what),
                plain(task.title),
                plain(task.whose),
                (Some(tone), due),
            ];
            rows.push(Row::of(product, Some(task.record), cells));
        }
    }
    Sheet::new("Overdue and due", &WORK, rows)
}

/// What waits for approval.
pub fn unapproved(found: &Portfolio) -> Sheet {
    let of = |product: &Product| -> Vec<Row> {
        let summary = &product.summary;
        let row = |one: &crate::ops::SummaryRecord| {
            let cells =
                vec![plain(summary.product.as_str()), plain(one.id.to_string()), plain(one.title.as_str())];
            Row::of(product, Some(one.id), cells)
        };
        summary.unapproved.iter().map(row).collect()
    };
    Sheet::new("For approval", &UNAPPROVED, found.products.iter().flat_map(of).collect())
}

/// The days of retirements that are ahead, the soonest first.
pub fn retirement(found: &Portfolio, today: Day) -> Sheet {
    let mut days: Vec<(&Product, &crate::ops::RetirementDay)> = found
        .products
        .iter()
        .flat_map(|product| product.summary.retirement.iter().map(move |day| (product, day)))
        .filter(|(_, day)| day.on >= today)
        .collect();
    days.sort_by_key(|(_, day)| day.on);
    let row = |(product, day): (&Product, &crate::ops::RetirementDay)| {
        let cells = vec![
            plain(product.summary.product.as_str()),
            plain(day.on.to_string()),
            plain(day.what.as_str()),
            plain(day.record.to_string()),
        ];
        Row::of(product, Some(day.record), cells)
    };
    Sheet::new("Retirement", &RETIREMENT, days.into_iter().map(row).collect())
}

/// The answer to a question: a row for each decision, or for each component without one.
pub fn answer(found: &Portfolio, answered: &Answered) -> Sheet {
    let of = |row: &Answer| -> Vec<Row> {
        let Some(product) = found.products.get(row.product) else { return Vec::new() };
        let cells = |decision: (Option<Tone>, String)| {
            vec![
                plain(product.summary.product.as_str()),
                plain(format!("{} {}", row.release, row.release_version)),
                plain(row.component.as_str()),
                decision,
                plain(row.review.as_str()),
                plain(row.by.words()),
            ]
        };
        if row.decisions.is_empty() {
            let none = cells((Some(Tone::Neutral), "No finding: nothing is decided".to_owned()));
            return vec![Row::of(product, row.item.or(Some(row.release)), none)];
        }
        let decision = |one: &Decision| {
            let tone = if one.verdict.settled { Tone::Good } else { Tone::Late };
            let words = format!("{} {}: {}", one.finding, one.name(), one.verdict.words);
            Row::of(product, Some(one.finding), cells((Some(tone), words)))
        };
        row.decisions.iter().map(decision).collect()
    };
    Sheet::new("Answer", &ANSWER, answered.rows.iter().flat_map(of).collect())
}

/// What was not read, and what else there is to say of files and folders.
pub fn remarks(found: &Portfolio) -> Sheet {
    let row = |one: &Remark| {
        let tone = if one.lacking { Tone::Late } else { Tone::Neutral };
        let cells = vec![plain(shown(&one.path)), (Some(tone), capital(&one.why))];
        Row { cells, file: None, record: None }
    };
    Sheet::new("Notes", &REMARKS, found.remarks.iter().map(row).collect())
}
