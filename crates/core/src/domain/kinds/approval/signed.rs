//! Who signed an approval or a record, and whether that is enough.

use super::{Approval, ApprovalState as S, OPEN, covers_hold, requires_all_roles};
use crate::domain::choice::Choice as _;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Authors;
use crate::domain::person::Role;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::{Cover, Meaning, Signature};
use crate::domain::time::Moment;
use crate::domain::workflow::{Case, Condition, World, signature_holds};
use mainstay_base::distinct::distinct;

/// The signatures that approve and whose content is unchanged.
fn approving(world: &dyn World, data: &SharedRecord) -> impl Iterator<Item = Signature> {
    let signatures = world.signatures(data.head.id).into_iter();
    signatures
        .filter(|signature| signature.meaning == Meaning::Approved)
        .filter(move |signature| signature_holds(world, signature))
}

/// The roles that have signed the current approval as approved.
pub fn signed_roles(world: &dyn World, data: &SharedRecord) -> Vec<Role> {
    distinct(approving(world, data).flat_map(|signature| signature.roles))
}

/// Who has signed the current approval as approved.
pub(super) fn signers(world: &dyn World, data: &SharedRecord) -> Vec<RecordId> {
    distinct(approving(world, data).map(|signature| signature.signer))
}

/// Whether every required role has signed the current approval, and enough persons did.
pub(super) fn all_signed(world: &dyn World, data: &SharedRecord, approval: &Approval) -> bool {
    let signed = signed_roles(world, data);
    approval.required_roles.iter().all(|role| signed.contains(role)) && enough_persons(world, data, approval)
}

/// Whether as many persons signed as must, and where authors do not sign alone, one of them is no author.
fn enough_persons(world: &dyn World, data: &SharedRecord, approval: &Approval) -> bool {
    let Some(rules) = approval.subject.and_then(|subject| subject.kind.def().approvable) else { return true };
    let people = signers(world, data);
    let alone = match rules.authors_rule {
        Authors::MayNotSign | Authors::MaySign => false,
        Authors::MaySignBesideOthers => {
            world.policy().author_may_not_approve != Some(false)
                && people.iter().all(|person| approval.authors.contains(person))
        }
    };
    (rules.persons < 2 || people.len() >= rules.persons) && !alone
}

/// Whether the approval is granted, and the fixed and the signed content are unchanged.
pub fn is_valid(world: &dyn World, data: &SharedRecord) -> bool {
    S::of(data) == Some(S::Granted)
        && covers_hold(world, data)
        && data.typed::<Approval>().is_some_and(|approval| all_signed(world, data, &approval))
}

/// The roles whose signatures an open approval still needs; none if it is not open.
pub fn missing_roles(world: &dyn World, data: &SharedRecord) -> Vec<Role> {
    let Some(approval) = data.typed::<Approval>().filter(|_| OPEN.contains(&data.head.state.as_str())) else {
        return Vec::new();
    };
    let signed = signed_roles(world, data);
    let missing: Vec<Role> =
        approval.required_roles.iter().copied().filter(|role| !signed.contains(role)).collect();
    if missing.is_empty() && !enough_persons(world, data, &approval) {
        // Somebody else signs beside them: who holds one of the roles, or Quality.
        return distinct(approval.required_roles.iter().copied().chain([Role::Quality]));
    }
    missing
}

/// Who has to sign the open approvals of a record, in words.
pub fn who_must_sign(case: &Case) -> String {
    let approvals = case.world.referring(case.id(), Kind::Approval);
    let missing = approvals.iter().flat_map(|data| missing_roles(case.world, data));
    let words: Vec<&str> = missing.map(Role::word).collect();
    if words.is_empty() { "Those who must sign".to_owned() } else { words.join(", ") }
}

/// The approval that is granted on the current content of a record.
pub fn granted(case: &Case) -> Option<SharedRecord> {
    case.world.referring(case.id(), Kind::Approval).into_iter().find(|data| is_valid(case.world, data))
}

/// The conditions that the present content of a record is approved: by every role that must sign now, without open conditions, and
/// in time.
pub fn is_granted(case: &Case, clause: &'static str) -> Vec<Condition> {
    let word = case.data.def().noun();
    let text = format!("The present content of the {word} is approved");
    let Some(data) = granted(case) else {
        let open = case
            .world
            .naming(case.id(), Kind::Approval, "subject")
            .into_iter()
            .rfind(|data| !data.is_terminal());
        return vec![Condition::new(clause, text, false).on_any(open.map(|data| data.head.id))];
    };
    let mut conditions = vec![Condition::new(clause, text, true)];
    if let Some(approval) = data.typed::<Approval>() {
        conditions.extend(requires_all_roles(case, &approval));
        conditions.push(is_in_time(case, &approval).on(data.head.id));
        conditions.push(conditions_met(&approval).on(data.head.id));
    }
    conditions
}

/// The condition that an approval has not expired.
fn is_in_time(case: &Case, approval: &Approval) -> Condition {
    let in_time = approval.expires_at.is_none_or(|day| case.now.day() <= day);
    Condition::new("", "The approval has not expired", in_time)
}

/// The condition that the conditions of an approval are met.
fn conditions_met(approval: &Approval) -> Condition {
    Condition::new("", "The conditions of the approval are met", approval.conditions_open() == 0)
}

/// The roles in which somebody signed a record in its present form, not counting refusals.
pub fn roles_that_signed(case: &Case) -> Vec<Role> {
    roles_by(case, |_| true)
}

/// The same, by signatures from a moment on.
pub fn roles_that_signed_since(case: &Case, since: Moment) -> Vec<Role> {
    roles_by(case, |signature| signature.at >= since)
}

fn roles_by(case: &Case, counts: impl Fn(&Signature) -> bool) -> Vec<Role> {
    let signatures = case.world.signatures(case.id()).into_iter().filter(counts);
    let hold = signatures.filter(|signature| {
        let holds = |cover: &Cover| case.world.holds(cover, case.data);
        signature.meaning != Meaning::Rejected && signature.covers.iter().all(holds)
    });
    hold.flat_map(|signature| signature.roles).collect()
}

/// A condition for each role: a person with that role has signed the record in its present form. The person who takes the step
/// signs with it.
pub fn signed_by_each(case: &Case, roles: Vec<Role>, what: &str, clause: &'static str) -> Vec<Condition> {
    let signed = roles_that_signed(case);
    let condition = |role: Role| {
        let text = format!("The {} signed the current {what}", role.word().to_lowercase());
        Condition::new(clause, text, signed.contains(&role))
    };
    distinct(roles).into_iter().map(condition).collect()
}
