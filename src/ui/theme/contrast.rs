//! The contrast of every pair of tokens that is drawn, in both themes, by WCAG 2.2.
//!
//! Text reaches 4.5 : 1 (1.4.3), marks, edges and the focus ring 3 : 1 against what they are drawn on (1.4.11, 2.4.13). Lines that only
//! separate, and buttons that are off, are excepted there.

use super::*;

fn luminance(colour: Color32) -> f64 {
    let part = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(colour.r()) + 0.7152 * part(colour.g()) + 0.0722 * part(colour.b())
}

fn contrast(one: Color32, other: Color32) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Everything that text and marks are drawn on: the parts of the window, rows under the pointer, striped and selected rows.
fn backgrounds(palette: &Palette) -> Vec<(String, Color32)> {
    [
        ("canvas", palette.canvas),
        ("surface", palette.surface),
        ("a popup", palette.raised),
        ("hover", palette.hover),
        ("stripe", palette.stripe),
        ("select", palette.select),
    ]
    .map(|(name, colour)| (name.to_owned(), colour))
    .into()
}

/// The fills of badges and banners.
fn fills(palette: &Palette) -> Vec<(String, Color32)> {
    Tone::ALL.map(|tone| (format!("fill of {tone:?}"), palette.tone(tone).fill)).into()
}

struct Pair {
    what: String,
    ratio: f64,
    least: f64,
}

fn pairs(what: &str, ink: Color32, least: f64, on: &[(String, Color32)]) -> Vec<Pair> {
    let pair = |(name, ground): &(String, Color32)| Pair {
        what: format!("{what} on {name}"),
        ratio: contrast(ink, *ground),
        least,
    };
    on.iter().map(pair).collect()
}

/// Every pair that is drawn.
fn drawn(palette: &Palette) -> Vec<Pair> {
    const TEXT: f64 = 4.5;
    const MARK: f64 = 3.0;
    let one = |name: &str, colour: Color32| vec![(name.to_owned(), colour)];
    let (all, fills) = (backgrounds(palette), fills(palette));
    let within: Vec<_> = all.iter().take(3).cloned().collect();
    let everywhere: Vec<_> = all.iter().chain(&fills).cloned().collect();
    let mut found = Vec::new();
    // Texts, hints, units, links.
    for (name, ink) in [("text", palette.text), ("weak text", palette.weak), ("link", palette.accent)] {
        found.extend(pairs(name, ink, TEXT, &everywhere));
    }
    // The primary button, selected rows, segments, days of the calendar.
    found.extend(pairs("text of a button", palette.on_accent, TEXT, &one("the accent", palette.accent)));
    found.extend(pairs("text of a button", palette.on_accent, TEXT, &one("its hover", palette.accent_hover)));
    found.extend(pairs("selected text", palette.on_select, TEXT, &one("a selection", palette.select)));
    found.extend(pairs("selected text", palette.on_select, TEXT, &one("its hover", palette.hover)));
    // Badges, banners, the dangerous button, words and shapes of a tone.
    for tone in Tone::ALL {
        let colours = palette.tone(tone);
        found.extend(pairs(&format!("{tone:?}"), colours.text, TEXT, &all));
        found.extend(pairs(&format!("{tone:?}"), colours.text, TEXT, &one("its fill", colours.fill)));
    }
    // Edges of inputs and buttons, the focus ring and the cursor, the gap of the ring against a filled button.
    found.extend(pairs("edge", palette.edge, MARK, &all));
    found.extend(pairs("focus ring", palette.accent, MARK, &everywhere));
    found.extend(pairs("gap of the focus ring", palette.canvas, MARK, &one("the accent", palette.accent)));
    found.extend(pairs(
        "gap of the focus ring",
        palette.canvas,
        MARK,
        &one("its hover", palette.accent_hover),
    ));
    // Progress, and the series of plots. Stacked bars have an edge of the canvas between them.
    found.extend(pairs("progress", palette.accent, MARK, &one("what is left", palette.line)));
    for (at, series) in palette.series.into_iter().enumerate() {
        found.extend(pairs(&format!("series {at}"), series, MARK, &within));
    }
    found
}

#[test]
fn every_pair_of_tokens_that_is_drawn_reaches_aa_in_both_themes() {
    for (theme, palette) in [("light", &LIGHT), ("dark", &DARK)] {
        let all = drawn(palette);
        assert!(all.len() > 80, "the list lost its pairs");
        let weak: Vec<String> = all
            .iter()
            .filter(|pair| pair.ratio < pair.least)
            .map(|pair| format!("{} is {:.2}, less than {}", pair.what, pair.ratio, pair.least))
            .collect();
        assert!(weak.is_empty(), "{theme}: {}", weak.join("; "));
    }
}

#[test]
fn the_ratio_is_that_of_wcag() {
    assert!((contrast(Color32::WHITE, Color32::BLACK) - 21.0).abs() < 0.01);
    assert!((contrast(Color32::from_rgb(0x77, 0x77, 0x77), Color32::WHITE) - 4.48).abs() < 0.01);
}
