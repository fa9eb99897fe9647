//! Every screen of the window over the example product, at 100 and at 200 %: what can be pressed or typed into is within the window, and
//! no text is cut. Other text sizes and a small and a large screen take turns: each run sees some of their screens,
//! `MAINSTAY_EVERYWHERE=1` all. `MAINSTAY_GALLERY=folder` also writes each as a picture, light and dark.

use std::sync::OnceLock;

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

/// The size of the window in pixels: of most, the smallest, and the largest.
const PIXELS: egui::Vec2 = vec2(1440.0, 900.0);
const SMALL: egui::Vec2 = vec2(1024.0, 700.0);
const LARGE: egui::Vec2 = vec2(3840.0, 2160.0);
/// Of the other sizes a run sees every screen of this many, unless all are asked for.
const TURNS: usize = 8;

/// Whether every screen is looked at in every size.
pub fn is_everywhere() -> bool {
    std::env::var_os("MAINSTAY_EVERYWHERE").is_some()
}

/// The example product, with everybody signed in by its password. It is written once.
pub fn example() -> Desk {
    static WRITTEN: OnceLock<(Vec<u8>, String)> = OnceLock::new();
    let (bytes, password) = WRITTEN.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("example.mainstay");
        let password = write_example(&path).unwrap().password;
        (std::fs::read(&path).unwrap(), password)
    });
    Desk::copy_with(bytes, Moment::parse("2026-12-01T09:00:00Z").unwrap(), password, &["mara", "priya"])
}

/// Every screen: the areas and what is under them, the newest record of each kind, and the form of each kind that can be made.
pub fn routes(window: &mut Window) -> Vec<Route> {
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

/// Height of a row of a table, whose last one may be cut by its lower edge.
const ROW: f32 = 28.0;
/// Height of the top bar.
const BAR: f32 = 40.0;
/// Letters of a text that has room everywhere. A longer one, such as a title, ends with “…” in a row and is shown whole on hover.
const SHORT: usize = 32;

/// Texts of the picture that are shorter than they were meant to be, or lie across the edge of what may be seen of them. Tables and
/// rows that are links show the whole on hover.
fn cut(window: &Window) -> Vec<String> {
    // What is longer than its input is scrolled there, and a table scrolls sideways.
    let roles = [Role::Table, Role::TextInput];
    let nodes = roles.into_iter().flat_map(|role| window.query_all_by_role(role));
    let nodes = nodes.filter(|node| node.accesskit_node().raw_bounds().is_some());
    let scrolling: Vec<egui::Rect> = nodes.map(|node| node.rect()).collect();
    let roles = [Role::Table, Role::Link];
    let nodes = roles.into_iter().flat_map(|role| window.query_all_by_role(role));
    let nodes = nodes.filter(|node| node.accesskit_node().raw_bounds().is_some());
    let whole_on_hover: Vec<egui::Rect> = nodes.map(|node| node.rect()).collect();
    let screen = window.ctx.content_rect();
    let mut found = Vec::new();
    for clipped in &window.output().shapes {
        let egui::Shape::Text(text) = &clipped.shape else { continue };
        let rect = text.visual_bounding_rect();
        let seen = clipped.clip_rect.intersect(screen);
        let is_scrolled_off = !seen.y_range().intersects(rect.y_range());
        let scrolls = |place: &egui::Rect| place.expand(ROW).y_range().contains(rect.center().y);
        let beyond = rect.left() < seen.left() - 1.5 || rect.right() > seen.right() + 1.5;
        if !rect.is_positive() || is_scrolled_off || beyond && scrolling.iter().any(scrolls) {
            continue;
        }
        // The title of the product has a hover too.
        let elided = text.galley.elided
            && rect.top() > BAR
            && text.galley.job.text.chars().count() <= SHORT
            && !whole_on_hover.iter().any(|place| place.contains(rect.center()));
        if beyond || elided {
            let how = if beyond { "across the edge" } else { "with …" };
            found.push(format!("“{}” {how} at {rect:?}", text.galley.job.text));
        }
    }
    found
}

/// A look at screens of this size: all of them, or every one of `turns` from `turn` on.
fn look(pixels: egui::Vec2, zoom: f32, turns: (usize, usize)) {
    let found = seen(pixels, zoom, turns);
    assert!(found.is_empty(), "beyond the edge or cut at {zoom} of {pixels:?}:\n{}", found.join("\n"));
}

/// What is wrong with these screens.
fn seen(pixels: egui::Vec2, zoom: f32, (turn, turns): (usize, usize)) -> Vec<String> {
    let size = pixels / zoom;
    let mut window = Window::new(example(), "mara", Route::Dashboard, size);
    let mut found = Vec::new();
    for (at, route) in routes(&mut window).into_iter().enumerate() {
        if at % turns != turn % turns {
            continue;
        }
        window.go(route.clone());
        for _ in 0..3 {
            std::thread::sleep(std::time::Duration::from_millis(15));
            window.settle();
        }
        let percent = zoom * 100.0;
        window.picture(&format!(
            "{at:03}-{}-{}-{percent:.0}",
            route.word().replace([' ', '&'], ""),
            pixels.x
        ));
        let faults = beyond(&window, size.x).into_iter().chain(cut(&window));
        found.extend(faults.map(|what| format!("{route:?}: {what}")));
    }
    found
}

/// The screens that take their turn in this run.
fn some(turn: usize) -> (usize, usize) {
    if is_everywhere() { (0, 1) } else { (turn, TURNS) }
}

#[test]
fn at_100_percent_nothing_to_press_is_beyond_the_edge_and_no_text_is_cut() {
    look(PIXELS, 1.0, (0, 1));
}

#[test]
fn at_200_percent_nothing_to_press_is_beyond_the_edge_and_no_text_is_cut() {
    look(PIXELS, 2.0, (0, 1));
}

#[test]
fn on_a_small_screen_nothing_is_lost_from_80_to_200_percent() {
    let zooms = [0.8, 1.0, 1.5, 2.0].into_iter().enumerate();
    let found = zooms.flat_map(|(turn, zoom)| {
        let of = move |what: String| format!("at {zoom}, {what}");
        seen(SMALL, zoom, some(turn)).into_iter().map(of)
    });
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "beyond the edge or cut:\n{}", found.join("\n"));
}

#[test]
fn on_a_large_screen_nothing_is_lost_from_80_to_200_percent() {
    let zooms = [0.8, 1.0, 1.5, 2.0].into_iter().enumerate();
    let found = zooms.flat_map(|(turn, zoom)| {
        let of = move |what: String| format!("at {zoom}, {what}");
        seen(LARGE, zoom, some(turn + 4)).into_iter().map(of)
    });
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "beyond the edge or cut:\n{}", found.join("\n"));
}
