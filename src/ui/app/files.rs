//! Commands of screens that use the disk: save bytes, read a file, save a packet.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::App;
use super::jobs::{Finished, RunningKind};
use super::open_dialogs::ShownCode;
use crate::base::fresh_file::FreshFile;
use crate::domain::ids::RecordId;
use crate::domain::record::RecordData;
use crate::domain::text::sentence;
use crate::ops::{Act, ProductFile, Refused, RenderedPacket};
use crate::ui::dialogs;
use crate::ui::widgets::notice::Notice;

impl App {
    /// Asks where to save bytes, and saves them.
    pub(super) fn save_file(&mut self, suggested_name: &str, bytes: Vec<u8>) {
        let ending = suggested_name.rsplit_once('.').map_or("", |(_, ending)| ending).to_owned();
        let kind = match ending.as_str() {
            "csv" => "Comma-separated values",
            "pdf" => "PDF",
            _ => "File",
        };
        let suggested = self.folder().join(suggested_name);
        let endings = if ending.is_empty() { "*" } else { &ending };
        let question = dialogs::save("Save as", &suggested, kind, endings);
        self.with_path(question, move |app, path| app.write_file(&path, &bytes));
    }

    fn write_file(&mut self, path: &Path, bytes: &[u8]) {
        // The file dialog has already asked whether to replace an existing file.
        let original = self.desk.as_ref().map(|desk| desk.file.path());
        let written = FreshFile::over(path, original).and_then(|mut file| {
            file.put(bytes)?;
            file.persist_over()
        });
        match written {
            Ok(()) => self.notices.push(Notice::done(format!("Saved {}.", path.display()))),
            Err(error) => self.problem(
                format!("{} could not be written: {error}.", path.display()),
                "Choose another place, or free some space.",
            ),
        }
    }

    /// Asks where to save the bytes of an attachment, and saves them in the background: they may be many.
    pub(super) fn save_attachment(&mut self, id: RecordId) {
        let Some(desk) = &self.desk else { return };
        let attachment = match desk.file.record(id) {
            Ok(attachment) => attachment,
            Err(refusal) => return self.problem(sentence(&refusal.to_string()), "Verify the file."),
        };
        let of = desk.file.path().to_owned();
        let question = dialogs::save("Save as", &self.folder().join(attachment.title()), "File", "*");
        self.with_path(question, move |app, target| app.copy_attachment(of, attachment, target));
    }

    fn copy_attachment(&mut self, of: PathBuf, attachment: RecordData, target: PathBuf) {
        let started = self.jobs.start("Saving the attachment", RunningKind::Save, move |progress| {
            let file = ProductFile::open_for_job(&of)?;
            // The file dialog has already asked whether to replace an existing file.
            let to = FreshFile::over(&target, Some(&of))?;
            let written = file.write_attachment(&attachment, to, &|share| progress.at(share))?;
            written.persist_over()?;
            Ok(Finished::Saved(target))
        });
        if let Err(refusal) = started {
            self.problem(format!("The attachment could not be saved: {refusal}."), "Try again.");
        }
    }

    /// The folder of the open file.
    fn folder(&self) -> PathBuf {
        let path = self.desk.as_ref().and_then(|desk| desk.file.path().parent());
        path.map(|folder| folder.to_owned()).unwrap_or_default()
    }

    /// Performs a request that issues a one-time code, and shows the code.
    pub(super) fn perform_for_code(&mut self, act: Act, to_whom: &str) {
        let stamp = self.stamp();
        self.jobs.interrupt_reads();
        let (Some(desk), Some(session)) = (&mut self.desk, &self.session) else { return };
        match desk.file.perform(session, act, None, &stamp) {
            Ok(receipt) => {
                desk.refusal = None;
                let head = desk.file.head().clone();
                desk.cache.keep_up(&head, stamp.now.day());
                if let Some(code) = receipt.code {
                    self.dialogs.code = Some(ShownCode::new(
                        "Hand over the one-time code",
                        format!(
                            "This code is for {to_whom}, who sets a password with it. Hand it over in person or through a \
                             channel that only they can read. It is shown only once and is stored nowhere."
                        ),
                        code,
                    ));
                }
            }
            Err(refusal) => self.refused(refusal),
        }
    }

    /// Writes the PDF of a packet to a place that the user chooses, and records the issue in the audit trail.
    pub(super) fn save_packet(&mut self, packet: Arc<RenderedPacket>) {
        let suggested = self.folder().join(format!("{}.pdf", packet.number()));
        let question = dialogs::save("Save the packet", &suggested, "PDF", "pdf");
        self.with_path(question, move |app, path| app.issue_packet(&packet, &path));
    }

    fn issue_packet(&mut self, packet: &RenderedPacket, path: &Path) {
        let stamp = self.stamp();
        self.jobs.interrupt_reads();
        let (Some(desk), Some(session)) = (&mut self.desk, &self.session) else { return };
        // The file dialog has already asked whether to replace an existing file.
        let issued = FreshFile::over(path, Some(desk.file.path()))
            .map_err(Refused::from)
            .and_then(|to| desk.file.issue_packet_as(session, packet, (to, true), &stamp));
        match issued {
            Ok((_, paths)) => {
                desk.refusal = None;
                let first = paths.first().map_or_else(String::new, |path| path.display().to_string());
                let number = packet.number();
                let words = if paths.len() > 1 {
                    format!(
                        "Packet {number} was saved in {} volumes. The first one, the index, is {first}.",
                        paths.len()
                    )
                } else {
                    format!("Packet {number} was saved as {first}.")
                };
                self.notices.push(Notice::done(words));
                self.look_for_stamp();
            }
            Err(refusal) => self.refused(refusal),
        }
    }
}
