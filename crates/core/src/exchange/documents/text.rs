//! Plain text and Markdown: headings by number signs, underlining or a number before a short line; tables by bars.

use mainstay_base::document::{Document, Row, Table};

/// Most characters of a line that a number makes a heading.
const NUMBERED_MAX: usize = 80;

pub(super) fn read(text: &str) -> Document {
    let mut reader = Reader {
        document: Document { format: "Text".to_owned(), ..Document::default() },
        paragraph: Vec::new(),
        table: Vec::new(),
        started: 1,
        fenced: false,
        commented: false,
        quoted: 0,
    };
    let lines: Vec<&str> = text.lines().collect();
    let mut index = front_matter(&lines);
    while let Some(line) = lines.get(index) {
        let next = lines.get(index + 1).copied().unwrap_or_default();
        index += if reader.line(line, next, index + 1) { 2 } else { 1 };
    }
    reader.end();
    if reader.quoted > 0 {
        reader.document.notes.push(format!(
            "Block quotations, where templates keep instructions, are not read. Their lines: {}.",
            reader.quoted
        ));
    }
    reader.document
}

/// The number of lines of the description before the text, which Markdown keeps between two lines of dashes.
fn front_matter(lines: &[&str]) -> usize {
    if lines.first().map(|line| line.trim()) != Some("---") {
        return 0;
    }
    lines.iter().skip(1).take(60).position(|line| line.trim() == "---").map_or(0, |at| at + 2)
}

struct Reader {
    document: Document,
    /// Lines of the paragraph that is being read.
    paragraph: Vec<String>,
    /// Rows of the table that is being read.
    table: Vec<Row>,
    /// The line at which the paragraph began.
    started: usize,
    /// Within a block of code.
    fenced: bool,
    /// Within a comment.
    commented: bool,
    /// Lines of block quotations, which are not read.
    quoted: usize,
}

impl Reader {
    /// Reads a line; says whether the next one belongs to it.
    fn line(&mut self, line: &str, next: &str, number: usize) -> bool {
        let text = line.trim();
        if text.starts_with("```") || text.starts_with("~~~") {
            self.fenced = !self.fenced;
            self.end();
            return false;
        }
        if self.commented || (text.starts_with("<!--") && !self.fenced) {
            self.commented = !text.contains("-->");
            return false;
        }
        if text.is_empty() {
            self.end();
            return false;
        }
        if self.fenced {
            self.add(text, number);
            return false;
        }
        if text.starts_with('>') {
            self.quoted += 1;
            self.end();
            return false;
        }
        if let Some((level, heading)) = heading(text) {
            self.end();
            self.document.heading(heading, level, format!("line {number}"));
            return false;
        }
        let underlined = next.trim().len() >= 3 && self.paragraph.is_empty() && self.table.is_empty();
        let by = |sign: char| underlined && next.trim().chars().all(|c| c == sign);
        if text.chars().any(char::is_alphanumeric) && !text.starts_with('|') && (by('=') || by('-')) {
            self.end();
            self.document.heading(text, if by('=') { 1 } else { 2 }, format!("line {number}"));
            return true;
        }
        if text.starts_with('|') {
            self.row(text, number);
            return false;
        }
        if is_item(text) {
            self.end();
        }
        self.add(text, number);
        false
    }

    fn add(&mut self, text: &str, number: usize) {
        if self.paragraph.is_empty() {
            self.started = number;
        }
        self.flush_table();
        self.paragraph.push(plain(text));
    }

    fn row(&mut self, text: &str, number: usize) {
        self.flush_paragraph();
        let inner = text.trim_start_matches('|').trim_end_matches('|');
        let raw = split_cells(inner);
        let dashes = |cell: &str| !cell.is_empty() && cell.chars().all(|c| matches!(c, '-' | ':'));
        let ruler = raw.iter().all(|cell| dashes(cell.trim()));
        let cells: Vec<String> = raw.iter().map(|cell| plain(cell.trim())).collect();
        if !ruler && cells.iter().any(|cell| !cell.is_empty()) {
            self.table.push(Row { number: number as u64, cells });
        }
    }

    fn flush_paragraph(&mut self) {
        if !self.paragraph.is_empty() {
            let text = std::mem::take(&mut self.paragraph).join(" ");
            self.document.passage(&text, &format!("line {}", self.started));
        }
    }

    fn flush_table(&mut self) {
        if let Some(first) = self.table.first() {
            let place = format!("line {}", first.number);
            let rows = std::mem::take(&mut self.table);
            self.document.table(Table { place, rows });
        }
    }

    fn end(&mut self) {
        self.flush_paragraph();
        self.flush_table();
    }
}

/// Splits a row at its bars, but not at one after a backslash.
fn split_cells(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for c in row.chars() {
        if c == '|' && !escaped {
            cells.push(String::new());
        } else if let Some(cell) = cells.last_mut() {
            cell.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    cells
}

/// The level and words of a heading: number signs, a bold line, or a number before a short line.
fn heading(text: &str) -> Option<(u8, &str)> {
    let signs = text.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=6).contains(&signs) && text[signs..].starts_with(' ') {
        return Some((signs as u8, text[signs..].trim().trim_end_matches('#').trim_end()));
    }
    if let Some(bold) = text.strip_prefix("**").and_then(|rest| rest.strip_suffix("**"))
        && !bold.contains("**")
        && bold.chars().count() <= NUMBERED_MAX
    {
        return Some((9, bold.trim().trim_end_matches(':')));
    }
    numbered(text)
}

/// The level and words of a heading with a number of several parts before a short title.
pub(super) fn numbered(text: &str) -> Option<(u8, &str)> {
    let number: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let dots = number.trim_end_matches('.').matches('.').count();
    let rest = text[number.len()..].trim();
    let short = rest.chars().count() <= NUMBERED_MAX && !rest.ends_with(['.', ';', ':', ',']);
    let titled =
        rest.chars().next().is_some_and(char::is_uppercase) && text[number.len()..].starts_with([' ', '\t']);
    (dots >= 1 && short && titled).then_some(((dots + 1).min(9) as u8, rest))
}

fn is_item(text: &str) -> bool {
    let mark =
        text.starts_with("- ") || text.starts_with("* ") || text.starts_with("+ ") || text.starts_with("• ");
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    mark || (digits > 0 && text[digits..].starts_with([')', '.']))
}

/// A line without the marks of Markdown.
fn plain(text: &str) -> String {
    let text = text.trim_start_matches(['*', '+', '-', '•', ' ']);
    text.replace("**", "").replace('`', "")
}
