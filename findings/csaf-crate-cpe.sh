#!/usr/bin/env bash
# The Rust crate csaf 0.5.1 refuses every CSAF document that names a product by CPE 2.3.
#
# A valid CSAF VEX document gives a product's CPE as "cpe:2.3:a:example:pump:1.0:*:*:*:*:*:*:*". The crate refuses the whole document: "invalid
# prefix". With the older form "cpe:/a:example:pump:1.0" it is read; the publisher's namespace "https://psirt.example.com" then comes out as
# "https://psirt.example.com/".
#
# One would expect both forms to be read. CSAF 2.0, 3.1.3.3.1: the CPE is a name of version 2.2 or 2.3, and the pattern of the schema has both;
# nearly all names today are of 2.3. Publisher's namespace and tracking id together identify a document, so the added slash makes
# another document of it for those who compare texts.
#
# A writer can give the old form of the name, or a package URL, for receivers that use the crate.
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
csaf = "=0.5.1"
serde_json = "1"
TOML
cat > src/main.rs <<'RUST'
use serde_json::{Value, json};

fn document(cpe: &str) -> Value {
    let moment = "2026-11-20T08:00:00Z";
    json!({
        "document": {
            "category": "csaf_vex", "csaf_version": "2.0", "title": "Example Pump 1.0",
            "publisher": {"category": "vendor", "name": "Example Devices", "namespace": "https://psirt.example.com"},
            "tracking": {
                "id": "EX-1", "status": "final", "version": "1", "initial_release_date": moment, "current_release_date": moment,
                "revision_history": [{"date": moment, "number": "1", "summary": "Judged."}]
            }
        },
        "product_tree": {"full_product_names": [
            {"name": "Example Pump 1.0", "product_id": "P", "product_identification_helper": {"cpe": cpe}}]},
        "vulnerabilities": [{
            "cve": "CVE-2024-1001", "notes": [{"category": "description", "text": "Told."}],
            "product_status": {"known_not_affected": ["P"]},
            "flags": [{"label": "vulnerable_code_not_present", "product_ids": ["P"]}]
        }]
    })
}

fn main() {
    let read = |cpe: &str| serde_json::from_str::<csaf::Csaf>(&document(cpe).to_string());
    let error = read("cpe:2.3:a:example:pump:1.0:*:*:*:*:*:*:*").expect_err("refused").to_string();
    let older = serde_json::to_value(read("cpe:/a:example:pump:1.0").expect("read")).expect("written");
    let namespace = &older["document"]["publisher"]["namespace"];
    println!("CPE 2.3: {error}\nCPE 2.2: read, namespace {namespace}");
    assert!(error.starts_with("invalid prefix for `cpe:2.3:"));
    assert_eq!(namespace, "https://psirt.example.com/");
}
RUST
CARGO_TARGET_DIR="$folder/target" cargo run -q
cargo tree -q --depth 1
