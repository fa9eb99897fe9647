//! Several requests at once: all of them or none, with one password where they are signed.

use eframe::egui::Context;

use super::App;
use crate::domain::requests::Preview;
use crate::domain::text::counted;
use crate::ops::{Act, Password, Refused};
use crate::ui::cx::{Several, Slot};
use crate::ui::sign::{self, SignSeveral};
use crate::ui::widgets::notice::Notice;

impl App {
    /// Performs several requests, or shows what they sign and prompts for the password.
    pub(super) fn perform_several(&mut self, several: Several) {
        let Several { title, acts, answer } = several;
        match self.previews(acts) {
            Ok((acts, true)) => {
                let names = self.desk.as_ref().and_then(|desk| desk.file.names().ok()).unwrap_or_default();
                self.dialogs.signing_several = Some(SignSeveral::new(title, acts, &names, answer));
            }
            Ok((acts, false)) => {
                let acts = acts.into_iter().map(|(act, _)| act).collect();
                if let Err(refusal) = self.perform_together(acts, None, &answer) {
                    answer.put(Some(refusal));
                }
            }
            Err(refusal) => answer.put(Some(refusal)),
        }
    }

    /// The dry runs of the acts, and whether one of them is signed.
    fn previews(&self, acts: Vec<Act>) -> Result<(Vec<(Act, Preview)>, bool), Refused> {
        let (Some(desk), Some(session)) = (&self.desk, &self.session) else {
            return Ok((Vec::new(), false));
        };
        let stamp = self.stamp();
        let mut found = Vec::with_capacity(acts.len());
        for act in acts {
            let preview = desk.file.preview(session, act.clone(), &stamp)?;
            if let Some(condition) = preview.missing.first() {
                let what = preview.record.map_or_else(String::new, |id| format!("{id}: "));
                return Err(Refused::Rule(format!("{what}{} is not met yet", condition.text)));
            }
            found.push((act, preview));
        }
        let signed = found.iter().any(|(_, preview)| preview.asks.password.is_some());
        Ok((found, signed))
    }

    fn perform_together(
        &mut self,
        acts: Vec<Act>,
        password: Option<&Password>,
        answer: &Slot<Option<Refused>>,
    ) -> Result<(), Refused> {
        let stamp = self.stamp();
        self.jobs.interrupt_reads();
        let (Some(desk), Some(session)) = (&mut self.desk, &self.session) else { return Ok(()) };
        let done = match password {
            Some(password) => desk.file.perform_all_signed(session, (acts, password), &|_| true, &stamp),
            None => desk.file.perform_all(session, acts, &|_| true, &stamp),
        };
        let receipts = done.map_err(|(_, refusal)| refusal)?;
        let head = desk.file.head().clone();
        desk.cache.keep_up(&head, stamp.now.day());
        let records = counted(receipts.len(), "record");
        let words =
            if password.is_some() { format!("Signed on {records}.") } else { format!("Saved {records}.") };
        self.notices.push(Notice::done(words));
        answer.put(None);
        Ok(())
    }

    /// Draws the dialog of several signatures.
    pub(super) fn draw_signing_several(&mut self, ctx: &Context) {
        let Some(mut dialog) = self.dialogs.signing_several.take() else { return };
        let Some(session) = &self.session else { return };
        match dialog.ui(ctx, session.name()) {
            sign::Outcome::Pending => self.dialogs.signing_several = Some(dialog),
            sign::Outcome::Cancelled => dialog.answer().put(Some(Refused::NoChange)),
            sign::Outcome::Sign(password) => {
                let answer = dialog.answer().clone();
                match self.perform_together(dialog.acts(), Some(&password), &answer) {
                    Ok(()) => {}
                    // What was shown has changed: it is looked at again from the screen.
                    Err(refusal @ Refused::ChangedWhileReading) => answer.put(Some(refusal)),
                    Err(refusal) => {
                        dialog.refuse(&refusal);
                        self.dialogs.signing_several = Some(dialog);
                    }
                }
            }
        }
    }
}
