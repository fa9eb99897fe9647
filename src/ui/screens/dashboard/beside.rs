//! Beside the due items: how ready the file is for an audit, and the clocks of authorities that run.

use eframe::egui::Ui;

use super::head_ui;
use crate::domain::readiness::Severity;
use crate::ops::{ClockRow, Clocks};
use crate::review::News;
use crate::ui::cx::{Cx, Route};
use crate::ui::looking::Looking;
use crate::ui::screens::parts::refusal_ui;
use crate::ui::screens::soup::events::{limits_ui, news_ui};
use crate::ui::theme::{Tone, body, hint, space};
use crate::ui::widgets::badge::tone_inline_ui;
use crate::ui::widgets::link::link_ui;

/// Days before its end from which a clock is shown as due.
const SOON: i64 = 7;

/// Both parts. Each is read in a background job of its own: the clocks do not wait for the rules.
#[derive(Default)]
pub(super) struct Beside {
    clocks: Looking<Clocks>,
    /// How many gaps are critical, and all in words.
    readiness: Looking<(usize, String)>,
}

impl Beside {
    /// Reads again what is stale.
    pub(super) fn keep_up(&mut self, ui: &Ui, cx: &Cx<'_>) {
        self.clocks.keep_up(ui.ctx(), cx, |file, now| file.clocks(now));
        self.readiness.keep_up_rules(ui.ctx(), cx, |found| (found.count(Severity::Critical), found.words()));
    }

    /// One line on the readiness, which leads to its screen.
    pub(super) fn readiness_ui(&self, ui: &mut Ui, cx: &mut Cx<'_>) {
        ui.horizontal_wrapped(|ui| {
            if link_ui(ui, "What an auditor would find").clicked() {
                cx.go(Route::Readiness);
            }
            match self.readiness.shown() {
                None => {
                    ui.label(hint(ui, "The rules are being applied…"));
                }
                Some(Err(refusal)) => {
                    tone_inline_ui(ui, Tone::Late, &format!("The rules could not be applied: {refusal}."));
                }
                Some(Ok((critical, words))) => {
                    tone_inline_ui(ui, if *critical > 0 { Tone::Late } else { Tone::Neutral }, words);
                }
            }
        });
        ui.add_space(space::S);
    }

    /// The clocks that run, the most urgent first. Nothing is drawn where none runs.
    pub(super) fn clocks_ui(&self, ui: &mut Ui, cx: &mut Cx<'_>) {
        if let Some(Err(refusal)) = self.clocks.shown() {
            head_ui(ui, "Running clocks", "could not be read");
            refusal_ui(ui, refusal);
            ui.add_space(space::XL);
        }
        let running = self.clocks.get().map(|found| found.running.as_slice()).unwrap_or_default();
        if running.is_empty() {
            return;
        }
        head_ui(ui, "Running clocks", &format!("{} run", running.len()));
        for (index, clock) in running.iter().enumerate() {
            ui.push_id(("clock", index), |ui| clock_ui(ui, cx, clock));
        }
        ui.add_space(space::XL);
    }
}

/// The SOUP reviews for which the advisory data of this workstation asks, and what keeps something new from being seen. Nothing is drawn
/// where it asks for none and everything was seen.
pub(super) fn reviews_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let Some(Ok(asked)) = cx.asking(ui.ctx()) else { return };
    let is_quiet = |news: &News| news.events().is_empty() && news.limits().is_empty();
    if asked.news.as_ref().is_ok_and(is_quiet) {
        return;
    }
    head_ui(ui, "New in the advisory data", "since the last review of the SOUP in service");
    news_ui(ui, &asked, cx);
    limits_ui(ui, &asked);
    ui.add_space(space::XL);
}

fn clock_ui(ui: &mut Ui, cx: &mut Cx<'_>, clock: &ClockRow) {
    ui.horizontal_wrapped(|ui| {
        let left = clock.days_left(cx.today());
        let over = clock.due_at.is_some_and(|due| due < cx.now());
        let tone = match left {
            _ if over => Tone::Late,
            Some(days) if days <= SOON => Tone::Due,
            Some(_) | None => Tone::Neutral,
        };
        tone_inline_ui(ui, tone, &left_words(left, over));
        if link_ui(ui, &clock.id.to_string()).clicked() {
            cx.go(Route::Record(clock.id));
        }
        ui.label(body(clock.title.as_str()));
        if let Some(due) = clock.due_at {
            ui.label(hint(ui, format!("ends {}", due.words())));
        }
    });
}

/// How many days are left, in words.
fn left_words(left: Option<i64>, over: bool) -> String {
    match left {
        None => "No end".to_owned(),
        Some(days) if days < 0 => match -days {
            1 => "1 day over".to_owned(),
            days => format!("{days} days over"),
        },
        Some(0) if over => "Over since today".to_owned(),
        Some(0) => "Ends today".to_owned(),
        Some(1) => "1 day left".to_owned(),
        Some(days) => format!("{days} days left"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_left_are_said_on_both_sides_of_the_end() {
        let words = |days, over| left_words(Some(days), over);
        assert_eq!(words(2, false), "2 days left");
        assert_eq!(words(1, false), "1 day left");
        assert_eq!(words(0, false), "Ends today");
        assert_eq!(words(0, true), "Over since today");
        assert_eq!(words(-1, true), "1 day over");
    }
}
