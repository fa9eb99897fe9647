//! The background work of the portfolio: looking at the files, asking them, reading a bill. Each is a job that can be cancelled.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::Context;

use crate::domain::text::sentence;
use crate::domain::time::Moment;
use crate::ops::jobs::{Job, Progress};
use crate::ops::{Refused, StoreError};
use crate::portfolio::{
    Answered, Asking, For, Looking, Portfolio, Question, advised, ask, files_below, look, recall,
};
use crate::ui::cx::Slot;

/// The folders of this workstation that the portfolio uses.
#[derive(Debug, Clone, Default)]
pub struct DataFolders {
    /// The folder of its data. Summaries of files are kept in it.
    pub data: Option<PathBuf>,
    /// The folder of its advisory data.
    pub advisories: Option<PathBuf>,
}

/// A question with its answer, once there is one.
struct Asked {
    question: Arc<Question>,
    answered: Option<Answered>,
}

/// The work, and what it found.
#[derive(Default)]
pub struct Work {
    folders: DataFolders,
    looking: Option<Job<Portfolio>>,
    /// What is kept of the files, which is there before they are read.
    recalled: Slot<Portfolio>,
    shown: Option<Arc<Portfolio>>,
    asking: Option<Job<Answered>>,
    /// The answer of the files alone, before the advisory data has answered.
    early: Slot<Answered>,
    asked: Option<Asked>,
    reading: Option<Job<Question>>,
    trouble: Option<String>,
}

impl Work {
    /// Nothing yet.
    pub fn new(folders: DataFolders) -> Self {
        Self { folders, ..Self::default() }
    }

    /// What was found last.
    pub fn shown(&self) -> Option<&Portfolio> {
        self.shown.as_deref()
    }

    /// What was asked last, and its answer.
    pub fn asked(&self) -> Option<(&Question, Option<&Answered>)> {
        self.asked.as_ref().map(|asked| (&*asked.question, asked.answered.as_ref()))
    }

    /// Why the last work gave nothing.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Whether the files are being read.
    pub const fn is_looking(&self) -> bool {
        self.looking.is_some()
    }

    /// What runs.
    pub fn progress(&self) -> impl Iterator<Item = &Progress> {
        let jobs = [
            self.looking.as_ref().map(Job::progress),
            self.asking.as_ref().map(Job::progress),
            self.reading.as_ref().map(Job::progress),
        ];
        jobs.into_iter().flatten()
    }

    /// Looks at all files below some places.
    pub fn look(&mut self, ctx: &Context, places: &[PathBuf], now: Moment) {
        self.trouble = None;
        self.recalled = Slot::default();
        self.looking = None;
        if places.is_empty() {
            (self.shown, self.asking) = (None, None);
            return;
        }
        let data = self.folders.data.clone();
        let (places, recalled) = (places.to_vec(), self.recalled.clone());
        let work = move |progress: &Progress| {
            let files = files_below(&places, &|| !progress.is_cancelled());
            if let Some(data) = &data {
                recalled.put(recall(&files, data));
            }
            progress.say("Reading product files");
            let how = Looking { data: data.as_deref(), fresh: false, now, wanted: For::Work };
            let found = look(&files, how, &|done, all| progress.at(done as f32 / all.max(1) as f32));
            if progress.is_cancelled() { Err(Refused::Store(StoreError::Cancelled)) } else { Ok(found) }
        };
        self.looking = self.start(ctx, "Looking for product files", work);
    }

    /// Asks a question, once there is something to ask.
    pub fn ask(&mut self, ctx: &Context, question: Question, now: Moment) {
        self.trouble = None;
        self.asked = Some(Asked { question: Arc::new(question), answered: None });
        self.ask_again(ctx, now);
    }

    fn ask_again(&mut self, ctx: &Context, now: Moment) {
        self.asking = None;
        self.early = Slot::default();
        let (Some(shown), Some(asked)) = (self.shown.clone(), &self.asked) else { return };
        let (question, early) = (Arc::clone(&asked.question), self.early.clone());
        let (folder, today) = (self.folders.advisories.clone(), now.day());
        let work = move |progress: &Progress| {
            let mut asking = Asking { portfolio: &shown, question: &question, today, advised: None };
            let answered = ask(asking);
            let (Question::Advisory(id), Some(folder)) = (&*question, folder) else { return Ok(answered) };
            early.put(answered);
            progress.say("Asking the advisory data");
            let by = advised(&shown, id, (&folder, today), &|share| progress.at(share));
            if progress.is_cancelled() {
                return Err(Refused::Store(StoreError::Cancelled));
            }
            let by = by?;
            asking.advised = Some(&by);
            Ok(ask(asking))
        };
        self.asking = self.start(ctx, "Asking all products", work);
    }

    /// Reads a bill that is to be asked for.
    pub fn read_bill(&mut self, ctx: &Context, path: PathBuf) {
        self.trouble = None;
        self.reading = self.start(ctx, "Reading the bill", move |_: &Progress| Question::of_bill(&path));
    }

    /// The bill once it was read, or why it cannot be.
    pub fn bill_read(&mut self) -> Option<Result<Question, String>> {
        let outcome = self.reading.as_ref()?.poll()?;
        self.reading = None;
        Some(outcome.map_err(|refusal| sentence(&refusal.to_string())))
    }

    fn start<T: Send + 'static>(
        &mut self,
        ctx: &Context,
        name: &'static str,
        work: impl FnOnce(&Progress) -> Result<T, Refused> + Send + 'static,
    ) -> Option<Job<T>> {
        let wake = ctx.clone();
        match Job::start(name, move || wake.request_repaint(), work) {
            Ok(job) => Some(job),
            Err(refusal) => {
                self.trouble = Some(sentence(&refusal.to_string()));
                None
            }
        }
    }

    /// Takes what the work has found. Returns whether there is something new to show.
    pub fn keep_up(&mut self, ctx: &Context, now: Moment) -> bool {
        let mut is_new = false;
        if let Some(outcome) = self.looking.as_ref().and_then(Job::poll) {
            self.looking = None;
            match outcome {
                Ok(found) => {
                    self.recalled = Slot::default();
                    is_new |= self.take(ctx, found, now);
                }
                Err(refusal) => self.fail(&refusal, "The look was cancelled; what is shown was read before."),
            }
        } else if let Some(recalled) = self.recalled.take().filter(|found| !found.products.is_empty()) {
            is_new |= self.take(ctx, recalled, now);
        }
        let outcome = self.asking.as_ref().and_then(Job::poll);
        if outcome.is_some() {
            self.asking = None;
        }
        let early = self.early.take();
        let answered = match outcome {
            Some(Ok(answered)) => Some(answered),
            Some(Err(refusal)) => {
                self.fail(
                    &refusal,
                    "The advisory data was not asked to the end; what is shown is from the files alone.",
                );
                early
            }
            None => early,
        };
        if let (Some(asked), Some(answered)) = (&mut self.asked, answered) {
            asked.answered = Some(answered);
            is_new = true;
        }
        is_new
    }

    fn take(&mut self, ctx: &Context, found: Portfolio, now: Moment) -> bool {
        self.shown = Some(Arc::new(found));
        // The places of products in the former answer are not those of this portfolio.
        if let Some(asked) = &mut self.asked {
            asked.answered = None;
        }
        self.ask_again(ctx, now);
        true
    }

    fn fail(&mut self, refusal: &Refused, cancelled: &str) {
        self.trouble = Some(match refusal {
            Refused::Store(StoreError::Cancelled) => cancelled.to_owned(),
            other => sentence(&other.to_string()),
        });
    }
}
