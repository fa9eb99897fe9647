//! The clause-to-evidence matrix of a whole period.

use super::sections::numbers;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::readiness::lens::CLAUSES;
use crate::report::{Block, Cell, Column, Mark};

/// Content that every file has and that answers a clause besides records.
const ALSO: &[(&str, &str)] = &[
    ("4.3", "Product, on the cover"),
    ("8.3", "Audit trail, chapter 20"),
    ("9.6", "Counts by month, chapter 9"),
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
        .map(|clause| {
            let (mut what, mut mark) = of_records(clause.number, records);
            if let Some((_, also)) = ALSO.iter().find(|(number, _)| *number == clause.number) {
                let gap = if what.is_empty() { "" } else { "; " };
                what.push_str(&format!("{gap}{also}"));
                mark = Mark::good("evidence");
            }
            let cells: Vec<Cell> = vec![clause.number.into(), clause.asks.into(), what.into(), mark.into()];
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
    fn what_also_answers_a_clause_names_one_of_the_matrix() {
        for (number, _) in ALSO {
            assert!(CLAUSES.iter().any(|clause| clause.number == *number), "{number}");
        }
    }
}
