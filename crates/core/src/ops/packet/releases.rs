//! Releases on paper: a release with the records that it rests on, the evidence for each part of 5.8, and the log of a period.

use std::collections::BTreeSet;

use super::paper::{Paper, day_or, state_mark, word_or};
use super::plans::signers;
use super::sections::{joined, nothing};
use super::{authority, record, trail};
use crate::domain::event::Event;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::RecordData;
use crate::domain::release::{ArchiveCheck, Release, ReleaseState, TaskDecision};
use crate::ops::page::RecordPage;
use crate::ops::refused::Refused;
use crate::report::{Block, Cell, Column, Field, Mark, Section};
use mainstay_base::time::Day;

/// A release with its approvals and the event that released it.
pub(super) struct Released {
    pub page: RecordPage,
    pub content: Release,
    pub approvals: Vec<RecordPage>,
    pub event: Option<Event>,
}

impl Released {
    /// One release.
    pub fn of(paper: &mut Paper<'_>, id: RecordId) -> Result<Self, Refused> {
        let page = paper.page(id)?;
        let content: Release = page
            .data
            .typed()
            .ok_or_else(|| Refused::Rule(format!("{id} cannot be read; verify the file")))?;
        let approvals = authority::of(paper, id)?;
        let event = trail::entered(paper, id, ReleaseState::Released.code())?;
        Ok(Self { page, content, approvals, event })
    }

    /// The releases that contain a change, in the order of their numbers.
    pub fn with_change(paper: &mut Paper<'_>, change: RecordId) -> Result<Vec<Self>, Refused> {
        let ids: BTreeSet<RecordId> = paper.ask(|world| {
            let found = world.naming(change, Kind::Release, "change_requests");
            found.into_iter().map(|data| data.head.id).collect()
        })?;
        ids.into_iter().map(|id| Self::of(paper, id)).collect()
    }

    /// Its number.
    pub const fn id(&self) -> RecordId {
        self.page.data.head.id
    }

    /// The day of its release.
    pub fn day(&self) -> Option<Day> {
        self.event.as_ref().map(|event| event.at.day())
    }

    /// When it was released and by whom, in words.
    pub fn when(&self) -> String {
        match &self.event {
            Some(event) => format!("{} by {}", event.at.with_offset_words(event.offset_minutes), event.name),
            None => "Not released".to_owned(),
        }
    }

    /// Number, version, kind and state.
    pub fn fields(&self) -> Vec<Field> {
        vec![
            Field::new("Release", format!("{} {}", self.id(), self.content.title)),
            Field::new("Version", self.content.version.to_string()),
            Field::new("Kind of release", word_or(self.content.release_kind, "")),
            Field::new("State", state_mark(&self.page.data).word),
            Field::new("Released", self.when()),
        ]
    }

    /// Whether the tested artifact is the one that is released.
    pub fn tested_is_released(&self) -> Mark {
        let (tested, released) = (&self.content.tested_sha256, &self.content.artifact_sha256);
        if tested.is_empty() || released.is_empty() {
            Mark::due("open: a digest is missing")
        } else if tested.eq_ignore_ascii_case(released) {
            Mark::good("tested digest = released digest")
        } else {
            Mark::late("the tested artifact is not the released one")
        }
    }

    /// Whether the archive was read again unchanged.
    pub fn archive(&self) -> Mark {
        let checks = self.content.archive_checks.iter().filter(|row| row.checked_on.is_some());
        match checks.max_by_key(|row| row.checked_on) {
            None => Mark::due("not read again yet"),
            Some(last) if self.archive_is(last) => Mark::good("read again, unchanged"),
            Some(_) => Mark::late("the last reading differs"),
        }
    }

    /// Whether a reading of the archive gave the digest that was recorded.
    pub fn archive_is(&self, check: &ArchiveCheck) -> bool {
        !check.sha256.is_empty() && check.sha256.eq_ignore_ascii_case(&self.content.archive_sha256)
    }

    fn residual(&self) -> (String, Mark) {
        let rows = &self.content.residual_anomalies;
        if rows.is_empty() {
            let stated = self.content.none_known == Some(true);
            let mark = if stated { Mark::good("stated") } else { Mark::due("not stated yet") };
            return ("No anomaly is known".to_owned(), mark);
        }
        let open = rows
            .iter()
            .filter(|row| row.risk_acceptable.is_none() || row.evaluation.trim().is_empty())
            .count();
        let bad = rows.iter().any(|row| row.risk_acceptable == Some(false));
        let mark = match (bad, open) {
            (true, _) => Mark::late("a risk is not acceptable"),
            (false, 0) => Mark::good("all evaluated"),
            (false, open) => Mark::due(format!("{open} not evaluated")),
        };
        let numbers: Vec<String> =
            rows.iter().filter_map(|row| row.problem).map(|id| id.to_string()).collect();
        (format!("{} residual: {}", rows.len(), numbers.join(", ")), mark)
    }

    fn tasks(&self) -> (String, Mark) {
        let count = |decision: TaskDecision| {
            self.content.tasks.iter().filter(|row| row.decision == Some(decision)).count()
        };
        let (done, not) = (count(TaskDecision::Performed), count(TaskDecision::NotApplicable));
        let open = self.content.tasks.iter().count() - done - not;
        let mark =
            if open > 0 || done + not == 0 { Mark::due("not answered") } else { Mark::good("answered") };
        (format!("{done} performed, {not} not applicable, {open} open"), mark)
    }

    /// One row for each part of 5.8, with its evidence in a few words.
    pub fn evidence(&self) -> Block {
        let content = &self.content;
        let given = |texts: [&str; 2]| {
            let missing = texts.iter().any(|text| text.trim().is_empty());
            if missing { Mark::due("incomplete") } else { Mark::good("on record") }
        };
        let tested = day_or(content.tested_on, "");
        let tested = joined(&[&content.system_test_ref, &tested, &content.tested_by], "; ");
        let approved = signers(&self.approvals);
        let (residual, evaluated) = self.residual();
        let (tasks, answered) = self.tasks();
        let rows = [
            ("5.8.1", "Verification is complete", tested, self.tested_is_released()),
            ("5.8.2, 5.8.3", "Residual anomalies", residual, evaluated),
            (
                "5.8.4",
                "Version and artifact",
                joined(&[&content.version, &content.tag_or_commit, &content.artifact_name], "; "),
                given([&content.version, &content.artifact_sha256]),
            ),
            (
                "5.8.5",
                "Build procedure and environment",
                content.build_procedure_ref.to_string(),
                given([&content.build_procedure_ref, &content.build_environment]),
            ),
            ("5.8.6", "Tasks before the release", tasks, answered),
            ("5.8.7", "Archive", content.archive_location.to_string(), self.archive()),
            (
                "5.8.8",
                "Delivery and integrity",
                joined(&[&content.delivery_method, &content.integrity_protection], "; "),
                given([&content.delivery_method, &content.integrity_protection]),
            ),
            (
                "5.8",
                "Approval",
                approved.clone(),
                if approved.is_empty() { Mark::due("not signed") } else { Mark::good("signed") },
            ),
        ];
        let rows = rows.into_iter().map(|(clause, what, evidence, mark)| {
            let cells: Vec<Cell> = vec![clause.into(), what.into(), evidence.into(), mark.into()];
            cells
        });
        let columns = vec![
            Column::id("Clause").points(58.0),
            Column::text("What", 2),
            Column::text("Evidence", 4),
            Column::mark("Status").points(118.0),
        ];
        Block::table(columns, rows.collect())
    }
}

/// The residual anomalies of a release with their evaluation, or the statement that none is known.
pub(super) fn residual(paper: &Paper<'_>, released: &Released) -> Block {
    record::table_of(paper, &released.page, "residual_anomalies").unwrap_or_else(|| {
        if released.content.none_known == Some(true) {
            nothing("It is stated that no anomaly is known")
        } else {
            nothing("No residual anomaly is listed, and it is not stated yet that none is known")
        }
    })
}

/// Chapter 12 of a period: the releases of the period, and the evidence of each for 5.8.
pub(super) fn log(paper: &Paper<'_>, releases: &[Released]) -> (Vec<Block>, Vec<Section>) {
    if releases.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let rows = releases
        .iter()
        .map(|released| {
            let content = &released.content;
            let changes: Vec<String> = content.change_requests.iter().map(RecordId::to_string).collect();
            let cells: Vec<Cell> = vec![
                released.id().to_string().into(),
                content.version.to_string().into(),
                format!("{}\n{}", content.title, word_or(content.release_kind, "")).into(),
                changes.join(", ").into(),
                day_or(released.day(), "").into(),
                state_mark(&released.page.data).into(),
            ];
            cells
        })
        .collect();
    let columns = vec![
        Column::id("Number").points(54.0),
        Column::text("Version", 1).points(54.0),
        Column::text("Title, kind", 2),
        Column::text("Changes", 1),
        Column::date("Released"),
        Column::mark("State"),
    ];
    let about = "Each release is printed in full in the packet of that release. Below is its evidence for each part of 5.8.";
    let sections = releases.iter().zip(1..).map(|(released, count)| {
        let mut fields = released.fields();
        fields
            .push(Field::new("SHA-256 of the artifact", released.content.artifact_sha256.to_string()).code());
        let blocks = vec![Block::Fields { fields }, released.evidence(), residual(paper, released)];
        record::section(paper, 2, &format!("12.{count}"), &released.page, blocks)
    });
    (vec![Block::table(columns, rows), Block::paragraph(about)], sections.collect())
}

/// The SOUP of each version that may be in the field.
pub(super) fn soup_in_the_field(paper: &Paper<'_>) -> Result<Option<Block>, Refused> {
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for data in paper.ask(|world| world.all(Kind::Release))? {
        let fielded = ReleaseState::of(&data).is_some_and(ReleaseState::may_be_fielded);
        let Some(content) = data.typed::<Release>().filter(|_| fielded) else { continue };
        rows.push(row_of_soup(&data, &content));
    }
    let columns = vec![
        Column::id("Release"),
        Column::text("Version", 1).points(60.0),
        Column::number("SOUP items").points(60.0),
        Column::code("SHA-256 of the bill of materials", 1),
        Column::mark("State"),
    ];
    let caption = Some(
        "SOUP of the versions that may be in the field; each list is in the packet of its release".to_owned(),
    );
    Ok((!rows.is_empty()).then_some(Block::Table { caption, columns, rows }))
}

fn row_of_soup(data: &RecordData, content: &Release) -> Vec<Cell> {
    let bill = if content.soup_baseline.is_empty() { String::new() } else { content.bill_sha256.to_string() };
    vec![
        data.head.id.to_string().into(),
        content.version.to_string().into(),
        content.soup_baseline.iter().count().to_string().into(),
        bill.into(),
        state_mark(data).into(),
    ]
}
