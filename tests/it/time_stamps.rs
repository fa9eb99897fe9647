//! Trusted time stamps: requested, kept in the file, checked without a network by `verify` and by the recipe.

use eframe::egui::vec2;
use mainstay::domain::ids::Kind;
use mainstay::domain::product::SafetyClass;
use mainstay::domain::time::Moment;
use mainstay::domain::time_stamp::{StampedEvent, TIME_STAMP};
use mainstay::ops::{Act, EventFilter, Password, ProductFile, Refused, Request};
use mainstay::ui::cx::Route;
use serde_json::json;

use crate::authority::{Answers, Authority, policy, trust};
use crate::cli::run_at;
use crate::desk::{Desk, PASSWORD, fields, new_file, stamp, workstation};
use crate::host::Window;
use crate::recipe;

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

fn feedback(title: &str) -> Act {
    Request::Create { kind: Kind::Feedback, parent: None, set: fields(json!({"title": title})) }.into()
}

/// A desk whose policy trusts the authority at an address.
fn desk(authority: &'static Authority, answers: Answers) -> Desk {
    let mut desk = Desk::staffed_once();
    let address = authority.serve(answers);
    trust(&mut desk, authority, &address);
    desk
}

/// Asks the authority and adds what it answers.
fn stamped(desk: &mut Desk) -> Result<StampedEvent, Refused> {
    let query = desk.file.stamp_query()?;
    let reply = query.send(PATIENCE)?;
    let at = desk.tick();
    desk.file
        .add_time_stamp(&desk.people["dan"], &reply, Some(&query), &stamp(at))
        .map(|(_, stamped)| stamped)
}

#[test]
fn a_time_stamp_is_requested_kept_and_checked_by_verify_and_by_the_recipe() {
    let Some(authority) = Authority::shared() else { return };
    let mut desk = desk(authority, Answers::Rightly);
    let head = desk.file.head().clone();
    let added = stamped(&mut desk).unwrap();
    assert_eq!((added.event, &added.digest), (head.seq, &head.digest));
    let found = ProductFile::verify(desk.file.path(), None, &|_| true).unwrap();
    assert_eq!((found.findings.as_slice(), found.time_stamps), (&[][..], 1));
    assert_eq!(found.last_stamped, Some((head.seq, added.time)));
    // The desk's clock is years ahead of the authority's.
    let ahead = desk.now.plus_seconds(-60).seconds_since(added.time).unsigned_abs();
    assert_eq!(found.clock_ahead, Some((head.seq, ahead)));
    assert_eq!(desk.file.last_time_stamp().unwrap().unwrap().stamped, added);
    if !recipe::tools_are_missing() {
        let (good, words) = recipe::run(desk.file.path(), None);
        assert!(good && words.starts_with("verified: "), "{words}");
    }
}

#[test]
fn one_is_due_each_day_on_which_something_happened_and_after_a_packet() {
    let Some(authority) = Authority::shared() else { return };
    let mut desk = desk(authority, Answers::Rightly);
    // The authority states the true time, so the day is that of the machine on which the tests run.
    let today = || mainstay::ops::now();
    let due = |desk: &Desk| desk.file.stamp_due(today()).unwrap().map(|query| query.event);
    let head = desk.file.head().seq;
    assert_eq!(due(&desk), Some(head));
    stamped(&mut desk).unwrap();
    assert_eq!(due(&desk), None);
    desk.by("dan", feedback("Alarm is late")).unwrap();
    assert_eq!(due(&desk), None, "there is one of this day");
    let tomorrow = desk.file.last_time_stamp().unwrap().unwrap().stamped.time.plus_seconds(86_400);
    assert_eq!(desk.file.stamp_due(tomorrow).unwrap().unwrap().event, desk.file.head().seq);
    stamped(&mut desk).unwrap();
    assert!(desk.file.stamp_due(tomorrow).unwrap().is_none(), "nothing happened since");
    desk.by("dan", Request::NotePacket { facts: json!({"number": "PK-0001"}) }).unwrap();
    assert_eq!(due(&desk), Some(desk.file.head().seq));
    stamped(&mut desk).unwrap();
    assert_eq!(due(&desk), None);
    desk.assert_verifies();
}

#[test]
fn without_an_authority_nothing_is_due_and_the_refusal_says_what_to_do() {
    let Some(authority) = Authority::shared() else { return };
    let mut desk = Desk::staffed_once();
    assert_eq!(desk.file.stamp_due(desk.now).unwrap(), None);
    let refusal = desk.file.stamp_query().unwrap_err().to_string();
    assert!(refusal.contains("enter its address and certificates"), "{refusal}");
    // Certificates without an address: by files only.
    trust(&mut desk, authority, "");
    assert_eq!(desk.file.stamp_due(desk.now).unwrap(), None);
    let query = desk.file.stamp_query().unwrap();
    let reply = authority.reply(&query.bytes());
    desk.by("dan", feedback("Between query and reply")).unwrap();
    let at = desk.tick();
    let (_, added) = desk.file.add_time_stamp(&desk.people["eva"], &reply, None, &stamp(at)).unwrap();
    assert_eq!(added.event, query.event);
    desk.assert_verifies();
}

#[test]
fn the_policy_takes_no_authority_that_could_not_be_checked() {
    let Some(authority) = Authority::shared() else { return };
    let mut desk = Desk::staffed_once();
    for (set, why) in [
        (json!({"time_authority": "https://stamps.example"}), "must be given for the authority"),
        (json!({"time_authority_certificates": "no certificate"}), "contains no certificate"),
        (
            json!({"time_authority": "stamps.example", "time_authority_certificates": authority.root}),
            "begins with https:// or http://",
        ),
        (
            json!({"time_authority": "file:///etc/passwd", "time_authority_certificates": authority.root}),
            "begins with https:// or http://",
        ),
    ] {
        let refusal = desk.signed("ana", policy(set)).unwrap_err().to_string();
        assert!(refusal.contains(why), "{refusal}");
    }
}

#[test]
fn an_authority_that_fails_is_told_and_nothing_is_added() {
    let Some(authority) = Authority::shared() else { return };
    for (answers, why) in [
        (Answers::With500, "answered with status 500"),
        (Answers::WithAPage, "is not a time stamp reply"),
        (Answers::WithTooMuch, "more than 65536 bytes"),
        (Answers::ToAnotherQuery, "answers another query"),
        (Answers::Half, ""),
    ] {
        let mut desk = desk(authority, answers);
        let head = desk.file.head().clone();
        let refusal = stamped(&mut desk).unwrap_err().to_string();
        assert!(refusal.contains(why), "{refusal}");
        assert_eq!(*desk.file.head(), head);
    }
}

#[test]
fn a_reply_of_another_file_or_of_an_authority_that_is_not_trusted_is_refused() {
    let Some(authority) = Authority::shared() else { return };
    let mut one = desk(authority, Answers::Rightly);
    let mut other = desk(authority, Answers::Rightly);
    let reply = authority.reply(&other.file.stamp_query().unwrap().bytes());
    let at = one.tick();
    let refusal =
        one.file.add_time_stamp(&one.people["dan"], &reply, None, &stamp(at)).unwrap_err().to_string();
    assert_eq!(refusal, "the time stamp is on no event of this file");
    // An authority that the policy no longer trusts.
    let stranger = include_str!("../../crates/base/tests/time_stamps/other.pem");
    other.signed("ana", policy(json!({"time_authority_certificates": stranger}))).unwrap();
    let at = other.tick();
    let refusal =
        other.file.add_time_stamp(&other.people["dan"], &reply, None, &stamp(at)).unwrap_err().to_string();
    assert!(refusal.contains("does not lead to a trusted one"), "{refusal}");
    other.assert_verifies();
}

#[test]
fn an_entry_dated_before_a_trusted_time_stamp_is_marked_without_any_memory_of_a_workstation() {
    let Some(authority) = Authority::shared() else { return };
    // The machine's clock is three hours behind the time that the authority states.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pump.mainstay");
    let password = Password::new(PASSWORD);
    let now = stamp(mainstay::ops::now().plus_seconds(-3 * 3600));
    let (mut file, ana, _) = ProductFile::create(&path, &new_file(SafetyClass::B), &password, &now).unwrap();
    let set = json!({"time_authority_certificates": authority.root});
    file.perform(&ana, policy(set), Some(&password), &now).unwrap();
    let reply = authority.reply(&file.stamp_query().unwrap().bytes());
    file.add_time_stamp(&ana, &reply, None, &now).unwrap();
    let stated = file.last_time_stamp().unwrap().unwrap().stamped.time;
    let refusal = file.perform(&ana, feedback("Dated back"), None, &now).unwrap_err();
    assert!(matches!(&refusal, Refused::NeedsReason(what) if what.contains("clock")), "{refusal}");
    let why = feedback("Dated back").because("The battery was empty");
    file.perform(&ana, why, None, &now).unwrap();
    let event = file.events(&EventFilter::default(), 1, 0).unwrap().remove(0).event;
    assert_eq!(event.clock_seen, None, "the file proves it itself");
    assert_eq!(event.clock_back_seconds, Some(stated.seconds_since(now.now).unsigned_abs()));
    let refusal = file.perform(&ana, policy(json!({"warn_days": 14})), Some(&password), &now).unwrap_err();
    assert!(refusal.to_string().contains("clock of this machine ran backwards"), "{refusal}");
    // An acknowledgement does not make the true time untrue.
    let acknowledge = Act::from(Request::AcknowledgeClock).because("The battery was empty");
    file.perform(&ana, acknowledge, None, &now).unwrap();
    assert!(matches!(file.perform(&ana, feedback("Dated back"), None, &now), Err(Refused::NeedsReason(_))));
    let right = stamp(stated.plus_seconds(60));
    file.perform(&ana, feedback("In time"), None, &right).unwrap();
    file.perform(&ana, policy(json!({"warn_days": 14})), Some(&password), &right).unwrap();
    assert!(ProductFile::verify(&path, None, &|_| true).unwrap().findings.is_empty());
}

#[test]
fn a_time_stamp_is_added_once_and_none_contradicts_another() {
    let Some(authority) = Authority::shared() else { return };
    let mut desk = desk(authority, Answers::Rightly);
    let first = authority.reply(&desk.file.stamp_query().unwrap().bytes());
    desk.by("dan", feedback("Alarm is late")).unwrap();
    let second = authority.reply(&desk.file.stamp_query().unwrap().bytes());
    let mut add = |reply: &[u8]| {
        let at = desk.tick();
        desk.file
            .add_time_stamp(&desk.people["dan"], reply, None, &stamp(at))
            .map(|(_, stamped)| stamped.event)
    };
    let event = add(&second).unwrap();
    let refusal = add(&second).unwrap_err().to_string();
    assert_eq!(
        refusal,
        format!("the file has a time stamp on event {event} already, which proves event {event} too")
    );
    let refusal = add(&first).unwrap_err().to_string();
    assert!(refusal.ends_with(&format!("which proves event {} too", event - 1)), "{refusal}");
    desk.assert_verifies();
}

#[test]
fn a_time_far_ahead_of_the_clock_is_refused_and_then_measured_against() {
    let Some(authority) = Authority::shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let password = Password::new(PASSWORD);
    let now = stamp(Moment::parse("2020-01-01T09:00:00Z").unwrap());
    let path = folder.path().join("pump.mainstay");
    let (mut file, ana, _) = ProductFile::create(&path, &new_file(SafetyClass::B), &password, &now).unwrap();
    file.perform(&ana, policy(json!({"time_authority_certificates": authority.root})), Some(&password), &now)
        .unwrap();
    let reply = authority.reply(&file.stamp_query().unwrap().bytes());
    let refusal = file.add_time_stamp(&ana, &reply, None, &now).unwrap_err().to_string();
    assert!(refusal.contains("correct the clock first"), "{refusal}");
    assert!(matches!(file.perform(&ana, feedback("Dated back"), None, &now), Err(Refused::NeedsReason(_))));
}

#[test]
fn a_time_stamp_that_an_insider_adds_or_changes_is_found_by_verify_and_by_the_recipe() {
    let Some(authority) = Authority::shared() else { return };
    let mut desk = desk(authority, Answers::Rightly);
    let added = stamped(&mut desk).unwrap();
    let scene = crate::forger::Scene {
        bytes: std::fs::read(desk.file.path()).unwrap(),
        head: (desk.file.head().seq, desk.file.head().digest.clone()),
        keys: crate::forger::keys_of(&desk),
    };
    let scene: &'static crate::forger::Scene = Box::leak(Box::new(scene));
    let later = added.time.plus_seconds(60);
    let head = scene.head.clone();
    for (change, recipe_finds) in [
        (json!({"time": later}), true),
        (json!({"event": added.event - 1}), true),
        (json!({"event": added.event - 1, "digest": "0".repeat(64)}), true),
        (json!({"token": added.token.replacen('A', "B", 1)}), true),
        (json!({"token": "AAAA"}), true),
        (json!({"token": "not base64 $(date)"}), true),
        (json!({"time": "tomorrow"}), true),
        (json!({"more": 1}), true),
        (json!({"event": head.0, "digest": head.1}), true),
        // The same again.
        (json!({}), true),
    ] {
        let forger = crate::forger::Forger::without_triggers(scene);
        let mut event = forger.event_like(TIME_STAMP, "dan");
        event["facts"] = json!(added);
        for (name, value) in change.as_object().unwrap() {
            event["facts"][name] = value.clone();
        }
        forger.append_as(&event, "dan");
        let seq = forger.last();
        let found = forger.verify(None);
        assert!(found.iter().any(|one| one.place == format!("event {seq}")), "{change}: {found:#?}");
        if !recipe::tools_are_missing() {
            let (good, words) = recipe::run(&forger.path, None);
            assert_eq!(good, !recipe_finds, "{change}: {words}");
            assert!(good || words.starts_with(&format!("event {seq}: its time stamp")), "{change}: {words}");
        }
    }
}

#[test]
fn the_command_line_requests_one_writes_a_query_and_adds_a_reply() {
    let Some(authority) = Authority::shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let place = workstation();
    let path = crate::cli::copy(folder.path());
    let script = |address: &str| {
        let name = folder.path().join("policy.ron");
        let root = authority.root.replace('\n', "\\n");
        let text = format!(
            r#"[(do: Edit(id: "PL-0001", set: {{"time_authority": "{address}", "time_authority_certificates": "{root}"}}), reason: Some("As decided"))]"#
        );
        std::fs::write(&name, text).unwrap();
        name.to_str().unwrap().to_owned()
    };
    let (code, _, err) = run_at(&place, &["time-stamp", &path, "--login", "mara"]);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("the policy names no time stamp authority"), "{err}");
    let (code, out, err) = run_at(&place, &["run", &path, &script(""), "--login", "mara"]);
    assert_eq!(code, 0, "{out}{err}");
    // Without an address: by files.
    let query = folder.path().join("query.tsq");
    let (code, out, err) = run_at(&place, &["time-stamp", &path, "--query", query.to_str().unwrap()]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("--data-binary"), "{out}");
    let reply = folder.path().join("reply.tsr");
    std::fs::write(&reply, authority.reply(&std::fs::read(&query).unwrap())).unwrap();
    let adds = ["time-stamp", &path, "--login", "mara", "--reply", reply.to_str().unwrap()];
    let (code, out, err) = run_at(&place, &adds);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("existed at"), "{out}");
    // With an address: asked for, and by itself after a packet.
    let (code, _, err) =
        run_at(&place, &["run", &path, &script(&authority.serve(Answers::Rightly)), "--login", "mara"]);
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = run_at(&place, &["time-stamp", &path, "--login", "mara"]);
    assert_eq!((code, out.contains("existed at")), (0, true), "{err}");
    let packet = folder.path().join("p.pdf");
    let makes = ["packet", &path, "change", "CR-0007", "-o", packet.to_str().unwrap(), "--login", "mara"];
    let (code, _, err) = run_at(&place, &makes);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("time stamp: Event"), "{err}");
    let (code, out, _) = run_at(&place, &["verify", &path]);
    assert_eq!(code, 0);
    assert!(out.contains("3 trusted time stamps; the last one proves that event"), "{out}");
    // An authority that does not answer prevents nothing.
    let (code, _, err) =
        run_at(&place, &["run", &path, &script(&authority.serve(Answers::With500)), "--login", "mara"]);
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = run_at(&place, &["time-stamp", &path, "--login", "mara"]);
    assert_eq!((code, err.contains("status 500")), (3, true), "{err}");
}

#[test]
fn the_window_requests_what_is_due_by_itself_and_says_what_failed() {
    let Some(authority) = Authority::shared() else { return };
    let mut window =
        Window::new(desk(authority, Answers::Rightly), "dan", Route::Dashboard, vec2(1240.0, 920.0));
    let stamps = |window: &mut Window| window.file().time_stamps().unwrap().len();
    wait(&mut window, |window| stamps(window) == 1);
    // Asked for by the menu.
    window.press("Dan Example");
    window.picture("time-stamp-menu");
    window.press("Request a time stamp");
    wait(&mut window, |window| stamps(window) == 2);
    window.settle();
    assert!(window.has("existed at"));
    window.picture("time-stamp-added");
    let mut failing =
        Window::new(desk(authority, Answers::With500), "dan", Route::Dashboard, vec2(1240.0, 920.0));
    wait(&mut failing, |window| {
        window.settle();
        window.has("No time stamp was added")
    });
    failing.picture("time-stamp-failed");
    assert_eq!(stamps(&mut failing), 0);
}

fn wait(window: &mut Window, done: impl Fn(&mut Window) -> bool) {
    for _ in 0..200 {
        window.settle();
        if done(window) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("it did not happen: {:?}", window.state().messages());
}
