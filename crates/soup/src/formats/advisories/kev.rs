//! CISA's catalogue of known exploited vulnerabilities, as JSON and as CSV.

use std::io::BufRead;

use serde::Deserialize;

use crate::model::advisory::{KnownExploited, Published};
use mainstay_base::json_stream::{self, Piece};
use mainstay_base::note::{Gravity, Notes, Unreadable};

use super::Sink;
use super::documents::RECORD_BYTES_MAX;
use super::fields::{check_date, later, lax, parse};
use super::table::{Row, Rows};

const LIST: &str = "vulnerabilities";
/// The source, as evidence and status name it.
pub const SOURCE: &str = "CISA KEV";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(rename = "cveID")]
    cve: String,
    #[serde(default, deserialize_with = "lax")]
    vendor_project: String,
    #[serde(default, deserialize_with = "lax")]
    product: String,
    #[serde(default, deserialize_with = "lax")]
    vulnerability_name: String,
    #[serde(default, deserialize_with = "lax")]
    date_added: String,
    #[serde(default, deserialize_with = "lax")]
    due_date: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    required_action: String,
    #[serde(default, deserialize_with = "lax")]
    known_ransomware_campaign_use: Option<String>,
}

/// Reads the catalogue as JSON.
pub(super) fn read_json(reader: &mut dyn BufRead, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    sink.describe("CISA KEV JSON", SOURCE);
    let mut version: Option<String> = None;
    let mut announced: Option<u64> = None;
    json_stream::read(reader, &[LIST], RECORD_BYTES_MAX, &mut |piece| {
        let place = piece.place();
        match piece {
            Piece::Element { raw, .. } => {
                let entry: Result<Entry, _> =
                    parse(raw.get(), &place, "vulnerabilities[]", &mut sink.report.notes);
                return give(raw.get(), place, entry.map(Entry::known), sink);
            }
            Piece::Member { key: "dateReleased", raw } => {
                sink.report.data_date = serde_json::from_str(raw.get()).ok();
            }
            Piece::Member { key: "catalogVersion", raw } => version = serde_json::from_str(raw.get()).ok(),
            Piece::Member { key: "count", raw } => announced = serde_json::from_str(raw.get()).ok(),
            Piece::Member { key: "title", .. } => {}
            Piece::Member { key, .. } => sink.report.notes.not_understood(key),
        }
        Ok(())
    })?;
    check_date(sink.report.data_date.as_deref(), "$", "dateReleased", &mut sink.report.notes);
    if sink.report.data_date.is_none() {
        sink.report.data_date = version;
    }
    let found = sink.report.records + sink.report.refused;
    if let Some(announced) = announced
        && announced != found
    {
        let text = format!("{announced} entries are announced, but {found} are present");
        sink.report.notes.add(Gravity::Warning, "$.count", text);
    }
    Ok(())
}

/// Reads the catalogue as a table.
pub(super) fn read_table(reader: &mut dyn BufRead, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    sink.describe("CISA KEV CSV", SOURCE);
    let mut rows = Rows::new(reader);
    let Some(header) = rows.next()?.transpose()? else { return Ok(()) };
    let at = Columns::of(&header, &mut sink.report.notes);
    while let Some(row) = rows.next()? {
        match row {
            Ok(row) => {
                let known = at.known(&row);
                give(&row.raw, row.place, Ok(known), sink)?;
            }
            Err(refused) => sink.refuse(refused),
        }
    }
    Ok(())
}

/// Checks and passes on one entry.
fn give(
    raw: &str,
    place: String,
    known: Result<KnownExploited, Unreadable>,
    sink: &mut Sink<'_, '_>,
) -> Result<(), Unreadable> {
    let known = known.and_then(|known| {
        if known.cve.trim().is_empty() {
            return Err(Unreadable::at(place.clone(), "the entry names no CVE"));
        }
        check_date(Some(&known.added), &place, "dateAdded", &mut sink.report.notes);
        check_date(known.due.as_deref(), &place, "dueDate", &mut sink.report.notes);
        later(&mut sink.newest, Some(&known.added));
        Ok(known)
    });
    sink.give(raw, place, known.map(Published::Exploited))
}

impl Entry {
    fn known(self) -> KnownExploited {
        KnownExploited {
            cve: self.cve,
            vendor: self.vendor_project,
            product: self.product,
            title: self.vulnerability_name,
            added: self.date_added,
            due: self.due_date,
            action: self.required_action,
            ransomware: self.known_ransomware_campaign_use,
        }
    }
}

/// The positions of the columns.
struct Columns {
    cve: Option<usize>,
    vendor: Option<usize>,
    product: Option<usize>,
    title: Option<usize>,
    added: Option<usize>,
    due: Option<usize>,
    action: Option<usize>,
    ransomware: Option<usize>,
}

impl Columns {
    fn of(header: &Row, notes: &mut Notes) -> Self {
        let columns = Self {
            cve: header.column("cveID"),
            vendor: header.column("vendorProject"),
            product: header.column("product"),
            title: header.column("vulnerabilityName"),
            added: header.column("dateAdded"),
            due: header.column("dueDate"),
            action: header.column("requiredAction"),
            ransomware: header.column("knownRansomwareCampaignUse"),
        };
        let Self { cve, vendor, product, title, added, due, action, ransomware } = &columns;
        let read = [cve, vendor, product, title, added, due, action, ransomware];
        for (at, cell) in header.cells.iter().enumerate() {
            if !read.contains(&&Some(at)) {
                notes.not_understood(&cell.chars().take(80).collect::<String>());
            }
        }
        columns
    }

    fn known(&self, row: &Row) -> KnownExploited {
        let text = |at| row.cell(at).unwrap_or_default();
        KnownExploited {
            cve: text(self.cve),
            vendor: text(self.vendor),
            product: text(self.product),
            title: text(self.title),
            added: text(self.added),
            due: row.cell(self.due),
            action: text(self.action),
            ransomware: row.cell(self.ransomware),
        }
    }
}
