//! Copying the number, the title and the link of the record on screen, or of the one under the cursor of a list.

use eframe::egui::Context;

use crate::domain::ids::RecordId;
use crate::domain::link::RecordLink;
use crate::ui::app::App;
use crate::ui::cx::Route;
use crate::ui::screens::handing::in_hand;
use crate::ui::shortcuts::AppCommand;
use crate::ui::widgets::notice::Notice;

/// The commands that copy something of a record, in the order of their menu.
pub const COPY: [AppCommand; 3] = [AppCommand::CopyNumber, AppCommand::CopyTitle, AppCommand::CopyLink];

impl App {
    /// The record on screen, or under the cursor of the list on screen.
    pub(super) fn record_at_hand(&self, ctx: &Context) -> Option<RecordId> {
        match self.route()? {
            Route::Record(id) | Route::Edit(id, _) | Route::AuditTrail(Some(id)) | Route::ReviewItems(id) => {
                Some(*id)
            }
            Route::List(_) => in_hand(ctx),
            Route::Dashboard
            | Route::New(_)
            | Route::NewFrom(..)
            | Route::AuditTrail(None)
            | Route::People
            | Route::Packets(_)
            | Route::Import
            | Route::Documents
            | Route::Coverage
            | Route::Triage
            | Route::Advisories
            | Route::Search(_)
            | Route::Shortcuts
            | Route::Settings
            | Route::Readiness => None,
        }
    }

    /// Copies what a command names of the record at hand.
    pub(in crate::ui::app) fn copy_of_record(&mut self, command: AppCommand, ctx: &Context) {
        let Some(id) = self.record_at_hand(ctx) else {
            let remedy = "Open a record, or choose one in a list, then copy again.";
            return self.problem("No record is on screen whose number or link could be copied.", remedy);
        };
        let Some(text) = self.text_to_copy(command, id) else { return };
        self.notices.push(Notice::done(format!("Copied: {text}")));
        ctx.copy_text(text);
    }

    fn text_to_copy(&mut self, command: AppCommand, id: RecordId) -> Option<String> {
        match command {
            AppCommand::CopyLink => self.link_to(id).map(|link| link.to_string()),
            AppCommand::CopyTitle => {
                let title = self.desk.as_ref()?.file.record(id).ok()?.title().to_owned();
                Some(if title.is_empty() { id.to_string() } else { format!("{id} {title}") })
            }
            _ => Some(id.to_string()),
        }
    }

    /// The link to a record of the open file.
    pub fn link_to(&self, id: RecordId) -> Option<RecordLink> {
        let desk = self.desk.as_ref()?;
        let file = crate::base::regular::name_of(desk.file.path());
        Some(RecordLink { file, uuid: Some(desk.uuid.to_ascii_lowercase()), record: id })
    }
}
