//! `go.mod` and `go.sum`.

use std::collections::{BTreeMap, BTreeSet};

use super::Sight;
use crate::model::bill::{Bill, Dependency};
use crate::model::component::{Component, ComponentKind, Directness};
use mainstay_base::note::{Gravity, Unreadable};

/// The reference of the main module.
const MAIN: &str = "the main module";

/// Whether it is a `go.mod`, by its first directive.
pub fn looks_like_module(sight: &Sight<'_>) -> bool {
    sight.line_begins("module ") && (sight.line_begins("go ") || sight.line_begins("require"))
}

/// Whether it is a `go.sum`: its first lines are modules with the digest of their content.
pub fn looks_like_sums(sight: &Sight<'_>) -> bool {
    let mut lines = sight.text.lines().filter(|line| !line.trim().is_empty()).take(20).peekable();
    sight.members.is_none() && lines.peek().is_some() && lines.all(|line| sum(line).is_some())
}

/// Module and version of a line, and whether it is the digest of only the `go.mod` file.
fn sum(line: &str) -> Option<(&str, &str, bool)> {
    let mut parts = line.split_whitespace();
    let (module, version, digest) = (parts.next()?, parts.next()?, parts.next()?);
    let fits = parts.next().is_none() && version.starts_with('v') && digest.starts_with("h1:");
    let (version, of_file) =
        version.strip_suffix("/go.mod").map_or((version, false), |version| (version, true));
    fits.then_some((module, version, of_file))
}

/// Reads a `go.sum`. It keeps digests of every version that Go ever looked at, so some modules may not be in the product. Go has its own
/// kind of digest, so none is kept.
pub fn read_sums(text: &str) -> Result<Bill, Unreadable> {
    let mut bill = Bill { format: "go.sum".to_owned(), ..Bill::default() };
    let words = "a go.sum may contain versions that are no longer in use, and does not list dependencies: use its go.mod, or a bill of cyclonedx-gomod, which are exact";
    bill.notes.add(Gravity::Warning, "document", words);
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = format!("line {}", index + 1);
        match sum(line) {
            Some((_, _, true)) => {}
            Some((module, version, false)) => {
                versions.entry(module).or_default().insert(version);
                bill.components.push(Component { place, ..component(module, version) });
            }
            None => {
                bill.notes.add(
                    Gravity::Refused,
                    place,
                    "not in the form `module version h1:digest`: skipped",
                );
            }
        }
    }
    for (module, versions) in versions.iter().filter(|(_, versions)| versions.len() > 1) {
        let list: Vec<&str> = versions.iter().copied().collect();
        let words =
            format!("{module} is listed in several versions ({}): at most one is in use", list.join(", "));
        bill.notes.add(Gravity::Warning, "document", words);
    }
    Ok(bill)
}

fn component(module: &str, version: &str) -> Component {
    let (namespace, name) =
        module.rsplit_once('/').map_or((None, module), |(namespace, name)| (Some(namespace), name));
    Component {
        reference: format!("{module}@{version}"),
        name: module.to_owned(),
        version: Some(version.to_owned()),
        purls: super::purl("golang", namespace, name, version).into_iter().collect(),
        ..Component::default()
    }
}

/// One line of a directive: its word, its arguments, whether the comment contains `indirect`.
struct Line<'t> {
    number: usize,
    word: &'t str,
    arguments: Vec<&'t str>,
    indirect: bool,
}

/// The lines of a `go.mod`; each line of a block in parentheses gets the word of the block.
fn directives(text: &str) -> Vec<Line<'_>> {
    let mut block = None;
    let mut lines = Vec::new();
    for (index, raw) in text.lines().enumerate() {
        let (line, comment) = raw.split_once("//").unwrap_or((raw, ""));
        let mut words = line.split_whitespace().map(|word| word.trim_matches('"'));
        let Some(first) = words.next() else { continue };
        if first == ")" {
            block = None;
            continue;
        }
        let rest: Vec<&str> = words.collect();
        let (word, arguments) = match block {
            Some(word) => (word, [first].into_iter().chain(rest).collect()),
            None if rest.first() == Some(&"(") => {
                block = Some(first);
                continue;
            }
            None => (first, rest),
        };
        lines.push(Line {
            number: index + 1,
            word,
            arguments,
            indirect: comment.trim().starts_with("indirect"),
        });
    }
    lines
}

/// Reads a `go.mod`. Since Go 1.17 it lists every module in the product. It does not give the version of Go's own library.
pub fn read_module(text: &str) -> Result<Bill, Unreadable> {
    let lines = directives(text);
    // By module, or by module and version.
    let replaced: BTreeMap<(&str, Option<&str>), &[&str]> = lines
        .iter()
        .filter(|line| line.word == "replace")
        .filter_map(|line| {
            let at = line.arguments.iter().position(|word| *word == "=>")?;
            let of = line.arguments.get(1).copied().filter(|_| at == 2);
            Some(((*line.arguments.first()?, of), line.arguments.get(at + 1..)?))
        })
        .collect();
    let mut bill = Bill { format: "go.mod".to_owned(), ..Bill::default() };
    let words = "a go.mod does not show which version of Go's own library is built in: a bill of cyclonedx-gomod does";
    bill.notes.add(Gravity::Info, "document", words);
    let mut on = Vec::new();
    for line in &lines {
        let place = format!("line {}", line.number);
        match (line.word, line.arguments.as_slice()) {
            ("module", [module, ..]) => {
                let reference = MAIN.to_owned();
                let kind = ComponentKind::Application;
                bill.subject = Some(Component {
                    reference,
                    name: (*module).to_owned(),
                    kind,
                    place,
                    ..Component::default()
                });
            }
            ("require", [module, version, ..]) => {
                let replacement =
                    [Some(*version), None].into_iter().find_map(|of| replaced.get(&(*module, of)));
                let component = required(module, version, replacement.copied());
                let directness = if line.indirect { Directness::Transitive } else { Directness::Direct };
                if !line.indirect {
                    on.push(component.reference.clone());
                }
                bill.components.push(Component { directness, place, ..component });
            }
            ("require", _) => bill.notes.add(Gravity::Refused, place, "not a module with a version: skipped"),
            ("go" | "toolchain" | "replace" | "exclude" | "retract" | "godebug" | "tool" | "ignore", _) => {}
            (other, _) => bill.notes.not_understood(&other.chars().take(50).collect::<String>()),
        }
    }
    bill.dependencies.push(Dependency { from: MAIN.to_owned(), on });
    Ok(bill)
}

/// A required module or its replacement: another module, or a folder of the project.
fn required(module: &str, version: &str, replacement: Option<&[&str]>) -> Component {
    match replacement {
        Some([other, version, ..]) => {
            Component { pedigree: vec![format!("replaces {module}")], ..component(other, version) }
        }
        Some([folder]) => Component {
            purls: Vec::new(),
            addresses: vec![(*folder).to_owned()],
            ..component(module, version)
        },
        Some([]) | None => component(module, version),
    }
}
