//! The help beside the screens at 100 and at 200 %: nothing that can be pressed lies beyond the edge, and screen and help are both there.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Vec2, vec2};
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mainstay::domain::ids::Kind;
use mainstay::ui::cx::Route;

use crate::desk::Desk;
use crate::host::Window;

/// What can be pressed and lies beyond the right or left edge of the window.
fn beyond(window: &Window, width: f32) -> Vec<String> {
    let roles = [Role::Button, Role::Link, Role::TextInput, Role::CheckBox, Role::ComboBox];
    let nodes = roles.into_iter().flat_map(|role| window.query_all_by_role(role));
    let is_outside = |rect: eframe::egui::Rect| rect.left() < -1.0 || rect.right() > width + 1.0;
    // A table scrolls sideways.
    let is_in_table = |node: &Node<'_>| {
        let mut parents = std::iter::successors(node.parent(), |node| node.parent());
        parents.any(|node| node.accesskit_node().role() == Role::Table)
    };
    nodes
        .filter(|node| !is_in_table(node) && is_outside(node.rect()))
        .map(|node| format!("{:?}", node.accesskit_node().label()))
        .collect()
}

fn look(size: Vec2, name: &str) {
    let routes = [
        Route::Dashboard,
        Route::New(Kind::Feedback),
        Route::List(Kind::MaintenancePlan),
        Route::Readiness,
        Route::Settings,
    ];
    let mut window = Window::new(Desk::staffed(), "ana", Route::Dashboard, size);
    for route in routes {
        window.go(route.clone());
        window.key_press(Key::F1);
        window.settle();
        assert!(window.query_all_by_role(Role::Heading).next().is_some(), "{route:?}");
        assert!(window.get_by_label("Search the help").is_focused());
        window.picture(&format!("help-{name}-{}", route.word().replace([' ', '&'], "")));
        let found = beyond(&window, size.x);
        assert!(found.is_empty(), "{route:?}: {found:?}");
        window.key_press(Key::F1);
        window.settle();
        assert!(window.query_by_label("Search the help").is_none());
    }
}

#[test]
fn at_100_percent_the_help_stands_beside_the_screen() {
    look(vec2(1440.0, 900.0), "100");
}

#[test]
fn in_a_small_window_the_help_stands_beside_the_screen_too() {
    look(vec2(1024.0, 700.0), "small");
}

#[test]
fn at_200_percent_the_help_takes_the_place_of_the_screen() {
    look(vec2(720.0, 450.0), "200");
}

#[test]
fn the_search_and_the_glossary_are_drawn_with_their_tables() {
    let mut window = Window::new(Desk::staffed(), "ana", Route::Dashboard, vec2(1440.0, 900.0));
    window.key_press(Key::F1);
    window.settle();
    window.get_by_label("Search the help").type_text("residual");
    window.settle();
    window.picture("help-search");
    window.get_by_role_and_label(Role::Link, "Releases: Residual anomalies").click();
    window.settle();
    window.settle();
    window.picture("help-field");
    assert!(window.has("For class B and C each has its evaluation"));
}
