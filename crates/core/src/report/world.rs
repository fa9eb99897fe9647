//! The files that Typst can see: the templates, the printed data and the files to attach, all in memory.
//!
//! Belongs here: looking them up. Does not belong here: a file system, a clock, a network.

use std::collections::HashMap;
use std::sync::LazyLock;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt, World, WorldExt};

use super::ReportError;
use super::fonts::Fonts;

/// The name under which the templates read the printed data.
pub(super) const DATA: &str = "packet.json";

/// The template of packets.
pub(super) const PACKET: &str = "packet.typ";
/// The template of books.
pub(super) const BOOK: &str = "book.typ";
/// The template of letters.
pub(super) const LETTER: &str = "letter.typ";

/// The template of lists.
pub(super) const LIST: &str = "list.typ";

const TEMPLATES: [(&str, &str); 6] = [
    (BOOK, include_str!("../../../../assets/packet/book.typ")),
    (PACKET, include_str!("../../../../assets/packet/packet.typ")),
    (LETTER, include_str!("../../../../assets/packet/letter.typ")),
    (LIST, include_str!("../../../../assets/packet/list.typ")),
    ("style.typ", include_str!("../../../../assets/packet/style.typ")),
    ("blocks.typ", include_str!("../../../../assets/packet/blocks.typ")),
];

/// Row headers of the field tables need the accessibility extras of Typst.
static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| {
    let features = [Feature::A11yExtras].into_iter().collect();
    LazyHash::new(Library::builder().with_features(features).build())
});

/// The view of one rendering.
pub(super) struct PaperWorld<'a> {
    fonts: &'a Fonts,
    main: FileId,
    sources: HashMap<FileId, Source>,
    files: HashMap<FileId, Bytes>,
}

impl<'a> PaperWorld<'a> {
    /// A world with the templates, of which one is printed, and no data yet.
    ///
    /// # Errors
    /// [`ReportError::Template`] if a template's name is not a path, which would be a fault of the program.
    pub(super) fn new(fonts: &'a Fonts, main: &str) -> Result<Self, ReportError> {
        let mut sources = HashMap::new();
        for (name, text) in TEMPLATES {
            let id = file_id(name)?;
            sources.insert(id, Source::new(id, text.to_owned()));
        }
        Ok(Self { fonts, main: file_id(main)?, sources, files: HashMap::new() })
    }

    /// Adds or replaces a file.
    ///
    /// # Errors
    /// [`ReportError::Template`] if the name is not a path.
    pub(super) fn put(&mut self, name: &str, bytes: Bytes) -> Result<(), ReportError> {
        self.files.insert(file_id(name)?, bytes);
        Ok(())
    }
}

/// The refusals of a template with their places; at most three.
pub(super) fn refusal(world: &PaperWorld<'_>, faults: &[SourceDiagnostic]) -> ReportError {
    let words = faults.iter().take(3).map(|fault| {
        let place = world.range(fault.span).zip(fault.span.id().and_then(|id| world.source(id).ok()));
        let place = place.map_or_else(String::new, |(range, source)| {
            let line = source.lines().byte_to_line(range.start).unwrap_or_default() + 1;
            format!(" ({}, line {line})", source.id().vpath().get_without_slash())
        });
        format!("{}{place}", fault.message)
    });
    ReportError::Template(words.collect::<Vec<_>>().join("; "))
}

fn file_id(name: &str) -> Result<FileId, ReportError> {
    let path = VirtualPath::new(name).map_err(|_| ReportError::Template(format!("{name} is not a path")))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for PaperWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.get(&id).cloned().ok_or_else(|| not_found(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or_else(|| not_found(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn not_found(id: FileId) -> FileError {
    FileError::NotFound(id.vpath().get_without_slash().into())
}
