//! The register of SOUP and its reviews, as far as a release needs them.

use std::collections::BTreeMap;

use mainstay::domain::ids::{Kind, RecordId};
use mainstay::domain::soup_review::evidence::SearchSaid;
use mainstay::ops::{FileSource, Request};
use serde_json::{Value, json};

use super::search_file::search_file;
use super::{Office, Outcome, Who};

impl Office {
    /// Registers the SOUP of a release that is not in the register, as if it had always been in the product.
    pub(super) fn register_soup(&mut self, release: RecordId) -> Outcome<()> {
        let known = self.designators()?;
        for (name, version, purl) in self.soup_of(release)? {
            if known.contains_key(&(name.clone(), version.clone())) {
                continue;
            }
            let item = json!({
                "title": name, "supplier": "community: its maintainers", "requirements": "Reads profiles",
                "environment": "Linux 5.15", "can_contribute": false, "hazard_rationale": "The pump checks again",
                "risk_tier": "low", "responsibility": "maintained", "anomaly_lists": [{"place": "Its issue tracker"}],
            });
            let item = self.create(Who::Ben, (Kind::SoupItem, None), item)?;
            let version = json!({"title": version, "purl": purl, "present_since": "1.0"});
            self.create(Who::Ben, (Kind::SoupDesignator, Some(item)), version)?;
            self.go(Who::Ben, item, "approve")?;
        }
        Ok(())
    }

    /// A completed review of the SOUP of a release and of everything in service, in which nothing is found.
    pub(super) fn review_soup(&mut self, release: RecordId) -> Outcome<()> {
        if self.soup_of(release)?.is_empty() {
            return Ok(());
        }
        let plan = json!({
            "title": "Before the release", "trigger": "before_release", "candidates": [release],
            "method": "The lists of suppliers are read; OSV and KEV are searched by package URL",
        });
        let review = self.create(Who::Cleo, (Kind::SoupReview, None), plan)?;
        self.go(Who::Cleo, review, "start")?;
        self.look_through(review)?;
        let items = self.file.parts(review, Kind::ReviewItem)?;
        let text = search_file(self.at.day(), &[("CISA KEV", 1), ("OSV", 1)], &items);
        let said = SearchSaid::read(text.as_bytes())?;
        let evidence = Request::Attach {
            to: review,
            file_name: "search.json".to_owned(),
            file: FileSource::Text(text),
            description: "Evidence of the search".to_owned(),
            source: String::new(),
            captured_at: None,
        };
        self.act(Who::Cleo, evidence)?;
        let kept = self.file.referring(review, Kind::Attachment)?;
        let kept = kept.first().ok_or("the evidence was not attached")?;
        let searched = json!({
            "evidence_sha256": kept.text("sha256"), "searched_on": said.on, "program": said.program, "sources": said.sources,
            "limitations": "Only published records are found",
        });
        self.edit(Who::Cleo, review, searched)?;
        self.sign_go(Who::Cleo, review, "submit")?;
        self.sign_go(Who::Ben, review, "complete")?;
        self.sign_go(Who::Ana, review, "approve")?;
        Ok(())
    }

    fn look_through(&mut self, review: RecordId) -> Outcome<()> {
        let known = self.designators()?;
        let releases: Vec<RecordId> = ids(self.file.record(review)?.value("releases"));
        let mut scope: BTreeMap<(String, String), Vec<RecordId>> = BTreeMap::new();
        for release in releases {
            for (name, version, _) in self.soup_of(release)? {
                scope.entry((name, version)).or_default().push(release);
            }
        }
        let answer = |source: &str| json!({"source": source, "answer": "nothing"});
        for (key, releases) in scope {
            let (item, designator) = known.get(&key).ok_or("a version is not registered")?;
            let (name, version) = key;
            let set = json!({
                "title": format!("{name} {version}"), "item": item, "designator": designator, "version_searched": version,
                "releases": releases, "tier": "low", "search_result": "nothing_found",
                "sources": [answer("OSV")], "list_place": "Its issue tracker",
                "list_read_on": self.at.day(), "list_judgement": "Nothing about this version",
            });
            let reviewed = self.create(Who::Cleo, (Kind::ReviewItem, Some(review)), set)?;
            self.go(Who::Cleo, reviewed, "conclude")?;
        }
        Ok(())
    }

    /// The rows of the SOUP baseline of a release: name, version, package URL.
    fn soup_of(&self, release: RecordId) -> Outcome<Vec<(String, String, String)>> {
        let record = self.file.record(release)?;
        let rows = record.value("soup_baseline").as_array().cloned().unwrap_or_default();
        let text =
            |row: &Value, name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(rows.iter().map(|row| (text(row, "item"), text(row, "version"), text(row, "purl"))).collect())
    }

    /// Item and designator of each registered name and version.
    fn designators(&self) -> Outcome<BTreeMap<(String, String), (RecordId, RecordId)>> {
        let items = self.file.all(Kind::SoupItem)?;
        let names: BTreeMap<RecordId, &str> = items.iter().map(|data| (data.head.id, data.title())).collect();
        let mut found = BTreeMap::new();
        for data in self.file.all(Kind::SoupDesignator)? {
            let Some((item, name)) = data.head.parent.and_then(|id| Some((id, names.get(&id)?))) else {
                continue;
            };
            found.insert(((*name).to_owned(), data.text("title").to_owned()), (item, data.head.id));
        }
        Ok(found)
    }
}

fn ids(value: &Value) -> Vec<RecordId> {
    value.as_array().into_iter().flatten().filter_map(|id| id.as_str()?.parse().ok()).collect()
}
