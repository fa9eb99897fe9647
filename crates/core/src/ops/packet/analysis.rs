//! Impact analyses on paper: risk first, then every other question with answer and rationale.

use super::chain::ChangeChain;
use super::paper::{Paper, word_or};
use super::record;
use super::sections::{chapter, nothing};
use crate::domain::impact_analysis::{Answer, ImpactAnalysis, QuestionAnswer};
use crate::domain::questions;
use crate::ops::page::RecordPage;
use crate::report::{Block, Cell, Column, Field, Mark, Section, Tone};

/// The questions about risk: clause 7.4, and whether the fix is safer than the flaw.
const RISK: &[&str] = &["Q04", "Q05", "Q06", "Q07", "Q12"];

/// Fields that are printed with the risk part.
const RISK_FIELDS: &[&str] =
    &["conclusion", "controls_examined", "required_risk_activities", "rmf_before", "rmf_after"];

/// The chapter of a change's analyses: the one in force in full, earlier ones by state and replacement.
pub(super) fn sections(
    paper: &Paper<'_>,
    number: u8,
    chain: &ChangeChain,
    analyses: &[RecordPage],
) -> Vec<Section> {
    let mut blocks = Vec::new();
    let Some((page, earlier)) = analyses.split_first() else {
        blocks.push(nothing("No impact analysis yet"));
        return vec![chapter(number, "Impact analysis", "IEC 62304 6.2.3, 7.4", blocks)];
    };
    if !earlier.is_empty() {
        let replaced: Vec<String> = earlier
            .iter()
            .map(|page| format!("{} ({})", page.data.head.id, super::paper::state_mark(&page.data).word))
            .collect();
        blocks.push(Block::paragraph(format!(
            "Earlier analyses, kept in the product file: {}.",
            replaced.join(", ")
        )));
    }
    let mut sections = vec![chapter(number, "Impact analysis", "IEC 62304 6.2.3, 7.4", blocks)];
    sections.push(record::section(paper, 2, &format!("{number}.1"), page, content(paper, page)));
    sections.push(regulatory(paper, &format!("{number}.2"), chain));
    sections
}

/// One analysis in full.
pub(super) fn content(paper: &Paper<'_>, page: &RecordPage) -> Vec<Block> {
    let without: Vec<&str> = RISK_FIELDS.iter().copied().chain(["answers", "change_request"]).collect();
    let mut blocks = record::content(paper, page, |_| true, &without, record::head(paper, page));
    let Some(analysis) = page.data.typed::<ImpactAnalysis>() else {
        blocks.push(Block::note(Tone::Late, "The answers cannot be read; verify the file."));
        return blocks;
    };
    let risk = RISK_FIELDS.iter().filter_map(|name| record::named(paper, page, name)).collect();
    let (risky, others): (Vec<_>, Vec<_>) =
        analysis.answers.iter().partition(|answer| RISK.contains(&&*answer.question.to_string()));
    blocks.push(questions_table("Risk: interference with safety and with risk controls", &risky));
    blocks.push(Block::Fields { fields: risk });
    blocks.push(questions_table("All other questions", &others));
    blocks.extend(page.notices.iter().map(|notice| Block::note(Tone::Due, notice.clone())));
    blocks.extend(record::files(page));
    blocks.push(record::signatures(paper, page, |_| true));
    blocks
}

fn questions_table(caption: &str, answers: &[&QuestionAnswer]) -> Block {
    let rows = answers
        .iter()
        .map(|answer| {
            let (text, source) = questions::question(&answer.question)
                .map_or(("", ""), |question| (question.text, question.source));
            let refs =
                if answer.refs.is_empty() { String::new() } else { format!("\nReferences: {}", answer.refs) };
            let mark = match answer.answer {
                None => Cell::from(Mark::due("open")),
                Some(Answer::NotApplicable) => "n/a".into(),
                Some(Answer::Yes | Answer::No) => word_or(answer.answer, "").into(),
            };
            vec![
                answer.question.to_string().into(),
                format!("{text} ({source})").into(),
                mark,
                format!("{}{refs}", answer.rationale).into(),
            ]
        })
        .collect();
    Block::Table {
        caption: Some(caption.to_owned()),
        columns: vec![
            Column::id("No.").points(32.0),
            Column::text("Question and source", 5),
            Column::id("Answer").points(44.0),
            Column::text("Rationale", 4),
        ],
        rows,
    }
}

/// The effect of the change in each market.
fn regulatory(paper: &Paper<'_>, number: &str, chain: &ChangeChain) -> Section {
    let page = &chain.change;
    let rows: Vec<Vec<Cell>> = chain
        .content
        .regulatory_decisions
        .iter()
        .map(|row| {
            let decision = match row.decision {
                Some(_) => Cell::from(word_or(row.decision, "")),
                None => Mark::due("open").into(),
            };
            vec![word_or(row.market, "").into(), decision, row.rationale.to_string().into()]
        })
        .collect();
    let mut blocks = Vec::new();
    if rows.is_empty() {
        blocks.push(nothing("No market requires a decision"));
    } else {
        let columns =
            vec![Column::text("Market", 2), Column::text("Decision", 3), Column::text("Rationale", 5)];
        blocks.push(Block::table(columns, rows));
    }
    let amended: Vec<Field> = record::named(paper, page, "regulatory_decisions")
        .filter(|field| field.amended.is_some())
        .map(|field| Field { value: "see the table".to_owned(), ..field })
        .into_iter()
        .collect();
    if !amended.is_empty() {
        blocks.push(Block::Fields { fields: amended });
    }
    Section::new(2, number, "Regulatory decisions", blocks)
        .with_clause("ISO 13485 7.3.9")
        .with_record(page.data.head.id.to_string())
}
