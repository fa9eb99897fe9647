//! The trace strip of a change, and what follows its verification: its release, and what users and authorities were told.

use super::chain::ChangeChain;
use super::communications::{self, Told};
use super::paper::{Paper, day_or, state_mark};
use super::record;
use super::releases::Released;
use super::sections::{chapter, nothing};
use crate::domain::change_request::ChangeRequest;
use crate::domain::kind::ChainStep;
use crate::ops::page::RecordPage;
use crate::ops::refused::Refused;
use crate::report::{Block, Field, Mark, Section, TraceStep};

/// The steps from feedback to communication.
pub(super) fn strip(paper: &Paper<'_>, chain: &ChangeChain) -> Result<Vec<TraceStep>, Refused> {
    let mut steps = Vec::new();
    for step in &chain.change.trace {
        if step.label == ChainStep::Verification.word() {
            steps.push(work(&chain.content));
        }
        if step.label == ChainStep::Release.word() {
            steps.extend(of_releases(step.label, &chain.releases));
            continue;
        }
        if step.label == ChainStep::Communication.word() {
            steps.extend(of_communications(paper, step.label, chain));
            continue;
        }
        if step.records.is_empty() {
            steps.push(gap(step.label, Mark::due("gap")));
        }
        for (id, title, day) in &step.records {
            let data = paper.file.record(*id)?;
            let gist = data.def().gist;
            let word = if gist == "title" { title.clone() } else { paper.field(&data, gist) };
            steps.push(TraceStep {
                label: step.label.to_owned(),
                record_id: id.to_string(),
                date: day_or(*day, ""),
                word,
                state: state_mark(&data),
            });
        }
    }
    Ok(steps)
}

fn gap(label: &str, state: Mark) -> TraceStep {
    TraceStep { label: label.to_owned(), state, ..TraceStep::default() }
}

fn work(change: &ChangeRequest) -> TraceStep {
    let commits: Vec<&str> = change.commits.iter().map(|commit| &**commit).collect();
    TraceStep {
        label: "Implementation".to_owned(),
        record_id: String::new(),
        date: change.work_started_at.map_or_else(String::new, |at| at.day().to_string()),
        word: if commits.is_empty() { String::new() } else { format!("Commits {}", commits.join(", ")) },
        state: if commits.is_empty() { Mark::due("gap") } else { Mark::good("commits recorded") },
    }
}

fn of_releases(label: &str, releases: &[Released]) -> Vec<TraceStep> {
    if releases.is_empty() {
        return vec![gap(label, Mark::neutral("not released yet"))];
    }
    releases
        .iter()
        .map(|released| TraceStep {
            label: label.to_owned(),
            record_id: released.id().to_string(),
            date: day_or(released.day(), ""),
            word: format!("Version {}", released.content.version),
            state: state_mark(&released.page.data),
        })
        .collect()
}

fn of_communications(paper: &Paper<'_>, label: &str, chain: &ChangeChain) -> Vec<TraceStep> {
    if chain.told.is_empty() {
        let affects = chain.content.affects_released_software == Some(true);
        let state = if affects { Mark::due("gap") } else { Mark::neutral("not required") };
        return vec![gap(label, state)];
    }
    chain
        .told
        .iter()
        .map(|told| {
            let data = &told.page.data;
            let kind = paper.field(data, data.def().gist);
            let word =
                if told.is_not_required() { "Decision: nothing is communicated".to_owned() } else { kind };
            TraceStep {
                label: label.to_owned(),
                record_id: data.head.id.to_string(),
                date: told.day().to_string(),
                word,
                state: state_mark(data),
            }
        })
        .collect()
}

/// Chapters 11 and 12: the release that contains the change, and the communications about it.
pub(super) fn sections(paper: &Paper<'_>, chain: &ChangeChain, problems: &[RecordPage]) -> Vec<Section> {
    let mut sections = vec![release(paper, chain, problems)];
    for (released, count) in chain.releases.iter().zip(1..) {
        let mut fields = released.fields();
        let names = ["artifact_sha256", "tested_sha256"];
        fields.extend(names.iter().filter_map(|name| record::named(paper, &released.page, name)));
        let blocks = vec![Block::Fields { fields }, released.evidence()];
        sections.push(record::section(paper, 2, &format!("11.{count}"), &released.page, blocks));
    }
    sections.push(communication(paper, &chain.change, &chain.told));
    sections.extend(communications::sections(paper, 12, &chain.told));
    sections
}

fn release(paper: &Paper<'_>, chain: &ChangeChain, problems: &[RecordPage]) -> Section {
    let mut fields = Vec::new();
    if !chain.content.target_releases.is_empty() {
        let versions: Vec<&str> = chain.content.target_releases.iter().map(|version| &**version).collect();
        fields.push(Field::new("Target versions", versions.join(", ")));
    }
    for page in problems {
        let value = paper.field(&page.data, "released_in");
        if !value.is_empty() {
            fields.push(Field::new(format!("{} released in", page.data.head.id), value));
        }
    }
    let mut blocks = Vec::new();
    if chain.releases.is_empty() {
        blocks.push(nothing("No release contains the change yet"));
    }
    if !fields.is_empty() {
        blocks.push(Block::Fields { fields });
    }
    chapter(11, "Release", "IEC 62304 5.8, 6.3.2", blocks)
}

fn communication(paper: &Paper<'_>, page: &RecordPage, told: &[Told]) -> Section {
    let names = ["communication_required", "communication_rationale"];
    let fields = names.iter().filter_map(|name| record::named(paper, page, name)).collect();
    let mut blocks = vec![Block::Fields { fields }];
    if told.is_empty() {
        blocks.push(nothing("No communication, and no signed decision that none is required"));
    }
    blocks.extend(communications::tables(paper, told));
    chapter(12, "Communication to users and regulators", "IEC 62304 6.2.5", blocks)
}
