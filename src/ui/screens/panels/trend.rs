//! The page of a trend review: its intervals with centre and limits, and what is outside.

use eframe::egui::{Label, Ui};

use super::{Panel, PanelDef};
use crate::domain::choice::Choice as _;
use crate::domain::ids::Kind;
use crate::domain::text::counted;
use crate::domain::trend_review::{TrendMethod, TrendPoint, TrendReview, TrendReviewState};
use crate::ops::RecordPage;
use crate::ui::cx::Cx;
use crate::ui::screens::record::page::heading_ui;
use crate::ui::theme::{Tone, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::plots::{Control, ControlPoint, control_ui};

pub(super) const PANEL: PanelDef = PanelDef { kind: Kind::TrendReview, open: |_| Box::new(TrendPanel) };

/// Height of the chart in points.
const HEIGHT: f32 = 220.0;

struct TrendPanel;

impl Panel for TrendPanel {
    fn ui(&mut self, ui: &mut Ui, _: &mut Cx<'_>, page: &RecordPage) {
        let Some(review) = page.data.typed::<TrendReview>() else { return };
        let Some(state) = TrendReviewState::of(&page.data) else { return };
        if review.counted_on.is_none() {
            if state == TrendReviewState::Open {
                heading_ui(ui, "Trend", "IEC 62304 9.6");
                let words = "Nothing is counted yet. Enter the period, the interval and the method, then take the step “Count the period”.";
                ui.add(Label::new(hint(ui, words)).wrap());
            }
            return;
        }
        heading_ui(ui, "Trend", "IEC 62304 9.6");
        let points: Vec<ControlPoint> = review.points.iter().filter_map(point_of).collect();
        if points.is_empty() {
            ui.label(hint(ui, "No interval of the period has limits."));
            return;
        }
        let title = review.counted.map_or("Trend", |counted| counted.word());
        let per_base = review.method.is_some_and(TrendMethod::needs_base);
        let up = if per_base { "Per 1,000 installed" } else { "Count" };
        control_ui(ui, &Control { title, up, points: &points, height: HEIGHT });
        ui.add_space(space::XS);
        said_ui(ui, &points);
        let unknown = review.points.len() - points.len();
        if unknown > 0 {
            let words = format!(
                "{} cannot be plotted: the installed base is not known",
                counted(unknown, "interval")
            );
            tone_words_ui(ui, Tone::Due, &words);
        }
        if let Some(method) = review.method {
            ui.add(Label::new(hint(ui, method.words())).wrap());
        }
    }
}

/// An interval as it is plotted; `None` without limits.
fn point_of(point: &TrendPoint) -> Option<ControlPoint> {
    Some(ControlPoint {
        label: point.interval.to_string(),
        value: point.value.parse().ok()?,
        centre: point.centre.parse().ok()?,
        lower: point.lower.parse().ok()?,
        upper: point.upper.parse().ok()?,
        outside: point.outside == Some(true),
    })
}

/// Which intervals are outside, in words.
fn said_ui(ui: &mut Ui, points: &[ControlPoint]) {
    let outside: Vec<&str> =
        points.iter().filter(|point| point.outside).map(|point| point.label.as_str()).collect();
    if outside.is_empty() {
        let words = format!("None of {} is outside the limits", counted(points.len(), "interval"));
        tone_words_ui(ui, Tone::Good, &words);
    } else {
        let words = format!(
            "{} of {} outside the limits: {}. The rationale says what that means.",
            outside.len(),
            counted(points.len(), "interval"),
            outside.join(", ")
        );
        tone_words_ui(ui, Tone::Late, &words);
    }
}
