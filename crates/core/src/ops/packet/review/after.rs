//! Chapters 7 to 9 of the packet of a review: support that ends, who reviewed, and when the next reviews are due.

use std::collections::BTreeSet;

use super::Dossier;
use crate::domain::soup_item::due::Intervals;
use crate::domain::soup_item::{SUPPORT_AHEAD, SoupItem, SupportLevel};
use crate::domain::text::counted;
use crate::ops::packet::paper::{Paper, day_or, word, word_or, words};
use crate::ops::packet::record;
use crate::ops::packet::sections::{chapter, nothing};
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Mark, Section, Tone};
use mainstay_base::time::Day;

/// Chapter 7: items whose support has ended, ends soon, or is unknown.
pub(super) fn obsolescence(paper: &Paper<'_>, dossier: &Dossier) -> Section {
    let today = dossier.content.searched_on.unwrap_or_else(|| paper.now.day());
    let mut seen = BTreeSet::new();
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut unknown = Vec::new();
    for item in &dossier.items {
        let (Some(id), Some(soup)) = (item.content.item, &item.soup) else { continue };
        let Some(mark) = support_mark(soup, today) else { continue };
        if !seen.insert((id, item.content.version_searched.to_string())) {
            continue;
        }
        let name = format!("{id} {} {}", soup.title, item.content.version_searched);
        let assessed = match dossier.obsolete.get(&id) {
            None if is_unknown(soup) => {
                unknown.push(name);
                continue;
            }
            Some(finding) => Cell::from(finding.as_str()),
            None => Mark::due("not assessed").into(),
        };
        rows.push(vec![
            name.into(),
            word_or(soup.support_level, "").into(),
            day_or(soup.end_of_support, "").into(),
            mark.into(),
            format!("{}\n{}", soup.support_source, day_or(soup.support_checked_on, "")).trim().into(),
            assessed,
        ]);
    }
    let mut blocks = Vec::new();
    if rows.is_empty() && unknown.is_empty() {
        blocks.push(nothing("The support of every item is known and does not end soon"));
    }
    if !rows.is_empty() {
        let columns = vec![
            Column::text("Item, version", 3),
            Column::text("Support level", 1).points(66.0),
            Column::date("End of support").points(58.0),
            Column::mark("Status").points(74.0),
            Column::text("Source, looked up on", 2),
            Column::mark("Finding").points(92.0),
        ];
        blocks.push(Block::table(columns, rows));
    }
    if !unknown.is_empty() {
        let count = counted(unknown.len(), "version");
        let words = format!("Support unknown, no source looked up, no finding about it: {count}");
        blocks.push(Block::note(Tone::Due, words));
        blocks.extend(unknown.chunks(NAMES_IN_A_PARAGRAPH).map(|names| Block::paragraph(names.join("; "))));
    }
    chapter(7, "Obsolescence", "FD&C 524B; IMDRF N70; IEC 62304 6.1 f", blocks)
}

/// How many names stand in one paragraph, so that it is not as long as a page.
const NAMES_IN_A_PARAGRAPH: usize = 40;

/// Whether nothing at all is known of the support of an item.
fn is_unknown(soup: &SoupItem) -> bool {
    matches!(soup.support_level, Some(SupportLevel::Unknown) | None)
        && soup.end_of_support.is_none()
        && soup.support_source.is_empty()
        && soup.support_checked_on.is_none()
}

/// Why the support of an item deserves attention; `None` if it does not.
pub(super) fn support_mark(soup: &SoupItem, today: Day) -> Option<Mark> {
    let left = soup.end_of_support.map(|day| day.days_since(today));
    match (left, soup.support_level) {
        (Some(left), _) if left < 0 => Some(Mark::late("support ended")),
        (_, Some(level @ (SupportLevel::NoLongerMaintained | SupportLevel::Abandoned))) => {
            Some(Mark::late(word(level).to_lowercase()))
        }
        (Some(left), _) if left <= SUPPORT_AHEAD => {
            Some(Mark::due(format!("ends in {}", counted(left, "day"))))
        }
        (_, Some(SupportLevel::Unknown) | None) => Some(Mark::due("unknown")),
        (Some(_) | None, Some(SupportLevel::ActivelyMaintained)) => None,
    }
}

/// Chapter 8: who reviewed, with what competence, and the signatures.
pub(super) fn reviewers(paper: &Paper<'_>, dossier: &Dossier) -> Result<Section, Refused> {
    let content = &dossier.content;
    let people = paper.file.people()?;
    let rows = [("First reviewer", content.reviewer), ("Second reviewer", content.second_reviewer)];
    let rows = rows.into_iter().map(|(what, id)| {
        let person = id.and_then(|id| people.iter().find(|(data, _)| data.head.id == id));
        let cells: Vec<Cell> = match person {
            Some((_, person)) => vec![
                what.into(),
                person.title.to_string().into(),
                words(&person.roles).into(),
                person.training_ref.to_string().into(),
            ],
            None => vec![what.into(), Mark::due("not yet").into(), "".into(), "".into()],
        };
        cells
    });
    let columns = vec![
        Column::text("As", 1).points(90.0),
        Column::mark("Name").points(120.0),
        Column::text("Roles", 2),
        Column::text("Training record", 1),
    ];
    let blocks = vec![
        Block::table(columns, rows.collect()),
        Block::Fields { fields: dossier.fields(paper, &["competence_ref"]) },
        record::signatures(paper, &dossier.page, |_| true),
    ];
    Ok(chapter(8, "Reviewers, competence, signatures", "IEC 62304 7.1.3; 21 CFR 11.50", blocks))
}

/// Chapter 9: when the next reviews are due, from the day of the search.
pub(super) fn next(paper: &Paper<'_>, dossier: &Dossier) -> Result<Section, Refused> {
    let mut blocks = vec![dossier.table(
        paper,
        "next_reviews",
        "The next dates follow from the day of the search when the review is approved",
    )];
    let own = paper.ask(|world| {
        let governing = world.governing();
        own_intervals(dossier, Intervals::of(world, governing.plan()), paper.now.day())
    })?;
    if !own.is_empty() {
        let columns = vec![
            Column::text("Item", 2),
            Column::number("Every (days)").points(70.0),
            Column::text("Why", 3),
            Column::date("Due on"),
        ];
        let caption = Some("Items with an interval of their own".to_owned());
        blocks.push(Block::Table { caption, columns, rows: own });
    }
    Ok(chapter(9, "Next reviews", "IEC 62304 6.1 f", blocks))
}

fn own_intervals(dossier: &Dossier, intervals: Intervals<'_>, today: Day) -> Vec<Vec<Cell>> {
    let mut seen = BTreeSet::new();
    let own = dossier.items.iter().filter_map(|item| {
        let (id, soup) = (item.content.item?, item.soup.as_ref()?);
        let days = soup.interval_days.filter(|_| seen.insert(id))?;
        let next = soup.last_review(today).and_then(|on| intervals.next_review(soup, on, today));
        let cells: Vec<Cell> = vec![
            format!("{id} {}", soup.title).into(),
            days.to_string().into(),
            soup.interval_reason.to_string().into(),
            day_or(next, "").into(),
        ];
        Some(cells)
    });
    own.collect()
}
