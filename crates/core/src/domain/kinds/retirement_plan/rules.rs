//! Steps of the retirement plan and their guards (domain 5.3).

use super::{
    Audience, CARRIED_OUT, EndKind, RetirementPlan, RetirementPlanState as S, WRITERS, progress, retention,
};
use crate::domain::approval;
use crate::domain::authority::AuthoritySubject;
use crate::domain::choice::Choice as _;
use crate::domain::communication::{Communication, CommunicationKind, CommunicationState};
use crate::domain::finding::{Finding, FindingState, RiskControl};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::key_material::KeyMaterialState;
use crate::domain::kind::Approvable;
use crate::domain::person::Role;
use crate::domain::product::{Product, TplcStage, into_stage};
use crate::domain::recipient;
use crate::domain::record::RecordData;
use crate::domain::release::{Release, ReleaseState};
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::{Meaning, Part};
use crate::domain::soup_item::register::fielded;
use crate::domain::text::{counted, is_sha256};
use crate::domain::workflow::{Case, Condition, Move, Signing, World, no_signing};

const N70: &str = "IMDRF N70";

pub(super) const MOVES: &[Move] = &[
    Move::new("submit", "Submit for signature", &[S::Draft.code()], S::InReview.code(), WRITERS)
        .clause(N70)
        .guard(|case| case.with::<RetirementPlan>(complete))
        .effects(approval::request),
    Move::new(
        "return",
        "Return to draft",
        &[S::InReview.code(), S::Approved.code()],
        S::Draft.code(),
        WRITERS,
    )
    .reason()
    .effects(approval::withdraw),
    Move::new(approval::APPROVE, "Approve", &[S::InReview.code()], S::Approved.code(), &[]),
    Move::new(approval::REFUSED, "Approval refused", &[S::InReview.code()], S::Draft.code(), &[]),
    Move::new("announce", "Announced", &[S::Approved.code()], S::Announced.code(), &[Role::Regulatory])
        .sign(Meaning::Verified)
        .clause("IMDRF N70, IEC 62304 6.2.5")
        .guard(|case| case.with::<RetirementPlan>(may_be_announced)),
    Move::new(
        "limit",
        "Begin limited support",
        &[S::Announced.code()],
        S::LimitedSupport.code(),
        &[Role::Quality],
    )
    .sign(Meaning::Approved)
    .clause("IMDRF N60")
    .guard(|case| case.with::<RetirementPlan>(may_be_limited))
    .effects(|case| into_stage(case.world, TplcStage::LimitedSupport)),
    Move::new(
        "finish",
        "The last version is released",
        &[S::LimitedSupport.code()],
        S::FinalUpdateReleased.code(),
        &[Role::ReleaseManager, Role::Quality],
    )
    .sign(Meaning::Verified)
    .clause("IEC 62304 6.3.2")
    .asks(&["final_release"])
    .guard(|case| case.with::<RetirementPlan>(final_update)),
    Move::new(
        "end_support",
        "End of support",
        &[S::LimitedSupport.code(), S::FinalUpdateReleased.code()],
        S::EndOfSupport.code(),
        &[Role::Quality],
    )
    .sign(Meaning::Approved)
    .clause("IMDRF N60")
    .covers(|case| vec![(case.id(), Part::Scope)])
    .guard(|case| case.with::<RetirementPlan>(may_end_support))
    .effects(|case| into_stage(case.world, TplcStage::EndOfSupport)),
    Move::new(
        "decommission",
        "Begin decommissioning",
        &[S::EndOfSupport.code()],
        S::Decommissioning.code(),
        &[Role::Quality],
    )
    .sign(Meaning::Approved)
    .clause("IEC 81001-5-1 5.8.7")
    .guard(|case| case.with::<RetirementPlan>(may_be_decommissioned)),
    Move::new("close", "Close", &[S::Decommissioning.code()], S::Closed.code(), &[Role::Quality])
        .sign(Meaning::Approved)
        .clause("IEC 62304 5.8.7")
        .covers(|case| vec![(case.id(), Part::Scope)])
        .guard(|case| case.with::<RetirementPlan>(may_be_closed))
        .effects(|case| into_stage(case.world, TplcStage::Decommissioned)),
    Move::new(
        "dispose",
        "Retention has expired",
        &[S::Closed.code()],
        S::RetentionExpired.code(),
        &[Role::Quality],
    )
    .sign(Meaning::Approved)
    .clause("ISO 13485 4.2.5")
    .grave()
    .asks(&["disposal"])
    .guard(|case| case.with::<RetirementPlan>(may_be_disposed)),
    Move::new(
        "void",
        "Give up",
        &[S::Draft.code(), S::InReview.code(), S::Approved.code(), S::Announced.code()],
        S::Void.code(),
        &[Role::Quality, Role::Management],
    )
    .reason()
    .grave()
    .effects(approval::withdraw),
];

/// How it is approved: Management, Quality and regulatory affairs sign it in any case (domain 5.3).
pub(super) static APPROVABLE: Approvable = Approvable {
    subjects: |_| vec![AuthoritySubject::RetirementPlan],
    always: &[Role::Management, Role::Quality, Role::Regulatory],
    ready: |case| case.with::<RetirementPlan>(complete),
    ..approval::USUAL
};

/// Before the end of support regulatory affairs sign too, before it is closed management.
const BESIDE: [(S, Role); 3] = [
    (S::LimitedSupport, Role::Regulatory),
    (S::FinalUpdateReleased, Role::Regulatory),
    (S::Decommissioning, Role::Management),
];

pub(super) fn signing(case: &Case) -> Signing {
    let mut signing = no_signing(case);
    let state = S::of(case.data);
    let by: Vec<Role> = BESIDE.iter().filter(|(at, _)| Some(*at) == state).map(|(_, role)| *role).collect();
    if !by.is_empty() {
        signing.by = by;
        signing.meanings = vec![Meaning::Approved];
        signing.covers = vec![(case.id(), Part::Scope)];
    }
    signing
}

/// The plan that is worked in: the newest one that is not given up.
pub fn current_plan(world: &dyn World) -> Option<SharedRecord> {
    world.all(Kind::RetirementPlan).into_iter().rev().find(|data| S::of(data) != Some(S::Void))
}

/// Days between two SOUP reviews in the present stage of the product, if an approved retirement plan sets them.
pub fn review_interval_of_stage(world: &dyn World) -> Option<u32> {
    let data = current_plan(world).filter(|data| CARRIED_OUT.contains(&data.head.state.as_str()))?;
    let stage = world.product().tplc_stage?;
    let plan = data.typed::<RetirementPlan>()?;
    plan.stages.iter().find(|row| row.stage == Some(stage))?.soup_review_days
}

/// One plan at a time.
pub(super) fn may_create(case: &Case) -> Vec<Condition> {
    let others = case.world.all(Kind::RetirementPlan);
    let other = others.iter().find(|data| {
        data.head.id != case.id() && !matches!(S::of(data), Some(S::Void | S::RetentionExpired))
    });
    let condition = Condition::new(N70, "No other retirement plan is worked in", other.is_none());
    vec![condition.on_any(other.map(|data| data.head.id))]
}

pub(super) fn violations(data: &RecordData, _: u32) -> Vec<(&'static str, String)> {
    let Some(plan) = data.typed::<RetirementPlan>() else { return Vec::new() };
    let mut wrong = Vec::new();
    if let Some(row) = plan.restore_tests.iter().find(|row| !row.sha256.is_empty() && !is_sha256(&row.sha256))
    {
        wrong.push(("restore_tests", format!("“{}” is no SHA-256: 64 hexadecimal digits", row.sha256)));
    }
    if plan.stages.iter().any(|row| row.soup_review_days == Some(0)) {
        wrong.push((
            "stages",
            "a SOUP review every 0 days is no interval; leave it empty for that of the maintenance plan"
                .to_owned(),
        ));
    }
    wrong
}

/// Every group is answered, or says why it does not apply.
fn complete(case: &Case, _: &RetirementPlan) -> Vec<Condition> {
    let groups = progress(case.world, case.data);
    let open: Vec<Condition> = groups.iter().flat_map(super::Progress::conditions).collect();
    if open.is_empty() {
        vec![Condition::new(N70, "Every group is answered, or says why it does not apply", true)]
    } else {
        open
    }
}

/// The communication of a notice, if it was sent.
fn sent(world: &dyn World, id: RecordId, end: EndKind) -> Option<SharedRecord> {
    let data = world.record(id)?;
    let state = CommunicationState::of(&data)?;
    let kind = data.typed::<Communication>()?.communication_kind?;
    let right = match end {
        EndKind::Sale => kind == CommunicationKind::EolNotice,
        EndKind::Support => kind == CommunicationKind::EosNotice,
    };
    let told = matches!(state, CommunicationState::Issued | CommunicationState::Closed);
    (right && told).then_some(data)
}

/// Every audience of an end was told, by a communication that was issued.
fn told(case: &Case, plan: &RetirementPlan, end: EndKind) -> Vec<Condition> {
    if !plan.notices_na.trim().is_empty() {
        return Vec::new();
    }
    let audiences: Vec<Audience> =
        plan.audiences.iter().filter(|row| row.end == Some(end)).filter_map(|row| row.audience).collect();
    audiences
        .into_iter()
        .map(|audience| {
            let rows =
                plan.notices.iter().filter(|row| row.audience == Some(audience) && row.end == Some(end));
            let met = rows.filter_map(|row| row.communication).any(|id| sent(case.world, id, end).is_some());
            let text = format!(
                "{} were told of the {} by a communication of that kind that is issued",
                audience.word(),
                match end {
                    EndKind::Sale => "end of life",
                    EndKind::Support => "end of support",
                }
            );
            Condition::new("IEC 62304 6.2.5", text, met).at("notices")
        })
        .collect()
}

fn may_be_announced(case: &Case, plan: &RetirementPlan) -> Vec<Condition> {
    let mut conditions = approval::is_granted(case, N70);
    conditions.extend(told(case, plan, EndKind::Sale));
    let public = plan.audiences.iter().any(|row| row.audience == Some(Audience::Public));
    let text = "The address of the public notice is entered, and a copy of it is attached";
    conditions.push(Condition::new(N70, text, !public || !plan.public_notice.is_empty()).at("public_notice"));
    let lead = plan.lead_months(EndKind::Sale);
    let late = plan
        .eol_date
        .zip(lead)
        .is_some_and(|(eol, months)| eol.plus_months(-i64::from(months)) < case.now.day());
    let text = "The end of life is announced as long before as planned, or it is said why not";
    let met = !late || !plan.short_notice.trim().is_empty();
    conditions.push(Condition::new(N70, text, met).at("short_notice"));
    conditions
}

fn has_stage(plan: &RetirementPlan, stage: TplcStage) -> bool {
    !plan.stages_na.trim().is_empty() || plan.stages.iter().any(|row| row.stage == Some(stage))
}

fn may_be_limited(case: &Case, plan: &RetirementPlan) -> Vec<Condition> {
    let come = plan.eol_date.is_some_and(|day| day <= case.now.day());
    let day = plan.eol_date.map_or_else(String::new, |day| format!(", {day},"));
    vec![
        Condition::new("IMDRF N60", format!("The end of life{day} has come"), come).at("eol_date"),
        Condition::new(
            "IMDRF N60",
            "It is stated what continues in limited support",
            has_stage(plan, TplcStage::LimitedSupport),
        )
        .at("stages"),
    ]
}

/// Whether a version may be the last one: it was released, and not withdrawn.
fn is_last(state: ReleaseState) -> bool {
    state.was_released() && state != ReleaseState::Withdrawn
}

fn final_update(case: &Case, plan: &RetirementPlan) -> Vec<Condition> {
    let data = plan.final_release.and_then(|id| case.world.record(id));
    let released = data.as_ref().is_some_and(|data| ReleaseState::of(data).is_some_and(is_last));
    let content = data.as_ref().and_then(|data| data.typed::<Release>()).unwrap_or_default();
    let mut conditions = vec![
        Condition::new(
            "IEC 62304 6.3.2",
            "The last version is named, was released and is not withdrawn",
            released,
        )
        .at("final_release"),
    ];
    let Some(id) = plan.final_release else { return conditions };
    let bill = !content.bill_sha256.is_empty() || !plan.soup_na.trim().is_empty();
    let text = format!("{id} has its final bill of materials");
    conditions.push(Condition::new("IEC 62304 8.1.2", text, bill).on(id));
    let about = case.world.naming(id, Kind::Communication, "releases");
    let published = about.iter().any(|data| {
        let kind = data.typed::<Communication>().and_then(|content| content.communication_kind);
        let done = CommunicationState::of(data).is_some_and(CommunicationState::is_done);
        done && kind == Some(CommunicationKind::VexPublication)
    });
    let text = format!("A VEX publication about {id} is issued, or the plan says that there is no SOUP");
    let met = published || !plan.soup_na.trim().is_empty();
    conditions.push(Condition::new("IEC 81001-5-1 4.1.7", text, met).on(id));
    conditions
}

/// The findings whose risk is uncontrolled.
fn uncontrolled(world: &dyn World) -> Vec<RecordId> {
    let findings = world.all(Kind::Finding);
    let open = findings.iter().filter(|data| {
        let state = FindingState::of(data);
        let over = state.is_some_and(|state| {
            matches!(
                state,
                FindingState::Void | FindingState::Closed | FindingState::Remediated | FindingState::Fixed
            )
        });
        let control = data.typed::<Finding>().and_then(|finding| finding.risk_control);
        !over && control == Some(RiskControl::Uncontrolled)
    });
    open.map(|data| data.head.id).collect()
}

fn may_end_support(case: &Case, plan: &RetirementPlan) -> Vec<Condition> {
    let come = plan.eos_date.is_some_and(|day| day <= case.now.day());
    let day = plan.eos_date.map_or_else(String::new, |day| format!(", {day},"));
    let mut conditions =
        vec![Condition::new("IMDRF N60", format!("The end of support{day} has come"), come).at("eos_date")];
    conditions.extend(told(case, plan, EndKind::Support));
    conditions.extend(acknowledged(case, plan));
    let guide = !plan.guide_removal.trim().is_empty() || !plan.guide_na.trim().is_empty();
    conditions.push(
        Condition::new("IEC 81001-5-1 5.8.7", "The decommissioning guide is written", guide)
            .at("guide_removal"),
    );
    let open = uncontrolled(case.world);
    let text = match open.first() {
        Some(first) => format!(
            "No finding has an uncontrolled risk, or it is said why they stay open and users were told of controls; {} such as {first}",
            counted(open.len(), "finding")
        ),
        None => "No finding has an uncontrolled risk".to_owned(),
    };
    let met = open.is_empty() || !plan.open_findings_justification.trim().is_empty();
    conditions.push(Condition::new("IEC 62304 7.1.3", text, met).at("open_findings_justification"));
    conditions.push(Condition::new(
        "IMDRF N60",
        "It is stated what continues after the end of support",
        has_stage(plan, TplcStage::EndOfSupport),
    ));
    conditions.extend(approval::signed_by_each(case, vec![Role::Regulatory], "end of support", "IMDRF N60"));
    conditions
}

/// Every recipient of the notices of the end of support acknowledged it, or could not be reached: they take the risk over.
fn acknowledged(case: &Case, plan: &RetirementPlan) -> Vec<Condition> {
    if !plan.risk_transfer_na.trim().is_empty() {
        return Vec::new();
    }
    let rows = plan.notices.iter().filter(|row| row.end == Some(EndKind::Support));
    let open: Vec<RecordId> =
        rows.filter_map(|row| row.communication).flat_map(|id| recipient::open(case.world, id)).collect();
    let text = "Everybody who takes a risk over acknowledged it, or could not be reached in three attempts";
    vec![match open.first() {
        Some(first) => Condition::new(N70, format!("{text}; {} are left", open.len()), false).on(*first),
        None => Condition::new(N70, text, true),
    }]
}

fn may_be_decommissioned(case: &Case, plan: &RetirementPlan) -> Vec<Condition> {
    let none = !plan.data_na.trim().is_empty();
    let over = plan.export_until.is_none_or(|day| day < case.now.day());
    vec![
        Condition::new("IEC 81001-5-1 5.8.7", "The time to export data is over", none || over)
            .at("export_until"),
        Condition::new(
            "IEC 81001-5-1 5.8.7",
            "It is stated in which order hosted services stop",
            none || !plan.hosted_services.trim().is_empty(),
        )
        .at("hosted_services"),
    ]
}

fn may_be_closed(case: &Case, plan: &RetirementPlan) -> Vec<Condition> {
    let fielded = fielded(case.world);
    let text = match fielded.first() {
        Some(first) => format!(
            "No release is in service, or it is said why it counts as out of service; {} is",
            first.head.id
        ),
        None => "No release is in service".to_owned(),
    };
    let out = fielded.is_empty() || !plan.in_service_unknown.trim().is_empty();
    let mut conditions = vec![Condition::new("IEC 62304 8.3", text, out).at("in_service_unknown")];
    let tested = |location: &str| {
        plan.restore_tests.iter().any(|row| {
            *row.location == *location && row.on.is_some() && !row.sha256.is_empty() && !row.result.is_empty()
        })
    };
    let untested: Vec<&str> =
        plan.archive_copies.iter().map(|row| &*row.location).filter(|location| !tested(location)).collect();
    let text = match untested.first() {
        Some(first) => format!("Each copy of the archive was restored as a test; “{first}” was not"),
        None => "Each copy of the archive was restored as a test".to_owned(),
    };
    let met = untested.is_empty() && plan.archive_copies.len() >= 2;
    conditions.push(Condition::new("IEC 62304 5.8.7", text, met).at("restore_tests"));
    let keys = case.world.parts(case.id(), Kind::KeyMaterial);
    let left = keys.iter().find(|data| KeyMaterialState::of(data) == Some(KeyMaterialState::InUse));
    let condition =
        Condition::new("IEC 81001-5-1 5.8.7", "Every key and certificate is dealt with", left.is_none());
    conditions.push(condition.on_any(left.map(|data| data.head.id)));
    let stopped = !plan.services_stopped.trim().is_empty() || !plan.data_na.trim().is_empty();
    let text = "Hosted services are stopped, with proof of deletion";
    conditions.push(Condition::new("IEC 81001-5-1 5.8.7", text, stopped).at("services_stopped"));
    conditions.extend(approval::signed_by_each(case, vec![Role::Management], "closing", "IEC 62304 5.8.7"));
    conditions
}

fn may_be_disposed(case: &Case, plan: &RetirementPlan) -> Vec<Condition> {
    let may = retention::may_dispose(case.world, case.data, case.now.day());
    let text = match &may {
        Ok(()) => "Retention has expired, and no legal hold keeps the records".to_owned(),
        Err(why) => format!("Retention has expired, and no legal hold keeps the records: {why}"),
    };
    vec![
        Condition::new("ISO 13485 4.2.5", text, may.is_ok()),
        Condition::new(
            "ISO 13485 4.2.5",
            "It is recorded what is disposed of, how and by whom",
            !plan.disposal.trim().is_empty(),
        )
        .at("disposal"),
    ]
}

/// What a reader of the plan must know besides its progress and the retention, which its page shows.
pub(super) fn notices(case: &Case) -> Vec<String> {
    let mut notices = Vec::new();
    let retention = retention::retention(case.world, case.now.day());
    if retention.until().is_none() {
        notices.push(retention.words());
    }
    let product: std::sync::Arc<Product> = case.world.product();
    if product.tplc_stage.is_none() {
        notices.push("The life cycle stage of the product is not entered.".to_owned());
    }
    notices
}
