//! A list of components read into the register: the file, the release and the change are chosen, what would come and go is shown,
//! and only then it is written.

use std::path::PathBuf;
use std::sync::LazyLock;

use eframe::egui;
use egui::{Label, Ui};
use serde_json::json;

use super::second_refused;
use crate::baseline::{Baseline, Unversioned, named};
use crate::domain::choice::Choice as _;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::maintenance_plan::RiskTier;
use crate::domain::record::Fields;
use crate::domain::text::{capital, counted, sentence};
use crate::ops::documents;
use crate::ops::jobs::{Job, Progress};
use crate::ops::{
    PlannedSoup, ProductFile, Refused, SoupAction, SoupImportCounts, SoupImportOptions, SoupImportPlan,
};
use crate::register::{RegisterList, read_list};
use crate::ui::cx::{Command, Cx, LongWrite, Slot, Wrote, outcome_of};
use crate::ui::screens::panels::{BILL_ENDINGS, baseline_is_open};
use crate::ui::theme::{Tone, body, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::check::check_ui;
use crate::ui::widgets::choice::{Choice, choice_ui};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::read_lines::read_lines_ui;

/// Endings of files that may have a list.
static ENDINGS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut endings = BILL_ENDINGS.to_vec();
    endings.extend(documents::ENDINGS.iter().filter(|ending| !BILL_ENDINGS.contains(ending)));
    endings
});

/// What is said beside a refusal.
const NOTHING: &str = "Nothing was written.";

/// How it is read.
#[derive(Clone, Default, PartialEq, Eq)]
struct Wanted {
    path: PathBuf,
    /// The place of the list in a document; `None` for a file that is a list.
    place: Option<String>,
    release: Option<String>,
    change: Option<String>,
    tier: Option<String>,
    leave_out: bool,
}

/// What was read, and what it would change.
struct Rehearsed {
    list: RegisterList,
    plan: SoupImportPlan,
    counts: SoupImportCounts,
    lines: Vec<String>,
}

/// The dialog of one list.
#[derive(Default)]
pub struct ReadingList {
    chosen: Slot<PathBuf>,
    wanted: Option<Wanted>,
    /// For what the rehearsal is made.
    tried: Option<Wanted>,
    job: Option<Job<Rehearsed>>,
    rehearsed: Option<Result<Rehearsed, Refused>>,
    /// Whether the list is the baseline of the release too.
    baseline: bool,
    written: Option<Slot<Option<Refused>>>,
    /// Says that of what was refused the baseline is written.
    partly: Slot<()>,
    refusal: Option<Notice>,
}

impl ReadingList {
    /// Asks for the file.
    pub fn begin(cx: &mut Cx<'_>) -> Self {
        let chosen = Slot::default();
        let (title, kind) =
            ("Read a list of SOUP".to_owned(), "Bill of materials, lock file, table or document");
        cx.ask(Command::ChooseFile { title, kind, endings: &ENDINGS, answer: chosen.clone() });
        Self { chosen, ..Self::default() }
    }

    /// For a file that is known already.
    pub fn of_file(cx: &mut Cx<'_>, path: PathBuf) -> Self {
        let release = only_release(cx);
        Self { wanted: Some(Wanted { path, release, ..Wanted::default() }), ..Self::default() }
    }

    /// For the list that stands at a place of a document.
    pub fn of_document(cx: &mut Cx<'_>, path: PathBuf, place: String) -> Self {
        let release = only_release(cx);
        let wanted = Wanted { path, place: Some(place), release, ..Wanted::default() };
        Self { wanted: Some(wanted), ..Self::default() }
    }

    /// Draws the dialog once a file is chosen; returns whether it goes on.
    pub fn ui(&mut self, ui: &Ui, cx: &mut Cx<'_>) -> bool {
        if let Some(path) = self.chosen.take() {
            let release = only_release(cx);
            self.wanted = Some(Wanted { path, release, ..Wanted::default() });
        }
        if self.wanted.is_none() {
            // No file is chosen yet, or none at all.
            return true;
        }
        match outcome_of(&mut self.written) {
            Wrote::Done => return false,
            Wrote::Refused(refusal) => {
                let partly = self.partly.take().is_some();
                self.baseline &= !partly;
                let remedy = if partly { "Mend what is named, then read the list again." } else { NOTHING };
                self.refusal = Some(Notice::problem(sentence(&refusal.to_string()), remedy));
            }
            Wrote::NotYet => {}
        }
        self.rehearse(ui, cx);
        self.dialog(ui, cx)
    }

    /// Reads and plans again if something else is wanted.
    fn rehearse(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        if let Some(outcome) = self.job.as_ref().and_then(Job::poll) {
            self.job = None;
            self.rehearsed = Some(outcome);
        }
        if self.tried == self.wanted || self.written.is_some() {
            return;
        }
        let Some(wanted) = self.wanted.clone() else { return };
        self.tried = Some(wanted.clone());
        self.rehearsed = None;
        self.refusal = None;
        let (product, now) = (cx.file.path().to_owned(), cx.now());
        self.job = cx.start(ui.ctx(), "Reading the list", move |progress| {
            progress.step("Reading the list", 0.1)?;
            let unversioned = if wanted.leave_out { Unversioned::LeaveOut } else { Unversioned::Refuse };
            let going = |words: &str, share: f32| progress.step(words, share / 2.0).is_ok();
            let list = read_list(&wanted.path, wanted.place.as_deref(), unversioned, &going)?;
            progress.step("Comparing it with the register", 0.5)?;
            let file = ProductFile::open_for_job(&product)?;
            let mut plan = file.plan_soup_import(list.rows.clone(), &options_of(&wanted)?, now)?;
            plan.evidence = list.document().cloned();
            let (counts, lines) = (plan.counts(), lines_of(&plan));
            Ok(Rehearsed { list, plan, counts, lines })
        });
    }

    fn missing(&self) -> Vec<String> {
        let missing = match &self.rehearsed {
            _ if self.written.is_some() => Some("It is being written"),
            None => Some("The list is being read"),
            Some(Err(_)) => Some("The list cannot be read"),
            Some(Ok(rehearsed)) => {
                let nothing = rehearsed.counts.has_nothing_new() && !self.baseline;
                nothing.then_some("The register has all of it already")
            }
        };
        missing.map(str::to_owned).into_iter().collect()
    }

    fn dialog(&mut self, ui: &Ui, cx: &mut Cx<'_>) -> bool {
        let missing = self.missing();
        let dialog =
            Dialog::new("reading_list", "Read a list of SOUP", "Read into the register").missing(&missing);
        let outcome = dialog.width(680.0).show(ui.ctx(), |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            self.inputs_ui(ui, cx);
            match (&self.refusal, &self.rehearsed) {
                (Some(notice), _) => {
                    banner_ui(ui, notice, false);
                }
                (None, Some(Err(refusal))) => {
                    let notice = Notice::problem(sentence(&refusal.to_string()), NOTHING);
                    banner_ui(ui, &notice, false);
                }
                (None, Some(Ok(_)) | None) => {}
            }
            match (&self.rehearsed, &self.written) {
                (_, Some(_)) => {
                    ui.label(hint(ui, "It is being written…"));
                }
                (None, None) => {
                    ui.label(hint(ui, "The list is being read…"));
                }
                (Some(Ok(rehearsed)), None) => rehearsed_ui(ui, rehearsed),
                (Some(Err(_)), None) => {}
            }
        });
        match outcome {
            Outcome::Open | Outcome::Refused => true,
            Outcome::Cancelled => false,
            Outcome::Confirmed => {
                self.write(cx);
                true
            }
        }
    }

    fn inputs_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let Some(wanted) = &mut self.wanted else { return };
        ui.add(Label::new(hint(ui, wanted.path.display().to_string())).truncate());
        let releases = rows_of(cx, Kind::Release, |_| true);
        Field::new("Release whose SOUP it is")
            .show(ui, |ui| choice_ui(ui, &mut wanted.release, &choices(&releases), true));
        let open = |state: &str| Kind::ChangeRequest.def().state(state).is_some_and(|state| !state.terminal);
        let changes = rows_of(cx, Kind::ChangeRequest, open);
        Field::new("Change that brings what is new")
            .help("Without one, a change request is opened where one is needed", "IEC 62304 8.2.1")
            .show(ui, |ui| choice_ui(ui, &mut wanted.change, &choices(&changes), true));
        let tiers: Vec<Choice<'_>> = RiskTier::OPTIONS
            .iter()
            .map(|option| Choice { code: option.code, word: option.word, meaning: "" })
            .collect();
        Field::new("Risk tier of new items, where the list gives none")
            .show(ui, |ui| choice_ui(ui, &mut wanted.tier, &tiers, true));
        check_ui(ui, &mut wanted.leave_out, "Leave out components without a version");
        let release = wanted.release.as_deref().and_then(|id| id.parse().ok());
        if release.is_some_and(|id| cx.page(id).is_ok_and(|page| baseline_is_open(&page))) {
            check_ui(ui, &mut self.baseline, "Also as the baseline of the release");
        } else {
            self.baseline = false;
        }
    }

    fn write(&mut self, cx: &mut Cx<'_>) {
        let Some(Ok(rehearsed)) = &self.rehearsed else { return };
        let (plan, bill) = (rehearsed.plan.clone(), rehearsed.list.bill.clone());
        let baseline = plan.release.filter(|_| self.baseline);
        let partly = self.partly.clone();
        let (write, answer) =
            LongWrite::new("Writing the register", move |file, session, stamp, progress: &Progress| {
                if let Some(release) = baseline {
                    let whole = Baseline { bill: Some(bill), ..Baseline::default() };
                    whole.store(file, session, (release, None), stamp)?;
                }
                let all = (plan.rows.len() * 2).max(1) as f32;
                let go_on = |done: usize| progress.at(done as f32 / all);
                let written = file.import_soup(session, &plan, &go_on, stamp);
                let (counts, change) = written.map_err(|refusal| {
                    let Some(release) = baseline else { return refusal };
                    partly.put(());
                    let first = format!("the baseline of {release} is written, but the register is not");
                    second_refused(&first, &refusal)
                })?;
                let change = change.map_or_else(String::new, |id| format!(" by {id}"));
                Ok(format!("{}{change}.", capital(&counts.words())))
            });
        self.refusal = None;
        self.written = Some(answer);
        cx.ask(Command::WriteInBackground(write));
    }
}

fn options_of(wanted: &Wanted) -> Result<SoupImportOptions, Refused> {
    let id = |text: &Option<String>| -> Result<Option<RecordId>, Refused> {
        let parsed = text.as_deref().map(str::parse).transpose();
        parsed.map_err(|_| Refused::Rule("choose a record of the file".to_owned()))
    };
    let mut defaults = Fields::new();
    if let Some(tier) = &wanted.tier {
        defaults.insert("risk_tier".to_owned(), json!(tier));
    }
    Ok(SoupImportOptions { release: id(&wanted.release)?, change: id(&wanted.change)?, defaults })
}

/// The records of a kind in these states, newest first: number, and number with title.
fn rows_of(cx: &mut Cx<'_>, kind: Kind, fits: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let Ok(rows) = cx.list(kind) else { return Vec::new() };
    let rows = rows.iter().filter(|row| fits(&row.state));
    let mut found: Vec<_> =
        rows.map(|row| (row.id, (row.id.to_string(), format!("{} {}", row.id, row.title)))).collect();
    found.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
    found.into_iter().map(|(_, row)| row).collect()
}

/// The only release, which then needs no choice.
fn only_release(cx: &mut Cx<'_>) -> Option<String> {
    match rows_of(cx, Kind::Release, |_| true).as_slice() {
        [(id, _)] => Some(id.clone()),
        _ => None,
    }
}

fn choices(rows: &[(String, String)]) -> Vec<Choice<'_>> {
    rows.iter().map(|(code, word)| Choice { code, word, meaning: "" }).collect()
}

fn line_of(planned: &PlannedSoup) -> String {
    let row = &planned.row;
    match &planned.action {
        SoupAction::NewItem { .. } => format!("New: {} {}", row.item, row.version),
        SoupAction::NewVersion { item, from } if from.is_empty() => {
            format!("New version: {} {} ({item})", row.item, row.version)
        }
        SoupAction::NewVersion { item, from } => {
            format!("New version: {} {} → {} ({item})", row.item, from.join(", "), row.version)
        }
        SoupAction::Same { item } => format!("Registered already: {} {} ({item})", row.item, row.version),
        SoupAction::Ambiguous { why } => format!("Ambiguous: {} {}: {why}", row.item, row.version),
    }
}

/// What happens with each component, what needs a look first.
fn lines_of(plan: &SoupImportPlan) -> Vec<String> {
    let rank = |planned: &&PlannedSoup| match planned.action {
        SoupAction::Ambiguous { .. } => 0,
        SoupAction::NewVersion { .. } => 1,
        SoupAction::NewItem { .. } => 2,
        SoupAction::Same { .. } => 3,
    };
    let mut rows: Vec<&PlannedSoup> = plan.rows.iter().collect();
    rows.sort_by_key(rank);
    let gone = plan.gone.iter().map(|name| format!("No longer in the list: {name}"));
    let (first, rest): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| rank(row) == 0);
    first.into_iter().map(line_of).chain(gone).chain(rest.into_iter().map(line_of)).collect()
}

fn rehearsed_ui(ui: &mut Ui, rehearsed: &Rehearsed) {
    let bill = &rehearsed.list.bill;
    ui.label(body(format!("{}: {}", bill.format, counted(bill.rows.len(), "component"))));
    for (words, names) in
        [("Left out, without a version", &bill.unversioned), ("Left out, not shipped", &bill.not_shipped)]
    {
        if !names.is_empty() {
            tone_words_ui(ui, Tone::Due, &format!("{words}: {}", named(names)));
        }
    }
    let (plan, counts) = (&rehearsed.plan, rehearsed.counts);
    if let Some(document) = plan.evidence.as_ref().filter(|_| !counts.has_nothing_new()) {
        let to = if plan.opens_change || plan.change.is_some() { "the change" } else { "the product" };
        ui.label(hint(ui, format!("{} is attached to {to}.", document.name)));
    }
    ui.label(capital(&counts.words()));
    match (plan.opens_change, plan.change) {
        (true, _) => {
            tone_words_ui(ui, Tone::Due, "A change request will be opened for what is new.");
        }
        (false, Some(change)) => {
            ui.label(hint(ui, format!("{change} will name what is new.")));
        }
        (false, None) => {}
    }
    if counts.ambiguous > 0 {
        let words = format!(
            "Nothing is taken of {}; enter them by hand.",
            counted(counts.ambiguous, "ambiguous component")
        );
        tone_words_ui(ui, Tone::Late, &words);
    }
    read_lines_ui(ui, ("lines", 200.0), &rehearsed.lines, |line| line.into());
}
