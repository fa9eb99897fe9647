//! Whether a review and its items say what the kept evidence of their search says: the one comparison of both (IEC 62304 7.1.3).
//!
//! Everything that is taken over from a search is compared. What people add is not: judgements, limitations, what changed since the last
//! review.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::evidence::{SearchSaid, SubjectSaid};
use crate::domain::field::{FieldDef, FieldType, is_empty};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::RecordData;
use crate::domain::text;
use crate::domain::workflow::Condition;

/// Most characters of a value that is told.
const VALUE_CHARS: usize = 120;
/// Columns that do not come from the search: what became of a hit since the last one.
const NOT_SEARCHED: &[&str] = &["since_last"];
/// Columns to which a person may add words.
const ADDED_TO: &[&str] = &["limitation"];

/// What a review without its evidence is told.
const MISSING: &str = "The evidence of its search is not in the file";

/// The steps that rest on the evidence: handing over, confirming and approving.
const RESTS_ON_EVIDENCE: &[&str] = &["submit", "complete", "approve"];

/// Whether a step of a record rests on the evidence of a search.
pub fn rests_on_evidence(id: RecordId, step: &str) -> bool {
    id.kind == Kind::SoupReview && RESTS_ON_EVIDENCE.contains(&step)
}

/// The condition that a review says what its evidence says, if it does not.
pub fn unmet(differences: &[String]) -> Option<Condition> {
    let first = differences.first()?;
    let more = match differences.len() - 1 {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let text = format!(
        "The review and its items say what the kept evidence of the search says, but: {first}{more}. Correct it as the evidence says, or \
         abandon the review and search again"
    );
    Some(Condition::new("IEC 62304 7.1.3", text, false).at("evidence_sha256"))
}

/// Where a review and its items differ from the evidence of their search, in sentences; empty if they agree. `bytes` are those with the
/// digest that the review states, if they are kept.
pub fn differences(review: &RecordData, items: &[&RecordData], bytes: Option<&[u8]>) -> Vec<String> {
    let Some(bytes) = bytes else { return vec![MISSING.to_owned()] };
    let said = match SearchSaid::read(bytes) {
        Ok(said) => said,
        Err(why) => return vec![format!("The evidence of its search cannot be read: {why}")],
    };
    let mut differs = Vec::new();
    let of_review =
        [("searched_on", json!(said.on)), ("program", json!(said.program)), ("sources", json!(said.sources))];
    for (name, value) in of_review {
        compare(review, (name, &value), &mut differs);
    }
    of_items(items, &said, &mut differs);
    differs
}

fn of_items(items: &[&RecordData], said: &SearchSaid, differs: &mut Vec<String>) {
    let mut searched: BTreeMap<String, Vec<&SubjectSaid>> = BTreeMap::new();
    for one in &said.subjects {
        searched.entry(label(&one.item, &one.version)).or_default().push(one);
    }
    for data in items {
        let known = searched.get_mut(data.title()).filter(|known| !known.is_empty());
        let Some(known) = known else {
            differs.push(format!("{}: {} was not searched", data.head.id, data.title()));
            continue;
        };
        // Two packages may have the same name and version.
        let mut first = None;
        let same = known.iter().position(|one| {
            let wrong = item_differs(data, one);
            let agrees = wrong.is_empty();
            first.get_or_insert(wrong);
            agrees
        });
        known.remove(same.unwrap_or_default());
        if same.is_none() {
            let wrong = first.unwrap_or_default();
            differs.extend(wrong.into_iter().map(|words| format!("{}: {words}", data.head.id)));
        }
    }
    let left = searched.into_iter().filter(|(_, left)| !left.is_empty());
    differs.extend(left.map(|(name, _)| format!("{name} was searched and has no item")));
}

/// Name and version, as the title of an item writes them.
fn label(item: &str, version: &str) -> String {
    text::title(&format!("{item} {version}"))
}

fn item_differs(data: &RecordData, said: &SubjectSaid) -> Vec<String> {
    let taken_over = [
        ("version_searched", json!(said.version)),
        ("hits", json!(said.hits)),
        ("search_result", json!(said.result)),
        ("sources", json!(said.sources)),
        ("support_source", json!(said.support_source)),
        ("support_until", json!(said.support_until)),
    ];
    let mut differs = Vec::new();
    for (name, value) in &taken_over {
        compare(data, (name, value), &mut differs);
    }
    differs
}

/// Compares one field of a record with what the search says of it.
fn compare(data: &RecordData, (name, said): (&str, &Value), differs: &mut Vec<String>) {
    let Some(field) = data.def().field(name) else { return };
    let own = data.value(name);
    if let FieldType::Rows(columns) = field.ty {
        compare_rows((field.label, columns), (own, said), differs);
    } else if !is_same(own, said) {
        differs.push(told(&format!("“{}”", field.label), own, said));
    }
}

/// Compares the rows of a table by their first column. Their order does not matter.
fn compare_rows(
    (label, columns): (&str, &[FieldDef]),
    (own, said): (&Value, &Value),
    differs: &mut Vec<String>,
) {
    let rows = |table: &Value| table.as_array().cloned().unwrap_or_default();
    let Some((key, others)) = columns.split_first() else { return };
    let mut expected: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for row in rows(said) {
        expected.entry(words(&row[key.name])).or_default().push(row);
    }
    for row in rows(own) {
        let name = words(&row[key.name]);
        let Some(said) = expected.get_mut(&name).filter(|rows| !rows.is_empty()).map(|rows| rows.remove(0))
        else {
            differs.push(format!("“{label}”: {name} is not in the evidence"));
            continue;
        };
        for column in others.iter().filter(|column| !NOT_SEARCHED.contains(&column.name)) {
            let (own, said) = (&row[column.name], &said[column.name]);
            let added = ADDED_TO.contains(&column.name) && written(own).contains(&written(said));
            if !added && !is_same(own, said) {
                differs.push(told(&format!("“{label}”, {name}, “{}”", column.label), own, said));
            }
        }
    }
    let left = expected.into_iter().filter(|(_, left)| !left.is_empty());
    differs.extend(left.map(|(name, _)| format!("“{label}”: {name} of the evidence is missing")));
}

fn told(place: &str, own: &Value, said: &Value) -> String {
    format!("{place}: {}, in the evidence {}", words(own), words(said))
}

/// Whether two values say the same. No value and none of something are the same, unknown and “no” are not.
fn is_same(own: &Value, said: &Value) -> bool {
    let none = |value: &Value| is_empty(value) || value.as_u64() == Some(0);
    own == said || none(own) && none(said)
}

/// A value as it is written; empty if there is none.
fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(written).collect::<Vec<_>>().join(", "),
        Value::Object(_) => value.to_string(),
    }
}

fn words(value: &Value) -> String {
    if is_empty(value) {
        return "nothing".to_owned();
    }
    let text = written(value);
    if text.chars().count() <= VALUE_CHARS {
        return text;
    }
    format!("{}…", text.chars().take(VALUE_CHARS).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What differs in the sources of a review whose limitation is `own`, where the evidence says `said`.
    fn of_limitation(own: &str, said: &str) -> Vec<String> {
        let field = Kind::SoupReview.def().field("sources").expect("a review lists its sources");
        let FieldType::Rows(columns) = field.ty else { panic!("the sources are a table") };
        let table = |limitation| json!([{ columns[0].name: "NVD", "limitation": limitation }]);
        let mut differs = Vec::new();
        compare_rows((field.label, columns), (&table(own), &table(said)), &mut differs);
        differs
    }

    #[test]
    fn a_person_may_add_words_to_a_limitation_of_any_length() {
        let said = "the data has only the advisories of one year; ".repeat(4);
        let added = format!("{said}the supplier was asked");
        assert!(said.chars().count() > VALUE_CHARS, "longer than a value that is told");
        assert_eq!(of_limitation(&added, &said), Vec::<String>::new());
        assert_eq!(of_limitation(&said, &said), Vec::<String>::new());
    }

    #[test]
    fn a_limitation_that_leaves_out_what_the_evidence_says_differs() {
        let differs = of_limitation("none", "the data has only the advisories of one year");
        assert!(
            matches!(&differs[..], [one] if one.contains("NVD") && one.contains("Limitation")),
            "{differs:?}"
        );
    }
}
