//! Chapter 4 of the packet of a review: every item with the version in use, both lanes and its support. Items for which nothing was found
//! and nothing is remarked stand in dense tables by tier; every other one has a section of its own.

use std::collections::{BTreeMap, HashMap};

use super::after::support_mark;
use super::{Dossier, Looked};
use crate::domain::canonical;
use crate::domain::choice::Choice as _;
use crate::domain::ids::RecordId;
use crate::domain::maintenance_plan::RiskTier;
use crate::domain::review_item::{
    Hit, ItemResult, ReviewItem, SearchResult, SinceLast, SourceAnswer, exploited_words, is_done,
};
use crate::domain::soup_item::SupportLevel;
use crate::domain::text::counted;
use crate::ops::packet::paper::{Paper, word, word_or};
use crate::ops::packet::sections::{chapter, joined, nothing};
use crate::report::{Block, Cell, Column, Field, Figure, Mark, Section, Tone};

/// The chapter with its sections.
pub(super) fn sections(paper: &Paper<'_>, dossier: &Dossier) -> Vec<Section> {
    let clause = "IEC 62304 7.1.3, 8.1.2";
    let title = "Components: version, lists of suppliers, search";
    if dossier.items.is_empty() {
        let words = "No item was looked at: the review has no result";
        return vec![chapter(4, title, clause, vec![nothing(words)])];
    }
    let (quiet, full): (Vec<&Looked>, Vec<&Looked>) = dossier.items.iter().partition(|item| is_quiet(item));
    let said = Said::of(&quiet);
    let mut front = vec![figures(paper, dossier), about(paper, quiet.len(), full.len())];
    if dossier.kev_unknown {
        front.push(Block::note(Tone::Due, exploited_words(None)));
    }
    let mut sections = vec![chapter(4, title, clause, front)];
    let mut count = 0;
    let mut number = || {
        count += 1;
        format!("4.{count}")
    };
    for item in full {
        sections.push(one(paper, dossier, item, number()));
    }
    for shared in [&said.lists, &said.instead] {
        if let Some(table) = shared.table() {
            sections.push(Section::new(2, number(), shared.wording.title, vec![table]));
        }
    }
    for (group, items) in by_group(&quiet) {
        sections.push(Section::new(
            2,
            number(),
            group.title(items.len()),
            group_blocks(dossier, &said, &group, &items),
        ));
    }
    sections
}

fn figures(paper: &Paper<'_>, dossier: &Dossier) -> Block {
    let count =
        |result: ItemResult| dossier.items.iter().filter(|item| item.content.result == Some(result)).count();
    let figure = |label: &str, value: usize, note: &str| Figure {
        label: label.to_owned(),
        value: value.to_string(),
        note: note.to_owned(),
    };
    let open = dossier.items.iter().filter(|item| !is_done(&item.data)).count();
    let mut figures = vec![
        figure("nothing found", count(ItemResult::NothingFound), "both lanes"),
        figure("nothing relevant", count(ItemResult::NoneRelevant), "each with its reason"),
        figure("with findings", count(ItemResult::FindingsRaised), &paper.chapter(6)),
        figure("could not be checked", count(ItemResult::NotChecked), "and what was done instead"),
    ];
    if open > 0 {
        figures.push(figure("without a result", open, "still to be looked at"));
    }
    Block::Figures { figures }
}

fn about(paper: &Paper<'_>, quiet: usize, full: usize) -> Block {
    Block::paragraph(format!(
        "Here is every version in scope. With a section of its own: {}, with a hit, an anomaly, a remark, or without an answer. In tables \
         by risk tier and support: {}, for which both lanes have nothing, or which could not be checked. What each source answered for \
         each item is in {}.",
        counted(full, "version"),
        counted(quiet, "version"),
        paper.chapter(5)
    ))
}

/// Whether a row says everything about an item.
fn is_quiet(item: &Looked) -> bool {
    let content = &item.content;
    matches!(content.result, Some(ItemResult::NothingFound | ItemResult::NotChecked))
        && is_done(&item.data)
        && content.hits.is_empty()
        && content.anomalies.is_empty()
        && content.dismissed.is_empty()
        && content.rationale.trim().is_empty()
        && item.in_use == *content.version_searched
}

/// What the items of one table have in common. Items without a tier come first, as they are treated as of the highest.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    tier: Option<RiskTier>,
    support: Option<SupportLevel>,
    /// Whether no source could answer for them.
    unchecked: bool,
}

impl Group {
    fn title(&self, count: usize) -> String {
        let tier = self
            .tier
            .map_or("No risk tier".to_owned(), |tier| format!("Risk tier {}", word(tier).to_lowercase()));
        let support = self.support.map_or("support unknown".to_owned(), |level| word(level).to_lowercase());
        let what = if self.unchecked { "could not be checked" } else { "nothing found" };
        format!("{tier}, {support}: {what} for {}", counted(count, "version"))
    }
}

fn by_group<'d>(items: &[&'d Looked]) -> BTreeMap<Group, Vec<&'d Looked>> {
    let mut groups: BTreeMap<Group, Vec<&Looked>> = BTreeMap::new();
    for item in items {
        let group = Group {
            tier: item.content.tier,
            support: item.soup.as_ref().and_then(|soup| soup.support_level),
            unchecked: item.content.result == Some(ItemResult::NotChecked),
        };
        groups.entry(group).or_default().push(item);
    }
    groups
}

fn group_blocks(dossier: &Dossier, said: &Said, group: &Group, items: &[&Looked]) -> Vec<Block> {
    let mut blocks = Vec::new();
    if group.unchecked {
        blocks.push(Block::note(Tone::Due, NO_ANSWER));
    }
    blocks.push(dense(dossier, said, items));
    blocks
}

/// What stands beside an item that no source could check.
const NO_ANSWER: &str = "No source could answer for what stands here. That is not “nothing found”.";

/// What the list of a supplier says of an item, without the item.
fn lane_a(content: &ReviewItem) -> String {
    let read = content.list_read_on.map_or_else(String::new, |day| format!(", read on {day}"));
    let mut parts = Vec::new();
    if !content.list_place.is_empty() {
        parts.push(format!("{}{read}", content.list_place));
    }
    for text in [&content.list_judgement, &content.no_list] {
        if !text.trim().is_empty() {
            parts.push(text.trim().to_owned());
        }
    }
    if !content.list_sha256.is_empty() {
        parts.push(format!("SHA-256 of the copy {}", content.list_sha256));
    }
    parts.join("\n")
}

/// A text of each item, which often is the same for several.
struct Wording {
    /// Title of the table of those that are shared.
    title: &'static str,
    /// Heading of their column.
    heading: &'static str,
    /// The letter before their numbers.
    letter: char,
    text_of: fn(&ReviewItem) -> String,
}

/// What lists of suppliers say.
const LISTS: Wording = Wording {
    title: "What suppliers' lists say, where it is the same for several items",
    heading: "List, when it was read, what it says",
    letter: 'L',
    text_of: lane_a,
};

/// What was done where a source could not answer.
const INSTEAD: Wording = Wording {
    title: "What was done where a source could not answer, where it is the same for several items",
    heading: "What was done instead",
    letter: 'N',
    text_of: |content| content.not_checked.trim().to_owned(),
};

/// The texts that several items share, numbered.
struct Shared {
    wording: Wording,
    /// In the order of their numbers.
    texts: Vec<String>,
    number: HashMap<String, usize>,
}

impl Shared {
    fn of(wording: Wording, items: &[&Looked]) -> Self {
        let said: Vec<String> = items.iter().map(|item| (wording.text_of)(&item.content)).collect();
        let mut count: HashMap<&str, usize> = HashMap::new();
        for text in said.iter().filter(|text| !text.is_empty()) {
            *count.entry(text).or_default() += 1;
        }
        let (mut texts, mut number) = (Vec::new(), HashMap::new());
        for text in &said {
            if count.get(text.as_str()).is_some_and(|count| *count > 1) && !number.contains_key(text) {
                texts.push(text.clone());
                number.insert(text.clone(), texts.len());
            }
        }
        Self { wording, texts, number }
    }

    /// The number of the text of an item, or the text if no other item has it.
    fn words(&self, content: &ReviewItem) -> String {
        let text = (self.wording.text_of)(content);
        self.number.get(&text).map_or(text, |number| self.mark(*number))
    }

    fn mark(&self, number: usize) -> String {
        format!("{}{number}", self.wording.letter)
    }

    /// A column for these items, narrow if each of them has a number or nothing in it.
    fn column(&self, title: &str, items: &[&Looked]) -> Column {
        let is_short = |text: String| text.is_empty() || self.number.contains_key(&text);
        let column = Column::text(title, 3);
        if items.iter().all(|item| is_short((self.wording.text_of)(&item.content))) {
            column.points(44.0)
        } else {
            column
        }
    }

    fn table(&self) -> Option<Block> {
        let rows = self.texts.iter().zip(1..);
        let rows = rows.map(|(text, number)| vec![self.mark(number).into(), text.clone().into()]);
        let columns = vec![Column::id("Mark").points(40.0), Column::text(self.wording.heading, 1)];
        (!self.texts.is_empty()).then(|| Block::table(columns, rows.collect()))
    }
}

/// What was written for the items of dense tables.
struct Said {
    lists: Shared,
    instead: Shared,
}

impl Said {
    fn of(items: &[&Looked]) -> Self {
        Self { lists: Shared::of(LISTS, items), instead: Shared::of(INSTEAD, items) }
    }
}

/// Sources that could answer, of those that were asked.
fn answered(content: &ReviewItem) -> String {
    let could = content
        .sources
        .iter()
        .filter(|row| row.answer != Some(SourceAnswer::NotChecked) && row.answer.is_some());
    format!("{} of {}", could.count(), content.sources.len())
}

/// A row for each item.
fn dense(dossier: &Dossier, said: &Said, items: &[&Looked]) -> Block {
    let instead = items.iter().any(|item| !item.content.not_checked.trim().is_empty());
    let ends = items.iter().any(|item| item.soup.as_ref().is_some_and(|soup| soup.end_of_support.is_some()));
    let compared = items.iter().any(|item| item.content.since_last.is_some());
    let today = dossier.content.searched_on;
    let rows = items.iter().map(|item| {
        let content = &item.content;
        let number = content.item.map_or_else(String::new, |id| id.to_string());
        let name =
            item.soup.as_ref().map_or_else(|| content.title.to_string(), |soup| soup.title.to_string());
        let mut cells: Vec<Cell> = vec![
            number.into(),
            name.into(),
            item.in_use.clone().into(),
            content.version_searched.to_string().into(),
            said.lists.words(content).into(),
            answered(content).into(),
        ];
        if instead {
            cells.push(said.instead.words(content).into());
        }
        if compared {
            cells.push(word_or(content.since_last, "").into());
        }
        if ends {
            let end = item.soup.as_ref().and_then(|soup| soup.end_of_support);
            let late = item.soup.as_ref().zip(today).and_then(|(soup, today)| support_mark(soup, today));
            cells.push(match (end, late) {
                (Some(end), Some(mark)) => Mark::new(mark.tone, end.to_string()).into(),
                (Some(end), None) => end.to_string().into(),
                (None, _) => "".into(),
            });
        }
        cells
    });
    let rows = rows.collect();
    let mut columns = vec![
        Column::id("Number").points(46.0),
        Column::text("Item", 2),
        Column::text("In use", 1).points(62.0),
        Column::text("Searched", 1).points(62.0),
        said.lists.column("Supplier's list", items),
        Column::text("Sources", 1).points(46.0),
    ];
    if instead {
        columns.push(said.instead.column("Done instead", items));
    }
    if compared {
        columns.push(Column::text("Since last", 1).points(50.0));
    }
    if ends {
        columns.push(Column::text("Support until", 1).points(58.0));
    }
    Block::table(columns, rows)
}

/// An item with everything about it.
fn one(paper: &Paper<'_>, dossier: &Dossier, item: &Looked, number: String) -> Section {
    let content = &item.content;
    let id = item.data.head.id;
    let releases: Vec<String> = content.releases.iter().map(|id| id.to_string()).collect();
    let support = item.soup.as_ref().map_or_else(String::new, |soup| {
        let end = soup.end_of_support.map_or_else(String::new, |day| format!(", until {day}"));
        format!("{}{end}", word_or(soup.support_level, "Unknown"))
    });
    let in_use = if item.in_use == *content.version_searched {
        item.in_use.clone()
    } else {
        format!("{} (another version than the one searched)", item.in_use)
    };
    let mut fields = vec![
        Field::new("Result", word_or(content.result, "Open: no result yet")),
        Field::new("Risk tier", word_or(content.tier, "")),
        Field::new("Designator in use", in_use),
        Field::new("Version searched", content.version_searched.to_string()),
        Field::new("Releases", releases.join(", ")),
        Field::new("Since last time", word_or(content.since_last, "")),
        Field::new("Support", support),
        Field::new(
            "Search",
            format!("{}, {} sources answered", word_or(content.search_result, "Open"), answered(content)),
        ),
        Field::new("Supplier's list", lane_a(content)),
    ];
    for name in ["not_checked", "rationale"] {
        let text = paper.field(&item.data, name);
        let label = item.data.def().field(name).map_or("", |field| field.label);
        if !text.is_empty() {
            fields.push(Field::new(label, text));
        }
    }
    let mut blocks = vec![Block::Fields { fields }];
    if content.search_result == Some(SearchResult::NotChecked) {
        blocks.push(Block::note(Tone::Due, NO_ANSWER));
    }
    blocks.extend(hits(dossier, item));
    blocks.extend(anomalies(dossier, item));
    let soup = content.item.map_or_else(String::new, |id| format!("{id} "));
    Section::new(2, number, format!("{soup}{}", content.title), blocks).with_record(id.to_string())
}

/// What was found, and what became of each hit: a finding, or why it does not concern the product. Hits that nobody has looked at yet
/// stand in a line for each verdict: what they are is said once with their findings.
fn hits(dossier: &Dossier, item: &Looked) -> Vec<Block> {
    let content = &item.content;
    let dismissed: HashMap<String, &str> =
        content.dismissed.iter().map(|row| (row.advisory.to_lowercase(), row.reason.trim())).collect();
    let mut rows = Vec::new();
    let mut waiting: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for hit in content.hits.iter() {
        let finding = finding_of(dossier, item, hit);
        let exploited = dossier.exploited(hit.exploited, exploited_words(hit.exploited));
        let since = hit.since_last.map_or("", SinceLast::word);
        let same = |id: &RecordId| dossier.as_found.get(id).is_some_and(|digest| *digest == *hit.digest);
        if let Some(id) = finding.filter(same) {
            let verdict = joined(&[&hit.verdict, exploited, since], ", ");
            waiting.entry(verdict).or_default().push(format!("{} ({id})", hit.advisory));
            continue;
        }
        let mut names = vec![hit.advisory.to_string()];
        names.extend(hit.aliases.iter().map(|alias| alias.to_string()));
        rows.push(vec![
            names.join("\n").into(),
            joined(&[&hit.title, &canonical::first_digits(&hit.digest)], "\n").into(),
            joined(&[&hit.verdict, &hit.severity], "\n").into(),
            joined(&[exploited, since], "\n").into(),
            decision(finding, dismissed.get(&hit.advisory.to_lowercase())),
        ]);
    }
    let mut blocks = Vec::new();
    if !rows.is_empty() {
        blocks.push(Block::Table {
            caption: Some("Hits, each with its decision".to_owned()),
            columns: vec![
                Column::text("Advisory, other names", 1).points(96.0),
                Column::text("Title, digest of its records", 3),
                Column::text("Match, severity", 1).points(70.0),
                Column::text("Since last", 1).points(56.0),
                Column::mark("Finding, or why none").points(110.0),
            ],
            rows,
        });
    }
    let fields = waiting
        .into_iter()
        .map(|(verdict, names)| Field::new(format!("Hits not looked at yet: {verdict}"), names.join(", ")));
    let fields: Vec<Field> = fields.collect();
    if !fields.is_empty() {
        blocks.push(Block::Fields { fields });
    }
    blocks
}

fn finding_of(dossier: &Dossier, item: &Looked, hit: &Hit) -> Option<RecordId> {
    let mut names = std::iter::once(&hit.advisory).chain(&hit.aliases).map(|name| name.to_lowercase());
    let id = item.content.item?;
    names.find_map(|name| dossier.known.get(&(id, name)).copied())
}

fn decision(finding: Option<RecordId>, dismissed: Option<&&str>) -> Cell {
    match (finding, dismissed) {
        (Some(finding), _) => finding.to_string().into(),
        (None, Some(reason)) => format!("Does not concern it: {reason}").into(),
        (None, None) => Mark::late("not decided").into(),
    }
}

/// The anomalies of the supplier's list that were judged.
fn anomalies(dossier: &Dossier, item: &Looked) -> Option<Block> {
    let content = &item.content;
    if content.anomalies.is_empty() {
        return None;
    }
    let rows = content.anomalies.iter().map(|row| {
        let name = row.anomaly.to_lowercase();
        let finding = content.item.and_then(|id| dossier.known.get(&(id, name)));
        let relevant = match (row.relevant, finding) {
            (Some(true), Some(finding)) => Mark::due(format!("relevant: {finding}")),
            (Some(true), None) => Mark::late("relevant, no finding"),
            (Some(false), _) => Mark::neutral("not relevant"),
            (None, _) => Mark::due("not judged"),
        };
        let cells: Vec<Cell> = vec![
            row.anomaly.to_string().into(),
            row.title.to_string().into(),
            relevant.into(),
            row.judgement.to_string().into(),
        ];
        cells
    });
    Some(Block::Table {
        caption: Some("Anomalies of the supplier's list that were judged".to_owned()),
        columns: vec![
            Column::text("Anomaly", 1).points(84.0),
            Column::text("Title", 2),
            Column::mark("Relevant").points(92.0),
            Column::text("Why", 2),
        ],
        rows: rows.collect(),
    })
}
