//! Above the list of SOUP reviews: the events that ask for one.

use eframe::egui::Ui;

use super::{ListPart, ListPartDef};
use crate::domain::ids::Kind;
use crate::ui::cx::Cx;
use crate::ui::screens::soup::events::asking_ui;

pub(super) const LIST_PART: ListPartDef = ListPartDef { kind: Kind::SoupReview, open: || Box::new(Reviews) };

struct Reviews;

impl ListPart for Reviews {
    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        asking_ui(ui, cx);
    }
}
