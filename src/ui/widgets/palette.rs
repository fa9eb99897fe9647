//! The command palette: type a few letters and choose the best match. It knows titles, not commands.

use std::cmp::Reverse;

use eframe::egui;
use egui::{
    Align2, Area, Context, Frame, Id, Key, Margin, Modal, Modifiers, Order, Rect, ScrollArea, Sense,
    TextEdit, Ui, UiBuilder, UiKind, WidgetInfo,
    accesskit::{Live, Role},
    pos2, vec2,
};

use super::given_back::give_back;
use crate::ui::theme::{body, palette, palette_of, size, space};

/// One entry.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The title: a command, or the number and title of a record.
    pub title: &'a str,
    /// What it does, or where it is; may be empty.
    pub detail: &'a str,
    /// Its keys, such as "Ctrl+N"; may be empty.
    pub keys: &'a str,
}

/// Passes in which its line gets the focus, unless a dialog above it keeps it.
const OPENING: u8 = 6;
/// Most entries that are listed.
const LISTED: usize = 60;

/// The palette: closed, or open with the typed text.
#[derive(Default)]
pub struct CommandPalette {
    open: bool,
    opening: bool,
    /// Whether its line has had the focus since it was opened.
    listens: bool,
    /// What had the focus before it was opened.
    before: Option<Id>,
    /// How often it was drawn since then.
    drawn: u8,
    query: String,
    cursor: usize,
    fits: Vec<usize>,
    fits_for: Option<(String, usize)>,
}

impl CommandPalette {
    /// Opens it, or closes it if it is open.
    pub fn toggle(&mut self) {
        if self.open {
            self.open = false;
        } else {
            *self = Self { open: true, opening: true, ..Self::default() };
        }
    }

    /// Whether it is open.
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// Whether it has just opened and its line does not have the focus yet: what is typed now would go elsewhere.
    pub const fn is_opening(&self) -> bool {
        self.open && !self.listens && self.drawn < OPENING
    }

    /// Draws it if it is open. Returns the index of the chosen entry; the palette is then closed.
    pub fn show(&mut self, ctx: &Context, hint: &str, entries: &[Entry<'_>]) -> Option<usize> {
        if !self.open {
            return None;
        }
        self.find(entries);
        if self.opening {
            self.before = ctx.memory(|memory| memory.focused());
        }
        let id = Id::unique("command_palette");
        let room = ctx.content_rect().size();
        let area = Area::new(id)
            .kind(UiKind::Modal)
            .sense(Sense::hover())
            .order(Order::Foreground)
            .anchor(Align2::CENTER_TOP, vec2(0.0, (room.y * 0.12).min(96.0)));
        let frame = Frame::popup(&ctx.global_style()).inner_margin(Margin::same(12)).corner_radius(10);
        let modal = Modal::new(id).area(area).frame(frame).backdrop_color(palette_of(ctx).veil);
        let shown = modal.show(ctx, |ui| {
            ui.set_width(600.0_f32.min(room.x - space::XXL * 2.0));
            let moved = self.keys(ui);
            let enter = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
            self.input(ui, hint);
            self.find(entries);
            // Letters of the same frame count before Enter. A line that just opens has not received any yet.
            let taken = if enter && !self.opening { self.fits.get(self.cursor).copied() } else { None };
            let pressed = self.list(ui, entries, moved);
            taken.or(pressed)
        });
        ctx.accesskit_node_builder(shown.response.id, |node| {
            node.set_modal();
            node.set_label("Commands and records");
        });
        let taken = shown.inner;
        self.opening = false;
        if taken.is_some() || shown.should_close() {
            self.open = false;
            // What was chosen says by itself where the focus goes.
            if taken.is_none() {
                give_back(ctx, self.before);
            }
        }
        taken
    }

    fn find(&mut self, entries: &[Entry<'_>]) {
        let key = (&self.query, entries.len());
        if self.fits_for.as_ref().is_some_and(|(query, count)| (query, *count) == key) {
            return;
        }
        let mut scored: Vec<((Fit, i32), usize)> = entries
            .iter()
            .enumerate()
            .filter_map(|(index, entry)| Some((fit_of(&self.query, entry)?, index)))
            .collect();
        scored.sort_by_key(|&(fit, index)| (Reverse(fit), index));
        self.fits = scored.into_iter().map(|(_, index)| index).take(LISTED).collect();
        self.fits_for = Some((self.query.clone(), entries.len()));
        self.cursor = 0;
    }

    fn input(&mut self, ui: &mut Ui, hint: &str) {
        let edit = TextEdit::singleline(&mut self.query).char_limit(200).hint_text(hint.to_owned());
        // Tab moves among the entries: there is no other input to go to, and the window behind must not get it.
        let edit = edit.lock_focus(true);
        let response =
            ui.add(edit.desired_width(f32::INFINITY)).accessible_name("Find a command or a record");
        self.listens |= response.has_focus();
        self.drawn = self.drawn.saturating_add(1);
        if self.opening || !response.has_focus() {
            response.request_focus();
        }
        if self.is_opening() {
            ui.ctx().request_repaint();
        }
    }

    fn keys(&mut self, ui: &Ui) -> bool {
        let last = self.fits.len().saturating_sub(1);
        let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let target = if pressed(Key::ArrowDown) || pressed(Key::Tab) {
            Some((self.cursor + 1).min(last))
        } else if pressed(Key::ArrowUp) || ui.input_mut(|input| input.consume_key(Modifiers::SHIFT, Key::Tab))
        {
            Some(self.cursor.saturating_sub(1))
        } else if pressed(Key::PageDown) {
            Some((self.cursor + 8).min(last))
        } else if pressed(Key::PageUp) {
            Some(self.cursor.saturating_sub(8))
        } else {
            None
        };
        if let Some(target) = target {
            self.cursor = target;
        }
        target.is_some()
    }

    fn list(&mut self, ui: &mut Ui, entries: &[Entry<'_>], moved: bool) -> Option<usize> {
        if self.fits.is_empty() {
            ui.add_space(space::S);
            ui.label(body("No match. Try fewer letters.").color(palette(ui).weak));
            return None;
        }
        let mut taken = None;
        self.announce(ui, entries);
        let area = ScrollArea::vertical().max_height(360.0).auto_shrink([false, true]);
        let listed =
            UiBuilder::new().accessibility_role(Role::ListBox).accessibility_label("Found".to_owned());
        area.show(ui, |ui| {
            ui.scope_builder(listed, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for (place, &index) in self.fits.iter().enumerate() {
                    let Some(entry) = entries.get(index) else { continue };
                    let on = place == self.cursor;
                    let response = entry_ui(ui, entry, on);
                    if on && moved {
                        response.scroll_to_me(None);
                    }
                    if response.clicked() {
                        taken = Some(index);
                    }
                }
            })
        });
        taken
    }

    /// Says which entry Enter would take: the focus stays in the line, so a screen reader would say nothing of it.
    fn announce(&self, ui: &Ui, entries: &[Entry<'_>]) {
        let Some(entry) = self.fits.get(self.cursor).and_then(|&index| entries.get(index)) else { return };
        ui.ctx().accesskit_node_builder(ui.scope_id().with("taken"), |node| {
            node.set_role(Role::Status);
            node.set_live(Live::Polite);
            let place = format!("{} of {}", self.cursor + 1, self.fits.len());
            let parts = [place.as_str(), entry.title, entry.detail];
            node.set_label(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(". "));
        });
    }
}

fn entry_ui(ui: &mut Ui, entry: &Entry<'_>, on: bool) -> egui::Response {
    let height = if entry.detail.is_empty() { 32.0 } else { 44.0 };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::CLICK);
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, on, entry.title));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_selected(on);
        node.set_description(entry.detail);
    });
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let palette = palette(ui);
    if on {
        ui.painter().rect_filled(rect, 6.0, palette.select);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 6.0, palette.hover);
    }
    let (ink, weak) = if on { (palette.on_select, palette.on_select) } else { (palette.text, palette.weak) };
    let small = egui::FontId::proportional(size::SMALL);
    let inner = rect.shrink2(vec2(space::M, space::XS));
    let keys = ui.painter().layout_no_wrap(entry.keys.to_owned(), small.clone(), weak);
    let room = inner.width() - keys.size().x - space::M;
    ui.painter().galley(
        pos2(inner.right() - keys.size().x, inner.center().y - keys.size().y / 2.0),
        keys,
        weak,
    );
    let line = |text: &str, font: egui::FontId, colour, top: f32| {
        let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, colour);
        job.wrap = egui::text::TextWrapping::truncate_at_width(room);
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
        let place = Rect::from_min_size(pos2(inner.left(), top), galley.size());
        ui.painter().galley(place.min, galley, colour);
    };
    let font = egui::FontId::proportional(size::BODY);
    if entry.detail.is_empty() {
        line(entry.title, font, ink, inner.center().y - 8.5);
    } else {
        line(entry.title, font, ink, inner.top());
        line(entry.detail, small, weak, inner.top() + 18.0);
    }
    response
}

/// How a query fits an entry, the best one last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// The detail contains it. Letters in order occur in any long sentence.
    DetailPart,
    /// Its letters occur in order in the title.
    TitleLetters,
    /// The title contains it.
    TitlePart,
    /// Words of the detail begin with its words.
    DetailWords,
    /// Words of the title begin with its words.
    TitleWords,
    /// The title begins with it.
    TitleStart,
    /// It is the title.
    Title,
}

/// How well a query fits an entry, the better the greater; `None` if it does not. How it fits comes first: words that begin with what is
/// typed stand before any letters that occur somewhere.
fn fit_of(query: &str, entry: &Entry<'_>) -> Option<(Fit, i32)> {
    let wanted = query.trim().to_lowercase();
    if wanted.is_empty() {
        return Some((Fit::TitleStart, 0));
    }
    let title = entry.title.to_lowercase();
    let of_title = score(query, entry.title).map(|score| {
        let fit = match title.strip_prefix(&wanted) {
            Some("" | "…") => Fit::Title,
            Some(_) => Fit::TitleStart,
            None if words_begin(&wanted, &title) => Fit::TitleWords,
            None if title.contains(&wanted) => Fit::TitlePart,
            None => Fit::TitleLetters,
        };
        (fit, score)
    });
    let detail = entry.detail.to_lowercase();
    let fit = if words_begin(&wanted, &detail) {
        Some(Fit::DetailWords)
    } else {
        detail.contains(&wanted).then_some(Fit::DetailPart)
    };
    let of_detail = fit.map(|fit| (fit, score(query, entry.detail).unwrap_or_default()));
    of_title.max(of_detail)
}

/// Whether words of a text begin with the words of a query, in the same order. A word ends at a space: of "nginx-light", only "nginx"
/// is a beginning.
fn words_begin(query: &str, text: &str) -> bool {
    let mut wanted = query.split_whitespace().peekable();
    for word in text.split_whitespace() {
        let word = word.trim_start_matches(|letter: char| !letter.is_alphanumeric());
        wanted.next_if(|wanted| word.starts_with(wanted));
    }
    wanted.peek().is_none()
}

/// How well `query` matches `text`: its letters in order, better at word starts or in sequence; `None` if they do not match.
pub fn score(query: &str, text: &str) -> Option<i32> {
    let mut wanted =
        query.chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase).peekable();
    let (mut total, mut run, mut starts) = (0, 0, true);
    for letter in text.chars() {
        let here = wanted.peek().copied();
        let Some(next) = here else { break };
        if letter.to_lowercase().next() == Some(next) {
            wanted.next();
            run += 1;
            total += if starts { 8 } else { 1 } + run * 2;
        } else {
            run = 0;
            total -= i32::from(total > 0);
        }
        starts = !letter.is_alphanumeric();
    }
    wanted.peek().is_none().then_some(total)
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable as _};

    use super::*;
    use crate::ui::theme;

    const ENTRIES: [Entry<'static>; 4] = [
        Entry { title: "New feedback", detail: "Record a message from the field", keys: "Ctrl+N" },
        Entry { title: "New problem report", detail: "From feedback or from testing", keys: "" },
        Entry { title: "Open file…", detail: "", keys: "Ctrl+O" },
        Entry { title: "PR-0012 Alarm is late", detail: "Problem report, in analysis", keys: "" },
    ];

    fn harness() -> Harness<'static, (CommandPalette, Option<usize>)> {
        let mut palette = CommandPalette::default();
        palette.toggle();
        let mut harness = Harness::builder().with_context_setup(theme::install).build_ui_state(
            |ui, (palette, taken): &mut (CommandPalette, Option<usize>)| {
                ui.label("Page");
                if let Some(index) = palette.show(ui.ctx(), "Type a command, a number or a title", &ENTRIES) {
                    *taken = Some(index);
                }
            },
            (palette, None),
        );
        harness.run();
        harness
    }

    #[test]
    fn letters_in_order_match_and_word_starts_match_better() {
        assert!(score("npr", "New problem report") > score("npr", "Unprepared"));
        assert!(score("alarm", "PR-0012 Alarm is late") > score("alarm", "A later arm movement"));
        assert_eq!(score("xyz", "New problem report"), None);
        assert_eq!(score("", "anything"), Some(0));
        assert!(score("ÄND", "Änderung").is_some());
    }

    #[test]
    fn the_whole_word_ranks_before_titles_that_contain_it() {
        let entry = |title, detail| fit_of("feedback", &Entry { title, detail, keys: "" });
        let list = entry("Feedback", "Go there");
        assert!(list > entry("Feedback from a file…", "") && list > entry("New feedback", ""));
        assert!(entry("New feedback", "") > entry("FB-0001  Alarm is late", "Feedback"));
    }

    #[test]
    fn letters_and_enter_of_one_frame_choose_what_the_letters_find() {
        let mut harness = harness();
        harness.get_by_label("Find a command or a record").type_text("npr");
        harness.key_press(Key::Enter);
        harness.step();
        harness.run();
        assert_eq!(harness.state().1, Some(1), "not the first of all entries");
    }

    #[test]
    fn enter_of_the_frame_that_opens_the_palette_chooses_nothing() {
        let mut harness = harness();
        harness.state_mut().0 = CommandPalette::default();
        harness.run();
        harness.state_mut().0.toggle();
        harness.key_press(Key::Enter);
        harness.step();
        assert_eq!(harness.state().1, None);
        assert!(harness.state().0.is_open());
    }

    #[test]
    fn no_focus_ring_stays_where_the_closed_palette_was() {
        let mut harness = harness();
        let rings = |harness: &Harness<'_, (CommandPalette, Option<usize>)>| {
            let accent = palette_of(&harness.ctx).accent;
            let ring = |shape: &egui::Shape| matches!(shape, egui::Shape::Rect(rect) if rect.stroke.color == accent && rect.stroke.width > 1.5);
            harness.output().shapes.iter().filter(|clipped| ring(&clipped.shape)).count()
        };
        assert_eq!(rings(&harness), 1, "the line to type in has the focus");
        harness.key_press(Key::Enter);
        harness.step();
        assert!(!harness.state().0.is_open());
        for _ in 0..3 {
            harness.step();
            assert_eq!(rings(&harness), 0);
        }
    }

    #[test]
    fn typing_filters_and_enter_chooses_the_best() {
        let mut harness = harness();
        assert!(harness.get_by_label("Find a command or a record").is_focused());
        harness.get_by_label("Find a command or a record").type_text("npr");
        harness.run();
        harness.get_by_label("New problem report");
        assert!(harness.query_by_label("Open file…").is_none());
        harness.key_press(Key::Enter);
        harness.run();
        assert_eq!(harness.state().1, Some(1));
        assert!(!harness.state().0.is_open());
    }

    #[test]
    fn arrows_move_and_escape_leaves() {
        let mut harness = harness();
        harness.key_press(Key::ArrowDown);
        harness.run();
        harness.key_press(Key::ArrowDown);
        harness.run();
        harness.key_press(Key::Enter);
        harness.run();
        assert_eq!(harness.state().1, Some(2));

        let mut harness = self::harness();
        harness.key_press(Key::Escape);
        harness.run();
        assert_eq!(harness.state().1, None);
        assert!(!harness.state().0.is_open());
    }

    #[test]
    fn a_word_that_starts_with_the_query_comes_before_letters_that_occur_in_order() {
        let settings =
            Entry { title: "Settings", detail: "Theme, text size, how the window is drawn", keys: "" };
        let review = Entry { title: "SR-0006 SOUP of the medium tier", detail: "SOUP review", keys: "" };
        let theirs = Entry { title: "Use the dark theme", detail: "", keys: "" };
        let of = |entry: &Entry<'_>| fit_of("theme", entry).unwrap();
        assert!(of(&settings) > of(&review), "{:?} {:?}", of(&settings), of(&review));
        assert!(of(&theirs) > of(&settings));
    }

    #[test]
    fn a_word_of_a_command_comes_before_a_record_that_contains_the_letters_and_before_steps_that_do() {
        let entry = |title, detail| Entry { title, detail, keys: "" };
        let entries = [
            entry("Link a significant other", "Step of SI-0005"),
            entry("Fill in “Light level”", "IEC 62304 7.1.3: go to the place to fix it"),
            entry("Light theme", "Draw the window light"),
            entry("Settings", "Light or dark, text size"),
            entry("SI-0005  nginx-light", "SOUP item"),
        ];
        let mut palette = CommandPalette::default();
        let mut titles = |query: &str| {
            query.clone_into(&mut palette.query);
            palette.find(&entries);
            palette.fits.iter().map(|at| entries[*at].title).collect::<Vec<_>>()
        };
        let expected = ["Light theme", "Fill in “Light level”", "Settings", "SI-0005  nginx-light"];
        assert_eq!(titles("light")[..4], expected);
        assert!(titles("goplace").is_empty(), "letters in order occur in any long detail");
        assert_eq!(
            titles("si-0005")[0],
            "SI-0005  nginx-light",
            "not the step whose detail names the record"
        );
        assert_eq!(titles("li th")[0], "Light theme", "the beginnings of two words");
        assert_eq!(titles("")[0], "Link a significant other", "the next step, before anything is typed");
    }

    #[test]
    fn a_query_without_a_match_says_so() {
        let mut harness = harness();
        harness.get_by_label("Find a command or a record").type_text("qqqq");
        harness.run();
        harness.get_by_label("No match. Try fewer letters.");
        harness.key_press(Key::Enter);
        harness.run();
        assert!(harness.state().0.is_open());
    }
}
