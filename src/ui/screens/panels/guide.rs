//! The page of a retirement plan: its decommissioning guide as a document for users.

use eframe::egui::Ui;

use super::printing::{Printing, Words};
use super::{Panel, PanelDef};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::retirement_plan::RetirementPlanState;
use crate::ops::{PacketFonts, RecordPage, guide_pages};
use crate::ui::cx::Cx;
use crate::ui::screens::record::page::heading_ui;

pub(super) const PANEL: PanelDef = PanelDef {
    kind: Kind::RetirementPlan,
    open: |id| Box::new(GuidePanel { id, printing: Printing::new(format!("{id}-guide.pdf")) }),
};

const WORDS: Words = Words {
    button: "Print guide…",
    hover: "What users do to take the product out of use, as PDF on the letterhead of the maker, with a form to send back",
    job: "Making the guide",
    meanwhile: "The guide is being made…",
};

struct GuidePanel {
    id: RecordId,
    printing: Printing,
}

impl Panel for GuidePanel {
    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) {
        if RetirementPlanState::of(&page.data) == Some(RetirementPlanState::Void) {
            return;
        }
        heading_ui(ui, "Guide for users", "IEC 81001-5-1 5.8.7");
        let id = self.id;
        self.printing
            .ui(ui, cx, &WORDS, move |file, stamp| guide_pages(file, id, PacketFonts::with_system(), stamp));
    }
}
