//! A control chart: the value of each interval with its centre and limits. What is outside differs by shape and colour, and the same
//! numbers are a table.

use eframe::egui;
use egui::{Grid, Pos2, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};
use egui_plot::{Line, LineStyle, MarkerShape, PlotPoints, Points};

use super::{Axes, figure, plot_of, step_of, switched_ui};
use crate::ui::theme::{Tone, hint, palette, space};

/// One interval of a control chart.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlPoint {
    /// Its name on the axis.
    pub label: String,
    /// What is plotted.
    pub value: f64,
    /// The centre line.
    pub centre: f64,
    /// The lower limit.
    pub lower: f64,
    /// The upper limit.
    pub upper: f64,
    /// Whether it is outside the limits.
    pub outside: bool,
}

/// A control chart.
#[derive(Clone, Copy, Debug)]
pub struct Control<'a> {
    /// Title, and accessible name.
    pub title: &'a str,
    /// Name of the vertical axis, with its unit.
    pub up: &'a str,
    /// The intervals.
    pub points: &'a [ControlPoint],
    /// Height in points.
    pub height: f32,
}

impl Control<'_> {
    /// The chart in words, for a screen reader.
    fn words(&self) -> String {
        let outside: Vec<&str> =
            self.points.iter().filter(|point| point.outside).map(|point| point.label.as_str()).collect();
        let found = if outside.is_empty() {
            "None is outside the limits".to_owned()
        } else {
            format!("Outside the limits: {}", outside.join(", "))
        };
        format!(
            "{}. {} of {} intervals with centre and limits. {found}. The numbers are in its table.",
            self.title,
            self.up,
            self.points.len()
        )
    }
}

/// Draws the chart with its title and the switch between plot and table.
pub fn control_ui(ui: &mut Ui, control: &Control<'_>) {
    switched_ui(
        ui,
        control.title,
        |ui| {
            legend_ui(ui);
            chart_ui(ui, control);
        },
        |ui| table_ui(ui, control),
    );
}

/// Radius of a mark within the limits and outside, in points.
const RADIUS: [f32; 2] = [3.5, 6.5];

fn chart_ui(ui: &mut Ui, control: &Control<'_>) {
    let palette = palette(ui);
    let late = palette.tone(Tone::Late).text;
    let line = |of: fn(&ControlPoint) -> f64| -> PlotPoints<'static> {
        control.points.iter().enumerate().map(|(at, point)| [at as f64, of(point)]).collect()
    };
    let marks = |outside: bool| -> PlotPoints<'static> {
        let all = control.points.iter().enumerate().filter(|(_, point)| point.outside == outside);
        all.map(|(at, point)| [at as f64, point.value]).collect()
    };
    let top = control.points.iter().map(|point| point.value.max(point.upper)).fold(0.0, f64::max);
    let top = if top > 0.0 { top } else { 1.0 };
    let labels: Vec<String> = control.points.iter().map(|point| point.label.clone()).collect();
    let axes = Axes {
        across: "Interval",
        up: control.up,
        labels: &labels,
        height: control.height,
        below: 0.04,
        top,
        step: step_of(top),
    };
    let limits: [(&str, fn(&ControlPoint) -> f64); 2] =
        [("Upper limit", |point| point.upper), ("Lower limit", |point| point.lower)];
    let (dashed, series) = (LineStyle::Dashed { length: 6.0 }, palette.series[0]);
    let shown = plot_of(ui, &axes).show(ui, |plot| {
        plot.line(Line::new("Centre", line(|point| point.centre)).color(palette.weak).width(1.0));
        for (name, of) in limits {
            plot.line(Line::new(name, line(of)).color(palette.edge).width(1.5).style(dashed));
        }
        plot.line(Line::new("Value", line(|point| point.value)).color(series).width(1.5));
        plot.points(Points::new("Within", marks(false)).color(series).radius(RADIUS[0]));
        let outside = Points::new("Outside", marks(true)).color(late).radius(RADIUS[1]);
        plot.points(outside.shape(MarkerShape::Diamond));
    });
    figure(ui, shown.response.id, control.words());
}

/// What the shapes and lines mean.
fn legend_ui(ui: &mut Ui) {
    let palette = palette(ui);
    let late = palette.tone(Tone::Late).text;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let entry = |ui: &mut Ui, words: &str, paint: &dyn Fn(Rect) -> Shape| {
            let (place, _) = ui.allocate_exact_size(vec2(20.0, 12.0), Sense::hover());
            ui.painter().add(paint(place));
            ui.label(hint(ui, words));
            ui.add_space(space::S);
        };
        entry(ui, "Within the limits", &|place| {
            Shape::circle_filled(place.center(), RADIUS[0], palette.series[0])
        });
        entry(ui, "Outside", &|place| diamond(place.center(), RADIUS[1], late));
        entry(ui, "Centre", &|place| {
            Shape::line_segment([place.left_center(), place.right_center()], Stroke::new(1.0, palette.weak))
        });
        entry(ui, "Limits", &|place| {
            let ends = [place.left_center(), place.right_center()];
            Shape::Vec(Shape::dashed_line(&ends, Stroke::new(1.5, palette.edge), 6.0, 4.0))
        });
    });
}

fn diamond(at: Pos2, radius: f32, colour: egui::Color32) -> Shape {
    let corners = vec![
        pos2(at.x, at.y - radius),
        pos2(at.x + radius, at.y),
        pos2(at.x, at.y + radius),
        pos2(at.x - radius, at.y),
    ];
    Shape::convex_polygon(corners, colour, Stroke::NONE)
}

fn table_ui(ui: &mut Ui, control: &Control<'_>) {
    let heads = ["Interval", control.up, "Centre", "Lower limit", "Upper limit", ""];
    Grid::new("table").num_columns(heads.len()).spacing([space::L, space::XS]).striped(true).show(ui, |ui| {
        for head in heads {
            ui.label(hint(ui, head));
        }
        ui.end_row();
        for point in control.points {
            ui.label(&point.label);
            for value in [point.value, point.centre, point.lower, point.upper] {
                ui.label(exact(value));
            }
            ui.label(if point.outside { "Outside" } else { "Within" });
            ui.end_row();
        }
    });
}

/// A number as it was computed, without zeros at its end.
fn exact(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable as _};

    use super::*;
    use crate::ui::theme;

    #[test]
    fn a_control_chart_names_what_is_outside_and_can_be_read_as_a_table() {
        let point = |label: &str, value: f64| ControlPoint {
            label: label.to_owned(),
            value,
            centre: 2.5,
            lower: 0.0,
            upper: 7.0,
            outside: value > 7.0,
        };
        let points = [point("2026-01", 2.0), point("2026-02", 9.0)];
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui(move |ui| {
            control_ui(ui, &Control { title: "Complaints", up: "Count", points: &points, height: 160.0 });
        });
        harness.run();
        harness.get_by_label_contains("Outside the limits: 2026-02");
        harness.get_by_label("Show as table, Complaints").click();
        harness.run();
        harness.get_by_label("2026-02");
        harness.get_by_label("9");
        harness.get_by_label("Show as plot, Complaints");
    }
}
