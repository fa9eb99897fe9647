//! The clause-to-evidence matrix of a whole period.

use super::sections::numbers;
use crate::domain::ids::{Kind, RecordId};
use crate::report::{Block, Cell, Column, Mark, Width};

/// What shows that a clause was followed.
enum Evidence {
    /// Records of a kind.
    Of(Kind),
    /// Something else that every file has.
    Always(&'static str),
    /// Nothing that this version of the program keeps.
    NotKept,
}

/// Clause, our own mnemonic, and the evidence.
const CLAUSES: &[(&str, &str, Evidence)] = &[
    ("4.3", "Software safety class", Evidence::Always("Product, on the cover")),
    ("5.8", "Release", Evidence::NotKept),
    ("6.1", "Maintenance plan: criteria, limits, authority", Evidence::Always("Policy in force, chapter 4")),
    ("6.2.1.1", "Feedback is taken in", Evidence::Of(Kind::Feedback)),
    ("6.2.1.2", "Feedback is documented and evaluated", Evidence::Of(Kind::Feedback)),
    ("6.2.1.3", "Problem reports are evaluated for safety and change", Evidence::Of(Kind::ProblemReport)),
    ("6.2.2", "The problem resolution process is used", Evidence::Of(Kind::ProblemReport)),
    ("6.2.3", "Change requests are analysed", Evidence::Of(Kind::ImpactAnalysis)),
    ("6.2.4", "Change requests are approved", Evidence::Of(Kind::Approval)),
    ("6.2.5", "Users and regulators are told", Evidence::NotKept),
    ("6.3.1", "The development process is used for changes", Evidence::Of(Kind::ChangeRequest)),
    ("6.3.2", "Changed software is released again", Evidence::NotKept),
    ("7.1.3", "Published SOUP anomaly lists are evaluated", Evidence::NotKept),
    ("7.3", "Risk controls are verified", Evidence::Of(Kind::ChangeRequest)),
    ("7.4.1", "Changes are analysed for safety", Evidence::Of(Kind::ImpactAnalysis)),
    ("7.4.2", "Interference with risk controls is analysed", Evidence::Of(Kind::ImpactAnalysis)),
    ("7.4.3", "Risk management follows the analysis", Evidence::Of(Kind::ImpactAnalysis)),
    ("8.2.1", "Items change only by approved request", Evidence::Of(Kind::Approval)),
    ("8.2.2", "Changes are made as specified", Evidence::Of(Kind::ChangeRequest)),
    ("8.2.3", "Changes are verified", Evidence::Of(Kind::ChangeRequest)),
    ("8.2.4", "Changes are traceable", Evidence::Of(Kind::ChangeRequest)),
    ("8.3", "History of items is kept", Evidence::Always("Audit trail, chapter 20")),
    ("9.1", "Problem reports are prepared", Evidence::Of(Kind::ProblemReport)),
    ("9.2", "Problems are investigated", Evidence::Of(Kind::ProblemReport)),
    ("9.3", "Parties are advised", Evidence::Of(Kind::ProblemReport)),
    ("9.4", "Change control is used", Evidence::Of(Kind::ChangeRequest)),
    ("9.5", "Records of resolution are kept", Evidence::Of(Kind::ProblemReport)),
    ("9.6", "Problems are analysed for trends", Evidence::Always("Counts by month, chapter 9")),
    ("9.7", "Resolution is verified", Evidence::Of(Kind::ProblemReport)),
    ("9.8", "Tests are documented", Evidence::Of(Kind::ChangeRequest)),
];

/// The matrix over the records of the period.
pub(super) fn table(records: &[RecordId]) -> Block {
    let rows = CLAUSES
        .iter()
        .map(|(clause, text, evidence)| {
            let (what, mark): (String, Mark) = match evidence {
                Evidence::Of(kind) => {
                    let ids: Vec<RecordId> = records.iter().copied().filter(|id| id.kind == *kind).collect();
                    let mark =
                        if ids.is_empty() { Mark::neutral("no records") } else { Mark::good("evidence") };
                    (numbers(&ids), mark)
                }
                Evidence::Always(what) => ((*what).to_owned(), Mark::good("evidence")),
                Evidence::NotKept => (String::new(), Mark::due("not kept")),
            };
            let cells: Vec<Cell> = vec![(*clause).into(), (*text).into(), what.into(), mark.into()];
            cells
        })
        .collect();
    let columns = vec![
        Column { width: Width::Points(44.0), ..Column::id("Clause") },
        Column::text("What it asks for", 2),
        Column::text("Evidence in the period", 3),
        Column::mark("Status"),
    ];
    Block::table(columns, rows)
}
