//! Values for fields that the command line gives as `--set FIELD=VALUE`.

use serde_json::Value;

use super::failure::Failure;
use crate::domain::field::FieldType;
use crate::domain::ids::Kind;
use crate::domain::record::Fields;
use crate::domain::text::with_article;

/// The values of `--set` for a record of a kind. Several values of one field are separated by semicolons; rows are a JSON list.
pub(super) fn given(kind: Kind, given: &[String]) -> Result<Fields, Failure> {
    let mut set = Fields::new();
    for text in given {
        let Some((name, value)) = text.split_once('=') else {
            return Err(Failure::usage(format!(
                "“{text}” is not a value for a field; write it like risk_tier=low"
            )));
        };
        let name = name.trim();
        let Some(field) = kind.def().field(name).filter(|field| !field.by_system) else {
            let known: Vec<&str> =
                kind.def().fields().filter(|field| !field.by_system).map(|field| field.name).collect();
            let what = with_article(&kind.def().noun());
            let known = known.join(", ");
            return Err(Failure::usage(format!(
                "{what} has no field “{name}” to set; its fields are {known}"
            )));
        };
        let value = value.trim();
        let value = match field.ty {
            FieldType::YesNo => Value::Bool(matches!(value, "yes" | "true")),
            FieldType::Number => value.parse::<u32>().map_or_else(|_| value.into(), Value::from),
            FieldType::Lines | FieldType::Choices(_) | FieldType::Records => {
                Value::Array(value.split(';').map(|part| part.trim().into()).collect())
            }
            FieldType::Rows(_) => serde_json::from_str(value).unwrap_or_else(|_| value.into()),
            FieldType::Line
            | FieldType::Text
            | FieldType::Day
            | FieldType::Moment
            | FieldType::Choice(_)
            | FieldType::Record => value.into(),
        };
        let value = field
            .parse(&value)
            .map_err(|reason| Failure::usage(format!("{} ({name}): {reason}", field.label)))?;
        set.insert(name.to_owned(), value);
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: Kind, text: &str) -> Result<Fields, String> {
        given(kind, &[text.to_owned()]).map_err(|failure| failure.words)
    }

    #[test]
    fn a_value_is_read_as_the_type_of_its_field() {
        assert_eq!(of(Kind::SoupItem, "direct = yes").unwrap()["direct"], true);
        assert_eq!(of(Kind::ReviewItem, "list_read_on=2031-03-03").unwrap()["list_read_on"], "2031-03-03");
        let rows = of(Kind::ReviewItem, r##"anomalies=[{"anomaly": "#12"}]"##).unwrap();
        assert_eq!(rows["anomalies"][0]["anomaly"], "#12");
    }

    #[test]
    fn what_is_no_value_for_a_field_is_refused_with_the_names_of_the_fields() {
        assert!(of(Kind::SoupItem, "risk_tier").unwrap_err().contains("write it like risk_tier=low"));
        let words = of(Kind::ReviewItem, "listplace=x").unwrap_err();
        assert!(words.contains("listplace") && words.contains("list_place"), "{words}");
        let words = of(Kind::ReviewItem, "result=nothing_found").unwrap_err();
        assert!(words.contains("to set") && !words.ends_with("result"), "{words}");
        let words = of(Kind::ReviewItem, "list_read_on=soon").unwrap_err();
        assert!(words.contains("(list_read_on)"), "{words}");
    }
}
