//! The start of a review: in which advisory data it searches and how old they are, the search beside the window, and the review that
//! is started with what was found.

use std::path::{Path, PathBuf};

use eframe::egui::{Label, Ui};

use crate::domain::ids::RecordId;
use crate::domain::text::{counted, sentence};
use crate::domain::time::Day;
use crate::ops::jobs::{Job, Progress};
use crate::ops::{FoundSearch, ProductFile, Refused, cache_folder};
use crate::review::{ReviewSearch, search};
use crate::soup::{CacheStatus, MAX_AGE_DAYS, cache_status};
use crate::ui::cx::{Command, Cx, LongWrite, Slot, Wrote, outcome_of};
use crate::ui::screens::parts::progress_ui;
use crate::ui::theme::{Tone, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::read_lines::read_lines_ui;
use crate::ui::widgets::text::TextLine;

/// The advisory data of a folder.
pub struct AdvisoryData {
    /// The folder that was typed.
    pub folder: String,
    /// The folder that was read, and the day for which it was.
    read: Option<(String, Day)>,
    /// The pass of the window in which it was drawn last.
    drawn: u64,
    job: Option<Job<CacheStatus>>,
    status: Option<Result<CacheStatus, Refused>>,
}

impl Default for AdvisoryData {
    fn default() -> Self {
        let folder = cache_folder().map_or_else(String::new, |folder| folder.display().to_string());
        Self { folder, read: None, drawn: 0, job: None, status: None }
    }
}

impl AdvisoryData {
    /// The folder.
    pub fn path(&self) -> PathBuf {
        PathBuf::from(self.folder.trim())
    }

    /// Reads what the folder has: if another one was typed, on another day, and when the screen is entered again.
    pub fn keep_up(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        if let Some(outcome) = self.job.as_ref().and_then(Job::poll) {
            self.job = None;
            self.status = Some(outcome);
        }
        let pass = ui.ctx().cumulative_pass_nr();
        let stayed = std::mem::replace(&mut self.drawn, pass) + 1 >= pass;
        let today = cx.today();
        let same = self.read.as_ref().is_some_and(|(folder, day)| (folder, *day) == (&self.folder, today));
        if stayed && same {
            return;
        }
        self.read = Some((self.folder.clone(), today));
        self.status = None;
        let folder = self.path();
        self.job = cx.start(ui.ctx(), "Looking at the advisory data", move |_| status_of(&folder, today));
    }

    /// Why it cannot be searched in yet.
    fn missing(&self) -> Option<&'static str> {
        match &self.status {
            _ if self.folder.trim().is_empty() => Some("The folder of the advisory data is missing"),
            None => Some("The advisory data is being looked at"),
            Some(Err(_)) => Some("The advisory data cannot be read"),
            Some(Ok(status)) if status.sources.is_empty() => Some("The folder has no advisory data"),
            Some(Ok(_)) => None,
        }
    }

    /// How old the data is, in a sentence, with its tone.
    pub fn age_words(&self) -> Option<(Tone, String)> {
        let status = match self.status.as_ref()? {
            Ok(status) => status,
            Err(refusal) => return Some((Tone::Late, sentence(&refusal.to_string()))),
        };
        if status.sources.is_empty() {
            return Some((Tone::Due, "There is no advisory data on this workstation yet.".to_owned()));
        }
        let old = status.sources.iter().filter(|source| source.too_old).count();
        let oldest = status.sources.iter().filter_map(|source| source.age_days).max();
        let age = oldest.map_or_else(String::new, |days| format!(", the oldest of {}", ago(days)));
        let files = counted(status.sources.len(), "file");
        Some(if old == 0 {
            (Tone::Good, format!("{files} of advisory data{age}"))
        } else {
            let words = format!(
                "{files} of advisory data{age}; {old} without a date or older than {MAX_AGE_DAYS} days"
            );
            (Tone::Due, words)
        })
    }

    /// The files with their dates.
    fn ui(&self, ui: &mut Ui) {
        if let Some((tone, words)) = self.age_words() {
            tone_words_ui(ui, tone, &words);
        }
        let Some(Ok(status)) = &self.status else { return };
        read_lines_ui(ui, ("sources", 180.0), &status.sources, |source| {
            let date = source.data_date.as_deref().unwrap_or("no date");
            let date = date.get(..10).unwrap_or(date);
            let old = if source.too_old { ", too old" } else { "" };
            let records = counted(source.records, "record");
            format!("{}, {}: data of {date}{old}, {records}", source.name, source.file).into()
        });
    }
}

fn ago(days: i64) -> String {
    match days {
        0 => "today".to_owned(),
        days => format!("{} ago", counted(days.max(0), "day")),
    }
}

fn status_of(folder: &Path, today: Day) -> Result<CacheStatus, Refused> {
    cache_status(folder, today, MAX_AGE_DAYS).map_err(|refusal| match refusal {
        crate::soup::Refused::Rule(words) => Refused::Rule(words),
        crate::soup::Refused::Store(error) => Refused::Store(error),
    })
}

/// The dialog that starts a review.
pub struct Starting {
    review: RecordId,
    data: AdvisoryData,
    searching: Option<Job<FoundSearch>>,
    written: Option<Slot<Option<Refused>>>,
    refusal: Option<Refused>,
    /// What the review itself still needs, and the event after which that was looked up.
    needs: Option<(u64, Vec<String>)>,
}

impl Starting {
    /// The dialog for a review.
    pub fn of(review: RecordId) -> Self {
        Self {
            review,
            data: AdvisoryData::default(),
            searching: None,
            written: None,
            refusal: None,
            needs: None,
        }
    }

    /// Draws the dialog; returns whether it goes on.
    pub fn ui(&mut self, ui: &Ui, cx: &mut Cx<'_>) -> bool {
        self.data.keep_up(ui, cx);
        match outcome_of(&mut self.written) {
            Wrote::Done => return false,
            Wrote::Refused(refusal) => self.refusal = Some(refusal),
            Wrote::NotYet => {}
        }
        match self.searching.as_ref().and_then(Job::poll) {
            Some(Ok(found)) => self.store(cx, found),
            Some(Err(refusal)) => {
                self.searching = None;
                self.refusal = Some(refusal);
            }
            None => {}
        }
        let missing: Vec<String> = match (&self.searching, &self.written) {
            (Some(_), _) => vec!["The search is running".to_owned()],
            (None, Some(_)) => vec!["The review is being written".to_owned()],
            (None, None) => {
                let data = self.data.missing().map(str::to_owned);
                self.needs(cx).iter().cloned().chain(data).collect()
            }
        };
        let title = format!("Start {}", self.review);
        let dialog = Dialog::new("start_review", &title, "Search and start").missing(&missing).width(680.0);
        let outcome = dialog.show(ui.ctx(), |ui| self.contents_ui(ui));
        match outcome {
            Outcome::Open | Outcome::Refused => true,
            // What is being written goes on; a search is dropped with the dialog.
            Outcome::Cancelled => false,
            Outcome::Confirmed => {
                self.search(ui, cx);
                true
            }
        }
    }

    /// All that the review needs before it can start, in sentences.
    fn needs(&mut self, cx: &Cx<'_>) -> &[String] {
        let seq = cx.file.head().seq;
        if self.needs.as_ref().is_none_or(|(at, _)| *at != seq) {
            let needs = match cx.file.may_start_review(cx.session, self.review, cx.stamp) {
                Ok(()) => Vec::new(),
                Err(Refused::Conditions { unmet, .. }) => {
                    unmet.into_iter().map(|condition| condition.text).collect()
                }
                Err(refusal) => vec![sentence(&refusal.to_string())],
            };
            self.needs = Some((seq, needs));
        }
        self.needs.as_ref().map_or(&[], |(_, needs)| needs)
    }

    fn contents_ui(&mut self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = space::S;
        if let Some((_, needs)) = self.needs.as_ref().filter(|(_, needs)| !needs.is_empty()) {
            tone_words_ui(ui, Tone::Due, "The review cannot start yet. It needs:");
            for words in needs {
                ui.add(Label::new(format!("– {words}")).wrap());
            }
        }
        let words = "Its scope is frozen, every version is searched for in this data, the evidence is attached, and what was found \
                     becomes findings. All of it, or nothing.";
        ui.add(Label::new(hint(ui, words)).wrap());
        if let Some(refusal) = &self.refusal {
            let notice = Notice::problem(sentence(&refusal.to_string()), "Nothing was changed.");
            banner_ui(ui, &notice, false);
        }
        match (&self.searching, &self.written) {
            (Some(job), _) => progress_ui(ui, job.progress()),
            (None, Some(_)) => {
                ui.label(hint(ui, "The review is being written…"));
            }
            (None, None) => {
                Field::new("Folder of the advisory data")
                    .show(ui, |ui| ui.add(TextLine::new(&mut self.data.folder)));
                self.data.ui(ui);
            }
        }
    }

    fn search(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        self.refusal = None;
        let (review, folder) = (self.review, self.data.path());
        let (path, now) = (cx.file.path().to_owned(), cx.now());
        self.searching =
            cx.start(ui.ctx(), "Searching for the SOUP in service", move |progress: &Progress| {
                let file = ProductFile::open_for_job(&path)?;
                let subjects = file.review_subjects(review, now)?;
                progress.say(format!("Searching for {}", counted(subjects.len(), "version")));
                let options = ReviewSearch::of(&folder);
                search(&file, (review, &subjects), &options, now, &|share| progress.at(share))
            });
    }

    fn store(&mut self, cx: &mut Cx<'_>, found: FoundSearch) {
        self.searching = None;
        let review = self.review;
        let (write, answer) =
            LongWrite::new("Starting the review", move |file, session, stamp, progress: &Progress| {
                let all = (found.items.len() * 2 + 3) as f32;
                let go_on = |done: usize| progress.at(done as f32 / all);
                let started = file.start_review(session, (review, found), &go_on, stamp)?;
                let raised = started.findings;
                Ok(format!(
                    "{review} started: {}, {} raised, {} met again, {} to be reassessed.",
                    counted(started.items, "version"),
                    counted(raised.new, "finding"),
                    raised.known,
                    raised.reopened
                ))
            });
        self.written = Some(answer);
        cx.ask(Command::WriteInBackground(write));
    }
}
