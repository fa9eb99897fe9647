//! Files dropped on the window: looked at beside it, and offered what fits them.

use std::path::PathBuf;

use eframe::egui;
use egui::{Align2, Area, Context, FontId, Id, Key, Label, Modifiers, Order, Ui};

use super::choices::{Choice, Here, What, choices, lines, title};
use crate::domain::attachment;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::text::counted;
use crate::ops::jobs::Job;
use crate::ops::{Act, FileSource, RecordPage, Refused, Request};
use crate::ui::app::App;
use crate::ui::cx::{Cx, LongWrite, Route};
use crate::ui::recognised::{Looked, look_at};
use crate::ui::screens::handing::{To, give};
use crate::ui::screens::panels::baseline_is_open;
use crate::ui::theme::{Tone, body, bold, hint, palette_of, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::Notice;
use crate::ui::widgets::read_lines::read_lines_ui;
use crate::ui::widgets::text::TextLine;

/// Files that are attached at once.
const ATTACHED_MAX: usize = 200;
/// Files from which on their list scrolls.
const LINES_SHOWN: usize = 6;

/// What was dropped, on its way to where it belongs.
#[derive(Default)]
pub struct Dropping {
    looking: Option<Job<Vec<Looked>>>,
    offered: Option<Offered>,
    attaching: Option<AttachingSeveral>,
}

/// The question what should happen.
struct Offered {
    looked: Vec<Looked>,
    choices: Vec<Choice>,
    remarks: Vec<String>,
    chosen: usize,
    /// Whether the arrows moved to another choice, which gets the focus.
    moved: bool,
}

/// Several files that become evidence of one record.
struct AttachingSeveral {
    to: RecordId,
    paths: Vec<PathBuf>,
    description: String,
    source: String,
}

impl Dropping {
    pub(super) const fn asks(&self) -> bool {
        self.offered.is_some() || self.attaching.is_some()
    }
}

/// Whether the screen of a route takes what is dropped on it by itself.
const fn takes_itself(route: &Route) -> bool {
    matches!(route, Route::Import | Route::Documents | Route::Advisories | Route::ReviewItems(_))
}

/// Why a record takes no files now.
pub(super) fn why_no_files(cx: &Cx<'_>, page: &RecordPage) -> Option<String> {
    let id = page.data.head.id;
    if let Some(why) = cx.file.why_read_only() {
        return Some(format!("{why}."));
    }
    if attachment::are_fixed(&page.data) {
        let state = page.data.state().map_or("", |state| state.word);
        return Some(format!("The files of {id} are fixed, because it is “{state}”."));
    }
    (!page.parent_is_open())
        .then(|| format!("The files of {id} are fixed with the record of which it is a part."))
}

impl App {
    /// Looks at what was dropped on the window in this frame.
    pub(super) fn take_drops(&mut self, ctx: &Context) {
        self.keep_looking(ctx);
        let paths: Vec<PathBuf> =
            ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
        if paths.is_empty() || self.refuse_drop_in_audit() {
            return;
        }
        if self.session.is_some() && self.route().is_some_and(takes_itself) {
            return;
        }
        if self.is_asking() {
            let words = "Nothing was taken, because a dialog is open.";
            return self.problem(words, "Close it, then drop the file again.");
        }
        match Job::start("Looking at what was dropped", self.jobs.wake(), move |progress| {
            look_at(paths, progress)
        }) {
            Ok(job) => {
                self.jobs.watch(job.progress().clone());
                self.hands.dropping.looking = Some(job);
                self.keep_looking(ctx);
            }
            Err(refusal) => self.problem(format!("Nothing was taken: {refusal}."), "Drop the file again."),
        }
    }

    /// Takes what was seen of the files.
    fn keep_looking(&mut self, ctx: &Context) {
        let Some(job) = &self.hands.dropping.looking else { return };
        let Some(outcome) = job.poll_for(self.setup.patience) else { return };
        self.hands.dropping.looking = None;
        match outcome {
            Ok(looked) => self.offer(looked, ctx),
            Err(Refused::Store(crate::ops::StoreError::Cancelled)) => {
                self.notices.push(Notice::info("Nothing of what was dropped was taken."));
            }
            Err(refusal) => self.problem(format!("Nothing was taken: {refusal}."), "Drop it again."),
        }
    }

    /// Does what alone fits, or asks what should happen.
    fn offer(&mut self, looked: Vec<Looked>, ctx: &Context) {
        let here = self.here();
        let (choices, remarks) = choices(&looked, &here);
        let is_folder = looked.iter().any(|file| file.folder.is_some());
        match choices.as_slice() {
            [] if !is_folder => self.say_what_it_is(&looked, &remarks),
            [only] if !is_folder && remarks.is_empty() => {
                let what = only.what.clone();
                self.do_with_files(what, ctx);
            }
            _ => {
                let offered = Offered { looked, choices, remarks, chosen: 0, moved: false };
                self.hands.dropping.offered = Some(offered);
            }
        }
    }

    fn here(&mut self) -> Here {
        let record = match self.route() {
            Some(Route::Record(id)) if self.session.is_some() => Some(*id),
            Some(_) | None => None,
        };
        let seen = self.with_cx(|_, cx| {
            let page = record.and_then(|id| cx.page(id).ok());
            let is_release = record.is_some_and(|id| id.kind == Kind::Release);
            Here {
                record: page.as_ref().map(|page| page.data.head.id),
                takes_no_files: page.as_ref().and_then(|page| why_no_files(cx, page)),
                baseline: is_release
                    && cx.may_edit(Kind::Release)
                    && page.as_ref().is_some_and(|page| baseline_is_open(page)),
                feedback: cx.may_make(Kind::Feedback),
                soup: cx.may_make(Kind::SoupItem),
            }
        });
        seen.map(|(here, _)| here).unwrap_or_default()
    }

    /// Nothing fits: what was dropped, and where it would fit.
    fn say_what_it_is(&mut self, looked: &[Looked], remarks: &[String]) {
        let known = looked.iter().any(|file| !file.fits.is_empty());
        let remedy = if self.desk.is_none() {
            "Open a product file and sign in, then drop it again. A product file ends in .mainstay."
        } else if self.session.is_none() {
            "Sign in, then drop it again."
        } else if known {
            "Your roles do not include reading it here. Open a record to attach it as evidence."
        } else {
            "Open the record whose evidence it is, then drop it there."
        };
        let happened = lines(looked).join("; ");
        let happened = [std::slice::from_ref(&format!("{happened}.")), remarks].concat().join(" ");
        self.problem(happened, remedy);
    }

    /// Does what was chosen. Nothing is written yet: each screen shows what would be.
    fn do_with_files(&mut self, what: What, ctx: &Context) {
        let (route, to, paths) = match what {
            What::Open(path) => return self.open_path(&path),
            What::Attach(id, paths) => return self.attach_dropped(id, paths),
            What::Import(path) => (Route::Import, To::Import, vec![path]),
            What::Register(path) => (Route::List(Kind::SoupItem), To::Register, vec![path]),
            What::Release(id, path) => (Route::Record(id), To::Release(id), vec![path]),
            What::Advisories(paths) => (Route::Advisories, To::Advisories, paths),
            What::Review(path) => (Route::Documents, To::Documents, vec![path]),
        };
        if self.session.is_none() {
            return self.problem("Nobody is signed in.", "Sign in, then drop it again.");
        }
        self.go(route);
        give(ctx, to, paths);
    }

    fn attach_dropped(&mut self, to: RecordId, mut paths: Vec<PathBuf>) {
        if paths.len() > ATTACHED_MAX {
            let words =
                format!("{} files are more than the {ATTACHED_MAX} that are attached at once.", paths.len());
            return self.problem(words, "Attach an archive of them, or fewer at a time.");
        }
        if paths.len() > 1 {
            let (description, source) = (String::new(), String::new());
            self.hands.dropping.attaching = Some(AttachingSeveral { to, paths, description, source });
        } else if let Some(path) = paths.pop() {
            self.attach_file(to, path);
        }
    }

    /// Draws the question what should happen with what was dropped.
    pub(super) fn draw_dropped(&mut self, ctx: &Context) {
        let Some(mut offered) = self.hands.dropping.offered.take() else { return };
        let title = title(&offered.looked);
        let last = offered.choices.len().saturating_sub(1);
        let pressed = |key: Key| ctx.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let (down, up) = (pressed(Key::ArrowDown), pressed(Key::ArrowUp));
        if down {
            offered.chosen = (offered.chosen + 1).min(last);
        }
        if up {
            offered.chosen = offered.chosen.saturating_sub(1);
        }
        offered.moved = down || up;
        // Enter goes on, also where a choice has the focus.
        let enter = pressed(Key::Enter);
        let confirm = if offered.choices.is_empty() { "Close" } else { "Go on" };
        let cancel = if offered.choices.is_empty() { "Take nothing" } else { "Cancel" };
        let mut outcome = Dialog::new("files_dropped", &title, confirm)
            .cancel(cancel)
            .width(560.0)
            .show(ctx, |ui| offered_ui(ui, &mut offered));
        if enter && outcome == Outcome::Open {
            outcome = Outcome::Confirmed;
        }
        match outcome {
            Outcome::Open | Outcome::Refused => self.hands.dropping.offered = Some(offered),
            Outcome::Cancelled => {}
            Outcome::Confirmed => {
                if let Some(choice) = offered.choices.get(offered.chosen) {
                    let what = choice.what.clone();
                    self.do_with_files(what, ctx);
                }
            }
        }
    }

    /// Draws the dialog of several files that become evidence.
    pub(super) fn draw_attaching_several(&mut self, ctx: &Context) {
        let Some(mut attaching) = self.hands.dropping.attaching.take() else { return };
        let files = counted(attaching.paths.len(), "file");
        let title = format!("Attach {files} to {}", attaching.to);
        let outcome = Dialog::new("attach_several", &title, "Attach").show(ctx, |ui| {
            Field::new("What they show").show(ui, |ui| ui.add(TextLine::new(&mut attaching.description)));
            ui.add_space(space::S);
            Field::new("Where they came from")
                .show(ui, |ui| ui.add(TextLine::new(&mut attaching.source).hint("Device, system, person")));
            ui.add_space(space::S);
            let names: Vec<String> =
                attaching.paths.iter().map(|path| crate::base::regular::name_of(path)).collect();
            read_lines_ui(ui, ("names", 160.0), &names, |name| name.into());
            ui.label(hint(ui, "Each is stored byte for byte with its digest: all of them, or none."));
        });
        match outcome {
            Outcome::Open | Outcome::Refused => self.hands.dropping.attaching = Some(attaching),
            Outcome::Cancelled => {}
            Outcome::Confirmed => self.write_in_background(attaching.write()),
        }
    }

    /// While files are dragged over the window: what will happen with them.
    pub(super) fn draw_hover(&self, ctx: &Context) {
        let names: Vec<String> = ctx.input(|input| {
            let name = |file: &egui::HoveredFile| file.path.as_deref().map(crate::base::regular::name_of);
            input.raw.hovered_files.iter().map(|file| name(file).unwrap_or_default()).collect()
        });
        if names.is_empty() {
            return;
        }
        let words = match self.route().filter(|_| self.session.is_some()) {
            None => "Drop a product file to open it".to_owned(),
            Some(Route::Import) => "Drop to read as feedback".to_owned(),
            Some(Route::Documents) => "Drop to review beside IEC 62304 6.1".to_owned(),
            Some(Route::Advisories) => "Drop to import as advisory data".to_owned(),
            Some(Route::ReviewItems(_)) => "Drop to attach as the list of the chosen items".to_owned(),
            Some(Route::Record(id)) => format!("Drop as evidence of {id}, or to choose what else fits"),
            Some(_) => "Drop to see what it is and choose what happens".to_owned(),
        };
        hover_ui(ctx, &words, &hovered_words(&names));
    }
}

impl AttachingSeveral {
    /// All files, in one transaction.
    fn write(self) -> LongWrite {
        let Self { to, paths, description, source } = self;
        let acts: Vec<Act> =
            paths.into_iter().map(|path| attach_act(to, path, &description, &source)).collect();
        let (write, _) = LongWrite::new("Attaching the files", move |file, session, stamp, progress| {
            let all = acts.len();
            let going = |index: usize| progress.at(index as f32 / all.max(1) as f32);
            file.perform_all(session, acts, &going, stamp).map_err(|(_, refusal)| refusal)?;
            Ok(format!("{} attached to {to}.", counted(all, "file")))
        });
        write
    }
}

fn attach_act(to: RecordId, path: PathBuf, description: &str, source: &str) -> Act {
    let file_name = crate::base::regular::name_of(&path);
    Act::from(Request::Attach {
        to,
        file_name,
        file: FileSource::Path(path),
        description: description.trim().to_owned(),
        source: source.trim().to_owned(),
        captured_at: None,
    })
}

fn hovered_words(names: &[String]) -> String {
    match names {
        [one] => one.clone(),
        several => counted(several.len(), "file"),
    }
}

/// Draws the words over the window.
fn hover_ui(ctx: &Context, words: &str, names: &str) {
    let palette = palette_of(ctx);
    let area = Area::new(Id::unique("dragged_over"))
        .order(Order::Foreground)
        .anchor(Align2::CENTER_CENTER, egui::Vec2::ZERO);
    let painter = ctx.layer_painter(egui::LayerId::new(Order::Middle, Id::unique("dragged_veil")));
    painter.rect_filled(ctx.content_rect(), 0.0, palette.veil);
    area.interactable(false).show(ctx, |ui| {
        let frame = egui::Frame::popup(ui.style()).inner_margin(egui::Margin::same(24)).corner_radius(10);
        frame.show(ui, |ui| {
            ui.set_max_width(480.0);
            ui.vertical_centered(|ui| {
                ui.add(
                    Label::new(
                        bold(words).font(FontId::proportional(17.0)).family(crate::ui::theme::bold_family()),
                    )
                    .wrap(),
                );
                if !names.is_empty() {
                    ui.add(Label::new(hint(ui, names)).wrap());
                }
            });
        });
    });
}

fn offered_ui(ui: &mut Ui, offered: &mut Offered) {
    ui.spacing_mut().item_spacing.y = space::XS;
    let lines = lines(&offered.looked);
    if lines.len() <= LINES_SHOWN {
        for line in &lines {
            ui.add(Label::new(body(line.as_str())).wrap());
        }
    } else {
        read_lines_ui(ui, ("files", 120.0), &lines, |line| line.into());
    }
    ui.add_space(space::S);
    for (index, choice) in offered.choices.iter().enumerate() {
        let radio = ui.radio(offered.chosen == index, choice.label.as_str());
        if radio.clicked() {
            offered.chosen = index;
        } else if offered.moved && offered.chosen == index {
            radio.request_focus();
        }
        ui.indent(index, |ui| ui.add(Label::new(hint(ui, choice.words.as_str())).wrap()));
    }
    if offered.choices.is_empty() {
        ui.label(hint(ui, "Nothing of it was taken."));
    }
    for remark in &offered.remarks {
        tone_words_ui(ui, Tone::Due, remark);
    }
}
