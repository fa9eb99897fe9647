//! One judgement for the chosen items of a review: the supplier's list, hits that do not concern the product, what could not be
//! checked, a copy of a list, and the results.

use std::collections::BTreeSet;
use std::path::PathBuf;

use eframe::egui::{Label, Ui};
use serde_json::json;

use super::super::deciding::Deciding;
use super::super::second_refused;
use crate::base::regular;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::Fields;
use crate::domain::text::{counted, sentence};
use crate::ops::jobs::Progress;
use crate::ops::{Act, FileSource, ProductFile, Refused, Request, ReviewRow, Session, Stamp, read_bytes};
use crate::review::anomalies_of;
use crate::ui::cx::{Command, Cx, LongWrite, Slot, Wrote, outcome_of};
use crate::ui::screens::parts::dropped;
use crate::ui::screens::record::field_context::FieldContext;
use crate::ui::theme::{hint, space};
use crate::ui::widgets::button::button_or_why_ui;
use crate::ui::widgets::check::check_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::text::TextArea;

/// What is said of the chosen items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    ListRead,
    NoList,
    LastTime,
    Dismiss,
    NotChecked,
    Copy,
    Export,
}

impl What {
    const ALL: [Self; 7] = [
        Self::ListRead,
        Self::NoList,
        Self::LastTime,
        Self::Dismiss,
        Self::NotChecked,
        Self::Copy,
        Self::Export,
    ];

    /// Whether it reads a file.
    const fn reads(self) -> bool {
        matches!(self, Self::Copy | Self::Export)
    }

    const fn button(self) -> &'static str {
        match self {
            Self::ListRead => "Supplier's list read…",
            Self::NoList => "No list is published…",
            Self::LastTime => "As last time…",
            Self::Dismiss => "Hits do not concern the product…",
            Self::NotChecked => "Could not be checked…",
            Self::Copy => "Copy of a list…",
            Self::Export => "Export of a tracker…",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::ListRead => "Supplier's list read",
            Self::NoList => "No list is published",
            Self::LastTime => "The lists say the same as last time",
            Self::Dismiss => "Hits do not concern the product",
            Self::NotChecked => "Could not be checked",
            Self::Copy => "Copy of a list",
            Self::Export => "Export of a tracker",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::ListRead => {
                "The place of each list stays unless you type one. What it says is stored in every chosen item."
            }
            Self::NoList => "How you found that the supplier publishes no list of anomalies.",
            Self::LastTime => {
                "Place and judgement of the last review of the same version are taken over, where nothing was found then. You confirm that you read the lists again on this day."
            }
            Self::Dismiss => {
                "One reason for all open hits of the chosen items. Hits that are in a finding are left out."
            }
            Self::NotChecked => "No source could answer for these items: what was done instead.",
            Self::Export => {
                "The file is attached to the review, and its anomalies that may concern the version become rows to be judged. Of one item at a time."
            }
            Self::Copy => "The file is attached to the review, and its SHA-256 stands in every chosen item.",
        }
    }

    const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::ListRead => &["list_read_on", "list_judgement", "list_place"],
            Self::Export => &["list_read_on", "list_place"],
            Self::NoList => &["no_list"],
            Self::LastTime => &["list_read_on"],
            Self::NotChecked => &["not_checked"],
            Self::Dismiss | Self::Copy => &[],
        }
    }

    const fn needed(self) -> &'static [&'static str] {
        match self {
            Self::ListRead => &["list_read_on", "list_judgement"],
            Self::Export => &["list_read_on"],
            Self::NoList | Self::LastTime | Self::NotChecked => self.fields(),
            Self::Dismiss | Self::Copy => &[],
        }
    }
}

/// Endings of what issue trackers export.
const TRACKER_ENDINGS: &[&str] = &["json", "csv"];

/// The dialog that is open.
struct Open {
    what: What,
    ids: Vec<RecordId>,
    typed: Deciding,
    reason: String,
    file: Slot<PathBuf>,
    path: Option<PathBuf>,
    conclude: bool,
    refusal: Option<Notice>,
}

/// The acts of the screen.
pub(super) struct Acts {
    review: RecordId,
    open: Option<Open>,
    written: Option<Slot<Option<Refused>>>,
    /// Says that of what was refused the fields are stored.
    partly: Slot<()>,
}

impl Acts {
    pub(super) fn of(review: RecordId) -> Self {
        Self { review, open: None, written: None, partly: Slot::default() }
    }

    /// Draws the buttons for the chosen items.
    pub(super) fn buttons_ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Cx<'_>,
        (chosen, rows): (&[RecordId], &[ReviewRow]),
    ) {
        if !cx.may_edit(Kind::ReviewItem) {
            return;
        }
        let ready: Vec<RecordId> = rows.iter().filter(|row| row.ready).filter_map(|row| row.id).collect();
        self.take_drop(ui, cx, chosen);
        let own: BTreeSet<RecordId> = chosen.iter().copied().collect();
        let own: Vec<RecordId> = ready.iter().copied().filter(|id| own.contains(id)).collect();
        let mut conclude = None;
        ui.horizontal_wrapped(|ui| {
            ui.label(hint(ui, format!("{} chosen", chosen.len())));
            for what in What::ALL {
                let fits = !chosen.is_empty() && (what != What::Export || chosen.len() == 1);
                let why = if chosen.is_empty() { "No item is chosen" } else { "Only one item may be chosen" };
                let button = button_or_why_ui(ui, fits, what.button(), why);
                if button.on_hover_text(what.words()).clicked() {
                    self.begin(cx, what, (chosen, None));
                }
            }
            let words = "Gives those of the chosen items their result that have everything for it";
            let done = format!("Done {}", own.len());
            if button_or_why_ui(
                ui,
                !own.is_empty(),
                done,
                "None of the chosen items has everything for its result",
            )
            .on_hover_text(words)
            .clicked()
            {
                conclude = Some(own);
            }
            let all = format!("Conclude all that are ready {}", ready.len());
            let words = "Gives every item its result that has everything for it";
            if button_or_why_ui(ui, !ready.is_empty(), all, "No item has everything for its result")
                .on_hover_text(words)
                .clicked()
            {
                conclude = Some(ready);
            }
        });
        ui.add_space(space::S);
        if let Some(ids) = conclude {
            let items = ids.into_iter().map(|id| (id, Fields::new())).collect();
            self.write(cx, true, move |_, _| Ok(items));
        }
    }

    /// A file that is dropped on the screen is the copy of a list; a table or JSON for one item may be the export of a tracker.
    fn take_drop(&mut self, ui: &Ui, cx: &mut Cx<'_>, chosen: &[RecordId]) {
        let Some(path) = dropped(ui.ctx()).filter(|_| self.open.is_none() && self.written.is_none()) else {
            return;
        };
        if chosen.is_empty() {
            let words = "No item is chosen whose list the file could be.";
            return cx.ask(Command::Notify(Notice::problem(words, "Choose the items, then drop it again.")));
        }
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let table = ending.is_some_and(|ending| TRACKER_ENDINGS.contains(&ending.as_str()));
        let what = if table && chosen.len() == 1 { What::Export } else { What::Copy };
        self.begin(cx, what, (chosen, Some(path)));
    }

    /// Opens the dialog of an act; a file that it reads is asked for, if it is not known yet.
    fn begin(&mut self, cx: &mut Cx<'_>, what: What, (chosen, path): (&[RecordId], Option<PathBuf>)) {
        let mut typed = Deciding::of(Kind::ReviewItem, what.fields());
        if what.fields().contains(&"list_read_on") {
            typed.put("list_read_on", &json!(cx.today()));
        }
        let file = Slot::default();
        if what.reads() && path.is_none() {
            let title = what.title().to_owned();
            cx.ask(Command::ChooseFile { title, kind: "All files", endings: &["*"], answer: file.clone() });
        }
        self.open = Some(Open {
            what,
            ids: chosen.to_vec(),
            typed,
            reason: String::new(),
            file,
            path,
            conclude: !what.reads(),
            refusal: None,
        });
    }

    /// Draws the dialog, if one is open.
    pub(super) fn dialog_ui(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        match outcome_of(&mut self.written) {
            Wrote::Done => self.open = None,
            Wrote::Refused(refusal) => {
                let partly = self.partly.take().is_some();
                let remedy =
                    if partly { "Mend what is named, then conclude them." } else { "Nothing was changed." };
                let notice = Notice::problem(sentence(&refusal.to_string()), remedy);
                match &mut self.open {
                    Some(open) => open.refusal = Some(notice),
                    None => cx.ask(Command::Notify(notice)),
                }
            }
            Wrote::NotYet => {}
        }
        let Some(mut open) = self.open.take() else { return };
        if let Some(path) = open.file.take() {
            open.path = Some(path);
        }
        if open.what.reads() && open.path.is_none() {
            self.open = Some(open);
            return;
        }
        let Ok(context) = FieldContext::of(cx) else { return };
        let missing = self.missing(&open, &context);
        let title = format!("{}: {}", open.what.title(), counted(open.ids.len(), "item"));
        let dialog = Dialog::new("items_judged", &title, "Store").missing(&missing).width(620.0);
        let outcome = dialog.show(ui.ctx(), |ui| open_ui(ui, &mut open, &context));
        match outcome {
            Outcome::Cancelled => {}
            Outcome::Confirmed => {
                open.refusal = None;
                self.confirm(cx, &open, &context);
                self.open = Some(open);
            }
            Outcome::Open | Outcome::Refused => self.open = Some(open),
        }
    }

    fn missing(&self, open: &Open, context: &FieldContext) -> Vec<String> {
        if self.written.is_some() {
            return vec!["It is being written".to_owned()];
        }
        if let Err(why) = open.typed.filled(context) {
            return vec![why];
        }
        let blank = open.what.needed().iter().filter(|name| open.typed.is_blank(name));
        let mut missing: Vec<String> = blank
            .filter_map(|name| open.typed.field(name))
            .map(|field| format!("“{}” is missing", field.label))
            .collect();
        if open.what == What::Dismiss && open.reason.trim().is_empty() {
            missing.push("The reason is missing".to_owned());
        }
        missing
    }

    fn confirm(&mut self, cx: &mut Cx<'_>, open: &Open, context: &FieldContext) {
        let Ok(set) = open.typed.filled(context) else { return };
        let (review, ids) = (self.review, open.ids.clone());
        match open.what {
            What::ListRead | What::NoList | What::NotChecked => {
                let items = ids.into_iter().map(|id| (id, set.clone())).collect();
                self.write(cx, open.conclude, move |_, _| Ok(items));
            }
            What::LastTime => self.write(cx, open.conclude, move |file, stamp| {
                let mut known = file.lists_of_last_time(review, stamp.now)?;
                known.retain(|(id, _)| ids.contains(id));
                if known.is_empty() {
                    let words = "none of them was judged in a former review of the same version in which nothing was found";
                    return Err(Refused::Rule(words.to_owned()));
                }
                known.iter_mut().for_each(|(_, fields)| fields.extend(set.clone()));
                Ok(known)
            }),
            What::Dismiss => {
                let reason = open.reason.trim().to_owned();
                self.write(cx, open.conclude, move |file, stamp| {
                    let found = file.dismissals(&ids, &reason, stamp.now)?;
                    if found.is_empty() {
                        return Err(Refused::Rule("none of them has an open hit".to_owned()));
                    }
                    Ok(found)
                });
            }
            What::Export => {
                let (Some(path), Some(id)) = (open.path.clone(), ids.first().copied()) else { return };
                let (write, answer) = LongWrite::new("Reading the export", move |file, session, stamp, _| {
                    read_export(file, session, (review, id, &path), (set, stamp))
                });
                self.written = Some(answer);
                cx.ask(Command::WriteInBackground(write));
            }
            What::Copy => {
                let Some(path) = open.path.clone() else { return };
                let (write, answer) = LongWrite::new("Attaching the copy", move |file, session, stamp, _| {
                    attach_copy(file, session, (review, &ids, &path), stamp)
                });
                self.written = Some(answer);
                cx.ask(Command::WriteInBackground(write));
            }
        }
    }

    /// Writes what `items` makes of the file, and then gives those a result that have everything for it. The fields are in the file
    /// by then, so nothing stops it between the two.
    fn write(
        &mut self,
        cx: &mut Cx<'_>,
        conclude: bool,
        items: impl FnOnce(&ProductFile, &Stamp) -> Result<Vec<(RecordId, Fields)>, Refused> + Send + 'static,
    ) {
        let (review, partly) = (self.review, self.partly.clone());
        let (write, answer) =
            LongWrite::new("Writing the items", move |file, session, stamp, progress: &Progress| {
                let items = items(file, stamp)?;
                let ids: Vec<RecordId> = items.iter().map(|(id, _)| *id).collect();
                let stores = items.iter().any(|(_, set)| !set.is_empty());
                progress.step("Writing the items", 0.2)?;
                file.judge_each(session, items, false, stamp)?;
                let mut done = 0;
                if conclude {
                    progress.say("Concluding the items");
                    progress.at(0.6);
                    done = conclude_items(file, session, (review, &ids), stamp).map_err(|refusal| {
                        if !stores {
                            return refusal;
                        }
                        partly.put(());
                        second_refused("the fields are stored, but no results", &refusal)
                    })?;
                }
                Ok(format!("{} judged, {done} of them have their result.", counted(ids.len(), "item")))
            });
        self.written = Some(answer);
        cx.ask(Command::WriteInBackground(write));
    }
}

/// Gives those of the items a result that have everything for it. Returns how many.
fn conclude_items(
    file: &mut ProductFile,
    session: &Session,
    (review, ids): (RecordId, &[RecordId]),
    stamp: &Stamp,
) -> Result<usize, Refused> {
    let mut ready = file.items_to_conclude(review, stamp.now)?;
    ready.retain(|id| ids.contains(id));
    file.judge_items(session, (&ready, &Fields::new()), true, stamp)
}

fn open_ui(ui: &mut Ui, open: &mut Open, context: &FieldContext) {
    ui.spacing_mut().item_spacing.y = space::M;
    ui.add(Label::new(hint(ui, open.what.words())).wrap());
    if let Some(notice) = &open.refusal {
        banner_ui(ui, notice, false);
    }
    if let Some(path) = &open.path {
        ui.add(Label::new(path.display().to_string()).truncate());
    }
    for name in open.what.fields() {
        let mark = if open.what.needed().contains(name) { "required" } else { "" };
        open.typed.input_ui(ui, (name, mark), context);
    }
    if open.what == What::Dismiss {
        Field::new("Why the hits do not concern the product")
            .required("required")
            .show(ui, |ui| ui.add(TextArea::new(&mut open.reason)));
    }
    if !open.what.reads() {
        check_ui(ui, &mut open.conclude, "Give those their result that then have everything for it");
    }
}

/// Attaches the export of a tracker to the review, and takes what may concern the version of an item into its rows, both or neither.
fn read_export(
    file: &mut ProductFile,
    session: &Session,
    (review, id, path): (RecordId, RecordId, &std::path::Path),
    (mut set, stamp): (Fields, &Stamp),
) -> Result<String, Refused> {
    let bytes = read_bytes(path)?;
    let found = anomalies_of(&file.record(id)?, (&bytes, &regular::name_of(path)))?;
    set.extend(found.set);
    set.insert("list_sha256".to_owned(), crate::domain::canonical::digest(&bytes).into());
    let acts = vec![attach(review, path, bytes), Request::Edit { id, set }.into()];
    file.perform_all(session, acts, &|_| true, stamp).map_err(|(_, refusal)| refusal)?;
    Ok(found.words)
}

/// The request that attaches a supplier's list to a review.
fn attach(review: RecordId, path: &std::path::Path, bytes: Vec<u8>) -> Act {
    Act::from(Request::Attach {
        to: review,
        file_name: regular::name_of(path),
        file: FileSource::Bytes(bytes),
        description: "Copy of a supplier's list of anomalies".to_owned(),
        source: path.display().to_string(),
        captured_at: None,
    })
}

/// Attaches a copy to the review and names its digest in the items, all of it or nothing.
fn attach_copy(
    file: &mut ProductFile,
    session: &Session,
    (review, ids, path): (RecordId, &[RecordId], &std::path::Path),
    stamp: &Stamp,
) -> Result<String, Refused> {
    let bytes = read_bytes(path)?;
    let sha256 = crate::domain::canonical::digest(&bytes);
    let mut acts = vec![attach(review, path, bytes)];
    for id in ids {
        let mut set = Fields::new();
        set.insert("list_sha256".to_owned(), sha256.clone().into());
        acts.push(Request::Edit { id: *id, set }.into());
    }
    file.perform_all(session, acts, &|_| true, stamp).map_err(|(_, refusal)| refusal)?;
    Ok(format!(
        "{} attached to {review} and named in {}.",
        regular::name_of(path),
        counted(ids.len(), "item")
    ))
}
