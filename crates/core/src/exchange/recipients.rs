//! Recipients of a communication from a foreign table: cells in, not yet checked by the record's own rules.

use mainstay_base::csv_out::unguarded;
use mainstay_base::note::Unreadable;

use super::columns::{self, Column, Problems};

/// Most recipients of one table.
pub const ROWS_MAX: usize = 100_000;

/// The columns in the order in which they are written. `name` is the name of the recipient; the others have the names of the fields.
pub const COLUMNS: [Column; 10] = [
    Column {
        name: "name",
        synonyms: &["recipient", "contact", "contact name", "person", "title"],
        required: true,
    },
    Column {
        name: "organisation",
        synonyms: &["organization", "company", "customer", "hospital", "institution", "clinic"],
        required: false,
    },
    Column { name: "address", synonyms: &["postal address", "street address"], required: false },
    Column {
        name: "email",
        synonyms: &["e-mail", "mail", "e-mail address", "electronic address"],
        required: false,
    },
    Column { name: "market", synonyms: &["region", "jurisdiction"], required: false },
    Column { name: "language", synonyms: &["lang"], required: false },
    Column { name: "sent_on", synonyms: &["sent", "date sent", "sent at"], required: false },
    Column { name: "method", synonyms: &["sent by", "sent via", "channel"], required: false },
    Column {
        name: "acknowledged_on",
        synonyms: &["date acknowledged", "acknowledged at", "confirmed on"],
        required: false,
    },
    Column {
        name: "acknowledgement_ref",
        synonyms: &["acknowledgement", "acknowledgment", "acknowledgment ref", "acknowledgement reference"],
        required: false,
    },
];

/// One recipient of a table: the cells that are not empty, with the number of their column in [`COLUMNS`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Line in the file, from 1.
    pub line: u64,
    /// Its cells.
    pub cells: Vec<(usize, String)>,
}

/// What a table lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipients {
    /// Its rows.
    pub rows: Vec<Listed>,
    /// Names of columns that are not read.
    pub unread: Vec<String>,
    /// Rows that cannot be used.
    pub problems: Problems,
}

/// Reads a table of recipients.
///
/// # Errors
/// When it is no such table: the place, and the reason.
pub fn read(bytes: &[u8]) -> Result<Recipients, Unreadable> {
    let found = columns::read(bytes, &COLUMNS, ROWS_MAX)?;
    if found.rows.is_empty() && found.problems.is_empty() {
        return Err(Unreadable::at(
            "document",
            "the table has a header and no row; there is nothing to import",
        ));
    }
    let rows = found.rows.iter().map(|row| {
        let cells = (0..COLUMNS.len()).map(|column| (column, unguarded(row.cell(column))));
        let filled = cells.filter(|(_, cell)| !cell.is_empty());
        Listed { line: row.line, cells: filled.map(|(column, cell)| (column, cell.to_owned())).collect() }
    });
    Ok(Recipients { rows: rows.collect(), unread: found.unread, problems: found.problems })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_usual_names_and_others_are_told() {
        let found =
            read("Customer;Contact name;E-Mail;Fax\nKlinik Nord;Dr. Ada;ada@example.com;1\n".as_bytes())
                .unwrap();
        assert_eq!(found.unread, ["Fax"]);
        let cells = &found.rows[0].cells;
        assert_eq!(
            cells.iter().map(|(column, _)| COLUMNS[*column].name).collect::<Vec<_>>(),
            ["name", "organisation", "email"]
        );
    }

    #[test]
    fn a_table_that_is_none_is_refused_in_words() {
        for (text, words) in [
            (&b""[..], "empty"),
            (b"name\n", "no row"),
            (b"first,last\na,b\n", "no column “name”"),
            (b"name,contact\na,b\n", "two columns give “name”"),
            (b"%PDF-1.7\n\x00\x01", "file"),
        ] {
            let refused = read(text).unwrap_err().to_string();
            assert!(refused.contains(words), "{refused}");
        }
    }

    #[test]
    fn broken_rows_are_told_up_to_a_limit_and_counted_beyond() {
        let text = format!("name,email\n{}", "a,b,c,d\n".repeat(1000));
        let found = read(text.as_bytes()).unwrap();
        assert_eq!((found.problems.first.len(), found.problems.more, found.rows.len()), (50, 950, 0));
        assert_eq!(found.problems.first[0].line, 2);
        assert_eq!(found.problems.lines()[50], "and 950 more");
    }
}
