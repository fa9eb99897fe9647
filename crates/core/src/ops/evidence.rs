//! A file from which fields of a record were read: it is attached to the record and the fields are set, both or neither.

use super::file::ProductFile;
use super::refused::Refused;
use super::request::{Act, FileSource, Receipt, Request};
use super::session::Session;
use crate::domain::canonical;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::Fields;
use mainstay_base::clock::Stamp;

/// A file that is kept as evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceFile {
    /// Its name without its folder.
    pub name: String,
    /// Its origin, in words or as a path.
    pub place: String,
    /// What it shows.
    pub description: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl EvidenceFile {
    /// SHA-256 of its bytes.
    pub fn sha256(&self) -> String {
        canonical::digest(&self.bytes)
    }

    pub(super) fn attach(self, to: RecordId) -> Request {
        Request::Attach {
            to,
            file_name: self.name,
            file: FileSource::Bytes(self.bytes),
            description: self.description,
            source: self.place,
            captured_at: None,
        }
    }
}

impl ProductFile {
    /// Attaches files to a record, all of them or none.
    ///
    /// # Errors
    /// The refusal of a request; then nothing was changed.
    pub fn keep(
        &mut self,
        session: &Session,
        id: RecordId,
        files: Vec<EvidenceFile>,
        stamp: &Stamp,
    ) -> Result<Vec<Receipt>, Refused> {
        let acts = files.into_iter().map(|file| Act::from(file.attach(id))).collect();
        self.perform_all(session, acts, &|_| true, stamp).map_err(|(_, refusal)| refusal)
    }

    /// Attaches files to a record and sets fields that were read from them, in one transaction. A file that is attached to the record
    /// already is not attached again.
    ///
    /// # Errors
    /// The refusal of any of these requests; then nothing was changed.
    pub fn keep_and_edit(
        &mut self,
        session: &Session,
        (id, files): (RecordId, Vec<EvidenceFile>),
        (set, reason): (Fields, Option<&str>),
        stamp: &Stamp,
    ) -> Result<Vec<Receipt>, Refused> {
        let requests = self.to_keep_and_edit(id, files, vec![set])?;
        let acts = requests.into_iter().map(|request| Act::with_reason(request, reason)).collect();
        self.perform_all(session, acts, &|_| true, stamp).map_err(|(_, refusal)| refusal)
    }

    /// The requests that attach the files that are not attached to the record already, followed by the edits in their order.
    pub(super) fn to_keep_and_edit(
        &self,
        id: RecordId,
        files: Vec<EvidenceFile>,
        sets: Vec<Fields>,
    ) -> Result<Vec<Request>, Refused> {
        let kept = self.referring(id, Kind::Attachment)?;
        let is_kept = |file: &EvidenceFile| {
            let sha256 = file.sha256();
            kept.iter().any(|data| data.text("subject") == id.to_string() && data.text("sha256") == sha256)
        };
        let files: Vec<EvidenceFile> = files.into_iter().filter(|file| !is_kept(file)).collect();
        let mut requests: Vec<Request> = files.into_iter().map(|file| file.attach(id)).collect();
        requests.extend(sets.into_iter().map(|set| Request::Edit { id, set }));
        Ok(requests)
    }
}
