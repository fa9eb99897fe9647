//! Plots with axes and a title, and the same numbers as a table for those who would rather read.

use eframe::egui;
use egui::{Grid, RichText, Sense, Ui, accesskit::Role};
use egui_plot::{Bar, BarChart, Legend, Plot};

use crate::ui::theme::{bold, palette, space};

/// One series of a plot: a name and a number for each label of the axis.
#[derive(Clone, Debug)]
pub struct Series<'a> {
    /// Stands in the legend and over its column of the table.
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
    ui.push_id(("bars", bars.title), |ui| {
        let slot = ui.scope_id().with("as_table");
        let mut as_table = ui.data(|data| data.get_temp::<bool>(slot)).unwrap_or(false);
        ui.vertical(|ui| {
            ui.label(bold(bars.title));
            if as_table {
                table_ui(ui, bars);
            } else {
                plot_ui(ui, bars);
            }
            let word = if as_table { "Show as plot" } else { "Show as table" };
            let button = ui.add(egui::Button::new(RichText::new(word).small()).small().frame(false));
            let button = button.accessible_name(format!("{word}, {}", bars.title));
            if button.clicked() {
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
        let chart = all.map(|(at, value)| Bar::new(at as f64, *value).width(0.64).fill(colour)).collect();
        let below: Vec<&BarChart> = charts.iter().collect();
        let chart = BarChart::new(series.name, chart).color(colour).stack_on(&below);
        charts.push(chart);
    }
    let weak = |text: &str| RichText::new(text).small().color(palette.weak);
    let labels = bars.labels.to_vec();
    let mut plot = Plot::new("plot")
        .height(bars.height)
        .sense(Sense::hover())
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .show_x(false)
        .show_grid([false, true])
        .include_y(0.0)
        .include_y(highest(bars).max(1.0) * 1.1)
        .set_margin_fraction(egui::vec2(0.02, 0.0))
        .x_axis_label(weak(bars.across))
        .y_axis_label(weak(bars.up))
        .x_axis_formatter(move |mark, _| label_at(&labels, mark.value))
        .y_axis_formatter(|mark, _| whole(mark.value));
    if bars.series.len() > 1 {
        plot = plot.legend(Legend::default());
    }
    let shown = plot.show(ui, |plot| {
        for chart in charts {
            plot.bar_chart(chart);
        }
    });
    let words =
        format!("{}. Bars of {} by {}. The numbers are in its table.", bars.title, bars.up, bars.across);
    ui.ctx().accesskit_node_builder(shown.response.id, |node| {
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

fn whole(value: f64) -> String {
    if value.fract().abs() > 1e-6 { String::new() } else { format!("{value:.0}") }
}

fn table_ui(ui: &mut Ui, bars: &Bars<'_>) {
    let weak = palette(ui).weak;
    Grid::new("table").num_columns(bars.series.len() + 1).spacing([space::XL, space::XS]).striped(true).show(
        ui,
        |ui| {
            ui.label(RichText::new(bars.across).small().color(weak));
            for series in bars.series {
                ui.label(RichText::new(series.name).small().color(weak));
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
    if value.fract().abs() < 1e-6 { format!("{value:.0}") } else { format!("{value:.1}") }
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
