//! Questions for paths: by the file dialog of the system or, on a machine without one, by a dialog of the window with an input.

use std::path::{Path, PathBuf};

use eframe::egui::Context;

use super::App;
use crate::ui::dialogs::{NO_DIALOG, PathAnswer, PathQuestion};
use crate::ui::theme::{hint, space};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::text::TextLine;

/// Characters that a typed path may have.
const PATH_MAX: usize = 4000;

/// What is done with the path.
type Use = Box<dyn FnOnce(&mut App, PathBuf)>;

/// A path that is being typed.
pub struct TypedPath {
    question: PathQuestion,
    text: String,
    tried: bool,
    then: Use,
}

impl TypedPath {
    /// What is wrong with the path as it stands.
    fn violation(&self) -> Option<String> {
        let text = self.text.trim();
        if text.is_empty() {
            return Some("The path is missing".to_owned());
        }
        let path = Path::new(text);
        if self.question.write_to.is_some() {
            return path.exists().then(|| format!("{text} exists already. Choose another name"));
        }
        let (there, what) =
            if self.question.folder { (path.is_dir(), "folder") } else { (path.is_file(), "file") };
        (!there).then(|| format!("There is no {what} {text}"))
    }
}

impl App {
    /// Asks for a path and does something with it. The user may cancel.
    pub(super) fn with_path(
        &mut self,
        question: PathQuestion,
        then: impl FnOnce(&mut Self, PathBuf) + 'static,
    ) {
        match (self.setup.ask_path)(&question) {
            PathAnswer::Chosen(path) => then(self, path),
            PathAnswer::Cancelled => {}
            PathAnswer::NoDialog => {
                let suggested = question.write_to.as_deref().unwrap_or(Path::new(""));
                let text = suggested.display().to_string();
                self.dialogs.path = Some(TypedPath { question, text, tried: false, then: Box::new(then) });
            }
        }
    }

    /// Draws the dialog of a path that is typed.
    pub(super) fn draw_typed_path(&mut self, ctx: &Context) {
        let Some(mut typed) = self.dialogs.path.take() else { return };
        let violation = typed.violation();
        let missing: Vec<String> = violation.iter().cloned().collect();
        let (label, confirm) = match (&typed.question.write_to, typed.question.folder) {
            (Some(_), _) => ("Path of the new file", "Save"),
            (None, true) => ("Path of the folder", "Open"),
            (None, false) => ("Path of the file", "Open"),
        };
        let title = typed.question.title.clone();
        let outcome =
            Dialog::new("typed_path", &title, confirm).missing(&missing).width(640.0).show(ctx, |ui| {
                let shown = if typed.tried { violation.as_deref() } else { None };
                Field::new(label)
                    .violation(shown)
                    .show(ui, |ui| ui.add(TextLine::new(&mut typed.text).limit(PATH_MAX)));
                ui.add_space(space::XS);
                ui.label(hint(ui, NO_DIALOG));
            });
        match outcome {
            Outcome::Open => self.dialogs.path = Some(typed),
            Outcome::Refused => {
                typed.tried = true;
                self.dialogs.path = Some(typed);
            }
            Outcome::Cancelled => {}
            Outcome::Confirmed => {
                let path = PathBuf::from(typed.text.trim());
                (typed.then)(self, path);
            }
        }
    }
}
