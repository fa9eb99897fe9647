//! The retirement plan as it is carried out: how far it is answered, how long records are kept, its milestones and the years ahead.
//!
//! Does not belong here: the rules of retirement (`domain::retirement_plan`).

mod calendar;
mod restore;

pub use calendar::CalendarEntry;
pub use restore::RestoredCopy;

use super::file::ProductFile;
use super::refused::{Refused, require_kind};
use super::request::{Act, Request};
use super::session::Session;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::product::PRODUCT;
use crate::domain::retirement_plan::{Laid, Progress, Retention, current_plan, lay_out, progress, retention};
use mainstay_base::clock::Stamp;
use mainstay_base::time::Moment;

/// What a retirement plan says and asks for at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retirement {
    /// How far each group is answered.
    pub progress: Vec<Progress>,
    /// How long records are kept.
    pub retention: Retention,
    /// The milestones that its dates ask for and that it does not have yet.
    pub to_lay_out: Vec<Laid>,
    /// What comes, by day: milestones, ends, waivers, clocks.
    pub calendar: Vec<CalendarEntry>,
}

impl Retirement {
    /// How many groups have nothing left to answer.
    pub fn answered(&self) -> usize {
        self.progress.iter().filter(|group| group.state.is_done()).count()
    }

    /// How far it is, in a sentence.
    pub fn words(&self) -> String {
        format!("{} of {} groups are answered.", self.answered(), self.progress.len())
    }
}

impl ProductFile {
    /// The retirement plan that is worked in: the newest one that is not given up.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn retirement_plan(&self, now: Moment) -> Result<Option<RecordId>, Refused> {
        self.as_rules_see(PRODUCT, Some(now), |case| current_plan(case.world).map(|data| data.head.id))
    }

    /// What a retirement plan says and asks for.
    ///
    /// # Errors
    /// When it is not a retirement plan, or there is no such record.
    pub fn retirement(&self, plan: RecordId, now: Moment) -> Result<Retirement, Refused> {
        of_plan(plan)?;
        self.as_rules_see(plan, Some(now), |case| Retirement {
            progress: progress(case.world, case.data),
            retention: retention(case.world, now.day()),
            to_lay_out: lay_out(case.world, case.data),
            calendar: calendar::entries(case),
        })
    }

    /// Makes the milestones that the dates of a plan ask for and that it does not have yet: all of them, or none. Returns how many.
    ///
    /// # Errors
    /// When its dates ask for no further one, or a request is refused.
    pub fn lay_out_milestones(
        &mut self,
        session: &Session,
        (plan, reason): (RecordId, Option<&str>),
        stamp: &Stamp,
    ) -> Result<usize, Refused> {
        of_plan(plan)?;
        let laid = self.as_rules_see(plan, Some(stamp.now), |case| lay_out(case.world, case.data))?;
        if laid.is_empty() {
            return Err(Refused::Rule(format!(
                "the dates of {plan} ask for no further milestone; enter the dates first, or add a milestone by hand"
            )));
        }
        let create =
            |one: &Laid| Request::Create { kind: Kind::Milestone, parent: Some(plan), set: one.fields() };
        let acts = laid.iter().map(|one| Act::with_reason(create(one), reason)).collect();
        self.perform_all(session, acts, &|_| true, stamp).map_err(|(_, refusal)| refusal)?;
        Ok(laid.len())
    }
}

/// Refuses a record that is not a retirement plan.
fn of_plan(id: RecordId) -> Result<(), Refused> {
    require_kind(id, Kind::RetirementPlan, "name a retirement plan, such as RP-0001")
}
