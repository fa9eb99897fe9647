//! Each rule with a world in which it fires and one in which it does not. Both differ little from a world in order, in which no rule
//! fires.

mod changes_tests;
mod duties_tests;
mod findings_tests;
mod large_tests;
mod order_tests;
mod plan_tests;
mod problems_tests;
mod releases_tests;
mod reviews_tests;
mod sound_tests;
mod soup_tests;

use std::collections::BTreeSet;

use super::*;
use crate::domain::test_world::{TestWorld, day, id, moment};

pub(super) use sound_tests::sound;

/// When the rules are asked.
pub(super) const NOW: &str = "2026-11-30";

/// What is known of a sound file besides its records.
pub(super) fn facts() -> Facts {
    Facts {
        verified: Some(true),
        last_backup: Some(day("2026-11-25")),
        program: "1.0.0".to_owned(),
        ..Facts::default()
    }
}

/// What a rule finds in a world that no closed deviation tells of.
pub(super) fn found(rule: &str, (world, facts): &(TestWorld, Facts)) -> Vec<Hit> {
    let look = Look { world, now: moment(NOW), facts };
    let mut hits = (super::rule(rule).unwrap_or_else(|| panic!("there is no rule {rule}")).find)(&look);
    hits.retain(|hit| hit.told.is_none());
    hits
}

type Given = (TestWorld, Facts);
type Edit = fn(TestWorld) -> TestWorld;

/// A rule, where it fires, and worlds in which it does not although they are near.
pub(super) struct Case {
    rule: &'static str,
    fires: Given,
    at: Option<&'static str>,
    quiet: Vec<Given>,
}

/// A rule fires at a record once the sound world is edited, and does not after another edit.
pub(super) fn case(rule: &'static str, fires: Edit, at: &'static str, quiet: Edit) -> Case {
    let at = (!at.is_empty()).then_some(at);
    Case { rule, fires: (fires(sound()), facts()), at, quiet: vec![(quiet(sound()), facts())] }
}

impl Case {
    /// It does not fire after this edit either.
    fn nor(mut self, quiet: Edit) -> Self {
        self.quiet.push((quiet(sound()), facts()));
        self
    }

    /// The facts with which it fires.
    fn with(mut self, change: fn(&mut Facts)) -> Self {
        change(&mut self.fires.1);
        self
    }
}

fn cases() -> Vec<Case> {
    let all = [
        plan_tests::cases(),
        problems_tests::cases(),
        changes_tests::cases(),
        releases_tests::cases(),
        soup_tests::cases(),
        reviews_tests::cases(),
        findings_tests::cases(),
        duties_tests::cases(),
    ];
    all.into_iter().flatten().collect()
}

/// What is wrong with a hit: it is no plain sentence, or its field is none of its record.
fn faults(hit: &Hit) -> Option<String> {
    let first = hit.text.chars().next()?;
    let sentence = (first.is_uppercase() || first.is_ascii_digit() || first == '“')
        && !hit.text.contains(['{', '}'])
        && !hit.text.contains("  ");
    if !sentence {
        return Some(format!("“{}” is no sentence", hit.text));
    }
    let def = hit.record.map(|id| id.kind.def());
    let field = hit.field?;
    def.is_none_or(|def| def.field(field).is_none())
        .then(|| format!("{field} is no field of {:?}", hit.record))
}

#[test]
fn each_rule_fires_where_it_should_and_nowhere_else() {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for case in cases() {
        seen.insert(case.rule);
        let hits = found(case.rule, &case.fires);
        let expected = case.at.map(id);
        match hits.as_slice() {
            [hit] if hit.record == expected => {
                wrong.extend(faults(hit).map(|why| format!("{}: {why}", case.rule)));
            }
            _ => wrong.push(format!("{} does not fire at {expected:?} alone: {hits:?}", case.rule)),
        }
        for (number, quiet) in case.quiet.iter().enumerate() {
            let hits = found(case.rule, quiet);
            if !hits.is_empty() {
                wrong.push(format!("{} fires in its quiet world {}: {hits:?}", case.rule, number + 1));
            }
        }
    }
    wrong.extend(
        rules().filter(|rule| !seen.contains(rule.id)).map(|rule| format!("{} has no case", rule.id)),
    );
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn in_a_world_in_order_no_rule_fires() {
    let world = sound();
    let facts = facts();
    let look = Look { world: &world, now: moment(NOW), facts: &facts };
    let gaps: Vec<String> = gaps(&look)
        .iter()
        .map(|gap| format!("{} {:?}: {}", gap.rule.id, gap.hit.record, gap.hit.text))
        .collect();
    assert!(gaps.is_empty(), "\n{}\n", gaps.join("\n"));
}

#[test]
fn there_are_147_rules_each_with_its_own_name_clause_and_remedy() {
    let mut seen = BTreeSet::new();
    for rule in rules() {
        assert!(seen.insert(rule.id), "{} twice", rule.id);
        assert!(
            !rule.clause.is_empty() && !rule.says.is_empty() && rule.remedy.ends_with('.'),
            "{}",
            rule.id
        );
    }
    assert_eq!(seen.len(), 147);
    for id in INSPECTION {
        assert!(seen.contains(id), "{id}");
    }
}
