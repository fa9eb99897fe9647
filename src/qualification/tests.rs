use super::*;

fn progress() -> Progress {
    Progress::new("Self-tests", || {})
}

#[test]
fn every_self_test_passes_on_this_machine_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let found = qualify(&checks(), Some(folder.path()), &progress()).unwrap();
    let failed: Vec<String> = found
        .failed()
        .map(|outcome| format!("{} {}: {}", outcome.id, outcome.requirement, outcome.seen))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(found.checks.len() >= 30);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the folder of the tests was removed");
    for outcome in &found.checks {
        assert!(!outcome.seen.is_empty() && !outcome.clause.is_empty(), "{outcome:?}");
    }
}

#[test]
fn checks_have_numbers_of_their_own_and_every_word_that_the_pack_prints() {
    let all = checks();
    for (at, check) in all.iter().enumerate() {
        for words in [check.id, check.requirement, check.clause, check.done, check.expected] {
            assert!(!words.is_empty(), "{}", check.id);
        }
        assert!(all.iter().skip(at + 1).all(|other| other.id != check.id), "{}", check.id);
    }
}

#[test]
fn a_check_that_fails_is_printed_as_failed_and_the_others_go_on() {
    let broken = Check {
        id: "OQ-99",
        requirement: "What cannot be",
        clause: "None",
        done: "Asked for it",
        expected: "It is there",
        run: |room| Err(format!("Nothing is in {}", room.folder().display())),
    };
    let fine = Check { id: "OQ-98", run: |_| Ok("As it should be".to_owned()), ..broken };
    let found = qualify(&[broken, fine], None, &progress()).unwrap();
    assert_eq!((found.passed(), found.checks.len()), (1, 2));
    assert_eq!(found.failed().next().map(|outcome| outcome.id.as_str()), Some("OQ-99"));
    let book = paper::book(&found);
    assert!(book.subtitle.starts_with("1 of 2 self-tests failed."), "{}", book.subtitle);
    let printed = format!("{:?}", book.sections);
    assert!(printed.contains("Nothing is in ") && printed.contains("failed"), "{printed}");
}

#[test]
fn without_a_folder_to_write_in_every_check_fails_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("a file");
    std::fs::write(&nowhere, "no folder").unwrap();
    let found = qualify(&checks(), Some(&nowhere), &progress()).unwrap();
    assert_eq!(found.passed(), 0);
    assert!(
        found.checks.iter().all(|outcome| outcome.seen.starts_with("No folder can be made in ")),
        "{found:?}"
    );
}

#[test]
fn a_cancelled_qualification_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let progress = progress();
    progress.cancel();
    assert!(qualify(&checks(), Some(folder.path()), &progress).is_err());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn the_pack_is_archival_accessible_and_has_places_for_two_signatures() {
    let found = qualify(&[], None, &progress()).unwrap();
    let book = paper::book(&found);
    assert_eq!(book.signed_by, ["Performed by", "Reviewed by"]);
    let pack = print(&found, &progress()).unwrap();
    assert!(pack.pdf.starts_with(b"%PDF-"));
    assert_eq!(pack.conformance.words(), "PDF/A-3a and PDF/UA-1", "{:?}", pack.warnings);
}
