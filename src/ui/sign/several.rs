//! The dialog of several signatures with one password: how many, on what, with which meaning, each part with its digest.
//!
//! Each act is signed for itself; the password is entered once. What is signed can be opened one by one.

use eframe::egui;
use egui::{CollapsingHeader, Context, Label, ScrollArea, Ui};

use super::entry::Entry;
use super::{Content, Outcome};
use crate::domain::choice::Choice as _;
use crate::domain::requests::Preview;
use crate::domain::text::sentence;
use crate::ops::{Act, Refused, value_words};
use crate::ui::cx::Slot;
use crate::ui::screens::record::show::Names;
use crate::ui::theme::{body, bold, hint, space};
use crate::ui::widgets::modal::Dialog;
use crate::ui::widgets::notice::{Notice, banner_ui, rule_ui};

/// Height of the list of what is signed, in points.
const LIST: f32 = 320.0;

/// One of the acts.
struct One {
    act: Act,
    /// What it is about, for the list.
    heading: String,
    content: Content,
}

/// Signatures that are being given together.
pub struct SignSeveral {
    title: String,
    acts: Vec<One>,
    /// Where the outcome goes.
    answer: Slot<Option<Refused>>,
    password: Entry,
    refusal: Option<String>,
}

impl SignSeveral {
    /// The dialog for acts and the previews of their dry runs.
    pub fn new(
        title: String,
        acts: Vec<(Act, Preview)>,
        names: &Names,
        answer: Slot<Option<Refused>>,
    ) -> Self {
        let acts = acts
            .into_iter()
            .map(|(act, preview)| {
                let content = Content::of(&preview, names);
                let heading = preview.signed.first().map_or_else(String::new, heading_of);
                let act = Act { read: Some(preview.read()), ..act };
                One { act, heading, content }
            })
            .collect();
        Self { title, acts, answer, password: Entry::new(), refusal: None }
    }

    /// The acts, each with the digest of what was shown.
    pub fn acts(&self) -> Vec<Act> {
        self.acts.iter().map(|one| one.act.clone()).collect()
    }

    /// Where the outcome goes.
    pub const fn answer(&self) -> &Slot<Option<Refused>> {
        &self.answer
    }

    /// Shows why the signatures were refused.
    pub fn refuse(&mut self, refusal: &Refused) {
        self.refusal = Some(sentence(&refusal.to_string()));
    }

    /// Draws the dialog. `signer` is the name as printed.
    pub fn ui(&mut self, ctx: &Context, signer: &str) -> Outcome {
        let missing = self.password.missing();
        let title = self.title.clone();
        let confirm =
            if self.acts.len() == 1 { "Sign".to_owned() } else { format!("Sign {}", self.acts.len()) };
        let ended =
            Dialog::new("sign_several", &title, &confirm).missing(&missing).width(720.0).show(ctx, |ui| {
                ui.spacing_mut().item_spacing.y = space::S;
                let words =
                    "You sign each of these. The password is entered once, each has its own signature.";
                ui.label(hint(ui, words));
                rule_ui(ui);
                self.list_ui(ui);
                rule_ui(ui);
                self.statement(ui, signer);
                if let Some(words) = &self.refusal {
                    banner_ui(ui, &Notice::problem(words.clone(), "Nothing was signed."), false);
                }
                self.password.ui(ui);
            });
        self.password.outcome(ended)
    }

    fn list_ui(&self, ui: &mut Ui) {
        ScrollArea::vertical().id_salt("signed_list").max_height(LIST).auto_shrink([false, true]).show(
            ui,
            |ui| {
                ui.set_max_width(ui.available_width() - space::M);
                ui.spacing_mut().item_spacing.y = space::XS;
                for (index, one) in self.acts.iter().enumerate() {
                    CollapsingHeader::new(body(one.heading.clone()))
                        .id_salt(index)
                        .default_open(self.acts.len() == 1)
                        .show(ui, |ui| one.content.ui(ui));
                }
            },
        );
    }

    fn statement(&self, ui: &mut Ui, signer: &str) {
        let mut meanings: Vec<&str> = Vec::new();
        for meaning in self.acts.iter().flat_map(|one| &one.content.meanings) {
            if !meanings.contains(&meaning.word()) {
                meanings.push(meaning.word());
            }
        }
        ui.horizontal_wrapped(|ui| {
            ui.label("Signing as");
            ui.label(bold(signer));
            ui.label("with the meaning");
            ui.label(bold(meanings.join(", ")));
            ui.add(Label::new(format!("on {}", crate::domain::text::counted(self.acts.len(), "record"))));
        });
    }
}

/// Number, gist, decision and digest of what is signed.
fn heading_of(part: &crate::domain::requests::SignedPart) -> String {
    let data = &part.data;
    let gist = data.text(data.def().gist);
    let decided = value_words(data.head.id, "disposition", data.value("disposition"), &|_| None);
    let decision = if decided.is_empty() { String::new() } else { format!(": {decided}") };
    let digest = crate::ui::screens::record::page::short_digest(&part.digest);
    format!("{} {gist}{decision} (SHA-256 {digest})", data.head.id)
}
