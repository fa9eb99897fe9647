//! A date with a time of day, in local time or UTC. Reads no clock; the time zone is an argument.

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeZone, Utc};
use eframe::egui;
use egui::{Response, TextEdit, Ui};

use super::{
    badge::tone_words_ui,
    button::segments_ui,
    date_field::{is_short, parse_date, picker_ui},
};
use crate::ui::composing::is_composing;
use crate::ui::theme::{Tone, hint, space};

/// The clock of a typed moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// Local time.
    #[default]
    Local,
    /// Universal time.
    Utc,
}

/// The typed moment: text and clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MomentText {
    /// `2026-11-22 14:05`.
    pub text: String,
    /// The clock.
    pub clock: Clock,
}

impl MomentText {
    /// The text for a stored moment, in UTC.
    pub fn of(moment: DateTime<Utc>) -> Self {
        Self { text: moment.format("%Y-%m-%d %H:%M").to_string(), clock: Clock::Utc }
    }

    /// Parses the moment; empty text is none. `zone` is the local zone.
    ///
    /// A local time that occurs twice in autumn is taken as the first of the two.
    ///
    /// # Errors
    /// A message for the user.
    pub fn parse<Z: TimeZone>(&self, zone: &Z) -> Result<Option<DateTime<Utc>>, String> {
        let text = self.text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let refused = || format!("“{text}” is not a date and time. Write it like 2026-11-22 14:05.");
        let (date, time) = text.split_once([' ', 'T']).ok_or_else(refused)?;
        let date: NaiveDate = parse_date(date)?.ok_or_else(refused)?;
        let time = NaiveTime::parse_from_str(time.trim(), "%H:%M").map_err(|_| refused())?;
        let naive = NaiveDateTime::new(date, time);
        match self.clock {
            Clock::Utc => Ok(Some(naive.and_utc())),
            Clock::Local => match zone.from_local_datetime(&naive) {
                LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => {
                    Ok(Some(moment.with_timezone(&Utc)))
                }
                LocalResult::None => Err(format!(
                    "{text} does not exist in local time: the clocks were put forward. Write it in UTC."
                )),
            },
        }
    }
}

/// Input of a moment. Read it with [`MomentText::parse`].
pub fn moment_field_ui<Z: TimeZone>(
    ui: &mut Ui,
    value: &mut MomentText,
    now: DateTime<Utc>,
    zone: &Z,
) -> Response {
    let here = now.with_timezone(zone).naive_local();
    let today = here.date();
    let mut response = ui
        .horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            let edit =
                TextEdit::singleline(&mut value.text).char_limit(16).hint_text("year-month-day hour:minute");
            let mut edit = ui.add(edit.desired_width(232.0));
            if is_short(&value.text) && !is_composing(ui.ctx()) {
                *value = MomentText { text: here.format("%Y-%m-%d %H:%M").to_string(), clock: Clock::Local };
            }
            let (date, time) = value.text.trim().split_once(' ').unwrap_or((value.text.trim(), ""));
            if let Some(day) = picker_ui(ui, parse_date(date).ok().flatten(), today) {
                // Noon of today may still be to come.
                let now = here.format("%H:%M").to_string();
                let new = if day == today { now.as_str() } else { "12:00" };
                let time = if time.is_empty() { new } else { time };
                value.text = format!("{day} {time}");
                edit.mark_changed();
            }
            let on = match value.clock {
                Clock::Local => 0,
                Clock::Utc => 1,
            };
            if let Some(pressed) = segments_ui(ui, &["Local time", "UTC"], Some(on)) {
                value.clock = if pressed == 0 { Clock::Local } else { Clock::Utc };
                edit.mark_changed();
            }
            edit
        })
        .inner;
    let parsed = value.parse(zone);
    match parsed {
        Ok(Some(moment)) if value.clock == Clock::Local => {
            let utc = moment.to_rfc3339_opts(SecondsFormat::Secs, true);
            ui.label(hint(ui, format!("Stored as {utc}")));
        }
        Ok(_) => {}
        Err(words) if !response.has_focus() => {
            tone_words_ui(ui, Tone::Late, &words);
        }
        Err(_) => {}
    }
    if response.lost_focus() {
        let tidy = value.text.trim().to_owned();
        if tidy != value.text {
            value.text = tidy;
            response.mark_changed();
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use chrono::FixedOffset;
    use egui_kittest::{Harness, kittest::Queryable as _};

    use super::*;
    use crate::ui::{theme, widgets::field::Field};

    fn vienna() -> FixedOffset {
        FixedOffset::east_opt(3600).expect("one hour is an offset")
    }

    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 22, 13, 5, 30).single().expect("a moment")
    }

    #[test]
    fn local_time_is_converted_to_utc_and_other_text_is_refused_with_a_message() {
        let local = MomentText { text: "2026-11-22 14:05".to_owned(), clock: Clock::Local };
        let moment = local.parse(&vienna()).expect("a moment").expect("not empty");
        assert_eq!(moment.to_rfc3339_opts(SecondsFormat::Secs, true), "2026-11-22T13:05:00Z");
        assert_eq!(MomentText::of(moment).parse(&vienna()), Ok(Some(moment)));
        for wrong in ["2026-11-22", "2026-11-22 25:00", "14:05", "2026-02-30 10:00"] {
            let typed = MomentText { text: wrong.to_owned(), clock: Clock::Utc };
            let words = typed.parse(&vienna()).expect_err(wrong);
            assert!(words.contains("Write"), "{words}");
        }
        assert_eq!(MomentText::default().parse(&vienna()), Ok(None));
    }

    #[test]
    fn one_letter_is_the_present_moment() {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, value: &mut MomentText| {
                Field::new("Became aware at").show(ui, |ui| moment_field_ui(ui, value, now(), &vienna()));
            },
            MomentText::default(),
        );
        harness.run();
        harness.get_by_label("Became aware at").focus();
        harness.run();
        let expected = MomentText { text: "2026-11-22 14:05".to_owned(), clock: Clock::Local };
        harness.get_by_label("Became aware at").type_text("t");
        harness.run();
        assert_eq!(*harness.state(), expected);
        harness.get_by_label("Became aware at").type_text("oday");
        harness.run();
        assert_eq!(*harness.state(), expected, "typed slowly");
        for word in ["now", "today"] {
            *harness.state_mut() = MomentText::default();
            harness.get_by_label("Became aware at").focus();
            harness.run();
            harness.get_by_label("Became aware at").type_text(word);
            harness.run();
            assert_eq!(*harness.state(), expected, "{word}");
        }
    }

    #[test]
    fn the_clock_is_chosen_by_name() {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, value: &mut MomentText| {
                Field::new("Became aware at").show(ui, |ui| moment_field_ui(ui, value, now(), &vienna()));
            },
            MomentText::default(),
        );
        harness.run();
        harness.get_by_label("Became aware at").focus();
        harness.run();
        harness.get_by_label("Became aware at").type_text("2026-11-22 14:05");
        harness.run();
        harness.get_by_label("Stored as 2026-11-22T13:05:00Z");
        harness.get_by_label("UTC").click();
        harness.run();
        assert_eq!(harness.state().clock, Clock::Utc);
    }
}
