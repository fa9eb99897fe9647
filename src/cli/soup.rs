//! `mainstay soup`: the SOUP register.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::advisories::pretty;
use super::args::{Soup, SoupImportArguments};
use super::failure::Failure;
use super::{CommandResult, open, time_stamp, values};
use crate::baseline::{Baseline, Unversioned, named};
use crate::domain::attachment::is_attached;
use crate::domain::choice::Choice as _;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::product::PRODUCT;
use crate::domain::release::ReleaseState;
use crate::domain::soup_item::due::{Coverage, CoverageRow};
use crate::domain::text::counted;
use crate::domain::time::{Day, Moment};
use crate::ops::{self, ProductFile, SoupAction, SoupImportOptions, SoupImportPlan, count_coverage};
use crate::register::{RegisterList, read_list};

/// The exit code where something is not covered.
const NOT_COVERED: u8 = 12;

/// What is said where no release in service contains SOUP.
const NO_COVERAGE: &str = "No release in service has SOUP, so there is nothing to review yet. \
     Read the bill of materials of a release into the register: mainstay soup import FILE LIST --release RL-0001 --login LOGIN\n";

/// Rows that are listed one by one without `--verbose`.
const LISTED: usize = 20;

/// Reads a list into the register, or shows what is in it.
pub fn soup(what: Soup) -> CommandResult {
    match what {
        Soup::Import(arguments) => import(&arguments),
        Soup::Coverage { file, on, json } => {
            let file = open::to_read(&file)?;
            let rows = match on {
                Some(day) => {
                    file.soup_coverage_at(Moment::end_of(Day::parse(&day).map_err(Failure::usage)?))?
                }
                None => file.soup_coverage(ops::now())?,
            };
            coverage(&rows, json)
        }
        Soup::Uses { file, id, json } => {
            let id: RecordId = id.parse().map_err(Failure::usage)?;
            uses(&open::to_read(&file)?, id, json)
        }
    }
}

fn import(arguments: &SoupImportArguments) -> CommandResult {
    let number = |text: &Option<String>| -> Result<Option<RecordId>, Failure> {
        text.as_deref().map(str::parse).transpose().map_err(Failure::usage)
    };
    let options = SoupImportOptions {
        release: number(&arguments.release)?,
        change: number(&arguments.change)?,
        defaults: values::given(Kind::SoupItem, &arguments.set)?,
    };
    let unversioned =
        if arguments.leave_out_unversioned { Unversioned::LeaveOut } else { Unversioned::Refuse };
    let place = arguments.at.as_deref();
    let list = read_list(&arguments.list, place, unversioned, &|_, _| true).map_err(Failure::of_input)?;
    let Some(login) = arguments.login.as_deref().filter(|_| !arguments.rehearse) else {
        let file = open::to_read(&arguments.file)?;
        let plan = file.plan_soup_import(list.rows.clone(), &options, ops::now())?;
        return Ok(told(arguments, &list, &plan, &[]));
    };
    let (mut file, session, _) = open::to_write(&arguments.file, login)?;
    let mut plan = file.plan_soup_import(list.rows.clone(), &options, ops::now())?;
    plan.evidence = list.document().cloned();
    let mut done = Vec::new();
    let (_, change) = file.import_soup(&session, &plan, &|_| true, &ops::stamp())?;
    if let Some(document) = list.document() {
        // A list that brings nothing new is not attached.
        let files = file.referring(change.unwrap_or(PRODUCT), Kind::Attachment)?;
        if is_attached(&files, &document.sha256()) {
            let to = change.map_or_else(|| "the product".to_owned(), |change| change.to_string());
            done.push(format!("{} is attached to {to}", document.name));
        }
    }
    if let Some(change) = change.filter(|_| plan.opens_change) {
        done.push(format!("Opened {change} for what is new: complete and submit it"));
    }
    if let Some(release) = options.release
        && is_before_baseline(&file, release)?
    {
        let baseline = Baseline { bill: Some(list.bill.clone()), items: None };
        baseline.store(&mut file, &session, (release, None), &ops::stamp())?;
        done.push(format!("The list is the SOUP baseline of {release}"));
    }
    time_stamp::after_writing(&mut file, &session);
    Ok(told(arguments, &list, &plan, &done))
}

/// What is printed: what was read, and what was done besides.
fn told(
    arguments: &SoupImportArguments,
    list: &RegisterList,
    plan: &SoupImportPlan,
    done: &[String],
) -> String {
    if arguments.json {
        return planned_json(arguments, list, plan, done);
    }
    let verb = if arguments.rehearse { "would be read" } else { "read" };
    let mut output = planned(list, plan, verb, arguments.verbose);
    for words in done {
        let _ = writeln!(output, "{words}");
    }
    output
}

fn planned_json(
    arguments: &SoupImportArguments,
    list: &RegisterList,
    plan: &SoupImportPlan,
    done: &[String],
) -> String {
    let rows: Vec<Value> = plan
        .rows
        .iter()
        .map(|planned| {
            let (action, item, why) = match &planned.action {
                SoupAction::NewItem { .. } => ("new_item", None, None),
                SoupAction::NewVersion { item, .. } => ("new_version", Some(*item), None),
                SoupAction::Same { item, .. } => ("same", Some(*item), None),
                SoupAction::Ambiguous { why } => ("not_taken", None, Some(why)),
            };
            json!({"name": planned.row.item, "version": planned.row.version, "action": action, "item": item, "why": why})
        })
        .collect();
    pretty(&json!({
        "format": 1, "list": list.bill.format, "rehearsed": arguments.rehearse, "rows": rows, "gone": plan.gone,
        "without_version": list.bill.unversioned, "not_shipped": list.bill.not_shipped, "words": plan.counts().words(),
        "remark": plan.remark, "also": done,
    }))
}

/// Whether the baseline of a release can still be set.
fn is_before_baseline(file: &ProductFile, release: RecordId) -> Result<bool, Failure> {
    let data = file.record(release)?;
    Ok(matches!(ReleaseState::of(&data), Some(ReleaseState::Planned | ReleaseState::Building)))
}

fn planned(list: &RegisterList, plan: &SoupImportPlan, verb: &str, all: bool) -> String {
    let mut output = String::new();
    let components = counted(plan.rows.len(), "component");
    let _ = writeln!(output, "{components} {verb} ({})", list.bill.format);
    for (why, names) in
        [("without a version", &list.bill.unversioned), ("not shipped", &list.bill.not_shipped)]
    {
        if !names.is_empty() {
            let _ = writeln!(output, "{} {why}, left out: {}", names.len(), named(names));
        }
    }
    // What was not taken is always said.
    let (mut lines, mut not_taken) = (Vec::new(), Vec::new());
    for planned in &plan.rows {
        let name = format!("{} {}", planned.row.item, planned.row.version);
        match &planned.action {
            SoupAction::NewItem { .. } => lines.push(format!("{name}  new")),
            SoupAction::NewVersion { item, from } => {
                lines.push(format!("{name}  {item}, before {}", from.join(", ")));
            }
            SoupAction::Same { .. } => {}
            SoupAction::Ambiguous { why } => not_taken.push(format!("{name}  not taken: {why}")),
        }
    }
    lines.extend(plan.gone.iter().map(|gone| format!("{gone}  no longer in the list")));
    let listed = if all { lines.len() } else { LISTED };
    for words in lines.iter().take(listed).chain(&not_taken) {
        let _ = writeln!(output, "{words}");
    }
    if lines.len() > listed {
        let _ = writeln!(output, "and {} more; --verbose lists them all", lines.len() - listed);
    }
    let _ = writeln!(output, "{}", plan.counts().words());
    if let Some(remark) = &plan.remark {
        let _ = writeln!(output, "{remark}");
    }
    if plan.opens_change {
        output.push_str("A change request is opened for what is new\n");
    }
    output
}

/// Whether a row is covered, in words.
fn covered(coverage: Coverage) -> String {
    match coverage {
        Coverage::Reviewed { on, until: Some(until) } => format!("reviewed on {on}, next by {until}"),
        Coverage::Reviewed { on, until: None } => format!("reviewed on {on}; the plan sets no interval"),
        Coverage::Overdue { last: Some(last), since } => {
            format!("overdue since {since}, last reviewed on {last}")
        }
        Coverage::Overdue { last: None, since } => format!("no approved review, in service since {since}"),
        Coverage::NotRegistered => "not in the register".to_owned(),
    }
}

fn coverage(rows: &[CoverageRow], json: bool) -> CommandResult {
    let count = count_coverage(rows);
    let output = if json {
        let rows: Vec<Value> = rows
            .iter()
            .map(|row| {
                json!({
                    "release": row.release, "release_version": row.release_version, "item": row.item, "name": row.name,
                    "version": row.version, "tier": row.tier.map(|tier| tier.code()), "covered": row.coverage.is_covered(),
                    "words": covered(row.coverage),
                })
            })
            .collect();
        pretty(&json!({"all": count.all, "covered": count.covered, "rows": rows}))
    } else if rows.is_empty() {
        NO_COVERAGE.to_owned()
    } else {
        let mut output = String::new();
        for row in rows {
            let tier = row.tier.map_or("no tier", |tier| tier.word());
            let _ = writeln!(
                output,
                "{} {}  {} {}  {tier}  {}",
                row.release,
                row.release_version,
                row.name,
                row.version,
                covered(row.coverage)
            );
        }
        let _ = writeln!(output, "{} of {} are reviewed inside their interval", count.covered, count.all);
        output
    };
    if count.covered == count.all { Ok(output) } else { Err(Failure::answer(NOT_COVERED, output)) }
}

fn uses(file: &ProductFile, id: RecordId, json: bool) -> CommandResult {
    let used = file.soup_use(id, ops::now())?;
    if json {
        let pair = |rows: &[(RecordId, String)]| -> Vec<Value> {
            rows.iter().map(|(id, title)| json!({"id": id, "title": title})).collect()
        };
        return Ok(pretty(&json!({
            "releases": used.releases.iter().map(|(id, version, soup)| json!({"id": id, "version": version, "soup": soup})).collect::<Vec<_>>(),
            "findings": pair(&used.findings), "changes": pair(&used.changes), "hazards": used.hazards,
            "reviews": used.reviews.iter().map(|(id, review, title)| json!({"id": id, "review": review, "title": title})).collect::<Vec<_>>(),
            "lacks": used.lint.iter().filter(|condition| !condition.met).map(|condition| json!({"clause": condition.clause, "text": condition.text})).collect::<Vec<_>>(),
        })));
    }
    let mut output = String::new();
    for (id, version, soup) in &used.releases {
        let _ = writeln!(output, "{id}  version {version} contains {}", soup.join(", "));
    }
    for (id, title) in used.findings.iter().chain(&used.changes) {
        let _ = writeln!(output, "{id}  {title}");
    }
    for (id, review, title) in &used.reviews {
        let review = review.map_or_else(String::new, |review| format!(" in {review}"));
        let _ = writeln!(output, "{id}{review}  {title}");
    }
    if !used.hazards.is_empty() {
        let _ = writeln!(output, "Hazards: {}", used.hazards.join(", "));
    }
    for condition in used.lint.iter().filter(|condition| !condition.met) {
        let _ = writeln!(output, "Missing ({}): {}", condition.clause, condition.text);
    }
    if output.is_empty() {
        output.push_str("No release, finding or change uses it\n");
    }
    Ok(output)
}
