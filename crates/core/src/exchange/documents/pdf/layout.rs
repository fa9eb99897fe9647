//! Lines of pages as a document: running heads are left out, headings are told by their letters or numbers, paragraphs by the gaps
//! between lines, tables by strokes or by cells one below the other.

use std::collections::{BTreeMap, BTreeSet};

use mainstay_base::document::{Document, Row, Table};
use mainstay_base::note::Unreadable;

use super::super::text::numbered;
use super::super::{Budget, bounded};
use super::lines::{self, Line, most_common};
use super::page::PageText;

/// Most characters of a heading.
const HEADING_MAX: usize = 110;
/// How much larger than the text a heading is at least.
const LARGER: f64 = 1.12;
/// How much larger a heading is at least that ends like a sentence or begins with a small letter.
const MUCH_LARGER: f64 = 1.4;
/// Share of a page at its top and bottom where running heads stand.
const MARGIN: f64 = 0.13;
/// Level of a heading that is told by nothing but bold letters.
const BOLD_LEVEL: u8 = 9;

/// The pages as a document.
///
/// # Errors
/// When its tables are larger than what is read.
pub(super) fn document(pages: &[PageText]) -> Result<Document, Unreadable> {
    let mut lines: Vec<Line> =
        pages.iter().enumerate().flat_map(|(number, page)| lines::of_page(page, number)).collect();
    let mut document = Document { format: "PDF".to_owned(), ..Document::default() };
    if drop_running(&mut lines, pages) {
        document.notes.push("Running heads and page numbers are left out.".to_owned());
    }
    lines.retain(|line| !is_contents(&line.text()));
    let mut builder = Builder {
        look: Look::of(&lines),
        document,
        paragraph: String::new(),
        page: 0,
        tables: 0,
        budget: Budget::new(),
    };
    let mut at = 0;
    while at < lines.len() {
        at += builder.take(&lines, at)?;
    }
    builder.flush();
    Ok(builder.document)
}

/// Leaves out lines that stand at the edge of most pages, but for their numbers the same. Returns whether there were any.
fn drop_running(lines: &mut Vec<Line>, pages: &[PageText]) -> bool {
    let at_edge = |line: &Line| {
        let height = pages.get(line.page).map_or(0.0, |page| page.height);
        line.y < height * MARGIN || line.y > height * (1.0 - MARGIN)
    };
    let key = |line: &Line| -> String {
        line.text().chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect()
    };
    let mut seen: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for line in lines.iter().filter(|line| at_edge(line)) {
        seen.entry(key(line)).or_default().insert(line.page);
    }
    let least = (pages.len() / 2 + 1).max(3);
    let before = lines.len();
    lines.retain(|line| !(at_edge(line) && seen.get(&key(line)).is_some_and(|on| on.len() >= least)));
    lines.len() < before
}

/// A line of a table of contents: dots up to a page number.
fn is_contents(text: &str) -> bool {
    let end = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
    let dots = end
        .chars()
        .rev()
        .take_while(|c| matches!(c, '.' | ' ' | '…' | '·' | '_'))
        .filter(|c| *c != ' ')
        .count();
    end.len() < text.len() && (dots >= 4 || end.ends_with('…'))
}

/// How the text of a document looks.
struct Look {
    /// The height of its letters.
    size: f64,
    /// The usual distance of two lines, in heights of the letters.
    leading: f64,
    /// Heights of headings, the largest first.
    larger: Vec<f64>,
    /// Whether headings are told by their letters; otherwise by their numbers.
    styled: bool,
}

impl Look {
    fn of(lines: &[Line]) -> Self {
        // Paragraphs show how the text looks; tables and notes are often smaller.
        let flowing: Vec<&Line> =
            lines.iter().filter(|line| line.cells.len() == 1 && !line.is_ruled()).collect();
        let heights = |lines: &[&Line]| {
            most_common(
                lines.iter().flat_map(|line| std::iter::repeat_n(line.size, line.text().chars().count())),
            )
        };
        let all: Vec<&Line> = lines.iter().collect();
        let size = heights(&flowing).or_else(|| heights(&all)).unwrap_or(10.0);
        let pairs = lines.windows(2).filter_map(|two| match two {
            [a, b] if a.page == b.page && b.y > a.y => Some((b.y - a.y) / size * 10.0),
            _ => None,
        });
        let leading = most_common(pairs.filter(|gap| *gap < 25.0)).unwrap_or(13.0) / 10.0;
        let mut look = Self { size, leading, larger: Vec::new(), styled: true };
        let mut larger: Vec<f64> =
            lines.iter().filter(|line| line.size >= size * LARGER).map(|line| line.size).collect();
        larger.sort_by(|a, b| b.total_cmp(a));
        larger.dedup_by(|b, a| (*a - *b).abs() < 0.6);
        look.larger = larger;
        look.styled = lines.iter().filter(|line| look.level(line).is_some()).count() >= 2;
        look
    }

    /// The level of a heading; `None` if the line is none.
    fn level(&self, line: &Line) -> Option<u8> {
        let text = line.text();
        let letters = text.chars().any(char::is_alphabetic);
        if line.cells.len() != 1 || line.is_ruled() || !letters || text.chars().count() > HEADING_MAX {
            return None;
        }
        let number = numbered(&text).map(|(level, _)| level);
        if !self.styled && number.is_some() {
            return number;
        }
        let larger = line.size >= self.size * LARGER;
        let sentence = text.ends_with(['.', ';', ',']) || text.chars().next().is_some_and(char::is_lowercase);
        if (!larger && !line.bold) || (sentence && line.size < self.size * MUCH_LARGER) {
            return None;
        }
        let rank = self.larger.iter().position(|size| (*size - line.size).abs() < 0.6);
        let by_size = rank.filter(|_| larger).map(|rank| (rank + 1).min(usize::from(BOLD_LEVEL)) as u8);
        by_size.or(number).or(Some(BOLD_LEVEL))
    }
}

struct Builder {
    look: Look,
    document: Document,
    /// The paragraph that is being read, and its page.
    paragraph: String,
    page: usize,
    /// How many tables its page has so far.
    tables: usize,
    /// What its tables may still take.
    budget: Budget,
}

impl Builder {
    /// Takes what begins at a line; returns how many lines it has.
    fn take(&mut self, lines: &[Line], at: usize) -> Result<usize, Unreadable> {
        let Some(line) = lines.get(at) else { return Ok(1) };
        if line.page != self.page {
            (self.page, self.tables) = (line.page, 0);
        }
        let of_table = table_lines(lines, at);
        if of_table > 1 {
            self.flush();
            self.table(lines.get(at..at + of_table).unwrap_or_default())?;
            return Ok(of_table);
        }
        if let Some(taken) = self.heading(lines, at) {
            return Ok(taken);
        }
        let before = at.checked_sub(1).and_then(|before| lines.get(before));
        if before.is_none_or(|before| self.is_new_paragraph(before, line)) {
            self.flush();
        }
        self.add(&line.text());
        Ok(1)
    }

    /// Takes a heading with its further lines; returns how many lines it has.
    fn heading(&mut self, lines: &[Line], at: usize) -> Option<usize> {
        let line = lines.get(at)?;
        let level = self.look.level(line)?;
        let more = lines.iter().skip(at + 1).take_while(|next| self.continues_heading(line, next)).count();
        let parts = lines.get(at..=at + more)?.iter().map(Line::text);
        let whole = parts.collect::<Vec<_>>().join(" ");
        if whole.chars().count() > HEADING_MAX * 3 / 2 {
            // Large letters that go on are a paragraph.
            return None;
        }
        self.flush();
        let heading = numbered(&whole).map_or(whole.as_str(), |(_, rest)| rest);
        self.document.heading(heading, level, format!("page {}", line.page + 1));
        Some(more + 1)
    }

    /// A heading may have several lines of the same letters.
    fn continues_heading(&self, first: &Line, next: &Line) -> bool {
        let close = next.page == first.page && next.y - first.y < first.size * 2.9;
        let same = (next.size - first.size).abs() < 0.6 && next.bold == first.bold && next.cells.len() == 1;
        let larger = first.size >= self.look.size * LARGER;
        close && same && larger && self.look.styled && numbered(&next.text()).is_none()
    }

    fn is_new_paragraph(&self, before: &Line, line: &Line) -> bool {
        let text = line.text();
        if is_item(&text) {
            return true;
        }
        if before.page != line.page {
            return self.paragraph.trim_end().ends_with(['.', ':', '!', '?']);
        }
        let gap = (line.y - before.y) / self.look.size;
        gap > self.look.leading * 1.3
            || line.left() > before.left() + self.look.size * 1.2 && self.paragraph.ends_with('.')
    }

    fn add(&mut self, text: &str) {
        let text = text
            .trim_start_matches(|c: char| ('\u{E000}'..='\u{F8FF}').contains(&c) || "•▪◦‣●○■–* ".contains(c));
        join(&mut self.paragraph, text);
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.paragraph);
        self.document.passage(&text, &format!("page {}", self.page + 1));
    }

    fn table(&mut self, lines: &[Line]) -> Result<(), Unreadable> {
        self.tables += 1;
        let place = format!("page {}, table {}", self.page + 1, self.tables);
        let is_ruled = lines.iter().all(Line::is_ruled);
        let columns = if is_ruled { columns_of(lines) } else { starts_of(lines).len() };
        // Before a row is made of each line, which may have fewer cells than columns.
        bounded(lines.len(), columns, &place)?;
        let bytes = lines.iter().flat_map(|line| &line.cells).map(|cell| cell.text.len()).sum();
        self.budget.take(lines.len().saturating_mul(columns), bytes, &place)?;
        let cells = if is_ruled { ruled(lines) } else { aligned(lines) };
        let rows = cells.into_iter().zip(1_u64..).map(|(cells, number)| Row { number, cells });
        self.document.table(Table { place, rows: rows.collect() });
        Ok(())
    }
}

/// How many lines from here on are a table; 0 or 1 if none begins here. A table ends with its page.
fn table_lines(lines: &[Line], at: usize) -> usize {
    let Some(first) = lines.get(at) else { return 0 };
    let rest = lines.iter().skip(at).take_while(|line| line.page == first.page);
    if first.is_ruled() {
        return rest.take_while(|line| line.is_ruled()).count();
    }
    let starts = starts_of(lines.get(at..).unwrap_or_default());
    if starts.len() < 2 {
        return 0;
    }
    let near = |line: &Line, place: f64| starts.iter().any(|start| (start - place).abs() < line.size * 0.8);
    let fits = |before: &Line, line: &Line| {
        let inside =
            line.cells.len() > 1 || line.left() > first.left() + line.size || is_between(before, line);
        line.page == first.page
            && !line.is_ruled()
            && inside
            && line.cells.iter().all(|cell| near(line, cell.x.0))
    };
    let pairs = lines.get(at..).unwrap_or_default().windows(2);
    1 + pairs.take_while(|two| matches!(two, [before, line] if fits(before, line))).count()
}

/// Whether a line stands between the same level strokes as the one above it.
fn is_between(before: &Line, line: &Line) -> bool {
    line.page == before.page && line.band > 0 && line.band == before.band
}

/// Where the columns of a table begin: the cells of its first line and of what stands between the same strokes.
fn starts_of(lines: &[Line]) -> Vec<f64> {
    let Some(first) = lines.first().filter(|line| line.cells.len() > 1) else { return Vec::new() };
    let together =
        lines.windows(2).take_while(|two| matches!(two, [before, line] if is_between(before, line))).count();
    let head = lines.get(..=together).unwrap_or_default();
    let widest = head.iter().max_by_key(|line| line.cells.len()).unwrap_or(first);
    let mut starts: Vec<f64> = widest.cells.iter().chain(&first.cells).map(|cell| cell.x.0).collect();
    starts.sort_by(f64::total_cmp);
    starts.dedup_by(|b, a| *b - *a < first.size * 0.8);
    starts
}

/// The columns between the upright strokes of a table.
fn columns_of(lines: &[Line]) -> usize {
    lines.iter().map(|line| line.upright.len()).max().unwrap_or(0).saturating_sub(1)
}

/// Rows between level strokes, columns between upright ones.
fn ruled(lines: &[Line]) -> Vec<Vec<String>> {
    let columns = columns_of(lines);
    let mut rows: Vec<(usize, Vec<String>)> = Vec::new();
    for line in lines {
        if rows.last().is_none_or(|(band, _)| *band != line.band) {
            rows.push((line.band, vec![String::new(); columns]));
        }
        let Some((_, row)) = rows.last_mut() else { continue };
        for cell in &line.cells {
            // The first stroke is the left edge of the first column.
            let column = line.column(cell).saturating_sub(1).min(row.len().saturating_sub(1));
            if let Some(text) = row.get_mut(column) {
                join(text, &cell.text);
            }
        }
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Columns where the cells of the first line begin. A row ends at a level stroke, or where there is none, at the next first cell.
fn aligned(lines: &[Line]) -> Vec<Vec<String>> {
    let starts = starts_of(lines);
    let column =
        |place: f64, size: f64| starts.iter().rposition(|start| *start <= place + size * 0.8).unwrap_or(0);
    let stroked = lines.first().zip(lines.last()).is_some_and(|(first, last)| first.band != last.band);
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut band = None;
    for line in lines {
        let begins = if stroked { band != Some(line.band) } else { column(line.left(), line.size) == 0 };
        band = Some(line.band);
        if begins || rows.is_empty() {
            rows.push(vec![String::new(); starts.len()]);
        }
        let Some(row) = rows.last_mut() else { continue };
        for cell in &line.cells {
            if let Some(text) = row.get_mut(column(cell.x.0, line.size)) {
                join(text, &cell.text);
            }
        }
    }
    rows
}

/// Words before a hyphen that stays where a line ends with it.
const COMPOUNDS: &str = "third post non off re open end follow pre self in out up cross";

/// Adds the text of the next line. A word that was divided at the end of the line before is one again.
fn join(text: &mut String, next: &str) {
    let next = next.trim();
    if text.is_empty() {
        text.push_str(next);
        return;
    }
    let small = next.chars().next().is_some_and(char::is_lowercase);
    if let Some(rest) = text.strip_suffix('\u{AD}') {
        *text = format!("{rest}{next}");
    } else if let Some(rest) =
        text.strip_suffix('-').filter(|rest| small && rest.ends_with(char::is_lowercase))
    {
        let word = rest.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_lowercase();
        let hyphen = if COMPOUNDS.split(' ').any(|known| known == word) { "-" } else { "" };
        *text = format!("{rest}{hyphen}{next}");
    } else {
        text.push(' ');
        text.push_str(next);
    }
}

/// Whether a line begins an item of a list.
fn is_item(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let sign = "•▪◦‣●○■–*-".contains(first) || ('\u{E000}'..='\u{F8FF}').contains(&first);
    let mark: String = text.chars().take_while(|c| c.is_alphanumeric()).collect();
    let after = text.chars().nth(mark.chars().count());
    let numbered = mark.chars().count() <= 2
        && matches!(after, Some('.' | ')'))
        && text.chars().nth(mark.chars().count() + 1) == Some(' ');
    (sign && text.chars().nth(1) == Some(' ')) || numbered
}
