//! When two components are the same, and how two equal components are merged without loss.

use std::collections::BTreeSet;

use super::component::{Component, ComponentKind, Scope};
use super::cpe;
use super::purl::Purl;

impl Component {
    /// Group, name and version for display: `org.example/zlib 1.3.1`.
    pub fn label(&self) -> String {
        let group = self.group.as_ref().map(|group| format!("{group}/")).unwrap_or_default();
        let version = self.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
        format!("{group}{}{version}", self.name)
    }

    /// The main package URL in its canonical form; as written where it does not parse.
    pub fn main_purl(&self) -> Option<String> {
        let written = self.purls.first()?;
        Some(Purl::parse(written).map_or_else(|_| written.clone(), |purl| purl.to_string()))
    }

    /// The identity by which a register keeps the component, in every format: its package URL in canonical form, or group, name and
    /// version.
    pub fn register_line(&self) -> String {
        self.main_purl().unwrap_or_else(|| self.label())
    }

    /// The identity of the product in any version: the package URL without version and qualifiers, or group and name.
    pub fn product_line(&self) -> String {
        match self.purls.first().map(|written| Purl::parse(written)) {
            Some(Ok(purl)) => purl.bare(),
            Some(Err(_)) | None => {
                let group = self.group.as_ref().map(|group| format!("{group}/")).unwrap_or_default();
                format!("{group}{}", self.name)
            }
        }
    }

    /// Whether the other component is the same one: the same package URL, or the same name, group and version.
    ///
    /// Components with two different package URLs or digests are different, whatever their names. So are two versions, where the package
    /// URL has none. A package URL that does not parse decides nothing. Files and services are never the same as packages. If neither has a
    /// version, everything except reference and place must be the same.
    pub fn is_same(&self, other: &Self) -> bool {
        if self.class() != other.class() || self.contradicts(other) {
            return false;
        }
        match (self.purls.first(), other.purls.first()) {
            (Some(one), Some(two)) => match (Purl::parse(one), Purl::parse(two)) {
                (Ok(one), Ok(two)) if one.to_string() != two.to_string() => false,
                (Ok(one), Ok(_)) if one.version.is_some() => true,
                (Ok(_), Ok(_)) => self.name == other.name && self.version == other.version,
                _ => one == two && self.is_namesake(other),
            },
            (None, _) | (_, None) => self.is_namesake(other) && !self.is_another_product(other),
        }
    }

    fn is_namesake(&self, other: &Self) -> bool {
        let same = self.name == other.name && self.group == other.group && self.version == other.version;
        same && (self.version.is_some() || (self.supplier == other.supplier && self.hashes == other.hashes))
    }

    /// 0 for anything that is delivered as a package, other numbers for the rest.
    fn class(&self) -> u8 {
        match self.kind {
            ComponentKind::File => 1,
            ComponentKind::Service => 2,
            ComponentKind::Application
            | ComponentKind::Framework
            | ComponentKind::Library
            | ComponentKind::Container
            | ComponentKind::Platform
            | ComponentKind::OperatingSystem
            | ComponentKind::Device
            | ComponentKind::DeviceDriver
            | ComponentKind::Firmware
            | ComponentKind::MachineLearningModel
            | ComponentKind::Data
            | ComponentKind::CryptographicAsset
            | ComponentKind::Other => 0,
        }
    }

    /// Whether both have CPE names and no name of one matches a product of the other.
    fn is_another_product(&self, other: &Self) -> bool {
        let heads = |component: &Self| -> Vec<String> {
            component.cpes.iter().filter_map(|name| cpe::head(name)).map(|head| head.join(":")).collect()
        };
        let (own, others) = (heads(self), heads(other));
        !own.is_empty() && !others.is_empty() && own.iter().all(|head| !others.contains(head))
    }

    /// Whether a digest of the same algorithm differs.
    fn contradicts(&self, other: &Self) -> bool {
        self.hashes.iter().any(|one| {
            let mut same_algorithm =
                other.hashes.iter().filter(|two| two.algorithm == one.algorithm).peekable();
            same_algorithm.peek().is_some() && same_algorithm.all(|two| two.value != one.value)
        })
    }

    /// Takes over the fields that only the other one has. Returns in words the fields that differ; this one keeps its own values there.
    pub fn absorb(&mut self, other: Self) -> Vec<String> {
        let mut differing = Vec::new();
        for (name, own, others) in [
            ("version", &mut self.version, other.version),
            ("supplier", &mut self.supplier, other.supplier),
            ("description", &mut self.description, other.description),
            ("SWID tag", &mut self.swid, other.swid),
            ("copyright", &mut self.copyright, other.copyright),
            ("group", &mut self.group, other.group),
        ] {
            if own.is_none() {
                *own = others;
            } else if let Some(others) = others.filter(|others| own.as_ref() != Some(others)) {
                differing.push(format!("{name} `{others}`"));
            }
        }
        for (name, others) in other.more {
            if self.more.get(&name).is_some_and(|own| *own != others) {
                differing.push(format!("{name} `{others}`"));
            } else {
                self.more.insert(name, others);
            }
        }
        unite(&mut self.purls, other.purls);
        unite(&mut self.cpes, other.cpes);
        unite(&mut self.licences, other.licences);
        unite(&mut self.addresses, other.addresses);
        unite(&mut self.pedigree, other.pedigree);
        self.hashes.extend(other.hashes);
        self.hashes.sort_unstable();
        self.hashes.dedup();
        self.scope = stricter(self.scope, other.scope);
        if self.kind == ComponentKind::Library {
            self.kind = other.kind;
        } else if other.kind != self.kind && other.kind != ComponentKind::Library {
            differing.push(format!("kind {:?}", other.kind));
        }
        differing
    }
}

/// A component that is needed in one place is needed.
fn stricter(one: Scope, two: Scope) -> Scope {
    one.min(two)
}

fn unite(own: &mut Vec<String>, others: Vec<String>) {
    let mut seen: BTreeSet<String> = own.iter().cloned().collect();
    own.extend(others.into_iter().filter(|other| seen.insert(other.clone())));
}
