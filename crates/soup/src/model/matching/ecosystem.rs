//! Ecosystems of OSV and the purl types that mean the same; releases of distributions.

use crate::model::purl::Purl;

/// OSV ecosystem, purl type, purl namespace.
const ECOSYSTEMS: &[(&str, &str, &str)] = &[
    ("AlmaLinux", "rpm", "almalinux"),
    ("Alpaquita", "apk", "alpaquita"),
    ("Alpine", "apk", "alpine"),
    ("Azure Linux", "rpm", "azurelinux"),
    ("BellSoft Hardened Containers", "apk", "bellsoft-hardened-containers"),
    ("Bitnami", "bitnami", ""),
    ("CRAN", "cran", ""),
    ("Chainguard", "apk", "chainguard"),
    ("ConanCenter", "conan", ""),
    ("Debian", "deb", "debian"),
    ("Echo", "deb", "echo"),
    ("GitHub Actions", "githubactions", ""),
    ("Go", "golang", ""),
    ("Hackage", "hackage", ""),
    ("Hex", "hex", ""),
    ("Julia", "julia", ""),
    ("Mageia", "rpm", "mageia"),
    ("Maven", "maven", ""),
    ("MinimOS", "apk", "minimos"),
    ("NuGet", "nuget", ""),
    ("Packagist", "composer", ""),
    ("Photon OS", "rpm", "photon"),
    ("Pub", "pub", ""),
    ("PyPI", "pypi", ""),
    ("Red Hat", "rpm", "redhat"),
    ("Rocky Linux", "rpm", "rocky"),
    ("RubyGems", "gem", ""),
    ("SUSE", "rpm", "suse"),
    ("SwiftURL", "swift", ""),
    ("Ubuntu", "deb", "ubuntu"),
    ("VSCode", "vscode-extension", ""),
    ("Wolfi", "apk", "wolfi"),
    ("crates.io", "cargo", ""),
    ("npm", "npm", ""),
    ("openEuler", "rpm", "openeuler"),
    ("openSUSE", "rpm", "opensuse"),
    ("opam", "opam", ""),
];

/// Hosts of the addresses by which CVE records name collections, and the ecosystems that they are.
const COLLECTIONS: &[(&str, &str)] = &[
    ("crates.io", "crates.io"),
    ("hex.pm", "Hex"),
    ("maven.org", "Maven"),
    ("maven.apache.org", "Maven"),
    ("npmjs.com", "npm"),
    ("npmjs.org", "npm"),
    ("nuget.org", "NuGet"),
    ("packagist.org", "Packagist"),
    ("pkg.go.dev", "Go"),
    ("golang.org", "Go"),
    ("pub.dev", "Pub"),
    ("pypi.org", "PyPI"),
    ("pypi.python.org", "PyPI"),
    ("rubygems.org", "RubyGems"),
];

/// An ecosystem told by the address of its collection, or as it is.
fn by_address(ecosystem: &str) -> &str {
    let Some((_, rest)) = ecosystem.split_once("://") else { return ecosystem };
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    let is_it = |(name, _): &&(&str, &str)| {
        host == *name || host.strip_suffix(*name).is_some_and(|rest| rest.ends_with('.'))
    };
    COLLECTIONS.iter().find(is_it).map_or(ecosystem, |(_, ecosystem)| ecosystem)
}

/// A package of an ecosystem as a package URL without version, and the release that the ecosystem names (`Debian:12`); `None` for an
/// ecosystem that no purl type stands for.
pub fn package(ecosystem: &str, name: &str) -> Option<(Purl, Option<String>)> {
    let ecosystem = by_address(ecosystem);
    let (base, release) =
        ecosystem.split_once(':').map_or((ecosystem, None), |(base, rest)| (base, Some(rest)));
    let (_, kind, namespace) = ECOSYSTEMS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(base))?;
    let (own, name) = match *kind {
        "maven" => name.split_once(':').map_or((None, name), |(group, artifact)| (Some(group), artifact)),
        "npm" | "composer" | "golang" | "swift" | "githubactions" | "vscode-extension" => {
            name.rsplit_once('/').map_or((None, name), |(namespace, name)| (Some(namespace), name))
        }
        _ => (None, name),
    };
    let namespace = own.or(Some(*namespace).filter(|n| !n.is_empty())).map(str::to_owned);
    let purl = Purl { kind: (*kind).to_owned(), namespace, name: name.to_owned(), ..Purl::default() };
    let release = release
        .filter(|_| is_distribution(kind))
        .and_then(|release| release_of(namespace_of(&purl), release));
    Purl::build(purl).ok().map(|purl| (purl, release))
}

/// The one namespace of a distribution that tools write in several ways.
pub fn distribution(namespace: &str) -> &str {
    const SPELLINGS: &[(&str, &str)] = &[
        ("alma", "almalinux"),
        ("opensuse-leap", "opensuse"),
        ("opensuse.leap", "opensuse"),
        ("red-hat", "redhat"),
        ("rhel", "redhat"),
        ("rockylinux", "rocky"),
        ("sles", "suse"),
    ];
    SPELLINGS.iter().find(|(spelling, _)| *spelling == namespace).map_or(namespace, |(_, name)| name)
}

/// Whether packages of a type are built by a distribution out of somebody else's source.
pub fn is_distribution(kind: &str) -> bool {
    matches!(kind, "deb" | "rpm" | "apk" | "alpm" | "opkg" | "yocto")
}

/// Whether packages of a type come from a registry whose names are the authors' own, so that a name in another registry is another package.
pub fn is_registry(kind: &str) -> bool {
    !is_distribution(kind)
        && !matches!(
            kind,
            "generic"
                | "github"
                | "gitlab"
                | "bitbucket"
                | "git"
                | "docker"
                | "oci"
                | "swid"
                | "conan"
                | "vcpkg"
        )
}

fn namespace_of(purl: &Purl) -> &str {
    purl.namespace.as_deref().unwrap_or_default()
}

/// The release of the distribution that a package URL names (`distro=debian-12`, `distro=bookworm`).
pub fn release_of_purl(purl: &Purl) -> Option<String> {
    let told = purl.qualifiers.get("distro").or_else(|| purl.qualifiers.get("distro_name"))?;
    release_of(namespace_of(purl), told)
}

/// A release as a number: `12` of `debian-12`, `12.4`, `bookworm`; `22.04` of `Ubuntu:22.04:LTS`, `3.18` of `v3.18.4`. Words that are neither
/// are kept as they are.
fn release_of(namespace: &str, told: &str) -> Option<String> {
    let told = told.to_lowercase();
    let plain = told.strip_prefix(namespace).unwrap_or(&told).trim_matches(['-', ':', ' ']);
    if let Some((_, number)) = CODENAMES.iter().find(|(name, _)| *name == plain) {
        return Some((*number).to_owned());
    }
    let digits =
        plain.char_indices().find(|(at, c)| c.is_ascii_digit() && *at < plain.len()).map(|(at, _)| at);
    let number = digits.and_then(|at| plain.get(at..)).map(|rest| {
        rest.split(|c: char| !(c.is_ascii_digit() || c == '.')).next().unwrap_or_default().trim_matches('.')
    });
    let Some(number) = number.filter(|number| !number.is_empty()) else {
        return Some(plain.to_owned()).filter(|p| !p.is_empty());
    };
    let parts = match namespace {
        "ubuntu" | "alpine" | "opensuse" => 2,
        _ => 1,
    };
    Some(number.split('.').take(parts).collect::<Vec<_>>().join("."))
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
    ("trusty", "14.04"),
    ("xenial", "16.04"),
    ("bionic", "18.04"),
    ("focal", "20.04"),
    ("jammy", "22.04"),
    ("noble", "24.04"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn key(ecosystem: &str, name: &str) -> String {
        package(ecosystem, name).unwrap().0.key()
    }

    #[test]
    fn packages_of_ecosystems_become_package_urls() {
        for (ecosystem, name, purl) in [
            ("PyPI", "Zope.Interface", "pkg:pypi/zope-interface"),
            ("npm", "@angular/core", "pkg:npm/%40angular/core"),
            ("Maven", "org.apache.logging.log4j:log4j-core", "pkg:maven/org.apache.logging.log4j/log4j-core"),
            ("Go", "github.com/gorilla/websocket", "pkg:golang/github.com/gorilla/websocket"),
            ("Go", "stdlib", "pkg:golang/stdlib"),
            ("crates.io", "serde_json", "pkg:cargo/serde-json"),
            ("Packagist", "Laravel/framework", "pkg:composer/laravel/framework"),
            ("NuGet", "Newtonsoft.Json", "pkg:nuget/newtonsoft.json"),
            ("Debian:12", "openssl", "pkg:deb/debian/openssl"),
            ("Rocky Linux:9", "curl", "pkg:rpm/rocky/curl"),
        ] {
            assert_eq!(key(ecosystem, name), Purl::parse(purl).unwrap().key(), "{ecosystem} {name}");
        }
        assert!(package("OSS-Fuzz", "x").is_none() && package("", "x").is_none());
    }

    #[test]
    fn releases_are_the_same_in_all_their_spellings() {
        let of = |ecosystem: &str| package(ecosystem, "x").unwrap().1;
        let told = |purl: &str| release_of_purl(&Purl::parse(purl).unwrap());
        assert_eq!(of("Debian:12"), told("pkg:deb/debian/x?distro=debian-12.4"));
        assert_eq!(of("Debian:12"), told("pkg:deb/debian/x?distro=bookworm"));
        assert_eq!(of("Ubuntu:Pro:22.04:LTS"), told("pkg:deb/ubuntu/x?distro=jammy"));
        assert_eq!(of("Alpine:v3.18"), told("pkg:apk/alpine/x?distro=alpine-3.18.4"));
        assert_ne!(of("Debian:11"), told("pkg:deb/debian/x?distro=debian-12"));
        assert_eq!(
            (of("Debian"), told("pkg:deb/debian/x"), of("Maven:https://repo.example")),
            (None, None, None)
        );
    }
}
