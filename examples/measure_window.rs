//! Measures the window on a file that `generate` made: `cargo run --release --example measure_window -- FILE`.
//!
//! It runs without a display: what is measured is the processor's work for a frame, drawing commands and accessibility tree
//! included, until the triangles are ready for the graphics processor. The file is copied first.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eframe::egui::{self, Key, accesskit::Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use mainstay::ops::stamp;
use mainstay::ui::app::{App, Setup, Start};

/// What `generate` sets.
const PASSWORD: &str = "violet tractor hums at noon";
/// Frames of each measurement.
const FRAMES: usize = 600;

type Window = Harness<'static, App>;

fn main() -> Result<(), Box<dyn Error>> {
    let source: PathBuf = std::env::args_os().nth(1).ok_or("usage: measure_window FILE")?.into();
    let path = source.with_extension("measured.mainstay");
    std::fs::copy(&source, &path)?;
    measure(&path);
    std::fs::remove_file(&path)?;
    let mut lock = path.into_os_string();
    lock.push(".lock");
    let _ = std::fs::remove_file(lock);
    Ok(())
}

fn measure(path: &Path) {
    println!("| What | Median | 99 of 100 | Slowest |\n| --- | --- | --- | --- |");
    let start = Start::File(path.to_owned());
    let mut window: Window =
        Harness::builder().with_size(egui::vec2(1600.0, 1000.0)).with_max_steps(16).build_eframe(move |cc| {
            let setup = Setup {
                settings_path: None,
                data_folder: None,
                clock: Box::new(stamp),
                ask_path: Box::new(|_| None),
                patience: std::time::Duration::ZERO,
            };
            App::with(cc, setup, start)
        });
    window.run_steps(4);
    type_into(&mut window, "Login", "ana");
    type_into(&mut window, "Password", PASSWORD);
    window.get_by_role_and_label(Role::Button, "Sign in").click();
    window.run_steps(5);
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

fn frames(window: &mut Window, what: &str, before: impl Fn(&mut Window, usize)) {
    let mut times = Vec::with_capacity(FRAMES);
    for turn in 0..FRAMES {
        before(window, turn);
        let start = Instant::now();
        window.step();
        let output = window.output();
        let (shapes, scale) = (output.shapes.clone(), output.pixels_per_point);
        window.ctx.tessellate(shapes, scale);
        times.push(start.elapsed());
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
