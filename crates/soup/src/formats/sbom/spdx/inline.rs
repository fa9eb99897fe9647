//! SPDX 3 elements that are nested in others: JSON-LD allows a reference or the object itself, with the same meaning.
//!
//! Each nested element is moved to the top level, and its identifier is left in its place. Parts of an element (digests, identifiers,
//! addresses) are not elements and stay.

use serde_json::Value;

/// Members that hold parts of an element, not other elements.
const PARTS: [&str; 7] = [
    "verifiedUsing",
    "externalIdentifier",
    "externalRef",
    "contentIdentifier",
    "software_contentIdentifier",
    "namespaceMap",
    "import",
];

/// Moves the elements inside `value` out, innermost first, and returns each with its former place. The JSON document limits the depth.
pub(super) fn extract(value: &mut Value, place: &str, made: &mut usize) -> Vec<(Value, String)> {
    let mut out = Vec::new();
    if let Value::Object(members) = value {
        for (key, member) in members.iter_mut().filter(|(key, _)| !PARTS.contains(&key.as_str())) {
            let place = format!("{place}.{key}");
            match member {
                Value::Array(items) => {
                    for (index, item) in items.iter_mut().enumerate() {
                        take_one(item, &format!("{place}[{index}]"), (made, &mut out));
                    }
                }
                Value::Object(_) => take_one(member, &place, (made, &mut out)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
    }
    out
}

fn take_one(item: &mut Value, place: &str, (made, out): (&mut usize, &mut Vec<(Value, String)>)) {
    let Value::Object(members) = item else { return };
    if let Some(Value::String(id)) = members.get("@id").filter(|_| members.len() == 1) {
        // `{"@id": "urn:x"}` is a reference too.
        *item = Value::String(id.clone());
        return;
    }
    let Some(kind) = super::graph::kind_of(item) else { return };
    let id = super::graph::id_of(item).unwrap_or_else(|| {
        *made += 1;
        // The name of a blank node has no space in it.
        format!("_:inline {made} {kind}")
    });
    let mut element = std::mem::replace(item, Value::String(id.clone()));
    out.extend(extract(&mut element, place, made));
    if let Value::Object(members) = &mut element {
        members.insert("spdxId".to_owned(), Value::String(id));
    }
    out.push((element, place.to_owned()));
}
