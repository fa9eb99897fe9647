//! Whether a component of a product is what was asked for, and how closely.
//!
//! A package URL tells the package where both sides have one. Otherwise the name does, and a person looks. Nothing is left out because
//! an identifier is missing.

use std::collections::{BTreeSet, HashMap};

use super::question::{Asked, Question};
use crate::ops::FieldedComponent;
use crate::soup::model::purl::{Level, Purl};

/// Least letters of a name that is also found inside longer names.
const INSIDE_MIN: usize = 3;

/// How closely a component is what was asked for. In order, the closest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// The advisory data agrees by name only. A person looks.
    AdvisedByName,
    /// The advisory data leaves open whether it concerns this version, or under which condition.
    AdvisedInDoubt,
    /// The advisory data says that it concerns this version.
    Advised,
    /// The name only contains what was asked for. A person looks.
    InsideName,
    /// The names agree, and the packages are of different types. A person looks.
    OtherType,
    /// The names agree, and nothing tells the package. A person looks.
    ByName,
    /// The package URLs agree but for qualifiers.
    WithoutQualifiers,
    /// The package is the same.
    Exact,
    /// A finding of the product has the identifier.
    Finding,
}

impl Match {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::AdvisedByName => "advisory data, by name only",
            Self::AdvisedInDoubt => "advisory data, undecided",
            Self::Advised => "advisory data",
            Self::InsideName => "the name contains it",
            Self::OtherType => "by name, other type",
            Self::ByName => "by name",
            Self::WithoutQualifiers => "package, other qualifiers",
            Self::Exact => "package",
            Self::Finding => "by a finding",
        }
    }

    /// Whether a person has to look whether it is meant.
    pub const fn is_doubtful(self) -> bool {
        match self {
            Self::AdvisedByName
            | Self::AdvisedInDoubt
            | Self::InsideName
            | Self::OtherType
            | Self::ByName => true,
            Self::Advised | Self::WithoutQualifiers | Self::Exact | Self::Finding => false,
        }
    }

    const fn of(level: Level) -> Self {
        match level {
            Level::ByName => Self::ByName,
            Level::WithoutQualifiers => Self::WithoutQualifiers,
            Level::Exact => Self::Exact,
        }
    }
}

/// What components are compared with. Each is known by its place in the question.
pub(super) struct Matcher<'a> {
    packages: HashMap<String, Vec<(usize, &'a Purl)>>,
    names: HashMap<String, Vec<(usize, Option<&'a str>)>>,
    /// The name that is also looked for inside longer ones.
    inside: Option<(String, Option<&'a str>)>,
}

impl<'a> Matcher<'a> {
    pub fn of(question: &'a Question) -> Self {
        let mut matcher = Self { packages: HashMap::new(), names: HashMap::new(), inside: None };
        match question {
            // A component may be called like an identifier.
            Question::Advisory(id) => matcher.add_name(0, id, None),
            Question::One(asked) => {
                matcher.add(0, asked);
                if let Asked::Named { name, version } = asked {
                    // The version may be a part of the name.
                    matcher.add_name(0, &asked.words(), None);
                    let inside = folded(name);
                    let long = inside.chars().count() >= INSIDE_MIN;
                    matcher.inside = long.then_some((inside, version.as_deref()));
                }
            }
            Question::Bill(bill) => {
                bill.components.iter().enumerate().for_each(|(place, asked)| matcher.add(place, asked));
            }
        }
        matcher
    }

    fn add(&mut self, place: usize, asked: &'a Asked) {
        match asked {
            Asked::Package(purl) => {
                self.packages.entry(folded(&purl.name)).or_default().push((place, purl));
            }
            Asked::Named { name, version } => self.add_name(place, name, version.as_deref()),
        }
    }

    fn add_name(&mut self, place: usize, name: &str, version: Option<&'a str>) {
        self.names.entry(folded(name)).or_default().push((place, version));
    }

    /// How closely a component is one of them. Their places are noted.
    pub fn by(&self, component: &FieldedComponent, found: &mut BTreeSet<usize>) -> Option<Match> {
        let own = Purl::parse(&component.purl).ok();
        let has = |asked: &str| {
            let of_package = own.as_ref().and_then(|own| own.version.as_deref());
            is_version(&component.version, asked) || of_package.is_some_and(|own| is_version(own, asked))
        };
        let mut best = None;
        for name in names_of(component, own.as_ref()) {
            for (place, asked) in self.packages.get(&name).into_iter().flatten() {
                let by = asked.version.as_deref().is_none_or(has).then(|| by_package(asked, own.as_ref()));
                if let Some(by) = by.flatten() {
                    found.insert(*place);
                    best = best.max(Some(by));
                }
            }
            for (place, version) in self.names.get(&name).into_iter().flatten() {
                if version.is_none_or(has) {
                    found.insert(*place);
                    best = best.max(Some(Match::ByName));
                }
            }
            if let Some((asked, version)) = &self.inside
                && name.contains(asked)
                && version.is_none_or(has)
            {
                best = best.max(Some(Match::InsideName));
            }
        }
        best
    }
}

/// What a component is called: its name in the list, the name of its package, and that with its namespace. Each once.
fn names_of(component: &FieldedComponent, own: Option<&Purl>) -> BTreeSet<String> {
    let package = own.into_iter().flat_map(|own| [folded(&own.name), folded(&own.full_name())]);
    package.chain([folded(&component.name)]).collect()
}

/// A name in small letters, with one sign for those that people and registries exchange.
fn folded(name: &str) -> String {
    name.chars()
        .flat_map(char::to_lowercase)
        .map(|c| if matches!(c, '_' | '.' | ' ' | ':') { '-' } else { c })
        .collect()
}

fn by_package(asked: &Purl, own: Option<&Purl>) -> Option<Match> {
    // Where nothing tells the package of the component, its name is all there is.
    let Some(own) = own else { return Some(Match::ByName) };
    match asked.level(own) {
        Some(level) => Some(Match::of(level)),
        None if asked.kind != own.kind => Some(Match::OtherType),
        None => None,
    }
}

/// Whether two versions are the same as they are written, but for a leading v.
fn is_version(one: &str, other: &str) -> bool {
    let plain = |version: &'_ str| version.trim_start_matches(['v', 'V']).to_ascii_lowercase();
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(name: &str, version: &str, purl: &str) -> FieldedComponent {
        FieldedComponent {
            name: name.to_owned(),
            version: version.to_owned(),
            purl: purl.to_owned(),
            cpes: Vec::new(),
            item: None,
            releases: Vec::new(),
            reviewed: None,
        }
    }

    fn by(question: &str, (name, version, purl): (&str, &str, &str)) -> Option<Match> {
        let question = Question::parse(question).unwrap();
        Matcher::of(&question).by(&component(name, version, purl), &mut BTreeSet::new())
    }

    #[test]
    fn a_package_url_tells_the_package_and_its_version() {
        let zlib = ("zlib", "1.2.11", "pkg:conan/zlib@1.2.11?os=Linux");
        assert_eq!(by("pkg:conan/zlib@1.2.11?os=Linux", zlib), Some(Match::Exact));
        assert_eq!(by("pkg:conan/zlib", zlib), Some(Match::WithoutQualifiers));
        assert_eq!(by("pkg:conan/zlib@1.2.12", zlib), None);
        assert_eq!(by("pkg:deb/debian/zlib@1.2.11", zlib), Some(Match::OtherType));
        assert_eq!(by("pkg:conan/zlib@v1.2.11", ("zlib", "1.2.11", "")), Some(Match::ByName));
        let other_group = ("core", "1", "pkg:maven/org.other/core@1");
        assert_eq!(by("pkg:maven/org.apache/core", other_group), None);
        assert_eq!(by("pkg:cargo/foo-bar", ("foo_bar", "1", "pkg:cargo/foo_bar@1")), Some(Match::Exact));
    }

    #[test]
    fn a_name_is_found_however_it_is_written() {
        let log4j = ("log4j-core", "2.14.1", "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1");
        assert_eq!(by("Log4J_Core", log4j), Some(Match::ByName));
        assert_eq!(by("org.apache.logging.log4j/log4j-core 2.14.1", log4j), Some(Match::ByName));
        assert_eq!(by("log4j", log4j), Some(Match::InsideName));
        assert_eq!(by("log4j 2.17.0", log4j), None);
        assert_eq!(by("core", log4j), Some(Match::InsideName));
        assert_eq!(by("lo", log4j), None);
        assert_eq!(by("Visual C++ 2015", ("Visual C++ 2015", "14.0", "")), Some(Match::ByName));
        assert_eq!(by("GO-2021-1", ("go-2021-1", "3", "")), Some(Match::ByName));
    }
}
