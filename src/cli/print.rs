//! `mainstay show`.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::failure::{Failure, condition_words};
use super::{CommandResult, open};
use crate::domain::choice::Choice as _;
use crate::domain::field;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::RecordData;
use crate::ops::{self, ProductFile, RecordPage, SignatureView, value_words};

/// The kind with the given code.
pub(super) fn kind_of(code: &str) -> Result<Kind, Failure> {
    Kind::from_code(code).ok_or_else(|| {
        let known: Vec<_> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        Failure::usage(format!("“{code}” is not a kind of record; the kinds are {}", known.join(", ")))
    })
}

/// Shows one record.
pub fn show(path: &Path, id: &str, json: bool) -> CommandResult {
    let id: RecordId = id.parse().map_err(Failure::usage)?;
    let file = open::to_read(path)?;
    let page = file.page(id, None, ops::now())?;
    let parts = parts_of(&file, &page.data)?;
    Ok(if json { format!("{:#}\n", page_json(&page, &parts)) } else { page_words(&page, &parts) })
}

/// The records that are parts of a record, of every kind.
fn parts_of(file: &ProductFile, data: &RecordData) -> Result<Vec<RecordData>, Failure> {
    let mut parts = Vec::new();
    for (def, _) in data.def().part_kinds() {
        parts.extend(file.parts(data.head.id, def.kind)?);
    }
    Ok(parts)
}

fn page_words(page: &RecordPage, parts: &[RecordData]) -> String {
    let data = &page.data;
    let name = |id: RecordId| page.names.get(&id).cloned();
    let person = |id: RecordId| name(id).unwrap_or_else(|| id.to_string());
    let state = data.state().map_or("", |state| state.word);
    let mut output =
        format!("{}  {}\n{} since {}", data.head.id, data.title(), state, data.head.state_since.words());
    if let Some(owner) = data.head.owner {
        let _ = write!(output, ", with {}", person(owner));
    }
    if let Some(parent) = data.head.parent {
        let _ = write!(output, "\nPart of {parent}");
    }
    let _ =
        writeln!(output, "\nEntered {} by {}", data.head.created_at.words(), person(data.head.created_by));
    for section in data.def().sections {
        let filled: Vec<_> =
            section.fields.iter().filter(|field| !field::is_empty(data.value(field.name))).collect();
        if filled.is_empty() {
            continue;
        }
        let _ = writeln!(output, "\n{}", section.title);
        for field in filled {
            let words = value_words(data.head.id, field.name, data.value(field.name), &name);
            let _ = writeln!(output, "  {}  {}", field.label, words.replace('\n', "\n    "));
        }
    }
    let part_words = |part: &RecordData| {
        let state = part.state().map_or("", |state| state.word);
        format!("{}  {state}  {}", part.head.id, part.title())
    };
    list_words(&mut output, "Parts", parts.iter().map(part_words));
    list_words(&mut output, "Signatures", page.signatures.iter().map(signature_words));
    list_words(
        &mut output,
        "Attachments",
        page.attachments.iter().map(|data| format!("{}  {}", data.head.id, data.title())),
    );
    list_words(
        &mut output,
        "Linked",
        page.linked.iter().map(|link| format!("{}  {}  {}", link.id, link.state, link.title)),
    );
    list_words(&mut output, "Notices", page.notices.iter().cloned());
    list_words(&mut output, "Continues in", page.ahead.iter().map(|ahead| ahead.text.clone()));
    output.push_str(&next_words(page));
    output
}

/// The next steps of a record, each with what it still needs on lines of its own.
pub(super) fn next_words(page: &RecordPage) -> String {
    let mut output = String::new();
    let lines = page.next.iter().map(|next| {
        let open = next.conditions.iter().filter(|condition| !condition.met);
        let mut words = format!("{} ({})", next.step.label, next.step.name);
        for condition in open {
            let _ = write!(words, "\n    needs: {}", condition_words(condition));
        }
        words
    });
    list_words(&mut output, "Next steps", lines);
    output
}

fn list_words(output: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        let _ = writeln!(output, "\n{title}\n  {}", lines.join("\n  "));
    }
}

fn signature_words(view: &SignatureView) -> String {
    let signature = &view.signature;
    let holds = if view.holds { "" } else { "; the content has changed since" };
    format!(
        "{} by {} ({}), {}{holds}",
        signature.meaning.word(),
        signature.printed_name,
        signature.role_words(),
        signature.when_words()
    )
}

fn page_json(page: &RecordPage, parts: &[RecordData]) -> Value {
    let head = &page.data.head;
    let parts: Vec<Value> = parts
        .iter()
        .map(|part| json!({"id": part.head.id, "title": part.title(), "state": part.head.state}))
        .collect();
    let signatures: Vec<Value> = page
        .signatures
        .iter()
        .map(|view| json!({"signature": view.signature, "holds": view.holds}))
        .collect();
    let attachments: Vec<Value> = page
        .attachments
        .iter()
        .map(|data| json!({"id": data.head.id, "file_name": data.title(), "sha256": data.text("sha256")}))
        .collect();
    let linked: Vec<Value> = page
        .linked
        .iter()
        .map(|link| json!({"id": link.id, "title": link.title, "through": link.through}))
        .collect();
    let next: Vec<Value> = page
        .next
        .iter()
        .map(|next| json!({"name": next.step.name, "roles": next.step.by, "conditions": next.conditions}))
        .collect();
    let ahead: Vec<Value> =
        page.ahead.iter().map(|ahead| json!({"id": ahead.record, "text": ahead.text})).collect();
    json!({
        "format": 1, "id": head.id, "kind": head.id.kind, "title": page.data.title(), "state": head.state,
        "owner": head.owner, "parent": head.parent, "created_at": head.created_at, "created_by": head.created_by,
        "state_since": head.state_since, "revision": head.revision, "fields": page.data.fields,
        "parts": parts, "signatures": signatures, "attachments": attachments, "linked": linked, "next": next, "ahead": ahead,
        "notices": page.notices,
    })
}
