//! Logs of a period: feedback, complaints, problem reports. An empty log has no block.

use super::paper::{Paper, state_mark, word_or};
use crate::domain::feedback::{Feedback, ReportDecision};
use crate::ops::page::RecordPage;
use crate::report::{Block, Cell, Column, Mark};
use mainstay_base::time::Moment;

/// Every item with its evaluation.
pub(super) fn feedback(paper: &Paper<'_>, feedback: &[RecordPage]) -> Vec<Block> {
    if feedback.is_empty() {
        return Vec::new();
    }
    let rows = feedback
        .iter()
        .map(|page| {
            let data = &page.data;
            let follows: Vec<String> = ["problem_report", "change_request", "duplicate_of"]
                .iter()
                .map(|name| paper.field(data, name))
                .filter(|text| !text.is_empty())
                .collect();
            let reasons: Vec<String> =
                ["evaluation_rationale", "declined_rationale", "no_investigation_reason"]
                    .iter()
                    .map(|name| paper.field(data, name))
                    .filter(|text| !text.is_empty())
                    .collect();
            let received = Moment::parse(data.text("received_at")).unwrap_or(data.head.created_at).day();
            let cells: Vec<Cell> = vec![
                data.head.id.to_string().into(),
                received.to_string().into(),
                paper.title(data).into(),
                paper.field(data, "is_complaint").into(),
                reasons.join("\n").into(),
                follows.join(", ").into(),
                state_mark(data).into(),
            ];
            cells
        })
        .collect();
    let columns = vec![
        Column::id("Number").points(50.0),
        Column::date("Received").points(56.0),
        Column::text("Title", 3),
        Column::text("Complaint", 1).points(50.0),
        Column::text("Evaluation", 3),
        Column::text("Followed by", 1).points(56.0),
        Column::mark("State").points(72.0),
    ];
    vec![Block::table(columns, rows)]
}

/// Complaints and all feedback with possible harm, with the decision for each market.
pub(super) fn reportability(feedback: &[RecordPage]) -> Vec<Block> {
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for page in feedback {
        let Some(content) = page.data.typed::<Feedback>() else { continue };
        let open = content.reportability_assessments.is_empty();
        if content.is_complaint != Some(true) && !content.needs_reportability() && open {
            continue;
        }
        let aware = content.aware_at.map_or_else(String::new, |at| at.day().to_string());
        let first = |market: String| -> Vec<Cell> {
            vec![
                page.data.head.id.to_string().into(),
                aware.clone().into(),
                content.complaint_rationale.to_string().into(),
                word_or(content.patient_or_user_harm, "open").into(),
                market.into(),
            ]
        };
        for row in content.reportability_assessments.iter() {
            let decided = row.decided_at.map_or_else(String::new, |at| format!(", {}", at.day()));
            let mark = match row.decision {
                Some(ReportDecision::Report) => Mark::good(format!("report{decided}")),
                Some(ReportDecision::DoNotReport) => Mark::neutral(format!("do not report{decided}")),
                None => Mark::due("open"),
            };
            let mut cells = first(word_or(row.market, ""));
            let reference = if row.reference_no.is_empty() {
                String::new()
            } else {
                format!("\nReference {}", row.reference_no)
            };
            cells.extend([mark.into(), Cell::from(format!("{}{reference}", row.basis))]);
            rows.push(cells);
        }
        if open {
            let mark = if content.needs_reportability() {
                Mark::due("not assessed")
            } else {
                Mark::neutral("not required: no harm")
            };
            let mut cells = first(String::new());
            cells.extend([mark.into(), "".into()]);
            rows.push(cells);
        }
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let columns = vec![
        Column::id("Number").points(50.0),
        Column::date("Aware since").points(56.0),
        Column::text("Complaint", 2),
        Column::text("Harm", 1).points(48.0),
        Column::text("Market", 1).points(62.0),
        Column::mark("Decision").points(82.0),
        Column::text("Basis", 2),
    ];
    vec![Block::table(columns, rows)]
}

/// Every problem report as one row.
pub(super) fn problems(paper: &Paper<'_>, problems: &[RecordPage]) -> Vec<Block> {
    let rows = problems
        .iter()
        .map(|page| {
            let data = &page.data;
            let effect = match data.value("safety_effect").as_str() {
                None | Some("unknown") => Cell::from(Mark::due("unknown")),
                Some("serious") => Mark::late("serious").into(),
                Some(_) => paper.field(data, "safety_effect").into(),
            };
            let changes: Vec<String> = page
                .linked
                .iter()
                .filter(|linked| linked.id.kind == crate::domain::ids::Kind::ChangeRequest)
                .map(|linked| linked.id.to_string())
                .collect();
            let cells: Vec<Cell> = vec![
                data.head.id.to_string().into(),
                data.head.created_at.day().to_string().into(),
                paper.title(data).into(),
                effect,
                paper.field(data, "source_feedback").into(),
                changes.join(", ").into(),
                state_mark(data).into(),
            ];
            cells
        })
        .collect();
    let columns = vec![
        Column::id("Number").points(50.0),
        Column::date("Opened").points(56.0),
        Column::text("Title", 1),
        Column::mark("Safety effect").points(60.0),
        Column::text("Feedback", 1).points(56.0),
        Column::text("Changes", 1).points(56.0),
        Column::mark("State").points(84.0),
    ];
    vec![Block::table(columns, rows)]
}
