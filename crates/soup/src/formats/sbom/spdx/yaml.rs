//! SPDX 2.2 and 2.3 as YAML: converted to the JSON form, with texts exactly as written.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::model::{Document, Syntax};
use super::{bill, records};
use crate::formats::sbom::limits;
use crate::model::bill::Bill;
use mainstay_base::note::Unreadable;

/// Fields that are always text: version 1.10 is not the number 1.1.
const TEXTS: [&str; 25] = [
    "SPDXID",
    "checksumValue",
    "copyrightText",
    "created",
    "description",
    "documentNamespace",
    "downloadLocation",
    "externalDocumentId",
    "fileName",
    "homepage",
    "licenseConcluded",
    "licenseDeclared",
    "name",
    "originator",
    "packageFileName",
    "primaryPackagePurpose",
    "referenceLocator",
    "relatedSpdxElement",
    "relationshipType",
    "sourceInfo",
    "spdxElementId",
    "spdxVersion",
    "summary",
    "supplier",
    "versionInfo",
];

/// Reads a document. Refuses a text that is not YAML (with the line), and a document without package and file. The parser limits aliases.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let wrong = |error: serde_saphyr::Error| {
        let place =
            error.location().map_or_else(|| "document".to_owned(), |at| format!("line {}", at.line()));
        Unreadable::at(place, format!("not understood as SPDX in YAML: {}", error.without_snippet()))
    };
    let root = serde_saphyr::with_deserializer_from_str_with_options(text, limits::yaml(), |deserializer| {
        Any.deserialize(deserializer)
    })
    .map_err(wrong)?;
    if !root.is_object() {
        return Err(Unreadable::at("$", "an object was expected at the root of an SPDX document"));
    }
    let mut document = Document { syntax: Syntax::Yaml, ..Document::default() };
    records::whole(&mut document, root, "$.");
    bill::of(document)
}

/// Any value.
struct Any;

impl<'de> DeserializeSeed<'de> for Any {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Self)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = if TEXTS.contains(&key.as_str()) {
                map.next_value::<Option<String>>()?.map_or(Value::Null, Value::String)
            } else {
                map.next_value_seed(Self)?
            };
            members.insert(key, value);
        }
        Ok(Value::Object(members))
    }
}
