//! SOUP in the packet of a period: the register beside the releases in service, the reviews with their evidence, and the proof that every
//! item of every release in service was inside its interval at the end of the period. What is not is named.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::findings::{self, Case};
use super::paper::{Paper, day_or, state_mark, word, word_or};
use super::releases;
use super::review::answers;
use super::sections::{chapter, nothing};
use crate::domain::change_request::ChangeRequest;
use crate::domain::finding::RiskControl;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::maintenance_plan::RiskTier;
use crate::domain::review_item::{ItemResult, ReviewItem};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_designator::since_words;
use crate::domain::soup_item::SoupItem;
use crate::domain::soup_item::due::{Coverage, CoverageRow, matrix};
use crate::domain::soup_review::SoupReview;
use crate::domain::text::counted;
use crate::domain::workflow::World;
use crate::ops::refused::Refused;
use crate::ops::soup::{CoverageCount, count_coverage};
use crate::report::{Block, Cell, Column, Mark, Section, Tone};
use mainstay_base::time::Day;

/// The SOUP of the releases in service at a moment.
pub(super) struct Fielded {
    rows: Vec<CoverageRow>,
    items: BTreeMap<RecordId, (SharedRecord, Arc<SoupItem>)>,
    /// What brought each version into the product, by item and version.
    origins: BTreeMap<(RecordId, String), String>,
}

impl Fielded {
    /// The state of the file that the paper reads now, on a day.
    pub fn of(paper: &Paper<'_>, day: Day) -> Result<Self, Refused> {
        paper.ask(|world| Self { rows: matrix(world, day), items: items(world), origins: origins(world) })
    }

    /// Versions of SOUP in service, counted once for each release, and those that are covered.
    pub fn covered(&self) -> CoverageCount {
        count_coverage(&self.rows)
    }
}

fn items(world: &dyn World) -> BTreeMap<RecordId, (SharedRecord, Arc<SoupItem>)> {
    let all = world.all(Kind::SoupItem).into_iter();
    let typed = all.filter_map(|data| {
        let content = data.typed::<SoupItem>()?;
        Some((data.head.id, (data, content)))
    });
    typed.collect()
}

fn origins(world: &dyn World) -> BTreeMap<(RecordId, String), String> {
    let all = world.all(Kind::SoupDesignator).into_iter();
    let found = all.filter_map(|data| {
        let since = data.text("present_since");
        let origin = match data.value("introduced_by").as_str() {
            Some(change) => change.to_owned(),
            None if since.is_empty() => return None,
            None => since_words(world, since),
        };
        Some(((data.head.parent?, data.title().to_owned()), origin))
    });
    found.collect()
}

/// Chapter 13: the releases in service with their bills, then every version of SOUP in them as the register has it.
pub(super) fn register(paper: &Paper<'_>, fielded: &Fielded) -> Result<Vec<Block>, Refused> {
    let mut blocks: Vec<Block> = releases::soup_in_the_field(paper)?.into_iter().collect();
    if !fielded.rows.is_empty() {
        blocks.push(versions(fielded));
    }
    Ok(blocks)
}

/// The SOUP entries of the changes of a period; none if no change has one.
pub(super) fn of_changes<'c>(changes: impl Iterator<Item = (RecordId, &'c ChangeRequest)>) -> Option<Block> {
    let rows: Vec<Vec<Cell>> = changes
        .flat_map(|(id, content)| {
            content.affected_soup.iter().map(move |soup| {
                vec![
                    id.to_string().into(),
                    soup.item.to_string().into(),
                    soup.from.to_string().into(),
                    soup.to.to_string().into(),
                ]
            })
        })
        .collect();
    (!rows.is_empty()).then(|| Block::Table {
        caption: Some("SOUP affected by change requests of the period".to_owned()),
        columns: vec![
            Column::id("Change"),
            Column::text("SOUP item", 2),
            Column::text("From", 1),
            Column::text("To", 1),
        ],
        rows,
    })
}

type Version<'f> = (&'f str, &'f str, Option<RecordId>);

fn versions(fielded: &Fielded) -> Block {
    let mut found: BTreeMap<Version<'_>, Vec<&CoverageRow>> = BTreeMap::new();
    for row in &fielded.rows {
        found.entry((&row.name, &row.version, row.item)).or_default().push(row);
    }
    let rows = found.iter().filter_map(|((name, version, item), rows)| {
        let first = rows.first()?;
        let known = item.and_then(|id| fielded.items.get(&id));
        let content = known.map(|(_, content)| content);
        let number = match (item, known) {
            (Some(id), Some((data, _))) => format!("{id}\n{}", state_mark(data).word).into(),
            (Some(_) | None, _) => Cell::from(Mark::late("not registered")),
        };
        let supplier = content.map_or("", |content| &*content.supplier);
        let versions: BTreeSet<&str> = rows.iter().map(|row| row.release_version.as_str()).collect();
        let origin = item.and_then(|id| fielded.origins.get(&(id, (*version).to_owned())));
        let cells: Vec<Cell> = vec![
            number,
            format!("{name}\n{supplier}").trim().into(),
            (*version).into(),
            versions.into_iter().collect::<Vec<_>>().join(", ").into(),
            safety(content, first.tier).into(),
            origin.cloned().unwrap_or_else(|| "–".to_owned()).into(),
            support(content).into(),
            covered_mark(&first.coverage).into(),
        ];
        Some(cells)
    });
    let columns = vec![
        Column::mark("Number, state").points(54.0),
        Column::text("Item, supplier", 4),
        Column::text("Version", 1).points(50.0),
        Column::text("In releases", 2),
        Column::text("Tier, can harm", 1).points(48.0),
        Column::text("Brought by", 1).points(48.0),
        Column::text("Support", 3),
        Column::mark("Reviewed, next by").points(66.0),
    ];
    let caption = Some("Every version of SOUP in these releases, as the register has it".to_owned());
    Block::Table { caption, columns, rows: rows.collect() }
}

fn safety(content: Option<&Arc<SoupItem>>, tier: Option<RiskTier>) -> String {
    let harm = match content.and_then(|content| content.can_contribute) {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not decided",
    };
    format!("{}\n{harm}", word_or(tier, "No tier"))
}

fn support(content: Option<&Arc<SoupItem>>) -> String {
    content.map_or_else(String::new, |content| {
        let end = content.end_of_support.map_or_else(String::new, |day| format!(" until {day}"));
        format!("{}{end}", word_or(content.support_level, "Unknown"))
    })
}

fn covered_mark(coverage: &Coverage) -> Mark {
    match coverage {
        Coverage::Reviewed { on, until: Some(until) } => Mark::good(format!("{on}\n{until}")),
        Coverage::Reviewed { on, until: None } => Mark::good(on.to_string()),
        Coverage::Overdue { since, .. } => Mark::late(format!("overdue since {since}")),
        Coverage::NotRegistered => Mark::late("nobody can have reviewed it"),
    }
}

/// Chapter 14: the reviews of the period, what each source answered, and the coverage at its end.
pub(super) fn reviews(
    paper: &mut Paper<'_>,
    ids: &[RecordId],
    fielded: &Fielded,
) -> Result<Vec<Block>, Refused> {
    for id in ids {
        paper.mark_printed(*id);
    }
    let paper = &*paper;
    let mut blocks = paper.ask(|world| {
        let found = ids.iter().filter_map(|id| {
            let data = world.record(*id)?;
            let content = data.typed::<SoupReview>()?;
            Some((content, world.parts(*id, Kind::ReviewItem), data))
        });
        let found: Vec<Review> =
            found.map(|(content, items, data)| Review { data, content, items }).collect();
        if found.is_empty() { Vec::new() } else { vec![log(paper, world, &found), evidence(&found)] }
    })?;
    if !fielded.rows.is_empty() {
        if blocks.is_empty() {
            blocks.push(nothing("No records in period"));
        }
        blocks.extend(coverage(fielded));
    }
    Ok(blocks)
}

struct Review {
    data: SharedRecord,
    content: Arc<SoupReview>,
    items: Vec<SharedRecord>,
}

fn log(paper: &Paper<'_>, world: &dyn World, found: &[Review]) -> Block {
    let rows = found.iter().map(|review| {
        let content = &review.content;
        let id = review.data.head.id;
        let by: Vec<String> = [content.reviewer, content.second_reviewer]
            .into_iter()
            .flatten()
            .map(|id| paper.name(id))
            .collect();
        let raised = world.naming(id, Kind::Finding, "reviews").len();
        let cells: Vec<Cell> = vec![
            id.to_string().into(),
            format!("{}\n{}", content.title, word_or(content.trigger, "")).into(),
            format!("{}\n{}", day_or(content.due_on, "–"), day_or(content.searched_on, "–")).into(),
            results(&review.items).into(),
            raised.to_string().into(),
            by.join("\n").into(),
            state_mark(&review.data).into(),
        ];
        cells
    });
    Block::Table {
        caption: Some("SOUP reviews".to_owned()),
        columns: vec![
            Column::id("Number").points(46.0),
            Column::text("Title, reason", 3),
            Column::text("Due, searched", 1).points(56.0),
            Column::text("Results of the items", 3),
            Column::number("Findings").points(44.0),
            Column::text("Reviewers", 2),
            Column::mark("State").points(72.0),
        ],
        rows: rows.collect(),
    }
}

/// How many items of a review have each result.
fn results(items: &[SharedRecord]) -> String {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for item in items.iter().filter_map(SharedRecord::typed::<ReviewItem>) {
        *count.entry(word_or::<ItemResult>(item.result, "Open")).or_default() += 1;
    }
    let parts = count.into_iter().map(|(word, count)| format!("{word} {count}"));
    let all = format!("{} looked at", items.len());
    std::iter::once(all).chain(parts).collect::<Vec<_>>().join("\n")
}

/// The index of search evidence: each source of each review, with the digest of its data and of the evidence.
fn evidence(found: &[Review]) -> Block {
    let rows = found.iter().flat_map(|review| {
        let id = review.data.head.id;
        let content = &review.content;
        let whole: Vec<Cell> = vec![
            id.to_string().into(),
            "Evidence of the search".into(),
            day_or(content.searched_on, "").into(),
            "".into(),
            content.evidence_sha256.to_string().into(),
        ];
        let items: Vec<Arc<ReviewItem>> = review.items.iter().filter_map(SharedRecord::typed).collect();
        let sources = content.sources.iter().map(move |row| {
            let files: Vec<String> = row.files.iter().map(|file| file.to_string()).collect();
            let [found, nothing, not_checked] = answers(row, items.iter().map(|item| &**item));
            vec![
                id.to_string().into(),
                row.source.to_string().into(),
                row.data_date.to_string().into(),
                format!("{found} / {nothing} / {not_checked}").into(),
                files.join("\n").into(),
            ]
        });
        std::iter::once(whole).chain(sources).collect::<Vec<_>>()
    });
    Block::Table {
        caption: Some("Search evidence; items found / nothing found / not checked".to_owned()),
        columns: vec![
            Column::id("Review").points(46.0),
            Column::text("Source", 2),
            Column::text("Data of", 1).points(64.0),
            Column::text("Items", 1).points(84.0),
            Column::code("SHA-256", 3),
        ],
        rows: rows.collect(),
    }
}

/// The proof: how many items of each release and tier are inside their interval, and every one that is not.
fn coverage(fielded: &Fielded) -> Vec<Block> {
    let CoverageCount { all, covered } = fielded.covered();
    let words = format!(
        "At the end of the period {covered} of {all} items of the releases in service were inside the interval of the plan for their \
         risk tier, counted once for each release. Chapter 13 shows the days of each item."
    );
    let tone = if all == covered { Tone::Good } else { Tone::Late };
    let mut blocks = vec![Block::note(tone, words), by_release(fielded)];
    let holes: Vec<&CoverageRow> = fielded.rows.iter().filter(|row| !row.coverage.is_covered()).collect();
    if !holes.is_empty() {
        blocks.push(not_covered(&holes));
    }
    blocks
}

#[derive(Default)]
struct Sum {
    all: usize,
    covered: usize,
    oldest: Option<Day>,
    next: Option<Day>,
}

fn by_release(fielded: &Fielded) -> Block {
    let mut sums: BTreeMap<(RecordId, &str, String), Sum> = BTreeMap::new();
    for row in &fielded.rows {
        let tier = row.tier.map_or_else(|| "No tier, treated as high".to_owned(), word);
        let sum = sums.entry((row.release, &row.release_version, tier)).or_default();
        sum.all += 1;
        if let Coverage::Reviewed { on, until } = row.coverage {
            sum.covered += 1;
            sum.oldest = Some(sum.oldest.map_or(on, |before| before.min(on)));
            sum.next = match (sum.next, until) {
                (Some(before), Some(until)) => Some(before.min(until)),
                (before, until) => before.or(until),
            };
        }
    }
    let rows = sums.into_iter().map(|((release, version, tier), sum)| {
        let mark = if sum.covered == sum.all {
            Mark::good("all")
        } else {
            Mark::late(format!("{} missing", sum.all - sum.covered))
        };
        let cells: Vec<Cell> = vec![
            release.to_string().into(),
            version.into(),
            tier.into(),
            sum.all.to_string().into(),
            sum.covered.to_string().into(),
            day_or(sum.oldest, "").into(),
            day_or(sum.next, "").into(),
            mark.into(),
        ];
        cells
    });
    Block::Table {
        caption: Some("Coverage of the releases in service at the end of the period".to_owned()),
        columns: vec![
            Column::id("Release").points(52.0),
            Column::text("Version", 1),
            Column::text("Risk tier", 1),
            Column::number("Items").points(42.0),
            Column::number("Inside the interval").points(60.0),
            Column::date("Oldest search"),
            Column::date("Next due"),
            Column::mark("Covered").points(76.0),
        ],
        rows: rows.collect(),
    }
}

fn not_covered(holes: &[&CoverageRow]) -> Block {
    let rows = holes.iter().map(|row| {
        let why = match row.coverage {
            Coverage::Overdue { last: Some(last), since } => {
                format!("last searched on {last}, due on {since}")
            }
            Coverage::Overdue { last: None, since } => {
                format!("no approved review; in service since {since}")
            }
            Coverage::NotRegistered => "not in the register".to_owned(),
            Coverage::Reviewed { .. } => String::new(),
        };
        let cells: Vec<Cell> = vec![
            row.release.to_string().into(),
            row.item.map_or_else(String::new, |id| id.to_string()).into(),
            format!("{} {}", row.name, row.version).into(),
            word_or(row.tier, "").into(),
            Mark::late(why).into(),
        ];
        cells
    });
    Block::Table {
        caption: Some(format!("{} outside their interval", counted(holes.len(), "item"))),
        columns: vec![
            Column::id("Release").points(54.0),
            Column::id("Number").points(54.0),
            Column::text("Item, version", 1),
            Column::text("Risk tier", 1).points(56.0),
            Column::mark("Why").points(190.0),
        ],
        rows: rows.collect(),
    }
}

/// Chapter 15: the findings of the period with their metrics; those that touch safety in full.
pub(super) fn findings(paper: &mut Paper<'_>, ids: &[RecordId]) -> Result<Vec<Section>, Refused> {
    let clause = "IEC 62304 7.1.3; IEC 81001-5-1";
    let cases = Case::all(paper, ids.iter().copied())?;
    if cases.is_empty() {
        return Ok(vec![chapter(15, "Findings", clause, Vec::new())]);
    }
    let mut blocks = vec![findings::metrics(&cases)];
    blocks.extend(findings::log(&cases));
    let about = "A finding is printed in full below if it could lead to a hazardous situation or its risk is uncontrolled. Every other one \
                 is printed in full in the packet of its review and in its own.";
    blocks.push(Block::paragraph(about));
    let touches = |case: &&Case| {
        case.content.hazardous == Some(true) || case.content.risk_control == Some(RiskControl::Uncontrolled)
    };
    let mut sections = vec![chapter(15, "Findings", clause, blocks)];
    for (case, count) in cases.iter().filter(touches).zip(1..) {
        let page = paper.page(case.id())?;
        sections.push(findings::section(paper, &format!("15.{count}"), case, &page));
    }
    Ok(sections)
}
