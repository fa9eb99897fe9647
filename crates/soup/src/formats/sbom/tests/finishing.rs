//! The last steps for every bill, in every format.

use super::*;

fn bill(components: &str, dependencies: &str) -> Bill {
    let text = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{{"component":{{"type":"application","name":"product","bom-ref":"p"}}}},
            "components":[{components}],"dependencies":[{dependencies}]}}"#
    );
    bill_of(&text, "bom.json")
}

#[test]
fn a_component_listed_twice_is_merged_without_loss() {
    let bill = bill(
        r#"{"type":"library","bom-ref":"1","name":"zlib","version":"1.3","purl":"pkg:generic/zlib@1.3?b=2&a=1","scope":"excluded"},
           {"type":"library","bom-ref":"2","name":"zlib","version":"1.3","purl":"pkg:generic/zlib@1.3?a=1&b=2","cpe":"cpe:2.3:a:zlib:zlib:1.3:*:*:*:*:*:*:*",
            "publisher":"zlib.net","licenses":[{"license":{"id":"Zlib"}}]},
           {"type":"library","bom-ref":"3","name":"zlib","version":"1.3","publisher":"Another"}"#,
        r#"{"ref":"p","dependsOn":["3"]},{"ref":"2","dependsOn":["1"]}"#,
    );
    let [zlib] = bill.components.as_slice() else { panic!("{:?}", bill.components) };
    assert_eq!(
        (zlib.reference.as_str(), zlib.cpes.len(), zlib.licences.join("")),
        ("1", 1, "Zlib".to_owned())
    );
    assert_eq!((zlib.scope, zlib.directness), (Scope::Required, Directness::Direct));
    assert_eq!(on(&bill, "p"), ["1"]);
    assert_eq!(on(&bill, "1"), [""; 0]);
    let places: Vec<&str> = bill.notes.notes.iter().map(|note| note.place.as_str()).collect();
    assert_eq!(places, ["$.components[1]", "$.components[2]"]);
    assert!(bill.notes.notes[1].text.contains("supplier `Another`"), "{:?}", bill.notes);
}

#[test]
fn components_with_other_identifiers_or_digests_stay_apart() {
    let bill = bill(
        r#"{"type":"library","name":"foo","version":"1","purl":"pkg:npm/foo@1"},
           {"type":"library","name":"foo","version":"1","purl":"pkg:pypi/foo@1"},
           {"type":"library","name":"bar","version":"1","hashes":[{"alg":"MD5","content":"3942447fac867ae5cdb3229b658f4d48"}]},
           {"type":"library","name":"bar","version":"1","hashes":[{"alg":"MD5","content":"00000000000000000000000000000000"}]},
           {"type":"file","name":"baz","version":"1"},
           {"type":"library","name":"baz","version":"1"}"#,
        "",
    );
    assert_eq!(bill.components.len(), 6);
    let mut references: Vec<&str> =
        bill.components.iter().map(|component| component.reference.as_str()).collect();
    references.dedup();
    assert_eq!(references.len(), 6);
}

#[test]
fn a_shared_reference_is_made_unique_and_reported() {
    let bill = bill(
        r#"{"type":"library","bom-ref":"x","name":"one","version":"1"},{"type":"library","bom-ref":"x","name":"two","version":"2"},
           {"type":"library","bom-ref":"p","name":"three","version":"3"}"#,
        "",
    );
    let references: Vec<&str> =
        bill.components.iter().map(|component| component.reference.as_str()).collect();
    assert_eq!(references, ["x", "x (2)", "p (2)"]);
    assert!(grave(&bill).iter().filter(|(_, place)| place.starts_with("$.components")).count() >= 2);
}

#[test]
fn references_to_nothing_are_noted_and_cycles_end() {
    let bill = bill(
        r#"{"type":"library","bom-ref":"a","name":"a","version":"1"},{"type":"library","bom-ref":"b","name":"b","version":"1"},
           {"type":"library","bom-ref":"c","name":"c","version":"1"}"#,
        r#"{"ref":"p","dependsOn":["a","ghost"]},{"ref":"a","dependsOn":["b","a"]},{"ref":"b","dependsOn":["a"]},{"ref":"phantom","dependsOn":["c"]}"#,
    );
    let directness: Vec<Directness> = bill.components.iter().map(|component| component.directness).collect();
    assert_eq!(directness, [Directness::Direct, Directness::Transitive, Directness::Unknown]);
    assert_eq!(on(&bill, "a"), ["b"]);
    assert_eq!(grave(&bill), [(Gravity::Warning, "dependencies"); 2]);
}

#[test]
fn identifiers_that_contradict_the_component_are_noted() {
    let bill = bill(r#"{"type":"library","name":"x","version":"2.0","purl":"pkg:npm/x@3.0"}"#, "");
    assert!(
        bill.notes.notes[0].text.contains("`2.0`") && bill.notes.notes[0].text.contains("`3.0`"),
        "{:?}",
        bill.notes
    );
}
