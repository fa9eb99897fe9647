//! One item of a review beside the list: what it still needs, the supplier's list, and what every source answered.

use eframe::egui::{Label, Ui};

use crate::domain::choice::Choice as _;
use crate::domain::record::RecordData;
use crate::domain::review_item::{Dismissed, Hit, ReviewItem, SourceAnswer, SourceRow, exploited_words};
use crate::domain::text::{counted, inside_a_sentence};
use crate::ops::ReviewRow;
use crate::ui::cx::{Cx, Route};
use crate::ui::theme::{Tone, bold, hint, space};
use crate::ui::widgets::badge::tone_words_ui;
use crate::ui::widgets::link::link_ui;
use crate::ui::widgets::notice::rule_ui;

/// Hits that are shown at once; the page of the item has all of them.
const HITS_SHOWN: usize = 40;

/// Draws the item.
pub(super) fn detail_ui(ui: &mut Ui, cx: &mut Cx<'_>, data: &RecordData, row: &ReviewRow) {
    let Some(item) = data.typed::<ReviewItem>() else { return };
    ui.spacing_mut().item_spacing.y = space::XS;
    ui.add(Label::new(bold(row.title.clone())).wrap());
    ui.horizontal_wrapped(|ui| {
        if link_ui(ui, &data.head.id.to_string()).clicked() {
            cx.go(Route::Record(data.head.id));
        }
        if let Some(soup) = item.item
            && link_ui(ui, &soup.to_string()).clicked()
        {
            cx.go(Route::Record(soup));
        }
        for release in &item.releases {
            ui.label(hint(ui, release.to_string()));
        }
    });
    for missing in &row.missing {
        tone_words_ui(ui, Tone::Due, &missing.text);
    }
    list_ui(ui, &item);
    search_ui(ui, &item);
}

fn heading(ui: &mut Ui, words: &str) {
    ui.add_space(space::M);
    ui.label(bold(words));
    rule_ui(ui);
}

/// Lane A: the supplier's list.
fn list_ui(ui: &mut Ui, item: &ReviewItem) {
    heading(ui, "Lane A: the supplier's list");
    if !item.no_list.trim().is_empty() {
        ui.add(Label::new(format!("No list is published: {}", item.no_list.trim())).wrap());
        return;
    }
    let place = if item.list_place.is_empty() { "No place is known" } else { &item.list_place };
    ui.add(Label::new(place).wrap());
    match item.list_read_on {
        Some(day) => ui.label(format!("Read on {day}")),
        None => ui.label(hint(ui, "Not read in this review yet")),
    };
    if !item.list_judgement.trim().is_empty() {
        ui.add(Label::new(item.list_judgement.trim()).wrap());
    }
    if !item.list_sha256.is_empty() {
        let digest = crate::ui::screens::record::page::short_digest(&item.list_sha256);
        ui.label(hint(ui, format!("Copy with SHA-256 {digest}"))).on_hover_text(item.list_sha256.to_string());
    }
    for anomaly in item.anomalies.iter().take(HITS_SHOWN) {
        let relevant = match anomaly.relevant {
            Some(true) => "relevant",
            Some(false) => "not relevant",
            None => "not judged",
        };
        ui.add(Label::new(format!("{} {} ({relevant})", anomaly.anomaly, anomaly.title)).wrap());
    }
    if item.anomalies.len() > HITS_SHOWN {
        ui.label(hint(ui, format!("and {} more", item.anomalies.len() - HITS_SHOWN)));
    }
}

/// Lane B: what every source answered, and the hits.
fn search_ui(ui: &mut Ui, item: &ReviewItem) {
    heading(ui, "Lane B: the search");
    for source in item.sources.iter() {
        source_ui(ui, source);
    }
    if !item.not_checked.trim().is_empty() {
        ui.add(Label::new(format!("Done instead: {}", item.not_checked.trim())).wrap());
    }
    if item.hits.is_empty() {
        return;
    }
    heading(ui, &counted(item.hits.len(), "hit"));
    for hit in item.hits.iter().take(HITS_SHOWN) {
        let dismissed = item.dismissed.iter().find(|row| row.advisory.eq_ignore_ascii_case(&hit.advisory));
        hit_ui(ui, hit, dismissed);
    }
    if item.hits.len() > HITS_SHOWN {
        ui.label(hint(ui, format!("and {} more on the page of the item", item.hits.len() - HITS_SHOWN)));
    }
}

fn source_ui(ui: &mut Ui, source: &SourceRow) {
    let (tone, words) = match source.answer {
        Some(SourceAnswer::Found) => {
            (Tone::Due, format!("found {}", counted(source.records.unwrap_or_default(), "record")))
        }
        Some(SourceAnswer::Nothing) => (Tone::Good, "nothing found".to_owned()),
        Some(SourceAnswer::NotChecked) | None => {
            (Tone::Late, format!("could not be checked: {}", source.why))
        }
    };
    let by = if source.identifier.is_empty() { String::new() } else { format!(" by {}", source.identifier) };
    tone_words_ui(ui, tone, &format!("{}: {words}{by}", source.source));
}

fn hit_ui(ui: &mut Ui, hit: &Hit, dismissed: Option<&Dismissed>) {
    let exploited = hit.exploited == Some(true);
    let mut facts = vec![hit.verdict.to_string()];
    if !hit.severity.is_empty() {
        facts.push(hit.severity.to_string());
    }
    let known = exploited_words(hit.exploited);
    if !known.is_empty() {
        facts.push(inside_a_sentence(known));
    }
    if let Some(since) = hit.since_last {
        facts.push(since.word().to_lowercase());
    }
    let tone = match dismissed {
        Some(_) => Tone::Good,
        None if exploited => Tone::Late,
        None => Tone::Due,
    };
    let words = format!("{} {} ({})", hit.advisory, hit.title, facts.join(", "));
    tone_words_ui(ui, tone, &words);
    if let Some(row) = dismissed {
        ui.add(Label::new(hint(ui, format!("Does not concern the product: {}", row.reason))).wrap());
    }
}
