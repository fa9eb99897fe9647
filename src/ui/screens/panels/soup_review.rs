//! The page of a SOUP review: what it would cover and the age of the advisory data before it starts; then how far its items are, and
//! the check of its evidence.

use eframe::egui::{Label, Ui};

use super::{Instead, Panel, PanelDef};
use crate::domain::ids::{Kind, RecordId};
use crate::domain::soup_review::{START, SoupReviewState};
use crate::domain::text::{counted, first_of, sentence};
use crate::ops::jobs::Job;
use crate::ops::{ProductFile, RecordPage, Refused, ReviewRow, ReviewScope, cache_folder};
use crate::review::{EvidenceCheck, check};
use crate::soup::SameResult;
use crate::ui::cx::{Cx, Route};
use crate::ui::looking::Looking;
use crate::ui::screens::parts::refusal_ui;
use crate::ui::screens::record::page::heading_ui;
use crate::ui::screens::soup::starting::{AdvisoryData, Starting};
use crate::ui::theme::{Tone, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::button::button_in_reach_ui;
use crate::ui::widgets::reach::{Near, reach};

pub(super) const PANEL: PanelDef =
    PanelDef { kind: Kind::SoupReview, open: |id| Box::new(ReviewPanel::of(id)) };

/// The button that searches and starts a review.
const SEARCH: &str = "Search and start…";

/// A review is not started without its search.
pub(super) const INSTEAD: Instead = Instead { kind: Kind::SoupReview, step: START, button: SEARCH };

/// Names that are shown at once.
const NAMED: usize = 12;

struct ReviewPanel {
    id: RecordId,
    scope: Looking<ReviewScope>,
    items: Looking<Vec<ReviewRow>>,
    data: AdvisoryData,
    starting: Option<Starting>,
    checking: Option<Job<EvidenceCheck>>,
    checked: Option<Result<EvidenceCheck, Refused>>,
}

impl ReviewPanel {
    fn of(id: RecordId) -> Self {
        Self {
            id,
            scope: Looking::default(),
            items: Looking::default(),
            data: AdvisoryData::default(),
            starting: None,
            checking: None,
            checked: None,
        }
    }
}

impl Panel for ReviewPanel {
    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>, page: &RecordPage) {
        match SoupReviewState::of(&page.data) {
            Some(SoupReviewState::Scheduled) => self.scheduled_ui(ui, cx),
            Some(SoupReviewState::Abandoned) | None => {}
            Some(
                SoupReviewState::InProgress
                | SoupReviewState::AwaitingSecondReview
                | SoupReviewState::Completed
                | SoupReviewState::Approved,
            ) => self.started_ui(ui, cx),
        }
        if let Some(starting) = &mut self.starting
            && !starting.ui(ui, cx)
        {
            self.starting = None;
        }
    }
}

impl ReviewPanel {
    fn scheduled_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let id = self.id;
        self.scope.keep_up(ui.ctx(), cx, move |file, now| file.review_scope(id, now));
        self.data.keep_up(ui, cx);
        heading_ui(ui, "What it will cover", "IEC 62304 7.1.3, 8.1.3");
        match self.scope.shown() {
            None => {
                ui.label(hint(ui, "The releases are being looked through…"));
            }
            Some(Err(refusal)) => refusal_ui(ui, refusal),
            Some(Ok(scope)) => scope_ui(ui, cx, scope),
        }
        if let Some((tone, words)) = self.data.age_words() {
            tone_words_ui(ui, tone, &words);
        }
        let step = Kind::SoupReview.def().find_move(START);
        let may = step.is_some_and(|step| step.by.iter().any(|role| cx.session.roles().contains(role)));
        let words = "Searches in the advisory data of this workstation, keeps the evidence, and makes an item for every version";
        ui.add_space(space::S);
        ui.horizontal_wrapped(|ui| {
            // Its button is the step of the page: one way to start.
            if cx.writable() && may && reach(ui, Near::Step, SEARCH, words) {
                self.starting = Some(Starting::of(id));
            }
            let words =
                "What this workstation has of published advisories, and how it is imported or updated";
            if button_in_reach_ui(ui, "Advisory data", words) {
                cx.go(Route::Advisories);
            }
        });
    }

    fn started_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let id = self.id;
        self.items.keep_up(ui.ctx(), cx, move |file, now| file.review_rows(id, now));
        heading_ui(ui, "Its items", "IEC 62304 7.1.3");
        match self.items.shown() {
            None => {
                ui.label(hint(ui, "The items are being looked through…"));
            }
            Some(Err(refusal)) => refusal_ui(ui, refusal),
            Some(Ok(rows)) => items_ui(ui, rows),
        }
        if let Some(outcome) = self.checking.as_ref().and_then(Job::poll) {
            self.checking = None;
            self.checked = Some(outcome);
        }
        ui.horizontal_wrapped(|ui| {
            let words = "Supplier's lists beside the search, several at once";
            if button_in_reach_ui(ui, "Work through the items", words) {
                cx.go(Route::ReviewItems(id));
            }
            if self.checking.is_some() {
                ui.label(hint(ui, "The evidence is being checked…"));
                return;
            }
            let words = "Whether the review and its items say what the kept evidence of the search says";
            if button_in_reach_ui(ui, "Check the evidence", words) {
                self.check(ui, cx, false);
            }
            let words = "Repeats the search on the present advisory data and compares it byte by byte";
            if button_in_reach_ui(ui, "Search again and compare", words) {
                self.check(ui, cx, true);
            }
        });
        match &self.checked {
            None => {}
            Some(Err(refusal)) => refusal_ui(ui, refusal),
            Some(Ok(found)) => checked_ui(ui, found),
        }
    }

    fn check(&mut self, ui: &Ui, cx: &mut Cx<'_>, again: bool) {
        let (id, path) = (self.id, cx.file.path().to_owned());
        let folder = if again { cache_folder() } else { None };
        self.checked = None;
        self.checking = cx.start(ui.ctx(), "Checking the evidence", move |progress| {
            let file = ProductFile::open_for_job(&path)?;
            check(&file, id, folder.as_deref(), &|share| progress.at(share))
        });
    }
}

fn scope_ui(ui: &mut Ui, cx: &mut Cx<'_>, scope: &ReviewScope) {
    let words = format!(
        "{} of SOUP in {}",
        counted(scope.versions, "version"),
        counted(scope.releases.len(), &Kind::Release.def().noun())
    );
    ui.label(words);
    for (index, (release, version, count)) in scope.releases.iter().enumerate() {
        ui.push_id(index, |ui| {
            ui.horizontal_wrapped(|ui| {
                if crate::ui::widgets::link::link_ui(ui, &release.to_string()).clicked() {
                    cx.go(Route::Record(*release));
                }
                ui.label(format!("version {version}: {}", counted(*count, "version")));
            });
        });
    }
    if !scope.unregistered.is_empty() {
        let words = format!(
            "Not in the register, so the review cannot cover it: {}. Read the list of the release into the register first.",
            first_of(&scope.unregistered, NAMED)
        );
        tone_words_ui(ui, Tone::Late, &words);
    }
}

fn items_ui(ui: &mut Ui, rows: &[ReviewRow]) {
    if rows.is_empty() {
        tone_words_ui(ui, Tone::Due, "Nothing was searched yet: the review has no item.");
        return;
    }
    let count = |fits: &dyn Fn(&ReviewRow) -> bool| rows.iter().filter(|row| fits(row)).count();
    let (done, ready) = (count(&|row| row.done), count(&|row| row.ready));
    let open = rows.len() - done;
    let tone = if open == 0 { Tone::Good } else { Tone::Due };
    let words = format!(
        "{done} of {} have their result; {ready} of the others have everything for it",
        counted(rows.len(), "item")
    );
    tone_words_ui(ui, tone, &words);
    let words = format!(
        "{} with hits, {} that could not be checked, {} new or changed since last time",
        count(&|row| row.hits > 0),
        count(&|row| row.search == Some(crate::domain::review_item::SearchResult::NotChecked)),
        count(&|row| row.is_changed())
    );
    ui.label(hint(ui, words));
}

fn checked_ui(ui: &mut Ui, found: &EvidenceCheck) {
    ui.add_space(space::S);
    if found.differs.is_empty() {
        tone_words_ui(
            ui,
            Tone::Good,
            "The review and its items say what the kept evidence of the search says.",
        );
    } else {
        tone_words_ui(ui, Tone::Late, "The review differs from the kept evidence:");
        lines_ui(ui, &found.differs);
    }
    match &found.again {
        None => {}
        Some(SameResult::Same) => {
            tone_words_ui(ui, Tone::Good, "The search gives the same again, byte by byte.");
        }
        Some(SameResult::Differs { because }) => {
            tone_words_ui(ui, Tone::Due, "The search does not give the same again:");
            lines_ui(ui, because);
        }
    }
}

fn lines_ui(ui: &mut Ui, lines: &[String]) {
    for line in lines.iter().take(NAMED) {
        ui.add(Label::new(sentence(line)).wrap());
    }
    if lines.len() > NAMED {
        ui.label(hint(ui, format!("and {} more", lines.len() - NAMED)));
    }
}
