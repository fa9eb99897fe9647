//! `conan.lock` (C and C++), of Conan 1 and 2.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::reach::{self, Roots};
use super::{Sight, purl_with};
use crate::model::bill::{Bill, Dependency};
use crate::model::component::{Component, ComponentKind, Scope};
use mainstay_base::note::{Gravity, Unreadable};

#[derive(Deserialize)]
struct Lock {
    version: String,
    #[serde(default)]
    requires: Vec<String>,
    #[serde(default)]
    build_requires: Vec<String>,
    #[serde(default)]
    python_requires: Vec<String>,
    /// Conan 1.
    graph_lock: Option<Graph>,
}

#[derive(Deserialize)]
struct Graph {
    #[serde(default)]
    nodes: BTreeMap<String, Node>,
}

#[derive(Deserialize)]
struct Node {
    #[serde(rename = "ref")]
    reference: Option<String>,
    #[serde(default)]
    requires: Vec<String>,
    #[serde(default)]
    build_requires: Vec<String>,
    context: Option<String>,
    path: Option<String>,
}

/// Whether it is such a file, by its lists or its graph.
pub fn looks_like(sight: &Sight<'_>) -> bool {
    sight.has(&["version", "graph_lock"]) || (sight.has(&["version", "requires", "build_requires"]))
}

/// Reads a lock file.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let lock: Lock = super::json(text, "conan.lock")?;
    let mut bill = Bill { format: format!("conan.lock {}", lock.version), ..Bill::default() };
    if let Some(graph) = lock.graph_lock {
        of_graph(graph, &mut bill);
        return Ok(bill);
    }
    let words =
        "a conan.lock of Conan 2 does not list dependencies: direct and transitive cannot be distinguished";
    bill.notes.add(Gravity::Info, "document", words);
    for (list, scope, references) in [
        ("requires", Scope::Required, lock.requires),
        ("build_requires", Scope::Excluded, lock.build_requires),
        ("python_requires", Scope::Excluded, lock.python_requires),
    ] {
        for (index, text) in references.iter().enumerate() {
            let place = format!("$.{list}[{index}]");
            match component(text, place.clone()) {
                Some(component) => bill.components.push(Component { scope, ..component }),
                None => refuse(text, place, &mut bill),
            }
        }
    }
    Ok(bill)
}

fn refuse(text: &str, place: String, bill: &mut Bill) {
    let start: String = text.chars().take(80).collect();
    bill.notes.add(
        Gravity::Refused,
        place,
        format!("`{start}` is not a reference such as `zlib/1.3.1`; skipped"),
    );
}

/// The graph of Conan 1: the consumer is the node with a path, or the one without a reference.
fn of_graph(graph: Graph, bill: &mut Bill) {
    let mut roots = Roots::default();
    for (id, node) in graph.nodes {
        let place = format!("$.graph_lock.nodes.{id}");
        let text = node.reference.unwrap_or_default();
        if node.path.is_some() || text.is_empty() {
            let known = component(&text, place.clone());
            let product = known
                .unwrap_or_else(|| Component { name: "the consumer".to_owned(), ..Component::default() });
            bill.subject = Some(Component {
                reference: id.clone(),
                kind: ComponentKind::Application,
                purls: Vec::new(),
                place,
                ..product
            });
            roots.required.extend(node.requires.iter().cloned());
            roots.development.extend(node.build_requires.iter().cloned());
        } else if let Some(component) = component(&text, place.clone()) {
            let scope =
                if node.context.as_deref() == Some("build") { Scope::Excluded } else { Scope::Required };
            bill.components.push(Component { reference: id.clone(), scope, ..component });
        } else {
            refuse(&text, place, bill);
        }
        let on = node.requires.into_iter().chain(node.build_requires).collect();
        bill.dependencies.push(Dependency { from: id, on });
    }
    reach::apply(bill, &roots);
}

/// `name/version@user/channel#revision%time`; everything but name and version is optional.
fn component(text: &str, place: String) -> Option<Component> {
    let (text, _) = text.split_once('%').unwrap_or((text, ""));
    let (text, revision) = text.split_once('#').map_or((text, None), |(text, rest)| (text, Some(rest)));
    let (text, place_of) = text.split_once('@').map_or((text, None), |(text, rest)| (text, Some(rest)));
    let (name, version) = text.split_once('/')?;
    if name.is_empty() || version.is_empty() {
        return None;
    }
    let (user, channel) = place_of.and_then(|rest| rest.split_once('/')).unzip();
    // Conan 1 writes the package revision after the recipe revision.
    let revision = revision.and_then(|revision| revision.split(':').next()).filter(|text| !text.is_empty());
    let qualifiers = [("user", user), ("channel", channel), ("rrev", revision)];
    let purl = purl_with("conan", (None, name), version, qualifiers);
    Some(Component {
        reference: text.to_owned(),
        name: name.to_owned(),
        version: Some(version.to_owned()),
        purls: purl.into_iter().collect(),
        place,
        ..Component::default()
    })
}
