//! The file as it was at any moment of its past.

use std::fmt::Debug;

use mainstay::domain::clock::ClockHistory;
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::record::ListRow;
use mainstay::domain::requests::RecordSource;
use mainstay::domain::shared_record::SharedRecord;
use mainstay::domain::signature::Signature;
use mainstay::domain::time::Moment;
use mainstay::ops::Request;
use proptest::prelude::*;

use crate::chain::verified_change;
use crate::desk::{Desk, PASSWORD, id};
use crate::tables::{random_act, step};

/// Everything that a source says, to be compared with what another one says.
#[derive(Debug, Default, PartialEq)]
struct Copy {
    records: Vec<SharedRecord>,
    signatures: Vec<Signature>,
    /// Of each record: its editors, its parts and who refers to it.
    around: Vec<(RecordId, Vec<RecordId>, Vec<RecordId>, Vec<RecordId>)>,
    lists: Vec<ListRow>,
    next: Vec<u32>,
    last_actors: Vec<Option<RecordId>>,
    logins: Vec<bool>,
    clock: ClockHistory,
}

fn copy<F: Debug>(source: &dyn RecordSource<F>) -> Copy {
    let mut copy = Copy { clock: source.clock().unwrap(), ..Copy::default() };
    for kind in Kind::ALL {
        copy.records.extend(source.all(*kind).unwrap());
        let names: Vec<&str> = kind.def().fields().map(|field| field.name).collect();
        copy.lists.extend(source.list(*kind, &names).unwrap());
        let states: Vec<&str> = kind.def().states.iter().take(2).map(|state| state.code).collect();
        let among = |data: &&SharedRecord| data.head.id.kind == *kind && states.contains(&&*data.head.state);
        let expected: Vec<SharedRecord> = copy.records.iter().filter(among).cloned().collect();
        assert_eq!(source.in_states(*kind, &states).unwrap(), expected);
        copy.next.push(source.next_number(*kind).unwrap());
    }
    let ids =
        |records: Vec<SharedRecord>| -> Vec<RecordId> { records.iter().map(|data| data.head.id).collect() };
    for data in &copy.records {
        let id = data.head.id;
        assert_eq!(source.record(id).unwrap().as_ref(), Some(data));
        copy.signatures.extend(source.signatures(id).unwrap());
        let (mut parts, mut referring) = (Vec::new(), Vec::new());
        for kind in Kind::ALL {
            parts.extend(ids(source.parts(id, *kind).unwrap()));
            referring.extend(ids(source.referring(id, *kind).unwrap()));
        }
        copy.around.push((id, source.editors(id).unwrap(), parts, referring));
        copy.last_actors.push(source.last_actor("person.invite", id).unwrap());
    }
    copy.logins = ["ana", "ben", "zoe"].iter().map(|login| source.login_taken(login).unwrap()).collect();
    copy
}

/// When each event was entered, and the file after it.
type Walk = Vec<(Moment, Copy)>;

/// The copy of the file after the last event that was entered at a moment or before.
fn then(walk: &Walk, moment: Moment) -> Option<&Copy> {
    walk.iter().rev().find(|(at, _)| *at <= moment).map(|(_, copy)| copy)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn at_every_moment_the_ledger_is_the_file_as_it_was_then(
        steps in prop::collection::vec((step(), prop_oneof![9 => Just(0i64), 1 => -1000i64..1000]), 10..40),
    ) {
        let mut desk = Desk::staffed_once();
        let logins = ["ana", "ben", "cleo", "dan", "eva"];
        let mut records: Vec<RecordId> = ["PD-0001", "PL-0001", "PN-0005"].map(id).to_vec();
        let mut walk: Walk = vec![(desk.file.head().at.unwrap(), copy(desk.file.present()))];
        for ((who, which, what, password), minutes) in steps {
            let act = random_act(&desk, &records, which, what);
            let signed = password && matches!(act.request, Request::Sign { .. } | Request::Move { .. });
            // The clock may run ahead or backwards.
            desk.now = desk.now.plus_seconds(minutes * 60);
            if let Ok(receipt) = desk.act(logins[who], act, signed.then_some(PASSWORD)) {
                records.extend(receipt.made);
                walk.push((desk.now, copy(desk.file.present())));
            }
        }
        for (at, _) in &walk {
            for moment in [at.plus_seconds(-1), *at, at.plus_seconds(1)] {
                if let Some(expected) = then(&walk, moment) {
                    prop_assert_eq!(&copy(&desk.file.at(moment).unwrap()), expected, "at {}", moment);
                }
            }
        }
    }
}

#[test]
fn signatures_and_records_of_a_whole_change_are_there_as_they_were() {
    let mut desk = Desk::staffed();
    let (before, then) = (copy(desk.file.present()), desk.now);
    verified_change(&mut desk);
    let after = copy(desk.file.present());
    assert!(after.signatures.len() > before.signatures.len() + 4);
    assert_eq!(copy(&desk.file.at(then).unwrap()), before);
    assert_eq!(copy(&desk.file.at(desk.now).unwrap()), after);
}

#[test]
fn before_its_first_event_the_file_is_empty() {
    let desk = Desk::staffed_once();
    let ledger = desk.file.at(Moment::parse("2031-03-03T08:59:59Z").unwrap()).unwrap();
    assert!(ledger.is_empty());
    assert_eq!(copy(&ledger).next, vec![1; Kind::ALL.len()]);
    let founded = desk.file.at(Moment::parse("2031-03-03T09:00:00Z").unwrap()).unwrap();
    assert_eq!(founded.all(Kind::Person).unwrap().len(), 1);
}
