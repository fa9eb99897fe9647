//! Following a link to a record: the file that it names is found among the files that were opened on this workstation, and after the
//! sign-in the window goes to the record.
//!
//! A link never names a path, so that one from a mail or a web page opens nothing that was not opened here before
//! (docs/adr/0109-links-to-records.md).

use std::path::{Path, PathBuf};

use eframe::egui::{Context, Label};

use crate::base::regular::name_of;
use crate::domain::ids::RecordId;
use crate::domain::link::{RecordLink, is_link};
use crate::domain::text::sentence;
use crate::ops::{Opened, ProductFile};
use crate::ui::app::App;
use crate::ui::cx::Route;
use crate::ui::theme::{body, hint};
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::Notice;

/// What is said where a link is not followed.
const NOTHING: &str = "Nothing was opened.";

/// Links that wait.
#[derive(Default)]
pub struct Linking {
    /// The link that is followed once its file is open and somebody has signed in.
    wanted: Option<RecordLink>,
    /// A link into another file, about which the user is asked.
    other: Option<(PathBuf, RecordLink)>,
}

impl Linking {
    pub(super) const fn asks(&self) -> bool {
        self.other.is_some()
    }

    pub(super) fn close(&mut self) {
        self.other = None;
    }
}

/// A text that is meant as one link, such as what is entered in the search box.
pub fn links_in(text: &str) -> Option<&str> {
    let text = text.trim();
    (is_link(text) && !text.contains(char::is_whitespace)).then_some(text)
}

/// Whether the file at a path has this identity.
fn has_identity(path: &Path, uuid: &str) -> bool {
    match ProductFile::open_to_read(path) {
        Ok(Opened::Open(file)) => file.uuid().is_ok_and(|own| own.eq_ignore_ascii_case(uuid)),
        Ok(Opened::Not(_)) | Err(_) => false,
    }
}

/// The files among these that a link may mean: by its identity, or by its name alone where it has none.
fn files_of(link: &RecordLink, known: &[PathBuf]) -> Vec<PathBuf> {
    let named = |path: &&PathBuf| name_of(path) == link.file;
    // A file of the same name is looked into first: the others may be on a slow medium.
    let same: Vec<&PathBuf> = known.iter().filter(named).collect();
    let others = known.iter().filter(|path| !named(path));
    match &link.uuid {
        Some(uuid) => {
            let found =
                same.into_iter().chain(others).find(|path| path.is_file() && has_identity(path, uuid));
            found.cloned().into_iter().collect()
        }
        None => same.into_iter().filter(|path| path.is_file()).cloned().collect(),
    }
}

impl App {
    /// Follows a link.
    pub fn follow_link(&mut self, text: &str) {
        let link = match RecordLink::parse(text) {
            Ok(link) => link,
            Err(error) => return self.problem(format!("The link was not followed: {error}."), NOTHING),
        };
        let here = self.desk.as_ref().is_some_and(|desk| fits(&link, &desk.uuid, desk.file.path()));
        if here {
            self.hands.linking.wanted = Some(link);
            return self.arrive();
        }
        let found = files_of(&link, &self.settings.values.recent);
        match found.as_slice() {
            [path] if self.desk.is_none() => {
                let path = path.clone();
                self.hands.linking.wanted = Some(link);
                self.open_path(&path);
            }
            [path] => self.hands.linking.other = Some((path.clone(), link)),
            [] => self.wait_for_file(link, "is none of the files that were opened on this workstation"),
            _ => {
                self.wait_for_file(link, "is the name of several files that were opened on this workstation");
            }
        }
    }

    /// Opens a file, or stays in it, and goes to a record of it.
    pub(in crate::ui::app) fn open_at(&mut self, path: &Path, uuid: &str, record: Option<RecordId>) {
        let uuid = uuid.to_ascii_lowercase();
        self.hands.linking.wanted =
            record.map(|record| RecordLink { file: name_of(path), uuid: Some(uuid), record });
        let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if self.desk.as_ref().is_some_and(|desk| real(desk.file.path()) == real(path)) {
            self.close_portfolio();
            return self.arrive();
        }
        self.open_path(path);
    }

    fn wait_for_file(&mut self, link: RecordLink, why: &str) {
        let (file, record) = (&link.file, link.record);
        let happened = format!("The link asks for {record} in “{file}”, which {why}.");
        let remedy = format!("Open the file with Open…; the window then goes to {record}.");
        self.hands.linking.wanted = Some(link);
        self.problem(happened, remedy);
    }

    /// Goes to the record of the link that waits, if its file is open and somebody is signed in.
    pub(in crate::ui::app) fn arrive(&mut self) {
        if self.session.is_none() {
            return;
        }
        let Some(link) = self.hands.linking.wanted.take() else { return };
        let Some(desk) = &self.desk else { return };
        let (record, name) = (link.record, name_of(desk.file.path()));
        if !fits(&link, &desk.uuid, desk.file.path()) {
            let same = link.file == name;
            let which = if same {
                "another file of the same name".to_owned()
            } else {
                format!("“{}”", link.file)
            };
            let happened =
                format!("The link to {record} was not followed: it is into {which}, and {name} is open.");
            return self.problem(happened, "Open that file, then follow the link again.");
        }
        match desk.file.record(record) {
            Ok(data) => {
                let state = data.state();
                let given_up = data.def().moves.iter().any(|step| step.grave && step.to == data.head.state);
                if let Some(state) = state.filter(|_| given_up) {
                    let meaning = state.meaning.trim().trim_end_matches('.');
                    let words = format!("{record} is “{}”: {}", state.word, sentence(meaning));
                    self.notices.push(Notice::info(words));
                }
                self.go(Route::of(record));
            }
            Err(_) => self.say_there_is_none(record, &name),
        }
    }

    fn say_there_is_none(&mut self, record: RecordId, name: &str) {
        let plural = record.kind.def().nouns();
        let last = self
            .with_cx(|_, cx| cx.list(record.kind).ok().and_then(|rows| rows.iter().map(|row| row.id).max()));
        let last = last.and_then(|(last, _)| last);
        let remedy = match last {
            Some(last) => format!(
                "The last of its {plural} is {last}. A record may have been made in another copy of the file."
            ),
            None => format!("It has no {plural}. The link may be into another copy of the file."),
        };
        self.problem(format!("There is no {record} in {name}."), remedy);
    }

    /// Asks whether to leave the open file for the one of a link.
    pub(super) fn draw_other_file(&mut self, ctx: &Context) {
        let Some((path, link)) = self.hands.linking.other.take() else { return };
        let title = format!("Open {}?", name_of(&path));
        let words = format!(
            "The link is to {} in another file. The open file is closed; nothing of it is lost.",
            link.record
        );
        let outcome = Dialog::new("other_file", &title, "Open it").cancel("Stay here").show(ctx, |ui| {
            ui.add(Label::new(body(words)).wrap());
            ui.add(Label::new(hint(ui, path.display().to_string())).wrap());
        });
        match outcome {
            Outcome::Open | Outcome::Refused => self.hands.linking.other = Some((path, link)),
            Outcome::Cancelled => {}
            Outcome::Confirmed => {
                self.hands.linking.wanted = Some(link);
                self.open_path(&path);
            }
        }
    }
}

fn fits(link: &RecordLink, uuid: &str, path: &Path) -> bool {
    link.is_of(&uuid.to_ascii_lowercase(), &name_of(path))
}
