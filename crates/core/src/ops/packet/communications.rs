//! Communications on paper: their texts, how many recipients they reached, and signed decisions to tell nobody.

use std::collections::BTreeSet;

use super::authority;
use super::paper::{Paper, state_mark};
use super::record;
use crate::domain::communication::{Communication, CommunicationKind, CommunicationState, communications_of};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::recipient::Reached;
use crate::ops::page::RecordPage;
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Field, Mark, Section};
use mainstay_base::time::Day;

/// How far a communication got, in words.
fn reached_words(reached: Reached) -> String {
    match reached.listed {
        0 => "No recipients".to_owned(),
        all => format!(
            "{all}, of which sent to {}, acknowledged by {}, not reachable {}",
            reached.sent, reached.acknowledged, reached.unreachable
        ),
    }
}

/// A communication with its approvals.
pub(super) struct Told {
    pub page: RecordPage,
    pub content: Option<Communication>,
    reached: Reached,
    approvals: Vec<RecordPage>,
}

impl Told {
    /// One communication.
    pub fn of(paper: &mut Paper<'_>, id: RecordId) -> Result<Self, Refused> {
        let page = paper.page(id)?;
        // Who received it is not named in a redacted packet, also not where its text names them.
        for part in paper.file.parts(id, Kind::Recipient)? {
            paper.mention(part.head.id);
        }
        let approvals = authority::of(paper, id)?;
        let recipients = paper.ask(|world| world.parts(id, Kind::Recipient))?;
        let reached = Reached::of(recipients.iter().map(|data| &**data));
        Ok(Self { content: page.data.typed(), reached, page, approvals })
    }

    /// The communications of these records, in the order of their numbers.
    pub fn about(paper: &mut Paper<'_>, named: &[RecordId]) -> Result<Vec<Self>, Refused> {
        let ids: BTreeSet<RecordId> = paper.ask(|world| {
            let found = named.iter().flat_map(|id| communications_of(world, *id));
            found.map(|data| data.head.id).collect()
        })?;
        ids.into_iter().map(|id| Self::of(paper, id)).collect()
    }

    /// The day on which it came into its state.
    pub fn day(&self) -> Day {
        self.page.data.head.state_since.day()
    }

    /// How many recipients it reached, in words.
    pub fn reached_words(&self) -> String {
        reached_words(self.reached)
    }

    fn state(&self) -> Option<CommunicationState> {
        CommunicationState::of(&self.page.data)
    }

    /// Whether it is the signed decision that nothing is communicated.
    pub fn is_not_required(&self) -> bool {
        self.state() == Some(CommunicationState::NotRequired)
    }

    /// Whether it tells users something.
    pub fn is_for_users(&self) -> bool {
        let kind = self.content.as_ref().and_then(|content| content.communication_kind);
        kind.is_some_and(|kind| kind.tells_users() || kind == CommunicationKind::VexPublication)
    }

    /// The whole communication with its texts, its recipients in numbers, and its signatures.
    fn content(&self, paper: &Paper<'_>) -> Vec<Block> {
        let mut first = record::head(paper, &self.page);
        first.push(Field::new("Recipients", reached_words(self.reached)));
        record::approved_with(paper, &self.page, &self.approvals, (first, &[]))
    }
}

/// A section for each communication.
pub(super) fn sections(paper: &Paper<'_>, number: u8, told: &[Told]) -> Vec<Section> {
    told.iter()
        .zip(1..)
        .map(|(told, count)| {
            record::section(paper, 2, &format!("{number}.{count}"), &told.page, told.content(paper))
        })
        .collect()
}

/// How many recipients each communication reached, and the decisions that none is required.
pub(super) fn tables(paper: &Paper<'_>, told: &[Told]) -> Vec<Block> {
    let (left_out, sent): (Vec<&Told>, Vec<&Told>) = told.iter().partition(|told| told.is_not_required());
    let mut blocks = Vec::new();
    if !sent.is_empty() {
        blocks.push(reached(paper, &sent));
    }
    if !left_out.is_empty() {
        blocks.push(not_required(paper, &left_out));
    }
    blocks
}

fn reached(paper: &Paper<'_>, told: &[&Told]) -> Block {
    let rows = told
        .iter()
        .map(|told| {
            let data = &told.page.data;
            let acknowledged = told.content.as_ref().and_then(|content| content.communication_kind);
            let open = if acknowledged.is_some_and(|kind| kind.is_acknowledged()) && told.reached.open() > 0 {
                Cell::from(Mark::due(told.reached.open().to_string()))
            } else {
                told.reached.open().to_string().into()
            };
            let cells: Vec<Cell> = vec![
                data.head.id.to_string().into(),
                format!("{}\n{}", paper.title(data), paper.field(data, "communication_kind")).into(),
                told.reached.listed.to_string().into(),
                told.reached.sent.to_string().into(),
                told.reached.acknowledged.to_string().into(),
                told.reached.unreachable.to_string().into(),
                open,
                state_mark(data).into(),
            ];
            cells
        })
        .collect();
    let count = |title: &str, width: f32| Column::number(title).points(width);
    Block::Table {
        caption: Some("Communications and their recipients".to_owned()),
        columns: vec![
            Column::id("Number").points(54.0),
            Column::text("Subject, kind", 1),
            count("Recipients", 58.0),
            count("Sent", 36.0),
            count("Acknowledged", 70.0),
            count("Not reachable", 54.0),
            count("Open", 36.0),
            Column::mark("State").points(72.0),
        ],
        rows,
    }
}

fn not_required(paper: &Paper<'_>, told: &[&Told]) -> Block {
    let rows = told
        .iter()
        .map(|told| {
            let data = &told.page.data;
            let about: Vec<String> = ["releases", "change_requests", "subjects"]
                .iter()
                .map(|name| paper.field(data, name))
                .filter(|text| !text.is_empty())
                .collect();
            let signed: Vec<String> = told
                .page
                .signatures
                .iter()
                .map(|view| format!("{}, {}", view.signature.printed_name, view.signature.when_words()))
                .collect();
            let cells: Vec<Cell> = vec![
                data.head.id.to_string().into(),
                about.join(", ").into(),
                paper.field(data, "markets").into(),
                paper.field(data, "not_required_justification").into(),
                signed.join("\n").into(),
            ];
            cells
        })
        .collect();
    Block::Table {
        caption: Some("Decided and signed: nothing is communicated".to_owned()),
        columns: vec![
            Column::id("Number").points(54.0),
            Column::text("About", 2),
            Column::text("Markets", 2),
            Column::text("Justification", 4),
            Column::text("Signed by", 3),
        ],
        rows,
    }
}
