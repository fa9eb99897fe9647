//! The lines in which a distribution maintains a package: its releases with their service packs, additional streams of a release (extended
//! updates, Ubuntu Pro, FIPS), and the module streams of RPM. A fix in one line says nothing about another line.

use std::fmt;

use super::ecosystem;
use crate::model::purl::Purl;

/// A release of a distribution, and an additional stream. Its text form is `12`, `15.4` or `9.4+eus`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Release {
    /// Its number including the service pack; a word if it has no number (`edge`).
    pub number: String,
    /// The additional stream; `None` for the release itself.
    pub stream: Option<String>,
}

impl fmt::Display for Release {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.number)?;
        self.stream.iter().try_for_each(|stream| write!(out, "+{stream}"))
    }
}

/// The relation of a stream to its release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It continues the release after its end. Without the stream, the same release lacks these fixes.
    Extension,
    /// It continues one minor release in parallel with later ones (Red Hat's extended update support).
    Minor,
    /// It is built separately: FIPS, real time, another product.
    Separate,
}

fn kind_of(stream: &str) -> Kind {
    match stream {
        "pro" | "esm" | "ltss" | "espos" | "els" | "elts" | "lts" => Kind::Extension,
        "eus" | "aus" | "tus" | "e4s" | "eus_long_life" => Kind::Minor,
        _ => Kind::Separate,
    }
}

/// The relation of the release of a claim to that of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Same,
    /// The component is less specific than the claim: it names a release without its minor number.
    LessSpecific,
    Other,
}

impl Release {
    /// Parses the text that `Display` writes.
    pub fn parse(text: &str) -> Self {
        let (number, stream) =
            text.split_once('+').map_or((text, None), |(number, stream)| (number, Some(stream.to_owned())));
        Self { number: number.to_owned(), stream }
    }

    /// The release in the name of an ecosystem, after the first colon (`12`, `22.04:LTS`, `rhel_eus:9.4::baseos`).
    pub fn of_ecosystem(namespace: &str, text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let mut number = number_of(namespace, &text)?;
        let packs = matches!(namespace, "suse" | "openeuler");
        let parts = number.split('.').count();
        // Without a service pack it is the release before the first service pack, except for modules, which all service packs share.
        if packs && parts == usize::from(namespace == "openeuler") + 1 && !text.contains("module") {
            number.push_str(".0");
        }
        Some(Self { number, stream: stream_of(namespace, &text) })
    }

    /// The release in a package URL (`distro=debian-12`, `distro=bookworm`), with the stream that version and name show.
    pub fn of_purl(purl: &Purl, version: Option<&str>) -> Option<Self> {
        let text =
            purl.qualifiers.get("distro").or_else(|| purl.qualifiers.get("distro_name"))?.to_lowercase();
        let namespace = purl.namespace.as_deref().unwrap_or_default();
        let number = number_of(namespace, &text)?;
        let own = || {
            let version = version.unwrap_or_default().to_lowercase();
            let marked = |mark: &str| version.contains(mark) || purl.name.to_lowercase().contains(mark);
            let built = [
                ("fips", marked("fips")),
                ("realtime", marked("realtime")),
                ("pro", version.contains("esm")),
            ];
            let found = built.iter().find(|(_, so)| namespace == "ubuntu" && *so);
            found.map(|(stream, _)| (*stream).to_owned())
        };
        Some(Self { number, stream: stream_of(namespace, &text).or_else(own) })
    }

    /// Whether both are the same release and stream.
    pub fn is(&self, other: &Self) -> bool {
        let streams = match (&self.stream, &other.stream) {
            (None, None) => true,
            (Some(one), other) => is_same_stream(one, other.as_deref()),
            (None, Some(_)) => false,
        };
        self.number == other.number && streams
    }

    /// The relation of this release of a claim to that of a component, without regard to streams.
    pub fn fit(&self, own: &Self) -> Fit {
        let within = |one: &str, other: &str| {
            one.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if within(&own.number, &self.number) {
            Fit::Same
        } else if within(&self.number, &own.number) {
            Fit::LessSpecific
        } else {
            Fit::Other
        }
    }

    /// Whether records of this release cover a component of another release.
    pub fn answers_for(&self, own: &Self) -> bool {
        let apart = self.stream.as_deref().filter(|stream| kind_of(stream) == Kind::Separate);
        self.fit(own) == Fit::Same && apart.is_none_or(|stream| is_same_stream(stream, own.stream.as_deref()))
    }
}

fn is_same_stream(one: &str, other: Option<&str>) -> bool {
    other.is_some_and(|other| one == other || one.starts_with("fips") && other.starts_with("fips"))
}

/// The stream that a text in lower case names.
fn stream_of(namespace: &str, text: &str) -> Option<String> {
    let found = match namespace {
        "ubuntu" => {
            let mut words = text.split([':', '-']).skip_while(|word| *word != "pro");
            let pro = words.next()?;
            let line = text.split(':').find(|part| part.starts_with("fips") || part.starts_with("realtime"));
            line.unwrap_or(pro)
        }
        "redhat" => {
            let product = text.split([':', '-']).next().unwrap_or_default();
            let stream = product.strip_prefix("rhel_")?;
            // Others (`rhel_extras`) are repositories of the release, not streams.
            Some(stream).filter(|stream| kind_of(stream) != Kind::Separate)?
        }
        "suse" => ["ltss", "espos"].into_iter().find(|stream| text.contains(stream))?,
        _ => return None,
    };
    Some(found.to_owned())
}

/// The number in a text in lower case: `12.4` of `debian-12.4`, `22.04` of `pro:22.04:lts`, `15.4` of `linux enterprise server 15 sp4`.
fn number_of(namespace: &str, text: &str) -> Option<String> {
    const ROLLING: [&str; 6] = ["tumbleweed", "edge", "sid", "rawhide", "rolling", "unstable"];
    let tokens = || text.split([':', ' ', '-', '_', '/']).filter(|token| !token.is_empty());
    if let Some(word) = tokens().find(|token| ROLLING.contains(token)) {
        return Some(word.to_owned());
    }
    if let Some((_, number)) = tokens().find_map(|token| CODENAMES.iter().find(|(name, _)| *name == token)) {
        return Some((*number).to_owned());
    }
    let leading = |token: &str| {
        let bare = token.strip_prefix('v').unwrap_or(token);
        let end = bare.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(bare.len());
        let number = bare.get(..end).unwrap_or_default().trim_matches('.');
        number.starts_with(|c: char| c.is_ascii_digit()).then(|| number.to_owned())
    };
    let inside = || text.find(|c: char| c.is_ascii_digit()).and_then(|at| leading(text.get(at..)?));
    let Some(mut number) = tokens().find_map(leading).or_else(inside) else {
        let plain = text.strip_prefix(namespace).unwrap_or(text).trim_matches(['-', ':', ' ']);
        return Some(plain.to_owned()).filter(|plain| !plain.is_empty());
    };
    let pack = tokens().find_map(|token| token.strip_prefix("sp").filter(|rest| leading(rest).is_some()));
    if let Some(pack) = pack {
        number = format!("{number}.{pack}");
    }
    Some(number)
}

const CODENAMES: &[(&str, &str)] = &[
    ("wheezy", "7"),
    ("jessie", "8"),
    ("stretch", "9"),
    ("buster", "10"),
    ("bullseye", "11"),
    ("bookworm", "12"),
    ("trixie", "13"),
    ("forky", "14"),
    ("duke", "15"),
    ("trusty", "14.04"),
    ("xenial", "16.04"),
    ("bionic", "18.04"),
    ("focal", "20.04"),
    ("jammy", "22.04"),
    ("kinetic", "22.10"),
    ("lunar", "23.04"),
    ("mantic", "23.10"),
    ("noble", "24.04"),
    ("oracular", "24.10"),
    ("plucky", "25.04"),
    ("questing", "25.10"),
    ("resolute", "26.04"),
];

/// Whether the line of a claim is that of a component of the same package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// It is the component's own line.
    Own,
    /// It is another line.
    Other,
    /// It is the component's line if this condition holds.
    If(String),
    /// It cannot be decided; the reason in words.
    Doubt(String),
}

/// The package of a claim.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claimed<'a> {
    pub purl: &'a Purl,
    pub release: Option<&'a Release>,
    /// A version that the claim names, preferably one that was built in a module; `None` if it names none.
    pub version: Option<&'a str>,
}

/// The package of a component.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own<'a> {
    pub purl: &'a Purl,
    pub release: Option<&'a Release>,
    pub version: Option<&'a str>,
}

/// Compares the line of a claim with that of a component of the same package. `has_claim` returns whether the same record has a claim about the
/// package in a given release and stream.
pub(super) fn line(claimed: Claimed<'_>, own: Own<'_>, has_claim: &dyn Fn(&Release) -> bool) -> Line {
    let release = match (claimed.release, own.release) {
        (None, _) => Line::Own,
        (Some(release), None) => Line::If(format!(
            "the package is that of release {release} of {}",
            claimed.purl.namespace.as_deref().unwrap_or(&claimed.purl.kind)
        )),
        (Some(release), Some(mine)) => match release.fit(mine) {
            Fit::Other => Line::Other,
            Fit::LessSpecific => Line::If(format!("the package is that of release {release}")),
            Fit::Same => stream(release, mine, own.version.unwrap_or_default(), has_claim),
        },
    };
    match (release, module(claimed, own)) {
        (Line::Other, _) | (_, Line::Other) => Line::Other,
        (Line::Own, line) | (line, Line::Own) => line,
        (doubt @ Line::Doubt(_), _) | (_, doubt @ Line::Doubt(_)) => doubt,
        (Line::If(one), Line::If(other)) => Line::If(format!("{one} and {other}")),
    }
}

/// Streams of one release.
fn stream(claimed: &Release, own: &Release, version: &str, has_claim: &dyn Fn(&Release) -> bool) -> Line {
    let of = |stream: Option<&String>| Release { number: claimed.number.clone(), stream: stream.cloned() };
    let condition = |stream: &str| {
        Line::If(format!("the package is of the {stream} stream of release {}", claimed.number))
    };
    match (&claimed.stream, &own.stream) {
        (None, None) => Line::Own,
        (Some(stream), mine) if is_same_stream(stream, mine.as_deref()) => Line::Own,
        (_, Some(mine)) if has_claim(&of(Some(mine))) => Line::Other,
        (None, Some(mine)) if kind_of(mine) != Kind::Separate => Line::Own,
        (None, Some(mine)) => Line::Doubt(format!(
            "the package is of the {mine} stream, and the record covers only release {}",
            claimed.number
        )),
        (Some(_), None | Some(_)) if has_claim(&of(None)) => Line::Other,
        (Some(stream), None) => match kind_of(stream) {
            Kind::Extension => Line::Own,
            Kind::Minor if is_built_for(version, &claimed.number) => Line::Own,
            Kind::Minor | Kind::Separate => condition(stream),
        },
        (Some(stream), Some(_)) => condition(stream),
    }
}

/// Whether the release of an RPM shows that it was built for a minor release: `.el9_2` for 9.2.
fn is_built_for(version: &str, number: &str) -> bool {
    let tag = format!(".el{}", number.replace('.', "_"));
    version.match_indices(&tag).any(|(at, tag)| {
        !version.get(at + tag.len()..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    })
}

/// Module and stream of an RPM (`nodejs:20` of `nodejs:20:8090020240228165436:a75119d5`).
fn module_of(purl: &Purl) -> Option<String> {
    let module = purl.qualifiers.get("rpmmod")?;
    let mut parts = module.split(':');
    let (name, stream) = (parts.next()?, parts.next());
    Some(stream.map_or_else(|| name.to_owned(), |stream| format!("{name}:{stream}")).to_lowercase())
}

/// Whether a version of an RPM was built in a module.
pub(super) fn is_modular(version: &str) -> bool {
    version.contains(".module") || version.contains("+module")
}

fn module(claimed: Claimed<'_>, own: Own<'_>) -> Line {
    if own.purl.kind != "rpm" {
        return Line::Own;
    }
    let built = own.version.is_some_and(is_modular);
    let claimed_built = claimed.version.map(is_modular);
    match (module_of(claimed.purl), module_of(own.purl)) {
        (Some(one), Some(other)) if one == other => Line::Own,
        (Some(_), Some(_)) => Line::Other,
        (Some(_), None) if !built && own.version.is_some() => Line::Other,
        (Some(module), None) => Line::If(format!("the package is of the module {module}")),
        (None, Some(module)) => match claimed_built {
            Some(true) => {
                Line::If(format!("the record is about the module {module}, which it does not name"))
            }
            Some(false) => Line::Other,
            None => Line::Own,
        },
        // Without module names, only the first numbers show whether the streams are different.
        (None, None)
            if built && claimed_built == Some(true) && major(claimed.version) != major(own.version) =>
        {
            Line::If("the package is of the module stream that the record is about".to_owned())
        }
        (None, None) => Line::Own,
    }
}

/// The first number of a version after its epoch.
fn major(version: Option<&str>) -> Option<&str> {
    let version = version?;
    let upstream = version.split_once(':').map_or(version, |(_, rest)| rest);
    upstream.split(|c: char| !c.is_ascii_digit()).next()
}

/// The release in the name of an ecosystem, for types of packages that distributions build.
pub(super) fn release_of(kind: &str, namespace: &str, release: Option<&str>) -> Option<Release> {
    release
        .filter(|_| ecosystem::is_distribution(kind))
        .and_then(|release| Release::of_ecosystem(namespace, release))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(namespace: &str, text: &str) -> String {
        Release::of_ecosystem(namespace, text)
            .map_or_else(|| "none".to_owned(), |release| release.to_string())
    }

    fn own(purl: &str) -> Release {
        let purl = Purl::parse(purl).unwrap();
        Release::of_purl(&purl, purl.version.as_deref()).unwrap()
    }

    #[test]
    fn a_release_is_its_number_and_its_stream() {
        for (namespace, text, right) in [
            ("debian", "12", "12"),
            ("ubuntu", "22.04:LTS", "22.04"),
            ("ubuntu", "Pro:22.04:LTS", "22.04+pro"),
            ("ubuntu", "Pro:FIPS-updates:22.04:LTS", "22.04+fips-updates"),
            ("ubuntu", "Pro:Realtime:22.04:LTS", "22.04+realtime"),
            ("alpine", "v3.18", "3.18"),
            ("redhat", "enterprise_linux:9::baseos", "9"),
            ("redhat", "rhel_eus:9.4::baseos", "9.4+eus"),
            ("redhat", "rhel_e4s:8.6::appstream", "8.6+e4s"),
            ("redhat", "openshift:4.14::el9", "4.14"),
            ("redhat", "rhel_extras:7", "7"),
            ("suse", "Linux Enterprise Server 15 SP4", "15.4"),
            ("suse", "Linux Enterprise Server 15 SP4-LTSS", "15.4+ltss"),
            ("suse", "Linux Enterprise Server 15", "15.0"),
            ("suse", "Linux Enterprise Module for Containers 12", "12"),
            ("opensuse", "Leap 15.5", "15.5"),
            ("opensuse", "Tumbleweed", "tumbleweed"),
            ("openeuler", "24.03-LTS-SP1", "24.03.1"),
            ("openeuler", "24.03-LTS", "24.03.0"),
            ("almalinux", "9", "9"),
        ] {
            assert_eq!(of(namespace, text), right, "{namespace} {text}");
        }
        for text in ["12", "9.4+eus", "edge"] {
            assert_eq!(Release::parse(text).to_string(), text);
        }
    }

    #[test]
    fn a_component_names_its_release_in_several_spellings() {
        for (purl, right) in [
            ("pkg:deb/debian/x?distro=debian-12.4", "12.4"),
            ("pkg:deb/debian/x?distro=bookworm", "12"),
            ("pkg:deb/ubuntu/x@1-1?distro=jammy", "22.04"),
            ("pkg:deb/ubuntu/x@1-1~esm1?distro=ubuntu-22.04", "22.04+pro"),
            ("pkg:deb/ubuntu/x@1%2BFips1?distro=ubuntu-22.04", "22.04+fips"),
            ("pkg:rpm/suse/x?distro=sles-15.4", "15.4"),
            ("pkg:rpm/redhat/x?distro=rhel-9.2", "9.2"),
            ("pkg:rpm/redhat/x?distro=rhel_eus-9.2", "9.2+eus"),
            ("pkg:apk/alpine/x?distro=alpine-3.18.4", "3.18.4"),
            ("pkg:rpm/opensuse/x?distro=opensuse-leap-15.5", "15.5"),
        ] {
            assert_eq!(own(purl).to_string(), right, "{purl}");
        }
    }

    #[test]
    fn a_minor_release_lies_in_its_major_one_and_not_the_other_way_round() {
        let fit = |claimed: &str, own: &str| Release::parse(claimed).fit(&Release::parse(own));
        assert_eq!([fit("12", "12.9"), fit("9", "9.2"), fit("15.4", "15.4")], [Fit::Same; 3]);
        assert_eq!([fit("9.4", "9.2"), fit("1", "12"), fit("15.4", "15.5")], [Fit::Other; 3]);
        assert_eq!(fit("9.4", "9"), Fit::LessSpecific);
    }

    #[test]
    fn streams_answer_for_their_own_line() {
        let of = |claimed: &str, own: &str, version: &str, others: &[&str]| {
            let (claimed, own) = (Release::parse(claimed), Release::parse(own));
            match stream(&claimed, &own, version, &|release| others.contains(&release.to_string().as_str())) {
                Line::Own => "own",
                Line::Other => "other",
                Line::If(_) => "if",
                Line::Doubt(_) => "doubt",
            }
        };
        assert_eq!(of("22.04", "22.04+fips", "", &["22.04", "22.04+fips"]), "other");
        assert_eq!(of("22.04", "22.04+fips", "", &["22.04"]), "doubt");
        assert_eq!(of("22.04+fips-updates", "22.04", "", &["22.04", "22.04+fips-updates"]), "other");
        assert_eq!(of("22.04+fips-updates", "22.04", "", &["22.04+fips-updates"]), "if");
        assert_eq!(of("22.04+fips-updates", "22.04+fips", "", &[]), "own");
        assert_eq!(of("16.04+pro", "16.04", "", &["16.04+pro"]), "own");
        assert_eq!(of("22.04", "22.04+pro", "", &["22.04"]), "own");
        assert_eq!(of("9.2+eus", "9.2", "5.14.0-284.1.el9_2", &["9.2+eus"]), "own");
        assert_eq!(of("9.2+eus", "9.2", "3.0.7-6.el9", &["9.2+eus"]), "if");
        assert_eq!(of("9.2+eus", "9.2", "1-1.el9_20", &["9.2+eus"]), "if");
    }
}
