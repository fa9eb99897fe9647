//! Recipients of a communication as a table.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::ops::recipients::{RecipientCounts, RecipientsPlan};
use mainstay::ops::{Refused, Request};
use serde_json::json;

use crate::desk::{Desk, go_to, stamp};

const HEADER: &str =
    "name,organisation,address,email,market,language,sent_on,method,acknowledged_on,acknowledgement_ref";

/// An issued communication, whose recipients answer.
fn communication(desk: &mut Desk) -> RecordId {
    let set = json!({
        "title": "The end of sale", "communication_kind": "eol_notice", "audience": "Hospitals", "languages": ["English"],
        "problem_and_consequence": "The gateway is no longer sold", "subjects": ["PD-0001"],
    });
    let id = desk.create("eva", Kind::Communication, set);
    let approval = desk.go("eva", id, "submit").unwrap().made[0];
    for login in ["eva", "ana"] {
        desk.signed(login, Request::Sign { id: approval, meaning: None }).unwrap();
    }
    desk.signed("eva", go_to(id, "issue", json!({"published_at": "The portal"}))).unwrap();
    id
}

fn plan(desk: &Desk, id: RecordId, rows: &str) -> RecipientsPlan {
    let text = format!("{HEADER}\n{rows}");
    desk.file.plan_recipients(id, (text.as_bytes(), "recipients.csv"), desk.now).unwrap()
}

fn import(desk: &mut Desk, id: RecordId, rows: &str) -> Result<RecipientCounts, Refused> {
    let plan = plan(desk, id, rows);
    let at = stamp(desk.tick());
    desk.file.import_recipients(&desk.people["eva"], &plan, &|_| true, &at)
}

const TWO: &str = "Ada,Klinik Nord,\"Weg 1\nHamburg\",ada@example.com,eu,German,2031-03-01,Letter,,\n\
                   Bo,City Hospital,,bo@example.com,United States,English,2031-03-01,mail,2031-03-02,Letter of 2 March\n";

#[test]
fn recipients_are_imported_once_and_a_second_import_of_the_same_file_changes_nothing() {
    let mut desk = Desk::staffed_once();
    let id = communication(&mut desk);
    let counts = import(&mut desk, id, TWO).unwrap();
    assert_eq!(counts, RecipientCounts { added: 2, updated: 0, same: 0, acknowledged: 1 });
    let parts = desk.file.parts(id, Kind::Recipient).unwrap();
    let states: Vec<&str> = parts.iter().map(|data| data.head.state.as_str()).collect();
    assert_eq!(states, ["listed", "acknowledged"]);
    assert_eq!(parts[1].text("acknowledgement_ref"), "Letter of 2 March");
    assert_eq!(parts[0].text("market"), "eu");
    let head = desk.file.head().clone();
    let counts = import(&mut desk, id, TWO).unwrap();
    assert_eq!(counts, RecipientCounts { added: 0, updated: 0, same: 2, acknowledged: 0 });
    assert_eq!(desk.file.head(), &head);
    desk.assert_verifies();
}

#[test]
fn a_row_of_somebody_who_is_there_changes_their_values_and_takes_the_step_of_the_acknowledgement() {
    let mut desk = Desk::staffed_once();
    let id = communication(&mut desk);
    import(&mut desk, id, TWO).unwrap();
    // By the address in other letters; an empty cell leaves its value.
    let rows = "Ada B.,,,ADA@example.com,,,,,2031-03-03,Mail of 3 March\nBo,City Hospital,,,,,,telephone,,\nCy,,,,,,,,,\n";
    let counts = import(&mut desk, id, rows).unwrap();
    assert_eq!(counts, RecipientCounts { added: 1, updated: 2, same: 0, acknowledged: 1 });
    let parts = desk.file.parts(id, Kind::Recipient).unwrap();
    assert_eq!(parts.len(), 3);
    assert_eq!((parts[0].title(), parts[0].text("organisation")), ("Ada B.", "Klinik Nord"));
    assert_eq!(
        (parts[0].head.state.as_str(), parts[0].text("acknowledged_on")),
        ("acknowledged", "2031-03-03")
    );
    assert_eq!((parts[1].text("method"), parts[1].text("email")), ("telephone", "bo@example.com"));
    desk.assert_verifies();
}

#[test]
fn what_is_exported_is_imported_without_a_change() {
    let mut desk = Desk::staffed_once();
    let id = communication(&mut desk);
    let rows = format!("{TWO}=Cy,\"A, \"\"B\"\"\",,,,,,,,\n");
    import(&mut desk, id, &rows).unwrap();
    let written = desk.file.recipients_csv(id).unwrap();
    let text = String::from_utf8(written.clone()).unwrap();
    assert!(text.contains(HEADER) && text.contains("'=Cy"), "{text}");
    let plan = desk.file.plan_recipients(id, (&written, "again.csv"), desk.now).unwrap();
    assert_eq!(
        plan.counts(),
        RecipientCounts { same: 3, ..RecipientCounts::default() },
        "{:?}",
        plan.problems
    );
    // In another communication it adds the same people.
    let other = communication(&mut desk);
    let plan = desk.file.plan_recipients(other, (&written, "again.csv"), desk.now).unwrap();
    assert_eq!((plan.counts().added, plan.counts().acknowledged), (3, 1));
    let at = stamp(desk.tick());
    desk.file.import_recipients(&desk.people["eva"], &plan, &|_| true, &at).unwrap();
    assert_eq!(desk.file.recipients_csv(other).unwrap(), written);
}

#[test]
fn a_thousand_malformed_rows_are_told_with_their_places_and_nothing_is_imported() {
    let mut desk = Desk::staffed_once();
    let id = communication(&mut desk);
    let head = desk.file.head().clone();
    let mut rows = TWO.to_owned();
    rows.extend((0..1000).map(|row| format!("Person {row},,,,moon,,,,,\n")));
    let made = plan(&desk, id, &rows);
    assert_eq!((made.problems.first.len(), made.problems.count()), (50, 1000));
    let first = made.problems.lines()[0].clone();
    assert!(first.starts_with("line 5, market: ") && first.contains("moon"), "{first}");
    let refusal = import(&mut desk, id, &rows).unwrap_err().to_string();
    assert!(refusal.contains("1000 defects, and nothing was imported"), "{refusal}");
    assert!(refusal.ends_with("and 950 more"), "{refusal}");
    assert_eq!(desk.file.head(), &head);
}

#[test]
fn each_defect_of_a_row_is_told_in_its_column() {
    let mut desk = Desk::staffed_once();
    let id = communication(&mut desk);
    import(&mut desk, id, "Di,Ward 1,,di@example.com,,,,,,\nDi,Ward 1,,di2@example.com,,,,,,\n").unwrap();
    for (rows, words) in [
        (",Klinik,,,,,,,,\n", "line 2: Name: is missing"),
        ("A,,,,,,1 March,,,\n", "line 2, sent_on: "),
        ("A,,,,,,2040-01-01,,,\n", "line 2, sent_on: 2040-01-01 is in the future"),
        ("A,,,,,,,pigeon,,\n", "line 2, method: "),
        ("A,,,,,,,,2031-03-01,\n", "line 2, sent_on: is missing, although it was acknowledged"),
        ("A,,,,,,2031-03-02,,2031-03-01,\n", "line 2, acknowledged_on: 2031-03-01 is before it was sent"),
        ("A,,,a@example.com,,,,,,\nB,,,A@example.com,,,,,,\n", "line 3, email: line 2 has the same address"),
        ("A,B,,,,,,,,\na,b,,,,,,,,\n", "line 3, name: line 2 has the same name and organisation"),
        ("Di,Ward 1,,,,,,,,\n", "line 2, name: could be RC-0001 or RC-0002"),
        ("A,B,C,D,E,F,G,H,I,J,K\n", "line 2: The row has 11 values"),
        ("A\u{202E},,,,,,,,,\n", "line 2, name: a hidden"),
    ] {
        let made = plan(&desk, id, rows);
        let lines = made.problems.lines();
        assert!(lines.iter().any(|line| line.starts_with(words)), "{rows}: {lines:?}");
    }
    let refusal =
        |bytes: &[u8]| desk.file.plan_recipients(id, (bytes, "r.csv"), desk.now).unwrap_err().to_string();
    assert!(refusal(b"").contains("The file is empty"));
    assert!(refusal(b"PK\x03\x04\x14\0\0\0").contains("not delimited text"));
    assert!(refusal(b"customer,city\na,b\n").contains("there is no column “name”"));
    let long = [b"name\n".to_vec(), vec![b'x'; 2_000_000]].concat();
    assert!(refusal(&long).contains("longer than"), "{}", refusal(&long));
    let release = RecordId::new(Kind::Release, 1);
    let refusal = desk.file.plan_recipients(release, (b"name\na\n", "r.csv"), desk.now).unwrap_err();
    assert!(refusal.to_string().contains("name a communication"), "{refusal}");
}

#[test]
fn an_import_by_somebody_who_writes_no_communications_leaves_nothing() {
    let mut desk = Desk::staffed_once();
    let id = communication(&mut desk);
    let made = plan(&desk, id, TWO);
    desk.hire("gus", "Gus Example", &[mainstay::domain::person::Role::Developer]);
    let (after, at) = (desk.file.head().clone(), stamp(desk.tick()));
    let refusal = desk.file.import_recipients(&desk.people["gus"], &made, &|_| true, &at).unwrap_err();
    assert!(refusal.to_string().contains("is reserved for"), "{refusal}");
    assert_eq!(desk.file.head(), &after);
    // Cancelled half way, nothing is left either.
    let refusal =
        desk.file.import_recipients(&desk.people["eva"], &made, &|index| index < 2, &at).unwrap_err();
    assert!(refusal.is_failure(), "{refusal}");
    assert_eq!(desk.file.head(), &after);
}
