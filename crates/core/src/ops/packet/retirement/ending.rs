//! Chapters 6 to 12 of the packet of a retirement: the last version, data, keys, duties, archive, retention, signatures.

use super::Dossier;
use crate::domain::field::is_empty;
use crate::domain::key_material::{KeyMaterial, KeyMaterialState};
use crate::domain::retirement_plan::Until;
use crate::ops::packet::authority;
use crate::ops::packet::paper::{Paper, day_or, state_mark, word_or};
use crate::ops::packet::record;
use crate::ops::packet::sections::{chapter, nothing};
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Field, Mark, Section, Tone};

pub(super) fn sections(paper: &Paper<'_>, dossier: &Dossier) -> Result<Vec<Section>, Refused> {
    let six = "Final version, residual anomalies and risks";
    let mut sections =
        vec![chapter(6, six, "IEC 62304 5.8, 7.1.3; ISO 14971 10", last_version(paper, dossier))];
    sections.extend(below_six(paper, dossier));
    let mut seven = dossier.section(paper, "Data and hosted services");
    seven.extend(dossier.named(paper, &["services_stopped"]));
    sections.push(chapter(7, "Data and hosted services", "IEC 81001-5-1 5.8.7", seven));
    let guide = dossier.section(paper, "Decommissioning guide");
    sections.push(Section::new(2, "7.1", "Decommissioning guide for users", guide));
    sections.push(chapter(8, "Keys, certificates and services", "IEC 81001-5-1 5.8.7", keys(paper, dossier)));
    let duties = dossier.section(paper, "Residual duties");
    sections.push(chapter(9, "Residual duties", "MDR 83, 87", duties));
    sections.push(chapter(10, "Archive and restore test", "IEC 62304 5.8.7", archive(paper, dossier)));
    sections.push(chapter(
        11,
        "How long records are kept",
        "ISO 13485 4.2.5; MDR 10(8)",
        retention(paper, dossier),
    ));
    let mut twelve = dossier.section(paper, "Regulatory closing");
    twelve.extend(dossier.named(paper, &["in_service_unknown"]));
    twelve.push(if dossier.page.signatures.is_empty() {
        nothing("No signature on a step of the plan yet")
    } else {
        record::signatures(paper, &dossier.page, |_| true)
    });
    if dossier.approvals.is_empty() {
        twelve.push(nothing("No approval is requested yet"));
    }
    twelve.extend(record::files(&dossier.page));
    sections.push(chapter(12, "Closing and signatures", "IEC 62304 6.1; 21 CFR 11.50", twelve));
    for (page, count) in dossier.approvals.iter().rev().zip(1..) {
        let blocks = authority::approval(paper, page)?;
        sections.push(record::section(paper, 2, &format!("12.{count}"), page, blocks));
    }
    Ok(sections)
}

/// The last release with its anomalies, and what the plan says of risks.
fn last_version(paper: &Paper<'_>, dossier: &Dossier) -> Vec<Block> {
    let mut blocks = dossier.named(paper, &["final_release", "open_findings_justification"]);
    match &dossier.last {
        None => blocks.push(Block::note(Tone::Due, "Missing: the last release is not named yet")),
        Some((release, _)) => {
            let field = |name: &str| {
                let label = release.def().field(name).map_or(name, |field| field.label);
                Field::new(label, paper.field(release, name))
            };
            let mut fields = vec![Field::new("State of the release", state_mark(release).word)];
            fields.extend(["version", "tag_or_commit", "support_status"].map(field));
            fields.extend(["artifact_sha256", "bill_sha256"].map(|name| field(name).code()));
            blocks.push(Block::Fields { fields });
            blocks.push(record::table_in(paper, release, "residual_anomalies").unwrap_or_else(|| {
                let none = release.value("none_known").as_bool() == Some(true);
                nothing(if none {
                    "No anomaly is known, as the release says"
                } else {
                    "No residual anomaly is listed"
                })
            }));
        }
    }
    blocks.extend(dossier.section(paper, "SOUP"));
    blocks.extend(dossier.section(paper, "Residual risk"));
    blocks
}

/// The bill of materials of the last release, and its vulnerabilities in the words of VEX.
fn below_six(paper: &Paper<'_>, dossier: &Dossier) -> Vec<Section> {
    let Some((release, vex)) = &dossier.last else { return Vec::new() };
    let bill = record::table_in(paper, release, "soup_baseline").unwrap_or_else(|| {
        let why = paper.field(release, "no_soup_reason");
        nothing(if why.is_empty() { "No SOUP is listed" } else { why.as_str() })
    });
    let version = release.text("version");
    vec![
        Section::new(2, "6.1", format!("SOUP of version {version}"), vec![bill]),
        Section::new(2, "6.2", format!("Vulnerabilities of version {version}, as in VEX"), vex.clone()),
    ]
}

fn keys(paper: &Paper<'_>, dossier: &Dossier) -> Vec<Block> {
    let rows: Vec<Vec<Cell>> = dossier
        .keys
        .iter()
        .filter_map(|data| {
            let key = data.typed::<KeyMaterial>()?;
            let late = KeyMaterialState::of(data) == Some(KeyMaterialState::InUse)
                && key.planned_on.is_some_and(|day| day < paper.now.day());
            let mark = if late { Mark::late("overdue") } else { state_mark(data) };
            let what = word_or(key.action, "not decided");
            Some(vec![
                format!("{} {}\n{}", data.head.id, paper.title(data), word_or(key.key_kind, "")).into(),
                format!("{}\n{}", paper.field(data, "location"), paper.field(data, "holder")).into(),
                format!("{what}\n{}", paper.field(data, "rationale")).trim().into(),
                format!("{}\n{}", day_or(key.planned_on, "not planned"), day_or(key.done_on, ""))
                    .trim()
                    .into(),
                paper.field(data, "witness").into(),
                mark.into(),
            ])
        })
        .collect();
    let mut blocks = dossier.section(paper, "Keys and certificates");
    if rows.is_empty() {
        blocks.insert(0, nothing("No key is listed"));
        return blocks;
    }
    let columns = vec![
        Column::text("Key, kind", 3),
        Column::text("Location, responsible", 3),
        Column::text("What becomes of it", 3),
        Column::date("Planned, done"),
        Column::text("Witness", 2),
        Column::mark("State").points(70.0),
    ];
    blocks.insert(0, Block::table(columns, rows));
    blocks
}

/// What the plan keeps where, its restore tests, and the archive of the last release.
fn archive(paper: &Paper<'_>, dossier: &Dossier) -> Vec<Block> {
    let mut blocks = dossier.section(paper, "Archive");
    if is_empty(dossier.page.data.value("restore_tests")) {
        blocks.push(Block::note(Tone::Due, "Missing: no restore test is recorded yet"));
    } else {
        blocks.extend(dossier.named(paper, &["restore_tests"]));
    }
    if let Some((release, _)) = &dossier.last {
        let fields = [
            ("archive_location", "Archive of the last release"),
            ("archive_sha256", "SHA-256"),
            ("retention_until", "Kept until"),
        ];
        let fields = fields.map(|(name, label)| Field::new(label, paper.field(release, name)));
        blocks.push(Block::Fields { fields: fields.into() });
        blocks.extend(record::table_in(paper, release, "archive_checks"));
    }
    blocks
}

/// Every rule of retention with its working.
fn retention(paper: &Paper<'_>, dossier: &Dossier) -> Vec<Block> {
    let kept = &dossier.retention;
    let rows = kept
        .rows
        .iter()
        .map(|row| {
            let mark = match &row.until {
                Until::Day(_) | Until::Nothing => Mark::neutral(row.until.words()),
                Until::Unknown(_) => Mark::due(row.until.words()),
            };
            let cells: Vec<Cell> =
                vec![row.rule.into(), row.source.into(), row.working.clone().into(), mark.into()];
            cells
        })
        .collect();
    let columns = vec![
        Column::text("Rule", 3),
        Column::text("Source", 1).points(84.0),
        Column::text("Working", 2),
        Column::mark("Kept until").points(120.0),
    ];
    let about = "The latest day of all rules counts. It is computed from the records at the cut-off and the retirement plan that is \
                 worked in. A day that is not known is never guessed.";
    let mut blocks = vec![Block::paragraph(about), Block::table(columns, rows)];
    let known = kept.until().is_some();
    blocks.push(Block::note(if known { Tone::Neutral } else { Tone::Due }, kept.words()));
    blocks.extend(dossier.named(paper, &["legal_hold", "legal_hold_ref", "disposal"]));
    blocks
}
