//! What the dashboard shows, made beside the window: the attention list and the trends.
//!
//! Belongs here: when they are made, and which of them is shown meanwhile. Does not belong here: what stands in them.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::time::{Day, Moment};
use crate::ops::jobs::Job;
use crate::ops::{Attention, Head, ProductFile, Refused, Trends};

/// The attention list and the trends of one state of the file.
#[derive(Clone)]
pub struct Shown {
    /// What is overdue, unapproved and coming.
    pub attention: Rc<Attention>,
    /// Where things are heading.
    pub trends: Rc<Trends>,
}

/// What a job brings: the event up to which it looked, and what it found.
type Made = (u64, Attention, Trends);

/// How a job is run for it.
struct Beside {
    wake: Arc<dyn Fn() + Send + Sync>,
    /// How long the frame that starts a job waits for it: small files are done by then.
    patience: Duration,
}

/// The attention list and the trends, and the job that makes them anew.
#[derive(Default)]
pub struct Overview {
    shown: Option<Shown>,
    /// Of which head and day it is shown.
    of: Option<(Head, Day)>,
    job: Option<Job<Made>>,
    beside: Option<Beside>,
}

impl Overview {
    /// One that is made by jobs. Without it, it is made where it is asked for.
    pub fn beside(wake: impl Fn() + Send + Sync + 'static, patience: Duration) -> Self {
        Self { beside: Some(Beside { wake: Arc::new(wake), patience }), ..Self::default() }
    }

    /// What there is to show: that of the file as it is, or the former one until the new one is there. `None`: the first one
    /// is still being made.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn of(&mut self, file: &ProductFile, now: Moment) -> Result<Option<Shown>, Refused> {
        let of = (file.head().clone(), now.day());
        if self.of.as_ref() == Some(&of) {
            return Ok(self.shown.clone());
        }
        let Some(beside) = &self.beside else { return self.here(file, now) };
        let patience = if self.job.is_none() { beside.patience } else { Duration::ZERO };
        if self.job.is_none() {
            let (path, wake) = (file.path().to_owned(), Arc::clone(&beside.wake));
            let look = move |_: &crate::ops::jobs::Progress| {
                let file = ProductFile::open_for_job(&path)?;
                Ok((file.head().seq, file.attention(now)?, file.trends(now)?))
            };
            self.job = Job::start("Looking for what is due", move || wake(), look).ok();
        }
        match self.job.as_ref().map(|job| job.poll_for(patience)) {
            Some(None) => Ok(self.shown.clone()),
            Some(Some(Ok((seq, attention, trends)))) => {
                self.job = None;
                self.shown = Some(Shown { attention: Rc::new(attention), trends: Rc::new(trends) });
                // One that looked at an earlier event is shown, and made again in the next frame.
                if seq >= of.0.seq {
                    self.of = Some(of);
                } else if let Some(beside) = &self.beside {
                    (beside.wake)();
                }
                Ok(self.shown.clone())
            }
            // No thread, or no second connection: then here.
            Some(Some(Err(_))) | None => self.here(file, now),
        }
    }

    fn here(&mut self, file: &ProductFile, now: Moment) -> Result<Option<Shown>, Refused> {
        self.job = None;
        let (attention, trends) = (file.attention(now)?, file.trends(now)?);
        self.shown = Some(Shown { attention: Rc::new(attention), trends: Rc::new(trends) });
        self.of = Some((file.head().clone(), now.day()));
        Ok(self.shown.clone())
    }
}
