//! The schema, and its proof against the declarations.
//!
//! A record is stored as its canonical text; every declared field is a generated column over it. So the columns cannot
//! disagree with what was hashed, and an inspector with `sqlite3` sees plain tables.

/// The schema of version 1, as it was released. Never edited afterwards: a later version is a migration.
pub const V1: &str = include_str!("schema/v1.sql");

#[cfg(test)]
mod tests {
    use crate::domain::field::{FieldDef, FieldType};
    use crate::domain::ids::Kind;
    use crate::domain::record::KindDef;
    use std::fmt::Write as _;

    /// The table of a kind, from its declaration.
    fn table(def: &KindDef) -> String {
        let name = def.kind.code();
        let states: Vec<String> = def.states.iter().map(|state| format!("'{}'", state.code)).collect();
        let mut sql = format!("CREATE TABLE {name} (\n  number INTEGER PRIMARY KEY CHECK (number > 0),\n");
        let _ =
            writeln!(sql, "  state TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.state')) STORED");
        let _ = writeln!(sql, "    CHECK (state IN ({})),", states.join(", "));
        sql.push_str("  owner TEXT GENERATED ALWAYS AS (json_extract(body, '$.owner')) STORED,\n");
        for column in ["created_at", "created_by", "state_since"] {
            let _ = writeln!(
                sql,
                "  {column} TEXT NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.{column}')) STORED,"
            );
        }
        sql.push_str(
            "  revision INTEGER NOT NULL GENERATED ALWAYS AS (json_extract(body, '$.revision')) STORED CHECK (revision > 0),\n",
        );
        for field in def.fields() {
            sql.push_str(&column(field));
        }
        let _ = writeln!(
            sql,
            "  body TEXT NOT NULL CHECK (json_valid(body)) CHECK (json_extract(body, '$.id') = '{}-' || printf('%04d', number))\n) STRICT;",
            def.kind.prefix()
        );
        sql.push_str(&triggers(def));
        sql
    }

    fn column(field: &FieldDef) -> String {
        let (ty, keep, check) = match field.ty {
            FieldType::YesNo => {
                ("INTEGER", "STORED", format!(" CHECK ({0} IS NULL OR {0} IN (0, 1))", field.name))
            }
            FieldType::Number => {
                ("INTEGER", "STORED", format!(" CHECK ({0} IS NULL OR {0} >= 0)", field.name))
            }
            FieldType::Choice(options) => {
                let codes: Vec<String> = options.iter().map(|option| format!("'{}'", option.code)).collect();
                (
                    "TEXT",
                    "STORED",
                    format!(" CHECK ({0} IS NULL OR {0} IN ({1}))", field.name, codes.join(", ")),
                )
            }
            FieldType::Line | FieldType::Day | FieldType::Moment | FieldType::Record => {
                ("TEXT", "STORED", String::new())
            }
            FieldType::Text
            | FieldType::Choices(_)
            | FieldType::Lines
            | FieldType::Records
            | FieldType::Rows(_) => ("TEXT", "VIRTUAL", String::new()),
        };
        let name = field.name;
        format!("  {name} {ty} GENERATED ALWAYS AS (json_extract(body, '$.fields.{name}')) {keep}{check},\n")
    }

    fn triggers(def: &KindDef) -> String {
        let table = def.kind.code();
        let noted = "NOT EXISTS (SELECT 1 FROM touch WHERE record = json_extract(new.body, '$.id') AND revision = json_extract(new.body, '$.revision'))".to_string();
        let mut sql = String::new();
        let _ = writeln!(
            sql,
            "CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, 'records are voided, never deleted'); END;"
        );
        let _ = writeln!(
            sql,
            "CREATE TRIGGER {table}_made BEFORE INSERT ON {table} WHEN {noted} BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event'); END;"
        );
        let _ = writeln!(
            sql,
            "CREATE TRIGGER {table}_changed BEFORE UPDATE ON {table} WHEN {noted} OR new.number <> old.number OR json_extract(new.body, '$.revision') <> old.revision + 1 BEGIN SELECT RAISE(ABORT, 'a record changes only with an audit event, one revision at a time'); END;"
        );
        sql
    }

    fn declared_tables() -> String {
        Kind::ALL.iter().map(|kind| table(kind.def()) + "\n").collect()
    }

    /// Set `MAINSTAY_WRITE_SCHEMA` to write the tables of a schema version that is not released yet.
    #[test]
    fn the_schema_holds_exactly_the_declared_fields() {
        let start = "-- Records: one table for each kind, one column for each declared field.\n";
        let end = "-- End of records.\n";
        let (before, rest) = super::V1.split_once(start).unwrap();
        let (tables, after) = rest.split_once(end).unwrap();
        if std::env::var_os("MAINSTAY_WRITE_SCHEMA").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/schema/v1.sql");
            std::fs::write(path, format!("{before}{start}{}{end}{after}", declared_tables())).unwrap();
            return;
        }
        assert_eq!(tables, declared_tables(), "a field was added or changed without its column");
    }

    #[test]
    fn the_schema_can_be_made() {
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        conn.execute_batch(super::V1).unwrap();
    }
}
