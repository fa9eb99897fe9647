//! A picture kept as evidence, shown below its attachment.
//!
//! Its bytes are foreign: they are looked at first, and decoded within limits by a job beside the window.

use std::io::Cursor;

use eframe::egui;
use egui::{ColorImage, Image, TextureHandle, TextureOptions, Ui, WidgetInfo, vec2};
use image::{ImageFormat, ImageReader};

use crate::domain::ids::RecordId;
use crate::domain::record::RecordData;
use crate::ops::Refused;
use crate::ops::jobs::Job;
use crate::ui::cx::{Command, Cx};
use crate::ui::theme::hint;
use crate::ui::widgets::notice::Notice;

/// Media types that are shown.
const SHOWN: [&str; 2] = ["image/png", "image/jpeg"];
/// Greatest height of a picture on the page, in points.
const HEIGHT: f32 = 480.0;

/// How large a picture may be. What is beyond is saved and opened by another program.
#[derive(Clone, Copy)]
struct Limits {
    /// Most bytes of the file.
    bytes: usize,
    /// Most pixels: four bytes each, eight while a picture of deep colours is decoded.
    pixels: u64,
    /// Most pixels of a side: what the graphics driver takes.
    side: usize,
}

impl Limits {
    const fn new(side: usize) -> Self {
        Self { bytes: 32 * 1024 * 1024, pixels: 24_000_000, side }
    }
}

/// The picture of one attachment.
pub struct Picture {
    of: RecordId,
    name: String,
    decoding: Option<Job<ColorImage>>,
    shown: Option<Result<TextureHandle, String>>,
}

/// Whether an attachment is a picture that can be shown.
pub fn is_picture(attachment: &RecordData) -> bool {
    SHOWN.contains(&attachment.text("media_type"))
}

impl Picture {
    /// Begins to decode the picture of an attachment; nothing where its bytes cannot be read, which is said in the corner.
    pub fn start(ui: &Ui, cx: &mut Cx<'_>, attachment: &RecordData) -> Option<Self> {
        let limits = Limits::new(ui.input(|input| input.max_texture_side));
        if attachment.value("bytes").as_u64().is_some_and(|bytes| bytes > limits.bytes as u64) {
            let happened = "The picture is too large to be shown.";
            cx.ask(Command::Notify(Notice::info(format!("{happened} Save a copy to open it."))));
            return None;
        }
        let bytes = match cx.file.attachment_bytes(attachment) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                let happened = "The file has no bytes for this attachment.";
                cx.ask(Command::Notify(Notice::problem(happened, "Verify the file.")));
                return None;
            }
            Err(refusal) => {
                cx.ask(Command::Notify(Notice::problem(refusal.to_string(), "Verify the file.")));
                return None;
            }
        };
        let decoding =
            cx.start(ui.ctx(), "Decoding a picture", move |_| decode(&bytes, limits).map_err(Refused::Rule))?;
        let name = attachment.title().to_owned();
        Some(Self { of: attachment.head.id, name, decoding: Some(decoding), shown: None })
    }

    /// Whose picture it is.
    pub const fn of(&self) -> RecordId {
        self.of
    }

    /// Draws the picture, what is being done, or why it cannot be shown.
    pub fn ui(&mut self, ui: &mut Ui) {
        if let Some(outcome) = self.decoding.as_ref().and_then(Job::poll) {
            self.decoding = None;
            let name = format!("picture {}", self.of);
            let texture = |image| ui.ctx().load_texture(name, image, TextureOptions::LINEAR);
            self.shown = Some(outcome.map(texture).map_err(|refusal| refusal.to_string()));
        }
        match &self.shown {
            None => {
                ui.label(hint(ui, "The picture is being decoded."));
            }
            Some(Err(reason)) => {
                ui.label(hint(ui, format!("The picture cannot be shown: {reason}. Save a copy to open it.")));
            }
            Some(Ok(texture)) => {
                let size = texture.size_vec2();
                let scale = (ui.available_width() / size.x).min(HEIGHT / size.y).clamp(0.0, 1.0);
                let image =
                    Image::new((texture.id(), size)).fit_to_exact_size(vec2(size.x * scale, size.y * scale));
                let name = format!("Picture {}", self.name);
                ui.add(image).widget_info(|| WidgetInfo::labeled(egui::accesskit::Role::Image, true, &name));
            }
        }
    }
}

/// The picture of foreign bytes, or why it cannot be shown. Its size is read first; only then is it decoded.
fn decode(bytes: &[u8], limits: Limits) -> Result<ColorImage, String> {
    let Limits { bytes: bytes_max, pixels: pixels_max, side } = limits;
    if bytes.len() > bytes_max {
        return Err(format!("it has {} bytes, and at most {bytes_max} are decoded", bytes.len()));
    }
    let format = image::guess_format(bytes)
        .ok()
        .filter(|format| matches!(format, ImageFormat::Png | ImageFormat::Jpeg))
        .ok_or("it is neither PNG nor JPEG")?;
    let (width, height) = ImageReader::with_format(Cursor::new(bytes), format)
        .into_dimensions()
        .map_err(|error| error.to_string())?;
    if u64::from(width) * u64::from(height) > pixels_max {
        return Err(format!("it has {width} × {height} pixels, and at most {pixels_max} are decoded"));
    }
    if width.max(height) as usize > side {
        return Err(format!("it has {width} × {height} pixels, and a side may have {side} here"));
    }
    egui_extras::image::load_image_bytes(bytes).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, RgbImage};
    use proptest::prelude::*;

    const LIMITS: Limits = Limits { bytes: 10_000, pixels: 600, side: 100 };

    fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 7]));
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(picture).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn png_and_jpeg_are_decoded_to_their_pixels() {
        let png = decode(&encoded(20, 10, ImageFormat::Png), LIMITS).unwrap();
        assert_eq!((png.size, png.pixels[19].to_array()), ([20, 10], [19, 0, 7, 255]));
        let jpeg = decode(&encoded(20, 10, ImageFormat::Jpeg), LIMITS).unwrap();
        assert_eq!(jpeg.size, [20, 10]);
    }

    #[test]
    fn what_is_too_large_is_refused_with_its_size_before_it_is_decoded() {
        let refused =
            |width, height, limits| decode(&encoded(width, height, ImageFormat::Png), limits).unwrap_err();
        assert_eq!(refused(30, 30, LIMITS), "it has 30 × 30 pixels, and at most 600 are decoded");
        assert_eq!(refused(101, 1, LIMITS), "it has 101 × 1 pixels, and a side may have 100 here");
        let short = Limits { bytes: 60, ..LIMITS };
        assert!(refused(20, 10, short).ends_with("bytes, and at most 60 are decoded"));
        // The header alone says how large it claims to be.
        let claims = encoded(30, 30, ImageFormat::Png)[..60].to_vec();
        assert_eq!(
            decode(&claims, LIMITS).unwrap_err(),
            "it has 30 × 30 pixels, and at most 600 are decoded"
        );
    }

    #[test]
    fn what_is_no_picture_or_ends_early_is_refused() {
        for bytes in
            [&b""[..], b"text", b"GIF89a\x01\0\x01\0", b"BM", b"<svg xmlns='http://www.w3.org/2000/svg'/>"]
        {
            assert_eq!(decode(bytes, LIMITS).unwrap_err(), "it is neither PNG nor JPEG");
        }
        let png = encoded(20, 10, ImageFormat::Png);
        assert!(decode(&png[..png.len() / 2], LIMITS).is_err());
        assert!(decode(&png[..8], LIMITS).is_err());
    }

    proptest! {
        #[test]
        fn changed_bytes_never_panic_and_never_exceed_the_limits(
            jpeg in any::<bool>(),
            changes in proptest::collection::vec((0..400_usize, any::<u8>()), 0..8),
            cut in 0..400_usize,
        ) {
            let format = if jpeg { ImageFormat::Jpeg } else { ImageFormat::Png };
            let mut bytes = encoded(20, 10, format);
            for (at, byte) in changes {
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
            }
            bytes.truncate(bytes.len() - cut.min(bytes.len()) / 4);
            if let Ok(picture) = decode(&bytes, LIMITS) {
                prop_assert!(picture.pixels.len() <= 600);
            }
        }
    }
}
