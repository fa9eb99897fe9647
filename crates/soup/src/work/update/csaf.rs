//! Publishers of CSAF documents: their lists, then every document that changed since the last update, the oldest change first.

use std::path::PathBuf;

use super::files::file_name;
use super::line::{Came, Line, Stopped, Wanted};
use super::listing::{self, Listed, Listing, Provider};
use super::state::Documents;
use crate::work::advisories::ImportOutcome;
use mainstay_base::note::Unreadable;
use mainstay_base::regular;
use mainstay_base::time::Moment;

const METADATA_BYTES_MAX: u64 = 16 << 20;
const LIST_BYTES_MAX: u64 = 256 << 20;
const DOCUMENT_BYTES_MAX: u64 = 128 << 20;
/// Documents that are imported together.
const BATCH: usize = 100;
/// Documents of one update; the rest follows with the next one.
const DOCUMENTS_MAX: usize = 50_000;
/// Documents that are tried again with each update.
const MISSING_MAX: usize = 1000;
/// Documents that may fail one after another before the publisher counts as not reachable.
const IN_A_ROW_MAX: usize = 5;

/// Updates every publisher. One that fails does not prevent the others.
pub(super) fn csaf(line: &mut Line<'_>) -> Result<bool, Stopped> {
    let (mut changed, mut failed) = (false, Vec::new());
    for address in line.settings.csaf_providers.iter().map(|address| address.trim()) {
        match publisher(line, address) {
            Ok(new) => changed |= new,
            Err(Stopped::Failed(why)) => failed.push(format!("{address}: {why}")),
            Err(stopped) => return Err(stopped),
        }
    }
    if failed.is_empty() { Ok(changed) } else { Err(Stopped::Failed(failed.join("; "))) }
}

fn publisher(line: &mut Line<'_>, address: &str) -> Result<bool, Stopped> {
    let bytes = small(line, address, METADATA_BYTES_MAX)?;
    let Provider { feeds, folders, left_out, .. } = listing::provider(&bytes).map_err(not_usable(address))?;
    left_out.into_iter().for_each(|words| line.remark(words));
    if feeds.is_empty() && folders.is_empty() {
        return Err(Stopped::Failed(
            "the publisher offers neither a feed nor a folder to everybody".to_owned(),
        ));
    }
    let mut changed = false;
    for feed in feeds {
        let bytes = small(line, &feed, LIST_BYTES_MAX)?;
        let found = listing::rolie(&bytes, &feed).map_err(not_usable(&feed))?;
        changed |= documents(line, &feed, found)?;
    }
    for folder in folders {
        let found = of_folder(line, &folder)?;
        changed |= documents(line, &folder, found)?;
    }
    Ok(changed)
}

/// The documents of a folder, with the times of their changes where the publisher gives them.
fn of_folder(line: &mut Line<'_>, folder: &str) -> Result<Listing, Stopped> {
    let base = folder.trim_end_matches('/');
    let changes = format!("{base}/changes.csv");
    match small(line, &changes, LIST_BYTES_MAX) {
        Ok(bytes) => listing::changes(&bytes, base).map_err(not_usable(&changes)),
        Err(Stopped::Failed(_)) => {
            line.remark(format!("{base} has no changes.csv: every document is asked for"));
            let index = format!("{base}/index.txt");
            let bytes = small(line, &index, LIST_BYTES_MAX)?;
            listing::index(&bytes, base).map_err(not_usable(&index))
        }
        Err(stopped) => Err(stopped),
    }
}

fn not_usable(address: &str) -> impl FnOnce(Unreadable) -> Stopped + use<> {
    let address = address.to_owned();
    move |refused| Stopped::Failed(format!("{address} cannot be read: {refused}"))
}

/// A list, which is read and not imported.
fn small(line: &mut Line<'_>, address: &str, limit: u64) -> Result<Vec<u8>, Stopped> {
    let wanted = Wanted {
        address: address.to_owned(),
        name: "list".to_owned(),
        limit,
        headers: Vec::new(),
        unless_known: false,
        doing: format!("fetching {address}"),
    };
    let Came::File(path, _) = line.fetch(&wanted)? else {
        return Err(Stopped::Failed(format!("the server gave no answer for {address}")));
    };
    let bytes = regular::bytes(&path, limit).map_err(|error| Stopped::Failed(regular::why(&error)))?;
    let _ = std::fs::remove_file(&path);
    Ok(bytes)
}

/// Fetches and imports the documents of a list that changed since the last update.
fn documents(line: &mut Line<'_>, list: &str, found: Listing) -> Result<bool, Stopped> {
    for refused in found.refused.iter().take(20) {
        line.remark(format!("{list}: {refused}"));
    }
    let mut state = line.state.lists.get(list).cloned().unwrap_or_default();
    if !state.last.is_empty() && !line.has(&state.last) {
        state = Documents::default();
    }
    let mut due = due(found.documents, &state);
    state.missing.retain(|address| due.iter().any(|document| document.address == *address));
    let left = due.len().saturating_sub(DOCUMENTS_MAX);
    due.truncate(DOCUMENTS_MAX);
    let all = due.len();
    let mut changed = false;
    for (at, batch) in due.chunks(BATCH).enumerate() {
        changed |= import_batch(line, batch, (at * BATCH, all), &mut state)?;
        line.state.lists.insert(list.to_owned(), state.clone());
        line.state.save(line.folder)?;
    }
    line.state.lists.insert(list.to_owned(), state.clone());
    line.state.save(line.folder)?;
    if left > 0 {
        line.remark(format!("{list}: {left} more documents follow with the next update"));
    } else if !state.missing.is_empty() {
        let words = format!("{list}: {} of {all} documents did not come", state.missing.len());
        return Err(Stopped::Failed(words));
    } else {
        line.confirm(&|file| file.format.starts_with("CSAF") && state.publishers.contains(&file.source))?;
    }
    Ok(changed)
}

/// The documents to fetch, the oldest change first, so that a cut loses only what comes after it.
fn due(documents: Vec<Listed>, state: &Documents) -> Vec<Listed> {
    let is_due = |document: &Listed| match (document.changed, state.until) {
        (None, _) | (_, None) => true,
        (Some(changed), Some(until)) => {
            changed > until
                || changed == until && !state.at_until.contains(&document.address)
                || state.missing.contains(&document.address)
        }
    };
    let mut due: Vec<Listed> = documents.into_iter().filter(is_due).collect();
    due.sort_by(|one, other| (one.changed, &one.address).cmp(&(other.changed, &other.address)));
    due.dedup_by(|one, other| one.address == other.address);
    due
}

fn import_batch(
    line: &mut Line<'_>,
    batch: &[Listed],
    (before, all): (usize, usize),
    state: &mut Documents,
) -> Result<bool, Stopped> {
    let mut came: Vec<PathBuf> = Vec::new();
    let mut failed_in_a_row = 0;
    for (at, document) in batch.iter().enumerate() {
        let doing = format!("fetching document {} of {all}", before + at + 1);
        line.tell(&doing, Some((before + at) as f32 / all.max(1) as f32))?;
        let last = document.address.rsplit('/').next().unwrap_or_default();
        let wanted = Wanted {
            address: document.address.clone(),
            name: format!("{at:04}/{}", file_name(last)),
            limit: DOCUMENT_BYTES_MAX,
            headers: Vec::new(),
            unless_known: false,
            doing,
        };
        let fetched = line.fetch(&wanted);
        state.missing.retain(|address| *address != document.address);
        match fetched {
            Ok(Came::File(path, _)) => came.push(path),
            Ok(Came::Unchanged) => {}
            Err(Stopped::Failed(why))
                if failed_in_a_row < IN_A_ROW_MAX && state.missing.len() < MISSING_MAX =>
            {
                failed_in_a_row += 1;
                line.remark(format!("{}: {why}", document.address));
                state.missing.push(document.address.clone());
                continue;
            }
            Err(stopped) => return Err(stopped),
        }
        failed_in_a_row = 0;
    }
    if came.is_empty() {
        advance(state, batch, line.stamp.now);
        return Ok(false);
    }
    let imported = line.import(&came, "documents")?;
    let mut changed = false;
    for file in imported {
        match file.outcome {
            ImportOutcome::Taken => changed = true,
            ImportOutcome::Known => {}
            ImportOutcome::Refused { place, reason } => {
                let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                line.now.refused += 1;
                line.remark(format!("{name} was not imported: {place}: {reason}"));
                continue;
            }
        }
        state.last = file.sha256;
        if !state.publishers.contains(&file.source) {
            state.publishers.push(file.source);
        }
    }
    advance(state, batch, line.stamp.now);
    Ok(changed)
}

/// Notes how far the list was imported. A change in the future does not hide what comes before it.
fn advance(state: &mut Documents, batch: &[Listed], now: Moment) {
    for document in batch {
        let Some(changed) = document.changed.filter(|changed| *changed <= now) else { continue };
        if state.until.is_none_or(|until| changed > until) {
            state.until = Some(changed);
            state.at_until.clear();
        }
        if state.until == Some(changed) {
            state.at_until.push(document.address.clone());
        }
    }
}
