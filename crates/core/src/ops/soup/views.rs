//! What is asked of SOUP as a whole: where an item is used, and whether the releases in service are covered by reviews.

use crate::domain::finding::verdicts;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::{Fields, RecordData};
use crate::domain::requests::RULES;
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_item::SoupItem;
use crate::domain::soup_item::due::{self, CoverageRow};
use crate::domain::soup_item::register;
use crate::domain::workflow::{Case, Condition};
use crate::ops::file::ProductFile;
use crate::ops::refused::{Refused, require_kind};
use crate::ops::request::Request;
use crate::ops::session::Session;
use mainstay_base::clock::Stamp;
use mainstay_base::time::Moment;

/// Where one item is used, in one view.
#[derive(Debug, Clone, Default)]
pub struct SoupUse {
    /// Releases that contain it, each with its versions.
    pub releases: Vec<(RecordId, String, Vec<String>)>,
    /// Findings about it, with what they are.
    pub findings: Vec<(RecordId, String)>,
    /// Changes that name it.
    pub changes: Vec<(RecordId, String)>,
    /// Review items of it, with their reviews.
    pub reviews: Vec<(RecordId, Option<RecordId>, String)>,
    /// The hazards that it can contribute to.
    pub hazards: Vec<String>,
    /// What the item lacks, with the clause.
    pub lint: Vec<Condition>,
}

/// Which of several records may take a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MayStep {
    /// Those that may.
    pub may: Vec<RecordId>,
    /// Those that may not, and why.
    pub not: Vec<(RecordId, String)>,
}

/// How much of the SOUP in service is covered by reviews.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CoverageCount {
    /// Versions in releases in service.
    pub all: usize,
    /// Of them: reviewed inside their interval.
    pub covered: usize,
}

fn titled(data: &SharedRecord) -> (RecordId, String) {
    (data.head.id, data.title().to_owned())
}

impl ProductFile {
    /// Where an item is used: releases, findings, changes, reviews, hazards; and what it lacks.
    ///
    /// # Errors
    /// When it is not a SOUP item, or there is no such record.
    pub fn soup_use(&self, item: RecordId, now: Moment) -> Result<SoupUse, Refused> {
        require_kind(item, Kind::SoupItem, "name a SOUP item, such as SI-0001")?;
        self.as_rules_see(item, Some(now), |case| {
            let used = register::where_used(case.world, case.data);
            let content = case.data.typed::<crate::domain::soup_item::SoupItem>().unwrap_or_default();
            SoupUse {
                releases: used
                    .releases
                    .iter()
                    .map(|(data, versions)| (data.head.id, data.text("version").to_owned(), versions.clone()))
                    .collect(),
                findings: used.findings.iter().map(titled).collect(),
                changes: used.changes.iter().map(titled).collect(),
                reviews: used
                    .reviewed
                    .iter()
                    .map(|data| (data.head.id, data.head.parent, data.title().to_owned()))
                    .collect(),
                hazards: content.hazards.iter().map(ToString::to_string).collect(),
                lint: crate::domain::soup_item::lint(case, &content),
            }
        })
    }

    /// What a SOUP item lacks as it is typed, with the clause.
    ///
    /// # Errors
    /// When it is not a SOUP item, or the file cannot be read.
    pub fn soup_lint(&self, data: &RecordData, now: Moment) -> Result<Vec<Condition>, Refused> {
        require_kind(data.head.id, Kind::SoupItem, "name a SOUP item, such as SI-0001")?;
        let data = SharedRecord::from(data.clone());
        self.with_world(now, |world| {
            let content = data.typed::<SoupItem>().unwrap_or_default();
            let case = Case { data: &data, world, now, actor: None, rules: RULES };
            crate::domain::soup_item::lint(&case, &content)
        })
    }

    /// Which of several records may take a step now, and why the others may not.
    ///
    /// # Errors
    /// When the file cannot be read, or the work was cancelled.
    pub fn may_step(
        &self,
        session: &Session,
        (ids, go): (&[RecordId], &str),
        keep_going: &dyn Fn(usize) -> bool,
        stamp: &Stamp,
    ) -> Result<MayStep, Refused> {
        let mut found = MayStep::default();
        for (index, id) in ids.iter().enumerate() {
            if !keep_going(index) {
                return Err(Refused::cancelled());
            }
            let step = Request::Move { id: *id, go: go.to_owned(), set: Fields::new() };
            match self.preview(session, step.into(), stamp) {
                Ok(preview) => match preview.missing.first() {
                    None => found.may.push(*id),
                    Some(condition) => {
                        let more = preview.missing.len() - 1;
                        let more = if more == 0 { String::new() } else { format!(", and {more} more") };
                        found.not.push((*id, format!("not yet: {}{more}", condition.text)));
                    }
                },
                Err(refusal) if refusal.is_failure() => return Err(refusal),
                Err(refusal) => found.not.push((*id, refusal.to_string())),
            }
        }
        Ok(found)
    }

    /// The coverage matrix: every SOUP of every release in service, and whether it is reviewed inside its interval.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn soup_coverage(&self, now: Moment) -> Result<Vec<CoverageRow>, Refused> {
        self.with_world(now, |world| due::matrix(world, now.day()))
    }

    /// The same at the end of a past day, by the file as it was then.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn soup_coverage_at(&self, moment: Moment) -> Result<Vec<CoverageRow>, Refused> {
        if self.is_present_at(moment)? {
            return self.soup_coverage(moment);
        }
        let ledger = self.at(moment)?;
        let work = crate::domain::requests::ChangeSet::for_nobody(&ledger, moment);
        Ok(due::matrix(&work, moment.day()))
    }

    /// What holds of every finding for every release in service that it concerns.
    ///
    /// # Errors
    /// When it is not a finding, or there is no such record.
    pub fn finding_verdicts(
        &self,
        finding: RecordId,
        now: Moment,
    ) -> Result<Vec<(RecordId, String, verdicts::Verdict)>, Refused> {
        require_kind(finding, Kind::Finding, "name a finding, such as FN-0001")?;
        self.as_rules_see(finding, Some(now), |case| {
            let all = case.world.all(Kind::Release);
            let with = all.iter().map(|data| {
                let verdict = verdicts::verdict_for(case.world, case.data, data.head.id, case.now.day());
                (data.head.id, data.text("version").to_owned(), verdict)
            });
            with.filter(|(_, _, verdict)| *verdict != verdicts::Verdict::NotConcerned).collect()
        })
    }
}

/// How many rows of a coverage matrix are covered.
pub fn count(rows: &[CoverageRow]) -> CoverageCount {
    CoverageCount { all: rows.len(), covered: rows.iter().filter(|row| row.coverage.is_covered()).count() }
}
