//! A key, certificate or token of the product, and what becomes of it when the product retires (IEC 81001-5-1 5.8.7; domain 5.2).
//! It is a part of the retirement plan. The key itself is never entered.

use crate::domain::choice::choice;
use crate::domain::ids::Kind;
use crate::domain::record::{KindDef, PartOf, record};
use crate::domain::retirement_plan::{self, RETIREMENT_RULES};
use crate::domain::text::{Line, Text};
use crate::domain::time::Day;
use crate::domain::workflow::{Case, Condition, Move, states};

choice! {
    /// What kind of key it is.
    pub enum KeyKind {
        /// Signs code.
        CodeSigning = "code_signing", "Code signing";
        /// Protects connections.
        Tls = "tls", "TLS";
        /// Belongs to the update server.
        UpdateServer = "update_server", "Update server";
        /// Gives access to an interface.
        ApiToken = "api_token", "API token";
        /// Identifies devices.
        DeviceIdentity = "device_identity", "Device identity";
        /// Encrypts stored data.
        DataEncryption = "data_encryption", "Encryption of data";
        /// Anything else.
        Other = "other", "Other";
    }
}

choice! {
    /// What becomes of it.
    pub enum KeyAction {
        /// It is revoked.
        Revoke = "revoke", "Revoke";
        /// It is replaced.
        Rotate = "rotate", "Replace";
        /// It is kept, to verify what is archived or to sign an emergency fix.
        Retain = "retain", "Keep in escrow";
        /// It is destroyed.
        Destroy = "destroy", "Destroy";
    }
}

states! {
    /// States of a key.
    pub enum KeyMaterialState {
        /// It is in use.
        InUse = "in_use", "In use", Due, 1, false;
        /// It is dealt with as planned.
        Done = "done", "Dealt with", Good, 2, true;
        /// Entered by mistake; stays visible.
        Struck = "struck", "Struck out", Neutral, 0, true;
    }
}

use KeyMaterialState as S;

const IN_USE: &[&str] = &[S::InUse.code()];

record! {
    /// A key, certificate or token.
    pub struct KeyMaterial : KeyMaterial {
        section "Key", "IEC 81001-5-1 5.8.7", false, IN_USE => {
            /// Its name. Never the key itself.
            title: Line = "Name" => required(S::InUse.code()), hint("Signing key of the firmware");
            /// Its kind.
            key_kind: Option<KeyKind> = "Kind" => required(S::InUse.code());
            /// Where it is kept.
            location: Line = "Location" => required(S::InUse.code());
            /// Who is responsible for it.
            holder: Line = "Responsible" => required(S::InUse.code());
            /// What becomes of it.
            action: Option<KeyAction> = "What becomes of it" => required(S::Done.code());
            /// When that is planned.
            planned_on: Option<Day> = "Planned for";
            /// Why it is kept, or why nothing needs it any more.
            rationale: Text = "Reasons" => required(S::Done.code());
            /// When it was done.
            done_on: Option<Day> = "Done on" => past(), required(S::Done.code());
            /// Who saw it.
            witness: Line = "Witness" => personal(), required(S::Done.code());
        }
    }
}

/// What still verifies archived software is not destroyed.
fn not_needed(case: &Case) -> Vec<Condition> {
    let Some(key) = case.data.typed::<KeyMaterial>() else { return Vec::new() };
    let destroys = key.action == Some(KeyAction::Destroy) && key.key_kind == Some(KeyKind::CodeSigning);
    let text =
        "A signing key that is destroyed is no longer needed to verify archived software: the reasons say so";
    vec![
        Condition::new("IEC 81001-5-1 5.8.7", text, !destroys || !key.rationale.trim().is_empty())
            .at("rationale"),
    ]
}

/// The declaration of keys.
pub const DEF: KindDef = KindDef {
    purpose: "The inventory of keys, certificates and tokens: where each is, and what becomes of it. The key itself is never entered.",
    clause: "IEC 81001-5-1 5.8.7",
    since: RETIREMENT_RULES,
    sections: KeyMaterial::SECTIONS,
    part_of: Some(PartOf { kind: Kind::RetirementPlan, open_in: retirement_plan::LISTS, scope: false }),
    states: KeyMaterialState::ALL,
    moves: &[
        Move::new("finish", "Dealt with", IN_USE, S::Done.code(), retirement_plan::WRITERS)
            .clause("IEC 81001-5-1 5.8.7")
            .asks(&["action", "rationale", "done_on", "witness"])
            .guard(not_needed),
        Move::new("strike", "Strike out", IN_USE, S::Struck.code(), retirement_plan::WRITERS).reason(),
    ],
    create_by: retirement_plan::WRITERS,
    edit_by: retirement_plan::WRITERS,
    columns: &["key_kind", "holder", "action", "planned_on"],
    evidence: &["5.8.7"],
    ..KindDef::new(Kind::KeyMaterial, "Key", "Keys and certificates")
};

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::test_world::{TestWorld, id, moment};
    use crate::domain::workflow::World as _;

    /// What is missing to call a key dealt with.
    fn unmet(fields: Value) -> Vec<Option<&'static str>> {
        let world = TestWorld::default().part("KM-0001", "RP-0001", S::InUse.code(), fields);
        let data = world.record(id("KM-0001")).unwrap();
        let case = Case {
            data: &data,
            world: &world,
            now: moment("2026-11-30"),
            actor: None,
            rules: RETIREMENT_RULES,
        };
        let finish = DEF.find_move("finish").unwrap();
        let open = finish.conditions(&case).into_iter().filter(|condition| !condition.met);
        open.map(|condition| condition.field).collect()
    }

    #[test]
    fn a_key_is_dealt_with_once_action_reasons_day_and_witness_are_entered() {
        let key = |rationale: &str| {
            json!({"title": "Signing key", "key_kind": "code_signing", "location": "Safe", "holder": "Ana", "action": "destroy",
                "rationale": rationale, "done_on": "2026-11-20", "witness": "Ben"})
        };
        assert!(unmet(key("The archive is verified by its SHA-256.")).is_empty());
        let bare = unmet(json!({"title": "Key", "key_kind": "tls", "location": "Safe", "holder": "Ana"}));
        assert_eq!(bare, [Some("action"), Some("rationale"), Some("done_on"), Some("witness")]);
    }

    #[test]
    fn a_signing_key_is_not_destroyed_without_reasons() {
        let unmet = unmet(json!({"key_kind": "code_signing", "action": "destroy"}));
        assert_eq!(unmet.last(), Some(&Some("rationale")));
    }
}
