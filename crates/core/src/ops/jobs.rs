//! Long work beside the window: named threads with progress, a cancel flag, and a result that is waited for by nobody.
//!
//! Belongs here: running one piece of work. Does not belong here: what the work is. A job gets plain data and opens the
//! product file for itself, for reading only; nothing is shared with the window but the progress. The one job that writes,
//! an import, has the writer lent to it (`lend`).

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::refused::Refused;

/// How far a piece of work is: told by the work, read by whoever watches it. Cheap to clone.
#[derive(Clone)]
pub struct Progress {
    inner: Arc<Inner>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

struct Inner {
    name: &'static str,
    thousandths: AtomicU32,
    words: Mutex<String>,
    cancelled: AtomicBool,
    /// Whether somebody wants to write.
    yield_asked: AtomicBool,
    ended: AtomicBool,
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Progress")
            .field("name", &self.name())
            .field("share", &self.share())
            .finish_non_exhaustive()
    }
}

impl Progress {
    /// Of work that has not begun. `wake` is called when there is something new to show.
    pub fn new(name: &'static str, wake: impl Fn() + Send + Sync + 'static) -> Self {
        let inner = Inner {
            name,
            thousandths: AtomicU32::new(0),
            words: Mutex::new(name.to_owned()),
            cancelled: AtomicBool::new(false),
            yield_asked: AtomicBool::new(false),
            ended: AtomicBool::new(false),
        };
        Self { inner: Arc::new(inner), wake: Arc::new(wake) }
    }

    /// Says which share is done, 0 to 1. Answers whether to go on.
    pub fn at(&self, share: f32) -> bool {
        let thousandths = (share.clamp(0.0, 1.0) * 1000.0) as u32;
        if self.inner.thousandths.swap(thousandths, Ordering::Relaxed) / 20 != thousandths / 20 {
            (self.wake)();
        }
        !self.is_cancelled()
    }

    /// Says what is being done, in a few words.
    pub fn say(&self, words: impl Into<String>) {
        *self.inner.words.lock().unwrap_or_else(PoisonError::into_inner) = words.into();
        (self.wake)();
    }

    /// Begins a step of the work: what is being done, and which share of all lies behind it.
    ///
    /// # Errors
    /// When the work was asked to stop.
    pub fn step(&self, words: &str, share: f32) -> Result<(), Refused> {
        self.say(words);
        if self.at(share) { Ok(()) } else { Err(Refused::cancelled()) }
    }

    /// What the work is called.
    pub fn name(&self) -> &'static str {
        self.inner.name
    }

    /// Which share is done, 0 to 1.
    pub fn share(&self) -> f32 {
        self.inner.thousandths.load(Ordering::Relaxed) as f32 / 1000.0
    }

    /// What is being done.
    pub fn words(&self) -> String {
        self.inner.words.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is being done and how much of it, in one line for people.
    pub fn line(&self) -> String {
        let words = self.words();
        if self.is_cancelled() {
            format!("{words}, being cancelled")
        } else {
            format!("{words}, {:.0} %", self.share() * 100.0)
        }
    }

    /// Asks the work to stop. It ends with a refusal that says so.
    pub fn cancel(&self) {
        self.inner.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether the work was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.inner.cancelled.load(Ordering::Relaxed)
    }

    /// Asks work that reads the file in one long look to let a writer through. It begins anew after that.
    pub fn ask_to_yield(&self) {
        self.inner.yield_asked.store(true, Ordering::Relaxed);
    }

    /// Whether somebody wants to write.
    pub fn is_asked_to_yield(&self) -> bool {
        self.inner.yield_asked.load(Ordering::Relaxed)
    }

    /// Notes that the writer was let through; answers whether there was one.
    pub fn take_yield_request(&self) -> bool {
        self.inner.yield_asked.swap(false, Ordering::Relaxed)
    }

    /// Whether the work has ended, however it did.
    pub fn has_ended(&self) -> bool {
        self.inner.ended.load(Ordering::Acquire)
    }
}

/// Notes at the end of a thread, also at one by a fault, that the work has ended, and wakes the window.
struct End(Progress);

impl Drop for End {
    fn drop(&mut self) {
        self.0.inner.ended.store(true, Ordering::Release);
        (self.0.wake)();
    }
}

/// The thread. `send` is dropped before `end`: when the end is noted, the result is there or never comes.
fn run<T>(end: End, send: Sender<Result<T, Refused>>, work: impl FnOnce(&Progress) -> Result<T, Refused>) {
    // Nobody waits any more when the window has been closed.
    let _ = send.send(work(&end.0));
}

/// One piece of work under way, with its result when it has ended. Dropped before that, it is asked to stop.
pub struct Job<T> {
    progress: Progress,
    result: Receiver<Result<T, Refused>>,
}

impl<T> Drop for Job<T> {
    fn drop(&mut self) {
        self.progress.cancel();
    }
}

impl<T: Send + 'static> Job<T> {
    /// Starts `work` on a thread of its own. `wake` is called when there is something new to show.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        name: &'static str,
        wake: impl Fn() + Send + Sync + 'static,
        work: impl FnOnce(&Progress) -> Result<T, Refused> + Send + 'static,
    ) -> Result<Self, Refused> {
        Self::start_with(Progress::new(name, wake), work)
    }

    /// Starts `work` with a progress that somebody watches already.
    ///
    /// # Errors
    /// When the system gives no thread; then the work has ended without having begun.
    pub fn start_with(
        progress: Progress,
        work: impl FnOnce(&Progress) -> Result<T, Refused> + Send + 'static,
    ) -> Result<Self, Refused> {
        let (send, result) = channel();
        let end = End(progress.clone());
        std::thread::Builder::new()
            .name(progress.name().to_owned())
            .spawn(move || run(end, send, work))
            .map_err(|_| Refused::Rule("the system gives no thread for work in the background".to_owned()))?;
        Ok(Self { progress, result })
    }

    /// The result, once. `None` while the work goes on.
    pub fn poll(&self) -> Option<Result<T, Refused>> {
        self.poll_for(Duration::ZERO)
    }

    /// The same after waiting for it as long as this at most.
    pub fn poll_for(&self, patience: Duration) -> Option<Result<T, Refused>> {
        match self.result.recv_timeout(patience) {
            Ok(outcome) => Some(outcome),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                let name = self.progress.name();
                Some(Err(Refused::Rule(format!("“{name}” ended without a result; try it again"))))
            }
        }
    }

    /// How far it is.
    pub const fn progress(&self) -> &Progress {
        &self.progress
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait<T: Send + 'static>(job: &Job<T>) -> Result<T, Refused> {
        loop {
            if let Some(outcome) = job.poll() {
                return outcome;
            }
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_job_tells_its_progress_and_its_result() {
        let job = Job::start(
            "Count",
            || {},
            |progress| {
                progress.say("Counting");
                assert!(progress.at(0.5));
                Ok(42)
            },
        )
        .unwrap();
        assert_eq!(wait(&job).unwrap(), 42);
        assert_eq!(job.progress().words(), "Counting");
        assert!((job.progress().share() - 0.5).abs() < 0.01);
    }

    #[test]
    fn a_cancelled_job_is_told_so() {
        let job = Job::start(
            "Endless",
            || {},
            |progress| {
                while progress.at(0.1) {
                    std::thread::yield_now();
                }
                Err::<(), _>(Refused::Rule("cancelled".to_owned()))
            },
        )
        .unwrap();
        job.progress().cancel();
        assert!(wait(&job).is_err() && job.progress().is_cancelled());
    }

    #[test]
    fn a_job_that_nobody_waits_for_any_more_is_asked_to_stop() {
        let job = Job::<()>::start(
            "Endless",
            || {},
            |progress| loop {
                progress.step("On and on", 0.1)?;
                std::thread::yield_now();
            },
        )
        .unwrap();
        let progress = job.progress().clone();
        drop(job);
        while !progress.has_ended() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_job_that_panics_ends_with_a_refusal() {
        let job = Job::<()>::start("Broken", || {}, |_| panic!("a fault")).unwrap();
        assert!(wait(&job).is_err());
        while !job.progress().has_ended() {
            std::thread::yield_now();
        }
    }
}
