//! Configuration items and their versions from a foreign table.

use mainstay_base::csv_out::unguarded;
use mainstay_base::note::Unreadable;

use super::columns::{self, Column, Problems};

const COLUMNS: [Column; 2] = [
    Column {
        name: "item",
        synonyms: &["configuration item", "name", "component", "artifact", "part", "ci", "file"],
        required: true,
    },
    Column { name: "version", synonyms: &["revision", "rev", "version number"], required: true },
];

/// A row of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// Line in the file, from 1.
    pub line: u64,
    /// The item.
    pub item: String,
    /// Its version.
    pub version: String,
}

/// What a table lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Items {
    /// Its complete rows, in the order of the file.
    pub items: Vec<Item>,
    /// Names of columns that are not read.
    pub unread: Vec<String>,
    /// Rows that cannot be used.
    pub problems: Problems,
}

/// Reads a table with the columns item and version.
///
/// # Errors
/// When it is no such table: the place, and the reason.
pub fn read(bytes: &[u8], most: usize) -> Result<Items, Unreadable> {
    let found = columns::read(bytes, &COLUMNS, most)?;
    let mut problems = found.problems;
    let mut items = Vec::with_capacity(found.rows.len());
    for row in &found.rows {
        let (item, version) = (unguarded(row.cell(0)), unguarded(row.cell(1)));
        for (name, _) in [("item", item), ("version", version)].iter().filter(|(_, cell)| cell.is_empty()) {
            problems.add(row.line, name, "is missing");
        }
        if !item.is_empty() && !version.is_empty() {
            items.push(Item { line: row.line, item: item.to_owned(), version: version.to_owned() });
        }
    }
    problems.sort();
    if items.is_empty() && problems.is_empty() {
        return Err(Unreadable::at(
            "document",
            "the table has a header and no row; there is nothing to read",
        ));
    }
    Ok(Items { items, unread: found.unread, problems })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_read_under_any_usual_heading() {
        for text in ["Item,Version\nb,1\na,2\n", "Revision;Configuration item\n1;b\n2;a\n"] {
            let found = read(text.as_bytes(), 10).unwrap();
            let pairs: Vec<(u64, &str, &str)> =
                found.items.iter().map(|row| (row.line, row.item.as_str(), row.version.as_str())).collect();
            assert_eq!(pairs, [(2, "b", "1"), (3, "a", "2")], "{text}");
        }
    }

    #[test]
    fn what_is_missing_is_told_with_its_place() {
        let found = read(b"item,version\na,\n,1\nb,2\n", 10).unwrap();
        let lines = found.problems.lines();
        assert_eq!(lines, ["line 2, version: is missing", "line 3, item: is missing"]);
        let refused = read(b"item,price\na,1\n", 10).unwrap_err().to_string();
        assert!(refused.contains("no column “version”") && refused.contains("“price”"), "{refused}");
        let refused = read(b"item,version\na,1\nb,2\nc,3\n", 2).unwrap_err().to_string();
        assert!(refused.contains("line 4") && refused.contains("more than 2 rows"), "{refused}");
        assert!(read(b"item,version\n", 2).is_err());
        assert!(read(b"", 2).is_err());
    }
}
