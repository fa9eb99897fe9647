//! Inspecting a laid-out packet: page images for the screen, and glyphs that no font had.
//!
//! Belongs here: reading the laid-out pages. Does not belong here: making them.

use std::collections::BTreeSet;

use typst::layout::{Frame, FrameItem, Point};
use typst::text::{TextItem, is_default_ignorable};
use typst::utils::Scalar;
use typst_layout::PagedDocument;
use typst_render::RenderOptions;

use super::Rendered;

/// Smallest and largest scale, in pixels per point; A4 at the largest takes 32 MB.
const SCALES: (f32, f32) = (0.1, 4.0);

/// A page as pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageImage {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Four bytes per pixel: red, green, blue and alpha, row by row. Pages are opaque.
    pub rgba: Vec<u8>,
}

impl Rendered {
    /// The page with the given index (from 0) at a scale in pixels per point (1.0 is 72 dpi), clamped to 0.1 to 4.
    /// `None` if there is no such page.
    pub fn page_image(&self, index: usize, scale: f32) -> Option<PageImage> {
        let page = self.document.pages().get(index)?;
        let scale = if scale.is_finite() { scale.clamp(SCALES.0, SCALES.1) } else { 1.0 };
        let options = RenderOptions { pixel_per_pt: Scalar::new(f64::from(scale)), render_bleed: false };
        let pixels = typst_render::render(page, &options);
        Some(PageImage { width: pixels.width(), height: pixels.height(), rgba: pixels.take() })
    }
}

/// Characters that were laid out without a glyph, although a font claims to have them.
pub(super) fn missing_glyphs(document: &PagedDocument) -> BTreeSet<char> {
    let mut found = BTreeSet::new();
    each_text(document, |_, _, text| {
        for glyph in text.glyphs.iter().filter(|glyph| glyph.id == 0) {
            let cluster = text.text.get(glyph.range()).unwrap_or_default();
            let coverage = &text.font.font().info().coverage;
            let blamed = cluster.chars().filter(|c| !c.is_ascii() && !is_default_ignorable(*c));
            let (_, absent): (Vec<char>, Vec<char>) =
                blamed.clone().partition(|character| coverage.contains(u32::from(*character)));
            if absent.is_empty() { found.extend(blamed) } else { found.extend(absent) }
        }
    });
    found
}

/// Tells each text of the pages, in layout order, with its page (from 0) and its place there.
pub(super) fn each_text(document: &PagedDocument, mut tell: impl FnMut(usize, Point, &TextItem)) {
    for (page, content) in document.pages().iter().enumerate() {
        texts_of(&content.frame, Point::zero(), &mut |place, text| tell(page, place, text));
    }
}

fn texts_of(frame: &Frame, origin: Point, tell: &mut dyn FnMut(Point, &TextItem)) {
    for (place, item) in frame.items() {
        let place = origin + *place;
        if let FrameItem::Group(group) = item {
            texts_of(&group.frame, place, tell);
        } else if let FrameItem::Text(text) = item {
            tell(place, text);
        }
    }
}
