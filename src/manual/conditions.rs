//! The conditions of a step in words, asked of an empty record in an empty file.

use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::{Fields, Head, KindDef, RecordData};
use crate::domain::requests::RULES;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::Signature;
use crate::domain::time::Moment;
use crate::domain::workflow::{Case, Move, World, missing_fields};

/// A file without records.
struct Nothing;

impl World for Nothing {
    fn record(&self, _: RecordId) -> Option<SharedRecord> {
        None
    }
    fn referring(&self, _: RecordId, _: Kind) -> Vec<SharedRecord> {
        Vec::new()
    }
    fn parts(&self, _: RecordId, _: Kind) -> Vec<SharedRecord> {
        Vec::new()
    }
    fn all(&self, _: Kind) -> Vec<SharedRecord> {
        Vec::new()
    }
    fn in_states(&self, _: Kind, _: &[&str]) -> Vec<SharedRecord> {
        Vec::new()
    }
    fn signatures(&self, _: RecordId) -> Vec<Signature> {
        Vec::new()
    }
    fn editors(&self, _: RecordId) -> Vec<RecordId> {
        Vec::new()
    }
}

/// The conditions of a step with their clauses: the fields that its state requires besides the one before in one line, then what else it asks.
pub fn of(def: &'static KindDef, step: &Move) -> Vec<(String, String)> {
    let Ok(now) = Moment::parse("2026-01-01T12:00:00Z") else { return Vec::new() };
    let person = RecordId::new(Kind::Person, 1);
    let head = Head {
        id: RecordId::new(def.kind, 1),
        state: step.from.first().map_or_else(String::new, |state| (*state).to_owned()),
        owner: None,
        parent: None,
        created_at: now,
        created_by: person,
        state_since: now,
        revision: 1,
    };
    let data = RecordData { head, fields: Fields::new() };
    let required = |state: &str| missing_fields(&data, state);
    let already = step.from.first().map_or_else(Vec::new, |from| required(from));
    let missing: Vec<&str> = required(step.to)
        .iter()
        .filter(|condition| already.iter().all(|known| known.field != condition.field))
        .filter_map(|condition| condition.field.and_then(|name| def.field(name)))
        .map(|field| field.label)
        .collect();
    let shared = SharedRecord::from(data);
    let case = Case { data: &shared, world: &Nothing, now, actor: Some(person), rules: RULES };
    let mut found = Vec::new();
    if !missing.is_empty() {
        found.push((format!("These are filled: {}", missing.join(", ")), String::new()));
    }
    found.extend(
        (step.guard)(&case).into_iter().map(|condition| (condition.text, condition.clause.to_owned())),
    );
    found
}
