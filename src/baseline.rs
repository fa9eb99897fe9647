//! The baseline of a release from foreign files: SOUP from a bill of materials, configuration items from a table (IEC 62304 8.1.2,
//! 8.1.3).
//!
//! What a bill becomes in a baseline belongs here, for the window and the command line. Reading bills belongs to `soup`, the
//! rules of a release to `domain`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::json;

use crate::base::regular;
use crate::domain::ids::RecordId;
use crate::domain::record::Fields;
use crate::domain::release::{BASELINE_MAX, BaselineItem, Difference, SoupVersion};
use crate::domain::text::{self, Line, counted};
use crate::ops::{self, EvidenceFile, ProductFile, Refused, Session, Stamp};
use crate::soup::model::component::{Component, Scope};
use crate::soup::{self, BillFile, refused_of_bill};

/// Most components that a refusal names.
const NAMES_MAX: usize = 20;

/// What is done with components of which the bill does not say the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unversioned {
    /// The bill is refused with their names: SOUP is identified by its exact version (IEC 62304 8.1.2).
    #[default]
    Refuse,
    /// They are left out and named. The bill itself is kept, so that they are not lost.
    LeaveOut,
}

/// SOUP read from a bill of materials.
#[derive(Debug, Clone)]
pub struct BaselineBill {
    /// The format of the bill, in words.
    pub format: String,
    /// Its components, sorted, each once.
    pub rows: Vec<SoupVersion>,
    /// Components without a version that were left out.
    pub unversioned: Vec<String>,
    /// Components that the bill marks as not shipped, such as tools of the build. They are not in the product.
    pub not_shipped: Vec<String>,
    /// Its components by name and version of their rows.
    pub components: BTreeMap<(String, String), Component>,
    file: EvidenceFile,
}

/// Configuration items read from a table.
#[derive(Debug, Clone)]
pub struct BaselineItems {
    /// Its items, sorted, each once.
    pub rows: Vec<BaselineItem>,
    /// Names of its columns that were not read.
    pub unread: Vec<String>,
    file: EvidenceFile,
}

/// What a baseline is read from. Without one of them, that part of the baseline stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    /// The SOUP.
    pub bill: Option<BaselineBill>,
    /// The configuration items.
    pub items: Option<BaselineItems>,
}

fn refused(refusal: soup::Refused) -> Refused {
    match refusal {
        soup::Refused::Rule(words) => Refused::Rule(words),
        soup::Refused::Store(error) => Refused::Store(error),
    }
}

/// The first of some names, and how many more there are.
pub fn named(names: &[String]) -> String {
    text::first_of(names, NAMES_MAX)
}

/// Reads the SOUP of a bill of materials or lock file.
///
/// # Errors
/// When it is no bill, parts of it cannot be read, it names no component, or components have no version and are not left out.
pub fn read_bill(path: &Path, unversioned: Unversioned) -> Result<BaselineBill, Refused> {
    let read = BillFile::read(path).map_err(refused)?;
    let bill = bill_of(&read, path, unversioned)?;
    Ok(BaselineBill { file: EvidenceFile { bytes: read.into_bytes(), ..bill.file }, ..bill })
}

/// The same of a list that was taken out of a document, whose bytes are kept.
pub(crate) fn bill_of_document(
    path: &Path,
    (list, document): (String, Vec<u8>),
    unversioned: Unversioned,
) -> Result<BaselineBill, Refused> {
    let read = BillFile::taken_from(path, "list.csv".to_owned(), list.into_bytes());
    let bill = bill_of(&read, path, unversioned)?;
    let description = "Document with the list of SOUP".to_owned();
    Ok(BaselineBill { file: EvidenceFile { bytes: document, description, ..bill.file }, ..bill })
}

/// The SOUP of what was read. The file that is kept has no bytes yet.
fn bill_of(read: &BillFile, path: &Path, unversioned: Unversioned) -> Result<BaselineBill, Refused> {
    let inspected = read.inspect().map_err(refused)?;
    let name = regular::name_of(path);
    let unread: Vec<String> =
        refused_of_bill(&inspected).iter().map(|note| format!("{}: {}", note.place, note.text)).collect();
    if !unread.is_empty() {
        return Err(Refused::Rule(format!(
            "{} of {name} cannot be read as a component, so that the baseline would not be complete: {}. Mend the bill and read it again",
            counted(unread.len(), "part"),
            named(&unread)
        )));
    }
    let bill = inspected.bill;
    let (shipped, left): (Vec<&Component>, Vec<&Component>) =
        bill.components.iter().partition(|component| component.scope != Scope::Excluded);
    let (rows, without) = soup_rows(&shipped, &name)?;
    if !without.is_empty() && unversioned == Unversioned::Refuse {
        return Err(Refused::Rule(format!(
            "{} of {name} without a version: {}. SOUP is identified by its exact version: add the versions to the bill, or leave these \
             components out",
            counted(without.len(), "component"),
            named(&without)
        )));
    }
    if rows.is_empty() {
        return Err(Refused::Rule(format!(
            "{name} names no component that is shipped with a version. If the product contains no SOUP, say why in the release"
        )));
    }
    if rows.len() > BASELINE_MAX {
        return Err(Refused::Rule(format!(
            "{name} has {} components; a baseline has at most {BASELINE_MAX}",
            rows.len()
        )));
    }
    let description = format!("Bill of materials of the baseline ({})", bill.format);
    let file = EvidenceFile { name, place: path.display().to_string(), description, bytes: Vec::new() };
    let not_shipped = left.iter().map(|component| component.label()).collect();
    let components = shipped
        .iter()
        .filter_map(|component| {
            Some(((row_name(component), version_of(component)?.to_owned()), (*component).clone()))
        })
        .collect();
    Ok(BaselineBill { format: bill.format, rows, unversioned: without, not_shipped, components, file })
}

/// The name of a component in a baseline.
fn row_name(component: &Component) -> String {
    let group = component.group.as_ref().map(|group| format!("{group}/")).unwrap_or_default();
    format!("{group}{}", component.name)
}

fn version_of(component: &Component) -> Option<&str> {
    component.version.as_deref().map(str::trim).filter(|version| !version.is_empty())
}

/// The rows of some components, sorted, each once, and the names of those without a version.
fn soup_rows(components: &[&Component], name: &str) -> Result<(Vec<SoupVersion>, Vec<String>), Refused> {
    let mut rows = BTreeSet::new();
    let mut without = BTreeSet::new();
    for component in components {
        match version_of(component) {
            Some(version) => {
                let purl = component.main_purl().unwrap_or_default();
                rows.insert((row_name(component), version.to_owned(), purl));
            }
            None => {
                without.insert(component.label());
            }
        }
    }
    let cell = |text: &str, item: &str| {
        Line::new(text)
            .map_err(|reason| Refused::Rule(format!("{name}: the component {item:?} has {reason}")))
    };
    let rows = rows
        .iter()
        .map(|(item, version, purl)| {
            Ok(SoupVersion {
                item: cell(item, item)?,
                version: cell(version, item)?,
                purl: cell(purl, item)?,
            })
        })
        .collect::<Result<_, Refused>>()?;
    Ok((rows, without.into_iter().collect()))
}

/// Reads configuration items from a table with the columns item and version.
///
/// # Errors
/// When it is no such table, or rows of it cannot be used; each with its place.
pub fn read_items(path: &Path) -> Result<BaselineItems, Refused> {
    let name = regular::name_of(path);
    let bytes = ops::read_bytes(path)?;
    let found = ops::read_items(&bytes, &name)?;
    let description = "Configuration items of the baseline".to_owned();
    let file = EvidenceFile { name, place: path.display().to_string(), description, bytes };
    Ok(BaselineItems { rows: found.rows, unread: found.unread, file })
}

impl BaselineBill {
    /// The file from which it was read, with its bytes.
    pub(crate) const fn file(&self) -> &EvidenceFile {
        &self.file
    }
}

impl Baseline {
    /// The fields of the release that it sets.
    fn fields(&self) -> Fields {
        let mut set = Fields::new();
        if let Some(bill) = &self.bill {
            set.insert("soup_baseline".to_owned(), json!(bill.rows));
            set.insert("bill_sha256".to_owned(), bill.file.sha256().into());
        }
        if let Some(items) = &self.items {
            set.insert("baseline_items".to_owned(), json!(items.rows));
        }
        set
    }

    /// What would come, go and change its version against the release before, with the changes behind it. Nothing is written.
    ///
    /// # Errors
    /// When it is not a release, or there is no such record.
    pub fn rehearse(&self, file: &ProductFile, release: RecordId) -> Result<Vec<Difference>, Refused> {
        file.differences_with(release, &self.fields())
    }

    /// Attaches the files to the release and sets its baseline, all of it or nothing.
    ///
    /// # Errors
    /// The refusal of attaching or of the edit; then nothing was changed.
    pub fn store(
        self,
        file: &mut ProductFile,
        session: &Session,
        (release, reason): (RecordId, Option<&str>),
        stamp: &Stamp,
    ) -> Result<(), Refused> {
        let set = self.fields();
        let files =
            self.bill.map(|bill| bill.file).into_iter().chain(self.items.map(|items| items.file)).collect();
        file.keep_and_edit(session, (release, files), (set, reason), stamp)?;
        Ok(())
    }
}
