//! The letters and straight strokes of a page, in points from its upper left corner.

use std::collections::HashMap;
use std::panic::resume_unwind;
use std::sync::Arc;

use hayro_interpret::font::{FontData, Glyph};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::page::Page;
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, InterpreterCache, InterpreterSettings, Paint,
    PathDrawMode, SoftMask, TransformExt as _, interpret_page,
};
use kurbo::{Affine, BezPath, PathSeg, Point, Rect};

/// Most letters and strokes of all pages together: a page has about 3 000.
const DRAWN_MAX: usize = if cfg!(test) { 50_000 } else { 12_000_000 };
/// Most straight strokes of a page that are kept.
const STROKES_MAX: usize = 20_000;
/// Units of a font's em.
const EM: f64 = 1000.0;
/// Shortest strokes that can be an edge of a table, in points.
const EDGE: f64 = 6.0;

/// Why reading was stopped in the middle of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// More is drawn than is read.
    TooMuch,
}

/// A letter, or several that are drawn as one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Letter {
    /// What it says.
    pub text: String,
    /// Its left and right end.
    pub x: (f64, f64),
    /// Its baseline.
    pub y: f64,
    /// The height of its font.
    pub size: f64,
    /// Whether its font is bold.
    pub bold: bool,
}

/// A straight stroke: at this place, from here to there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stroke {
    /// Its place across its direction.
    pub at: f64,
    /// Its ends.
    pub span: (f64, f64),
}

/// What is drawn on a page.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct PageText {
    /// Its height.
    pub height: f64,
    /// Its letters, in the order of drawing.
    pub letters: Vec<Letter>,
    /// Letters whose characters cannot be told.
    pub unknown: usize,
    /// Its level strokes.
    pub level: Vec<Stroke>,
    /// Its upright strokes.
    pub upright: Vec<Stroke>,
}

/// Reads the pages of a PDF one after the other.
pub(super) struct Reader<'a> {
    pdf: &'a Pdf,
    cache: InterpreterCache<'a>,
    settings: InterpreterSettings,
    fonts: HashMap<u128, bool>,
    drawn: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(pdf: &'a Pdf) -> Self {
        // Shapes are not looked at: any font does in the place of one that is not embedded.
        let font: FontData =
            Arc::new(include_bytes!("../../../../../../assets/fonts/JetBrainsMono-Regular.ttf"));
        let settings = InterpreterSettings {
            font_resolver: Arc::new(move |_| Some((Arc::clone(&font), 0))),
            ..InterpreterSettings::default()
        };
        Self { pdf, cache: InterpreterCache::new(), settings, fonts: HashMap::new(), drawn: 0 }
    }

    pub(super) fn page(&mut self, page: &Page<'a>) -> PageText {
        let (width, height) = page.render_dimensions();
        let (width, height) = (f64::from(width), f64::from(height));
        let transform = page.initial_transform(true).to_kurbo();
        let area = Rect::new(0.0, 0.0, width, height);
        let mut context = Context::new(transform, area, &self.cache, self.pdf.xref(), self.settings.clone());
        let text = PageText { height, ..PageText::default() };
        let mut drawing = Drawing { text, area, fonts: &mut self.fonts, drawn: &mut self.drawn };
        interpret_page(page, &mut context, &mut drawing);
        drawing.text
    }
}

/// Takes what is drawn on a page.
struct Drawing<'f> {
    text: PageText,
    area: Rect,
    /// Whether a font is bold, by its key.
    fonts: &'f mut HashMap<u128, bool>,
    /// How much was drawn on all pages so far.
    drawn: &'f mut usize,
}

impl Drawing<'_> {
    /// Counts something that is drawn. The reader offers no other way to stop it within a page than to unwind.
    fn count(&mut self) {
        *self.drawn += 1;
        if *self.drawn > DRAWN_MAX {
            resume_unwind(Box::new(Stop::TooMuch));
        }
    }

    fn is_bold(&mut self, glyph: &Glyph<'_>) -> bool {
        let Glyph::Outline(glyph) = glyph else { return false };
        *self.fonts.entry(glyph.font_cache_key()).or_insert_with(|| {
            glyph.font_data().is_some_and(|font| {
                let named = font.postscript_name.is_some_and(|name| name.to_lowercase().contains("bold"));
                named || font.weight.is_some_and(|weight| weight >= 600)
            })
        })
    }

    fn letter(&mut self, glyph: &Glyph<'_>, transform: Affine) {
        let text = match glyph.as_unicode() {
            Some(BfString::Char(c)) => c.to_string(),
            Some(BfString::String(text)) => text,
            None => {
                self.text.unknown += 1;
                return;
            }
        };
        let advance = match glyph {
            Glyph::Outline(glyph) => glyph.advance_width().map_or(EM / 2.0, f64::from),
            Glyph::Type3(_) => EM / 2.0,
        };
        let from = transform * Point::ORIGIN;
        let to = transform * Point::new(advance, 0.0);
        let size = (transform * Point::new(0.0, EM) - from).hypot();
        let slope = (to.y - from.y).abs() > (to.x - from.x).abs() / 5.0;
        let sound = [from.x, from.y, to.x, size].iter().all(|value| value.is_finite());
        // Slanting text, such as a watermark, and text beside the page say nothing.
        if !sound || size < 1.0 || (slope && advance > 0.0) || !self.area.contains(from) {
            return;
        }
        let bold = self.is_bold(glyph);
        self.text.letters.push(Letter { text, x: (from.x, to.x.max(from.x)), y: from.y, size, bold });
    }

    fn stroke(&mut self, from: Point, to: Point) {
        if !(from.is_finite() && to.is_finite()) {
            return;
        }
        let (across, down) = ((to.x - from.x).abs(), (to.y - from.y).abs());
        let strokes = if down < 1.0 && across >= EDGE {
            (&mut self.text.level, Stroke { at: from.y, span: (from.x.min(to.x), from.x.max(to.x)) })
        } else if across < 1.0 && down >= EDGE {
            (&mut self.text.upright, Stroke { at: from.x, span: (from.y.min(to.y), from.y.max(to.y)) })
        } else {
            return;
        };
        if strokes.0.len() < STROKES_MAX {
            strokes.0.push(strokes.1);
        }
    }
}

impl<'a> Device<'a> for Drawing<'_> {
    fn set_soft_mask(&mut self, _: Option<SoftMask<'a>>) {}

    fn set_blend_mode(&mut self, _: BlendMode) {}

    fn draw_path(&mut self, path: &BezPath, transform: Affine, _: &Paint<'a>, _: &PathDrawMode) {
        self.count();
        for segment in path.segments().take(STROKES_MAX) {
            if let PathSeg::Line(line) = segment {
                self.stroke(transform * line.p0, transform * line.p1);
            }
        }
    }

    fn push_clip_path(&mut self, _: &ClipPath) {
        self.count();
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.count();
    }

    fn draw_glyph(
        &mut self,
        glyph: &Glyph<'a>,
        transform: Affine,
        glyph_transform: Affine,
        _: &Paint<'a>,
        _: &GlyphDrawMode,
    ) {
        self.count();
        self.letter(glyph, transform * glyph_transform);
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: Affine) {
        self.count();
    }

    fn pop_clip_path(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
