//! The values that govern at a moment: those of the plan in force, or provisional ones until there is one.

use std::sync::Arc;

use super::{MaintenancePlan, MaintenancePlanState as S};
use crate::domain::authority::{self, AuthorityRow, AuthoritySubject, Deputy, ProblemCriterion};
use crate::domain::deadline::Limits;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::person::Role;
use crate::domain::policy::Policy;
use crate::domain::product::PRODUCT;
use crate::domain::record::Fields;
use crate::domain::shared_record::SharedRecord;
use crate::domain::workflow::{Condition, World};
use mainstay_base::distinct::distinct;

/// Where the values come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// From the plan in force.
    InForce(RecordId),
    /// From a plan that is not in force yet.
    NotYet(RecordId),
    /// From the policy, which held them in files of the first rule set; or there are none.
    NoPlan,
}

impl Standing {
    /// Why the values are provisional, as a sentence; `None` if a plan is in force.
    pub fn provisional(self) -> Option<String> {
        match self {
            Self::InForce(_) => None,
            Self::NotYet(id) => Some(format!(
                "Provisional: no maintenance plan is in force; the values are those of {id}, which is not in force yet."
            )),
            Self::NoPlan => Some(
                "Provisional: no maintenance plan is in force, and there is no draft of one. Write it under Maintenance plan."
                    .to_owned(),
            ),
        }
    }
}

/// The values that govern.
#[derive(Debug, Clone)]
pub struct Governing {
    /// Where they come from.
    pub standing: Standing,
    /// The record that holds them, if it is a plan.
    data: Option<SharedRecord>,
    plan: Arc<MaintenancePlan>,
    policy: Arc<Policy>,
}

impl dyn World + '_ {
    /// The values that govern: those of the plan in force; without one those of the newest plan that is written; without that
    /// those that the policy of an older file holds.
    pub fn governing(&self) -> Governing {
        let policy = self.policy();
        let plans = self.all(Kind::MaintenancePlan);
        let now = plans.iter().find(|data| S::of(data) == Some(S::Effective));
        let (standing, data) = match now {
            Some(data) => (Standing::InForce(data.head.id), Some(data)),
            None => match plans.iter().rev().find(|data| S::of(data).is_some_and(S::is_being_written)) {
                Some(data) => (Standing::NotYet(data.head.id), Some(data)),
                None => (Standing::NoPlan, None),
            },
        };
        let plan = data.and_then(SharedRecord::typed).unwrap_or_default();
        Governing { standing, data: data.cloned(), plan, policy }
    }

    /// The plan in force.
    pub fn plan_in_force(&self) -> Option<(RecordId, Arc<MaintenancePlan>)> {
        let governing = self.governing();
        match governing.standing {
            Standing::InForce(id) => Some((id, governing.plan)),
            Standing::NotYet(_) | Standing::NoPlan => None,
        }
    }
}

impl S {
    /// Whether it may still become the plan in force.
    pub const fn is_being_written(self) -> bool {
        matches!(self, Self::Draft | Self::InReview | Self::Approved)
    }
}

impl Governing {
    /// The plan, empty without one.
    pub fn plan(&self) -> &MaintenancePlan {
        &self.plan
    }

    fn has_plan(&self) -> bool {
        self.standing != Standing::NoPlan
    }

    /// The condition that a plan is in force (IEC 62304 6.1).
    pub fn is_in_force(&self) -> Condition {
        let text = "A maintenance plan is in force";
        match self.standing {
            Standing::InForce(_) => Condition::new("IEC 62304 6.1", text, true),
            Standing::NotYet(id) => Condition::new("IEC 62304 6.1", text, false).on(id),
            Standing::NoPlan => {
                Condition::new("IEC 62304 6.1", format!("{text}: write one under Maintenance plan"), false)
                    .on(PRODUCT)
            }
        }
    }

    /// The authority matrix.
    pub fn authority(&self) -> &[AuthorityRow] {
        if self.has_plan() { &self.plan.authority } else { &self.policy.authority }
    }

    /// The roles that must sign for any of several subjects and a class.
    pub fn required_roles(&self, subjects: &[AuthoritySubject], class_b_or_c: bool) -> Vec<Role> {
        let mut roles = authority::required_roles(self.authority(), subjects, class_b_or_c);
        if !matches!(self.standing, Standing::InForce(_)) {
            // Nobody has signed a draft: it does not take a role away from what the policy or common practice asks for.
            roles.extend(authority::required_roles(&self.policy.authority, subjects, class_b_or_c));
            if self.policy.authority.is_empty() {
                roles.extend(subjects.iter().flat_map(|subject| authority::least_roles(*subject)));
            }
        }
        distinct(roles)
    }

    /// The criteria for deciding that feedback is a problem.
    pub fn problem_criteria(&self) -> &[ProblemCriterion] {
        if self.has_plan() { &self.plan.problem_criteria } else { &self.policy.problem_criteria }
    }

    /// Who may sign for a role in an emergency.
    pub fn deputies(&self) -> &[Deputy] {
        match self.standing {
            Standing::InForce(_) => &self.plan.deputies,
            // A draft that nobody has signed names no deputies.
            Standing::NotYet(_) | Standing::NoPlan => &self.policy.deputies,
        }
    }

    /// Days for which an approval is valid before the work starts.
    pub fn approval_valid_days(&self) -> Option<u32> {
        if self.has_plan() { self.plan.approval_valid_days } else { self.policy.approval_valid_days }
    }

    /// The limits of the plan and of the policy, with the working days of the policy.
    pub fn limits(&self, policy: Option<&SharedRecord>) -> Limits {
        let mut fields = policy.map(|data| data.fields.clone()).unwrap_or_default();
        let plan = Kind::MaintenancePlan.def();
        if let Some(data) = &self.data {
            fields.retain(|name, _| plan.field(name).is_none());
            let values = data.fields.iter().filter(|(name, _)| plan.field(name).is_some());
            fields.extend(values.map(|(name, value)| (name.clone(), value.clone())).collect::<Fields>());
        }
        Limits::new(fields, self.policy.calendar(), self.standing.provisional())
    }
}
