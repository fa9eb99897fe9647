//! The background jobs of the import screen: reading a file, and planning the import of its rows.

use std::path::Path;
use std::sync::Arc;

use crate::domain::time::Moment;
use crate::ops::import::{ImportPlan, ImportSource, Mapping, ReadOptions};
use crate::ops::jobs::Progress;
use crate::ops::{ProductFile, Refused};

/// A file that was read, with the best mapping for it.
pub(super) struct ReadFile {
    /// The file.
    pub source: Arc<ImportSource>,
    /// The best mapping, with its open points as sentences.
    pub fits: (Mapping, Vec<String>),
    /// The mapping derived from the column names, likewise.
    pub from_columns: (Mapping, Vec<String>),
}

/// Reads a file. `options` are the user's corrections of the detection; `known` are the available mappings.
pub(super) fn read(
    path: &Path,
    options: &ReadOptions,
    known: &[Mapping],
    progress: &Progress,
) -> Result<ReadFile, Refused> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    progress.step(&format!("Reading {name}"), 0.1)?;
    let source = ImportSource::read(path, options)?;
    progress.step(&format!("Checking the columns of {name}"), 0.7)?;
    let from_columns = source.from_columns();
    progress.step(&format!("Choosing a mapping for {name}"), 0.9)?;
    let fits = source.suggested(known);
    Ok(ReadFile { source: Arc::new(source), fits, from_columns })
}

/// Plans the import of each row, on a separate connection to the product file at `path`.
pub(super) fn plan(
    path: &Path,
    source: &Arc<ImportSource>,
    mapping: &Mapping,
    now: Moment,
    progress: &Progress,
) -> Result<ImportPlan, Refused> {
    progress.say(format!("Checking the rows of {}", source.file_name));
    ProductFile::open_for_job(path)?.plan_import_while(source, mapping, now, &|share| progress.at(share))
}
