//! The dialog of an electronic signature: the content that is signed by a dry run, each part with its digest, the meaning
//! of the signature, and the password.
//!
//! Belongs here: showing the content and asking for the password. Does not belong here: checking it, or performing anything.

mod covered;
mod entry;
mod several;

pub use several::SignSeveral;

use eframe::egui;
use egui::{Context, Key, Label, Modifiers, RichText, ScrollArea, Ui, WidgetInfo, accesskit::Role};

use self::covered::CoveredParts;
use self::entry::Entry;
use crate::domain::choice::Choice as _;
use crate::domain::ids::RecordId;
use crate::domain::packet;
use crate::domain::requests::{Preview, SignedPart};
use crate::domain::signature::{Meaning, Part};
use crate::domain::text::sentence;
use crate::ops::{Act, Continuation, ONE_OF, Password, Refused, Request, field_label, value_words};
use crate::ui::cx::Then;
use crate::ui::screens::record::page::short_digest;
use crate::ui::screens::record::show::{LABELS, Names, shown};
use crate::ui::theme::{bold, bold_family, hint, size, space};
use crate::ui::widgets::modal::Dialog;
use crate::ui::widgets::notice::{Notice, banner_ui, rule_ui};

/// Height of everything in the dialog except the content, in points; the content gets the rest of the window.
const AROUND: f32 = 400.0;
/// Least and greatest height of the content, in points.
const CONTENT: (f32, f32) = (140.0, 520.0);
/// Values longer than this number of characters are shown under their label instead of next to it.
const INLINE_CHARS: usize = 160;

/// A value with its label.
struct Row {
    label: String,
    value: String,
}

/// Rows under a heading.
struct Group {
    heading: String,
    rows: Vec<Row>,
}

/// A part that is signed.
struct PartShown {
    /// Number of the record, name of the part, and meaning of the signature.
    heading: String,
    /// The part for a screen reader: number and part.
    name: String,
    digest: String,
    sections: Vec<Group>,
    /// The records that are parts of it and that the signature covers too.
    covered: Vec<CoveredParts>,
}

/// The content that is read before the password is entered.
struct Content {
    /// What the act says besides records.
    said: Option<Group>,
    parts: Vec<PartShown>,
    /// The other changes of the act, by record.
    other_changes: Vec<Group>,
    meanings: Vec<Meaning>,
}

/// A signature that is being given.
pub struct SignDialog {
    /// The act with the digest of what was shown.
    act: Act,
    title: String,
    content: Content,
    then: Then,
    /// The draft to drop after signing.
    draft: Option<String>,
    password: Entry,
    /// Why the last attempt was refused.
    refusal: Option<String>,
    /// The message above content that has changed.
    changed: Option<String>,
    /// Whether to scroll the content to its beginning.
    from_top: bool,
    /// Height of the whole content as it was drawn last, in points.
    content_height: f32,
}

/// The state of the dialog in this frame.
#[derive(Debug)]
pub enum Outcome {
    /// Still open.
    Pending,
    /// Closed without signing.
    Cancelled,
    /// Perform with this password. The dialog stays until the caller drops it.
    Sign(Password),
}

impl SignDialog {
    /// The dialog for an act and the preview of its dry run.
    pub fn new(act: Act, preview: &Preview, names: &Names, (then, draft): (Then, Option<String>)) -> Self {
        let title = title_of(&act.request);
        let mut dialog = Self {
            act,
            title,
            content: Content::of(preview, names),
            then,
            draft,
            password: Entry::new(),
            refusal: None,
            changed: None,
            from_top: true,
            content_height: 0.0,
        };
        dialog.act.read = Some(preview.read());
        dialog.content.said = continuation(&dialog.act.request);
        dialog
    }

    /// Shows the new content, and says that it has changed.
    pub fn read_again(&mut self, preview: &Preview, names: &Names) {
        self.content = Content::of(preview, names);
        self.content.said = continuation(&self.act.request);
        self.act.read = Some(preview.read());
        self.refusal = None;
        self.changed = Some(sentence(&Refused::ChangedWhileReading.to_string()));
        self.from_top = true;
    }

    /// Shows why the signature was refused.
    pub fn refuse(&mut self, refusal: &Refused) {
        self.refusal = Some(sentence(&refusal.to_string()));
    }

    /// The act with the digest of what was shown.
    pub fn act(&self) -> Act {
        self.act.clone()
    }

    /// What follows after signing, and the draft to drop then.
    pub fn after(&self) -> (&Then, Option<&str>) {
        (&self.then, self.draft.as_deref())
    }

    /// Draws the dialog. `signer` is the name as printed.
    pub fn ui(&mut self, ctx: &Context, signer: &str) -> Outcome {
        let missing = self.password.missing();
        let title = self.title.clone();
        let room = ctx.content_rect().height();
        let ended = Dialog::new("sign", &title, "Sign").missing(&missing).width(720.0).show(ctx, |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            match &self.changed {
                Some(words) => {
                    banner_ui(ui, &Notice::problem(words.clone(), ""), false);
                }
                None => {
                    ui.label(hint(ui, "You sign exactly this"));
                }
            }
            rule_ui(ui);
            self.content_ui(ui, (room - AROUND).clamp(CONTENT.0, CONTENT.1));
            rule_ui(ui);
            self.statement(ui, signer);
            if let Some(words) = &self.refusal {
                banner_ui(ui, &Notice::problem(words.clone(), ""), false);
            }
            self.password.ui(ui);
        });
        self.password.outcome(ended)
    }

    /// The content scrolls by wheel, and by keys while the password has the focus: Page Up and Page Down, and Ctrl+Home and
    /// Ctrl+End for its beginning and its end.
    fn content_ui(&mut self, ui: &mut Ui, height: f32) {
        let key = |with, key| ui.input_mut(|input| input.consume_key(with, key));
        let pages = f32::from(
            i8::from(key(Modifiers::NONE, Key::PageUp)) - i8::from(key(Modifiers::NONE, Key::PageDown)),
        );
        self.from_top |= key(Modifiers::COMMAND, Key::Home);
        let to_end = key(Modifiers::COMMAND, Key::End);
        let mut area =
            ScrollArea::vertical().id_salt("signed_content").max_height(height).auto_shrink([false, true]);
        if std::mem::take(&mut self.from_top) {
            area = area.vertical_scroll_offset(0.0);
        } else if to_end {
            area = area.vertical_scroll_offset((self.content_height - height).max(0.0));
        }
        let shown = area.show(ui, |ui| {
            if pages != 0.0 {
                ui.scroll_with_delta(egui::vec2(0.0, pages * height * 0.8));
            }
            // The scroll bar is next to the content, not over it.
            ui.set_max_width(ui.available_width() - space::M);
            ui.spacing_mut().item_spacing.y = space::XS;
            self.content.ui(ui);
        });
        self.content_height = shown.content_size.y;
    }

    fn statement(&self, ui: &mut Ui, signer: &str) {
        let meanings: Vec<&str> = self.content.meanings.iter().map(|meaning| meaning.word()).collect();
        ui.horizontal_wrapped(|ui| {
            ui.label("Signing as");
            ui.label(bold(signer));
            ui.label("with the meaning");
            ui.label(bold(meanings.join(", ")));
        });
        if let Some(reason) = &self.act.reason {
            ui.add(Label::new(format!("Reason: {reason}")).wrap());
        }
    }
}

impl Content {
    fn of(preview: &Preview, names: &Names) -> Self {
        let mut meanings: Vec<Meaning> = Vec::new();
        for part in &preview.signed {
            if !meanings.contains(&part.meaning) {
                meanings.push(part.meaning);
            }
        }
        let parts = preview.signed.iter().map(|part| PartShown::of(part, names)).collect();
        Self { said: None, parts, other_changes: other_changes(preview, names), meanings }
    }

    fn ui(&self, ui: &mut Ui) {
        if let Some(said) = &self.said {
            said.ui(ui);
        }
        for (index, part) in self.parts.iter().enumerate() {
            if index > 0 || self.said.is_some() {
                ui.add_space(space::L);
            }
            part.ui(ui);
        }
        if self.other_changes.is_empty() {
            return;
        }
        ui.add_space(space::L);
        ui.label(bold("Other changes"));
        for group in &self.other_changes {
            ui.add_space(space::XS);
            group.ui(ui);
        }
    }
}

impl PartShown {
    fn of(part: &SignedPart, names: &Names) -> Self {
        let id = part.data.head.id;
        let mut sections: Vec<Group> = Vec::new();
        for (section, label, value) in shown(&part.data, part.part, names) {
            let row = Row { label, value };
            match sections.last_mut().filter(|group| group.heading == section) {
                Some(group) => group.rows.push(row),
                None => sections.push(Group { heading: section, rows: vec![row] }),
            }
        }
        Self {
            heading: format!("{id} · {} · {}", part.part.word(), part.meaning.word()),
            name: format!("{id}, {}", part.part.word().to_lowercase()),
            digest: part.digest.clone(),
            sections,
            covered: CoveredParts::all(&part.parts, names),
        }
    }

    fn ui(&self, ui: &mut Ui) {
        ui.horizontal_wrapped(|ui| {
            ui.label(bold(&self.heading));
            let digest = ui.label(hint(ui, format!("SHA-256 {}", short_digest(&self.digest))));
            let whole = format!("SHA-256 of {}: {}", self.name, self.digest);
            digest.widget_info(|| WidgetInfo::labeled(Role::Label, true, &whole));
            digest.on_hover_text(&self.digest);
        });
        for section in &self.sections {
            ui.add_space(space::S);
            section.ui(ui);
        }
        for parts in &self.covered {
            ui.add_space(space::S);
            parts.ui(ui);
        }
    }
}

impl Group {
    fn ui(&self, ui: &mut Ui) {
        ui.label(RichText::new(&self.heading).family(bold_family()).size(size::SMALL));
        for row in &self.rows {
            row.ui(ui);
        }
    }
}

impl Row {
    fn ui(&self, ui: &mut Ui) {
        if self.value.contains('\n') || self.value.chars().count() > INLINE_CHARS {
            ui.add(Label::new(hint(ui, &self.label)).wrap());
            ui.add(Label::new(&self.value).wrap());
            return;
        }
        ui.horizontal_top(|ui| {
            let width = LABELS.min(ui.available_width() / 3.0);
            ui.allocate_ui_with_layout(
                egui::vec2(width, 0.0),
                egui::Layout::top_down(egui::Align::Min),
                |ui| {
                    ui.set_width(width);
                    ui.add(Label::new(hint(ui, &self.label)).wrap());
                },
            );
            ui.add(Label::new(&self.value).wrap());
        });
    }
}

/// The changes outside the signed parts, by record.
fn other_changes(preview: &Preview, names: &Names) -> Vec<Group> {
    let name = |id: RecordId| names.get(&id).cloned();
    let mut groups = Vec::new();
    for change in &preview.changes {
        let id = change.record;
        let def = id.kind.def();
        let covered = |field: &str| {
            let signed = preview.signed.iter().filter(|part| part.data.head.id == id);
            def.section_of(field)
                .is_some_and(|section| signed.clone().any(|part| part.part == Part::Content || section.scope))
        };
        let rows: Vec<Row> = change
            .fields
            .iter()
            .filter(|field| !covered(&field.field))
            .map(|field| {
                let words = |value| value_words(id, &field.field, value, &name);
                let (before, after) = (words(&field.before), words(&field.after));
                let value = match (before.is_empty(), after.is_empty()) {
                    (true, _) => after,
                    (false, true) => format!("{before} → nothing"),
                    (false, false) => format!("{before} → {after}"),
                };
                Row { label: field_label(id, &field.field).to_owned(), value }
            })
            .collect();
        if !rows.is_empty() {
            let new = if change.revision == 1 { ", new" } else { "" };
            groups.push(Group { heading: format!("{} {id}{new}", def.word), rows });
        }
    }
    groups
}

/// What a continuation from a restored copy says, where the act is one.
fn continuation(request: &Request) -> Option<Group> {
    let Request::Continue(said) = request else { return None };
    let lost = said.lost.as_ref().map_or_else(
        || "Not known".to_owned(),
        |lost| format!("Event {}, SHA-256 {}", lost.seq, lost.digest),
    );
    let rows = vec![
        Row { label: "Event that is lost".to_owned(), value: lost },
        Row { label: "Next numbers".to_owned(), value: numbers(said) },
    ];
    Some(Group { heading: "Continue from a restored copy".to_owned(), rows })
}

/// The next number of each kind of which there can be another record.
pub fn numbers(said: &Continuation) -> String {
    let more = said.next.iter().filter(|(kind, _)| !ONE_OF.contains(kind));
    let ids = more.map(|(kind, number)| RecordId::new(*kind, *number).to_string());
    ids.chain(said.next_packet.map(packet::words)).collect::<Vec<_>>().join(", ")
}

/// The title of the dialog, such as “Evaluate PR-0003”.
fn title_of(request: &Request) -> String {
    match request {
        Request::Move { id, go, .. } => {
            id.kind.def().find_move(go).map_or_else(|| id.to_string(), |step| format!("{} {id}", step.label))
        }
        Request::Edit { id, .. } => format!("Change of {id}"),
        Request::Create { kind, .. } => format!("New {}", kind.def().noun()),
        Request::Sign { id, .. } => format!("Signature on {id}"),
        Request::Continue(_) => "Continue from a restored copy".to_owned(),
        Request::Assign { .. }
        | Request::Attach { .. }
        | Request::InvitePerson { .. }
        | Request::ResetAccess { .. }
        | Request::VerifyIdentity { .. }
        | Request::AcknowledgeClock
        | Request::NoteImport { .. }
        | Request::NotePacket { .. }
        | Request::AddTimeStamp(_)
        | Request::NoteFailedSignIns { .. }
        | Request::ChangePassword
        | Request::EnterWithCode { .. }
        | Request::CreateFile { .. } => "Signature".to_owned(),
    }
}
