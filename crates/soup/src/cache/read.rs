//! Look-ups in the cache.

use std::path::Path;

use rusqlite::{OptionalExtension as _, Row, params};
use sha2::{Digest as _, Sha256};

use super::{Cache, FILE_NAME, SourceFile, number_of};
use mainstay_base::store_error::StoreError;
use mainstay_base::time::Moment;

/// The files, each with the last time at which its publisher confirmed it.
const FILES: &str = "SELECT *, (SELECT substr(ecosystem, 11) FROM coverage WHERE file = source_file.id
    AND ecosystem >= 'confirmed:' AND ecosystem < 'confirmed;') AS confirmed FROM source_file";

/// One version of a record, current or former.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordVersion {
    /// Its kind.
    pub kind: String,
    /// The number of the file that it comes from.
    pub file: i64,
    /// Whether it is the newest version.
    pub current: bool,
    /// SHA-256 of its text, lower-case hexadecimal.
    pub sha256: String,
    /// Its text, compressed.
    pub raw: Vec<u8>,
}

impl Cache {
    /// Holds the present state: later imports are not seen, and a look-up need not ask each time whether there was one.
    pub fn hold(&self) -> Result<(), StoreError> {
        Ok(self.conn.execute_batch("BEGIN")?)
    }

    /// All imported files, in the order of import.
    pub fn files(&self) -> Result<Vec<SourceFile>, StoreError> {
        let mut statement = self.conn.prepare(&format!("{FILES} ORDER BY id"))?;
        let rows = statement.query_map([], source_file)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A digest of the list of imported files, and of the sizes and times of the files of the cache in `folder`. It changes with every import
    /// that changes the cache, and when another cache is put in its place.
    pub fn state(&self, folder: &Path) -> Result<[u8; 32], StoreError> {
        let mut hasher = Sha256::new();
        let mut statement = self.conn.prepare(&format!("{FILES} ORDER BY id"))?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                hasher.update(format!("{:?}\n", row.get_ref(column)?));
            }
        }
        for name in [FILE_NAME.to_owned(), format!("{FILE_NAME}-wal")] {
            // Readers create and remove an empty log.
            let meta = std::fs::metadata(folder.join(name)).ok().filter(|meta| meta.len() > 0);
            hasher.update(format!("{:?}\n", meta.map(|meta| (meta.len(), meta.modified().ok()))));
        }
        Ok(hasher.finalize().into())
    }

    /// Numbers of the files that supply current records.
    pub fn files_with_current_records(&self) -> Result<Vec<i64>, StoreError> {
        let mut statement = self.conn.prepare(
            "SELECT id FROM source_file WHERE EXISTS
             (SELECT 1 FROM record INDEXED BY record_teller WHERE file = source_file.id AND current = 1) ORDER BY id",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The imported file with this digest.
    pub fn file_with(&self, sha256: &str) -> Result<Option<SourceFile>, StoreError> {
        let mut statement = self.conn.prepare_cached(&format!("{FILES} WHERE sha256 = ?1"))?;
        Ok(statement.query_row([sha256], source_file).optional()?)
    }

    /// What each file covers, by the file's number.
    pub fn coverage(&self) -> Result<Vec<(i64, String)>, StoreError> {
        let mut statement = self.conn.prepare(
            "SELECT file, ecosystem FROM coverage
                 WHERE NOT (ecosystem >= 'confirmed:' AND ecosystem < 'confirmed;') ORDER BY file, ecosystem",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Numbers of the current records under a key.
    pub fn numbers_under(&self, key: &str) -> Result<Vec<i64>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT record FROM record_key WHERE key = ?1")?;
        let number = number_of(key);
        let rows = statement.query_map([number], |row| row.get(0))?;
        let mut found = rows.collect::<Result<Vec<i64>, _>>()?;
        found.extend(self.waiting.under(number));
        Ok(found)
    }

    /// Reads a record by its number: `read` receives the number of its file and its value. `None` if there is no such record.
    pub fn read<T>(&self, number: i64, read: impl FnOnce(i64, &[u8]) -> T) -> Result<Option<T>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT file, body FROM record WHERE id = ?1")?;
        let mut rows = statement.query([number])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let body = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        Ok(Some(read(row.get(0)?, body)))
    }

    /// The kind of a record and its compressed text, by its number. `None` if there is no such record.
    pub fn text_of(&self, number: i64) -> Result<Option<(String, Vec<u8>)>, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT kind, raw FROM record JOIN record_text ON record = id WHERE id = ?1")?;
        Ok(statement.query_row([number], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    }

    /// All versions of a record from all documents, the current ones first.
    pub fn versions_of(&self, id: &str) -> Result<Vec<RecordVersion>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT kind, file, current, digest, raw FROM record INDEXED BY record_current JOIN record_text ON record = id
             WHERE current = 1 AND (record_id = ?1 OR record_id >= ?1 || ' ' AND record_id < ?1 || '!')
             UNION ALL
             SELECT kind, file, current, digest, raw FROM record INDEXED BY record_former JOIN record_text ON record = id
             WHERE current = 0 AND (record_id = ?1 OR record_id >= ?1 || ' ' AND record_id < ?1 || '!')
             ORDER BY current DESC",
        )?;
        let rows = statement.query_map(params![id], |row| {
            let digest: Vec<u8> = row.get(3)?;
            Ok(RecordVersion {
                kind: row.get(0)?,
                file: row.get(1)?,
                current: row.get(2)?,
                sha256: hex::encode(digest),
                raw: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn source_file(row: &Row<'_>) -> rusqlite::Result<SourceFile> {
    let at: String = row.get("imported_at")?;
    let imported_at = Moment::parse(&at).map_err(|why| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, why.into())
    })?;
    let confirmed: Option<String> = row.get("confirmed")?;
    let unsigned = |name: &str| row.get::<_, i64>(name).map(i64::cast_unsigned);
    Ok(SourceFile {
        id: row.get("id")?,
        name: row.get("name")?,
        sha256: row.get("sha256")?,
        bytes: unsigned("bytes")?,
        format: row.get("format")?,
        source: row.get("source")?,
        data_date: row.get("data_date")?,
        records: unsigned("records")?,
        refused: unsigned("refused")?,
        imported_at,
        program: row.get("program")?,
        confirmed_at: confirmed.as_deref().and_then(|at| Moment::parse(at).ok()),
    })
}
