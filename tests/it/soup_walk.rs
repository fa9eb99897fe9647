//! The triage of many findings by keyboard: every key press and every typed character is counted, by the forms and in the triage.
//! `docs/walk-soup-review.md` holds the same counts.

use std::collections::BTreeMap;

use eframe::egui;
use egui::{Event, Key, Modifiers, vec2};
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::ui::cx::Route;
use serde_json::json;

use crate::host::Window;
use crate::soup_screens::sign;
use crate::soup_triage::with_findings;
use crate::walk::keys::Walk;

/// Findings of each kind among the twenty.
const TWENTY: [usize; 3] = [10, 6, 4];
/// Findings of each kind among the hundred.
const HUNDRED: [usize; 3] = [50, 30, 20];
/// Seconds for a key and for a decision.
const KEY: f64 = 0.28;
const DECISION: f64 = 1.35;

/// A person at the keyboard of the triage.
struct Hand {
    window: Window,
    keys: usize,
    decisions: usize,
}

impl Hand {
    fn press(&mut self, held: Modifiers, key: Key) {
        self.keys += 1 + usize::from(held.command) + usize::from(held.shift);
        self.window.key_press_modifiers(held, key);
        self.window.settle();
    }

    fn key(&mut self, key: Key) {
        self.press(Modifiers::NONE, key);
    }

    /// Letters and digits, each of which decides something.
    fn decide(&mut self, letters: &str) {
        for letter in letters.chars() {
            self.decisions += 1;
            self.key(Key::from_name(&letter.to_uppercase().to_string()).unwrap());
        }
    }

    /// A text that somebody writes in any case.
    fn text(&mut self, text: &str) {
        self.window.event(Event::Text(text.to_owned()));
        self.window.settle();
    }

    /// Stores, and waits until as many decisions are written as there should be.
    fn store(&mut self, written: usize) {
        self.decisions += 1;
        self.press(Modifiers::COMMAND, Key::Enter);
        let words = format!("To propose {written}");
        self.window.until(&words, |window| window.has(&words));
    }

    /// What was counted since the last time.
    fn take(&mut self) -> (usize, usize) {
        (std::mem::take(&mut self.keys), std::mem::take(&mut self.decisions))
    }
}

fn clock(keys: f64, decisions: f64) -> String {
    let seconds = (keys * KEY + decisions * DECISION).round() as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Twenty findings: ten about one item, ten about another.
fn desk() -> (crate::soup_ops::Soup, Vec<RecordId>) {
    let (mut bench, _, mut ids) = with_findings(10);
    let items = bench.desk.file.list(Kind::SoupItem).unwrap();
    let item = items.iter().find(|row| row.title == "left-pad").unwrap().id;
    let day = bench.desk.now.day();
    for number in 1..=10 {
        let set = json!({
            "title": format!("Padding {number} is wrong"), "finding_kind": "vulnerability",
            "external_id": format!("CVE-2031-1{number:03}"), "items": [item], "versions": ["left-pad 1.0.0"],
            "learned_on": day, "source": "OSV", "severity": "low", "kev_listed": false,
        });
        ids.push(bench.desk.create("sam", Kind::Finding, set));
    }
    (bench, ids)
}

/// Keys and decisions by the screen, for each kind of decision and for the signature.
fn by_screen() -> BTreeMap<&'static str, (usize, usize)> {
    let (bench, ids) = desk();
    let window = Window::new(bench.desk, "ben", Route::Triage, vec2(1440.0, 1000.0));
    let mut hand = Hand { window, keys: 0, decisions: 0 };
    hand.window.until("the findings", |window| window.has("To decide 20"));
    let mut counted = BTreeMap::new();
    // Ten for one reason: all of one item.
    hand.press(Modifiers::COMMAND, Key::F);
    hand.keys += "left".len();
    hand.text("left");
    hand.key(Key::ArrowDown);
    hand.decisions += 1;
    hand.press(Modifiers::COMMAND, Key::A);
    assert!(hand.window.has("One decision for 10 findings"));
    hand.decide("n1v");
    hand.key(Key::Enter);
    hand.text("Built without padding");
    hand.key(Key::F8);
    hand.text("Build log of 1.0.0");
    hand.store(10);
    hand.press(Modifiers::COMMAND, Key::F);
    hand.press(Modifiers::COMMAND, Key::A);
    hand.key(Key::Backspace);
    hand.key(Key::ArrowDown);
    counted.insert("one reason", hand.take());
    for number in 0..TWENTY[1] {
        hand.decide("n1v");
        hand.key(Key::Enter);
        hand.text(&format!("The parser is not built in, {number}"));
        hand.key(Key::F8);
        hand.text("Build log of 1.0.0");
        hand.store(11 + number);
    }
    counted.insert("not affected", hand.take());
    for number in 0..TWENTY[2] {
        hand.decide("n2");
        hand.key(Key::Enter);
        hand.text(&format!("A restart takes a second, {number}"));
        hand.key(Key::F8);
        hand.text("The display restarts");
        hand.key(Key::F8);
        hand.decisions += 1;
        hand.key(Key::Space);
        hand.key(Key::F8);
        hand.text("Update to 1.0.1");
        hand.store(17 + number);
    }
    counted.insert("affected", hand.take());
    hand.decide("p");
    hand.window.until("the signature", |window| window.has("Propose the decision on 20 findings"));
    hand.decisions += 1;
    hand.keys += 1;
    sign(&mut hand.window);
    hand.window.until("the proposals", |window| ids.iter().all(|id| window.state_of(*id) == "proposed"));
    counted.insert("signature", hand.take());
    counted
}

/// Keys and decisions by the form of one finding, from the walk that the document tells.
fn by_form(document: &str) -> (usize, usize) {
    let (bench, _) = desk();
    let window = Window::new(bench.desk, "ben", Route::Dashboard, vec2(1440.0, 1000.0));
    let mut walk = Walk::new(window, Vec::new());
    walk.along(document);
    let stage = &walk.stages[0];
    (stage.presses + stage.letters, stage.decisions)
}

#[test]
fn a_hundred_findings_are_triaged_with_a_fraction_of_the_keys_of_the_forms() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/walk-soup-review.md");
    let document = std::fs::read_to_string(path).unwrap();
    let screen = by_screen();
    let form = by_form(&document);
    let mut rows = Vec::new();
    let mut row = |what: &str, keys: f64, decisions: f64| {
        rows.push(format!("| {what} | {keys:.0} | {decisions:.0} | {} |", clock(keys, decisions)));
    };
    let mut all = (0.0, 0.0);
    for (what, (twenty, hundred)) in
        ["one reason", "not affected", "affected"].into_iter().zip(TWENTY.into_iter().zip(HUNDRED))
    {
        let (keys, decisions) = screen[what];
        row(&format!("{twenty} in the triage, {what}"), keys as f64, decisions as f64);
        // One decision for several costs the same for fifty as for ten.
        let times = if what == "one reason" { 1.0 } else { hundred as f64 / twenty as f64 };
        all = (all.0 + keys as f64 * times, all.1 + decisions as f64 * times);
    }
    let (keys, decisions) = screen["signature"];
    row("The proposal of all, signed once", keys as f64, decisions as f64);
    all = (all.0 + keys as f64, all.1 + decisions as f64);
    row("One by its form, not affected", form.0 as f64, form.1 as f64);
    row("A hundred in the triage, reckoned", all.0, all.1);
    row("A hundred by their forms, reckoned", form.0 as f64 * 100.0, form.1 as f64 * 100.0);
    println!("{}", rows.join("\n"));
    assert!(all.0 * 5.0 < form.0 as f64 * 100.0, "the triage takes less than a fifth of the keys");
    for row in &rows {
        assert!(document.contains(row), "the document counts something else than {row}");
    }
}
