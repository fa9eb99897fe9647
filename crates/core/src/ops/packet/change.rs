//! P2: one change request with its supporting records (domain 7). Fourteen chapters in a fixed order; missing records are stated.

use super::chain::{ChangeChain, ShownStep};
use super::paper::{Paper, day_or, state_mark};
use super::sections::{chapter, nothing};
use super::{after, analysis, authority, deviations, record, reviewed, trail};
use crate::domain::change_request::{ChangeRequest, RepeatDecision};
use crate::domain::choice::Choice as _;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::impact_analysis::ImpactAnalysis;
use crate::domain::questions;
use crate::domain::record::RecordData;
use crate::domain::signature::Meaning;
use crate::domain::test_record::{TestOutcome, TestRecord, TestRecordState};
use crate::ops::page::RecordPage;
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Field, Mark, Section, Tone};

/// Fields of a change request that have their own chapter.
const ELSEWHERE: &[&str] = &[
    "impact_analysis",
    "activities",
    "regulatory_decisions",
    "communication_required",
    "communication_rationale",
];

/// The sections in the order of the clauses.
pub(super) fn sections(paper: &mut Paper<'_>, id: RecordId) -> Result<Vec<Section>, Refused> {
    let chain = ChangeChain::of(paper, id)?;
    let feedback = pages(paper, &chain.feedback)?;
    let problems = pages(paper, &chain.problems)?;
    let analyses = pages(paper, &chain.analyses)?;
    let approvals = pages(paper, &chain.approvals)?;
    let looked = reviewed::of_change(paper, id, &chain.content)?;
    let paper = &*paper;
    let mut sections = vec![trace(paper, &chain)?];
    sections.extend(deviations::sections(paper, "1", &chain.deviations));
    sections.extend(records(paper, 2, "Source feedback", "IEC 62304 6.2.1", &feedback, &|paper, page| {
        record::whole(paper, page)
    }));
    sections.extend(records(paper, 3, "Problem reports", "IEC 62304 9.1, 9.2, 9.3", &problems, &problem));
    sections.push(request(paper, &chain, &approvals)?);
    sections.extend(analysis::sections(paper, 5, &chain, &analyses));
    sections.extend(authority::sections(paper, 6, &approvals)?);
    sections.push(activities(&chain.content, id));
    sections.extend(verification(paper, &chain)?);
    let mut nine = soup(&chain.content, analyses.first());
    nine.blocks.extend(looked);
    sections.push(nine);
    sections.push(risk_file(paper, analyses.first(), &problems));
    sections.extend(after::sections(paper, &chain, &problems));
    sections.extend(closure(paper, &chain, &problems));
    // The earlier history of the feedback is not part of the change; its records are printed in chapter 2.
    let ids: Vec<RecordId> = chain.ids().into_iter().filter(|id| id.kind != Kind::Feedback).collect();
    let rows = trail::rows(paper, &trail::events(paper, &ids)?, &ids)?;
    sections.push(chapter(14, "Audit trail of the change", "21 CFR 11.10(e)", vec![Block::History { rows }]));
    Ok(sections)
}

fn pages(paper: &mut Paper<'_>, ids: &[RecordId]) -> Result<Vec<RecordPage>, Refused> {
    ids.iter().map(|id| paper.page(*id)).collect()
}

type Painter<'p> = &'p dyn Fn(&Paper<'_>, &RecordPage) -> Vec<Block>;

/// A chapter with one section for each record.
fn records(
    paper: &Paper<'_>,
    number: u8,
    title: &str,
    clause: &str,
    pages: &[RecordPage],
    paint: Painter<'_>,
) -> Vec<Section> {
    let none = pages.is_empty().then(|| nothing("No records for this change"));
    let mut sections = vec![chapter(number, title, clause, none.into_iter().collect())];
    for (index, page) in pages.iter().enumerate() {
        sections.push(record::section(
            paper,
            2,
            &format!("{number}.{}", index + 1),
            page,
            paint(paper, page),
        ));
    }
    sections
}

/// The trace strip, and the order of the steps from the audit trail.
fn trace(paper: &Paper<'_>, chain: &ChangeChain) -> Result<Section, Refused> {
    let (steps, returns) = chain.steps(paper)?;
    let check = ChangeChain::check(&steps);
    let mut blocks =
        vec![Block::Trace { steps: after::strip(paper, chain)?, order: check.mark() }, order_table(&steps)];
    if !returns.is_empty() {
        let events: Vec<String> = returns.iter().map(u64::to_string).collect();
        blocks.push(Block::note(
            Tone::Neutral,
            format!(
                "Returned to analysis by event {}; the order is checked from the last return on.",
                events.join(", ")
            ),
        ));
    }
    blocks.extend(deviations::notes(&chain.deviations));
    let id = chain.change.data.head.id;
    Ok(chapter(1, "Trace and order", "IEC 62304 6.2.3, 6.2.4, 7.3.3, 8.2.4", blocks)
        .with_record(id.to_string()))
}

fn order_table(steps: &[ShownStep]) -> Block {
    let rows = steps
        .iter()
        .map(|shown| {
            let at =
                shown.step.at.map_or_else(|| Cell::from(Mark::neutral("not yet")), |at| at.words().into());
            vec![
                shown.step.label.into(),
                at,
                shown.record.map_or_else(String::new, |id| id.to_string()).into(),
                shown.event.map_or_else(String::new, |event| event.to_string()).into(),
                shown.who.clone().into(),
                shown.step.clause.into(),
            ]
        })
        .collect();
    Block::Table {
        caption: Some("Order of the steps by the audit trail".to_owned()),
        columns: vec![
            Column::text("Step", 4),
            Column::text("When", 1).points(114.0),
            Column::id("Record").points(54.0),
            Column::number("Event").points(38.0),
            Column::text("Who", 3),
            Column::text("Clause", 4),
        ],
        rows,
    }
}

/// A problem report without the verification of its resolution, which has its own chapter.
fn problem(paper: &Paper<'_>, page: &RecordPage) -> Vec<Block> {
    let mut blocks =
        record::content(paper, page, |group| group.clause != "IEC 62304 9.7", &[], record::head(paper, page));
    blocks.extend(page.notices.iter().map(|notice| Block::note(Tone::Due, notice.clone())));
    blocks.extend(record::files(page));
    blocks.push(record::signatures(paper, page, |_| true));
    blocks
}

/// The change request as approved.
fn request(paper: &Paper<'_>, chain: &ChangeChain, approvals: &[RecordPage]) -> Result<Section, Refused> {
    let page = &chain.change;
    let mut blocks = record::content(paper, page, |group| group.scope, ELSEWHERE, record::head(paper, page));
    blocks.push(authority::scope_digest(paper, page, approvals)?);
    blocks.extend(record::content(
        paper,
        page,
        |group| matches!(group.title, "Implementation" | "After approval"),
        &[],
        Vec::new(),
    ));
    blocks.extend(record::files(page));
    Ok(chapter(4, "Change request as approved", "IEC 62304 6.2.3, 8.2.1, 8.2.2", blocks)
        .with_record(page.data.head.id.to_string()))
}

/// The clause-5 repeat matrix with its evidence.
fn activities(change: &ChangeRequest, id: RecordId) -> Section {
    let mut rows = Vec::new();
    let mut outside = Vec::new();
    for row in change.activities.iter() {
        if row.decision == Some(RepeatDecision::NotApplicable) {
            outside.push(row.activity.to_string());
            continue;
        }
        let done = change.activities_done.iter().find(|done| done.activity == row.activity);
        let text = questions::activity(&row.activity).map_or("", |activity| activity.text);
        let shown = done.is_some_and(|done| done.done_at.is_some() && !done.evidence.trim().is_empty());
        let mark = match row.decision {
            Some(RepeatDecision::Repeat) if shown => Mark::good("repeated"),
            Some(RepeatDecision::Repeat) => Mark::due("to be repeated"),
            Some(RepeatDecision::NotNeeded) => Mark::neutral("not needed"),
            Some(RepeatDecision::NotApplicable) => Mark::neutral("not applicable"),
            None => Mark::due("undecided"),
        };
        let mut said = row.rationale.trim().to_owned();
        if let Some(done) = done {
            let day =
                |label: &str, day: Option<mainstay_base::time::Day>| day.map(|day| format!("{label} {day}"));
            let parts = [
                Some(done.evidence.to_string()).filter(|text| !text.trim().is_empty()),
                day("performed", done.done_at),
                Some(done.done_by.to_string()).filter(|text| !text.is_empty()),
                day("to be completed by", done.complete_by),
            ];
            let evidence = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
            let gap = if said.is_empty() || evidence.is_empty() { "" } else { "\n" };
            said = format!("{said}{gap}{evidence}");
        }
        let name = if row.activity.to_string() == text {
            text.to_owned()
        } else {
            format!("{} {text}", row.activity)
        };
        rows.push(vec![name.into(), mark.into(), said.into()]);
    }
    let mut blocks = Vec::new();
    if rows.is_empty() {
        blocks.push(nothing("The matrix is not filled in yet"));
    } else {
        let columns = vec![
            Column::text("Activity", 2),
            Column::mark("Decision"),
            Column::text("Rationale and evidence", 4),
        ];
        blocks.push(Block::table(columns, rows));
    }
    if !outside.is_empty() {
        blocks.push(nothing(&format!("Not applicable to the safety class: {}", outside.join(", "))));
    }
    chapter(7, "Activities of clause 5 repeated for the change", "IEC 62304 6.3.1", blocks)
        .with_record(id.to_string())
}

/// All test records with their seven elements, and why the regression scope is sufficient.
fn verification(paper: &Paper<'_>, chain: &ChangeChain) -> Result<Vec<Section>, Refused> {
    let page = &chain.change;
    let id = page.data.head.id.to_string();
    let fields = ["regression_rationale", "risk_control_verification", "problems_found"];
    let fields: Vec<Field> = fields.iter().filter_map(|name| record::named(paper, page, name)).collect();
    let mut blocks = Vec::new();
    if chain.tests.is_empty() {
        blocks.push(nothing("No test record yet"));
    } else if !chain.tests.iter().any(counts) {
        blocks.push(nothing("No test record counts: all were struck out"));
    }
    blocks.push(Block::Fields { fields });
    blocks.push(record::signatures(paper, page, |view| view.signature.meaning == Meaning::Verified));
    let mut sections = vec![
        chapter(8, "Verification and regression", "IEC 62304 8.2.3, 5.7.3, 9.8", blocks)
            .with_record(id.clone()),
    ];
    for (index, test) in chain.tests.iter().enumerate() {
        let number = format!("8.{}", index + 1);
        let struck = if counts(test) { "" } else { " (struck out)" };
        let title = format!("{}: {}{struck}", test.head.id, paper.title(test));
        let blocks = test_record_blocks(paper, test)?;
        sections.push(Section::new(2, number, title, blocks).with_record(id.clone()));
    }
    Ok(sections)
}

fn counts(test: &RecordData) -> bool {
    TestRecordState::of(test) == Some(TestRecordState::Recorded)
}

fn test_record_blocks(paper: &Paper<'_>, data: &RecordData) -> Result<Vec<Block>, Refused> {
    let state = format!("{} since {}", state_mark(data).word, data.head.state_since.words());
    let mut fields = vec![Field::new("State", state)];
    let Some(test) = data.typed::<TestRecord>() else {
        let damaged = Block::note(Tone::Late, "The test record cannot be read; verify the file.");
        return Ok(vec![Block::Fields { fields }, damaged]);
    };
    fields.extend([
        Field::new("Results", test.results.to_string()),
        Field::new("Outcome", test.outcome.map_or("", |outcome| outcome.word())),
        Field::new("Anomalies found", test.anomalies_found.to_string()),
        Field::new("Version tested", test.version_tested.to_string()),
        Field::new("Hardware and software configuration", test.configuration.to_string()),
        Field::new("Tools", test.tools.to_string()),
        Field::new("Date", day_or(test.date, "")),
        Field::new("Tester", test.tester.to_string()),
    ]);
    let mut blocks = vec![Block::Fields { fields }];
    blocks.extend(record::file_names(&paper.file.referring(data.head.id, Kind::Attachment)?));
    if !counts(data) {
        let why = format!(
            "This test record was struck out and does not count; {} tells by whom and why.",
            paper.chapter(14)
        );
        blocks.push(Block::note(Tone::Neutral, why));
        return Ok(blocks);
    }
    let missing = test.missing();
    if !missing.is_empty() {
        blocks.push(Block::note(Tone::Due, format!("Missing: {}.", missing.join(", "))));
    }
    if test.outcome == Some(TestOutcome::Fail) {
        blocks.push(Block::note(Tone::Late, "This test failed."));
    }
    Ok(blocks)
}

/// SOUP before and after, and the analysis' evaluation of the anomaly list of the new version.
fn soup(change: &ChangeRequest, analysis: Option<&RecordPage>) -> Section {
    let mut blocks = Vec::new();
    if change.affected_soup.is_empty() {
        blocks.push(nothing("The change adds, changes or removes no SOUP"));
    } else {
        let rows = change
            .affected_soup
            .iter()
            .map(|soup| {
                let dash = |text: String, none: &str| if text.is_empty() { none.to_owned() } else { text };
                vec![
                    soup.item.to_string().into(),
                    dash(soup.from.to_string(), "added").into(),
                    dash(soup.to.to_string(), "removed").into(),
                ]
            })
            .collect();
        blocks.push(Block::table(
            vec![Column::text("SOUP item", 2), Column::text("From", 1), Column::text("To", 1)],
            rows,
        ));
    }
    let analysis: Option<ImpactAnalysis> = analysis.and_then(|page| page.data.typed());
    let answers: Vec<Field> = ["Q10", "Q27"]
        .iter()
        .filter_map(|code| analysis.as_ref()?.answer(code).map(|answer| (code, answer)))
        .map(|(code, answer)| {
            let word = answer.answer.map_or("not answered", |answer| answer.word());
            Field::new(format!("Evaluation, {code}"), format!("{word}. {}", answer.rationale))
        })
        .collect();
    if !answers.is_empty() && !change.affected_soup.is_empty() {
        blocks.push(Block::Fields { fields: answers });
    }
    chapter(9, "SOUP before and after", "IEC 62304 7.1.3, 8.1.2", blocks)
}

/// The effect of the change on the risk management file.
fn risk_file(paper: &Paper<'_>, analysis: Option<&RecordPage>, problems: &[RecordPage]) -> Section {
    let mut fields = Vec::new();
    if let Some(page) = analysis {
        let names = ["rmf_before", "rmf_after", "required_risk_activities"];
        fields.extend(names.iter().filter_map(|name| record::named(paper, page, name)));
    }
    for page in problems {
        let id = page.data.head.id;
        for name in ["risk_file_update_needed", "risk_file_ref", "risk_file_version"] {
            if let Some(field) = record::named(paper, page, name).filter(|field| !field.value.is_empty()) {
                fields.push(Field { label: format!("{id} {}", field.label), ..field });
            }
        }
    }
    let blocks = if fields.is_empty() {
        vec![nothing("No impact analysis yet")]
    } else {
        vec![Block::Fields { fields }]
    };
    chapter(10, "Risk management file before and after", "IEC 62304 7.4.3, 9.5", blocks)
}

/// The verification of each problem's resolution, and the signatures that close the change.
fn closure(paper: &Paper<'_>, chain: &ChangeChain, problems: &[RecordPage]) -> Vec<Section> {
    let page = &chain.change;
    let closing = |view: &crate::ops::page::SignatureView| view.signature.meaning != Meaning::Verified;
    let mut blocks =
        vec![Block::Fields { fields: vec![Field::new("State of the change", state_mark(&page.data).word)] }];
    if page.signatures.iter().any(closing) {
        blocks.push(record::signatures(paper, page, closing));
    }
    if problems.is_empty() {
        blocks.push(nothing("No problem report for this change"));
    }
    let mut sections =
        vec![chapter(13, "Verification of the resolution and closure", "IEC 62304 9.7", blocks)];
    for (index, problem) in problems.iter().enumerate() {
        let state = Field::new("State", state_mark(&problem.data).word);
        let blocks =
            record::content(paper, problem, |group| group.clause == "IEC 62304 9.7", &[], vec![state]);
        sections.push(record::section(paper, 2, &format!("13.{}", index + 1), problem, blocks));
    }
    sections
}
