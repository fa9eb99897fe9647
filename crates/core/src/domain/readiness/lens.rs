//! The clauses of the maintenance process, seen from an audit: what each asks, what answers it, what stands beside it in ISO 13485 and
//! in 21 CFR 820 (domain 1.3).

use std::collections::{BTreeMap, BTreeSet};

use super::{Gap, Rule};
use crate::domain::ids::Kind;
use crate::domain::workflow::World;

/// One clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clause {
    /// Its number in IEC 62304.
    pub number: &'static str,
    /// What it asks, in our own words.
    pub asks: &'static str,
    /// What asks for the same elsewhere: ISO 13485, 21 CFR 820 as it is now (QMSR), and as it was.
    pub beside: &'static str,
}

const fn clause(number: &'static str, asks: &'static str, beside: &'static str) -> Clause {
    Clause { number, asks, beside }
}

/// The clauses of domain 1.3.
pub const CLAUSES: &[Clause] = &[
    clause("4.3", "Software safety class", "ISO 14971"),
    clause("4.4", "Legacy software is justified", ""),
    clause("5.3.3", "What SOUP must do is stated", "ISO 13485 7.4"),
    clause("5.3.4", "What SOUP needs is stated", "ISO 13485 7.4"),
    clause("5.8", "Release", "ISO 13485 7.3.8; formerly 820.30(h)"),
    clause("5.8.7", "Software is archived; retirement is planned", "ISO 13485 4.2.5"),
    clause("6.1", "Maintenance plan: criteria, limits, authority", "ISO 13485 4.2.4"),
    clause("6.2.1.1", "Feedback is monitored", "ISO 13485 8.2.1"),
    clause("6.2.1.2", "Feedback is documented and evaluated", "ISO 13485 8.2.1, 8.2.2; QMSR 820.35"),
    clause("6.2.1.3", "Problem reports are evaluated for safety and change", "ISO 13485 8.2.2"),
    clause("6.2.2", "The problem resolution process is used", "ISO 13485 8.5.2"),
    clause("6.2.3", "Change requests are analysed", "ISO 13485 7.3.9; formerly 820.30(i)"),
    clause("6.2.4", "Change requests are approved", "ISO 13485 7.3.9; formerly 820.30(i)"),
    clause("6.2.5", "Users and regulators are informed", "ISO 13485 8.2.3, 8.3.3"),
    clause("6.3.1", "The development process is used for changes", "ISO 13485 7.3.9"),
    clause("6.3.2", "Changed software is released again", "ISO 13485 7.3.8"),
    clause("7.1.2", "SOUP as a cause of a hazardous situation is decided", "ISO 14971"),
    clause("7.1.3", "Published SOUP anomaly lists are evaluated", "ISO 13485 8.4"),
    clause("7.1.4", "Causes are documented", "ISO 14971"),
    clause("7.3", "Risk controls are verified", "ISO 14971"),
    clause("7.4.1", "Changes are analysed for safety", "ISO 13485 7.3.9"),
    clause("7.4.2", "Interference with risk controls is analysed", "ISO 14971"),
    clause("7.4.3", "Risk management follows the analysis", "ISO 14971"),
    clause("8.1", "Items and baselines are identified", "ISO 13485 7.5.8"),
    clause("8.1.2", "SOUP is identified", "ISO 13485 7.5.8"),
    clause("8.2.1", "Items change only by approved request", "ISO 13485 7.3.9; formerly 820.30(i)"),
    clause("8.2.2", "Changes are made as specified", "ISO 13485 7.3.9"),
    clause("8.2.3", "Changes are verified", "ISO 13485 7.3.6"),
    clause("8.2.4", "Changes are traceable", "ISO 13485 7.3.10"),
    clause("8.3", "History of items is kept", "ISO 13485 4.2.5"),
    clause("9.1", "Problem reports are prepared", "ISO 13485 8.2.2; QMSR 820.35"),
    clause("9.2", "Problems are investigated", "ISO 13485 8.2.2, 8.5.2"),
    clause("9.3", "Parties are advised", "ISO 13485 8.3.3"),
    clause("9.4", "Change control is used", "ISO 13485 7.3.9"),
    clause("9.5", "Records of resolution are kept", "ISO 13485 4.2.5"),
    clause("9.6", "Problems are analysed for trends", "ISO 13485 8.4; MDR 88"),
    clause("9.7", "Resolution is verified", "ISO 13485 8.5.2"),
    clause("9.8", "Tests are documented", "ISO 13485 7.3.6"),
];

/// A clause with what answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The clause.
    pub clause: Clause,
    /// The kinds of record that answer it, with how many there are.
    pub records: Vec<(Kind, usize)>,
    /// How many gaps name it that nothing settles.
    pub gaps: usize,
}

impl Answered {
    /// The records in words, such as “12 change requests”.
    pub fn words(&self) -> String {
        let words = self.records.iter().filter(|(_, count)| *count > 0).map(|(kind, count)| {
            let def = kind.def();
            format!("{count} {}", if *count == 1 { def.noun() } else { def.nouns() })
        });
        let words: Vec<String> = words.collect();
        if words.is_empty() { "no records".to_owned() } else { words.join(", ") }
    }
}

/// The clauses of IEC 62304 that the text of a rule names. A rule about 6.1 f is about 6.1.
fn named(rule: &str) -> BTreeSet<&str> {
    let own = rule.split("IEC 62304").nth(1).unwrap_or_default();
    own.split(',').filter_map(|part| part.split_whitespace().next()).collect()
}

/// Every clause with the records that answer it and its gaps.
pub fn answers(world: &dyn World, gaps: &[Gap]) -> Vec<Answered> {
    let mut of_rule: BTreeMap<&str, (&Rule, usize)> = BTreeMap::new();
    for gap in gaps.iter().filter(|gap| gap.settled.is_none()) {
        of_rule.entry(gap.rule.id).or_insert((gap.rule, 0)).1 += 1;
    }
    let of_rule: Vec<(BTreeSet<&str>, usize)> =
        of_rule.into_values().map(|(rule, count)| (named(rule.clause), count)).collect();
    let counts: Vec<(Kind, usize)> = Kind::ALL.iter().map(|kind| (*kind, world.all(*kind).len())).collect();
    let of = |clause: &Clause| Answered {
        clause: *clause,
        records: counts
            .iter()
            .filter(|(kind, _)| kind.def().evidence.contains(&clause.number))
            .copied()
            .collect(),
        gaps: of_rule
            .iter()
            .filter(|(named, _)| named.contains(clause.number))
            .map(|(_, count)| *count)
            .sum(),
    };
    CLAUSES.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clause_that_a_kind_answers_is_in_the_lens() {
        for kind in Kind::ALL {
            for number in kind.def().evidence {
                assert!(
                    CLAUSES.iter().any(|clause| clause.number == *number),
                    "{number} of {}",
                    kind.def().word
                );
            }
        }
    }

    #[test]
    fn a_rule_names_its_clauses_without_their_letters() {
        assert!(named("IEC 62304 6.1 f, FD&C 524B").contains("6.1"));
        assert!(named("IEC 62304 6.2.3, 7.4.1").contains("7.4.1"));
        assert!(!named("IEC 62304 6.2.1.2").contains("6.2.1.1"));
        assert!(named("ISO 13485 8.2.2").is_empty());
    }
}
