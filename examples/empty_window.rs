//! An empty window, drawn as that of the program: what the start of the program is measured against (`packaging/linux/measure-start`).
//! It stays open until it is closed.

use eframe::egui;

struct Empty;

impl eframe::App for Empty {
    fn ui(&mut self, _ui: &mut egui::Ui, _frame: &mut eframe::Frame) {}
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([1280.0, 840.0]),
        ..Default::default()
    };
    mainstay::ui::drawing::choose(&mut options, mainstay::ui::settings::Renderer::Auto);
    eframe::run_native("Empty", options, Box::new(|_| Ok(Box::new(Empty))))?;
    Ok(())
}
