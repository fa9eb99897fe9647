//! What the register and the findings say about a change of SOUP, for its impact analysis: what it corrects, what it brings, which
//! hazards and support dates are linked (IEC 62304 7.4.1, 7.1.3, 6.1 f; domain 1.4, Q04, Q10, Q12, Q27).
//!
//! It is a first text for a person to judge; it answers nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::SoupItem;
use crate::domain::change_request::SoupChange;
use crate::domain::finding::{Finding, FindingState};
use crate::domain::ids::Kind;
use crate::domain::workflow::World;

/// The words by which a first text is known from one that a person judged.
pub const TO_BE_JUDGED: &str = "To be judged";

/// The facts about a change of SOUP.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SoupFacts {
    /// The steps, such as “libexpat 2.5.0 → 2.7.0”.
    pub steps: Vec<String>,
    /// Findings about versions that go.
    pub answered: Vec<String>,
    /// Findings about versions that come.
    pub brought: Vec<String>,
    /// Hazards to which the items can contribute.
    pub hazards: Vec<String>,
    /// End of support of the items.
    pub support: Vec<String>,
}

/// The facts about these steps.
pub fn facts(world: &dyn World, rows: &[SoupChange]) -> SoupFacts {
    let mut found = SoupFacts::default();
    let items = world.all(Kind::SoupItem);
    let (mut hazards, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for row in rows {
        found.steps.push(match (row.from.is_empty(), row.to.is_empty()) {
            (true, _) => format!("{} {} is added", row.item, row.to),
            (false, true) => format!("{} {} is removed", row.item, row.from),
            (false, false) => format!("{} {} → {}", row.item, row.from, row.to),
        });
        for data in items.iter().filter(|data| data.title() == &*row.item && !data.is_terminal()) {
            let Some(item) = data.typed::<SoupItem>() else { continue };
            hazards.extend(item.hazards.iter().map(ToString::to_string));
            if let Some(day) = item.end_of_support.filter(|_| seen.insert(data.head.id)) {
                found.support.push(format!("{} until {day}", row.item));
            }
            for finding in world.naming(data.head.id, Kind::Finding, "items") {
                if FindingState::of(&finding) == Some(FindingState::Void) {
                    continue;
                }
                let Some(content) = finding.typed::<Finding>() else { continue };
                let about = |version: &str| {
                    let label = format!("{} {version}", row.item);
                    !version.is_empty() && content.versions.iter().any(|known| **known == *label)
                };
                let words = format!("{} {}", finding.head.id, content.external_id);
                if about(&row.to) {
                    found.brought.push(words);
                } else if about(&row.from) {
                    let fixed = if content.fixed_in.is_empty() {
                        String::new()
                    } else {
                        format!(" (corrected in {})", content.fixed_in)
                    };
                    found.answered.push(words + &fixed);
                }
            }
        }
    }
    found.hazards = hazards.into_iter().collect();
    found
}

impl SoupFacts {
    /// First texts for the questions of an impact analysis, by their codes.
    pub fn by_question(&self) -> BTreeMap<&'static str, String> {
        let mut texts = BTreeMap::new();
        if self.steps.is_empty() {
            return texts;
        }
        let steps = self.steps.join("; ");
        let none =
            |list: &[String], none: &str| if list.is_empty() { none.to_owned() } else { list.join("; ") };
        texts.insert(
            "Q10",
            format!(
                "{steps}. {TO_BE_JUDGED}: requirements and environment of each new version, and its published anomalies. Findings about \
                 versions that go: {}. Findings about versions that come: {}.",
                none(&self.answered, "none known"),
                none(&self.brought, "none known")
            ),
        );
        if !self.hazards.is_empty() {
            texts.insert(
                "Q04",
                format!("{TO_BE_JUDGED} for the hazards linked to these items: {}.", self.hazards.join(", ")),
            );
        }
        if !self.answered.is_empty() {
            texts.insert(
                "Q12",
                format!("{TO_BE_JUDGED} against the findings that it answers: {}.", self.answered.join("; ")),
            );
        }
        if !self.support.is_empty() {
            texts.insert(
                "Q27",
                format!(
                    "{TO_BE_JUDGED} with the support of the items as registered: {}.",
                    self.support.join("; ")
                ),
            );
        }
        texts
    }

    /// Puts the first texts into the rationales of questions. They are answered by people.
    pub fn fill(&self, answers: &mut Value) {
        let texts = self.by_question();
        for row in answers.as_array_mut().into_iter().flatten() {
            let text = row.get("question").and_then(|code| texts.get(code.as_str()?)).cloned();
            if let (Some(text), Some(row)) = (text, row.as_object_mut()) {
                row.insert("rationale".to_owned(), text.into());
            }
        }
    }
}
