//! Letters and notices: to whom, with which words, and marked while they are drafts.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::ops::{
    Act, FileSource, LetterOptions, PacketFonts, Request, letter_pages, letter_pdf, letter_text,
};
use serde_json::json;

use crate::chain::verified_change;
use crate::desk::{Desk, go_to, id, program, stamp};
use crate::packet::keep;
use crate::releasing::{candidate, drafted_note, released};

const LOGO: &str = "<svg xmlns='http://www.w3.org/2000/svg' width='120' height='40'><circle cx='20' cy='20' r='16' \
                    fill='#1f4e79'/><rect x='44' y='12' width='70' height='16' fill='#1f4e79'/></svg>";

fn text(desk: &Desk, letter: RecordId) -> String {
    letter_text(&desk.file, letter, &LetterOptions::default(), &stamp(desk.now)).unwrap()
}

fn draft(desk: &mut Desk) -> RecordId {
    let (_, cr) = verified_change(desk);
    let release = candidate(desk, cr, json!({}));
    drafted_note(desk, release)
}

fn recipient(desk: &mut Desk, of: RecordId, name: &str, language: &str) -> RecordId {
    let set = json!({
        "title": name, "organisation": "St Example Hospital", "address": "Example Street 1\n12345 Exampletown",
        "language": language,
    });
    desk.create_part("eva", Kind::Recipient, of, set)
}

fn pdf(desk: &Desk, letter: RecordId, options: &LetterOptions) -> Vec<u8> {
    letter_pdf(&desk.file, letter, options, PacketFonts::bundled(), &stamp(desk.now)).unwrap()
}

#[test]
fn a_draft_is_marked_and_an_approved_letter_has_a_date() {
    let mut desk = Desk::staffed();
    let note = draft(&mut desk);
    let words = text(&desk, note);
    for expected in
        ["DRAFT, not approved: do not send", "Date: Draft", "Example Devices", "Reference: CM-0001, text "]
    {
        assert!(words.contains(expected), "{expected} in {words}");
    }
    let approval = desk.go("eva", note, "submit").unwrap().made[0];
    assert!(text(&desk, note).contains("DRAFT"), "under review it is still a draft");
    for login in ["eva", "gina"] {
        desk.signed(login, Request::Sign { id: approval, meaning: None }).unwrap();
    }
    let words = text(&desk, note);
    assert!(!words.contains("DRAFT") && words.contains("Date: 2031-03-03"), "{words}");
    recipient(&mut desk, note, "Mary Major", "English");
    desk.sign_go("eva", note, "issue").unwrap();
    desk.now = desk.now.plus_seconds(5 * 86_400);
    assert!(text(&desk, note).contains("Date: 2031-03-03"), "the day of issue stays");
}

#[test]
fn a_letter_holds_both_texts_what_users_can_do_and_the_versions_without_clause_numbers() {
    let mut desk = Desk::staffed();
    let note = draft(&mut desk);
    let words = text(&desk, note);
    for expected in [
        "Customer notice: Version 2.3.1 corrects a late alarm on battery",
        "What the problem is, and what happens if the software is used unchanged",
        "On battery the alarm sounds up to two minutes late.",
        "What changes, and how to get and install it",
        "follow INST-4",
        "What you can do until then",
        "Keep the pump on mains power.",
        "Affected versions",
        "2.3.0",
    ] {
        assert!(words.contains(expected), "{expected} in {words}");
    }
    assert!(!words.contains("6.2.5") && !words.contains("Language:"), "{words}");
    let before = text(&desk, note);
    desk.edit("eva", note, json!({"compensating_controls": "Check the pump every hour."})).unwrap();
    let reference =
        |words: &str| words.lines().find(|line| line.starts_with("Reference:")).unwrap().to_owned();
    assert_ne!(reference(&before), reference(&text(&desk, note)), "another text has another reference");
}

#[test]
fn every_recipient_gets_a_letter_and_one_that_was_struck_out_gets_none() {
    let mut desk = Desk::staffed();
    let note = draft(&mut desk);
    let first = recipient(&mut desk, note, "Mary Major", "German");
    let second = recipient(&mut desk, note, "Nora Minor", "");
    let wrong = recipient(&mut desk, note, "Olga Other", "");
    desk.by("eva", Act::from(go_to(wrong, "strike", json!({}))).because("Entered twice")).unwrap();
    let words = text(&desk, note);
    assert_eq!(words.matches("Reference: ").count(), 2);
    for expected in [
        "Mary Major\nSt Example Hospital\nExample Street 1\n12345 Exampletown",
        "Language: German",
        "Nora Minor",
        "Language: English",
    ] {
        assert!(words.contains(expected), "{expected} in {words}");
    }
    assert!(!words.contains("Olga Other"));
    let only = |recipient| LetterOptions { recipient: Some(recipient), ..LetterOptions::default() };
    let one = letter_text(&desk.file, note, &only(second), &stamp(desk.now)).unwrap();
    assert!(one.contains("Nora Minor") && !one.contains("Mary Major"));
    let refuse = |recipient| {
        letter_text(&desk.file, note, &only(recipient), &stamp(desk.now)).unwrap_err().to_string()
    };
    assert!(refuse(wrong).contains("was struck out"), "{}", refuse(wrong));
    assert!(refuse(id("RC-0099")).contains("is not a recipient"), "{}", refuse(id("RC-0099")));
    let printed =
        letter_pages(&desk.file, note, &LetterOptions::default(), PacketFonts::bundled(), &stamp(desk.now))
            .unwrap();
    assert_eq!(printed.pages, 2, "one page each");
    assert!(printed.warnings.is_empty(), "{:?}", printed.warnings);
    keep("letters-draft", &printed.pdf);
    assert_ne!(pdf(&desk, note, &only(first)), pdf(&desk, note, &only(second)));
}

#[test]
fn a_long_letter_continues_on_further_pages_for_each_recipient() {
    let mut desk = Desk::staffed();
    let note = draft(&mut desk);
    let paragraph =
        "The alarm sounds up to two minutes late when the pump runs on battery and the display is dark. "
            .repeat(6);
    let long = vec![paragraph; 9].join("\n\n");
    desk.edit("eva", note, json!({"problem_and_consequence": long, "compensating_controls": long})).unwrap();
    recipient(&mut desk, note, "Mary Major", "German");
    addressed(&mut desk, note, 9);
    let printed =
        letter_pages(&desk.file, note, &LetterOptions::default(), PacketFonts::bundled(), &stamp(desk.now))
            .unwrap();
    keep("letters-long", &printed.pdf);
    assert!(printed.warnings.is_empty(), "{:?}", printed.warnings);
    assert!(printed.pages >= 6 && printed.pages.is_multiple_of(2), "{} pages", printed.pages);
}

/// A recipient whose address has this many lines.
fn addressed(desk: &mut Desk, note: RecordId, lines: usize) {
    let address: Vec<String> =
        (1..=lines).map(|line| format!("Line {line} of a long address of a hospital")).collect();
    let set = json!({
        "title": "Nora Minor", "organisation": "A hospital with a very long name, Department of Anaesthesia",
        "address": address.join("\n"),
    });
    desk.create_part("eva", Kind::Recipient, note, set);
}

#[test]
fn an_address_that_is_longer_than_its_window_moves_the_text_down_instead_of_covering_it() {
    let mut desk = Desk::staffed_once();
    let note = drafted_note_alone(&mut desk);
    addressed(&mut desk, note, 48);
    let printed =
        letter_pages(&desk.file, note, &LetterOptions::default(), PacketFonts::bundled(), &stamp(desk.now))
            .unwrap();
    keep("letter-address", &printed.pdf);
    assert_eq!(printed.pages, 2, "the text is below the address");
}

#[test]
fn a_letter_to_many_recipients_has_a_page_for_each() {
    let mut desk = Desk::staffed_once();
    let note = drafted_note_alone(&mut desk);
    let rows: Vec<String> = (1..=60)
        .map(|count| format!("Person {count},Hospital {count},\"Way {count}\nExampletown\",p{count}@example.com,eu,German,,,,\n"))
        .collect();
    let header = "name,organisation,address,email,market,language,sent_on,method,acknowledged_on,acknowledgement_ref\n";
    let table = format!("{header}{}", rows.concat());
    let plan = desk.file.plan_recipients(note, (table.as_bytes(), "recipients.csv"), desk.now).unwrap();
    let at = stamp(desk.tick());
    desk.file.import_recipients(&desk.people["eva"], &plan, &|_| true, &at).unwrap();
    let printed =
        letter_pages(&desk.file, note, &LetterOptions::default(), PacketFonts::bundled(), &stamp(desk.now))
            .unwrap();
    assert_eq!(printed.pages, 60);
    assert_eq!(text(&desk, note).matches("Reference: ").count(), 60);
}

fn drafted_note_alone(desk: &mut Desk) -> RecordId {
    desk.create(
        "eva",
        Kind::Communication,
        json!({
            "title": "Alarm is late", "communication_kind": "advisory_notice", "languages": ["English"],
            "problem_and_consequence": "On battery the alarm sounds late.", "change_and_how_to_get_it": "Install 2.3.1.",
        }),
    )
}

#[test]
fn the_signatures_are_only_on_an_internal_page_that_is_asked_for() {
    let mut desk = Desk::staffed();
    let release = released(&mut desk);
    let note = desk.file.referring(release, Kind::Communication).unwrap()[0].head.id;
    recipient(&mut desk, note, "Mary Major", "English");
    assert!(!text(&desk, note).contains("Gina Example"));
    let with = LetterOptions { with_approval: true, ..LetterOptions::default() };
    let words = letter_text(&desk.file, note, &with, &stamp(desk.now)).unwrap();
    for expected in ["INTERNAL, do not send", "Signed: Gina Example", "the content is unchanged"] {
        assert!(words.contains(expected), "{expected} in {words}");
    }
    keep("letter-with-approval", &pdf(&desk, note, &with));
}

#[test]
fn the_letterhead_has_the_address_and_the_newest_logo_and_a_logo_that_is_none_is_told() {
    let mut desk = Desk::staffed();
    let note = draft(&mut desk);
    let plain = pdf(&desk, note, &LetterOptions::default());
    let address = json!({"manufacturer_address": "Example Road 7\n54321 Exampleton", "manufacturer_contact": "safety@example.org"});
    desk.edit("ana", mainstay::domain::requests::PRODUCT, address).unwrap();
    let words = text(&desk, note);
    for expected in [
        "Example Devices\nExample Road 7\n54321 Exampleton\nsafety@example.org",
        "Questions: safety@example.org",
    ] {
        assert!(words.contains(expected), "{expected} in {words}");
    }
    let attach = |name: &str, content: &str, description: &str| Request::Attach {
        to: mainstay::domain::requests::PRODUCT,
        file_name: name.to_owned(),
        file: FileSource::Text(content.to_owned()),
        description: description.to_owned(),
        source: String::new(),
        captured_at: None,
    };
    desk.by("ana", attach("other.svg", LOGO, "A drawing")).unwrap();
    let without = pdf(&desk, note, &LetterOptions::default());
    assert_ne!(plain, without);
    desk.by("ana", attach("logo.svg", LOGO, "logo, blue")).unwrap();
    let with = pdf(&desk, note, &LetterOptions::default());
    assert_ne!(without, with);
    keep("letter-logo", &with);
    desk.by("ana", attach("logo.png", "no picture", "Logo, new")).unwrap();
    let refused =
        letter_pdf(&desk.file, note, &LetterOptions::default(), PacketFonts::bundled(), &stamp(desk.now))
            .unwrap_err();
    let words = refused.to_string();
    assert!(
        words.contains("the logo AT-") && words.contains("not a PNG") && words.contains("withdraw it"),
        "{words}"
    );
}

#[test]
fn what_is_no_communication_or_not_required_or_void_has_no_letter() {
    let mut desk = Desk::staffed();
    let note = draft(&mut desk);
    let refuse = |desk: &Desk, id: RecordId| {
        letter_text(&desk.file, id, &LetterOptions::default(), &stamp(desk.now)).unwrap_err().to_string()
    };
    assert!(refuse(&desk, id("CR-0001")).contains("is not a communication"));
    assert!(refuse(&desk, id("CM-0099")).contains("CM-0099"));
    let decided = json!({
        "not_required_justification": "No user notices it", "not_required_conclusions": "None", "not_required_follow_up": "None",
        "designated_person": desk.people["eva"].person(),
    });
    desk.edit("eva", note, decided).unwrap();
    desk.sign_go("eva", note, "not_required").unwrap();
    assert!(refuse(&desk, note).contains("nothing is communicated"), "{}", refuse(&desk, note));
    let other = drafted_note(&mut desk, id("RL-0001"));
    desk.by("ana", Act::from(go_to(other, "void", json!({}))).because("Twice")).unwrap();
    assert!(refuse(&desk, other).contains("is void"), "{}", refuse(&desk, other));
}

#[test]
fn the_command_writes_letters_and_tells_what_is_no_communication() {
    let mut desk = Desk::staffed();
    let note = draft(&mut desk);
    recipient(&mut desk, note, "Mary Major", "German");
    let out = |name: &str| desk.folder.path().join(name);
    let run = |arguments: &[&str], name: &str| {
        let output = program()
            .arg("letter")
            .arg(desk.file.path())
            .args(arguments)
            .arg("-o")
            .arg(out(name))
            .output()
            .unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, words) = run(&["CM-0001"], "letter.pdf");
    assert!(code == 0 && words.contains("1 page"), "{words}");
    assert!(std::fs::read(out("letter.pdf")).unwrap().starts_with(b"%PDF-"));
    let (code, words) = run(&["CM-0001", "--text", "--recipient", "RC-0001"], "letter.txt");
    assert_eq!(code, 0, "{words}");
    assert!(std::fs::read_to_string(out("letter.txt")).unwrap().contains("Mary Major"));
    let (code, words) = run(&["CM-0001"], "letter.pdf");
    assert!(code != 0 && !words.is_empty(), "an existing file stays");
    for (wrong, expected) in
        [("CR-0001", "is not a communication"), ("CM-0099", "CM-0099"), ("nothing", "nothing")]
    {
        let (code, words) = run(&[wrong], "wrong.pdf");
        assert!(code != 0 && words.contains(expected), "{words}");
        assert!(!out("wrong.pdf").exists());
    }
}
