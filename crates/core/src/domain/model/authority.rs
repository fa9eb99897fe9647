//! Who must sign which decision: the rows of the authority matrix, and the criteria and deputies that stand beside it
//! (IEC 62304 6.1 b, 6.1 e; domain 2.15).

use crate::domain::choice::choice;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::rows;
use crate::domain::role::Role;
use crate::domain::text::Line;
use mainstay_base::distinct::distinct;

choice! {
    /// The subjects of the authority matrix (domain 2.15).
    pub enum AuthoritySubject {
        /// A routine change request without effect on safety.
        ChangeRoutine = "change_routine", "Change request, routine";
        /// A change request whose impact analysis answers Yes to Q04, Q05 or Q06.
        ChangeSafety = "change_safety", "Change request with effect on safety";
        /// A change request that is a security change or changes SOUP.
        ChangeSecurity = "change_security", "Change request, security or SOUP";
        /// A change request that is significant for a regulator.
        ChangeRegulatory = "change_regulatory", "Change request, regulatory-significant";
        /// The safety evaluation of a problem report.
        ProblemSafety = "problem_safety", "Problem report, safety evaluation";
        /// No action on, or deferral of, a problem report.
        ProblemNoAction = "problem_no_action", "Problem report, no action or deferred";
        /// A version of the maintenance plan.
        MaintenancePlan = "maintenance_plan", "Maintenance plan";
        /// A finding that does not affect the product.
        FindingNotAffected = "finding_not_affected", "Finding, not affected";
        /// A finding whose risk is uncontrolled.
        FindingUncontrolled = "finding_uncontrolled", "Finding, uncontrolled risk";
        /// A finding whose risk is accepted.
        FindingRiskAccepted = "finding_risk_accepted", "Finding, risk accepted";
        /// A SOUP review session.
        ReviewSession = "review_session", "SOUP review session";
        /// A release.
        Release = "release", "Release";
        /// An external communication.
        CommunicationExternal = "communication_external", "Communication, external";
        /// The decision that no report to a regulator is required.
        RegulatorNotRequired = "regulator_not_required", "Report to regulator not required";
        /// A waiver, or the closure of a process deviation.
        WaiverOrDeviation = "waiver_or_deviation", "Waiver or closure of a deviation";
        /// The retirement plan.
        RetirementPlan = "retirement_plan", "Retirement plan";
    }
}

rows! {
    /// One row of the authority matrix.
    pub struct AuthorityRow {
        /// The subject of the decision.
        subject: Option<AuthoritySubject> = "Subject";
        /// Roles that must sign.
        must_sign: Vec<Role> = "Must sign";
        /// Additional roles that must sign if the product's class is B or C.
        must_sign_b_c: Vec<Role> = "Must sign for class B and C";
        /// Roles that are consulted.
        consulted: Vec<Role> = "Consulted";
    }
}

rows! {
    /// One criterion for deciding that feedback is a problem (IEC 62304 6.1 b).
    pub struct ProblemCriterion {
        /// Short code that evaluations cite.
        code: Line = "Code";
        /// The criterion.
        statement: Line = "Statement";
        /// An example.
        example: Line = "Example";
    }
}

rows! {
    /// A person who may sign for a role when a change is an emergency (domain 2.4).
    pub struct Deputy {
        /// The role for which the deputy signs.
        role: Option<Role> = "Role";
        /// The deputy.
        person: Option<RecordId> = "Deputy" => target(Kind::Person);
    }
}

/// The roles that must sign for any of several subjects and a class, in the order of the roles.
pub fn required_roles(
    matrix: &[AuthorityRow],
    subjects: &[AuthoritySubject],
    class_b_or_c: bool,
) -> Vec<Role> {
    let applies = |row: &&AuthorityRow| row.subject.is_some_and(|subject| subjects.contains(&subject));
    distinct(matrix.iter().filter(applies).flat_map(|row| {
        let extra: &[Role] = if class_b_or_c { &row.must_sign_b_c } else { &[] };
        row.must_sign.iter().chain(extra).copied()
    }))
}

/// The errors in an authority matrix, in words: a row without a subject or a role, and a decision that nobody must sign.
pub fn matrix_errors(matrix: &[AuthorityRow], decided: &[AuthoritySubject]) -> Vec<String> {
    use crate::domain::choice::Choice as _;
    let mut wrong = Vec::new();
    for (row, number) in matrix.iter().zip(1..) {
        if row.subject.is_none() {
            wrong.push(format!("row {number} has no subject"));
        } else if row.must_sign.is_empty() {
            wrong.push(format!("row {number} names no role that must sign"));
        }
    }
    let missing = decided.iter().filter(|subject| !matrix.iter().any(|row| row.subject == Some(**subject)));
    wrong.extend(missing.map(|subject| format!("no role must sign “{}”", subject.word())));
    wrong
}

/// The roles that common practice asks for at least (domain 2.15), while no plan is in force that says who signs.
pub const fn least_roles(subject: AuthoritySubject) -> &'static [Role] {
    match subject {
        AuthoritySubject::ChangeRoutine | AuthoritySubject::ChangeSafety => &[Role::Quality, Role::DevLead],
        AuthoritySubject::ChangeSecurity => &[Role::Quality, Role::DevLead, Role::SecurityLead],
        AuthoritySubject::ChangeRegulatory => {
            &[Role::Quality, Role::DevLead, Role::RiskManager, Role::Regulatory]
        }
        AuthoritySubject::ProblemSafety => &[Role::DevLead, Role::RiskManager],
        AuthoritySubject::ProblemNoAction => &[Role::Quality],
        AuthoritySubject::MaintenancePlan => &[Role::Quality, Role::DevLead],
        AuthoritySubject::FindingNotAffected => &[Role::SecurityLead, Role::DevLead],
        AuthoritySubject::FindingUncontrolled => &[Role::RiskManager, Role::SecurityLead, Role::Regulatory],
        AuthoritySubject::FindingRiskAccepted => &[Role::Quality, Role::RiskManager, Role::Management],
        AuthoritySubject::ReviewSession => &[Role::Quality, Role::SecurityLead],
        AuthoritySubject::Release => &[Role::Quality, Role::DevLead, Role::Regulatory],
        AuthoritySubject::CommunicationExternal | AuthoritySubject::RegulatorNotRequired => {
            &[Role::Regulatory]
        }
        AuthoritySubject::WaiverOrDeviation => &[Role::Quality, Role::Management],
        AuthoritySubject::RetirementPlan => &[Role::Quality, Role::Regulatory, Role::Management],
    }
}
