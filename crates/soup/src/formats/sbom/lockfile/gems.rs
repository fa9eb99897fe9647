//! `Gemfile.lock` (Bundler).

use std::collections::BTreeMap;

use super::reach::{self, Roots};
use super::{OF_ONE_NAME_MAX, Sight, hash, purl_with};
use crate::model::bill::{Bill, Dependency};
use crate::model::component::{Component, Hash};
use mainstay_base::note::{Gravity, Unreadable};

/// Whether it is such a file, by its two parts.
pub fn looks_like(sight: &Sight<'_>) -> bool {
    sight.any_line(|line| matches!(line, "GEM" | "PATH" | "GIT"))
        && sight.any_line(|line| line == "DEPENDENCIES")
}

/// The source of the gems of a part.
#[derive(Default)]
struct Origin {
    /// `GEM`, `GIT`, `PATH` or another word in upper case.
    part: String,
    remotes: Vec<String>,
    revision: Option<String>,
}

/// The content read so far.
#[derive(Default)]
struct Reader {
    origin: Origin,
    /// Name, version as written, dependencies by name.
    gems: Vec<(Component, Vec<String>)>,
    asked: Vec<String>,
    digests: BTreeMap<String, Vec<Hash>>,
    notes: Vec<(usize, String)>,
}

/// Reads a lock file. Groups such as development are only in the Gemfile, so all gems count as required.
pub fn read(text: &str) -> Result<Bill, Unreadable> {
    let mut reader = Reader::default();
    for (index, raw) in text.lines().enumerate() {
        reader.line(raw, index + 1);
    }
    let mut bill = Bill { format: "Gemfile.lock".to_owned(), ..Bill::default() };
    let words = "a Gemfile.lock does not show which gems are only for development: all count as required";
    bill.notes.add(Gravity::Info, "document", words);
    for (line, words) in reader.notes {
        bill.notes.add(Gravity::Refused, format!("line {line}"), words);
    }
    let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (gem, _) in &reader.gems {
        by_name.entry(gem.name.clone()).or_default().push(gem.reference.clone());
    }
    let named = |name: &String| by_name.get(name).into_iter().flatten().take(OF_ONE_NAME_MAX).cloned();
    let roots = Roots { required: reader.asked.iter().flat_map(named).collect(), ..Roots::default() };
    for (mut gem, needs) in reader.gems {
        let on = needs.iter().flat_map(named).collect();
        bill.dependencies.push(Dependency { from: gem.reference.clone(), on });
        gem.hashes = reader.digests.remove(&gem.reference).unwrap_or_default();
        bill.components.push(gem);
    }
    reach::apply(&mut bill, &roots);
    Ok(bill)
}

impl Reader {
    fn line(&mut self, raw: &str, number: usize) {
        let line = raw.trim();
        if line.is_empty() {
            return;
        }
        let indent = raw.len() - raw.trim_start().len();
        match (self.origin.part.as_str(), indent) {
            (_, 0) => self.origin = Origin { part: line.to_owned(), ..Origin::default() },
            ("GEM" | "GIT" | "PATH" | "PLUGIN SOURCE", 2) => self.option(line),
            ("GEM" | "GIT" | "PATH" | "PLUGIN SOURCE", 4) => match name_and_version(line) {
                Some((name, version)) => {
                    let gem = self.gem(name, version, number);
                    self.gems.push((gem, Vec::new()));
                }
                None => self.notes.push((number, "not in the form `name (version)`: skipped".to_owned())),
            },
            ("GEM" | "GIT" | "PATH" | "PLUGIN SOURCE", _) => {
                let name = line.split(' ').next().unwrap_or_default().trim_end_matches('!');
                if let Some((_, needs)) = self.gems.last_mut() {
                    needs.push(name.to_owned());
                }
            }
            ("DEPENDENCIES", _) => {
                self.asked.extend(line.split(' ').next().map(|name| name.trim_end_matches('!').to_owned()));
            }
            ("CHECKSUMS", _) => self.checksum(line),
            // PLATFORMS, RUBY VERSION, BUNDLED WITH.
            (_, _) => {}
        }
    }

    fn option(&mut self, line: &str) {
        match line.split_once(": ") {
            Some(("remote", remote)) => self.origin.remotes.push(remote.to_owned()),
            Some(("revision", revision)) => self.origin.revision = Some(revision.to_owned()),
            Some(_) | None => {}
        }
    }

    fn gem(&self, name: &str, version_text: &str, number: usize) -> Component {
        // A gem that is built for a platform has the platform after the version: `1.15.0-x86_64-linux`.
        let (version, platform) = version_text
            .split_once('-')
            .map_or((version_text, None), |(version, rest)| (version, Some(rest)));
        let Origin { part, remotes, revision } = &self.origin;
        let public = part == "GEM" && remotes.iter().any(|remote| remote.contains("//rubygems.org"));
        let purl =
            if public { purl_with("gem", (None, name), version, [("platform", platform)]) } else { None };
        let revision = revision.as_ref().map(|revision| format!("#{revision}")).unwrap_or_default();
        let addresses = remotes.iter().filter(|_| !public).map(|remote| format!("{remote}{revision}"));
        Component {
            reference: format!("{name} {version_text}"),
            name: name.to_owned(),
            version: Some(version.to_owned()),
            purls: purl.into_iter().collect(),
            addresses: addresses.collect(),
            place: format!("line {number}"),
            ..Component::default()
        }
    }

    /// `name (version) sha256=…`
    fn checksum(&mut self, line: &str) {
        let Some((gem, digests)) = line.split_once(") ") else { return };
        let Some((name, version)) = gem.split_once(" (") else { return };
        let pairs = digests.split([',', ' ']).filter_map(|digest| digest.split_once('='));
        let hashes = pairs.filter_map(|(algorithm, value)| hash(algorithm, value)).collect();
        self.digests.insert(format!("{name} {version}"), hashes);
    }
}

fn name_and_version(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.split_once(" (")?;
    Some((name, rest.strip_suffix(')')?)).filter(|(name, version)| !name.is_empty() && !version.is_empty())
}
