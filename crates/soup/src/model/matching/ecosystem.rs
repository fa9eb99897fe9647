//! Ecosystems of OSV and the corresponding purl types.

use super::lines::{self, Release};
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

/// Hosts in the addresses of collections in CVE records, and their ecosystems.
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

/// The ecosystem for the address of a collection; any other text is returned unchanged.
pub(super) fn by_address(ecosystem: &str) -> &str {
    let Some((_, rest)) = ecosystem.split_once("://") else { return ecosystem };
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    let is_it = |(name, _): &&(&str, &str)| {
        host == *name || host.strip_suffix(*name).is_some_and(|rest| rest.ends_with('.'))
    };
    COLLECTIONS.iter().find(is_it).map_or(ecosystem, |(_, ecosystem)| ecosystem)
}

/// A package of an ecosystem as a package URL without version, and the release in the name of the ecosystem (`Debian:12`); `None` for an
/// ecosystem without a purl type.
pub(super) fn package(ecosystem: &str, name: &str) -> Option<(Purl, Option<Release>)> {
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
    let release = lines::release_of(kind, purl.namespace.as_deref().unwrap_or_default(), release);
    Purl::build(purl).ok().map(|purl| (purl, release))
}

/// The package URL of a repository at one of the forges whose addresses are owner and name; `None` for any other address.
pub fn repository(address: &str) -> Option<Purl> {
    let (_, rest) = address.trim().trim_start_matches("git+").split_once("://")?;
    let rest = rest.rsplit_once('@').filter(|(user, _)| !user.contains('/')).map_or(rest, |(_, rest)| rest);
    let mut parts = rest.split(['/', '@', '#', '?']).filter(|part| !part.is_empty());
    let kind = match parts.next()?.to_ascii_lowercase().as_str() {
        "github.com" | "www.github.com" => "github",
        "gitlab.com" => "gitlab",
        "bitbucket.org" => "bitbucket",
        _ => return None,
    };
    let (owner, name) = (parts.next()?, parts.next()?);
    let name = name.strip_suffix(".git").unwrap_or(name);
    let purl = Purl {
        kind: kind.to_owned(),
        namespace: Some(owner.to_lowercase()),
        name: name.to_lowercase(),
        ..Purl::default()
    };
    Purl::build(purl).ok()
}

/// The standard namespace of a distribution, which tools write in several ways.
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

/// Whether packages of a type are built by a distribution from the source of others.
pub fn is_distribution(kind: &str) -> bool {
    matches!(kind, "deb" | "rpm" | "apk" | "alpm" | "opkg" | "yocto")
}

/// Whether packages of a type come from a registry with its own names, so that the same name in another registry is another package.
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
}
