//! What would come of an act that is being entered: its dry run, made anew only when the act or the file changes.
//!
//! Belongs here: asking the file. Does not belong here: drawing, or any guess at what an act asks for.

use crate::domain::requests::Asks;
use crate::domain::time::Day;
use crate::domain::workflow::Condition;
use crate::ops::{Act, Refused};
use crate::ui::cx::Cx;

/// The last dry run of what is being entered.
#[derive(Default)]
pub struct Foresight {
    /// Of which act it was made, at which event, on which day.
    of: Option<(Act, u64, Day)>,
    /// What the act asks for. An act that is refused as it stands asks for what it asked for before.
    asks: Asks,
    missing: Vec<Condition>,
    /// How often a dry run was made.
    #[cfg(test)]
    pub(super) made: usize,
}

impl Foresight {
    /// Brings it up to date with an act, without reasons: whether they are asked for is what it tells.
    pub fn look(&mut self, cx: &Cx<'_>, act: Act) {
        let now = (cx.file.head().seq, cx.today());
        if self.of.as_ref().is_some_and(|(of, seq, day)| *of == act && (*seq, *day) == now) {
            return;
        }
        match cx.file.preview(cx.session, act.clone(), cx.stamp) {
            Ok(preview) => (self.asks, self.missing) = (preview.asks, preview.missing),
            Err(Refused::NoChange) => (self.asks, self.missing) = Default::default(),
            Err(_) => self.missing.clear(),
        }
        self.of = Some((act, now.0, now.1));
        #[cfg(test)]
        {
            self.made += 1;
        }
    }

    /// Whether it asks for a reason.
    pub const fn asks_reason(&self) -> bool {
        self.asks.reason.is_some()
    }

    /// Whether it asks why it is entered late.
    pub const fn asks_late_reason(&self) -> bool {
        self.asks.late_reason.is_some()
    }

    /// Whether it is signed.
    pub const fn is_signed(&self) -> bool {
        self.asks.password.is_some()
    }

    /// The conditions that are not met yet.
    pub fn missing(&self) -> &[Condition] {
        &self.missing
    }
}
