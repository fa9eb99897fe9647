//! VEX documents of a release: from the confirmed decisions on findings, in the format that is chosen, attached to the release and saved.

use eframe::egui::{Label, Ui};

use crate::domain::ids::RecordId;
use crate::domain::product::{PRODUCT, Product};
use crate::domain::text::{counted, first_of, sentence};
use crate::ops::{EvidenceFile, Refused};
use crate::soup::VexFormat;
use crate::ui::cx::{Command, Cx, Slot, Write};
use crate::ui::theme::{Tone, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::button::segments_ui;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::modal::{Dialog, Outcome};
use crate::ui::widgets::notice::{Notice, banner_ui};
use crate::ui::widgets::text::TextLine;
use crate::vex::{self, VexIssuer};

/// The button that opens the dialog.
pub(super) const BUTTON: &str = "Publish VEX…";
/// What the button does.
pub(super) const HELP: &str = "The decisions on findings that concern this release, as OpenVEX, CycloneDX or CSAF, attached to it and saved as a file";

const FORMATS: [VexFormat; 3] = [VexFormat::OpenVex, VexFormat::CycloneDx, VexFormat::Csaf];

/// Findings that are named.
const NAMED: usize = 6;

/// What a document would hold.
struct Contents {
    statements: usize,
    undecided: usize,
    left_out: Vec<String>,
}

/// The dialog.
pub(super) struct Publishing {
    release: RecordId,
    format: VexFormat,
    issuer: String,
    namespace: String,
    title: String,
    contents: Result<Contents, Refused>,
    refusal: Option<Refused>,
    /// Whether it was confirmed although something is missing: then it is said at each input.
    confirmed: bool,
    /// The document that is being attached, and the outcome.
    written: Option<(EvidenceFile, Slot<Option<Refused>>)>,
}

impl Publishing {
    /// The dialog for a release. Issuer and address are those of what was published last.
    pub(super) fn begin(cx: &Cx<'_>, release: RecordId) -> Self {
        let last = vex::last_issuer(cx.file).unwrap_or_default();
        let product =
            cx.file.record(PRODUCT).ok().and_then(|data| data.typed::<Product>()).unwrap_or_default();
        let made = vex::document(cx.file, release, &last, cx.stamp);
        let title = made.as_ref().map(|made| made.document.title.clone()).unwrap_or_default();
        let contents = made.map(|made| Contents {
            statements: made.document.statements.len(),
            undecided: made.undecided(),
            left_out: made.left_out.iter().map(ToString::to_string).collect(),
        });
        Self {
            release,
            format: VexFormat::OpenVex,
            issuer: last.name.unwrap_or_else(|| product.manufacturer.to_string()),
            namespace: last.namespace.unwrap_or_default(),
            title,
            contents,
            refusal: None,
            confirmed: false,
            written: None,
        }
    }

    /// What is missing at the inputs: of the issuer, its address and the title.
    fn missing_at(&self) -> [Option<&'static str>; 3] {
        let empty = |text: &str, words| text.trim().is_empty().then_some(words);
        let address = empty(&self.namespace, "The address of the issuer is missing, which CSAF requires");
        [
            empty(&self.issuer, "The issuer is missing"),
            address.filter(|_| self.format == VexFormat::Csaf),
            empty(&self.title, "The title is missing"),
        ]
    }

    fn missing(&self) -> Vec<String> {
        let unread = self.contents.is_err().then_some("The decisions of this release cannot be read");
        unread.into_iter().chain(self.missing_at().into_iter().flatten()).map(str::to_owned).collect()
    }

    /// Draws the dialog; returns whether it goes on.
    pub(super) fn ui(&mut self, ui: &Ui, cx: &mut Cx<'_>) -> bool {
        match self.written.as_ref().and_then(|(_, answer)| answer.take()) {
            Some(None) => {
                if let Some((file, _)) = self.written.take() {
                    cx.ask(Command::SaveFile { suggested_name: file.name, bytes: file.bytes });
                }
                return false;
            }
            Some(refusal) => {
                self.refusal = refusal;
                self.written = None;
            }
            None => {}
        }
        let missing = self.missing();
        let title = format!("Publish VEX of {}", self.release);
        let dialog = Dialog::new("publish_vex", &title, "Publish and save").missing(&missing).width(600.0);
        match dialog.show(ui.ctx(), |ui| self.contents_ui(ui)) {
            Outcome::Open => true,
            Outcome::Refused => {
                self.confirmed = true;
                true
            }
            Outcome::Cancelled => false,
            Outcome::Confirmed => {
                self.refusal = self.publish(cx).err();
                true
            }
        }
    }

    fn contents_ui(&mut self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = space::S;
        let words = FORMATS.map(|format| vex::format_word(format).0);
        let on = FORMATS.iter().position(|format| *format == self.format);
        if let Some(format) = segments_ui(ui, &words, on).and_then(|pressed| FORMATS.get(pressed)) {
            self.format = *format;
            self.refusal = None;
        }
        match &self.contents {
            Err(refusal) => {
                tone_words_ui(ui, Tone::Late, &sentence(&refusal.to_string()));
            }
            Ok(contents) => contents_of_ui(ui, contents),
        }
        let missing = if self.confirmed { self.missing_at() } else { [None; 3] };
        Field::new("Issuer").violation(missing[0]).show(ui, |ui| ui.add(TextLine::new(&mut self.issuer)));
        let required = if self.format == VexFormat::Csaf { "required for CSAF" } else { "optional" };
        Field::new("Address of the issuer")
            .required(required)
            .violation(missing[1])
            .help("An address that identifies who publishes, such as https://psirt.example.com. It is kept for the next document.", "")
            .show(ui, |ui| ui.add(TextLine::new(&mut self.namespace).hint("https://psirt.example.com")));
        Field::new("Title").violation(missing[2]).show(ui, |ui| ui.add(TextLine::new(&mut self.title)));
        if let Some(refusal) = &self.refusal {
            let notice = Notice::problem(sentence(&refusal.to_string()), "Nothing was published.");
            banner_ui(ui, &notice, false);
        }
        let words = "The document is attached to the release, so that a signed event holds its digest, and saved as a file.";
        ui.add(Label::new(hint(ui, words)).wrap());
    }

    /// Makes the document and attaches it to the release; where it is saved is asked once it is attached.
    fn publish(&mut self, cx: &mut Cx<'_>) -> Result<(), Refused> {
        let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let issuer = VexIssuer {
            name: text(&self.issuer),
            namespace: text(&self.namespace),
            title: text(&self.title),
        };
        let (release, format) = (self.release, self.format);
        let made = vex::document(cx.file, release, &issuer, cx.stamp)?;
        let evidence = vex::evidence(release, format, vex::text_of(&made, format)?);
        let kept = evidence.clone();
        let (write, answer) = Write::new(move |file, session, stamp| {
            file.keep(session, release, vec![kept], stamp)?;
            Ok(format!("The document is attached to {release}."))
        });
        self.written = Some((evidence, answer));
        cx.ask(Command::Write(write));
        Ok(())
    }
}

/// How many statements there are, and which findings are not among them.
fn contents_of_ui(ui: &mut Ui, contents: &Contents) {
    let statements = counted(contents.statements, "statement");
    let words = match contents.undecided {
        0 => statements,
        count => format!(
            "{statements}, {count} of them under investigation, since their decision is not confirmed"
        ),
    };
    ui.add(Label::new(words).wrap());
    if !contents.left_out.is_empty() {
        let named = first_of(&contents.left_out, NAMED);
        let words = format!("Left out, because they have no identifier that others know: {named}");
        ui.add(Label::new(hint(ui, words)).wrap());
    }
}
