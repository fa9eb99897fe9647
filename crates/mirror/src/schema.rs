//! The tables and views of a mirror: made where there are none, and told where they are of another version.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use mainstay_core::domain::ids::Kind;
use mainstay_core::ops::mirror::{ColumnType, VIEW_HEAD, view_columns};
use postgres::{Error, Transaction};

use super::refused::{Doing, NotPublished};
use super::target::Target;

/// The version of the tables that this program makes and writes.
pub const VERSION: i32 = 1;

const TABLES: &str = include_str!("schema.sql");

/// Keeps others from making or changing the tables at the same time. The letters of the program's name.
const MAKING: i64 = 0x006d_6169_6e73_7461;

/// What the database has of a mirror.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// There is no schema of this name.
    Nothing,
    /// There is a schema of this name that is no mirror.
    Foreign,
    /// A mirror of this version.
    Version(i32),
}

/// Looks what there is.
pub fn look(tx: &mut Transaction<'_>) -> Result<Found, Error> {
    let row = tx.query_one(
        "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'mainstay'),
           EXISTS (SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace
             WHERE nspname = 'mainstay' AND relname = 'mirror' AND relkind = 'r')",
        &[],
    )?;
    match (row.try_get(0)?, row.try_get(1)?) {
        (false, _) => Ok(Found::Nothing),
        (true, false) => Ok(Found::Foreign),
        (true, true) => {
            let row = tx.query_opt("SELECT version::integer FROM mainstay.mirror", &[])?;
            row.map_or(Ok(Found::Foreign), |row| row.try_get(0).map(Found::Version))
        }
    }
}

/// Refuses what this program cannot write to. An older mirror is accepted where it may be made anew.
pub fn refuse_other(found: Found, anew: bool, target: &Target) -> Result<(), NotPublished> {
    let words = match found {
        Found::Nothing | Found::Version(VERSION) => return Ok(()),
        Found::Version(version) if version < VERSION && anew => return Ok(()),
        Found::Foreign => {
            "the schema mainstay of this database is no mirror; name another database, or let its owner rename the schema".to_owned()
        }
        Found::Version(version) if version > VERSION => format!(
            "the mirror is of version {version}, and this program knows version {VERSION}; publish with the program that made it, or a later one"
        ),
        Found::Version(version) => format!(
            "the mirror is of version {version}, and this program writes version {VERSION}; --anew drops it with everything in it and makes it again, \
             and then every product is published again"
        ),
    };
    Err(NotPublished::Refused(format!("{target}: {words}")))
}

/// Makes the tables if there are none or an older version, and the views that lack a declared field. Returns what was found first.
pub fn prepare(
    tx: &mut Transaction<'_>,
    anew: bool,
    target: &Target,
    doing: &mut Doing<'_>,
) -> Result<Found, NotPublished> {
    doing.now("looking at the tables");
    let mut found = look(tx).map_err(|error| doing.failed(&error))?;
    if found != Found::Version(VERSION) {
        // Another program may be making them; then they are there when it is done.
        tx.query("SELECT pg_advisory_xact_lock($1)", &[&MAKING]).map_err(|error| doing.failed(&error))?;
        found = look(tx).map_err(|error| doing.failed(&error))?;
    }
    refuse_other(found, anew, target)?;
    if found != Found::Version(VERSION) {
        doing.now("making the tables");
        let drop = if found == Found::Nothing { "" } else { "DROP SCHEMA mainstay CASCADE;" };
        tx.batch_execute(&format!("{drop}{TABLES}")).map_err(|error| doing.failed(&error))?;
        let sql = "INSERT INTO mainstay.mirror (version, made_with) VALUES ($1, $2)";
        tx.execute(sql, &[&VERSION, &env!("CARGO_PKG_VERSION")]).map_err(|error| doing.failed(&error))?;
    }
    doing.now("making the views");
    refresh_views(tx).map_err(|error| doing.failed(&error))?;
    Ok(found)
}

/// Makes the views again that lack a declared field or do not keep to the rights of who asks, and names the kinds. A view that has more stays:
/// a later program made it.
fn refresh_views(tx: &mut Transaction<'_>) -> Result<(), Error> {
    let present = present_views(tx)?;
    let is_stale = |kind: &&Kind| {
        let columns = present.get(kind.code());
        !columns.is_some_and(|columns| view_columns_of(**kind).iter().all(|column| columns.contains(column)))
    };
    let stale: Vec<&Kind> = Kind::ALL.iter().filter(is_stale).collect();
    if stale.is_empty() {
        return Ok(());
    }
    tx.query("SELECT pg_advisory_xact_lock($1)", &[&MAKING])?;
    let mut sql = String::new();
    for kind in stale {
        let (code, name) = (kind.code(), kind.def().noun().replace('\'', "''"));
        let _ = write!(
            sql,
            "DROP VIEW IF EXISTS mainstay.\"{code}\"; {}; INSERT INTO mainstay.kind VALUES ({}, '{code}', '{}', '{name}')
             ON CONFLICT (number) DO UPDATE SET code = excluded.code, prefix = excluded.prefix, name = excluded.name;\n",
            view(*kind),
            kind.number(),
            kind.prefix()
        );
    }
    tx.batch_execute(&sql)
}

/// The columns of each view that keeps to the rights of who asks, with their types.
fn present_views(tx: &mut Transaction<'_>) -> Result<BTreeMap<String, BTreeSet<(String, String)>>, Error> {
    let rows = tx.query(
        "SELECT relname::text, attname::text, atttypid::regtype::text FROM pg_catalog.pg_attribute
           JOIN pg_catalog.pg_class c ON c.oid = attrelid JOIN pg_catalog.pg_namespace n ON n.oid = relnamespace
         WHERE nspname = 'mainstay' AND relkind = 'v' AND attnum > 0 AND NOT attisdropped
           AND 'security_invoker=true' = ANY(reloptions)",
        &[],
    )?;
    let mut views: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    for row in rows {
        views.entry(row.try_get(0)?).or_default().insert((row.try_get(1)?, row.try_get(2)?));
    }
    Ok(views)
}

/// The columns of the view of a kind, with their types.
fn view_columns_of(kind: Kind) -> Vec<(String, String)> {
    let head =
        VIEW_HEAD.map(|name| (name, if matches!(name, "number" | "revision") { "bigint" } else { "text" }));
    let fields = view_columns(kind).map(|(name, ty)| (name, sql_type(ty)));
    let all = std::iter::once(("product", "uuid")).chain(head).chain(fields);
    all.map(|(name, ty)| (name.to_owned(), ty.to_owned())).collect()
}

const fn sql_type(ty: ColumnType) -> &'static str {
    match ty {
        ColumnType::Text => "text",
        ColumnType::Number => "bigint",
        ColumnType::YesNo => "boolean",
        ColumnType::Json => "jsonb",
    }
}

/// The SQL of the view of a kind. It shows what the one who asks may see, not what its owner may.
fn view(kind: Kind) -> String {
    let mut sql = format!(
        "CREATE VIEW mainstay.\"{}\" WITH (security_invoker = true) AS SELECT product, {}",
        kind.code(),
        VIEW_HEAD.join(", ")
    );
    // A value of another type, which no request lets in, must not end every question about the view.
    for (name, ty) in view_columns(kind) {
        let field = format!("content -> 'fields' -> '{name}'");
        let text = format!("content -> 'fields' ->> '{name}'");
        let _ = match ty {
            ColumnType::Text => write!(sql, ",\n  {text} AS \"{name}\""),
            ColumnType::Number => write!(
                sql,
                ",\n  CASE WHEN {text} ~ '^-?[0-9]{{1,18}}$' THEN ({text})::bigint END AS \"{name}\""
            ),
            ColumnType::YesNo => {
                write!(
                    sql,
                    ",\n  CASE {field} WHEN 'true' THEN true WHEN 'false' THEN false END AS \"{name}\""
                )
            }
            ColumnType::Json => write!(sql, ",\n  {field} AS \"{name}\""),
        };
    }
    let _ = write!(sql, "\nFROM mainstay.record WHERE kind = {}", kind.number());
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_has_the_name_of_another_column() {
        for kind in Kind::ALL {
            let names = view_columns_of(*kind);
            let distinct: BTreeSet<&String> = names.iter().map(|(name, _)| name).collect();
            assert_eq!(distinct.len(), names.len(), "{}", kind.code());
            assert!(!TABLES.contains(&format!("CREATE TABLE mainstay.{} (", kind.code())), "{}", kind.code());
        }
    }
}
