//! Rules about communications, clocks, trends and retirement (domain 3.7).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Applies, Hit, Look, Rule, Severity as S};
use crate::domain::communication::{Communication, CommunicationKind as Sort, CommunicationState as State};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::key_material::KeyMaterialState;
use crate::domain::product::{Market, PRODUCT, TplcStage};
use crate::domain::regulatory_clock::{ClockState, RegulatoryClock};
use crate::domain::release::{Release, ReleaseState};
use crate::domain::retirement_plan::{
    ARTICLE_10A_MONTHS, Audience, EndKind, Foreseen, NOTICE_MONTHS, RetirementPlan,
    RetirementPlanState as Plan, Until, current_plan, retention,
};
use crate::domain::shared_record::SharedRecord;
use crate::domain::trend_review::{Adverse, TrendReview, TrendReviewState};

const COMMUNICATION: Kind = Kind::Communication;
const CLOCK: Kind = Kind::RegulatoryClock;
const TREND: Kind = Kind::TrendReview;
const PLAN: Kind = Kind::RetirementPlan;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "COM-01",
        "IEC 62304 6.2.5 a",
        S::Major,
        ("The consequence of unchanged use is not stated", "Issue a corrected communication."),
        |look| {
            issued_without(
                look,
                |content| content.problem_and_consequence.trim().is_empty(),
                "problem_and_consequence",
                "It does not state the problem and the consequence of unchanged use",
            )
        },
    )
    .place(COMMUNICATION),
    Rule::new(
        "COM-02",
        "IEC 62304 6.2.5 b",
        S::Major,
        ("Users are not told how to get the change", "Issue a corrected communication."),
        |look| {
            issued_without(
                look,
                |content| content.change_and_how_to_get_it.trim().is_empty(),
                "change_and_how_to_get_it",
                "It does not say how to get and install the change",
            )
        },
    )
    .place(COMMUNICATION),
    Rule::new(
        "COM-03",
        "21 CFR 806.20",
        S::Major,
        (
            "The justification for not reporting is incomplete",
            "Decide it again, with designated person and conclusions.",
        ),
        not_required,
    )
    .only(Applies::Us)
    .place(COMMUNICATION),
    Rule::new(
        "COM-04",
        "ISO 13485 8.3.3",
        S::Major,
        (
            "It is not shown that an advisory reached its recipients",
            "Collect the acknowledgements, or record three attempts.",
        ),
        |look| {
            look.late_hits(
                COMMUNICATION,
                "Follow up missing acknowledgements",
                "Recipients have not acknowledged it.",
            )
        },
    )
    .place(COMMUNICATION),
    Rule::new(
        "COM-05",
        "IEC 81001-5-1 4.1.7",
        S::Minor,
        (
            "A security advisory is incomplete",
            "Issue a corrected advisory: description, score, versions, resolution.",
        ),
        advisory,
    )
    .only(Applies::Cyber)
    .place(COMMUNICATION),
    Rule::new(
        "CLK-01",
        "ISO 13485 8.2.3",
        S::Critical,
        ("A clock has run out", "Meet the limit, and stop the clock with the evidence."),
        run_out,
    )
    .place(CLOCK),
    Rule::new(
        "CLK-02",
        "ISO 13485 8.2.3",
        S::Major,
        (
            "A clock was stopped without proof, or after its end",
            "Record the proof of the submission in a deviation.",
        ),
        no_proof,
    )
    .place(CLOCK),
    Rule::new(
        "TRD-01",
        "IEC 62304 9.7 b",
        S::Major,
        (
            "It was never answered whether an adverse trend was reversed",
            "Answer it in the next trend review.",
        ),
        not_reversed,
    )
    .place(TREND),
    Rule::new(
        "TRD-02",
        "MDR 88",
        S::Major,
        ("Trend reporting is not assessed", "Decide Article 88 for the adverse trend."),
        no_article_88,
    )
    .only(Applies::Eu)
    .place(TREND),
    Rule::new(
        "RET-01",
        "IEC 62304 5.8.7, MDR 10(8), 21 CFR 806.20(c)",
        S::Major,
        (
            "Records are kept for less time than required, or it cannot be computed",
            "Correct the day, or enter what is not known.",
        ),
        retention_short,
    )
    .place(Kind::Release),
    Rule::new(
        "RET-02",
        "IMDRF N70",
        S::Major,
        ("The end of support was not announced in time", "Issue the notice."),
        not_announced,
    )
    .place(COMMUNICATION),
    Rule::new(
        "RET-03",
        "MDR 10a",
        S::Critical,
        ("The assessment of Article 10a is missing", "Answer it in the retirement plan."),
        article_10a,
    )
    .only(Applies::Eu)
    .place(PLAN),
    Rule::new(
        "RET-04",
        "MDR 83, 87",
        S::Critical,
        ("Nobody has the duties that remain after the end of support", "Name who has them."),
        no_owner,
    )
    .place(PLAN),
    Rule::new(
        "RET-05",
        "IEC 81001-5-1 5.8.7",
        S::Major,
        ("There is no guide to secure decommissioning", "Write the guide, and issue it."),
        no_guide,
    )
    .only(Applies::Cyber)
    .place(PLAN),
    Rule::new(
        "RET-06",
        "IEC 81001-5-1 5.8.7",
        S::Major,
        ("It is not known what became of keys", "Record what became of each key."),
        keys_open,
    )
    .place(PLAN),
];

type Found = (SharedRecord, Arc<Communication>);

fn issued(look: &Look) -> Vec<Found> {
    let all = look.all::<Communication>().into_iter();
    all.filter(|(data, _)| matches!(State::of(data), Some(State::Issued | State::Closed))).collect()
}

fn issued_without(
    look: &Look,
    lacks: fn(&Communication) -> bool,
    field: &'static str,
    text: &str,
) -> Vec<Hit> {
    let found = issued(look)
        .into_iter()
        .filter(|(_, content)| content.communication_kind.is_some_and(Sort::tells_users) && lacks(content));
    found.map(|(data, _)| Hit::at(data.head.id, text).field(field)).collect()
}

fn not_required(look: &Look) -> Vec<Hit> {
    let all = look.all::<Communication>().into_iter();
    all.filter(|(data, content)| {
        let us = content.markets.is_empty() || content.markets.contains(&Market::Us);
        us && State::of(data) == Some(State::NotRequired)
    })
    .filter_map(|(data, content)| {
        let asked = [
            ("designated_person", "a designated person", content.designated_person.is_none()),
            ("not_required_conclusions", "conclusions", content.not_required_conclusions.trim().is_empty()),
        ];
        Hit::lacking(data.head.id, &asked, "It is not reported, without")
    })
    .collect()
}

fn advisory(look: &Look) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (data, content) in issued(look)
        .into_iter()
        .filter(|(_, content)| content.communication_kind == Some(Sort::SecurityAdvisory))
    {
        let asked = [
            ("problem_and_consequence", "the description", content.problem_and_consequence.trim().is_empty()),
            ("cvss", "the score", content.cvss.is_empty()),
            ("affected_versions", "the affected versions", content.affected_versions.is_empty()),
            (
                "change_and_how_to_get_it",
                "the resolution",
                content.change_and_how_to_get_it.trim().is_empty(),
            ),
        ];
        hits.extend(Hit::lacking(data.head.id, &asked, "The advisory lacks"));
    }
    hits
}

fn clocks(look: &Look) -> Vec<(SharedRecord, Arc<RegulatoryClock>)> {
    look.all::<RegulatoryClock>()
}

fn run_out(look: &Look) -> Vec<Hit> {
    let running =
        clocks(look).into_iter().filter(|(data, _)| ClockState::of(data) == Some(ClockState::Running));
    running
        .filter_map(|(data, clock)| {
            let due = clock.due_at.filter(|due| *due < look.now)?;
            let days = look.now.seconds_since(due) / 86_400;
            let text = format!("It ended at {}, {days} days ago: {}", due.words(), clock.title);
            Some(Hit::at(data.head.id, text).field("stopped_at"))
        })
        .collect()
}

fn no_proof(look: &Look) -> Vec<Hit> {
    let stopped =
        clocks(look).into_iter().filter(|(data, _)| ClockState::of(data) == Some(ClockState::Stopped));
    stopped
        .filter_map(|(data, clock)| {
            if clock.stop_evidence.trim().is_empty() {
                return Some(Hit::at(data.head.id, "It was stopped without evidence").field("stop_evidence"));
            }
            let late = clock.due_at.zip(clock.stopped_at).filter(|(due, stopped)| stopped > due)?;
            let text = format!("It was stopped at {}, after its end at {}", late.1.words(), late.0.words());
            Some(Hit::at(data.head.id, text).field("stopped_at"))
        })
        .collect()
}

/// An adverse trend that no later review of the same count calls reversed, although there was one.
fn not_reversed(look: &Look) -> Vec<Hit> {
    let all = look.all::<TrendReview>();
    let done: Vec<_> =
        all.iter().filter(|(data, _)| TrendReviewState::of(data) == Some(TrendReviewState::Done)).collect();
    let adverse = done.iter().filter(|(_, review)| review.adverse == Some(Adverse::Yes));
    adverse
        .filter(|(data, review)| {
            let later = done.iter().filter(|(other, content)| {
                other.head.id.number > data.head.id.number && content.counted == review.counted
            });
            let mut later = later.peekable();
            let exists = later.peek().is_some();
            let answered = later.any(|(_, content)| {
                content.reversed.iter().any(|row| row.review == Some(data.head.id) && row.reversed.is_some())
            });
            exists && !answered
        })
        .map(|(data, _)| {
            Hit::at(
                data.head.id,
                "Its trend is adverse, and later reviews do not say whether it was reversed",
            )
            .field("reversed")
        })
        .collect()
}

fn no_article_88(look: &Look) -> Vec<Hit> {
    let all = look.all::<TrendReview>().into_iter();
    all.filter(|(data, review)| {
        TrendReviewState::of(data) == Some(TrendReviewState::Done)
            && review.adverse == Some(Adverse::Yes)
            && review.article_88.is_none()
    })
    .map(|(data, _)| {
        Hit::at(data.head.id, "Its trend is adverse, and Article 88 is not decided").field("article_88")
    })
    .collect()
}

/// Whether the product is no longer sold, so that nothing of its retention is left to the future.
fn is_sold_no_more(look: &Look) -> bool {
    let stage = look.world.product().tplc_stage;
    let over = matches!(
        stage,
        Some(TplcStage::LimitedSupport | TplcStage::EndOfSupport | TplcStage::Decommissioned)
    );
    let ended = plan(look).and_then(|(_, content)| content.last_sale_date.or(content.eol_date));
    over || ended.is_some_and(|day| day <= look.today())
}

/// The rules that give a day count for every archive. What cannot be computed is a gap once the product is no longer sold.
fn retention_short(look: &Look) -> Vec<Hit> {
    let computed = retention(look.world, look.today());
    let days = computed.rows.iter().filter_map(|row| match row.until {
        Until::Day(day) => Some(day),
        Until::Nothing | Until::Unknown(_) => None,
    });
    let mut hits = Vec::new();
    if is_sold_no_more(look) {
        let unknown = computed.unknown().into_iter();
        hits.extend(unknown.map(|why| Hit::at(PRODUCT, why.trim_end_matches('.'))));
    }
    let Some(until) = days.max() else { return hits };
    for (data, release) in look.all::<Release>() {
        if !ReleaseState::of(&data).is_some_and(ReleaseState::was_released) {
            continue;
        }
        if let Some(kept) = release.retention_until.filter(|kept| *kept < until) {
            hits.push(
                Hit::at(data.head.id, format!("Its archive is kept until {kept}; required is {until}"))
                    .field("retention_until"),
            );
        }
    }
    hits
}

fn plan(look: &Look) -> Option<(SharedRecord, Arc<RetirementPlan>)> {
    let data = current_plan(look.world)?;
    let content = data.typed::<RetirementPlan>()?;
    Some((data, content))
}

fn not_announced(look: &Look) -> Vec<Hit> {
    let Some((data, content)) = plan(look) else { return Vec::new() };
    let Some(end) = content.eos_date else { return Vec::new() };
    let lead = content.lead_months(EndKind::Support).unwrap_or(NOTICE_MONTHS);
    let by = end.plus_months(-i64::from(lead));
    let told = issued(look).iter().any(|(_, notice)| notice.communication_kind == Some(Sort::EosNotice));
    let excused = !content.notices_na.trim().is_empty();
    if by < look.today() && !told && !excused {
        let text = format!("Support ends on {end}; it was to be announced by {by}");
        vec![Hit::at(data.head.id, text).field("notices")]
    } else {
        Vec::new()
    }
}

fn article_10a(look: &Look) -> Vec<Hit> {
    let Some((data, content)) = plan(look) else { return Vec::new() };
    let Some(stop) = content.last_sale_date.or(content.eol_date) else { return Vec::new() };
    if stop.plus_months(-ARTICLE_10A_MONTHS) > look.today() {
        return Vec::new();
    }
    let sent: BTreeSet<RecordId> = issued(look).iter().map(|(data, _)| data.head.id).collect();
    let told = content.notices.iter().any(|row| {
        row.audience == Some(Audience::Authorities) && row.communication.is_some_and(|id| sent.contains(&id))
    });
    let hit = match content.serious_harm {
        None | Some(Foreseen::NotApplicable) => {
            let text = format!(
                "The supply stops on {stop}, and it is not answered whether that may cause serious harm"
            );
            Hit::at(data.head.id, text).field("serious_harm")
        }
        Some(Foreseen::Yes) if !told => {
            let text = "Serious harm is foreseeable, and the authorities were not told six months before";
            Hit::at(data.head.id, text).field("notices")
        }
        Some(Foreseen::Yes | Foreseen::No) => return Vec::new(),
    };
    vec![hit]
}

fn no_owner(look: &Look) -> Vec<Hit> {
    if look.fielded().is_empty() {
        return Vec::new();
    }
    let stage = look.world.product().tplc_stage;
    let ended = matches!(stage, Some(TplcStage::EndOfSupport | TplcStage::Decommissioned));
    match plan(look) {
        None if ended => {
            vec![Hit::missing("Support has ended, releases are in service, and there is no retirement plan")]
        }
        Some((data, content)) => {
            let past = content.eos_date.is_some_and(|day| day <= look.today());
            let held = !content.duties.is_empty()
                && content.duties.iter().all(|row| {
                    let active = row.person.is_some_and(|id| {
                        look.world.record(id).is_some_and(|person| {
                            crate::domain::person::PersonState::of(&person)
                                == Some(crate::domain::person::PersonState::Active)
                        })
                    });
                    active || !row.organisation.is_empty()
                });
            if (ended || past) && !held {
                vec![
                    Hit::at(
                        data.head.id,
                        "Support has ended, releases are in service, and a duty that remains has no owner",
                    )
                    .field("duties"),
                ]
            } else {
                Vec::new()
            }
        }
        None => Vec::new(),
    }
}

fn no_guide(look: &Look) -> Vec<Hit> {
    let Some((data, content)) = plan(look) else { return Vec::new() };
    let due = Plan::of(&data).is_some_and(|state| {
        matches!(state, Plan::EndOfSupport | Plan::Decommissioning | Plan::Closed | Plan::RetentionExpired)
    }) || content.eos_date.is_some_and(|day| day <= look.today());
    let written = !content.guide_removal.trim().is_empty() || !content.guide_na.trim().is_empty();
    if due && !written {
        vec![
            Hit::at(data.head.id, "Support has ended, and there is no guide to decommissioning")
                .field("guide_removal"),
        ]
    } else {
        Vec::new()
    }
}

fn keys_open(look: &Look) -> Vec<Hit> {
    let Some((data, content)) = plan(look) else { return Vec::new() };
    if !matches!(Plan::of(&data), Some(Plan::Closed | Plan::RetentionExpired)) {
        return Vec::new();
    }
    let mut keys = look.world.parts(data.head.id, Kind::KeyMaterial);
    keys.retain(|key| KeyMaterialState::of(key) != Some(KeyMaterialState::Struck));
    if keys.is_empty() && content.keys_na.trim().is_empty() {
        let text = "The product is closed, and its keys are neither listed nor said to be none";
        return vec![Hit::at(data.head.id, text).field("keys_na")];
    }
    keys.retain(|key| KeyMaterialState::of(key) == Some(KeyMaterialState::InUse));
    keys.into_iter()
        .map(|key| {
            Hit::at(key.head.id, "The product is closed, and it is not recorded what became of this key")
                .field("action")
        })
        .collect()
}
