//! Letters of a page in lines, and the pieces of a line that stand apart, such as cells of a table.

use super::super::COLUMNS_MAX;
use super::page::{Letter, PageText, Stroke};

/// How far letters of a line may stand above or below each other, in heights of their font.
const SAME_LINE: f64 = 0.35;
/// A gap between letters that is a space, in heights of their font.
const SPACE: f64 = 0.18;
/// A gap that separates cells, in heights of the font.
const CELL: f64 = 1.0;

/// The widest gap of a tab stop behind the number of a heading or item, in heights of the font.
const TAB: f64 = 4.0;

/// A piece of a line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cell {
    /// Its left and right end.
    pub x: (f64, f64),
    /// Its text.
    pub text: String,
}

/// A line of a page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// Its page, from 0.
    pub page: usize,
    /// Its baseline.
    pub y: f64,
    /// The height of most of its letters.
    pub size: f64,
    /// Whether all its letters are bold.
    pub bold: bool,
    /// Its pieces from left to right.
    pub cells: Vec<Cell>,
    /// The places of the upright strokes that cross it, from left to right.
    pub upright: Vec<f64>,
    /// How many level strokes stand above it.
    pub band: usize,
}

impl Line {
    /// Its whole text.
    pub(super) fn text(&self) -> String {
        self.cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The left end of its text.
    pub(super) fn left(&self) -> f64 {
        self.cells.first().map_or(0.0, |cell| cell.x.0)
    }

    /// Whether upright strokes make columns of it: at least two, between three strokes.
    pub(super) fn is_ruled(&self) -> bool {
        self.upright.len() >= 3
    }

    /// In which column between the strokes a cell stands.
    pub(super) fn column(&self, cell: &Cell) -> usize {
        let middle = f64::midpoint(cell.x.0, cell.x.1);
        self.upright.iter().filter(|at| **at < middle).count()
    }
}

/// The lines of a page from top to bottom.
pub(super) fn of_page(page: &PageText, number: usize) -> Vec<Line> {
    let mut letters: Vec<&Letter> = page.letters.iter().collect();
    letters.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut rows: Vec<Vec<&Letter>> = Vec::new();
    for letter in letters {
        match rows.last_mut() {
            Some(row) if row.first().is_some_and(|first| is_level(first, letter)) => row.push(letter),
            Some(_) | None => rows.push(vec![letter]),
        }
    }
    rows.into_iter().filter_map(|row| line(row, page, number)).collect()
}

fn is_level(first: &Letter, letter: &Letter) -> bool {
    letter.y - first.y <= SAME_LINE * first.size.max(letter.size)
}

fn line(mut row: Vec<&Letter>, page: &PageText, number: usize) -> Option<Line> {
    row.sort_by(|a, b| a.x.0.total_cmp(&b.x.0));
    row.dedup_by(|b, a| is_drawn_twice(a, b));
    let words: Vec<&&Letter> = row.iter().filter(|letter| !letter.text.trim().is_empty()).collect();
    let size = most_common(words.iter().map(|letter| letter.size))?;
    let y = words.first()?.y;
    let bold = words.iter().all(|letter| letter.bold);
    let mut upright = crossing(&page.upright, y - size * 0.3);
    // A table with more columns is refused; the strokes are not kept for each line.
    upright.truncate(COLUMNS_MAX + 2);
    let cells = cells(&row, &upright);
    let middle = cells.first().map(|cell| f64::midpoint(cell.x.0, cell.x.1))?;
    let band = merged(page.level.iter().filter(|stroke| stroke.at < y && covers(stroke, middle))).len();
    Some(Line { page: number, y, size, bold, cells, upright, band })
}

/// Bold letters are drawn twice by some programs, a little apart.
fn is_drawn_twice(a: &Letter, b: &Letter) -> bool {
    a.text == b.text && (a.x.0 - b.x.0).abs() < a.size * 0.08 && !a.text.trim().is_empty()
}

fn covers(stroke: &Stroke, place: f64) -> bool {
    (stroke.span.0..=stroke.span.1).contains(&place)
}

fn crossing(strokes: &[Stroke], place: f64) -> Vec<f64> {
    merged(strokes.iter().filter(|stroke| covers(stroke, place)))
}

/// The places of strokes; both edges of a thick one are one place.
fn merged<'s>(strokes: impl Iterator<Item = &'s Stroke>) -> Vec<f64> {
    let mut places: Vec<f64> = strokes.map(|stroke| stroke.at).collect();
    places.sort_by(f64::total_cmp);
    places.dedup_by(|b, a| *b - *a < 3.0);
    places
}

fn cells(row: &[&Letter], upright: &[f64]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    for letter in row {
        let blank = letter.text.trim().is_empty();
        match cells.last_mut() {
            Some(cell) if blank => {
                if !cell.text.ends_with(' ') {
                    cell.text.push(' ');
                }
                // A space takes part in a gap only as far as it is no wider than usual.
                cell.x.1 = cell.x.1.max(letter.x.1.min(letter.x.0 + letter.size * 0.5));
            }
            Some(cell) if !is_apart(cell, letter, upright) => {
                if letter.x.0 - cell.x.1 > letter.size * SPACE && !cell.text.ends_with(' ') {
                    cell.text.push(' ');
                }
                cell.text.push_str(&letter.text);
                cell.x.1 = cell.x.1.max(letter.x.1);
            }
            Some(_) | None if blank => {}
            Some(_) | None => cells.push(Cell { x: letter.x, text: letter.text.clone() }),
        }
    }
    cells.iter_mut().for_each(|cell| cell.text = cell.text.trim().to_owned());
    let size = row.first().map_or(0.0, |letter| letter.size);
    join_marks(cells, size)
}

fn is_apart(cell: &Cell, letter: &Letter, upright: &[f64]) -> bool {
    let crossed = upright.iter().any(|at| {
        cell.x.0 < *at && *at < letter.x.0 + letter.size * 0.1 && *at > cell.x.1 - letter.size * 0.3
    });
    crossed || letter.x.0 - cell.x.1 > letter.size * CELL
}

/// A number or mark at the beginning of a line, which a tab stop separates, belongs to what follows.
fn join_marks(mut cells: Vec<Cell>, size: f64) -> Vec<Cell> {
    let is_mark = |text: &str| {
        let signs = text.chars().count();
        let number = text.chars().any(|c| c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ')');
        let letter = signs == 2 && text.ends_with([')', '.']);
        number || letter || (signs == 1 && !text.chars().any(char::is_alphanumeric))
    };
    let close = |two: &[Cell]| matches!(two, [mark, rest] if rest.x.0 - mark.x.1 < TAB * size);
    if close(&cells) && cells.first().is_some_and(|cell| is_mark(&cell.text)) {
        let first = cells.remove(0);
        if let Some(rest) = cells.first_mut() {
            rest.text = format!("{} {}", first.text, rest.text);
            rest.x.0 = first.x.0;
        }
    }
    cells
}

/// The most common of some heights, to half a point.
pub(super) fn most_common(sizes: impl Iterator<Item = f64>) -> Option<f64> {
    let mut counts: std::collections::BTreeMap<i64, usize> = std::collections::BTreeMap::new();
    for size in sizes {
        *counts.entry((size * 2.0).round() as i64).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(size, count)| (*count, *size)).map(|(size, _)| size as f64 / 2.0)
}
