//! The product file in SQLite. Only this module contains SQL.
//!
//! It stores what `ops` passes to it and enforces what SQL can enforce. Permissions and the rules of requests belong to `domain`.

mod backup;
mod blobs;
mod ddl;
mod dump;
mod events;
mod identity;
mod keys;
mod leftovers;
mod lock;
mod mirror;
mod open;
mod reading;
mod record_source;
mod records;
mod search;
mod tx;
mod upgrade;
mod verify;
mod wishes;

pub use crate::domain::record::ListRow;
pub use backup::{backup_to, thin};
pub use blobs::{BlobSource, Measured, NewBlob, in_pieces};
pub use ddl::HEAD as VIEW_HEAD;
pub use dump::EventText;
pub use events::{EventFilter, EventRow, Head};
pub use keys::{
    Credential, ITERATIONS_MAX, KdfCost, MEMORY_KIB_MAX, SALT_BYTES_MAX, SignInFailure, WRAPPED_BYTES,
};
pub use leftovers::{Leftover, leftovers};
pub use lock::{Holder, Lock, holder_of};
pub use mainstay_base::store_error::StoreError;
pub use mirror::{CountsUntil, NewSince, NumberedText, RecordText};
pub use open::{FileState, create, has_journal, journal_of, look, open_beside, open_read_only, open_writing};
pub use reading::Reading;
pub use search::Hit;
pub use tx::{Commit, SignedText, Tx};
pub use upgrade::{Report, Step, Steps, Upgraded, upgrade};
pub use verify::{Discrepancy, Verification, verify, verify_by};
pub use wishes::{Waiting, Wish, ask, waiting};

use std::cell::Cell;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::domain::clock::ClockHistory;
use mainstay_base::time::Moment;

/// An open product file.
pub struct Store {
    conn: Connection,
    path: PathBuf,
    writable: bool,
    /// The state of the file after the last check or write. A difference shows that something else wrote to it or replaced it.
    seen: identity::Seen,
    head: Head,
    /// The latest moment that the workstation knows from elsewhere.
    clock_seen: Cell<Option<Moment>>,
    /// The clock history up to the event with this number.
    clock: Cell<Option<(u64, ClockHistory)>>,
    /// Whether the views match the declarations. Opening writes nothing, so the views are updated with the first event.
    views_are_fresh: bool,
    /// Whether opening rolled back an interrupted write.
    interrupted: bool,
}

impl Store {
    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether this program may write to it.
    pub const fn is_writable(&self) -> bool {
        self.writable
    }

    /// Whether opening rolled back an interrupted write.
    pub const fn took_back_a_write(&self) -> bool {
        self.interrupted
    }

    /// Notes whether an opening before this one took back a write that was interrupted.
    pub const fn set_interrupted(&mut self, interrupted: bool) {
        self.interrupted = interrupted;
    }

    /// The last audit event that is known.
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// Checks whether somebody else committed. If so, takes over the new head and returns `true`.
    ///
    /// A reader follows a file that was replaced. A writer keeps the state that it knows, so that the next write is refused.
    pub fn refresh(&mut self) -> Result<bool, StoreError> {
        let seen = identity::Seen::of(&self.conn, &self.path)?;
        if self.writable {
            let same = seen == self.seen;
            return if same { Ok(false) } else { Err(StoreError::ChangedUnderneath(self.path.clone())) };
        }
        if !seen.same_file(&self.seen) {
            let before = std::mem::replace(self, open::open_read_only(&self.path)?);
            self.see_clock(before.clock_seen());
            return Ok(before.head != self.head);
        }
        let head = events::head(&self.conn)?;
        let changed = head != self.head;
        self.head = head;
        self.seen = seen;
        Ok(changed)
    }

    /// The permanent identity of the file, independent of its name.
    pub fn uuid(&self) -> Result<String, StoreError> {
        Ok(self.conn.query_row("SELECT uuid FROM product_file", [], |row| row.get(0))?)
    }
}
