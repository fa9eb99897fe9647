//! Areas that this version does not have yet: the records they will hold, the clause that requires them, and what to do until then.

use eframe::egui;
use egui::{Label, Ui};

use crate::ui::theme::{body, hint, palette, space};

/// An area of a later version.
#[derive(Debug)]
pub struct LaterArea {
    /// Its label.
    pub word: &'static str,
    /// The records that it will hold.
    pub purpose: &'static str,
    /// What to do until then.
    pub until: &'static str,
    /// The clause that requires it.
    pub clause: &'static str,
}

const fn area(
    word: &'static str,
    purpose: &'static str,
    until: &'static str,
    clause: &'static str,
) -> LaterArea {
    LaterArea { word, purpose, until, clause }
}

/// All of these areas.
pub const AREAS: &[LaterArea] = &[
    area(
        "Trends",
        "The analysis of problem reports over time, with its conclusion, signed.",
        "Until then, the plots of the dashboard show the numbers; attach your analysis to a problem report.",
        "IEC 62304 9.6",
    ),
    area(
        "Retirement",
        "The end of support of versions and of the product: dates, notices, and what remains available for how long.",
        "Until then, the product record holds the life-cycle stage and the retention.",
        "IEC 62304 6.1, MDR 10(8)",
    ),
    area(
        "Readiness",
        "Every clause of the maintenance process with its evidence and its gaps, before an audit.",
        "Until then, packets of change requests show the chain of one change from feedback to verification.",
        "IEC 62304 6, 8, 9",
    ),
];

/// Draws the page of an area.
pub fn later_ui(ui: &mut Ui, word: &str) {
    let Some(area) = AREAS.iter().find(|area| area.word == word) else { return };
    ui.heading(area.word);
    ui.add_space(space::S);
    ui.scope(|ui| {
        ui.set_max_width(space::MEASURE);
        ui.add(Label::new(body("This version does not keep these records yet.")).wrap());
        ui.add_space(space::S);
        ui.add(Label::new(body(area.purpose)).wrap());
        ui.add(Label::new(body(area.until).color(palette(ui).weak)).wrap());
        ui.label(hint(ui, area.clause));
    });
}
