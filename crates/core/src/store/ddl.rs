//! The schema: the tables, which never change without an upgrade, and the views, which follow the declarations.
//!
//! A record is stored as its canonical text in one table for all kinds. For inspection, each kind has a view with plain columns.
//! Views hold no data, so a new kind, field, choice or state needs no upgrade of the file: the views are created again with the
//! next event that is written.

use std::fmt::Write as _;

use rusqlite::Connection;

use super::StoreError;
use crate::domain::ids::Kind;

/// The tables of version 1. Never edited after the release of version 1: a later version is an upgrade.
pub const V1: &str = include_str!("schema/v1.sql");

/// The columns of a view that do not come from the declared fields.
pub const HEAD: [&str; 10] = [
    "number",
    "id",
    "parent",
    "state",
    "owner",
    "created_at",
    "created_by",
    "state_since",
    "revision",
    "body",
];

/// The SQL of the view of a kind with columns for these fields.
///
/// It depends only on the arguments, so [`is_honest`] can check a view by the names of its columns.
pub fn view(name: &str, kind: u16, fields: &[&str]) -> String {
    let low = i64::from(kind) << 32;
    let mut sql = format!("CREATE VIEW {name} AS SELECT {}", HEAD.join(", "));
    for field in fields {
        let _ = write!(sql, ",\n  json_extract(body, '$.fields.{field}') AS {field}");
    }
    let _ = write!(sql, "\nFROM record WHERE key BETWEEN {} AND {}", low + 1, low + 0xFFFF_FFFF);
    sql
}

/// The SQL of the view of a kind with the fields that are declared now.
pub fn declared_view(kind: Kind) -> String {
    let fields: Vec<&str> = kind.def().fields().map(|field| field.name).collect();
    view(kind.code(), kind.number(), &fields)
}

/// Whether a view shows every record of the kind as in its text: each column must be the field with the same name. Fields that this
/// program does not know are allowed: they belong to another version.
pub fn is_honest(conn: &Connection, kind: Kind, sql: &str) -> Result<bool, StoreError> {
    let mut statement = conn.prepare("SELECT name FROM pragma_table_info(?1) ORDER BY cid")?;
    let columns: Vec<String> =
        statement.query_map([kind.code()], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let plain = |name: &String| name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
    let fields: Vec<&str> = columns.iter().skip(HEAD.len()).map(String::as_str).collect();
    Ok(columns.iter().all(plain) && view(kind.code(), kind.number(), &fields) == sql)
}

/// Creates the views again that differ from the declarations, in a transaction of the caller.
pub fn refresh_views(conn: &Connection) -> Result<(), StoreError> {
    let mut stale = String::new();
    for kind in Kind::ALL {
        let wanted = declared_view(*kind);
        let present: Option<String> = conn
            .prepare_cached("SELECT max(sql) FROM sqlite_schema WHERE type = 'view' AND name = ?1")?
            .query_row([kind.code()], |row| row.get(0))?;
        if present.as_ref() != Some(&wanted) {
            let _ = write!(stale, "DROP VIEW IF EXISTS {}; {wanted}; ", kind.code());
        }
    }
    if !stale.is_empty() {
        conn.execute_batch(&stale)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_shows_the_field_of_each_of_its_columns_and_nothing_else() {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(V1).unwrap();
        refresh_views(&conn).unwrap();
        refresh_views(&conn).unwrap();
        let sql = declared_view(Kind::Feedback);
        assert!(is_honest(&conn, Kind::Feedback, &sql).unwrap());
        for (what, lie) in [
            ("$.fields.title", "$.fields.channel"),
            ("json_extract(body, '$.fields.title')", "'Nothing'"),
            ("AND 12884901887", "AND 8589934599"),
            ("FROM record", "FROM (SELECT * FROM record WHERE number <> 3) AS record"),
        ] {
            let lying = sql.replace(what, lie);
            assert_ne!(sql, lying, "{what}");
            conn.execute_batch(&format!("DROP VIEW feedback; {lying}")).unwrap();
            assert!(!is_honest(&conn, Kind::Feedback, &lying).unwrap(), "{lying}");
        }
        let older = view("feedback", Kind::Feedback.number(), &["title", "no_longer_known"]);
        conn.execute_batch(&format!("DROP VIEW feedback; {older}")).unwrap();
        assert!(is_honest(&conn, Kind::Feedback, &older).unwrap());
        refresh_views(&conn).unwrap();
        let now: String = conn
            .query_row("SELECT sql FROM sqlite_schema WHERE name = 'feedback'", [], |row| row.get(0))
            .unwrap();
        assert_eq!(now, sql);
    }
}
