//! The names of a scheme in other specifications: OSV ecosystems and range types, package URL types, CVE version types, `vers` schemes. A
//! name without a known order has none; Git is one of them.

use super::Scheme;

impl Scheme {
    /// Its name in a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::SemVer => "Semantic Versioning",
            Self::Npm => "npm",
            Self::Cargo => "Cargo",
            Self::Pub => "pub",
            Self::Go => "Go",
            Self::Pep440 => "PEP 440",
            Self::Maven => "Maven",
            Self::NuGet => "NuGet",
            Self::RubyGems => "RubyGems",
            Self::Composer => "Composer",
            Self::Debian => "Debian",
            Self::Rpm => "RPM",
            Self::Alpine => "Alpine",
            Self::Arch => "Arch Linux",
            Self::OpenSsl => "OpenSSL",
            Self::Dotted => "dotted number",
            Self::Nvd => "vendor-neutral",
        }
    }

    /// The order of an OSV ecosystem (`PyPI`, `Debian:12`); the text after the first colon is a release of it.
    pub fn of_ecosystem(ecosystem: &str) -> Option<Self> {
        let name = ecosystem.split_once(':').map_or(ecosystem, |(name, _)| name);
        Some(match name {
            "crates.io" => Self::Cargo,
            "npm" => Self::Npm,
            "Pub" => Self::Pub,
            "Go" => Self::Go,
            "Hex" | "Bitnami" | "SwiftURL" | "GitHub Actions" | "Julia" | "VSCode" | "Kubernetes" => {
                Self::SemVer
            }
            "PyPI" => Self::Pep440,
            "Maven" => Self::Maven,
            "NuGet" => Self::NuGet,
            "RubyGems" => Self::RubyGems,
            "Packagist" => Self::Composer,
            "Debian" | "Ubuntu" => Self::Debian,
            "AlmaLinux" | "Azure Linux" | "Mageia" | "Photon OS" | "Red Hat" | "Rocky Linux" | "SUSE"
            | "openEuler" | "openSUSE" => Self::Rpm,
            "Alpine" | "Alpaquita" | "BellSoft Hardened Containers" | "Chainguard" | "MinimOS" | "Wolfi" => {
                Self::Alpine
            }
            "CRAN" | "Bioconductor" | "Hackage" | "GHC" => Self::Dotted,
            _ => return None,
        })
    }

    /// The order of a package URL type (`pypi`, `golang`).
    pub fn of_purl_type(kind: &str) -> Option<Self> {
        Some(match kind.to_ascii_lowercase().as_str() {
            "cargo" => Self::Cargo,
            "npm" => Self::Npm,
            "pub" => Self::Pub,
            "golang" => Self::Go,
            "hex" | "bitnami" | "swift" | "githubactions" | "julia" | "vscode-extension" => Self::SemVer,
            "pypi" => Self::Pep440,
            "maven" => Self::Maven,
            "nuget" => Self::NuGet,
            // CocoaPods' versions are Gem::Version.
            "gem" | "cocoapods" => Self::RubyGems,
            "composer" => Self::Composer,
            "deb" => Self::Debian,
            "rpm" => Self::Rpm,
            "apk" => Self::Alpine,
            "alpm" => Self::Arch,
            "cran" | "bioconductor" | "hackage" => Self::Dotted,
            _ => return None,
        })
    }

    /// The order of a `versionType` of CVE JSON 5; `git`, `custom`, `date` and the like have none.
    pub fn of_cve_version_type(kind: &str) -> Option<Self> {
        Some(match kind.to_ascii_lowercase().as_str() {
            // The mainline release of Linux that first contained a fix.
            "semver" | "original_commit_for_fix" => Self::SemVer,
            "python" | "pypi" | "pep440" => Self::Pep440,
            "go" | "golang" => Self::Go,
            "crate" | "crates.io" | "cargo" => Self::Cargo,
            "ruby" | "rubygems" | "gem" => Self::RubyGems,
            "dpkg" | "deb" | "debian" => Self::Debian,
            "apk" | "alpine" => Self::Alpine,
            "packagist" => Self::Composer,
            other => return Self::of_purl_type(other),
        })
    }

    /// The order of a `vers` scheme: package URL types and a few others.
    pub fn of_vers_scheme(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "semver" | "nginx" => Self::SemVer,
            "openssl" => Self::OpenSsl,
            "debian" => Self::Debian,
            "alpine" => Self::Alpine,
            "arch" => Self::Arch,
            other => return Self::of_purl_type(other),
        })
    }

    /// The order of a claim: the one that its source names (`SEMVER`, `ECOSYSTEM`, `rpm`, `vers:npm`), otherwise that of the ecosystem.
    ///
    /// A named but unknown order (`GIT`, `custom`) counts as none; the ecosystem's order would be a guess.
    pub fn of_claim(order: &str, ecosystem: &str) -> Option<Self> {
        match order {
            "" | "ECOSYSTEM" => Self::of_ecosystem(ecosystem),
            // The ecosystem's own Semantic Versioning (Go's `v`, pub's builds) reads more than the bare one.
            "SEMVER" => match Self::of_ecosystem(ecosystem) {
                Some(own @ (Self::Npm | Self::Cargo | Self::Go)) => Some(own),
                Some(_) | None => Some(Self::SemVer),
            },
            named => match named.strip_prefix("vers:") {
                Some(scheme) => Self::of_vers_scheme(scheme),
                None => Self::of_cve_version_type(named),
            },
        }
    }
}
