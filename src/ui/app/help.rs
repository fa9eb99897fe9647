//! The help beside the screen: the page of what is on screen, or the one that was chosen, with a search.
//!
//! Belongs here: which page is shown, and its panel. Does not belong here: the content of a page (`help`), the look of text (`prose`).

use eframe::egui;
use egui::{
    CentralPanel, Context, EventFilter, Frame, Id, Key, Label, Margin, Modifiers, Panel, ScrollArea,
    TextEdit, Ui, vec2,
};

use super::App;
use crate::domain::ids::Kind;
use crate::domain::kind::Place;
use crate::help::{self, Found, Link};
use crate::ui::cx::Route;
use crate::ui::shortcuts::AppCommand;
use crate::ui::theme::{hint, palette, space};
use crate::ui::widgets::button::icon_ui;
use crate::ui::widgets::field::take_wanted_help;
use crate::ui::widgets::icons::Icon;
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::prose::{heading_ui, prose_ui};
use crate::ui::widgets::scrolled::scrolled;

/// Least width of a window in which the help stands beside the screen; in a narrower one it takes the place of it.
const BESIDE_FROM: f32 = 940.0;
/// Width of the panel: at first, least and greatest.
const WIDTH: (f32, f32, f32) = (360.0, 280.0, 560.0);
/// Points by which an arrow key scrolls.
const LINE: f32 = 40.0;
/// Passes in which a heading is scrolled to: the places of texts are known after the first ones.
const SCROLLING: u8 = 3;

/// A page, at a heading; an empty anchor is its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    page: String,
    anchor: String,
}

impl Topic {
    /// The topic of an address such as `feedback` or `feedback#aware_at`.
    pub fn of(address: &str) -> Self {
        let (page, anchor) = address.split_once('#').unwrap_or((address, ""));
        Self { page: page.to_owned(), anchor: anchor.to_owned() }
    }
}

/// The help beside the screen.
#[derive(Default)]
pub struct HelpPane {
    open: bool,
    /// The page that was chosen; `None` follows the screen.
    chosen: Option<Topic>,
    /// The pages before it; `None` is that of the screen.
    past: Vec<Option<Topic>>,
    query: String,
    /// The words that were searched for, and what was found.
    found: (String, Vec<Found>),
    /// Passes in which the heading is still scrolled to; with 1 or more the page also begins at its top.
    scrolling: u8,
    wants_focus: bool,
    /// What had the focus before it was opened.
    before: Option<Id>,
    /// The page that was drawn last, to begin another one at its top.
    drawn: String,
}

/// What was pressed in the panel.
enum Pressed {
    Close,
    Screen,
    Back,
    Manual,
    Topic(Topic),
    Route(Route),
}

impl HelpPane {
    /// Opens or closes it. What had the focus gets it back.
    pub fn toggle(&mut self, ctx: &Context) {
        if self.open {
            self.open = false;
            let before = self.before.take();
            ctx.memory_mut(|memory| match before {
                Some(id) => memory.request_focus(id),
                None => memory.stop_text_input(),
            });
        } else {
            self.before = ctx.memory(|memory| memory.focused());
            *self = Self { open: true, wants_focus: true, before: self.before, ..Self::default() };
        }
    }

    /// Whether it is open.
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// Shows a topic.
    pub fn show(&mut self, topic: Topic) {
        if self.open {
            self.past.push(self.chosen.take());
        }
        self.open = true;
        self.query.clear();
        self.chosen = Some(topic);
        self.scrolling = SCROLLING;
    }

    fn back(&mut self) {
        if let Some(former) = self.past.pop() {
            self.chosen = former;
            self.scrolling = SCROLLING;
        }
    }

    /// Draws heading, search, and page or results.
    fn ui(&mut self, ui: &mut Ui, of_screen: &'static str) -> Option<Pressed> {
        let at = self.chosen.clone().unwrap_or_else(|| Topic::of(of_screen));
        let page = help::page(&at.page).or_else(|| help::page(of_screen))?;
        let query = self.query.trim();
        let title = if query.is_empty() { page.title.clone() } else { format!("Found for “{query}”") };
        let mut pressed = self.head_ui(ui, &title);
        pressed = self.search_ui(ui).or(pressed);
        ui.add_space(space::S);
        let keys = self.keys(ui);
        let fresh = self.drawn != page.name;
        page.name.clone_into(&mut self.drawn);
        let area = ScrollArea::vertical().id_salt("help_page");
        let mut area = area.auto_shrink(false);
        if (fresh || self.scrolling > 0) && at.anchor.is_empty() {
            area = area.vertical_scroll_offset(0.0);
        }
        let found = scrolled(area).show(ui, |ui| {
            if keys != 0.0 {
                ui.scroll_with_delta(vec2(0.0, keys));
            }
            ui.set_max_width(ui.available_width().min(space::MEASURE));
            if !self.query.trim().is_empty() {
                return self.found_ui(ui);
            }
            let to = (self.scrolling > 0 && !at.anchor.is_empty()).then_some(at.anchor.as_str());
            let link = prose_ui(ui, &page.blocks, to);
            ui.add_space(space::XL);
            link.and_then(|link| followed(link, page.name))
        });
        if self.scrolling > 0 {
            self.scrolling -= 1;
            ui.ctx().request_repaint();
        }
        found.inner.or(pressed)
    }

    fn head_ui(&mut self, ui: &mut Ui, title: &str) -> Option<Pressed> {
        let mut pressed = None;
        ui.horizontal(|ui| {
            ui.add_enabled_ui(!self.past.is_empty(), |ui| {
                if icon_ui(ui, Icon::Back, "Previous help page").clicked() {
                    pressed = Some(Pressed::Back);
                }
            });
            ui.label(hint(ui, "Help"));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if icon_ui(ui, Icon::Close, "Close help").on_hover_text("F1").clicked() {
                    pressed = Some(Pressed::Close);
                }
                if link_ui(ui, "Manual as PDF…").clicked() {
                    pressed = Some(Pressed::Manual);
                }
                if self.chosen.is_some() && link_ui(ui, "This screen").clicked() {
                    pressed = Some(Pressed::Screen);
                }
            });
        });
        heading_ui(ui, 1, title);
        pressed
    }

    fn search_ui(&mut self, ui: &mut Ui) -> Option<Pressed> {
        let id = ui.make_persistent_id("help_search");
        let focused = ui.memory(|memory| memory.has_focus(id));
        let leaves = focused && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        // Escape closes the help instead of taking the focus away.
        let keys = EventFilter { escape: true, horizontal_arrows: true, vertical_arrows: true, tab: false };
        let edit = TextEdit::singleline(&mut self.query)
            .id(id)
            .event_filter(keys)
            .char_limit(100)
            .hint_text("Search the help")
            .desired_width(f32::INFINITY);
        let response = ui.add(edit).accessible_name("Search the help");
        if std::mem::take(&mut self.wants_focus) {
            response.request_focus();
        }
        if leaves && !self.query.is_empty() {
            self.query.clear();
            response.request_focus();
            return None;
        }
        if leaves {
            return Some(Pressed::Close);
        }
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let first = if entered { self.results().first().map(topic_of) } else { None };
        // The arrows go on scrolling what was found, and Escape closes it.
        self.wants_focus |= first.is_some();
        first.map(Pressed::Topic)
    }

    /// By how much the keys scroll the page while the search line has the focus.
    fn keys(&self, ui: &Ui) -> f32 {
        let id = ui.make_persistent_id("help_search");
        if !ui.memory(|memory| memory.has_focus(id)) {
            return 0.0;
        }
        let screen = (ui.available_height() - LINE).max(LINE);
        let by =
            [(Key::ArrowDown, -LINE), (Key::ArrowUp, LINE), (Key::PageDown, -screen), (Key::PageUp, screen)];
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        by.into_iter().filter(|(key, _)| pressed(*key)).map(|(_, points)| points).sum()
    }

    fn results(&mut self) -> &[Found] {
        if self.found.0 != self.query {
            self.found = (self.query.clone(), help::find(&self.query));
        }
        &self.found.1
    }

    fn found_ui(&mut self, ui: &mut Ui) -> Option<Pressed> {
        let found = self.results();
        if found.is_empty() {
            ui.add(Label::new(hint(ui, "Nothing found. Try fewer or other words.")).wrap());
            return None;
        }
        let mut pressed = None;
        for (index, one) in found.iter().enumerate() {
            ui.push_id(index, |ui| {
                if link_ui(ui, &one.title).clicked() {
                    pressed = Some(Pressed::Topic(topic_of(one)));
                }
                ui.add(Label::new(hint(ui, one.text.as_str())).wrap());
                ui.add_space(space::S);
            });
        }
        pressed
    }
}

fn topic_of(found: &Found) -> Topic {
    Topic { page: found.page.to_owned(), anchor: found.anchor.clone() }
}

/// Where a link of a page leads.
fn followed(link: Link, from: &str) -> Option<Pressed> {
    match link {
        Link::Page(page, anchor) => {
            let page = if page.is_empty() { from.to_owned() } else { page };
            Some(Pressed::Topic(Topic { page, anchor }))
        }
        Link::Screen(name) => route_of(&name).map(Pressed::Route),
    }
}

/// The screen of a name in the help; the code of a kind is its list.
pub(super) fn route_of(name: &str) -> Option<Route> {
    Some(match name {
        "dashboard" => Route::Dashboard,
        "readiness" => Route::Readiness,
        "packets" => Route::Packets(None),
        "audit_trail" => Route::AuditTrail(None),
        "people" => Route::People,
        "import" => Route::Import,
        "documents" => Route::Documents,
        "coverage" => Route::Coverage,
        "triaging" => Route::Triage,
        "advisories" => Route::Advisories,
        "shortcuts" => Route::Shortcuts,
        "settings" => Route::Settings,
        code => {
            let kind = Kind::from_code(code)?;
            match kind.def().place {
                Place::People | Place::UnderPeople => Route::People,
                Place::Area(_) | Place::Under(_) | Place::Linked => Route::List(kind),
            }
        }
    })
}

/// The page of the help for what is on screen; `None` is the start screen and the sign-in.
pub fn page_of(route: Option<&Route>) -> &'static str {
    let Some(route) = route else { return "opening" };
    match route {
        Route::Dashboard => "dashboard",
        Route::List(kind) | Route::New(kind) | Route::NewFrom(kind, _) => kind.code(),
        Route::Record(id) | Route::Edit(id, _) => id.kind.code(),
        Route::AuditTrail(_) => "audit_trail",
        Route::People => "people",
        Route::Packets(_) => "packets",
        Route::Import => "import",
        Route::Documents => "documents",
        Route::Coverage => "coverage",
        Route::ReviewItems(_) => "review_items",
        Route::Triage => "triaging",
        Route::Advisories => "advisories",
        Route::Search(_) => "search",
        Route::Shortcuts => "shortcuts",
        Route::Settings => "settings",
        Route::Readiness => "readiness",
    }
}

/// What the palette offers of the help: title, what it is about, and its address.
pub fn offered() -> Vec<(String, String, String)> {
    let mut offered = Vec::new();
    for page in help::pages() {
        offered.push((format!("Help: {}", page.title), page.gist(), page.name.to_owned()));
        let adds = |anchor: &str| page.kind.is_none_or(|kind| help::adds_about(kind, anchor));
        for (text, anchor) in page.sections().filter(|(_, anchor)| adds(anchor)) {
            let title = format!("Help: {}, {text}", page.title);
            offered.push((title, "Page of the help".to_owned(), format!("{}#{anchor}", page.name)));
        }
    }
    offered
}

impl App {
    /// Draws the help if it is open: beside what follows, or in its place. Returns whether it takes the place of everything.
    pub(super) fn draw_help(&mut self, ui: &mut Ui) -> bool {
        if let Some(address) = take_wanted_help(ui.ctx()) {
            self.help.show(Topic::of(&address));
        }
        if !self.help.open {
            return false;
        }
        let route = self.dialogs.over.as_ref().or_else(|| self.route().filter(|_| self.session.is_some()));
        let of_screen = if self.portfolio.is_open() { "portfolio" } else { page_of(route) };
        let frame = Frame::new().fill(palette(ui).canvas).inner_margin(Margin::symmetric(16, 12));
        let beside = ui.available_width() >= BESIDE_FROM;
        let pressed = if beside {
            let panel = Panel::right("help").frame(frame).default_size(WIDTH.0).size_range(WIDTH.1..=WIDTH.2);
            panel.show(ui, |ui| self.help.ui(ui, of_screen)).inner
        } else {
            CentralPanel::default().frame(frame).show(ui, |ui| self.help.ui(ui, of_screen)).inner
        };
        if let Some(pressed) = pressed {
            self.pressed_in_help(pressed, beside, ui.ctx());
        }
        !beside
    }

    fn pressed_in_help(&mut self, pressed: Pressed, beside: bool, ctx: &Context) {
        match pressed {
            Pressed::Close => self.help.toggle(ctx),
            Pressed::Back => self.help.back(),
            Pressed::Manual => self.asked.push(AppCommand::Manual),
            Pressed::Screen => {
                self.help.past.push(self.help.chosen.take());
                self.help.scrolling = SCROLLING;
            }
            Pressed::Topic(topic) => self.help.show(topic),
            Pressed::Route(route) => {
                if self.session.is_some() {
                    self.go(route);
                } else if matches!(route, Route::Shortcuts | Route::Settings) {
                    self.dialogs.over = Some(route);
                } else {
                    self.problem("That screen belongs to an open file.", "Open a file and sign in first.");
                }
                self.help.open &= beside;
            }
        }
    }
}
