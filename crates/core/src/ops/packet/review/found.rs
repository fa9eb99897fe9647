//! Chapter 6 of the packet of a review: the findings that it raised or met again. Those that somebody has looked at stand in a log and in
//! full; those that are as the search raised them stand in one table, for there is nothing more to say of them yet.

use std::collections::BTreeSet;

use super::Dossier;
use crate::domain::field::is_empty;
use crate::domain::finding::{FindingState, exploited_words, known_as};
use crate::domain::ids::Kind;
use crate::domain::text::counted;
use crate::ops::packet::findings::{self, Case};
use crate::ops::packet::paper::{Paper, day_or, word_or};
use crate::ops::packet::sections::{chapter, joined, nothing};
use crate::ops::refused::Refused;
use crate::report::{Block, Column, Section, Tone};

/// The chapter with its sections.
pub(super) fn sections(paper: &mut Paper<'_>, dossier: &Dossier) -> Result<Vec<Section>, Refused> {
    let (title, clause) =
        ("Findings: safety, decision, VEX, risk", "IEC 62304 7.1.3, 7.1.4; IEC 81001-5-1 9.5");
    if dossier.cases.is_empty() {
        let words = "This review raised no finding and met none again";
        return Ok(vec![chapter(6, title, clause, vec![nothing(words)])]);
    }
    let hits = Hits::of(dossier);
    let with_files: BTreeSet<_> = paper.ask(|world| {
        let files = world.all(Kind::Attachment).into_iter();
        files.flat_map(|file| file.references()).map(|reference| reference.target).collect()
    })?;
    let (raw, seen): (Vec<&Case>, Vec<&Case>) =
        dossier.cases.iter().partition(|case| !with_files.contains(&case.id()) && hits.say_all(case));
    let mut sections = vec![chapter(6, title, clause, findings::log(&seen))];
    for (case, count) in seen.iter().zip(1..) {
        let page = paper.page(case.id())?;
        sections.push(findings::section(paper, &format!("6.{count}"), case, &page));
    }
    if !raw.is_empty() {
        let title = format!("Not looked at yet: {}", counted(raw.len(), "finding"));
        sections.push(Section::new(
            2,
            format!("6.{}", seen.len() + 1),
            title,
            as_found(paper, dossier, &raw),
        ));
    }
    Ok(sections)
}

/// What the search found, as far as it is printed with the items.
struct Hits(BTreeSet<String>);

impl Hits {
    fn of(dossier: &Dossier) -> Self {
        let hits = dossier.items.iter().flat_map(|item| item.content.hits.iter());
        Self(hits.map(|hit| hit.advisory.to_lowercase()).collect())
    }

    /// Whether the hits say everything about a finding: one of them raised it, and nobody has written anything since.
    fn say_all(&self, case: &Case) -> bool {
        let names = known_as(&case.content);
        FindingState::of(&case.data) == Some(FindingState::New)
            && case.events.len() == 1
            && case.signed.is_empty()
            && !case.content.advisory_digest.is_empty()
            && names.iter().any(|name| self.0.contains(name))
            && WRITTEN.iter().all(|field| is_empty(case.data.value(field)))
    }
}

/// The first fields that a person who looks at a finding writes.
const WRITTEN: &[&str] = &["hazardous", "sequence", "disposition", "per_release", "supplier_claims"];

/// A row for each finding that is as the search raised it.
fn as_found(paper: &Paper<'_>, dossier: &Dossier, cases: &[&Case]) -> Vec<Block> {
    let words = format!(
        "Nobody has decided anything about these. How each was matched, its title and the digest of its records stand with its item in {}; \
         the records themselves are in the kept evidence of the search.",
        paper.chapter(4)
    );
    let rows = cases.iter().map(|case| {
        let content = &case.content;
        let corrected = match &*content.fixed_in {
            "" => String::new(),
            version => format!("corrected in {version}"),
        };
        let exploited =
            if dossier.kev_unknown && content.kev_listed.is_none() { "" } else { exploited_words(content) };
        vec![
            case.id().to_string().into(),
            joined(&[&content.external_id, exploited], "\n").into(),
            case.components().into(),
            joined(&[&content.affected_range, &corrected], "; ").into(),
            word_or(content.severity, "").into(),
            day_or(content.learned_on, "–").into(),
        ]
    });
    let columns = vec![
        Column::id("Number").points(50.0),
        Column::text("Identifier", 2),
        Column::text("Component and version", 3),
        Column::text("Affected", 3),
        Column::text("Severity", 1).points(50.0),
        Column::text("Learned", 1).points(56.0),
    ];
    vec![Block::note(Tone::Due, words), Block::table(columns, rows.collect())]
}
