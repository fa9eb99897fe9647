//! Envelopes around a bill.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;

const BOM: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"x","version":"1"}]}"#;

fn sealed(inner: &str) -> String {
    format!(
        r#"{{"payloadType":"application/vnd.in-toto+json","payload":"{}","signatures":[{{"sig":"MEUC"}}]}}"#,
        STANDARD.encode(inner)
    )
}

fn stated(predicate: &str) -> String {
    format!(
        r#"{{"_type":"https://in-toto.io/Statement/v0.1","subject":[{{"name":"image","digest":{{"sha256":"00"}}}}],"predicateType":"https://cyclonedx.org/bom","predicate":{predicate}}}"#
    )
}

#[test]
fn a_signed_statement_is_read_with_a_remark_that_its_signature_is_not_checked() {
    for predicate in [BOM.to_owned(), format!(r#"{{"Data":{BOM}}}"#), serde_json::to_string(BOM).unwrap()] {
        let bill = bill_of(&sealed(&stated(&predicate)), "bom.intoto.jsonl");
        assert_eq!(named(&bill, "x 1").name, "x");
        assert!(
            bill.notes
                .notes
                .iter()
                .any(|note| note.text.contains("not checked") && note.gravity == Gravity::Warning)
        );
        assert!(bill.notes.notes.iter().any(|note| note.text.contains("about image")));
    }
}

#[test]
fn wrappers_are_opened_and_further_envelopes_are_reported() {
    for key in ["sbom", "bom"] {
        assert_eq!(bill_of(&format!(r#"{{"{key}":{BOM}}}"#), "export.json").components.len(), 1);
    }
    let two = format!("{}\n{}\n", sealed(BOM), sealed(BOM));
    let bill = bill_of(&two, "bom.jsonl");
    assert!(
        bill.notes.notes.iter().any(|note| note.gravity == Gravity::Refused && note.text.contains("1 more"))
    );
}

#[test]
fn broken_envelopes_are_refused() {
    for (text, word) in [
        (r#"{"payloadType":"x","payload":"***"}"#.to_owned(), "base64"),
        (sealed("\u{0}"), "NUL"),
        (sealed("hello"), "not recognised"),
        (sealed(&sealed(&sealed(&sealed(BOM)))), "more than 3 nested envelopes"),
        (r#"{"bom":null}"#.to_owned(), "contains no document"),
    ] {
        let refused = refused(text.as_bytes());
        assert!(refused.reason.contains(word), "{refused}");
    }
}
