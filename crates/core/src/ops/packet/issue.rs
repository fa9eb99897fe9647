//! Writing a packet and recording it: one PDF, or all volumes of it.
//!
//! Belongs here: the order of writing, recording and naming, so that no half of a packet is ever left. Does not belong here: the content.
//!
//! Volumes wait in temporary files without a name until the packet is issued: a program that ends meanwhile leaves nothing of them.

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::domain::canonical;
use crate::ops::file::ProductFile;
use crate::ops::refused::Refused;
use crate::ops::request::{Receipt, Request};
use crate::ops::session::Session;
use crate::report::{Rendered, Volume};
use crate::store::StoreError;
use mainstay_base::clock::Stamp;
use mainstay_base::fresh_file::FreshFile;

/// Bytes that are copied at a time.
const PIECE: usize = 256 * 1024;

/// A packet with its pages.
#[derive(Debug)]
pub struct RenderedPacket {
    /// The PDF file; of a packet in volumes the first one, which is the index of the others.
    pub pdf: Vec<u8>,
    /// Number of its pages.
    pub pages: usize,
    /// Warnings for the person before handing it out, each a sentence.
    pub warnings: Vec<String>,
    /// SHA-256 of `pdf`, hexadecimal.
    pub sha256: String,
    /// The standards that the PDF conforms to, in words.
    pub conformance: &'static str,
    /// The volumes after the first one; empty for a packet of one PDF.
    pub further: Vec<PacketVolume>,
    number: String,
    facts: Value,
    rendered: Rendered,
}

/// A volume that is written, but has no name yet.
#[derive(Debug)]
pub struct PacketVolume {
    /// Its number, pages and digest.
    pub volume: Volume,
    file: File,
}

impl PacketVolume {
    /// Keeps the bytes of a volume outside memory.
    pub(super) fn keep(volume: &Volume, pdf: &[u8]) -> std::io::Result<Self> {
        let mut file = tempfile::tempfile()?;
        file.write_all(pdf)?;
        Ok(Self { volume: volume.clone(), file })
    }

    /// Copies the bytes, and compares them with the digest of what was kept.
    fn copy_to(&self, to: &mut FreshFile) -> Result<(), Refused> {
        let failed = || StoreError::io(format!("volume {} could not be read again", self.volume.number));
        let mut from = &self.file;
        from.rewind().map_err(failed())?;
        let mut piece = vec![0; PIECE];
        let mut digest = Sha256::new();
        loop {
            let length = from.read(&mut piece).map_err(failed())?;
            let Some(read) = piece.get(..length).filter(|read| !read.is_empty()) else { break };
            digest.update(read);
            to.put(read)?;
        }
        if hex::encode(digest.finalize()) == self.volume.sha256 {
            return Ok(());
        }
        let words = "its bytes changed since it was made; make the packet again";
        Err(failed()(std::io::Error::other(words)).into())
    }
}

impl RenderedPacket {
    pub(super) fn new(
        mut rendered: Rendered,
        further: Vec<PacketVolume>,
        number: String,
        mut facts: Value,
    ) -> Self {
        let pdf = std::mem::take(&mut rendered.pdf);
        let sha256 = canonical::digest(&pdf);
        if !further.is_empty() {
            facts["volumes"] = further
                .iter()
                .map(|one| {
                    let Volume { number, pages, sha256 } = &one.volume;
                    json!({ "volume": number, "pages": pages, "sha256": sha256 })
                })
                .collect();
        }
        Self {
            pages: rendered.pages,
            warnings: std::mem::take(&mut rendered.warnings),
            conformance: rendered.conformance.words(),
            further,
            number,
            pdf,
            sha256,
            facts,
            rendered,
        }
    }

    /// A page (from 0) of `pdf` as width, height and RGBA bytes, at a scale in pixels per point. `None` if there is no such page.
    pub fn page_image(&self, index: usize, scale: f32) -> Option<(u32, u32, Vec<u8>)> {
        self.rendered.page_image(index, scale).map(|image| (image.width, image.height, image.rgba))
    }

    /// Number of the packet, such as `PK-0007`.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// Pages of all volumes together.
    pub fn all_pages(&self) -> usize {
        self.pages + self.further.iter().map(|one| one.volume.pages).sum::<usize>()
    }

    /// Where its volumes are written if the packet is to be at a path: there, or each beside it under a name with its number.
    pub fn paths(&self, to: &Path) -> Vec<PathBuf> {
        if self.further.is_empty() {
            return vec![to.to_owned()];
        }
        let of = self.further.len() + 1;
        (1..=of).map(|number| volume_path(to, (number, of))).collect()
    }
}

/// The path of a volume: `NAME vol 2 of 7.pdf`.
pub fn volume_path(to: &Path, (number, of): (usize, usize)) -> PathBuf {
    let mut name = to.file_stem().unwrap_or_default().to_owned();
    name.push(format!(" vol {number} of {of}"));
    if let Some(ending) = to.extension() {
        name.push(".");
        name.push(ending);
    }
    to.with_file_name(name)
}

impl ProductFile {
    /// Writes the PDF of a packet, records the packet, and then gives the PDF its name: what fails before the event leaves nothing, and
    /// what fails after it does not lose the PDF. Returns the receipt, and where the PDF is. With `over` it replaces a file.
    ///
    /// Of a packet in volumes, all are written beside `to`, whose own name stays free; none of them replaces a file. Where they are is in the order
    /// of the volumes.
    ///
    /// # Errors
    /// What [`Self::issue_packet`] refuses, and when a PDF cannot be written.
    pub fn issue_packet_as(
        &mut self,
        session: &Session,
        rendered: &RenderedPacket,
        (to, over): (FreshFile, bool),
        stamp: &Stamp,
    ) -> Result<(Receipt, Vec<PathBuf>), Refused> {
        self.refuse_read_only()?;
        let (files, over) = if rendered.further.is_empty() {
            (vec![to], over)
        } else {
            let paths = rendered.paths(to.target());
            let files = paths.iter().map(|path| FreshFile::new(path, Some(self.path())));
            (files.collect::<Result<Vec<_>, _>>()?, false)
        };
        let mut written = Vec::new();
        for (at, mut file) in files.into_iter().enumerate() {
            match at.checked_sub(1).and_then(|at| rendered.further.get(at)) {
                None => file.put(&rendered.pdf)?,
                Some(volume) => volume.copy_to(&mut file)?,
            }
            file.sync()?;
            written.push(file);
        }
        let names = written
            .iter()
            .map(|file| file.target().file_name().unwrap_or_default().to_string_lossy().into_owned());
        let names: Vec<String> = names.collect();
        let receipt = self.issue(session, rendered, &names, stamp)?;
        // The event says that all of them exist: one that fails does not keep the others from their names.
        let named: Vec<_> = written.into_iter().map(|file| file.persist_anyhow(over)).collect();
        Ok((receipt, named.into_iter().collect::<Result<_, _>>()?))
    }

    /// Appends the audit event of a packet with its digest. Call it once the PDF is written, or just before; the
    /// chain head on the pages is the one before this event.
    ///
    /// # Errors
    /// [`Refused::Rule`] if another packet took the number meanwhile, and whatever `perform` refuses.
    pub fn issue_packet(
        &mut self,
        session: &Session,
        rendered: &RenderedPacket,
        file_name: &str,
        stamp: &Stamp,
    ) -> Result<Receipt, Refused> {
        let names = rendered.paths(Path::new(file_name));
        let names: Vec<String> = names.iter().map(|name| name.to_string_lossy().into_owned()).collect();
        self.issue(session, rendered, &names, stamp)
    }

    fn issue(
        &mut self,
        session: &Session,
        rendered: &RenderedPacket,
        names: &[String],
        stamp: &Stamp,
    ) -> Result<Receipt, Refused> {
        if self.next_packet_number()? != rendered.number {
            return Err(Refused::Rule(format!(
                "the number {} was taken by another packet meanwhile; make the packet again",
                rendered.number
            )));
        }
        let mut facts = rendered.facts.clone();
        facts["file_name"] = names.first().map_or("", String::as_str).into();
        let volumes = facts.get_mut("volumes").and_then(Value::as_array_mut).into_iter().flatten();
        for (volume, name) in volumes.zip(names.iter().skip(1)) {
            volume["file_name"] = name.as_str().into();
        }
        self.perform(session, Request::NotePacket { facts }.into(), None, stamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_has_the_name_of_the_packet_with_its_number() {
        let path = volume_path(Path::new("/out/P1-2026.pdf"), (2, 7));
        assert_eq!(path, Path::new("/out/P1-2026 vol 2 of 7.pdf"));
        assert_eq!(volume_path(Path::new("packet"), (1, 2)), Path::new("packet vol 1 of 2"));
    }
}
