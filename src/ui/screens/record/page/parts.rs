//! The other parts of a record page: attachments, linked records, signatures.

use eframe::egui;
use egui::{Frame, Label, Margin, Ui};

use super::move_dialog::MoveDialog;
use super::picture::{Picture, is_picture};
use crate::domain::attachment;
use crate::domain::choice::Choice as _;
use crate::domain::ids::RecordId;
use crate::domain::record::RecordData;
use crate::domain::time::Moment;
use crate::ops::{LinkedRecord, RecordPage, SignatureView};
use crate::ui::cx::{Command, Cx, Route};
use crate::ui::theme::{Tone, bold, hint, palette, size, space, text_width};
use crate::ui::widgets::badge::{badge_ui, tone_words_ui};
use crate::ui::widgets::button::button_in_reach_ui;
use crate::ui::widgets::heading::title_ui;
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::notice::rule_ui;

/// Heading of a part of the page.
pub fn heading_ui(ui: &mut Ui, words: &str, under: &str) {
    ui.add_space(space::L);
    ui.horizontal_wrapped(|ui| {
        title_ui(ui, words);
        if !under.is_empty() {
            ui.label(hint(ui, under));
        }
    });
    rule_ui(ui);
    ui.add_space(space::XS);
}

/// First and last characters of a digest, enough to compare by eye.
pub fn short_digest(digest: &str) -> String {
    match (digest.get(..8), digest.get(digest.len().saturating_sub(8)..)) {
        (Some(first), Some(last)) if digest.len() > 20 => format!("{first}…{last}"),
        (Some(_) | None, Some(_) | None) => digest.to_owned(),
    }
}

/// The attachments with their origin, the picture that is open, and a button to attach more. Returns the dialog of a withdrawal.
pub fn attachments_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    page: &RecordPage,
    picture: &mut Option<Picture>,
) -> Option<MoveDialog> {
    heading_ui(ui, "Attachments", "IEC 62304 9.5");
    let mut opened = None;
    let open = cx.writable() && !attachment::are_fixed(&page.data) && page.parent_is_open();
    for attachment in &page.attachments {
        ui.push_id(attachment.head.id, |ui| {
            if attachment_ui(ui, cx, attachment, open) {
                let withdraw = attachment.def().find_move(attachment::WITHDRAW);
                opened = withdraw.map(|step| MoveDialog::new(attachment, step));
            }
            if is_picture(attachment) {
                picture_ui(ui, cx, attachment, picture);
            }
        });
        ui.add_space(space::S);
    }
    if page.attachments.is_empty() {
        ui.label(hint(ui, "No files are attached."));
    }
    if open && button_in_reach_ui(ui, "Attach a file…", "Evidence that is kept in the product file") {
        cx.ask(Command::AttachDialog(page.data.head.id));
    }
    opened
}

fn picture_ui(ui: &mut Ui, cx: &mut Cx<'_>, attachment: &RecordData, picture: &mut Option<Picture>) {
    let shown = picture.as_ref().is_some_and(|picture| picture.of() == attachment.head.id);
    let words = format!("{} {}", if shown { "Hide" } else { "Show" }, attachment.title());
    if link_ui(ui, &words).clicked() {
        *picture = if shown { None } else { Picture::start(ui, cx, attachment) };
    }
    if let Some(picture) = picture.as_mut().filter(|picture| picture.of() == attachment.head.id) {
        picture.ui(ui);
    }
}

/// Draws one attachment. Returns whether to withdraw it, which is offered while the files of the record are `open`.
fn attachment_ui(ui: &mut Ui, cx: &mut Cx<'_>, attachment: &RecordData, open: bool) -> bool {
    let withdrawn = attachment.is_terminal();
    let mut withdraw = false;
    ui.horizontal_wrapped(|ui| {
        ui.label(bold(attachment.title()));
        ui.label(hint(ui, size_words(attachment.value("bytes").as_u64().unwrap_or(0))));
        if withdrawn {
            badge_ui(ui, Tone::Neutral, "Withdrawn");
        }
        if link_ui(ui, "Save a copy…").clicked() {
            cx.ask(Command::SaveAttachment(attachment.head.id));
        }
        if !withdrawn && open {
            withdraw = link_ui(ui, "Withdraw…").clicked();
        }
    });
    if !attachment.text("description").is_empty() {
        ui.add(Label::new(attachment.text("description")).wrap());
    }
    let offset = cx.stamp.offset_minutes;
    let captured = Moment::parse(attachment.text("captured_at"))
        .ok()
        .map(|at| format!("captured {}", at.with_offset_words(offset)));
    let attached = format!("attached {}", attachment.head.created_at.with_offset_words(offset));
    let source = attachment.text("source");
    let source = (!source.is_empty()).then(|| format!("from {source}"));
    let by = attachment.text("captured_by");
    let by = (!by.is_empty()).then(|| format!("by {by}"));
    let words: Vec<String> = [source, captured, by, Some(attached)].into_iter().flatten().collect();
    ui.add(Label::new(hint(ui, words.join(" · "))).wrap());
    let digest = attachment.text("sha256");
    ui.label(hint(ui, format!("SHA-256 {}", short_digest(digest)))).on_hover_text(digest);
    withdraw
}

fn size_words(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{:.1} KiB", bytes as f64 / 1024.0),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}

/// Records that belong to this one.
pub fn linked_ui(ui: &mut Ui, cx: &mut Cx<'_>, linked: &[LinkedRecord]) {
    if linked.is_empty() {
        return;
    }
    heading_ui(ui, "Linked records", "");
    for other in linked {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().interact_size.y = size::BODY_LINE;
            if link_ui(ui, &format!("{}  {}", other.id, other.title)).clicked() {
                cx.go(Route::Record(other.id));
            }
            ui.label(hint(ui, format!("{} · {}", other.state, other.through)));
        });
    }
}

/// The signatures as printed (21 CFR 11.50): name, meaning, date and time, and the signed content.
pub fn signatures_ui(ui: &mut Ui, signatures: &[SignatureView]) {
    if signatures.is_empty() {
        return;
    }
    heading_ui(ui, "Signatures", "21 CFR 11.50, 11.70");
    for view in signatures {
        let palette = palette(ui);
        let frame = Frame::new()
            .stroke(egui::Stroke::new(1.0, palette.line))
            .corner_radius(6)
            .inner_margin(Margin::symmetric(16, 12));
        frame.show(ui, |ui| {
            ui.set_width(text_width(ui));
            ui.spacing_mut().item_spacing.y = space::XS;
            signature_ui(ui, view);
        });
        ui.add_space(space::XS);
    }
}

fn signature_ui(ui: &mut Ui, view: &SignatureView) {
    let signature = &view.signature;
    ui.horizontal_wrapped(|ui| {
        title_ui(ui, &signature.printed_name);
        ui.label(hint(ui, signature.role_words()));
    });
    ui.label(format!("{} · {}", signature.meaning.word(), signature.when_words()));
    if let Some(reason) = &signature.reason {
        ui.add(Label::new(format!("“{reason}”")).wrap());
    }
    for cover in &signature.covers {
        let words = format!(
            "Covers {} revision {}, {}, SHA-256 {}",
            cover.record,
            cover.revision,
            cover.part.word().to_lowercase(),
            short_digest(&cover.digest)
        );
        ui.add(Label::new(hint(ui, words)).wrap()).on_hover_text(&cover.digest);
    }
    if view.holds {
        tone_words_ui(ui, Tone::Good, "The signed content is unchanged");
    }
    for difference in &view.differences {
        tone_words_ui(ui, Tone::Late, &difference_words(difference));
    }
}

fn difference_words((record, signed, now, fields): &(RecordId, u32, u32, Vec<String>)) -> String {
    let which = if fields.is_empty() {
        String::new()
    } else {
        format!("; these fields differ: {}", fields.join(", "))
    };
    format!("The signature covers {record} revision {signed}, now revision {now}{which}")
}
