//! The clause-to-evidence matrix of a whole period.

use super::sections::numbers;
use crate::domain::ids::{Kind, RecordId};
use crate::report::{Block, Cell, Column, Mark};

/// The evidence for a clause.
enum Evidence {
    /// Records of the kinds that declare the clause; if none does, this version keeps no such records.
    Records,
    /// Such records, and content that every file has.
    With(&'static str),
}

/// Clause, our own short description, and the evidence.
const CLAUSES: &[(&str, &str, Evidence)] = &[
    ("4.3", "Software safety class", Evidence::With("Product, on the cover")),
    ("4.4", "Legacy software is justified", Evidence::Records),
    ("5.3.3", "What SOUP must do is stated", Evidence::Records),
    ("5.3.4", "What SOUP needs is stated", Evidence::Records),
    ("5.8", "Release", Evidence::Records),
    ("5.8.7", "Software is archived; retirement is planned", Evidence::Records),
    ("6.1", "Maintenance plan: criteria, limits, authority", Evidence::Records),
    ("6.2.1.1", "Feedback is monitored", Evidence::Records),
    ("6.2.1.2", "Feedback is documented and evaluated", Evidence::Records),
    ("6.2.1.3", "Problem reports are evaluated for safety and change", Evidence::Records),
    ("6.2.2", "The problem resolution process is used", Evidence::Records),
    ("6.2.3", "Change requests are analysed", Evidence::Records),
    ("6.2.4", "Change requests are approved", Evidence::Records),
    ("6.2.5", "Users and regulators are informed", Evidence::Records),
    ("6.3.1", "The development process is used for changes", Evidence::Records),
    ("6.3.2", "Changed software is released again", Evidence::Records),
    ("7.1.2", "SOUP as a cause of a hazardous situation is decided", Evidence::Records),
    ("7.1.3", "Published SOUP anomaly lists are evaluated", Evidence::Records),
    ("7.1.4", "Causes are documented", Evidence::Records),
    ("7.3", "Risk controls are verified", Evidence::Records),
    ("7.4.1", "Changes are analysed for safety", Evidence::Records),
    ("7.4.2", "Interference with risk controls is analysed", Evidence::Records),
    ("7.4.3", "Risk management follows the analysis", Evidence::Records),
    ("8.1", "Items and baselines are identified", Evidence::Records),
    ("8.1.2", "SOUP is identified", Evidence::Records),
    ("8.2.1", "Items change only by approved request", Evidence::Records),
    ("8.2.2", "Changes are made as specified", Evidence::Records),
    ("8.2.3", "Changes are verified", Evidence::Records),
    ("8.2.4", "Changes are traceable", Evidence::Records),
    ("8.3", "History of items is kept", Evidence::With("Audit trail, chapter 20")),
    ("9.1", "Problem reports are prepared", Evidence::Records),
    ("9.2", "Problems are investigated", Evidence::Records),
    ("9.3", "Parties are advised", Evidence::Records),
    ("9.4", "Change control is used", Evidence::Records),
    ("9.5", "Records of resolution are kept", Evidence::Records),
    ("9.6", "Problems are analysed for trends", Evidence::With("Counts by month, chapter 9")),
    ("9.7", "Resolution is verified", Evidence::Records),
    ("9.8", "Tests are documented", Evidence::Records),
];

/// The records of the period that are evidence for a clause.
fn of_records(clause: &str, records: &[RecordId]) -> (String, Mark) {
    if !Kind::ALL.iter().any(|kind| kind.def().evidence.contains(&clause)) {
        return (String::new(), Mark::due("not kept"));
    }
    let shows = |id: &RecordId| id.kind.def().evidence.contains(&clause);
    let ids: Vec<RecordId> = records.iter().copied().filter(shows).collect();
    let mark = if ids.is_empty() { Mark::neutral("no records") } else { Mark::good("evidence") };
    (numbers(&ids), mark)
}

/// The matrix over the records of the period.
pub(super) fn table(records: &[RecordId]) -> Block {
    let rows = CLAUSES
        .iter()
        .map(|(clause, text, evidence)| {
            let (what, mark): (String, Mark) = match evidence {
                Evidence::Records => of_records(clause, records),
                Evidence::With(what) => {
                    let (numbers, _) = of_records(clause, records);
                    let gap = if numbers.is_empty() { "" } else { "; " };
                    (format!("{numbers}{gap}{what}"), Mark::good("evidence"))
                }
            };
            let cells: Vec<Cell> = vec![(*clause).into(), (*text).into(), what.into(), mark.into()];
            cells
        })
        .collect();
    let columns = vec![
        Column::id("Clause").points(44.0),
        Column::text("Requirement", 2),
        Column::text("Evidence in the period", 3),
        Column::mark("Status"),
    ];
    Block::table(columns, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clause_that_a_kind_declares_is_in_the_matrix() {
        for kind in Kind::ALL {
            for clause in kind.def().evidence {
                let found = CLAUSES.iter().find(|(known, ..)| known == clause);
                let counted = matches!(found, Some((.., Evidence::Records | Evidence::With(_))));
                assert!(counted, "{clause} of {}", kind.def().word);
            }
        }
    }
}
