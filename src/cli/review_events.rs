//! What asks for a SOUP review: events that the file shows, and what the advisory data of this workstation says that the last review
//! did not know. `mainstay review status FILE`, `mainstay status --advisories`, and the review that `review start --trigger` schedules.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::advisories::{interrupted, pretty};
use super::args::StartReviewArguments;
use super::failure::{FOUND, Failure};
use super::{CommandResult, open, values};
use crate::domain::choice::Choice as _;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::Fields;
use crate::domain::soup_review::ReviewTrigger;
use crate::domain::soup_review::events::{ReviewEvent, fields_of};
use crate::domain::text;
use crate::domain::time::Moment;
use crate::ops::{self, Act, ProductFile, Refused, Request, Session, Stamp};
use crate::review::{LastLook, News, ReviewSearch, news};

/// Most details of an event that are printed.
const DETAILS_MAX: usize = 20;

/// All that asks for a review now.
pub struct Asked {
    /// The events.
    pub events: Vec<ReviewEvent>,
    /// What was looked through for them in the advisory data, in a sentence.
    pub looked: String,
}

impl Asked {
    /// Looks through the file and the advisory data of a folder.
    pub fn of(file: &ProductFile, options: &ReviewSearch<'_>, now: Moment) -> Result<Self, Refused> {
        let interrupted = interrupted();
        let go_on = |_: f32| !interrupted.load(Ordering::Relaxed);
        let mut events = file.review_events(now)?;
        let news = news(file, options, now, (&LastLook::default(), &go_on))?;
        events.extend_from_slice(news.events());
        Ok(Self { events, looked: looked_words(&news, options.folder) })
    }

    /// The events as text, with their details.
    pub fn words(&self) -> String {
        let mut output = String::new();
        let _ = writeln!(output, "Events that ask for a review: {}", self.events.len());
        for event in &self.events {
            let _ = writeln!(output, "  {}: {}", event.trigger.word(), event.what);
            for detail in event.details.iter().take(DETAILS_MAX) {
                let _ = writeln!(output, "      {detail}");
            }
            if event.details.len() > DETAILS_MAX {
                let _ =
                    writeln!(output, "      and {} more; --json has them", event.details.len() - DETAILS_MAX);
            }
        }
        let _ = writeln!(output, "{}", self.looked);
        output
    }

    /// The events for other programs.
    pub fn json(&self) -> Value {
        let events = self.events.iter().map(|event| {
            json!({
                "trigger": event.trigger, "what": event.what, "reference": event.reference, "details": event.details,
                "record": event.about, "candidate": event.candidate,
            })
        });
        json!({"events": events.collect::<Vec<_>>(), "advisory_data": self.looked})
    }
}

fn looked_words(news: &News, folder: &Path) -> String {
    match news {
        News::NoData => format!(
            "There is no advisory data in {}, so that new advisories are not seen; import or update it with mainstay advisories",
            folder.display()
        ),
        News::NothingKnown => {
            "No version in service was searched for in a review yet, so that nothing can be new since then"
                .to_owned()
        }
        News::Looked(_) => {
            let looked = news.looked_words().unwrap_or_default();
            let searched = format!("The advisory data in {} {looked}", folder.display());
            std::iter::once(searched).chain(news.limits()).collect::<Vec<_>>().join(". ")
        }
    }
}

/// The reviews that are not finished, and what asks for another one.
pub fn status(path: &Path, folder: &Path, json: bool) -> CommandResult {
    let file = open::to_read(path)?;
    let asked = Asked::of(&file, &ReviewSearch::of(folder), ops::now())?;
    let rows = file.list(Kind::SoupReview)?;
    let open: Vec<_> = rows.iter().filter(|row| row.is_open()).collect();
    let output = if json {
        let open: Vec<Value> =
            open.iter().map(|row| json!({"id": row.id, "title": row.title, "state": row.state})).collect();
        let mut value = asked.json();
        value["format"] = 1.into();
        value["unfinished"] = open.into();
        pretty(&value)
    } else {
        let mut output = format!("SOUP reviews that are not finished: {}\n", open.len());
        for row in open {
            let state = Kind::SoupReview.def().state(&row.state).map_or("", |state| state.word);
            let _ = writeln!(output, "  {}  {state}  {}", row.id, row.title);
        }
        output.push_str(&asked.words());
        if let Some(event) = asked.events.first() {
            let _ = writeln!(
                output,
                "Next: mainstay review start {} --trigger {} --login LOGIN",
                path.display(),
                event.trigger.code()
            );
        }
        output
    };
    if asked.events.is_empty() { Ok(output) } else { Err(Failure::answer(FOUND, output)) }
}

/// Schedules the review that an event asks for, or that was described; returns its number.
pub fn schedule(
    file: &mut ProductFile,
    session: &Session,
    (arguments, options): (&StartReviewArguments, &ReviewSearch<'_>),
    stamp: &Stamp,
) -> Result<RecordId, Failure> {
    let Some(word) = arguments.trigger.as_deref() else {
        return Err(Failure::usage("give the number of a scheduled review, or --trigger with the reason"));
    };
    let codes: Vec<&str> = ReviewTrigger::OPTIONS.iter().map(|option| option.code).collect();
    let Some(trigger) = ReviewTrigger::from_code(word) else {
        return Err(Failure::usage(format!("--trigger {word} is none of {}", codes.join(", "))));
    };
    let mut set = match &arguments.reference {
        Some(reference) => described(trigger, reference),
        None => fields_of_events(file, trigger, options, stamp)?,
    };
    set.extend(values::given(Kind::SoupReview, &arguments.set)?);
    let request = Request::Create { kind: Kind::SoupReview, parent: None, set };
    let made = file.perform(session, Act::from(request), None, stamp)?;
    made.record.ok_or_else(|| Failure::failed("the review was not created"))
}

/// The fields of a review for a reason that a person gives.
fn described(trigger: ReviewTrigger, reference: &str) -> Fields {
    let mut set = Fields::new();
    set.insert("title".into(), text::title(&format!("{}: {reference}", trigger.word())).into());
    set.insert("trigger".into(), json!(trigger));
    set.insert("trigger_ref".into(), reference.into());
    set
}

/// The fields of the review for which the events of a reason ask; it is refused where none does.
fn fields_of_events(
    file: &ProductFile,
    trigger: ReviewTrigger,
    options: &ReviewSearch<'_>,
    stamp: &Stamp,
) -> Result<Fields, Failure> {
    let asked = Asked::of(file, options, stamp.now)?;
    let events: Vec<&ReviewEvent> = asked.events.iter().filter(|event| event.trigger == trigger).collect();
    fields_of(&events).ok_or_else(|| {
        Failure::refused(format!(
            "nothing asks for a review for the reason “{}” now; give --reference with what it follows. {}",
            trigger.word(),
            asked.looked
        ))
    })
}
