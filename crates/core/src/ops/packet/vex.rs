//! The VEX table of one release: for users, on one page where it fits. It says what holds and what to do, and how that was decided, but
//! neither who decided it nor what the risk management file says.

use super::findings::{Case, status_mark};
use super::paper::{Paper, word};
use super::sections::nothing;
use crate::domain::choice::Choice as _;
use crate::domain::finding::{Applicability, Justification};
use crate::domain::ids::RecordId;
use crate::domain::release::ReleaseState;
use crate::domain::shared_record::SharedRecord;
use crate::domain::text::counted;
use crate::ops::refused::Refused;
use crate::ops::soup::{ReleaseStatement, statements};
use crate::report::{Block, Cell, Column, Section, Tone};

/// The one section, and the words that must not be in it whatever a text says: hazards of the risk management file.
pub(super) fn sections(paper: &mut Paper<'_>, id: RecordId) -> Result<(Vec<Section>, Vec<String>), Refused> {
    let (release, cases, blocks) = of_release(paper, id)?;
    let hazards = cases.iter().flat_map(|case| &case.content.hazards);
    let internal = hazards.map(|hazard| hazard.trim().to_owned()).collect();
    let title =
        format!("Known vulnerabilities of third-party components in version {}", release.text("version"));
    Ok((vec![Section::new(1, "", title, blocks)], internal))
}

/// A release with its findings, and what is said of them; or that nothing is known.
pub(super) fn of_release(
    paper: &mut Paper<'_>,
    id: RecordId,
) -> Result<(SharedRecord, Vec<Case>, Vec<Block>), Refused> {
    let today = paper.now.day();
    let found = paper.ask(|world| {
        let data = world.record(id)?;
        Some((statements(world, &data, today), data))
    })?;
    let (stated, release) =
        found.ok_or_else(|| Refused::Rule(format!("{id} cannot be read; verify the file")))?;
    let cases = Case::without_verdicts(paper, stated.iter().map(|one| one.finding))?;
    let mut blocks = Vec::new();
    if ReleaseState::of(&release).is_some_and(ReleaseState::is_before_release) {
        let version = release.text("version");
        let words = format!("Version {version} is not released. What is said of it may change until it is.");
        blocks.push(Block::note(Tone::Due, words));
    }
    if stated.is_empty() {
        let words = "The manufacturer knows of no vulnerability or anomaly of a third-party component of this version.";
        blocks.push(nothing(words));
    } else {
        blocks.push(Block::paragraph(WORDS));
        let rows = stated.iter().zip(&cases).map(|(one, case)| row(one, case)).collect();
        blocks.push(Block::table(columns(), rows));
        blocks.push(Block::paragraph(HOW));
    }
    Ok((release, cases, blocks))
}

const WORDS: &str = "The status is one of VEX (Vulnerability Exploitability eXchange). Affected: do what the table says. Not affected: it \
                     cannot be exploited in this version, for the reason given. Fixed: this version has the correction. Under \
                     investigation: it is not decided yet.";

const HOW: &str = "One person proposed each decision, at least one other confirmed it, and all of them signed it electronically. The last \
                   column says how many signed, and when it was decided. The manufacturer keeps the records.";

fn columns() -> Vec<Column> {
    vec![
        Column::text("Vulnerability", 2),
        Column::text("Component, version", 1).points(80.0),
        Column::mark("Status").points(82.0),
        Column::text("Justification, and what users should do", 3),
        Column::text("Decided", 1).points(58.0),
    ]
}

fn row(one: &ReleaseStatement, case: &Case) -> Vec<Cell> {
    let status = one.applicability.unwrap_or(Applicability::UnderInvestigation);
    let aliases =
        if one.aliases.is_empty() { String::new() } else { format!(" ({})", one.aliases.join(", ")) };
    let name = format!("{}{aliases}\n{}", one.id, one.text);
    let components = one.components.iter().map(|(item, version, _)| format!("{item} {version}"));
    let decided = match one.decided_on.filter(|_| one.applicability.is_some()) {
        Some(day) => format!("{day}\n{}", counted(case.persons(), "person")),
        None => "Not yet".to_owned(),
    };
    vec![
        name.trim().into(),
        components.collect::<Vec<_>>().join("\n").into(),
        status_mark(status, None).into(),
        said(one, status, &case.content.remedied_in).into(),
        decided.into(),
    ]
}

/// Justification and action of a status, as VEX asks for them.
fn said(one: &ReleaseStatement, status: Applicability, remedied_in: &str) -> String {
    match status {
        Applicability::NotAffected => {
            let known = one.justification.and_then(Justification::from_code);
            known.map_or_else(|| one.impact.clone(), |why| format!("{} ({}).", word(why), why.code()))
        }
        Applicability::Affected if remedied_in.is_empty() => one.action.clone(),
        Applicability::Affected => {
            format!("{}\nVersion {remedied_in} of the product has the correction.", one.action)
                .trim()
                .to_owned()
        }
        Applicability::Fixed => "This version has the correction. Nothing is to be done.".to_owned(),
        Applicability::UnderInvestigation => {
            "The manufacturer investigates it. Follow the instructions for use.".to_owned()
        }
    }
}
