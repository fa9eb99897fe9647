//! Legacy software: the alternative route for software that was legally on the market before its life cycle was documented
//! (IEC 62304 4.4; domain 1.3). The rationale names one version; every later change goes through clause 6.

use std::cmp::Ordering;

use crate::domain::choice::choice;
use crate::domain::deadline::{Deadline, Limit, Task};
use crate::domain::field::Table;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Place;
use crate::domain::person::Role;
use crate::domain::record::{KindDef, record, rows};
use crate::domain::release::{Release, versions};
use crate::domain::retirement_plan::RETIREMENT_RULES;
use crate::domain::signature::{Meaning, Part};
use crate::domain::text::{Line, Text};
use crate::domain::time::Day;
use crate::domain::workflow::{Case, Condition, Move, Signing, no_signing, states};

choice! {
    /// What is decided about a gap.
    pub enum GapDecision {
        /// The deliverable exists.
        Present = "present", "Exists";
        /// It is made.
        Create = "create", "Is made";
        /// It is not made: it would not lower a risk.
        Accept = "accept", "Not made, accepted";
    }
}

rows! {
    /// One deliverable that the standard asks for.
    pub struct GapRow {
        /// The clause.
        clause: Line = "Clause" => required(LegacyFileState::InReview.code());
        /// The deliverable.
        deliverable: Line = "Deliverable" => required(LegacyFileState::InReview.code());
        /// What is decided.
        decision: Option<GapDecision> = "Decision" => required(LegacyFileState::InReview.code());
        /// The benefit for risk, or where it is.
        rationale: Line = "Reason, or where it is" => required(LegacyFileState::InReview.code());
        /// By when it is made.
        due_on: Option<Day> = "Made by";
        /// When it was made.
        done_on: Option<Day> = "Made on" => past();
    }
}

states! {
    /// States of a legacy file.
    pub enum LegacyFileState {
        /// It is being written.
        Draft = "draft", "Draft", Due, 1, false;
        /// It waits for the second signature.
        InReview = "in_review", "In review", Due, 2, false;
        /// It is approved, and its plan is carried out.
        Approved = "approved", "Approved", Good, 3, false;
        /// Every gap is closed.
        Closed = "closed", "Gaps closed", Good, 4, true;
        /// Given up; stays visible.
        Void = "void", "Void", Neutral, 0, true;
    }
}

use LegacyFileState as S;

const DRAFT: &[&str] = &[S::Draft.code()];
const REVIEWED: &str = S::InReview.code();

record! {
    /// A legacy file.
    pub struct LegacyFile : LegacyFile {
        section "Software", "IEC 62304 4.4", true, DRAFT => {
            /// Title.
            title: Line = "Title" => required(S::Draft.code());
            /// The version for which it is used.
            version: Line = "Version" => required(S::Draft.code()), offers(crate::domain::field::Offer::Versions), clause("IEC 62304 4.4.5");
        }
        section "Data after production", "IEC 62304 4.4.2", true, DRAFT => {
            /// The feedback, incidents and near incidents that were looked at, and what they say.
            post_production_review: Text = "Review of the data after production" => required(REVIEWED), clause("IEC 62304 4.4.2");
            /// The first day of that data.
            data_from: Option<Day> = "Data from" => past(), required(REVIEWED);
            /// The last day of that data.
            data_to: Option<Day> = "Data until" => past(), required(REVIEWED);
        }
        section "Risk of continued use", "IEC 62304 4.4.2", true, DRAFT => {
            /// Integration, controls that still hold, new causes and controls.
            risk_management: Text = "Risk management for continued use" => required(REVIEWED), clause("IEC 62304 4.4.2");
            /// Where the risk management file says so.
            risk_file_ref: Line = "Risk management file" => required(REVIEWED), clause("IEC 62304 7.1.4");
        }
        section "Gap analysis", "IEC 62304 4.4.3", true, DRAFT => {
            /// The deliverables of 5.2, 5.3, 5.7 and 7, and what is decided of each.
            gaps: Table<GapRow> = "Deliverables" => required(REVIEWED), clause("IEC 62304 4.4.3");
        }
        section "Rationale", "IEC 62304 4.4.5", true, DRAFT => {
            /// Why this version may be used further.
            rationale: Text = "Rationale for continued use" => required(REVIEWED), clause("IEC 62304 4.4.5");
        }
        section "Closure of gaps", "IEC 62304 4.4.4", false, &[S::Approved.code()] => {
            /// The evidence that every gap is closed as planned.
            closure_evidence: Text = "Evidence of closure" => required(S::Closed.code()), clause("IEC 62304 4.4.4");
        }
    }
}

/// The clauses whose deliverables the gap analysis looks at, besides the system tests that are the least.
const CLAUSES: [&str; 4] = ["5.2", "5.3", "5.7", "7"];

fn covers(clause: &str, asked: &str) -> bool {
    let clause = clause.trim().trim_start_matches("IEC 62304").trim();
    clause == asked || clause.starts_with(&format!("{asked}."))
}

fn complete(_: &Case, file: &LegacyFile) -> Vec<Condition> {
    let mut conditions: Vec<Condition> = CLAUSES
        .iter()
        .map(|asked| {
            let met = file.gaps.iter().any(|row| covers(&row.clause, asked));
            Condition::new("IEC 62304 4.4.3", format!("The gap analysis looks at {asked}"), met).at("gaps")
        })
        .collect();
    let tests = file.gaps.iter().any(|row| {
        covers(&row.clause, "5.7") && matches!(row.decision, Some(GapDecision::Present | GapDecision::Create))
    });
    let text = "Records of system tests (5.7) exist or are made: they are the least";
    conditions.push(Condition::new("IEC 62304 4.4.3", text, tests).at("gaps"));
    let undated =
        file.gaps.iter().any(|row| row.decision == Some(GapDecision::Create) && row.due_on.is_none());
    let text = "What is made has a day by which it is made";
    conditions.push(Condition::new("IEC 62304 4.4.4", text, !undated).at("gaps"));
    let ordered = file.data_from.zip(file.data_to).is_none_or(|(from, to)| from <= to);
    let text = "The data after production has its first day before its last";
    conditions.push(Condition::new("IEC 62304 4.4.2", text, ordered).at("data_to"));
    conditions
}

/// The risk manager signs before Quality does.
fn signing(case: &Case) -> Signing {
    let mut signing = no_signing(case);
    if S::of(case.data) == Some(S::InReview) {
        signing.by = vec![Role::RiskManager];
        signing.meanings = vec![Meaning::Approved];
        signing.covers = vec![(case.id(), Part::Scope)];
    }
    signing
}

fn signed_by_risk(case: &Case, file: &LegacyFile) -> Vec<Condition> {
    let mut conditions = complete(case, file);
    let roles = vec![Role::RiskManager];
    conditions.extend(crate::domain::approval::signed_by_each(case, roles, "rationale", "IEC 62304 4.4.5"));
    conditions
}

fn gaps_closed(_: &Case, file: &LegacyFile) -> Vec<Condition> {
    let open =
        file.gaps.iter().find(|row| row.decision == Some(GapDecision::Create) && row.done_on.is_none());
    let text = match open {
        Some(row) => format!("Everything that is made has its day; “{}” has none", row.deliverable),
        None => "Everything that is made has its day".to_owned(),
    };
    vec![
        Condition::new("IEC 62304 4.4.4", text, open.is_none() || !file.closure_evidence.trim().is_empty())
            .at("closure_evidence"),
    ]
}

fn due(case: &Case) -> Vec<Task> {
    let Some(file) = case.data.typed::<LegacyFile>() else { return Vec::new() };
    let open =
        file.gaps.iter().filter(|row| row.decision == Some(GapDecision::Create) && row.done_on.is_none());
    open.filter_map(|row| Some(Task { what: format!("Make: {}", row.deliverable), by: row.due_on? }))
        .collect()
}

/// What a reader must know: whether a later version than the one it names was released.
fn notices(case: &Case) -> Vec<String> {
    let Some(file) = case.data.typed::<LegacyFile>() else { return Vec::new() };
    let releases = case.world.all(Kind::Release);
    let later: Vec<RecordId> = releases
        .iter()
        .filter(|data| {
            crate::domain::release::ReleaseState::of(data)
                .is_some_and(crate::domain::release::ReleaseState::was_released)
        })
        .filter(|data| {
            data.typed::<Release>().is_some_and(|release| {
                let earlier = versions::order(&release.version, &file.version) == Some(Ordering::Less);
                !earlier && !versions::same(&release.version, &file.version)
            })
        })
        .map(|data| data.head.id)
        .collect();
    match later.last() {
        Some(id) => vec![format!(
            "It counts for version {} alone. {id} is another version: changes after the legacy version go through clause 6.",
            file.version
        )],
        None => Vec::new(),
    }
}

const WRITERS: &[Role] = &[Role::Quality, Role::DevLead, Role::RiskManager, Role::Regulatory];

/// The declaration of legacy files.
pub const DEF: KindDef = KindDef {
    purpose: "Legacy software: the review of its data after production, the risk of continued use, the gaps, the plan to close them, and why this one version may be used further.",
    clause: "IEC 62304 4.4",
    since: RETIREMENT_RULES,
    sections: LegacyFile::SECTIONS,
    states: LegacyFileState::ALL,
    moves: &[
        Move::new("submit", "Submit for review", DRAFT, REVIEWED, WRITERS)
            .clause("IEC 62304 4.4")
            .guard(|case| case.with::<LegacyFile>(complete)),
        Move::new(
            "return",
            "Return to draft",
            &[S::InReview.code(), S::Approved.code()],
            S::Draft.code(),
            WRITERS,
        )
        .reason(),
        Move::new("approve", "Approve", &[S::InReview.code()], S::Approved.code(), &[Role::Quality])
            .sign(Meaning::Approved)
            .clause("IEC 62304 4.4.5")
            .covers(|case| vec![(case.id(), Part::Scope)])
            .guard(|case| case.with::<LegacyFile>(signed_by_risk)),
        Move::new("close", "The gaps are closed", &[S::Approved.code()], S::Closed.code(), &[Role::Quality])
            .sign(Meaning::Verified)
            .clause("IEC 62304 4.4.4")
            .asks(&["closure_evidence"])
            .guard(|case| case.with::<LegacyFile>(gaps_closed)),
        Move::new(
            "void",
            "Give up",
            &[S::Draft.code(), S::InReview.code()],
            S::Void.code(),
            &[Role::Quality],
        )
        .reason()
        .grave(),
    ],
    deadlines: &[Deadline::new(
        "Close the gap",
        Role::DevLead,
        &[S::Approved.code()],
        Limit::Tasks(due),
        "IEC 62304 4.4.4",
    )],
    create_by: WRITERS,
    edit_by: WRITERS,
    sign_conditions: Some(signing),
    notices,
    columns: &["version", "data_to"],
    place: Place::Under(Kind::SoftwareItem),
    referable: true,
    assignable: true,
    fixes_files: &[S::InReview.code(), S::Approved.code()],
    scope_fixed: "It is fixed once it is submitted: return it to draft",
    gist: "version",
    evidence: &["4.4"],
    chapter: Some(3),
    ..KindDef::new(Kind::LegacyFile, "Legacy file", "Legacy files")
};

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::release::ReleaseState;
    use crate::domain::test_world::{TestWorld, id, moment};
    use crate::domain::workflow::World as _;

    fn gap(clause: &str, decision: &str) -> Value {
        json!({"clause": clause, "deliverable": format!("Of {clause}"), "decision": decision, "rationale": "As the risk asks"})
    }

    fn whole() -> Vec<Value> {
        vec![
            gap("IEC 62304 5.2.1", "present"),
            gap("5.3", "accept"),
            gap("5.7.1", "present"),
            gap("7.1", "accept"),
        ]
    }

    fn with_case<T>(world: TestWorld, look: impl Fn(&Case) -> T) -> T {
        let data = world.record(id("LF-0001")).unwrap();
        let case = Case {
            data: &data,
            world: &world,
            now: moment("2026-11-30"),
            actor: None,
            rules: RETIREMENT_RULES,
        };
        look(&case)
    }

    fn world(gaps: &[Value]) -> TestWorld {
        let fields = json!({"title": "Legacy", "version": "2.3.0", "gaps": gaps});
        TestWorld::default().put("LF-0001", S::Draft.code(), "2026-11-01", fields)
    }

    fn unmet(world: TestWorld) -> Vec<String> {
        let open = with_case(world, |case| case.with::<LegacyFile>(complete));
        open.into_iter().filter(|condition| !condition.met).map(|condition| condition.text).collect()
    }

    #[test]
    fn the_gap_analysis_looks_at_every_clause_and_system_tests_are_the_least() {
        assert!(unmet(world(&whole())).is_empty());
        let without_risk = unmet(world(&whole()[..3]));
        assert_eq!(without_risk, ["The gap analysis looks at 7"]);
        let mut accepted = whole();
        accepted[2] = gap("5.7", "accept");
        assert!(unmet(world(&accepted))[0].contains("system tests"));
        let mut other = whole();
        other[0] = gap("5.20", "present");
        assert_eq!(unmet(world(&other)), ["The gap analysis looks at 5.2"]);
    }

    #[test]
    fn what_is_made_has_a_day_and_the_data_begins_before_it_ends() {
        let mut undated = whole();
        undated[1] = gap("5.3", "create");
        assert_eq!(unmet(world(&undated)), ["What is made has a day by which it is made"]);
        let turned =
            world(&whole()).set("LF-0001", json!({"data_from": "2026-02-01", "data_to": "2026-01-31"}));
        assert_eq!(unmet(turned), ["The data after production has its first day before its last"]);
    }

    #[test]
    fn gaps_are_closed_once_each_has_its_day_or_the_evidence_says_why_not() {
        let open = json!({"clause": "5.3", "deliverable": "Architecture", "decision": "create", "due_on": "2026-12-01"});
        let closed = |world: TestWorld| with_case(world, |case| case.with::<LegacyFile>(gaps_closed)[0].met);
        assert!(closed(world(&whole())));
        assert!(!closed(world(std::slice::from_ref(&open))));
        assert!(closed(world(&[open]).set("LF-0001", json!({"closure_evidence": "The item was removed."}))));
    }

    #[test]
    fn a_later_version_is_pointed_out_and_an_earlier_one_is_not() {
        let released = |version: &str, state: ReleaseState| {
            let world =
                world(&whole()).put("RL-0001", state.code(), "2026-11-02", json!({"version": version}));
            with_case(world, notices)
        };
        assert!(released("v2.3", ReleaseState::Released).is_empty());
        assert!(released("2.2.9", ReleaseState::Superseded).is_empty());
        assert!(released("2.4.0", ReleaseState::Building).is_empty());
        assert!(released("2.4.0", ReleaseState::Released)[0].contains("RL-0001 is another version"));
    }
}
