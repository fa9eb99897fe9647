//! What asks for a SOUP review, looked up in the background: events that the file shows, and what the advisory data of this workstation
//! says that the last review did not know.
//!
//! Belongs here: when they are looked up. Does not belong here: the rules of events, and how they are drawn.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::Context;

use crate::domain::soup_review::events::ReviewEvent;
use crate::ops::Refused;
use crate::review::{LastLook, News, ReviewSearch, news};
use crate::ui::cx::Cx;
use crate::ui::looking::Looking;

/// What asks for a review.
pub struct Asked {
    /// The events that the file shows.
    pub of_file: Vec<ReviewEvent>,
    /// What the advisory data shows.
    pub news: Result<News, Refused>,
}

/// What asks for a review, as it was looked up last.
#[derive(Default)]
pub struct Asking {
    /// The folder of the advisory data.
    folder: Option<PathBuf>,
    last: Arc<LastLook>,
    looking: Looking<Arc<Asked>>,
    /// The pass of the window in which it was shown last.
    shown: u64,
}

impl Cx<'_> {
    /// What asks for a SOUP review now; `None` before the first answer.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn asking(&mut self, ctx: &Context) -> Option<Result<Arc<Asked>, String>> {
        let mut asking = std::mem::take(&mut self.cache.asking);
        let asked = asking.keep_up(ctx, self);
        self.cache.asking = asking;
        asked
    }
}

impl Asking {
    /// Nothing is looked up yet. `folder` is that of the advisory data, if the system has one.
    pub fn of(folder: Option<PathBuf>) -> Self {
        Self { folder, ..Self::default() }
    }

    /// What is known; looked up again after each event, on another day, and when a screen that shows it is entered again. `None` before
    /// the first answer.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn keep_up(&mut self, ctx: &Context, cx: &Cx<'_>) -> Option<Result<Arc<Asked>, String>> {
        let pass = ctx.cumulative_pass_nr();
        if std::mem::replace(&mut self.shown, pass) + 1 < pass {
            self.looking.again();
        }
        let (folder, last) = (self.folder.clone(), Arc::clone(&self.last));
        self.looking.keep_up_while(ctx, cx, move |file, now, go_on| {
            let of_file = file.review_events(now)?;
            let news = folder.map_or(Ok(News::NoData), |folder| {
                news(file, &ReviewSearch::of(&folder), now, (&last, go_on))
            });
            Ok(Arc::new(Asked { of_file, news }))
        });
        let shown = self.looking.shown()?;
        Some(shown.as_ref().map(Arc::clone).map_err(ToString::to_string))
    }
}
