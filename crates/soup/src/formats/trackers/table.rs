//! Issues in tables: Bugzilla (`buglist.cgi`), Jira, GitLab. The headings tell which.

use std::collections::BTreeMap;

use super::{
    TRACKER_ROWS_MAX, TrackerKind, TrackerList, TrackerRow, VERSIONS_MAX, is_open, too_many, version,
};
use mainstay_base::delimited::{self, Options, ShortRows, Table, Warning};
use mainstay_base::note::{Gravity, Unreadable};

/// The meaning of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Meaning {
    Id,
    Title,
    State,
    Resolution,
    Severity,
    Affected,
    Fixed,
}

/// The headings of each tracker, folded, with their meanings. A later heading counts if the earlier one is empty.
type Headings = &'static [(&'static str, Meaning)];

const BUGZILLA: Headings = &[
    ("bug id", Meaning::Id),
    ("bug_id", Meaning::Id),
    ("summary", Meaning::Title),
    ("short_desc", Meaning::Title),
    ("short_short_desc", Meaning::Title),
    ("status", Meaning::State),
    ("bug_status", Meaning::State),
    ("resolution", Meaning::Resolution),
    ("severity", Meaning::Severity),
    ("bug_severity", Meaning::Severity),
    ("version", Meaning::Affected),
    ("target milestone", Meaning::Fixed),
    ("target_milestone", Meaning::Fixed),
];

const JIRA: Headings = &[
    ("issue key", Meaning::Id),
    ("key", Meaning::Id),
    ("summary", Meaning::Title),
    ("status", Meaning::State),
    ("resolution", Meaning::Resolution),
    ("custom field (severity)", Meaning::Severity),
    ("priority", Meaning::Severity),
    ("affects version/s", Meaning::Affected),
    ("affects versions", Meaning::Affected),
    ("fix version/s", Meaning::Fixed),
    ("fix versions", Meaning::Fixed),
];

const GITLAB: Headings = &[
    ("issue id", Meaning::Id),
    ("title", Meaning::Title),
    ("state", Meaning::State),
    ("severity", Meaning::Severity),
    ("milestone", Meaning::Fixed),
];

/// Reads a table.
pub(super) fn read(bytes: &[u8]) -> Result<TrackerList, Unreadable> {
    let options =
        Options { has_header: Some(true), short_rows: ShortRows::FillWithEmpty, ..Options::default() };
    let table =
        delimited::read(bytes, &options).map_err(|error| Unreadable::at("document", error.to_string()))?;
    let header = header_of(&table);
    let (kind, headings) = recognised(&header)?;
    if table.rows.len() > TRACKER_ROWS_MAX {
        return Err(Unreadable::at("document", too_many()));
    }
    let columns: Vec<(usize, Meaning, usize)> = header
        .iter()
        .enumerate()
        .filter_map(|(at, name)| {
            let rank = headings.iter().position(|(heading, _)| heading == name)?;
            headings.get(rank).map(|(_, meaning)| (at, *meaning, rank))
        })
        .collect();
    let mut list = TrackerList::new(kind, "CSV");
    for row in table.rows.iter().filter(|row| !row.is_empty()) {
        let place = format!("line {}", row.line);
        if let Some(issue) = row.issues.iter().find(|issue| issue.forbids()) {
            list.notes.add(Gravity::Refused, place, issue.to_string().trim_end_matches('.'));
            continue;
        }
        list.add(&place, taken(&row.cells, &columns));
    }
    Ok(list)
}

/// The headings as written, folded: the reader of tables gives repeated ones other names.
fn header_of(table: &Table) -> Vec<String> {
    let mut header = table.header.clone();
    for warning in &table.warnings {
        match warning {
            Warning::RenamedColumn { column, from, .. } => {
                if let Some(name) = column.checked_sub(1).and_then(|at| header.get_mut(at)) {
                    name.clone_from(from);
                }
            }
            Warning::TrailingDelimiters { .. } | Warning::HeaderOnly | Warning::BlankLines { .. } => {}
        }
    }
    header.iter().map(|name| name.trim().to_lowercase()).collect()
}

fn recognised(header: &[String]) -> Result<(TrackerKind, Headings), Unreadable> {
    let has = |name: &str| header.iter().any(|heading| heading == name);
    if has("bug id") || has("bug_id") {
        return with(header, TrackerKind::Bugzilla, BUGZILLA);
    }
    if has("issue key") || has("key") && has("issue type") {
        return with(header, TrackerKind::Jira, JIRA);
    }
    if has("issue id") && has("title") && has("state") {
        return with(header, TrackerKind::GitLab, GITLAB);
    }
    Err(Unreadable::at(
        "line 1",
        "the headings are not those of Bugzilla (Bug ID), Jira (Issue key) or GitLab (Issue ID, Title, State): export the list of issues as CSV \
         or JSON from the tracker",
    ))
}

/// The headings of a tracker, if a title is among those of the table.
fn with(
    header: &[String],
    kind: TrackerKind,
    headings: Headings,
) -> Result<(TrackerKind, Headings), Unreadable> {
    let title = |heading: &&(&str, Meaning)| heading.1 == Meaning::Title;
    if headings.iter().filter(title).any(|(name, _)| header.iter().any(|heading| heading == name)) {
        return Ok((kind, headings));
    }
    let name = headings.iter().find(title).map_or("Title", |(name, _)| name);
    Err(Unreadable::at(
        "line 1",
        format!("the table of {} has no column “{name}”: export it with this column", kind.words()),
    ))
}

fn taken(cells: &[String], columns: &[(usize, Meaning, usize)]) -> TrackerRow {
    let mut of: BTreeMap<Meaning, Vec<(usize, &str)>> = BTreeMap::new();
    for (at, meaning, rank) in columns {
        let cell = cells.get(*at).map(|cell| cell.trim()).unwrap_or_default();
        if !cell.is_empty() {
            of.entry(*meaning).or_default().push((*rank, cell));
        }
    }
    let one = |meaning: Meaning| {
        let cells = of.get(&meaning).into_iter().flatten();
        cells.min_by_key(|(rank, _)| *rank).map(|(_, cell)| (*cell).to_owned()).unwrap_or_default()
    };
    let versions = |meaning: Meaning| -> Vec<String> {
        of.get(&meaning)
            .into_iter()
            .flatten()
            .filter_map(|(_, cell)| version(cell))
            .take(VERSIONS_MAX)
            .collect()
    };
    let (state, resolution) = (one(Meaning::State), one(Meaning::Resolution));
    let resolved = !matches!(resolution.to_ascii_lowercase().as_str(), "" | "---" | "unresolved");
    TrackerRow {
        id: one(Meaning::Id),
        title: one(Meaning::Title),
        open: is_open(&state).or(resolved.then_some(false)),
        state: if resolved && resolution != state { format!("{state} {resolution}") } else { state },
        severity: one(Meaning::Severity),
        affected_version: versions(Meaning::Affected),
        fixed_in: versions(Meaning::Fixed),
    }
}
