//! What every bill gets after reading, whatever the format: references that are unique, each component once, the dependency graph in order,
//! directness, and a word where an identifier or a version is of no use.

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

/// Why nothing can be taken from a bill without components, with the gravest remarks that there are.
pub(super) fn without_component(bill: &Bill) -> Unreadable {
    let mut reason = format!("{}: no component is told in this document", bill.format);
    if let Some(subject) = &bill.subject {
        reason.push_str(&format!("; it names the product `{}`, but nothing inside it", subject.name));
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

/// Makes one component of those that are the same, and gives every other one a reference of its own. Gives back what became of the
/// references that are gone.
fn merge(bill: &mut Bill) -> BTreeMap<String, String> {
    let mut kept: Vec<Component> = Vec::with_capacity(bill.components.len());
    let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
    let mut references = References::of(bill.subject.as_ref());
    for mut component in mem::take(&mut bill.components) {
        let (named, purl) = keys(&component);
        let among = |key: &String| by_key.get(key).into_iter().flatten().copied();
        let same = |at: &usize| kept.get(*at).is_some_and(|kept: &Component| kept.is_same(&component));
        // By name and version only those can be the same of which one has no package URL.
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
                told_again(first, component, &mut bill.notes);
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

/// Which references are in use, and what became of those of merged components.
struct References {
    taken: HashSet<String>,
    now: BTreeMap<String, String>,
    /// The last number that was tried behind a reference that several use.
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

    /// Leaves the component its reference, or gives it another one where it has none or another component has it.
    fn give(&mut self, component: &mut Component, index: usize, notes: &mut Notes) {
        if component.reference.is_empty() {
            component.reference = format!("component {}", index + 1);
        }
        if !self.is_free(&component.reference) {
            let told = component.reference.clone();
            let mut number = self.numbers.get(&told).copied().unwrap_or(1);
            while !self.is_free(&component.reference) {
                number += 1;
                component.reference = format!("{told} ({number})");
            }
            let text = format!(
                "the reference `{told}` is that of another component too; it is called `{}` here",
                component.reference
            );
            notes.add(Gravity::Warning, component.place.clone(), text);
            self.numbers.insert(told, number);
        }
        self.taken.insert(component.reference.clone());
    }

    /// A component was merged: who names it now means the first one, unless the reference is another component's.
    fn gone(&mut self, reference: &str, first: &str) {
        if self.is_free(reference) {
            self.now.insert(reference.to_owned(), first.to_owned());
        }
    }
}

/// Different components of one name and version that are compared with a further one at most; more are kept apart.
const CANDIDATES_MAX: usize = 64;

/// What components that are the same have in common: group, name and version, or the package URL.
fn keys(component: &Component) -> (String, Option<String>) {
    let version = component.version.as_deref().unwrap_or_default();
    let group = component.group.as_deref().unwrap_or_default();
    (format!("{group}\n{}\n{version}", component.name), component.main_purl())
}

fn told_again(first: &mut Component, again: Component, notes: &mut Notes) {
    let place = again.place.clone();
    let mut text = format!("the same component as at {}; both were made one", first.place);
    if again.inside != first.inside && !again.inside.is_empty() {
        text.push_str(&format!("; here it is inside `{}`", again.inside.join("`, `")));
    }
    let differing = first.absorb(again);
    if !differing.is_empty() {
        text.push_str(&format!("; told otherwise here and not taken: {}", differing.join(", ")));
    }
    notes.add(Gravity::Info, place, text);
}

/// The dependency graph with references as they are now: sorted, each once, nothing on itself. A reference to nothing is noted.
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
        let text =
            format!("the dependencies name `{}`, which is no component of this document", start(&reference));
        bill.notes.add(Gravity::Warning, "dependencies", text);
    }
    lines.into_iter().map(|(from, on)| Dependency { from, on: on.into_iter().collect() }).collect()
}

/// Statements name components by their references: these follow a merge, and the component's identifiers stand beside them.
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

/// Direct is what the product itself depends on; transitive is what can be reached from there. Cycles do no harm.
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

/// Notes package URLs and CPE names that do not parse, break the rules of their type, or contradict the component.
fn identifiers(bill: &mut Bill) {
    let Bill { components, notes, .. } = bill;
    for component in components {
        for written in &component.purls {
            match Purl::parse(written) {
                Err(error) => {
                    let text = format!("the package URL `{}` is of no use: {error}", start(written));
                    notes.add(Gravity::Warning, component.place.clone(), text);
                }
                Ok(purl) => contradiction(component, &purl, notes),
            }
        }
        for written in &component.cpes {
            if let Err(error) = Cpe::parse(written) {
                let text = format!("the CPE name `{}` is of no use: {error}", start(written));
                notes.add(Gravity::Warning, component.place.clone(), text);
            }
        }
    }
}

/// Takes away what has no name: nothing could be said of it. A product without one is called so.
fn names(bill: &mut Bill) {
    let Bill { components, notes, subject, .. } = bill;
    components.retain(|component| {
        let named = !component.name.trim().is_empty();
        if !named {
            notes.add(Gravity::Refused, component.place.clone(), "a component without a name was not taken");
        }
        named
    });
    if let Some(subject) = subject.as_mut().filter(|subject| subject.name.trim().is_empty()) {
        "the product".clone_into(&mut subject.name);
    }
}

/// Notes versions that are not exactly one, and takes away words that only say that there is none.
fn versions(bill: &mut Bill) {
    let Bill { components, notes, .. } = bill;
    for component in components {
        let Some(version) = &component.version else { continue };
        match exactness(Some(version)) {
            Exactness::Exact => {}
            Exactness::Missing => {
                let text = format!(
                    "the version `{}` of {} is a word for having none",
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
    if let (Some(told), Some(version)) = (&component.version, &purl.version)
        && !told.contains(version.as_str())
        && !version.contains(told.as_str())
    {
        let text = format!("the version is `{}`, but its package URL says `{}`", start(told), start(version));
        notes.add(Gravity::Warning, component.place.clone(), text);
    }
}

/// The beginning of a foreign text, for a message.
fn start(text: &str) -> String {
    text.chars().take(200).collect()
}
