//! The records that an auditor picked, together: a list with the page of each, then each record as it is printed in its own packet.
//!
//! Belongs here: what was asked for, the list, and how a record without a packet of its own is printed. Does not belong here: how records
//! are drawn (`draw`).

mod draw;

use std::collections::BTreeSet;

use serde_json::{Map, json};

use super::paper::{Paper, state_mark};
use super::{Content, PacketScope, authority, declared, record, trail};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::RecordData;
use crate::domain::text::counted;
use crate::domain::workflow;
use crate::ops::page::RecordPage;
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Field, Mark, Section, Tone};
use mainstay_base::time::Day;

pub use draw::Draw;
use draw::Drawn;

/// The order of its chapters, in a sentence.
pub(super) const ARRANGED: &str =
    "Chapter 1 lists what was asked for; each record then has a chapter, which follows the clauses.";

/// What was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SampleScope {
    /// By number, in the order of asking.
    pub records: Vec<RecordId>,
    /// Records to draw, each kind once.
    pub draws: Vec<Draw>,
    /// What decides which records are drawn: a number or a word that the auditor names.
    pub seed: String,
    /// Only records that were entered on these days (UTC), both included, are drawn.
    pub entered: Option<(Day, Day)>,
    /// Who asked; empty if it is not stated.
    pub asked_by: String,
}

impl SampleScope {
    /// Who asked, in words.
    fn asker(&self) -> &str {
        if self.asked_by.trim().is_empty() { "the auditor" } else { self.asked_by.trim() }
    }

    pub(super) fn words(&self) -> String {
        format!("The records that {} asked for", self.asker())
    }

    /// Refuses what cannot be printed.
    ///
    /// # Errors
    /// [`Refused::Rule`] with everything that is wrong.
    pub fn refuse(&self) -> Result<(), Refused> {
        let mut wrong = Vec::new();
        if self.records.is_empty() && self.draws.is_empty() {
            wrong.push(
                "nothing is asked for; name a record, or how many records of a kind are drawn".to_owned(),
            );
        }
        let mut drawn = BTreeSet::new();
        for draw in &self.draws {
            if draw.count == 0 {
                wrong.push(format!("{} is drawn 0 times; draw at least 1", draw.kind.prefix()));
            }
            if !drawn.insert(draw.kind) {
                wrong.push(format!("{} is drawn twice; give one number for it", draw.kind.prefix()));
            }
        }
        let kinds: BTreeSet<Kind> = self.records.iter().map(|id| id.kind).chain(drawn).collect();
        for kind in kinds.into_iter().filter(|kind| !kind.def().place.is_work()) {
            let nouns = kind.def().nouns();
            wrong.push(format!("{nouns} are not picked; the packet of a period prints them"));
        }
        if !self.draws.is_empty() && self.seed.trim().is_empty() {
            wrong.push(
                "records are drawn by a seed, a number or a word that the auditor names, so that anybody can draw them again; give it"
                    .to_owned(),
            );
        }
        if !draw::is_readable(&self.seed) {
            wrong.push(format!(
                "a seed is typed again by others: give at most {} letters, digits, blanks and marks of a plain keyboard on one line",
                draw::SEED_MAX
            ));
        }
        match self.entered {
            Some(_) if self.draws.is_empty() => {
                wrong.push(
                    "the days say which records are drawn, and none is drawn; leave them out".to_owned(),
                );
            }
            Some((from, to)) if to < from => {
                wrong.push(format!("the days end on {to}, before they begin on {from}"));
            }
            Some(_) | None => {}
        }
        if wrong.is_empty() { Ok(()) } else { Err(Refused::Rule(wrong.join(". "))) }
    }
}

/// A record that is printed, or that was asked for and is not there.
struct Picked {
    id: RecordId,
    data: Option<RecordData>,
    /// How it was picked.
    how: &'static str,
    /// The number of its chapter.
    chapter: String,
}

/// What was asked for, with what the file has of it.
struct Sample<'s> {
    scope: &'s SampleScope,
    picked: Vec<Picked>,
    drawn: Vec<Drawn>,
}

impl<'s> Sample<'s> {
    fn of(paper: &Paper<'_>, scope: &'s SampleScope) -> Result<Self, Refused> {
        let drawn: Vec<Drawn> =
            scope.draws.iter().map(|draw| Drawn::of(paper, *draw, scope)).collect::<Result<_, _>>()?;
        let numbered: BTreeSet<RecordId> = scope.records.iter().copied().collect();
        let by_seed: BTreeSet<RecordId> = drawn.iter().flat_map(Drawn::ids).collect();
        let asked = scope.records.iter().copied().chain(drawn.iter().flat_map(Drawn::ids));
        let mut seen = BTreeSet::new();
        let mut chapter = 1;
        let mut picked = Vec::new();
        for id in asked.filter(|id| seen.insert(*id)) {
            let how = match (numbered.contains(&id), by_seed.contains(&id)) {
                (true, true) => "by number, and drawn",
                (true, false) => "by number",
                (false, _) => "drawn",
            };
            let data = paper.file.store.record(id)?;
            chapter += usize::from(data.is_some());
            picked.push(Picked { id, data, how, chapter: chapter.to_string() });
        }
        if picked.iter().all(|one| one.data.is_none()) {
            let ids: Vec<String> = picked.iter().map(|one| one.id.to_string()).collect();
            let words = if ids.is_empty() { "what is drawn from".to_owned() } else { ids.join(", ") };
            return Err(Refused::Rule(format!(
                "the file has nothing of what was asked for ({words}); ask for records that are there"
            )));
        }
        Ok(Self { scope, picked, drawn })
    }

    fn missing(&self) -> Vec<String> {
        let missing = self.picked.iter().filter(|one| one.data.is_none());
        missing.map(|one| one.id.to_string()).collect()
    }

    /// What the audit event says of it.
    fn facts(&self) -> Map<String, serde_json::Value> {
        let mut sample = Map::new();
        let printed = self.picked.iter().filter(|one| one.data.is_some());
        sample.insert("printed".to_owned(), printed.map(|one| one.id.to_string()).collect());
        let mut add = |name: &str, value: serde_json::Value| {
            sample.insert(name.to_owned(), value);
        };
        if !self.missing().is_empty() {
            add("missing", self.missing().into());
        }
        if !self.scope.asked_by.trim().is_empty() {
            add("asked_by", self.scope.asked_by.trim().into());
        }
        if !self.drawn.is_empty() {
            add("seed", self.scope.seed.trim().into());
            add("draws", self.drawn.iter().map(Drawn::fact).collect());
        }
        if let Some(days) = self.scope.entered {
            add("entered", json!(days));
        }
        [("sample".to_owned(), sample.into())].into_iter().collect()
    }
}

/// The list, and each record.
pub(super) fn content(paper: &mut Paper<'_>, scope: &SampleScope) -> Result<Content, Refused> {
    let sample = Sample::of(paper, scope)?;
    let first = Section::new(1, "1", "What was asked for", list(paper, &sample));
    let mut sections = vec![first.on_new_page()];
    for one in &sample.picked {
        if let Some(data) = &one.data {
            sections.extend(chapter(paper, one, data)?);
        }
    }
    let checks = sample.drawn.iter().map(|drawn| drawn.check(scope)).collect();
    Ok(Content { sections, facts: sample.facts(), checks, ..Content::default() })
}

/// The first chapter: who asked for what and when, each record with its page, and how records were drawn.
fn list(paper: &Paper<'_>, sample: &Sample<'_>) -> Vec<Block> {
    let scope = sample.scope;
    let asked_by = scope.asked_by.trim();
    let mut fields = vec![
        Field::new("Asked for by", if asked_by.is_empty() { "Not stated" } else { asked_by }),
        Field::new("Picked at", paper.now.words()),
    ];
    if !scope.records.is_empty() {
        let asked = sample.picked.iter().filter(|one| scope.records.contains(&one.id));
        let ids: Vec<String> = asked.map(|one| one.id.to_string()).collect();
        fields.push(Field::new("By number", ids.join(", ")));
    }
    fields.extend(sample.drawn.iter().map(|drawn| Field::new("Drawn", drawn.words(scope))));
    let mut blocks = vec![Block::Fields { fields }, table(paper, sample)];
    let missing = sample.missing();
    if !missing.is_empty() {
        let words = format!("Not in this file: {}. Records are never removed from it.", missing.join(", "));
        blocks.push(Block::note(Tone::Late, words));
    }
    let aside = sample.picked.iter().filter_map(|one| one.data.as_ref()).filter_map(ended_aside);
    let aside: Vec<String> = aside.collect();
    if !aside.is_empty() {
        let words = format!(
            "Ended otherwise than by completion: {}. They are printed as they are; the audit trail says who ended them and why.",
            aside.join(", ")
        );
        blocks.push(Block::note(Tone::Due, words));
    }
    blocks.extend(sample.drawn.iter().flat_map(|drawn| drawn.blocks(scope)));
    blocks
}

/// A record in a side state that nothing leaves, such as void, with that state.
fn ended_aside(data: &RecordData) -> Option<String> {
    let state = data.state()?;
    let aside = state.terminal && state.rank == 0 && state.tone == workflow::Tone::Neutral;
    aside.then(|| format!("{} ({})", data.head.id, state.word.to_lowercase()))
}

fn table(paper: &Paper<'_>, sample: &Sample<'_>) -> Block {
    let rows = sample.picked.iter().map(|one| {
        let def = one.id.kind.def();
        let (title, state, page) = match &one.data {
            Some(data) => (paper.title(data), state_mark(data), Cell::page_of(one.chapter.clone())),
            None => (String::new(), Mark::late("not in the file"), "–".into()),
        };
        let title = if title.is_empty() { def.word.to_owned() } else { format!("{}\n{title}", def.word) };
        vec![one.id.to_string().into(), title.into(), def.clause.into(), state.into(), one.how.into(), page]
    });
    let columns = vec![
        Column::id("Number").points(54.0),
        Column::text("Kind, title", 3),
        Column::text("Clause", 2),
        Column::mark("State").points(92.0),
        Column::text("Picked", 1).points(58.0),
        Column::number("Page").points(40.0),
    ];
    let caption = counted(sample.picked.len(), "record");
    Block::Table { caption: Some(caption), columns, rows: rows.collect() }
}

/// A record as in the packet of its kind, or from its declaration.
fn chapter(paper: &mut Paper<'_>, one: &Picked, data: &RecordData) -> Result<Vec<Section>, Refused> {
    let (id, def) = (one.id, one.id.kind.def());
    let title = paper.title(data);
    let fields = vec![
        Field::new("Kind", def.word),
        Field::new("Picked", one.how),
        Field::new("State", format!("{} since {}", state_mark(data).word, data.head.state_since.words())),
    ];
    let heading =
        Section::new(1, one.chapter.clone(), format!("{id} {title}").trim(), vec![Block::Fields { fields }]);
    let heading = heading.with_record(id.to_string()).on_new_page();
    let heading = if def.clause.is_empty() { heading } else { heading.with_clause(def.clause) };
    let below = paper.inside(&one.chapter, |paper| match PacketScope::of(id) {
        Some(scope) => Content::of(paper, &scope).map(|content| content.sections),
        None => alone(paper, id),
    })?;
    Ok(std::iter::once(heading).chain(below).collect())
}

/// A record whose kind has no packet: its fields and signatures, its parts, what is linked with it, and its audit trail.
fn alone(paper: &mut Paper<'_>, id: RecordId) -> Result<Vec<Section>, Refused> {
    let page = paper.page(id)?;
    let approvals = if id.kind.def().approvable.is_some() { authority::of(paper, id)? } else { Vec::new() };
    for linked in &page.linked {
        paper.mention(linked.id);
    }
    let parts = parts(paper, id)?;
    let paper = &*paper;
    let blocks = if id.kind == Kind::Approval {
        authority::approval(paper, &page)?
    } else {
        record::approved(paper, &page, &approvals)
    };
    let mut titled = vec![("Content", blocks)];
    if !parts.is_empty() {
        titled.push(("Parts", parts));
    }
    titled.push(("Linked records", vec![linked(&page)]));
    let rows = trail::rows(paper, &trail::events(paper, &[id])?, &[id])?;
    titled.push(("Audit trail of the record", vec![Block::History { rows }]));
    let sections = titled.into_iter().zip(1..);
    Ok(sections
        .map(|((title, blocks), number)| super::sections::chapter(number, title, "", blocks))
        .collect())
}

/// A table for each kind of parts of the record.
fn parts(paper: &mut Paper<'_>, id: RecordId) -> Result<Vec<Block>, Refused> {
    let kinds = Kind::ALL.iter().filter(|kind| kind.def().part_of.is_some_and(|part| part.kind == id.kind));
    let mut tables = Vec::new();
    for kind in kinds {
        let parts = paper.file.parts(id, *kind)?;
        for part in &parts {
            paper.mark_printed(part.head.id);
        }
        if !parts.is_empty() {
            tables.push(declared::log(paper, (*kind, kind.def().plural.to_owned()), parts.iter()));
        }
    }
    Ok(tables)
}

fn linked(page: &RecordPage) -> Block {
    if page.linked.is_empty() {
        return super::sections::nothing("No record is linked with it");
    }
    let rows = page.linked.iter().map(|one| {
        vec![
            one.id.to_string().into(),
            one.through.into(),
            one.title.clone().into(),
            Mark::neutral(one.state).into(),
        ]
    });
    let columns = vec![
        Column::id("Number"),
        Column::text("Linked through", 1),
        Column::text("Title", 3),
        Column::mark("State"),
    ];
    Block::table(columns, rows.collect())
}
