//! Reading a bill of materials, configuration items or a commit list into a release: the file is read beside the window, what it would
//! change is shown, and only then it is written.

use std::path::{Path, PathBuf};

use eframe::egui;
use egui::{Label, Ui};

use crate::base::regular;
use crate::baseline::{Baseline, BaselineBill, BaselineItems, Unversioned, named, read_bill, read_items};
use crate::domain::ids::RecordId;
use crate::domain::release::{CommitRow, Difference};
use crate::domain::text::{capital, counted};
use crate::ops::jobs::Job;
use crate::ops::{EvidenceFile, ProductFile, Refused, Session, Stamp, commits, read_bytes};
use crate::ui::cx::{Command, Cx, Slot, Write, Wrote, outcome_of};
use crate::ui::screens::panels::refused_words;
use crate::ui::theme::{Tone, body, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::check::check_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::read_lines::read_lines_ui;
use crate::ui::widgets::text::TextLine;

/// Endings of bills of materials and lock files.
pub const BILL_ENDINGS: &[&str] =
    &["json", "xml", "spdx", "lock", "txt", "toml", "gz", "zip", "whl", "yml", "yaml", "csv", "tsv"];

/// What is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Bill,
    Items,
    Commits,
}

impl Source {
    pub(super) const ALL: [Self; 3] = [Self::Bill, Self::Items, Self::Commits];

    pub(super) const fn button(self) -> &'static str {
        match self {
            Self::Bill => "Read a bill of materials…",
            Self::Items => "Read configuration items…",
            Self::Commits => "Read a commit list…",
        }
    }

    pub(super) const fn help(self) -> &'static str {
        match self {
            Self::Bill => "SOUP with its exact versions, from CycloneDX, SPDX or a lock file",
            Self::Items => "A table with the columns item and version",
            Self::Commits => "The export of the version control system, such as git log --oneline",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Bill => "Read a bill of materials",
            Self::Items => "Read configuration items",
            Self::Commits => "Read a commit list",
        }
    }

    const fn file_kind(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Bill => ("Bill of materials", BILL_ENDINGS),
            Self::Items => ("Delimited text", &["csv", "tsv", "txt"]),
            Self::Commits => ("Commit list", &["txt", "log", "csv"]),
        }
    }
}

/// What was read.
enum Found {
    Bill(Box<BaselineBill>),
    Items(Box<BaselineItems>),
    Commits(Vec<CommitRow>, EvidenceFile),
}

/// What was read and what it would change.
struct Rehearsed {
    found: Found,
    differences: Vec<Difference>,
}

/// The dialog of one file.
pub(super) struct Reading {
    id: RecordId,
    source: Source,
    chosen: Slot<PathBuf>,
    path: Option<PathBuf>,
    leave_out: bool,
    job: Option<Job<Found>>,
    rehearsed: Option<Result<Rehearsed, Refused>>,
    reason: Option<String>,
    written: Option<Slot<Option<Refused>>>,
    refusal: Option<Refused>,
}

impl Reading {
    /// Asks for the file.
    pub(super) fn begin(cx: &mut Cx<'_>, id: RecordId, source: Source) -> Self {
        let chosen = Slot::default();
        let (kind, endings) = source.file_kind();
        cx.ask(Command::ChooseFile {
            title: source.title().to_owned(),
            kind,
            endings,
            answer: chosen.clone(),
        });
        Self::of(id, source, chosen)
    }

    /// For a bill that is known already.
    pub(super) fn of_bill(id: RecordId, path: PathBuf) -> Self {
        let chosen = Slot::default();
        chosen.put(path);
        Self::of(id, Source::Bill, chosen)
    }

    fn of(id: RecordId, source: Source, chosen: Slot<PathBuf>) -> Self {
        Self {
            id,
            source,
            chosen,
            path: None,
            leave_out: false,
            job: None,
            rehearsed: None,
            reason: None,
            written: None,
            refusal: None,
        }
    }

    /// Draws the dialog once a file is chosen; returns whether it goes on.
    pub(super) fn ui(&mut self, ui: &Ui, cx: &mut Cx<'_>) -> bool {
        if let Some(path) = self.chosen.take() {
            self.path = Some(path);
            self.read(ui, cx);
        }
        if self.path.is_none() {
            // No file is chosen yet, or none at all.
            return true;
        }
        if let Some(found) = self.job.as_ref().and_then(Job::poll) {
            self.job = None;
            self.rehearsed = Some(found.and_then(|found| self.rehearse(cx, found)));
        }
        match outcome_of(&mut self.written) {
            Wrote::NotYet => {}
            Wrote::Done => return false,
            Wrote::Refused(Refused::NeedsReason(_)) if self.reason.is_none() => {
                self.reason = Some(String::new());
            }
            Wrote::Refused(refusal) => self.refusal = Some(refusal),
        }
        self.dialog(ui, cx)
    }

    fn read(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let Some(path) = self.path.clone() else { return };
        self.reason = None;
        self.rehearsed = None;
        self.refusal = None;
        let source = self.source;
        let unversioned = if self.leave_out { Unversioned::LeaveOut } else { Unversioned::Refuse };
        self.job = cx.start(ui.ctx(), source.title(), move |_| read_file(&path, source, unversioned));
    }

    fn rehearse(&self, cx: &Cx<'_>, found: Found) -> Result<Rehearsed, Refused> {
        let differences = match &found {
            Found::Bill(bill) => {
                let baseline = Baseline { bill: Some(BaselineBill::clone(bill)), ..Baseline::default() };
                baseline.rehearse(cx.file, self.id)?
            }
            Found::Items(items) => {
                let baseline = Baseline { items: Some(BaselineItems::clone(items)), ..Baseline::default() };
                baseline.rehearse(cx.file, self.id)?
            }
            Found::Commits(..) => Vec::new(),
        };
        Ok(Rehearsed { found, differences })
    }

    fn missing(&self) -> Vec<String> {
        let missing = match &self.rehearsed {
            None => Some("The file is being read"),
            Some(Err(_)) => Some("The file cannot be read"),
            Some(Ok(_)) if self.reason.as_ref().is_some_and(|reason| reason.trim().is_empty()) => {
                Some("Why it is changed is missing")
            }
            Some(Ok(_)) => None,
        };
        missing.map(str::to_owned).into_iter().collect()
    }

    fn dialog(&mut self, ui: &Ui, cx: &mut Cx<'_>) -> bool {
        let missing = self.missing();
        let mut again = false;
        let dialog = Dialog::new("reading", self.source.title(), "Write into the release")
            .missing(&missing)
            .width(620.0);
        let outcome = dialog.show(ui.ctx(), |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            if let Some(path) = &self.path {
                ui.add(Label::new(hint(ui, path.display().to_string())).truncate());
            }
            if let Some(refusal) = &self.refusal {
                banner_ui(
                    ui,
                    &Notice::problem(refused_words(refusal, self.path.as_deref()), "Nothing was written."),
                    false,
                );
            }
            match &self.rehearsed {
                None => {
                    ui.label(hint(ui, "The file is being read…"));
                }
                Some(Err(refusal)) => {
                    banner_ui(
                        ui,
                        &Notice::problem(
                            refused_words(refusal, self.path.as_deref()),
                            "Nothing was written.",
                        ),
                        false,
                    );
                }
                Some(Ok(rehearsed)) => rehearsed_ui(ui, rehearsed),
            }
            if self.source == Source::Bill {
                again = check_ui(ui, &mut self.leave_out, "Leave out components without a version").changed();
            }
            if let Some(reason) = &mut self.reason {
                Field::new("Why it is changed")
                    .required("required")
                    .show(ui, |ui| ui.add(TextLine::new(reason)));
            }
        });
        if again {
            self.read(ui, cx);
        }
        match outcome {
            Outcome::Open | Outcome::Refused => true,
            Outcome::Cancelled => false,
            Outcome::Confirmed => {
                self.write(cx);
                true
            }
        }
    }

    /// Asks to write what was read.
    fn write(&mut self, cx: &mut Cx<'_>) {
        let Some(Ok(rehearsed)) = &self.rehearsed else { return };
        let (id, reason) = (self.id, self.reason.clone().map(|reason| reason.trim().to_owned()));
        let work: Box<dyn FnOnce(&mut ProductFile, &Session, &Stamp) -> Result<String, Refused>> =
            match &rehearsed.found {
                Found::Bill(bill) => {
                    let bill = BaselineBill::clone(bill);
                    let words = format!("{} written into {id}.", counted(bill.rows.len(), "component"));
                    let baseline = Baseline { bill: Some(bill), ..Baseline::default() };
                    Box::new(move |file, session, stamp| {
                        baseline.store(file, session, (id, reason.as_deref()), stamp).map(|()| words)
                    })
                }
                Found::Items(items) => {
                    let items = BaselineItems::clone(items);
                    let words = format!("{} written into {id}.", counted(items.rows.len(), "item"));
                    let baseline = Baseline { items: Some(items), ..Baseline::default() };
                    Box::new(move |file, session, stamp| {
                        baseline.store(file, session, (id, reason.as_deref()), stamp).map(|()| words)
                    })
                }
                Found::Commits(_, list) => {
                    let list = list.clone();
                    Box::new(move |file, session, stamp| {
                        let rows = commits::store(file, session, (id, list), reason.as_deref(), stamp)?;
                        Ok(format!("{} written into {id}.", counted(rows.len(), "commit")))
                    })
                }
            };
        let (write, answer) = Write::new(work);
        self.written = Some(answer);
        cx.ask(Command::Write(write));
    }
}

fn read_file(path: &Path, source: Source, unversioned: Unversioned) -> Result<Found, Refused> {
    match source {
        Source::Bill => Ok(Found::Bill(Box::new(read_bill(path, unversioned)?))),
        Source::Items => Ok(Found::Items(Box::new(read_items(path)?))),
        Source::Commits => {
            let name = regular::name_of(path);
            let bytes = read_bytes(path)?;
            let rows = commits::read_commits(&bytes, &name)?;
            let description = "Commits of the version".to_owned();
            Ok(Found::Commits(
                rows,
                EvidenceFile { name, place: path.display().to_string(), description, bytes },
            ))
        }
    }
}

/// What was read, and what it would change of the version before.
fn rehearsed_ui(ui: &mut Ui, rehearsed: &Rehearsed) {
    let notes = match &rehearsed.found {
        Found::Bill(bill) => {
            ui.label(body(format!("{}: {}", bill.format, counted(bill.rows.len(), "component"))));
            vec![
                ("Left out, without a version", bill.unversioned.as_slice()),
                ("Left out, not shipped", bill.not_shipped.as_slice()),
            ]
        }
        Found::Items(items) => {
            ui.label(body(capital(&counted(items.rows.len(), "configuration item"))));
            vec![("Columns that are not read", items.unread.as_slice())]
        }
        Found::Commits(rows, _) => {
            ui.label(body(counted(rows.len(), "commit")));
            let lines: Vec<String> =
                rows.iter().map(|row| format!("{}  {}", row.commit, row.subject)).collect();
            read_lines_ui(ui, ("lines", 220.0), &lines, |line| line.into());
            Vec::new()
        }
    };
    for (words, names) in notes.into_iter().filter(|(_, names)| !names.is_empty()) {
        tone_words_ui(ui, Tone::Due, &format!("{words}: {}", named(names)));
    }
    if matches!(rehearsed.found, Found::Commits(..)) {
        return;
    }
    let differences = &rehearsed.differences;
    let without = differences.iter().filter(|difference| difference.changes.is_empty()).count();
    ui.label(body(format!("{} to the version before", counted(differences.len(), "difference"))));
    if without > 0 {
        tone_words_ui(ui, Tone::Late, &format!("{without} without a change of the release behind it"));
    }
    let lines: Vec<String> = differences
        .iter()
        .map(|difference| {
            let changes: Vec<String> = difference.changes.iter().map(ToString::to_string).collect();
            let behind = if changes.is_empty() { "no change".to_owned() } else { changes.join(", ") };
            format!("{}  ({behind})", difference.words())
        })
        .collect();
    read_lines_ui(ui, ("lines", 220.0), &lines, |line| line.into());
}
