//! Headings of a page, of its sections and of dialogs: large text that a screen reader calls a heading and leaps between.
//!
//! Belongs here: every text that heads something. Does not belong here: labels of fields and bold words within a text.

use eframe::egui;
use egui::{Label, Response, RichText, Ui, WidgetInfo, accesskit::Role};

use crate::ui::theme::title;

/// The heading of a page.
pub fn page_heading_ui(ui: &mut Ui, text: impl Into<String>) -> Response {
    let text = text.into();
    let response = ui.add(Label::new(RichText::new(text.as_str()).heading()));
    announce(response, text, 1)
}

/// The same for a long text, which wraps.
pub fn long_page_heading_ui(ui: &mut Ui, text: impl Into<String>) -> Response {
    let text = text.into();
    let response = ui.add(Label::new(RichText::new(text.as_str()).heading()).wrap());
    announce(response, text, 1)
}

/// The heading of a section or a dialog.
pub fn title_ui(ui: &mut Ui, text: impl Into<String>) -> Response {
    let text = text.into();
    let response = ui.add(Label::new(title(text.as_str())));
    announce(response, text, 2)
}

/// The same for a long text, which wraps.
pub fn long_title_ui(ui: &mut Ui, text: impl Into<String>) -> Response {
    let text = text.into();
    let response = ui.add(Label::new(title(text.as_str())).wrap());
    announce(response, text, 2)
}

/// Names the part of the window that is being drawn, for a screen reader, which leaps from part to part.
pub fn landmark(ui: &Ui, role: Role, name: &str) {
    ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
        node.set_role(role);
        node.set_label(name);
    });
}

fn announce(response: Response, text: String, level: usize) -> Response {
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &text));
    response.ctx.accesskit_node_builder(response.id, |node| {
        node.clear_value();
        node.set_level(level);
    });
    response
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable as _};

    use super::*;
    use crate::ui::theme;

    #[test]
    fn a_heading_is_one_for_a_screen_reader_and_is_found_by_its_words() {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui(|ui| {
            page_heading_ui(ui, "Dashboard");
            title_ui(ui, "Trends");
        });
        harness.run();
        harness.get_by_role_and_label(Role::Heading, "Dashboard");
        harness.get_by_role_and_label(Role::Heading, "Trends");
    }
}
