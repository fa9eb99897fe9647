//! Comparing CPE names (NISTIR 7696 §6 and §7): attribute by attribute, then the whole name.

use serde::{Deserialize, Serialize};

use super::{Attribute, Cpe, Text, Wild};

/// The relation of the products that a source names to those that a target names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The same products.
    Equal,
    /// The source names more products and includes the target.
    Superset,
    /// The source names fewer products and is included in the target.
    Subset,
    /// Nothing in common.
    Disjoint,
    /// The standard gives no answer (the target has wildcards), or the names overlap without one including the other.
    Undefined,
}

impl Attribute {
    /// Compares with a target (NISTIR 7696 table 6-2). A target with wildcards is undefined there, except where both are the same.
    pub fn compare(&self, target: &Self) -> Relation {
        match (self, target) {
            (Self::Any, Self::Any) | (Self::Na, Self::Na) => Relation::Equal,
            (Self::Is(source), Self::Is(target)) if source == target => Relation::Equal,
            (_, Self::Is(target)) if target.is_wild() => Relation::Undefined,
            (Self::Any, Self::Na | Self::Is(_)) => Relation::Superset,
            (Self::Na | Self::Is(_), Self::Any) => Relation::Subset,
            (Self::Na, Self::Is(_)) | (Self::Is(_), Self::Na) => Relation::Disjoint,
            (Self::Is(source), Self::Is(target)) if source.covers(&target.text) => Relation::Superset,
            (Self::Is(_), Self::Is(_)) => Relation::Disjoint,
        }
    }
}

impl Text {
    /// Whether the value covers a plain text; `?` is none or one character.
    pub fn covers(&self, target: &str) -> bool {
        let fits = |left: &str, wild: Wild| match wild {
            Wild::Closed => left.is_empty(),
            Wild::UpTo(count) => left.chars().count() <= usize::from(count),
            Wild::Many => true,
        };
        if self.text.is_empty() {
            return match (self.before, self.after) {
                (Wild::UpTo(a), Wild::UpTo(b)) => fits(target, Wild::UpTo(a.saturating_add(b))),
                (wild, Wild::Closed) | (Wild::Closed, wild) => fits(target, wild),
                (Wild::Many, _) | (_, Wild::Many) => true,
            };
        }
        if !self.is_wild() {
            return self.text == target;
        }
        target.match_indices(self.text.as_str()).any(|(at, _)| {
            let before = target.get(..at).unwrap_or_default();
            let after = target.get(at + self.text.len()..).unwrap_or_default();
            fits(before, self.before) && fits(after, self.after)
        })
    }
}

impl Cpe {
    /// Compares the whole name with a target (NISTIR 7696 §7).
    pub fn compare(&self, target: &Self) -> Relation {
        let mut whole = Relation::Equal;
        for (source, target) in self.attributes.iter().zip(&target.attributes) {
            whole = match (whole, source.compare(target)) {
                (_, Relation::Disjoint) => return Relation::Disjoint,
                (whole, Relation::Equal) => whole,
                (Relation::Equal, one) => one,
                (whole, one) if whole == one => whole,
                (_, _) => Relation::Undefined,
            };
        }
        whole
    }
}
