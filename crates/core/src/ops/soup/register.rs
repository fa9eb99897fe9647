//! Reading a list of components into the register: what comes, what goes, what changes its version, what is ambiguous
//! (IEC 62304 8.1.2; domain 2.8, 3.6 SOUP-03, SOUP-12).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::domain::change_request::ChangeRequest;
use crate::domain::field::is_empty;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::product::PRODUCT;
use crate::domain::record::Fields;
use crate::domain::release::Release;
use crate::domain::requests::RecordSource as _;
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_designator::{counts, is_exact};
use crate::domain::soup_item::register::package_of;
use crate::domain::text::counted;
use crate::domain::workflow::World;
use crate::ops::evidence::EvidenceFile;
use crate::ops::file::ProductFile;
use crate::ops::gate::of_release;
use crate::ops::refused::Refused;
use crate::ops::request::{Act, Request};
use crate::ops::session::Session;
use mainstay_base::clock::Stamp;
use mainstay_base::time::Moment;

/// One component of a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SoupRow {
    /// Its name, as baselines write it.
    pub item: String,
    /// Its version.
    pub version: String,
    /// Its package URL.
    pub purl: String,
    /// Further fields of the item, such as its supplier, licence or requirements.
    pub fields: Fields,
}

/// How a list is read into the register.
#[derive(Debug, Clone, Default)]
pub struct SoupImportOptions {
    /// The release whose SOUP the list is.
    pub release: Option<RecordId>,
    /// The change that brings new items and versions; without it one is opened where one is needed.
    pub change: Option<RecordId>,
    /// Fields of every new item that the list does not give.
    pub defaults: Fields,
}

/// What happens with a component.
#[derive(Debug, Clone, PartialEq)]
pub enum SoupAction {
    /// It is new in the register.
    NewItem {
        /// Its fields.
        set: Fields,
    },
    /// Its item is registered with other versions.
    NewVersion {
        /// The item.
        item: RecordId,
        /// The versions of it in the release before, or else all that are registered.
        from: Vec<String>,
    },
    /// It is registered with this version.
    Same {
        /// The item.
        item: RecordId,
    },
    /// Several items of the register could be meant, or the row cannot be used; nothing is done with it.
    Ambiguous {
        /// Why.
        why: String,
    },
}

/// The plan for a component.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedSoup {
    /// The component.
    pub row: SoupRow,
    /// What happens with it.
    pub action: SoupAction,
}

/// How many components have which plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SoupImportCounts {
    /// New items.
    pub items: usize,
    /// New versions of registered items.
    pub versions: usize,
    /// Versions that are registered.
    pub same: usize,
    /// Components of which nothing is taken.
    pub ambiguous: usize,
    /// Registered versions that the list does not have.
    pub gone: usize,
}

impl SoupImportCounts {
    /// Whether nothing is new: the register has all of it already.
    pub const fn has_nothing_new(&self) -> bool {
        self.items + self.versions == 0
    }

    /// The counts in words.
    pub fn words(&self) -> String {
        format!(
            "{} new, {} new, {} registered already, {} ambiguous, {} no longer in the list",
            counted(self.items, "item"),
            counted(self.versions, "version"),
            self.same,
            self.ambiguous,
            self.gone
        )
    }
}

/// The dry run of reading a list into the register. Making a plan changes nothing.
#[derive(Debug, Clone)]
pub struct SoupImportPlan {
    /// The components, in the order of the list.
    pub rows: Vec<PlannedSoup>,
    /// Registered versions of the release before that the list does not have, as “name version”.
    pub gone: Vec<String>,
    /// The release whose SOUP it is.
    pub release: Option<RecordId>,
    /// The change that brings what is new.
    pub change: Option<RecordId>,
    /// Whether a change request will be opened for what is new.
    pub opens_change: bool,
    /// What a person should look at before the list is read, as a sentence; `None` if nothing is odd.
    pub remark: Option<String>,
    /// The document from which the list was taken. It is attached to the change that brings what is new, otherwise to the product.
    pub evidence: Option<EvidenceFile>,
    /// What the change request that will be opened says.
    change_fields: Fields,
    /// The version of the product that has what is new without a change: the first one.
    present_since: String,
}

impl SoupImportPlan {
    /// How many components have which plan.
    pub fn counts(&self) -> SoupImportCounts {
        let mut counts = SoupImportCounts { gone: self.gone.len(), ..SoupImportCounts::default() };
        for row in &self.rows {
            match row.action {
                SoupAction::NewItem { .. } => counts.items += 1,
                SoupAction::NewVersion { .. } => counts.versions += 1,
                SoupAction::Same { .. } => counts.same += 1,
                SoupAction::Ambiguous { .. } => counts.ambiguous += 1,
            }
        }
        counts
    }
}

/// What the register has under a name.
struct Known {
    item: SharedRecord,
    versions: Vec<(String, String)>,
}

fn known_items(world: &dyn World) -> BTreeMap<String, Vec<Known>> {
    let mut versions: BTreeMap<RecordId, Vec<(String, String)>> = BTreeMap::new();
    for data in world.all(Kind::SoupDesignator).iter().filter(|data| counts(data)) {
        if let Some(item) = data.head.parent {
            let version = (data.text("title").to_owned(), data.text("purl").to_owned());
            versions.entry(item).or_default().push(version);
        }
    }
    let mut known: BTreeMap<String, Vec<Known>> = BTreeMap::new();
    for item in world.all(Kind::SoupItem).into_iter().filter(|data| !data.is_terminal()) {
        let versions = versions.remove(&item.head.id).unwrap_or_default();
        known.entry(item.title().to_owned()).or_default().push(Known { item, versions });
    }
    known
}

/// The versions of each item in the release before.
fn baseline_before(world: &dyn World, release: Option<&Release>) -> BTreeMap<String, BTreeSet<String>> {
    let before = release.and_then(|release| release.predecessor).and_then(|id| world.record(id));
    let before = before.and_then(|data| data.typed::<Release>());
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in before.iter().flat_map(|before| before.soup_baseline.iter()) {
        found.entry(row.item.to_string()).or_default().insert(row.version.to_string());
    }
    found
}

fn plan_row(
    row: SoupRow,
    known: &BTreeMap<String, Vec<Known>>,
    before: &BTreeMap<String, BTreeSet<String>>,
    defaults: &Fields,
) -> PlannedSoup {
    if !is_exact(&row.version) || row.version.trim().is_empty() {
        let why = format!("“{}” is not one exact version", row.version);
        return PlannedSoup { row, action: SoupAction::Ambiguous { why } };
    }
    let package = package_of(&row.purl);
    let named = known.get(&row.item).map(Vec::as_slice).unwrap_or_default();
    let fits = |known: &&Known| {
        let own = known.item.text("package");
        own.is_empty() || package.is_empty() || own == package
    };
    let candidates: Vec<&Known> = named.iter().filter(fits).collect();
    let action = match candidates.as_slice() {
        [] => SoupAction::NewItem { set: item_fields(&row, defaults) },
        [one] => {
            let same = one.versions.iter().any(|(version, purl)| {
                *version == row.version
                    && (purl.is_empty() || package.is_empty() || package_of(purl) == package)
            });
            let item = one.item.head.id;
            if same {
                SoupAction::Same { item }
            } else {
                let from: Vec<String> = match before.get(&row.item) {
                    Some(versions) => versions.iter().cloned().collect(),
                    None => one.versions.iter().map(|(version, _)| version.clone()).collect(),
                };
                SoupAction::NewVersion { item, from }
            }
        }
        [first, second, ..] => {
            let why = format!("it may be {} or {}", first.item.head.id, second.item.head.id);
            SoupAction::Ambiguous { why }
        }
    };
    PlannedSoup { row, action }
}

fn item_fields(row: &SoupRow, defaults: &Fields) -> Fields {
    let mut set = defaults.clone();
    set.extend(row.fields.iter().map(|(name, value)| (name.clone(), value.clone())));
    set.insert("title".into(), row.item.clone().into());
    let package = package_of(&row.purl);
    if !package.is_empty() {
        set.insert("package".into(), package.into());
    }
    set.retain(|_, value| !is_empty(value));
    set
}

/// The rows of the change request for what is new.
fn changed_soup(rows: &[PlannedSoup], gone: &[(String, String)]) -> Vec<Value> {
    let mut changed = Vec::new();
    for planned in rows {
        let row = &planned.row;
        match &planned.action {
            SoupAction::NewItem { .. } => changed.push(json!({"item": row.item, "to": row.version})),
            SoupAction::NewVersion { from, .. } => match from.as_slice() {
                [] => changed.push(json!({"item": row.item, "to": row.version})),
                [first, ..] => {
                    changed.push(json!({"item": row.item, "from": first, "to": row.version}));
                }
            },
            SoupAction::Same { .. } | SoupAction::Ambiguous { .. } => {}
        }
    }
    let named: BTreeSet<String> =
        changed.iter().filter_map(|row| row["item"].as_str().map(str::to_owned)).collect();
    let removed = gone.iter().filter(|(item, _)| !named.contains(item));
    changed.extend(removed.map(|(item, version)| json!({"item": item, "from": version})));
    changed
}

impl ProductFile {
    /// What reading a list of components into the register would do. Nothing is written.
    ///
    /// # Errors
    /// When the release or the change is none, or the file cannot be read.
    pub fn plan_soup_import(
        &self,
        rows: Vec<SoupRow>,
        options: &SoupImportOptions,
        now: Moment,
    ) -> Result<SoupImportPlan, Refused> {
        if let Some(release) = options.release {
            of_release(release)?;
            self.record(release)?;
        }
        if let Some(change) = options.change {
            crate::ops::refused::require_kind(
                change,
                Kind::ChangeRequest,
                "name a change request, such as CR-0001",
            )?;
            self.record(change)?;
        }
        self.with_world(now, |world| plan(world, rows, options))
    }

    /// Writes a plan: new items and versions, and the change that brings them, in one transaction. Returns what was made and the
    /// change.
    ///
    /// # Errors
    /// The refusal of a request with the component that it is about; then nothing was changed.
    pub fn import_soup(
        &mut self,
        session: &Session,
        plan: &SoupImportPlan,
        keep_going: &dyn Fn(usize) -> bool,
        stamp: &Stamp,
    ) -> Result<(SoupImportCounts, Option<RecordId>), Refused> {
        self.refuse_read_only()?;
        let (acts, change) = self.named_acts(plan)?;
        let (names, acts): (Vec<String>, Vec<Act>) = acts.into_iter().unzip();
        if !acts.is_empty() {
            self.perform_all(session, acts, keep_going, stamp).map_err(|(index, refusal)| {
                match names.get(index) {
                    Some(name) if !refusal.is_failure() => {
                        Refused::Rule(format!("{name}: {refusal}. Nothing was changed"))
                    }
                    Some(_) | None => refusal,
                }
            })?;
        }
        Ok((plan.counts(), change))
    }

    /// The requests that write a plan, and the change that brings what is new. Nothing is written.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn soup_import_acts(&self, plan: &SoupImportPlan) -> Result<(Vec<Act>, Option<RecordId>), Refused> {
        let (acts, change) = self.named_acts(plan)?;
        Ok((acts.into_iter().map(|(_, act)| act).collect(), change))
    }

    /// The same, each with the component that it is about.
    fn named_acts(&self, plan: &SoupImportPlan) -> Result<(Vec<(String, Act)>, Option<RecordId>), Refused> {
        let next_change = RecordId::new(Kind::ChangeRequest, self.store.next_number(Kind::ChangeRequest)?);
        let change = if plan.opens_change { Some(next_change) } else { plan.change };
        let mut acts: Vec<(String, Act)> = Vec::new();
        if plan.opens_change {
            let set = plan.change_fields.clone();
            let make = Request::Create { kind: Kind::ChangeRequest, parent: None, set };
            acts.push(("the change request".to_owned(), make.into()));
        } else if let Some(change) = plan.change {
            acts.extend(self.add_to_change(change, plan)?.map(|act| (change.to_string(), act)));
        }
        acts.extend(register_acts(plan, change, self.store.next_number(Kind::SoupItem)?));
        if let Some(document) = plan.evidence.clone().filter(|_| !acts.is_empty()) {
            let name = document.name.clone();
            let attached = self.to_keep_and_edit(change.unwrap_or(PRODUCT), vec![document], Vec::new())?;
            acts.extend(attached.into_iter().map(|request| (name.clone(), request.into())));
        }
        Ok((acts, change))
    }

    /// The edit that adds what is new to a change request; none if it names everything already.
    fn add_to_change(&self, change: RecordId, plan: &SoupImportPlan) -> Result<Option<Act>, Refused> {
        let data = SharedRecord::from(self.record(change)?);
        let Some(content) = data.typed::<ChangeRequest>() else { return Ok(None) };
        let known: BTreeSet<(String, String)> =
            content.affected_soup.iter().map(|row| (row.item.to_string(), row.to.to_string())).collect();
        let mut rows: Vec<Value> =
            content.affected_soup.iter().filter_map(|row| serde_json::to_value(row).ok()).collect();
        let before = rows.len();
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let new =
            plan.change_fields.get("affected_soup").and_then(Value::as_array).cloned().unwrap_or_default();
        rows.extend(new.into_iter().filter(|row| !known.contains(&(text(row, "item"), text(row, "to")))));
        if rows.len() == before {
            return Ok(None);
        }
        let mut set = Fields::new();
        set.insert("affected_soup".into(), Value::Array(rows));
        Ok(Some(Request::Edit { id: change, set }.into()))
    }
}

/// The requests for the new items and versions of a plan, each with the component that it is about. `next` is the number of the next
/// item.
fn register_acts(plan: &SoupImportPlan, change: Option<RecordId>, mut next: u32) -> Vec<(String, Act)> {
    let mut acts: Vec<(String, Act)> = Vec::new();
    let mut made: BTreeMap<(&str, &str), RecordId> = BTreeMap::new();
    for planned in &plan.rows {
        let row = &planned.row;
        let item = match &planned.action {
            SoupAction::NewItem { set } => {
                let key = (row.item.as_str(), package_of(&row.purl));
                *made.entry(key).or_insert_with(|| {
                    let id = RecordId::new(Kind::SoupItem, next);
                    next = next.saturating_add(1);
                    let make = Request::Create { kind: Kind::SoupItem, parent: None, set: set.clone() };
                    acts.push((row.item.clone(), make.into()));
                    id
                })
            }
            SoupAction::NewVersion { item, .. } => *item,
            SoupAction::Same { .. } | SoupAction::Ambiguous { .. } => continue,
        };
        let set = designator_fields(row, change, &plan.present_since);
        let make = Request::Create { kind: Kind::SoupDesignator, parent: Some(item), set };
        acts.push((format!("{} {}", row.item, row.version), make.into()));
    }
    acts
}

fn designator_fields(row: &SoupRow, change: Option<RecordId>, present_since: &str) -> Fields {
    let mut set = Fields::new();
    set.insert("title".into(), row.version.clone().into());
    if !row.purl.is_empty() {
        set.insert("purl".into(), row.purl.clone().into());
    }
    match change {
        Some(change) => set.insert("introduced_by".into(), json!(change)),
        None => set.insert("present_since".into(), present_since.into()),
    };
    set
}

fn plan(world: &dyn World, rows: Vec<SoupRow>, options: &SoupImportOptions) -> SoupImportPlan {
    let data = options.release.and_then(|id| world.record(id));
    let release = data.as_ref().and_then(|data| data.typed::<Release>());
    let known = known_items(world);
    let before = baseline_before(world, release.as_deref());
    let mut seen = BTreeSet::new();
    let rows: Vec<PlannedSoup> = rows
        .into_iter()
        .filter(|row| seen.insert((row.item.clone(), row.version.clone(), row.purl.clone())))
        .map(|row| plan_row(row, &known, &before, &options.defaults))
        .collect();
    let has: BTreeSet<(&str, &str)> =
        rows.iter().map(|planned| (planned.row.item.as_str(), planned.row.version.as_str())).collect();
    let gone: Vec<(String, String)> = before
        .iter()
        .flat_map(|(item, versions)| versions.iter().map(move |version| (item.clone(), version.clone())))
        .filter(|(item, version)| !has.contains(&(item.as_str(), version.as_str())))
        .collect();
    let changed = changed_soup(&rows, &gone);
    // The SOUP of a first release, or of one that was released before, was there before any change of the file.
    let was_there = release.as_ref().is_none_or(|release| release.predecessor.is_none())
        || data.as_ref().is_some_and(is_released);
    let version = release.as_ref().map_or("before the register", |release| &*release.version);
    let opens_change = options.change.is_none() && !was_there && !changed.is_empty();
    SoupImportPlan {
        gone: gone.iter().map(|(item, version)| format!("{item} {version}")).collect(),
        release: options.release,
        change: options.change,
        opens_change,
        remark: another_product(&rows, &before),
        evidence: None,
        change_fields: change_fields(world, version, changed),
        present_since: version.to_owned(),
        rows,
    }
}

/// A list that has nothing of the release before may be the one of another product.
fn another_product(rows: &[PlannedSoup], before: &BTreeMap<String, BTreeSet<String>>) -> Option<String> {
    let known = rows.iter().filter(|planned| before.contains_key(&planned.row.item)).count();
    let odd = !before.is_empty() && !rows.is_empty() && known * 10 < before.len();
    odd.then(|| {
        format!(
            "The list has {known} of the {} that the release before contains. Is it the list of this product?",
            counted(before.len(), "SOUP item")
        )
    })
}

fn is_released(data: &SharedRecord) -> bool {
    use crate::domain::release::ReleaseState;
    ReleaseState::of(data).is_some_and(ReleaseState::was_released)
}

/// The change request for what is new, with what its impact analysis will ask: what is corrected, what is introduced, which hazards
/// are linked (domain 1.4, IA-Q10).
fn change_fields(world: &dyn World, version: &str, changed: Vec<Value>) -> Fields {
    let names: BTreeSet<String> =
        changed.iter().filter_map(|row| row["item"].as_str().map(str::to_owned)).collect();
    let mut set = Fields::new();
    let title = format!("SOUP of version {version}: {} changed", counted(names.len(), "item"));
    set.insert("title".into(), title.into());
    set.insert("origin".into(), "internal".into());
    set.insert("change_type".into(), "adaptive".into());
    set.insert("description".into(), super::findings::change_text(world, &changed).into());
    set.insert("affected_soup".into(), Value::Array(changed));
    let known = |name: &str| Kind::ChangeRequest.def().field(name).is_some();
    set.retain(|name, value| known(name) && !is_empty(value));
    set
}
