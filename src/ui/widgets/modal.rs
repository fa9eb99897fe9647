//! A dialog over the window: title, body, buttons. Esc closes, Enter confirms, the first input has the focus.

use eframe::egui;
use egui::{Button, Context, Event, Frame, Id, Key, Margin, Modal, Modifiers, ScrollArea, Ui};

use super::button::{Guarded, danger_ui, guarded_ui};
use super::check;
use super::given_back::give_back;
use super::heading::long_title_ui;
use super::reach::focus_what_follows;
use super::scrolled::scrolled;
use crate::ui::theme::{palette_of, space};

/// Passes in which a dialog tries to take the focus.
const TRIES: u8 = 4;

/// The state of a dialog in this frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Still open.
    Open,
    /// Confirmed, and nothing is missing.
    Confirmed,
    /// Confirmed although something is missing: show all violations now.
    Refused,
    /// Closed by Esc, by the button, or by a click outside before anything was typed.
    Cancelled,
}

/// A dialog to be shown.
#[must_use = "call show"]
pub struct Dialog<'a> {
    id: &'a str,
    title: &'a str,
    confirm: &'a str,
    cancel: &'a str,
    missing: &'a [String],
    grave: bool,
    width: f32,
}

impl<'a> Dialog<'a> {
    /// A dialog with a title and the label of its confirming button. `id` is unique in the program.
    pub const fn new(id: &'a str, title: &'a str, confirm: &'a str) -> Self {
        Self { id, title, confirm, cancel: "Cancel", missing: &[], grave: false, width: 480.0 }
    }

    /// The label of the button that closes the dialog, instead of "Cancel".
    pub const fn cancel(mut self, word: &'a str) -> Self {
        self.cancel = word;
        self
    }

    /// What is missing before the dialog can be confirmed.
    pub const fn missing(mut self, missing: &'a [String]) -> Self {
        self.missing = missing;
        self
    }

    /// For a decision that cannot be undone: Enter alone does not confirm it.
    pub const fn grave(mut self) -> Self {
        self.grave = true;
        self
    }

    /// Width in points, less on a narrow window.
    pub const fn width(mut self, points: f32) -> Self {
        self.width = points;
        self
    }

    /// Draws the dialog over everything else.
    pub fn show(self, ctx: &Context, body: impl FnOnce(&mut Ui)) -> Outcome {
        let id = Id::unique(("dialog", self.id));
        let palette = palette_of(ctx);
        let room = ctx.content_rect().size();
        let frame = Frame::popup(&ctx.global_style()).inner_margin(Margin::same(20)).corner_radius(10);
        note_opening(ctx, id);
        let (typed, typed_now) = note_typing(ctx, id);
        let focused_before = ctx.memory(|memory| memory.focused());
        let popup_open = egui::Popup::is_any_open(ctx);
        let by_key = takes_save_key(ctx) || (!self.grave && !popup_open && check::takes_enter(ctx));
        let shown = Modal::new(id).frame(frame).backdrop_color(palette.veil).show(ctx, |ui| {
            ui.set_width(self.width.min(room.x - space::XXL * 2.0));
            if takes_focus(ui, id) {
                focus_what_follows(ui);
            }
            let head = long_title_ui(ui, self.title);
            ui.add_space(space::XS);
            scrolled(ScrollArea::vertical().max_height((room.y - 180.0).max(120.0))).show(ui, |ui| {
                ui.set_width(ui.available_width());
                body(ui);
            });
            ui.add_space(space::S);
            (head.id, self.buttons(ui))
        });
        let (head, mut outcome) = shown.inner;
        ctx.accesskit_node_builder(shown.response.id, |node| {
            node.set_role(egui::accesskit::Role::Dialog);
            node.set_modal();
            node.push_labelled_by(head.accesskit_id());
        });
        if outcome == Outcome::Open && !popup_open {
            let postponed = ctx.data_mut(|data| data.remove_temp::<bool>(id.with("postponed"))).is_some();
            if by_key || self.enter_confirms(ctx, focused_before) || postponed {
                outcome = self.confirmed(ctx, id, typed_now);
            }
            // Enter ended the input, which goes on where something is missing.
            if let (Outcome::Refused, Some(input)) = (outcome, focused_before) {
                ctx.memory_mut(|memory| memory.request_focus(input));
            }
        }
        let lost_by_a_click = typed && shown.backdrop_response.clicked();
        if outcome == Outcome::Open && !lost_by_a_click && shown.should_close() {
            outcome = Outcome::Cancelled;
        }
        match outcome {
            Outcome::Confirmed | Outcome::Cancelled => give_focus_back(ctx, id),
            Outcome::Open | Outcome::Refused => {}
        }
        outcome
    }

    /// What confirming gives. What is missing was told before the inputs took the letters of this pass, so it is asked again in the next
    /// one: on a slow machine the last letter and Enter arrive together.
    fn confirmed(&self, ctx: &Context, id: Id, typed_now: bool) -> Outcome {
        if self.missing.is_empty() {
            return Outcome::Confirmed;
        }
        if typed_now {
            ctx.data_mut(|data| data.insert_temp(id.with("postponed"), true));
            ctx.request_repaint();
            return Outcome::Open;
        }
        Outcome::Refused
    }

    fn buttons(&self, ui: &mut Ui) -> Outcome {
        let mut outcome = Outcome::Open;
        egui::Sides::new().show(
            ui,
            |_| {},
            |ui| {
                // The row is laid out from the right; the confirming button is also the first for Tab.
                if self.grave && self.missing.is_empty() {
                    if danger_ui(ui, self.confirm).clicked() {
                        outcome = Outcome::Confirmed;
                    }
                } else {
                    match guarded_ui(ui, self.confirm, self.missing) {
                        Guarded::Idle => {}
                        Guarded::Pressed => outcome = Outcome::Confirmed,
                        Guarded::Refused => outcome = Outcome::Refused,
                    }
                }
                if ui.add(Button::new(self.cancel)).clicked() {
                    outcome = Outcome::Cancelled;
                }
            },
        );
        outcome
    }

    /// Ctrl+Enter always confirms; Enter alone confirms when it ended a one-line input, or when nothing has the focus.
    fn enter_confirms(&self, ctx: &Context, focused_before: Option<Id>) -> bool {
        if ctx.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter)) {
            return true;
        }
        let left = ctx.memory(|memory| memory.focused()).is_none();
        let plain = ctx.input(|input| input.key_pressed(Key::Enter) && input.modifiers.is_none());
        plain && !self.grave && (left || focused_before.is_none())
    }
}

/// Whether Ctrl+Enter was pressed outside a text. It is taken before the inputs are drawn, as it would press the focused one too.
pub fn takes_save_key(ctx: &Context) -> bool {
    !ctx.text_edit_focused() && ctx.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter))
}

/// Remembers to take the focus if the dialog was not shown in the previous frame.
fn note_opening(ctx: &Context, id: Id) {
    let pass = ctx.cumulative_pass_nr();
    let slot = id.with("last_shown");
    let last = ctx.data(|data| data.get_temp::<u64>(slot));
    let focused = ctx.memory(|memory| memory.focused());
    ctx.data_mut(|data| {
        data.insert_temp(slot, pass);
        if last.is_none_or(|last| last + 1 < pass) {
            data.insert_temp(slot, true);
            data.insert_temp(id.with("before"), focused);
            data.insert_temp(id.with("typed"), false);
        }
    });
}

/// Gives the focus back to what had it before the dialog.
fn give_focus_back(ctx: &Context, id: Id) {
    let before = ctx.data(|data| data.get_temp::<Option<Id>>(id.with("before"))).flatten();
    give_back(ctx, before);
}

/// Whether something was typed or pasted since the dialog opened, which a click outside must not lose, and whether it was in this pass.
fn note_typing(ctx: &Context, id: Id) -> (bool, bool) {
    let typed = |event: &Event| match event {
        Event::Text(text) | Event::Paste(text) => !text.is_empty(),
        _ => false,
    };
    let now = ctx.text_edit_focused() && ctx.input(|input| input.events.iter().any(typed));
    ctx.data_mut(|data| {
        let before = data.get_temp_mut_or_default::<bool>(id.with("typed"));
        *before |= now;
        (*before, now)
    })
}

/// Whether to give the focus to the first input now. The first pass of a dialog only measures it, and another dialog that closes at
/// the same time keeps the focus for one more pass, so it is tried until an input of this dialog has it.
fn takes_focus(ui: &Ui, id: Id) -> bool {
    let slot = id.with("last_shown");
    if ui.is_sizing_pass() {
        return false;
    }
    let tried = ui.data(|data| data.get_temp::<u8>(slot.with("tried"))).unwrap_or(0);
    if ui.data_mut(|data| data.remove_temp::<bool>(slot)) == Some(true) {
        ui.data_mut(|data| data.insert_temp(slot.with("tried"), 1_u8));
        return true;
    }
    if tried == 0 {
        return false;
    }
    let focused = ui.memory(egui::Memory::focused).and_then(|focused| ui.ctx().read_response(focused));
    let there = focused.is_some_and(|response| response.layer_id == ui.layer_id());
    let next = if there || tried >= TRIES { 0 } else { tried + 1 };
    ui.data_mut(|data| data.insert_temp(slot.with("tried"), next));
    next > 0
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable as _};

    use super::*;
    use crate::ui::{
        theme,
        widgets::{
            field::Field,
            text::{TextArea, TextLine},
        },
    };

    #[derive(Default)]
    struct Screen {
        open: bool,
        reason: String,
        comment: String,
        outcomes: Vec<Outcome>,
    }

    fn harness() -> Harness<'static, Screen> {
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, screen: &mut Screen| {
                if ui.button("Void…").clicked() {
                    screen.open = true;
                }
                if !screen.open {
                    return;
                }
                let missing: Vec<String> =
                    screen.reason.is_empty().then(|| "Reason is missing".to_owned()).into_iter().collect();
                let outcome =
                    Dialog::new("void", "Void this record", "Void").missing(&missing).show(ui.ctx(), |ui| {
                        Field::new("Reason")
                            .help("Why", "")
                            .show(ui, |ui| ui.add(TextLine::new(&mut screen.reason)));
                        Field::new("Comment").show(ui, |ui| ui.add(TextArea::new(&mut screen.comment)));
                    });
                if outcome != Outcome::Open {
                    screen.outcomes.push(outcome);
                    screen.open = outcome == Outcome::Refused;
                }
            },
            Screen::default(),
        );
        harness.run();
        harness.get_by_label("Void…").click();
        harness.run();
        harness
    }

    #[test]
    fn the_first_input_has_the_focus_and_enter_confirms() {
        let mut harness = harness();
        assert!(harness.get_by_label("Reason").is_focused());
        harness.get_by_label("Reason").type_text("Filed twice");
        harness.run();
        harness.key_press(Key::Enter);
        harness.run();
        assert_eq!(harness.state().outcomes, [Outcome::Confirmed]);
        assert_eq!(harness.state().reason, "Filed twice");
    }

    /// A click far from the dialog.
    fn click_outside(harness: &mut Harness<'static, Screen>) {
        let at = egui::pos2(2.0, 2.0);
        harness.hover_at(at);
        harness.run();
        for pressed in [true, false] {
            let button = egui::PointerButton::Primary;
            harness.event(Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE });
            harness.run();
        }
    }

    #[test]
    fn a_click_outside_closes_only_before_something_was_typed() {
        let mut harness = harness();
        click_outside(&mut harness);
        assert_eq!(harness.state().outcomes, [Outcome::Cancelled]);
        harness.get_by_label("Void…").click();
        harness.run();
        harness.get_by_label("Reason").type_text("Filed twice");
        harness.run();
        click_outside(&mut harness);
        assert_eq!(harness.state().outcomes, [Outcome::Cancelled], "what was typed is kept");
        assert!(harness.state().open);
        harness.key_press(Key::Escape);
        harness.run();
        assert_eq!(harness.state().outcomes, [Outcome::Cancelled, Outcome::Cancelled]);
    }

    #[test]
    fn an_input_that_enter_ended_goes_on_where_something_is_missing() {
        let mut harness = harness();
        harness.key_press(Key::Enter);
        harness.run();
        assert_eq!(harness.state().outcomes, [Outcome::Refused]);
        harness.event(Event::Text("Filed twice".to_owned()));
        harness.run();
        harness.key_press(Key::Enter);
        harness.run();
        assert_eq!(harness.state().outcomes, [Outcome::Refused, Outcome::Confirmed]);
        assert_eq!(harness.state().reason, "Filed twice");
    }

    #[test]
    fn the_last_letter_and_enter_in_one_frame_confirm() {
        let mut harness = harness();
        harness.input_mut().events.extend([Event::Text("Filed twice".to_owned()), enter(true), enter(false)]);
        harness.run();
        assert_eq!(harness.state().reason, "Filed twice");
        assert_eq!(harness.state().outcomes, [Outcome::Confirmed]);
    }

    fn enter(pressed: bool) -> Event {
        let (key, modifiers) = (Key::Enter, Modifiers::NONE);
        Event::Key { key, physical_key: None, pressed, repeat: false, modifiers }
    }

    #[test]
    fn escape_cancels() {
        let mut harness = harness();
        harness.key_press(Key::Escape);
        harness.run();
        assert_eq!(harness.state().outcomes, [Outcome::Cancelled]);
    }

    #[test]
    fn missing_values_are_listed_and_confirming_is_refused() {
        let mut harness = harness();
        harness.get_by_label("Void").click();
        harness.run();
        harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
        harness.run();
        assert_eq!(harness.state().outcomes, [Outcome::Refused, Outcome::Refused]);
    }

    #[test]
    fn enter_in_a_long_text_makes_a_line_and_ctrl_enter_confirms() {
        let mut harness = harness();
        harness.get_by_label("Reason").type_text("Filed twice");
        harness.get_by_label("Comment").focus();
        harness.run();
        harness.key_press(Key::Enter);
        harness.run();
        assert_eq!(harness.state().comment, "\n");
        assert!(harness.state().outcomes.is_empty());
        harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
        harness.run();
        assert_eq!(harness.state().outcomes, [Outcome::Confirmed]);
        assert_eq!(harness.state().comment, "\n", "Ctrl+Enter types nothing");
    }
}
