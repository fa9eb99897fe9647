//! Shared by pnpm, Yarn and npm: names with scopes, the registry's package URL, digests.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::sorted;
use crate::model::component::{Component, Hash};

/// Scope and name: `@angular` and `core` of `@angular/core`.
pub(super) fn scope_and_name(full: &str) -> (Option<&str>, &str) {
    match full.split_once('/') {
        Some((scope, name)) if scope.starts_with('@') => (Some(scope), name),
        Some(_) | None => (None, full),
    }
}

/// The name and the text after its `@`: `@a/b` and `1.0` of `@a/b@1.0`.
pub(super) fn name_and_rest(text: &str) -> Option<(&str, &str)> {
    let at = text.char_indices().find(|(index, letter)| *index > 0 && *letter == '@')?.0;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// A package. If it does not come from a registry, it has its address instead of a package URL.
pub(super) fn package(full: &str, version: &str, from_registry: bool) -> Component {
    let (group, name) = scope_and_name(full);
    let is_version = version.starts_with(|letter: char| letter.is_ascii_digit());
    let purl = if from_registry && is_version { super::purl("npm", group, name, version) } else { None };
    Component {
        reference: format!("{full}@{version}"),
        name: name.to_owned(),
        group: group.map(str::to_owned),
        version: is_version.then(|| version.to_owned()),
        purls: purl.into_iter().collect(),
        ..Component::default()
    }
}

/// Subresource integrity: `sha512-` and base64; spaces separate several.
pub(super) fn integrity(integrity: &str) -> Vec<Hash> {
    let hash = |part: &str| {
        let (algorithm, digest) = part.split_once('-')?;
        let digest = STANDARD.decode(digest.split('?').next()?).ok()?;
        super::hash(algorithm, &hex::encode(digest))
    };
    sorted(integrity.split_whitespace().filter_map(hash).collect())
}
