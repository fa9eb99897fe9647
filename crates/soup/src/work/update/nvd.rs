//! The National Vulnerability Database, API 2.0: everything once, then only what changed since.
//!
//! A page is imported before the next one is fetched, and never fetched again. The changes are asked for in windows of at most 120 days.
//! When the last window reaches the present, all of NVD in the cache is as fresh as this update.

use std::fs::File;
use std::path::Path;

use super::line::{Came, Line, Stopped, Wanted};
use super::state::Nvd;
use crate::work::advisories::ImportOutcome;
use mainstay_base::json_stream::{self, Piece};
use mainstay_base::time::Moment;

/// Records of a page, the most that NVD gives.
const PAGE: u64 = 2000;
const PAGE_BYTES_MAX: u64 = 512 << 20;
/// The longest window of changes that NVD accepts is 120 days.
const WINDOW_SECONDS: i64 = 119 * 24 * 3600;
/// A window begins earlier than the last one ended, because clocks differ and records appear with a delay.
const OVERLAP_SECONDS: i64 = 3600;

/// The head of a page.
#[derive(Debug, Default, PartialEq, Eq)]
struct PageHead {
    start: Option<u64>,
    total: Option<u64>,
    /// Records that are on it.
    count: u64,
}

/// Fetches everything, or what changed. Returns whether anything came.
pub(super) fn nvd(line: &mut Line<'_>) -> Result<bool, Stopped> {
    let now = line.stamp.now;
    begin(line);
    if let Some(through) = line.state.nvd.through.filter(|through| through.is_ahead_of(now)) {
        let words =
            format!("the last update was at {}, which is later than now; check the clock", through.words());
        return Err(Stopped::Failed(words));
    }
    let mut pages = Pages { asked: false, changed: false };
    if line.state.nvd.through.is_none() {
        let begun = *line.state.nvd.begun.get_or_insert(now);
        pages.fetch(line, None)?;
        finished(line, begun)?;
    }
    while let Some(through) = line.state.nvd.through.filter(|through| *through < now) {
        let from = through.plus_seconds(-OVERLAP_SECONDS);
        let to = from.plus_seconds(WINDOW_SECONDS).min(now);
        let window = *line.state.nvd.window.get_or_insert((from, to));
        pages.fetch(line, Some(window))?;
        finished(line, window.1)?;
    }
    line.confirm(&|file| file.source == "NVD")?;
    Ok(pages.changed)
}

/// Takes up the state, unless it is about another address or another cache.
fn begin(line: &mut Line<'_>) {
    let address = line.settings.nvd_address.trim().to_owned();
    let known = &line.state.nvd;
    if known.address != address || !known.last.is_empty() && !line.has(&known.last) {
        line.state.nvd = Nvd { address, ..Nvd::default() };
    }
}

fn finished(line: &mut Line<'_>, through: Moment) -> Result<(), Stopped> {
    let nvd = &mut line.state.nvd;
    (nvd.begun, nvd.window, nvd.next, nvd.through) = (None, None, 0, Some(through));
    Ok(line.state.save(line.folder)?)
}

/// The pages of one update.
struct Pages {
    /// Whether a page was asked for, so that the next one has to wait.
    asked: bool,
    changed: bool,
}

impl Pages {
    /// Fetches all pages of everything or of a window that were not imported yet.
    fn fetch(&mut self, line: &mut Line<'_>, window: Option<(Moment, Moment)>) -> Result<(), Stopped> {
        let mut total = None;
        loop {
            let start = line.state.nvd.next;
            if total.is_some_and(|total| start >= total) {
                return Ok(());
            }
            let of = total.map_or_else(String::new, |total| format!(" of {total}"));
            let doing = format!("fetching records from {start}{of}");
            self.pace(line, &doing)?;
            let wanted = page(line, window, start, doing);
            let Came::File(path, _) = line.fetch(&wanted)? else {
                return Err(Stopped::Failed("the server gave no page".to_owned()));
            };
            let head = head(&path).map_err(Stopped::Failed)?;
            let (Some(at), Some(all)) = (head.start, head.total) else {
                return Err(Stopped::Failed("what came is not a page of the NVD API 2.0".to_owned()));
            };
            if at != start {
                let words = format!("the server sent the records from {at} instead of those from {start}");
                return Err(Stopped::Failed(words));
            }
            if head.count == 0 && start < all {
                let words = format!("the server sent an empty page at record {start} of {all}");
                return Err(Stopped::Failed(words));
            }
            if head.count > 0 {
                self.take(line, &path, &wanted.doing)?;
            }
            line.state.nvd.next = start + head.count;
            line.state.save(line.folder)?;
            total = Some(all);
        }
    }

    fn pace(&mut self, line: &Line<'_>, doing: &str) -> Result<(), Stopped> {
        let keyed = !line.settings.nvd_key.is_empty();
        let between = if keyed { line.pace.between_with_key } else { line.pace.between };
        if std::mem::replace(&mut self.asked, true) { line.wait(between, doing) } else { Ok(()) }
    }

    fn take(&mut self, line: &mut Line<'_>, path: &Path, doing: &str) -> Result<(), Stopped> {
        let imported = line.import(&[path.to_owned()], doing)?;
        let Some(file) = imported.first() else { return Ok(()) };
        match &file.outcome {
            ImportOutcome::Taken => self.changed = true,
            ImportOutcome::Known => {}
            ImportOutcome::Refused { place, reason } => {
                let words =
                    format!("a page was not imported: {place}: {reason}; the former data is unchanged");
                return Err(Stopped::Failed(words));
            }
        }
        line.state.nvd.last.clone_from(&file.sha256);
        Ok(())
    }
}

fn page(line: &Line<'_>, window: Option<(Moment, Moment)>, start: u64, doing: String) -> Wanted {
    let base = line.settings.nvd_address.trim();
    let mut address = format!("{base}?resultsPerPage={PAGE}&startIndex={start}");
    let mut name = format!("nvd-{start:07}.json");
    if let Some((from, to)) = window {
        let time = |at: Moment| at.utc().format("%Y-%m-%dT%H:%M:%S.000Z").to_string();
        address.push_str(&format!("&lastModStartDate={}&lastModEndDate={}", time(from), time(to)));
        name = format!("nvd-changes-{}-{start:07}.json", to.in_file_name());
    }
    let key = &line.settings.nvd_key;
    let headers = if key.is_empty() { Vec::new() } else { vec![("apiKey", key.text().to_owned())] };
    Wanted { address, name, limit: PAGE_BYTES_MAX, headers, unless_known: false, doing }
}

/// Reads where a page stands and counts its records.
fn head(path: &Path) -> Result<PageHead, String> {
    let mut head = PageHead::default();
    let file = File::open(path).map_err(|error| mainstay_base::regular::why(&error))?;
    json_stream::read(file, &["vulnerabilities"], PAGE_BYTES_MAX, &mut |piece| {
        let number = |raw: &serde_json::value::RawValue| serde_json::from_str(raw.get()).ok();
        match piece {
            Piece::Element { key: "vulnerabilities", .. } => head.count += 1,
            Piece::Member { key: "startIndex", raw } => head.start = number(raw),
            Piece::Member { key: "totalResults", raw } => head.total = number(raw),
            Piece::Element { .. } | Piece::Member { .. } => {}
        }
        Ok(())
    })
    .map_err(|refused| format!("what came is not a page of the NVD API 2.0: {refused}"))?;
    Ok(head)
}
