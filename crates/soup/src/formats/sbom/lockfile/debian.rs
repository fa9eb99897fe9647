//! Installed packages of dpkg: its `status` file (also `status.d` of images without a package manager), and the output of `dpkg -l`.

use std::collections::BTreeMap;

use super::{Sight, purl_with};
use crate::model::bill::{Bill, Dependency};
use crate::model::component::Component;
use mainstay_base::note::{Gravity, Unreadable};

/// One package with its fields.
#[derive(Default)]
struct Package<'t> {
    line: usize,
    fields: BTreeMap<&'t str, &'t str>,
}

impl<'t> Package<'t> {
    fn text(&self, name: &str) -> Option<&'t str> {
        self.fields.get(name).copied().filter(|text| !text.is_empty())
    }

    /// A removed package may have left its configuration; only packages that are at least unpacked count.
    fn is_installed(&self) -> bool {
        let state = self.text("Status").and_then(|status| status.split_whitespace().nth(2));
        state.is_none_or(|state| !matches!(state, "not-installed" | "config-files"))
    }
}

/// Whether it is dpkg's file, by the fields of its first package.
pub fn looks_like_status(sight: &Sight<'_>) -> bool {
    let mut lines = sight.text.lines().skip_while(|line| line.trim().is_empty());
    let first: Vec<&str> = lines.by_ref().take_while(|line| !line.trim().is_empty()).take(60).collect();
    let has = |field: &str| first.iter().any(|line| line.starts_with(field));
    sight.members.is_none()
        && first.first().is_some_and(|line| line.starts_with("Package: "))
        && has("Version: ")
        && (has("Status: ") || has("Architecture: "))
        // The index of a repository gives the file name of each package; its packages need not be installed.
        && !has("Filename: ")
}

/// Whether it is the output of `dpkg -l`, by the line below its head.
pub fn looks_like_list(sight: &Sight<'_>) -> bool {
    sight.line_begins("||/ Name")
}

/// Reads dpkg's file.
pub fn read_status(text: &str) -> Result<Bill, Unreadable> {
    let packages: Vec<Package<'_>> = paragraphs(text).into_iter().filter(Package::is_installed).collect();
    let mut bill = bill("dpkg status", &packages);
    let named: Vec<(&str, &Package<'_>)> = packages
        .iter()
        .filter(|package| package.text("Version").is_some())
        .filter_map(|package| Some((package.text("Package")?, package)))
        .collect();
    let mut provided: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, package) in &named {
        for virtual_name in names(package.text("Provides").unwrap_or_default()) {
            provided.entry(virtual_name).or_insert(name);
        }
    }
    provided.extend(named.iter().map(|(name, _)| (*name, *name)));
    for (name, package) in &named {
        let needs = ["Depends", "Pre-Depends"].into_iter().filter_map(|field| package.text(field));
        let on = needs.flat_map(names).filter_map(|need| provided.get(need)).map(|name| (*name).to_owned());
        bill.dependencies.push(Dependency { from: (*name).to_owned(), on: on.collect() });
    }
    Ok(bill)
}

/// The names in a list of dependencies; all alternatives, because the installed ones are in use.
fn names(list: &str) -> impl Iterator<Item = &str> {
    let one = |part: &str| -> Option<usize> {
        part.find(|letter: char| letter.is_whitespace() || letter == ':' || letter == '(')
    };
    list.split([',', '|'])
        .map(str::trim)
        .map(move |part| one(part).and_then(|end| part.get(..end)).unwrap_or(part))
}

/// Fields are lines, and empty lines separate packages. Lines that start with white space continue the field above and are not kept.
fn paragraphs(text: &str) -> Vec<Package<'_>> {
    let mut packages: Vec<Package<'_>> = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            open = false;
            continue;
        }
        if line.starts_with(char::is_whitespace) {
            continue;
        }
        if !open {
            packages.push(Package { line: index + 1, ..Package::default() });
            open = true;
        }
        if let (Some(package), Some((name, value))) = (packages.last_mut(), line.split_once(':')) {
            package.fields.insert(name, value.trim());
        }
    }
    packages
}

/// Reads the output of `dpkg -l`. Its columns are cut to the width of the terminal, so a cut name gets a remark.
pub fn read_list(text: &str) -> Result<Bill, Unreadable> {
    let mut packages = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut words = line.split_whitespace();
        let (Some(state), Some(name), Some(version)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        let is_state =
            matches!(state.len(), 2 | 3) && state.chars().all(|letter| letter.is_ascii_alphabetic());
        if !is_state || line.starts_with("||") {
            continue;
        }
        // The second letter is the state: `n` not installed, `c` configuration only.
        if state.chars().nth(1).is_some_and(|letter| matches!(letter, 'n' | 'c')) {
            continue;
        }
        let name = name.split_once(':').map_or(name, |(name, _)| name);
        let architecture = words.next().unwrap_or_default();
        let fields = [("Package", name), ("Version", version), ("Architecture", architecture)];
        packages.push(Package { line: index + 1, fields: fields.into_iter().collect() });
    }
    let mut bill = bill("dpkg -l", &packages);
    let words = "dpkg -l does not show source packages, and cuts long names and versions on a terminal: use /var/lib/dpkg/status instead";
    bill.notes.add(Gravity::Warning, "document", words);
    Ok(bill)
}

fn bill(format: &str, packages: &[Package<'_>]) -> Bill {
    let mut bill = Bill { format: format.to_owned(), ..Bill::default() };
    let distribution = Distribution::of(packages);
    if distribution.is_none() {
        let words = "the base-files package does not name its distribution, so the packages have no package URL. Use a bill of syft or trivy from the system instead";
        bill.notes.add(Gravity::Warning, "document", words);
    }
    for package in packages {
        let place = format!("line {}", package.line);
        match component(package, distribution.as_ref()) {
            Some(component) => bill.components.push(Component { place, ..component }),
            None => {
                bill.notes.add(Gravity::Refused, place, "a package without name or version is skipped");
            }
        }
    }
    bill
}

/// The distribution of the packages.
struct Distribution {
    namespace: &'static str,
    /// `debian-12`, if known.
    release: Option<String>,
}

impl Distribution {
    /// From the package that every such system has. In Debian, its version is that of the release.
    fn of(packages: &[Package<'_>]) -> Option<Self> {
        let base = packages.iter().find(|package| package.text("Package") == Some("base-files"))?;
        let version = base.text("Version")?;
        let maintainer = base.text("Maintainer").unwrap_or_default();
        if version.contains("ubuntu") || maintainer.contains("ubuntu.com") {
            return Some(Self { namespace: "ubuntu", release: None });
        }
        let of_debian = version.contains("+deb") || maintainer.contains("@debian.org");
        let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
        let release = (!digits.is_empty()).then(|| format!("debian-{digits}"));
        (of_debian && !version.contains("rpi")).then_some(Self { namespace: "debian", release })
    }
}

fn component(package: &Package<'_>, distribution: Option<&Distribution>) -> Option<Component> {
    let (name, version) = (package.text("Package")?, package.text("Version")?);
    let source = package.text("Source").map(|source| match source.split_once(" (") {
        Some((name, version)) => format!("{name}@{}", version.trim_end_matches(')')),
        None => source.to_owned(),
    });
    let purl = distribution.and_then(|distribution| {
        let qualifiers = [
            ("arch", package.text("Architecture")),
            ("distro", distribution.release.as_deref()),
            ("upstream", source.as_deref()),
        ];
        purl_with("deb", (Some(distribution.namespace), name), version, qualifiers)
    });
    Some(Component {
        reference: name.to_owned(),
        name: name.to_owned(),
        version: Some(version.to_owned()),
        supplier: package.text("Maintainer").map(str::to_owned),
        description: package.text("Description").map(str::to_owned),
        purls: purl.into_iter().collect(),
        addresses: package.text("Homepage").map(str::to_owned).into_iter().collect(),
        ..Component::default()
    })
}
