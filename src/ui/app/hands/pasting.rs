//! Pasting outside an input: a link is followed; a picture or text becomes evidence of the record on screen.

use std::io::Cursor;
use std::sync::Arc;

use eframe::egui;
use egui::{ColorImage, Context, Event, TextureOptions};
use image::{ImageFormat, RgbaImage};

use super::dropping::why_no_files;
use super::linking::links_in;
use crate::domain::ids::RecordId;
use crate::ops::Refused;
use crate::ops::jobs::Job;
use crate::ui::app::App;
use crate::ui::app::attaching::Attached;
use crate::ui::cx::Route;

/// Most bytes of a pasted text.
const TEXT_BYTES_MAX: usize = 1 << 20;
/// Most pixels of a pasted picture.
const PIXELS_MAX: usize = 24_000_000;
/// Pixels of a side of what the dialog shows.
const PREVIEW_SIDE: usize = 1024;

/// A pasted picture that is made into a PNG.
#[derive(Default)]
pub struct Pasting {
    encoding: Option<(RecordId, Job<Encoded>)>,
}

/// A picture as PNG, and a smaller one for the dialog.
struct Encoded {
    png: Vec<u8>,
    preview: ColorImage,
}

enum Pasted {
    Text(String),
    Picture(Arc<ColorImage>),
}

/// What was pasted in this frame, taken out of the input.
fn take(ctx: &Context) -> Option<Pasted> {
    ctx.input_mut(|input| {
        let mut pasted = None;
        input.events.retain(|event| match event {
            Event::Paste(text) => {
                pasted = Some(Pasted::Text(text.clone()));
                false
            }
            Event::PasteImage(picture) => {
                pasted = Some(Pasted::Picture(Arc::clone(picture)));
                false
            }
            _ => true,
        });
        pasted
    })
}

impl App {
    /// Takes what was pasted outside an input in this frame.
    pub(super) fn take_paste(&mut self, ctx: &Context) {
        self.keep_encoding(ctx);
        let free = self.session.is_some()
            && !ctx.text_edit_focused()
            && !self.is_asking()
            && !self.finder.palette.is_open()
            && !egui::Popup::is_any_open(ctx);
        if !free {
            return;
        }
        let Some(pasted) = take(ctx) else { return };
        if let Pasted::Text(text) = &pasted
            && let Some(link) = links_in(text)
        {
            return self.follow_link(link);
        }
        let Some(id) = self.record_to_paste_into() else { return };
        match pasted {
            Pasted::Text(text) => self.paste_text(id, text),
            Pasted::Picture(picture) => self.paste_picture(id, picture),
        }
    }

    /// The record on screen, if it takes files; otherwise says why not.
    fn record_to_paste_into(&mut self) -> Option<RecordId> {
        let Some(Route::Record(id)) = self.route() else {
            let remedy = "Open the page of the record whose evidence it is, then paste it there.";
            self.problem("What was pasted was not taken: no record is on screen.", remedy);
            return None;
        };
        let id = *id;
        let why = self.with_cx(|_, cx| cx.page(id).ok().map(|page| why_no_files(cx, &page)));
        match why.and_then(|(why, _)| why) {
            Some(None) => Some(id),
            Some(Some(why)) => {
                self.problem(why, "Nothing was attached.");
                None
            }
            None => None,
        }
    }

    fn paste_text(&mut self, id: RecordId, text: String) {
        if text.len() > TEXT_BYTES_MAX {
            let words = format!(
                "The pasted text has {} bytes, more than the {TEXT_BYTES_MAX} that are taken.",
                text.len()
            );
            return self.problem(words, "Save it as a file and attach the file.");
        }
        if text.trim().is_empty() {
            return;
        }
        let name = self.pasted_name("txt");
        self.attach_pasted(id, Attached::Text(text), name);
    }

    fn paste_picture(&mut self, id: RecordId, picture: Arc<ColorImage>) {
        let [width, height] = picture.size;
        if width.saturating_mul(height) > PIXELS_MAX || picture.pixels.is_empty() {
            let words = format!(
                "The pasted picture has {width} × {height} pixels, and at most {PIXELS_MAX} are taken."
            );
            return self.problem(words, "Save it as a file and attach the file.");
        }
        let started = Job::start("Encoding the picture", self.jobs.wake(), move |_| encode(&picture));
        match started {
            Ok(job) => {
                self.jobs.watch(job.progress().clone());
                self.hands.pasting.encoding = Some((id, job));
                self.ctx.request_repaint();
            }
            Err(refusal) => self.problem(format!("The picture was not taken: {refusal}."), "Paste it again."),
        }
    }

    /// Opens the dialog once the picture is encoded.
    fn keep_encoding(&mut self, ctx: &Context) {
        let Some((id, job)) = &self.hands.pasting.encoding else { return };
        let id = *id;
        let Some(outcome) = job.poll_for(self.setup.patience) else { return };
        self.hands.pasting.encoding = None;
        match outcome {
            Ok(Encoded { png, preview }) => {
                let texture = ctx.load_texture("pasted picture", preview, TextureOptions::LINEAR);
                let name = self.pasted_name("png");
                self.attach_pasted(id, Attached::Picture(png, Some(texture)), name);
            }
            Err(refusal) => self.problem(format!("The picture was not taken: {refusal}."), "Paste it again."),
        }
    }

    /// A name with the moment: “Pasted 2031-03-03 10.05.png”.
    fn pasted_name(&self, ending: &str) -> String {
        let stamp = self.stamp();
        let local = stamp.now.with_offset_words(stamp.offset_minutes);
        let minute = local.get(..16).unwrap_or(&local).replace(':', ".");
        format!("Pasted {minute}.{ending}")
    }
}

/// A picture as PNG without loss, and a smaller one for the dialog.
fn encode(picture: &ColorImage) -> Result<Encoded, Refused> {
    let refused = |why: String| Refused::Rule(format!("it cannot be written as PNG: {why}"));
    let [width, height] = picture.size;
    let side = |length: usize| u32::try_from(length).map_err(|_| refused("it is too large".to_owned()));
    let bytes: Vec<u8> = picture.pixels.iter().flat_map(egui::Color32::to_srgba_unmultiplied).collect();
    let pixels = RgbaImage::from_raw(side(width)?, side(height)?, bytes)
        .ok_or_else(|| refused("its size is not that of its pixels".to_owned()))?;
    let mut png = Cursor::new(Vec::new());
    pixels.write_to(&mut png, ImageFormat::Png).map_err(|error| refused(error.to_string()))?;
    Ok(Encoded { png: png.into_inner(), preview: smaller(picture) })
}

/// Every so manieth pixel, so that the graphics driver takes it.
fn smaller(picture: &ColorImage) -> ColorImage {
    let [width, height] = picture.size;
    let step = width.max(height).div_ceil(PREVIEW_SIDE).max(1);
    if step == 1 {
        return picture.clone();
    }
    let rows = picture.pixels.chunks_exact(width).step_by(step);
    let pixels: Vec<egui::Color32> = rows.flat_map(|row| row.iter().step_by(step)).copied().collect();
    ColorImage::new([width.div_ceil(step), height.div_ceil(step)], pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_becomes_a_png_of_the_same_pixels() {
        let pixels = (0..6).map(egui::Color32::from_gray).collect();
        let picture = ColorImage::new([3, 2], pixels);
        let encoded = encode(&picture).unwrap();
        let read = image::load_from_memory_with_format(&encoded.png, ImageFormat::Png).unwrap().to_rgba8();
        assert_eq!((read.width(), read.height(), read.get_pixel(2, 1).0), (3, 2, [5, 5, 5, 255]));
        assert_eq!(encoded.preview, picture);
    }

    #[test]
    fn a_large_picture_is_shown_smaller() {
        let picture = ColorImage::new([2050, 3], vec![egui::Color32::WHITE; 6150]);
        let shown = smaller(&picture);
        assert_eq!((shown.size, shown.pixels.len()), ([684, 1], 684));
    }

    #[test]
    fn a_picture_whose_size_is_not_that_of_its_pixels_is_refused() {
        let mut picture = ColorImage::new([2, 2], vec![egui::Color32::WHITE; 4]);
        picture.size = [9, 9];
        assert!(encode(&picture).is_err());
    }
}
