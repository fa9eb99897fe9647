//! The SOUP register from foreign files: a bill of materials, a lock file, a table of SOUP, a `soup.yml`, or a document with a list of
//! SOUP (IEC 62304 8.1.2).
//!
//! What a component becomes in the register belongs here, for the window and the command line.

use std::path::Path;

use serde_json::{Value, json};

use crate::base::regular;
use crate::baseline::{BaselineBill, Unversioned, bill_of_document, read_bill};
use crate::domain::document_review::{DocumentKind, SoupList};
use crate::domain::record::Fields;
use crate::domain::text;
use crate::ops::documents::{is_document, review_document};
use crate::ops::{self, EvidenceFile, Refused, SoupRow};
use crate::soup::model::component::{Component, ComponentKind, Directness};

/// A list of components that was read.
#[derive(Debug, Clone)]
pub struct RegisterList {
    /// The bill, as a baseline takes it.
    pub bill: BaselineBill,
    /// Its components, as the register takes them.
    pub rows: Vec<SoupRow>,
    /// Whether it was taken from a document.
    from_document: bool,
}

impl RegisterList {
    /// The document from which it was taken, which is kept as evidence.
    pub fn document(&self) -> Option<&EvidenceFile> {
        self.from_document.then(|| self.bill.file())
    }
}

/// Reads a bill of materials, a lock file, a table of SOUP, or the list of SOUP in a document. `place` names the list where a document
/// has several, as its review does; `going` is told the activity and the finished share, and says whether to go on.
///
/// # Errors
/// As [`read_bill`]; when a document cannot be read, has no list, or has several and none is named.
pub fn read_list(
    path: &Path,
    place: Option<&str>,
    unversioned: Unversioned,
    going: &dyn Fn(&str, f32) -> bool,
) -> Result<RegisterList, Refused> {
    if place.is_none() && !is_document(path) {
        return Ok(list_of(read_bill(path, unversioned)?, false));
    }
    let bytes = ops::read_bytes(path)?;
    let name = regular::name_of(path);
    let (_, review) = review_document(&bytes, &name, Some(DocumentKind::SoupList), going)?;
    let list = list_at(&review.lists, place, &name)?;
    let bill = bill_of_document(path, (list.delimited(), bytes), unversioned)?;
    Ok(list_of(bill, true))
}

/// The list at a place, or the only one.
fn list_at<'l>(lists: &'l [SoupList], place: Option<&str>, name: &str) -> Result<&'l SoupList, Refused> {
    match (place, lists) {
        (None, [one]) => Ok(one),
        (Some(place), lists) => lists.iter().find(|list| list.place == place).ok_or_else(|| {
            Refused::Rule(format!(
                "{name} has no list of SOUP at {place}; name the place of a list as the review of the document does"
            ))
        }),
        (None, []) => Err(Refused::Rule(format!(
            "{name} has no table with a column for the name and one for the version or supplier of SOUP"
        ))),
        (None, several) => {
            let places: Vec<&str> = several.iter().map(|list| list.place.as_str()).collect();
            Err(Refused::Rule(format!(
                "{name} has several lists of SOUP ({}): name the place of one with --at, or review the document in the window and read \
                 the list there",
                places.join("; ")
            )))
        }
    }
}

fn list_of(bill: BaselineBill, from_document: bool) -> RegisterList {
    let rows = bill
        .rows
        .iter()
        .map(|row| SoupRow {
            item: row.item.to_string(),
            version: row.version.to_string(),
            purl: row.purl.to_string(),
            fields: bill
                .components
                .get(&(row.item.to_string(), row.version.to_string()))
                .map(component_fields)
                .unwrap_or_default(),
        })
        .collect();
    RegisterList { bill, rows, from_document }
}

/// Most characters of a line that is taken over from a bill.
const LINE_CHARS: usize = 400;

fn line(text: &str) -> Value {
    text::one_line(text, LINE_CHARS).into()
}

/// The fields of an item that a component tells.
fn component_fields(component: &Component) -> Fields {
    let mut set = Fields::new();
    let mut put = |name: &str, value: Value| {
        let empty = value.is_null() || value == "" || value == json!([]);
        if !empty {
            set.insert(name.to_owned(), value);
        }
    };
    put("supplier", line(component.supplier.as_deref().unwrap_or_default()));
    put("license", line(&component.licences.join(" AND ")));
    put("cpes", json!(component.cpes.iter().map(|cpe| line(cpe)).collect::<Vec<_>>()));
    put("soup_kind", json!(kind_of(component.kind)));
    put(
        "direct",
        match component.directness {
            Directness::Direct => true.into(),
            Directness::Transitive => false.into(),
            Directness::Unknown => Value::Null,
        },
    );
    let lists: Vec<Value> = component
        .addresses
        .iter()
        .filter_map(|address| {
            list_kind(address).map(|kind| json!({"place": line(address), "list_kind": kind}))
        })
        .take(3)
        .collect();
    put("anomaly_lists", json!(lists));
    for (name, value) in &component.more {
        let plain: String =
            name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        match plain.as_str() {
            "risklevel" | "risk" | "risktier" => put("risk_tier", json!(tier_of(value))),
            "requirements" | "requirement" | "functionalrequirements" => {
                put("requirements", text::plain(value.trim()).into());
            }
            "language" | "programminglanguage" | "languages" => put("language", line(value)),
            "softwaresystem" | "softwareitem" | "usedby" => put("host_item", line(value)),
            "environment" | "hardwareandsoftware" => put("environment", text::plain(value.trim()).into()),
            _ => {}
        }
    }
    set
}

const fn kind_of(kind: ComponentKind) -> Option<&'static str> {
    match kind {
        ComponentKind::OperatingSystem => Some("operating_system"),
        ComponentKind::Platform => Some("runtime"),
        ComponentKind::DeviceDriver => Some("driver"),
        ComponentKind::Firmware => Some("firmware"),
        ComponentKind::Service => Some("cloud_service"),
        ComponentKind::Application
        | ComponentKind::Framework
        | ComponentKind::Library
        | ComponentKind::Container
        | ComponentKind::Device
        | ComponentKind::File
        | ComponentKind::MachineLearningModel
        | ComponentKind::Data
        | ComponentKind::CryptographicAsset
        | ComponentKind::Other => None,
    }
}

/// What kind of list of anomalies an address is, if it looks like one.
fn list_kind(address: &str) -> Option<&'static str> {
    let text = address.to_lowercase();
    let any = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if any(&["/issues", "bugzilla", "jira", "/bugs", "bugs."]) {
        Some("tracker")
    } else if any(&["release", "changelog", "changes"]) {
        Some("release_notes")
    } else if any(&["advisor", "security"]) {
        Some("advisories")
    } else {
        None
    }
}

fn tier_of(text: &str) -> Option<&'static str> {
    let text = text.trim().to_lowercase();
    [("high", "high"), ("medium", "medium"), ("moderate", "medium"), ("low", "low")]
        .into_iter()
        .find(|(word, _)| text.contains(word))
        .map(|(_, code)| code)
}
