//! A software item of the product with its safety class (IEC 62304 4.3; domain 1.2, 1.3).
//!
//! An item has the class of the system. A lower class needs a rationale and the segregation that makes it possible.

use std::collections::BTreeSet;

use crate::domain::choice::choice;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Place;
use crate::domain::person::Role;
use crate::domain::product::SafetyClass;
use crate::domain::record::{KindDef, record};
use crate::domain::retirement_plan::RETIREMENT_RULES;
use crate::domain::signature::Meaning;
use crate::domain::text::{Line, Text};
use crate::domain::workflow::{Case, Condition, Move, states};

choice! {
    /// What kind of item it is.
    pub enum ItemKind {
        /// The whole software.
        System = "system", "Software system";
        /// A part of it.
        Item = "item", "Software item";
        /// A part that is not divided.
        Unit = "unit", "Software unit";
        /// Software of unknown provenance.
        Soup = "soup", "SOUP";
    }
}

states! {
    /// States of a software item.
    pub enum SoftwareItemState {
        /// Its class is proposed.
        Draft = "draft", "Draft", Due, 1, false;
        /// Its class is approved.
        Approved = "approved", "Class approved", Good, 2, false => finished();
        /// It is no longer part of the product.
        Retired = "retired", "Retired", Neutral, 0, true;
    }
}

use SoftwareItemState as S;

const DRAFT: &[&str] = &[S::Draft.code()];
const APPROVED: &str = S::Approved.code();

record! {
    /// A software item.
    pub struct SoftwareItem : SoftwareItem {
        section "Item", "IEC 62304 4.3", true, DRAFT => {
            /// Its name.
            title: Line = "Name" => required(S::Draft.code());
            /// Its kind.
            item_kind: Option<ItemKind> = "Kind" => required(S::Draft.code());
            /// The item that contains it.
            parent_item: Option<RecordId> = "Part of" => target(Kind::SoftwareItem);
            /// Its safety class.
            safety_class: Option<SafetyClass> = "Safety class" => required(APPROVED), clause("IEC 62304 4.3");
            /// Why this class: the worst harm to which it can contribute.
            rationale: Text = "Rationale for the class" => required(APPROVED), clause("IEC 62304 4.3");
            /// How it is kept apart from items of a higher class.
            segregation: Text = "Segregation" => clause("IEC 62304 4.3, 5.3.5");
            /// The hazardous situations to which it can contribute.
            hazards: Vec<Line> = "Hazardous situations" => clause("IEC 62304 7.1.1");
        }
    }
}

/// The order of classes; one that is not assigned counts as C.
const fn rank(class: SafetyClass) -> u8 {
    match class.effective() {
        SafetyClass::A => 0,
        SafetyClass::B => 1,
        SafetyClass::C | SafetyClass::Unassigned => 2,
    }
}

/// Whether an item is above itself in the tree of items.
fn contains_itself(case: &Case, item: &SoftwareItem) -> bool {
    let mut seen = BTreeSet::from([case.id()]);
    let mut above = item.parent_item;
    while let Some(id) = above {
        if !seen.insert(id) {
            return true;
        }
        let parent = case.world.record(id).and_then(|data| data.typed::<SoftwareItem>());
        above = parent.and_then(|parent| parent.parent_item);
    }
    false
}

/// An item has the class of what contains it; a lower one needs the segregation that makes it possible.
fn class_holds(case: &Case, item: &SoftwareItem) -> Vec<Condition> {
    let above = item
        .parent_item
        .and_then(|id| case.world.record(id))
        .and_then(|data| data.typed::<SoftwareItem>())
        .and_then(|parent| parent.safety_class)
        .unwrap_or_else(|| case.world.product().class());
    let own = item.safety_class.unwrap_or(SafetyClass::Unassigned);
    let lower = rank(own) < rank(above);
    let segregated = !item.segregation.trim().is_empty();
    let higher = rank(own) > rank(case.world.product().class());
    let loops = contains_itself(case, item);
    vec![
        Condition::new(
            "IEC 62304 4.3",
            "A class below that of what contains it is supported by segregation",
            !lower || segregated,
        )
        .at("segregation"),
        Condition::new("IEC 62304 4.3", "The class of the product is not below that of its items", !higher)
            .at("safety_class"),
        Condition::new("IEC 62304 5.3.1", "It is not part of itself", !loops).at("parent_item"),
    ]
}

const WRITERS: &[Role] = &[Role::DevLead, Role::RiskManager, Role::Quality];

/// The declaration of software items.
pub const DEF: KindDef = KindDef {
    purpose: "The items of the software with their safety classes. An item has the class of the system, unless segregation supports a lower one.",
    clause: "IEC 62304 4.3",
    since: RETIREMENT_RULES,
    sections: SoftwareItem::SECTIONS,
    states: SoftwareItemState::ALL,
    moves: &[
        Move::new("approve", "Approve the class", DRAFT, APPROVED, &[Role::RiskManager, Role::Quality])
            .sign(Meaning::Approved)
            .clause("IEC 62304 4.3")
            .guard(|case| case.with::<SoftwareItem>(class_holds)),
        Move::new("revise", "Revise the class", &[APPROVED], S::Draft.code(), WRITERS).reason(),
        Move::new(
            "retire",
            "No longer part of the product",
            &[S::Draft.code(), APPROVED],
            S::Retired.code(),
            &[Role::DevLead, Role::Quality],
        )
        .reason(),
    ],
    create_by: WRITERS,
    edit_by: WRITERS,
    columns: &["item_kind", "safety_class", "parent_item"],
    place: Place::Area(62),
    referable: true,
    assignable: true,
    gist: "safety_class",
    evidence: &["4.3"],
    chapter: Some(3),
    ..KindDef::new(Kind::SoftwareItem, "Software item", "Software items")
};

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::test_world::{TestWorld, id, moment};
    use crate::domain::workflow::World as _;

    /// The fields in which something is unmet, for an item of a product of class B.
    fn unmet(item: Value, others: &[(&str, Value)]) -> Vec<&'static str> {
        let product = crate::domain::product::ProductState::Current.code();
        let mut world = TestWorld::default()
            .put("PD-0001", product, "2026-01-01", json!({"software_safety_class": "b"}))
            .put("SW-0001", S::Draft.code(), "2026-01-02", item);
        for (number, fields) in others {
            world = world.put(number, APPROVED, "2026-01-02", fields.clone());
        }
        let data = world.record(id("SW-0001")).unwrap();
        let case = Case {
            data: &data,
            world: &world,
            now: moment("2026-11-30"),
            actor: None,
            rules: RETIREMENT_RULES,
        };
        let open = case.with::<SoftwareItem>(class_holds).into_iter().filter(|condition| !condition.met);
        open.filter_map(|condition| condition.field).collect()
    }

    #[test]
    fn a_class_below_that_of_what_contains_the_item_needs_segregation() {
        assert!(unmet(json!({"safety_class": "b"}), &[]).is_empty());
        assert_eq!(unmet(json!({"safety_class": "a"}), &[]), ["segregation"]);
        assert!(unmet(json!({"safety_class": "a", "segregation": "Own processor."}), &[]).is_empty());
        let parent = [("SW-0002", json!({"safety_class": "a"}))];
        assert!(unmet(json!({"safety_class": "a", "parent_item": "SW-0002"}), &parent).is_empty());
        let unclassed = [("SW-0002", json!({"title": "Part"}))];
        assert_eq!(
            unmet(json!({"safety_class": "a", "parent_item": "SW-0002"}), &unclassed),
            ["segregation"]
        );
    }

    #[test]
    fn an_item_is_not_above_the_class_of_the_product_and_one_without_class_counts_as_c() {
        assert_eq!(unmet(json!({"safety_class": "c"}), &[]), ["safety_class"]);
        assert_eq!(unmet(json!({"title": "Part"}), &[]), ["safety_class"]);
    }

    #[test]
    fn an_item_is_not_part_of_itself_also_by_way_of_another() {
        assert_eq!(unmet(json!({"safety_class": "b", "parent_item": "SW-0001"}), &[]), ["parent_item"]);
        let round = [("SW-0002", json!({"safety_class": "b", "parent_item": "SW-0001"}))];
        assert_eq!(unmet(json!({"safety_class": "b", "parent_item": "SW-0002"}), &round), ["parent_item"]);
        let tree = [("SW-0002", json!({"safety_class": "b"}))];
        assert!(unmet(json!({"safety_class": "b", "parent_item": "SW-0002"}), &tree).is_empty());
    }
}
