//! A whole JSON document as one of our types; a refusal names the place.

use serde::Deserialize;

use mainstay_base::note::Unreadable;

/// Reads a document.
///
/// # Errors
/// The place and the reason, when it is no JSON or does not fit.
pub(crate) fn parse<'t, T: Deserialize<'t>>(text: &'t [u8]) -> Result<T, Unreadable> {
    let mut json = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| Unreadable::at(below("$", error.path()), error.inner().to_string()))?;
    json.end().map_err(|error| Unreadable::at("document", error.to_string()))?;
    Ok(value)
}

/// The place of a path that begins at another place: `$` and `[3].id` are `$[3].id`, `$` and `items` are `$.items`. The path of what
/// is at the place itself is a dot.
pub(crate) fn below(place: &str, path: &serde_path_to_error::Path) -> String {
    match path.to_string() {
        path if path == "." => place.to_owned(),
        path if path.starts_with('[') => format!("{place}{path}"),
        path => format!("{place}.{path}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_place_of_a_refusal_begins_at_the_root_and_has_one_dot_before_a_name() {
        let place = |text: &str| match parse::<BTreeMap<String, Vec<u8>>>(text.as_bytes()) {
            Ok(read) => panic!("{read:?}"),
            Err(refused) => refused.place,
        };
        for (text, at) in [
            ("7", "$"),
            ("", "$"),
            (r#"{"a": 1}"#, "$.a"),
            (r#"{"a": [1, "x"]}"#, "$.a[1]"),
            ("{} {}", "document"),
        ] {
            assert_eq!(place(text), at, "{text}");
        }
        assert_eq!(parse::<Vec<u8>>(br#"[1, "x"]"#).unwrap_err().place, "$[1]");
    }
}
