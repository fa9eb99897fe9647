//! A restored copy: it is noticed, nothing is written to it, and an administrator continues from it by a signed act that skips the
//! numbers that may have been used.

use std::path::{Path, PathBuf};

use mainstay::domain::continuation::{CONTINUE, Continuation, EventHead};
use mainstay::domain::ids::Kind;
use mainstay::ops::workstation::{self, Lack, Memory, Seen};
use mainstay::ops::{Act, EventFilter, Loss, Opened, Password, ProductFile, Receipt, Refused, Request};
use serde_json::json;

use crate::cli::{copy, run_at};
use crate::desk::{Desk, PASSWORD, fields, id, stamp, workstation as fresh};
use crate::recipe;

/// A desk whose file was backed up, worked on, and then replaced by the backup. The workstation saw the work.
struct Restored {
    desk: Desk,
    place: PathBuf,
    /// The head that is lost.
    lost: EventHead,
    /// The file as it was lost.
    later: Vec<u8>,
}

fn feedback(title: &str) -> Request {
    Request::Create { kind: Kind::Feedback, parent: None, set: fields(json!({"title": title})) }
}

fn head_of(file: &ProductFile) -> EventHead {
    EventHead { seq: file.head().seq, digest: file.head().digest.clone() }
}

impl Restored {
    fn new() -> Self {
        let mut desk = Desk::staffed_once();
        desk.by("dan", feedback("Before the backup")).unwrap();
        let backup = std::fs::read(desk.file.path()).unwrap();
        desk.by("dan", feedback("Lost one")).unwrap();
        desk.by("dan", feedback("Lost two")).unwrap();
        let place = fresh();
        assert_eq!(workstation::remember(&place, &mut desk.file, desk.now).unwrap(), Seen::First);
        let (lost, later) = (head_of(&desk.file), std::fs::read(desk.file.path()).unwrap());
        let mut restored = Self { desk, place, lost, later };
        restored.put(&backup);
        restored
    }

    /// Puts another file in the place and opens it.
    fn put(&mut self, bytes: &[u8]) {
        let path = self.desk.file.path().to_owned();
        std::fs::write(&path, bytes).unwrap();
        self.open(&path);
    }

    fn open(&mut self, path: &Path) {
        std::fs::remove_file(path.with_extension("mainstay.lock")).ok();
        let Opened::Open(file) = ProductFile::open(path, &stamp(self.desk.now)).unwrap() else {
            panic!("not opened")
        };
        self.desk.file = *file;
    }

    fn compare(&mut self) -> Seen {
        workstation::remember(&self.place, &mut self.desk.file, self.desk.now).unwrap()
    }

    fn said(&self) -> Continuation {
        let skip = self.desk.file.usual_skip(&Loss::Seen);
        self.desk.file.continuation(&Loss::Seen, skip).unwrap()
    }

    fn go_on(&mut self) -> Receipt {
        let act = Act::from(Request::Continue(self.said())).because("The disk failed");
        self.desk.signed("ana", act).unwrap()
    }
}

#[test]
fn a_number_that_was_used_after_the_backup_is_never_used_again() {
    let mut r = Restored::new();
    let Seen::Behind(behind) = r.compare() else { panic!("not noticed") };
    assert_eq!((behind.lack, behind.seen), (Lack::CutOff, r.lost.clone()));
    let receipt = r.go_on();
    let event = r.desk.file.events(&EventFilter::default(), 1, 0).unwrap().remove(0).event;
    assert_eq!((event.seq, event.request.as_str()), (receipt.seq, CONTINUE));
    assert_eq!((event.reason.as_deref(), event.signatures.len()), (Some("The disk failed"), 1));
    assert_eq!(event.facts["lost"]["seq"], r.lost.seq);
    assert_eq!(event.facts["next"]["feedback"], 4);
    // FB-0002 and FB-0003 are on paper somewhere.
    let made = r.desk.by("dan", feedback("After the backup")).unwrap();
    assert_eq!(made.record, Some(id("FB-0004")));
    assert!(r.desk.file.record(id("FB-0002")).is_err());
    r.desk.assert_verifies();
    assert!(matches!(r.compare(), Seen::Continued { by, .. } if by == receipt.seq));
    let memory = Memory::of(&r.place, &r.desk.file.uuid().unwrap()).unwrap();
    assert_eq!((memory.head, memory.left), (head_of(&r.desk.file), vec![r.lost.clone()]));
    assert_eq!(r.compare(), Seen::Continues);
}

#[test]
fn nothing_is_written_to_a_file_that_lacks_what_was_seen_until_somebody_continues_from_it() {
    let mut r = Restored::new();
    r.compare();
    let before = r.desk.file.head().clone();
    let refusal = r.desk.by("dan", feedback("Too early")).unwrap_err().to_string();
    assert!(refusal.contains("events were cut off, or this is an older copy"), "{refusal}");
    assert!(refusal.contains("let an administrator continue"), "{refusal}");
    let at = stamp(r.desk.now);
    let (file, people) = (&mut r.desk.file, &r.desk.people);
    assert!(file.save_draft(&people["dan"], "new", "typed", r.desk.now).is_err());
    assert!(file.perform_all(&people["dan"], vec![feedback("Batch").into()], &|_| true, &at).is_err());
    assert!(file.hand_over_writer("An import is running").is_err());
    assert_eq!(*r.desk.file.head(), before);
    // What is there can be read and verified, and the sign-in writes nothing.
    assert_eq!(r.desk.file.list(Kind::Feedback).unwrap().len(), 1);
    assert!(r.desk.file.sign_in("dan", &Password::new("wrong"), &at).is_err());
    r.desk.file.sign_in("dan", &Password::new(PASSWORD), &at).unwrap();
    assert_eq!(*r.desk.file.head(), before);
    r.desk.assert_verifies();
    r.go_on();
    r.desk.by("dan", feedback("Now it goes")).unwrap();
}

#[test]
fn a_continuation_needs_the_role_the_reason_and_the_password_and_something_that_was_lost() {
    let mut r = Restored::new();
    // The workstation has not compared the file yet, so it knows of nothing.
    let refusal = r.desk.file.continuation(&Loss::Seen, 0).unwrap_err().to_string();
    assert!(refusal.contains("knows of no event that the file lacks"), "{refusal}");
    r.compare();
    let before = r.desk.file.head().clone();
    let act = |r: &Restored| Act::from(Request::Continue(r.said())).because("The disk failed");
    let refusal = r.desk.signed("ben", act(&r)).unwrap_err();
    assert!(matches!(refusal, Refused::NotAllowed { .. }), "{refusal}");
    let refusal = r.desk.signed("ana", Request::Continue(r.said())).unwrap_err();
    assert!(matches!(refusal, Refused::NeedsReason(_)), "{refusal}");
    let refusal = r.desk.by("ana", act(&r)).unwrap_err();
    assert!(matches!(refusal, Refused::NeedsPassword(_)), "{refusal}");
    let refusal = r.desk.act("ana", act(&r), Some("not this one")).unwrap_err();
    assert!(matches!(refusal, Refused::WrongPassword), "{refusal}");
    // An event that is there is not lost, a number that is used is not given again, and too many are not skipped.
    let refused = |r: &mut Restored, change: &dyn Fn(&mut Continuation), words: &str| {
        let mut said = r.said();
        change(&mut said);
        let refusal = r.desk.signed("ana", Act::from(Request::Continue(said)).because("Why")).unwrap_err();
        assert!(refusal.to_string().contains(words), "{words}: {refusal}");
    };
    let (seq, digest) = (before.seq, before.digest.clone());
    let here = move |said: &mut Continuation| said.lost = Some(EventHead { seq, digest: digest.clone() });
    refused(&mut r, &here, "so it is not lost");
    let short = |said: &mut Continuation| said.lost = Some(EventHead { seq: 999, digest: "abc".to_owned() });
    refused(&mut r, &short, "is not the number and the digest of an event");
    let used = |said: &mut Continuation| _ = said.next.insert(Kind::Feedback, 1);
    refused(&mut r, &used, "cannot go on from FB-0001; choose a number from FB-0002");
    let far = |said: &mut Continuation| _ = said.next.insert(Kind::Feedback, u32::MAX);
    refused(&mut r, &far, "choose a number from FB-0002");
    let left_out = |said: &mut Continuation| _ = said.next.remove(&Kind::Feedback);
    refused(&mut r, &left_out, "a number that is not given");
    let idle = |said: &mut Continuation| {
        said.lost = None;
        said.next.insert(Kind::Feedback, 2);
    };
    refused(&mut r, &idle, "say how many");
    assert_eq!(*r.desk.file.head(), before);
    r.go_on();
    r.desk.assert_verifies();
}

#[test]
fn what_was_continued_is_not_continued_again() {
    let mut r = Restored::new();
    r.compare();
    let said = r.said();
    r.go_on();
    assert!(r.desk.file.continuation(&Loss::Seen, 0).is_err(), "nothing is lost any more");
    let again = Act::from(Request::Continue(said)).because("Once more");
    let refusal = r.desk.signed("ana", again).unwrap_err().to_string();
    assert!(refusal.contains("was already continued without event"), "{refusal}");
    let unknown = r.desk.file.continuation(&Loss::Unknown, 5).unwrap();
    let refusal =
        r.desk.signed("ana", Act::from(Request::Continue(unknown)).because("Once more")).unwrap_err();
    assert!(refusal.to_string().contains("was just continued"), "{refusal}");
}

#[test]
fn the_same_backup_restored_twice_skips_what_both_ways_used() {
    let mut r = Restored::new();
    let backup = std::fs::read(r.desk.file.path()).unwrap();
    r.compare();
    r.go_on();
    r.desk.by("dan", feedback("After the backup")).unwrap();
    r.compare();
    r.put(&backup);
    assert!(matches!(r.compare(), Seen::Behind(behind) if behind.lack == Lack::CutOff));
    r.go_on();
    assert_eq!(r.desk.by("dan", feedback("Once more")).unwrap().record, Some(id("FB-0005")));
    r.desk.assert_verifies();
}

#[test]
fn the_way_that_was_left_behind_is_told_when_it_comes_back() {
    let mut r = Restored::new();
    r.compare();
    r.go_on();
    r.compare();
    let later = r.later.clone();
    r.put(&later);
    let Seen::Behind(behind) = r.compare() else { panic!("not noticed") };
    assert_eq!(behind.lack, Lack::LeftBehind);
    let refusal = r.desk.by("dan", feedback("On the old way")).unwrap_err().to_string();
    assert!(refusal.contains("the copy that was left behind"), "{refusal}");
}

#[test]
fn another_workstation_accepts_a_continuation_only_if_it_skips_what_it_saw() {
    let mut r = Restored::new();
    // The other one saw one event more than this one.
    let backup = std::fs::read(r.desk.file.path()).unwrap();
    let (later, other) = (r.later.clone(), fresh());
    r.put(&later);
    workstation::remember(&other, &mut r.desk.file, r.desk.now).unwrap();
    r.desk.by("dan", feedback("Lost three")).unwrap();
    let further = fresh();
    workstation::remember(&further, &mut r.desk.file, r.desk.now).unwrap();
    r.put(&backup);
    r.compare();
    let by = r.go_on().seq;
    assert!(
        matches!(workstation::remember(&other, &mut r.desk.file, r.desk.now).unwrap(), Seen::Continued { by: event, .. } if event == by)
    );
    assert!(r.desk.file.behind().is_none());
    let seen = workstation::remember(&further, &mut r.desk.file, r.desk.now).unwrap();
    assert!(matches!(seen, Seen::Behind(_)), "FB-0004 was used: {seen:?}");
    // There it is continued once more, so that its number is skipped too.
    r.go_on();
    assert_eq!(r.desk.by("dan", feedback("After all")).unwrap().record, Some(id("FB-0005")));
    assert!(matches!(
        workstation::remember(&further, &mut r.desk.file, r.desk.now).unwrap(),
        Seen::Continued { .. }
    ));
    r.desk.assert_verifies();
}

#[test]
fn where_nothing_is_known_a_gap_is_left_and_a_packet_says_what_was_lost() {
    let mut r = Restored::new();
    // A new workstation saw nothing. A packet was printed with the head that is lost.
    let printed = EventHead { digest: r.lost.digest[..16].to_owned(), seq: r.lost.seq };
    assert!(!workstation::enter(&fresh(), &mut r.desk.file, &printed).unwrap());
    assert!(r.desk.file.behind().is_some(), "a head that is entered counts as seen");
    let loss = Loss::Head(printed.clone());
    let said = r.desk.file.continuation(&loss, r.desk.file.usual_skip(&loss)).unwrap();
    assert_eq!((said.lost.as_ref(), said.next[&Kind::Feedback]), (Some(&printed), 102));
    assert_eq!((said.next[&Kind::Product], said.next[&Kind::Policy]), (2, 2), "there is one of each");
    r.desk.signed("ana", Act::from(Request::Continue(said)).because("The disk failed")).unwrap();
    assert_eq!(r.desk.by("dan", feedback("After")).unwrap().record, Some(id("FB-0102")));
    let hired = Request::InvitePerson {
        login: "gus".to_owned(),
        full_name: "Gus Example".to_owned(),
        roles: vec![mainstay::domain::person::Role::Auditor],
    };
    assert_eq!(r.desk.by("ana", hired).unwrap().record, Some(id("PN-0106")));
    r.desk.assert_verifies();
    // The identity of somebody after the gap can be confirmed.
    let code = Request::ResetAccess { person: id("PN-0106") };
    r.desk.by("ana", Act::from(code).because("Lost the code")).unwrap();
    r.desk.assert_verifies();
}

#[test]
fn the_recipe_verifies_a_continued_file() {
    if recipe::tools_are_missing() {
        return;
    }
    let mut r = Restored::new();
    r.compare();
    r.go_on();
    r.desk.by("dan", feedback("After the backup")).unwrap();
    let (good, words) = recipe::run(r.desk.file.path(), None);
    assert!(good, "{words}");
    let (good, words) = recipe::run(r.desk.file.path(), Some(&(r.lost.seq, r.lost.digest.clone())));
    assert!(!good && words.contains("is not the remembered one") || words.contains("was cut off"), "{words}");
}

#[test]
fn the_command_line_refuses_and_continues() {
    let (folder, place) = (tempfile::tempdir().unwrap(), fresh());
    let path = copy(folder.path());
    let name = path.as_str();
    let at = |arguments: &[&str]| run_at(&place, arguments);
    let script = folder.path().join("one.ron");
    std::fs::write(&script, "[(do: Create(kind: \"feedback\", set: {\"title\": \"After\"}))]").unwrap();
    let work = || at(&["run", name, script.to_str().unwrap(), "--login", "mara"]);
    let backup = std::fs::read(name).unwrap();
    let (code, out, err) = work();
    let used: mainstay::domain::ids::RecordId =
        id(out.split_whitespace().find(|word| word.starts_with("FB-")).unwrap());
    assert_eq!(code, 0, "{err}");
    let listed: serde_json::Value = serde_json::from_str(&at(&["heads", "list", "--json"]).1).unwrap();
    let lost = EventHead {
        seq: listed["heads"][0]["seq"].as_u64().unwrap(),
        digest: listed["heads"][0]["digest"].as_str().unwrap().to_owned(),
    };
    let next = mainstay::domain::ids::RecordId::new(used.kind, used.number + 1).to_string();
    std::fs::write(name, backup).unwrap();
    let (code, out, err) = work();
    assert_eq!((code, out.as_str()), (3, ""), "{err}");
    assert!(err.contains("nothing is written to") && err.contains("continue-from-backup"), "{err}");
    // Reading works, with the warning.
    let (code, out, err) = at(&["list", name, "feedback"]);
    assert!(code == 0 && out.contains("FB-0001") && err.contains("warning: "), "{code} {out} {err}");
    let go_on = |more: &[&str]| {
        let mut arguments = vec!["continue-from-backup", name];
        arguments.extend(more);
        at(&arguments)
    };
    let (code, _, err) = go_on(&["--login", "mara"]);
    assert!(code == 2 && err.contains("--reason"), "{code} {err}");
    let (code, _, err) = go_on(&["--login", "tomas", "--reason", "The disk failed"]);
    assert!(code == 3 && err.contains("System administrator"), "{code} {err}");
    let (code, _, err) = go_on(&["--login", "mara", "--reason", " "]);
    assert!(code == 3 && err.contains("needs a reason"), "{code} {err}");
    let (code, _, err) = go_on(&["--login", "mara", "--reason", "Why", "--lost", "12"]);
    assert!(code == 2 && err.contains("a head is the number"), "{code} {err}");
    let (code, out, err) = go_on(&["--login", "mara", "--reason", "The disk failed"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains(&format!("without event {}", lost.seq)) && out.contains(&format!("go on from {next}")),
        "{out}"
    );
    let (code, _, err) = go_on(&["--login", "mara", "--reason", "Once more"]);
    assert!(code == 3 && err.contains("--lost unknown"), "{code} {err}");
    let (code, out, _) = work();
    assert!(code == 0 && out.contains(&next), "{out}");
    let (code, out, err) = at(&["verify", name]);
    assert!(code == 0 && err.is_empty(), "{code} {err}");
    assert!(out.contains("continues the file from a restored copy"), "{out}");
    let (code, out, _) = at(&["verify", name, "--head", &lost.to_string()]);
    assert!(code == 4 && out.contains("continues the file from a restored copy without it"), "{code} {out}");
    let (_, out, _) = at(&["heads", "list"]);
    assert!(out.contains(&format!("left behind  event {}", lost.seq)), "{out}");
    let (code, _, err) = at(&["heads", "enter", name, &lost.to_string()]);
    assert!(code == 3 && err.contains("was left behind"), "{code} {err}");
}

#[test]
fn heads_are_entered_and_forgotten_on_the_command_line() {
    let (folder, place) = (tempfile::tempdir().unwrap(), fresh());
    let path = copy(folder.path());
    let name = path.as_str();
    let at = |arguments: &[&str]| run_at(&place, arguments);
    let verified: serde_json::Value = serde_json::from_str(&at(&["verify", name, "--json"]).1).unwrap();
    let head = format!("{}:{}", verified["head"]["seq"], verified["head"]["digest"].as_str().unwrap());
    assert!(at(&["heads", "enter", name, &head]).1.contains("contains event"));
    assert_eq!(at(&["heads", "enter", name, "12:abc"]).0, 2);
    let (code, _, err) = at(&["heads", "enter", name, "999:0123456789abcdef"]);
    assert!(code == 4 && err.contains("does not contain event 999"), "{code} {err}");
    let script = folder.path().join("one.ron");
    std::fs::write(&script, "[(do: Create(kind: \"feedback\", set: {\"title\": \"After\"}))]").unwrap();
    let work = || at(&["run", name, script.to_str().unwrap(), "--login", "mara"]).0;
    assert_eq!(work(), 3);
    assert_eq!(at(&["heads", "forget", name]).0, 0);
    assert_eq!(work(), 0);
    let unknown =
        ["continue-from-backup", name, "--login", "mara", "--reason", "Restored", "--lost", "unknown"];
    let (code, out, err) = at(&unknown);
    assert!(code == 0 && out.contains("what was lost is not known"), "{code} {out} {err}");
    assert_eq!(at(&unknown).0, 3, "not twice");
}

#[test]
fn a_memory_of_the_clock_that_cannot_be_written_lets_no_older_copy_through() {
    let mut r = Restored::new();
    let clock = r.place.join("clock");
    std::fs::remove_file(&clock).unwrap();
    std::fs::create_dir(&clock).unwrap();
    assert!(workstation::remember(&r.place, &mut r.desk.file, r.desk.now).is_err());
    assert!(r.desk.file.behind().is_some());
    assert!(r.desk.by("dan", feedback("A second FB-0002")).is_err());
}

#[test]
fn a_copy_in_which_others_worked_meanwhile_is_continued_too() {
    let mut r = Restored::new();
    // At a workstation that knows nothing of the lost events.
    for number in 0..6 {
        r.desk.by("dan", feedback(&format!("Meanwhile {number}"))).unwrap();
    }
    assert!(r.desk.file.head().seq > r.lost.seq);
    assert!(matches!(r.compare(), Seen::Behind(_)));
    r.go_on();
    assert!(matches!(r.compare(), Seen::Continued { .. }));
    assert!(r.desk.file.behind().is_none());
    r.desk.by("dan", feedback("Afterwards")).unwrap();
    assert_eq!(r.compare(), Seen::Continues);
    r.desk.assert_verifies();
}

#[test]
fn a_memory_that_is_damaged_is_reported_and_put_aside() {
    let mut restored = Restored::new();
    let uuid = restored.desk.file.uuid().unwrap();
    let head = restored.place.join(&uuid).join("head");
    std::fs::write(&head, b"12 half a dig\xff").unwrap();
    let now = restored.desk.now;
    assert_eq!(
        workstation::remember(&restored.place, &mut restored.desk.file, now).unwrap(),
        Seen::Unreadable
    );
    assert!(head.with_file_name("head-damaged").exists());
    assert_eq!(
        workstation::remember(&restored.place, &mut restored.desk.file, now).unwrap(),
        Seen::Continues
    );
    std::fs::write(&head, "").unwrap();
    let path = restored.desk.file.path().to_str().unwrap().to_owned();
    let (code, _, err) = run_at(&restored.place, &["status", &path]);
    assert_eq!(code, 0);
    assert!(err.contains("is damaged and could not be compared"), "{err}");
}

#[test]
fn a_number_of_a_packet_that_was_used_after_the_backup_is_never_used_again() {
    let mut desk = Desk::staffed_once();
    let issue = |desk: &mut Desk, number: &str| {
        desk.by("eva", Request::NotePacket { facts: json!({"number": number}) })
    };
    issue(&mut desk, "PK-0001").unwrap();
    let backup = std::fs::read(desk.file.path()).unwrap();
    issue(&mut desk, "PK-0002").unwrap();
    issue(&mut desk, "PK-0003").unwrap();
    let place = fresh();
    workstation::remember(&place, &mut desk.file, desk.now).unwrap();
    let (lost, later) = (head_of(&desk.file), std::fs::read(desk.file.path()).unwrap());
    let mut r = Restored { desk, place, lost, later };
    r.put(&backup);
    let Seen::Behind(behind) = r.compare() else { panic!("not noticed") };
    assert_eq!(behind.packets, 3);
    assert_eq!(r.desk.file.next_packet_number().unwrap(), "PK-0002");
    let mut used = r.said();
    used.next_packet = Some(1);
    let act = Act::from(Request::Continue(used)).because("The disk failed");
    let refusal = r.desk.signed("ana", act).unwrap_err().to_string();
    assert!(refusal.contains("packets cannot go on from PK-0001; choose a number from PK-0002"), "{refusal}");
    r.go_on();
    assert_eq!(r.desk.file.next_packet_number().unwrap(), "PK-0004");
    let refusal = issue(&mut r.desk, "PK-0002").unwrap_err().to_string();
    assert_eq!(refusal, "the next packet has the number PK-0004; make the packet again");
    issue(&mut r.desk, "PK-0004").unwrap();
    r.desk.assert_verifies();
    if !recipe::tools_are_missing() {
        let (good, words) = recipe::run(r.desk.file.path(), None);
        assert!(good, "{words}");
    }
    assert!(!r.later.is_empty());
}
