//! What the rules read of a large file.

use std::cell::Cell;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::sound_tests::release;
use super::{facts, sound};
use crate::domain::change_request::ChangeState;
use crate::domain::feedback::FeedbackState;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::impact_analysis::ImpactState;
use crate::domain::problem_report::ProblemState;
use crate::domain::readiness::{Look, rules};
use crate::domain::release::ReleaseState;
use crate::domain::role::Role;
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::Signature;
use crate::domain::test_world::{TestWorld, id, moment};
use crate::domain::workflow::World;

/// The sound world with this many more feedback, problems and changes of each, and a release for each hundred changes.
fn large(count: u32) -> TestWorld {
    let mut world = sound();
    let copy =
        |world: &TestWorld, number: &str| Value::Object(world.record(id(number)).unwrap().fields.clone());
    let (feedback, problem) = (copy(&world, "FB-0001"), copy(&world, "PR-0001"));
    let (change, analysis) = (copy(&world, "CR-0001"), copy(&world, "IA-0001"));
    let with = |fields: &Value, more: Value| {
        let mut fields = fields.clone();
        if let (Value::Object(fields), Value::Object(more)) = (&mut fields, more) {
            fields.extend(more);
        }
        fields
    };
    for at in 10..10 + count {
        for third in 0..3 {
            let number = format!("FB-{:04}", at * 3 + third);
            world = world.put(&number, FeedbackState::Closed.code(), "2026-03-01", feedback.clone());
        }
        let (pr, cr, ia) = (format!("PR-{at:04}"), format!("CR-{at:04}"), format!("IA-{at:04}"));
        world = world.put(&pr, ProblemState::Closed.code(), "2026-03-01", problem.clone());
        let own = json!({"problem_reports": [pr], "impact_analysis": ia});
        world = world
            .put(&cr, ChangeState::Released.code(), "2026-03-06", with(&change, own))
            .put(
                &ia,
                ImpactState::Locked.code(),
                "2026-03-08",
                with(&analysis, json!({"change_request": cr})),
            )
            .approve_with(
                &format!("AP-{at:04}"),
                (&cr, &[&ia]),
                &[Role::Quality, Role::DevLead],
                "2026-03-20",
            );
        if at % 100 == 0 {
            let changes: Vec<String> = (at - 90..=at).map(|at| format!("CR-{at:04}")).collect();
            let fields = with(&release(&format!("3.{at}.0"), "2.6.2"), json!({"change_requests": changes}));
            world = world.put(&format!("RL-{at:04}"), ReleaseState::Superseded.code(), "2026-07-01", fields);
        }
    }
    world
}

/// A world that counts what is read of it.
struct Counted<'a> {
    world: &'a TestWorld,
    read: Cell<usize>,
}

impl Counted<'_> {
    fn note<T>(&self, found: Vec<T>) -> Vec<T> {
        self.read.set(self.read.get() + 1 + found.len());
        found
    }
}

impl World for Counted<'_> {
    fn record(&self, id: RecordId) -> Option<SharedRecord> {
        self.note(self.world.record(id).into_iter().collect()).pop()
    }

    fn referring(&self, id: RecordId, kind: Kind) -> Vec<SharedRecord> {
        self.note(self.world.referring(id, kind))
    }

    fn parts(&self, parent: RecordId, kind: Kind) -> Vec<SharedRecord> {
        self.note(self.world.parts(parent, kind))
    }

    fn all(&self, kind: Kind) -> Vec<SharedRecord> {
        self.note(self.world.all(kind))
    }

    fn in_states(&self, kind: Kind, states: &[&str]) -> Vec<SharedRecord> {
        self.note(self.world.in_states(kind, states))
    }

    fn signatures(&self, id: RecordId) -> Vec<Signature> {
        self.note(self.world.signatures(id))
    }

    fn editors(&self, id: RecordId) -> Vec<RecordId> {
        self.note(self.world.editors(id))
    }
}

/// How many records each rule reads in a world with this many problems and changes.
fn reads(count: u32) -> BTreeMap<&'static str, usize> {
    let (world, facts) = (large(count), facts());
    rules()
        .map(|rule| {
            let counted = Counted { world: &world, read: Cell::new(0) };
            (rule.find)(&Look { world: &counted, now: moment(super::NOW), facts: &facts });
            (rule.id, counted.read.get())
        })
        .collect()
}

/// Reading twice as much for twice as many records is in proportion; four times as much would be reading all for each.
#[test]
fn no_rule_reads_more_than_in_proportion_to_the_records() {
    let (one, two, four) = (reads(100), reads(200), reads(400));
    for (rule, last) in &four {
        let (first, second) = (two[rule] - one[rule], last - two[rule]);
        assert!(second <= first * 5 / 2 + 50, "{rule}: {} {} {last}", one[rule], two[rule]);
    }
}
