//! Pedigree in words: the origin of a component and its differences from the published one.

use serde_json::Value;

use super::component::{items, text};

/// One sentence for each ancestor, descendant, variant, commit, patch and note.
pub(super) fn words(pedigree: &Value) -> Vec<String> {
    let mut words = Vec::new();
    for (list, name) in [("ancestors", "ancestor"), ("descendants", "descendant"), ("variants", "variant")] {
        words.extend(items(pedigree, list).iter().map(|relative| format!("{name}: {}", named(relative))));
    }
    words.extend(items(pedigree, "commits").iter().map(commit));
    words.extend(items(pedigree, "patches").iter().map(patch));
    words.extend(text(pedigree, "notes"));
    words
}

/// Purl of a component, or group, name and version.
fn named(component: &Value) -> String {
    if let Some(purl) = text(component, "purl") {
        return purl;
    }
    let mut words = String::new();
    if let Some(group) = text(component, "group") {
        words.push_str(&group);
        words.push('/');
    }
    words.push_str(&text(component, "name").unwrap_or_default());
    if let Some(version) = text(component, "version") {
        words.push(' ');
        words.push_str(&version);
    }
    words
}

fn commit(commit: &Value) -> String {
    let parts = ["uid", "message", "url"].into_iter().filter_map(|name| text(commit, name));
    format!("commit: {}", parts.collect::<Vec<_>>().join(", "))
}

fn patch(patch: &Value) -> String {
    let kind = text(patch, "type").unwrap_or_else(|| "unknown".to_owned());
    let issues =
        items(patch, "resolves").iter().filter_map(|issue| text(issue, "id").or_else(|| text(issue, "name")));
    let issues: Vec<String> = issues.collect();
    let mut words = format!("patch ({kind})");
    if !issues.is_empty() {
        words.push_str(&format!(" resolves {}", issues.join(", ")));
    }
    if let Some(address) = patch.get("diff").and_then(|diff| text(diff, "url")) {
        words.push_str(&format!(": {address}"));
    }
    words
}
