//! Deadlines of impact analyses.

use super::{ImpactAnalysis, ImpactState as S, change_of};
use crate::domain::change_request::ChangeState;
use crate::domain::choice::Choice as _;
use crate::domain::deadline::{Deadline, Limit, STATE_SINCE};
use crate::domain::person::Role;
use crate::domain::workflow::Case;

pub(super) const ALL: &[Deadline] = &[Deadline::new(
    "Review the impact analysis",
    Role::RiskManager,
    &[S::Complete.code()],
    Limit::Days("change_pending_days", STATE_SINCE),
    "IEC 62304 7.4",
)
.rank(2)
.only(is_awaited)
// Its author cannot review it.
.others(|_| Role::RiskManager.word().to_owned())];

/// Whether its change is under analysis.
fn is_awaited(case: &Case) -> bool {
    let change = case.data.typed::<ImpactAnalysis>().and_then(|analysis| change_of(case, &analysis));
    change.is_some_and(|(data, _)| ChangeState::of(&data) == Some(ChangeState::UnderAnalysis))
}
