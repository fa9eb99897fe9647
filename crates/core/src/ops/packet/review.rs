//! P4: one SOUP review (domain 7). Nine chapters in a fixed order. A review has up to thousands of items: what several of them share is
//! printed once. Of what nobody has looked at yet the names, the versions and the digest are printed; its texts are in the kept evidence.

mod after;
mod found;
mod items;
mod search;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::findings::Case;
use super::paper::{Paper, state_mark, word_or, words};
use super::record;
use super::sections::{chapter, joined, nothing};
use crate::domain::finding::{Finding, FindingState, known_as};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::maintenance_plan::{MaintenancePlan, RiskTier};
use crate::domain::record::RecordData;
use crate::domain::release::Release;
use crate::domain::review_item::{ReviewItem, SourceAnswer};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_item::SoupItem;
use crate::domain::soup_review::{SearchedSource, SoupReview, SoupReviewState};
use crate::domain::text::counted;
use crate::domain::workflow::World;
use crate::ops::page::RecordPage;
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Field, Mark, Section, Tone};
use mainstay_base::time::Day;

/// An item of the review with its entry in the register.
struct Looked {
    data: SharedRecord,
    content: Arc<ReviewItem>,
    soup: Option<Arc<SoupItem>>,
    /// The version of the designator as it is registered now.
    in_use: String,
}

/// A review with everything that is printed with it.
struct Dossier {
    page: RecordPage,
    content: SoupReview,
    /// Where review and items differ from the evidence of the search.
    differs: Vec<String>,
    plan: Option<Arc<MaintenancePlan>>,
    items: Vec<Looked>,
    cases: Vec<Case>,
    releases: Vec<SharedRecord>,
    /// The findings that count by SOUP item and name in lower case.
    known: BTreeMap<(RecordId, String), RecordId>,
    /// Items with a finding about the end of their support, in words: its number, and which stage of the product follows.
    obsolete: BTreeMap<RecordId, String>,
    /// Whether there are hits, and of none of them it is known whether it is exploited: that is said once for all of them.
    kev_unknown: bool,
    /// The findings that are as the search raised them, with the digest of their records. Their hits are listed in a line, and they in one
    /// table.
    as_found: BTreeMap<RecordId, String>,
}

impl Dossier {
    fn of(paper: &mut Paper<'_>, id: RecordId) -> Result<Self, Refused> {
        let page = paper.page(id)?;
        let content: SoupReview = page
            .data
            .typed()
            .ok_or_else(|| Refused::Rule(format!("{id} cannot be read; verify the file")))?;
        let plan = content.plan;
        let (items, releases, plan) = paper.ask(|world| {
            let releases = content.releases.iter().filter_map(|id| world.record(*id)).collect();
            let plan = plan.and_then(|id| world.record(id)?.typed::<MaintenancePlan>());
            (looked(world, id), releases, plan)
        })?;
        for item in &items {
            paper.mark_printed(item.data.head.id);
        }
        let found = paper.ask(|world| {
            let found = world.naming(id, Kind::Finding, "reviews");
            found.iter().map(|data| data.head.id).collect::<Vec<_>>()
        })?;
        let cases = Case::all(paper, found)?;
        let (known, obsolete) = paper.ask(names)?;
        let differs = paper.file.evidence_differences(id)?;
        let mut hits = items.iter().flat_map(|item| item.content.hits.iter()).peekable();
        let kev_unknown = hits.peek().is_some() && hits.all(|hit| hit.exploited.is_none());
        let as_found = found::as_found(paper, &items, &cases)?;
        Ok(Self {
            page,
            content,
            differs,
            plan,
            items,
            cases,
            releases,
            known,
            obsolete,
            kev_unknown,
            as_found,
        })
    }

    /// The words about whether something is exploited, unless they say of it what is said once for all hits.
    fn exploited(&self, listed: Option<bool>, words: &'static str) -> &'static str {
        if self.kev_unknown && listed.is_none() { "" } else { words }
    }

    fn state(&self) -> Option<SoupReviewState> {
        SoupReviewState::of(&self.page.data)
    }

    /// Declared fields of the review, also the empty ones.
    fn fields(&self, paper: &Paper<'_>, names: &[&str]) -> Vec<Field> {
        names.iter().filter_map(|name| record::named(paper, &self.page, name)).collect()
    }

    fn table(&self, paper: &Paper<'_>, name: &str, empty: &str) -> Block {
        record::table_of(paper, &self.page, name).unwrap_or_else(|| nothing(empty))
    }
}

fn looked(world: &dyn World, id: RecordId) -> Vec<Looked> {
    let soup: BTreeMap<RecordId, SharedRecord> =
        world.all(Kind::SoupItem).into_iter().map(|data| (data.head.id, data)).collect();
    let designators: BTreeMap<RecordId, SharedRecord> =
        world.all(Kind::SoupDesignator).into_iter().map(|data| (data.head.id, data)).collect();
    let items = world.parts(id, Kind::ReviewItem).into_iter();
    let items = items.filter_map(|data| {
        let content = data.typed::<ReviewItem>()?;
        let soup = content.item.and_then(|id| soup.get(&id)).and_then(SharedRecord::typed);
        let in_use = content.designator.and_then(|id| designators.get(&id));
        let in_use = in_use.map_or_else(String::new, |data| data.title().to_owned());
        Some(Looked { data, content, soup, in_use })
    });
    items.collect()
}

type Known = (BTreeMap<(RecordId, String), RecordId>, BTreeMap<RecordId, String>);

/// The names of all findings that count by SOUP item, and those about the end of support.
fn names(world: &dyn World) -> Known {
    let mut known = BTreeMap::new();
    let mut obsolete = BTreeMap::new();
    for data in world.all(Kind::Finding) {
        let Some(content) = data.typed::<Finding>() else { continue };
        if FindingState::of(&data) == Some(FindingState::Void) {
            continue;
        }
        for item in &content.items {
            for name in known_as(&content) {
                known.insert((*item, name), data.head.id);
            }
            if data.text("finding_kind") == "obsolescence" {
                obsolete.insert(*item, assessed(&data, &content));
            }
        }
    }
    (known, obsolete)
}

/// A finding about the end of support, with which stage of the product follows.
fn assessed(data: &RecordData, finding: &Finding) -> String {
    let open = FindingState::of(data).is_some_and(FindingState::is_undecided);
    let follows = word_or(finding.stage_follows, "");
    let open = if open { "not decided yet" } else { "" };
    joined(&[&data.head.id.to_string(), &follows, open], "\n")
}

/// The sections in the order of the clauses.
pub(super) fn sections(paper: &mut Paper<'_>, id: RecordId) -> Result<Vec<Section>, Refused> {
    let dossier = Dossier::of(paper, id)?;
    let found = found::sections(paper, &dossier)?;
    let paper = &*paper;
    let mut sections = vec![plan(paper, &dossier), method(paper, &dossier), scope(paper, &dossier)];
    sections.extend(items::sections(paper, &dossier));
    sections.extend(search::sections(paper, &dossier));
    sections.extend(found);
    sections.push(after::obsolescence(paper, &dossier));
    sections.push(after::reviewers(paper, &dossier)?);
    sections.push(after::next(paper, &dossier)?);
    for section in sections.iter_mut().filter(|section| section.record_id.is_none()) {
        section.record_id = Some(id.to_string());
    }
    Ok(sections)
}

fn standing(dossier: &Dossier) -> Option<Block> {
    let word = state_mark(&dossier.page.data).word.to_lowercase();
    match dossier.state() {
        Some(SoupReviewState::Approved) => None,
        Some(SoupReviewState::Abandoned) => Some(Block::note(
            Tone::Late,
            "The review was abandoned. It counts for nothing and moves no due date.",
        )),
        Some(_) | None => Some(Block::note(
            Tone::Due,
            format!(
                "The review is not approved ({word}). It does not count as done, and what it says may change."
            ),
        )),
    }
}

/// Chapter 1: what the plan asks for, and when it was due and done.
fn plan(paper: &Paper<'_>, dossier: &Dossier) -> Section {
    let content = &dossier.content;
    let plan = match content.plan {
        Some(id) => format!("{id}, version {}", content.plan_version),
        None => "Fixed when the review starts".to_owned(),
    };
    let mut fields = record::head(paper, &dossier.page);
    fields.extend(dossier.fields(paper, &["trigger", "trigger_ref"]));
    fields.push(Field::new("Maintenance plan", plan));
    fields.extend(dossier.fields(paper, &["due_on", "started_on", "searched_on"]));
    let mut blocks: Vec<Block> = standing(dossier).into_iter().collect();
    blocks.push(Block::Fields { fields });
    if let Some(mark) = in_time(content.due_on, content.searched_on, paper.now.day()) {
        blocks.push(Block::note(mark.tone, mark.word));
    }
    blocks.push(rules(dossier));
    if !content.conclusion.trim().is_empty() {
        blocks.push(Block::Fields { fields: dossier.fields(paper, &["conclusion", "comment"]) });
    }
    chapter(1, "Plan, interval, due and done", "IEC 62304 6.1 f, 7.1.3", blocks)
}

fn in_time(due: Option<Day>, done: Option<Day>, today: Day) -> Option<Mark> {
    let due = due?;
    Some(match done {
        Some(done) if done <= due => Mark::good(format!("Searched on {done}, due on {due}: in time")),
        Some(done) => {
            let late = counted(done.days_since(due), "day");
            Mark::late(format!("Searched on {done}, {late} after it was due"))
        }
        None if today > due => Mark::late(format!("Due on {due} and not done yet")),
        None => Mark::due(format!("Due on {due}")),
    })
}

fn rules(dossier: &Dossier) -> Block {
    let Some(plan) = &dossier.plan else {
        return nothing("The review has not started: no version of the plan is fixed for it");
    };
    let tiers: BTreeSet<RiskTier> =
        dossier.items.iter().map(|item| item.content.tier.unwrap_or(RiskTier::High)).collect();
    let rows = plan.soup_review_policy.iter().map(|rule| {
        let number = |number: Option<u32>| number.map_or_else(String::new, |number| number.to_string());
        let count = dossier
            .items
            .iter()
            .filter(|item| Some(item.content.tier.unwrap_or(RiskTier::High)) == rule.tier);
        let count = count.count();
        let mark = match rule.tier {
            Some(tier) if tiers.contains(&tier) => Mark::good(counted(count, "version")),
            Some(_) | None => Mark::neutral("none in this review"),
        };
        let cells: Vec<Cell> = vec![
            word_or(rule.tier, "").into(),
            number(rule.interval_days).into(),
            number(rule.min_sources).into(),
            rule.required_sources.to_string().into(),
            mark.into(),
        ];
        cells
    });
    Block::Table {
        caption: Some("What the plan asks for".to_owned()),
        columns: vec![
            Column::text("Risk tier", 1).points(56.0),
            Column::number("Every (days)").points(56.0),
            Column::number("Least sources").points(60.0),
            Column::text("Required sources", 1),
            Column::mark("In this review").points(106.0),
        ],
        rows: rows.collect(),
    }
}

fn is_nvd(source: &str) -> bool {
    let source = source.to_lowercase();
    source.contains("nvd") || source.contains("national vulnerability database")
}

const NVD: &str = "NVD is among the sources. Since 15 April 2026 it enriches only some of its records, so most new vulnerabilities have no \
                   CPE name there and a search by CPE name misses them. Its “nothing found” is not evidence by itself; the other sources \
                   and the suppliers' lists are.";

/// Chapter 2: how it was searched, where, by which identifiers, and what that cannot show.
fn method(paper: &Paper<'_>, dossier: &Dossier) -> Section {
    let content = &dossier.content;
    let mut fields = dossier.fields(paper, &["method", "program", "searched_on", "evidence_sha256"]);
    fields.extend(dossier.fields(paper, &["limitations"]));
    let mut blocks = vec![Block::Fields { fields }];
    blocks.extend(agrees(dossier));
    if content.sources.iter().any(|row| is_nvd(&row.source)) {
        blocks.push(Block::note(Tone::Due, NVD));
    }
    if content.sources.is_empty() {
        blocks.push(nothing("No source was searched yet"));
    } else {
        blocks.push(sources(dossier));
        blocks.push(source_files(content));
    }
    chapter(2, "Method, sources, identifiers, limitations", "IEC 62304 7.1.3; IEC 81001-5-1 9.5", blocks)
}

/// Whether the review and its items are what the kept evidence of the search says, and where they are not.
fn agrees(dossier: &Dossier) -> Vec<Block> {
    if dossier.differs.is_empty() {
        if dossier.items.is_empty() {
            return Vec::new();
        }
        let words = "Searched when, with what and in which sources, and what was found for each item: all of it is what the kept evidence of the \
                     search says.";
        return vec![Block::note(Tone::Good, words)];
    }
    let words = "The review differs from the kept evidence of its search. What stands here of the search is not proven by it:";
    let mut items: Vec<String> = dossier.differs.iter().take(DIFFERENCES_MAX).cloned().collect();
    if dossier.differs.len() > DIFFERENCES_MAX {
        items.push(format!("and {} more", dossier.differs.len() - DIFFERENCES_MAX));
    }
    vec![Block::note(Tone::Late, words), Block::List { items }]
}

/// Most differences from the evidence that are printed.
const DIFFERENCES_MAX: usize = 200;

/// For how many items a source found something, has nothing, or cannot answer: as the search says, or else as the items say.
pub(super) fn answers<'i>(row: &SearchedSource, items: impl Iterator<Item = &'i ReviewItem>) -> [u32; 3] {
    if let (Some(found), Some(nothing), Some(not_checked)) = (row.found, row.nothing, row.not_checked) {
        return [found, nothing, not_checked];
    }
    let mut sums = [0; 3];
    for answer in items.flat_map(|item| item.sources.iter()).filter(|own| *own.source == *row.source) {
        let [found, nothing, not_checked] = &mut sums;
        match answer.answer {
            Some(SourceAnswer::Found) => *found += 1,
            Some(SourceAnswer::Nothing) => *nothing += 1,
            Some(SourceAnswer::NotChecked) | None => *not_checked += 1,
        }
    }
    sums
}

fn sources(dossier: &Dossier) -> Block {
    let rows = dossier.content.sources.iter().map(|row| {
        let [found, nothing, not_checked] = answers(row, dossier.items.iter().map(|item| &*item.content));
        vec![
            row.source.to_string().into(),
            row.identifiers.to_string().into(),
            row.data_date.to_string().into(),
            row.age_days.map_or_else(String::new, |days| days.to_string()).into(),
            found.to_string().into(),
            nothing.to_string().into(),
            not_checked.to_string().into(),
            row.limitation.to_string().into(),
        ]
    });
    Block::Table {
        caption: Some("Sources, with the number of items for which each answered".to_owned()),
        columns: vec![
            Column::text("Source", 2),
            Column::text("Looked for by", 2),
            Column::text("Data of", 1).points(62.0),
            Column::number("Age (days)").points(36.0),
            Column::number("Found").points(40.0),
            Column::number("Nothing found").points(46.0),
            Column::number("Not checked").points(48.0),
            Column::text("What it cannot show", 2),
        ],
        rows: rows.collect(),
    }
}

fn source_files(content: &SoupReview) -> Block {
    let rows = content.sources.iter().flat_map(|row| {
        row.files.iter().map(|digest| vec![row.source.to_string().into(), digest.to_string().into()])
    });
    let rows: Vec<Vec<Cell>> = rows.collect();
    if rows.is_empty() {
        return nothing("No digest of a data file is recorded");
    }
    Block::Table {
        caption: Some("Files that hold the data that was searched".to_owned()),
        columns: vec![Column::text("Source", 1), Column::code("SHA-256", 3)],
        rows,
    }
}

/// Chapter 3: releases and versions in scope, and what is left out.
fn scope(paper: &Paper<'_>, dossier: &Dossier) -> Section {
    let content = &dossier.content;
    let tiers = if content.tiers.is_empty() { "All".to_owned() } else { words(&content.tiers) };
    let fields = vec![
        Field::new("Risk tiers", tiers),
        Field::new("Versions of SOUP in scope", dossier.items.len().to_string()),
    ];
    let mut blocks = vec![Block::Fields { fields }];
    if dossier.releases.is_empty() {
        blocks.push(nothing("The scope is frozen when the review starts: no release is in it yet"));
    } else {
        blocks.push(releases(dossier));
    }
    blocks.push(dossier.table(paper, "releases_left_out", "No release in service is left out"));
    blocks.push(dossier.table(paper, "exclusions", "No SOUP is left out"));
    chapter(3, "Scope: releases, versions, and what is left out", "IEC 62304 7.1.3, 8.1.2, 8.1.3", blocks)
}

fn releases(dossier: &Dossier) -> Block {
    let rows = dossier.releases.iter().map(|data| {
        let content = data.typed::<Release>();
        let rows = content.as_ref().map_or(0, |content| content.soup_baseline.len());
        let id = data.head.id;
        let here = dossier.items.iter().filter(|item| item.content.releases.contains(&id)).count();
        let candidate = if dossier.content.candidates.contains(&id) { " (candidate)" } else { "" };
        let cells: Vec<Cell> = vec![
            id.to_string().into(),
            format!("{}{candidate}", data.text("version")).into(),
            rows.to_string().into(),
            here.to_string().into(),
            data.text("bill_sha256").into(),
            state_mark(data).into(),
        ];
        cells
    });
    Block::Table {
        caption: Some("Releases in scope".to_owned()),
        columns: vec![
            Column::id("Release").points(54.0),
            Column::text("Version", 1).points(64.0),
            Column::number("SOUP in its baseline").points(64.0),
            Column::number("Looked at").points(46.0),
            Column::code("SHA-256 of the bill of materials", 1),
            Column::mark("State").points(76.0),
        ],
        rows: rows.collect(),
    }
}

/// The number and title of a review, for the cover.
pub(super) fn title(data: &RecordData) -> String {
    format!("{} {}", data.head.id, data.title())
}
