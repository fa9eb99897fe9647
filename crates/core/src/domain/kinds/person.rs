//! Persons and their roles (domain 2; 21 CFR 11.100, 11.300). A person is never removed and a login never reused.

use std::sync::Arc;

use serde_json::Value;

use crate::domain::deadline::{Deadline, Limit, STATE_SINCE};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Place;
use crate::domain::record::{Fields, KindDef, record};
use crate::domain::text::Line;
use crate::domain::time::Moment;
use crate::domain::workflow::{Case, Condition, Move, states};

pub use crate::domain::role::Role;

states! {
    /// States of a person's account.
    pub enum PersonState {
        /// Invited with a one-time code; no password yet.
        Invited = "invited", "Invited", Due, 1, false;
        /// May sign in.
        Active = "active", "Active", Good, 2, false;
        /// May not sign in. Past acts stay.
        Inactive = "inactive", "Inactive", Neutral, 2, false;
    }
}

/// The reader where nobody in particular reads. There is no such record.
pub const NOBODY: RecordId = RecordId::new(Kind::Person, 0);

const ANY: &[&str] = &[PersonState::Invited.code(), PersonState::Active.code(), PersonState::Inactive.code()];

record! {
    /// A person who may use the file.
    pub struct Person : Person {
        section "Person", "21 CFR 11.100(a)", false, ANY => {
            /// Full name as printed with signatures.
            title: Line = "Full name" => by_another("name"), required(PersonState::Invited.code()), clause("21 CFR 11.50(a)");
            /// Login name: unique in this file, never reused.
            login: Line = "Login" => required(PersonState::Invited.code()), clause("21 CFR 11.300(a)"), by_system();
            /// What the person may do. An assignment of roles is itself a controlled record.
            roles: Vec<Role> = "Roles" => by_another("roles"), required(PersonState::Invited.code()), clause("21 CFR 11.10(g)");
            /// Where the person's training for this work is recorded.
            training_ref: Line = "Training record" => clause("21 CFR 11.10(i)");
        }
        section "Signing", "21 CFR 11.100(b)", false, &[] => {
            /// Fingerprint of the person's current signing key: SHA-256 of the public key.
            key_fingerprint: Line = "Key fingerprint" => by_system();
            /// Who confirmed that the holder of this key is this person.
            identity_verified_by: Option<RecordId> = "Identity verified by" => by_system(), target(Kind::Person), clause("21 CFR 11.100(b)");
            /// When it was confirmed.
            identity_verified_at: Option<Moment> = "Identity verified at" => by_system(), clause("21 CFR 11.100(b)");
            /// How it was confirmed, for example by passport or in person.
            identity_verified_how: Line = "How identity was verified" => by_system(), clause("21 CFR 11.100(b)");
            /// The key fingerprint that was confirmed. A new key needs a new confirmation.
            identity_verified_key: Line = "Verified key" => by_system();
        }
    }
}

impl Case<'_> {
    /// A person by number.
    pub fn person(&self, id: RecordId) -> Option<Arc<Person>> {
        self.world.record(id).and_then(|data| data.typed())
    }
}

impl Person {
    /// Whether the person's current key was confirmed to be theirs, which signing requires (21 CFR 11.100(b)).
    pub fn may_sign(&self) -> bool {
        !self.key_fingerprint.is_empty() && self.identity_verified_key == self.key_fingerprint
    }
}

/// Whether a text can be a login name: letters, digits, dot, hyphen and underscore.
pub fn is_login(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || ".-_".contains(c))
}

/// The fields of a person whose identity is no longer confirmed. It was confirmed for a key and under a name.
pub fn unconfirmed() -> Fields {
    ["identity_verified_by", "identity_verified_at", "identity_verified_how", "identity_verified_key"]
        .into_iter()
        .map(|name| (name.to_owned(), Value::Null))
        .collect()
}

/// The step by which a person may no longer sign in.
pub const DEACTIVATE: &str = "deactivate";
/// The step by which a person may sign in again.
pub const REACTIVATE: &str = "reactivate";

const MOVES: &[Move] = &[
    Move::new("activate", "Activate", &[PersonState::Invited.code()], PersonState::Active.code(), &[]),
    Move::new(
        DEACTIVATE,
        "Deactivate",
        &[PersonState::Active.code(), PersonState::Invited.code()],
        PersonState::Inactive.code(),
        &[Role::SysAdmin, Role::Quality],
    )
    .reason()
    .clause("21 CFR 11.300(c)")
    .guard(not_oneself),
    Move::new(
        REACTIVATE,
        "Reactivate",
        &[PersonState::Inactive.code()],
        PersonState::Active.code(),
        &[Role::SysAdmin, Role::Quality],
    )
    .reason()
    .clause("21 CFR 11.10(d)")
    .guard(|case| case.with::<Person>(has_a_key)),
];

/// A person who was invited or whose access was reset enters with a one-time code; they cannot be reactivated.
fn has_a_key(_: &Case, person: &Person) -> Vec<Condition> {
    let text = "The person has set a password; if not, reset their access, which issues a new one-time code";
    vec![Condition::new("21 CFR 11.300", text, !person.key_fingerprint.is_empty())]
}

fn not_oneself(case: &Case) -> Vec<Condition> {
    vec![Condition::new("", "The account is not your own", case.actor != Some(case.id()))]
}

const DEADLINES: &[Deadline] = &[
    Deadline::new(
        "Confirm the person's identity",
        Role::Quality,
        &[PersonState::Active.code()],
        Limit::Days("identity_days", STATE_SINCE),
        "21 CFR 11.100(b)",
    )
    .rank(4)
    .only(|case| case.data.typed::<Person>().is_some_and(|person| !person.may_sign())),
    Deadline::new(
        "Hand over the one-time code",
        Role::SysAdmin,
        &[PersonState::Invited.code()],
        Limit::Days("invitation_days", STATE_SINCE),
        "21 CFR 11.300",
    )
    .rank(5),
];

/// The declaration of persons.
pub const DEF: KindDef = KindDef {
    purpose: "Everybody who enters, decides or signs something has their own account.",
    clause: "21 CFR 11.100",
    sections: Person::SECTIONS,
    states: PersonState::ALL,
    moves: MOVES,
    deadlines: DEADLINES,
    edit_by: &[Role::SysAdmin, Role::Quality],
    on_edit: |_, changed| if changed.contains(&"title") { unconfirmed() } else { Fields::new() },
    columns: &["login", "identity_verified_at"],
    place: Place::People,
    ..KindDef::new(Kind::Person, "Person", "People")
};
