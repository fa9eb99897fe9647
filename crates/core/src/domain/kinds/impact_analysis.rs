//! Impact analysis of a change request, before it is approved (IEC 62304 6.2.3, 7.4; domain 1.4, 2.5).

mod deadlines;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::authorship;
use crate::domain::change_request::ChangeRequest;
use crate::domain::choice::choice;
use crate::domain::field::Table;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::{ChainStep, NextRecords, Place, Trace, Via};
use crate::domain::person::Role;
use crate::domain::questions::{self, QUESTIONS};
use crate::domain::record::{Fields, KindDef, Record as _, record, rows};
use crate::domain::shared_record::SharedRecord;
use crate::domain::signature::{Meaning, Part, Signature};
use crate::domain::soup_item::{SOUP_RULES, impact};
use crate::domain::text::{Line, Text};
use crate::domain::time::Moment;
use crate::domain::workflow::{Case, Condition, Move, World, no_signing, signature_holds, states};

/// Fewest characters of a rationale (domain 1.4).
pub const RATIONALE_CHARS_MIN: usize = 20;
/// How often the same rationale may occur in one analysis before it counts as boilerplate.
const SAME_RATIONALE_MAX: usize = 2;

choice! {
    /// Answer to a question of the impact analysis.
    pub enum Answer {
        /// Yes.
        Yes = "yes", "Yes";
        /// No.
        No = "no", "No";
        /// The question does not apply.
        NotApplicable = "not_applicable", "Not applicable";
    }
}

choice! {
    /// The conclusion of the analysis.
    pub enum Conclusion {
        /// Safety is not affected.
        NoSafetyImpact = "no_safety_impact", "No effect on safety";
        /// Safety is affected, and existing risk controls are sufficient.
        ImpactControlled = "impact_controlled", "Effect controlled by existing controls";
        /// Safety is affected, and new risk controls are needed.
        RequiresNewControls = "requires_new_controls", "New risk controls needed";
        /// The change must not be made.
        Unacceptable = "unacceptable", "Unacceptable";
    }
}

rows! {
    /// One question with its answer.
    pub struct QuestionAnswer {
        /// Code of the question.
        question: Line = "Question";
        /// The answer.
        answer: Option<Answer> = "Answer";
        /// Why; at least 20 characters, specific to this question.
        rationale: Text = "Rationale";
        /// Supporting documents.
        refs: Line = "References";
    }
}

states! {
    /// States of an impact analysis (domain 2.5).
    pub enum ImpactState {
        /// It is being written.
        Draft = "draft", "Draft", Due, 1, false;
        /// Every mandatory question has an answer.
        Complete = "complete", "Complete", Due, 2, false;
        /// A second person reviewed it.
        Reviewed = "reviewed", "Reviewed", Good, 3, false;
        /// The change it belongs to is approved.
        Locked = "locked", "Locked", Good, 4, false => finished();
        /// A later analysis replaced it.
        Superseded = "superseded", "Superseded", Neutral, 0, true;
        /// Entered by mistake; stays visible.
        Void = "void", "Void", Neutral, 0, true;
    }
}

use ImpactState as S;

impl ImpactState {
    /// Whether it was reviewed, and possibly locked since.
    pub const fn is_reviewed(self) -> bool {
        matches!(self, Self::Reviewed | Self::Locked)
    }
}

const DRAFT: &[&str] = &[S::Draft.code()];

record! {
    /// Impact analysis of one change request.
    pub struct ImpactAnalysis : ImpactAnalysis {
        section "Analysis", "IEC 62304 6.2.3", true, DRAFT => {
            /// Title of the analysis.
            title: Line = "Title" => required(S::Draft.code());
            /// The change request that it analyses.
            change_request: Option<RecordId> = "Change request" => required(S::Draft.code()), target(Kind::ChangeRequest), by_system();
            /// The analysis that it replaces.
            supersedes: Option<RecordId> = "Replaces" => target(Kind::ImpactAnalysis), by_system();
            /// Who performed it.
            performed_by: Vec<RecordId> = "Performed by" => required(S::Complete.code()), target(Kind::Person), clause("IEC 62304 7.4");
            /// When it was performed.
            performed_at: Option<Moment> = "Performed at" => past(), required(S::Complete.code()), clause("IEC 62304 7.4");
            /// How it was performed.
            method: Text = "Method" => required(S::Complete.code()), clause("IEC 62304 7.4");
            /// What it covers.
            scope_statement: Text = "Scope" => required(S::Complete.code()), clause("IEC 62304 6.2.3");
        }
        section "Questions", "IEC 62304 6.2.3, 7.4", true, DRAFT => {
            /// The questions that class, market and kind of change require, each with an answer and its own rationale.
            answers: Table<QuestionAnswer> = "Questions and answers" => required(S::Complete.code()), clause("IEC 62304 6.2.3, 7.4");
        }
        section "Conclusion", "IEC 62304 7.4", true, DRAFT => {
            /// The conclusion.
            conclusion: Option<Conclusion> = "Conclusion" => required(S::Complete.code()), clause("IEC 62304 7.4");
            /// Risk controls that were examined, one per line.
            controls_examined: Vec<Line> = "Risk controls examined" => clause("IEC 62304 7.4.2");
            /// Risk management activities that must follow.
            required_risk_activities: Vec<Line> = "Risk management activities to follow" => clause("IEC 62304 7.4.3");
            /// Other activities that must follow.
            required_activities: Vec<Line> = "Other activities to follow" => clause("IEC 62304 6.3.1");
            /// Verification that must follow.
            required_verification: Vec<Line> = "Verification to follow" => clause("IEC 62304 8.2.3");
            /// What is tested again, and why that is sufficient.
            regression_scope: Text = "Regression scope and why" => required(S::Complete.code()), clause("IEC 62304 8.2.3");
            /// How the change is reverted if it fails.
            rollback_plan: Text = "Rollback plan" => required(S::Complete.code()), clause("Good practice");
            /// Version of the risk management file before the change.
            rmf_before: Line = "Risk management file before" => clause("IEC 62304 7.4.3");
            /// Version of the risk management file after the change.
            rmf_after: Line = "Risk management file after" => clause("IEC 62304 7.4.3");
        }
    }
}

impl ImpactAnalysis {
    /// The answer to a question.
    pub fn answer(&self, code: &str) -> Option<&QuestionAnswer> {
        self.answers.iter().find(|answer| *answer.question == *code)
    }

    /// Whether a question about safety is answered Yes: Q04, Q05 or Q06 (domain 2.15).
    pub fn touches_safety(&self) -> bool {
        ["Q04", "Q05", "Q06"]
            .iter()
            .any(|code| self.answer(code).is_some_and(|answer| answer.answer == Some(Answer::Yes)))
    }
}

/// The transition that follows from an approval.
pub const LOCK: &str = "lock";
/// The transition by which a new analysis replaces one.
pub const SUPERSEDE: &str = "supersede";

const MOVES: &[Move] = &[
    Move::new(
        "complete",
        "Complete",
        &[S::Draft.code()],
        S::Complete.code(),
        &[Role::DevLead, Role::Developer, Role::RiskManager, Role::SecurityLead, Role::Quality],
    )
    .sign(Meaning::Authored)
    .clause("IEC 62304 6.2.3")
    .guard(|case| case.with::<ImpactAnalysis>(complete)),
    Move::new(
        "return",
        "Return for correction",
        &[S::Complete.code(), S::Reviewed.code()],
        S::Draft.code(),
        &[Role::DevLead, Role::RiskManager, Role::SecurityLead, Role::Quality],
    )
    .reason()
    .guard(|case| case.with::<ImpactAnalysis>(not_awaiting)),
    Move::new(
        "review",
        "Review",
        &[S::Complete.code()],
        S::Reviewed.code(),
        &[Role::RiskManager, Role::SecurityLead, Role::DevLead, Role::Quality],
    )
    .sign(Meaning::Reviewed)
    .clause("IEC 62304 7.4")
    .covers(|case| reviewed_parts(case.data))
    .guard(|case| case.with::<ImpactAnalysis>(reviewable)),
    Move::new(
        "void",
        "Void",
        &[S::Draft.code(), S::Complete.code(), S::Reviewed.code()],
        S::Void.code(),
        &[Role::Quality],
    )
    .reason()
    .grave()
    .guard(|case| case.with::<ImpactAnalysis>(change_has_ended)),
    Move::new(LOCK, "Lock", &[S::Reviewed.code()], S::Locked.code(), &[]),
    Move::new(
        SUPERSEDE,
        "Supersede",
        &[S::Draft.code(), S::Complete.code(), S::Reviewed.code(), S::Locked.code()],
        S::Superseded.code(),
        &[],
    ),
];

fn change_of(case: &Case, analysis: &ImpactAnalysis) -> Option<(SharedRecord, Arc<ChangeRequest>)> {
    let data = case.world.record(analysis.change_request?)?;
    let change = data.typed()?;
    Some((data, change))
}

fn complete(case: &Case, analysis: &ImpactAnalysis) -> Vec<Condition> {
    let change = change_of(case, analysis);
    let Some((_, change)) = change else {
        return vec![Condition::new("IEC 62304 6.2.3", "The change request can be read", false)];
    };
    let circumstances = change.circumstances(&case.world.product());
    let mut conditions: Vec<Condition> = QUESTIONS
        .iter()
        .filter(|question| question.mandatory(&circumstances))
        .map(|question| {
            let answered = analysis.answer(question.code).is_some_and(|answer| answer.answer.is_some());
            Condition::new(question.source, format!("{} is answered", question.code), answered).at("answers")
        })
        .collect();
    conditions.extend(rationale_conditions(analysis));
    if case.world.product().class().is_b_or_c() {
        let said_no = analysis.answer("Q06").is_some_and(|answer| answer.answer == Some(Answer::No));
        conditions.push(
            Condition::new(
                "IEC 62304 7.4.2",
                "If Q06 is answered No, the examined controls are listed",
                !said_no || !analysis.controls_examined.is_empty(),
            )
            .at("controls_examined"),
        );
    }
    conditions
}

fn rationale_conditions(analysis: &ImpactAnalysis) -> Vec<Condition> {
    let mut counts: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut conditions = Vec::new();
    for answer in analysis.answers.iter().filter(|answer| answer.answer.is_some()) {
        // Dots and dashes do not count as words.
        let long_enough = answer.rationale.trim().chars().count() >= RATIONALE_CHARS_MIN
            && plain(&answer.rationale).chars().count() * 2 >= RATIONALE_CHARS_MIN;
        let mut unmet =
            |text: String| conditions.push(Condition::new("IEC 62304 6.2.3", text, false).at("answers"));
        let code = &answer.question;
        if !long_enough {
            unmet(format!("{code} has a rationale of at least {RATIONALE_CHARS_MIN} characters, in words"));
        }
        if answer.rationale.contains(impact::TO_BE_JUDGED) {
            unmet(format!("{code} is judged: its rationale still says “{}”", impact::TO_BE_JUDGED));
        }
        counts.entry(plain(&answer.rationale)).or_default().push(&answer.question);
    }
    for (_, codes) in
        counts.iter().filter(|(text, codes)| !text.is_empty() && codes.len() > SAME_RATIONALE_MAX)
    {
        let text = format!("{} have their own rationales, not the same text", codes.join(", "));
        conditions.push(Condition::new("IEC 62304 7.4", text, false).at("answers"));
    }
    conditions
}

/// A rationale without case, space and punctuation, so that small variations do not hide boilerplate.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A second person reviews; for class B and C or an effect on safety the risk manager, for security or SOUP the security lead.
fn reviewable(case: &Case, analysis: &ImpactAnalysis) -> Vec<Condition> {
    let Some((_, change)) = change_of(case, analysis) else {
        return vec![Condition::new("IEC 62304 6.2.3", "The change request can be read", false)];
    };
    let mut conditions = vec![not_an_author(case)];
    if let Some(person) = case.actor.and_then(|actor| case.person(actor)) {
        let mut roles: Vec<Role> = reviews(case.world, case.data).into_iter().flat_map(|s| s.roles).collect();
        roles.extend(&person.roles);
        conditions.extend(reviewer_roles(case.world, &change, analysis, &roles));
    }
    conditions
}

/// An author of the analysis, or of an earlier one that it copied, does not review it, whoever is named as performer.
fn not_an_author(case: &Case) -> Condition {
    let authors = authorship::of_analysis(case.world, case.data);
    let second = case.actor.is_none_or(|actor| !authors.contains(&actor));
    Condition::new("IEC 62304 7.4", "The reviewer is not an author of the analysis", second)
        .at("performed_by")
}

/// For class B and C or an effect on safety the risk manager reviews, for security or SOUP the security lead.
fn reviewer_roles(
    world: &dyn World,
    change: &ChangeRequest,
    analysis: &ImpactAnalysis,
    roles: &[Role],
) -> Vec<Condition> {
    let mut conditions = Vec::new();
    if world.product().class().is_b_or_c() || analysis.touches_safety() {
        conditions.push(Condition::new(
            "IEC 62304 7.4",
            "A risk manager reviews the analysis, alone or in addition to another reviewer",
            roles.contains(&Role::RiskManager),
        ));
    }
    if change.soup_or_security() {
        conditions.push(Condition::new(
            "IEC 81001-5-1",
            "The security lead reviews the analysis, alone or in addition to another reviewer",
            roles.contains(&Role::SecurityLead),
        ));
    }
    conditions
}

/// What a review covers: the analysis, and the scope of the change that was analysed.
fn reviewed_parts(data: &SharedRecord) -> Vec<(RecordId, Part)> {
    let mut parts = vec![(data.head.id, Part::Content)];
    let analysis = data.typed::<ImpactAnalysis>();
    parts.extend(analysis.and_then(|analysis| analysis.change_request).map(|id| (id, Part::Scope)));
    parts
}

/// The valid reviews: signed on the current analysis and the current scope of the change.
fn reviews(world: &dyn World, data: &SharedRecord) -> Vec<Signature> {
    let parts = reviewed_parts(data);
    world
        .signatures(data.head.id)
        .into_iter()
        .filter(|signature| signature.meaning == Meaning::Reviewed && signature_holds(world, signature))
        .filter(|signature| {
            let covered = |(id, part): &(RecordId, Part)| {
                signature.covers.iter().any(|cover| cover.record == *id && cover.part == *part)
            };
            parts.iter().all(covered)
        })
        .collect()
}

/// Whether the review of an analysis is still valid for the current analysis and change under the current rules: what was
/// reviewed, by whom, and whether every mandatory question is answered.
pub fn still_reviewed(case: &Case, change: &ChangeRequest, data: &SharedRecord) -> Vec<Condition> {
    let Some(analysis) = data.typed::<ImpactAnalysis>() else { return Vec::new() };
    let id = data.head.id;
    let mut conditions = vec![answered(case.world, change, &analysis)];
    if matches!(S::of(data), Some(S::Reviewed | S::Locked)) {
        let reviews = reviews(case.world, data);
        let text = if reviews.is_empty() {
            "Scope and analysis are unchanged since the review; one of them was changed: return the analysis for correction, then complete and review it again"
        } else {
            "Scope and analysis are unchanged since the review"
        };
        conditions.push(Condition::new("IEC 62304 6.2.3, 21 CFR 11.70", text, !reviews.is_empty()));
        let authors = authorship::of_analysis(case.world, data);
        let others: Vec<&Signature> =
            reviews.iter().filter(|signature| !authors.contains(&signature.signer)).collect();
        if !reviews.is_empty() {
            let roles: Vec<Role> = others.iter().flat_map(|signature| signature.roles.clone()).collect();
            let text = "A person who is not an author reviewed the analysis";
            conditions.push(Condition::new("IEC 62304 7.4", text, !others.is_empty()));
            conditions.extend(reviewer_roles(case.world, change, &analysis, &roles));
        }
    }
    conditions.into_iter().map(|condition| condition.on(id)).collect()
}

fn answered(world: &dyn World, change: &ChangeRequest, analysis: &ImpactAnalysis) -> Condition {
    let circumstances = change.circumstances(&world.product());
    let open: Vec<&str> = QUESTIONS
        .iter()
        .filter(|question| question.mandatory(&circumstances))
        .filter(|question| analysis.answer(question.code).is_none_or(|answer| answer.answer.is_none()))
        .map(|question| question.code)
        .collect();
    let text = if open.is_empty() {
        "Every mandatory question is answered".to_owned()
    } else {
        format!("Every mandatory question is answered; open: {}", open.join(", "))
    };
    Condition::new("IEC 62304 6.2.3", text, open.is_empty())
}

/// Reviewers may sign one after the other; the last one takes the step.
fn signing(case: &Case) -> crate::domain::workflow::Signing {
    let mut signing = no_signing(case);
    if S::of(case.data) == Some(S::Complete) {
        signing.by = vec![Role::RiskManager, Role::SecurityLead];
        signing.meanings = vec![Meaning::Reviewed];
        signing.conditions = vec![not_an_author(case)];
        signing.covers = reviewed_parts(case.data);
    }
    signing
}

/// An active change needs its analysis, which is therefore returned for correction and not voided.
fn change_has_ended(case: &Case, analysis: &ImpactAnalysis) -> Vec<Condition> {
    let ended = change_of(case, analysis).is_none_or(|(data, _)| data.is_terminal());
    let mut condition = Condition::new("IEC 62304 6.2.3", "The change request has ended", ended);
    condition.record = analysis.change_request;
    vec![condition]
}

fn not_awaiting(case: &Case, analysis: &ImpactAnalysis) -> Vec<Condition> {
    let open = change_of(case, analysis).is_some_and(|(data, _)| data.head.state == "under_analysis");
    let mut condition = Condition::new("IEC 62304 6.2.4", "The change request is under analysis", open);
    condition.record = analysis.change_request;
    vec![condition]
}

/// Reports boilerplate copied from the previous analyses (domain 3.4, IA-05).
fn notices(case: &Case) -> Vec<String> {
    let Some(analysis) = case.data.typed::<ImpactAnalysis>() else { return Vec::new() };
    let number = case.id().number;
    let earlier: Vec<Arc<ImpactAnalysis>> = (number.saturating_sub(5).max(1)..number)
        .filter_map(|number| case.world.record(RecordId::new(ImpactAnalysis::KIND, number)))
        .filter_map(|data| data.typed())
        .collect();
    let mine: Vec<String> =
        analysis.answers.iter().map(|answer| plain(&answer.rationale)).filter(|t| !t.is_empty()).collect();
    let copied = mine
        .iter()
        .filter(|text| {
            earlier.iter().any(|other| other.answers.iter().any(|answer| plain(&answer.rationale) == **text))
        })
        .count();
    if !mine.is_empty() && copied * 5 >= mine.len() * 4 {
        vec![format!(
            "{copied} of {} rationales repeat earlier analyses word for word; an auditor may suspect boilerplate",
            mine.len()
        )]
    } else {
        Vec::new()
    }
}

/// The fields of the first or next analysis of a change request.
pub fn new_fields(case: &Case, change: &ChangeRequest, previous: Option<&SharedRecord>) -> Fields {
    let mut set = previous.map(|data| data.fields.clone()).unwrap_or_default();
    set.insert("title".into(), format!("Impact analysis of {}", case.id()).into());
    set.insert("change_request".into(), case.id().to_string().into());
    if let Some(previous) = previous {
        set.insert("supersedes".into(), previous.head.id.to_string().into());
    } else {
        let circumstances = change.circumstances(&case.world.product());
        let mut answers = questions::blank_answers(&circumstances);
        if case.rules >= SOUP_RULES {
            impact::facts(case.world, &change.affected_soup).fill(&mut answers);
        }
        set.insert("answers".into(), answers);
    }
    set
}

/// The declaration of impact analyses.
pub const DEF: KindDef = KindDef {
    purpose: "The effects of a change on safety, organisation and interfacing systems, analysed before it is approved.",
    clause: "IEC 62304 6.2.3, 7.4",
    sections: ImpactAnalysis::SECTIONS,
    states: ImpactState::ALL,
    moves: MOVES,
    deadlines: deadlines::ALL,
    edit_by: &[
        Role::DevLead,
        Role::Developer,
        Role::RiskManager,
        Role::SecurityLead,
        Role::Regulatory,
        Role::Quality,
    ],
    sign_conditions: Some(signing),
    notices,
    columns: &["change_request", "conclusion", "performed_at"],
    place: Place::Area(40),
    referable: true,
    assignable: true,
    fixes_files: &[ImpactState::Complete.code(), ImpactState::Reviewed.code(), ImpactState::Locked.code()],
    trace: Some(Trace { step: ChainStep::ImpactAnalysis, through: &["change_request"] }),
    gist: "conclusion",
    next_records: &[NextRecords {
        from: &[ImpactState::Reviewed.code(), ImpactState::Locked.code()],
        via: Via::Field("change_request"),
    }],
    evidence: &["6.2.3", "7.4.1", "7.4.2", "7.4.3"],
    keyed: &[("answers", questions::BY_QUESTION)],
    ..KindDef::new(Kind::ImpactAnalysis, "Impact analysis", "Impact analyses")
};
