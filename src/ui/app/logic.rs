//! Everything that depends on time: idle lock, following a writer, daily backups, closing. Nothing is drawn here.

use std::time::Duration;

use eframe::egui;
use egui::Event;

use super::App;
use crate::domain::policy::IDLE_MINUTES_MIN;
use crate::domain::text::counted;
use crate::domain::time::Moment;
use crate::ops::workstation;

/// Seconds between two checks for changes by the writer.
const LOOK_SECONDS: f64 = 1.5;
/// Seconds between two checks whether a backup is due.
const BACKUP_LOOK_SECONDS: i64 = 60;
/// Seconds after which the moment of the clock is remembered again.
const CLOCK_SECONDS: i64 = 600;

/// When things were last done, and what is due next.
pub struct Schedule {
    /// When the user last pressed a key or moved the pointer.
    pub active_at: Moment,
    /// When a reader last checked for changes by the writer, in the time of the window.
    pub refreshed_at: Option<f64>,
    /// No automatic backup of an open file before this time.
    pub backup_after: Moment,
    /// No look for a due time stamp before this time.
    pub stamp_after: Moment,
    /// Whether the last request for a time stamp failed, which was reported.
    pub stamp_failed: bool,
    /// When the moment of the clock was last remembered.
    pub clock_noted_at: Moment,
    /// Whether the file is to be verified.
    pub verify_wanted: bool,
}

impl Schedule {
    /// Nothing is due yet.
    pub const fn new(now: Moment) -> Self {
        Self {
            active_at: now,
            refreshed_at: None,
            backup_after: now,
            stamp_after: now,
            stamp_failed: false,
            clock_noted_at: now,
            verify_wanted: false,
        }
    }
}

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
    /// Does everything that is due.
    pub(super) fn keep_time(&mut self, ctx: &egui::Context) {
        let stamp = self.stamp();
        if ctx.input(|input| input.events.iter().any(is_input)) {
            self.schedule.active_at = stamp.now;
        }
        self.lock_when_idle(ctx);
        self.leave_auditor_when_idle();
        self.follow_file(ctx);
        self.keep_pen(ctx);
        self.keep_seen();
        self.keep_clock(stamp.now);
        self.keep_since();
        if self.schedule.verify_wanted {
            self.schedule.verify_wanted = false;
            self.verify(false);
        }
        self.stamp_when_due();
        if let Some(folder) = self.setup.data_folder.clone()
            && self.session.is_some()
            && self.jobs.none_run()
            && self.desk.as_ref().is_some_and(|desk| desk.file.head().seq != desk.backed_up)
            && stamp.now >= self.schedule.backup_after
        {
            self.schedule.backup_after = stamp.now.plus_seconds(BACKUP_LOOK_SECONDS);
            if self.backup_is_due(&folder, stamp.now) {
                self.back_up_automatically();
            }
        }
    }

    fn lock_when_idle(&mut self, ctx: &egui::Context) {
        if self.session.is_none() {
            return;
        }
        // Without a readable policy the shortest time counts that a policy can set; the notice of `read_idle_lock` says so.
        let minutes = self.desk.as_ref().and_then(|desk| desk.idle_minutes).unwrap_or(IDLE_MINUTES_MIN);
        let limit = i64::from(minutes) * 60;
        let idle = self.stamp().now.seconds_since(self.schedule.active_at);
        if idle >= limit {
            self.lock(&format!("Locked after {} without input.", counted(minutes, "minute")));
        } else {
            let left = limit - idle.max(0);
            ctx.request_repaint_after(Duration::from_secs(left.unsigned_abs().min(60)));
        }
    }

    /// Follows the changes of the writer and our own commits.
    fn follow_file(&mut self, ctx: &egui::Context) {
        let now = ctx.input(|input| input.time);
        let stamp = self.stamp();
        let Some(desk) = &mut self.desk else { return };
        if desk.file.why_read_only().is_some() && !desk.file.writer_is_away() {
            ctx.request_repaint_after(Duration::from_secs_f64(LOOK_SECONDS));
            if self.schedule.refreshed_at.is_none_or(|at| now - at >= LOOK_SECONDS) {
                self.schedule.refreshed_at = Some(now);
                desk.writer = desk.file.writer();
                // A reader that cannot read now tries again at the next check.
                let _ = desk.file.refresh();
            }
        }
        let head = desk.file.head().clone();
        desk.cache.keep_up(&head, stamp.now.day());
        if desk.seen != Some(head.seq) {
            desk.seen = Some(head.seq);
            desk.uncompared = true;
            if let Ok(product) = desk.file.product() {
                desk.product = product;
            }
            self.read_idle_lock();
        }
    }

    /// Reads the idle lock of the policy, a required field. That it cannot be read is reported once.
    fn read_idle_lock(&mut self) {
        let Some(desk) = &mut self.desk else { return };
        let policy = desk.file.policy().ok();
        let read = policy.and_then(|policy| policy.idle_lock_minutes).filter(|minutes| *minutes > 0);
        let reported = std::mem::replace(&mut desk.idle_unknown, read.is_none());
        desk.idle_minutes = read;
        if read.is_none() && !reported {
            let time = counted(IDLE_MINUTES_MIN, "minute");
            self.problem(
                format!("The idle lock of the policy cannot be read, so the window locks after {time} without input."),
                "Verify the file, and open a backup if it is damaged.",
            );
        }
    }

    /// Measures the clock against the latest moment since the file was opened, and remembers it now and then.
    fn keep_clock(&mut self, now: Moment) {
        let Some(desk) = &self.desk else { return };
        desk.file.see_moment(now);
        if now.seconds_since(self.schedule.clock_noted_at) >= CLOCK_SECONDS
            && let Some(folder) = &self.setup.data_folder
        {
            self.schedule.clock_noted_at = now;
            // Without it, a clock that is set back is only noticed while the program runs.
            let _ = workstation::note_clock(folder, now);
        }
    }

    /// Remembers what was written since, and compares what somebody else wrote.
    fn keep_seen(&mut self) {
        if self.desk.as_mut().is_some_and(|desk| std::mem::take(&mut desk.uncompared)) {
            self.compare_with_seen();
        }
    }

    /// Updates the settings.
    pub(super) fn keep_settings(&mut self, ctx: &egui::Context) {
        if let Err((happened, remedy)) = self.settings.follow(ctx) {
            self.problem(happened, remedy);
        }
    }

    /// Writes the settings if they have changed.
    pub(super) fn save_settings(&mut self) {
        if let Err((happened, remedy)) = self.settings.save() {
            self.problem(happened, remedy);
        }
    }
}
