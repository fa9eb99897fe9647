//! A release from its plan to the field.

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::ops::{FileSource, Request};
use serde_json::{Value, json};

use super::{Office, Outcome, Who};

/// SHA-256 of the artifact; any will do.
const ARTIFACT: &str = "5d41402abc4b2a76b9719d911017c5925d41402abc4b2a76b9719d911017c592";
/// SHA-256 of the archive.
const ARCHIVE: &str = "7d793037a0760186574b0282f2f435e77d793037a0760186574b0282f2f435e7";

/// What a release contains.
pub struct Content<'a> {
    /// Its version.
    pub version: &'a str,
    /// Its changes, all of them verified.
    pub changes: &'a [RecordId],
    /// The configuration items with their versions.
    pub items: &'a [(String, String)],
    /// How many SOUP items it has.
    pub soup: usize,
}

impl Office {
    /// A release that waits for the step that releases it: approved, archived, and it is decided that nobody is told.
    pub fn approved_release(&mut self, content: &Content) -> Outcome<RecordId> {
        let release = self.planned(content)?;
        self.attach_bill(release)?;
        self.go(Who::Cleo, release, "build")?;
        self.register_soup(release)?;
        self.go(Who::Cleo, release, "fix_baseline")?;
        self.review_soup(release)?;
        self.answer(release)?;
        let approval = self.sign_go(Who::Cleo, release, "request_approval")?;
        self.both_sign(approval)?;
        let check = json!({
            "checked_on": self.at.day(), "sha256": ARCHIVE, "checked_by": "Cleo Example", "how": "Restored and compared",
        });
        let archived = json!({
            "archive_location": "Vault 3, shelf 2", "archive_sha256": ARCHIVE, "retention_until": "2066-12-31",
            "archive_checks": [check],
        });
        self.edit(Who::Cleo, release, archived)?;
        self.nobody_is_told(release)?;
        Ok(release)
    }

    /// Takes the step to the field.
    pub fn release(&mut self, release: RecordId) -> Outcome<()> {
        self.sign_go(Who::Cleo, release, "release")?;
        Ok(())
    }

    fn planned(&mut self, content: &Content) -> Outcome<RecordId> {
        let version = content.version;
        let items: Vec<Value> =
            content.items.iter().map(|(item, version)| json!({"item": item, "version": version})).collect();
        let soup: Vec<Value> = (0..content.soup)
            .map(|number| {
                let purl = format!("pkg:generic/library-{number}@1.{number}.0");
                json!({"item": format!("library-{number}"), "version": format!("1.{number}.0"), "purl": purl})
            })
            .collect();
        let set = json!({
            "title": format!("Version {version}"), "version": version, "release_kind": "maintenance",
            "change_requests": content.changes, "tag_or_commit": format!("v{version}"), "build_id": "1742",
            "artifact_name": format!("gateway-{version}.bin"), "artifact_sha256": ARTIFACT,
            "build_procedure_ref": "SOP-BLD-2", "build_environment": "Debian 12.5, GCC 13.2, CMake 3.28",
            "baseline_items": items, "soup_baseline": soup,
        });
        self.create(Who::Cleo, (Kind::Release, None), set)
    }

    fn attach_bill(&mut self, release: RecordId) -> Outcome<()> {
        let bill = Request::Attach {
            to: release,
            file_name: "bill.json".to_owned(),
            file: FileSource::Text(format!(r#"{{"bomFormat": "CycloneDX", "version": {}}}"#, release.number)),
            description: "Bill of materials".to_owned(),
            source: String::new(),
            captured_at: None,
        };
        self.act(Who::Cleo, bill)?;
        let kept = self.file.referring(release, Kind::Attachment)?;
        let kept = kept.first().ok_or("the bill was not attached")?;
        self.edit(Who::Cleo, release, json!({"bill_sha256": kept.text("sha256")}))
    }

    /// Fills what must be known of a candidate before its approval is requested.
    fn answer(&mut self, release: RecordId) -> Outcome<()> {
        let stays = json!({"evaluation": "Rare", "risk_acceptable": true, "rationale": "Corrected later"});
        let residual = self.rows(release, "residual_anomalies", &stays)?;
        let none_known = if residual.is_empty() { json!(true) } else { Value::Null };
        let performed = json!({"decision": "performed", "evidence": "Protocol TP-31"});
        let tasks = self.rows(release, "tasks", &performed)?;
        let letter = json!({"decision": "Letter to file", "clear": true});
        let markets = self.rows(release, "regulatory_decisions", &letter)?;
        let set = json!({
            "tested_sha256": ARTIFACT, "system_test_ref": "TP-31", "tested_on": self.at.day(), "tested_by": "Cleo Example",
            "verification_summary": "All tests passed on the released artifact",
            "regression_rationale": "The tests of the changed items", "residual_anomalies": residual,
            "none_known": none_known, "tasks": tasks, "findings_statement": "None open", "risk_file_version": "RMF 12", "risk_review": "Acceptable",
            "ifu_version": "IFU 2.3", "udi_decision": "new_udi_pi", "udi_rationale": "Corrections only",
            "regulatory_decisions": markets, "delivery_method": "Download from the service portal",
            "integrity_protection": "Signed package", "install_instructions_ref": "INST-4",
        });
        self.edit(Who::Cleo, release, set)
    }

    fn nobody_is_told(&mut self, release: RecordId) -> Outcome<()> {
        let set = json!({
            "title": "Nothing changes for users", "communication_kind": "release_note", "markets": ["us", "eu"],
            "releases": [release], "not_required_justification": "Users notice nothing",
            "not_required_conclusions": "None", "not_required_follow_up": "None",
            "designated_person": self.person(Who::Cleo),
        });
        let decision = self.create(Who::Cleo, (Kind::Communication, None), set)?;
        self.sign_go(Who::Cleo, decision, "not_required")?;
        Ok(())
    }
}
