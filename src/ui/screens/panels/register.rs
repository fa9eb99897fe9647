//! Above the list of SOUP: how much of what is in service is reviewed, the holes, and the button that reads a list.

use eframe::egui::Ui;

use super::{ListPart, ListPartDef, SeveralDef};
use crate::domain::ids::Kind;
use crate::domain::soup_item::due::{Coverage, CoverageRow};
use crate::ui::cx::{Cx, Route};
use crate::ui::screens::handing::{To, given};
use crate::ui::screens::parts::refusal_ui;
use crate::ui::screens::soup::coverage::{self, LookedAt};
use crate::ui::screens::soup::reading::ReadingList;
use crate::ui::screens::soup::several::SeveralItems;
use crate::ui::theme::{Tone, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::button::button_in_reach_ui;

pub(super) const LIST_PART: ListPartDef =
    ListPartDef { kind: Kind::SoupItem, open: || Box::new(Register::default()) };
pub(super) const SEVERAL: SeveralDef =
    SeveralDef { kind: Kind::SoupItem, open: || Box::new(SeveralItems::default()) };

/// Holes that are named above the list; all of them are in the matrix.
const NAMED: usize = 3;

#[derive(Default)]
struct Register {
    looking: LookedAt,
    reading: Option<ReadingList>,
}

impl ListPart for Register {
    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        coverage::keep_up(&mut self.looking, ui, cx);
        match self.looking.shown() {
            // Nothing is in service yet, or nothing is known yet.
            None => {}
            Some(Err(refusal)) => refusal_ui(ui, refusal),
            Some(Ok(rows)) if rows.is_empty() => {}
            Some(Ok(rows)) => coverage_ui(ui, rows),
        }
        let rows = self.looking.get().is_some_and(|rows| !rows.is_empty());
        let may = cx.may_make(Kind::SoupItem);
        ui.horizontal_wrapped(|ui| {
            let words = "A bill of materials, a lock file or a table; what would change is shown first";
            if may && button_in_reach_ui(ui, "Read a list…", words) {
                self.reading = Some(ReadingList::begin(cx));
            }
            let words = "Every version of SOUP in service beside every release";
            if rows && button_in_reach_ui(ui, "Coverage", words) {
                cx.go(Route::Coverage);
            }
        });
        if may && let Some(path) = given(ui.ctx(), To::Register).pop() {
            self.reading = Some(ReadingList::of_file(cx, path));
        }
        ui.add_space(space::S);
        if let Some(reading) = &mut self.reading
            && !reading.ui(ui, cx)
        {
            self.reading = None;
        }
    }
}

fn coverage_ui(ui: &mut Ui, rows: &[CoverageRow]) {
    let holes: Vec<&CoverageRow> = rows.iter().filter(|row| !row.coverage.is_covered()).collect();
    let tone = if holes.is_empty() { Tone::Good } else { Tone::Late };
    tone_words_ui(ui, tone, &coverage::words(rows));
    if holes.is_empty() {
        return;
    }
    let named: Vec<String> = holes
        .iter()
        .take(NAMED)
        .map(|row| {
            let why = match row.coverage {
                Coverage::NotRegistered => "not registered".to_owned(),
                Coverage::Overdue { last: None, .. } => "no approved review".to_owned(),
                Coverage::Overdue { since, .. } => format!("overdue since {since}"),
                Coverage::Reviewed { on, .. } => format!("reviewed {on}"),
            };
            format!("{} {} in {} ({why})", row.name, row.version, row.release_version)
        })
        .collect();
    let more = holes.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!(", and {more} more") };
    ui.label(hint(ui, format!("Not covered: {}{more}", named.join(", "))));
}
