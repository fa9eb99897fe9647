//! The text of a foreign document as plain values: sections with headings, passages and tables.
//!
//! Reading a file belongs to the readers, what the words mean to the rules.

/// A document that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// The format in words, such as “Word document”.
    pub format: String,
    /// Its sections in their order. Text before the first heading stands in a section without one.
    pub sections: Vec<Section>,
    /// What was left out or must be known, each a sentence.
    pub notes: Vec<String>,
}

/// A heading and what stands below it up to the next one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// Its heading; empty before the first one.
    pub heading: String,
    /// Its level, from 1; 0 before the first heading.
    pub level: u8,
    /// Where it stands: `line 12`, `paragraph 40`, `sheet “SOUP”`.
    pub place: String,
    /// Its paragraphs and items of lists, in their order.
    pub passages: Vec<String>,
    /// Its tables, in their order.
    pub tables: Vec<Table>,
}

/// A table: the first row names its columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Where it stands.
    pub place: String,
    /// Its rows; a row may be shorter than the first.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Its number in the document, from 1: the line of a text, the row of a sheet or table.
    pub number: u64,
    /// Its cells.
    pub cells: Vec<String>,
}

/// A text on one line, with single spaces.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Document {
    /// Opens a section.
    pub fn heading(&mut self, heading: &str, level: u8, place: impl Into<String>) {
        let heading = one_line(heading);
        self.sections.push(Section { heading, level, place: place.into(), ..Section::default() });
    }

    /// The section to which something at this place belongs.
    pub fn section(&mut self, place: &str) -> &mut Section {
        if self.sections.is_empty() {
            self.sections.push(Section { place: place.to_owned(), ..Section::default() });
        }
        let last = self.sections.len() - 1;
        &mut self.sections[last]
    }

    /// Adds a passage to the last section; one without a character is left out.
    pub fn passage(&mut self, text: &str, place: &str) {
        let text = one_line(text);
        if !text.is_empty() {
            self.section(place).passages.push(text);
        }
    }

    /// Adds a table to the last section; one without a character is left out.
    pub fn table(&mut self, table: Table) {
        let filled = |row: &Row| row.cells.iter().any(|cell| !cell.trim().is_empty());
        let rows: Vec<Row> = table.rows.into_iter().filter(filled).collect();
        if !rows.is_empty() {
            let place = table.place.clone();
            self.section(&place).tables.push(Table { place, rows });
        }
    }

    /// Whether it has text below its headings.
    pub fn has_text(&self) -> bool {
        self.sections.iter().any(|section| !section.passages.is_empty() || !section.tables.is_empty())
    }

    /// The number of characters of its text.
    pub fn characters(&self) -> usize {
        let of = |section: &Section| {
            let passages: usize = section.passages.iter().map(|text| text.chars().count()).sum();
            let rows = section.tables.iter().flat_map(|table| &table.rows).flat_map(|row| &row.cells);
            section.heading.chars().count() + passages + rows.map(|cell| cell.chars().count()).sum::<usize>()
        };
        self.sections.iter().map(of).sum()
    }
}
