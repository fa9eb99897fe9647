//! Writes the chapter of the example product about the SOUP of version 2.4.0: a bill of 175 packages read into the register, a review of them
//! against public advisory records, and findings in every state. The search is a real one over `assets/example/soup`.
//!
//! The chapter continues the others, so it must be empty while it is made:
//!
//! ```sh
//! echo "[]" > assets/example/gateway.ron
//! cargo run --example example_soup > /tmp/gateway.ron && mv /tmp/gateway.ron assets/example/gateway.ron
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use mainstay::baseline::Unversioned;
use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::record::Fields;
use mainstay::domain::review_item::ReviewItem;
use mainstay::domain::time::Moment;
use mainstay::ops::{
    Act, FileSource, Opened, Password, ProductFile, Request, Session, SoupImportOptions, Stamp,
    example_access, write_example,
};
use mainstay::register::read_list;
use mainstay::review::{ReviewSearch, search};
use mainstay::soup::import_advisories;
use serde_json::{Value, json};

type Told<T> = Result<T, Box<dyn Error>>;

const FOLDER: &str = "assets/example/soup";
/// The first moment of the chapter, after the last one of the others.
const BEGIN: &str = "2026-11-18T10:00:00Z";

fn main() -> Told<()> {
    let folder = tempfile::tempdir()?;
    let mut story = Story::begin(&folder.path().join("example.mainstay"))?;
    let (release, review) = story.release_and_review(&folder.path().join("cache"))?;
    story.judged(review)?;
    story.decided(review, release)?;
    print!("{}", story.text);
    println!("]");
    Ok(())
}

/// The example while the chapter is written.
struct Story {
    file: ProductFile,
    sessions: BTreeMap<String, Session>,
    password: String,
    now: Moment,
    text: String,
}

fn fields(set: Value) -> Fields {
    set.as_object().cloned().unwrap_or_default()
}

fn create(kind: Kind, set: Value) -> Request {
    Request::Create { kind, parent: None, set: fields(set) }
}

fn edit(id: RecordId, set: Value) -> Request {
    Request::Edit { id, set: fields(set) }
}

fn go(id: RecordId, step: &str) -> Request {
    Request::Move { id, go: step.to_owned(), set: Fields::new() }
}

impl Story {
    fn begin(path: &Path) -> Told<Self> {
        let example = write_example(path)?;
        let now = Moment::parse(BEGIN)?;
        let stamp = Stamp::at(now, 60, "EXAMPLE-PC");
        let Opened::Open(mut file) = ProductFile::open(path, &stamp)? else {
            return Err("not opened".into());
        };
        let (_, password) = example_access().ok_or("no access")?;
        let mut sessions = BTreeMap::new();
        for person in &example.people {
            let session = file.sign_in(&person.login, &Password::new(password.clone()), &stamp)?;
            sessions.insert(person.login.clone(), session);
        }
        let text = "// The SOUP of version 2.4.0: written by examples/example_soup.rs from assets/example/soup. The decisions are invented.\n[\n"
            .to_owned();
        Ok(Self { file: *file, sessions, password, now, text })
    }

    fn stamp(&self) -> Stamp {
        Stamp::at(self.now, 60, "EXAMPLE-PC")
    }

    /// Performs what one person does at once, some minutes later, and writes it down.
    fn all(&mut self, minutes: i64, by: &str, acts: Vec<Act>) -> Told<Vec<RecordId>> {
        self.now = self.now.plus_seconds(minutes * 60);
        for act in &acts {
            self.write(by, act, false)?;
        }
        let stamp = self.stamp();
        let session = self.sessions.get(by).ok_or("nobody of that name")?;
        let receipts = self
            .file
            .perform_all(session, acts, &|_| true, &stamp)
            .map_err(|(index, refusal)| format!("{by}, {index}: {refusal}"))?;
        Ok(receipts.into_iter().filter_map(|receipt| receipt.record).collect())
    }

    fn one(&mut self, minutes: i64, by: &str, request: Request) -> Told<RecordId> {
        self.all(minutes, by, vec![request.into()])?.first().copied().ok_or_else(|| "nothing was made".into())
    }

    fn signed(&mut self, minutes: i64, by: &str, request: Request) -> Told<()> {
        self.now = self.now.plus_seconds(minutes * 60);
        let act = Act::from(request);
        self.write(by, &act, true)?;
        let stamp = self.stamp();
        let session = self.sessions.get(by).ok_or("nobody of that name")?;
        self.file.perform(session, act, Some(&Password::new(self.password.clone())), &stamp)?;
        Ok(())
    }

    fn write(&mut self, by: &str, act: &Act, sign: bool) -> Told<()> {
        let request = ron::to_string(&act.request)?;
        let reason = match &act.reason {
            Some(reason) => format!(", reason: {}", ron::to_string(reason)?),
            None => String::new(),
        };
        let sign = if sign { ", sign: true" } else { "" };
        writeln!(self.text, "(at: \"{}\", by: \"{by}\", do: {request}{reason}{sign}),", self.now)?;
        Ok(())
    }

    /// The release with its bill, the register, and the review that is started.
    fn release_and_review(&mut self, cache: &Path) -> Told<(RecordId, RecordId)> {
        let bill = Path::new(FOLDER).join("gateway-2.4.0.cdx.json");
        let list = read_list(&bill, None, Unversioned::Refuse, &|_, _| true)?;
        let set = json!({
            "title": "A base system of its own for the gateway", "version": "2.4.0", "release_kind": "maintenance",
            "soup_baseline": list.bill.rows, "baseline_items": self.file.record(RecordId::new(Kind::Release, 3))?.value("baseline_items"),
        });
        let release = self.one(0, "jonas", create(Kind::Release, set))?;
        let options = SoupImportOptions {
            release: Some(release),
            defaults: fields(json!({
                "supplier": "community: maintainers of the package", "soup_kind": "open_source", "host_item": "base system", "risk_tier": "low",
                "requirements": "As the package describes it; used only by the base system", "environment": "Linux on the gateway board, 512 MB of memory",
                "can_contribute": false, "hazard_rationale": "No path of an alarm uses it; the pump alarms at the bedside",
                "responsibility": "maintained", "support_level": "actively_maintained",
                "anomaly_lists": [{"place": "https://example.org/gateway/soup-trackers", "list_kind": "tracker"}],
            })),
            ..SoupImportOptions::default()
        };
        let plan = self.file.plan_soup_import(list.rows, &options, self.now)?;
        let (acts, change) = self.file.soup_import_acts(&plan)?;
        self.all(60, "lea", acts)?;
        self.one(5, "jonas", edit(release, json!({"change_requests": [change]})))?;
        let paths = ["nvd-extract.json", "kev-extract.json"].map(|name| Path::new(FOLDER).join(name));
        import_advisories(&paths, cache, &|_| true, &self.stamp())?;
        let why = "Reviewed in SR-0004; this review is about the new base system";
        let left_out = ["RL-0001", "RL-0002", "RL-0003"].map(|id| json!({"release": id, "reason": why}));
        let set = json!({
            "title": "Base system of version 2.4.0", "trigger": "before_release", "trigger_ref": "2.4.0", "tiers": ["low"],
            "candidates": [release],
            "releases_left_out": left_out,
        });
        let review = self.one(30, "priya", create(Kind::SoupReview, set))?;
        let subjects = self.file.review_subjects(review, self.now)?;
        let found = search(&self.file, (review, &subjects), &ReviewSearch::of(cache), self.now, &|_| true)?;
        let (mut acts, started) = self.file.starting_acts(review, found, self.now)?;
        for act in &mut acts {
            // A chapter is text, so the evidence is text too.
            if let Request::Attach { file, .. } = &mut act.request
                && let FileSource::Bytes(bytes) = file
            {
                *file = FileSource::Text(String::from_utf8(bytes.clone())?);
            }
        }
        self.all(5, "priya", acts)?;
        eprintln!("{} versions searched", started.items);
        Ok((release, review))
    }
}

/// A finding of the example: which advisory, what becomes of it.
struct Example {
    advisory: &'static str,
    end: &'static str,
}

/// One finding for each state that a finding can have, except those that only a later review or a released change brings.
const FINDINGS: [Example; 13] = [
    Example { advisory: "CVE-2023-44487", end: "affected_uncontrolled" },
    Example { advisory: "CVE-2024-7347", end: "not_affected" },
    Example { advisory: "CVE-2025-23419", end: "affected_controlled" },
    Example { advisory: "CVE-2025-53859", end: "not_affected" },
    Example { advisory: "CVE-2026-1642", end: "risk_accepted" },
    Example { advisory: "CVE-2026-27651", end: "false_positive" },
    Example { advisory: "CVE-2026-27654", end: "proposed" },
    Example { advisory: "CVE-2026-27784", end: "under_investigation" },
    Example { advisory: "CVE-2026-28753", end: "triaged" },
    Example { advisory: "CVE-2026-32647", end: "action_linked" },
    Example { advisory: "CVE-2024-56171", end: "fixed" },
    Example { advisory: "CVE-2025-24928", end: "reassess" },
    Example { advisory: "CVE-2023-47038", end: "remediated" },
];

impl Story {
    /// The supplier's lists are read, hits become findings or are dismissed, and every item is concluded.
    fn judged(&mut self, review: RecordId) -> Told<()> {
        let items = self.file.parts(review, Kind::ReviewItem)?;
        let mut raised = Vec::new();
        let mut edits = Vec::new();
        for data in &items {
            let content = data.typed::<ReviewItem>().unwrap_or_default();
            let mut dismissed = Vec::new();
            for hit in content.hits.iter() {
                if FINDINGS.iter().any(|told| told.advisory == &*hit.advisory) {
                    raised.push((data.clone(), hit.clone()));
                } else if &*hit.verdict == "candidate" {
                    let reason = "The text names the package, the record is about other software or a part that is not installed";
                    dismissed.push(json!({"advisory": hit.advisory, "reason": reason}));
                }
            }
            let mut set = json!({
                "list_read_on": "2026-11-18",
                "list_judgement": "Open entries of the tracker for this version were read; none touches a function that the gateway uses.",
            });
            if !dismissed.is_empty() {
                set["dismissed"] = dismissed.into();
            }
            if data.text("search_result") != "nothing_found" {
                let done = "The tracker of the package was read for each record, and the package was looked at in the test system.";
                set["not_checked"] = done.into();
            }
            edits.push(Act::from(edit(data.head.id, set)));
        }
        self.all(60, "priya", edits)?;
        let known = self.file.list(Kind::Finding)?;
        let names = known.iter().filter_map(|row| self.file.record(row.id).ok());
        let mut seen: BTreeSet<String> = names.map(|data| data.text("external_id").to_owned()).collect();
        let raised: Vec<Act> = raised
            .iter()
            .filter(|(_, hit)| seen.insert(hit.advisory.to_string()))
            .map(|(data, hit)| {
                let severity = hit.severity.to_lowercase();
                let severity = ["critical", "high", "medium", "low"].into_iter().find(|word| severity.contains(word));
                create(
                    Kind::Finding,
                    json!({
                        "title": hit.title, "finding_kind": "vulnerability", "external_id": hit.advisory, "items": [data.text("item")],
                        "versions": [data.title()], "source": "NVD", "learned_on": "2026-11-18",
                        "severity": severity.unwrap_or("medium"), "kev_listed": hit.exploited == Some(true),
                        "advisory_digest": hit.digest, "reviews": [review],
                    }),
                )
                .into()
            })
            .collect();
        self.all(20, "priya", raised)?;
        let done = items.iter().map(|data| Act::from(go(data.head.id, "conclude"))).collect();
        self.all(10, "priya", done)?;
        Ok(())
    }

    /// The findings are decided, and two persons and Quality sign the review.
    fn decided(&mut self, review: RecordId, release: RecordId) -> Told<()> {
        let findings = self.file.list(Kind::Finding)?;
        let unscored = |row: &&mainstay::ops::ListRow| {
            row.state == "new" && self.file.record(row.id).is_ok_and(|data| data.text("severity").is_empty())
        };
        let scored = findings
            .iter()
            .filter(unscored)
            .map(|row| Act::from(edit(row.id, json!({"severity": "medium"}))));
        let scored = scored.collect();
        self.all(15, "priya", scored)?;
        for told in FINDINGS {
            let of = |row: &&mainstay::ops::ListRow| {
                self.file.record(row.id).is_ok_and(|data| data.text("external_id") == told.advisory)
            };
            let id = findings.iter().find(of).ok_or_else(|| format!("{} was not found", told.advisory))?.id;
            self.one(3, "priya", go(id, "triage"))?;
            self.decision(id, release, told.end)?;
        }
        let findings = self.file.list(Kind::Finding)?;
        let new = findings.iter().filter(|row| row.state == "new");
        let triaged = new.map(|row| Act::from(go(row.id, "triage"))).collect();
        self.all(20, "priya", triaged)?;
        self.signed(30, "priya", go(review, "submit"))?;
        self.signed(60, "jonas", go(review, "complete"))?;
        self.signed(30, "mara", go(review, "approve"))?;
        let set = json!({
            "title": "A record of the tracker that nobody has looked at yet", "finding_kind": "functional_anomaly",
            "external_id": "tracker 1042", "items": ["SI-0003"], "versions": ["libexpat 2.7.0"], "source": "Tracker of the supplier",
            "learned_on": "2026-11-19", "kev_listed": false,
        });
        self.one(600, "lea", create(Kind::Finding, set))?;
        let set = json!({"title": "SOUP of the medium tier", "trigger": "interval", "tiers": ["medium"], "due_on": "2026-11-12"});
        self.one(5, "priya", create(Kind::SoupReview, set))?;
        Ok(())
    }

    fn decision(&mut self, id: RecordId, release: RecordId, end: &str) -> Told<()> {
        if end == "triaged" {
            return Ok(());
        }
        if end == "under_investigation" {
            self.one(2, "jonas", go(id, "investigate"))?;
            return Ok(());
        }
        let decision = match end {
            "proposed" | "reassess" => "not_affected",
            "action_linked" | "remediated" => "affected_controlled",
            other => other,
        };
        let affected = matches!(decision, "affected_controlled" | "affected_uncontrolled" | "risk_accepted");
        let applies = if affected {
            "affected"
        } else if decision == "fixed" {
            "fixed"
        } else {
            "not_affected"
        };
        let mut set = json!({
            "disposition": decision, "per_release": [{"release": release, "applicability": applies}],
            "hazardous": affected, "evidence": "Configuration of the gateway, build log 2.4.0-rc1, test T-88",
            "sequence": if affected { "Requests from the ward network exhaust the gateway; alarms are forwarded late" } else {
                "The service is not reachable and the code is not used; no alarm depends on it" },
        });
        let more = if affected {
            json!({
                "hazards": ["H-03 Alarm is forwarded late"], "harm": "minor", "responses": ["update"],
                "risk_control": if decision == "affected_uncontrolled" { "uncontrolled" } else { "controlled" },
                "impact_statement": "The gateway can stop answering for minutes; the pump alarms at the bedside.",
                "action_statement": "Keep the gateway in the network of the ward, and update when the next version is released.",
                "compensating_controls": "Limit of connections in the configuration of the gateway",
            })
        } else {
            json!({
                "justification": if decision == "not_affected" { json!("vulnerable_code_not_present") } else { Value::Null },
                "impact_statement": "The module is not part of the build of the gateway.",
            })
        };
        for (name, value) in more.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
            set[name] = value.clone();
        }
        if decision == "risk_accepted" {
            set["reassess_by"] = "2027-03-31".into();
        }
        self.one(4, "jonas", edit(id, set))?;
        self.signed(2, "jonas", go(id, "propose"))?;
        if end == "proposed" {
            return Ok(());
        }
        let others: &[&str] = match decision {
            "affected_uncontrolled" => &["mara"],
            "risk_accepted" => &["mara", "henrik"],
            _ => &[],
        };
        for by in others {
            self.signed(2, by, Request::Sign { id, meaning: None })?;
        }
        let step = if decision == "risk_accepted" { "accept_risk" } else { decision };
        self.signed(3, "priya", go(id, step))?;
        self.followed_up(id, end)
    }

    fn followed_up(&mut self, id: RecordId, end: &str) -> Told<()> {
        match end {
            "action_linked" | "remediated" => {
                let set = json!({"no_action": "The limit of connections is part of the configuration as delivered."});
                self.all(2, "jonas", vec![Act::from(edit(id, set)).because("Follow-up")])?;
                self.one(1, "jonas", go(id, "link_action"))?;
            }
            "reassess" => {
                let why = "The tracker of the package names another affected version";
                self.all(2, "jonas", vec![Act::from(go(id, "reassess")).because(why)])?;
            }
            _ => {}
        }
        if end == "remediated" {
            let set = json!({"remediation": "The limit was measured in test T-91 and is part of the installation."});
            self.all(2, "jonas", vec![Act::from(edit(id, set)).because("Follow-up")])?;
            self.one(1, "jonas", go(id, "remediate"))?;
        }
        Ok(())
    }
}
