//! What the import screen has done beside the window: a file is read, and what would become of its rows is planned.

use std::path::Path;
use std::sync::Arc;

use crate::domain::time::Moment;
use crate::ops::import::{ImportPlan, ImportSource, Mapping, ReadOptions};
use crate::ops::jobs::Progress;
use crate::ops::{ProductFile, Refused};

/// A file that was read, with the mapping that seems to fit it.
pub(super) struct ReadFile {
    /// The file.
    pub source: Arc<ImportSource>,
    /// The mapping that seems to fit, with what it leaves open, in sentences.
    pub fits: (Mapping, Vec<String>),
    /// The mapping made from the names of its columns, likewise.
    pub from_columns: (Mapping, Vec<String>),
}

/// Reads a file. `options`: what the person knows better than the detection; `known`: the mappings to choose from.
pub(super) fn read(
    path: &Path,
    options: &ReadOptions,
    known: &[Mapping],
    progress: &Progress,
) -> Result<ReadFile, Refused> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    progress.step(&format!("Reading {name}"), 0.1)?;
    let source = ImportSource::read(path, options)?;
    progress.step(&format!("Looking at the columns of {name}"), 0.7)?;
    let from_columns = source.from_columns();
    progress.step(&format!("Looking for a mapping of {name}"), 0.9)?;
    let fits = source.suggested(known);
    Ok(ReadFile { source: Arc::new(source), fits, from_columns })
}

/// Plans what would become of each row, over a connection of its own to the product file at `path`.
pub(super) fn plan(
    path: &Path,
    source: &Arc<ImportSource>,
    mapping: &Mapping,
    now: Moment,
    progress: &Progress,
) -> Result<ImportPlan, Refused> {
    progress.say(format!("Looking at the rows of {}", source.file_name));
    ProductFile::open_for_job(path)?.plan_import_while(source, mapping, now, &|share| progress.at(share))
}
