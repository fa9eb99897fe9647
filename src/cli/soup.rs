//! `mainstay soup`: the SOUP register.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::advisories::pretty;
use super::args::{Soup, SoupImportArguments};
use super::failure::Failure;
use super::{CommandResult, open, time_stamp};
use crate::baseline::{Baseline, Unversioned, named};
use crate::domain::choice::Choice as _;
use crate::domain::field::FieldType;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::Fields;
use crate::domain::release::ReleaseState;
use crate::domain::soup_item::due::{Coverage, CoverageRow};
use crate::domain::time::{Day, Moment};
use crate::ops::{self, ProductFile, SoupAction, SoupImportOptions, SoupImportPlan, count_coverage};
use crate::register::{RegisterList, read_list};

/// The exit code where something is not covered.
const NOT_COVERED: u8 = 12;

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
        defaults: defaults(&arguments.set)?,
    };
    let unversioned =
        if arguments.leave_out_unversioned { Unversioned::LeaveOut } else { Unversioned::Refuse };
    let list = read_list(&arguments.list, unversioned).map_err(Failure::of_input)?;
    let Some(login) = arguments.login.as_deref().filter(|_| !arguments.rehearse) else {
        let file = open::to_read(&arguments.file)?;
        let plan = file.plan_soup_import(list.rows.clone(), &options, ops::now())?;
        return Ok(planned(&list, &plan, "would be read"));
    };
    let (mut file, session, _) = open::to_write(&arguments.file, login)?;
    let plan = file.plan_soup_import(list.rows.clone(), &options, ops::now())?;
    let mut output = planned(&list, &plan, "read");
    let (_, change) = file.import_soup(&session, &plan, &|_| true, &ops::stamp())?;
    if let Some(change) = change.filter(|_| plan.opens_change) {
        let _ = writeln!(output, "Opened {change} for what is new: complete and submit it");
    }
    if let Some(release) = options.release
        && is_before_baseline(&file, release)?
    {
        let baseline = Baseline { bill: Some(list.bill), items: None };
        baseline.store(&mut file, &session, (release, None), &ops::stamp())?;
        let _ = writeln!(output, "The list is the SOUP baseline of {release}");
    }
    time_stamp::after_writing(&mut file, &session);
    Ok(output)
}

/// Whether the baseline of a release can still be set.
fn is_before_baseline(file: &ProductFile, release: RecordId) -> Result<bool, Failure> {
    let data = file.record(release)?;
    Ok(matches!(ReleaseState::of(&data), Some(ReleaseState::Planned | ReleaseState::Building)))
}

/// Values for new items, from `field=value`.
fn defaults(given: &[String]) -> Result<Fields, Failure> {
    let mut set = Fields::new();
    for text in given {
        let Some((name, value)) = text.split_once('=') else {
            return Err(Failure::usage(format!(
                "“{text}” is not a value for a field; write it like risk_tier=low"
            )));
        };
        let Some(field) = Kind::SoupItem.def().field(name.trim()) else {
            return Err(Failure::usage(format!("a SOUP item has no field “{}”", name.trim())));
        };
        let value = value.trim();
        let value = match field.ty {
            FieldType::YesNo => Value::Bool(matches!(value, "yes" | "true")),
            FieldType::Number => value.parse::<u32>().map_or_else(|_| value.into(), Value::from),
            FieldType::Lines | FieldType::Choices(_) | FieldType::Records => {
                Value::Array(value.split(';').map(|part| part.trim().into()).collect())
            }
            FieldType::Line
            | FieldType::Text
            | FieldType::Day
            | FieldType::Moment
            | FieldType::Choice(_)
            | FieldType::Record
            | FieldType::Rows(_) => value.into(),
        };
        let value =
            field.parse(&value).map_err(|reason| Failure::usage(format!("{}: {reason}", field.label)))?;
        set.insert(name.trim().to_owned(), value);
    }
    Ok(set)
}

fn planned(list: &RegisterList, plan: &SoupImportPlan, verb: &str) -> String {
    let mut output = String::new();
    let _ = writeln!(output, "{} {verb} ({})", plan.rows.len(), list.bill.format);
    for (why, names) in
        [("without a version", &list.bill.unversioned), ("not shipped", &list.bill.not_shipped)]
    {
        if !names.is_empty() {
            let _ = writeln!(output, "{} {why}, left out: {}", names.len(), named(names));
        }
    }
    for planned in &plan.rows {
        let row = &planned.row;
        let words = match &planned.action {
            SoupAction::NewItem { .. } => "new".to_owned(),
            SoupAction::NewVersion { item, from } => format!("{item}, before {}", from.join(", ")),
            SoupAction::Same { .. } => continue,
            SoupAction::Ambiguous { why } => format!("not taken: {why}"),
        };
        let _ = writeln!(output, "{} {}  {words}", row.item, row.version);
    }
    for gone in &plan.gone {
        let _ = writeln!(output, "{gone}  no longer in the list");
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
        Coverage::Overdue { last: None, since } => format!("never reviewed, in service since {since}"),
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
