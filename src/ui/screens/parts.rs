//! Parts that several screens share: headings, refusals, names of acts, labelled inputs in a row.
//!
//! Does not belong here: anything that only one screen needs.

use std::path::PathBuf;

use eframe::egui;
use egui::{Align, Color32, Layout, ProgressBar, Response, TextStyle, Ui, vec2};

use crate::domain::ids::Kind;
use crate::domain::text::capital;
use crate::domain::workflow;
use crate::ops::Refused;
use crate::ops::jobs::Progress;
use crate::ui::theme::{Tone, space};
use crate::ui::widgets::button::button_or_why_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::heading::page_heading_ui;
use crate::ui::widgets::notice::{Notice, banner_ui};

/// The theme's tone for a tone of the workflow.
pub const fn tone_of(tone: workflow::Tone) -> Tone {
    match tone {
        workflow::Tone::Neutral => Tone::Neutral,
        workflow::Tone::Good => Tone::Good,
        workflow::Tone::Due => Tone::Due,
        workflow::Tone::Late => Tone::Late,
    }
}

/// The file that was dropped on the window in this frame.
pub fn dropped(ctx: &egui::Context) -> Option<PathBuf> {
    ctx.input(|input| input.raw.dropped_files.first().map(|file| file.path().to_owned()))
}

/// The heading of a screen, with widgets at its right end, or below it where both have no room in a line.
pub fn heading_ui(ui: &mut Ui, text: &str, right: impl FnOnce(&mut Ui)) {
    let id = ui.scope_id().with(("heading", text));
    let font = TextStyle::Heading.resolve(ui.style());
    let heading = ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER).size().x;
    let fits = |width: &f32, ui: &Ui| heading + space::L + width <= ui.available_width();
    let known: Option<f32> = ui.data(|data| data.get_temp(id));
    if known.as_ref().is_none_or(|width| fits(width, ui)) {
        let room = ui.available_width();
        let ((), width) = egui::Sides::new().show(
            ui,
            |ui| {
                page_heading_ui(ui, text);
            },
            |ui| {
                right(ui);
                ui.min_rect().width()
            },
        );
        ui.data_mut(|data| data.insert_temp(id, width));
        if heading + space::L + width > room {
            ui.ctx().request_discard("the heading and what is beside it have no room in a line");
        }
    } else {
        page_heading_ui(ui, text);
        let row = ui.horizontal_wrapped(|ui| {
            right(ui);
            ui.min_rect().size()
        });
        // In one line it says again how wide it is: the buttons may have become fewer.
        if row.inner.y < space::ROW * 1.5 {
            ui.data_mut(|data| data.insert_temp(id, row.inner.x));
        }
    }
    ui.add_space(space::S);
}

/// Shows that something could not be read or done.
pub fn refusal_ui(ui: &mut Ui, refusal: &Refused) {
    problem_ui(ui, &refusal.to_string());
}

/// Shows a problem; the sentence may begin with a small letter.
pub fn problem_ui(ui: &mut Ui, words: &str) {
    banner_ui(ui, &Notice::problem(capital(words), ""), false);
}

/// Room for the Cancel button beside a bar, in points.
const CANCEL: f32 = 90.0;

/// The progress of background work, with a Cancel button.
pub fn progress_ui(ui: &mut Ui, progress: &Progress) {
    ui.horizontal(|ui| {
        let room = (ui.available_width() - CANCEL).clamp(60.0, 360.0);
        let bar = ProgressBar::new(progress.share()).desired_width(room);
        ui.add(bar.text(progress.line()));
        if button_or_why_ui(ui, !progress.is_cancelled(), "Cancel", "It is being cancelled").clicked() {
            progress.cancel();
        }
    });
}

/// Labelled inputs side by side, with their labels on one line; wraps in a narrow window.
pub fn in_a_row_ui<R>(ui: &mut Ui, inputs: impl FnOnce(&mut Ui) -> R) -> R {
    let size = vec2(ui.available_width(), 0.0);
    let layout = Layout::left_to_right(Align::Min).with_main_wrap(true);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.spacing_mut().item_spacing.x = space::M;
        inputs(ui)
    })
    .inner
}

/// Least width of a boxed input, in points.
const BOX_MIN: f32 = 120.0;

/// A labelled input of a fixed width, for a row of inputs.
pub fn boxed_ui(ui: &mut Ui, label: &str, width: f32, input: impl FnOnce(&mut Ui) -> Response) -> Response {
    let width = width.min(ui.available_width().max(BOX_MIN));
    ui.allocate_ui(vec2(width, 52.0), |ui| {
        ui.vertical(|ui| {
            ui.set_width(width);
            Field::new(label).show(ui, input)
        })
        .inner
    })
    .inner
}

/// The name of an audit event as text: “Change request, submit” for `change_request.submit`.
pub fn act_words(request: &str) -> String {
    let (subject, verb) = request.split_once('.').unwrap_or((request, ""));
    let Some(kind) = Kind::from_code(subject) else {
        return match request {
            "clock.acknowledge" => "Clock acknowledged".to_owned(),
            "file.continue" => "Continued from a restored copy".to_owned(),
            "file.create" => "Product file created".to_owned(),
            "packet.issue" => "Packet issued".to_owned(),
            _ => capital(&request.replace(['.', '_'], " ")),
        };
    };
    let word = kind.def().word;
    match verb {
        "create" => format!("{word} entered"),
        "edit" => format!("{word} edited"),
        "assign" => format!("{word} assigned"),
        "sign" => format!("{word} signed"),
        "attach" => "File attached".to_owned(),
        "import" => "Feedback imported from a file".to_owned(),
        "invite" => "Person invited".to_owned(),
        "recover" => "Access recovered with the recovery code".to_owned(),
        "reset_access" => "Access reset".to_owned(),
        "verify_identity" => "Identity confirmed".to_owned(),
        "change_password" => "Password changed".to_owned(),
        "failed_sign_ins" => "Failed attempts to sign in".to_owned(),
        _ => match kind.def().find_move(verb) {
            Some(step) => format!("{word}: {}", step.label),
            None => format!("{word}: {}", verb.replace('_', " ")),
        },
    }
}

/// The subject of an audit event as text, by the part of its name before the dot.
pub fn subject_word(prefix: &str) -> String {
    Kind::from_code(prefix).map_or_else(|| capital(prefix), |kind| kind.def().word.to_owned())
}

/// A widget without a label, aligned with the labelled inputs next to it.
pub fn lowered_ui<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        ui.add_space(32.0);
        contents(ui)
    })
    .inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_that_a_person_can_do_has_its_own_label() {
        for name in crate::ops::request_names() {
            let words = act_words(&name);
            assert!(!words.contains('.') && !words.contains('_'), "{name}: {words}");
        }
        assert_eq!(act_words("change_request.submit"), "Change request: Submit");
    }
}
