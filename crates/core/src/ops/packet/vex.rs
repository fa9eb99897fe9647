//! The VEX table of one release: for users, on one page where it fits. It says what holds and what to do, and how that was decided, but
//! neither who decided it nor what the risk management file says.

use super::findings::{Case, justification_of, status_mark, status_of};
use super::paper::{Paper, word};
use super::sections::nothing;
use crate::domain::finding::Applicability;
use crate::domain::finding::verdicts::{Verdict, of_release};
use crate::domain::ids::RecordId;
use crate::domain::release::Release;
use crate::domain::text::counted;
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Section};

/// The one section, and the words that must not be in it whatever a text says.
pub(super) fn sections(paper: &mut Paper<'_>, id: RecordId) -> Result<(Vec<Section>, Vec<String>), Refused> {
    let found = paper.ask(|world| of_release(world, id))?;
    let cases = Case::all(paper, found.iter().map(|(data, _)| data.head.id))?;
    let release = paper.file.record(id)?;
    let internal =
        cases.iter().flat_map(|case| &case.content.hazards).map(|hazard| hazard.trim().to_owned()).collect();
    let cases: Vec<&Case> = cases.iter().filter(|case| case.is_vulnerability()).collect();
    let content: Option<Release> = release.typed();
    let version = content.map_or_else(String::new, |content| content.version.to_string());
    let mut blocks = vec![Block::paragraph(about(&version, cases.len()))];
    if cases.is_empty() {
        blocks.push(nothing("No vulnerability of a component of this version is known to the manufacturer"));
    } else {
        blocks.push(table(id, &cases));
        blocks.push(Block::paragraph(HOW));
    }
    Ok((vec![Section::new(1, "", format!("Vulnerabilities of version {version}"), blocks)], internal))
}

fn about(version: &str, count: usize) -> String {
    format!(
        "{} in third-party components of version {version}, in the words of VEX (Vulnerability Exploitability eXchange). Affected: do \
         what the last column says. Not affected: the vulnerability cannot be exploited in this version, for the reason given. Fixed: \
         this version contains the correction. Under investigation: it is not decided yet.",
        if count == 1 { "1 vulnerability".to_owned() } else { format!("{count} vulnerabilities") }
    )
}

const HOW: &str = "Each decision was proposed by one person, confirmed by at least one other, and signed electronically by both; the column \
                   shows how many signed, and when the last one decided. The manufacturer keeps the records.";

fn table(release: RecordId, cases: &[&Case]) -> Block {
    let columns = vec![
        Column::text("Vulnerability", 1).points(88.0),
        Column::text("Component, version", 1).points(84.0),
        Column::mark("Status").points(76.0),
        Column::text("Justification, and what users should do", 1),
        Column::text("Decided", 1).points(62.0),
    ];
    Block::table(columns, cases.iter().map(|case| row(release, case)).collect())
}

fn row(release: RecordId, case: &Case) -> Vec<Cell> {
    let content = &case.content;
    let verdict = case.held.iter().find(|held| held.release == release).map(|held| &held.verdict);
    let status = verdict.map_or(Applicability::UnderInvestigation, status_of);
    let mut names = vec![content.external_id.to_string()];
    names.extend(content.aliases.iter().map(|alias| alias.to_string()));
    let decided = match case.decided_on() {
        Some(day) if verdict.is_some_and(Verdict::is_decided) => {
            format!("{day}\n{}", counted(case.persons(), "person"))
        }
        Some(_) | None => "Not decided yet".to_owned(),
    };
    vec![
        names.join("\n").into(),
        content.versions.iter().map(|line| line.to_string()).collect::<Vec<_>>().join("\n").into(),
        status_mark(status, None).into(),
        said(case, status).into(),
        decided.into(),
    ]
}

/// Justification and action of a status, as VEX asks for them.
fn said(case: &Case, status: Applicability) -> String {
    let content = &case.content;
    let mut said = Vec::new();
    match status {
        Applicability::NotAffected => match justification_of(content, status) {
            Some(why) => said.push(format!("{} ({})", word(why), why.code())),
            None => said.push(content.impact_statement.trim().to_owned()),
        },
        Applicability::Affected => {
            said.push(content.action_statement.trim().to_owned());
            if !content.remedied_in.is_empty() {
                said.push(format!("Corrected in version {} of the product.", content.remedied_in));
            }
        }
        Applicability::Fixed => {
            said.push("This version contains the correction. Nothing is to be done.".to_owned())
        }
        Applicability::UnderInvestigation => {
            said.push(
                "The manufacturer investigates. Keep the product as the instructions for use say.".to_owned(),
            );
        }
    }
    said.retain(|text| !text.is_empty());
    said.join("\n")
}
