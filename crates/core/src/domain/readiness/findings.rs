//! Rules about findings (domain 3.7, FIND).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Applies, Hit, Look, Rule, Severity as S};
use crate::domain::communication::{Communication, CommunicationKind, CommunicationState};
use crate::domain::finding::verdicts::verdict_for;
use crate::domain::finding::{Disposition, Finding, FindingKind, FindingState as State, RiskControl};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::problem_report::{AdverseEvent, ProblemReport, ProblemState};
use crate::domain::product::Market;
use crate::domain::shared_record::SharedRecord;
use crate::domain::time::Day;

const KIND: Kind = Kind::Finding;
/// Days within which users are told of an uncontrolled risk (FDA postmarket cybersecurity).
const TELL_DAYS: u32 = 30;
/// Days within which the remedy reaches them.
const REMEDY_DAYS: u32 = 60;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "FIND-01",
        "IEC 62304 7.1.3",
        S::Major,
        ("A finding is not assessed in time", "Decide the finding."),
        not_in_time,
    )
    .place(KIND),
    Rule::new(
        "FIND-02",
        "IEC 62304 7.1.3",
        S::Major,
        ("“Not affected” is not supported", "Give justification or impact statement, and evidence."),
        unsupported,
    )
    .place(KIND),
    Rule::new(
        "FIND-03",
        "IEC 62304 7.1.3, 7.1.4",
        S::Critical,
        (
            "It is not assessed whether a finding leads to a hazardous situation",
            "Answer the safety question, with the sequence of events.",
        ),
        no_hazard,
    )
    .only(Applies::ClassBC)
    .place(KIND),
    Rule::new(
        "FIND-04",
        "FDA postmarket cybersecurity",
        S::Major,
        ("Controlled or uncontrolled is not determined", "Determine the risk of patient harm."),
        no_control,
    )
    .place(KIND),
    Rule::new(
        "FIND-05",
        "IEC 62304 9.1",
        S::Critical,
        ("An uncontrolled risk has no problem report", "Open the problem report."),
        no_problem,
    )
    .place(Kind::ProblemReport),
    Rule::new(
        "FIND-06",
        "FDA postmarket cybersecurity",
        S::Critical,
        ("Users were not told within 30 days", "Issue the communication."),
        not_told,
    )
    .only(Applies::Us)
    .place(Kind::Communication),
    Rule::new(
        "FIND-07",
        "FDA postmarket cybersecurity",
        S::Critical,
        ("The remedy did not reach users within 60 days", "Release the fix, or a long-term control."),
        not_remedied,
    )
    .only(Applies::Us)
    .place(Kind::Release),
    Rule::new(
        "FIND-08",
        "21 CFR 806",
        S::Critical,
        (
            "It is not assessed whether a correction is reported",
            "Report it, or sign why not (21 CFR 806.20).",
        ),
        no_806,
    )
    .only(Applies::Us)
    .place(Kind::Communication),
    Rule::new(
        "FIND-09",
        "FDA postmarket cybersecurity",
        S::Critical,
        ("The conditions for not reporting a correction are not met", "Report it under 21 CFR 806."),
        non_enforcement,
    )
    .only(Applies::Us)
    .place(Kind::Communication),
    Rule::new(
        "FIND-10",
        "ISO 14971",
        S::Major,
        ("An accepted finding is not reassessed in time", "Reassess it."),
        not_reassessed,
    )
    .place(KIND),
    Rule::new(
        "FIND-11",
        "CISA BOD 22-01",
        S::Major,
        (
            "A known exploited vulnerability is open past the date of the catalogue",
            "Decide it; the date binds federal agencies only.",
        ),
        exploited,
    )
    .place(KIND),
    Rule::new(
        "FIND-12",
        "FDA premarket cybersecurity",
        S::Major,
        ("A finding is not assessed for a version in the field", "Decide it for that release."),
        release_missing,
    )
    .place(KIND),
    Rule::new(
        "FIND-13",
        "IEC 62304 7.1.3",
        S::Minor,
        ("A decision has no second review", "Have a second person confirm it."),
        one_person,
    )
    .place(KIND),
    Rule::new(
        "FIND-14",
        "FDA premarket cybersecurity",
        S::Info,
        (
            "The severity is not put in its clinical context",
            "Say what the vulnerability means for the patient.",
        ),
        only_score,
    )
    .place(KIND),
];

type Found = (SharedRecord, Arc<Finding>);

fn standing(look: &Look) -> Vec<Found> {
    let all = look.all::<Finding>().into_iter();
    all.filter(|(data, _)| State::of(data) != Some(State::Void)).collect()
}

fn each(look: &Look, rule: fn(&SharedRecord, &Finding) -> Option<Hit>) -> Vec<Hit> {
    standing(look).into_iter().filter_map(|(data, finding)| rule(&data, &finding)).collect()
}

fn is_decided(data: &SharedRecord) -> bool {
    State::of(data).is_some_and(State::is_decided)
}

fn is_affected(finding: &Finding) -> bool {
    matches!(
        finding.disposition,
        Some(Disposition::AffectedControlled | Disposition::AffectedUncontrolled | Disposition::RiskAccepted)
    )
}

/// The findings whose uncontrolled risk is not remedied.
fn uncontrolled(look: &Look) -> Vec<Found> {
    standing(look)
        .into_iter()
        .filter(|(data, finding)| {
            let over = matches!(
                State::of(data),
                Some(
                    State::Remediated
                        | State::Closed
                        | State::Fixed
                        | State::FalsePositive
                        | State::NotAffected
                )
            );
            !over && finding.risk_control == Some(RiskControl::Uncontrolled)
        })
        .collect()
}

fn learned(data: &SharedRecord, finding: &Finding) -> Day {
    finding.learned_on.unwrap_or_else(|| data.head.created_at.day())
}

fn not_in_time(look: &Look) -> Vec<Hit> {
    let late = look.late_hits(KIND, "Decide the finding", "It is not decided.");
    late.into_iter().map(|hit| hit.field("disposition")).collect()
}

fn unsupported(look: &Look) -> Vec<Hit> {
    each(look, |data, finding| {
        let claimed = is_decided(data) && finding.disposition == Some(Disposition::NotAffected);
        let bare = finding.justification.is_none() && finding.impact_statement.trim().is_empty();
        let asked = [
            ("justification", "justification", bare),
            ("evidence", "evidence", finding.evidence.trim().is_empty()),
        ];
        claimed.then(|| Hit::lacking(data.head.id, &asked, "It is “not affected” without")).flatten()
    })
}

fn no_hazard(look: &Look) -> Vec<Hit> {
    each(look, |data, finding| {
        let asked = [
            ("hazardous", "whether it can lead to a hazardous situation", finding.hazardous.is_none()),
            ("sequence", "by which sequence of events", finding.sequence.trim().is_empty()),
        ];
        (is_decided(data) && is_affected(finding))
            .then(|| Hit::lacking(data.head.id, &asked, "The product is affected, and it is not said"))
            .flatten()
    })
}

fn no_control(look: &Look) -> Vec<Hit> {
    each(look, |data, finding| {
        let open = matches!(finding.risk_control, None | Some(RiskControl::NotAssessed));
        let security = finding.finding_kind != Some(FindingKind::Obsolescence);
        (is_decided(data) && is_affected(finding) && open && security).then(|| {
            Hit::at(data.head.id, "The product is affected, and the risk of patient harm is not assessed")
                .field("risk_control")
        })
    })
}

/// The problem report of a finding, unless it is void.
fn problem_of(look: &Look, finding: &Finding) -> Option<Arc<ProblemReport>> {
    let data = look.world.record(finding.problem_report?)?;
    let stands = ProblemState::of(&data).is_some_and(|state| !state.is_void());
    data.typed::<ProblemReport>().filter(|_| stands)
}

fn no_problem(look: &Look) -> Vec<Hit> {
    let open = uncontrolled(look)
        .into_iter()
        .filter(|(data, finding)| is_decided(data) && problem_of(look, finding).is_none());
    open.map(|(data, _)| {
        Hit::at(data.head.id, "Its risk is uncontrolled, and there is no problem report")
            .field("problem_report")
    })
    .collect()
}

/// What was decided about a finding and users or authorities: the communications that it names, and those that name it.
struct Said(Vec<(SharedRecord, Arc<Communication>)>);

impl Said {
    fn about(look: &Look, data: &SharedRecord, finding: &Finding) -> Self {
        let naming = look.world.naming(data.head.id, Kind::Communication, "subjects");
        let own = finding.communications.iter().filter_map(|id| look.world.record(*id));
        let all = own.chain(naming).filter_map(|data| {
            let content = data.typed::<Communication>()?;
            Some((data, content))
        });
        Self(all.collect())
    }

    /// Whether a communication of such a kind was sent.
    fn sent(&self, is_such: fn(CommunicationKind) -> bool) -> bool {
        self.0.iter().any(|(data, content)| {
            let sent = matches!(
                CommunicationState::of(data),
                Some(CommunicationState::Issued | CommunicationState::Closed)
            );
            sent && content.communication_kind.is_some_and(is_such)
        })
    }

    /// Whether the authority of the United States was told.
    fn reported(&self) -> bool {
        let us = Self(self.0.iter().filter(|(_, content)| is_us(content)).cloned().collect());
        us.sent(|kind| kind == CommunicationKind::RegulatorReport)
    }

    /// Whether it is signed that nothing is reported in the United States.
    fn left_out(&self) -> bool {
        self.0.iter().any(|(data, content)| {
            CommunicationState::of(data) == Some(CommunicationState::NotRequired) && is_us(content)
        })
    }
}

fn is_us(content: &Communication) -> bool {
    content.markets.is_empty() || content.markets.contains(&Market::Us)
}

fn days_of(
    look: &Look,
    own: fn(&crate::domain::maintenance_plan::MaintenancePlan) -> Option<u32>,
    least: u32,
) -> i64 {
    i64::from(own(look.world.governing().plan()).unwrap_or(least))
}

fn not_told(look: &Look) -> Vec<Hit> {
    let days = days_of(look, |plan| plan.uncontrolled_tell_days, TELL_DAYS);
    let mut hits = Vec::new();
    for (data, finding) in uncontrolled(look) {
        let due = learned(&data, &finding).plus_days(days);
        let told = || Said::about(look, &data, &finding).sent(CommunicationKind::tells_users);
        if due < look.today() && !told() {
            hits.push(
                Hit::at(data.head.id, format!("Users were to be told by {due}")).field("communications"),
            );
        }
    }
    hits
}

fn not_remedied(look: &Look) -> Vec<Hit> {
    let days = days_of(look, |plan| plan.uncontrolled_remedy_days, REMEDY_DAYS);
    let mut hits = Vec::new();
    for (data, finding) in uncontrolled(look) {
        let due = learned(&data, &finding).plus_days(days);
        if due < look.today() {
            hits.push(
                Hit::at(data.head.id, format!("The remedy was to reach users by {due}")).field("remediation"),
            );
        }
    }
    hits
}

fn no_806(look: &Look) -> Vec<Hit> {
    let open = uncontrolled(look).into_iter().filter(|(data, finding)| {
        let said = Said::about(look, data, finding);
        is_decided(data) && !said.reported() && !said.left_out()
    });
    open.map(|(data, _)| {
        Hit::at(
            data.head.id,
            "Its risk is uncontrolled, and it is not decided whether a correction is reported",
        )
        .field("communications")
    })
    .collect()
}

/// What is missing of the conditions under which a correction need not be reported: no serious adverse event is known, and the maker
/// is an active member of an ISAO and shares the vulnerability there.
fn non_enforcement(look: &Look) -> Vec<Hit> {
    let product = look.world.product();
    let member = product.isao_member == Some(true) && !product.isao_evidence.is_empty();
    let mut hits = Vec::new();
    for (data, finding) in uncontrolled(look) {
        let said = Said::about(look, &data, &finding);
        if !said.left_out() || said.reported() {
            continue;
        }
        let shared = said.sent(|kind| kind == CommunicationKind::IsaoShare);
        let event = problem_of(look, &finding)
            .is_some_and(|problem| problem.is_adverse_event == Some(AdverseEvent::Actual));
        let asked = [
            ("communications", "membership of an ISAO is not shown", !member),
            ("communications", "nothing is shared with the ISAO", !shared),
            ("communications", "an adverse event is known", event),
        ];
        hits.extend(Hit::lacking(
            data.head.id,
            &asked,
            "A correction is not reported, and this stands against it:",
        ));
    }
    hits
}

fn not_reassessed(look: &Look) -> Vec<Hit> {
    let late = look.late_hits(KIND, "Assess the accepted risk again", "It stays for a while.");
    late.into_iter().map(|hit| hit.field("reassess_by")).collect()
}

fn exploited(look: &Look) -> Vec<Hit> {
    let today = look.today();
    let open = standing(look).into_iter().filter(|(data, _)| {
        !State::of(data).is_some_and(|state| {
            matches!(
                state,
                State::Remediated | State::Closed | State::Fixed | State::FalsePositive | State::NotAffected
            )
        })
    });
    open.filter_map(|(data, finding)| {
        let due = finding.kev_due.filter(|due| *due < today && finding.kev_listed == Some(true))?;
        Some(
            Hit::at(data.head.id, format!("The catalogue of exploited vulnerabilities names {due}"))
                .field("kev_due"),
        )
    })
    .collect()
}

/// The releases in service by the versions of SOUP that they contain, and by the names of these items.
fn by_contents(look: &Look) -> BTreeMap<String, BTreeSet<RecordId>> {
    let mut found: BTreeMap<String, BTreeSet<RecordId>> = BTreeMap::new();
    for (data, release) in look.fielded() {
        for row in release.soup_baseline.iter() {
            found.entry(row.label()).or_default().insert(data.head.id);
            found.entry(row.item.to_string()).or_default().insert(data.head.id);
        }
    }
    found
}

fn release_missing(look: &Look) -> Vec<Hit> {
    let releases = by_contents(look);
    let mut hits = Vec::new();
    for (data, finding) in standing(look).into_iter().filter(|(data, _)| is_decided(data)) {
        let items = finding.items.iter().filter_map(|id| look.world.record(*id));
        let names: Vec<String> = if finding.versions.is_empty() {
            items.map(|item| item.title().to_owned()).collect()
        } else {
            finding.versions.iter().map(ToString::to_string).collect()
        };
        let concerned: BTreeSet<RecordId> =
            names.iter().filter_map(|name| releases.get(name)).flatten().copied().collect();
        let open = concerned
            .into_iter()
            .find(|release| !verdict_for(look.world, &data, *release, look.today()).is_decided());
        if let Some(release) = open {
            hits.push(Hit::at(data.head.id, format!("It is not decided for {release}")).field("per_release"));
        }
    }
    hits
}

fn one_person(look: &Look) -> Vec<Hit> {
    let decided = standing(look).into_iter().filter(|(data, _)| is_decided(data));
    decided
        .filter(|(data, _)| {
            let mut signers: Vec<RecordId> =
                look.world.signatures(data.head.id).iter().map(|signature| signature.signer).collect();
            signers.sort_unstable();
            signers.dedup();
            signers.len() < 2
        })
        .map(|(data, _)| Hit::at(data.head.id, "One person alone decided it"))
        .collect()
}

fn only_score(look: &Look) -> Vec<Hit> {
    each(look, |data, finding| {
        let scored = !finding.cvss.is_empty() && is_decided(data) && is_affected(finding);
        let context = finding.harm.is_some() || !finding.sequence.trim().is_empty();
        (scored && !context).then(|| {
            Hit::at(data.head.id, "It is scored by CVSS alone; what it means for the patient is not said")
                .field("sequence")
        })
    })
}
