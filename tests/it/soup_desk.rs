//! SOUP at the desk: its register, reviews and findings, made by the requests of people with different roles.
//!
//! Ben (development lead) keeps the register, Cleo (security lead, risk manager) reviews, Ben is the second reviewer, Ana (quality)
//! approves.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::domain::soup_review::evidence::SearchSaid;
use mainstay::domain::time::{Day, Moment};
use mainstay::ops::Request;
use serde_json::{Value, json};

use crate::desk::{Desk, go_to};
use crate::search_file::search_file;

/// The method of the reviews of the desk.
pub const METHOD: &str =
    "The list of the supplier is read; OSV, NVD and KEV are searched by package URL and name";

/// One value with others over it.
pub fn with(mut base: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("{more} is no object") };
    for (name, value) in more {
        base[name] = value;
    }
    base
}

/// A SOUP item of low tier with everything that its approval for use asks for, but a version.
pub fn item(name: &str) -> Value {
    json!({
        "title": name, "supplier": format!("community: {name} maintainers"), "soup_kind": "open_source", "direct": true,
        "host_item": "import/profile.c", "requirements": "Reads profiles of up to 1 MB within 100 ms",
        "environment": "Linux 5.15, glibc", "can_contribute": false,
        "hazard_rationale": "Profiles are checked again by the pump", "risk_tier": "low", "responsibility": "maintained",
        "anomaly_lists": [{"place": format!("https://example.org/{name}/issues"), "list_kind": "tracker"}],
        "support_level": "actively_maintained",
    })
}

/// A version of an item that a change brought, or that was in the product before the file.
pub fn version(desk: &mut Desk, item: RecordId, version: &str, change: Option<RecordId>) -> RecordId {
    let origin = change.map_or_else(|| json!({"present_since": "2.2.0"}), |id| json!({"introduced_by": id}));
    desk.create_part("ben", Kind::SoupDesignator, item, with(json!({"title": version}), origin))
}

/// An item with one version that was in the product before the file, approved for use: the item and its designator.
pub fn in_use(desk: &mut Desk, name: &str, text: &str, more: Value) -> (RecordId, RecordId) {
    let id = desk.create("ben", Kind::SoupItem, with(item(name), more));
    let designator = version(desk, id, text, None);
    desk.go("ben", id, "approve").unwrap();
    (id, designator)
}

/// The registered item of a name.
pub fn item_of(desk: &Desk, name: &str) -> Option<RecordId> {
    let items = desk.file.all(Kind::SoupItem).unwrap();
    items.iter().find(|data| data.title() == name && !data.is_terminal()).map(|data| data.head.id)
}

/// The registered version of an item.
pub fn designator_of(desk: &Desk, item: RecordId, version: &str) -> Option<RecordId> {
    let parts = desk.file.parts(item, Kind::SoupDesignator).unwrap();
    parts
        .iter()
        .find(|data| data.text("title") == version && data.head.state != "struck")
        .map(|data| data.head.id)
}

fn baseline(desk: &Desk, release: RecordId) -> Vec<(String, String)> {
    let rows = desk.record(release).value("soup_baseline").as_array().cloned().unwrap_or_default();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    rows.iter().map(|row| (text(row, "item"), text(row, "version"))).collect()
}

/// Registers the SOUP of a release and has it approved for use. A further version of an item comes with the first change of the
/// release.
pub fn register(desk: &mut Desk, release: RecordId) {
    let change = desk.record(release).value("change_requests")[0].as_str().map(|id| id.parse().unwrap());
    for (name, text) in baseline(desk, release) {
        let Some(id) = item_of(desk, &name) else {
            in_use(desk, &name, &text, json!({}));
            continue;
        };
        if designator_of(desk, id, &text).is_none() {
            version(desk, id, &text, change);
        }
    }
}

/// A review that is scheduled, by Cleo.
pub fn scheduled(desk: &mut Desk, more: Value) -> RecordId {
    let set = json!({"title": "SOUP review", "trigger": "interval", "method": METHOD});
    desk.create("cleo", Kind::SoupReview, with(set, more))
}

/// A review that has started, by Cleo.
pub fn started(desk: &mut Desk, more: Value) -> RecordId {
    let review = scheduled(desk, more);
    desk.go("cleo", review, "start").unwrap();
    review
}

/// What three sources answer that can check an item and have nothing.
pub fn nothing() -> Value {
    let row = |source: &str| json!({"source": source, "answer": "nothing", "identifier": "pkg:generic", "records": 0});
    json!({"search_result": "nothing_found", "sources": [row("OSV"), row("NVD"), row("KEV")]})
}

/// What they answer if OSV has records.
pub fn hits(advisories: &[&str]) -> Value {
    let rows: Vec<Value> = advisories
        .iter()
        .map(|id| json!({"advisory": id, "title": "Memory is read beyond its end", "verdict": "affected", "since_last": "new"}))
        .collect();
    let found =
        json!({"source": "OSV", "answer": "found", "identifier": "pkg:generic", "records": rows.len()});
    let mut set = nothing();
    set["sources"][0] = found;
    with(set, json!({"search_result": "hits", "hits": rows}))
}

/// What they answer if none can check an item.
pub fn not_checked() -> Value {
    let row =
        |source: &str| json!({"source": source, "answer": "not_checked", "why": "It has no package URL"});
    json!({"search_result": "not_checked", "sources": [row("OSV"), row("NVD"), row("KEV")]})
}

/// What a reviewed item says of a version, with what the search answered. The releases are those of the review that contain it.
pub fn searched(desk: &Desk, review: RecordId, designator: RecordId, answer: Value) -> Value {
    let data = desk.record(designator);
    let id = data.head.parent.unwrap();
    let known = desk.record(id);
    let text = data.text("title").to_owned();
    let here = (known.title().to_owned(), text.clone());
    let releases = desk.record(review).value("releases").as_array().cloned().unwrap_or_default();
    let with_it =
        |release: &Value| baseline(desk, release.as_str().unwrap().parse().unwrap()).contains(&here);
    let releases: Vec<Value> = releases.into_iter().filter(with_it).collect();
    let set = json!({
        "title": format!("{} {text}", known.title()), "item": id, "designator": designator, "version_searched": text,
        "releases": releases, "tier": known.value("risk_tier"), "since_last": "new",
    });
    with(set, answer)
}

/// A version in a review, with what the search answered.
pub fn reviewed_item(desk: &mut Desk, review: RecordId, designator: RecordId, answer: Value) -> RecordId {
    let set = searched(desk, review, designator, answer);
    desk.create_part("cleo", Kind::ReviewItem, review, set)
}

/// The supplier's list as it was read today.
pub fn list_read(desk: &Desk) -> Value {
    json!({
        "list_place": "Its issue tracker", "list_read_on": desk.now.day(), "list_judgement": "Nothing about this version",
    })
}

/// Reads the supplier's list of a reviewed item and concludes it.
pub fn judged(desk: &mut Desk, reviewed: RecordId, more: Value) {
    let set = with(list_read(desk), more);
    desk.edit("cleo", reviewed, set).unwrap();
    desk.go("cleo", reviewed, "conclude").unwrap();
}

/// The designators of everything in the releases of a review.
pub fn in_scope(desk: &Desk, review: RecordId) -> Vec<RecordId> {
    let releases = desk.record(review).value("releases").as_array().cloned().unwrap_or_default();
    let rows = releases.iter().flat_map(|id| baseline(desk, id.as_str().unwrap().parse().unwrap()));
    let found: BTreeMap<(String, String), RecordId> = rows
        .map(|(name, text)| {
            let designator = designator_of(desk, item_of(desk, &name).unwrap(), &text).unwrap();
            ((name, text), designator)
        })
        .collect();
    found.into_values().collect()
}

/// The sources of the desk, each with the age of its data in days.
pub const SOURCES: &[(&str, i64)] = &[("OSV", 2), ("NVD", 2), ("KEV", 2)];

/// Attaches the evidence of a search of today that found what the items say, and says what was searched.
pub fn evidence(desk: &mut Desk, review: RecordId, more: Value) {
    evidence_of(desk, review, (desk.now.day(), SOURCES), more);
}

/// The same of a search of another day or in other sources.
pub fn evidence_of(
    desk: &mut Desk,
    review: RecordId,
    (on, sources): (Day, &[(&str, i64)]),
    more: Value,
) -> String {
    let items = desk.file.parts(review, Kind::ReviewItem).unwrap();
    let text = search_file(on, sources, &items);
    let said = SearchSaid::read(text.as_bytes()).unwrap();
    let sha256 = desk.attached("cleo", review, "search.json", &text);
    let set = json!({
        "evidence_sha256": sha256, "searched_on": said.on, "program": said.program, "sources": said.sources,
        "limitations": "Only published records are found",
    });
    desk.edit("cleo", review, with(set, more)).unwrap();
    sha256
}

/// Everything of a started review that was not found anywhere, concluded, with its evidence: it waits to be handed over.
pub fn all_judged(desk: &mut Desk, review: RecordId) {
    let known = desk.file.parts(review, Kind::ReviewItem).unwrap();
    for designator in in_scope(desk, review) {
        if known.iter().all(|data| data.text("designator") != designator.to_string()) {
            let reviewed = reviewed_item(desk, review, designator, nothing());
            judged(desk, reviewed, json!({}));
        }
    }
    evidence(desk, review, json!({}));
}

/// Cleo hands a review over, Ben confirms it.
pub fn completed(desk: &mut Desk, review: RecordId) {
    desk.sign_go("cleo", review, "submit").unwrap();
    desk.sign_go("ben", review, "complete").unwrap();
}

/// A completed review of today before a release, with nothing found. It also covers what is in service.
pub fn reviewed(desk: &mut Desk, release: RecordId) -> RecordId {
    let more = json!({"title": "Before the release", "trigger": "before_release", "candidates": [release]});
    let review = started(desk, more);
    all_judged(desk, review);
    completed(desk, review);
    review
}

/// A vulnerability of an item in these versions, as Cleo enters it.
pub fn vulnerability(desk: &Desk, id: &str, item: RecordId, versions: &[&str]) -> Value {
    json!({
        "title": "Memory is read beyond its end", "finding_kind": "vulnerability", "external_id": id, "items": [item],
        "versions": versions, "source": "OSV", "learned_on": desk.now.day(), "severity": "high", "kev_listed": false,
    })
}

/// The answer to the safety question that it harms nobody.
pub fn harmless() -> Value {
    json!({"hazardous": false, "sequence": "The profile is checked again by the pump"})
}

/// A decision that needs no roles: not affected.
pub fn not_affected() -> Value {
    let decision = json!({
        "disposition": "not_affected", "justification": "vulnerable_code_not_in_execute_path", "evidence": "The parser is built without it",
    });
    with(harmless(), decision)
}

/// A decision that the product is affected, with all that it says.
pub fn affected(disposition: &str, control: &str) -> Value {
    let decision = json!({
        "disposition": disposition, "impact_statement": "A crafted profile stops the import", "risk_control": control,
        "responses": ["update"], "action_statement": "Load only signed profiles",
    });
    with(harmless(), decision)
}

/// The same verdict for these releases.
pub fn verdicts(releases: &[RecordId], applicability: &str) -> Value {
    let rows: Vec<Value> =
        releases.iter().map(|id| json!({"release": id, "applicability": applicability})).collect();
    json!({"per_release": rows})
}

/// A finding about which something is proposed by Cleo.
pub fn proposed(desk: &mut Desk, finding: Value, decision: Value) -> RecordId {
    let id = desk.create("cleo", Kind::Finding, finding);
    desk.go("cleo", id, "triage").unwrap();
    desk.edit("cleo", id, decision).unwrap();
    desk.sign_go("cleo", id, "propose").unwrap();
    id
}

/// A refusal of a step in its words.
pub fn refused(desk: &mut Desk, login: &str, id: RecordId, go: &str) -> String {
    desk.signed(login, go_to(id, go, json!({}))).map(|_| ()).unwrap_err().to_string()
}

/// The digest of what is built and archived.
pub const DIGEST: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// A release with this SOUP in its baseline: the first one is being built, one after it is planned, since it has no change yet.
pub fn built(desk: &mut Desk, version: &str, soup: &[(&str, &str)], more: Value) -> RecordId {
    if !desk.people.contains_key("rita") {
        desk.hire("rita", "Rita Example", &[Role::ReleaseManager]);
    }
    let planned =
        json!({"title": format!("Version {version}"), "version": version, "release_kind": "initial"});
    let release = desk.create("rita", Kind::Release, with(planned, more));
    if desk.record(release).value("predecessor").is_null() {
        desk.go("rita", release, "build").unwrap();
    }
    let sha256 = desk.attached("rita", release, "bill.json", &format!("{{\"bill\": \"{version}\"}}\n"));
    let rows: Vec<Value> = soup.iter().map(|(item, text)| json!({"item": item, "version": text})).collect();
    let set = json!({
        "tag_or_commit": version, "artifact_name": "gateway.bin", "artifact_sha256": DIGEST, "build_procedure_ref": "BP-1",
        "build_environment": "Compiler 1.0", "baseline_items": [{"item": "gateway", "version": "1"}], "soup_baseline": rows,
        "bill_sha256": sha256,
    });
    desk.edit("rita", release, set).unwrap();
    release
}

/// Answers everything that is asked of a candidate besides its SOUP.
pub fn answered(desk: &mut Desk, release: RecordId) {
    let tasks = desk.record(release).value("tasks").as_array().cloned().unwrap_or_default();
    let tasks: Vec<Value> = tasks
        .iter()
        .map(|row| json!({"task": row["task"], "decision": "performed", "evidence": "See the record"}))
        .collect();
    let markets = ["us", "eu"].map(|market| json!({"market": market, "decision": "Covered", "clear": true}));
    let set = json!({
        "tested_sha256": DIGEST, "system_test_ref": "ST-1", "tested_on": desk.now.day(), "tested_by": "Dan Example",
        "verification_summary": "Passed", "regression_rationale": "All tests", "none_known": true, "tasks": tasks,
        "risk_file_version": "4", "risk_review": "Acceptable", "ifu_version": "7", "udi_decision": "new_udi_di",
        "udi_rationale": "First release", "regulatory_decisions": markets, "delivery_method": "Portal",
        "integrity_protection": "Signed", "install_instructions_ref": "II-1",
    });
    desk.edit("rita", release, set).unwrap();
}

/// Requests the approval of an answered candidate, which everybody gives.
pub fn approved(desk: &mut Desk, release: RecordId) {
    let approval = desk.sign_go("rita", release, "request_approval").unwrap().made[0];
    for login in ["ana", "ben", "cleo", "eva"] {
        desk.signed(login, Request::Sign { id: approval, meaning: None }).unwrap();
    }
    assert_eq!(desk.state(release), "approved");
}

/// Records the archive of an approved release, which was read again with a digest.
pub fn archived(desk: &mut Desk, release: RecordId, read: &str) {
    let check = json!({"checked_on": desk.now.day(), "sha256": read, "checked_by": "Rita Example", "how": "Restored"});
    let archive = json!({
        "archive_location": "Vault 2", "archive_sha256": DIGEST, "archive_checks": [check], "retention_until": "2046-03-03",
    });
    desk.edit("rita", release, archive).unwrap();
}

/// Eva decides that nobody is told about a release.
pub fn nothing_to_tell(desk: &mut Desk, release: RecordId) {
    let told = json!({
        "title": "Nothing changes", "communication_kind": "release_note", "releases": [release], "markets": ["us", "eu"],
        "not_required_justification": "There are no users yet", "not_required_conclusions": "None",
        "not_required_follow_up": "None", "designated_person": desk.people["eva"].person(),
    });
    let told = desk.create("eva", Kind::Communication, told);
    desk.sign_go("eva", told, "not_required").unwrap();
}

/// Approves, archives and releases an answered candidate, about which nobody is told.
pub fn put_in_service(desk: &mut Desk, release: RecordId) {
    approved(desk, release);
    archived(desk, release, DIGEST);
    nothing_to_tell(desk, release);
    desk.sign_go("rita", release, "release").unwrap();
}

/// A version whose SOUP is registered and reviewed goes into service.
pub fn released(desk: &mut Desk, version: &str, soup: &[(&str, &str)]) -> RecordId {
    let release = built(desk, version, soup, json!({}));
    register(desk, release);
    desk.go("rita", release, "fix_baseline").unwrap();
    reviewed(desk, release);
    answered(desk, release);
    put_in_service(desk, release);
    release
}

/// The release of `serviced`.
pub const SERVED: RecordId = RecordId::new(Kind::Release, 1);
/// libexpat in `serviced`.
pub const EXPAT: RecordId = RecordId::new(Kind::SoupItem, 1);
/// Its version 2.5.0.
pub const EXPAT_250: RecordId = RecordId::new(Kind::SoupDesignator, 1);
/// zlib 1.3.1 in `serviced`.
pub const ZLIB_131: RecordId = RecordId::new(Kind::SoupDesignator, 2);

/// A desk with version 2.3.0 in service, which contains libexpat 2.5.0 and zlib 1.3.1. Its review is SR-0001. The plan says when
/// an accepted risk is assessed again and when users are told.
pub fn serviced() -> Desk {
    static MADE: OnceLock<(Vec<u8>, Moment, String)> = OnceLock::new();
    let (bytes, now, recovery) = MADE.get_or_init(|| {
        let mut desk = Desk::staffed_once();
        desk.hire("gina", "Gina Example", &[Role::Management]);
        desk.change_plan(json!({
            "risk_accepted_days": 90, "uncontrolled_tell_days": 30, "uncontrolled_remedy_days": 60,
            "finding_triage": [{"severity": "high", "days": 5}],
        }));
        let release = released(&mut desk, "2.3.0", &[("libexpat", "2.5.0"), ("zlib", "1.3.1")]);
        assert_eq!((release, desk.state(release)), (SERVED, "released".into()));
        desk.assert_verifies();
        (std::fs::read(desk.file.path()).unwrap(), desk.now, desk.recovery)
    });
    Desk::copy_of(bytes, *now, recovery, &["ana", "ben", "cleo", "dan", "eva", "gina", "rita"])
}
