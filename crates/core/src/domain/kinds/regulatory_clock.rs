//! A running limit of an authority on a record: when it started, when it ends, and the evidence that it was met (domain 6).

mod due;

pub use due::{ClockDue, due_of};

use serde_json::json;

use crate::domain::choice::{Choice as _, choice};
use crate::domain::clock_template::{CAPTION, ClockTemplate, ClockTemplateState, ClockUnit};
use crate::domain::deadline::{Deadline, Limit, Task};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Place;
use crate::domain::person::Role;
use crate::domain::record::{Fields, KindDef, record};
use crate::domain::retirement_plan::RETIREMENT_RULES;
use crate::domain::signature::Meaning;
use crate::domain::text::{Line, Text};
use crate::domain::time::{Day, Moment};
use crate::domain::workflow::{Case, Condition, Effect, Move, states};

choice! {
    /// How a clock ended.
    pub enum ClockOutcome {
        /// What it asks for was done.
        Done = "done", "Done";
        /// It was decided and signed that it is not required.
        NotRequired = "not_required", "Not required, decided";
    }
}

states! {
    /// States of a clock.
    pub enum ClockState {
        /// It is prepared; it does not run yet.
        Prepared = "prepared", "Prepared", Due, 1, false;
        /// It runs.
        Running = "clock_running", "Running", Due, 2, false;
        /// It was stopped with evidence.
        Stopped = "stopped", "Stopped", Good, 3, true;
        /// Entered by mistake; stays visible.
        Void = "void", "Void", Neutral, 0, true;
    }
}

use ClockState as S;

const PREPARED: &[&str] = &[S::Prepared.code()];
const RUNNING: &[&str] = &[S::Running.code()];
const STOPPED: &str = S::Stopped.code();

record! {
    /// A clock.
    pub struct RegulatoryClock : RegulatoryClock {
        section "Start", "ISO 13485 8.2.3", true, PREPARED => {
            /// What it is about, in one line.
            title: Line = "Title" => required(S::Prepared.code());
            /// The template that says how long it runs.
            template: Option<RecordId> = "Template" => required(S::Prepared.code()), target(Kind::ClockTemplate);
            /// The record that it is about: feedback, a problem, a finding, a change.
            subject: Option<RecordId> = "Record" => required(S::Prepared.code());
            /// When the event happened from which it counts.
            started_at: Option<Moment> = "Started at" => past(), required(S::Running.code());
            /// How that is known.
            start_evidence: Text = "How that is known" => required(S::Running.code());
        }
        section "Limit", "ISO 13485 8.2.3", true, PREPARED => {
            /// The limit in words, as it was when the clock started.
            limit_words: Line = "Limit" => by_system();
            /// Its source.
            limit_source: Line = "Source" => by_system();
            /// The last day, at the site that is responsible.
            due_on: Option<Day> = "Ends on" => by_system();
            /// The moment at which it ends.
            due_at: Option<Moment> = "Ends at" => by_system();
        }
        section "Stop", "ISO 13485 8.2.3", false, RUNNING => {
            /// How it ended.
            outcome: Option<ClockOutcome> = "Outcome" => required(STOPPED);
            /// When.
            stopped_at: Option<Moment> = "Stopped at" => past(), required(STOPPED);
            /// The evidence: the confirmation of receipt, the number of the report.
            stop_evidence: Text = "Evidence" => required(STOPPED), clause("ISO 13485 8.2.3");
            /// The communication by which it was met.
            communication: Option<RecordId> = "Communication" => target(Kind::Communication);
        }
    }
}

fn template_of(case: &Case, clock: &RegulatoryClock) -> Option<ClockTemplate> {
    let data = clock.template.and_then(|id| case.world.record(id))?;
    data.typed::<ClockTemplate>().map(|template| (*template).clone())
}

fn may_start(case: &Case, clock: &RegulatoryClock) -> Vec<Condition> {
    let data = clock.template.and_then(|id| case.world.record(id));
    let confirmed =
        data.is_some_and(|data| ClockTemplateState::of(&data) == Some(ClockTemplateState::Confirmed));
    let text = "The template is confirmed with current law";
    let condition = Condition::new("ISO 13485 8.2.3", text, confirmed);
    vec![match clock.template {
        Some(id) => condition.on(id),
        None => condition.at("template"),
    }]
}

/// The limit is fixed: later changes of the template do not move it.
fn start(case: &Case, clock: &RegulatoryClock) -> Vec<Effect> {
    let (Some(template), Some(started)) = (template_of(case, clock), clock.started_at) else {
        return Vec::new();
    };
    let (Some(amount), Some(unit)) = (template.amount, template.unit) else { return Vec::new() };
    let policy = case.world.policy();
    let rolls = template.next_working_day == Some(true);
    let due = due_of(started, (amount, unit, rolls), &policy.calendar(), &policy.site_time_zone);
    let mut set = Fields::new();
    set.insert("limit_words".into(), format!("{amount} {}", words_of(amount, unit)).into());
    if !template.source.is_empty() {
        set.insert("limit_source".into(), template.source.to_string().into());
    }
    set.insert("due_on".into(), json!(due.on));
    set.insert("due_at".into(), json!(due.at));
    vec![Effect::Set { id: case.id(), set }]
}

fn words_of(amount: u32, unit: ClockUnit) -> String {
    let word = unit.word();
    if amount == 1 { word.trim_end_matches('s').to_owned() } else { word.to_owned() }
}

fn may_stop(case: &Case, clock: &RegulatoryClock) -> Vec<Condition> {
    let ordered = clock.started_at.zip(clock.stopped_at).is_none_or(|(start, stop)| stop >= start);
    let mut conditions =
        vec![Condition::new("ISO 13485 8.2.3", "It was stopped after it started", ordered).at("stopped_at")];
    if let Some(id) = clock.communication {
        let data = case.world.record(id);
        let done = data.is_some_and(|data| {
            crate::domain::communication::CommunicationState::of(&data)
                .is_some_and(crate::domain::communication::CommunicationState::is_done)
        });
        let text = format!("{id} is issued, or it is signed that it is not required");
        conditions.push(Condition::new("IEC 62304 6.2.5", text, done).on(id));
    }
    conditions
}

fn task(case: &Case) -> Vec<Task> {
    let Some(clock) = case.data.typed::<RegulatoryClock>() else { return Vec::new() };
    clock.due_on.map(|by| Task { what: format!("Clock: {}", clock.title), by }).into_iter().collect()
}

fn notices(case: &Case) -> Vec<String> {
    let mut notices = vec![CAPTION.to_owned()];
    let Some(clock) = case.data.typed::<RegulatoryClock>() else { return notices };
    match (S::of(case.data), clock.due_at, clock.stopped_at) {
        (Some(S::Running), Some(due), _) if case.now > due => {
            notices.push(format!("It ended at {}; it was not stopped.", due.words()));
        }
        (Some(S::Stopped), Some(due), Some(stopped)) if stopped > due => {
            notices.push(format!("It was stopped {} after its end.", late_words(due, stopped)));
        }
        _ => {}
    }
    notices
}

fn late_words(due: Moment, stopped: Moment) -> String {
    let hours = stopped.seconds_since(due) / 3_600;
    if hours < 48 {
        crate::domain::text::counted(usize::try_from(hours).unwrap_or(0), "hour")
    } else {
        crate::domain::text::counted(usize::try_from(hours / 24).unwrap_or(0), "day")
    }
}

const KEEPERS: &[Role] = &[Role::Regulatory, Role::Quality, Role::SecurityLead, Role::Support];

/// The declaration of clocks.
pub const DEF: KindDef = KindDef {
    purpose: "Limits of authorities that run: since when, until when, and the evidence that each was met. The program does not decide what is reportable.",
    clause: "ISO 13485 8.2.3",
    since: RETIREMENT_RULES,
    sections: RegulatoryClock::SECTIONS,
    states: ClockState::ALL,
    moves: &[
        Move::new("start", "Start the clock", PREPARED, S::Running.code(), KEEPERS)
            .clause("ISO 13485 8.2.3")
            .asks(&["started_at", "start_evidence"])
            .guard(|case| case.with::<RegulatoryClock>(may_start))
            .effects(|case| case.effects::<RegulatoryClock>(start)),
        Move::new("stop", "Stop the clock", RUNNING, STOPPED, &[Role::Regulatory, Role::Quality])
            .sign(Meaning::Verified)
            .clause("ISO 13485 8.2.3")
            .asks(&["outcome", "stopped_at", "stop_evidence", "communication"])
            .guard(|case| case.with::<RegulatoryClock>(may_stop)),
        Move::new("void", "Void", &[S::Prepared.code(), S::Running.code()], S::Void.code(), &[Role::Quality])
            .reason()
            .grave(),
    ],
    deadlines: &[
        Deadline::new(
            "Meet the limit of the clock",
            Role::Regulatory,
            RUNNING,
            Limit::Tasks(task),
            "ISO 13485 8.2.3",
        )
        .rank(0),
        Deadline::new(
            "Start the clock, or void it",
            Role::Regulatory,
            PREPARED,
            Limit::AtOnce(crate::domain::deadline::STATE_SINCE),
            "ISO 13485 8.2.3",
        )
        .rank(1),
    ],
    create_by: KEEPERS,
    edit_by: KEEPERS,
    notices,
    columns: &["subject", "due_on", "stopped_at"],
    place: Place::Area(55),
    referable: true,
    assignable: true,
    gist: "due_on",
    evidence: &["6.2.5"],
    chapter: Some(16),
    ..KindDef::new(Kind::RegulatoryClock, "Clock", "Clocks")
};
