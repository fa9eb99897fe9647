//! Findings: one for each vulnerability, the safety question first, two persons, a verdict for every release, and what follows.

use mainstay::domain::finding::Applicability;
use mainstay::domain::finding::verdicts::Verdict;
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::ops::{Act, Request};
use serde_json::{Value, json};

use crate::desk::{Desk, fields, go_to};
use crate::soup_desk::{
    EXPAT, EXPAT_250, SERVED, affected, answered, built, completed, evidence, harmless, hits, in_use, judged,
    not_affected, proposed, refused, reviewed, reviewed_item, serviced, started, verdicts, version,
    vulnerability, with,
};

const VERSIONS: &[&str] = &["libexpat 2.5.0"];

fn entered(desk: &mut Desk, id: &str, more: Value) -> RecordId {
    let set = with(vulnerability(desk, id, EXPAT, VERSIONS), more);
    desk.create("cleo", Kind::Finding, set)
}

fn refused_create(desk: &mut Desk, set: Value) -> String {
    let request = Request::Create { kind: Kind::Finding, parent: None, set: fields(set) };
    desk.by("cleo", request).map(|_| ()).unwrap_err().to_string()
}

/// A finding about libexpat 2.5.0 with a decision that Cleo proposed for the version in service.
fn decision(desk: &mut Desk, id: &str, decided: Value, applicability: &str) -> RecordId {
    let set = vulnerability(desk, id, EXPAT, VERSIONS);
    proposed(desk, set, with(decided, verdicts(&[SERVED], applicability)))
}

/// The same, confirmed by Ben: not affected.
fn cleared(desk: &mut Desk, id: &str) -> RecordId {
    let finding = decision(desk, id, not_affected(), "not_affected");
    desk.sign_go("ben", finding, "not_affected").unwrap();
    finding
}

fn reassess(desk: &mut Desk, finding: RecordId) {
    desk.by("cleo", Act::from(go_to(finding, "reassess", json!({}))).because("Something changed")).unwrap();
}

fn verdict(desk: &Desk, finding: RecordId, release: RecordId) -> Option<Verdict> {
    let all = desk.file.finding_verdicts(finding, desk.now).unwrap();
    all.into_iter().find(|(id, _, _)| *id == release).map(|(_, _, verdict)| verdict)
}

#[test]
fn one_vulnerability_is_one_finding_under_all_its_names() {
    let mut desk = serviced();
    let first = entered(&mut desk, "CVE-2031-0001", json!({"aliases": ["GHSA-aaaa-bbbb-cccc"]}));
    for (id, aliases) in [
        ("CVE-2031-0001", json!([])),
        ("cve-2031-0001", json!([])),
        ("GHSA-AAAA-bbbb-cccc", json!([])),
        ("OSV-2031-7", json!(["CVE-2031-0001"])),
    ] {
        let set = with(vulnerability(&desk, id, EXPAT, VERSIONS), json!({"aliases": aliases}));
        let refusal = refused_create(&mut desk, set);
        assert!(refusal.contains(&format!("{first} is it, under one of its names")), "{id}: {refusal}");
    }
    // Nor can a name be added later that another finding has.
    let second = entered(&mut desk, "OSV-2031-7", json!({}));
    desk.edit("cleo", second, json!({"aliases": ["CVE-2031-0001"]})).unwrap();
    let refusal = refused(&mut desk, "cleo", second, "triage");
    assert!(refusal.contains(&format!("{first} is it")), "{refusal}");
    desk.by("ana", Act::from(go_to(first, "void", json!({}))).because("Entered twice")).unwrap();
    desk.go("cleo", second, "triage").unwrap();
    desk.assert_verifies();
}

#[test]
fn a_finding_names_versions_of_the_register_and_a_severity_before_it_is_triaged() {
    let mut desk = serviced();
    let finding = entered(&mut desk, "CVE-2031-0001", json!({"severity": null, "versions": ["expat 2.5.0"]}));
    let refusal = refused(&mut desk, "cleo", finding, "triage");
    assert!(refusal.contains("A vulnerability has a severity"), "{refusal}");
    assert!(
        refusal.contains("The versions are those in the register")
            && refusal.contains("“expat 2.5.0” is not in it"),
        "{refusal}"
    );
    in_use(&mut desk, "other", "1.0", json!({}));
    let both = json!({"severity": "low", "versions": VERSIONS, "items": [EXPAT, "SI-0003"]});
    desk.edit("cleo", finding, both).unwrap();
    let refusal = refused(&mut desk, "cleo", finding, "triage");
    assert!(refusal.contains("none of other is named"), "{refusal}");
    desk.edit("cleo", finding, json!({"items": [EXPAT]})).unwrap();
    desk.go("cleo", finding, "triage").unwrap();
    let set = with(
        vulnerability(&desk, "CVE-2031-0002", EXPAT, VERSIONS),
        json!({"published_on": desk.now.day(), "learned_on": desk.now.day().plus_days(-9)}),
    );
    let refusal = refused_create(&mut desk, set);
    assert!(refusal.contains("is before it was published"), "{refusal}");
}

#[test]
fn the_safety_question_comes_before_every_decision() {
    let mut desk = serviced();
    let finding = entered(&mut desk, "CVE-2031-0001", json!({}));
    let without = with(
        not_affected(),
        with(verdicts(&[SERVED], "not_affected"), json!({"hazardous": null, "sequence": null})),
    );
    desk.edit("cleo", finding, without).unwrap();
    let refusal = refused(&mut desk, "cleo", finding, "propose");
    assert!(
        refusal.contains("Could it lead to, or defeat a control for, a hazardous situation?"),
        "{refusal}"
    );
    assert!(refusal.contains("Sequence of events"), "{refusal}");
    desk.edit("cleo", finding, json!({"hazardous": true, "sequence": "The alarm is late"})).unwrap();
    let refusal = refused(&mut desk, "cleo", finding, "propose");
    assert!(refusal.contains("The hazards that it could lead to are named"), "{refusal}");
    desk.edit("cleo", finding, json!({"hazards": ["H-3"]})).unwrap();
    desk.sign_go("cleo", finding, "propose").unwrap();
    assert_eq!(desk.record(finding).text("proposed_by"), desk.people["cleo"].person().to_string());
}

#[test]
fn each_decision_says_why_and_shows_it() {
    let mut desk = serviced();
    let finding = entered(&mut desk, "CVE-2031-0001", json!({}));
    let base = with(
        harmless(),
        json!({"disposition": "not_affected", "per_release": [{"release": SERVED, "applicability": "not_affected"}]}),
    );
    desk.edit("cleo", finding, base).unwrap();
    let refusal = refused(&mut desk, "cleo", finding, "propose");
    assert!(refusal.contains("“Not affected” has a justification or an impact statement"), "{refusal}");
    assert!(refusal.contains("It has evidence"), "{refusal}");
    for (decided, words) in [
        ("false_positive", "The evidence shows that another product or version is meant"),
        ("fixed", "The evidence shows that the version in the product has the correction"),
        ("affected_controlled", "The risk of patient harm is controlled"),
        ("affected_uncontrolled", "The risk of patient harm is uncontrolled"),
        ("risk_accepted", "The risk of patient harm is controlled"),
        ("affected_controlled", "The verdicts for the releases agree with the decision"),
        ("affected_controlled", "It is stated what users should do"),
        ("affected_controlled", "What is done is chosen"),
    ] {
        desk.edit("cleo", finding, json!({"disposition": decided})).ok();
        let refusal = refused(&mut desk, "cleo", finding, "propose");
        assert!(refusal.contains(words), "{decided}: {refusal}");
    }
    let obsolete = with(
        vulnerability(&desk, "", EXPAT, VERSIONS),
        json!({"finding_kind": "obsolescence", "external_id": null}),
    );
    let obsolete = desk.create("cleo", Kind::Finding, obsolete);
    desk.edit("cleo", obsolete, with(not_affected(), json!({"disposition": "fixed"}))).unwrap();
    let refusal = refused(&mut desk, "cleo", obsolete, "propose");
    assert!(refusal.contains("The decision fits the kind of finding"), "{refusal}");
}

#[test]
fn every_release_in_service_has_its_verdict() {
    let mut desk = serviced();
    let finding = entered(&mut desk, "CVE-2031-0001", json!({}));
    desk.edit("cleo", finding, not_affected()).unwrap();
    let refusal = refused(&mut desk, "cleo", finding, "propose");
    assert!(refusal.contains("The verdict for version 2.3.0 (RL-0001) is stated"), "{refusal}");
    desk.edit("cleo", finding, verdicts(&[SERVED], "under_investigation")).unwrap();
    let refusal = refused(&mut desk, "cleo", finding, "propose");
    assert!(refusal.contains("No release is still under investigation"), "{refusal}");
    let refusal = desk
        .edit("cleo", finding, verdicts(&[SERVED, SERVED], "not_affected"))
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(refusal.contains("names a release twice"), "{refusal}");
    desk.edit("cleo", finding, verdicts(&[SERVED], "not_affected")).unwrap();
    desk.sign_go("cleo", finding, "propose").unwrap();
    assert!(
        desk.edit("cleo", finding, verdicts(&[SERVED], "fixed")).is_err(),
        "it is fixed while it is proposed"
    );
}

#[test]
fn another_person_confirms_exactly_what_was_proposed() {
    let mut desk = serviced();
    let finding = decision(&mut desk, "CVE-2031-0001", not_affected(), "not_affected");
    let refusal = refused(&mut desk, "cleo", finding, "not_affected");
    assert!(refusal.contains("Another person than the one who proposed it confirms it"), "{refusal}");
    let refusal = refused(&mut desk, "ben", finding, "false_positive");
    assert!(refusal.contains("The proposed decision is “False positive”"), "{refusal}");
    let refusal = refused(&mut desk, "dan", finding, "not_affected");
    assert!(refusal.contains("reserved for"), "{refusal}");
    let refusal =
        desk.by("ben", go_to(finding, "not_affected", json!({}))).map(|_| ()).unwrap_err().to_string();
    assert!(refusal.contains("password"), "{refusal}");
    desk.sign_go("ben", finding, "not_affected").unwrap();
    assert_eq!(desk.state(finding), "not_affected");
    desk.assert_verifies();
}

#[test]
fn an_affected_product_needs_the_roles_of_the_decision() {
    let mut desk = serviced();
    let controlled = affected("affected_controlled", "controlled");
    let set = vulnerability(&desk, "CVE-2031-0001", EXPAT, VERSIONS);
    let finding = desk.create("ben", Kind::Finding, set);
    desk.go("ben", finding, "triage").unwrap();
    desk.edit("ben", finding, with(controlled, verdicts(&[SERVED], "affected"))).unwrap();
    desk.sign_go("ben", finding, "propose").unwrap();
    let refusal = refused(&mut desk, "ana", finding, "affected_controlled");
    assert!(refusal.contains("missing: Risk manager, Security lead"), "{refusal}");
    desk.sign_go("cleo", finding, "affected_controlled").unwrap();

    let by = desk.now.day().plus_days(30);
    let accepted = with(affected("risk_accepted", "controlled"), json!({"reassess_by": by}));
    let finding = decision(&mut desk, "CVE-2031-0002", accepted, "affected");
    let refusal = refused(&mut desk, "ana", finding, "accept_risk");
    assert!(refusal.contains("missing: ") && refusal.contains("Management"), "{refusal}");
    // Cleo signed for the risk manager when she proposed it.
    desk.signed("ana", Request::Sign { id: finding, meaning: None }).unwrap();
    desk.sign_go("gina", finding, "accept_risk").unwrap();
    assert_eq!(desk.state(finding), "risk_accepted");
    desk.assert_verifies();
}

#[test]
fn a_decision_that_is_made_anew_is_signed_anew_even_in_the_same_words() {
    let mut desk = serviced();
    let by = desk.now.day().plus_days(30);
    let accepted = with(affected("risk_accepted", "controlled"), json!({"reassess_by": by}));
    let finding = decision(&mut desk, "CVE-2031-0002", accepted, "affected");
    desk.signed("ana", Request::Sign { id: finding, meaning: None }).unwrap();
    desk.sign_go("gina", finding, "accept_risk").unwrap();
    reassess(&mut desk, finding);
    desk.go("ben", finding, "triage").unwrap();
    desk.sign_go("ben", finding, "propose").unwrap();
    let refusal = refused(&mut desk, "gina", finding, "accept_risk");
    assert!(refusal.contains("missing: Risk manager, Quality"), "{refusal}");
}

#[test]
fn a_risk_is_accepted_only_for_as_long_as_the_plan_says() {
    let mut desk = serviced();
    let finding = entered(&mut desk, "CVE-2031-0001", json!({}));
    let accepted = with(affected("risk_accepted", "controlled"), verdicts(&[SERVED], "affected"));
    desk.edit("cleo", finding, accepted.clone()).unwrap();
    let last = desk.now.day().plus_days(90);
    let says = format!("It is assessed again by {last} at the latest, as the plan says");
    for by in [json!(desk.now.day()), json!(last.plus_days(1)), json!(null)] {
        desk.edit("cleo", finding, json!({"reassess_by": by})).unwrap();
        let refusal = refused(&mut desk, "cleo", finding, "propose");
        assert!(refusal.contains(&says), "{by}: {refusal}");
    }
    desk.edit("cleo", finding, json!({"reassess_by": last})).unwrap();
    desk.sign_go("cleo", finding, "propose").unwrap();
    // A plan without a limit allows no acceptance.
    desk.change_plan(json!({"risk_accepted_days": null}));
    desk.signed("ana", Request::Sign { id: finding, meaning: None }).unwrap();
    let refusal = refused(&mut desk, "gina", finding, "accept_risk");
    assert!(
        refusal.contains("The plan says within how many days an accepted risk is assessed again"),
        "{refusal}"
    );
}

#[test]
fn an_uncontrolled_risk_opens_a_problem_report_and_an_advisory_that_is_due_in_time() {
    let mut desk = serviced();
    let learned = desk.now.day().plus_days(-3);
    let finding = entered(&mut desk, "CVE-2031-0001", json!({"learned_on": learned}));
    let uncontrolled = affected("affected_uncontrolled", "uncontrolled");
    desk.edit("cleo", finding, with(uncontrolled, verdicts(&[SERVED], "affected"))).unwrap();
    desk.sign_go("cleo", finding, "propose").unwrap();
    let refusal = refused(&mut desk, "ana", finding, "affected_uncontrolled");
    assert!(refusal.contains("missing: ") && refusal.contains("Regulatory"), "{refusal}");
    let made = desk.sign_go("eva", finding, "affected_uncontrolled").unwrap().made;
    let [problem, advisory] = made[..] else { panic!("{made:?}") };
    let told = desk.record(advisory);
    assert_eq!(told.text("communication_kind"), "security_advisory");
    assert_eq!(
        told.text("due_by"),
        learned.plus_days(30).to_string(),
        "30 days from the day it was learned of"
    );
    assert_eq!(told.value("subjects"), &json!([finding]));
    let report = desk.record(problem);
    assert_eq!(report.value("affected_product_versions"), &json!(["2.3.0"]));
    assert_eq!(desk.record(finding).text("problem_report"), problem.to_string());

    let refusal = refused(&mut desk, "cleo", finding, "link_action");
    assert!(refusal.contains("An uncontrolled risk has a change or a communication"), "{refusal}");
    desk.edit("cleo", finding, json!({"no_action": "We wait"})).unwrap();
    let refusal = refused(&mut desk, "cleo", finding, "link_action");
    assert!(
        refusal.contains("An uncontrolled risk has a change or a communication"),
        "waiting is no action: {refusal}"
    );
    desk.edit("cleo", finding, json!({"communications": [advisory]})).unwrap();
    desk.go("cleo", finding, "link_action").unwrap();
    let refusal = refused(&mut desk, "ana", finding, "close");
    assert!(refusal.contains("An uncontrolled risk is remediated before its finding is closed"), "{refusal}");
    desk.edit("cleo", finding, json!({"remediation": "Users were told", "remedied_in": "2.3.0"})).unwrap();
    let refusal = refused(&mut desk, "cleo", finding, "remediate");
    assert!(refusal.contains(&format!("{advisory} was issued")), "{refusal}");
    desk.assert_verifies();
}

#[test]
fn a_verdict_is_carried_over_only_to_the_same_version_in_the_same_use() {
    let mut desk = serviced();
    let finding = cleared(&mut desk, "CVE-2031-0001");
    let same = built(&mut desk, "2.3.1", &[("libexpat", "2.5.0")], json!({}));
    let carried = Verdict::CarriedOver { applicability: Applicability::NotAffected, from: SERVED };
    assert_eq!(verdict(&desk, finding, same), Some(carried.clone()));
    version(&mut desk, EXPAT, "2.6.2", None);
    let rows = |versions: &[&str]| -> Value {
        versions.iter().map(|text| json!({"item": "libexpat", "version": text})).collect()
    };
    desk.edit("rita", same, json!({"soup_baseline": rows(&["2.6.2"])})).unwrap();
    assert_eq!(verdict(&desk, finding, same), None, "it is about another version");
    desk.edit("rita", same, json!({"soup_baseline": rows(&["2.5.0", "2.6.2"])})).unwrap();
    assert_eq!(verdict(&desk, finding, same), Some(carried));
    desk.edit("ben", EXPAT, json!({"can_contribute": true, "hazards": ["H-3"]})).unwrap();
    assert_eq!(
        verdict(&desk, finding, same),
        Some(Verdict::Open("the use of the item has changed since the decision".to_owned()))
    );
    assert_eq!(verdict(&desk, finding, SERVED), Some(Verdict::Stated(Applicability::NotAffected)));
    let text = desk.unmet_words(same);
    assert!(text.contains(&format!("{finding} is decided for this release")), "{text}");
    reassess(&mut desk, finding);
    desk.edit("cleo", finding, verdicts(&[SERVED, same], "not_affected")).unwrap();
    desk.sign_go("cleo", finding, "propose").unwrap();
    assert!(
        desk.unmet_words(same).contains(&format!("{finding} is decided for this release")),
        "it is only proposed"
    );
    desk.sign_go("ben", finding, "not_affected").unwrap();
    assert!(!desk.unmet_words(same).contains(&format!("{finding} is decided")), "{}", desk.unmet_words(same));
    desk.assert_verifies();
}

#[test]
fn a_finding_that_names_no_version_yet_concerns_every_release_with_the_item() {
    let mut desk = serviced();
    let finding = entered(&mut desk, "CVE-2031-0001", json!({"versions": null}));
    assert_eq!(verdict(&desk, finding, SERVED), Some(Verdict::Open("it is not decided".to_owned())));
    let next = built(&mut desk, "2.3.1", &[("libexpat", "2.5.0")], json!({}));
    assert!(desk.unmet_words(next).contains(&format!("{finding} is decided for this release")));
    desk.by("ana", Act::from(go_to(finding, "void", json!({}))).because("A mistake")).unwrap();
    assert!(!desk.unmet_words(next).contains(&finding.to_string()));
}

#[test]
fn an_undecided_finding_stops_the_first_release_until_it_is_decided_for_it() {
    let mut desk = Desk::staffed_once();
    let release = built(&mut desk, "2.3.0", &[("libexpat", "2.5.0")], json!({}));
    crate::soup_desk::register(&mut desk, release);
    desk.go("rita", release, "fix_baseline").unwrap();
    reviewed(&mut desk, release);
    answered(&mut desk, release);
    let finding = entered(&mut desk, "CVE-2031-0001", json!({}));
    let refusal = refused(&mut desk, "rita", release, "request_approval");
    assert!(
        refusal.contains(&format!("{finding} is decided for this release: it is not decided")),
        "{refusal}"
    );
    desk.edit("cleo", finding, with(not_affected(), verdicts(&[release], "not_affected"))).unwrap();
    desk.sign_go("cleo", finding, "propose").unwrap();
    desk.sign_go("ben", finding, "not_affected").unwrap();
    desk.sign_go("rita", release, "request_approval").unwrap();
    desk.assert_verifies();
}

#[test]
fn a_finding_that_is_given_up_after_its_review_stops_the_release_again() {
    let mut desk = Desk::staffed_once();
    let release = built(&mut desk, "2.3.0", &[("libexpat", "2.5.0")], json!({}));
    crate::soup_desk::register(&mut desk, release);
    desk.go("rita", release, "fix_baseline").unwrap();
    let finding = entered(&mut desk, "CVE-2031-0001", json!({}));
    let review = started(&mut desk, json!({"candidates": [release]}));
    let found = reviewed_item(&mut desk, review, EXPAT_250, hits(&["CVE-2031-0001"]));
    judged(&mut desk, found, json!({}));
    evidence(&mut desk, review, json!({}));
    completed(&mut desk, review);
    let says = "Every hit of that review has its decision; CVE-2031-0001 of libexpat 2.5.0 has none";
    assert!(!desk.unmet_words(release).contains(says));
    desk.by("ana", Act::from(go_to(finding, "void", json!({}))).because("We do not want it")).unwrap();
    assert!(desk.unmet_words(release).contains(says), "{}", desk.unmet_words(release));
    reviewed(&mut desk, release);
    assert!(!desk.unmet_words(release).contains(says), "a later search counts");
}

#[test]
fn a_finding_is_closed_only_with_a_verdict_for_every_release_and_opened_again_with_a_reason() {
    let mut desk = serviced();
    let controlled = with(affected("affected_controlled", "controlled"), verdicts(&[SERVED], "affected"));
    let set = vulnerability(&desk, "CVE-2031-0001", EXPAT, VERSIONS);
    let finding = desk.create("ben", Kind::Finding, set);
    desk.go("ben", finding, "triage").unwrap();
    desk.edit("ben", finding, controlled).unwrap();
    desk.sign_go("ben", finding, "propose").unwrap();
    desk.sign_go("cleo", finding, "affected_controlled").unwrap();
    let refusal = refused(&mut desk, "cleo", finding, "link_action");
    assert!(refusal.contains("or it is said why nothing is done"), "{refusal}");
    desk.edit("cleo", finding, json!({"no_action": "The next version corrects it"})).unwrap();
    desk.go("cleo", finding, "link_action").unwrap();
    let remedy =
        go_to(finding, "remediate", json!({"remediation": "Signed profiles", "remedied_in": "2.3.0"}));
    desk.by("cleo", Act::from(remedy).because("It was installed")).unwrap();
    desk.edit("ben", EXPAT, json!({"host_item": "export/report.c"})).unwrap();
    desk.sign_go("ana", finding, "close").unwrap();
    let refusal = desk.by("cleo", go_to(finding, "reassess", json!({}))).map(|_| ()).unwrap_err().to_string();
    assert!(refusal.contains("reason"), "{refusal}");
    reassess(&mut desk, finding);
    assert_eq!(verdict(&desk, finding, SERVED), Some(Verdict::Open("it is not decided".to_owned())));
    desk.assert_verifies();
}

#[test]
fn the_clocks_of_a_finding_run_from_the_day_it_was_learned_of() {
    let mut desk = serviced();
    let learned = desk.now.day().plus_days(-3);
    let finding = entered(&mut desk, "CVE-2031-0001", json!({"learned_on": learned}));
    assert_eq!(desk.asked(finding, 4), [("Decide the finding".to_owned(), 2)], "5 days for a high severity");
    let uncontrolled = affected("affected_uncontrolled", "uncontrolled");
    desk.edit("cleo", finding, with(uncontrolled, verdicts(&[SERVED], "affected"))).unwrap();
    desk.sign_go("cleo", finding, "propose").unwrap();
    let asked = desk.asked(finding, 4);
    assert_eq!(asked[0].0, "Confirm the decision on the finding", "it is proposed: {asked:?}");
    desk.sign_go("eva", finding, "affected_uncontrolled").unwrap();
    let late = desk.asked(finding, 58);
    let of = |words: &str| late.iter().find(|(what, _)| what.contains(words)).map(|(_, days)| *days);
    assert_eq!(of("Tell users"), Some(31), "{late:?}");
    assert_eq!(of("Bring a validated correction"), Some(1), "{late:?}");
}

#[test]
fn findings_are_worked_on_by_those_who_may() {
    let mut desk = serviced();
    let set = vulnerability(&desk, "CVE-2031-0001", EXPAT, VERSIONS);
    let request = Request::Create { kind: Kind::Finding, parent: None, set: fields(set) };
    let refusal = desk.by("eva", request).map(|_| ()).unwrap_err().to_string();
    assert!(refusal.contains("reserved for"), "{refusal}");
    let finding = entered(&mut desk, "CVE-2031-0001", json!({}));
    let refusal = refused(&mut desk, "rita", finding, "triage");
    assert!(refusal.contains("reserved for"), "{refusal}");
    let act = Act::from(go_to(finding, "void", json!({}))).because("Not wanted");
    let refusal = desk.by("cleo", act).map(|_| ()).unwrap_err().to_string();
    assert!(refusal.contains("reserved for Quality"), "{refusal}");
    let cleo = desk.people["cleo"].person();
    for (name, value, label) in [
        ("proposed_by", json!(cleo), "“Proposed by”"),
        ("decided_on", json!(desk.now.day()), "“Decided on”"),
        ("where_used", json!("Nowhere"), "“Use of the items at the decision”"),
    ] {
        let refusal = desk.edit("cleo", finding, json!({name: value})).map(|_| ()).unwrap_err().to_string();
        assert!(refusal.contains(label), "{name}: {refusal}");
    }
    assert_eq!(EXPAT_250.to_string(), "SD-0001");
}

#[test]
fn the_age_of_findings_without_a_decision_is_counted_by_severity_from_the_day_they_were_learned() {
    let mut desk = serviced();
    let today = desk.now.day();
    let ago = |days: i64| today.plus_days(-days).to_string();
    entered(&mut desk, "CVE-2031-0001", json!({"learned_on": ago(0), "severity": "critical"}));
    entered(&mut desk, "CVE-2031-0002", json!({"learned_on": ago(31), "severity": "low"}));
    entered(
        &mut desk,
        "CVE-2031-0003",
        json!({"learned_on": ago(31), "severity": "low", "kev_listed": true}),
    );
    entered(&mut desk, "CVE-2031-0004", json!({"learned_on": ago(200), "severity": null}));
    cleared(&mut desk, "CVE-2031-0005");
    let ages = desk.file.trends(desk.now).unwrap().open_findings_by_age;
    let counts: Vec<(u32, u32, u32)> = ages.iter().map(|age| (age.high, age.lower, age.unknown)).collect();
    assert_eq!(counts, [(1, 0, 0), (1, 1, 0), (0, 0, 0), (0, 0, 1)]);
}

#[test]
fn what_was_stated_for_a_release_ends_when_its_baseline_gets_another_version() {
    let mut desk = serviced();
    let next = built(&mut desk, "2.0.0", &[("libexpat", "2.7.0")], json!({}));
    let stated = json!({"per_release": [
        {"release": SERVED, "applicability": "not_affected"}, {"release": next, "applicability": "fixed"},
    ]});
    let set = vulnerability(&desk, "CVE-2031-0006", EXPAT, VERSIONS);
    let finding = proposed(&mut desk, set, with(not_affected(), stated));
    desk.sign_go("ben", finding, "not_affected").unwrap();
    assert_eq!(verdict(&desk, finding, next), Some(Verdict::Stated(Applicability::Fixed)));
    let baseline = json!({"soup_baseline": [{"item": "libexpat", "version": "2.5.0"}]});
    desk.by("cleo", Act::from(Request::Edit { id: next, set: fields(baseline) }).because("Taken back"))
        .unwrap();
    let Some(Verdict::Open(why)) = verdict(&desk, finding, next) else { panic!("it still holds") };
    assert_eq!(why, "the versions in the release have changed since the decision");
}

#[test]
fn an_accepted_risk_ends_with_the_day_on_which_it_was_to_be_assessed_again() {
    let mut desk = serviced();
    let until = desk.now.day().plus_days(30);
    let set = vulnerability(&desk, "CVE-2031-0007", EXPAT, VERSIONS);
    let decided = with(not_affected(), json!({"reassess_by": until}));
    let finding = proposed(&mut desk, set, with(decided, verdicts(&[SERVED], "not_affected")));
    desk.sign_go("ben", finding, "not_affected").unwrap();
    assert!(verdict(&desk, finding, SERVED).unwrap().is_decided());
    desk.now = desk.now.plus_seconds(31 * 86_400);
    let Some(Verdict::Open(why)) = verdict(&desk, finding, SERVED) else { panic!("it still holds") };
    assert_eq!(why, format!("it was to be assessed again by {until}"));
}

/// The assessment of a component without support, proposed by Cleo with this answer.
fn obsolete(desk: &mut Desk, answer: &str, decision: Value) -> Result<RecordId, String> {
    let set = with(
        vulnerability(desk, "", EXPAT, VERSIONS),
        json!({"finding_kind": "obsolescence", "external_id": null, "severity": null}),
    );
    let id = desk.create("cleo", Kind::Finding, set);
    desk.go("cleo", id, "triage").unwrap();
    let set = with(decision, json!({"stage_follows": answer}));
    desk.edit("cleo", id, set).unwrap();
    desk.sign_go("cleo", id, "propose").map(|_| id).map_err(|refusal| refusal.to_string())
}

fn with_verdict(decision: Value) -> Value {
    let means = if decision["disposition"] == "not_affected" { "not_affected" } else { "affected" };
    with(decision, verdicts(&[SERVED], means))
}

fn stage_of(desk: &Desk) -> String {
    desk.record(mainstay::domain::product::PRODUCT).text("tplc_stage").to_owned()
}

#[test]
fn the_assessment_of_a_component_without_support_answers_which_stage_follows() {
    let mut desk = serviced();
    let clear = || with_verdict(not_affected());
    let harmful = || with(clear(), json!({"hazardous": true, "hazards": ["H-3"]}));
    for (answer, decision, words) in [
        ("", clear(), "It is answered which stage of the product follows"),
        ("no_effect", harmful(), "“No effect on safety” agrees with the answer to the safety question"),
        ("limited_support", clear(), "A product that is not affected stays in its stage"),
    ] {
        let answer = if answer.is_empty() { json!(null) } else { json!(answer) };
        let set = with(
            vulnerability(&desk, "", EXPAT, VERSIONS),
            json!({"finding_kind": "obsolescence", "external_id": null, "severity": null}),
        );
        let id = desk.create("cleo", Kind::Finding, set);
        desk.edit("cleo", id, with(decision, json!({"stage_follows": answer}))).unwrap();
        let refusal = refused(&mut desk, "cleo", id, "propose");
        assert!(refusal.contains(words), "{words}: {refusal}");
    }
    let other = entered(&mut desk, "CVE-2031-0001", json!({}));
    let refusal = desk.edit("cleo", other, json!({"stage_follows": "supported"})).unwrap_err().to_string();
    assert!(refusal.contains("only where the support of a component ends"), "{refusal}");
    let id = obsolete(&mut desk, "no_effect", clear()).unwrap();
    let before = stage_of(&desk);
    let made = desk.sign_go("ben", id, "not_affected").unwrap().made;
    assert_eq!(stage_of(&desk), before, "the stage stays");
    let [notice] = made[..] else { panic!("users are told, also where they are not affected: {made:?}") };
    let data = desk.record(notice);
    assert_eq!(data.text("communication_kind"), "customer_notice");
    assert!(data.title().ends_with("the support of a component ends"), "{}", data.title());
    let supported = obsolete(&mut desk, "supported", clear()).unwrap();
    assert!(
        desk.sign_go("ben", supported, "not_affected").unwrap().made.is_empty(),
        "its parts are supported"
    );
    let next = obsolete(&mut desk, "no_effect", clear()).unwrap();
    assert!(
        desk.sign_go("ben", next, "not_affected").unwrap().made.is_empty(),
        "the open draft names it too"
    );
    assert_eq!(desk.record(notice).value("subjects"), &json!([id, next]));
    desk.assert_verifies();
}

#[test]
fn several_components_of_one_stage_are_told_in_one_notice_while_its_draft_is_open() {
    let mut desk = serviced();
    let decision = with(
        with_verdict(affected("affected_controlled", "controlled")),
        json!({"impact_statement": "No corrections any more", "action_statement": "Update the gateway"}),
    );
    let confirmed = |desk: &mut Desk| {
        let id = obsolete(desk, "limited_support", decision.clone()).unwrap();
        desk.signed("ana", Request::Sign { id, meaning: None }).unwrap();
        (id, desk.sign_go("eva", id, "affected_controlled").unwrap().made)
    };
    let (first, made) = confirmed(&mut desk);
    let [notice] = made[..] else { panic!("{made:?}") };
    let second_group = desk.create(
        "eva",
        Kind::Communication,
        json!({"title": "To distributors", "communication_kind": "eol_notice"}),
    );
    let (second, made) = confirmed(&mut desk);
    assert!(made.is_empty(), "no second notice for the same stage: {made:?}");
    assert_eq!(desk.record(notice).value("subjects"), &json!([first, second]));
    assert_eq!(desk.record(second_group).value("subjects"), &json!([second]), "each group is told of it");
    let text = desk.record(notice).text("problem_and_consequence").to_owned();
    assert_eq!(text, "libexpat 2.5.0: No corrections any more\nlibexpat 2.5.0: No corrections any more");
    let set = json!({"languages": ["English"], "audience": "Hospitals", "markets": ["us", "eu"]});
    desk.edit("eva", notice, set.clone()).unwrap();
    desk.create_part("eva", Kind::Recipient, notice, json!({"title": "St Example Hospital"}));
    desk.go("eva", notice, "submit").unwrap();
    desk.edit("eva", second_group, json!({"communication_kind": "customer_notice"})).unwrap();
    let (third, made) = confirmed(&mut desk);
    let [next] = made[..] else { panic!("what waits for its signatures is not changed: {made:?}") };
    assert_eq!(desk.record(next).value("subjects"), &json!([third]));
    assert_eq!(desk.record(notice).value("subjects"), &json!([first, second]));
    desk.assert_verifies();
}

#[test]
fn a_confirmed_assessment_moves_the_stage_of_the_product_and_drafts_the_notice() {
    let mut desk = serviced();
    let decision = with_verdict(affected("affected_controlled", "controlled"));
    let id = obsolete(&mut desk, "limited_support", decision).unwrap();
    let refusal = refused(&mut desk, "ana", id, "affected_controlled");
    assert!(refusal.contains("missing: Regulatory"), "the stage needs regulatory affairs: {refusal}");
    desk.signed("ana", Request::Sign { id, meaning: None }).unwrap();
    assert_ne!(stage_of(&desk), "limited_support");
    let made = desk.sign_go("eva", id, "affected_controlled").unwrap().made;
    assert_eq!(stage_of(&desk), "limited_support");
    let [notice] = made[..] else { panic!("{made:?}") };
    assert_eq!(desk.record(notice).text("communication_kind"), "eol_notice");
    assert_eq!(desk.record(notice).value("subjects"), &json!([id]));
    desk.edit("cleo", id, json!({"communications": [notice], "remediation": "Told", "remedied_in": "2.3.0"}))
        .unwrap();
    desk.go("cleo", id, "link_action").unwrap();
    let refusal = refused(&mut desk, "ana", id, "close");
    assert!(refusal.contains("“End of life notice” about this finding that is issued"), "{refusal}");
    let text = json!({
        "audience": "Hospitals", "languages": ["English"], "markets": ["us", "eu"], "problem_and_consequence": "Limited support",
        "change_and_how_to_get_it": "A successor, from the portal",
    });
    desk.edit("eva", notice, text).unwrap();
    desk.create_part("eva", Kind::Recipient, notice, json!({"title": "St Example Hospital"}));
    let approval = desk.go("eva", notice, "submit").unwrap().made[0];
    for login in ["eva", "ana"] {
        desk.signed(login, Request::Sign { id: approval, meaning: None }).unwrap();
    }
    desk.sign_go("eva", notice, "issue").unwrap();
    desk.sign_go("ana", id, "close").unwrap();
    // A later stage is reached from here, an earlier one never again.
    let decision = with_verdict(affected("affected_controlled", "controlled"));
    let next = obsolete(&mut desk, "end_of_support", decision.clone()).unwrap();
    desk.signed("ana", Request::Sign { id: next, meaning: None }).unwrap();
    let made = desk.sign_go("eva", next, "affected_controlled").unwrap().made;
    assert_eq!(desk.record(made[0]).text("communication_kind"), "eos_notice");
    assert_eq!(stage_of(&desk), "end_of_support");
    let back = obsolete(&mut desk, "limited_support", decision).unwrap();
    desk.signed("ana", Request::Sign { id: back, meaning: None }).unwrap();
    let made = desk.sign_go("eva", back, "affected_controlled").unwrap().made;
    assert!(made.is_empty(), "a stage that is past is not announced: {made:?}");
    assert_eq!(stage_of(&desk), "end_of_support", "a stage is never left for an earlier one");
    desk.edit("cleo", back, json!({"no_action": "The end of support was announced"})).unwrap();
    desk.go("cleo", back, "link_action").unwrap();
    desk.sign_go("ana", back, "close").unwrap();
    desk.assert_verifies();
}
