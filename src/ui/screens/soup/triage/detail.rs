//! What is known of a finding, and a decision that is proposed or made, as it is read.

use eframe::egui::{Align, CollapsingHeader, Label, Layout, Ui, vec2};

use super::form::FIELDS;
use crate::domain::choice::Choice as _;
use crate::domain::finding::{Finding, exploited_words};
use crate::domain::ids::RecordId;
use crate::domain::record::RecordData;
use crate::domain::text::counted;
use crate::ops::{TriageRow, value_words};
use crate::ui::cx::{Cx, Route};
use crate::ui::theme::{Tone, bold, hint, size, space};
use crate::ui::widgets::badge::badge_ui;
use crate::ui::widgets::link::link_ui;

/// Width of the labels, in points.
const LABEL: f32 = 150.0;
/// Findings that are named where several are chosen.
const NAMED: usize = 12;

/// What is known of one finding.
pub(super) fn known_ui(ui: &mut Ui, cx: &mut Cx<'_>, (data, row): (&RecordData, &TriageRow)) {
    let Some(finding) = data.typed::<Finding>() else { return };
    ui.spacing_mut().item_spacing.y = space::XS;
    ui.add(Label::new(bold(finding.title.to_string())).wrap());
    ui.horizontal_wrapped(|ui| {
        if link_ui(ui, &data.head.id.to_string()).clicked() {
            cx.go(Route::Record(data.head.id));
        }
        if !finding.external_id.is_empty() {
            ui.label(finding.external_id.to_string());
        }
        let exploited = exploited_words(&finding);
        if !exploited.is_empty() {
            badge_ui(ui, if finding.kev_listed == Some(true) { Tone::Late } else { Tone::Due }, exploited);
        }
        if let Some(severity) = finding.severity {
            badge_ui(ui, Tone::Due, severity.word());
        }
        ui.label(hint(ui, finding.cvss.to_string()));
    });
    fact_ui(ui, "In the product", &row.versions.join(", "));
    let releases: Vec<&str> = row.releases.iter().map(|(_, version)| version.as_str()).collect();
    let none = "no release";
    fact_ui(
        ui,
        "In versions",
        if releases.is_empty() { none.to_owned() } else { releases.join(", ") }.as_str(),
    );
    fact_ui(ui, "Affected", &finding.affected_range);
    fact_ui(ui, "Corrected in", &finding.fixed_in);
    let learned = finding.learned_on.map_or_else(String::new, |day| day.to_string());
    fact_ui(ui, "Learned on", &learned);
    let aliases: Vec<String> = finding.aliases.iter().map(ToString::to_string).collect();
    fact_ui(ui, "Other names", &aliases.join(", "));
    if !finding.description.trim().is_empty() {
        ui.add_space(space::XS);
        ui.add(Label::new(finding.description.trim()).wrap());
    }
    if !finding.supplier_claims.trim().is_empty() {
        CollapsingHeader::new("Claims of suppliers").show(ui, |ui| {
            ui.add(Label::new(finding.supplier_claims.trim()).wrap());
        });
    }
}

fn fact_ui(ui: &mut Ui, label: &str, value: &str) {
    if value.is_empty() {
        return;
    }
    ui.horizontal_top(|ui| {
        ui.spacing_mut().interact_size.y = size::BODY_LINE;
        ui.allocate_ui_with_layout(vec2(LABEL, 0.0), Layout::top_down(Align::Min), |ui| {
            ui.set_width(LABEL);
            ui.add(Label::new(hint(ui, label)).wrap());
        });
        ui.add(Label::new(value).wrap());
    });
}

/// Several findings that are chosen.
pub(super) fn several_ui(ui: &mut Ui, rows: &[&TriageRow]) {
    ui.spacing_mut().item_spacing.y = space::XS;
    ui.label(bold(format!("One decision for {}", counted(rows.len(), "finding"))));
    for row in rows.iter().take(NAMED) {
        let name = if row.external_id.is_empty() { row.id.to_string() } else { row.external_id.clone() };
        let words = format!("{name} {}", row.title);
        ui.add(Label::new(&words).truncate()).on_hover_text(row.versions.join(", "));
    }
    if rows.len() > NAMED {
        ui.label(hint(ui, format!("and {} more", rows.len() - NAMED)));
    }
    let exploited = rows.iter().filter(|row| row.exploited).count();
    if exploited > 0 {
        badge_ui(ui, Tone::Late, &format!("{exploited} known to be exploited"));
    }
}

/// A decision as it is read.
pub(super) fn decided_ui(ui: &mut Ui, cx: &mut Cx<'_>, data: &RecordData) {
    let Ok(names) = cx.names() else { return };
    let name = |id: RecordId| names.get(&id).cloned();
    ui.add_space(space::S);
    ui.label(bold("Decision"));
    for field in FIELDS.into_iter().chain(["per_release"]) {
        let value = data.value(field);
        let words = value_words(data.head.id, field, value, &name);
        let label = data.def().field(field).map_or(field, |field| field.label);
        fact_ui(ui, label, &words);
    }
    let by = data.typed::<Finding>().and_then(|finding| finding.proposed_by).and_then(name);
    fact_ui(ui, "Proposed by", &by.unwrap_or_default());
}
