//! A change from its request to its verification.

use mainstay::domain::ids::{Kind, RecordId};
use serde_json::{Value, json};

use super::{Office, Outcome, Who};

impl Office {
    /// A change of one configuration item that is analysed, approved, implemented, tested and verified.
    pub fn verified_change(&mut self, item: &str) -> Outcome<RecordId> {
        let set = json!({
            "title": format!("Correct {item}"), "origin": "internal", "change_type": "perfective", "urgency": "routine",
            "description": "Restart the timer", "reason": "Late alarm", "affected_cis": [item],
            "affects_released_software": true, "communication_required": false,
            "communication_rationale": "Nothing changes for users",
        });
        let change = self.create(Who::Ben, (Kind::ChangeRequest, None), set)?;
        self.go(Who::Ben, change, "submit")?;
        let analysis = self.go(Who::Ben, change, "start_analysis")?.ok_or("no analysis was made")?;
        self.analyse(change, analysis)?;
        let approval = self.go(Who::Ben, change, "request_approval")?;
        self.both_sign(approval)?;
        self.implement(change, item)?;
        self.test(change)?;
        self.sign_go(Who::Cleo, change, "verify")?;
        Ok(change)
    }

    /// Answers every question, decides the matrix and the markets; the analysis is reviewed.
    fn analyse(&mut self, change: RecordId, analysis: RecordId) -> Outcome<()> {
        let answer = json!({"answer": "no"});
        let mut answers = self.rows(analysis, "answers", &answer)?;
        for row in answers.iter_mut().filter_map(Value::as_object_mut) {
            let words = format!("{}: only one item is touched", row.get("question").unwrap_or(&Value::Null));
            row.insert("rationale".to_owned(), words.into());
        }
        let set = json!({
            "performed_by": [self.person(Who::Ben)], "performed_at": self.at, "method": "Code review and risk file",
            "scope_statement": "One item", "answers": answers, "conclusion": "no_safety_impact",
            "regression_scope": "Alarm tests", "rollback_plan": "Install the version before",
            "controls_examined": ["RC-7 Alarm"],
        });
        self.edit(Who::Ben, analysis, set)?;
        let mut activities = self.rows(change, "activities", &json!({}))?;
        let open = activities.iter_mut().filter_map(Value::as_object_mut);
        for row in open.filter(|row| !row.contains_key("decision")) {
            let repeated = row.get("activity").is_some_and(|activity| activity == "5.5.1");
            row.insert("decision".to_owned(), if repeated { "repeat" } else { "not_needed" }.into());
            row.insert("rationale".to_owned(), "One line of code".into());
        }
        let markets = ["us", "eu"].map(
            |market| json!({"market": market, "decision": "letter_to_file", "rationale": "No new risk"}),
        );
        self.edit(Who::Ben, change, json!({"activities": activities, "regulatory_decisions": markets}))?;
        self.sign_go(Who::Ben, analysis, "complete")?;
        self.sign_go(Who::Cleo, analysis, "review")?;
        Ok(())
    }

    fn implement(&mut self, change: RecordId, item: &str) -> Outcome<()> {
        self.go(Who::Ben, change, "implement")?;
        let done =
            json!({"activity": "5.5.1", "evidence": "a1b2c3", "done_at": self.at.day(), "done_by": "Ben"});
        let work = json!({
            "commits": ["a1b2c3"], "implemented_by": [self.person(Who::Ben)], "work_started_at": self.at,
            "changed_cis": [item], "as_specified": true, "activities_done": [done],
        });
        self.edit(Who::Ben, change, work)?;
        self.go(Who::Ben, change, "implemented")?;
        Ok(())
    }

    fn test(&mut self, change: RecordId) -> Outcome<()> {
        self.go(Who::Cleo, change, "start_verification")?;
        let test = json!({
            "title": "System test", "results": "As expected", "anomalies_found": "None", "version_tested": "rc1",
            "configuration": "Pump A, gateway rev C", "tools": "Rig 2", "date": self.at.day(), "tester": "Cleo Example",
            "outcome": "pass",
        });
        self.create(Who::Cleo, (Kind::TestRecord, Some(change)), test)?;
        let set = json!({
            "regression_rationale": "All alarm tests", "risk_control_verification": "RC-7 was tested",
        });
        self.edit(Who::Cleo, change, set)
    }
}
