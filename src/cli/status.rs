//! `mainstay status`: the dashboard as text, now or at the end of a past day.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::args::StatusArguments;
use super::failure::Failure;
use super::review_events::Asked;
use super::{CommandResult, open};
use crate::domain::choice::Choice as _;
use crate::domain::product::Product;
use crate::domain::requests::{PRODUCT, RecordSource};
use crate::domain::time::{Day, Moment};
use crate::ops::{self, Attention, AttentionItem, KindCount, Refused};
use crate::review::ReviewSearch;

/// How many upcoming items are printed.
const UPCOMING_MAX: usize = 15;

/// The state of a file at one moment.
pub struct Status {
    at: Moment,
    product: Arc<Product>,
    attention: Attention,
    records: Vec<KindCount>,
}

impl Status {
    /// Reads the state from a source.
    pub fn of<F>(source: &dyn RecordSource<F>, at: Moment) -> Result<Self, F> {
        let product = source.record(PRODUCT)?.and_then(|data| data.typed()).unwrap_or_default();
        Ok(Self { at, product, attention: ops::attention(source, at)?, records: ops::counts(source)? })
    }
}

/// Reports by the arguments of the command line.
pub fn of_arguments(arguments: StatusArguments) -> CommandResult {
    let StatusArguments { file, on, advisories, cache, json, calendar: _, alarm: _ } = arguments;
    let folder = if advisories { Some(super::advisories::folder(cache)?) } else { None };
    status(&file, (on.as_deref(), folder.as_deref()), json)
}

/// Reports what is overdue, unapproved and upcoming: now, or at the end (UTC) of a past day.
pub fn status(path: &Path, (on, advisories): (Option<&str>, Option<&Path>), json: bool) -> CommandResult {
    let day = on.map(Day::parse).transpose().map_err(Failure::usage)?;
    let file = open::to_read(path)?;
    file.check_event_texts()?;
    let status = match day {
        None => Status::of(file.present(), ops::now()).map_err(Refused::from)?,
        Some(day) => {
            // The file may have been written by a workstation whose clock is ahead of this one.
            let now = file.head().at.map_or(ops::now(), |last| last.max(ops::now()));
            if day > now.day() {
                let words = format!("--on {day} is in the future; give {} or an earlier day", now.day());
                return Err(Failure::usage(words));
            }
            let at = Moment::end_of(day).min(now);
            let ledger = file.at(at)?;
            if ledger.is_empty() {
                return Err(Failure::refused(format!("{} did not exist yet on {day}", path.display())));
            }
            let Ok(status) = Status::of(&ledger, at);
            status
        }
    };
    let asked = match advisories {
        None => None,
        Some(folder) => Some(Asked::of(&file, &ReviewSearch::of(folder), status.at)?),
    };
    Ok(if json {
        status_json(&status, asked.as_ref())
    } else {
        let asked = asked.map_or_else(String::new, |asked| format!("\n{}", asked.words()));
        status_words(&status) + &asked
    })
}

/// The dashboard as text.
pub fn status_words(status: &Status) -> String {
    let Status { at, product, attention, records } = status;
    let mut output =
        format!("{}, {}, {}\n{}\n", product.title, product.manufacturer, product.class().word(), at.words());
    let _ = writeln!(output, "\nOverdue, unapproved or due now: {}", attention.now.len());
    for item in &attention.now {
        output.push_str(&item_line(item));
    }
    if !attention.coming.is_empty() {
        let _ = writeln!(output, "\nUpcoming: {}", attention.coming.len());
        for item in attention.coming.iter().take(UPCOMING_MAX) {
            output.push_str(&item_line(item));
        }
    }
    output.push_str("\nRecords\n");
    for KindCount { kind, all, open } in records {
        let _ = writeln!(output, "  {:<18} {all:>4}, {open} open", kind.def().plural);
    }
    output
}

fn item_line(item: &AttentionItem) -> String {
    let when = item.when("late", |due| format!("due {due}"));
    let missing = item.no_limit.map(|field| format!("; the plan sets no “{field}”")).unwrap_or_default();
    format!(
        "  {}  {when:<14}  {} ({}; {}): {}{missing}\n",
        item.record, item.what, item.whose, item.clause, item.title
    )
}

fn status_json(status: &Status, asked: Option<&Asked>) -> String {
    let Status { at, product, attention, records } = status;
    let records: Map<String, Value> = records
        .iter()
        .map(|count| (count.kind.code().to_owned(), json!({"all": count.all, "open": count.open})))
        .collect();
    let mut value = json!({
        "format": 1, "at": at, "product": product.title, "class": product.class(),
        "now": attention.now.iter().map(item_json).collect::<Vec<_>>(),
        "coming": attention.coming.iter().map(item_json).collect::<Vec<_>>(),
        "records": records,
    });
    if let Some(asked) = asked {
        value["reviews"] = asked.json();
    }
    format!("{value:#}\n")
}

fn item_json(item: &AttentionItem) -> Value {
    json!({
        "record": item.record, "title": item.title, "what": item.what, "whose": item.whose, "due": item.due,
        "days_late": item.days_late, "clause": item.clause, "rank": item.rank,
    })
}
