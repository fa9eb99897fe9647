//! The page of a kind: what its declaration says, with what the Markdown of the kind adds to it and to its fields.

use super::{Block, Page, Span, Style, markdown, plain, source};
use crate::domain::choice::Choice as _;
use crate::domain::field::{FieldDef, FieldType};
use crate::domain::ids::Kind;
use crate::domain::record::KindDef;
use crate::domain::workflow::Move;

/// How the anchors of groups of fields begin.
pub const GROUP: &str = "section-";

/// The page of a kind.
pub fn page(kind: Kind) -> Page {
    let def = kind.def();
    let mut blocks = vec![Block::Paragraph(plain(def.purpose))];
    if !def.clause.is_empty() {
        blocks.push(Block::Paragraph(vec![Span::new(format!("Clause: {}", def.clause), Style::Italic)]));
    }
    let text = source::of_kind(kind).unwrap_or_default();
    let added = added(text);
    blocks.extend(about(text));
    blocks.extend(fields(def, &added));
    blocks.extend(states(def));
    blocks.extend(steps(def));
    Page { name: kind.code(), title: def.plural.to_owned(), blocks, kind: Some(kind) }
}

/// Whether a heading names a field: it stands at the third level and is one word of small letters and underlines.
fn names_field(block: &Block) -> Option<&str> {
    match block {
        Block::Heading { level: 3, text, .. }
            if !text.is_empty()
                && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') =>
        {
            Some(text)
        }
        Block::Heading { .. }
        | Block::Paragraph(_)
        | Block::Note(_)
        | Block::List { .. }
        | Block::Table { .. }
        | Block::Code(_) => None,
    }
}

/// What stands before the fields.
fn about(text: &str) -> Vec<Block> {
    markdown::parse(text).into_iter().take_while(|block| names_field(block).is_none()).collect()
}

/// The fields that a text is about, each with what it adds.
pub fn added(text: &str) -> Vec<(String, Vec<Block>)> {
    let mut found: Vec<(String, Vec<Block>)> = Vec::new();
    for block in markdown::parse(text) {
        if let Some(name) = names_field(&block) {
            found.push((name.to_owned(), Vec::new()));
        } else if let Some((_, blocks)) = found.last_mut() {
            blocks.push(block);
        }
    }
    found
}

fn heading(level: u8, text: &str, anchor: &str) -> Block {
    Block::Heading { level, text: text.to_owned(), anchor: anchor.to_owned() }
}

fn fields(def: &KindDef, added: &[(String, Vec<Block>)]) -> Vec<Block> {
    let mut blocks = vec![heading(2, "Fields", "fields")];
    for (index, section) in def.sections.iter().enumerate() {
        blocks.push(heading(3, section.title, &format!("{GROUP}{index}")));
        if !section.clause.is_empty() {
            blocks.push(Block::Paragraph(vec![Span::new(
                format!("Clause: {}", section.clause),
                Style::Italic,
            )]));
        }
        for field in section.fields {
            blocks.push(heading(4, field.label, field.name));
            blocks.push(Block::Paragraph(plain(facts(def, field))));
            let more = added.iter().find(|(name, _)| name == field.name);
            blocks.extend(more.into_iter().flat_map(|(_, blocks)| blocks.iter().cloned()));
        }
    }
    blocks
}

/// The help of a field, from when it is required, and its clause.
pub fn facts(def: &KindDef, field: &FieldDef) -> String {
    let mut words = vec![field.help()];
    if let Some(state) = field.required_from.and_then(|code| def.state(code)) {
        words.push(format!("Required from “{}”.", state.word));
    }
    if field.by_system {
        words.push("The program fills it.".to_owned());
    }
    if field.personal {
        words.push("May hold personal data; a packet can redact it.".to_owned());
    }
    if !field.clause.is_empty() {
        words.push(format!("({})", field.clause));
    }
    words.retain(|words| !words.is_empty());
    words.join(" ")
}

/// What kind of value a field takes, in words.
pub fn type_words(field: &FieldDef) -> String {
    match field.ty {
        FieldType::Line => "One line".to_owned(),
        FieldType::Text => "Text".to_owned(),
        FieldType::YesNo => "Yes or no".to_owned(),
        FieldType::Number => "Number".to_owned(),
        FieldType::Day => "Day".to_owned(),
        FieldType::Moment => "Day and time".to_owned(),
        FieldType::Choice(options) => {
            let words: Vec<&str> = options.iter().map(|option| option.word).collect();
            format!("One of: {}", words.join(", "))
        }
        FieldType::Choices(options) => {
            let words: Vec<&str> = options.iter().map(|option| option.word).collect();
            format!("Any of: {}", words.join(", "))
        }
        FieldType::Lines => "Several lines".to_owned(),
        FieldType::Record => "A record".to_owned(),
        FieldType::Records => "Records".to_owned(),
        FieldType::Rows(columns) => {
            let words: Vec<&str> = columns.iter().map(|column| column.label).collect();
            format!("Table: {}", words.join(", "))
        }
    }
}

fn bold(text: &str) -> Vec<Span> {
    vec![Span::new(text, Style::Bold)]
}

fn states(def: &KindDef) -> Vec<Block> {
    let rows = def.states.iter().map(|state| vec![bold(state.word), plain(state.meaning.trim())]).collect();
    vec![
        heading(2, "States", "states"),
        Block::Table { head: vec![plain("State"), plain("What it means")], rows },
    ]
}

fn steps(def: &KindDef) -> Vec<Block> {
    if def.moves.is_empty() {
        return Vec::new();
    }
    let rows = def.moves.iter().map(|step| vec![bold(step.label), plain(way(def, step)), plain(who(step))]);
    let head = ["Step", "From, to", "Who"].map(plain).to_vec();
    vec![heading(2, "Steps", "steps"), Block::Table { head, rows: rows.collect() }]
}

/// From which states a step leads to which.
pub fn way(def: &KindDef, step: &Move) -> String {
    let word = |code: &&str| def.state(code).map_or((*code).to_owned(), |state| state.word.to_owned());
    let from: Vec<String> = step.from.iter().map(word).collect();
    format!("{} → {}", from.join(", "), word(&step.to))
}

/// Who takes a step, and what it asks of them.
pub fn who(step: &Move) -> String {
    let roles: Vec<&str> = step.by.iter().map(|role| role.word()).collect();
    let mut words = if roles.is_empty() { "The program".to_owned() } else { roles.join(", ") };
    if let Some(meaning) = step.sign {
        words.push_str(&format!("; signed as “{}”", meaning.word()));
    }
    if step.reason {
        words.push_str("; asks for a reason");
    }
    words
}
