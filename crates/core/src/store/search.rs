//! Full-text search over everything that people write. The index is derived: it can be rebuilt from the records.

use rusqlite::{Connection, params};
use serde_json::Value;

use super::{Store, StoreError};
use crate::domain::ids::RecordId;
use crate::domain::record::RecordData;

/// A record that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Which record.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// Code of its state.
    pub state: String,
}

pub fn put(conn: &Connection, data: &RecordData) -> Result<(), StoreError> {
    let row = data.head.id.key();
    if data.head.revision > 1 {
        conn.prepare_cached("DELETE FROM search WHERE rowid = ?1")?.execute([row])?;
    }
    let mut words = data.head.id.to_string();
    for (name, value) in &data.fields {
        if name != "title" {
            words.push('\n');
            collect(value, &mut words);
        }
    }
    conn.prepare_cached("INSERT INTO search (rowid, title, words) VALUES (?1, ?2, ?3)")?.execute(params![
        row,
        data.title(),
        words
    ])?;
    Ok(())
}

fn collect(value: &Value, words: &mut String) {
    match value {
        Value::String(text) => {
            words.push_str(text);
            words.push(' ');
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
        Value::Object(map) => map.values().for_each(|item| collect(item, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The query for what a person typed: every word must occur, and each may be the beginning of a longer word.
fn query_of(typed: &str) -> String {
    typed
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| format!("\"{word}\"*"))
        .collect::<Vec<_>>()
        .join(" AND ")
}

impl Store {
    /// At most `limit` matches for what a person typed: within a kind the newest first.
    pub fn search(&self, typed: &str, limit: u32) -> Result<Vec<Hit>, StoreError> {
        let query = query_of(typed);
        if query.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid DESC LIMIT {}",
            limit.max(1)
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map([query], |row| row.get::<_, i64>(0))?;
        let ids: Vec<RecordId> = rows.filter_map(|row| RecordId::from_key(row.ok()?)).collect();
        let mut hits = Vec::with_capacity(ids.len());
        for id in ids {
            let sql = "SELECT title, state FROM record WHERE key = ?1";
            let (title, state) = self.conn.prepare_cached(sql)?.query_row([id.key()], |row| {
                Ok((row.get::<_, Option<String>>(0)?.unwrap_or_default(), row.get(1)?))
            })?;
            hits.push(Hit { id, title, state });
        }
        Ok(hits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_words_and_never_syntax() {
        assert_eq!(query_of("alarm late"), "\"alarm\"* AND \"late\"*");
        assert_eq!(query_of("a\" OR NEAR(x) *"), "\"a\"* AND \"OR\"* AND \"NEAR\"* AND \"x\"*");
        assert_eq!(query_of(" \" * "), "");
    }
}
