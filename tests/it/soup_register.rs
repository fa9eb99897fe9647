//! The register of SOUP: what an item needs before it is used, exact versions, and what brought them into the product.

use mainstay::domain::ids::Kind;
use mainstay::domain::soup_item::due::Coverage;
use mainstay::ops::{Act, Request};
use serde_json::{Value, json};

use crate::chain::change_under_analysis;
use crate::desk::{Desk, fields, go_to};
use crate::soup_desk::{
    EXPAT, EXPAT_250, SERVED, built, in_use, item, refused, register, serviced, version, with,
};

fn refused_part(desk: &mut Desk, set: Value) -> String {
    let request = Request::Create { kind: Kind::SoupDesignator, parent: Some(EXPAT), set: fields(set) };
    desk.by("ben", request).map(|_| ()).unwrap_err().to_string()
}

fn refused_edit(desk: &mut Desk, login: &str, id: mainstay::domain::ids::RecordId, set: Value) -> String {
    desk.edit(login, id, set).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn an_item_is_approved_for_use_only_with_all_that_the_standard_asks_and_each_is_named() {
    let mut desk = Desk::staffed_once();
    let id = desk.create("ben", Kind::SoupItem, json!({"title": "libexpat"}));
    let refusal = refused(&mut desk, "ben", id, "approve");
    for words in [
        "Supplier",
        "Risk tier",
        "What it must do for the product is stated",
        "The hardware and software that it needs are stated",
        "whether its failure can contribute to harm",
        "The place of its published anomalies is known",
        "It has an exact version",
    ] {
        assert!(refusal.contains(words), "{words} is not in {refusal}");
    }
    desk.edit("ben", id, item("libexpat")).unwrap();
    let refusal = refused(&mut desk, "ben", id, "approve");
    assert!(refusal.contains("It has an exact version") && !refusal.contains("Supplier"), "{refusal}");
    version(&mut desk, id, "2.5.0", None);
    desk.edit("ben", id, json!({"can_contribute": true})).unwrap();
    let refusal = refused(&mut desk, "ben", id, "approve");
    assert!(refusal.contains("The hazards to which its failure can contribute are named"), "{refusal}");
    desk.edit("ben", id, json!({"hazards": ["H-7"], "anomaly_lists": null, "interval_days": 400})).unwrap();
    let refusal = refused(&mut desk, "ben", id, "approve");
    assert!(refusal.contains("or there is evidence that none are published"), "{refusal}");
    assert!(refusal.contains("why its interval is not that of the plan"), "{refusal}");
    let answers =
        json!({"no_list": "The maintainers say so in their manual", "interval_reason": "It is isolated"});
    desk.edit("ben", id, answers).unwrap();
    let refusal = refused(&mut desk, "dan", id, "approve");
    assert!(
        refusal.contains("reserved for"),
        "a developer keeps the register and does not approve: {refusal}"
    );
    desk.go("ben", id, "approve").unwrap();
    assert_eq!(desk.state(id), "in_use");
    let refusal = refused_edit(&mut desk, "ben", id, json!({"title": "expat"}));
    assert!(refusal.contains("“Name”"), "findings name its versions by it: {refusal}");
    let refusal = refused_edit(&mut desk, "ben", id, json!({"supplier": null}));
    assert!(refusal.contains("must be filled in state “In use”"), "{refusal}");
    desk.assert_verifies();
}

#[test]
fn the_register_is_kept_by_those_who_keep_it_and_names_an_item_once() {
    let mut desk = Desk::staffed_once();
    let request = || Request::Create { kind: Kind::SoupItem, parent: None, set: fields(item("zlib")) };
    let refusal = desk.by("eva", request()).map(|_| ()).unwrap_err().to_string();
    assert!(refusal.contains("reserved for"), "{refusal}");
    desk.by("dan", request()).unwrap();
    let refusal = desk.by("ben", request()).map(|_| ()).unwrap_err().to_string();
    assert!(refusal.contains("No other item of the register is zlib; SI-0001 is it"), "{refusal}");
}

#[test]
fn a_range_or_a_word_is_no_version() {
    let mut desk = serviced();
    for text in ["^2.6", "~2.6.1", "2.*", ">=2.6", "<3", "2.6 || 2.7", "latest", "main", "HEAD", "stable"] {
        let refusal = refused_part(&mut desk, json!({"title": text, "present_since": "2.2.0"}));
        assert!(refusal.contains("is one exact version, not a range"), "{text}: {refusal}");
    }
    let refusal = refused_part(&mut desk, json!({"title": "2.5.0", "present_since": "2.2.0"}));
    assert!(refusal.contains("The item has no other version 2.5.0; SD-0001 has it"), "{refusal}");
}

#[test]
fn a_version_is_never_edited_into_another_one_and_stays_while_it_is_in_service() {
    let mut desk = serviced();
    let refusal = refused_edit(&mut desk, "ben", EXPAT_250, json!({"title": "2.6.2"}));
    assert!(refusal.contains("“Version”"), "{refusal}");
    let refusal = desk
        .by("ben", Request::Edit { id: EXPAT_250, set: fields(json!({"present_since": "2.1.0"})) })
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(
        refusal.contains("a change of what brought SD-0001 into the product needs a reason"),
        "{refusal}"
    );
    for step in ["strike", "retire"] {
        let act = Act::from(go_to(EXPAT_250, step, json!({}))).because("Not wanted");
        let refusal = desk.by("ben", act).map(|_| ()).unwrap_err().to_string();
        assert!(refusal.contains("No version in service contains it; RL-0001 does"), "{step}: {refusal}");
    }
    let act = Act::from(go_to(EXPAT, "retire", json!({}))).because("Not wanted");
    let refusal = desk.by("ben", act).map(|_| ()).unwrap_err().to_string();
    assert!(refusal.contains("No release in service contains it; RL-0001 does"), "{refusal}");
    let wrong = version(&mut desk, EXPAT, "2.6.1", None);
    desk.by("ben", Act::from(go_to(wrong, "strike", json!({}))).because("A typing error")).unwrap();
    version(&mut desk, EXPAT, "2.6.2", None);
    desk.assert_verifies();
}

#[test]
fn an_unregistered_component_or_one_that_is_not_approved_stops_the_baseline() {
    let mut desk = Desk::staffed_once();
    let release = built(&mut desk, "2.3.0", &[("libexpat", "2.5.0"), ("zlib", "1.3.1")], json!({}));
    let refusal = refused(&mut desk, "rita", release, "fix_baseline");
    assert!(
        refusal.contains("Every SOUP of the baseline is in the register; libexpat 2.5.0 and 1 more are not"),
        "{refusal}"
    );
    let id = desk.create("ben", Kind::SoupItem, item("libexpat"));
    version(&mut desk, id, "2.5.1", None);
    in_use(&mut desk, "zlib", "1.3.1", json!({}));
    let refusal = refused(&mut desk, "rita", release, "fix_baseline");
    assert!(refusal.contains("libexpat 2.5.0 is not"), "another version is another one: {refusal}");
    version(&mut desk, id, "2.5.0", None);
    let refusal = refused(&mut desk, "rita", release, "fix_baseline");
    assert!(refusal.contains("SI-0001 libexpat is approved for use"), "{refusal}");
    desk.go("ben", id, "approve").unwrap();
    desk.go("rita", release, "fix_baseline").unwrap();
    desk.assert_verifies();
}

#[test]
fn the_version_of_soup_does_not_change_without_a_change() {
    let mut desk = serviced();
    let soup = json!([{"item": "libexpat", "from": "2.5.0", "to": "2.6.2"}]);
    let (change, _) = change_under_analysis(&mut desk, json!({"affected_soup": soup}));
    let next = built(&mut desk, "2.3.1", &[("libexpat", "2.6.2"), ("zlib", "1.3.1")], json!({}));
    let unmet = |desk: &Desk| desk.unmet_words(next);
    assert!(unmet(&desk).contains("libexpat 2.6.2 is not"), "{}", unmet(&desk));
    let update = version(&mut desk, EXPAT, "2.6.2", Some(change));
    let text = unmet(&desk);
    assert!(
        text.contains("It is known what brought libexpat 2.6.2 into the product"),
        "not approved: {text}"
    );
    assert!(text.contains("A change of this release is behind libexpat 2.5.0 → 2.6.2"), "{text}");
    // A version in service that has another one of it is no origin, and neither is the release itself.
    for since in ["2.3.0", "2.3.1"] {
        desk.edit("ben", update, json!({"introduced_by": null, "present_since": since})).unwrap();
        let text = unmet(&desk);
        assert!(text.contains("It is known what brought libexpat 2.6.2 into the product"), "{since}: {text}");
    }
    desk.edit("ben", update, json!({"present_since": "2.2.0"})).unwrap();
    let text = unmet(&desk);
    assert!(text.contains("A change of this release is behind libexpat 2.5.0 → 2.6.2"), "{text}");
}

#[test]
fn an_update_is_pending_only_while_an_open_change_names_the_item() {
    let mut desk = serviced();
    let refusal = refused(&mut desk, "ben", EXPAT, "update_pending");
    assert!(refusal.contains("An open change names it among its SOUP changes"), "{refusal}");
    let soup = json!([{"item": "libexpat", "from": "2.5.0", "to": "2.6.2"}]);
    change_under_analysis(&mut desk, json!({"affected_soup": soup}));
    desk.go("ben", EXPAT, "update_pending").unwrap();
    desk.go("ben", EXPAT, "update_done").unwrap();
    desk.assert_verifies();
}

#[test]
fn the_end_of_support_opens_one_finding_that_assesses_it() {
    let mut desk = serviced();
    let refusal = refused(&mut desk, "ben", EXPAT, "end_support");
    assert!(refusal.contains("Its end of support has passed, or it is no longer maintained"), "{refusal}");
    desk.edit("ben", EXPAT, json!({"end_of_support": desk.now.day()})).unwrap();
    let made = desk.go("ben", EXPAT, "end_support").unwrap().made;
    let finding = desk.record(made[0]);
    assert_eq!((finding.text("finding_kind"), finding.value("items")), ("obsolescence", &json!([EXPAT])));
    desk.go("ben", EXPAT, "approve").unwrap();
    assert!(desk.go("ben", EXPAT, "end_support").unwrap().made.is_empty(), "it is being assessed");
    desk.assert_verifies();
}

#[test]
fn a_version_in_service_is_covered_until_its_interval_is_over_and_what_was_never_reviewed_is_overdue() {
    let mut desk = serviced();
    let coverage = |desk: &Desk| -> Vec<bool> {
        let rows = desk.file.soup_coverage(desk.now).unwrap();
        rows.iter().map(|row| row.coverage.is_covered()).collect()
    };
    assert_eq!(coverage(&desk), [false, false], "its review is completed and not approved");
    desk.sign_go("ana", "SR-0001".parse().unwrap(), "approve").unwrap();
    assert_eq!(coverage(&desk), [true, true]);
    desk.now = desk.now.plus_seconds(180 * 86_400);
    assert_eq!(coverage(&desk), [true, true]);
    desk.now = desk.now.plus_seconds(86_400);
    let rows = desk.file.soup_coverage(desk.now).unwrap();
    assert!(
        rows.iter().all(|row| matches!(row.coverage, Coverage::Overdue { last: Some(_), .. })),
        "{rows:?}"
    );
    assert!(rows.iter().all(|row| row.release == SERVED));
}

#[test]
fn soup_that_was_reviewed_too_long_ago_is_not_released() {
    let mut desk = Desk::staffed_once();
    let release = built(&mut desk, "2.3.0", &[("libexpat", "2.5.0")], json!({}));
    register(&mut desk, release);
    desk.go("rita", release, "fix_baseline").unwrap();
    let says = |desk: &Desk| desk.unmet_words(release).contains("Every SOUP of the baseline was reviewed");
    assert!(says(&desk), "it was never reviewed");
    let review = crate::soup_desk::started(&mut desk, json!({"candidates": [release]}));
    crate::soup_desk::all_judged(&mut desk, review);
    assert!(says(&desk), "a review that nobody handed over does not count");
    desk.sign_go("cleo", review, "submit").unwrap();
    assert!(says(&desk), "a review by one does not count");
    desk.sign_go("ben", review, "complete").unwrap();
    assert!(!says(&desk), "{}", desk.unmet_words(release));
    desk.now = desk.now.plus_seconds(30 * 86_400);
    assert!(!says(&desk), "the window of the plan");
    desk.now = desk.now.plus_seconds(86_400);
    assert!(says(&desk), "{}", desk.unmet_words(release));
    crate::soup_desk::answered(&mut desk, release);
    let refusal = refused(&mut desk, "rita", release, "request_approval");
    assert!(refusal.contains("1 of 1 not, such as libexpat 2.5.0"), "{refusal}");
}

#[test]
fn an_item_of_another_package_with_the_same_name_is_another_item() {
    let mut desk = Desk::staffed_once();
    let (first, _) = in_use(&mut desk, "core", "1.0", json!({"package": "pkg:npm/core"}));
    let release = built(&mut desk, "2.3.0", &[("core", "1.0")], json!({}));
    let rows = json!([{"item": "core", "version": "1.0", "purl": "pkg:cargo/core@1.0"}]);
    desk.edit("rita", release, json!({"soup_baseline": rows})).unwrap();
    let refusal = refused(&mut desk, "rita", release, "fix_baseline");
    assert!(refusal.contains("core 1.0 is not"), "{first}: {refusal}");
    let (second, _) = in_use(&mut desk, "core", "1.0", json!({"package": "pkg:cargo/core"}));
    desk.go("rita", release, "fix_baseline").unwrap();
    let refusal = refused_edit(&mut desk, "ben", second, json!({"package": "pkg:cargo/core@1.0"}));
    assert!(refusal.contains("must not have a version"), "{refusal}");
    let named = with(item("core"), json!({"package": "pkg:npm/core"}));
    let request = Request::Create { kind: Kind::SoupItem, parent: None, set: fields(named) };
    assert!(desk.by("ben", request).is_err(), "one item for each package");
}
