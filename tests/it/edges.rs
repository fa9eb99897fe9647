//! What reaches the program from outside its own order: forged credentials, planted files, devices, clocks set back, and
//! accounts that come and go.

use std::path::Path;

use mainstay::domain::ids::RecordId;
use mainstay::domain::person::Role;
use mainstay::ops::{Act, FileSource, Opened, Password, ProductFile, Refused, Request, Session};
use serde_json::{Value, json};

use crate::desk::{Desk, PASSWORD, fields, go_to, id, stamp};

fn policy(desk: &mut Desk, set: Value) -> Result<(), Refused> {
    let edit = Request::Edit { id: id("PL-0001"), set: fields(set) };
    desk.signed("ana", Act::from(edit).because("The procedure says so")).map(|_| ())
}

fn sign_in(desk: &mut Desk, login: &str, password: &str) -> Result<Session, Refused> {
    desk.file.sign_in(login, &Password::new(password), &stamp(desk.now))
}

fn enter(desk: &mut Desk, login: &'static str, code: &str) -> Result<(), Refused> {
    let at = desk.tick();
    let session = desk.file.activate(login, code, &Password::new(PASSWORD), &stamp(at))?;
    desk.people.insert(login, session);
    Ok(())
}

fn invited(desk: &mut Desk, by: &str, login: &str, roles: &[Role]) -> (RecordId, String) {
    let request = Request::InvitePerson {
        login: login.to_owned(),
        full_name: format!("{login} Example"),
        roles: roles.to_vec(),
    };
    let receipt = desk.by(by, request).unwrap();
    (receipt.record.unwrap(), receipt.code.unwrap())
}

#[test]
fn a_policy_that_makes_no_sense_is_not_put_in_force() {
    let mut desk = Desk::staffed_once();
    let plan = desk.go("ana", crate::desk::PLAN, "revise").unwrap().made[0];
    let rows = desk.record(plan).value("authority").as_array().unwrap().clone();
    let mut nobody = rows.clone();
    nobody[0]["must_sign"] = json!([]);
    let mut nothing = rows.clone();
    nothing[1]["subject"] = Value::Null;
    let without: Vec<Value> =
        rows.iter().filter(|row| row["subject"] != "change_security").cloned().collect();
    let before = desk.file.head().clone();
    for (set, words) in [
        (json!({"identity_days": 4_000_000_000_u32}), "must be a number from 0 to 3650"),
        (json!({"warn_days": 3651}), "must be a number from 0 to 3650"),
        (json!({"feedback_triage_days": 3}), "is kept in the maintenance plan now; enter it there"),
        (json!({"backup_days": 0}), "must be a number from 1 to 3650"),
        (json!({"idle_lock_minutes": 0}), "must be a number from 1 to 480"),
        (json!({"password_strength_min": 5}), "must be a number from 0 to 4"),
    ] {
        let refusal = policy(&mut desk, set).unwrap_err().to_string();
        assert!(refusal.contains(words), "{words}: {refusal}");
    }
    for (set, words) in [
        (json!({"feedback_triage_days": 3651}), "must be a number from 0 to 3650"),
        (json!({"approval_valid_days": 4_000_000_000_u32}), "must be a number from 0 to 3650"),
    ] {
        let refusal = desk.edit("ana", plan, set).unwrap_err().to_string();
        assert!(refusal.contains(words), "{words}: {refusal}");
    }
    assert_eq!(*desk.file.head(), before);
    for (rows, words) in [
        (nobody, "row 1 names no role that must sign"),
        (nothing, "row 2 has no subject"),
        (without, "no role must sign “Change request, security or SOUP”"),
    ] {
        desk.edit("ana", plan, json!({"authority": rows})).unwrap();
        let refusal = desk.go("ana", plan, "submit").unwrap_err().to_string();
        assert!(refusal.contains(words), "{words}: {refusal}");
    }
    desk.change_draft(plan, json!({"authority": rows, "feedback_triage_days": 3650}));
    desk.file.attention(desk.now).unwrap();
    desk.assert_verifies();
}

#[test]
fn nobody_changes_their_own_name_and_a_new_name_is_confirmed_again() {
    let mut desk = Desk::staffed_once();
    let refusal = desk.edit("ana", id("PN-0001"), json!({"title": "Ana Other"})).unwrap_err().to_string();
    assert!(refusal.contains("you cannot change your own name"), "{refusal}");
    let ben = desk.people["ben"].person();
    desk.edit("ana", ben, json!({"title": "Ben Other"})).unwrap();
    let data = desk.record(ben);
    assert!(data.value("identity_verified_by").is_null() && data.value("identity_verified_key").is_null());
    let pr = crate::chain::investigated_problem(&mut desk, "minor");
    desk.signed("cleo", Request::Sign { id: pr, meaning: None }).unwrap();
    let refusal = desk.sign_go("ben", pr, "evaluate").unwrap_err().to_string();
    assert!(refusal.contains("identity is not confirmed"), "{refusal}");
    desk.by("ana", Request::VerifyIdentity { person: ben, how: "By passport".to_owned() }).unwrap();
    desk.sign_go("ben", pr, "evaluate").unwrap();
    desk.assert_verifies();
}

#[test]
fn who_invited_does_not_confirm_the_identity_while_another_could() {
    let mut desk = Desk::staffed_once();
    desk.hire("gil", "Gil Example", &[Role::Quality]);
    let (hal, code) = invited(&mut desk, "ana", "hal", &[Role::Regulatory]);
    enter(&mut desk, "hal", &code).unwrap();
    let confirm = Request::VerifyIdentity { person: hal, how: "By passport".to_owned() };
    let refusal = desk.by("ana", confirm.clone()).unwrap_err().to_string();
    assert!(refusal.contains("you invited this person, so another"), "{refusal}");
    desk.by("gil", confirm).unwrap();
    desk.assert_verifies();
}

#[test]
fn an_account_comes_back_with_a_code_and_not_with_a_password_that_was_taken_away() {
    let mut desk = Desk::staffed_once();
    let (hal, code) = invited(&mut desk, "ana", "hal", &[Role::Support]);
    let because = |go: &str| Act::from(go_to(hal, go, json!({}))).because("Left and came back");
    desk.by("ana", because("deactivate")).unwrap();
    let refusal = enter(&mut desk, "hal", &code).unwrap_err().to_string();
    assert!(refusal.contains("“Inactive”"), "{refusal}");
    let refusal = desk.by("ana", because("reactivate")).unwrap_err().to_string();
    assert!(refusal.contains("if not, reset their access"), "{refusal}");
    let reset = Act::from(Request::ResetAccess { person: hal }).because("Left and came back");
    let next = desk.by("ana", reset.clone()).unwrap().code.unwrap();
    assert!(enter(&mut desk, "hal", &code).is_err(), "the first code was replaced");
    enter(&mut desk, "hal", &next).unwrap();

    // Reset, then deactivated and activated again: the old password does not come back with it.
    desk.by("ana", reset).unwrap();
    assert!(desk.record(hal).value("key_fingerprint").is_null());
    desk.by("ana", because("deactivate")).unwrap();
    assert!(desk.by("ana", because("reactivate")).is_err());
    assert!(sign_in(&mut desk, "hal", PASSWORD).is_err());
    desk.assert_verifies();
}

#[test]
fn the_recovery_code_does_not_bring_back_who_was_deactivated() {
    let mut desk = Desk::staffed_once();
    desk.hire("gil", "Gil Example", &[Role::SysAdmin]);
    let gil = desk.people["gil"].person();
    desk.by("ana", Act::from(go_to(gil, "deactivate", json!({}))).because("Left")).unwrap();
    let (at, code) = (desk.tick(), desk.recovery.clone());
    let refusal =
        desk.file.recover("gil", &code, &Password::new(PASSWORD), &stamp(at)).map(|_| ()).unwrap_err();
    assert!(refusal.to_string().contains("the account is inactive"), "{refusal}");
    desk.assert_verifies();
}

#[test]
fn a_changed_password_is_told_in_the_trail_and_the_old_one_is_gone() {
    let mut desk = Desk::staffed_once();
    let fresh = Password::new("marble kettle sings past noon");
    let before = desk.file.head().seq;
    let at = desk.tick();
    let ben = desk.people.get_mut("ben").unwrap();
    desk.file.change_password(ben, &Password::new(PASSWORD), &fresh, &stamp(at)).unwrap();
    let filter =
        mainstay::ops::EventFilter { request: "person.change_password".to_owned(), ..Default::default() };
    let events = desk.file.events(&filter, 10, 0).unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].event.seq, before + 1);
    assert!(!events[0].event.canonical().contains("marble"));
    assert!(matches!(sign_in(&mut desk, "ben", PASSWORD), Err(Refused::WrongPassword)));
    desk.tick();
    assert!(desk.file.sign_in("ben", &fresh, &stamp(desk.now)).is_ok());
    desk.assert_verifies();
}

#[test]
fn a_clock_put_forward_does_not_end_the_wait_also_after_the_file_was_closed() {
    let mut desk = Desk::staffed_once();
    for _ in 0..6 {
        desk.now = desk.now.plus_seconds(1_000);
        assert!(matches!(sign_in(&mut desk, "ben", "not it at all"), Err(Refused::WrongPassword)));
    }
    // The clock says a day later; by the clock that nobody can set, three seconds passed.
    let failed = stamp(desk.now);
    let put_forward = |seconds: u64| mainstay::ops::Stamp {
        steady: failed.steady + std::time::Duration::from_secs(seconds),
        ..stamp(desk.now.plus_seconds(86_400))
    };
    let right = Password::new(PASSWORD);
    let waits = |file: &mut ProductFile| {
        let refusal = file.sign_in("ben", &right, &put_forward(3)).map(|_| ()).unwrap_err();
        assert!(matches!(refusal, Refused::Wait { failures: 6, wait_seconds: 29 }), "{refusal}");
    };
    waits(&mut desk.file);
    let path = desk.file.path().to_owned();
    drop(desk.file);
    let Opened::Open(mut file) = ProductFile::open(&path, &failed).unwrap() else { panic!("not opened") };
    waits(&mut file);
    assert_eq!(file.sign_in("ben", &right, &put_forward(33)).unwrap().failures.len(), 6);
}

#[test]
fn an_unknown_login_is_refused_after_the_same_work_as_a_known_one() {
    let mut desk = Desk::staffed_once();
    let mut took = |login: &str| {
        desk.now = desk.now.plus_seconds(10_000);
        let started = std::time::Instant::now();
        assert!(matches!(sign_in(&mut desk, login, "not it at all"), Err(Refused::WrongPassword)));
        started.elapsed()
    };
    // In turn, and the least of each: other work of the machine only adds to it. Deriving a key takes far longer than everything
    // else that signing in does.
    let (mut known, mut unknown) = (took("ben"), took("nobody"));
    for _ in 0..30 {
        (known, unknown) = (known.min(took("ben")), unknown.min(took("nobody")));
        if unknown * 3 > known {
            return;
        }
    }
    panic!("{unknown:?} for an unknown login, {known:?} for a known one");
}

#[test]
fn an_old_copy_and_the_old_password_sign_nothing_in_the_file_after_a_change() {
    let mut desk = Desk::staffed_once();
    let folder = tempfile::tempdir().unwrap();
    let old_copy = folder.path().join("old.mainstay");
    ProductFile::backup(desk.file.path(), &old_copy, &|_| true).unwrap();
    let before = desk.record(desk.people["ben"].person());
    let fresh = Password::new("marble kettle sings past noon");
    let at = desk.tick();
    let mut ben = desk.people.remove("ben").unwrap();
    let stale = ben.for_job();
    desk.file.change_password(&mut ben, &Password::new(PASSWORD), &fresh, &stamp(at)).unwrap();
    let after = desk.record(ben.person());
    assert_ne!(after.value("key_fingerprint"), before.value("key_fingerprint"));
    assert_eq!(after.value("identity_verified_key"), after.value("key_fingerprint"), "it stays confirmed");
    assert_eq!(after.value("identity_verified_by"), before.value("identity_verified_by"));

    // A session from before does nothing more; the person's own goes on, and signs.
    let assign = Request::Create {
        kind: mainstay::domain::ids::Kind::Feedback,
        parent: None,
        set: fields(json!({"title": "Again"})),
    };
    let at = desk.tick();
    let refusal = desk.file.perform(&stale, assign.clone().into(), None, &stamp(at)).unwrap_err();
    assert!(refusal.to_string().contains("your key was replaced"), "{refusal}");
    desk.file.perform(&ben, assign.into(), None, &stamp(at)).unwrap();
    desk.assert_verifies();

    // The old credential is put back: the old password opens nothing, and verification tells it.
    let path = desk.file.path().to_owned();
    drop(desk.file);
    let conn = rusqlite::Connection::open(&path).unwrap();
    conn.execute("ATTACH ?1 AS old", [old_copy.to_str().unwrap()]).unwrap();
    conn.execute_batch("REPLACE INTO credential SELECT * FROM old.credential WHERE person = 'PN-0002'")
        .unwrap();
    drop(conn);
    let found = ProductFile::verify(&path, None, &|_| true).unwrap().findings;
    for words in ["is not that of the person's key in force", "is not the one that its event names"] {
        assert!(
            found.iter().any(|finding| finding.place == "PN-0002" && finding.what.contains(words)),
            "{found:#?}"
        );
    }
    let Opened::Open(mut file) = ProductFile::open(&path, &stamp(at)).unwrap() else { panic!("not opened") };
    let refusal = file.sign_in("ben", &Password::new(PASSWORD), &stamp(at)).map(|_| ()).unwrap_err();
    assert!(refusal.to_string().contains("not the one in force"), "{refusal}");
}

#[test]
fn a_password_and_a_login_are_the_same_composed_and_decomposed() {
    let mut desk = Desk::new();
    let composed = "Z\u{fc}rich-Schl\u{fc}ssel-2026!\u{e4}";
    let decomposed = "Zu\u{308}rich-Schlu\u{308}ssel-2026!a\u{308}";
    let (_, code) = invited(&mut desk, "ana", "J\u{fc}rgen", &[Role::Support]);
    let at = desk.tick();
    let session = desk.file.activate("JU\u{308}RGEN", &code, &Password::new(decomposed), &stamp(at)).unwrap();
    assert_eq!(session.login(), "j\u{fc}rgen");
    for (login, password) in
        [("j\u{fc}rgen", composed), ("Ju\u{308}rgen", decomposed), ("J\u{dc}RGEN", composed)]
    {
        sign_in(&mut desk, login, password).unwrap();
    }
    assert!(sign_in(&mut desk, "jurgen", composed).is_err());
    let request = Request::InvitePerson {
        login: "JU\u{308}RGEN".to_owned(),
        full_name: "Another".to_owned(),
        roles: vec![Role::Support],
    };
    let taken = desk.by("ana", request).unwrap_err().to_string();
    assert!(taken.contains("a login is never reused"), "{taken}");
    desk.assert_verifies();
}

#[test]
fn what_cannot_stand_in_a_password_or_a_login_is_refused_with_words() {
    let mut desk = Desk::new();
    let wrong = Password::new("violet\ttractor hums at noon");
    let refusal =
        sign_in(&mut desk, "ana", "violet\ttractor hums at noon").map(|_| ()).unwrap_err().to_string();
    assert!(refusal.contains("U+0009 is not allowed in a password"), "{refusal}");
    let at = desk.tick();
    let mut ana = desk.people.remove("ana").unwrap();
    let refusal =
        desk.file.change_password(&mut ana, &Password::new(PASSWORD), &wrong, &stamp(at)).unwrap_err();
    assert!(refusal.to_string().contains("U+0009"), "{refusal}");
    desk.people.insert("ana", ana);
    for login in ["ana berg", "ana\u{200d}", "\u{2163}", "a@b"] {
        let request = Request::InvitePerson {
            login: login.to_owned(),
            full_name: "Another".to_owned(),
            roles: vec![Role::Support],
        };
        let refusal = desk.by("ana", request).unwrap_err().to_string();
        assert!(
            refusal.contains("not allowed in a login")
                || refusal.contains("is not allowed at this place")
                || refusal.contains("letters, digits"),
            "{login}: {refusal}"
        );
    }
    assert!(sign_in(&mut desk, "ana", PASSWORD).unwrap().failures.is_empty(), "none of it was tried");
    desk.assert_verifies();
}

#[test]
fn a_clock_set_back_neither_frees_from_the_wait_nor_locks_out_for_ever() {
    let mut desk = Desk::staffed_once();
    for _ in 0..5 {
        desk.now = desk.now.plus_seconds(1_000);
        let _ = sign_in(&mut desk, "ben", "not it at all");
    }
    let right = desk.now;
    // A year back: the wait is as long as it was, counted from now, and then it ends.
    desk.now = right.plus_seconds(-365 * 86_400);
    for _ in 0..2 {
        match sign_in(&mut desk, "ben", PASSWORD).map(|_| ()).unwrap_err() {
            Refused::Wait { wait_seconds, .. } => {
                assert!((1..=900).contains(&wait_seconds), "{wait_seconds}");
            }
            other => panic!("{other}"),
        }
    }
    desk.now = desk.now.plus_seconds(901);
    assert!(sign_in(&mut desk, "ben", PASSWORD).is_ok());
}

#[test]
fn a_forged_credential_is_not_worked_on_and_verification_tells_it() {
    for (forge, words) in [
        (
            "UPDATE credential SET memory_kib = 4194304 WHERE person = 'PN-0002'",
            "parameters that the program does not use",
        ),
        (
            "UPDATE credential SET iterations = 4000000000 WHERE person = 'PN-0002'",
            "parameters that the program does not use",
        ),
        (
            "UPDATE credential SET salt = zeroblob(100000000) WHERE person = 'PN-0002'",
            "parameters that the program does not use",
        ),
        ("DELETE FROM credential WHERE person = 'PN-0002'", "is active, but has no wrapped key"),
    ] {
        let mut desk = Desk::staffed_once();
        let path = desk.file.path().to_owned();
        let now = desk.now;
        drop(desk.file);
        rusqlite::Connection::open(&path).unwrap().execute(forge, []).unwrap();
        let found = ProductFile::verify(&path, None, &|_| true).unwrap().findings;
        assert!(
            found.iter().any(|finding| finding.place == "PN-0002" && finding.what.contains(words)),
            "{found:#?}"
        );
        let Opened::Open(file) = ProductFile::open(&path, &stamp(now)).unwrap() else { panic!("not opened") };
        desk.file = *file;
        let begun = std::time::Instant::now();
        assert!(sign_in(&mut desk, "ben", PASSWORD).is_err(), "{forge}");
        assert!(begun.elapsed().as_secs() < 20, "{forge}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_the_lock_is_not_written_through() {
    let desk = Desk::staffed_once();
    let path = desk.file.path().to_owned();
    let now = desk.now;
    drop(desk.file);
    let precious = desk.folder.path().join("precious.txt");
    std::fs::write(&precious, "keep me").unwrap();
    let mut lock = path.clone().into_os_string();
    lock.push(".lock");
    for target in [precious.clone(), desk.folder.path().join("not there")] {
        std::os::unix::fs::symlink(&target, &lock).unwrap();
        let refusal = ProductFile::open(&path, &stamp(now)).map(|_| ()).unwrap_err().to_string();
        assert!(refusal.contains("is a link or no file at all"), "{refusal}");
        assert_eq!(std::fs::read_to_string(&precious).unwrap(), "keep me");
        assert!(!desk.folder.path().join("not there").exists());
        std::fs::remove_file(&lock).unwrap();
    }
    assert!(matches!(ProductFile::open(&path, &stamp(now)), Ok(Opened::Open(_))));
}

#[cfg(unix)]
#[test]
fn a_device_or_a_pipe_is_no_file_to_attach() {
    let mut desk = Desk::staffed_once();
    let fb = crate::chain::feedback(&mut desk);
    let pipe = desk.folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let folder = desk.folder.path().to_owned();
    for path in [Path::new("/dev/zero"), &pipe, &folder] {
        let attach = Request::Attach {
            to: fb,
            file_name: "log.txt".to_owned(),
            file: FileSource::Path(path.to_owned()),
            description: String::new(),
            source: String::new(),
            captured_at: None,
        };
        let refusal = desk.by("dan", attach).unwrap_err();
        let why = std::iter::successors(Some(&refusal as &dyn std::error::Error), |error| error.source());
        let refusal = why.map(ToString::to_string).collect::<Vec<_>>().join(": ");
        assert!(refusal.contains("not a file") || refusal.contains("it is a folder"), "{refusal}");
    }
}
