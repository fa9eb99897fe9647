//! Chapter 6 of the packet of a review: the findings that it raised or met again. Those that somebody has looked at stand in a log and in
//! full; those that are as the search raised them stand in one table, for there is nothing more to say of them yet.

use std::collections::{BTreeMap, BTreeSet};

use super::{Dossier, Looked};
use crate::domain::canonical;
use crate::domain::field::is_empty;
use crate::domain::finding::{FindingState, exploited_words, known_as};
use crate::domain::ids::{Kind, RecordId};
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
    let (raw, seen): (Vec<&Case>, Vec<&Case>) =
        dossier.cases.iter().partition(|case| dossier.as_found.contains_key(&case.id()));
    let mut sections = vec![chapter(6, title, clause, findings::log(&seen))];
    for (case, count) in seen.iter().zip(1..) {
        let page = paper.page(case.id())?;
        sections.push(findings::section(paper, &format!("6.{count}"), case, &page));
    }
    if !raw.is_empty() {
        let title = format!("Not looked at yet: {}", counted(raw.len(), "finding"));
        sections.push(Section::new(2, format!("6.{}", seen.len() + 1), title, table(paper, dossier, &raw)));
    }
    Ok(sections)
}

/// The findings that are as the search of the review raised them, with the digest of their records: one of its hits has a name of each, and
/// nobody has written or attached anything since.
pub(super) fn as_found(
    paper: &Paper<'_>,
    items: &[Looked],
    cases: &[Case],
) -> Result<BTreeMap<RecordId, String>, Refused> {
    let hits = items.iter().flat_map(|item| item.content.hits.iter());
    let hits: BTreeSet<String> = hits.map(|hit| hit.advisory.to_lowercase()).collect();
    let with_files: BTreeSet<RecordId> = paper.ask(|world| {
        let files = world.all(Kind::Attachment).into_iter();
        files.flat_map(|file| file.references()).map(|reference| reference.target).collect()
    })?;
    let untouched = |case: &&Case| {
        FindingState::of(&case.data) == Some(FindingState::New)
            && case.events.len() == 1
            && case.signed.is_empty()
            && !case.content.advisory_digest.is_empty()
            && known_as(&case.content).iter().any(|name| hits.contains(name))
            && WRITTEN.iter().all(|field| is_empty(case.data.value(field)))
            && !with_files.contains(&case.id())
    };
    let digest = |case: &Case| (case.id(), case.content.advisory_digest.to_string());
    Ok(cases.iter().filter(untouched).map(digest).collect())
}

/// The first fields that a person who looks at a finding writes.
const WRITTEN: &[&str] = &["hazardous", "sequence", "disposition", "per_release", "supplier_claims"];

/// A row for each finding that is as the search raised it.
fn table(paper: &Paper<'_>, dossier: &Dossier, cases: &[&Case]) -> Vec<Block> {
    let words = format!(
        "Nobody has decided anything about these. In which versions each was found stands with the items in {} too; how it was matched, and \
         what its records say, is in the kept evidence of the search.",
        paper.chapter(4)
    );
    let names: BTreeMap<RecordId, &str> = dossier
        .items
        .iter()
        .filter_map(|item| Some((item.content.item?, item.soup.as_ref()?.title.as_ref())))
        .collect();
    let rows = cases.iter().map(|case| {
        let content = &case.content;
        let items: Vec<&str> = content.items.iter().filter_map(|id| names.get(id).copied()).collect();
        let corrected = match &*content.fixed_in {
            "" => String::new(),
            version => format!("corrected in {version}"),
        };
        let exploited = dossier.exploited(content.kev_listed, exploited_words(content));
        let digest = canonical::first_digits(&content.advisory_digest);
        let mut known: Vec<&str> = vec![&content.external_id];
        known.extend(content.aliases.iter().map(|alias| &**alias));
        let (severity, learned) = (word_or(content.severity, ""), day_or(content.learned_on, "–"));
        vec![
            case.id().to_string().into(),
            joined(&[&known.join(", "), &severity, &content.cvss, exploited], "\n").into(),
            format!("{}: {}\n{}", items.join(", "), content.title, case.components()).into(),
            joined(&[&content.affected_range, &corrected], "; ").into(),
            format!("{learned}\n{digest}").into(),
        ]
    });
    let columns = vec![
        Column::id("Number").points(50.0),
        Column::text("Names, severity", 3),
        Column::text("Component, what it is, versions", 6),
        Column::text("Affected", 3),
        Column::text("Learned; digest of its records", 1).points(84.0),
    ];
    vec![Block::note(Tone::Due, words), Block::table(columns, rows.collect())]
}
