//! What a published record says in its own words, and when it was changed last, from the records that a search holds.

use serde_json::Value;

use mainstay_base::time::Day;

use super::SearchRun;
use super::parts::{EvidenceRecord, SearchHit};

/// A text of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordText {
    /// The text, or its beginning.
    pub text: String,
    /// Whether the search holds only its beginning.
    pub is_cut: bool,
}

impl SearchRun {
    /// What the records of a hit say: the longest text of those with its verdict, else of all. `None` if none of them is held.
    pub fn text_of(&self, hit: &SearchHit) -> Option<RecordText> {
        let texts = |only: bool| {
            let records = hit.records.iter().filter(move |record| !only || record.verdict == hit.verdict);
            let records = records.filter_map(|record| self.records.get(&record.sha256));
            records.filter_map(of_record).max_by_key(|found| (found.is_cut, found.text.chars().count()))
        };
        texts(true).or_else(|| texts(false))
    }

    /// The last day on which one of the records of a hit was changed, as they say; `None` if one of them says no day.
    pub fn modified_on(&self, hit: &SearchHit) -> Option<Day> {
        let days = hit.records.iter().map(|record| modified_of(self.records.get(&record.sha256)?));
        days.collect::<Option<Vec<Day>>>()?.into_iter().max()
    }
}

fn modified_of(record: &EvidenceRecord) -> Option<Day> {
    let value = &record.value;
    let written = match record.kind.as_str() {
        "nvd" => value["cve"]["lastModified"].as_str().or_else(|| value["lastModifiedDate"].as_str()),
        "cve" => value["cveMetadata"]["dateUpdated"].as_str(),
        "osv" => value["modified"].as_str(),
        _ => None,
    }?;
    Day::parse(written.get(..10)?).ok()
}

fn of_record(record: &EvidenceRecord) -> Option<RecordText> {
    let value = &record.value;
    let found = match record.kind.as_str() {
        "nvd" => in_english(&value["cve"]["descriptions"])
            .or_else(|| in_english(&value["cve"]["description"]["description_data"])),
        "cve" => in_english(&value["containers"]["cna"]["descriptions"]),
        "osv" => text(&value["details"]).or_else(|| text(&value["summary"])),
        "csaf" => of_notes(&value["notes"]),
        _ => None,
    };
    found.filter(|found| !found.text.trim().is_empty())
}

/// A text, or the beginning of one that is held by its digest.
fn text(value: &Value) -> Option<RecordText> {
    if let Some(text) = value.as_str() {
        return Some(RecordText { text: text.to_owned(), is_cut: false });
    }
    let begins = value["cut"]["begins"].as_str()?;
    Some(RecordText { text: begins.to_owned(), is_cut: true })
}

/// The English one of several texts, else the first.
fn in_english(texts: &Value) -> Option<RecordText> {
    let texts = texts.as_array()?;
    let english = texts.iter().find(|one| one["lang"].as_str().is_some_and(|lang| lang.starts_with("en")));
    text(&english.or(texts.first())?["value"])
}

/// The note that describes a vulnerability.
fn of_notes(notes: &Value) -> Option<RecordText> {
    let notes = notes.as_array()?;
    let of = |category: &str| notes.iter().find(|note| note["category"] == category);
    let note = ["description", "summary", "general", "details"].into_iter().find_map(of)?;
    text(&note["text"])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(kind: &str, value: Value) -> Option<RecordText> {
        of_record(&EvidenceRecord { files: Vec::new(), kind: kind.to_owned(), value })
    }

    #[test]
    fn a_record_says_when_it_was_changed_last_where_its_format_does() {
        let on = |kind: &str, value: Value| {
            modified_of(&EvidenceRecord { files: Vec::new(), kind: kind.to_owned(), value })
        };
        let day = Day::parse("2026-03-02").ok();
        assert_eq!(on("nvd", json!({"cve": {"lastModified": "2026-03-02T10:00:00.000"}})), day);
        assert_eq!(on("nvd", json!({"lastModifiedDate": "2026-03-02T10:00Z"})), day);
        assert_eq!(on("cve", json!({"cveMetadata": {"dateUpdated": "2026-03-02T10:00:00Z"}})), day);
        assert_eq!(on("osv", json!({"modified": "2026-03-02T10:00:00Z"})), day);
        assert_eq!(on("csaf", json!({"modified": "2026-03-02T10:00:00Z"})), None);
        assert_eq!(on("osv", json!({"modified": "March"})), None);
    }

    #[test]
    fn every_format_says_its_text_and_a_cut_one_says_that_it_is() {
        let whole = |text: &str| Some(RecordText { text: text.to_owned(), is_cut: false });
        let texts = json!([{"lang": "es", "value": "uno"}, {"lang": "en", "value": "one"}]);
        assert_eq!(said("nvd", json!({"cve": {"descriptions": texts}})), whole("one"));
        assert_eq!(said("nvd", json!({"cve": {"description": {"description_data": texts}}})), whole("one"));
        assert_eq!(said("cve", json!({"containers": {"cna": {"descriptions": texts}}})), whole("one"));
        assert_eq!(said("osv", json!({"summary": "short"})), whole("short"));
        let notes = json!([{"category": "faq", "text": "no"}, {"category": "summary", "text": "yes"}]);
        assert_eq!(said("csaf", json!({"notes": notes})), whole("yes"));
        let cut = json!({"details": {"cut": {"begins": "It begins", "bytes": 9000, "sha256": ""}}});
        assert_eq!(said("osv", cut), Some(RecordText { text: "It begins".to_owned(), is_cut: true }));
        assert_eq!(said("osv", json!({"details": " "})), None);
        assert_eq!(said("epss", json!({"details": "x"})), None);
    }
}
