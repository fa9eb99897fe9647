//! The page of a release: what is missing for it, what differs from the version before and why, its commits, and what is read from
//! files.

mod differences;
mod reading;
mod vex;

pub use self::reading::BILL_ENDINGS;

use eframe::egui;
use egui::{Label, Ui};

use self::differences::differences_ui;
use self::reading::{Reading, Source};
use self::vex::Publishing;
use super::{Panel, PanelDef};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::process_deviation::Sign;
use crate::domain::release::{CommitComparison, Difference, Release, ReleaseState};
use crate::domain::workflow::Condition;
use crate::ops::{Head, RecordPage, Refused, commits};
use crate::ui::cx::{Command, Cx, Route};
use crate::ui::screens::handing::{To, given};
use crate::ui::screens::parts::refusal_ui;
use crate::ui::screens::record::page::{conditions_ui, due_link_ui, heading_ui};
use crate::ui::theme::{Tone, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::button::button_in_reach_ui;
use crate::ui::widgets::notice::Notice;

pub(super) const PANEL: PanelDef =
    PanelDef { kind: Kind::Release, open: |id| Box::new(ReleasePanel::of(id)) };

/// Most commits that are named on the page; a list of all is in the field.
const COMMITS_SHOWN: usize = 12;

/// What the button for a draft does.
const DRAFT: &str = "It begins with what the release and its records already say";

/// What the file says of a release besides its fields.
struct Seen {
    gate: Vec<Condition>,
    differences: Vec<Difference>,
    commits: CommitComparison,
    signs: Vec<Sign>,
}

struct ReleasePanel {
    id: RecordId,
    seen: Option<(Head, Result<Seen, Refused>)>,
    reading: Option<Reading>,
    publishing: Option<Publishing>,
}

impl ReleasePanel {
    fn of(id: RecordId) -> Self {
        Self { id, seen: None, reading: None, publishing: None }
    }

    fn look(&self, cx: &Cx<'_>) -> Result<Seen, Refused> {
        Ok(Seen {
            gate: cx.file.gate_at(self.id, cx.now())?,
            differences: cx.file.differences(self.id)?,
            commits: commits::compare(cx.file, self.id)?,
            signs: super::signs::signs_of(cx)?,
        })
    }
}

impl Panel for ReleasePanel {
    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) {
        let Some(release) = page.data.typed::<Release>() else { return };
        let Some(state) = ReleaseState::of(&page.data) else { return };
        let stale = self.seen.as_ref().is_none_or(|(head, _)| head != cx.file.head());
        if stale {
            self.seen = Some((cx.file.head().clone(), self.look(cx)));
        }
        let seen = match &self.seen {
            Some((_, Ok(seen))) => seen,
            Some((_, Err(refusal))) => return refusal_ui(ui, refusal),
            None => return,
        };
        if state.is_before_release() {
            missing_ui(ui, cx, self.id, &seen.gate);
        }
        differences_ui(ui, cx, (self.id, &release), (&seen.differences, &seen.signs));
        if !release.commits.is_empty() {
            commits_ui(ui, cx, &seen.commits);
        }
        if let Some(path) = given(ui.ctx(), To::Release(self.id)).pop() {
            self.reading = Some(Reading::of_bill(self.id, path));
        }
        self.actions_ui(ui, cx, page);
        if let Some(reading) = &mut self.reading
            && !reading.ui(ui, cx)
        {
            self.reading = None;
        }
        if let Some(publishing) = &mut self.publishing
            && !publishing.ui(ui, cx)
        {
            self.publishing = None;
        }
    }
}

impl ReleasePanel {
    /// What is read from files, and what follows from the release.
    fn actions_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) {
        let may_edit = cx.may_edit(Kind::Release);
        let open = may_edit && baseline_is_open(page);
        let may_tell = cx.may_make(Kind::Communication);
        let may_publish = may_edit && !page.data.value("soup_baseline").is_null();
        if !open && !may_tell && !may_publish {
            return;
        }
        ui.add_space(space::M);
        ui.horizontal_wrapped(|ui| {
            for source in Source::ALL.into_iter().filter(|_| open) {
                if button_in_reach_ui(ui, source.button(), source.help()) {
                    self.reading = Some(Reading::begin(cx, self.id, source));
                }
            }
            if may_publish && button_in_reach_ui(ui, vex::BUTTON, vex::HELP) {
                self.publishing = Some(Publishing::begin(cx, self.id));
            }
            if may_tell && button_in_reach_ui(ui, "Draft a communication…", DRAFT) {
                match cx.file.communication_draft(self.id, cx.now()) {
                    Ok(set) => cx.go(Route::new_from(Kind::Communication, set)),
                    Err(refusal) => {
                        cx.ask(Command::Notify(Notice::problem(refusal.to_string(), "Check the file.")));
                    }
                }
            }
        });
    }
}

/// Whether the baseline can be written in the present state.
pub fn baseline_is_open(page: &RecordPage) -> bool {
    let section = page.data.def().section_of("soup_baseline");
    section.is_some_and(|section| section.open_in.contains(&page.data.head.state.as_str()))
}

/// The whole gate: the unmet conditions lead to where they are mended.
fn missing_ui(ui: &mut Ui, cx: &mut Cx<'_>, id: RecordId, gate: &[Condition]) {
    let met = gate.iter().filter(|condition| condition.met).count();
    heading_ui(ui, "What is missing", "IEC 62304 5.8");
    ui.label(hint(ui, format!("{met} of {} conditions of the release are met", gate.len())));
    ui.add_space(space::XS);
    ui.push_id("gate", |ui| conditions_ui(ui, cx, id, gate));
}

/// Commits that no change names, and changes whose commits are missing.
fn commits_ui(ui: &mut Ui, cx: &mut Cx<'_>, found: &CommitComparison) {
    heading_ui(ui, "Commits and changes", "IEC 62304 8.2.1");
    if found.agrees() {
        tone_words_ui(
            ui,
            Tone::Good,
            &format!("A change of the release names each of the {} commits", found.listed),
        );
        return;
    }
    if !found.unnamed.is_empty() {
        let words =
            format!("No change of the release names {} of {} commits:", found.unnamed.len(), found.listed);
        tone_words_ui(ui, Tone::Late, &words);
        for row in found.unnamed.iter().take(COMMITS_SHOWN) {
            let hash = row.commit.get(..10).unwrap_or(&row.commit);
            ui.add(Label::new(hint(ui, format!("{hash}  {}", row.subject))).truncate());
        }
        if found.unnamed.len() > COMMITS_SHOWN {
            ui.label(hint(ui, format!("and {} more", found.unnamed.len() - COMMITS_SHOWN)));
        }
    }
    for missing in &found.missing {
        if due_link_ui(ui, &missing.words(), &format!("Open {}", missing.change)) {
            cx.go(Route::Record(missing.change));
        }
    }
}
