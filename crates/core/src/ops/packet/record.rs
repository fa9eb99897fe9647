//! Any record on paper, from its declaration alone: its filled fields, tables, signatures, and its empty fields.

use serde_json::Value;

use super::paper::{Paper, state_mark, superseding};
use crate::domain::field::{FieldDef, FieldType, is_empty};
use crate::domain::record::{RecordData, Section as Group};
use crate::ops::page::{RecordPage, SignatureView};
use crate::report::{Block, Cell, Column, Field, Section, SignatureBlock, Tone};

/// A heading for a record, with the given blocks.
pub(super) fn section(
    paper: &Paper<'_>,
    level: u8,
    number: &str,
    page: &RecordPage,
    blocks: Vec<Block>,
) -> Section {
    let id = page.data.head.id;
    let title = paper.title(&page.data);
    let title = if title.is_empty() { page.data.def().word.to_owned() } else { title };
    Section::new(level, number, format!("{id} {title}"), blocks).with_record(id.to_string())
}

/// State, owner, and when and by whom it was entered.
pub(super) fn head(paper: &Paper<'_>, page: &RecordPage) -> Vec<Field> {
    let head = &page.data.head;
    let mut fields = vec![
        Field::new("State", format!("{} since {}", state_mark(&page.data).word, head.state_since.words())),
        Field::new("Entered", format!("{} by {}", head.created_at.words(), paper.name(head.created_by))),
    ];
    if let Some(owner) = head.owner {
        fields.push(Field::new("Owner", paper.name(owner)));
    }
    fields
}

/// The filled fields of the groups that `take` selects, without the named ones; then their tables, and the list of empty fields.
pub(super) fn content(
    paper: &Paper<'_>,
    page: &RecordPage,
    take: impl Fn(&Group) -> bool,
    without: &[&str],
    first: Vec<Field>,
) -> Vec<Block> {
    let groups = page.data.def().sections.iter().filter(|group| take(group));
    let declared: Vec<&FieldDef> = groups
        .flat_map(|group| group.fields)
        .filter(|field| field.name != "title" && !without.contains(&field.name))
        .collect();
    let mut fields = first;
    let mut tables = Vec::new();
    let mut empty = Vec::new();
    for field in declared {
        let value = page.data.value(field.name);
        if is_empty(value) {
            empty.push(field.label);
        } else if let FieldType::Rows(columns) = field.ty {
            tables.push(table(paper, field, columns, value));
        } else {
            fields.push(printed(paper, page, field));
        }
    }
    let mut blocks = Vec::new();
    if !fields.is_empty() {
        blocks.push(Block::Fields { fields });
    }
    blocks.append(&mut tables);
    if !empty.is_empty() {
        blocks.push(Block::Empty { text: Some(format!("Empty: {}", empty.join(", "))) });
    }
    blocks
}

/// One field by name, even if it is empty.
pub(super) fn named(paper: &Paper<'_>, page: &RecordPage, name: &str) -> Option<Field> {
    page.data.def().field(name).map(|field| printed(paper, page, field))
}

fn printed(paper: &Paper<'_>, page: &RecordPage, field: &FieldDef) -> Field {
    let mut printed = Field::new(field.label, paper.words(field, page.data.value(field.name)));
    printed.mono =
        field.name.contains("sha256") || field.name.contains("fingerprint") || field.name == "commits";
    printed.amended = amended(paper, page, field.label);
    printed
}

/// Whether a field changed after a signature that covers it and that no later one supersedes.
fn amended(paper: &Paper<'_>, page: &RecordPage, label: &str) -> Option<String> {
    let id = page.data.head.id;
    let stands = |view: &&SignatureView| superseding(view, &page.signatures).is_none();
    page.signatures.iter().rev().filter(stands).find_map(|view| {
        let (_, _, _, labels) = view.differences.iter().find(|(record, ..)| *record == id)?;
        let covered = paper.covered_labels(&view.signature, id, labels);
        covered.iter().any(|changed| changed == label).then(|| {
            format!(
                "amended after the signature of {}, event {}",
                view.signature.printed_name, view.signature.event
            )
        })
    })
}

/// The rows of a table field. Columns that are empty in every row are omitted.
fn table(paper: &Paper<'_>, field: &FieldDef, columns: &[FieldDef], value: &Value) -> Block {
    let rows = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let used: Vec<&FieldDef> = columns
        .iter()
        .filter(|column| rows.iter().any(|row| row.get(column.name).is_some_and(|cell| !is_empty(cell))))
        .collect();
    let cells = rows
        .iter()
        .map(|row| {
            used.iter()
                .map(|column| {
                    let value = row.get(column.name).unwrap_or(&Value::Null);
                    Cell::from(paper.words(&field.cell(column), value))
                })
                .collect()
        })
        .collect();
    Block::Table {
        caption: Some(field.label.to_owned()),
        columns: used.iter().map(|column| shape(column)).collect(),
        rows: cells,
    }
}

/// The table of a declared field with rows, by its name; `None` if it has no row.
pub(super) fn table_of(paper: &Paper<'_>, page: &RecordPage, name: &str) -> Option<Block> {
    table_in(paper, &page.data, name)
}

/// The same of a record that is read without its page.
pub(super) fn table_in(paper: &Paper<'_>, data: &RecordData, name: &str) -> Option<Block> {
    let field = data.def().field(name)?;
    let FieldType::Rows(columns) = field.ty else { return None };
    let value = data.value(name);
    (!is_empty(value)).then(|| table(paper, field, columns, value))
}

/// The column of a table for a field.
pub(super) fn shape(field: &FieldDef) -> Column {
    match field.ty {
        FieldType::Day => Column::date(field.label),
        FieldType::Moment => Column::moment(field.label),
        FieldType::Number => Column::number(field.label),
        FieldType::YesNo | FieldType::Record => Column::id(field.label),
        FieldType::Choice(_) => Column::text(field.label, 1).points(76.0),
        FieldType::Line | FieldType::Choices(_) | FieldType::Lines | FieldType::Records => {
            Column::text(field.label, 2)
        }
        FieldType::Text | FieldType::Rows(_) => Column::text(field.label, 3),
    }
}

/// The signatures that `take` selects, or a note that there is none.
pub(super) fn signatures(
    paper: &Paper<'_>,
    page: &RecordPage,
    take: impl Fn(&SignatureView) -> bool,
) -> Block {
    let all = &page.signatures;
    signed(all.iter().filter(|view| take(view)).map(|view| paper.signature(view, all)))
}

fn signed(signatures: impl Iterator<Item = SignatureBlock>) -> Block {
    let signatures: Vec<_> = signatures.collect();
    if signatures.is_empty() {
        Block::Empty { text: Some("No signature".to_owned()) }
    } else {
        Block::Signatures { signatures }
    }
}

/// The signatures of the approvals of a record and those on itself, or a note that there is none.
fn all_signatures(paper: &Paper<'_>, page: &RecordPage, approvals: &[RecordPage]) -> Block {
    let pages = approvals.iter().chain([page]);
    signed(pages.flat_map(|page| {
        let all = &page.signatures;
        all.iter().map(|view| paper.signature(view, all))
    }))
}

/// The whole record with the signatures of its approvals.
pub(super) fn approved(paper: &Paper<'_>, page: &RecordPage, approvals: &[RecordPage]) -> Vec<Block> {
    approved_with(paper, page, approvals, (head(paper, page), &[]))
}

/// The same, beginning with other fields than the usual ones and without some.
pub(super) fn approved_with(
    paper: &Paper<'_>,
    page: &RecordPage,
    approvals: &[RecordPage],
    (first, without): (Vec<Field>, &[&str]),
) -> Vec<Block> {
    let mut blocks = all_but_signatures(paper, page, (first, without));
    blocks.push(all_signatures(paper, page, approvals));
    blocks
}

/// The whole record: head, all fields, signatures, notices for the reader, and its files.
pub(super) fn whole(paper: &Paper<'_>, page: &RecordPage) -> Vec<Block> {
    let mut blocks = all_but_signatures(paper, page, (head(paper, page), &[]));
    if page.data.def().is_signed() || !page.signatures.is_empty() {
        blocks.push(signatures(paper, page, |_| true));
    }
    blocks
}

fn all_but_signatures(
    paper: &Paper<'_>,
    page: &RecordPage,
    (first, without): (Vec<Field>, &[&str]),
) -> Vec<Block> {
    let mut blocks = content(paper, page, |_| true, without, first);
    blocks.extend(page.notices.iter().map(|notice| Block::note(Tone::Due, notice.clone())));
    blocks.extend(files(page));
    blocks
}

/// The files attached to a record, by number and name.
pub(super) fn files(page: &RecordPage) -> Option<Block> {
    file_names(&page.attachments)
}

/// The given attachments, by number and name.
pub(super) fn file_names(attachments: &[RecordData]) -> Option<Block> {
    let items: Vec<String> =
        attachments.iter().map(|data| format!("{}: {}", data.head.id, data.title())).collect();
    (!items.is_empty()).then(|| Block::Fields { fields: vec![Field::new("Files", items.join("\n"))] })
}
