//! Files read into a release: commit lists, bills of materials, tables of configuration items.

use std::path::PathBuf;

use mainstay::baseline::{Baseline, Unversioned, read_bill, read_items};
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::release::DifferenceKind;
use mainstay::ops::commits::{self, read_commits};
use mainstay::ops::{EvidenceFile, Refused};
use serde_json::json;

use crate::chain::tested_change;
use crate::desk::{Desk, stamp};

/// A release that follows another one, both still being planned.
fn two_releases(desk: &mut Desk) -> (RecordId, RecordId) {
    let release = |desk: &mut Desk, version: &str| {
        desk.create("ana", Kind::Release, json!({"title": "Maintenance", "version": version}))
    };
    let (before, now) = (release(desk, "2.3.0"), release(desk, "2.3.1"));
    desk.edit("ana", now, json!({"predecessor": before})).unwrap();
    (before, now)
}

fn list(text: &str) -> EvidenceFile {
    EvidenceFile {
        name: "commits.txt".to_owned(),
        place: "/tmp/commits.txt".to_owned(),
        description: String::new(),
        bytes: text.as_bytes().to_vec(),
    }
}

fn write(desk: &Desk, name: &str, text: &str) -> PathBuf {
    let path = desk.folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn bill(components: &str) -> String {
    format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{components}]}}"#)
}

fn library(name: &str, version: &str) -> String {
    format!(
        r#"{{"type":"library","name":"{name}","version":"{version}","purl":"pkg:generic/{name}@{version}"}}"#
    )
}

#[test]
fn a_commit_list_is_stored_with_its_file_and_compared_with_the_changes() {
    let mut desk = Desk::staffed();
    let (_, cr) = tested_change(&mut desk);
    let (_, release) = two_releases(&mut desk);
    desk.edit("ana", release, json!({"change_requests": [cr]})).unwrap();
    let file = list("a1b2c3d Restart the timer\n77aa123 Another thing\n");
    let (at, sha256) = (stamp(desk.tick()), file.sha256());
    let rows = commits::store(&mut desk.file, &desk.people["ana"], (release, file), None, &at).unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(desk.record(release).text("commits_sha256"), sha256);
    let kept = desk.file.referring(release, Kind::Attachment).unwrap();
    assert_eq!(kept.iter().map(|data| data.text("sha256").to_owned()).collect::<Vec<_>>(), [sha256]);
    let found = commits::compare(&desk.file, release).unwrap();
    // The change names six digits, which is too short to be a hash.
    assert_eq!((found.listed, found.unnamed.len()), (2, 2));
    assert_eq!(found.missing[0].words(), format!("{cr} names commits that the list lacks: a1b2c3"));
    // The same list again changes nothing, and its file is not attached twice.
    let again = list("a1b2c3d Restart the timer\n77aa123 Another thing\n");
    let refusal =
        commits::store(&mut desk.file, &desk.people["ana"], (release, again), None, &at).unwrap_err();
    assert!(matches!(refusal, Refused::NoChange), "{refusal}");
    desk.assert_verifies();
}

#[test]
fn what_is_no_commit_list_or_no_release_leaves_nothing_behind() {
    let mut desk = Desk::staffed_once();
    let (_, release) = two_releases(&mut desk);
    let head = desk.file.head().clone();
    let at = stamp(desk.tick());
    let mut store = |id: RecordId, text: &str| {
        commits::store(&mut desk.file, &desk.people["ana"], (id, list(text)), None, &at)
            .unwrap_err()
            .to_string()
    };
    let refusal = store(release, "3f2a9bc One\n\nnothing here\n");
    assert!(refusal.contains("commits.txt") && refusal.contains("line 3"), "{refusal}");
    assert!(refusal.contains("“nothing here” was found"), "{refusal}");
    let refusal = store("FB-0001".parse().unwrap(), "3f2a9bc One\n");
    assert!(refusal.contains("name a release, such as RL-0001"), "{refusal}");
    // The auditor attaches files, but edits no release: neither is done.
    let refusal = commits::store(&mut desk.file, &desk.people["eva"], (release, list("")), None, &at);
    assert!(refusal.is_err());
    assert_eq!(desk.file.head(), &head);
    for (bytes, words) in [
        (&b""[..], "is empty"),
        (b"\x7FELF\x02\x01\x01\0\0\0\xFF", "byte "),
        (b"title,price\na,1\n", "line 1"),
        (&vec![b'x'; 3_000_000][..], "line 1"),
    ] {
        let refusal = read_commits(bytes, "list").unwrap_err().to_string();
        assert!(refusal.contains(words) && refusal.len() < 400, "{refusal}");
    }
    let malformed: String = "a row of something else\n".repeat(1000);
    let refusal = read_commits(malformed.as_bytes(), "list").unwrap_err().to_string();
    assert!(refusal.contains("line 1") && refusal.contains("“a row of something else” was found"), "{refusal}");
}

#[test]
fn a_bill_and_a_table_become_the_baseline_after_a_rehearsal() {
    let mut desk = Desk::staffed_once();
    let (before, now) = two_releases(&mut desk);
    let first =
        write(&desk, "a.cdx.json", &bill(&[library("zlib", "1.2"), library("expat", "2.5.0")].join(",")));
    let items = write(&desk, "items.csv", "Item,Version\ngateway,2.3.0\nmanual,7\n");
    let store = |desk: &mut Desk, release: RecordId, bill: &PathBuf, items: &PathBuf| {
        let baseline = Baseline {
            bill: Some(read_bill(bill, Unversioned::Refuse).unwrap()),
            items: Some(read_items(items).unwrap()),
        };
        let found = baseline.rehearse(&desk.file, release).unwrap();
        let at = stamp(desk.tick());
        let head = desk.file.head().seq;
        baseline.store(&mut desk.file, &desk.people["ana"], (release, None), &at).unwrap();
        assert_eq!(desk.file.head().seq, head + 3, "two files and one edit");
        assert_eq!(found, desk.file.differences(release).unwrap(), "the rehearsal told what came");
        found
    };
    assert_eq!(store(&mut desk, before, &first, &items), [], "nothing is before it");
    let tool = r#"{"type":"application","name":"linter","version":"9","scope":"excluded"}"#;
    let second = [
        library("zlib", "1.2"),
        library("zlib", "1.2"),
        library("expat", "2.6.2"),
        library("png", "1"),
        tool.to_owned(),
    ];
    let second = write(&desk, "b.cdx.json", &bill(&second.join(",")));
    let items = write(&desk, "items2.csv", "Item,Version\ngateway,2.3.1\n");
    let found = store(&mut desk, now, &second, &items);
    let words: Vec<String> = found.iter().map(mainstay::domain::release::Difference::words).collect();
    assert_eq!(words, ["gateway 2.3.0 → 2.3.1", "manual 7, removed", "expat 2.5.0 → 2.6.2", "png 1, new"]);
    assert_eq!(found[2].kind, DifferenceKind::Soup);
    let soup = desk.record(now).value("soup_baseline").clone();
    assert_eq!(soup.as_array().unwrap().len(), 3, "duplicates once, tools not");
    assert_eq!(soup[0], json!({"item": "expat", "version": "2.6.2", "purl": "pkg:generic/expat@2.6.2"}));
    desk.assert_verifies();
}

#[test]
fn a_bill_that_leaves_a_hole_in_the_baseline_is_refused_with_names() {
    let desk = Desk::new();
    let nameless = r#"{"type":"library","name":"alsa"}"#;
    let text = bill(&[library("zlib", "1.2"), nameless.to_owned()].join(","));
    let path = write(&desk, "bill.cdx.json", &text);
    let refusal = read_bill(&path, Unversioned::Refuse).unwrap_err().to_string();
    assert!(refusal.contains("1 component of bill.cdx.json without a version: alsa"), "{refusal}");
    let left = read_bill(&path, Unversioned::LeaveOut).unwrap();
    assert_eq!((left.rows.len(), left.unversioned), (1, vec!["alsa".to_owned()]));
    let empty = write(&desk, "empty.cdx.json", &bill(""));
    let refusal = read_bill(&empty, Unversioned::Refuse).unwrap_err().to_string();
    assert!(refusal.contains("lists no component"), "{refusal}");
    let other = write(&desk, "letter.txt", "Dear reader");
    assert!(
        read_bill(&other, Unversioned::Refuse)
            .unwrap_err()
            .to_string()
            .contains("letter.txt was not accepted")
    );
    assert!(read_bill(&desk.folder.path().join("none.json"), Unversioned::Refuse).is_err());
}

#[test]
fn rows_of_a_table_that_cannot_be_read_are_told_with_their_places() {
    let desk = Desk::new();
    let mut text = "item,version\n".to_owned();
    text.extend((0..1000).map(|row| format!("part {row},\n")));
    let path = write(&desk, "items.csv", &text);
    let refusal = read_items(&path).unwrap_err().to_string();
    assert!(refusal.contains("1000 defects: line 2, version: is missing; line 3"), "{refusal}");
    assert!(refusal.ends_with("and 950 more"), "{refusal}");
    let path = write(&desk, "hidden.csv", "item,version\na\u{202E}b,1\n");
    assert!(read_items(&path).unwrap_err().to_string().contains("line 2, item: a hidden"));
}
