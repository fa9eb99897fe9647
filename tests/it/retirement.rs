//! Retirement and clocks by `ops` and by commands: milestones, the calendar, the test of a restored copy, reference limits, trends.

use std::path::{Path, PathBuf};

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::ops::{Opened, ProductFile};
use serde_json::{Value, json};

use crate::chain;
use crate::desk::{Desk, PASSWORD, PLAN, go_to, program, stamp, workstation};

/// The retirement plan of these desks.
pub const RETIREMENT: RecordId = RecordId::new(Kind::RetirementPlan, 1);

/// Every group of a plan is answered, or says why it does not apply.
fn answers() -> Value {
    let text = "As the board decided on 2031-02-01";
    let stage = |stage: &str| {
        json!({
            "stage": stage, "complaints": "Continue", "vigilance": "Continues", "bug_fixes": "None",
            "security_updates": "Critical ones", "vulnerability_notices": "By letter",
        })
    };
    json!({
        "title": "Retirement of the gateway", "install_base": "412 at 37 sites", "reason": text, "alternatives": text,
        "markets": ["us", "eu"], "last_sale_date": "2033-03-01", "eol_date": "2033-03-01",
        "security_support_end": "2035-01-01", "eos_date": "2035-03-01", "decommission_target": "2035-06-01",
        "dates_basis": text, "stages": [stage("limited_support"), stage("end_of_support")],
        "notices_na": text, "serious_harm": "no", "serious_harm_rationale": text, "emergency_device": "no",
        "data_na": text, "soup_na": text, "keys_na": text, "residual_risk": text, "risk_file_ref": "RMF-1",
        "risk_transfer_na": text,
        "duties": [{"duty": "Complaints", "organisation": "Example Devices", "until": "2045"}],
        "archive_content": text,
        "archive_copies": [{"location": "Vault A", "custodian": "QA"}, {"location": "Vault B", "custodian": "IT"}],
        "regulatory_na": text, "guide_na": text,
    })
}

/// A desk with a retirement plan of which only the title is written.
pub fn begun() -> Desk {
    let mut desk = Desk::staffed_once();
    let id = desk.create("ana", Kind::RetirementPlan, json!({"title": "Retirement of the gateway"}));
    assert_eq!(id, RETIREMENT);
    desk
}

/// A desk with an approved retirement plan.
pub fn approved() -> Desk {
    let mut desk = Desk::staffed_once();
    desk.hire("gina", "Gina Example", &[Role::Management]);
    assert_eq!(desk.create("ana", Kind::RetirementPlan, answers()), RETIREMENT);
    let approval = desk.go("ana", RETIREMENT, "submit").unwrap().made[0];
    for login in ["ana", "eva", "gina"] {
        desk.signed(login, mainstay::ops::Request::Sign { id: approval, meaning: None }).unwrap();
    }
    assert_eq!(desk.state(RETIREMENT), "approved");
    desk
}

fn lay_out(desk: &mut Desk, login: &str) -> Result<usize, String> {
    let at = stamp(desk.tick());
    let session = &desk.people[login];
    desk.file.lay_out_milestones(session, (RETIREMENT, None), &at).map_err(|refusal| refusal.to_string())
}

#[test]
fn the_milestones_that_the_dates_ask_for_are_laid_out_once_and_all_together() {
    let mut desk = begun();
    let refusal = lay_out(&mut desk, "ana").unwrap_err();
    assert!(refusal.contains("ask for no further milestone"), "{refusal}");
    desk.edit("ana", RETIREMENT, json!({"eol_date": "2033-03-01", "eos_date": "2035-03-01"})).unwrap();
    let asked = desk.file.retirement(RETIREMENT, desk.now).unwrap().to_lay_out.len();
    assert!(asked >= 8, "{asked}");
    let head = desk.file.head().seq;
    let refusal = lay_out(&mut desk, "cleo").map(|_| ());
    assert!(refusal.is_ok(), "a risk manager carries the plan out too");
    assert_eq!(desk.file.head().seq, head + asked as u64);
    assert_eq!(desk.file.parts(RETIREMENT, Kind::Milestone).unwrap().len(), asked);
    assert!(desk.file.retirement(RETIREMENT, desk.now).unwrap().to_lay_out.is_empty());
    let refusal = lay_out(&mut desk, "ana").unwrap_err();
    assert!(refusal.contains("ask for no further milestone"), "{refusal}");
    // A date that is entered later asks for its own milestones only.
    desk.edit("ana", RETIREMENT, json!({"export_until": "2035-02-01"})).unwrap();
    assert_eq!(lay_out(&mut desk, "ana"), Ok(1));
    desk.assert_verifies();
}

#[test]
fn who_does_not_carry_the_plan_out_lays_nothing_out() {
    let mut desk = begun();
    desk.edit("ana", RETIREMENT, json!({"eol_date": "2033-03-01"})).unwrap();
    desk.hire("tom", "Tom Example", &[Role::Auditor]);
    let head = desk.file.head().seq;
    let refusal = lay_out(&mut desk, "tom").unwrap_err();
    assert!(refusal.contains("reserved for"), "{refusal}");
    assert_eq!(desk.file.head().seq, head, "nothing of the batch is in the file");
}

/// The lines of a calendar, unfolded, by property.
fn lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(text.ends_with("\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']), "RFC 5545 3.1");
    for line in text.split("\r\n") {
        assert!(line.len() <= 75, "RFC 5545 3.1: {line}");
    }
    text.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
}

fn with<'a>(lines: &'a [String], property: &str) -> Vec<&'a str> {
    lines.iter().filter_map(|line| line.strip_prefix(property)).collect()
}

#[test]
fn the_calendar_is_icalendar_with_the_same_identities_in_every_export() {
    let mut desk = begun();
    let dates = json!({"eol_date": "2033-03-01", "eos_date": "2035-03-01"});
    desk.edit("ana", RETIREMENT, dates).unwrap();
    lay_out(&mut desk, "ana").unwrap();
    let first = lines(&desk.file.retirement_calendar(RETIREMENT, desk.now).unwrap());
    assert_eq!(first[0], "BEGIN:VCALENDAR");
    assert_eq!(with(&first, "VERSION:"), ["2.0"]);
    assert_eq!(with(&first, "PRODID:").len(), 1);
    let events = with(&first, "BEGIN:VEVENT").len();
    let milestones = desk.file.parts(RETIREMENT, Kind::Milestone).unwrap().len();
    assert_eq!(events, milestones + 2, "one for each milestone and each end");
    let uids = with(&first, "UID:");
    let distinct: std::collections::BTreeSet<&&str> = uids.iter().collect();
    assert_eq!((uids.len(), distinct.len()), (events, events));
    assert_eq!(with(&first, "DTSTAMP:").len(), events);
    assert!(with(&first, "DTSTART;VALUE=DATE:").contains(&"20350301"), "{first:#?}");
    assert!(with(&first, "DTEND").is_empty(), "an event of a day without an end is that day");
    let escaped = |words: &&&str| words.contains(r"Tell the authorities\, MDR 10a");
    assert_eq!(with(&first, "SUMMARY:").iter().filter(escaped).count(), 1, "RFC 5545 3.3.11");
    // Another day of the same milestone is the same event.
    desk.edit("ana", RecordId::new(Kind::Milestone, 1), json!({"planned_on": "2031-05-05"})).unwrap();
    let second = lines(&desk.file.retirement_calendar(RETIREMENT, desk.now).unwrap());
    assert_eq!(with(&second, "UID:").iter().collect::<std::collections::BTreeSet<_>>(), distinct);
    assert!(with(&second, "DTSTART;VALUE=DATE:").contains(&"20310505"));
}

fn copied(desk: &Desk, name: &str) -> PathBuf {
    let copy = desk.folder.path().join(name);
    ProductFile::backup(desk.file.path(), &copy, &|_| true).unwrap();
    copy
}

fn tested(desk: &Desk, copy: &Path) -> Result<mainstay::ops::RestoredCopy, String> {
    desk.file.test_restore(copy, &|_| true).map_err(|refusal| refusal.to_string())
}

#[test]
fn a_restored_copy_is_verified_and_noted_in_the_plan() {
    let mut desk = approved();
    let copy = copied(&desk, "copy.mainstay");
    desk.edit("ana", RETIREMENT, json!({"public_notice": "https://example.org/gateway"})).unwrap();
    let found = tested(&desk, &copy).unwrap();
    assert!(found.result.contains("before the last one of the file"), "{}", found.result);
    let at = stamp(desk.tick());
    let session = &desk.people["ana"];
    desk.file.note_restore_test(session, (RETIREMENT, None), (&found, "Vault B"), &at).unwrap();
    let row = desk.record(RETIREMENT).value("restore_tests")[0].clone();
    let bytes = std::fs::read(&copy).unwrap();
    assert_eq!(row["sha256"], mainstay::domain::canonical::digest(&bytes));
    assert_eq!((&row["location"], &row["on"]), (&json!("Vault B"), &json!(desk.now.day())));
    assert!(row["result"].as_str().unwrap().starts_with("Verified by Mainstay"), "{row}");
    desk.assert_verifies();
}

#[test]
fn a_restore_test_is_refused_with_words_where_the_copy_is_not_what_it_should_be() {
    let mut desk = approved();
    let own = desk.file.path().to_owned();
    assert!(tested(&desk, &own).unwrap_err().contains("is the file itself"));
    let names = ["second-name.mainstay", "link.mainstay"].map(|name| desk.folder.path().join(name));
    std::fs::hard_link(&own, &names[0]).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&own, &names[1]).unwrap();
    #[cfg(unix)]
    for name in names {
        assert!(tested(&desk, &name).unwrap_err().contains("is the file itself"), "{}", name.display());
    }
    let fresh = Desk::new();
    let refusal = tested(&desk, fresh.file.path()).unwrap_err();
    assert!(refusal.contains("is another product file"), "{refusal}");
    // What was touched does not verify.
    let touched = copied(&desk, "touched.mainstay");
    let mut bytes = std::fs::read(&touched).unwrap();
    let (from, to) = (b"412 at 37 sites", b"999 at 37 sites");
    let places: Vec<usize> =
        (0..bytes.len() - from.len()).filter(|at| &bytes[*at..*at + from.len()] == from).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    std::fs::write(&touched, bytes).unwrap();
    let refusal = tested(&desk, &touched).unwrap_err();
    assert!(refusal.contains("does not verify"), "{refusal}");
    // A copy with events that the file does not have went another way.
    let before = copied(&desk, "before.mainstay");
    desk.edit("ana", RETIREMENT, json!({"public_notice": "https://example.org"})).unwrap();
    let Opened::Open(earlier) = ProductFile::open_to_read(&before).unwrap() else { panic!("not opened") };
    let refusal = earlier.test_restore(desk.file.path(), &|_| true).unwrap_err().to_string();
    assert!(refusal.contains("which this file does not contain"), "{refusal}");
    // A plan that is not carried out notes none.
    let draft = begun();
    let refusal = draft.file.refuse_restore_test(RETIREMENT).unwrap_err().to_string();
    assert!(refusal.contains("the state of RP-0001 is “Draft”"), "{refusal}");
    assert!(
        refusal.contains("Take the step “Submit for signature” (`submit`) on RP-0001 first"),
        "{refusal}"
    );
}

fn take(desk: &mut Desk, login: &str, names: &[&str]) -> Result<usize, String> {
    let at = stamp(desk.tick());
    let session = &desk.people[login];
    desk.file.take_references(session, names, None, &at).map_err(|refusal| refusal.to_string())
}

#[test]
fn reference_limits_of_the_markets_are_taken_over_once_and_none_is_used_before_it_is_confirmed() {
    let mut desk = Desk::staffed_once();
    let untaken = desk.file.clocks(desk.now).unwrap().untaken;
    assert!(untaken.iter().any(|one| one.title == "US 803 individual report"));
    assert!(untaken.iter().all(|one| !one.title.starts_with("UK")), "the product is not sold there");
    let refusal = take(&mut desk, "eva", &["US 803 individual report", "UK other serious incident"]);
    assert!(refusal.unwrap_err().contains("nothing was taken over"));
    assert!(desk.file.list(Kind::ClockTemplate).unwrap().is_empty());
    assert!(take(&mut desk, "ben", &["US 803 individual report"]).unwrap_err().contains("reserved for"));
    let names: Vec<&str> = untaken.iter().map(|one| one.title).collect();
    assert_eq!(take(&mut desk, "eva", &names), Ok(names.len()));
    assert!(desk.file.clocks(desk.now).unwrap().untaken.is_empty());
    assert!(take(&mut desk, "eva", &[]).unwrap_err().contains("no reference limit to take over"));
    let feedback = chain::feedback(&mut desk);
    assert!(desk.file.clocks_to_start(feedback, desk.now).unwrap().is_empty(), "none is confirmed");
    let template = RecordId::new(Kind::ClockTemplate, 1);
    let confirm = go_to(template, "confirm", json!({"confirmed_with": "21 CFR 803, as of 2031-03-01"}));
    desk.signed("eva", confirm).unwrap();
    let begun = desk.file.clocks_to_start(feedback, desk.now).unwrap();
    assert_eq!(begun.len(), 1);
    assert_eq!(begun[0].1["subject"], json!(feedback));
    desk.assert_verifies();
}

#[test]
fn the_review_of_the_trends_is_due_an_interval_after_the_plan_was_put_in_force() {
    let desk = Desk::staffed_once();
    let days = desk.record(PLAN).value("trend_interval_days").as_i64().unwrap();
    let late = |desk: &Desk, after: i64| {
        let asked = desk.asked(PLAN, after);
        asked.iter().find(|(what, _)| what == "Review the trends").map(|(_, late)| *late)
    };
    assert_eq!(late(&desk, 0), Some(-days));
    assert_eq!(late(&desk, days + 3), Some(3));
}

/// A command on the file of a desk; the clock of this machine is behind that of the desk.
fn command(path: &Path, place: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = program()
        .arg(arguments[0])
        .arg(path)
        .args(&arguments[1..])
        .env("MAINSTAY_PASSWORD", PASSWORD)
        .env("MAINSTAY_DATA_FOLDER", place)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn commands_show_the_plan_lay_out_its_milestones_export_the_calendar_and_test_a_copy() {
    let desk = approved();
    let copy = copied(&desk, "copy.mainstay");
    let (path, place, folder) = (desk.file.path().to_owned(), workstation(), desk.folder);
    drop((desk.file, desk.people));
    let on = |arguments: &[&str]| command(&path, &place, arguments);
    let why = ["--reason", "The clock of this machine is behind"];
    let (code, out, err) = on(&["retirement"]);
    assert_eq!(code, 0, "{err}");
    for words in ["13 of 13 groups are answered", "ISO 13485 4.2.5", "--lay-out makes them"] {
        assert!(out.contains(words), "{words} is not in {out}");
    }
    let (code, out, _) = on(&["retirement", "--json"]);
    let shown: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &shown["plan"]), (0, &json!("RP-0001")));
    let asked = shown["to_lay_out"].as_array().unwrap().len();
    let (code, _, err) = on(&["retirement", "--lay-out"]);
    assert_eq!(code, 2, "who does it is missing: {err}");
    let (code, out, err) = on(&[&["retirement", "--lay-out", "--login", "ana"], &why[..]].concat());
    assert_eq!(code, 0, "{err}");
    assert!(out.contains(&format!("RP-0001: {asked} milestones laid out")), "{out}");
    let calendar = folder.path().join("out.ics");
    let calendar = calendar.to_str().unwrap();
    let (code, _, err) = on(&["retirement", "--calendar", calendar]);
    assert_eq!(code, 0, "{err}");
    assert!(!with(&lines(&std::fs::read(calendar).unwrap()), "UID:").is_empty());
    assert_eq!(on(&["retirement", "--calendar", calendar]).0, 1, "a file that exists is not replaced");
    let test = ["retirement", "--login", "ana", "--location", "Vault B", "--restore-test"];
    let (code, out, err) = on(&[&test[..], &[copy.to_str().unwrap()], &why[..]].concat());
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("Noted in RP-0001 as a restore test at Vault B"), "{out}");
    let (code, _, err) = on(&[&test[..], &[path.to_str().unwrap()], &why[..]].concat());
    assert!(code == 3 && err.contains("is the file itself"), "{err}");
    assert_eq!(command(&path, &place, &["verify"]).0, 0);
}

#[test]
fn commands_list_clocks_and_take_reference_limits_over() {
    let desk = Desk::staffed_once();
    let (path, place, _folder) = (desk.file.path().to_owned(), workstation(), desk.folder);
    drop((desk.file, desk.people));
    let on = |arguments: &[&str]| command(&path, &place, arguments);
    let (code, out, err) = on(&["clocks"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("The program does not decide what is reportable"), "{out}");
    let shown: Value = serde_json::from_str(&on(&["clocks", "--json"]).1).unwrap();
    let count = shown["untaken"].as_array().unwrap().len();
    let take = ["clocks", "--take-references", "--login", "eva", "--reason", "The clock is behind"];
    let (code, out, err) = on(&take);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains(&format!("{count} templates to confirm with current law")), "{out}");
    let (code, _, err) = on(&take);
    assert!(code == 3 && err.contains("no reference limit to take over"), "{err}");
    let (code, _, err) = on(&["retirement"]);
    assert!(code == 3 && err.contains("has no retirement plan"), "{err}");
}
