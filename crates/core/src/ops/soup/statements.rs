//! What is said of the findings about one release, for VEX documents and the table for customers (domain 2.10).

use crate::domain::finding::verdicts::{self, Verdict};
use crate::domain::finding::{Applicability, Disposition, Finding, FindingState, Response};
use crate::domain::ids::RecordId;
use crate::domain::release::Release;
use crate::domain::shared_record::SharedRecord;
use crate::domain::time::Day;
use crate::domain::workflow::World;
use crate::ops::file::ProductFile;
use crate::ops::gate::of_release;
use crate::ops::refused::Refused;
use mainstay_base::time::Moment;

/// One statement: a vulnerability, the components of the release that it concerns, and what holds.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleaseStatement {
    /// The finding.
    pub finding: RecordId,
    /// Its identifier.
    pub id: String,
    /// Its other names.
    pub aliases: Vec<String>,
    /// Its title.
    pub title: String,
    /// The rows of the baseline that it concerns: item, version, package URL.
    pub components: Vec<(String, String, String)>,
    /// What holds for the release; `None` while nothing is decided.
    pub applicability: Option<Applicability>,
    /// Whether the match was wrong.
    pub false_positive: bool,
    /// The release from which the verdict was carried over.
    pub carried_from: Option<RecordId>,
    /// The justification in the words of VEX.
    pub justification: Option<&'static str>,
    /// What it means for the product.
    pub impact: String,
    /// What users should do.
    pub action: String,
    /// What is done.
    pub responses: Vec<Response>,
    /// When it was decided.
    pub decided_on: Option<Day>,
}

impl ProductFile {
    /// What is said of every finding that concerns a release, by identifier.
    ///
    /// # Errors
    /// When it is not a release, or there is no such record.
    pub fn release_statements(
        &self,
        release: RecordId,
        now: Moment,
    ) -> Result<Vec<ReleaseStatement>, Refused> {
        of_release(release)?;
        self.as_rules_see(release, Some(now), |case| statements(case.world, case.data, case.now.day()))
    }
}

/// What is said of every finding that concerns a release, by identifier.
pub fn statements(world: &dyn World, release: &SharedRecord, today: Day) -> Vec<ReleaseStatement> {
    let Some(content) = release.typed::<Release>() else { return Vec::new() };
    let mut found: Vec<ReleaseStatement> = verdicts::of_release(world, release.head.id, today)
        .into_iter()
        .filter_map(|(data, verdict)| statement(&data, &verdict, &content))
        .collect();
    found.sort_by(|a, b| (&a.id, a.finding).cmp(&(&b.id, b.finding)));
    found
}

fn statement(data: &SharedRecord, verdict: &Verdict, release: &Release) -> Option<ReleaseStatement> {
    let finding = data.typed::<Finding>()?;
    let named = |row: &&crate::domain::release::SoupVersion| {
        let label = format!("{} {}", row.item, row.version);
        finding.versions.iter().any(|version| **version == *label)
    };
    let components = release.soup_baseline.iter().filter(named);
    let remedied = matches!(FindingState::of(data), Some(FindingState::Remediated | FindingState::Closed))
        && *finding.remedied_in == *release.version;
    let applicability = match verdict.applicability() {
        Some(Applicability::Affected) if remedied => Some(Applicability::Fixed),
        other => other,
    };
    let not_affected = applicability == Some(Applicability::NotAffected);
    Some(ReleaseStatement {
        finding: data.head.id,
        id: finding.external_id.to_string(),
        aliases: finding.aliases.iter().map(ToString::to_string).collect(),
        title: finding.title.to_string(),
        components: components
            .map(|row| (row.item.to_string(), row.version.to_string(), row.purl.to_string()))
            .collect(),
        applicability,
        false_positive: finding.disposition == Some(Disposition::FalsePositive),
        carried_from: match verdict {
            Verdict::CarriedOver { from, .. } => Some(*from),
            Verdict::NotConcerned | Verdict::Stated(_) | Verdict::Open(_) => None,
        },
        justification: finding.justification.filter(|_| not_affected).map(|choice| choice.code()),
        impact: finding.impact_statement.trim().to_owned(),
        action: finding.action_statement.trim().to_owned(),
        responses: finding.responses.clone(),
        decided_on: finding.decided_on,
    })
}
