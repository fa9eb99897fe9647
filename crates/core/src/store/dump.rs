//! Data that the export writes exactly as it is stored: the texts with their digests and signatures, row by row.

use super::{Store, StoreError};

/// A signed text as it is stored: an audit event or an electronic signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventText {
    /// Its exact text.
    pub body: String,
    /// SHA-256 of the text, hexadecimal.
    pub digest: String,
    /// Number of the key that signed it.
    pub key: i64,
    /// The Ed25519 signature.
    pub signature: Vec<u8>,
}

impl Store {
    /// Passes every audit event to `each`, oldest first.
    pub fn each_event<E: From<StoreError>>(
        &self,
        each: impl FnMut(EventText) -> Result<(), E>,
    ) -> Result<(), E> {
        self.each_text("SELECT body, digest, key, signature FROM event ORDER BY seq", each)
    }

    /// Passes every electronic signature to `each`, oldest first.
    pub fn each_signature<E: From<StoreError>>(
        &self,
        each: impl FnMut(EventText) -> Result<(), E>,
    ) -> Result<(), E> {
        self.each_text("SELECT body, digest, key, signature FROM signature ORDER BY number", each)
    }

    fn each_text<E: From<StoreError>>(
        &self,
        sql: &str,
        mut each: impl FnMut(EventText) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self.conn.prepare_cached(sql).map_err(StoreError::from)?;
        let mut rows = statement.query([]).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            let read = || -> rusqlite::Result<EventText> {
                Ok(EventText {
                    body: row.get(0)?,
                    digest: row.get(1)?,
                    key: row.get(2)?,
                    signature: row.get(3)?,
                })
            };
            each(read().map_err(StoreError::from)?)?;
        }
        Ok(())
    }
}
