//! The file of a search that says what the items of a review say, in the form in which the program writes it.

use mainstay::domain::record::RecordData;
use mainstay::domain::time::Day;
use serde_json::{Value, json};

/// The search of a day, in sources with the age of their data in days, that found what the items say.
pub fn search_file(on: Day, sources: &[(&str, i64)], items: &[RecordData]) -> String {
    let files = sources.iter().map(|(name, age)| {
        json!({
            "name": name, "file": format!("{name}.json"), "sha256": "d".repeat(64), "format": format!("{name} JSON"),
            "data_date": on.plus_days(-age), "age_days": age, "too_old": *age > MAX_AGE_DAYS, "records": 1, "refused": 0,
        })
    });
    let file = json!({
        "kind": "mainstay soup search", "format": 1, "program": {"name": "Mainstay", "version": "0.1.0"}, "on": on,
        "max_age_days": MAX_AGE_DAYS, "knowledge": {"aliases": [], "exclusions": []}, "sources": files.collect::<Vec<_>>(),
        "subjects": items.iter().map(subject).collect::<Vec<_>>(), "records": {},
    });
    format!("{file}\n")
}

/// Days after which the data of a source is too old.
const MAX_AGE_DAYS: i64 = 14;

fn rows<'d>(data: &'d RecordData, name: &str) -> impl Iterator<Item = &'d Value> {
    data.value(name).as_array().into_iter().flatten()
}

fn subject(data: &RecordData) -> Value {
    let version = data.text("version_searched");
    let item = data.title().strip_suffix(version).unwrap_or_default().trim();
    json!({
        "subject": {"item": item, "version": version},
        "results": rows(data, "sources").map(result).collect::<Vec<_>>(),
        "hits": rows(data, "hits").map(hit).collect::<Vec<_>>(),
    })
}

fn text<'v>(row: &'v Value, name: &str) -> &'v str {
    row[name].as_str().unwrap_or_default()
}

fn result(row: &Value) -> Value {
    let answer = match text(row, "answer") {
        "nothing" => "nothing_found",
        other => other,
    };
    let obstacle = (answer == "not_checked").then_some("no_identifier");
    json!({
        "source": text(row, "source"), "result": answer, "identifier": text(row, "identifier"),
        "records": row["records"].as_u64().unwrap_or_default(), "obstacle": obstacle, "why": text(row, "why"),
    })
}

fn hit(row: &Value) -> Value {
    let kev =
        (row["exploited"] == true).then(|| json!({"cve": text(row, "advisory"), "added": "2031-03-01"}));
    let aliases = if row["aliases"].is_null() { json!([]) } else { row["aliases"].clone() };
    json!({
        "id": text(row, "advisory"), "aliases": aliases, "title": text(row, "title"),
        "verdict": text(row, "verdict").replace(' ', "_"), "kev": kev, "records": [], "digest": text(row, "digest"),
    })
}
