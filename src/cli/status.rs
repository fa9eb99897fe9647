//! `mainstay status`: the dashboard as text.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::failure::Failure;
use super::{Said, open};
use crate::domain::choice::Choice as _;
use crate::domain::ids::Kind;
use crate::domain::time::{Day, Moment};
use crate::ops::{self, AttentionItem, ProductFile};

/// How many coming things are printed.
const COMING_MAX: usize = 15;

/// Says what is overdue, unapproved and coming: now, or at noon (UTC) of a day.
pub fn status(path: &Path, on: Option<&str>, json: bool) -> Said {
    let now = match on {
        Some(day) => Moment::noon_of(Day::parse(day).map_err(Failure::usage)?),
        None => ops::now(),
    };
    let file = open::to_read(path)?;
    if json { status_json(&file, now) } else { status_words(&file, now) }
}

/// The dashboard as text.
pub fn status_words(file: &ProductFile, now: Moment) -> Said {
    let product = file.product()?;
    let attention = file.attention(now)?;
    let mut said =
        format!("{}, {}, {}\n{}\n", product.title, product.manufacturer, product.class().word(), now.words());
    let _ = writeln!(said, "\nOverdue, unapproved or due now: {}", attention.now.len());
    for item in &attention.now {
        said.push_str(&item_line(item));
    }
    if !attention.coming.is_empty() {
        let _ = writeln!(said, "\nComing: {}", attention.coming.len());
        for item in attention.coming.iter().take(COMING_MAX) {
            said.push_str(&item_line(item));
        }
    }
    said.push_str("\nRecords\n");
    for (kind, count, open) in counts(file)? {
        let _ = writeln!(said, "  {:<18} {count:>4}, {open} open", kind.def().plural);
    }
    Ok(said)
}

fn item_line(item: &AttentionItem) -> String {
    let when = match item.days_late {
        0 => "due today".to_owned(),
        1 => "1 day late".to_owned(),
        late if late > 1 => format!("{late} days late"),
        _ => format!("due {}", item.due),
    };
    format!(
        "  {}  {when:<14}  {} ({}; {}): {}\n",
        item.record, item.what, item.whose, item.clause, item.title
    )
}

/// How many records of the kinds that a person works on there are, and how many of them are not ended.
fn counts(file: &ProductFile) -> Result<Vec<(Kind, usize, usize)>, Failure> {
    let mut counts = Vec::new();
    for kind in Kind::ALL.iter().copied().filter(|kind| kind.def().place.is_work()) {
        let rows = file.list(kind)?;
        let ended =
            |code: &str| code == "closed" || kind.def().state(code).is_some_and(|state| state.terminal);
        let open = rows.iter().filter(|row| !ended(&row.state)).count();
        counts.push((kind, rows.len(), open));
    }
    Ok(counts)
}

fn status_json(file: &ProductFile, now: Moment) -> Said {
    let product = file.product()?;
    let attention = file.attention(now)?;
    let records: Map<String, Value> = counts(file)?
        .into_iter()
        .map(|(kind, count, open)| (kind.code().to_owned(), json!({"all": count, "open": open})))
        .collect();
    let value = json!({
        "format": 1, "at": now, "product": product.title, "class": product.class(),
        "now": attention.now.iter().map(item_json).collect::<Vec<_>>(),
        "coming": attention.coming.iter().map(item_json).collect::<Vec<_>>(),
        "records": records,
    });
    Ok(format!("{value:#}\n"))
}

fn item_json(item: &AttentionItem) -> Value {
    json!({
        "record": item.record, "title": item.title, "what": item.what, "whose": item.whose, "due": item.due,
        "days_late": item.days_late, "clause": item.clause, "rank": item.rank,
    })
}
