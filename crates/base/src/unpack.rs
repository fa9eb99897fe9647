//! Documents from containers: plain, gzip, xz and zip, including a compressed file inside a zip archive.
//!
//! A container is recognised by its first bytes, never by its name. Names of members are text for people, never paths. The meaning of
//! documents does not belong here. Nothing is written to disk; memory does not grow with the container or the number of its members.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};

use flate2::read::MultiGzDecoder;
use lzma_rust2::XzReader;
use zip::CompressionMethod;
use zip::read::Config;
use zip::unstable::read::{ZipIterable, ZipIterableFiles};

use crate::note::{Gravity, Notes, Unreadable};

/// Memory that one xz stream may request, in KiB: `xz -9` needs 65 MiB.
const XZ_MEMORY_KIB: u32 = 128 * 1024;
const BUFFER_BYTES: usize = 1 << 16;
/// How many bytes are needed to recognise a container.
const HEAD_BYTES: usize = 6;
const MEMBER_NAME_CHARS_MAX: usize = 300;

/// Limits of unpacking. A container that exceeds one counts as hostile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Unpacked bytes of all members together.
    pub unpacked_bytes: u64,
    /// Unpacked bytes per packed byte; see `ratio_from`.
    pub ratio: u64,
    /// Unpacked bytes of a member from which on the ratio counts.
    pub ratio_from: u64,
    /// Members of an archive.
    pub members: usize,
}

impl Default for Limits {
    /// Twice the need of the largest public collections; real advisory data compresses 5 to 30 times.
    fn default() -> Self {
        Self { unpacked_bytes: 32 << 30, ratio: 250, ratio_from: 64 << 20, members: 2_000_000 }
    }
}

/// The caller wants no more documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop;

/// Why a container was not read to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnpackError {
    /// It cannot be unpacked, or not further. The documents visited before may be incomplete.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The caller stopped.
    #[error("ended before the last document")]
    Stopped,
}

impl From<Stop> for UnpackError {
    fn from(_: Stop) -> Self {
        Self::Stopped
    }
}

/// Receives one document: its name (`feed.json.gz`, `all.zip: a/b.json`) and its bytes.
pub type OnDocument<'a> = dyn FnMut(&str, &mut dyn BufRead) -> Result<(), Stop> + 'a;

/// Visits every document of `source`, called `name`. Members that cannot be unpacked (encrypted, unknown method, a nested archive) are
/// refused in the notes, and the rest is read; a damaged or hostile container ends the reading. An error while a document is being read
/// reaches its reader as an [`io::Error`]; an exceeded limit also ends the whole reading afterwards.
pub fn for_each_document(
    source: &mut (impl Read + Seek),
    name: &str,
    limits: &Limits,
    on: &mut OnDocument<'_>,
) -> Result<Notes, UnpackError> {
    let unreadable = |error: io::Error| Unreadable::at(name, error.to_string());
    let mut notes = Notes::default();
    let head = head(source).map_err(unreadable)?;
    source.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let meter = Meter::new(limits);
    match Packing::of(&head) {
        Packing::Plain => on(name, &mut BufReader::with_capacity(BUFFER_BYTES, source))?,
        Packing::Zip => members(source, name, &meter, (&mut notes, on))?,
        packing => compressed(packing, source, name, (&meter, on))?,
    }
    Ok(notes)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
    Xz,
    Zip,
    /// A known container that this program does not read.
    Foreign(&'static str),
}

impl Packing {
    fn of(head: &[u8]) -> Self {
        match head {
            [0x1F, 0x8B, ..] => Self::Gzip,
            [0xFD, b'7', b'z', b'X', b'Z', 0] => Self::Xz,
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Self::Zip,
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31 | 0x17, ..] => Self::Foreign("bzip2"),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Self::Foreign("Zstandard"),
            [b'7', b'z', 0xBC, 0xAF, ..] => Self::Foreign("7-Zip"),
            [b'R', b'a', b'r', b'!', ..] => Self::Foreign("RAR"),
            _ => Self::Plain,
        }
    }
}

fn head(source: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    source.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// One compressed stream that is not an archive.
fn compressed<R: Read>(
    packing: Packing,
    source: R,
    name: &str,
    (meter, on): (&Meter<'_>, &mut OnDocument<'_>),
) -> Result<(), UnpackError> {
    let packed = Cell::new(0);
    let source = BufReader::with_capacity(BUFFER_BYTES, Counted { inner: source, count: &packed });
    let guard = |inner| Guarded { inner, meter, packed: &packed, unpacked: 0 };
    let inner: Box<dyn Read + '_> = match packing {
        Packing::Gzip => Box::new(MultiGzDecoder::new(source)),
        Packing::Xz => Box::new(XzReader::new_mem_limit(source, true, XZ_MEMORY_KIB)),
        Packing::Plain => Box::new(source),
        Packing::Zip => {
            return Err(Unreadable::at(
                name,
                "an archive inside another archive: unpack the outer one first",
            )
            .into());
        }
        Packing::Foreign(kind) => {
            let reason = format!(
                "packed with {kind}, which this program does not read: unpack it, or pack it as .gz, .xz or .zip"
            );
            return Err(Unreadable::at(name, reason).into());
        }
    };
    on(name, &mut BufReader::with_capacity(BUFFER_BYTES, guard(inner)))?;
    meter.check(name)
}

fn members<S: Read + Seek>(
    source: &mut S,
    name: &str,
    meter: &Meter<'_>,
    (notes, on): (&mut Notes, &mut OnDocument<'_>),
) -> Result<(), UnpackError> {
    let broken =
        |error: zip::result::ZipError| Unreadable::at(name, format!("the zip archive is damaged: {error}"));
    let mut archive = ZipIterable::try_new(source, Config::default()).map_err(broken)?;
    if archive.len() > meter.limits.members {
        let reason =
            format!("{} members, more than the {} that are accepted", archive.len(), meter.limits.members);
        return Err(Unreadable::at(name, reason).into());
    }
    let files = archive.files().map_err(broken)?;
    while let Some(entry) = files.next() {
        let entry = entry.map_err(broken)?;
        if entry.is_dir() {
            continue;
        }
        let place = format!("{name}: {}", shown(entry.name_raw()));
        if entry.encrypted() {
            notes.add(Gravity::Refused, place, "encrypted: unpack it with its password first");
            continue;
        }
        if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            let reason = format!("packed with {}, which this program does not read", entry.compression());
            notes.add(Gravity::Refused, place, reason);
            continue;
        }
        match member(files, entry, &place, (meter, &mut *on)) {
            Err(UnpackError::Unreadable(unreadable)) if !meter.exceeded.get() => {
                notes.add(Gravity::Refused, unreadable.place, unreadable.reason);
            }
            outcome => outcome?,
        }
    }
    Ok(())
}

fn member<S: Read + Seek>(
    files: &mut ZipIterableFiles<S>,
    entry: zip::read::ZipFileEntry<'_>,
    place: &str,
    (meter, on): (&Meter<'_>, &mut OnDocument<'_>),
) -> Result<(), UnpackError> {
    let unreadable =
        |error: &dyn std::fmt::Display| Unreadable::at(place, format!("cannot be unpacked: {error}"));
    let packed = Cell::new(entry.compressed_size());
    let file = entry
        .with_reader(files.reader_mut(), zip::ZipReadOptions::new())
        .map_err(|error| unreadable(&error))?;
    let mut inner = Guarded { inner: file, meter, packed: &packed, unpacked: 0 };
    let head = head(&mut inner).map_err(|error| unreadable(&error))?;
    let packing = Packing::of(&head);
    let whole = Cursor::new(head).chain(inner);
    if packing == Packing::Plain {
        on(place, &mut BufReader::with_capacity(BUFFER_BYTES, whole))?;
        meter.check(place)
    } else {
        compressed(packing, whole, place, (meter, on))
    }
}

/// A member's name for people: no control characters, limited length.
fn shown(raw: &[u8]) -> String {
    let name = String::from_utf8_lossy(raw);
    name.chars().take(MEMBER_NAME_CHARS_MAX).map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

/// Compares the unpacked bytes of all members with the limits.
struct Meter<'l> {
    limits: &'l Limits,
    unpacked: Cell<u64>,
    exceeded: Cell<bool>,
}

impl<'l> Meter<'l> {
    fn new(limits: &'l Limits) -> Self {
        Self { limits, unpacked: Cell::new(0), exceeded: Cell::new(false) }
    }

    fn check(&self, place: &str) -> Result<(), UnpackError> {
        if self.exceeded.get() {
            let reason = "unpacks to more than this program accepts: the rest was not read";
            return Err(Unreadable::at(place, reason).into());
        }
        Ok(())
    }
}

/// Counts packed bytes.
struct Counted<'c, R> {
    inner: R,
    count: &'c Cell<u64>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let taken = self.inner.read(buffer)?;
        self.count.set(self.count.get() + taken as u64);
        Ok(taken)
    }
}

/// Counts unpacked bytes and stops a stream that exceeds the limits.
struct Guarded<'c, 'l, R> {
    inner: R,
    meter: &'c Meter<'l>,
    packed: &'c Cell<u64>,
    unpacked: u64,
}

impl<R: Read> Read for Guarded<'_, '_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let taken = self.inner.read(buffer)?;
        let limits = self.meter.limits;
        self.unpacked += taken as u64;
        self.meter.unpacked.set(self.meter.unpacked.get() + taken as u64);
        let dense = self.unpacked > limits.ratio_from
            && self.unpacked > self.packed.get().saturating_mul(limits.ratio);
        if dense || self.meter.unpacked.get() > limits.unpacked_bytes {
            self.meter.exceeded.set(true);
        }
        if self.meter.exceeded.get() {
            return Err(io::Error::other("the container unpacks to more than this program accepts"));
        }
        Ok(taken)
    }
}

#[cfg(test)]
mod tests;
