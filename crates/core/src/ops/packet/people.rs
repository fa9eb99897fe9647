//! Accounts, roles and the authority matrix on paper.

use super::paper::{Paper, state_mark, words};
use super::plans::Plans;
use super::sections::chapter;
use super::standing;
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Mark, Section};

/// The chapter of people and authority.
pub(super) fn sections(paper: &Paper<'_>, plans: &Plans) -> Result<Vec<Section>, Refused> {
    let mut blocks = vec![accounts(paper)?, plans.authority()];
    blocks.extend(standing::software(paper)?);
    let clause = "IEC 62304 4.3, 4.4, 6.1 e; 21 CFR 11.10(g), 11.100";
    Ok(vec![chapter(3, "People, roles, authority, software items", clause, blocks), plans.policy(paper)?])
}

fn accounts(paper: &Paper<'_>) -> Result<Block, Refused> {
    let rows = paper
        .file
        .people()?
        .into_iter()
        .map(|(data, person)| {
            let verified = match person.identity_verified_at {
                Some(at) if person.may_sign() => Mark::good(at.day().to_string()),
                Some(_) | None => Mark::due("not confirmed"),
            };
            let cells: Vec<Cell> = vec![
                format!("{}\n{}", person.title, person.login).into(),
                words(&person.roles).into(),
                person.training_ref.to_string().into(),
                verified.into(),
                state_mark(&data).into(),
            ];
            cells
        })
        .collect();
    Ok(Block::Table {
        caption: Some("Accounts at the cut-off".to_owned()),
        columns: vec![
            Column::text("Name, login", 2),
            Column::text("Roles", 3),
            Column::text("Training record", 2),
            Column::mark("Identity confirmed"),
            Column::mark("Account").points(66.0),
        ],
        rows,
    })
}
