//! Post-release feedback, from intake to closure (IEC 62304 6.2.1; ISO 13485 8.2.1, 8.2.2; domain 2.2).

mod deadlines;
mod rules;

use serde_json::Value;

use crate::domain::choice::choice;
use crate::domain::field::{Offer, Table};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::{ChainStep, Place, Trace};
use crate::domain::person::Role;
use crate::domain::product::Market;
use crate::domain::record::{Fields, KindDef, RecordData, record, rows};
use crate::domain::text::{Line, Text};
use crate::domain::time::{Day, Moment};
use crate::domain::workflow::states;

choice! {
    /// Who or what the feedback comes from.
    pub enum SourceKind {
        /// A user of the device.
        User = "user", "User";
        /// A patient or a relative.
        Patient = "patient", "Patient";
        /// A distributor or importer.
        Distributor = "distributor", "Distributor";
        /// Service or maintenance staff.
        Service = "service", "Service";
        /// A person in the organisation.
        Internal = "internal", "Internal";
        /// Planned post-market surveillance.
        Pms = "pms", "Post-market surveillance";
        /// Literature or a public database.
        Literature = "literature", "Literature";
        /// An authority.
        Regulator = "regulator", "Regulator";
        /// A security researcher.
        SecurityResearcher = "security_researcher", "Security researcher";
        /// A supplier of a component.
        Supplier = "supplier", "Supplier";
        /// Experience with a similar device.
        SimilarDevice = "similar_device", "Similar device";
    }
}

choice! {
    /// Whether a patient or user was harmed.
    pub enum Harm {
        /// Harm is excluded.
        None = "none", "None";
        /// Harm was possible.
        Potential = "potential", "Potential";
        /// A person was harmed.
        Actual = "actual", "Actual";
        /// It is not known.
        Unknown = "unknown", "Unknown";
    }
}

choice! {
    /// Outcome of a reportability assessment.
    pub enum ReportDecision {
        /// It is reported.
        Report = "report", "Report";
        /// It is not reported, for the reason given.
        DoNotReport = "do_not_report", "Do not report";
    }
}

rows! {
    /// Whether the feedback is reported to one authority. The program records the reasoning; it does not decide.
    pub struct Reportability {
        /// The market.
        market: Option<Market> = "Market";
        /// Whether the definition of a reportable event is met.
        event_definition_met: Option<bool> = "Event definition met";
        /// Whether the device may have caused it.
        causal_link: Option<bool> = "Causal link possible";
        /// The decision.
        decision: Option<ReportDecision> = "Decision";
        /// The basis of the decision.
        basis: Text = "Basis";
        /// When it was decided.
        decided_at: Option<Moment> = "Decided at" => past();
        /// Reference number of the report.
        reference_no: Line = "Reference number";
    }
}

states! {
    /// States of feedback (domain 2.2).
    pub enum FeedbackState {
        /// It was received.
        Received = "received", "Received", Due, 1, false;
        /// Intake is complete.
        Registered = "registered", "Registered", Due, 2, false;
        /// It is being evaluated whether it is a problem.
        UnderEvaluation = "under_evaluation", "Under evaluation", Due, 3, false;
        /// It is a problem; a problem report exists.
        ProblemConfirmed = "problem_confirmed", "Problem confirmed", Neutral, 4, false;
        /// It is not a problem, for the reason given.
        NotAProblem = "not_a_problem", "Not a problem", Neutral, 4, false;
        /// Another feedback reports the same problem.
        Duplicate = "duplicate", "Duplicate", Neutral, 4, false;
        /// It suggests a change.
        ChangeSuggestion = "change_suggestion", "Change suggestion", Neutral, 4, false;
        /// Finished.
        Closed = "closed", "Closed", Good, 5, false => finished();
        /// New information arrived after closure.
        Reopened = "reopened", "Reopened", Due, 2, false;
        /// Entered by mistake; stays visible.
        Void = "void", "Void", Neutral, 0, true;
    }
}

use FeedbackState as S;
use mainstay_base::distinct::distinct;

const INTAKE: &[&str] =
    &[S::Received.code(), S::Registered.code(), S::UnderEvaluation.code(), S::Reopened.code()];
const EVALUATION: &[&str] = &[S::Registered.code(), S::UnderEvaluation.code(), S::Reopened.code()];
const OUTCOMES: &[&str] =
    &[S::ProblemConfirmed.code(), S::NotAProblem.code(), S::Duplicate.code(), S::ChangeSuggestion.code()];
const FOLLOW_UP: &[&str] = &[
    S::Registered.code(),
    S::UnderEvaluation.code(),
    S::Reopened.code(),
    S::ProblemConfirmed.code(),
    S::NotAProblem.code(),
    S::Duplicate.code(),
    S::ChangeSuggestion.code(),
];
const NOT_VOID: &[&str] = &[
    S::Received.code(),
    S::Registered.code(),
    S::UnderEvaluation.code(),
    S::ProblemConfirmed.code(),
    S::NotAProblem.code(),
    S::Duplicate.code(),
    S::ChangeSuggestion.code(),
    S::Reopened.code(),
];

record! {
    /// One item of post-release feedback.
    pub struct Feedback : Feedback {
        section "Receipt", "IEC 62304 6.2.1.1", true, INTAKE => {
            /// The subject in one line.
            title: Line = "Title" => required(S::Received.code()), hint("Alarm is late when the pump runs on battery");
            /// When the organisation received it.
            received_at: Option<Moment> = "Received at" => past(), occurrence(), required(S::Registered.code()), clause("ISO 13485 8.2.2; 21 CFR 820.35(a)");
            /// When the first employee learned of it. Reporting limits run from here.
            aware_at: Option<Moment> = "Aware since" => past(), required(S::Registered.code()), clause("21 CFR 803; MDR 87");
            /// How it was received.
            channel: Line = "Channel" => required(S::Registered.code()), hint("Telephone, service report, database search");
            /// Who or what it comes from.
            source_kind: Option<SourceKind> = "Source" => required(S::Registered.code()), clause("IEC 62304 6.2.1.1");
            /// Its number in the source system. The same number is not accepted twice.
            external_number: Line = "External number" => hint("MAUDE 22069635");
            /// The exact words of the report, unchanged.
            description_verbatim: Text = "Description as reported" => required(S::Registered.code()), personal(), clause("IEC 62304 6.2.1.2");
            /// Further data of the source, unchanged.
            source_columns: Text = "Further data of the source" => personal();
        }
        section "Reporter", "21 CFR 820.35(a)", true, INTAKE => {
            /// Name of the person who reported it.
            reporter_name: Line = "Reporter's name" => personal();
            /// Organisation of the person who reported it.
            reporter_organisation: Line = "Organisation" => personal();
            /// Postal address.
            reporter_address: Text = "Address" => personal();
            /// Telephone number.
            reporter_phone: Line = "Telephone" => personal();
            /// E-mail address.
            reporter_email: Line = "E-mail" => personal();
            /// Country of the reporter.
            reporter_country: Line = "Country";
        }
        section "Device", "21 CFR 820.35(a)", true, INTAKE => {
            /// Name of the device as reported.
            device_name: Line = "Device name" => required(S::Registered.code());
            /// UDI-DI as reported.
            udi_di: Line = "UDI-DI";
            /// UDI-PI, serial or lot number as reported.
            udi_pi: Line = "UDI-PI, serial or lot";
            /// Software version as reported, or "unknown" with the attempt to obtain it.
            software_version_reported: Line = "Software version reported" => required(S::Registered.code()), hint("2.3.1, or unknown"), clause("IEC 62304 9.8"), offers(Offer::Versions);
            /// What was done to obtain the version, if it is unknown.
            version_attempt: Line = "Attempt to obtain the version";
            /// Where and with what it was used.
            environment: Text = "Environment of use";
        }
        section "Screening", "ISO 13485 8.2.2", true, EVALUATION => {
            /// Whether it alleges a deficiency of the released product.
            is_complaint: Option<bool> = "Complaint" => required(S::UnderEvaluation.code()), clause("ISO 13485 8.2.2");
            /// Why it is or is not a complaint.
            complaint_rationale: Text = "Why it is or is not a complaint" => required(S::UnderEvaluation.code()), clause("ISO 13485 8.2.2");
            /// Whether a patient or user was harmed. Any answer except None requires a reportability assessment for each market.
            patient_or_user_harm: Option<Harm> = "Harm to patient or user" => open_when_made(), required(S::UnderEvaluation.code()), clause("ISO 13485 8.2.3");
            /// Whether the harm may have been serious.
            serious_harm_suspected: Option<bool> = "Serious harm suspected";
            /// Whether it concerns security.
            security_related: Option<bool> = "Security-related" => required(S::UnderEvaluation.code()), clause("IEC 81001-5-1");
            /// Whether personal health information is involved.
            phi_involved: Option<bool> = "Health information involved";
        }
        section "Evaluation", "IEC 62304 6.2.1.2", true, EVALUATION => {
            /// Code of the criterion by which it was evaluated.
            criterion_code: Line = "Criterion" => clause("IEC 62304 6.1 b"), offers(Offer::Criteria);
            /// Why it is or is not a problem.
            evaluation_rationale: Text = "Rationale of the evaluation" => clause("IEC 62304 6.2.1.2");
            /// Whether it needs an investigation.
            investigation_needed: Option<bool> = "Investigation needed" => clause("ISO 13485 8.2.2");
            /// Why no investigation is needed.
            no_investigation_reason: Text = "Why no investigation" => clause("ISO 13485 8.2.2");
            /// The feedback that reports the same problem.
            duplicate_of: Option<RecordId> = "Duplicate of" => target(Kind::Feedback);
            /// Why a suggested change was declined.
            declined_rationale: Text = "Why the suggestion was declined";
        }
        section "Reportability", "ISO 13485 8.2.3", true, FOLLOW_UP => {
            /// Whether it is reported, for each market. The program does not decide reportability.
            reportability_assessments: Table<Reportability> = "Reportability assessments" => clause("ISO 13485 8.2.3");
        }
        section "Follow-up", "ISO 13485 8.2.3", false, FOLLOW_UP => {
            /// The problem report that handles it.
            problem_report: Option<RecordId> = "Problem report" => target(Kind::ProblemReport), clause("IEC 62304 6.2.2");
            /// The change request that implements the suggestion.
            change_request: Option<RecordId> = "Change request" => target(Kind::ChangeRequest);
            /// When the reporter was answered.
            reply_sent_at: Option<Day> = "Reply sent on" => past(), clause("21 CFR 820.35(a)");
            /// Where the reply is filed, or why none was sent.
            reply_ref: Line = "Reply, or why none" => clause("21 CFR 820.35(a)");
            /// Other records that belong to it.
            related: Vec<RecordId> = "Related records" => open_when_made();
        }
    }
}

impl Feedback {
    /// Whether harm is not excluded, so that reportability must be assessed (domain 2.2).
    pub fn needs_reportability(&self) -> bool {
        self.patient_or_user_harm.is_some_and(|harm| harm != Harm::None)
    }

    /// The markets for which reportability must be decided: those of the product and those that an assessment names; none
    /// if harm is excluded.
    pub fn markets_to_assess(&self, markets: &[Market]) -> Vec<Market> {
        if !self.needs_reportability() {
            return Vec::new();
        }
        let named = self.reportability_assessments.iter().filter_map(|row| row.market);
        distinct(markets.iter().copied().chain(named))
    }

    /// The markets of [`Self::markets_to_assess`] without a decision that has a basis and a date. A market is undecided if it
    /// has no assessment, or if one of its assessments is open.
    pub fn undecided_markets(&self, markets: &[Market]) -> Vec<Market> {
        let decided = |row: &Reportability| {
            row.decision.is_some() && row.decided_at.is_some() && !row.basis.trim().is_empty()
        };
        self.markets_to_assess(markets)
            .into_iter()
            .filter(|market| {
                let mut rows = self
                    .reportability_assessments
                    .iter()
                    .filter(|row| row.market == Some(*market))
                    .peekable();
                rows.peek().is_none() || !rows.all(decided)
            })
            .collect()
    }
}

/// An edit that moves the day of awareness to a later day or removes it needs a reason: reporting limits run from that day (21 CFR 803).
fn postpones_awareness(data: &RecordData, set: &Fields) -> Option<String> {
    let moment = |value: &Value| value.as_str().and_then(|text| Moment::parse(text).ok());
    let given = set.get("aware_at")?;
    let before = moment(data.value("aware_at"))?;
    let later = moment(given).is_none_or(|after| after > before);
    later.then(|| format!("a later or empty “Aware since” of {}", data.head.id))
}

/// The declaration of feedback.
pub const DEF: KindDef = KindDef {
    purpose: "Everything that users, service, authorities or suppliers report about the released product. Each item is evaluated: is it a problem?",
    clause: "IEC 62304 6.2.1",
    sections: Feedback::SECTIONS,
    states: FeedbackState::ALL,
    moves: rules::MOVES,
    deadlines: deadlines::ALL,
    create_by: Role::EVERYONE,
    edit_by: Role::EVERYONE,
    why_reason: postpones_awareness,
    sign_conditions: Some(rules::signing),
    columns: &["source_kind", "patient_or_user_harm", "external_number"],
    place: Place::Area(10),
    referable: true,
    assignable: true,
    fixes_files: &[FeedbackState::Closed.code()],
    trace: Some(Trace { step: ChainStep::Feedback, through: &["problem_report", "change_request"] }),
    evidence: &["6.2.1.1", "6.2.1.2"],
    ..KindDef::new(Kind::Feedback, "Feedback", "Feedback")
};
