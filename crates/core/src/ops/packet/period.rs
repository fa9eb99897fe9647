//! P1: everything in a period (domain 7). Twenty chapters in a fixed order; an empty one says "No records in period".

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::chain::ChangeChain;
use super::communications::Told;
use super::order::OrderCheck;
use super::paper::{Paper, Then, state_mark, word_or};
use super::plans::Plans;
use super::register::Fielded;
use super::releases::Released;
use super::sections::{chapter, nothing, numbers};
use super::sources::Checks;
use super::{
    analysis, communications, declared, deviations, logs, matrix, open, people, record, register, releases,
    retirement, sources, standing, trail, trends,
};
use crate::domain::event::Event;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::impact_analysis::ImpactAnalysis;
use crate::domain::ledger::Ledger;
use crate::domain::problem_report::is_safety_relevant;
use crate::domain::time_stamp::StampedEvent;
use crate::ops::attention::AttentionItem;
use crate::ops::page::RecordPage;
use crate::ops::refused::Refused;
use crate::ops::soup::CoverageCount;
use crate::report::{Block, Cell, Column, Field, Figure, Mark, Section, Tone};
use crate::store::EventFilter;
use mainstay_base::time::{Day, Moment};

/// The records and events of the period.
struct Period {
    from: Day,
    to: Day,
    /// Oldest first.
    events: Vec<Event>,
    ids: Vec<RecordId>,
    chains: Vec<(ChangeChain, OrderCheck)>,
    /// The file as it was at the end of the period; absent if that is the present file.
    past: Option<Rc<Then>>,
}

impl Period {
    fn of(paper: &mut Paper<'_>, from: Day, to: Day) -> Result<Self, Refused> {
        let filter = EventFilter { from: from.to_string(), until: to.to_string(), ..EventFilter::default() };
        let mut events: Vec<Event> =
            paper.file.store.events(&filter, u32::MAX, 0)?.into_iter().map(|row| row.event).collect();
        events.reverse();
        let ids: Vec<RecordId> = concerned(&events).into_iter().collect();
        let mut chains = Vec::new();
        for id in ids.iter().filter(|id| id.kind == Kind::ChangeRequest) {
            let chain = ChangeChain::of(paper, *id)?;
            let (steps, _) = chain.steps(paper)?;
            let check = ChangeChain::check(&steps);
            chains.push((chain, check));
        }
        let past = paper.then(Moment::end_of(to))?;
        Ok(Self { from, to, events, ids, chains, past })
    }

    /// The records of the period, and every deviation of the file: none is ever left out.
    fn with_all_deviations(&self, paper: &Paper<'_>) -> Result<Vec<RecordId>, Refused> {
        let all: BTreeSet<RecordId> = self.ids.iter().copied().chain(deviations::all(paper)?).collect();
        Ok(all.into_iter().collect())
    }

    /// The records at the end of the period, if it is past.
    fn ledger(&self) -> Option<&Ledger> {
        self.past.as_deref().map(|then| &then.records)
    }

    /// Whether a record was there at the end of the period.
    fn had(&self, id: RecordId) -> bool {
        self.ledger().is_none_or(|records| records.get(id).is_some())
    }

    fn ids(&self, kind: Kind) -> Vec<RecordId> {
        self.ids.iter().copied().filter(|id| id.kind == kind).collect()
    }

    fn pages(&self, paper: &mut Paper<'_>, kind: Kind) -> Result<Vec<RecordPage>, Refused> {
        self.ids(kind).into_iter().map(|id| paper.page(id)).collect()
    }
}

/// Records that were created, changed their state or were signed.
fn concerned(events: &[Event]) -> BTreeSet<RecordId> {
    let mut found = BTreeSet::new();
    for event in events {
        let moved =
            event.changes.iter().filter(|change| change.fields.iter().any(|field| field.field == "state"));
        found.extend(moved.map(|change| change.record));
        if !event.signatures.is_empty() {
            found.extend(event.record);
        }
    }
    found
}

/// What is printed as it was at the end of the period.
struct AtTheEnd {
    plans: Plans,
    /// Chapter 3.
    people: Vec<Section>,
    /// Chapters 4, 5, 9 and 12 to 18 with what is below them.
    chapters: BTreeMap<u8, Vec<Section>>,
    /// Items of SOUP in service, and those of them that were reviewed in time.
    covered: CoverageCount,
}

impl AtTheEnd {
    /// Reads the file as the paper shows it now: at the end of the period.
    fn of(paper: &mut Paper<'_>, period: &Period) -> Result<Self, Refused> {
        let (days, today) = ((period.from, period.to), period.to.min(paper.now.day()));
        let plans = Plans::of(paper, period.from, period.to)?;
        let checks = Checks::of(paper, &period.ids, days)?;
        let releases = period.ids(Kind::Release);
        let releases: Vec<Released> =
            releases.into_iter().map(|id| Released::of(paper, id)).collect::<Result<_, _>>()?;
        let told = period.ids(Kind::Communication);
        let told: Vec<Told> = told.into_iter().map(|id| Told::of(paper, id)).collect::<Result<_, _>>()?;
        let fielded = Fielded::of(paper, today)?;
        let fourteen = register::reviews(paper, &period.ids(Kind::SoupReview), &fielded)?;
        let fourteen = vec![chapter(14, "SOUP reviews", "IEC 62304 7.1.3, 6.1 f", fourteen)];
        let fifteen = register::findings(paper, &period.ids(Kind::Finding))?;
        let blocks = retirement::status(paper, today)?;
        let eighteen = chapter(18, "Retirement and end of support", "IEC 81001-5-1 5.8.7", blocks);
        let paper = &*paper;
        let with = |first: Section, below: Vec<Section>| std::iter::once(first).chain(below).collect();
        let (blocks, below) = plans.sections(paper)?;
        let four = with(chapter(4, "Maintenance plans in force", "IEC 62304 6.1", blocks), below);
        let reviews = period.ids(Kind::TrendReview);
        let blocks = trends::blocks(paper, period.ledger(), (&reviews, period.to))?;
        let nine = chapter(9, "Trends", "IEC 62304 9.6", blocks);
        let blocks = sources::blocks(paper, &plans, &checks, &period.ids(Kind::Feedback), days)?;
        let five = chapter(5, "Feedback sources and monitoring", "IEC 62304 6.2.1.1", blocks);
        let (blocks, below) = releases::log(paper, &releases);
        let twelve = with(chapter(12, "Releases", "IEC 62304 5.8, 6.3.2", blocks), below);
        let mut blocks = communications::tables(paper, &told);
        if blocks.is_empty() {
            blocks.push(nothing("No communication in the period"));
        }
        blocks.push(standing::clocks(paper, today)?);
        let sixteen = chapter(16, "Communications and submissions", "IEC 62304 6.2.5", blocks);
        let mut blocks = departures(paper, period)?;
        blocks.push(standing::waivers(paper, today)?);
        let seventeen = chapter(17, "Deviations and waivers", "IEC 62304 8.2.1, 8.2.2", blocks);
        let mut blocks = register::register(paper, &fielded)?;
        let chains = period.chains.iter().map(|(chain, _)| (chain.change.data.head.id, &chain.content));
        blocks.extend(register::of_changes(chains));
        let thirteen = vec![chapter(13, "SOUP register", "IEC 62304 8.1.2", blocks)];
        let chapters = [
            (4, four),
            (5, vec![five]),
            (9, vec![nine]),
            (12, twelve),
            (13, thirteen),
            (14, fourteen),
            (15, fifteen),
            (16, vec![sixteen]),
            (17, vec![seventeen]),
            (18, vec![eighteen]),
        ];
        let people = people::sections(paper, &plans)?;
        Ok(Self { people, covered: fielded.covered(), chapters: chapters.into(), plans })
    }

    fn take(&mut self, number: u8) -> Vec<Section> {
        self.chapters.remove(&number).unwrap_or_default()
    }
}

/// The sections in the order of the clauses.
pub(super) fn sections(paper: &mut Paper<'_>, from: Day, to: Day) -> Result<Vec<Section>, Refused> {
    let period = Period::of(paper, from, to)?;
    let feedback = period.pages(paper, Kind::Feedback)?;
    let problems = period.pages(paper, Kind::ProblemReport)?;
    let analyses = period.pages(paper, Kind::ImpactAnalysis)?;
    let mut at_end = paper.reading(period.past.as_ref(), |paper| AtTheEnd::of(paper, &period))?;
    let all = period.with_all_deviations(paper)?;
    // The checks of sources have their own log, which is short enough for hundreds of them.
    let apart: Vec<RecordId> = all.iter().copied().filter(|id| id.kind != Kind::SourceCheck).collect();
    let (then, later): (Vec<RecordId>, Vec<RecordId>) = apart.into_iter().partition(|id| period.had(*id));
    let mut declared = paper.reading(period.past.as_ref(), |paper| declared::Chapters::of(paper, &then))?;
    declared.add_later(paper, &later)?;
    let paper = &*paper;
    let open = open::items(paper, period.ledger(), to)?;
    let known = all.into_iter().filter(|id| period.had(*id));
    let evidence: BTreeSet<RecordId> = known.chain(at_end.plans.ids()).collect();
    let evidence: Vec<RecordId> = evidence.into_iter().collect();
    let mut sections = vec![
        summary(&period, (&feedback, &problems), &open, at_end.covered),
        chapter(2, "Clauses and evidence", "IEC 62304 4.3, 5.8, 6 to 9", vec![matrix::table(&evidence)]),
    ];
    sections.append(&mut at_end.people);
    sections.extend(at_end.take(4));
    sections.extend(at_end.take(5));
    let blocks = logs::feedback(paper, &feedback);
    sections.push(chapter(6, "Feedback log and evaluation", "IEC 62304 6.2.1", blocks));
    let blocks = logs::reportability(&feedback);
    sections.push(chapter(7, "Complaints and reportability", "ISO 13485 8.2.2, 8.2.3", blocks));
    sections.extend(problem_reports(paper, &problems));
    sections.extend(at_end.take(9));
    sections.push(chapter(10, "Change requests", "IEC 62304 6.2.3, 6.2.4, 8.2", changes(paper, &period)?));
    sections.extend(impact_analyses(paper, &analyses));
    sections.extend(at_end.take(12));
    sections.extend([13, 14, 15, 16, 17, 18].into_iter().flat_map(|number| at_end.take(number)));
    let mut blocks = open::table(&open);
    blocks.extend(standing::readiness_counts(paper, period.ledger(), to)?);
    sections.push(chapter(19, "Open and overdue", "IEC 62304 6.1", blocks));
    let blocks = audit(paper, &period)?;
    sections.push(chapter(20, "Audit trail, accounts, backup", "21 CFR 11.10(c), (e)", blocks));
    declared.add_to(paper, &mut sections);
    Ok(sections)
}

fn summary(
    period: &Period,
    (feedback, problems): (&[RecordPage], &[RecordPage]),
    open: &[AttentionItem],
    covered: CoverageCount,
) -> Section {
    let figure = |label: &str, value: usize, note: &str| Figure {
        label: label.to_owned(),
        value: value.to_string(),
        note: note.to_owned(),
    };
    let complaints =
        feedback.iter().filter(|page| page.data.value("is_complaint").as_bool() == Some(true)).count();
    let safety = problems.iter().filter(|page| is_safety_relevant(&page.data)).count();
    let violated = period.chains.iter().filter(|(_, check)| !check.violations.is_empty()).count();
    let overdue = open.iter().filter(|item| item.days_late > 0).count();
    let figures = vec![
        figure("feedback", feedback.len(), &format!("{complaints} complaints")),
        figure("problem reports", problems.len(), &format!("{safety} safety-relevant")),
        figure("change requests", period.chains.len(), &format!("{violated} with a violated sequence")),
        figure("open items", open.len(), &format!("{overdue} overdue")),
        figure("releases", period.ids(Kind::Release).len(), "chapter 12"),
        figure("communications", period.ids(Kind::Communication).len(), "chapter 16"),
        figure(
            "process deviations",
            period.ids(Kind::ProcessDeviation).len(),
            "in the period; chapter 17 prints all",
        ),
        figure("SOUP in service", covered.all, &format!("{} reviewed in time; chapter 14", covered.covered)),
    ];
    let mut states: BTreeMap<(Kind, String), (Mark, Vec<RecordId>)> = BTreeMap::new();
    let pages = feedback.iter().chain(problems).map(|page| &page.data);
    for data in pages.chain(period.chains.iter().map(|(chain, _)| &chain.change.data)) {
        let entry = states
            .entry((data.head.id.kind, data.head.state.clone()))
            .or_insert_with(|| (state_mark(data), Vec::new()));
        entry.1.push(data.head.id);
    }
    let rows = states
        .into_iter()
        .map(|((kind, _), (mark, ids))| {
            let cells: Vec<Cell> = vec![
                kind.def().plural.into(),
                mark.into(),
                ids.len().to_string().into(),
                numbers(&ids).into(),
            ];
            cells
        })
        .collect();
    let columns = vec![
        Column::text("Records", 2),
        Column::mark("State at the cut-off").points(130.0),
        Column::number("Number"),
        Column::text("Which", 3),
    ];
    let about = format!(
        "A record is in the period if it was created, changed its state or was signed from {} to {} (UTC). Chapters 4, 5, 9 \
         and 12 to 18 print records as they were at the end of the period. Other chapters print them in their state at the cut-off.",
        period.from, period.to
    );
    chapter(
        1,
        "Summary",
        "",
        vec![Block::Figures { figures }, Block::paragraph(about), Block::table(columns, rows)],
    )
}

fn problem_reports(paper: &Paper<'_>, problems: &[RecordPage]) -> Vec<Section> {
    let clause = "IEC 62304 9.1 to 9.8";
    if problems.is_empty() {
        return vec![chapter(8, "Problem reports", clause, Vec::new())];
    }
    let mut sections = vec![chapter(8, "Problem reports", clause, logs::problems(paper, problems))];
    let detailed = problems.iter().filter(|page| is_safety_relevant(&page.data));
    for (index, page) in detailed.enumerate() {
        sections.push(record::section(
            paper,
            2,
            &format!("8.{}", index + 1),
            page,
            record::whole(paper, page),
        ));
    }
    sections
}

/// The log with the dates of analysis and approval, and the order check.
fn changes(paper: &Paper<'_>, period: &Period) -> Result<Vec<Block>, Refused> {
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut violations = Vec::new();
    for (chain, check) in &period.chains {
        let data = &chain.change.data;
        let (steps, _) = chain.steps(paper)?;
        let day = |label: &str| {
            let step = steps.iter().find(|shown| shown.step.label == label).and_then(|shown| shown.step.at);
            step.map_or_else(String::new, |at| at.day().to_string())
        };
        rows.push(vec![
            data.head.id.to_string().into(),
            format!("{}\n{}", paper.title(data), paper.field(data, "change_type")).into(),
            day("Impact analysis reviewed").into(),
            day("Approval granted").into(),
            day("Verified").into(),
            state_mark(data).into(),
            check.short_mark().into(),
        ]);
        violations.extend(check.violations.iter().map(|text| format!("{}: {text}", data.head.id)));
    }
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let columns = vec![
        Column::id("Number").points(54.0),
        Column::text("Title, kind", 1),
        Column::date("Analysis reviewed").points(58.0),
        Column::date("Approved").points(58.0),
        Column::date("Verified").points(58.0),
        Column::mark("State").points(76.0),
        Column::mark("Order check").points(62.0),
    ];
    let mut blocks = vec![Block::table(columns, rows)];
    blocks.extend(violations.into_iter().map(|text| Block::note(Tone::Late, text)));
    Ok(blocks)
}

/// A list of all analyses; those that concern safety in full.
fn impact_analyses(paper: &Paper<'_>, analyses: &[RecordPage]) -> Vec<Section> {
    let clause = "IEC 62304 6.2.3, 7.4";
    if analyses.is_empty() {
        return vec![chapter(11, "Impact analyses", clause, Vec::new())];
    }
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut full = Vec::new();
    for page in analyses {
        let Some(content) = page.data.typed::<ImpactAnalysis>() else { continue };
        if content.touches_safety() {
            full.push(page);
        }
        let by: Vec<String> = content.performed_by.iter().map(|id| paper.name(*id)).collect();
        let reviewed: Vec<String> = page
            .signatures
            .iter()
            .filter(|view| view.signature.meaning == crate::domain::signature::Meaning::Reviewed)
            .map(|view| view.signature.printed_name.clone())
            .collect();
        rows.push(vec![
            page.data.head.id.to_string().into(),
            content.change_request.map_or_else(String::new, |id| id.to_string()).into(),
            by.join(", ").into(),
            reviewed.join(", ").into(),
            word_or(content.conclusion, "").into(),
            if content.touches_safety() { "Yes" } else { "No" }.into(),
            state_mark(&page.data).into(),
        ]);
    }
    let narrow = |title: &str| Column::id(title).points(52.0);
    let columns = vec![
        narrow("Number"),
        narrow("Change"),
        Column::text("Performed by", 2),
        Column::text("Reviewed by", 2),
        Column::text("Conclusion", 3),
        narrow("Q04 to Q06"),
        Column::mark("State").points(76.0),
    ];
    let about = "An analysis is printed in full here if Q04, Q05 or Q06 about safety is answered Yes. Every other one is \
                 printed in full in the packet of its change request.";
    let mut sections = vec![chapter(
        11,
        "Impact analyses",
        clause,
        vec![Block::table(columns, rows), Block::paragraph(about)],
    )];
    for (index, page) in full.iter().enumerate() {
        sections.push(record::section(
            paper,
            2,
            &format!("11.{}", index + 1),
            page,
            analysis::content(paper, page),
        ));
    }
    sections
}

/// How changes departed from what was specified. The process deviations follow them, from their declaration.
fn departures(paper: &Paper<'_>, period: &Period) -> Result<Vec<Block>, Refused> {
    let ids = period.ids(Kind::ChangeRequest);
    let changes = paper.ask(|world| ids.iter().filter_map(|id| world.record(*id)).collect::<Vec<_>>())?;
    let rows: Vec<Vec<Cell>> = changes
        .iter()
        .filter(|data| !data.text("deviation").trim().is_empty())
        .map(|data| vec![data.head.id.to_string().into(), paper.field(data, "deviation").into()])
        .collect();
    let mut blocks = vec![if rows.is_empty() {
        nothing("No change departs from what was specified")
    } else {
        Block::Table {
            caption: Some("Changes that were not made exactly as specified".to_owned()),
            columns: vec![Column::id("Change"), Column::text("Deviation", 1)],
            rows,
        }
    }];
    if deviations::all(paper)?.is_empty() {
        blocks.push(nothing("The file has no process deviation"));
    }
    Ok(blocks)
}

/// The time stamps that were added in the period, in words.
fn time_stamps(period: &Period) -> String {
    let stamps: Vec<StampedEvent> = period.events.iter().filter_map(StampedEvent::of).collect();
    match stamps.iter().max_by_key(|stamped| stamped.event) {
        None => "None in the period".to_owned(),
        Some(last) => format!(
            "{} in the period. The last one proves that event {} existed at {}",
            stamps.len(),
            last.event,
            last.time.words()
        ),
    }
}

/// Every event of the period, one line each.
fn audit(paper: &Paper<'_>, period: &Period) -> Result<Vec<Block>, Refused> {
    let backup = paper
        .file
        .policy()?
        .backup_days
        .map_or_else(String::new, |days| format!("Every {days} days by the policy. "));
    let fields = vec![
        Field::new("Events in the period", period.events.len().to_string()),
        Field::new("Accounts", "Chapter 3"),
        Field::new(
            "Backups",
            format!("{backup}Backups are separate files; the product file does not list them."),
        ),
        Field::new("Trusted time stamps", time_stamps(period)),
        Field::new(
            "Values before and after",
            "In the audit trail of the product file, and in the packet of each change request",
        ),
    ];
    let rows = period
        .events
        .iter()
        .map(|event| {
            let row = trail::bare(event);
            let cells: Vec<Cell> = vec![
                row.seq.to_string().into(),
                row.time.into(),
                row.who.into(),
                row.what.into(),
                row.reason.into(),
            ];
            cells
        })
        .collect();
    let columns = vec![
        Column::number("Event").points(38.0),
        Column::text("Time", 1).points(136.0),
        Column::text("Who", 2),
        Column::text("What", 4),
        Column::text("Reason", 2),
    ];
    Ok(vec![Block::Fields { fields }, Block::table(columns, rows)])
}
