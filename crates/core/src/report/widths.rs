//! How wide the columns of a table are.
//!
//! Belongs here: the width of each column, by what its author wants and by what stands in it. Does not belong here: layout.
//!
//! Widths are estimated by counting characters, so that they depend on nothing but the table.

use super::block::{Cell, Column, Width};

/// Width of the text area in points: A4 less 20 mm on both sides. `style.typ` sets the same margins.
pub(super) const TEXT_WIDTH: f32 = 481.0;
/// Space between two columns, in points. `blocks.typ` has the same.
pub(super) const GAP: f32 = 8.0;
/// Size of the text in a table, in points. `style.typ` has the same.
pub(super) const TABLE_SIZE: f32 = 8.0;
/// The narrowest column, in points.
const NARROWEST: f32 = 16.0;
/// Average width of a character in a table, in points.
pub(super) const CHARACTER: f32 = 4.6;
/// From this number of rows on, the columns are as wide as their cells need. A short table keeps the shares of its author, so that tables of the
/// same kind look alike.
const MANY_ROWS: usize = 12;
/// So many rows, spread over the whole table, are looked at.
const SAMPLE: usize = 200;
/// A word may take this part of the free width for itself.
const WORD_PART: f32 = 0.35;
/// What is not used at the end of a line that breaks between words, in points.
const LOST: f32 = 2.0 * CHARACTER;
/// How much width one column gives to another in a step, in points: far steps first.
const STEPS: [f32; 4] = [48.0, 24.0, 12.0, 6.0];
/// Steps of each size. Each makes the table shorter, so that there are few.
const MOST_STEPS: usize = 40;
/// What a line is worth that makes no row higher, and a part of a line that makes none less: the way to a shorter row is worth a step.
const INSIDE: f32 = 0.05;

/// A column whose width is looked for, in points.
struct Flexible {
    /// The share that its author gave it.
    share: f32,
    /// Its narrowest width: that of its widest word.
    least: f32,
    /// The lines of each cell, as wide as they are unbroken.
    cells: Vec<Vec<f32>>,
}

impl Flexible {
    /// How many lines a cell has in this width, without the part of the last one that stays empty.
    fn lines(&self, row: usize, width: f32) -> f32 {
        let lines = |line: &f32| if *line <= width { 1.0 } else { line / (width - LOST).max(CHARACTER) };
        self.cells.get(row).map_or(0.0, |cell| cell.iter().map(lines).sum())
    }
}

/// Width of the text of each column in points. Together with the gaps they fill the page, if a column has a share.
pub(super) fn of(columns: &[Column], rows: &[Vec<Cell>]) -> Vec<f32> {
    let gaps = GAP * columns.len().saturating_sub(1) as f32;
    let free = TEXT_WIDTH - gaps;
    let fixed = |column: &Column| match column.width {
        Width::Points(points) if points.is_finite() => Some((points - GAP).clamp(NARROWEST, TEXT_WIDTH)),
        Width::Points(_) | Width::Share(_) => None,
    };
    let taken: f32 = columns.iter().filter_map(fixed).sum();
    let flexible = columns.iter().filter(|column| fixed(column).is_none()).count();
    if taken + flexible as f32 * 2.0 * NARROWEST > free {
        return in_proportion(columns, free, fixed);
    }
    let flexible: Vec<Flexible> = (0..)
        .zip(columns)
        .filter(|(_, column)| fixed(column).is_none())
        .map(look_at(rows, free - taken))
        .collect();
    let mut shared = share_out(&flexible, free - taken, rows.len() >= MANY_ROWS).into_iter();
    columns.iter().map(|column| fixed(column).or_else(|| shared.next()).unwrap_or(NARROWEST)).collect()
}

/// Columns that do not fit: as their widths are to each other, but none vanishes.
fn in_proportion(columns: &[Column], free: f32, fixed: impl Fn(&Column) -> Option<f32>) -> Vec<f32> {
    let least = (NARROWEST / 2.0).min(free.max(0.0) / columns.len().max(1) as f32);
    let rest = (free - least * columns.len() as f32).max(0.0);
    let weight = |column: &Column| fixed(column).unwrap_or_else(|| share(column) * 60.0);
    let total: f32 = columns.iter().map(weight).sum();
    columns.iter().map(|column| least + rest * weight(column) / total.max(1.0)).collect()
}

fn share(column: &Column) -> f32 {
    match column.width {
        Width::Points(_) => 1.0,
        Width::Share(share) => f32::from(share).max(1.0),
    }
}

fn look_at(rows: &[Vec<Cell>], free: f32) -> impl Fn((usize, &Column)) -> Flexible {
    let step = rows.len().div_ceil(SAMPLE).max(1);
    move |(at, column)| {
        let texts = || rows.iter().step_by(step).map(|row| row.get(at).map_or(("", 0.0), text));
        let title = widest(column.title.split_whitespace());
        let word = texts().map(|(text, mark)| widest(text.split_whitespace()) + mark).fold(title, f32::max);
        let cells = texts().map(|(text, mark)| text.lines().map(|line| width_of(line) + mark).collect());
        Flexible {
            share: share(column),
            least: word.min(free * WORD_PART).max(NARROWEST),
            cells: cells.collect(),
        }
    }
}

/// The text of a cell, and the width of the mark in front of it.
fn text(cell: &Cell) -> (&str, f32) {
    match cell {
        Cell::Text(text) => (text, 0.0),
        Cell::Mark(mark) => (&mark.word, 2.0 * CHARACTER),
        Cell::Page { .. } => ("1000", 0.0),
    }
}

fn width_of(line: &str) -> f32 {
    line.chars().count() as f32 * CHARACTER
}

fn widest<'a>(parts: impl Iterator<Item = &'a str>) -> f32 {
    parts.map(width_of).fold(0.0, f32::max)
}

/// The free width among columns: by the shares of the author, and from there as it makes the table shorter.
fn share_out(columns: &[Flexible], free: f32, by_need: bool) -> Vec<f32> {
    let shares: f32 = columns.iter().map(|column| column.share).sum();
    let by_share = |least: f32| {
        let rest = free - least * columns.len() as f32;
        columns.iter().map(move |column| least + rest * column.share / shares.max(1.0)).collect::<Vec<f32>>()
    };
    let mut widths = by_share(0.0);
    if widths.iter().any(|width| *width < NARROWEST) {
        widths = by_share(NARROWEST);
    }
    if by_need {
        for step in STEPS {
            (0..MOST_STEPS).take_while(|_| gave(columns, &mut widths, step)).for_each(drop);
        }
    }
    widths
}

/// Moves one step of width from a column to another where that makes the table shortest; `false` if it does nowhere.
fn gave(columns: &[Flexible], widths: &mut [f32], step: f32) -> bool {
    let mut best = (height(columns, widths), None);
    for from in 0..widths.len() {
        let may_give = columns.get(from).is_some_and(|column| widths[from] - step >= column.least);
        for to in (0..widths.len()).filter(|to| may_give && *to != from) {
            shift(widths, (from, to), step);
            let now = height(columns, widths);
            shift(widths, (to, from), step);
            if now < best.0 {
                best = (now, Some((from, to)));
            }
        }
    }
    if let (_, Some(found)) = best {
        shift(widths, found, step);
    }
    best.1.is_some()
}

fn shift(widths: &mut [f32], (from, to): (usize, usize), step: f32) {
    widths[from] -= step;
    widths[to] += step;
}

/// The lines of all rows that are looked at: those of its highest cell for each.
fn height(columns: &[Flexible], widths: &[f32]) -> f32 {
    let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or_default();
    let row = |row: usize| {
        let lines = columns.iter().zip(widths).map(|(column, width)| column.lines(row, *width));
        lines.fold((1.0_f32, 0.0), |(high, all), lines| (high.max(lines.ceil()), all + lines))
    };
    (0..rows).map(row).map(|(high, all)| high + INSIDE * all).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(count: usize, texts: &[&str]) -> Vec<Vec<Cell>> {
        vec![texts.iter().map(|text| Cell::from(*text)).collect(); count]
    }

    fn total(widths: &[f32]) -> f32 {
        widths.iter().sum::<f32>() + GAP * (widths.len() - 1) as f32
    }

    #[test]
    fn a_long_table_gives_width_to_the_column_that_needs_it() {
        let columns = [Column::text("Who", 3), Column::text("What", 5), Column::text("Reason", 2)];
        let texts = [
            "Ana Example",
            "FB-0576 Created",
            "Happened 2025-10-15 14:52 UTC. Entered late: Taken over from the old system",
        ];
        let widths = of(&columns, &rows(MANY_ROWS, &texts));
        assert!(widths[2] > 2.0 * widths[0].max(widths[1]), "{widths:?}");
        assert!(widths[0] >= 11.0 * CHARACTER, "the others keep their one line: {widths:?}");
    }

    #[test]
    fn a_short_table_keeps_the_shares_of_its_author() {
        let columns = [Column::text("Who", 1), Column::text("Reason", 3)];
        let widths = of(
            &columns,
            &rows(MANY_ROWS - 1, &["a long text in a column that its author holds to be short", ""]),
        );
        assert!((widths[1] / widths[0] - 3.0).abs() < 0.01, "{widths:?}");
    }

    #[test]
    fn columns_that_do_not_fit_the_page_become_narrower_together() {
        let columns: Vec<Column> = (0..12).map(|_| Column::id("Number")).collect();
        let widths = of(&columns, &[]);
        assert!((total(&widths) - TEXT_WIDTH).abs() < 1.0, "{widths:?}");
        assert!(widths.iter().all(|width| *width < 54.0));
    }

    #[test]
    fn a_width_in_points_is_kept_where_it_fits() {
        let widths =
            of(&[Column::number("Event").points(30.0), Column::text("What", 1)], &rows(50, &["1", "x"]));
        assert!((widths[0] - 22.0).abs() < 0.01, "{widths:?}");
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_table_its_columns_fill_the_page(
            columns in prop::collection::vec((any::<bool>(), 0_u8..9, 0.0_f32..700.0), 1..14),
            cells in prop::collection::vec("[a-z \n]{0,80}", 1..14),
            count in 0_usize..60,
        ) {
            let columns: Vec<Column> = columns
                .into_iter()
                .map(|(fixed, share, points)| {
                    let column = Column::text("Title", share);
                    if fixed { column.points(points) } else { column }
                })
                .collect();
            let texts: Vec<&str> = cells.iter().map(String::as_str).collect();
            let widths = of(&columns, &rows(count, &texts));
            prop_assert_eq!(widths.len(), columns.len());
            let shared = columns.iter().any(|column| matches!(column.width, Width::Share(_)));
            prop_assert!(total(&widths) < TEXT_WIDTH + 1.0, "{:?}", widths);
            prop_assert!(!shared || total(&widths) > TEXT_WIDTH - 1.0, "{:?}", widths);
            prop_assert!(widths.iter().all(|width| *width >= 8.0), "{:?}", widths);
        }
    }
}
