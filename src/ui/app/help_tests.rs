//! The help in the window: beside the screen, by keys, from a field, from the palette, in a narrow window.

use eframe::egui::{Key, Modifiers, accesskit::Role, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::help::{offered, page_of};
use super::tests::{Clock, Window, signed_in};
use crate::domain::ids::Kind;
use crate::help;
use crate::ui::cx::Route;

fn window(folder: &std::path::Path) -> Window {
    let mut window = signed_in(folder, &Clock::at("2031-03-03T09:00:00Z"));
    window.set_size(vec2(1280.0, 800.0));
    window.run_steps(3);
    window
}

fn press(window: &mut Window, key: Key) {
    window.key_press(key);
    window.run_steps(4);
}

fn headings(window: &Window) -> Vec<String> {
    let nodes = window.query_all_by_role(Role::Heading);
    nodes.filter_map(|node| node.accesskit_node().value().or_else(|| node.accesskit_node().label())).collect()
}

#[test]
fn every_screen_has_a_page_of_the_help() {
    let id = crate::domain::requests::PRODUCT;
    let mut routes = vec![
        Route::Dashboard,
        Route::AuditTrail(None),
        Route::People,
        Route::Packets(None),
        Route::Import,
        Route::Documents,
        Route::Coverage,
        Route::ReviewItems(id),
        Route::Triage,
        Route::Advisories,
        Route::Search(String::new()),
        Route::Shortcuts,
        Route::Settings,
        Route::Readiness,
        Route::Record(id),
        Route::Edit(id, None),
    ];
    routes.extend(Kind::ALL.iter().flat_map(|kind| [Route::List(*kind), Route::New(*kind)]));
    for route in routes {
        assert!(help::page(page_of(Some(&route))).is_some(), "{route:?}");
    }
    assert!(help::page(page_of(None)).is_some());
}

#[test]
fn links_to_screens_lead_to_routes() {
    let mut screens = 0;
    for page in help::pages() {
        for block in &page.blocks {
            let spans = match block {
                help::Block::Paragraph(spans) | help::Block::Note(spans) => spans.clone(),
                help::Block::List { items, .. } => items.concat(),
                help::Block::Table { rows, .. } => rows.concat().concat(),
                help::Block::Heading { .. } | help::Block::Code(_) => Vec::new(),
            };
            for span in spans {
                if let Some(help::Link::Screen(name)) = span.link {
                    assert!(
                        super::help::route_of(&name).is_some(),
                        "{} links to the screen {name}",
                        page.name
                    );
                    screens += 1;
                }
            }
        }
    }
    assert!(screens > 5);
}

#[test]
fn f1_opens_the_help_beside_the_screen_follows_it_and_closes_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(folder.path());
    press(&mut window, Key::F1);
    assert!(headings(&window).iter().any(|text| text == "Dashboard"), "{:?}", headings(&window));
    assert!(window.get_by_label("Search the help").is_focused());
    window.state_mut().go(Route::New(Kind::Feedback));
    window.run_steps(4);
    assert!(headings(&window).iter().any(|text| text == "What audits find"), "it follows the screen");
    // Work goes on beside it.
    window.get_by_label("Title").focus();
    window.run_steps(2);
    window.get_by_label("Title").type_text("Alarm is late");
    window.run_steps(2);
    assert_eq!(window.get_by_label("Title").value().as_deref(), Some("Alarm is late"));
    press(&mut window, Key::F1);
    assert!(window.query_by_label("Search the help").is_none());
}

#[test]
fn escape_in_the_search_closes_the_help_and_gives_the_focus_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(folder.path());
    window.state_mut().go(Route::New(Kind::Feedback));
    window.run_steps(3);
    window.get_by_label("Title").focus();
    window.run_steps(2);
    press(&mut window, Key::F1);
    press(&mut window, Key::Escape);
    assert!(window.query_by_label("Search the help").is_none());
    assert!(window.get_by_label("Title").is_focused());
    assert_eq!(window.state().route(), Some(&Route::New(Kind::Feedback)), "Escape did not leave the screen");
}

#[test]
fn the_search_of_the_help_finds_and_enter_shows_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(folder.path());
    press(&mut window, Key::F1);
    window.get_by_label("Search the help").type_text("waivers");
    window.run_steps(4);
    window.get_by_role_and_label(Role::Link, "Waivers");
    press(&mut window, Key::Enter);
    assert!(headings(&window).iter().any(|text| text == "Waivers"), "{:?}", headings(&window));
    window.get_by_label("This screen").click();
    window.run_steps(4);
    assert!(headings(&window).iter().any(|text| text == "Dashboard"));
    window.get_by_label("Previous help page").click();
    window.run_steps(4);
    assert!(headings(&window).iter().any(|text| text == "Waivers"));
}

#[test]
fn a_link_of_a_page_shows_the_page_or_the_screen_that_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(folder.path());
    press(&mut window, Key::F1);
    // The navigation on the left has one of the same name.
    window
        .query_all_by_role_and_label(Role::Link, "Readiness")
        .rfind(|link| link.rect().left() > 640.0)
        .unwrap()
        .click();
    window.run_steps(4);
    assert_eq!(window.state().route(), Some(&Route::Readiness));
    assert!(headings(&window).iter().any(|text| text == "Readiness"), "the help followed");
}

#[test]
fn the_help_of_a_field_links_to_what_the_page_says_about_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(folder.path());
    window.state_mut().go(Route::New(Kind::Feedback));
    window.run_steps(3);
    let label = Kind::Feedback.def().field("aware_at").unwrap().label;
    window.get_by_label(&format!("Help for {label}")).click();
    window.run_steps(3);
    window.get_by_label(&format!("More about {label}")).click();
    window.run_steps(6);
    assert!(window.query_by_label_contains("When any employee first knew").is_some());
}

#[test]
fn the_palette_finds_pages_of_the_help_and_what_they_say_of_fields() {
    let titles: Vec<String> = offered().into_iter().map(|(title, _, _)| title).collect();
    assert!(titles.iter().any(|title| title == "Help: Waivers"));
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(folder.path());
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.run_steps(3);
    window.get_by_label("Find a command or a record").type_text("help glossary");
    window.run_steps(3);
    press(&mut window, Key::Enter);
    assert!(headings(&window).iter().any(|text| text == "Glossary"), "{:?}", headings(&window));
}

#[test]
fn in_a_narrow_window_the_help_takes_the_place_of_the_screen_and_gives_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(folder.path());
    window.set_size(vec2(640.0, 480.0));
    window.run_steps(3);
    press(&mut window, Key::F1);
    assert!(window.query_by_label("Search all records").is_none());
    window.get_by_label("Close help").click();
    window.run_steps(4);
    window.get_by_label("Search all records");
}

#[test]
fn the_help_is_there_before_anybody_signed_in() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(folder.path());
    window.key_press_modifiers(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::L);
    window.run_steps(4);
    press(&mut window, Key::F1);
    assert!(headings(&window).iter().any(|text| text == "Opening and signing in"), "{:?}", headings(&window));
}
