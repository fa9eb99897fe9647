//! P6: the retirement of the product (domain 7). Twelve chapters in a fixed order. What is not answered is printed as missing.

mod calendar;
mod ending;

use super::communications::{self, Told};
use super::paper::{Paper, day_or, state_mark, word_or};
use super::sections::{chapter, nothing};
use super::{authority, record, trail, vex};
use crate::domain::event::Event;
use crate::domain::field::{FieldDef, FieldType, is_empty};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::retirement_plan::{
    Audience, EndKind, GroupState, Progress, Retention, RetirementPlan, RetirementPlanState, progress,
    retention,
};
use crate::domain::shared_record::SharedRecord;
use crate::ops::page::RecordPage;
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Field, Mark, Section, Tone};
use mainstay_base::time::Day;

pub(super) use calendar::{milestones, status};

/// Stands where an answer is missing.
const MISSING: &str = "Missing";

/// A plan with everything that is printed with it.
struct Dossier {
    page: RecordPage,
    content: RetirementPlan,
    approvals: Vec<RecordPage>,
    events: Vec<Event>,
    progress: Vec<Progress>,
    milestones: Vec<SharedRecord>,
    keys: Vec<SharedRecord>,
    /// The communications by which audiences were told.
    told: Vec<Told>,
    /// The last release with what is said of its vulnerabilities.
    last: Option<(SharedRecord, Vec<Block>)>,
    retention: Retention,
}

impl Dossier {
    fn of(paper: &mut Paper<'_>, id: RecordId) -> Result<Self, Refused> {
        let page = paper.page(id)?;
        let content: RetirementPlan = page
            .data
            .typed()
            .ok_or_else(|| Refused::Rule(format!("{id} cannot be read; verify the file")))?;
        let today = paper.now.day();
        let (progress, milestones, keys, retention) = paper.ask(|world| {
            let parts = |kind| world.parts(id, kind);
            let progress = progress(world, &page.data);
            (progress, parts(Kind::Milestone), parts(Kind::KeyMaterial), retention(world, today))
        })?;
        for part in milestones.iter().chain(&keys) {
            paper.mark_printed(part.head.id);
        }
        let mut named: Vec<RecordId> = content.notices.iter().filter_map(|row| row.communication).collect();
        named.sort_unstable();
        named.dedup();
        let told = named.into_iter().map(|id| Told::of(paper, id)).collect::<Result<_, _>>()?;
        let last = match content.final_release {
            Some(id) => {
                paper.mark_printed(id);
                let (release, _, blocks) = vex::of_release(paper, id)?;
                Some((release, blocks))
            }
            None => None,
        };
        let approvals = authority::of(paper, id)?;
        let events = trail::events(paper, &[id])?;
        Ok(Self { page, content, approvals, events, progress, milestones, keys, told, last, retention })
    }

    /// All fields of a section of the plan.
    fn section(&self, paper: &Paper<'_>, title: &str) -> Vec<Block> {
        let def = self.page.data.def();
        let group = def.sections.iter().find(|section| section.title == title);
        let fields: Vec<&FieldDef> = group.into_iter().flat_map(|group| group.fields).collect();
        self.fields(paper, &fields)
    }

    /// Some fields of the plan by name.
    fn named(&self, paper: &Paper<'_>, names: &[&str]) -> Vec<Block> {
        let def = self.page.data.def();
        let fields: Vec<&FieldDef> = names.iter().filter_map(|name| def.field(name)).collect();
        self.fields(paper, &fields)
    }

    /// Fields and tables, those that are missing as missing, then what else a group asks for.
    fn fields(&self, paper: &Paper<'_>, fields: &[&FieldDef]) -> Vec<Block> {
        let (mut listed, mut tables, mut open) = (Vec::new(), Vec::new(), Vec::new());
        for field in fields.iter().filter(|field| field.name != "title") {
            let missing = self.missing(field.name);
            let empty = is_empty(self.page.data.value(field.name));
            let no_reason =
                empty && self.progress.iter().any(|one| one.group.not_applicable == Some(field.name));
            if no_reason && missing.is_empty() {
                continue;
            }
            match (matches!(field.ty, FieldType::Rows(_)), empty, missing.is_empty()) {
                (true, false, _) => tables.extend(record::table_of(paper, &self.page, field.name)),
                (true, true, true) => tables.push(nothing(&format!("{}: no entry", field.label))),
                (true, true, false) => {
                    tables.push(Block::note(Tone::Due, format!("{MISSING}: {}", field.label)));
                }
                (false, true, false) if !no_reason => listed.push(Field::new(field.label, MISSING)),
                (false, true | false, true | false) => {
                    listed.extend(record::named(paper, &self.page, field.name).filter(|_| !no_reason));
                }
            }
            let asked = missing.into_iter().filter(|_| !empty || no_reason);
            open.extend(asked.map(|text| Block::note(Tone::Due, format!("{MISSING}: {text}"))));
        }
        let mut blocks = Vec::new();
        if !listed.is_empty() {
            blocks.push(Block::Fields { fields: listed });
        }
        blocks.extend(tables);
        blocks.extend(open);
        blocks
    }

    /// What is missing at a field, in sentences.
    fn missing(&self, name: &str) -> Vec<String> {
        let all = self.progress.iter().flat_map(|progress| &progress.missing);
        all.filter(|(field, _)| *field == name).map(|(_, text)| text.clone()).collect()
    }

    fn told_of(&self, audience: Option<Audience>, end: Option<EndKind>) -> Vec<&Told> {
        let rows = self.content.notices.iter();
        let ids: Vec<RecordId> = rows
            .filter(|row| row.end == end && (audience.is_none() || row.audience == audience))
            .filter_map(|row| row.communication)
            .collect();
        self.told.iter().filter(|told| ids.contains(&told.page.data.head.id)).collect()
    }
}

/// The sections in their order.
pub(super) fn sections(paper: &mut Paper<'_>, id: RecordId) -> Result<Vec<Section>, Refused> {
    let dossier = Dossier::of(paper, id)?;
    let paper = &*paper;
    let record = id.to_string();
    let mut sections = vec![
        chapter(1, "Decision and stages", "IMDRF N60, N70", decision(paper, &dossier)).with_record(record),
        chapter(2, "Dates, their basis and announcement", "IMDRF N60, N70", dates(paper, &dossier)),
        chapter(3, "What continues in each stage", "IMDRF N60", dossier.section(paper, "Stages")),
        chapter(4, "Notices, recipients, acknowledgements", "IEC 62304 6.2.5", notices(paper, &dossier)),
    ];
    sections.extend(communications::sections(paper, 4, &dossier.told));
    let supply = dossier.section(paper, "Supply");
    sections.push(chapter(5, "Supply and other assessments", "MDR 10a, FD&C 506J", supply));
    sections.extend(ending::sections(paper, &dossier)?);
    Ok(sections)
}

/// The scope, the stages that the plan went through, and how far its groups are answered.
fn decision(paper: &Paper<'_>, dossier: &Dossier) -> Vec<Block> {
    let mut head = record::head(paper, &dossier.page);
    head.push(Field::new("Stage of the product", word_or(paper.product.tplc_stage, "not entered")));
    let mut blocks = vec![Block::Fields { fields: head }];
    blocks.extend(dossier.section(paper, "Scope"));
    blocks.push(stage_map(paper, dossier));
    blocks.push(groups(&dossier.progress));
    blocks
}

fn stage_map(paper: &Paper<'_>, dossier: &Dossier) -> Block {
    let data = &dossier.page.data;
    let present = RetirementPlanState::of(data);
    let rows = RetirementPlanState::ALL
        .iter()
        .filter(|state| {
            state.code != RetirementPlanState::Void.code() || present == Some(RetirementPlanState::Void)
        })
        .map(|state| {
            let entered = dossier.events.iter().rev().find(|event| event.moves(data.head.id, state.code));
            let first = state.code == RetirementPlanState::Draft.code();
            let (at, by) = match entered {
                Some(event) => (event.at.words(), event.name.clone()),
                None if first => (data.head.created_at.words(), paper.name(data.head.created_by)),
                None => (String::new(), String::new()),
            };
            let mark = if data.head.state == state.code {
                Mark::good("the plan is here")
            } else if at.is_empty() {
                Mark::neutral("not reached")
            } else {
                Mark::neutral("passed")
            };
            let cells: Vec<Cell> = vec![state.word.into(), at.into(), by.into(), mark.into()];
            cells
        })
        .collect();
    let columns = vec![
        Column::text("Stage of the plan", 2),
        Column::text("Last entered", 2),
        Column::text("By", 2),
        Column::mark("State").points(110.0),
    ];
    Block::Table { caption: Some("Stages".to_owned()), columns, rows }
}

fn groups(progress: &[Progress]) -> Block {
    let rows = progress
        .iter()
        .map(|one| {
            let mark = match one.state {
                GroupState::Answered => Mark::good(one.state.word()),
                GroupState::NotApplicable => Mark::neutral(one.state.word()),
                GroupState::Begun | GroupState::Empty => Mark::due(one.state.word()),
            };
            let missing: Vec<&str> = one.missing.iter().map(|(_, text)| text.as_str()).collect();
            let missing =
                if missing.is_empty() { String::new() } else { format!("{MISSING}: {}", missing.join("; ")) };
            let cells: Vec<Cell> = vec![one.group.title.into(), mark.into(), missing.into()];
            cells
        })
        .collect();
    let columns = vec![
        Column::text("Group of questions", 1),
        Column::mark("State").points(96.0),
        Column::text("What is missing", 2),
    ];
    Block::Table { caption: Some("How far the plan is answered".to_owned()), columns, rows }
}

/// Each date, how it was announced, what all rest on, and the milestones.
fn dates(paper: &Paper<'_>, dossier: &Dossier) -> Vec<Block> {
    let ends = [
        ("last_sale_date", Some(EndKind::Sale)),
        ("eol_date", Some(EndKind::Sale)),
        ("guaranteed_support_end", Some(EndKind::Support)),
        ("security_support_end", Some(EndKind::Support)),
        ("eos_date", Some(EndKind::Support)),
        ("export_until", None),
        ("decommission_target", None),
        ("contract_until", None),
    ];
    let def = dossier.page.data.def();
    let row = |(name, end): &(&str, Option<EndKind>)| {
        let field = def.field(name)?;
        let day = Day::parse(dossier.page.data.text(name)).ok();
        let cell: Cell = match day {
            Some(day) => day.to_string().into(),
            None if dossier.missing(name).is_empty() => "not set".into(),
            None => Mark::due(MISSING).into(),
        };
        let told = if end.is_some() { dossier.told_of(None, *end) } else { Vec::new() };
        let told: Vec<String> = told
            .iter()
            .map(|told| {
                let state = state_mark(&told.page.data).word.to_lowercase();
                format!("{}, {state} {}", told.page.data.head.id, told.day())
            })
            .collect();
        let told = match (end, told.is_empty()) {
            (None, _) => "–".to_owned(),
            (Some(_), true) => "not announced".to_owned(),
            (Some(_), false) => told.join("\n"),
        };
        let cells: Vec<Cell> = vec![field.label.into(), cell, told.into()];
        Some(cells)
    };
    let rows = ends.iter().filter_map(row).collect();
    let columns =
        vec![Column::text("Date", 2), Column::date("Day").points(76.0), Column::text("Announced by", 3)];
    let mut blocks = vec![Block::table(columns, rows)];
    blocks.extend(dossier.named(paper, &["dates_basis", "public_notice"]));
    blocks.push(milestones(paper, &dossier.milestones, &dossier.page.data));
    blocks
}

/// Who is told, by when, with which communication and what came of it; then what they are told.
fn notices(paper: &Paper<'_>, dossier: &Dossier) -> Vec<Block> {
    let content = &dossier.content;
    let rows: Vec<Vec<Cell>> = content
        .audiences
        .iter()
        .map(|row| {
            let end = match row.end {
                Some(EndKind::Sale) => content.eol_date,
                Some(EndKind::Support) => content.eos_date,
                None => None,
            };
            let by = end.zip(row.lead_months).map(|(end, months)| end.plus_months(-i64::from(months)));
            let told = dossier.told_of(row.audience, row.end);
            let words: Vec<String> = told
                .iter()
                .map(|told| format!("{}: {}", told.page.data.head.id, told.reached_words()))
                .collect();
            let late = by.is_some_and(|by| by < paper.now.day());
            let mark = match told.first() {
                Some(told) => state_mark(&told.page.data),
                None if late => Mark::late("not told"),
                None => Mark::due("not told yet"),
            };
            vec![
                word_or(row.audience, MISSING).into(),
                word_or(row.end, MISSING).into(),
                day_or(by, "not known").into(),
                words.join("\n").into(),
                mark.into(),
            ]
        })
        .collect();
    let mut blocks = Vec::new();
    if !rows.is_empty() {
        let columns = vec![
            Column::text("Who is told", 2),
            Column::text("Of", 2),
            Column::date("At the latest"),
            Column::text("Communication, recipients", 3),
            Column::mark("State").points(80.0),
        ];
        blocks.push(Block::table(columns, rows));
    }
    blocks.extend(dossier.section(paper, "Notices"));
    blocks.extend(dossier.named(paper, &["notices", "short_notice"]));
    blocks
}
