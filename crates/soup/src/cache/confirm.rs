//! What an update found unchanged at its publisher: such data is as fresh as the update, whatever date the file gives itself.

use rusqlite::params;

use super::{Cache, SourceFile};
use mainstay_base::store_error::StoreError;
use mainstay_base::time::Moment;

impl Cache {
    /// Notes that nothing newer replaces these files at this moment. An earlier note of the same file is replaced.
    pub fn confirm(&mut self, at: Moment, which: &dyn Fn(&SourceFile) -> bool) -> Result<(), StoreError> {
        let files = self.files()?;
        let tx = self.conn.transaction()?;
        for file in files.iter().filter(|file| which(file)) {
            tx.prepare_cached(
                "DELETE FROM coverage WHERE file = ?1 AND ecosystem >= 'confirmed:' AND ecosystem < 'confirmed;'",
            )?
            .execute([file.id])?;
            tx.prepare_cached("INSERT INTO coverage (file, ecosystem) VALUES (?1, ?2)")?
                .execute(params![file.id, format!("confirmed:{at}")])?;
        }
        Ok(tx.commit()?)
    }

    /// Notes of every file that it is all that its publisher has. Unlike a confirmation, this gives no age.
    pub fn declare_whole(&mut self, word: &str) -> Result<(), StoreError> {
        self.conn.execute(
            "INSERT OR IGNORE INTO coverage (file, ecosystem) SELECT id, ?1 FROM source_file",
            [word],
        )?;
        Ok(())
    }
}
