//! The last steps for every bill, in every format: unique references, merged components, an ordered dependency graph, directness, and
//! remarks on unusable identifiers and versions.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::mem;

use crate::model::bill::{Bill, Dependency};
use crate::model::component::{Component, Directness};
use crate::model::cpe::Cpe;
use crate::model::purl::Purl;
use crate::model::version::{Exactness, exactness};
use mainstay_base::note::{Gravity, Notes, Unreadable};

/// Finishes a bill.
pub(super) fn finish(mut bill: Bill) -> Bill {
    names(&mut bill);
    versions(&mut bill);
    let renamed = merge(&mut bill);
    bill.dependencies = graph(&mut bill, &renamed);
    statements(&mut bill, &renamed);
    directness(&mut bill);
    identifiers(&mut bill);
    bill
}

/// Why a bill without components is refused, with the gravest remarks.
pub(super) fn without_component(bill: &Bill) -> Unreadable {
    let mut reason = format!("{}: this document lists no component", bill.format);
    if let Some(subject) = &bill.subject {
        reason.push_str(&format!("; it names the product `{}`, but none of its components", subject.name));
    }
    if !bill.statements.is_empty() {
        reason.push_str(&format!(
            "; it makes {} statements about vulnerabilities: import it as advisory data",
            bill.statements.len()
        ));
    }
    let mut grave: Vec<_> = bill.notes.notes.iter().filter(|note| note.gravity > Gravity::Info).collect();
    grave.sort_by_key(|note| std::cmp::Reverse(note.gravity));
    for note in grave.iter().take(3) {
        reason.push_str(&format!("; {}: {}", note.place, note.text));
    }
    Unreadable::at("document", reason)
}

/// Merges components that are the same and gives each component a unique reference. Returns the new references of merged or renamed
/// components.
fn merge(bill: &mut Bill) -> BTreeMap<String, String> {
    let mut kept: Vec<Component> = Vec::with_capacity(bill.components.len());
    let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
    let mut references = References::of(bill.subject.as_ref());
    for mut component in mem::take(&mut bill.components) {
        let (named, purl) = keys(&component);
        let among = |key: &String| by_key.get(key).into_iter().flatten().copied();
        let same = |at: &usize| kept.get(*at).is_some_and(|kept: &Component| kept.is_same(&component));
        // Components can only be the same by name and version if at least one has no package URL.
        let may_be = |at: &usize| kept.get(*at).is_some_and(|kept| purl.is_none() || kept.purls.is_empty());
        let by_purl = purl.iter().flat_map(among).find(same);
        let at = by_purl.or_else(|| among(&named).filter(may_be).find(same)).unwrap_or(kept.len());
        for key in purl.into_iter().chain([named]) {
            let list = by_key.entry(key).or_default();
            if !list.contains(&at) && list.len() < CANDIDATES_MAX {
                list.push(at);
            }
        }
        match kept.get_mut(at) {
            None => {
                references.give(&mut component, at, &mut bill.notes);
                kept.push(component);
            }
            Some(first) => {
                references.gone(&component.reference, &first.reference);
                merge_into(first, component, &mut bill.notes);
            }
        }
    }
    for component in &mut kept {
        for outer in &mut component.inside {
            if let Some(now) = references.now.get(outer) {
                outer.clone_from(now);
            }
        }
        let own = component.reference.clone();
        component.inside.retain(|outer| *outer != own);
    }
    bill.components = kept;
    references.now
}

/// The references in use, and the references of merged components.
struct References {
    taken: HashSet<String>,
    now: BTreeMap<String, String>,
    /// The last number that was tried as a suffix of a shared reference.
    numbers: HashMap<String, usize>,
}

impl References {
    fn of(subject: Option<&Component>) -> Self {
        let taken = subject.map(|subject| subject.reference.clone()).into_iter().collect();
        Self { taken, now: BTreeMap::new(), numbers: HashMap::new() }
    }

    fn is_free(&self, reference: &str) -> bool {
        !reference.is_empty() && !self.taken.contains(reference) && !self.now.contains_key(reference)
    }

    /// Keeps the component's reference, or assigns a new one if it has none or another component has the same.
    fn give(&mut self, component: &mut Component, index: usize, notes: &mut Notes) {
        if component.reference.is_empty() {
            component.reference = format!("component {}", index + 1);
        }
        if !self.is_free(&component.reference) {
            let own = component.reference.clone();
            let mut number = self.numbers.get(&own).copied().unwrap_or(1);
            while !self.is_free(&component.reference) {
                number += 1;
                component.reference = format!("{own} ({number})");
            }
            let text = format!(
                "another component has the reference `{own}` too; this one is called `{}`",
                component.reference
            );
            notes.add(Gravity::Warning, component.place.clone(), text);
            self.numbers.insert(own, number);
        }
        self.taken.insert(component.reference.clone());
    }

    /// Records a merged component: its reference now means the first one, unless another component has that reference.
    fn gone(&mut self, reference: &str, first: &str) {
        if self.is_free(reference) {
            self.now.insert(reference.to_owned(), first.to_owned());
        }
    }
}

/// Maximum number of components with one name and version that are compared with a further one; beyond it they stay separate.
const CANDIDATES_MAX: usize = 64;

/// The key that equal components share: group, name and version, or the package URL.
fn keys(component: &Component) -> (String, Option<String>) {
    let version = component.version.as_deref().unwrap_or_default();
    let group = component.group.as_deref().unwrap_or_default();
    (format!("{group}\n{}\n{version}", component.name), component.main_purl())
}

fn merge_into(first: &mut Component, again: Component, notes: &mut Notes) {
    let place = again.place.clone();
    let mut text = format!("the same component as at {}; the two were merged", first.place);
    if again.inside != first.inside && !again.inside.is_empty() {
        text.push_str(&format!("; here it is inside `{}`", again.inside.join("`, `")));
    }
    let differing = first.absorb(again);
    if !differing.is_empty() {
        text.push_str(&format!("; these values differ here and were dropped: {}", differing.join(", ")));
    }
    notes.add(Gravity::Info, place, text);
}

/// The dependency graph with the current references: sorted, without duplicates and self-references. A reference to nothing is noted.
fn graph(bill: &mut Bill, renamed: &BTreeMap<String, String>) -> Vec<Dependency> {
    let known: BTreeSet<&str> =
        bill.components.iter().chain(&bill.subject).map(|component| component.reference.as_str()).collect();
    let mut lines: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut lost: BTreeSet<String> = BTreeSet::new();
    let mut now = |reference: String| {
        let reference = renamed.get(&reference).cloned().unwrap_or(reference);
        if known.contains(reference.as_str()) {
            Some(reference)
        } else {
            lost.insert(reference);
            None
        }
    };
    for line in mem::take(&mut bill.dependencies) {
        let from = now(line.from);
        let on: Vec<String> = line.on.into_iter().filter_map(&mut now).collect();
        if let Some(from) = from {
            let line = lines.entry(from.clone()).or_default();
            line.extend(on.into_iter().filter(|on| *on != from));
        }
    }
    for reference in lost {
        let text = format!(
            "the dependencies name `{}`, which is not a component of this document",
            start(&reference)
        );
        bill.notes.add(Gravity::Warning, "dependencies", text);
    }
    lines.into_iter().map(|(from, on)| Dependency { from, on: on.into_iter().collect() }).collect()
}

/// Statements name components by reference: this updates the references after a merge and adds the component's identifiers.
fn statements(bill: &mut Bill, renamed: &BTreeMap<String, String>) {
    let known: HashMap<&str, &Component> = bill
        .components
        .iter()
        .chain(&bill.subject)
        .map(|component| (component.reference.as_str(), component))
        .collect();
    for subject in bill.statements.iter_mut().flat_map(|statement| &mut statement.subjects) {
        if let Some(now) = renamed.get(&subject.id) {
            subject.id.clone_from(now);
        }
        let Some(component) = known.get(subject.id.as_str()) else { continue };
        subject.name.get_or_insert_with(|| component.label());
        subject.purl = subject.purl.take().or_else(|| component.purls.first().cloned());
        subject.cpe = subject.cpe.take().or_else(|| component.cpes.first().cloned());
    }
}

/// Direct: the product itself depends on it. Transitive: it can be reached from there. Cycles do no harm.
fn directness(bill: &mut Bill) {
    let Some(subject) = &bill.subject else { return };
    let lines: HashMap<&str, &[String]> =
        bill.dependencies.iter().map(|line| (line.from.as_str(), line.on.as_slice())).collect();
    let Some(direct) = lines.get(subject.reference.as_str()) else { return };
    let mut reached: HashMap<&str, Directness> =
        direct.iter().map(|reference| (reference.as_str(), Directness::Direct)).collect();
    let mut open: Vec<&str> = reached.keys().copied().collect();
    while let Some(from) = open.pop() {
        for on in lines.get(from).copied().unwrap_or_default() {
            if !reached.contains_key(on.as_str()) {
                reached.insert(on, Directness::Transitive);
                open.push(on);
            }
        }
    }
    for component in &mut bill.components {
        if component.directness == Directness::Unknown {
            component.directness = reached.get(component.reference.as_str()).copied().unwrap_or_default();
        }
    }
}

/// Adds remarks on package URLs and CPE names that do not parse, break the rules of their type, or contradict the component.
fn identifiers(bill: &mut Bill) {
    let Bill { components, notes, .. } = bill;
    for component in components {
        for written in &component.purls {
            match Purl::parse(written) {
                Err(error) => {
                    let text = format!("the package URL `{}` cannot be used: {error}", start(written));
                    notes.add(Gravity::Warning, component.place.clone(), text);
                }
                Ok(purl) => contradiction(component, &purl, notes),
            }
        }
        for written in &component.cpes {
            if let Err(error) = Cpe::parse(written) {
                let text = format!("the CPE name `{}` cannot be used: {error}", start(written));
                notes.add(Gravity::Warning, component.place.clone(), text);
            }
        }
    }
}

/// Removes components without a name: nothing could be said about them. A product without a name is called “the product”.
fn names(bill: &mut Bill) {
    let Bill { components, notes, subject, .. } = bill;
    components.retain(|component| {
        let named = !component.name.trim().is_empty();
        if !named {
            notes.add(Gravity::Refused, component.place.clone(), "a component without a name is skipped");
        }
        named
    });
    if let Some(subject) = subject.as_mut().filter(|subject| subject.name.trim().is_empty()) {
        "the product".clone_into(&mut subject.name);
    }
}

/// Adds remarks on inexact versions, and removes words that only mean that there is none.
fn versions(bill: &mut Bill) {
    let Bill { components, notes, .. } = bill;
    for component in components {
        let Some(version) = &component.version else { continue };
        match exactness(Some(version)) {
            Exactness::Exact => {}
            Exactness::Missing => {
                let text = format!(
                    "the version `{}` of {} only means that there is none",
                    start(version),
                    component.name
                );
                notes.add(Gravity::Info, component.place.clone(), text);
                component.version = None;
            }
            Exactness::Range(why) | Exactness::Floating(why) => {
                let text = format!("the version of {} is not exact: {why}", component.name);
                notes.add(Gravity::Warning, component.place.clone(), text);
            }
        }
    }
}

fn contradiction(component: &Component, purl: &Purl, notes: &mut Notes) {
    if let Some(breach) = purl.breach() {
        let text =
            format!("the package URL `{}` breaks a rule of its type: {breach}", start(&purl.to_string()));
        notes.add(Gravity::Warning, component.place.clone(), text);
    }
    if let (Some(own), Some(version)) = (&component.version, &purl.version)
        && !own.contains(version.as_str())
        && !version.contains(own.as_str())
    {
        let text = format!("the version is `{}`, but its package URL says `{}`", start(own), start(version));
        notes.add(Gravity::Warning, component.place.clone(), text);
    }
}

/// The start of a foreign text, for a message.
fn start(text: &str) -> String {
    text.chars().take(200).collect()
}
