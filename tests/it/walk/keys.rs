//! A person at the keyboard: every press is counted, and every input is found by its accessible name.

use eframe::egui;
use egui::{Event, Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::desk::PASSWORD;
use crate::host::Window;

/// Most presses of one key that lead to an input.
const FAR: usize = 12;
/// Most letters that choose something instead of being a text.
const CHOICE: usize = 3;
/// Seconds for a key, for a decision, for a screen that is looked at, and for what is read before a signature.
const KEY: f64 = 0.28;
const DECISION: f64 = 1.35;
const SCREEN: f64 = 1.0;
const SIGNED: f64 = 5.0;

#[derive(Default)]
pub struct Stage {
    pub title: String,
    pub presses: usize,
    /// Letters that find or choose something, and logins.
    pub letters: usize,
    /// Characters of texts that somebody writes in any case.
    pub text: usize,
    pub secret: usize,
    pub decisions: usize,
    pub screens: usize,
    pub signatures: usize,
}

pub struct Walk {
    pub window: Window,
    pub stages: Vec<Stage>,
    /// The files that are chosen, the first one last.
    pub files: Vec<std::path::PathBuf>,
    clipboard: Vec<(&'static str, String)>,
    row: String,
}

/// A part of the first cell of a row: a key, text to type, or something that is not written down.
enum Token<'a> {
    Key(&'a str),
    Text(&'a str),
    Said(&'a str),
}

fn tokens(cell: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = cell.trim();
    while !rest.is_empty() {
        let (mark, make): (&str, fn(&str) -> Token<'_>) = if rest.starts_with("**") {
            ("**", |text| Token::Key(text))
        } else if rest.starts_with('`') {
            ("`", |text| Token::Text(text))
        } else {
            ("*", |text| Token::Said(text))
        };
        let (inside, after) = rest.strip_prefix(mark).expect(rest).split_once(mark).expect(rest);
        found.push(make(inside));
        rest = after.trim();
    }
    found
}

/// Modifiers and key, by their words.
fn chord(words: &str) -> (Modifiers, Key) {
    let (held, key) = words.rsplit_once('+').unwrap_or(("", words));
    let held = held.split('+').filter(|held| !held.is_empty()).fold(Modifiers::NONE, |all, held| {
        all | match held {
            "Ctrl" => Modifiers::COMMAND,
            "Shift" => Modifiers::SHIFT,
            other => panic!("{other}"),
        }
    });
    (held, Key::from_name(key).expect(key))
}

impl Walk {
    pub fn new(window: Window, clipboard: Vec<(&'static str, String)>) -> Self {
        Self { window, stages: Vec::new(), files: Vec::new(), clipboard, row: String::new() }
    }

    /// Walks along a document: its headings are stages, the rows of its tables are what is pressed.
    pub fn along(&mut self, document: &str) {
        for line in document.lines() {
            if let Some(heading) = line.strip_prefix("### ") {
                self.stages.push(Stage { title: heading.to_owned(), ..Stage::default() });
                self.window.pass(60);
            } else if let Some(states) = line.strip_prefix("After it: ") {
                self.check_states(states);
            } else if let Some(what) = line.strip_prefix("Meanwhile: ") {
                super::meanwhile(&mut self.window, what);
            } else if !self.stages.is_empty() && (line.starts_with("| *") || line.starts_with("| `")) {
                let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
                self.row = line.to_owned();
                self.walk_row(cells[0], cells[1]);
            }
        }
    }

    fn check_states(&mut self, states: &str) {
        let name = format!("walk_{}", self.stages.len());
        self.window.picture(&name);
        for part in states.trim_end_matches('.').split(", ") {
            let (id, word) = part.split_once(' ').unwrap();
            let record = self.window.record(id.parse().unwrap());
            let is = record.state().map_or("", |state| state.word);
            assert_eq!(is.to_lowercase(), word.to_lowercase(), "{id}; {}", self.around());
        }
    }

    fn now(&mut self) -> &mut Stage {
        self.stages.last_mut().unwrap()
    }

    /// What is on screen, for the message of a failure.
    fn around(&self) -> String {
        let state = self.window.state();
        format!(
            "{}\nfocus {:?}\nroute {:?}\nrefusal {:?}\nmessages {:?}\noffers {:?}",
            self.row,
            self.names(),
            state.route(),
            state.refusal(),
            state.messages(),
            mainstay::ui::widgets::reach::within(&self.window.ctx)
                .iter()
                .map(|within| within.title.clone())
                .collect::<Vec<_>>(),
        )
    }

    /// The names of the input with the focus: its own, and those of the groups around it.
    fn names(&self) -> Vec<String> {
        let focused = self.window.query_all_by(|node| node.is_focused()).next();
        let mut names = Vec::new();
        let mut at = focused.map(|node| node.accesskit_node());
        while let Some(node) = at {
            names.extend(node.label().filter(|label| !label.is_empty()));
            at = node.parent();
        }
        names
    }

    fn is_on(&self, name: &str) -> bool {
        self.names().iter().any(|found| found == name)
    }

    fn walk_row(&mut self, keys: &str, at: &str) {
        let mut tokens = tokens(keys).into_iter().peekable();
        let in_palette = matches!(tokens.peek(), Some(Token::Key("Ctrl+K")));
        if let Some(Token::Key(word @ ("F8" | "Tab"))) = tokens.peek() {
            let word = *word;
            tokens.next();
            self.until(word, at);
        } else if !in_palette && !at.is_empty() {
            assert!(self.is_on(at), "the focus is not on “{at}”: {}", self.around());
        }
        for token in tokens {
            match token {
                Token::Key("Enter") if in_palette => self.take(at),
                Token::Key("Ctrl+V") => {}
                Token::Key(words) => {
                    let (held, key) = chord(words);
                    self.press(held, key);
                    if words == "Ctrl+Enter" && !self.is_on("Why it is changed") {
                        self.now().screens += 1;
                        self.now().decisions += 1;
                        assert!(!self.window.route().is_form(), "not saved: {}", self.around());
                    }
                }
                Token::Text(text) => self.write(text, in_palette),
                Token::Said("password") => self.secret(),
                Token::Said("file") => self.choose_file(),
                Token::Said("sign") => self.sign(),
                Token::Said(name) => self.paste(name),
            }
        }
    }

    fn press(&mut self, modifiers: Modifiers, key: Key) {
        let held =
            [modifiers.command, modifiers.shift, modifiers.alt].into_iter().filter(|held| *held).count();
        self.now().presses += 1 + held;
        self.window.key_press_modifiers(modifiers, key);
        self.rest(key);
    }

    /// Draws until the focus has moved, or until a screen has changed.
    fn rest(&mut self, key: Key) {
        let moves = matches!(key, Key::Tab | Key::F8 | Key::Space);
        self.window.run_steps(if moves { 3 } else { 5 });
    }

    /// Presses a key until an input of this name has the focus.
    fn until(&mut self, word: &str, name: &str) {
        let (held, key) = chord(word);
        let mut seen = Vec::new();
        for count in 1..=FAR {
            self.press(held, key);
            if self.is_on(name) {
                if count > 3 {
                    println!("{count} × {word} to {name}: {seen:?}");
                }
                return;
            }
            seen.push(self.names().first().cloned().unwrap_or_default());
        }
        panic!("{word} does not lead to “{name}”, but to {seen:?}: {}", self.around());
    }

    fn event_text(&mut self, text: &str) {
        self.window.event(Event::Text(text.to_owned()));
        self.window.run_steps(2);
    }

    fn write(&mut self, text: &str, in_palette: bool) {
        assert!(!self.names().is_empty(), "nothing has the focus: {}", self.around());
        let count = text.chars().count();
        let stage = self.stages.last_mut().unwrap();
        let chooses = count <= CHOICE;
        *(if in_palette || chooses { &mut stage.letters } else { &mut stage.text }) += count;
        stage.decisions += usize::from(chooses && !in_palette);
        self.event_text(text);
    }

    fn paste(&mut self, name: &str) {
        let text = self.clipboard.iter().find(|(known, _)| *known == name).expect(name).1.clone();
        assert!(!self.names().is_empty(), "nothing has the focus: {}", self.around());
        self.now().presses += 2;
        self.window.event(Event::Paste(text));
        self.window.settle();
    }

    /// The entry of the palette that the typed letters found first.
    fn take(&mut self, title: &str) {
        let options: Vec<(bool, String)> = self
            .window
            .query_all_by_role(Role::ListBoxOption)
            .map(|node| {
                let node = node.accesskit_node();
                (node.toggled() == Some(egui::accesskit::Toggled::True), node.label().unwrap_or_default())
            })
            .collect();
        let first = options.iter().find(|(on, _)| *on).map(|(_, title)| title.clone()).unwrap_or_default();
        let near = &options[..options.len().min(12)];
        assert!(first.contains(title), "the palette finds {near:?}: {}", self.around());
        let stage = self.now();
        stage.decisions += 1;
        stage.screens += 1;
        if first.starts_with("Read ") {
            *self.window.chosen.borrow_mut() = self.files.pop();
        }
        self.press(Modifiers::NONE, Key::Enter);
    }

    /// Reads what is signed, enters the password and signs.
    fn sign(&mut self) {
        assert!(self.is_on("Password"), "no password is asked for: {}", self.around());
        self.secret();
        let seq = self.window.file().head().seq;
        self.press(Modifiers::NONE, Key::Enter);
        assert!(self.window.file().head().seq > seq, "not signed: {}", self.around());
        let stage = self.now();
        stage.signatures += 1;
        stage.decisions += 1;
    }

    fn secret(&mut self) {
        self.now().secret += PASSWORD.chars().count();
        self.event_text(PASSWORD);
    }

    /// The dialog of the system for a file: a name of twelve characters and Enter. Then the file is read.
    fn choose_file(&mut self) {
        let stage = self.now();
        stage.letters += 12;
        stage.presses += 1;
        for _ in 0..3000 {
            self.window.run_steps(1);
            if self.can_write() {
                return self.window.settle();
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("nothing is read: {}", self.around());
    }

    /// Whether what was read can be written: a button that is blocked says why.
    fn can_write(&self) -> bool {
        let button = self.window.query_by_role_and_label(Role::Button, "Write into the release");
        button.is_some_and(|node| node.accesskit_node().description().is_none())
    }

    /// The counts of every stage and of all, as the rows of a table.
    pub fn report(&self) -> Vec<String> {
        let mut all = Stage { title: "All".to_owned(), ..Stage::default() };
        for stage in &self.stages {
            all.presses += stage.presses;
            all.letters += stage.letters;
            all.text += stage.text;
            all.secret += stage.secret;
            all.decisions += stage.decisions;
            all.screens += stage.screens;
            all.signatures += stage.signatures;
        }
        self.stages.iter().chain([&all]).map(Stage::row).collect()
    }
}

fn clock(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

impl Stage {
    /// The time that the window takes: keys, decisions and reading, without texts and passwords.
    fn window(&self) -> f64 {
        let keys = (self.presses + self.letters) as f64 * KEY;
        keys + self.decisions as f64 * DECISION
            + self.screens as f64 * SCREEN
            + self.signatures as f64 * SIGNED
    }

    fn row(&self) -> String {
        let Self { title, presses, letters, text, secret, decisions, screens, signatures } = self;
        let title = title.split(':').next().unwrap();
        let all = self.window() + (text + secret) as f64 * KEY;
        let (window, all) = (clock(self.window()), clock(all));
        format!(
            "| {title} | {presses} | {letters} | {decisions} | {screens} | {signatures} | {window} | {text} | {secret} | {all} |"
        )
    }
}
