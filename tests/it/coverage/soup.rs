//! The walk through the register of SOUP, its reviews and findings.

use mainstay::domain::ids::{Kind, RecordId};
use serde_json::{Value, json};

use super::Walk;
use crate::chain::change_under_analysis;
use crate::desk::attach_log;
use crate::soup_desk::{
    METHOD, affected, evidence, harmless, item, list_read, not_affected, nothing, searched, verdicts,
    vulnerability, with,
};

/// An item with the version of a baseline, approved for use; others that are retired or rejected. Returns item and designator.
pub fn register_walk(walk: &mut Walk, change: RecordId) -> (RecordId, RecordId) {
    let ben = walk.desk.people["ben"].person();
    let expat = walk.create("ben", Kind::SoupItem, item("libexpat"));
    walk.act("ben", mainstay::ops::Request::Assign { id: expat, owner: Some(ben) });
    walk.edit("dan", expat, json!({"license": "MIT"}));
    walk.go("ben", expat, "evaluate", json!({}));
    let version = json!({"title": "2.6.2", "introduced_by": change});
    let designator = walk.part("ben", Kind::SoupDesignator, expat, version);
    walk.edit("ben", designator, json!({"file_hash": "SHA-512 of the archive"}));
    for (text, step) in [("2.6.1", "strike"), ("2.5.0", "retire")] {
        let set = json!({"title": text, "present_since": "2.2.0"});
        let part = walk.part("ben", Kind::SoupDesignator, expat, set);
        walk.go("ben", part, step, json!({}));
    }
    walk.go("ben", expat, "approve", json!({}));
    let soup = json!([{"item": "libexpat", "from": "2.6.2", "to": "2.7.0"}]);
    let (update, _) = change_under_analysis(&mut walk.desk, json!({"affected_soup": soup}));
    walk.go("ben", expat, "update_pending", json!({}));
    walk.go("ben", expat, "update_done", json!({}));
    walk.go("ben", update, "cancel", json!({}));
    walk.go("ben", expat, "restrict", json!({"restriction": "Signed profiles only"}));
    walk.go("ben", expat, "approve", json!({}));

    let old = walk.create("ben", Kind::SoupItem, with(item("oldlib"), json!({"support_level": "abandoned"})));
    walk.part("ben", Kind::SoupDesignator, old, json!({"title": "1.0", "present_since": "2.2.0"}));
    walk.go("ben", old, "approve", json!({}));
    let finding = walk.go("ben", old, "end_support", json!({})).made[0];
    walk.go("ana", finding, "void", json!({}));
    walk.go("ben", old, "retire", json!({}));
    let unwanted = walk.create("ben", Kind::SoupItem, json!({"title": "leftpad"}));
    walk.go("ana", unwanted, "reject", json!({}));
    (expat, designator)
}

/// A review before a release, from its plan to its approval, and one that is given up.
pub fn review_walk(walk: &mut Walk, release: RecordId, designator: RecordId) {
    let cleo = walk.desk.people["cleo"].person();
    let plan = json!({"title": "Before the release", "trigger": "before_release", "candidates": [release]});
    let given_up = walk.create("cleo", Kind::SoupReview, plan.clone());
    walk.go("cleo", given_up, "abandon", json!({}));
    let review = walk.create("cleo", Kind::SoupReview, plan);
    walk.act("cleo", mainstay::ops::Request::Assign { id: review, owner: Some(cleo) });
    walk.edit("cleo", review, json!({"method": METHOD}));
    walk.go("cleo", review, "start", json!({}));
    let set = searched(&walk.desk, review, designator, nothing());
    let reviewed = walk.part("cleo", Kind::ReviewItem, review, set);
    let read = list_read(&walk.desk);
    walk.edit("cleo", reviewed, read);
    walk.go("cleo", reviewed, "conclude", json!({}));
    walk.go("cleo", reviewed, "reopen", json!({}));
    walk.go("cleo", reviewed, "conclude", json!({}));
    walk.act("cleo", attach_log(review, "a search"));
    evidence(&mut walk.desk, review, json!({}));
    walk.go("cleo", review, "submit", json!({}));
    walk.go("ben", review, "return", json!({}));
    walk.go("cleo", review, "submit", json!({}));
    walk.go("ben", review, "complete", json!({}));
    walk.go("ana", review, "approve", json!({}));
}

/// A finding for every decision, and what follows of each.
pub fn finding_walk(walk: &mut Walk, release: RecordId, soup: RecordId) {
    let cleo = walk.desk.people["cleo"].person();
    let reach = [release];
    let clear = with(not_affected(), verdicts(&reach, "not_affected"));
    let first = found(walk, 1, soup);
    walk.act("cleo", mainstay::ops::Request::Assign { id: first, owner: Some(cleo) });
    walk.go("cleo", first, "triage", json!({}));
    walk.go("cleo", first, "investigate", json!({}));
    walk.edit("cleo", first, clear.clone());
    walk.go("cleo", first, "propose", json!({}));
    walk.go("ben", first, "not_affected", json!({}));
    walk.go("cleo", first, "reassess", json!({}));
    walk.go("cleo", first, "triage", json!({}));
    walk.go("cleo", first, "propose", json!({}));
    walk.go("ben", first, "withdraw_proposal", json!({}));
    walk.go("ana", first, "void", json!({}));

    let wrong = json!({"disposition": "false_positive", "justification": null});
    decided(walk, 2, soup, with(clear, wrong), "false_positive");
    let corrected = json!({"disposition": "fixed", "evidence": "The correction is in 2.6.2"});
    let fixed = with(with(harmless(), corrected), verdicts(&reach, "fixed"));
    decided(walk, 3, soup, fixed, "fixed");

    let by = walk.desk.now.day().plus_days(30);
    let accepted = with(affected("risk_accepted", "controlled"), json!({"reassess_by": by}));
    let id = proposed(walk, 4, soup, with(accepted, verdicts(&reach, "affected")));
    walk.sign("cleo", id);
    walk.sign("ana", id);
    walk.go("rita", id, "accept_risk", json!({}));

    let controlled = with(affected("affected_controlled", "controlled"), verdicts(&reach, "affected"));
    let id = proposed(walk, 5, soup, controlled);
    walk.go("cleo", id, "affected_controlled", json!({}));
    walk.edit("ben", id, json!({"no_action": "The next version has the correction"}));
    walk.go("ben", id, "link_action", json!({}));
    walk.go(
        "ben",
        id,
        "remediate",
        json!({"remediation": "Version 2.4 is installed", "remedied_in": "2.4.0"}),
    );
    walk.go("ana", id, "close", json!({}));

    let uncontrolled = with(affected("affected_uncontrolled", "uncontrolled"), verdicts(&reach, "affected"));
    let id = proposed(walk, 6, soup, uncontrolled);
    walk.sign("cleo", id);
    let made = walk.go("eva", id, "affected_uncontrolled", json!({})).made;
    assert_eq!(made.iter().map(|id| id.kind).collect::<Vec<_>>(), [Kind::ProblemReport, Kind::Communication]);
}

fn found(walk: &mut Walk, number: u32, soup: RecordId) -> RecordId {
    let set = vulnerability(&walk.desk, &format!("CVE-2031-000{number}"), soup, &["libexpat 2.6.2"]);
    walk.create("ben", Kind::Finding, set)
}

/// A finding about which Ben proposes a decision.
fn proposed(walk: &mut Walk, number: u32, soup: RecordId, decision: Value) -> RecordId {
    let id = found(walk, number, soup);
    walk.go("ben", id, "triage", json!({}));
    walk.edit("ben", id, decision);
    walk.go("ben", id, "propose", json!({}));
    id
}

fn decided(walk: &mut Walk, number: u32, soup: RecordId, decision: Value, step: &str) {
    let id = proposed(walk, number, soup, decision);
    walk.go("cleo", id, step, json!({}));
}
