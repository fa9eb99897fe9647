//! Stored answers of earlier scans: bytes under a key, in a folder next to the cache. Their number and total size are limited; the oldest are
//! deleted first. This module knows neither the meaning of the bytes nor what a key is made of.
//!
//! Nothing depends on a stored answer: if the folder cannot be written, none is stored. An answer is written under a temporary name and gets
//! its own name when it is complete. After its text come a check sum of each block of the text, its key, its code, the length of the text,
//! and a digest of all of these; an answer that does not agree with them is ignored. The sums are CRC-32: they detect what a crash or a bad
//! disk does to a file, and take a tenth of the time of a digest.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::SystemTime;

use flate2::Crc;
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
/// Length of a block of the text, in bytes; few under test, so that small texts have several.
const BLOCK: usize = if cfg!(test) { 3 } else { 256 << 10 };
/// Length of the check sum of a block, in bytes.
const SUM: usize = 4;
/// Length of a key and of a digest, in bytes.
const DIGEST: usize = 32;
/// Length of everything after the check sums: key, code, length of the text, digest.
const END: usize = DIGEST + 1 + 8 + DIGEST;
/// Maximum size of all answers together, in bytes: two of the longest.
const BYTES_MAX: u64 = 2 * (TEXT_BYTES_MAX + (TEXT_BYTES_MAX / BLOCK as u64 + 1) * SUM as u64 + END as u64);
/// Maximum number of threads that check an answer.
const CHECKERS_MAX: usize = 4;
/// Number of blocks for which one more thread is worthwhile.
const BLOCKS_OF_A_CHECKER: usize = 16;

/// The key of an answer: a digest of everything that the answer depends on.
pub type Key = [u8; DIGEST];

/// An answer as it was given. Its text stays in its file.
#[derive(Debug)]
pub struct Answer {
    /// Its code; the caller defines the meaning.
    pub code: u8,
    file: File,
    text_bytes: u64,
}

impl Answer {
    /// Writes the text. From a file to a file or a pipe, the system copies it by itself.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn write_to<W: Write>(&self, out: &mut W) -> io::Result<()> {
        let mut file = &self.file;
        file.rewind()?;
        let written = io::copy(&mut file.take(self.text_bytes), out)?;
        if written == self.text_bytes { out.flush() } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// The text.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn text(&self) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        self.write_to(&mut text)?;
        Ok(text)
    }
}

/// The answer that is stored under a key next to the cache in `folder`; `None` if there is none or it is damaged.
pub fn load(folder: &Path, key: &Key) -> Option<Answer> {
    let file = regular::open(&path_of(&folder.join(FOLDER), key)).ok()?;
    let bytes = file.metadata().ok()?.len();
    let mut end = [0; END];
    regular::read_at(&file, &mut end, bytes.checked_sub(END as u64)?).ok()?;
    let (head, digest) = end.split_last_chunk::<DIGEST>()?;
    let (own, rest) = head.split_first_chunk::<DIGEST>()?;
    let (code, length) = rest.split_first_chunk::<1>()?;
    let text_bytes = u64::from_le_bytes(*length.first_chunk::<8>()?);
    if own != key || text_bytes > TEXT_BYTES_MAX {
        return None;
    }
    let blocks = usize::try_from(text_bytes).ok()?.div_ceil(BLOCK);
    if bytes != text_bytes + (blocks * SUM + END) as u64 {
        return None;
    }
    let mut sums = vec![0; blocks * SUM];
    regular::read_at(&file, &mut sums, text_bytes).ok()?;
    let whole = Sha256::new().chain_update(&sums).chain_update(head).finalize();
    (*whole == *digest && agrees(&file, text_bytes, sums.as_chunks().0)).then_some(Answer {
        code: code[0],
        file,
        text_bytes,
    })
}

/// Whether every block of a text has its check sum.
fn agrees(file: &File, text_bytes: u64, sums: &[[u8; SUM]]) -> bool {
    let (next, damaged) = (AtomicUsize::new(0), AtomicBool::new(false));
    let check = || {
        let mut block: Vec<u8> = std::iter::repeat_n(0, BLOCK).collect();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(sum) = sums.get(number).filter(|_| !damaged.load(Ordering::Relaxed)) else { return };
            let at = (number * BLOCK) as u64;
            let length = usize::try_from(text_bytes - at).unwrap_or(BLOCK).min(BLOCK);
            let block = block.get_mut(..length).unwrap_or_default();
            if regular::read_at(file, block, at).is_err() || sum_of(block) != *sum {
                damaged.store(true, Ordering::Relaxed);
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(CHECKERS_MAX);
    std::thread::scope(|scope| {
        for _ in 1..cores.min(sums.len() / BLOCKS_OF_A_CHECKER) {
            scope.spawn(check);
        }
        check();
    });
    !damaged.into_inner()
}

fn sum_of(block: &[u8]) -> [u8; SUM] {
    let mut sum = Crc::new();
    sum.update(block);
    sum.sum().to_le_bytes()
}

/// An answer that is being written. If it is dropped before it is finished, nothing of it is left.
#[derive(Debug)]
pub struct AnswerWriter {
    folder: PathBuf,
    key: Key,
    /// `None` if the answer became too long or could not be written.
    file: Option<FreshFile>,
    /// The check sums of the complete blocks.
    sums: Vec<u8>,
    /// The check sum of the last block.
    last: Crc,
    bytes: u64,
}

impl AnswerWriter {
    /// Begins an answer next to the cache in `folder`. Only those who may read `original` may read it. `None` if nothing can be stored.
    pub fn begin(folder: &Path, key: Key, original: &Path) -> Option<Self> {
        let folder = folder.join(FOLDER);
        fs::create_dir_all(&folder).ok()?;
        let file = Some(FreshFile::over(&path_of(&folder, &key), Some(original)).ok()?);
        Some(Self { folder, key, file, sums: Vec::new(), last: Crc::new(), bytes: 0 })
    }

    /// Appends text.
    pub fn add(&mut self, text: &[u8]) {
        self.bytes = self.bytes.saturating_add(text.len() as u64);
        if self.bytes > TEXT_BYTES_MAX {
            self.file = None;
        }
        let Some(file) = &mut self.file else { return };
        if file.put(text).is_err() {
            self.file = None;
            return;
        }
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, more) = rest.split_at(rest.len().min(BLOCK - self.last.amount() as usize));
            self.last.update(piece);
            if self.last.amount() as usize == BLOCK {
                self.end_block();
            }
            rest = more;
        }
    }

    fn end_block(&mut self) {
        self.sums.extend(self.last.sum().to_le_bytes());
        self.last.reset();
    }

    /// Completes the answer and stores it, then deletes answers above the limits.
    pub(crate) fn finish(mut self, code: u8) {
        if self.last.amount() > 0 {
            self.end_block();
        }
        let mut end = self.sums;
        end.extend(self.key);
        end.push(code);
        end.extend(self.bytes.to_le_bytes());
        let digest = Sha256::digest(&end);
        end.extend(digest);
        let Some(mut file) = self.file else { return };
        if file.put(&end).is_ok() && file.persist_loosely().is_ok() {
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

    /// The code and the text of an answer.
    fn loaded(folder: &Path, key: &Key) -> Option<(u8, Vec<u8>)> {
        load(folder, key).map(|answer| (answer.code, answer.text().unwrap()))
    }

    fn names(folder: &Path) -> usize {
        fs::read_dir(folder.join(FOLDER)).map_or(0, Iterator::count)
    }

    #[test]
    fn an_answer_is_found_under_its_own_key_with_its_code() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(loaded(folder.path(), &KEY), None);
        store(folder.path(), KEY, b"said", 10);
        assert_eq!(loaded(folder.path(), &KEY), Some((10, b"said".to_vec())));
        assert_eq!(loaded(folder.path(), &[8; DIGEST]), None);
        for text in [b"".as_slice(), b"abc", b"abcdef", b"abcdefg"] {
            store(folder.path(), KEY, text, 0);
            assert_eq!(loaded(folder.path(), &KEY), Some((0, text.to_vec())));
        }
        let mut writer = AnswerWriter::begin(folder.path(), KEY, Path::new("bill.json")).unwrap();
        for piece in [b"a".as_slice(), b"bcde", b"", b"fghijkl", b"m"] {
            writer.add(piece);
        }
        writer.finish(3);
        assert_eq!(loaded(folder.path(), &KEY), Some((3, b"abcdefghijklm".to_vec())));
        store(folder.path(), KEY, b"", 0);
        assert_eq!(loaded(folder.path(), &KEY), Some((0, Vec::new())));
        assert_eq!(names(folder.path()), 1);
    }

    #[test]
    fn an_answer_with_one_bit_changed_cut_short_or_under_another_name_is_none() {
        let folder = tempfile::tempdir().unwrap();
        store(folder.path(), KEY, b"said in several blocks", 10);
        let path = path_of(&folder.path().join(FOLDER), &KEY);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(&path, &damaged).unwrap();
            assert_eq!(loaded(folder.path(), &KEY), None, "byte {at}");
            fs::write(&path, &whole[..at]).unwrap();
            assert_eq!(loaded(folder.path(), &KEY), None, "{at} bytes");
        }
        fs::write(&path, [whole.as_slice(), b"x"].concat()).unwrap();
        assert_eq!(loaded(folder.path(), &KEY), None);
        fs::write(path_of(&folder.path().join(FOLDER), &[8; DIGEST]), &whole).unwrap();
        assert_eq!(loaded(folder.path(), &[8; DIGEST]), None);
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
        assert_eq!((names(folder.path()), loaded(folder.path(), &KEY)), (0, None));
        let taken = tempfile::tempdir().unwrap();
        fs::write(taken.path().join(FOLDER), "a file of somebody else").unwrap();
        assert!(AnswerWriter::begin(taken.path(), KEY, Path::new("bill.json")).is_none());
        assert_eq!(loaded(taken.path(), &KEY), None);
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
            || (0_u8..5).filter(|key| loaded(folder.path(), &[*key; DIGEST]).is_some()).collect::<Vec<_>>();
        delete_surplus(&own, 4, BYTES_MAX);
        assert_eq!(there(), [1, 2, 3, 4]);
        delete_surplus(&own, 4, 2 * 400);
        assert_eq!(there(), [3, 4]);
        assert!(own.join("notes.answer").exists() && !left.exists());
    }
}
