//! The work on SOUP from the bill to the decision: the register, a review with its search, findings, and what is published.

use std::path::PathBuf;

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::person::Role;
use mainstay::ops::{Act, FileSource, Request, SoupAction, SoupImportOptions, SoupRow};
use mainstay::review::{self, ReviewSearch};
use mainstay::soup::{SameResult, VexFormat, declare_whole, import_advisories};
use mainstay::vex::{self, VexIssuer};
use serde_json::{Value, json};

use crate::desk::{Desk, fields, go_to, stamp};

/// An OSV record about versions before 2.6.3.
fn osv(modified: &str, details: &str) -> String {
    json!({
        "schema_version": "1.6.0", "id": "GHSA-aaaa-bbbb-cccc", "aliases": ["CVE-2030-0001"], "modified": modified, "summary": details,
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}],
        "affected": [{"package": {"ecosystem": "npm", "name": "pump-link"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "2.6.3"}]}]}],
    })
    .to_string()
}

fn kev() -> String {
    json!({"title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2031.03.03", "dateReleased": "2031-03-03T08:00:00Z",
        "count": 1, "vulnerabilities": [{"cveID": "CVE-1999-0001", "vendorProject": "V", "product": "P", "vulnerabilityName": "N",
        "dateAdded": "2031-03-01", "shortDescription": "S", "requiredAction": "A", "dueDate": "2031-03-22"}]})
    .to_string()
}

pub struct Soup {
    pub desk: Desk,
    pub cache: PathBuf,
}

impl Soup {
    /// A desk with advisory data.
    pub fn new() -> Self {
        let bench = Self::without_kev();
        bench.advisories("kev.json", &kev());
        bench
    }

    /// The same without the catalogue of known exploited vulnerabilities.
    pub fn without_kev() -> Self {
        let mut desk = Desk::staffed();
        desk.hire("rita", "Rita Example", &[Role::ReleaseManager]);
        desk.hire("sam", "Sam Example", &[Role::SecurityLead]);
        desk.hire("mia", "Mia Example", &[Role::Management, Role::RiskManager]);
        let cache = desk.folder.path().join("cache");
        let bench = Self { desk, cache };
        bench.advisories("osv.json", &osv("2031-03-01T00:00:00Z", "A crash on long input"));
        bench
    }

    pub fn advisories(&self, name: &str, content: &str) {
        let path = self.desk.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let taken = import_advisories(&[path], &self.cache, &|_| true, &stamp(self.desk.now)).unwrap();
        assert!(taken[0].records > 0, "{taken:?}");
        declare_whole(&self.cache).unwrap();
    }

    pub fn rows(versions: &[(&str, &str)]) -> Vec<SoupRow> {
        let row = |(item, version): &(&str, &str)| SoupRow {
            item: (*item).to_owned(),
            version: (*version).to_owned(),
            purl: format!("pkg:npm/{item}@{version}"),
            ..SoupRow::default()
        };
        versions.iter().map(row).collect()
    }

    /// A first release that is planned, with this SOUP in its baseline.
    pub fn planned(&mut self, soup: &[(&str, &str)]) -> RecordId {
        let baseline: Vec<Value> = soup
            .iter()
            .map(|(item, version)| json!({"item": item, "version": version, "purl": format!("pkg:npm/{item}@{version}")}))
            .collect();
        let set = json!({"title": "First", "version": "1.0.0", "release_kind": "initial", "soup_baseline": baseline});
        self.desk.create("rita", Kind::Release, set)
    }

    /// Reads SOUP into the register and approves it.
    pub fn register(&mut self, release: RecordId, soup: &[(&str, &str)]) {
        let options = SoupImportOptions {
            release: Some(release),
            defaults: fields(json!({
                "supplier": "community: maintainers", "requirements": "Parses messages", "environment": "Linux",
                "can_contribute": true, "hazards": ["H-3"], "hazard_rationale": "A crash stops the display", "risk_tier": "low",
                "responsibility": "supported", "support_level": "actively_maintained", "host_item": "link",
                "anomaly_lists": [{"place": "https://example.org/issues", "list_kind": "tracker"}],
            })),
            ..SoupImportOptions::default()
        };
        let at = self.desk.tick();
        let plan = self.desk.file.plan_soup_import(Self::rows(soup), &options, at).unwrap();
        let session = &self.desk.people["ben"];
        self.desk.file.import_soup(session, &plan, &|_| true, &stamp(at)).unwrap();
        for row in self.desk.file.list(Kind::SoupItem).unwrap() {
            if row.state == "proposed" {
                self.desk.go("ben", row.id, "approve").unwrap();
            }
        }
    }

    /// A review before a release, started by Sam.
    pub fn started(&mut self, release: RecordId) -> RecordId {
        let set =
            json!({"title": "Before the release", "trigger": "before_release", "candidates": [release]});
        let id = self.desk.create("sam", Kind::SoupReview, set);
        self.start(id);
        id
    }

    pub fn start(&mut self, review: RecordId) -> mainstay::ops::StartedReview {
        let at = self.desk.tick();
        let options = ReviewSearch::of(&self.cache);
        let session = &self.desk.people["sam"];
        review::start(&mut self.desk.file, session, (review, &options), &|_| true, &stamp(at)).unwrap()
    }

    /// Lane A of every item is read, and every item concluded.
    pub fn judged(&mut self, review: RecordId) {
        let ids: Vec<RecordId> =
            self.desk.file.parts(review, Kind::ReviewItem).unwrap().iter().map(|data| data.head.id).collect();
        let set = fields(
            json!({"list_read_on": self.desk.now.day(), "list_judgement": "Nothing about this version",
            "not_checked": "The change log of the supplier was read"}),
        );
        let at = self.desk.tick();
        let session = &self.desk.people["sam"];
        let done = self.desk.file.judge_items(session, (&ids, &set), true, &stamp(at)).unwrap();
        assert_eq!(done, ids.len());
    }

    pub fn finding(&self) -> RecordId {
        self.desk.file.list(Kind::Finding).unwrap()[0].id
    }

    /// Not affected, proposed by Ben and confirmed by Sam.
    pub fn not_affected(&mut self, finding: RecordId) {
        self.desk.go("ben", finding, "triage").unwrap();
        let releases = self.desk.file.list(Kind::Release).unwrap();
        let verdicts: Vec<Value> =
            releases.iter().map(|row| json!({"release": row.id, "applicability": "not_affected"})).collect();
        let set = json!({
            "per_release": verdicts,
            "hazardous": false, "sequence": "Messages are at most 1 kB", "disposition": "not_affected",
            "justification": "vulnerable_code_cannot_be_controlled_by_adversary", "impact_statement": "Long input is refused before",
            "evidence": "Test T-17",
        });
        self.desk.edit("ben", finding, set).unwrap();
        self.desk.sign_go("ben", finding, "propose").unwrap();
        self.desk.sign_go("sam", finding, "not_affected").unwrap();
    }
}

#[test]
fn from_the_bill_to_an_approved_review_and_a_published_decision() {
    let mut bench = Soup::new();
    let soup = [("pump-link", "2.6.2"), ("left-pad", "1.0.0")];
    let release = bench.planned(&soup);
    bench.register(release, &soup);
    let review = bench.started(release);
    assert_eq!(bench.desk.record(review).text("plan_version"), "1");
    let items = bench.desk.file.parts(review, Kind::ReviewItem).unwrap();
    assert_eq!(items.len(), 2);
    let hit = items.iter().find(|data| data.title() == "pump-link 2.6.2").unwrap();
    assert_eq!(hit.text("search_result"), "hits");
    let finding = bench.finding();
    let raised = bench.desk.record(finding);
    assert_eq!((raised.text("external_id"), raised.text("severity")), ("CVE-2030-0001", "high"));
    assert_eq!(raised.value("aliases"), &json!(["GHSA-aaaa-bbbb-cccc"]));
    bench.judged(review);
    bench.not_affected(finding);
    bench.desk.sign_go("sam", review, "submit").unwrap();
    let own = bench.desk.sign_go("sam", review, "complete").unwrap_err().to_string();
    assert!(own.contains("second reviewer"), "{own}");
    bench.desk.sign_go("cleo", review, "complete").unwrap();
    bench.desk.sign_go("ana", review, "approve").unwrap();
    let done = bench.desk.record(review);
    assert!(done.text("conclusion").contains("2 SOUP versions of 1 release"), "{}", done.text("conclusion"));
    assert_eq!(done.value("next_reviews")[0]["on"], json!(bench.desk.now.day().plus_days(180)));
    let check = review::check(&bench.desk.file, review, Some(&bench.cache), &|_| true).unwrap();
    assert_eq!((check.differs, check.again), (Vec::new(), Some(SameResult::Same)));
    let made =
        vex::document(&bench.desk.file, release, &VexIssuer::default(), &stamp(bench.desk.now)).unwrap();
    assert_eq!(made.document.statements.len(), 1);
    let at = bench.desk.tick();
    let session = &bench.desk.people["sam"];
    let text = vex::publish(&mut bench.desk.file, session, (release, &made, VexFormat::OpenVex), &stamp(at))
        .unwrap();
    assert!(text.contains("vulnerable_code_cannot_be_controlled_by_adversary"), "{text}");
    the_issuer_is_that_of_our_own_documents(&mut bench, release);
    bench.desk.assert_verifies();
}

/// An attachment that only looks like a document of ours names no issuer, and one that was withdrawn does not any more.
fn the_issuer_is_that_of_our_own_documents(bench: &mut Soup, release: RecordId) {
    let namespace = |bench: &Soup| vex::last_issuer(&bench.desk.file).unwrap().namespace;
    let issuer =
        VexIssuer { namespace: Some("https://psirt.example.com".to_owned()), ..VexIssuer::default() };
    let at = bench.desk.tick();
    let made = vex::document(&bench.desk.file, release, &issuer, &stamp(at)).unwrap();
    let session = &bench.desk.people["sam"];
    let text =
        vex::publish(&mut bench.desk.file, session, (release, &made, VexFormat::Csaf), &stamp(at)).unwrap();
    assert_eq!(namespace(bench).as_deref(), Some("https://psirt.example.com"));
    let own = bench.desk.file.referring(release, Kind::Attachment).unwrap();
    let own = own.iter().find(|data| data.text("description").contains("CSAF")).unwrap().head.id;
    let description = bench.desk.record(own).text("description").to_owned();
    let mut forged: Value = serde_json::from_str(&text).unwrap();
    forged["document"]["publisher"]["namespace"] = "https://evil.example.com".into();
    forged["document"]["tracking"]["id"] = "another".into();
    let file = Request::Attach {
        to: release,
        file_name: "vex.json".to_owned(),
        file: FileSource::Text(forged.to_string()),
        description,
        source: String::new(),
        captured_at: None,
    };
    bench.desk.by("sam", file).unwrap();
    assert_eq!(namespace(bench).as_deref(), Some("https://psirt.example.com"), "a forged one is not ours");
    bench
        .desk
        .by("sam", Act::from(go_to(own, "withdraw", json!({}))).because("Published by mistake"))
        .unwrap();
    assert_eq!(namespace(bench), None, "what was withdrawn says nothing");
}

#[test]
fn a_decision_is_opened_again_by_itself_when_its_advisory_changes() {
    let mut bench = Soup::new();
    let soup = [("pump-link", "2.6.2")];
    let release = bench.planned(&soup);
    bench.register(release, &soup);
    let review = bench.started(release);
    let finding = bench.finding();
    bench.judged(review);
    bench.not_affected(finding);
    bench.desk.sign_go("sam", review, "submit").unwrap();
    let again = |bench: &mut Soup| {
        let set = json!({"title": "Again", "trigger": "advisory", "candidates": [release]});
        let next = bench.desk.create("sam", Kind::SoupReview, set);
        bench.start(next)
    };
    let same = again(&mut bench);
    assert_eq!((same.findings.new, same.findings.known, same.findings.reopened), (0, 1, 0));
    assert_eq!(bench.desk.state(finding), "not_affected");
    bench.advisories("osv2.json", &osv("2031-03-02T00:00:00Z", "Code execution on long input"));
    let changed = again(&mut bench);
    assert_eq!((changed.findings.known, changed.findings.reopened), (0, 1));
    assert_eq!(bench.desk.state(finding), "reassess");
    bench.desk.assert_verifies();
}

#[test]
fn a_new_version_of_an_item_opens_a_change_request_that_brings_it() {
    let mut bench = Soup::new();
    let soup = [("pump-link", "2.6.2"), ("left-pad", "1.0.0")];
    let first = bench.planned(&soup);
    bench.register(first, &soup);
    let next = bench.desk.create(
        "rita",
        Kind::Release,
        json!({"title": "Next", "version": "1.1.0", "release_kind": "maintenance", "predecessor": first}),
    );
    let options = SoupImportOptions { release: Some(next), ..SoupImportOptions::default() };
    let rows = Soup::rows(&[("pump-link", "2.6.3"), ("new-one", "0.1.0")]);
    let at = bench.desk.tick();
    let plan = bench.desk.file.plan_soup_import(rows, &options, at).unwrap();
    assert!(plan.opens_change && plan.remark.is_none());
    let other = Soup::rows(&[("of-another-product", "1.0.0")]);
    let other = bench.desk.file.plan_soup_import(other, &options, at).unwrap();
    let remark = other.remark.unwrap();
    assert!(remark.contains("has 0 of the 2 SOUP items") && remark.contains("this product?"), "{remark}");
    assert_eq!(plan.gone, ["left-pad 1.0.0", "pump-link 2.6.2"]);
    assert!(matches!(&plan.rows[0].action, SoupAction::NewVersion { from, .. } if from == &["2.6.2"]));
    assert!(matches!(plan.rows[1].action, SoupAction::NewItem { .. }));
    let session = &bench.desk.people["ben"];
    let (_, change) = bench.desk.file.import_soup(session, &plan, &|_| true, &stamp(at)).unwrap();
    let change = bench.desk.record(change.unwrap());
    assert_eq!(
        change.value("affected_soup"),
        &json!([{"item": "pump-link", "from": "2.6.2", "to": "2.6.3"}, {"item": "new-one", "to": "0.1.0"}, {"item": "left-pad", "from": "1.0.0"}])
    );
    let items = bench.desk.file.list(Kind::SoupItem).unwrap();
    let new = items.iter().find(|row| row.title == "new-one").unwrap().id;
    let refusal = bench.desk.go("ben", new, "approve").unwrap_err().to_string();
    assert!(refusal.contains("An approved change brought version 0.1.0"), "{refusal}");
    bench.desk.assert_verifies();
}

#[test]
fn what_no_source_can_check_is_never_nothing_found() {
    let mut bench = Soup::new();
    let soup = [("firmware blob", "7")];
    let set = json!({"title": "First", "version": "1.0.0", "release_kind": "initial",
        "soup_baseline": [{"item": "firmware blob", "version": "7"}]});
    let release = bench.desk.create("rita", Kind::Release, set);
    let rows = vec![SoupRow { item: soup[0].0.into(), version: "7".into(), ..SoupRow::default() }];
    let options = SoupImportOptions {
        release: Some(release),
        defaults: fields(
            json!({"supplier": "Chip maker", "requirements": "Drives the radio", "environment": "Chip",
            "can_contribute": false, "hazard_rationale": "Isolated", "risk_tier": "low", "responsibility": "supported",
            "no_list": "Asked on 2031-02-01, no list"}),
        ),
        ..SoupImportOptions::default()
    };
    let at = bench.desk.tick();
    let plan = bench.desk.file.plan_soup_import(rows, &options, at).unwrap();
    bench.desk.file.import_soup(&bench.desk.people["ben"], &plan, &|_| true, &stamp(at)).unwrap();
    let review = bench.started(release);
    let item = bench.desk.file.parts(review, Kind::ReviewItem).unwrap().remove(0);
    assert_eq!(item.text("search_result"), "not_checked");
    let id = item.head.id;
    bench.desk.edit("sam", id, json!({"no_list": "Asked again, none"})).unwrap();
    let refusal = bench.desk.go("sam", id, "conclude").unwrap_err().to_string();
    assert!(refusal.contains("what was done instead"), "{refusal}");
    let forged = Act::from(Request::Edit { id, set: fields(json!({"search_result": "nothing_found"})) });
    let refusal = bench.desk.by("sam", forged.because("It is fine")).unwrap_err().to_string();
    assert!(refusal.contains("Search"), "{refusal}");
    bench.desk.edit("sam", id, json!({"not_checked": "The supplier was asked by letter L-4"})).unwrap();
    bench.desk.go("sam", id, "conclude").unwrap();
    assert_eq!(bench.desk.record(id).text("result"), "not_checked");
}

#[test]
fn what_a_supplier_claims_stands_beside_the_finding_and_decides_nothing() {
    let mut bench = Soup::new();
    let claim = json!({
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://supplier.example/vex/1", "author": "Supplier Example",
        "timestamp": "2031-03-02T00:00:00Z", "version": 1,
        "statements": [{"vulnerability": {"name": "CVE-2030-0001"}, "products": [{"@id": "pkg:npm/pump-link@2.6.2"}],
            "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path",
            "impact_statement": "The parser is not called"}],
    });
    bench.advisories("supplier.openvex.json", &claim.to_string());
    let soup = [("pump-link", "2.6.2")];
    let release = bench.planned(&soup);
    bench.register(release, &soup);
    bench.started(release);
    let finding = bench.desk.record(bench.finding());
    assert_eq!(finding.head.state, "new", "a claim decides nothing");
    let told = finding.text("supplier_claims");
    assert!(
        told.contains("not affected for pkg:npm/pump-link@2.6.2") && told.contains("not called"),
        "{told}"
    );
    bench.desk.assert_verifies();
}

#[test]
fn all_that_a_review_needs_to_start_is_told_at_once_before_anything_is_searched() {
    let mut desk = Desk::staffed_without_plan();
    let review = desk.create("cleo", Kind::SoupReview, json!({"title": "All SOUP", "trigger": "interval"}));
    let at = desk.tick();
    let nowhere = desk.folder.path().join("no cache");
    let options = ReviewSearch::of(&nowhere);
    let started =
        review::start(&mut desk.file, &desk.people["cleo"], (review, &options), &|_| true, &stamp(at));
    let refusal = started.unwrap_err().to_string();
    for needed in
        ["A maintenance plan is in force", "a release in service or a candidate", "At least one SOUP item"]
    {
        assert!(refusal.contains(needed), "{needed}: {refusal}");
    }
}
