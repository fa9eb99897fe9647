//! Lock files of package managers to a bill: what was resolved, from where, and what needs what.
//!
//! A package gets a package URL only when it comes from its ecosystem's public registry; from elsewhere the address is kept instead.

mod cargo;
mod npm;
mod poetry;
mod requirements;
mod tables;
mod uv;

pub use cargo::read as read_cargo;
pub use npm::read as read_npm;
pub use poetry::read as read_poetry;
pub use requirements::{looks_like as looks_like_requirements, read as read_requirements};
pub use uv::read as read_uv;

use crate::model::component::Hash;
use crate::model::purl::Purl;

/// The package URL of a package of a registry; `None` when its name cannot be one.
fn purl(kind: &str, namespace: Option<&str>, name: &str, version: &str) -> Option<String> {
    let parts = Purl {
        kind: kind.to_owned(),
        namespace: namespace.map(str::to_owned),
        name: name.to_owned(),
        version: Some(version.to_owned()),
        ..Purl::default()
    };
    Purl::build(parts).ok().map(|purl| purl.to_string())
}

/// The name of a Python package as its registry compares it (PEP 503).
fn pypi_name(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for letter in name.trim().chars() {
        if matches!(letter, '-' | '_' | '.') {
            if !normal.ends_with('-') {
                normal.push('-');
            }
        } else {
            normal.extend(letter.to_lowercase());
        }
    }
    normal
}

/// A digest written as `sha256:abc…`.
fn prefixed_hash(text: &str) -> Option<Hash> {
    let (algorithm, value) = text.split_once(':')?;
    let algorithm = match algorithm {
        "sha256" => "SHA-256",
        "sha384" => "SHA-384",
        "sha512" => "SHA-512",
        "sha1" => "SHA-1",
        "md5" => "MD5",
        _ => return None,
    };
    let hexadecimal = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    hexadecimal.then(|| Hash { algorithm: algorithm.to_owned(), value: value.to_ascii_lowercase() })
}

fn sorted(mut hashes: Vec<Hash>) -> Vec<Hash> {
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}
