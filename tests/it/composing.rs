//! Text that an input method composes, and names in scripts that run from right to left.

use eframe::egui::{Event, ImeEvent, Key, MissingGlyphPolicy, Modifiers, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mainstay::domain::ids::Kind;
use mainstay::ui::cx::Route;
use serde_json::json;

use crate::desk::Desk;
use crate::host::Window;

const SIZE: eframe::egui::Vec2 = vec2(1280.0, 900.0);

fn window(route: Route) -> Window {
    over(Desk::staffed_once(), route)
}

fn over(desk: Desk, route: Route) -> Window {
    let window = Window::new(desk, "ana", route, SIZE);
    // The machine of a user has fonts for other scripts; the tests have none.
    window.ctx.set_missing_glyph_policy(MissingGlyphPolicy::default());
    window
}

fn preedit(window: &mut Window, text: &str) {
    let active_range_chars = Some(0..text.chars().count());
    window.event(Event::Ime(ImeEvent::Preedit { text: text.to_owned(), active_range_chars }));
    window.settle();
}

fn commit(window: &mut Window, text: &str) {
    window.event(Event::Ime(ImeEvent::Commit(text.to_owned())));
    window.settle();
}

/// What stands in the input that has the focus.
fn value(window: &Window) -> String {
    let focused = window.query_all_by(|node| node.is_focused()).next().unwrap();
    focused.accesskit_node().value().unwrap_or_default()
}

/// Composes three letters, whose steps show each other's place, and takes them.
fn compose(window: &mut Window) {
    assert_eq!(value(window), "");
    for step in ["t", "te", "ten", "τεν"] {
        preedit(window, step);
        assert_eq!(value(window), step, "each step takes the place of the one before");
    }
    commit(window, "τεν");
    assert_eq!(value(window), "τεν", "the text is there once");
}

#[test]
fn text_is_composed_once_in_a_line_and_in_a_long_text() {
    let mut window = window(Route::New(Kind::Feedback));
    for name in ["Title", "Description as reported"] {
        let input = window.query_all_by_label(name).find(|node| node.accesskit_node().is_text_input());
        input.expect(name).focus();
        window.settle();
        compose(&mut window);
    }
}

#[test]
fn the_filter_of_a_list_takes_a_composed_text() {
    let mut desk = Desk::staffed_once();
    crate::chain::feedback(&mut desk);
    let mut window = over(desk, Route::List(Kind::Feedback));
    window.key_press_modifiers(Modifiers::COMMAND, Key::F);
    window.settle();
    compose(&mut window);
}

#[test]
fn the_palette_takes_a_composed_text_and_nothing_behind_it_does() {
    let mut window = window(Route::New(Kind::Feedback));
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.settle();
    compose(&mut window);
    window.key_press(Key::Escape);
    window.settle();
    let title =
        window.query_all_by_label("Title").find(|node| node.accesskit_node().is_text_input()).unwrap();
    assert_eq!(title.accesskit_node().value().unwrap_or_default(), "");
}

#[test]
fn a_date_takes_its_short_form_when_it_is_typed_and_not_while_it_is_composed() {
    let mut window = window(Route::New(Kind::Feedback));
    let input = |window: &Window| {
        let found = window.query_all_by_label("Received at");
        found.into_iter().find(|node| node.accesskit_node().is_text_input()).unwrap().focus();
    };
    input(&window);
    window.settle();
    preedit(&mut window, "t");
    assert_eq!(value(&window), "t", "it is not the date of today yet");
    preedit(&mut window, "");
    assert_eq!(value(&window), "");
    window.event(Event::Text("t".to_owned()));
    window.settle();
    assert!(value(&window).starts_with("2031-"), "typed, it is: {}", value(&window));
}

#[test]
fn keys_of_the_window_wait_until_the_composition_has_ended() {
    let mut window = window(Route::New(Kind::Feedback));
    let input = window.query_all_by_label("Title").find(|node| node.accesskit_node().is_text_input());
    input.unwrap().focus();
    window.settle();
    preedit(&mut window, "ten");
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.settle();
    assert!(!window.has_input("Find a command or a record"), "the palette stays closed");
    commit(&mut window, "τεν");
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.settle();
    assert!(window.has_input("Find a command or a record"));
}

#[test]
fn names_that_run_from_right_to_left_are_kept_as_typed_and_read_in_that_order() {
    const NAME: &str = "מרים לוי (Miriam)";
    let mut window = window(Route::New(Kind::Feedback));
    window.type_into("Title", NAME);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    window.settle();
    let rows = window.file().list(Kind::Feedback).unwrap();
    let id = rows.iter().map(|row| row.id).max().unwrap();
    assert_eq!(window.record(id).title(), NAME, "letter by letter as typed");
    assert!(window.has(NAME), "a screen reader gets them in the order in which they are read");
    window.edit_beside("ana", id, json!({"title": "تنبيه متأخر"}));
    window.go(Route::List(Kind::Feedback));
    assert!(window.has("تنبيه متأخر"));
}
