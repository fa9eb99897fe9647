//! `mainstay review`: SOUP reviews.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::advisories::{folder, interrupted, pretty};
use super::args::{Review, StartReviewArguments};
use super::failure::{Failure, condition_words};
use super::print::next_words;
use super::review_events;
use super::scan::knowledge;
use super::{CommandResult, open, time_stamp, values};
use crate::domain::choice::Choice as _;
use crate::domain::ids::{Kind, RecordId};
use crate::domain::record::Fields;
use crate::domain::review_item::{ItemResult, ReviewItemState};
use crate::domain::text::counted;
use crate::domain::time::Day;
use crate::ops::{self, ProductFile, ReviewRow, Session, Stamp};
use crate::review::{self, EvidenceCheck, ReviewSearch};
use crate::soup::SameResult;

/// The exit code where evidence and items, or the search and its repetition, differ.
const DIFFERS: u8 = 12;

/// Starts a review, works on its items, or shows how far it got.
pub fn review(what: Review) -> CommandResult {
    match what {
        Review::Start(arguments) => start(&arguments),
        Review::Run { file, id, login, items, set, as_last_time, lists_read_on } => {
            let lists = match (as_last_time, lists_read_on) {
                (false, _) => None,
                (true, None) => Some(None),
                (true, Some(day)) => Some(Some(Day::parse(&day).map_err(Failure::usage)?)),
            };
            run(&file, (&id, &login), (&items, &set), lists)
        }
        Review::Status { file, id: None, again: _, cache, json } => {
            review_events::status(&file, &folder(cache)?, json)
        }
        Review::Status { file, id: Some(id), again, cache, json } => status(&file, &id, (again, cache), json),
    }
}

fn start(arguments: &StartReviewArguments) -> CommandResult {
    let id: Option<RecordId> = arguments.id.as_deref().map(str::parse).transpose().map_err(Failure::usage)?;
    let folder = folder(arguments.cache.clone())?;
    let mut options = ReviewSearch::of(&folder);
    options.max_age_days = arguments.max_age;
    if let Some(path) = arguments.knowledge.as_deref() {
        options.knowledge = knowledge(path)?;
    }
    let (mut file, session, _) = open::to_write(&arguments.file, &arguments.login)?;
    let interrupted = interrupted();
    let go_on = |_: f32| !interrupted.load(Ordering::Relaxed);
    let stamp = ops::stamp();
    let (id, scheduled) = match id {
        Some(id) => (id, false),
        None => (review_events::schedule(&mut file, &session, (arguments, &options), &stamp)?, true),
    };
    let started = review::start(&mut file, &session, (id, &options), &go_on, &stamp);
    time_stamp::after_writing(&mut file, &session);
    let started = started.map_err(|refusal| {
        let failure = Failure::from(refusal);
        if scheduled { failure.after(format!("{id} is scheduled, and not started\n")) } else { failure }
    })?;
    Ok(format!(
        "{id} started: {} searched, {} raised, {} met again, {} opened again\n",
        counted(started.items, "SOUP version"),
        counted(started.findings.new, "finding"),
        started.findings.known,
        started.findings.reopened,
    ))
}

/// Answers items, takes over the lists of last time, if asked, and concludes what has everything.
fn run(
    path: &Path,
    (id, login): (&str, &str),
    (items, set): (&[String], &[String]),
    lists: Option<Option<Day>>,
) -> CommandResult {
    let id: RecordId = id.parse().map_err(Failure::usage)?;
    let set = values::given(Kind::ReviewItem, set)?;
    let items: Vec<RecordId> =
        items.iter().map(|item| item.parse().map_err(Failure::usage)).collect::<Result<_, _>>()?;
    let (mut file, session, _) = open::to_write(path, login)?;
    let stamp = ops::stamp();
    let answered = answer(&mut file, &session, (id, &items, &set), &stamp)?;
    let mut taken = 0;
    if let Some(read_on) = lists {
        for (item, mut set) in file.lists_of_last_time(id, stamp.now)? {
            if let Some(day) = read_on {
                set.insert("list_read_on".into(), json!(day));
            }
            file.judge_items(&session, (&[item], &set), false, &stamp)?;
            taken += 1;
        }
    }
    let ready = file.items_to_conclude(id, stamp.now)?;
    let concluded = file.judge_items(&session, (&ready, &Fields::new()), true, &stamp)?;
    time_stamp::after_writing(&mut file, &session);
    let mut output = String::new();
    if !set.is_empty() {
        let _ = writeln!(output, "{} answered", counted(answered, "item"));
    }
    if lists.is_some() {
        let _ = writeln!(output, "{} taken over from the last review", counted(taken, "list"));
    }
    let _ = writeln!(output, "{} concluded", counted(concluded, "item"));
    output.push_str(&open_items(&file.review_rows(id, ops::now())?));
    Ok(output)
}

/// Sets values of open items of a review: of those that are named, or of all. Returns of how many.
fn answer(
    file: &mut ProductFile,
    session: &Session,
    (id, items, set): (RecordId, &[RecordId], &Fields),
    stamp: &Stamp,
) -> Result<usize, Failure> {
    if set.is_empty() {
        return Ok(0);
    }
    let open: Vec<RecordId> = file
        .parts(id, Kind::ReviewItem)?
        .iter()
        .filter(|data| ReviewItemState::of(data) == Some(ReviewItemState::Open))
        .map(|data| data.head.id)
        .collect();
    if let Some(other) = items.iter().find(|item| !open.contains(item)) {
        return Err(Failure::usage(format!("{other} is no open item of {id}")));
    }
    let of = if items.is_empty() { &open } else { items };
    file.judge_items(session, (of, set), false, stamp)?;
    Ok(of.len())
}

/// The items that are still open, in words, with what each still needs.
fn open_items(rows: &[ReviewRow]) -> String {
    let open: Vec<&ReviewRow> = rows.iter().filter(|row| !row.done).collect();
    let mut output = String::new();
    let _ = writeln!(output, "{} of {} open", open.len(), counted(rows.len(), "item"));
    for row in open.iter().take(OPEN_MAX) {
        let Some(of) = row.id else { continue };
        let found = row.search.map_or("", |search| search.word());
        let _ = writeln!(output, "{of}  {}  {found}", row.title);
        for condition in &row.missing {
            let _ = writeln!(output, "    needs: {}", condition_words(condition));
        }
    }
    if open.len() > OPEN_MAX {
        let _ = writeln!(output, "and {} more", open.len() - OPEN_MAX);
    }
    output
}

/// Most open items that are listed.
const OPEN_MAX: usize = 50;

fn status(path: &Path, id: &str, (again, cache): (bool, Option<PathBuf>), json: bool) -> CommandResult {
    let id: RecordId = id.parse().map_err(Failure::usage)?;
    let file = open::to_read(path)?;
    let data = file.record(id)?;
    let folder = if again { Some(folder(cache)?) } else { None };
    let interrupted = interrupted();
    let go_on = |_: f32| !interrupted.load(Ordering::Relaxed);
    let rows = file.review_rows(id, ops::now())?;
    let searched = !data.text("evidence_sha256").is_empty() || !rows.is_empty();
    let check = if searched { Some(review::check(&file, id, folder.as_deref(), &go_on)?) } else { None };
    let state = data.state().map_or("", |state| state.word);
    let results: Vec<(&'static str, usize)> = ItemResult::OPTIONS
        .iter()
        .map(|option| {
            let has = |row: &&ReviewRow| row.result.is_some_and(|result| result.code() == option.code);
            (option.word, rows.iter().filter(has).count())
        })
        .collect();
    let agrees = check.as_ref().is_none_or(agrees);
    let output = if json {
        let results: serde_json::Map<String, Value> =
            results.iter().map(|(word, count)| ((*word).to_owned(), (*count).into())).collect();
        pretty(&json!({
            "review": id, "state": data.head.state, "items": rows.len(), "results": results, "conclusion": data.text("conclusion"),
            "evidence": check.as_ref().map(|check| json!({
                "differs": check.differs, "same_again": check.again.as_ref().map(|again| *again == SameResult::Same),
            })),
        }))
    } else {
        let mut output = format!("{id}  {state}  {}\n", data.title());
        for (word, count) in results {
            let _ = writeln!(output, "{count:>6}  {word}");
        }
        output.push_str(&open_items(&rows));
        match &check {
            None => output.push_str("It was not searched yet\n"),
            Some(check) => output.push_str(&check_words(check)),
        }
        output.push_str(&next_words(&file.page(id, None, ops::now())?));
        output
    };
    if agrees { Ok(output) } else { Err(Failure::answer(DIFFERS, output)) }
}

fn agrees(check: &EvidenceCheck) -> bool {
    check.differs.is_empty() && check.again.as_ref().is_none_or(|again| *again == SameResult::Same)
}

fn check_words(check: &EvidenceCheck) -> String {
    let mut output = String::new();
    if check.differs.is_empty() {
        output.push_str("The review and its items say what the evidence says\n");
    }
    for words in &check.differs {
        let _ = writeln!(output, "Differs: {words}");
    }
    match &check.again {
        None => {}
        Some(SameResult::Same) => output.push_str("The search gives the same again, byte by byte\n"),
        Some(SameResult::Differs { because }) => {
            output.push_str("The search gives something else now\n");
            for words in because {
                let _ = writeln!(output, "  {words}");
            }
        }
    }
    output
}
