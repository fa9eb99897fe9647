//! What an insider forges about the register of SOUP, its reviews and findings, each against one guard.

use std::sync::OnceLock;

use mainstay::domain::person::Role;
use mainstay::domain::signature::{Meaning, Part};
use mainstay::ops::Request;
use serde_json::{Value, json};

use crate::forger::{Forger, Scene, keys_of};
use crate::insider::{Forged, Signs};
use crate::soup_desk::{
    EXPAT, EXPAT_250, SERVED, ZLIB_131, affected, all_judged, evidence, hits, not_affected, not_checked,
    proposed, reviewed_item, serviced, started, verdicts, vulnerability, with,
};

/// A desk with version 2.3.0 in service; SR-0002 in progress with RI-0003, which no source could check, and RI-0004, with a hit that
/// nobody judged; SR-0003 handed over by Cleo; SR-0004 ready, but with another program than its evidence; FN-0001 not affected, FN-0002 proposed as an accepted risk and signed by Ana.
fn shelf() -> &'static Scene {
    static SHELF: OnceLock<Scene> = OnceLock::new();
    SHELF.get_or_init(|| {
        let mut desk = serviced();
        let open = started(&mut desk, json!({}));
        reviewed_item(&mut desk, open, EXPAT_250, not_checked());
        reviewed_item(&mut desk, open, ZLIB_131, hits(&["CVE-2031-0007"]));
        evidence(&mut desk, open, json!({}));
        let handed_over = started(&mut desk, json!({}));
        all_judged(&mut desk, handed_over);
        desk.sign_go("cleo", handed_over, "submit").unwrap();
        let set = vulnerability(&desk, "CVE-2031-0001", EXPAT, &["libexpat 2.5.0"]);
        let clear = with(not_affected(), verdicts(&[SERVED], "not_affected"));
        let first = proposed(&mut desk, set, clear);
        desk.sign_go("ben", first, "not_affected").unwrap();
        let by = desk.now.day().plus_days(30);
        let accepted = with(affected("risk_accepted", "controlled"), json!({"reassess_by": by}));
        let set = vulnerability(&desk, "CVE-2031-0002", EXPAT, &["libexpat 2.5.0"]);
        let second = proposed(&mut desk, set, with(accepted, verdicts(&[SERVED], "affected")));
        desk.signed("ana", Request::Sign { id: second, meaning: None }).unwrap();
        let rewritten = started(&mut desk, json!({}));
        all_judged(&mut desk, rewritten);
        desk.edit("cleo", rewritten, json!({"program": "A better program"})).unwrap();
        let made = [open, handed_over, first, second, rewritten].map(|id| id.to_string());
        assert_eq!(made, ["SR-0002", "SR-0003", "FN-0001", "FN-0002", "SR-0004"]);
        desk.assert_verifies();
        let head = (desk.file.head().seq, desk.file.head().digest.clone());
        Scene { bytes: std::fs::read(desk.file.path()).unwrap(), head, keys: keys_of(&desk) }
    })
}

fn forge(f: &Forger, forged: Forged) {
    let (key, number) = &shelf().keys[forged.login];
    f.forge_with(forged, key, *number);
}

/// A forgery, and the words in which the verification must tell it as the very first thing, at the last event.
macro_rules! insiders {
    ($($name:ident: $what:literal, |$forger:ident| $forge:block)+) => {$(
        #[test]
        fn $name() {
            let $forger = Forger::without_triggers(shelf());
            $forge
            let found = $forger.verify(None);
            let place = format!("event {}", $forger.last());
            let first = found.first().map(|finding| (finding.place.as_str(), finding.what.as_str()));
            assert!(
                first.is_some_and(|(at, what)| at == place && what.contains($what)),
                "{place} / {} is not the first of {found:#?}", $what
            );
        }
    )+};
}

/// A step without a signature.
fn step(login: &'static str, request: &'static str, role: Role, id: &'static str, set: Value) -> Forged {
    Forged::new(login, request, role, id)
        .changes(json!({ id: set }))
        .more(json!({"reason": "As it should be"}))
}

/// The same with a signature of the whole content.
fn signed(forged: Forged, subject: &'static str, meaning: Meaning, role: &'static [Role]) -> Forged {
    let covers: &'static [(&'static str, Part)] = Box::leak(Box::new([(subject, Part::Scope)]));
    forged.signs(Signs { subject, meaning, roles: role, covers, printed_name: None })
}

/// Ben confirms the review as the program makes it.
fn confirmed(login: &'static str, roles: &'static [Role], person: &'static str) -> Forged {
    let role = roles[0];
    let forged = step(
        login,
        "soup_review.complete",
        role,
        "SR-0003",
        json!({"state": "completed", "second_reviewer": person}),
    );
    signed(forged, "SR-0003", Meaning::Verified, roles)
}

#[test]
fn a_confirmation_as_the_program_makes_it_verifies() {
    let f = Forger::without_triggers(shelf());
    let mut forged = confirmed("ben", &[Role::DevLead, Role::Developer], "PN-0002");
    forged.more = json!({});
    forge(&f, forged);
    // The bench writes no links; the event itself is one that the program makes.
    let found = f.verify(None);
    assert!(
        found.iter().all(|one| one.place == "SR-0003" && one.what.contains("the link from")),
        "{found:#?}"
    );
}

#[test]
fn a_review_handed_over_with_a_search_that_is_not_that_of_its_evidence_is_found() {
    let before = Forger::without_triggers(shelf()).verify(None);
    assert!(before.iter().all(|one| one.place != "SR-0004"), "nobody signed for it yet: {before:#?}");
    let f = Forger::without_triggers(shelf());
    let set =
        json!({"state": "awaiting_second_review", "reviewer": "PN-0003", "conclusion": "Nothing was found"});
    let forged = step("cleo", "soup_review.submit", Role::SecurityLead, "SR-0004", set);
    forge(&f, signed(forged, "SR-0004", Meaning::Reviewed, &[Role::SecurityLead]));
    let found = f.verify(None);
    let words = "“Searched with”: A better program, in the evidence Mainstay 0.1.0";
    assert!(found.iter().any(|one| one.place == "SR-0004" && one.what == words), "{found:#?}");
}

insiders! {
    a_search_that_is_rewritten_to_nothing_found: "is fixed in state “Open”", |f| {
        forge(&f, step("cleo", "review_item.edit", Role::SecurityLead, "RI-0003", json!({"search_result": "nothing_found"})));
    }
    a_hit_that_is_taken_away: "is fixed in state “Open”", |f| {
        forge(&f, step("cleo", "review_item.edit", Role::SecurityLead, "RI-0004", json!({"hits": null, "search_result": "nothing_found"})));
    }
    a_result_that_nobody_could_find: "sets “result” of RI-0003 to something else", |f| {
        let set = json!({"state": "done", "result": "nothing_found", "not_checked": "Asked", "no_list": "None"});
        forge(&f, step("cleo", "review_item.conclude", Role::SecurityLead, "RI-0003", set));
    }
    an_item_concluded_with_a_hit_that_nobody_judged: "Every hit is in a finding", |f| {
        let set = json!({"state": "done", "result": "none_relevant"});
        forge(&f, step("cleo", "review_item.conclude", Role::SecurityLead, "RI-0004", set));
    }
    a_review_handed_over_with_open_items: "Every item has its own result", |f| {
        let set = json!({"state": "awaiting_second_review", "reviewer": "PN-0003", "conclusion": "Nothing was found"});
        let forged = step("cleo", "soup_review.submit", Role::SecurityLead, "SR-0002", set);
        forge(&f, signed(forged, "SR-0002", Meaning::Reviewed, &[Role::SecurityLead]));
    }
    a_second_reviewer_who_is_the_first: "The second reviewer is not the first one", |f| {
        forge(&f, confirmed("cleo", &[Role::SecurityLead], "PN-0003"));
    }
    a_second_reviewer_who_did_not_review: "second_reviewer", |f| {
        let mut forged = confirmed("ben", &[Role::DevLead, Role::Developer], "PN-0001");
        forged.more = json!({});
        forge(&f, forged);
    }
    a_review_that_nobody_confirmed_is_approved: "is possible from “Completed”", |f| {
        let forged = step("ana", "soup_review.approve", Role::Quality, "SR-0003", json!({"state": "approved"}));
        forge(&f, signed(forged, "SR-0003", Meaning::Approved, &[Role::Quality]));
    }
    an_item_reviewed_without_a_review: "“Last reviewed on”: is filled by the program", |f| {
        forge(&f, step("ben", "soup_item.edit", Role::DevLead, "SI-0001", json!({"reviewed_on": "2031-03-03"})));
    }
    a_version_that_becomes_another_one: "is fixed in state “Registered”", |f| {
        forge(&f, step("ben", "soup_designator.edit", Role::DevLead, "SD-0001", json!({"title": "2.7.0"})));
    }
    an_item_retired_by_who_may_not: "reserved for", |f| {
        forge(&f, step("cleo", "soup_item.retire", Role::RiskManager, "SI-0002", json!({"state": "retired"})));
    }
    a_verdict_added_after_the_decision: "is fixed in state “Not affected”", |f| {
        let rows = json!([{"release": "RL-0001", "applicability": "fixed"}]);
        forge(&f, step("ben", "finding.edit", Role::DevLead, "FN-0001", json!({"per_release": rows})));
    }
    a_decision_confirmed_by_who_proposed_it: "Another person than the one who proposed it", |f| {
        let set = json!({"state": "risk_accepted", "decided_on": "2031-03-03"});
        let forged = step("cleo", "finding.accept_risk", Role::RiskManager, "FN-0002", set);
        forge(&f, signed(forged, "FN-0002", Meaning::Approved, &[Role::RiskManager]));
    }
    a_risk_accepted_without_management: "missing: Management", |f| {
        let set = json!({"state": "risk_accepted", "decided_on": "2031-03-03"});
        let forged = step("ana", "finding.accept_risk", Role::Quality, "FN-0002", set);
        forge(&f, signed(forged, "FN-0002", Meaning::Approved, &[Role::Quality]));
    }
    a_decision_that_nobody_proposed: "The proposed decision is “Fixed”", |f| {
        let set = json!({"state": "fixed", "decided_on": "2031-03-03"});
        let forged = step("ben", "finding.fixed", Role::DevLead, "FN-0002", set);
        forge(&f, signed(forged, "FN-0002", Meaning::Approved, &[Role::DevLead]));
    }
}
