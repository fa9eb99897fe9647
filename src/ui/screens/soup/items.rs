//! The items of a review: the supplier's list beside the search, what each item still needs, and one judgement for several of them.

mod acts;
mod detail;

use std::collections::HashMap;

use eframe::egui;
use egui::Ui;

use self::acts::Acts;
use self::detail::detail_ui;
use super::picked::Picked;
use super::{beside_list, filter_ui};
use crate::domain::choice::Choice as _;
use crate::domain::ids::RecordId;
use crate::domain::record::RecordData;
use crate::domain::review_item::SearchResult;
use crate::domain::text::counted;
use crate::ops::ReviewRow;
use crate::ui::cx::{Cx, Route};
use crate::ui::looking::Looking;
use crate::ui::screens::parts::refusal_ui;
use crate::ui::theme::{Tone, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::button::segments_ui;
use crate::ui::widgets::heading::page_heading_ui;
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::scrolled::scrolled;
use crate::ui::widgets::table::{Cell, Column, Table, Width};

/// Width of the detail beside the list, in points.
const DETAIL: f32 = 400.0;

/// Which items are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    All,
    NeedsWork,
    Hits,
    NotChecked,
    Changed,
    ListNotRead,
    Ready,
    Done,
}

impl Filter {
    const ALL: [Self; 8] = [
        Self::All,
        Self::NeedsWork,
        Self::Hits,
        Self::NotChecked,
        Self::Changed,
        Self::ListNotRead,
        Self::Ready,
        Self::Done,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::NeedsWork => "Needs work",
            Self::Hits => "Hits",
            Self::NotChecked => "Could not be checked",
            Self::Changed => "New or changed",
            Self::ListNotRead => "List not read",
            Self::Ready => "Ready",
            Self::Done => "Done",
        }
    }

    fn fits(self, row: &ReviewRow) -> bool {
        match self {
            Self::All => true,
            Self::NeedsWork => !row.done && !row.ready,
            Self::Hits => row.hits > 0,
            Self::NotChecked => row.search == Some(SearchResult::NotChecked),
            Self::Changed => row.is_changed(),
            Self::ListNotRead => !row.list_done,
            Self::Ready => row.ready,
            Self::Done => row.done,
        }
    }
}

/// The screen.
pub struct ItemsScreen {
    review: RecordId,
    looking: Looking<Vec<ReviewRow>>,
    /// The answer from which the places and the counts were made.
    round: u64,
    /// Where the row of an item is.
    places: HashMap<RecordId, usize>,
    /// How many items each filter shows.
    counts: [usize; Filter::ALL.len()],
    filter: Filter,
    text: String,
    /// For what the rows were chosen.
    shown_for: Option<(u64, Filter, String)>,
    picked: Picked,
    acts: Acts,
    /// The item in the detail, as it was read last.
    read: Option<(RecordId, u64, RecordData)>,
}

impl ItemsScreen {
    /// The items of a review.
    pub fn of(review: RecordId) -> Self {
        Self {
            review,
            looking: Looking::default(),
            round: 0,
            places: HashMap::new(),
            counts: [0; Filter::ALL.len()],
            filter: Filter::NeedsWork,
            text: String::new(),
            shown_for: None,
            picked: Picked::default(),
            acts: Acts::of(review),
            read: None,
        }
    }

    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let review = self.review;
        self.looking.keep_up(ui.ctx(), cx, move |file, now| file.review_rows(review, now));
        ui.horizontal(|ui| {
            page_heading_ui(ui, "Items of");
            if link_ui(ui, &review.to_string()).clicked() {
                cx.go(Route::Record(review));
            }
        });
        match self.looking.shown() {
            None => {
                ui.label(hint(ui, "The items are being looked through…"));
                return;
            }
            Some(Err(refusal)) => return refusal_ui(ui, refusal),
            Some(Ok(rows)) if rows.is_empty() => {
                ui.label(hint(ui, "The review has no items yet. Start it from its page."));
                return;
            }
            Some(Ok(_)) => {}
        }
        self.take_rows();
        self.filters_ui(ui);
        self.choose_rows();
        beside_list(ui, "item_detail", (280.0, DETAIL, 640.0)).show(ui, |ui| {
            ui.take_available_space();
            self.detail(ui, cx);
        });
        egui::CentralPanel::no_frame().show(ui, |ui| {
            let rows = self.looking.get().map(Vec::as_slice).unwrap_or_default();
            self.acts.buttons_ui(ui, cx, (&self.picked.chosen(), rows));
            self.table_ui(ui, cx);
        });
        self.acts.dialog_ui(ui, cx);
    }

    fn rows(&self) -> &[ReviewRow] {
        self.looking.get().map(Vec::as_slice).unwrap_or_default()
    }

    /// Finds and counts the rows when they are new.
    fn take_rows(&mut self) {
        if self.round == self.looking.round() {
            return;
        }
        self.round = self.looking.round();
        let rows = self.rows().iter().enumerate();
        self.places = rows.filter_map(|(place, row)| Some((row.id?, place))).collect();
        self.counts = Filter::ALL.map(|filter| self.rows().iter().filter(|row| filter.fits(row)).count());
    }

    fn filters_ui(&mut self, ui: &mut Ui) {
        let counted = Filter::ALL.iter().zip(self.counts);
        let words: Vec<String> =
            counted.map(|(filter, count)| format!("{} {count}", filter.word())).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let on = Filter::ALL.iter().position(|filter| *filter == self.filter);
        ui.horizontal_wrapped(|ui| {
            filter_ui(ui, &mut self.text, &mut self.picked.table);
            if let Some(chosen) = segments_ui(ui, &words, on).and_then(|index| Filter::ALL.get(index)) {
                self.filter = *chosen;
            }
        });
        ui.add_space(space::S);
    }

    fn choose_rows(&mut self) {
        let wanted = (self.round, self.filter, self.text.to_lowercase());
        if self.shown_for.as_ref() == Some(&wanted) {
            return;
        }
        let fits = |row: &&ReviewRow| {
            let title = row.title.to_lowercase();
            wanted.1.fits(row) && wanted.2.split_whitespace().all(|word| title.contains(word))
        };
        let order = self.rows().iter().filter(fits).filter_map(|row| row.id).collect();
        self.picked.show(order);
        self.shown_for = Some(wanted);
    }

    /// What is said where the filter shows no item, and what to do then.
    fn nothing_ui(&self, ui: &mut Ui) {
        let rows = self.rows();
        let open = rows.iter().filter(|row| !row.done).count();
        if !self.text.trim().is_empty() {
            ui.label("No item matches the words above.");
        } else if open == 0 {
            let all = counted(rows.len(), "item");
            tone_words_ui(
                ui,
                Tone::Good,
                &format!("All done: {all} with a result. Hand the review over from its page."),
            );
        } else if self.filter == Filter::NeedsWork {
            let items = counted(open, "open item");
            let have = if open == 1 { "has" } else { "have" };
            let words = format!(
                "Nothing needs work: {items} {have} everything for a result. Conclude them under “Ready”."
            );
            tone_words_ui(ui, Tone::Good, &words);
        } else {
            ui.label("No item is like this. Choose another filter above.");
        }
    }

    fn table_ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        const COLUMNS: [Column<'static>; 6] = [
            Column::new("Item", Width::Rest(150.0)).unsortable(),
            Column::new("Tier", Width::Fit(64.0)).unsortable(),
            Column::new("Supplier's list", Width::Fit(112.0)).unsortable(),
            Column::new("Search", Width::Fit(176.0)).unsortable(),
            Column::new("Since last time", Width::Fit(116.0)).unsortable(),
            Column::new("State", Width::Fit(128.0)).unsortable(),
        ];
        if self.picked.order.is_empty() {
            self.nothing_ui(ui);
            return;
        }
        let rows = self.looking.get().map(Vec::as_slice).unwrap_or_default();
        let (order, places) = (&self.picked.order, &self.places);
        let line = |row: usize| order.get(row).and_then(|id| places.get(id)).and_then(|at| rows.get(*at));
        let table = Table::new("Items of the review", &COLUMNS, order.len()).several();
        let events = table.show(ui, &mut self.picked.table, |row, column| match line(row) {
            Some(row) => cell_of(row, column),
            None => Cell::default(),
        });
        if let Some(id) = events.opened.and_then(|row| self.picked.order.get(row)) {
            cx.go(Route::Record(*id));
        }
    }

    fn detail(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let Some(id) = self.picked.at_cursor() else { return };
        let seq = cx.file.head().seq;
        if self.read.as_ref().is_none_or(|(read, at, _)| (*read, *at) != (id, seq)) {
            match cx.file.record(id) {
                Ok(data) => self.read = Some((id, seq, data)),
                Err(refusal) => return refusal_ui(ui, &refusal),
            }
        }
        let row = self.places.get(&id).and_then(|place| self.rows().get(*place));
        if let (Some((_, _, data)), Some(row)) = (&self.read, row) {
            scrolled(egui::ScrollArea::vertical().id_salt("detail").auto_shrink([false, false])).show(
                ui,
                |ui| {
                    ui.set_max_width(ui.available_width() - space::M);
                    detail_ui(ui, cx, data, row);
                },
            );
        }
    }
}

fn cell_of(row: &ReviewRow, column: usize) -> Cell<'_> {
    match column {
        0 => Cell::from(row.title.as_str()),
        1 => Cell::weak(row.tier.map_or("", |tier| tier.word())),
        2 if row.list_done => Cell::toned(Tone::Good, "Judged"),
        2 => Cell::toned(Tone::Due, "Not read"),
        3 => search_cell(row),
        4 => match row.since_last {
            Some(_) if row.exploited && row.is_changed() => Cell::toned(Tone::Late, "Exploited"),
            Some(since) if row.is_changed() => Cell::toned(Tone::Due, since.word()),
            Some(since) => Cell::weak(since.word()),
            None => Cell::weak("First review"),
        },
        _ if row.done => Cell::toned(Tone::Good, row.result.map_or("Done", |result| result.word())),
        _ if row.ready => Cell::toned(Tone::Neutral, "Ready"),
        _ => Cell::toned(Tone::Due, counted(row.missing.len(), "open point")),
    }
}

fn search_cell(row: &ReviewRow) -> Cell<'_> {
    match row.search {
        Some(SearchResult::Hits) if row.undecided > 0 => {
            Cell::toned(Tone::Due, format!("{}, {} open", counted(row.hits, "hit"), row.undecided))
        }
        Some(SearchResult::Hits) => Cell::toned(Tone::Good, counted(row.hits, "hit")),
        Some(SearchResult::NothingFound) => Cell::toned(Tone::Good, "Nothing found"),
        Some(SearchResult::NotChecked) | None => Cell::toned(Tone::Late, "Could not be checked"),
    }
}
