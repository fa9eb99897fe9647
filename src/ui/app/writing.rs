//! Writes of a screen that take longer than a frame: in the background, with the writer. They end as cancelled only if nothing of them
//! is in the file: after a first transaction, a refusal of the second says what is.

use super::App;
use super::jobs::{Finished, RunningKind, Written};
use crate::domain::text::sentence;
use crate::ops::{Refused, StoreError};
use crate::ui::cx::LongWrite;
use crate::ui::widgets::notice::Notice;

/// The reason for refusing other changes meanwhile.
const WRITE_RUNS: &str = "Much is being written: wait or cancel it";

impl App {
    /// Writes in the background what a screen worked out.
    pub(super) fn write_in_background(&mut self, write: LongWrite) {
        let stamp = self.stamp();
        let LongWrite { name, work, answer } = write;
        if let Some(other) = self.jobs.watched_under_way() {
            let words = format!("“{}” is running: wait or cancel it", other.name());
            return answer.put(Some(Refused::Rule(words)));
        }
        let verifying = self.jobs.stop_verifying();
        let (Some(desk), Some(session)) = (&mut self.desk, &self.session) else { return };
        let mut writer = match desk.file.hand_over_writer(WRITE_RUNS) {
            Ok(writer) => Box::new(writer),
            Err(refusal) => return answer.put(Some(refusal)),
        };
        desk.verify_again = verifying;
        let session = session.for_job();
        let started = self.jobs.start(name, RunningKind::Write(answer.clone()), move |progress| {
            let outcome = work(&mut writer, &session, &stamp, progress);
            Ok(Finished::Written(Box::new(Written { writer: *writer, outcome })))
        });
        if let Err(refusal) = started {
            answer.put(Some(refusal));
            self.writer_lost("It could not be written.");
        }
    }

    /// Handles the end of such a write.
    pub(super) fn written(&mut self, Written { writer, outcome }: Written, kind: &RunningKind) {
        let RunningKind::Write(answer) = kind else { return };
        self.take_back(writer);
        match outcome {
            Ok(words) => {
                self.notices.push(Notice::done(words));
                answer.put(None);
            }
            Err(refusal @ Refused::Store(StoreError::Cancelled)) => {
                self.notices.push(Notice::info("It was cancelled. None of it is in the file."));
                answer.put(Some(refusal));
            }
            Err(refusal) => {
                // A dialog that was closed meanwhile does not say it.
                if !answer.is_awaited() {
                    let remedy = "Mend what is named, and do it again.";
                    self.notices.push(Notice::problem(sentence(&refusal.to_string()), remedy));
                }
                answer.put(Some(refusal));
            }
        }
        self.leave_after_writing();
    }
}
