//! The pages of a packet as pictures in the window.

use std::sync::Arc;

use eframe::egui;
use egui::{
    ColorImage, Image, Key, Label, Modifiers, ScrollArea, TextureHandle, TextureOptions, Ui, WidgetInfo, vec2,
};

use super::warnings_ui;
use crate::ops::RenderedPacket;
use crate::ui::theme::{body, hint, space};
use crate::ui::widgets::button::button_or_why_ui;

/// Zoom levels, in percent of the paper size at 96 dots per inch.
const ZOOMS: [u16; 6] = [50, 75, 100, 125, 150, 200];
/// Window points per page point at 100 %.
const POINTS: f32 = 96.0 / 72.0;

/// A packet in the preview.
pub(super) struct Preview {
    packet: Arc<RenderedPacket>,
    page: usize,
    zoom: usize,
    /// The picture with its page and scale.
    picture: Option<(usize, f32, TextureHandle)>,
}

impl Preview {
    pub const fn new(packet: Arc<RenderedPacket>) -> Self {
        Self { packet, page: 0, zoom: 1, picture: None }
    }

    /// The previewed packet.
    pub const fn packet(&self) -> &Arc<RenderedPacket> {
        &self.packet
    }

    /// Draws the page with its controls.
    pub fn ui(&mut self, ui: &mut Ui) {
        warnings_ui(ui, &self.packet);
        if !self.packet.further.is_empty() {
            let words = format!(
                "The packet has {} pages in {} volumes. This is the first one, the index; save the packet to read the others.",
                self.packet.all_pages(),
                self.packet.further.len() + 1
            );
            ui.add(Label::new(body(words)).wrap());
        }
        let last = self.packet.pages.saturating_sub(1);
        self.keys(ui, last);
        ui.horizontal(|ui| {
            if button_or_why_ui(ui, self.page > 0, "Previous page", "This is the first page").clicked() {
                self.page -= 1;
            }
            ui.label(body(format!("Page {} of {}", self.page + 1, self.packet.pages)));
            if button_or_why_ui(ui, self.page < last, "Next page", "This is the last page").clicked() {
                self.page += 1;
            }
            ui.add_space(space::L);
            if button_or_why_ui(ui, self.zoom > 0, "Smaller", "This is the smallest").clicked() {
                self.zoom -= 1;
            }
            let zoom = ZOOMS.get(self.zoom).copied().unwrap_or(100);
            ui.label(body(format!("{zoom} %")));
            if button_or_why_ui(ui, self.zoom + 1 < ZOOMS.len(), "Larger", "This is the largest").clicked() {
                self.zoom += 1;
            }
            ui.add_space(space::L);
            ui.label(hint(ui, self.packet.conformance));
        });
        self.page = self.page.min(last);
        self.page_ui(ui);
    }

    fn keys(&mut self, ui: &Ui, last: usize) {
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if pressed(Key::PageDown) {
            self.page = (self.page + 1).min(last);
        }
        if pressed(Key::PageUp) {
            self.page = self.page.saturating_sub(1);
        }
        if pressed(Key::Home) {
            self.page = 0;
        }
        if pressed(Key::End) {
            self.page = last;
        }
    }

    fn page_ui(&mut self, ui: &mut Ui) {
        let zoom = f32::from(ZOOMS.get(self.zoom).copied().unwrap_or(100)) / 100.0;
        let dots = ui.ctx().pixels_per_point();
        let scale = POINTS * zoom * dots;
        let fits = self
            .picture
            .as_ref()
            .is_some_and(|(page, at, _)| *page == self.page && (at - scale).abs() < 0.001);
        if !fits {
            self.picture = self.packet.page_image(self.page, scale).map(|(width, height, rgba)| {
                let size = [width as usize, height as usize];
                let image = ColorImage::from_rgba_premultiplied(size, &rgba);
                (self.page, scale, ui.ctx().load_texture("packet page", image, TextureOptions::LINEAR))
            });
        }
        let Some((_, _, texture)) = &self.picture else {
            ui.label(body("This page cannot be shown."));
            return;
        };
        let size = texture.size_vec2() / dots;
        let name = format!("Page {} of the packet", self.page + 1);
        ScrollArea::both().id_salt(("page", self.page)).auto_shrink(false).show(ui, |ui| {
            let room = (ui.available_width() - size.x).max(0.0) / 2.0;
            ui.horizontal(|ui| {
                ui.add_space(room);
                let image = ui.add(Image::new((texture.id(), size)).fit_to_exact_size(vec2(size.x, size.y)));
                image.widget_info(|| WidgetInfo::labeled(egui::accesskit::Role::Image, true, &name));
            });
        });
    }
}
