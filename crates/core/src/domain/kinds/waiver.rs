//! A waiver of a readiness rule: why it does not count for now, signed by two persons, until a day (domain 3). It is always printed.

use crate::domain::approval;
use crate::domain::authority::AuthoritySubject;
use crate::domain::deadline::{Deadline, Limit, Task};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::{Approvable, Place};
use crate::domain::person::Role;
use crate::domain::record::{KindDef, record};
use crate::domain::retirement_plan::RETIREMENT_RULES;
use crate::domain::text::{Line, Text};
use crate::domain::time::Day;
use crate::domain::workflow::{Case, Condition, Move, states};

states! {
    /// States of a waiver.
    pub enum WaiverState {
        /// It is being written.
        Draft = "draft", "Draft", Due, 1, false;
        /// It waits for its signatures.
        InReview = "in_review", "In review", Due, 2, false;
        /// It is in force until its day.
        InForce = "in_force", "In force", Good, 3, false;
        /// It was ended before its day.
        Ended = "ended", "Ended", Neutral, 4, true;
        /// Given up; stays visible.
        Void = "void", "Void", Neutral, 0, true;
    }
}

use WaiverState as S;

const DRAFT: &[&str] = &[S::Draft.code()];
const REVIEWED: &str = S::InReview.code();

/// Longest time for which a rule is waived, in days: a year.
pub const LONGEST_DAYS: i64 = 366;

record! {
    /// A waiver.
    pub struct Waiver : Waiver {
        section "Waiver", "ISO 13485 4.2.5", true, DRAFT => {
            /// What is waived, in one line.
            title: Line = "Title" => required(S::Draft.code());
            /// The readiness rule, such as CR-15.
            rule: Line = "Rule" => required(S::Draft.code()), hint("CR-15");
            /// The record for which it is waived; empty: for all.
            subject: Option<RecordId> = "Record";
            /// Why the rule does not count for now.
            justification: Text = "Why it does not count" => required(REVIEWED);
            /// What is done until then.
            until_then: Text = "What is done until then" => required(REVIEWED);
            /// The last day of the waiver.
            expires_on: Option<Day> = "Until" => required(REVIEWED);
        }
    }
}

const WRITERS: &[Role] =
    &[Role::Quality, Role::Regulatory, Role::DevLead, Role::SecurityLead, Role::RiskManager];

/// How it is approved: Quality and management (domain 2.15).
static APPROVABLE: Approvable = Approvable {
    subjects: |_| vec![AuthoritySubject::WaiverOrDeviation],
    always: &[Role::Quality, Role::Management],
    ready: |case| case.with::<Waiver>(complete),
    ..approval::USUAL
};

fn complete(case: &Case, waiver: &Waiver) -> Vec<Condition> {
    let known = names_a_rule(&waiver.rule);
    let today = case.now.day();
    let days = waiver.expires_on.map(|day| day.days_since(today));
    let bounded = days.is_some_and(|days| (0..=LONGEST_DAYS).contains(&days));
    vec![
        Condition::new("ISO 13485 4.2.5", "The rule is one of the readiness rules, such as CR-15", known)
            .at("rule"),
        Condition::new("ISO 13485 4.2.5", "Its last day lies ahead, at most a year", bounded)
            .at("expires_on"),
    ]
}

/// Whether a text has the form of a rule: letters, a dash and two digits.
fn names_a_rule(text: &str) -> bool {
    text.split_once('-').is_some_and(|(letters, digits)| {
        (2..=4).contains(&letters.len())
            && letters.chars().all(|letter| letter.is_ascii_uppercase())
            && digits.len() == 2
            && digits.chars().all(|digit| digit.is_ascii_digit())
    })
}

/// Whether a waiver covers a rule for a record on a day.
pub fn covers(
    data: &crate::domain::record::RecordData,
    rule: &str,
    record: Option<RecordId>,
    today: Day,
) -> bool {
    let Some(waiver) = data.typed::<Waiver>() else { return false };
    let in_force = S::of(data) == Some(S::InForce) && waiver.expires_on.is_some_and(|day| day >= today);
    let about = waiver.subject.is_none() || waiver.subject == record;
    in_force && about && waiver.rule.eq_ignore_ascii_case(rule)
}

fn expires(case: &Case) -> Vec<Task> {
    let by = Day::parse(case.data.text("expires_on")).ok();
    by.map(|by| Task { what: String::new(), by }).into_iter().collect()
}

/// The declaration of waivers.
pub const DEF: KindDef = KindDef {
    purpose: "A readiness rule that does not count for now: why, what is done until then, and until when. Two persons sign it, and it is always printed.",
    clause: "ISO 13485 4.2.5",
    since: RETIREMENT_RULES,
    sections: Waiver::SECTIONS,
    states: WaiverState::ALL,
    moves: &[
        Move::new("submit", "Submit for signature", DRAFT, S::InReview.code(), WRITERS)
            .guard(|case| case.with::<Waiver>(complete))
            .effects(approval::request),
        Move::new("return", "Return to draft", &[S::InReview.code()], S::Draft.code(), WRITERS)
            .reason()
            .effects(approval::withdraw),
        Move::new(approval::APPROVE, "Approve", &[S::InReview.code()], S::InForce.code(), &[]),
        Move::new(approval::REFUSED, "Approval refused", &[S::InReview.code()], S::Draft.code(), &[]),
        Move::new("end", "End the waiver", &[S::InForce.code()], S::Ended.code(), &[Role::Quality]).reason(),
        Move::new(
            "void",
            "Give up",
            &[S::Draft.code(), S::InReview.code()],
            S::Void.code(),
            &[Role::Quality],
        )
        .reason()
        .grave()
        .effects(approval::withdraw),
    ],
    deadlines: &[Deadline::new(
        "The waiver ends: fulfil the rule",
        Role::Quality,
        &[S::InForce.code()],
        Limit::Tasks(expires),
        "ISO 13485 4.2.5",
    )],
    create_by: WRITERS,
    edit_by: WRITERS,
    approvable: Some(&APPROVABLE),
    columns: &["rule", "subject", "expires_on"],
    place: Place::Under(Kind::ProcessDeviation),
    referable: true,
    assignable: true,
    fixes_files: &[S::InReview.code(), S::InForce.code()],
    scope_by_edits: true,
    scope_fixed: "A waiver is fixed once it is submitted: return it to draft, or write another one",
    gist: "rule",
    evidence: &["8.2.1"],
    chapter: Some(17),
    ..KindDef::new(Kind::Waiver, "Waiver", "Waivers")
};
