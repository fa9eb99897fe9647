//! Which products contain something, as text and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::super::advisories::pretty;
use super::{remarks, remarks_json};
use crate::domain::text::counted;
use crate::domain::time::Day;
use crate::portfolio::{Answer, Answered, Decision, Portfolio, Question, shown};

/// The answer as text. `all` also lists settled decisions, products without it, and parts of a bill that are in none.
pub fn words(portfolio: &Portfolio, answered: &Answered, all: bool) -> String {
    let mut output = String::new();
    let mut before = None;
    for row in &answered.rows {
        let Some(product) = portfolio.products.get(row.product) else { continue };
        if before != Some(row.product) {
            let _ = writeln!(output, "{} ({})", product.summary.product, shown(&product.path));
            before = Some(row.product);
        }
        output.push_str(&row_words(row, all));
    }
    let _ = writeln!(output, "{}", answered.headline);
    for limit in &answered.limits {
        let _ = writeln!(output, "{limit}");
    }
    if all {
        for product in answered.without.iter().filter_map(|place| portfolio.products.get(*place)) {
            let _ = writeln!(output, "Not in {} ({})", product.summary.product, shown(&product.path));
        }
        for absent in &answered.absent {
            let _ = writeln!(output, "In none: {absent}");
        }
    }
    remarks(&mut output, portfolio);
    output
}

fn row_words(row: &Answer, all: bool) -> String {
    let mut output = format!("  {} {}", row.release, row.release_version);
    if !row.component.is_empty() {
        let item = row.item.map_or_else(String::new, |item| format!(" ({item})"));
        let _ = write!(output, "  {}{item}  {}; {}", row.component, row.by.words(), row.review);
    }
    output.push('\n');
    if row.decisions.is_empty() {
        output.push_str("    no finding: nothing is decided about it\n");
    }
    // What is settled is only counted, unless all is asked for.
    let listed = row.decisions.iter().filter(|one| all || !one.verdict.settled);
    for decision in listed.clone() {
        let Decision { finding, state, verdict, .. } = decision;
        let names =
            if decision.names.is_empty() { decision.title.clone() } else { decision.names.join(", ") };
        let _ = writeln!(output, "    {finding}  {names}: {} ({})", verdict.words, state.to_lowercase());
    }
    let rest = row.decisions.len() - listed.count();
    if rest > 0 {
        let _ = writeln!(
            output,
            "    {} with a decision that it is not affected, or fixed",
            counted(rest, "finding")
        );
    }
    output
}

/// The answer for other programs.
pub fn json((portfolio, question): (&Portfolio, &Question), answered: &Answered, today: Day) -> String {
    let rows: Vec<Value> = answered.rows.iter().filter_map(|row| row_json(portfolio, row)).collect();
    let products = answered.without.iter().filter_map(|place| portfolio.products.get(*place));
    let without: Vec<Value> = products
        .map(|product| json!({"product": product.summary.product, "file": product.path.to_string_lossy()}))
        .collect();
    pretty(&json!({
        "format": 1, "on": today, "asked": question.words(), "answer": answered.headline, "limits": answered.limits,
        "all_read": portfolio.lacking() == 0, "rows": rows, "without": without, "absent": answered.absent,
        "remarks": remarks_json(portfolio),
    }))
}

fn row_json(portfolio: &Portfolio, row: &Answer) -> Option<Value> {
    let product = portfolio.products.get(row.product)?;
    let decision = |one: &Decision| {
        json!({
            "finding": one.finding, "names": one.names, "title": one.title, "state": one.state,
            "verdict": one.verdict.words, "settled": one.verdict.settled,
        })
    };
    Some(json!({
        "product": product.summary.product, "file": product.path.to_string_lossy(), "event": product.summary.head.seq,
        "read_at": product.summary.read_at, "kept": product.kept, "in_release": row.release,
        "version": row.release_version, "component": row.component, "item": row.item, "found": row.by.words(),
        "to_confirm": row.by.is_doubtful(), "last_review": row.review,
        "decisions": row.decisions.iter().map(decision).collect::<Vec<_>>(),
    }))
}
