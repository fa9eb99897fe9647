#!/usr/bin/env bash
# The Rust crate cyclonedx-bom 0.8.1 loses the responses of an analysis.
#
# A valid CycloneDX 1.5 bill says of a vulnerability: state "exploitable", response ["workaround_available", "update"]. After reading,
# the written bill has no responses; there is no error. Those of an XML bill are read, and written to JSON under `responses`, a field that
# the schema does not have.
#
# One would expect both responses. The schema of CycloneDX (vulnerabilities[].analysis) names the JSON field `response`; the crate looks for
# `responses`, which is the name of the element in XML.
# What the maker means to do about a vulnerability does not reach a receiver that uses the crate.
#
# A writer says it in `detail` or `recommendation` too.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cd "$folder"
cat > Cargo.toml <<'TOML'
[package]
name = "probe"
version = "0.1.0"
edition = "2024"
[dependencies]
cyclonedx-bom = "=0.8.1"
serde_json = "1"
TOML
cat > src/main.rs <<'RUST'
use cyclonedx_bom::models::bom::Bom;
use serde_json::{Value, json};

const XML: &str = r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.5" version="1"><vulnerabilities><vulnerability><id>CVE-2024-1</id>
<analysis><state>exploitable</state><responses><response>update</response></responses></analysis></vulnerability></vulnerabilities></bom>"#;

fn written(bom: Bom) -> Value {
    let mut text = Vec::new();
    bom.output_as_json_v1_5(&mut text).expect("written");
    serde_json::from_slice::<Value>(&text).expect("JSON")["vulnerabilities"][0]["analysis"].take()
}

fn main() {
    let bill = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "vulnerabilities": [{"id": "CVE-2024-1",
            "analysis": {"state": "exploitable", "response": ["workaround_available", "update"], "detail": "d"}}]
    });
    let of_json = written(Bom::parse_from_json(bill.to_string().as_bytes()).expect("read"));
    let of_xml = written(Bom::parse_from_xml_v1_5(XML.as_bytes()).expect("read"));
    println!("from JSON: {of_json}\nfrom XML:  {of_xml}");
    assert_eq!(of_json, json!({"state": "exploitable", "detail": "d"}));
    assert!(of_xml.to_string().contains("update") && of_xml.get("response").is_none());
}
RUST
CARGO_TARGET_DIR="$folder/target" cargo run -q
cargo tree -q --depth 1
