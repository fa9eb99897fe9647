//! `requirements.txt` (pip): exact pins, and remarks on requirements that are not exact.

use crate::model::bill::{Bill, Dependency};
use crate::model::component::{Component, Directness, Hash};
use mainstay_base::note::{Gravity, Unreadable};

use super::{Sight, prefixed_hash, purl, pypi_name, sorted};

/// A line with its continuations joined, without comment.
struct Line {
    number: usize,
    text: String,
    comment: String,
}

/// One requirement.
struct Requirement<'t> {
    name: &'t str,
    extras: &'t str,
    /// `==1.0`, `>=1,<2`, or empty.
    specifiers: &'t str,
    /// After `@`.
    address: Option<&'t str>,
    marker: Option<&'t str>,
    hashes: Vec<Hash>,
    unknown_hash: bool,
}

/// Whether its name says so, or every line could belong to one and at least one pins a version.
pub fn looks_like(sight: &Sight<'_>) -> bool {
    let is_text = std::path::Path::new(&sight.name).extension().is_some_and(|extension| extension == "txt");
    let is_named = is_text && (sight.name.contains("requirements") || sight.name.contains("constraints"));
    is_named || pins_versions(sight.text)
}

fn pins_versions(text: &str) -> bool {
    let mut pins = 0_usize;
    for line in lines(text) {
        if line.text.starts_with('-') {
            continue;
        }
        match parse(&line.text) {
            Some(requirement) if exact(requirement.specifiers).is_some() => pins += 1,
            Some(requirement) if !requirement.specifiers.is_empty() || requirement.address.is_some() => {}
            Some(requirement) if requirement.name.len() == line.text.len() => {}
            Some(_) | None => return false,
        }
    }
    pins > 0
}

/// Reads a list of requirements.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let mut bill = Bill { format: "requirements.txt".to_owned(), ..Bill::default() };
    let mut because: Vec<(String, String)> = Vec::new();
    let mut above: Option<String> = None;
    for line in lines(text) {
        let place = format!("line {}", line.number);
        if line.text.is_empty() {
            via(&line.comment, above.as_deref(), &mut because);
            continue;
        }
        if line.text.starts_with('-') {
            option(&line.text, place, &mut bill);
            continue;
        }
        let Some(requirement) = parse(&line.text) else {
            let start: String = line.text.chars().take(80).collect();
            bill.notes.add(Gravity::Refused, place, format!("`{start}` is not a supported requirement"));
            continue;
        };
        let component = component(&requirement, place, &mut bill);
        via(&line.comment, Some(&component.reference), &mut because);
        above = Some(component.reference.clone());
        bill.components.push(component);
    }
    relate(&because, &mut bill);
    Ok(bill)
}

fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, raw) in text.lines().enumerate() {
        let (number, before) = open.take().unwrap_or((index + 1, String::new()));
        let joined = format!("{before}{raw}");
        if let Some(start) = joined.strip_suffix('\\') {
            open = Some((number, format!("{start} ")));
            continue;
        }
        let (text, comment) = without_comment(&joined);
        if !text.trim().is_empty() || !comment.is_empty() {
            lines.push(Line { number, text: text.trim().to_owned(), comment: comment.trim().to_owned() });
        }
    }
    if let Some((number, text)) = open {
        lines.push(Line { number, text: text.trim().to_owned(), comment: String::new() });
    }
    lines
}

/// A comment starts with `#` at the start or after white space.
fn without_comment(line: &str) -> (&str, &str) {
    for (at, _) in line.match_indices('#') {
        let (text, comment) = line.split_at(at);
        if text.is_empty() || text.ends_with(char::is_whitespace) {
            return (text, comment.trim_start_matches('#'));
        }
    }
    (line, "")
}

fn parse(text: &str) -> Option<Requirement<'_>> {
    let (text, hashes, unknown_hash) = without_hashes(text);
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let end = text.find(|letter| !is_name(letter)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if !name.starts_with(|letter: char| letter.is_ascii_alphanumeric()) {
        return None;
    }
    let (extras, rest) = match rest.trim_start().strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => ("", rest.trim_start()),
    };
    let (rest, marker) = match rest.split_once(';') {
        Some((rest, marker)) => (rest.trim(), Some(marker.trim())),
        None => (rest.trim(), None),
    };
    let found =
        |specifiers, address| Requirement { name, extras, specifiers, address, marker, hashes, unknown_hash };
    if let Some(address) = rest.strip_prefix('@') {
        return Some(found("", Some(address.trim())));
    }
    let specifiers = rest.trim_start_matches('(').trim_end_matches(')').trim();
    specifiers.split(',').all(is_specifier).then(|| found(specifiers, None))
}

fn is_specifier(text: &str) -> bool {
    let text = text.trim();
    let operators = ["===", "==", "~=", "!=", "<=", ">=", "<", ">"];
    text.is_empty()
        || operators.iter().any(|operator| {
            text.strip_prefix(operator).is_some_and(|version| {
                let version = version.trim();
                !version.is_empty()
                    && version.chars().all(|letter| letter.is_alphanumeric() || "._-+!*".contains(letter))
            })
        })
}

/// Splits the options of a requirement (`--hash=sha256:…`) from its end.
fn without_hashes(text: &str) -> (&str, Vec<Hash>, bool) {
    let Some(at) = text.find(" --") else { return (text.trim(), Vec::new(), false) };
    let (requirement, options) = text.split_at(at);
    let values = options.split_whitespace().filter_map(|option| {
        option.strip_prefix("--hash=").or_else(|| option.split_once(':').map(|_| option))
    });
    let hashes: Vec<Option<Hash>> = values.map(prefixed_hash).collect();
    let unknown = hashes.iter().any(Option::is_none);
    (requirement.trim(), sorted(hashes.into_iter().flatten().collect()), unknown)
}

/// The version of an exact pin.
fn exact(specifiers: &str) -> Option<&str> {
    let version = specifiers.strip_prefix("===").or_else(|| specifiers.strip_prefix("=="))?.trim();
    (!version.is_empty() && !version.contains(['*', ','])).then_some(version)
}

fn component(requirement: &Requirement<'_>, place: String, bill: &mut Bill) -> Component {
    let name = pypi_name(requirement.name);
    let pinned = exact(requirement.specifiers);
    if let Some(marker) = requirement.marker {
        bill.notes.add(
            Gravity::Info,
            place.clone(),
            format!("{} is only installed if {marker}", requirement.name),
        );
    }
    if !requirement.extras.is_empty() {
        let text = format!(
            "{} with its extras {}; their dependencies have their own lines",
            requirement.name, requirement.extras
        );
        bill.notes.add(Gravity::Info, place.clone(), text);
    }
    if requirement.unknown_hash {
        bill.notes.add(Gravity::Warning, place.clone(), "an unknown digest is skipped");
    }
    if requirement.specifiers.is_empty() && requirement.address.is_none() {
        let text = format!("{} is not pinned: any version may be installed", requirement.name);
        bill.notes.add(Gravity::Warning, place.clone(), text);
    }
    let version = pinned.map(str::to_owned).or_else(|| {
        let range = requirement.specifiers.to_owned();
        (!range.is_empty()).then_some(range)
    });
    Component {
        reference: version.as_ref().map_or_else(|| name.clone(), |version| format!("{name} {version}")),
        name: requirement.name.to_owned(),
        purls: pinned.and_then(|version| purl("pypi", None, &name, version)).into_iter().collect(),
        version,
        hashes: requirement.hashes.clone(),
        addresses: requirement.address.map(str::to_owned).into_iter().collect(),
        place,
        ..Component::default()
    }
}

/// A line with an option: another file, a local directory, a download address.
fn option(text: &str, place: String, bill: &mut Bill) {
    let (name, value) = text.split_once([' ', '=']).unwrap_or((text, ""));
    let value = value.trim();
    match name {
        "-r" | "--requirement" | "-c" | "--constraint" => {
            let text = format!("it continues in `{value}`, which is not read: read that file too");
            bill.notes.add(Gravity::Refused, place, text);
        }
        "-e" | "--editable" => {
            let text = format!(
                "`{value}` is installed from a directory or repository and has no version here: skipped"
            );
            bill.notes.add(Gravity::Refused, place, text);
        }
        _ => bill.notes.not_understood(name),
    }
}

/// pip-compile's reason for a package: `via flask`, `via -r requirements.in`, one per line after `via`.
fn via(comment: &str, component: Option<&str>, because: &mut Vec<(String, String)>) {
    let Some(component) = component else { return };
    let reason = comment.trim();
    let continues = because.last().is_some_and(|(about, _)| about == component);
    let reasons = match reason.strip_prefix("via") {
        Some(reasons) => reasons,
        None if continues => reason,
        None => return,
    };
    let parts: Vec<&str> = reasons.split(',').map(str::trim).filter(|reason| !reason.is_empty()).collect();
    if parts.is_empty() {
        because.push((component.to_owned(), String::new()));
    }
    because.extend(parts.into_iter().map(|reason| (component.to_owned(), reason.to_owned())));
}

fn relate(because: &[(String, String)], bill: &mut Bill) {
    if because.is_empty() {
        return;
    }
    let by_name: std::collections::BTreeMap<String, String> = bill
        .components
        .iter()
        .map(|component| (pypi_name(&component.name), component.reference.clone()))
        .collect();
    for (about, reason) in because {
        let is_file = reason.starts_with('-') || reason.contains(['(', '/']) || reason.contains(".in");
        let component = bill.components.iter_mut().find(|component| component.reference == *about);
        if let Some(from) = by_name.get(&pypi_name(reason)) {
            bill.dependencies.push(Dependency { from: from.clone(), on: vec![about.clone()] });
            if let Some(component) = component.filter(|component| component.directness == Directness::Unknown)
            {
                component.directness = Directness::Transitive;
            }
        } else if let Some(component) = component.filter(|_| is_file) {
            component.directness = Directness::Direct;
        }
    }
}
