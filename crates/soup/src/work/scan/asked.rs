//! A scan whose answer may be stored already. A stored answer is given again if everything that it depends on is unchanged: the bytes and the
//! name of the bill, the options including the day, the form of the answer, the cache, and this build of the program.
//!
//! This module defines what an answer depends on. Storing answers belongs to `cache::answers`, their content to the caller.

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::ScanOptions;
use crate::cache::Cache;
use crate::cache::answers::{self, Answer, AnswerWriter, Key};
use crate::work::bills::BillFile;

/// A scan as a question whose answer can be stored.
#[derive(Debug)]
pub struct AskedScan {
    key: Key,
    /// The folder of the cache.
    folder: PathBuf,
    /// The state of the cache when the question was asked.
    state: [u8; 32],
    bill: PathBuf,
}

impl AskedScan {
    /// The question for a scan of a bill; `form` names the form of the answer. `None` if something that the answer depends on is not known.
    pub fn of(bill: &BillFile, folder: &Path, options: &ScanOptions, form: &str) -> Option<Self> {
        let ScanOptions { today, max_age_days, all, knowledge } = options;
        let state = state_of(folder)?;
        let mut key = KeyHasher(Sha256::new());
        key.and(&env!("CARGO_PKG_VERSION")).and(&this_program()?);
        key.and(&bill.name).and(&bill.digest);
        key.and(&form).and(today).and(max_age_days).and(all).and(knowledge);
        key.and(&state);
        Some(Self { key: key.0.finalize().into(), folder: folder.to_owned(), state, bill: bill.path.clone() })
    }

    /// The answer that was given before, if it is stored.
    pub fn stored_answer(&self) -> Option<Answer> {
        answers::load(&self.folder, &self.key)
    }

    /// Begins to store a new answer. `None` if nothing can be stored.
    pub fn begin_answer(&self) -> Option<AnswerWriter> {
        AnswerWriter::begin(&self.folder, self.key, &self.bill)
    }

    /// Stores the new answer if the cache has not changed since the question was asked.
    pub fn finish(&self, answer: AnswerWriter, code: u8) {
        if state_of(&self.folder) == Some(self.state) {
            answer.finish(code);
        }
    }
}

/// The state of the advisory data in a folder: another one after each import. `None` if there is none, or it cannot be read.
pub fn state_of(folder: &Path) -> Option<[u8; 32]> {
    Cache::open_to_read(folder).ok()??.state(folder).ok()
}

/// Distinguishes this build of the program from other builds of the same version.
fn this_program() -> Option<impl Debug> {
    let meta = std::fs::metadata(std::env::current_exe().ok()?).ok()?;
    Some((meta.len(), meta.modified().ok()?))
}

/// A digest of several values. Each is hashed as its length and its complete `Debug` text.
struct KeyHasher(Sha256);

impl KeyHasher {
    fn and(&mut self, value: &dyn Debug) -> &mut Self {
        let text = format!("{value:?}");
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::matching::{Alias, Knowledge};
    use crate::work::advisories::import_advisories;
    use mainstay_base::clock::{self, Stamp};
    use mainstay_base::time::{Day, Moment};

    const RECORD: &str = r#"{"schema_version":"1.6.0","id":"GHSA-0001","modified":"2026-11-20T00:00:00Z","affected":[{"package":
        {"ecosystem":"npm","name":"left-pad"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"2.0.0"}]}]}]}"#;

    struct Bench {
        folder: tempfile::TempDir,
        options: ScanOptions,
        form: &'static str,
    }

    impl Bench {
        fn new() -> Self {
            let options = ScanOptions {
                today: Day::parse("2026-11-29").unwrap(),
                max_age_days: 14,
                all: false,
                knowledge: Knowledge::default(),
            };
            let bench = Self { folder: tempfile::tempdir().unwrap(), options, form: "json" };
            bench.bill("bill.json", "{}");
            bench.import("one.json", RECORD);
            bench
        }

        fn cache(&self) -> PathBuf {
            self.folder.path().join("cache")
        }

        fn bill(&self, name: &str, content: &str) -> PathBuf {
            let path = self.folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            path
        }

        fn import(&self, name: &str, content: &str) {
            let stamp = Stamp { now: Moment::parse("2026-11-29T08:00:00Z").unwrap(), ..clock::stamp() };
            let taken =
                import_advisories(&[self.bill(name, content)], &self.cache(), &|_| true, &stamp).unwrap();
            assert_eq!(taken[0].records, 1);
        }

        fn asked(&self, name: &str) -> AskedScan {
            let bill = BillFile::read(&self.folder.path().join(name)).unwrap();
            AskedScan::of(&bill, &self.cache(), &self.options, self.form).unwrap()
        }

        fn answer(&self, name: &str, text: &str) {
            let asked = self.asked(name);
            let mut writer = asked.begin_answer().unwrap();
            writer.add(text.as_bytes());
            asked.finish(writer, 10);
        }

        fn stored(&self, name: &str) -> Option<String> {
            self.asked(name).stored_answer().map(|answer| String::from_utf8(answer.text().unwrap()).unwrap())
        }
    }

    #[test]
    fn the_same_question_has_the_answer_that_was_given() {
        let bench = Bench::new();
        assert_eq!(bench.stored("bill.json"), None);
        bench.answer("bill.json", "said");
        assert_eq!(bench.stored("bill.json").as_deref(), Some("said"));
        // A reader does not change the cache.
        let cache = Cache::open_to_read(&bench.cache()).unwrap().unwrap();
        assert_eq!(cache.files().unwrap().len(), 1);
        assert_eq!(bench.stored("bill.json").as_deref(), Some("said"));
        drop(cache);
        assert_eq!(bench.stored("bill.json").as_deref(), Some("said"));
    }

    #[test]
    fn whatever_an_answer_depends_on_makes_another_question() {
        let mut bench = Bench::new();
        bench.answer("bill.json", "said");
        bench.bill("other.json", "{}");
        assert_eq!(bench.stored("other.json"), None, "the name says how a bill is read");
        let first = bench.options.clone();
        bench.options.today = first.today.plus_days(1);
        assert_eq!(bench.stored("bill.json"), None, "another day");
        bench.options = ScanOptions { max_age_days: 15, ..first.clone() };
        assert_eq!(bench.stored("bill.json"), None, "another age");
        bench.options = ScanOptions { all: true, ..first.clone() };
        assert_eq!(bench.stored("bill.json"), None, "all of it");
        bench.options = first.clone();
        bench.options.knowledge.aliases.push(Alias::default());
        assert_eq!(bench.stored("bill.json"), None, "other knowledge");
        bench.options = first;
        bench.form = "words";
        assert_eq!(bench.stored("bill.json"), None, "another form");
        bench.form = "json";
        assert_eq!(bench.stored("bill.json").as_deref(), Some("said"));
        bench.bill("bill.json", "{ }");
        assert_eq!(bench.stored("bill.json"), None, "other bytes");
        bench.bill("bill.json", "{}");
        assert_eq!(bench.stored("bill.json").as_deref(), Some("said"));
    }

    #[test]
    fn an_import_and_another_cache_in_the_same_place_make_another_question() {
        let bench = Bench::new();
        bench.answer("bill.json", "said");
        bench.import("two.json", &RECORD.replace("GHSA-0001", "GHSA-0002"));
        assert_eq!(bench.stored("bill.json"), None);
        bench.answer("bill.json", "said of two");
        assert_eq!(bench.stored("bill.json").as_deref(), Some("said of two"));
        std::fs::remove_file(bench.cache().join("advisories.sqlite")).unwrap();
        bench.import("two.json", &RECORD.replace("GHSA-0001", "GHSA-0002"));
        assert_eq!(bench.stored("bill.json"), None);
    }

    #[test]
    fn what_was_found_while_the_cache_changed_is_not_kept() {
        let bench = Bench::new();
        let asked = bench.asked("bill.json");
        let writer = asked.begin_answer().unwrap();
        bench.import("two.json", &RECORD.replace("GHSA-0001", "GHSA-0002"));
        asked.finish(writer, 10);
        assert!(asked.stored_answer().is_none());
        assert_eq!(bench.stored("bill.json"), None);
    }

    #[test]
    fn without_a_cache_there_is_no_question_and_without_a_place_no_answer_is_kept() {
        let bench = Bench::new();
        let bill = BillFile::read(&bench.folder.path().join("bill.json")).unwrap();
        let elsewhere = bench.folder.path().join("elsewhere");
        assert!(AskedScan::of(&bill, &elsewhere, &bench.options, "json").is_none());
        assert!(!elsewhere.exists());
        std::fs::write(bench.cache().join("answers"), "of somebody else").unwrap();
        assert!(bench.asked("bill.json").begin_answer().is_none());
    }
}
