//! The rules of each purl type for its parts: which are needed, forbidden or in lower case, and which qualifiers distinguish packages.
//! Source: the type definitions of the purl specification.

use super::Purl;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Namespace {
    Free,
    Needed,
    Forbidden,
}

use Namespace::{Forbidden, Free, Needed};

struct Rule {
    kind: &'static str,
    namespace: Namespace,
    /// Parts in lower case: `n` namespace, `p` package name, `v` version.
    lower: &'static str,
}

const fn rule(kind: &'static str, namespace: Namespace, lower: &'static str) -> Rule {
    Rule { kind, namespace, lower }
}

const RULES: &[Rule] = &[
    rule("alpm", Needed, "np"),
    rule("apk", Needed, "np"),
    rule("bazel", Forbidden, ""),
    rule("bitbucket", Needed, "np"),
    rule("bitnami", Forbidden, "p"),
    rule("brew", Free, "np"),
    rule("cargo", Forbidden, ""),
    rule("chrome-extension", Forbidden, "p"),
    rule("cocoapods", Forbidden, ""),
    rule("composer", Needed, "np"),
    rule("conan", Free, ""),
    rule("conda", Forbidden, ""),
    rule("cpan", Free, ""),
    rule("cran", Forbidden, ""),
    rule("deb", Needed, "np"),
    rule("docker", Free, ""),
    rule("gem", Forbidden, ""),
    rule("generic", Free, ""),
    rule("git", Needed, ""),
    rule("github", Needed, "np"),
    rule("golang", Needed, ""),
    rule("hackage", Forbidden, ""),
    rule("hex", Free, "np"),
    rule("huggingface", Needed, "v"),
    rule("julia", Forbidden, ""),
    rule("luarocks", Free, "np"),
    rule("maven", Needed, ""),
    rule("mlflow", Forbidden, ""),
    rule("npm", Free, ""),
    rule("nuget", Forbidden, ""),
    rule("oci", Forbidden, "pv"),
    rule("opam", Forbidden, ""),
    rule("otp", Forbidden, "p"),
    rule("pub", Forbidden, "p"),
    rule("pypi", Forbidden, "pv"),
    rule("qpkg", Needed, "n"),
    rule("rpm", Needed, "n"),
    rule("swid", Free, ""),
    rule("swift", Needed, ""),
    rule("vcpkg", Forbidden, ""),
    rule("vscode-extension", Needed, "npv"),
    rule("yocto", Free, "n"),
];

/// Qualifiers that distinguish packages of a type. The version of a distribution (`distro`) is one: `curl` of Debian 11 and of Debian 12
/// are fixed in different versions. The epoch is part of the version; the architecture does not count.
pub(super) fn identity_qualifiers(kind: &str) -> &'static [&'static str] {
    match kind {
        "deb" | "rpm" | "apk" | "bitnami" => &["distro", "distro_name"],
        "maven" => &["classifier"],
        "conan" => &["user", "channel"],
        "conda" => &["channel"],
        "julia" => &["uuid"],
        "swid" => &["tag_id"],
        "docker" | "oci" | "huggingface" | "mlflow" | "yocto" => &["repository_url"],
        _ => &[],
    }
}

pub(super) fn normalise(purl: &mut Purl) {
    let lower = RULES.iter().find(|rule| rule.kind == purl.kind).map_or("", |rule| rule.lower);
    let databricks = purl.kind == "mlflow"
        && purl.qualifiers.get("repository_url").is_some_and(|url| url.contains("databricks"));
    if lower.contains('n') {
        purl.namespace = purl.namespace.take().map(|namespace| namespace.to_lowercase());
    }
    if lower.contains('p') || databricks {
        purl.name = purl.name.to_lowercase();
    }
    if lower.contains('v') {
        purl.version = purl.version.take().map(|version| version.to_lowercase());
    }
    match purl.kind.as_str() {
        "pypi" => purl.name = purl.name.replace('_', "-"),
        "pub" => purl.name = purl.name.replace(|c: char| !c.is_ascii_alphanumeric(), "_"),
        _ => {}
    }
}

pub(super) fn breach(purl: &Purl) -> Option<String> {
    let kind = &purl.kind;
    let rule = RULES.iter().find(|rule| rule.kind == kind)?;
    match (rule.namespace, &purl.namespace) {
        (Needed, None) => return Some(format!("a package URL of type {kind} needs a namespace")),
        (Forbidden, Some(_)) => return Some(format!("a package URL of type {kind} cannot have a namespace")),
        (Needed | Forbidden | Free, _) => {}
    }
    let needed = match kind.as_str() {
        "julia" => Some("uuid"),
        "swid" => Some("tag_id"),
        _ => None,
    };
    if let Some(key) = needed.filter(|key| !purl.qualifiers.contains_key(*key)) {
        return Some(format!("a package URL of type {kind} needs the qualifier {key}"));
    }
    let version = purl.version.as_deref();
    let broken = match kind.as_str() {
        "chrome-extension" => {
            purl.name.len() != 32
                || !purl.name.bytes().all(|b| (b'a'..=b'p').contains(&b))
                || version.is_some_and(|v| !is_chrome_version(v))
        }
        "cpan" => purl.name.contains("::"),
        _ => false,
    };
    broken.then(|| format!("name or version is not valid for type {kind}"))
}

fn is_chrome_version(version: &str) -> bool {
    version.split('.').count() <= 4
        && version.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// A name in the form in which its registry compares names. PyPI: PEP 503; crates.io: hyphen and underscore are the same;
/// NuGet: case does not count.
pub(super) fn name_key(kind: &str, name: &str) -> String {
    match kind {
        "pypi" => {
            let mut key = String::with_capacity(name.len());
            for c in name.chars() {
                if !matches!(c, '-' | '_' | '.') {
                    key.extend(c.to_lowercase());
                } else if !key.ends_with('-') {
                    key.push('-');
                }
            }
            key
        }
        "cargo" => name.to_lowercase().replace('_', "-"),
        // Go: tools write module paths in lower case, as the specification of package URLs asks; Go's own records do not.
        "nuget" | "npm" | "composer" | "hex" | "pub" | "github" | "bitbucket" | "deb" | "apk" | "alpm"
        | "golang" => name.to_lowercase(),
        _ => name.to_owned(),
    }
}
