//! What time does: idle lock, following a writer, daily backups, closing. Nothing is drawn here.

use std::time::Duration;

use eframe::egui;
use egui::Event;

use super::App;
use crate::ui::settings;

/// Seconds between two looks at what a writer has done.
const LOOK_SECONDS: f64 = 1.5;
/// Seconds between two looks at whether a backup is due.
const BACKUP_LOOK_SECONDS: i64 = 60;
/// Idle minutes after which the window is locked when the policy says nothing.
const IDLE_MINUTES: u32 = 15;

fn is_input(event: &Event) -> bool {
    matches!(
        event,
        Event::Key { .. }
            | Event::Text(_)
            | Event::Paste(_)
            | Event::PointerMoved(_)
            | Event::PointerButton { .. }
            | Event::MouseWheel { .. }
            | Event::Touch { .. }
            | Event::Ime(_)
            | Event::AccessKitActionRequest(_)
    )
}

impl App {
    /// Looks at the clock.
    pub(super) fn keep_time(&mut self, ctx: &egui::Context) {
        let stamp = self.stamp();
        if ctx.input(|input| input.events.iter().any(is_input)) {
            self.active_at = stamp.now;
        }
        self.keep_idle(ctx);
        self.keep_up_with_file(ctx);
        if self.check_wanted {
            self.check_wanted = false;
            self.verify(false);
        }
        if let Some(folder) = self.setup.data_folder.clone()
            && self.session.is_some()
            && self.running.is_empty()
            && self.desk.as_ref().is_some_and(|desk| desk.file.head().seq != desk.backed_up)
            && stamp.now >= self.backup_after
        {
            self.backup_after = stamp.now.plus_seconds(BACKUP_LOOK_SECONDS);
            if self.backup_is_due(&folder, stamp.now) {
                self.back_up_automatically();
            }
        }
    }

    fn keep_idle(&mut self, ctx: &egui::Context) {
        if self.session.is_none() {
            return;
        }
        let minutes = self.desk.as_ref().map_or(IDLE_MINUTES, |desk| desk.idle_minutes);
        let limit = i64::from(minutes.max(1)) * 60;
        let idle = self.stamp().now.seconds_since(self.active_at);
        if idle >= limit {
            self.lock(&format!("Locked after {minutes} minutes without input."));
        } else {
            let left = limit - idle.max(0);
            ctx.request_repaint_after(Duration::from_secs(left.unsigned_abs().min(60)));
        }
    }

    /// Follows what the writer does, and what our own commits have changed.
    fn keep_up_with_file(&mut self, ctx: &egui::Context) {
        let now = ctx.input(|input| input.time);
        let stamp = self.stamp();
        let Some(desk) = &mut self.desk else { return };
        if desk.file.why_read_only().is_some() && !desk.file.is_lent() {
            ctx.request_repaint_after(Duration::from_secs_f64(LOOK_SECONDS));
            if self.refreshed_at.is_none_or(|at| now - at >= LOOK_SECONDS) {
                self.refreshed_at = Some(now);
                desk.writer = desk.file.writer();
                // A reader that cannot look now looks again in a moment.
                let _ = desk.file.refresh();
            }
        }
        let head = desk.file.head().clone();
        desk.cache.keep_up(&head, stamp.now.day());
        if desk.seen != Some(head.seq) {
            desk.seen = Some(head.seq);
            if let Ok(product) = desk.file.product() {
                desk.product = product;
            }
            desk.idle_minutes =
                desk.file.policy().ok().and_then(|policy| policy.idle_lock_minutes).unwrap_or(IDLE_MINUTES);
        }
    }

    /// Keeps size and zoom of the window, and writes the settings when something else changed.
    pub(super) fn keep_settings(&mut self, ctx: &egui::Context) {
        let (size, maximised) = ctx.input(|input| {
            let viewport = input.viewport();
            (viewport.inner_rect.map(|rect| rect.size()), viewport.maximized.unwrap_or(false))
        });
        self.settings.maximised = maximised;
        if let Some(size) = size.filter(|_| !maximised) {
            self.settings.window_size = (size.x, size.y);
        }
        self.settings.text_scale = crate::ui::theme::text_scale(ctx);
        let worth = self.settings.theme != self.kept.theme
            || self.settings.text_scale != self.kept.text_scale
            || self.settings.renderer != self.kept.renderer
            || self.settings.recent != self.kept.recent;
        if worth {
            self.save_settings();
        }
    }

    /// Writes the settings if they changed.
    pub(super) fn save_settings(&mut self) {
        if self.settings == self.kept {
            return;
        }
        self.kept = self.settings.clone();
        if let Some(path) = self.setup.settings_path.clone()
            && let Err(error) = settings::save(&path, &self.settings)
        {
            self.problem(
                format!("The settings could not be kept: {error}."),
                format!("Check that {} can be written.", path.display()),
            );
        }
    }
}
