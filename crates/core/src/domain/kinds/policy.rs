//! The policy of a file: accounts, passwords, backups, trusted time and the calendar of working days.
//!
//! It is data, changed only by signed edits. Limits, criteria and authority are in the maintenance plan. Files of the first rule
//! set had them here; such values stay as they were signed, and are provisional until a plan is in force (docs/adr/0065).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::authority::{AuthorityRow, AuthoritySubject, Deputy, ProblemCriterion, matrix_errors};
use crate::domain::calendar::{self, Holiday, USUAL_WEEKEND, Weekday, WorkCalendar};
use crate::domain::field::Table;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::kind::Place;
use crate::domain::person::Role;
use crate::domain::record::{KindDef, SignedEdits, record};
use crate::domain::text::{Line, Text};
use crate::domain::workflow::{World, states};
use mainstay_base::time_stamp::Trusted;

states! {
    /// The policy has one state: it is in force.
    pub enum PolicyState {
        /// In force.
        InForce = "in_force", "In force", Good, 1, false;
    }
}

const ANY: &[&str] = &[PolicyState::InForce.code()];

record! {
    /// The policy in force.
    pub struct Policy : Policy {
        section "Policy", "", true, ANY => {
            /// Name of the policy.
            title: Line = "Title" => required(PolicyState::InForce.code());
        }
        section "People and signatures", "21 CFR 11", true, ANY => {
            /// Minutes without input after which the window is locked.
            idle_lock_minutes: Option<u32> = "Idle lock (minutes)" => required(PolicyState::InForce.code()), clause("21 CFR 11.10(d)");
            /// Whether the author of content may not approve it.
            author_may_not_approve: Option<bool> = "Author may not approve" => required(PolicyState::InForce.code()), clause("ISO 13485");
            /// Whether the person who implemented a change may not verify it.
            verifier_not_implementer: Option<bool> = "Verifier is not the implementer" => required(PolicyState::InForce.code()), clause("IEC 62304 9.7");
            /// Lowest acceptable strength of a password, 0 to 4 on the zxcvbn scale.
            password_strength_min: Option<u32> = "Minimum password strength (0 to 4)" => required(PolicyState::InForce.code()), clause("21 CFR 11.300(b)");
            /// Days after which a password must be changed.
            password_age_days: Option<u32> = "Maximum password age (days)" => clause("21 CFR 11.300(b)");
            /// Days within which the identity of a new person must be confirmed.
            identity_days: Option<u32> = "Confirmation of identity (days)" => clause("21 CFR 11.100(b)");
            /// Days within which an invited person must enter with the one-time code.
            invitation_days: Option<u32> = "Use of an invitation (days)" => clause("21 CFR 11.300");
            /// Days between reviews of the accounts.
            account_review_days: Option<u32> = "Account review interval (days)" => clause("21 CFR 11.300(b)");
        }
        section "This program", "ISO 13485 4.1.6", true, ANY => {
            /// The version of this program that was validated for its use here.
            validated_version: Line = "Validated version of this program" => clause("ISO 13485 4.1.6");
            /// Where the validation is recorded.
            validation_ref: Line = "Record of the validation" => clause("ISO 13485 4.1.6");
        }
        section "Limits", "IEC 62304 6.1", true, ANY => {
            /// Working days within which feedback must be evaluated.
            feedback_triage_days: Option<u32> = "Evaluation of feedback (working days)" => clause("IEC 62304 6.2.1.2"), former(PLAN_RULES);
            /// Working days within which a problem report must be evaluated.
            problem_evaluation_days: Option<u32> = "Evaluation of a problem (working days)" => clause("IEC 62304 9.2"), former(PLAN_RULES);
            /// The same if an effect on safety is not excluded: serious, minor, unknown, or not evaluated yet.
            problem_safety_days: Option<u32> = "Evaluation of a safety-relevant problem (working days)" => clause("IEC 62304 9.2"), former(PLAN_RULES);
            /// Working days from the day of awareness within which it must be decided for each market whether feedback with
            /// possible harm is reported. The limits of the authorities are longer; this one is for the decision.
            reportability_days: Option<u32> = "Decision on reportability (working days)" => clause("ISO 13485 8.2.3"), former(PLAN_RULES);
            /// Days within which a decision must be followed up: the reporter answered, the resolution verified, the report
            /// closed.
            follow_up_days: Option<u32> = "Follow-up of decisions (days)" => clause("IEC 62304 9.7"), former(PLAN_RULES);
            /// Days within which the next step of a change request must be taken: submission, analysis, approval, start of the
            /// work.
            change_pending_days: Option<u32> = "Next step of a change request (days)" => clause("IEC 62304 6.2.4"), former(PLAN_RULES);
            /// The same for submission, analysis and approval, if the change is an emergency.
            emergency_days: Option<u32> = "Decision on an emergency change (days)" => clause("IEC 62304 6.2.4"), former(PLAN_RULES);
            /// Days for which an approval is valid before the work starts; empty: no limit.
            approval_valid_days: Option<u32> = "Validity of an approval (days)" => former(PLAN_RULES);
            /// Days after which a backup is overdue.
            backup_days: Option<u32> = "Backup interval (days)" => clause("21 CFR 11.10(c)");
            /// Days of warning before a due date.
            warn_days: Option<u32> = "Warning before due dates (days)" => required(PolicyState::InForce.code());
        }
        section "Trusted time", "21 CFR 11.10(e)", true, ANY => {
            /// The address of an authority for time stamps (RFC 3161): `https://…` or `http://…`. Empty: none is asked, and
            /// the program uses no network.
            time_authority: Line = "Time stamp authority (address)";
            /// The certificates by which its time stamps are trusted, PEM: the root, or the one that issues the signer's.
            time_authority_certificates: Text = "Certificates of the authority (PEM)";
        }
        section "Working days", "IEC 62304 6.1", true, ANY => {
            /// The country or site of the working days, and their source.
            calendar_name: Line = "Calendar of working days";
            /// The time zone of the site that is responsible, by its IANA name. Limits of authorities end at midnight there. Empty: UTC.
            site_time_zone: Line = "Time zone of the responsible site" => hint("Europe/Berlin");
            /// Days off in every week. Empty: Saturday and Sunday.
            weekend: Vec<Weekday> = "Days off in every week";
            /// Days off besides weekends. Limits in working days and late entries are counted without them.
            holidays: Table<Holiday> = "Holidays" => apart(), rows_at_most(HOLIDAYS_MAX);
        }
        section "Criteria and authority", "IEC 62304 6.1 b, 6.1 e", true, ANY => {
            /// Criteria for deciding that feedback is a problem. Evaluations cite their codes.
            problem_criteria: Table<ProblemCriterion> = "Problem criteria" => apart(), clause("IEC 62304 6.1 b"), former(PLAN_RULES);
            /// The roles that must sign each kind of decision.
            authority: Table<AuthorityRow> = "Authority matrix" => apart(), clause("IEC 62304 6.1 e"), former(PLAN_RULES);
            /// Who may sign for a role when a change is an emergency. The order of steps never changes.
            deputies: Table<Deputy> = "Deputies in an emergency" => clause("IEC 62304 6.1 e"), former(PLAN_RULES);
            /// The source of these values.
            basis: Text = "Basis of these values" => apart();
        }
    }
}

/// The rule set since which limits, criteria and authority are in the maintenance plan.
pub const PLAN_RULES: u32 = 2;
/// Most holidays of a policy, enough for more than fifty years.
pub const HOLIDAYS_MAX: usize = 1000;
/// Longest interval of a policy, in days: ten years.
pub const DAYS_MAX: u32 = 3650;
/// Shortest time without input before the window locks, in minutes.
pub const IDLE_MINUTES_MIN: u32 = 1;
/// Longest time without input before the window locks, in minutes: a working day.
pub const IDLE_MINUTES_MAX: u32 = 480;
/// Subjects with signed decisions; each needs a role that must sign.
const DECIDED: [AuthoritySubject; 6] = [
    AuthoritySubject::ChangeRoutine,
    AuthoritySubject::ChangeSafety,
    AuthoritySubject::ChangeSecurity,
    AuthoritySubject::ChangeRegulatory,
    AuthoritySubject::ProblemSafety,
    AuthoritySubject::ProblemNoAction,
];

/// The one policy of a file.
pub const POLICY: RecordId = RecordId::new(Kind::Policy, 1);

impl dyn World + '_ {
    /// The policy in force; an empty one if there is none.
    pub fn policy(&self) -> Arc<Policy> {
        self.record(POLICY).and_then(|data| data.typed()).unwrap_or_default()
    }
}

impl Policy {
    /// The errors in the policy: field and reason. Numbers have bounds, and every decision needs a role that must sign
    /// (IEC 62304 6.1 e).
    pub fn violations(&self, rules: u32) -> Vec<(&'static str, String)> {
        let bounds = [
            ("idle_lock_minutes", self.idle_lock_minutes, IDLE_MINUTES_MIN, IDLE_MINUTES_MAX),
            ("password_strength_min", self.password_strength_min, 0, 4),
            ("password_age_days", self.password_age_days, 1, DAYS_MAX),
            ("account_review_days", self.account_review_days, 1, DAYS_MAX),
            ("feedback_triage_days", self.feedback_triage_days, 0, DAYS_MAX),
            ("problem_evaluation_days", self.problem_evaluation_days, 0, DAYS_MAX),
            ("problem_safety_days", self.problem_safety_days, 0, DAYS_MAX),
            ("reportability_days", self.reportability_days, 0, DAYS_MAX),
            ("follow_up_days", self.follow_up_days, 0, DAYS_MAX),
            ("emergency_days", self.emergency_days, 0, DAYS_MAX),
            ("identity_days", self.identity_days, 0, DAYS_MAX),
            ("invitation_days", self.invitation_days, 0, DAYS_MAX),
            ("change_pending_days", self.change_pending_days, 0, DAYS_MAX),
            ("approval_valid_days", self.approval_valid_days, 0, DAYS_MAX),
            ("backup_days", self.backup_days, 1, DAYS_MAX),
            ("warn_days", self.warn_days, 0, DAYS_MAX),
        ];
        let mut wrong: Vec<(&'static str, String)> = bounds
            .into_iter()
            .filter(|(_, value, least, most)| value.is_some_and(|value| value < *least || value > *most))
            .map(|(field, _, least, most)| (field, format!("must be a number from {least} to {most}")))
            .collect();
        wrong.extend(calendar::weekend_violation(&self.weekend).map(|reason| ("weekend", reason)));
        wrong.extend(self.holiday_violations().into_iter().map(|reason| ("holidays", reason)));
        if rules < PLAN_RULES {
            let filled = [
                ("feedback_triage_days", self.feedback_triage_days),
                ("problem_evaluation_days", self.problem_evaluation_days),
                ("problem_safety_days", self.problem_safety_days),
                ("change_pending_days", self.change_pending_days),
            ];
            let empty = filled.into_iter().filter(|(_, value)| value.is_none());
            wrong.extend(empty.map(|(field, _)| (field, "must be filled".to_owned())));
            let errors = matrix_errors(&self.authority, &DECIDED);
            wrong.extend(errors.into_iter().map(|reason| ("authority", reason)));
        }
        wrong.extend(self.time_authority_violations());
        wrong
    }

    fn time_authority_violations(&self) -> Vec<(&'static str, String)> {
        let (address, certificates) = (&*self.time_authority, &*self.time_authority_certificates);
        let mut wrong = Vec::new();
        let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?=&%+,".contains(&byte);
        if !address.is_empty() && host.is_none_or(|host| host.is_empty() || !host.bytes().all(plain)) {
            let why = "must be an address that begins with https:// or http://, without spaces, names and passwords";
            wrong.push(("time_authority", why.to_owned()));
        }
        if !certificates.is_empty() {
            let read = Trusted::from_pem(certificates);
            wrong.extend(read.err().map(|why| ("time_authority_certificates", why)));
        } else if !address.is_empty() {
            let why = "must be given for the authority; its time stamps could not be checked without them";
            wrong.push(("time_authority_certificates", why.to_owned()));
        }
        wrong
    }

    fn holiday_violations(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let mut wrong = Vec::new();
        for (row, number) in self.holidays.iter().zip(1..) {
            match row.day {
                None => wrong.push(format!("row {number} has no day")),
                Some(day) if !seen.insert(day) => wrong.push(format!("row {number} repeats {day}")),
                Some(_) => {}
            }
        }
        wrong
    }

    /// The working days that count in this file.
    pub fn calendar(&self) -> WorkCalendar {
        let weekend = if self.weekend.is_empty() { &USUAL_WEEKEND } else { self.weekend.as_slice() };
        WorkCalendar::new(weekend, self.holidays.iter().filter_map(|row| row.day))
    }
}

/// The declaration of the policy.
pub const DEF: KindDef = KindDef {
    purpose: "Accounts, passwords, backups, trusted time and working days of this file.",
    clause: "21 CFR 11.10",
    sections: Policy::SECTIONS,
    states: PolicyState::ALL,
    edit_by: &[Role::Quality],
    edit_signed: SignedEdits::All,
    violations: |data, rules| {
        data.typed::<Policy>().map(|policy| policy.violations(rules)).unwrap_or_default()
    },
    place: Place::People,
    ..KindDef::new(Kind::Policy, "Policy", "Policy")
};

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::time::Day;

    #[test]
    fn a_policy_takes_a_thousand_holidays_and_no_more() {
        let holidays = Kind::Policy.def().field("holidays").unwrap();
        let first = Day::parse("2031-01-01").unwrap();
        let rows = |count: i64| -> Value {
            (0..count).map(|number| json!({"day": first.plus_days(number).to_string()})).collect()
        };
        assert!(holidays.parse(&rows(1000)).is_ok());
        let refusal = holidays.parse(&rows(1001)).unwrap_err();
        assert_eq!(refusal, "has 1001 rows; at most 1000 are allowed");
    }
}
