//! Messages to the user: what happened and what to do. Toasts in the corner, banners on a page, and the log of both.
//!
//! Belongs here: the look of messages and how long they stay. Does not belong here: the text of any message.

use std::collections::VecDeque;

use eframe::egui;
use egui::{
    Align2, Area, Frame, Id, Margin, Order, Response, Sense, Stroke, Ui, accesskit, accesskit::Role, vec2,
};

use super::{
    button::icon_sized_ui,
    icons::{Icon, SHAPE, paint_tone},
};
use crate::ui::theme::{Tone, body, bold, palette, space};

/// The kind of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// Information.
    Info,
    /// A request was done.
    Done,
    /// Something failed.
    Problem,
}

impl NoticeKind {
    const fn tone(self) -> Tone {
        match self {
            Self::Info => Tone::Neutral,
            Self::Done => Tone::Good,
            Self::Problem => Tone::Late,
        }
    }

    /// The label for a screen reader and the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "Note",
            Self::Done => "Done",
            Self::Problem => "Problem",
        }
    }

    /// How long a toast stays, in seconds; a problem stays until it is dismissed.
    const fn seconds(self) -> Option<f64> {
        match self {
            Self::Info | Self::Done => Some(6.0),
            Self::Problem => None,
        }
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its kind.
    pub kind: NoticeKind,
    /// What happened, as one sentence.
    pub happened: String,
    /// What the user can do about it; may be empty.
    pub remedy: String,
}

impl Notice {
    /// A message for information.
    pub fn info(happened: impl Into<String>) -> Self {
        Self { kind: NoticeKind::Info, happened: happened.into(), remedy: String::new() }
    }

    /// A message that something was done.
    pub fn done(happened: impl Into<String>) -> Self {
        Self { kind: NoticeKind::Done, happened: happened.into(), remedy: String::new() }
    }

    /// A message that something failed, and what to do about it.
    pub fn problem(happened: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { kind: NoticeKind::Problem, happened: happened.into(), remedy: remedy.into() }
    }
}

struct Toast {
    number: u64,
    notice: Notice,
    /// Time of the context at which the toast disappears; set when it is first drawn.
    until: Option<f64>,
}

/// Most messages in the log of one run.
const LOG: usize = 200;
/// Most toasts at once; older ones are then only in the log.
const SHOWN: usize = 4;

/// The messages of one run of the program.
#[derive(Default)]
pub struct Notices {
    next: u64,
    shown: Vec<Toast>,
    log: VecDeque<Notice>,
}

impl Notices {
    /// Shows a message in the corner and adds it to the log.
    pub fn push(&mut self, notice: Notice) {
        if self.log.len() == LOG {
            self.log.pop_front();
        }
        self.log.push_back(notice.clone());
        if self.shown.len() == SHOWN {
            self.shown.remove(0);
        }
        self.shown.push(Toast { number: self.next, notice, until: None });
        self.next += 1;
    }

    /// All messages of this run, oldest first.
    pub fn log(&self) -> impl DoubleEndedIterator<Item = &Notice> + ExactSizeIterator {
        self.log.iter()
    }

    /// Draws the toasts in the lower right corner. Call once a frame, after everything else.
    pub fn show(&mut self, ctx: &egui::Context) {
        let now = ctx.input(|input| input.time);
        self.shown.retain(|toast| toast.until.is_none_or(|until| now < until));
        if self.shown.is_empty() {
            return;
        }
        let mut dismissed = None;
        let area = Area::new(Id::unique("notices")).order(Order::Tooltip);
        let hovered = area
            .anchor(Align2::RIGHT_BOTTOM, vec2(-space::L, -space::XXL))
            .show(ctx, |ui| {
                ui.set_max_width(400.0);
                for toast in &self.shown {
                    if ui.push_id(toast.number, |ui| card_ui(ui, &toast.notice)).inner {
                        dismissed = Some(toast.number);
                    }
                }
            })
            .response
            .contains_pointer();
        self.shown.retain(|toast| Some(toast.number) != dismissed);
        for toast in &mut self.shown {
            let Some(seconds) = toast.notice.kind.seconds() else { continue };
            let until = if hovered { now + seconds } else { toast.until.unwrap_or(now + seconds) };
            toast.until = Some(until);
            ctx.request_repaint_after_secs((until - now).max(0.1) as f32);
        }
    }
}

/// One toast; returns whether it was dismissed.
fn card_ui(ui: &mut Ui, notice: &Notice) -> bool {
    let palette = palette(ui);
    let frame = Frame::popup(ui.style()).fill(palette.raised).inner_margin(Margin::same(12));
    framed(ui, frame, notice, true)
}

/// A message within a page, across its width. Returns whether its close button was pressed.
pub fn banner_ui(ui: &mut Ui, notice: &Notice, closable: bool) -> bool {
    let colours = palette(ui).tone(notice.kind.tone());
    let frame = Frame::new().fill(colours.fill).corner_radius(6).inner_margin(Margin::symmetric(12, 8));
    framed(ui, frame, notice, closable)
}

fn framed(ui: &mut Ui, frame: Frame, notice: &Notice, closable: bool) -> bool {
    let mut closed = false;
    let shown = frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal_top(|ui| {
            let tone = notice.kind.tone();
            let ink = palette(ui).tone(tone).text;
            let (place, _) = ui.allocate_exact_size(vec2(SHAPE, 20.0), Sense::hover());
            paint_tone(ui.painter(), place, tone, ink);
            let room = ui.available_width() - if closable { 20.0 + space::S } else { 0.0 };
            ui.vertical(|ui| {
                ui.set_width(room);
                ui.spacing_mut().item_spacing.y = 0.0;
                ui.add(egui::Label::new(bold(&*notice.happened)).wrap());
                if !notice.remedy.is_empty() {
                    ui.add(egui::Label::new(body(&notice.remedy)).wrap());
                }
            });
            if closable {
                closed = icon_sized_ui(ui, Icon::Close, "Dismiss this message", 20.0).clicked();
            }
        });
    });
    announce(&shown.response, notice);
    closed
}

fn announce(response: &Response, notice: &Notice) {
    response.ctx.accesskit_node_builder(response.id, |node| {
        node.set_role(Role::Alert);
        node.set_label(format!("{}. {} {}", notice.kind.word(), notice.happened, notice.remedy).trim_end());
        node.set_live(match notice.kind {
            NoticeKind::Info | NoticeKind::Done => accesskit::Live::Polite,
            NoticeKind::Problem => accesskit::Live::Assertive,
        });
    });
}

/// A thin line between parts of a page, in the line colour.
pub fn rule_ui(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(1.0, palette(ui).line));
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable as _};

    use super::*;
    use crate::ui::theme;

    fn harness(notice: Notice) -> Harness<'static, Notices> {
        let mut notices = Notices::default();
        notices.push(notice);
        let mut harness = Harness::builder()
            .with_context_setup(theme::install)
            .build_ui_state(|ui, notices: &mut Notices| notices.show(ui.ctx()), notices);
        harness.run();
        harness
    }

    #[test]
    fn a_problem_stays_until_it_is_dismissed_and_is_kept_in_the_log() {
        let mut harness =
            harness(Notice::problem("The file could not be saved.", "Free some space, then try again."));
        harness.run_steps(60);
        harness.get_by_label("The file could not be saved.");
        harness.get_by_label("Free some space, then try again.");
        harness.get_by_label("Dismiss this message").click();
        harness.run();
        assert!(harness.query_by_label("The file could not be saved.").is_none());
        assert_eq!(harness.state().log().count(), 1);
    }

    #[test]
    fn a_done_message_disappears_by_itself() {
        let mut harness = harness(Notice::done("Feedback FB-0012 was filed."));
        harness.get_by_label("Feedback FB-0012 was filed.");
        harness.run_steps(40);
        assert!(harness.query_by_label("Feedback FB-0012 was filed.").is_none());
    }

    #[test]
    fn a_flood_of_messages_fills_neither_screen_nor_memory() {
        let mut notices = Notices::default();
        for number in 0..1_000 {
            notices.push(Notice::info(format!("Message {number}.")));
        }
        assert_eq!(notices.log().count(), LOG);
        assert_eq!(notices.shown.len(), SHOWN);
    }
}
