//! P3: one release (domain 7). Fifteen chapters in a fixed order; what is missing is stated.

mod content;
mod scope;

use super::communications::{self, Told};
use super::paper::{Paper, day_or};
use super::releases::{self, Released};
use super::sections::{chapter, nothing};
use super::{authority, record};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::RecordData;
use crate::domain::release::Release;
use crate::ops::page::RecordPage;
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Field, Section, Tone};

/// A release with everything that is printed with it.
struct Dossier {
    released: Released,
    before: Option<Release>,
    changes: Vec<RecordData>,
    problems: Vec<RecordData>,
    /// The test records of each change, the struck ones included.
    tests: Vec<(RecordId, Vec<RecordData>)>,
    told: Vec<Told>,
    deviations: Vec<super::deviations::Deviation>,
    /// The reviews of its SOUP and the findings about it.
    reviewed: Vec<Block>,
}

impl Dossier {
    fn of(paper: &mut Paper<'_>, id: RecordId) -> Result<Self, Refused> {
        let released = Released::of(paper, id)?;
        let content = &released.content;
        let before = match content.predecessor {
            Some(before) => paper.file.record(before)?.typed(),
            None => None,
        };
        let changes = paper.mentioned(&content.change_requests)?;
        let mut listed = content.problems_fixed.clone();
        listed.extend(content.residual_anomalies.iter().filter_map(|row| row.problem));
        for problem in listed {
            paper.mention(problem);
        }
        let problems = paper.mentioned(&content.problems_fixed)?;
        let mut tests = Vec::new();
        for change in &changes {
            let found = paper.file.parts(change.head.id, Kind::TestRecord)?;
            for test in &found {
                paper.mark_printed(test.head.id);
            }
            tests.push((change.head.id, found));
        }
        let mut named = vec![(id, "releases")];
        named.extend(content.change_requests.iter().map(|change| (*change, "change_requests")));
        let told = Told::about(paper, &named.iter().map(|(id, _)| *id).collect::<Vec<_>>())?;
        let deviations = super::deviations::naming(paper, &named)?;
        let reviewed = super::reviewed::of_release_soup(paper, id, content)?;
        Ok(Self { released, before, changes, problems, tests, told, deviations, reviewed })
    }

    const fn content(&self) -> &Release {
        &self.released.content
    }

    const fn page(&self) -> &RecordPage {
        &self.released.page
    }

    /// Declared fields of the release, also the empty ones.
    fn fields(&self, paper: &Paper<'_>, names: &[&str]) -> Vec<Field> {
        names.iter().filter_map(|name| record::named(paper, self.page(), name)).collect()
    }

    /// A table of the release, or a sentence if it is empty.
    fn table(&self, paper: &Paper<'_>, name: &str, empty: &str) -> Block {
        record::table_of(paper, self.page(), name).unwrap_or_else(|| nothing(empty))
    }
}

/// The sections in the order of the clauses.
pub(super) fn sections(paper: &mut Paper<'_>, id: RecordId) -> Result<Vec<Section>, Refused> {
    let dossier = Dossier::of(paper, id)?;
    let paper = &*paper;
    let mut sections = identity(paper, &dossier);
    sections.extend(scope::sections(paper, &dossier)?);
    sections.extend(content::sections(paper, &dossier)?);
    let approvals: Vec<RecordPage> = dossier.released.approvals.clone();
    sections.extend(authority::sections(paper, 13, &approvals)?);
    let mut told = communications::tables(paper, &dossier.told);
    if told.is_empty() {
        told.push(nothing("No communication about this release or its changes"));
    }
    sections.push(chapter(14, "Communication and release notes", "IEC 62304 6.2.5", told));
    sections.extend(communications::sections(paper, 14, &dossier.told));
    sections.push(field_status(paper, &dossier));
    for section in sections.iter_mut().filter(|section| section.record_id.is_none()) {
        section.record_id = Some(id.to_string());
    }
    Ok(sections)
}

/// Identity, UDI decision, kind and class, the evidence for 5.8 at a glance, and the deviations that concern it.
fn identity(paper: &Paper<'_>, dossier: &Dossier) -> Vec<Section> {
    let mut fields = dossier.released.fields();
    fields.push(Field::new("Safety class", super::cover::class_words(paper.product.software_safety_class)));
    fields.push(Field::new("UDI-DI", paper.product.udi_di.to_string()));
    let names = [
        "predecessor",
        "udi_decision",
        "udi_rationale",
        "tag_or_commit",
        "build_id",
        "artifact_name",
        "artifact_sha256",
        "artifact_signature_ref",
    ];
    fields.extend(dossier.fields(paper, &names));
    let mut blocks = vec![Block::Fields { fields }];
    blocks.extend(dossier.page().notices.iter().map(|notice| Block::note(Tone::Due, notice.clone())));
    blocks.extend(super::deviations::notes(&dossier.deviations));
    blocks.push(dossier.released.evidence());
    blocks.extend(record::files(dossier.page()));
    let mut sections =
        vec![chapter(1, "Identity, UDI, kind and class", "IEC 62304 5.8.4, 4.3; MDR Annex VI C", blocks)];
    sections.extend(super::deviations::sections(paper, "1", &dossier.deviations));
    sections
}

/// What became of the version in the field.
fn field_status(paper: &Paper<'_>, dossier: &Dossier) -> Section {
    let clause = "IEC 62304 8.3";
    if dossier.released.event.is_none() {
        let blocks = vec![nothing("Not released, so not in the field")];
        return chapter(15, "Field status afterwards", clause, blocks);
    }
    let names = ["in_service", "support_status", "withdrawal_decision", "out_of_service_evidence"];
    let mut fields = vec![Field::new("State", super::paper::state_mark(&dossier.page().data).word)];
    fields.extend(dossier.fields(paper, &names));
    let installs = installs(dossier);
    chapter(15, "Field status afterwards", clause, vec![Block::Fields { fields }, installs])
}

fn installs(dossier: &Dossier) -> Block {
    let rows = &dossier.content().installs;
    if rows.is_empty() {
        return nothing("No count of installations is recorded");
    }
    let total: u64 = rows.iter().filter_map(|row| row.count).map(u64::from).sum();
    let mut cells: Vec<Vec<Cell>> = rows
        .iter()
        .map(|row| {
            vec![
                super::paper::word_or(row.market, "").into(),
                row.count.map_or_else(String::new, |count| count.to_string()).into(),
                day_or(row.as_of, "").into(),
                row.source.to_string().into(),
            ]
        })
        .collect();
    cells.push(vec!["Together".into(), total.to_string().into(), "".into(), "".into()]);
    let label = dossier.page().data.def().field("installs").map_or("", |field| field.label);
    Block::Table {
        caption: Some(label.to_owned()),
        columns: vec![
            Column::text("Market", 2),
            Column::number("Installations").points(70.0),
            Column::date("As of"),
            Column::text("Source", 3),
        ],
        rows: cells,
    }
}

/// The residual anomalies, for the chapter about them.
fn residual(paper: &Paper<'_>, dossier: &Dossier) -> Block {
    releases::residual(paper, &dossier.released)
}
