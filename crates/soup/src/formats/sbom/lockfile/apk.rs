//! Installed packages of apk: `/lib/apk/db/installed` of Alpine and related distributions.

use std::collections::{BTreeMap, BTreeSet};

use super::{Sight, purl_with};
use crate::model::bill::{Bill, Dependency};
use crate::model::component::Component;
use mainstay_base::note::{Gravity, Unreadable};

/// One package: its fields by their letter.
#[derive(Default)]
struct Package<'t> {
    line: usize,
    fields: BTreeMap<char, &'t str>,
}

impl<'t> Package<'t> {
    fn text(&self, letter: char) -> Option<&'t str> {
        self.fields.get(&letter).copied().filter(|text| !text.is_empty())
    }

    /// The words of a list, without the required versions.
    fn names(&self, letter: char) -> impl Iterator<Item = &'t str> {
        let words = self.text(letter).unwrap_or_default().split_whitespace();
        words.map(|word| word.split(['=', '<', '>', '~']).next().unwrap_or(word))
    }
}

/// Whether it is such a file, by the fields of the first package.
pub fn looks_like(sight: &Sight<'_>) -> bool {
    let lines = sight.text.lines().skip_while(|line| line.trim().is_empty());
    let first: Vec<&str> = lines.take_while(|line| !line.trim().is_empty()).take(30).collect();
    let has = |field: &str| first.iter().any(|line| line.starts_with(field));
    sight.members.is_none() && ["P:", "V:", "A:"].into_iter().all(has)
}

/// Reads the file of apk.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let packages = paragraphs(text);
    let mut bill = Bill { format: "apk installed".to_owned(), ..Bill::default() };
    let distribution = distribution(&packages);
    if distribution.is_none() {
        let words = "the packages do not name their distribution, so they have no package URL. Use a bill of syft or trivy from the system instead";
        bill.notes.add(Gravity::Warning, "document", words);
    }
    let mut provided: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in &packages {
        let Some(name) = package.text('P') else { continue };
        for provides in package.names('p').chain([name]) {
            provided.entry(provides).or_default().insert(name);
        }
    }
    for package in &packages {
        let place = format!("line {}", package.line);
        let Some(component) = component(package, distribution.as_ref()) else {
            bill.notes.add(Gravity::Refused, place, "a package without name or version is skipped");
            continue;
        };
        let needs = package.names('D').filter(|need| !need.starts_with('!'));
        let on = needs.filter_map(|need| provided.get(need)?.first()).map(|name| (*name).to_owned());
        bill.dependencies.push(Dependency { from: component.reference.clone(), on: on.collect() });
        bill.components.push(Component { place, ..component });
    }
    Ok(bill)
}

/// Fields by letter; empty lines separate packages. The files of a package (`F`, `R`, `Z` and others) are not kept.
fn paragraphs(text: &str) -> Vec<Package<'_>> {
    let mut packages: Vec<Package<'_>> = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            open = false;
            continue;
        }
        if !open {
            packages.push(Package { line: index + 1, ..Package::default() });
            open = true;
        }
        let (Some(package), Some((letter, value))) = (packages.last_mut(), line.split_once(':')) else {
            continue;
        };
        let mut letters = letter.chars();
        if let (Some(letter @ ('P' | 'V' | 'A' | 'T' | 'U' | 'L' | 'o' | 'm' | 'D' | 'p')), None) =
            (letters.next(), letters.next())
        {
            package.fields.insert(letter, value.trim());
        }
    }
    packages
}

/// Namespace and release, from the package that every such system has.
fn distribution(packages: &[Package<'_>]) -> Option<(&'static str, Option<String>)> {
    let version_of = |name: &str| packages.iter().find(|package| package.text('P') == Some(name))?.text('V');
    let release = |version: &str| version.split_once("-r").map_or(version, |(version, _)| version).to_owned();
    if let Some(version) = version_of("alpine-release") {
        return Some(("alpine", Some(format!("alpine-{}", release(version)))));
    }
    if version_of("wolfi-baselayout").is_some() {
        return Some(("wolfi", None));
    }
    if version_of("chainguard-baselayout").is_some() {
        return Some(("chainguard", None));
    }
    version_of("alpine-baselayout").map(|_| ("alpine", None))
}

fn component(
    package: &Package<'_>,
    distribution: Option<&(&'static str, Option<String>)>,
) -> Option<Component> {
    let (name, version) = (package.text('P')?, package.text('V')?);
    let purl = distribution.and_then(|(namespace, release)| {
        let qualifiers =
            [("arch", package.text('A')), ("distro", release.as_deref()), ("upstream", package.text('o'))];
        purl_with("apk", (Some(namespace), name), version, qualifiers)
    });
    Some(Component {
        reference: name.to_owned(),
        name: name.to_owned(),
        version: Some(version.to_owned()),
        supplier: package.text('m').map(str::to_owned),
        description: package.text('T').map(str::to_owned),
        purls: purl.into_iter().collect(),
        licences: package.text('L').map(str::to_owned).into_iter().collect(),
        addresses: package.text('U').map(str::to_owned).into_iter().collect(),
        ..Component::default()
    })
}
