//! The parts of a signed record that its signature covers: a heading with their number, and one entry for each.
//!
//! Only the visible entries are drawn, so two thousand parts cost as much as ten. They scroll with the content of the dialog.

use std::ops::Range;

use eframe::egui;
use egui::{Align, Label, Layout, Rect, RichText, Sense, Ui, UiBuilder, accesskit::Role, pos2, vec2};

use crate::domain::shared_record::SharedRecord;
use crate::ui::screens::record::show::{Names, covered_facts};
use crate::ui::theme::{bold, bold_family, hint, size, space};

/// Height of an entry, in points: number and title, the facts, and a gap.
const ENTRY: f32 = size::BODY_LINE + size::SMALL_LINE + space::S;

/// The covered parts of one kind.
pub(super) struct CoveredParts {
    /// Their name and number.
    heading: String,
    entries: Vec<Entry>,
}

/// One covered part.
struct Entry {
    number: String,
    title: String,
    /// Its state and list columns.
    facts: String,
}

impl CoveredParts {
    /// The covered parts, by kind.
    pub fn all(parts: &[SharedRecord], names: &Names) -> Vec<Self> {
        let kinds = parts.chunk_by(|one, next| one.head.id.kind == next.head.id.kind);
        kinds.map(|parts| Self::of(parts, names)).collect()
    }

    fn of(parts: &[SharedRecord], names: &Names) -> Self {
        let plural = parts.first().map_or("", |part| part.def().plural);
        let entry = |part: &SharedRecord| Entry {
            number: part.head.id.to_string(),
            title: part.title().to_owned(),
            facts: covered_facts(part, names),
        };
        Self { heading: format!("{plural} ({})", parts.len()), entries: parts.iter().map(entry).collect() }
    }

    /// Draws the heading and the visible entries.
    pub fn ui(&self, ui: &mut Ui) {
        ui.label(RichText::new(&self.heading).family(bold_family()).size(size::SMALL));
        let room = vec2(ui.available_width(), ENTRY * self.entries.len() as f32);
        let (place, _) = ui.allocate_exact_size(room, Sense::hover());
        let seen = visible(place, ui.clip_rect(), self.entries.len());
        let builder = UiBuilder::new()
            .max_rect(place)
            .accessibility_role(Role::List)
            .accessibility_label(self.heading.clone());
        let mut list = ui.new_child(builder);
        for (index, entry) in seen.clone().zip(self.entries.get(seen).unwrap_or_default()) {
            let top = pos2(place.left(), place.top() + ENTRY * index as f32);
            let builder = UiBuilder::new()
                .id_salt(index)
                .max_rect(Rect::from_min_size(top, vec2(place.width(), ENTRY)))
                .layout(Layout::top_down(Align::Min))
                .accessibility_role(Role::ListItem)
                .accessibility_label(entry.name());
            entry.ui(&mut list.new_child(builder));
        }
    }
}

impl Entry {
    /// The whole entry, for a screen reader.
    fn name(&self) -> String {
        format!("{} {}: {}", self.number, self.title, self.facts)
    }

    fn ui(&self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing = vec2(space::S, 0.0);
        ui.horizontal_top(|ui| {
            ui.label(bold(&self.number));
            ui.add(Label::new(&self.title).truncate());
        });
        ui.add(Label::new(hint(ui, &self.facts)).truncate());
    }
}

/// The entries of a list at `place` that are visible within `clip`.
fn visible(place: Rect, clip: Rect, entries: usize) -> Range<usize> {
    let first = ((clip.top() - place.top()) / ENTRY).floor().max(0.0) as usize;
    let last = ((clip.bottom() - place.top()) / ENTRY).ceil().max(0.0) as usize;
    first.min(entries)..last.min(entries)
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable as _};

    use super::*;
    use crate::ui::theme;

    #[test]
    fn of_two_thousand_covered_parts_only_the_visible_ones_are_drawn() {
        let entry = |number: usize| Entry {
            number: format!("TR-{number:04}"),
            title: "Alarm on battery".to_owned(),
            facts: "Recorded · Outcome: Pass".to_owned(),
        };
        let entries = (1..=2000).map(entry).collect();
        let parts = CoveredParts { heading: "Test records (2000)".to_owned(), entries };
        let mut harness = Harness::builder()
            .with_size(vec2(600.0, 400.0))
            .with_context_setup(theme::install)
            .build_ui(move |ui| {
                egui::ScrollArea::vertical().show(ui, |ui| parts.ui(ui));
            });
        harness.run_steps(3);
        let drawn = harness.query_all_by_label("Recorded · Outcome: Pass").count();
        assert!((5..30).contains(&drawn), "{drawn} of 2000 are drawn");
        harness.get_by_label("TR-0001 Alarm on battery: Recorded · Outcome: Pass");
        assert!(harness.query_by_label("TR-2000").is_none(), "the last one is out of sight");
    }
}
