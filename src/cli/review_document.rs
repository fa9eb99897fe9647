//! `mainstay review-document`: a team's own document beside IEC 62304 6.1.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::args::{DocumentAs, ReviewDocumentArguments};
use super::failure::{FOUND, Failure};
use super::{CommandResult, open, time_stamp};
use crate::base::regular;
use crate::domain::choice::Choice as _;
use crate::domain::document_review::{Answer, DocumentKind, Review, SoupGap, SoupList};
use crate::domain::text::counted;
use crate::ops::documents::{self, Drafted, TakenText, Texts};
use crate::ops::{self, EvidenceFile};

/// Most gaps of a list that the text shows; JSON has all.
const GAPS_SHOWN: usize = 40;

/// Reviews a document; with a product file, drafts what it says into the plan.
pub fn review_document(arguments: &ReviewDocumentArguments) -> CommandResult {
    let path = &arguments.document;
    let bytes = ops::read_bytes(path).map_err(Failure::of_input)?;
    let name = regular::name_of(path);
    let kind = arguments.kind.map(kind_of);
    let (format, review) =
        documents::review_document(&bytes, &name, kind, &|_, _| true).map_err(Failure::of_input)?;
    let mut drafted = None;
    if let (Some(product), Some(login)) = (&arguments.draft_plan, &arguments.login) {
        let description = documents::description_of(review.kind);
        let file = EvidenceFile { name: name.clone(), place: path.display().to_string(), description, bytes };
        let (mut opened, session, _) = open::to_write(product, login)?;
        let planned = opened.plan_for_texts()?.draft(&review, &name, Texts::WhereOpen)?;
        let made =
            opened.draft_plan(&session, (planned, file), arguments.reason.as_deref(), &ops::stamp())?;
        time_stamp::after_writing(&mut opened, &session);
        drafted = Some(made);
    }
    let output = if arguments.json {
        as_json(&name, &format, &review, drafted.as_ref())
    } else {
        as_text(&name, &format, &review, drafted.as_ref())
    };
    if review.is_complete() { Ok(output) } else { Err(Failure::answer(FOUND, output)) }
}

const fn kind_of(kind: DocumentAs) -> DocumentKind {
    match kind {
        DocumentAs::Plan => DocumentKind::Plan,
        DocumentAs::SoupList => DocumentKind::SoupList,
        DocumentAs::Procedure => DocumentKind::Procedure,
        DocumentAs::ChangeRecord => DocumentKind::ChangeRecord,
    }
}

fn as_json(name: &str, format: &str, review: &Review, drafted: Option<&Drafted>) -> String {
    let lists: Vec<Value> = review.lists.iter().map(list_json).collect();
    let value = json!({
        "format": 1, "document": name, "document_format": format, "kind": review.kind, "why": review.why,
        "found": review.found(), "missing": review.missing(), "gaps": review.gaps(),
        "points": review.answers.iter().map(answer_json).collect::<Vec<_>>(),
        "lists": lists, "notes": review.notes,
        "plan_draft": drafted.map(|made| json!({
            "plan": made.target.plan(), "by_hand": made.by_hand, "kept": made.kept,
            "taken": made.taken.iter().map(|one| json!({"field": one.label, "from": one.from})).collect::<Vec<_>>(),
        })),
    });
    format!("{value:#}\n")
}

fn answer_json(answer: &Answer) -> Value {
    let point = answer.point;
    let found = answer.found.as_ref().map(|found| {
        json!({"section": found.section, "place": found.place, "quote": found.quote, "spread": found.spread})
    });
    json!({
        "id": point.id, "letter": point.letter, "clause": point.clause, "asks": point.asks, "field": point.field,
        "found": found, "audit_finding": point.finding, "write": point.write,
    })
}

fn list_json(list: &SoupList) -> Value {
    let gaps = list.gaps.iter().map(|gap| {
        json!({
            "line": gap.line, "item": gap.item, "clause": gap.clause, "what": gap.what,
            "audit_finding": gap.finding, "write": gap.write,
        })
    });
    json!({"place": list.place, "items": list.items(), "gaps": gaps.collect::<Vec<_>>(), "more": list.more})
}

fn as_text(name: &str, format: &str, review: &Review, drafted: Option<&Drafted>) -> String {
    let mut output = format!("{name}: {format}, read as: {}. {}\n", review.kind.word(), review.why);
    if !review.answers.is_empty() {
        let _ = writeln!(
            output,
            "{} asked: {} found, {} missing",
            counted(review.answers.len(), "point"),
            review.found(),
            review.missing()
        );
    }
    for list in &review.lists {
        let (items, gaps) = (counted(list.items(), "item"), counted(list.count(), "gap"));
        let _ = writeln!(output, "List of SOUP ({}): {items}, {gaps}", list.place);
    }
    for note in &review.notes {
        let _ = writeln!(output, "{note}");
    }
    let mut last = "";
    for answer in &review.answers {
        if answer.point.letter != last {
            last = answer.point.letter;
            let _ = writeln!(output, "\n{}", answer.point.heading());
        }
        output.push_str(&answer_words(answer));
    }
    for list in review.lists.iter().filter(|list| list.count() > 0) {
        let _ = writeln!(output, "\nList of SOUP, {}", list.place);
        list.gaps.iter().take(GAPS_SHOWN).for_each(|gap| output.push_str(&gap_words(gap)));
        let more = list.count().saturating_sub(GAPS_SHOWN);
        if more > 0 {
            let _ = writeln!(output, "  and {more} more; --json lists them");
        }
    }
    if let Some(made) = drafted {
        output.push_str(&drafted_words(made));
    }
    output.push_str("\nWhat is found is a passage with the asked words. Read it: whether it is enough is your judgement.\n");
    output
}

fn answer_words(answer: &Answer) -> String {
    let point = answer.point;
    match &answer.found {
        Some(found) => {
            let spread = if found.spread { ", spread over the section" } else { "" };
            format!(
                "  found    {} {} ({}){spread}\n             “{}”\n",
                point.id,
                point.asks,
                found.where_words(),
                found.quote
            )
        }
        None => format!(
            "  missing  {} {} ({})\n             Common audit finding: {}\n             {}\n",
            point.id, point.asks, point.clause, point.finding, point.write
        ),
    }
}

fn gap_words(gap: &SoupGap) -> String {
    match gap.line {
        Some(line) => format!("  line {line}  {}: {} ({})\n", gap.item, gap.what, gap.clause),
        None => format!(
            "  {} ({})\n             Common audit finding: {}\n             {}\n",
            gap.what, gap.clause, gap.finding, gap.write
        ),
    }
}

fn drafted_words(made: &Drafted) -> String {
    let mut output = format!(
        "\nDrafted into {}: {}. Accept or change each before the plan is submitted. The document is attached.\n",
        made.target.words(),
        counted(made.taken.len(), "field")
    );
    for TakenText { label, from, .. } in &made.taken {
        let _ = writeln!(output, "  {label}: from {from}");
    }
    for (words, labels) in
        [("Enter these yourself", &made.by_hand), ("Kept as they were decided", &made.kept)]
    {
        if !labels.is_empty() {
            let _ = writeln!(output, "{words}: {}", labels.join(", "));
        }
    }
    output
}
