//! Designators: the exact versions of a SOUP item that baselines contain (IEC 62304 8.1.2; domain 2.8). A new version is a new
//! designator; an old one is never edited into it.

use crate::domain::change_request::ChangeState;
use crate::domain::field::Offer;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::{Fields, KindDef, PartOf, RecordData, record};
use crate::domain::release::{Release, ReleaseState, versions};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_item::{ALIVE, KEEPERS, SOUP_RULES};
use crate::domain::text::Line;
use crate::domain::workflow::{Case, Condition, Move, World, states};

states! {
    /// States of a designator.
    pub enum SoupDesignatorState {
        /// It is in the register.
        Registered = "registered", "Registered", Good, 1, false => finished();
        /// No version in service contains it.
        Retired = "retired", "Retired", Neutral, 0, true;
        /// Entered by mistake; it does not count and stays visible.
        Struck = "struck", "Struck out", Neutral, 0, true;
    }
}

use SoupDesignatorState as S;

const REGISTERED: &[&str] = &[S::Registered.code()];

record! {
    /// An exact version of a SOUP item.
    pub struct SoupDesignator : SoupDesignator {
        section "Version", "IEC 62304 8.1.2", false, &[] => {
            /// The exact version, patch level or commit. It stays as it was entered; a mistake is struck out and entered anew.
            title: Line = "Version" => required(S::Registered.code()), open_when_made(), clause("IEC 62304 8.1.2"), hint("2.6.2");
            /// Its package URL with the version.
            purl: Line = "Package URL" => open_when_made();
        }
        section "Origin", "IEC 62304 8.1.2, 8.2.1", false, REGISTERED => {
            /// SHA-256 or another digest of its files.
            file_hash: Line = "Digest of its files";
            /// The change that brought it into the product.
            introduced_by: Option<RecordId> = "Introduced by" => target(Kind::ChangeRequest), clause("IEC 62304 8.2.1");
            /// For a version that was in the product before the register: the first version of the product with it.
            present_since: Line = "In the product since" => offers(Offer::Versions);
            /// The change that took it out of the product.
            retired_by: Option<RecordId> = "Removed by" => target(Kind::ChangeRequest), clause("IEC 62304 8.2.1");
        }
    }
}

/// Whether a text names one version of SOUP, not a range (domain 3.6, SOUP-02). A Debian version may contain a tilde, so only a leading
/// one means a range.
pub fn is_exact(version: &str) -> bool {
    let text = version.trim();
    let word = |word: &str| text.eq_ignore_ascii_case(word);
    let wildcard = |part: &str| part.eq_ignore_ascii_case("x");
    !text.starts_with(['^', '~', '='])
        && !text.contains(['*', '<', '>', '|', ','])
        && !text.contains(" - ")
        && !text.split('.').any(wildcard)
        && !["latest", "main", "master", "head", "stable", "current"].into_iter().any(word)
}

/// Whether a designator counts: it is not struck out.
pub fn counts(data: &RecordData) -> bool {
    S::of(data) != Some(S::Struck)
}

/// The version is exact, and the item has it once.
fn may_create(case: &Case) -> Vec<Condition> {
    let version = case.data.text("title");
    let text = "The version is one exact version, not a range or a word such as latest";
    let text = if is_exact(version) { text.to_owned() } else { format!("{text}; “{version}” is not") };
    let exact = Condition::new("IEC 62304 8.1.2", text, is_exact(version));
    let others =
        case.data.head.parent.map(|item| case.world.parts(item, Kind::SoupDesignator)).unwrap_or_default();
    let same = others.iter().find(|data| {
        data.head.id != case.id()
            && counts(data)
            && data.text("title") == version
            && data.text("purl") == case.data.text("purl")
    });
    let who = same.map_or_else(String::new, |data| format!("; {} has it", data.head.id));
    let free = Condition::new(
        "IEC 62304 8.1.2",
        format!("The item has no other version {version}{who}"),
        same.is_none(),
    );
    vec![exact.at("title"), free.at("title")]
}

/// What brought a version into the product is not changed without a word.
fn why_reason(data: &RecordData, set: &Fields) -> Option<String> {
    let changes = |name: &str| {
        !crate::domain::field::is_empty(data.value(name))
            && set.get(name).is_some_and(|value| value != data.value(name))
    };
    (changes("introduced_by") || changes("present_since"))
        .then(|| format!("a change of what brought {} into the product", data.head.id))
}

fn in_no_baseline(case: &Case) -> Vec<Condition> {
    let item = case.data.head.parent.and_then(|id| case.world.record(id));
    let name = item.as_ref().map_or("", |data| data.title()).to_owned();
    let used = crate::domain::soup_item::register::fielded_with(case.world, &name, case.data.text("title"));
    let text = match used.first() {
        Some(id) => format!("No version in service contains it; {id} does"),
        None => "No version in service contains it".to_owned(),
    };
    vec![Condition::new("IEC 62304 8.1.2", text, used.is_empty()).on_any(used.first().copied())]
}

/// Whether it is known what brought a version of an item into the product: a change that is approved or further, or a version of the
/// product that had it before.
pub fn is_introduced(world: &dyn World, item: &str, content: &SoupDesignator) -> bool {
    is_introduced_by(world, &world.all(Kind::Release), item, content)
}

/// The same with the releases of the file, for whoever asks about many versions.
pub fn is_introduced_by(
    world: &dyn World,
    releases: &[SharedRecord],
    item: &str,
    content: &SoupDesignator,
) -> bool {
    let change = content.introduced_by.and_then(|id| world.record(id));
    let begun = change.and_then(|data| ChangeState::of(&data)).is_some_and(ChangeState::is_approved_or_later);
    begun || was_there(releases, item, content)
}

/// Since when a version is in the product, in words. Of a version of the product that is no release of the file, nothing shows that it
/// contained it; this is said.
pub fn since_words(world: &dyn World, since: &str) -> String {
    let known = if is_release(world, since) { "" } else { " (no release of this file; not shown by it)" };
    format!("since {since}{known}")
}

fn is_release(world: &dyn World, version: &str) -> bool {
    world.all(Kind::Release).iter().any(|data| versions::same(data.text("version"), version))
}

/// What a reader of a designator must know.
fn notices(case: &Case) -> Vec<String> {
    let since = case.data.text("present_since");
    if since.is_empty() || is_release(case.world, since) {
        return Vec::new();
    }
    vec![format!(
        "It is said to be in the product since {since}. That is no release of this file, so nothing in it shows this."
    )]
}

/// A released version of the product that the file knows has it in its baseline. The first one brings its SOUP without a change; one that
/// follows another needs a change for what is new.
fn was_there(releases: &[SharedRecord], item: &str, content: &SoupDesignator) -> bool {
    if content.present_since.is_empty() {
        return false;
    }
    let named = releases.iter().find(|data| versions::same(data.text("version"), &content.present_since));
    let Some(named) = named else { return true };
    let was_released = ReleaseState::of(named).is_some_and(ReleaseState::was_released);
    if !was_released {
        return named.value("predecessor").is_null();
    }
    named.typed::<Release>().is_some_and(|release| {
        release.soup_baseline.iter().any(|row| *row.item == *item && *row.version == *content.title)
    })
}

/// The declaration of designators.
pub const DEF: KindDef = KindDef {
    purpose: "The exact versions of the item that baselines contain. A new version is a new row with the change that brought it.",
    clause: "IEC 62304 8.1.2, 8.2.1",
    since: SOUP_RULES,
    sections: SoupDesignator::SECTIONS,
    part_of: Some(PartOf { kind: Kind::SoupItem, open_in: ALIVE, scope: false }),
    states: SoupDesignatorState::ALL,
    moves: &[
        Move::new("retire", "Retire", REGISTERED, S::Retired.code(), KEEPERS).guard(in_no_baseline),
        Move::new("strike", "Strike out", REGISTERED, S::Struck.code(), KEEPERS)
            .reason()
            .guard(in_no_baseline),
    ],
    create_by: KEEPERS,
    edit_by: KEEPERS,
    may_create,
    why_reason,
    notices,
    columns: &["purl", "introduced_by", "present_since"],
    evidence: &["8.1.2"],
    ..KindDef::new(Kind::SoupDesignator, "Designator", "Designators")
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_distributions_are_exact_and_ranges_and_moving_words_are_not() {
        for version in [
            "2.6.2",
            "3.6.7-9~deb12u4",
            "1:4.13+dfsg1-1+deb12u2",
            "2.36-9+deb12u14",
            "v1.0",
            "0.0.0-20240101-abcdef",
            "7",
        ] {
            assert!(is_exact(version), "{version}");
        }
        for range in [
            "^1.4",
            "~1.4",
            "=1.4",
            ">=1.4",
            "1.4 || 1.5",
            "1.*",
            "1.x",
            "*",
            "latest",
            "Main",
            "1.0 - 1.4",
            "1.4, 1.5",
        ] {
            assert!(!is_exact(range), "{range}");
        }
    }
}
