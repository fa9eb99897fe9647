//! End of support of products: endoflife.date (API v0 and v1) and Debian's `distro-info-data`.

use std::io::BufRead;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::model::advisory::{Published, SupportCycle};
use mainstay_base::json_stream::{self, Piece};
use mainstay_base::note::{Gravity, Notes, Unreadable};

use super::Sink;
use super::documents::RECORD_BYTES_MAX;
use super::fields::{check_date, lax, parse};
use super::table::{Row, Rows};

/// Why Debian's lists of packages are refused.
pub(super) const PACKAGE_LIST: &str = "a list of Debian packages with limited or ended security support: it gives no \
    release cycles, and not even its Debian release, so it cannot be used for support dates";
const SOURCE: &str = "endoflife.date";

/// A cycle of API v0; days may be `true` or `false` too.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cycle {
    cycle: Value,
    #[serde(default)]
    release_date: Value,
    #[serde(default)]
    support: Value,
    #[serde(default)]
    eol: Value,
    #[serde(default)]
    extended_support: Value,
    #[serde(default)]
    latest: Value,
}

/// Reads a list of cycles of API v0, which does not name its product (the file name does), or an object of such lists by product.
pub(super) fn read_cycles(
    reader: &mut dyn BufRead,
    array: bool,
    name: &str,
    sink: &mut Sink<'_, '_>,
) -> Result<(), Unreadable> {
    sink.describe("endoflife.date API v0", SOURCE);
    let product = product_of(name);
    if array {
        let text = format!("the data does not name the product: `{product}` is taken from the file name");
        sink.report.notes.add(Gravity::Info, "document", text);
    }
    json_stream::read(reader, &[], RECORD_BYTES_MAX, &mut |piece| {
        let place = piece.place();
        match piece {
            Piece::Element { raw, .. } => cycle(raw.get(), place, &product, sink),
            Piece::Member { key, raw } => match serde_json::from_str::<Vec<&RawValue>>(raw.get()) {
                Ok(cycles) => cycles
                    .iter()
                    .enumerate()
                    .try_for_each(|(at, raw)| cycle(raw.get(), format!("{place}[{at}]"), key, sink)),
                Err(_) => {
                    sink.report.notes.not_understood(key);
                    Ok(())
                }
            },
        }
    })
}

/// The product that a file name gives: `api/python.json.gz` is about `python`.
fn product_of(name: &str) -> String {
    let last = name.rsplit(['/', '\\', ' ']).next().unwrap_or(name);
    last.split('.').next().unwrap_or(last).to_lowercase()
}

fn cycle(raw: &str, place: String, product: &str, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    let notes = &mut sink.report.notes;
    let outcome = parse::<Cycle>(raw, &place, "cycles[]", notes).and_then(|cycle| {
        let name =
            text(&cycle.cycle).ok_or_else(|| Unreadable::at(format!("{place}.cycle"), "not a text"))?;
        Ok(SupportCycle {
            product: product.to_owned(),
            cycle: name,
            released: text(&cycle.release_date),
            support: text(&cycle.support),
            end_of_life: text(&cycle.eol),
            extended: text(&cycle.extended_support),
            latest: text(&cycle.latest),
        })
    });
    let outcome = outcome.inspect(|cycle| check(cycle, &place, notes));
    sink.give(raw, place, outcome.map(Published::Support))
}

/// A day, a version or a boolean, as written.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn check(cycle: &SupportCycle, place: &str, notes: &mut Notes) {
    let days = [
        ("release", &cycle.released),
        ("support", &cycle.support),
        ("eol", &cycle.end_of_life),
        ("extended", &cycle.extended),
    ];
    for (name, day) in days {
        let day = day.as_deref().filter(|day| !matches!(*day, "true" | "false"));
        check_date(day, place, name, notes);
    }
}

/// A product of API v1.
#[derive(Deserialize)]
struct Product<'a> {
    name: String,
    #[serde(default, borrow)]
    releases: Option<Vec<&'a RawValue>>,
}

/// A release of API v1.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Release {
    name: String,
    #[serde(default, deserialize_with = "lax")]
    release_date: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    is_eoas: Option<bool>,
    #[serde(default, deserialize_with = "lax")]
    eoas_from: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    is_eol: Option<bool>,
    #[serde(default, deserialize_with = "lax")]
    eol_from: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    is_eoes: Option<bool>,
    #[serde(default, deserialize_with = "lax")]
    eoes_from: Option<String>,
    #[serde(default, deserialize_with = "lax")]
    latest: Option<Latest>,
}

#[derive(Deserialize)]
struct Latest {
    #[serde(default, deserialize_with = "lax")]
    name: Option<String>,
}

/// Reads an answer of API v1: one product, or all of them.
pub(super) fn read_products(reader: &mut dyn BufRead, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    sink.describe("endoflife.date API v1", SOURCE);
    json_stream::read(reader, &[], RECORD_BYTES_MAX, &mut |piece| {
        let Piece::Member { key, raw } = piece else {
            return Err(Unreadable::at(piece.place(), "an array, but an answer of API v1 is an object"));
        };
        match key {
            "result" if raw.get().starts_with('[') => {
                let products: Vec<&RawValue> = serde_json::from_str(raw.get())
                    .map_err(|error| Unreadable::at("$.result", error.to_string()))?;
                products
                    .iter()
                    .enumerate()
                    .try_for_each(|(at, raw)| product(raw.get(), &format!("$.result[{at}]"), sink))
            }
            "result" => product(raw.get(), "$.result", sink),
            "last_modified" | "generated_at" => {
                if sink.report.data_date.is_none() || key == "last_modified" {
                    sink.report.data_date = serde_json::from_str(raw.get()).ok();
                }
                Ok(())
            }
            "schema_version" | "total" => Ok(()),
            _ => {
                sink.report.notes.not_understood(key);
                Ok(())
            }
        }
    })
}

fn product(raw: &str, place: &str, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    let product: Product<'_> = match serde_json::from_str(raw) {
        Ok(product) => product,
        Err(error) => {
            sink.refuse(Unreadable::at(place, error.to_string()));
            return Ok(());
        }
    };
    let Some(releases) = product.releases else {
        sink.report.notes.add(Gravity::Warning, place, "a product without releases: nothing to import");
        return Ok(());
    };
    for (at, raw) in releases.iter().enumerate() {
        let place = format!("{place}.releases[{at}]");
        let notes = &mut sink.report.notes;
        let outcome = parse::<Release>(raw.get(), &place, "releases[]", notes);
        let outcome = outcome.map(|release| release.cycle(&product.name));
        let outcome = outcome.inspect(|cycle| check(cycle, &place, notes));
        sink.give(raw.get(), place, outcome.map(Published::Support))?;
    }
    Ok(())
}

impl Release {
    fn cycle(self, product: &str) -> SupportCycle {
        let or = |day: Option<String>, over: Option<bool>| day.or(over.map(|over| over.to_string()));
        SupportCycle {
            product: product.to_owned(),
            cycle: self.name,
            released: self.release_date,
            support: or(self.eoas_from, self.is_eoas),
            end_of_life: or(self.eol_from, self.is_eol),
            extended: or(self.eoes_from, self.is_eoes),
            latest: self.latest.and_then(|latest| latest.name),
        }
    }
}

/// Reads a table of `distro-info-data`. A column that only one distribution has identifies the distribution.
pub(super) fn read_distro_info(reader: &mut dyn BufRead, sink: &mut Sink<'_, '_>) -> Result<(), Unreadable> {
    sink.describe("distro-info CSV", "distro-info");
    let mut rows = Rows::new(reader);
    let Some(header) = rows.next()?.transpose()? else { return Ok(()) };
    let product = match (header.column("eol-lts"), header.column("eol-esm")) {
        (Some(_), None) => "debian",
        (None, Some(_)) => "ubuntu",
        _ => {
            let reason = "the distribution of these releases is not known: there is no column `eol-lts` (Debian) or `eol-esm` (Ubuntu)";
            return Err(Unreadable::at(header.place, reason));
        }
    };
    while let Some(row) = rows.next()? {
        match row {
            Ok(row) => {
                let outcome = release(&row, &header, product);
                let outcome = outcome.inspect(|cycle| check(cycle, &row.place, &mut sink.report.notes));
                sink.give(&row.raw, row.place.clone(), outcome.map(Published::Support))?;
            }
            Err(refused) => sink.refuse(refused),
        }
    }
    Ok(())
}

/// A release; the column with the latest date gives the end of paid or volunteer support after the end of life. A release without a number
/// (Debian's `sid`) has no cycle.
fn release(row: &Row, header: &Row, product: &str) -> Result<SupportCycle, Unreadable> {
    let column = |name| row.cell(header.column(name));
    let version = column("version").or_else(|| column("series"));
    let version = version.ok_or_else(|| Unreadable::at(row.place.clone(), "the release has no version"))?;
    let extended = ["eol-lts", "eol-elts", "eol-server", "eol-esm", "eol-legacy"];
    Ok(SupportCycle {
        product: product.to_owned(),
        cycle: version.trim_end_matches(" LTS").to_owned(),
        released: column("release"),
        support: None,
        end_of_life: column("eol"),
        extended: extended.into_iter().filter_map(column).max(),
        latest: None,
    })
}
