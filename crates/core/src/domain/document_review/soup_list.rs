//! A list of SOUP, line by line: what identifies each item, and what is decided of it (IEC 62304 8.1.2, 5.3.3, 7.1.2, 7.1.3).

use mainstay_base::document::{Document, Row, Section, Table};

use super::words;
use crate::domain::soup_designator::is_exact;
use crate::domain::text::one_line;

/// A gap of a list: a column that it lacks, or a cell of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoupGap {
    /// The line; `None` if the whole list lacks the column.
    pub line: Option<u64>,
    /// The item of the line.
    pub item: String,
    /// The clause.
    pub clause: &'static str,
    /// What is missing or wrong.
    pub what: String,
    /// What an audit usually finds.
    pub finding: &'static str,
    /// What to write.
    pub write: &'static str,
}

/// A list of SOUP that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoupList {
    /// Where it stands.
    pub place: String,
    /// Its gaps: first columns, then lines; a bounded number of them.
    pub gaps: Vec<SoupGap>,
    /// Gaps beyond the limit.
    pub more: usize,
    /// Its rows from the one that names the columns on.
    rows: Vec<Row>,
}

/// Most gaps of a list that are kept; further ones are counted.
pub const GAPS_MAX: usize = 500;

impl SoupList {
    /// The number of its items.
    pub const fn items(&self) -> usize {
        self.rows.len().saturating_sub(1)
    }

    /// The number of its gaps.
    pub const fn count(&self) -> usize {
        self.gaps.len() + self.more
    }

    /// The list as delimited text for the register. The columns that the rules know have usual names, the others keep their own; a
    /// cell that says nothing is empty.
    pub fn delimited(&self) -> String {
        let Some(header) = self.rows.first() else { return String::new() };
        let mut names = header.cells.clone();
        for (column, place) in COLUMNS.iter().zip(bind(header)) {
            if let Some(name) = place.and_then(|at| names.get_mut(at)).filter(|_| !column.usual.is_empty()) {
                column.usual.clone_into(name);
            }
        }
        let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
        let mut text = String::new();
        let lines = self.rows.iter().skip(1).map(|row| row.cells.as_slice());
        for cells in std::iter::once(names.as_slice()).chain(lines) {
            let cells =
                cells.iter().map(|cell| if is_blank(cell) { quoted("") } else { quoted(cell.trim()) });
            text.push_str(&cells.collect::<Vec<_>>().join(","));
            text.push('\n');
        }
        text
    }

    fn add(&mut self, gap: SoupGap) {
        if self.gaps.len() < GAPS_MAX {
            self.gaps.push(gap);
        } else {
            self.more += 1;
        }
    }
}

/// What a list says of each item.
struct Column {
    /// Words of its heading, the most telling first.
    headings: &'static [&'static str],
    /// The name under which the register reads it; empty if it is not read by name.
    usual: &'static str,
    clause: &'static str,
    what: &'static str,
    finding: &'static str,
    write: &'static str,
}

const NAME: usize = 0;
const VERSION: usize = 1;

static COLUMNS: [Column; 6] = [
    Column {
        headings: &[
            "soup | package | component* | librar*",
            "title | name | product | dependenc* | software | item",
        ],
        usual: "Package",
        clause: "IEC 62304 8.1.2 a",
        what: "the title",
        finding: "An item cannot be identified.",
        write: "Give the title of each item.",
    },
    Column {
        headings: &["version* | designator* | release | patch level"],
        usual: "Version",
        clause: "IEC 62304 8.1.2 c",
        what: "the exact version",
        finding: "The version is a range or the latest one, so that the item in the product cannot be identified.",
        write: "Give the exact version, patch level or commit that is in the release.",
    },
    Column {
        headings: &[
            "manufacturer* | supplier* | vendor* | publisher* | maker | author* | developer* | maintainer*",
        ],
        usual: "Manufacturer",
        clause: "IEC 62304 8.1.2 b",
        what: "the manufacturer",
        finding: "The manufacturer is missing, so that nobody knows whose lists to watch.",
        write: "Name the manufacturer; for open source the project or foundation.",
    },
    Column {
        headings: &[
            "anomal* | known issue* | bug list* | issue list* | issue tracker* | bug tracker* | errata | known bug*",
        ],
        usual: "Anomaly list",
        clause: "IEC 62304 7.1.3",
        what: "the place of the published list of anomalies",
        finding: "The supplier's list of anomalies was not located.",
        write: "Give the address of the list of anomalies, or the evidence that none is published.",
    },
    Column {
        headings: &["hazard* | safety | harm | failure* | risk* | criticality"],
        usual: "",
        clause: "IEC 62304 7.1.2",
        what: "the decision whether a failure can contribute to a hazardous situation",
        finding: "Failure of SOUP as a potential cause was not decided.",
        write: "Decide and justify for each item whether its failure can contribute to harm, and name the hazards.",
    },
    Column {
        headings: &[
            "requirement* | functional* | purpose | intended use | use | description | function | rationale",
        ],
        usual: "Requirements",
        clause: "IEC 62304 5.3.3",
        what: "what it must do for the product",
        finding: "Functional and performance requirements of SOUP are not stated (classes B and C).",
        write: "State what the item must do for the product, and the hardware and software that it needs (5.3.4).",
    },
];

/// The places of the columns in a header; each place is taken once.
fn bind(header: &Row) -> Vec<Option<usize>> {
    let cells: Vec<Vec<String>> = header.cells.iter().map(|cell| words::of(cell)).collect();
    let mut taken: Vec<usize> = Vec::new();
    let mut places = vec![None; COLUMNS.len()];
    // The version is bound before the name, so that “SOUP version” is no name.
    for index in [VERSION, 2, 3, 4, 5, NAME] {
        let Some(column) = COLUMNS.get(index) else { continue };
        let free = |set: &&str| {
            cells
                .iter()
                .enumerate()
                .find(|(at, cell)| !taken.contains(at) && words::occurs(set, cell))
                .map(|(at, _)| at)
        };
        let found = column.headings.iter().find_map(free);
        taken.extend(found);
        if let Some(place) = places.get_mut(index) {
            *place = found;
        }
    }
    places
}

/// The lists of SOUP of a document. In a document that is a list itself, a table need not be named so.
pub(super) fn lists(document: &Document, named: bool) -> Vec<SoupList> {
    let tables =
        document.sections.iter().flat_map(|section| section.tables.iter().map(move |table| (section, table)));
    tables.filter_map(|(section, table)| list(section, table, named)).collect()
}

fn list(section: &Section, table: &Table, named: bool) -> Option<SoupList> {
    // Titles and remarks may stand above the header.
    let (start, places) = table.rows.iter().take(10).enumerate().find_map(|(at, row)| {
        let places = bind(row);
        let has = |index: usize| places.get(index).is_some_and(Option::is_some);
        (has(NAME) && (has(VERSION) || has(2))).then_some((at, places))
    })?;
    let header = table.rows.get(start)?;
    let about = words::of(&format!("{} {}", section.heading, header.cells.join(" ")));
    let soup = words::occurs(
        "soup | ots | third party | off the shelf | package* | librar* | component* | dependenc* | open source",
        &about,
    );
    let history = words::occurs("date | author* | revision history", &about) && !soup;
    if history || !(named || soup) {
        return None;
    }
    let rows: Vec<Row> = table.rows.iter().skip(start).cloned().collect();
    let mut list = SoupList { place: table.place.clone(), gaps: Vec::new(), more: 0, rows };
    for (column, _) in COLUMNS.iter().zip(&places).filter(|(_, place)| place.is_none()) {
        let what = format!("No column gives {}", column.what);
        list.add(gap(None, "", column, what));
    }
    for line in table.rows.iter().skip(start + 1) {
        lint(line, &places, &mut list);
    }
    Some(list)
}

fn gap(line: Option<u64>, item: &str, column: &Column, what: String) -> SoupGap {
    SoupGap {
        line,
        item: one_line(item, 80),
        clause: column.clause,
        what,
        finding: column.finding,
        write: column.write,
    }
}

fn lint(line: &Row, places: &[Option<usize>], list: &mut SoupList) {
    let cell = |place: &Option<usize>| place.and_then(|at| line.cells.get(at)).map_or("", |cell| cell.trim());
    let item = places.get(NAME).map_or("", &cell);
    for (index, (column, place)) in COLUMNS.iter().zip(places).enumerate() {
        if place.is_none() {
            continue;
        }
        let text = cell(place);
        if is_blank(text) {
            list.add(gap(Some(line.number), item, column, format!("It lacks {}", column.what)));
        } else if index == VERSION && !is_one_version(text) {
            let what = format!("“{}” is not one exact version", one_line(text, 40));
            list.add(gap(Some(line.number), item, column, what));
        }
    }
}

/// Whether a cell says nothing.
fn is_blank(text: &str) -> bool {
    let plain = text.to_lowercase();
    !plain.chars().any(char::is_alphanumeric)
        || ["n/a", "na", "tbd", "tba", "unknown", "?", "none yet", "to be defined"].contains(&plain.as_str())
}

/// One exact version, with or without a word before it. One without a digit is none, and so is “2.0 or later”.
fn is_one_version(text: &str) -> bool {
    let bare = text.trim_start_matches(|c: char| c.is_ascii_alphabetic() && c != 'x').trim_start();
    let open = words::occurs("later | higher | above | newer | upwards | any", &words::of(text))
        || text.ends_with('+');
    let range = text.contains(['–', '—']);
    !range
        && is_exact(text)
        && is_exact(if bare.is_empty() { text } else { bare })
        && !open
        && text.chars().any(|c| c.is_ascii_digit())
}
