//! Reviews of SOUP: what is searched and how, each version with its own result, two persons, and from when the next one is due.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::ops::{Act, Request};
use mainstay::review::anomalies_of;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::desk::{Desk, PASSWORD, fields, go_to};
use crate::soup_desk::{
    EXPAT, EXPAT_250, SERVED, SOURCES, ZLIB_131, all_judged, built, completed, evidence, evidence_of, hits,
    judged, list_read, not_affected, not_checked, nothing, proposed, refused, register, reviewed_item,
    scheduled, searched, serviced, started, verdicts, version, vulnerability, with,
};

fn refused_part(desk: &mut Desk, review: RecordId, set: Value) -> String {
    let request = Request::Create { kind: Kind::ReviewItem, parent: Some(review), set: fields(set) };
    desk.by("cleo", request).map(|_| ()).unwrap_err().to_string()
}

fn refused_edit(desk: &mut Desk, id: RecordId, set: Value) -> String {
    desk.edit("cleo", id, set).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn a_review_without_a_method_a_plan_or_registered_soup_does_not_start() {
    let mut desk = serviced();
    desk.change_plan(json!({"soup_review_method": null}));
    let review = scheduled(&mut desk, json!({"method": null}));
    let refusal = refused(&mut desk, "cleo", review, "start");
    assert!(
        refusal.contains("The method of search and judgement is stated, here or in the plan"),
        "{refusal}"
    );
    let next = built(&mut desk, "2.3.1", &[("newlib", "1.0")], json!({}));
    desk.edit("cleo", review, json!({"method": "As in WI-9", "candidates": [next]})).unwrap();
    let refusal = refused(&mut desk, "cleo", review, "start");
    assert!(
        refusal.contains("All SOUP of these releases is in the register; 1 is not, such as newlib 1.0"),
        "{refusal}"
    );
    desk.edit("cleo", review, json!({"candidates": null, "tiers": ["high"]})).unwrap();
    let refusal = refused(&mut desk, "cleo", review, "start");
    assert!(refusal.contains("At least one SOUP item is in its scope"), "{refusal}");
    desk.edit("cleo", review, json!({"tiers": null})).unwrap();
    desk.go("cleo", review, "start").unwrap();
    let data = desk.record(review);
    assert_eq!(
        (data.value("releases"), data.text("plan_version")),
        (&json!([SERVED]), "3"),
        "they are frozen"
    );
    let refusal = refused_edit(&mut desk, review, json!({"method": "Another one"}));
    assert!(refusal.contains("“Method”"), "{refusal}");

    let mut desk = Desk::staffed_without_plan();
    let review = scheduled(&mut desk, json!({}));
    let refusal = refused(&mut desk, "cleo", review, "start");
    assert!(refusal.contains("plan") && refusal.contains("in force"), "{refusal}");
    assert!(refusal.contains("There is a release in service or a candidate"), "{refusal}");
}

#[test]
fn the_version_that_is_searched_is_the_one_in_use() {
    let mut desk = serviced();
    let review = started(&mut desk, json!({}));
    let own = |desk: &Desk| searched(desk, review, EXPAT_250, nothing());
    for (set, words) in [
        (json!({"version_searched": "2.6.2"}), "The version that was searched is the one in use: 2.5.0"),
        (json!({"designator": ZLIB_131}), "The designator is one of the item"),
        (json!({"tier": "high"}), "Its risk tier is the one in the register"),
    ] {
        let set = with(own(&desk), set);
        let refusal = refused_part(&mut desk, review, set);
        assert!(refusal.contains(words), "{refusal}");
    }
    let first = reviewed_item(&mut desk, review, EXPAT_250, nothing());
    judged(&mut desk, first, json!({}));
    let set = own(&desk);
    let refusal = refused_part(&mut desk, review, set);
    assert!(refusal.contains("The designator is in the review once"), "{refusal}");
    // A version that is registered and in no release is not in use.
    let other = version(&mut desk, EXPAT, "2.6.2", None);
    let wrong = reviewed_item(&mut desk, review, other, nothing());
    judged(&mut desk, wrong, json!({}));
    all_judged(&mut desk, review);
    let refusal = refused(&mut desk, "cleo", review, "submit");
    assert!(refusal.contains("Only versions in use are searched"), "{refusal}");
    assert!(refusal.contains("libexpat 2.6.2 is not so"), "{refusal}");
}

#[test]
fn a_version_that_was_left_out_is_missed_and_one_left_out_on_purpose_says_why() {
    let mut desk = serviced();
    let review = started(&mut desk, json!({}));
    let first = reviewed_item(&mut desk, review, EXPAT_250, nothing());
    judged(&mut desk, first, json!({}));
    evidence(&mut desk, review, json!({}));
    let refusal = refused(&mut desk, "cleo", review, "submit");
    assert!(
        refusal.contains("All SOUP in scope was searched; 1 is missing, such as zlib 1.3.1"),
        "{refusal}"
    );
    let plan = json!({"exclusions": [{"item": "zlib"}]});
    let review = scheduled(&mut desk, plan);
    let refusal = refused(&mut desk, "cleo", review, "start");
    assert!(refusal.contains("Why"), "{refusal}");
    desk.edit(
        "cleo",
        review,
        json!({"exclusions": [{"item": "zlib", "reason": "Its own review is under way"}]}),
    )
    .unwrap();
    desk.go("cleo", review, "start").unwrap();
    let first = reviewed_item(&mut desk, review, EXPAT_250, nothing());
    judged(&mut desk, first, json!({}));
    evidence(&mut desk, review, json!({}));
    completed(&mut desk, review);
    desk.sign_go("ana", review, "approve").unwrap();
    assert!(!desk.record(EXPAT).text("reviewed_on").is_empty());
    assert!(desk.record("SI-0002".parse().unwrap()).text("reviewed_on").is_empty(), "it was left out");
    desk.assert_verifies();
}

#[test]
fn nobody_writes_that_nothing_was_found_for_a_whole_review_or_an_item() {
    let mut desk = serviced();
    let review = started(&mut desk, json!({}));
    let refusal = refused_edit(&mut desk, review, json!({"conclusion": "No vulnerabilities were found"}));
    assert!(refusal.contains("“Conclusion”"), "{refusal}");
    let first = reviewed_item(&mut desk, review, EXPAT_250, nothing());
    let refusal = refused_edit(&mut desk, first, json!({"result": "nothing_found"}));
    assert!(refusal.contains("“Result”"), "{refusal}");
    let mut other = serviced();
    let its_review = started(&mut other, json!({}));
    let found = reviewed_item(&mut other, its_review, EXPAT_250, hits(&["CVE-2031-0001"]));
    for set in [
        json!({"search_result": "nothing_found"}),
        json!({"hits": null}),
        json!({"search_result": "nothing_found", "hits": null}),
        json!({"search_result": "nothing_found", "hits": null, "sources": null}),
    ] {
        let refusal = refused_edit(&mut other, found, set.clone());
        assert!(refusal.contains(": is fixed in state"), "{set}: {refusal}");
    }
    assert_eq!(other.record(found).text("search_result"), "hits");
    reviewed_item(&mut desk, review, ZLIB_131, nothing());
    evidence(&mut desk, review, json!({}));
    let refusal = refused(&mut desk, "cleo", review, "submit");
    assert!(refusal.contains("Every item has its own result; 2 are open"), "{refusal}");
    for id in [first, "RI-0004".parse().unwrap()] {
        judged(&mut desk, id, json!({}));
        assert_eq!(desk.record(id).text("result"), "nothing_found");
    }
    desk.sign_go("cleo", review, "submit").unwrap();
    let conclusion = desk.record(review).text("conclusion").to_owned();
    assert!(
        conclusion.contains("nothing found for 2") && conclusion.contains("could not be checked for 0"),
        "{conclusion}"
    );
}

#[test]
fn nothing_found_needs_a_source_that_can_answer_and_none_that_found_something() {
    let mut desk = serviced();
    let review = started(&mut desk, json!({}));
    let silent = with(not_checked(), json!({"search_result": "nothing_found"}));
    let set = searched(&desk, review, EXPAT_250, silent);
    let refusal = refused_part(&mut desk, review, set);
    assert!(refusal.contains("must be “could not be checked”: no source could answer"), "{refusal}");
    let set = searched(&desk, review, EXPAT_250, json!({"search_result": "nothing_found"}));
    let refusal = refused_part(&mut desk, review, set);
    assert!(refusal.contains("no source could answer"), "no source at all: {refusal}");
    let lost = with(hits(&["CVE-2031-0001"]), json!({"search_result": "nothing_found", "hits": null}));
    let set = searched(&desk, review, EXPAT_250, lost);
    let refusal = refused_part(&mut desk, review, set);
    assert!(refusal.contains("a source found something, and no hit of it is listed"), "{refusal}");
    let hidden = with(hits(&["CVE-2031-0001"]), json!({"search_result": "nothing_found"}));
    let set = searched(&desk, review, EXPAT_250, hidden);
    let refusal = refused_part(&mut desk, review, set);
    assert!(refusal.contains("must be “found”: there are hits"), "{refusal}");

    let reviewed = reviewed_item(&mut desk, review, EXPAT_250, not_checked());
    let read = list_read(&desk);
    desk.edit("cleo", reviewed, read).unwrap();
    let refusal = refused(&mut desk, "cleo", reviewed, "conclude");
    assert!(refusal.contains("it is said what was done instead"), "{refusal}");
    desk.edit("cleo", reviewed, json!({"not_checked": "The supplier was asked"})).unwrap();
    desk.go("cleo", reviewed, "conclude").unwrap();
    assert_eq!(desk.record(reviewed).text("result"), "not_checked");
    // A source that is named twice is one source.
    let row = json!({"source": "OSV", "answer": "nothing"});
    let alone =
        json!({"search_result": "nothing_found", "sources": [row, {"source": "osv", "answer": "nothing"}]});
    let reviewed = reviewed_item(&mut desk, review, ZLIB_131, alone);
    desk.edit("cleo", reviewed, json!({"no_list": "None is published"})).unwrap();
    let refusal = refused(&mut desk, "cleo", reviewed, "conclude");
    assert!(refusal.contains("At least 2 sources could answer"), "{refusal}");
}

#[test]
fn a_search_for_vulnerabilities_does_not_replace_the_list_of_the_supplier() {
    let mut desk = serviced();
    let review = started(&mut desk, json!({}));
    let reviewed = reviewed_item(&mut desk, review, EXPAT_250, nothing());
    for set in [json!({}), json!({"list_place": "Its tracker", "list_read_on": desk.now.day()})] {
        desk.edit("cleo", reviewed, set).ok();
        let refusal = refused(&mut desk, "cleo", reviewed, "conclude");
        assert!(
            refusal.contains("The supplier's list was read and it is said what it says of the version"),
            "{refusal}"
        );
    }
    let anomaly = json!({"anomaly": "#812", "title": "Wrong length", "relevant": true, "judgement": "Lengths are shown"});
    desk.edit("cleo", reviewed, json!({"anomalies": [anomaly]})).unwrap();
    let refusal = refused(&mut desk, "cleo", reviewed, "conclude");
    assert!(refusal.contains("Every anomaly that is relevant is in a finding; #812 is not"), "{refusal}");
    let finding = with(
        vulnerability(&desk, "#812", EXPAT, &["libexpat 2.5.0"]),
        json!({"finding_kind": "functional_anomaly"}),
    );
    desk.create("cleo", Kind::Finding, finding);
    desk.go("cleo", reviewed, "conclude").unwrap();
    assert_eq!(desk.record(reviewed).text("result"), "findings_raised");
}

#[test]
fn what_an_export_of_a_tracker_does_not_give_is_told_with_its_rows() {
    let mut desk = serviced();
    let review = started(&mut desk, json!({}));
    let reviewed = reviewed_item(&mut desk, review, EXPAT_250, nothing());
    let table = "Bug ID,Summary,Status,Severity,Version\n812,Wrong length,NEW,major,2.5.0\n813,,NEW,,2.5.0\n814,Typo,NEW,,9.1\n";
    let read = anomalies_of(&desk.record(reviewed), (table.as_bytes(), "bugs.csv")).unwrap();
    let told = "bugs.csv, CSV: 1 of 2 rows may concern version 2.5.0. line 3 was not read: it has no title.";
    assert_eq!(read.words, told);
    desk.edit("cleo", reviewed, Value::Object(read.set)).unwrap();
    let kept = desk.record(reviewed);
    assert_eq!(kept.text("list_judgement"), told);
    assert_eq!(kept.value("anomalies")[0]["title"], "Wrong length (names the version in use; major)");
    // Another export adds to what is written there; the same one says nothing new.
    let again = anomalies_of(&kept, (table.as_bytes(), "bugs.csv")).unwrap();
    assert!(!again.set.contains_key("list_judgement"), "{again:?}");
    let page = json!({"total_count": 31, "items": [{"number": 7, "title": "Crash", "state": "open"},
        {"number": 8, "title": "Mend", "state": "open", "pull_request": {}}]});
    let read = anomalies_of(&kept, (page.to_string().as_bytes(), "page.json")).unwrap();
    let judgement = read.set["list_judgement"].as_str().unwrap();
    for part in [told, "1 pull request left out.", "31 entries, but only 2 are in this file"] {
        assert!(judgement.contains(part), "{judgement}");
    }
    // Many remarks are counted.
    let many = format!("Bug ID,Summary\n1,x\n{}", "2,\n".repeat(1500));
    let read = anomalies_of(&kept, (many.as_bytes(), "many.csv")).unwrap();
    assert!(
        read.words.ends_with("line 22 was not read: it has no title. 1480 remarks more."),
        "{}",
        read.words
    );
}

#[test]
fn every_hit_is_decided_by_a_finding_about_this_version_or_dismissed_with_a_reason() {
    let mut desk = serviced();
    let review = started(&mut desk, json!({}));
    let reviewed = reviewed_item(&mut desk, review, EXPAT_250, hits(&["CVE-2031-0001", "CVE-2031-0002"]));
    let read = list_read(&desk);
    desk.edit("cleo", reviewed, read).unwrap();
    let refusal = refused(&mut desk, "cleo", reviewed, "conclude");
    assert!(refusal.contains("2 are open, such as CVE-2031-0001"), "{refusal}");
    let refusal = refused_edit(&mut desk, reviewed, json!({"hits": []}));
    assert!(refusal.contains("“Hits”"), "{refusal}");
    desk.edit("cleo", reviewed, json!({"dismissed": [{"advisory": "CVE-2031-0002"}]})).unwrap();
    let refusal = refused(&mut desk, "cleo", reviewed, "conclude");
    assert!(refusal.contains("Why it does not concern the product"), "{refusal}");
    let reason = json!({"dismissed": [{"advisory": "CVE-2031-0002", "reason": "Only on Windows"}]});
    desk.edit("cleo", reviewed, reason).unwrap();
    // A void finding and one about another version decide nothing here.
    version(&mut desk, EXPAT, "2.4.0", None);
    let set = vulnerability(&desk, "CVE-2031-0001", EXPAT, &["libexpat 2.5.0"]);
    let void = desk.create("cleo", Kind::Finding, set.clone());
    let act = Act::from(go_to(void, "void", json!({}))).because("Entered twice");
    desk.by("ana", act).unwrap();
    let refusal = refused(&mut desk, "cleo", reviewed, "conclude");
    assert!(refusal.contains("1 are open, such as CVE-2031-0001"), "{refusal}");
    let finding = desk.create("cleo", Kind::Finding, with(set, json!({"versions": ["libexpat 2.4.0"]})));
    let refusal = refused(&mut desk, "cleo", reviewed, "conclude");
    assert!(refusal.contains("Every hit is in a finding that names libexpat 2.5.0"), "{refusal}");
    desk.edit("cleo", finding, json!({"versions": ["libexpat 2.4.0", "libexpat 2.5.0"]})).unwrap();
    desk.go("cleo", reviewed, "conclude").unwrap();
    assert_eq!(desk.record(reviewed).text("result"), "findings_raised");
    // What was concluded does not stay concluded if the finding goes.
    let rest = reviewed_item(&mut desk, review, ZLIB_131, nothing());
    judged(&mut desk, rest, json!({}));
    evidence(&mut desk, review, json!({}));
    desk.by("ana", Act::from(go_to(finding, "void", json!({}))).because("Not so")).unwrap();
    let refusal = refused(&mut desk, "cleo", review, "submit");
    assert!(refusal.contains("Every hit has its decision; CVE-2031-0001 of RI-0003 has none"), "{refusal}");
}

#[test]
fn what_became_known_as_exploited_is_not_covered_by_a_decision_from_before() {
    let mut desk = serviced();
    let set = vulnerability(&desk, "CVE-2031-0001", EXPAT, &["libexpat 2.5.0"]);
    let finding = proposed(&mut desk, set, with(not_affected(), verdicts(&[SERVED], "not_affected")));
    desk.sign_go("ben", finding, "not_affected").unwrap();
    let review = started(&mut desk, json!({}));
    let mut found = hits(&["CVE-2031-0001"]);
    found["hits"][0]["exploited"] = json!(true);
    let reviewed = reviewed_item(&mut desk, review, EXPAT_250, found);
    let read = list_read(&desk);
    desk.edit("cleo", reviewed, read).unwrap();
    let refusal = refused(&mut desk, "cleo", reviewed, "conclude");
    assert!(refusal.contains("CVE-2031-0001"), "{refusal}");
    let act = Act::from(go_to(finding, "reassess", json!({}))).because("It is exploited now");
    desk.by("cleo", act).unwrap();
    desk.go("cleo", reviewed, "conclude").unwrap();
}

#[test]
fn the_evidence_of_the_search_is_kept_and_every_source_of_the_plan_was_searched() {
    let mut desk = serviced();
    let review = started(&mut desk, json!({}));
    for designator in [EXPAT_250, ZLIB_131] {
        let reviewed = reviewed_item(&mut desk, review, designator, nothing());
        judged(&mut desk, reviewed, json!({}));
    }
    let refusal = refused(&mut desk, "cleo", review, "submit");
    for words in ["SHA-256 of the search evidence", "Searched on", "Searched with", "Sources", "Limitations"]
    {
        assert!(refusal.contains(words), "{words} is not in {refusal}");
    }
    let other = "b".repeat(64);
    evidence(
        &mut desk,
        review,
        json!({"evidence_sha256": other, "sources": [{"source": "OSV", "age_days": 2}]}),
    );
    let refusal = refused(&mut desk, "cleo", review, "submit");
    assert!(refusal.contains("The evidence of the search with this SHA-256 is attached"), "{refusal}");
    assert!(refusal.contains("The required source “KEV” was searched"), "{refusal}");
    let later = desk.now.day().plus_days(2);
    let refusal = refused_edit(&mut desk, review, json!({"searched_on": later}));
    assert!(refusal.contains("“Searched on”"), "{refusal}");
    let day = desk.now.day();
    let sha256 = evidence_of(&mut desk, review, (day, &[("OSV", 2), ("NVD", 2), ("CISA KEV", 2)]), json!({}));
    let kept = desk.file.referring(review, Kind::Attachment).unwrap();
    let kept = kept.into_iter().find(|data| data.text("sha256") == sha256).unwrap();
    desk.sign_go("cleo", review, "submit").unwrap();
    let act = Act::from(go_to(kept.head.id, "withdraw", json!({}))).because("Not wanted");
    assert!(desk.by("cleo", act).is_err(), "the evidence stays");
    desk.assert_verifies();
}

#[test]
fn two_persons_review_and_quality_approves_once_every_finding_is_triaged() {
    let mut desk = serviced();
    let review = started(&mut desk, json!({}));
    all_judged(&mut desk, review);
    let refusal = desk.by("cleo", go_to(review, "submit", json!({}))).map(|_| ()).unwrap_err().to_string();
    assert!(refusal.contains("password"), "it is signed: {refusal}");
    desk.sign_go("cleo", review, "submit").unwrap();
    let refusal = refused(&mut desk, "cleo", review, "complete");
    assert!(refusal.contains("The second reviewer is not the first one"), "{refusal}");
    let refusal = refused(&mut desk, "eva", review, "complete");
    assert!(refusal.contains("reserved for"), "{refusal}");
    for name in ["reviewer", "second_reviewer"] {
        assert!(desk.edit("cleo", review, json!({name: desk.people["ana"].person()})).is_err(), "{name}");
    }
    desk.sign_go("ben", review, "complete").unwrap();
    let data = desk.record(review);
    let persons = ["cleo", "ben"].map(|login| desk.people[login].person().to_string());
    assert_eq!([data.text("reviewer"), data.text("second_reviewer")], persons.each_ref().map(String::as_str));
    let refusal = refused(&mut desk, "cleo", review, "approve");
    assert!(refusal.contains("reserved for Quality"), "{refusal}");
    let set =
        with(vulnerability(&desk, "CVE-2031-0009", EXPAT, &["libexpat 2.5.0"]), json!({"reviews": [review]}));
    let finding = desk.create("cleo", Kind::Finding, set);
    let refusal = refused(&mut desk, "ana", review, "approve");
    assert!(refusal.contains(&format!("1 is new, such as {finding}")), "{refusal}");
    desk.go("cleo", finding, "triage").unwrap();
    desk.sign_go("ana", review, "approve").unwrap();
    let item = desk.file.parts(review, Kind::ReviewItem).unwrap()[0].head.id;
    assert!(desk.edit("cleo", item, json!({"rationale": "Later"})).is_err(), "its items are closed with it");
    desk.assert_verifies();
}

#[test]
fn the_next_date_runs_from_the_day_of_the_search_and_not_from_the_plan() {
    let mut desk = serviced();
    desk.now = desk.now.plus_seconds(20 * 86_400);
    let day = desk.now.day();
    let review = started(&mut desk, json!({"due_on": day.plus_days(-15)}));
    all_judged(&mut desk, review);
    evidence_of(&mut desk, review, (day.plus_days(-2), SOURCES), json!({}));
    completed(&mut desk, review);
    desk.now = desk.now.plus_seconds(10 * 86_400);
    desk.sign_go("ana", review, "approve").unwrap();
    assert_eq!(desk.record(EXPAT).text("reviewed_on"), day.plus_days(-2).to_string());
    let next = json!([{"tier": "low", "on": day.plus_days(178)}]);
    assert_eq!(desk.record(review).value("next_reviews"), &next);
    // An earlier search that is approved later does not set the date back.
    desk.sign_go("ana", "SR-0001".parse().unwrap(), "approve").unwrap();
    assert_eq!(desk.record(EXPAT).text("reviewed_on"), day.plus_days(-2).to_string());
    desk.assert_verifies();
}

#[test]
fn a_review_that_leaves_out_a_release_or_is_given_up_counts_for_none_of_its_items() {
    let mut desk = serviced();
    let next = built(&mut desk, "2.3.1", &[("zlib", "1.3.1"), ("newlib", "1.0")], json!({}));
    register(&mut desk, next);
    let left = json!([{"release": SERVED}]);
    let review = scheduled(&mut desk, json!({"candidates": [next], "releases_left_out": left}));
    let refusal = refused(&mut desk, "cleo", review, "start");
    assert!(refusal.contains("Why"), "{refusal}");
    let left = json!([{"release": SERVED, "reason": "Its own review follows next week"}]);
    desk.edit("cleo", review, json!({"releases_left_out": left})).unwrap();
    desk.go("cleo", review, "start").unwrap();
    all_judged(&mut desk, review);
    completed(&mut desk, review);
    desk.sign_go("ana", review, "approve").unwrap();
    let reviewed = |id: &str| desk.record(id.parse().unwrap()).text("reviewed_on").to_owned();
    assert_eq!(reviewed("SI-0002"), "", "zlib is in the release that was left out");
    assert_ne!(reviewed("SI-0003"), "", "newlib is not");
    let given_up = started(&mut desk, json!({}));
    desk.by("cleo", Act::from(go_to(given_up, "abandon", json!({}))).because("A wrong scope")).unwrap();
    assert_eq!(desk.record(EXPAT).text("reviewed_on"), "");
    desk.assert_verifies();
}

/// One step of a reviewer who would like to see “nothing found”.
#[derive(Debug, Clone)]
enum Try {
    Add(usize, Vec<(usize, usize)>, usize, usize),
    Edit(usize, usize),
    Go(usize, usize),
    Review(usize),
}

fn tried() -> impl Strategy<Value = Try> {
    let sources = prop::collection::vec((0..3_usize, 0..4_usize), 0..4);
    prop_oneof![
        3 => (0..2_usize, sources, 0..4_usize, 0..3_usize).prop_map(|(of, rows, said, hits)| Try::Add(of, rows, said, hits)),
        4 => (0..4_usize, 0..7_usize).prop_map(|(which, what)| Try::Edit(which, what)),
        3 => (0..4_usize, 0..2_usize).prop_map(|(which, step)| Try::Go(which, step)),
        2 => (0..5_usize).prop_map(Try::Review),
    ]
}

fn take(desk: &mut Desk, review: RecordId, one: &Try) {
    let items: Vec<RecordId> =
        desk.file.parts(review, Kind::ReviewItem).unwrap().iter().map(|data| data.head.id).collect();
    let pick = |which: usize| items.get(which % items.len().max(1)).copied();
    let results = ["nothing_found", "not_checked", "hits"];
    let request = match one {
        Try::Add(of, rows, said, count) => {
            let answers = ["found", "nothing", "not_checked"];
            let row = |(source, answer): &(usize, usize)| {
                let name = ["OSV", "NVD", ""][*source];
                json!({"source": name, "answer": answers.get(*answer), "records": 0})
            };
            let rows: Vec<Value> = rows.iter().map(row).collect();
            let found: Vec<Value> =
                (0..*count).map(|n| json!({"advisory": format!("CVE-2031-{n}")})).collect();
            let answer = json!({"sources": rows, "search_result": results.get(*said), "hits": found});
            let set = searched(desk, review, [EXPAT_250, ZLIB_131][*of], answer);
            Request::Create { kind: Kind::ReviewItem, parent: Some(review), set: fields(set) }
        }
        Try::Edit(which, what) => {
            let Some(id) = pick(*which) else { return };
            let dismissed: Vec<Value> =
                (0..3).map(|n| json!({"advisory": format!("CVE-2031-{n}"), "reason": "Elsewhere"})).collect();
            let set = match what {
                0 => list_read(desk),
                1 => json!({"not_checked": "Asked"}),
                2 => json!({"dismissed": dismissed}),
                3 => json!({"search_result": "nothing_found"}),
                4 => json!({"result": "nothing_found"}),
                5 => json!({"sources": [{"source": "OSV", "answer": "nothing"}]}),
                _ => json!({"hits": null, "no_list": "None"}),
            };
            Request::Edit { id, set: fields(set) }
        }
        Try::Go(which, step) => {
            let Some(id) = pick(*which) else { return };
            go_to(id, ["conclude", "reopen"][*step], json!({}))
        }
        Try::Review(step) => {
            go_to(review, ["submit", "return", "complete", "submit", "approve"][*step], json!({}))
        }
    };
    let login = if matches!(one, Try::Review(2)) { "ben" } else { "cleo" };
    let signed = matches!(one, Try::Review(_)).then_some(PASSWORD);
    let _ = desk.act(login, Act::from(request).because("As it came out"), signed);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_requests_says_nothing_found_of_an_item_that_no_source_could_check(
        tries in prop::collection::vec(tried(), 8..30),
    ) {
        let mut desk = serviced();
        let review = started(&mut desk, json!({}));
        evidence(&mut desk, review, json!({}));
        for one in &tries {
            take(&mut desk, review, one);
        }
        let items = desk.file.parts(review, Kind::ReviewItem).unwrap();
        for data in &items {
            let rows = data.value("sources").as_array().cloned().unwrap_or_default();
            let any = |answer: &str| rows.iter().any(|row| row["answer"] == answer && row["source"] != "" && !row["source"].is_null());
            for name in ["search_result", "result"] {
                if data.text(name) == "nothing_found" {
                    prop_assert!(any("nothing") && !any("found"), "{name} of {data:#?}");
                }
            }
            if data.text("result") == "none_relevant" {
                prop_assert!(any("nothing") || any("found"), "{data:#?}");
            }
        }
        let conclusion = desk.record(review).text("conclusion").to_owned();
        if desk.state(review) != "in_progress" {
            let count = items.iter().filter(|data| data.text("result") == "nothing_found").count();
            let says = format!("nothing found for {count},");
            prop_assert!(conclusion.contains(&says), "{conclusion}");
        }
        desk.assert_verifies();
    }
}

#[test]
fn who_judged_items_is_not_the_second_reviewer() {
    let mut desk = serviced();
    let review = started(&mut desk, json!({}));
    all_judged(&mut desk, review);
    desk.sign_go("ben", review, "submit").unwrap();
    let why = refused(&mut desk, "cleo", review, "complete");
    assert!(
        why.contains("The second reviewer wrote nothing of the review and judged no item of it; "),
        "{why}"
    );
}
