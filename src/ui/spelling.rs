//! Marking words that no dictionary knows, in long texts: where the workstation has dictionaries, and a language is chosen in the settings
//! (docs/adr/0112-spelling-by-the-dictionaries-of-the-system.md).
//!
//! A thread of its own loads the dictionary and looks words up, so that no frame waits and a broken dictionary ends only the marking.
//! Drawing the marks belongs to `widgets::spelled`.

mod dictionaries;
mod words;

pub use self::dictionaries::{Dictionaries, find, folders};
pub use self::words::{Word, words_of};

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use eframe::egui;
use egui::{Context, Id};

use crate::domain::ids::Kind;

/// Most words whose answers are kept.
const KEPT: usize = 100_000;
/// Most suggestions for a word.
const SUGGESTIONS: usize = 7;

/// What is known of one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It is in the dictionary, in the words of the person, or a term of the field.
    Yes,
    /// No dictionary has it.
    No,
    /// It is being looked up.
    NotYet,
}

enum Ask {
    Check(Vec<String>),
    Suggest(String),
}

/// What the thread has found.
#[derive(Default)]
struct Found {
    known: HashMap<String, bool>,
    suggested: HashMap<String, Vec<String>>,
}

/// The dictionary in use, with the thread that has it.
pub struct Speller {
    ask: Sender<Ask>,
    found: Arc<Mutex<Found>>,
    asked: Mutex<HashSet<String>>,
}

/// The words of the person, those that are ignored in the open file, and what was added since the last frame.
#[derive(Clone, Default)]
struct Own {
    words: Arc<BTreeSet<String>>,
    ignored: Arc<BTreeSet<String>>,
    added: Vec<Added>,
}

/// A word that the person accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// In every file of this workstation.
    Everywhere(String),
    /// In the open file.
    InThisFile(String),
}

/// The words that a person accepts, as the settings keep them.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct OwnWords {
    /// Code of the dictionary, such as `en_GB`; empty: nothing is marked.
    pub language: String,
    /// Words that are accepted in every file.
    pub words: BTreeSet<String>,
    /// Words that are accepted in one file, by its identity.
    pub ignored: BTreeMap<String, BTreeSet<String>>,
}

/// Most words of a person, and most files with ignored words.
const OWN_MAX: usize = 20_000;

impl OwnWords {
    /// Takes a word that was accepted while the file with this identity is open.
    pub fn take(&mut self, added: Added, file: Option<&str>) {
        let set = match (&added, file) {
            (Added::InThisFile(_), Some(file)) => self.ignored.entry(file.to_owned()).or_default(),
            (Added::InThisFile(_), None) | (Added::Everywhere(_), _) => &mut self.words,
        };
        let (Added::Everywhere(word) | Added::InThisFile(word)) = added;
        if set.len() < OWN_MAX {
            set.insert(word);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn speller_slot() -> Id {
    Id::unique("speller")
}

fn own_slot() -> Id {
    Id::unique("own_words")
}

/// Terms of the field, in lower case: every word of the names that the program itself uses, and a few that texts about software have.
static TERMS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let defs = Kind::ALL.iter().map(|kind| kind.def());
    let of_kind = |def: &'static crate::domain::record::KindDef| {
        let fields = def.fields().map(|field| field.label);
        let states = def.states.iter().map(|state| state.word);
        [def.word, def.plural, def.purpose].into_iter().chain(fields).chain(states).collect::<Vec<_>>()
    };
    let more = "firmware changelog backend frontend bootloader middleware hotfix rollback commit commits repo runtime plugin \
                timestamp hostname login logins metadata dataset telemetry watchdog mainstay triage triaged retest traceability \
                biocompatibility usability cybersecurity postmarket premarket";
    let texts = defs.flat_map(of_kind).chain([more]);
    texts.flat_map(words_of).map(|word| word.text.to_lowercase()).collect()
});

impl Speller {
    /// Starts the thread that loads a dictionary, given by its path without an ending.
    pub fn start(dictionary: PathBuf, wake: impl Fn() + Send + 'static) -> Option<Self> {
        let (ask, asked) = channel();
        let found: Arc<Mutex<Found>> = Arc::default();
        let theirs = Arc::clone(&found);
        let work = move || serve(&dictionary, &asked, &theirs, &wake);
        std::thread::Builder::new().name("Spelling".to_owned()).spawn(work).ok()?;
        Some(Self { ask, found, asked: Mutex::default() })
    }

    /// What the dictionary says of these words. Those that it was not asked yet are asked now.
    fn look_up(&self, words: &[&str]) -> Vec<Known> {
        let found = lock(&self.found);
        let mut asked = lock(&self.asked);
        let mut missing = Vec::new();
        let answers = words.iter().map(|word| match found.known.get(*word) {
            Some(true) => Known::Yes,
            Some(false) => Known::No,
            None => {
                if asked.len() < KEPT && asked.insert((*word).to_owned()) {
                    missing.push((*word).to_owned());
                }
                Known::NotYet
            }
        });
        let answers = answers.collect();
        if !missing.is_empty() {
            // Without the thread nothing is marked.
            let _ = self.ask.send(Ask::Check(missing));
        }
        answers
    }

    /// Suggestions for a word; `None` while they are looked for.
    fn suggestions(&self, word: &str) -> Option<Vec<String>> {
        if let Some(known) = lock(&self.found).suggested.get(word) {
            return Some(known.clone());
        }
        // A word in another use has its suggestions under another key than its answer.
        if lock(&self.asked).insert(format!("?{word}")) {
            let _ = self.ask.send(Ask::Suggest(word.to_owned()));
        }
        None
    }
}

/// Loads the dictionary and answers until nobody asks any more.
fn serve(path: &std::path::Path, asked: &Receiver<Ask>, found: &Mutex<Found>, wake: &dyn Fn()) {
    let dictionary = match dictionaries::load(path) {
        Ok(dictionary) => dictionary,
        Err(why) => return log::info!("the dictionary {} cannot be used: {why}", path.display()),
    };
    for ask in asked {
        match ask {
            Ask::Check(words) => {
                let answers: Vec<(String, bool)> = words
                    .into_iter()
                    .map(|word| {
                        let known = dictionary.check(&word);
                        (word, known)
                    })
                    .collect();
                lock(found).known.extend(answers);
            }
            Ask::Suggest(word) => {
                let mut suggested = Vec::new();
                dictionary.suggest(&word, &mut suggested);
                suggested.truncate(SUGGESTIONS);
                lock(found).suggested.insert(word, suggested);
            }
        }
        wake();
    }
}

/// Uses a dictionary from now on, or none.
pub fn use_speller(ctx: &Context, speller: Option<Speller>) {
    ctx.data_mut(|data| data.insert_temp(speller_slot(), speller.map(Arc::new)));
}

/// Sets the words that are accepted besides the dictionary, and returns those that were accepted since the last call.
pub fn keep_words(ctx: &Context, words: &OwnWords, file: Option<&str>) -> Vec<Added> {
    ctx.data_mut(|data| {
        let own = data.get_temp_mut_or_default::<Own>(own_slot());
        if *own.words != words.words {
            own.words = Arc::new(words.words.clone());
        }
        let ignored = file.and_then(|file| words.ignored.get(file));
        if ignored.is_some_and(|ignored| *ignored != *own.ignored)
            || (ignored.is_none() && !own.ignored.is_empty())
        {
            own.ignored = Arc::new(ignored.cloned().unwrap_or_default());
        }
        std::mem::take(&mut own.added)
    })
}

/// Accepts a word from now on.
pub fn accept(ctx: &Context, added: Added) {
    ctx.data_mut(|data| data.get_temp_mut_or_default::<Own>(own_slot()).added.push(added));
    ctx.request_repaint();
}

fn speller(ctx: &Context) -> Option<Arc<Speller>> {
    ctx.data(|data| data.get_temp::<Option<Arc<Speller>>>(speller_slot())).flatten()
}

/// The words of a text that nobody knows; empty without a dictionary.
pub fn unknown_words(ctx: &Context, text: &str) -> Vec<Word> {
    let Some(speller) = speller(ctx) else { return Vec::new() };
    let own = ctx.data(|data| data.get_temp::<Own>(own_slot())).unwrap_or_default();
    let wanted: Vec<Word> = words_of(text).filter(|word| !is_accepted(&own, &word.text)).collect();
    let texts: Vec<&str> = wanted.iter().map(|word| word.text.as_str()).collect();
    let answers = speller.look_up(&texts);
    wanted.into_iter().zip(answers).filter(|(_, known)| *known == Known::No).map(|(word, _)| word).collect()
}

fn is_accepted(own: &Own, word: &str) -> bool {
    let lower = word.to_lowercase();
    let has = |set: &BTreeSet<String>| set.contains(word) || set.contains(&lower);
    TERMS.contains(&lower) || has(&own.words) || has(&own.ignored)
}

/// Suggestions for a word; `None` while they are looked for.
pub fn suggestions(ctx: &Context, word: &str) -> Option<Vec<String>> {
    speller(ctx).map_or_else(|| Some(Vec::new()), |speller| speller.suggestions(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_words_go_to_the_person_or_to_the_open_file() {
        let mut own = OwnWords::default();
        own.take(Added::Everywhere("gateway".to_owned()), Some("a"));
        own.take(Added::InThisFile("Zephyr".to_owned()), Some("a"));
        own.take(Added::InThisFile("nowhere".to_owned()), None);
        assert_eq!(own.words, BTreeSet::from(["gateway".to_owned(), "nowhere".to_owned()]));
        assert_eq!(own.ignored["a"], BTreeSet::from(["Zephyr".to_owned()]));
    }

    #[test]
    fn a_dictionary_is_asked_beside_the_window_and_a_broken_one_marks_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("en_XX.aff"), "SET UTF-8\nTRY esianrt\n").unwrap();
        std::fs::write(folder.path().join("en_XX.dic"), "3\nthe\nalarm\nlate\n").unwrap();
        let speller = Speller::start(folder.path().join("en_XX"), || {}).unwrap();
        let all = ["the", "alarm", "lte"];
        let mut answers = speller.look_up(&all);
        for _ in 0..500 {
            if !answers.contains(&Known::NotYet) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
            answers = speller.look_up(&all);
        }
        assert_eq!(answers, [Known::Yes, Known::Yes, Known::No]);
        while speller.suggestions("lte").is_none() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert!(speller.suggestions("lte").unwrap().contains(&"late".to_owned()));
        std::fs::write(folder.path().join("bad.aff"), [0xff, 0, 1]).unwrap();
        std::fs::write(folder.path().join("bad.dic"), "x").unwrap();
        let broken = Speller::start(folder.path().join("bad"), || {}).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert_eq!(broken.look_up(&["lte"]), [Known::NotYet]);
    }
}
