//! Importing feedback from a file: choose the file, check the mapping of its columns, answer the questions that it leaves open,
//! preview the result of each row, and import (IEC 62304 6.2.1).

mod given;
mod mapping;
mod outcome;
mod reading;
mod start;
mod work;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui;
use egui::{CollapsingHeader, Label, ScrollArea, Ui};

use self::mapping::MappingEditor;
use self::outcome::OutcomeTable;
use self::reading::ReadingChoices;
use self::work::ReadFile;
use super::parts::{boxed_ui, heading_ui, in_a_row_ui, lowered_ui, problem_ui, progress_ui};
use crate::domain::field::FieldType;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::text::counted;
use crate::ops::Head;
use crate::ops::import::{
    ImportCounts, ImportJob, ImportPlan, ImportReport, ImportSource, Mapping, answered, import_mappings,
    save_mapping,
};
use crate::ops::jobs::Job;
use crate::ui::cx::{Command, Cx, Route, Slot};
use crate::ui::screens::handing::{To, dropped_or_given};
use crate::ui::theme::{Tone, body, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::button::primary_ui;
use crate::ui::widgets::choice::{Choice, choice_ui};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::heading::title_ui;
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::scrolled::scrolled;
use crate::ui::widgets::text::TextLine;

/// Code of the mapping that is derived from the column names.
const FROM_COLUMNS: &str = "from the columns";

/// The inputs of a plan.
type PlanKey = (Mapping, BTreeMap<String, String>, Head);

/// The import of feedback.
pub struct ImportScreen {
    /// The user's folder of mappings.
    folder: Option<PathBuf>,
    path: String,
    chosen: Slot<PathBuf>,
    /// The file to read next.
    wanted: Option<PathBuf>,
    /// The file that was last read, or could not be read.
    tried: Option<PathBuf>,
    choices: ReadingChoices,
    reading: Option<Job<ReadFile>>,
    /// The columns that the mapping was made for; empty for a newly chosen file.
    mapped: Vec<String>,
    source: Option<Arc<ImportSource>>,
    /// The mapping derived from the column names, with its open points.
    from_columns: Option<(Mapping, Vec<String>)>,
    known: Vec<Mapping>,
    notes: Vec<String>,
    named: Option<String>,
    editor: MappingEditor,
    answers: BTreeMap<String, String>,
    planned: Option<PlanKey>,
    planning: Option<Job<ImportPlan>>,
    plan: Option<Arc<ImportPlan>>,
    /// Why it is imported although the clock of the machine is behind.
    reason: String,
    job: Option<Arc<ImportJob>>,
    report: Option<ImportReport>,
    table: OutcomeTable,
    problem: Option<String>,
    why_not: Option<String>,
}

impl ImportScreen {
    /// An import without a file. `folder` holds the user's own mappings.
    pub fn new(folder: Option<PathBuf>) -> Self {
        let (known, notes) = import_mappings(folder.as_deref());
        Self {
            folder,
            path: String::new(),
            chosen: Slot::default(),
            wanted: None,
            tried: None,
            choices: ReadingChoices::default(),
            reading: None,
            mapped: Vec::new(),
            source: None,
            from_columns: None,
            known,
            notes,
            named: None,
            editor: MappingEditor::default(),
            answers: BTreeMap::new(),
            planned: None,
            planning: None,
            plan: None,
            reason: String::new(),
            job: None,
            report: None,
            table: OutcomeTable::default(),
            problem: None,
            why_not: None,
        }
    }

    /// Reads a file as if the user had chosen it.
    pub fn open(&mut self, path: &Path) {
        self.path = path.display().to_string();
        self.wanted = Some(path.to_owned());
        self.choices = ReadingChoices::default();
        self.mapped.clear();
    }

    /// Takes a file that was read.
    fn take(&mut self, read: ReadFile) {
        // The typed values are kept if the file has the same columns, read with other options.
        if read.source.header != self.mapped {
            let (mapping, notes) = read.fits;
            let known = self.known.iter().any(|known| known.name == mapping.name);
            self.named = Some(if known { mapping.name.clone() } else { FROM_COLUMNS.to_owned() });
            self.editor = MappingEditor::of(mapping);
            self.notes = notes;
            self.answers.clear();
            self.mapped.clone_from(&read.source.header);
        }
        self.from_columns = Some(read.from_columns);
        self.source = Some(read.source);
        self.problem = None;
        self.report = None;
        self.forget_plan();
    }

    fn forget_plan(&mut self) {
        self.plan = None;
        self.planned = None;
        self.planning = None;
    }

    /// Draws the import.
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        if let Some(path) = self
            .chosen
            .take()
            .or_else(|| dropped_or_given(ui.ctx(), To::Import))
            .filter(|_| self.job.is_none())
        {
            self.open(&path);
        }
        self.watch(ui, cx);
        heading_ui(ui, "Import feedback", |_| {});
        if let Some(job) = &self.job {
            progress_ui(ui, job.progress());
        }
        scrolled(ScrollArea::vertical().id_salt("import").auto_shrink(false)).show(ui, |ui| {
            if self.report.is_some() {
                self.report_ui(ui, cx);
                return;
            }
            self.file_ui(ui, cx);
            if let Some(problem) = &self.problem {
                problem_ui(ui, problem);
            }
            let Some(source) = self.source.clone() else { return };
            ui.add_enabled_ui(self.job.is_none(), |ui| {
                self.mapping_ui(ui, &source);
                self.questions_ui(ui);
            });
            if self.job.is_none() {
                self.make_plan(ui, &source, cx);
            }
            self.plan_ui(ui, cx);
        });
    }

    /// Starts background jobs, and takes the results of those that have ended.
    fn watch(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        if let Some(path) = self.wanted.take() {
            self.problem = None;
            self.source = None;
            self.forget_plan();
            self.tried = Some(path.clone());
            let (options, known) = (self.choices.options(), self.known.clone());
            self.reading = cx.start(ui.ctx(), "Reading the file", move |progress| {
                work::read(&path, &options, &known, progress)
            });
        }
        if let Some(outcome) = self.reading.as_ref().and_then(Job::poll) {
            self.reading = None;
            match outcome {
                Ok(read) => self.take(read),
                Err(refusal) => self.problem = Some(refusal.to_string()),
            }
        }
        if let Some(outcome) = self.planning.as_ref().and_then(Job::poll) {
            self.planning = None;
            self.table.forget();
            (self.plan, self.why_not) = match outcome {
                Ok(plan) => (Some(Arc::new(plan)), None),
                Err(refusal) => (None, Some(refusal.to_string())),
            };
        }
        if let Some(outcome) = self.job.as_ref().and_then(|job| job.take_outcome()) {
            self.job = None;
            match outcome {
                Ok(report) => {
                    self.report = Some(report);
                    self.problem = None;
                }
                Err(refusal) => self.problem = Some(refusal.to_string()),
            }
        }
    }

    fn file_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        title_ui(ui, "1  File");
        let words = "Delimited text such as CSV, from a complaint system, a service desk or a public database. \
                     The file itself is kept with the records.";
        ui.add(Label::new(hint(ui, words)).wrap());
        ui.add_enabled_ui(self.job.is_none(), |ui| self.choose_ui(ui, cx));
        if let Some(tried) = self.tried.clone()
            && ui.add_enabled_ui(self.job.is_none(), |ui| self.choices.ui(ui)).inner
        {
            self.wanted = Some(tried);
            ui.ctx().request_repaint();
        }
        if let Some(reading) = &self.reading {
            progress_ui(ui, reading.progress());
        }
        if let Some(source) = &self.source {
            let rows = counted(source.rows.len(), "row");
            let columns = counted(source.header.len(), "column");
            ui.label(body(format!("{}: {rows}, {columns}", source.file_name)));
            ui.add(Label::new(hint(ui, source.detected.why.clone())).wrap());
            for warning in &source.warnings {
                tone_words_ui(ui, Tone::Due, warning);
            }
        }
    }

    fn choose_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        in_a_row_ui(ui, |ui| {
            let width = (ui.available_width() - 240.0).clamp(160.0, 560.0);
            let entered = boxed_ui(ui, "Path of the file", width, |ui| {
                ui.add(TextLine::new(&mut self.path).limit(4096))
            });
            let enter = entered.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let read = lowered_ui(ui, |ui| ui.button("Read").clicked()) || enter;
            if read && !self.path.trim().is_empty() {
                let path = PathBuf::from(self.path.trim());
                self.open(&path);
            }
            if lowered_ui(ui, |ui| primary_ui(ui, "Choose a file…").clicked()) {
                cx.ask(Command::ChooseFile {
                    title: "Import feedback".to_owned(),
                    kind: "Delimited text",
                    endings: &["csv", "tsv", "txt", "dsv"],
                    answer: self.chosen.clone(),
                });
            }
        });
    }

    fn mapping_ui(&mut self, ui: &mut Ui, source: &ImportSource) {
        ui.add_space(space::L);
        title_ui(ui, "2  Mapping");
        let mut choices: Vec<Choice<'_>> = self
            .known
            .iter()
            .map(|known| Choice { code: &known.name, word: &known.name, meaning: "" })
            .collect();
        choices.push(Choice { code: FROM_COLUMNS, word: "From the column names", meaning: "" });
        let mut named = self.named.clone();
        Field::new("How the columns are read").show(ui, |ui| choice_ui(ui, &mut named, &choices, false));
        if named != self.named {
            let known = self.known.iter().find(|known| Some(&known.name) == named.as_ref()).cloned();
            if let Some((mapping, notes)) =
                known.map(|mapping| (mapping, Vec::new())).or_else(|| self.from_columns.clone())
            {
                self.editor = MappingEditor::of(mapping);
                self.notes = notes;
                self.answers.clear();
            }
            self.named = named;
        }
        if !self.editor.description().is_empty() {
            ui.add(Label::new(hint(ui, self.editor.description())).wrap());
        }
        for note in &self.notes {
            tone_words_ui(ui, Tone::Due, note);
        }
        CollapsingHeader::new("Columns and fields").id_salt("mapping").show(ui, |ui| {
            self.editor.ui(ui, &source.header);
            self.save_ui(ui);
        });
    }

    fn save_ui(&mut self, ui: &mut Ui) {
        let Some(folder) = self.folder.clone() else { return };
        in_a_row_ui(ui, |ui| {
            boxed_ui(ui, "Name of the mapping", 280.0, |ui| {
                ui.add(TextLine::new(self.editor.name_mut()).limit(80))
            });
            if !lowered_ui(ui, |ui| ui.button("Save mapping").clicked()) {
                return;
            }
            let saved = self.editor.mapping().and_then(|mapping| {
                save_mapping(&folder, &mapping).map_err(|refusal| refusal.to_string())?;
                Ok(mapping.name)
            });
            match saved {
                Ok(name) => {
                    (self.known, self.notes) = import_mappings(Some(&folder));
                    self.named = Some(name);
                    self.problem = None;
                }
                Err(problem) => self.problem = Some(problem),
            }
        });
    }

    fn questions_ui(&mut self, ui: &mut Ui) {
        let asks = self.editor.asks();
        if asks.is_empty() {
            return;
        }
        ui.add_space(space::L);
        title_ui(ui, "3  Questions that the file leaves open");
        let def = Kind::Feedback.def();
        for ask in asks {
            let label = def.field(&ask.target).map_or(ask.target.as_str(), |field| field.label);
            let answer = self.answers.entry(ask.target.clone()).or_default();
            ui.add_space(space::XS);
            ui.add(Label::new(body(ask.question.clone())).wrap());
            let words = (!answer.trim().is_empty())
                .then(|| {
                    answered(self.editor.plain(), &ask.target, answer)
                        .err()
                        .map(|refusal| refusal.to_string())
                })
                .flatten();
            let example = def.field(&ask.target).map_or("", |field| answer_hint(field.ty));
            Field::new(label)
                .violation(words.as_deref())
                .show(ui, |ui| ui.add(TextLine::new(answer).hint(example).width(240.0)));
        }
    }

    /// Repeats the plan in the background if any of its inputs has changed.
    fn make_plan(&mut self, ui: &Ui, source: &Arc<ImportSource>, cx: &mut Cx<'_>) {
        let mapping = match self.editor.mapping() {
            Ok(mapping) => mapping,
            Err(problem) => {
                self.forget_plan();
                self.why_not = Some(problem);
                return;
            }
        };
        let key = (mapping.clone(), self.answers.clone(), cx.file.head().clone());
        if self.planned.as_ref() == Some(&key) {
            return;
        }
        self.planned = Some(key);
        let ready = self.editor.asks().iter().try_fold(mapping, |mapping, ask| {
            let answer = self.answers.get(&ask.target).map(|answer| answer.trim()).unwrap_or_default();
            if answer.is_empty() {
                return Err("Answer the questions above to preview each row.".to_owned());
            }
            answered(mapping, &ask.target, answer).map_err(|refusal| refusal.to_string())
        });
        match ready {
            Ok(mapping) => {
                let (path, source, now) = (cx.file.path().to_owned(), Arc::clone(source), cx.now());
                self.why_not = None;
                self.planning = cx.start(ui.ctx(), "Checking the rows", move |progress| {
                    work::plan(&path, &source, &mapping, now, progress)
                });
            }
            Err(problem) => {
                (self.plan, self.planning) = (None, None);
                self.why_not = Some(problem);
            }
        }
    }

    fn plan_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        ui.add_space(space::L);
        title_ui(ui, "Preview of each row");
        if let Some(problem) = &self.why_not {
            tone_words_ui(ui, Tone::Due, problem);
        }
        if let Some(planning) = &self.planning {
            progress_ui(ui, planning.progress());
        }
        let Some(plan) = self.plan.clone() else { return };
        let counts = plan.counts();
        counts_ui(ui, counts, "will be imported");
        if let Some(at) = plan.imported_before {
            let words = format!("This file was already imported on {}.", at.words());
            banner_ui(ui, &Notice::info(words), false);
        }
        if self.job.is_none() {
            self.start_ui(ui, &plan, cx);
        }
        ui.add_space(space::S);
        if let Some(id) = self.table.plan_ui(ui, &plan) {
            cx.go(Route::Record(id));
        }
    }

    fn report_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let Some(report) = &self.report else { return };
        title_ui(ui, format!("{} was imported", report.file_name));
        counts_ui(ui, report.counts, "imported");
        if let Some(id) = report.attachment {
            ui.horizontal(|ui| {
                ui.label(hint(ui, "The file itself is kept as"));
                if link_ui(ui, &id.to_string()).clicked() {
                    cx.go(Route::Record(id));
                }
            });
        }
        let mut again = false;
        in_a_row_ui(ui, |ui| {
            if primary_ui(ui, "Show the feedback").clicked() {
                cx.go(Route::List(Kind::Feedback));
            }
            if ui.button("Save the report as CSV…").clicked() {
                match report.csv() {
                    Ok(bytes) => {
                        cx.ask(Command::SaveFile { suggested_name: report_name(&report.file_name), bytes });
                    }
                    Err(refusal) => self.problem = Some(refusal.to_string()),
                }
            }
            again = ui.button("Import another file").clicked();
        });
        ui.add_space(space::S);
        let opened: Option<RecordId> = self.table.report_ui(ui, report);
        if let Some(id) = opened {
            cx.go(Route::Record(id));
        }
        if again {
            *self = Self::new(self.folder.take());
        }
    }
}

/// How an answer is written.
const fn answer_hint(ty: FieldType) -> &'static str {
    if matches!(ty, FieldType::Moment) {
        "2026-11-22 14:05 (UTC)"
    } else if matches!(ty, FieldType::Day) {
        "2026-11-22"
    } else {
        ""
    }
}

fn report_name(file_name: &str) -> String {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    format!("{stem}-import-report.csv")
}

fn counts_ui(ui: &mut Ui, counts: ImportCounts, taken: &str) {
    ui.horizontal_wrapped(|ui| {
        tone_words_ui(ui, Tone::Good, &format!("{} {taken}", counts.taken));
        ui.add_space(space::M);
        tone_words_ui(ui, Tone::Neutral, &format!("{} imported before", counts.already));
        ui.add_space(space::M);
        let tone = if counts.refused == 0 { Tone::Neutral } else { Tone::Late };
        tone_words_ui(ui, tone, &format!("{} refused", counts.refused));
    });
}
