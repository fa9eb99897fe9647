//! Approvals on paper: the fixed content, the roles that must sign, and who signed in which role.

use super::paper::{Paper, word};
use super::record;
use super::sections::{chapter, nothing};
use crate::domain::approval::{Approval, ApprovalState};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Authors;
use crate::domain::signature::{Meaning, Part, Signature};
use crate::ops::page::RecordPage;
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Field, Mark, Section, Tone};

/// Fields of an approval that this section prints as tables or checks.
const ELSEWHERE: &[&str] = &["fixed_content", "required_roles", "authors", "subject", "impact_analysis"];

/// The approvals of a record, oldest first.
pub(super) fn of(paper: &mut Paper<'_>, subject: RecordId) -> Result<Vec<RecordPage>, Refused> {
    let found = paper.ask(|world| world.referring(subject, Kind::Approval))?;
    found.iter().map(|data| paper.page(data.head.id)).collect()
}

/// One section for each approval, newest first.
pub(super) fn sections(
    paper: &Paper<'_>,
    number: u8,
    approvals: &[RecordPage],
) -> Result<Vec<Section>, Refused> {
    let none = approvals.is_empty().then(|| nothing("No approval requested yet"));
    let mut sections = vec![chapter(
        number,
        "Approvals and authority",
        "IEC 62304 6.2.4, 8.2.1; 21 CFR 11.50",
        none.into_iter().collect(),
    )];
    for (index, page) in approvals.iter().rev().enumerate() {
        sections.push(record::section(
            paper,
            2,
            &format!("{number}.{}", index + 1),
            page,
            approval(paper, page)?,
        ));
    }
    Ok(sections)
}

/// One approval with its authority check.
pub(super) fn approval(paper: &Paper<'_>, page: &RecordPage) -> Result<Vec<Block>, Refused> {
    let mut blocks = record::content(paper, page, |_| true, ELSEWHERE, record::head(paper, page));
    let Some(approval) = page.data.typed::<Approval>() else {
        blocks.push(Block::note(Tone::Late, "The approval cannot be read; verify the file."));
        return Ok(blocks);
    };
    blocks.push(fixed_content(paper, &approval)?);
    blocks.push(required(page, &approval));
    blocks.extend(remarks(paper, page, &approval));
    blocks.push(record::signatures(paper, page, |_| true));
    Ok(blocks)
}

fn fixed_content(paper: &Paper<'_>, approval: &Approval) -> Result<Block, Refused> {
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for fixed in approval.fixed_content.iter() {
        let (Some(id), Some(part)) = (fixed.record, fixed.part) else { continue };
        let now = paper.file.part_digest(&paper.file.record(id)?, part)?;
        let mark = if now == *fixed.digest { Mark::good("unchanged") } else { Mark::late("changed since") };
        rows.push(vec![format!("{id}\n{}", word(part)).into(), fixed.digest.to_string().into(), mark.into()]);
    }
    Ok(Block::Table {
        caption: Some("What the approval fixes".to_owned()),
        columns: vec![
            Column::text("Record, part", 1).points(90.0),
            Column::code("SHA-256", 1),
            Column::mark("Now"),
        ],
        rows,
    })
}

/// The approving signatures that count for a role.
fn by_role(page: &RecordPage, role: crate::domain::person::Role) -> Option<&Signature> {
    page.signatures
        .iter()
        .map(|view| &view.signature)
        .find(|signature| signature.meaning == Meaning::Approved && signature.roles.contains(&role))
}

/// Required roles against those who signed.
fn required(page: &RecordPage, approval: &Approval) -> Block {
    let open = matches!(
        ApprovalState::of(&page.data),
        Some(ApprovalState::Requested | ApprovalState::PartiallySigned)
    );
    let rows = approval
        .required_roles
        .iter()
        .map(|role| match by_role(page, *role) {
            Some(signature) => vec![
                word(*role).into(),
                signature.printed_name.clone().into(),
                signature.when_words().into(),
                Mark::good("signed").into(),
            ],
            None => {
                let mark = if open { Mark::due("open") } else { Mark::late("not signed") };
                vec![word(*role).into(), "".into(), "".into(), mark.into()]
            }
        })
        .collect();
    Block::Table {
        caption: Some("Authority check: roles that must sign".to_owned()),
        columns: vec![
            Column::text("Role", 2),
            Column::text("Signed by", 2),
            Column::text("When", 1).points(128.0),
            Column::mark("Result"),
        ],
        rows,
    }
}

/// One person for several roles, and whether an author approved.
fn remarks(paper: &Paper<'_>, page: &RecordPage, approval: &Approval) -> Vec<Block> {
    let mut blocks = Vec::new();
    let approving: Vec<&Signature> = page
        .signatures
        .iter()
        .map(|view| &view.signature)
        .filter(|signature| signature.meaning == Meaning::Approved)
        .collect();
    for signature in &approving {
        let covered: Vec<String> = approval
            .required_roles
            .iter()
            .filter(|role| signature.roles.contains(role))
            .map(|role| word(*role))
            .collect();
        if covered.len() > 1 {
            let text = format!(
                "{} signed for several required roles: {}.",
                signature.printed_name,
                covered.join(", ")
            );
            blocks.push(Block::note(Tone::Neutral, text));
        }
    }
    let authors: Vec<String> = approval.authors.iter().map(|id| paper.name(*id)).collect();
    let both: Vec<String> = approving
        .iter()
        .filter(|signature| approval.authors.contains(&signature.signer))
        .map(|signature| signature.printed_name.clone())
        .collect();
    let check = if both.is_empty() {
        Block::note(
            Tone::Good,
            format!("No author of the content approved it. Authors: {}.", authors.join(", ")),
        )
    } else {
        let rules = approval.subject.and_then(|subject| subject.kind.def().approvable);
        let why = match rules {
            Some(rules) if rules.authors_rule != Authors::MayNotSign => {
                format!("That is allowed, because at least {} persons must sign.", rules.persons)
            }
            Some(_) | None => "The policy in force allows it or allowed it then.".to_owned(),
        };
        Block::note(Tone::Due, format!("Authors who also approved: {}. {why}", both.join(", ")))
    };
    if !approving.is_empty() {
        blocks.push(check);
    }
    blocks
}

/// The digest of the present scope, and whether it is the one that was approved.
pub(super) fn scope_digest(
    paper: &Paper<'_>,
    page: &RecordPage,
    approvals: &[RecordPage],
) -> Result<Block, Refused> {
    let id = page.data.head.id;
    let now = paper.file.part_digest(&page.data, Part::Scope)?;
    let granted = approvals
        .iter()
        .rev()
        .find(|approval| ApprovalState::of(&approval.data) == Some(ApprovalState::Granted))
        .and_then(|approval| Some((approval.data.head.id, approval.data.typed::<Approval>()?)));
    let digest = Field::new("Digest of what is approved", now.clone()).code();
    let words = match granted {
        None => "There is no approval in force".to_owned(),
        Some((approval, content)) => {
            let fixed = content
                .fixed_content
                .iter()
                .find(|fixed| fixed.record == Some(id) && fixed.part == Some(Part::Scope));
            match fixed {
                Some(fixed) if *fixed.digest == now => format!("Same digest as approved in {approval}"),
                Some(_) => format!("Altered after {approval} was granted"),
                None => format!("{approval} does not fix this record"),
            }
        }
    };
    Ok(Block::Fields { fields: vec![digest, Field::new("Compared with the approval", words)] })
}
