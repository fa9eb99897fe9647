//! Every screen of the window over the example product, at 100 and at 200 %: what can be pressed or typed into is within the window.
//! `MAINSTAY_GALLERY=folder` also writes each as a picture, light and dark.

use eframe::egui::accesskit::Role;
use eframe::egui::{self, vec2};
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::time::Moment;
use mainstay::ops::write_example;
use mainstay::ui::cx::Route;

use crate::desk::{Desk, id};
use crate::host::Window;

/// The size of the window in pixels.
const PIXELS: egui::Vec2 = vec2(1440.0, 900.0);

/// The example product, with everybody signed in by its password.
fn example() -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("example.mainstay");
    let password = write_example(&path).unwrap().password;
    let bytes = std::fs::read(&path).unwrap();
    Desk::copy_with(&bytes, Moment::parse("2026-12-01T09:00:00Z").unwrap(), &password, &["mara", "priya"])
}

/// Every screen: the areas and what is under them, the newest record of each kind, and the form of each kind that can be made.
fn routes(window: &mut Window) -> Vec<Route> {
    let mut routes = vec![
        Route::Dashboard,
        Route::Readiness,
        Route::Packets(None),
        Route::Packets(Some(id("CR-0001"))),
        Route::AuditTrail(None),
        Route::People,
        Route::Import,
        Route::Documents,
        Route::Coverage,
        Route::Triage,
        Route::Advisories,
        Route::Search("libxml2".to_owned()),
        Route::Shortcuts,
        Route::Settings,
        Route::ReviewItems(id("SR-0003")),
    ];
    for kind in Kind::ALL {
        routes.push(Route::List(*kind));
        routes.push(Route::New(*kind));
        let rows = window.file().list(*kind).unwrap();
        let newest: Option<RecordId> = rows.iter().map(|row| row.id).max();
        routes.extend(newest.into_iter().flat_map(|id| [Route::Record(id), Route::Edit(id, None)]));
    }
    routes
}

/// Whether a node is in a table, which scrolls sideways.
fn is_in_table(node: &Node<'_>) -> bool {
    let parents = std::iter::successors(node.parent(), |node| node.parent());
    parents.into_iter().any(|node| node.accesskit_node().role() == Role::Table)
}

/// What can be pressed or typed into, is not in a table, and lies beyond the right or left edge of the window.
fn beyond(window: &Window, width: f32) -> Vec<String> {
    let roles = [
        Role::Button,
        Role::Link,
        Role::TextInput,
        Role::MultilineTextInput,
        Role::CheckBox,
        Role::ComboBox,
        Role::RadioButton,
    ];
    let nodes = roles.into_iter().flat_map(|role| window.query_all_by_role(role));
    nodes
        .filter(|node| !is_in_table(node))
        .filter_map(|node| {
            let rect = node.rect();
            let inside = rect.left() >= -1.0 && rect.right() <= width + 1.0;
            (!inside).then(|| format!("{:?} {rect:?}", node.accesskit_node().label()))
        })
        .collect()
}

fn look(zoom: f32) {
    let size = PIXELS / zoom;
    let mut window = Window::new(example(), "mara", Route::Dashboard, size);
    let mut found = Vec::new();
    for (at, route) in routes(&mut window).into_iter().enumerate() {
        window.go(route.clone());
        for _ in 0..3 {
            std::thread::sleep(std::time::Duration::from_millis(15));
            window.settle();
        }
        window.picture(&format!("{at:03}-{}-{:.0}", route.word().replace([' ', '&'], ""), zoom * 100.0));
        found.extend(beyond(&window, size.x).into_iter().map(|what| format!("{route:?}: {what}")));
    }
    assert!(found.is_empty(), "beyond the edge at {zoom}:\n{}", found.join("\n"));
}

#[test]
fn at_100_percent_nothing_to_press_is_beyond_the_edge() {
    look(1.0);
}

#[test]
fn at_200_percent_nothing_to_press_is_beyond_the_edge() {
    look(2.0);
}
