//! A date: typed as `2026-11-22` or picked from a calendar, with text for its distance from today. Reads no clock.

use chrono::{Datelike as _, Days, Months, NaiveDate};
use eframe::egui;
use egui::{
    Button, EventFilter, Id, Key, Modifiers, Popup, PopupCloseBehavior, Response, TextEdit, Ui, WidgetInfo,
    accesskit::Role, vec2,
};

use super::{
    badge::{tone_inline_ui, tone_words_ui},
    button::{icon_sized_ui, icon_ui},
    icons::Icon,
};
use crate::ui::composing::is_composing;
use crate::ui::theme::{Tone, bold_family, hint, palette, space};

/// The meaning of a date, which decides the text for a past date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateKind {
    /// Something that happened or will happen: "3 days ago".
    Plain,
    /// Something due on that day: "3 days overdue".
    Due,
}

/// Parses `2026-11-22`; empty text is no date.
///
/// # Errors
/// A message for the user, if the text is neither empty nor a date between the years 1900 and 9999.
pub fn parse_date(text: &str) -> Result<Option<NaiveDate>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let refused = || format!("“{text}” is not a date. Write year-month-day, such as 2026-11-22.");
    let mut parts = text.splitn(3, '-');
    let mut number = |longest: usize| -> Option<u32> {
        let part = parts.next()?;
        let plain = (1..=longest).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if plain { part.parse().ok() } else { None }
    };
    let (year, month, day) = (number(4), number(2), number(2));
    let date = year
        .zip(month)
        .zip(day)
        .filter(|((year, _), _)| *year >= 1900)
        .and_then(|((year, month), day)| NaiveDate::from_ymd_opt(year as i32, month, day));
    date.map(Some).ok_or_else(refused)
}

/// The distance of `date` from `today` as text: "in 12 days", "today", "3 days overdue".
pub fn relative_words(date: NaiveDate, today: NaiveDate, kind: DateKind) -> String {
    let days = date.signed_duration_since(today).num_days();
    let count = |days: i64| if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    match (days, kind) {
        (0, DateKind::Plain) => "today".to_owned(),
        (0, DateKind::Due) => "due today".to_owned(),
        (1, _) => "tomorrow".to_owned(),
        (-1, DateKind::Plain) => "yesterday".to_owned(),
        (2.., _) => format!("in {}", count(days)),
        (_, DateKind::Plain) => format!("{} ago", count(-days)),
        (_, DateKind::Due) => format!("{} overdue", count(-days)),
    }
}

/// The tone of a due date: late when past, due within two weeks, otherwise neutral.
pub fn due_tone(date: NaiveDate, today: NaiveDate) -> Tone {
    match date.signed_duration_since(today).num_days() {
        ..0 => Tone::Late,
        0..=14 => Tone::Due,
        _ => Tone::Neutral,
    }
}

/// A date in full, such as "22 November 2026". It is the accessible name of a day in the calendar.
pub fn long_date(date: NaiveDate) -> String {
    format!("{} {} {}", date.day(), month_word(date.month()), date.year())
}

fn month_word(month: u32) -> &'static str {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    MONTHS.get(month as usize - 1).copied().unwrap_or("")
}

/// Width of the input: its hint has room at every text size.
const WIDTH: f32 = 140.0;

/// Input of a date into `text`, which holds the typed text until it is a date. Read it with [`parse_date`].
pub fn date_field_ui(ui: &mut Ui, text: &mut String, today: NaiveDate, kind: DateKind) -> Response {
    let parsed = parse_date(text);
    let (mut response, picked) = ui
        .horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            let edit = TextEdit::singleline(text).char_limit(10).hint_text("year-month-day");
            let edit = ui.add(edit.desired_width(WIDTH));
            if is_short(text) && !is_composing(ui.ctx()) {
                *text = today.to_string();
            }
            let picked = picker_ui(ui, parsed.as_ref().ok().copied().flatten(), today);
            if let Ok(Some(date)) = parsed {
                ui.add_space(space::XS);
                relative_ui(ui, date, today, kind);
            }
            (edit, picked)
        })
        .inner;
    if let Some(date) = picked {
        *text = date.to_string();
        response.mark_changed();
    }
    if response.lost_focus()
        && let Ok(Some(date)) = parse_date(text)
        && *text != date.to_string()
    {
        *text = date.to_string();
        response.mark_changed();
    }
    if !response.has_focus()
        && let Err(words) = parse_date(text)
    {
        tone_words_ui(ui, Tone::Late, &words);
    }
    response
}

/// Whether a short form of today was typed, or of now. A field is full then, so that the letters after the first one of “today” are not taken.
pub fn is_short(text: &str) -> bool {
    ["t", "today", "now"].iter().any(|word| text.trim().eq_ignore_ascii_case(word))
}

/// The distance next to a date, with the shape of its tone if it is a due date.
pub fn relative_ui(ui: &mut Ui, date: NaiveDate, today: NaiveDate, kind: DateKind) -> Response {
    let words = relative_words(date, today, kind);
    let tone = match kind {
        DateKind::Plain => Tone::Neutral,
        DateKind::Due => due_tone(date, today),
    };
    match tone {
        Tone::Neutral | Tone::Good => ui.label(hint(ui, words)),
        Tone::Due | Tone::Late => tone_inline_ui(ui, tone, &words),
    }
}

/// The calendar button with its popup. Returns the day that was picked in this frame.
pub fn picker_ui(ui: &mut Ui, chosen: Option<NaiveDate>, today: NaiveDate) -> Option<NaiveDate> {
    let button = icon_ui(ui, Icon::Calendar, "Choose a date");
    let popup = Popup::default_response_id(&button);
    let slot = popup.with("day");
    let opening = button.clicked() && !Popup::is_id_open(ui.ctx(), popup);
    if opening {
        let day = chosen.unwrap_or(today);
        ui.data_mut(|data| data.insert_temp(slot, day));
        ui.data_mut(|data| data.insert_temp(slot, true));
    }
    let escape = ui.input(|input| input.key_pressed(Key::Escape));
    let was_open = Popup::is_id_open(ui.ctx(), popup);
    let shown = Popup::from_toggle_button_response(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .accessible_name("Calendar")
        .show(|ui| {
            let mut cursor = ui.data(|data| data.get_temp(slot)).unwrap_or(today);
            // The first pass of a popup only measures it; nothing in it can have the focus.
            if !ui.is_sizing_pass() && ui.data_mut(|data| data.remove_temp::<bool>(slot)) == Some(true) {
                ui.memory_mut(|memory| memory.request_focus(cell_id(popup, cursor)));
            }
            let picked = Month { popup, chosen, today }.show(ui, &mut cursor);
            ui.data_mut(|data| data.insert_temp(slot, cursor));
            picked
        });
    let picked = shown.and_then(|shown| shown.inner);
    if picked.is_some() || (was_open && escape) {
        Popup::close_id(ui.ctx(), popup);
        button.request_focus();
    }
    picked
}

fn cell_id(popup: Id, day: NaiveDate) -> Id {
    popup.with(("cell", day))
}

struct Month {
    popup: Id,
    chosen: Option<NaiveDate>,
    today: NaiveDate,
}

const CELL: f32 = 32.0;

impl Month {
    fn show(&self, ui: &mut Ui, cursor: &mut NaiveDate) -> Option<NaiveDate> {
        let mut picked = None;
        ui.set_width(CELL * 7.0);
        ui.spacing_mut().item_spacing = vec2(0.0, space::XS);
        self.keys(ui, cursor);
        month_head_ui(ui, cursor);
        ui.horizontal(|ui| {
            for word in ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"] {
                let text = hint(ui, word);
                ui.add_sized(vec2(CELL, 18.0), egui::Label::new(text));
            }
        });
        let first = cursor.with_day(1).unwrap_or(*cursor);
        let lead = u64::from(first.weekday().num_days_from_monday());
        let monday = first.checked_sub_days(Days::new(lead)).unwrap_or(first);
        for week in 0..6 {
            ui.horizontal(|ui| {
                for day in 0..7 {
                    let Some(date) = monday.checked_add_days(Days::new(week * 7 + day)) else { continue };
                    if self.cell(ui, date, *cursor) {
                        picked = Some(date);
                    }
                }
            });
        }
        let today = ui.vertical_centered_justified(|ui| ui.add(Button::new("Today")));
        if today.inner.clicked() {
            picked = Some(self.today);
        }
        picked
    }

    /// Arrows, Home, End, `PageUp` and `PageDown` move the focused day.
    fn keys(&self, ui: &Ui, cursor: &mut NaiveDate) {
        let id = cell_id(self.popup, *cursor);
        if !ui.memory(|memory| memory.has_focus(id)) {
            return;
        }
        let arrows = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, arrows));
        let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let weekday = u64::from(cursor.weekday().num_days_from_monday());
        let moved = if pressed(Key::ArrowLeft) {
            cursor.checked_sub_days(Days::new(1))
        } else if pressed(Key::ArrowRight) {
            cursor.checked_add_days(Days::new(1))
        } else if pressed(Key::ArrowUp) {
            cursor.checked_sub_days(Days::new(7))
        } else if pressed(Key::ArrowDown) {
            cursor.checked_add_days(Days::new(7))
        } else if pressed(Key::Home) {
            cursor.checked_sub_days(Days::new(weekday))
        } else if pressed(Key::End) {
            cursor.checked_add_days(Days::new(6 - weekday))
        } else if pressed(Key::PageUp) {
            cursor.checked_sub_months(Months::new(1))
        } else if pressed(Key::PageDown) {
            cursor.checked_add_months(Months::new(1))
        } else {
            None
        };
        if let Some(day) = moved.filter(|day| day.year() >= 1900) {
            *cursor = day;
            ui.memory_mut(|memory| memory.request_focus(cell_id(self.popup, day)));
            ui.ctx().request_repaint();
        }
    }

    /// Only the day under the cursor is a Tab stop; the others are reached with arrows or pointer.
    fn cell(&self, ui: &mut Ui, date: NaiveDate, cursor: NaiveDate) -> bool {
        let (rect, _) = ui.allocate_exact_size(vec2(CELL, CELL - 4.0), egui::Sense::hover());
        let sense = if date == cursor { egui::Sense::click() } else { egui::Sense::CLICK };
        let response = ui.interact(rect, cell_id(self.popup, date), sense);
        let on = self.chosen == Some(date);
        response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), on, long_date(date)));
        let palette = palette(ui);
        let face = rect.shrink2(vec2(2.0, 0.0));
        let ink = match (on, date.month() == cursor.month()) {
            (true, _) => palette.on_accent,
            (false, true) => palette.text,
            (false, false) => palette.weak,
        };
        if on {
            ui.painter().rect_filled(face, 6.0, palette.accent);
        } else if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(face, 6.0, palette.hover);
        }
        if date == self.today && !on {
            let stroke = egui::Stroke::new(1.0, palette.edge);
            ui.painter().rect_stroke(face, 6.0, stroke, egui::StrokeKind::Inside);
        }
        let family = if date == self.today { bold_family() } else { egui::FontFamily::Proportional };
        let font = egui::FontId::new(crate::ui::theme::size::BODY, family);
        ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, date.day(), font, ink);
        response.clicked()
    }
}

fn month_head_ui(ui: &mut Ui, cursor: &mut NaiveDate) {
    ui.horizontal(|ui| {
        if icon_sized_ui(ui, Icon::Back, "Previous month", CELL).clicked() {
            *cursor = cursor.checked_sub_months(Months::new(1)).unwrap_or(*cursor);
        }
        let words = format!("{} {}", month_word(cursor.month()), cursor.year());
        let text = egui::RichText::new(words).family(bold_family());
        ui.add_sized(vec2(CELL * 5.0, CELL), egui::Label::new(text));
        if icon_sized_ui(ui, Icon::Forward, "Next month", CELL).clicked() {
            *cursor = cursor.checked_add_months(Months::new(1)).unwrap_or(*cursor);
        }
    });
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable as _};

    use super::*;
    use crate::ui::{theme, widgets::field::Field};

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a date")
    }

    fn harness(text: &str) -> Harness<'static, String> {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, text: &mut String| {
                let today = day(2026, 11, 10);
                Field::new("Due").show(ui, |ui| date_field_ui(ui, text, today, DateKind::Due));
            },
            text.to_owned(),
        );
        harness.run();
        harness
    }

    #[test]
    fn dates_are_parsed_and_other_text_is_refused_with_a_message() {
        assert_eq!(parse_date(" 2026-11-22 "), Ok(Some(day(2026, 11, 22))));
        assert_eq!(parse_date("2026-1-5"), Ok(Some(day(2026, 1, 5))));
        assert_eq!(parse_date(""), Ok(None));
        for wrong in
            ["2026-13-01", "2026-02-30", "22.11.2026", "+026-01-01", "20260101", "0026-01-01", "2026-11-"]
        {
            assert!(parse_date(wrong).expect_err(wrong).contains("year-month-day"));
        }
    }

    #[test]
    fn the_text_gives_the_distance_of_a_date() {
        let today = day(2026, 11, 10);
        let words = |date, kind| relative_words(date, today, kind);
        assert_eq!(words(day(2026, 11, 22), DateKind::Due), "in 12 days");
        assert_eq!(words(day(2026, 11, 7), DateKind::Due), "3 days overdue");
        assert_eq!(words(day(2026, 11, 9), DateKind::Due), "1 day overdue");
        assert_eq!(words(day(2026, 11, 9), DateKind::Plain), "yesterday");
        assert_eq!(words(day(2026, 11, 7), DateKind::Plain), "3 days ago");
        assert_eq!(words(today, DateKind::Due), "due today");
        assert_eq!(words(day(2026, 11, 11), DateKind::Plain), "tomorrow");
    }

    #[test]
    fn a_date_can_be_typed_and_its_distance_is_shown() {
        let mut harness = harness("");
        harness.get_by_label("Due").focus();
        harness.run();
        harness.get_by_label("Due").type_text("2026-11-22");
        harness.run();
        assert_eq!(harness.state(), "2026-11-22");
        harness.get_by_label("in 12 days");
    }

    #[test]
    fn a_wrong_date_is_explained_once_the_field_is_left() {
        let mut harness = harness("2026-02-30");
        harness.get_by_label_contains("is not a date");
        "2026-3-1".clone_into(harness.state_mut());
        harness.run();
        harness.get_by_label("Due").focus();
        harness.run();
        harness.key_press(Key::Tab);
        harness.run();
        assert_eq!(harness.state(), "2026-03-01", "tidied up on leaving");
    }

    #[test]
    fn a_date_can_be_picked_with_the_pointer() {
        let mut harness = harness("");
        harness.get_by_label("Choose a date").click();
        harness.run();
        harness.get_by_label("Next month").click();
        harness.run();
        harness.get_by_label("24 December 2026").click();
        harness.run();
        assert_eq!(harness.state(), "2026-12-24");
        assert!(harness.query_by_label("24 December 2026").is_none(), "the calendar has closed");
    }

    #[test]
    fn a_date_can_be_picked_by_keyboard_alone() {
        let mut harness = harness("2026-11-22");
        harness.get_by_label("Choose a date").focus();
        harness.run();
        harness.key_press(Key::Enter);
        harness.run();
        assert!(harness.get_by_label("22 November 2026").is_focused(), "the calendar opens on the date");
        for key in [Key::ArrowRight, Key::ArrowDown, Key::PageDown] {
            harness.key_press(key);
            harness.run();
        }
        assert!(harness.get_by_label("30 December 2026").is_focused(), "one day, one week, one month later");
        harness.key_press(Key::Enter);
        harness.run();
        assert_eq!(harness.state(), "2026-12-30");
        assert!(harness.get_by_label("Choose a date").is_focused(), "the focus returns to the button");
    }

    #[test]
    fn escape_leaves_the_date_as_it_was() {
        let mut harness = harness("2026-11-22");
        harness.get_by_label("Choose a date").click();
        harness.run();
        harness.key_press(Key::ArrowRight);
        harness.run();
        harness.key_press(Key::Escape);
        harness.run();
        assert_eq!(harness.state(), "2026-11-22");
        assert!(harness.query_by_label("Calendar").is_none());
    }
}
