//! Stored answers of earlier scans: bytes under a key, in a folder next to the cache. Their number and total size are limited; the oldest are
//! deleted first. This module knows neither the meaning of the bytes nor what a key is made of.
//!
//! Nothing depends on a stored answer: if the folder cannot be written, none is stored. An answer is written under a temporary name and gets
//! its own name when it is complete. It ends with its key, its code, and a digest of everything before; an answer without these is ignored.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use mainstay_base::fresh_file::{self, FreshFile};
use mainstay_base::regular;
use sha2::{Digest as _, Sha256};

/// Name of the folder next to the cache.
const FOLDER: &str = "answers";
/// The ending of the name of an answer; the rest of the name is the key.
const ENDING: &str = ".answer";
/// Maximum number of answers.
const ANSWERS_MAX: usize = 100;
/// Maximum length of the text of one answer, in bytes.
const TEXT_BYTES_MAX: u64 = 256 << 20;
/// Maximum size of one answer with key, code and digest, in bytes.
const ANSWER_BYTES_MAX: u64 = TEXT_BYTES_MAX + 2 * DIGEST as u64 + 1;
/// Maximum size of all answers together, in bytes.
const BYTES_MAX: u64 = 2 * ANSWER_BYTES_MAX;
/// Length of a key and of a digest, in bytes.
const DIGEST: usize = 32;

/// The key of an answer: a digest of everything that the answer depends on.
pub type Key = [u8; DIGEST];

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its code; the caller defines the meaning.
    pub code: u8,
    /// Its text.
    pub text: Vec<u8>,
}

/// The answer that is stored under a key next to the cache in `folder`; `None` if there is none or it is damaged.
pub fn load(folder: &Path, key: &Key) -> Option<Answer> {
    let file = regular::open(&path_of(&folder.join(FOLDER), key)).ok()?;
    let bytes = file.metadata().ok()?.len();
    if bytes > ANSWER_BYTES_MAX {
        return None;
    }
    let mut text = Vec::with_capacity(usize::try_from(bytes).ok()? + 1);
    file.take(ANSWER_BYTES_MAX).read_to_end(&mut text).ok()?;
    let digest = text.split_off(text.len().checked_sub(DIGEST)?);
    if *Sha256::digest(&text) != *digest {
        return None;
    }
    let code = text.pop()?;
    let own = text.split_off(text.len().checked_sub(DIGEST)?);
    (own == key).then_some(Answer { code, text })
}

/// An answer that is being written. If it is dropped before it is finished, nothing of it is left.
#[derive(Debug)]
pub struct AnswerWriter {
    folder: PathBuf,
    key: Key,
    /// `None` if the answer became too long or could not be written.
    file: Option<FreshFile>,
    written: Sha256,
    bytes: u64,
}

impl AnswerWriter {
    /// Begins an answer next to the cache in `folder`. Only those who may read `original` may read it. `None` if nothing can be stored.
    pub fn begin(folder: &Path, key: Key, original: &Path) -> Option<Self> {
        let folder = folder.join(FOLDER);
        fs::create_dir_all(&folder).ok()?;
        let file = Some(FreshFile::over(&path_of(&folder, &key), Some(original)).ok()?);
        Some(Self { folder, key, file, written: Sha256::new(), bytes: 0 })
    }

    /// Appends text.
    pub fn add(&mut self, text: &[u8]) {
        self.bytes = self.bytes.saturating_add(text.len() as u64);
        if self.bytes > TEXT_BYTES_MAX {
            self.file = None;
        }
        self.put(text);
    }

    fn put(&mut self, bytes: &[u8]) {
        if let Some(file) = &mut self.file {
            self.written.update(bytes);
            if file.put(bytes).is_err() {
                self.file = None;
            }
        }
    }

    /// Completes the answer and stores it, then deletes answers above the limits.
    pub(crate) fn finish(mut self, code: u8) {
        let key = self.key;
        self.put(&key);
        self.put(&[code]);
        let Some(mut file) = self.file else { return };
        if file.put(&self.written.finalize()).is_ok() && file.persist_loosely().is_ok() {
            delete_surplus(&self.folder, ANSWERS_MAX, BYTES_MAX);
        }
    }
}

fn path_of(folder: &Path, key: &Key) -> PathBuf {
    folder.join(format!("{}{ENDING}", hex::encode(key)))
}

/// Deletes the oldest answers until the limits are met, and files that killed programs left.
fn delete_surplus(folder: &Path, answers_max: usize, bytes_max: u64) {
    for left in fresh_file::unfinished_in(folder) {
        let _ = fs::remove_file(left);
    }
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut answers: Vec<(SystemTime, u64, PathBuf)> = entries
        .filter_map(Result::ok)
        .filter(|entry| is_answer(&entry.file_name().to_string_lossy()))
        .filter_map(|entry| {
            let meta = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            Some((meta.modified().unwrap_or(SystemTime::UNIX_EPOCH), meta.len(), entry.path()))
        })
        .collect();
    answers.sort_unstable_by(|one, other| other.cmp(one));
    let mut bytes = 0_u64;
    for (at, (_, length, path)) in answers.iter().enumerate() {
        bytes = bytes.saturating_add(*length);
        if at >= answers_max || bytes > bytes_max {
            let _ = fs::remove_file(path);
        }
    }
}

/// Whether a file name is that of an answer.
fn is_answer(name: &str) -> bool {
    let key = name.strip_suffix(ENDING).unwrap_or_default();
    key.len() == 2 * DIGEST && key.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Key = [7; DIGEST];

    fn store(folder: &Path, key: Key, text: &[u8], code: u8) {
        let mut writer = AnswerWriter::begin(folder, key, Path::new("bill.json")).unwrap();
        writer.add(text);
        writer.finish(code);
    }

    fn names(folder: &Path) -> usize {
        fs::read_dir(folder.join(FOLDER)).map_or(0, Iterator::count)
    }

    #[test]
    fn an_answer_is_found_under_its_own_key_with_its_code() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(load(folder.path(), &KEY), None);
        store(folder.path(), KEY, b"said", 10);
        assert_eq!(load(folder.path(), &KEY), Some(Answer { code: 10, text: b"said".to_vec() }));
        assert_eq!(load(folder.path(), &[8; DIGEST]), None);
        store(folder.path(), KEY, b"", 0);
        assert_eq!(load(folder.path(), &KEY), Some(Answer { code: 0, text: Vec::new() }));
        assert_eq!(names(folder.path()), 1);
    }

    #[test]
    fn an_answer_with_one_bit_changed_cut_short_or_under_another_name_is_none() {
        let folder = tempfile::tempdir().unwrap();
        store(folder.path(), KEY, b"said", 10);
        let path = path_of(&folder.path().join(FOLDER), &KEY);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(&path, &damaged).unwrap();
            assert_eq!(load(folder.path(), &KEY), None, "byte {at}");
            fs::write(&path, &whole[..at]).unwrap();
            assert_eq!(load(folder.path(), &KEY), None, "{at} bytes");
        }
        fs::write(&path, [whole.as_slice(), b"x"].concat()).unwrap();
        assert_eq!(load(folder.path(), &KEY), None);
        fs::write(path_of(&folder.path().join(FOLDER), &[8; DIGEST]), &whole).unwrap();
        assert_eq!(load(folder.path(), &[8; DIGEST]), None);
    }

    #[test]
    fn an_answer_that_is_not_finished_or_has_no_place_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = AnswerWriter::begin(folder.path(), KEY, Path::new("bill.json")).unwrap();
        writer.add(b"half");
        drop(writer);
        assert_eq!(names(folder.path()), 0);
        let mut writer = AnswerWriter::begin(folder.path(), KEY, Path::new("bill.json")).unwrap();
        writer.bytes = TEXT_BYTES_MAX;
        writer.add(b"too long");
        writer.finish(0);
        assert_eq!((names(folder.path()), load(folder.path(), &KEY)), (0, None));
        let taken = tempfile::tempdir().unwrap();
        fs::write(taken.path().join(FOLDER), "a file of somebody else").unwrap();
        assert!(AnswerWriter::begin(taken.path(), KEY, Path::new("bill.json")).is_none());
        assert_eq!(load(taken.path(), &KEY), None);
    }

    #[test]
    fn the_oldest_are_thrown_away_and_files_of_others_are_left() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join(FOLDER);
        for (age, key) in (0_u8..5).enumerate() {
            store(folder.path(), [key; DIGEST], &[0; 100], 0);
            let file = fs::File::options().write(true).open(path_of(&own, &[key; DIGEST])).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(age as u64)).unwrap();
        }
        fs::write(own.join("notes.answer"), "of somebody else").unwrap();
        let left = own.join(format!("x{}", fresh_file::UNFINISHED));
        fs::write(&left, "half").unwrap();
        let there =
            || (0_u8..5).filter(|key| load(folder.path(), &[*key; DIGEST]).is_some()).collect::<Vec<_>>();
        delete_surplus(&own, 4, BYTES_MAX);
        assert_eq!(there(), [1, 2, 3, 4]);
        delete_surplus(&own, 4, 2 * 200);
        assert_eq!(there(), [3, 4]);
        assert!(own.join("notes.answer").exists() && !left.exists());
    }
}
