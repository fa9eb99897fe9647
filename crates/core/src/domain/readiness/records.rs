//! Rules about electronic records, signatures and the program itself (domain 3.7, ESIG and VAL).

use std::collections::BTreeMap;

use super::{Hit, Look, Rule, Severity as S};
use crate::domain::approval::{Approval, ApprovalState};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::{Person, PersonState, Role};
use crate::domain::requests::POLICY;

const PERSON: Kind = Kind::Person;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "ESIG-01",
        "21 CFR 11.70",
        S::Critical,
        ("A signature does not match its record", "Verify the file; find the event that changed the record."),
        |look| {
            look.facts
                .signatures_broken
                .iter()
                .map(|id| Hit::at(*id, "A signature on it does not match what it says"))
                .collect()
        },
    ),
    Rule::new(
        "ESIG-02",
        "21 CFR 11.50",
        S::Critical,
        ("A signature shows no name, time or meaning", "Verify the file."),
        incomplete,
    ),
    Rule::new(
        "ESIG-03",
        "21 CFR 11.10(e)",
        S::Critical,
        ("The audit trail does not verify", "Restore the file from a backup; find what changed it."),
        |look| {
            if look.facts.verified == Some(false) {
                vec![Hit::missing("The audit trail or a signature does not verify")]
            } else {
                Vec::new()
            }
        },
    ),
    Rule::new(
        "ESIG-04",
        "21 CFR 11.300",
        S::Major,
        (
            "Accounts are shared, or the control of passwords is weak",
            "Give everybody an own account; set the age of passwords in the policy.",
        ),
        accounts,
    )
    .place(PERSON),
    Rule::new(
        "ESIG-05",
        "21 CFR 11.10(e)",
        S::Major,
        (
            "The clock went backwards between events",
            "Have the clock of the workstation corrected and acknowledged.",
        ),
        |look| match look.facts.clock_backwards {
            0 => Vec::new(),
            count => vec![Hit::missing(format!(
                "Between {count} pairs of events the clock went backwards by more than two minutes"
            ))],
        },
    ),
    Rule::new(
        "ESIG-06",
        "21 CFR 11.10(c)",
        S::Major,
        ("There is no recent verified backup", "Back the file up."),
        no_backup,
    )
    .place(Kind::Policy),
    Rule::new(
        "ESIG-07",
        "ISO 13485 4.2.4",
        S::Info,
        ("Authors approve their own work", "Set in the policy that authors may not approve."),
        self_approval,
    )
    .place(Kind::Policy),
    Rule::new(
        "ESIG-08",
        "21 CFR 11.100(b)",
        S::Major,
        ("The identity of a signer is not verified", "Have the identity confirmed."),
        not_verified,
    )
    .place(PERSON),
    Rule::new(
        "VAL-01",
        "ISO 13485 4.1.6",
        S::Major,
        (
            "The program is used in a version that is not validated",
            "Validate this version, and record it in the policy.",
        ),
        not_validated,
    )
    .place(Kind::Policy),
];

fn incomplete(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for approval in look.world.all(Kind::Approval) {
        let bare =
            look.world.signatures(approval.head.id).into_iter().any(|signature| {
                signature.printed_name.trim().is_empty() || signature.login.trim().is_empty()
            });
        if bare {
            hits.push(Hit::at(approval.head.id, "A signature on it shows no name"));
        }
    }
    hits
}

fn active(look: &Look) -> Vec<(RecordId, std::sync::Arc<Person>)> {
    let all = look.all::<Person>().into_iter();
    all.filter(|(data, _)| PersonState::of(data) == Some(PersonState::Active))
        .map(|(data, person)| (data.head.id, person))
        .collect()
}

fn accounts(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut names: BTreeMap<String, RecordId> = BTreeMap::new();
    for (id, person) in active(look) {
        if let Some(first) = names.insert(person.title.trim().to_lowercase(), id) {
            hits.push(Hit::at(id, format!("{first} is an account of the same name")));
        }
    }
    if look.world.policy().password_age_days.is_none() {
        hits.push(Hit::at(POLICY, "The policy sets no age of passwords").field("password_age_days"));
    }
    hits
}

fn no_backup(look: &Look) -> Vec<Hit> {
    let Some(days) = look.world.policy().backup_days else {
        return vec![Hit::at(POLICY, "The policy sets no interval of backups").field("backup_days")];
    };
    let Some(last) = look.facts.last_backup else { return Vec::new() };
    if last > look.today() {
        return vec![Hit::missing(format!(
            "The last backup is dated {last}, which is still to come, so that nobody knows when it was made; set the clock right and back up"
        ))];
    }
    let due = last.plus_days(i64::from(days));
    if due < look.today() {
        vec![Hit::missing(format!(
            "The last verified backup is of {last}; the policy asks for one every {days} days"
        ))]
    } else {
        Vec::new()
    }
}

fn self_approval(look: &Look) -> Vec<Hit> {
    if look.world.policy().author_may_not_approve != Some(false) {
        return Vec::new();
    }
    let mut hits = Vec::new();
    for (data, approval) in look.all::<Approval>() {
        let own = look
            .world
            .signatures(data.head.id)
            .into_iter()
            .any(|signature| approval.authors.contains(&signature.signer));
        if ApprovalState::of(&data) == Some(ApprovalState::Granted) && own {
            hits.push(Hit::at(data.head.id, "An author approved it"));
        }
    }
    hits
}

/// Who only reads signs nothing. A new person is confirmed within the days of the policy.
fn not_verified(look: &Look) -> Vec<Hit> {
    let days = i64::from(look.world.policy().identity_days.unwrap_or_default());
    let open = look.all::<Person>().into_iter().filter(|(data, person)| {
        let signs = person.roles.iter().any(|role| *role != Role::Auditor);
        let due = data.head.state_since.day().plus_days(days) < look.today();
        PersonState::of(data) == Some(PersonState::Active) && signs && due && !person.may_sign()
    });
    open.map(|(data, person)| {
        let text = format!("The identity of {} is not confirmed for the key in use", person.title);
        Hit::at(data.head.id, text).field("identity_verified_at")
    })
    .collect()
}

fn not_validated(look: &Look) -> Vec<Hit> {
    let used = &look.facts.program;
    let validated = look.world.policy().validated_version.to_string();
    if used.is_empty() || validated == *used {
        return Vec::new();
    }
    let text = if validated.is_empty() {
        format!("No version of the program is recorded as validated; {used} is used")
    } else {
        format!("Version {validated} is validated, {used} is used")
    };
    vec![Hit::at(POLICY, text).field("validated_version")]
}
