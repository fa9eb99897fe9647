//! The pages that show an auditor that a common gap of SOUP and vulnerability management is not there (domain 3.8). That the gap is
//! refused is in `soup_gaps` and `soup_gaps_window`.

use std::sync::OnceLock;

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::ops::{ChapterOrder, PacketOptions, PacketScope, Request};
use mainstay::report::Packet;
use serde_json::json;

use crate::chain::{analyse, approval_of, change_under_analysis};
use crate::desk::Desk;
use crate::packet::{assert_in, build, chapter};
use crate::soup_desk::{self as soup, EXPAT, SERVED, with};
use crate::soup_gaps_window::PATCH;
use crate::soup_packet::{World, world};

fn of(desk: &Desk, scope: PacketScope) -> Packet {
    build(desk, PacketOptions { scope, redact: false }).packet
}

/// The packet of the review of `soup_packet::world`: one item with hits, one with nothing, one that no source could check.
fn review() -> &'static Packet {
    static MADE: OnceLock<Packet> = OnceLock::new();
    MADE.get_or_init(|| {
        let World { desk, review, .. } = world();
        of(&desk, PacketScope::SoupReview(review))
    })
}

/// The packet of the last two months of the same world, in whose releases every item was reviewed.
fn period() -> &'static Packet {
    static MADE: OnceLock<Packet> = OnceLock::new();
    MADE.get_or_init(|| {
        let World { desk, .. } = world();
        let (from, to) = (desk.now.day().plus_days(-60), desk.now.day());
        of(&desk, PacketScope::Period { from, to, order: ChapterOrder::Clauses })
    })
}

/// A security patch that is analysed, reviewed and approved, and the release that it is for.
fn patched() -> (Desk, RecordId, RecordId) {
    let mut desk = soup::serviced();
    desk.hire("fay", "Fay Example", &[Role::DevLead]);
    let (change, analysis) = change_under_analysis(&mut desk, serde_json::from_str(PATCH).unwrap());
    analyse(&mut desk, change, analysis);
    let approval = approval_of(&mut desk, change);
    for login in ["ana", "fay", "cleo"] {
        desk.signed(login, Request::Sign { id: approval, meaning: None }).unwrap();
    }
    assert_eq!(desk.state(change), "approved");
    soup::version(&mut desk, EXPAT, "2.6.2", Some(change));
    let set = json!({
        "title": "Patch", "version": "2.3.1", "release_kind": "maintenance", "predecessor": SERVED, "change_requests": [change],
        "soup_baseline": [{"item": "libexpat", "version": "2.6.2"}, {"item": "zlib", "version": "1.3.1"}],
    });
    let release = desk.create("rita", Kind::Release, set);
    (desk, change, release)
}

#[test]
fn a_security_patch_is_printed_with_its_reviewed_impact_analysis_and_so_is_its_release() {
    let (desk, change, release) = patched();
    let p2 = of(&desk, PacketScope::Change(change));
    println!("{}", chapter(&p2, "5"));
    assert_in(
        &p2,
        "5",
        &[
            "IA-0001",
            "Q10",
            "Q11",
            "Q12",
            "Q27",
            "only the timer of the alarm is touched",
            "Ben Example",
            "Cleo Example",
            "Reviewed",
        ],
    );
    let p3 = of(&desk, PacketScope::Release(release));
    println!("{}", chapter(&p3, "2.1"));
    assert_in(&p3, "2.1", &[&change.to_string(), "Security", "IA-0001: locked"]);
    println!("{}", chapter(&p3, "2.3"));
    assert_in(&p3, "2.3", &["libexpat", "2.5.0", "2.6.2", &change.to_string()]);
    let without = with(
        json!({"title": "Unexplained", "version": "2.3.2", "release_kind": "maintenance", "predecessor": SERVED}),
        json!({"soup_baseline": [{"item": "libexpat", "version": "2.6.2"}]}),
    );
    let mut desk = desk;
    let other = desk.create("rita", Kind::Release, without);
    let p3 = of(&desk, PacketScope::Release(other));
    assert_in(&p3, "2.3", &["no change is behind it"]);
}

#[test]
fn the_plan_is_printed_with_its_vulnerability_management() {
    let wanted = [
        "Vulnerability management plan",
        "Responsible for vulnerabilities\",\"value\":\"Security lead",
        "Advisories of suppliers, OSV, NVD and the KEV catalogue",
        "Known exploited vulnerabilities",
        "Why this regular cycle",
        "When an update is made out of cycle",
        "Coordinated disclosure policy",
    ];
    assert_in(period(), "4", &wanted);
}

#[test]
fn a_review_is_printed_with_its_method_its_sources_and_what_they_cannot_show() {
    let wanted = [
        soup::METHOD,
        "Searched with\",\"value\":\"Mainstay",
        "Only published records are found",
        "KEV\",\"package URL\",\"2031-03-01\",\"2\"",
        "Its “nothing found” is not evidence by itself",
        "all of it is what the kept evidence of the search says",
    ];
    assert_in(review(), "2", &wanted);
}

#[test]
fn every_version_is_printed_as_it_is_in_use_and_as_it_was_searched() {
    let wanted = [
        "Designator in use\",\"value\":\"2.5.0\"},{\"label\":\"Version searched\",\"value\":\"2.5.0\"",
        "\"zlib\",\"1.3.1\",\"1.3.1\"",
        "\"oldtimer\",\"1.0\",\"1.0\"",
    ];
    assert_in(review(), "4", &wanted);
    assert_in(review(), "3", &["RL-0001", "No release in service is left out", "No SOUP is left out"]);
    assert_in(
        review(),
        "5",
        &["libexpat 2.5.0", "zlib 1.3.1", "oldtimer 1.0", "pkg:generic", "9, for 3 versions"],
    );
}

#[test]
fn a_review_is_printed_with_who_reviewed_as_what_and_when() {
    let wanted = [
        "\"First reviewer\",\"Cleo Example\",\"Risk manager, Security lead\"",
        "\"Second reviewer\",\"Ben Example\"",
        "\"name\":\"Cleo Example\",\"role\":\"Security lead, Risk manager\",\"meaning\":\"Reviewed\",\"signed_at\":\"2031-03-03 1",
        "\"meaning\":\"Verified\"",
        "\"name\":\"Ana Example\"",
        "\"word\":\"valid\"",
    ];
    assert_in(review(), "8", &wanted);
    assert_in(
        review(),
        "5",
        &["Entered by\",\"value\":\"Cleo Example", "Searched on\",\"value\":\"2031-03-03"],
    );
}

#[test]
fn every_item_has_its_own_verdict_on_paper_and_the_digest_of_its_evidence_is_that_of_the_annex() {
    let packet = review();
    let attached = packet.annex.iter().find(|entry| entry.file_name == "search.json").unwrap();
    assert!(attached.embedded, "the evidence is in the PDF");
    assert_in(packet, "5", &[&attached.sha256]);
    assert_in(packet, "5.1", &["libexpat 2.5.0", "Found", "Nothing found"]);
    assert_in(packet, "5.2", &["oldtimer 1.0", "Could not be checked. It has no package URL"]);
    assert!(!chapter(packet, "5.2").contains("Nothing found"), "what nobody could check is not clear");
    assert_in(packet, "5.3", &["zlib 1.3.1", "Nothing found"]);
    let conclusion =
        "nothing found for 1, nothing relevant for 0, findings for 1, could not be checked for 1";
    assert_in(packet, "1", &[conclusion]);
}

#[test]
fn every_item_in_service_is_printed_with_its_review_and_the_next_day_that_the_plan_asks_for() {
    assert_in(
        period(),
        "13",
        &["libexpat", "oldtimer", "zlib", "2031-03-03\\n2031-04-02", "2031-03-03\\n2031-08-30"],
    );
    let covered = "\"High\",\"1\",\"1\",\"2031-03-03\",\"2031-04-02\",{\"tone\":\"good\",\"word\":\"all\"}";
    let whole = "3 of 3 items of the releases in service were inside the interval";
    assert_in(period(), "14", &[whole, covered]);
    assert_in(review(), "1", &["\"High\",\"30\"", "2 days after it was due"]);
    // An item without a review in time is a hole that the page names.
    let World { mut desk, .. } = world();
    desk.now = desk.now.plus_seconds(40 * 86_400);
    let (from, to) = (desk.now.day().plus_days(-60), desk.now.day());
    let late = of(&desk, PacketScope::Period { from, to, order: ChapterOrder::Clauses });
    assert_in(&late, "14", &["1 of 3 items"]);
}
