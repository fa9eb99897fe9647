//! Plots with axes and a title, and the same numbers as a table.

mod control;

pub use control::{Control, ControlPoint, control_ui};

use eframe::egui;
use egui::{FontId, Grid, Rangef, Sense, Stroke, Ui, accesskit::Role, vec2};
use egui_plot::{AxisHints, Bar, BarChart, GridMark, Plot};

use super::link::link_ui;
use crate::ui::theme::{bold, hint, palette, size, space};

/// One series of a plot: a name and a number for each label of the axis.
#[derive(Clone, Debug)]
pub struct Series<'a> {
    /// Its name in the legend and in the head of its table column.
    pub name: &'a str,
    /// One value for each label.
    pub values: &'a [f64],
}

/// Bars per month, or per any other label; several series are stacked.
#[derive(Clone, Copy, Debug)]
pub struct Bars<'a> {
    /// Title, and accessible name.
    pub title: &'a str,
    /// Name of the horizontal axis: "Month".
    pub across: &'a str,
    /// Name of the vertical axis, with its unit: "Reports".
    pub up: &'a str,
    /// The labels along the horizontal axis.
    pub labels: &'a [String],
    /// At most four.
    pub series: &'a [Series<'a>],
    /// Height in points.
    pub height: f32,
}

/// Draws the plot with its title and the switch between plot and table.
pub fn bars_ui(ui: &mut Ui, bars: &Bars<'_>) {
    switched_ui(
        ui,
        bars.title,
        |ui| {
            if bars.series.len() > 1 {
                legend_ui(ui, bars);
            }
            plot_ui(ui, bars);
        },
        |ui| table_ui(ui, bars),
    );
}

/// A title, and below it the plot or the table, with the switch between them.
fn switched_ui(ui: &mut Ui, title: &str, plot: impl FnOnce(&mut Ui), table: impl FnOnce(&mut Ui)) {
    ui.push_id(("bars", title), |ui| {
        let slot = ui.scope_id().with("as_table");
        let mut as_table = ui.data(|data| data.get_temp::<bool>(slot)).unwrap_or(false);
        ui.vertical(|ui| {
            ui.label(bold(title));
            if as_table {
                table(ui);
            } else {
                plot(ui);
            }
            let word = if as_table { "Show as plot" } else { "Show as table" };
            let switch = link_ui(ui, word).accessible_name(format!("{word}, {title}"));
            if switch.clicked() {
                as_table = !as_table;
                ui.data_mut(|data| data.insert_temp(slot, as_table));
            }
        });
    });
}

fn plot_ui(ui: &mut Ui, bars: &Bars<'_>) {
    let palette = palette(ui);
    let mut charts: Vec<BarChart> = Vec::with_capacity(bars.series.len());
    for (series, colour) in bars.series.iter().zip(palette.series) {
        let all = series.values.iter().enumerate();
        // The edge tells bars that are stacked from each other, whatever their colours.
        let edge = Stroke::new(1.0, palette.canvas);
        let bar =
            |(at, value): (usize, &f64)| Bar::new(at as f64, *value).width(0.64).fill(colour).stroke(edge);
        let chart = all.map(bar).collect();
        let below: Vec<&BarChart> = charts.iter().collect();
        let chart = BarChart::new(series.name, chart).color(colour).stack_on(&below);
        charts.push(chart);
    }
    let top = highest(bars).max(1.0);
    // Whole numbers are counted.
    let step = step_of(top).max(1.0);
    let axes = Axes {
        across: bars.across,
        up: bars.up,
        labels: bars.labels,
        height: bars.height,
        below: 0.0,
        top,
        step,
    };
    let shown = plot_of(ui, &axes).show(ui, |plot| {
        for chart in charts {
            plot.bar_chart(chart);
        }
    });
    let words =
        format!("{}. Bars of {} by {}. The numbers are in its table.", bars.title, bars.up, bars.across);
    figure(ui, shown.response.id, words);
}

/// The axes of a plot whose values begin at zero.
struct Axes<'a> {
    across: &'a str,
    up: &'a str,
    labels: &'a [String],
    height: f32,
    /// Room below zero for marks that lie on it, as a share of the highest value.
    below: f64,
    /// The highest value.
    top: f64,
    /// Between two lines of the grid.
    step: f64,
}

/// A plot that does not move, with its axes.
fn plot_of(ui: &Ui, axes: &Axes<'_>) -> Plot<'static> {
    let palette = palette(ui);
    let labels = axes.labels.to_vec();
    let every = every_nth(labels.len(), ui.available_width() - 60.0);
    let axis = |hints: AxisHints<'static>, name: &str| {
        hints
            .label(hint(ui, name))
            .tick_label_color(palette.weak)
            .tick_label_font(FontId::proportional(size::SMALL))
            .label_spacing(Rangef::new(8.0, 9.0))
    };
    let across =
        axis(AxisHints::new_x(), axes.across).formatter(move |mark, _| label_at(&labels, mark.value));
    let up = axis(AxisHints::new_y(), axes.up).formatter(|mark, _| number(mark.value)).min_thickness(24.0);
    let (count, top, step) = (axes.labels.len(), axes.top, axes.step);
    Plot::new("plot")
        .height(axes.height)
        .sense(Sense::hover())
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .show_x(false)
        .show_background(false)
        .show_grid([false, true])
        .grid_color(palette.line)
        .grid_fade(0.0)
        .grid_spacing(Rangef::new(8.0, 9.0))
        .default_x_bounds(-0.6, count as f64 - 0.4)
        .default_y_bounds(-axes.below * top, top * 1.08)
        .auto_bounds(false)
        .x_grid_spacer(move |_| marks((0..count).step_by(every).map(|at| at as f64), every as f64))
        .y_grid_spacer(move |_| {
            marks((0..=8).map(|at| f64::from(at) * step).take_while(|at| *at <= top), step)
        })
        .custom_x_axes(vec![across])
        .custom_y_axes(vec![up])
}

/// Tells a screen reader what a plot shows.
fn figure(ui: &Ui, id: egui::Id, words: String) {
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(Role::Figure);
        node.set_label(words);
    });
}

fn highest(bars: &Bars<'_>) -> f64 {
    let at = |index: usize| -> f64 { bars.series.iter().filter_map(|series| series.values.get(index)).sum() };
    (0..bars.labels.len()).map(at).fold(0.0, f64::max)
}

fn label_at(labels: &[String], value: f64) -> String {
    if value < 0.0 || value.fract().abs() > 1e-6 {
        return String::new();
    }
    labels.get(value as usize).cloned().unwrap_or_default()
}

fn marks(values: impl Iterator<Item = f64>, step_size: f64) -> Vec<GridMark> {
    values.map(|value| GridMark { value, step_size }).collect()
}

/// Shows every n-th label if not all of them fit into `room` points.
fn every_nth(labels: usize, room: f32) -> usize {
    let fitting = (room / 64.0).floor().max(1.0) as usize;
    labels.div_ceil(fitting).max(1)
}

/// A round step that gives three to six lines up to `top`.
fn step_of(top: f64) -> f64 {
    let power = 10.0_f64.powf((top / 4.0).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power).find(|step| top / step <= 6.0);
    step.unwrap_or(power * 10.0)
}

/// The legend of the series colours.
fn legend_ui(ui: &mut Ui, bars: &Bars<'_>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        for (series, colour) in bars.series.iter().zip(palette(ui).series) {
            let (place, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
            ui.painter().rect_filled(place, 2.0, colour);
            ui.label(hint(ui, series.name));
            ui.add_space(space::S);
        }
    });
}

fn table_ui(ui: &mut Ui, bars: &Bars<'_>) {
    Grid::new("table").num_columns(bars.series.len() + 1).spacing([space::XL, space::XS]).striped(true).show(
        ui,
        |ui| {
            ui.label(hint(ui, bars.across));
            for series in bars.series {
                ui.label(hint(ui, series.name));
            }
            ui.end_row();
            for (index, label) in bars.labels.iter().enumerate() {
                ui.label(label);
                for series in bars.series {
                    let value = series.values.get(index).copied().unwrap_or(0.0);
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        ui.label(number(value))
                    });
                }
                ui.end_row();
            }
        },
    );
}

fn number(value: f64) -> String {
    if value.fract().abs() < 1e-6 {
        format!("{value:.0}")
    } else if value.abs() < 0.1 {
        format!("{value:.3}")
    } else {
        format!("{value:.1}")
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable as _};

    use super::*;
    use crate::ui::theme;

    #[test]
    fn a_plot_can_be_read_as_a_table() {
        let labels: Vec<String> = ["2026-01", "2026-02", "2026-03"].map(str::to_owned).to_vec();
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui(move |ui| {
            let series = [Series { name: "Feedback", values: &[3.0, 5.0, 2.0] }];
            let bars = Bars {
                title: "Feedback per month",
                across: "Month",
                up: "Reports",
                labels: &labels,
                series: &series,
                height: 160.0,
            };
            bars_ui(ui, &bars);
        });
        harness.run();
        harness.get_by_label_contains("Bars of Reports by Month");
        harness.get_by_label("Show as table, Feedback per month").click();
        harness.run();
        harness.get_by_label("2026-02");
        harness.get_by_label("5");
        harness.get_by_label("Show as plot, Feedback per month");
    }
}
