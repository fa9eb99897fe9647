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
/// The narrowest column, in points.
const NARROWEST: f32 = 16.0;
/// Average width of a character in a table, in points.
const CHARACTER: f32 = 4.6;
/// From this number of rows on, the columns are as wide as their cells need. A short table keeps the shares of its author, so that tables of the
/// same kind look alike.
const MANY_ROWS: usize = 24;
/// So many rows, spread over the whole table, are looked at.
const SAMPLE: usize = 200;
/// How many of 100 cells have no more lines than the table is laid out for.
const NEARLY_ALL: usize = 95;
/// A word may take this part of the free width for itself.
const WORD_PART: f32 = 0.35;

/// What a column needs, in points.
#[derive(Debug, Clone, Copy)]
struct Need {
    /// The share that its author gave it.
    share: f32,
    /// Its widest word.
    word: f32,
    /// Nearly all of its cells in one line.
    line: f32,
}

impl Need {
    /// Its width if nearly all of its cells have at most so many lines. Words do not fill a line to its end.
    fn in_lines(&self, lines: f32) -> f32 {
        let loss = if lines > 1.0 { self.word / 2.0 } else { 0.0 };
        self.word.max(self.line.min(self.line / lines + loss))
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
    let needs: Vec<Need> =
        (0..).zip(columns).filter(|(_, column)| fixed(column).is_none()).map(need(rows)).collect();
    let mut shared = share_out(&needs, free - taken, rows.len() >= MANY_ROWS).into_iter();
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

fn need(rows: &[Vec<Cell>]) -> impl Fn((usize, &Column)) -> Need {
    let step = rows.len().div_ceil(SAMPLE).max(1);
    move |(at, column)| {
        let texts = || rows.iter().step_by(step).filter_map(|row| row.get(at)).map(text);
        let mut lines: Vec<f32> = texts().map(|(text, mark)| widest(text.lines()) + mark).collect();
        lines.sort_by(f32::total_cmp);
        let nearly = (lines.len() * NEARLY_ALL / 100).min(lines.len().saturating_sub(1));
        let title = widest(column.title.split_whitespace());
        let word = texts().map(|(text, mark)| widest(text.split_whitespace()) + mark).fold(title, f32::max);
        Need { share: share(column), word, line: lines.get(nearly).copied().unwrap_or_default().max(title) }
    }
}

/// The text of a cell, and the width of the mark in front of it.
fn text(cell: &Cell) -> (&str, f32) {
    match cell {
        Cell::Text(text) => (text, 0.0),
        Cell::Mark(mark) => (&mark.word, 2.0 * CHARACTER),
    }
}

fn widest<'a>(parts: impl Iterator<Item = &'a str>) -> f32 {
    parts.map(|part| part.chars().count()).max().unwrap_or_default() as f32 * CHARACTER
}

/// The free width among columns: as few lines as fit, the same number for all columns, and what is left by the shares of the author.
fn share_out(needs: &[Need], free: f32, by_need: bool) -> Vec<f32> {
    let shares: f32 = needs.iter().map(|need| need.share).sum();
    let by_share = |free: f32| needs.iter().map(move |need| free * need.share / shares.max(1.0));
    if !by_need {
        return by_share(free).collect();
    }
    let most = free * WORD_PART;
    let needs: Vec<Need> =
        needs.iter().map(|need| Need { word: need.word.min(most).max(NARROWEST), ..*need }).collect();
    let all = |lines: f32| needs.iter().map(|need| need.in_lines(lines)).collect::<Vec<f32>>();
    let fits = |lines: f32| all(lines).iter().sum::<f32>() <= free;
    let Some(lines) = (4..400).map(|quarter| quarter as f32 / 4.0).find(|lines| fits(*lines)) else {
        return by_share(free).collect();
    };
    let wanted = all(lines);
    let left = free - wanted.iter().sum::<f32>();
    wanted.into_iter().zip(by_share(left)).map(|(wanted, more)| wanted + more).collect()
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
