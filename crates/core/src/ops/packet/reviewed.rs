//! What reviews and findings say of certain versions of SOUP: for a change that brings them, and for a release that contains them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::findings::{self, Case};
use super::paper::{Paper, day_or, state_mark, word_or};
use super::sections::{joined, nothing};
use crate::domain::change_request::ChangeRequest;
use crate::domain::finding::Finding;
use crate::domain::finding::verdicts::of_release;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::release::{Release, SoupVersion};
use crate::domain::review_item::{ReviewItem, is_done};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_item::register::Register;
use crate::domain::soup_review::{SoupReview, SoupReviewState};
use crate::domain::text::counted;
use crate::domain::workflow::World;
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Mark, Tone};
use mainstay_base::time::Day;

/// An item of a review, with the review.
struct Seen {
    review: SharedRecord,
    searched_on: Option<Day>,
    item: SharedRecord,
    content: Arc<ReviewItem>,
}

fn seen(world: &dyn World, item: SharedRecord) -> Option<Seen> {
    let review = world.record(item.head.parent?)?;
    let searched_on = review.typed::<SoupReview>()?.searched_on;
    let content = item.typed::<ReviewItem>()?;
    Some(Seen { review, searched_on, item, content })
}

/// The designators that a change brings: those that name it, and the registered ones of its new versions.
fn brought(world: &dyn World, change: RecordId, content: &ChangeRequest) -> Vec<SharedRecord> {
    let mut found = world.naming(change, Kind::SoupDesignator, "introduced_by");
    let register = Register::of(world);
    for row in content.affected_soup.iter().filter(|row| !row.to.is_empty()) {
        let row = SoupVersion { item: row.item.clone(), version: row.to.clone(), ..SoupVersion::default() };
        found.extend(register.find(&row).map(|known| known.designator.clone()));
    }
    found.sort_by_key(|data| data.head.id);
    found.dedup_by_key(|data| data.head.id);
    found
}

/// How the new versions of a change were looked at: the items of reviews, and the findings about them.
pub(super) fn of_change(
    paper: &mut Paper<'_>,
    change: RecordId,
    content: &ChangeRequest,
) -> Result<Vec<Block>, Refused> {
    let (rows, names, bare) = paper.ask(|world| {
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        let mut names = BTreeSet::new();
        let mut bare = Vec::new();
        for designator in brought(world, change, content) {
            let item = designator.head.parent.and_then(|id| world.record(id));
            let name = format!("{} {}", item.as_ref().map_or("", |data| data.title()), designator.title());
            let looked = world.naming(designator.head.id, Kind::ReviewItem, "designator");
            let looked: Vec<Seen> = looked.into_iter().filter_map(|item| seen(world, item)).collect();
            if looked.is_empty() {
                bare.push(name.clone());
            }
            rows.extend(looked.iter().map(|seen| seen_row(&name, seen)));
            names.insert(name);
        }
        (rows, names, bare)
    })?;
    let mut blocks = Vec::new();
    if !rows.is_empty() {
        blocks.push(Block::Table {
            caption: Some("Reviews of the new versions".to_owned()),
            columns: vec![
                Column::text("Item, version", 2),
                Column::id("Review").points(54.0),
                Column::date("Searched on"),
                Column::text("Search", 1).points(76.0),
                Column::text("What the supplier's list says", 3),
                Column::mark("Result").points(84.0),
            ],
            rows,
        });
    }
    if !bare.is_empty() {
        let words = format!("No review has looked at {} yet.", bare.join(", "));
        blocks.push(Block::note(Tone::Due, words));
    }
    let about = paper.ask(|world| {
        let all = world.all(Kind::Finding).into_iter();
        let named = all.filter(|data| {
            data.typed::<Finding>().is_some_and(|finding| {
                finding.change_request == Some(change)
                    || finding.versions.iter().any(|line| names.contains(&**line))
            })
        });
        named.map(|data| data.head.id).collect::<Vec<_>>()
    })?;
    let cases = Case::all(paper, about)?;
    blocks.extend(findings::log(&cases));
    Ok(blocks)
}

fn seen_row(name: &str, seen: &Seen) -> Vec<Cell> {
    let content = &seen.content;
    let list = joined(&[&content.list_place, &content.list_judgement, &content.no_list], "\n");
    let result =
        if is_done(&seen.item) { Mark::good(word_or(content.result, "Open")) } else { Mark::due("Open") };
    vec![
        name.into(),
        seen.review.head.id.to_string().into(),
        day_or(seen.searched_on, "").into(),
        word_or(content.search_result, "").into(),
        list.into(),
        result.into(),
    ]
}

/// Which reviews cover the SOUP of a release, what they do not cover, and the findings with what holds for this release.
pub(super) fn of_release_soup(
    paper: &mut Paper<'_>,
    id: RecordId,
    release: &Release,
) -> Result<Vec<Block>, Refused> {
    if release.soup_baseline.is_empty() {
        return Ok(Vec::new());
    }
    let today = paper.now.day();
    let seen = paper.ask(|world| {
        if world.all(Kind::SoupReview).is_empty() && world.all(Kind::Finding).is_empty() {
            return None;
        }
        let found: Vec<RecordId> =
            of_release(world, id, today).iter().map(|(data, _)| data.head.id).collect();
        Some((covering(world, release), found))
    })?;
    let Some((mut blocks, found)) = seen else { return Ok(Vec::new()) };
    let cases = Case::all(paper, found)?;
    if cases.is_empty() {
        blocks.push(nothing("No finding concerns the SOUP of this release"));
    } else {
        blocks.push(held_here(id, &cases));
        blocks.extend(findings::log(&cases));
    }
    Ok(blocks)
}

/// The reviews with items of the baseline, and the versions that none covers.
fn covering(world: &dyn World, release: &Release) -> Vec<Block> {
    let register = Register::of(world);
    let wanted: BTreeMap<RecordId, String> = release
        .soup_baseline
        .iter()
        .filter_map(|row| Some((register.find(row)?.designator.head.id, row.label())))
        .collect();
    let mut missing: BTreeSet<String> = release.soup_baseline.iter().map(SoupVersion::label).collect();
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for data in world.all(Kind::SoupReview) {
        let Some(review) = data.typed::<SoupReview>() else { continue };
        let items = world.parts(data.head.id, Kind::ReviewItem);
        let here: BTreeSet<RecordId> = items
            .iter()
            .filter(|item| is_done(item))
            .filter_map(|item| item.typed::<ReviewItem>()?.designator)
            .filter(|designator| wanted.contains_key(designator))
            .collect();
        if here.is_empty() {
            continue;
        }
        if SoupReviewState::of(&data).is_some_and(SoupReviewState::is_completed) {
            for name in here.iter().filter_map(|id| wanted.get(id)) {
                missing.remove(name);
            }
        }
        rows.push(vec![
            data.head.id.to_string().into(),
            review.title.to_string().into(),
            day_or(review.searched_on, "").into(),
            format!("{} of {}", here.len(), release.soup_baseline.len()).into(),
            state_mark(&data).into(),
        ]);
    }
    let mut blocks = Vec::new();
    if !rows.is_empty() {
        blocks.push(Block::Table {
            caption: Some("Reviews of the SOUP of this release".to_owned()),
            columns: vec![
                Column::id("Review"),
                Column::text("Title", 1),
                Column::date("Searched on"),
                Column::text("Versions looked at", 1).points(90.0),
                Column::mark("State"),
            ],
            rows,
        });
    }
    if !missing.is_empty() {
        let list: Vec<&str> = missing.iter().map(String::as_str).collect();
        let words = format!(
            "No completed review has looked at {} of the baseline: {}.",
            counted(list.len(), "version"),
            list.join(", ")
        );
        blocks.push(Block::note(Tone::Due, words));
    }
    blocks
}

/// What holds of each finding for one release.
fn held_here(release: RecordId, cases: &[Case]) -> Block {
    let rows = cases.iter().filter_map(|case| {
        let held = case.held.iter().find(|held| held.release == release)?;
        let mark = findings::status_mark(findings::status_of(&held.verdict), case.content.risk_control);
        let cells: Vec<Cell> =
            vec![case.id().to_string().into(), case.name().into(), mark.into(), findings::basis(held).into()];
        Some(cells)
    });
    Block::Table {
        caption: Some("What holds for this release".to_owned()),
        columns: vec![
            Column::id("Finding").points(50.0),
            Column::text("Identifier, title", 2),
            Column::mark("In VEX words").points(92.0),
            Column::text("Basis", 2),
        ],
        rows: rows.collect(),
    }
}
