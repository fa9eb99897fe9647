//! Trusted time stamps: requested in the background when one is due or asked for, or by files where there is no network.

use super::App;
use super::jobs::{Finished, RunningKind, Version};
use crate::base::regular;
use crate::domain::text::sentence;
use crate::ops::{Refused, STAMP_REPLY_BYTES_MAX, StampQuery};
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
        let writes = self.session.is_some() && desk.file.why_read_only().is_none();
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
        let Some(desk) = &self.desk else { return };
        let kind = RunningKind::TimeStamp { asked_for, of: Version::of(desk) };
        let started = self.jobs.start("Requesting a time stamp", kind, move |_| {
            let reply = query.send()?;
            Ok(Finished::TimeStamped(Box::new((query, reply))))
        });
        if let Err(refusal) = started {
            self.no_time_stamp(&refusal);
        }
    }

    /// Adds the authority's reply to the file.
    pub(super) fn time_stamped(&mut self, query: &StampQuery, reply: &[u8], kind: &RunningKind) {
        let RunningKind::TimeStamp { asked_for, of } = kind else { return };
        if self.desk.as_ref().is_some_and(|desk| of.is_of(desk)) {
            self.add_time_stamp(reply, Some(query), *asked_for);
        }
    }

    fn add_time_stamp(&mut self, reply: &[u8], query: Option<&StampQuery>, asked_for: bool) {
        let stamp = self.stamp();
        self.jobs.interrupt_reads();
        let (Some(desk), Some(session)) = (&mut self.desk, &self.session) else { return };
        match desk.file.add_time_stamp(session, reply, query, &stamp) {
            Ok((receipt, stamped)) => {
                let head = desk.file.head().clone();
                desk.cache.keep_up(&head, stamp.now.day());
                if asked_for {
                    self.notices.push(Notice::done(format!(
                        "Event {} existed at {}. The time stamp was saved as event {}.",
                        stamped.event,
                        stamped.time.words(),
                        receipt.seq
                    )));
                }
            }
            Err(refusal) => self.no_time_stamp(&refusal),
        }
    }

    /// A request that failed: it is reported, and tried again later.
    pub(super) fn no_time_stamp(&mut self, refusal: &Refused) {
        self.schedule.stamp_after = self.stamp().now.plus_seconds(AGAIN_SECONDS);
        self.problem(format!("No time stamp was added: {refusal}."), REMEDY);
    }

    /// Writes a query to a place that the user chooses.
    pub(super) fn save_stamp_query(&mut self) {
        let Some(desk) = &self.desk else { return };
        let query = match desk.file.stamp_query() {
            Ok(query) => query,
            Err(refusal) => return self.problem(sentence(&refusal.to_string()), "No query was saved."),
        };
        self.save_file(&format!("event-{}.tsq", query.event), &query.bytes());
    }

    /// Adds a time stamp from a file that the user chooses.
    pub(super) fn add_stamp_reply(&mut self) {
        let question = dialogs::open("Add a time stamp", "Time stamp reply", &["tsr"]);
        let Some(path) = (self.setup.ask_path)(&question) else { return };
        match regular::bytes(&path, STAMP_REPLY_BYTES_MAX) {
            Ok(reply) => self.add_time_stamp(&reply, None, true),
            Err(error) => self.problem(
                format!("{} cannot be read: {}.", path.display(), regular::why(&error)),
                "Choose the reply of the authority.",
            ),
        }
    }
}
