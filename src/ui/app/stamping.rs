//! Trusted time stamps: requested in the background when one is due or asked for, or by files where there is no network.

use std::path::Path;

use super::App;
use super::jobs::{Finished, RunningKind, Version};
use crate::base::regular;
use crate::domain::role::Role;
use crate::domain::text::sentence;
use crate::ops::{
    Refused, SHORT_STAMP_PATIENCE, STAMP_PATIENCE, STAMP_REPLY_BYTES_MAX, Session, StampQuery, StoreError,
};
use crate::ui::dialogs;
use crate::ui::widgets::notice::Notice;

/// Seconds between two checks whether a time stamp is due.
const LOOK_SECONDS: i64 = 60;
/// Seconds after a failed request until the next attempt.
const AGAIN_SECONDS: i64 = 3600;
/// What to do where an authority cannot be asked.
const REMEDY: &str = "Try again later, or use “Save a time stamp query…” and a machine with a network.";

impl App {
    /// Requests a time stamp if one is due.
    pub(super) fn stamp_when_due(&mut self) {
        let now = self.stamp().now;
        let Some(desk) = &self.desk else { return };
        let enters = |session: &Session| session.roles().iter().any(|role| *role != Role::Auditor);
        let writes = self.session.as_ref().is_some_and(enters) && desk.file.why_read_only().is_none();
        // A clock that was set back does not put it off for ever.
        if self.schedule.stamp_after.seconds_since(now) > AGAIN_SECONDS {
            self.schedule.stamp_after = now;
        }
        if !writes || now < self.schedule.stamp_after || !self.jobs.none_run() {
            return;
        }
        self.schedule.stamp_after = now.plus_seconds(LOOK_SECONDS);
        // A file that cannot be read is reported by the screens that read it.
        if let Ok(Some(query)) = desk.file.stamp_due(now) {
            self.send_stamp_query(query, false);
        }
    }

    /// Looks soon whether a time stamp is due.
    pub(super) fn look_for_stamp(&mut self) {
        self.schedule.stamp_after = self.schedule.stamp_after.min(self.stamp().now);
    }

    /// Requests a time stamp because the user asked for it.
    pub(super) fn request_time_stamp(&mut self) {
        let Some(desk) = &self.desk else { return };
        if let Some(why) = desk.file.why_read_only() {
            return self.problem(sentence(&format!("{why}.")), "No time stamp was requested.");
        }
        if self.jobs.is_requesting_time_stamp() {
            return;
        }
        match desk.file.stamp_query() {
            Ok(query) if query.address.is_empty() => self.problem(
                "The policy names no address of a time stamp authority.",
                "Enter it there, or use “Save a time stamp query…” and a machine with a network.",
            ),
            Ok(query) => self.send_stamp_query(query, true),
            Err(refusal) => self.problem(sentence(&refusal.to_string()), "No time stamp was requested."),
        }
    }

    fn send_stamp_query(&mut self, query: StampQuery, asked_for: bool) {
        let (Some(desk), Some(session)) = (&self.desk, &self.session) else { return };
        let kind = RunningKind::TimeStamp { asked_for, of: Version::of(desk), by: session.person() };
        let patience = if asked_for { STAMP_PATIENCE } else { SHORT_STAMP_PATIENCE };
        let started = self.jobs.start("Requesting a time stamp", kind, move |progress| {
            let reply = query.send(patience)?;
            if !progress.at(1.0) {
                return Err(Refused::Store(StoreError::Cancelled));
            }
            Ok(Finished::TimeStamped(Box::new((query, reply))))
        });
        if let Err(refusal) = started {
            self.no_time_stamp(&refusal, asked_for);
        }
    }

    /// Adds the authority's reply to the file.
    pub(super) fn time_stamped(&mut self, query: &StampQuery, reply: &[u8], kind: &RunningKind) {
        let RunningKind::TimeStamp { asked_for, of, by } = kind else { return };
        let same = self.session.as_ref().is_some_and(|session| session.person() == *by);
        if same
            && self.desk.as_ref().is_some_and(|desk| of.is_of(desk))
            && let Err(refusal) = self.add_time_stamp(reply, Some(query), *asked_for)
        {
            self.no_time_stamp(&refusal, *asked_for);
        }
    }

    fn add_time_stamp(
        &mut self,
        reply: &[u8],
        query: Option<&StampQuery>,
        asked_for: bool,
    ) -> Result<(), Refused> {
        let stamp = self.stamp();
        self.jobs.interrupt_reads();
        let (Some(desk), Some(session)) = (&mut self.desk, &self.session) else { return Ok(()) };
        let (receipt, stamped) = desk.file.add_time_stamp(session, reply, query, &stamp)?;
        let head = desk.file.head().clone();
        desk.cache.keep_up(&head, stamp.now.day());
        self.schedule.stamp_failed = false;
        if asked_for {
            self.notices.push(Notice::done(format!(
                "Event {} existed at {}. The time stamp was saved as event {}.",
                stamped.event,
                stamped.time.words(),
                receipt.seq
            )));
        }
        Ok(())
    }

    /// A request that failed or was cancelled is made again later. One that nobody asked for is reported once.
    pub(super) fn no_time_stamp(&mut self, refusal: &Refused, asked_for: bool) {
        self.schedule.stamp_after = self.stamp().now.plus_seconds(AGAIN_SECONDS);
        let cancelled = matches!(refusal, Refused::Store(StoreError::Cancelled));
        if !cancelled && (asked_for || !self.schedule.stamp_failed) {
            self.problem(format!("No time stamp was added: {refusal}."), REMEDY);
        }
        self.schedule.stamp_failed |= !cancelled;
    }

    /// Writes a query to a place that the user chooses.
    pub(super) fn save_stamp_query(&mut self) {
        let Some(desk) = &self.desk else { return };
        let query = match desk.file.stamp_query() {
            Ok(query) => query,
            Err(refusal) => return self.problem(sentence(&refusal.to_string()), "No query was saved."),
        };
        self.save_file(&format!("event-{}.tsq", query.event), query.bytes());
    }

    /// Adds a time stamp from a file that the user chooses.
    pub(super) fn add_stamp_reply(&mut self) {
        let question = dialogs::open("Add a time stamp", "Time stamp reply", &["tsr"]);
        self.with_path(question, |app, path| app.add_stamp_reply_of(&path));
    }

    fn add_stamp_reply_of(&mut self, path: &Path) {
        match regular::bytes(path, STAMP_REPLY_BYTES_MAX) {
            Ok(reply) => {
                if let Err(refusal) = self.add_time_stamp(&reply, None, true) {
                    self.problem(
                        format!("No time stamp was added: {refusal}."),
                        "Choose the reply of the authority to a query of this file.",
                    );
                }
            }
            Err(error) => self.problem(
                format!("{} cannot be read: {}.", path.display(), regular::why(&error)),
                "Choose the reply of the authority.",
            ),
        }
    }
}
