//! The state tables, written out and compared, and walks at random through them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use mainstay::domain::canonical;
use mainstay::domain::choice::Choice as _;
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::record::KindDef;
use mainstay::ops::{Act, Request};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::desk::{Desk, fields};

fn printed(def: &KindDef) -> String {
    let mut text = format!("{}: {}\n\nStates\n", def.plural, def.purpose);
    for state in def.states {
        let end = if state.terminal { ", read-only for good" } else { "" };
        let _ = writeln!(text, "  {:22} {}{end}: {}", state.code, state.word, state.meaning.trim());
    }
    text.push_str("\nSteps\n");
    for step in def.moves {
        let who: Vec<&str> = step.by.iter().map(|role| role.word()).collect();
        let who = match who.len() {
            0 => "the program".to_owned(),
            11 => "everybody but administrator and auditor".to_owned(),
            _ => who.join(", "),
        };
        let mut more = String::new();
        if let Some(meaning) = step.sign {
            let _ = write!(more, "; signed: {}", meaning.word());
        }
        if step.reason {
            more.push_str("; asks for a reason");
        }
        if !step.clause.is_empty() {
            let _ = write!(more, "; {}", step.clause);
        }
        let _ = writeln!(
            text,
            "  {} ({}): {} → {}\n    by {who}{more}",
            step.name,
            step.label,
            step.from.join(", "),
            step.to
        );
    }
    text
}

/// Set `UPDATE_EXPECTED` to write the tables anew after a change that was meant.
#[test]
fn the_state_tables_are_the_expected_ones() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/expected");
    for kind in Kind::ALL {
        let path = folder.join(format!("states_{}.txt", kind.code()));
        let text = printed(kind.def());
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, text).unwrap();
            continue;
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            text,
            expected,
            "{} differs; if that is meant, run with UPDATE_EXPECTED=1",
            path.display()
        );
    }
}

#[test]
fn every_state_can_be_reached_and_a_terminal_one_has_no_way_out() {
    for kind in Kind::ALL {
        let def = kind.def();
        let mut reached = BTreeSet::from([def.initial()]);
        loop {
            let before = reached.len();
            let steps = def.moves.iter().filter(|step| step.from.iter().any(|from| reached.contains(from)));
            reached.extend(steps.map(|step| step.to).collect::<Vec<_>>());
            if reached.len() == before {
                break;
            }
        }
        for state in def.states {
            assert!(reached.contains(state.code), "{}: {} cannot be reached", kind.code(), state.code);
            let leaves = def.moves.iter().find(|step| step.from.contains(&state.code));
            assert!(
                !(state.terminal && leaves.is_some()),
                "{}: a step leads from {}",
                kind.code(),
                state.code
            );
        }
    }
}

#[test]
fn names_and_labels_are_unique_and_every_code_that_is_named_exists() {
    for kind in Kind::ALL {
        let def = kind.def();
        let unique = |what: &str, names: Vec<&str>| {
            let set: BTreeSet<&str> = names.iter().copied().collect();
            assert_eq!(set.len(), names.len(), "{}: {what} repeat among {names:?}", kind.code());
        };
        unique("states", def.states.iter().map(|state| state.code).collect());
        unique("words of states", def.states.iter().map(|state| state.word).collect());
        unique("steps", def.moves.iter().map(|step| step.name).collect());
        unique("labels of steps", def.moves.iter().map(|step| step.label).collect());
        unique("fields", def.fields().map(|field| field.name).collect());
        unique("labels of fields", def.fields().map(|field| field.label).collect());
        let known: BTreeSet<&str> = def.states.iter().map(|state| state.code).collect();
        let named = def
            .moves
            .iter()
            .flat_map(|step| step.from.iter().chain([&step.to]))
            .chain(def.sections.iter().flat_map(|section| section.open_in))
            .copied()
            .chain(def.fields().filter_map(|field| field.required_from));
        for code in named {
            assert!(known.contains(code), "{}: {code} is no state", kind.code());
        }
        for step in def.moves {
            for name in step.asks {
                assert!(def.field(name).is_some(), "{}: {} asks for {name}", kind.code(), step.name);
            }
        }
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::btree_map(".{0,6}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// One step of a random walk: who, which record, what, and whether a password is given.
pub fn step() -> impl Strategy<Value = (usize, usize, usize, bool)> {
    (0..5usize, 0..64usize, 0..64usize, any::<bool>())
}

/// A record that somebody might make, a part of `id` if it is one.
fn random_create(desk: &Desk, id: RecordId, which: usize, what: usize) -> Request {
    let (kind, parent, set) = match what {
        0..6 => (Kind::Feedback, None, json!({"title": format!("Report {which}")})),
        6..9 => (Kind::ChangeRequest, None, json!({"title": format!("Change {which}")})),
        9..11 => (Kind::TestRecord, Some(id), json!({"title": format!("Test {which}")})),
        11 if which.is_multiple_of(3) => {
            (Kind::TrendReview, None, json!({"title": format!("Trends {which}"), "counted": "feedback"}))
        }
        11 if which.is_multiple_of(5) => (Kind::RetirementPlan, None, json!({"title": "Retirement"})),
        11 if which.is_multiple_of(7) => {
            (Kind::SoftwareItem, None, json!({"title": format!("Item {which}"), "item_kind": "item"}))
        }
        11 => (Kind::SoupItem, None, json!({"title": format!("lib{which}")})),
        12 => {
            (Kind::SoupDesignator, Some(id), json!({"title": format!("1.{which}"), "present_since": "2.3.0"}))
        }
        _ => (
            Kind::Finding,
            None,
            json!({
                "title": format!("Finding {which}"), "finding_kind": "vulnerability", "learned_on": desk.now.day(),
                "external_id": format!("CVE-2031-{what}"),
            }),
        ),
    };
    Request::Create { kind, parent, set: fields(set) }
}

/// Values that somebody might enter in a record.
fn random_values(desk: &Desk, id: RecordId, what: usize) -> Value {
    match id.kind {
        Kind::Feedback => json!({
            "received_at": desk.now, "aware_at": desk.now, "channel": "Telephone", "source_kind": "user",
            "description_verbatim": format!("Words {what}"), "device_name": "Pump", "software_version_reported": "2.3.0",
            "is_complaint": false, "complaint_rationale": "None", "patient_or_user_harm": "none", "security_related": false,
            "criterion_code": "SPEC", "evaluation_rationale": "As specified",
        }),
        Kind::ChangeRequest => json!({
            "origin": "internal", "change_type": "perfective", "urgency": "routine", "description": "x", "reason": "y",
            "affected_cis": ["a"], "affects_released_software": true,
        }),
        Kind::TrendReview => json!({
            "period_from": "2030-01-01", "period_to": desk.now.day(), "interval": "quarter", "method": "poisson", "adverse": "no",
            "rationale": format!("Words {what}"),
        }),
        Kind::RetirementPlan => json!({"eos_date": "2035-01-01", "reason": format!("Words {what}")}),
        Kind::SoftwareItem => json!({"safety_class": "c", "rationale": format!("Words {what}")}),
        Kind::Product => json!({"model": format!("PG-{what}")}),
        Kind::Policy => json!({"warn_days": what}),
        Kind::SoupItem => json!({
            "supplier": "community: its maintainers", "requirements": "Reads profiles", "environment": "Linux",
            "can_contribute": what.is_multiple_of(2), "hazards": ["H-7"], "hazard_rationale": "It reads profiles",
            "risk_tier": "low", "responsibility": "maintained", "anomaly_lists": [{"place": "Its tracker"}],
        }),
        Kind::Finding => json!({
            "learned_on": desk.now.day(), "severity": "low", "source": "OSV", "kev_listed": false, "hazardous": false,
            "sequence": "None", "disposition": "not_affected", "justification": "component_not_present", "evidence": "Build",
        }),
        Kind::ProblemReport
        | Kind::ImpactAnalysis
        | Kind::Approval
        | Kind::Attachment
        | Kind::TestRecord
        | Kind::MaintenancePlan
        | Kind::PlanReview
        | Kind::SourceCheck
        | Kind::Release
        | Kind::Communication
        | Kind::Recipient
        | Kind::ProcessDeviation
        | Kind::SoupReview
        | Kind::ReviewItem
        | Kind::SoupDesignator
        | Kind::Milestone
        | Kind::KeyMaterial
        | Kind::ClockTemplate
        | Kind::RegulatoryClock
        | Kind::LegacyFile
        | Kind::Waiver
        | Kind::Person => {
            json!({"title": format!("Title {what}")})
        }
    }
}

pub fn random_act(desk: &Desk, records: &[RecordId], which: usize, what: usize) -> Act {
    let id = records[which % records.len()];
    let data = desk.record(id);
    let request = match what {
        0..14 => random_create(desk, id, which, what),
        30..34 => Request::Sign { id, meaning: None },
        14..17 => Request::Assign { id, owner: Some(desk.people["ben"].person()) },
        17..30 => {
            let set = random_values(desk, id, what);
            Request::Edit { id, set: fields(set) }
        }
        _ => {
            let moves = data.def().moves;
            let from: Vec<_> =
                moves.iter().filter(|step| step.from.contains(&data.head.state.as_str())).collect();
            let go = if from.is_empty() { "fly" } else { from[what % from.len()].name };
            Request::Move { id, go: go.to_owned(), set: fields(json!({})) }
        }
    };
    Act::from(request).because("A step of a random walk")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn canonical_text_reads_back_and_is_written_the_same_again(value in json_value()) {
        let text = canonical::text(&value);
        let read: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&read, &value);
        prop_assert_eq!(canonical::text(&read), text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_requests_leaves_a_file_that_does_not_verify(steps in prop::collection::vec(step(), 10..40)) {
        let mut desk = Desk::staffed_once();
        let logins = ["ana", "ben", "cleo", "dan", "eva"];
        let mut records: Vec<RecordId> = ["PD-0001", "PL-0001", "PN-0005"].map(|id| id.parse().unwrap()).to_vec();
        for (who, which, what, password) in steps {
            let act = random_act(&desk, &records, which, what);
            let before = desk.file.head().clone();
            let given = (password && matches!(act.request, Request::Sign { .. } | Request::Move { .. })).then_some(crate::desk::PASSWORD);
            match desk.act(logins[who], act, given) {
                Ok(receipt) => {
                    prop_assert_eq!(receipt.seq, before.seq + 1);
                    records.extend(receipt.made);
                }
                Err(_) => prop_assert_eq!(desk.file.head(), &before),
            }
        }
        desk.assert_verifies();
    }
}
