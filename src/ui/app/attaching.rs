//! The dialog of an attachment: a file, or what was pasted, with what it shows and where it came from.

use std::path::PathBuf;

use eframe::egui;
use egui::{Context, Image, Label, TextureHandle, Ui, WidgetInfo, vec2};

use super::App;
use crate::domain::ids::RecordId;
use crate::domain::text::shortened;
use crate::domain::time::Moment;
use crate::ops::{FileSource, Request};
use crate::ui::cx::Then;
use crate::ui::dialogs;
use crate::ui::theme::{hint, space};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::text::TextLine;

/// Greatest height of the picture in the dialog, in points.
const PICTURE_HEIGHT: f32 = 200.0;
/// Characters of a pasted text that are shown.
const TEXT_SHOWN: usize = 400;

/// What is attached.
pub enum Attached {
    /// A file.
    File(PathBuf),
    /// A pasted picture as PNG, and what is shown of it.
    Picture(Vec<u8>, Option<TextureHandle>),
    /// A pasted text.
    Text(String),
}

/// What becomes an attachment, with its description.
pub struct Attaching {
    to: RecordId,
    what: Attached,
    name: String,
    description: String,
    source: String,
    captured_at: String,
    tried: bool,
}

impl Attaching {
    /// A file.
    pub fn file(to: RecordId, path: PathBuf) -> Self {
        let name = crate::base::regular::name_of(&path);
        Self::of(to, Attached::File(path), name, String::new())
    }

    /// What was pasted, with the name that it gets.
    pub fn pasted(to: RecordId, what: Attached, name: String) -> Self {
        Self::of(to, what, name, "Clipboard".to_owned())
    }

    const fn of(to: RecordId, what: Attached, name: String, source: String) -> Self {
        Self { to, what, name, description: String::new(), source, captured_at: String::new(), tried: false }
    }

    const fn is_file(&self) -> bool {
        matches!(self.what, Attached::File(_))
    }

    /// When it was captured at its source, if it is said.
    fn moment(&self) -> Result<Option<Moment>, String> {
        let captured = self.captured_at.trim();
        if captured.is_empty() { Ok(None) } else { Moment::parse(captured).map(Some) }
    }

    fn why_not_this_name(&self) -> Option<&'static str> {
        let name = self.name.trim();
        if name.is_empty() {
            Some("The name is missing")
        } else if name.contains(['/', '\\']) || name.chars().any(char::is_control) {
            Some("A name has no slash and no control character")
        } else {
            None
        }
    }

    fn request(self) -> Request {
        let captured_at = self.moment().unwrap_or_default();
        let file = match self.what {
            Attached::File(path) => FileSource::Path(path),
            Attached::Picture(bytes, _) => FileSource::Bytes(bytes),
            Attached::Text(text) => FileSource::Text(text),
        };
        Request::Attach {
            to: self.to,
            file_name: self.name.trim().to_owned(),
            file,
            description: self.description.trim().to_owned(),
            source: self.source.trim().to_owned(),
            captured_at,
        }
    }
}

impl App {
    /// Asks for a file to attach to a record.
    pub(super) fn attach(&mut self, to: RecordId) {
        let question = dialogs::open("Attach a file", "All files", &["*"]);
        self.with_path(question, move |app, path| app.attach_file(to, path));
    }

    /// Asks what a file shows that is to be attached.
    pub(super) fn attach_file(&mut self, to: RecordId, path: PathBuf) {
        self.dialogs.attaching = Some(Attaching::file(to, path));
    }

    /// Asks what something shows that was pasted and is to be attached.
    pub(super) fn attach_pasted(&mut self, to: RecordId, what: Attached, name: String) {
        self.dialogs.attaching = Some(Attaching::pasted(to, what, name));
    }

    /// Draws the dialog of an attachment.
    pub(super) fn draw_attaching(&mut self, ctx: &Context) {
        let Some(mut attaching) = self.dialogs.attaching.take() else { return };
        if self.session.is_none() {
            return;
        }
        let name = attaching.why_not_this_name().map(str::to_owned);
        let captured = attaching.moment().err();
        let missing: Vec<String> = [name.clone(), captured.clone()].into_iter().flatten().collect();
        let title = if attaching.is_file() {
            format!("Attach {} to {}", attaching.name, attaching.to)
        } else {
            format!("Attach what was pasted to {}", attaching.to)
        };
        let outcome = Dialog::new("attach", &title, "Attach").missing(&missing).show(ctx, |ui| {
            attaching_ui(ui, &mut attaching, (name.as_deref(), captured.as_deref()));
        });
        match outcome {
            Outcome::Open => self.dialogs.attaching = Some(attaching),
            Outcome::Refused => {
                attaching.tried = true;
                self.dialogs.attaching = Some(attaching);
            }
            Outcome::Cancelled => {}
            Outcome::Confirmed => self.perform(attaching.request().into(), Then::Stay, None),
        }
    }
}

fn attaching_ui(ui: &mut Ui, attaching: &mut Attaching, (name, captured): (Option<&str>, Option<&str>)) {
    let tried = attaching.tried;
    pasted_ui(ui, &attaching.what);
    Field::new("What it shows").show(ui, |ui| ui.add(TextLine::new(&mut attaching.description)));
    ui.add_space(space::S);
    if !attaching.is_file() {
        Field::new("Name of the file")
            .violation(name.filter(|_| tried))
            .show(ui, |ui| ui.add(TextLine::new(&mut attaching.name).limit(200)));
        ui.add_space(space::S);
    }
    Field::new("Where it came from")
        .show(ui, |ui| ui.add(TextLine::new(&mut attaching.source).hint("Device, system, person")));
    ui.add_space(space::S);
    Field::new("When it was captured, UTC")
        .violation(captured.filter(|_| tried))
        .show(ui, |ui| ui.add(TextLine::new(&mut attaching.captured_at).hint("2026-11-22 14:05")));
    let words = match attaching.what {
        Attached::File(_) => "The file is stored byte for byte with its digest.",
        Attached::Picture(..) => "The picture is stored as PNG, without loss, with its digest.",
        Attached::Text(_) => "The text is stored as UTF-8 with its digest.",
    };
    ui.label(hint(ui, words));
}

/// What was pasted, as it will be kept.
fn pasted_ui(ui: &mut Ui, what: &Attached) {
    match what {
        Attached::File(_) => return,
        Attached::Picture(bytes, texture) => {
            if let Some(texture) = texture {
                let size = texture.size_vec2();
                let scale = (ui.available_width() / size.x).min(PICTURE_HEIGHT / size.y).clamp(0.0, 1.0);
                let image =
                    Image::new((texture.id(), size)).fit_to_exact_size(vec2(size.x * scale, size.y * scale));
                let role = egui::accesskit::Role::Image;
                ui.add(image).widget_info(|| WidgetInfo::labeled(role, true, "The pasted picture"));
            }
            let kib = bytes.len().div_ceil(1024);
            ui.label(hint(ui, format!("PNG, {kib} KiB")));
        }
        Attached::Text(text) => {
            ui.add(Label::new(hint(ui, shortened(text, TEXT_SHOWN))).wrap());
            ui.label(hint(ui, format!("{} characters", text.chars().count())));
        }
    }
    ui.add_space(space::S);
}
