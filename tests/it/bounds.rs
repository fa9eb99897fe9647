//! What people and clocks do at the edges: strange text, odd dates, weak passwords, late entries, wrong hands.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::domain::time::Moment;
use mainstay::ops::{Act, EventFilter, FileSource, Opened, Password, ProductFile, Refused, Request};
use serde_json::json;

use crate::chain::{analyse, approval_of, change_under_analysis, feedback};
use crate::desk::{Desk, PASSWORD, fields, new_file, stamp};

const POLICY: RecordId = RecordId::new(Kind::Policy, 1);

fn refusal_of(desk: &mut Desk, set: serde_json::Value) -> String {
    let before = desk.file.head().clone();
    let create = Request::Create { kind: Kind::Feedback, parent: None, set: fields(set) };
    let refusal = desk.by("ana", create).unwrap_err().to_string();
    assert_eq!(*desk.file.head(), before);
    refusal
}

#[test]
fn hidden_characters_and_impossible_values_are_refused_with_field_and_place() {
    let mut desk = Desk::new();
    let cases = [
        (json!({"title": "a\0b"}), "NUL character at character 2"),
        (json!({"title": "pay\u{202E}cod"}), "U+202E"),
        (json!({"title": "x", "description_verbatim": "\u{2066}"}), "U+2066"),
        (json!({"title": "two\nlines"}), "single line"),
        (json!({"title": "x".repeat(501)}), "at most 500"),
        (json!({"title": "x", "description_verbatim": "y".repeat(1 << 20)}), "at most 200000"),
        (json!({"title": "x", "received_at": "0000-01-01T00:00:00Z"}), "outside 1900 to 2199"),
        (json!({"title": "x", "received_at": "2031-02-30 10:00"}), "is not a date and time"),
        (json!({"title": "x", "source_kind": "moon"}), "is not one of"),
        (json!({"title": "x", "is_complaint": "perhaps"}), "“"),
        (json!({"title": "x", "wings": 2}), "no such field"),
        (json!({"title": "   "}), "must be filled"),
        (json!({"title": 7}), "“Title”"),
    ];
    for (set, words) in cases {
        let refusal = refusal_of(&mut desk, set.clone());
        assert!(refusal.contains(words), "{words}: {}", refusal.chars().take(300).collect::<String>());
    }
    desk.assert_verifies();
}

#[test]
fn every_script_and_emoji_is_kept_found_and_verified() {
    let mut desk = Desk::new();
    let title = "🚑 Pumpe zu spät — مضخة متأخرة — 泵迟了 — e\u{301}";
    let long = "多字节 ".repeat(40_000);
    let id = desk.create("ana", Kind::Feedback, json!({"title": title, "description_verbatim": long}));
    assert_eq!(desk.record(id).title(), title);
    let long = long.replace("\r\n", "\n");
    assert_eq!(desk.record(id).text("description_verbatim"), long);
    for words in ["spat", "متأخرة", "泵迟了"] {
        assert_eq!(desk.file.search(words, 5).unwrap()[0].id, id, "{words}");
    }
    desk.assert_verifies();
}

#[test]
fn an_attachment_of_five_megabytes_is_taken_and_one_over_the_limit_is_not() {
    let mut desk = Desk::new();
    let fb = desk.create("ana", Kind::Feedback, json!({"title": "A report"}));
    let attach = |file_name: &str, file| Request::Attach {
        to: fb,
        file_name: file_name.to_owned(),
        file,
        description: String::new(),
        source: String::new(),
        captured_at: None,
    };
    let bytes: Vec<u8> = (0..5u32 * 1024 * 1024 / 4).flat_map(u32::to_le_bytes).collect();
    let taken = desk.by("ana", attach("dump.bin", FileSource::Bytes(bytes))).unwrap().record.unwrap();
    assert_eq!(desk.record(taken).value("bytes"), 5 * 1024 * 1024);
    let path = desk.folder.path().join("huge.bin");
    let file = std::fs::File::create(&path).unwrap();
    file.set_len(900 * 1024 * 1024 + 1).unwrap();
    let refusal = desk.by("ana", attach("huge.bin", FileSource::Path(path))).unwrap_err().to_string();
    assert!(refusal.contains("at most 943718400 can be attached"), "{refusal}");
    let missing = FileSource::Path(desk.folder.path().join("missing.bin"));
    let refusal = desk.by("ana", attach("missing.bin", missing)).unwrap_err().to_string();
    assert!(refusal.contains("could not be read"), "{refusal}");
    desk.assert_verifies();
}

#[test]
fn a_late_entry_asks_why_and_keeps_both_moments() {
    let mut desk = Desk::new();
    let earlier = desk.now.plus_seconds(-5 * 86_400);
    let create = Request::Create {
        kind: Kind::Feedback,
        parent: None,
        set: fields(json!({"title": "A late report"})),
    };
    let mut act = Act { occurred_at: Some(earlier), ..Act::from(create) };
    assert!(matches!(desk.by("ana", act.clone()).unwrap_err(), Refused::NeedsReason(_)));
    act.late_reason = Some("  ".to_owned());
    assert!(matches!(desk.by("ana", act.clone()).unwrap_err(), Refused::NeedsReason(_)));
    act.late_reason = Some("The service report came by post".to_owned());
    let at = desk.by("ana", act.clone()).map(|_| desk.now).unwrap();
    let event = desk.file.events(&EventFilter::default(), 1, 0).unwrap().remove(0).event;
    assert_eq!((event.at, event.occurred_at), (at, Some(earlier)));
    act.occurred_at = Some(desk.now.plus_seconds(3600));
    assert!(desk.by("ana", act).unwrap_err().to_string().contains("in the future"));
}

#[test]
fn a_recent_moment_does_not_hide_that_the_receipt_was_long_ago() {
    let mut desk = Desk::new();
    let (long_ago, recent) = (desk.now.plus_seconds(-20 * 86_400), desk.now);
    let set = fields(json!({"title": "A late report", "received_at": long_ago}));
    let create = Request::Create { kind: Kind::Feedback, parent: None, set };
    let mut act = Act { occurred_at: Some(recent), ..Act::from(create) };
    let refusal = desk.by("ana", act.clone()).unwrap_err();
    assert!(matches!(&refusal, Refused::NeedsReason(what) if what.contains(&long_ago.words())), "{refusal}");
    act.late_reason = Some("It lay in the wrong tray".to_owned());
    desk.by("ana", act).unwrap();
    let event = desk.file.events(&EventFilter::default(), 1, 0).unwrap().remove(0).event;
    assert_eq!(event.occurred_at, Some(recent), "the event keeps what the person says");
    assert!(event.late_reason.is_some());
    desk.assert_verifies();
}

#[test]
fn a_clock_that_ran_backwards_stops_signing_until_somebody_acknowledges_it() {
    let mut desk = Desk::new();
    let policy = |days: u32| {
        Act::from(Request::Edit { id: POLICY, set: fields(json!({"warn_days": days})) }).because("As decided")
    };
    desk.signed("ana", policy(10)).unwrap();
    let later = desk.now;
    desk.now = Moment::parse("2031-03-02T09:00:00Z").unwrap();
    let refusal = desk.signed("ana", policy(11)).unwrap_err().to_string();
    assert!(refusal.contains("clock of this machine ran backwards"), "{refusal}");
    let create = Request::Create {
        kind: Kind::Feedback,
        parent: None,
        set: fields(json!({"title": "Entered meanwhile"})),
    };
    assert!(matches!(desk.by("ana", create.clone()).unwrap_err(), Refused::NeedsReason(_)));
    desk.by("ana", Act::from(create).because("The clock is wrong")).unwrap();
    let event = desk.file.events(&EventFilter::default(), 1, 0).unwrap().remove(0).event;
    assert_eq!(event.clock_back_seconds, Some(later.seconds_since(event.at).unsigned_abs()));
    desk.now = later.plus_seconds(60);
    let refusal = desk.signed("ana", policy(11)).unwrap_err().to_string();
    assert!(refusal.contains("acknowledge it"), "set right is not acknowledged: {refusal}");
    let acknowledge = Act::from(Request::AcknowledgeClock);
    assert!(matches!(desk.by("ana", acknowledge.clone()).unwrap_err(), Refused::NeedsReason(_)));
    desk.by("ana", acknowledge.because("The battery was empty")).unwrap();
    desk.signed("ana", policy(11)).unwrap();
    desk.assert_verifies();
}

#[test]
fn failed_sign_ins_make_the_next_try_wait_and_are_told() {
    let mut desk = Desk::new();
    let wrong = Password::new("not it at all");
    for _ in 0..3 {
        let at = desk.tick();
        assert!(matches!(desk.file.sign_in("ana", &wrong, &stamp(at)), Err(Refused::WrongPassword)));
    }
    let right = Password::new(PASSWORD);
    let soon = desk.now.plus_seconds(1);
    let Err(Refused::Wait { failures, wait_seconds }) = desk.file.sign_in("ana", &right, &stamp(soon)) else {
        panic!("the right password came at once")
    };
    assert_eq!((failures, wait_seconds), (3, 3));
    let at = desk.tick();
    let ana = desk.file.sign_in("ana", &right, &stamp(at)).unwrap();
    assert_eq!(ana.failures.len(), 3);
    let event = desk.file.events(&EventFilter::default(), 1, 0).unwrap().remove(0).event;
    assert_eq!(event.request, "person.failed_sign_ins");
    assert_eq!(event.facts["failures"].as_array().unwrap().len(), 3);
    let at = desk.tick();
    assert!(desk.file.sign_in("ana", &right, &stamp(at)).unwrap().failures.is_empty(), "told once");
    let at = desk.tick();
    assert!(matches!(desk.file.sign_in("nobody", &right, &stamp(at)), Err(Refused::WrongPassword)));
    desk.assert_verifies();
}

#[test]
fn weak_and_empty_passwords_make_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mainstay");
    let now = Moment::parse("2031-03-03T09:00:00Z").unwrap();
    for (password, words) in
        [("", "empty"), ("password1", "too easily guessed"), ("Ana Example", "too easily guessed")]
    {
        let class = mainstay::domain::product::SafetyClass::B;
        let refusal = ProductFile::create(&path, &new_file(class), &Password::new(password), &stamp(now))
            .err()
            .unwrap();
        assert!(refusal.to_string().contains(words), "{refusal}");
        assert!(!path.exists());
    }
}

#[test]
fn a_changed_password_renews_the_key_and_the_old_one_opens_nothing() {
    let mut desk = Desk::new();
    let (old, new) = (Password::new(PASSWORD), Password::new("copper kettle sings in april"));
    let at = desk.tick();
    let mut session = desk.people.remove("ana").unwrap();
    assert!(
        desk.file.change_password(&mut session, &new, &new, &stamp(at)).is_err(),
        "the old one is asked for"
    );
    let at = desk.tick();
    assert!(desk.file.change_password(&mut session, &old, &Password::new("abc"), &stamp(at)).is_err());
    desk.file.change_password(&mut session, &old, &new, &stamp(at)).unwrap();
    let at = desk.tick();
    assert!(matches!(desk.file.sign_in("ana", &old, &stamp(at)), Err(Refused::WrongPassword)));
    let at = desk.tick();
    let ana = desk.file.sign_in("ana", &new, &stamp(at)).unwrap();
    desk.people.insert("ana", ana);
    desk.create("ana", Kind::Feedback, json!({"title": "Still the same person"}));
    desk.assert_verifies();
}

#[test]
fn a_login_is_never_used_again_and_has_plain_letters() {
    let mut desk = Desk::staffed();
    let invite = |login: &str| Request::InvitePerson {
        login: login.to_owned(),
        full_name: "Somebody Else".to_owned(),
        roles: vec![Role::Reporter],
    };
    for (login, words) in [
        ("BEN", "never reused"),
        (" ben ", "never reused"),
        ("a b", "U+0020 is not allowed"),
        ("a@b", "letters, digits"),
        ("", "empty"),
    ] {
        let refusal = desk.by("ana", invite(login)).unwrap_err().to_string();
        assert!(refusal.contains(words), "{login}: {refusal}");
    }
    let ben = desk.people["ben"].person();
    let leave = Act::from(Request::Move { id: ben, go: "deactivate".to_owned(), set: fields(json!({})) });
    desk.by("ana", leave.because("Left")).unwrap();
    assert!(desk.by("ana", invite("ben")).unwrap_err().to_string().contains("never reused"));
    let refusal = desk.by("ben", Request::Assign { id: ben, owner: None }).unwrap_err().to_string();
    assert!(refusal.contains("no longer active"), "an open session ends with the account: {refusal}");
}

#[test]
fn a_one_time_code_counts_once_and_only_the_newest() {
    let mut desk = Desk::staffed();
    let ben = desk.people["ben"].person();
    let reset = || Act::from(Request::ResetAccess { person: ben }).because("Forgotten");
    let first = desk.by("ana", reset()).unwrap().code.unwrap();
    let second = desk.by("ana", reset()).unwrap().code.unwrap();
    let password = Password::new(PASSWORD);
    let at = desk.tick();
    let try_code = |desk: &mut Desk, login: &str, code: &str| {
        desk.file.activate(login, code, &password, &stamp(at)).map(|session| session.person())
    };
    assert!(try_code(&mut desk, "ben", &first).is_err(), "replaced");
    assert!(try_code(&mut desk, "cleo", &second).is_err(), "another person's");
    assert!(try_code(&mut desk, "ben", "AAAAA-AAAAA-AAAAA-AAAAA").is_err());
    assert_eq!(try_code(&mut desk, "ben", &second.to_lowercase()).unwrap(), ben);
    assert!(try_code(&mut desk, "ben", &second).is_err(), "used");
    desk.assert_verifies();
}

#[test]
fn the_recovery_code_restores_only_an_administrator_and_is_replaced() {
    let mut desk = Desk::staffed();
    let password = Password::new("copper kettle sings in april");
    let code = desk.recovery.clone();
    let at = desk.tick();
    assert!(desk.file.recover("ben", &code, &password, &stamp(at)).is_err());
    let (ana, next) = desk.file.recover("ana", &code, &password, &stamp(at)).unwrap();
    assert!(desk.file.recover("ana", &code, &password, &stamp(at)).is_err(), "used");
    desk.people.insert("ana", ana);
    let sign = Request::Edit { id: POLICY, set: fields(json!({"warn_days": 10})) };
    let at = desk.tick();
    let refusal = desk
        .file
        .perform(&desk.people["ana"], sign.into(), Some(&password), &stamp(at))
        .unwrap_err()
        .to_string();
    assert!(refusal.contains("identity is not confirmed"), "{refusal}");
    let at = desk.tick();
    desk.file.recover("ana", &next, &password, &stamp(at)).unwrap();
    desk.assert_verifies();
}

#[test]
fn nobody_signs_before_another_person_confirmed_their_identity() {
    let mut desk = Desk::staffed();
    let invite = Request::InvitePerson {
        login: "hal".to_owned(),
        full_name: "Hal Example".to_owned(),
        roles: vec![Role::Quality],
    };
    let receipt = desk.by("ana", invite).unwrap();
    let hal = receipt.record.unwrap();
    let early = Request::VerifyIdentity { person: hal, how: "By passport".to_owned() };
    assert!(desk.by("ana", early.clone()).unwrap_err().to_string().contains("no key to confirm"));
    let at = desk.tick();
    let session =
        desk.file.activate("hal", &receipt.code.unwrap(), &Password::new(PASSWORD), &stamp(at)).unwrap();
    desk.people.insert("hal", session);
    let sign = Request::Edit { id: POLICY, set: fields(json!({"warn_days": 10})) };
    assert!(desk.signed("hal", sign.clone()).unwrap_err().to_string().contains("identity is not confirmed"));
    assert!(desk.by("hal", early.clone()).unwrap_err().to_string().contains("another person must confirm"));
    desk.by("ana", early).unwrap();
    desk.signed("hal", sign).unwrap();
    desk.assert_verifies();
}

#[test]
fn authority_is_never_taken_by_oneself() {
    let mut desk = Desk::staffed();
    let ana = desk.people["ana"].person();
    let roles =
        Request::Edit { id: ana, set: fields(json!({"roles": ["quality", "sys_admin", "dev_lead"]})) };
    assert!(desk.by("ana", roles).unwrap_err().to_string().contains("you cannot change your own roles"));
    let leave = Act::from(Request::Move { id: ana, go: "deactivate".to_owned(), set: fields(json!({})) });
    assert!(desk.by("ana", leave.because("Leaving")).unwrap_err().to_string().contains("not your own"));
    let policy = Request::Edit { id: POLICY, set: fields(json!({"author_may_not_approve": false})) };
    assert!(matches!(desk.by("ana", policy.clone()).unwrap_err(), Refused::NeedsPassword(_)));
    assert!(matches!(desk.act("ana", policy, Some("not it at all")).unwrap_err(), Refused::WrongPassword));
    let (cr, ia) = change_under_analysis(&mut desk, json!({}));
    analyse(&mut desk, cr, ia);
    let ap = approval_of(&mut desk, cr);
    let refusal = desk.signed("ben", Request::Sign { id: ap, meaning: None }).unwrap_err().to_string();
    assert!(refusal.contains("not an author"), "{refusal}");
    desk.assert_verifies();
}

#[test]
fn references_lead_to_records_that_are_there_and_of_the_right_kind() {
    let mut desk = Desk::staffed();
    let fb = feedback(&mut desk);
    desk.go("dan", fb, "register").unwrap();
    let refusal = desk.edit("dan", fb, json!({"problem_report": "PR-0099"})).unwrap_err().to_string();
    assert!(refusal.contains("there is no PR-0099"), "{refusal}");
    let refusal = desk.edit("dan", fb, json!({"problem_report": "CR-0001"})).unwrap_err().to_string();
    assert!(refusal.contains("is not a problem report"), "{refusal}");
    // Also in a row of a table.
    let plan = desk.go("ana", crate::desk::PLAN, "revise").unwrap().made[0];
    for (person, why) in [("PN-0099", "there is no PN-0099"), ("FB-0001", "is not a person")] {
        let set = fields(json!({"deputies": [{"role": "quality", "person": person}]}));
        let refusal = desk.by("ana", Request::Edit { id: plan, set }).unwrap_err().to_string();
        assert!(refusal.contains(why), "{refusal}");
    }
    let twice = desk.edit("dan", fb, json!({"related": [fb, fb]})).unwrap_err().to_string();
    assert!(twice.contains(&format!("“Related records”: {fb} is listed twice")), "{twice}");
    let nothing = desk.edit("dan", fb, json!({"title": "Alarm is late on battery"})).unwrap_err();
    assert!(matches!(nothing, Refused::NoChange), "{nothing}");
}

#[test]
fn a_batch_is_done_whole_or_not_at_all() {
    let mut desk = Desk::new();
    let create = |title: &str| {
        Act::from(Request::Create {
            kind: Kind::Feedback,
            parent: None,
            set: fields(json!({"title": title})),
        })
    };
    let before = desk.file.head().clone();
    let at = desk.tick();
    let acts = vec![create("One"), create("Two"), create("")];
    let (index, _) = desk.file.perform_all(&desk.people["ana"], acts, &|_| true, &stamp(at)).unwrap_err();
    assert_eq!((index, desk.file.head()), (2, &before));
    let acts = vec![create("One"), create("Two")];
    let (index, _) =
        desk.file.perform_all(&desk.people["ana"], acts.clone(), &|index| index < 1, &stamp(at)).unwrap_err();
    assert_eq!((index, desk.file.head()), (1, &before));
    assert_eq!(desk.file.perform_all(&desk.people["ana"], acts, &|_| true, &stamp(at)).unwrap().len(), 2);
    desk.assert_verifies();
}

#[test]
fn failed_attempts_are_told_to_an_administrator_and_kept_in_the_audit_trail() {
    let mut desk = Desk::staffed_once();
    let at = stamp(desk.tick());
    for login in ["ben", "ben", "nobody", "somebody"] {
        let refusal = desk.file.sign_in(login, &Password::new("wrong"), &at).err().unwrap();
        assert!(matches!(refusal, Refused::WrongPassword), "{refusal}");
    }
    // Dan is no administrator and learns nothing of them.
    let dan = desk.file.sign_in("dan", &Password::new(PASSWORD), &at).unwrap();
    assert_eq!(desk.file.failure_words(&dan).unwrap(), Vec::<String>::new());
    let ana = desk.file.sign_in("ana", &Password::new(PASSWORD), &at).unwrap();
    let words = desk.file.failure_words(&ana).unwrap().join(" ");
    assert!(words.contains("2 failed attempts to sign in as Ben Example."), "{words}");
    assert!(words.contains("2 failed attempts to sign in with unknown logins."), "{words}");
    let event = desk.file.events(&EventFilter::default(), 1, 0).unwrap().remove(0).event;
    assert_eq!((event.request.as_str(), event.actor), ("person.failed_sign_ins", ana.person()));
    let people: Vec<&str> =
        event.facts["failures"].as_array().unwrap().iter().filter_map(|one| one["person"].as_str()).collect();
    assert_eq!(people, ["PN-0002", "PN-0002"]);
    // Told once, and still told to Ben, who waits no less.
    let again = desk.file.sign_in("ana", &Password::new(PASSWORD), &at).unwrap();
    assert_eq!(desk.file.failure_words(&again).unwrap(), Vec::<String>::new());
    let ben = desk.file.sign_in("ben", &Password::new(PASSWORD), &at).unwrap();
    let words = desk.file.failure_words(&ben).unwrap().join(" ");
    assert!(words.contains("2 failed attempts to sign in as you"), "{words}");
    desk.assert_verifies();
}

#[test]
fn attempts_with_unknown_logins_do_not_fill_the_file() {
    let desk = Desk::staffed_once();
    let path = desk.file.path().to_owned();
    drop(desk.file);
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute_batch(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
         INSERT INTO sign_in_failure (person, at, machine) SELECT '', '2031-03-03T10:00:00Z', 'QA-PC9' FROM n",
    )
    .unwrap();
    let count =
        || -> i64 { conn.query_row("SELECT count(*) FROM sign_in_failure", [], |row| row.get(0)).unwrap() };
    let Opened::Open(mut file) = ProductFile::open(&path, &stamp(desk.now)).unwrap() else {
        panic!("not opened")
    };
    assert!(file.sign_in("nobody", &Password::new("wrong"), &stamp(desk.now)).is_err());
    assert_eq!(count(), 1000);
    let ana = file.sign_in("ana", &Password::new(PASSWORD), &stamp(desk.now)).unwrap();
    assert!(file.failure_words(&ana).unwrap().join(" ").contains("1000 failed attempts"));
    assert!(ProductFile::verify(&path, None, &|_| true).unwrap().findings.is_empty());
}
