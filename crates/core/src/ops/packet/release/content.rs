//! Chapters 3 to 12 of the packet of a release: what its record says of each part of 5.8.

use super::{Dossier, residual};
use crate::domain::choice::Choice as _;
use crate::domain::ids::Kind;
use crate::domain::record::RecordData;
use crate::domain::signature::Meaning;
use crate::domain::test_record::{TestOutcome, TestRecord, TestRecordState};
use crate::ops::packet::paper::{Paper, day_or};
use crate::ops::packet::record;
use crate::ops::packet::sections::{chapter, nothing};
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Field, Mark, Section, Tone};

/// The chapters.
pub(super) fn sections(paper: &Paper<'_>, dossier: &Dossier) -> Result<Vec<Section>, Refused> {
    let fields = |names: &[&str]| filled(dossier.fields(paper, names), "Nothing is recorded yet");
    let mut sections = vec![verification(paper, dossier)];
    sections.extend(tests(paper, dossier)?);
    sections.push(chapter(4, "Residual anomalies", "IEC 62304 5.8.2, 5.8.3", vec![residual(paper, dossier)]));
    sections.push(chapter(
        5,
        "Build procedure and environment",
        "IEC 62304 5.8.5",
        vec![fields(&["build_procedure_ref", "build_environment"])],
    ));
    let tasks = dossier.table(paper, "tasks", "No task is recorded");
    sections.push(chapter(6, "Checklist of tasks", "IEC 62304 5.8.6", vec![tasks]));
    let risk = fields(&["risk_file_version", "risk_review"]);
    sections.push(chapter(7, "Risk management review", "IEC 62304 7.4; ISO 14971", vec![risk]));
    let mut stated = dossier.fields(paper, &["soup_review_ref", "soup_reviewed_on", "findings_statement"]);
    if !dossier.reviewed.is_empty() {
        // The reviews themselves stand above; older releases state them in these fields.
        stated.retain(|field| !field.value.is_empty());
    }
    let reviewed = soup_review(dossier, filled(stated, "Nothing is recorded yet"));
    let clause = "IEC 62304 7.1.3; IEC 81001-5-1 9.5";
    sections.push(chapter(8, "SOUP review and open findings", clause, reviewed));
    let markets = dossier.table(paper, "regulatory_decisions", "No market requires a decision");
    sections.push(chapter(9, "Regulatory decisions", "ISO 13485 7.3.9", vec![markets]));
    sections.push(chapter(
        10,
        "Labelling and instructions for use",
        "MDR Annex I 23",
        vec![fields(&["ifu_version"])],
    ));
    sections.push(archive(paper, dossier));
    let delivery = fields(&["delivery_method", "integrity_protection", "install_instructions_ref"]);
    sections.push(chapter(12, "Delivery and integrity", "IEC 62304 5.8.8", vec![delivery]));
    Ok(sections)
}

/// The reviews and findings of the register, and what the release itself states of them.
fn soup_review(dossier: &Dossier, stated: Block) -> Vec<Block> {
    let content = dossier.content();
    let states = !content.soup_review_ref.is_empty() || !content.findings_statement.trim().is_empty();
    if dossier.reviewed.is_empty() && content.soup_baseline.is_empty() && !states {
        return vec![nothing("No review is recorded: the baseline has no SOUP")];
    }
    let stated = (states || dossier.reviewed.is_empty()).then_some(stated);
    dossier.reviewed.iter().cloned().chain(stated).collect()
}

/// The fields, or a sentence if all are empty.
fn filled(fields: Vec<Field>, empty: &str) -> Block {
    if fields.iter().all(|field| field.value.is_empty()) { nothing(empty) } else { Block::Fields { fields } }
}

fn verification(paper: &Paper<'_>, dossier: &Dossier) -> Section {
    let names = [
        "artifact_sha256",
        "tested_sha256",
        "system_test_ref",
        "tested_on",
        "tested_by",
        "verification_summary",
        "regression_rationale",
    ];
    let mark = dossier.released.tested_is_released();
    let note = Block::note(mark.tone, mark.word);
    let mut blocks = vec![Block::Fields { fields: dossier.fields(paper, &names) }, note];
    let verified = |meaning: Meaning| matches!(meaning, Meaning::Verified | Meaning::Released);
    blocks.push(record::signatures(paper, dossier.page(), |view| verified(view.signature.meaning)));
    if dossier.tests.iter().all(|(_, tests)| tests.is_empty()) {
        blocks.push(nothing("The changes of this release have no test record"));
    }
    chapter(3, "Verification", "IEC 62304 5.8.1, 8.2.3, 9.8", blocks)
}

/// The test records of each change.
fn tests(paper: &Paper<'_>, dossier: &Dossier) -> Result<Vec<Section>, Refused> {
    let mut sections = Vec::new();
    for ((change, tests), count) in dossier.tests.iter().filter(|(_, tests)| !tests.is_empty()).zip(1..) {
        let rows: Vec<Vec<Cell>> = tests.iter().map(|data| test_row(paper, data)).collect();
        let columns = vec![
            Column::id("Number").points(54.0),
            Column::text("Test, results", 3),
            Column::text("Version, configuration, tools", 3),
            Column::text("Date, tester", 1).points(78.0),
            Column::mark("Outcome").points(66.0),
        ];
        let mut blocks = vec![Block::table(columns, rows)];
        let mut files = Vec::new();
        for data in tests {
            files.extend(paper.file.referring(data.head.id, Kind::Attachment)?);
        }
        blocks.extend(record::file_names(&files));
        let title = format!("Test records of {change}");
        sections.push(Section::new(2, format!("3.{count}"), title, blocks).with_record(change.to_string()));
    }
    Ok(sections)
}

/// The seven elements of a test record (IEC 62304 9.8) in one row.
fn test_row(paper: &Paper<'_>, data: &RecordData) -> Vec<Cell> {
    let Some(test) = data.typed::<TestRecord>() else {
        let damaged = Mark::late("cannot be read; verify the file");
        return vec![
            data.head.id.to_string().into(),
            paper.title(data).into(),
            "".into(),
            "".into(),
            damaged.into(),
        ];
    };
    let struck = TestRecordState::of(data) != Some(TestRecordState::Recorded);
    let outcome = match test.outcome {
        _ if struck => Mark::neutral("struck out"),
        Some(TestOutcome::Pass) => Mark::good(TestOutcome::Pass.word()),
        Some(TestOutcome::Fail) => Mark::late(TestOutcome::Fail.word()),
        None => Mark::due("no outcome"),
    };
    let line = |label: &str, text: &str| {
        if text.trim().is_empty() { String::new() } else { format!("\n{label}: {text}") }
    };
    let date = day_or(test.date, "");
    vec![
        data.head.id.to_string().into(),
        format!(
            "{}{}{}",
            paper.title(data),
            line("Results", &test.results),
            line("Anomalies", &test.anomalies_found)
        )
        .into(),
        format!("{}\n{}\n{}", test.version_tested, test.configuration, test.tools).into(),
        format!("{date}\n{}", test.tester).into(),
        outcome.into(),
    ]
}

/// The archive with each reading of it.
fn archive(paper: &Paper<'_>, dossier: &Dossier) -> Section {
    let clause = "IEC 62304 5.8.7; ISO 13485 4.2.5";
    let content = dossier.content();
    if content.archive_location.is_empty() && content.archive_checks.is_empty() {
        return chapter(11, "Archive", clause, vec![nothing("The release is not archived yet")]);
    }
    let fields = dossier.fields(paper, &["archive_location", "archive_sha256", "retention_until"]);
    let mut blocks = vec![Block::Fields { fields }];
    let rows: Vec<Vec<Cell>> = content
        .archive_checks
        .iter()
        .map(|check| {
            let mark = if dossier.released.archive_is(check) {
                Mark::good("unchanged")
            } else {
                Mark::late("differs")
            };
            vec![
                day_or(check.checked_on, "").into(),
                check.sha256.to_string().into(),
                check.checked_by.to_string().into(),
                check.how.to_string().into(),
                mark.into(),
            ]
        })
        .collect();
    if rows.is_empty() {
        blocks.push(Block::note(Tone::Due, "The archive was not read again yet."));
    } else {
        blocks.push(Block::Table {
            caption: Some("Each time the archive was read again".to_owned()),
            columns: vec![
                Column::date("Checked on"),
                Column::code("SHA-256 as read", 3),
                Column::text("By", 2),
                Column::text("How", 3),
                Column::mark("Result").points(72.0),
            ],
            rows,
        });
    }
    chapter(11, "Archive", clause, blocks)
}
