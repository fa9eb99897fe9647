//! All products at a glance, as text and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::super::advisories::pretty;
use super::{remarks, remarks_json};
use crate::domain::text::counted;
use crate::domain::time::Day;
use crate::ops::{LISTED_MAX, SummaryTask, Urgency, WorkCounts};
use crate::portfolio::{Portfolio, Product, shown};

/// Days ahead that are listed.
const AHEAD_DAYS: i64 = 90;

/// The overview as text. `all` lists every item of work, not only their numbers.
pub fn words(portfolio: &Portfolio, today: Day, all: bool) -> String {
    let mut output = String::new();
    for product in &portfolio.products {
        output.push_str(&product_words(product, today));
        if all {
            output.push_str(&work_words(product, today));
        }
    }
    let late: usize = portfolio.products.iter().map(|one| one.summary.counts.overdue).sum();
    let unapproved: usize = portfolio.products.iter().map(|one| one.summary.counts.unapproved).sum();
    let products = counted(portfolio.products.len(), "product");
    let _ = writeln!(output, "{products}: {late} overdue, {unapproved} waiting for approval");
    remarks(&mut output, portfolio);
    output
}

fn product_words(product: &Product, today: Day) -> String {
    let summary = &product.summary;
    let WorkCounts { overdue, due, unapproved, .. } = summary.counts;
    let provisional = if summary.provisional { "; dates are provisional: no plan is in force" } else { "" };
    let mut output = format!("{}, {}\n", summary.product, summary.class);
    let _ =
        writeln!(output, "  {overdue} overdue, {due} due, {unapproved} waiting for approval{provisional}");
    let releases: Vec<String> = summary
        .releases
        .iter()
        .map(|one| format!("{} ({})", one.version, one.state.to_lowercase()))
        .collect();
    if releases.is_empty() {
        output.push_str("  no release in service\n");
    } else {
        let (all, covered) = product.coverage(today);
        let _ = writeln!(output, "  in service: {}", releases.join(", "));
        let _ = writeln!(output, "  SOUP in service: {covered} of {all} reviewed inside their interval");
    }
    if !summary.retirement_state.is_empty() {
        let state = summary.retirement_state.to_lowercase();
        let next = summary.next_retirement(today);
        let next = next
            .map_or_else(|| "no day is ahead".to_owned(), |day| format!("next: {} on {}", day.what, day.on));
        let _ = writeln!(output, "  retirement plan: {state}; {next}");
    }
    let _ = writeln!(output, "  {}, event {}", shown(&product.path), summary.head.seq);
    output
}

/// Every item of work, what waits for approval, and what is ahead.
fn work_words(product: &Product, today: Day) -> String {
    let mut output = String::new();
    let soon = today.plus_days(AHEAD_DAYS);
    let ahead = product.tasks(Urgency::Ahead).filter(|task| task.due.is_some_and(|due| due <= soon));
    for task in product.tasks(Urgency::Overdue).chain(product.tasks(Urgency::Due)).chain(ahead) {
        let due = task.due.map_or_else(|| "no limit is set".to_owned(), |due| format!("due {due}"));
        let late = if task.urgency == Urgency::Overdue { ", overdue" } else { "" };
        let SummaryTask { record, what, whose, clause, title, .. } = task;
        let _ = writeln!(output, "    {record}  {due}{late}  {what} ({whose}; {clause}): {title}");
    }
    for one in &product.summary.unapproved {
        let _ = writeln!(output, "    {}  waits for approval: {}", one.id, one.title);
    }
    if !product.summary.lists_all() {
        let _ = writeln!(output, "    only the first {LISTED_MAX} of each are listed: open the file for all");
    }
    for day in product.summary.retirement.iter().filter(|day| day.on >= today) {
        let _ = writeln!(output, "    {}  {} on {}", day.record, day.what, day.on);
    }
    output
}

/// The overview for other programs.
pub fn json(portfolio: &Portfolio, today: Day) -> String {
    let products: Vec<Value> =
        portfolio.products.iter().map(|product| product_json(product, today)).collect();
    pretty(&json!({"format": 1, "on": today, "products": products, "remarks": remarks_json(portfolio)}))
}

fn product_json(product: &Product, today: Day) -> Value {
    let task = |task: &SummaryTask| {
        json!({
            "record": task.record, "title": task.title, "what": task.what, "whose": task.whose, "due": task.due,
            "clause": task.clause, "rank": task.rank,
        })
    };
    let list = |urgency| product.tasks(urgency).map(task).collect::<Vec<_>>();
    let (in_service, covered) = product.coverage(today);
    let summary = &product.summary;
    let unapproved: Vec<Value> =
        summary.unapproved.iter().map(|one| json!({"record": one.id, "title": one.title})).collect();
    let retirement: Vec<Value> = summary
        .retirement
        .iter()
        .map(|one| json!({"on": one.on, "what": one.what, "record": one.record}))
        .collect();
    let releases: Vec<Value> = summary
        .releases
        .iter()
        .map(|one| json!({"record": one.id, "version": one.version, "state": one.state, "tells_soup": one.tells_soup}))
        .collect();
    json!({
        "product": summary.product, "class": summary.class, "file": product.path.to_string_lossy(),
        "event": summary.head.seq, "digest": summary.head.digest, "read_at": summary.read_at, "kept": product.kept,
        "provisional": summary.provisional, "counts": summary.counts, "overdue": list(Urgency::Overdue), "due": list(Urgency::Due),
        "ahead": list(Urgency::Ahead), "unapproved": unapproved, "retirement": retirement,
        "retirement_state": summary.retirement_state, "releases": releases, "soup_in_service": in_service,
        "soup_reviewed": covered,
    })
}
