//! Tab through the screens: what has the focus is in sight and has a ring, the way comes round, and dialogs keep and give back the focus.
//! `MAINSTAY_EVERYWHERE=1` takes every screen, not some of them.

use eframe::egui::{self, Key, Modifiers, Rect, Vec2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use mainstay::domain::ids::Kind;
use mainstay::ui::cx::Route;
use mainstay::ui::theme;

use crate::desk::{Desk, id};
use crate::every_screen::{example, is_everywhere, routes};
use crate::host::Window;

/// Most stops of a screen before it counts as a trap.
const STOPS: usize = 400;
const SIZE: Vec2 = vec2(1280.0, 800.0);

/// The screens of a run that does not take all.
fn some() -> Vec<Route> {
    let feedback = id("FB-0026");
    vec![
        Route::Dashboard,
        Route::List(Kind::ChangeRequest),
        Route::Record(id("CR-0006")),
        Route::Edit(feedback, None),
        Route::New(Kind::Release),
        Route::Packets(None),
        Route::AuditTrail(None),
        Route::People,
        Route::Settings,
        Route::Shortcuts,
        Route::ReviewItems(id("SR-0003")),
        Route::Triage,
    ]
}

/// The name and the place of what has the focus.
fn focused(window: &Window) -> Option<(String, Rect)> {
    let node = window.query_all_by(|node| node.is_focused()).next()?;
    let name = node.accesskit_node().label().unwrap_or_default();
    Some((name, node.rect()))
}

/// The part of the ring that is seen: it is drawn with the colour of the accent and its width, last.
fn ring(window: &Window) -> Option<Rect> {
    let accent = theme::palette_of(&window.ctx).accent;
    let shapes = window.output().shapes.iter().rev();
    let mut rings = shapes.filter_map(|clipped| match &clipped.shape {
        egui::Shape::Rect(rect) if rect.stroke.color == accent && rect.stroke.width > 1.5 => {
            Some(rect.rect.expand(2.0).intersect(clipped.clip_rect))
        }
        _ => None,
    });
    rings.next()
}

/// What is wrong with a stop of Tab.
fn fault(window: &Window, screen: Rect) -> Option<String> {
    let (name, rect) = focused(window)?;
    let Some(ring) = ring(window) else { return Some(format!("“{name}” has no ring")) };
    let seen = ring.intersect(screen);
    let whole = rect.intersect(screen);
    if !whole.is_positive() {
        Some(format!("“{name}” is out of sight at {rect:?}"))
    } else if seen.width() < 8.0 || seen.height() < 8.0 {
        Some(format!("the ring of “{name}” is cut to {seen:?}"))
    } else {
        None
    }
}

/// Tabs until the first stop comes again.
fn walk_round(window: &mut Window, route: &Route, found: &mut Vec<String>) {
    let screen = Rect::from_min_size(egui::Pos2::ZERO, SIZE);
    let mut seen: Vec<(String, egui::Id)> = Vec::new();
    for _ in 0..STOPS {
        window.key_press(Key::Tab);
        window.run_steps(4);
        let Some(at) = window.ctx.memory(|memory| memory.focused()) else { continue };
        let name = focused(window).map(|(name, _)| name).unwrap_or_default();
        if seen.iter().any(|(_, known)| *known == at) {
            if seen.len() < 3 {
                found.push(format!("{route:?}: only {seen:?} are reached"));
            }
            return;
        }
        seen.push((name, at));
        found.extend(fault(window, screen).map(|fault| format!("{route:?}: {fault}")));
    }
    found.push(format!("{route:?}: Tab does not come round in {STOPS} stops"));
}

#[test]
fn what_tab_reaches_is_in_sight_with_a_ring_and_tab_comes_round() {
    let mut window = Window::new(example(), "mara", Route::Dashboard, SIZE);
    let routes = if is_everywhere() { routes(&mut window) } else { some() };
    let mut found = Vec::new();
    for route in routes {
        window.go(route.clone());
        for _ in 0..3 {
            std::thread::sleep(std::time::Duration::from_millis(15));
            window.settle();
        }
        walk_round(&mut window, &route, &mut found);
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_dialog_keeps_the_focus_and_gives_it_back() {
    let mut window = Window::new(Desk::staffed_once(), "ana", Route::New(Kind::Feedback), SIZE);
    let title = window.query_all_by_label("Title").find(|node| node.accesskit_node().is_text_input());
    title.unwrap().focus();
    window.settle();
    let before = focused(&window).unwrap().0;
    window.key_press_modifiers(Modifiers::COMMAND, Key::K);
    window.settle();
    for _ in 0..4 {
        window.key_press(Key::Tab);
        window.settle();
        assert_eq!(focused(&window).unwrap().0, "Find a command or a record");
    }
    window.key_press(Key::Escape);
    window.settle();
    assert_eq!(focused(&window).map(|(name, _)| name), Some(before), "the palette gives it back");
    window.key_press(Key::F1);
    window.settle();
    let within: Vec<String> = (0..6)
        .filter_map(|_| {
            window.key_press(Key::Tab);
            window.settle();
            focused(&window).map(|(name, _)| name)
        })
        .collect();
    assert!(!within.iter().any(|name| name == "Description as reported"), "the help keeps it: {within:?}");
}
