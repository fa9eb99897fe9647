//! `mainstay list`: the records of a kind on the terminal, as JSON or as PDF.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::args::ListArguments;
use super::failure::Failure;
use super::print::kind_of;
use super::{CommandResult, open};
use crate::base::fresh_file::FreshFile;
use crate::domain::ids::Kind;
use crate::domain::text::counted;
use crate::ops::jobs::Progress;
use crate::ops::listing::{ListPaper, ListQuery, Listing, columns, grouped, groupings, sorted, totals};
use crate::ops::{self, ListRow, PacketFonts, ProductFile, Refused};

/// Lists the records of a kind.
pub fn list(arguments: &ListArguments) -> CommandResult {
    let kind = kind_of(&arguments.kind)?;
    let query = query_of(kind, arguments)?;
    let file = open::to_read(&arguments.file)?;
    if arguments.json {
        let rows = file.list(kind)?;
        let records: Vec<Value> = rows.iter().map(|row| row_json(kind, row)).collect();
        return Ok(format!("{:#}\n", json!({"format": 1, "kind": kind, "records": records})));
    }
    if let Some(out) = &arguments.pdf {
        return print((&file, &arguments.file), out, (kind, &query));
    }
    if arguments.columns.is_empty() && arguments.group.is_none() {
        return Ok(plain(kind, &file.list(kind)?));
    }
    table(&file, (kind, &query))
}

/// The columns and the grouping that are asked for.
fn query_of(kind: Kind, arguments: &ListArguments) -> Result<ListQuery, Failure> {
    let all = columns(kind);
    let codes = || all.iter().map(|column| column.code).collect::<Vec<_>>().join(", ");
    for code in &arguments.columns {
        if !all.iter().any(|column| column.code == code) {
            let words =
                format!("--columns: “{code}” is not a column of {}; they are {}", kind.code(), codes());
            return Err(Failure::usage(words));
        }
    }
    let known = groupings(kind);
    if let Some(code) = arguments.group.as_ref().filter(|code| !known.iter().any(|(known, _)| known == code))
    {
        let codes: Vec<&str> = known.iter().map(|(code, _)| *code).collect();
        return Err(Failure::usage(format!(
            "--group: {} cannot be grouped by “{code}”, but by {}",
            kind.code(),
            codes.join(", ")
        )));
    }
    let (columns, group) = (arguments.columns.clone(), arguments.group.clone());
    Ok(ListQuery { columns, group, ..ListQuery::default() }.sane(kind))
}

/// One line for each record, newest first.
fn plain(kind: Kind, rows: &[ListRow]) -> String {
    let mut output = String::new();
    for row in rows {
        let state = kind.def().state(&row.state).map_or(row.state.as_str(), |state| state.word);
        let _ = writeln!(output, "{}  {:<22}  {}  {}", row.id, state, row.state_since.day(), row.title);
    }
    output
}

/// The list with its rows in order.
fn read(file: &ProductFile, (kind, query): (Kind, &ListQuery)) -> Result<(Listing, Vec<usize>), Failure> {
    let stamp = ops::stamp();
    let source = file.list_source(kind, query)?;
    let rows = file.list_rows(kind, &source)?;
    let attention = file.attention(stamp.now)?;
    let listing = Listing::new((kind, query), &rows, &source, Some(&attention), &stamp);
    let order = sorted(&listing, query);
    Ok((listing, order))
}

/// Tab separated columns, group by group, and the totals.
fn table(file: &ProductFile, (kind, query): (Kind, &ListQuery)) -> CommandResult {
    let (listing, order) = read(file, (kind, query))?;
    let mut output = listing.titles().join("\t") + "\n";
    let rows = |rows: &[usize], output: &mut String| {
        for line in rows.iter().filter_map(|index| listing.lines.get(*index)) {
            let cells: Vec<String> =
                line.cells.iter().map(|cell| cell.replace(['\t', '\n', '\r'], " ")).collect();
            let _ = writeln!(output, "{}", cells.join("\t"));
        }
    };
    if query.group.is_some() {
        for group in grouped(&listing, &order) {
            let _ = writeln!(output, "\n{}: {}", group.name, counted(group.rows.len() as u64, "record"));
            rows(&group.rows, &mut output);
        }
    } else {
        rows(&order, &mut output);
    }
    let _ = writeln!(output, "\n{}", totals(kind, &listing, &order).lines().join("\n"));
    Ok(output)
}

/// Prints the list to a new file.
fn print(
    (file, path): (&ProductFile, &Path),
    out: &Path,
    (kind, query): (Kind, &ListQuery),
) -> CommandResult {
    let mut target = FreshFile::new(out, Some(path)).map_err(Refused::from)?;
    let (listing, order) = read(file, (kind, query))?;
    let paper = ListPaper::new(file, (kind, query), (&listing, &order), None, &ops::stamp())?;
    let printed = paper.make(PacketFonts::with_system(), &Progress::new("Printing the list", || ()))?;
    target.put(&printed.pdf).map_err(Refused::from)?;
    target.persist().map_err(Refused::from)?;
    let mut output = format!("Wrote {}, {}\n", out.display(), counted(printed.pages as u64, "page"));
    for warning in &printed.warnings {
        let _ = writeln!(output, "{warning}");
    }
    Ok(output)
}

fn row_json(kind: Kind, row: &ListRow) -> Value {
    let more: Map<String, Value> = kind
        .def()
        .columns
        .iter()
        .zip(&row.more)
        .map(|(name, value)| ((*name).to_owned(), Value::String(value.clone())))
        .collect();
    json!({
        "id": row.id, "title": row.title, "state": row.state, "owner": row.owner, "created_at": row.created_at,
        "state_since": row.state_since, "more": more,
    })
}
