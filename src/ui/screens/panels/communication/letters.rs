//! The letters of a communication.

use eframe::egui::Ui;

use crate::domain::ids::RecordId;
use crate::ui::cx::Cx;

pub(super) struct Letters;

impl Letters {
    pub(super) const fn of(_: RecordId) -> Self {
        Self
    }

    pub(super) fn ui(&mut self, _: &mut Ui, _: &mut Cx<'_>) {}
}
