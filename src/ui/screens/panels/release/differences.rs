//! What was in a version and why it differs from the one before: each difference with the change behind it.

use eframe::egui;
use egui::{Button, Label, ScrollArea, Ui};
use serde_json::{Value, json};

use crate::domain::change_request::ChangeType;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::process_deviation::Sign;
use crate::domain::record::Fields;
use crate::domain::release::{Difference, DifferenceKind, Release, ReleaseKind};
use crate::ui::cx::{Cx, Route};
use crate::ui::screens::panels::signs::deviation_of;
use crate::ui::screens::record::page::heading_ui;
use crate::ui::theme::{Tone, hint, palette, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::icons::{SHAPE, paint_tone};
use crate::ui::widgets::link::link_ui;

/// Greatest height of the rows, in points; more scroll.
const HEIGHT: f32 = 320.0;

/// Width that the buttons of a row need, in points.
const ACTIONS: f32 = 330.0;

/// What differs from the version before, and why. Those without a change come first.
pub(super) fn differences_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    (id, release): (RecordId, &Release),
    (differences, signs): (&[Difference], &[Sign]),
) {
    let Some(before) = release.predecessor else { return };
    let version = cx.page(before).ok().map(|page| page.data.text("version").to_owned()).unwrap_or_default();
    let heading = format!("What is in {} and why it differs from {version}", release.version);
    heading_ui(ui, &heading, "IEC 62304 8.2.1, 8.3");
    ui.horizontal(|ui| {
        ui.label(hint(ui, "It follows"));
        if link_ui(ui, &format!("{before}  {version}")).clicked() {
            cx.go(Route::Record(before));
        }
    });
    if differences.is_empty() {
        let words = if release.baseline_items.is_empty() && release.soup_baseline.is_empty() {
            "The baseline is not recorded yet. Read it from a file, or enter it."
        } else {
            "Nothing differs: every item has the version that it had before."
        };
        ui.label(hint(ui, words));
        return;
    }
    let without = differences.iter().filter(|difference| difference.changes.is_empty()).count();
    if without > 0 {
        let words = format!("{without} of {} differences have no change behind them", differences.len());
        tone_words_ui(ui, Tone::Late, &words);
    } else {
        let words = format!("A change of the release is behind each of {} differences", differences.len());
        tone_words_ui(ui, Tone::Good, &words);
    }
    // Those without a change come first.
    let mut order: Vec<&Difference> = differences.iter().collect();
    order.sort_by_key(|difference| !difference.changes.is_empty());
    ui.add_space(space::XS);
    let area = ScrollArea::vertical().id_salt("differences").max_height(HEIGHT).min_scrolled_height(HEIGHT);
    area.auto_shrink([false, true]).show_rows(ui, space::ROW, order.len(), |ui, rows| {
        for index in rows {
            if let Some(difference) = order.get(index) {
                ui.push_id(index, |ui| row_ui(ui, cx, (id, release), (difference, signs)));
            }
        }
    });
}

/// One difference: its shape, what differs, the changes behind it, or what can be done about it.
fn row_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    (id, release): (RecordId, &Release),
    (difference, signs): (&Difference, &[Sign]),
) {
    let covered = !difference.changes.is_empty();
    let tone = if covered { Tone::Good } else { Tone::Late };
    ui.horizontal(|ui| {
        ui.set_min_height(space::ROW);
        let (rect, _) = ui.allocate_exact_size(egui::vec2(SHAPE, space::ROW), egui::Sense::hover());
        let ink = palette(ui).tone(tone).text;
        paint_tone(ui.painter(), rect, tone, ink);
        let kind = match difference.kind {
            DifferenceKind::Item => "Item",
            DifferenceKind::Soup => "SOUP",
        };
        let width = (ui.available_width() - ACTIONS).max(120.0);
        ui.allocate_ui_with_layout(
            egui::vec2(width, space::ROW),
            egui::Layout::left_to_right(egui::Align::Center),
            |ui| {
                ui.set_width(width);
                ui.label(hint(ui, kind));
                let words = difference.words();
                ui.add(Label::new(&words).truncate()).on_hover_text(words);
            },
        );
        for change in &difference.changes {
            if link_ui(ui, &change.to_string()).clicked() {
                cx.go(Route::Record(*change));
            }
        }
        if !covered {
            mend_ui(ui, cx, (id, release), (difference, signs));
        }
    });
}

/// The two ways to tell a difference truthfully: a change that is still to be approved, or a deviation.
fn mend_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    (id, release): (RecordId, &Release),
    (difference, signs): (&Difference, &[Sign]),
) {
    let item = &difference.item;
    let told = |sign: &&Sign| sign.records.contains(&id) && names(&sign.offered, item);
    let sign = signs.iter().find(told);
    if !cx.writable() {
        return;
    }
    let (request, raise) = (cx.may_make(Kind::ChangeRequest), cx.may_make(Kind::ProcessDeviation));
    if request {
        let button = ui.add(Button::new("Request a change…"));
        if button.accessible_name(format!("Request a change for {item}")).clicked() {
            cx.go(Route::new_from(Kind::ChangeRequest, change_for(release, difference)));
        }
    }
    match sign {
        Some(sign) if raise => {
            let button = ui.add(Button::new("Raise a deviation…"));
            if button.accessible_name(format!("Raise a deviation for {item}")).clicked() {
                cx.go(deviation_of(cx, sign));
            }
        }
        Some(_) | None => {}
    }
}

fn names(offered: &Fields, item: &str) -> bool {
    let items = offered.get("affected_items").and_then(Value::as_array);
    items.is_some_and(|items| items.iter().any(|other| other.as_str() == Some(item)))
}

/// The change request that would be behind a difference.
fn change_for(release: &Release, difference: &Difference) -> Fields {
    let security = release.release_kind == Some(ReleaseKind::SecurityPatch);
    let kind = if security { ChangeType::Security } else { ChangeType::Adaptive };
    let mut set = Fields::new();
    let mut put = |name: &str, value: Value| set.insert(name.to_owned(), value);
    put("title", difference.words().chars().take(500).collect::<String>().into());
    put("change_type", json!(kind));
    put("target_releases", json!([release.version]));
    match difference.kind {
        DifferenceKind::Item => put("affected_cis", json!([difference.item])),
        DifferenceKind::Soup => put("affected_soup", json!(soup_rows(difference))),
    };
    set
}

/// A row for each version that goes or comes.
fn soup_rows(difference: &Difference) -> Vec<Value> {
    let versions = |text: &Option<String>| -> Vec<String> {
        text.iter().flat_map(|text| text.split(", ")).map(str::to_owned).collect()
    };
    let (from, to) = (versions(&difference.from), versions(&difference.to));
    let rows = (0..from.len().max(to.len())).map(|index| {
        let mut row = Fields::new();
        row.insert("item".to_owned(), difference.item.clone().into());
        if let Some(version) = from.get(index) {
            row.insert("from".to_owned(), version.clone().into());
        }
        if let Some(version) = to.get(index) {
            row.insert("to".to_owned(), version.clone().into());
        }
        Value::Object(row)
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_request_begins_with_every_version_that_comes_or_goes() {
        let difference = |from: Option<&str>, to: Option<&str>| Difference {
            kind: DifferenceKind::Soup,
            item: "zlib".to_owned(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            changes: Vec::new(),
        };
        let rows = |from, to| soup_rows(&difference(from, to));
        assert_eq!(rows(Some("1.2"), Some("1.3")), [json!({"item": "zlib", "from": "1.2", "to": "1.3"})]);
        assert_eq!(rows(None, Some("1.3")), [json!({"item": "zlib", "to": "1.3"})]);
        assert_eq!(
            rows(Some("1.1, 1.2"), Some("1.3")),
            [json!({"item": "zlib", "from": "1.1", "to": "1.3"}), json!({"item": "zlib", "from": "1.2"})]
        );
    }
}
