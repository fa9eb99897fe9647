//! The dialog of an electronic signature: exactly what is signed, its digest, what the signature means, and the password.
//!
//! Belongs here: showing and asking. Does not belong here: checking the password or performing anything.

use eframe::egui;
use egui::{Context, Frame, Label, Margin, ScrollArea, Ui};

use crate::ops::{Act, Password};
use crate::ui::cx::Then;
use crate::ui::theme::{bold, hint, palette, space};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome as Ended};
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::text::password_ui;

/// Lines of content above which it is scrolled, in points of height.
const CONTENT_HEIGHT: f32 = 300.0;

/// What is to be signed.
pub struct SignDialog {
    act: Act,
    title: String,
    meaning: String,
    shown: Vec<(String, String, String)>,
    digest: String,
    then: Then,
    password: String,
    /// Whether confirming was tried without a password.
    tried: bool,
}

/// How the dialog ended in this frame.
#[derive(Debug)]
pub enum Outcome {
    /// It goes on.
    Pending,
    /// Left without signing.
    Cancelled,
    /// To be performed with this password. The dialog stays until the caller drops it.
    Sign {
        /// The request.
        act: Act,
        /// The password.
        password: Password,
        /// What follows.
        then: Then,
    },
}

impl SignDialog {
    /// The dialog for a request. `shown` is heading, label and value of everything that is signed; `digest` its SHA-256,
    /// several with spaces between them.
    pub fn new(
        act: Act,
        title: String,
        meaning: String,
        (shown, digest): (Vec<(String, String, String)>, String),
        then: Then,
    ) -> Self {
        Self { act, title, meaning, shown, digest, then, password: String::new(), tried: false }
    }

    /// Draws the dialog. `signer` is the name as it will be printed, `error` why the last attempt was refused.
    pub fn ui(&mut self, ctx: &Context, signer: &str, error: Option<&str>) -> Outcome {
        let missing: Vec<String> =
            self.password.is_empty().then(|| "Your password is missing".to_owned()).into_iter().collect();
        let title = self.title.clone();
        let ended = Dialog::new("sign", &title, "Sign").missing(&missing).width(680.0).show(ctx, |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            self.content(ui);
            self.statement(ui, signer);
            if let Some(words) = error {
                banner_ui(ui, &Notice::problem(sentence(words), ""), false);
            }
            let violation = (self.tried && self.password.is_empty()).then_some("Your password is missing");
            Field::new("Password")
                .required("required at every signature")
                .violation(violation)
                .show(ui, |ui| password_ui(ui, &mut self.password));
        });
        match ended {
            Ended::Open => Outcome::Pending,
            Ended::Refused => {
                self.tried = true;
                Outcome::Pending
            }
            Ended::Cancelled => Outcome::Cancelled,
            Ended::Confirmed => {
                self.tried = false;
                let password = Password::new(std::mem::take(&mut self.password));
                Outcome::Sign { act: self.act.clone(), password, then: self.then.clone() }
            }
        }
    }

    fn content(&self, ui: &mut Ui) {
        let palette = palette(ui);
        ui.label(hint(ui, "You sign exactly this"));
        let frame = Frame::new()
            .fill(palette.surface)
            .stroke(egui::Stroke::new(1.0, palette.line))
            .corner_radius(6)
            .inner_margin(Margin::symmetric(12, 8));
        frame.show(ui, |ui| {
            ScrollArea::vertical().id_salt("signed_content").max_height(CONTENT_HEIGHT).auto_shrink([false, true]).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = space::XS;
                let mut heading = "";
                for (index, (section, label, value)) in self.shown.iter().enumerate() {
                    if section != heading {
                        if index > 0 {
                            ui.add_space(space::S);
                        }
                        ui.label(bold(section));
                        heading = section;
                    }
                    row_ui(ui, label, value);
                }
            });
        });
    }

    fn statement(&self, ui: &mut Ui, signer: &str) {
        ui.horizontal_wrapped(|ui| {
            ui.label("Signing as");
            ui.label(bold(signer));
            ui.label("with the meaning");
            ui.label(bold(&self.meaning));
        });
        let short: Vec<String> = self.digest.split_whitespace().map(short).collect();
        if !short.is_empty() {
            ui.label(hint(ui, format!("SHA-256 {}", short.join(", ")))).on_hover_text(&self.digest);
        }
        if let Some(reason) = &self.act.reason {
            ui.add(Label::new(format!("Reason: {reason}")).wrap());
        }
    }
}

fn row_ui(ui: &mut Ui, label: &str, value: &str) {
    let long = value.contains('\n') || value.chars().count() > 160;
    if long {
        ui.add(Label::new(hint(ui, label)).wrap());
        ui.add(Label::new(value).wrap());
        return;
    }
    ui.horizontal_top(|ui| {
        let width = 180.0_f32.min(ui.available_width() / 3.0);
        ui.allocate_ui_with_layout(egui::vec2(width, 0.0), egui::Layout::top_down(egui::Align::Min), |ui| {
            ui.set_width(width);
            ui.add(Label::new(hint(ui, label)).wrap());
        });
        ui.add(Label::new(value).wrap());
    });
}

fn short(digest: &str) -> String {
    crate::ui::screens::record::page::short_digest(digest)
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let words: String =
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
    if words.ends_with('.') { words } else { format!("{words}.") }
}

impl Drop for SignDialog {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.password);
    }
}
