//! The button that starts an import, and the reason that it needs while the clock is behind.

use std::sync::Arc;

use eframe::egui::Ui;

use super::ImportScreen;
use crate::ops::import::{ImportJob, ImportPlan};
use crate::ops::jobs::Progress;
use crate::ui::cx::{Command, Cx};
use crate::ui::theme::{Tone, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::button::{Guarded, guarded_ui};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::text::TextLine;

impl ImportScreen {
    pub(super) fn start_ui(&mut self, ui: &mut Ui, plan: &Arc<ImportPlan>, cx: &mut Cx<'_>) {
        let taken = plan.counts().taken;
        let mut missing = Vec::new();
        // What cannot be read here is reported by the import itself.
        let behind = cx.file.clock_behind(cx.now()).is_ok_and(|seconds| seconds.is_some());
        if behind {
            let words = "The clock of this machine is behind what was seen before. Say why rows are entered nevertheless.";
            tone_words_ui(ui, Tone::Due, words);
            Field::new("Reason").show(ui, |ui| ui.add(TextLine::new(&mut self.reason).width(480.0)));
            ui.add_space(space::S);
            if self.reason.trim().is_empty() {
                missing.push("The reason is missing".to_owned());
            }
        }
        if taken == 0 {
            missing.push("No row can be imported".to_owned());
        }
        if self.planning.is_some() {
            missing.push("The rows are being checked".to_owned());
        }
        if let Some(why) = cx.file.why_read_only() {
            missing.push(why.to_string());
        }
        let word = format!("Import {taken} {}", if taken == 1 { "row" } else { "rows" });
        if guarded_ui(ui, &word, &missing) == Guarded::Pressed {
            let ctx = ui.ctx().clone();
            let progress = Progress::new("Import", move || ctx.request_repaint());
            let mut plan = Arc::clone(plan);
            if behind {
                Arc::make_mut(&mut plan).reason = self.reason.trim().to_owned();
            }
            let job = Arc::new(ImportJob::new(plan, progress));
            cx.ask(Command::Import(Arc::clone(&job)));
            self.problem = None;
            self.job = Some(job);
        }
    }
}
