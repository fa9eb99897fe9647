//! A kind in the manual: its purpose, its fields, states, steps and their conditions as tables.

use super::{blocks_from, conditions, parts_of};
use crate::domain::ids::Kind;
use crate::domain::record::KindDef;
use crate::help::{self, facts, type_words, way, who};
use crate::report::{Block, Cell, Column, Section};

/// The sections of a kind, without their numbers; the first one has no title and continues the heading of the kind.
pub fn sections(kind: Kind) -> Vec<Section> {
    let def = kind.def();
    let Some(page) = help::page_of(kind) else { return Vec::new() };
    // Fields, states and steps stand in tables here.
    let about: Vec<help::Block> = page.blocks.iter().take_while(|block| !is_fields(block)).cloned().collect();
    let mut sections = vec![Section {
        title: "What it is for".to_owned(),
        level: 3,
        blocks: about
            .iter()
            .take_while(|block| !matches!(block, help::Block::Heading { .. }))
            .flat_map(blocks_from)
            .collect(),
        ..Section::default()
    }];
    sections.extend(parts_of(&about, 3));
    sections.push(fields(def));
    sections.extend(about_fields(kind, def));
    sections.push(states(def));
    sections.extend(steps(def));
    sections.extend(guards(def));
    sections
}

fn is_fields(block: &help::Block) -> bool {
    matches!(block, help::Block::Heading { level: 2, anchor, .. } if anchor == "fields")
}

fn section(title: &str, blocks: Vec<Block>) -> Section {
    Section { title: title.to_owned(), level: 3, blocks, ..Section::default() }
}

fn fields(def: &KindDef) -> Section {
    let mut blocks = Vec::new();
    for part in def.sections {
        let clause = if part.clause.is_empty() { String::new() } else { format!(" ({})", part.clause) };
        let rows = part
            .fields
            .iter()
            .map(|field| vec![Cell::from(field.label), facts(def, field).into(), type_words(field).into()]);
        blocks.push(Block::Table {
            caption: Some(format!("{}{clause}", part.title)),
            columns: vec![
                Column::text("Field", 2),
                Column::text("What it holds", 5),
                Column::text("Value", 3),
            ],
            rows: rows.collect(),
        });
    }
    section("Fields", blocks)
}

/// What the help says of single fields.
fn about_fields(kind: Kind, def: &KindDef) -> Option<Section> {
    let rows: Vec<Vec<Cell>> = help::added_to(kind)
        .into_iter()
        .filter_map(|(name, blocks)| {
            let words: Vec<String> = blocks.iter().map(help::text_of).collect();
            Some(vec![def.field(&name)?.label.into(), words.join(" ").into()])
        })
        .collect();
    let columns = vec![Column::text("Field", 2), Column::text("In practice", 6)];
    (!rows.is_empty())
        .then(|| section("Fields in practice", vec![Block::Table { caption: None, columns, rows }]))
}

fn states(def: &KindDef) -> Section {
    let rows = def.states.iter().map(|state| {
        let ends = if state.terminal { "Read-only for good" } else { "" };
        vec![Cell::from(state.word), state.meaning.trim().into(), ends.into()]
    });
    let columns = vec![Column::text("State", 2), Column::text("What it means", 5), Column::text("", 2)];
    section("States", vec![Block::Table { caption: None, columns, rows: rows.collect() }])
}

fn steps(def: &KindDef) -> Option<Section> {
    let rows: Vec<Vec<Cell>> = def
        .moves
        .iter()
        .map(|step| vec![step.label.into(), way(def, step).into(), who(step).into(), step.clause.into()])
        .collect();
    let columns = vec![
        Column::text("Step", 2),
        Column::text("From, to", 3),
        Column::text("Who", 3),
        Column::text("Clause", 2),
    ];
    (!rows.is_empty()).then(|| section("Steps", vec![Block::Table { caption: None, columns, rows }]))
}

fn guards(def: &'static KindDef) -> Option<Section> {
    let blocks: Vec<Block> = def
        .moves
        .iter()
        .filter_map(|step| {
            let found = conditions::of(def, step);
            let rows: Vec<Vec<Cell>> =
                found.into_iter().map(|(text, clause)| vec![text.into(), clause.into()]).collect();
            let columns = vec![Column::text("What must be so", 6), Column::text("Clause", 2)];
            let caption = Some(format!("{}: what must be so", step.label));
            (!rows.is_empty()).then_some(Block::Table { caption, columns, rows })
        })
        .collect();
    let note = Block::Paragraph {
        text: "As they are for a record in which nothing is filled yet. Values, the class and the markets of the product can add more; the \
               page of a record lists those that count for it."
            .to_owned(),
    };
    let with_note = || std::iter::once(note).chain(blocks.iter().cloned()).collect();
    (!blocks.is_empty()).then(|| section("Conditions", with_note()))
}
