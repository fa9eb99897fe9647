//! Keys, palette, and the dialogs above the screens: one-time codes, password, help, signing.

use eframe::egui;
use egui::{Context, Key, Label, Modifiers};

use super::App;
use crate::domain::ids::Kind;
use crate::domain::kind::Place;
use crate::ui::composing::is_composing;
use crate::ui::cx::{Cx, Route};
use crate::ui::screens::auditor::AuditorPlace;
use crate::ui::shortcuts::{AppCommand, COMMANDS, Needs, keys_of};
use crate::ui::sign;
use crate::ui::theme::{body, hint, palette, space};
use crate::ui::widgets::check::check_ui;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::Notice;
use crate::ui::widgets::palette::Entry;
use crate::ui::widgets::reach::{choose, within};

/// The menu of the person and the file; `None` is a separator.
pub const PERSON_MENU: &[Option<AppCommand>] = &[
    Some(AppCommand::Undo),
    Some(AppCommand::DueCalendar),
    None,
    Some(AppCommand::ChangePassword),
    Some(AppCommand::Lock),
    Some(AppCommand::SignOut),
    None,
    Some(AppCommand::BackUp),
    Some(AppCommand::Verify),
    Some(AppCommand::TimeStamp),
    Some(AppCommand::Heads),
    Some(AppCommand::Open),
    Some(AppCommand::Portfolio),
    Some(AppCommand::CloseFile),
    None,
    Some(AppCommand::Auditor),
    Some(AppCommand::Advisories),
    Some(AppCommand::Settings),
    None,
    Some(AppCommand::FirstDay),
    Some(AppCommand::Shortcuts),
    Some(AppCommand::Help),
    Some(AppCommand::Manual),
    Some(AppCommand::Qualify),
    Some(AppCommand::Quit),
];

/// An entry of the palette and its action.
pub struct PaletteEntry {
    title: String,
    detail: String,
    keys: String,
    action: Action,
}

#[derive(Clone)]
enum Action {
    Do(AppCommand),
    Go(Route),
    /// A page of the help, by its address.
    Read(String),
    /// A place of auditor mode.
    Show(AuditorPlace),
    /// What the screen offers under the title.
    Reach,
}

impl App {
    fn can(&self, needs: Needs) -> bool {
        match needs {
            Needs::Nothing => true,
            Needs::File => self.desk.is_some(),
            Needs::Person => self.session.is_some(),
            Needs::Auditor => self.auditing.is_some(),
        }
    }

    /// Takes the keys of commands out of the input.
    pub(super) fn take_keys(&mut self, ctx: &Context) {
        if self.is_asking() || is_composing(ctx) {
            return;
        }
        self.finder.hold(ctx);
        let filters = matches!(
            self.route(),
            Some(Route::List(_) | Route::AuditTrail(_) | Route::ReviewItems(_) | Route::Triage)
        );
        let in_list = filters && self.session.is_some();
        for row in COMMANDS {
            let Some(keys) = row.keys else { continue };
            // A list uses these keys for its own filter.
            if in_list && row.command == AppCommand::Find {
                continue;
            }
            // In an input these are the keys of the text.
            if row.command == AppCommand::Undo && ctx.text_edit_focused() {
                continue;
            }
            // Auditor mode answers every key: it says in words what it refuses.
            if (self.can(row.needs) || self.is_auditing())
                && ctx.input_mut(|input| input.consume_shortcut(&keys))
            {
                self.asked.push(row.command);
            }
        }
        let idle = ctx.memory(|memory| memory.focused().is_none());
        if idle
            && self.help.is_open()
            && !self.finder.palette.is_open()
            && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
        {
            self.help.toggle(ctx);
        }
        self.leave_portfolio_by_key();
        let nothing_open = !egui::Popup::is_any_open(ctx) && !self.finder.palette.is_open();
        if self.session.is_some() && nothing_open && !ctx.text_edit_focused() {
            let slash = ctx.input(|input| {
                input.events.iter().any(|event| matches!(event, egui::Event::Text(text) if text == "/"))
            });
            if slash && !in_list {
                ctx.input_mut(|input| {
                    input.events.retain(|event| !matches!(event, egui::Event::Text(text) if text == "/"));
                });
                self.finder.wants_focus = true;
            }
            let escape = idle && self.route() != Some(&Route::Dashboard);
            if escape && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
                self.back();
            }
        }
        if self.dialogs.over.is_some()
            && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
        {
            self.dialogs.over = None;
        }
    }

    fn fill_palette(&mut self, ctx: &Context) {
        let here = if self.session.is_some() { within(ctx) } else { Vec::new() };
        let here = here.into_iter().map(|within| PaletteEntry {
            title: within.title,
            detail: within.detail,
            keys: String::new(),
            action: Action::Reach,
        });
        let undo = self.undo_words();
        let commands = COMMANDS
            .iter()
            .filter(|row| {
                row.command != AppCommand::Palette && self.can(row.needs) && self.offers(row.command)
            })
            .map(|row| PaletteEntry {
                title: undo
                    .clone()
                    .filter(|_| row.command == AppCommand::Undo)
                    .unwrap_or_else(|| row.text.to_owned()),
                detail: row.tooltip.to_owned(),
                keys: keys_of(ctx, row),
                action: Action::Do(row.command),
            });
        let mut entries: Vec<PaletteEntry> = here.chain(commands).collect();
        if self.is_auditing() {
            entries.extend(super::auditing::places().into_iter().map(|(word, place)| PaletteEntry {
                title: word.to_owned(),
                detail: "Show it".to_owned(),
                keys: String::new(),
                action: Action::Show(place),
            }));
        }
        if self.session.is_some() {
            entries.extend(self.destinations());
            entries.extend(self.records());
        }
        entries.extend(super::help::offered().into_iter().map(|(title, detail, address)| PaletteEntry {
            title,
            detail,
            keys: String::new(),
            action: Action::Read(address),
        }));
        self.finder.entries = entries;
    }

    fn destinations(&self) -> Vec<PaletteEntry> {
        let go = |title: String, detail: &str, route: Route| PaletteEntry {
            title,
            detail: detail.to_owned(),
            keys: String::new(),
            action: Action::Go(route),
        };
        let areas = super::nav::areas()
            .iter()
            .filter(|area| area.route != Route::Dashboard)
            .map(|area| go(area.route.word().to_owned(), "Go there", area.route.clone()));
        let under = Kind::ALL
            .iter()
            .filter(|kind| matches!(kind.def().place, Place::Under(_)))
            .map(|kind| go(kind.def().plural.to_owned(), "Go there", Route::List(*kind)));
        let new = Kind::ALL
            .iter()
            .filter(|kind| !kind.def().create_by.is_empty() && kind.def().part_of.is_none())
            .map(|kind| go(format!("New {}", kind.def().noun()), kind.def().purpose, Route::New(*kind)));
        new.chain(areas).chain(under).collect()
    }

    fn records(&mut self) -> Vec<PaletteEntry> {
        self.with_cx(|_, cx| records_of(cx)).map(|(found, _)| found).unwrap_or_default()
    }

    /// Draws the dialogs and the palette above the screens.
    pub(super) fn draw_above(&mut self, ctx: &Context) {
        self.draw_palette(ctx);
        self.draw_signing(ctx);
        self.draw_signing_several(ctx);
        self.draw_code(ctx);
        self.draw_password(ctx);
        self.draw_typed_path(ctx);
        self.draw_attaching(ctx);
        self.draw_continuing(ctx);
        self.draw_reason(ctx);
        self.draw_hands(ctx);
        self.draw_heads(ctx);
        self.draw_audit_dialogs(ctx);
        self.draw_leaving(ctx);
        self.draw_upgrading(ctx);
        self.notices.show(ctx);
    }

    fn draw_palette(&mut self, ctx: &Context) {
        if !self.finder.palette.is_open() {
            return;
        }
        if self.finder.entries.is_empty() {
            self.fill_palette(ctx);
        }
        let entries: Vec<Entry<'_>> = self
            .finder
            .entries
            .iter()
            .map(|taken| Entry { title: &taken.title, detail: &taken.detail, keys: &taken.keys })
            .collect();
        let hint = if self.session.is_some() { "Find a command or a record" } else { "Find a command" };
        let taken =
            self.finder.palette.show(ctx, hint, &entries).and_then(|index| self.finder.entries.get(index));
        match taken.map(|taken| (taken.action.clone(), taken.title.clone())) {
            Some((Action::Do(command), _)) => self.asked.push(command),
            Some((Action::Go(route), _)) => self.go(route),
            Some((Action::Read(address), _)) => self.help.show(super::help::Topic::of(&address)),
            Some((Action::Show(place), _)) => self.show_auditor(place),
            Some((Action::Reach, title)) => choose(ctx, &title),
            None => {}
        }
    }

    fn draw_signing(&mut self, ctx: &Context) {
        let Some(mut dialog) = self.dialogs.signing.take() else { return };
        let Some(session) = &self.session else { return };
        match dialog.ui(ctx, session.name()) {
            sign::Outcome::Pending => self.dialogs.signing = Some(dialog),
            sign::Outcome::Cancelled => {}
            sign::Outcome::Sign(password) => self.sign(dialog, &password),
        }
    }

    fn draw_code(&mut self, ctx: &Context) {
        let Some(shown) = &mut self.dialogs.code else { return };
        let missing: Vec<String> =
            (!shown.noted).then(|| "Confirm that you have noted the code".to_owned()).into_iter().collect();
        let mut copied = false;
        let (title, words, code) = (shown.title, shown.words.clone(), shown.code.clone());
        let noted = &mut shown.noted;
        let outcome = Dialog::new("code", title, "Continue").cancel("Copy the code").missing(&missing).show(
            ctx,
            |ui| {
                ui.add(Label::new(body(words)).wrap());
                ui.add_space(space::S);
                let frame = egui::Frame::new()
                    .fill(palette(ui).surface)
                    .stroke(egui::Stroke::new(1.0, palette(ui).edge))
                    .corner_radius(6)
                    .inner_margin(egui::Margin::same(16));
                frame.show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    ui.vertical_centered(|ui| {
                        let text = egui::RichText::new(&code).monospace().size(20.0);
                        ui.add(Label::new(text).selectable(true));
                    });
                });
                ui.add_space(space::S);
                check_ui(ui, noted, "I have written it down");
                if *noted {
                    copied = false;
                }
                ui.label(hint(
                    ui,
                    "The letters and digits are easy to tell apart; spaces and dashes do not matter.",
                ));
            },
        );
        match outcome {
            Outcome::Confirmed => self.dialogs.code = None,
            // Escape must not lose the code, which is shown only once: the second button copies it and the dialog stays open.
            Outcome::Cancelled => {
                if ctx.input(|input| input.pointer.any_released()) {
                    ctx.copy_text(code);
                    self.notices.push(Notice::info(
                        "The code was copied to the clipboard. Clear the clipboard afterwards.",
                    ));
                }
            }
            Outcome::Open | Outcome::Refused => {}
        }
    }

    fn draw_password(&mut self, ctx: &Context) {
        let Some(change) = &mut self.dialogs.password else { return };
        let missing = change.missing();
        let outcome = Dialog::new("password", "Change password", "Change password")
            .missing(&missing)
            .show(ctx, |ui| change.ui(ui));
        match outcome {
            Outcome::Open | Outcome::Refused => {}
            Outcome::Cancelled => self.dialogs.password = None,
            Outcome::Confirmed => {
                let Some(mut change) = self.dialogs.password.take() else { return };
                match self.change_password(&change) {
                    Ok(()) => self.notices.push(Notice::done("Your password was changed.")),
                    Err(refusal) => {
                        change.refusal = Some(crate::domain::text::sentence(&refusal.to_string()));
                        self.dialogs.password = Some(change);
                    }
                }
            }
        }
    }
}

/// Every record that the palette offers.
fn records_of(cx: &mut Cx<'_>) -> Vec<PaletteEntry> {
    let mut found = Vec::new();
    for kind in Kind::ALL.iter().filter(|kind| kind.def().referable) {
        let Ok(rows) = cx.list(*kind) else { continue };
        found.extend(rows.iter().map(|row| {
            let state = kind.def().state(&row.state).map(|state| format!(", {}", state.word.to_lowercase()));
            PaletteEntry {
                title: format!("{}  {}", row.id, row.title),
                detail: format!("{}{}", kind.def().word, state.unwrap_or_default()),
                keys: String::new(),
                action: Action::Go(Route::Record(row.id)),
            }
        }));
    }
    found
}
