//! Words that no dictionary knows: marked in long texts, with suggestions, by the key alone.

use eframe::egui::{Key, accesskit::Role, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mainstay::domain::ids::Kind;
use mainstay::ui::cx::Route;
use mainstay::ui::spelling::{Speller, use_speller};

use crate::desk::Desk;
use crate::host::Window;

const TEXT: &str = "Description as reported";

/// A form with a small dictionary of English.
fn window() -> Window {
    let window = Window::new(Desk::staffed_once(), "ana", Route::New(Kind::Feedback), vec2(1280.0, 1100.0));
    let folder = window.folder.path();
    std::fs::write(folder.join("en_XX.aff"), "SET UTF-8\nTRY esianrtolcdugmphbyfvkwz\n").unwrap();
    std::fs::write(folder.join("en_XX.dic"), "6\nthe\nalarm\nof\nwas\nlate\nand\n").unwrap();
    let speller = Speller::start(folder.join("en_XX"), || {}).unwrap();
    use_speller(&window.ctx, Some(speller));
    window
}

fn text(window: &Window) -> String {
    let input = window.query_all_by_label(TEXT).find(|node| node.accesskit_node().is_text_input());
    input.unwrap().value().unwrap()
}

/// Presses the key until the menu of a word is shown: the words are looked up beside the window.
fn menu(window: &mut Window, word: &str) {
    let words = format!("“{word}” is in no dictionary");
    window.until(&words.clone(), |window| {
        if !window.has(&words) {
            window.key_press(Key::F7);
        }
        window.has(&words)
    });
}

#[test]
fn a_marked_word_is_corrected_or_accepted_by_the_key_alone() {
    let mut window = window();
    window.type_into(TEXT, "The alrm of CR-0004 was late and zephyr");
    menu(&mut window, "alrm");
    window.until("a suggestion", |window| {
        window.query_all_by_role_and_label(Role::Button, "alarm").next().is_some()
    });
    window.picture("spelling_menu");
    window.press("alarm");
    assert_eq!(text(&window), "The alarm of CR-0004 was late and zephyr");
    menu(&mut window, "zephyr");
    window.press("Ignore in this file");
    window.key_press(Key::F7);
    window.settle();
    assert!(!window.has("is in no dictionary"));
    assert_eq!(text(&window), "The alarm of CR-0004 was late and zephyr");
}

#[test]
fn without_a_dictionary_nothing_is_marked_and_the_key_does_nothing() {
    let mut window = window();
    use_speller(&window.ctx, None);
    window.type_into(TEXT, "The alrm was late");
    window.key_press(Key::F7);
    window.settle();
    assert!(!window.has("is in no dictionary"));
    window.go(Route::Settings);
    assert!(window.has("Spelling"));
}
