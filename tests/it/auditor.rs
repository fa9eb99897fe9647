//! What an auditor is shown of a file: every list and record of the example, compared with every personal text of it.

use std::collections::BTreeSet;

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::record::RecordData;
use mainstay::ops::{AuditorSheet, HIDDEN, ProductFile, Veil, beside, chain_of, write_example};
use serde_json::json;

use crate::desk::Desk;

/// Every personal text of a kind's records, by the declarations of the kind.
fn personal(file: &ProductFile) -> BTreeSet<String> {
    let staff: BTreeSet<String> = file.names().unwrap().into_values().collect();
    let mut found = BTreeSet::new();
    for kind in Kind::ALL {
        for data in file.all(*kind).unwrap() {
            for field in data.def().fields() {
                field.each_personal(data.value(field.name), &mut |text| {
                    found.insert(text.trim().to_owned());
                });
            }
        }
    }
    found.retain(|text| text.chars().count() >= 4 && !staff.contains(text));
    found
}

/// Everything that is shown of a record, as one text.
fn words(sheet: &AuditorSheet) -> String {
    let mut all = vec![sheet.title.clone(), sheet.entered.clone()];
    all.extend(sheet.trace.iter().flat_map(|step| step.records.iter().map(|(_, title, _)| title.clone())));
    all.extend(
        sheet.sections.iter().flat_map(|section| section.fields.iter().map(|field| field.words.clone())),
    );
    all.extend(sheet.linked.iter().map(|other| other.title.clone()));
    all.extend(sheet.attachments.clone());
    for signature in &sheet.signatures {
        all.push(signature.words.clone());
        all.extend(signature.state.clone().err());
    }
    for event in &sheet.history {
        all.push(event.words.clone());
        all.extend(event.changes.clone());
    }
    all.join("\n")
}

/// Whether a text stands in another one as whole words.
fn has(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        let after = text[at + word.len()..].chars().next().is_some_and(char::is_alphanumeric);
        !before && !after
    })
}

#[test]
fn no_personal_text_of_the_example_is_in_any_list_or_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("example.mainstay");
    write_example(&path).unwrap();
    let file = ProductFile::open_for_job(&path).unwrap();
    let veil = Veil::of(&file, &|_| true).unwrap();
    let personal = personal(&file);
    assert!(personal.len() > 20, "{personal:?}");
    let now = file.head().at.unwrap();
    let (mut shown, mut hidden) = (0, 0);
    for kind in Kind::ALL {
        for row in file.auditor_list(&veil, *kind).unwrap() {
            let sheet = file.auditor_sheet(&veil, row.id, now).unwrap();
            let all = format!("{}\n{}", row.title, words(&sheet));
            for text in &personal {
                assert!(!has(&all, text), "{} shows “{text}”", row.id);
            }
            shown += 1;
            hidden += usize::from(all.contains(HIDDEN));
        }
    }
    assert!(shown > 100 && hidden > 10 && hidden < shown, "{hidden} of {shown}");
}

#[test]
fn what_was_changed_since_and_copied_elsewhere_is_hidden_too() {
    let mut desk = Desk::staffed();
    let set = json!({"title": "Alarm is late", "reporter_name": "Mary Major", "description_verbatim": "The alarm came late"});
    let feedback = desk.create("ana", Kind::Feedback, set);
    desk.edit("ana", feedback, json!({"reporter_name": "Nora Minor"})).unwrap();
    let copied = json!({"title": "Call of Mary Major and Nora Minor about the alarm"});
    let other = desk.create("ana", Kind::Feedback, copied);
    let veil = Veil::of(&desk.file, &|_| true).unwrap();
    let now = desk.now;
    let sheet = desk.file.auditor_sheet(&veil, other, now).unwrap();
    assert_eq!(sheet.title, "Call of [hidden] and [hidden] about the alarm");
    let all = words(&desk.file.auditor_sheet(&veil, feedback, now).unwrap());
    assert!(!all.contains("Mary") && !all.contains("Nora") && all.contains("Ana Example"), "{all}");
    // A colleague who enters something is named: a signature is nothing without its name.
    let staff: Vec<RecordData> = desk.file.all(Kind::Person).unwrap();
    let names = staff.iter().map(|data| data.title().to_owned());
    let list: Vec<String> =
        desk.file.auditor_list(&veil, Kind::Person).unwrap().into_iter().map(|row| row.title).collect();
    assert!(names.clone().all(|name| list.contains(&name)), "{list:?}");
}

#[test]
fn one_step_along_the_chain_leads_to_the_next_record_and_ends_at_both_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("example.mainstay");
    write_example(&path).unwrap();
    let file = ProductFile::open_for_job(&path).unwrap();
    let (veil, now) = (Veil::of(&file, &|_| true).unwrap(), file.head().at.unwrap());
    let all = file.list(Kind::Feedback).unwrap();
    let trace = |id| file.auditor_sheet(&veil, id, now).unwrap().trace;
    let begun = all.iter().map(|row| trace(row.id)).find(|trace| chain_of(trace).len() > 4).unwrap();
    let chain = chain_of(&begun);
    let mut walked = vec![chain[0]];
    while let Some(next) = beside(&begun, *walked.last().unwrap(), 1) {
        walked.push(next);
    }
    assert_eq!(walked, chain);
    for kind in [Kind::Feedback, Kind::ProblemReport, Kind::ChangeRequest] {
        assert!(chain.iter().any(|id| id.kind == kind), "{chain:?}");
    }
    assert_eq!(beside(&begun, chain[0], -1), None);
    assert_eq!(beside(&begun, chain[1], -1), Some(chain[0]));
    // What belongs to no chain has no next one.
    let plan = RecordId::new(Kind::MaintenancePlan, 1);
    assert_eq!((beside(&trace(plan), plan, 1), beside(&begun, plan, 1)), (None, None));
}

#[test]
fn a_look_for_personal_data_that_is_cancelled_gives_nothing() {
    let desk = Desk::new();
    assert!(Veil::of(&desk.file, &|_| false).is_err());
}
