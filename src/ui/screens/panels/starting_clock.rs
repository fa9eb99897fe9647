//! The page of feedback, a problem report or a finding: a clock begins here from a confirmed template of its markets. The program does
//! not decide what is reportable.

use eframe::egui::Ui;

use super::{Panel, PanelDef};
use crate::domain::clock_template::CAPTION;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::Fields;
use crate::ops::RecordPage;
use crate::ui::cx::{Cx, Route};
use crate::ui::looking::Looking;
use crate::ui::theme::{hint, space};

pub(super) const FEEDBACK: PanelDef = of(Kind::Feedback);
pub(super) const PROBLEM: PanelDef = of(Kind::ProblemReport);
pub(super) const FINDING: PanelDef = of(Kind::Finding);

const fn of(kind: Kind) -> PanelDef {
    PanelDef { kind, open: |id| Box::new(StartPanel { id, looking: Looking::default() }) }
}

struct StartPanel {
    id: RecordId,
    looking: Looking<Vec<(String, Fields)>>,
}

impl Panel for StartPanel {
    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) {
        if !cx.may_make(Kind::RegulatoryClock) || page.data.is_terminal() {
            return;
        }
        let id = self.id;
        self.looking.keep_up(ui.ctx(), cx, move |file, now| file.clocks_to_start(id, now));
        let Some(begun) = self.looking.get().filter(|begun| !begun.is_empty()) else { return };
        ui.add_space(space::S);
        ui.horizontal_wrapped(|ui| {
            let mut chosen = None;
            ui.menu_button("Start a clock…", |ui| {
                for (name, set) in begun {
                    if ui.button(name.as_str()).clicked() {
                        chosen = Some(set.clone());
                        ui.close();
                    }
                }
            });
            ui.label(hint(ui, CAPTION));
            if let Some(set) = chosen {
                cx.go(Route::new_from(Kind::RegulatoryClock, set));
            }
        });
    }
}
