//! What is said of the findings about one release, for VEX documents and the table for customers (domain 2.10).

use crate::domain::finding::verdicts::{self, Verdict};
use crate::domain::finding::{Applicability, Finding, FindingState, Response, source_text};
use crate::domain::ids::RecordId;
use crate::domain::release::{Release, SoupVersion};
use crate::domain::shared_record::SharedRecord;
use crate::domain::soup_item::register::Register;
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
    /// What its source says, or its title where that says nothing more.
    pub text: String,
    /// The rows of the baseline that it concerns: item, version, package URL.
    pub components: Vec<(String, String, String)>,
    /// What holds for the release; `None` while nothing is decided.
    pub applicability: Option<Applicability>,
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
    let register = Register::of(world);
    let mut found: Vec<ReleaseStatement> = verdicts::of_release(world, release.head.id, today)
        .into_iter()
        .filter_map(|(data, verdict)| statement(&data, &verdict, (&content, &register)))
        .collect();
    found.sort_by(|a, b| (&a.id, a.finding).cmp(&(&b.id, b.finding)));
    found
}

/// The rows of the baseline that a finding names. Of several packages with one name and version, those of its items.
fn components<'r>(finding: &Finding, release: &'r Release, register: &Register) -> Vec<&'r SoupVersion> {
    let named = |row: &&SoupVersion| finding.versions.iter().any(|version| row.is(version));
    let rows: Vec<&SoupVersion> = release.soup_baseline.iter().filter(named).collect();
    let of_items = |row: &&SoupVersion| {
        register.find(row).is_some_and(|known| finding.items.contains(&known.item.head.id))
    };
    let own: Vec<&SoupVersion> = rows.iter().copied().filter(of_items).collect();
    if own.is_empty() { rows } else { own }
}

/// What the source of a finding says; its title where there is no more.
fn text_of(finding: &Finding) -> String {
    let said = source_text(&finding.description).trim();
    if said.is_empty() { finding.title.to_string() } else { said.to_owned() }
}

fn statement(
    data: &SharedRecord,
    verdict: &Verdict,
    (release, register): (&Release, &Register),
) -> Option<ReleaseStatement> {
    let finding = data.typed::<Finding>()?;
    let components = components(&finding, release, register).into_iter();
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
        text: text_of(&finding),
        components: components
            .map(|row| (row.item.to_string(), row.version.to_string(), row.purl.to_string()))
            .collect(),
        applicability,
        carried_from: match verdict {
            Verdict::CarriedOver { from, .. } => Some(*from),
            Verdict::NotConcerned | Verdict::Stated(_) | Verdict::Open(_) => None,
        },
        justification: finding.vex_justification().filter(|_| not_affected).map(|choice| choice.code()),
        impact: finding.impact_statement.trim().to_owned(),
        action: finding.action_statement.trim().to_owned(),
        responses: finding.responses.clone(),
        decided_on: finding.decided_on,
    })
}
