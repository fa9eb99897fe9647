//! Steps of findings (domain 2.10; 3.7 FIND-01 to FIND-14). One person proposes a decision, others with the roles that it needs
//! confirm it.

use std::collections::BTreeSet;

use super::effects::{basis_is_as_proposed, decided, proposed};
use super::follow_up::{has_action, may_be_closed, reached_users};
use super::stage;
use super::verdicts::{applicability_of, releases_concerned};
use super::{
    ANALYSTS, Applicability, Disposition, Finding, FindingKind, FindingState as S, RETURNERS, RiskControl,
    UNDECIDED, exploited_words,
};
use crate::domain::approval;
use crate::domain::authority::AuthoritySubject;
use crate::domain::choice::Choice as _;
use crate::domain::ids::Kind;
use crate::domain::person::Role;
use crate::domain::record::RecordData;
use crate::domain::retirement_plan::RETIREMENT_RULES;
use crate::domain::signature::{Meaning, Part};
use crate::domain::text;
use crate::domain::time::Day;
use crate::domain::workflow::{Case, Condition, Move, Signing, no_signing};
use mainstay_base::distinct::distinct;

/// The step that proposes a decision.
pub const PROPOSE: &str = "propose";
/// The step that returns a proposed decision to whoever investigates.
pub const RETURN: &str = "withdraw_proposal";
/// The step that opens a decision again.
pub const REASSESS: &str = "reassess";

/// The steps that confirm a decision.
pub const CONFIRMS: [(&str, Disposition); 6] = [
    ("not_affected", Disposition::NotAffected),
    ("affected_controlled", Disposition::AffectedControlled),
    ("affected_uncontrolled", Disposition::AffectedUncontrolled),
    ("fixed", Disposition::Fixed),
    ("false_positive", Disposition::FalsePositive),
    ("accept_risk", Disposition::RiskAccepted),
];

const PROPOSED: &[&str] = &[S::Proposed.code()];
const AFFECTED: &[&str] =
    &[S::AffectedControlled.code(), S::AffectedUncontrolled.code(), S::RiskAccepted.code()];
const CONFIRMERS: &[Role] = &[
    Role::SecurityLead,
    Role::DevLead,
    Role::RiskManager,
    Role::Quality,
    Role::Regulatory,
    Role::Management,
];
/// States from which something new makes it a finding to be decided anew.
const REASSESSABLE: &[&str] = &[
    S::Proposed.code(),
    S::NotAffected.code(),
    S::AffectedControlled.code(),
    S::AffectedUncontrolled.code(),
    S::Fixed.code(),
    S::FalsePositive.code(),
    S::RiskAccepted.code(),
    S::ActionLinked.code(),
    S::Remediated.code(),
    S::Closed.code(),
];

const fn confirm(name: &'static str, label: &'static str, to: S, guard: fn(&Case) -> Vec<Condition>) -> Move {
    Move::new(name, label, PROPOSED, to.code(), CONFIRMERS)
        .sign(Meaning::Approved)
        .clause("IEC 62304 7.1.3")
        .covers(|case| vec![(case.id(), Part::Scope)])
        .guard(guard)
        .effects(decided)
}

pub(super) const MOVES: &[Move] = &[
    Move::new("triage", "Triaged", &[S::New.code(), S::Reassess.code()], S::Triaged.code(), ANALYSTS)
        .clause("IEC 62304 7.1.3")
        .guard(|case| case.with::<Finding>(is_triaged)),
    Move::new(
        "investigate",
        "Investigate",
        &[S::New.code(), S::Triaged.code(), S::Reassess.code()],
        S::UnderInvestigation.code(),
        ANALYSTS,
    ),
    Move::new(PROPOSE, "Propose the decision", UNDECIDED, S::Proposed.code(), ANALYSTS)
        .sign(Meaning::Reviewed)
        .clause("IEC 62304 7.1.3")
        .asks(&["disposition"])
        .covers(|case| vec![(case.id(), Part::Scope)])
        .guard(|case| case.with::<Finding>(may_be_proposed))
        .effects(|case| case.effects::<Finding>(proposed)),
    Move::new(RETURN, "Return to investigation", PROPOSED, S::UnderInvestigation.code(), RETURNERS).reason(),
    confirm("not_affected", "Confirm: not affected", S::NotAffected, |case| {
        confirms(case, Disposition::NotAffected)
    }),
    confirm("affected_controlled", "Confirm: affected, controlled", S::AffectedControlled, |case| {
        confirms(case, Disposition::AffectedControlled)
    }),
    confirm("affected_uncontrolled", "Confirm: affected, uncontrolled", S::AffectedUncontrolled, |case| {
        confirms(case, Disposition::AffectedUncontrolled)
    }),
    confirm("fixed", "Confirm: fixed", S::Fixed, |case| confirms(case, Disposition::Fixed)),
    confirm("false_positive", "Confirm: false positive", S::FalsePositive, |case| {
        confirms(case, Disposition::FalsePositive)
    }),
    confirm("accept_risk", "Confirm: risk accepted", S::RiskAccepted, |case| {
        confirms(case, Disposition::RiskAccepted)
    }),
    Move::new("link_action", "Action linked", AFFECTED, S::ActionLinked.code(), ANALYSTS)
        .clause("IEC 62304 6.2.2")
        .guard(|case| case.with::<Finding>(has_action)),
    Move::new("remediate", "Remediated", &[S::ActionLinked.code()], S::Remediated.code(), ANALYSTS)
        .clause("IEC 62304 9.7")
        .asks(&["remediation", "remedied_in"])
        .guard(|case| case.with::<Finding>(reached_users)),
    Move::new(
        "close",
        "Close",
        &[S::Remediated.code(), S::ActionLinked.code()],
        S::Closed.code(),
        &[Role::Quality],
    )
    .sign(Meaning::Verified)
    .clause("IEC 62304 7.1.3")
    .guard(|case| case.with::<Finding>(may_be_closed)),
    Move::new(REASSESS, "Reassess", REASSESSABLE, S::Reassess.code(), ANALYSTS)
        .reason()
        .clause("IEC 62304 7.1.3"),
    Move::new("void", "Void", UNDECIDED, S::Void.code(), &[Role::Quality]).reason().grave(),
];

/// The roles whose signatures a decision needs, beside that two persons sign: those of domain 2.10, and those of the authority matrix.
fn roles_for(case: &Case, disposition: Disposition) -> Vec<Role> {
    let (least, subject): (&[Role], Option<AuthoritySubject>) = match disposition {
        Disposition::NotAffected | Disposition::Fixed | Disposition::FalsePositive => {
            (&[], Some(AuthoritySubject::FindingNotAffected))
        }
        Disposition::AffectedControlled => (&[Role::RiskManager, Role::SecurityLead], None),
        Disposition::AffectedUncontrolled => (
            &[Role::RiskManager, Role::SecurityLead, Role::Regulatory],
            Some(AuthoritySubject::FindingUncontrolled),
        ),
        Disposition::RiskAccepted => (
            &[Role::RiskManager, Role::Quality, Role::Management],
            Some(AuthoritySubject::FindingRiskAccepted),
        ),
    };
    let b_or_c = case.world.product().class().is_b_or_c();
    let more = subject.map(|subject| case.world.governing().required_roles(&[subject], b_or_c));
    let finding = case.data.typed::<Finding>();
    let stage = finding.map_or(&[][..], |finding| stage::roles(case, &finding));
    distinct(least.iter().chain(stage).copied().chain(more.unwrap_or_default()))
}

/// The decisions that a kind of finding can have.
pub fn dispositions_of(kind: Option<FindingKind>) -> Vec<Disposition> {
    let all = CONFIRMS.iter().map(|(_, disposition)| *disposition);
    all.filter(|disposition| {
        kind != Some(FindingKind::Obsolescence)
            || !matches!(disposition, Disposition::Fixed | Disposition::FalsePositive)
    })
    .collect()
}

/// One finding for one vulnerability, under all its names.
pub(super) fn may_create(case: &Case) -> Vec<Condition> {
    let Some(finding) = case.data.typed::<Finding>() else { return Vec::new() };
    let own = known_as(&finding);
    if own.is_empty() {
        return Vec::new();
    }
    let others = case.world.all(Kind::Finding);
    let same = others.iter().find(|data| {
        data.head.id != case.id()
            && S::of(data) != Some(S::Void)
            && data.typed::<Finding>().is_some_and(|other| is_known_as(&other, &own))
    });
    let text = match same {
        Some(data) => format!(
            "{} has no finding yet; {} is it, under one of its names",
            finding.external_id, data.head.id
        ),
        None => "It has no finding yet".to_owned(),
    };
    let condition = Condition::new("IEC 62304 7.1.3", text, same.is_none()).at("external_id");
    vec![condition.on_any(same.map(|data| data.head.id))]
}

/// Whether one of the names of a finding, in lower case, is among these. Asked of all findings for each new one.
fn is_known_as(finding: &Finding, names: &BTreeSet<String>) -> bool {
    let same = |name: &String, id: &str| {
        if id.is_ascii() { name.eq_ignore_ascii_case(id) } else { *name == id.to_lowercase() }
    };
    let mut all = std::iter::once(&finding.external_id).chain(&finding.aliases);
    all.any(|id| !id.is_empty() && names.iter().any(|name| same(name, id)))
}

/// All names of what a finding is about, in lower case.
pub fn known_as(finding: &Finding) -> BTreeSet<String> {
    let all = std::iter::once(&finding.external_id).chain(&finding.aliases);
    all.filter(|id| !id.is_empty()).map(|id| id.to_lowercase()).collect()
}

fn is_triaged(case: &Case, finding: &Finding) -> Vec<Condition> {
    let scored = finding.severity.is_some() || finding.finding_kind != Some(FindingKind::Vulnerability);
    let text = "A vulnerability has a severity, from which its clocks follow";
    let mut conditions = vec![Condition::new("IEC 81001-5-1", text, scored).at("severity")];
    conditions.push(names_registered_versions(case, finding));
    conditions.extend(may_create(case));
    conditions
}

/// A version that is written differently than in the register would concern no release.
fn names_registered_versions(case: &Case, finding: &Finding) -> Condition {
    let mut known = BTreeSet::new();
    let mut unnamed = None;
    for data in case.records(&finding.items) {
        let parts = case.world.parts(data.head.id, Kind::SoupDesignator);
        let versions: BTreeSet<String> =
            parts.iter().map(|part| format!("{} {}", data.title(), part.text("title"))).collect();
        if !finding.versions.iter().any(|line| versions.contains(&**line)) {
            unnamed = unnamed.or_else(|| Some(data.title().to_owned()));
        }
        known.extend(versions);
    }
    let unknown = finding.versions.iter().find(|line| !known.contains(&***line));
    let whole = "The versions are those in the register, at least one of each item, as name and version";
    let text = match (unknown, unnamed) {
        (Some(line), _) => format!("{whole}; “{line}” is not in it"),
        (None, Some(name)) => format!("{whole}; none of {name} is named"),
        (None, None) => whole.to_owned(),
    };
    let met = !known.is_empty() && text == whole;
    Condition::new("IEC 62304 7.1.3, 8.1.2", text, met).at("versions")
}

/// What a decision must say, whatever it is: the safety question first, then the reasons of the decision, then every release.
fn may_be_proposed(case: &Case, finding: &Finding) -> Vec<Condition> {
    let mut conditions = vec![names_registered_versions(case, finding)];
    conditions.extend(may_create(case));
    let hazards = finding.hazardous != Some(true) || !finding.hazards.is_empty();
    let text = "The hazards that it could lead to are named";
    conditions.push(Condition::new("IEC 62304 7.1.4", text, hazards).at("hazards"));
    let fits =
        finding.disposition.is_none_or(|chosen| dispositions_of(finding.finding_kind).contains(&chosen));
    let text = "The decision fits the kind of finding";
    conditions.push(Condition::new("IEC 62304 7.1.3", text, fits).at("disposition"));
    if let Some(disposition) = finding.disposition {
        conditions.extend(reasons(case, finding, disposition));
    }
    conditions.extend(stage::is_answered(case, finding));
    conditions.extend(every_release(case, finding));
    conditions
}

fn reasons(case: &Case, finding: &Finding, disposition: Disposition) -> Vec<Condition> {
    let evidence = !finding.evidence.trim().is_empty();
    let stated = !finding.impact_statement.trim().is_empty();
    let vex = |text: &str, met: bool, field| Condition::new("VEX", text, met).at(field);
    match disposition {
        Disposition::NotAffected => vec![
            vex(
                "“Not affected” has a justification or an impact statement",
                finding.justification.is_some() || stated,
                "justification",
            ),
            vex("It has evidence", evidence, "evidence"),
        ],
        Disposition::FalsePositive => {
            vec![vex("The evidence shows that another product or version is meant", evidence, "evidence")]
        }
        Disposition::Fixed => {
            vec![vex(
                "The evidence shows that the version in the product has the correction",
                evidence,
                "evidence",
            )]
        }
        Disposition::AffectedControlled => affected(finding, RiskControl::Controlled),
        Disposition::AffectedUncontrolled => affected(finding, RiskControl::Uncontrolled),
        Disposition::RiskAccepted => {
            let mut conditions = affected(finding, RiskControl::Controlled);
            conditions.push(in_time(case, finding));
            conditions
        }
    }
}

fn affected(finding: &Finding, control: RiskControl) -> Vec<Condition> {
    let assessed = finding.risk_control == Some(control);
    let text = format!("The risk of patient harm is {}", control.word().to_lowercase());
    vec![
        Condition::new("FDA postmarket cybersecurity", text, assessed).at("risk_control"),
        Condition::new("IEC 62304 6.2.2", "What is done is chosen", !finding.responses.is_empty())
            .at("responses"),
        Condition::new(
            "VEX",
            "It is stated what users should do",
            !finding.action_statement.trim().is_empty(),
        )
        .at("action_statement"),
        Condition::new(
            "IEC 62304 7.1.3",
            "The impact on the product is stated",
            !finding.impact_statement.trim().is_empty(),
        )
        .at("impact_statement"),
    ]
}

fn in_time(case: &Case, finding: &Finding) -> Condition {
    let governing = case.world.governing();
    let limit = governing.plan().risk_accepted_days;
    let latest: Option<Day> = limit.map(|days| case.now.day().plus_days(i64::from(days)));
    let met = finding
        .reassess_by
        .is_some_and(|by| by > case.now.day() && latest.is_some_and(|latest| by <= latest));
    let text = match latest {
        Some(latest) => format!("It is assessed again by {latest} at the latest, as the plan says"),
        None => "The plan says within how many days an accepted risk is assessed again".to_owned(),
    };
    Condition::new("ISO 14971", text, met).at("reassess_by")
}

/// A verdict for every release that contains the version and is or may come into service (FIND-12).
fn every_release(case: &Case, finding: &Finding) -> Vec<Condition> {
    let Some(disposition) = finding.disposition else { return Vec::new() };
    let mut conditions = Vec::new();
    for id in releases_concerned(case.world, finding) {
        let stated =
            finding.per_release.iter().any(|row| row.release == Some(id) && row.applicability.is_some());
        if !stated {
            let version =
                case.world.record(id).map_or_else(String::new, |data| data.text("version").to_owned());
            let text = format!("The verdict for version {version} ({id}) is stated");
            conditions.push(Condition::new("FD&C 524B", text, false).at("per_release"));
        }
    }
    let means = applicability_of(disposition);
    let affected = finding.per_release.iter().any(|row| row.applicability == Some(Applicability::Affected));
    let agrees = finding.per_release.is_empty() || (means == Applicability::Affected) == affected;
    let text = "The verdicts for the releases agree with the decision";
    conditions.push(Condition::new("VEX", text, agrees).at("per_release"));
    let open =
        finding.per_release.iter().any(|row| row.applicability == Some(Applicability::UnderInvestigation));
    if open {
        let text = "No release is still under investigation";
        conditions.push(Condition::new("VEX", text, false).at("per_release"));
    }
    conditions
}

/// The roles that signed the decision as it is proposed now. What was signed for an earlier decision does not count, even if the words
/// are the same: it was made anew because something changed.
fn signed_since_proposal(case: &Case) -> Vec<Role> {
    approval::roles_that_signed_since(case, case.data.head.state_since)
}

/// Another person confirms, and every role that the decision needs has signed.
fn confirms(case: &Case, disposition: Disposition) -> Vec<Condition> {
    let Some(finding) = case.data.typed::<Finding>() else { return Vec::new() };
    let text = format!("The proposed decision is “{}”", disposition.word());
    let mut conditions =
        vec![Condition::new("IEC 62304 7.1.3", text, finding.disposition == Some(disposition))];
    let other = case.actor.is_none_or(|actor| finding.proposed_by != Some(actor));
    let text = "Another person than the one who proposed it confirms it";
    conditions.push(Condition::new("IEC 62304 7.1.3", text, other));
    let signed = signed_since_proposal(case);
    let own = case
        .actor
        .and_then(|actor| case.person(actor))
        .map(|person| person.roles.clone())
        .unwrap_or_default();
    let required = roles_for(case, disposition);
    let words = |roles: Vec<Role>| roles.into_iter().map(Role::word).collect::<Vec<_>>().join(", ");
    let missing: Vec<Role> =
        required.iter().copied().filter(|role| !signed.contains(role) && !own.contains(role)).collect();
    if !required.is_empty() {
        let met = missing.is_empty();
        let left = if met { String::new() } else { format!("; missing: {}", words(missing)) };
        let text = format!("{} sign it{left}", words(required));
        conditions.push(Condition::new("IEC 62304 7.1.3", text, met));
    }
    conditions.extend(basis_is_as_proposed(case.world, &finding));
    conditions.extend(may_be_proposed(case, &finding));
    conditions
}

/// While a decision is proposed, the roles that it needs sign it.
pub(super) fn signing(case: &Case) -> Signing {
    let mut signing = no_signing(case);
    let disposition = case.data.typed::<Finding>().and_then(|finding| finding.disposition);
    if S::of(case.data) == Some(S::Proposed)
        && let Some(disposition) = disposition
    {
        let signed = signed_since_proposal(case);
        signing.by = roles_for(case, disposition).into_iter().filter(|role| !signed.contains(role)).collect();
        signing.meanings = vec![Meaning::Approved];
        signing.covers = vec![(case.id(), Part::Scope)];
    }
    signing
}

pub(super) fn violations(data: &RecordData, rules: u32) -> Vec<(&'static str, String)> {
    let Some(finding) = data.typed::<Finding>() else { return Vec::new() };
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    if finding.per_release.iter().filter_map(|row| row.release).any(|id| !seen.insert(id)) {
        wrong.push(("per_release", "names a release twice; give each one verdict".to_owned()));
    }
    if rules >= RETIREMENT_RULES
        && finding.stage_follows.is_some()
        && finding.finding_kind != Some(FindingKind::Obsolescence)
    {
        let text = "is answered only where the support of a component ends; leave it empty".to_owned();
        wrong.push(("stage_follows", text));
    }
    if let (Some(published), Some(learned)) = (finding.published_on, finding.learned_on)
        && learned < published.plus_days(-1)
    {
        wrong.push(("learned_on", "is before it was published".to_owned()));
    }
    wrong
}

/// What a reader of a finding must know.
pub(super) fn notices(case: &Case) -> Vec<String> {
    let Some(finding) = case.data.typed::<Finding>() else { return Vec::new() };
    let mut notices = Vec::new();
    let undecided = S::of(case.data).is_some_and(S::is_undecided);
    if finding.kev_listed.is_none() && undecided {
        notices.extend(Some(exploited_words(&finding)).filter(|words| !words.is_empty()).map(text::sentence));
    }
    if finding.kev_listed == Some(true) && undecided {
        let since = finding.kev_added.map_or_else(String::new, |day| format!(" since {day}"));
        notices.push(format!("It is known to be exploited{since}."));
    }
    if finding.justification == Some(super::Justification::InlineMitigationsAlreadyExist)
        && finding.evidence.to_lowercase().contains("firewall")
    {
        notices.push("The decision relies on the network of the user. IMDRF N70 discourages relying on a firewall alone.".to_owned());
    }
    if !undecided {
        for id in releases_concerned(case.world, &finding) {
            if let super::verdicts::Verdict::Open(why) =
                super::verdicts::verdict_for(case.world, case.data, id, case.now.day())
            {
                notices.push(format!("Nothing is decided for {id}: {why}. Reassess it."));
            }
        }
    }
    notices
}
