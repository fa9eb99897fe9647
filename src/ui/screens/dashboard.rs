//! The dashboard: readiness, running clocks, what is overdue or unapproved, what is upcoming, and the trends.
//!
//! Belongs here: drawing the results of `attention` and `trends`. Does not belong here: deciding what is late.

mod beside;
mod first_day;

use chrono::{Datelike as _, Months};
use eframe::egui;
use egui::{FontId, Label, Rect, ScrollArea, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use self::beside::Beside;
use super::panels::first_of;
use super::parts::tone_of;
use crate::domain::ids::Kind;
use crate::domain::maintenance_plan::MaintenancePlanState;
use crate::domain::text::{capital, counted};
use crate::domain::time::Day;
use crate::domain::workflow::Tone as StateTone;
use crate::ops::{Attention, AttentionItem, FindingsOfAge, Trends};
use crate::ui::cx::{Cx, Route};
use crate::ui::overview::Shown;
use crate::ui::theme::{Tone, body, bold_family, hint, palette, size, space};
use crate::ui::widgets::heading::{page_heading_ui, title_ui};
use crate::ui::widgets::icons::{SHAPE, paint_tone};
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::notice::{Notice, banner_ui, rule_ui};
use crate::ui::widgets::plots::{Bars, Series, bars_ui};
use crate::ui::widgets::scrolled::scrolled;

/// Rows shown before "Show all".
const FIRST: usize = 12;

/// The dashboard.
#[derive(Default)]
pub struct DashboardScreen {
    all_now: bool,
    all_coming: bool,
    beside: Beside,
}

impl DashboardScreen {
    /// Draws the dashboard.
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let shown = match cx.overview() {
            Ok(shown) => shown,
            Err(refusal) => {
                super::parts::refusal_ui(ui, &refusal);
                return;
            }
        };
        scrolled(ScrollArea::vertical().auto_shrink(false)).show(ui, |ui| {
            page_heading_ui(ui, "Dashboard");
            ui.add_space(space::S);
            if let Some(day) = cx.first_day() {
                first_day::first_day_ui(ui, cx, &day);
                // In a file with nothing in it the rest would say nothing.
                if is_new(cx) {
                    return;
                }
            }
            let Some(Shown { attention, trends }) = shown else {
                ui.label(body("Checking the records for due dates…").color(palette(ui).weak));
                return;
            };
            if let Some(why) = &attention.provisional {
                provisional_ui(ui, cx, why);
            }
            self.beside.keep_up(ui, cx);
            self.beside.readiness_ui(ui, cx);
            self.beside.clocks_ui(ui, cx);
            beside::reviews_ui(ui, cx);
            self.now_ui(ui, cx, &attention);
            ui.add_space(space::XL);
            self.coming_ui(ui, cx, &attention);
            ui.add_space(space::XL);
            trends_ui(ui, &trends);
            ui.add_space(space::XL);
        });
    }

    fn now_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, attention: &Attention) {
        let late = attention.now.iter().filter(|item| item.tone == StateTone::Late).count();
        head_ui(
            ui,
            "Overdue or unapproved",
            &match (late, attention.now.len()) {
                (_, 0) => String::new(),
                (0, all) => format!("{all} due, none overdue"),
                (late, all) if late == all => format!("{late} overdue"),
                (late, all) => format!("{late} overdue, {} due", all - late),
            },
        );
        if attention.now.is_empty() {
            ui.horizontal(|ui| {
                let (place, _) = ui.allocate_exact_size(vec2(SHAPE, 20.0), Sense::hover());
                paint_tone(ui.painter(), place, Tone::Good, palette(ui).tone(Tone::Good).text);
                let first = attention.coming.iter().filter_map(|item| item.due).min();
                let words = nothing_now((attention.coming.len(), first), cx.today());
                ui.add(Label::new(body(words)).wrap());
            });
            return;
        }
        rows_ui(ui, cx, &attention.now, &mut self.all_now, "now");
    }

    fn coming_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, attention: &Attention) {
        head_ui(
            ui,
            "The next twelve months",
            &match attention.coming.len() {
                0 => String::new(),
                1 => "1 date".to_owned(),
                count => format!("{count} dates"),
            },
        );
        strip_ui(ui, cx.today(), &attention.coming);
        if attention.coming.is_empty() {
            ui.label(body("The records of this file have no upcoming dates.").color(palette(ui).weak));
            return;
        }
        rows_ui(ui, cx, &attention.coming, &mut self.all_coming, "coming");
    }
}

/// What is said where nothing is due yet: what waits with a later date is waiting nevertheless. `later` is how much waits, and the
/// first of its days.
fn nothing_now(later: (usize, Option<Day>), today: Day) -> String {
    let (count, Some(first)) = later else {
        return "Nothing is overdue or waiting for approval.".to_owned();
    };
    let verb = if count == 1 { "waits" } else { "wait" };
    let (tasks, due) = (counted(count, "task"), first.relative_words(today));
    format!("Nothing is overdue. {tasks} {verb} with later dates, the first {due}; see below.")
}

/// Why dates are provisional, and the way to the plan.
fn provisional_ui(ui: &mut Ui, cx: &mut Cx<'_>, why: &str) {
    banner_ui(ui, &Notice::info(why), false);
    if link_ui(ui, "Go to the maintenance plan").clicked() {
        let plan = plan_being_written(cx);
        cx.go(plan);
    }
    ui.add_space(space::L);
}

/// The plan that is being written, or the list of plans.
fn plan_being_written(cx: &mut Cx<'_>) -> Route {
    let plans = cx.list(Kind::MaintenancePlan).unwrap_or_default();
    let written = plans.iter().find(|row| {
        MaintenancePlanState::from_code(&row.state).is_some_and(MaintenancePlanState::is_being_written)
    });
    written.map_or(Route::List(Kind::MaintenancePlan), |row| Route::Record(row.id))
}

/// Whether the file contains only its product and its first person.
fn is_new(cx: &mut Cx<'_>) -> bool {
    Kind::ALL.iter().filter(|kind| !kind.def().create_by.is_empty()).all(|kind| {
        let by_program = usize::from(first_of(*kind).is_some());
        cx.list(*kind)
            .is_ok_and(|rows| rows.len() <= by_program && rows.iter().all(|row| is_first(&row.state)))
    })
}

/// Whether a plan is still the one with which the file began.
fn is_first(state: &str) -> bool {
    MaintenancePlanState::from_code(state) == Some(MaintenancePlanState::Draft)
}

fn head_ui(ui: &mut Ui, words: &str, count: &str) {
    ui.horizontal(|ui| {
        title_ui(ui, words);
        if !count.is_empty() {
            ui.label(hint(ui, count));
        }
    });
}

fn rows_ui(ui: &mut Ui, cx: &mut Cx<'_>, items: &[AttentionItem], all: &mut bool, salt: &str) {
    let shown = if *all { items.len() } else { items.len().min(FIRST) };
    let today = cx.today();
    ui.push_id(salt, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (index, item) in items.iter().take(shown).enumerate() {
            let response = ui.push_id(index, |ui| row_ui(ui, item, today)).inner;
            if response.clicked() {
                cx.go(Route::of(item.record));
            }
            if index + 1 < shown {
                rule_ui(ui);
            }
        }
    });
    if items.len() > FIRST {
        ui.add_space(space::XS);
        let words =
            if *all { format!("Show the first {FIRST}") } else { format!("Show all {}", items.len()) };
        if link_ui(ui, &words).clicked() {
            *all = !*all;
        }
    }
}

/// One attention item: shape, task, record, person, delay. The whole row opens the record to work on.
fn row_ui(ui: &mut Ui, item: &AttentionItem, today: Day) -> egui::Response {
    let when = when_words(item, today);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 44.0), Sense::click());
    let name = format!("{}, {} {}, {}, {when}", item.what, item.record, item.title, item.whose);
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, &name));
    let mut cut = false;
    if ui.is_rect_visible(rect) {
        let palette = palette(ui);
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, 6.0, palette.hover);
        }
        let tone = tone_of(item.tone);
        let ink = palette.tone(tone).text;
        let inner = rect.shrink2(vec2(space::S, 4.0));
        let mark = Rect::from_min_size(pos2(inner.left(), inner.top() + 3.0), vec2(SHAPE, SHAPE));
        paint_tone(ui.painter(), mark, tone, ink);
        let left = inner.left() + SHAPE + space::S;
        let when_width = 190.0_f32.min(inner.width() * 0.3);
        let whose_width = 190.0_f32.min(inner.width() * 0.24);
        let when_left = inner.right() - when_width;
        let whose_left = when_left - whose_width;
        let room = whose_left - left - space::M;
        let (normal, small) = (FontId::proportional(size::BODY), FontId::proportional(size::SMALL));
        let strong = FontId::new(size::BODY, bold_family());
        let top = inner.top();
        cut |= line(ui, &item.what, strong, palette.text, (pos2(left, top), room));
        let second = format!("{}  {}", item.record, item.title);
        cut |= line(ui, &second, small.clone(), palette.weak, (pos2(left, top + 19.0), room));
        line(ui, &item.whose, normal.clone(), palette.text, (pos2(whose_left, top), whose_width - space::M));
        line(ui, &when, normal, ink, (pos2(when_left, top), when_width));
        line(
            ui,
            item.clause,
            small.clone(),
            palette.weak,
            (pos2(whose_left, top + 19.0), whose_width - space::M),
        );
        let due = item.due.map_or_else(|| "No limit in the plan".to_owned(), |due| due.to_string());
        line(ui, &due, small, palette.weak, (pos2(when_left, top + 19.0), when_width));
    }
    // What is read in full needs no text over the rows below it.
    if cut {
        response.on_hover_text(format!("{}\n{} {}", item.what, item.record, item.title))
    } else {
        response
    }
}

/// Draws one line of text; returns whether it was cut.
fn line(ui: &Ui, text: &str, font: FontId, colour: egui::Color32, (at, room): (egui::Pos2, f32)) -> bool {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(10.0));
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let cut = galley.elided;
    ui.painter().galley(at, galley, colour);
    cut
}

fn when_words(item: &AttentionItem, today: Day) -> String {
    capital(&item.when("late", |due| format!("due {}", due.relative_words(today))))
}

/// Twelve cells, one for each month from this one on, with its number of dates.
fn strip_ui(ui: &mut Ui, today: Day, coming: &[AttentionItem]) {
    let first = today.date().with_day(1).unwrap_or(today.date());
    let months: Vec<_> = (0..12).filter_map(|ahead| first.checked_add_months(Months::new(ahead))).collect();
    let width = ui.available_width();
    let (rect, response) = ui.allocate_exact_size(vec2(width, 52.0), Sense::hover());
    let count_in = |month: chrono::NaiveDate| {
        let same = |day: Day| (day.date().year(), day.date().month()) == (month.year(), month.month());
        coming.iter().filter_map(|item| item.due).filter(|due| same(*due)).count()
    };
    let words: Vec<String> = months
        .iter()
        .filter(|month| count_in(**month) > 0)
        .map(|month| format!("{} {}", month.format("%B %Y"), count_in(*month)))
        .collect();
    let said = if words.is_empty() { "no dates".to_owned() } else { words.join(", ") };
    response.widget_info(|| WidgetInfo::labeled(Role::Figure, true, format!("Dates by month. {said}")));
    let palette = palette(ui);
    let cell = (width - 11.0 * space::XS) / 12.0;
    for (index, month) in months.iter().enumerate() {
        let left = rect.left() + index as f32 * (cell + space::XS);
        let place = Rect::from_min_size(pos2(left, rect.top()), vec2(cell, rect.height()));
        let count = count_in(*month);
        let (fill, ink) =
            if count > 0 { (palette.select, palette.on_select) } else { (palette.hover, palette.weak) };
        ui.painter().rect_filled(place, 6.0, fill);
        let name = month.format(if index == 0 || month.month() == 1 { "%b %Y" } else { "%b" }).to_string();
        let at = |galley: &egui::Galley, top: f32| {
            pos2(place.center().x - galley.size().x / 2.0, place.top() + top)
        };
        let galley = ui.painter().layout_no_wrap(name, FontId::proportional(size::SMALL), ink);
        ui.painter().galley(at(&galley, 7.0), galley, ink);
        let text = if count > 0 { count.to_string() } else { "–".to_owned() };
        let galley = ui.painter().layout_no_wrap(text, FontId::new(size::BODY, bold_family()), ink);
        ui.painter().galley(at(&galley, 26.0), galley, ink);
    }
    ui.add_space(space::XS);
}

fn trends_ui(ui: &mut Ui, trends: &Trends) {
    title_ui(ui, "Trends");
    ui.add_space(space::S);
    let months: Vec<String> = trends.months.iter().map(|month| month.month.clone()).collect();
    let of = |pick: fn(&crate::ops::Month) -> u32| -> Vec<f64> {
        trends.months.iter().map(|month| f64::from(pick(month))).collect()
    };
    let (feedback, problems) = (of(|month| month.feedback), of(|month| month.problems));
    let series = [
        Series { name: "Feedback", values: &feedback },
        Series { name: "Problem reports", values: &problems },
    ];
    let height = 180.0;
    bars_ui(
        ui,
        &Bars {
            title: "Feedback and problem reports per month",
            across: "Month",
            up: "Records",
            labels: &months,
            series: &series,
            height,
        },
    );
    ui.add_space(space::L);
    let labels = in_days(trends.open_problems_by_age.iter().map(|(label, ..)| *label));
    let safety: Vec<f64> =
        trends.open_problems_by_age.iter().map(|(_, safety, _)| f64::from(*safety)).collect();
    let other: Vec<f64> = trends.open_problems_by_age.iter().map(|(.., other)| f64::from(*other)).collect();
    let age = [
        Series { name: "With an effect on safety, or not judged", values: &safety },
        Series { name: "Without", values: &other },
    ];
    let fixed: Vec<f64> = months.iter().map(|month| median(trends, month)).collect();
    let fix = [Series { name: "Days, median", values: &fixed }];
    let open = Bars {
        title: "Open problem reports by age",
        across: "Age in days",
        up: "Records",
        labels: &labels,
        series: &age,
        height,
    };
    let days = Bars {
        title: "Days from problem report to verified change",
        across: "Month of verification",
        up: "Days, median",
        labels: &months,
        series: &fix,
        height,
    };
    if ui.available_width() > TWO_PLOTS {
        ui.columns(2, |columns| {
            bars_ui(&mut columns[0], &open);
            bars_ui(&mut columns[1], &days);
        });
    } else {
        bars_ui(ui, &open);
        ui.add_space(space::L);
        bars_ui(ui, &days);
    }
    findings_ui(ui, trends, height);
}

/// From this width on, in points, two plots stand side by side.
const TWO_PLOTS: f32 = 820.0;

/// Ages as labels of an axis that names the days.
fn in_days<'a>(ages: impl Iterator<Item = &'a str>) -> Vec<String> {
    ages.map(|age| age.replace(" days", "")).collect()
}

/// Undecided findings by age and severity, beside what problem reports show. Nothing is drawn where there is none.
fn findings_ui(ui: &mut Ui, trends: &Trends, height: f32) {
    let ages = &trends.open_findings_by_age;
    if ages.iter().all(|age| age.high + age.lower + age.unknown == 0) {
        return;
    }
    ui.add_space(space::L);
    let labels = in_days(ages.iter().map(|age| age.label));
    let of = |pick: fn(&FindingsOfAge) -> u32| -> Vec<f64> {
        ages.iter().map(|age| f64::from(pick(age))).collect()
    };
    let (high, lower, unknown) = (of(|age| age.high), of(|age| age.lower), of(|age| age.unknown));
    let series = [
        Series { name: "Exploited, critical or high", values: &high },
        Series { name: "Medium or low", values: &lower },
        Series { name: "Severity unknown", values: &unknown },
    ];
    let bars = Bars {
        title: "Findings without a decision by age",
        across: "Age in days",
        up: "Records",
        labels: &labels,
        series: &series,
        height,
    };
    // As wide as the ages of the problem reports above, so that bars of the same age stand below each other.
    if ui.available_width() > TWO_PLOTS {
        ui.columns(2, |columns| bars_ui(&mut columns[0], &bars));
    } else {
        bars_ui(ui, &bars);
    }
}

/// The median of the days in a month; 0 if none was verified.
fn median(trends: &Trends, month: &str) -> f64 {
    let mut days: Vec<i64> =
        trends.days_to_fix.iter().filter(|(of, _)| of == month).map(|(_, days)| *days).collect();
    days.sort_unstable();
    match (days.get(days.len() / 2), days.len() % 2) {
        (None, _) => 0.0,
        (Some(middle), 1) => *middle as f64,
        (Some(upper), _) => {
            let lower = days.get(days.len() / 2 - 1).copied().unwrap_or(*upper);
            (lower + upper) as f64 / 2.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_with_a_later_date_is_not_said_to_be_nothing() {
        let today = Day::parse("2031-03-03").unwrap();
        assert_eq!(nothing_now((0, None), today), "Nothing is overdue or waiting for approval.");
        let words = nothing_now((65, Some(today.plus_days(4))), today);
        assert_eq!(
            words,
            "Nothing is overdue. 65 tasks wait with later dates, the first in 4 days; see below."
        );
    }
}
