//! The packets of a SOUP review and of a vulnerability, the VEX table of a release, and SOUP in the other packets.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::time::Day;
use mainstay::ops::{
    BuiltPacket, ChapterOrder, PacketFonts, PacketOptions, PacketScope, RenderedPacket, render_packet,
};
use serde_json::{Value, json};

use crate::chain::verified_change;
use crate::desk::{Desk, id, stamp};
use crate::packet::{assert_in, build, chapter, chapters, keep};
use crate::releasing::{approve_release, archive, candidate, release_note};
use crate::soup_desk::{self as soup, with};

fn of(desk: &Desk, scope: PacketScope) -> BuiltPacket {
    build(desk, PacketOptions { scope, redact: false })
}

fn printed(built: &BuiltPacket, name: &str) -> RenderedPacket {
    let rendered = render_packet(built, PacketFonts::bundled()).unwrap();
    assert_eq!(rendered.conformance, "PDF/A-3a and PDF/UA-1", "{:?}", rendered.warnings);
    assert!(rendered.warnings.is_empty(), "{:?}", rendered.warnings);
    keep(name, &rendered.pdf);
    rendered
}

/// The world of these tests.
pub struct World {
    pub desk: Desk,
    /// The release in service.
    pub release: RecordId,
    /// A review of it by the interval, approved.
    pub review: RecordId,
    /// The finding that it raised about libexpat: affected, controlled.
    pub finding: RecordId,
}

/// Version 2.3.1 in service with three items of SOUP, and a review that found something for one, nothing for another, and could not
/// check the third.
pub fn world() -> World {
    let mut desk = Desk::staffed();
    let high = json!({
        "risk_tier": "high", "can_contribute": true, "hazards": ["HZ-0012"], "end_of_support": "2031-06-30",
        "support_source": "Road map of the project", "support_checked_on": desk.now.day(),
    });
    soup::in_use(&mut desk, "libexpat", "2.5.0", high);
    let gone = json!({"support_level": "no_longer_maintained", "interval_days": 30, "interval_reason": "It is no longer maintained"});
    soup::in_use(&mut desk, "oldtimer", "1.0", gone);
    let (_, cr) = verified_change(&mut desk);
    let rows = ["libexpat 2.5.0", "oldtimer 1.0", "zlib 1.3.1"].map(|line| {
        let (item, version) = line.split_once(' ').unwrap();
        json!({"item": item, "version": version, "purl": format!("pkg:generic/{item}@{version}")})
    });
    let release = candidate(&mut desk, cr, json!({"soup_baseline": rows}));
    approve_release(&mut desk, release);
    release_note(&mut desk, release);
    archive(&mut desk, release);
    desk.sign_go("rita", release, "release").unwrap();
    let review = reviewed(&mut desk);
    let finding = id("FN-0001");
    desk.sign_go("ana", review, "approve").unwrap();
    World { desk, release, review, finding }
}

fn designator(desk: &Desk, name: &str, version: &str) -> RecordId {
    soup::designator_of(desk, soup::item_of(desk, name).unwrap(), version).unwrap()
}

/// A completed review with a hit, a dismissed hit, an anomaly, an item that could not be checked, and one with nothing.
fn reviewed(desk: &mut Desk) -> RecordId {
    let due = desk.now.day().plus_days(-2);
    let review = soup::started(desk, json!({"title": "Review of the first quarter", "due_on": due}));
    let expat = designator(desk, "libexpat", "2.5.0");
    let found = soup::reviewed_item(desk, review, expat, soup::hits(&["CVE-2031-1000", "CVE-2031-2000"]));
    let timer = designator(desk, "oldtimer", "1.0");
    let unknown = soup::reviewed_item(desk, review, timer, soup::not_checked());
    let item = soup::item_of(desk, "libexpat").unwrap();
    let finding = soup::vulnerability(desk, "CVE-2031-1000", item, &["libexpat 2.5.0"]);
    let decision = soup::affected("affected_controlled", "controlled");
    let decision = with(decision, soup::verdicts(&[id("RL-0001")], "affected"));
    let decision = with(
        decision,
        json!({"reviews": [review], "hazardous": true, "hazards": ["HZ-0012"], "sequence": "A crafted profile of Cleo Example leads to HZ-0012",
               "action_statement": "Load only signed profiles; Cleo Example said that HZ-0012 cannot follow then"}),
    );
    let finding = soup::proposed(desk, finding, decision);
    desk.sign_go("ben", finding, "affected_controlled").unwrap();
    soup::judged(
        desk,
        found,
        json!({
            "dismissed": [{"advisory": "CVE-2031-2000", "reason": "Only on another platform"}],
            "anomalies": [{"anomaly": "#77", "title": "A comment is lost", "relevant": false, "judgement": "Comments are not read"}],
        }),
    );
    let said = json!({"not_checked": "The mailing list of the project was read", "no_list": "The project has no list"});
    desk.edit("cleo", unknown, said).unwrap();
    desk.go("cleo", unknown, "conclude").unwrap();
    soup::all_judged(desk, review);
    soup::completed(desk, review);
    review
}

#[test]
fn the_packet_of_a_review_has_its_nine_chapters_with_every_item() {
    let World { desk, review, .. } = world();
    let built = of(&desk, PacketScope::SoupReview(review));
    let packet = &built.packet;
    assert_eq!(chapters(packet), ["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    assert_in(
        packet,
        "1",
        &["MP-0001, version 1", "2 days after it was due", "What the plan asks for", "findings for 1"],
    );
    assert_in(
        packet,
        "2",
        &[soup::METHOD, "NVD is among the sources", "Only published records are found", "2031-03-01"],
    );
    assert_in(packet, "3", &["RL-0001", "2.3.1", "No release in service is left out", "No SOUP is left out"]);
    assert_in(
        packet,
        "4",
        &["libexpat 2.5.0", "CVE-2031-1000", "FN-0001", "Does not concern it: Only on another platform"],
    );
    assert_in(
        packet,
        "4",
        &[
            "not relevant",
            "Comments are not read",
            "No source could answer",
            "The mailing list of the project",
        ],
    );
    assert_in(packet, "4", &["zlib", "3 of 3", "Risk tier low"]);
    assert_in(packet, "5", &["It has no package URL", "zlib 1.3.1", "Found", "9, for 3 versions"]);
    assert_in(
        packet,
        "6",
        &["CVE-2031-1000", "HZ-0012", "Controlled", "Verdict for each release", "RL-0001"],
    );
    assert_in(
        packet,
        "7",
        &["libexpat 2.5.0", "ends in", "oldtimer 1.0", "no longer maintained", "not assessed"],
    );
    assert_in(packet, "8", &["Cleo Example", "Ben Example", "Reviewed", "Verified", "Approved"]);
    assert_in(packet, "9", &["High", "Low", "It is no longer maintained"]);
    assert!(packet.annex.iter().any(|entry| entry.file_name == "search.json" && entry.embedded));
    let rendered = printed(&built, "soup-review");
    assert!(rendered.pages < 12, "{} pages", rendered.pages);
}

#[test]
fn the_end_of_support_of_an_item_is_printed_with_the_stage_that_follows() {
    let World { mut desk, review, .. } = world();
    let item = soup::item_of(&desk, "oldtimer").unwrap();
    let set = json!({
        "title": "oldtimer is no longer supported", "finding_kind": "obsolescence", "items": [item],
        "learned_on": desk.now.day(), "stage_follows": "supported",
    });
    let finding = desk.create("cleo", mainstay::domain::ids::Kind::Finding, set);
    let built = of(&desk, PacketScope::SoupReview(review));
    let words = format!("{finding}\\nMitigated with supported parts: the stage stays\\nnot decided yet");
    assert_in(&built.packet, "7", &[&words]);
    let case = of(&desk, PacketScope::Vulnerability(finding));
    assert_in(
        &case.packet,
        "4",
        &["What follows for the life cycle stage", "Mitigated with supported parts"],
    );
}

#[test]
fn a_review_without_items_says_so_in_every_chapter() {
    let mut desk = Desk::staffed();
    let review = soup::scheduled(&mut desk, json!({}));
    let built = of(&desk, PacketScope::SoupReview(review));
    for (number, words) in [
        ("1", "It does not count as done"),
        ("1", "The review has not started"),
        ("2", "No source was searched yet"),
        ("3", "no release is in it yet"),
        ("4", "the review has no result"),
        ("5", "Nothing was searched yet"),
        ("6", "raised no finding"),
        ("8", "not yet"),
        ("9", "when the review is approved"),
    ] {
        assert_in(&built.packet, number, &[words]);
    }
    assert!(!chapter(&built.packet, "2").contains("NVD is among"), "NVD was not searched");
    printed(&built, "soup-review-empty");
}

#[test]
fn a_finding_stands_in_one_row_until_somebody_writes_of_it_and_then_in_full() {
    let mut desk = Desk::staffed();
    soup::in_use(&mut desk, "libexpat", "2.5.0", json!({}));
    let (_, cr) = verified_change(&mut desk);
    let rows = json!({"soup_baseline": [{"item": "libexpat", "version": "2.5.0", "purl": "pkg:generic/libexpat@2.5.0"}]});
    let release = candidate(&mut desk, cr, rows);
    approve_release(&mut desk, release);
    release_note(&mut desk, release);
    archive(&mut desk, release);
    desk.sign_go("rita", release, "release").unwrap();
    let review = soup::started(&mut desk, json!({"title": "Review"}));
    let expat = designator(&desk, "libexpat", "2.5.0");
    let mut answer = soup::hits(&["CVE-2031-1000", "CVE-2031-2000", "CVE-2031-3000"]);
    for (hit, digest) in ["ab", "ab", "cd"].into_iter().enumerate() {
        answer["hits"][hit]["digest"] = digest.repeat(32).into();
    }
    soup::reviewed_item(&mut desk, review, expat, answer);
    let item = soup::item_of(&desk, "libexpat").unwrap();
    let raised = json!({
        "reviews": [review], "advisory_digest": "ab".repeat(32), "affected_range": ">= 2.0, < 2.6", "fixed_in": "2.6",
        "description": "What the source tells at length",
    });
    let findings = ["CVE-2031-1000", "CVE-2031-2000", "CVE-2031-3000", "CVE-2031-9999"].map(|name| {
        let set = soup::vulnerability(&desk, name, item, &["libexpat 2.5.0"]);
        desk.create("cleo", Kind::Finding, with(set, raised.clone()))
    });
    let in_full = |desk: &Desk| {
        let built = of(desk, PacketScope::SoupReview(review));
        assert_in(&built.packet, "6", &["CVE-2031-1000", "CVE-2031-2000", "CVE-2031-3000", "CVE-2031-9999"]);
        let text = chapter(&built.packet, "6");
        let told = text.matches("What the source tells at length").count();
        (built, text, told)
    };
    let (built, text, told) = in_full(&desk);
    assert_eq!(told, 1, "no hit of the search is CVE-2031-9999, so nothing else tells of it");
    assert!(text.contains("Not looked at yet: 3 findings"), "{text}");
    assert!(text.contains(">= 2.0, < 2.6; corrected in 2.6"), "{text}");
    let hits = chapter(&built.packet, "4");
    assert!(hits.contains("CVE-2031-1000 (FN-0001), CVE-2031-2000 (FN-0002)"), "{hits}");
    assert!(
        hits.contains("cdcdcdcdcdcdcdcd"),
        "a hit of other records than those of its finding has its own row: {hits}"
    );
    assert_eq!(hits.matches("the KEV catalogue was not searched").count(), 1, "once for all hits: {hits}");
    printed(&built, "soup-review-not-looked-at");
    desk.edit("cleo", findings[0], json!({"hazardous": false})).unwrap();
    desk.attached("cleo", findings[1], "note.txt", "It was asked upstream");
    let (_, text, told) = in_full(&desk);
    assert_eq!(told, 3, "{text}");
    assert!(text.contains("Not looked at yet: 1 finding"), "{text}");
}

#[test]
fn a_packet_of_another_record_says_which_there_are() {
    let desk = Desk::staffed();
    let refuse = |scope: PacketScope| {
        let options = PacketOptions { scope, redact: false };
        desk.file.build_packet(&options, &desk.people["ana"], None, &stamp(desk.now)).unwrap_err().to_string()
    };
    let refusal = refuse(PacketScope::SoupReview(id("CR-0001")));
    assert!(refusal.contains("CR-0001 is not a SOUP review; the file has no SOUP review yet"), "{refusal}");
    let refusal = refuse(PacketScope::Vulnerability(id("FN-0001")));
    assert!(refusal.contains("there is no FN-0001; the file has no finding yet"), "{refusal}");
    let refusal = refuse(PacketScope::Vex(id("FN-0001")));
    assert!(refusal.contains("is not a release"), "{refusal}");
}

#[test]
fn the_case_of_a_vulnerability_tells_its_clocks_decision_and_releases() {
    let World { desk, finding, .. } = world();
    let built = of(&desk, PacketScope::Vulnerability(finding));
    let packet = &built.packet;
    let expected: Vec<String> = (1..=10).map(|number: u8| number.to_string()).collect();
    assert_eq!(chapters(packet), expected);
    assert_in(
        packet,
        "1",
        &["Learned", "Decided", "in time", "days from learning", "MP-0001, version 1, in force"],
    );
    assert_in(packet, "2", &["CVE-2031-1000", "OSV", "libexpat 2.5.0"]);
    assert_in(packet, "3", &["HZ-0012", "A crafted profile"]);
    assert_in(
        packet,
        "4",
        &["Risk of patient harm: controlled", "In the words of VEX: affected", "Ben Example"],
    );
    assert_in(packet, "5", &["RL-0001", "Stated for this release", "Affected"]);
    assert_in(packet, "6", &["SI-0001", "No problem report and no change is linked"]);
    assert_in(packet, "7", &["Nobody was told"]);
    assert_in(packet, "8", &["No report to an authority"]);
    assert_in(packet, "9", &["SR-"]);
    assert_in(packet, "10", &["Propose the decision"]);
    printed(&built, "vulnerability");
}

#[test]
fn the_table_for_users_names_neither_persons_nor_hazards() {
    let World { desk, release, .. } = world();
    let built = of(&desk, PacketScope::Vex(release));
    let text = serde_json::to_string(&built.packet).unwrap();
    for words in ["CVE-2031-1000", "libexpat 2.5.0", "Affected", "Load only signed profiles", "2 persons"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    for words in ["HZ-0012", "Cleo", "Ben Example", "Ana Example", "A crafted profile"] {
        assert!(!text.contains(words), "{words}: {text}");
    }
    assert!(built.packet.brief && built.packet.redacted);
    let rendered = printed(&built, "vex");
    assert_eq!(rendered.pages, 1);
}

fn next_release(desk: &mut Desk, version: &str, rows: &Value) -> RecordId {
    let set = json!({"title": "Next", "version": version, "predecessor": "RL-0001", "soup_baseline": rows});
    desk.create("rita", Kind::Release, set)
}

#[test]
fn a_verdict_that_is_carried_over_names_the_release_that_it_comes_from() {
    let World { mut desk, finding, .. } = world();
    let same = json!([{"item": "libexpat", "version": "2.5.0", "purl": "pkg:generic/libexpat@2.5.0"}]);
    let next = next_release(&mut desk, "2.4.0", &same);
    let other = json!([{"item": "zlib", "version": "1.3.1"}]);
    let without = next_release(&mut desk, "2.5.0", &other);
    let case = of(&desk, PacketScope::Vulnerability(finding)).packet;
    assert_in(&case, "5", &[&next.to_string(), "Carried over from RL-0001"]);
    assert!(!chapter(&case, "5").contains(&without.to_string()));
    let release = of(&desk, PacketScope::Release(next)).packet;
    assert_in(&release, "8", &["Carried over from RL-0001", "Reviews of the SOUP of this release", "1 of 1"]);
    let none = of(&desk, PacketScope::Vex(without));
    let text = serde_json::to_string(&none.packet).unwrap();
    assert!(text.contains("knows of no vulnerability") && text.contains("is not released"), "{text}");
    printed(&none, "vex-none");
}

fn of_period(desk: &Desk, from: &str, to: &str) -> BuiltPacket {
    let scope = PacketScope::Period {
        from: Day::parse(from).unwrap(),
        to: Day::parse(to).unwrap(),
        order: ChapterOrder::Clauses,
    };
    of(desk, scope)
}

#[test]
fn a_period_has_the_register_the_reviews_with_their_coverage_and_the_findings_with_metrics() {
    let World { desk, .. } = world();
    let built = of_period(&desk, "2031-01-01", "2031-12-31");
    let packet = &built.packet;
    assert_in(
        packet,
        "13",
        &["SI-0001", "libexpat", "zlib", "2.3.1", "High", "since 2.2.0", "SHA-256 of the bill"],
    );
    assert_in(
        packet,
        "14",
        &["Review of the first quarter", "3 looked at", "Search evidence", "OSV", "3 of 3 items"],
    );
    assert_in(packet, "15", &["CVE-2031-1000", "100 %", "1 of 1 vulnerabilities", "Controlled", "FN-0001"]);
    printed(&built, "soup-period");
}

#[test]
fn a_past_period_prints_soup_as_it_was_at_its_end() {
    let World { mut desk, .. } = world();
    let last = desk.now.day();
    desk.now = desk.now.plus_seconds(400 * 24 * 3600);
    desk.edit("ben", id("SI-0001"), json!({"supplier": "Somebody else"})).unwrap();
    let then = of_period(&desk, "2031-01-01", &last.to_string()).packet;
    assert_in(&then, "14", &["3 of 3 items"]);
    assert!(!chapter(&then, "13").contains("Somebody else"));
    let now = of_period(&desk, "2031-01-01", &desk.now.day().to_string()).packet;
    assert_in(&now, "13", &["Somebody else"]);
    assert_in(&now, "14", &["0 of 3 items", "outside their interval", "last searched on"]);
    let before = of_period(&desk, "2030-01-01", "2030-12-31").packet;
    for (section, words) in [("13", "blocks\":[]"), ("14", "blocks\":[]"), ("15", "blocks\":[]")] {
        assert_in(&before, section, &[words]);
    }
}

#[test]
fn the_packet_of_a_change_shows_how_its_new_versions_were_looked_at() {
    let World { mut desk, .. } = world();
    let bring = json!({
        "title": "Update libexpat", "change_type": "adaptive",
        "affected_soup": [{"item": "libexpat", "from": "2.5.0", "to": "2.6.2"}, {"item": "zlib", "from": "1.3", "to": "1.3.1"}],
    });
    let change = desk.create("ben", Kind::ChangeRequest, bring);
    let item = soup::item_of(&desk, "libexpat").unwrap();
    soup::version(&mut desk, item, "2.6.2", Some(change));
    let packet = of(&desk, PacketScope::Change(change)).packet;
    assert_in(
        &packet,
        "9",
        &["Reviews of the new versions", "zlib 1.3.1", "No review has looked at libexpat 2.6.2 yet"],
    );
}

#[test]
fn personal_data_of_what_is_linked_with_a_finding_is_redacted() {
    let World { mut desk, finding, .. } = world();
    let note = desk.create(
        "eva",
        Kind::Communication,
        json!({
            "title": "Security advisory", "communication_kind": "security_advisory", "audience": "Hospitals", "markets": ["us"],
            "subjects": [finding], "languages": ["English"], "problem_and_consequence": "As Mary Major told, the import stops",
            "change_and_how_to_get_it": "Load only signed profiles",
        }),
    );
    desk.create_part(
        "eva",
        Kind::Recipient,
        note,
        json!({"title": "Mary Major", "address": "1 Main Street"}),
    );
    let of =
        |redact| build(&desk, PacketOptions { scope: PacketScope::Vulnerability(finding), redact }).packet;
    assert_in(&of(false), "7", &["Security advisory", "As Mary Major told"]);
    let redacted = of(true);
    assert_in(&redacted, "7", &["As [redacted] told"]);
    assert!(redacted.redacted && !serde_json::to_string(&redacted).unwrap().contains("Mary Major"));
}
