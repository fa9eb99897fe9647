//! Measures the time from the start of the process to the second frame on the screen: `cargo run --release --example first_frame -- FILE`.
//! Needs a display. The window closes by itself.
//!
//! The first frame is drawn when the second one begins, so what is measured is what a person sees.

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use eframe::egui;
use mainstay::ui::app::{App, Setup, Start};

struct Timed {
    app: App,
    start: Instant,
    frames: u32,
}

impl eframe::App for Timed {
    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        self.app.logic(ctx, frame);
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        self.app.ui(ui, frame);
        self.frames += 1;
        if self.frames == 2 {
            println!("{:.0} ms", self.start.elapsed().as_secs_f64() * 1e3);
            println!("memory {}", memory());
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
        }
        ui.ctx().request_repaint();
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let mut words = std::env::args_os().skip(1);
    let file: PathBuf = words.next().ok_or("usage: first_frame FILE")?.into();
    let mut options = eframe::NativeOptions::default();
    mainstay::ui::drawing::choose(&mut options, mainstay::ui::settings::Renderer::Auto);
    eframe::run_native(
        "Mainstay",
        options,
        Box::new(move |cc| {
            let setup = Setup {
                settings_path: None,
                data_folder: None,
                clock: Box::new(mainstay::ops::stamp),
                ask_path: Box::new(|_| mainstay::ui::dialogs::PathAnswer::Cancelled),
                patience: std::time::Duration::ZERO,
            };
            let app = App::with(cc, setup, Start::File(file));
            Ok(Box::new(Timed { app, start, frames: 0 }))
        }),
    )?;
    Ok(())
}

/// Resident memory of this process, on Linux.
fn memory() -> String {
    std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| status.lines().find(|line| line.starts_with("VmRSS:")).map(str::to_owned))
        .unwrap_or_else(|| "not told by this system".to_owned())
}
