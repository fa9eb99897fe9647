//! The title of the window, which the taskbar shows: product, file, program.
//!
//! Belongs here: its words, and setting it when they change. Does not belong here: icon and name of the application (`ui`).

use std::path::Path;

use eframe::egui;
use egui::ViewportCommand;

use super::{App, Desk};
use crate::base::regular::name_of;

/// The name of the program.
pub const PROGRAM: &str = "Mainstay";
/// Most letters of the product's name: a taskbar shows fewer, and the file should still be seen.
const PRODUCT_MAX: usize = 60;

/// The words for a product, its file, and what is special about how it is open.
fn words(product: &str, path: &Path, mark: &str) -> String {
    let name = name_of(path);
    let plain = |text: &str| text.chars().filter(|letter| !letter.is_control()).collect::<String>();
    let product = plain(product.trim());
    let short: String = product.chars().take(PRODUCT_MAX).collect();
    let product = if short.len() < product.len() { format!("{}…", short.trim_end()) } else { product };
    let file = format!("{}{mark}", plain(&name));
    [product, file, PROGRAM.to_owned()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" – ")
}

impl App {
    /// Sets the title of the window where it has changed.
    pub(super) fn keep_title(&mut self, ctx: &egui::Context) {
        let title = self.desk.as_ref().map_or_else(|| PROGRAM.to_owned(), |desk| self.title_of(desk));
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    /// The title of the window.
    pub fn title(&self) -> &str {
        &self.title
    }

    fn title_of(&self, desk: &Desk) -> String {
        if self.is_auditing() {
            return words(&desk.product.title, desk.file.path(), " (auditor mode)");
        }
        let reads =
            desk.file.why_read_only().is_some() && self.session.is_some() && !desk.file.writer_is_away();
        words(&desk.product.title, desk.file.path(), if reads { " (read-only)" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn product_file_and_program_stand_in_the_title() {
        let path = Path::new("/srv/shared/example.mainstay");
        assert_eq!(words("Infusion gateway", path, ""), "Infusion gateway – example.mainstay – Mainstay");
        assert_eq!(
            words("Infusion gateway", path, " (read-only)"),
            "Infusion gateway – example.mainstay (read-only) – Mainstay"
        );
        assert_eq!(words("", path, ""), "example.mainstay – Mainstay");
    }

    #[test]
    fn a_long_name_leaves_room_for_the_file_and_nothing_breaks_the_line() {
        let long = words(&"Gateway ".repeat(40), Path::new("a\nb.mainstay"), "");
        assert!(long.ends_with("… – ab.mainstay – Mainstay"), "{long}");
        assert!(long.chars().count() < PRODUCT_MAX + 40, "{long}");
    }
}
