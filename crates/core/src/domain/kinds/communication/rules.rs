//! Steps of communications and their guards (domain 2.11), and what changes and releases need of them.

use std::sync::Arc;

use super::{Communication, CommunicationKind, CommunicationState as S, WRITERS};
use crate::domain::approval;
use crate::domain::authority::AuthoritySubject;
use crate::domain::change_request::ChangeRequest;
use crate::domain::choice::Choice as _;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Approvable;
use crate::domain::person::Role;
use crate::domain::product::Market;
use crate::domain::recipient;
use crate::domain::release::{Release, markets_named};
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::{Meaning, Part};
use crate::domain::time::Day;
use crate::domain::workflow::{Case, Condition, Move, Signing, World, no_signing};
use mainstay_base::distinct::distinct;

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
    Move::new(approval::APPROVE, "Approve", &[S::UnderReview.code()], S::Approved.code(), &[]),
    Move::new(approval::REFUSED, "Approval refused", &[S::UnderReview.code()], S::Drafted.code(), &[]),
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
    ready: |case| case.with::<Communication>(complete),
    persons: 1,
    ..approval::USUAL
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
    let mut conditions = approval::is_granted(case, "IEC 62304 6.2.5");
    let kind = content.communication_kind;
    if kind == Some(CommunicationKind::RegulatorReport) {
        let submitted = content.submitted_at.is_some() && !content.proof.trim().is_empty();
        let text = "It was submitted, with proof of the submission";
        conditions.push(Condition::new("21 CFR 806.10", text, submitted).at("submitted_at"));
        return conditions;
    }
    let recipients = case.world.parts(case.id(), Kind::Recipient);
    let counted = recipients.iter().filter(|data| recipient::counts(data)).count();
    if kind.is_some_and(CommunicationKind::may_be_published) {
        let text = "It has recipients, or the place where it is published";
        let somewhere = counted > 0 || !content.published_at.is_empty();
        conditions.push(Condition::new("IEC 62304 6.2.5", text, somewhere).at("published_at"));
    } else {
        conditions.push(Condition::new("IEC 62304 6.2.5", "It has recipients", counted > 0));
    }
    let approved_on = approval::granted(case).map(|data| data.head.state_since.day());
    let early = recipients.iter().filter(|data| recipient::counts(data)).find(|data| {
        let sent = Day::parse(data.text("sent_on")).ok();
        matches!((sent, approved_on), (Some(sent), Some(on)) if sent < on)
    });
    if let Some(early) = early {
        let text = format!("Nobody was sent it before its approval; {} was", early.head.id);
        conditions.push(Condition::new("IEC 62304 6.2.5", text, false).on(early.head.id));
    }
    conditions
}

/// Everybody acknowledged it or could not be reached, and its effectiveness was checked.
fn is_effective(case: &Case, content: &Communication) -> Vec<Condition> {
    let checked = !content.effectiveness_check.trim().is_empty();
    let mut conditions = vec![
        Condition::new("ISO 13485 8.3.3", "The effectiveness was checked", checked).at("effectiveness_check"),
    ];
    let published = !content.published_at.is_empty() || content.submitted_at.is_some();
    let recipients = case.world.parts(case.id(), Kind::Recipient);
    let counted = recipients.iter().filter(|data| recipient::counts(data)).count();
    if counted == 0 && !published {
        conditions.push(Condition::new("IEC 62304 6.2.5", "Somebody received it", false));
    }
    let unsent = recipient::unsent(case.world, case.id());
    conditions.push(each_recipient("It was sent to every recipient", &unsent));
    if content.communication_kind.is_some_and(CommunicationKind::is_acknowledged) {
        let open = recipient::open(case.world, case.id());
        conditions.push(each_recipient(
            "Every recipient acknowledged it, or could not be reached in three attempts",
            &open,
        ));
    }
    conditions
}

/// The condition that nothing is left with any recipient; it leads to the first one with whom something is.
fn each_recipient(text: &str, left: &[RecordId]) -> Condition {
    match left {
        [] => Condition::new("ISO 13485 8.3.3", text, true),
        [first, ..] => {
            Condition::new("ISO 13485 8.3.3", format!("{text}; {} are left", left.len()), false).on(*first)
        }
    }
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
    let roles = case.world.governing().required_roles(&[AuthoritySubject::RegulatorNotRequired], true);
    let others = roles.into_iter().filter(|role| *role != Role::Regulatory).collect();
    conditions.extend(approval::signed_by_each(case, others, "decision", "21 CFR 806.20(b)(4)"));
    conditions
}

/// The other roles that the authority matrix asks for sign a draft, before it is decided that nothing is communicated.
pub(super) fn signing(case: &Case) -> Signing {
    let mut signing = no_signing(case);
    if S::of(case.data) == Some(S::Drafted) {
        let roles = case.world.governing().required_roles(&[AuthoritySubject::RegulatorNotRequired], true);
        signing.by = roles.into_iter().filter(|role| *role != Role::Regulatory).collect();
        signing.meanings = vec![Meaning::Approved];
        signing.covers = vec![(case.id(), Part::Content)];
    }
    signing
}

/// What is said about a release or a change.
type Said = (RecordId, S, Arc<Communication>);

/// The communications of a record: those that name it in the field for records of its kind.
pub fn communications_of(world: &dyn World, id: RecordId) -> Vec<SharedRecord> {
    let field = if id.kind == Kind::Release {
        "releases"
    } else if id.kind == Kind::ChangeRequest {
        "change_requests"
    } else {
        "subjects"
    };
    world.naming(id, Kind::Communication, field)
}

/// The communications of a record that tell users, or leave that out.
fn about(case: &Case, id: RecordId) -> Vec<Said> {
    let found = communications_of(case.world, id);
    let said =
        found.iter().filter_map(|data| Some((data.head.id, S::of(data)?, data.typed::<Communication>()?)));
    said.filter(|(_, _, content)| content.communication_kind.is_some_and(CommunicationKind::tells_users))
        .collect()
}

fn covers(said: &[Said], market: Market, counts: fn(S) -> bool) -> bool {
    said.iter().any(|(_, state, content)| counts(*state) && content.markets.contains(&market))
}

/// The condition for a market; it leads to the communication that is being written for it, if there is one.
fn missing(said: &[Said], market: Market, what: &str) -> Condition {
    let text = format!("{what} for {}, or it is signed that none is required", market.word());
    let condition = Condition::new("IEC 62304 6.2.5", text, false);
    let draft = said.iter().find(|(_, state, content)| !state.is_over() && content.markets.contains(&market));
    let other = || said.iter().find(|(_, state, _)| !state.is_over());
    condition.on_any(draft.or_else(other).map(|(id, ..)| *id))
}

/// Before a release: for every market in which it is released a communication about it is approved, or about each of its changes;
/// or it is signed that none is required.
pub fn decided_for_release(case: &Case, release: &Release) -> Vec<Condition> {
    let of_release = about(case, case.id());
    let of_changes: Vec<Vec<Said>> =
        release.change_requests.iter().map(|change| about(case, *change)).collect();
    let markets = case.world.product().markets.clone();
    if markets.is_empty() {
        return vec![markets_named(case)];
    }
    let not_there = |market: &Market| {
        release
            .regulatory_decisions
            .iter()
            .any(|row| row.market == Some(*market) && !row.not_there.is_empty())
    };
    let decided = |market: &Market| {
        covers(&of_release, *market, S::is_decided)
            || (!of_changes.is_empty() && of_changes.iter().all(|said| covers(said, *market, S::is_decided)))
    };
    let open = markets.into_iter().filter(|market| !not_there(market) && !decided(market));
    open.map(|market| missing(&of_release, market, "A communication about the release is approved")).collect()
}

/// Before a change that affects released software is closed: for every market users and authorities were told, or it is signed
/// that this is not required.
pub fn decided_for_change(case: &Case, change: &ChangeRequest) -> Vec<Condition> {
    if change.affects_released_software != Some(true) && change.communication_required != Some(true) {
        return Vec::new();
    }
    let mut said = about(case, case.id());
    let mut not_there = Vec::new();
    for data in case.world.naming(case.id(), Kind::Release, "change_requests") {
        said.extend(about(case, data.head.id));
        let rows =
            data.typed::<Release>().map(|release| release.regulatory_decisions.0.clone()).unwrap_or_default();
        not_there
            .extend(rows.into_iter().filter(|row| !row.not_there.is_empty()).filter_map(|row| row.market));
    }
    let mut markets = case.world.product().markets.clone();
    markets.extend(change.regulatory_decisions.iter().filter_map(|row| row.market));
    let markets = distinct(markets);
    if markets.is_empty() {
        return vec![markets_named(case)];
    }
    let open = markets
        .into_iter()
        .filter(|market| !not_there.contains(market) && !covers(&said, *market, S::is_done));
    open.map(|market| missing(&said, market, "A communication was issued")).collect()
}
