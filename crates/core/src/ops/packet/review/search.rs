//! Chapter 5 of the packet of a review: the search log, with the answer of every source for every item. Items for which the same sources
//! gave the same answers for the same reasons stand in one table under these answers.

use std::collections::BTreeMap;

use super::{Dossier, Looked};
use crate::domain::choice::Choice as _;
use crate::domain::review_item::{ReviewItem, SourceAnswer, SourceRow};
use crate::domain::text::counted;
use crate::ops::packet::paper::Paper;
use crate::ops::packet::sections::{chapter, joined, nothing};
use crate::report::{Block, Cell, Column, Field, Mark, Section};

/// What a source said of an item, without the item's own identifier.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    source: String,
    answer: &'static str,
    /// The number of its identifier among those of the item: the same for sources that were asked by the same one.
    class: usize,
    /// Why it could not answer.
    why: String,
}

/// What all sources said of one item, in a fixed order.
type Pattern = Vec<Said>;

/// The chapter with its sections.
pub(super) fn sections(paper: &Paper<'_>, dossier: &Dossier) -> Vec<Section> {
    let (title, clause) = ("Search log", "IEC 62304 7.1.3; IEC 81001-5-1 9.5");
    if dossier.items.is_empty() {
        return vec![chapter(5, title, clause, vec![nothing("Nothing was searched yet")])];
    }
    let answers: usize = dossier.items.iter().map(|item| item.content.sources.len()).sum();
    let mut fields = dossier.fields(paper, &["searched_on", "program", "evidence_sha256"]);
    fields.push(Field::new("CPE names", "In the tables they stand without the wildcards (:*) at their end"));
    fields.push(Field::new("Answers", format!("{answers}, for {}", counted(dossier.items.len(), "version"))));
    if let Some(first) = dossier.items.first() {
        fields.push(Field::new("Entered by", paper.name(first.data.head.created_by)));
    }
    let (found, same): (Vec<&Looked>, Vec<&Looked>) =
        dossier.items.iter().partition(|item| has_records(&item.content));
    let mut sections = vec![chapter(5, title, clause, vec![Block::Fields { fields }])];
    let mut count = 0;
    let mut push = |title: String, blocks: Vec<Block>| {
        count += 1;
        sections.push(Section::new(2, format!("5.{count}"), title, blocks));
    };
    if !found.is_empty() {
        let title = format!("Items for which a source answered from its records: {}", found.len());
        push(title, vec![each_answer(&found)]);
    }
    for (pattern, items) in by_pattern(&same) {
        let title = format!("The same answers for {}", counted(items.len(), "item"));
        push(title, same_answers(&pattern, &items));
    }
    sections
}

fn has_some(row: &SourceRow) -> bool {
    row.records.is_some_and(|records| records > 0)
}

/// Whether a source answered from records that it has.
fn has_records(content: &ReviewItem) -> bool {
    content.sources.iter().any(|row| match row.answer {
        Some(SourceAnswer::Found) => true,
        Some(SourceAnswer::Nothing) => has_some(row),
        Some(SourceAnswer::NotChecked) | None => false,
    })
}

fn answer_word(row: &SourceRow) -> &'static str {
    row.answer.map_or("No answer recorded", SourceAnswer::word)
}

/// One row for each item and source.
fn each_answer(items: &[&Looked]) -> Block {
    let rows = items.iter().flat_map(|item| {
        item.content.sources.iter().enumerate().map(|(at, row)| {
            let name = if at == 0 { item.content.title.to_string() } else { String::new() };
            let mark = match row.answer {
                Some(SourceAnswer::Found) => Cell::from(Mark::due(answer_word(row))),
                Some(SourceAnswer::Nothing) => answer_word(row).into(),
                Some(SourceAnswer::NotChecked) | None => Mark::neutral(answer_word(row)).into(),
            };
            let cells: Vec<Cell> = vec![
                name.into(),
                row.source.to_string().into(),
                mark,
                row.records.map_or_else(String::new, |records| records.to_string()).into(),
                joined(&[&row.identifier, &row.why], "\n").into(),
            ];
            cells
        })
    });
    let columns = vec![
        Column::text("Item", 3),
        Column::text("Source", 2),
        Column::mark("Answer").points(80.0),
        Column::number("Records").points(44.0),
        Column::text("Identifier; why not", 4),
    ];
    Block::table(columns, rows.collect())
}

/// The answers of an item in a fixed order.
fn in_order(content: &ReviewItem) -> Vec<&SourceRow> {
    let mut rows: Vec<&SourceRow> = content.sources.iter().collect();
    rows.sort_by(|a, b| a.source.cmp(&b.source));
    rows
}

/// The answers of an item with their reasons, and for each the number of its identifier among those of the item.
fn pattern_of(content: &ReviewItem) -> Pattern {
    let mut identifiers: Vec<&str> = Vec::new();
    let pattern = in_order(content).into_iter().map(|row| {
        let class = identifiers.iter().position(|known| **known == *row.identifier).unwrap_or_else(|| {
            identifiers.push(&row.identifier);
            identifiers.len() - 1
        });
        Said {
            source: row.source.to_string(),
            answer: answer_word(row),
            class,
            why: row.why.trim().to_owned(),
        }
    });
    pattern.collect()
}

/// The items by their answers, the most frequent ones first. Those of whose name a source has records are apart: their table has a column
/// more, which would make the rows of all others higher.
fn by_pattern<'d>(items: &[&'d Looked]) -> Vec<(Pattern, Vec<&'d Looked>)> {
    let mut groups: BTreeMap<(Pattern, bool), Vec<&Looked>> = BTreeMap::new();
    for item in items {
        let named = item.content.sources.iter().any(has_some);
        groups.entry((pattern_of(&item.content), named)).or_default().push(item);
    }
    let mut groups: Vec<_> = groups.into_iter().map(|((pattern, _), items)| (pattern, items)).collect();
    groups.sort_by_key(|(_, items)| std::cmp::Reverse(items.len()));
    groups
}

/// The answers once, then every item with its identifiers.
fn same_answers(pattern: &Pattern, items: &[&Looked]) -> Vec<Block> {
    if pattern.is_empty() {
        let names: Vec<String> = items.iter().map(|item| item.content.title.to_string()).collect();
        return vec![nothing("No source was asked"), Block::List { items: names }];
    }
    let fields = pattern
        .iter()
        .map(|said| Field::new(said.source.clone(), joined(&[said.answer, &said.why], ". ")))
        .collect();
    let classes = pattern.iter().map(|said| said.class + 1).max().unwrap_or(0);
    let mut columns = vec![Column::text("Item", 4)];
    let asked: Vec<usize> =
        (0..classes).filter(|class| items.iter().any(|item| has_identifier(pattern, item, *class))).collect();
    for class in asked.iter().copied() {
        let sources: Vec<&str> =
            pattern.iter().filter(|said| said.class == class).map(|said| said.source.as_str()).collect();
        let title = if classes == 1 {
            "Identifier".to_owned()
        } else {
            format!("Identifier, {}", sources.join(", "))
        };
        columns.push(Column::code(title, 5));
    }
    let counted = items.iter().any(|item| item.content.sources.iter().any(has_some));
    if counted {
        columns.push(Column::text("Records of that name", 2));
    }
    let rows = items.iter().map(|item| {
        let rows = in_order(&item.content);
        let mut cells: Vec<Cell> = vec![item.content.title.to_string().into()];
        cells.extend(asked.iter().map(|class| Cell::from(identifier(pattern, &rows, *class))));
        if counted {
            let of = |row: &&&SourceRow| has_some(row);
            let words = |row: &&SourceRow| format!("{} {}", row.source, row.records.unwrap_or_default());
            cells.push(rows.iter().filter(of).map(words).collect::<Vec<_>>().join(", ").into());
        }
        cells
    });
    let rows = rows.collect();
    vec![Block::Fields { fields }, Block::table(columns, rows)]
}

/// The identifier of an item that a class of sources was asked by.
fn identifier(pattern: &Pattern, rows: &[&SourceRow], class: usize) -> String {
    let first = pattern.iter().position(|said| said.class == class).and_then(|at| rows.get(at));
    first.map_or_else(String::new, |row| without_wildcards(&row.identifier).to_owned())
}

/// A CPE name without the wildcards at its end: they say nothing, and take a second line in every row.
fn without_wildcards(identifier: &str) -> &str {
    if identifier.starts_with("cpe:2.3:") { identifier.trim_end_matches(":*") } else { identifier }
}

fn has_identifier(pattern: &Pattern, item: &Looked, class: usize) -> bool {
    !identifier(pattern, &in_order(&item.content), class).is_empty()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answered(why: &str, identifier: &str) -> ReviewItem {
        let row = |source: &str| json!({"source": source, "answer": "not_checked", "identifier": identifier, "why": why});
        let empty = serde_json::to_value(ReviewItem::default()).unwrap();
        let mut item = empty;
        item["sources"] = json!([row("OSV"), row("NVD")]);
        serde_json::from_value(item).unwrap()
    }

    #[test]
    fn items_are_grouped_by_the_reasons_of_the_sources_and_not_by_their_own_identifiers() {
        let without_url = pattern_of(&answered("It has no package URL", ""));
        assert!(without_url == pattern_of(&answered("It has no package URL", "cpe:2.3:a:b:c")));
        assert!(without_url != pattern_of(&answered("No records for cargo", "")));
        assert_eq!(without_url.iter().map(|said| &*said.source).collect::<Vec<_>>(), ["NVD", "OSV"]);
    }
}
