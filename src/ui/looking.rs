//! What a screen reads of the whole file: computed beside the window, and shown until something newer is there.
//!
//! Belongs here: when to look again. Does not belong here: what is looked at.

use std::sync::PoisonError;

use eframe::egui::Context;

use crate::domain::readiness::Facts;
use crate::domain::time::{Day, Moment};
use crate::ops::jobs::Job;
use crate::ops::{ProductFile, Readiness, Refused};
use crate::ui::cx::Cx;

/// Something that is read of the file and read again after each event.
pub struct Looking<T> {
    /// The event and day of what is shown or being read, and what was known of the file besides its records.
    of: Option<(u64, Day, Facts)>,
    job: Option<Job<T>>,
    shown: Option<Result<T, Refused>>,
    /// How often something new has arrived.
    round: u64,
}

impl<T> Default for Looking<T> {
    fn default() -> Self {
        Self { of: None, job: None, shown: None, round: 0 }
    }
}

impl<T: Send + 'static> Looking<T> {
    /// Takes what has arrived, and looks again if the file or the day has changed. `look` gets a connection of its own.
    pub fn keep_up(
        &mut self,
        ctx: &Context,
        cx: &Cx<'_>,
        look: impl FnOnce(&ProductFile, Moment) -> Result<T, Refused> + Send + 'static,
    ) {
        self.keep_up_while(ctx, cx, move |file, now, _| look(file, now));
    }

    /// The same for the gaps that the rules find, which also follow from what is known of the file besides its records. After an event
    /// only those rules look again that it concerns.
    pub fn keep_up_rules(
        &mut self,
        ctx: &Context,
        cx: &Cx<'_>,
        take: impl FnOnce(Readiness) -> T + Send + 'static,
    ) {
        let (rules, known) = (cx.rules(), cx.file.known());
        self.look_for(ctx, cx, known.clone(), move |file, now, _| {
            let mut rules = rules.lock().unwrap_or_else(PoisonError::into_inner);
            file.readiness_again(&mut rules, now, &known).map(take)
        });
    }

    /// The same for what takes long: `look` also gets what it asks whether to go on, which receives the share that is done.
    pub fn keep_up_while(
        &mut self,
        ctx: &Context,
        cx: &Cx<'_>,
        look: impl FnOnce(&ProductFile, Moment, &(dyn Fn(f32) -> bool + Sync)) -> Result<T, Refused>
        + Send
        + 'static,
    ) {
        self.look_for(ctx, cx, Facts::default(), look);
    }

    fn look_for(
        &mut self,
        ctx: &Context,
        cx: &Cx<'_>,
        known: Facts,
        look: impl FnOnce(&ProductFile, Moment, &(dyn Fn(f32) -> bool + Sync)) -> Result<T, Refused>
        + Send
        + 'static,
    ) {
        if let Some(outcome) = self.job.as_ref().and_then(Job::poll) {
            self.job = None;
            self.shown = Some(outcome);
            self.round += 1;
        }
        let now = Some((cx.file.head().seq, cx.today(), known));
        if self.of == now || self.job.is_some() {
            return;
        }
        self.of = now;
        let (path, moment, wake) = (cx.file.path().to_owned(), cx.now(), ctx.clone());
        let started = Job::start(
            "Looking through the records",
            move || wake.request_repaint(),
            move |progress| look(&ProductFile::open_for_job(&path)?, moment, &|share| progress.at(share)),
        );
        match started {
            Ok(job) => self.job = Some(job),
            Err(refusal) => self.shown = Some(Err(refusal)),
        }
    }

    /// Looks again as soon as it is drawn; what is known stays until then.
    pub fn again(&mut self) {
        self.of = None;
    }

    /// What is known; `None` before the first answer.
    pub const fn shown(&self) -> Option<&Result<T, Refused>> {
        self.shown.as_ref()
    }

    /// What is known, if it could be read.
    pub fn get(&self) -> Option<&T> {
        self.shown.as_ref().and_then(|shown| shown.as_ref().ok())
    }

    /// Changes with every new answer.
    pub const fn round(&self) -> u64 {
        self.round
    }
}
