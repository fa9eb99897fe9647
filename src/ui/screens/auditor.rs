//! What an auditor sees: the lists, one record at a time, and where in its chain it stands. Words only; nothing here can change anything.
//!
//! Belongs here: drawing what `ops::auditor` gives, and going from one record to the next. Does not belong here: when the mode begins and
//! ends (`app`), or what is hidden (`ops`).

mod sheet;

use eframe::egui;
use egui::{Key, Modifiers, Ui};

use self::sheet::sheet_ui;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::text::capital;
use crate::ops::{
    AuditorRow, AuditorSheet, ProductFile, Refused, ShownRow, Stamp, TraceStep, Veil, beside, chain_of,
};
use crate::ui::screens::parts::tone_of;
use crate::ui::theme::{body, hint, palette, space};
use crate::ui::widgets::heading::page_heading_ui;
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::table::{Cell, Column, Table, TableState, Width};
use crate::ui::widgets::text::TextLine;

/// What is on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditorPlace {
    /// The list of a kind.
    List(Kind),
    /// A record.
    Record(RecordId),
}

/// Most places to go back to.
const BEFORE: usize = 200;
const COLUMNS: [Column<'static>; 4] = [
    Column::new("Number", Width::Fixed(110.0)).unsortable(),
    Column::new("Title", Width::Rest(220.0)).unsortable(),
    Column::new("State", Width::Fixed(190.0)).unsortable(),
    Column::new("Entered", Width::Fixed(110.0)).unsortable(),
];

/// What was read for a place, with the last event of the file then.
enum Read {
    List(u64, Kind, Result<Vec<AuditorRow>, Refused>),
    Record(u64, Box<Result<AuditorSheet, Refused>>, RecordId),
}

/// The screen.
pub struct AuditorScreen {
    now: AuditorPlace,
    before: Vec<AuditorPlace>,
    read: Option<Read>,
    /// The chain that is followed: that of the record with which it was begun. Another one begins outside it.
    trail: Vec<TraceStep>,
    filter: String,
    table: TableState,
    /// Whether the filter gets the focus in the next frame.
    wants_focus: bool,
    /// What is said of the last step, such as that the chain ends here.
    said: String,
}

impl Default for AuditorScreen {
    fn default() -> Self {
        Self {
            now: AuditorPlace::List(Kind::ChangeRequest),
            before: Vec::new(),
            read: None,
            trail: Vec::new(),
            filter: String::new(),
            table: TableState::default(),
            wants_focus: false,
            said: String::new(),
        }
    }
}

impl AuditorScreen {
    /// What is on screen.
    pub const fn now(&self) -> AuditorPlace {
        self.now
    }

    /// Goes to a place.
    pub fn go(&mut self, place: AuditorPlace) {
        self.said.clear();
        if place == self.now {
            return;
        }
        self.before.push(std::mem::replace(&mut self.now, place));
        if self.before.len() > BEFORE {
            self.before.remove(0);
        }
        self.filter.clear();
        self.table = TableState::default();
    }

    /// Goes back.
    pub fn back(&mut self) {
        self.said.clear();
        if let Some(place) = self.before.pop() {
            self.now = place;
        }
    }

    /// Puts the focus into the filter of the list.
    pub const fn find(&mut self) {
        self.wants_focus = true;
    }

    /// Follows the chain of the record on screen: `1` to the next record, `-1` to the one before.
    pub fn follow(&mut self, step: isize) {
        let AuditorPlace::Record(id) = self.now else { return };
        match (beside(&self.trail, id, step), self.trail.is_empty()) {
            (Some(next), _) => self.go(AuditorPlace::Record(next)),
            (None, true) => self.said = format!("{id} belongs to no chain."),
            (None, false) if step > 0 => self.said = "The chain ends here.".to_owned(),
            (None, false) => self.said = "The chain begins here.".to_owned(),
        }
    }

    /// Takes the keys of the mode: the next and the previous record of the chain, and back.
    pub fn take_keys(&mut self, ui: &Ui) {
        if ui.ctx().text_edit_focused() {
            return;
        }
        let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if matches!(self.now, AuditorPlace::Record(_)) {
            if pressed(Key::N) || pressed(Key::CloseBracket) {
                self.follow(1);
            } else if pressed(Key::P) || pressed(Key::OpenBracket) {
                self.follow(-1);
            }
        }
        if pressed(Key::Escape) {
            self.back();
        }
    }

    /// What is on screen, for the list of what was shown; `None` while nothing is.
    pub fn shown(&self, stamp: &Stamp) -> Option<ShownRow> {
        let row = |what: String, title: String, revision: String, event: u64| ShownRow {
            at: stamp.now,
            what,
            title,
            revision,
            event,
        };
        match (self.read.as_ref()?, self.now) {
            (Read::List(seq, kind, Ok(rows)), AuditorPlace::List(now)) if *kind == now => {
                let title = format!("{} rows", rows.len());
                Some(row(format!("List: {}", kind.def().plural), title, rows.len().to_string(), *seq))
            }
            (Read::Record(seq, sheet, id), AuditorPlace::Record(now)) if *id == now => {
                let sheet = sheet.as_ref().as_ref().ok()?;
                Some(row(id.to_string(), sheet.title.clone(), sheet.revision.to_string(), *seq))
            }
            (Read::List(..) | Read::Record(..), AuditorPlace::List(_) | AuditorPlace::Record(_)) => None,
        }
    }

    /// Reads what is to be shown. `veil` is `None` while it does not know yet what to hide: then what was read before stays.
    fn keep_up(&mut self, file: &ProductFile, veil: Option<&Veil>, stamp: &Stamp) {
        let (seq, Some(veil)) = (file.head().seq, veil) else { return };
        match (self.now, &self.read) {
            (AuditorPlace::List(kind), Some(Read::List(of, read, _))) if (*of, *read) == (seq, kind) => {}
            (AuditorPlace::Record(id), Some(Read::Record(of, _, read))) if (*of, *read) == (seq, id) => {}
            (AuditorPlace::List(kind), _) => {
                self.read = Some(Read::List(seq, kind, file.auditor_list(veil, kind)));
            }
            (AuditorPlace::Record(id), _) => {
                let sheet = file.auditor_sheet(veil, id, stamp.now);
                if let Ok(sheet) = &sheet
                    && !chain_of(&self.trail).contains(&id)
                {
                    self.trail.clone_from(&sheet.trace);
                }
                self.read = Some(Read::Record(seq, Box::new(sheet), id));
            }
        }
    }

    /// Draws it.
    pub fn ui(&mut self, ui: &mut Ui, file: &ProductFile, veil: Option<&Veil>, stamp: &Stamp) {
        self.keep_up(file, veil, stamp);
        let mut go = None;
        let said = std::mem::take(&mut self.said);
        match (&self.read, self.now) {
            (Some(Read::List(_, kind, rows)), AuditorPlace::List(now)) if *kind == now => match rows {
                Ok(rows) => {
                    let state = (&mut self.filter, &mut self.table, &mut self.wants_focus);
                    go = list_ui(ui, *kind, rows, state);
                }
                Err(refusal) => refused_ui(ui, refusal),
            },
            (Some(Read::Record(_, sheet, id)), AuditorPlace::Record(now)) if *id == now => {
                match sheet.as_ref() {
                    Ok(sheet) => go = sheet_ui(ui, sheet, &self.trail, &said),
                    Err(refusal) => refused_ui(ui, refusal),
                }
            }
            (Some(Read::List(..) | Read::Record(..)) | None, _) => {
                ui.label(body("Looking for what is to be hidden…").color(palette(ui).weak));
            }
        }
        self.said = said;
        if let Some(id) = go {
            self.go(AuditorPlace::Record(id));
        }
    }
}

fn refused_ui(ui: &mut Ui, refusal: &Refused) {
    let words = format!("It cannot be shown: {refusal}.");
    banner_ui(ui, &Notice::problem(words, "Go back with Esc."), false);
}

/// Filter, table and whether the filter gets the focus.
type ListState<'a> = (&'a mut String, &'a mut TableState, &'a mut bool);

/// The list of a kind; returns the record that is opened.
fn list_ui(
    ui: &mut Ui,
    kind: Kind,
    rows: &[AuditorRow],
    (filter, table, focus): ListState<'_>,
) -> Option<RecordId> {
    page_heading_ui(ui, kind.def().plural);
    ui.label(hint(ui, format!("{} {}", kind.def().purpose, kind.def().clause)));
    ui.add_space(space::S);
    let input = ui
        .add(TextLine::new(filter).limit(200).width(320.0).hint("Number, title or state"))
        .accessible_name("Filter the list");
    if std::mem::take(focus) {
        input.request_focus();
    }
    if input.changed() {
        table.forget_rows();
    }
    ui.add_space(space::S);
    let wanted = filter.trim().to_lowercase();
    let fits = |row: &&AuditorRow| {
        wanted.is_empty()
            || [row.id.to_string().as_str(), row.title.as_str(), row.state.0]
                .iter()
                .any(|text| text.to_lowercase().contains(&wanted))
    };
    let shown: Vec<&AuditorRow> = rows.iter().filter(fits).collect();
    if shown.is_empty() {
        let words = if rows.is_empty() { "There is none in this file." } else { "None fits the filter." };
        ui.label(body(words).color(palette(ui).weak));
        return None;
    }
    let entered = input.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let events = Table::new(kind.def().plural, &COLUMNS, shown.len()).show(ui, table, |row, column| {
        let Some(row) = shown.get(row) else { return Cell::default() };
        match column {
            0 => row.id.to_string().into(),
            1 => row.title.as_str().into(),
            2 => Cell::toned(tone_of(row.state.1), capital(row.state.0)),
            _ => Cell::weak(row.entered.as_str()),
        }
    });
    let first = entered.then_some(0).filter(|_| !wanted.is_empty());
    events.opened.or(first).and_then(|row| shown.get(row)).map(|row| row.id)
}
