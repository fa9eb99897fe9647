//! The maintenance plan: one record for each version of it (IEC 62304 6.1; domain 1.2, 2.1).
//!
//! The plan in force gives every limit, interval, criterion, role and required source in the program (`governing`).

mod deadlines;
pub mod examples;
mod governing;
mod rules;

pub use deadlines::{WatchedSource, next_review, next_trend_review, watched_sources};
pub use governing::{Governing, Standing};
pub use rules::{REVISE, in_force, sections_of_letter};

use crate::domain::authority::{AuthorityRow, Deputy, ProblemCriterion};
use crate::domain::choice::choice;
use crate::domain::field::Table;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Place;
use crate::domain::person::Role;
use crate::domain::policy::PLAN_RULES;
use crate::domain::product::Market;
use crate::domain::record::{KindDef, record, rows};
use crate::domain::text::{Line, Text};
use crate::domain::time::Day;
use crate::domain::workflow::states;

choice! {
    /// Where feedback comes from, seen from the maker.
    pub enum SourceSide {
        /// From users, distributors, service, authorities, the public.
        Outside = "outside", "Outside the organisation";
        /// From the maker's own people and systems.
        Inside = "inside", "Inside the organisation";
    }
}

choice! {
    /// The risk tier of a SOUP item, which decides how often it is reviewed.
    pub enum RiskTier {
        /// A failure can contribute to serious harm.
        High = "high", "High";
        /// A failure can contribute to minor harm.
        Medium = "medium", "Medium";
        /// A failure cannot contribute to harm.
        Low = "low", "Low";
    }
}

choice! {
    /// The severity of a vulnerability, on which its patch timeline depends.
    pub enum PatchSeverity {
        /// Critical.
        Critical = "critical", "Critical";
        /// High.
        High = "high", "High";
        /// Medium.
        Medium = "medium", "Medium";
        /// Low.
        Low = "low", "Low";
    }
}

rows! {
    /// A source of feedback that is watched (IEC 62304 6.2.1.1).
    pub struct FeedbackSource {
        /// Short code, which checks of the source cite.
        code: Line = "Code" => required(MaintenancePlanState::InReview.code());
        /// The source.
        name: Line = "Source" => required(MaintenancePlanState::InReview.code());
        /// Whether it is inside or outside the organisation.
        side: Option<SourceSide> = "Side" => required(MaintenancePlanState::InReview.code());
        /// Who checks it.
        owner: Line = "Who checks it" => required(MaintenancePlanState::InReview.code());
        /// Days between two checks.
        polling_days: Option<u32> = "Check every (days)" => required(MaintenancePlanState::InReview.code());
    }
}

rows! {
    /// How often SOUP of a risk tier is reviewed, and with what (IEC 62304 6.1 f, 7.1.3).
    pub struct SoupReviewRule {
        /// The risk tier.
        tier: Option<RiskTier> = "Risk tier" => required(MaintenancePlanState::InReview.code());
        /// Days between two reviews.
        interval_days: Option<u32> = "Review every (days)" => required(MaintenancePlanState::InReview.code());
        /// Sources that every review must search.
        required_sources: Line = "Required sources" => required(MaintenancePlanState::InReview.code());
        /// The least number of sources.
        min_sources: Option<u32> = "Least number of sources" => required(MaintenancePlanState::InReview.code());
    }
}

rows! {
    /// By when a vulnerability of a severity is patched (IEC 81001-5-1 6.1.1).
    pub struct PatchTimeline {
        /// The severity.
        severity: Option<PatchSeverity> = "Severity" => required(MaintenancePlanState::InReview.code());
        /// Days from the decision that the product is affected to the release.
        days: Option<u32> = "Release within (days)" => required(MaintenancePlanState::InReview.code());
    }
}

rows! {
    /// By when a finding of a severity is decided (IEC 62304 7.1.3, IEC 81001-5-1).
    pub struct FindingLimit {
        /// The severity.
        severity: Option<PatchSeverity> = "Severity" => required(MaintenancePlanState::InReview.code());
        /// Days from the day on which it was learned.
        days: Option<u32> = "Decide within (days)" => required(MaintenancePlanState::InReview.code());
    }
}

rows! {
    /// The authority of a market, and how it is told.
    pub struct RegulatorRow {
        /// The market.
        market: Option<Market> = "Market" => required(MaintenancePlanState::InReview.code());
        /// The authority, and for the European Union the notified body.
        authority: Line = "Authority" => required(MaintenancePlanState::InReview.code());
        /// How it is told.
        how: Line = "How it is told";
    }
}

rows! {
    /// A role in maintenance and who holds it.
    pub struct PlanRole {
        /// The role.
        role: Option<Role> = "Role" => required(MaintenancePlanState::InReview.code());
        /// The person.
        person: Option<RecordId> = "Person" => target(Kind::Person), required(MaintenancePlanState::InReview.code());
    }
}

rows! {
    /// A task that must be complete before a version is released (IEC 62304 5.8.6).
    pub struct ReleaseTask {
        /// The task.
        task: Line = "Task" => required(MaintenancePlanState::InReview.code());
    }
}

states! {
    /// States of a version of the maintenance plan (domain 2.1).
    pub enum MaintenancePlanState {
        /// It is being written; its values are provisional.
        Draft = "draft", "Draft", Due, 1, false;
        /// It waits for its signatures.
        InReview = "in_review", "In review", Due, 2, false;
        /// It is approved and takes effect on its day.
        Approved = "approved", "Approved", Good, 3, false;
        /// It is in force.
        Effective = "effective", "In force", Good, 4, false;
        /// A later version is in force.
        Superseded = "superseded", "Superseded", Neutral, 5, true;
        /// Entered by mistake or given up; stays visible.
        Void = "void", "Void", Neutral, 0, true;
    }
}

use MaintenancePlanState as S;

const DRAFT: &[&str] = &[S::Draft.code()];
const REVIEWED: &str = S::InReview.code();

record! {
    /// A version of the maintenance plan.
    pub struct MaintenancePlan : MaintenancePlan {
        section "Version", "IEC 62304 6.1, ISO 13485 4.2.4", true, DRAFT => {
            /// Title of the plan.
            title: Line = "Title" => required(S::Draft.code());
            /// Its version, such as 1 or 2.0.
            version: Line = "Version" => required(REVIEWED), clause("ISO 13485 4.2.4");
            /// The version that it replaces.
            supersedes: Option<RecordId> = "Supersedes" => by_system(), target(Kind::MaintenancePlan);
            /// The first day on which it may be put in force. Not before its approval.
            effective_from: Option<Day> = "Effective from" => required(REVIEWED), clause("IEC 62304 6.1");
            /// Days after which the plan itself is reviewed.
            plan_review_days: Option<u32> = "Review of this plan every (days)" => required(REVIEWED), clause("ISO 13485 4.2.4");
            /// Why this version was made.
            reason_for_version: Text = "Reason for this version" => required(REVIEWED);
        }
        section "a) Feedback", "IEC 62304 6.1 a", true, DRAFT => {
            /// How feedback is received, documented, evaluated, resolved and tracked.
            feedback_procedure: Text = "Procedure for feedback" => required(REVIEWED), clause("IEC 62304 6.1 a");
            /// The sources that are watched, inside and outside the organisation.
            feedback_sources: Table<FeedbackSource> = "Feedback sources" => required(REVIEWED), clause("IEC 62304 6.2.1.1");
            /// Working days within which feedback must be evaluated.
            feedback_triage_days: Option<u32> = "Evaluation of feedback (working days)" => required(REVIEWED), clause("IEC 62304 6.2.1.2");
            /// Working days from the day of awareness within which it must be decided for each market whether feedback with
            /// possible harm is reported. The limits of the authorities are longer; this one is for the decision.
            reportability_days: Option<u32> = "Decision on reportability (working days)" => required(REVIEWED), clause("ISO 13485 8.2.3");
            /// Days within which a decision must be followed up: the reporter answered, the resolution verified, the report
            /// closed.
            follow_up_days: Option<u32> = "Follow-up of decisions (days)" => required(REVIEWED), clause("IEC 62304 9.7");
        }
        section "b) Problem criteria", "IEC 62304 6.1 b", true, DRAFT => {
            /// Criteria for deciding that feedback is a problem. Evaluations cite their codes.
            problem_criteria: Table<ProblemCriterion> = "Problem criteria" => required(REVIEWED), clause("IEC 62304 6.1 b");
        }
        section "c) Risk management", "IEC 62304 6.1 c", true, DRAFT => {
            /// The risk management process that is applied.
            risk_process_ref: Line = "Risk management process" => required(REVIEWED), clause("IEC 62304 6.1 c");
            /// Where the criteria for acceptable risk stand.
            risk_acceptability_ref: Line = "Criteria for acceptable risk" => required(REVIEWED), clause("ISO 14971");
            /// Where the risk management file is kept.
            rmf_location: Line = "Risk management file" => required(REVIEWED), clause("IEC 62304 7.1.4");
        }
        section "d) Problem resolution", "IEC 62304 6.1 d", true, DRAFT => {
            /// The problem resolution process that is applied.
            problem_resolution_ref: Text = "Problem resolution process" => required(REVIEWED), clause("IEC 62304 6.1 d");
            /// Working days within which a problem report must be evaluated.
            problem_evaluation_days: Option<u32> = "Evaluation of a problem (working days)" => required(REVIEWED), clause("IEC 62304 9.2");
            /// The same if an effect on safety is not excluded: serious, minor, unknown, or not evaluated yet.
            problem_safety_days: Option<u32> = "Evaluation of a safety-relevant problem (working days)" => required(REVIEWED), clause("IEC 62304 9.2");
            /// Days between two trend reviews.
            trend_interval_days: Option<u32> = "Trend review every (days)" => required(REVIEWED), clause("IEC 62304 9.6");
            /// How trends are analysed.
            trend_method: Text = "Method of trend analysis" => required(REVIEWED), clause("IEC 62304 9.6");
            /// From when a trend counts as adverse.
            trend_thresholds: Text = "Thresholds of trends" => clause("MDR 88");
        }
        section "e) Change control", "IEC 62304 6.1 e", true, DRAFT => {
            /// The configuration management process that is applied.
            cm_process_ref: Text = "Configuration management process" => required(REVIEWED), clause("IEC 62304 6.1 e");
            /// Days within which the next step of a change request must be taken: submission, analysis, approval, start of the
            /// work.
            change_pending_days: Option<u32> = "Next step of a change request (days)" => required(REVIEWED), clause("IEC 62304 6.2.4");
            /// How an emergency is handled: fewer people and less time, never another order.
            emergency_procedure: Text = "Emergency procedure" => required(REVIEWED), clause("IEC 62304 6.2.4");
            /// Days for submission, analysis and approval if the change is an emergency.
            emergency_days: Option<u32> = "Decision on an emergency change (days)" => required(REVIEWED), clause("IEC 62304 6.2.4");
            /// Days for which an approval is valid before the work starts; empty: no limit.
            approval_valid_days: Option<u32> = "Validity of an approval (days)";
            /// Days within which a process deviation must be closed.
            deviation_days: Option<u32> = "Closure of a process deviation (days)" => required(REVIEWED), clause("IEC 62304 8.2.1");
            /// The roles that must sign each kind of decision.
            authority: Table<AuthorityRow> = "Authority matrix" => required(REVIEWED), clause("IEC 62304 6.1 e");
            /// Who may sign for a role when a change is an emergency. The order of steps never changes.
            deputies: Table<Deputy> = "Deputies in an emergency" => clause("IEC 62304 6.1 e");
            /// The roles in maintenance and who holds them.
            roles: Table<PlanRole> = "Roles" => required(REVIEWED), clause("IEC 62304 6.1");
        }
        section "f) SOUP", "IEC 62304 6.1 f", true, DRAFT => {
            /// How upgrades of suppliers are judged and rolled in.
            soup_upgrade_procedure: Text = "Upgrades of SOUP" => required(REVIEWED), clause("IEC 62304 6.1 f");
            /// How patches and bug fixes of suppliers are judged and rolled in.
            soup_patch_procedure: Text = "Patches and bug fixes of SOUP" => required(REVIEWED), clause("IEC 62304 6.1 f");
            /// What is done when SOUP becomes obsolete.
            soup_obsolescence_procedure: Text = "Obsolescence of SOUP" => required(REVIEWED), clause("IEC 62304 6.1 f");
            /// How often SOUP of each risk tier is reviewed, and with what sources.
            soup_review_policy: Table<SoupReviewRule> = "Review of SOUP by risk tier" => required(REVIEWED), clause("IEC 62304 7.1.3");
            /// Events after which SOUP is reviewed at once.
            soup_event_triggers: Vec<Line> = "Events that trigger a review" => required(REVIEWED), clause("IEC 62304 7.1.3");
            /// How anomalies and vulnerabilities are searched for and judged: lists of suppliers, sources, identifiers, who judges.
            soup_review_method: Text = "Method of SOUP reviews" => clause("IEC 62304 7.1.3");
            /// Days before a release within which all its SOUP must have been reviewed.
            soup_review_window_days: Option<u32> = "SOUP review before a release (days)" => required(REVIEWED), clause("IEC 62304 7.1.3");
        }
        section "Vulnerabilities and updates", "FD&C 524B, IEC 81001-5-1", true, DRAFT => {
            /// The plan for managing vulnerabilities.
            vulnerability_plan_ref: Line = "Vulnerability management plan" => clause("FD&C 524B(b)(1)");
            /// Who is responsible for it.
            vulnerability_responsible: Line = "Responsible for vulnerabilities";
            /// What is monitored, how and how often.
            vulnerability_monitoring: Text = "Monitoring: sources, methods, frequency" => clause("IEC 81001-5-1 4.1.7");
            /// How known exploited vulnerabilities are handled.
            kev_handling: Text = "Known exploited vulnerabilities";
            /// Security tests that are repeated.
            security_testing: Text = "Periodic security testing";
            /// By when vulnerabilities of each severity are patched.
            patch_timelines: Table<PatchTimeline> = "Patch timelines by severity" => clause("IEC 81001-5-1 6.1.1");
            /// By when findings of each severity are decided.
            finding_triage: Table<FindingLimit> = "Decision on findings by severity" => clause("IEC 62304 7.1.3");
            /// Days from learning of an uncontrolled risk within which users are told.
            uncontrolled_tell_days: Option<u32> = "Uncontrolled risk: users told within (days)" => clause("FDA postmarket cybersecurity");
            /// Days from learning of an uncontrolled risk within which the remedy reaches the users.
            uncontrolled_remedy_days: Option<u32> = "Uncontrolled risk: remedy within (days)" => clause("FDA postmarket cybersecurity");
            /// Days after which an accepted risk of a finding is assessed again at the latest.
            risk_accepted_days: Option<u32> = "Accepted risk assessed again within (days)" => clause("ISO 14971");
            /// Days between two regular updates.
            regular_cycle_days: Option<u32> = "Regular update cycle (days)" => clause("FD&C 524B(b)(2)(A)");
            /// Why this cycle is justified.
            regular_cycle_justification: Text = "Why this regular cycle" => clause("FD&C 524B(b)(2)(A)");
            /// When an update is made out of the cycle.
            out_of_cycle_criteria: Text = "When an update is made out of cycle" => clause("FD&C 524B(b)(2)(B)");
            /// Days within which an update out of the cycle is released.
            out_of_cycle_days: Option<u32> = "Update out of cycle within (days)" => clause("FD&C 524B(b)(2)(B)");
            /// Why this limit is justified.
            out_of_cycle_justification: Text = "Why this limit out of cycle" => clause("FD&C 524B(b)(2)(B)");
            /// The policy for coordinated disclosure.
            disclosure_policy_ref: Line = "Coordinated disclosure policy" => clause("IEC 81001-5-1 4.1.7");
            /// Why none of this applies, if the product is not a cyber device.
            not_cyber_justification: Text = "Why this does not apply" => hint("No connection, no removable media");
        }
        section "Communication and release", "IEC 62304 6.2.5, 5.8", true, DRAFT => {
            /// How users and authorities are told.
            communication_procedure: Text = "Communication procedure" => required(REVIEWED), clause("IEC 62304 6.2.5");
            /// The authority of each market.
            regulator_matrix: Table<RegulatorRow> = "Authorities" => required(REVIEWED), clause("IEC 62304 6.2.5");
            /// Days within which recipients must have acknowledged an advisory or field safety notice.
            acknowledgement_days: Option<u32> = "Acknowledgement of notices (days)" => required(REVIEWED), clause("ISO 13485 8.3.3");
            /// How regression tests are chosen.
            regression_strategy: Text = "Regression strategy" => required(REVIEWED), clause("IEC 62304 5.7.3");
            /// Tasks that must be complete before a version is released.
            release_tasks: Table<ReleaseTask> = "Tasks before a release" => required(REVIEWED), clause("IEC 62304 5.8.6");
            /// Days after which the archive of a release in service is read again.
            archive_check_days: Option<u32> = "Archive check every (days)" => required(REVIEWED), clause("IEC 62304 5.8.7");
        }
        section "Retention and retirement", "IEC 62304 5.8.7, ISO 13485 4.2.5", true, DRAFT => {
            /// How long records are kept.
            record_retention_rule: Text = "Retention of records" => required(REVIEWED), clause("ISO 13485 4.2.5");
            /// Where the retirement of the product is planned.
            retirement_ref: Text = "Retirement" => required(REVIEWED), clause("IEC 81001-5-1 5.8.7");
            /// How legacy software is handled, if the product is.
            legacy_section: Text = "Legacy software" => clause("IEC 62304 4.4");
            /// The source of the values in this plan.
            basis: Text = "Basis of these values";
        }
        section "Still examples", "", false, DRAFT => {
            /// Fields that still hold example values, by name. Changing a field takes it from the list; so does accepting it. A
            /// plan with examples cannot be submitted.
            undecided: Vec<Line> = "Values that are still examples";
        }
        section "In force", "IEC 62304 6.1", false, &[S::Approved.code()] => {
            /// What the plan changes for records that are open already.
            impact_on_open: Text = "Effect on open records" => required(S::Effective.code()), clause("IEC 62304 6.1");
            /// The day on which it was put in force.
            in_force_from: Option<Day> = "In force from" => by_system();
            /// The day on which the next version was put in force.
            in_force_until: Option<Day> = "In force until" => by_system();
        }
    }
}

/// The step that follows when a later version is put in force.
pub const SUPERSEDE: &str = "supersede";

/// Roles that write the plan.
const WRITERS: &[Role] =
    &[Role::Quality, Role::DevLead, Role::Regulatory, Role::RiskManager, Role::SecurityLead];

/// The declaration of maintenance plans.
pub const DEF: KindDef = KindDef {
    purpose: "How this product is maintained. The version in force gives every limit, interval, criterion and required signature; without one everything is provisional and nothing is released.",
    clause: "IEC 62304 6.1",
    since: PLAN_RULES,
    sections: MaintenancePlan::SECTIONS,
    states: MaintenancePlanState::ALL,
    moves: rules::MOVES,
    deadlines: deadlines::ALL,
    create_by: WRITERS,
    edit_by: WRITERS,
    on_edit: rules::decided_by_edit,
    violations: rules::violations,
    may_create: rules::may_create,
    on_create: rules::replaces,
    approvable: Some(&rules::APPROVABLE),
    notices: rules::notices,
    columns: &["version", "effective_from", "in_force_from", "in_force_until"],
    place: Place::Area(60),
    referable: true,
    assignable: true,
    fixes_files: &[S::InReview.code(), S::Approved.code(), S::Effective.code()],
    scope_by_edits: true,
    scope_fixed: "A plan in review is fixed: return it to draft. A plan that was approved is replaced by a new version",
    gist: "version",
    evidence: &["6.1", "6.2.1.1"],
    ..KindDef::new(Kind::MaintenancePlan, "Maintenance plan", "Maintenance plan")
};
