//! The advisory data of this workstation: what there is and how old it is, importing files, and updating from the network.
//!
//! Belongs here: the cache as a person sees it. Does not belong here: a product file, which is not touched, and scans.

mod outcome;
mod update;

use std::path::PathBuf;

use eframe::egui;
use egui::{Label, ScrollArea, Ui};

use self::outcome::{Outcomes, imported_words, updated_words};
use self::update::UpdateSection;
use super::parts::{heading_ui, problem_ui, progress_ui};
use crate::domain::text::counted;
use crate::domain::time::Day;
use crate::ops::jobs::{Job, Progress};
use crate::ops::{Refused, Stamp};
use crate::soup::{
    self, CacheStatus, ImportedFile, MAX_AGE_DAYS, Pace, SourceSummary, UpdatedSource, cache_status,
    import_advisories, update_advisories,
};
use crate::ui::cx::{Command, Cx, Slot};
use crate::ui::screens::handing::{To, given};
use crate::ui::theme::{Tone, body, hint, space};
use crate::ui::widgets::button::button_in_reach_ui;
use crate::ui::widgets::empty::{Empty, empty_ui};
use crate::ui::widgets::notice::Notice;
use crate::ui::widgets::scrolled::scrolled;
use crate::ui::widgets::table::{Cell, Column, Table, TableState, Width};

const COLUMNS: [Column<'static>; 7] = [
    Column::new("Source", Width::Rest(160.0)).unsortable(),
    Column::new("Files", Width::Fit(70.0)).right().unsortable(),
    Column::new("Records", Width::Fit(100.0)).right().unsortable(),
    Column::new("Refused", Width::Fit(80.0)).right().unsortable(),
    Column::new("Dates of the data", Width::Fit(190.0)).unsortable(),
    Column::new("Confirmed", Width::Fit(110.0)).unsortable(),
    Column::new("Age of the oldest", Width::Fit(220.0)).unsortable(),
];
const PURPOSE: &str = "Published data about vulnerabilities, their exploitation and the end of support. A scan compares it with \
    the components of a release. It belongs to this workstation and is no part of the product file.";

/// Where the data and the settings of updates are.
#[derive(Debug, Clone, Default)]
pub struct AdvisoryPlaces {
    /// The folder of the cache.
    pub cache: Option<PathBuf>,
    /// The file of settings.
    pub settings: Option<PathBuf>,
}

/// Work on the cache.
enum Work {
    Import(Job<Vec<ImportedFile>>),
    Update(Job<Vec<UpdatedSource>>),
}

impl Work {
    fn progress(&self) -> &Progress {
        match self {
            Self::Import(job) => job.progress(),
            Self::Update(job) => job.progress(),
        }
    }
}

/// The advisory data.
pub struct AdvisoriesScreen {
    cache: Option<PathBuf>,
    max_age_days: u32,
    status: Option<CacheStatus>,
    reading: Option<Job<CacheStatus>>,
    /// Whether the cache has to be read.
    stale: bool,
    /// The day for which it was read: the ages change with it.
    read_on: Option<Day>,
    chosen: Slot<PathBuf>,
    work: Option<Work>,
    outcomes: Outcomes,
    update: UpdateSection,
    table: TableState,
    problem: Option<String>,
}

impl AdvisoriesScreen {
    /// The screen of the data in these places.
    pub fn new(places: &AdvisoryPlaces) -> Self {
        Self {
            cache: places.cache.clone(),
            max_age_days: MAX_AGE_DAYS,
            status: None,
            reading: None,
            stale: true,
            read_on: None,
            chosen: Slot::default(),
            work: None,
            outcomes: Outcomes::default(),
            update: UpdateSection::new(places.settings.clone()),
            table: TableState::default(),
            problem: None,
        }
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        heading_ui(ui, "Advisory data", |_| {});
        let Some(cache) = self.cache.clone() else {
            problem_ui(
                ui,
                "this system names no folder for advisory data; set HOME and start the program again",
            );
            return;
        };
        self.take(ui, cx, &cache);
        self.watch(ui, cx, &cache);
        scrolled(ScrollArea::vertical().id_salt("advisories").auto_shrink(false)).show(ui, |ui| {
            ui.add(Label::new(body(PURPOSE)).wrap());
            ui.add_space(space::S);
            if self.buttons_ui(ui, cx) {
                self.begin_update(ui, cx, cache);
            }
            if let Some(problem) = &self.problem {
                problem_ui(ui, problem);
            }
            self.status_ui(ui);
            self.outcomes.ui(ui);
            ui.add_space(space::L);
            self.update.ui(ui);
            ui.add_space(space::XL);
        });
    }

    /// Takes what was chosen or dropped.
    fn take(&mut self, ui: &Ui, cx: &mut Cx<'_>, cache: &std::path::Path) {
        let mut paths: Vec<PathBuf> =
            ui.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
        paths.extend(given(ui.ctx(), To::Advisories));
        paths.extend(self.chosen.take());
        if paths.is_empty() {
            return;
        }
        if self.work.is_some() {
            let words = "Nothing was imported, because other work on the advisory data is running.";
            return cx.ask(Command::Notify(Notice::problem(words, "Import the files when it has ended.")));
        }
        self.problem = None;
        self.outcomes = Outcomes::default();
        let (folder, stamp) = (cache.to_owned(), cx.stamp.clone());
        let job = cx.start(ui.ctx(), "Importing advisory data", move |progress| {
            import(&paths, &folder, progress, &stamp)
        });
        self.work = job.map(Work::Import);
    }

    fn begin_update(&mut self, ui: &Ui, cx: &mut Cx<'_>, folder: PathBuf) {
        self.problem = None;
        self.outcomes = Outcomes::default();
        let (settings, stamp) = (self.update.settings().clone(), cx.stamp.clone());
        let job = cx.start(ui.ctx(), "Updating advisory data", move |progress| {
            let on = |now: soup::UpdateProgress<'_>| {
                let words = format!("{}: {}", now.source.word(), now.doing);
                if progress.words() != words {
                    progress.say(words);
                }
                progress.at(now.share.unwrap_or_default())
            };
            update_advisories(&settings, &folder, &Pace::default(), &on, &stamp).map_err(refused)
        });
        self.work = job.map(Work::Update);
    }

    /// Reads the cache where it changed, and takes the results of work that has ended.
    fn watch(&mut self, ui: &Ui, cx: &mut Cx<'_>, cache: &std::path::Path) {
        let today = cx.today();
        if std::mem::take(&mut self.stale) || self.read_on != Some(today) {
            self.read_on = Some(today);
            let (folder, limit) = (cache.to_owned(), self.max_age_days);
            self.reading = cx.start(ui.ctx(), "Reading the advisory data", move |_| {
                cache_status(&folder, today, limit).map_err(refused)
            });
        }
        if let Some(outcome) = self.reading.as_ref().and_then(Job::poll) {
            self.reading = None;
            match outcome {
                Ok(status) => self.status = Some(status),
                Err(refusal) => self.problem = Some(refusal.to_string()),
            }
        }
        let ended = match &self.work {
            Some(Work::Import(job)) => job
                .poll()
                .map(|ended| ended.map(|files| (imported_words(&files), Outcomes::of_import(&files)))),
            Some(Work::Update(job)) => job
                .poll()
                .map(|ended| ended.map(|report| (updated_words(&report), Outcomes::of_update(&report)))),
            None => None,
        };
        let Some(ended) = ended else { return };
        self.work = None;
        self.stale = true;
        ui.ctx().request_repaint();
        match ended {
            Ok((words, outcomes)) => {
                cx.ask(Command::Notify(words));
                self.outcomes = outcomes;
            }
            Err(refusal) => self.problem = Some(refusal.to_string()),
        }
    }

    /// Draws the buttons; returns whether an update was asked for.
    fn buttons_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) -> bool {
        if let Some(work) = &self.work {
            progress_ui(ui, work.progress());
            ui.add_space(space::S);
            return false;
        }
        let mut asked = false;
        ui.horizontal_wrapped(|ui| {
            if button_in_reach_ui(
                ui,
                "Import a file…",
                "NVD, CVE, OSV, CSAF, KEV, EPSS, VEX, support dates; also .gz, .xz and .zip",
            ) {
                cx.ask(Command::ChooseFile {
                    title: "Import advisory data".to_owned(),
                    kind: "Advisory data",
                    endings: &["json", "csv", "xml", "gz", "xz", "zip"],
                    answer: self.chosen.clone(),
                });
            }
            if button_in_reach_ui(ui, "Import a folder…", "Every file in a folder and the folders in it") {
                cx.ask(Command::ChooseFolder {
                    title: "Import a folder of advisory data".to_owned(),
                    answer: self.chosen.clone(),
                });
            }
            asked = self.update.button_ui(ui);
        });
        ui.add(Label::new(hint(ui, "Files can also be dropped here. Nothing here needs a network.")).wrap());
        self.update.missing_ui(ui);
        ui.add_space(space::S);
        asked
    }

    fn status_ui(&mut self, ui: &mut Ui) {
        let Some(status) = &self.status else {
            if self.problem.is_none() {
                ui.label(hint(ui, "Reading the advisory data"));
            }
            return;
        };
        let rows = &status.publishers;
        if rows.is_empty() {
            let empty = Empty {
                title: "There is no advisory data yet",
                purpose: "Without it, a scan cannot tell whether a component has a known anomaly. Fetch files of NVD, OSV, CISA KEV, EPSS or \
                          makers on any machine and import them here, or switch on the update below.",
                clause: "IEC 62304 7.1.3",
                button: "",
            };
            empty_ui(ui, &empty);
            return;
        }
        let old: Vec<&str> = rows.iter().filter(|row| row.too_old).map(|row| row.name.as_str()).collect();
        let limit = counted(self.max_age_days, "day");
        let words = if old.is_empty() {
            format!("No source is older than {limit}.")
        } else {
            let names = old.join(", ");
            format!(
                "Older than {limit}: {names}. There, a scan tells “could not be checked” instead of “nothing found”."
            )
        };
        ui.add(Label::new(hint(ui, words)).wrap());
        let _ = Table::new("Advisory data", &COLUMNS, rows.len()).only_read().within(360.0).show(
            ui,
            &mut self.table,
            |row, column| rows.get(row).map_or_else(Cell::default, |row| cell(row, column)),
        );
    }
}

fn cell(row: &SourceSummary, column: usize) -> Cell<'_> {
    match column {
        0 => row.name.as_str().into(),
        1 => row.files.to_string().into(),
        2 => row.records.to_string().into(),
        3 if row.refused > 0 => Cell::toned(Tone::Due, row.refused.to_string()),
        3 => Cell::weak("0"),
        4 => dates(row),
        5 => row.confirmed_at.map_or_else(|| Cell::weak("no"), |at| at.day().to_string().into()),
        _ => age(row),
    }
}

/// From the oldest date of the data to the newest.
fn dates(row: &SourceSummary) -> Cell<'_> {
    match (row.oldest_date.as_deref().map(day), row.data_date.as_deref().map(day)) {
        (_, None) => Cell::weak("none"),
        (Some(oldest), Some(newest)) if oldest != newest => Cell::from(format!("{oldest} to {newest}")),
        (_, Some(newest)) => newest.into(),
    }
}

/// The age with a word: the colour alone does not say it.
fn age(row: &SourceSummary) -> Cell<'static> {
    match row.age_days {
        None => Cell::toned(Tone::Late, "Unknown age, counts as too old"),
        Some(days) if row.too_old => Cell::toned(Tone::Late, format!("{}, too old", counted(days, "day"))),
        Some(0) => Cell::toned(Tone::Good, "Today, fresh"),
        Some(days) => Cell::toned(Tone::Good, format!("{}, fresh", counted(days, "day"))),
    }
}

/// The day of a date as a file writes it.
fn day(date: &str) -> &str {
    date.get(..10).unwrap_or(date)
}

fn import(
    paths: &[PathBuf],
    folder: &std::path::Path,
    progress: &Progress,
    stamp: &Stamp,
) -> Result<Vec<ImportedFile>, Refused> {
    let on = |now: soup::ImportProgress<'_>| {
        let name = now.path.file_name().unwrap_or_default().to_string_lossy();
        progress.say(format!("Importing {name}, {}", counted(now.records, "record")));
        progress.at(now.index as f32 / now.files.max(1) as f32)
    };
    import_advisories(paths, folder, &on, stamp).map_err(refused)
}

fn refused(refusal: soup::Refused) -> Refused {
    match refusal {
        soup::Refused::Rule(words) => Refused::Rule(words),
        soup::Refused::Store(error) => Refused::Store(error),
    }
}
