//! Laws of releases: whatever people do in whatever order, a change reaches the field only approved, verified, and under a plan.

use std::sync::OnceLock;

use mainstay::domain::approval::ApprovalState;
use mainstay::domain::change_request::{ChangeRequest, ChangeState};
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::ledger::Ledger;
use mainstay::domain::maintenance_plan::MaintenancePlanState;
use mainstay::domain::person::Role;
use mainstay::domain::release::{Release, ReleaseState};
use mainstay::domain::requests::RecordSource as _;
use mainstay::ops::{Act, EventFilter, Request};
use proptest::prelude::*;

use serde_json::json;

use crate::desk::{Desk, PASSWORD, fields};
use crate::releasing::released;

/// One step of somebody: who, what, and whether they enter their password.
type Said = (&'static str, Act, bool);

/// Everything that people do from the first feedback to a released version, with the plan's way into force.
fn whole_way() -> &'static [Said] {
    static WAY: OnceLock<Vec<Said>> = OnceLock::new();
    WAY.get_or_init(|| {
        let mut desk = fresh();
        desk.said = Some(Vec::new());
        desk.put_plan_in_force(crate::desk::PLAN, serde_json::json!({}));
        released(&mut desk);
        desk.assert_verifies();
        let people =
            |act: &Act| matches!(act.request, Request::InvitePerson { .. } | Request::VerifyIdentity { .. });
        desk.said.unwrap().into_iter().filter(|(_, act, _)| !people(act)).collect()
    })
}

/// A desk with everybody and with nothing done yet.
fn fresh() -> Desk {
    let mut desk = Desk::staffed_without_plan();
    desk.hire("fay", "Fay Example", &[Role::DevLead]);
    desk.hire("rita", "Rita Example", &[Role::ReleaseManager]);
    desk.hire("gina", "Gina Example", &[Role::Regulatory]);
    desk
}

fn is_granted(ledger: &Ledger, change: RecordId) -> bool {
    let Ok(approvals) = ledger.referring(change, Kind::Approval);
    approvals.iter().any(|data| ApprovalState::of(data) == Some(ApprovalState::Granted))
}

/// What is wrong with the releases of a file, by the file as it was before each of them.
fn wrong(desk: &Desk) -> Vec<String> {
    let mut wrong = Vec::new();
    let events = desk.file.events(&EventFilter::default(), 100_000, 0).unwrap();
    for event in events.iter().map(|stored| &stored.event).filter(|event| event.request == "release.release")
    {
        let id = event.record.unwrap();
        let then = desk.file.at(event.at.plus_seconds(-1)).unwrap();
        let Ok(plans) = then.all(Kind::MaintenancePlan);
        if !plans.iter().any(|data| MaintenancePlanState::of(data) == Some(MaintenancePlanState::Effective)) {
            wrong.push(format!("{id} was released without a plan in force"));
        }
        let Ok(Some(data)) = then.record(id) else { panic!("{id} was not there") };
        if ReleaseState::of(&data) != Some(ReleaseState::Approved) {
            wrong.push(format!("{id} was released without approval"));
        }
        let release = data.typed::<Release>().unwrap();
        for change in &release.change_requests {
            let Ok(Some(data)) = then.record(*change) else { panic!("{change} was not there") };
            if ChangeState::of(&data) != Some(ChangeState::Verified) {
                wrong.push(format!("{change} was released without verification"));
            }
            if !is_granted(&then, *change) {
                wrong.push(format!("{change} was released without approval"));
            }
            if data.typed::<ChangeRequest>().unwrap().impact_analysis.is_none() {
                wrong.push(format!("{change} was released without analysis"));
            }
        }
    }
    // A change is released by a release and by nothing else.
    for data in desk.file.all(Kind::ChangeRequest).unwrap() {
        let releases = desk.file.referring(data.head.id, Kind::Release).unwrap();
        let by_one =
            releases.iter().any(|release| ReleaseState::of(release).is_some_and(ReleaseState::was_released));
        if ChangeState::of(&data).is_some_and(ChangeState::is_released) && !by_one {
            wrong.push(format!("{} is released by no release", data.head.id));
        }
    }
    wrong
}

fn replay(steps: &[usize]) -> Desk {
    let mut desk = fresh();
    for step in steps {
        take(&mut desk, *step);
    }
    desk
}

fn take(desk: &mut Desk, step: usize) {
    let way = whole_way();
    let (login, act, password) = &way[step % way.len()];
    let _ = desk.act(login, act.clone(), password.then_some(PASSWORD));
}

/// What somebody might try to get round the rules, each between two steps of the whole way.
fn trick(desk: &mut Desk, which: usize) {
    let edit = |id: &str, set: serde_json::Value| Request::Edit { id: id.parse().unwrap(), set: fields(set) };
    let go = |id: &str, go: &str| Request::Move {
        id: id.parse().unwrap(),
        go: go.to_owned(),
        set: fields(json!({})),
    };
    let (login, request) = match which % 12 {
        0 => ("ben", edit("CR-0001", json!({"description": "Something else"}))),
        1 => ("ben", edit("CR-0001", json!({"affected_cis": ["another.c"]}))),
        2 => ("rita", edit("RL-0001", json!({"change_requests": []}))),
        3 => ("dan", edit("RL-0001", json!({"none_known": false}))),
        4 => ("ben", go("CR-0001", "reanalyse")),
        5 => ("ana", go("RL-0001", "rebuild")),
        6 => ("ana", go("MP-0001", "return")),
        7 => ("ana", go("MP-0001", "void")),
        8 => ("ben", edit("IA-0001", json!({"conclusion": "unacceptable"}))),
        9 => ("rita", go("RL-0001", "release")),
        10 => ("ana", edit("PD-0001", json!({"software_safety_class": "c"}))),
        _ => ("dan", go("CR-0001", "verify")),
    };
    let _ = desk.act(login, Act::from(request).because("To get round it"), Some(PASSWORD));
}

#[test]
fn the_whole_way_ends_with_a_release() {
    let all: Vec<usize> = (0..whole_way().len()).collect();
    let desk = replay(&all);
    assert_eq!(desk.state("RL-0001".parse().unwrap()), "released");
    assert!(wrong(&desk).is_empty(), "{:?}", wrong(&desk));
    desk.assert_verifies();
}

#[test]
fn no_single_step_of_the_whole_way_can_be_left_out_of_what_a_release_needs() {
    let way = whole_way();
    // Each run takes a while, so that every sixth step is left out once; the others are left out at random below.
    for left_out in (0..way.len()).step_by(6) {
        let steps: Vec<usize> = (0..way.len()).filter(|step| *step != left_out).collect();
        let desk = replay(&steps);
        let found = wrong(&desk);
        assert!(found.is_empty(), "without {}: {found:?}", way[left_out].1.request.name());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_requests_releases_a_change_without_approval_verification_and_a_plan_in_force(
        swaps in prop::collection::vec((0..400_usize, 0..400_usize), 0..6),
        doubled in prop::collection::vec(0..400_usize, 0..4),
        dropped in prop::collection::vec(0..400_usize, 0..3),
        tricks in prop::collection::vec((0..400_usize, 0..12_usize), 0..6),
    ) {
        let count = whole_way().len();
        let mut steps: Vec<usize> = (0..count).collect();
        for (one, other) in swaps {
            steps.swap(one % count, other % count);
        }
        for step in doubled {
            steps.insert(step % count, (step * 7) % count);
        }
        for step in dropped {
            steps.remove(step % steps.len());
        }
        // Whoever was stopped by the order tries the whole way once more.
        steps.extend(0..count);
        let mut desk = fresh();
        for (place, step) in steps.iter().enumerate() {
            take(&mut desk, *step);
            for (_, which) in tricks.iter().filter(|(at, _)| at % steps.len() == place) {
                trick(&mut desk, *which);
            }
        }
        let found = wrong(&desk);
        prop_assert!(found.is_empty(), "{found:?}");
        desk.assert_verifies();
    }

    #[test]
    fn a_trick_on_the_way_ends_in_a_release_that_is_in_order_or_in_none(at in 0..200_usize, which in 0..12_usize) {
        let mut desk = fresh();
        for step in 0..whole_way().len() {
            take(&mut desk, step);
            if step == at % whole_way().len() {
                trick(&mut desk, which);
            }
        }
        let found = wrong(&desk);
        prop_assert!(found.is_empty(), "{found:?}");
    }
}
