//! Reading and writing records. All kinds use the same SQL statements.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rusqlite::{Connection, OptionalExtension as _, params, params_from_iter};
use serde::Deserialize;

use super::{Store, StoreError};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::{Fields, Head, ListRow, RecordData};
use mainstay_base::time::Moment;

pub fn body(conn: &Connection, id: RecordId) -> Result<Option<String>, StoreError> {
    let sql = "SELECT body FROM record WHERE key = ?1";
    Ok(conn.prepare_cached(sql)?.query_row([id.key()], |row| row.get(0)).optional()?)
}

/// Whether a record exists. Its text is not read.
pub fn is_there(conn: &Connection, id: RecordId) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached("SELECT 1 FROM record WHERE key = ?1")?.exists([id.key()])?)
}

/// The first and the last possible key of a record of a kind.
pub const fn keys_of(kind: Kind) -> [i64; 2] {
    [RecordId::new(kind, 1).key(), RecordId::new(kind, u32::MAX).key()]
}

/// The text of a record, read in one go.
#[derive(Deserialize)]
struct Stored {
    id: RecordId,
    state: String,
    owner: Option<RecordId>,
    parent: Option<RecordId>,
    created_at: Moment,
    created_by: RecordId,
    state_since: Moment,
    revision: u32,
    fields: Fields,
}

/// Reads the canonical text of a record.
pub fn parse(text: &str) -> Result<RecordData, StoreError> {
    let damaged = |error| StoreError::Damaged(format!("a record cannot be read: {error}"));
    let stored: Stored = serde_json::from_str(text).map_err(damaged)?;
    let Stored { id, state, owner, parent, created_at, created_by, state_since, revision, fields } = stored;
    let head = Head { id, state, owner, parent, created_at, created_by, state_since, revision };
    Ok(RecordData { head, fields })
}

pub fn put(conn: &Connection, data: &RecordData) -> Result<(), StoreError> {
    let sql = if data.head.revision == 1 {
        "INSERT INTO record (body, key) VALUES (?1, ?2)"
    } else {
        "UPDATE record SET body = ?1 WHERE key = ?2"
    };
    conn.prepare_cached(sql)?.execute(params![data.canonical(), data.head.id.key()])?;
    put_links(conn, data)
}

fn put_links(conn: &Connection, data: &RecordData) -> Result<(), StoreError> {
    let source = data.head.id.key();
    if data.head.revision > 1 {
        conn.prepare_cached("DELETE FROM link WHERE source = ?1")?.execute([source])?;
    }
    for reference in data.references() {
        conn.prepare_cached("INSERT OR IGNORE INTO link (source, field, target) VALUES (?1, ?2, ?3)")?
            .execute(params![source, reference.field, reference.target.key()])?;
    }
    Ok(())
}

impl Store {
    /// A record by its number.
    pub fn record(&self, id: RecordId) -> Result<Option<RecordData>, StoreError> {
        body(&self.conn, id)?.map(|text| parse(&text)).transpose()
    }

    /// All records of a kind, ordered by number. For kinds with few records, and for export; lists use [`Store::list`].
    pub fn records(&self, kind: Kind) -> Result<Vec<RecordData>, StoreError> {
        let mut statement =
            self.conn.prepare_cached("SELECT body FROM record WHERE key BETWEEN ?1 AND ?2 ORDER BY key")?;
        let rows = statement.query_map(keys_of(kind), |row| row.get::<_, String>(0))?;
        rows.map(|text| parse(&text?)).collect()
    }

    /// The numbers of the records of a kind, in order.
    pub fn numbers(&self, kind: Kind) -> Result<Vec<RecordId>, StoreError> {
        self.ids("SELECT key FROM record WHERE key BETWEEN ?1 AND ?2 ORDER BY key", &keys_of(kind))
    }

    /// The records whose keys a query gives, in its order.
    fn ids(&self, sql: &str, of: &[i64]) -> Result<Vec<RecordId>, StoreError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(params_from_iter(of), |row| row.get::<_, i64>(0))?;
        let keys = rows.collect::<Result<Vec<i64>, _>>()?;
        Ok(keys.into_iter().filter_map(RecordId::from_key).collect())
    }

    /// The records of a kind that are in one of these states, ordered by number.
    pub fn in_states(&self, kind: Kind, states: &[&str]) -> Result<Vec<RecordData>, StoreError> {
        let sql = "SELECT body FROM record WHERE key BETWEEN ?1 AND ?2 AND state IN (SELECT value FROM json_each(?3))
                   ORDER BY key";
        let [first, last] = keys_of(kind);
        let states = serde_json::json!(states).to_string();
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(params![first, last, states], |row| row.get::<_, String>(0))?;
        rows.map(|text| parse(&text?)).collect()
    }

    /// The records of a kind with this title.
    pub fn titled(&self, kind: Kind, title: &str) -> Result<Vec<RecordData>, StoreError> {
        let sql = "SELECT body FROM record WHERE key BETWEEN ?1 AND ?2 AND title = ?3 ORDER BY key";
        let [first, last] = keys_of(kind);
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(params![first, last, title], |row| row.get::<_, String>(0))?;
        rows.map(|text| parse(&text?)).collect()
    }

    /// The records of a kind that refer to `id`.
    pub fn referring(&self, id: RecordId, kind: Kind) -> Result<Vec<RecordData>, StoreError> {
        self.sources(id, kind)?.into_iter().filter_map(|id| self.record(id).transpose()).collect()
    }

    /// The numbers of the records of a kind that refer to `id`.
    pub fn sources(&self, id: RecordId, kind: Kind) -> Result<Vec<RecordId>, StoreError> {
        let sql =
            "SELECT DISTINCT source FROM link WHERE target = ?1 AND source BETWEEN ?2 AND ?3 ORDER BY source";
        let [first, last] = keys_of(kind);
        self.ids(sql, &[id.key(), first, last])
    }

    /// The numbers of all records that refer to `id`, by kind and number.
    pub fn all_sources(&self, id: RecordId) -> Result<Vec<RecordId>, StoreError> {
        self.ids("SELECT DISTINCT source FROM link WHERE target = ?1 ORDER BY source", &[id.key()])
    }

    /// The parts of a record that are of one kind, ordered by number.
    pub fn parts(&self, parent: RecordId, kind: Kind) -> Result<Vec<RecordData>, StoreError> {
        let sql = "SELECT body FROM record WHERE parent = ?1 AND key BETWEEN ?2 AND ?3 ORDER BY key";
        let [first, last] = keys_of(kind);
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows =
            statement.query_map(params![parent.to_string(), first, last], |row| row.get::<_, String>(0))?;
        rows.map(|text| parse(&text?)).collect()
    }

    /// The highest number of a kind; 0 without a record.
    pub fn highest_number(&self, kind: Kind) -> Result<u32, StoreError> {
        let sql = "SELECT coalesce(max(key), ?1) - ?1 FROM record WHERE key BETWEEN ?1 AND ?2";
        let [first, last] = keys_of(kind);
        Ok(self.conn.prepare_cached(sql)?.query_row([first - 1, last], |row| row.get(0))?)
    }

    /// The rows of a list: every record of the kind, newest first, with further columns by field name.
    pub fn list(&self, kind: Kind, more: &[&str]) -> Result<Vec<ListRow>, StoreError> {
        let known: Vec<&str> = more.iter().copied().filter(|name| kind.def().field(name).is_some()).collect();
        let columns = known.iter().fold(String::new(), |mut columns, name| {
            let _ = write!(columns, ", json_extract(body, '$.fields.{name}')");
            columns
        });
        let sql = format!(
            "SELECT number, title, state, owner, created_at, state_since{columns} FROM record
             WHERE key BETWEEN ?1 AND ?2 ORDER BY key DESC"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let epoch = Moment::from_utc(chrono::DateTime::UNIX_EPOCH);
        let rows = statement.query_map(keys_of(kind), |row| {
            let moment = |text: String| Moment::parse(&text).unwrap_or(epoch);
            let mut extra = Vec::with_capacity(known.len());
            for index in 0..known.len() {
                extra.push(match row.get_ref(6 + index)? {
                    rusqlite::types::ValueRef::Null | rusqlite::types::ValueRef::Blob(_) => String::new(),
                    rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                    rusqlite::types::ValueRef::Real(number) => number.to_string(),
                    rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                });
            }
            Ok(ListRow {
                id: RecordId::new(kind, row.get(0)?),
                title: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
                state: row.get(2)?,
                owner: row.get::<_, Option<String>>(3)?.and_then(|text| text.parse().ok()),
                created_at: moment(row.get(4)?),
                state_since: moment(row.get(5)?),
                more: extra,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The titles of the parts of a kind that are not closed, by the record of which they are parts, in the order of their numbers.
    pub fn part_titles(&self, kind: Kind) -> Result<BTreeMap<RecordId, Vec<String>>, StoreError> {
        let sql = "SELECT parent, title, state FROM record WHERE key BETWEEN ?1 AND ?2 ORDER BY key";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(keys_of(kind), |row| {
            let text = |index| row.get::<_, Option<String>>(index).map(Option::unwrap_or_default);
            Ok((text(0)?, text(1)?, text(2)?))
        })?;
        let mut found: BTreeMap<RecordId, Vec<String>> = BTreeMap::new();
        for row in rows {
            let (parent, title, state) = row?;
            let closed = kind.def().state(&state).is_some_and(|state| state.terminal);
            if let Some(parent) = parent.parse().ok().filter(|_| !closed) {
                found.entry(parent).or_default().push(title);
            }
        }
        Ok(found)
    }

    /// A record of the kind with this value in a line field.
    pub fn find_by_line(&self, kind: Kind, name: &str, value: &str) -> Result<Option<RecordId>, StoreError> {
        let Some(declared) = kind.def().field(name) else { return Ok(None) };
        let sql = format!(
            "SELECT key FROM record WHERE key BETWEEN ?1 AND ?2 AND json_extract(body, '$.fields.{}') = ?3 LIMIT 1",
            declared.name
        );
        let [first, last] = keys_of(kind);
        let key: Option<i64> = self
            .conn
            .prepare_cached(&sql)?
            .query_row(params![first, last, value], |row| row.get(0))
            .optional()?;
        Ok(key.and_then(RecordId::from_key))
    }
}
