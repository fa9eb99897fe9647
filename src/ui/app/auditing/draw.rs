//! The window in auditor mode, and the dialogs before and after it.

use eframe::egui;
use egui::{Context, Frame, Label, Margin, Panel, ScrollArea, Ui};

use super::super::{App, frame, nav};
use super::{AfterAudit, Auditing, KEYS, Leaving};
use crate::domain::ids::Kind;
use crate::domain::kind::Place;
use crate::domain::requests::{POLICY, PRODUCT};
use crate::domain::text::counted;
use crate::ops::{ShownList, Veil};
use crate::ui::cx::Route;
use crate::ui::screens::auditor::AuditorPlace;
use crate::ui::shortcuts::AppCommand;
use crate::ui::theme::{Tone, body, bold, palette, small, space};
use crate::ui::widgets::icons::{Icon, paint_icon};
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::scrolled::scrolled;

/// The places of the mode: the lists of the areas and of what stands under them, product and policy.
pub(in crate::ui::app) fn places() -> Vec<(&'static str, AuditorPlace)> {
    let areas = nav::areas()
        .iter()
        .filter_map(|area| if let Route::List(kind) = &area.route { Some(*kind) } else { None });
    let under =
        |area: Kind| Kind::ALL.iter().copied().filter(move |kind| kind.def().place == Place::Under(area));
    let kinds = areas.flat_map(|area| std::iter::once(area).chain(under(area)));
    let lists = kinds.map(|kind| (kind.def().plural, AuditorPlace::List(kind)));
    let whole = [(Kind::Product.def().word, PRODUCT), (Kind::Policy.def().word, POLICY)];
    lists.chain(whole.map(|(word, id)| (word, AuditorPlace::Record(id)))).collect()
}

impl App {
    /// Draws the window in auditor mode. Returns whether the mode is on and nobody is about to leave it.
    pub(in crate::ui::app) fn draw_auditor(&mut self, ui: &mut Ui) -> bool {
        if self.auditing.as_ref().is_none_or(|auditing| auditing.leaving != Leaving::No) {
            return false;
        }
        self.keep_veil();
        let stamp = self.stamp();
        let mut leave = false;
        if let (Some(auditing), Some(desk)) = (&mut self.auditing, &self.desk) {
            if !self.finder.palette.is_open() && !self.dialogs.ask() {
                auditing.screen.take_keys(ui);
            }
            leave = bar_ui(ui, auditing, &desk.product.title);
            let kept = auditing.kept.as_ref().map(|path| path.display().to_string());
            foot_ui(ui, kept.as_deref());
            nav_ui(ui, auditing);
            let head = desk.file.head().seq;
            let veil: Option<&Veil> =
                auditing.veil.as_ref().filter(|(seq, _)| *seq == head).map(|(_, veil)| veil);
            frame::central(ui, |ui| auditing.screen.ui(ui, &desk.file, veil, &stamp));
        }
        self.note_shown();
        if leave {
            self.asked.push(AppCommand::LeaveAuditor);
        }
        true
    }

    /// Draws the question before the mode, and what is said after it.
    pub(in crate::ui::app) fn draw_audit_dialogs(&mut self, ctx: &Context) {
        if self.dialogs.auditor {
            match question(ctx) {
                Outcome::Open | Outcome::Refused => {}
                Outcome::Cancelled => self.dialogs.auditor = false,
                Outcome::Confirmed => {
                    self.dialogs.auditor = false;
                    self.begin_auditing();
                }
            }
        }
        let Some(after) = &self.dialogs.after_audit else { return };
        match said_after(ctx, after) {
            Outcome::Open | Outcome::Refused => {}
            Outcome::Cancelled => self.dialogs.after_audit = None,
            Outcome::Confirmed => {
                let Some(after) = self.dialogs.after_audit.take() else { return };
                self.save_shown(&after.list);
            }
        }
    }

    fn save_shown(&mut self, list: &ShownList) {
        match list.csv() {
            Ok(bytes) => self.save_file(&format!("shown to the auditor {}.csv", list.begun.0.day()), bytes),
            Err(refusal) => self.problem(format!("The list could not be written: {refusal}."), "Try again."),
        }
    }
}

/// The bar by which everybody sees that the mode is on. Returns whether it is to be left.
fn bar_ui(ui: &mut Ui, auditing: &Auditing, product: &str) -> bool {
    let colours = palette(ui).tone(Tone::Due);
    let bar = Frame::new().fill(colours.fill).inner_margin(Margin::symmetric(12, 8));
    let mut leave = false;
    let shown = Panel::top("auditor").frame(bar).show(ui, |ui| {
        ui.horizontal(|ui| {
            let (place, _) = ui.allocate_exact_size(egui::Vec2::splat(20.0), egui::Sense::hover());
            paint_icon(ui.painter(), place, Icon::Lock, colours.text);
            ui.label(bold("Auditor mode").color(colours.text));
            ui.add(Label::new(body("read-only, personal data hidden").color(colours.text)).truncate());
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                leave = ui.button("Leave auditor mode…").clicked();
                ui.label(small(format!("{} shown", auditing.list.count())).color(colours.text));
                ui.add(Label::new(bold(product).color(colours.text)).truncate());
            });
        });
    });
    ui.ctx().accesskit_node_builder(shown.response.id, |node| {
        node.set_role(egui::accesskit::Role::Banner);
        node.set_label("Auditor mode: read-only, personal data hidden");
    });
    leave
}

fn foot_ui(ui: &mut Ui, kept: Option<&str>) {
    let line = Frame::new().fill(palette(ui).surface).inner_margin(Margin::symmetric(12, 4));
    Panel::bottom("auditor_keys").frame(line).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.set_min_height(20.0);
            let label = ui.add(Label::new(small(KEYS).color(palette(ui).weak)).truncate());
            if let Some(kept) = kept {
                label.on_hover_text(format!("What was shown is listed in {kept}"));
            }
        });
    });
}

fn nav_ui(ui: &mut Ui, auditing: &mut Auditing) {
    let frame = Frame::new().fill(palette(ui).canvas).inner_margin(Margin::symmetric(8, 12));
    let now = auditing.screen.now();
    let of = |place: AuditorPlace| match (place, now) {
        (AuditorPlace::List(kind), AuditorPlace::Record(id)) => id.kind == kind,
        (place, now) => place == now,
    };
    let mut go = None;
    Panel::left("auditor_nav").frame(frame).resizable(false).exact_size(220.0).show(ui, |ui| {
        scrolled(ScrollArea::vertical().auto_shrink(false)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            for (word, place) in places() {
                if nav::item_ui(ui, word, of(place)).clicked() {
                    go = Some(place);
                }
            }
        });
    });
    if let Some(place) = go {
        auditing.screen.go(place);
    }
}

/// What the mode is, before it begins.
fn question(ctx: &Context) -> Outcome {
    let title = "Open this file for an auditor";
    Dialog::new("auditor", title, "Open for the auditor").show(ctx, |ui| {
        let words = [
            "Nothing can be entered, changed or signed, and personal data of reporters, recipients and patients reads “[hidden]”, wherever it was copied.",
            "Each list and record that is shown is noted with its time. The list stays on this workstation and is not part of the file.",
            "You are signed out, and others can write meanwhile. The mode ends when somebody signs in.",
        ];
        for words in words {
            ui.add(Label::new(body(words)).wrap());
            ui.add_space(space::S);
        }
    })
}

/// What was shown, after the mode.
fn said_after(ctx: &Context, after: &AfterAudit) -> Outcome {
    let list = &after.list;
    let until = list.ended.as_ref().map_or_else(String::new, |(at, _)| format!(" to {}", at.words()));
    let count = counted(list.count(), "list or record").replace("list or records", "lists and records");
    let words = format!("{count} shown, from {}{until}.", list.begun.0.words());
    Dialog::new("after_audit", "What the auditor was shown", "Save a copy…").cancel("Close").width(560.0).show(ctx, |ui| {
        ui.add(Label::new(body(words)).wrap());
        ui.add_space(space::S);
        let words = match &after.kept {
            Some(path) => format!(
                "The list is kept as {}. As evidence, save a copy and attach it to the record of the audit.",
                path.display()
            ),
            None => "The list is kept nowhere else: save a copy, and attach it to the record of the audit.".to_owned(),
        };
        ui.add(Label::new(body(words)).wrap());
    })
}
