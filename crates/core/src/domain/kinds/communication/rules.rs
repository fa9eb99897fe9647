//! Steps of communications and their guards (domain 2.11), and what changes and releases need of them.

use super::{APPROVE, Communication, CommunicationKind, CommunicationState as S, REFUSED, WRITERS};
use crate::domain::approval;
use crate::domain::authority::AuthoritySubject;
use crate::domain::change_request::ChangeRequest;
use crate::domain::choice::Choice as _;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Approvable;
use crate::domain::person::Role;
use crate::domain::product::Market;
use crate::domain::recipient;
use crate::domain::release::Release;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::{Meaning, Part};
use crate::domain::workflow::{Case, Condition, Effect, Move};

pub(super) const MOVES: &[Move] = &[
    Move::new("submit", "Submit for signature", &[S::Drafted.code()], S::UnderReview.code(), WRITERS)
        .clause("IEC 62304 6.2.5")
        .guard(|case| case.with::<Communication>(complete))
        .effects(approval::request),
    Move::new(
        "return",
        "Return to draft",
        &[S::UnderReview.code(), S::Approved.code()],
        S::Drafted.code(),
        WRITERS,
    )
    .reason()
    .effects(approval::withdraw),
    Move::new(APPROVE, "Approve", &[S::UnderReview.code()], S::Approved.code(), &[]),
    Move::new(REFUSED, "Approval refused", &[S::UnderReview.code()], S::Drafted.code(), &[]),
    Move::new("issue", "Issue", &[S::Approved.code()], S::Issued.code(), &[Role::Regulatory, Role::Quality])
        .sign(Meaning::Released)
        .clause("IEC 62304 6.2.5")
        .asks(&["published_at", "submitted_at", "reference_no"])
        .guard(|case| case.with::<Communication>(may_be_issued))
        .covers(|case| vec![(case.id(), Part::Scope)]),
    Move::new("close", "Close", &[S::Issued.code()], S::Closed.code(), &[Role::Quality, Role::Regulatory])
        .sign(Meaning::Verified)
        .clause("ISO 13485 8.3.3")
        .asks(&["effectiveness_check"])
        .guard(|case| case.with::<Communication>(is_effective)),
    Move::new(
        "not_required",
        "Decide: not required",
        &[S::Drafted.code()],
        S::NotRequired.code(),
        &[Role::Regulatory],
    )
    .sign(Meaning::Approved)
    .clause("21 CFR 806.20(b)")
    .guard(|case| case.with::<Communication>(may_be_left_out)),
    Move::new("void", "Void", &[S::Drafted.code(), S::UnderReview.code()], S::Void.code(), &[Role::Quality])
        .reason()
        .grave()
        .effects(approval::withdraw),
];

/// How a communication is approved: regulatory affairs sign it in any case (domain 2.15).
pub(super) static APPROVABLE: Approvable = Approvable {
    subjects: |_| vec![AuthoritySubject::CommunicationExternal],
    always: &[Role::Regulatory],
    also_fixes: |_| Vec::new(),
    authors: |case| case.world.editors(case.id()),
    ready: |case| case.with::<Communication>(complete),
    granted: |case| vec![Effect::Move { id: case.id(), go: APPROVE }],
    refused: |case| vec![Effect::Move { id: case.id(), go: REFUSED }],
    authors_may_sign: true,
    persons: 1,
    expires: false,
};

fn names_something(content: &Communication) -> Condition {
    let named =
        !content.releases.is_empty() || !content.change_requests.is_empty() || !content.subjects.is_empty();
    Condition::new(
        "IEC 62304 8.2.4",
        "It names the release, the change or another record that it concerns",
        named,
    )
    .at("releases")
}

/// Both texts of 6.2.5, and for a security advisory what IEC 81001-5-1 4.1.7 asks for.
fn complete(_: &Case, content: &Communication) -> Vec<Condition> {
    let mut conditions = vec![names_something(content)];
    let kind = content.communication_kind;
    let problem = !content.problem_and_consequence.trim().is_empty();
    let change = !content.change_and_how_to_get_it.trim().is_empty();
    if kind.is_some_and(CommunicationKind::tells_users) {
        let text = "The problem and the consequence of unchanged use are stated";
        conditions.push(Condition::new("IEC 62304 6.2.5 a", text, problem).at("problem_and_consequence"));
        let text = "It is stated what changes, and how to get and install it";
        conditions.push(Condition::new("IEC 62304 6.2.5 b", text, change).at("change_and_how_to_get_it"));
        let open = [&content.problem_and_consequence, &content.change_and_how_to_get_it]
            .iter()
            .any(|text| text.contains("is to be described"));
        let text = "Nothing in the text is still to be described";
        conditions.push(Condition::new("IEC 62304 6.2.5", text, !open).at("problem_and_consequence"));
    } else {
        let text = "It has a text";
        conditions
            .push(Condition::new("IEC 62304 6.2.5", text, problem || change).at("problem_and_consequence"));
    }
    if kind == Some(CommunicationKind::SecurityAdvisory) {
        let versions = !content.affected_versions.is_empty();
        conditions.push(
            Condition::new("IEC 81001-5-1 4.1.7", "The affected versions are named", versions)
                .at("affected_versions"),
        );
        let scored = !content.cvss.is_empty();
        conditions.push(Condition::new("IEC 81001-5-1 4.1.7", "The severity is scored", scored).at("cvss"));
    }
    if kind == Some(CommunicationKind::RegulatorReport) {
        conditions.push(
            Condition::new("21 CFR 806.10", "The authority is named", !content.authority.is_empty())
                .at("authority"),
        );
    }
    conditions
}

fn may_be_issued(case: &Case, content: &Communication) -> Vec<Condition> {
    let mut conditions = vec![approval::is_granted(case, "IEC 62304 6.2.5")];
    let kind = content.communication_kind;
    if kind == Some(CommunicationKind::RegulatorReport) {
        let submitted = content.submitted_at.is_some() && !content.reference_no.is_empty();
        let text = "It was submitted, with the reference of the authority";
        conditions.push(Condition::new("21 CFR 806.10", text, submitted).at("reference_no"));
        return conditions;
    }
    let recipients = case.world.parts(case.id(), Kind::Recipient);
    let counted = recipients.iter().filter(|data| recipient::counts(data)).count();
    let published = kind.is_some_and(CommunicationKind::may_be_published) && !content.published_at.is_empty();
    let text = if kind.is_some_and(CommunicationKind::may_be_published) {
        "It has recipients, or the place where it is published"
    } else {
        "It has recipients"
    };
    conditions.push(Condition::new("IEC 62304 6.2.5", text, counted > 0 || published).at("published_at"));
    conditions
}

/// Everybody acknowledged it or could not be reached, and its effectiveness was checked.
fn is_effective(case: &Case, content: &Communication) -> Vec<Condition> {
    let checked = !content.effectiveness_check.trim().is_empty();
    let mut conditions = vec![
        Condition::new("ISO 13485 8.3.3", "The effectiveness was checked", checked).at("effectiveness_check"),
    ];
    let unsent = recipient::unsent(case.world, case.id());
    conditions.push(Condition::new(
        "IEC 62304 6.2.5",
        if unsent == 0 {
            "It was sent to every recipient".to_owned()
        } else {
            format!("It was sent to every recipient; {unsent} are left")
        },
        unsent == 0,
    ));
    if content.communication_kind.is_some_and(CommunicationKind::is_acknowledged) {
        let open = recipient::open(case.world, case.id());
        let text = if open == 0 {
            "Every recipient acknowledged it, or could not be reached in three attempts".to_owned()
        } else {
            format!(
                "Every recipient acknowledged it, or could not be reached in three attempts; {open} are left"
            )
        };
        conditions.push(Condition::new("ISO 13485 8.3.3", text, open == 0));
    }
    conditions
}

/// The designated person decides, with justification, conclusions and follow-up (21 CFR 806.20(b)(4)).
fn may_be_left_out(case: &Case, content: &Communication) -> Vec<Condition> {
    let filled = [
        (
            "not_required_justification",
            "The justification is given",
            !content.not_required_justification.trim().is_empty(),
        ),
        (
            "not_required_conclusions",
            "The conclusions are given",
            !content.not_required_conclusions.trim().is_empty(),
        ),
        (
            "not_required_follow_up",
            "The follow-up is given",
            !content.not_required_follow_up.trim().is_empty(),
        ),
        ("markets", "The markets are named", !content.markets.is_empty()),
    ];
    let mut conditions: Vec<Condition> = filled
        .into_iter()
        .map(|(field, text, met)| Condition::new("21 CFR 806.20(b)(4)", text, met).at(field))
        .collect();
    conditions.push(names_something(content));
    let named =
        content.designated_person.is_some_and(|person| case.actor.is_none_or(|actor| actor == person));
    conditions.push(
        Condition::new("21 CFR 806.20(b)(4)", "The designated person is named, and signs", named)
            .at("designated_person"),
    );
    conditions
}

/// The communications that name a record in one of these fields.
fn about(case: &Case, id: RecordId, field: &str) -> Vec<(S, std::sync::Arc<Communication>)> {
    let found: Vec<SharedRecord> = case.world.naming(id, Kind::Communication, field);
    found.iter().filter_map(|data| Some((S::of(data)?, data.typed()?))).collect()
}

/// The markets for which no communication of these is in a state that counts.
fn undecided(
    case: &Case,
    communications: &[(S, std::sync::Arc<Communication>)],
    counts: fn(S) -> bool,
) -> Vec<Market> {
    let covers = |market: &Market| {
        communications.iter().any(|(state, content)| counts(*state) && content.markets.contains(market))
    };
    case.world.product().markets.iter().copied().filter(|market| !covers(market)).collect()
}

fn each_market(markets: Vec<Market>, what: &str, field: &'static str) -> Vec<Condition> {
    markets
        .into_iter()
        .map(|market| {
            let text = format!("{what} for {}, or signed as not required", market.word());
            Condition::new("IEC 62304 6.2.5", text, false).at(field)
        })
        .collect()
}

/// Before a release: for every market a communication is approved, or it is signed that none is required.
pub fn decided_for_release(case: &Case, release: &Release) -> Vec<Condition> {
    let mut communications = about(case, case.id(), "releases");
    for change in &release.change_requests {
        communications.extend(about(case, *change, "change_requests"));
    }
    let open = undecided(case, &communications, S::is_decided);
    each_market(open, "A communication is approved", "version")
}

/// Before a change that affects released software is closed: for every market users and authorities were told, or it is signed
/// that this is not required.
pub fn decided_for_change(case: &Case, change: &ChangeRequest) -> Vec<Condition> {
    if change.affects_released_software != Some(true) {
        return Vec::new();
    }
    let mut communications = about(case, case.id(), "change_requests");
    for release in case.world.naming(case.id(), Kind::Release, "change_requests") {
        communications.extend(about(case, release.head.id, "releases"));
    }
    let open = undecided(case, &communications, S::is_done);
    each_market(open, "A communication was issued", "communication_required")
}
