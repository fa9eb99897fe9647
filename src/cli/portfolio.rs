//! `mainstay portfolio`: many product files at a glance, and what they contain.

mod answer;
mod overview;

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::advisories;
use super::args::PortfolioArguments;
use super::failure::{FOUND, Failure};
use super::{CommandResult, OpenWindow, Opening, example};
use crate::domain::text::counted;
use crate::domain::time::Day;
use crate::ops::{self, places};
use crate::portfolio::{
    Advised, Asking, For, Looking, Portfolio, Question, advised, ask, files_below, look, shown,
};

/// Looks at all product files, and asks them a question if there is one. Exit code 12: a place was not read, or is an older copy, so the answer lacks
/// what it would say.
pub fn portfolio(arguments: &PortfolioArguments, open_window: OpenWindow) -> CommandResult {
    if arguments.window {
        return in_window(arguments, open_window);
    }
    let question = match (&arguments.contains, &arguments.bill) {
        (Some(text), _) => Some(Question::parse(text).map_err(Failure::usage)?),
        (None, Some(path)) => Some(Question::of_bill(path).map_err(Failure::of_input)?),
        (None, None) => None,
    };
    let data = places::data_folder();
    let files = files_below(&arguments.places, &|| true);
    let now = ops::now();
    let wanted = if question.is_some() { For::Contents } else { For::Work };
    let how = Looking { data: data.as_deref(), fresh: arguments.fresh, now, wanted };
    let portfolio = look(&files, how, &|_, _| true);
    if portfolio.products.is_empty() && portfolio.remarks.is_empty() {
        return Err(Failure::failed(
            "there is no product file in these folders; product files end in .mainstay, and mainstay example makes one to try",
        ));
    }
    let today = now.day();
    let output = match &question {
        Some(question) => answered(arguments, (&portfolio, question), today)?,
        None if arguments.json => overview::json(&portfolio, today),
        None => overview::words(&portfolio, today, arguments.verbose),
    };
    if portfolio.lacking() > 0 { Err(Failure::answer(FOUND, output)) } else { Ok(output) }
}

fn answered(
    arguments: &PortfolioArguments,
    (portfolio, question): (&Portfolio, &Question),
    today: Day,
) -> CommandResult {
    let by_data = match question {
        Question::Advisory(id) if arguments.advisories => Some(by_data(arguments, portfolio, id, today)?),
        Question::Advisory(_) | Question::One(_) | Question::Bill(_) => None,
    };
    let answered = ask(Asking { portfolio, question, today, advised: by_data.as_ref() });
    Ok(if arguments.json {
        answer::json((portfolio, question), &answered, today)
    } else {
        answer::words(portfolio, &answered, arguments.verbose)
    })
}

fn by_data(
    arguments: &PortfolioArguments,
    portfolio: &Portfolio,
    id: &str,
    today: Day,
) -> Result<Advised, Failure> {
    let folder = advisories::folder(arguments.cache.clone())?;
    advised(portfolio, id, (&folder, today), &|_| true).map_err(Failure::from)
}

fn in_window(arguments: &PortfolioArguments, open_window: OpenWindow) -> CommandResult {
    if let Some(why) = example::display_missing() {
        return Err(Failure::failed(format!(
            "no window can be opened: {why}; without --window it is printed"
        )));
    }
    let opened = open_window(None, Opening::Portfolio(&arguments.places), arguments.renderer);
    opened.map(|()| String::new()).map_err(Failure::failed)
}

/// What was not read, and what else there is to say of files and folders.
fn remarks(output: &mut String, portfolio: &Portfolio) {
    for one in &portfolio.remarks {
        let about = if one.lacking { "Missing" } else { "Note" };
        let _ = writeln!(output, "{about}: {}: {}", shown(&one.path), one.why);
    }
    let lacking = portfolio.lacking();
    if lacking > 0 {
        let _ = writeln!(output, "Missing here is what {} would say", counted(lacking, "place"));
    }
}

fn remarks_json(portfolio: &Portfolio) -> Vec<Value> {
    let row = |one: &crate::portfolio::Remark| json!({"path": one.path.to_string_lossy(), "why": one.why, "lacking": one.lacking});
    portfolio.remarks.iter().map(row).collect()
}
