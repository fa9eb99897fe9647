//! Process deviations on paper. None is ever left out: the packet of a period prints all of the file.

use std::collections::BTreeSet;

use super::authority;
use super::paper::{Paper, state_mark};
use super::record;
use crate::domain::ids::{Kind, RecordId};
use crate::ops::page::RecordPage;
use crate::ops::refused::Refused;
use crate::report::{Block, Section, Tone};

/// A deviation with the approvals of its closure.
pub(super) struct Deviation {
    page: RecordPage,
    closures: Vec<RecordPage>,
}

/// The deviations that name one of the records in the field that goes with it.
pub(super) fn naming(paper: &mut Paper<'_>, named: &[(RecordId, &str)]) -> Result<Vec<Deviation>, Refused> {
    let ids: BTreeSet<RecordId> = paper.ask(|world| {
        let found = named.iter().flat_map(|(id, field)| world.naming(*id, Kind::ProcessDeviation, field));
        found.map(|data| data.head.id).collect()
    })?;
    ids.into_iter()
        .map(|id| Ok(Deviation { page: paper.page(id)?, closures: authority::of(paper, id)? }))
        .collect()
}

/// All deviations of the file.
pub(super) fn all(paper: &Paper<'_>) -> Result<Vec<RecordId>, Refused> {
    Ok(paper.file.all(Kind::ProcessDeviation)?.iter().map(|data| data.head.id).collect())
}

/// A sentence for each deviation.
pub(super) fn notes(found: &[Deviation]) -> Vec<Block> {
    let words = |deviation: &Deviation| {
        let data = &deviation.page.data;
        format!(
            "{} tells of a bypass of the process: {}. It is {}.",
            data.head.id,
            data.title().trim_end_matches('.'),
            state_mark(data).word.to_lowercase()
        )
    };
    found.iter().map(|deviation| Block::note(Tone::Late, words(deviation))).collect()
}

/// A section for each deviation below a chapter.
pub(super) fn sections(paper: &Paper<'_>, chapter: &str, found: &[Deviation]) -> Vec<Section> {
    let sections = found.iter().zip(1..).map(|(deviation, count)| {
        let blocks = record::approved(paper, &deviation.page, &deviation.closures);
        record::section(paper, 2, &format!("{chapter}.{count}"), &deviation.page, blocks)
    });
    sections.collect()
}
