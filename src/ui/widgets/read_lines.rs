//! A long list of lines to be read, in a dialog. Only the visible ones are laid out.

use std::borrow::Cow;

use eframe::egui::{Label, ScrollArea, TextStyle, Ui};

/// Lines in a box of at most this height, in points; `id` is unique in the dialog. A line that is too long shows the rest under the
/// pointer.
pub fn read_lines_ui<'r, R>(
    ui: &mut Ui,
    (id, height): (&str, f32),
    rows: &'r [R],
    words: impl Fn(&'r R) -> Cow<'r, str>,
) {
    let line = ui.text_style_height(&TextStyle::Body);
    ScrollArea::vertical()
        .id_salt(id)
        .max_height(height)
        .min_scrolled_height(height)
        .auto_shrink([false, true])
        .show_rows(ui, line, rows.len(), |ui, shown| {
            for row in rows.get(shown).unwrap_or_default() {
                ui.add(Label::new(words(row).as_ref()).truncate());
            }
        });
}
