//! Long work beside the window: named threads with progress, a cancel flag, and a result that is waited for by nobody.
//!
//! Belongs here: running one piece of work. Does not belong here: what the work is. A job gets plain data and opens the
//! product file for itself, for reading only; nothing is shared with the window but the progress.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::refused::Refused;

/// What the work tells while it runs. Cheap to clone.
#[derive(Clone)]
pub struct Progress {
    inner: Arc<Inner>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

struct Inner {
    thousandths: AtomicU32,
    words: Mutex<String>,
    cancelled: AtomicBool,
}

impl Progress {
    /// Says which share is done, 0 to 1. Answers whether to go on.
    pub fn at(&self, share: f32) -> bool {
        let thousandths = (share.clamp(0.0, 1.0) * 1000.0) as u32;
        if self.inner.thousandths.swap(thousandths, Ordering::Relaxed) / 20 != thousandths / 20 {
            (self.wake)();
        }
        !self.inner.cancelled.load(Ordering::Relaxed)
    }

    /// Says what is being done, in a few words.
    pub fn say(&self, words: impl Into<String>) {
        *self.inner.words.lock().unwrap_or_else(PoisonError::into_inner) = words.into();
        (self.wake)();
    }
}

/// One piece of work under way, with its result when it has ended.
pub struct Job<T> {
    name: &'static str,
    progress: Progress,
    result: Receiver<Result<T, Refused>>,
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
        let progress = Progress {
            inner: Arc::new(Inner {
                thousandths: AtomicU32::new(0),
                words: Mutex::new(name.to_owned()),
                cancelled: AtomicBool::new(false),
            }),
            wake: Arc::new(wake),
        };
        let (send, result) = channel();
        let told = progress.clone();
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                let outcome = work(&told);
                // Nobody waits any more when the window has been closed.
                let _ = send.send(outcome);
                (told.wake)();
            })
            .map_err(|_| Refused::Rule("the system gives no thread for work in the background".to_owned()))?;
        Ok(Self { name, progress, result })
    }

    /// The result, once. `None` while the work goes on.
    pub fn poll(&self) -> Option<Result<T, Refused>> {
        match self.result.try_recv() {
            Ok(outcome) => Some(outcome),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                Some(Err(Refused::Rule(format!("“{}” ended without a result; try it again", self.name))))
            }
        }
    }

    /// What it is called.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Which share is done, 0 to 1.
    pub fn share(&self) -> f32 {
        self.progress.inner.thousandths.load(Ordering::Relaxed) as f32 / 1000.0
    }

    /// What is being done.
    pub fn words(&self) -> String {
        self.progress.inner.words.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks it to stop. It ends with a refusal that says so.
    pub fn cancel(&self) {
        self.progress.inner.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.progress.inner.cancelled.load(Ordering::Relaxed)
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
        assert_eq!(job.words(), "Counting");
        assert!((job.share() - 0.5).abs() < 0.01);
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
        job.cancel();
        assert!(wait(&job).is_err() && job.is_cancelled());
    }

    #[test]
    fn a_job_that_panics_ends_with_a_refusal() {
        let job = Job::<()>::start("Broken", || {}, |_| panic!("a fault")).unwrap();
        assert!(wait(&job).is_err());
    }
}
