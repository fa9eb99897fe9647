//! Everything around the screen: top bar, navigation, status line, and the dialogs of the window itself.

use eframe::egui;
use egui::{CentralPanel, Frame, Label, Margin, Panel, ScrollArea, Ui, accesskit::Role, vec2};

use super::Integrity;
use super::hands::links_in;
use super::upgrading::{LeftoverChoice, leftovers_ui};
use super::{App, Desk, nav};
use crate::domain::choice::Choice as _;
use crate::ops::{STRONGEST, WhyReadOnly};
use crate::ui::cx::Route;
use crate::ui::screens::{settings::settings_ui, shortcuts::shortcuts_ui, sign_in, welcome};
use crate::ui::shortcuts::{AppCommand, def_of, keys_of, text_of};
use crate::ui::theme::{Tone, bold, hint, palette, small, space};
use crate::ui::widgets::badge::{badge_ui, tone_inline_ui};
use crate::ui::widgets::button::{icon_ui, off_because};
use crate::ui::widgets::heading::landmark;
use crate::ui::widgets::icons::{Icon, paint_icon};
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::reach::focus_what_follows;
use crate::ui::widgets::scrolled::{as_screen, scrolled};

/// Width of the column of the start screen and the sign-in.
const COLUMN: f32 = 560.0;
/// Room in the top bar for the search with the lock beside it, for the state of the file, and least room for the title.
const SEARCH: f32 = 210.0;
const STATE: f32 = 150.0;
const TITLE: f32 = 60.0;

/// Least room at the right of the top bar in which the help has its button.
const HELP_FROM: f32 = 300.0;

impl App {
    /// Draws the window.
    pub(super) fn draw(&mut self, ui: &mut Ui) {
        self.name_window(ui.ctx());
        if self.draw_help(ui) {
            return;
        }
        if let Some(route) = self.dialogs.over.clone() {
            self.draw_over(ui, &route);
            return;
        }
        if self.draw_auditor(ui) {
            return;
        }
        if self.draw_portfolio(ui) {
            return;
        }
        match (self.desk.is_some(), self.session.is_some()) {
            (false, _) => self.draw_welcome(ui),
            (true, false) => self.draw_sign_in(ui),
            (true, true) => self.draw_open(ui),
        }
    }

    /// The name of the window for a screen reader, which has it from the tree and not from the title bar.
    fn name_window(&self, ctx: &egui::Context) {
        ctx.accesskit_node_builder(egui::accesskit_root_id(), |node| node.set_label(self.title.as_str()));
    }

    fn draw_over(&mut self, ui: &mut Ui, route: &Route) {
        central(ui, |ui| {
            if ui.button("Back").clicked() {
                self.dialogs.over = None;
            }
            ui.add_space(space::M);
            if *route == Route::Settings {
                settings_ui(ui, &mut self.settings.values);
            } else {
                shortcuts_ui(ui);
            }
        });
    }

    fn draw_welcome(&mut self, ui: &mut Ui) {
        let now = self.stamp().now;
        let width = self.welcome.width(ui.available_width() - space::XL * 2.0);
        let asked = column(ui, width, |ui| {
            super::seen::century_ui(ui, now);
            let asked = self.welcome.ui(ui);
            ui.add_space(space::XL);
            self.corner_links(ui);
            jobs_ui(ui, &self.jobs.lines());
            asked
        });
        match asked {
            Some(welcome::WelcomeRequest::Open(path)) => self.open_path(&path),
            Some(welcome::WelcomeRequest::Choose) => self.asked.push(AppCommand::Open),
            Some(welcome::WelcomeRequest::Portfolio) => self.asked.push(AppCommand::Portfolio),
            Some(welcome::WelcomeRequest::Example) => self.asked.push(AppCommand::Example),
            Some(welcome::WelcomeRequest::Forget(path)) => {
                self.settings.values.recent.retain(|other| *other != path);
            }
            Some(welcome::WelcomeRequest::Create(path, new, password)) => self.create(&path, &new, &password),
            None => {}
        }
    }

    fn corner_links(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            for command in [AppCommand::Settings, AppCommand::Shortcuts, AppCommand::Help] {
                if link_ui(ui, text_of(command)).clicked() {
                    self.asked.push(command);
                }
            }
        });
    }

    fn draw_sign_in(&mut self, ui: &mut Ui) {
        let Some(desk) = &self.desk else { return };
        let note = read_only_words(desk).map(|words| {
            let rest = if desk.file.writer_is_away() {
                "Sign in when it has ended"
            } else {
                "You can read but not change anything"
            };
            format!("{words}. {rest}.")
        });
        let note = [self.audit_note(), note].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let of = sign_in::FileInfo {
            product: if desk.product.title.is_empty() { "Product file" } else { &desk.product.title },
            path: desk.file.path().display().to_string(),
            note: (!note.is_empty()).then_some(note),
            example: desk.example.as_deref(),
            writable: desk.file.why_read_only().is_none() || desk.file.is_not_signed_in(),
            least_strength: desk.file.least_strength().unwrap_or(STRONGEST),
        };
        let (mut close, mut left) = (false, LeftoverChoice::Nothing);
        let (audits, returns) = (self.auditing.is_some(), self.may_return_to_auditor());
        let mut back = false;
        let jobs = self.jobs.lines();
        let now = self.stamp().now;
        let asked = column(ui, COLUMN, |ui| {
            super::seen::century_ui(ui, now);
            let asked = self.sign_in.ui(ui, &of);
            left = leftovers_ui(ui, &desk.left);
            ui.add_space(space::L);
            if returns {
                back = link_ui(ui, "Back to what the auditor sees").clicked();
            } else if !audits {
                close = link_ui(ui, "Close file").clicked();
            }
            jobs_ui(ui, &jobs);
            asked
        });
        if let Some(asked) = asked {
            self.enter(&asked);
        } else if back {
            self.return_to_auditor();
        } else if close {
            self.asked.push(AppCommand::CloseFile);
        }
        match left {
            LeftoverChoice::Nothing => {}
            LeftoverChoice::Remove => self.remove_leftovers(),
            LeftoverChoice::Keep => self.keep_leftovers(),
        }
    }

    fn draw_open(&mut self, ui: &mut Ui) {
        let starts = self.tab_starts(ui.ctx());
        let bar = Frame::new().fill(palette(ui).surface).inner_margin(Margin::symmetric(12, 8));
        Panel::top("bar").frame(bar).show(ui, |ui| {
            landmark(ui, Role::Banner, "File and person");
            self.top_bar(ui);
        });
        let line = Frame::new().fill(palette(ui).surface).inner_margin(Margin::symmetric(12, 4));
        Panel::bottom("status").frame(line).show(ui, |ui| {
            landmark(ui, Role::ContentInfo, "State of the file");
            self.status_line(ui);
        });
        self.clock_ui(ui);
        self.behind_ui(ui);
        self.since_ui(ui);
        self.reading_ui(ui);
        self.pen_ui(ui);
        self.draw_nav(ui);
        self.draw_screen(ui, starts);
        if starts {
            let nothing = ui.memory(|memory| memory.focused().is_none());
            self.without_stops = self.route().filter(|_| nothing).cloned();
        }
    }

    /// Whether Tab begins, because nothing has the focus. It begins in the screen and comes to the bar at the end: what is drawn first there
    /// locks the window.
    fn tab_starts(&self, ctx: &egui::Context) -> bool {
        let nothing = !self.is_asking() && ctx.memory(|memory| memory.focused().is_none());
        // In a screen where Tab finds nothing it begins in the bar.
        let nothing = nothing && self.without_stops.as_ref() != self.route();
        let starts =
            nothing && ctx.input(|input| input.modifiers.is_none() && input.key_pressed(egui::Key::Tab));
        if starts {
            ctx.memory_mut(|memory| memory.move_focus(egui::FocusDirection::None));
        }
        starts
    }

    fn draw_screen(&mut self, ui: &mut Ui, starts: bool) {
        let asked = self.with_cx(|at, cx| {
            central(ui, |ui| {
                if starts {
                    focus_what_follows(ui);
                }
                at.screens.ui(ui, at.now, cx, at.settings);
            });
        });
        for command in asked.map(|((), commands)| commands).unwrap_or_default() {
            self.execute(command);
        }
    }

    fn top_bar(&mut self, ui: &mut Ui) {
        let mut asked = Vec::new();
        ui.horizontal(|ui| {
            let narrow = nav::is_narrow(ui.ctx());
            if narrow {
                self.areas_menu(ui);
            }
            let Some(desk) = &self.desk else { return };
            if !narrow {
                back_and_forward_ui(ui, desk, &mut asked);
            }
            ui.add_space(space::XS);
            self.product_ui(ui, desk);
            ui.add_space(space::S);
            file_state_ui(ui, desk);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if icon_ui(ui, Icon::Lock, "Lock").clicked() {
                    asked.push(AppCommand::Lock);
                }
                // In a narrow bar the person and the search come first; the menu has it too.
                if ui.available_width() > HELP_FROM
                    && icon_ui(ui, Icon::Help, text_of(AppCommand::Help)).on_hover_text("F1").clicked()
                {
                    asked.push(AppCommand::Help);
                }
                self.person_menu(ui, &mut asked);
                self.search_box(ui);
            });
        });
        self.asked.append(&mut asked);
    }

    /// The product with its class. The search at the right of the bar has room first: the class is left out and the title shortened.
    fn product_ui(&self, ui: &mut Ui, desk: &Desk) {
        let (title, class) = (desk.product.title.to_string(), class_words(desk));
        let width = |words: &str| {
            let font = egui::TextStyle::Body.resolve(ui.style());
            ui.painter().layout_no_wrap(words.to_owned(), font, egui::Color32::PLACEHOLDER).size().x
        };
        let person = self.session.as_ref().map_or(0.0, |session| width(session.name()));
        let room = ui.available_width() - person - SEARCH - STATE;
        let with_class = width(&title) * 1.1 + width(&class) < room;
        ui.scope(|ui| {
            ui.set_max_width(if with_class { room } else { room.max(TITLE) });
            ui.add(Label::new(bold(title.as_str())).truncate()).on_hover_text(format!("{title}, {class}"));
        });
        if with_class {
            ui.label(hint(ui, class));
        }
    }

    fn search_box(&mut self, ui: &mut Ui) {
        let width = (ui.available_width() - space::XL).clamp(90.0, 300.0);
        let edit = egui::TextEdit::singleline(&mut self.finder.words)
            .char_limit(200)
            .hint_text("Search")
            .desired_width(width)
            .margin(Margin { left: 26, right: 8, top: 4, bottom: 4 });
        let response = ui.add(edit).accessible_name("Search all records");
        let mark = egui::Rect::from_min_size(response.rect.min, vec2(26.0, response.rect.height()));
        paint_icon(ui.painter(), mark, Icon::Search, palette(ui).weak);
        if std::mem::take(&mut self.finder.wants_focus) {
            response.request_focus();
        }
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if entered && !self.finder.words.trim().is_empty() {
            let words = self.finder.words.trim().to_owned();
            if let Some(link) = links_in(&words) {
                return self.follow_link(link);
            }
            let known = words.parse::<crate::domain::ids::RecordId>().ok();
            let known =
                known.filter(|id| self.desk.as_ref().is_some_and(|desk| desk.file.record(*id).is_ok()));
            self.go(known.map_or(Route::Search(words), Route::Record));
        }
    }

    fn person_menu(&self, ui: &mut Ui, asked: &mut Vec<AppCommand>) {
        let Some(session) = &self.session else { return };
        let roles: Vec<&str> = session.roles().iter().map(|role| role.word()).collect();
        let menu = ui.menu_button(session.name(), |ui| {
            ui.set_min_width(240.0);
            ui.add(Label::new(small(roles.join(", ")).color(palette(ui).weak)).wrap());
            ui.add_space(space::XS);
            for command in super::menu::PERSON_MENU {
                let Some(command) = command else {
                    ui.separator();
                    continue;
                };
                let Some(row) = def_of(*command) else { continue };
                let keys = keys_of(ui.ctx(), row);
                // An empty text of keys would become part of the name that a screen reader says.
                let button = if keys.is_empty() {
                    egui::Button::new((row.text, egui::Atom::grow()))
                } else {
                    egui::Button::new(row.text).shortcut_text(keys)
                };
                if ui
                    .add_sized([ui.available_width(), space::ROW], button)
                    .on_hover_text(row.tooltip)
                    .clicked()
                {
                    asked.push(*command);
                    ui.close();
                }
            }
        });
        let is_open = menu.inner.is_some();
        ui.ctx().accesskit_node_builder(menu.response.id, |node| {
            node.set_has_popup(egui::accesskit::HasPopup::Menu);
            node.set_expanded(is_open);
            node.set_description(roles.join(", "));
        });
        menu.response.on_hover_text(roles.join(", "));
    }

    fn status_line(&self, ui: &mut Ui) {
        let Some(desk) = &self.desk else { return };
        let head = desk.file.head();
        ui.horizontal(|ui| {
            ui.set_min_height(20.0);
            let saved = head.at.map_or_else(
                || "Nothing saved yet".to_owned(),
                |at| {
                    let local = at.plus_seconds(i64::from(self.stamp().offset_minutes) * 60);
                    let words = local.words();
                    format!("Saved {}, event {}", words.trim_end_matches(" UTC"), head.seq)
                },
            );
            ui.label(small(saved));
            self.jobs.ui(ui);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| integrity_ui(ui, desk));
        });
    }
}

/// The integrity of the file, at the right end of the status line.
fn integrity_ui(ui: &mut Ui, desk: &Desk) {
    match &desk.integrity {
        Integrity::Unknown => {
            ui.label(small("Not verified yet").color(palette(ui).weak));
        }
        Integrity::Verified { seq, at } => {
            ui.scope(|ui| {
                ui.spacing_mut().item_spacing.x = space::XS;
                ui.label(
                    small(format!("Verified up to event {seq}")).color(palette(ui).tone(Tone::Good).text),
                )
                .on_hover_text(format!("Every event, record, signature and attachment, {}", at.words()));
            });
        }
        Integrity::Broken(findings) => {
            let places = if findings.len() == 1 { "place" } else { "places" };
            let words = format!("Does not match its record in {} {places}", findings.len());
            ui.label(small(words).color(palette(ui).tone(Tone::Late).text))
                .on_hover_text(findings.iter().take(10).cloned().collect::<Vec<_>>().join("\n"));
        }
    }
}

fn class_words(desk: &Desk) -> String {
    use crate::domain::product::SafetyClass;
    match desk.product.software_safety_class {
        None | Some(SafetyClass::Unassigned) => "Class not assigned: class C rules".to_owned(),
        Some(class) => class.word().to_owned(),
    }
}

/// Why the file is read-only.
pub(super) fn read_only_words(desk: &Desk) -> Option<String> {
    Some(match desk.file.why_read_only()? {
        WhyReadOnly::Locked(_) => match &desk.writer {
            Some(holder) => {
                let since = holder.since.words();
                format!("Read-only: {} on {} since {since}", holder.person, holder.machine)
            }
            None => "Read-only: the writer has closed the file".to_owned(),
        },
        WhyReadOnly::NotSignedIn => {
            let holder = desk.writer.as_ref()?;
            format!("Read-only: {} on {} since {}", holder.person, holder.machine, holder.since.words())
        }
        WhyReadOnly::Damaged(what) => format!("Read-only: the file is damaged, {what}"),
        WhyReadOnly::NotWritable => "Read-only: the file cannot be written".to_owned(),
        WhyReadOnly::Older(_) => "Read-only: the file was not upgraded".to_owned(),
        WhyReadOnly::Behind(_) => "Read-only: the file lacks an event that was seen".to_owned(),
        WhyReadOnly::WriterAway(words) => (*words).to_owned(),
    })
}

fn file_state_ui(ui: &mut Ui, desk: &Desk) {
    match desk.file.why_read_only() {
        None => {
            badge_ui(ui, Tone::Neutral, "You are writing")
                .on_hover_text("Others can read while you have the file open");
        }
        Some(WhyReadOnly::WriterAway(words)) => {
            tone_inline_ui(ui, Tone::Due, words);
        }
        Some(_) => {
            badge_ui(ui, Tone::Due, "Read-only");
        }
    }
}

fn back_and_forward_ui(ui: &mut Ui, desk: &Desk, asked: &mut Vec<AppCommand>) {
    ui.add_enabled_ui(desk.history.can_go_back(), |ui| {
        if off_because(icon_ui(ui, Icon::Back, "Back"), "Nothing to go back to").clicked() {
            asked.push(AppCommand::Back);
        }
    });
    ui.add_enabled_ui(desk.history.can_go_forward(), |ui| {
        let forward = icon_ui(ui, Icon::Forward, "Forward");
        if off_because(forward, "Nothing to go forward to").clicked() {
            asked.push(AppCommand::Forward);
        }
    });
}

/// Background jobs while nobody is signed in: they are shown and cannot be cancelled.
fn jobs_ui(ui: &mut Ui, jobs: &[String]) {
    for words in jobs {
        ui.add_space(space::S);
        ui.label(hint(ui, words.as_str()));
    }
}

/// The middle of the window.
pub(super) fn central<R>(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let frame = Frame::new().fill(palette(ui).canvas).inner_margin(Margin::symmetric(20, 16));
    let drawn = |ui: &mut Ui| {
        landmark(ui, Role::Main, "Screen");
        as_screen(ui, contents)
    };
    CentralPanel::default().frame(frame).show(ui, drawn).inner
}

/// A column in the middle of an otherwise empty window.
fn column<R>(ui: &mut Ui, width: f32, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let frame = Frame::new().fill(palette(ui).canvas).inner_margin(Margin::same(0));
    CentralPanel::default()
        .frame(frame)
        .show(ui, |ui| {
            as_screen(ui, |ui| {
                scrolled(ScrollArea::vertical().auto_shrink(false))
                    .show(ui, |ui| {
                        let width = width.min(ui.available_width() - space::XL * 2.0);
                        let side = (ui.available_width() - width) / 2.0;
                        let top = (ui.available_height() * 0.12).clamp(space::L, 96.0);
                        ui.add_space(top);
                        ui.horizontal_top(|ui| {
                            ui.add_space(side);
                            ui.vertical(|ui| {
                                ui.set_width(width);
                                let inner = contents(ui);
                                ui.add_space(space::XXL);
                                inner
                            })
                            .inner
                        })
                        .inner
                    })
                    .inner
            })
        })
        .inner
}
