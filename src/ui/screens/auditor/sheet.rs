//! One record as an auditor sees it.

use eframe::egui;
use egui::{Label, ScrollArea, Ui};

use crate::domain::ids::RecordId;
use crate::ops::{AuditorEvent, AuditorSection, AuditorSheet, AuditorSignature, HIDDEN, TraceStep, chain_of};
use crate::ui::screens::parts::tone_of;
use crate::ui::screens::record::page::{heading_ui, strip_ui};
use crate::ui::theme::{Tone, body, bold, hint, palette, size, space, text_width};
use crate::ui::widgets::badge::{badge_ui, tone_words_ui};
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::scrolled::scrolled;

/// Draws a record; returns the one that is gone to. `trail` is the chain that is followed, `said` what came of the last step along it.
pub(super) fn sheet_ui(
    ui: &mut Ui,
    sheet: &AuditorSheet,
    trail: &[TraceStep],
    said: &str,
) -> Option<RecordId> {
    let mut go = None;
    ui.horizontal_wrapped(|ui| {
        ui.label(hint(ui, format!("{} {}", sheet.id.kind.def().word, sheet.id)));
        let (word, tone) = sheet.state;
        badge_ui(ui, tone_of(tone), word);
        ui.label(hint(ui, where_words(sheet.id, trail)));
    });
    let title = if sheet.title.is_empty() { sheet.id.kind.def().word } else { sheet.title.as_str() };
    ui.add(Label::new(egui::RichText::new(title).heading()).wrap());
    ui.label(hint(ui, format!("{} · revision {}", sheet.entered, sheet.revision)));
    // The strip stays in sight while the record is scrolled: it says where one is.
    go = strip_ui(ui, trail, Some(sheet.id)).or(go);
    if !said.is_empty() {
        let shown = tone_words_ui(ui, Tone::Due, said);
        ui.ctx().accesskit_node_builder(shown.id, |node| node.set_live(egui::accesskit::Live::Polite));
    }
    scrolled(ScrollArea::vertical().id_salt(sheet.id).auto_shrink(false)).show(ui, |ui| {
        ui.set_max_width((ui.available_width() - space::M).min(text_width(ui) * 1.3));
        for section in &sheet.sections {
            section_ui(ui, section);
        }
        go = linked_ui(ui, sheet).or(go);
        attachments_ui(ui, &sheet.attachments);
        signatures_ui(ui, &sheet.signatures);
        history_ui(ui, &sheet.history);
        ui.add_space(space::XXL);
    });
    go
}

/// Where the record stands in its chain.
fn where_words(id: RecordId, trail: &[TraceStep]) -> String {
    let chain = chain_of(trail);
    let at = chain.iter().position(|of| *of == id);
    at.map_or_else(String::new, |at| format!("{} of {} in its chain", at + 1, chain.len()))
}

fn section_ui(ui: &mut Ui, section: &AuditorSection) {
    heading_ui(ui, section.title, section.clause);
    for field in &section.fields {
        ui.label(hint(ui, field.label));
        let text = body(field.words.as_str());
        let text = if field.words == HIDDEN { text.color(palette(ui).weak) } else { text };
        ui.add(Label::new(text).wrap());
        ui.add_space(space::S);
    }
}

fn linked_ui(ui: &mut Ui, sheet: &AuditorSheet) -> Option<RecordId> {
    let mut go = None;
    if sheet.linked.is_empty() {
        return go;
    }
    heading_ui(ui, "Linked records", "");
    for other in &sheet.linked {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().interact_size.y = size::BODY_LINE;
            if link_ui(ui, &format!("{}  {}", other.id, other.title)).clicked() {
                go = Some(other.id);
            }
            ui.label(hint(ui, format!("{} · {}", other.state, other.through)));
        });
    }
    go
}

fn attachments_ui(ui: &mut Ui, attachments: &[String]) {
    if attachments.is_empty() {
        return;
    }
    heading_ui(ui, "Attachments", "IEC 62304 9.5");
    ui.label(hint(ui, "Files may hold personal data and are not opened here. A packet can have them."));
    for words in attachments {
        ui.add(Label::new(body(words.as_str())).wrap());
    }
}

fn signatures_ui(ui: &mut Ui, signatures: &[AuditorSignature]) {
    if signatures.is_empty() {
        return;
    }
    heading_ui(ui, "Signatures", "21 CFR 11.50, 11.70");
    for signature in signatures {
        ui.add(Label::new(bold(signature.words.as_str())).wrap());
        match &signature.state {
            Ok(words) => tone_words_ui(ui, Tone::Good, words),
            Err(words) => tone_words_ui(ui, Tone::Late, words),
        };
        ui.add_space(space::XS);
    }
}

fn history_ui(ui: &mut Ui, history: &[AuditorEvent]) {
    heading_ui(ui, "History", "21 CFR 11.10(e)");
    for event in history {
        ui.add(Label::new(body(event.words.as_str())).wrap());
        for change in &event.changes {
            ui.add(Label::new(hint(ui, change.as_str())).wrap());
        }
        ui.add_space(space::XS);
    }
}
