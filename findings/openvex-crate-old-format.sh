#!/usr/bin/env bash
# The Rust crate openvex 0.1.1 refuses every OpenVEX 0.2.0 document.
#
# A minimal valid document of OpenVEX 0.2.0 is refused with "invalid type: map, expected a string": the crate wants the vulnerability, each
# product and the version of the document as texts, as in the first drafts of the format. A document of that old shape is read even if
# its `@context` names 0.2.0.
#
# One would expect that the newest release of the crate of that name reads the published version of the format. OpenVEX 0.2.0 (August
# 2023, "Vulnerability" and "Product" data structures) made both into objects.
#
# Receivers that are built on the crate need CycloneDX or CSAF instead.
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
openvex = "=0.1.1"
serde_json = "1"
TOML
cat > src/main.rs <<'RUST'
fn document(vulnerability: &str, product: &str) -> String {
    format!(
        r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.com/vex/1", "author": "Example Devices",
        "role": "vendor", "timestamp": "2026-11-20T08:00:00Z", "version": 1, "statements": [{{"vulnerability": {vulnerability},
        "products": [{product}], "status": "fixed", "timestamp": "2026-11-20T08:00:00Z"}}]}}"#
    )
}

fn main() {
    let read = |text: String| serde_json::from_str::<openvex::OpenVex>(&text).map(|_| "read".to_owned());
    let seen = |text: String| read(text).unwrap_or_else(|error| error.to_string());
    let now = seen(document(r#"{"name": "CVE-2024-1"}"#, r#"{"@id": "pkg:generic/pump@1.0"}"#));
    let product = seen(document(r#""CVE-2024-1""#, r#"{"@id": "pkg:generic/pump@1.0"}"#));
    // The drafts before 0.2.0 wrote the version as a text.
    let old = document(r#""CVE-2024-1""#, r#""pkg:generic/pump@1.0""#);
    let old = seen(old.replace("\"version\": 1", "\"version\": \"1\""));
    println!("OpenVEX 0.2.0: {now}\nonly the product as an object: {product}\nold shape: {old}");
    assert!(now.starts_with("invalid type: map, expected a string"));
    assert!(product.starts_with("invalid type: map, expected a string"));
    assert_eq!(old, "read");
}
RUST
export CARGO_TARGET_DIR="$folder/target"
cargo run -q
cargo tree -q --depth 1
