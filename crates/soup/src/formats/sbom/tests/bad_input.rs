//! Damaged, hostile and wrong files: each is refused or reported with its place, in bounded time and memory.

use std::fmt::Write as _;

use super::*;

#[test]
fn an_empty_file_and_binary_data_are_refused_with_their_place() {
    for (bytes, place, word) in [
        (&b""[..], "document", "empty"),
        (b"  \r\n ", "document", "empty"),
        (b"{\"bomFormat\": \"Cyclone\xFFDX\"}", "byte 22", "UTF-8"),
        (b"{\"bomFormat\": \"Cyclone\0DX\"}", "byte 22", "NUL"),
        (b"\xFF\xFE{\0\"", "byte 3", "UTF-16"),
        (b"PK\x03\x04\x14\x00\x00\x00\x08\x00", "byte 5", "NUL"),
    ] {
        let refused = refused(bytes);
        assert_eq!(refused.place, place, "{refused}");
        assert!(refused.reason.contains(word), "{refused}");
    }
}

#[test]
fn an_unknown_document_is_refused_with_its_start_and_the_readable_formats() {
    let refused = refused(b"Dear reader,\nhere are our libraries.");
    assert!(
        refused.reason.contains("Dear reader, here are") && refused.reason.contains("Cargo.lock"),
        "{refused}"
    );
    for (text, word) in [
        (r#"{"@context": "https://openvex.dev/ns/v0.2.0", "statements": []}"#, "advisory data"),
        ("<!DOCTYPE html><html></html>", "web page"),
        (
            "# proto-file: schema/bom-1.6.proto\n# proto-message: Bom\nspec_version: \"1.6\"",
            "protocol buffers",
        ),
        ("<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "not recognised"),
        ("{}", "not recognised"),
        ("[]", "not recognised"),
    ] {
        let refused = super::refused(text.as_bytes());
        assert!(refused.reason.contains(word), "{refused}");
    }
}

#[test]
fn a_document_that_lists_only_its_product_is_read() {
    let bill = bill_of(
        r#"{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"type":"application","name":"Pump"}}}"#,
        "bom.json",
    );
    assert_eq!((bill.subject.unwrap().name, bill.components.len()), ("Pump".to_owned(), 0));
}

#[test]
fn a_document_without_components_and_product_is_refused_with_its_content() {
    let start = r#"{"bomFormat":"CycloneDX","specVersion":"1.5""#;
    for (rest, word) in [
        (r#","components":[]}"#, "no component"),
        (r#","vulnerabilities":[{"id":"CVE-2026-1"}]}"#, "1 statements"),
        (r#","components":[{"type":"library"}]}"#, "$.components[0]: skipped, because there is no `name`"),
    ] {
        let text = format!("{start}{rest}");
        assert!(refused(text.as_bytes()).reason.contains(word), "{rest}");
        assert!(understand(text.as_bytes(), "bom.json").unwrap().components.is_empty());
    }
}

#[test]
fn every_cut_of_a_document_is_refused_or_read_and_never_panics() {
    let whole = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"type":"library","name":"Ä","version":"1"}]}"#;
    for end in 0..whole.len() {
        assert!(read(&whole.as_bytes()[..end], "bom.json").is_err(), "{end}");
    }
    let xml = "<?xml version=\"1.0\"?><bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\"><components><component type=\"library\"><name>Ä</name></component></components></bom>";
    for end in 0..xml.len() {
        assert!(read(&xml.as_bytes()[..end], "bom.xml").is_err(), "{end}");
    }
    assert!(read(xml.as_bytes(), "bom.xml").is_ok());
}

#[test]
fn ten_thousand_levels_cost_no_stack() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000));
    let lists = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{},{{"type":"library","name":"x"}}]}}"#,
        deep("[", "]")
    );
    assert_eq!(grave(&bill_of(&lists, "bom.json")), [(Gravity::Refused, "$.components[0]")]);
    let nested = deep(r#"{"type":"library","name":"x","components":["#, "]}");
    let text = format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{nested}]}}"#);
    assert!(refused(text.as_bytes()).reason.contains("recursion limit"));
    let xml = format!(
        "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">{}</bom>",
        deep(
            "<components><component type=\"library\"><name>x</name><version>1</version>",
            "</component></components>"
        )
    );
    let bill = bill_of(&xml, "bom.xml");
    assert!(bill.notes.refused(), "{:?}", bill.notes);
    assert!(bill.components.len() <= 102);
    assert!(read(deep("[", "]").as_bytes(), "x").is_err());
    assert!(read(deep("<a>", "</a>").as_bytes(), "x").is_err());
    assert!(read(format!("title: x\npurpose: {}", deep("[", "]")).as_bytes(), "x").is_err());
    assert!(read(format!("[[package]]\nname = {}", deep("[", "]")).as_bytes(), "x").is_err());
}

#[test]
fn entities_are_never_expanded_nor_fetched() {
    let mut laughs = String::from("<!DOCTYPE bom [<!ENTITY a0 \"ha\">");
    for level in 1..30 {
        write!(laughs, "<!ENTITY a{level} \"&a{};&a{};\">", level - 1, level - 1).unwrap();
    }
    let root =
        "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\"><components><component type=\"library\"><name>";
    for declaration in
        [format!("{laughs}]>"), "<!DOCTYPE bom [<!ENTITY a29 SYSTEM \"file:///etc/passwd\">]>".to_owned()]
    {
        let text = format!("{declaration}{root}&a29;</name></component></components></bom>");
        let refused = refused(text.as_bytes());
        assert!(refused.reason.contains("DOCTYPE"), "{refused}");
    }
    let yaml = "a: &a [x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\ntitle: t\npurpose: *c\n";
    assert!(read(yaml.as_bytes(), "soup.yml").is_err());
}

#[test]
fn ten_thousand_remarks_are_counted_and_not_kept() {
    let mut components = String::new();
    for index in 0..10_000 {
        write!(components, r#"{{"type":"wrong","name":"c{index}","version":"1"}},"#).unwrap();
    }
    let text = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{}]}}"#,
        components.trim_end_matches(',')
    );
    let bill = bill_of(&text, "bom.json");
    assert_eq!((bill.components.len(), bill.notes.notes.len(), bill.notes.more), (10_000, 1000, 9000));
}

#[test]
fn one_reference_for_many_components_is_made_unique_in_bounded_time() {
    let mut components = String::new();
    for index in 0..20_000 {
        write!(components, r#"{{"type":"library","bom-ref":"same","name":"c{index}","version":"1"}},"#)
            .unwrap();
    }
    let text = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{}]}}"#,
        components.trim_end_matches(',')
    );
    let bill = bill_of(&text, "bom.json");
    assert_eq!((bill.components.len(), bill.components[19_999].reference.as_str()), (20_000, "same (20000)"));
}

#[test]
fn a_thousand_namesakes_are_compared_in_bounded_time() {
    let mut components = String::new();
    for index in 0..20_000 {
        write!(
            components,
            r#"{{"type":"library","name":"same","version":"1","purl":"pkg:generic/same@1?n={index}"}},"#
        )
        .unwrap();
    }
    let text = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{}]}}"#,
        components.trim_end_matches(',')
    );
    assert_eq!(bill_of(&text, "bom.json").components.len(), 20_000);
}

#[test]
fn one_long_reference_around_many_components_does_not_multiply() {
    let inner = vec![r#"{"type":"library","name":"x","version":"1"}"#; 10_000].join(",");
    let long = "r".repeat(1_000_000);
    let text = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{{"type":"library","bom-ref":"{long}","name":"o","components":[{inner}]}}]}}"#
    );
    let bill = understand(text.as_bytes(), "bom.json").unwrap();
    assert!(bill.components.iter().all(|component| component.inside.is_empty()));
}
