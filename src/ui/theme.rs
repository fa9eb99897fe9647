//! The look of the window: colours, spacing, text sizes, fonts, and the four tones of a state.
//!
//! Belongs here: design tokens and their use in egui. Does not belong here: any widget, any term of the domain.
//! It is the only module that names a raw colour; all others use [`palette`].
#![expect(clippy::disallowed_methods, reason = "this is the one file that may name raw colours")]

#[cfg(test)]
mod contrast;

use std::sync::{Arc, LazyLock};

use eframe::egui;
use egui::{
    Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, RichText, Stroke, Style,
    TextStyle, Theme, Visuals, vec2,
};
use serde::{Deserialize, Serialize};

/// Spacing on a 4-point grid, in points.
pub mod space {
    /// 4 points: between an icon and its word.
    pub const XS: f32 = 4.0;
    /// 8 points: between widgets that belong together.
    pub const S: f32 = 8.0;
    /// 12 points: inside a frame.
    pub const M: f32 = 12.0;
    /// 16 points: between fields.
    pub const L: f32 = 16.0;
    /// 24 points: between sections.
    pub const XL: f32 = 24.0;
    /// 32 points: around an empty state.
    pub const XXL: f32 = 32.0;
    /// Height of a button, an input and a table row.
    pub const ROW: f32 = 28.0;
    /// Greatest width of a line of running text.
    pub const MEASURE: f32 = 640.0;
}

/// Text sizes in points.
pub mod size {
    /// Help, hints, axis labels.
    pub const SMALL: f32 = 12.0;
    /// Body text.
    pub const BODY: f32 = 14.0;
    /// Titles of sections and dialogs.
    pub const TITLE: f32 = 17.0;
    /// The heading of a page.
    pub const HEADING: f32 = 22.0;
    /// Height of a line of small text.
    pub const SMALL_LINE: f32 = 16.0;
    /// Height of a line of body text.
    pub const BODY_LINE: f32 = 20.0;
    /// Height of a line of a title.
    pub const TITLE_LINE: f32 = 24.0;
}

/// What a state means for the reader. Each tone has its own shape, so colour is never the only sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Nothing special: open, draft, informative. A ring.
    Neutral,
    /// As it should be: approved, closed, done. A check mark.
    Good,
    /// Needs action soon. A diamond.
    Due,
    /// Overdue, rejected, missing. A triangle.
    Late,
}

impl Tone {
    /// All four, in rising urgency.
    pub const ALL: [Self; 4] = [Self::Neutral, Self::Good, Self::Due, Self::Late];
}

/// Text and background of one tone.
#[derive(Clone, Copy, Debug)]
pub struct ToneColours {
    /// Words and shape.
    pub text: Color32,
    /// Behind a badge or banner.
    pub fill: Color32,
}

/// The colours of one theme.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    /// The background of the window.
    pub canvas: Color32,
    /// Inputs, tables, cards.
    pub surface: Color32,
    /// Popups and dialogs.
    pub raised: Color32,
    /// Under the pointer.
    pub hover: Color32,
    /// Every second row of a table.
    pub stripe: Color32,
    /// Primary text.
    pub text: Color32,
    /// Secondary text: hints, units, axis labels.
    pub weak: Color32,
    /// Separating lines.
    pub line: Color32,
    /// Edge of an input or button: 3 : 1 against everything that it is drawn on.
    pub edge: Color32,
    /// The one accent: links, focus, the primary button.
    pub accent: Color32,
    /// The accent under the pointer.
    pub accent_hover: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// Behind what is selected.
    pub select: Color32,
    /// Text on what is selected.
    pub on_select: Color32,
    /// Series of plots, in order of use.
    pub series: [Color32; 4],
    /// Behind a dialog.
    pub veil: Color32,
    neutral: ToneColours,
    good: ToneColours,
    due: ToneColours,
    late: ToneColours,
}

impl Palette {
    /// The colours of a tone.
    pub const fn tone(&self, tone: Tone) -> ToneColours {
        match tone {
            Tone::Neutral => self.neutral,
            Tone::Good => self.good,
            Tone::Due => self.due,
            Tone::Late => self.late,
        }
    }
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const fn tone(text: u32, fill: u32) -> ToneColours {
    ToneColours { text: rgb(text), fill: rgb(fill) }
}

/// The light theme.
pub static LIGHT: Palette = Palette {
    canvas: rgb(0x00F6_F7F9),
    surface: rgb(0x00FF_FFFF),
    raised: rgb(0x00FF_FFFF),
    hover: rgb(0x00E9_EDF2),
    stripe: rgb(0x00F8_F9FB),
    text: rgb(0x001A_2330),
    weak: rgb(0x0051_5D6C),
    line: rgb(0x00DD_E2E8),
    edge: rgb(0x0076_818F),
    accent: rgb(0x000F_5FA6),
    accent_hover: rgb(0x000B_4C87),
    on_accent: rgb(0x00FF_FFFF),
    select: rgb(0x00D9_E8F7),
    on_select: rgb(0x000B_3F70),
    series: [rgb(0x000F_5FA6), rgb(0x00B3_6B00), rgb(0x002E_8B62), rgb(0x007A_4FA3)],
    veil: Color32::from_rgba_premultiplied(9, 12, 17, 110),
    neutral: tone(0x0046_525F, 0x00E8_ECF1),
    good: tone(0x0012_633A, 0x00DD_F1E4),
    due: tone(0x007A_4A00, 0x00FB_ECCB),
    late: tone(0x009C_1C28, 0x00FB_E1E2),
};

/// The dark theme.
pub static DARK: Palette = Palette {
    canvas: rgb(0x0013_181F),
    surface: rgb(0x001B_222B),
    raised: rgb(0x0021_2934),
    hover: rgb(0x002A_3441),
    stripe: rgb(0x001F_2731),
    text: rgb(0x00E6_EAF0),
    weak: rgb(0x00A3_AFBD),
    line: rgb(0x002D_3743),
    edge: rgb(0x007E_8B9C),
    accent: rgb(0x0079_B4EE),
    accent_hover: rgb(0x009C_C9F5),
    on_accent: rgb(0x000B_1A2A),
    select: rgb(0x001F_3D5C),
    on_select: rgb(0x00D3_E7FB),
    series: [rgb(0x0079_B4EE), rgb(0x00F0_C060), rgb(0x007F_D6A3), rgb(0x00C9_A6EE)],
    veil: Color32::from_rgba_premultiplied(0, 0, 0, 150),
    neutral: tone(0x00BA_C4D0, 0x002C_3641),
    good: tone(0x007F_D6A3, 0x0016_382A),
    due: tone(0x00F0_C060, 0x003D_2F12),
    late: tone(0x00FF_9C9C, 0x0046_202A),
};

/// The palette of the theme that this part of the window uses.
pub fn palette(ui: &egui::Ui) -> &'static Palette {
    of(ui.visuals().dark_mode)
}

/// The palette of the theme that the whole window uses.
pub fn palette_of(ctx: &egui::Context) -> &'static Palette {
    of(ctx.theme() == Theme::Dark)
}

const fn of(dark: bool) -> &'static Palette {
    if dark { &DARK } else { &LIGHT }
}

static BOLD: LazyLock<FontFamily> = LazyLock::new(|| FontFamily::Name("bold".into()));
static ITALIC: LazyLock<FontFamily> = LazyLock::new(|| FontFamily::Name("italic".into()));
static TITLE: LazyLock<TextStyle> = LazyLock::new(|| TextStyle::Name("title".into()));

/// The font family of true bold.
pub fn bold_family() -> FontFamily {
    BOLD.clone()
}

/// Body text with a generous line height, for text of several lines.
pub fn body(text: impl Into<String>) -> RichText {
    RichText::new(text).line_height(Some(size::BODY_LINE))
}

/// Small text with its line height.
pub fn small(text: impl Into<String>) -> RichText {
    RichText::new(text).text_style(TextStyle::Small).line_height(Some(size::SMALL_LINE))
}

/// Body text in true bold.
pub fn bold(text: impl Into<String>) -> RichText {
    body(text).family(BOLD.clone())
}

/// Body text in true italic.
pub fn italic(text: impl Into<String>) -> RichText {
    body(text).family(ITALIC.clone())
}

/// The title of a section or a dialog.
pub fn title(text: impl Into<String>) -> RichText {
    RichText::new(text).text_style(TITLE.clone()).line_height(Some(size::TITLE_LINE))
}

/// The width of running text here: no wider than a line that is read well, and than there is room.
pub fn text_width(ui: &egui::Ui) -> f32 {
    ui.available_width().min(space::MEASURE)
}

/// Small text in the secondary colour, for help and hints.
pub fn hint(ui: &egui::Ui, text: impl Into<String>) -> RichText {
    small(text).color(palette(ui).weak)
}

/// The theme that the user chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ThemeChoice {
    /// Follow the desktop.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl ThemeChoice {
    /// All three, in the order of the settings.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The label of its button.
    pub const fn word(self) -> &'static str {
        match self {
            Self::System => "Follow the system",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// Applies the choice to the window.
    pub fn apply(self, ctx: &egui::Context) {
        ctx.set_theme(match self {
            Self::System => egui::ThemePreference::System,
            Self::Light => egui::ThemePreference::Light,
            Self::Dark => egui::ThemePreference::Dark,
        });
    }
}

/// Smallest text scale in percent.
pub const SCALE_MIN: u16 = 80;
/// Largest text scale in percent.
pub const SCALE_MAX: u16 = 200;

/// Scales text and everything around it. `percent` is clamped to [`SCALE_MIN`] and [`SCALE_MAX`].
pub fn set_text_scale(ctx: &egui::Context, percent: u16) {
    ctx.set_zoom_factor(f32::from(percent.clamp(SCALE_MIN, SCALE_MAX)) / 100.0);
}

/// The current text scale, in percent, rounded.
pub fn text_scale(ctx: &egui::Context) -> u16 {
    (ctx.zoom_factor() * 100.0).round().clamp(f32::from(SCALE_MIN), f32::from(SCALE_MAX)) as u16
}

/// Installs our fonts, both themes and the focus ring. Call once, before the first frame.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    ctx.set_style_of(Theme::Light, style(&LIGHT, Visuals::light()));
    ctx.set_style_of(Theme::Dark, style(&DARK, Visuals::dark()));
    ctx.on_end_pass("focus ring", Arc::new(paint_focus_ring));
    super::composing::follow(ctx);
    super::widgets::given_back::install(ctx);
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let mut add = |name: &str, bytes: &'static [u8]| {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    };
    add("Inter", include_bytes!("../../assets/fonts/Inter-Regular.otf"));
    add("Inter Bold", include_bytes!("../../assets/fonts/Inter-Bold.otf"));
    add("Inter Italic", include_bytes!("../../assets/fonts/Inter-Italic.otf"));
    add("JetBrains Mono", include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf"));

    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let family = |first: &[&str]| -> Vec<String> {
        first.iter().map(|name| (*name).to_owned()).chain(fallback.iter().cloned()).collect()
    };
    fonts.families.insert(FontFamily::Proportional, family(&["Inter"]));
    fonts.families.insert(FontFamily::Monospace, family(&["JetBrains Mono", "Inter"]));
    fonts.families.insert(BOLD.clone(), family(&["Inter Bold", "Inter"]));
    fonts.families.insert(ITALIC.clone(), family(&["Inter Italic", "Inter"]));
    fonts
}

fn style(palette: &Palette, visuals: Visuals) -> Style {
    let mut style = Style { visuals: coloured(palette, visuals), ..Style::default() };
    style.text_styles = [
        (TextStyle::Small, FontId::new(size::SMALL, FontFamily::Proportional)),
        (TextStyle::Body, FontId::new(size::BODY, FontFamily::Proportional)),
        (TextStyle::Button, FontId::new(size::BODY, FontFamily::Proportional)),
        (TextStyle::Monospace, FontId::new(13.0, FontFamily::Monospace)),
        (TITLE.clone(), FontId::new(size::TITLE, BOLD.clone())),
        (TextStyle::Heading, FontId::new(size::HEADING, BOLD.clone())),
    ]
    .into();
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(space::S, space::S);
    spacing.button_padding = vec2(space::M, space::XS);
    spacing.interact_size = vec2(space::ROW, space::ROW);
    spacing.window_margin = Margin::same(16);
    spacing.menu_margin = Margin::same(8);
    spacing.indent = space::XL;
    spacing.icon_width = 16.0;
    spacing.icon_width_inner = 10.0;
    spacing.icon_spacing = space::S;
    spacing.combo_width = 160.0;
    spacing.combo_height = 320.0;
    spacing.tooltip_width = 420.0;
    spacing.extra_text_line_spacing = 3.0;
    style.animation_time = 0.08;
    style.interaction.tooltip_delay = 0.3;
    style.interaction.selectable_labels = false;
    style
}

fn coloured(palette: &Palette, mut visuals: Visuals) -> Visuals {
    let radius = CornerRadius::same(6);
    visuals.panel_fill = palette.canvas;
    visuals.window_fill = palette.raised;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(8);
    visuals.extreme_bg_color = palette.surface;
    visuals.faint_bg_color = palette.stripe;
    visuals.code_bg_color = palette.hover;
    visuals.hyperlink_color = palette.accent;
    visuals.weak_text_color = Some(palette.weak);
    visuals.warn_fg_color = palette.due.text;
    visuals.error_fg_color = palette.late.text;
    visuals.selection.bg_fill = palette.select;
    visuals.selection.stroke = Stroke::new(1.0, palette.on_select);
    visuals.text_cursor.stroke = Stroke::new(2.0, palette.accent);
    visuals.striped = false;
    visuals.indent_has_left_vline = false;
    visuals.interact_cursor = None;

    let widgets = &mut visuals.widgets;
    let paint = |state: &mut egui::style::WidgetVisuals, fill: Color32, edge: Color32| {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::new(1.0, edge);
        state.fg_stroke = Stroke::new(1.5, palette.text);
        state.corner_radius = radius;
        state.expansion = 0.0;
    };
    paint(&mut widgets.noninteractive, palette.canvas, palette.line);
    paint(&mut widgets.inactive, palette.surface, palette.edge);
    paint(&mut widgets.hovered, palette.hover, palette.edge);
    paint(&mut widgets.active, palette.hover, palette.accent);
    paint(&mut widgets.open, palette.hover, palette.accent);
    widgets.noninteractive.fg_stroke = Stroke::new(1.0, palette.text);
    visuals
}

/// Width of the focus ring, and of the gap between it and what has the focus.
const RING: f32 = 2.0;
const GAP: f32 = 1.5;

/// Where to draw the focus ring of a widget, if not around the widget itself.
#[derive(Clone, Copy)]
struct RingAt {
    id: egui::Id,
    rect: egui::Rect,
}

fn ring_slot() -> egui::Id {
    egui::Id::unique("mainstay_focus_ring")
}

/// Draws the focus ring of `id` around `rect` in this frame, for a widget inside its own frame.
pub fn ring_around(ctx: &egui::Context, id: egui::Id, rect: egui::Rect) {
    ctx.data_mut(|data| data.insert_temp(ring_slot(), RingAt { id, rect }));
}

fn paint_focus_ring(ui: &mut egui::Ui) {
    let ctx = ui.ctx().clone();
    let Some(focused) = ctx.memory(|memory| memory.focused()) else { return };
    // Of a widget that was drawn in the pass before only, as in a dialog that just closed, nothing would be left but its ring.
    if ctx.viewport(|viewport| viewport.this_pass.widgets.get(focused).is_none()) {
        return;
    }
    let Some(response) = ctx.read_response(focused) else { return };
    let asked = ctx.data_mut(|data| {
        let asked = data.get_temp::<RingAt>(ring_slot());
        data.remove::<RingAt>(ring_slot());
        asked.filter(|at| at.id == focused)
    });
    let (rect, clip, is_outside) = match asked {
        Some(at) => (at.rect, at.rect, false),
        None => (response.rect, response.interact_rect, true),
    };
    if !clip.is_positive() {
        return;
    }
    let palette = palette_of(&ctx);
    let painter = ctx.layer_painter(response.layer_id).with_clip_rect(clip.expand(GAP + RING + 0.5));
    let radius = CornerRadius::same(6);
    let ring = |rect, stroke| painter.rect_stroke(rect, radius, stroke, egui::StrokeKind::Outside);
    if is_outside {
        // A gap tells the ring from a button that is filled with the accent itself.
        ring(rect, Stroke::new(GAP, palette.canvas));
        ring(rect.expand(GAP), Stroke::new(RING, palette.accent));
    } else {
        ring(rect.shrink(RING), Stroke::new(RING, palette.accent));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_scale_is_clamped_to_80_and_200_percent() {
        let ctx = egui::Context::default();
        for (asked, given) in [(10, 80), (80, 80), (125, 125), (200, 200), (900, 200)] {
            set_text_scale(&ctx, asked);
            ctx.run_ui(egui::RawInput::default(), |_| {}).textures_delta.clear();
            assert_eq!(text_scale(&ctx), given);
        }
    }

    #[test]
    fn every_symbol_we_use_is_in_the_bundled_fonts() {
        let mut harness = egui_kittest::Harness::builder().with_context_setup(install).build_ui(|ui| {
            for family in [FontFamily::Proportional, BOLD.clone(), ITALIC.clone()] {
                ui.label(RichText::new("← ↑ → ↓ ✓ ✗ ⚠ ● ○ ◆ ▲ ▼ ▶ ◀ … – — · × ≤ ≥").family(family));
            }
            ui.monospace("0123456789abcdef → …");
        });
        harness.run();
    }
}
