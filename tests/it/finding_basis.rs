//! What decisions on findings rest on, what becomes of them when that changes, and what is said of a version that a finding names.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::ops::{Act, SoupImportOptions, SoupRow};
use mainstay::review;
use mainstay::soup::model::vex::Justification;
use mainstay::vex::{self, VexIssuer};
use serde_json::{Value, json};

use crate::desk::{Desk, fields, go_to, stamp};
use crate::soup_desk::{
    EXPAT, EXPAT_250, SERVED, affected, built, judged, not_affected, nothing, proposed, refused,
    reviewed_item, serviced, started, verdicts, vulnerability, with,
};
use crate::soup_ops::Soup;

const VERSIONS: &[&str] = &["libexpat 2.5.0"];

fn decision(desk: &mut Desk, id: &str, releases: &[RecordId]) -> RecordId {
    let set = vulnerability(desk, id, EXPAT, VERSIONS);
    proposed(desk, set, with(not_affected(), verdicts(releases, "not_affected")))
}

fn again(desk: &mut Desk, finding: RecordId) {
    let act = Act::from(go_to(finding, "withdraw_proposal", json!({}))).because("Its basis changed");
    desk.by("ben", act).unwrap();
    desk.sign_go("cleo", finding, "propose").unwrap();
}

#[test]
fn a_decision_is_confirmed_only_in_the_use_for_which_it_was_proposed() {
    let mut desk = serviced();
    let finding = decision(&mut desk, "CVE-2031-0001", &[SERVED]);
    assert!(!desk.record(finding).text("where_used").is_empty(), "the use is noted when it is proposed");
    desk.edit("ben", EXPAT, json!({"can_contribute": true, "hazards": ["H-3"]})).unwrap();
    let refusal = refused(&mut desk, "ben", finding, "not_affected");
    assert!(refusal.contains("The items are used as they were when it was proposed; return it"), "{refusal}");
    again(&mut desk, finding);
    desk.sign_go("ben", finding, "not_affected").unwrap();
    desk.assert_verifies();
}

#[test]
fn a_decision_is_confirmed_only_for_the_versions_for_which_it_was_proposed() {
    let mut desk = serviced();
    let next = built(&mut desk, "2.3.1", &[("libexpat", "2.5.0")], json!({}));
    let finding = decision(&mut desk, "CVE-2031-0001", &[SERVED, next]);
    let noted = desk.record(finding).value("decided_for").clone();
    let row = |release: RecordId| json!({"release": release, "version": "libexpat 2.5.0"});
    assert_eq!(noted, json!([row(SERVED), row(next)]));
    crate::soup_desk::version(&mut desk, EXPAT, "2.6.2", None);
    let rows = json!({"soup_baseline": [{"item": "libexpat", "version": "2.6.2"}]});
    desk.edit("rita", next, rows).unwrap();
    let refusal = refused(&mut desk, "ben", finding, "not_affected");
    assert!(
        refusal.contains("The releases contain the versions that they did when it was proposed"),
        "{refusal}"
    );
    again(&mut desk, finding);
    desk.sign_go("ben", finding, "not_affected").unwrap();
    desk.assert_verifies();
}

#[test]
fn a_developer_returns_a_proposal_and_says_why() {
    let mut desk = serviced();
    let finding = decision(&mut desk, "CVE-2031-0001", &[SERVED]);
    let back = go_to(finding, "withdraw_proposal", json!({}));
    assert!(desk.by("dan", back.clone()).is_err(), "without a reason");
    desk.by("dan", Act::from(back).because("The parser is called from the importer")).unwrap();
    assert_eq!(desk.state(finding), "under_investigation");
    desk.assert_verifies();
}

#[test]
fn an_affected_finding_without_a_severity_has_a_deadline_all_the_same() {
    let mut desk = serviced();
    let set = with(
        vulnerability(&desk, "tracker 7", EXPAT, VERSIONS),
        json!({"finding_kind": "functional_anomaly", "severity": null}),
    );
    let decided = affected("affected_controlled", "controlled");
    let finding = proposed(&mut desk, set, with(decided, verdicts(&[SERVED], "affected")));
    desk.sign_go("ben", finding, "affected_controlled").unwrap();
    let asked = desk.asked(finding, 400);
    assert!(asked.iter().any(|(what, _)| what == "Follow the finding up"), "{asked:?}");
}

/// The result of an item of a review in which no source found anything about libexpat 2.5.0.
fn result(desk: &mut Desk) -> String {
    let review = started(desk, json!({}));
    let item = reviewed_item(desk, review, EXPAT_250, nothing());
    judged(desk, item, json!({}));
    desk.record(item).text("result").to_owned()
}

#[test]
fn nothing_found_is_not_said_of_a_version_that_a_finding_names() {
    let mut desk = serviced();
    assert_eq!(result(&mut desk), "nothing_found");
    let finding = decision(&mut desk, "CVE-2031-0001", &[SERVED]);
    assert_eq!(result(&mut desk), "findings_raised", "it is not decided");
    desk.sign_go("ben", finding, "not_affected").unwrap();
    assert_eq!(result(&mut desk), "none_relevant", "it does not concern the product");
    desk.by("cleo", Act::from(go_to(finding, "reassess", json!({}))).because("Something changed")).unwrap();
    assert_eq!(result(&mut desk), "findings_raised");
    desk.by("ana", Act::from(go_to(finding, "void", json!({}))).because("A mistake")).unwrap();
    assert_eq!(result(&mut desk), "nothing_found");
    let set = with(vulnerability(&desk, "CVE-2031-0002", EXPAT, &[]), json!({"versions": null}));
    desk.create("cleo", Kind::Finding, set);
    assert_eq!(result(&mut desk), "findings_raised", "it names no version yet, so it may be this one");
    desk.assert_verifies();
}

fn record(id: &str, package: &str, more: Value) -> Value {
    let base = json!({
        "schema_version": "1.6.0", "id": id, "modified": "2031-03-01T00:00:00Z", "summary": format!("Problem {id}"),
        "affected": [{"package": {"ecosystem": "npm", "name": package},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "9.0.0"}]}]}],
    });
    with(base, more)
}

/// A bench with a release that contains left-pad, and these records about it.
fn searching(records: &[Value]) -> (Soup, RecordId) {
    let mut bench = Soup::new();
    let soup = [("left-pad", "1.0.0")];
    let release = bench.planned(&soup);
    bench.register(release, &soup);
    bench.advisories("more.json", &json!(records).to_string());
    (bench, release)
}

#[test]
fn advisories_that_one_finding_knows_are_one_and_open_it_again_once() {
    let (mut bench, release) = searching(&[
        record("GHSA-1111-1111-1111", "left-pad", json!({})),
        record("GHSA-2222-2222-2222", "left-pad", json!({})),
    ]);
    let item = bench.desk.file.list(Kind::SoupItem).unwrap()[0].id;
    let set = with(
        vulnerability(&bench.desk, "GHSA-1111-1111-1111", item, &["left-pad 1.0.0"]),
        json!({"aliases": ["GHSA-2222-2222-2222"]}),
    );
    let finding = bench.desk.create("sam", Kind::Finding, set);
    let start = |bench: &mut Soup, title: &str| {
        let set = json!({"title": title, "trigger": "before_release", "candidates": [release]});
        let review = bench.desk.create("sam", Kind::SoupReview, set);
        bench.start(review).findings
    };
    let first = start(&mut bench, "First");
    assert_eq!((first.new, first.known), (0, 1), "two advisories, one finding");
    let digest = |bench: &Soup| bench.desk.record(finding).text("advisory_digest").to_owned();
    let before = digest(&bench);
    let second = start(&mut bench, "Second");
    assert_eq!((second.known, second.reopened), (1, 0));
    assert_eq!(digest(&bench), before);
}

#[test]
fn what_is_published_as_information_becomes_no_vulnerability() {
    let unmaintained = json!({"affected": [{
        "package": {"ecosystem": "npm", "name": "left-pad"},
        "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
        "database_specific": {"informational": "unmaintained"},
    }]});
    let (mut bench, release) = searching(&[
        record("RUSTSEC-2031-0001", "left-pad", unmaintained),
        record("RUSTSEC-2031-0002", "other", json!({})),
    ]);
    let review = bench.started(release);
    let finding = bench.desk.record(bench.finding());
    assert_eq!(
        (finding.text("external_id"), finding.text("finding_kind")),
        ("RUSTSEC-2031-0001", "obsolescence")
    );
    let words = finding.text("description");
    assert!(words.contains("its source publishes it as information (unmaintained)"), "{words}");
    let item = bench.desk.file.parts(review, Kind::ReviewItem).unwrap().remove(0);
    assert!(item.value("hits")[0]["verdict"].as_str().unwrap().contains("information: unmaintained"));
}

#[test]
fn a_finding_and_its_statement_say_what_the_advisory_says() {
    let details = format!("The padding overflows. {}", "It is long. ".repeat(20));
    let long = "x".repeat(9_000);
    let (mut bench, release) = searching(&[
        record("GHSA-1111-1111-1111", "left-pad", json!({"details": details})),
        record("GHSA-2222-2222-2222", "left-pad", json!({"details": long})),
    ]);
    bench.started(release);
    let at = bench.desk.now;
    let made = vex::document(&bench.desk.file, release, &VexIssuer::default(), &stamp(at)).unwrap();
    let text = |id: &str| {
        let all = bench.desk.file.all(Kind::Finding).unwrap();
        let found = all.iter().find(|data| data.text("external_id") == id).unwrap();
        found.text("description").to_owned()
    };
    let whole = text("GHSA-1111-1111-1111");
    assert!(whole.contains(details.trim()) && whole.contains("\nHow it was matched:\nMatch: "), "{whole}");
    let stated = &made.document.descriptions["GHSA-1111-1111-1111"];
    assert!(stated.contains(details.trim()) && !stated.contains("Match:"), "{stated}");
    let cut = text("GHSA-2222-2222-2222");
    assert!(cut.contains("xxx… (cut here; its source has the whole text)"), "{cut}");
}

#[test]
fn a_false_positive_keeps_its_justification_and_never_claims_an_absent_component_by_itself() {
    for (stated, published) in [
        (None, Justification::VulnerableCodeNotPresent),
        (Some("component_not_present"), Justification::ComponentNotPresent),
    ] {
        let mut desk = serviced();
        let set = vulnerability(&desk, "CVE-2031-0001", EXPAT, VERSIONS);
        let decided = json!({"disposition": "false_positive", "justification": stated});
        let decided = with(with(not_affected(), decided), verdicts(&[SERVED], "not_affected"));
        let finding = proposed(&mut desk, set, decided);
        desk.sign_go("ben", finding, "false_positive").unwrap();
        let made = vex::document(&desk.file, SERVED, &VexIssuer::default(), &stamp(desk.now)).unwrap();
        assert_eq!(made.document.statements[0].justification, Some(published));
    }
}

#[test]
fn two_packages_of_one_name_and_version_stay_two() {
    let mut bench = Soup::new();
    let purls = ["pkg:npm/twin@1.0.0", "pkg:pypi/twin@1.0.0"];
    let rows: Vec<Value> =
        purls.iter().map(|purl| json!({"item": "twin", "version": "1.0.0", "purl": purl})).collect();
    let set = json!({"title": "First", "version": "1.0.0", "release_kind": "initial", "soup_baseline": rows});
    let release = bench.desk.create("rita", Kind::Release, set);
    let options = SoupImportOptions {
        release: Some(release),
        defaults: fields(json!({"supplier": "S", "risk_tier": "low", "host_item": "gateway"})),
        ..SoupImportOptions::default()
    };
    let rows = purls.map(|purl| SoupRow {
        item: "twin".into(),
        version: "1.0.0".into(),
        purl: purl.into(),
        ..SoupRow::default()
    });
    let at = bench.desk.tick();
    let plan = bench.desk.file.plan_soup_import(rows.to_vec(), &options, at).unwrap();
    bench.desk.file.import_soup(&bench.desk.people["ben"], &plan, &|_| true, &stamp(at)).unwrap();
    let items = bench.desk.file.all(Kind::SoupItem).unwrap();
    assert_eq!(items.len(), 2);
    bench.advisories(
        "more.json",
        &json!([
            record("GHSA-1111-1111-1111", "twin", json!({})),
            record("GHSA-2222-2222-2222", "x", json!({}))
        ])
        .to_string(),
    );
    let review = bench.started(release);
    let of = |purl: &str| {
        let parts = bench.desk.file.parts(review, Kind::ReviewItem).unwrap();
        let own = parts.iter().find(|data| {
            let designator: RecordId = data.text("designator").parse().unwrap();
            bench.desk.record(designator).text("purl") == purl
        });
        own.unwrap().text("search_result").to_owned()
    };
    assert_eq!((of(purls[0]).as_str(), of(purls[1]).as_str()), ("hits", "not_checked"));
    let made = vex::document(&bench.desk.file, release, &VexIssuer::default(), &stamp(at)).unwrap();
    let statement = &made.document.statements[0];
    assert_eq!(statement.subjects[0].subcomponents, [purls[0].to_owned()], "only the one that it is about");
    let _ = review::check(&bench.desk.file, review, Some(&bench.cache), &|_| true);
}

#[test]
fn a_version_of_the_product_that_the_file_does_not_know_is_said_to_be_unknown() {
    let mut desk = serviced();
    let notices = |desk: &Desk, id: RecordId| desk.file.page(id, None, desk.now).unwrap().notices.join(" ");
    let unknown = crate::soup_desk::version(&mut desk, EXPAT, "2.6.2", None);
    assert!(notices(&desk, unknown).contains("since 2.2.0. That is no release of this file"));
    let set = json!({"title": "2.6.3", "present_since": "2.3.0"});
    let known = desk.create_part("ben", Kind::SoupDesignator, EXPAT, set);
    assert_eq!(notices(&desk, known), "");
}

#[test]
fn of_two_items_of_one_name_the_one_that_may_be_used_stands_for_a_baseline() {
    let mut desk = serviced();
    let waiting = with(crate::soup_desk::item("twin"), json!({"package": "pkg:pypi/twin"}));
    let waiting = desk.create("ben", Kind::SoupItem, waiting);
    crate::soup_desk::version(&mut desk, waiting, "1.0.0", None);
    let next = built(&mut desk, "2.3.1", &[("twin", "1.0.0")], json!({}));
    let words = format!("{waiting} twin");
    assert!(desk.unmet_words(next).contains(&words), "{}", desk.unmet_words(next));
    let more = json!({"package": "pkg:npm/twin"});
    crate::soup_desk::in_use(&mut desk, "twin", "1.0.0", more);
    assert!(!desk.unmet_words(next).contains(&words), "{}", desk.unmet_words(next));
}

#[test]
fn what_is_left_out_of_claims_and_files_is_counted() {
    let statements: Vec<Value> = (0..53)
        .map(|n| {
            json!({"vulnerability": {"name": "GHSA-1111-1111-1111"}, "status": "not_affected",
                "products": [{"@id": format!("pkg:npm/left-pad@1.0.{n}")}], "justification": "component_not_present"})
        })
        .collect();
    let document = json!({
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://supplier.example/vex/1", "author": "Supplier Example",
        "timestamp": "2031-03-02T00:00:00Z", "version": 1, "statements": statements,
    });
    let (mut bench, release) = searching(&[
        record("GHSA-1111-1111-1111", "left-pad", json!({})),
        record("GHSA-2222-2222-2222", "x", json!({})),
    ]);
    bench.advisories("claims.openvex.json", &document.to_string());
    for n in 0..55 {
        let one = record(&format!("GHSA-3333-3333-33{n:02}"), "y", json!({}));
        bench.advisories(&format!("{n}.json"), &one.to_string());
    }
    let review = bench.started(release);
    let claims = bench.desk.record(bench.finding()).text("supplier_claims").to_owned();
    assert!(claims.ends_with("\n3 more claims in the advisory data of the workstation"), "{claims}");
    let sources = bench.desk.record(review).value("sources").clone();
    let files =
        sources.as_array().unwrap().iter().find(|row| row["source"] == "GitHub").unwrap()["files"].clone();
    let last = files.as_array().unwrap().last().unwrap().as_str().unwrap().to_owned();
    assert_eq!(last, "57 files, of which the first 50 are listed; the evidence of the search lists all");
}

#[test]
fn a_name_without_latin_letters_has_an_identifier_in_a_statement() {
    let mut desk = serviced();
    let (item, _) = crate::soup_desk::in_use(&mut desk, "暗号", "1.0.0", json!({}));
    let next = built(&mut desk, "2.3.1", &[("暗号", "1.0.0")], json!({}));
    let set = vulnerability(&desk, "CVE-2031-0001", item, &["暗号 1.0.0"]);
    desk.create("cleo", Kind::Finding, set);
    let made = vex::document(&desk.file, next, &VexIssuer::default(), &stamp(desk.now)).unwrap();
    let of = &made.document.statements[0].subjects[0].subcomponents[0];
    assert!(of.starts_with("pkg:generic/soup-") && of.ends_with("@1.0.0"), "{of}");
}
