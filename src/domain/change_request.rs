//! Change requests: specified, analysed, approved, and only then made (IEC 62304 6.2.3–6.2.5, 6.3, 8.2; domain 2.4).

use serde_json::{Value, json};

use super::approval;
use super::choice::{Choice as _, choice};
use super::field::Table;
use super::ids::{Kind, RecordId};
use super::impact_analysis::{self, ImpactAnalysis, ImpactState};
use super::person::Role;
use super::product::{Market, Product};
use super::questions::{self, ACTIVITIES, Circumstances};
use super::record::{Fields, KindDef, RecordData, record, rows};
use super::signature::Meaning;
use super::text::{Line, Text};
use super::time::{Day, Moment};
use super::workflow::{Case, Condition, Effect, Move, no_effects, no_signing, states};

choice! {
    /// What a change request comes from.
    pub enum Origin {
        /// A problem report.
        ProblemReport = "problem_report", "Problem report";
        /// A finding of a SOUP review.
        SoupFinding = "soup_finding", "SOUP finding";
        /// A component reaches the end of its support.
        Obsolescence = "obsolescence", "Obsolescence";
        /// A wish for more.
        Enhancement = "enhancement", "Enhancement";
        /// A demand of an authority.
        Regulatory = "regulatory", "Regulatory";
        /// A new edition of a standard.
        Standard = "standard", "Standard";
        /// A risk control that is to be added or changed.
        RiskControl = "risk_control", "Risk control";
        /// A need of the organisation.
        Internal = "internal", "Internal";
    }
}

choice! {
    /// What kind of change it is.
    pub enum ChangeType {
        /// It mends a problem.
        Corrective = "corrective", "Corrective";
        /// It keeps a problem from coming about.
        Preventive = "preventive", "Preventive";
        /// It follows a changed environment.
        Adaptive = "adaptive", "Adaptive";
        /// It makes something better.
        Perfective = "perfective", "Perfective";
        /// It mends a vulnerability.
        Security = "security", "Security";
    }
}

choice! {
    /// How urgent it is. An emergency shortens people and time, never the order of steps.
    pub enum Urgency {
        /// In its turn.
        Routine = "routine", "Routine";
        /// Before others.
        Expedited = "expedited", "Expedited";
        /// At once: deputies may sign, documents that safety does not rest on may follow by a date.
        Emergency = "emergency", "Emergency";
    }
}

choice! {
    /// Whether an activity is repeated for the change (IEC 62304 6.3.1).
    pub enum RepeatDecision {
        /// It is repeated.
        Repeat = "repeat", "Repeat";
        /// It is not needed, for the reason given.
        NotNeeded = "not_needed", "Not needed";
        /// It does not apply to the class.
        NotApplicable = "not_applicable", "Not applicable to the class";
    }
}

choice! {
    /// What a regulatory assessment comes to.
    pub enum RegulatoryDecision {
        /// No submission; the reasoning is kept on file.
        LetterToFile = "letter_to_file", "Documented in a letter to file";
        /// The authority or notified body is told.
        Notify = "notify", "Notify";
        /// A submission must be cleared before release.
        Submission = "submission", "New submission before release";
    }
}

choice! {
    /// Outcome of a test.
    pub enum TestOutcome {
        /// Passed.
        Pass = "pass", "Pass";
        /// Failed.
        Fail = "fail", "Fail";
    }
}

rows! {
    /// A SOUP item whose version changes.
    pub struct SoupChange {
        /// Name of the item.
        item: Line = "SOUP item";
        /// Exact version before; empty if it is added.
        from: Line = "From version";
        /// Exact version after; empty if it is removed.
        to: Line = "To version";
    }
}

rows! {
    /// One row of the clause-5 repeat matrix (IEC 62304 6.3.1).
    pub struct ActivityRow {
        /// Code of the activity.
        activity: Line = "Activity";
        /// Whether it is repeated.
        decision: Option<RepeatDecision> = "Decision";
        /// Why it is not.
        rationale: Text = "Rationale";
    }
}

rows! {
    /// What shows that a repeated activity was done (IEC 62304 6.3.1).
    pub struct ActivityDone {
        /// Code of the activity.
        activity: Line = "Activity";
        /// What shows that it was done.
        evidence: Text = "Evidence";
        /// When it was done.
        done_at: Option<Day> = "Done on";
        /// Who did it.
        done_by: Line = "Done by";
        /// In an emergency: the day by which it follows.
        complete_by: Option<Day> = "Complete by";
    }
}

rows! {
    /// A record of a test: the seven elements of 9.8.
    pub struct TestRecord {
        /// What was tested.
        kind: Line = "Test";
        /// Results.
        results: Text = "Results";
        /// Anomalies found, or none.
        anomalies_found: Text = "Anomalies found";
        /// Version tested.
        version_tested: Line = "Version tested";
        /// Hardware and software configuration.
        configuration: Text = "Hardware and software configuration";
        /// Tools used.
        tools: Line = "Tools";
        /// Date of the test.
        date: Option<Day> = "Date";
        /// Who tested.
        tester: Line = "Tester";
        /// Whether it passed.
        outcome: Option<TestOutcome> = "Outcome";
    }
}

rows! {
    /// What the change means for one market's regulation.
    pub struct MarketDecision {
        /// The market.
        market: Option<Market> = "Market";
        /// The decision.
        decision: Option<RegulatoryDecision> = "Decision";
        /// Why.
        rationale: Text = "Rationale";
    }
}

states! {
    /// States of a change request (domain 2.4).
    pub enum ChangeState {
        /// Being written.
        Draft = "draft", "Draft", Neutral, 1, false;
        /// Handed in.
        Submitted = "submitted", "Submitted", Due, 2, false;
        /// Its impact is being analysed.
        UnderAnalysis = "under_analysis", "Under analysis", Due, 3, false;
        /// Analysed; waits for signatures.
        AwaitingApproval = "awaiting_approval", "Awaiting approval", Due, 4, false;
        /// Approved; work may begin.
        Approved = "approved", "Approved", Good, 5, false;
        /// Being made.
        Implementing = "implementing", "Implementing", Neutral, 6, false;
        /// Made.
        Implemented = "implemented", "Implemented", Neutral, 7, false;
        /// Being verified.
        Verifying = "verifying", "Verifying", Neutral, 8, false;
        /// Verified.
        Verified = "verified", "Verified", Good, 9, false;
        /// In a released version.
        Released = "released", "Released", Good, 10, false;
        /// Done with.
        Closed = "closed", "Closed", Good, 11, false;
        /// Refused.
        Rejected = "rejected", "Rejected", Neutral, 0, true;
        /// Put aside.
        OnHold = "on_hold", "On hold", Neutral, 0, false;
        /// Given up.
        Cancelled = "cancelled", "Cancelled", Neutral, 0, true;
        /// Entered by mistake; stays visible.
        Void = "void", "Void", Neutral, 0, true;
    }
}

use ChangeState as S;

const SCOPE: &[&str] = &[S::Draft.code(), S::Submitted.code(), S::UnderAnalysis.code()];
const WORK: &[&str] = &[S::Implementing.code()];
const EVIDENCE: &[&str] = &[S::Implementing.code(), S::Implemented.code(), S::Verifying.code()];
const VERIFY: &[&str] = &[S::Verifying.code()];
const AFTERWARDS: &[&str] = &[
    S::Approved.code(),
    S::Implementing.code(),
    S::Implemented.code(),
    S::Verifying.code(),
    S::Verified.code(),
    S::Released.code(),
];
const BEFORE_APPROVAL: &[&str] = &[
    S::Draft.code(),
    S::Submitted.code(),
    S::UnderAnalysis.code(),
    S::AwaitingApproval.code(),
    S::OnHold.code(),
];

record! {
    /// A specified change to a configuration item.
    pub struct ChangeRequest : ChangeRequest {
        section "Change", "IEC 62304 6.2.3, 8.2.1", true, SCOPE => {
            /// The change in one line.
            title: Line = "Title" => required(S::Draft.code());
            /// What it comes from.
            origin: Option<Origin> = "Origin" => required(S::Submitted.code()), clause("IEC 62304 8.2.4");
            /// What kind of change it is. Security changes and changes of SOUP ask more of the analysis.
            change_type: Option<ChangeType> = "Kind of change" => required(S::Submitted.code()), clause("IEC 62304 6.2.3");
            /// How urgent it is.
            urgency: Option<Urgency> = "Urgency" => required(S::Submitted.code());
            /// Why it is an emergency.
            emergency_justification: Text = "Why it is an emergency";
            /// The problems that it resolves.
            problem_reports: Vec<RecordId> = "Problem reports" => target(Kind::ProblemReport), clause("IEC 62304 8.2.4");
            /// What is to be changed.
            description: Text = "Description" => required(S::Submitted.code()), clause("IEC 62304 8.2.1");
            /// Why.
            reason: Text = "Reason" => required(S::Submitted.code()), clause("IEC 62304 8.2.1");
        }
        section "What it touches", "IEC 62304 8.1, 8.2", true, SCOPE => {
            /// Configuration items that change, one per line.
            affected_cis: Vec<Line> = "Configuration items" => required(S::Submitted.code()), clause("IEC 62304 8.2.1");
            /// SOUP items whose version changes.
            affected_soup: Table<SoupChange> = "SOUP changes" => clause("IEC 62304 8.1.2, 7.1.3");
            /// Whether it modifies released software.
            affects_released_software: Option<bool> = "Modifies released software" => required(S::Submitted.code()), clause("IEC 62304 6.2.4");
            /// Versions that will carry it.
            target_releases: Vec<Line> = "Target versions" => clause("IEC 62304 6.3.2");
            /// Versions in the field that it concerns.
            affected_fielded_versions: Vec<Line> = "Fielded versions concerned" => clause("IEC 62304 6.2.3");
        }
        section "Analysis and plan", "IEC 62304 6.3.1, 6.2.5", true, SCOPE => {
            /// The impact analysis that stands for it.
            impact_analysis: Option<RecordId> = "Impact analysis" => target(Kind::ImpactAnalysis), by_system(), clause("IEC 62304 6.2.3");
            /// Which activities of clause 5 are repeated.
            activities: Table<ActivityRow> = "Clause 5 repeat matrix" => clause("IEC 62304 6.3.1");
            /// What it means for each market.
            regulatory_decisions: Table<MarketDecision> = "Regulatory decisions" => clause("ISO 13485 7.3.9");
            /// Whether users or regulators are told of it.
            communication_required: Option<bool> = "Communication required" => required(S::AwaitingApproval.code()), clause("IEC 62304 6.2.5");
            /// Why, or why not.
            communication_rationale: Text = "Why, or why not" => required(S::AwaitingApproval.code()), clause("IEC 62304 6.2.5");
        }
        section "Implementation", "IEC 62304 8.2.2", false, WORK => {
            /// Commits or configuration that carry it, one per line.
            commits: Vec<Line> = "Commits" => required(S::Implemented.code()), clause("IEC 62304 8.2.2");
            /// Who carried it out.
            implemented_by: Vec<RecordId> = "Carried out by" => required(S::Implemented.code()), target(Kind::Person), clause("IEC 62304 8.2.2");
            /// When the work began.
            work_started_at: Option<Moment> = "Work began at" => required(S::Implemented.code()), clause("IEC 62304 6.2.4");
            /// Configuration items that were changed in fact.
            changed_cis: Vec<Line> = "Items changed in fact" => required(S::Implemented.code()), clause("IEC 62304 8.2.2");
            /// Whether it was made as specified.
            as_specified: Option<bool> = "Made as specified" => required(S::Implemented.code()), clause("IEC 62304 8.2.2");
            /// How it deviates, where that is immaterial. A material deviation goes back to analysis.
            deviation: Text = "Immaterial deviation" => clause("IEC 62304 8.2.2");
        }
        section "Repeated activities", "IEC 62304 6.3.1", false, EVIDENCE => {
            /// What shows that each repeated activity was done.
            activities_done: Table<ActivityDone> = "Evidence of repeated activities" => clause("IEC 62304 6.3.1");
        }
        section "Verification", "IEC 62304 8.2.3, 9.8", false, VERIFY => {
            /// Records of the tests.
            verification: Table<TestRecord> = "Test records" => required(S::Verified.code()), clause("IEC 62304 9.8");
            /// What was tested again, and why that is enough.
            regression_rationale: Text = "Regression scope as tested, and why" => required(S::Verified.code()), clause("IEC 62304 5.7.3");
            /// How risk controls were verified again.
            risk_control_verification: Text = "Risk controls verified again" => clause("IEC 62304 7.3.1");
            /// Problems found meanwhile.
            problems_found: Vec<RecordId> = "Problem reports found meanwhile" => target(Kind::ProblemReport), clause("IEC 62304 8.2.3");
        }
        section "Afterwards", "IEC 62304 6.2.5", false, AFTERWARDS => {
            /// Other records that belong to it.
            related: Vec<RecordId> = "Related records";
        }
    }
}

impl ChangeRequest {
    /// Whether it is for security or changes SOUP, which asks more of the analysis (domain 1.4).
    pub fn soup_or_security(&self) -> bool {
        self.change_type == Some(ChangeType::Security)
            || self.origin == Some(Origin::SoupFinding)
            || !self.affected_soup.is_empty()
    }

    /// What decides which questions are asked.
    pub fn circumstances(&self, product: &Product) -> Circumstances {
        Circumstances {
            class: product.class(),
            markets: product.markets.clone(),
            soup_or_security: self.soup_or_security(),
        }
    }

    /// Whether a regulator must be told or asked.
    pub fn regulatory_significant(&self) -> bool {
        self.regulatory_decisions.iter().any(|row| {
            matches!(row.decision, Some(RegulatoryDecision::Notify | RegulatoryDecision::Submission))
        })
    }
}

const MOVES: &[Move] = &[
    Move::new("submit", "Submit", &[S::Draft.code()], S::Submitted.code(), Role::EVERYONE)
        .clause("IEC 62304 6.2.3")
        .guard(|case| case.with::<ChangeRequest>(submittable)),
    Move::new(
        "start_analysis",
        "Start impact analysis",
        &[S::Submitted.code()],
        S::UnderAnalysis.code(),
        &[Role::DevLead],
    )
    .clause("IEC 62304 6.2.3")
    .effects(|case| case.effects::<ChangeRequest>(begin_analysis)),
    Move::new(
        "request_approval",
        "Request approval",
        &[S::UnderAnalysis.code()],
        S::AwaitingApproval.code(),
        &[Role::DevLead],
    )
    .clause("IEC 62304 6.2.4")
    .guard(|case| case.with::<ChangeRequest>(ready_for_approval))
    .effects(|case| case.effects::<ChangeRequest>(ask_approval)),
    Move::new("approve", "Approve", &[S::AwaitingApproval.code()], S::Approved.code(), &[]),
    Move::new("reject", "Reject", &[S::AwaitingApproval.code()], S::Rejected.code(), &[]),
    Move::new(
        "reanalyse",
        "Return to analysis",
        &[
            S::AwaitingApproval.code(),
            S::Approved.code(),
            S::Implementing.code(),
            S::Implemented.code(),
            S::Verifying.code(),
        ],
        S::UnderAnalysis.code(),
        &[Role::DevLead, Role::Quality],
    )
    .reason()
    .clause("IEC 62304 8.2.2")
    .effects(|case| case.effects::<ChangeRequest>(analyse_again)),
    Move::new(
        "implement",
        "Start implementation",
        &[S::Approved.code()],
        S::Implementing.code(),
        &[Role::DevLead],
    )
    .clause("IEC 62304 8.2.1")
    .guard(|case| case.with::<ChangeRequest>(may_be_made))
    .effects(|case| case.effects::<ChangeRequest>(problems_are_being_resolved)),
    Move::new(
        "implemented",
        "Implemented",
        &[S::Implementing.code()],
        S::Implemented.code(),
        &[Role::Developer, Role::DevLead],
    )
    .clause("IEC 62304 8.2.2")
    .guard(|case| case.with::<ChangeRequest>(made_as_approved)),
    Move::new(
        "start_verification",
        "Start verification",
        &[S::Implemented.code()],
        S::Verifying.code(),
        &[Role::Tester],
    )
    .clause("IEC 62304 8.2.3")
    .guard(|case| case.with::<ChangeRequest>(repeats_done_or_scheduled)),
    Move::new("verify", "Verify", &[S::Verifying.code()], S::Verified.code(), &[Role::Tester])
        .sign(Meaning::Verified)
        .clause("IEC 62304 8.2.3")
        .guard(|case| case.with::<ChangeRequest>(verified)),
    Move::new("release", "Released", &[S::Verified.code()], S::Released.code(), &[]),
    Move::new("close", "Close", &[S::Released.code()], S::Closed.code(), &[Role::Quality])
        .sign(Meaning::Approved)
        .clause("IEC 62304 6.2.5")
        .guard(|case| case.with::<ChangeRequest>(closable)),
    Move::new(
        "hold",
        "Put on hold",
        &[S::Submitted.code(), S::UnderAnalysis.code()],
        S::OnHold.code(),
        &[Role::DevLead, Role::Quality],
    )
    .reason(),
    Move::new("resume", "Resume", &[S::OnHold.code()], S::Submitted.code(), &[Role::DevLead, Role::Quality])
        .reason(),
    Move::new("cancel", "Cancel", BEFORE_APPROVAL, S::Cancelled.code(), &[Role::DevLead, Role::Quality])
        .reason()
        .effects(|case| case.effects::<ChangeRequest>(withdraw_analysis_and_approval)),
    Move::new("void", "Void", &[S::Draft.code(), S::Submitted.code()], S::Void.code(), &[Role::Quality])
        .reason(),
];

fn submittable(_: &Case, change: &ChangeRequest) -> Vec<Condition> {
    let justified =
        change.urgency != Some(Urgency::Emergency) || !change.emergency_justification.trim().is_empty();
    let linked = change.origin != Some(Origin::ProblemReport) || !change.problem_reports.is_empty();
    let exact = change.affected_soup.iter().all(|soup| is_exact(&soup.from) && is_exact(&soup.to));
    vec![
        Condition::new("", "An emergency is justified", justified).at("emergency_justification"),
        Condition::new("IEC 62304 8.2.4", "The problem report that it comes from is linked", linked)
            .at("problem_reports"),
        Condition::new("IEC 62304 8.1.2", "SOUP versions are exact, not ranges", exact).at("affected_soup"),
    ]
}

/// Whether a SOUP designator names one version (domain 3.6, SOUP-02).
fn is_exact(designator: &str) -> bool {
    !designator.contains(['^', '~', '*', '<', '>', '=']) && !designator.eq_ignore_ascii_case("latest")
}

/// The matrix with a row for each activity that applies to the class; the others are not applicable.
fn begin_analysis(case: &Case, change: &ChangeRequest) -> Vec<Effect> {
    let mut effects = Vec::new();
    let mut set = Fields::new();
    let product = case.world.product();
    let mut rows: Vec<Value> =
        change.activities.iter().filter_map(|row| serde_json::to_value(row).ok()).collect();
    for activity in ACTIVITIES {
        if change.activities.iter().any(|row| *row.activity == *activity.code) {
            continue;
        }
        rows.push(if activity.applies(product.class()) {
            json!({"activity": activity.code})
        } else {
            json!({"activity": activity.code, "decision": RepeatDecision::NotApplicable.code()})
        });
    }
    set.insert("activities".into(), Value::Array(rows));
    let mut decisions: Vec<Value> =
        change.regulatory_decisions.iter().filter_map(|row| serde_json::to_value(row).ok()).collect();
    for market in product.markets {
        if !change.regulatory_decisions.iter().any(|row| row.market == Some(market)) {
            decisions.push(json!({"market": market.code()}));
        }
    }
    set.insert("regulatory_decisions".into(), Value::Array(decisions));
    effects.push(Effect::Set { id: case.id(), set });
    if change.impact_analysis.is_none() {
        effects.push(Effect::Create {
            kind: Kind::ImpactAnalysis,
            set: impact_analysis::new_fields(case, change, None),
            link_back: Some("impact_analysis"),
        });
    }
    effects
}

fn analysis_of(case: &Case, change: &ChangeRequest) -> Option<(RecordData, ImpactAnalysis)> {
    let data = case.world.record(change.impact_analysis?)?;
    let analysis = data.typed()?;
    Some((data, analysis))
}

fn ready_for_approval(case: &Case, change: &ChangeRequest) -> Vec<Condition> {
    let analysis = analysis_of(case, change);
    let reviewed =
        analysis.as_ref().is_some_and(|(data, _)| ImpactState::of(data) == Some(ImpactState::Reviewed));
    let what = if change.soup_or_security() { "A security or SOUP change has" } else { "It has" };
    let mut first =
        Condition::new("IEC 62304 6.2.3, 7.4.1", format!("{what} a reviewed impact analysis"), reviewed);
    first.record = change.impact_analysis;
    first.field = Some("impact_analysis");
    let linked = change.change_type != Some(ChangeType::Corrective) || !change.problem_reports.is_empty();
    let mut conditions = vec![
        first,
        Condition::new("IEC 62304 8.2.4", "A corrective change names its problem report", linked)
            .at("problem_reports"),
    ];
    if let Some((data, analysis)) = &analysis {
        let circumstances = change.circumstances(&case.world.product());
        let open: Vec<&str> = questions::QUESTIONS
            .iter()
            .filter(|question| question.mandatory(&circumstances))
            .filter(|question| analysis.answer(question.code).is_none_or(|answer| answer.answer.is_none()))
            .map(|question| question.code)
            .collect();
        let text = if open.is_empty() {
            "Every mandatory question is answered".to_owned()
        } else {
            format!("Every mandatory question is answered; open are {}", open.join(", "))
        };
        conditions.push(Condition::new("IEC 62304 6.2.3", text, open.is_empty()).on(data.head.id));
    }
    conditions.extend(matrix_decided(case, change));
    conditions.extend(markets_decided(case, change));
    conditions
}

fn matrix_decided(case: &Case, change: &ChangeRequest) -> Vec<Condition> {
    let class = case.world.product().class();
    let undecided: Vec<&str> = ACTIVITIES
        .iter()
        .filter(|activity| activity.applies(class))
        .filter(|activity| {
            change.activities.iter().find(|row| *row.activity == *activity.code).is_none_or(|row| {
                let without_reason =
                    row.decision == Some(RepeatDecision::NotNeeded) && row.rationale.trim().is_empty();
                let wrong = row.decision == Some(RepeatDecision::NotApplicable);
                row.decision.is_none() || without_reason || wrong
            })
        })
        .map(|activity| activity.code)
        .collect();
    let text = if undecided.is_empty() {
        "Every activity of clause 5 is to be repeated, or the reason not to is given".to_owned()
    } else {
        format!(
            "Every activity of clause 5 is to be repeated, or the reason not to is given; open are {}",
            undecided.join(", ")
        )
    };
    vec![Condition::new("IEC 62304 6.3.1", text, undecided.is_empty()).at("activities")]
}

fn markets_decided(case: &Case, change: &ChangeRequest) -> Vec<Condition> {
    let decided = |market: &Market| {
        change.regulatory_decisions.iter().any(|row| {
            row.market == Some(*market) && row.decision.is_some() && !row.rationale.trim().is_empty()
        })
    };
    case.world
        .product()
        .markets
        .iter()
        .map(|market| {
            let text =
                format!("The regulatory decision for {} is recorded with its rationale", market.word());
            Condition::new("ISO 13485 7.3.9", text, decided(market)).at("regulatory_decisions")
        })
        .collect()
}

fn ask_approval(case: &Case, change: &ChangeRequest) -> Vec<Effect> {
    let Some((_, analysis)) = analysis_of(case, change) else { return Vec::new() };
    vec![Effect::Create {
        kind: Kind::Approval,
        set: approval::new_fields(case, change, &analysis),
        link_back: None,
    }]
}

fn open_approvals(case: &Case) -> Vec<RecordData> {
    case.world.referring(case.id(), Kind::Approval).into_iter().filter(|data| !data.is_terminal()).collect()
}

fn withdraw_analysis_and_approval(case: &Case, _: &ChangeRequest) -> Vec<Effect> {
    open_approvals(case)
        .iter()
        .map(|data| Effect::State { id: data.head.id, to: approval::ApprovalState::Invalidated.code() })
        .collect()
}

/// Scope or analysis change after approval: the approval no longer counts, and a new analysis replaces the old one.
fn analyse_again(case: &Case, change: &ChangeRequest) -> Vec<Effect> {
    let mut effects = withdraw_analysis_and_approval(case, change);
    if let Some((data, _)) = analysis_of(case, change) {
        effects.push(Effect::State { id: data.head.id, to: ImpactState::Superseded.code() });
        effects.push(Effect::Create {
            kind: Kind::ImpactAnalysis,
            set: impact_analysis::new_fields(case, change, Some(&data)),
            link_back: Some("impact_analysis"),
        });
    }
    effects
}

/// The approval that is granted on the content as it stands.
pub fn granted_approval(case: &Case) -> Option<RecordData> {
    case.world.referring(case.id(), Kind::Approval).into_iter().find(|data| {
        approval::ApprovalState::of(data) == Some(approval::ApprovalState::Granted)
            && approval::covers_hold(case.world, data)
    })
}

fn may_be_made(case: &Case, _: &ChangeRequest) -> Vec<Condition> {
    let granted = granted_approval(case);
    let mut conditions =
        vec![Condition::new("IEC 62304 6.2.4, 8.2.1", "It is approved as it stands", granted.is_some())];
    if let Some(data) = granted {
        let approval: Option<approval::Approval> = data.typed();
        let expires = approval.as_ref().and_then(|approval| approval.expires_at);
        conditions.push(
            Condition::new(
                "",
                "The approval has not expired",
                expires.is_none_or(|day| case.now.day() <= day),
            )
            .on(data.head.id),
        );
        let open = approval.map(|approval| approval.conditions_open()).unwrap_or_default();
        conditions
            .push(Condition::new("", "The conditions of the approval are met", open == 0).on(data.head.id));
    }
    conditions
}

fn problems_are_being_resolved(case: &Case, change: &ChangeRequest) -> Vec<Effect> {
    case.records(&change.problem_reports)
        .iter()
        .filter(|problem| problem.head.state == "change_requested")
        .map(|problem| Effect::State { id: problem.head.id, to: "resolving" })
        .collect()
}

fn made_as_approved(case: &Case, change: &ChangeRequest) -> Vec<Condition> {
    let approved: Vec<&str> = change.affected_cis.iter().map(|ci| &**ci).collect();
    let others: Vec<&str> =
        change.changed_cis.iter().map(|ci| &**ci).filter(|ci| !approved.contains(ci)).collect();
    let told = change.as_specified == Some(true) || !change.deviation.trim().is_empty();
    let since = granted_approval(case).map(|data| data.head.state_since);
    let after = matches!((change.work_started_at, since), (Some(start), Some(granted)) if start >= granted);
    vec![
        Condition::new("IEC 62304 8.2.2", "A deviation from what was approved is described", told).at("deviation"),
        Condition::new(
            "IEC 62304 8.2.2",
            if others.is_empty() {
                "Only approved configuration items were changed".to_owned()
            } else {
                format!(
                    "Only approved configuration items were changed; {} is not among them: return the change to analysis",
                    others.join(", ")
                )
            },
            others.is_empty(),
        )
        .at("changed_cis"),
        Condition::new("IEC 62304 6.2.4", "The work began after the approval", after).at("work_started_at"),
    ]
}

fn repeats_done_or_scheduled(_: &Case, change: &ChangeRequest) -> Vec<Condition> {
    let emergency = change.urgency == Some(Urgency::Emergency);
    change
        .activities
        .iter()
        .filter(|row| row.decision == Some(RepeatDecision::Repeat))
        // Testing and release come after this step.
        .filter(|row| !["5.6", "5.7", "5.8", "Cybersecurity"].contains(&&*row.activity))
        .map(|row| {
            let entry = change.activities_done.iter().find(|done| done.activity == row.activity);
            let done = entry.is_some_and(|done| done.done_at.is_some() && !done.evidence.trim().is_empty());
            let may_follow = questions::activity(&row.activity).is_some_and(|activity| activity.may_follow);
            let follows = emergency && may_follow && entry.is_some_and(|done| done.complete_by.is_some());
            let text = format!("{} was repeated, with evidence and date", row.activity);
            Condition::new("IEC 62304 6.3.1", text, done || follows).at("activities_done")
        })
        .collect()
}

fn verified(case: &Case, change: &ChangeRequest) -> Vec<Condition> {
    let incomplete: Vec<String> = change
        .verification
        .iter()
        .enumerate()
        .flat_map(|(index, test)| {
            test.missing().into_iter().map(move |what| format!("{} of test {}", what, index + 1))
        })
        .collect();
    let passed = change.verification.iter().all(|test| test.outcome == Some(TestOutcome::Pass));
    let failed_told = passed || !change.problems_found.is_empty();
    let mut conditions = vec![
        Condition::new(
            "IEC 62304 9.8",
            if incomplete.is_empty() {
                "Every test record has its seven elements".to_owned()
            } else {
                format!("Every test record has its seven elements; missing are {}", incomplete.join(", "))
            },
            incomplete.is_empty(),
        )
        .at("verification"),
        Condition::new("IEC 62304 8.2.3", "A failed test has a problem report", failed_told)
            .at("problems_found"),
    ];
    if case.world.product().class().is_b_or_c() {
        conditions.push(
            Condition::new(
                "IEC 62304 7.3.1",
                "How risk controls were verified again is told",
                !change.risk_control_verification.trim().is_empty(),
            )
            .at("risk_control_verification"),
        );
    }
    if let Some(actor) = case.actor
        && case.world.policy().verifier_not_implementer == Some(true)
    {
        let other = !change.implemented_by.contains(&actor);
        conditions.push(Condition::new("IEC 62304 9.7", "The verifier did not carry the change out", other));
    }
    conditions
}

impl TestRecord {
    /// The elements of 9.8 that are missing.
    pub fn missing(&self) -> Vec<&'static str> {
        let elements = [
            ("results", self.results.trim().is_empty()),
            ("anomalies found", self.anomalies_found.trim().is_empty()),
            ("version tested", self.version_tested.is_empty()),
            ("configuration", self.configuration.trim().is_empty()),
            ("tools", self.tools.is_empty()),
            ("date", self.date.is_none()),
            ("tester", self.tester.is_empty()),
            ("outcome", self.outcome.is_none()),
        ];
        elements.into_iter().filter(|(_, missing)| *missing).map(|(name, _)| name).collect()
    }
}

fn closable(case: &Case, change: &ChangeRequest) -> Vec<Condition> {
    let later: Vec<&str> = change
        .activities_done
        .iter()
        .filter(|done| done.complete_by.is_some() && done.done_at.is_none())
        .map(|done| &*done.activity)
        .collect();
    let mut conditions = vec![
        Condition::new("IEC 62304 6.3.1", "Everything put off in an emergency is complete", later.is_empty())
            .at("activities_done"),
    ];
    conditions.extend(case.records(&change.problem_reports).iter().map(|problem| {
        let id = problem.head.id;
        let met = ["verifying_resolution", "closed"].contains(&problem.head.state.as_str());
        Condition::new(
            "IEC 62304 9.7",
            format!("{id} is at the verification of its resolution, or closed"),
            met,
        )
        .on(id)
    }));
    conditions
}

/// The declaration of change requests.
pub const DEF: KindDef = KindDef {
    kind: Kind::ChangeRequest,
    word: "Change request",
    plural: "Change requests",
    purpose: "A specified change. No configuration item changes without an approved one, and none is approved without impact analysis.",
    clause: "IEC 62304 6.2.3, 6.2.4, 8.2.1",
    sections: ChangeRequest::SECTIONS,
    states: ChangeState::ALL,
    moves: MOVES,
    create_by: Role::EVERYONE,
    edit_by: Role::EVERYONE,
    edit_signed: false,
    sign_conditions: no_signing,
    on_create: no_effects,
    on_sign: no_effects,
    notices: super::workflow::no_notices,
};
