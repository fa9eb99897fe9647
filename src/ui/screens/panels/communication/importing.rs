//! Recipients from a table: the file is read, what would change is shown with every defect, and only then it is imported.

use std::path::{Path, PathBuf};

use eframe::egui::Ui;

use crate::base::regular;
use crate::domain::ids::RecordId;
use crate::domain::text::{capital, counted};
use crate::ops::recipients::{RecipientPlan, RecipientsPlan};
use crate::ops::{Refused, read_bytes};
use crate::ui::cx::{Command, Cx, Slot, Write, Wrote, outcome_of};
use crate::ui::screens::panels::refused_words;
use crate::ui::theme::{Tone, body, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::read_lines::read_lines_ui;

/// The dialog of one file.
pub(super) struct Importing {
    id: RecordId,
    chosen: Slot<PathBuf>,
    path: Option<PathBuf>,
    plan: Option<Result<RecipientsPlan, Refused>>,
    written: Option<Slot<Option<Refused>>>,
    refusal: Option<Refused>,
}

impl Importing {
    /// Asks for the file.
    pub(super) fn begin(cx: &mut Cx<'_>, id: RecordId) -> Self {
        let chosen = Slot::default();
        let title = "Import recipients".to_owned();
        let endings = &["csv", "tsv", "txt"];
        cx.ask(Command::ChooseFile { title, kind: "Delimited text", endings, answer: chosen.clone() });
        Self { id, chosen, path: None, plan: None, written: None, refusal: None }
    }

    /// Draws the dialog once a file is chosen; returns whether it goes on.
    pub(super) fn ui(&mut self, ui: &Ui, cx: &mut Cx<'_>) -> bool {
        if let Some(path) = self.chosen.take() {
            self.plan = Some(plan_of(cx, self.id, &path));
            self.path = Some(path);
        }
        let Some(plan) = &self.plan else { return true };
        match outcome_of(&mut self.written) {
            Wrote::NotYet => {}
            Wrote::Done => return false,
            Wrote::Refused(refusal) => self.refusal = Some(refusal),
        }
        let missing: Vec<String> = match plan {
            Ok(plan) if plan.problems.is_empty() => Vec::new(),
            Ok(_) => vec!["Mend the defects in the file, and read it again".to_owned()],
            Err(_) => vec!["The file cannot be read".to_owned()],
        };
        let dialog = Dialog::new("recipients", "Import recipients", "Import").missing(&missing).width(620.0);
        let outcome = dialog.show(ui.ctx(), |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            if let Some(refusal) = &self.refusal {
                banner_ui(
                    ui,
                    &Notice::problem(refused_words(refusal, self.path.as_deref()), "Nothing was imported."),
                    false,
                );
            }
            match plan {
                Ok(plan) => plan_ui(ui, plan),
                Err(refusal) => {
                    banner_ui(
                        ui,
                        &Notice::problem(
                            refused_words(refusal, self.path.as_deref()),
                            "Nothing was imported.",
                        ),
                        false,
                    );
                }
            }
        });
        match outcome {
            Outcome::Open | Outcome::Refused => true,
            Outcome::Cancelled => false,
            Outcome::Confirmed => {
                self.import(cx);
                true
            }
        }
    }

    fn import(&mut self, cx: &mut Cx<'_>) {
        let Some(Ok(plan)) = &self.plan else { return };
        let plan = plan.clone();
        let (write, answer) = Write::new(move |file, session, stamp| {
            let counts = file.import_recipients(session, &plan, &|_| true, stamp)?;
            Ok(format!("{}: {}.", plan.file_name, counts.words()))
        });
        self.written = Some(answer);
        cx.ask(Command::Write(write));
    }
}

fn plan_of(cx: &Cx<'_>, id: RecordId, path: &Path) -> Result<RecipientsPlan, Refused> {
    let name = regular::name_of(path);
    let bytes = read_bytes(path)?;
    cx.file.plan_recipients(id, (&bytes, &name), cx.now())
}

/// What the import would do, and every defect with its place.
fn plan_ui(ui: &mut Ui, plan: &RecipientsPlan) {
    ui.label(hint(ui, &plan.file_name));
    if !plan.unread.is_empty() {
        tone_words_ui(ui, Tone::Due, &format!("Columns that are not read: {}", plan.unread.join(", ")));
    }
    if !plan.problems.is_empty() {
        let words =
            format!("{}. Nothing is imported while there is one.", counted(plan.problems.count(), "defect"));
        tone_words_ui(ui, Tone::Late, &words);
        return read_lines_ui(ui, ("rows", 280.0), &plan.problems.lines(), |line| line.into());
    }
    ui.label(body(capital(&plan.counts().words())));
    let lines: Vec<String> = plan
        .rows
        .iter()
        .map(|row| {
            let what = match &row.plan {
                RecipientPlan::Add { .. } => "added".to_owned(),
                RecipientPlan::Update { id, .. } => format!("{id} changed"),
                RecipientPlan::Same(id) => format!("{id} unchanged"),
            };
            format!("Line {}: {}, {what}", row.line, row.name)
        })
        .collect();
    read_lines_ui(ui, ("rows", 280.0), &lines, |line| line.into());
}
