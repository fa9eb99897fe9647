//! Approvals: signed decisions on fixed content (IEC 62304 6.2.4, 8.2.1; domain 2.6, 2.15).

mod content;
mod signed;

pub use content::{covers_hold, request, requires_all_roles};
pub use signed::{
    granted, is_granted, is_valid, missing_roles, roles_that_signed, roles_that_signed_since, signed_by_each,
    signed_roles, who_must_sign,
};

use content::with_subject;
use serde_json::{Value, json};
use signed::{all_signed, signers};

use crate::domain::authority::AuthoritySubject;
use crate::domain::change_request::{self, ChangeRequest, Urgency};
use crate::domain::choice::choice;
use crate::domain::field::Table;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::{Approvable, Authors, ChainStep, NextRecords, Trace, Via};
use crate::domain::person::Role;
use crate::domain::policy::PLAN_RULES;
use crate::domain::record::{Fields, KindDef, record, rows};
use crate::domain::signature::{Meaning, Part};
use crate::domain::text::{Line, Text};
use crate::domain::time::Day;
use crate::domain::workflow::{Case, Condition, Effect, Move, Signing, states};

/// The step of a record that follows from its approval.
pub const APPROVE: &str = "approve";
/// The step of a record that follows when its approval is refused.
pub const REFUSED: &str = "approval_refused";

/// How most kinds are approved: two persons sign, authors not alone, and the record takes the step of the outcome.
pub const USUAL: Approvable = Approvable {
    subjects: |_| Vec::new(),
    always: &[],
    also_fixes: |_| Vec::new(),
    authors: |case| case.world.editors(case.id()),
    ready: |_| Vec::new(),
    granted: |case| vec![Effect::Move { id: case.id(), go: APPROVE }],
    refused: |case| vec![Effect::Move { id: case.id(), go: REFUSED }],
    authors_rule: Authors::MaySignBesideOthers,
    final_at_once: false,
    persons: 2,
    expires: false,
};

choice! {
    /// The decision.
    pub enum Decision {
        /// It takes effect.
        Approved = "approved", "Approved";
        /// It takes effect once conditions are met.
        ApprovedWithConditions = "approved_with_conditions", "Approved with conditions";
        /// It does not take effect.
        Rejected = "rejected", "Rejected";
        /// It is decided later.
        Deferred = "deferred", "Deferred";
    }
}

rows! {
    /// A condition of the approval.
    pub struct ApprovalCondition {
        /// What must be met before the work starts.
        condition: Line = "Condition";
    }
}

rows! {
    /// How a condition of the approval was met. Not part of the signed content, so that it can be entered afterwards.
    pub struct ConditionMet {
        /// The condition, word for word as it was signed.
        condition: Line = "Condition";
        /// How it was met; empty while it is open.
        met_by: Line = "Met by";
    }
}

rows! {
    /// Content that the approval fixes.
    pub struct FixedContent {
        /// Which record.
        record: Option<RecordId> = "Record";
        /// Which part of it: content or scope.
        part: Option<Part> = "Part";
        /// SHA-256 of the canonical text of that part.
        digest: Line = "SHA-256";
    }
}

states! {
    /// States of an approval (domain 2.6).
    pub enum ApprovalState {
        /// It was requested.
        Requested = "requested", "Requested", Due, 1, false;
        /// Some of the required roles have signed.
        PartiallySigned = "partially_signed", "Partially signed", Due, 2, false;
        /// All required roles have signed.
        Granted = "granted", "Granted", Good, 3, false => finished();
        /// Refused.
        Refused = "refused", "Refused", Neutral, 0, true;
        /// The last day for starting the work has passed.
        Expired = "expired", "Expired", Late, 0, true;
        /// The content it covered has changed.
        Invalidated = "invalidated", "Invalidated", Neutral, 0, true;
    }
}

use ApprovalState as S;
use mainstay_base::distinct::distinct;

const OPEN: &[&str] = &[S::Requested.code(), S::PartiallySigned.code()];
/// The decision is part of the signed content: the first signature closes it.
const UNSIGNED: &[&str] = &[S::Requested.code()];
const GRANTED: &[&str] = &[S::Granted.code()];

record! {
    /// A signed decision on fixed content.
    pub struct Approval : Approval {
        section "What is approved", "IEC 62304 6.2.4", true, &[] => {
            /// Title of the approval.
            title: Line = "Title" => by_system();
            /// The record that is approved.
            subject: Option<RecordId> = "Subject" => by_system();
            /// The impact analysis, if a change is approved.
            impact_analysis: Option<RecordId> = "Impact analysis" => by_system(), target(Kind::ImpactAnalysis);
            /// The content that is fixed, with its digests.
            fixed_content: Table<FixedContent> = "Fixed content" => by_system(), clause("21 CFR 11.70");
            /// The rows of the authority matrix that apply.
            authority_subjects: Vec<AuthoritySubject> = "Authority matrix rows" => by_system(), clause("IEC 62304 6.1 e");
            /// Roles that must sign.
            required_roles: Vec<Role> = "Required roles" => by_system(), clause("IEC 62304 6.2.4");
            /// Authors of the content, who may not approve it.
            authors: Vec<RecordId> = "Authors" => by_system(), target(Kind::Person), clause("ISO 13485");
        }
        section "Decision", "IEC 62304 6.2.4, 21 CFR 11.70", true, UNSIGNED => {
            /// The decision; it follows from the signatures.
            decision: Option<Decision> = "Decision" => by_system(), clause("IEC 62304 6.2.4");
            /// Conditions that must be met before the work starts.
            conditions: Table<ApprovalCondition> = "Conditions" => clause("IEC 62304 6.2.4");
            /// The reason for the decision.
            rationale: Text = "Rationale";
            /// Last day on which the work may start.
            expires_at: Option<Day> = "Valid until";
        }
        section "Conditions met", "IEC 62304 6.2.4", false, GRANTED => {
            /// How each condition was met, one row for each.
            conditions_met: Table<ConditionMet> = "How the conditions were met" => clause("IEC 62304 6.2.4");
        }
    }
}

impl Approval {
    /// How many conditions are not met yet.
    pub fn conditions_open(&self) -> usize {
        let met = |condition: &Line| {
            self.conditions_met.iter().any(|row| row.condition == *condition && !row.met_by.is_empty())
        };
        self.conditions.iter().filter(|row| !row.condition.is_empty() && !met(&row.condition)).count()
    }
}

fn signing(case: &Case) -> Signing {
    let Some(approval) = case.data.typed::<Approval>() else {
        return crate::domain::workflow::no_signing(case);
    };
    if !OPEN.contains(&case.data.head.state.as_str()) {
        return crate::domain::workflow::no_signing(case);
    }
    let missing = missing_roles(case.world, case.data);
    let mut covers = vec![(case.id(), Part::Scope)];
    covers.extend(approval.fixed_content.iter().filter_map(|fixed| Some((fixed.record?, fixed.part?))));
    let as_deputy = deputy_roles(case, &approval).into_iter().filter(|role| missing.contains(role)).collect();
    let conditions = may_approve(case, &approval);
    Signing { by: missing, meanings: vec![Meaning::Approved], conditions, covers, as_deputy }
}

/// The roles for which the acting person is a named deputy; they count for emergency changes only (domain 2.4).
fn deputy_roles(case: &Case, approval: &Approval) -> Vec<Role> {
    let change =
        approval.subject.and_then(|id| case.world.record(id)).and_then(|data| data.typed::<ChangeRequest>());
    let emergency = change.is_some_and(|change| change.urgency == Some(Urgency::Emergency));
    let Some(actor) = case.actor.filter(|_| emergency) else { return Vec::new() };
    let governing = case.world.governing();
    governing.deputies().iter().filter(|row| row.person == Some(actor)).filter_map(|row| row.role).collect()
}

/// The authors of the content that an approval fixes: those recorded when it was requested, and those who became authors
/// since.
pub fn authors_of(case: &Case, approval: &Approval) -> Vec<RecordId> {
    let mut authors = approval.authors.clone();
    authors.extend(with_subject(case, approval, |rules, case| (rules.authors)(case)).unwrap_or_default());
    distinct(authors)
}

/// Whether no author may sign an approval.
fn is_strict(approval: &Approval) -> bool {
    let rules = approval.subject.and_then(|id| id.kind.def().approvable);
    rules.is_none_or(|rules| rules.authors_rule == Authors::MayNotSign)
}

/// Those who may not sign an approval because they wrote its content.
pub fn excluded(case: &Case, approval: &Approval) -> Vec<RecordId> {
    if is_strict(approval) && case.world.policy().author_may_not_approve != Some(false) {
        authors_of(case, approval)
    } else {
        Vec::new()
    }
}

fn may_approve(case: &Case, approval: &Approval) -> Vec<Condition> {
    let mut conditions = vec![Condition::new(
        "21 CFR 11.70",
        "The content is unchanged since approval was requested",
        covers_hold(case.world, case.data),
    )];
    conditions.extend(
        with_subject(case, approval, |rules, subject| {
            let mut conditions = (rules.ready)(subject);
            conditions.extend(requires_all_roles(subject, approval));
            conditions
        })
        .unwrap_or_default(),
    );
    if final_at_once(approval) && !approval.conditions.is_empty() {
        let text = "It has no conditions: what it closes is closed for good";
        conditions.push(Condition::new("IEC 62304 6.2.4", text, false).at("conditions"));
    }
    let Some(actor) = case.actor else { return conditions };
    if case.rules >= PLAN_RULES {
        let signed = signers(case.world, case.data).contains(&actor);
        conditions.push(Condition::new("ISO 13485", "You have not signed it already", !signed));
    }
    if is_strict(approval) && case.world.policy().author_may_not_approve != Some(false) {
        conditions.push(Condition::new(
            "ISO 13485",
            "The approver is not an author of the content",
            !authors_of(case, approval).contains(&actor),
        ));
    }
    conditions
}

/// A signature advances the approval; the last required one grants it and approves its subject.
fn after_signature(case: &Case) -> Vec<Effect> {
    let Some(approval) = case.data.typed::<Approval>() else { return Vec::new() };
    let decision =
        if approval.conditions.is_empty() { Decision::Approved } else { Decision::ApprovedWithConditions };
    // The first signature fixes the decision, so that every signature covers the same one.
    let mut set = Fields::new();
    set.insert("decision".into(), decision.code().into());
    if !all_signed(case.world, case.data, &approval) {
        return vec![Effect::Set { id: case.id(), set }, Effect::Move { id: case.id(), go: PARTLY_SIGN }];
    }
    let rows: Vec<Value> =
        approval.conditions.iter().map(|row| json!({"condition": row.condition})).collect();
    set.insert("conditions_met".into(), Value::Array(rows));
    let mut effects = vec![Effect::Set { id: case.id(), set }, Effect::Move { id: case.id(), go: GRANT }];
    effects.extend(with_subject(case, &approval, |rules, case| (rules.granted)(case)).unwrap_or_default());
    effects
}

/// A refusal ends the approval; what follows for its subject is declared there.
fn refuse(case: &Case, approval: &Approval) -> Vec<Effect> {
    let mut set = Fields::new();
    set.insert("decision".into(), Decision::Rejected.code().into());
    let mut effects = vec![Effect::Set { id: case.id(), set }];
    effects.extend(with_subject(case, approval, |rules, case| (rules.refused)(case)).unwrap_or_default());
    effects
}

/// The open and granted approvals of a record, which no longer count once its content changes.
pub fn withdraw(case: &Case) -> Vec<Effect> {
    let approvals = case.world.referring(case.id(), Kind::Approval);
    let open = approvals.into_iter().filter(|data| !data.is_terminal());
    open.map(|data| Effect::Move { id: data.head.id, go: INVALIDATE }).collect()
}

fn final_at_once(approval: &Approval) -> bool {
    approval.subject.and_then(|id| id.kind.def().approvable).is_some_and(|rules| rules.final_at_once)
}

const SIGNERS: &[Role] = &[
    Role::Quality,
    Role::DevLead,
    Role::RiskManager,
    Role::SecurityLead,
    Role::Regulatory,
    Role::Management,
];

/// The transition that follows from a signature while others are still required.
const PARTLY_SIGN: &str = "partly_sign";

/// The transition that follows from the last required signature.
const GRANT: &str = "grant";

/// The transition that follows when its content changes.
pub const INVALIDATE: &str = "invalidate";

const MOVES: &[Move] = &[
    Move::new(PARTLY_SIGN, "Partially signed", OPEN, S::PartiallySigned.code(), &[]),
    Move::new(GRANT, "Granted", OPEN, S::Granted.code(), &[]),
    Move::new(
        INVALIDATE,
        "Invalidated",
        &[S::Requested.code(), S::PartiallySigned.code(), S::Granted.code()],
        S::Invalidated.code(),
        &[],
    ),
    Move::new("refuse", "Refuse", OPEN, S::Refused.code(), SIGNERS)
        .reason()
        .grave()
        .sign(Meaning::Rejected)
        .clause("IEC 62304 6.2.4")
        .covers(|case| signing(case).covers)
        .guard(|case| case.with::<Approval>(may_refuse))
        .effects(|case| case.effects::<Approval>(refuse)),
    Move::new(
        "expire",
        "Mark as expired",
        &[S::Granted.code()],
        S::Expired.code(),
        &[Role::Quality, Role::DevLead],
    )
    .guard(|case| case.with::<Approval>(has_expired))
    .effects(|case| case.effects::<Approval>(back_to_analysis)),
];

fn may_refuse(case: &Case, approval: &Approval) -> Vec<Condition> {
    let roles = case.actor.and_then(|actor| case.person(actor)).map(|person| person.roles.clone());
    let deputy = deputy_roles(case, approval);
    let required = roles
        .is_none_or(|roles| roles.iter().chain(&deputy).any(|role| approval.required_roles.contains(role)));
    vec![Condition::new("IEC 62304 6.2.4", "You hold a role that must sign", required)]
}

fn has_expired(case: &Case, approval: &Approval) -> Vec<Condition> {
    let past = approval.expires_at.is_some_and(|day| case.now.day() > day);
    let waiting = approval.subject.and_then(|id| case.world.record(id)).is_some_and(|data| {
        change_request::ChangeState::of(&data) == Some(change_request::ChangeState::Approved)
    });
    vec![
        Condition::new("", "The last day for starting the work has passed", past).at("expires_at"),
        Condition::new("", "The work has not started", waiting),
    ]
}

/// The change is analysed again: time has passed, so the next approval is based on a new analysis.
fn back_to_analysis(_: &Case, approval: &Approval) -> Vec<Effect> {
    let reanalyse = |id| Effect::Move { id, go: change_request::REANALYSE };
    approval.subject.map(reanalyse).into_iter().collect()
}

/// The declaration of approvals.
pub const DEF: KindDef = KindDef {
    purpose: "A decision on fixed content, signed by every role that the authority matrix requires.",
    clause: "IEC 62304 6.2.4, 8.2.1",
    sections: Approval::SECTIONS,
    states: ApprovalState::ALL,
    moves: MOVES,
    edit_by: SIGNERS,
    sign_conditions: Some(signing),
    on_sign: after_signature,
    columns: &["subject", "decision", "expires_at"],
    referable: true,
    assignable: true,
    fixes_files: &[ApprovalState::PartiallySigned.code(), ApprovalState::Granted.code()],
    scope_fixed: "Signed content cannot be edited: return the record to which it belongs, which ends this approval, and request another",
    trace: Some(Trace { step: ChainStep::Approval, through: &["subject"] }),
    gist: "decision",
    next_records: &[NextRecords { from: &[ApprovalState::Granted.code()], via: Via::Field("subject") }],
    evidence: &["6.2.4", "8.2.1"],
    ..KindDef::new(Kind::Approval, "Approval", "Approvals")
};
