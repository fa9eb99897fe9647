//! Background jobs: named threads with progress, cancellation, and a result that nobody has to wait for.
//!
//! Belongs here: running one job. Does not belong here: its work. A job gets plain data and opens the product file itself,
//! for reading only; it shares nothing with the window but the progress. The one job that writes, an import, gets the
//! writer handed over (`writer`).

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::refused::Refused;

/// The progress of a job: the job sets it, the window reads it. Cheap to clone.
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
    /// Whether a writer is waiting.
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
    /// The progress of a job that has not started. `wake` is called when there is something new to show.
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

    /// Sets the finished share, 0 to 1. Returns whether to go on.
    pub fn at(&self, share: f32) -> bool {
        let thousandths = (share.clamp(0.0, 1.0) * 1000.0) as u32;
        if self.inner.thousandths.swap(thousandths, Ordering::Relaxed) / 20 != thousandths / 20 {
            (self.wake)();
        }
        !self.is_cancelled()
    }

    /// Sets the present activity, in a few words.
    pub fn say(&self, words: impl Into<String>) {
        *self.inner.words.lock().unwrap_or_else(PoisonError::into_inner) = words.into();
        (self.wake)();
    }

    /// Begins a step of the job: the activity, and the share that is finished before it.
    ///
    /// # Errors When the job was cancelled.
    pub fn step(&self, words: &str, share: f32) -> Result<(), Refused> {
        self.say(words);
        if self.at(share) { Ok(()) } else { Err(Refused::cancelled()) }
    }

    /// The name of the job.
    pub fn name(&self) -> &'static str {
        self.inner.name
    }

    /// The finished share, 0 to 1.
    pub fn share(&self) -> f32 {
        self.inner.thousandths.load(Ordering::Relaxed) as f32 / 1000.0
    }

    /// The present activity.
    pub fn words(&self) -> String {
        self.inner.words.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Activity and share, in one line for people.
    pub fn line(&self) -> String {
        let words = self.words();
        if self.is_cancelled() {
            format!("{words}, being cancelled")
        } else {
            format!("{words}, {:.0} %", self.share() * 100.0)
        }
    }

    /// Asks the job to stop. It then ends with a refusal that says so.
    pub fn cancel(&self) {
        self.inner.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether the job was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.inner.cancelled.load(Ordering::Relaxed)
    }

    /// Asks a job that holds a snapshot of the file to yield to a writer. The job starts again afterwards.
    pub fn ask_to_yield(&self) {
        self.inner.yield_asked.store(true, Ordering::Relaxed);
    }

    /// Whether a writer is waiting.
    pub fn is_asked_to_yield(&self) -> bool {
        self.inner.yield_asked.load(Ordering::Relaxed)
    }

    /// Clears the request to yield; returns whether there was one.
    pub fn take_yield_request(&self) -> bool {
        self.inner.yield_asked.swap(false, Ordering::Relaxed)
    }

    /// Whether the job has ended, with whatever outcome.
    pub fn has_ended(&self) -> bool {
        self.inner.ended.load(Ordering::Acquire)
    }
}

/// Marks the job as ended when its thread ends, even by a panic, and wakes the window.
struct End(Progress);

impl Drop for End {
    fn drop(&mut self) {
        self.0.inner.ended.store(true, Ordering::Release);
        (self.0.wake)();
    }
}

/// The thread. `send` is dropped before `end`: once the job is marked as ended, its result is there or will never come.
fn run<T>(end: End, send: Sender<Result<T, Refused>>, work: impl FnOnce(&Progress) -> Result<T, Refused>) {
    // After the window was closed, nobody receives the result.
    let _ = send.send(work(&end.0));
}

/// A running job, with its result after the end. Dropping it asks the job to stop.
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
    /// Starts `work` on its own thread. `wake` is called when there is something new to show.
    ///
    /// # Errors
    /// When the system cannot start a thread.
    pub fn start(
        name: &'static str,
        wake: impl Fn() + Send + Sync + 'static,
        work: impl FnOnce(&Progress) -> Result<T, Refused> + Send + 'static,
    ) -> Result<Self, Refused> {
        Self::start_with(Progress::new(name, wake), work)
    }

    /// Starts `work` with a progress that is already shown.
    ///
    /// # Errors
    /// When the system cannot start a thread; then the job counts as ended.
    pub fn start_with(
        progress: Progress,
        work: impl FnOnce(&Progress) -> Result<T, Refused> + Send + 'static,
    ) -> Result<Self, Refused> {
        let (send, result) = channel();
        let end = End(progress.clone());
        std::thread::Builder::new()
            .name(progress.name().to_owned())
            .spawn(move || run(end, send, work))
            .map_err(|_| {
                Refused::Rule("the system could not start a thread for the background job".to_owned())
            })?;
        Ok(Self { progress, result })
    }

    /// The result, once. `None` while the job runs.
    pub fn poll(&self) -> Option<Result<T, Refused>> {
        self.poll_for(Duration::ZERO)
    }

    /// The same, after waiting at most this long.
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

    /// The progress of the job.
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
    fn a_job_reports_its_progress_and_its_result() {
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
    fn a_cancelled_job_notices_and_ends() {
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
    fn a_dropped_job_is_asked_to_stop() {
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
