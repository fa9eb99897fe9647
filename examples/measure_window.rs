//! Measures the window on a file that `generate` made: `cargo run --release --example measure_window -- FILE`; or on a record
//! with many parts, in a file that `generate_parts` made: `… -- FILE CR-0003 dan`; or on a review in a file that `measure_review`
//! made, with the screen of its items: `… -- FILE SR-0007 priya`.
//!
//! It runs without a display: what is measured is the processor's work for a frame, drawing commands and accessibility tree
//! included, until the triangles are ready for the graphics processor. The file is copied first.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eframe::egui::{self, Key, accesskit::Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use mainstay::ops::{example_access, stamp};
use mainstay::ui::app::{App, Setup, Start};

/// What `generate` sets.
const PASSWORD: &str = "violet tractor hums at noon";
/// Frames of each measurement.
const FRAMES: usize = 600;

type Window = Harness<'static, App>;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let source: PathBuf = arguments.next().ok_or("usage: measure_window FILE [RECORD LOGIN]")?.into();
    let path = source.with_extension("measured.mainstay");
    std::fs::copy(&source, &path)?;
    match (arguments.next(), arguments.next()) {
        (Some(record), Some(login)) => parts(&path, &record, &login),
        _ => measure(&path),
    }
    std::fs::remove_file(&path)?;
    let mut lock = path.into_os_string();
    lock.push(".lock");
    let _ = std::fs::remove_file(lock);
    Ok(())
}

/// The window with the file, and somebody signed in.
fn signed_in(path: &Path, login: &str, password: &str) -> Window {
    let start = Start::File(path.to_owned());
    let mut window: Window =
        Harness::builder().with_size(egui::vec2(1600.0, 1000.0)).with_max_steps(16).build_eframe(move |cc| {
            let setup = Setup {
                settings_path: None,
                data_folder: None,
                clock: Box::new(stamp),
                ask_path: Box::new(|_| mainstay::ui::dialogs::PathAnswer::Cancelled),
                patience: std::time::Duration::ZERO,
            };
            App::with(cc, setup, start)
        });
    window.run_steps(4);
    type_into(&mut window, "Login", login);
    type_into(&mut window, "Password", password);
    window.get_by_role_and_label(Role::Button, "Sign in").click();
    window.run_steps(5);
    window
}

/// A page with thousands of parts, and a part that is edited in place.
fn parts(path: &Path, record: &str, login: &str) {
    let Some((_, password)) = example_access() else { return };
    let mut window = signed_in(path, login, &password);
    println!("| What | Median | 99 of 100 | Slowest |\n| --- | --- | --- | --- |");
    window.key_press_modifiers(egui::Modifiers::COMMAND, Key::K);
    window.run_steps(3);
    window.event(egui::Event::Text(record.to_owned()));
    window.run_steps(3);
    window.key_press(Key::Enter);
    let start = Instant::now();
    let slowest = steps(&mut window, 5);
    println!("| Page of {record}, until it is there | | | {} |", ms(start.elapsed()));
    println!("| Page of {record}, its first five frames | | | {} |", ms(slowest));
    frames(&mut window, "That page, wheel turned in each frame", |window, _| wheel(window, -120.0));
    if record.starts_with("SR") {
        items(&mut window);
    }
}

/// The items of a review: their list, with the item at the cursor beside it.
fn items(window: &mut Window) {
    let start = Instant::now();
    window.get_by_role_and_label(Role::Button, "Work through the items").click_accesskit();
    while window.query_all_by_label_contains("Needs work ").next().is_none()
        && start.elapsed() < Duration::from_secs(30)
    {
        window.run_steps(1);
    }
    println!("| Items of the review, until they are there | | | {} |", ms(start.elapsed()));
    frames(window, "Items of the review, wheel turned in each frame", |window, _| wheel(window, -120.0));
    frames(window, "Items of the review, arrow key in each frame", |window, _| {
        window.key_press(Key::ArrowDown);
    });
}

/// The slowest of some frames.
fn steps(window: &mut Window, count: usize) -> Duration {
    (0..count).map(|_| frame(window)).max().unwrap_or_default()
}

/// Enters a feedback and saves it; the dashboard's list is made again meanwhile.
fn save(window: &mut Window) {
    go(window, "New feedback");
    type_into(window, "Title", "The display froze");
    window.key_press_modifiers(egui::Modifiers::COMMAND, Key::Enter);
    let saving = frame(window);
    let mut times: Vec<Duration> = Vec::new();
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(3) {
        times.push(frame(window));
    }
    times.sort_unstable();
    println!("| The frame that saves a feedback | | | {} |", ms(saving));
    let (count, last) = (times.len(), times.len().saturating_sub(1));
    println!(
        "| {count} frames after it, while the dashboard is made again | {} | {} | {} |",
        ms(times[count / 2]),
        ms(times[count * 99 / 100]),
        ms(times[last])
    );
}

fn measure(path: &Path) {
    println!("| What | Median | 99 of 100 | Slowest |\n| --- | --- | --- | --- |");
    let mut window = signed_in(path, "ana", PASSWORD);
    frames(&mut window, "Dashboard, standing still", |_, _| {});
    for area in ["Feedback", "Problem reports", "Change requests", "Audit trail"] {
        let route = go(&mut window, area);
        frames(&mut window, &format!("{route}, wheel turned in each frame"), |window, _| {
            wheel(window, -120.0);
        });
        frames(&mut window, &format!("{route}, arrow key in each frame"), |window, _| {
            window.key_press(Key::ArrowDown);
        });
    }
    save(&mut window);
    println!("\nMemory: {}", memory());
}

/// Goes to an area as a person does with the palette, and says where that led.
fn go(window: &mut Window, area: &str) -> String {
    window.key_press_modifiers(egui::Modifiers::COMMAND, Key::K);
    window.run_steps(3);
    window.event(egui::Event::Text(area.to_owned()));
    window.run_steps(3);
    window.key_press(Key::Enter);
    window.run_steps(5);
    format!("{:?}", window.state().route())
}

fn type_into(window: &mut Window, label: &str, text: &str) {
    window.get_by_label(label).focus();
    window.run_steps(2);
    window.get_by_label(label).type_text(text);
    window.run_steps(2);
}

fn wheel(window: &mut Window, points: f32) {
    window.hover_at(egui::pos2(900.0, 600.0));
    window.event(egui::Event::MouseWheel {
        source: egui::MouseWheelSource::Wheel,
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, points),
        phase: egui::TouchPhase::Move,
        modifiers: egui::Modifiers::NONE,
    });
}

/// One frame until its triangles are ready.
fn frame(window: &mut Window) -> Duration {
    let start = Instant::now();
    window.step();
    let output = window.output();
    let (shapes, scale) = (output.shapes.clone(), output.pixels_per_point);
    window.ctx.tessellate(shapes, scale);
    start.elapsed()
}

fn frames(window: &mut Window, what: &str, before: impl Fn(&mut Window, usize)) {
    let mut times = Vec::with_capacity(FRAMES);
    for turn in 0..FRAMES {
        before(window, turn);
        times.push(frame(window));
    }
    times.sort_unstable();
    println!(
        "| {what} | {} | {} | {} |",
        ms(times[FRAMES / 2]),
        ms(times[FRAMES * 99 / 100]),
        ms(times[FRAMES - 1])
    );
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

/// Resident memory of this process, on Linux.
fn memory() -> String {
    std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| {
            let line = status.lines().find(|line| line.starts_with("VmRSS:"))?.to_owned();
            let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
            Some(format!("{:.0} MB", kib / 1024.0))
        })
        .unwrap_or_else(|| "not told by this system".to_owned())
}
