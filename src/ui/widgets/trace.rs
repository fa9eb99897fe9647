//! The trace strip: from feedback to communication, each step a dated link, each gap as text. The steps are plain data.

use std::sync::Arc;

use chrono::NaiveDate;
use eframe::egui;
use egui::{
    CursorIcon, FontId, Galley, Rect, Sense, Stroke, Ui, UiBuilder, Vec2, WidgetInfo, accesskit::Role, pos2,
    vec2,
};

use super::icons::{SHAPE, paint_tone};
use crate::ui::theme::{Palette, Tone, bold_family, palette, size, space};

/// The progress of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Done.
    Done,
    /// The current step.
    Current,
    /// Missing although it is expected.
    Gap,
    /// Not reached yet.
    Ahead,
}

impl StepState {
    const fn tone(self) -> Tone {
        match self {
            Self::Done => Tone::Good,
            Self::Current => Tone::Due,
            Self::Gap => Tone::Late,
            Self::Ahead => Tone::Neutral,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Current => "now",
            Self::Gap => "missing",
            Self::Ahead => "not yet",
        }
    }
}

/// One step of the trace.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Its label, such as "Problem report".
    pub label: &'a str,
    /// The number of its record, which makes the step a link.
    pub id: Option<&'a str>,
    /// When it was done.
    pub date: Option<NaiveDate>,
    /// Its progress.
    pub state: StepState,
}

impl Step<'_> {
    /// The text under the label: number and date, or the word of the state.
    fn caption(&self) -> String {
        let date = self.date.map(|date| date.to_string());
        match (self.id, date) {
            (Some(id), Some(date)) => format!("{id} · {date}"),
            (Some(id), None) => format!("{id} · {}", self.state.word()),
            (None, Some(date)) => date,
            (None, None) => self.state.word().to_owned(),
        }
    }
}

struct Drawn {
    label: Arc<Galley>,
    caption: Arc<Galley>,
    words: String,
    size: Vec2,
}

const ARROW: f32 = 28.0;

/// Draws the strip, on several lines if one is too narrow. Returns the index of the pressed step.
pub fn trace_ui(ui: &mut Ui, steps: &[Step<'_>]) -> Option<usize> {
    trace_at_ui(ui, steps, None)
}

/// The same with a mark at the step where the reader is.
pub fn trace_at_ui(ui: &mut Ui, steps: &[Step<'_>], here: Option<usize>) -> Option<usize> {
    let palette = palette(ui);
    let drawn: Vec<Drawn> = steps.iter().map(|step| layout(ui, step, palette)).collect();
    let room = ui.available_width();
    let (mut x, mut y, mut places) = (0.0, 0.0, Vec::with_capacity(steps.len()));
    let height = drawn.iter().map(|step| step.size.y).fold(0.0, f32::max);
    for (index, step) in drawn.iter().enumerate() {
        let arrow = if index + 1 < drawn.len() { ARROW / 2.0 + space::XS } else { 0.0 };
        if x > 0.0 && x + step.size.x + arrow > room {
            x = 0.0;
            y += height + space::S;
        }
        places.push(vec2(x, y));
        x += step.size.x + ARROW;
    }
    let builder = UiBuilder::new().accessibility_role(Role::List).accessibility_label("Trace".to_owned());
    ui.scope_builder(builder, |ui| {
        let (area, _) = ui.allocate_exact_size(vec2(room, y + height), Sense::hover());
        let mut pressed = None;
        for (index, ((step, drawn), place)) in steps.iter().zip(&drawn).zip(&places).enumerate() {
            let rect = Rect::from_min_size(area.min + *place, drawn.size);
            let response = step_ui(ui, rect, (step, drawn), (index, here == Some(index)));
            if response.clicked() {
                pressed = Some(index);
            }
            let next_on_line = places.get(index + 1).is_some_and(|next| (next.y - place.y).abs() < 1.0);
            if index + 1 < steps.len() {
                let from = pos2(rect.right() + space::XS, rect.center().y);
                let length = if next_on_line { ARROW - space::S } else { ARROW / 2.0 };
                arrow(ui, Rect::from_min_size(from, vec2(length, 0.0)), palette);
            }
        }
        pressed
    })
    .inner
}

fn layout(ui: &Ui, step: &Step<'_>, palette: &Palette) -> Drawn {
    let ink = match step.state {
        StepState::Gap => palette.tone(Tone::Late).text,
        StepState::Done | StepState::Current => palette.text,
        StepState::Ahead => palette.weak,
    };
    let small = if step.id.is_some() { palette.accent } else { palette.tone(step.state.tone()).text };
    let words = step.caption();
    let label =
        ui.painter().layout_no_wrap(step.label.to_owned(), FontId::new(size::BODY, bold_family()), ink);
    let caption = ui.painter().layout_no_wrap(words.clone(), FontId::proportional(size::SMALL), small);
    let width = label.size().x.max(caption.size().x) + SHAPE + space::S;
    Drawn { label, caption, words, size: vec2(width, 40.0) }
}

fn step_ui(
    ui: &Ui,
    rect: Rect,
    (step, drawn): (&Step<'_>, &Drawn),
    (index, here): (usize, bool),
) -> egui::Response {
    let linked = step.id.is_some();
    let sense = if linked { Sense::click() } else { Sense::hover() };
    let response = ui.interact(rect, ui.scope_id().with(("step", index)), sense);
    let role = if linked { Role::Link } else { Role::Label };
    let mark = if here { ", shown now" } else { "" };
    let name = format!("{}, {}{mark}", step.label, drawn.words);
    response.widget_info(|| WidgetInfo::labeled(role, ui.is_enabled(), &name));
    let palette = palette(ui);
    if here {
        ui.painter().rect_filled(rect.expand(space::XS), 6.0, palette.select);
    } else if response.hovered() && linked {
        ui.painter().rect_filled(rect.expand(space::XS), 6.0, palette.hover);
        ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
    }
    let tone = step.state.tone();
    let shape = Rect::from_min_size(pos2(rect.left(), rect.top() + 3.0), vec2(SHAPE, SHAPE));
    paint_tone(ui.painter(), shape, tone, palette.tone(tone).text);
    let left = shape.right() + space::S;
    ui.painter().galley(pos2(left, rect.top()), drawn.label.clone(), palette.text);
    let at = pos2(left, rect.top() + 20.0);
    ui.painter().galley(at, drawn.caption.clone(), palette.text);
    if linked {
        let line = at.y + drawn.caption.size().y - 1.0;
        ui.painter().hline(left..=left + drawn.caption.size().x, line, Stroke::new(0.75, palette.accent));
    }
    response
}

fn arrow(ui: &Ui, along: Rect, palette: &Palette) {
    let stroke = Stroke::new(1.5, palette.edge);
    let tip = along.right_center();
    ui.painter().line_segment([along.left_center(), tip], stroke);
    ui.painter().line(vec![tip + vec2(-4.0, -4.0), tip, tip + vec2(-4.0, 4.0)], stroke);
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable as _};

    use super::*;
    use crate::ui::theme;

    #[test]
    fn steps_are_links_with_dates_and_a_gap_is_shown_as_text() {
        let steps = [
            Step {
                label: "Feedback",
                id: Some("FB-0007"),
                date: NaiveDate::from_ymd_opt(2026, 3, 2),
                state: StepState::Done,
            },
            Step { label: "Impact analysis", id: None, date: None, state: StepState::Gap },
            Step { label: "Release", id: None, date: None, state: StepState::Ahead },
        ];
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            move |ui, pressed: &mut Option<usize>| *pressed = trace_ui(ui, &steps).or(*pressed),
            None,
        );
        harness.run();
        harness.get_by_label("Impact analysis, missing");
        harness.get_by_label("Release, not yet");
        harness.get_by_role_and_label(Role::Link, "Feedback, FB-0007 · 2026-03-02").click();
        harness.run();
        assert_eq!(harness.state(), &Some(0));
    }

    #[test]
    fn a_narrow_window_wraps_the_strip() {
        let steps = ["Feedback", "Problem report", "Change request", "Release", "Communication"]
            .map(|label| Step { label, id: None, date: None, state: StepState::Ahead });
        let mut harness = Harness::builder()
            .with_size(vec2(300.0, 400.0))
            .with_context_setup(theme::install)
            .build_ui(move |ui| {
                trace_ui(ui, &steps);
            });
        harness.run();
        let first = harness.get_by_label("Feedback, not yet").rect();
        let last = harness.get_by_label("Communication, not yet").rect();
        assert!(last.top() > first.bottom());
        assert!(last.right() <= 300.0);
    }
}
