//! The attention list and the trends of the dashboard, computed in the background.
//!
//! Belongs here: when they are computed, and which of them is shown meanwhile. Does not belong here: their content.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::time::{Day, Moment};
use crate::ops::jobs::Job;
use crate::ops::{Attention, Head, ProductFile, Refused, Trends};
use crate::ui::cx::Cx;

/// The attention list and the trends of one state of the file.
#[derive(Clone)]
pub struct Shown {
    /// What is overdue, unapproved and coming.
    pub attention: Rc<Attention>,
    /// The trends.
    pub trends: Rc<Trends>,
}

/// The result of a job: the last event it read, the attention list and the trends.
type Computed = (u64, Attention, Trends);

/// How its jobs run.
struct Background {
    wake: Arc<dyn Fn() + Send + Sync>,
    /// How long the frame that starts a job waits for it. Small files are ready by then.
    patience: Duration,
}

/// The attention list and the trends, and the job that computes them.
#[derive(Default)]
pub struct Overview {
    shown: Option<Shown>,
    /// The head and day that `shown` belongs to.
    of: Option<(Head, Day)>,
    job: Option<Job<Computed>>,
    background: Option<Background>,
}

impl Cx<'_> {
    /// What is overdue, unapproved and upcoming; `None` until it is first computed.
    pub fn attention(&mut self) -> Result<Option<Rc<Attention>>, Refused> {
        Ok(self.overview()?.map(|shown| shown.attention))
    }

    /// The same together with the trends.
    pub fn overview(&mut self) -> Result<Option<Shown>, Refused> {
        self.cache.overview.of(self.file, self.stamp.now)
    }
}

impl Overview {
    /// An overview that is computed by background jobs. The default one is computed where it is requested.
    pub fn in_background(wake: impl Fn() + Send + Sync + 'static, patience: Duration) -> Self {
        let background = Some(Background { wake: Arc::new(wake), patience });
        Self { background, ..Self::default() }
    }

    /// The overview of the file as it is, or the previous one until the new one is ready. `None`: the first one is still
    /// being computed.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn of(&mut self, file: &ProductFile, now: Moment) -> Result<Option<Shown>, Refused> {
        let of = (file.head().clone(), now.day());
        if self.of.as_ref() == Some(&of) {
            return Ok(self.shown.clone());
        }
        let Some(background) = &self.background else { return self.compute_now(file, now) };
        let patience = if self.job.is_none() { background.patience } else { Duration::ZERO };
        if self.job.is_none() {
            let (path, wake) = (file.path().to_owned(), Arc::clone(&background.wake));
            let look = move |_: &crate::ops::jobs::Progress| {
                let file = ProductFile::open_for_job(&path)?;
                Ok((file.head().seq, file.attention(now)?, file.trends(now)?))
            };
            self.job = Job::start("Checking due dates", move || wake(), look).ok();
        }
        match self.job.as_ref().map(|job| job.poll_for(patience)) {
            Some(None) => Ok(self.shown.clone()),
            Some(Some(Ok((seq, attention, trends)))) => {
                self.job = None;
                self.shown = Some(Shown { attention: Rc::new(attention), trends: Rc::new(trends) });
                // An overview of an earlier event is shown, and computed again in the next frame.
                if seq >= of.0.seq {
                    self.of = Some(of);
                } else if let Some(background) = &self.background {
                    (background.wake)();
                }
                Ok(self.shown.clone())
            }
            // Without a thread or a second connection it is computed here.
            Some(Some(Err(_))) | None => self.compute_now(file, now),
        }
    }

    fn compute_now(&mut self, file: &ProductFile, now: Moment) -> Result<Option<Shown>, Refused> {
        self.job = None;
        let (attention, trends) = (file.attention(now)?, file.trends(now)?);
        self.shown = Some(Shown { attention: Rc::new(attention), trends: Rc::new(trends) });
        self.of = Some((file.head().clone(), now.day()));
        Ok(self.shown.clone())
    }
}
