//! A JSON value from text, and the member names that occur twice in an object: JSON allows them, but all values except one would be
//! lost silently.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// A value, and what was lost in parsing.
#[derive(Debug)]
pub struct Parsed {
    /// The value. If an object has several members with one name, only the last one is here.
    pub value: Value,
    /// Names of members that occurred more than once in their object, at most a hundred.
    pub repeated: Vec<String>,
}

/// How many repeated names are kept.
const REPEATED_MAX: usize = 100;

/// Parses a text. Refuses what `serde_json` refuses, including deep nesting.
pub fn parse(text: &str) -> Result<Parsed, serde_json::Error> {
    let repeated = RefCell::new(Vec::new());
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = One(&repeated).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(Parsed { value, repeated: repeated.into_inner() })
}

#[derive(Clone, Copy)]
struct One<'r>(&'r RefCell<Vec<String>>);

impl<'de> DeserializeSeed<'de> for One<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for One<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = object.next_key::<String>()? {
            let value = object.next_value_seed(self)?;
            if map.insert(key.clone(), value).is_some() {
                let mut repeated = self.0.try_borrow_mut().map_err(A::Error::custom)?;
                if repeated.len() < REPEATED_MAX {
                    repeated.push(key);
                }
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_equal_those_of_serde_json_and_repeated_members_are_named() {
        let text = r#"{"a":[1,-2,3.5,true,null,"ä\n"],"b":{"c":{}},"big":18446744073709551615}"#;
        let parsed = parse(text).unwrap();
        assert_eq!(parsed.value, serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(parsed.repeated, [""; 0]);
        let parsed = parse(r#"{"a":1,"b":{"name":"x","name":"y"},"a":2}"#).unwrap();
        assert_eq!(parsed.value, serde_json::json!({"a": 2, "b": {"name": "y"}}));
        assert_eq!(parsed.repeated, ["name", "a"]);
        for text in ["", "{} x", "[1,", &"[".repeat(10_000), "1e999"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
