//! Cases of the rules about changes, analyses and bypasses (domain 3.4).

use serde_json::{Value, json};

use super::{Case, case};
use crate::domain::approval::ApprovalState;
use crate::domain::attachment::AttachmentState;
use crate::domain::change_request::ChangeState as State;
use crate::domain::impact_analysis::ImpactState;
use crate::domain::process_deviation::ProcessDeviationState;
use crate::domain::release::ReleaseState;
use crate::domain::review_item::ReviewItemState;
use crate::domain::role::Role;
use crate::domain::signature::Meaning;
use crate::domain::soup_review::SoupReviewState;
use crate::domain::test_record::TestRecordState;
use crate::domain::test_world::TestWorld;

pub(super) fn cases() -> Vec<Case> {
    let mut all = of_order();
    all.extend(of_approval());
    all.extend(of_answers());
    all.extend(of_regulation());
    all.extend(of_work());
    all.extend(of_follow_up());
    all.extend(of_analyses());
    all
}

/// A closed deviation tells of the change.
fn told(world: TestWorld) -> TestWorld {
    world.set("DV-0001", json!({"change_requests": ["CR-0001"]}))
}

/// A release differs without a change, and a closed deviation tells of it.
fn told_of_release(world: TestWorld) -> TestWorld {
    world.set("CR-0001", json!({"affected_cis": ["boot"]})).set("DV-0001", json!({"releases": ["RL-0002"]}))
}

/// After a return to analysis everything is newer than the work.
fn analysed_again(world: TestWorld) -> TestWorld {
    world
        .state("AP-0001", ApprovalState::Invalidated.code())
        .state("IA-0001", ImpactState::Superseded.code())
        .put("IA-0002", ImpactState::Locked.code(), "2026-04-10", json!({
            "title": "Again", "change_request": "CR-0001", "supersedes": "IA-0001", "performed_by": ["PN-0002"],
            "performed_at": "2026-04-11T09:00:00Z",
        }))
        .set("CR-0001", json!({"impact_analysis": "IA-0002"}))
        .approve("AP-0009", "CR-0001", &[Role::Quality], "2026-04-12")
}

fn early(world: TestWorld) -> TestWorld {
    world.set("CR-0001", json!({"work_started_at": "2026-03-07T08:00:00Z"}))
}

fn of_order() -> Vec<Case> {
    vec![
        case(
            "CR-01",
            |w| w.state("IA-0001", ImpactState::Complete.code()),
            "CR-0001",
            |w| {
                w.state("IA-0001", ImpactState::Complete.code()).state("CR-0001", State::UnderAnalysis.code())
            },
        )
        .nor(|w| w.empty("CR-0001", &["impact_analysis"]).state("CR-0001", State::Cancelled.code())),
        case(
            "CR-02",
            |w| w.empty("CR-0001", &["impact_analysis"]),
            "CR-0001",
            |w| {
                w.empty("CR-0001", &["impact_analysis", "affected_soup"])
                    .set("CR-0001", json!({"change_type": "corrective"}))
            },
        )
        .nor(|w| {
            w.empty("CR-0001", &["impact_analysis", "work_started_at"])
                .state("CR-0001", State::UnderAnalysis.code())
        })
        .nor(|w| told(w).empty("CR-0001", &["impact_analysis"]))
        .nor(|w| w.empty("CR-0001", &["impact_analysis"]).state("CR-0001", State::Void.code()))
        .nor(analysed_again),
        case("CR-02", |w| w.state("IA-0001", ImpactState::Void.code()), "CR-0001", |w| w),
        case(
            "CR-02",
            |w| w.since("IA-0001", "2026-03-22").set("CR-0001", json!({"change_type": "corrective"})),
            "CR-0001",
            |w| w.since("IA-0001", "2026-03-21T08:00:00Z"),
        ),
        case(
            "CR-03",
            |w| w.set("CR-0001", json!({"work_started_at": "2026-03-20T11:00:00Z"})),
            "CR-0001",
            |w| w.set("CR-0001", json!({"work_started_at": "2026-03-20T12:00:00Z"})),
        )
        .nor(|w| told(early(w)))
        .nor(analysed_again)
        .nor(|w| early(w).state("CR-0001", State::Void.code())),
        case("CR-03", |w| w.state("AP-0001", ApprovalState::Refused.code()), "CR-0001", |w| w),
        case(
            "CR-03",
            |w| told(early(w)).state("DV-0001", ProcessDeviationState::Analysed.code()),
            "CR-0001",
            |w| w,
        ),
        // A deviation that was closed before the work started cannot have told of it.
        case(
            "CR-03",
            |w| told(early(w)).since("DV-0001", "2026-03-06"),
            "CR-0001",
            |w| told(early(w)).since("DV-0001", "2026-03-08"),
        ),
        case("CR-04", |w| told_of_release(w).since("DV-0001", "2026-01-05"), "RL-0002", told_of_release),
        case(
            "CR-04",
            |w| w.set("CR-0001", json!({"affected_cis": ["boot"]})),
            "RL-0002",
            |w| {
                w.set("CR-0001", json!({"affected_cis": ["boot"]}))
                    .state("RL-0002", ReleaseState::Building.code())
            },
        )
        .nor(told_of_release)
        .nor(|w| w.set("CR-0001", json!({"affected_cis": ["boot"]})).empty("RL-0002", &["predecessor"])),
    ]
}

fn of_approval() -> Vec<Case> {
    vec![
        case(
            "CR-05",
            |w| w.set("AP-0001", json!({"required_roles": ["quality", "dev_lead", "risk_manager"]})),
            "AP-0001",
            |w| {
                w.set("AP-0001", json!({"required_roles": ["risk_manager"]}))
                    .state("AP-0001", ApprovalState::Requested.code())
            },
        )
        .nor(|w| w.set("CR-0001", json!({"reason": "Another reason."}))),
        case(
            "CR-06",
            |w| w.set("CR-0001", json!({"reason": "Another reason."})),
            "CR-0001",
            |w| {
                w.set("CR-0001", json!({"reason": "Another reason."}))
                    .state("CR-0001", State::UnderAnalysis.code())
            },
        )
        .nor(|w| w.set("CR-0001", json!({"deviation": "A comment more."})))
        .nor(|w| {
            w.set("CR-0001", json!({"reason": "Another reason."})).state("CR-0001", State::Cancelled.code())
        }),
        case(
            "CR-15",
            |w| w.state("CR-0001", State::AwaitingApproval.code()).since("CR-0001", "2026-10-30"),
            "CR-0001",
            |w| w.state("CR-0001", State::AwaitingApproval.code()).since("CR-0001", "2026-10-31"),
        )
        .nor(|w| w.state("CR-0001", State::OnHold.code()).since("CR-0001", "2026-01-30")),
    ]
}

/// The analysis without an answer.
fn without(world: TestWorld, code: &str) -> TestWorld {
    world.change("IA-0001", |data| {
        let rows = data.fields.get_mut("answers").and_then(Value::as_array_mut).unwrap();
        rows.retain(|row| row["question"] != code);
    })
}

fn answered(world: TestWorld, code: &str, answer: &str) -> TestWorld {
    world.change("IA-0001", |data| {
        let rows = data.fields.get_mut("answers").and_then(Value::as_array_mut).unwrap();
        for row in rows.iter_mut().filter(|row| row["question"] == code) {
            row["answer"] = answer.into();
        }
    })
}

fn of_answers() -> Vec<Case> {
    vec![
        case(
            "CR-07",
            |w| without(w, "Q03"),
            "IA-0001",
            |w| without(w, "Q03").state("CR-0001", State::UnderAnalysis.code()),
        )
        .nor(|w| without(w, "Q03").state("CR-0001", State::Rejected.code())),
        case(
            "CR-08",
            |w| without(w, "Q06"),
            "IA-0001",
            |w| answered(w, "Q06", "yes").empty("IA-0001", &["controls_examined"]),
        ),
        case("CR-08", |w| w.empty("IA-0001", &["controls_examined"]), "IA-0001", |w| w),
        case(
            "CR-09",
            |w| w.empty("IA-0001", &["rmf_after"]),
            "IA-0001",
            |w| w.empty("IA-0001", &["rmf_after", "required_risk_activities"]),
        )
        .nor(|w| w.empty("IA-0001", &["rmf_after"]).state("CR-0001", State::Verifying.code())),
        case("CR-09", |w| w.set("IA-0001", json!({"rmf_after": "3"})), "IA-0001", |w| w),
        case(
            "CR-10",
            |w| answered(w, "Q08", "yes"),
            "PD-0001",
            |w| {
                answered(w, "Q08", "yes").signed(
                    "PD-0001",
                    ("PN-0001", Meaning::Approved),
                    &[Role::Quality],
                    "2026-04-02",
                )
            },
        )
        .nor(|w| answered(w, "Q08", "yes").state("CR-0001", State::Verifying.code())),
    ]
}

fn of_regulation() -> Vec<Case> {
    vec![
        case(
            "CR-10",
            |w| {
                answered(w, "Q08", "yes").signed(
                    "PD-0001",
                    ("PN-0001", Meaning::Approved),
                    &[Role::Quality],
                    "2026-02-02",
                )
            },
            "PD-0001",
            |w| w,
        ),
        case(
            "CR-17",
            |w| without(w, "Q20"),
            "IA-0001",
            |w| without(w, "Q20").state("CR-0001", State::Submitted.code()),
        ),
        case(
            "CR-18",
            |w| without(w, "Q22"),
            "IA-0001",
            |w| without(w, "Q22").state("CR-0001", State::Submitted.code()),
        ),
        case(
            "CR-18",
            |w| w.state("AT-0001", AttachmentState::Withdrawn.code()),
            "CR-0001",
            |w| {
                w.state("AT-0001", AttachmentState::Withdrawn.code()).set(
                    "CR-0001",
                    json!({"regulatory_decisions": [{"market": "us", "decision": "submission"}]}),
                )
            },
        )
        .nor(|w| w.set("AT-0001", json!({"subject": "IA-0001"}))),
        case("CR-19", |w| without(w, "Q24"), "IA-0001", |w| answered(w, "Q24", "not_applicable")),
    ]
}

fn of_work() -> Vec<Case> {
    vec![
        case(
            "CR-11",
            |w| w.set("CR-0001", json!({"activities": [{"activity": "5.2"}]})),
            "CR-0001",
            |w| {
                w.set("CR-0001", json!({"activities": [{"activity": "5.2"}]}))
                    .state("CR-0001", State::Implementing.code())
            },
        ),
        case("CR-11", |w| w.empty("CR-0001", &["activities"]), "CR-0001", |w| w),
        case(
            "CR-12",
            |w| w.empty("CR-0001", &["regression_rationale"]),
            "CR-0001",
            |w| w.empty("CR-0001", &["regression_rationale"]).state("CR-0001", State::Verifying.code()),
        ),
        case(
            "CR-13",
            |w| w.empty("TR-0001", &["tools", "date"]),
            "TR-0001",
            |w| w.empty("TR-0001", &["tools"]).state("TR-0001", TestRecordState::Struck.code()),
        )
        .nor(|w| w.empty("TR-0001", &["tools"]).state("CR-0001", State::Verifying.code())),
        case(
            "CR-20",
            |w| w.set("CR-0001", json!({"changed_cis": ["app", "boot"]})),
            "CR-0001",
            |w| w.set("CR-0001", json!({"changed_cis": ["app", "boot"], "deviation": "A comment in boot."})),
        )
        .nor(|w| {
            w.set("CR-0001", json!({"changed_cis": ["app", "boot"]}))
                .state("CR-0001", State::Implementing.code())
        }),
    ]
}

fn emergency(world: TestWorld, by: &str) -> TestWorld {
    world.set(
        "CR-0001",
        json!({"urgency": "emergency", "activities_done": [{"activity": "5.2", "complete_by": by}]}),
    )
}

fn of_follow_up() -> Vec<Case> {
    vec![
        case("CR-14", |w| w.set("CM-0001", json!({"markets": ["us"]})), "CR-0001", |w| {
            w.set("CM-0001", json!({"markets": ["us"]})).state("CR-0001", State::Verified.code())
        })
        .nor(|w| {
            w.set("CM-0001", json!({"markets": ["us"]}))
                .set("CR-0001", json!({"affects_released_software": false, "communication_required": false}))
        }),
        case("CR-16", |w| emergency(w, "2026-11-29"), "CR-0001", |w| emergency(w, "2026-11-30"))
            .nor(|w| emergency(w, "2026-11-29").set("CR-0001", json!({"urgency": "routine"})))
            .nor(|w| {
                emergency(w, "2026-11-29").set("CR-0001", json!({"activities_done": [{
                    "activity": "5.2", "complete_by": "2026-11-29", "done_at": "2026-11-20", "evidence": "SRS 4.",
                }]}))
            }),
        case("DEV-01", |w| w.empty("DV-0001", &["capa_ref"]), "DV-0001", |w| {
            w.empty("DV-0001", &["capa_ref"]).state("DV-0001", ProcessDeviationState::Raised.code()).entered("DV-0001", "2026-11-01")
        }),
        case("DEV-01", |w| w.state("DV-0001", ProcessDeviationState::Analysed.code()), "DV-0001", |w| w),
    ]
}

fn rationales(world: TestWorld, words: fn(usize) -> String) -> TestWorld {
    let rows: Vec<Value> = (1..=10)
        .map(|at| json!({"question": format!("Q{at:02}"), "answer": "no", "rationale": words(at)}))
        .collect();
    world.set("IA-0001", json!({"answers": rows}))
}

fn of_analyses() -> Vec<Case> {
    vec![
        case(
            "IA-01",
            |w| w.empty("IA-0001", &["performed_by"]),
            "IA-0001",
            |w| w.empty("IA-0001", &["performed_by"]).state("IA-0001", ImpactState::Draft.code()),
        )
        .nor(|w| w.empty("IA-0001", &["performed_at"]).state("IA-0001", ImpactState::Void.code())),
        case("IA-02", early, "IA-0001", |w| told(early(w))).nor(analysed_again),
        case(
            "IA-03",
            |w| w.set("IA-0001", json!({"performed_by": ["PN-0002", "PN-0003"]})),
            "IA-0001",
            |w| w.unsigned("IA-0001").state("IA-0001", ImpactState::Complete.code()),
        ),
        case(
            "IA-03",
            |w| {
                w.unsigned("IA-0001").signed(
                    "IA-0001",
                    ("PN-0003", Meaning::Authored),
                    &[Role::RiskManager],
                    "2026-03-12",
                )
            },
            "IA-0001",
            |w| w,
        ),
        case(
            "IA-04",
            |w| without(w, "Q12"),
            "IA-0001",
            |w| without(w, "Q12").set("CR-0001", json!({"change_type": "corrective"})),
        ),
        case(
            "IA-05",
            |w| {
                rationales(w, |at| {
                    if at > 8 { format!("Reason {at} of this very change") } else { "None.".to_owned() }
                })
            },
            "IA-0001",
            |w| {
                rationales(w, |at| {
                    if at > 7 { format!("Reason {at} of this very change") } else { "None.".to_owned() }
                })
            },
        ),
        case(
            "IA-06",
            |w| {
                w.set(
                    "CR-0001",
                    json!({"affected_soup": [{"item": "libexpat", "from": "2.5.0", "to": "2.6.3"}]}),
                )
            },
            "CR-0001",
            |w| {
                w.set("CR-0001", json!({"affected_soup": [{"item": "libexpat", "to": "2.6.3"}]}))
                    .state("CR-0001", State::Verifying.code())
            },
        )
        .nor(|w| w.set("CR-0001", json!({"affected_soup": [{"item": "libexpat", "from": "2.5.0"}]}))),
        case("IA-06", |w| w.empty("RI-0002", &["list_place"]), "CR-0001", |w| w),
        case("IA-06", |w| w.state("RI-0002", ReviewItemState::Open.code()), "CR-0001", |w| w),
        case("IA-06", |w| w.state("SR-0001", SoupReviewState::Abandoned.code()), "CR-0001", |w| w),
    ]
}
