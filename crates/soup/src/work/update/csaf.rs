//! Publishers of CSAF documents: their lists, then every document that changed since the last update, the oldest change first.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::files::file_name;
use super::line::{Came, Line, Stopped, Wanted, each};
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
/// Documents of one list in one update; the rest follows with the next one.
const DOCUMENTS_MAX: usize = if cfg!(test) { 8 } else { 50_000 };
/// Entries without a document that are told one by one.
const REFUSED_TOLD: usize = 20;
/// Documents that are tried again with each update.
const MISSING_MAX: usize = 1000;
/// Documents that may fail one after another before the publisher counts as not reachable.
const IN_A_ROW_MAX: usize = 5;

/// Updates every publisher.
pub(super) fn csaf(line: &mut Line<'_>) -> Result<bool, Stopped> {
    let addresses = line.settings.csaf_providers.iter().map(|address| address.trim());
    each(addresses, |address| publisher(line, address).map_err(|why| why.of(address)))
}

/// Updates the documents of every list. What the cache has of the publisher counts as fresh only if all of them came.
fn publisher(line: &mut Line<'_>, address: &str) -> Result<bool, Stopped> {
    let bytes = small(line, address, METADATA_BYTES_MAX)?;
    let Provider { feeds, folders, left_out } = listing::provider(&bytes).map_err(not_usable(address))?;
    left_out.into_iter().for_each(|words| line.remark(words));
    if feeds.is_empty() && folders.is_empty() {
        return Err(Stopped::Failed(
            "the publisher offers neither a feed nor a folder to everybody".to_owned(),
        ));
    }
    // It gives no folder where there is a feed.
    let (lists, are_feeds) = if feeds.is_empty() { (folders, false) } else { (feeds, true) };
    let changed = each(&lists, |list| {
        let found = if are_feeds { of_feed(line, list) } else { of_folder(line, list) };
        documents(line, list, found?)
    })?;
    let states = lists.iter().filter_map(|list| line.state.lists.get(list));
    let publishers: BTreeSet<&String> = states.flat_map(|state| &state.publishers).collect();
    line.confirm(&|file| file.format.starts_with("CSAF") && publishers.contains(&file.source))?;
    Ok(changed)
}

fn of_feed(line: &mut Line<'_>, feed: &str) -> Result<Listing, Stopped> {
    let bytes = small(line, feed, LIST_BYTES_MAX)?;
    listing::rolie(&bytes, feed).map_err(not_usable(feed))
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

/// Fetches and imports the documents of a list that changed since the last update. It fails if one of them did not come, or is still to come.
fn documents(line: &mut Line<'_>, list: &str, found: Listing) -> Result<bool, Stopped> {
    let Listing { documents, refused, more_refused, cut } = found;
    let mut refused = refused.into_iter();
    refused.by_ref().take(REFUSED_TOLD).for_each(|refused| line.remark(format!("{list}: {refused}")));
    let more = refused.len() + more_refused;
    if more > 0 {
        line.remark(format!("{list}: entries that name no document beyond these: {more}"));
    }
    let mut state = line.state.lists.get(list).cloned().unwrap_or_default();
    if !state.last.is_empty() && !line.has(&state.last) {
        state = Documents::default();
    }
    let mut due = due(documents, &state);
    let listed: BTreeSet<&str> = due.iter().map(|document| document.address.as_str()).collect();
    state.missing.retain(|address| listed.contains(address.as_str()));
    let left = due.len().saturating_sub(DOCUMENTS_MAX);
    due.truncate(DOCUMENTS_MAX);
    let all = due.len();
    let mut changed = false;
    for (at, batch) in due.chunks(BATCH).enumerate() {
        changed |= import_batch(line, batch, (at * BATCH, all), &mut state)?;
        line.state.lists.insert(list.to_owned(), state.clone());
        line.state.save(line.folder)?;
    }
    if left == 0 {
        state.after.clear();
    }
    line.state.lists.insert(list.to_owned(), state.clone());
    line.state.save(line.folder)?;
    let gaps = [
        (state.missing.len(), "come; they are asked for again with the next update"),
        (left, "get their turn; update again until none is left"),
        (cut, "fit into the longest list that is read; import them as files"),
    ];
    let gaps: Vec<String> = gaps
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} of its documents did not {words}"))
        .collect();
    if gaps.is_empty() { Ok(changed) } else { Err(Stopped::Failed(format!("{list}: {}", gaps.join("; ")))) }
}

/// The documents to fetch, the oldest change first, so that a cut loses only what comes after it. Those that did not come before are last, so
/// that they keep no other away.
fn due(documents: Vec<Listed>, state: &Documents) -> Vec<Listed> {
    let is_due = |document: &Listed| {
        let new = match (document.changed, state.until) {
            (None, _) => document.address > state.after,
            (Some(_), None) => true,
            (Some(changed), Some(until)) => {
                changed > until || changed == until && !state.at_until.contains(&document.address)
            }
        };
        new || state.missing.contains(&document.address)
    };
    let mut due: Vec<Listed> = documents.into_iter().filter(is_due).collect();
    due.sort_by_cached_key(|document| {
        (state.missing.contains(&document.address), document.changed, document.address.clone())
    });
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
        let fetched = line.fetch_if_there(&wanted);
        state.missing.remove(&document.address);
        match fetched {
            Ok(Came::File(path, _)) => came.push(path),
            Ok(Came::Unchanged) => {}
            // The server is there, but the document is not.
            Ok(Came::Absent(why)) if state.missing.len() < MISSING_MAX => {
                line.remark(why);
                state.missing.insert(document.address.clone());
            }
            Ok(Came::Absent(why)) => return Err(Stopped::Failed(why)),
            Err(Stopped::Failed(why))
                if failed_in_a_row < IN_A_ROW_MAX && state.missing.len() < MISSING_MAX =>
            {
                failed_in_a_row += 1;
                line.remark(format!("{}: {why}", document.address));
                state.missing.insert(document.address.clone());
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
        state.publishers.insert(file.source);
    }
    advance(state, batch, line.stamp.now);
    Ok(changed)
}

/// Notes how far the list was imported. A change in the future does not hide what comes before it.
fn advance(state: &mut Documents, batch: &[Listed], now: Moment) {
    let untimed = batch.iter().filter(|document| document.changed.is_none());
    if let Some(last) = untimed.map(|document| &document.address).max().filter(|last| **last > state.after) {
        state.after.clone_from(last);
    }
    for document in batch {
        let Some(changed) = document.changed.filter(|changed| *changed <= now) else { continue };
        if state.until.is_none_or(|until| changed > until) {
            state.until = Some(changed);
            state.at_until.clear();
        }
        if state.until == Some(changed) {
            state.at_until.insert(document.address.clone());
        }
    }
}
