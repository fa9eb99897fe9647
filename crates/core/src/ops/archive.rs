//! A whole product file as one JSON document, for archives and other programs. `docs/command-line.md` describes it.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::file::ProductFile;
use super::refused::Refused;
use crate::domain::canonical;
use crate::domain::ids::Kind;
use crate::domain::record::RecordData;
use crate::store::{EventText, Measured, StoreError};
use mainstay_base::fresh_file::FreshFile;
use mainstay_base::time::Moment;

/// Version of the document's structure. It increases when something is removed or changes its meaning.
pub const EXPORT_FORMAT: u32 = 1;

impl ProductFile {
    /// Writes records, audit events, signatures, keys and attachments to a new file at `path`. Private keys stay in the
    /// product file. Only one row is in memory at a time. A failure leaves no file behind.
    pub fn export(&self, path: &Path, now: Moment) -> Result<(), Refused> {
        let file = FreshFile::new(path, Some(self.path()))?;
        let mut out = Document { out: BufWriter::new(file), path };
        self.write_all(&mut out, now)?;
        let failed = StoreError::io(format!("{} could not be written", path.display()));
        let file = out.out.into_inner().map_err(|error| failed(error.into_error()))?;
        Ok(file.persist()?)
    }

    fn write_all(&self, out: &mut Document<'_>, now: Moment) -> Result<(), Refused> {
        let head = self.head();
        let about = json!({
            "format": EXPORT_FORMAT, "program": env!("CARGO_PKG_VERSION"), "file": self.uuid()?, "exported_at": now,
            "head": {"seq": head.seq, "digest": head.digest},
        });
        let mut start = about.to_string();
        start.pop();
        out.text(&start)?;
        out.list("records", |out| {
            for kind in Kind::ALL {
                for data in self.store.records(*kind)? {
                    out.item(&record_value(&data))?;
                }
            }
            Ok(())
        })?;
        out.list("events", |out| self.store.each_event(|event| out.item(&signed_value(&event))))?;
        out.list("signatures", |out| {
            self.store.each_signature(|signature| out.item(&signed_value(&signature)))
        })?;
        out.list("keys", |out| {
            for key in self.store.signing_keys()? {
                let public = hex::encode(key.public_key);
                out.item(&json!({"number": key.number, "person": key.person, "public_key": public, "event": key.seq}))?;
            }
            Ok(())
        })?;
        out.list("attachments", |out| {
            let mut recorded = self.recorded_blobs()?;
            for sha256 in self.store.blob_digests()? {
                let size = recorded.remove(&sha256);
                self.write_blob(out, &sha256, size)?;
            }
            match recorded.into_keys().next() {
                Some(sha256) => Err(not_recorded(&sha256)),
                None => Ok(()),
            }
        })?;
        out.text("\n}\n")
    }

    /// The size of the bytes that attachments name, by their digest.
    fn recorded_blobs(&self) -> Result<BTreeMap<String, u64>, Refused> {
        let records = self.store.records(Kind::Attachment)?;
        let sizes = records
            .iter()
            .map(|data| (data.text("sha256").to_owned(), data.value("bytes").as_u64().unwrap_or_default()));
        Ok(sizes.collect())
    }

    /// Writes the bytes of an attachment. Bytes that are not those recorded end the export.
    fn write_blob(&self, out: &mut Items<'_, '_>, sha256: &str, size: Option<u64>) -> Result<(), Refused> {
        let bytes = size.ok_or_else(|| not_recorded(sha256))?;
        let mut start = json!({"sha256": sha256, "bytes": bytes}).to_string();
        start.pop();
        out.begin()?;
        let document = &mut *out.document;
        document.text(&format!("{start},\"base64\":\""))?;
        let read = self.store.read_blob(sha256, |piece| document.text(&STANDARD.encode(piece)))?;
        if read != Some(Measured { bytes, sha256: sha256.to_owned() }) {
            return Err(not_recorded(sha256));
        }
        document.text("\"}")
    }

    /// Writes an attachment to a new file. Bytes that are not those recorded are not written. `keep_going` is called with the share
    /// that is done; `false` cancels.
    ///
    /// # Errors
    /// When the file cannot be written, or the bytes are missing or not those recorded.
    pub fn write_attachment(
        &self,
        attachment: &RecordData,
        mut to: FreshFile,
        keep_going: &dyn Fn(f32) -> bool,
    ) -> Result<FreshFile, Refused> {
        let (sha256, size) = (attachment.text("sha256"), attachment.value("bytes").as_u64());
        let mut done = 0;
        let read = self.store.read_blob(sha256, |piece| {
            done += piece.len() as u64;
            if !keep_going(done as f32 / size.unwrap_or_default().max(1) as f32) {
                return Err(Refused::cancelled());
            }
            Ok(to.put(piece)?)
        })?;
        match read {
            Some(read) if read.sha256 == sha256 && Some(read.bytes) == size => Ok(to),
            Some(_) | None => Err(not_recorded(sha256)),
        }
    }
}

fn not_recorded(sha256: &str) -> Refused {
    let short = canonical::short(sha256);
    StoreError::Damaged(format!("the bytes {short} of an attachment are not those that were recorded")).into()
}

/// A record with everything that its canonical text contains.
fn record_value(data: &RecordData) -> Value {
    let head = &data.head;
    json!({
        "id": head.id, "kind": head.id.kind, "state": head.state, "owner": head.owner, "parent": head.parent,
        "created_at": head.created_at, "created_by": head.created_by, "state_since": head.state_since,
        "revision": head.revision, "fields": data.fields,
    })
}

/// A signed text: the body as an object whose canonical text is what was hashed and signed.
fn signed_value(text: &EventText) -> Value {
    let body: Value = serde_json::from_str(&text.body).unwrap_or(Value::Null);
    json!({"body": body, "digest": text.digest, "key": text.key, "signature": STANDARD.encode(&text.signature)})
}

/// A JSON document that is written piece by piece.
struct Document<'a> {
    out: BufWriter<FreshFile>,
    path: &'a Path,
}

/// A list being written.
struct Items<'a, 'b> {
    document: &'a mut Document<'b>,
    first: bool,
}

impl Document<'_> {
    fn text(&mut self, text: &str) -> Result<(), Refused> {
        let path = self.path;
        let failed = |error| StoreError::io(format!("{} could not be written", path.display()))(error);
        Ok(self.out.write_all(text.as_bytes()).map_err(failed)?)
    }

    fn list(
        &mut self,
        name: &str,
        fill: impl FnOnce(&mut Items<'_, '_>) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        self.text(&format!(",\n\"{name}\":["))?;
        fill(&mut Items { document: &mut *self, first: true })?;
        self.text("\n]")
    }
}

impl Items<'_, '_> {
    /// Begins an item.
    fn begin(&mut self) -> Result<(), Refused> {
        self.document.text(if self.first { "\n" } else { ",\n" })?;
        self.first = false;
        Ok(())
    }

    fn item(&mut self, value: &Value) -> Result<(), Refused> {
        self.begin()?;
        self.document.text(&value.to_string())
    }
}
