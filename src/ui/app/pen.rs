//! One writer and people who wait: they ask by a note beside the file, and the window of the writer shows it.
//!
//! Belongs here: asking, waiting for the turn, letting the next one write. Does not belong here: the notes (`store::wishes`).

use std::time::Duration;

use eframe::egui::{Context, Ui};

use super::frame::read_only_words;
use super::seen::banner_panel;
use super::{App, Desk};
use crate::ops::{Holder, Waiting, WhyReadOnly, Wish};
use crate::ui::shortcuts::AppCommand;
use crate::ui::theme::{Tone, hint, space};
use crate::ui::widgets::badge::tone_inline_ui;
use crate::ui::widgets::button::primary_ui;
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::notice::{Notice, banner_ui};

/// Seconds between two looks at who waits.
const LOOK_SECONDS: f64 = 3.0;

/// Who waits to write the open file.
#[derive(Default)]
pub(super) struct Pen {
    /// The wish of the person of this window.
    wish: Option<Wish>,
    /// All that wait, in the order in which they asked.
    waiting: Vec<Waiting>,
    /// Those whom the writer lets wait.
    put_off: Vec<Waiting>,
    looked_at: Option<f64>,
}

fn words_of(holder: &Holder) -> String {
    format!("{} on {}", holder.person, holder.machine)
}

impl App {
    /// Looks who waits, takes the turn of this window, and lets others write while nobody is here.
    pub(super) fn keep_pen(&mut self, ctx: &Context) {
        let now = ctx.input(|input| input.time);
        let Some(desk) = &mut self.desk else { return };
        let writes = desk.file.why_read_only().is_none();
        if !writes && desk.pen.wish.is_none() {
            desk.pen.waiting.clear();
            return;
        }
        ctx.request_repaint_after(Duration::from_secs_f64(LOOK_SECONDS));
        if desk.pen.looked_at.is_some_and(|at| now - at < LOOK_SECONDS) {
            return;
        }
        desk.pen.looked_at = Some(now);
        desk.pen.waiting = desk.file.who_waits();
        if !writes {
            self.take_turn();
        } else if self.session.is_none() && !self.has_nobody_waiting() && self.jobs.holding().is_none() {
            // Whoever wrote has locked the window: what was typed is kept as drafts, and nothing else is open.
            self.let_go_of_pen();
        }
    }

    fn has_nobody_waiting(&self) -> bool {
        self.desk.as_ref().is_none_or(|desk| desk.pen.waiting.is_empty())
    }

    fn let_go_of_pen(&mut self) {
        if let Some(desk) = &mut self.desk
            && desk.file.let_go().is_ok()
        {
            desk.cache.forget();
        }
    }

    /// Becomes the writer if it is this window's turn.
    fn take_turn(&mut self) {
        let stamp = self.stamp();
        let (Some(desk), Some(session)) = (&mut self.desk, &self.session) else { return };
        let first = desk.pen.wish.as_ref().is_some_and(|wish| wish.before(&desk.pen.waiting).is_empty());
        if first
            && desk.file.writer().is_none()
            && matches!(desk.file.take_over_as(session.name(), &stamp), Ok(true))
        {
            desk.writer = None;
            desk.cache.forget();
            desk.pen = Pen::default();
            self.notices.push(Notice::done("It is your turn: you are writing now."));
        }
    }

    /// Asks whoever writes for the turn.
    pub(super) fn ask_to_write(&mut self) {
        let stamp = self.stamp();
        let (Some(desk), Some(session)) = (&mut self.desk, &self.session) else { return };
        if desk.file.why_read_only().is_none() {
            return self.notices.push(Notice::info("You are writing already."));
        }
        match desk.file.ask_to_write(session, &stamp) {
            Ok(wish) => {
                desk.pen = Pen { wish: Some(wish), ..Pen::default() };
                self.notices.push(Notice::info(
                    "You asked to write. Their window shows it, and this one writes as soon as it is your turn.",
                ));
            }
            Err(refusal) => self.problem(
                format!("Nobody could be asked: {refusal}."),
                "Ask them yourself to let you write or to close the file.",
            ),
        }
    }

    /// Waits no longer.
    pub(super) fn stop_asking(&mut self) {
        if let Some(desk) = &mut self.desk {
            desk.pen = Pen::default();
        }
    }

    /// Lets the next one write who waits; this person reads on.
    pub(super) fn let_others_write(&mut self) {
        // What is typed is kept as drafts, as if the window was locked.
        self.leave_all();
        let Some(desk) = &mut self.desk else { return };
        if desk.file.why_read_only().is_some() {
            return self.notices.push(Notice::info("You are not writing."));
        }
        match desk.file.let_others_write() {
            Ok(()) => {
                let next = desk.pen.waiting.first().map(|next| words_of(&next.who));
                desk.pen = Pen::default();
                desk.writer = None;
                desk.cache.forget();
                let whose = next.unwrap_or_else(|| "Whoever asks next".to_owned());
                self.notices.push(Notice::done(format!(
                    "{whose} may write now. What you had typed is kept as drafts, and you can read on."
                )));
            }
            Err(refusal) => {
                self.problem(format!("You are still writing: {refusal}."), "Close the file instead.");
            }
        }
    }

    /// The line that says why this window reads, and what can be done about it.
    pub(super) fn reading_ui(&mut self, ui: &mut Ui) {
        let Some(desk) = self.desk.as_ref().filter(|_| self.session.is_some()) else { return };
        // A job of this window says so at the top, and soon ends.
        let Some(words) = read_only_words(desk).filter(|_| !desk.file.writer_is_away()) else { return };
        banner_panel("reading", ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                tone_inline_ui(ui, Tone::Due, &words);
                if !matches!(desk.file.why_read_only(), Some(WhyReadOnly::Locked(_))) {
                    return;
                }
                if desk.writer.is_some() {
                    asking_ui(ui, desk, &mut self.asked);
                } else if ui.button("Take over").on_hover_text("Become the writer").clicked() {
                    self.asked.push(AppCommand::TakeOver);
                }
            });
        });
    }

    /// The banner that tells the writer who waits.
    pub(super) fn pen_ui(&mut self, ui: &mut Ui) {
        let Some(desk) = self.desk.as_mut().filter(|_| self.session.is_some()) else { return };
        if desk.file.why_read_only().is_some() {
            return;
        }
        let Some(words) = desk.pen.words_for_writer() else { return };
        let (mut lets, mut later) = (false, false);
        banner_panel("pen", ui, |ui| {
            later = banner_ui(ui, &Notice::info(words), true);
            ui.add_space(space::XS);
            ui.horizontal(|ui| {
                lets = primary_ui(ui, "Let them write").clicked();
                later |= link_ui(ui, "Not yet").clicked();
            });
        });
        if later {
            desk.pen.put_off = desk.pen.waiting.clone();
        }
        if lets {
            self.asked.push(AppCommand::LetOthersWrite);
        }
    }
}

impl Pen {
    /// Who waits, for the writer; `None` if nobody does whom the writer has not put off.
    fn words_for_writer(&self) -> Option<String> {
        let mut new = self.waiting.iter().filter(|other| !self.put_off.contains(other));
        let first = new.next()?;
        let more = new.count();
        let others = if more == 0 { String::new() } else { format!(", and {more} more after them") };
        Some(format!("{} asks to write since {}{others}.", words_of(&first.who), first.who.since.words()))
    }
}

/// What somebody who reads can do about it: asking, or the place in the row of those who wait.
fn asking_ui(ui: &mut Ui, desk: &Desk, asked: &mut Vec<AppCommand>) {
    let Some(wish) = &desk.pen.wish else {
        let ask = ui.button("Ask to write").on_hover_text("Their window shows who asks, and since when");
        if ask.clicked() {
            asked.push(AppCommand::AskToWrite);
        }
        return;
    };
    let before = wish.before(&desk.pen.waiting);
    let words = match before.as_slice() {
        [] => "You are next".to_owned(),
        [one] => format!("You are next after {}", words_of(one)),
        [.., last] => format!("{} wait before you, the last is {}", before.len(), words_of(last)),
    };
    ui.label(hint(ui, words));
    if link_ui(ui, "Stop asking").clicked() {
        asked.push(AppCommand::StopAsking);
    }
}
