//! One update under way: fetching with patience, importing what came, and keeping how far it is.
//!
//! Belongs here: what every source needs. Does not belong here: the order and the addresses of one source.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::settings::UpdateSettings;
use super::state::{State, Version};
use super::{OnUpdate, Pace, UpdateProgress, UpdateSource, UpdatedSource};
use crate::cache::{Cache, SourceFile};
use crate::refused::Refused;
use crate::work::advisories::{ImportOutcome, ImportedFile, import_advisories};
use mainstay_base::clock::Stamp;
use mainstay_base::fresh_file::FreshFile;
use mainstay_base::network::{self, Answer, Get, NoAnswer};
use mainstay_base::note::Gravity;

/// Folder next to the cache for what came and is not imported yet.
const STAGING: &str = "incoming";
/// How often a waiting update looks whether it was cancelled.
const LOOK: Duration = Duration::from_millis(50);
const NO_ACCESS: &str = "access was refused; check the address and the key";
/// Remarks that are kept of one source.
const REMARKS_MAX: usize = 200;

/// Why a source was not updated to its end.
#[derive(Debug)]
pub(super) enum Stopped {
    /// The person cancelled it.
    Cancelled,
    /// This source failed; the others continue.
    Failed(String),
    /// The cache itself cannot be used.
    Refused(Refused),
}

impl Stopped {
    /// The same about one of several things, whose name is put before a failure.
    pub(super) fn of(self, name: &str) -> Self {
        match self {
            Self::Failed(why) => Self::Failed(format!("{name}: {why}")),
            Self::Cancelled | Self::Refused(_) => self,
        }
    }
}

/// Updates several things. One that fails does not prevent the others; the failure names them all.
pub(super) fn each<T>(
    all: impl IntoIterator<Item = T>,
    mut update: impl FnMut(T) -> Result<bool, Stopped>,
) -> Result<bool, Stopped> {
    let (mut changed, mut failed) = (false, Vec::new());
    for one in all {
        match update(one) {
            Ok(new) => changed |= new,
            Err(Stopped::Failed(why)) => failed.push(why),
            Err(stopped) => return Err(stopped),
        }
    }
    if failed.is_empty() { Ok(changed) } else { Err(Stopped::Failed(failed.join("; "))) }
}

impl From<Refused> for Stopped {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<mainstay_base::store_error::StoreError> for Stopped {
    fn from(error: mainstay_base::store_error::StoreError) -> Self {
        Self::Refused(error.into())
    }
}

/// What is fetched.
pub(super) struct Wanted {
    pub address: String,
    /// The name under which it is imported.
    pub name: String,
    pub limit: u64,
    /// Headers; they may be secret.
    pub headers: Vec<(&'static str, String)>,
    /// Whether the version that is known need not be sent again.
    pub unless_known: bool,
    /// What is being fetched, for people.
    pub doing: String,
}

/// What came.
pub(super) enum Came {
    /// A file in the staging folder.
    File(PathBuf, Answer),
    /// The known version is the newest.
    Unchanged,
    /// The server has nothing at the address; in words.
    Absent(String),
}

/// An update under way.
pub(super) struct Line<'a> {
    pub settings: &'a UpdateSettings,
    pub folder: &'a Path,
    pub pace: &'a Pace,
    pub stamp: &'a Stamp,
    pub state: State,
    /// The source being updated, and what came of it so far.
    pub now: UpdatedSource,
    on: &'a OnUpdate<'a>,
    cancelled: AtomicBool,
}

impl<'a> Line<'a> {
    pub(super) fn new(
        settings: &'a UpdateSettings,
        folder: &'a Path,
        pace: &'a Pace,
        on: &'a OnUpdate<'a>,
        stamp: &'a Stamp,
    ) -> Result<Self, Refused> {
        let staging = folder.join(STAGING);
        // Only this program uses the folder. What a killed update left is not complete.
        if staging.symlink_metadata().is_ok() {
            std::fs::remove_dir_all(&staging).map_err(unwritable(&staging))?;
        }
        std::fs::create_dir_all(&staging).map_err(unwritable(&staging))?;
        Ok(Self {
            settings,
            folder,
            pace,
            stamp,
            state: State::load(folder),
            now: UpdatedSource::of(UpdateSource::Nvd),
            on,
            cancelled: AtomicBool::new(false),
        })
    }

    /// Removes the staging folder.
    pub(super) fn close(&self) {
        // It is removed at the next update otherwise.
        let _ = std::fs::remove_dir_all(self.folder.join(STAGING));
    }

    pub(super) fn remark(&mut self, words: impl Into<String>) {
        if self.now.remarks.len() < REMARKS_MAX {
            self.now.remarks.push(words.into());
        } else {
            self.now.more_remarks += 1;
        }
    }

    /// Tells the progress; an error if it was cancelled.
    pub(super) fn tell(&self, doing: &str, share: Option<f32>) -> Result<(), Stopped> {
        let go_on = (self.on)(UpdateProgress { source: self.now.source, doing, share });
        if !go_on {
            self.cancelled.store(true, Ordering::Relaxed);
        }
        if self.is_cancelled() { Err(Stopped::Cancelled) } else { Ok(()) }
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Waits, unless it is cancelled.
    pub(super) fn wait(&self, how_long: Duration, doing: &str) -> Result<(), Stopped> {
        let mut left = how_long;
        while !left.is_zero() {
            self.tell(doing, None)?;
            let slice = left.min(LOOK);
            std::thread::sleep(slice);
            left = left.saturating_sub(slice);
        }
        self.tell(doing, None)
    }

    /// Fetches a file into the staging folder, which has to be there.
    pub(super) fn fetch(&mut self, wanted: &Wanted) -> Result<Came, Stopped> {
        match self.fetch_if_there(wanted)? {
            Came::Absent(why) => Err(Stopped::Failed(why)),
            came @ (Came::File(..) | Came::Unchanged) => Ok(came),
        }
    }

    /// Fetches a file into the staging folder. What may pass is tried again a few times, after the wait that the server asks for.
    pub(super) fn fetch_if_there(&mut self, wanted: &Wanted) -> Result<Came, Stopped> {
        let known = self.known(wanted);
        let request = Get {
            address: wanted.address.clone(),
            headers: wanted.headers.clone(),
            known_tag: known.as_ref().and_then(|version| version.tag.clone()),
            known_date: known.and_then(|version| version.date),
            proxy: (!self.settings.proxy.is_empty()).then(|| self.settings.proxy.text().to_owned()),
            limit: wanted.limit,
            patience: self.pace.patience,
            longest: self.pace.longest,
        };
        let mut pause = self.pace.first_wait;
        for attempt in 1.. {
            let (why, asked) = match self.attempt(&request, wanted)? {
                Attempt::Came(came) => return Ok(came),
                Attempt::Passing(why, asked) => (why, asked),
            };
            let wait = asked.unwrap_or(pause);
            if wait > self.pace.longest_wait {
                let words = format!("{why} and asks to wait {} seconds; update again later", wait.as_secs());
                return Err(Stopped::Failed(words));
            }
            if attempt >= self.pace.attempts {
                return Err(Stopped::Failed(format!(
                    "{why}; {attempt} attempts were made; update again later"
                )));
            }
            self.wait(wait, &format!("{}: {why}; waiting for another attempt", wanted.doing))?;
            pause = pause.saturating_mul(3).min(self.pace.longest_wait);
        }
        Err(Stopped::Failed("no attempt was made".to_owned()))
    }

    fn attempt(&mut self, request: &Get, wanted: &Wanted) -> Result<Attempt, Stopped> {
        let target = self.folder.join(STAGING).join(&wanted.name);
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder).map_err(unwritable(folder))?;
        }
        let mut file = FreshFile::over(&target, None)?;
        let answer = network::get(request, &mut file, &|bytes, of| {
            let share = of.filter(|of| *of > 0).map(|of| bytes as f32 / of as f32);
            self.tell(&wanted.doing, share).is_ok()
        });
        let answer = match answer {
            Ok(answer) => answer,
            Err(NoAnswer::Cancelled) => return Err(Stopped::Cancelled),
            Err(NoAnswer::Passing(why)) => return Ok(Attempt::Passing(why, None)),
            Err(NoAnswer::Lasting(why)) => return Err(Stopped::Failed(why)),
        };
        match answer.status {
            200 => {
                self.now.bytes += answer.bytes;
                file.persist_loosely()?;
                Ok(Attempt::Came(Came::File(target, answer)))
            }
            304 => Ok(Attempt::Came(Came::Unchanged)),
            408 | 429 | 500 | 502 | 503 | 504 => Ok(Attempt::Passing(
                format!("the server answered with status {}", answer.status),
                answer.retry_after,
            )),
            401 => Err(Stopped::Failed(format!("the server answered with status 401: {NO_ACCESS}"))),
            // NVD also answers so to requests that come too fast.
            403 => {
                let words = format!("the server answered with status 403: {NO_ACCESS}");
                Ok(Attempt::Passing(words, answer.retry_after))
            }
            404 | 410 => Ok(Attempt::Came(Came::Absent(format!(
                "the server answered with status {}: there is nothing at {}; check the address and the key",
                answer.status, wanted.address
            )))),
            other => Err(Stopped::Failed(format!("the server answered with status {other}"))),
        }
    }

    /// The version that was imported from an address, if the cache still has it.
    fn known(&self, wanted: &Wanted) -> Option<Version> {
        let version = self.state.versions.get(&wanted.address).filter(|_| wanted.unless_known)?;
        self.has(&version.sha256).then(|| version.clone())
    }

    /// Whether the cache has a file with this digest.
    pub(super) fn has(&self, sha256: &str) -> bool {
        let cache = Cache::open_to_read(self.folder);
        cache.is_ok_and(|cache| cache.is_some_and(|cache| matches!(cache.file_with(sha256), Ok(Some(_)))))
    }

    /// Imports what came, each file in one transaction, and removes it from the staging folder.
    pub(super) fn import(&mut self, paths: &[PathBuf], doing: &str) -> Result<Vec<ImportedFile>, Stopped> {
        let (on, source, cancelled) = (self.on, self.now.source, &self.cancelled);
        let outcome = import_advisories(
            paths,
            self.folder,
            &|progress| {
                let words = format!("{doing}: importing, {} records", progress.records);
                let go_on = on(UpdateProgress { source, doing: &words, share: None });
                cancelled.fetch_or(!go_on, Ordering::Relaxed);
                go_on
            },
            self.stamp,
        );
        for path in paths {
            // What stays is removed with its folder at the end.
            let _ = std::fs::remove_file(path);
        }
        let imported = match outcome {
            Ok(imported) => imported,
            Err(_) if self.is_cancelled() => return Err(Stopped::Cancelled),
            Err(refused) => return Err(refused.into()),
        };
        for file in &imported {
            self.count(file);
        }
        Ok(imported)
    }

    fn count(&mut self, file: &ImportedFile) {
        match &file.outcome {
            ImportOutcome::Taken => {
                self.now.files += 1;
                self.now.records += file.records;
                self.now.new += file.new;
                self.now.replaced += file.replaced;
                self.now.refused += file.refused;
            }
            ImportOutcome::Known | ImportOutcome::Refused { .. } => {}
        }
        let name = file.path.file_name().unwrap_or_default().to_string_lossy();
        let refused = file.notes.notes.iter().filter(|note| note.gravity == Gravity::Refused);
        let words: Vec<String> =
            refused.map(|note| format!("{name}: {}: {}", note.place, note.text)).collect();
        words.into_iter().for_each(|words| self.remark(words));
    }

    /// Fetches one file and imports it. Returns whether anything new came.
    pub(super) fn update_file(&mut self, wanted: &Wanted) -> Result<bool, Stopped> {
        let (path, answer) = match self.fetch(wanted)? {
            Came::File(path, answer) => (path, answer),
            Came::Absent(why) => return Err(Stopped::Failed(why)),
            Came::Unchanged => {
                let known = self.state.versions.get(&wanted.address).cloned().unwrap_or_default();
                self.confirm(&|file| file.sha256 == known.sha256)?;
                return Ok(false);
            }
        };
        let imported = self.import(&[path], &wanted.doing)?;
        let Some(file) = imported.first() else { return Ok(false) };
        if let ImportOutcome::Refused { place, reason } = &file.outcome {
            let words =
                format!("what came was not imported: {place}: {reason}; the former data is unchanged");
            return Err(Stopped::Failed(words));
        }
        let version = Version { tag: answer.tag, date: answer.date, sha256: file.sha256.clone() };
        self.state.versions.insert(wanted.address.clone(), version);
        self.state.save(self.folder)?;
        self.confirm(&|known| known.sha256 == file.sha256)?;
        Ok(file.outcome == ImportOutcome::Taken)
    }

    /// Notes that nothing newer replaces these files.
    pub(super) fn confirm(&self, which: &dyn Fn(&SourceFile) -> bool) -> Result<(), Stopped> {
        Ok(Cache::open(self.folder)?.confirm(self.stamp.now, which)?)
    }
}

/// The outcome of one attempt.
enum Attempt {
    Came(Came),
    /// Another attempt may succeed, after the wait that the server asks for.
    Passing(String, Option<Duration>),
}

pub(super) fn unwritable(path: &Path) -> impl FnOnce(std::io::Error) -> Refused + use<> {
    let words = format!("{} could not be written", path.display());
    move |error| mainstay_base::store_error::StoreError::io(words)(error).into()
}
