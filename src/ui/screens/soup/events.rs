//! Events that ask for a SOUP review, each with the button that schedules it with its reason filled in: all of them above the list of
//! reviews, and on the dashboard those that only the advisory data shows.

use eframe::egui;
use egui::{Frame, Label, Margin, Ui};

use crate::domain::choice::Choice as _;
use crate::domain::ids::Kind;
use crate::domain::soup_review::events::{ReviewEvent, fields_of};
use crate::domain::text::{first_of, sentence};
use crate::review::News;
use crate::ui::asking::Asked;
use crate::ui::cx::{Cx, Route};
use crate::ui::theme::{Tone, hint, palette, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::heading::title_ui;
use crate::ui::widgets::link::link_ui;

/// Versions and advisories that are named at once.
const NAMED: usize = 6;

/// The button that schedules the review.
const START: &str = "Schedule a review…";

/// What asks for a review, and what was looked through for it: above the list of reviews.
pub fn asking_ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let asked = match cx.asking(ui.ctx()) {
        None => {
            ui.label(hint(ui, "It is being looked up what asks for a review…"));
            return;
        }
        Some(Err(words)) => {
            tone_words_ui(ui, Tone::Late, &sentence(&words));
            return;
        }
        Some(Ok(asked)) => asked,
    };
    let news = asked.news.as_ref().map(News::events).unwrap_or_default();
    let events: Vec<&ReviewEvent> = asked.of_file.iter().chain(news).collect();
    if !events.is_empty() {
        let frame = Frame::new().fill(palette(ui).surface).corner_radius(8).inner_margin(Margin::same(16));
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            title_ui(ui, "A review is asked for");
            for (index, event) in events.iter().enumerate() {
                ui.push_id(index, |ui| event_ui(ui, cx, event));
            }
        });
        ui.add_space(space::S);
    }
    looked_ui(ui, cx, &asked);
    ui.add_space(space::S);
}

/// What the advisory data asks for, on the dashboard; nothing is drawn where there is nothing.
pub fn news_ui(ui: &mut Ui, asked: &Asked, cx: &mut Cx<'_>) {
    let news = asked.news.as_ref().map(News::events).unwrap_or_default();
    for (index, event) in news.iter().enumerate() {
        ui.push_id(("asked", index), |ui| event_ui(ui, cx, event));
    }
}

/// What keeps something new from being seen; nothing is drawn where nothing does.
pub fn limits_ui(ui: &mut Ui, asked: &Asked) {
    match &asked.news {
        Ok(news) => {
            for words in news.limits() {
                tone_words_ui(ui, Tone::Due, &sentence(&words));
            }
        }
        Err(refusal) => {
            tone_words_ui(ui, Tone::Late, &sentence(&format!("new advisories are not seen: {refusal}")));
        }
    }
}

/// One event: what it is, the button, the record that shows it, and what it is about.
fn event_ui(ui: &mut Ui, cx: &mut Cx<'_>, event: &ReviewEvent) {
    ui.add_space(space::S);
    tone_words_ui(ui, Tone::Due, &event.what);
    ui.horizontal_wrapped(|ui| {
        if cx.may_make(Kind::SoupReview)
            && ui.button(START).clicked()
            && let Some(set) = fields_of(&[event])
        {
            cx.go(Route::new_from(Kind::SoupReview, set));
        }
        if link_ui(ui, &event.about.to_string()).clicked() {
            cx.go(Route::of(event.about));
        }
        let about = format!("{}: {}", event.trigger.word(), first_of(&event.details, NAMED));
        ui.add(Label::new(hint(ui, about)).wrap());
    });
}

/// What of the advisory data was looked through, or why it was not.
fn looked_ui(ui: &mut Ui, cx: &mut Cx<'_>, asked: &Asked) {
    let words = match &asked.news {
        Ok(News::NothingKnown) => return,
        Ok(News::NoData) => {
            "There is no advisory data on this workstation, so that new advisories are not seen.".to_owned()
        }
        Ok(news @ News::Looked(_)) => {
            format!("The advisory data of this workstation {}.", news.looked_words().unwrap_or_default())
        }
        Err(_) => {
            limits_ui(ui, asked);
            return;
        }
    };
    limits_ui(ui, asked);
    ui.horizontal_wrapped(|ui| {
        ui.label(hint(ui, words));
        if link_ui(ui, "Advisory data").clicked() {
            cx.go(Route::Advisories);
        }
    });
}
